/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Version and feature query. */
#include "fixture.h"

static void version_text_and_number_agree(void **state)
{
    (void)state;
    unsigned major, minor, patch;
    char rest;
    assert_int_equal(sscanf(secmail_version(), "%u.%u.%u%c", &major, &minor, &patch, &rest), 3);
    assert_int_equal(major * 10000 + minor * 100 + patch, SECMAIL_VERSION_NUMBER);
    assert_int_equal(secmail_version_number(), SECMAIL_VERSION_NUMBER);
}

static void core_is_a_feature(void **state)
{
    (void)state;
    assert_int_equal(secmail_feature_supported("core"), 1);
}

static void unknown_features_are_not_supported(void **state)
{
    (void)state;
    assert_int_equal(secmail_feature_supported(NULL), 0);
    assert_int_equal(secmail_feature_supported(""), 0);
    assert_int_equal(secmail_feature_supported("cor"), 0);
    assert_int_equal(secmail_feature_supported("core "), 0);
    assert_int_equal(secmail_feature_supported("CORE"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_text_and_number_agree),
        cmocka_unit_test(core_is_a_feature),
        cmocka_unit_test(unknown_features_are_not_supported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
