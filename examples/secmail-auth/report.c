/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* secmail-auth dmarc-report: a report that came in, in words or as JSON. */
#include "report.h"

#include <time.h>

static const char *text(const struct secmail_dmarc_report *r, uint32_t what)
{
    const char *found = secmail_dmarc_report_text(r, what);
    return found && *found ? found : "?";
}

static const char *record_text(const struct secmail_dmarc_report *r, size_t i, uint32_t what)
{
    const char *found = secmail_dmarc_report_record(r, i, what);
    return found && *found ? found : "?";
}

static bool says_pass(const struct secmail_dmarc_report *r, size_t i, uint32_t what)
{
    return !strcmp(record_text(r, i, what), "pass");
}

/* "DMARC passes if one of the two did, aligned." */
static bool passed(const struct secmail_dmarc_report *r, size_t i)
{
    return says_pass(r, i, SECMAIL_DMARC_RECORD_DKIM) || says_pass(r, i, SECMAIL_DMARC_RECORD_SPF);
}

/* ---- Head ---- */

static void print_time(int64_t when)
{
    char line[64] = "?";
    const time_t seconds = (time_t)when;
    struct tm tm;
    if (gmtime_r(&seconds, &tm))
        strftime(line, sizeof line, "%Y-%m-%d %H:%M", &tm);
    fputs(line, stdout);
}

static void print_head(const struct secmail_dmarc_report *r)
{
    printf("Report about %s\n", text(r, SECMAIL_DMARC_REPORT_DOMAIN));
    printf("  from:    %s <%s>\n", text(r, SECMAIL_DMARC_REPORT_ORG_NAME),
           text(r, SECMAIL_DMARC_REPORT_EMAIL));
    printf("  id:      %s\n  time:    ", text(r, SECMAIL_DMARC_REPORT_ID));
    print_time(secmail_dmarc_report_begin(r));
    fputs(" to ", stdout);
    print_time(secmail_dmarc_report_end(r));
    printf(" UTC\n  policy:  %s", text(r, SECMAIL_DMARC_REPORT_P));
    if (secmail_dmarc_report_text(r, SECMAIL_DMARC_REPORT_SP))
        printf("; of subdomains: %s", text(r, SECMAIL_DMARC_REPORT_SP));
    if (!strcmp(text(r, SECMAIL_DMARC_REPORT_TESTING), "y"))
        fputs("; testing", stdout);
    if (secmail_dmarc_report_text(r, SECMAIL_DMARC_REPORT_ERROR))
        printf("\n  error:   %s", text(r, SECMAIL_DMARC_REPORT_ERROR));
    fputs("\n\n", stdout);
}

/* ---- Records ---- */

static void print_results(const struct secmail_dmarc_report *r, size_t i, uint32_t kind,
                          const char *name)
{
    for (size_t n = 0; n < secmail_dmarc_report_detail_count(r, i, kind); n++) {
        const char *domain = secmail_dmarc_report_detail(r, i, kind, n,
                                                         SECMAIL_DMARC_DETAIL_DOMAIN);
        const char *result = secmail_dmarc_report_detail(r, i, kind, n,
                                                         SECMAIL_DMARC_DETAIL_RESULT);
        printf(", %s %s (%s)", name, result ? result : "?", domain ? domain : "?");
    }
}

static void print_reasons(const struct secmail_dmarc_report *r, size_t i)
{
    for (size_t n = 0; n < secmail_dmarc_report_detail_count(r, i, SECMAIL_DMARC_REASON); n++) {
        const char *type = secmail_dmarc_report_detail(r, i, SECMAIL_DMARC_REASON, n,
                                                       SECMAIL_DMARC_DETAIL_TYPE);
        printf(", %s", type && *type ? type : "?");
    }
}

static void print_record(const struct secmail_dmarc_report *r, size_t i)
{
    printf("  %6llu  %s, from %s: %s", (unsigned long long)secmail_dmarc_report_messages(r, i),
           record_text(r, i, SECMAIL_DMARC_RECORD_SOURCE_IP),
           record_text(r, i, SECMAIL_DMARC_RECORD_HEADER_FROM),
           record_text(r, i, SECMAIL_DMARC_RECORD_DISPOSITION));
    print_reasons(r, i);
    print_results(r, i, SECMAIL_DMARC_SPF, "SPF");
    print_results(r, i, SECMAIL_DMARC_DKIM, "DKIM");
    fputc('\n', stdout);
}

static uint64_t count(const struct secmail_dmarc_report *r, bool of_passed)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < secmail_dmarc_report_count(r); i++)
        sum += passed(r, i) == of_passed ? secmail_dmarc_report_messages(r, i) : 0;
    return sum;
}

static void print_records(const struct secmail_dmarc_report *r, bool of_passed)
{
    printf("%llu messages %s DMARC\n", (unsigned long long)count(r, of_passed),
           of_passed ? "passed" : "failed");
    for (size_t i = 0; i < secmail_dmarc_report_count(r); i++) {
        if (passed(r, i) == of_passed)
            print_record(r, i);
    }
}

static void print_advice(const struct secmail_dmarc_report *r)
{
    if (count(r, false))
        puts("\nIf a source that failed is yours, give it an SPF record and a DKIM key of your\n"
             "domain. If not, it forwards your mail or forges it: this report can't tell which.");
}

/* XML, alone, packed, or attached to a mail. */
static struct bytes read_xml(void)
{
    struct bytes data = unpack(read_rest(stdin, "the report"));
    const bool is_xml = data.size && strchr(" \t\r\n<", data.data[0]);
    struct bytes attached = is_xml ? (struct bytes){0} : find_attachment(&data);
    if (!attached.size)
        return data;
    free(data.data);
    return unpack(attached);
}

int command_dmarc_report(struct tool *t)
{
    struct secmail_dmarc_report *r;
    if (t->options.write)
        return write_report(t);
    struct bytes xml = read_xml();
    if (secmail_dmarc_report_read(t->context, &r, xml.data, xml.size))
        die(USAGE, "secmail-auth: %s", secmail_context_error_detail(t->context));
    if (t->options.json) {
        put_report(r, NULL);
        fputc('\n', stdout);
    } else {
        print_head(r);
        print_records(r, false);
        print_records(r, true);
        print_advice(r);
    }
    secmail_dmarc_report_free(r);
    free(xml.data);
    return DONE;
}
