/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RSA with PKCS#1 v1.5 encodings. */
#include "crypto/rsa_pkcs1.h"

#include "core/secret.h"
#include "crypto/hash.h"

#include <nettle/rsa.h>
#include <string.h>

enum { PREFIX_MAX = 19, INFO_MAX = PREFIX_MAX + SMI_HASH_MAX_SIZE, EXPONENT_MAX = 64 };

/* DigestInfo up to the digest: RFC 8017 section 9.2, RFC 9580 section 5.2.3.1. */
static const struct {
    uint8_t size;
    uint8_t prefix[PREFIX_MAX];
} infos[] = {
    [SMI_MD5] = {18,
                 {0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02,
                  0x05, 0x05, 0x00, 0x04, 0x10}},
    [SMI_SHA1] = {15,
                  {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00,
                   0x04, 0x14}},
    [SMI_RIPEMD160] = {15,
                       {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x24, 0x03, 0x02, 0x01, 0x05,
                        0x00, 0x04, 0x14}},
    [SMI_SHA256] = {19,
                    {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
                     0x02, 0x01, 0x05, 0x00, 0x04, 0x20}},
    [SMI_SHA384] = {19,
                    {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
                     0x02, 0x02, 0x05, 0x00, 0x04, 0x30}},
    [SMI_SHA512] = {19,
                    {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
                     0x02, 0x03, 0x05, 0x00, 0x04, 0x40}},
    [SMI_SHA224] = {19,
                    {0x30, 0x2d, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
                     0x02, 0x04, 0x05, 0x00, 0x04, 0x1c}},
    [SMI_SHA3_256] = {19,
                      {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
                       0x02, 0x08, 0x05, 0x00, 0x04, 0x20}},
    [SMI_SHA3_512] = {19,
                      {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
                       0x02, 0x0a, 0x05, 0x00, 0x04, 0x40}},
};

/* Returns the size; 0 for a hash that has no DigestInfo. */
static size_t put_info(uint8_t info[INFO_MAX], uint8_t hash, const uint8_t *digest)
{
    if (hash >= sizeof infos / sizeof infos[0] || !infos[hash].size)
        return 0;
    memcpy(info, infos[hash].prefix, infos[hash].size);
    memcpy(info + infos[hash].size, digest, smi_hash_size(hash));
    return infos[hash].size + smi_hash_size(hash);
}

static bool is_odd(const struct smi_number *number)
{
    return number->size && number->data[number->size - 1] & 1;
}

/* Bounds the work: a key is at most 16384 bits, its exponent at most 64. */
static bool open_public(struct rsa_public_key *pub, const struct smi_rsa_public_numbers *key)
{
    const uint32_t e_bits = smi_number_bits(&key->e);
    if (smi_number_bits(&key->n) > SMI_RSA_NUMBER_MAX * 8 || e_bits < 2 || e_bits > EXPONENT_MAX ||
        !is_odd(&key->n) || !is_odd(&key->e))
        return false;
    smi_mpz_open(pub->n, &key->n);
    smi_mpz_open(pub->e, &key->e);
    if (rsa_public_key_prepare(pub))
        return true;
    rsa_public_key_clear(pub);
    return false;
}

bool smi_rsa_pkcs1_verify(const struct smi_rsa_public_numbers *key, uint8_t hash,
                          const uint8_t *digest, const struct smi_number *signature)
{
    uint8_t info[INFO_MAX];
    const size_t size = put_info(info, hash, digest);
    struct rsa_public_key pub;
    if (!size || smi_number_bits(signature) > smi_number_bits(&key->n) || !open_public(&pub, key))
        return false;
    mpz_t s;
    smi_mpz_open(s, signature);
    const bool good = rsa_pkcs1_verify(&pub, size, info, s) == 1;
    mpz_clear(s);
    rsa_public_key_clear(&pub);
    return good;
}

/* ---------------------------------------------------------------- secret keys */

struct pair {
    struct rsa_public_key pub;
    struct rsa_private_key priv;
};

static void close_pair(struct pair *k)
{
    mpz_t *const numbers[] = {&k->priv.d, &k->priv.p, &k->priv.q,
                              &k->priv.a, &k->priv.b, &k->priv.c};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        smi_mpz_wipe(*numbers[i]);
    rsa_public_key_clear(&k->pub);
    rsa_private_key_clear(&k->priv);
}

static bool is_bounded(const struct smi_rsa_public_numbers *key,
                       const struct smi_rsa_secret_numbers *secret)
{
    const uint32_t bits = smi_number_bits(&key->n);
    return smi_number_bits(&secret->d) <= bits && smi_number_bits(&secret->u) <= bits &&
           smi_number_bits(&secret->p) < bits && smi_number_bits(&secret->q) < bits &&
           smi_number_bits(&secret->p) > 1 && smi_number_bits(&secret->q) > 1;
}

/* a = d mod p - 1 */
static void reduce(mpz_t a, const mpz_t d, const mpz_t prime)
{
    mpz_t less;
    mpz_init(less);
    mpz_sub_ui(less, prime, 1);
    mpz_fdiv_r(a, d, less);
    smi_mpz_close(less);
}

/* nettle wants 1/q mod p: p and q change their names. */
static bool open_pair(struct pair *k, const struct smi_rsa_public_numbers *key,
                      const struct smi_rsa_secret_numbers *secret)
{
    if (!is_bounded(key, secret) || !open_public(&k->pub, key))
        return false;
    smi_mpz_open(k->priv.d, &secret->d);
    smi_mpz_open(k->priv.p, &secret->q);
    smi_mpz_open(k->priv.q, &secret->p);
    smi_mpz_open(k->priv.c, &secret->u);
    mpz_init(k->priv.a);
    mpz_init(k->priv.b);
    reduce(k->priv.a, k->priv.d, k->priv.p);
    reduce(k->priv.b, k->priv.d, k->priv.q);
    if (rsa_private_key_prepare(&k->priv) && k->priv.size == k->pub.size)
        return true;
    close_pair(k);
    return false;
}

/* x * y = 1 mod m */
static bool is_inverse(const mpz_t x, const mpz_t y, const mpz_t m)
{
    mpz_t product;
    mpz_init(product);
    mpz_mul(product, x, y);
    mpz_fdiv_r(product, product, m);
    const bool ok = mpz_cmp_ui(product, 1) == 0;
    smi_mpz_close(product);
    return ok;
}

static bool is_inverse_exponent(const mpz_t e, const mpz_t d, const mpz_t prime)
{
    mpz_t less;
    mpz_init(less);
    mpz_sub_ui(less, prime, 1);
    const bool ok = is_inverse(e, d, less);
    smi_mpz_close(less);
    return ok;
}

static bool is_product(const mpz_t n, const mpz_t p, const mpz_t q)
{
    mpz_t product;
    mpz_init(product);
    mpz_mul(product, p, q);
    const bool same = mpz_cmp(product, n) == 0;
    smi_mpz_close(product);
    return same;
}

bool smi_rsa_check(const struct smi_rsa_public_numbers *key,
                   const struct smi_rsa_secret_numbers *secret)
{
    struct pair k;
    if (!open_pair(&k, key, secret))
        return false;
    const bool ok = mpz_odd_p(k.priv.p) && mpz_odd_p(k.priv.q) &&
                    is_product(k.pub.n, k.priv.p, k.priv.q) &&
                    is_inverse_exponent(k.pub.e, k.priv.d, k.priv.p) &&
                    is_inverse_exponent(k.pub.e, k.priv.d, k.priv.q) &&
                    is_inverse(k.priv.c, k.priv.q, k.priv.p);
    close_pair(&k);
    return ok;
}

static int bad_key(struct secmail_context *context)
{
    return smi_fail(context, SECMAIL_E_INTERNAL, "an RSA key that was checked can't be read");
}

int smi_rsa_pkcs1_sign(struct secmail_context *context, const struct smi_rsa_public_numbers *key,
                       const struct smi_rsa_secret_numbers *secret, uint8_t hash,
                       const uint8_t *digest, uint8_t *signature)
{
    uint8_t info[INFO_MAX];
    const size_t size = put_info(info, hash, digest);
    struct pair k;
    struct smi_draw draw = {.context = context};
    if (!size || !open_pair(&k, key, secret))
        return bad_key(context);
    mpz_t s;
    mpz_init(s);
    const bool ok = rsa_pkcs1_sign_tr(&k.pub, &k.priv, &draw, smi_draw, size, info, s) &&
                    smi_mpz_write(s, signature, k.pub.size);
    mpz_clear(s);
    close_pair(&k);
    if (draw.rc)
        return draw.rc;
    return ok ? 0
              : smi_fail(context, SECMAIL_E_INTERNAL, "nettle could not sign with this RSA key");
}

int smi_rsa_pkcs1_encrypt(struct secmail_context *context, const struct smi_rsa_public_numbers *key,
                          const uint8_t *data, size_t size, uint8_t *encrypted)
{
    struct rsa_public_key pub;
    struct smi_draw draw = {.context = context};
    if (!open_public(&pub, key))
        return smi_fail(context, SECMAIL_E_MALFORMED, "the RSA key is none: e or n is impossible");
    mpz_t c;
    mpz_init(c);
    const bool ok = rsa_encrypt(&pub, &draw, smi_draw, size, data, c) &&
                    smi_mpz_write(c, encrypted, pub.size);
    mpz_clear(c);
    rsa_public_key_clear(&pub);
    if (draw.rc)
        return draw.rc;
    return ok ? 0
              : smi_fail(context, SECMAIL_E_INTERNAL, "nettle could not encrypt to this RSA key");
}

int smi_rsa_pkcs1_decrypt(struct secmail_context *context, const struct smi_rsa_public_numbers *key,
                          const struct smi_rsa_secret_numbers *secret,
                          const struct smi_number *encrypted, uint8_t *data, size_t *size)
{
    struct pair k;
    struct smi_draw draw = {.context = context};
    if (!open_pair(&k, key, secret))
        return bad_key(context);
    mpz_t c;
    smi_mpz_open(c, encrypted);
    /* What rsa_decrypt_tr() returns is not looked at: that would be the oracle. A number that is
     * not below n is no secret: it fails here and leaves the data as it was. */
    if (mpz_cmp(c, k.pub.n) < 0)
        rsa_decrypt_tr(&k.pub, &k.priv, &draw, smi_draw, size, data, c);
    mpz_clear(c);
    close_pair(&k);
    return draw.rc;
}

/* RFC 9580 section 5.5.5.1: p is the smaller one, which nettle calls q. */
static bool order_primes(struct rsa_private_key *key)
{
    if (mpz_cmp(key->q, key->p) < 0)
        return true;
    mpz_swap(key->p, key->q);
    return mpz_invert(key->c, key->q, key->p) != 0;
}

int smi_rsa_numbers_generate(struct secmail_context *context, uint32_t bits, uint8_t *n, uint8_t *d,
                             uint8_t *p, uint8_t *q, uint8_t *u)
{
    struct pair k;
    struct smi_draw draw = {.context = context};
    rsa_public_key_init(&k.pub);
    rsa_private_key_init(&k.priv);
    mpz_set_ui(k.pub.e, 65537);
    const bool ok = rsa_generate_keypair(&k.pub, &k.priv, &draw, smi_draw, NULL, NULL, bits, 0) &&
                    order_primes(&k.priv) && smi_mpz_write(k.pub.n, n, bits / 8) &&
                    smi_mpz_write(k.priv.d, d, bits / 8) && smi_mpz_write(k.priv.q, p, bits / 16) &&
                    smi_mpz_write(k.priv.p, q, bits / 16) && smi_mpz_write(k.priv.c, u, bits / 16);
    close_pair(&k);
    if (draw.rc)
        return draw.rc;
    return ok ? 0 : smi_fail(context, SECMAIL_E_INTERNAL, "nettle could not make an RSA key");
}
