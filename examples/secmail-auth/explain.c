/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verdicts in plain words: what was validated, and what that does and doesn't mean. */
#include "tool.h"

enum { GOOD_RSA_BITS = 2048, VERDICTS = SECMAIL_MAILAUTH_PERMERROR + 1 };

static const char *text(const struct secmail_mailauth_result *r, uint32_t what)
{
    const char *t = secmail_mailauth_result_text(r, what);
    return t ? t : "?";
}

static int64_t number(const struct secmail_mailauth_result *r, uint32_t what)
{
    int64_t n = 0;
    secmail_mailauth_result_number(r, what, &n);
    return n;
}

static bool passed(const struct secmail_mailauth_result *r)
{
    return secmail_mailauth_result_verdict(r) == SECMAIL_MAILAUTH_PASS;
}

/* What a verdict means, from a table with an entry for each. */
static void print_meaning(const struct secmail_mailauth_result *r, const char *const *meanings)
{
    const char *meaning = meanings[secmail_mailauth_result_verdict(r)];
    if (meaning)
        printf("  %s\n", meaning);
}

/* ---- What all have ---- */

static const char *security_in_words(uint32_t security)
{
    switch (security) {
    case SECMAIL_MAILAUTH_SECURE:
        return "secure: signed with DNSSEC";
    case SECMAIL_MAILAUTH_INSECURE:
        return "insecure: not signed; who can change answers on their way can change the verdict";
    case SECMAIL_MAILAUTH_BOGUS:
        return "bogus: the signatures of the DNS are wrong";
    default:
        return "indeterminate: nobody checked whether they are genuine";
    }
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
        printf("  DNS data:   %s\n", security_in_words(security));
}

/* ---- Methods ---- */

static void explain_spf(const struct secmail_mailauth_result *r)
{
    static const char *const meanings[VERDICTS] = {
        [SECMAIL_MAILAUTH_NONE] = "That domain doesn't say which hosts send for it.",
        [SECMAIL_MAILAUTH_PASS] =
            "The domain of the envelope sender lists this host. Readers don't see that domain,\n"
            "  and whoever else uses the same host passes too.",
        [SECMAIL_MAILAUTH_FAIL] =
            "This doesn't show that the mail is forged: forwarding breaks SPF.",
        [SECMAIL_MAILAUTH_SOFTFAIL] = "The domain thinks that this host isn't its own, and isn't "
                                      "sure. Forwarding does that,\n"
                                      "  too.",
        [SECMAIL_MAILAUTH_NEUTRAL] = "The domain says neither yes nor no.",
        [SECMAIL_MAILAUTH_TEMPERROR] = "The DNS gave no answer: try again later.",
        [SECMAIL_MAILAUTH_PERMERROR] =
            "The domain's record is wrong. Only its owner can mend that.",
    };
    printf("SPF: may this host send mail for %s?\n", text(r, SECMAIL_MAILAUTH_DOMAIN));
    print_basis(r);
    print_meaning(r, meanings);
}

static void explain_key(const struct secmail_mailauth_result *r)
{
    const bool rsa = !strncmp(text(r, SECMAIL_MAILAUTH_ALGORITHM), "rsa", 3);
    const int64_t bits = number(r, SECMAIL_MAILAUTH_KEY_BITS);
    if (rsa && bits && bits < GOOD_RSA_BITS)
        printf("  Its key has %lld bits only: someone with much money might have broken it.\n",
               (long long)bits);
    if (number(r, SECMAIL_MAILAUTH_TESTING))
        puts("  The domain says that it is only testing (t=y).");
}

static void explain_signature(const struct secmail_mailauth_result *r)
{
    static const char *const meanings[VERDICTS] = {
        [SECMAIL_MAILAUTH_PASS] =
            "This domain takes responsibility for what it signed. It says nothing about who\n"
            "  wrote it, and the mail may have been sent again to others by anybody.",
        [SECMAIL_MAILAUTH_FAIL] =
            "This doesn't show that the mail is forged: lists and gateways change mail. It\n"
            "  counts as not signed by this domain.",
        [SECMAIL_MAILAUTH_POLICY] = "It is not accepted here, and counts as no signature.",
        [SECMAIL_MAILAUTH_TEMPERROR] = "The DNS gave no answer: try again later.",
        [SECMAIL_MAILAUTH_PERMERROR] =
            "It counts as no signature. Keys vanish from the DNS after a while, so an old mail\n"
            "  ends like this, too.",
    };
    const int64_t bytes = number(r, SECMAIL_MAILAUTH_UNSIGNED_BYTES);
    printf("DKIM: did %s sign this mail?\n", text(r, SECMAIL_MAILAUTH_DOMAIN));
    print_basis(r);
    if (passed(r) && bytes)
        printf("  The last %lld bytes of the body aren't covered: anybody may have added them.\n",
               (long long)bytes);
    else
        print_meaning(r, meanings);
    if (passed(r))
        explain_key(r);
}

static void explain_dmarc(const struct secmail_mailauth_result *r)
{
    static const char *const meanings[VERDICTS] = {
        [SECMAIL_MAILAUTH_NONE] =
            "Its owner publishes no policy: nothing can be said about the From field.",
        [SECMAIL_MAILAUTH_PASS] =
            "The domain after the @ of the From field is real. The name before it, and whether\n"
            "  that domain is the one you think of, nobody has checked.",
        [SECMAIL_MAILAUTH_FAIL] =
            "Nobody has shown that the From field is true. That is a warning, not proof of\n"
            "  forgery.",
        [SECMAIL_MAILAUTH_TEMPERROR] = "The DNS gave no answer: try again later.",
        [SECMAIL_MAILAUTH_PERMERROR] =
            "Who wrote this can't be said. Programs may show different authors for it; honest\n"
            "  ones don't write such mail.",
    };
    const int64_t policy = number(r, SECMAIL_MAILAUTH_POLICY_APPLIED);
    printf("DMARC: does the author's domain, %s, stand behind it?\n",
           text(r, SECMAIL_MAILAUTH_AUTHOR_DOMAIN));
    print_basis(r);
    if (policy)
        printf("  policy:     %s, published at %s\n",
               secmail_mailauth_policy_name((uint32_t)policy), text(r, SECMAIL_MAILAUTH_DOMAIN));
    print_meaning(r, meanings);
    if (number(r, SECMAIL_MAILAUTH_ARC_OVERRIDE))
        puts("  A sealer that you trust says that it passed before that sealer changed the mail.");
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

/* ---- All together ---- */

static void print_headline(const struct secmail_mailauth_result *dmarc)
{
    const char *author = secmail_mailauth_result_text(dmarc, SECMAIL_MAILAUTH_AUTHOR_DOMAIN);
    if (passed(dmarc))
        printf("VALIDATED: this mail is from %s. Who at %s wrote it wasn't checked.\n\n", author,
               author);
    else
        printf("NOT VALIDATED: whether this mail is from %s isn't known. That is a warning, not\n"
               "proof of forgery.\n\n",
               author ? author : "its author");
}

static void explain_signatures(const struct secmail_mailauth *m)
{
    for (size_t i = 0; i < secmail_mailauth_dkim_count(m); i++)
        explain_signature(secmail_mailauth_dkim(m, i));
    if (!secmail_mailauth_dkim_count(m))
        puts("DKIM: the mail has no signature.");
}

void explain(const struct secmail_mailauth *m, uint32_t methods)
{
    const struct secmail_mailauth_result *dmarc = secmail_mailauth_dmarc(m);
    if (dmarc)
        print_headline(dmarc);
    if (secmail_mailauth_spf(m))
        explain_spf(secmail_mailauth_spf(m));
    if (methods & (SECMAIL_MAILAUTH_DKIM | SECMAIL_MAILAUTH_DMARC))
        explain_signatures(m);
    if (dmarc)
        explain_dmarc(dmarc);
    if (secmail_mailauth_arc(m))
        explain_arc(secmail_mailauth_arc(m));
    if (*secmail_mailauth_trace(m))
        printf("Steps:\n%s", secmail_mailauth_trace(m));
}
