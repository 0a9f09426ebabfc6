/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ed448 (RFC 8032, without context) and X448 (RFC 7748), through nettle. Values are bytes in native
 * (little-endian) order: 57 for Ed448 keys, 114 for signatures, 56 for X448. */
#ifndef SMI_CRYPTO_CURVE448_H
#define SMI_CRYPTO_CURVE448_H

#include "core/context.h"

enum { SMI_ED448_KEY = 57, SMI_ED448_SIGNATURE = 114, SMI_X448_KEY = 56 };

void smi_ed448_public(uint8_t pub[57], const uint8_t seed[57]);
/* `pub` must be the public key of `seed`, as with smi_ed25519_sign(). */
void smi_ed448_sign(uint8_t sig[114], const uint8_t seed[57], const uint8_t pub[57],
                    const uint8_t *data, size_t size);
bool smi_ed448_verify(const uint8_t sig[114], const uint8_t pub[57], const uint8_t *data,
                      size_t size);

void smi_x448_public(uint8_t pub[56], const uint8_t secret[56]);
/* False if the shared secret is all zeros (a point of small order): `shared` is wiped then. */
bool smi_x448(uint8_t shared[56], const uint8_t secret[56], const uint8_t pub[56]);

#endif
