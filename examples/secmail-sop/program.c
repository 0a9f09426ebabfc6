/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way from a command line to a subcommand. */
#include "program.h"

#include "../closed_streams.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct program {
    const struct subcommand *table;
    size_t count;
};

static const struct subcommand *find(const struct program *program, const char *name)
{
    for (size_t i = 0; i < program->count; i++) {
        if (strcmp(program->table[i].name, name) == 0)
            return &program->table[i];
    }
    return NULL;
}

static void print_usage(const struct subcommand *command)
{
    printf("usage: " SOP_NAME " %s", command->name);
    options_print(stdout, command->options);
    printf("%s\n%s.\n", command->operands, command->summary);
}

static int print_help(const struct program *program)
{
    printf("usage: " SOP_NAME " [--debug] SUBCOMMAND [OPTIONS] [ARGUMENTS]\n\n");
    for (size_t i = 0; i < program->count; i++)
        printf("  %-20s %s\n", program->table[i].name, program->table[i].summary);
    printf("\n" SOP_NAME " SUBCOMMAND --help lists the options of one. An argument in capital "
           "letters is a\nfile name, @ENV:NAME or @FD:number.\n");
    return SOP_OK;
}

static int check_operands(const struct sop *sop, const struct subcommand *command, size_t count)
{
    if (count < command->least)
        return sop_fail(sop, SOP_MISSING_ARG, "an argument is missing: " SOP_NAME " %s%s",
                        command->name, command->operands);
    if (count > command->most)
        return sop_fail(sop, SOP_UNSUPPORTED_OPTION,
                        "there are too many arguments: " SOP_NAME " %s%s", command->name,
                        command->operands);
    return SOP_OK;
}

/* A failure to write what stdio still holds, e.g. usage on a full disk. */
static int end_stdout(const struct sop *sop, int code)
{
    if (fflush(stdout) != 0 && !code)
        return sop_fail(sop, SOP_UNSPECIFIED, "standard output: can't be written");
    return code;
}

/* What the keyholder is to be warned of (RFC 9580 sections 12.2, 12.4 and 12.6). */
static void warn(void *user, uint32_t level, const char *line)
{
    if (level >= SECMAIL_LOG_WARNING)
        sop_note(user, "warning: %s", line);
}

static int run(struct sop *sop, const struct subcommand *command, const struct arguments *args)
{
    int code = check_operands(sop, command, args->operand_count);
    if (code)
        return code;
    const int error = secmail_context_new(&sop->context);
    if (error)
        return sop_fail(sop, SOP_UNSPECIFIED, "%s %s", secmail_error_meaning(error),
                        secmail_error_remedy(error));
    secmail_context_set_log(sop->context, warn, sop);
    code = command->run(sop, args);
    secmail_context_free(sop->context);
    return code;
}

static int dispatch(struct sop *sop, const struct program *program, int argc, char **argv)
{
    if (argc < 1)
        return sop_fail(sop, SOP_MISSING_ARG,
                        "there is no subcommand. " SOP_NAME " --help lists them");
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0 ||
        strcmp(argv[0], "help") == 0)
        return print_help(program);
    const struct subcommand *command = find(program, argv[0]);
    if (!command)
        return sop_fail(sop, SOP_UNSUPPORTED_SUBCOMMAND,
                        "subcommand %s is not supported. " SOP_NAME " --help lists them", argv[0]);
    sop->command = command->name;
    struct arguments args;
    int code = options_parse(sop, command->options, argc - 1, argv + 1, &args);
    sop->debug = sop->debug || (!code && options_has(&args, OPT_DEBUG));
    if (!code && options_has(&args, OPT_HELP))
        print_usage(command);
    else if (!code)
        code = run(sop, command, &args);
    options_free(&args);
    return code;
}

int program_run(const struct subcommand *table, size_t count, int argc, char **argv)
{
    const struct program program = {table, count};
    if (!take_closed_streams())
        return SOP_UNSPECIFIED;
    /* A reader that goes away is a failure like a full disk: no output file is left behind. */
    signal(SIGPIPE, SIG_IGN);
    /* Keys and plaintext pass through this process: leave no image of it behind. */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    struct sop sop = {.command = "-"};
    int first = 1;
    for (; first < argc && strcmp(argv[first], "--debug") == 0; first++)
        sop.debug = true;
    const int code = dispatch(&sop, &program, argc - first, argv + first);
    return end_stdout(&sop, code);
}
