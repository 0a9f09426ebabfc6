/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* UTF-8 of secmail-sop: RFC 3629 section 4, without control characters. */
#include "fixture.h"
#include "utf8.h"

static void characters_are_measured(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
    } good[] = {
        {" ", 1},
        {"~", 1},
        {"\xc2\xa0", 2},
        {"\xdf\xbf", 2},
        {"\xe0\xa0\x80", 3},
        {"\xed\x9f\xbf", 3},
        {"\xee\x80\x80", 3},
        {"\xef\xbf\xbf", 3},
        {"\xf0\x90\x80\x80", 4},
        {"\xf4\x8f\xbf\xbf", 4},
        {"ab", 1},
        {"\xc3\xa4x", 2},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const uint8_t *p = (const uint8_t *)good[i].text;
        assert_int_equal(utf8_printable(p, strlen(good[i].text)), good[i].length);
    }
}

static void other_bytes_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x01",
        "\x1f",
        "\n",
        "\x7f",
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xc2",
        "\xc2\x80",
        "\xc2\x9f",
        "\xc2\x41",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xe1\x80",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xe1\x80\x41",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf0\x90\x80",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xff",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(utf8_printable((const uint8_t *)bad[i], strlen(bad[i])), 0);
    assert_int_equal(utf8_printable((const uint8_t *)"", 1), 0);
    assert_int_equal(utf8_printable(NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_are_measured),
        cmocka_unit_test(other_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
