/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The curves of NIST, through nettle, whose arithmetic with secret scalars has no branches and no
 * table look-ups that depend on them. */
#include "crypto/ecc_backend.h"

#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>

static const struct ecc_curve *curve_of(enum smi_curve curve)
{
    return curve == SMI_CURVE_P256   ? nettle_get_secp_256r1()
           : curve == SMI_CURVE_P384 ? nettle_get_secp_384r1()
                                     : nettle_get_secp_521r1();
}

/* False if it isn't on the curve; the point is to be cleared all the same. */
static bool open_point(struct ecc_point *p, enum smi_curve curve, const uint8_t *point)
{
    const size_t size = smi_ecc_size(curve);
    const struct smi_number coordinates[] = {{point + 1, size}, {point + 1 + size, size}};
    mpz_t x, y;
    ecc_point_init(p, curve_of(curve));
    smi_mpz_open(x, &coordinates[0]);
    smi_mpz_open(y, &coordinates[1]);
    const bool ok = ecc_point_set(p, x, y) == 1;
    mpz_clear(x);
    mpz_clear(y);
    return ok;
}

bool smi_nist_verify(enum smi_curve curve, const uint8_t *point, const uint8_t *digest, size_t size,
                     const struct smi_number *r, const struct smi_number *s)
{
    struct ecc_point pub;
    struct dsa_signature sig;
    smi_mpz_open(sig.r, r);
    smi_mpz_open(sig.s, s);
    const bool good = open_point(&pub, curve, point) && ecdsa_verify(&pub, size, digest, &sig) == 1;
    ecc_point_clear(&pub);
    dsa_signature_clear(&sig);
    return good;
}
