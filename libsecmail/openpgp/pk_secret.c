/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secret key material of each algorithm, from OpenPGP's fields to the arithmetic. */
#include "pk_secret.h"

#include "crypto/curve25519.h"
#include "crypto/curve448.h"
#include "crypto/elgamal.h"
#include "crypto/rsa_pkcs1.h"

enum { RSA_NUMBERS = 4, NATIVE_MAX = 66 };

/* Bytes of a kept secret that has a fixed size; 0 for RSA and ElGamal. */
static size_t kept_size(uint8_t algo, uint8_t curve)
{
    switch (algo) {
    case SMI_PK_ED448:
        return SMI_ED448_KEY;
    case SMI_PK_X448:
        return SMI_X448_KEY;
    case SMI_PK_ED25519:
    case SMI_PK_X25519:
    case SMI_PK_EDDSA_LEGACY:
        return 32;
    case SMI_PK_ECDH:
    case SMI_PK_ECDSA:
        return curve ? smi_ecc_size(curve) : 32;
    default:
        return 0;
    }
}

bool smi_pk_uses_secret(const struct smi_public_key *key)
{
    return key->use & (SMI_USE_SIGN | SMI_USE_DECRYPT);
}

/* ---------------------------------------------------------------- encodings */

/* Section 11.2.1: the secret of Curve25519 as ECDH key is an MPI, and so its bytes are reversed. */
static bool is_reversed(const struct smi_public_key *key)
{
    return key->algo == SMI_PK_ECDH && !key->curve;
}

static void reverse(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size / 2; i++) {
        const uint8_t swap = bytes[i];
        bytes[i] = bytes[size - 1 - i];
        bytes[size - 1 - i] = swap;
    }
}

static bool is_native(const struct smi_public_key *key)
{
    return smi_pk_algorithm(key->algo)->secret_fields[0] == 'n';
}

bool smi_pk_secret_numbers(const uint8_t *kept, size_t size, struct smi_number *numbers,
                           size_t count)
{
    struct smi_cursor in = smi_cursor(kept, size);
    for (size_t i = 0; i < count; i++) {
        const struct smi_cursor mpi = smi_mpi_read(&in, 4); /* checked when it was read */
        numbers[i] = (struct smi_number){mpi.data, mpi.size};
    }
    return !in.bad && !smi_left(&in);
}

bool smi_pk_rsa_secret(const uint8_t *kept, size_t size, struct smi_rsa_secret_numbers *numbers)
{
    struct smi_number s[RSA_NUMBERS];
    const bool good = smi_pk_secret_numbers(kept, size, s, RSA_NUMBERS);
    if (good)
        *numbers = (struct smi_rsa_secret_numbers){s[0], s[1], s[2], s[3]};
    return good;
}

static size_t number_count(const struct smi_public_key *key)
{
    return strlen(smi_pk_algorithm(key->algo)->secret_fields);
}

static bool read_fixed(const struct smi_public_key *key, struct smi_cursor *in, uint8_t *kept,
                       size_t size)
{
    if (is_native(key)) {
        smi_copy(in, kept, size);
        return !in->bad;
    }
    const struct smi_cursor mpi = smi_mpi_read(in, key->version);
    const struct smi_number number = {mpi.data, mpi.size};
    if (mpi.bad || !smi_mpi_fit(&number, kept, size))
        return false;
    if (is_reversed(key))
        reverse(kept, size);
    return true;
}

bool smi_pk_read_secret(const struct smi_public_key *key, struct smi_cursor in,
                        struct smi_buf *kept)
{
    const size_t size = kept_size(key->algo, key->curve);
    if (!size) {
        smi_put(kept, in.data, in.size);
        for (size_t i = 0; i < number_count(key); i++)
            smi_mpi_read(&in, key->version);
        return !in.bad && !smi_left(&in);
    }
    uint8_t *to = smi_buf_add(kept, size);
    return !to || (read_fixed(key, &in, to, size) && !smi_left(&in));
}

void smi_pk_write_secret(struct smi_buf *b, const struct smi_public_key *key, const uint8_t *kept,
                         size_t size)
{
    if (is_native(key) || !kept_size(key->algo, key->curve)) {
        smi_put(b, kept, size);
        return;
    }
    uint8_t value[NATIVE_MAX];
    memcpy(value, kept, size);
    if (is_reversed(key))
        reverse(value, size);
    smi_mpi_write(b, value, size);
    smi_wipe(value, sizeof value);
}

/* ---------------------------------------------------------------- pairs */

static bool is_rsa_pair(const struct smi_public_key *key, const uint8_t *kept, size_t size)
{
    struct smi_rsa_secret_numbers secret;
    const struct smi_rsa_public_numbers rsa = {key->field[0], key->field[1]};
    return smi_pk_rsa_secret(kept, size, &secret) && smi_rsa_check(&rsa, &secret);
}

static bool is_elgamal_pair(const struct smi_public_key *key, const uint8_t *kept, size_t size)
{
    struct smi_elgamal_numbers n = {key->field[0], key->field[1], key->field[2], {0}};
    return smi_pk_secret_numbers(kept, size, &n.x, 1) && smi_elgamal_check(&n);
}

static void native_public(uint8_t algo, const uint8_t *kept, uint8_t *point)
{
    switch (algo) {
    case SMI_PK_ED25519:
    case SMI_PK_EDDSA_LEGACY:
        smi_ed25519_public(point, kept);
        break;
    case SMI_PK_ED448:
        smi_ed448_public(point, kept);
        break;
    case SMI_PK_X448:
        smi_x448_public(point, kept);
        break;
    default:
        smi_x25519_public(point, kept);
    }
}

bool smi_pk_is_pair(const struct smi_public_key *key, const uint8_t *kept, size_t size)
{
    uint8_t point[NATIVE_MAX];
    switch (key->algo) {
    case SMI_PK_RSA:
    case SMI_PK_RSA_ENCRYPT:
    case SMI_PK_RSA_SIGN:
        return is_rsa_pair(key, kept, size);
    case SMI_PK_ELGAMAL:
        return is_elgamal_pair(key, kept, size);
    default:
        break;
    }
    if (key->curve)
        return smi_ecc_is_pair(key->curve, kept, &key->field[0]);
    native_public(key->algo, kept, point);
    return smi_equal(point, key->field[0].data, key->field[0].size);
}

/* ---------------------------------------------------------------- signing */

/* As strong as the key, and where that leaves a choice, the fastest: SHA-256 where the processor
 * helps. Sections 5.2.3.2 to 5.2.3.5 have the least sizes. */
uint8_t smi_pk_signing_hash(const struct smi_public_key *key)
{
    if (key->algo == SMI_PK_ED448 || key->curve == SMI_CURVE_P521 || key->curve == SMI_CURVE_BP512)
        return SMI_SHA512;
    return key->curve == SMI_CURVE_P384 || key->curve == SMI_CURVE_BP384 ? SMI_SHA384 : SMI_SHA256;
}

static int sign_rsa(struct secmail_context *context, const struct smi_public_key *key,
                    const struct secmail_secret *secret, uint8_t hash, const uint8_t *digest,
                    struct smi_buf *fields)
{
    struct smi_rsa_secret_numbers numbers;
    if (!smi_pk_rsa_secret(secmail_secret_data(secret), secmail_secret_size(secret), &numbers))
        return smi_fail(context, SECMAIL_E_INTERNAL, NULL);
    const struct smi_rsa_public_numbers rsa = {key->field[0], key->field[1]};
    const size_t size = (key->bits + 7) / 8;
    struct smi_buf value = smi_buf_open(&context->mem);
    uint8_t *to = smi_buf_add(&value, size);
    int rc = to ? smi_rsa_pkcs1_sign(context, &rsa, &numbers, hash, digest, to)
                : smi_nomem(context);
    if (!rc)
        smi_mpi_write(fields, to, size);
    smi_buf_free(&value);
    return rc;
}

static int sign_ecdsa(struct secmail_context *context, const struct smi_public_key *key,
                      const struct secmail_secret *secret, uint8_t hash, const uint8_t *digest,
                      struct smi_buf *fields)
{
    uint8_t r[SMI_ECC_MAX_SIZE], s[SMI_ECC_MAX_SIZE];
    const size_t size = smi_ecc_size(key->curve);
    int rc = smi_ecdsa_sign(context, key->curve, secmail_secret_data(secret), hash, digest, r, s);
    if (rc)
        return rc;
    smi_mpi_write(fields, r, size);
    smi_mpi_write(fields, s, size);
    return 0;
}

static int sign_eddsa(const struct smi_public_key *key, const struct secmail_secret *secret,
                      const uint8_t *digest, size_t size, struct smi_buf *fields)
{
    uint8_t raw[SMI_ED448_SIGNATURE];
    const uint8_t *seed = secmail_secret_data(secret), *point = key->field[0].data;
    if (key->algo == SMI_PK_ED448) {
        smi_ed448_sign(raw, seed, point, digest, size);
        smi_put(fields, raw, SMI_ED448_SIGNATURE);
        return 0;
    }
    smi_ed25519_sign(raw, seed, point, digest, size);
    if (key->algo == SMI_PK_EDDSA_LEGACY) {
        smi_mpi_write(fields, raw, 32);
        smi_mpi_write(fields, raw + 32, 32);
    } else {
        smi_put(fields, raw, 64);
    }
    return 0;
}

int smi_pk_sign(struct secmail_context *context, const struct smi_public_key *key,
                const struct secmail_secret *secret, uint8_t hash, const uint8_t *digest,
                struct smi_buf *fields)
{
    int rc;
    switch (key->algo) {
    case SMI_PK_RSA:
    case SMI_PK_RSA_SIGN:
        rc = sign_rsa(context, key, secret, hash, digest, fields);
        break;
    case SMI_PK_ECDSA:
        rc = sign_ecdsa(context, key, secret, hash, digest, fields);
        break;
    default:
        rc = sign_eddsa(key, secret, digest, smi_hash_size(hash), fields);
    }
    return !rc && fields->error ? smi_nomem(context) : rc;
}

/* ---------------------------------------------------------------- new keys */

static int generate_rsa(struct secmail_context *context, const struct smi_pk_plan *plan,
                        struct smi_buf *material, struct secmail_secret **secret)
{
    static const uint8_t exponent[] = {1, 0, 1};
    const size_t size = plan->bits / 8, half = size / 2;
    struct smi_buf numbers = smi_buf_open(&context->mem), kept = numbers;
    uint8_t *n = smi_buf_add(&numbers, 2 * size + 3 * half);
    smi_buf_reserve(&kept, 2 * size + 3 * half); /* never moved while it holds a secret */
    if (!n || kept.error) {
        smi_buf_free(&numbers);
        smi_buf_free(&kept);
        return smi_nomem(context);
    }
    uint8_t *d = n + size, *p = d + size, *q = p + half, *u = q + half;
    int rc = smi_rsa_numbers_generate(context, plan->bits, n, d, p, q, u);
    if (!rc) {
        smi_mpi_write(material, n, size);
        smi_mpi_write(material, exponent, sizeof exponent);
        smi_mpi_write(&kept, d, size);
        smi_mpi_write(&kept, p, half);
        smi_mpi_write(&kept, q, half);
        smi_mpi_write(&kept, u, half);
        rc = secmail_secret_new(context, secret, kept.data, kept.size);
    }
    smi_buf_free(&numbers);
    smi_buf_free(&kept);
    return rc;
}

/* Section 11.2.1 (and RFC 7748): software that reads the legacy encoding expects clamped scalars.
 */
static void clamp(uint8_t scalar[32])
{
    scalar[0] &= 0xf8;
    scalar[31] = (uint8_t)((scalar[31] & 0x7f) | 0x40);
}

/* An OID, the point as MPI, and for ECDH the parameters of section 5.5.5.6. */
static void put_curve(struct smi_buf *b, const struct smi_pk_plan *plan, const uint8_t *point,
                      size_t size)
{
    const struct smi_pk_curve *curve = smi_pk_curve_for(plan->algo, plan->curve);
    const uint8_t kdf[] = {3, 1, curve->kdf_hash, curve->kdf_cipher};
    smi_put_u8(b, curve->oid_size);
    smi_put(b, curve->oid, curve->oid_size);
    smi_mpi_write(b, point, size);
    if (plan->algo == SMI_PK_ECDH)
        smi_put(b, kdf, sizeof kdf);
}

static int generate_ecc(struct secmail_context *context, const struct smi_pk_plan *plan,
                        struct smi_buf *material, uint8_t *kept)
{
    uint8_t point[SMI_ECC_POINT_MAX];
    int rc = smi_ecc_generate(context, plan->curve, kept, point);
    if (!rc)
        put_curve(material, plan, point, smi_ecc_point_size(plan->curve));
    return rc;
}

static int generate_native(struct secmail_context *context, const struct smi_pk_plan *plan,
                           struct smi_buf *material, uint8_t *kept, size_t size)
{
    uint8_t prefixed[1 + NATIVE_MAX] = {0x40}; /* section 11.2.2 */
    int rc = smi_random(context, kept, size);
    if (rc)
        return rc;
    if (plan->algo == SMI_PK_X25519 || plan->algo == SMI_PK_ECDH)
        clamp(kept);
    native_public(plan->algo, kept, prefixed + 1);
    if (plan->algo == SMI_PK_ECDH || plan->algo == SMI_PK_EDDSA_LEGACY)
        put_curve(material, plan, prefixed, 1 + size);
    else
        smi_put(material, prefixed + 1, size);
    return 0;
}

int smi_pk_generate(struct secmail_context *context, const struct smi_pk_plan *plan,
                    struct smi_buf *material, struct secmail_secret **secret)
{
    const size_t size = kept_size(plan->algo, plan->curve);
    if (!size)
        return generate_rsa(context, plan, material, secret);
    *secret = smi_secret_new(context, size);
    if (!*secret)
        return smi_nomem(context);
    uint8_t *kept = smi_secret_fill(*secret);
    int rc = plan->curve ? generate_ecc(context, plan, material, kept)
                         : generate_native(context, plan, material, kept, size);
    return !rc && material->error ? smi_nomem(context) : rc;
}
