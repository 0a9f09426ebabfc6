/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* secmail-auth dmarc-report --write: what verify --report noted, a line a message, as a report. */
#include "report.h"

enum { MERGE_AT = 10000 };

static void set_text(struct tool *t, struct secmail_dmarc_report *r, uint32_t what,
                     const char *text)
{
    if (text)
        check(t, secmail_dmarc_report_set_text(r, what, text));
}

static struct secmail_dmarc_report *new_report(struct tool *t)
{
    const struct options *o = &t->options;
    struct secmail_dmarc_report *r;
    if (!o->org || !o->email || !o->report_id || !o->begin || !o->end)
        die(USAGE, "secmail-auth: --write needs --org, --email, --report-id, --begin and --end");
    check(t, secmail_dmarc_report_new(t->context, &r));
    set_text(t, r, SECMAIL_DMARC_REPORT_ORG_NAME, o->org);
    set_text(t, r, SECMAIL_DMARC_REPORT_EMAIL, o->email);
    set_text(t, r, SECMAIL_DMARC_REPORT_CONTACT, o->contact);
    set_text(t, r, SECMAIL_DMARC_REPORT_ID, o->report_id);
    set_text(t, r, SECMAIL_DMARC_REPORT_GENERATOR, "secmail-auth");
    set_text(t, r, SECMAIL_DMARC_REPORT_DOMAIN, o->domain);
    check(t, secmail_dmarc_report_set_range(r, option_number("begin", o->begin, INT64_MAX),
                                            option_number("end", o->end, INT64_MAX)));
    return r;
}

/* False for a line that isn't for this report. */
static bool add_line(struct tool *t, struct secmail_dmarc_report *r, const char *line, size_t size,
                     unsigned long number)
{
    const char *wrong = NULL;
    struct json *object = json_read((const uint8_t *)line, size, &wrong);
    if (!object)
        die(USAGE, "secmail-auth: line %lu: %s", number, wrong);
    const bool added = add_report(t, r, object);
    json_free(object);
    if (secmail_dmarc_report_count(r) >= t->merge_at) {
        secmail_dmarc_report_merge(r);
        t->merge_at = 2 * secmail_dmarc_report_count(r) + MERGE_AT;
    }
    return added;
}

static unsigned long add_lines(struct tool *t, struct secmail_dmarc_report *r)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    unsigned long number = 0, passed_over = 0;
    while ((size = getline(&line, &room, stdin)) > 0) {
        number++;
        if (line[strspn(line, " \t\r\n")])
            passed_over += !add_line(t, r, line, (size_t)size, number);
    }
    free(line);
    if (ferror(stdin))
        die(USAGE, "secmail-auth: can't read the lines");
    return passed_over;
}

int write_report(struct tool *t)
{
    struct secmail_bytes *xml;
    struct secmail_dmarc_report *r = new_report(t);
    t->merge_at = MERGE_AT;
    const unsigned long passed_over = add_lines(t, r);
    secmail_dmarc_report_merge(r);
    if (secmail_dmarc_report_write(r, &xml))
        die(REFUSED, "secmail-auth: no report can be written: %s",
            secmail_context_error_detail(t->context));
    fwrite(secmail_bytes_data(xml), 1, secmail_bytes_size(xml), stdout);
    if (passed_over)
        fprintf(stderr, "secmail-auth: %lu lines are about other domains, or none\n", passed_over);
    secmail_bytes_free(xml);
    secmail_dmarc_report_free(r);
    return DONE;
}
