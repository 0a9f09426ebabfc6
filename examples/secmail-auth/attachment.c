/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The report in a mail: the first body part that is base64 and is a report when it is decoded. No
 * reader of MIME: which part a boundary belongs to doesn't matter for that.
 */
#include "report.h"

struct part {
    bool in_header;
    bool is_base64;
    const char *body; /* NULL until the header's end */
};

/* Packed, or XML that isn't the HTML of the mail. */
static bool is_report(const struct bytes *b)
{
    if (b->size < 4)
        return false;
    return !memcmp(b->data, "\x1f\x8b", 2) || !memcmp(b->data, "PK\x03\x04", 4) ||
           (b->data[0] == '<' && memmem(b->data, b->size, "feedback>", 9));
}

/* The decoded part that ends at `end`; nothing if it isn't a report. */
static struct bytes take_part(const struct part *p, const char *end)
{
    struct bytes out = {0};
    if (!p->is_base64 || !p->body)
        return out;
    out.data = allocate((size_t)(end - p->body));
    if (decode_base64(p->body, (size_t)(end - p->body), &out) && is_report(&out))
        return out;
    free(out.data);
    return (struct bytes){0};
}

static void read_header_line(struct part *p, const char *line, size_t size, const char *next)
{
    static const char name[] = "Content-Transfer-Encoding:";
    const size_t name_size = sizeof name - 1;
    if (!size || (size == 1 && line[0] == '\r')) {
        p->in_header = false;
        p->body = next;
    } else if (size > name_size && !strncasecmp(line, name, name_size)) {
        p->is_base64 = memmem(line, size, "base64", 6) || memmem(line, size, "BASE64", 6);
    }
}

struct bytes find_attachment(const struct bytes *mail)
{
    const char *at = (const char *)mail->data, *end = at + mail->size;
    struct part part = {.in_header = true};
    while (at < end) {
        const char *lf = memchr(at, '\n', (size_t)(end - at));
        const size_t size = (size_t)((lf ? lf : end) - at);
        if (size > 2 && !memcmp(at, "--", 2)) {
            const struct bytes found = take_part(&part, at);
            if (found.size)
                return found;
            part = (struct part){.in_header = true};
        } else if (part.in_header) {
            read_header_line(&part, at, size, lf ? lf + 1 : end);
        }
        at = lf ? lf + 1 : end;
    }
    return take_part(&part, end);
}
