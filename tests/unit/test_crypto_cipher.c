/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of ciphers, CFB in pieces and in place, AES key wrap's refusals. */
#include "crypto/cipher.h"
#include "fixture.h"

static const uint8_t known[] = {1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13};

/* Not a weak key of any of the ciphers. */
static void make_key(uint8_t key[SMI_KEY_MAX_SIZE])
{
    for (int i = 0; i < SMI_KEY_MAX_SIZE; i++)
        key[i] = (uint8_t)(17 * i + 3);
}

static void test_table(void **state)
{
    (void)state;
    unsigned supported = 0;
    for (unsigned n = 0; n < 256; n++) {
        const uint8_t algo = (uint8_t)n;
        const bool named = strcmp(smi_cipher_name(algo), "unknown") != 0;
        const size_t block = smi_cipher_block_size(algo);
        assert_int_equal(smi_cipher_key_size(algo) > 0, named);
        assert_true(named ? block == 8 || block == 16 : block == 0);
        assert_true(smi_cipher_key_size(algo) <= SMI_KEY_MAX_SIZE);
        supported += named;
    }
    assert_int_equal(supported, sizeof known);
    assert_string_equal(smi_cipher_name(SMI_AES256), "AES256");
    assert_int_equal(smi_cipher_key_size(SMI_3DES), 24);
}

/* Pieces that cut blocks anywhere give the same bytes as one call, each way. */
static void check_pieces(struct fixture *f, uint8_t algo, size_t piece)
{
    enum { SIZE = 1000 };
    uint8_t key[SMI_KEY_MAX_SIZE], plain[SIZE], whole[SIZE], parts[SIZE];
    struct smi_cfb c;
    make_key(key);
    memset(plain, 0x61, sizeof plain);
    assert_ok(f->context, smi_cfb_open(f->context, &c, algo, key, NULL));
    assert_int_equal(smi_cfb_encrypt(&c, whole, plain, SIZE), 0);
    smi_cfb_close(&c);
    assert_memory_not_equal(whole, plain, SIZE);

    assert_ok(f->context, smi_cfb_open(f->context, &c, algo, key, NULL));
    for (size_t i = 0; i < SIZE; i += piece)
        assert_int_equal(
            smi_cfb_encrypt(&c, parts + i, plain + i, SIZE - i < piece ? SIZE - i : piece), 0);
    smi_cfb_close(&c);
    assert_memory_equal(parts, whole, SIZE);

    assert_ok(f->context, smi_cfb_open(f->context, &c, algo, key, NULL));
    for (size_t i = 0; i < SIZE; i += piece)
        assert_int_equal(
            smi_cfb_decrypt(&c, parts + i, parts + i, SIZE - i < piece ? SIZE - i : piece), 0);
    smi_cfb_close(&c);
    assert_memory_equal(parts, plain, SIZE);
}

static void test_cfb_pieces(void **state)
{
    static const size_t pieces[] = {1, 7, 8, 15, 16, 17, 64, 999};
    for (size_t i = 0; i < sizeof known; i++) {
        for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++)
            check_pieces(*state, known[i], pieces[k]);
    }
}

static void test_cfb_in_place(void **state)
{
    struct fixture *f = *state;
    uint8_t key[SMI_KEY_MAX_SIZE], text[333], want[333];
    const uint8_t iv[16] = {1, 2, 3};
    make_key(key);
    for (size_t i = 0; i < sizeof known; i++) {
        struct smi_cfb c;
        memset(text, 0x20, sizeof text);
        assert_ok(f->context, smi_cfb_open(f->context, &c, known[i], key, iv));
        assert_int_equal(smi_cfb_encrypt(&c, want, text, sizeof text), 0);
        smi_cfb_close(&c);
        assert_ok(f->context, smi_cfb_open(f->context, &c, known[i], key, iv));
        assert_int_equal(smi_cfb_encrypt(&c, text, text, sizeof text), 0);
        assert_int_equal(smi_cfb_encrypt(&c, NULL, NULL, 0), 0);
        smi_cfb_close(&c);
        assert_memory_equal(text, want, sizeof text);
    }
}

static void test_cfb_unsupported(void **state)
{
    static const uint8_t numbers[] = {0, 5, 6, 14, 100, 255};
    struct fixture *f = *state;
    uint8_t key[SMI_KEY_MAX_SIZE] = {0};
    for (size_t i = 0; i < sizeof numbers; i++) {
        struct smi_cfb c = {.handle = f};
        smi_enter(f->context);
        assert_code(f->context, smi_cfb_open(f->context, &c, numbers[i], key, NULL),
                    SECMAIL_E_UNSUPPORTED_ALGORITHM);
        assert_null(c.handle);
        smi_cfb_close(&c);
    }
}

/* FIPS 74: DES keys of zeros are weak; a session key from a message may be one. */
static void test_cfb_weak_key(void **state)
{
    struct fixture *f = *state;
    const uint8_t key[24] = {0};
    struct smi_cfb c = {.handle = f};
    assert_code(f->context, smi_cfb_open(f->context, &c, SMI_3DES, key, NULL),
                SECMAIL_E_UNSUPPORTED_ALGORITHM);
    assert_null(c.handle);
    assert_non_null(strstr(secmail_context_error_detail(f->context), "weak"));
}

static void test_key_wrap_round(void **state)
{
    struct fixture *f = *state;
    uint8_t kek[32], key[64], wrapped[72], back[64];
    bool ok;
    make_key(kek);
    memset(key, 0x77, sizeof key);
    for (size_t kek_size = 16; kek_size <= 32; kek_size += 8) {
        for (size_t size = 16; size <= sizeof key; size += 8) {
            assert_ok(f->context, smi_key_wrap(f->context, kek, kek_size, wrapped, key, size));
            assert_ok(f->context,
                      smi_key_unwrap(f->context, kek, kek_size, back, wrapped, size + 8, &ok));
            assert_true(ok);
            assert_memory_equal(back, key, size);
        }
    }
}

static void test_key_unwrap_modified(void **state)
{
    static const uint8_t zeros[32];
    struct fixture *f = *state;
    uint8_t kek[32], wrapped[40], back[32];
    bool ok;
    make_key(kek);
    assert_ok(f->context, smi_key_wrap(f->context, kek, 32, wrapped, kek, 32));
    for (size_t bit = 0; bit < 8 * sizeof wrapped; bit++) {
        wrapped[bit / 8] ^= (uint8_t)(1 << bit % 8);
        memset(back, 0xff, sizeof back);
        ok = true;
        assert_ok(f->context, smi_key_unwrap(f->context, kek, 32, back, wrapped, 40, &ok));
        assert_false(ok);
        assert_memory_equal(back, zeros, sizeof back);
        wrapped[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    kek[0] ^= 1;
    assert_ok(f->context, smi_key_unwrap(f->context, kek, 32, back, wrapped, 40, &ok));
    assert_false(ok);
}

static void test_key_wrap_sizes(void **state)
{
    static const size_t wrap_sizes[] = {0, 7, 8, 15, 17, 20};
    static const size_t unwrap_sizes[] = {0, 8, 16, 23, 25, 31};
    struct fixture *f = *state;
    uint8_t kek[32], in[40] = {0}, out[40];
    bool ok = true;
    make_key(kek);
    for (size_t i = 0; i < sizeof wrap_sizes / sizeof wrap_sizes[0]; i++) {
        smi_enter(f->context);
        assert_code(f->context, smi_key_wrap(f->context, kek, 16, out, in, wrap_sizes[i]),
                    SECMAIL_E_ARGUMENT);
    }
    for (size_t i = 0; i < sizeof unwrap_sizes / sizeof unwrap_sizes[0]; i++) {
        ok = true;
        assert_ok(f->context, smi_key_unwrap(f->context, kek, 16, out, in, unwrap_sizes[i], &ok));
        assert_false(ok);
    }
    smi_enter(f->context);
    assert_code(f->context, smi_key_wrap(f->context, kek, 20, out, in, 16),
                SECMAIL_E_UNSUPPORTED_ALGORITHM);
    assert_code(f->context, smi_key_unwrap(f->context, kek, 0, out, in, 24, &ok),
                SECMAIL_E_UNSUPPORTED_ALGORITHM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_table),
        fixture_test(test_cfb_pieces),
        fixture_test(test_cfb_in_place),
        fixture_test(test_cfb_unsupported),
        fixture_test(test_cfb_weak_key),
        fixture_test(test_key_wrap_round),
        fixture_test(test_key_unwrap_modified),
        fixture_test(test_key_wrap_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
