/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Public keys: reading, writing, fingerprints, and their way into a signature's hash. */
#include "public_key.h"

#include "codec/hex.h"
#include "crypto/cipher.h"

/* RFC 9580 section 9.2: the object identifiers of the curves in their legacy encodings. */
static const uint8_t oid_ed25519[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01};
static const uint8_t oid_curve25519[] = {0x2b, 0x06, 0x01, 0x04, 0x01,
                                         0x97, 0x55, 0x01, 0x05, 0x01};

const char *smi_pk_name(uint8_t algo)
{
    switch (algo) {
    case SMI_PK_RSA:
    case SMI_PK_RSA_ENCRYPT:
    case SMI_PK_RSA_SIGN:
        return "RSA";
    case SMI_PK_ELGAMAL:
        return "ElGamal";
    case SMI_PK_DSA:
        return "DSA";
    case SMI_PK_ECDH:
        return "ECDH";
    case SMI_PK_ECDSA:
        return "ECDSA";
    case SMI_PK_EDDSA_LEGACY:
        return "EdDSA";
    case SMI_PK_X25519:
        return "X25519";
    case SMI_PK_X448:
        return "X448";
    case SMI_PK_ED25519:
        return "Ed25519";
    case SMI_PK_ED448:
        return "Ed448";
    default:
        return "an unknown algorithm";
    }
}

struct smi_cursor smi_mpi_read(struct smi_cursor *in)
{
    return smi_sub(in, ((size_t)smi_u16(in) + 7) / 8);
}

void smi_mpi_write(struct smi_buf *b, const uint8_t *value, size_t size)
{
    while (size && !value[0]) {
        value++;
        size--;
    }
    unsigned bits = 0;
    for (uint8_t top = size ? value[0] : 0; top; top >>= 1)
        bits++;
    smi_put_u16(b, (uint16_t)(size ? (size - 1) * 8 + bits : 0));
    smi_put(b, value, size);
}

bool smi_mpi_fit(const struct smi_cursor *mpi, uint8_t *to, size_t size)
{
    if (mpi->bad || mpi->size > size)
        return false;
    memset(to, 0, size);
    if (mpi->size)
        memcpy(to + size - mpi->size, mpi->data, mpi->size);
    return true;
}

static bool oid_is(const struct smi_cursor *oid, const uint8_t *want, size_t size)
{
    return oid->size == size && memcmp(oid->data, want, size) == 0;
}

/* RFC 9580 section 11.2.2: a native point of 32 bytes, prefixed with 0x40. */
static bool legacy_point(const struct smi_cursor *mpi, uint8_t point[32])
{
    if (mpi->bad || mpi->size != 33 || mpi->data[0] != 0x40)
        return false;
    memcpy(point, mpi->data + 1, 32);
    return true;
}

static void read_legacy_curve(struct smi_public_key *key, struct smi_cursor *in)
{
    const struct smi_cursor oid = smi_sub(in, smi_u8(in));
    const struct smi_cursor mpi = smi_mpi_read(in);
    if (key->algo == SMI_PK_EDDSA_LEGACY && !oid.bad &&
        oid_is(&oid, oid_ed25519, sizeof oid_ed25519) && legacy_point(&mpi, key->point))
        key->use = SMI_USE_SIGN;
    if (key->algo != SMI_PK_ECDH)
        return;
    struct smi_cursor kdf = smi_sub(in, smi_u8(in)); /* section 5.5.5.6 */
    const uint8_t reserved = smi_u8(&kdf);
    key->kdf_hash = smi_u8(&kdf);
    key->kdf_cipher = smi_u8(&kdf);
    if (reserved == 1 && !kdf.bad && !oid.bad &&
        oid_is(&oid, oid_curve25519, sizeof oid_curve25519) && legacy_point(&mpi, key->point) &&
        smi_hash_size(key->kdf_hash) && smi_cipher_is_aes(key->kdf_cipher))
        key->use = SMI_USE_ENCRYPT;
}

static void read_native(struct smi_public_key *key, struct smi_cursor *in, size_t size,
                        enum smi_key_use use)
{
    const uint8_t *point = smi_take(in, size);
    if (!point || size != sizeof key->point || use == SMI_USE_NONE)
        return;
    memcpy(key->point, point, sizeof key->point);
    key->use = use;
}

static void skip_mpis(struct smi_cursor *in, int count)
{
    while (count--)
        smi_mpi_read(in);
}

/* Algorithm-specific fields. False if the algorithm's fields are unknown. */
static bool read_material(struct smi_public_key *key, struct smi_cursor *in)
{
    switch (key->algo) {
    case SMI_PK_RSA:
    case SMI_PK_RSA_ENCRYPT:
    case SMI_PK_RSA_SIGN:
        skip_mpis(in, 2);
        return true;
    case SMI_PK_ELGAMAL:
        skip_mpis(in, 3);
        return true;
    case SMI_PK_DSA:
        skip_mpis(in, 4);
        return true;
    case SMI_PK_ECDH:
    case SMI_PK_ECDSA:
    case SMI_PK_EDDSA_LEGACY:
        read_legacy_curve(key, in);
        return true;
    case SMI_PK_X25519:
        read_native(key, in, 32, SMI_USE_ENCRYPT);
        return true;
    case SMI_PK_X448:
        read_native(key, in, 56, SMI_USE_NONE);
        return true;
    case SMI_PK_ED25519:
        read_native(key, in, 32, SMI_USE_SIGN);
        return true;
    case SMI_PK_ED448:
        read_native(key, in, 57, SMI_USE_NONE);
        return true;
    default:
        return false;
    }
}

/* RFC 9580 section 5.5.2.3: version 6 keys must not use the legacy encodings of Curve25519. */
static void forbid_legacy_in_v6(struct smi_public_key *key)
{
    if (key->version == 6 && (key->algo == SMI_PK_EDDSA_LEGACY || key->algo == SMI_PK_ECDH))
        key->use = SMI_USE_NONE;
}

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

static int read_v6(struct smi_public_key *key, struct smi_cursor *body)
{
    key->algo = smi_u8(body);
    struct smi_cursor material = smi_sub(body, smi_u32(body));
    if (read_material(key, &material) && (material.bad || smi_left(&material)))
        body->bad = true;
    forbid_legacy_in_v6(key);
    return 0;
}

int smi_public_key_name(struct secmail_context *context, struct smi_public_key *key)
{
    struct smi_hash hash;
    int rc = smi_hash_open(context, &hash, key->version == 6 ? SMI_SHA256 : SMI_SHA1);
    if (rc)
        return rc;
    smi_public_key_hash(&hash, key, key->version);
    smi_hash_final(&hash, key->fp);
    smi_hash_close(&hash);
    key->fp_size = key->version == 6 ? 32 : 20;
    memcpy(key->key_id, key->version == 6 ? key->fp : key->fp + 12, 8);
    smi_hex_encode(key->hex, key->fp, key->fp_size);
    return 0;
}

int smi_public_key_read(struct secmail_context *context, struct smi_public_key *key,
                        struct smi_cursor *body, bool is_secret)
{
    *key = (struct smi_public_key){0};
    const size_t start = body->pos;
    key->version = smi_u8(body);
    if (key->version != 4 && key->version != 6)
        return smi_fail(context, SECMAIL_E_UNSUPPORTED_VERSION,
                        "a key packet has version %u; versions 4 and 6 are supported",
                        key->version);
    key->created = smi_u32(body);
    int rc = key->version == 4 ? read_v4(context, key, body, is_secret) : read_v6(key, body);
    if (rc)
        return rc;
    if (body->bad || (!is_secret && smi_left(body)))
        return smi_fail(context, SECMAIL_E_MALFORMED,
                        "a key packet (%s) doesn't have the length of its fields",
                        smi_pk_name(key->algo));
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
    const uint8_t v6[] = {0x9b, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
                          (uint8_t)n};
    if (version == 6)
        smi_hash_update(hash, v6, sizeof v6);
    else
        smi_hash_update(hash, v4, sizeof v4);
    smi_hash_update(hash, key->body, n);
}

static void put_legacy_curve(struct smi_buf *b, const uint8_t *oid, size_t oid_size,
                             const uint8_t point[32])
{
    uint8_t prefixed[33] = {0x40};
    memcpy(prefixed + 1, point, 32);
    smi_put_u8(b, (uint8_t)oid_size);
    smi_put(b, oid, oid_size);
    smi_mpi_write(b, prefixed, sizeof prefixed);
}

static void put_material(struct smi_buf *b, uint8_t algo, const uint8_t point[32])
{
    static const uint8_t kdf[] = {3, 1, SMI_SHA256, SMI_AES128}; /* section 5.5.5.6 */
    if (algo == SMI_PK_EDDSA_LEGACY) {
        put_legacy_curve(b, oid_ed25519, sizeof oid_ed25519, point);
    } else if (algo == SMI_PK_ECDH) {
        put_legacy_curve(b, oid_curve25519, sizeof oid_curve25519, point);
        smi_put(b, kdf, sizeof kdf);
    } else {
        smi_put(b, point, 32);
    }
}

void smi_public_key_write(struct smi_buf *b, uint8_t version, uint8_t algo, uint32_t created,
                          const uint8_t point[32])
{
    smi_put_u8(b, version);
    smi_put_u32(b, created);
    smi_put_u8(b, algo);
    if (version == 6)
        smi_put_u32(b, 32);
    put_material(b, algo, point);
}
