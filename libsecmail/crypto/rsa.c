/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RSA through nettle and GMP. GMP has its own memory functions, which end the process when memory
 * runs out; numbers here are bounded, so that they stay small. */
#include "crypto/rsa.h"

#include "crypto/der.h"
#include "crypto/hash.h"
#include "crypto/number.h"

#include <nettle/rsa.h>

/* 1.2.840.113549.1.1.1 */
static const uint8_t rsa_oid[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};

/* ---- Public keys ---- */

/* RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } */
static bool read_public(struct smi_rsa_public *key, struct smi_cursor *c)
{
    struct smi_cursor sequence = smi_der_take(c, SMI_DER_SEQUENCE);
    const struct smi_cursor n = smi_der_unsigned(&sequence);
    const struct smi_cursor e = smi_der_unsigned(&sequence);
    if (sequence.bad || smi_left(&sequence) || smi_left(c) || n.bad || e.bad)
        return false;
    *key = (struct smi_rsa_public){n.data, e.data, n.size, e.size, 0};
    return true;
}

/* SubjectPublicKeyInfo: what stands in its BIT STRING. Parameters are NULL, or absent in old keys.
 */
static bool open_info(struct smi_cursor *c, struct smi_cursor *key)
{
    struct smi_cursor info = smi_der_take(c, SMI_DER_SEQUENCE);
    struct smi_cursor algorithm = smi_der_take(&info, SMI_DER_SEQUENCE);
    if (!smi_der_oid_is(&algorithm, rsa_oid, sizeof rsa_oid))
        return false;
    if (smi_left(&algorithm) && smi_der_take(&algorithm, SMI_DER_NULL).size)
        return false;
    *key = smi_der_bits(&info);
    return !algorithm.bad && !smi_left(&algorithm) && !info.bad && !smi_left(&info) && !smi_left(c);
}

static bool is_sound(struct smi_rsa_public *key)
{
    if (key->n_size > SMI_RSA_MAX_SIZE || !(key->n[key->n_size - 1] & 1) ||
        !(key->e[key->e_size - 1] & 1))
        return false;
    key->bits = smi_number_bits(&(struct smi_number){key->n, key->n_size});
    const uint32_t e_bits = smi_number_bits(&(struct smi_number){key->e, key->e_size});
    return key->bits >= 64 && e_bits > 1 && e_bits <= SMI_RSA_MAX_EXPONENT_BITS;
}

bool smi_rsa_public_read(struct smi_rsa_public *key, const uint8_t *der, size_t size)
{
    struct smi_cursor bare = smi_cursor(der, size), whole = bare, inner;
    if (read_public(key, &bare))
        return is_sound(key);
    return open_info(&whole, &inner) && read_public(key, &inner) && is_sound(key);
}

bool smi_rsa_verify(const struct smi_rsa_public *key, uint8_t hash, const uint8_t *digest,
                    const uint8_t *sig, size_t sig_size)
{
    if (sig_size != key->n_size)
        return false;
    struct rsa_public_key pub;
    mpz_t s;
    rsa_public_key_init(&pub);
    nettle_mpz_set_str_256_u(pub.n, key->n_size, key->n);
    nettle_mpz_set_str_256_u(pub.e, key->e_size, key->e);
    nettle_mpz_init_set_str_256_u(s, sig_size, sig);
    bool ok = rsa_public_key_prepare(&pub);
    if (ok)
        ok = hash == SMI_SHA1 ? rsa_sha1_verify_digest(&pub, digest, s)
                              : rsa_sha256_verify_digest(&pub, digest, s);
    mpz_clear(s);
    rsa_public_key_clear(&pub);
    return ok;
}

/* ---- Private keys ---- */

/* Both halves of a private key as numbers. */
struct pair {
    struct rsa_public_key pub;
    struct rsa_private_key priv;
};

static void close_pair(struct pair *k)
{
    smi_mpz_wipe(k->priv.d);
    smi_mpz_wipe(k->priv.p);
    smi_mpz_wipe(k->priv.q);
    smi_mpz_wipe(k->priv.a);
    smi_mpz_wipe(k->priv.b);
    smi_mpz_wipe(k->priv.c);
    rsa_public_key_clear(&k->pub);
    rsa_private_key_clear(&k->priv);
}

static bool open_pair(struct pair *k, const uint8_t *der, size_t size)
{
    rsa_public_key_init(&k->pub);
    rsa_private_key_init(&k->priv);
    if (rsa_keypair_from_der(&k->pub, &k->priv, SMI_RSA_MAX_BITS, size, der))
        return true;
    close_pair(k);
    return false;
}

static bool is_consistent(const struct pair *k)
{
    mpz_t product;
    mpz_init(product);
    mpz_mul(product, k->priv.p, k->priv.q);
    const bool same = mpz_cmp(product, k->pub.n) == 0;
    smi_mpz_close(product);
    return same && mpz_odd_p(k->pub.n) && mpz_odd_p(k->pub.e) && mpz_cmp_ui(k->pub.e, 1) > 0 &&
           mpz_sizeinbase(k->pub.e, 2) <= SMI_RSA_MAX_EXPONENT_BITS;
}

/* nettle reads the numbers, and this the frame: one SEQUENCE with nothing behind it. */
static bool is_one_sequence(const uint8_t *der, size_t size)
{
    struct smi_cursor c = smi_cursor(der, size);
    const struct smi_cursor sequence = smi_der_take(&c, SMI_DER_SEQUENCE);
    return !sequence.bad && !smi_left(&c);
}

bool smi_rsa_private_check(const uint8_t *der, size_t size, uint32_t *bits)
{
    struct pair k;
    if (!is_one_sequence(der, size) || !open_pair(&k, der, size))
        return false;
    const bool ok = is_consistent(&k);
    *bits = (uint32_t)mpz_sizeinbase(k.pub.n, 2);
    close_pair(&k);
    return ok;
}

/* version, modulus, publicExponent, ... */
void smi_rsa_put_public(struct smi_buf *b, const uint8_t *der, size_t size)
{
    struct smi_cursor c = smi_cursor(der, size);
    struct smi_cursor sequence = smi_der_take(&c, SMI_DER_SEQUENCE);
    smi_der_take(&sequence, SMI_DER_INTEGER);
    struct smi_cursor start = smi_rest(&sequence), at = start;
    smi_der_take(&at, SMI_DER_INTEGER);
    smi_der_take(&at, SMI_DER_INTEGER);
    smi_der_put_header(b, SMI_DER_SEQUENCE, at.pos);
    smi_put(b, start.data, at.pos);
}

int smi_rsa_sign_sha256(struct secmail_context *context, const uint8_t *der, size_t size,
                        const uint8_t digest[32], struct smi_buf *sig)
{
    struct pair k;
    struct smi_draw s = {.context = context};
    if (!open_pair(&k, der, size))
        return smi_fail(context, SECMAIL_E_INTERNAL, "an RSA key that was checked can't be read");
    mpz_t number;
    mpz_init(number);
    const bool ok = rsa_sha256_sign_digest_tr(&k.pub, &k.priv, &s, smi_draw, digest, number);
    uint8_t *to = ok && !s.rc ? smi_buf_add(sig, k.pub.size) : NULL;
    if (to)
        nettle_mpz_get_str_256(k.pub.size, to, number);
    mpz_clear(number);
    close_pair(&k);
    if (s.rc)
        return s.rc;
    if (!ok)
        return smi_fail(context, SECMAIL_E_INTERNAL, "nettle could not sign with this RSA key");
    return to ? 0 : smi_nomem(context);
}

/* An INTEGER: a zero byte before a number whose top bit is set. */
static void put_integer(struct smi_buf *b, const mpz_t number)
{
    const size_t size = mpz_sizeinbase(number, 2) / 8 + 1;
    smi_der_put_header(b, SMI_DER_INTEGER, size);
    uint8_t *to = smi_buf_add(b, size);
    if (to)
        nettle_mpz_get_str_256(size, to, number);
}

/* RSAPrivateKey of two primes (RFC 8017 appendix A.1.2), in protected memory. */
static int write_pair(struct secmail_context *context, const struct pair *k,
                      struct secmail_secret **out)
{
    static const uint8_t version[] = {SMI_DER_INTEGER, 1, 0};
    struct smi_buf numbers = smi_buf_open(&context->mem), b = numbers;
    smi_put(&numbers, version, sizeof version);
    put_integer(&numbers, k->pub.n);
    put_integer(&numbers, k->pub.e);
    put_integer(&numbers, k->priv.d);
    put_integer(&numbers, k->priv.p);
    put_integer(&numbers, k->priv.q);
    put_integer(&numbers, k->priv.a);
    put_integer(&numbers, k->priv.b);
    put_integer(&numbers, k->priv.c);
    smi_der_put_header(&b, SMI_DER_SEQUENCE, numbers.size);
    smi_put(&b, numbers.data, numbers.size);
    const int rc = numbers.error || b.error ? smi_nomem(context)
                                            : secmail_secret_new(context, out, b.data, b.size);
    smi_buf_free(&numbers);
    smi_buf_free(&b);
    return rc;
}

int smi_rsa_generate(struct secmail_context *context, uint32_t bits, struct secmail_secret **out)
{
    struct pair k;
    struct smi_draw s = {.context = context};
    *out = NULL;
    rsa_public_key_init(&k.pub);
    rsa_private_key_init(&k.priv);
    mpz_set_ui(k.pub.e, 65537);
    const bool ok = rsa_generate_keypair(&k.pub, &k.priv, &s, smi_draw, NULL, NULL, bits, 0);
    int rc = s.rc;
    if (!rc && !ok)
        rc = smi_fail(context, SECMAIL_E_INTERNAL, "nettle could not make an RSA key");
    if (!rc)
        rc = write_pair(context, &k, out);
    close_pair(&k);
    return rc;
}
