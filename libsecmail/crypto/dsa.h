/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DSA signatures (FIPS 186-4), through nettle: only to verify old ones. */
#ifndef SMI_CRYPTO_DSA_H
#define SMI_CRYPTO_DSA_H

#include "crypto/number.h"

enum { SMI_DSA_MAX_BITS = 4096 }; /* of p: no software wrote larger keys */

struct smi_dsa_public {
    struct smi_number p, q, g, y;
};

/* The digest is cut to the length of q. Keys that are none, or too large, verify nothing. */
bool smi_dsa_verify(const struct smi_dsa_public *key, const uint8_t *digest, size_t size,
                    const struct smi_number *r, const struct smi_number *s);

#endif
