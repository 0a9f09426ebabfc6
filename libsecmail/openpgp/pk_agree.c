/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ECDH with its KDF of OpenPGP, and X25519 and X448 with HKDF. */
#include "pk_agree.h"

#include "crypto/curve25519.h"
#include "crypto/curve448.h"
#include "crypto/hash.h"
#include "crypto/mac.h"

enum {
    KEK_MAX = SMI_KEY_MAX_SIZE,
    PADDED_SIZE = 40, /* cipher, key, checksum, and what this library pads them with */
    /* "Up to 254 octets representing the result of the key wrapping method" (section 11.5), which
     * is a multiple of 8: writers may pad with more to hide the key's size. */
    WRAPPED_MAX = 248,
    POINT_MAX = SMI_ECC_POINT_MAX,
    SHARED_MAX = SMI_ECC_MAX_SIZE,
    NATIVE_PREFIX = 0x40, /* section 11.2.2 */
};

/* A public point in its kept form, without a native one's prefix. */
struct point {
    uint8_t data[POINT_MAX];
    size_t size;
};

/* ---------------------------------------------------------------- agreement */

static size_t point_size(const struct smi_public_key *key)
{
    return key->field[0].size;
}

static size_t shared_size(const struct smi_public_key *key)
{
    return key->curve ? smi_ecc_size(key->curve) : point_size(key);
}

static int weak(struct secmail_context *context, const struct smi_public_key *key)
{
    return smi_fail(context, SECMAIL_E_WEAK_POINT,
                    "a public value for the key %s lies in a small subgroup: it is forged",
                    key->hex);
}

static int agree(struct secmail_context *context, const struct smi_public_key *key,
                 const uint8_t *secret, const struct smi_number *point, uint8_t *shared)
{
    if (key->curve)
        return smi_ecdh(context, key->curve, secret, point, shared);
    const bool ok = key->algo == SMI_PK_X448 ? smi_x448(shared, secret, point->data)
                                             : smi_x25519(shared, secret, point->data);
    return ok ? 0 : weak(context, key);
}

/* A pair for one message, and what it has in common with the recipient's. */
static int agree_anew(struct secmail_context *context, const struct smi_public_key *key,
                      struct point *ephemeral, uint8_t shared[SHARED_MAX])
{
    uint8_t secret[SHARED_MAX];
    ephemeral->size = point_size(key);
    int rc = key->curve ? smi_ecc_generate(context, key->curve, secret, ephemeral->data)
                        : smi_random(context, secret, point_size(key));
    if (!rc && key->algo == SMI_PK_X448)
        smi_x448_public(ephemeral->data, secret);
    else if (!rc && !key->curve)
        smi_x25519_public(ephemeral->data, secret);
    if (!rc)
        rc = agree(context, key, secret, &key->field[0], shared);
    smi_wipe(secret, sizeof secret);
    return rc;
}

/* ---------------------------------------------------------------- key encryption keys */

/* Sections 5.1.6 and 5.1.7: HKDF over ephemeral key, recipient's key and shared secret. */
static int native_kek(struct secmail_context *context, const struct smi_public_key *key,
                      const struct point *ephemeral, const uint8_t *shared, uint8_t *kek,
                      size_t *size)
{
    const bool is_448 = key->algo == SMI_PK_X448;
    const char *info = is_448 ? "OpenPGP X448" : "OpenPGP X25519";
    const size_t n = point_size(key);
    uint8_t input[3 * SMI_X448_KEY];
    memcpy(input, ephemeral->data, n);
    memcpy(input + n, key->field[0].data, n);
    memcpy(input + 2 * n, shared, n);
    *size = is_448 ? 32 : 16;
    int rc = smi_hkdf(context, is_448 ? SMI_SHA512 : SMI_SHA256, input, 3 * n, NULL, 0,
                      (const uint8_t *)info, strlen(info), kek, *size);
    smi_wipe(input, sizeof input);
    return rc;
}

/* Section 11.5 (ECDH): a hash over counter, shared secret and parameters. */
static int ecdh_kek(struct secmail_context *context, const struct smi_public_key *key,
                    const uint8_t *shared, uint8_t *kek, size_t *size)
{
    static const uint8_t counter[] = {0, 0, 0, 1};
    static const char sender[] = "Anonymous Sender    ";
    const uint8_t kdf[] = {SMI_PK_ECDH, 3, 1, key->kdf_hash, key->kdf_cipher};
    uint8_t digest[SMI_HASH_MAX_SIZE];
    /* The OID begins the key's material, behind version, time, algorithm, and version 6's size. */
    const size_t oid_at = 1 + 4 + 1 + (key->version == 6 ? 4 : 0);
    struct smi_hash hash;
    *size = smi_cipher_key_size(key->kdf_cipher); /* no more than the hash has: read_kdf() */
    int rc = smi_hash_open(context, &hash, key->kdf_hash);
    if (rc)
        return rc;
    smi_hash_update(&hash, counter, sizeof counter);
    smi_hash_update(&hash, shared, shared_size(key));
    smi_hash_update(&hash, key->body + oid_at, (size_t)key->body[oid_at] + 1);
    smi_hash_update(&hash, kdf, sizeof kdf);
    smi_hash_update(&hash, sender, sizeof sender - 1);
    smi_hash_update(&hash, key->fp, key->fp_size);
    smi_hash_final(&hash, digest);
    smi_hash_close(&hash);
    memcpy(kek, digest, *size);
    smi_wipe(digest, sizeof digest);
    return 0;
}

static int derive_kek(struct secmail_context *context, const struct smi_public_key *key,
                      const struct point *ephemeral, const uint8_t *shared, uint8_t kek[KEK_MAX],
                      size_t *size)
{
    return key->algo == SMI_PK_ECDH ? ecdh_kek(context, key, shared, kek, size)
                                    : native_kek(context, key, ephemeral, shared, kek, size);
}

/* ---------------------------------------------------------------- opening */

struct encrypted {
    struct point ephemeral;
    uint8_t cipher; /* X25519 and X448 in version 3 packets: in the clear */
    struct smi_cursor wrapped;
};

static bool read_mpi_point(const struct smi_public_key *key, uint8_t version, struct smi_cursor *in,
                           struct point *point)
{
    struct smi_cursor mpi = smi_mpi_read(in, version);
    if (!key->curve && smi_u8(&mpi) != NATIVE_PREFIX)
        return false;
    point->size = point_size(key);
    smi_copy(&mpi, point->data, point->size);
    return !mpi.bad && !smi_left(&mpi);
}

static bool read_fields(struct smi_cursor in, uint8_t version, const struct smi_public_key *key,
                        struct encrypted *e)
{
    *e = (struct encrypted){0};
    if (key->algo == SMI_PK_ECDH) {
        if (!read_mpi_point(key, version, &in, &e->ephemeral))
            return false;
        e->wrapped = smi_sub(&in, smi_u8(&in));
    } else {
        e->ephemeral.size = point_size(key);
        smi_copy(&in, e->ephemeral.data, e->ephemeral.size);
        e->wrapped = smi_sub(&in, smi_u8(&in));
        if (version == 3)
            e->cipher = smi_u8(&e->wrapped);
        e->wrapped = smi_rest(&e->wrapped);
    }
    /* The size is checked before anything is copied to fixed buffers. */
    return !in.bad && !smi_left(&in) && !e->wrapped.bad && e->wrapped.size % 8 == 0 &&
           e->wrapped.size >= 24 && e->wrapped.size <= WRAPPED_MAX;
}

/* Section 11.5: cipher (version 3), key, checksum, then PKCS #5 padding. */
static bool take_padded(struct smi_session_key *key, uint8_t version, const uint8_t *data,
                        size_t size)
{
    const uint8_t pad = data[size - 1];
    if (!pad || pad > size)
        return false;
    for (size_t i = size - pad; i < size; i++) {
        if (data[i] != pad)
            return false;
    }
    struct smi_cursor in = smi_cursor(data, size - pad);
    if (version == 3)
        key->cipher = smi_u8(&in);
    const size_t left = smi_left(&in);
    if (left < 2 || left - 2 > sizeof key->key)
        return false;
    key->size = (uint8_t)(left - 2);
    smi_copy(&in, key->key, key->size);
    return smi_u16(&in) == smi_octet_sum(key->key, key->size);
}

static bool take_key(struct smi_session_key *key, uint8_t version, const struct smi_public_key *by,
                     const struct encrypted *e, const uint8_t *data, size_t size)
{
    *key = (struct smi_session_key){.generation = version == 3 ? SMI_FOR_SEIPDV1 : SMI_FOR_SEIPDV2};
    if (by->algo == SMI_PK_ECDH) {
        if (!take_padded(key, version, data, size))
            return false;
    } else {
        /* Section 5.1.6: in the clear, the cipher can only be AES. */
        if (size > sizeof key->key || (version == 3 && !smi_cipher_is_aes(e->cipher)))
            return false;
        key->cipher = e->cipher;
        key->size = (uint8_t)size;
        memcpy(key->key, data, size);
    }
    return version == 6 || smi_cipher_key_size(key->cipher) == key->size;
}

static int unwrap(struct secmail_context *context, uint8_t version, const struct encrypted *e,
                  const struct smi_public_key *key, const uint8_t *shared,
                  struct smi_session_key *session_key, bool *opened)
{
    uint8_t kek[KEK_MAX], clear[WRAPPED_MAX];
    size_t kek_size;
    bool intact = false;
    int rc = derive_kek(context, key, &e->ephemeral, shared, kek, &kek_size);
    if (!rc)
        rc = smi_key_unwrap(context, kek, kek_size, clear, e->wrapped.data, e->wrapped.size,
                            &intact);
    if (!rc)
        *opened = intact && take_key(session_key, version, key, e, clear, e->wrapped.size - 8);
    smi_wipe(kek, sizeof kek);
    smi_wipe(clear, sizeof clear);
    return rc;
}

/* A token need not look for points of small order, whose shared secret everybody knows. */
static int agree_on_token(struct secmail_context *context, const struct smi_public_key *key,
                          const struct smi_token *token, const struct smi_number *point,
                          uint8_t *shared)
{
    static const uint8_t zeros[SHARED_MAX] = {0};
    const size_t size = shared_size(key);
    int rc = smi_token_agree(context, token, key, point, shared, size);
    return !rc && smi_equal(shared, zeros, size) ? weak(context, key) : rc;
}

int smi_agree_open(struct secmail_context *context, uint8_t version, struct smi_cursor fields,
                   const struct smi_public_key *key, const struct smi_private *secret,
                   struct smi_session_key *session_key, bool *opened)
{
    struct encrypted e;
    uint8_t shared[SHARED_MAX];
    *opened = false;
    if (!read_fields(fields, version, key, &e))
        return 0;
    const struct smi_number point = {e.ephemeral.data, e.ephemeral.size};
    int rc = secret->token
                 ? agree_on_token(context, key, secret->token, &point, shared)
                 : agree(context, key, secmail_secret_data(secret->secret), &point, shared);
    if (!rc)
        rc = unwrap(context, version, &e, key, shared, session_key, opened);
    smi_wipe(shared, sizeof shared);
    return rc;
}

/* ---------------------------------------------------------------- writing */

/* What is wrapped; returns its size, a multiple of 8. */
static size_t put_clear(uint8_t clear[PADDED_SIZE], const struct smi_public_key *key,
                        const struct smi_session_key *session_key)
{
    const size_t size = session_key->size;
    if (key->algo != SMI_PK_ECDH) {
        memcpy(clear, session_key->key, size);
        return size;
    }
    size_t n = 0;
    if (session_key->generation == SMI_FOR_SEIPDV1)
        clear[n++] = session_key->cipher;
    memcpy(clear + n, session_key->key, size);
    n += size;
    const uint16_t sum = smi_octet_sum(session_key->key, size);
    clear[n++] = (uint8_t)(sum >> 8);
    clear[n++] = (uint8_t)sum;
    memset(clear + n, (int)(PADDED_SIZE - n), PADDED_SIZE - n);
    return PADDED_SIZE;
}

static void put_mpi_point(struct smi_buf *b, const struct smi_public_key *key,
                          const struct point *point)
{
    uint8_t prefixed[1 + POINT_MAX] = {NATIVE_PREFIX};
    memcpy(prefixed + 1, point->data, point->size);
    if (key->curve)
        smi_mpi_write(b, point->data, point->size);
    else
        smi_mpi_write(b, prefixed, 1 + point->size);
}

static void put_fields(struct smi_buf *b, const struct smi_public_key *key,
                       const struct smi_session_key *session_key, const struct point *ephemeral,
                       const uint8_t *wrapped, size_t size)
{
    if (key->algo == SMI_PK_ECDH) {
        put_mpi_point(b, key, ephemeral);
        smi_put_u8(b, (uint8_t)size);
    } else {
        const bool v3 = session_key->generation == SMI_FOR_SEIPDV1;
        smi_put(b, ephemeral->data, ephemeral->size);
        smi_put_u8(b, (uint8_t)(size + v3));
        if (v3)
            smi_put_u8(b, session_key->cipher);
    }
    smi_put(b, wrapped, size);
}

static int wrap(struct secmail_context *context, const struct smi_public_key *key,
                const struct smi_session_key *session_key, const struct point *ephemeral,
                const uint8_t *shared, uint8_t wrapped[PADDED_SIZE + 8], size_t *size)
{
    uint8_t kek[KEK_MAX], clear[PADDED_SIZE];
    size_t kek_size;
    const size_t clear_size = put_clear(clear, key, session_key);
    int rc = derive_kek(context, key, ephemeral, shared, kek, &kek_size);
    if (!rc)
        rc = smi_key_wrap(context, kek, kek_size, wrapped, clear, clear_size);
    *size = clear_size + 8;
    smi_wipe(kek, sizeof kek);
    smi_wipe(clear, sizeof clear);
    return rc;
}

int smi_agree_write(struct secmail_context *context, struct smi_buf *b,
                    const struct smi_public_key *key, const struct smi_session_key *session_key)
{
    struct point ephemeral;
    uint8_t shared[SHARED_MAX], wrapped[PADDED_SIZE + 8];
    size_t size = 0;
    int rc = agree_anew(context, key, &ephemeral, shared);
    if (!rc)
        rc = wrap(context, key, session_key, &ephemeral, shared, wrapped, &size);
    if (!rc)
        put_fields(b, key, session_key, &ephemeral, wrapped, size);
    smi_wipe(shared, sizeof shared);
    return rc;
}
