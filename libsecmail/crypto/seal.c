/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XChaCha20-Poly1305 in one go. */
#include "crypto/seal.h"

#include <sodium.h>
#include <string.h>

void smi_seal(uint8_t *out, const uint8_t key[SMI_SEAL_KEY_SIZE],
              const uint8_t nonce[SMI_SEAL_NONCE_SIZE], const uint8_t *ad, size_t ad_size,
              const uint8_t *data, size_t size)
{
    crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, data, size, ad, ad_size, NULL, nonce,
                                               key);
}

bool smi_unseal(uint8_t *out, const uint8_t key[SMI_SEAL_KEY_SIZE],
                const uint8_t nonce[SMI_SEAL_NONCE_SIZE], const uint8_t *ad, size_t ad_size,
                const uint8_t *data, size_t size)
{
    if (size < SMI_SEAL_TAG_SIZE)
        return false;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, data, size, ad, ad_size, nonce,
                                                   key) == 0)
        return true;
    memset(out, 0, size - SMI_SEAL_TAG_SIZE);
    return false;
}
