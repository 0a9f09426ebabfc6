/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading From fields, in two steps: comments and quoted strings first, then the addresses. */
#include "mailauth/address.h"

/* Stands for a quoted string: no other byte of its kind can be in the text. */
enum { QUOTED = 0x01 };

/* ---- Comments and quoted strings ---- */

struct scanner {
    struct smi_buf *out;
    uint32_t comments; /* nesting */
    bool quoted;
    bool escaped;
};

static bool is_forbidden(uint8_t c)
{
    return (c < 0x20 && !smi_is_fws(c)) || c == 0x7f;
}

static void scan_plain(struct scanner *s, uint8_t c)
{
    if (c == '(') {
        s->comments = 1;
        c = ' ';
    } else if (c == '"') {
        s->quoted = true;
        c = QUOTED;
    } else if (smi_is_fws(c)) {
        c = ' ';
    }
    smi_put_u8(s->out, c);
}

static void scan(struct scanner *s, uint8_t c)
{
    if (!s->quoted && !s->comments)
        scan_plain(s, c);
    else if (s->escaped)
        s->escaped = false;
    else if (c == '\\')
        s->escaped = true;
    else if (s->quoted)
        s->quoted = c != '"';
    else if (c == '(')
        s->comments++;
    else if (c == ')')
        s->comments--;
}

/* The text with each comment a space and each quoted string a QUOTED; false if one doesn't end. */
static bool simplify(struct smi_buf *out, struct smi_span value)
{
    struct scanner s = {.out = out};
    for (size_t i = 0; i < value.size; i++) {
        if (is_forbidden(value.data[i]))
            return false;
        scan(&s, value.data[i]);
    }
    return !s.comments && !s.quoted;
}

/* ---- Addresses ---- */

/* addr-spec: the one "@" with something before it and a domain behind it. */
static bool read_address(struct smi_span text, struct smi_domain *domain)
{
    const struct smi_span address = smi_span_trim(text);
    struct smi_span host = address;
    const struct smi_span local = smi_span_cut(&host, '@');
    if (!local.size || smi_span_find(local, ' ') < local.size ||
        smi_span_find(local, '<') < local.size)
        return false;
    return smi_domain_read_host(domain, host);
}

/* One mailbox, or text without any. */
static enum smi_author read_mailbox(struct smi_span text, struct smi_domain *domain)
{
    struct smi_span inside = text;
    const struct smi_span before = smi_span_cut(&inside, '<');
    if (smi_span_find(before, '>') < before.size)
        return SMI_AUTHOR_MALFORMED;
    if (before.size == text.size) {
        if (smi_span_find(text, '@') == text.size)
            return SMI_AUTHOR_NO_ADDRESS;
        return read_address(text, domain) ? SMI_AUTHOR_FOUND : SMI_AUTHOR_MALFORMED;
    }
    struct smi_span behind = inside;
    const struct smi_span address = smi_span_cut(&behind, '>');
    if (address.size == inside.size || smi_span_trim(behind).size)
        return SMI_AUTHOR_MALFORMED;
    return read_address(address, domain) ? SMI_AUTHOR_FOUND : SMI_AUTHOR_MALFORMED;
}

/* "display-name = phrase" (RFC 5322 section 3.4): an address in front of a colon is no group's
 * name, and some readers take it for the author. */
static bool is_group_name(struct smi_span text)
{
    return smi_span_find(text, '@') == text.size && smi_span_find(text, '<') == text.size;
}

/* Takes the next mailbox of a list. A group is what its name (up to a colon) and semicolon enclose;
 * both just end a piece here. Where no name is before the colon, what stands there isn't passed
 * over: `*bad` is set. */
static struct smi_span take_mailbox(struct smi_span *rest, bool *bad)
{
    size_t start = 0, at = 0;
    bool angle = false;
    for (; at < rest->size; at++) {
        const uint8_t c = rest->data[at];
        if (c == '<' || c == '>')
            angle = c == '<';
        else if (c == ':' && !angle) {
            *bad = *bad || !is_group_name(smi_span(rest->data + start, at - start));
            start = at + 1;
        } else if ((c == ',' || c == ';') && !angle)
            break;
    }
    const struct smi_span taken = smi_span(rest->data + start, at - start);
    *rest = smi_span_from(*rest, at < rest->size ? at + 1 : at);
    return taken;
}

static enum smi_author read_list(struct smi_span text, struct smi_domain *domain)
{
    enum smi_author author = SMI_AUTHOR_NO_ADDRESS;
    struct smi_domain one;
    bool bad = false;
    while (text.size) {
        const enum smi_author now = read_mailbox(take_mailbox(&text, &bad), &one);
        if (bad || now == SMI_AUTHOR_MALFORMED)
            return SMI_AUTHOR_MALFORMED;
        if (now == SMI_AUTHOR_NO_ADDRESS)
            continue;
        if (author == SMI_AUTHOR_FOUND && !smi_domain_same(&one, domain))
            return SMI_AUTHOR_SEVERAL_DOMAINS;
        author = SMI_AUTHOR_FOUND;
        *domain = one;
    }
    return author;
}

enum smi_author smi_author_read(const struct secmail_allocator *mem, struct smi_span value,
                                struct smi_domain *domain)
{
    struct smi_buf text = smi_buf_open(mem);
    domain->size = 0;
    domain->text[0] = '\0';
    enum smi_author author = SMI_AUTHOR_MALFORMED;
    if (simplify(&text, value))
        author = text.error ? SMI_AUTHOR_NO_MEMORY
                            : read_list(smi_span(text.data, text.size), domain);
    smi_buf_free(&text);
    return author;
}

enum smi_author smi_author_find(const struct smi_header *h, struct smi_domain *domain)
{
    const struct smi_field *from = smi_header_next(h, "From", 0);
    domain->size = 0;
    domain->text[0] = '\0';
    if (!from)
        return SMI_AUTHOR_NO_FIELD;
    if (smi_header_count(h, "From") > 1)
        return SMI_AUTHOR_SEVERAL_FIELDS;
    if (h->bare_ends || h->odd_from)
        return SMI_AUTHOR_MALFORMED;
    return smi_author_read(h->mem, smi_field_value(h, from), domain);
}

const char *smi_author_reason(enum smi_author author)
{
    switch (author) {
    case SMI_AUTHOR_NO_FIELD:
        return "there is no From field";
    case SMI_AUTHOR_SEVERAL_FIELDS:
        return "there are several From fields";
    case SMI_AUTHOR_NO_ADDRESS:
        return "the From field has no address";
    case SMI_AUTHOR_SEVERAL_DOMAINS:
        return "the From field has addresses of several domains";
    case SMI_AUTHOR_NOT_ALL_READ:
        return "the message's header is over the limits";
    default:
        return "the From field can't be read, or not in one way only";
    }
}
