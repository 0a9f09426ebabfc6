/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * update-key: what a careful owner would do to a key from time to time. Nothing is done to a key
 * that is up to date, and dates of expiry are left to the owner. All keys are updated before the
 * first is written.
 */
#include "commands.h"
#include "emit.h"
#include "objects.h"

#include <stdlib.h>
#include <string.h>

enum { ENCRYPT = SECMAIL_KEY_ENCRYPT_COMMUNICATIONS | SECMAIL_KEY_ENCRYPT_STORAGE };

struct update {
    const struct sop *sop;
    bool signing_only, no_added_capabilities, revoke_deprecated;
    struct passwords passwords;
    struct certs_list merge;   /* certificates that may know more of the keys */
    struct secmail_key **keys; /* updated */
    size_t count;
};

/* ---------------------------------------------------------------- what there is */

/* A code of the library. */
static int info_of(const struct update *u, const struct secmail_key *key, size_t index,
                   struct secmail_key_info *info)
{
    *info = (struct secmail_key_info){.size = sizeof *info};
    return secmail_cert_key_info(u->sop->context, secmail_key_cert(key), index, NULL, info);
}

/* May any part of the key do one of these? */
static int find_capability(const struct update *u, const struct secmail_key *key, uint32_t flags,
                           bool *found)
{
    *found = false;
    for (size_t i = 0; i < secmail_cert_key_count(secmail_key_cert(key)) && !*found; i++) {
        struct secmail_key_info info;
        const int error = info_of(u, key, i, &info);
        if (error)
            return error;
        *found = !info.validity && info.flags & flags;
    }
    return 0;
}

/* A primary key that can't be mended: too weak, or revoked. */
static int check_primary(const struct update *u, const struct secmail_key *key)
{
    struct secmail_key_info info;
    const int error = info_of(u, key, 0, &info);
    if (error)
        return sop_fail_library(u->sop, error, SOP_OWN_KEY, "standard input");
    if (info.validity != SECMAIL_E_KEY_REVOKED && info.validity != SECMAIL_E_POLICY &&
        info.validity != SECMAIL_E_UNSUPPORTED_ALGORITHM)
        return SOP_OK;
    return sop_fail(u->sop, SOP_PRIMARY_KEY_BAD, "%s: %s Make a new key",
                    secmail_cert_fingerprint(secmail_key_cert(key)),
                    secmail_error_meaning(info.validity));
}

/* ---------------------------------------------------------------- what is done */

/* Self-signatures that nobody accepts any more, and features that are not announced. */
static int refresh(const struct update *u, struct secmail_key *key, struct secmail_key **out)
{
    struct secmail_key_edit *edit;
    *out = NULL;
    int error = secmail_key_edit_new(u->sop->context, &edit, key);
    if (!error)
        error = secmail_key_edit_refresh(edit, !u->no_added_capabilities);
    if (!error)
        error = secmail_key_edit_run(edit, out);
    secmail_key_edit_free(edit);
    return error;
}

/* Subkeys that the policy refuses are revoked as superseded: old signatures keep their worth. */
static int revoke_deprecated(const struct update *u, const struct secmail_key *key,
                             struct secmail_key_edit *edit)
{
    int error = 0;
    for (size_t i = 1; i < secmail_cert_key_count(secmail_key_cert(key)) && !error; i++) {
        struct secmail_key_info info;
        error = info_of(u, key, i, &info);
        if (!error && info.validity == SECMAIL_E_POLICY)
            error = secmail_key_edit_revoke_key(edit, i, SECMAIL_REVOKED_SUPERSEDED, NULL);
    }
    return error;
}

/* A subkey for what the key can't do. One that has expired is of no use: so is a new subkey. */
static int add_missing(const struct update *u, const struct secmail_key *key, uint32_t flags,
                       struct secmail_key_edit *edit)
{
    bool found;
    struct secmail_key_info primary;
    int error = find_capability(u, key, flags, &found);
    if (!error)
        error = info_of(u, key, 0, &primary);
    if (error || found || primary.validity)
        return error;
    return secmail_key_edit_add_subkey(edit, flags, primary.expires);
}

static int complete(const struct update *u, struct secmail_key *key, struct secmail_key **out)
{
    struct secmail_key_edit *edit;
    *out = NULL;
    int error = secmail_key_edit_new(u->sop->context, &edit, key);
    if (!error && !u->no_added_capabilities)
        error = add_missing(u, key, SECMAIL_KEY_SIGN, edit);
    if (!error && !u->no_added_capabilities && !u->signing_only)
        error = add_missing(u, key, ENCRYPT, edit);
    if (!error && u->revoke_deprecated)
        error = revoke_deprecated(u, key, edit);
    if (!error)
        error = secmail_key_edit_run(edit, out);
    secmail_key_edit_free(edit);
    return error;
}

/* Takes the place of `*key`, a reference, if a certificate knows it. */
static int merge_cert(const struct update *u, struct secmail_key **key,
                      const struct secmail_cert *cert)
{
    struct secmail_key *merged;
    if (strcmp(secmail_cert_fingerprint(cert), secmail_cert_fingerprint(secmail_key_cert(*key))) !=
        0)
        return 0;
    const int error = secmail_key_merge(u->sop->context, *key, cert, &merged);
    if (error)
        return error;
    secmail_key_unref(*key);
    *key = merged;
    return 0;
}

static int merge(const struct update *u, struct secmail_key **key)
{
    int error = 0;
    for (size_t i = 0; i < u->merge.count && !error; i++) {
        const struct secmail_ring *ring = u->merge.at[i].ring;
        for (size_t c = 0; c < secmail_ring_count(ring) && !error; c++)
            error = merge_cert(u, key, secmail_ring_cert(ring, c));
    }
    return error;
}

/* What is merged is taken as it is: only what was in the key before is signed again, or a copy with
 * a forgery that nobody believes would be made believable. A key that turns out to be revoked stays
 * so. */
static int merge_and_complete(const struct update *u, struct secmail_key *key,
                              struct secmail_key **out)
{
    struct secmail_key *merged = secmail_key_ref(key);
    struct secmail_key_info primary;
    int error = merge(u, &merged);
    if (!error)
        error = info_of(u, merged, 0, &primary);
    if (!error && primary.validity == SECMAIL_E_KEY_REVOKED)
        *out = secmail_key_ref(merged);
    else if (!error)
        error = complete(u, merged, out);
    secmail_key_unref(merged);
    return error;
}

/* A code of the library; SECMAIL_E_KEY_LOCKED only if there is something to do. */
static int maintain(const struct update *u, struct secmail_key *key, struct secmail_key **out)
{
    struct secmail_key *fresh;
    *out = NULL;
    int error = refresh(u, key, &fresh);
    if (!error)
        error = merge_and_complete(u, fresh, out);
    secmail_key_unref(fresh);
    return error;
}

/* With the password that opens the key, which it has again afterwards. */
static int maintain_locked(const struct update *u, struct secmail_key *key,
                           struct secmail_key **out)
{
    struct secmail_context *context = u->sop->context;
    int error = SECMAIL_E_KEY_LOCKED;
    for (size_t i = 0; i < u->passwords.count; i++) {
        struct secmail_key *open, *updated = NULL;
        error = secmail_key_unlock(context, key, u->passwords.at[i], &open);
        if (error == SECMAIL_E_WRONG_PASSWORD)
            continue;
        if (!error)
            error = maintain(u, open, &updated);
        if (!error)
            error = secmail_key_lock(context, updated, u->passwords.at[i], out);
        secmail_key_unref(updated);
        secmail_key_unref(open);
        return error;
    }
    return error;
}

static int update_one(const struct update *u, struct secmail_key *key, struct secmail_key **out)
{
    const int failed = check_primary(u, key);
    if (failed)
        return failed;
    int error = maintain(u, key, out);
    if (error == SECMAIL_E_KEY_LOCKED)
        error = maintain_locked(u, key, out);
    return error ? sop_fail_library(u->sop, error, SOP_OWN_KEY, "standard input") : SOP_OK;
}

static int write_all(const struct update *u, bool armored)
{
    struct emit emit;
    int failed = emit_open(u->sop, &emit, armored, SECMAIL_ARMOR_PRIVATE_KEY);
    for (size_t i = 0; i < u->count && !failed; i++)
        failed = emit_key(&emit, u->keys[i]);
    return emit_close(&emit, failed);
}

static int read_certs(struct update *u, const struct arguments *args)
{
    size_t cursor = 0;
    int failed = certs_list_init(u->sop, &u->merge, options_count(args, OPT_MERGE_CERTS));
    for (const char *name; !failed && (name = options_next(args, OPT_MERGE_CERTS, &cursor));)
        failed = certs_list_read(u->sop, &u->merge, name);
    return failed;
}

static int update_all(struct update *u, const struct secmail_key_ring *ring)
{
    const size_t count = secmail_key_ring_count(ring);
    int failed = SOP_OK;
    u->keys = calloc(count + 1, sizeof *u->keys);
    if (!u->keys)
        return sop_fail(u->sop, SOP_UNSPECIFIED, "out of memory");
    for (; u->count < count && !failed; u->count++)
        failed = update_one(u, secmail_key_ring_key(ring, u->count), &u->keys[u->count]);
    return failed;
}

int run_update_key(struct sop *sop, const struct arguments *args)
{
    struct update u = {
        .sop = sop,
        .signing_only = options_has(args, OPT_SIGNING_ONLY),
        .no_added_capabilities = options_has(args, OPT_NO_ADDED_CAPABILITIES),
        .revoke_deprecated = options_has(args, OPT_REVOKE_DEPRECATED_KEYS),
    };
    struct secmail_key_ring *ring = NULL;
    int code = passwords_read(sop, args, OPT_WITH_KEY_PASSWORD, &u.passwords);
    if (!code)
        code = read_certs(&u, args);
    if (!code)
        code = keys_read_stdin(sop, &ring);
    if (!code)
        code = keys_check_complete(sop, ring, "standard input", SOP_BAD_DATA);
    if (!code)
        code = update_all(&u, ring);
    if (!code)
        code = write_all(&u, !options_has(args, OPT_NO_ARMOR));
    for (size_t i = 0; i < u.count; i++)
        secmail_key_unref(u.keys[i]);
    free(u.keys);
    secmail_key_ring_unref(ring);
    certs_list_free(&u.merge);
    passwords_free(&u.passwords);
    return code;
}
