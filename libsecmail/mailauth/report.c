/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Aggregate reports: the tree, its setters and readers, and merging. */
#include "mailauth/report.h"

#include "mailauth/domain.h"
#include "mailauth/ip.h"

#define POLICIES " none quarantine reject "
#define MODES " r s "

const struct smi_report_text smi_report_texts[SMI_REPORT_TEXTS] = {
    [SECMAIL_DMARC_REPORT_ORG_NAME] = {"org_name", NULL, true},
    [SECMAIL_DMARC_REPORT_EMAIL] = {"email", NULL, true},
    [SECMAIL_DMARC_REPORT_CONTACT] = {"extra_contact_info", NULL, false},
    [SECMAIL_DMARC_REPORT_ID] = {"report_id", NULL, true},
    [SECMAIL_DMARC_REPORT_ERROR] = {"error", NULL, false},
    [SECMAIL_DMARC_REPORT_GENERATOR] = {"generator", NULL, false},
    [SECMAIL_DMARC_REPORT_DOMAIN] = {"domain", NULL, true},
    [SECMAIL_DMARC_REPORT_P] = {"p", POLICIES, true},
    [SECMAIL_DMARC_REPORT_SP] = {"sp", POLICIES, false},
    [SECMAIL_DMARC_REPORT_NP] = {"np", POLICIES, false},
    [SECMAIL_DMARC_REPORT_ADKIM] = {"adkim", MODES, false},
    [SECMAIL_DMARC_REPORT_ASPF] = {"aspf", MODES, false},
    [SECMAIL_DMARC_REPORT_TESTING] = {"testing", " y n ", false},
    [SECMAIL_DMARC_REPORT_DISCOVERY] = {"discovery_method", " treewalk psl ", false},
    [SECMAIL_DMARC_REPORT_FO] = {"fo", NULL, false},
    [SECMAIL_DMARC_REPORT_VERSION] = {"version", NULL, false},
    [SECMAIL_DMARC_REPORT_PCT] = {"pct", NULL, false},
};

const struct smi_report_text smi_report_record_texts[SMI_RECORD_TEXTS] = {
    [SECMAIL_DMARC_RECORD_SOURCE_IP] = {"source_ip", NULL, true},
    [SECMAIL_DMARC_RECORD_DISPOSITION] = {"disposition", " none pass quarantine reject ", true},
    [SECMAIL_DMARC_RECORD_DKIM] = {"dkim", " pass fail ", true},
    [SECMAIL_DMARC_RECORD_SPF] = {"spf", " pass fail ", true},
    [SECMAIL_DMARC_RECORD_ENVELOPE_TO] = {"envelope_to", NULL, false},
    [SECMAIL_DMARC_RECORD_ENVELOPE_FROM] = {"envelope_from", NULL, false},
    [SECMAIL_DMARC_RECORD_HEADER_FROM] = {"header_from", NULL, true},
};

const struct smi_report_text *smi_report_detail_texts(uint32_t kind)
{
    static const struct smi_report_text texts[SMI_DETAIL_KINDS][SMI_DETAIL_TEXTS] = {
        [SECMAIL_DMARC_REASON] =
            {[SECMAIL_DMARC_DETAIL_TYPE] = {"type",
                                            " local_policy mailing_list other policy_test_mode "
                                            "trusted_forwarder ",
                                            true},
             [SECMAIL_DMARC_DETAIL_COMMENT] = {"comment", NULL, false}},
        [SECMAIL_DMARC_DKIM] = {[SECMAIL_DMARC_DETAIL_DOMAIN] = {"domain", NULL, true},
                                [SECMAIL_DMARC_DETAIL_SELECTOR] = {"selector", NULL, true},
                                [SECMAIL_DMARC_DETAIL_RESULT] =
                                    {"result",
                                     " none pass fail policy neutral temperror permerror ", true},
                                [SECMAIL_DMARC_DETAIL_COMMENT] = {"human_result", NULL, false}},
        [SECMAIL_DMARC_SPF] = {[SECMAIL_DMARC_DETAIL_DOMAIN] = {"domain", NULL, true},
                               [SECMAIL_DMARC_DETAIL_SCOPE] = {"scope", " mfrom ", false},
                               [SECMAIL_DMARC_DETAIL_RESULT] =
                                   {"result",
                                    " none pass fail softfail policy neutral temperror permerror ",
                                    true},
                               [SECMAIL_DMARC_DETAIL_COMMENT] = {"human_result", NULL, false}},
    };
    return kind && kind < SMI_DETAIL_KINDS ? texts[kind] : NULL;
}

/* ---- Texts ---- */

static void drop(const struct secmail_allocator *mem, char **place)
{
    if (*place)
        smi_free(mem, *place, strlen(*place) + 1);
    *place = NULL;
}

int smi_report_put(struct secmail_dmarc_report *r, char **place, const char *text)
{
    const size_t size = text ? strlen(text) + 1 : 0;
    char *copy = text ? smi_alloc(&r->context->mem, size) : NULL;
    if (text && !copy)
        return smi_nomem(r->context);
    drop(&r->context->mem, place);
    *place = text ? memcpy(copy, text, size) : NULL;
    return 0;
}

static bool is_word(const char *words, struct smi_span text)
{
    struct smi_span rest = smi_span_text(words);
    bool found = false;
    while (rest.size && !found)
        found = smi_span_equal(smi_span_cut(&rest, ' '), text);
    return found && text.size;
}

static bool is_plain(struct smi_span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < 0x20 || text.data[i] == 0x7f)
            return false;
    }
    return smi_span_is_utf8(text);
}

/* What a setter takes, by the table. */
static int check_text(struct secmail_dmarc_report *r, const struct smi_report_text *t,
                      const char *text)
{
    const struct smi_span s = smi_span_text(text);
    if (!text || (t->words ? is_word(t->words, s) : is_plain(s)))
        return 0;
    if (t->words)
        return smi_fail(r->context, SECMAIL_E_MAILAUTH_TEXT, "%s is one of:%s", t->name, t->words);
    return smi_fail(r->context, SECMAIL_E_MAILAUTH_TEXT,
                    "%s isn't UTF-8 without control characters", t->name);
}

static int set_text(struct secmail_dmarc_report *r, const struct smi_report_text *t, char **place,
                    const char *text)
{
    const int rc = check_text(r, t, text);
    return rc ? rc : smi_report_put(r, place, text);
}

/* ---- Report ---- */

int secmail_dmarc_report_new(struct secmail_context *context, struct secmail_dmarc_report **out)
{
    if (!smi_enter(context) || !out)
        return SECMAIL_E_ARGUMENT;
    *out = smi_zalloc(&context->mem, sizeof **out);
    if (!*out)
        return smi_nomem(context);
    (*out)->context = context;
    return 0;
}

void smi_report_record_free(const struct secmail_allocator *mem, struct smi_report_record *record)
{
    for (size_t i = 0; i < SMI_RECORD_TEXTS; i++)
        drop(mem, &record->texts[i]);
    for (size_t k = 0; k < SMI_DETAIL_KINDS; k++) {
        struct smi_report_details *d = &record->details[k];
        for (size_t i = 0; i < d->count * SMI_DETAIL_TEXTS; i++)
            drop(mem, &d->items[i / SMI_DETAIL_TEXTS].texts[i % SMI_DETAIL_TEXTS]);
        smi_free(mem, d->items, d->room * sizeof *d->items);
    }
}

void secmail_dmarc_report_free(struct secmail_dmarc_report *report)
{
    if (!report)
        return;
    const struct secmail_allocator mem = report->context->mem;
    for (size_t i = 0; i < SMI_REPORT_TEXTS; i++)
        drop(&mem, &report->texts[i]);
    for (size_t i = 0; i < report->count; i++)
        smi_report_record_free(&mem, &report->records[i]);
    smi_free(&mem, report->records, report->room * sizeof *report->records);
    smi_free(&mem, report, sizeof *report);
}

static bool enter(const struct secmail_dmarc_report *report)
{
    return report && smi_enter(report->context);
}

int secmail_dmarc_report_set_text(struct secmail_dmarc_report *report, uint32_t what,
                                  const char *text)
{
    struct smi_domain domain;
    if (!enter(report) || !what || what >= SECMAIL_DMARC_REPORT_VERSION)
        return SECMAIL_E_ARGUMENT;
    if (what == SECMAIL_DMARC_REPORT_DOMAIN && text &&
        !smi_domain_read_host(&domain, smi_span_text(text)))
        return smi_fail(report->context, SECMAIL_E_MAILAUTH_TEXT, "not a domain name: %.100s",
                        text);
    return set_text(report, &smi_report_texts[what], &report->texts[what], text);
}

const char *secmail_dmarc_report_text(const struct secmail_dmarc_report *report, uint32_t what)
{
    return report && what < SMI_REPORT_TEXTS ? report->texts[what] : NULL;
}

int secmail_dmarc_report_set_range(struct secmail_dmarc_report *report, int64_t begin, int64_t end)
{
    if (!enter(report))
        return SECMAIL_E_ARGUMENT;
    if (begin < 0 || end < begin)
        return smi_fail(report->context, SECMAIL_E_MAILAUTH_TEXT,
                        "a range begins in 1970 or later, and not behind its end");
    report->begin = begin;
    report->end = end;
    return 0;
}

int64_t secmail_dmarc_report_begin(const struct secmail_dmarc_report *report)
{
    return report ? report->begin : 0;
}

int64_t secmail_dmarc_report_end(const struct secmail_dmarc_report *report)
{
    return report ? report->end : 0;
}

/* ---- Records ---- */

static int count_entry(struct secmail_dmarc_report *r)
{
    if (r->entries >= smi_limit(r->context, SECMAIL_LIMIT_REPORT_ENTRIES))
        return smi_over_limit(r->context, SECMAIL_LIMIT_REPORT_ENTRIES);
    r->entries++;
    return 0;
}

int smi_report_add_record(struct secmail_dmarc_report *r, uint64_t messages)
{
    const struct secmail_allocator *mem = &r->context->mem;
    if (!smi_grow(mem, &r->records, &r->room, r->count + 1, sizeof *r->records))
        return smi_nomem(r->context);
    const int rc = count_entry(r);
    if (!rc)
        r->records[r->count++] = (struct smi_report_record){.messages = messages};
    return rc;
}

int secmail_dmarc_report_add_record(struct secmail_dmarc_report *report, uint64_t messages)
{
    return enter(report) ? smi_report_add_record(report, messages) : SECMAIL_E_ARGUMENT;
}

size_t secmail_dmarc_report_count(const struct secmail_dmarc_report *report)
{
    return report ? report->count : 0;
}

static struct smi_report_record *record_at(const struct secmail_dmarc_report *report, size_t record)
{
    return report && record < report->count ? &report->records[record] : NULL;
}

uint64_t secmail_dmarc_report_messages(const struct secmail_dmarc_report *report, size_t record)
{
    const struct smi_report_record *r = record_at(report, record);
    return r ? r->messages : 0;
}

int secmail_dmarc_report_set_record(struct secmail_dmarc_report *report, size_t record,
                                    uint32_t what, const char *text)
{
    uint8_t address[16];
    struct smi_report_record *r = record_at(report, record);
    if (!enter(report) || !r || !what || what >= SMI_RECORD_TEXTS)
        return SECMAIL_E_ARGUMENT;
    const struct smi_span s = smi_span_text(text);
    if (what == SECMAIL_DMARC_RECORD_SOURCE_IP && text && !smi_ip4_read(address, s) &&
        !smi_ip6_read(address, s))
        return smi_fail(report->context, SECMAIL_E_MAILAUTH_ADDRESS, "not an IP address: %.60s",
                        text);
    return set_text(report, &smi_report_record_texts[what], &r->texts[what], text);
}

const char *secmail_dmarc_report_record(const struct secmail_dmarc_report *report, size_t record,
                                        uint32_t what)
{
    const struct smi_report_record *r = record_at(report, record);
    return r && what < SMI_RECORD_TEXTS ? r->texts[what] : NULL;
}

/* ---- Details ---- */

static struct smi_report_details *details_at(const struct secmail_dmarc_report *report,
                                             size_t record, uint32_t kind)
{
    struct smi_report_record *r = record_at(report, record);
    return r && smi_report_detail_texts(kind) ? &r->details[kind] : NULL;
}

static struct smi_report_detail *detail_at(const struct secmail_dmarc_report *report, size_t record,
                                           uint32_t kind, size_t index)
{
    struct smi_report_details *d = details_at(report, record, kind);
    return d && index < d->count ? &d->items[index] : NULL;
}

int smi_report_add_detail(struct secmail_dmarc_report *r, struct smi_report_record *record,
                          uint32_t kind)
{
    struct smi_report_details *d = &record->details[kind];
    if (!smi_grow(&r->context->mem, &d->items, &d->room, d->count + 1, sizeof *d->items))
        return smi_nomem(r->context);
    const int rc = count_entry(r);
    if (!rc)
        d->items[d->count++] = (struct smi_report_detail){0};
    return rc;
}

int secmail_dmarc_report_add_detail(struct secmail_dmarc_report *report, size_t record,
                                    uint32_t kind)
{
    if (!enter(report) || !details_at(report, record, kind))
        return SECMAIL_E_ARGUMENT;
    return smi_report_add_detail(report, record_at(report, record), kind);
}

size_t secmail_dmarc_report_detail_count(const struct secmail_dmarc_report *report, size_t record,
                                         uint32_t kind)
{
    const struct smi_report_details *d = details_at(report, record, kind);
    return d ? d->count : 0;
}

int secmail_dmarc_report_set_detail(struct secmail_dmarc_report *report, size_t record,
                                    uint32_t kind, size_t index, uint32_t what, const char *text)
{
    struct smi_report_detail *d = detail_at(report, record, kind, index);
    if (!enter(report) || !d || what >= SMI_DETAIL_TEXTS ||
        !smi_report_detail_texts(kind)[what].name)
        return SECMAIL_E_ARGUMENT;
    return set_text(report, &smi_report_detail_texts(kind)[what], &d->texts[what], text);
}

const char *secmail_dmarc_report_detail(const struct secmail_dmarc_report *report, size_t record,
                                        uint32_t kind, size_t index, uint32_t what)
{
    const struct smi_report_detail *d = detail_at(report, record, kind, index);
    return d && what < SMI_DETAIL_TEXTS ? d->texts[what] : NULL;
}
