/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Command lines: one table of all options, and for each subcommand the set that it takes. */
#ifndef SOP_OPTIONS_H
#define SOP_OPTIONS_H

#include "sop.h"

#include <stdio.h>

enum option {
    OPT_ADDR_SPEC_ONLY,
    OPT_ARMOR_LABEL,
    OPT_AS,
    OPT_BACKEND,
    OPT_DEBUG,
    OPT_EXTENDED,
    OPT_FOR,
    OPT_HELP,
    OPT_INLINE_AS,
    OPT_MERGE_CERTS,
    OPT_MICALG_OUT,
    OPT_NEW_KEY_PASSWORD,
    OPT_NO_ADDED_CAPABILITIES,
    OPT_NO_ARMOR,
    OPT_NO_REQUIRE_SELF_SIG,
    OPT_NOT_AFTER,
    OPT_NOT_BEFORE,
    OPT_OLD_KEY_PASSWORD,
    OPT_PROFILE,
    OPT_REVOKE_DEPRECATED_KEYS,
    OPT_SESSION_KEY_OUT,
    OPT_SIGN_WITH,
    OPT_SIGNATURES_OUT,
    OPT_SIGNING_ONLY,
    OPT_SOP_SPEC,
    OPT_SOPV,
    OPT_USERID,
    OPT_VALIDATE_AT,
    OPT_VERIFICATIONS_OUT,
    OPT_VERIFY_NOT_AFTER,
    OPT_VERIFY_NOT_BEFORE,
    OPT_VERIFY_WITH,
    OPT_WITH_KEY_PASSWORD,
    OPT_WITH_PASSWORD,
    OPT_WITH_SESSION_KEY,
};

#define OPTION(id) (UINT64_C(1) << (id))

struct setting {
    enum option id;
    const char *value; /* "" for a flag */
};

/* A parsed command line; settings and operands in the order in which they were given. */
struct arguments {
    struct setting *settings;
    size_t setting_count;
    const char **operands;
    size_t operand_count;
};

/* Parses what follows the subcommand. `accepted` is a set of OPTION(id). */
int options_parse(const struct sop *sop, uint64_t accepted, int argc, char **argv,
                  struct arguments *args);
void options_free(struct arguments *args);

/* Whether an option was given. */
bool options_has(const struct arguments *args, enum option id);

/* The value of an option, or NULL. */
const char *options_value(const struct arguments *args, enum option id);

/* Values of an option that may be repeated: start with *cursor = 0; NULL after the last. */
const char *options_next(const struct arguments *args, enum option id, size_t *cursor);
size_t options_count(const struct arguments *args, enum option id);

/* A word that an option may have as value. The list ends with a NULL name. */
struct choice {
    const char *name;
    uint32_t value;
};

/* Reads an option whose value is one of a list; `*out` keeps its value where it isn't given. */
int options_choose(const struct sop *sop, const struct arguments *args, enum option id,
                   const struct choice *choices, int failure, uint32_t *out);

/* " [--no-armor] [--as={binary|text}]": the options of a set, for the usage line. */
void options_print(FILE *out, uint64_t accepted);

#endif
