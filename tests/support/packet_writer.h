/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * OpenPGP packets by hand, valid or not, for the tests of verify and openpgp: what the library
 * would never write, it has to refuse. Shares no code with the library's own writers but for the
 * primitives of crypto/. Everything is appended to a `struct collected`, which the test frees.
 */
#ifndef SECMAIL_TEST_PACKET_WRITER_H
#define SECMAIL_TEST_PACKET_WRITER_H

#include "crypto/cipher.h"
#include "crypto/curve25519.h"
#include "crypto/hash.h"
#include "crypto/mac.h"
#include "crypto/rsa_pkcs1.h"
#include "crypto/s2k.h"
#include "openpgp_fixture.h"
#include "rsa_keys.h"

/* ------------------------------------------------------------------ bytes */

static inline void put(struct collected *c, const void *data, size_t size)
{
    if (size)
        collect(c, data, size);
}

static inline void put_u8(struct collected *c, unsigned v)
{
    put(c, (uint8_t[]){(uint8_t)v}, 1);
}

static inline void put_u16(struct collected *c, unsigned v)
{
    put(c, (uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
}

static inline void put_u32(struct collected *c, uint32_t v)
{
    put_u16(c, v >> 16);
    put_u16(c, v & 0xffff);
}

static inline void put_all(struct collected *to, const struct collected *from)
{
    if (from->size)
        put(to, from->data, from->size);
}

static inline void drop(struct collected *c)
{
    free(c->data);
    *c = (struct collected){0};
}

/* ------------------------------------------------------------------ framing */

enum {
    TAG_PKESK = 1,
    TAG_SIGNATURE = 2,
    TAG_SKESK = 3,
    TAG_ONE_PASS = 4,
    TAG_SECRET_KEY = 5,
    TAG_PUBLIC_KEY = 6,
    TAG_SECRET_SUBKEY = 7,
    TAG_COMPRESSED = 8,
    TAG_SED = 9,
    TAG_MARKER = 10,
    TAG_LITERAL = 11,
    TAG_TRUST = 12,
    TAG_USER_ID = 13,
    TAG_PUBLIC_SUBKEY = 14,
    TAG_USER_ATTRIBUTE = 17,
    TAG_SEIPD = 18,
    TAG_MDC = 19,
    TAG_LIBREPGP = 20,
    TAG_PADDING = 21,
};

static inline void put_length(struct collected *c, size_t size)
{
    if (size < 192) {
        put_u8(c, (unsigned)size);
    } else if (size < 8384) {
        put_u16(c, (unsigned)(size - 192 + (192 << 8)));
    } else {
        put_u8(c, 255);
        put_u32(c, (uint32_t)size);
    }
}

static inline void put_packet(struct collected *c, unsigned tag, const void *body, size_t size)
{
    put_u8(c, 0xc0 | tag);
    put_length(c, size);
    put(c, body, size);
}

static inline void put_body(struct collected *c, unsigned tag, const struct collected *body)
{
    put_packet(c, tag, body->size ? body->data : (const uint8_t *)"", body->size);
}

/* The same and drops the body. */
static inline void put_body_drop(struct collected *c, unsigned tag, struct collected *body)
{
    put_body(c, tag, body);
    drop(body);
}

/* In the old format: length_type 0, 1, 2 (1, 2, 4 octets) or 3 (indeterminate). */
static inline void put_old_packet(struct collected *c, unsigned tag, unsigned length_type,
                                  const void *body, size_t size)
{
    put_u8(c, 0x80 | tag << 2 | length_type);
    if (length_type == 0)
        put_u8(c, (unsigned)size);
    else if (length_type == 1)
        put_u16(c, (unsigned)size);
    else if (length_type == 2)
        put_u32(c, (uint32_t)size);
    put(c, body, size);
}

/* In parts of 2^log bytes, the last one with a definite length. */
static inline void put_partial_packet(struct collected *c, unsigned tag, unsigned log,
                                      const uint8_t *body, size_t size)
{
    put_u8(c, 0xc0 | tag);
    for (; size >> log; body += (size_t)1 << log, size -= (size_t)1 << log) {
        put_u8(c, 0xe0 | log);
        put(c, body, (size_t)1 << log);
    }
    put_length(c, size);
    put(c, body, size);
}

static inline void put_literal(struct collected *c, const void *data, size_t size)
{
    struct collected body = {0};
    put(&body, "b\0\0\0\0\0", 6);
    put(&body, data, size);
    put_body_drop(c, TAG_LITERAL, &body);
}

/* "Uncompressed" compressed data (algorithm 0) around packets. */
static inline void put_stored(struct collected *c, const struct collected *packets)
{
    struct collected body = {0};
    put_u8(&body, 0);
    put_all(&body, packets);
    put_body_drop(c, TAG_COMPRESSED, &body);
}

/* ------------------------------------------------------------------ keys */

/* Of RSA there are two fixed keys, told apart by their numbers. */
enum { PK_RSA = 1, PK_RSA_SIGN = 3, PK_ECDH = 18, PK_EDDSA = 22, PK_X25519 = 25, PK_ED25519 = 27 };

enum { RSA_SIZE = 256 };

static inline bool is_rsa(uint8_t algo)
{
    return algo == PK_RSA || algo == PK_RSA_SIGN;
}

/* One of n, d, p, q, u; returns its size. */
static inline size_t rsa_number(uint8_t algo, size_t index, uint8_t to[RSA_SIZE])
{
    const char *hex = rsa_test_keys[algo == PK_RSA_SIGN][index];
    const size_t size = strlen(hex) / 2;
    for (size_t i = 0; i < size; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        to[i] = (uint8_t)byte;
    }
    return size;
}

struct test_key {
    uint8_t version, algo;
    uint8_t seed[32], point[32];
    struct collected body; /* of the public key packet */
    uint8_t fp[32];
    uint8_t fp_size;
    uint8_t key_id[8];
    char hex[65];
};

static inline void put_mpi(struct collected *c, const uint8_t *value, size_t size)
{
    unsigned bits = 0;
    while (size && !*value) {
        value++;
        size--;
    }
    for (unsigned top = size ? *value : 0; top; top >>= 1)
        bits++;
    put_u16(c, size ? (unsigned)(size - 1) * 8 + bits : 0);
    put(c, value, size);
}

/* What a signature hashes of a key. */
static inline void put_key_for_hash(struct collected *c, const struct test_key *key)
{
    put_u8(c, key->version == 6 ? 0x9b : 0x99);
    if (key->version == 6)
        put_u32(c, (uint32_t)key->body.size);
    else
        put_u16(c, (unsigned)key->body.size);
    put_all(c, &key->body);
}

static inline void put_id_for_hash(struct collected *c, const char *id)
{
    put_u8(c, 0xb4);
    put_u32(c, (uint32_t)strlen(id));
    put(c, id, strlen(id));
}

static inline void name_key(struct fixture *f, struct test_key *key)
{
    struct collected hashed = {0};
    put_key_for_hash(&hashed, key);
    const bool v6 = key->version == 6;
    assert_int_equal(
        smi_hash_once(f->context, v6 ? SMI_SHA256 : SMI_SHA1, hashed.data, hashed.size, key->fp),
        0);
    drop(&hashed);
    key->fp_size = v6 ? 32 : 20;
    memcpy(key->key_id, v6 ? key->fp : key->fp + 12, 8);
    for (size_t i = 0; i < key->fp_size; i++)
        snprintf(key->hex + 2 * i, 3, "%02X", key->fp[i]);
}

static inline void put_legacy_point(struct collected *c, const char *oid, size_t oid_size,
                                    const uint8_t point[32])
{
    uint8_t prefixed[33] = {0x40};
    memcpy(prefixed + 1, point, 32);
    put_u8(c, (unsigned)oid_size);
    put(c, oid, oid_size);
    put_mpi(c, prefixed, sizeof prefixed);
}

static inline void put_point(struct collected *c, uint8_t algo, const uint8_t point[32])
{
    if (algo == PK_EDDSA) {
        put_legacy_point(c, "\x2b\x06\x01\x04\x01\xda\x47\x0f\x01", 9, point);
    } else if (algo == PK_ECDH) {
        put_legacy_point(c, "\x2b\x06\x01\x04\x01\x97\x55\x01\x05\x01", 10, point);
        put(c, "\x03\x01\x08\x07", 4);
    } else {
        put(c, point, 32);
    }
}

static inline void put_rsa_public(struct collected *c, uint8_t algo)
{
    uint8_t n[RSA_SIZE];
    put_mpi(c, n, rsa_number(algo, 0, n));
    put(c, "\0\x11\1\0\1", 5);
}

static inline void put_rsa_secret(struct collected *c, uint8_t algo)
{
    uint8_t number[RSA_SIZE];
    for (size_t i = 1; i < 5; i++)
        put_mpi(c, number, rsa_number(algo, i, number));
}

static inline void put_rsa_signature(struct fixture *f, struct collected *c, uint8_t algo,
                                     uint8_t hash, const uint8_t *digest)
{
    uint8_t numbers[5][RSA_SIZE], sig[RSA_SIZE];
    static const uint8_t e[] = {1, 0, 1};
    struct smi_number n[5];
    for (size_t i = 0; i < 5; i++)
        n[i] = (struct smi_number){numbers[i], rsa_number(algo, i, numbers[i])};
    const struct smi_rsa_public_numbers key = {n[0], {e, sizeof e}};
    const struct smi_rsa_secret_numbers secret = {n[1], n[2], n[3], n[4]};
    assert_int_equal(smi_rsa_pkcs1_sign(f->context, &key, &secret, hash, digest, sig), 0);
    put_mpi(c, sig, sizeof sig);
}

static inline struct test_key test_key(struct fixture *f, uint8_t version, uint8_t algo,
                                       int64_t created)
{
    struct test_key key = {.version = version, .algo = algo};
    fixture_random(f, key.seed, sizeof key.seed);
    if (algo == PK_ECDH || algo == PK_X25519) {
        key.seed[0] &= 0xf8;
        key.seed[31] = (uint8_t)((key.seed[31] & 0x7f) | 0x40);
        smi_x25519_public(key.point, key.seed);
    } else {
        smi_ed25519_public(key.point, key.seed);
    }
    put_u8(&key.body, version);
    put_u32(&key.body, (uint32_t)created);
    put_u8(&key.body, algo);
    if (version == 6)
        put_u32(&key.body, is_rsa(algo) ? 2 + RSA_SIZE + 5 : 32);
    if (is_rsa(algo))
        put_rsa_public(&key.body, algo);
    else
        put_point(&key.body, algo, key.point);
    name_key(f, &key);
    return key;
}

/* The secret key or subkey packet, not locked. */
static inline void put_secret_key(struct collected *c, unsigned tag, const struct test_key *key)
{
    struct collected body = {0}, secret = {0};
    uint8_t value[32];
    for (size_t i = 0; i < 32; i++)
        value[i] = key->seed[key->algo == PK_ECDH ? 31 - i : i];
    if (is_rsa(key->algo))
        put_rsa_secret(&secret, key->algo);
    else if (key->algo == PK_ECDH || key->algo == PK_EDDSA)
        put_mpi(&secret, value, 32);
    else
        put(&secret, value, 32);
    put_all(&body, &key->body);
    put_u8(&body, 0);
    put_all(&body, &secret);
    unsigned sum = 0;
    for (size_t i = 0; i < secret.size; i++)
        sum += secret.data[i];
    if (key->version == 4)
        put_u16(&body, sum & 0xffff);
    drop(&secret);
    put_body_drop(c, tag, &body);
}

/* ------------------------------------------------------------------ signatures */

enum {
    SUB_CREATED = 2,
    SUB_EXPIRES = 3,
    SUB_KEY_EXPIRES = 9,
    SUB_ISSUER = 16,
    SUB_NOTATION = 20,
    SUB_PRIMARY = 25,
    SUB_FLAGS = 27,
    SUB_REASON = 29,
    SUB_FEATURES = 30,
    SUB_EMBEDDED = 32,
    SUB_ISSUER_FP = 33,
    SUB_RECIPIENT = 35,
    SUB_CRITICAL = 0x80,
};

static inline void put_sub(struct collected *c, unsigned type, const void *data, size_t size)
{
    put_length(c, size + 1);
    put_u8(c, type);
    put(c, data, size);
}

static inline void put_sub_u8(struct collected *c, unsigned type, unsigned value)
{
    put_sub(c, type, (uint8_t[]){(uint8_t)value}, 1);
}

static inline void put_sub_u32(struct collected *c, unsigned type, int64_t value)
{
    const uint32_t v = (uint32_t)value;
    put_sub(c, type,
            (uint8_t[]){(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v}, 4);
}

/* Fingerprint with the version in front: issuer or intended recipient. */
static inline void put_sub_key(struct collected *c, unsigned type, const struct test_key *key)
{
    uint8_t data[33] = {key->version};
    memcpy(data + 1, key->fp, key->fp_size);
    put_sub(c, type, data, (size_t)key->fp_size + 1);
}

struct sig_plan {
    uint8_t version, type, hash; /* 0: the signer's version, binary, SHA-256 */
    uint8_t pk;                  /* 0: the signer's */
    int64_t created;             /* -1: none; 0: the fixture's time */
    bool no_issuer;
    bool issuer_unhashed;
    bool wrong_left;
    bool wrong_salt_size;
    struct collected hashed, unhashed; /* more subpackets; dropped */
};

static inline size_t salt_size_of(uint8_t hash)
{
    return hash == SMI_SHA512 || hash == SMI_SHA3_512 ? 32 : hash == SMI_SHA384 ? 24 : 16;
}

static inline void put_area(struct collected *c, uint8_t version, const struct collected *area)
{
    if (version == 6)
        put_u32(c, (uint32_t)area->size);
    else
        put_u16(c, (unsigned)area->size);
    put_all(c, area);
}

static inline void plan_defaults(struct fixture *f, struct sig_plan *p, const struct test_key *key)
{
    struct collected hashed = {0}, unhashed = {0};
    p->version = p->version ? p->version : key->version;
    p->hash = p->hash ? p->hash : SMI_SHA256;
    p->pk = p->pk ? p->pk : key->algo;
    if (p->created >= 0)
        put_sub_u32(&hashed, SUB_CREATED, p->created ? p->created : f->now);
    if (!p->no_issuer)
        put_sub_key(p->issuer_unhashed ? &unhashed : &hashed, SUB_ISSUER_FP, key);
    put_all(&hashed, &p->hashed);
    put_all(&unhashed, &p->unhashed);
    drop(&p->hashed);
    drop(&p->unhashed);
    p->hashed = hashed;
    p->unhashed = unhashed;
}

/* Signs `data`, and appends the body of the signature packet. The plan is used up. `salt` may be
 * NULL. */
static inline void put_signature_body(struct fixture *f, struct collected *body,
                                      struct sig_plan plan, const struct test_key *key,
                                      const void *data, size_t size, uint8_t salt[32])
{
    uint8_t own_salt[32], digest[SMI_HASH_MAX_SIZE], raw[64];
    plan_defaults(f, &plan, key);
    const size_t salt_size = salt_size_of(plan.hash), start = body->size;
    salt = salt ? salt : own_salt;
    fixture_random(f, salt, salt_size);
    put_u8(body, plan.version);
    put_u8(body, plan.type);
    put_u8(body, plan.pk);
    put_u8(body, plan.hash);
    put_area(body, plan.version, &plan.hashed);
    struct collected hashed = {0};
    if (plan.version == 6)
        put(&hashed, salt, salt_size);
    put(&hashed, data, size);
    put(&hashed, body->data + start, body->size - start);
    const uint32_t n = (uint32_t)(body->size - start);
    put_u8(&hashed, plan.version);
    put_u8(&hashed, 0xff);
    put_u32(&hashed, n);
    assert_int_equal(smi_hash_once(f->context, plan.hash, hashed.data, hashed.size, digest), 0);
    drop(&hashed);
    smi_ed25519_sign(raw, key->seed, key->point, digest, smi_hash_size(plan.hash));
    put_area(body, plan.version, &plan.unhashed);
    put_u8(body, digest[0] ^ plan.wrong_left);
    put_u8(body, digest[1]);
    if (plan.version == 6) {
        put_u8(body, (unsigned)salt_size - plan.wrong_salt_size);
        put(body, salt, salt_size - plan.wrong_salt_size);
    }
    if (is_rsa(plan.pk)) {
        put_rsa_signature(f, body, plan.pk, plan.hash, digest);
    } else if (plan.pk == PK_EDDSA) {
        put_mpi(body, raw, 32);
        put_mpi(body, raw + 32, 32);
    } else {
        put(body, raw, 64);
    }
    drop(&plan.hashed);
    drop(&plan.unhashed);
}

static inline void put_signature(struct fixture *f, struct collected *c, struct sig_plan plan,
                                 const struct test_key *key, const void *data, size_t size)
{
    struct collected body = {0};
    put_signature_body(f, &body, plan, key, data, size, NULL);
    put_body_drop(c, TAG_SIGNATURE, &body);
}

/* The one-pass packet of a signature with this plan; `salt` as it was signed with. */
static inline void put_one_pass(struct collected *c, uint8_t type, uint8_t hash,
                                const struct test_key *key, const uint8_t *salt)
{
    struct collected body = {0};
    put_u8(&body, key->version == 6 ? 6 : 3);
    put_u8(&body, type);
    put_u8(&body, hash);
    put_u8(&body, key->algo);
    if (key->version == 6) {
        put_u8(&body, (unsigned)salt_size_of(hash));
        put(&body, salt, salt_size_of(hash));
        put(&body, key->fp, 32);
    } else {
        put(&body, key->key_id, 8);
    }
    put_u8(&body, 1);
    put_body_drop(c, TAG_ONE_PASS, &body);
}

/* One-pass packet, literal, signature: a signed message. */
static inline void put_signed(struct fixture *f, struct collected *c, struct sig_plan plan,
                              const struct test_key *key, const void *data, size_t size)
{
    struct collected body = {0};
    uint8_t salt[32];
    const uint8_t type = plan.type, hash = plan.hash ? plan.hash : SMI_SHA256;
    put_signature_body(f, &body, plan, key, data, size, salt);
    put_one_pass(c, type, hash, key, salt);
    put_literal(c, data, size);
    put_body_drop(c, TAG_SIGNATURE, &body);
}

/* ------------------------------------------------------------------ certificates */

/* Self-signatures of the primary key. The plan's hashed area may hold anything. */
static inline void put_key_signature(struct fixture *f, struct collected *c, struct sig_plan plan,
                                     const struct test_key *signer, const struct test_key *primary,
                                     const struct test_key *subkey)
{
    struct collected data = {0};
    put_key_for_hash(&data, primary);
    if (subkey)
        put_key_for_hash(&data, subkey);
    put_signature(f, c, plan, signer, data.data, data.size);
    drop(&data);
}

static inline void put_id_signature(struct fixture *f, struct collected *c, struct sig_plan plan,
                                    const struct test_key *signer, const struct test_key *primary,
                                    const char *id)
{
    struct collected data = {0};
    put_key_for_hash(&data, primary);
    put_id_for_hash(&data, id);
    put_signature(f, c, plan, signer, data.data, data.size);
    drop(&data);
}

static inline struct sig_plan flags_plan(uint8_t type, uint8_t flags)
{
    struct sig_plan plan = {.type = type};
    put_sub_u8(&plan.hashed, SUB_FLAGS, flags);
    return plan;
}

/* Primary key packet with a direct-key signature that sets flags. */
static inline void put_primary(struct fixture *f, struct collected *c, const struct test_key *key,
                               uint8_t flags, int64_t created)
{
    struct sig_plan plan = flags_plan(0x1f, flags);
    plan.created = created;
    put_body(c, TAG_PUBLIC_KEY, &key->body);
    put_key_signature(f, c, plan, key, key, NULL);
}

/* What a signing subkey's binding must hold: the subkey's signature over the primary key. */
static inline void put_back_signature(struct fixture *f, struct collected *area,
                                      const struct test_key *primary, const struct test_key *subkey,
                                      int64_t created)
{
    struct collected data = {0}, body = {0};
    put_key_for_hash(&data, primary);
    put_key_for_hash(&data, subkey);
    put_signature_body(f, &body, (struct sig_plan){.type = 0x19, .created = created}, subkey,
                       data.data, data.size, NULL);
    put_sub(area, SUB_EMBEDDED, body.data, body.size);
    drop(&data);
    drop(&body);
}

static inline void put_subkey(struct fixture *f, struct collected *c,
                              const struct test_key *primary, const struct test_key *subkey,
                              uint8_t flags, int64_t created)
{
    struct sig_plan plan = flags_plan(0x18, flags);
    plan.created = created;
    if (flags & SECMAIL_KEY_SIGN)
        put_back_signature(f, &plan.hashed, primary, subkey, created);
    put_body(c, TAG_PUBLIC_SUBKEY, &subkey->body);
    put_key_signature(f, c, plan, primary, primary, subkey);
}

static inline struct secmail_cert *parse_cert(struct fixture *f, struct collected *c)
{
    struct secmail_cert *cert;
    assert_ok(f->context, secmail_cert_parse(f->context, &cert, c->data, c->size));
    drop(c);
    return cert;
}

/* A certificate of one key that may do what the flags say. */
static inline struct secmail_cert *simple_cert(struct fixture *f, const struct test_key *key,
                                               uint8_t flags)
{
    struct collected c = {0};
    put_primary(f, &c, key, flags, 0);
    return parse_cert(f, &c);
}

/* ------------------------------------------------------------------ encryption */

struct session {
    uint8_t cipher;
    uint8_t key[32];
};

static inline struct session make_session(struct fixture *f, uint8_t cipher)
{
    struct session s = {.cipher = cipher};
    fixture_random(f, s.key, sizeof s.key);
    return s;
}

static inline struct secmail_secret *session_secret(struct fixture *f, const struct session *s)
{
    struct secmail_secret *secret;
    uint8_t bytes[33] = {s->cipher};
    memcpy(bytes + 1, s->key, 32);
    assert_ok(f->context,
              secmail_secret_new(f->context, &secret, bytes, 1 + smi_cipher_key_size(s->cipher)));
    return secret;
}

enum mdc { MDC_RIGHT, MDC_NONE, MDC_WRONG };

/* Body of a version 1 packet, from the version octet on. */
static inline void put_seipd1_body(struct fixture *f, struct collected *c, const struct session *s,
                                   const void *content, size_t size, enum mdc mdc)
{
    struct collected clear = {0};
    struct smi_cfb cfb;
    const size_t block = smi_cipher_block_size(s->cipher);
    uint8_t prefix[18];
    fixture_random(f, prefix, block);
    prefix[block] = prefix[block - 2];
    prefix[block + 1] = prefix[block - 1];
    put(&clear, prefix, block + 2);
    put(&clear, content, size);
    if (mdc != MDC_NONE) {
        uint8_t digest[SMI_HASH_MAX_SIZE];
        put(&clear, "\xd3\x14", 2);
        assert_int_equal(smi_hash_once(f->context, SMI_SHA1, clear.data, clear.size, digest), 0);
        digest[7] ^= mdc == MDC_WRONG;
        put(&clear, digest, 20);
    }
    assert_int_equal(smi_cfb_open(f->context, &cfb, s->cipher, s->key, NULL), 0);
    assert_int_equal(smi_cfb_encrypt(&cfb, clear.data, clear.data, clear.size), 0);
    smi_cfb_close(&cfb);
    put_u8(c, 1);
    put_all(c, &clear);
    drop(&clear);
}

static inline void put_seipd1(struct fixture *f, struct collected *c, const struct session *s,
                              const struct collected *content)
{
    struct collected body = {0};
    put_seipd1_body(f, &body, s, content->data, content->size, MDC_RIGHT);
    put_body_drop(c, TAG_SEIPD, &body);
}

/* One AEAD call of a version 2 packet. */
static inline void put_chunk(struct smi_aead *aead, struct collected *c, uint8_t nonce[16],
                             size_t nonce_size, uint64_t number, const uint8_t *ad, size_t ad_size,
                             const uint8_t *data, size_t size)
{
    uint8_t *to = malloc(size + 16);
    assert_non_null(to);
    for (size_t i = 0; i < 8; i++)
        nonce[nonce_size - 1 - i] = (uint8_t)(number >> (8 * i));
    assert_int_equal(smi_aead_encrypt(aead, nonce, ad, ad_size, to, data, size), 0);
    put(c, to, size + 16);
    free(to);
}

/* Body of a version 2 packet, with chunks of 2^(octet + 6) bytes. */
static inline void put_seipd2_body(struct fixture *f, struct collected *c, const struct session *s,
                                   uint8_t mode, uint8_t octet, const uint8_t *content, size_t size)
{
    const uint8_t ad[5] = {0xc0 | TAG_SEIPD, 2, s->cipher, mode, octet};
    uint8_t salt[32], derived[48], nonce[16], final[13];
    const size_t key_size = smi_cipher_key_size(s->cipher), nonce_size = smi_aead_nonce_size(mode);
    const size_t chunk = (size_t)1 << (octet + 6);
    fixture_random(f, salt, sizeof salt);
    assert_int_equal(smi_hkdf(f->context, SMI_SHA256, s->key, key_size, salt, 32, ad, 5, derived,
                              key_size + nonce_size - 8),
                     0);
    memcpy(nonce, derived + key_size, nonce_size - 8);
    put(c, ad + 1, 4);
    put(c, salt, sizeof salt);
    struct smi_aead aead;
    assert_int_equal(smi_aead_open(f->context, &aead, s->cipher, mode, derived), 0);
    uint64_t number = 0;
    for (size_t at = 0; at < size; at += chunk)
        put_chunk(&aead, c, nonce, nonce_size, number++, ad, 5, content + at,
                  size - at < chunk ? size - at : chunk);
    memcpy(final, ad, 5);
    for (size_t i = 0; i < 8; i++)
        final[5 + i] = (uint8_t)((uint64_t)size >> (8 * (7 - i)));
    put_chunk(&aead, c, nonce, nonce_size, number, final, 13, NULL, 0);
    smi_aead_close(&aead);
}

static inline void put_seipd2(struct fixture *f, struct collected *c, const struct session *s,
                              const struct collected *content)
{
    struct collected body = {0};
    put_seipd2_body(f, &body, s, SMI_OCB, 6, content->data, content->size);
    put_body_drop(c, TAG_SEIPD, &body);
}

/* Body of LibrePGP's packet 20, with chunks of 2^(octet + 6) bytes. */
static inline void put_librepgp_body(struct fixture *f, struct collected *c,
                                     const struct session *s, uint8_t mode, uint8_t octet,
                                     const uint8_t *content, size_t size)
{
    const size_t nonce_size = smi_aead_nonce_size(mode), chunk = (size_t)1 << (octet + 6);
    uint8_t first[16], ad[21] = {0xc0 | TAG_LIBREPGP, 1, s->cipher, mode, octet};
    struct smi_aead aead;
    fixture_random(f, first, nonce_size);
    put(c, ad + 1, 4);
    put(c, first, nonce_size);
    assert_int_equal(smi_aead_open(f->context, &aead, s->cipher, mode, s->key), 0);
    for (uint64_t number = 0, at = 0; at <= size + chunk; number++, at += chunk) {
        const bool final = at >= size;
        const size_t n = final ? 0 : size - at < chunk ? size - at : chunk;
        uint8_t nonce[16], *to = malloc(n + 16);
        assert_non_null(to);
        memcpy(nonce, first, nonce_size);
        for (size_t i = 0; i < 8; i++) {
            ad[5 + i] = (uint8_t)(number >> (8 * (7 - i)));
            ad[13 + i] = (uint8_t)((uint64_t)size >> (8 * (7 - i)));
            nonce[nonce_size - 8 + i] ^= ad[5 + i];
        }
        assert_int_equal(smi_aead_encrypt(&aead, nonce, ad, final ? 21 : 13, to, content + at, n),
                         0);
        put(c, to, n + 16);
        free(to);
        if (final)
            break;
    }
    smi_aead_close(&aead);
}

static inline void put_librepgp(struct fixture *f, struct collected *c, const struct session *s,
                                const struct collected *content)
{
    struct collected body = {0};
    put_librepgp_body(f, &body, s, SMI_OCB, 6, content->data, content->size);
    put_body_drop(c, TAG_LIBREPGP, &body);
}

/* Either, by number. */
static inline void put_seipd(struct fixture *f, struct collected *c, unsigned version,
                             const struct session *s, const struct collected *content)
{
    if (version == 1)
        put_seipd1(f, c, s, content);
    else
        put_seipd2(f, c, s, content);
}

/* A PKESK for X25519: version 3 or 6. `hidden`: names no recipient. */
static inline void put_pkesk(struct fixture *f, struct collected *c, unsigned version,
                             const struct test_key *to, const struct session *s, bool hidden)
{
    uint8_t secret[32], ephemeral[32], shared[32], input[96], kek[16], wrapped[8 + 255];
    const size_t size = smi_cipher_key_size(s->cipher);
    fixture_random(f, secret, 32);
    smi_x25519_public(ephemeral, secret);
    assert_true(smi_x25519(shared, secret, to->point));
    memcpy(input, ephemeral, 32);
    memcpy(input + 32, to->point, 32);
    memcpy(input + 64, shared, 32);
    assert_int_equal(smi_hkdf(f->context, SMI_SHA256, input, 96, NULL, 0,
                              (const uint8_t *)"OpenPGP X25519", 14, kek, 16),
                     0);
    assert_int_equal(smi_key_wrap(f->context, kek, 16, wrapped, s->key, size), 0);
    struct collected body = {0};
    put_u8(&body, version);
    if (version == 3) {
        put(&body, hidden ? (const uint8_t *)"\0\0\0\0\0\0\0\0" : to->key_id, 8);
    } else if (hidden) {
        put_u8(&body, 0);
    } else {
        put_u8(&body, to->fp_size + 1u);
        put_u8(&body, to->version);
        put(&body, to->fp, to->fp_size);
    }
    put_u8(&body, PK_X25519);
    put(&body, ephemeral, 32);
    put_u8(&body, (unsigned)size + 8 + (version == 3));
    if (version == 3)
        put_u8(&body, s->cipher);
    put(&body, wrapped, size + 8);
    put_body_drop(c, TAG_PKESK, &body);
}

static inline void derive(struct fixture *f, const struct smi_s2k *s2k, const char *password,
                          uint8_t *key, size_t size)
{
    assert_int_equal(
        smi_s2k_derive(f->context, s2k, (const uint8_t *)password, strlen(password), key, size), 0);
}

/* Iterated S2K at its cheapest. */
static inline struct smi_s2k cheap_s2k(void)
{
    return (struct smi_s2k){
        .type = SMI_S2K_ITERATED, .hash = SMI_SHA256, .salt = "saltsalt", .count = 0};
}

static inline void put_s2k(struct collected *c, const struct smi_s2k *s2k)
{
    put_u8(c, s2k->type);
    if (s2k->type == SMI_S2K_ARGON2) {
        put(c, s2k->salt, 16);
        put_u8(c, s2k->passes);
        put_u8(c, s2k->lanes);
        put_u8(c, s2k->memory);
        return;
    }
    put_u8(c, s2k->hash);
    if (s2k->type != SMI_S2K_SIMPLE)
        put(c, s2k->salt, 8);
    if (s2k->type == SMI_S2K_ITERATED)
        put_u8(c, s2k->count);
}

/* Version 4; without `s` the password's key is the session key, which is returned. */
static inline struct session put_skesk4(struct fixture *f, struct collected *c,
                                        const struct smi_s2k *s2k, const char *password,
                                        const struct session *s)
{
    struct session own = {.cipher = SMI_AES256};
    struct collected body = {0};
    derive(f, s2k, password, own.key, 32);
    put_u8(&body, 4);
    put_u8(&body, SMI_AES256);
    put_s2k(&body, s2k);
    if (s) {
        uint8_t clear[33] = {s->cipher};
        struct smi_cfb cfb;
        const size_t size = 1 + smi_cipher_key_size(s->cipher);
        memcpy(clear + 1, s->key, 32);
        assert_int_equal(smi_cfb_open(f->context, &cfb, SMI_AES256, own.key, NULL), 0);
        assert_int_equal(smi_cfb_encrypt(&cfb, clear, clear, size), 0);
        smi_cfb_close(&cfb);
        put(&body, clear, size);
        own = *s;
    }
    put_body_drop(c, TAG_SKESK, &body);
    return own;
}

static inline void put_skesk6(struct fixture *f, struct collected *c, const struct smi_s2k *s2k,
                              const char *password, const struct session *s)
{
    const uint8_t info[4] = {0xc0 | TAG_SKESK, 6, SMI_AES256, SMI_OCB};
    uint8_t first[32], kek[32], nonce[15], sealed[48];
    struct smi_aead aead;
    const size_t size = smi_cipher_key_size(s->cipher);
    derive(f, s2k, password, first, 32);
    assert_int_equal(smi_hkdf(f->context, SMI_SHA256, first, 32, NULL, 0, info, 4, kek, 32), 0);
    fixture_random(f, nonce, sizeof nonce);
    assert_int_equal(smi_aead_open(f->context, &aead, SMI_AES256, SMI_OCB, kek), 0);
    assert_int_equal(smi_aead_encrypt(&aead, nonce, info, 4, sealed, s->key, size), 0);
    smi_aead_close(&aead);
    struct collected body = {0}, specifier = {0};
    put_s2k(&specifier, s2k);
    put_u8(&body, 6);
    put_u8(&body, (unsigned)(3 + specifier.size + sizeof nonce));
    put_u8(&body, SMI_AES256);
    put_u8(&body, SMI_OCB);
    put_u8(&body, (unsigned)specifier.size);
    put_all(&body, &specifier);
    put(&body, nonce, sizeof nonce);
    put(&body, sealed, size + 16);
    drop(&specifier);
    put_body_drop(c, TAG_SKESK, &body);
}

/* LibrePGP's: the password's key itself encrypts. */
static inline void put_skesk5(struct fixture *f, struct collected *c, const struct smi_s2k *s2k,
                              const char *password, const struct session *s)
{
    const uint8_t info[4] = {0xc0 | TAG_SKESK, 5, SMI_AES256, SMI_OCB};
    uint8_t kek[32], nonce[15], sealed[48];
    struct smi_aead aead;
    const size_t size = smi_cipher_key_size(s->cipher);
    derive(f, s2k, password, kek, 32);
    fixture_random(f, nonce, sizeof nonce);
    assert_int_equal(smi_aead_open(f->context, &aead, SMI_AES256, SMI_OCB, kek), 0);
    assert_int_equal(smi_aead_encrypt(&aead, nonce, info, 4, sealed, s->key, size), 0);
    smi_aead_close(&aead);
    struct collected body = {0};
    put(&body, info + 1, 3);
    put_s2k(&body, s2k);
    put(&body, nonce, sizeof nonce);
    put(&body, sealed, size + 16);
    put_body_drop(c, TAG_SKESK, &body);
}

/* ------------------------------------------------------------------ in one call */

/* What opens a message; any of them may be NULL. */
struct openers {
    struct secmail_key *key;
    const char *password;
    const struct session *session;
    struct secmail_cert *signer;
};

static inline struct secmail_decrypt *make_decrypt(struct fixture *f, const struct openers *o)
{
    struct secmail_decrypt *d;
    assert_ok(f->context, secmail_decrypt_new(f->context, &d));
    if (o->key)
        assert_ok(f->context, secmail_decrypt_add_key(d, o->key));
    if (o->signer)
        assert_ok(f->context, secmail_decrypt_add_signer(d, o->signer));
    if (o->password) {
        struct secmail_secret *secret = make_secret(f, o->password);
        assert_ok(f->context, secmail_decrypt_add_password(d, secret));
        secmail_secret_free(secret);
    }
    if (o->session) {
        struct secmail_secret *secret = session_secret(f, o->session);
        assert_ok(f->context, secmail_decrypt_add_session_key(d, secret));
        secmail_secret_free(secret);
    }
    return d;
}

/* Decrypts in memory and checks the code; on success also the plaintext, if it is given. */
static inline void fixture_check_open(struct fixture *f, const struct openers *o,
                                      const struct collected *message, int want,
                                      const char *plaintext, const char *file, int line)
{
    struct secmail_bytes *plain = (struct secmail_bytes *)(uintptr_t)1;
    struct secmail_decrypt *d = make_decrypt(f, o);
    const int rc = secmail_decrypt_bytes(d, message->data, message->size, &plain);
    fixture_assert_code(f->context, rc, want, "secmail_decrypt_bytes", file, line);
    assert_int_equal(secmail_context_error_code(f->context), want);
    if (rc) {
        assert_null(plain);
        assert_int_equal(secmail_decrypt_verdict_count(d), 0);
    } else if (plaintext) {
        assert_int_equal(secmail_bytes_size(plain), strlen(plaintext));
        assert_memory_equal(secmail_bytes_data(plain), plaintext, strlen(plaintext));
    }
    secmail_bytes_free(plain);
    secmail_decrypt_free(d);
}

#define check_open(f, openers, message, want, plaintext)                                           \
    fixture_check_open(f, openers, message, want, plaintext, __FILE__, __LINE__)

/* Sets one limit of the fixture's context; the others have their defaults. */
static inline void set_limit(struct fixture *f, uint32_t limit, uint64_t value)
{
    struct secmail_limits *limits;
    assert_int_equal(secmail_limits_new(&limits), 0);
    assert_int_equal(secmail_limits_set(limits, limit, value), 0);
    assert_int_equal(secmail_context_set_limits(f->context, limits), 0);
    secmail_limits_free(limits);
}

#endif
