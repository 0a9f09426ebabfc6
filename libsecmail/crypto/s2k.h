/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* String-to-key (RFC 9580 section 3.7): password to symmetric key. Reading and writing the
 * specifier is packet work and lives in verify/. */
#ifndef SMI_CRYPTO_S2K_H
#define SMI_CRYPTO_S2K_H

#include "core/context.h"

enum smi_s2k_type {
    SMI_S2K_SIMPLE = 0,
    SMI_S2K_SALTED = 1,
    SMI_S2K_ITERATED = 3,
    SMI_S2K_ARGON2 = 4,
};

struct smi_s2k {
    uint8_t type;
    uint8_t hash;     /* types 0, 1, 3 */
    uint8_t salt[16]; /* 8 bytes are used by types 1 and 3, 16 by type 4 */
    uint8_t count;    /* type 3, coded: RFC 9580 section 3.7.1.3 */
    uint8_t passes;   /* type 4: t */
    uint8_t lanes;    /* type 4: p */
    uint8_t memory;   /* type 4: exponent of KiB */
};

/* Octets that the coded count of type 3 stands for. */
uint32_t smi_s2k_octets(uint8_t count);

/*
 * Derives `size` bytes. 0, SECMAIL_E_ARGUMENT (size 0 or above 64; an empty password for Argon2,
 * which libgcrypt refuses), SECMAIL_E_UNSUPPORTED_ALGORITHM (type or hash), SECMAIL_E_MALFORMED
 * (Argon2 parameters outside RFC 9106: t = 0, p = 0, memory below 8 * p KiB or exponent above 31),
 * SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB and SECMAIL_E_LIMIT_ARGON2_WORK (checked before anything is
 * allocated), SECMAIL_E_NOMEM, SECMAIL_E_CRYPTO_INIT; recorded. On failure `key` holds nothing.
 */
int smi_s2k_derive(struct secmail_context *context, const struct smi_s2k *s2k,
                   const uint8_t *password, size_t password_size, uint8_t *key, size_t size);

#endif
