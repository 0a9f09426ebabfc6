/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Aggregate reports as XML (RFC 9990 appendix A). Nothing that a mail brought becomes markup. */
#include "mailauth/report.h"

struct writer {
    struct secmail_dmarc_report *report;
    struct smi_buf xml;
    const char *missing; /* the first element that must be there and isn't */
};

/* ---- Elements ---- */

static void indent(struct writer *w, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        smi_put(&w->xml, "  ", 2);
}

static void open_element(struct writer *w, size_t depth, const char *name)
{
    indent(w, depth);
    smi_put_u8(&w->xml, '<');
    smi_put_text(&w->xml, name);
    smi_put_text(&w->xml, ">\n");
}

static void close_element(struct writer *w, size_t depth, const char *name)
{
    indent(w, depth);
    smi_put_text(&w->xml, "</");
    smi_put_text(&w->xml, name);
    smi_put_text(&w->xml, ">\n");
}

static void put_escaped(struct smi_buf *b, const char *text)
{
    for (; *text; text++) {
        const char *entity = *text == '&'   ? "&amp;"
                             : *text == '<' ? "&lt;"
                             : *text == '>' ? "&gt;"
                                            : NULL;
        if (entity)
            smi_put_text(b, entity);
        else
            smi_put_u8(b, (uint8_t)*text);
    }
}

static void put_text(struct writer *w, size_t depth, const char *name, const char *text)
{
    indent(w, depth);
    smi_put_u8(&w->xml, '<');
    smi_put_text(&w->xml, name);
    smi_put_u8(&w->xml, '>');
    put_escaped(&w->xml, text);
    smi_put_text(&w->xml, "</");
    smi_put_text(&w->xml, name);
    smi_put_text(&w->xml, ">\n");
}

static void put_number(struct writer *w, size_t depth, const char *name, uint64_t number)
{
    indent(w, depth);
    smi_put_u8(&w->xml, '<');
    smi_put_text(&w->xml, name);
    smi_put_u8(&w->xml, '>');
    smi_put_number(&w->xml, number);
    smi_put_text(&w->xml, "</");
    smi_put_text(&w->xml, name);
    smi_put_text(&w->xml, ">\n");
}

/* The texts from `first` to `last` of a level. */
static void put_texts(struct writer *w, size_t depth, const struct smi_report_text *level,
                      char *const *texts, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i <= last; i++) {
        if (texts[i])
            put_text(w, depth, level[i].name, texts[i]);
        else if (level[i].needed && !w->missing)
            w->missing = level[i].name;
    }
}

/* ---- Records ---- */

static void put_details(struct writer *w, const struct smi_report_record *r, uint32_t kind,
                        size_t depth, const char *name)
{
    const struct smi_report_details *d = &r->details[kind];
    for (size_t i = 0; i < d->count; i++) {
        const struct smi_report_text *level = smi_report_detail_texts(kind);
        open_element(w, depth, name);
        for (uint32_t what = 1; what < SMI_DETAIL_TEXTS; what++) {
            if (level[what].name)
                put_texts(w, depth + 1, level, d->items[i].texts, what, what);
        }
        close_element(w, depth, name);
    }
}

static void put_row(struct writer *w, const struct smi_report_record *r)
{
    open_element(w, 2, "row");
    put_texts(w, 3, smi_report_record_texts, r->texts, SECMAIL_DMARC_RECORD_SOURCE_IP,
              SECMAIL_DMARC_RECORD_SOURCE_IP);
    put_number(w, 3, "count", r->messages);
    open_element(w, 3, "policy_evaluated");
    put_texts(w, 4, smi_report_record_texts, r->texts, SECMAIL_DMARC_RECORD_DISPOSITION,
              SECMAIL_DMARC_RECORD_SPF);
    put_details(w, r, SECMAIL_DMARC_REASON, 4, "reason");
    close_element(w, 3, "policy_evaluated");
    close_element(w, 2, "row");
}

static void put_record(struct writer *w, const struct smi_report_record *r)
{
    open_element(w, 1, "record");
    put_row(w, r);
    open_element(w, 2, "identifiers");
    put_texts(w, 3, smi_report_record_texts, r->texts, SECMAIL_DMARC_RECORD_ENVELOPE_TO,
              SECMAIL_DMARC_RECORD_HEADER_FROM);
    close_element(w, 2, "identifiers");
    open_element(w, 2, "auth_results");
    put_details(w, r, SECMAIL_DMARC_DKIM, 3, "dkim");
    put_details(w, r, SECMAIL_DMARC_SPF, 3, "spf");
    close_element(w, 2, "auth_results");
    close_element(w, 1, "record");
}

/* ---- Report ---- */

static void put_metadata(struct writer *w)
{
    const struct secmail_dmarc_report *r = w->report;
    open_element(w, 1, "report_metadata");
    put_texts(w, 2, smi_report_texts, r->texts, SECMAIL_DMARC_REPORT_ORG_NAME,
              SECMAIL_DMARC_REPORT_ID);
    open_element(w, 2, "date_range");
    put_number(w, 3, "begin", (uint64_t)r->begin);
    put_number(w, 3, "end", (uint64_t)r->end);
    close_element(w, 2, "date_range");
    put_texts(w, 2, smi_report_texts, r->texts, SECMAIL_DMARC_REPORT_ERROR,
              SECMAIL_DMARC_REPORT_GENERATOR);
    close_element(w, 1, "report_metadata");
}

static void put_policy(struct writer *w)
{
    open_element(w, 1, "policy_published");
    put_texts(w, 2, smi_report_texts, w->report->texts, SECMAIL_DMARC_REPORT_DOMAIN,
              SECMAIL_DMARC_REPORT_FO);
    close_element(w, 1, "policy_published");
}

static void put_report(struct writer *w)
{
    const struct secmail_dmarc_report *r = w->report;
    smi_put_text(&w->xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                          "<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">\n"
                          "  <version>1.0</version>\n");
    put_metadata(w);
    put_policy(w);
    for (size_t i = 0; i < r->count; i++)
        put_record(w, &r->records[i]);
    smi_put_text(&w->xml, "</feedback>\n");
    if (!w->missing && !r->count)
        w->missing = "record";
    if (!w->missing && !r->end)
        w->missing = "date_range";
}

int secmail_dmarc_report_write(struct secmail_dmarc_report *report, struct secmail_bytes **out)
{
    if (!report || !smi_enter(report->context) || !out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    struct writer w = {.report = report, .xml = smi_buf_open(&report->context->mem)};
    put_report(&w);
    smi_put_u8(&w.xml, 0);
    int rc = w.xml.error ? w.xml.error : 0;
    if (!rc && w.missing)
        rc = smi_fail(report->context, SECMAIL_E_MAILAUTH_REPORT_INCOMPLETE, "the report has no %s",
                      w.missing);
    else if (rc || smi_bytes_new(out, &w.xml, 0, w.xml.size - 1))
        rc = smi_nomem(report->context);
    smi_buf_free(&w.xml);
    return rc;
}
