/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Large numbers between their bytes and the arithmetic of nettle and GMP. For this folder. */
#ifndef SMI_CRYPTO_NUMBER_H
#define SMI_CRYPTO_NUMBER_H

#include "core/context.h"

#include <gmp.h>

/* A number as borrowed bytes, big-endian; leading zeros don't matter. In algorithms that have a
 * byte order of their own, just bytes. */
struct smi_number {
    const uint8_t *data;
    size_t size;
};

/* How many bits it has, leading zeros left out. */
uint32_t smi_number_bits(const struct smi_number *number);

/* Initialises a GMP number; smi_mpz_close() wipes it, smi_mpz_wipe() leaves it usable. GMP has its
 * own memory functions, which end the process when memory runs out: callers bound their numbers. */
void smi_mpz_open(mpz_t z, const struct smi_number *number);
void smi_mpz_wipe(mpz_t z);
void smi_mpz_close(mpz_t z);

/* Writes exactly `size` bytes; false if the number doesn't fit. */
bool smi_mpz_write(const mpz_t z, uint8_t *to, size_t size);

/*
 * Random bytes for nettle, whose random functions can't fail. A failure is noted in `rc`, and the
 * result must be thrown away; until then the loops that look for a fitting number get bytes that
 * change, or they would never end.
 */
struct smi_draw {
    struct secmail_context *context;
    int rc;
    uint64_t filler;
};

void smi_draw(void *draw, size_t size, uint8_t *out);

#endif
