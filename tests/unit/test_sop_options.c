/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The option parser of secmail-sop. */
#include "fixture.h"
#include "options.h"

enum { ACCEPTED = OPTION(OPT_AS) | OPTION(OPT_NO_ARMOR) | OPTION(OPT_WITH_PASSWORD) };

/* What is told on standard error belongs to the tests of the program. */
static int silence(void **state)
{
    (void)state;
    return freopen("/dev/null", "w", stderr) ? 0 : -1;
}

/* Parses words that are separated by blanks. */
static int parse(const char *line, struct arguments *args, char *room)
{
    static char *words[16];
    int count = 0;
    const struct sop sop = {.command = "test"};
    memcpy(room, line, strlen(line) + 1);
    for (char *p = room; *p;) {
        words[count++] = p;
        p += strcspn(p, " ");
        if (*p)
            *p++ = '\0';
    }
    return options_parse(&sop, ACCEPTED, count, words, args);
}

static void values_come_in_both_forms(void **state)
{
    (void)state;
    struct arguments args;
    char room[128];
    assert_int_equal(
        parse("--as=text a --with-password p1 --no-armor b --with-password=p2", &args, room), 0);
    assert_string_equal(options_value(&args, OPT_AS), "text");
    assert_true(options_has(&args, OPT_NO_ARMOR));
    assert_false(options_has(&args, OPT_DEBUG));
    assert_int_equal(args.operand_count, 2);
    assert_string_equal(args.operands[0], "a");
    assert_string_equal(args.operands[1], "b");
    size_t cursor = 0;
    assert_string_equal(options_next(&args, OPT_WITH_PASSWORD, &cursor), "p1");
    assert_string_equal(options_next(&args, OPT_WITH_PASSWORD, &cursor), "p2");
    assert_null(options_next(&args, OPT_WITH_PASSWORD, &cursor));
    assert_int_equal(options_count(&args, OPT_WITH_PASSWORD), 2);
    options_free(&args);
}

static void two_dashes_end_the_options(void **state)
{
    (void)state;
    struct arguments args;
    char room[128];
    assert_int_equal(parse("--no-armor -- --as=text -- -", &args, room), 0);
    assert_false(options_has(&args, OPT_AS));
    assert_int_equal(args.operand_count, 3);
    assert_string_equal(args.operands[0], "--as=text");
    assert_string_equal(args.operands[1], "--");
    assert_string_equal(args.operands[2], "-");
    options_free(&args);
}

static void an_empty_value_is_a_value(void **state)
{
    (void)state;
    struct arguments args;
    char room[128];
    assert_int_equal(parse("--as=", &args, room), 0);
    assert_string_equal(options_value(&args, OPT_AS), "");
    options_free(&args);
}

static void wrong_command_lines_have_their_codes(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int code;
    } wrong[] = {
        {"--frob", SOP_UNSUPPORTED_OPTION},
        {"--a=text", SOP_UNSUPPORTED_OPTION},
        {"--ass=text", SOP_UNSUPPORTED_OPTION},
        {"--=text", SOP_UNSUPPORTED_OPTION},
        {"-x", SOP_UNSUPPORTED_OPTION},
        {"-as=text", SOP_UNSUPPORTED_OPTION},
        {"--no-armor=yes", SOP_UNSUPPORTED_OPTION},
        {"--micalg-out=x", SOP_UNSUPPORTED_OPTION}, /* an option, but not of this subcommand */
        {"--as", SOP_MISSING_ARG},
        {"--as=text --as=text", SOP_INCOMPATIBLE_OPTIONS},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct arguments args;
        char room[128];
        const int code = parse(wrong[i].line, &args, room);
        if (code != wrong[i].code)
            fail_msg("%s gave %d", wrong[i].line, code);
        options_free(&args);
    }
}

static void choices_are_words_of_a_list(void **state)
{
    (void)state;
    static const struct choice choices[] = {{"binary", 7}, {"text", 9}, {NULL, 0}};
    const struct sop sop = {.command = "test"};
    struct arguments args;
    char room[128];
    uint32_t value = 3;
    assert_int_equal(parse("x", &args, room), 0);
    assert_int_equal(options_choose(&sop, &args, OPT_AS, choices, 37, &value), 0);
    assert_int_equal(value, 3);
    options_free(&args);
    assert_int_equal(parse("--as=text", &args, room), 0);
    assert_int_equal(options_choose(&sop, &args, OPT_AS, choices, 37, &value), 0);
    assert_int_equal(value, 9);
    options_free(&args);
    assert_int_equal(parse("--as=tex", &args, room), 0);
    assert_int_equal(options_choose(&sop, &args, OPT_AS, choices, 37, &value), 37);
    assert_int_equal(value, 9);
    options_free(&args);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_in_both_forms),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(an_empty_value_is_a_value),
        cmocka_unit_test(wrong_command_lines_have_their_codes),
        cmocka_unit_test(choices_are_words_of_a_list),
    };
    return cmocka_run_group_tests(tests, silence, NULL);
}
