/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* list-profiles, and what the profiles of a subcommand stand for. */
#include "commands.h"

#include <string.h>

/* Profiles, the default one first. "default" is always the first. */
static const struct profile {
    const char *command;
    const char *name;
    const char *description;
    const char *aliases;
    struct profile_choice choice;
} profiles[] = {
    {"generate-key",
     "rfc9580",
     "version 6 key with Ed25519 and X25519",
     "security, performance",
     {SECMAIL_PROFILE_RFC9580, SECMAIL_KEY_CURVE25519}},
    {"generate-key",
     "rfc4880",
     "version 4 key with EdDSA and ECDH on Curve25519, which GnuPG and other older software reads",
     "compatibility, draft-koch-eddsa-for-openpgp-00",
     {SECMAIL_PROFILE_RFC4880, SECMAIL_KEY_CURVE25519}},
    {"generate-key",
     "rfc9580-448",
     "version 6 key with Ed448 and X448, for a very long life",
     "",
     {SECMAIL_PROFILE_RFC9580, SECMAIL_KEY_CURVE448}},
    {"generate-key",
     "rfc4880-rsa",
     "version 4 key with RSA of 3072 bits, for software that knows nothing else",
     "",
     {SECMAIL_PROFILE_RFC4880, SECMAIL_KEY_RSA3072}},
    {"encrypt",
     "rfc9580",
     "AEAD (SEIPDv2) if all certificates announce it, else MDC (SEIPDv1)",
     "security, performance",
     {SECMAIL_FORMAT_AUTO, 0}},
    {"encrypt",
     "rfc4880",
     "MDC (SEIPDv1), which older software reads",
     "compatibility",
     {SECMAIL_FORMAT_SEIPDV1, 0}},
};
enum { PROFILES = sizeof profiles / sizeof *profiles };

int run_list_profiles(struct sop *sop, const struct arguments *args)
{
    size_t count = 0;
    for (size_t i = 0; i < PROFILES; i++) {
        const struct profile *p = &profiles[i];
        if (strcmp(p->command, args->operands[0]) != 0)
            continue;
        printf("%s: %s", p->name, p->description);
        if (p->aliases[0])
            printf(" (aliases: %s)", p->aliases);
        putchar('\n');
        count++;
    }
    if (count > 0)
        return SOP_OK;
    return sop_fail(sop, SOP_UNSUPPORTED_PROFILE,
                    "subcommand %s has no profiles. generate-key and encrypt have",
                    args->operands[0]);
}

/* Whether `name` is one of a list like "security, performance". */
static bool is_listed(const char *list, const char *name)
{
    const size_t length = strlen(name);
    for (const char *p = list; *p; p += strspn(p, ", ")) {
        const size_t word = strcspn(p, ",");
        if (word == length && memcmp(p, name, length) == 0)
            return true;
        p += word;
    }
    return false;
}

int profile_choose(const struct sop *sop, const struct arguments *args, struct profile_choice *out)
{
    const char *name = options_value(args, OPT_PROFILE);
    for (size_t i = 0; i < PROFILES; i++) {
        const struct profile *p = &profiles[i];
        if (strcmp(p->command, sop->command) != 0)
            continue;
        if (!name || strcmp(name, "default") == 0 || strcmp(name, p->name) == 0 ||
            is_listed(p->aliases, name)) {
            *out = p->choice;
            return SOP_OK;
        }
    }
    return sop_fail(sop, SOP_UNSUPPORTED_PROFILE,
                    "profile %s is not supported. " SOP_NAME " list-profiles %s lists them", name,
                    sop->command);
}
