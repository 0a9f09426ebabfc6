/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Ed25519 and X25519 must refuse. Their published vectors are in tests/vectors. */
#include "crypto/curve25519.h"
#include "fixture.h"

static const uint8_t seed[32] = {1, 2, 3};

static void test_verify_modified(void **state)
{
    (void)state;
    uint8_t pub[32], sig[64], data[8] = "message";
    smi_ed25519_public(pub, seed);
    smi_ed25519_sign(sig, seed, pub, data, sizeof data);
    assert_true(smi_ed25519_verify(sig, pub, data, sizeof data));
    for (size_t bit = 0; bit < 8 * sizeof sig; bit++) {
        sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(smi_ed25519_verify(sig, pub, data, sizeof data));
        sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_false(smi_ed25519_verify(sig, pub, data, sizeof data - 1));
    data[0] ^= 1;
    assert_false(smi_ed25519_verify(sig, pub, data, sizeof data));
    data[0] ^= 1;
    pub[31] ^= 0x80;
    assert_false(smi_ed25519_verify(sig, pub, data, sizeof data));
}

/* RFC 8032 section 8.4: S must be below the group order, or anyone could make a second signature.
 */
static void test_verify_malleable(void **state)
{
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                      0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    (void)state;
    uint8_t pub[32], sig[64];
    unsigned carry = 0;
    smi_ed25519_public(pub, seed);
    smi_ed25519_sign(sig, seed, pub, NULL, 0);
    assert_true(smi_ed25519_verify(sig, pub, NULL, 0));
    for (int i = 0; i < 32; i++) {
        carry += sig[32 + i] + order[i];
        sig[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_int_equal(carry, 0);
    assert_false(smi_ed25519_verify(sig, pub, NULL, 0));
}

/* With the neutral element as the key, R = B and S = 1 would verify for any data. */
static void test_verify_small_order_key(void **state)
{
    static const uint8_t neutral[32] = {1};
    static const uint8_t sig[64] = {
        [0] = 0x58,  [1] = 0x66,  [2] = 0x66,  [3] = 0x66,  [4] = 0x66,  [5] = 0x66,  [6] = 0x66,
        [7] = 0x66,  [8] = 0x66,  [9] = 0x66,  [10] = 0x66, [11] = 0x66, [12] = 0x66, [13] = 0x66,
        [14] = 0x66, [15] = 0x66, [16] = 0x66, [17] = 0x66, [18] = 0x66, [19] = 0x66, [20] = 0x66,
        [21] = 0x66, [22] = 0x66, [23] = 0x66, [24] = 0x66, [25] = 0x66, [26] = 0x66, [27] = 0x66,
        [28] = 0x66, [29] = 0x66, [30] = 0x66, [31] = 0x66, [32] = 1};
    (void)state;
    assert_false(smi_ed25519_verify(sig, neutral, (const uint8_t *)"any", 3));
}

/* All points of order 1, 2, 4 and 8 of the curve and its twist, in every encoding of 255 bits. */
static void test_x25519_small_order(void **state)
{
    static const uint8_t points[][32] = {
        {0},
        {1},
        {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
         0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
         0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
        {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
         0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
         0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
        {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    };
    static const uint8_t zeros[32];
    (void)state;
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        for (int high = 0; high < 2; high++) {
            uint8_t point[32], shared[32];
            memcpy(point, points[i], sizeof point);
            point[31] |= (uint8_t)(high << 7); /* RFC 7748 section 5: the bit is masked */
            memset(shared, 0xff, sizeof shared);
            assert_false(smi_x25519(shared, seed, point));
            assert_memory_equal(shared, zeros, sizeof shared);
        }
    }
}

static void test_x25519_agrees(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 20; i++) {
        uint8_t a[32], b[32], pub_a[32], pub_b[32], shared_a[32], shared_b[32];
        assert_ok(f->context, smi_random(f->context, a, sizeof a));
        assert_ok(f->context, smi_random(f->context, b, sizeof b));
        smi_x25519_public(pub_a, a);
        smi_x25519_public(pub_b, b);
        assert_true(smi_x25519(shared_a, a, pub_b));
        assert_true(smi_x25519(shared_b, b, pub_a));
        assert_memory_equal(shared_a, shared_b, sizeof shared_a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_verify_modified),        fixture_test(test_verify_malleable),
        fixture_test(test_verify_small_order_key), fixture_test(test_x25519_small_order),
        fixture_test(test_x25519_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
