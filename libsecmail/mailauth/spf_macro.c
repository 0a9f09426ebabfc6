/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPF macros (RFC 7208 section 7). All output goes through writers with a ceiling. */
#include "mailauth/spf.h"

#include "mailauth/ip.h"

/* What a domain may become before it is cut to length; and how long a sender may be. */
enum { DOMAIN_CEILING = 2048, VALUE_MAX = 600 };

static const char delimiters[] = ".-+,/_=";

/* One piece of a macro-string. */
struct piece {
    uint8_t letter; /* of a macro; 0 for text that stands for itself */
    bool escape;    /* an upper-case letter: URL escaping */
    bool reverse;
    uint8_t keep;          /* parts from the right; 0 for all */
    struct smi_span marks; /* delimiters; empty for "." */
    struct smi_span text;  /* of literal text */
};

static bool is_delimiter(uint8_t c)
{
    return c && memchr(delimiters, c, sizeof delimiters - 1) != NULL;
}

/* transformers = *DIGIT [ "r" ]; "the DIGIT transformer [...] if present MUST be nonzero". */
static bool read_transformers(struct piece *p, struct smi_span text)
{
    size_t digits = 0;
    while (digits < text.size && smi_is_digit(text.data[digits]))
        digits++;
    uint64_t number = 0;
    if (digits && (!smi_span_number(smi_span(text.data, digits), &number) || !number))
        return false;
    /* No name has more than 127 parts. */
    p->keep = (uint8_t)(number < 128 ? number : 128);
    text = smi_span_from(text, digits);
    if (text.size && smi_lower(text.data[0]) == 'r') {
        p->reverse = true;
        text = smi_span_from(text, 1);
    }
    p->marks = text;
    for (size_t i = 0; i < text.size; i++) {
        if (!is_delimiter(text.data[i]))
            return false;
    }
    return true;
}

static bool is_letter(uint8_t letter, bool explanation)
{
    return letter && (memchr("slodiphv", letter, 8) || (explanation && memchr("crt", letter, 3)));
}

/* Takes "%%", "%_" or "%-". */
static bool take_literal(struct smi_span *rest, struct piece *p)
{
    switch (rest->data[1]) {
    case '%':
        p->text = smi_span("%", 1);
        break;
    case '_':
        p->text = smi_span(" ", 1);
        break;
    case '-':
        p->text = smi_span("%20", 3);
        break;
    default:
        return false;
    }
    *rest = smi_span_from(*rest, 2);
    return true;
}

/* Takes "%{...}", "%%", "%_" or "%-" off a text that begins with "%". */
static bool take_macro(struct smi_span *rest, struct piece *p, bool explanation)
{
    if (rest->size > 1 && rest->data[1] != '{')
        return take_literal(rest, p);
    const size_t end = smi_span_find(*rest, '}');
    if (rest->size < 4 || end == rest->size || end < 3)
        return false;
    p->letter = smi_lower(rest->data[2]);
    p->escape = p->letter != rest->data[2];
    const struct smi_span transformers = smi_span(rest->data + 3, end - 3);
    *rest = smi_span_from(*rest, end + 1);
    return is_letter(p->letter, explanation) && read_transformers(p, transformers);
}

/* False for what is no macro-string. */
static bool take_piece(struct smi_span *rest, struct piece *p, bool explanation)
{
    p->letter = p->keep = 0;
    p->escape = p->reverse = false;
    p->marks = p->text = smi_span("", 0);
    if (rest->data[0] == '%')
        return take_macro(rest, p, explanation);
    size_t size = 0;
    while (size < rest->size && rest->data[size] != '%') {
        const uint8_t c = rest->data[size++];
        if ((c < 0x21 && !(explanation && c == ' ')) || c > 0x7e)
            return false;
    }
    p->text = smi_span(rest->data, size);
    *rest = smi_span_from(*rest, size);
    return true;
}

bool smi_spf_is_macro_string(struct smi_span text, bool explanation)
{
    struct piece p;
    while (text.size) {
        if (!take_piece(&text, &p, explanation))
            return false;
    }
    return true;
}

/* toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" ) alphanum ) */
static bool is_toplabel(struct smi_span label)
{
    bool number = true;
    for (size_t i = 0; i < label.size; i++) {
        const uint8_t c = label.data[i];
        if (!smi_is_alnum(c) && c != '-')
            return false;
        number = number && smi_is_digit(c);
    }
    return label.size && !number && label.data[0] != '-' && label.data[label.size - 1] != '-';
}

/* domain-end = ( "." toplabel [ "." ] ) / macro-expand */
static bool is_domain_end(struct smi_span tail)
{
    if (tail.size && tail.data[tail.size - 1] == '.')
        tail.size--;
    size_t at = tail.size;
    while (at && tail.data[at - 1] != '.')
        at--;
    return at && is_toplabel(smi_span_from(tail, at));
}

bool smi_spf_is_domain_spec(struct smi_span text)
{
    struct piece p = {0};
    if (!text.size)
        return false;
    bool macro = false;
    while (text.size) {
        macro = text.data[0] == '%';
        if (!take_piece(&text, &p, false))
            return false;
    }
    return macro || is_domain_end(p.text);
}

/* ---- Values ---- */

/* What a letter stands for: borrowed where it stands somewhere, else in `room`. */
struct value {
    struct smi_span span;
    uint8_t room[VALUE_MAX];
};

/* A writer into the room, which never grows. */
static struct smi_buf room_writer(struct value *v)
{
    return (struct smi_buf){
        .data = v->room, .room = VALUE_MAX, .ceiling = VALUE_MAX, .over = SECMAIL_E_ARGUMENT};
}

/* "%{i}": dotted, and for IPv6 in nibbles (RFC 7208 section 7.3). */
static void put_dotted_ip(struct smi_buf *b, const struct smi_ip *ip)
{
    static const char digits[] = "0123456789abcdef";
    if (ip->size == 4) {
        smi_put_ip(b, ip->bytes, 4);
        return;
    }
    for (size_t i = 0; i < 32; i++) {
        if (i)
            smi_put_u8(b, '.');
        smi_put_u8(b, (uint8_t)digits[ip->bytes[i / 2] >> (i % 2 ? 0 : 4) & 15]);
    }
}

static enum smi_spf_expansion put_client_name(struct smi_spf *s, const struct smi_domain *domain,
                                              struct smi_buf *b)
{
    struct smi_domain name;
    const enum smi_spf_found found = smi_spf_client_name(s, domain, true, &name);
    if (found == SMI_SPF_WAIT)
        return SMI_SPF_EXPANSION_OPEN;
    if (found == SMI_SPF_FOUND)
        smi_put(b, name.text, name.size);
    else
        smi_put_text(b, "unknown");
    return SMI_SPF_EXPANDED;
}

/* What has to be written, into the room. */
static enum smi_spf_expansion write_value(struct smi_spf *s, uint8_t letter,
                                          const struct smi_domain *domain, struct value *v)
{
    const struct secmail_mailauth *m = s->m;
    struct smi_buf b = room_writer(v);
    enum smi_spf_expansion e = SMI_SPF_EXPANDED;
    if (letter == 's') {
        smi_put_span(&b, s->local);
        smi_put_u8(&b, '@');
        smi_put_span(&b, smi_domain_span(s->sender));
    } else if (letter == 'i') {
        put_dotted_ip(&b, &m->ip);
    } else if (letter == 'c') {
        smi_put_ip(&b, m->ip.bytes, m->ip.size);
    } else if (letter == 'p') {
        e = put_client_name(s, domain, &b);
    } else {
        smi_put_number(&b, m->now < 0 ? 0 : (uint64_t)m->now);
    }
    v->span = smi_span(v->room, b.size);
    return b.error ? SMI_SPF_EXPANSION_NONE : e;
}

static enum smi_spf_expansion find_value(struct smi_spf *s, uint8_t letter,
                                         const struct smi_domain *domain, struct value *v)
{
    const struct secmail_mailauth *m = s->m;
    /* "terms that include %{s} or %{l} do not match anything" (RFC 8616 section 4) */
    if ((letter == 's' || letter == 'l') && !smi_span_is_ascii(s->local))
        return SMI_SPF_EXPANSION_NONE;
    switch (letter) {
    case 'l':
        v->span = s->local;
        break;
    case 'o':
        v->span = smi_domain_span(s->sender);
        break;
    case 'd':
        v->span = smi_domain_span(domain);
        break;
    case 'h':
        v->span = s->helo;
        break;
    case 'v':
        v->span = smi_span_text(m->ip.size == 4 ? "in-addr" : "ip6");
        break;
    case 'r':
        v->span = smi_span(m->authserv_id.text, m->authserv_id.size);
        break;
    default:
        return write_value(s, letter, domain, v);
    }
    return SMI_SPF_EXPANDED;
}

/* ---- Transforming ---- */

static bool is_mark(const struct piece *p, uint8_t c)
{
    return p->marks.size ? memchr(p->marks.data, c, p->marks.size) != NULL : c == '.';
}

/* "uppercase macros expand exactly as the lowercase macros, and are then URL escaped". */
static void put_escaped(struct smi_buf *b, const struct piece *p, struct smi_span s)
{
    static const char digits[] = "0123456789ABCDEF";
    if (!p->escape) {
        smi_put_span(b, s);
        return;
    }
    for (size_t i = 0; i < s.size; i++) {
        const uint8_t c = s.data[i];
        if (smi_is_alnum(c) || (c && memchr("-._~", c, 4))) {
            smi_put_u8(b, c);
            continue;
        }
        smi_put_u8(b, '%');
        smi_put_u8(b, (uint8_t)digits[c >> 4]);
        smi_put_u8(b, (uint8_t)digits[c & 15]);
    }
}

/* Start of the part that ends at `end`. */
static size_t part_start(const struct piece *p, struct smi_span value, size_t end)
{
    while (end && !is_mark(p, value.data[end - 1]))
        end--;
    return end;
}

static size_t part_end(const struct piece *p, struct smi_span value, size_t start)
{
    while (start < value.size && !is_mark(p, value.data[start]))
        start++;
    return start;
}

static size_t count_parts(const struct piece *p, struct smi_span value)
{
    size_t parts = 1;
    for (size_t i = 0; i < value.size; i++)
        parts += is_mark(p, value.data[i]);
    return parts;
}

/* Parts from left to right without the first ones, or from right to left. */
static void put_parts(struct smi_buf *b, const struct piece *p, struct smi_span value)
{
    const size_t parts = count_parts(p, value);
    const size_t skip = p->keep && p->keep < parts ? parts - p->keep : 0;
    size_t at = p->reverse ? value.size : 0;
    for (size_t i = 0; i < parts && !b->error; i++) {
        const size_t start = p->reverse ? part_start(p, value, at) : at;
        const size_t end = p->reverse ? at : part_end(p, value, at);
        if (i > skip)
            smi_put_u8(b, '.');
        if (i >= skip)
            put_escaped(b, p, smi_span(value.data + start, end - start));
        at = p->reverse ? start - (i + 1 < parts) : end + 1;
    }
}

static enum smi_spf_expansion put_macro(struct smi_spf *s, const struct piece *p,
                                        const struct smi_domain *domain, struct smi_buf *b)
{
    struct value v;
    const enum smi_spf_expansion e = find_value(s, p->letter, domain, &v);
    if (e != SMI_SPF_EXPANDED)
        return e;
    if (p->keep || p->reverse || p->marks.size)
        put_parts(b, p, v.span);
    else
        put_escaped(b, p, v.span);
    return SMI_SPF_EXPANDED;
}

/* ---- Expanding ---- */

static enum smi_spf_expansion expand(struct smi_spf *s, struct smi_span text, bool explanation,
                                     const struct smi_domain *domain, struct smi_buf *b)
{
    struct piece p;
    while (text.size) {
        if (!take_piece(&text, &p, explanation))
            return SMI_SPF_EXPANSION_NONE;
        smi_put_span(b, p.text);
        const enum smi_spf_expansion e = p.letter ? put_macro(s, &p, domain, b) : SMI_SPF_EXPANDED;
        if (e != SMI_SPF_EXPANDED)
            return e;
        if (b->error)
            break;
    }
    if (b->error == SECMAIL_E_NOMEM)
        s->m->answers.error = SECMAIL_E_NOMEM;
    return b->error ? SMI_SPF_EXPANSION_NONE : SMI_SPF_EXPANDED;
}

/* "If the expanded domain name [...] exceeds 253 characters, the left side is truncated to fit, by
 * removing successive domain labels" (RFC 7208 section 7.3). */
static struct smi_span truncate_left(struct smi_span name)
{
    if (name.size && name.data[name.size - 1] == '.')
        name.size--;
    while (name.size > SMI_DOMAIN_MAX)
        smi_span_cut(&name, '.');
    return name;
}

enum smi_spf_expansion smi_spf_expand_domain(struct smi_spf *s, struct smi_span spec,
                                             const struct smi_domain *domain,
                                             struct smi_domain *name)
{
    uint8_t room[DOMAIN_CEILING];
    struct smi_buf b = {
        .data = room, .room = sizeof room, .ceiling = sizeof room, .over = SECMAIL_E_ARGUMENT};
    enum smi_spf_expansion e = SMI_SPF_EXPANDED;
    name->size = 0;
    if (smi_span_find(spec, '%') == spec.size)
        smi_domain_read(name, truncate_left(spec));
    else if ((e = expand(s, spec, false, domain, &b)) == SMI_SPF_EXPANDED)
        smi_domain_read(name, truncate_left(smi_span(b.data, b.size)));
    return e;
}

enum smi_spf_expansion smi_spf_expand_text(struct smi_spf *s, struct smi_span text,
                                           const struct smi_domain *domain, struct smi_buf *out)
{
    return expand(s, text, true, domain, out);
}
