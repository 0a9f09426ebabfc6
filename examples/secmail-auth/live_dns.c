/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers from the network, for when there is no --dns. */
#include "tool.h"

#include <secmail/dns.h>

enum { WAIT_MS = 20000 };

/* The words of both modules have the same numbers. */
_Static_assert((int)SECMAIL_DNS_ANSWERED == SECMAIL_MAILAUTH_ANSWERED, "status");
_Static_assert((int)SECMAIL_DNS_TIMEOUT == SECMAIL_MAILAUTH_TIMEOUT, "status");
_Static_assert((int)SECMAIL_DNS_SECURE == SECMAIL_MAILAUTH_SECURE, "security");
_Static_assert((int)SECMAIL_DNS_BOGUS == SECMAIL_MAILAUTH_BOGUS, "security");

/* The servers of --server, or of resolv.conf; trust anchors of --anchors, or none. */
void open_live_dns(struct tool *t)
{
    const struct options *o = &t->options;
    check(t, secmail_dns_new(t->context, &t->live));
    if (o->server)
        check(t, secmail_dns_add_forwarder(t->live, ".", o->server));
    else
        check(t, secmail_dns_use_resolv_conf(t->live, NULL));
    if (o->anchors) {
        const struct bytes text = read_file(o->anchors);
        check(t, secmail_dns_add_trust_anchors(t->live, (const char *)text.data, text.size));
        free(text.data);
    }
}

void close_live_dns(struct tool *t)
{
    secmail_dns_free(t->live);
}

/* A record that isn't well-formed is left out, as RFC 7208 and 6376 want it. */
static void give(struct tool *t, struct secmail_mailauth *m, uint32_t question,
                 const struct secmail_dns_result *r)
{
    const uint8_t *data;
    size_t size;
    for (size_t i = 0; (data = secmail_dns_result_record(r, i, &size)); i++) {
        const int rc = secmail_mailauth_add_record(m, question, data, size);
        if (rc != SECMAIL_E_MAILAUTH_RECORD)
            check(t, rc);
    }
    check(t, secmail_mailauth_answer(m, question, secmail_dns_result_status(r),
                                     secmail_dns_result_security(r)));
}

/* Hands in all open questions; the queries' numbers go to `query`. */
static size_t ask_all(struct tool *t, struct secmail_mailauth *m, uint64_t *query,
                      uint32_t *question, size_t room)
{
    size_t count = 0;
    for (uint32_t q = 0; count < room && (q = secmail_mailauth_next_question(m, q)); count++) {
        const char *name = secmail_mailauth_question_name(m, q);
        const uint32_t type = secmail_mailauth_question_type(m, q);
        check(t, secmail_dns_query(t->live, name, (uint16_t)type, &query[count]));
        question[count] = q;
    }
    return count;
}

void answer_live(struct tool *t, struct secmail_mailauth *m)
{
    enum { ROOM = 64 };
    uint64_t query[ROOM];
    uint32_t question[ROOM];
    struct secmail_dns_result *r;
    const size_t count = ask_all(t, m, query, question, ROOM);
    for (size_t left = count; left;) {
        if (secmail_dns_wait(t->live, WAIT_MS, -1))
            die(USAGE, "secmail-auth: the resolver doesn't answer: %s",
                secmail_context_error_detail(t->context));
        for (; (r = secmail_dns_next_result(t->live)); left--) {
            for (size_t i = 0; i < count; i++) {
                if (query[i] == secmail_dns_result_query(r))
                    give(t, m, question[i], r);
            }
            secmail_dns_result_free(r);
        }
    }
}
