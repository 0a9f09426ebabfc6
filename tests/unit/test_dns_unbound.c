/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The driver on libunbound against a server that never answers; tests/interop/dns has a real one.
 */
#include "fixture.h"

#include <arpa/inet.h>
#include <secmail/dns.h>
#include <sys/socket.h>
#include <unistd.h>

enum { A = 1 };

/* A socket on loopback that takes queries and is silent. */
static int silent_server(char address[64])
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof to;
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&to, &size), 0);
    snprintf(address, 64, "127.0.0.1@%u", ntohs(to.sin_port));
    return fd;
}

static struct secmail_dns *new_resolver(struct fixture *f, const char *forwarder)
{
    struct secmail_dns *dns;
    assert_ok(f->context, secmail_dns_new(f->context, &dns));
    assert_ok(f->context, secmail_dns_add_forwarder(dns, ".", forwarder));
    return dns;
}

static void silence_is_a_timeout_and_can_be_cancelled(void **state)
{
    struct fixture *f = *state;
    char address[64];
    uint64_t first, second;
    const int server = silent_server(address);
    struct secmail_dns *dns = new_resolver(f, address);
    assert_ok(f->context, secmail_dns_set(dns, SECMAIL_DNS_TIMEOUT_MS, 300));
    assert_ok(f->context, secmail_dns_query(dns, "a.example", A, &first));
    assert_ok(f->context, secmail_dns_query(dns, "b.example", A, &second));
    assert_int_equal(secmail_dns_open_queries(dns), 2);
    assert_true(secmail_dns_fd(dns) >= 0);
    assert_int_equal(secmail_dns_wait(dns, 0, -1), SECMAIL_DNS_WAITING);
    assert_ok(f->context, secmail_dns_cancel(dns, first));
    assert_int_equal(secmail_dns_wait(dns, 60000, -1), 0);
    struct secmail_dns_result *r = secmail_dns_next_result(dns);
    assert_int_equal(secmail_dns_result_query(r), second);
    assert_int_equal(secmail_dns_result_status(r), SECMAIL_DNS_TIMEOUT);
    assert_non_null(secmail_dns_result_reason(r));
    assert_null(secmail_dns_next_result(dns));
    assert_int_equal(secmail_dns_timeout_ms(dns), -1);
    secmail_dns_result_free(r);
    secmail_dns_free(dns);
    close(server);
}

static void a_blocked_call_ends_when_its_descriptor_says_so(void **state)
{
    struct fixture *f = *state;
    struct secmail_dns_result *r;
    char address[64];
    int stop[2];
    const int server = silent_server(address);
    struct secmail_dns *dns = new_resolver(f, address);
    assert_int_equal(pipe(stop), 0);
    close(stop[1]);
    assert_code(f->context, secmail_dns_resolve(dns, &r, "a.example", A, 600000, stop[0]),
                SECMAIL_E_DNS_CANCELLED);
    assert_null(r);
    assert_int_equal(secmail_dns_open_queries(dns), 0);
    assert_ok(f->context, secmail_dns_resolve(dns, &r, "a.example", A, 50, -1));
    assert_int_equal(secmail_dns_result_status(r), SECMAIL_DNS_TIMEOUT);
    secmail_dns_result_free(r);
    secmail_dns_free(dns);
    close(stop[0]);
    close(server);
}

static void special_names_reach_no_server(void **state)
{
    static const char *const names[] = {"x.test", "x.invalid", "x.local", "x.onion", "x.alt"};
    struct fixture *f = *state;
    struct secmail_dns_result *r;
    char address[64], packet[512];
    const int server = silent_server(address);
    struct secmail_dns *dns = new_resolver(f, address);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_ok(f->context, secmail_dns_resolve(dns, &r, names[i], A, 60000, -1));
        assert_int_equal(secmail_dns_result_status(r), SECMAIL_DNS_NXDOMAIN);
        secmail_dns_result_free(r);
    }
    assert_ok(f->context, secmail_dns_resolve(dns, &r, "localhost", A, 60000, -1));
    assert_int_equal(secmail_dns_result_count(r), 1);
    secmail_dns_result_free(r);
    assert_int_equal(recv(server, packet, sizeof packet, MSG_DONTWAIT), -1);
    secmail_dns_free(dns);
    close(server);
}

static void open_queries_are_bounded(void **state)
{
    struct fixture *f = *state;
    char address[64];
    uint64_t number;
    const int server = silent_server(address);
    struct secmail_dns *dns = new_resolver(f, address);
    assert_ok(f->context, secmail_dns_set(dns, SECMAIL_DNS_OPEN_QUERIES, 1));
    assert_ok(f->context, secmail_dns_query(dns, "a.example", A, &number));
    assert_code(f->context, secmail_dns_query(dns, "b.example", A, &number), SECMAIL_E_DNS_BUSY);
    secmail_dns_free(dns);
    close(server);
}

static const char ds[] =
    "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D";

static int add_anchors(struct secmail_dns *dns, const char *format, const char *what)
{
    char text[1024];
    const int size = snprintf(text, sizeof text, format, what);
    return secmail_dns_add_trust_anchors(dns, text, (size_t)size);
}

static void trust_anchors_are_checked_line_by_line(void **state)
{
    static const char *const wrong[] = {
        "",
        "; only a comment\n",
        ". IN DS\n",
        ". IN DS 1 8 2 00\n",
        ". IN A 192.0.2.1\n",
        ". IN DNSKEY 257 4 8 AAAA\n",
        ". IN DNSKEY 257 3 8 A%AA\n",
        "a..b DS 1 8 1 00\n",
        ". 1 IN DS 70000 8 2 00\n",
        "trusted-keys {\n",
        ". IN DS 1 8 9 00\n",
    };
    struct fixture *f = *state;
    struct secmail_dns *dns;
    assert_ok(f->context, secmail_dns_new(f->context, &dns));
    assert_ok(f->context, add_anchors(dns, ".\t86400 in ds %s ; root", ds));
    assert_ok(f->context, add_anchors(dns, "\n; text\nexample. DS %s\r\n\n", ds));
    assert_ok(f->context, add_anchors(dns, "x.example IN %s", "DNSKEY 257 3 8 AQ AB"));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_code(f->context, secmail_dns_add_trust_anchors(dns, wrong[i], strlen(wrong[i])),
                    SECMAIL_E_DNS_ANCHOR);
    secmail_dns_free(dns);
}

static void servers_are_checked(void **state)
{
    static const char *const wrong[] = {
        "",      "ns.example", "192.0.2.1@", "192.0.2.1@0", "192.0.2.1@65536", "192.0.2.1@5x",
        "1.2.3", "::1]@53"};
    struct fixture *f = *state;
    struct secmail_dns *dns;
    uint64_t number;
    assert_ok(f->context, secmail_dns_new(f->context, &dns));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_code(f->context, secmail_dns_add_stub(dns, "a.example", wrong[i]),
                    SECMAIL_E_DNS_CONFIG);
        assert_code(f->context, secmail_dns_add_forwarder(dns, ".", wrong[i]),
                    SECMAIL_E_DNS_CONFIG);
    }
    assert_code(f->context, secmail_dns_add_stub(dns, "a..b", "::1"), SECMAIL_E_DNS_CONFIG);
    assert_code(f->context, secmail_dns_use_resolv_conf(dns, "/nonexistent/resolv.conf"),
                SECMAIL_E_DNS_CONFIG);
    assert_ok(f->context, secmail_dns_add_stub(dns, "a.example", "::1@65535"));
    assert_ok(f->context, secmail_dns_add_forwarder(dns, "b.example", "127.0.0.1@9"));
    assert_ok(f->context, secmail_dns_query(dns, "localhost", A, &number));
    assert_code(f->context, secmail_dns_add_stub(dns, "c.example", "::1"), SECMAIL_E_STATE);
    assert_code(f->context, secmail_dns_set(dns, SECMAIL_DNS_CACHE_SECONDS, 1), SECMAIL_E_STATE);
    assert_code(f->context, secmail_dns_table_add(dns, "a", A, NULL, 0), SECMAIL_E_STATE);
    secmail_dns_free(dns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(silence_is_a_timeout_and_can_be_cancelled),
        fixture_test(a_blocked_call_ends_when_its_descriptor_says_so),
        fixture_test(special_names_reach_no_server),
        fixture_test(open_queries_are_bounded),
        fixture_test(trust_anchors_are_checked_line_by_line),
        fixture_test(servers_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
