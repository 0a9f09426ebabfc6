/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DSA verification. */
#include "crypto/dsa.h"

#include <nettle/dsa.h>

/* Sizes first: what is computed with is bounded. q of 160 bits is FIPS 186-1's. */
static bool is_workable(const struct smi_dsa_public *key)
{
    const uint32_t p = smi_number_bits(&key->p), q = smi_number_bits(&key->q);
    return p >= 512 && p <= SMI_DSA_MAX_BITS && q >= 160 && q <= 512 && q < p &&
           smi_number_bits(&key->g) <= p && smi_number_bits(&key->y) <= p;
}

static bool is_sound(const struct dsa_params *params, const mpz_t y)
{
    return mpz_odd_p(params->p) && mpz_odd_p(params->q) && mpz_cmp_ui(params->g, 1) > 0 &&
           mpz_cmp(params->g, params->p) < 0 && mpz_cmp_ui(y, 1) > 0 && mpz_cmp(y, params->p) < 0;
}

bool smi_dsa_verify(const struct smi_dsa_public *key, const uint8_t *digest, size_t size,
                    const struct smi_number *r, const struct smi_number *s)
{
    const uint32_t q_bits = smi_number_bits(&key->q);
    if (!is_workable(key) || smi_number_bits(r) > q_bits || smi_number_bits(s) > q_bits)
        return false;
    struct dsa_params params;
    struct dsa_signature sig;
    mpz_t y;
    smi_mpz_open(params.p, &key->p);
    smi_mpz_open(params.q, &key->q);
    smi_mpz_open(params.g, &key->g);
    smi_mpz_open(y, &key->y);
    smi_mpz_open(sig.r, r);
    smi_mpz_open(sig.s, s);
    const bool good = is_sound(&params, y) && dsa_verify(&params, y, size, digest, &sig) == 1;
    dsa_signature_clear(&sig);
    mpz_clear(y);
    dsa_params_clear(&params);
    return good;
}
