/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locking and unlocking whole keys. What one part's lock is, is in secret_key.c. A key is never
 * changed: each of these gives a new one, or none. */
#include "key.h"

static uint8_t secret_tag(const struct smi_component *c)
{
    return c->tag == SMI_TAG_PUBLIC_KEY ? SMI_TAG_SECRET_KEY : SMI_TAG_SECRET_SUBKEY;
}

/* What is done to the parts of a key: they are opened with the first of the old passwords that
 * fits, and locked with the new one. */
struct change {
    struct secmail_context *context;
    struct smi_password *old;
    size_t old_count;
    struct smi_password *new; /* NULL: leave open */
};

static int unlock_part(struct change *change, const struct smi_component *c,
                       const struct smi_secret_part *part, struct smi_secret_part *open)
{
    int rc = change->old_count ? SECMAIL_E_WRONG_PASSWORD : SECMAIL_E_KEY_LOCKED;
    for (size_t i = 0; i < change->old_count && rc == SECMAIL_E_WRONG_PASSWORD; i++) {
        smi_recover(change->context);
        rc = smi_secret_part_unlock(change->context, part, &c->key, secret_tag(c), &change->old[i],
                                    open);
    }
    if (rc == SECMAIL_E_KEY_LOCKED)
        smi_fail(change->context, rc, "the key %s is locked with a password; give it", c->key.hex);
    return rc;
}

static int change_part(struct change *change, const struct smi_component *c,
                       const struct smi_secret_part *part, struct smi_secret_part *to)
{
    const bool is_locked = smi_secret_part_is_locked(part);
    if (part->absent || (!is_locked && !change->new))
        return smi_secret_part_copy(change->context, to, part);
    if (!change->new)
        return unlock_part(change, c, part, to);
    struct smi_secret_part open = {0};
    int rc = is_locked ? unlock_part(change, c, part, &open) : 0;
    if (!rc)
        rc = smi_secret_part_lock(change->context, is_locked ? &open : part, &c->key, secret_tag(c),
                                  change->new, to);
    smi_secret_part_free(&change->context->mem, &open);
    return rc;
}

static int change_parts(struct change *change, const struct secmail_key *key,
                        struct secmail_key *changed)
{
    for (size_t i = 0; i < key->part_count; i++) {
        struct smi_secret_part *to = smi_key_add_part(change->context, changed);
        if (!to)
            return SECMAIL_E_NOMEM;
        int rc = change_part(change, smi_cert_key(key->cert, i), &key->parts[i], to);
        if (rc)
            return rc;
    }
    changed->cert = secmail_cert_ref(key->cert);
    return 0;
}

static int changed_key(struct change *change, const struct secmail_key *key,
                       struct secmail_key **out)
{
    struct secmail_key *changed = smi_key_new(change->context);
    int rc = changed ? change_parts(change, key, changed) : SECMAIL_E_NOMEM;
    if (rc)
        secmail_key_unref(changed);
    else
        *out = changed;
    return rc;
}

int secmail_key_unlock(struct secmail_context *context, struct secmail_key *key,
                       const struct secmail_secret *password, struct secmail_key **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!key || !password)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_key_unlock: %s is NULL",
                        key ? "password" : "key");
    if (!secmail_key_is_locked(key)) {
        *out = secmail_key_ref(key);
        return 0;
    }
    struct smi_password old = smi_password(password);
    rc = changed_key(&(struct change){.context = context, .old = &old, .old_count = 1}, key, out);
    smi_password_close(context, &old);
    return rc;
}

int secmail_key_lock(struct secmail_context *context, struct secmail_key *key,
                     const struct secmail_secret *password, struct secmail_key **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!key || !password)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_key_lock: %s is NULL",
                        key ? "password" : "key");
    if (secmail_key_is_locked(key))
        return smi_fail(context, SECMAIL_E_KEY_LOCKED,
                        "the key %s is locked already; unlock it first",
                        secmail_cert_fingerprint(key->cert));
    rc = smi_password_check_new(context, password);
    if (rc)
        return rc;
    struct smi_password new = smi_password(password);
    rc = changed_key(&(struct change){.context = context, .new = &new}, key, out);
    smi_password_close(context, &new);
    return rc;
}

static int change_with(struct change *change, const struct secmail_key *key,
                       const struct secmail_secret *const *old, struct secmail_key **out)
{
    const size_t size = change->old_count * sizeof *change->old;
    change->old = smi_zalloc(&change->context->mem, size);
    if (!change->old)
        return smi_nomem(change->context);
    for (size_t i = 0; i < change->old_count; i++)
        change->old[i] = smi_password(old[i]);
    int rc = changed_key(change, key, out);
    for (size_t i = 0; i < change->old_count; i++)
        smi_password_close(change->context, &change->old[i]);
    smi_free(&change->context->mem, change->old, size);
    return rc;
}

int secmail_key_change_password(struct secmail_context *context, struct secmail_key *key,
                                const struct secmail_secret *const *old, size_t old_count,
                                const struct secmail_secret *password, struct secmail_key **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    bool missing = !key || (!old && old_count);
    for (size_t i = 0; i < old_count && !missing; i++)
        missing = !old[i];
    if (missing)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_key_change_password: %s is NULL",
                        key ? "an old password" : "key");
    rc = password ? smi_password_check_new(context, password) : 0;
    if (rc)
        return rc;
    if (!password && !secmail_key_is_locked(key)) {
        *out = secmail_key_ref(key);
        return 0;
    }
    struct smi_password new = smi_password(password);
    struct change change = {context, NULL, old_count, password ? &new : NULL};
    rc = change_with(&change, key, old, out);
    smi_password_close(context, &new);
    return rc;
}
