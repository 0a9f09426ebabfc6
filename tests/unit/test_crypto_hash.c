/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hash handles: copy, reset, errors. The digests themselves are in tests/vectors. */
#include "crypto/hash.h"
#include "fixture.h"

static const uint8_t known[] = {1, 2, 3, 8, 9, 10, 11, 12, 14};

static void test_table(void **state)
{
    (void)state;
    unsigned supported = 0;
    for (unsigned algo = 0; algo < 256; algo++) {
        const bool named = strcmp(smi_hash_name((uint8_t)algo), "unknown") != 0;
        assert_int_equal(smi_hash_size((uint8_t)algo) > 0, named);
        assert_true(smi_hash_size((uint8_t)algo) <= SMI_HASH_MAX_SIZE);
        supported += named;
    }
    assert_int_equal(supported, sizeof known);
    assert_string_equal(smi_hash_name(SMI_SHA3_512), "SHA3-512");
    assert_int_equal(smi_hash_size(SMI_SHA224), 28);
}

/* A copy goes on from the same input, and neither disturbs the other. */
static void test_copy(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof known; i++) {
        struct smi_hash a, b;
        uint8_t want[64], got_a[64], got_b[64];
        const size_t size = smi_hash_size(known[i]);
        assert_ok(f->context, smi_hash_once(f->context, known[i], "head and tail", 13, want));
        assert_ok(f->context, smi_hash_open(f->context, &a, known[i]));
        smi_hash_update(&a, "head", 4);
        assert_ok(f->context, smi_hash_copy(f->context, &b, &a));
        smi_hash_update(&a, " and something else", 19);
        smi_hash_update(&b, " and tail", 9);
        smi_hash_final(&a, got_a);
        smi_hash_final(&b, got_b);
        assert_memory_equal(got_b, want, size);
        assert_memory_not_equal(got_a, want, size);
        smi_hash_close(&a);
        smi_hash_close(&b);
        assert_null(a.handle);
    }
}

static void test_empty_updates(void **state)
{
    struct fixture *f = *state;
    struct smi_hash h;
    uint8_t want[64], got[64];
    assert_ok(f->context, smi_hash_once(f->context, SMI_SHA256, NULL, 0, want));
    assert_ok(f->context, smi_hash_open(f->context, &h, SMI_SHA256));
    smi_hash_update(&h, NULL, 0);
    smi_hash_final(&h, got);
    assert_memory_equal(got, want, 32);
    smi_hash_close(&h);
}

static void test_unsupported(void **state)
{
    static const uint8_t numbers[] = {0, 4, 5, 6, 7, 13, 15, 100, 255};
    struct fixture *f = *state;
    uint8_t digest[64];
    for (size_t i = 0; i < sizeof numbers; i++) {
        struct smi_hash h = {.handle = f};
        smi_enter(f->context);
        assert_code(f->context, smi_hash_open(f->context, &h, numbers[i]),
                    SECMAIL_E_UNSUPPORTED_ALGORITHM);
        assert_null(h.handle);
        smi_hash_close(&h); /* allowed for a closed one */
        assert_non_null(strstr(secmail_context_error_detail(f->context), "hash algorithm"));
        assert_code(f->context, smi_hash_once(f->context, numbers[i], "", 0, digest),
                    SECMAIL_E_UNSUPPORTED_ALGORITHM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_table),
        fixture_test(test_copy),
        fixture_test(test_empty_updates),
        fixture_test(test_unsupported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
