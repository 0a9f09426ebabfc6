/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* version. */
#include "commands.h"

/* The tilde says that only a part of the draft is there. */
#ifdef SOP_IS_PART
#define SPEC "~draft-dkg-openpgp-stateless-cli-15"
#else
#define SPEC "draft-dkg-openpgp-stateless-cli-15"
#endif

static void print_extended(void)
{
    static const char *const features[] = {
        "aead-ocb",        "aead-eax",        "aead-gcm",   "argon2id",    "ed25519",
        "x25519",          "ed448",           "x448",       "rsa",         "dsa",
        "elgamal",         "nistp256",        "nistp384",   "nistp521",    "brainpoolp256r1",
        "brainpoolp384r1", "brainpoolp512r1", "ml-kem-768", "ml-kem-1024", "ml-dsa-65",
        "ml-dsa-87"};
    printf(SOP_NAME " %s\nlibsecmail %s\nfeatures:", secmail_version(), secmail_version());
    for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
        if (secmail_feature_supported(features[i]))
            printf(" %s", features[i]);
    }
    printf("\n");
}

static void print_version(const struct arguments *args)
{
    if (options_has(args, OPT_SOPV))
        printf("1.0\n");
    else if (options_has(args, OPT_EXTENDED))
        print_extended();
    else if (options_has(args, OPT_SOP_SPEC))
        printf(SPEC "\n");
    else
        printf("%s %s\n", options_has(args, OPT_BACKEND) ? "libsecmail" : SOP_NAME,
               secmail_version());
}

int run_version(struct sop *sop, const struct arguments *args)
{
    if (args->setting_count > options_count(args, OPT_DEBUG) + 1)
        return sop_fail(sop, SOP_INCOMPATIBLE_OPTIONS,
                        "the options of version exclude each other. Give one");
    print_version(args);
    return SOP_OK;
}
