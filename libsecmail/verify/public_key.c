/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Public keys: reading, writing, fingerprints, and their way into a signature's hash. */
#include "public_key.h"

#include "codec/hex.h"
#include "crypto/cipher.h"

#include <stdio.h>

/* A native point in an MPI: 0x40, then its 32 bytes (RFC 9580 section 11.2.2). */
enum { NATIVE_POINT = 32, NATIVE_PREFIX = 0x40 };

/* ---------------------------------------------------------------- fields */

/* The fields of a key in the course of reading. What this build can't use keeps its form. */
struct reading {
    const struct smi_pk_curve *curve;
    size_t count;
    bool unusable;
};

static void add_field(struct smi_public_key *key, struct reading *r, struct smi_cursor field)
{
    key->field[r->count++] = (struct smi_number){field.data, field.size};
}

static void read_curve(struct smi_public_key *key, struct reading *r, struct smi_cursor *in)
{
    const struct smi_cursor oid = smi_sub(in, smi_u8(in));
    r->curve = smi_pk_curve(key->algo, &oid);
    if (r->curve) {
        key->curve = r->curve->curve;
        key->bits = r->curve->bits;
    } else {
        r->unusable = true;
    }
}

/* The form of a point; that it lies on its curve is seen when it is used. */
static bool take_point(struct smi_public_key *key, const struct smi_pk_curve *curve)
{
    struct smi_number *point = &key->field[0];
    if (curve->curve != SMI_CURVE_NONE)
        return point->size == smi_ecc_point_size(curve->curve) && point->data[0] == 4;
    if (point->size != 1 + NATIVE_POINT || point->data[0] != NATIVE_PREFIX)
        return false;
    *point = (struct smi_number){point->data + 1, NATIVE_POINT};
    return true;
}

/* Section 5.5.5.6. */
static void read_kdf(struct smi_public_key *key, struct reading *r, struct smi_cursor *in)
{
    struct smi_cursor kdf = smi_sub(in, smi_u8(in));
    const uint8_t reserved = smi_u8(&kdf);
    key->kdf_hash = smi_u8(&kdf);
    key->kdf_cipher = smi_u8(&kdf);
    if (reserved != 1 || kdf.bad || !smi_cipher_is_aes(key->kdf_cipher) ||
        smi_hash_size(key->kdf_hash) < smi_cipher_key_size(key->kdf_cipher))
        r->unusable = true;
}

static void read_field(struct smi_public_key *key, struct reading *r, struct smi_cursor *in,
                       const struct smi_pk_algorithm *algorithm, char letter)
{
    switch (letter) {
    case 'o':
        read_curve(key, r, in);
        break;
    case 'k':
        read_kdf(key, r, in);
        break;
    case 'm':
        add_field(key, r, smi_mpi_read(in, key->version));
        break;
    default:
        add_field(key, r, smi_sub(in, algorithm->public_size));
    }
}

/* RFC 9580 section 5.5.2.3: version 6 keys must not use the legacy encodings of Curve25519. */
static bool is_forbidden(const struct smi_public_key *key, const struct smi_pk_curve *curve)
{
    return key->version == 6 && curve && curve->curve == SMI_CURVE_NONE;
}

/* Section 11.5.1: "An implementation MUST NOT encrypt any message to a version 6 ECDH key over a
 * listed curve that announces a different KDF or KEK parameter." */
static bool has_other_kdf(const struct smi_public_key *key, const struct smi_pk_curve *curve)
{
    return key->version == 6 && key->algo == SMI_PK_ECDH &&
           (key->kdf_hash != curve->kdf_hash || key->kdf_cipher != curve->kdf_cipher);
}

/* Algorithm-specific fields. False if the algorithm's fields are unknown. */
static bool read_material(struct smi_public_key *key, struct smi_cursor *in)
{
    const struct smi_pk_algorithm *algorithm = smi_pk_algorithm(key->algo);
    if (!algorithm)
        return false;
    struct reading r = {0};
    key->bits = algorithm->bits;
    for (const char *letter = algorithm->public_fields; *letter; letter++)
        read_field(key, &r, in, algorithm, *letter);
    if (in->bad || r.unusable || is_forbidden(key, r.curve) ||
        (r.curve && !take_point(key, r.curve)))
        return true;
    if (!key->bits)
        key->bits = (uint16_t)smi_number_bits(&key->field[0]);
    key->use = algorithm->use;
    if (has_other_kdf(key, r.curve))
        key->use &= (uint8_t)~SMI_USE_ENCRYPT;
    return true;
}

/* ---------------------------------------------------------------- packets */

static int read_v4(struct secmail_context *context, struct smi_public_key *key,
                   struct smi_cursor *body, bool is_secret)
{
    key->algo = smi_u8(body);
    if (read_material(key, body))
        return 0;
    if (is_secret)
        return smi_fail(context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "a secret key has the public-key algorithm %u, whose form is not known",
                        key->algo);
    smi_take(body, smi_left(body));
    return 0;
}

/* Versions 5 and 6 say how long the material is. */
static int read_counted(struct smi_public_key *key, struct smi_cursor *body)
{
    key->algo = smi_u8(body);
    struct smi_cursor material = smi_sub(body, smi_u32(body));
    if (read_material(key, &material) && (material.bad || smi_left(&material)))
        body->bad = true;
    return 0;
}

int smi_public_key_name(struct secmail_context *context, struct smi_public_key *key)
{
    struct smi_hash hash;
    const bool v4 = key->version == 4;
    int rc = smi_hash_open(context, &hash, v4 ? SMI_SHA1 : SMI_SHA256);
    if (rc)
        return rc;
    smi_public_key_hash(&hash, key, key->version);
    smi_hash_final(&hash, key->fp);
    smi_hash_close(&hash);
    key->fp_size = v4 ? 20 : 32;
    memcpy(key->key_id, v4 ? key->fp + 12 : key->fp, 8);
    smi_hex_encode(key->hex, key->fp, key->fp_size);
    return 0;
}

int smi_public_key_read(struct secmail_context *context, struct smi_public_key *key,
                        struct smi_cursor *body, bool is_secret)
{
    *key = (struct smi_public_key){0};
    const size_t start = body->pos;
    key->version = smi_u8(body);
    if (key->version < 4 || key->version > 6 || (key->version == 5 && is_secret))
        return smi_fail(
            context, SECMAIL_E_UNSUPPORTED_VERSION,
            "a key packet has version %u; versions 4 and 6 are supported, and 5 without "
            "secret part",
            key->version);
    key->created = smi_u32(body);
    int rc = key->version == 4 ? read_v4(context, key, body, is_secret) : read_counted(key, body);
    if (rc)
        return rc;
    if (body->bad || (!is_secret && smi_left(body)))
        return smi_fail(context, SECMAIL_E_MALFORMED,
                        "a key packet (%s) doesn't have the form of its fields",
                        smi_pk_name(key->algo));
    if (key->version == 5) /* LibrePGP's: what it signed is verified, and nothing is made for it */
        key->use &= SMI_USE_VERIFY;
    key->body = body->data + start;
    key->body_size = body->pos - start;
    if (key->version == 4 && key->body_size > UINT16_MAX)
        return smi_fail(context, SECMAIL_E_MALFORMED,
                        "a version 4 key packet of %zu bytes has no fingerprint: its hash counts "
                        "in 16 bits (RFC 9580 section 5.5.4.2)",
                        key->body_size);
    return smi_public_key_name(context, key);
}

void smi_public_key_hash(struct smi_hash *hash, const struct smi_public_key *key, uint8_t version)
{
    const size_t n = key->body_size;
    const uint8_t v4[] = {0x99, (uint8_t)(n >> 8), (uint8_t)n};
    const uint8_t later[] = {version == 6 ? 0x9b : 0x9a, (uint8_t)(n >> 24), (uint8_t)(n >> 16),
                             (uint8_t)(n >> 8), (uint8_t)n};
    if (version == 4)
        smi_hash_update(hash, v4, sizeof v4);
    else
        smi_hash_update(hash, later, sizeof later);
    smi_hash_update(hash, key->body, n);
}

const char *smi_public_key_text(const struct smi_public_key *key, char text[SMI_PK_TEXT])
{
    const struct smi_pk_curve *curve = key->curve ? smi_pk_curve_for(key->algo, key->curve) : NULL;
    if (curve)
        snprintf(text, SMI_PK_TEXT, "%s on %s", smi_pk_name(key->algo), curve->name);
    else
        snprintf(text, SMI_PK_TEXT, "%s with %u bits", smi_pk_name(key->algo), key->bits);
    return text;
}
