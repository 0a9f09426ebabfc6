/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Aggregate reports: made from messages, written, read, and what can't be a report. */
#include "core/context.h"
#include "mailauth_fixture.h"

#define TXT SECMAIL_MAILAUTH_TXT

#define FROM(address) "From: Joe <" address ">\r\nSubject: x\r\n\r\nHello\r\n"

static const struct zone zone[] = {
    {"_dmarc.example.com", TXT,
     "v=DMARC1; p=reject; sp=quarantine; aspf=s; fo=1:d; rua=mailto:r@x.y"},
    {"example.com", TXT, "v=spf1 ip4:192.0.2.1 -all"},
    {"_dmarc.test.example", TXT, "v=DMARC1; p=quarantine; np=reject; t=y"},
    {"test.example", TXT, "v=spf1 -all"},
    {"_dmarc.open.example", TXT, "v=DMARC1; p=none"},
    {"open.example", TXT, "v=spf1 ip4:192.0.2.1"},
    {0},
};

static struct secmail_mailauth *evaluate(struct fixture *f, const char *text, const char *ip,
                                         const char *sender)
{
    struct secmail_mailauth *m = new_message(f);
    set_session(m, ip, "mail.example.net", sender);
    put_message(m, text);
    zone_evaluate(m, zone);
    return m;
}

static struct secmail_dmarc_report *new_report(struct fixture *f)
{
    struct secmail_dmarc_report *r;
    assert_ok(f->context, secmail_dmarc_report_new(f->context, &r));
    return r;
}

static int add(struct fixture *f, struct secmail_dmarc_report *r, const char *text, const char *ip,
               const char *sender, uint32_t disposition)
{
    struct secmail_mailauth *m = evaluate(f, text, ip, sender);
    const int rc = secmail_dmarc_report_add_message(r, m, disposition);
    secmail_mailauth_free(m);
    return rc;
}

static void set(struct secmail_dmarc_report *r, uint32_t what, const char *text)
{
    assert_int_equal(secmail_dmarc_report_set_text(r, what, text), 0);
}

static void fill(struct secmail_dmarc_report *r)
{
    set(r, SECMAIL_DMARC_REPORT_ORG_NAME, "Bits & <Bytes>");
    set(r, SECMAIL_DMARC_REPORT_EMAIL, "dmarc@receiver.example");
    set(r, SECMAIL_DMARC_REPORT_ID, "2026.1@receiver.example");
    assert_int_equal(secmail_dmarc_report_set_range(r, 1767139200, 1767225599), 0);
}

/* False for a library without Expat, which must say so. */
static bool can_read(struct fixture *f)
{
    struct secmail_dmarc_report *r;
    if (secmail_feature_supported("dmarc-report-reading"))
        return true;
    assert_int_equal(secmail_dmarc_report_read(f->context, &r, (const uint8_t *)"<feedback/>", 11),
                     SECMAIL_E_NOT_BUILT);
    assert_null(r);
    return false;
}

/* Writes, and reads that again. */
static struct secmail_dmarc_report *again(struct fixture *f, struct secmail_dmarc_report *r)
{
    struct secmail_bytes *xml;
    struct secmail_dmarc_report *copy;
    assert_ok(f->context, secmail_dmarc_report_write(r, &xml));
    assert_ok(f->context, secmail_dmarc_report_read(f->context, &copy, secmail_bytes_data(xml),
                                                    secmail_bytes_size(xml)));
    secmail_bytes_free(xml);
    return copy;
}

#define assert_report(r, what, want)                                                               \
    assert_string_equal(secmail_dmarc_report_text(r, SECMAIL_DMARC_REPORT_##what), want)
#define assert_record(r, i, what, want)                                                            \
    assert_string_equal(secmail_dmarc_report_record(r, i, SECMAIL_DMARC_RECORD_##what), want)
#define assert_detail(r, i, kind, n, what, want)                                                   \
    assert_string_equal(                                                                           \
        secmail_dmarc_report_detail(r, i, SECMAIL_DMARC_##kind, n, SECMAIL_DMARC_DETAIL_##what),   \
        want)

/* ---- From messages ---- */

static void check_first(const struct secmail_dmarc_report *r)
{
    assert_report(r, ORG_NAME, "Bits & <Bytes>");
    assert_report(r, DOMAIN, "example.com");
    assert_report(r, P, "reject");
    assert_report(r, SP, "quarantine");
    assert_report(r, NP, "quarantine");
    assert_report(r, ADKIM, "r");
    assert_report(r, ASPF, "s");
    assert_report(r, TESTING, "n");
    assert_report(r, DISCOVERY, "treewalk");
    assert_report(r, FO, "1:d");
    assert_int_equal(secmail_dmarc_report_begin(r), 1767139200);
    assert_int_equal(secmail_dmarc_report_end(r), 1767225599);
}

static void test_messages(void **state)
{
    if (!can_read(*state))
        return;
    struct fixture *f = *state;
    struct secmail_dmarc_report *r = new_report(f);
    for (int i = 0; i < 3; i++)
        assert_ok(f->context, add(f, r, FROM("joe@example.com"), "192.0.2.1", "b@example.com", 0));
    assert_ok(f->context, add(f, r, FROM("joe@sub.example.com"), "203.0.113.7", "", 0));
    secmail_dmarc_report_merge(r);
    fill(r);
    struct secmail_dmarc_report *copy = again(f, r);
    check_first(copy);
    assert_report(copy, VERSION, "1.0");
    assert_int_equal(secmail_dmarc_report_count(copy), 2);

    assert_int_equal(secmail_dmarc_report_messages(copy, 0), 3);
    assert_record(copy, 0, SOURCE_IP, "192.0.2.1");
    assert_record(copy, 0, DISPOSITION, "pass");
    assert_record(copy, 0, SPF, "pass");
    assert_record(copy, 0, DKIM, "fail");
    assert_record(copy, 0, ENVELOPE_FROM, "example.com");
    assert_record(copy, 0, HEADER_FROM, "example.com");
    assert_detail(copy, 0, SPF, 0, SCOPE, "mfrom");
    assert_detail(copy, 0, SPF, 0, RESULT, "pass");

    assert_int_equal(secmail_dmarc_report_messages(copy, 1), 1);
    assert_record(copy, 1, DISPOSITION, "quarantine");
    assert_record(copy, 1, ENVELOPE_FROM, "");
    assert_record(copy, 1, HEADER_FROM, "sub.example.com");
    assert_detail(copy, 1, SPF, 0, DOMAIN, "mail.example.net");
    assert_null(
        secmail_dmarc_report_detail(copy, 1, SECMAIL_DMARC_SPF, 0, SECMAIL_DMARC_DETAIL_SCOPE));
    secmail_dmarc_report_free(copy);
    secmail_dmarc_report_free(r);
}

/* What a policy that passes or tests makes of dispositions and reasons. */
static void test_dispositions(void **state)
{
    struct fixture *f = *state;
    struct secmail_dmarc_report *r = new_report(f);
    assert_ok(f->context, add(f, r, FROM("a@test.example"), "192.0.2.1", "b@other.example", 0));
    assert_record(r, 0, DISPOSITION, "none");
    assert_report(r, TESTING, "y");
    assert_report(r, NP, "reject");
    assert_detail(r, 0, REASON, 0, TYPE, "policy_test_mode");
    secmail_dmarc_report_free(r);

    r = new_report(f);
    assert_ok(f->context, add(f, r, FROM("a@open.example"), "192.0.2.1", "b@open.example", 0));
    assert_record(r, 0, DISPOSITION, "none");
    assert_int_equal(secmail_dmarc_report_detail_count(r, 0, SECMAIL_DMARC_REASON), 0);
    secmail_dmarc_report_free(r);

    r = new_report(f);
    assert_ok(f->context, add(f, r, FROM("a@example.com"), "192.0.2.9", "b@example.com",
                              SECMAIL_MAILAUTH_POLICY_NONE));
    assert_record(r, 0, DISPOSITION, "none");
    assert_ok(f->context, secmail_dmarc_report_add_detail(r, 0, SECMAIL_DMARC_REASON));
    assert_ok(f->context,
              secmail_dmarc_report_set_detail(r, 0, SECMAIL_DMARC_REASON, 0,
                                              SECMAIL_DMARC_DETAIL_TYPE, "mailing_list"));
    assert_detail(r, 0, REASON, 0, TYPE, "mailing_list");
    secmail_dmarc_report_free(r);
}

/* A message that passed when a trusted list sealed it, and fails now, is let through for that. */
static void test_trusted_forwarder(void **state)
{
    struct fixture *f = *state;
    struct signing_key k;
    make_key(f, &k, SECMAIL_DKIM_ED25519_SHA256, 0);
    const struct zone keys[] = {
        {"s._domainkey.lists.example", TXT, k.record},
        {"_dmarc.example.com", TXT, "v=DMARC1; p=reject"},
        {"example.com", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {0},
    };
    struct secmail_bytes *seal;
    struct secmail_mailauth *m = new_message(f);
    assert_ok(f->context, secmail_mailauth_set_options(m, SECMAIL_MAILAUTH_WILL_SEAL));
    set_session(m, "192.0.2.1", "h.example", "joe@example.com");
    put_message(m, FROM("joe@example.com"));
    zone_evaluate(m, keys);
    assert_ok(f->context, secmail_mailauth_seal(m, "lists.example", "s", k.key, &seal));
    secmail_mailauth_free(m);

    char *sealed = join_texts((const char *)secmail_bytes_data(seal), FROM("joe@example.com"), "");
    struct secmail_dmarc_report *r = new_report(f);
    m = new_message(f);
    set_session(m, "203.0.113.1", "h.example", "joe@example.com");
    assert_ok(f->context, secmail_mailauth_trust_sealer(m, "lists.example"));
    put_message(m, sealed);
    zone_evaluate(m, keys);
    assert_verdict(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_FAIL);
    assert_ok(f->context, secmail_dmarc_report_add_message(r, m, SECMAIL_MAILAUTH_POLICY_NONE));
    assert_detail(r, 0, REASON, 0, TYPE, "trusted_forwarder");
    assert_ok(f->context, secmail_dmarc_report_add_message(r, m, 0));
    assert_int_equal(secmail_dmarc_report_detail_count(r, 1, SECMAIL_DMARC_REASON), 0);
    secmail_mailauth_free(m);
    secmail_dmarc_report_free(r);
    free(sealed);
    secmail_bytes_free(seal);
    secmail_dkim_key_unref(k.key);
}

/* Signatures that pass come first; those that can't be named aren't there. */
static void test_signatures(void **state)
{
    struct fixture *f = *state;
    struct signing_key k;
    make_key(f, &k, SECMAIL_DKIM_ED25519_SHA256, 0);
    const struct zone keys[] = {
        {"s._domainkey.example.com", TXT, k.record},
        {"_dmarc.example.com", TXT, "v=DMARC1; p=reject"},
        {0},
    };
    char *mail = sign_mail(f, &k, FROM("joe@example.com"), NULL, NULL);
    char *three = join_texts("DKIM-Signature: v=1; d=other.example; s=x\r\n"
                             "DKIM-Signature: nothing\r\n",
                             mail, "");
    struct secmail_dmarc_report *r = new_report(f);
    struct secmail_mailauth *m = new_message(f);
    set_session(m, "2001:db8::1", "mail.example.net", "");
    put_message(m, three);
    zone_evaluate(m, keys);
    assert_ok(f->context, secmail_dmarc_report_add_message(r, m, 0));
    assert_record(r, 0, SOURCE_IP, "2001:db8::1");
    assert_record(r, 0, DKIM, "pass");
    assert_int_equal(secmail_dmarc_report_detail_count(r, 0, SECMAIL_DMARC_DKIM), 2);
    assert_detail(r, 0, DKIM, 0, DOMAIN, "example.com");
    assert_detail(r, 0, DKIM, 0, SELECTOR, "s");
    assert_detail(r, 0, DKIM, 0, RESULT, "pass");
    assert_null(
        secmail_dmarc_report_detail(r, 0, SECMAIL_DMARC_DKIM, 0, SECMAIL_DMARC_DETAIL_COMMENT));
    assert_detail(r, 0, DKIM, 1, DOMAIN, "other.example");
    assert_detail(r, 0, DKIM, 1, RESULT, "permerror");
    assert_non_null(
        secmail_dmarc_report_detail(r, 0, SECMAIL_DMARC_DKIM, 1, SECMAIL_DMARC_DETAIL_COMMENT));
    secmail_mailauth_free(m);
    secmail_dmarc_report_free(r);
    free(three);
    free(mail);
    secmail_dkim_key_unref(k.key);
}

static void test_wrong_messages(void **state)
{
    struct fixture *f = *state;
    struct secmail_dmarc_report *r = new_report(f);
    assert_ok(f->context, add(f, r, FROM("a@example.com"), "192.0.2.1", "b@example.com", 0));
    assert_int_equal(add(f, r, FROM("a@test.example"), "192.0.2.1", "b@example.com", 0),
                     SECMAIL_E_MAILAUTH_REPORT_DOMAIN);
    assert_int_equal(add(f, r, FROM("a@none.example"), "192.0.2.1", "b@example.com", 0),
                     SECMAIL_E_MAILAUTH_REPORT_DOMAIN);
    assert_int_equal(add(f, r, "\r\n", "192.0.2.1", "b@example.com", 0),
                     SECMAIL_E_MAILAUTH_REPORT_DOMAIN);
    struct secmail_mailauth *m = new_message(f);
    assert_int_equal(secmail_dmarc_report_add_message(r, m, 0), SECMAIL_E_STATE);
    assert_int_equal(secmail_dmarc_report_add_message(r, m, 4), SECMAIL_E_ARGUMENT);
    put_message(m, FROM("a@example.com"));
    zone_evaluate(m, zone);
    assert_int_equal(secmail_dmarc_report_add_message(r, m, 0), SECMAIL_E_STATE);
    secmail_mailauth_free(m);
    assert_int_equal(secmail_dmarc_report_count(r), 1);
    secmail_dmarc_report_free(r);
}

/* ---- Merging ---- */

static void add_row(struct secmail_dmarc_report *r, uint64_t messages, const char *ip,
                    const char *result)
{
    const size_t i = secmail_dmarc_report_count(r);
    assert_int_equal(secmail_dmarc_report_add_record(r, messages), 0);
    assert_int_equal(secmail_dmarc_report_set_record(r, i, SECMAIL_DMARC_RECORD_SOURCE_IP, ip), 0);
    if (!result)
        return;
    assert_int_equal(secmail_dmarc_report_add_detail(r, i, SECMAIL_DMARC_SPF), 0);
    assert_int_equal(secmail_dmarc_report_set_detail(r, i, SECMAIL_DMARC_SPF, 0,
                                                     SECMAIL_DMARC_DETAIL_RESULT, result),
                     0);
}

static void test_merge(void **state)
{
    struct secmail_dmarc_report *r = new_report(*state);
    char ip[32];
    secmail_dmarc_report_merge(NULL);
    secmail_dmarc_report_merge(r);
    assert_int_equal(secmail_dmarc_report_count(r), 0);
    for (int i = 0; i < 1000; i++) {
        snprintf(ip, sizeof ip, "192.0.2.%d", (i * 37) % 100);
        add_row(r, 2, ip, i % 3 ? NULL : i % 2 ? "pass" : "fail");
    }
    add_row(r, UINT64_MAX, "192.0.2.0", NULL);
    secmail_dmarc_report_merge(r);
    assert_int_equal(secmail_dmarc_report_count(r), 200);
    uint64_t sum = 0;
    for (size_t i = 0; i < 200; i++) {
        const uint64_t n = secmail_dmarc_report_messages(r, i);
        assert_true(n > 0);
        sum += n == UINT64_MAX ? 0 : n;
        assert_true(!i || strcmp(secmail_dmarc_report_record(r, i - 1, 1),
                                 secmail_dmarc_report_record(r, i, 1)) <= 0);
    }
    /* One is as large as a number can be; six rows of two messages went into that. */
    assert_int_equal(sum, 2000 - 12);
    secmail_dmarc_report_free(r);
}

/* Many messages with few outcomes stay few records, and count for few of the entries. */
static void test_many_messages(void **state)
{
    struct fixture *f = *state;
    struct secmail_limits *limits;
    assert_int_equal(secmail_limits_new(&limits), 0);
    assert_int_equal(secmail_limits_set(limits, SECMAIL_LIMIT_REPORT_ENTRIES, 400), 0);
    assert_ok(f->context, secmail_context_set_limits(f->context, limits));
    struct secmail_dmarc_report *r = new_report(f);
    struct secmail_mailauth *m = evaluate(f, FROM("a@example.com"), "192.0.2.1", "b@example.com");
    struct secmail_mailauth *n = evaluate(f, FROM("a@example.com"), "192.0.2.2", "b@example.com");
    for (int i = 0; i < 1000; i++)
        assert_ok(f->context, secmail_dmarc_report_add_message(r, i % 4 ? m : n, 0));
    assert_true(secmail_dmarc_report_count(r) < 200);
    secmail_dmarc_report_merge(r);
    assert_int_equal(secmail_dmarc_report_count(r), 2);
    assert_int_equal(secmail_dmarc_report_messages(r, 0), 750);
    assert_int_equal(secmail_dmarc_report_messages(r, 1), 250);
    secmail_mailauth_free(m);
    secmail_mailauth_free(n);
    secmail_dmarc_report_free(r);
    secmail_limits_free(limits);
}

/* ---- Setters ---- */

static void test_setters(void **state)
{
    struct secmail_dmarc_report *r = new_report(*state);
    static const struct {
        uint32_t what;
        const char *text;
    } bad[] = {
        {SECMAIL_DMARC_REPORT_P, "maybe"},
        {SECMAIL_DMARC_REPORT_P, "none quarantine"},
        {SECMAIL_DMARC_REPORT_P, ""},
        {SECMAIL_DMARC_REPORT_TESTING, "yes"},
        {SECMAIL_DMARC_REPORT_DISCOVERY, "guess"},
        {SECMAIL_DMARC_REPORT_DOMAIN, "no domain"},
        {SECMAIL_DMARC_REPORT_ID, "a\nb"},
        {SECMAIL_DMARC_REPORT_ORG_NAME, "\xff"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(secmail_dmarc_report_set_text(r, bad[i].what, bad[i].text),
                         SECMAIL_E_MAILAUTH_TEXT);
    assert_int_equal(secmail_dmarc_report_set_range(r, -1, 5), SECMAIL_E_MAILAUTH_TEXT);
    assert_int_equal(secmail_dmarc_report_set_range(r, 6, 5), SECMAIL_E_MAILAUTH_TEXT);
    set(r, SECMAIL_DMARC_REPORT_P, "none");
    set(r, SECMAIL_DMARC_REPORT_P, NULL);
    assert_null(secmail_dmarc_report_text(r, SECMAIL_DMARC_REPORT_P));
    add_row(r, 1, "2001:DB8::7", NULL);
    assert_int_equal(secmail_dmarc_report_set_record(r, 0, SECMAIL_DMARC_RECORD_SOURCE_IP, "x"),
                     SECMAIL_E_MAILAUTH_ADDRESS);
    assert_int_equal(secmail_dmarc_report_set_record(r, 0, SECMAIL_DMARC_RECORD_DKIM, "none"),
                     SECMAIL_E_MAILAUTH_TEXT);
    assert_int_equal(secmail_dmarc_report_add_detail(r, 0, SECMAIL_DMARC_DKIM), 0);
    assert_int_equal(secmail_dmarc_report_set_detail(r, 0, SECMAIL_DMARC_DKIM, 0,
                                                     SECMAIL_DMARC_DETAIL_RESULT, "softfail"),
                     SECMAIL_E_MAILAUTH_TEXT);
    secmail_dmarc_report_free(r);
}

static void test_arguments(void **state)
{
    struct fixture *f = *state;
    struct secmail_dmarc_report *r = new_report(f), *other;
    struct secmail_bytes *xml;
    add_row(r, 1, "192.0.2.1", "pass");
    assert_int_equal(secmail_dmarc_report_new(f->context, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_dmarc_report_new(NULL, &other), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_dmarc_report_read(f->context, &other, NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_dmarc_report_write(NULL, &xml), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_dmarc_report_write(r, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_dmarc_report_set_text(r, 0, "x"), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_dmarc_report_set_text(r, SECMAIL_DMARC_REPORT_VERSION, "1"),
                     SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_dmarc_report_set_record(r, 1, 1, "x"), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_dmarc_report_set_record(r, 0, 8, "x"), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_dmarc_report_add_detail(r, 0, 4), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_dmarc_report_add_detail(r, 1, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_dmarc_report_set_detail(r, 0, 3, 1, 2, "x"), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_dmarc_report_set_detail(r, 0, 3, 0, 7, "x"), SECMAIL_E_ARGUMENT);
    assert_int_equal(
        secmail_dmarc_report_set_detail(r, 0, 3, 0, SECMAIL_DMARC_DETAIL_SELECTOR, "x"),
        SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_dmarc_report_add_message(r, NULL, 0), SECMAIL_E_ARGUMENT);
    assert_null(secmail_dmarc_report_text(NULL, 1));
    assert_null(secmail_dmarc_report_text(r, 18));
    assert_null(secmail_dmarc_report_record(r, 1, 1));
    assert_null(secmail_dmarc_report_record(r, 0, 8));
    assert_null(secmail_dmarc_report_detail(r, 0, 3, 1, 5));
    assert_null(secmail_dmarc_report_detail(r, 0, 3, 0, 7));
    assert_int_equal(secmail_dmarc_report_messages(r, 1), 0);
    assert_int_equal(secmail_dmarc_report_count(NULL), 0);
    assert_int_equal(secmail_dmarc_report_detail_count(NULL, 0, 1), 0);
    assert_int_equal(secmail_dmarc_report_begin(NULL) + secmail_dmarc_report_end(NULL), 0);
    secmail_dmarc_report_free(r);
    secmail_dmarc_report_free(NULL);
}

static void test_incomplete(void **state)
{
    struct fixture *f = *state;
    struct secmail_dmarc_report *r = new_report(f);
    struct secmail_bytes *xml;
    fill(r);
    set(r, SECMAIL_DMARC_REPORT_DOMAIN, "example.com");
    set(r, SECMAIL_DMARC_REPORT_P, "none");
    assert_int_equal(secmail_dmarc_report_write(r, &xml), SECMAIL_E_MAILAUTH_REPORT_INCOMPLETE);
    assert_null(xml);
    assert_non_null(strstr(secmail_context_error_detail(f->context), "record"));
    add_row(r, 1, "192.0.2.1", NULL);
    assert_int_equal(secmail_dmarc_report_write(r, &xml), SECMAIL_E_MAILAUTH_REPORT_INCOMPLETE);
    assert_non_null(strstr(secmail_context_error_detail(f->context), "disposition"));
    secmail_dmarc_report_free(r);

    r = new_report(f);
    assert_ok(f->context, add(f, r, FROM("a@example.com"), "192.0.2.1", "b@example.com", 0));
    assert_int_equal(secmail_dmarc_report_write(r, &xml), SECMAIL_E_MAILAUTH_REPORT_INCOMPLETE);
    assert_non_null(strstr(secmail_context_error_detail(f->context), "org_name"));
    fill(r);
    set(r, SECMAIL_DMARC_REPORT_ORG_NAME, NULL);
    set(r, SECMAIL_DMARC_REPORT_ORG_NAME, "x");
    assert_int_equal(secmail_dmarc_report_set_range(r, 0, 0), 0);
    assert_int_equal(secmail_dmarc_report_write(r, &xml), SECMAIL_E_MAILAUTH_REPORT_INCOMPLETE);
    assert_non_null(strstr(secmail_context_error_detail(f->context), "date_range"));
    secmail_dmarc_report_free(r);
}

/* ---- Reading ---- */

static int read_text(struct fixture *f, const char *xml, struct secmail_dmarc_report **r)
{
    return secmail_dmarc_report_read(f->context, r, (const uint8_t *)xml, strlen(xml));
}

static struct secmail_dmarc_report *must_read(struct fixture *f, const char *xml)
{
    struct secmail_dmarc_report *r;
    assert_ok(f->context, read_text(f, xml, &r));
    return r;
}

/* An old report as found in the wild, with what nobody knows. */
static void test_old_reports(void **state)
{
    if (!can_read(*state))
        return;
    struct secmail_dmarc_report *r = must_read(
        *state,
        "\r\n<?xml version=\"1.0\"?><feedback xmlns:x=\"urn:x\"><version>0.1</version>"
        "<report_metadata><org_name> A&amp;B\t</org_name><date_range><begin> 5 </begin><end>6</end>"
        "<new><begin>7</begin></new></date_range><x:email>e@x</x:email></report_metadata>"
        "<policy_published><domain>a.example</domain><p>REJECT</p><pct>50</pct>"
        "<p><b/></p></policy_published>"
        "<record><row><source_ip>1.2.3.4</source_ip><count>9</count><policy_evaluated>"
        "<disposition>None</disposition><dkim>Pass</dkim><reason><type>sampled_out</type>"
        "<comment>a\nb</comment></reason><reason/></policy_evaluated></row>"
        "<dkim><domain>not here</domain></dkim>"
        "<auth_results><dkim><domain>d.example</domain><result>Pass</result>"
        "<human_result/></dkim><x:dkim><domain>no</domain></x:dkim>"
        "<spf><scope>HELO</scope></spf></auth_results></record>"
        "<record/></feedback>\n");
    assert_report(r, VERSION, "0.1");
    assert_report(r, ORG_NAME, "A&B");
    assert_null(secmail_dmarc_report_text(r, SECMAIL_DMARC_REPORT_EMAIL));
    assert_report(r, P, "");
    assert_report(r, PCT, "50");
    assert_int_equal(secmail_dmarc_report_begin(r), 5);
    assert_int_equal(secmail_dmarc_report_end(r), 6);
    assert_int_equal(secmail_dmarc_report_count(r), 2);
    assert_int_equal(secmail_dmarc_report_messages(r, 0), 9);
    assert_int_equal(secmail_dmarc_report_messages(r, 1), 0);
    assert_record(r, 0, DISPOSITION, "none");
    assert_record(r, 0, DKIM, "pass");
    assert_null(secmail_dmarc_report_record(r, 0, SECMAIL_DMARC_RECORD_SPF));
    assert_int_equal(secmail_dmarc_report_detail_count(r, 0, SECMAIL_DMARC_REASON), 2);
    assert_detail(r, 0, REASON, 0, TYPE, "sampled_out");
    assert_detail(r, 0, REASON, 0, COMMENT,
                  "a\xef\xbf\xbd"
                  "b");
    assert_int_equal(secmail_dmarc_report_detail_count(r, 0, SECMAIL_DMARC_DKIM), 1);
    assert_detail(r, 0, DKIM, 0, DOMAIN, "d.example");
    assert_detail(r, 0, DKIM, 0, RESULT, "pass");
    assert_detail(r, 0, SPF, 0, SCOPE, "helo");
    secmail_dmarc_report_free(r);
}

static void test_namespaces(void **state)
{
    if (!can_read(*state))
        return;
    struct secmail_dmarc_report *r = must_read(
        *state, "<f:feedback xmlns:f='urn:ietf:params:xml:ns:dmarc-2.0' xmlns='urn:other'>"
                "<f:policy_published><f:domain>a.example</f:domain><domain>b.example</domain>"
                "</f:policy_published><policy_published><domain>c.example</domain>"
                "</policy_published></f:feedback>");
    assert_report(r, DOMAIN, "a.example");
    secmail_dmarc_report_free(r);
}

static void test_not_reports(void **state)
{
    if (!can_read(*state))
        return;
    struct fixture *f = *state;
    static const char *const bad[] = {
        "",
        "  \n",
        "nothing",
        "<feedback>",
        "<feedback></feedbac>",
        "<report/>",
        "<feedback/><feedback/>",
        "<feedback>&unknown;</feedback>",
        "<feedback>\xff</feedback>",
        "<?xml version='1.0' encoding='x-none'?><feedback/>",
        "<!DOCTYPE feedback [<!ENTITY a 'b'>]><feedback>&a;</feedback>",
        "<!DOCTYPE feedback SYSTEM 'file:///etc/passwd'><feedback/>",
        "<feedback><record><row><count>x</count></row></record></feedback>",
        "<feedback><record><row><count>-1</count></row></record></feedback>",
        "<feedback><record><row><count>9223372036854775808</count></row></record></feedback>",
        "<feedback><report_metadata><date_range><end/></date_range></report_metadata></feedback>",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct secmail_dmarc_report *r;
        assert_int_equal(read_text(f, bad[i], &r), SECMAIL_E_MAILAUTH_REPORT);
        assert_null(r);
    }
    assert_non_null(strstr(secmail_context_error_detail(f->context), "line 1"));
}

static void test_limits(void **state)
{
    if (!can_read(*state))
        return;
    struct fixture *f = *state;
    struct secmail_limits *limits;
    struct secmail_dmarc_report *r;
    assert_int_equal(secmail_limits_new(&limits), 0);
    assert_int_equal(secmail_limits_set(limits, SECMAIL_LIMIT_REPORT_ENTRIES, 3), 0);
    assert_ok(f->context, secmail_context_set_limits(f->context, limits));
    r = must_read(f, "<feedback><record/><record/><record/></feedback>");
    assert_int_equal(secmail_dmarc_report_add_record(r, 1), SECMAIL_E_LIMIT_REPORT_ENTRIES);
    assert_int_equal(secmail_dmarc_report_add_detail(r, 0, 1), SECMAIL_E_LIMIT_REPORT_ENTRIES);
    assert_int_equal(secmail_dmarc_report_count(r), 3);
    assert_int_equal(secmail_dmarc_report_detail_count(r, 0, 1), 0);
    secmail_dmarc_report_free(r);
    assert_int_equal(read_text(f, "<feedback><record/><record/><record/><record/></feedback>", &r),
                     SECMAIL_E_LIMIT_REPORT_ENTRIES);
    assert_int_equal(read_text(f,
                               "<feedback><record><auth_results><spf/><spf/><spf/></auth_results>"
                               "</record></feedback>",
                               &r),
                     SECMAIL_E_LIMIT_REPORT_ENTRIES);
    assert_null(r);
    secmail_limits_free(limits);
}

/* A text that is too long is cut; elements may nest as deeply as they like where nobody looks. */
static char *append(char *at, const char *text)
{
    const size_t size = strlen(text);
    memcpy(at, text, size + 1);
    return at + size;
}

static void test_large(void **state)
{
    if (!can_read(*state))
        return;
    struct fixture *f = *state;
    enum { SIZE = 300000 };
    char *xml = malloc(SIZE + 200), *at = xml;
    assert_non_null(xml);
    at = append(at, "<feedback><report_metadata><email>");
    memset(at, 'a', 100000);
    at = append(at + 100000, "</email>");
    for (size_t i = 0; i < 20000; i++)
        at = append(at, "<q>");
    for (size_t i = 0; i < 20000; i++)
        at = append(at, "</q>");
    append(at, "</report_metadata></feedback>");
    struct secmail_dmarc_report *r = must_read(f, xml);
    assert_int_equal(strlen(secmail_dmarc_report_text(r, SECMAIL_DMARC_REPORT_EMAIL)), 4096);
    secmail_dmarc_report_free(r);
    free(xml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_messages),
        fixture_test(test_dispositions),
        fixture_test(test_trusted_forwarder),
        fixture_test(test_signatures),
        fixture_test(test_wrong_messages),
        fixture_test(test_merge),
        fixture_test(test_many_messages),
        fixture_test(test_setters),
        fixture_test(test_arguments),
        fixture_test(test_incomplete),
        fixture_test(test_old_reports),
        fixture_test(test_namespaces),
        fixture_test(test_not_reports),
        fixture_test(test_limits),
        fixture_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
