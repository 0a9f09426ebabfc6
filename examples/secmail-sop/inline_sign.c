/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inline-sign: signed messages. */
#include "commands.h"
#include "objects.h"
#include "stream.h"

static int step(void *operation, struct secmail_input *in, struct secmail_output *out, int end)
{
    return secmail_inline_sign_update(operation, in, out, end);
}

static int add_key(void *operation, struct secmail_key *key)
{
    return secmail_inline_sign_add_signer(operation, key);
}

static int set_form(const struct sop *sop, const struct arguments *args,
                    struct secmail_inline_sign *sign)
{
    static const struct choice forms[] = {{"binary", SECMAIL_INLINE_BINARY},
                                          {"text", SECMAIL_INLINE_TEXT},
                                          {"clearsigned", SECMAIL_INLINE_CLEARTEXT},
                                          {NULL, 0}};
    uint32_t form = SECMAIL_INLINE_BINARY;
    const bool binary = options_has(args, OPT_NO_ARMOR);
    const int failed = options_choose(sop, args, OPT_INLINE_AS, forms, SOP_UNSUPPORTED_OPTION,
                                      &form);
    if (failed)
        return failed;
    if (binary && form == SECMAIL_INLINE_CLEARTEXT)
        return sop_fail(sop, SOP_INCOMPATIBLE_OPTIONS,
                        "--no-armor doesn't go with --as=clearsigned, which is text. Leave one of "
                        "them out");
    int error = secmail_inline_sign_set_armor(sign, !binary);
    if (!error)
        error = secmail_inline_sign_set_form(sign, form);
    return error ? sop_fail_library(sop, error, SOP_SIGNER, "the message") : SOP_OK;
}

static int sign_input(const struct sop *sop, const struct arguments *args,
                      struct secmail_inline_sign *sign)
{
    struct stream stream = {.spool = -1};
    int failed = set_form(sop, args, sign);
    if (!failed)
        failed = signers_add_all(sop, args, add_key, sign);
    if (!failed)
        failed = stream_open(sop, &stream, false);
    if (!failed)
        failed = stream_run(sop, &stream, step, sign, SOP_SIGNER, "standard input");
    stream_close(&stream);
    return failed;
}

int run_inline_sign(struct sop *sop, const struct arguments *args)
{
    struct secmail_inline_sign *sign;
    const int error = secmail_inline_sign_new(sop->context, &sign);
    const int code = error ? sop_fail_library(sop, error, SOP_SIGNER, "the message")
                           : sign_input(sop, args, sign);
    secmail_inline_sign_free(sign);
    return code;
}
