/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sealing of stored state: XChaCha20-Poly1305 (libsodium), whose nonce is long enough to be random.
 * For messages of one key there is cipher.h; this one is for what only we read.
 */
#ifndef SMI_CRYPTO_SEAL_H
#define SMI_CRYPTO_SEAL_H

#include "core/context.h"

enum { SMI_SEAL_KEY_SIZE = 32, SMI_SEAL_NONCE_SIZE = 24, SMI_SEAL_TAG_SIZE = 16 };

/* Writes size + SMI_SEAL_TAG_SIZE bytes. A nonce is used once. */
void smi_seal(uint8_t *out, const uint8_t key[SMI_SEAL_KEY_SIZE],
              const uint8_t nonce[SMI_SEAL_NONCE_SIZE], const uint8_t *ad, size_t ad_size,
              const uint8_t *data, size_t size);

/* Writes size - SMI_SEAL_TAG_SIZE bytes. False, and zeros written, when the seal doesn't hold; also
 * for fewer bytes than a tag has. */
bool smi_unseal(uint8_t *out, const uint8_t key[SMI_SEAL_KEY_SIZE],
                const uint8_t nonce[SMI_SEAL_NONCE_SIZE], const uint8_t *ad, size_t ad_size,
                const uint8_t *data, size_t size);

#endif
