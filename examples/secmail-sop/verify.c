/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verify: detached signatures. */
#include "commands.h"
#include "io.h"
#include "stream.h"
#include "verifications.h"

static int feed_verify(void *operation, const uint8_t *data, size_t size)
{
    return secmail_verify_update(operation, data, size);
}

static int add_signatures(const struct sop *sop, const char *designator,
                          struct secmail_verify *verify)
{
    struct blob blob;
    const int failed = input_read(sop, designator, &blob);
    if (failed)
        return failed;
    const int error = secmail_verify_add_signatures(verify, blob.data, blob.size);
    blob_free(&blob);
    return error ? sop_fail_library(sop, error, SOP_OBJECT, designator) : SOP_OK;
}

static int add_certs(const struct sop *sop, const struct certs *certs,
                     struct secmail_verify *verify)
{
    for (size_t i = 0; i < secmail_ring_count(certs->ring); i++) {
        const int error = secmail_verify_add_cert(verify, secmail_ring_cert(certs->ring, i));
        if (error)
            return sop_fail_library(sop, error, SOP_OBJECT, certs->name);
    }
    return SOP_OK;
}

/* SIGNATURES CERTS... */
static int add_operands(const struct sop *sop, const struct arguments *args,
                        struct secmail_verify *verify, struct certs_list *certs)
{
    int failed = certs_list_init(sop, certs, args->operand_count);
    for (size_t i = 1; i < args->operand_count && !failed; i++) {
        failed = certs_list_read(sop, certs, args->operands[i]);
        if (!failed)
            failed = add_certs(sop, &certs->at[i - 1], verify);
    }
    return failed ? failed : add_signatures(sop, args->operands[0], verify);
}

static int write_verifications(const struct sop *sop, const struct secmail_verify *verify,
                               const struct window *window, const struct certs_list *certs)
{
    struct verifications v;
    int failed = verifications_open(sop, &v);
    for (size_t i = 0; !failed && i < secmail_verify_verdict_count(verify); i++)
        verifications_add(sop, &v, secmail_verify_verdict(verify, i), window, certs);
    if (!failed)
        failed = verifications_end(sop, &v);
    if (!failed && v.count == 0)
        failed = sop_fail(sop, SOP_NO_SIGNATURE,
                          "no signature is acceptable. Don't trust the data; the lines above tell "
                          "why");
    if (!failed)
        failed = output_stdout(sop, (const uint8_t *)v.text, v.size);
    verifications_free(&v);
    return failed;
}

static int verify_input(const struct sop *sop, const struct arguments *args,
                        struct secmail_verify *verify, struct certs_list *certs)
{
    struct window window;
    int failed = window_read(sop, args, OPT_NOT_BEFORE, OPT_NOT_AFTER, &window);
    if (!failed)
        failed = add_operands(sop, args, verify, certs);
    if (!failed)
        failed = stream_feed(sop, feed_verify, verify, SOP_OBJECT, "standard input");
    if (failed)
        return failed;
    const int error = secmail_verify_finish(verify);
    if (error)
        return sop_fail_library(sop, error, SOP_OBJECT, args->operands[0]);
    return write_verifications(sop, verify, &window, certs);
}

int run_verify(struct sop *sop, const struct arguments *args)
{
    struct secmail_verify *verify;
    struct certs_list certs = {0};
    const int error = secmail_verify_new(sop->context, &verify);
    const int code = error ? sop_fail_library(sop, error, SOP_OBJECT, "the signature")
                           : verify_input(sop, args, verify, &certs);
    secmail_verify_free(verify);
    certs_list_free(&certs);
    return code;
}
