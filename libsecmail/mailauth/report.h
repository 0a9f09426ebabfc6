/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Aggregate reports of DMARC (RFC 9990): a tree of texts. What the words of a text may be, and how
 * its element is called, stands in tables; reading, writing and the public setters share them.
 */
#ifndef SMI_MAILAUTH_REPORT_H
#define SMI_MAILAUTH_REPORT_H

#include "mailauth/text.h"

#include "core/context.h"
#include <secmail/mailauth.h>

enum { SMI_REPORT_TEXTS = 18, SMI_RECORD_TEXTS = 8, SMI_DETAIL_TEXTS = 7, SMI_DETAIL_KINDS = 4 };

struct smi_report_detail {
    char *texts[SMI_DETAIL_TEXTS]; /* by enum secmail_dmarc_detail_text */
};

struct smi_report_details {
    struct smi_report_detail *items;
    size_t count, room;
};

struct smi_report_record {
    uint64_t messages;
    char *texts[SMI_RECORD_TEXTS];                       /* by enum secmail_dmarc_record_text */
    struct smi_report_details details[SMI_DETAIL_KINDS]; /* by enum secmail_dmarc_detail */
};

struct secmail_dmarc_report {
    struct secmail_context *context;
    char *texts[SMI_REPORT_TEXTS]; /* by enum secmail_dmarc_report_text */
    int64_t begin, end;
    struct smi_report_record *records;
    size_t count, room;
    size_t entries; /* records and details */
    size_t merged;  /* records after the last merge */
};

/* One text of a level: its element's name, and all words that it may be (with a space around each);
 * NULL words for free text. A NULL name is no text of this level. */
struct smi_report_text {
    const char *name;
    const char *words;
    bool needed;
};

extern const struct smi_report_text smi_report_texts[SMI_REPORT_TEXTS];
extern const struct smi_report_text smi_report_record_texts[SMI_RECORD_TEXTS];

/* Of the details of one kind; NULL for a number that is no kind. */
const struct smi_report_text *smi_report_detail_texts(uint32_t kind);

/* Replaces a text by a copy; by none if `text` is NULL. */
int smi_report_put(struct secmail_dmarc_report *r, char **place, const char *text);

/* Without smi_enter(): the error that the public functions return. */
int smi_report_add_record(struct secmail_dmarc_report *r, uint64_t messages);
int smi_report_add_detail(struct secmail_dmarc_report *r, struct smi_report_record *record,
                          uint32_t kind);

void smi_report_record_free(const struct secmail_allocator *mem, struct smi_report_record *record);

#endif
