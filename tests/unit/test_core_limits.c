/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of limits and its way into a context. */
#include "core/context.h"
#include "fixture.h"

static void defaults_are_the_documented_ones(void **state)
{
    (void)state;
    const uint64_t defaults[SMI_LIMITS] = {
        [SECMAIL_LIMIT_HELD_PLAINTEXT] = 64 << 20,
        [SECMAIL_LIMIT_PLAINTEXT_SIZE] = (uint64_t)1 << 40,
        [SECMAIL_LIMIT_COMPRESSION_RATIO] = 250,
        [SECMAIL_LIMIT_NESTING] = 16,
        [SECMAIL_LIMIT_MESSAGE_PACKETS] = 4096,
        [SECMAIL_LIMIT_PACKET_SIZE] = 8 << 20,
        [SECMAIL_LIMIT_SESSION_KEY_PACKETS] = 1024,
        [SECMAIL_LIMIT_MESSAGE_SIGNATURES] = 64,
        [SECMAIL_LIMIT_CERT_SIGNATURES] = 4096,
        [SECMAIL_LIMIT_CERT_COMPONENTS] = 1024,
        [SECMAIL_LIMIT_RING_CERTS] = 1 << 20,
        [SECMAIL_LIMIT_ARGON2_MEMORY_KIB] = 2 << 20,
        [SECMAIL_LIMIT_ARGON2_WORK] = 4 << 20,
        [SECMAIL_LIMIT_PASSWORD_TRIES] = 16,
        [SECMAIL_LIMIT_HIDDEN_RECIPIENT_TRIES] = 64,
        [SECMAIL_LIMIT_ARMOR_HEADER_SIZE] = 64 << 10,
        [SECMAIL_LIMIT_REPORT_ENTRIES] = 500000,
    };
    struct secmail_limits *limits;
    assert_int_equal(secmail_limits_new(&limits), 0);
    for (uint32_t i = 1; i < SMI_LIMITS; i++) {
        uint64_t of_table = 0, of_null = 0;
        assert_int_equal(secmail_limits_get(limits, i, &of_table), 0);
        assert_int_equal(secmail_limits_get(NULL, i, &of_null), 0);
        assert_int_equal(of_table, defaults[i]);
        assert_int_equal(of_null, defaults[i]);
    }
    secmail_limits_free(limits);
}

static void a_limit_can_be_set_over_the_whole_range(void **state)
{
    (void)state;
    struct secmail_limits *limits;
    uint64_t value;
    assert_int_equal(secmail_limits_new(&limits), 0);
    const uint64_t values[] = {0, 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assert_int_equal(secmail_limits_set(limits, SECMAIL_LIMIT_NESTING, values[i]), 0);
        assert_int_equal(secmail_limits_get(limits, SECMAIL_LIMIT_NESTING, &value), 0);
        assert_int_equal(value, values[i]);
    }
    assert_int_equal(secmail_limits_get(limits, SECMAIL_LIMIT_PASSWORD_TRIES, &value), 0);
    assert_int_equal(value, 16); /* its neighbours are left alone */
    secmail_limits_free(limits);
}

static void unknown_limits_are_refused(void **state)
{
    (void)state;
    const uint32_t unknown[] = {0, SMI_LIMITS, UINT32_MAX};
    struct secmail_limits *limits;
    assert_int_equal(secmail_limits_new(&limits), 0);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        uint64_t value = 77;
        assert_int_equal(secmail_limits_set(limits, unknown[i], 1), SECMAIL_E_ARGUMENT);
        assert_int_equal(secmail_limits_get(limits, unknown[i], &value), SECMAIL_E_ARGUMENT);
        assert_int_equal(value, 77);
        assert_null(secmail_limit_name(unknown[i]));
    }
    secmail_limits_free(limits);
}

static void null_arguments_are_refused(void **state)
{
    (void)state;
    assert_int_equal(secmail_limits_new(NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_limits_set(NULL, SECMAIL_LIMIT_NESTING, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_limits_get(NULL, SECMAIL_LIMIT_NESTING, NULL), SECMAIL_E_ARGUMENT);
    secmail_limits_free(NULL);
}

static void each_limit_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (uint32_t i = 1; i < SMI_LIMITS; i++) {
        assert_non_null(secmail_limit_name(i));
        for (uint32_t j = 1; j < i; j++)
            assert_string_not_equal(secmail_limit_name(i), secmail_limit_name(j));
    }
    assert_string_equal(secmail_limit_name(SECMAIL_LIMIT_ARGON2_MEMORY_KIB), "argon2-memory-kib");
}

static void a_context_copies_its_limits(void **state)
{
    const struct fixture *f = *state;
    struct secmail_limits *limits;
    assert_int_equal(secmail_limits_new(&limits), 0);
    assert_int_equal(secmail_limits_set(limits, SECMAIL_LIMIT_NESTING, 3), 0);
    assert_int_equal(secmail_context_set_limits(f->context, limits), 0);
    secmail_limits_free(limits);
    assert_int_equal(smi_limit(f->context, SECMAIL_LIMIT_NESTING), 3);
    assert_int_equal(secmail_context_set_limits(f->context, NULL), 0);
    assert_int_equal(smi_limit(f->context, SECMAIL_LIMIT_NESTING), 16);
    assert_int_equal(secmail_context_set_limits(NULL, NULL), SECMAIL_E_ARGUMENT);
}

static void each_limit_has_an_error_of_its_own(void **state)
{
    const struct fixture *f = *state;
    int codes[SMI_LIMITS] = {0};
    for (uint32_t i = 1; i < SMI_LIMITS; i++) {
        assert_true(smi_enter(f->context));
        codes[i] = smi_over_limit(f->context, i);
        assert_int_equal(secmail_context_error_code(f->context), codes[i]);
        assert_int_equal(strncmp(secmail_error_name(codes[i]), "SECMAIL_E_LIMIT_", 16), 0);
        assert_non_null(strstr(secmail_context_error_detail(f->context), secmail_limit_name(i)));
        for (uint32_t j = 1; j < i; j++)
            assert_int_not_equal(codes[i], codes[j]);
    }
    assert_int_equal(codes[SECMAIL_LIMIT_NESTING], SECMAIL_E_LIMIT_NESTING);
}

static void the_detail_names_the_value(void **state)
{
    const struct fixture *f = *state;
    struct secmail_limits *limits;
    assert_int_equal(secmail_limits_new(&limits), 0);
    assert_int_equal(secmail_limits_set(limits, SECMAIL_LIMIT_PASSWORD_TRIES, 4711), 0);
    assert_int_equal(secmail_context_set_limits(f->context, limits), 0);
    secmail_limits_free(limits);
    smi_over_limit(f->context, SECMAIL_LIMIT_PASSWORD_TRIES);
    assert_non_null(strstr(secmail_context_error_detail(f->context), "4711"));
}

/* ---------------------------------------------------------------- text */

static char *print(struct fixture *f, const struct secmail_limits *limits)
{
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_limits_print(f->context, limits, &bytes));
    char *text = calloc(1, secmail_bytes_size(bytes) + 1);
    assert_non_null(text);
    memcpy(text, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    return text;
}

static struct secmail_limits *parse(struct fixture *f, const char *text)
{
    struct secmail_limits *limits;
    assert_ok(f->context,
              secmail_limits_parse(f->context, &limits, (const uint8_t *)text, strlen(text)));
    return limits;
}

static void text_is_read_as_it_is_written(void **state)
{
    struct fixture *f = *state;
    struct secmail_limits *limits = parse(f, "# ours\r\n\n  nesting\t4 # few\n"
                                             "plaintext-size unlimited\n"
                                             "packet-size 18446744073709551614\nnesting 5");
    uint64_t value;
    assert_int_equal(secmail_limits_get(limits, SECMAIL_LIMIT_NESTING, &value), 0);
    assert_int_equal(value, 5);
    assert_int_equal(secmail_limits_get(limits, SECMAIL_LIMIT_PLAINTEXT_SIZE, &value), 0);
    assert_true(value == UINT64_MAX);
    assert_int_equal(secmail_limits_get(limits, SECMAIL_LIMIT_PACKET_SIZE, &value), 0);
    assert_true(value == UINT64_MAX - 1);
    char *text = print(f, limits), *defaults = print(f, NULL);
    assert_non_null(strstr(text, "\nplaintext-size unlimited\n"));
    assert_non_null(strstr(defaults, "\nnesting 16\n"));
    struct secmail_limits *again = parse(f, text);
    char *twice = print(f, again);
    assert_string_equal(text, twice);
    secmail_limits_free(again);
    again = parse(f, "");
    free(twice);
    twice = print(f, again);
    assert_string_equal(defaults, twice);
    secmail_limits_free(again);
    secmail_limits_free(limits);
    free(twice);
    free(text);
    free(defaults);
}

static void what_is_no_text_of_limits(void **state)
{
    static const char *const cases[] = {"nest 4",
                                        "nesting",
                                        "nesting many",
                                        "nesting 4 5",
                                        "nesting -1",
                                        "nesting 4k",
                                        "nesting 0x4",
                                        "nesting 18446744073709551615",
                                        "nesting 99999999999999999999",
                                        "Nesting 4"};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secmail_limits *limits = (struct secmail_limits *)(uintptr_t)1;
        char text[80];
        snprintf(text, sizeof text, "\n%s\n", cases[i]);
        assert_code(f->context,
                    secmail_limits_parse(f->context, &limits, (const uint8_t *)text, strlen(text)),
                    SECMAIL_E_LIMITS_TEXT);
        assert_null(limits);
        assert_non_null(strstr(secmail_context_error_detail(f->context), "line 2"));
    }
    struct secmail_limits *limits;
    struct secmail_bytes *bytes;
    assert_code(f->context, secmail_limits_parse(f->context, &limits, NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_limits_parse(f->context, NULL, NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_limits_parse(NULL, &limits, NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_limits_print(NULL, NULL, &bytes), SECMAIL_E_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_the_documented_ones),
        cmocka_unit_test(a_limit_can_be_set_over_the_whole_range),
        cmocka_unit_test(unknown_limits_are_refused),
        cmocka_unit_test(null_arguments_are_refused),
        cmocka_unit_test(each_limit_has_a_name_of_its_own),
        fixture_test(a_context_copies_its_limits),
        fixture_test(each_limit_has_an_error_of_its_own),
        fixture_test(the_detail_names_the_value),
        fixture_test(text_is_read_as_it_is_written),
        fixture_test(what_is_no_text_of_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
