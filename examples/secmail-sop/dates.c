/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ISO 8601, the part of it that people write: a date with or without a time, in the extended
 * (2026-01-01T12:00:00+01:00) or the basic form (20260101T120000Z), seconds and zone left out or
 * not.
 */
#include "dates.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Takes exactly `count` digits whose value is between `least` and `most`. */
static bool number(const char **p, int count, int least, int most, int *out)
{
    int value = 0;
    for (int i = 0; i < count; i++, (*p)++) {
        if (**p < '0' || **p > '9')
            return false;
        value = value * 10 + (**p - '0');
    }
    *out = value;
    return value >= least && value <= most;
}

static bool literal(const char **p, char c)
{
    if (**p != c)
        return false;
    (*p)++;
    return true;
}

/* What stands between two numbers: the separator in the extended form, nothing in the basic one. */
static bool separator(const char **p, bool extended, char c)
{
    return !extended || literal(p, c);
}

static bool parse_day(const char **p, struct tm *day, bool *extended)
{
    if (!number(p, 4, 1970, 9999, &day->tm_year))
        return false;
    *extended = **p == '-';
    if (!separator(p, *extended, '-') || !number(p, 2, 1, 12, &day->tm_mon) ||
        !separator(p, *extended, '-') || !number(p, 2, 1, 31, &day->tm_mday))
        return false;
    day->tm_year -= 1900;
    day->tm_mon -= 1;
    struct tm normal = *day; /* timegm() turns the 30th of February into a day of March */
    timegm(&normal);
    return normal.tm_mday == day->tm_mday;
}

static bool parse_time(const char **p, struct tm *day, bool extended)
{
    if (!number(p, 2, 0, 23, &day->tm_hour) || !separator(p, extended, ':') ||
        !number(p, 2, 0, 59, &day->tm_min))
        return false;
    const bool seconds = extended ? literal(p, ':') : **p >= '0' && **p <= '9';
    if (seconds && !number(p, 2, 0, 60, &day->tm_sec))
        return false;
    if (!seconds || !literal(p, '.'))
        return true;
    const size_t digits = strspn(*p, "0123456789"); /* fractions don't matter here */
    *p += digits;
    return digits > 0;
}

/* Seconds that local time is ahead of UTC. */
static bool parse_zone(const char **p, int *ahead)
{
    *ahead = 0;
    if (!**p || literal(p, 'Z'))
        return true;
    const int sign = **p == '-' ? -1 : 1;
    int hours = 0;
    int minutes = 0;
    if ((!literal(p, '+') && !literal(p, '-')) || !number(p, 2, 0, 23, &hours))
        return false;
    literal(p, ':');
    if (**p && !number(p, 2, 0, 59, &minutes))
        return false;
    *ahead = sign * (hours * 60 + minutes) * 60;
    return true;
}

bool date_parse(const char *text, int64_t *out)
{
    struct tm day = {0};
    bool extended;
    int ahead = 0;
    const char *p = text;
    if (!parse_day(&p, &day, &extended))
        return false;
    if (*p && (!literal(&p, 'T') || !parse_time(&p, &day, extended) || !parse_zone(&p, &ahead)))
        return false;
    *out = (int64_t)timegm(&day) - ahead;
    return !*p;
}

void date_format(int64_t time, char out[DATE_SIZE])
{
    const time_t seconds = (time_t)time;
    struct tm day;
    if (!gmtime_r(&seconds, &day) || !strftime(out, DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", &day))
        snprintf(out, DATE_SIZE, "-");
}
