/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The option parser. `--name=value` and `--name value` are the same; `--` ends the options. */
#include "options.h"

#include <stdlib.h>
#include <string.h>

enum kind {
    FLAG, /* no value */
    ONE,  /* a value, at most once */
    MANY, /* a value, repeatable */
};

static const struct spec {
    const char *name;
    enum option id;
    enum kind kind;
    const char *value; /* as the usage line shows it; NULL keeps an old name out of it */
} table[] = {
    {"addr-spec-only", OPT_ADDR_SPEC_ONLY, FLAG, ""},
    {"as", OPT_AS, ONE, "{binary|text}"},
    {"as", OPT_INLINE_AS, ONE, "{binary|text|clearsigned}"},
    {"backend", OPT_BACKEND, FLAG, ""},
    {"debug", OPT_DEBUG, FLAG, ""},
    {"extended", OPT_EXTENDED, FLAG, ""},
    {"for", OPT_FOR, ONE, "{communications|storage|any}"},
    {"help", OPT_HELP, FLAG, NULL},
    {"label", OPT_ARMOR_LABEL, ONE, "{auto|sig|key|cert|message}"},
    {"merge-certs", OPT_MERGE_CERTS, MANY, "CERTS"},
    {"micalg-out", OPT_MICALG_OUT, ONE, "MICALG"},
    {"new-key-password", OPT_NEW_KEY_PASSWORD, ONE, "PASSWORD"},
    {"no-added-capabilities", OPT_NO_ADDED_CAPABILITIES, FLAG, ""},
    {"no-armor", OPT_NO_ARMOR, FLAG, ""},
    {"no-require-self-sig", OPT_NO_REQUIRE_SELF_SIG, FLAG, ""},
    {"not-after", OPT_NOT_AFTER, ONE, "DATE"},
    {"not-before", OPT_NOT_BEFORE, ONE, "DATE"},
    {"old-key-password", OPT_OLD_KEY_PASSWORD, MANY, "PASSWORD"},
    {"profile", OPT_PROFILE, ONE, "PROFILE"},
    {"revoke-deprecated-keys", OPT_REVOKE_DEPRECATED_KEYS, FLAG, ""},
    {"session-key-out", OPT_SESSION_KEY_OUT, ONE, "SESSIONKEY"},
    {"sign-with", OPT_SIGN_WITH, MANY, "KEYS"},
    {"signatures-out", OPT_SIGNATURES_OUT, ONE, "SIGNATURES"},
    {"signing-only", OPT_SIGNING_ONLY, FLAG, ""},
    {"sop-spec", OPT_SOP_SPEC, FLAG, ""},
    {"sopv", OPT_SOPV, FLAG, ""},
    {"userid", OPT_USERID, MANY, "USERID"},
    {"validate-at", OPT_VALIDATE_AT, ONE, "DATE"},
    {"verifications-out", OPT_VERIFICATIONS_OUT, ONE, "VERIFICATIONS"},
    {"verify-not-after", OPT_VERIFY_NOT_AFTER, ONE, "DATE"},
    {"verify-not-before", OPT_VERIFY_NOT_BEFORE, ONE, "DATE"},
    {"verify-out", OPT_VERIFICATIONS_OUT, ONE, NULL}, /* its name before draft -04 */
    {"verify-with", OPT_VERIFY_WITH, MANY, "CERTS"},
    {"with-key-password", OPT_WITH_KEY_PASSWORD, MANY, "PASSWORD"},
    {"with-password", OPT_WITH_PASSWORD, MANY, "PASSWORD"},
    {"with-session-key", OPT_WITH_SESSION_KEY, MANY, "SESSIONKEY"},
};
enum { SPECS = sizeof table / sizeof *table };

static const struct spec *find(uint64_t accepted, const char *name, size_t length)
{
    for (size_t i = 0; i < SPECS; i++) {
        const struct spec *spec = &table[i];
        if (strncmp(spec->name, name, length) == 0 && !spec->name[length] &&
            accepted & OPTION(spec->id))
            return spec;
    }
    return NULL;
}

static int add(const struct sop *sop, struct arguments *args, const struct spec *spec,
               const char *value)
{
    if (spec->kind == ONE && options_has(args, spec->id)) {
        return sop_fail(sop, SOP_INCOMPATIBLE_OPTIONS,
                        "--%s is given twice. It takes one value; leave one of them out",
                        spec->name);
    }
    args->settings[args->setting_count++] = (struct setting){spec->id, value};
    return SOP_OK;
}

/* Takes the option at argv[*index], and its value if that is an argument of its own. */
static int parse_option(const struct sop *sop, uint64_t accepted, int argc, char **argv, int *index,
                        struct arguments *args)
{
    const char *text = argv[*index];
    if (strcmp(text, "-h") == 0)
        text = "--help";
    const size_t length = strcspn(text, "=");
    const struct spec *spec = text[1] == '-' ? find(accepted, text + 2, length - 2) : NULL;
    const char *value = text[length] ? text + length + 1 : NULL;
    if (!spec || (spec->kind == FLAG && value)) {
        return sop_fail(sop, SOP_UNSUPPORTED_OPTION,
                        "option %s is not supported. " SOP_NAME " %s --help lists the options; "
                        "a file name that begins with '-' goes behind '--'",
                        text, sop->command);
    }
    if (spec->kind == FLAG)
        return add(sop, args, spec, "");
    if (!value && ++*index < argc)
        value = argv[*index];
    if (!value)
        return sop_fail(sop, SOP_MISSING_ARG, "option %s needs a value: %s=%s", text, text,
                        spec->value ? spec->value : "VALUE");
    return add(sop, args, spec, value);
}

int options_parse(const struct sop *sop, uint64_t accepted, int argc, char **argv,
                  struct arguments *args)
{
    *args = (struct arguments){0};
    args->settings = calloc((size_t)argc + 1, sizeof *args->settings);
    args->operands = calloc((size_t)argc + 1, sizeof *args->operands);
    if (!args->settings || !args->operands)
        return sop_fail(sop, SOP_UNSPECIFIED, "out of memory");
    bool only_operands = false;
    for (int i = 0; i < argc; i++) {
        if (!only_operands && strcmp(argv[i], "--") == 0) {
            only_operands = true;
        } else if (!only_operands && argv[i][0] == '-' && argv[i][1]) {
            const int failed = parse_option(sop, accepted | OPTION(OPT_HELP) | OPTION(OPT_DEBUG),
                                            argc, argv, &i, args);
            if (failed)
                return failed;
        } else {
            args->operands[args->operand_count++] = argv[i];
        }
    }
    return SOP_OK;
}

void options_free(struct arguments *args)
{
    free(args->settings);
    free(args->operands);
    *args = (struct arguments){0};
}

const char *options_next(const struct arguments *args, enum option id, size_t *cursor)
{
    while (*cursor < args->setting_count) {
        const struct setting *setting = &args->settings[(*cursor)++];
        if (setting->id == id)
            return setting->value;
    }
    return NULL;
}

const char *options_value(const struct arguments *args, enum option id)
{
    size_t cursor = 0;
    return options_next(args, id, &cursor);
}

bool options_has(const struct arguments *args, enum option id)
{
    return options_value(args, id) != NULL;
}

size_t options_count(const struct arguments *args, enum option id)
{
    size_t cursor = 0;
    size_t count = 0;
    while (options_next(args, id, &cursor))
        count++;
    return count;
}

static const char *name_of(enum option id)
{
    for (size_t i = 0; i < SPECS; i++) {
        if (table[i].id == id)
            return table[i].name;
    }
    return "";
}

int options_choose(const struct sop *sop, const struct arguments *args, enum option id,
                   const struct choice *choices, int failure, uint32_t *out)
{
    const char *value = options_value(args, id);
    if (!value)
        return SOP_OK;
    for (const struct choice *c = choices; c->name; c++) {
        if (strcmp(c->name, value) == 0) {
            *out = c->value;
            return SOP_OK;
        }
    }
    return sop_fail(sop, failure,
                    "--%s=%s is not supported. " SOP_NAME " %s --help lists the values",
                    name_of(id), value, sop->command);
}

void options_print(FILE *out, uint64_t accepted)
{
    static const char *const after[] = {[FLAG] = "]", [ONE] = "]", [MANY] = "]..."};
    for (size_t i = 0; i < SPECS; i++) {
        const struct spec *spec = &table[i];
        if (!spec->value || !(accepted & OPTION(spec->id)))
            continue;
        fprintf(out, " [--%s%s%s%s", spec->name, *spec->value ? "=" : "", spec->value,
                after[spec->kind]);
    }
}
