/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ElGamal decryption. */
#include "crypto/elgamal.h"

#include <nettle/pkcs1.h>

static bool is_workable(const struct smi_elgamal_numbers *key)
{
    const uint32_t bits = smi_number_bits(&key->p);
    return bits >= 512 && bits <= SMI_ELGAMAL_MAX_BITS && smi_number_bits(&key->g) <= bits &&
           smi_number_bits(&key->y) <= bits && smi_number_bits(&key->x) <= bits &&
           smi_number_bits(&key->x) > 1 && key->p.data[key->p.size - 1] & 1;
}

bool smi_elgamal_check(const struct smi_elgamal_numbers *key)
{
    if (!is_workable(key))
        return false;
    mpz_t p, g, y, x, power;
    smi_mpz_open(p, &key->p);
    smi_mpz_open(g, &key->g);
    smi_mpz_open(y, &key->y);
    smi_mpz_open(x, &key->x);
    mpz_init(power);
    mpz_powm_sec(power, g, x, p);
    const bool ok = mpz_cmp_ui(g, 1) > 0 && mpz_cmp(g, p) < 0 && mpz_cmp(x, p) < 0 &&
                    mpz_cmp_ui(y, 1) > 0 && mpz_cmp(power, y) == 0;
    smi_mpz_close(x);
    mpz_clear(p);
    mpz_clear(g);
    mpz_clear(y);
    mpz_clear(power);
    return ok;
}

/* m = c2 * c1^(p-1-x) mod p: Fermat's inverse spares a division that would depend on the secret. */
static void decrypt(mpz_t m, const mpz_t c1, const mpz_t c2, const mpz_t x, const mpz_t p)
{
    mpz_t exponent;
    mpz_init(exponent);
    mpz_sub_ui(exponent, p, 1);
    mpz_sub(exponent, exponent, x);
    mpz_powm_sec(m, c1, exponent, p);
    mpz_mul(m, m, c2);
    mpz_fdiv_r(m, m, p);
    smi_mpz_close(exponent);
}

/* What pkcs1_decrypt() returns is not looked at: that would be the oracle. Numbers that are not
 * below p are no secret. */
void smi_elgamal_decrypt(const struct smi_elgamal_numbers *key,
                         const struct smi_number encrypted[2], uint8_t *data, size_t *size)
{
    mpz_t p, x, c1, c2, m;
    smi_mpz_open(p, &key->p);
    smi_mpz_open(x, &key->x);
    smi_mpz_open(c1, &encrypted[0]);
    smi_mpz_open(c2, &encrypted[1]);
    mpz_init(m);
    if (mpz_cmp_ui(c1, 1) > 0 && mpz_cmp(c1, p) < 0 && mpz_cmp(c2, p) < 0) {
        decrypt(m, c1, c2, x, p);
        pkcs1_decrypt((smi_number_bits(&key->p) + 7) / 8, m, size, data);
    }
    smi_mpz_close(m);
    smi_mpz_close(x);
    mpz_clear(p);
    mpz_clear(c1);
    mpz_clear(c2);
}
