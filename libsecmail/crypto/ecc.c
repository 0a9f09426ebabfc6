/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ECDSA and ECDH: which library has which curve. */
#include "crypto/ecc.h"

#include "crypto/ecc_backend.h"

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
