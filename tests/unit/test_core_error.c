/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The registry of error codes. */
#include "fixture.h"

static void success_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(secmail_error_name(SECMAIL_OK), "SECMAIL_OK");
    assert_non_null(secmail_error_meaning(SECMAIL_OK));
    assert_non_null(secmail_error_remedy(SECMAIL_OK));
}

static void positive_statuses_count_as_success(void **state)
{
    (void)state;
    assert_string_equal(secmail_error_name(SECMAIL_NEEDS_ROOM), "SECMAIL_OK");
    assert_string_equal(secmail_error_name(INT32_MAX), "SECMAIL_OK");
    assert_string_equal(secmail_error_meaning(1), secmail_error_meaning(0));
    assert_string_equal(secmail_error_remedy(1), secmail_error_remedy(0));
}

static void known_codes_have_their_names(void **state)
{
    (void)state;
    assert_string_equal(secmail_error_name(SECMAIL_E_NOMEM), "SECMAIL_E_NOMEM");
    assert_string_equal(secmail_error_name(SECMAIL_E_ARGUMENT), "SECMAIL_E_ARGUMENT");
    assert_string_equal(secmail_error_name(SECMAIL_E_LIMIT_NESTING), "SECMAIL_E_LIMIT_NESTING");
    assert_string_equal(secmail_error_meaning(SECMAIL_E_NOMEM), "Memory could not be allocated.");
}

static void unknown_codes_have_nothing(void **state)
{
    (void)state;
    const int unknown[] = {-99, -99999, INT32_MIN};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        assert_null(secmail_error_name(unknown[i]));
        assert_null(secmail_error_meaning(unknown[i]));
        assert_null(secmail_error_remedy(unknown[i]));
    }
}

static bool is_sentence(const char *text)
{
    const size_t size = strlen(text);
    return size > 3 && text[size - 1] == '.' && !strchr(text, '\n');
}

static void the_walk_meets_each_code_once(void **state)
{
    (void)state;
    size_t count = 0;
    int last = 0;
    for (int code; (code = secmail_error_at(count)) != 0; count++) {
        assert_true(code < last); /* sorted, hence none twice */
        last = code;
        assert_int_equal(strncmp(secmail_error_name(code), "SECMAIL_E_", 10), 0);
        assert_true(is_sentence(secmail_error_meaning(code)));
        assert_true(is_sentence(secmail_error_remedy(code)));
    }
    assert_true(count > 20);
    assert_int_equal(secmail_error_at(count + 1), 0);
    assert_int_equal(secmail_error_at(SIZE_MAX), 0);
    assert_int_equal(secmail_error_at(0), SECMAIL_E_NOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(success_has_a_name),
        cmocka_unit_test(positive_statuses_count_as_success),
        cmocka_unit_test(known_codes_have_their_names),
        cmocka_unit_test(unknown_codes_have_nothing),
        cmocka_unit_test(the_walk_meets_each_code_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
