/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys: parameters, secrets, codes and the search for a code. */
#include "fixture.h"

#include <secmail/otp.h>

#define SECRET "12345678901234567890"

static struct secmail_otp_key *make_key(const struct fixture *f)
{
    struct secmail_otp_key *key;
    assert_ok(f->context, secmail_otp_key_new(f->context, &key));
    assert_ok(f->context, secmail_otp_key_set_secret(key, (const uint8_t *)SECRET, 20));
    return key;
}

static void a_new_key_has_what_every_app_understands(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_key *key;
    assert_ok(f->context, secmail_otp_key_new(f->context, &key));
    assert_int_equal(secmail_otp_key_type(key), SECMAIL_OTP_TOTP);
    assert_int_equal(secmail_otp_key_algorithm(key), SECMAIL_OTP_SHA1);
    assert_int_equal(secmail_otp_key_digits(key), 6);
    assert_int_equal(secmail_otp_key_period(key), 30);
    assert_int_equal(secmail_otp_key_t0(key), 0);
    assert_int_equal(secmail_otp_key_counter(key), 0);
    assert_string_equal(secmail_otp_key_issuer(key), "");
    assert_string_equal(secmail_otp_key_account(key), "");
    assert_null(secmail_otp_key_secret(key));
    secmail_otp_key_free(key);
}

static void parameters_keep_what_was_set(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_key *key = make_key(f);
    assert_ok(f->context, secmail_otp_key_set_type(key, SECMAIL_OTP_HOTP));
    assert_ok(f->context, secmail_otp_key_set_algorithm(key, SECMAIL_OTP_SHA512));
    assert_ok(f->context, secmail_otp_key_set_digits(key, 8));
    assert_ok(f->context, secmail_otp_key_set_period(key, UINT32_MAX));
    assert_ok(f->context, secmail_otp_key_set_t0(key, INT64_MIN));
    assert_ok(f->context, secmail_otp_key_set_counter(key, UINT64_MAX));
    assert_ok(f->context, secmail_otp_key_set_issuer(key, "Büro"));
    assert_ok(f->context, secmail_otp_key_set_account(key, "al"));
    assert_int_equal(secmail_otp_key_type(key), SECMAIL_OTP_HOTP);
    assert_int_equal(secmail_otp_key_algorithm(key), SECMAIL_OTP_SHA512);
    assert_int_equal(secmail_otp_key_digits(key), 8);
    assert_int_equal(secmail_otp_key_period(key), UINT32_MAX);
    assert_true(secmail_otp_key_t0(key) == INT64_MIN);
    assert_true(secmail_otp_key_counter(key) == UINT64_MAX);
    assert_string_equal(secmail_otp_key_issuer(key), "Büro");
    assert_string_equal(secmail_otp_key_account(key), "al");
    secmail_otp_key_free(key);
}

static void parameters_outside_of_their_range_are_refused(void **state)
{
    const struct fixture *f = *state;
    struct secmail_context *c = f->context;
    struct secmail_otp_key *key = make_key(f);
    assert_code(c, secmail_otp_key_set_type(key, 0), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_key_set_type(key, 3), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_key_set_algorithm(key, 0), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_key_set_algorithm(key, 4), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_key_set_digits(key, 5), SECMAIL_E_OTP_PARAMETER);
    assert_code(c, secmail_otp_key_set_digits(key, 9), SECMAIL_E_OTP_PARAMETER);
    assert_code(c, secmail_otp_key_set_period(key, 0), SECMAIL_E_OTP_PARAMETER);
    assert_int_equal(secmail_otp_key_digits(key), 6);
    assert_int_equal(secmail_otp_key_period(key), 30);
    secmail_otp_key_free(key);
}

static void texts_obey_their_rules(void **state)
{
    const struct fixture *f = *state;
    struct secmail_context *c = f->context;
    struct secmail_otp_key *key = make_key(f);
    char text[257];
    memset(text, 'x', sizeof text);
    text[256] = '\0';
    assert_code(c, secmail_otp_key_set_issuer(key, text), SECMAIL_E_OTP_TEXT);
    text[255] = '\0';
    assert_ok(c, secmail_otp_key_set_issuer(key, text));
    const char *bad[] = {"a\nb",     "a\x7f",     "\xff",
                         "\xc3",     "a\xc2\x85", "\xed\xa0\x80",
                         "\xc0\xaf", "\x80",      "\xf4\x90\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_code(c, secmail_otp_key_set_issuer(key, bad[i]), SECMAIL_E_OTP_TEXT);
        assert_code(c, secmail_otp_key_set_account(key, bad[i]), SECMAIL_E_OTP_TEXT);
    }
    assert_string_equal(secmail_otp_key_issuer(key), text);
    assert_ok(c, secmail_otp_key_set_issuer(key, "\xf0\x9f\x90\x88 \xc2\xa0"));
    secmail_otp_key_free(key);
}

static void secrets_have_a_length(void **state)
{
    const struct fixture *f = *state;
    struct secmail_context *c = f->context;
    struct secmail_otp_key *key = make_key(f);
    uint8_t data[129] = {0};
    assert_code(c, secmail_otp_key_set_secret(key, data, 0), SECMAIL_E_OTP_SECRET);
    assert_code(c, secmail_otp_key_set_secret(key, data, 129), SECMAIL_E_OTP_SECRET);
    assert_memory_equal(secmail_secret_data(secmail_otp_key_secret(key)), SECRET, 20);
    assert_ok(c, secmail_otp_key_set_secret(key, data, 1));
    assert_ok(c, secmail_otp_key_set_secret(key, data, 128));
    assert_int_equal(secmail_secret_size(secmail_otp_key_secret(key)), 128);
    secmail_otp_key_free(key);
}

static void secrets_are_read_from_base32(void **state)
{
    const struct fixture *f = *state;
    struct secmail_context *c = f->context;
    struct secmail_otp_key *key = make_key(f);
    const char *good[] = {"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
                          "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ",
                          " gezd-gnbv-gy3t-qojq\tgezd gnbv gy3t qojq\n"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_ok(c, secmail_otp_key_set_secret_base32(key, "MY"));
        assert_ok(c, secmail_otp_key_set_secret_base32(key, good[i]));
        assert_int_equal(secmail_secret_size(secmail_otp_key_secret(key)), 20);
        assert_memory_equal(secmail_secret_data(secmail_otp_key_secret(key)), SECRET, 20);
    }
    char longest[2 * 205 + 20];
    memset(longest, 'A', sizeof longest);
    const char *bad[] = {"", "A", "AAA", "GEZDGNB1", "GEZDGNB0", "MZXW6===X", "===", longest};
    longest[sizeof longest - 1] = '\0';
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_code(c, secmail_otp_key_set_secret_base32(key, bad[i]), SECMAIL_E_OTP_SECRET);
    longest[208] = '\0'; /* 130 bytes */
    assert_code(c, secmail_otp_key_set_secret_base32(key, longest), SECMAIL_E_OTP_SECRET);
    longest[205] = '\0'; /* 128 bytes */
    assert_ok(c, secmail_otp_key_set_secret_base32(key, longest));
    secmail_otp_key_free(key);
}

static void secrets_are_written_as_base32(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_key *key = make_key(f);
    struct secmail_bytes *text;
    assert_ok(f->context, secmail_otp_key_secret_base32(key, &text));
    assert_string_equal(secmail_bytes_data(text), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_int_equal(secmail_bytes_size(text), 32);
    secmail_bytes_free(text);
    secmail_otp_key_free(key);
    assert_ok(f->context, secmail_otp_key_new(f->context, &key));
    assert_code(f->context, secmail_otp_key_secret_base32(key, &text), SECMAIL_E_OTP_SECRET);
    assert_null(text);
    secmail_otp_key_free(key);
}

static int broken_random(void *user, uint8_t *out, size_t size)
{
    (void)user;
    (void)out;
    (void)size;
    return -1;
}

static void generated_secrets_have_the_length_of_the_hash(void **state)
{
    const struct fixture *f = *state;
    const size_t sizes[] = {
        [SECMAIL_OTP_SHA1] = 20, [SECMAIL_OTP_SHA256] = 32, [SECMAIL_OTP_SHA512] = 64};
    struct secmail_otp_key *key = make_key(f);
    for (uint32_t a = SECMAIL_OTP_SHA1; a <= SECMAIL_OTP_SHA512; a++) {
        uint8_t before[64];
        assert_ok(f->context, secmail_otp_key_set_algorithm(key, a));
        assert_ok(f->context, secmail_otp_key_generate_secret(key));
        assert_int_equal(secmail_secret_size(secmail_otp_key_secret(key)), sizes[a]);
        memcpy(before, secmail_secret_data(secmail_otp_key_secret(key)), sizes[a]);
        assert_ok(f->context, secmail_otp_key_generate_secret(key));
        assert_memory_not_equal(before, secmail_secret_data(secmail_otp_key_secret(key)), sizes[a]);
    }
    assert_ok(f->context, secmail_context_set_random(f->context, broken_random, NULL));
    assert_code(f->context, secmail_otp_key_generate_secret(key), SECMAIL_E_RANDOM);
    assert_int_equal(secmail_secret_size(secmail_otp_key_secret(key)), 64);
    secmail_otp_key_free(key);
}

static void advice_warns_of_what_apps_ignore(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_key *key = make_key(f);
    assert_int_equal(secmail_otp_key_advice(NULL), 0);
    assert_int_equal(secmail_otp_key_advice(key), SECMAIL_OTP_ADVICE_ISSUER);
    assert_ok(f->context, secmail_otp_key_set_issuer(key, "Example"));
    assert_int_equal(secmail_otp_key_advice(key), 0);
    assert_ok(f->context, secmail_otp_key_set_algorithm(key, SECMAIL_OTP_SHA256));
    assert_int_equal(secmail_otp_key_advice(key), SECMAIL_OTP_ADVICE_ALGORITHM);
    assert_ok(f->context, secmail_otp_key_set_digits(key, 7));
    assert_ok(f->context, secmail_otp_key_set_period(key, 60));
    assert_ok(f->context, secmail_otp_key_set_t0(key, 1));
    assert_ok(f->context, secmail_otp_key_set_secret(key, (const uint8_t *)SECRET, 15));
    assert_int_equal(secmail_otp_key_advice(key), 31);
    for (uint32_t bit = 1; bit <= 32; bit *= 2)
        assert_non_null(secmail_otp_advice_text(bit));
    assert_null(secmail_otp_advice_text(0));
    assert_null(secmail_otp_advice_text(3));
    assert_null(secmail_otp_advice_text(64));
    secmail_otp_key_free(key);
}

static void steps_are_counted_from_t0(void **state)
{
    const struct fixture *f = *state;
    struct secmail_context *c = f->context;
    struct secmail_otp_key *key = make_key(f);
    uint64_t step = 7;
    assert_ok(c, secmail_otp_key_step(key, 59, &step)); /* RFC 6238 section 4.2 */
    assert_int_equal(step, 1);
    assert_ok(c, secmail_otp_key_step(key, 60, &step));
    assert_int_equal(step, 2);
    assert_code(c, secmail_otp_key_step(key, -1, &step), SECMAIL_E_CLOCK);
    assert_int_equal(step, 2);
    assert_ok(c, secmail_otp_key_set_t0(key, 1000));
    assert_code(c, secmail_otp_key_step(key, 999, &step), SECMAIL_E_CLOCK);
    assert_ok(c, secmail_otp_key_step(key, 1000, &step));
    assert_int_equal(step, 0);
    assert_ok(c, secmail_otp_key_set_t0(key, -1000));
    assert_ok(c, secmail_otp_key_step(key, -971, &step));
    assert_int_equal(step, 0);
    assert_ok(c, secmail_otp_key_step(key, -970, &step));
    assert_int_equal(step, 1);
    assert_ok(c, secmail_otp_key_set_t0(key, INT64_MIN));
    assert_ok(c, secmail_otp_key_set_period(key, 1));
    assert_ok(c, secmail_otp_key_step(key, INT64_MAX, &step));
    assert_true(step == UINT64_MAX);
    secmail_otp_key_free(key);
}

static void codes_are_made(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_key *key = make_key(f);
    char code[9];
    assert_ok(f->context, secmail_otp_key_code(key, 0, code, sizeof code));
    assert_string_equal(code, "755224");
    /* Parameters and secrets that are set later hold for the next code. */
    assert_ok(f->context, secmail_otp_key_set_digits(key, 8));
    assert_ok(f->context, secmail_otp_key_code(key, 0, code, sizeof code));
    assert_string_equal(code, "84755224");
    assert_ok(f->context,
              secmail_otp_key_set_secret(key, (const uint8_t *)"abcdefghijklmnopqrst", 20));
    assert_ok(f->context, secmail_otp_key_code(key, 0, code, sizeof code));
    assert_string_not_equal(code, "84755224");
    assert_ok(f->context, secmail_otp_key_set_secret(key, (const uint8_t *)SECRET, 20));
    assert_ok(f->context, secmail_otp_key_set_algorithm(key, SECMAIL_OTP_SHA256));
    assert_ok(f->context, secmail_otp_key_code(key, 0, code, sizeof code));
    assert_string_not_equal(code, "84755224");
    assert_int_equal(strlen(code), 8);
    secmail_otp_key_free(key);
}

static void codes_need_a_secret_and_room(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_key *key;
    char code[9] = "x";
    int32_t position = 5;
    assert_ok(f->context, secmail_otp_key_new(f->context, &key));
    assert_code(f->context, secmail_otp_key_code(key, 0, code, sizeof code), SECMAIL_E_OTP_SECRET);
    assert_code(f->context, secmail_otp_key_find(key, "123456", 0, 1, &position),
                SECMAIL_E_OTP_SECRET);
    assert_int_equal(position, 5);
    assert_ok(f->context, secmail_otp_key_generate_secret(key));
    assert_code(f->context, secmail_otp_key_code(key, 0, code, 8), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_otp_key_code(key, 0, NULL, 9), SECMAIL_E_ARGUMENT);
    assert_string_equal(code, "x");
    secmail_otp_key_free(key);
}

static int32_t find(const struct fixture *f, struct secmail_otp_key *key, const char *code,
                    uint64_t first, uint32_t count)
{
    int32_t position = -2;
    assert_ok(f->context, secmail_otp_key_find(key, code, first, count, &position));
    return position;
}

static void codes_are_found_in_every_position(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_key *key = make_key(f);
    char code[9];
    for (uint64_t counter = 0; counter < 10; counter++) {
        assert_ok(f->context, secmail_otp_key_code(key, counter, code, sizeof code));
        assert_int_equal(find(f, key, code, 0, 10), counter);
        assert_int_equal(find(f, key, code, counter, 1), 0);
        assert_int_equal(find(f, key, code, counter + 1, 10), -1);
        if (counter)
            assert_int_equal(find(f, key, code, 0, (uint32_t)counter), -1);
    }
    secmail_otp_key_free(key);
}

static void the_first_of_two_equal_codes_is_found(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_key *key = make_key(f);
    /* Look for two counters with one code: among 10,001 of 10^6, there are about 50 pairs. */
    for (uint64_t counter = 10000; counter > 0; counter--) {
        char code[9];
        assert_ok(f->context, secmail_otp_key_code(key, counter, code, sizeof code));
        const int32_t position = find(f, key, code, 0, SECMAIL_OTP_MAX_POSITIONS);
        if (position == (int32_t)counter)
            continue;
        assert_true(position >= 0 && position < (int32_t)counter);
        char other[9];
        assert_ok(f->context, secmail_otp_key_code(key, (uint64_t)position, other, sizeof other));
        assert_string_equal(code, other);
        secmail_otp_key_free(key);
        return;
    }
    fail_msg("no two equal codes: the search is broken");
}

static void text_that_is_no_code_is_never_found(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_key *key = make_key(f);
    assert_int_equal(find(f, key, "755 224", 0, 1), 0);
    assert_int_equal(find(f, key, "755-224 ", 0, 1), 0);
    const char *others[] = {
        "",        "7", "75522",   "0755224", "755224x",  "x755224",  "+755224",
        "7552240", " ", "7.55224", "٧٥٥٢٢٤",  "755224\n", "84755224", "00000000000000000000755224"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(find(f, key, others[i], 0, 1), -1);
    secmail_otp_key_free(key);
}

static void a_search_stops_at_the_last_counter(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_key *key = make_key(f);
    char code[9], first[9];
    assert_ok(f->context, secmail_otp_key_code(key, UINT64_MAX, code, sizeof code));
    assert_int_equal(find(f, key, code, UINT64_MAX - 1, 10), 1);
    assert_int_equal(find(f, key, code, UINT64_MAX, 10), 0);
    assert_ok(f->context, secmail_otp_key_code(key, 0, first, sizeof first));
    assert_int_equal(find(f, key, first, UINT64_MAX, 10), -1);
    int32_t position = 5;
    assert_code(f->context, secmail_otp_key_find(key, code, 0, 0, &position), SECMAIL_E_ARGUMENT);
    assert_code(f->context,
                secmail_otp_key_find(key, code, 0, SECMAIL_OTP_MAX_POSITIONS + 1, &position),
                SECMAIL_E_ARGUMENT);
    assert_int_equal(position, 5);
    secmail_otp_key_free(key);
}

static void null_arguments_are_refused(void **state)
{
    const struct fixture *f = *state;
    struct secmail_context *c = f->context;
    struct secmail_otp_key *key = make_key(f), *none = key;
    uint64_t step;
    int32_t position;
    char code[9];
    struct secmail_bytes *bytes = (struct secmail_bytes *)key;
    assert_int_equal(secmail_otp_key_new(c, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_new(NULL, &none), SECMAIL_E_ARGUMENT);
    assert_null(none);
    assert_int_equal(secmail_otp_key_set_type(NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_set_algorithm(NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_set_digits(NULL, 6), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_set_period(NULL, 30), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_set_t0(NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_set_counter(NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_set_issuer(NULL, ""), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_set_account(NULL, ""), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_set_secret(NULL, (const uint8_t *)"x", 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_set_secret_base32(NULL, "MY"), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_generate_secret(NULL), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_key_set_issuer(key, NULL), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_key_set_account(key, NULL), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_key_set_secret(key, NULL, 1), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_key_set_secret_base32(key, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_secret_base32(key, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_secret_base32(NULL, &bytes), SECMAIL_E_ARGUMENT);
    assert_null(bytes);
    assert_int_equal(secmail_otp_key_step(NULL, 0, &step), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_key_step(key, 0, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_code(NULL, 0, code, 9), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_find(NULL, "1", 0, 1, &position), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_key_find(key, NULL, 0, 1, &position), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_key_find(key, "1", 0, 1, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_type(NULL) + secmail_otp_key_algorithm(NULL) +
                         secmail_otp_key_digits(NULL) + secmail_otp_key_period(NULL),
                     0);
    assert_true(secmail_otp_key_t0(NULL) == 0 && secmail_otp_key_counter(NULL) == 0);
    assert_null(secmail_otp_key_issuer(NULL));
    assert_null(secmail_otp_key_account(NULL));
    assert_null(secmail_otp_key_secret(NULL));
    secmail_otp_key_free(NULL);
    secmail_otp_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(a_new_key_has_what_every_app_understands),
        fixture_test(parameters_keep_what_was_set),
        fixture_test(parameters_outside_of_their_range_are_refused),
        fixture_test(texts_obey_their_rules),
        fixture_test(secrets_have_a_length),
        fixture_test(secrets_are_read_from_base32),
        fixture_test(secrets_are_written_as_base32),
        fixture_test(generated_secrets_have_the_length_of_the_hash),
        fixture_test(advice_warns_of_what_apps_ignore),
        fixture_test(steps_are_counted_from_t0),
        fixture_test(codes_are_made),
        fixture_test(codes_need_a_secret_and_room),
        fixture_test(codes_are_found_in_every_position),
        fixture_test(the_first_of_two_equal_codes_is_found),
        fixture_test(text_that_is_no_code_is_never_found),
        fixture_test(a_search_stops_at_the_last_counter),
        fixture_test(null_arguments_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
