/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Aggregate reports: records that differ only in their number of messages become one. */
#include "mailauth/report.h"

/* ---- Order ---- */

/* No text comes before every text. */
static int compare_texts(char *const *a, char *const *b, size_t count)
{
    int order = 0;
    for (size_t i = 0; i < count && !order; i++)
        order = a[i] && b[i] ? strcmp(a[i], b[i]) : (a[i] != NULL) - (b[i] != NULL);
    return order;
}

static int compare_details(const struct smi_report_details *a, const struct smi_report_details *b)
{
    int order = (a->count > b->count) - (a->count < b->count);
    for (size_t i = 0; i < a->count && !order; i++)
        order = compare_texts(a->items[i].texts, b->items[i].texts, SMI_DETAIL_TEXTS);
    return order;
}

static int compare(const struct smi_report_record *a, const struct smi_report_record *b)
{
    int order = compare_texts(a->texts, b->texts, SMI_RECORD_TEXTS);
    for (size_t k = 0; k < SMI_DETAIL_KINDS && !order; k++)
        order = compare_details(&a->details[k], &b->details[k]);
    return order;
}

/* ---- Heapsort: no memory, and no order that a sender could choose makes it slow ---- */

static void swap(struct smi_report_record *a, struct smi_report_record *b)
{
    const struct smi_report_record kept = *a;
    *a = *b;
    *b = kept;
}

static void sift(struct smi_report_record *records, size_t root, size_t count)
{
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && compare(&records[child], &records[child + 1]) < 0)
            child++;
        if (compare(&records[root], &records[child]) >= 0)
            return;
        swap(&records[root], &records[child]);
    }
}

static void sort(struct smi_report_record *records, size_t count)
{
    for (size_t i = count / 2; i > 0; i--)
        sift(records, i - 1, count);
    for (size_t end = count; end > 1; end--) {
        swap(&records[0], &records[end - 1]);
        sift(records, 0, end - 1);
    }
}

/* ---- Merging ---- */

static void join(struct secmail_dmarc_report *r, struct smi_report_record *kept,
                 struct smi_report_record *other)
{
    const uint64_t room = UINT64_MAX - kept->messages;
    kept->messages += other->messages < room ? other->messages : room;
    for (size_t k = 0; k < SMI_DETAIL_KINDS; k++)
        r->entries -= other->details[k].count;
    r->entries--;
    smi_report_record_free(&r->context->mem, other);
}

void secmail_dmarc_report_merge(struct secmail_dmarc_report *report)
{
    if (!report)
        return;
    size_t kept = 0;
    sort(report->records, report->count);
    for (size_t i = 1; i < report->count; i++) {
        struct smi_report_record *last = &report->records[kept], *next = &report->records[i];
        if (!compare(last, next))
            join(report, last, next);
        else if (++kept != i)
            report->records[kept] = *next;
    }
    report->count = report->count ? kept + 1 : 0;
    report->merged = report->count;
}
