/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resolvers with failing allocations. libunbound's own memory isn't the context's. */
#include "torture.h"

#include <secmail/dns.h>

static int ask(struct secmail_dns *dns, const char *name, size_t count)
{
    struct secmail_dns_result *r;
    const int rc = secmail_dns_resolve(dns, &r, name, 1, 60000, -1);
    if (rc) {
        assert_null(r);
        return rc;
    }
    assert_int_equal(secmail_dns_result_count(r), count);
    secmail_dns_result_free(r);
    return 0;
}

static int table(struct secmail_context *context, void *user)
{
    (void)user;
    struct secmail_dns *dns;
    int rc = secmail_dns_table_new(context, &dns);
    if (!rc)
        rc = secmail_dns_table_add(dns, "a.example", 5, (const uint8_t *)"\1b\7example", 11);
    if (!rc)
        rc = secmail_dns_table_add(dns, "b.example", 1, (const uint8_t *)"\1\2\3\4", 4);
    if (!rc)
        rc = secmail_dns_table_set(dns, "c.example", 0, SECMAIL_DNS_SERVFAIL, SECMAIL_DNS_BOGUS);
    if (!rc)
        rc = ask(dns, "a.example", 1);
    if (!rc)
        rc = ask(dns, "c.example", 0);
    secmail_dns_free(dns);
    return rc;
}

static int network(struct secmail_context *context, void *user)
{
    static const char anchor[] = "example. DNSKEY 257 3 8 AQAB\n";
    (void)user;
    struct secmail_dns *dns;
    int rc = secmail_dns_new(context, &dns);
    if (!rc)
        rc = secmail_dns_add_trust_anchors(dns, anchor, sizeof anchor - 1);
    if (!rc)
        rc = secmail_dns_add_stub(dns, "a.example", "127.0.0.1@9");
    if (!rc)
        rc = secmail_dns_add_forwarder(dns, "b.example", "127.0.0.1@9");
    if (!rc)
        rc = ask(dns, "localhost", 1);
    secmail_dns_free(dns);
    return rc;
}

static void tables_survive(void **state)
{
    (void)state;
    torture_run(table, NULL, 200);
}

static void libunbound_survives(void **state)
{
    (void)state;
    torture_run(network, NULL, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_survive),
        cmocka_unit_test(libunbound_survives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
