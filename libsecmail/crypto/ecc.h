/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ECDSA and ECDH on the curves of NIST (through nettle) and Brainpool (through libgcrypt). Points
 * are 0x04 and two coordinates (SEC 1 section 2.3.3); each is seen to lie on its curve before it is
 * used, and smi_crypto_init() was called. Both families have cofactor 1: a point on the curve has
 * no small subgroup to lie in.
 */
#ifndef SMI_CRYPTO_ECC_H
#define SMI_CRYPTO_ECC_H

#include "crypto/number.h"

enum smi_curve {
    SMI_CURVE_NONE,
    SMI_CURVE_P256,
    SMI_CURVE_P384,
    SMI_CURVE_P521,
    SMI_CURVE_BP256,
    SMI_CURVE_BP384,
    SMI_CURVE_BP512,
};

enum { SMI_ECC_MAX_SIZE = 66, SMI_ECC_POINT_MAX = 1 + 2 * SMI_ECC_MAX_SIZE };

/* Bytes of a coordinate, a scalar, a shared secret. */
size_t smi_ecc_size(enum smi_curve curve);

static inline size_t smi_ecc_point_size(enum smi_curve curve)
{
    return 1 + 2 * smi_ecc_size(curve);
}

/* The digest is cut to the size of the curve's order. False also for a point that is none. */
bool smi_ecdsa_verify(enum smi_curve curve, const struct smi_number *point, const uint8_t *digest,
                      size_t size, const struct smi_number *r, const struct smi_number *s);

/* Secrets are scalars of smi_ecc_size() bytes, big-endian. All functions below answer 0,
 * SECMAIL_E_RANDOM or SECMAIL_E_INTERNAL (for a scalar that is none); recorded. */

/* Is `point` the public point of the secret? */
bool smi_ecc_is_pair(enum smi_curve curve, const uint8_t *secret, const struct smi_number *point);

/* Writes a new pair; `point` has smi_ecc_point_size() bytes. */
int smi_ecc_generate(struct secmail_context *context, enum smi_curve curve, uint8_t *secret,
                     uint8_t *point);

/* Writes r and s, of smi_ecc_size() bytes each. */
int smi_ecdsa_sign(struct secmail_context *context, enum smi_curve curve, const uint8_t *secret,
                   uint8_t hash, const uint8_t *digest, uint8_t *r, uint8_t *s);

/* The shared secret: the x coordinate. SECMAIL_E_WEAK_POINT for a point that isn't on the curve. */
int smi_ecdh(struct secmail_context *context, enum smi_curve curve, const uint8_t *secret,
             const struct smi_number *point, uint8_t *shared);

#endif
