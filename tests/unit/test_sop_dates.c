/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DATE of secmail-sop: what is one, what isn't, and which second it is. */
#include "dates.h"
#include "fixture.h"

static const struct {
    const char *text;
    int64_t time;
} good[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"2026-01-01T00:00:00Z", 1767225600},
    {"2026-01-01", 1767225600},
    {"2026-01-01T00:00Z", 1767225600},
    {"2026-01-01T00:00:00", 1767225600},
    {"2026-01-01T00:00:00.75Z", 1767225600},
    {"20260101T000000Z", 1767225600},
    {"20260101T0000Z", 1767225600},
    {"20260101", 1767225600},
    {"2026-01-01T01:00:00+01:00", 1767225600},
    {"2026-01-01T01:30:00+0130", 1767225600},
    {"2025-12-31T19:00:00-05", 1767225600},
    {"2024-02-29T12:00:00Z", 1709208000},
    {"2016-12-31T23:59:60Z", 1483228800},
    {"9999-12-31T23:59:59Z", 253402300799},
};

static void dates_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t time = -1;
        if (!date_parse(good[i].text, &time))
            fail_msg("%s is not read", good[i].text);
        if (time != good[i].time)
            fail_msg("%s is read as %lld", good[i].text, (long long)time);
    }
}

static const char *const bad[] = {
    "",
    "-",
    "now",
    "2026",
    "2026-01",
    "2026-1-1",
    "2026-13-01",
    "2026-00-10",
    "2026-02-29",
    "2026-04-31",
    "2026-01-32",
    "1969-12-31",
    "2026-01-01T",
    "2026-01-01 00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:61Z",
    "2026-01-01T00:00:00.Z",
    "2026-01-01T00:00:00ZZ",
    "2026-01-01T00:00:00+1",
    "2026-01-01T00:00:00+24:00",
    "2026-01-01T00:00:00+01:0",
    "2026-01-01T0000Z",
    "20260101T00:00Z",
    "2026-01-01T00:00:00Z ",
    " 2026-01-01",
};

static void other_texts_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t time;
        if (date_parse(bad[i], &time))
            fail_msg("\"%s\" is read as %lld", bad[i], (long long)time);
    }
}

static void dates_are_written(void **state)
{
    (void)state;
    char text[DATE_SIZE];
    date_format(0, text);
    assert_string_equal(text, "1970-01-01T00:00:00Z");
    date_format(UINT32_MAX, text);
    assert_string_equal(text, "2106-02-07T06:28:15Z");
    date_format(INT64_MAX, text);
    assert_string_equal(text, "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_read),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(dates_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
