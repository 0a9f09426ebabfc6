/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sign: detached signatures. */
#include "commands.h"
#include "io.h"
#include "objects.h"
#include "stream.h"
#include <string.h>

static int feed_sign(void *operation, const uint8_t *data, size_t size)
{
    return secmail_sign_update(operation, data, size);
}

static int add_signer_key(void *operation, struct secmail_key *key)
{
    return secmail_sign_add_signer(operation, key);
}

static int set_mode(const struct sop *sop, const struct arguments *args, struct secmail_sign *sign)
{
    static const struct choice modes[] = {{"binary", 0}, {"text", 1}, {NULL, 0}};
    uint32_t text = 0;
    const int failed = options_choose(sop, args, OPT_AS, modes, SOP_UNSUPPORTED_OPTION, &text);
    if (failed)
        return failed;
    int error = secmail_sign_set_armor(sign, !options_has(args, OPT_NO_ARMOR));
    if (!error)
        error = secmail_sign_set_text(sign, text == 1);
    return error ? sop_fail_library(sop, error, SOP_SIGNER, "the signature") : SOP_OK;
}

static int write_signatures(const struct sop *sop, struct secmail_sign *sign,
                            struct output *micalg_out)
{
    struct secmail_bytes *bytes;
    const int error = secmail_sign_finish(sign, &bytes);
    if (error)
        return sop_fail_library(sop, error, SOP_SIGNER, "the signature");
    const char *micalg = secmail_sign_micalg(sign);
    int failed = output_write(sop, micalg_out, (const uint8_t *)micalg, strlen(micalg));
    if (!failed)
        failed = output_stdout(sop, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    return failed;
}

static int sign_input(const struct sop *sop, const struct arguments *args,
                      struct secmail_sign *sign, struct output *micalg_out)
{
    int failed = set_mode(sop, args, sign);
    if (!failed)
        failed = signers_add_all(sop, args, add_signer_key, sign);
    if (!failed)
        failed = stream_feed(sop, feed_sign, sign, SOP_SIGNER, "standard input");
    return failed ? failed : write_signatures(sop, sign, micalg_out);
}

int run_sign(struct sop *sop, const struct arguments *args)
{
    struct output micalg_out;
    int code = output_open(sop, options_value(args, OPT_MICALG_OUT), 0666, &micalg_out);
    if (code)
        return code;
    struct secmail_sign *sign;
    const int error = secmail_sign_new(sop->context, &sign);
    code = error ? sop_fail_library(sop, error, SOP_SIGNER, "the signature")
                 : sign_input(sop, args, sign, &micalg_out);
    secmail_sign_free(sign);
    return output_close(sop, &micalg_out, code);
}
