/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* otpauth-migration URIs, both ways. */
#include "fixture.h"

#include <secmail/otp.h>

#define SCHEME "otpauth-migration://offline?data="
/* The example of the decoder dim13/otpauth, which many decoders share: two fields and a name that
 * repeats the issuer. */
#define EXAMPLE SCHEME "CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbRoHRXhhbXBsZTAC"

static const char base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* A migration URI with these bytes as its payload. */
static char *uri_of(const char *payload, size_t size)
{
    char *uri = malloc(sizeof SCHEME + size * 2 + 8), *to = uri + sizeof SCHEME - 1;
    assert_non_null(uri);
    memcpy(uri, SCHEME, sizeof SCHEME);
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < size; i++) {
        bits = bits << 8 | (uint8_t)payload[i];
        for (count += 8; count >= 6; count -= 6)
            *to++ = base64_alphabet[bits >> (count - 6) & 63];
    }
    if (count)
        *to++ = base64_alphabet[bits << (6 - count) & 63];
    *to = '\0';
    return uri;
}

static struct secmail_otp_migration *begin(const struct fixture *f)
{
    struct secmail_otp_migration *m;
    assert_ok(f->context, secmail_otp_migration_new(f->context, &m));
    return m;
}

static int read_payload(struct secmail_otp_migration *m, const char *payload, size_t size)
{
    char *uri = uri_of(payload, size);
    const int rc = secmail_otp_migration_read(m, uri);
    free(uri);
    return rc;
}

#define READ(m, payload) read_payload(m, payload, sizeof(payload) - 1)

static void check_key(const struct secmail_otp_migration *m, size_t index, const char *issuer,
                      const char *account, const char *secret)
{
    const struct secmail_otp_key *key = secmail_otp_migration_key(m, index);
    assert_non_null(key);
    assert_string_equal(secmail_otp_key_issuer(key), issuer);
    assert_string_equal(secmail_otp_key_account(key), account);
    assert_int_equal(secmail_secret_size(secmail_otp_key_secret(key)), strlen(secret));
    assert_memory_equal(secmail_secret_data(secmail_otp_key_secret(key)), secret, strlen(secret));
}

static void the_shared_example_is_read(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_migration *m = begin(f);
    assert_int_equal(secmail_otp_migration_parts(m), 0);
    assert_ok(f->context, secmail_otp_migration_read(m, EXAMPLE));
    assert_int_equal(secmail_otp_migration_parts(m), 1);
    assert_int_equal(secmail_otp_migration_missing(m), 0);
    assert_int_equal(secmail_otp_migration_skipped(m), 0);
    assert_int_equal(secmail_otp_migration_key_count(m), 1);
    check_key(m, 0, "Example", "alice@google.com", "Hello!\xde\xad\xbe\xef");
    const struct secmail_otp_key *key = secmail_otp_migration_key(m, 0);
    assert_int_equal(secmail_otp_key_type(key), SECMAIL_OTP_TOTP);
    assert_int_equal(secmail_otp_key_digits(key), 6);
    assert_int_equal(secmail_otp_key_algorithm(key), SECMAIL_OTP_SHA1);
    assert_null(secmail_otp_migration_key(m, 1));
    secmail_otp_migration_free(m);
}

static void forms_of_the_uri_are_tolerated(void **state)
{
    const struct fixture *f = *state;
    const char *uris[] = {
        " " EXAMPLE "\n",
        "OTPAUTH-MIGRATION://OFFLINE?data="
        "CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbRoHRXhhbXBsZTAC",
        "otpauth-migration://offline/?x=1&data="
        "CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbRoHRXhhbXBsZTAC&y#z",
        SCHEME "CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbRoHRXhhbXBsZTACEAE%3D",
        SCHEME "CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbRoHRXhhbXBsZTACEAE=",
        SCHEME "CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbRoHRXhhbXBsZTACEAE",
    };
    for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++) {
        struct secmail_otp_migration *m = begin(f);
        assert_ok(f->context, secmail_otp_migration_read(m, uris[i]));
        check_key(m, 0, "Example", "alice@google.com", "Hello!\xde\xad\xbe\xef");
        secmail_otp_migration_free(m);
    }
    /* "+" and "/", as themselves, encoded, and in the URL alphabet: secret fb ff bf */
    const char *data[] = {"CgUKA/v/vw", "CgUKA%2Fv%2Fvw%3D%3D", "CgUKA_v_vw"};
    for (size_t i = 0; i < sizeof data / sizeof data[0]; i++) {
        char uri[100];
        snprintf(uri, sizeof uri, SCHEME "%s", data[i]);
        struct secmail_otp_migration *m = begin(f);
        assert_ok(f->context, secmail_otp_migration_read(m, uri));
        check_key(m, 0, "", "", "\xfb\xff\xbf");
        secmail_otp_migration_free(m);
    }
}

static void all_fields_are_read(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_migration *m = begin(f);
    assert_ok(f->context, READ(m, "\x0a\x14\x0a\x02xy\x12\x03"
                                  "bob\x1a\x01S\x20\x02\x28\x02\x30\x01\x38\x05"
                                  "\x0a\x0c\x0a\x02zz\x20\x03\x28\x03\x30\x02\x40\x09"
                                  "\x10\x01\x18\x01\x20\x00\x28\x07"));
    assert_int_equal(secmail_otp_migration_key_count(m), 2);
    check_key(m, 0, "S", "bob", "xy");
    const struct secmail_otp_key *hotp = secmail_otp_migration_key(m, 0);
    assert_int_equal(secmail_otp_key_type(hotp), SECMAIL_OTP_HOTP);
    assert_int_equal(secmail_otp_key_algorithm(hotp), SECMAIL_OTP_SHA256);
    assert_int_equal(secmail_otp_key_digits(hotp), 8);
    assert_int_equal(secmail_otp_key_counter(hotp), 5);
    const struct secmail_otp_key *totp = secmail_otp_migration_key(m, 1);
    assert_int_equal(secmail_otp_key_type(totp), SECMAIL_OTP_TOTP);
    assert_int_equal(secmail_otp_key_algorithm(totp), SECMAIL_OTP_SHA512);
    assert_int_equal(secmail_otp_key_digits(totp), 7);
    secmail_otp_migration_free(m);
}

static void names_are_taken_apart(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_migration *m = begin(f);
    assert_ok(f->context, READ(m, "\x0a\x09\x0a\x01x\x12\x04S: b"
                                  "\x0a\x0b\x0a\x01x\x12\x03T:b\x1a\x01S"
                                  "\x0a\x0a\x0a\x01x\x12\x02S:\x1a\x01S"));
    check_key(m, 0, "S", "b", "x");
    check_key(m, 1, "S", "T:b", "x");
    check_key(m, 2, "S", "", "x");
    secmail_otp_migration_free(m);
}

static void unknown_fields_are_passed_over(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_migration *m = begin(f);
    assert_ok(f->context, READ(m, "\x39"
                                  "12345678"
                                  "\x45"
                                  "1234\x4a\x02xx\x50\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                                  "\x0a\x10\x0a\x01x\x42\x04u-id\x7d"
                                  "1234\x12\x00"));
    check_key(m, 0, "", "", "x");
    secmail_otp_migration_free(m);
}

static void what_cannot_be_expressed_is_counted(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_migration *m = begin(f);
    assert_ok(f->context, READ(m, "\x0a\x05\x0a\x01x\x20\x04" /* MD5 */
                                  "\x0a\x05\x0a\x01x\x28\x04" /* digits */
                                  "\x0a\x05\x0a\x01x\x30\x03" /* type */
                                  "\x0a\x00"                  /* no secret */
                                  "\x0a\x06\x0a\x01x\x12\x01\n"
                                  "\x0a\x0e\x0a\x01x\x38\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                                  "\x0a\x03\x0a\x01y"));
    assert_int_equal(secmail_otp_migration_skipped(m), 6);
    assert_int_equal(secmail_otp_migration_key_count(m), 1);
    check_key(m, 0, "", "", "y");
    secmail_otp_migration_free(m);
}

static void parts_are_joined_in_any_order(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_migration *m = begin(f);
    assert_ok(f->context, READ(m, "\x0a\x03\x0a\x01"
                                  "b\x18\x03\x20\x01\x28\x07"));
    assert_int_equal(secmail_otp_migration_parts(m), 3);
    assert_int_equal(secmail_otp_migration_missing(m), 2);
    assert_ok(f->context, READ(m, "\x0a\x03\x0a\x01"
                                  "b\x18\x03\x20\x01\x28\x07"));
    assert_int_equal(secmail_otp_migration_missing(m), 2);
    assert_int_equal(secmail_otp_migration_key_count(m), 1);
    assert_code(f->context, READ(m, "\x0a\x03\x0a\x01z\x18\x03\x20\x00\x28\x08"),
                SECMAIL_E_OTP_MIGRATION);
    assert_code(f->context, READ(m, "\x0a\x03\x0a\x01z\x18\x02\x20\x00\x28\x07"),
                SECMAIL_E_OTP_MIGRATION);
    assert_ok(f->context, READ(m, "\x18\x03\x20\x02\x28\x07\x0a\x03\x0a\x01"
                                  "c"));
    assert_ok(f->context, READ(m, "\x18\x03\x20\x00\x28\x07\x0a\x03\x0a\x01"
                                  "a"));
    assert_int_equal(secmail_otp_migration_missing(m), 0);
    check_key(m, 0, "", "", "b");
    check_key(m, 1, "", "", "c");
    check_key(m, 2, "", "", "a");
    assert_null(secmail_otp_migration_key(m, 3));
    secmail_otp_migration_free(m);
}

static void broken_payloads_are_refused(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_migration *m = begin(f);
    assert_ok(f->context, READ(m, "\x0a\x03\x0a\x01"
                                  "a\x18\x02"));
    const char *uris[] = {"",
                          "otpauth://totp/a?secret=MY",
                          "otpauth-migration://offline",
                          "otpauth-migration://offline?",
                          "otpauth-migration://offline?dat=CgMKAXg",
                          "otpauth-migration://online?data=CgMKAXg",
                          SCHEME,
                          SCHEME "C",
                          SCHEME "CgMKA",
                          SCHEME "Cg!KAXg",
                          SCHEME "CgMKAXh",
                          SCHEME "CgMKAX%",
                          SCHEME "====",
                          SCHEME "CgMK=AXg"};
    for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++) {
        if (secmail_otp_migration_read(m, uris[i]) != SECMAIL_E_OTP_MIGRATION)
            fail_msg("%s was read", uris[i]);
    }
    const struct {
        const char *data;
        size_t size;
    } payloads[] = {
#define P(text) {text, sizeof(text) - 1}
        P("\x0a"),                                             /* no length */
        P("\x0a\x04\x0a\x01x"),                                /* an entry that is cut off */
        P("\x0a\x03\x0a\x02x"),                                /* a field that leaves its entry */
        P("\x0a\x03\x0a\x01x\x18\x02\x20\x02"),                /* part 2 of 0 and 1 */
        P("\x18\x65"),                                         /* 101 parts */
        P("\x18\x02\x20\x01\x28"),                             /* no number */
        P("\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), /* a varint of 11 bytes */
        P("\x0b"),                                             /* a group */
        P("\x0f"),                                             /* an unknown wire type */
        P("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x"),    /* a length of 2^64-1 */
        P("\x09\x31"),                                         /* half a number */
#undef P
    };
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++)
        assert_code(f->context, read_payload(m, payloads[i].data, payloads[i].size),
                    SECMAIL_E_OTP_MIGRATION);
    assert_int_equal(secmail_otp_migration_key_count(m), 1);
    assert_int_equal(secmail_otp_migration_missing(m), 1);
    check_key(m, 0, "", "", "a");
    secmail_otp_migration_free(m);
}

static void a_broken_entry_leaves_none_of_its_part(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_migration *m = begin(f);
    assert_code(f->context, READ(m, "\x0a\x03\x0a\x01x\x0a\x03\x0a\x02x"), SECMAIL_E_OTP_MIGRATION);
    assert_int_equal(secmail_otp_migration_key_count(m), 0);
    assert_int_equal(secmail_otp_migration_parts(m), 0);
    assert_ok(f->context, READ(m, "\x0a\x03\x0a\x01y"));
    check_key(m, 0, "", "", "y");
    secmail_otp_migration_free(m);
}

static void sizes_are_bounded(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_migration *m = begin(f);
    const size_t entries = 1001;
    char *payload = malloc(entries * 5);
    assert_non_null(payload);
    for (size_t i = 0; i < entries; i++)
        memcpy(payload + i * 5, "\x0a\x03\x0a\x01x", 5);
    assert_code(f->context, read_payload(m, payload, entries * 5), SECMAIL_E_OTP_MIGRATION);
    assert_int_equal(secmail_otp_migration_key_count(m), 0);
    assert_ok(f->context, read_payload(m, payload, 1000 * 5));
    assert_int_equal(secmail_otp_migration_key_count(m), 1000);
    struct secmail_otp_key *key;
    assert_ok(f->context, secmail_otp_key_new(f->context, &key));
    assert_ok(f->context, secmail_otp_key_generate_secret(key));
    assert_code(f->context, secmail_otp_migration_add(m, key), SECMAIL_E_OTP_TOO_MANY);
    secmail_otp_key_free(key);
    free(payload);
    secmail_otp_migration_free(m);

    m = begin(f);
    char *uri = malloc(sizeof SCHEME + 70000);
    assert_non_null(uri);
    memcpy(uri, SCHEME, sizeof SCHEME);
    memset(uri + sizeof SCHEME - 1, 'A', 70000);
    uri[sizeof SCHEME + 69999] = '\0';
    assert_code(f->context, secmail_otp_migration_read(m, uri), SECMAIL_E_OTP_MIGRATION);
    free(uri);
    secmail_otp_migration_free(m);
}

static struct secmail_otp_key *number_key(const struct fixture *f, uint32_t n)
{
    struct secmail_otp_key *key;
    char account[20];
    snprintf(account, sizeof account, "user%u", n);
    assert_ok(f->context, secmail_otp_key_new(f->context, &key));
    assert_ok(f->context, secmail_otp_key_set_type(key, n % 2 + 1));
    assert_ok(f->context, secmail_otp_key_set_algorithm(key, n % 3 + 1));
    assert_ok(f->context, secmail_otp_key_set_digits(key, n % 3 + 6));
    assert_ok(f->context, secmail_otp_key_set_account(key, account));
    assert_ok(f->context, secmail_otp_key_set_issuer(key, "Iss & uer"));
    if (n % 2)
        assert_ok(f->context, secmail_otp_key_set_counter(key, n * UINT64_C(1000000007)));
    assert_ok(f->context, secmail_otp_key_generate_secret(key));
    return key;
}

static void assert_same_key(const struct secmail_otp_key *a, const struct secmail_otp_key *b)
{
    assert_int_equal(secmail_otp_key_type(a), secmail_otp_key_type(b));
    assert_int_equal(secmail_otp_key_algorithm(a), secmail_otp_key_algorithm(b));
    assert_int_equal(secmail_otp_key_digits(a), secmail_otp_key_digits(b));
    assert_true(secmail_otp_key_counter(a) == secmail_otp_key_counter(b));
    assert_string_equal(secmail_otp_key_account(a), secmail_otp_key_account(b));
    assert_string_equal(secmail_otp_key_issuer(a), secmail_otp_key_issuer(b));
    assert_true(secmail_secret_equal(secmail_otp_key_secret(a), secmail_otp_key_secret(b)));
}

static void what_was_exported_is_imported(void **state)
{
    const struct fixture *f = *state;
    struct secmail_otp_migration *out = begin(f), *in = begin(f);
    for (uint32_t n = 0; n < 21; n++) {
        struct secmail_otp_key *key = number_key(f, n);
        assert_ok(f->context, secmail_otp_migration_add(out, key));
        secmail_otp_key_free(key);
    }
    assert_int_equal(secmail_otp_migration_uri_count(out), 3);
    for (size_t i = 0; i < 3; i++) {
        struct secmail_bytes *uri;
        assert_ok(f->context, secmail_otp_migration_uri(out, i, &uri));
        assert_int_equal(strspn((const char *)secmail_bytes_data(uri) + sizeof SCHEME - 1,
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%"),
                         secmail_bytes_size(uri) - (sizeof SCHEME - 1));
        assert_ok(f->context,
                  secmail_otp_migration_read(in, (const char *)secmail_bytes_data(uri)));
        secmail_bytes_free(uri);
    }
    assert_int_equal(secmail_otp_migration_missing(in), 0);
    assert_int_equal(secmail_otp_migration_key_count(in), 21);
    for (size_t n = 0; n < 21; n++)
        assert_same_key(secmail_otp_migration_key(in, n), secmail_otp_migration_key(out, n));
    secmail_otp_migration_free(in);
    secmail_otp_migration_free(out);
}

static int broken_random(void *user, uint8_t *out, size_t size)
{
    (void)user;
    memset(out, 0, size);
    return -1;
}

static void what_the_format_cannot_say_is_refused(void **state)
{
    const struct fixture *f = *state;
    struct secmail_context *c = f->context;
    struct secmail_otp_migration *m = begin(f);
    struct secmail_otp_key *key;
    assert_ok(c, secmail_otp_key_new(c, &key));
    assert_code(c, secmail_otp_migration_add(m, key), SECMAIL_E_OTP_SECRET);
    assert_ok(c, secmail_otp_key_generate_secret(key));
    assert_ok(c, secmail_otp_key_set_period(key, 60));
    assert_code(c, secmail_otp_migration_add(m, key), SECMAIL_E_OTP_PARAMETER);
    assert_ok(c, secmail_otp_key_set_period(key, 30));
    assert_ok(c, secmail_otp_key_set_t0(key, 1));
    assert_code(c, secmail_otp_migration_add(m, key), SECMAIL_E_OTP_PARAMETER);
    assert_ok(c, secmail_otp_key_set_t0(key, 0));
    assert_ok(c, secmail_otp_key_set_counter(key, UINT64_C(1) << 63));
    assert_code(c, secmail_otp_migration_add(m, key), SECMAIL_E_OTP_PARAMETER);
    assert_ok(c, secmail_otp_key_set_counter(key, 0));
    assert_ok(c, secmail_context_set_random(c, broken_random, NULL));
    assert_code(c, secmail_otp_migration_add(m, key), SECMAIL_E_RANDOM);
    assert_int_equal(secmail_otp_migration_key_count(m), 0);
    assert_int_equal(secmail_otp_migration_uri_count(m), 0);
    secmail_otp_key_free(key);
    secmail_otp_migration_free(m);
}

static void null_arguments_are_refused(void **state)
{
    const struct fixture *f = *state;
    struct secmail_context *c = f->context;
    struct secmail_otp_migration *m = begin(f), *none = m;
    struct secmail_bytes *uri = (struct secmail_bytes *)(uintptr_t)1;
    assert_int_equal(secmail_otp_migration_new(c, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_migration_new(NULL, &none), SECMAIL_E_ARGUMENT);
    assert_null(none);
    assert_int_equal(secmail_otp_migration_read(NULL, EXAMPLE), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_migration_read(m, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_migration_add(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_migration_add(m, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_migration_uri(m, 0, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_migration_uri(NULL, 0, &uri), SECMAIL_E_ARGUMENT);
    assert_null(uri);
    assert_code(c, secmail_otp_migration_uri(m, 0, &uri), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_migration_parts(NULL) + secmail_otp_migration_missing(NULL) +
                         secmail_otp_migration_skipped(NULL),
                     0);
    assert_int_equal(secmail_otp_migration_key_count(NULL), 0);
    assert_int_equal(secmail_otp_migration_uri_count(NULL), 0);
    assert_null(secmail_otp_migration_key(NULL, 0));
    secmail_otp_migration_free(NULL);
    secmail_otp_migration_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(the_shared_example_is_read),
        fixture_test(forms_of_the_uri_are_tolerated),
        fixture_test(all_fields_are_read),
        fixture_test(names_are_taken_apart),
        fixture_test(unknown_fields_are_passed_over),
        fixture_test(what_cannot_be_expressed_is_counted),
        fixture_test(parts_are_joined_in_any_order),
        fixture_test(broken_payloads_are_refused),
        fixture_test(a_broken_entry_leaves_none_of_its_part),
        fixture_test(sizes_are_bounded),
        fixture_test(what_was_exported_is_imported),
        fixture_test(what_the_format_cannot_say_is_refused),
        fixture_test(null_arguments_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
