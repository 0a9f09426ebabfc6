/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The seal, and the hash of stored passwords. */
#include "crypto/pwhash.h"
#include "crypto/seal.h"
#include "fixture.h"

enum { SIZE = 40, SEALED = SIZE + SMI_SEAL_TAG_SIZE };

static const uint8_t key[32] = {1}, nonce[24] = {2}, ad[5] = {3};

static void make(uint8_t sealed[SEALED], uint8_t plain[SIZE])
{
    memset(plain, 'p', SIZE);
    smi_seal(sealed, key, nonce, ad, sizeof ad, plain, SIZE);
}

static void what_was_sealed_opens(void **state)
{
    (void)state;
    uint8_t sealed[SEALED], plain[SIZE], opened[SIZE];
    make(sealed, plain);
    assert_memory_not_equal(sealed, plain, SIZE);
    assert_true(smi_unseal(opened, key, nonce, ad, sizeof ad, sealed, sizeof sealed));
    assert_memory_equal(opened, plain, SIZE);
}

static void every_changed_bit_is_noticed(void **state)
{
    (void)state;
    uint8_t sealed[SEALED], plain[SIZE], opened[SIZE];
    const uint8_t zeros[SIZE] = {0};
    make(sealed, plain);
    for (size_t bit = 0; bit < 8 * SEALED; bit++) {
        sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        memset(opened, 'x', sizeof opened);
        assert_false(smi_unseal(opened, key, nonce, ad, sizeof ad, sealed, sizeof sealed));
        assert_memory_equal(opened, zeros, SIZE);
        sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t size = 0; size < SEALED; size++)
        assert_false(smi_unseal(opened, key, nonce, ad, sizeof ad, sealed, size));
}

static void key_nonce_and_data_are_bound(void **state)
{
    (void)state;
    uint8_t sealed[SEALED], plain[SIZE], opened[SIZE];
    const uint8_t other_key[32] = {9}, other_nonce[24] = {9}, other_ad[5] = {9};
    make(sealed, plain);
    assert_false(smi_unseal(opened, other_key, nonce, ad, sizeof ad, sealed, sizeof sealed));
    assert_false(smi_unseal(opened, key, other_nonce, ad, sizeof ad, sealed, sizeof sealed));
    assert_false(smi_unseal(opened, key, nonce, other_ad, sizeof ad, sealed, sizeof sealed));
    assert_false(smi_unseal(opened, key, nonce, ad, 4, sealed, sizeof sealed));
    assert_false(smi_unseal(opened, key, nonce, NULL, 0, sealed, sizeof sealed));
    assert_true(smi_unseal(opened, key, nonce, ad, sizeof ad, sealed, sizeof sealed));
}

static void nothing_can_be_sealed(void **state)
{
    (void)state;
    uint8_t sealed[SMI_SEAL_TAG_SIZE], opened[1];
    smi_seal(sealed, key, nonce, NULL, 0, NULL, 0);
    assert_true(smi_unseal(opened, key, nonce, NULL, 0, sealed, sizeof sealed));
}

static void hashes_depend_on_everything(void **state)
{
    const struct fixture *f = *state;
    const struct {
        struct smi_pwhash_cost cost;
        uint8_t salt[16];
        const char *password;
    } cases[] = {{{8, 1}, {0}, "a"}, {{16, 1}, {0}, "a"}, {{8, 2}, {0}, "a"},
                 {{8, 1}, {1}, "a"}, {{8, 1}, {0}, "b"},  {{8, 1}, {0}, ""}};
    enum { CASES = sizeof cases / sizeof cases[0] };
    uint8_t out[CASES][32], again[32];
    for (size_t i = 0; i < CASES; i++) {
        assert_ok(f->context, smi_pwhash(f->context, &cases[i].cost, cases[i].salt,
                                         cases[i].password, strlen(cases[i].password), out[i], 32));
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(out[i], out[j], 32);
    }
    assert_ok(f->context, smi_pwhash(f->context, &cases[0].cost, cases[0].salt, "a", 1, again, 32));
    assert_memory_equal(again, out[0], 32);
}

static void hashing_obeys_the_limits(void **state)
{
    const struct fixture *f = *state;
    struct secmail_limits *limits;
    uint8_t out[32];
    const uint8_t salt[16] = {0};
    assert_int_equal(secmail_limits_new(&limits), 0);
    assert_int_equal(secmail_limits_set(limits, SECMAIL_LIMIT_ARGON2_MEMORY_KIB, 8), 0);
    assert_int_equal(secmail_limits_set(limits, SECMAIL_LIMIT_ARGON2_WORK, 16), 0);
    assert_ok(f->context, secmail_context_set_limits(f->context, limits));
    secmail_limits_free(limits);
    const struct smi_pwhash_cost ok = {8, 2}, memory = {9, 1}, work = {8, 3};
    assert_ok(f->context, smi_pwhash(f->context, &ok, salt, "a", 1, out, 32));
    assert_code(f->context, smi_pwhash(f->context, &memory, salt, "a", 1, out, 32),
                SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB);
    smi_enter(f->context);
    assert_code(f->context, smi_pwhash(f->context, &work, salt, "a", 1, out, 32),
                SECMAIL_E_LIMIT_ARGON2_WORK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_opens),
        cmocka_unit_test(every_changed_bit_is_noticed),
        cmocka_unit_test(key_nonce_and_data_are_bound),
        cmocka_unit_test(nothing_can_be_sealed),
        fixture_test(hashes_depend_on_everything),
        fixture_test(hashing_obeys_the_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
