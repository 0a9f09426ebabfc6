/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two libraries behind ecc.h. Points have been seen to have their curve's form. */
#ifndef SMI_CRYPTO_ECC_BACKEND_H
#define SMI_CRYPTO_ECC_BACKEND_H

#include "crypto/ecc.h"

bool smi_nist_verify(enum smi_curve curve, const uint8_t *point, const uint8_t *digest, size_t size,
                     const struct smi_number *r, const struct smi_number *s);

bool smi_brainpool_verify(enum smi_curve curve, const uint8_t *point, const uint8_t *digest,
                          size_t size, const struct smi_number *r, const struct smi_number *s);

#endif
