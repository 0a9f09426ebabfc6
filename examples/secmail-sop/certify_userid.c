/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* certify-userid: every key certifies every user ID on every certificate, or nothing is written. */
#include "commands.h"
#include "emit.h"
#include "io.h"
#include "objects.h"

#include <stdlib.h>
#include <string.h>

/* Certificates in the making. */
struct subjects {
    struct secmail_cert **at;
    size_t count;
};

static void subjects_free(struct subjects *subjects)
{
    for (size_t i = 0; i < subjects->count; i++)
        secmail_cert_unref(subjects->at[i]);
    free(subjects->at);
}

static int subjects_read(const struct sop *sop, struct subjects *subjects)
{
    struct certs_list list;
    int failed = certs_list_init(sop, &list, 1);
    if (!failed)
        failed = certs_list_read_stdin(sop, &list);
    if (!failed)
        failed = certs_check_complete(sop, &list.at[0], SOP_BAD_DATA);
    const struct secmail_ring *ring = failed ? NULL : list.at[0].ring;
    const size_t count = secmail_ring_count(ring);
    *subjects = (struct subjects){.at = calloc(count + 1, sizeof *subjects->at)};
    if (!failed && !subjects->at)
        failed = sop_fail(sop, SOP_UNSPECIFIED, "out of memory");
    for (; subjects->at && subjects->count < count; subjects->count++)
        subjects->at[subjects->count] = secmail_cert_ref(secmail_ring_cert(ring, subjects->count));
    certs_list_free(&list);
    return failed;
}

static int certify_one(const struct sop *sop, struct secmail_certify *certifier,
                       const char *user_id, struct secmail_cert **subject)
{
    struct secmail_cert *certified;
    const int error = secmail_certify_user_id(certifier, *subject, user_id, &certified);
    if (error)
        return sop_fail_library(sop, error, SOP_CERTIFIED, user_id);
    secmail_cert_unref(*subject);
    *subject = certified;
    return SOP_OK;
}

/* The library says the same of a certifier and of a subject that may not be used any more; the
 * draft doesn't. */
static int check_certifier(const struct sop *sop, const struct secmail_key *key, const char *name)
{
    struct secmail_key_info info = {.size = sizeof info};
    const int error = secmail_cert_key_info(sop->context, secmail_key_cert(key), 0, NULL, &info);
    if (error)
        return sop_fail_library(sop, error, SOP_OBJECT, name);
    if (!info.validity)
        return SOP_OK;
    return sop_fail(sop, SOP_KEY_CANNOT_CERTIFY, "%s: %s %s", name,
                    secmail_error_meaning(info.validity), secmail_error_remedy(info.validity));
}

/* To the library that is a wrong argument; here it is one that people give. */
static int check_subjects(const struct sop *sop, const struct secmail_key *key, const char *name,
                          const struct subjects *subjects)
{
    const char *own = secmail_cert_fingerprint(secmail_key_cert(key));
    for (size_t i = 0; i < subjects->count; i++) {
        if (strcmp(secmail_cert_fingerprint(subjects->at[i]), own) == 0)
            return sop_fail(sop, SOP_KEY_CANNOT_CERTIFY,
                            "%s: the key %s can't certify its own certificate. Leave that out of "
                            "standard input",
                            name, own);
    }
    return SOP_OK;
}

static int certify_all(const struct sop *sop, const struct arguments *args, struct secmail_key *key,
                       struct subjects *subjects)
{
    struct secmail_certify *certifier;
    int error = secmail_certify_new(sop->context, &certifier, key);
    if (!error)
        error = secmail_certify_allow_any_user_id(certifier,
                                                  options_has(args, OPT_NO_REQUIRE_SELF_SIG));
    if (error)
        return sop_fail_library(sop, error, SOP_CERTIFIED, "the key");
    int failed = SOP_OK;
    size_t cursor = 0;
    for (const char *id; !failed && (id = options_next(args, OPT_USERID, &cursor));) {
        for (size_t i = 0; i < subjects->count && !failed; i++)
            failed = certify_one(sop, certifier, id, &subjects->at[i]);
    }
    secmail_certify_free(certifier);
    return failed;
}

/* With the keys of one KEYS argument. */
static int certify_with(const struct sop *sop, const struct arguments *args, const char *designator,
                        const struct passwords *passwords, struct subjects *subjects)
{
    struct secmail_key_ring *ring;
    int failed = keys_read(sop, designator, &ring);
    if (!failed)
        failed = keys_check_complete(sop, ring, designator, SOP_KEY_CANNOT_CERTIFY);
    for (size_t i = 0; i < secmail_key_ring_count(ring) && !failed; i++) {
        struct secmail_key *open;
        failed = key_unlock(sop, secmail_key_ring_key(ring, i), designator, passwords, &open);
        if (!failed)
            failed = check_certifier(sop, open, designator);
        if (!failed)
            failed = check_subjects(sop, open, designator, subjects);
        if (!failed)
            failed = certify_all(sop, args, open, subjects);
        secmail_key_unref(open);
    }
    secmail_key_ring_unref(ring);
    return failed;
}

static int write_all(const struct sop *sop, const struct arguments *args,
                     const struct subjects *subjects)
{
    struct emit emit;
    int failed = emit_open(sop, &emit, !options_has(args, OPT_NO_ARMOR), SECMAIL_ARMOR_PUBLIC_KEY);
    for (size_t i = 0; i < subjects->count && !failed; i++)
        failed = emit_cert(&emit, subjects->at[i]);
    return emit_close(&emit, failed);
}

int run_certify_userid(struct sop *sop, const struct arguments *args)
{
    struct subjects subjects = {0};
    struct passwords passwords;
    if (!options_has(args, OPT_USERID))
        return sop_fail(sop, SOP_MISSING_ARG,
                        "there is no user ID to certify. Give at least one --userid");
    int code = passwords_read(sop, args, OPT_WITH_KEY_PASSWORD, &passwords);
    if (!code)
        code = subjects_read(sop, &subjects);
    for (size_t i = 0; i < args->operand_count && !code; i++)
        code = certify_with(sop, args, args->operands[i], &passwords, &subjects);
    if (!code)
        code = write_all(sop, args, &subjects);
    subjects_free(&subjects);
    passwords_free(&passwords);
    return code;
}
