/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ed25519 (RFC 8032) and X25519 (RFC 7748), through libsodium. All values are 32 bytes in native
 * (little-endian) order; a signature is 64. */
#ifndef SMI_CRYPTO_CURVE25519_H
#define SMI_CRYPTO_CURVE25519_H

#include "core/context.h"

void smi_ed25519_public(uint8_t pub[32], const uint8_t seed[32]);
/* `pub` must be the public key of `seed`: two signatures with different ones betray the key.
 * Whoever loads a key compares them. */
void smi_ed25519_sign(uint8_t sig[64], const uint8_t seed[32], const uint8_t pub[32],
                      const uint8_t *data, size_t size);
bool smi_ed25519_verify(const uint8_t sig[64], const uint8_t pub[32], const uint8_t *data,
                        size_t size);

void smi_x25519_public(uint8_t pub[32], const uint8_t secret[32]);
/* False if the shared secret is all zeros (a point of small order): `shared` is wiped then. */
bool smi_x25519(uint8_t shared[32], const uint8_t secret[32], const uint8_t pub[32]);

#endif
