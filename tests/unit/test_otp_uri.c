/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* otpauth URIs: read tolerantly, written strictly. */
#include "fixture.h"

#include <secmail/otp.h>

#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define PLAIN "otpauth://totp/alice?secret=" SECRET

static struct secmail_otp_key *read_uri(const struct fixture *f, const char *uri)
{
    struct secmail_otp_key *key;
    assert_ok(f->context, secmail_otp_key_from_uri(f->context, &key, uri));
    return key;
}

static void check_secret(const struct secmail_otp_key *key)
{
    const struct secmail_secret *secret = secmail_otp_key_secret(key);
    assert_int_equal(secmail_secret_size(secret), 20);
    assert_memory_equal(secmail_secret_data(secret), "12345678901234567890", 20);
}

static void check_names(const struct fixture *f, const char *uri, const char *issuer,
                        const char *account)
{
    struct secmail_otp_key *key = read_uri(f, uri);
    assert_string_equal(secmail_otp_key_issuer(key), issuer);
    assert_string_equal(secmail_otp_key_account(key), account);
    check_secret(key);
    secmail_otp_key_free(key);
}

static void refuse(const struct fixture *f, const char *uri, int code)
{
    struct secmail_otp_key *key = (struct secmail_otp_key *)(uintptr_t)1;
    const int rc = secmail_otp_key_from_uri(f->context, &key, uri);
    if (rc != code)
        fail_msg("%s gave %d, not %d", uri, rc, code);
    assert_null(key);
    assert_string_not_equal(secmail_context_error_detail(f->context), "");
}

static void defaults_hold_where_nothing_is_said(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_key *key = read_uri(f, PLAIN);
    assert_int_equal(secmail_otp_key_type(key), SECMAIL_OTP_TOTP);
    assert_int_equal(secmail_otp_key_algorithm(key), SECMAIL_OTP_SHA1);
    assert_int_equal(secmail_otp_key_digits(key), 6);
    assert_int_equal(secmail_otp_key_period(key), 30);
    check_secret(key);
    secmail_otp_key_free(key);
}

static void parameters_are_read(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_key *key = read_uri(
        f, "otpauth://hotp/Svc:bob?secret=" SECRET
           "&counter=18446744073709551615&digits=8&algorithm=SHA256&period=60");
    assert_int_equal(secmail_otp_key_type(key), SECMAIL_OTP_HOTP);
    assert_int_equal(secmail_otp_key_algorithm(key), SECMAIL_OTP_SHA256);
    assert_int_equal(secmail_otp_key_digits(key), 8);
    assert_int_equal(secmail_otp_key_period(key), 60);
    assert_true(secmail_otp_key_counter(key) == UINT64_MAX);
    secmail_otp_key_free(key);
}

static void reading_is_tolerant(void **state)
{
    const struct fixture *f = *state;
    const char *uris[] = {
        " \n" PLAIN "\r\n",
        "OTPAUTH://TOTP/alice?SECRET=" SECRET,
        "OtpAuth://Totp/alice?Secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
        "otpauth://totp/alice?secret=GEZD%20GNBV%20GY3T%20QOJQ%20GEZD+GNBV+GY3T+QOJQ",
        "otpauth://totp/alice?secret=GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ",
        "otpauth://totp/alice?&secret=" SECRET "&&#fragment",
        "otpauth://totp/alice?algorithm=sha1&secret=" SECRET,
        "otpauth://totp/alice?algorithm=SHA-1&secret=" SECRET,
        "otpauth://totp/alice?algorithm=HmacSHA1&secret=" SECRET,
        "otpauth://totp/alice?algorithm=hmac_sha1&digits=06&period=030&secret=" SECRET,
        "otpauth://totp/alice?secret=%47EZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "otpauth://totp/alice?issuer=&secret=" SECRET,
        "otpauth://totp/alice?counter=0&secret=" SECRET,
    };
    for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++) {
        check_names(f, uris[i], "", "alice");
        struct secmail_otp_key *key = read_uri(f, uris[i]);
        assert_int_equal(secmail_otp_key_algorithm(key), SECMAIL_OTP_SHA1);
        assert_int_equal(secmail_otp_key_digits(key), 6);
        assert_int_equal(secmail_otp_key_period(key), 30);
        secmail_otp_key_free(key);
    }
}

static void padding_is_tolerated(void **state)
{
    const struct fixture *f = *state;
    const char *uris[] = {
        "otpauth://totp/a?secret=MZXW6YTBOI",
        "otpauth://totp/a?secret=MZXW6YTBOI======",
        "otpauth://totp/a?secret=mzxw6ytboi%3D%3D%3D%3D%3D%3D",
        "otpauth://totp/a?secret=MZXW6YTBOI%3d%3d",
    };
    for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++) {
        struct secmail_otp_key *key = read_uri(f, uris[i]);
        const struct secmail_secret *secret = secmail_otp_key_secret(key);
        assert_int_equal(secmail_secret_size(secret), 6);
        assert_memory_equal(secmail_secret_data(secret), "foobar", 6);
        secmail_otp_key_free(key);
    }
}

static void labels_are_split_before_they_are_decoded(void **state)
{
    const struct fixture *f = *state;
    check_names(f, "otpauth://totp/ACME%20Co:john.doe@email.com?issuer=ACME%20Co&secret=" SECRET,
                "ACME Co", "john.doe@email.com");
    check_names(f, "otpauth://totp/ACME:%20%20john?secret=" SECRET, "ACME", "john");
    check_names(f, "otpauth://totp/ACME%3Ajohn?secret=" SECRET, "ACME", "john");
    check_names(f, "otpauth://totp/ACME%3a%20john?secret=" SECRET, "ACME", "john");
    check_names(f, "otpauth://totp/A%3AB:john?secret=" SECRET, "A:B", "john");
    check_names(f, "otpauth://totp/A:john%3Ax?secret=" SECRET, "A", "john:x");
    check_names(f, "otpauth://totp/A:b:c?secret=" SECRET, "A", "b:c");
    check_names(f, "otpauth://totp/a+b@example.org?secret=" SECRET, "", "a+b@example.org");
    check_names(f, "otpauth://totp/a/b?secret=" SECRET, "", "a/b");
    check_names(f, "otpauth://totp/%C3%9Cml%C3%A4ut?secret=" SECRET, "", "Ümläut");
    check_names(f, "otpauth://totp/?secret=" SECRET, "", "");
    check_names(f, "otpauth://totp?secret=" SECRET, "", "");
    check_names(f, "otpauth://totp/:john?secret=" SECRET, "", "john");
}

static void the_issuer_parameter_wins(void **state)
{
    const struct fixture *f = *state;
    check_names(f, "otpauth://totp/Old:john?issuer=New&secret=" SECRET, "New", "john");
    check_names(f, "otpauth://totp/john?issuer=New&secret=" SECRET, "New", "john");
    check_names(f, "otpauth://totp/Old:john?issuer=&secret=" SECRET, "Old", "john");
    /* A plus is a space as in forms, unless the label shows that it is meant. */
    check_names(f, "otpauth://totp/john?issuer=ACME+Co&secret=" SECRET, "ACME Co", "john");
    check_names(f, "otpauth://totp/C++:john?issuer=C++&secret=" SECRET, "C++", "john");
    check_names(f, "otpauth://totp/C%2B%2B:john?issuer=C%2B%2B&secret=" SECRET, "C++", "john");
}

static void unknown_parameters_are_kept(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_key *key = read_uri(
        f, PLAIN "&image=https%3A%2F%2Fexample.org%2Fa.png&lock=true&Color%20x=%26&flag&t0=5");
    assert_int_equal(secmail_otp_key_parameter_count(key), 5);
    assert_string_equal(secmail_otp_key_parameter_name(key, 0), "image");
    assert_string_equal(secmail_otp_key_parameter_value(key, 0), "https://example.org/a.png");
    assert_string_equal(secmail_otp_key_parameter_name(key, 2), "Color x");
    assert_string_equal(secmail_otp_key_parameter_value(key, 2), "&");
    assert_string_equal(secmail_otp_key_parameter_value(key, 3), "");
    assert_null(secmail_otp_key_parameter_name(key, 5));
    assert_null(secmail_otp_key_parameter_value(key, 5));
    struct secmail_bytes *text;
    assert_ok(f->context, secmail_otp_key_to_uri(key, &text));
    assert_string_equal(secmail_bytes_data(text),
                        PLAIN "&algorithm=SHA1&digits=6&period=30"
                              "&image=https%3A%2F%2Fexample.org%2Fa.png&lock=true&Color%20x=%26"
                              "&flag=&t0=5");
    secmail_bytes_free(text);
    secmail_otp_key_free(key);
}

static void what_is_no_otpauth_uri_is_refused(void **state)
{
    const struct fixture *f = *state;
    const char *bad[] = {
        "",
        "otpauth",
        "otpauth:",
        "otpauth:/totp/a?secret=" SECRET,
        "https://totp/a?secret=" SECRET,
        "xotpauth://totp/a?secret=" SECRET,
        "otpauth://yotp/a?secret=" SECRET,
        "otpauth://steam/a?secret=" SECRET,
        "otpauth:///a?secret=" SECRET,
        "otpauth://hotp/a?secret=" SECRET,
        PLAIN "&secret=" SECRET,
        PLAIN "&digits=6&Digits=6",
        PLAIN "&digits=",
        PLAIN "&digits=six",
        PLAIN "&digits=-6",
        PLAIN "&period=4294967296",
        "otpauth://hotp/a?secret=" SECRET "&counter=18446744073709551616",
        "otpauth://hotp/a?secret=" SECRET "&counter=1%32",
        "otpauth://totp/a%?secret=" SECRET,
        "otpauth://totp/a%4?secret=" SECRET,
        "otpauth://totp/a%4g?secret=" SECRET,
        "otpauth://totp/a%00?secret=" SECRET,
        PLAIN "&x=%",
        PLAIN "&%=x",
        PLAIN "&a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=1&k=2&l=3&m=4&n=5&o=6&p=7&q=8",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refuse(f, bad[i], SECMAIL_E_OTP_URI);
}

static void bad_secrets_parameters_and_texts_have_their_own_errors(void **state)
{
    const struct fixture *f = *state;
    refuse(f, "otpauth://totp/a", SECMAIL_E_OTP_SECRET);
    refuse(f, "otpauth://totp/a?secret", SECMAIL_E_OTP_SECRET);
    refuse(f, "otpauth://totp/a?secret=", SECMAIL_E_OTP_SECRET);
    refuse(f, "otpauth://totp/a?secret=GEZDGNB1", SECMAIL_E_OTP_SECRET);
    refuse(f, "otpauth://totp/a?digits=6", SECMAIL_E_OTP_SECRET);
    refuse(f, PLAIN "&digits=5", SECMAIL_E_OTP_PARAMETER);
    refuse(f, PLAIN "&digits=10", SECMAIL_E_OTP_PARAMETER);
    refuse(f, PLAIN "&period=0", SECMAIL_E_OTP_PARAMETER);
    refuse(f, PLAIN "&algorithm=MD5", SECMAIL_E_OTP_PARAMETER);
    refuse(f, PLAIN "&algorithm=", SECMAIL_E_OTP_PARAMETER);
    refuse(f, PLAIN "&algorithm=SHA1SHA1SHA1SHA1SHA1", SECMAIL_E_OTP_PARAMETER);
    refuse(f, "otpauth://totp/a%0Ab?secret=" SECRET, SECMAIL_E_OTP_TEXT);
    refuse(f, "otpauth://totp/a%FF?secret=" SECRET, SECMAIL_E_OTP_TEXT);
    refuse(f, PLAIN "&issuer=a%0Ab", SECMAIL_E_OTP_TEXT);
    refuse(f, PLAIN "&image=a%0Ab", SECMAIL_E_OTP_TEXT);
}

static void check_written(const struct fixture *f, const struct secmail_otp_key *key,
                          const char *want)
{
    struct secmail_bytes *text;
    assert_ok(f->context, secmail_otp_key_to_uri(key, &text));
    assert_string_equal(secmail_bytes_data(text), want);
    assert_int_equal(secmail_bytes_size(text), strlen(want));
    secmail_bytes_free(text);
}

static void writing_is_strict(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_key *key = read_uri(f, "otpauth://totp/alice?secret=mzxw6ytboi======");
    check_written(f, key,
                  "otpauth://totp/alice?secret=MZXW6YTBOI&algorithm=SHA1&digits=6&period=30");
    assert_ok(f->context, secmail_otp_key_set_issuer(key, "Büro & Co+"));
    assert_ok(f->context, secmail_otp_key_set_account(key, "a b@x?/#"));
    assert_ok(f->context, secmail_otp_key_set_algorithm(key, SECMAIL_OTP_SHA512));
    assert_ok(f->context, secmail_otp_key_set_period(key, 60));
    check_written(f, key,
                  "otpauth://totp/B%C3%BCro%20%26%20Co%2B:a%20b@x%3F%2F%23?secret=MZXW6YTBOI"
                  "&issuer=B%C3%BCro%20%26%20Co%2B&algorithm=SHA512&digits=6&period=60");
    assert_ok(f->context, secmail_otp_key_set_type(key, SECMAIL_OTP_HOTP));
    assert_ok(f->context, secmail_otp_key_set_counter(key, UINT64_MAX));
    assert_ok(f->context, secmail_otp_key_set_digits(key, 8));
    assert_ok(f->context, secmail_otp_key_set_issuer(key, ""));
    check_written(f, key,
                  "otpauth://hotp/a%20b@x%3F%2F%23?secret=MZXW6YTBOI&algorithm=SHA512&digits=8"
                  "&counter=18446744073709551615");
    secmail_otp_key_free(key);
}

static void what_was_written_is_read_back(void **state)
{
    const struct fixture *f = *state;
    const char *uri = "otpauth://hotp/B%C3%BCro%20%25:a%2Bb@x?secret=MZXW6YTBOI"
                      "&issuer=B%C3%BCro%20%25&algorithm=SHA256&digits=7&counter=9&image=%2B";
    struct secmail_otp_key *key = read_uri(f, uri);
    check_written(f, key, uri);
    secmail_otp_key_free(key);
}

static void what_the_format_forbids_is_not_written(void **state)
{
    const struct fixture *f = *state;
    struct secmail_context *c = f->context;
    struct secmail_otp_key *key;
    struct secmail_bytes *text = (struct secmail_bytes *)(uintptr_t)1;
    assert_ok(c, secmail_otp_key_new(c, &key));
    assert_code(c, secmail_otp_key_to_uri(key, &text), SECMAIL_E_OTP_SECRET);
    assert_null(text);
    assert_ok(c, secmail_otp_key_generate_secret(key));
    assert_code(c, secmail_otp_key_to_uri(key, &text), SECMAIL_E_OTP_TEXT);
    assert_ok(c, secmail_otp_key_set_account(key, "a:b"));
    assert_code(c, secmail_otp_key_to_uri(key, &text), SECMAIL_E_OTP_TEXT);
    assert_ok(c, secmail_otp_key_set_account(key, "a"));
    assert_ok(c, secmail_otp_key_set_issuer(key, "x:y"));
    assert_code(c, secmail_otp_key_to_uri(key, &text), SECMAIL_E_OTP_TEXT);
    assert_ok(c, secmail_otp_key_set_issuer(key, "x"));
    assert_ok(c, secmail_otp_key_set_t0(key, 1));
    assert_code(c, secmail_otp_key_to_uri(key, &text), SECMAIL_E_OTP_PARAMETER);
    assert_ok(c, secmail_otp_key_set_t0(key, 0));
    assert_ok(c, secmail_otp_key_to_uri(key, &text));
    secmail_bytes_free(text);
    secmail_otp_key_free(key);
}

static void parameters_can_be_added(void **state)
{
    const struct fixture *f = *state;
    struct secmail_context *c = f->context;
    struct secmail_otp_key *key = read_uri(f, PLAIN);
    assert_code(c, secmail_otp_key_add_parameter(key, "Secret", "x"), SECMAIL_E_OTP_TEXT);
    assert_code(c, secmail_otp_key_add_parameter(key, "", "x"), SECMAIL_E_OTP_TEXT);
    assert_code(c, secmail_otp_key_add_parameter(key, "a\n", "x"), SECMAIL_E_OTP_TEXT);
    assert_code(c, secmail_otp_key_add_parameter(key, "a", "\n"), SECMAIL_E_OTP_TEXT);
    for (int i = 0; i < SECMAIL_OTP_MAX_PARAMETERS; i++)
        assert_ok(c, secmail_otp_key_add_parameter(key, "a", "b c"));
    assert_code(c, secmail_otp_key_add_parameter(key, "a", "b"), SECMAIL_E_OTP_TOO_MANY);
    assert_int_equal(secmail_otp_key_parameter_count(key), SECMAIL_OTP_MAX_PARAMETERS);
    assert_string_equal(secmail_otp_key_parameter_value(key, 15), "b c");
    secmail_otp_key_free(key);
}

static void null_arguments_are_refused(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_key *key = read_uri(f, PLAIN), *none = key;
    struct secmail_bytes *text = (struct secmail_bytes *)key;
    assert_int_equal(secmail_otp_key_from_uri(f->context, NULL, PLAIN), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_from_uri(NULL, &none, PLAIN), SECMAIL_E_ARGUMENT);
    assert_null(none);
    assert_code(f->context, secmail_otp_key_from_uri(f->context, &none, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_to_uri(key, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_to_uri(NULL, &text), SECMAIL_E_ARGUMENT);
    assert_null(text);
    assert_int_equal(secmail_otp_key_add_parameter(NULL, "a", "b"), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_otp_key_add_parameter(key, NULL, "b"), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_otp_key_add_parameter(key, "a", NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_key_parameter_count(NULL), 0);
    assert_null(secmail_otp_key_parameter_name(NULL, 0));
    assert_null(secmail_otp_key_parameter_value(NULL, 0));
    secmail_otp_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(defaults_hold_where_nothing_is_said),
        fixture_test(parameters_are_read),
        fixture_test(reading_is_tolerant),
        fixture_test(padding_is_tolerated),
        fixture_test(labels_are_split_before_they_are_decoded),
        fixture_test(the_issuer_parameter_wins),
        fixture_test(unknown_parameters_are_kept),
        fixture_test(what_is_no_otpauth_uri_is_refused),
        fixture_test(bad_secrets_parameters_and_texts_have_their_own_errors),
        fixture_test(writing_is_strict),
        fixture_test(what_was_written_is_read_back),
        fixture_test(what_the_format_forbids_is_not_written),
        fixture_test(parameters_can_be_added),
        fixture_test(null_arguments_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
