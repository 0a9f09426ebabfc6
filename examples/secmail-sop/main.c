/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * secmail-sop: OpenPGP by the Stateless OpenPGP Command Line Interface
 * (draft-dkg-openpgp-stateless-cli-15), over the public headers of libsecmail-openpgp.
 *
 * Here: the table of subcommands, and the way from a command line to one of them.
 */
#include "commands.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { ANY = 1 << 20 };

static const struct subcommand {
    const char *name;
    int (*run)(struct sop *sop, const struct arguments *args);
    uint64_t options;
    size_t least; /* operands */
    size_t most;
    const char *operands;
    const char *summary;
} table[] = {
    {"version", run_version,
     OPTION(OPT_BACKEND) | OPTION(OPT_EXTENDED) | OPTION(OPT_SOP_SPEC) | OPTION(OPT_SOPV), 0, 0, "",
     "Tell the version"},
    {"list-profiles", run_list_profiles, 0, 1, 1, " SUBCOMMAND",
     "List what --profile of a subcommand takes, the default first"},
    {"generate-key", run_generate_key,
     OPTION(OPT_NO_ARMOR) | OPTION(OPT_WITH_KEY_PASSWORD) | OPTION(OPT_PROFILE) |
         OPTION(OPT_SIGNING_ONLY),
     0, ANY, " [--] [USERID...]", "Make a secret key"},
    {"change-key-password", run_change_key_password,
     OPTION(OPT_NO_ARMOR) | OPTION(OPT_NEW_KEY_PASSWORD) | OPTION(OPT_OLD_KEY_PASSWORD), 0, 0,
     " <KEYS >KEYS", "Change, set or take away the password of secret keys"},
    {"extract-cert", run_extract_cert, OPTION(OPT_NO_ARMOR), 0, 0, " <KEYS >CERTS",
     "Make certificates from secret keys"},
    {"sign", run_sign,
     OPTION(OPT_NO_ARMOR) | OPTION(OPT_AS) | OPTION(OPT_MICALG_OUT) | OPTION(OPT_WITH_KEY_PASSWORD),
     1, ANY, " [--] KEYS... <DATA >SIGNATURES", "Make detached signatures"},
    {"verify", run_verify, OPTION(OPT_NOT_BEFORE) | OPTION(OPT_NOT_AFTER), 2, ANY,
     " [--] SIGNATURES CERTS... <DATA >VERIFICATIONS", "Check detached signatures"},
    {"encrypt", run_encrypt,
     OPTION(OPT_NO_ARMOR) | OPTION(OPT_AS) | OPTION(OPT_WITH_PASSWORD) | OPTION(OPT_SIGN_WITH) |
         OPTION(OPT_WITH_KEY_PASSWORD) | OPTION(OPT_PROFILE) | OPTION(OPT_FOR) |
         OPTION(OPT_SESSION_KEY_OUT),
     0, ANY, " [--] [CERTS...] <DATA >CIPHERTEXT", "Encrypt a message"},
    {"decrypt", run_decrypt,
     OPTION(OPT_SESSION_KEY_OUT) | OPTION(OPT_WITH_SESSION_KEY) | OPTION(OPT_WITH_PASSWORD) |
         OPTION(OPT_WITH_KEY_PASSWORD) | OPTION(OPT_VERIFICATIONS_OUT) | OPTION(OPT_VERIFY_WITH) |
         OPTION(OPT_VERIFY_NOT_BEFORE) | OPTION(OPT_VERIFY_NOT_AFTER),
     0, ANY, " [--] [KEYS...] <CIPHERTEXT >DATA", "Decrypt a message"},
    {"armor", run_armor, OPTION(OPT_ARMOR_LABEL), 0, 0, " <OPENPGP >ARMORED",
     "Put OpenPGP data into ASCII armor"},
    {"dearmor", run_dearmor, 0, 0, 0, " <ARMORED >OPENPGP", "Take ASCII armor away"},
};
enum { SUBCOMMANDS = sizeof table / sizeof *table };

static const struct subcommand *find(const char *name)
{
    for (size_t i = 0; i < SUBCOMMANDS; i++) {
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    }
    return NULL;
}

static void print_usage(const struct subcommand *command)
{
    printf("usage: " SOP_NAME " %s", command->name);
    options_print(stdout, command->options);
    printf("%s\n%s.\n", command->operands, command->summary);
}

static int print_help(void)
{
    printf("usage: " SOP_NAME " [--debug] SUBCOMMAND [OPTIONS] [ARGUMENTS]\n\n");
    for (size_t i = 0; i < SUBCOMMANDS; i++)
        printf("  %-20s %s\n", table[i].name, table[i].summary);
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

static int run(struct sop *sop, const struct subcommand *command, const struct arguments *args)
{
    int code = check_operands(sop, command, args->operand_count);
    if (code)
        return code;
    const int error = secmail_context_new(&sop->context);
    if (error)
        return sop_fail(sop, SOP_UNSPECIFIED, "%s %s", secmail_error_meaning(error),
                        secmail_error_remedy(error));
    code = command->run(sop, args);
    secmail_context_free(sop->context);
    return code;
}

static int dispatch(struct sop *sop, int argc, char **argv)
{
    if (argc < 1)
        return sop_fail(sop, SOP_MISSING_ARG,
                        "there is no subcommand. " SOP_NAME " --help lists them");
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0 ||
        strcmp(argv[0], "help") == 0)
        return print_help();
    const struct subcommand *command = find(argv[0]);
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

int main(int argc, char **argv)
{
    /* Keys and plaintext pass through this process: leave no image of it behind. */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    struct sop sop = {.command = "-"};
    int first = 1;
    for (; first < argc && strcmp(argv[first], "--debug") == 0; first++)
        sop.debug = true;
    const int code = dispatch(&sop, argc - first, argv + first);
    return end_stdout(&sop, code);
}
