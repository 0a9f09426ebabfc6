/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inline-detach: a signed message into data and signatures. Nothing is verified. */
#include "commands.h"
#include "io.h"
#include "stream.h"

static int step(void *operation, struct secmail_input *in, struct secmail_output *out, int end)
{
    return secmail_inline_detach_update(operation, in, out, end);
}

static int write_signatures(const struct sop *sop, const struct arguments *args,
                            struct secmail_inline_detach *detach, struct output *out)
{
    struct secmail_bytes *bytes;
    const int error = secmail_inline_detach_signatures(detach, !options_has(args, OPT_NO_ARMOR),
                                                       &bytes);
    if (error)
        return sop_fail_library(sop, error, SOP_OBJECT, "the signatures");
    const int failed = output_write(sop, out, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    return failed;
}

static int detach_input(const struct sop *sop, const struct arguments *args,
                        struct secmail_inline_detach *detach, struct output *out)
{
    struct stream stream;
    int failed = stream_open(sop, &stream, false);
    if (!failed)
        failed = stream_run(sop, &stream, step, detach, SOP_OBJECT, "the message");
    stream_close(&stream);
    return failed ? failed : write_signatures(sop, args, detach, out);
}

int run_inline_detach(struct sop *sop, const struct arguments *args)
{
    const char *name = options_value(args, OPT_SIGNATURES_OUT);
    if (!name)
        return sop_fail(sop, SOP_MISSING_ARG, "--signatures-out=SIGNATURES is missing");
    struct output out;
    int code = output_open(sop, name, 0666, &out);
    if (code)
        return code;
    struct secmail_inline_detach *detach;
    const int error = secmail_inline_detach_new(sop->context, &detach);
    code = error ? sop_fail_library(sop, error, SOP_OBJECT, "the message")
                 : detach_input(sop, args, detach, &out);
    secmail_inline_detach_free(detach);
    return output_close(sop, &out, code);
}
