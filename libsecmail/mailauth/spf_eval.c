/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check_host() of RFC 7208. Each step returns a verdict, or SMI_SPF_OPEN when an answer is missing;
 * then everything returns, and the evaluation runs again from the start when there are more
 * answers.
 */
#include "mailauth/spf.h"

#include "mailauth/ip.h"

/* "explain-string" is bounded here: an SMTP reply can't carry more. */
enum { EXPLANATION_CEILING = 2000, MX_MAX = 10 };

/* What a mechanism says. */
enum match { NO_MATCH, MATCH, WAIT, TEMPORARY, PERMANENT };

static int check_host(struct smi_spf *s, const struct smi_domain *domain);

/* ---- Budget ---- */

struct smi_answer smi_spf_ask(struct smi_spf *s, const struct smi_domain *name, uint16_t type)
{
    const struct smi_answer a = smi_ask(&s->m->answers, name, type);
    if (a.status != SMI_DNS_OPEN)
        s->security = smi_weaker(s->security, a.security);
    return a;
}

static enum match permanent(struct smi_spf *s, const char *reference, const char *reason)
{
    s->reason = reason;
    s->reference = reference;
    return PERMANENT;
}

static enum match temporary(struct smi_spf *s)
{
    s->reason = "a DNS server failed or gave no answer in time";
    s->reference = "RFC 7208 section 2.6.6";
    return TEMPORARY;
}

/* "the following terms cause DNS queries: the "include", "a", "mx", "ptr", and "exists" mechanisms,
 * and the "redirect" modifier": at most 10 of them. */
static bool count_lookup(struct smi_spf *s)
{
    if (++s->lookups <= smi_mailauth_limit(s->m, SECMAIL_MAILAUTH_LIMIT_SPF_LOOKUPS))
        return true;
    permanent(s, "RFC 7208 section 4.6.4", "too many terms that need DNS lookups");
    return false;
}

static bool count_void(struct smi_spf *s)
{
    if (++s->voids <= smi_mailauth_limit(s->m, SECMAIL_MAILAUTH_LIMIT_SPF_VOIDS))
        return true;
    permanent(s, "RFC 7208 section 4.6.4", "too many DNS lookups without data");
    return false;
}

/* ---- Mechanisms ---- */

static enum match match_network(struct smi_spf *s, const struct smi_spf_term *t, uint8_t size,
                                uint8_t bits)
{
    const struct smi_ip *ip = &s->m->ip;
    if (ip->size != size || !smi_ip_in(ip->bytes, t->network, bits))
        return NO_MATCH;
    s->match_bits = bits;
    return MATCH;
}

static uint16_t address_type(const struct smi_spf *s)
{
    return s->m->ip.size == 4 ? SECMAIL_MAILAUTH_A : SECMAIL_MAILAUTH_AAAA;
}

/*
 * A host without addresses is a void lookup; one that only lacks those of the client's family
 * isn't, or domains whose hosts have IPv4 alone would fail whenever an IPv6 client asks.
 */
static enum match count_host_void(struct smi_spf *s, const struct smi_domain *host, uint8_t status)
{
    if (status == SMI_DNS_NODATA && s->m->ip.size == 16) {
        const struct smi_answer four = smi_ask(&s->m->answers, host, SECMAIL_MAILAUTH_A);
        if (four.status == SMI_DNS_OPEN)
            return WAIT;
        if (four.status == SMI_DNS_DATA)
            return NO_MATCH;
    }
    return count_void(s) ? NO_MATCH : PERMANENT;
}

/* Is the client's address among those of a host? */
static enum match match_host(struct smi_spf *s, const struct smi_spf_term *t,
                             const struct smi_domain *host)
{
    const struct smi_ip *ip = &s->m->ip;
    const uint8_t bits = ip->size == 4 ? t->bits4 : t->bits6;
    const struct smi_answer a = smi_spf_ask(s, host, address_type(s));
    if (a.status == SMI_DNS_OPEN)
        return WAIT;
    if (smi_dns_failed(a.status))
        return temporary(s);
    if (smi_dns_void(a.status))
        return count_host_void(s, host, a.status);
    struct smi_span record;
    for (uint32_t at = a.first; smi_next_record(&s->m->answers, &at, &record);) {
        if (smi_ip_in(ip->bytes, record.data, bits)) {
            s->match_bits = bits;
            return MATCH;
        }
    }
    return NO_MATCH;
}

/* Asks for the addresses of all exchangers at once. */
static void ask_ahead(struct smi_spf *s, uint32_t first)
{
    struct smi_domain host;
    struct smi_span record;
    while (smi_next_record(&s->m->answers, &first, &record)) {
        if (smi_domain_read(&host, record))
            smi_ask(&s->m->answers, &host, address_type(s));
    }
}

static enum match match_exchangers(struct smi_spf *s, const struct smi_spf_term *t,
                                   const struct smi_domain *domain)
{
    const struct smi_answer a = smi_spf_ask(s, domain, SECMAIL_MAILAUTH_MX);
    if (a.status == SMI_DNS_OPEN)
        return WAIT;
    if (smi_dns_failed(a.status))
        return temporary(s);
    if (smi_dns_void(a.status) && !count_void(s))
        return PERMANENT;
    /* "more than 10 MX records [...] MUST produce a permerror" */
    if (a.records > MX_MAX)
        return permanent(s, "RFC 7208 section 4.6.4", "the domain has more than 10 MX records");
    ask_ahead(s, a.first);
    enum match match = NO_MATCH;
    struct smi_span record;
    struct smi_domain host;
    for (uint32_t at = a.first;
         match == NO_MATCH && smi_next_record(&s->m->answers, &at, &record);) {
        /* A null MX (RFC 7505) names no host: nothing is asked, so that no lookup was void. */
        if (smi_domain_read(&host, record))
            match = match_host(s, t, &host);
    }
    return match;
}

static enum match match_exists(struct smi_spf *s, const struct smi_domain *domain)
{
    const struct smi_answer a = smi_spf_ask(s, domain, SECMAIL_MAILAUTH_A);
    if (a.status == SMI_DNS_OPEN)
        return WAIT;
    if (smi_dns_failed(a.status))
        return temporary(s);
    if (smi_dns_void(a.status))
        return count_void(s) ? NO_MATCH : PERMANENT;
    return MATCH;
}

static enum match match_client_name(struct smi_spf *s, const struct smi_domain *domain)
{
    struct smi_domain name;
    const enum smi_spf_found found = smi_spf_client_name(s, domain, false, &name);
    return found == SMI_SPF_WAIT ? WAIT : found == SMI_SPF_FOUND ? MATCH : NO_MATCH;
}

/* The table of RFC 7208 section 5.2. */
static enum match match_include(struct smi_spf *s, const struct smi_domain *domain)
{
    s->depth++;
    const int verdict = check_host(s, domain);
    s->depth--;
    switch (verdict) {
    case SMI_SPF_OPEN:
        return WAIT;
    case SECMAIL_MAILAUTH_PASS:
        return MATCH;
    case SECMAIL_MAILAUTH_TEMPERROR:
        return TEMPORARY;
    case SECMAIL_MAILAUTH_NONE:
        return permanent(s, "RFC 7208 section 5.2", "an included domain has no SPF record");
    case SECMAIL_MAILAUTH_PERMERROR:
        return PERMANENT;
    default:
        return NO_MATCH;
    }
}

static enum match match_name(struct smi_spf *s, const struct smi_spf_term *t,
                             const struct smi_domain *domain)
{
    struct smi_domain name;
    if (!t->spec.size) {
        name = *domain;
    } else {
        const enum smi_spf_expansion e = smi_spf_expand_domain(s, t->spec, domain, &name);
        if (e != SMI_SPF_EXPANDED)
            return e == SMI_SPF_EXPANSION_OPEN ? WAIT : NO_MATCH;
    }
    switch (t->kind) {
    case SMI_SPF_INCLUDE:
        return match_include(s, &name);
    case SMI_SPF_A:
        return match_host(s, t, &name);
    case SMI_SPF_MX:
        return match_exchangers(s, t, &name);
    case SMI_SPF_PTR:
        return match_client_name(s, &name);
    default:
        return match_exists(s, &name);
    }
}

static enum match match_term(struct smi_spf *s, const struct smi_spf_term *t,
                             const struct smi_domain *domain)
{
    s->match_bits = 0;
    switch (t->kind) {
    case SMI_SPF_ALL:
        return MATCH;
    case SMI_SPF_IP4:
        return match_network(s, t, 4, t->bits4);
    case SMI_SPF_IP6:
        return match_network(s, t, 16, t->bits6);
    case SMI_SPF_REDIRECT:
    case SMI_SPF_EXP:
    case SMI_SPF_UNKNOWN:
        return NO_MATCH;
    default:
        return count_lookup(s) ? match_name(s, t, domain) : PERMANENT;
    }
}

/* ---- Records ---- */

static const char *const outcomes[] = {"no match", "match", "waits for an answer",
                                       "temporary error", "permanent error"};

static int int_size(struct smi_span s)
{
    return (int)(s.size < 200 ? s.size : 200);
}

/* Notes where the decision fell; an include that matched hides what matched inside it. */
static void note_decision(struct smi_spf *s, const struct smi_spf_record *r,
                          const struct smi_spf_term *t)
{
    s->match = *t;
    s->match_depth = s->depth;
    s->record = r->text;
}

static int follow_redirect(struct smi_spf *s, const struct smi_spf_record *r,
                           const struct smi_domain *domain)
{
    struct smi_domain name;
    note_decision(s, r, &r->redirect);
    if (!count_lookup(s))
        return SECMAIL_MAILAUTH_PERMERROR;
    if (smi_spf_expand_domain(s, r->redirect.spec, domain, &name) == SMI_SPF_EXPANSION_OPEN)
        return SMI_SPF_OPEN;
    const int verdict = check_host(s, &name);
    if (verdict != SECMAIL_MAILAUTH_NONE)
        return verdict;
    permanent(s, "RFC 7208 section 6.1", "the domain that redirect= names has no SPF record");
    return SECMAIL_MAILAUTH_PERMERROR;
}

static int verdict_of(struct smi_spf *s, const struct smi_spf_record *r,
                      const struct smi_domain *domain, const struct smi_spf_term *t,
                      enum match match)
{
    if (match == WAIT)
        return SMI_SPF_OPEN;
    if (match != MATCH || t->kind != SMI_SPF_INCLUDE)
        note_decision(s, r, t);
    else
        s->record = r->text;
    if (match == TEMPORARY)
        return SECMAIL_MAILAUTH_TEMPERROR;
    if (match == PERMANENT)
        return SECMAIL_MAILAUTH_PERMERROR;
    s->exp = r->exp.spec;
    if (s->exp.size)
        s->exp_domain = *domain;
    return t->verdict;
}

static int evaluate_record(struct smi_spf *s, const struct smi_spf_record *r,
                           const struct smi_domain *domain)
{
    struct smi_spf_place place = {0, r->rest};
    struct smi_spf_term room;
    const struct smi_spf_term *t;
    bool has_all = false;
    while ((t = smi_spf_next_term(r, &place, &room))) {
        has_all = has_all || t->kind == SMI_SPF_ALL;
        const enum match match = match_term(s, t, domain);
        if (t->kind < SMI_SPF_REDIRECT && s->m->options & SECMAIL_MAILAUTH_TRACE)
            smi_trace(s->m, "spf: %s: %.*s: %s", domain->text, int_size(t->text),
                      (const char *)t->text.data, outcomes[match]);
        if (match != NO_MATCH)
            return verdict_of(s, r, domain, t, match);
    }
    if (r->redirect.spec.size && !has_all)
        return follow_redirect(s, r, domain);
    note_decision(s, r, &(struct smi_spf_term){.text = smi_span("", 0)});
    return SECMAIL_MAILAUTH_NEUTRAL;
}

/* The one SPF record among the TXT records; NONE if there is none, PERMERROR for several. */
static int select_record(struct smi_spf *s, const struct smi_answer *a, struct smi_span *text)
{
    struct smi_span record;
    size_t count = 0;
    for (uint32_t at = a->first; smi_next_record(&s->m->answers, &at, &record);) {
        if (!smi_spf_is_record(record))
            continue;
        *text = record;
        count++;
    }
    if (count == 1)
        return 0;
    if (!count)
        return SECMAIL_MAILAUTH_NONE;
    permanent(s, "RFC 7208 section 4.5", "the domain has more than one SPF record");
    return SECMAIL_MAILAUTH_PERMERROR;
}

static int check_host(struct smi_spf *s, const struct smi_domain *domain)
{
    if (!domain->size)
        return SECMAIL_MAILAUTH_NONE;
    const struct smi_answer a = smi_spf_ask(s, domain, SECMAIL_MAILAUTH_TXT);
    if (a.status == SMI_DNS_OPEN)
        return SMI_SPF_OPEN;
    if (smi_dns_failed(a.status)) {
        temporary(s);
        return SECMAIL_MAILAUTH_TEMPERROR;
    }
    struct smi_span text;
    struct smi_spf_record r;
    const int verdict = select_record(s, &a, &text);
    if (verdict)
        return verdict;
    smi_trace(s->m, "spf: %s: record \"%.*s\"", domain->text, int_size(text),
              (const char *)text.data);
    /* "If there are any syntax errors anywhere in the record, check_host() returns immediately with
     * the result "permerror", without further interpretation or evaluation." */
    const char *wrong = smi_spf_record_read(&r, text);
    if (!wrong)
        return evaluate_record(s, &r, domain);
    note_decision(s, &r, &(struct smi_spf_term){.text = r.bad});
    permanent(s, "RFC 7208 section 4.6", wrong);
    return SECMAIL_MAILAUTH_PERMERROR;
}

/* ---- Explanations ---- */

/* "If there are any [...] errors, [...] proceed as if no "exp" modifier was given" (section 6.2).
 */
static bool explain(struct smi_spf *s, struct smi_buf *out, bool *has)
{
    struct smi_domain name;
    struct smi_span text, record;
    *has = false;
    const enum smi_spf_expansion e = smi_spf_expand_domain(s, s->exp, &s->exp_domain, &name);
    if (e != SMI_SPF_EXPANDED)
        return e != SMI_SPF_EXPANSION_OPEN;
    const struct smi_answer a = smi_ask(&s->m->answers, &name, SECMAIL_MAILAUTH_TXT);
    if (a.status == SMI_DNS_OPEN)
        return false;
    uint32_t at = a.first;
    if (a.records != 1 || !smi_next_record(&s->m->answers, &at, &record))
        return true;
    text = record;
    const enum smi_spf_expansion t = smi_spf_expand_text(s, text, &s->exp_domain, out);
    *has = t == SMI_SPF_EXPANDED && smi_span_is_ascii(smi_span(out->data, out->size));
    return t != SMI_SPF_EXPANSION_OPEN;
}

/* False when an answer is missing. */
static bool add_explanation(struct smi_spf *s, struct secmail_mailauth_result *r)
{
    struct smi_buf text = smi_buf(&s->m->context->mem, EXPLANATION_CEILING, SECMAIL_E_ARGUMENT);
    bool has;
    const bool known = explain(s, &text, &has);
    if (known && has)
        smi_result_text(s->m, r, SECMAIL_MAILAUTH_EXPLANATION, smi_span(text.data, text.size));
    smi_buf_free(&text);
    return known;
}

/* ---- The session ---- */

/* Splits the sender at its last "@"; without a local part it is "postmaster" (section 4.3). */
static struct smi_span sender_domain(const struct secmail_mailauth *m, struct smi_span *local)
{
    struct smi_span sender = smi_span(m->mail_from.text, m->mail_from.size);
    *local = smi_span_text("postmaster");
    if (!sender.size)
        return smi_span(m->helo.text, m->helo.size);
    size_t at = sender.size;
    while (at && sender.data[at - 1] != '@')
        at--;
    if (at > 1)
        *local = smi_span(sender.data, at - 1);
    return smi_span_from(sender, at);
}

/* "If the <domain> is malformed [...] or is not a multi-label domain name, [...] check_host()
 * immediately returns the result "none"" (section 4.3). */
static bool read_sender(struct secmail_mailauth *m, struct smi_span domain)
{
    struct smi_domain *d = &m->spf_domain;
    if (d->size || (smi_domain_read_host(d, domain) && smi_domain_labels(d) > 1))
        return true;
    d->size = 0;
    return false;
}

/* False if there is a verdict already. */
static bool begin(struct smi_spf *s, struct secmail_mailauth_result *r)
{
    struct secmail_mailauth *m = s->m;
    const struct smi_span domain = sender_domain(m, &s->local);
    const bool has_domain = read_sender(m, domain);
    s->helo = smi_span(m->helo.text, m->helo.size);
    if (m->ip.size && has_domain)
        return true;
    smi_result_begin(r, m, SECMAIL_MAILAUTH_SPF);
    if (!m->ip.size) {
        smi_result_set(m, r, SECMAIL_MAILAUTH_NONE, "RFC 7208 section 4.1",
                       "no client address is known", smi_span("", 0));
        return false;
    }
    smi_result_text(m, r, SECMAIL_MAILAUTH_DOMAIN, domain);
    smi_result_set(m, r, SECMAIL_MAILAUTH_NONE, "RFC 7208 section 4.3",
                   "the sender's domain is not a domain name of two labels or more", domain);
    return false;
}

static void put_reason(struct smi_spf *s, struct secmail_mailauth_result *r, int verdict)
{
    struct secmail_mailauth *m = s->m;
    const struct smi_span term = s->match.text;
    if (verdict == SECMAIL_MAILAUTH_NONE)
        smi_result_set(m, r, verdict, "RFC 7208 section 2.6.1", "the domain has no SPF record",
                       smi_domain_span(s->sender));
    else if (s->reason)
        smi_result_set(m, r, verdict, s->reference, s->reason, term);
    else if (term.size)
        smi_result_set(m, r, verdict, "RFC 7208 section 4.6.2",
                       "this term matches the client's address", term);
    else
        smi_result_set(m, r, verdict, "RFC 7208 section 4.7",
                       "no term of the record matches the client's address", term);
}

static void put_details(struct smi_spf *s, struct secmail_mailauth_result *r, int verdict)
{
    struct secmail_mailauth *m = s->m;
    r->security = s->security;
    smi_result_text(m, r, SECMAIL_MAILAUTH_DOMAIN, smi_domain_span(s->sender));
    smi_result_text(m, r, SECMAIL_MAILAUTH_IDENTITY,
                    smi_span_text(m->mail_from.size ? "mailfrom" : "helo"));
    smi_result_number(r, SECMAIL_MAILAUTH_LOOKUPS, s->lookups);
    smi_result_number(r, SECMAIL_MAILAUTH_VOIDS, s->voids);
    if (s->match.text.size)
        smi_result_text(m, r, SECMAIL_MAILAUTH_DECIDER, s->match.text);
    if (s->record.size)
        smi_result_text(m, r, SECMAIL_MAILAUTH_RECORD, s->record);
    if (verdict == SECMAIL_MAILAUTH_NONE || s->reason || !s->match.text.size)
        return;
    smi_result_number(r, SECMAIL_MAILAUTH_INCLUDE_DEPTH, s->match_depth);
    if (s->match.kind == SMI_SPF_IP4 || s->match.kind == SMI_SPF_IP6 ||
        s->match.kind == SMI_SPF_A || s->match.kind == SMI_SPF_MX)
        smi_result_number(r, SECMAIL_MAILAUTH_PREFIX_BITS, s->match_bits);
}

/* Domains are left as they are until something stands in them. */
static void init(struct smi_spf *s, struct secmail_mailauth *m)
{
    const struct smi_span none = smi_span("", 0);
    s->m = m;
    s->sender = &m->spf_domain;
    s->lookups = s->voids = s->depth = s->match_depth = s->match_bits = 0;
    s->security = SECMAIL_MAILAUTH_NO_DNS;
    s->reason = s->reference = NULL;
    s->match.text = s->record = s->exp = none;
    s->match.kind = SMI_SPF_UNKNOWN;
    s->exp_domain.size = 0;
}

bool smi_spf_evaluate(struct secmail_mailauth *m)
{
    struct secmail_mailauth_result *r = &m->spf;
    struct smi_spf s;
    init(&s, m);
    if (!begin(&s, r))
        return true;
    const int verdict = check_host(&s, s.sender);
    if (verdict == SMI_SPF_OPEN)
        return false;
    smi_result_begin(r, m, SECMAIL_MAILAUTH_SPF);
    put_reason(&s, r, verdict);
    put_details(&s, r, verdict);
    return verdict != SECMAIL_MAILAUTH_FAIL || !s.exp.size || add_explanation(&s, r);
}
