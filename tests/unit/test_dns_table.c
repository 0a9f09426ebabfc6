/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The resolver that answers from a table. */
#include "fixture.h"

#include <secmail/dns.h>

enum { A = 1, CNAME = 5, TXT = 16, AAAA = 28 };

static struct secmail_dns *new_table(struct fixture *f)
{
    struct secmail_dns *dns;
    assert_ok(f->context, secmail_dns_table_new(f->context, &dns));
    return dns;
}

static void add(struct fixture *f, struct secmail_dns *dns, const char *name, uint16_t type,
                const char *rdata, size_t size)
{
    assert_ok(f->context, secmail_dns_table_add(dns, name, type, (const uint8_t *)rdata, size));
}

static struct secmail_dns_result *ask(struct fixture *f, struct secmail_dns *dns, const char *name,
                                      uint16_t type)
{
    uint64_t number;
    assert_ok(f->context, secmail_dns_query(dns, name, type, &number));
    assert_int_equal(secmail_dns_timeout_ms(dns), 0);
    assert_ok(f->context, secmail_dns_process(dns));
    struct secmail_dns_result *r = secmail_dns_next_result(dns);
    assert_non_null(r);
    assert_int_equal(secmail_dns_result_query(r), number);
    return r;
}

static void expect(struct fixture *f, struct secmail_dns *dns, const char *name, uint16_t type,
                   uint32_t status, uint32_t security, size_t count)
{
    struct secmail_dns_result *r = ask(f, dns, name, type);
    assert_int_equal(secmail_dns_result_status(r), status);
    assert_int_equal(secmail_dns_result_security(r), security);
    assert_int_equal(secmail_dns_result_count(r), count);
    assert_int_equal(secmail_dns_result_type(r), type);
    assert_true((secmail_dns_result_reason(r) == NULL) == (status == SECMAIL_DNS_ANSWERED));
    assert_null(secmail_dns_result_record(r, count, NULL));
    secmail_dns_result_free(r);
}

static void records_come_back_as_they_were_given(void **state)
{
    struct fixture *f = *state;
    struct secmail_dns *dns = new_table(f);
    size_t size;
    add(f, dns, "Example.org", TXT, "\1a\1b", 4);
    add(f, dns, "example.org.", TXT, "", 0);
    struct secmail_dns_result *r = ask(f, dns, "EXAMPLE.org", TXT);
    secmail_dns_free(dns); /* a result may outlive the resolver */
    assert_string_equal(secmail_dns_result_name(r), "example.org");
    assert_int_equal(secmail_dns_result_count(r), 2);
    assert_memory_equal(secmail_dns_result_record(r, 0, &size), "\1a\1b", 4);
    assert_int_equal(size, 4);
    assert_non_null(secmail_dns_result_record(r, 1, &size));
    assert_int_equal(size, 0);
    assert_null(secmail_dns_result_canonical(r));
    assert_int_equal(secmail_dns_result_ttl(r), 0);
    secmail_dns_result_free(r);
}

static void no_data_is_not_nxdomain(void **state)
{
    struct fixture *f = *state;
    struct secmail_dns *dns = new_table(f);
    add(f, dns, "a.b.example", A, "\1\2\3\4", 4);
    expect(f, dns, "a.b.example", TXT, SECMAIL_DNS_ANSWERED, SECMAIL_DNS_INSECURE, 0);
    expect(f, dns, "b.example", A, SECMAIL_DNS_ANSWERED, SECMAIL_DNS_INSECURE, 0);
    expect(f, dns, "c.example", A, SECMAIL_DNS_NXDOMAIN, SECMAIL_DNS_INSECURE, 0);
    secmail_dns_free(dns);
}

static void aliases_are_followed_and_end(void **state)
{
    struct fixture *f = *state;
    struct secmail_dns *dns = new_table(f);
    add(f, dns, "w.example", CNAME, "\1h\7example", 11);
    add(f, dns, "h.example", A, "\1\2\3\4", 4);
    add(f, dns, "loop.example", CNAME, "\4loop\7example", 14);
    add(f, dns, "gone.example", CNAME, "\2no\7example", 12);
    assert_ok(f->context, secmail_dns_table_set(dns, "w.example", CNAME, SECMAIL_DNS_ANSWERED,
                                                SECMAIL_DNS_SECURE));
    struct secmail_dns_result *r = ask(f, dns, "w.example", A);
    assert_string_equal(secmail_dns_result_canonical(r), "h.example.");
    assert_int_equal(secmail_dns_result_security(r), SECMAIL_DNS_INSECURE); /* the weakest */
    secmail_dns_result_free(r);
    expect(f, dns, "w.example", CNAME, SECMAIL_DNS_ANSWERED, SECMAIL_DNS_SECURE, 1);
    expect(f, dns, "loop.example", A, SECMAIL_DNS_ANSWERED, SECMAIL_DNS_INSECURE, 0);
    expect(f, dns, "gone.example", A, SECMAIL_DNS_NXDOMAIN, SECMAIL_DNS_INSECURE, 0);
    secmail_dns_free(dns);
}

static void failures_can_be_set(void **state)
{
    struct fixture *f = *state;
    struct secmail_dns *dns = new_table(f);
    add(f, dns, "x.example", A, "\1\2\3\4", 4);
    assert_ok(f->context, secmail_dns_table_set(dns, "x.example", 0, SECMAIL_DNS_TIMEOUT,
                                                SECMAIL_DNS_INDETERMINATE));
    assert_ok(f->context, secmail_dns_table_set(dns, "x.example", TXT, SECMAIL_DNS_ANSWERED,
                                                SECMAIL_DNS_BOGUS));
    expect(f, dns, "x.example", A, SECMAIL_DNS_ANSWERED, SECMAIL_DNS_INSECURE, 1);
    expect(f, dns, "x.example", AAAA, SECMAIL_DNS_TIMEOUT, SECMAIL_DNS_INDETERMINATE, 0);
    expect(f, dns, "x.example", TXT, SECMAIL_DNS_SERVFAIL, SECMAIL_DNS_BOGUS, 0);
    secmail_dns_free(dns);
}

static void special_names_are_answered_here(void **state)
{
    struct fixture *f = *state;
    struct secmail_dns *dns = new_table(f);
    size_t size;
    expect(f, dns, "localhost", AAAA, SECMAIL_DNS_ANSWERED, SECMAIL_DNS_INDETERMINATE, 1);
    expect(f, dns, "localhost", TXT, SECMAIL_DNS_ANSWERED, SECMAIL_DNS_INDETERMINATE, 0);
    expect(f, dns, "x.test", A, SECMAIL_DNS_NXDOMAIN, SECMAIL_DNS_INDETERMINATE, 0);
    struct secmail_dns_result *r = ask(f, dns, "a.localhost", A);
    assert_memory_equal(secmail_dns_result_record(r, 0, &size), "\x7f\0\0\1", 4);
    secmail_dns_result_free(r);
    add(f, dns, "x.test", A, "\1\2\3\4", 4);
    expect(f, dns, "x.test", A, SECMAIL_DNS_ANSWERED, SECMAIL_DNS_INSECURE, 1);
    secmail_dns_free(dns);
}

static void waiting_ends_at_once_and_resolving_leaves_others_alone(void **state)
{
    struct fixture *f = *state;
    struct secmail_dns *dns = new_table(f);
    struct secmail_dns_result *r;
    uint64_t number;
    assert_int_equal(secmail_dns_wait(dns, 60000, -1), 0);
    assert_ok(f->context, secmail_dns_query(dns, "one.example", A, &number));
    assert_ok(f->context, secmail_dns_resolve(dns, &r, "two.example", A, 1000, -1));
    assert_string_equal(secmail_dns_result_name(r), "two.example");
    secmail_dns_result_free(r);
    assert_int_equal(secmail_dns_wait(dns, 60000, -1), 0);
    assert_ok(f->context, secmail_dns_cancel(dns, number));
    assert_null(secmail_dns_next_result(dns));
    assert_code(f->context, secmail_dns_cancel(dns, number), SECMAIL_E_DNS_QUERY);
    secmail_dns_free(dns);
}

static void mistakes_are_named(void **state)
{
    struct fixture *f = *state;
    struct secmail_dns *dns = new_table(f);
    uint64_t number;
    static uint8_t big[65536];
    assert_code(f->context, secmail_dns_query(dns, "a..b", A, &number), SECMAIL_E_DNS_NAME);
    assert_code(f->context, secmail_dns_query(dns, "a", 0, &number), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_dns_table_add(dns, "a", TXT, big, sizeof big),
                SECMAIL_E_DNS_RECORD);
    assert_code(f->context, secmail_dns_table_add(dns, "a", CNAME, big, 2), SECMAIL_E_DNS_RECORD);
    assert_code(f->context, secmail_dns_table_set(dns, "a", A, 9, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_dns_add_stub(dns, "a", "::1"), SECMAIL_E_STATE);
    assert_code(f->context, secmail_dns_set(dns, SECMAIL_DNS_TIMEOUT_MS, 0), SECMAIL_E_DNS_SETTING);
    assert_code(f->context, secmail_dns_set(dns, 0, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_dns_set(dns, 99, 1), SECMAIL_E_ARGUMENT);
    assert_ok(f->context, secmail_dns_set(dns, SECMAIL_DNS_TIMEOUT_MS, 600000));
    assert_int_equal(secmail_dns_get(dns, SECMAIL_DNS_TIMEOUT_MS), 600000);
    assert_int_equal(secmail_dns_query(NULL, "a", A, &number), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_dns_fd(dns), -1);
    assert_null(secmail_dns_status_name(5));
    assert_string_equal(secmail_dns_security_name(SECMAIL_DNS_BOGUS), "bogus");
    secmail_dns_free(dns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(records_come_back_as_they_were_given),
        fixture_test(no_data_is_not_nxdomain),
        fixture_test(aliases_are_followed_and_end),
        fixture_test(failures_can_be_set),
        fixture_test(special_names_are_answered_here),
        fixture_test(waiting_ends_at_once_and_resolving_leaves_others_alone),
        fixture_test(mistakes_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
