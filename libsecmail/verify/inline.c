/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which form a signed message has, and the way to its reader. */
#include "inline.h"

void smi_inline_open(struct smi_inline *r, struct secmail_context *context, struct smi_judge *judge,
                     struct smi_buf *signatures)
{
    *r = (struct smi_inline){
        .context = context,
        .judge = judge,
        .signatures = signatures,
        .hold_limit = smi_limit(context, SECMAIL_LIMIT_HELD_PLAINTEXT),
    };
    smi_window_source_open(&r->window, context);
}

void smi_inline_close(struct smi_inline *r)
{
    if (!r->context)
        return;
    if (r->form == SMI_INLINE_PACKETS)
        smi_content_close(&r->content);
    if (r->form == SMI_INLINE_CLEARTEXT)
        smi_cleartext_source_close(&r->text);
    if (r->armored)
        smi_made_source_close(&r->dearmor.made);
    smi_window_source_close(&r->window);
    *r = (struct smi_inline){0};
}

static void open_packets(struct smi_inline *r, struct smi_source *packets)
{
    r->form = SMI_INLINE_PACKETS;
    smi_content_open(&r->content, r->context, r->judge, packets);
    r->content.signatures = r->signatures;
    r->content.lf_wanted = r->lf_wanted;
}

/* Skips lines of white space, which may stand in front of a cleartext-signed message; other text
 * must not. */
static int skip_white(struct smi_inline *r)
{
    for (;;) {
        const uint8_t *p;
        size_t n, white = 0;
        int rc = smi_peek(&r->window.source, 1, &p, &n);
        if (rc || !n)
            return rc;
        while (white < n && p[white] && strchr(" \t\r\n", p[white]))
            white++;
        if (!white)
            return 0;
        r->in_line = p[white - 1] != '\n';
        smi_skip(&r->window.source, white);
    }
}

static int open_text(struct smi_inline *r)
{
    static const char begin[] = SMI_CLEARTEXT_BEGIN;
    const size_t length = sizeof begin - 1;
    struct smi_source *source = &r->window.source;
    const uint8_t *p;
    size_t n;
    int rc = skip_white(r);
    if (!rc)
        rc = smi_peek(source, length, &p, &n);
    if (rc)
        return rc;
    if (!r->in_line && n >= length && !memcmp(p, begin, length)) {
        smi_cleartext_source_open(&r->text, r->context, source, r->hold_limit);
        r->form = SMI_INLINE_CLEARTEXT;
        return 0;
    }
    smi_dearmor_source_open(&r->dearmor, r->context, source);
    r->armored = true;
    open_packets(r, &r->dearmor.made.source);
    return 0;
}

static int start(struct smi_inline *r)
{
    const uint8_t *p;
    size_t n;
    int rc = smi_peek(&r->window.source, 1, &p, &n);
    if (rc)
        return rc;
    if (!n)
        return smi_fail(r->context, SECMAIL_E_NO_DATA, "the input is empty");
    if (smi_looks_armored(p[0]))
        r->form = SMI_INLINE_TEXT;
    else
        open_packets(r, &r->window.source);
    return 0;
}

static int read_packets(struct smi_inline *r, struct secmail_output *out)
{
    const int rc = smi_content_read(&r->content, out);
    const enum smi_armor_kind kind = r->armored ? r->dearmor.dearmor.kind : SMI_ARMOR_NONE;
    if (!kind || kind == SMI_ARMOR_MESSAGE)
        return rc;
    /* What else is wrong with it may be known already or not: that depends on the windows. */
    smi_recover(r->context);
    return smi_fail(r->context, SECMAIL_E_ARMOR_KIND,
                    "the armor holds a %s, but a signed message was expected",
                    smi_armor_name(kind));
}

static int read_text(struct smi_inline *r, struct secmail_output *out)
{
    for (;;) {
        const uint8_t *p;
        size_t n;
        int rc = smi_peek(&r->text.made.source, 1, &p, &n);
        if (rc || !n)
            return rc;
        if (!smi_output_left(out))
            return SECMAIL_NEEDS_ROOM;
        rc = smi_cap_plaintext(r->context, r->text_size, &n);
        if (rc)
            return rc;
        n = smi_emit(out, p, n);
        smi_skip(&r->text.made.source, n);
        r->text_size += n;
    }
}

int smi_inline_read(struct smi_inline *r, struct secmail_input *in, struct secmail_output *out,
                    bool end)
{
    r->window.in = in;
    r->window.end = end;
    int rc = 0;
    if (r->form == SMI_INLINE_START)
        rc = start(r);
    if (!rc && r->form == SMI_INLINE_TEXT)
        rc = open_text(r);
    if (!rc)
        rc = r->form == SMI_INLINE_PACKETS ? read_packets(r, out) : read_text(r, out);
    r->window.in = NULL;
    return rc;
}
