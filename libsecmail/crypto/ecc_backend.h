/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two libraries behind ecc.h. Points have been seen to have their curve's form. */
#ifndef SMI_CRYPTO_ECC_BACKEND_H
#define SMI_CRYPTO_ECC_BACKEND_H

#include "crypto/ecc.h"

enum smi_ecc_answer { SMI_ECC_OK, SMI_ECC_NO_SCALAR, SMI_ECC_NO_POINT };

bool smi_nist_verify(enum smi_curve curve, const uint8_t *point, const uint8_t *digest, size_t size,
                     const struct smi_number *r, const struct smi_number *s);
bool smi_nist_public(enum smi_curve curve, const uint8_t *secret, uint8_t *point);
void smi_nist_generate(struct smi_draw *draw, enum smi_curve curve, uint8_t *secret,
                       uint8_t *point);
bool smi_nist_sign(struct smi_draw *draw, enum smi_curve curve, const uint8_t *secret,
                   const uint8_t *digest, size_t size, uint8_t *r, uint8_t *s);
enum smi_ecc_answer smi_nist_ecdh(enum smi_curve curve, const uint8_t *secret, const uint8_t *point,
                                  uint8_t *shared);

bool smi_brainpool_verify(enum smi_curve curve, const uint8_t *point, const uint8_t *digest,
                          size_t size, const struct smi_number *r, const struct smi_number *s);
bool smi_brainpool_public(enum smi_curve curve, const uint8_t *secret, uint8_t *point);
bool smi_brainpool_sign(enum smi_curve curve, const uint8_t *secret, uint8_t hash,
                        const uint8_t *digest, uint8_t *r, uint8_t *s);
enum smi_ecc_answer smi_brainpool_ecdh(enum smi_curve curve, const uint8_t *secret,
                                       const uint8_t *point, uint8_t *shared);

#endif
