/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Splitting a signed message into its data and its signatures. Nothing is verified. */
#include "cert.h"
#include "crypto/init.h"
#include "inline.h"
#include "signature_list.h"

struct secmail_inline_detach {
    struct secmail_context *context;
    struct smi_inline reader;
    struct smi_buf signatures;
    enum { READING, COMPLETE, FAILED } state;
};

int secmail_inline_detach_new(struct secmail_context *context, struct secmail_inline_detach **out)
{
    int rc = smi_enter_out(context, out);
    if (!rc)
        rc = smi_crypto_init(context);
    if (rc)
        return rc;
    struct secmail_inline_detach *d = smi_zalloc(&context->mem, sizeof *d);
    if (!d)
        return smi_nomem(context);
    d->context = context;
    d->signatures = smi_buf_open(&context->mem);
    smi_inline_open(&d->reader, context, NULL, &d->signatures);
    *out = d;
    return 0;
}

void secmail_inline_detach_free(struct secmail_inline_detach *d)
{
    if (!d)
        return;
    const struct secmail_allocator *mem = &d->context->mem;
    smi_inline_close(&d->reader);
    smi_buf_free(&d->signatures);
    smi_free(mem, d, sizeof *d);
}

/* Of cleartext, the packets behind it are checked here, as the reader of packets has done with its
 * own. */
static int end_message(struct secmail_inline_detach *d)
{
    struct smi_signature_list list;
    int rc = 0;
    if (d->reader.form == SMI_INLINE_CLEARTEXT) {
        smi_signature_list_open(&list, d->context);
        rc = smi_signature_list_read(&list, smi_buf_cursor(&d->reader.text.signatures));
        smi_signature_list_close(&list);
        d->signatures = d->reader.text.signatures;
        d->reader.text.signatures = smi_buf_open(&d->context->mem);
    }
    if (!rc && !d->signatures.size)
        rc = smi_fail(d->context, SECMAIL_E_NO_DATA, "the message is not signed");
    return rc;
}

int secmail_inline_detach_update(struct secmail_inline_detach *d, struct secmail_input *in,
                                 struct secmail_output *out, int end)
{
    if (!d)
        return SECMAIL_E_ARGUMENT;
    smi_enter(d->context);
    if (!smi_input_ok(in) || !smi_output_ok(out))
        return smi_fail(d->context, SECMAIL_E_ARGUMENT, "a window is not well-formed");
    if (d->state != READING)
        return smi_fail(d->context, SECMAIL_E_STATE, "the message has been read");
    int status = smi_inline_read(&d->reader, in, out, end != 0);
    if (status == SECMAIL_DONE)
        status = end_message(d);
    if (status == SECMAIL_DONE)
        d->state = COMPLETE;
    else if (status < 0)
        d->state = FAILED;
    return status;
}

int secmail_inline_detach_signatures(struct secmail_inline_detach *d, int armored,
                                     struct secmail_bytes **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!d)
        return SECMAIL_E_ARGUMENT;
    smi_enter(d->context);
    if (d->state != COMPLETE)
        return smi_fail(d->context, SECMAIL_E_STATE, "the message isn't read to its end yet");
    struct smi_buf copy = smi_buf_open(&d->context->mem);
    smi_put(&copy, d->signatures.data, d->signatures.size);
    return smi_export(d->context, &copy, armored, SMI_ARMOR_SIGNATURE, out);
}
