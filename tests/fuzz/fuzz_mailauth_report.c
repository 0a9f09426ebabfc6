/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Aggregate reports: anything is read or refused; what is read can be merged, and what of it can be
 * written reads again as the same number of messages. */
#include "fuzz.h"

#include <secmail/mailauth.h>

static void read_texts(const struct secmail_dmarc_report *r, size_t record)
{
    size_t bytes = 0;
    for (uint32_t kind = SECMAIL_DMARC_REASON; kind <= SECMAIL_DMARC_SPF; kind++) {
        const size_t count = secmail_dmarc_report_detail_count(r, record, kind);
        for (size_t i = 0; i < count * SECMAIL_DMARC_DETAIL_COMMENT; i++) {
            const uint32_t what = (uint32_t)(i % SECMAIL_DMARC_DETAIL_COMMENT) + 1;
            const char *text = secmail_dmarc_report_detail(r, record, kind,
                                                           i / SECMAIL_DMARC_DETAIL_COMMENT, what);
            bytes += text ? strlen(text) : 0;
        }
    }
    for (uint32_t what = 1; what <= SECMAIL_DMARC_RECORD_HEADER_FROM; what++) {
        const char *text = secmail_dmarc_report_record(r, record, what);
        bytes += text ? strlen(text) : 0;
    }
    FUZZ_CHECK(bytes < SIZE_MAX);
}

static uint64_t count_messages(const struct secmail_dmarc_report *r)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < secmail_dmarc_report_count(r); i++) {
        const uint64_t n = secmail_dmarc_report_messages(r, i);
        sum = n < UINT64_MAX - sum ? sum + n : UINT64_MAX;
        read_texts(r, i);
    }
    return sum;
}

static void write_again(struct secmail_context *context, struct secmail_dmarc_report *r)
{
    struct secmail_bytes *xml;
    struct secmail_dmarc_report *copy;
    const uint64_t messages = count_messages(r);
    secmail_dmarc_report_merge(r);
    FUZZ_CHECK(count_messages(r) == messages);
    if (secmail_dmarc_report_write(r, &xml))
        return;
    const int rc = secmail_dmarc_report_read(context, &copy, secmail_bytes_data(xml),
                                             secmail_bytes_size(xml));
    /* Sums may be larger than what a report may hold. */
    FUZZ_CHECK(!rc || (rc == SECMAIL_E_MAILAUTH_REPORT && messages > INT64_MAX));
    FUZZ_CHECK(rc || count_messages(copy) == messages);
    secmail_dmarc_report_free(copy);
    secmail_bytes_free(xml);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct secmail_context *context;
    struct secmail_dmarc_report *r;
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    const int rc = secmail_dmarc_report_read(context, &r, data, size);
    FUZZ_CHECK(rc == 0 || rc == SECMAIL_E_MAILAUTH_REPORT || rc == SECMAIL_E_LIMIT_REPORT_ENTRIES ||
               rc == SECMAIL_E_NOT_BUILT);
    FUZZ_CHECK(!rc == (r != NULL));
    if (r)
        write_again(context, r);
    secmail_dmarc_report_free(r);
    secmail_context_free(context);
    return 0;
}
