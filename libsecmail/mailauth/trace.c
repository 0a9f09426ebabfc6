/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trace: single steps while they are done, and at the end what they came to. */
#include "mailauth/object.h"

#include <stdarg.h>
#include <stdio.h>

enum { LINE_SIZE = 300 };

void smi_trace(struct secmail_mailauth *m, const char *format, ...)
{
    if (!(m->options & SECMAIL_MAILAUTH_TRACE))
        return;
    char line[LINE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    smi_put_visible(&m->trace, smi_span_text(line));
    smi_put_u8(&m->trace, '\n');
}

/* ---- Answers ---- */

static const char *type_name(uint32_t type)
{
    return type == SECMAIL_MAILAUTH_A      ? "A"
           : type == SECMAIL_MAILAUTH_PTR  ? "PTR"
           : type == SECMAIL_MAILAUTH_MX   ? "MX"
           : type == SECMAIL_MAILAUTH_TXT  ? "TXT"
           : type == SECMAIL_MAILAUTH_AAAA ? "AAAA"
                                           : "?";
}

static const char *status_name(uint32_t status)
{
    static const char *const names[] = {
        [SMI_DNS_OPEN] = "not answered",     [SMI_DNS_DATA] = "answered",
        [SMI_DNS_NODATA] = "no such record", [SMI_DNS_NXDOMAIN] = "no such name",
        [SMI_DNS_FAILED] = "no answer",      [SMI_DNS_TIMEOUT] = "timeout",
    };
    return names[status];
}

static void trace_answers(struct secmail_mailauth *m)
{
    for (size_t i = 0; i < m->answers.count; i++) {
        const struct smi_question *q = &m->answers.questions[i];
        smi_trace(m, "dns: %s %s: %s, %u records, %s",
                  (const char *)m->answers.names.data + q->name, type_name(q->type),
                  status_name(q->status), (unsigned)q->count,
                  secmail_mailauth_security_name(q->security));
    }
}

/* ---- Verdicts ---- */

static void trace_verdict(struct secmail_mailauth *m, const char *method,
                          const struct secmail_mailauth_result *r)
{
    const char *domain = secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_DOMAIN);
    const char *reason = secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_REASON);
    if (r)
        smi_trace(m, "%s: %s: %s: %s", method, domain ? domain : "",
                  secmail_mailauth_verdict_name(r->verdict), reason ? reason : "");
}

void smi_trace_verdicts(struct secmail_mailauth *m)
{
    if (!(m->options & SECMAIL_MAILAUTH_TRACE))
        return;
    trace_answers(m);
    trace_verdict(m, "spf", secmail_mailauth_spf(m));
    for (size_t i = 0; i < secmail_mailauth_dkim_count(m); i++)
        trace_verdict(m, "dkim", secmail_mailauth_dkim(m, i));
    trace_verdict(m, "arc", secmail_mailauth_arc(m));
    trace_verdict(m, "dmarc", secmail_mailauth_dmarc(m));
}
