/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signing keys: reading, writing, generating. The private part is PKCS#1 (RSA) or a seed (Ed25519)
 * in protected memory, for as long as the key lives.
 */
#include "mailauth/dkim_private.h"

#include "core/secret.h"
#include "crypto/curve25519.h"
#include "crypto/der.h"
#include "crypto/init.h"
#include "crypto/rsa.h"
#include "mailauth/dkim_key.h"

#include <stdatomic.h>

enum { SEED_SIZE = 32, DEFAULT_BITS = 2048, LEAST_BITS = 1024, MOST_MADE = 4096, MOST_READ = 8192 };

/* AlgorithmIdentifiers: rsaEncryption with NULL (RFC 8017 appendix A.1), Ed25519 (RFC 8410). */
static const uint8_t rsa_algorithm[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
                                        0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
static const uint8_t ed25519_algorithm[] = {0x06, 0x03, 0x2b, 0x65, 0x70};

struct secmail_dkim_key {
    struct secmail_allocator mem;
    atomic_uint refs;
    uint32_t algorithm;
    uint32_t bits;
    struct secmail_secret *secret;
    uint8_t seed_public[SEED_SIZE]; /* of Ed25519 */
};

static int refuse(struct secmail_context *context, const char *reason)
{
    return smi_fail(context, SECMAIL_E_MAILAUTH_KEY, "not a usable signing key: %s", reason);
}

/* Makes the object; it owns the secret from here on, also on failure. */
static int make_key(struct secmail_context *context, struct secmail_dkim_key **out,
                    uint32_t algorithm, uint32_t bits, struct secmail_secret *secret)
{
    struct secmail_dkim_key *key = smi_zalloc(&context->mem, sizeof *key);
    if (!key) {
        secmail_secret_free(secret);
        return smi_nomem(context);
    }
    key->mem = context->mem;
    atomic_init(&key->refs, 1);
    key->algorithm = algorithm;
    key->bits = bits;
    key->secret = secret;
    if (algorithm == SECMAIL_DKIM_ED25519_SHA256)
        smi_ed25519_public(key->seed_public, secmail_secret_data(secret));
    *out = key;
    return 0;
}

/* ---- Reading ---- */

static int read_rsa(struct secmail_context *context, struct secmail_dkim_key **out,
                    const uint8_t *der, size_t size)
{
    uint32_t bits;
    struct secmail_secret *secret;
    if (!smi_rsa_private_check(der, size, &bits))
        return refuse(context, "the RSA key is malformed, or its numbers don't fit together");
    if (bits < LEAST_BITS || bits > MOST_READ)
        return refuse(context, "an RSA key has 1024 to 8192 bits");
    const int rc = secmail_secret_new(context, &secret, der, size);
    return rc ? rc : make_key(context, out, SECMAIL_DKIM_RSA_SHA256, bits, secret);
}

static int read_seed(struct secmail_context *context, struct secmail_dkim_key **out,
                     struct smi_cursor key)
{
    struct secmail_secret *secret;
    const struct smi_cursor seed = smi_der_take(&key, SMI_DER_OCTET_STRING);
    if (seed.bad || seed.size != SEED_SIZE || smi_left(&key))
        return refuse(context, "an Ed25519 key has 32 bytes");
    const int rc = secmail_secret_new(context, &secret, seed.data, seed.size);
    return rc ? rc : make_key(context, out, SECMAIL_DKIM_ED25519_SHA256, 256, secret);
}

static bool is_algorithm(const struct smi_cursor *c, const uint8_t *bytes, size_t size)
{
    return c->size == size && smi_equal(c->data, bytes, size);
}

/* OneAsymmetricKey (RFC 5958 section 2): version, algorithm, key, [0] attributes, [1] public key.
 */
static int read_pkcs8(struct secmail_context *context, struct secmail_dkim_key **out,
                      struct smi_cursor c)
{
    smi_der_unsigned(&c);
    const struct smi_cursor algorithm = smi_der_take(&c, SMI_DER_SEQUENCE);
    const struct smi_cursor key = smi_der_take(&c, SMI_DER_OCTET_STRING);
    if (smi_der_is_next(&c, SMI_DER_ATTRIBUTES))
        smi_der_take(&c, SMI_DER_ATTRIBUTES);
    if (smi_der_is_next(&c, SMI_DER_PUBLIC_KEY))
        smi_der_take(&c, SMI_DER_PUBLIC_KEY);
    if (c.bad || smi_left(&c))
        return refuse(context, "it is malformed");
    if (is_algorithm(&algorithm, rsa_algorithm, sizeof rsa_algorithm))
        return read_rsa(context, out, key.data, key.size);
    if (is_algorithm(&algorithm, ed25519_algorithm, sizeof ed25519_algorithm))
        return read_seed(context, out, key);
    return refuse(context, "its algorithm is neither RSA nor Ed25519");
}

int secmail_dkim_key_read(struct secmail_context *context, struct secmail_dkim_key **out,
                          const uint8_t *der, size_t size)
{
    if (!smi_enter(context) || !out || (!der && size))
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    const int rc = smi_crypto_init(context);
    if (rc)
        return rc;
    struct smi_cursor c = smi_cursor(der, size), inside;
    const struct smi_cursor sequence = smi_der_take(&c, SMI_DER_SEQUENCE);
    if (sequence.bad || smi_left(&c))
        return refuse(context, "it is not one DER sequence");
    inside = sequence;
    smi_der_unsigned(&inside);
    if (inside.bad)
        return refuse(context, "it does not begin with a version (an encrypted key?)");
    return smi_der_is_next(&inside, SMI_DER_SEQUENCE) ? read_pkcs8(context, out, sequence)
                                                      : read_rsa(context, out, der, size);
}

/* ---- Writing ---- */

static void put_pkcs8(struct smi_buf *b, const struct secmail_dkim_key *key)
{
    static const uint8_t version[] = {SMI_DER_INTEGER, 1, 0};
    const bool rsa = key->algorithm == SECMAIL_DKIM_RSA_SHA256;
    const size_t size = secmail_secret_size(key->secret);
    const size_t inner = rsa ? size : smi_der_header_size(size) + size;
    const size_t algorithm = rsa ? sizeof rsa_algorithm : sizeof ed25519_algorithm;
    smi_der_put_header(b, SMI_DER_SEQUENCE,
                       sizeof version + smi_der_header_size(algorithm) + algorithm +
                           smi_der_header_size(inner) + inner);
    smi_put(b, version, sizeof version);
    smi_der_put_header(b, SMI_DER_SEQUENCE, algorithm);
    smi_put(b, rsa ? rsa_algorithm : ed25519_algorithm, algorithm);
    smi_der_put_header(b, SMI_DER_OCTET_STRING, inner);
    if (!rsa)
        smi_der_put_header(b, SMI_DER_OCTET_STRING, size);
    smi_put(b, secmail_secret_data(key->secret), size);
}

int secmail_dkim_key_write(struct secmail_context *context, const struct secmail_dkim_key *key,
                           struct secmail_secret **out)
{
    if (!smi_enter(context) || !key || !out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    struct smi_buf b = smi_buf_open(&context->mem);
    smi_buf_reserve(&b, secmail_secret_size(key->secret) + 64);
    put_pkcs8(&b, key);
    const int rc = b.error ? smi_nomem(context) : secmail_secret_new(context, out, b.data, b.size);
    smi_buf_free(&b);
    return rc;
}

/* SubjectPublicKeyInfo, the form in which everybody publishes RSA keys. */
static void put_rsa_info(struct smi_buf *b, const struct secmail_dkim_key *key)
{
    struct smi_buf inner = smi_buf_open(b->mem);
    smi_put_u8(&inner, 0); /* unused bits */
    smi_rsa_put_public(&inner, secmail_secret_data(key->secret), secmail_secret_size(key->secret));
    const size_t algorithm = sizeof rsa_algorithm;
    smi_der_put_header(b, SMI_DER_SEQUENCE,
                       smi_der_header_size(algorithm) + algorithm +
                           smi_der_header_size(inner.size) + inner.size);
    smi_der_put_header(b, SMI_DER_SEQUENCE, algorithm);
    smi_put(b, rsa_algorithm, algorithm);
    smi_der_put_header(b, SMI_DER_BIT_STRING, inner.size);
    smi_put(b, inner.data, inner.size);
    if (inner.error)
        b->error = inner.error;
    smi_buf_free(&inner);
}

int secmail_dkim_key_record(struct secmail_context *context, const struct secmail_dkim_key *key,
                            struct secmail_bytes **out)
{
    if (!smi_enter(context) || !key || !out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    struct smi_buf b = smi_buf_open(&context->mem), info = b;
    const bool rsa = key->algorithm == SECMAIL_DKIM_RSA_SHA256;
    if (rsa)
        put_rsa_info(&info, key);
    else
        smi_put(&info, key->seed_public, SEED_SIZE);
    smi_put_key_record(&b, rsa ? SMI_KEY_RSA : SMI_KEY_ED25519, smi_span(info.data, info.size));
    smi_put_u8(&b, 0);
    int rc = b.error || info.error ? SECMAIL_E_NOMEM : smi_bytes_new(out, &b, 0, b.size - 1);
    smi_buf_free(&b);
    smi_buf_free(&info);
    return rc ? smi_nomem(context) : 0;
}

/* ---- Generating ---- */

static int generate_rsa(struct secmail_context *context, struct secmail_dkim_key **out,
                        uint32_t bits)
{
    struct secmail_secret *secret;
    if (bits < LEAST_BITS || bits > MOST_MADE || bits % 8)
        return refuse(context, "an RSA key is made with 1024 to 4096 bits, a multiple of 8");
    const int rc = smi_rsa_generate(context, bits, &secret);
    return rc ? rc : make_key(context, out, SECMAIL_DKIM_RSA_SHA256, bits, secret);
}

static int generate_ed25519(struct secmail_context *context, struct secmail_dkim_key **out)
{
    struct secmail_secret *secret = smi_secret_new(context, SEED_SIZE);
    if (!secret)
        return smi_nomem(context);
    const int rc = smi_random(context, smi_secret_fill(secret), SEED_SIZE);
    if (rc) {
        secmail_secret_free(secret);
        return rc;
    }
    return make_key(context, out, SECMAIL_DKIM_ED25519_SHA256, 256, secret);
}

int secmail_dkim_key_generate(struct secmail_context *context, struct secmail_dkim_key **out,
                              uint32_t algorithm, uint32_t bits)
{
    if (!smi_enter(context) || !out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    const int rc = smi_crypto_init(context);
    if (rc)
        return rc;
    if (algorithm == SECMAIL_DKIM_RSA_SHA256)
        return generate_rsa(context, out, bits ? bits : DEFAULT_BITS);
    return algorithm == SECMAIL_DKIM_ED25519_SHA256 ? generate_ed25519(context, out)
                                                    : SECMAIL_E_ARGUMENT;
}

/* ---- Using ---- */

struct secmail_dkim_key *secmail_dkim_key_ref(struct secmail_dkim_key *key)
{
    if (key)
        atomic_fetch_add_explicit(&key->refs, 1, memory_order_relaxed);
    return key;
}

void secmail_dkim_key_unref(struct secmail_dkim_key *key)
{
    if (!key || atomic_fetch_sub_explicit(&key->refs, 1, memory_order_acq_rel) > 1)
        return;
    const struct secmail_allocator mem = key->mem;
    secmail_secret_free(key->secret);
    smi_free(&mem, key, sizeof *key);
}

uint32_t secmail_dkim_key_algorithm(const struct secmail_dkim_key *key)
{
    return key ? key->algorithm : 0;
}

uint32_t secmail_dkim_key_bits(const struct secmail_dkim_key *key)
{
    return key ? key->bits : 0;
}

const char *smi_dkim_key_name(const struct secmail_dkim_key *key)
{
    return key->algorithm == SECMAIL_DKIM_RSA_SHA256 ? "rsa-sha256" : "ed25519-sha256";
}

int smi_dkim_key_sign(struct secmail_context *context, const struct secmail_dkim_key *key,
                      const uint8_t digest[32], struct smi_buf *sig)
{
    const uint8_t *secret = secmail_secret_data(key->secret);
    if (key->algorithm == SECMAIL_DKIM_RSA_SHA256)
        return smi_rsa_sign_sha256(context, secret, secmail_secret_size(key->secret), digest, sig);
    uint8_t *to = smi_buf_add(sig, 64);
    if (!to)
        return smi_nomem(context);
    smi_ed25519_sign(to, secret, key->seed_public, digest, 32);
    return 0;
}
