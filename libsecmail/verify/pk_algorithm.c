/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of public-key algorithms and curves. */
#include "pk_algorithm.h"

#include "crypto/cipher.h"
#include "crypto/hash.h"

enum {
    SIGNS = SMI_USE_SIGN | SMI_USE_VERIFY,
    ENCRYPTS = SMI_USE_ENCRYPT | SMI_USE_DECRYPT,
};

/* Those of RFC 9980 and ElGamal's old number have a form but no use: a key packet is read and
 * passed on. Their signatures and encrypted session keys aren't read, so that what they hold
 * doesn't matter. */
static const struct smi_pk_algorithm algorithms[] = {
    {"RSA", SMI_PK_RSA, SIGNS | ENCRYPTS, 0, "mm", "mmmm", "m", 0, 0, 0},
    {"RSA", SMI_PK_RSA_ENCRYPT, ENCRYPTS, 0, "mm", "mmmm", "", 0, 0, 0},
    {"RSA", SMI_PK_RSA_SIGN, SIGNS, 0, "mm", "mmmm", "m", 0, 0, 0},
    {"ElGamal", SMI_PK_ELGAMAL, SMI_USE_DECRYPT, 0, "mmm", "m", "", 0, 0, 0},
    {"DSA", SMI_PK_DSA, SMI_USE_VERIFY, 0, "mmmm", "m", "mm", 0, 0, 0},
    {"ECDH", SMI_PK_ECDH, ENCRYPTS, 0, "omk", "m", "", 0, 0, 0},
    {"ECDSA", SMI_PK_ECDSA, SIGNS, 0, "om", "m", "mm", 0, 0, 0},
    {"ElGamal", SMI_PK_ELGAMAL_SIGN, 0, 0, "mmm", "m", "", 0, 0, 0},
    {"EdDSA", SMI_PK_EDDSA_LEGACY, SIGNS, 0, "om", "m", "mm", 0, 0, 0},
    {"X25519", SMI_PK_X25519, ENCRYPTS, 255, "n", "n", "", 32, 32, 0},
    {"X448", SMI_PK_X448, ENCRYPTS, 448, "n", "n", "", 56, 56, 0},
    {"Ed25519", SMI_PK_ED25519, SIGNS, 255, "n", "n", "n", 32, 32, 64},
    {"Ed448", SMI_PK_ED448, SIGNS, 448, "n", "n", "n", 57, 57, 114},
    {"ML-DSA-65+Ed25519", SMI_PK_ML_DSA_65_ED25519, 0, 0, "n", "n", "", 1984, 64, 0},
    {"ML-DSA-87+Ed448", SMI_PK_ML_DSA_87_ED448, 0, 0, "n", "n", "", 2649, 89, 0},
    {"SLH-DSA-SHAKE-128s", SMI_PK_SLH_DSA_SHAKE_128S, 0, 0, "n", "n", "", 32, 64, 0},
    {"SLH-DSA-SHAKE-128f", SMI_PK_SLH_DSA_SHAKE_128F, 0, 0, "n", "n", "", 32, 64, 0},
    {"SLH-DSA-SHAKE-256s", SMI_PK_SLH_DSA_SHAKE_256S, 0, 0, "n", "n", "", 64, 128, 0},
    {"ML-KEM-768+X25519", SMI_PK_ML_KEM_768_X25519, 0, 0, "n", "n", "", 1216, 96, 0},
    {"ML-KEM-1024+X448", SMI_PK_ML_KEM_1024_X448, 0, 0, "n", "n", "", 1624, 120, 0},
};

/* Sections 9.2 and 11.5.1. */
static const struct smi_pk_curve curves[] = {
    {"Curve25519",
     SMI_CURVE_NONE,
     255,
     ENCRYPTS,
     SMI_SHA256,
     SMI_AES128,
     10,
     {0x2b, 0x06, 0x01, 0x04, 0x01, 0x97, 0x55, 0x01, 0x05, 0x01}},
    {"Ed25519",
     SMI_CURVE_NONE,
     255,
     SIGNS,
     0,
     0,
     9,
     {0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01}},
    {"NIST P-256",
     SMI_CURVE_P256,
     256,
     SIGNS | ENCRYPTS,
     SMI_SHA256,
     SMI_AES128,
     8,
     {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07}},
    {"NIST P-384",
     SMI_CURVE_P384,
     384,
     SIGNS | ENCRYPTS,
     SMI_SHA384,
     SMI_AES192,
     5,
     {0x2b, 0x81, 0x04, 0x00, 0x22}},
    {"NIST P-521",
     SMI_CURVE_P521,
     521,
     SIGNS | ENCRYPTS,
     SMI_SHA512,
     SMI_AES256,
     5,
     {0x2b, 0x81, 0x04, 0x00, 0x23}},
    {"Brainpool P256r1",
     SMI_CURVE_BP256,
     256,
     SIGNS | ENCRYPTS,
     SMI_SHA256,
     SMI_AES128,
     9,
     {0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07}},
    {"Brainpool P384r1",
     SMI_CURVE_BP384,
     384,
     SIGNS | ENCRYPTS,
     SMI_SHA384,
     SMI_AES192,
     9,
     {0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0b}},
    {"Brainpool P512r1",
     SMI_CURVE_BP512,
     512,
     SIGNS | ENCRYPTS,
     SMI_SHA512,
     SMI_AES256,
     9,
     {0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0d}},
};

const struct smi_pk_algorithm *smi_pk_algorithm(uint8_t algo)
{
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        if (algorithms[i].algo == algo)
            return &algorithms[i];
    }
    return NULL;
}

const char *smi_pk_name(uint8_t algo)
{
    const struct smi_pk_algorithm *algorithm = smi_pk_algorithm(algo);
    return algorithm ? algorithm->name : "an unknown algorithm";
}

/* EdDSA has native points only, ECDSA has the others only, ECDH has both. */
static bool goes_with(const struct smi_pk_curve *curve, uint8_t algo)
{
    const bool native = curve->curve == SMI_CURVE_NONE;
    if (algo == SMI_PK_ECDH)
        return curve->use & SMI_USE_ENCRYPT;
    return curve->use & SMI_USE_SIGN && native == (algo == SMI_PK_EDDSA_LEGACY);
}

const struct smi_pk_curve *smi_pk_curve(uint8_t algo, const struct smi_cursor *oid)
{
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        const struct smi_pk_curve *c = &curves[i];
        if (!oid->bad && oid->size == c->oid_size && smi_equal(oid->data, c->oid, c->oid_size) &&
            goes_with(c, algo))
            return c;
    }
    return NULL;
}

const struct smi_pk_curve *smi_pk_curve_for(uint8_t algo, uint8_t curve)
{
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        if (curves[i].curve == curve && goes_with(&curves[i], algo))
            return &curves[i];
    }
    return NULL;
}

/* ---------------------------------------------------------------- MPIs */

struct smi_cursor smi_mpi_read(struct smi_cursor *in, uint8_t version)
{
    const uint16_t bits = smi_u16(in);
    struct smi_cursor mpi = smi_sub(in, ((size_t)bits + 7) / 8);
    const struct smi_number number = {mpi.data, mpi.size};
    /* "When parsing an MPI in a version 6 Key, Signature, or Public Key Encrypted Session Key
     * (PKESK) packet, the implementation MUST check that the encoded length matches the length
     * starting from the most significant non-zero bit". */
    if (version == 6 && !mpi.bad && smi_number_bits(&number) != bits)
        mpi.bad = in->bad = true;
    return mpi;
}

void smi_mpi_write(struct smi_buf *b, const uint8_t *value, size_t size)
{
    const struct smi_number number = {value, size};
    const uint32_t bits = smi_number_bits(&number);
    const size_t used = (bits + 7) / 8;
    smi_put_u16(b, (uint16_t)bits);
    smi_put(b, value + (size - used), used);
}

bool smi_mpi_fit(const struct smi_number *value, uint8_t *to, size_t size)
{
    size_t zeros = 0; /* some writers leave them in front, against section 3.2 */
    while (value->size - zeros > size && !value->data[zeros])
        zeros++;
    const size_t left = value->size - zeros;
    if (left > size)
        return false;
    memset(to, 0, size);
    if (left)
        memcpy(to + size - left, value->data + zeros, left);
    return true;
}
