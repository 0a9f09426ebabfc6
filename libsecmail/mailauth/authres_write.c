/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writing Authentication-Results (RFC 8601 section 2.2) and Received-SPF (RFC 7208 section 9.1).
 * What comes from the mail or the DNS is a token, a quoted string, or left out; a line end is
 * written by nobody but new_line().
 */
#include "mailauth/authres.h"

#include "codec/utf8.h"
#include "mailauth/ip.h"

enum { VALUE_MAX = 255, SIGNATURES_MAX = 100, LINE = 76 };

/* ---- Values ---- */

/* token of RFC 2045: no space, control or tspecial. */
static bool is_token(struct smi_span s)
{
    for (size_t i = 0; i < s.size; i++) {
        const uint8_t c = s.data[i];
        if (c <= 0x20 || c == 0x7f || memchr("()<>@,;:\\\"/[]?=", c, 15))
            return false;
    }
    return s.size > 0;
}

/* Bytes of the well-formed character at the start that may be shown, 0 if there is none. */
static size_t visible_size(struct smi_span s)
{
    for (size_t size = 1; size <= 4 && size <= s.size; size++) {
        if (smi_span_is_utf8(smi_span(s.data, size)))
            return size == 1 && (s.data[0] < 0x20 || s.data[0] == 0x7f) ? 0 : size;
    }
    return 0;
}

static void put_quoted(struct smi_buf *b, struct smi_span s)
{
    smi_put_u8(b, '"');
    while (s.size) {
        const size_t size = visible_size(s);
        if (size == 1 && (s.data[0] == '"' || s.data[0] == '\\'))
            smi_put_u8(b, '\\');
        smi_put(b, s.data, size);
        s = smi_span_from(s, size ? size : 1);
    }
    smi_put_u8(b, '"');
}

/* Not more than a line can hold, and no half character at its end. */
static struct smi_span bounded(struct smi_span s)
{
    if (s.size <= VALUE_MAX)
        return s;
    s.size = VALUE_MAX;
    while (s.size && (s.data[s.size] & 0xc0) == 0x80)
        s.size--;
    return s;
}

void smi_put_value(struct smi_buf *b, struct smi_span value)
{
    const struct smi_span s = bounded(value);
    if (is_token(s) && smi_span_is_utf8(s))
        smi_put_span(b, s);
    else
        put_quoted(b, s);
}

static void new_line(struct smi_buf *b)
{
    smi_put_text(b, "\r\n\t");
}

/* A space, or a new line where the next `size` bytes would make the line too long. */
static void space(struct smi_buf *b, size_t size)
{
    size_t start = b->size;
    while (start && b->data[start - 1] != '\n')
        start--;
    if (b->size - start + size < LINE)
        smi_put_u8(b, ' ');
    else
        new_line(b);
}

/* ptype "." property "=" value, where the value is there. */
static void put_property(struct smi_buf *b, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    space(b, strlen(name) + strlen(value) + 1);
    smi_put_text(b, name);
    smi_put_u8(b, '=');
    smi_put_value(b, smi_span_text(value));
}

/* local-part "@" domain-name stands without quotes if both parts may. */
static void put_address(struct smi_buf *b, const char *name, struct smi_span address)
{
    struct smi_span domain = address;
    const struct smi_span local = smi_span_cut(&domain, '@');
    space(b, strlen(name) + address.size + 1);
    smi_put_text(b, name);
    smi_put_u8(b, '=');
    if (address.size <= VALUE_MAX && is_token(local) && is_token(domain) &&
        smi_span_is_utf8(address))
        smi_put_span(b, address);
    else
        smi_put_value(b, address);
}

/* ---- Results ---- */

static const char *text_of(const struct secmail_mailauth_result *r, uint32_t what)
{
    return secmail_mailauth_result_text(r, what);
}

/* "; method=result", and why if that isn't evident. */
static void put_result(struct smi_buf *b, const char *method,
                       const struct secmail_mailauth_result *r)
{
    const char *reason = text_of(r, SECMAIL_MAILAUTH_REASON);
    smi_put_u8(b, ';');
    new_line(b);
    smi_put_text(b, method);
    smi_put_u8(b, '=');
    smi_put_text(b, secmail_mailauth_verdict_name(r->verdict));
    if (!reason || r->verdict == SECMAIL_MAILAUTH_PASS || r->verdict == SECMAIL_MAILAUTH_NONE)
        return;
    smi_put_text(b, " reason=");
    put_quoted(b, bounded(smi_span_text(reason)));
}

static void put_spf(struct secmail_mailauth *m, struct smi_buf *b)
{
    put_result(b, "spf", &m->spf);
    if (m->mail_from.size)
        put_address(b, "smtp.mailfrom", smi_span(m->mail_from.text, m->mail_from.size));
    else
        put_property(b, "smtp.helo", m->helo.text);
}

static void put_dkim(struct secmail_mailauth *m, struct smi_buf *b)
{
    const size_t most = m->signature_count < SIGNATURES_MAX ? m->signature_count : SIGNATURES_MAX;
    for (size_t i = 0; i < most; i++) {
        const struct secmail_mailauth_result *r = &m->signatures[i].result;
        put_result(b, "dkim", r);
        put_property(b, "header.d", text_of(r, SECMAIL_MAILAUTH_DOMAIN));
        put_property(b, "header.s", text_of(r, SECMAIL_MAILAUTH_SELECTOR));
        put_property(b, "header.a", text_of(r, SECMAIL_MAILAUTH_ALGORITHM));
        put_property(b, "header.b", text_of(r, SECMAIL_MAILAUTH_SIGNATURE));
    }
    if (!most) {
        smi_put_u8(b, ';');
        new_line(b);
        smi_put_text(b, "dkim=none");
    }
}

static void put_dmarc(struct secmail_mailauth *m, struct smi_buf *b)
{
    const struct secmail_mailauth_result *r = &m->dmarc;
    int64_t policy = 0;
    put_result(b, "dmarc", r);
    put_property(b, "header.from", text_of(r, SECMAIL_MAILAUTH_AUTHOR_DOMAIN));
    if (secmail_mailauth_result_number(r, SECMAIL_MAILAUTH_POLICY_APPLIED, &policy)) {
        put_property(b, "polrec.p", secmail_mailauth_policy_name((uint32_t)policy));
        put_property(b, "polrec.domain", text_of(r, SECMAIL_MAILAUTH_DOMAIN));
    }
}

static void put_arc(struct secmail_mailauth *m, struct smi_buf *b)
{
    put_result(b, "arc", &m->arc);
    put_property(b, "header.d", text_of(&m->arc, SECMAIL_MAILAUTH_DOMAIN));
}

void smi_authres_put_results(struct secmail_mailauth *m, struct smi_buf *b)
{
    const size_t start = b->size;
    if (m->methods & SECMAIL_MAILAUTH_SPF && m->ip.size)
        put_spf(m, b);
    if (m->methods & SECMAIL_MAILAUTH_DKIM)
        put_dkim(m, b);
    if (m->methods & SECMAIL_MAILAUTH_DMARC)
        put_dmarc(m, b);
    if (m->methods & SECMAIL_MAILAUTH_ARC)
        put_arc(m, b);
    if (b->size == start)
        smi_put_text(b, "; none");
}

/* ---- Fields ---- */

static int finish(struct secmail_mailauth *m, struct smi_buf *b, struct secmail_bytes **out)
{
    smi_put_u8(b, 0);
    int rc = b->error ? b->error : smi_bytes_new(out, b, 0, b->size - 1);
    smi_buf_free(b);
    return rc ? smi_nomem(m->context) : 0;
}

int secmail_mailauth_header(struct secmail_mailauth *m, struct secmail_bytes **out)
{
    if (!m || !smi_enter(m->context) || !out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!m->done)
        return smi_fail(m->context, SECMAIL_E_STATE, "there are no verdicts yet");
    struct smi_buf b = smi_buf_open(&m->context->mem);
    smi_put_text(&b, "Authentication-Results: ");
    smi_put_value(&b, smi_span(m->authserv_id.text, m->authserv_id.size));
    smi_authres_put_results(m, &b);
    return finish(m, &b, out);
}

/* dot-atom of RFC 5322: no empty piece between the dots. */
static bool is_dot_atom(struct smi_span s)
{
    if (!is_token(s) || !smi_span_is_utf8(s))
        return false;
    while (s.size) {
        const size_t dot = smi_span_find(s, '.');
        if (!dot || dot + 1 == s.size)
            return false;
        s = smi_span_from(s, dot < s.size ? dot + 1 : s.size);
    }
    return true;
}

static void put_spf_value(struct smi_buf *b, const char *key, struct smi_span value)
{
    const struct smi_span s = bounded(value);
    new_line(b);
    smi_put_text(b, key);
    smi_put_u8(b, '=');
    if (is_dot_atom(s))
        smi_put_span(b, s);
    else
        put_quoted(b, s);
}

/* key-value-pair, where the value is there. */
static void put_pair(struct smi_buf *b, const char *key, struct smi_span value)
{
    if (!value.size)
        return;
    smi_put_u8(b, ';');
    put_spf_value(b, key, value);
}

/* The colons of an IPv6 address have no place in a dot-atom. */
static void put_client(struct smi_buf *b, const struct smi_ip *ip)
{
    const char *quote = ip->size == 4 ? "" : "\"";
    new_line(b);
    smi_put_text(b, "client-ip=");
    smi_put_text(b, quote);
    smi_put_ip(b, ip->bytes, ip->size);
    smi_put_text(b, quote);
}

static void put_comment_text(struct smi_buf *b, struct smi_span s)
{
    for (s = bounded(s); s.size;) {
        const size_t size = visible_size(s);
        if (size == 1 && memchr("()\\", s.data[0], 3))
            smi_put_u8(b, '\\');
        smi_put(b, s.data, size);
        s = smi_span_from(s, size ? size : 1);
    }
}

/* "The header field SHOULD include a "(...)" style comment after the result". */
static void put_comment(struct secmail_mailauth *m, struct smi_buf *b)
{
    smi_put_text(b, " (");
    put_comment_text(b, smi_span(m->authserv_id.text, m->authserv_id.size));
    smi_put_text(b, ": ");
    put_comment_text(b, smi_span_text(text_of(&m->spf, SECMAIL_MAILAUTH_REASON)));
    smi_put_u8(b, ')');
}

/* "the mechanism that matched (if no mechanisms matched, substitute the word "default")" */
static void put_mechanism(struct secmail_mailauth *m, struct smi_buf *b)
{
    const char *term = text_of(&m->spf, SECMAIL_MAILAUTH_DECIDER);
    if (m->spf.verdict >= SECMAIL_MAILAUTH_PASS && m->spf.verdict <= SECMAIL_MAILAUTH_NEUTRAL)
        put_pair(b, "mechanism", smi_span_text(term ? term : "default"));
}

int secmail_mailauth_received_spf(struct secmail_mailauth *m, struct secmail_bytes **out)
{
    if (!m || !smi_enter(m->context) || !out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!m->done || !m->spf.owner || !m->ip.size)
        return smi_fail(m->context, SECMAIL_E_STATE, "there is no verdict on SPF");
    const char *problem = text_of(&m->spf, SECMAIL_MAILAUTH_REASON);
    const bool error = m->spf.verdict >= SECMAIL_MAILAUTH_TEMPERROR;
    struct smi_buf b = smi_buf_open(&m->context->mem);
    smi_put_text(&b, "Received-SPF: ");
    smi_put_text(&b, secmail_mailauth_verdict_name(m->spf.verdict));
    put_comment(m, &b);
    put_client(&b, &m->ip);
    put_pair(&b, "envelope-from", smi_span(m->mail_from.text, m->mail_from.size));
    put_pair(&b, "helo", smi_span(m->helo.text, m->helo.size));
    put_pair(&b, "identity", smi_span_text(text_of(&m->spf, SECMAIL_MAILAUTH_IDENTITY)));
    put_mechanism(m, &b);
    put_pair(&b, "receiver", smi_span(m->authserv_id.text, m->authserv_id.size));
    if (error)
        put_pair(&b, "problem", bounded(smi_span_text(problem)));
    return finish(m, &b, out);
}
