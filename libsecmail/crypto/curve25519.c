/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ed25519 and X25519 through libsodium: native byte order in and out, no OpenPGP encodings. */
#include "crypto/curve25519.h"

#include <sodium.h>
#include <string.h>

/* libsodium's secret key is seed and public key in a row. */
enum { SEED_SIZE = crypto_sign_SEEDBYTES, PAIR_SIZE = crypto_sign_SECRETKEYBYTES };

void smi_ed25519_public(uint8_t pub[32], const uint8_t seed[32])
{
    uint8_t pair[PAIR_SIZE];
    crypto_sign_seed_keypair(pub, pair, seed);
    smi_wipe(pair, sizeof pair);
}

void smi_ed25519_sign(uint8_t sig[64], const uint8_t seed[32], const uint8_t pub[32],
                      const uint8_t *data, size_t size)
{
    uint8_t pair[PAIR_SIZE];
    memcpy(pair, seed, SEED_SIZE);
    memcpy(pair + SEED_SIZE, pub, PAIR_SIZE - SEED_SIZE);
    crypto_sign_detached(sig, NULL, data, size, pair);
    smi_wipe(pair, sizeof pair);
}

bool smi_ed25519_verify(const uint8_t sig[64], const uint8_t pub[32], const uint8_t *data,
                        size_t size)
{
    return crypto_sign_verify_detached(sig, data, size, pub) == 0;
}

void smi_x25519_public(uint8_t pub[32], const uint8_t secret[32])
{
    crypto_scalarmult_curve25519_base(pub, secret);
}

bool smi_x25519(uint8_t shared[32], const uint8_t secret[32], const uint8_t pub[32])
{
    /* libsodium refuses points of small order; RFC 7748 section 6.1 asks for the all-zero check. */
    if (crypto_scalarmult_curve25519(shared, secret, pub) == 0 && !sodium_is_zero(shared, 32))
        return true;
    smi_wipe(shared, 32);
    return false;
}
