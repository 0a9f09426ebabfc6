/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Passwords of keys. Derived keys stay in memory that is wiped when it is given back. */
#include "password.h"

void smi_password_close(struct secmail_context *context, struct smi_password *password)
{
    smi_free(&context->mem, password->derived, password->room * sizeof *password->derived);
    *password = (struct smi_password){0};
}

int smi_password_check_new(struct secmail_context *context, const struct secmail_secret *text)
{
    if (secmail_secret_size(text))
        return 0;
    return smi_fail(context, SECMAIL_E_ARGUMENT,
                    "the password is empty, which protects nothing; choose one, or use none");
}

static bool same_specifier(const struct smi_s2k *a, const struct smi_s2k *b)
{
    return a->type == b->type && a->hash == b->hash && a->count == b->count &&
           a->passes == b->passes && a->lanes == b->lanes && a->memory == b->memory &&
           smi_equal(a->salt, b->salt, sizeof a->salt);
}

static const struct smi_derived *find(const struct smi_password *password,
                                      const struct smi_s2k *s2k, size_t size)
{
    for (size_t i = 0; i < password->count; i++) {
        const struct smi_derived *d = &password->derived[i];
        if (d->size == size && same_specifier(&d->s2k, s2k))
            return d;
    }
    return NULL;
}

int smi_password_derive(struct secmail_context *context, struct smi_password *password,
                        const struct smi_s2k *s2k, uint8_t *key, size_t size)
{
    const struct smi_derived *known = find(password, s2k, size);
    if (known) {
        memcpy(key, known->key, size);
        return 0;
    }
    if (size > sizeof known->key)
        return smi_fail(context, SECMAIL_E_INTERNAL, NULL);
    if (!smi_grow(&context->mem, &password->derived, &password->room, password->count + 1,
                  sizeof *password->derived))
        return smi_nomem(context);
    struct smi_derived *d = &password->derived[password->count];
    *d = (struct smi_derived){.s2k = *s2k, .size = size};
    int rc = smi_s2k_derive(context, s2k, secmail_secret_data(password->text),
                            secmail_secret_size(password->text), d->key, size);
    if (rc)
        return rc;
    memcpy(key, d->key, size);
    password->count++;
    return 0;
}

int smi_password_fresh(struct secmail_context *context, struct smi_password *password, bool argon2,
                       struct smi_s2k *s2k)
{
    const uint8_t wanted = argon2 ? SMI_S2K_ARGON2 : SMI_S2K_ITERATED;
    int rc = 0;
    if (password->fresh.type != wanted)
        rc = argon2 ? smi_s2k_new_argon2(context, &password->fresh)
                    : smi_s2k_new_iterated(context, &password->fresh);
    *s2k = password->fresh;
    return rc;
}
