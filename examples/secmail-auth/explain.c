/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verdicts in plain words: what was validated, and what that does and doesn't mean. */
#include "tool.h"

static const char *text(const struct secmail_mailauth_result *r, uint32_t what)
{
    const char *t = secmail_mailauth_result_text(r, what);
    return t ? t : "?";
}

static bool passed(const struct secmail_mailauth_result *r)
{
    return secmail_mailauth_result_verdict(r) == SECMAIL_MAILAUTH_PASS;
}

/* Verdict, reason, section, and how sure the DNS data are. */
static void print_basis(const struct secmail_mailauth_result *r)
{
    const char *decider = secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_DECIDER);
    const char *reference = secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_REFERENCE);
    const uint32_t security = secmail_mailauth_result_security(r);
    printf("  verdict:    %s\n", secmail_mailauth_verdict_name(secmail_mailauth_result_verdict(r)));
    printf("  because:    %s\n", text(r, SECMAIL_MAILAUTH_REASON));
    if (decider)
        printf("  decided by: %s\n", decider);
    if (reference)
        printf("  see:        %s\n", reference);
    if (security)
        printf("  DNS data:   %s\n", secmail_mailauth_security_name(security));
}

static void explain_spf(const struct secmail_mailauth_result *r)
{
    printf("SPF: may this host send mail for %s?\n", text(r, SECMAIL_MAILAUTH_DOMAIN));
    print_basis(r);
    if (passed(r))
        puts("  The domain of the envelope sender lists this host. Readers don't see that domain,\n"
             "  and whoever else uses the same host passes too.");
    else
        puts("  This doesn't show that the mail is forged: forwarding breaks SPF.");
}

static void explain_signature(const struct secmail_mailauth_result *r)
{
    int64_t bytes = 0;
    printf("DKIM: did %s sign this mail?\n", text(r, SECMAIL_MAILAUTH_DOMAIN));
    print_basis(r);
    secmail_mailauth_result_number(r, SECMAIL_MAILAUTH_UNSIGNED_BYTES, &bytes);
    if (passed(r) && bytes)
        printf("  The last %lld bytes of the body aren't covered: anybody may have added them.\n",
               (long long)bytes);
    else if (passed(r))
        puts("  This domain takes responsibility for what it signed. It says nothing about who\n"
             "  wrote it, and the mail may have been sent again to others by anybody.");
    else
        puts("  This doesn't show that the mail is forged: lists and gateways change mail. It\n"
             "  counts as not signed by this domain.");
}

static void explain_dmarc(const struct secmail_mailauth_result *r)
{
    int64_t policy = 0;
    printf("DMARC: does the author's domain, %s, stand behind it?\n",
           text(r, SECMAIL_MAILAUTH_AUTHOR_DOMAIN));
    print_basis(r);
    if (secmail_mailauth_result_number(r, SECMAIL_MAILAUTH_POLICY_APPLIED, &policy))
        printf("  policy:     %s, published at %s\n",
               secmail_mailauth_policy_name((uint32_t)policy), text(r, SECMAIL_MAILAUTH_DOMAIN));
    if (passed(r))
        puts("  The domain after the @ of the From field is real. The name before it, and whether\n"
             "  that domain is the one you think of, nobody has checked.");
    else
        puts("  Nobody has shown that the From field is true. That is a warning, not proof of\n"
             "  forgery.");
}

static void explain_arc(const struct secmail_mailauth_result *r)
{
    puts("ARC: what did earlier hops find?");
    print_basis(r);
    if (passed(r))
        printf("  The record that %s left is intact. It is worth as much as that domain is\n"
               "  trusted.\n",
               text(r, SECMAIL_MAILAUTH_DOMAIN));
}

static void explain_signatures(const struct secmail_mailauth *m)
{
    for (size_t i = 0; i < secmail_mailauth_dkim_count(m); i++)
        explain_signature(secmail_mailauth_dkim(m, i));
    if (!secmail_mailauth_dkim_count(m))
        puts("DKIM: the mail has no signature.");
}

void explain(const struct secmail_mailauth *m)
{
    const struct secmail_mailauth_result *dmarc = secmail_mailauth_dmarc(m);
    const struct secmail_mailauth_result *arc = secmail_mailauth_arc(m);
    if (secmail_mailauth_spf(m))
        explain_spf(secmail_mailauth_spf(m));
    if (!secmail_mailauth_dkim_count(m) || secmail_mailauth_dkim(m, 0))
        explain_signatures(m);
    if (dmarc)
        explain_dmarc(dmarc);
    if (arc)
        explain_arc(arc);
    if (*secmail_mailauth_trace(m))
        printf("Steps:\n%s", secmail_mailauth_trace(m));
}
