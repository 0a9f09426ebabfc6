/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* secmail-otp: the table of commands, messages, and input. */
#include "tool.h"

#include "../closed_streams.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define ACCOUNT "state key-file account now rule json"
#define KEY "issuer label uri type algorithm digits period counter"

static const struct {
    const char *name;
    int (*run)(struct tool *t);
    const char *options;
} commands[] = {
    {"new-key", new_key, "key-file"},
    {"enrol", command_enrol, ACCOUNT " " KEY},
    {"confirm", command_confirm, ACCOUNT},
    {"verify", command_verify, ACCOUNT},
    {"resync", command_resync, ACCOUNT},
    {"recovery", command_recovery, ACCOUNT},
    {"app-password", command_app_password, ACCOUNT " label scope expires"},
    {"status", command_status, ACCOUNT},
    {"reset", command_reset, ACCOUNT},
    {"disable", command_disable, ACCOUNT},
    {"reseal", command_reseal, ACCOUNT},
    {"code", command_code, "time counter json"},
    {"qr", command_qr, "state key-file account now rule format output invert"},
    {"import", command_import, "json"},
    {"export", command_export, "json"},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const char help[] =
    "Usage: secmail-otp COMMAND [OPTION...] [ARGUMENT...]\n"
    "\n"
    "Two-factor sign-in. Commands on an account take --state FILE, --key-file FILE and\n"
    "--account NAME; CODE, PASSWORD and URI may be - for a line of standard input.\n"
    "\n"
    "  new-key                    add a fresh sealing key to --key-file; it becomes the active "
    "one\n"
    "  enrol                      begin an enrolment and show its secret and URI\n"
    "        --issuer TEXT --label TEXT [--type totp|hotp] [--algorithm sha1|sha256|sha512]\n"
    "        [--digits N] [--period SECONDS] [--counter N] | --uri URI\n"
    "  confirm CODE               complete it with a code of the app\n"
    "  verify CODE                verify a code at sign-in\n"
    "  resync CODE CODE           bring a token that is out of step back with two codes in a row\n"
    "  recovery generate          make recovery codes; the ones before are void\n"
    "  recovery verify CODE       use a recovery code\n"
    "  app-password add --label TEXT --scope WORDS [--expires SECONDS]\n"
    "  app-password list | revoke ID | verify --scope WORD PASSWORD\n"
    "  status                     what the state says\n"
    "  reset                      lift delays and locks\n"
    "  disable                    turn the second factor off\n"
    "  reseal                     seal the state under the active key\n"
    "  code URI...                show codes  [--time SECONDS] [--counter N]\n"
    "  qr [URI]                   QR code of a URI, or of the open enrolment of an account\n"
    "        [--format terminal|svg|png] [--output FILE] [--invert]\n"
    "  import URI...              read otpauth and otpauth-migration URIs\n"
    "  export URI...              write otpauth-migration URIs\n"
    "\n"
    "  --json            machine-readable output\n"
    "  --rule NAME=N     change a rule of the policy; may be repeated\n"
    "  --now SECONDS     another time than the clock's, since 1970\n"
    "  --help, --version\n"
    "\n"
    "Exit: 0 done or accepted, 1 refused, 2 wrong use, 3 failed. See secmail-otp(1).\n";

static void message(const char *format, va_list args)
{
    fputs("secmail-otp: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

int usage_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    message(format, args);
    va_end(args);
    return EXIT_USAGE;
}

int failure(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    message(format, args);
    va_end(args);
    return EXIT_FAILED;
}

int library_failure(const struct tool *t, int rc)
{
    const char *detail = secmail_context_error_detail(t->context);
    return failure("%s. %s", *detail ? detail : secmail_error_meaning(rc),
                   secmail_error_remedy(rc));
}

const char *read_line(struct tool *t)
{
    size_t room = 0;
    free(t->input);
    t->input = NULL;
    const ssize_t size = getline(&t->input, &room, stdin);
    if (size < 0)
        return NULL;
    t->input[strcspn(t->input, "\r\n")] = '\0';
    return t->input;
}

const char *argument_text(struct tool *t, size_t index, const char *what)
{
    if (index >= t->o.argument_count) {
        usage_error("%s needs a %s; see secmail-otp --help", t->command, what);
        return NULL;
    }
    if (strcmp(t->o.arguments[index], "-") != 0)
        return t->o.arguments[index];
    const char *line = read_line(t);
    if (!line)
        usage_error("standard input has no %s", what);
    return line;
}

static int64_t fixed_clock(void *user)
{
    return ((struct tool *)user)->now;
}

static int prepare(struct tool *t)
{
    uint64_t now = 0;
    int rc = secmail_context_new(&t->context);
    if (rc)
        return failure("%s", secmail_error_meaning(rc));
    if (!t->o.now)
        return EXIT_DONE;
    if (!read_number("--now", t->o.now, 0, INT64_MAX, &now))
        return EXIT_USAGE;
    t->now = (int64_t)now;
    secmail_context_set_clock(t->context, fixed_clock, t);
    return EXIT_DONE;
}

static void clean_up(struct tool *t)
{
    close_account(t);
    secmail_otp_verifier_free(t->verifier);
    secmail_context_free(t->context);
    free(t->input);
}

int main(int argc, char **argv)
{
    struct tool t = {.lock = -1};
    if (!take_closed_streams())
        return EXIT_FAILED;
    /* Secrets pass through this process: leave no image of it behind. */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return EXIT_DONE;
    }
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        printf("secmail-otp %s\n", secmail_version());
        return EXIT_DONE;
    }
    if (argc < 2)
        return usage_error("no command; see secmail-otp --help");
    t.command = argv[1];
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) != 0)
            continue;
        if (!read_options(&t, commands[i].options, argc - 2, argv + 2))
            return EXIT_USAGE;
        int code = prepare(&t);
        if (!code)
            code = commands[i].run(&t);
        clean_up(&t);
        if ((fflush(stdout) || ferror(stdout)) && code == EXIT_DONE)
            code = failure("standard output can't be written");
        return code;
    }
    return usage_error("there is no command %s; see secmail-otp --help", argv[1]);
}
