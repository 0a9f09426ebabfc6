/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DMARC reports to JSON and back. */
#include "report.h"

enum { REPORT_TEXTS = 18, RECORD_TEXTS = 8, DETAIL_TEXTS = 7, KINDS = 4 };

static const char *const report_names[REPORT_TEXTS] = {
    NULL, "org_name", "email", "contact", "id",      "error",     "generator", "domain",  "p",
    "sp", "np",       "adkim", "aspf",    "testing", "discovery", "fo",        "version", "pct"};
static const char *const record_names[RECORD_TEXTS] = {
    NULL, "source_ip", "disposition", "dkim", "spf", "envelope_to", "envelope_from", "header_from"};
static const char *const detail_names[DETAIL_TEXTS] = {NULL,    "type",   "domain", "selector",
                                                       "scope", "result", "comment"};
static const char *const kind_names[KINDS] = {NULL, "reasons", "dkim_results", "spf_results"};

/* ---- Writing ---- */

static void put_member(bool *first, const char *name, const char *text)
{
    if (!text)
        return;
    printf("%s\"%s\":", *first ? "" : ",", name);
    put_json(stdout, text);
    *first = false;
}

static void put_details(const struct secmail_dmarc_report *r, size_t record, uint32_t kind)
{
    printf(",\"%s\":[", kind_names[kind]);
    for (size_t i = 0; i < secmail_dmarc_report_detail_count(r, record, kind); i++) {
        bool first = true;
        fputs(i ? ",{" : "{", stdout);
        for (uint32_t what = 1; what < DETAIL_TEXTS; what++)
            put_member(&first, detail_names[what],
                       secmail_dmarc_report_detail(r, record, kind, i, what));
        fputc('}', stdout);
    }
    fputc(']', stdout);
}

static void put_record(const struct secmail_dmarc_report *r, size_t record)
{
    bool first = false;
    printf("{\"messages\":%llu", (unsigned long long)secmail_dmarc_report_messages(r, record));
    for (uint32_t what = 1; what < RECORD_TEXTS; what++)
        put_member(&first, record_names[what], secmail_dmarc_report_record(r, record, what));
    for (uint32_t kind = 1; kind < KINDS; kind++)
        put_details(r, record, kind);
    fputc('}', stdout);
}

static void put_targets(const char *targets)
{
    bool first = true;
    fputs("\"targets\":[", stdout);
    while (*targets) {
        const size_t size = strcspn(targets, " ");
        fputs(first ? "" : ",", stdout);
        put_json_bytes(stdout, (const uint8_t *)targets, size);
        targets += size + (targets[size] == ' ');
        first = false;
    }
    fputs("],", stdout);
}

void put_report(const struct secmail_dmarc_report *report, const char *targets)
{
    bool first = true;
    fputc('{', stdout);
    if (targets)
        put_targets(targets);
    for (uint32_t what = 1; what < REPORT_TEXTS; what++)
        put_member(&first, report_names[what], secmail_dmarc_report_text(report, what));
    if (secmail_dmarc_report_end(report))
        printf("%s\"begin\":%lld,\"end\":%lld", first ? "" : ",",
               (long long)secmail_dmarc_report_begin(report),
               (long long)secmail_dmarc_report_end(report));
    fputs(first ? "\"records\":[" : ",\"records\":[", stdout);
    for (size_t i = 0; i < secmail_dmarc_report_count(report); i++) {
        fputs(i ? "," : "", stdout);
        put_record(report, i);
    }
    fputs("]}", stdout);
}

/* ---- Reading ---- */

static const struct json *member(const struct json *object, const char *name)
{
    const struct json *m = object->kind == JSON_OBJECT ? object->first : NULL;
    while (m && strcmp((const char *)m->name->text, name) != 0)
        m = m->next;
    return m;
}

static const char *text_of(const struct json *object, const char *name)
{
    const struct json *m = member(object, name);
    return m && m->kind == JSON_TEXT ? (const char *)m->text : NULL;
}

static void add_detail(struct tool *t, struct secmail_dmarc_report *r, uint32_t kind,
                       const struct json *detail)
{
    const size_t record = secmail_dmarc_report_count(r) - 1;
    const size_t index = secmail_dmarc_report_detail_count(r, record, kind);
    check(t, secmail_dmarc_report_add_detail(r, record, kind));
    for (uint32_t what = 1; what < DETAIL_TEXTS; what++) {
        const char *text = text_of(detail, detail_names[what]);
        if (text)
            check(t, secmail_dmarc_report_set_detail(r, record, kind, index, what, text));
    }
}

static void add_record(struct tool *t, struct secmail_dmarc_report *r, const struct json *record)
{
    const struct json *messages = member(record, "messages");
    const size_t number = secmail_dmarc_report_count(r);
    if (!messages || messages->kind != JSON_NUMBER || messages->number < 1 ||
        messages->number > 9e15)
        die(USAGE, "secmail-auth: a record has no number of messages");
    check(t, secmail_dmarc_report_add_record(r, (uint64_t)messages->number));
    for (uint32_t what = 1; what < RECORD_TEXTS; what++) {
        const char *text = text_of(record, record_names[what]);
        if (text)
            check(t, secmail_dmarc_report_set_record(r, number, what, text));
    }
    for (uint32_t kind = 1; kind < KINDS; kind++) {
        const struct json *list = member(record, kind_names[kind]);
        for (const struct json *d = list ? list->first : NULL; d; d = d->next)
            add_detail(t, r, kind, d);
    }
}

bool add_report(struct tool *t, struct secmail_dmarc_report *report, const struct json *object)
{
    const struct json *inner = member(object, "report");
    if (inner)
        object = inner;
    const struct json *records = member(object, "records");
    const char *mine = secmail_dmarc_report_text(report, SECMAIL_DMARC_REPORT_DOMAIN);
    const char *domain = text_of(object, "domain");
    if (!records || !domain || (mine && strcasecmp(mine, domain) != 0))
        return false;
    for (uint32_t what = SECMAIL_DMARC_REPORT_DOMAIN; what <= SECMAIL_DMARC_REPORT_FO; what++)
        check(t, secmail_dmarc_report_set_text(report, what, text_of(object, report_names[what])));
    for (const struct json *r = records->first; r; r = r->next)
        add_record(t, report, r);
    return true;
}
