/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ECDSA and ECDH: which library has which curve. */
#include "crypto/ecc.h"

#include "core/secret.h"
#include "crypto/ecc_backend.h"
#include "crypto/hash.h"

static const uint8_t sizes[] = {
    [SMI_CURVE_NONE] = 0,   [SMI_CURVE_P256] = 32,  [SMI_CURVE_P384] = 48,  [SMI_CURVE_P521] = 66,
    [SMI_CURVE_BP256] = 32, [SMI_CURVE_BP384] = 48, [SMI_CURVE_BP512] = 64,
};

size_t smi_ecc_size(enum smi_curve curve)
{
    return sizes[curve];
}

static bool is_nist(enum smi_curve curve)
{
    return curve <= SMI_CURVE_P521;
}

static bool has_form(enum smi_curve curve, const struct smi_number *point)
{
    return sizes[curve] && point->size == smi_ecc_point_size(curve) && point->data[0] == 4;
}

bool smi_ecdsa_verify(enum smi_curve curve, const struct smi_number *point, const uint8_t *digest,
                      size_t size, const struct smi_number *r, const struct smi_number *s)
{
    /* The order of each curve has as many bits as its prime. */
    const uint32_t most = (uint32_t)sizes[curve] * 8;
    if (!has_form(curve, point) || smi_number_bits(r) > most || smi_number_bits(s) > most)
        return false;
    return is_nist(curve) ? smi_nist_verify(curve, point->data, digest, size, r, s)
                          : smi_brainpool_verify(curve, point->data, digest, size, r, s);
}

/* ---------------------------------------------------------------- secrets */

static bool put_public(enum smi_curve curve, const uint8_t *secret, uint8_t *point)
{
    return is_nist(curve) ? smi_nist_public(curve, secret, point)
                          : smi_brainpool_public(curve, secret, point);
}

bool smi_ecc_is_pair(enum smi_curve curve, const uint8_t *secret, const struct smi_number *point)
{
    uint8_t found[SMI_ECC_POINT_MAX];
    return has_form(curve, point) && put_public(curve, secret, found) &&
           smi_equal(found, point->data, point->size);
}

/* Brainpool's scalars are drawn until one is below the order: two of three are. */
static int generate_brainpool(struct secmail_context *context, enum smi_curve curve,
                              uint8_t *secret, uint8_t *point)
{
    for (int tries = 0; tries < 256; tries++) {
        int rc = smi_random(context, secret, sizes[curve]);
        if (rc || smi_brainpool_public(curve, secret, point))
            return rc;
    }
    return smi_fail(context, SECMAIL_E_RANDOM, "the random numbers never fit a curve's order");
}

int smi_ecc_generate(struct secmail_context *context, enum smi_curve curve, uint8_t *secret,
                     uint8_t *point)
{
    struct smi_draw draw = {.context = context};
    if (!is_nist(curve))
        return generate_brainpool(context, curve, secret, point);
    smi_nist_generate(&draw, curve, secret, point);
    return draw.rc;
}

static int no_scalar(struct secmail_context *context)
{
    return smi_fail(context, SECMAIL_E_INTERNAL, "a secret that was checked is no scalar");
}

int smi_ecdsa_sign(struct secmail_context *context, enum smi_curve curve, const uint8_t *secret,
                   uint8_t hash, const uint8_t *digest, uint8_t *r, uint8_t *s)
{
    struct smi_draw draw = {.context = context};
    const bool ok = is_nist(curve)
                        ? smi_nist_sign(&draw, curve, secret, digest, smi_hash_size(hash), r, s)
                        : smi_brainpool_sign(curve, secret, hash, digest, r, s);
    if (draw.rc)
        return draw.rc;
    return ok ? 0 : no_scalar(context);
}

int smi_ecdh(struct secmail_context *context, enum smi_curve curve, const uint8_t *secret,
             const struct smi_number *point, uint8_t *shared)
{
    enum smi_ecc_answer answer = SMI_ECC_NO_POINT;
    if (has_form(curve, point))
        answer = is_nist(curve) ? smi_nist_ecdh(curve, secret, point->data, shared)
                                : smi_brainpool_ecdh(curve, secret, point->data, shared);
    if (answer == SMI_ECC_OK)
        return 0;
    return answer == SMI_ECC_NO_SCALAR ? no_scalar(context)
                                       : smi_fail(context, SECMAIL_E_WEAK_POINT,
                                                  "a point lies on no curve that it is given for");
}
