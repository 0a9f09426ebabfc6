/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HMAC (RFC 2104) and HKDF (RFC 5869) over the hashes of hash.h. */
#ifndef SMI_CRYPTO_MAC_H
#define SMI_CRYPTO_MAC_H

#include "crypto/hash.h"

/* An HMAC key that is set up once and used for many messages. */
struct smi_hmac {
    void *handle;
    uint8_t algo;
};

/* `key` may be NULL with size 0. 0 or as smi_hash_open(); on failure `h` is closed. */
int smi_hmac_open(struct secmail_context *context, struct smi_hmac *h, uint8_t algo,
                  const uint8_t *key, size_t key_size);
/* One message: writes smi_hash_size() bytes. */
void smi_hmac_once(struct smi_hmac *h, const void *data, size_t size, uint8_t *mac);
void smi_hmac_close(struct smi_hmac *h);

/* HKDF extract-and-expand. `salt` and `info` may be NULL with size 0. As smi_hash_open(), and
 * SECMAIL_E_ARGUMENT for a size above 255 * hash size. */
int smi_hkdf(struct secmail_context *context, uint8_t algo, const uint8_t *key, size_t key_size,
             const uint8_t *salt, size_t salt_size, const uint8_t *info, size_t info_size,
             uint8_t *out, size_t size);

#endif
