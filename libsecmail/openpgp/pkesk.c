/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PKESK packets for Curve25519: ECDH with its legacy KDF, and X25519. */
#include "pkesk.h"

#include "crypto/curve25519.h"
#include "crypto/hash.h"
#include "crypto/mac.h"
#include "verify/packet.h"

enum {
    KEK_MAX = SMI_KEY_MAX_SIZE,
    PADDED_MAX = 48, /* cipher, key and checksum, padded */
    WRAPPED_MAX = PADDED_MAX + 8,
    PADDED_SIZE = 40, /* what this library pads to: hides the key's size */
};

/* ---------------------------------------------------------------- reading */

/* False for a recipient of a version, or of a size, that no fingerprint has. */
static bool read_v6_recipient(struct smi_pkesk *p, struct smi_cursor *body)
{
    struct smi_cursor id = smi_sub(body, smi_u8(body));
    if (!smi_left(&id)) {
        p->hidden = true;
        return true;
    }
    const uint8_t version = smi_u8(&id);
    p->fp_size = (uint8_t)smi_left(&id);
    p->fp = smi_take(&id, p->fp_size);
    return (version == 4 && p->fp_size == 20) || (version == 6 && p->fp_size == 32);
}

bool smi_pkesk_read(struct smi_pkesk *p, struct smi_cursor body)
{
    static const uint8_t anybody[8] = {0};
    *p = (struct smi_pkesk){.version = smi_u8(&body)};
    if (p->version == 3) {
        smi_copy(&body, p->key_id, sizeof p->key_id);
        p->hidden = memcmp(p->key_id, anybody, sizeof anybody) == 0;
    } else if (p->version != 6 || !read_v6_recipient(p, &body)) {
        return false;
    }
    p->algo = smi_u8(&body);
    p->fields = smi_rest(&body);
    return !body.bad;
}

bool smi_pkesk_is_for(const struct smi_pkesk *p, const struct smi_public_key *key)
{
    if (p->algo != key->algo)
        return false;
    if (p->hidden)
        return true;
    if (p->version == 3)
        return memcmp(p->key_id, key->key_id, sizeof p->key_id) == 0;
    return p->fp_size == key->fp_size && memcmp(p->fp, key->fp, p->fp_size) == 0;
}

/* ---------------------------------------------------------------- key encryption keys */

/* Section 5.1.6 (X25519): HKDF over ephemeral key, recipient's key and shared secret. */
static int x25519_kek(struct secmail_context *context, const uint8_t ephemeral[32],
                      const uint8_t recipient[32], const uint8_t shared[32], uint8_t kek[16])
{
    static const char info[] = "OpenPGP X25519";
    uint8_t input[96];
    memcpy(input, ephemeral, 32);
    memcpy(input + 32, recipient, 32);
    memcpy(input + 64, shared, 32);
    int rc = smi_hkdf(context, SMI_SHA256, input, sizeof input, NULL, 0, (const uint8_t *)info,
                      sizeof info - 1, kek, 16);
    smi_wipe(input, sizeof input);
    return rc;
}

/* Section 11.5 (ECDH): a hash over counter, shared secret and parameters. */
static int ecdh_kek(struct secmail_context *context, const struct smi_public_key *key,
                    const uint8_t shared[32], uint8_t *kek)
{
    static const uint8_t counter[] = {0, 0, 0, 1};
    static const char sender[] = "Anonymous Sender    ";
    const uint8_t kdf[] = {SMI_PK_ECDH, 3, 1, key->kdf_hash, key->kdf_cipher};
    uint8_t digest[SMI_HASH_MAX_SIZE];
    /* The OID stands at the beginning of the key's material: version, time, algorithm, length, OID.
     */
    const size_t oid_at = 1 + 4 + 1;
    struct smi_hash hash;
    const size_t size = smi_cipher_key_size(key->kdf_cipher);
    if (size > smi_hash_size(key->kdf_hash))
        return smi_fail(context, SECMAIL_E_MALFORMED,
                        "the key %s has KDF parameters that do not fit each other", key->hex);
    int rc = smi_hash_open(context, &hash, key->kdf_hash);
    if (rc)
        return rc;
    smi_hash_update(&hash, counter, sizeof counter);
    smi_hash_update(&hash, shared, 32);
    smi_hash_update(&hash, key->body + oid_at, (size_t)key->body[oid_at] + 1);
    smi_hash_update(&hash, kdf, sizeof kdf);
    smi_hash_update(&hash, sender, sizeof sender - 1);
    smi_hash_update(&hash, key->fp, key->fp_size);
    smi_hash_final(&hash, digest);
    smi_hash_close(&hash);
    memcpy(kek, digest, size);
    smi_wipe(digest, sizeof digest);
    return 0;
}

static int derive_kek(struct secmail_context *context, const struct smi_public_key *key,
                      const uint8_t ephemeral[32], const uint8_t shared[32], uint8_t kek[KEK_MAX],
                      size_t *size)
{
    *size = key->algo == SMI_PK_ECDH ? smi_cipher_key_size(key->kdf_cipher) : 16;
    return key->algo == SMI_PK_ECDH
               ? ecdh_kek(context, key, shared, kek)
               : x25519_kek(context, ephemeral, key->field[0].data, shared, kek);
}

/* ---------------------------------------------------------------- opening */

struct encrypted {
    uint8_t ephemeral[32];
    uint8_t cipher; /* X25519 in version 3 packets: in the clear */
    struct smi_cursor wrapped;
};

static bool read_fields(const struct smi_pkesk *p, struct encrypted *e)
{
    struct smi_cursor in = p->fields;
    *e = (struct encrypted){0};
    if (p->algo == SMI_PK_ECDH) {
        const struct smi_cursor mpi = smi_mpi_read(&in);
        if (mpi.bad || mpi.size != 33 || mpi.data[0] != 0x40)
            return false;
        memcpy(e->ephemeral, mpi.data + 1, 32);
        e->wrapped = smi_sub(&in, smi_u8(&in));
    } else {
        smi_copy(&in, e->ephemeral, 32);
        e->wrapped = smi_sub(&in, smi_u8(&in));
        if (p->version == 3)
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

static bool take_key(struct smi_session_key *key, const struct smi_pkesk *p,
                     const struct encrypted *e, const uint8_t *data, size_t size)
{
    *key = (struct smi_session_key){.generation = p->version == 3 ? SMI_FOR_SEIPDV1
                                                                  : SMI_FOR_SEIPDV2};
    if (p->algo == SMI_PK_ECDH) {
        if (!take_padded(key, p->version, data, size))
            return false;
    } else {
        /* Section 5.1.6: in the clear, the cipher can only be AES. */
        if (size > sizeof key->key || (p->version == 3 && !smi_cipher_is_aes(e->cipher)))
            return false;
        key->cipher = e->cipher;
        key->size = (uint8_t)size;
        memcpy(key->key, data, size);
    }
    return p->version == 6 || smi_cipher_key_size(key->cipher) == key->size;
}

static int unwrap(struct secmail_context *context, const struct smi_pkesk *p,
                  const struct encrypted *e, const struct smi_public_key *key,
                  const uint8_t shared[32], struct smi_session_key *session_key, bool *opened)
{
    uint8_t kek[KEK_MAX], clear[WRAPPED_MAX];
    size_t kek_size;
    bool intact = false;
    int rc = derive_kek(context, key, e->ephemeral, shared, kek, &kek_size);
    if (!rc)
        rc = smi_key_unwrap(context, kek, kek_size, clear, e->wrapped.data, e->wrapped.size,
                            &intact);
    if (!rc)
        *opened = intact && take_key(session_key, p, e, clear, e->wrapped.size - 8);
    smi_wipe(kek, sizeof kek);
    smi_wipe(clear, sizeof clear);
    return rc;
}

int smi_pkesk_open(struct secmail_context *context, const struct smi_pkesk *p,
                   const struct smi_public_key *key, const struct secmail_secret *secret,
                   struct smi_session_key *session_key, bool *opened)
{
    struct encrypted e;
    uint8_t shared[32];
    *opened = false;
    if (!(key->use & SMI_USE_DECRYPT) || !read_fields(p, &e))
        return 0;
    if (!smi_x25519(shared, secmail_secret_data(secret), e.ephemeral))
        return smi_fail(context, SECMAIL_E_WEAK_POINT,
                        "the ephemeral key for %s lies in a small subgroup: the message is forged",
                        key->hex);
    int rc = unwrap(context, p, &e, key, shared, session_key, opened);
    smi_wipe(shared, sizeof shared);
    return rc;
}

/* ---------------------------------------------------------------- writing */

/* What is wrapped; returns its size, a multiple of 8. */
static size_t put_clear(uint8_t clear[PADDED_MAX], const struct smi_public_key *key,
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

static void put_recipient(struct smi_buf *b, const struct smi_public_key *key, uint8_t version)
{
    smi_put_u8(b, version);
    if (version == 3) {
        smi_put(b, key->key_id, 8);
        return;
    }
    smi_put_u8(b, (uint8_t)(key->fp_size + 1));
    smi_put_u8(b, key->version);
    smi_put(b, key->fp, key->fp_size);
}

static void put_fields(struct smi_buf *b, const struct smi_public_key *key,
                       const struct smi_session_key *session_key, const uint8_t ephemeral[32],
                       const uint8_t *wrapped, size_t size)
{
    if (key->algo == SMI_PK_ECDH) {
        uint8_t prefixed[33] = {0x40};
        memcpy(prefixed + 1, ephemeral, 32);
        smi_mpi_write(b, prefixed, sizeof prefixed);
        smi_put_u8(b, (uint8_t)size);
    } else {
        const bool v3 = session_key->generation == SMI_FOR_SEIPDV1;
        smi_put(b, ephemeral, 32);
        smi_put_u8(b, (uint8_t)(size + v3));
        if (v3)
            smi_put_u8(b, session_key->cipher);
    }
    smi_put(b, wrapped, size);
}

static int wrap(struct secmail_context *context, const struct smi_public_key *key,
                const struct smi_session_key *session_key, const uint8_t ephemeral[32],
                const uint8_t shared[32], uint8_t wrapped[WRAPPED_MAX], size_t *size)
{
    uint8_t kek[KEK_MAX], clear[PADDED_MAX];
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

int smi_pkesk_write(struct secmail_context *context, struct smi_buf *b,
                    const struct smi_public_key *key, const struct smi_session_key *session_key)
{
    uint8_t secret[32], ephemeral[32], shared[32], wrapped[WRAPPED_MAX];
    size_t size = 0;
    int rc = smi_random(context, secret, sizeof secret);
    if (rc)
        return rc;
    smi_x25519_public(ephemeral, secret);
    if (smi_x25519(shared, secret, key->field[0].data))
        rc = wrap(context, key, session_key, ephemeral, shared, wrapped, &size);
    else
        rc = smi_fail(context, SECMAIL_E_WEAK_POINT, "the key %s lies in a small subgroup",
                      key->hex);
    smi_wipe(secret, sizeof secret);
    smi_wipe(shared, sizeof shared);
    if (rc)
        return rc;
    struct smi_buf body = smi_buf_open(&context->mem);
    put_recipient(&body, key, session_key->generation == SMI_FOR_SEIPDV1 ? 3 : 6);
    smi_put_u8(&body, key->algo);
    put_fields(&body, key, session_key, ephemeral, wrapped, size);
    smi_put_packet(b, SMI_TAG_PKESK, body.data, body.size);
    rc = body.error || b->error ? smi_nomem(context) : 0;
    smi_buf_free(&body);
    return rc;
}
