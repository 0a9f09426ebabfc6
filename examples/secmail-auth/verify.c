/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* secmail-auth verify */
#include "report.h"

enum { PIECE = 65536 };

static void print_domain(const struct secmail_mailauth_result *r)
{
    fputs(",\"domain\":", stdout);
    put_json(stdout, secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_DOMAIN));
}

static const char *verdict(const struct secmail_mailauth_result *r)
{
    return secmail_mailauth_verdict_name(secmail_mailauth_result_verdict(r));
}

/* Why it isn't a pass, or is one for a part of the body only. */
static void print_reason(const struct secmail_mailauth_result *r)
{
    const uint32_t v = secmail_mailauth_result_verdict(r);
    int64_t uncovered = 0;
    secmail_mailauth_result_number(r, SECMAIL_MAILAUTH_UNSIGNED_BYTES, &uncovered);
    const bool silent = (v == SECMAIL_MAILAUTH_PASS && !uncovered) || v == SECMAIL_MAILAUTH_NONE;
    fputs(",\"reason\":", stdout);
    put_json(stdout, silent ? NULL : secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_REASON));
}

static void print_spf(struct tool *t, const struct secmail_mailauth *m)
{
    const struct secmail_mailauth_result *r = secmail_mailauth_spf(m);
    printf("\"spf\":{\"result\":\"%s\"", verdict(r));
    if (t->options.ip)
        print_domain(r);
    fputs("},", stdout);
}

static void print_dkim(const struct secmail_mailauth *m)
{
    fputs("\"dkim\":[", stdout);
    for (size_t i = 0; i < secmail_mailauth_dkim_count(m); i++) {
        const struct secmail_mailauth_result *r = secmail_mailauth_dkim(m, i);
        fputs(i ? ",{\"domain\":" : "{\"domain\":", stdout);
        put_json(stdout, secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_DOMAIN));
        fputs(",\"selector\":", stdout);
        put_json(stdout, secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_SELECTOR));
        printf(",\"result\":\"%s\"", verdict(r));
        print_reason(r);
        fputc('}', stdout);
    }
    fputs("],", stdout);
}

static void print_dmarc(const struct secmail_mailauth *m)
{
    const struct secmail_mailauth_result *r = secmail_mailauth_dmarc(m);
    int64_t policy = 0;
    secmail_mailauth_result_number(r, SECMAIL_MAILAUTH_POLICY_APPLIED, &policy);
    printf("\"dmarc\":{\"result\":\"%s\",\"policy\":", verdict(r));
    put_json(stdout, secmail_mailauth_policy_name((uint32_t)policy));
    print_domain(r);
    fputs(",\"org_domain\":", stdout);
    put_json(stdout, secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_ORG_DOMAIN));
    fputs("},", stdout);
}

static void print_arc(const struct secmail_mailauth *m)
{
    const struct secmail_mailauth_result *r = secmail_mailauth_arc(m);
    int64_t instances = 0;
    secmail_mailauth_result_number(r, SECMAIL_MAILAUTH_INSTANCES, &instances);
    printf("\"arc\":{\"result\":\"%s\",\"instances\":%lld", verdict(r), (long long)instances);
    print_reason(r);
    fputs("},", stdout);
}

static uint32_t disposition_of(const struct options *o)
{
    for (uint32_t i = SECMAIL_MAILAUTH_POLICY_NONE; o->disposition; i++) {
        const char *name = secmail_mailauth_policy_name(i);
        if (!name)
            die(USAGE, "secmail-auth: --disposition is none, quarantine or reject");
        if (!strcmp(name, o->disposition))
            return i;
    }
    return 0;
}

/* What an aggregate report says of this mail; null where no policy applies. */
static void print_report(struct tool *t, const struct secmail_mailauth *m)
{
    struct secmail_dmarc_report *r;
    const char *targets = secmail_mailauth_result_text(secmail_mailauth_dmarc(m),
                                                       SECMAIL_MAILAUTH_REPORT_TARGETS);
    fputs(",\"report\":", stdout);
    check(t, secmail_dmarc_report_new(t->context, &r));
    const int rc = secmail_dmarc_report_add_message(r, m, disposition_of(&t->options));
    if (rc == SECMAIL_E_MAILAUTH_REPORT_DOMAIN)
        fputs("null", stdout);
    else if (rc)
        die(USAGE, "secmail-auth: --report needs --ip, and dmarc in --only");
    else
        put_report(r, targets ? targets : "");
    secmail_dmarc_report_free(r);
}

static void print(struct tool *t, struct secmail_mailauth *m)
{
    const uint32_t methods = t->options.methods;
    struct secmail_bytes *field;
    check(t, secmail_mailauth_header(m, &field));
    fputc('{', stdout);
    if (methods & SECMAIL_MAILAUTH_SPF)
        print_spf(t, m);
    if (methods & SECMAIL_MAILAUTH_DKIM)
        print_dkim(m);
    if (methods & SECMAIL_MAILAUTH_DMARC)
        print_dmarc(m);
    if (methods & SECMAIL_MAILAUTH_ARC)
        print_arc(m);
    fputs("\"authentication_results\":", stdout);
    put_json_bytes(stdout, secmail_bytes_data(field), secmail_bytes_size(field));
    if (t->options.report)
        print_report(t, m);
    fputs("}\n", stdout);
    secmail_bytes_free(field);
}

/* ---- Mails ---- */

/* The mail as a stream: nothing of its body is kept. */
static struct secmail_mailauth *verify_stream(struct tool *t)
{
    static uint8_t piece[PIECE];
    size_t size = read_piece(piece, sizeof piece);
    const uint32_t lf = has_lf_ends(piece, size) ? SECMAIL_MAILAUTH_LF_LINES : 0;
    struct secmail_mailauth *m = new_message(t, t->options.methods, lf);
    for (; size; size = read_piece(piece, sizeof piece))
        check(t, secmail_mailauth_update(m, piece, size));
    check(t, secmail_mailauth_finish_message(m));
    evaluate(t, m);
    return m;
}

static struct secmail_mailauth *verify_bytes(struct tool *t, const struct bytes *mail)
{
    struct secmail_mailauth *m = new_message(t, t->options.methods, 0);
    check(t, secmail_mailauth_update(m, mail->data, mail->size));
    check(t, secmail_mailauth_finish_message(m));
    evaluate(t, m);
    return m;
}

static void again(struct tool *t, void *user)
{
    secmail_mailauth_free(verify_bytes(t, user));
}

static void show(struct tool *t, struct secmail_mailauth *m)
{
    if (t->options.explain)
        explain(m, t->options.methods);
    else
        print(t, m);
    secmail_mailauth_free(m);
}

int command_verify(struct tool *t)
{
    if (!t->options.repeat) {
        show(t, verify_stream(t));
        return DONE;
    }
    struct bytes mail = read_mail();
    show(t, verify_bytes(t, &mail));
    repeat(t, again, &mail);
    free(mail.data);
    return DONE;
}
