/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading Authentication-Results (RFC 8601 section 2.2). Comments and quoted strings are taken for
 * what they are, wherever they stand: a reader that cuts at dots and equal signs can be told
 * anything.
 */
#include "mailauth/authres.h"

enum { RESULTS_MAX = 1000, PROPERTIES_MAX = 10000 };

struct property {
    uint32_t type, name, value; /* offsets in text */
};

struct result {
    uint32_t method, result, reason; /* reason is 0 for none */
    uint32_t first, count;           /* properties */
};

struct secmail_authres {
    struct secmail_context *context;
    struct smi_buf text; /* all strings, each with a NUL; offset 0 is none */
    uint32_t id;
    struct result *results;
    size_t count, room;
    struct property *properties;
    size_t property_count, property_room;
};

/* ---- Tokens ---- */

/* Skips white space and comments; false for a comment that doesn't end. */
static bool skip_cfws(struct smi_span *s)
{
    size_t depth = 0, at = 0;
    for (; at < s->size; at++) {
        const uint8_t c = s->data[at];
        if (depth && c == '\\')
            at++;
        else if (c == '(')
            depth++;
        else if (depth && c == ')')
            depth--;
        else if (!depth && !smi_is_fws(c))
            break;
    }
    *s = smi_span_from(*s, at < s->size ? at : s->size);
    return !depth;
}

static bool take_mark(struct smi_span *s, uint8_t mark)
{
    if (!s->size || s->data[0] != mark)
        return false;
    *s = smi_span_from(*s, 1);
    return true;
}

/* Neither qtext nor what a backslash may stand before (RFC 5322 sections 3.2.1 and 3.2.4). With a
 * NUL, what a caller sees would end before what was written. */
static bool is_control(uint8_t c)
{
    return (c < 0x20 && !smi_is_fws(c)) || c == 0x7f;
}

static bool take_quoted(struct smi_span *s, struct smi_buf *out)
{
    size_t at = 1;
    for (; at < s->size && s->data[at] != '"'; at++) {
        if (s->data[at] == '\\')
            at++;
        if (at < s->size && is_control(s->data[at]))
            return false;
        /* Line ends of folding aren't part of it. */
        if (at < s->size && s->data[at] != '\r' && s->data[at] != '\n')
            smi_put_u8(out, s->data[at]);
    }
    if (at >= s->size)
        return false;
    *s = smi_span_from(*s, at + 1);
    return true;
}

/* What a value may hold without quotes: more than a token, since base64, addresses and times stand
 * there in practice. */
static bool is_plain(uint8_t c, const char *stops)
{
    return c > 0x20 && c != 0x7f && !memchr("()<>\";", c, 6) && !strchr(stops, c);
}

/* Takes a value: quoted strings and plain characters up to white space, a comment or a semicolon.
 * `stops` are characters that end it too. Appends it with a NUL; *at is where. */
static bool take_value(struct smi_span *s, struct smi_buf *out, const char *stops, uint32_t *at)
{
    const size_t start = out->size;
    bool taken = false;
    while (s->size) {
        if (s->data[0] == '"') {
            if (!take_quoted(s, out))
                return false;
        } else if (is_plain(s->data[0], stops)) {
            smi_put_u8(out, s->data[0]);
            *s = smi_span_from(*s, 1);
        } else {
            break;
        }
        taken = true;
    }
    smi_put_u8(out, 0);
    *at = (uint32_t)start;
    return taken;
}

/* Keyword of RFC 5321, in lower case. */
static bool take_keyword(struct smi_span *s, struct smi_buf *out, uint32_t *at)
{
    const size_t start = out->size;
    while (s->size && (smi_is_alnum(s->data[0]) || s->data[0] == '-' || s->data[0] == '_')) {
        smi_put_u8(out, smi_lower(s->data[0]));
        *s = smi_span_from(*s, 1);
    }
    const bool taken = out->size > start;
    smi_put_u8(out, 0);
    *at = (uint32_t)start;
    return taken;
}

/* A mark with white space and comments around it. */
static bool take_between(struct smi_span *s, uint8_t mark)
{
    return skip_cfws(s) && take_mark(s, mark) && skip_cfws(s);
}

/* ---- Field ---- */

static bool add_property(struct secmail_authres *a, struct result *r, uint32_t type,
                         struct smi_span *s)
{
    struct property p = {.type = type};
    if (!take_between(s, '.') || !take_keyword(s, &a->text, &p.name) || !take_between(s, '=') ||
        !take_value(s, &a->text, "", &p.value) || !skip_cfws(s) ||
        a->property_count == PROPERTIES_MAX)
        return false;
    if (!smi_grow(&a->context->mem, &a->properties, &a->property_room, a->property_count + 1,
                  sizeof *a->properties)) {
        a->text.error = SECMAIL_E_NOMEM;
        return false;
    }
    a->properties[a->property_count++] = p;
    r->count++;
    return true;
}

/* reasonspec, and then propspecs. */
static bool read_details(struct secmail_authres *a, struct result *r, struct smi_span *s)
{
    bool first = true;
    while (s->size && s->data[0] != ';') {
        uint32_t word;
        if (!take_keyword(s, &a->text, &word) || !skip_cfws(s))
            return false;
        const bool is_reason = !strcmp((const char *)a->text.data + word, "reason");
        if (first && is_reason && s->size && s->data[0] == '=') {
            if (!take_between(s, '=') || !take_value(s, &a->text, "", &r->reason) || !skip_cfws(s))
                return false;
        } else if (!add_property(a, r, word, s)) {
            return false;
        }
        first = false;
    }
    return true;
}

/* 1*DIGIT, and whether that is the one version that there is. */
static bool take_version(struct smi_span *s, bool *known)
{
    uint64_t number = 0;
    size_t size = 0;
    while (size < s->size && smi_is_digit(s->data[size]))
        size++;
    const bool taken = smi_span_number(smi_span(s->data, size), &number);
    *known = number == 1;
    *s = smi_span_from(*s, size);
    return taken;
}

/* methodspec: method [ "/" version ] "=" result */
static bool read_result(struct secmail_authres *a, struct result *r, struct smi_span *s,
                        bool *known)
{
    *known = true;
    if (!take_keyword(s, &a->text, &r->method) || !skip_cfws(s))
        return false;
    if (take_mark(s, '/') && (!skip_cfws(s) || !take_version(s, known)))
        return false;
    return take_between(s, '=') && take_keyword(s, &a->text, &r->result) && skip_cfws(s) &&
           read_details(a, r, s);
}

/* "the parser SHOULD ignore a method result if the version is not supported" (section 2.6) */
static bool add_result(struct secmail_authres *a, struct smi_span *s)
{
    struct result r = {.first = (uint32_t)a->property_count};
    bool known;
    if (a->count == RESULTS_MAX || !read_result(a, &r, s, &known))
        return false;
    if (!known) {
        a->property_count = r.first;
        return true;
    }
    if (!smi_grow(&a->context->mem, &a->results, &a->room, a->count + 1, sizeof *a->results)) {
        a->text.error = SECMAIL_E_NOMEM;
        return false;
    }
    a->results[a->count++] = r;
    return true;
}

/* no-result = ";" "none" */
static bool take_none(struct smi_span s)
{
    if (!smi_span_begins(s, "none"))
        return false;
    s = smi_span_from(s, 4);
    return skip_cfws(&s) && !s.size;
}

/* "if a parser finds a version after an authserv-id that it does not explicitly know, it can
 * immediately discontinue trying to parse" (section 2.6) */
static bool read_head(struct secmail_authres *a, struct smi_span *s)
{
    bool known = true;
    smi_put_u8(&a->text, 0);
    if (!skip_cfws(s) || !take_value(s, &a->text, "", &a->id) || !skip_cfws(s))
        return false;
    if (s->size && smi_is_digit(s->data[0]) && (!take_version(s, &known) || !skip_cfws(s)))
        return false;
    return known;
}

static bool read_field(struct secmail_authres *a, struct smi_span s)
{
    bool any = false;
    if (!read_head(a, &s))
        return false;
    while (s.size) {
        if (!take_mark(&s, ';') || !skip_cfws(&s))
            return false;
        if (!any && take_none(s))
            return true;
        /* Many writers end the last result with a semicolon. */
        if (!s.size)
            return any;
        if (!add_result(a, &s))
            return false;
        any = true;
    }
    return any;
}

int smi_authres_read(struct secmail_context *context, struct secmail_authres **out,
                     struct smi_span value)
{
    struct secmail_authres *a = smi_zalloc(&context->mem, sizeof *a);
    *out = NULL;
    if (!a)
        return smi_nomem(context);
    a->context = context;
    a->text = smi_buf_open(&context->mem);
    const bool ok = read_field(a, value);
    const bool nomem = a->text.error != 0;
    if (ok && !nomem) {
        *out = a;
        return 0;
    }
    secmail_authres_free(a);
    return nomem ? smi_nomem(context)
                 : smi_fail(context, SECMAIL_E_MAILAUTH_FIELD,
                            "an Authentication-Results field is not well-formed");
}

bool smi_authres_read_id(struct smi_span value, struct smi_buf *id)
{
    uint32_t at;
    return skip_cfws(&value) && take_value(&value, id, "", &at);
}

/* ---- Public ---- */

int secmail_authres_read(struct secmail_context *context, struct secmail_authres **out,
                         const uint8_t *value, size_t size)
{
    if (!smi_enter(context) || !out || (!value && size))
        return SECMAIL_E_ARGUMENT;
    return smi_authres_read(context, out, smi_span(value, size));
}

void secmail_authres_free(struct secmail_authres *a)
{
    if (!a)
        return;
    const struct secmail_allocator mem = a->context->mem;
    smi_free(&mem, a->results, a->room * sizeof *a->results);
    smi_free(&mem, a->properties, a->property_room * sizeof *a->properties);
    smi_buf_free(&a->text);
    smi_free(&mem, a, sizeof *a);
}

static const char *text_at(const struct secmail_authres *a, uint32_t at)
{
    return at ? (const char *)a->text.data + at : NULL;
}

static const struct result *result_at(const struct secmail_authres *a, size_t index)
{
    return a && index < a->count ? &a->results[index] : NULL;
}

static const struct property *property_at(const struct secmail_authres *a, size_t index,
                                          size_t property)
{
    const struct result *r = result_at(a, index);
    return r && property < r->count ? &a->properties[r->first + property] : NULL;
}

const char *secmail_authres_id(const struct secmail_authres *a)
{
    return a ? text_at(a, a->id) : NULL;
}

size_t secmail_authres_count(const struct secmail_authres *a)
{
    return a ? a->count : 0;
}

const char *secmail_authres_method(const struct secmail_authres *a, size_t index)
{
    const struct result *r = result_at(a, index);
    return r ? text_at(a, r->method) : NULL;
}

const char *secmail_authres_result(const struct secmail_authres *a, size_t index)
{
    const struct result *r = result_at(a, index);
    return r ? text_at(a, r->result) : NULL;
}

const char *secmail_authres_reason(const struct secmail_authres *a, size_t index)
{
    const struct result *r = result_at(a, index);
    return r ? text_at(a, r->reason) : NULL;
}

size_t secmail_authres_property_count(const struct secmail_authres *a, size_t index)
{
    const struct result *r = result_at(a, index);
    return r ? r->count : 0;
}

const char *secmail_authres_property_type(const struct secmail_authres *a, size_t index,
                                          size_t property)
{
    const struct property *p = property_at(a, index, property);
    return p ? text_at(a, p->type) : NULL;
}

const char *secmail_authres_property_name(const struct secmail_authres *a, size_t index,
                                          size_t property)
{
    const struct property *p = property_at(a, index, property);
    return p ? text_at(a, p->name) : NULL;
}

const char *secmail_authres_property_value(const struct secmail_authres *a, size_t index,
                                           size_t property)
{
    const struct property *p = property_at(a, index, property);
    return p ? text_at(a, p->value) : NULL;
}
