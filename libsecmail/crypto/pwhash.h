/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hashing of passwords that are stored: Argon2id with one lane (RFC 9106, libsodium). The salt
 * comes from the caller, as all randomness does, and the cost is stored beside the hash. It is not
 * OpenPGP's string-to-key (s2k.h).
 */
#ifndef SMI_CRYPTO_PWHASH_H
#define SMI_CRYPTO_PWHASH_H

#include "core/context.h"

enum { SMI_PWHASH_SALT_SIZE = 16 };

struct smi_pwhash_cost {
    uint32_t memory_kib; /* at least 8 */
    uint32_t passes;     /* at least 1 */
};

/*
 * Writes `size` bytes (at least 16). 0; SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB and
 * SECMAIL_E_LIMIT_ARGON2_WORK before anything is allocated, SECMAIL_E_NOMEM; recorded.
 */
int smi_pwhash(struct secmail_context *context, const struct smi_pwhash_cost *cost,
               const uint8_t salt[SMI_PWHASH_SALT_SIZE], const void *password, size_t password_size,
               uint8_t *out, size_t size);

#endif
