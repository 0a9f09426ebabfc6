/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Aggregate reports: the record of one evaluated message. */
#include "mailauth/dmarc.h"
#include "mailauth/ip.h"
#include "mailauth/report.h"

enum {
    SIGNATURES_MAX = 100, /* "no more than 100 signatures for a given row" (RFC 9990 section 3) */
    MERGE_FROM = 64,
};

struct adding {
    struct secmail_dmarc_report *report;
    const struct secmail_mailauth *m;
    struct smi_report_record *record;
    int rc; /* of the first text that found no memory */
};

static const char *text_of(const struct secmail_mailauth_result *r, uint32_t what)
{
    return secmail_mailauth_result_text(r, what);
}

static int64_t number_of(const struct secmail_mailauth_result *r, uint32_t what)
{
    int64_t number = 0;
    secmail_mailauth_result_number(r, what, &number);
    return number;
}

static void put(struct adding *a, char **place, const char *text)
{
    if (!a->rc)
        a->rc = smi_report_put(a->report, place, text);
}

/* A text that isn't one already. */
static void put_span(struct adding *a, char **place, struct smi_span text)
{
    struct smi_buf b = smi_buf_open(&a->report->context->mem);
    smi_put_visible(&b, text);
    smi_put_u8(&b, 0);
    if (b.error)
        a->rc = smi_nomem(a->report->context);
    else
        put(a, place, (const char *)b.data);
    smi_buf_free(&b);
}

/* ---- Row ---- */

static void put_source(struct adding *a)
{
    struct smi_buf b = smi_buf_open(&a->report->context->mem);
    smi_put_ip(&b, a->m->ip.bytes, a->m->ip.size);
    if (b.error)
        a->rc = smi_nomem(a->report->context);
    else
        put_span(a, &a->record->texts[SECMAIL_DMARC_RECORD_SOURCE_IP], smi_span(b.data, b.size));
    smi_buf_free(&b);
}

static const char *disposition_of(const struct secmail_mailauth_result *dmarc, uint32_t given)
{
    const int64_t applied = number_of(dmarc, SECMAIL_MAILAUTH_POLICY_APPLIED);
    if (smi_result_passed(dmarc))
        return applied > SECMAIL_MAILAUTH_POLICY_NONE ? "pass" : "none";
    return secmail_mailauth_policy_name(given ? given : (uint32_t)applied);
}

static void put_row(struct adding *a, uint32_t disposition)
{
    const struct secmail_mailauth_result *dmarc = &a->m->dmarc;
    char **texts = a->record->texts;
    put_source(a);
    put(a, &texts[SECMAIL_DMARC_RECORD_DISPOSITION], disposition_of(dmarc, disposition));
    put(a, &texts[SECMAIL_DMARC_RECORD_DKIM],
        number_of(dmarc, SECMAIL_MAILAUTH_DKIM_ALIGNED) ? "pass" : "fail");
    put(a, &texts[SECMAIL_DMARC_RECORD_SPF],
        number_of(dmarc, SECMAIL_MAILAUTH_SPF_ALIGNED) ? "pass" : "fail");
}

static void put_identifiers(struct adding *a)
{
    struct smi_span domain = smi_span(a->m->mail_from.text, a->m->mail_from.size);
    for (size_t at; (at = smi_span_find(domain, '@')) < domain.size;)
        domain = smi_span_from(domain, at + 1);
    put_span(a, &a->record->texts[SECMAIL_DMARC_RECORD_ENVELOPE_FROM], domain);
    put(a, &a->record->texts[SECMAIL_DMARC_RECORD_HEADER_FROM],
        text_of(&a->m->dmarc, SECMAIL_MAILAUTH_AUTHOR_DOMAIN));
}

/* ---- Details ---- */

/* The texts of a new detail; where there is no memory for it, of one that is thrown away. */
static char **add_detail(struct adding *a, uint32_t kind)
{
    static char *nowhere[SMI_DETAIL_TEXTS];
    if (!a->rc)
        a->rc = smi_report_add_detail(a->report, a->record, kind);
    if (a->rc)
        return nowhere;
    const struct smi_report_details *d = &a->record->details[kind];
    return d->items[d->count - 1].texts;
}

static void add_reason(struct adding *a, const char *type, const char *comment)
{
    char **texts = add_detail(a, SECMAIL_DMARC_REASON);
    put(a, &texts[SECMAIL_DMARC_DETAIL_TYPE], type);
    put(a, &texts[SECMAIL_DMARC_DETAIL_COMMENT], comment);
}

/* Why less was done than the policy asks for. */
static void add_reasons(struct adding *a, uint32_t disposition)
{
    const struct secmail_mailauth_result *dmarc = &a->m->dmarc;
    const int64_t applied = number_of(dmarc, SECMAIL_MAILAUTH_POLICY_APPLIED);
    if (smi_result_passed(dmarc))
        return;
    if (applied < number_of(dmarc, SECMAIL_MAILAUTH_POLICY_PUBLISHED))
        add_reason(a, "policy_test_mode", "t=y");
    if (number_of(dmarc, SECMAIL_MAILAUTH_ARC_OVERRIDE) && disposition && disposition < applied)
        add_reason(a, "trusted_forwarder", "arc=pass");
}

static void put_result(struct adding *a, char **texts, const struct secmail_mailauth_result *r)
{
    put(a, &texts[SECMAIL_DMARC_DETAIL_DOMAIN], text_of(r, SECMAIL_MAILAUTH_DOMAIN));
    put(a, &texts[SECMAIL_DMARC_DETAIL_RESULT], secmail_mailauth_verdict_name(r->verdict));
    if (!smi_result_passed(r))
        put(a, &texts[SECMAIL_DMARC_DETAIL_COMMENT], text_of(r, SECMAIL_MAILAUTH_REASON));
}

/* Those that passed, or those that didn't. A signature whose domain or selector can't be read has
 * nothing to be reported by. */
static void add_signatures(struct adding *a, bool passed)
{
    for (size_t i = 0; i < a->m->signature_count; i++) {
        const struct secmail_mailauth_result *r = &a->m->signatures[i].result;
        const char *selector = text_of(r, SECMAIL_MAILAUTH_SELECTOR);
        if (smi_result_passed(r) != passed || !selector || !text_of(r, SECMAIL_MAILAUTH_DOMAIN) ||
            a->record->details[SECMAIL_DMARC_DKIM].count >= SIGNATURES_MAX)
            continue;
        char **texts = add_detail(a, SECMAIL_DMARC_DKIM);
        put(a, &texts[SECMAIL_DMARC_DETAIL_SELECTOR], selector);
        put_result(a, texts, r);
    }
}

/* RFC 9990 knows the scope of the envelope sender only; for HELO none is given. */
static void add_spf(struct adding *a)
{
    const struct secmail_mailauth_result *r = &a->m->spf;
    const char *identity = text_of(r, SECMAIL_MAILAUTH_IDENTITY);
    if (!r->owner || !text_of(r, SECMAIL_MAILAUTH_DOMAIN))
        return;
    char **texts = add_detail(a, SECMAIL_DMARC_SPF);
    if (identity && !strcmp(identity, "mailfrom"))
        put(a, &texts[SECMAIL_DMARC_DETAIL_SCOPE], "mfrom");
    put_result(a, texts, r);
}

/* ---- Policy ---- */

static void put_policy_word(struct adding *a, uint32_t what, uint8_t policy)
{
    put(a, &a->report->texts[what], secmail_mailauth_policy_name(policy));
}

/* "Unspecified tags have their default values" (RFC 9990 appendix A). */
static void put_policy(struct adding *a)
{
    const struct secmail_mailauth_result *dmarc = &a->m->dmarc;
    char **texts = a->report->texts;
    struct smi_dmarc_record r;
    smi_dmarc_record_read(&r, smi_span_text(text_of(dmarc, SECMAIL_MAILAUTH_RECORD)));
    put_policy_word(a, SECMAIL_DMARC_REPORT_P, r.p);
    put_policy_word(a, SECMAIL_DMARC_REPORT_SP, r.sp ? r.sp : r.p);
    put_policy_word(a, SECMAIL_DMARC_REPORT_NP, r.np ? r.np : r.sp ? r.sp : r.p);
    put(a, &texts[SECMAIL_DMARC_REPORT_ADKIM], r.strict_dkim ? "s" : "r");
    put(a, &texts[SECMAIL_DMARC_REPORT_ASPF], r.strict_spf ? "s" : "r");
    put(a, &texts[SECMAIL_DMARC_REPORT_TESTING], r.testing ? "y" : "n");
    put(a, &texts[SECMAIL_DMARC_REPORT_DISCOVERY], a->m->find_suffix ? "psl" : "treewalk");
    if (r.fo.size)
        put_span(a, &texts[SECMAIL_DMARC_REPORT_FO], r.fo);
    put(a, &texts[SECMAIL_DMARC_REPORT_DOMAIN], text_of(dmarc, SECMAIL_MAILAUTH_DOMAIN));
}

/* ---- Message ---- */

static void take_back(struct secmail_dmarc_report *r)
{
    struct smi_report_record *record = &r->records[--r->count];
    for (size_t k = 0; k < SMI_DETAIL_KINDS; k++)
        r->entries -= record->details[k].count;
    r->entries--;
    smi_report_record_free(&r->context->mem, record);
}

static int add(struct adding *a, uint32_t disposition)
{
    a->rc = smi_report_add_record(a->report, 1);
    if (a->rc)
        return a->rc;
    a->record = &a->report->records[a->report->count - 1];
    put_row(a, disposition);
    put_identifiers(a);
    add_reasons(a, disposition);
    add_signatures(a, true);
    add_signatures(a, false);
    add_spf(a);
    if (!a->rc)
        put_policy(a);
    if (a->rc)
        take_back(a->report);
    return a->rc;
}

static int check_message(struct secmail_dmarc_report *report, const struct secmail_mailauth *m)
{
    struct smi_domain mine, theirs;
    const char *domain = text_of(&m->dmarc, SECMAIL_MAILAUTH_DOMAIN);
    if (!m->done || !m->dmarc.owner || !m->ip.size)
        return smi_fail(report->context, SECMAIL_E_STATE,
                        "the message has no verdict on DMARC, or no client address");
    if (!domain || m->dmarc.verdict > SECMAIL_MAILAUTH_FAIL)
        return smi_fail(report->context, SECMAIL_E_MAILAUTH_REPORT_DOMAIN,
                        "no policy was applied to the message");
    const char *set = report->texts[SECMAIL_DMARC_REPORT_DOMAIN];
    if (set && smi_domain_read(&mine, smi_span_text(set)) &&
        smi_domain_read(&theirs, smi_span_text(domain)) && !smi_domain_same(&mine, &theirs))
        return smi_fail(report->context, SECMAIL_E_MAILAUTH_REPORT_DOMAIN,
                        "the policy is at %.100s, and the report is about %.100s", domain, set);
    return 0;
}

int secmail_dmarc_report_add_message(struct secmail_dmarc_report *report,
                                     const struct secmail_mailauth *m, uint32_t disposition)
{
    if (!report || !smi_enter(report->context) || !m ||
        disposition > SECMAIL_MAILAUTH_POLICY_REJECT)
        return SECMAIL_E_ARGUMENT;
    const int rc = check_message(report, m);
    if (rc)
        return rc;
    if (report->count >= MERGE_FROM && report->count / 2 >= report->merged)
        secmail_dmarc_report_merge(report);
    return add(&(struct adding){.report = report, .m = m}, disposition);
}
