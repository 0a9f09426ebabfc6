/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DMARC: is the author's domain one that SPF or DKIM vouches for, and if not, what does its owner
 * want to be done? (RFC 9989 section 5.3)
 */
#include "mailauth/dmarc.h"

#include "mailauth/address.h"
#include "mailauth/arc_results.h"

struct dmarc {
    struct secmail_mailauth *m;
    struct secmail_mailauth_result *r;
    struct smi_domain author;
    struct smi_walk walk;                /* of the author's domain */
    const struct smi_walk_step *applied; /* whose record applies */
    const char *tag;                     /* of it, that has the policy */
    bool open;
    bool unsure; /* an identifier that might have aligned is not known */
    uint8_t security;
};

/* ---- The author ---- */

static enum smi_author find_author(struct secmail_mailauth *m, struct smi_domain *author)
{
    const enum smi_author found = smi_author_find(&m->message.header, author);
    if (found == SMI_AUTHOR_NO_MEMORY)
        m->answers.error = SECMAIL_E_NOMEM;
    return m->message.header_over && found != SMI_AUTHOR_NO_MEMORY ? SMI_AUTHOR_NOT_ALL_READ
                                                                   : found;
}

/* ---- The record that applies ---- */

/* "listed from highest preference to lowest: the Author Domain, the Organizational Domain of the
 * Author Domain, the Public Suffix Domain of the Author Domain" (section 4.10.1). */
static const struct smi_walk_step *applied_step(const struct smi_walk *w)
{
    return w->steps[0].found ? &w->steps[0] : w->org_step ? w->org_step : w->psd_step;
}

/* A failed question matters unless the author's own record is there. */
static bool policy_is_unknown(const struct smi_walk *w)
{
    return w->own_failed || (w->failed && !w->steps[0].found);
}

/* What "t=y" does to a policy (section 4.7). */
static uint8_t lowered(const struct smi_dmarc_record *r, uint8_t policy)
{
    return r->testing && policy > SECMAIL_MAILAUTH_POLICY_NONE ? policy - 1 : policy;
}

/* Which tag holds for this author; noted as what decided. */
static uint8_t decide(struct dmarc *d, const char *tag, uint8_t policy)
{
    d->tag = tag;
    return policy;
}

/* The policy for this author. 0 when an answer is missing or can't be had: `failed` tells. */
static uint8_t policy_of_author(struct dmarc *d, bool *failed)
{
    const struct smi_dmarc_record *r = &d->applied->record;
    *failed = false;
    if (d->applied == &d->walk.steps[0])
        return decide(d, "p", r->p);
    const uint8_t sub = decide(d, r->sp ? "sp" : "p", r->sp ? r->sp : r->p);
    if (!r->np || r->np == sub)
        return sub;
    /* "if the response code received for a query for a domain name is NXDOMAIN" (section 3.2.13) */
    const struct smi_answer a = smi_ask(&d->m->answers, &d->author, SECMAIL_MAILAUTH_A);
    *failed = smi_dns_failed(a.status);
    if (a.status == SMI_DNS_OPEN || *failed)
        return 0;
    d->security = smi_weaker(d->security, a.security);
    return a.status == SMI_DNS_NXDOMAIN ? decide(d, "np", r->np) : sub;
}

/* ---- Alignment (section 4.4) ---- */

enum alignment { ALIGNED, NOT_ALIGNED, UNKNOWN };

/*
 * Relaxed: both have the same organizational domain. That of the identifier is itself or above it,
 * so an identifier that isn't below the author's can't have it, and needs no questions.
 */
static enum alignment relaxed(struct dmarc *d, const struct smi_domain *domain)
{
    struct smi_walk w;
    if (!d->walk.org.size)
        return UNKNOWN;
    if (!smi_domain_is_under(domain, &d->walk.org))
        return NOT_ALIGNED;
    smi_dmarc_walk(d->m, domain, &w);
    d->open = d->open || w.open;
    if (w.open || !w.org.size)
        return UNKNOWN;
    d->security = smi_weaker(d->security, w.security);
    return smi_domain_same(&w.org, &d->walk.org) ? ALIGNED : NOT_ALIGNED;
}

static enum alignment align(struct dmarc *d, const struct smi_domain *domain, bool strict)
{
    if (!domain->size)
        return NOT_ALIGNED;
    if (smi_domain_same(domain, &d->author))
        return ALIGNED;
    return strict ? NOT_ALIGNED : relaxed(d, domain);
}

/* True if an identifier that passed is aligned. One whose own check came to nothing, or whose
 * alignment can't be found out, makes a failure unsure: but only if it might align, or anybody
 * could make it so. */
static bool counts(struct dmarc *d, const struct secmail_mailauth_result *r,
                   const struct smi_domain *domain, bool strict)
{
    if (r->verdict != SECMAIL_MAILAUTH_PASS && r->verdict != SECMAIL_MAILAUTH_TEMPERROR)
        return false;
    const enum alignment a = align(d, domain, strict);
    if (a == ALIGNED && r->verdict == SECMAIL_MAILAUTH_PASS) {
        d->security = smi_weaker(d->security, r->security);
        return true;
    }
    d->unsure = d->unsure || a != NOT_ALIGNED;
    return false;
}

static bool is_trusted(const struct secmail_mailauth *m, const struct smi_dkim *s)
{
    int64_t bytes = 0;
    secmail_mailauth_result_number(&s->result, SECMAIL_MAILAUTH_UNSIGNED_BYTES, &bytes);
    return !bytes || m->options & SECMAIL_MAILAUTH_TRUST_PARTIAL;
}

static int64_t count_signatures(struct dmarc *d, bool strict)
{
    int64_t aligned = 0;
    for (size_t i = 0; i < d->m->signature_count; i++) {
        const struct smi_dkim *s = &d->m->signatures[i];
        struct smi_domain domain;
        if (!is_trusted(d->m, s) || !smi_domain_read(&domain, s->signature.domain))
            continue;
        const bool counted = counts(d, &s->result, &domain, strict);
        aligned += counted;
        if (counted)
            smi_trace(d->m, "dmarc: the signature of %s is aligned", domain.text);
    }
    return aligned;
}

/* ---- Verdicts ---- */

static bool finish(struct dmarc *d, enum secmail_mailauth_verdict verdict, const char *reference,
                   const char *reason)
{
    smi_result_set(d->m, d->r, verdict, reference, reason, smi_span("", 0));
    d->r->security = smi_weaker(d->security, d->walk.security);
    return true;
}

static void put_details(struct dmarc *d)
{
    if (d->walk.org.size)
        smi_result_text(d->m, d->r, SECMAIL_MAILAUTH_ORG_DOMAIN, smi_domain_span(&d->walk.org));
    if (!d->applied)
        return;
    const struct smi_dmarc_record *r = &d->applied->record;
    smi_result_text(d->m, d->r, SECMAIL_MAILAUTH_DOMAIN, smi_domain_span(&d->applied->name));
    smi_result_text(d->m, d->r, SECMAIL_MAILAUTH_RECORD, r->text);
    if (r->rua.size)
        smi_result_text(d->m, d->r, SECMAIL_MAILAUTH_REPORT_URIS, r->rua);
    smi_result_number(d->r, SECMAIL_MAILAUTH_TESTING, r->testing);
    smi_result_number(d->r, SECMAIL_MAILAUTH_STRICT_DKIM, r->strict_dkim);
    smi_result_number(d->r, SECMAIL_MAILAUTH_STRICT_SPF, r->strict_spf);
}

/* A failure that a trusted sealer didn't see. */
static bool finish_fail(struct dmarc *d)
{
    if (smi_arc_vouches(d->m))
        smi_result_number(d->r, SECMAIL_MAILAUTH_ARC_OVERRIDE, 1);
    return finish(d, SECMAIL_MAILAUTH_FAIL, "RFC 9989 section 5.3.5",
                  "neither SPF nor DKIM passed for the author's domain");
}

static bool judge(struct dmarc *d)
{
    const struct smi_dmarc_record *r = &d->applied->record;
    const bool spf = counts(d, &d->m->spf, &d->m->spf_domain, r->strict_spf);
    const int64_t dkim = count_signatures(d, r->strict_dkim);
    if (d->open)
        return false;
    bool failed;
    const uint8_t policy = policy_of_author(d, &failed);
    if (!policy && !failed)
        return false;
    smi_result_number(d->r, SECMAIL_MAILAUTH_SPF_ALIGNED, spf);
    smi_result_number(d->r, SECMAIL_MAILAUTH_DKIM_ALIGNED, dkim);
    if (failed || (!spf && !dkim && d->unsure))
        return finish(d, SECMAIL_MAILAUTH_TEMPERROR, "RFC 9989 section 5.3.6",
                      failed ? "the DNS gave no answer about the author's domain"
                             : "the DNS gave no answer that was needed for an aligned identifier");
    if (d->m->options & SECMAIL_MAILAUTH_ASK_REPORT_TARGETS &&
        !smi_dmarc_put_targets(d->m, &d->walk, d->applied))
        return false;
    smi_result_text(d->m, d->r, SECMAIL_MAILAUTH_DECIDER, smi_span_text(d->tag));
    smi_result_number(d->r, SECMAIL_MAILAUTH_POLICY_PUBLISHED, policy);
    smi_result_number(d->r, SECMAIL_MAILAUTH_POLICY_APPLIED, lowered(r, policy));
    if (!spf && !dkim)
        return finish_fail(d);
    return finish(d, SECMAIL_MAILAUTH_PASS, "RFC 9989 section 5.3.5",
                  !spf    ? "a DKIM signature of the author's domain is good"
                  : !dkim ? "SPF passed for the author's domain"
                          : "SPF passed and a DKIM signature is good for the author's domain");
}

static bool evaluate(struct dmarc *d)
{
    smi_dmarc_walk(d->m, &d->author, &d->walk);
    if (d->walk.open)
        return false;
    if (policy_is_unknown(&d->walk))
        return finish(d, SECMAIL_MAILAUTH_TEMPERROR, "RFC 9989 section 4.10.1",
                      "the DNS gave no answer about the author's policy");
    d->applied = applied_step(&d->walk);
    if (d->applied && d->applied->record.unusable)
        d->applied = NULL;
    put_details(d);
    if (!d->applied)
        return finish(d, SECMAIL_MAILAUTH_NONE, "RFC 9989 section 4.10.1",
                      "no policy is published for the author's domain");
    return judge(d);
}

bool smi_dmarc_evaluate(struct secmail_mailauth *m)
{
    struct dmarc d = {.m = m, .r = &m->dmarc};
    smi_result_begin(d.r, m, SECMAIL_MAILAUTH_DMARC);
    const enum smi_author author = find_author(m, &d.author);
    if (author == SMI_AUTHOR_NO_MEMORY)
        return true;
    if (author != SMI_AUTHOR_FOUND)
        return finish(&d, SECMAIL_MAILAUTH_PERMERROR, "RFC 9989 section 5.3.1",
                      smi_author_reason(author));
    smi_result_text(m, d.r, SECMAIL_MAILAUTH_AUTHOR_DOMAIN, smi_domain_span(&d.author));
    return evaluate(&d);
}

void smi_dmarc_ask_ahead(struct secmail_mailauth *m)
{
    struct smi_domain author;
    struct smi_walk w;
    if (find_author(m, &author) == SMI_AUTHOR_FOUND)
        smi_dmarc_walk(m, &author, &w);
}
