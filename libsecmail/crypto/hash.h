/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hash functions, by their OpenPGP numbers (RFC 9580 section 9.5). */
#ifndef SMI_CRYPTO_HASH_H
#define SMI_CRYPTO_HASH_H

#include "core/context.h"

enum smi_hash_algo {
    SMI_MD5 = 1,
    SMI_SHA1 = 2,
    SMI_RIPEMD160 = 3,
    SMI_SHA256 = 8,
    SMI_SHA384 = 9,
    SMI_SHA512 = 10,
    SMI_SHA224 = 11,
    SMI_SHA3_256 = 12,
    SMI_SHA3_512 = 14,
    SMI_HASH_MAX_SIZE = 64,
};

struct smi_hash {
    void *handle; /* NULL when closed */
    uint8_t algo;
};

/* Digest bytes; 0 for a number that is not supported. */
size_t smi_hash_size(uint8_t algo);

/* "SHA256"; "unknown" for others. The names of RFC 9580 section 9.5. */
const char *smi_hash_name(uint8_t algo);

/* 0, SECMAIL_E_UNSUPPORTED_ALGORITHM, SECMAIL_E_NOMEM, SECMAIL_E_CRYPTO_INIT; recorded. On failure
 * `h` is closed. */
int smi_hash_open(struct secmail_context *context, struct smi_hash *h, uint8_t algo);
/* An open hash with the same input so far. */
int smi_hash_copy(struct secmail_context *context, struct smi_hash *to,
                  const struct smi_hash *from);
void smi_hash_update(struct smi_hash *h, const void *data, size_t size);
/* Writes smi_hash_size() bytes; no update may follow until a reset. */
void smi_hash_final(struct smi_hash *h, uint8_t *digest);
void smi_hash_reset(struct smi_hash *h);
void smi_hash_close(struct smi_hash *h);

/* In one go; 0 or as smi_hash_open(). */
int smi_hash_once(struct secmail_context *context, uint8_t algo, const void *data, size_t size,
                  uint8_t *digest);

#endif
