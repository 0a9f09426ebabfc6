/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policies as objects. What they decide is tested where it is decided: test_verify_validity.c and
 * test_verify_signatures.c. */
#include "openpgp_fixture.h"

static void arguments(void **state)
{
    struct fixture *f = *state;
    struct secmail_policy *policy = (struct secmail_policy *)(uintptr_t)1, *other;
    struct secmail_bytes *text = (struct secmail_bytes *)(uintptr_t)1;
    assert_int_equal(secmail_policy_standard(NULL, &policy), SECMAIL_E_ARGUMENT);
    assert_null(policy);
    assert_int_equal(secmail_policy_standard(f->context, NULL), SECMAIL_E_ARGUMENT);
    assert_ok(f->context, secmail_policy_standard(f->context, &policy));
    other = policy;
    assert_int_equal(secmail_policy_at(NULL, policy, 1, &other), SECMAIL_E_ARGUMENT);
    assert_null(other);
    assert_int_equal(secmail_policy_at(f->context, policy, 1, NULL), SECMAIL_E_ARGUMENT);
    other = policy;
    assert_code(f->context, secmail_policy_at(f->context, NULL, 1, &other), SECMAIL_E_ARGUMENT);
    assert_null(other);
    assert_int_equal(secmail_policy_print(NULL, policy, &text), SECMAIL_E_ARGUMENT);
    assert_null(text);
    assert_int_equal(secmail_policy_print(f->context, policy, NULL), SECMAIL_E_ARGUMENT);
    text = (struct secmail_bytes *)(uintptr_t)1;
    assert_code(f->context, secmail_policy_print(f->context, NULL, &text), SECMAIL_E_ARGUMENT);
    assert_null(text);
    assert_int_equal(secmail_policy_time(NULL), 0);
    assert_null(secmail_policy_ref(NULL));
    secmail_policy_unref(NULL);
    secmail_policy_unref(policy);
}

static void reference_times(void **state)
{
    struct fixture *f = *state;
    struct secmail_policy *standard, *then;
    static const int64_t times[] = {0, 1, -1, INT64_C(5000000000), INT64_MAX, INT64_MIN};
    assert_ok(f->context, secmail_policy_standard(f->context, &standard));
    assert_int_equal(secmail_policy_time(standard), FIXTURE_NOW);
    f->now += 1000; /* the policy keeps the time at which it was made */
    assert_int_equal(secmail_policy_time(standard), FIXTURE_NOW);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        assert_ok(f->context, secmail_policy_at(f->context, standard, times[i], &then));
        assert_true(secmail_policy_time(then) == times[i]);
        secmail_policy_unref(then);
    }
    secmail_policy_unref(standard);
}

/* ---------------------------------------------------------------- text */

static char *print(struct fixture *f, const struct secmail_policy *policy)
{
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_policy_print(f->context, policy, &bytes));
    char *text = calloc(1, secmail_bytes_size(bytes) + 1);
    assert_non_null(text);
    memcpy(text, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    return text;
}

static struct secmail_policy *parse(struct fixture *f, const char *text)
{
    struct secmail_policy *policy;
    assert_ok(f->context,
              secmail_policy_parse(f->context, &policy, (const uint8_t *)text, strlen(text)));
    return policy;
}

/* One rule a line; the same rules whatever the reference time; read, it is the same policy. */
static void printed(void **state)
{
    struct fixture *f = *state;
    static const int64_t times[] = {FIXTURE_NOW, 1000000000, 0, -1, INT64_MAX, INT64_MIN};
    struct secmail_policy *standard;
    assert_ok(f->context, secmail_policy_standard(f->context, &standard));
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct secmail_policy *then;
        assert_ok(f->context, secmail_policy_at(f->context, standard, times[i], &then));
        char *text = print(f, then);
        struct secmail_policy *again = parse(f, text);
        char *twice = print(f, again);
        assert_string_equal(text, twice);
        assert_true(secmail_policy_time(again) == times[i]);
        assert_non_null(strstr(text, "\nhash-of-data SHA256 always\n"));
        assert_non_null(strstr(text, "\nhash-of-data SHA1 until 2013-02-01T00:00:00Z\n"));
        assert_non_null(strstr(text, "\nhash-of-keys SHA1 until 2023-02-01T00:00:00Z\n"));
        assert_non_null(strstr(text, "\nkey RSA 2048 always\n"));
        free(text);
        free(twice);
        secmail_policy_unref(again);
        secmail_policy_unref(then);
    }
    secmail_policy_unref(standard);
}

/* Comments, blanks and case don't matter; later lines replace earlier ones. */
static void parsed(void **state)
{
    struct fixture *f = *state;
    struct secmail_policy *policy = parse(f, "# ours\r\n"
                                             "  Include\tSTANDARD # all of it\n"
                                             "\n"
                                             "time 2024-02-29\n"
                                             "hash-of-data sha256 never\n"
                                             "hash-of-data sha512 until 2030-12-31T23:59:59Z\n"
                                             "hash-of-data sha512 until 2031-01-01\n"
                                             "KEY rsa 4096 until 1000\n"
                                             "format librepgp never");
    char *text = print(f, policy);
    assert_memory_equal(text, "time 2024-02-29T00:00:00Z\n", 26);
    assert_non_null(strstr(text, "\nhash-of-data SHA256 never\n"));
    assert_non_null(strstr(text, "\nhash-of-data SHA512 until 2031-01-01T00:00:00Z\n"));
    assert_non_null(strstr(text, "\nhash-of-keys SHA512 always\n"));
    assert_non_null(strstr(text, "\nkey RSA 4096 until 1970-01-01T00:16:40Z\n"));
    assert_non_null(strstr(text, "\nformat LibrePGP never\n"));
    free(text);
    secmail_policy_unref(policy);
    /* Without the standard rules, there is what is said. */
    policy = parse(f, "cipher AES256 always");
    text = print(f, policy);
    assert_string_equal(text, "time 2026-01-01T00:00:00Z\ncipher AES256 always\n");
    free(text);
    secmail_policy_unref(policy);
}

/* Notations pass through the text form, and through a change of time. */
static void notations(void **state)
{
    struct fixture *f = *state;
    struct secmail_context *x = f->context;
    struct secmail_policy *plain = parse(f, "cipher AES256 always"), *one, *two, *same, *then;
    assert_ok(x, secmail_policy_with_notation(x, plain, "b@example.org", &one));
    assert_ok(x, secmail_policy_with_notation(x, one, "A@example.org", &two));
    assert_ok(x, secmail_policy_with_notation(x, two, "b@example.org", &same));
    assert_ok(x, secmail_policy_at(x, same, 0, &then));
    char *text = print(f, then);
    assert_string_equal(text, "time 1970-01-01T00:00:00Z\ncipher AES256 always\n"
                              "notation b@example.org\nnotation A@example.org\n");
    struct secmail_policy *again = parse(f, text);
    char *text_again = print(f, again);
    assert_string_equal(text, text_again);
    free(text);
    free(text_again);
    static const char *const bad[] = {"", "a b", "a\nb", "a#b", "a\tb"};
    struct secmail_policy *out;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        out = plain;
        assert_code(x, secmail_policy_with_notation(x, plain, bad[i], &out), SECMAIL_E_ARGUMENT);
        assert_null(out);
    }
    char long_name[129];
    memset(long_name, 'n', 128);
    long_name[128] = 0;
    assert_code(x, secmail_policy_with_notation(x, plain, long_name, &out), SECMAIL_E_ARGUMENT);
    assert_code(x, secmail_policy_with_notation(x, plain, NULL, &out), SECMAIL_E_ARGUMENT);
    assert_code(x, secmail_policy_with_notation(x, NULL, "a", &out), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_policy_with_notation(NULL, plain, "a", &out), SECMAIL_E_ARGUMENT);
    long_name[127] = 0;
    assert_ok(x, secmail_policy_with_notation(x, plain, long_name, &out));
    text = print(f, out);
    struct secmail_policy *longest = parse(f, text);
    free(text);
    struct secmail_policy *all[] = {plain, one, two, same, then, again, out, longest};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        secmail_policy_unref(all[i]);
}

#define SIXTEEN "0123456789abcdef"
#define LONG_WORD SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN /* 128 */

static void not_parsed(void **state)
{
    static const struct {
        const char *text, *detail;
    } cases[] = {
        {"", "no rule"},
        {"# nothing\n\n", "no rule"},
        {"time 2026-01-01", "no rule"},
        {"time", "line 1"},
        {"time 2026-02-30", "'time'"},
        {"time 2026-1-1", "'time'"},
        {"time 2026-01-01 2026-01-01", "'time'"},
        {"time 99999999999999999999", "'time'"},
        {"include", "'standard'"},
        {"include everything", "'standard'"},
        {"include standard\nhash SHA1 always", "line 2"},
        {"hash-of-data", "no algorithm"},
        {"hash-of-data SHA9 always", "'SHA9'"},
        {"hash-of-data unknown always", "'unknown'"},
        {"format unknown always", "'unknown'"},
        {"hash-of-data SHA1", "'always'"},
        {"hash-of-data SHA1 sometimes", "'sometimes'"},
        {"hash-of-data SHA1 until", "'always'"},
        {"hash-of-data SHA1 until tomorrow", "'tomorrow'"},
        {"hash-of-data SHA1 until 2026-01-01T00:00:00", "is not a date"},
        {"hash-of-data SHA1 until 2026-01-01x", "is not a date"},
        {"hash-of-data SHA1 always always", "'always'"},
        {"key RSA always", "size in bits"},
        {"key RSA 70000 always", "size in bits"},
        {"key RSA 2048bits always", "size in bits"},
        {"key RSA -1 always", "size in bits"},
        {"notation", "'notation'"},
        {"notation a b", "'notation'"},
        {"notation a@example.org", "no rule"},
        {"a b c d e f", "five words"},
        {"hash-of-data " LONG_WORD " always", "too long"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secmail_policy *policy = (struct secmail_policy *)(uintptr_t)1;
        assert_code(f->context,
                    secmail_policy_parse(f->context, &policy, (const uint8_t *)cases[i].text,
                                         strlen(cases[i].text)),
                    SECMAIL_E_POLICY_TEXT);
        assert_null(policy);
        assert_non_null(strstr(secmail_context_error_detail(f->context), cases[i].detail));
    }
    /* Too many rules, and a NUL in a word. */
    char many[6000] = "";
    for (int i = 0; i < 200; i++)
        snprintf(many + strlen(many), 32, "key RSA %d always\n", i);
    struct secmail_policy *policy;
    assert_code(f->context,
                secmail_policy_parse(f->context, &policy, (const uint8_t *)many, strlen(many)),
                SECMAIL_E_POLICY_TEXT);
    assert_code(f->context,
                secmail_policy_parse(f->context, &policy, (const uint8_t *)"key R\0A 1 always", 17),
                SECMAIL_E_POLICY_TEXT);
    assert_code(f->context, secmail_policy_parse(f->context, &policy, NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_policy_parse(f->context, NULL, NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_policy_parse(NULL, &policy, NULL, 0), SECMAIL_E_ARGUMENT);
}

static void policies_outlive_contexts(void **state)
{
    (void)state;
    struct fixture f;
    struct secmail_policy *standard, *then;
    fixture_init(&f, NULL);
    assert_ok(f.context, secmail_policy_standard(f.context, &standard));
    assert_ok(f.context, secmail_policy_at(f.context, standard, 77, &then));
    secmail_policy_unref(standard);
    assert_ptr_equal(secmail_policy_ref(then), then);
    fixture_done(&f);
    secmail_policy_unref(then);
    assert_int_equal(secmail_policy_time(then), 77);
    secmail_policy_unref(then);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(arguments),
        fixture_test(reference_times),
        fixture_test(printed),
        fixture_test(parsed),
        fixture_test(notations),
        fixture_test(not_parsed),
        cmocka_unit_test(policies_outlive_contexts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
