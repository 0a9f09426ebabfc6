/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is encrypted comes back the same, whatever its size, its format, and the windows through
 * which it is moved. */
#include "openpgp_fixture.h"

struct way {
    uint32_t profile;
    uint32_t format;
    int armor, sized, sign;
};

static struct collected encrypt(struct fixture *f, const struct way *way, struct secmail_key *to,
                                const uint8_t *data, size_t size, size_t in_step, size_t out_step)
{
    struct secmail_encrypt *e;
    struct collected message = {0};
    assert_int_equal(secmail_encrypt_new(f->context, &e), 0);
    assert_int_equal(secmail_encrypt_set_format(e, way->format), 0);
    assert_int_equal(secmail_encrypt_set_armor(e, way->armor), 0);
    if (way->sized)
        assert_int_equal(secmail_encrypt_set_size(e, size), 0);
    assert_int_equal(secmail_encrypt_add_recipient(e, secmail_key_cert(to)), 0);
    if (way->sign)
        assert_int_equal(secmail_encrypt_add_signer(e, to), 0);
    assert_int_equal(drive(encrypt_update, e, data, size, in_step, out_step, &message),
                     SECMAIL_DONE);
    secmail_encrypt_free(e);
    return message;
}

static void check_decrypt(struct fixture *f, const struct way *way, struct secmail_key *key,
                          const struct collected *message, const uint8_t *data, size_t size,
                          size_t in_step, size_t out_step)
{
    struct secmail_decrypt *d;
    struct collected plain = {0};
    assert_int_equal(secmail_decrypt_new(f->context, &d), 0);
    assert_int_equal(secmail_decrypt_add_key(d, key), 0);
    assert_int_equal(secmail_decrypt_add_signer(d, secmail_key_cert(key)), 0);
    int status = drive(decrypt_update, d, message->data, message->size, in_step, out_step, &plain);
    if (status != SECMAIL_DONE)
        print_error("%d %s\n", status, secmail_context_error_detail(f->context));
    assert_int_equal(status, SECMAIL_DONE);
    assert_int_equal(plain.size, size);
    if (size)
        assert_memory_equal(plain.data, data, size);
    assert_int_equal(secmail_decrypt_verdict_count(d), way->sign);
    assert_int_equal(secmail_decrypt_good_count(d), way->sign);
    secmail_decrypt_free(d);
    free(plain.data);
}

static void roundtrip(struct fixture *f, const struct way *way, size_t size)
{
    static const size_t steps[][2] = {{1 << 20, 1 << 20}, {4096, 100}, {37, 4096}, {1, 1}};
    struct secmail_key *key = make_key(f, way->profile, "Alice <alice@example.org>");
    uint8_t *data = make_data(f, size);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (size > 4096 && i == 3)
            continue;
        struct collected m = encrypt(f, way, key, data, size, steps[i][0], steps[i][1]);
        check_decrypt(f, way, key, &m, data, size, steps[i][1], steps[i][0]);
        free(m.data);
    }
    free(data);
    secmail_key_unref(key);
}

/* Sizes around the edges of lengths, parts and blocks. */
static const size_t sizes[] = {0,     1,     184,   185,   186,    191,    192,    8183,  8184,
                               8185,  8186,  8192,  8383,  65529,  65530,  65531,  65535, 65536,
                               65537, 73727, 73728, 73729, 131060, 131072, 131085, 200000};

static void all_sizes(struct fixture *f, const struct way *way)
{
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        roundtrip(f, way, sizes[i]);
}

static void seipdv2_partial(void **state)
{
    all_sizes(*state, &(struct way){SECMAIL_PROFILE_RFC9580, SECMAIL_FORMAT_AUTO, 0, 0, 0});
}

static void seipdv2_sized_and_signed(void **state)
{
    all_sizes(*state, &(struct way){SECMAIL_PROFILE_RFC9580, SECMAIL_FORMAT_SEIPDV2, 0, 1, 1});
}

static void seipdv2_armored_and_signed(void **state)
{
    all_sizes(*state, &(struct way){SECMAIL_PROFILE_RFC9580, SECMAIL_FORMAT_AUTO, 1, 0, 1});
}

static void seipdv1_partial_and_signed(void **state)
{
    all_sizes(*state, &(struct way){SECMAIL_PROFILE_RFC4880, SECMAIL_FORMAT_AUTO, 0, 0, 1});
}

static void seipdv1_sized_and_armored(void **state)
{
    all_sizes(*state, &(struct way){SECMAIL_PROFILE_RFC4880, SECMAIL_FORMAT_SEIPDV1, 1, 1, 0});
}

static void seipdv1_to_a_v6_key(void **state)
{
    roundtrip(*state, &(struct way){SECMAIL_PROFILE_RFC9580, SECMAIL_FORMAT_SEIPDV1, 0, 0, 1},
              1000);
}

static void in_one_call(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof sizes[0]; i++) {
        const size_t size = sizes[i / 2];
        struct secmail_key *key = make_key(
            f, i % 2 ? SECMAIL_PROFILE_RFC4880 : SECMAIL_PROFILE_RFC9580, "Bob <bob@example.org>");
        uint8_t *data = make_data(f, size);
        struct secmail_encrypt *e;
        struct secmail_decrypt *d;
        struct secmail_bytes *message, *plain;
        assert_int_equal(secmail_encrypt_new(f->context, &e), 0);
        assert_int_equal(secmail_encrypt_add_recipient(e, secmail_key_cert(key)), 0);
        assert_int_equal(secmail_encrypt_add_signer(e, key), 0);
        assert_int_equal(secmail_encrypt_bytes(e, data, size, &message), 0);
        assert_int_equal(secmail_decrypt_new(f->context, &d), 0);
        assert_int_equal(secmail_decrypt_add_key(d, key), 0);
        assert_int_equal(secmail_decrypt_add_signer(d, secmail_key_cert(key)), 0);
        assert_int_equal(secmail_decrypt_bytes(d, secmail_bytes_data(message),
                                               secmail_bytes_size(message), &plain),
                         0);
        assert_int_equal(secmail_bytes_size(plain), size);
        assert_memory_equal(secmail_bytes_data(plain), data, size);
        assert_int_equal(secmail_decrypt_good_count(d), 1);
        secmail_bytes_free(plain);
        secmail_bytes_free(message);
        secmail_decrypt_free(d);
        secmail_encrypt_free(e);
        secmail_key_unref(key);
        free(data);
    }
}

/* A SEIPDv1 message above the limit for held plaintext is read twice. */
static void two_readings(void **state)
{
    struct fixture *f = *state;
    static const size_t many[] = {300000, 2 * 262144 - 19 - 22 - 14, 1000000};
    struct secmail_limits *limits;
    assert_int_equal(secmail_limits_new(&limits), 0);
    assert_int_equal(secmail_limits_set(limits, SECMAIL_LIMIT_HELD_PLAINTEXT, 100000), 0);
    assert_int_equal(secmail_context_set_limits(f->context, limits), 0);
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC4880, "Carol <carol@example.org>");
    for (size_t i = 0; i < 60; i++) {
        const size_t size = i < 3 ? many[i] : 2 * 262144 - 80 + i;
        const struct way way = {SECMAIL_PROFILE_RFC4880, SECMAIL_FORMAT_SEIPDV1, 0, 1, 1};
        uint8_t *data = make_data(f, size);
        struct collected m = encrypt(f, &way, key, data, size, 1 << 20, 1 << 20), plain = {0};
        struct secmail_decrypt *d;
        assert_int_equal(secmail_decrypt_new(f->context, &d), 0);
        assert_int_equal(secmail_decrypt_allow_rewind(d, SECMAIL_REWIND_COMPARED), 0);
        assert_int_equal(secmail_decrypt_add_key(d, key), 0);
        assert_int_equal(secmail_decrypt_add_signer(d, secmail_key_cert(key)), 0);
        assert_int_equal(drive(decrypt_update, d, m.data, m.size, 70000, 4096, &plain),
                         SECMAIL_DONE);
        assert_int_equal(plain.size, size);
        assert_memory_equal(plain.data, data, size);
        assert_int_equal(secmail_decrypt_good_count(d), 1);
        secmail_decrypt_free(d);
        free(plain.data);
        free(m.data);
        free(data);
    }
    secmail_key_unref(key);
    secmail_limits_free(limits);
}

static void passwords(void **state)
{
    struct fixture *f = *state;
    for (uint32_t format = SECMAIL_FORMAT_SEIPDV1; format <= SECMAIL_FORMAT_SEIPDV2; format++) {
        struct secmail_secret *right = make_secret(f, "correct horse"),
                              *wrong = make_secret(f, "battery staple");
        struct secmail_encrypt *e;
        struct secmail_decrypt *d;
        struct secmail_bytes *message, *plain;
        assert_int_equal(secmail_encrypt_new(f->context, &e), 0);
        assert_int_equal(secmail_encrypt_set_format(e, format), 0);
        assert_int_equal(secmail_encrypt_add_password(e, right), 0);
        assert_int_equal(secmail_encrypt_bytes(e, (const uint8_t *)"hello", 5, &message), 0);
        for (int with_right = 0; with_right < 2; with_right++) {
            assert_int_equal(secmail_decrypt_new(f->context, &d), 0);
            assert_int_equal(secmail_decrypt_add_password(d, wrong), 0);
            if (with_right)
                assert_int_equal(secmail_decrypt_add_password(d, right), 0);
            assert_int_equal(secmail_decrypt_bytes(d, secmail_bytes_data(message),
                                                   secmail_bytes_size(message), &plain),
                             with_right ? 0 : SECMAIL_E_WRONG_PASSWORD);
            if (with_right)
                assert_memory_equal(secmail_bytes_data(plain), "hello", 5);
            else
                assert_null(plain);
            secmail_bytes_free(plain);
            secmail_decrypt_free(d);
        }
        secmail_bytes_free(message);
        secmail_encrypt_free(e);
        secmail_secret_free(right);
        secmail_secret_free(wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(seipdv2_partial, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(seipdv2_sized_and_signed, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(seipdv2_armored_and_signed, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(seipdv1_partial_and_signed, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(seipdv1_sized_and_armored, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(seipdv1_to_a_v6_key, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(in_one_call, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(two_readings, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(passwords, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
