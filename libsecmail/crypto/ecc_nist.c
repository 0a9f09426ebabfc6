/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The curves of NIST, through nettle, whose arithmetic with secret scalars has no branches and no
 * table look-ups that depend on them. */
#include "core/secret.h"
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

/* ---------------------------------------------------------------- secrets */

/* False if it is none; the scalar is to be closed all the same. */
static bool open_scalar(struct ecc_scalar *k, enum smi_curve curve, const uint8_t *secret)
{
    const struct smi_number number = {secret, smi_ecc_size(curve)};
    mpz_t z;
    ecc_scalar_init(k, curve_of(curve));
    smi_mpz_open(z, &number);
    const bool ok = ecc_scalar_set(k, z) == 1;
    smi_mpz_close(z);
    return ok;
}

static void close_scalar(struct ecc_scalar *k)
{
    smi_wipe(k->p, (size_t)ecc_size(k->ecc) * sizeof(mp_limb_t));
    ecc_scalar_clear(k);
}

static void close_point(struct ecc_point *p)
{
    smi_wipe(p->p, (size_t)ecc_size_a(p->ecc) * sizeof(mp_limb_t));
    ecc_point_clear(p);
}

static void put_point(const struct ecc_point *p, size_t size, uint8_t *point)
{
    mpz_t x, y;
    mpz_init(x);
    mpz_init(y);
    ecc_point_get(p, x, y);
    point[0] = 4;
    smi_mpz_write(x, point + 1, size);
    smi_mpz_write(y, point + 1 + size, size);
    mpz_clear(x);
    mpz_clear(y);
}

bool smi_nist_public(enum smi_curve curve, const uint8_t *secret, uint8_t *point)
{
    struct ecc_scalar k;
    struct ecc_point p;
    const bool ok = open_scalar(&k, curve, secret);
    ecc_point_init(&p, curve_of(curve));
    if (ok) {
        ecc_point_mul_g(&p, &k);
        put_point(&p, smi_ecc_size(curve), point);
    }
    ecc_point_clear(&p);
    close_scalar(&k);
    return ok;
}

void smi_nist_generate(struct smi_draw *draw, enum smi_curve curve, uint8_t *secret, uint8_t *point)
{
    struct ecc_scalar k;
    struct ecc_point p;
    mpz_t z;
    ecc_scalar_init(&k, curve_of(curve));
    ecc_point_init(&p, curve_of(curve));
    mpz_init(z);
    ecdsa_generate_keypair(&p, &k, draw, smi_draw);
    ecc_scalar_get(&k, z);
    smi_mpz_write(z, secret, smi_ecc_size(curve));
    put_point(&p, smi_ecc_size(curve), point);
    smi_mpz_close(z);
    ecc_point_clear(&p);
    close_scalar(&k);
}

bool smi_nist_sign(struct smi_draw *draw, enum smi_curve curve, const uint8_t *secret,
                   const uint8_t *digest, size_t size, uint8_t *r, uint8_t *s)
{
    struct ecc_scalar k;
    struct dsa_signature sig;
    bool ok = open_scalar(&k, curve, secret);
    dsa_signature_init(&sig);
    if (ok) {
        ecdsa_sign(&k, draw, smi_draw, size, digest, &sig);
        ok = smi_mpz_write(sig.r, r, smi_ecc_size(curve)) &&
             smi_mpz_write(sig.s, s, smi_ecc_size(curve));
    }
    dsa_signature_clear(&sig);
    close_scalar(&k);
    return ok;
}

enum smi_ecc_answer smi_nist_ecdh(enum smi_curve curve, const uint8_t *secret, const uint8_t *point,
                                  uint8_t *shared)
{
    struct ecc_scalar k;
    struct ecc_point p, product;
    mpz_t x;
    enum smi_ecc_answer answer = open_scalar(&k, curve, secret) ? SMI_ECC_OK : SMI_ECC_NO_SCALAR;
    if (!open_point(&p, curve, point))
        answer = SMI_ECC_NO_POINT;
    ecc_point_init(&product, curve_of(curve));
    mpz_init(x);
    if (answer == SMI_ECC_OK) {
        ecc_point_mul(&product, &k, &p);
        ecc_point_get(&product, x, NULL);
        smi_mpz_write(x, shared, smi_ecc_size(curve));
    }
    smi_mpz_close(x);
    close_point(&product);
    ecc_point_clear(&p);
    close_scalar(&k);
    return answer;
}
