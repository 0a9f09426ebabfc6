/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPF through the public interface: verdicts with their reasons, limits, questions, the session. */
#include "mailauth_fixture.h"

#define TXT SECMAIL_MAILAUTH_TXT
#define A SECMAIL_MAILAUTH_A
#define AAAA SECMAIL_MAILAUTH_AAAA
#define MX SECMAIL_MAILAUTH_MX
#define PTR SECMAIL_MAILAUTH_PTR

static struct secmail_mailauth *new_spf(struct fixture *f, const char *ip, const char *from)
{
    struct secmail_mailauth *m = new_message(f);
    assert_int_equal(secmail_mailauth_set_methods(m, SECMAIL_MAILAUTH_SPF), 0);
    set_session(m, ip, "mail.example.com", from);
    return m;
}

/* Evaluates joe@example.com and returns the verdict. */
static uint32_t spf_of(struct fixture *f, const char *ip, const struct zone *zone)
{
    struct secmail_mailauth *m = new_spf(f, ip, "joe@example.com");
    zone_evaluate(m, zone);
    const uint32_t verdict = secmail_mailauth_result_verdict(secmail_mailauth_spf(m));
    secmail_mailauth_free(m);
    return verdict;
}

static void test_details(void **state)
{
    struct fixture *f = *state;
    static const struct zone zone[] = {
        {"example.com", TXT, "v=spf1 include:a.example -all"},
        {"a.example", TXT, "v=spf1 ip4:192.0.2.0/25 ?all"},
        {0},
    };
    struct secmail_mailauth *m = new_spf(f, "192.0.2.7", "joe@example.com");
    assert_int_equal(secmail_mailauth_set_options(m, SECMAIL_MAILAUTH_TRACE), 0);
    assert_int_equal(zone_evaluate(m, zone), 2);
    const struct secmail_mailauth_result *r = secmail_mailauth_spf(m);
    assert_verdict(r, SECMAIL_MAILAUTH_PASS);
    assert_int_equal(secmail_mailauth_result_method(r), SECMAIL_MAILAUTH_SPF);
    assert_int_equal(secmail_mailauth_result_security(r), SECMAIL_MAILAUTH_SECURE);
    assert_text(r, SECMAIL_MAILAUTH_DOMAIN, "example.com");
    assert_text(r, SECMAIL_MAILAUTH_IDENTITY, "mailfrom");
    assert_text(r, SECMAIL_MAILAUTH_DECIDER, "ip4:192.0.2.0/25");
    assert_text(r, SECMAIL_MAILAUTH_REFERENCE, "RFC 7208 section 4.6.2");
    assert_text(r, SECMAIL_MAILAUTH_RECORD, "v=spf1 include:a.example -all");
    assert_int_equal(number_of(r, SECMAIL_MAILAUTH_PREFIX_BITS), 25);
    assert_int_equal(number_of(r, SECMAIL_MAILAUTH_INCLUDE_DEPTH), 1);
    assert_int_equal(number_of(r, SECMAIL_MAILAUTH_LOOKUPS), 1);
    assert_int_equal(number_of(r, SECMAIL_MAILAUTH_VOIDS), 0);
    assert_int_equal(number_of(r, SECMAIL_MAILAUTH_KEY_BITS), -1);
    assert_null(secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_SELECTOR));
    assert_null(secmail_mailauth_result_text(r, 99));
    assert_non_null(strstr(secmail_mailauth_trace(m), "include:a.example: match"));
    secmail_mailauth_free(m);
}

/* A verdict rests on its weakest answer, and a bogus one is no answer (RFC 4035 section 5.5). */
static void test_security(void **state)
{
    struct fixture *f = *state;
    struct secmail_mailauth *m = new_spf(f, "192.0.2.7", "joe@example.com");
    uint8_t text[] = "\x14v=spf1 a:a.example -all";
    text[0] = sizeof text - 2;
    const uint8_t address[] = {192, 0, 2, 7};
    assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_MAILAUTH_NEEDS_ANSWERS);
    assert_int_equal(secmail_mailauth_add_record(m, 1, text, sizeof text - 1), 0);
    assert_int_equal(
        secmail_mailauth_answer(m, 1, SECMAIL_MAILAUTH_ANSWERED, SECMAIL_MAILAUTH_SECURE), 0);
    assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_MAILAUTH_NEEDS_ANSWERS);
    assert_int_equal(secmail_mailauth_next_question(m, 0), 2);
    assert_int_equal(secmail_mailauth_add_record(m, 2, address, 4), 0);
    assert_int_equal(
        secmail_mailauth_answer(m, 2, SECMAIL_MAILAUTH_ANSWERED, SECMAIL_MAILAUTH_INSECURE), 0);
    assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_DONE);
    assert_verdict(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_PASS);
    assert_int_equal(secmail_mailauth_result_security(secmail_mailauth_spf(m)),
                     SECMAIL_MAILAUTH_INSECURE);
    secmail_mailauth_free(m);

    static const struct zone bogus[] = {{"example.com", TXT, "BOGUS"}, {0}};
    assert_int_equal(spf_of(f, "192.0.2.7", bogus), SECMAIL_MAILAUTH_TEMPERROR);
}

static void test_lookup_limit(void **state)
{
    struct fixture *f = *state;
    static const struct zone ten[] = {
        {"example.com", TXT, "v=spf1 a a a a a a a a a a:b.example ip4:192.0.2.1 -all"},
        {"example.com", A, "203.0.113.1"},
        {"b.example", A, "203.0.113.1"},
        {0},
    };
    static const struct zone eleven[] = {
        {"example.com", TXT, "v=spf1 a a a a a a a a a a a ip4:192.0.2.1 -all"},
        {"example.com", A, "203.0.113.1"},
        {0},
    };
    assert_int_equal(spf_of(f, "192.0.2.1", ten), SECMAIL_MAILAUTH_PASS);
    assert_int_equal(spf_of(f, "192.0.2.1", eleven), SECMAIL_MAILAUTH_PERMERROR);
    struct secmail_mailauth *m = new_spf(f, "192.0.2.1", "joe@example.com");
    assert_int_equal(secmail_mailauth_set_limit(m, SECMAIL_MAILAUTH_LIMIT_SPF_LOOKUPS, 11), 0);
    zone_evaluate(m, eleven);
    assert_verdict(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_PASS);
    secmail_mailauth_free(m);
}

/* An include of itself ends at the limit. */
static void test_endless_include(void **state)
{
    struct fixture *f = *state;
    static const struct zone zone[] = {{"example.com", TXT, "v=spf1 include:example.com -all"},
                                       {0}};
    static const struct zone redirect[] = {{"example.com", TXT, "v=spf1 redirect=example.com"},
                                           {0}};
    assert_int_equal(spf_of(f, "192.0.2.1", zone), SECMAIL_MAILAUTH_PERMERROR);
    assert_int_equal(spf_of(f, "192.0.2.1", redirect), SECMAIL_MAILAUTH_PERMERROR);
    struct secmail_mailauth *m = new_spf(f, "192.0.2.1", "joe@example.com");
    assert_int_equal(secmail_mailauth_set_limit(m, SECMAIL_MAILAUTH_LIMIT_SPF_LOOKUPS, 100), 0);
    zone_evaluate(m, zone);
    assert_verdict(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_PERMERROR);
    secmail_mailauth_free(m);
}

static void test_void_limit(void **state)
{
    struct fixture *f = *state;
    static const struct zone two[] = {
        {"example.com", TXT, "v=spf1 a:x.example mx:y.example ip4:192.0.2.1 -all"}, {0}};
    static const struct zone three[] = {
        {"example.com", TXT, "v=spf1 a:x.example mx:y.example exists:z.example ip4:192.0.2.1 -all"},
        {0}};
    assert_int_equal(spf_of(f, "192.0.2.1", two), SECMAIL_MAILAUTH_PASS);
    assert_int_equal(spf_of(f, "192.0.2.1", three), SECMAIL_MAILAUTH_PERMERROR);
}

/* RFC 7505: "MX 0 ." names no host, so that none is asked for. */
static void test_null_mx(void **state)
{
    static const struct zone zone[] = {
        {"example.com", TXT, "v=spf1 mx:a.example mx:b.example mx:c.example ip4:192.0.2.1 -all"},
        {"a.example", MX, "0 "},
        {"b.example", MX, "0 "},
        {"c.example", MX, "0 "},
        {0},
    };
    assert_int_equal(spf_of(*state, "192.0.2.1", zone), SECMAIL_MAILAUTH_PASS);
}

/* Hosts that have addresses of the other family only aren't void. */
static void test_void_dual_stack(void **state)
{
    struct fixture *f = *state;
    static const struct zone zone[] = {
        {"example.com", TXT,
         "v=spf1 a:a.example a:b.example mx a:c.example ip6:2001:db8::/32 -all"},
        {"example.com", MX, "10 a.example"},
        {"a.example", A, "192.0.2.1"},
        {"b.example", A, "192.0.2.1"},
        {"c.example", A, "192.0.2.1"},
        {0},
    };
    static const struct zone nothing[] = {
        {"example.com", TXT, "v=spf1 a:a.example a:b.example a:c.example ip6:2001:db8::/32 -all"},
        {"a.example", TXT, "x"},
        {"b.example", TXT, "x"},
        {"c.example", TXT, "x"},
        {0},
    };
    assert_int_equal(spf_of(f, "2001:db8::1", zone), SECMAIL_MAILAUTH_PASS);
    assert_int_equal(spf_of(f, "2001:db8::1", nothing), SECMAIL_MAILAUTH_PERMERROR);
}

/* "more than 10 MX records" is permanent; of PTR records the rest is ignored (section 4.6.4). */
static void test_name_limits(void **state)
{
    struct fixture *f = *state;
    struct zone zone[30] = {{"example.com", TXT, "v=spf1 mx ptr -all"},
                            {"last.example.com", A, "192.0.2.1"}};
    static char names[12][30];
    for (size_t i = 0; i < 11; i++) {
        snprintf(names[i], sizeof names[i], "%zu m%zu.example.com", i, i);
        zone[2 + i] = (struct zone){"example.com", MX, names[i]};
    }
    assert_int_equal(spf_of(f, "192.0.2.1", zone), SECMAIL_MAILAUTH_PERMERROR);
    zone[0].data = "v=spf1 ptr -all";
    for (size_t i = 0; i < 10; i++)
        zone[2 + i] = (struct zone){"1.2.0.192.in-addr.arpa", PTR, "none.example.com"};
    zone[12] = (struct zone){"1.2.0.192.in-addr.arpa", PTR, "last.example.com"};
    assert_int_equal(spf_of(f, "192.0.2.1", zone), SECMAIL_MAILAUTH_FAIL);
    zone[11].data = "last.example.com";
    assert_int_equal(spf_of(f, "192.0.2.1", zone), SECMAIL_MAILAUTH_PASS);
}

static void test_explanation(void **state)
{
    struct fixture *f = *state;
    static const struct zone zone[] = {
        {"example.com", TXT, "v=spf1 -all exp=e.%{d}"},
        {"e.example.com", TXT, "%{i} (%{h}) is not of %{d}, %{l} at %{t}: %{S} %{c} %{r}%_%-%%"},
        {0},
    };
    struct secmail_mailauth *m = new_spf(f, "2001:db8::1", "j+e@example.com");
    zone_evaluate(m, zone);
    assert_verdict(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_FAIL);
    assert_text(
        secmail_mailauth_spf(m), SECMAIL_MAILAUTH_EXPLANATION,
        "2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1 (mail.example.com) "
        "is not of example.com, j+e at 1767225600: j%2Be%40example.com 2001:db8::1 "
        "localhost %20%");
    secmail_mailauth_free(m);
}

/* RFC 8616 section 4. */
static void test_international(void **state)
{
    struct fixture *f = *state;
    static const struct zone zone[] = {
        {"xn--bcher-kva.example", TXT, "v=spf1 exists:%{l}.x.example ip4:192.0.2.1 -all"},
        {"joe.x.example", A, "127.0.0.2"},
        {0},
    };
    struct secmail_mailauth *m = new_spf(f, "192.0.2.9",
                                         "joe@b\xc3\xbc"
                                         "cher.example");
    zone_evaluate(m, zone);
    assert_verdict(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_PASS);
    assert_text(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_DOMAIN, "xn--bcher-kva.example");
    secmail_mailauth_free(m);
    m = new_spf(f, "192.0.2.9",
                "j\xc3\xb6@b\xc3\xbc"
                "cher.example");
    zone_evaluate(m, zone);
    assert_verdict(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_FAIL);
    secmail_mailauth_free(m);
}

static void test_null_sender(void **state)
{
    struct fixture *f = *state;
    static const struct zone zone[] = {
        {"mail.example.com", TXT, "v=spf1 exists:%{l}.%{o}.x.example -all"},
        {"postmaster.mail.example.com.x.example", A, "127.0.0.2"},
        {0},
    };
    struct secmail_mailauth *m = new_spf(f, "::ffff:192.0.2.1", "");
    zone_evaluate(m, zone);
    assert_verdict(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_PASS);
    assert_text(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_IDENTITY, "helo");
    secmail_mailauth_free(m);
}

static void test_no_domain(void **state)
{
    struct fixture *f = *state;
    static const char *const senders[] = {"joe@com", "joe@[192.0.2.1]", "joe@a..b", "joe@", "joe"};
    static const struct zone zone[] = {{0}};
    for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++) {
        struct secmail_mailauth *m = new_spf(f, "192.0.2.1", senders[i]);
        assert_int_equal(zone_evaluate(m, zone), 0);
        assert_verdict(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_NONE);
        secmail_mailauth_free(m);
    }
}

/* The deadline ends what waits; nothing more is asked (RFC 7208 section 4.6.4). */
static void test_deadline(void **state)
{
    struct fixture *f = *state;
    struct secmail_mailauth *m = new_spf(f, "192.0.2.1", "joe@example.com");
    assert_int_equal(secmail_mailauth_set_deadline(m, f->now + 20), 0);
    assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_MAILAUTH_NEEDS_ANSWERS);
    f->now += 20;
    assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_DONE);
    assert_verdict(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_TEMPERROR);
    secmail_mailauth_free(m);
}

/* Above the limit of questions the DNS counts as failing. */
static void test_question_limit(void **state)
{
    struct fixture *f = *state;
    static const struct zone zone[] = {{"example.com", TXT, "v=spf1 a:a.example a:b.example -all"},
                                       {"a.example", A, "192.0.2.9"},
                                       {"b.example", A, "192.0.2.1"},
                                       {0}};
    struct secmail_mailauth *m = new_spf(f, "192.0.2.1", "joe@example.com");
    assert_int_equal(secmail_mailauth_set_limit(m, SECMAIL_MAILAUTH_LIMIT_QUESTIONS, 2), 0);
    zone_evaluate(m, zone);
    assert_verdict(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_TEMPERROR);
    secmail_mailauth_free(m);
}

/* An answer that is too large counts as none. */
static void test_answer_limit(void **state)
{
    struct fixture *f = *state;
    struct secmail_mailauth *m = new_spf(f, "192.0.2.1", "joe@example.com");
    assert_int_equal(secmail_mailauth_set_limit(m, SECMAIL_MAILAUTH_LIMIT_ANSWER_BYTES, 20), 0);
    static const struct zone zone[] = {{"example.com", TXT, "v=spf1 ip4:192.0.2.1 -all"}, {0}};
    zone_evaluate(m, zone);
    assert_verdict(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_TEMPERROR);
    secmail_mailauth_free(m);
}

static void test_questions(void **state)
{
    struct fixture *f = *state;
    struct secmail_mailauth *m = new_spf(f, "192.0.2.1", "joe@Example.com");
    const uint8_t five[5] = {4, 'a', 'b', 'c', 'd'};
    assert_int_equal(secmail_mailauth_next_question(m, 0), 0);
    assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_MAILAUTH_NEEDS_ANSWERS);
    assert_null(secmail_mailauth_spf(m));
    assert_int_equal(secmail_mailauth_next_question(m, 0), 1);
    assert_int_equal(secmail_mailauth_next_question(m, 1), 0);
    assert_string_equal(secmail_mailauth_question_name(m, 1), "example.com");
    assert_int_equal(secmail_mailauth_question_type(m, 1), TXT);
    assert_null(secmail_mailauth_question_name(m, 2));
    assert_null(secmail_mailauth_question_name(m, 0));
    assert_int_equal(secmail_mailauth_question_type(m, 2), 0);
    assert_code(f->context, secmail_mailauth_add_record(m, 2, five, 5),
                SECMAIL_E_MAILAUTH_QUESTION);
    assert_code(f->context, secmail_mailauth_add_record(m, 1, five, 4), SECMAIL_E_MAILAUTH_RECORD);
    assert_int_equal(secmail_mailauth_add_record(m, 1, five, 5), 0);
    assert_int_equal(secmail_mailauth_add_record(m, 1, NULL, 5), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_mailauth_answer(m, 1, 0, SECMAIL_MAILAUTH_SECURE), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_mailauth_answer(m, 1, 5, SECMAIL_MAILAUTH_SECURE), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_mailauth_answer(m, 1, 1, SECMAIL_MAILAUTH_NO_DNS), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_mailauth_answer(m, 1, 1, 5), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_mailauth_answer(m, 1, 1, SECMAIL_MAILAUTH_SECURE), 0);
    assert_code(f->context, secmail_mailauth_answer(m, 1, 1, SECMAIL_MAILAUTH_SECURE),
                SECMAIL_E_MAILAUTH_QUESTION);
    assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_DONE);
    assert_verdict(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_NONE);
    assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_DONE);
    secmail_mailauth_free(m);
}

/* Records that aren't of their type's form. */
static void test_bad_records(void **state)
{
    struct fixture *f = *state;
    static const struct zone zone[] = {{"example.com", TXT, "v=spf1 mx a ptr -all"}, {0}};
    static const uint8_t compressed[] = {0, 10, 1, 'a', 0xc0, 0x0c};
    static const uint8_t cut[] = {0, 10, 3, 'a', 'b'};
    static const uint8_t dot[] = {0, 10, 3, 'a', '.', 'b', 0};
    static const uint8_t more[] = {0, 10, 1, 'a', 0, 0};
    static const uint8_t good[] = {0, 10, 1, 'a', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0};
    struct secmail_mailauth *m = new_spf(f, "192.0.2.1", "joe@example.com");
    assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_MAILAUTH_NEEDS_ANSWERS);
    zone_answer(m, 1, zone);
    assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_MAILAUTH_NEEDS_ANSWERS);
    assert_int_equal(secmail_mailauth_question_type(m, 2), MX);
    assert_int_equal(secmail_mailauth_add_record(m, 2, compressed, sizeof compressed),
                     SECMAIL_E_MAILAUTH_RECORD);
    assert_int_equal(secmail_mailauth_add_record(m, 2, cut, sizeof cut), SECMAIL_E_MAILAUTH_RECORD);
    assert_int_equal(secmail_mailauth_add_record(m, 2, dot, sizeof dot), SECMAIL_E_MAILAUTH_RECORD);
    assert_int_equal(secmail_mailauth_add_record(m, 2, more, sizeof more),
                     SECMAIL_E_MAILAUTH_RECORD);
    assert_int_equal(secmail_mailauth_add_record(m, 2, NULL, 0), SECMAIL_E_MAILAUTH_RECORD);
    assert_int_equal(secmail_mailauth_add_record(m, 2, good, sizeof good), 0);
    assert_int_equal(secmail_mailauth_answer(m, 2, 1, SECMAIL_MAILAUTH_SECURE), 0);
    assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_MAILAUTH_NEEDS_ANSWERS);
    assert_string_equal(secmail_mailauth_question_name(m, 3), "a.example");
    assert_int_equal(secmail_mailauth_add_record(m, 3, good, 5), SECMAIL_E_MAILAUTH_RECORD);
    secmail_mailauth_free(m);
}

static void test_arguments(void **state)
{
    struct fixture *f = *state;
    struct secmail_mailauth *m = (struct secmail_mailauth *)(uintptr_t)1;
    assert_int_equal(secmail_mailauth_new(NULL, &m), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_mailauth_new(f->context, NULL), SECMAIL_E_ARGUMENT);
    m = new_message(f);
    static const char *const bad_ips[] = {"", "192.0.2", "host.example", "[192.0.2.1]"};
    for (size_t i = 0; i < sizeof bad_ips / sizeof bad_ips[0]; i++)
        assert_code(f->context, secmail_mailauth_set_client_ip(m, bad_ips[i]),
                    SECMAIL_E_MAILAUTH_ADDRESS);
    assert_int_equal(secmail_mailauth_set_client_ip(m, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_mailauth_set_helo(m, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_mailauth_set_mail_from(NULL, ""), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_mailauth_set_authserv_id(m, "a b"), SECMAIL_E_MAILAUTH_TEXT);
    assert_code(f->context, secmail_mailauth_set_authserv_id(m, ""), SECMAIL_E_MAILAUTH_TEXT);
    assert_code(f->context, secmail_mailauth_set_authserv_id(m, "a\r\nb"), SECMAIL_E_MAILAUTH_TEXT);
    assert_int_equal(secmail_mailauth_set_methods(m, 16), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_mailauth_set_options(m, 64), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_mailauth_set_limit(m, 0, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_mailauth_set_limit(m, 11, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_mailauth_set_limit(m, 1, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_mailauth_set_limit(m, SECMAIL_MAILAUTH_LIMIT_ARC_INSTANCES, 51),
                     SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_mailauth_limit(m, SECMAIL_MAILAUTH_LIMIT_SPF_LOOKUPS), 10);
    assert_int_equal(secmail_mailauth_limit(m, 99), 0);
    assert_string_equal(secmail_mailauth_limit_name(SECMAIL_MAILAUTH_LIMIT_SPF_VOIDS), "spf-voids");
    assert_null(secmail_mailauth_limit_name(0));
    assert_null(secmail_mailauth_limit_name(11));
    assert_code(f->context, secmail_mailauth_trust_sealer(m, "a b"), SECMAIL_E_MAILAUTH_TEXT);
    assert_code(f->context, secmail_mailauth_evaluate(m), SECMAIL_E_STATE);
    assert_int_equal(secmail_mailauth_set_methods(m, SECMAIL_MAILAUTH_SPF), 0);
    assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_DONE);
    assert_verdict(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_NONE);
    assert_code(f->context, secmail_mailauth_set_client_ip(m, "192.0.2.1"), SECMAIL_E_STATE);
    assert_code(f->context, secmail_mailauth_set_helo(m, "x"), SECMAIL_E_STATE);
    assert_code(f->context, secmail_mailauth_set_mail_from(m, "x"), SECMAIL_E_STATE);
    assert_code(f->context, secmail_mailauth_set_limit(m, 1, 1), SECMAIL_E_STATE);
    assert_code(f->context, secmail_mailauth_set_public_suffixes(m, NULL, NULL), SECMAIL_E_STATE);
    secmail_mailauth_free(m);
    secmail_mailauth_free(NULL);
}

static void test_null_readers(void **state)
{
    (void)state;
    assert_int_equal(secmail_mailauth_evaluate(NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_mailauth_next_question(NULL, 0), 0);
    assert_null(secmail_mailauth_spf(NULL));
    assert_null(secmail_mailauth_dkim(NULL, 0));
    assert_int_equal(secmail_mailauth_dkim_count(NULL), 0);
    assert_null(secmail_mailauth_dmarc(NULL));
    assert_null(secmail_mailauth_arc(NULL));
    assert_int_equal(secmail_mailauth_result_verdict(NULL), 0);
    assert_int_equal(secmail_mailauth_result_method(NULL), 0);
    assert_int_equal(secmail_mailauth_result_security(NULL), 0);
    assert_null(secmail_mailauth_result_text(NULL, 1));
    assert_int_equal(secmail_mailauth_result_number(NULL, 1, NULL), 0);
    assert_string_equal(secmail_mailauth_trace(NULL), "");
    assert_null(secmail_mailauth_verdict_name(0));
    assert_null(secmail_mailauth_verdict_name(9));
    assert_string_equal(secmail_mailauth_verdict_name(SECMAIL_MAILAUTH_PERMERROR), "permerror");
    assert_string_equal(secmail_mailauth_security_name(SECMAIL_MAILAUTH_BOGUS), "bogus");
    assert_null(secmail_mailauth_security_name(5));
    assert_string_equal(secmail_mailauth_policy_name(SECMAIL_MAILAUTH_POLICY_REJECT), "reject");
    assert_null(secmail_mailauth_policy_name(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_details),        fixture_test(test_security),
        fixture_test(test_lookup_limit),   fixture_test(test_endless_include),
        fixture_test(test_void_limit),     fixture_test(test_void_dual_stack),
        fixture_test(test_name_limits),    fixture_test(test_explanation),
        fixture_test(test_international),  fixture_test(test_null_sender),
        fixture_test(test_no_domain),      fixture_test(test_deadline),
        fixture_test(test_question_limit), fixture_test(test_answer_limit),
        fixture_test(test_questions),      fixture_test(test_bad_records),
        fixture_test(test_arguments),      fixture_test(test_null_readers),
        fixture_test(test_null_mx),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
