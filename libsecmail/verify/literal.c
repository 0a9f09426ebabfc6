/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Literal data packets. Where one may stand in a message is decided in content.c. */
#include "literal.h"

enum { PART_OCTET = 0xe0 | 13 }; /* a part of SMI_PART_SIZE */

/* ---------------------------------------------------------------- reading */

int smi_literal_read(struct secmail_context *context, struct smi_source *body,
                     struct smi_literal_fields *fields)
{
    const uint8_t *p;
    size_t n;
    int rc = smi_peek(body, 2, &p, &n);
    if (rc)
        return rc;
    const size_t size = n < 2 ? 2 : 2 + (size_t)p[1] + 4;
    rc = smi_peek(body, size, &p, &n);
    if (rc)
        return rc;
    if (n < size)
        return smi_fail(context, SECMAIL_E_MALFORMED,
                        "a literal data packet is too short for its fields (RFC 9580 section 5.9)");
    struct smi_cursor c = smi_cursor(p, size);
    fields->format = smi_u8(&c);
    fields->name_size = smi_u8(&c);
    smi_copy(&c, fields->name, fields->name_size);
    fields->date = smi_u32(&c);
    smi_skip(body, size);
    return 0;
}

int smi_literal_tell(struct secmail_context *context, const struct smi_literal_fields *fields,
                     struct secmail_literal_info *info)
{
    if (!info || info->size < sizeof info->size)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "the size of the literal info isn't set");
    const struct secmail_literal_info all = {
        .format = fields->format,
        .name_size = fields->name_size,
        .name = fields->name,
        .date = fields->date ? (int64_t)fields->date : -1,
    };
    smi_fill_sized(info, &all, sizeof all);
    return 0;
}

/* ---------------------------------------------------------------- writing */

void smi_literal_begin(struct smi_literal_writer *w, struct smi_buf *to, bool text, uint64_t size)
{
    *w = (struct smi_literal_writer){.to = to, .text = text, .part_start = SIZE_MAX};
    /* A packet's length has 32 bits; beyond that even a known size is written in parts. */
    if (!text && size <= UINT32_MAX - SMI_LITERAL_FIELDS) {
        smi_put_header(to, SMI_TAG_LITERAL, (size_t)size + SMI_LITERAL_FIELDS);
    } else {
        smi_put_u8(to, 0xc0 | SMI_TAG_LITERAL);
        w->part_start = to->size;
        smi_put_u8(to, 0);
    }
    const uint8_t fields[SMI_LITERAL_FIELDS] = {text ? SMI_LITERAL_UTF8 : SMI_LITERAL_BINARY};
    smi_put(to, fields, sizeof fields);
}

static void next_part(struct smi_literal_writer *w)
{
    w->to->data[w->part_start] = PART_OCTET;
    w->part_start = w->to->size;
    smi_put_u8(w->to, 0);
}

static void put_in_parts(struct smi_literal_writer *w, const uint8_t *data, size_t size)
{
    while (size && !w->to->error) {
        size_t n = SMI_PART_SIZE - (w->to->size - w->part_start - 1);
        if (!n) {
            next_part(w);
            continue;
        }
        if (n > size)
            n = size;
        smi_put(w->to, data, n);
        data += n;
        size -= n;
    }
}

/* "Text data MUST be encoded with UTF-8 and stored with <CR><LF> text endings." */
static void put_text(struct smi_literal_writer *w, const uint8_t *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        const size_t span = smi_crlf_span(&w->line_ends, text + at, size - at);
        put_in_parts(w, text + at, span);
        at += span;
        if (at++ < size)
            put_in_parts(w, (const uint8_t *)"\r\n", 2);
    }
}

int smi_literal_put(struct secmail_context *context, struct smi_literal_writer *w,
                    const uint8_t *data, size_t size)
{
    if (w->text && !smi_utf8_update(&w->utf8, data, size))
        return smi_fail(context, SECMAIL_E_EXPECTED_TEXT, "the data is not UTF-8");
    if (w->text)
        put_text(w, data, size);
    else if (w->part_start != SIZE_MAX)
        put_in_parts(w, data, size);
    else
        smi_put(w->to, data, size);
    return w->to->error ? smi_nomem(context) : 0;
}

/* The last part has less than SMI_PART_SIZE bytes, or as many: a length of one octet or two. */
static void close_part(struct smi_literal_writer *w)
{
    const size_t filled = w->to->size - w->part_start - 1;
    if (filled < 192) {
        w->to->data[w->part_start] = (uint8_t)filled;
    } else if (smi_buf_add(w->to, 1)) {
        uint8_t *p = w->to->data + w->part_start;
        memmove(p + 2, p + 1, filled);
        p[0] = (uint8_t)(((filled - 192) >> 8) + 192);
        p[1] = (uint8_t)(filled - 192);
    }
    w->part_start = SIZE_MAX;
}

int smi_literal_end(struct secmail_context *context, struct smi_literal_writer *w)
{
    if (w->text && !smi_utf8_complete(&w->utf8))
        return smi_fail(context, SECMAIL_E_EXPECTED_TEXT, "the data ends inside a UTF-8 character");
    if (w->part_start != SIZE_MAX)
        close_part(w);
    return w->to->error ? smi_nomem(context) : 0;
}
