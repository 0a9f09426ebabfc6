/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One message between the options and the DNS. */
#include "tool.h"

static void set_text(struct tool *t, struct secmail_mailauth *m,
                     int (*set)(struct secmail_mailauth *m, const char *text), const char *text)
{
    if (text)
        check(t, set(m, text));
}

struct secmail_mailauth *new_message(struct tool *t, uint32_t methods, uint32_t options)
{
    const struct options *o = &t->options;
    struct secmail_mailauth *m;
    check(t, secmail_mailauth_new(t->context, &m));
    set_text(t, m, secmail_mailauth_set_client_ip, o->ip);
    set_text(t, m, secmail_mailauth_set_helo, o->helo);
    set_text(t, m, secmail_mailauth_set_mail_from, o->from);
    set_text(t, m, secmail_mailauth_set_authserv_id, o->authserv_id);
    set_text(t, m, secmail_mailauth_trust_sealer, o->trust_sealer);
    if (t->suffixes)
        check(t, secmail_mailauth_set_public_suffixes(m, secmail_suffixes_find, t->suffixes));
    if (o->allow_weak)
        options |= SECMAIL_MAILAUTH_ALLOW_WEAK;
    if (o->explain)
        options |= SECMAIL_MAILAUTH_TRACE;
    if (o->report)
        options |= SECMAIL_MAILAUTH_ASK_REPORT_TARGETS;
    check(t, secmail_mailauth_set_methods(m, methods));
    check(t, secmail_mailauth_set_options(m, options | SECMAIL_MAILAUTH_TRUST_PARTIAL));
    return m;
}

static void answer(struct tool *t, struct secmail_mailauth *m, uint32_t question)
{
    const struct dns_answer a = look_up(t->dns, secmail_mailauth_question_name(m, question),
                                        secmail_mailauth_question_type(m, question));
    for (size_t i = 0; i < a.count; i++)
        check(t, secmail_mailauth_add_record(m, question, a.records[i].data, a.records[i].size));
    check(t, secmail_mailauth_answer(m, question, a.status, SECMAIL_MAILAUTH_INDETERMINATE));
}

void evaluate(struct tool *t, struct secmail_mailauth *m)
{
    int rc;
    while ((rc = secmail_mailauth_evaluate(m)) == SECMAIL_MAILAUTH_NEEDS_ANSWERS) {
        if (!t->dns)
            answer_live(t, m);
        for (uint32_t q = 0; t->dns && (q = secmail_mailauth_next_question(m, q));)
            answer(t, m, q);
    }
    check(t, rc);
}
