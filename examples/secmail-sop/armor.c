/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* armor and dearmor. */
#include "commands.h"
#include "stream.h"

static int step(void *operation, struct secmail_input *in, struct secmail_output *out, int end)
{
    return secmail_armor_update(operation, in, out, end);
}

/* Takes the operation over. */
static int convert(const struct sop *sop, struct secmail_armor *armor)
{
    struct stream stream;
    int failed = stream_open(sop, &stream, false);
    if (!failed)
        failed = stream_run(sop, &stream, step, armor, SOP_OBJECT, "standard input");
    stream_close(&stream);
    secmail_armor_free(armor);
    return failed;
}

int run_armor(struct sop *sop, const struct arguments *args)
{
    static const struct choice labels[] = {
        {"auto", SECMAIL_ARMOR_AUTO},       {"sig", SECMAIL_ARMOR_SIGNATURE},
        {"key", SECMAIL_ARMOR_PRIVATE_KEY}, {"cert", SECMAIL_ARMOR_PUBLIC_KEY},
        {"message", SECMAIL_ARMOR_MESSAGE}, {NULL, 0},
    };
    uint32_t kind = SECMAIL_ARMOR_AUTO;
    const int failed = options_choose(sop, args, OPT_ARMOR_LABEL, labels, SOP_UNSUPPORTED_OPTION,
                                      &kind);
    if (failed)
        return failed;
    struct secmail_armor *armor;
    const int error = secmail_armor_new(sop->context, &armor, kind);
    return error ? sop_fail_library(sop, error, SOP_OBJECT, "standard input") : convert(sop, armor);
}

int run_dearmor(struct sop *sop, const struct arguments *args)
{
    (void)args;
    struct secmail_armor *armor;
    const int error = secmail_dearmor_new(sop->context, &armor);
    return error ? sop_fail_library(sop, error, SOP_OBJECT, "standard input") : convert(sop, armor);
}
