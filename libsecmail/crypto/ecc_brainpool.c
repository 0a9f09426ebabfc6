/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The curves of Brainpool (RFC 5639), through libgcrypt. */
#include "crypto/backend.h"
#include "crypto/ecc_backend.h"
#include "crypto/hash.h"

#include <string.h>

static const char *name_of(enum smi_curve curve)
{
    return curve == SMI_CURVE_BP256   ? "brainpoolP256r1"
           : curve == SMI_CURVE_BP384 ? "brainpoolP384r1"
                                      : "brainpoolP512r1";
}

/* A curve and a point on it. libgcrypt computes with points that are on none too. */
struct place {
    gcry_ctx_t curve;
    gcry_mpi_point_t point;
};

static void close_place(struct place *p)
{
    gcry_mpi_point_release(p->point);
    gcry_ctx_release(p->curve);
}

/* False if the point isn't on the curve; the place is to be closed all the same. */
static bool open_place(struct place *p, enum smi_curve curve, const uint8_t *point)
{
    gcry_mpi_t value = NULL;
    *p = (struct place){0};
    if (gcry_mpi_ec_new(&p->curve, NULL, name_of(curve)))
        return false;
    p->point = gcry_mpi_point_new(0);
    const bool ok = !gcry_mpi_scan(&value, GCRYMPI_FMT_USG, point, smi_ecc_point_size(curve),
                                   NULL) &&
                    !gcry_mpi_ec_decode_point(p->point, value, p->curve) &&
                    gcry_mpi_ec_curve_point(p->point, p->curve);
    gcry_mpi_release(value);
    return ok;
}

static bool is_on_curve(enum smi_curve curve, const uint8_t *point)
{
    struct place p;
    const bool ok = open_place(&p, curve, point);
    close_place(&p);
    return ok;
}

bool smi_brainpool_verify(enum smi_curve curve, const uint8_t *point, const uint8_t *digest,
                          size_t size, const struct smi_number *r, const struct smi_number *s)
{
    if (!is_on_curve(curve, point))
        return false;
    /* libgcrypt cuts the digest itself only if it is told its hash: this cuts it before. */
    const size_t most = smi_ecc_size(curve);
    gcry_sexp_t key = NULL, data = NULL, sig = NULL;
    const bool good = !gcry_sexp_build(&key, NULL, "(public-key (ecc (curve %s) (q %b)))",
                                       name_of(curve), (int)smi_ecc_point_size(curve), point) &&
                      !gcry_sexp_build(&data, NULL, "(data (flags raw) (value %b))",
                                       (int)(size < most ? size : most), digest) &&
                      !gcry_sexp_build(&sig, NULL, "(sig-val (ecdsa (r %b) (s %b)))", (int)r->size,
                                       r->data, (int)s->size, s->data) &&
                      !gcry_pk_verify(sig, data, key);
    gcry_sexp_release(key);
    gcry_sexp_release(data);
    gcry_sexp_release(sig);
    return good;
}

/* ---------------------------------------------------------------- secrets */

/* The scalar, below the order of the curve; NULL if it isn't. The flag makes libgcrypt compute
 * without branches that depend on it, and wipe it. */
static gcry_mpi_t open_scalar(gcry_ctx_t curve, const uint8_t *secret, size_t size)
{
    gcry_mpi_t d = NULL;
    if (gcry_mpi_scan(&d, GCRYMPI_FMT_USG, secret, size, NULL))
        return NULL;
    gcry_mpi_t order = gcry_mpi_ec_get_mpi("n", curve, 0);
    if (order && gcry_mpi_cmp_ui(d, 0) > 0 && gcry_mpi_cmp(d, order) < 0) {
        gcry_mpi_set_flag(d, GCRYMPI_FLAG_SECURE); /* which ends the process for a zero */
    } else {
        gcry_mpi_release(d);
        d = NULL;
    }
    gcry_mpi_release(order);
    return d;
}

/* Writes exactly `size` bytes. */
static bool put_number(gcry_mpi_t z, uint8_t *to, size_t size)
{
    size_t used = 0;
    if (gcry_mpi_print(GCRYMPI_FMT_USG, to, size, &used, z))
        return false;
    memmove(to + (size - used), to, used);
    memset(to, 0, size - used);
    return true;
}

/* d * p as affine coordinates; y may be NULL. */
static bool multiply(gcry_ctx_t curve, gcry_mpi_t d, gcry_mpi_point_t p, size_t size, uint8_t *x,
                     uint8_t *y)
{
    gcry_mpi_point_t product = gcry_mpi_point_new(0);
    gcry_mpi_t x_mpi = gcry_mpi_snew(0), y_mpi = gcry_mpi_snew(0);
    gcry_mpi_ec_mul(product, d, p, curve);
    const bool ok = !gcry_mpi_ec_get_affine(x_mpi, y_mpi, product, curve) &&
                    put_number(x_mpi, x, size) && (!y || put_number(y_mpi, y, size));
    gcry_mpi_release(x_mpi);
    gcry_mpi_release(y_mpi);
    gcry_mpi_point_release(product);
    return ok;
}

bool smi_brainpool_public(enum smi_curve curve, const uint8_t *secret, uint8_t *point)
{
    gcry_ctx_t ec;
    const size_t size = smi_ecc_size(curve);
    if (gcry_mpi_ec_new(&ec, NULL, name_of(curve)))
        return false;
    gcry_mpi_t d = open_scalar(ec, secret, size);
    gcry_mpi_point_t g = gcry_mpi_ec_get_point("g", ec, 1);
    point[0] = 4;
    const bool ok = d && g && multiply(ec, d, g, size, point + 1, point + 1 + size);
    gcry_mpi_point_release(g);
    gcry_mpi_release(d);
    gcry_ctx_release(ec);
    return ok;
}

enum smi_ecc_answer smi_brainpool_ecdh(enum smi_curve curve, const uint8_t *secret,
                                       const uint8_t *point, uint8_t *shared)
{
    struct place p;
    enum smi_ecc_answer answer = SMI_ECC_NO_POINT;
    if (open_place(&p, curve, point)) {
        const size_t size = smi_ecc_size(curve);
        gcry_mpi_t d = open_scalar(p.curve, secret, size);
        const bool ok = d && multiply(p.curve, d, p.point, size, shared, NULL);
        answer = ok ? SMI_ECC_OK : SMI_ECC_NO_SCALAR;
        gcry_mpi_release(d);
    }
    close_place(&p);
    return answer;
}

static bool take_number(gcry_sexp_t from, const char *name, uint8_t *to, size_t size)
{
    gcry_sexp_t list = gcry_sexp_find_token(from, name, 0);
    gcry_mpi_t z = list ? gcry_sexp_nth_mpi(list, 1, GCRYMPI_FMT_USG) : NULL;
    const bool ok = z && put_number(z, to, size);
    gcry_mpi_release(z);
    gcry_sexp_release(list);
    return ok;
}

static gcry_sexp_t private_key(enum smi_curve curve, const uint8_t *secret)
{
    gcry_ctx_t ec;
    gcry_sexp_t key = NULL;
    if (gcry_mpi_ec_new(&ec, NULL, name_of(curve)))
        return NULL;
    gcry_mpi_t d = open_scalar(ec, secret, smi_ecc_size(curve));
    if (d &&
        gcry_sexp_build(&key, NULL, "(private-key (ecc (curve %s) (d %m)))", name_of(curve), d))
        key = NULL;
    gcry_mpi_release(d);
    gcry_ctx_release(ec);
    return key;
}

/* With the nonce of RFC 6979, which needs no random numbers; libgcrypt cuts the digest. */
bool smi_brainpool_sign(enum smi_curve curve, const uint8_t *secret, uint8_t hash,
                        const uint8_t *digest, uint8_t *r, uint8_t *s)
{
    const size_t size = smi_ecc_size(curve);
    gcry_sexp_t key = private_key(curve, secret), data = NULL, sig = NULL;
    const bool ok = key &&
                    !gcry_sexp_build(&data, NULL, "(data (flags rfc6979) (hash %s %b))",
                                     gcry_md_algo_name(smi_hash_gcry(hash)),
                                     (int)smi_hash_size(hash), digest) &&
                    !gcry_pk_sign(&sig, data, key) && take_number(sig, "r", r, size) &&
                    take_number(sig, "s", s, size);
    gcry_sexp_release(key);
    gcry_sexp_release(data);
    gcry_sexp_release(sig);
    return ok;
}
