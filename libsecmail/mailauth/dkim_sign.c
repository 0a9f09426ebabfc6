/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing signature fields (RFC 6376 sections 3.5, 3.7 and 5). */
#include "mailauth/dkim_sign.h"

#include "codec/base64.h"
#include "crypto/hash.h"
#include "mailauth/dkim_signature.h"

enum { LINE = 72, NAMES_MAX = 1000 };

/*
 * What is signed unless the caller says otherwise: the fields that readers see or act on (RFC 6376
 * section 5.4.1). Those that may stand only once are named once more than they are there, so that
 * nobody adds another one on top (section 8.15); `once` marks them.
 */
static const struct {
    const char *name;
    bool once;
} defaults[] = {
    {"From", true},
    {"To", true},
    {"Cc", true},
    {"Subject", true},
    {"Date", true},
    {"Message-ID", true},
    {"Reply-To", true},
    {"In-Reply-To", true},
    {"References", true},
    {"MIME-Version", true},
    {"Content-Type", true},
    {"Content-Transfer-Encoding", true},
    {"Sender", false},
    {"List-Id", false},
    {"List-Help", false},
    {"List-Post", false},
    {"List-Owner", false},
    {"List-Archive", false},
    {"List-Subscribe", false},
    {"List-Unsubscribe", false},
    {"List-Unsubscribe-Post", false},
};

static void put_name(struct smi_buf *b, struct smi_span name)
{
    if (b->size)
        smi_put_u8(b, ':');
    smi_put_span(b, name);
}

/* A DKIM-Signature that isn't there yet will be the one that is made now, which "MUST NOT be
 * included in its own "h=" tag" (RFC 6376 section 5.4): those names are left out. */
static void put_given(struct smi_buf *names, const struct smi_header *h, struct smi_span given)
{
    size_t signatures = smi_header_count(h, "DKIM-Signature");
    struct smi_span name;
    while (smi_next_name(&given, &name)) {
        if (!smi_span_is(name, "DKIM-Signature") || signatures)
            put_name(names, name);
        if (smi_span_is(name, "DKIM-Signature") && signatures)
            signatures--;
    }
}

bool smi_list_names(struct smi_buf *names, const struct smi_header *h, struct smi_span given)
{
    size_t total = 0;
    if (given.size) {
        put_given(names, h, given);
        return true;
    }
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
        const size_t count = smi_header_count(h, defaults[i].name) + defaults[i].once;
        total += count;
        if (total > NAMES_MAX)
            return false;
        for (size_t k = 0; k < count; k++)
            put_name(names, smi_span_text(defaults[i].name));
    }
    return true;
}

/* ---- Tags ---- */

static void new_line(struct smi_buf *b)
{
    smi_put_text(b, "\r\n\t");
}

static void put_tag(struct smi_buf *b, const char *tag, const char *value)
{
    smi_put_text(b, tag);
    smi_put_text(b, value);
    smi_put_u8(b, ';');
}

static void put_time(struct smi_buf *b, const char *tag, int64_t time)
{
    if (time == SMI_NO_TIME)
        return;
    smi_put_text(b, tag);
    smi_put_number(b, (uint64_t)time);
    smi_put_u8(b, ';');
}

void smi_put_signing_tags(struct smi_buf *b, const struct smi_signing *s)
{
    put_tag(b, " a=", smi_dkim_key_name(s->key));
    new_line(b);
    put_tag(b, "d=", s->domain);
    new_line(b);
    put_tag(b, "s=", s->selector);
    put_time(b, " t=", s->time);
    put_time(b, " x=", s->expires);
}

/* Folded behind a colon when the line is long: white space may stand there. */
void smi_put_names_tag(struct smi_buf *b, struct smi_span names)
{
    struct smi_span name;
    size_t column = 2;
    new_line(b);
    smi_put_text(b, "h=");
    for (bool first = true; smi_next_name(&names, &name); first = false) {
        if (!first)
            smi_put_u8(b, ':');
        if (!first && column + name.size > LINE) {
            new_line(b);
            smi_put_u8(b, ' ');
            column = 1;
        }
        smi_put_span(b, name);
        column += name.size + 1;
    }
    smi_put_u8(b, ';');
}

/* In lines; `column` is where the first one begins. */
static void put_base64(struct smi_buf *b, struct smi_span bytes, size_t column)
{
    char text[LINE];
    while (bytes.size) {
        const size_t room = (LINE - column) / 4 * 3;
        const size_t size = bytes.size < room ? bytes.size : room;
        smi_base64_encode(text, bytes.data, size);
        smi_put(b, text, smi_base64_size(size));
        bytes = smi_span_from(bytes, size);
        if (!bytes.size)
            break;
        new_line(b);
        smi_put_u8(b, ' ');
        column = 1;
    }
}

void smi_put_body_hash_tag(struct smi_buf *b, const uint8_t digest[32])
{
    new_line(b);
    smi_put_text(b, "bh=");
    put_base64(b, smi_span(digest, 32), 3);
    smi_put_u8(b, ';');
}

/* ---- Signatures ---- */

int smi_check_signable(struct secmail_context *context, const struct smi_message *message)
{
    if (message->header_over)
        return smi_fail(context, SECMAIL_E_MAILAUTH_MESSAGE,
                        "the message's header is over the limits");
    if (message->header.bare_ends)
        return smi_fail(context, SECMAIL_E_MAILAUTH_MESSAGE,
                        "the message's header has a CR or LF that is not part of a line end");
    return 0;
}

int smi_sign_field(struct secmail_context *context, const struct smi_signing *s,
                   struct smi_buf *data, struct smi_buf *field)
{
    uint8_t digest[32];
    struct smi_buf sig = smi_buf_open(&context->mem);
    const struct smi_span text = smi_span(field->data, field->size);
    if (!field->error)
        smi_canon_field(data, s->header_canon, text, smi_span_find(text, ':'));
    int rc = data->error || field->error ? smi_nomem(context) : 0;
    if (!rc)
        rc = smi_hash_once(context, SMI_SHA256, data->data, data->size, digest);
    if (!rc)
        rc = smi_dkim_key_sign(context, s->key, digest, &sig);
    if (!rc) {
        put_base64(field, smi_span(sig.data, sig.size), 2);
        smi_put(field, "\r\n", 2);
        rc = field->error ? smi_nomem(context) : 0;
    }
    smi_buf_free(&sig);
    return rc;
}
