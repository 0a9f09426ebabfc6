/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The context: construction, its callbacks, and the place of the last error. */
#include "core/context.h"
#include "torture.h"

#include <time.h>

static void a_context_is_made_and_freed(void **state)
{
    (void)state;
    struct secmail_context *context = NULL;
    assert_int_equal(secmail_context_new(&context), 0);
    assert_non_null(context);
    assert_int_equal(secmail_context_error_code(context), 0);
    assert_string_equal(secmail_context_error_detail(context), "");
    secmail_context_free(context);
    secmail_context_free(NULL);
}

static void a_missing_out_is_an_argument_error(void **state)
{
    (void)state;
    assert_int_equal(secmail_context_new(NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_context_new_with_allocator(NULL, NULL), SECMAIL_E_ARGUMENT);
}

static void expect_refused(const struct secmail_allocator *allocator)
{
    struct secmail_context *context = (struct secmail_context *)(uintptr_t)1;
    assert_int_equal(secmail_context_new_with_allocator(&context, allocator), SECMAIL_E_ARGUMENT);
    assert_null(context);
}

static void incomplete_allocators_are_refused(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    struct secmail_allocator a = t.allocator;
    a.size = sizeof a - 1;
    expect_refused(&a);
    a.size = sizeof a + 1;
    expect_refused(&a);
    a.size = 0;
    expect_refused(&a);
    a = t.allocator;
    a.alloc = NULL;
    expect_refused(&a);
    a = t.allocator;
    a.realloc = NULL;
    expect_refused(&a);
    a = t.allocator;
    a.free = NULL;
    expect_refused(&a);
    assert_int_equal(t.count, 0);
}

static void all_memory_comes_from_the_host(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    struct secmail_allocator copied = t.allocator;
    struct secmail_context *context;
    assert_int_equal(secmail_context_new_with_allocator(&context, &copied), 0);
    memset(&copied, 0, sizeof copied); /* it was copied */
    assert_true(t.live_blocks > 0);
    secmail_context_free(context);
    assert_int_equal(t.live_blocks, 0);
    assert_int_equal(t.live_bytes, 0);
}

static void the_clock_can_be_replaced_and_restored(void **state)
{
    struct fixture *f = *state;
    f->now = -5;
    assert_int_equal(secmail_context_now(f->context), -5);
    assert_int_equal(smi_now(f->context), -5);
    f->now = INT64_MAX;
    assert_int_equal(secmail_context_now(f->context), INT64_MAX);
    assert_ok(f->context, secmail_context_set_clock(f->context, NULL, f));
    const int64_t before = (int64_t)time(NULL);
    const int64_t now = secmail_context_now(f->context);
    assert_true(now >= before && now <= (int64_t)time(NULL));
    assert_int_equal(secmail_context_now(NULL), 0);
    assert_int_equal(secmail_context_set_clock(NULL, fixture_clock, f), SECMAIL_E_ARGUMENT);
}

static void the_random_generator_can_be_replaced_and_restored(void **state)
{
    struct fixture *f = *state;
    uint8_t a[32], b[32];
    f->seed = 7;
    assert_ok(f->context, smi_random(f->context, a, sizeof a));
    f->seed = 7;
    assert_ok(f->context, smi_random(f->context, b, sizeof b));
    assert_memory_equal(a, b, sizeof a);
    assert_ok(f->context, secmail_context_set_random(f->context, NULL, NULL));
    assert_ok(f->context, smi_random(f->context, a, sizeof a));
    assert_ok(f->context, smi_random(f->context, b, sizeof b));
    assert_memory_not_equal(a, b, sizeof a);
    assert_int_equal(secmail_context_set_random(NULL, fixture_random, f), SECMAIL_E_ARGUMENT);
}

static int failing_random(void *user, uint8_t *out, size_t size)
{
    (void)user;
    memset(out, 'x', size);
    return 1;
}

static void a_failing_generator_is_an_error_and_gives_nothing(void **state)
{
    struct fixture *f = *state;
    uint8_t out[8];
    assert_ok(f->context, secmail_context_set_random(f->context, failing_random, NULL));
    assert_int_equal(smi_random(f->context, out, sizeof out), SECMAIL_E_RANDOM);
    assert_memory_equal(out, "\0\0\0\0\0\0\0\0", 8);
    assert_int_equal(secmail_context_error_code(f->context), SECMAIL_E_RANDOM);
    assert_string_not_equal(secmail_context_error_detail(f->context), "");
}

struct journal {
    uint32_t level;
    char line[1000];
    unsigned count;
};

static void write_journal(void *user, uint32_t level, const char *line)
{
    struct journal *j = user;
    j->level = level;
    j->count++;
    snprintf(j->line, sizeof j->line, "%s", line);
}

static void log_lines_reach_the_host(void **state)
{
    struct fixture *f = *state;
    struct journal j = {0};
    smi_log(f->context, SECMAIL_LOG_WARNING, "nobody listens");
    assert_ok(f->context, secmail_context_set_log(f->context, write_journal, &j));
    smi_log(f->context, SECMAIL_LOG_WARNING, "packet %d is\nold", 3);
    assert_int_equal(j.count, 1);
    assert_int_equal(j.level, SECMAIL_LOG_WARNING);
    assert_string_equal(j.line, "packet 3 is?old");
    assert_ok(f->context, secmail_context_set_log(f->context, NULL, NULL));
    smi_log(f->context, SECMAIL_LOG_INFO, "nobody listens");
    assert_int_equal(j.count, 1);
    assert_int_equal(secmail_context_set_log(NULL, write_journal, &j), SECMAIL_E_ARGUMENT);
}

static void the_first_error_wins(void **state)
{
    const struct fixture *f = *state;
    assert_true(smi_enter(f->context));
    assert_int_equal(smi_fail(f->context, SECMAIL_E_MALFORMED, "inner %s", "reason"),
                     SECMAIL_E_MALFORMED);
    assert_int_equal(smi_fail(f->context, SECMAIL_E_STATE, "outer"), SECMAIL_E_STATE);
    assert_int_equal(smi_nomem(f->context), SECMAIL_E_NOMEM);
    assert_int_equal(secmail_context_error_code(f->context), SECMAIL_E_MALFORMED);
    assert_string_equal(secmail_context_error_detail(f->context), "inner reason");
}

static void the_next_call_forgets_the_error(void **state)
{
    const struct fixture *f = *state;
    smi_fail(f->context, SECMAIL_E_MALFORMED, "old");
    assert_true(smi_enter(f->context));
    assert_int_equal(secmail_context_error_code(f->context), 0);
    assert_string_equal(secmail_context_error_detail(f->context), "");
    smi_fail(f->context, SECMAIL_E_STATE, "new");
    assert_string_equal(secmail_context_error_detail(f->context), "new");
    smi_recover(f->context);
    assert_int_equal(secmail_context_error_code(f->context), 0);
    assert_false(smi_enter(NULL));
}

static void without_a_detail_the_meaning_stands_in(void **state)
{
    const struct fixture *f = *state;
    smi_nomem(f->context);
    assert_string_equal(secmail_context_error_detail(f->context),
                        secmail_error_meaning(SECMAIL_E_NOMEM));
    smi_enter(f->context);
    smi_fail(f->context, -99999, NULL);
    assert_string_equal(secmail_context_error_detail(f->context), "");
}

static const char *detail_of(struct secmail_context *context, const char *text)
{
    smi_enter(context);
    smi_fail(context, SECMAIL_E_MALFORMED, "%s", text);
    return secmail_context_error_detail(context);
}

static void a_detail_has_no_control_characters(void **state)
{
    struct secmail_context *c = ((const struct fixture *)*state)->context;
    assert_string_equal(detail_of(c, "a\nb\rc\td\033[1me\177f"), "a?b?c?d?[1me?f");
    assert_string_equal(detail_of(c, "\x01\x1f"), "??");
    assert_string_equal(detail_of(c, "a\xc2\x85"
                                     "b\xc2\x9b"
                                     "c"),
                        "a??b??c"); /* C1: NEL, CSI */
    assert_string_equal(detail_of(c, "a\xe2\x80\xa8"
                                     "b"),
                        "a???b"); /* LINE SEPARATOR */
    assert_string_equal(detail_of(c, "a\xe2\x80\xae"
                                     "b"),
                        "a???b"); /* right-to-left override */
}

static void a_detail_keeps_text_of_all_scripts(void **state)
{
    struct secmail_context *c = ((const struct fixture *)*state)->context;
    const char *const texts[] = {"Zoë Müller",       "山田",         "\xc2\xa0",
                                 "\xf0\x9f\x94\x91", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf",
                                 "\xed\x9f\xbf"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_string_equal(detail_of(c, texts[i]), texts[i]);
}

static void a_detail_is_always_utf8(void **state)
{
    struct secmail_context *c = ((const struct fixture *)*state)->context;
    assert_string_equal(detail_of(c, "M\xfcller"), "M?ller");      /* Latin-1 */
    assert_string_equal(detail_of(c, "\xc0\xaf"), "??");           /* overlong */
    assert_string_equal(detail_of(c, "\xe0\x80\xaf"), "???");      /* overlong */
    assert_string_equal(detail_of(c, "\xed\xa0\x80"), "???");      /* a surrogate */
    assert_string_equal(detail_of(c, "\xf4\x90\x80\x80"), "????"); /* past U+10FFFF */
    assert_string_equal(detail_of(c, "\xf0\x9f\x94"), "???");      /* cut */
    assert_string_equal(detail_of(c, "\x80\xbf\xff"), "???");
}

static void a_long_detail_is_cut_between_characters(void **state)
{
    struct secmail_context *c = ((const struct fixture *)*state)->context;
    char text[3 * SMI_DETAIL_SIZE + 2] = "x";
    for (size_t i = 0; i < SMI_DETAIL_SIZE; i++)
        memcpy(text + 1 + 3 * i, "\xe5\xb1\xb1", 4);
    const char *detail = detail_of(c, text);
    assert_true(strlen(detail) < SMI_DETAIL_SIZE);
    assert_true(strlen(detail) > SMI_DETAIL_SIZE - 8);
    assert_null(strchr(detail, '?'));
    assert_int_equal((strlen(detail) - 1) % 3, 0);
    assert_memory_equal(detail, text, strlen(detail));
}

static void the_error_of_no_context_is_empty(void **state)
{
    (void)state;
    assert_string_equal(secmail_context_error_detail(NULL), "");
    assert_int_equal(secmail_context_error_code(NULL), 0);
}

static void dates_are_utc(void **state)
{
    (void)state;
    char text[32];
    assert_string_equal(smi_date(0, text), "1970-01-01 00:00:00 UTC");
    assert_string_equal(smi_date(FIXTURE_NOW, text), "2026-01-01 00:00:00 UTC");
    assert_string_equal(smi_date(4294967295, text), "2106-02-07 06:28:15 UTC");
    assert_string_equal(smi_date(-1, text), "1969-12-31 23:59:59 UTC");
    assert_string_equal(smi_date(INT64_MAX, text), "9223372036854775807");
    assert_string_equal(smi_date(INT64_MIN, text), "-9223372036854775808");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_context_is_made_and_freed),
        cmocka_unit_test(a_missing_out_is_an_argument_error),
        cmocka_unit_test(incomplete_allocators_are_refused),
        cmocka_unit_test(all_memory_comes_from_the_host),
        fixture_test(the_clock_can_be_replaced_and_restored),
        fixture_test(the_random_generator_can_be_replaced_and_restored),
        fixture_test(a_failing_generator_is_an_error_and_gives_nothing),
        fixture_test(log_lines_reach_the_host),
        fixture_test(the_first_error_wins),
        fixture_test(the_next_call_forgets_the_error),
        fixture_test(without_a_detail_the_meaning_stands_in),
        fixture_test(a_detail_has_no_control_characters),
        fixture_test(a_detail_keeps_text_of_all_scripts),
        fixture_test(a_detail_is_always_utf8),
        fixture_test(a_long_detail_is_cut_between_characters),
        cmocka_unit_test(the_error_of_no_context_is_empty),
        cmocka_unit_test(dates_are_utc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
