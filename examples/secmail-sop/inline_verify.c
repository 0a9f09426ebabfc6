/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inline-verify. The library hands out data only once a signature is good, so that nothing is on
 * standard output when this fails. A message that is too large to be held is read twice.
 */
#include "commands.h"
#include "io.h"
#include "stream.h"
#include "verifications.h"

struct inline_verification {
    struct secmail_inline_verify *verify;
    struct stream stream;
    struct certs_list certs;
    struct window window;
    struct output verifications_out;
};

static int step(void *operation, struct secmail_input *in, struct secmail_output *out, int end)
{
    const struct inline_verification *v = operation;
    return secmail_inline_verify_update(v->verify, in, out, end);
}

static int add_certs(const struct sop *sop, const struct certs *certs,
                     struct secmail_inline_verify *verify)
{
    for (size_t i = 0; i < secmail_ring_count(certs->ring); i++) {
        const int error = secmail_inline_verify_add_cert(verify, secmail_ring_cert(certs->ring, i));
        if (error)
            return sop_fail_library(sop, error, SOP_OBJECT, certs->name);
    }
    return SOP_OK;
}

static int add_operands(const struct sop *sop, const struct arguments *args,
                        struct inline_verification *v)
{
    int failed = certs_list_init(sop, &v->certs, args->operand_count);
    for (size_t i = 0; i < args->operand_count && !failed; i++) {
        failed = certs_list_read(sop, &v->certs, args->operands[i]);
        if (!failed)
            failed = add_certs(sop, &v->certs.at[i], v->verify);
    }
    return failed;
}

static int prepare(const struct sop *sop, const struct arguments *args,
                   struct inline_verification *v)
{
    int failed = window_read(sop, args, OPT_NOT_BEFORE, OPT_NOT_AFTER, &v->window);
    if (!failed)
        failed = add_operands(sop, args, v);
    if (!failed)
        failed = stream_open(sop, &v->stream, true);
    if (failed)
        return failed;
    int error = secmail_inline_verify_set_window(v->verify, v->window.not_before,
                                                 v->window.not_after);
    if (!error)
        error = secmail_inline_verify_allow_rewind(v->verify, v->stream.rewind);
    if (!error)
        error = secmail_inline_verify_set_text_lf(v->verify, 1);
    return error ? sop_fail_library(sop, error, SOP_OBJECT, "the message") : SOP_OK;
}

/* The lines for good signatures; tells on standard error why others aren't. */
static int write_verifications(const struct sop *sop, struct inline_verification *v)
{
    struct verifications lines;
    int failed = verifications_open(sop, &lines);
    for (size_t i = 0; !failed && i < secmail_inline_verify_verdict_count(v->verify); i++)
        verifications_add(sop, &lines, secmail_inline_verify_verdict(v->verify, i), &v->window,
                          &v->certs);
    if (!failed)
        failed = verifications_end(sop, &lines);
    if (!failed)
        failed = output_write(sop, &v->verifications_out, (const uint8_t *)lines.text, lines.size);
    verifications_free(&lines);
    return failed;
}

static int verify_input(const struct sop *sop, const struct arguments *args,
                        struct inline_verification *v)
{
    int failed = prepare(sop, args, v);
    if (!failed)
        failed = stream_run(sop, &v->stream, step, v, SOP_OBJECT, "the message");
    if (failed && failed != SOP_NO_SIGNATURE)
        return failed;
    const int told = write_verifications(sop, v);
    return failed ? failed : told;
}

int run_inline_verify(struct sop *sop, const struct arguments *args)
{
    struct inline_verification v = {.stream.spool = -1, .verifications_out.fd = -1};
    int code = output_open(sop, options_value(args, OPT_VERIFICATIONS_OUT), 0666,
                           &v.verifications_out);
    if (!code) {
        const int error = secmail_inline_verify_new(sop->context, &v.verify);
        code = error ? sop_fail_library(sop, error, SOP_OBJECT, "the message")
                     : verify_input(sop, args, &v);
    }
    stream_close(&v.stream);
    secmail_inline_verify_free(v.verify);
    certs_list_free(&v.certs);
    return output_close(sop, &v.verifications_out, code);
}
