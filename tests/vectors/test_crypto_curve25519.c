/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ed25519: RFC 8032 section 7.1. X25519: RFC 7748 sections 5.2 and 6.1, RFC 9580 appendix A.8.2. */
#include "crypto/curve25519.h"
#include "vectors.h"

static void test_ed25519(void **state)
{
    (void)state;
    struct vectors v;
    vectors_open(&v, "ed25519.txt");
    while (vectors_next(&v)) {
        size_t size, n;
        uint8_t pub[32], sig[64];
        const uint8_t *seed = vector_bytes(&v, "seed", &n);
        const uint8_t *input = vector_bytes(&v, "input", &size);
        smi_ed25519_public(pub, seed);
        vector_check(&v, "pub", pub, sizeof pub);
        smi_ed25519_sign(sig, seed, pub, input, size);
        vector_check(&v, "sig", sig, sizeof sig);
        assert_true(smi_ed25519_verify(sig, pub, input, size));
    }
    vectors_close(&v, 5);
}

static void test_x25519(void **state)
{
    (void)state;
    struct vectors v;
    vectors_open(&v, "x25519.txt");
    while (vectors_next(&v)) {
        size_t n;
        uint8_t out[32];
        const uint8_t *secret = vector_bytes(&v, "secret", &n);
        const uint8_t *pub = vector_bytes(&v, "pub", &n);
        assert_true(smi_x25519(out, secret, pub));
        vector_check(&v, "shared", out, sizeof out);
        if (!vector_find(&v, "own"))
            continue;
        smi_x25519_public(out, secret);
        vector_check(&v, "own", out, sizeof out);
    }
    vectors_close(&v, 6);
}

/* RFC 7748 section 5.2: "For each iteration, set k to be the result of calling the function and u
 * to be the old value of k." */
static void test_x25519_iterated(void **state)
{
    static const uint8_t after_one[] = {0x42, 0x2c, 0x8e, 0x7a, 0x62, 0x27, 0xd7, 0xbc,
                                        0xa1, 0x35, 0x0b, 0x3e, 0x2b, 0xb7, 0x27, 0x9f,
                                        0x78, 0x97, 0xb8, 0x7b, 0xb6, 0x85, 0x4b, 0x78,
                                        0x3c, 0x60, 0xe8, 0x03, 0x11, 0xae, 0x30, 0x79};
    static const uint8_t after_1000[] = {0x68, 0x4c, 0xf5, 0x9b, 0xa8, 0x33, 0x09, 0x55,
                                         0x28, 0x00, 0xef, 0x56, 0x6f, 0x2f, 0x4d, 0x3c,
                                         0x1c, 0x38, 0x87, 0xc4, 0x93, 0x60, 0xe3, 0x87,
                                         0x5f, 0x2e, 0xb9, 0x4d, 0x99, 0x53, 0x2c, 0x51};
    (void)state;
    uint8_t k[32] = {9}, u[32] = {9}, out[32];
    for (int i = 1; i <= 1000; i++) {
        assert_true(smi_x25519(out, k, u));
        memcpy(u, k, sizeof u);
        memcpy(k, out, sizeof k);
        if (i == 1)
            assert_memory_equal(k, after_one, sizeof k);
    }
    assert_memory_equal(k, after_1000, sizeof k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_ed25519),
        fixture_test(test_x25519),
        fixture_test(test_x25519_iterated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
