/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The curves of Brainpool (RFC 5639), through libgcrypt. */
#include "crypto/ecc_backend.h"

#include <gcrypt.h>

static const char *name_of(enum smi_curve curve)
{
    return curve == SMI_CURVE_BP256   ? "brainpoolP256r1"
           : curve == SMI_CURVE_BP384 ? "brainpoolP384r1"
                                      : "brainpoolP512r1";
}

/* libgcrypt verifies with points that are on no curve too. */
static bool is_on_curve(enum smi_curve curve, const uint8_t *point)
{
    gcry_ctx_t ec;
    if (gcry_mpi_ec_new(&ec, NULL, name_of(curve)))
        return false;
    gcry_mpi_t value = NULL;
    gcry_mpi_point_t p = gcry_mpi_point_new(0);
    bool ok = !gcry_mpi_scan(&value, GCRYMPI_FMT_USG, point, smi_ecc_point_size(curve), NULL) &&
              !gcry_mpi_ec_decode_point(p, value, ec) && gcry_mpi_ec_curve_point(p, ec);
    gcry_mpi_release(value);
    gcry_mpi_point_release(p);
    gcry_ctx_release(ec);
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
