/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Large numbers between their bytes and the arithmetic of nettle and GMP. */
#include "crypto/number.h"

#include "core/secret.h"

#include <nettle/bignum.h>

uint32_t smi_number_bits(const struct smi_number *number)
{
    size_t zeros = 0;
    while (zeros < number->size && !number->data[zeros])
        zeros++;
    if (zeros == number->size)
        return 0;
    uint32_t bits = (uint32_t)(number->size - zeros) * 8;
    for (uint8_t top = number->data[zeros]; !(top & 0x80); top = (uint8_t)(top << 1))
        bits--;
    return bits;
}

void smi_mpz_open(mpz_t z, const struct smi_number *number)
{
    mpz_init(z);
    nettle_mpz_set_str_256_u(z, number->size, number->data);
}

void smi_mpz_wipe(mpz_t z)
{
    const size_t limbs = mpz_size(z);
    if (limbs)
        smi_wipe(mpz_limbs_modify(z, (mp_size_t)limbs), limbs * sizeof(mp_limb_t));
    mpz_set_ui(z, 0);
}

void smi_mpz_close(mpz_t z)
{
    smi_mpz_wipe(z);
    mpz_clear(z);
}

bool smi_mpz_write(const mpz_t z, uint8_t *to, size_t size)
{
    if (mpz_sgn(z) < 0 || mpz_sizeinbase(z, 2) > size * 8)
        return false;
    nettle_mpz_get_str_256(size, to, z);
    return true;
}

void smi_draw(void *draw, size_t size, uint8_t *out)
{
    struct smi_draw *d = draw;
    if (!d->rc)
        d->rc = smi_random(d->context, out, size);
    for (size_t i = 0; d->rc && i < size; i++) {
        d->filler = d->filler * UINT64_C(6364136223846793005) + 1442695040888963407U;
        out[i] = (uint8_t)(d->filler >> 56);
    }
}
