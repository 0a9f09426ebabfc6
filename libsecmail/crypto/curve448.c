/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ed448 and X448. Native byte order in and out, no OpenPGP encodings. */
#include "crypto/curve448.h"

#include <nettle/curve448.h>
#include <nettle/eddsa.h>

void smi_ed448_public(uint8_t pub[57], const uint8_t seed[57])
{
    ed448_shake256_public_key(pub, seed);
}

void smi_ed448_sign(uint8_t sig[114], const uint8_t seed[57], const uint8_t pub[57],
                    const uint8_t *data, size_t size)
{
    ed448_shake256_sign(pub, seed, size, data, sig);
}

bool smi_ed448_verify(const uint8_t sig[114], const uint8_t pub[57], const uint8_t *data,
                      size_t size)
{
    return ed448_shake256_verify(pub, size, data, sig) == 1;
}

void smi_x448_public(uint8_t pub[56], const uint8_t secret[56])
{
    curve448_mul_g(pub, secret);
}

/* RFC 7748 section 6.2: the check runs over all bytes, whatever they are. */
bool smi_x448(uint8_t shared[56], const uint8_t secret[56], const uint8_t pub[56])
{
    curve448_mul(shared, secret, pub);
    uint8_t any = 0;
    for (size_t i = 0; i < SMI_X448_KEY; i++)
        any |= shared[i];
    return any != 0;
}
