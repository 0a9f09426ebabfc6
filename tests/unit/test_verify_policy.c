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

/* One rule a line; the same rules whatever the reference time. */
static void printed(void **state)
{
    struct fixture *f = *state;
    struct secmail_policy *standard, *then;
    struct secmail_bytes *a, *b;
    assert_ok(f->context, secmail_policy_standard(f->context, &standard));
    assert_ok(f->context, secmail_policy_at(f->context, standard, 1000000000, &then));
    assert_ok(f->context, secmail_policy_print(f->context, standard, &a));
    assert_ok(f->context, secmail_policy_print(f->context, then, &b));
    char *text = malloc(secmail_bytes_size(a) + 1);
    assert_non_null(text);
    memcpy(text, secmail_bytes_data(a), secmail_bytes_size(a));
    text[secmail_bytes_size(a)] = 0;
    assert_int_equal(strlen(text), secmail_bytes_size(a));
    assert_int_equal(text[strlen(text) - 1], '\n');
    assert_memory_equal(text, "reference time: 2026-01-01 00:00:00 UTC\n", 40);
    assert_non_null(strstr(text, "\nhash of data SHA256: acceptable\n"));
    assert_non_null(
        strstr(text, "\nhash of data SHA1: acceptable before 2013-02-01 00:00:00 UTC\n"));
    assert_non_null(
        strstr(text, "\nhash of keys SHA1: acceptable before 2023-02-01 00:00:00 UTC\n"));
    assert_memory_equal(secmail_bytes_data(b), "reference time: 2001-09-09 01:46:40 UTC\n", 40);
    assert_int_equal(secmail_bytes_size(b), secmail_bytes_size(a));
    assert_memory_equal(secmail_bytes_data(a) + 40, secmail_bytes_data(b) + 40,
                        secmail_bytes_size(a) - 40);
    free(text);
    secmail_bytes_free(a);
    secmail_bytes_free(b);
    secmail_policy_unref(then);
    secmail_policy_unref(standard);
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
        cmocka_unit_test(policies_outlive_contexts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
