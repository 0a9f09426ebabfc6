/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Public-key algorithms but Curve25519: RFC 8032 and 7748 (Curve448), RFC 6979, 5903 and 7027, NIST
 * CAVP, Wycheproof. SOURCES.md names them. */
#include "crypto/curve448.h"
#include "crypto/dsa.h"
#include "crypto/ecc.h"
#include "crypto/hash.h"
#include "crypto/init.h"
#include "crypto/rsa_pkcs1.h"
#include "vectors.h"

static struct smi_number number(struct vectors *v, const char *name)
{
    struct smi_number n;
    n.data = vector_bytes(v, name, &n.size);
    return n;
}

/* Of the record's input; returns its size. */
static size_t digest_of(struct fixture *f, struct vectors *v, uint8_t digest[SMI_HASH_MAX_SIZE])
{
    size_t size;
    const uint8_t hash = vector_number(v, "hash");
    const uint8_t *input = vector_bytes(v, "input", &size);
    assert_int_equal(smi_hash_once(f->context, hash, input, size, digest), 0);
    return smi_hash_size(hash);
}

static void test_ed448(void **state)
{
    (void)state;
    struct vectors v;
    vectors_open(&v, "ed448.txt");
    while (vectors_next(&v)) {
        size_t size, n;
        uint8_t pub[57], sig[114];
        const uint8_t *seed = vector_bytes(&v, "seed", &n);
        const uint8_t *input = vector_bytes(&v, "input", &size);
        smi_ed448_public(pub, seed);
        vector_check(&v, "pub", pub, sizeof pub);
        smi_ed448_sign(sig, seed, pub, input, size);
        vector_check(&v, "sig", sig, sizeof sig);
        assert_true(smi_ed448_verify(sig, pub, input, size));
        for (size_t i = 0; i < sizeof sig; i += 7) {
            sig[i] ^= 1;
            assert_false(smi_ed448_verify(sig, pub, input, size));
            sig[i] ^= 1;
        }
    }
    vectors_close(&v, 7);
}

static void test_x448(void **state)
{
    (void)state;
    struct vectors v;
    vectors_open(&v, "x448.txt");
    while (vectors_next(&v)) {
        size_t n;
        uint8_t out[56];
        const uint8_t *secret = vector_bytes(&v, "secret", &n);
        const uint8_t *pub = vector_bytes(&v, "pub", &n);
        assert_true(smi_x448(out, secret, pub));
        vector_check(&v, "shared", out, sizeof out);
        if (!vector_find(&v, "own"))
            continue;
        smi_x448_public(out, secret);
        vector_check(&v, "own", out, sizeof out);
    }
    vectors_close(&v, 4);
}

/* The points of small order in their only encodings of 56 bytes: 0, 1, p - 1, and p, p + 1. */
static void test_x448_small_order(void **state)
{
    (void)state;
    static const uint8_t secret[56] = {4, 5, 6, [55] = 0x80};
    for (int which = 0; which < 5; which++) {
        uint8_t point[56] = {0}, out[56];
        if (which >= 2) { /* p = 2^448 - 2^224 - 1 */
            memset(point, 0xff, sizeof point);
            point[28] = 0xfe;
        }
        if (which == 2)
            point[0] = 0xfe;
        if (which == 4) {
            memset(point, 0, 28);
            point[28] = 0xff;
        }
        if (which == 1)
            point[0] = 1;
        assert_false(smi_x448(out, secret, point));
    }
}

/* Signs anew with the record's secret, where it has one. */
static void sign_again(struct fixture *f, struct vectors *v, const struct smi_number *point,
                       const uint8_t *digest, size_t size)
{
    const uint8_t curve = vector_number(v, "curve"), hash = vector_number(v, "hash");
    uint8_t r[SMI_ECC_MAX_SIZE], s[SMI_ECC_MAX_SIZE];
    const struct smi_number secret = number(v, "secret");
    const struct smi_number rn = {r, smi_ecc_size(curve)}, sn = {s, smi_ecc_size(curve)};
    assert_true(smi_ecc_is_pair(curve, secret.data, point));
    assert_int_equal(smi_ecdsa_sign(f->context, curve, secret.data, hash, digest, r, s), 0);
    assert_true(smi_ecdsa_verify(curve, point, digest, size, &rn, &sn));
}

static void test_ecdsa(void **state)
{
    struct fixture *f = *state;
    struct vectors v;
    vectors_open(&v, "ecdsa.txt");
    while (vectors_next(&v)) {
        uint8_t digest[SMI_HASH_MAX_SIZE];
        const uint8_t curve = vector_number(&v, "curve");
        const size_t size = digest_of(f, &v, digest);
        const struct smi_number point = number(&v, "point"), r = number(&v, "r"),
                                s = number(&v, "s"), none = {(const uint8_t *)"", 0};
        if (!smi_ecdsa_verify(curve, &point, digest, size, &r, &s))
            fail_msg("%s:%d is refused", v.file, v.first);
        assert_false(smi_ecdsa_verify(curve, &point, digest, size, &s, &r));
        assert_false(smi_ecdsa_verify(curve, &point, digest, size, &none, &s));
        assert_false(smi_ecdsa_verify(curve, &point, digest, size, &r, &none));
        digest[0] ^= 1;
        assert_false(smi_ecdsa_verify(curve, &point, digest, size, &r, &s));
        digest[0] ^= 1;
        if (vector_find(&v, "secret"))
            sign_again(f, &v, &point, digest, size);
    }
    vectors_close(&v, 10);
}

static void test_ecdh(void **state)
{
    struct fixture *f = *state;
    struct vectors v;
    vectors_open(&v, "ecdh.txt");
    while (vectors_next(&v)) {
        size_t n;
        uint8_t shared[SMI_ECC_MAX_SIZE], off[SMI_ECC_POINT_MAX];
        const uint8_t curve = vector_number(&v, "curve");
        const uint8_t *secret = vector_bytes(&v, "secret", &n);
        const struct smi_number point = number(&v, "point");
        assert_int_equal(smi_ecdh(f->context, curve, secret, &point, shared), 0);
        vector_check(&v, "shared", shared, smi_ecc_size(curve));
        /* A point beside the curve, one of another form, one cut short. */
        memcpy(off, point.data, point.size);
        off[point.size - 1] ^= 1;
        const struct smi_number wrong = {off, point.size}, cut = {point.data, point.size - 1};
        assert_code(f->context, smi_ecdh(f->context, curve, secret, &wrong, shared),
                    SECMAIL_E_WEAK_POINT);
        assert_code(f->context, smi_ecdh(f->context, curve, secret, &cut, shared),
                    SECMAIL_E_WEAK_POINT);
        off[point.size - 1] ^= 1;
        off[0] = 3;
        assert_code(f->context, smi_ecdh(f->context, curve, secret, &wrong, shared),
                    SECMAIL_E_WEAK_POINT);
    }
    vectors_close(&v, 12);
}

/* Secrets that are none: zero, and from the order on. */
static void test_scalars(void **state)
{
    struct fixture *f = *state;
    uint8_t scalar[SMI_ECC_MAX_SIZE], point[SMI_ECC_POINT_MAX], made[SMI_ECC_MAX_SIZE];
    assert_int_equal(smi_crypto_init(f->context), 0);
    for (uint8_t curve = SMI_CURVE_P256; curve <= SMI_CURVE_BP512; curve++) {
        const struct smi_number p = {point, smi_ecc_point_size(curve)};
        assert_int_equal(smi_ecc_generate(f->context, curve, made, point), 0);
        assert_true(smi_ecc_is_pair(curve, made, &p));
        made[smi_ecc_size(curve) - 1] ^= 1;
        assert_false(smi_ecc_is_pair(curve, made, &p));
        memset(scalar, 0, sizeof scalar);
        assert_false(smi_ecc_is_pair(curve, scalar, &p));
        memset(scalar, 0xff, sizeof scalar);
        assert_false(smi_ecc_is_pair(curve, scalar, &p));
    }
}

static void test_dsa(void **state)
{
    struct fixture *f = *state;
    struct vectors v;
    vectors_open(&v, "dsa.txt");
    while (vectors_next(&v)) {
        uint8_t digest[SMI_HASH_MAX_SIZE];
        const size_t size = digest_of(f, &v, digest);
        const struct smi_dsa_public key = {number(&v, "p"), number(&v, "q"), number(&v, "g"),
                                           number(&v, "y")};
        const struct smi_number r = number(&v, "r"), s = number(&v, "s");
        const struct smi_number none = {(const uint8_t *)"", 0};
        assert_int_equal(smi_dsa_verify(&key, digest, size, &r, &s), vector_number(&v, "good"));
        assert_false(smi_dsa_verify(&key, digest, size, &none, &none));
        /* What would be divided by, or is no key. */
        const struct smi_dsa_public broken[] = {{none, key.q, key.g, key.y},
                                                {key.p, none, key.g, key.y},
                                                {key.p, key.q, none, key.y},
                                                {key.p, key.q, key.g, none},
                                                {key.q, key.p, key.g, key.y}};
        for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
            assert_false(smi_dsa_verify(&broken[i], digest, size, &r, &s));
    }
    vectors_close(&v, 3);
}

/* ---------------------------------------------------------------- RSA */

struct rsa {
    uint8_t bytes[5][256];
    struct smi_rsa_public_numbers key;
    struct smi_rsa_secret_numbers secret;
};

/* The numbers of the first record outlive it. */
static void take_key(struct vectors *v, struct rsa *k)
{
    static const char *const names[] = {"n", "d", "p", "q", "u"};
    static const uint8_t e[] = {1, 0, 1};
    struct smi_number numbers[5];
    for (size_t i = 0; i < 5; i++) {
        const struct smi_number from = number(v, names[i]);
        assert_true(from.size <= sizeof k->bytes[i]);
        memcpy(k->bytes[i], from.data, from.size);
        numbers[i] = (struct smi_number){k->bytes[i], from.size};
    }
    k->key = (struct smi_rsa_public_numbers){numbers[0], {e, sizeof e}};
    k->secret = (struct smi_rsa_secret_numbers){numbers[1], numbers[2], numbers[3], numbers[4]};
    assert_true(smi_rsa_check(&k->key, &k->secret));
}

/* Wrong padding leaves everything as it was. */
static void decrypt_one(struct fixture *f, struct vectors *v, const struct rsa *k)
{
    uint8_t data[64], before[64];
    size_t size = 35;
    const struct smi_number encrypted = number(v, "encrypted");
    fixture_random(f, data, sizeof data);
    memcpy(before, data, sizeof data);
    assert_int_equal(
        smi_rsa_pkcs1_decrypt(f->context, &k->key, &k->secret, &encrypted, data, &size), 0);
    if (vector_number(v, "good")) {
        vector_check(v, "output", data, size);
    } else {
        assert_int_equal(size, 35);
        assert_memory_equal(data, before, sizeof data);
    }
}

static void sign_one(struct fixture *f, struct vectors *v, const struct rsa *k)
{
    uint8_t digest[SMI_HASH_MAX_SIZE], sig[256];
    const uint8_t hash = vector_number(v, "hash");
    const struct smi_number want = number(v, "sig");
    digest_of(f, v, digest);
    assert_int_equal(smi_rsa_pkcs1_sign(f->context, &k->key, &k->secret, hash, digest, sig), 0);
    vector_check(v, "sig", sig, sizeof sig);
    assert_true(smi_rsa_pkcs1_verify(&k->key, hash, digest, &want));
    assert_false(smi_rsa_pkcs1_verify(&k->key, SMI_RIPEMD160, digest, &want));
    digest[0] ^= 1;
    assert_false(smi_rsa_pkcs1_verify(&k->key, hash, digest, &want));
}

static void test_rsa(void **state)
{
    struct fixture *f = *state;
    struct vectors v;
    struct rsa k;
    vectors_open(&v, "rsa.txt");
    assert_true(vectors_next(&v));
    take_key(&v, &k);
    while (vectors_next(&v)) {
        if (vector_find(&v, "encrypted"))
            decrypt_one(f, &v, &k);
        else
            sign_one(f, &v, &k);
    }
    vectors_close(&v, 17);
}

/* Numbers that are no key are refused before anything is computed with them. */
static void test_rsa_keys(void **state)
{
    struct fixture *f = *state;
    uint8_t n[256], d[256], p[128], q[128], u[128], digest[32] = {1}, sig[256];
    static const uint8_t e[] = {1, 0, 1}, one[] = {1}, even[] = {2}, large[9] = {1, [8] = 1};
    assert_int_equal(smi_rsa_numbers_generate(f->context, 2048, n, d, p, q, u), 0);
    const struct smi_rsa_secret_numbers secret = {{d, 256}, {p, 128}, {q, 128}, {u, 128}};
    const struct smi_rsa_public_numbers key = {{n, 256}, {e, 3}};
    assert_true(smi_rsa_check(&key, &secret));
    assert_true(memcmp(p, q, 128) < 0); /* RFC 9580 section 5.5.5.1 */
    assert_int_equal(smi_rsa_pkcs1_sign(f->context, &key, &secret, SMI_SHA256, digest, sig), 0);
    const struct smi_number s = {sig, sizeof sig};
    assert_true(smi_rsa_pkcs1_verify(&key, SMI_SHA256, digest, &s));
    const struct smi_number exponents[] = {{one, 0}, {one, 1}, {even, 1}, {large, 9}};
    for (size_t i = 0; i < 4; i++) {
        const struct smi_rsa_public_numbers wrong = {{n, 256}, exponents[i]};
        assert_false(smi_rsa_pkcs1_verify(&wrong, SMI_SHA256, digest, &s));
        assert_false(smi_rsa_check(&wrong, &secret));
    }
    const struct smi_rsa_secret_numbers swapped = {{d, 256}, {q, 128}, {p, 128}, {u, 128}};
    assert_false(smi_rsa_check(&key, &swapped));
    n[255] ^= 1;
    assert_false(smi_rsa_pkcs1_verify(&key, SMI_SHA256, digest, &s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_ed448), fixture_test(test_x448), fixture_test(test_x448_small_order),
        fixture_test(test_ecdsa), fixture_test(test_ecdh), fixture_test(test_scalars),
        fixture_test(test_dsa),   fixture_test(test_rsa),  fixture_test(test_rsa_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
