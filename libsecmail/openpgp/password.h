/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A password at work on the parts of a key: what is derived from it is derived once for each
 * distinct specifier, however many parts name it. */
#ifndef SMI_OPENPGP_PASSWORD_H
#define SMI_OPENPGP_PASSWORD_H

#include "crypto/s2k.h"
#include "s2k_specifier.h"

struct smi_derived {
    struct smi_s2k s2k;
    size_t size;
    uint8_t key[64];
};

struct smi_password {
    const struct secmail_secret *text; /* borrowed */
    struct smi_derived *derived;
    size_t count, room;
    struct smi_s2k fresh; /* what new locks share */
};

static inline struct smi_password smi_password(const struct secmail_secret *text)
{
    return (struct smi_password){.text = text};
}

void smi_password_close(struct secmail_context *context, struct smi_password *password);

/* SECMAIL_E_ARGUMENT for a password that must not protect anything: an empty one. */
int smi_password_check_new(struct secmail_context *context, const struct secmail_secret *text);

/* As smi_s2k_derive(). */
int smi_password_derive(struct secmail_context *context, struct smi_password *password,
                        const struct smi_s2k *s2k, uint8_t *key, size_t size);

/* A specifier with fresh salt for locking: Argon2 for AEAD, else iterated. All parts that are
 * locked with one password together share it: whoever opens the key pays for one derivation, and a
 * shared salt tells nothing that the parts don't tell by standing in one file. */
int smi_password_fresh(struct secmail_context *context, struct smi_password *password, bool argon2,
                       struct smi_s2k *s2k);

#endif
