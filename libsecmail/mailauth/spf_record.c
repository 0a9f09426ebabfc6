/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading SPF records (RFC 7208 section 4.6 and 12). */
#include "mailauth/spf.h"

#include "mailauth/ip.h"

static const struct {
    const char *name;
    uint8_t size;
    uint8_t kind;
} mechanisms[] = {
    {"ip4", 3, SMI_SPF_IP4},       {"ip6", 3, SMI_SPF_IP6}, {"include", 7, SMI_SPF_INCLUDE},
    {"a", 1, SMI_SPF_A},           {"mx", 2, SMI_SPF_MX},   {"all", 3, SMI_SPF_ALL},
    {"exists", 6, SMI_SPF_EXISTS}, {"ptr", 3, SMI_SPF_PTR},
};

bool smi_spf_is_record(struct smi_span text)
{
    /* "v=spf1", and then a space or the end */
    return smi_span_begins(text, "v=spf1") && (text.size == 6 || text.data[6] == ' ');
}

/* ---- Prefix lengths ---- */

/* Takes "/" and a number without leading zeros off the end; `bits` stays where there is none. */
static bool take_prefix(struct smi_span *text, uint8_t *bits, uint8_t most)
{
    size_t start = text->size;
    uint64_t number;
    while (start && smi_is_digit(text->data[start - 1]))
        start--;
    if (!start || start == text->size || text->data[start - 1] != '/')
        return true;
    const struct smi_span digits = smi_span_from(*text, start);
    if (!smi_span_number(digits, &number) || number > most ||
        (digits.size > 1 && digits.data[0] == '0'))
        return false;
    *bits = (uint8_t)number;
    text->size = start - 1;
    return true;
}

/* dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ] */
static bool take_prefixes(struct smi_span *text, struct smi_spf_term *t)
{
    const struct smi_span whole = *text;
    if (!take_prefix(text, &t->bits6, 128))
        return false;
    if (text->size == whole.size)
        return true;
    if (text->size && text->data[text->size - 1] == '/') {
        text->size--;
        return take_prefix(text, &t->bits4, 32);
    }
    *text = whole;
    t->bits6 = 128;
    return take_prefix(text, &t->bits4, 32);
}

/* ---- Terms ---- */

static bool read_network(struct smi_spf_term *t, struct smi_span value)
{
    const bool four = t->kind == SMI_SPF_IP4;
    if (!take_prefix(&value, four ? &t->bits4 : &t->bits6, four ? 32 : 128))
        return false;
    return four ? smi_ip4_read(t->network, value) : smi_ip6_read(t->network, value);
}

/* What follows the name of a mechanism: `colon` tells whether there is one, `value` what is after
 * it. */
static const char *read_arguments(struct smi_spf_term *t, bool colon, struct smi_span value)
{
    const bool needs = t->kind == SMI_SPF_INCLUDE || t->kind == SMI_SPF_EXISTS ||
                       t->kind == SMI_SPF_IP4 || t->kind == SMI_SPF_IP6;
    if (t->kind == SMI_SPF_ALL)
        return colon || value.size ? "\"all\" takes no argument" : NULL;
    if (needs && !colon)
        return "an argument is missing";
    if (t->kind == SMI_SPF_IP4 || t->kind == SMI_SPF_IP6)
        return read_network(t, value) ? NULL : "that isn't an IP network";
    if ((t->kind == SMI_SPF_A || t->kind == SMI_SPF_MX) && !take_prefixes(&value, t))
        return "a prefix length is out of range";
    if (!colon)
        return value.size ? "there is no such mechanism" : NULL;
    t->spec = value;
    return smi_spf_is_domain_spec(value) ? NULL : "that isn't a domain-spec";
}

static bool find_mechanism(struct smi_spf_term *t, struct smi_span name)
{
    for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++) {
        if (smi_span_same(name, smi_span(mechanisms[i].name, mechanisms[i].size))) {
            t->kind = mechanisms[i].kind;
            return true;
        }
    }
    return false;
}

static size_t name_size(struct smi_span text)
{
    size_t size = 0;
    while (size < text.size && (smi_is_alnum(text.data[size]) || text.data[size] == '-' ||
                                text.data[size] == '_' || text.data[size] == '.'))
        size++;
    return size;
}

static const char *read_directive(struct smi_spf_term *t, struct smi_span text)
{
    t->verdict = SECMAIL_MAILAUTH_PASS;
    if (text.size && memchr("+-~?", text.data[0], 4)) {
        t->verdict = text.data[0] == '-'   ? SECMAIL_MAILAUTH_FAIL
                     : text.data[0] == '~' ? SECMAIL_MAILAUTH_SOFTFAIL
                     : text.data[0] == '?' ? SECMAIL_MAILAUTH_NEUTRAL
                                           : SECMAIL_MAILAUTH_PASS;
        text = smi_span_from(text, 1);
    }
    const size_t size = name_size(text);
    if (!find_mechanism(t, smi_span(text.data, size)))
        return "there is no such mechanism";
    const bool colon = size < text.size && text.data[size] == ':';
    return read_arguments(t, colon, smi_span_from(text, size + colon));
}

/* modifier = redirect / explanation / unknown-modifier */
static const char *read_modifier(struct smi_spf_term *t, struct smi_span name,
                                 struct smi_span value)
{
    t->kind = smi_span_is(name, "redirect") ? SMI_SPF_REDIRECT
              : smi_span_is(name, "exp")    ? SMI_SPF_EXP
                                            : SMI_SPF_UNKNOWN;
    t->spec = value;
    if (t->kind == SMI_SPF_UNKNOWN)
        return smi_spf_is_macro_string(value, false) ? NULL : "its value isn't a macro-string";
    return smi_spf_is_domain_spec(value) ? NULL : "that isn't a domain-spec";
}

static const char *read_term(struct smi_spf_term *t, struct smi_span text)
{
    *t = (struct smi_spf_term){.bits4 = 32, .bits6 = 128, .text = text, .spec = smi_span("", 0)};
    const size_t size = name_size(text);
    if (size && size < text.size && text.data[size] == '=' && smi_is_alpha(text.data[0]))
        return read_modifier(t, smi_span(text.data, size), smi_span_from(text, size + 1));
    return read_directive(t, text);
}

/* ---- Records ---- */

static bool take_term(struct smi_span *rest, struct smi_span *text)
{
    while (rest->size && rest->data[0] == ' ')
        *rest = smi_span_from(*rest, 1);
    *text = smi_span_cut(rest, ' ');
    return text->size > 0;
}

const struct smi_spf_term *smi_spf_next_term(const struct smi_spf_record *r,
                                             struct smi_spf_place *place, struct smi_spf_term *term)
{
    struct smi_span text;
    if (place->index < r->kept)
        return &r->terms[place->index++];
    return take_term(&place->rest, &text) && !read_term(term, text) ? term : NULL;
}

/* "These two modifiers MUST NOT appear in a record more than once each" (RFC 7208 section 6). */
static const char *keep_modifier(struct smi_spf_record *r, const struct smi_spf_term *t)
{
    struct smi_spf_term *place = t->kind == SMI_SPF_REDIRECT ? &r->redirect
                                 : t->kind == SMI_SPF_EXP    ? &r->exp
                                                             : NULL;
    if (!place)
        return NULL;
    if (place->spec.size)
        return "it stands there twice";
    *place = *t;
    return NULL;
}

const char *smi_spf_record_read(struct smi_spf_record *r, struct smi_span text)
{
    r->text = text;
    r->kept = 0;
    r->redirect.spec = r->exp.spec = smi_span("", 0);
    struct smi_span rest = smi_span_from(text, 6);
    r->rest = rest;
    while (take_term(&rest, &r->bad)) {
        struct smi_spf_term spare, *t = r->kept < SMI_SPF_KEPT ? &r->terms[r->kept] : &spare;
        const char *wrong = read_term(t, r->bad);
        if (!wrong)
            wrong = keep_modifier(r, t);
        if (wrong)
            return wrong;
        if (t == &spare)
            continue;
        r->kept++;
        r->rest = rest;
    }
    return NULL;
}
