/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The small readers of mailauth: domain names, IP addresses, tag lists, base64, From fields. */
#include "mailauth/address.h"
#include "mailauth/domain.h"
#include "mailauth/ip.h"
#include "mailauth/taglist.h"
#include "mailauth_fixture.h"

static struct smi_span span(const char *text)
{
    return smi_span_text(text);
}

/* ---- Domain names ---- */

static void test_domain(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"Example.COM", "example.com"},
        {"example.com.", "example.com"},
        {"a_b.x-y.z", "a_b.x-y.z"},
        /* RFC 3492 section 7.1, and names in use. */
        {"b\xc3\xbc"
         "cher.example",
         "xn--bcher-kva.example"},
        {"\xe4\xbb\x96\xe4\xbb\xac\xe4\xb8\xba\xe4\xbb\x80\xe4\xb9\x88\xe4\xb8\x8d\xe8\xaf\xb4\xe4"
         "\xb8\xad\xe6\x96\x87.x",
         "xn--ihqwcrb4cv8a8dqg056pqjye.x"},
        {"M\xc3\xbcnchen.de", "xn--mnchen-3ya.de"},
        {"", NULL},
        {".", NULL},
        {"a..b", NULL},
        {".a", NULL},
        {"a.b..", NULL},
        {"a\xff.b", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct smi_domain d;
        assert_int_equal(smi_domain_read(&d, span(cases[i].text)), cases[i].want != NULL);
        assert_string_equal(d.text, cases[i].want ? cases[i].want : "");
        assert_int_equal(d.size, strlen(d.text));
    }
}

static void test_domain_sizes(void **state)
{
    (void)state;
    char text[300];
    struct smi_domain d;
    memset(text, 'a', sizeof text);
    assert_true(smi_domain_read(&d, smi_span(text, 63)));
    assert_false(smi_domain_read(&d, smi_span(text, 64)));
    for (size_t i = 63; i < sizeof text; i += 64)
        text[i] = '.';
    assert_true(smi_domain_read(&d, smi_span(text, 253)));
    assert_int_equal(d.size, 253);
    assert_false(smi_domain_read(&d, smi_span(text, 254)));
    assert_false(smi_domain_read(&d, smi_span("a\0b.c", 5)));
    assert_false(smi_domain_read(&d, smi_span("a\0b.\xc3\xbc", 6)));
    /* A U-label that would be too long as an A-label. */
    for (size_t i = 0; i < 62; i += 2)
        memcpy(text + i, "\xc3\xbc", 2);
    assert_true(smi_domain_read(&d, smi_span(text, 62)));
    for (size_t i = 0; i < 200; i += 4)
        memcpy(text + i, i % 8 ? "\xf0\x90\x80\x80" : "\xf3\xa0\x80\x81", 4);
    assert_false(smi_domain_read(&d, smi_span(text, 200)));
}

static void test_domain_relations(void **state)
{
    (void)state;
    struct smi_domain a, b, c, joined;
    assert_true(smi_domain_read(&a, span("mail.example.com")));
    assert_true(smi_domain_read(&b, span("example.com")));
    assert_true(smi_domain_read(&c, span("notexample.com")));
    assert_true(smi_domain_is_under(&a, &b));
    assert_true(smi_domain_is_under(&b, &b));
    assert_false(smi_domain_is_under(&b, &a));
    assert_false(smi_domain_is_under(&c, &b));
    assert_int_equal(smi_domain_labels(&a), 3);
    assert_string_equal(smi_domain_last(&a, 2), "example.com");
    assert_string_equal(smi_domain_last(&a, 1), "com");
    assert_string_equal(smi_domain_last(&a, 9), "mail.example.com");
    assert_true(smi_domain_join(&joined, span("_dmarc"), &b));
    assert_string_equal(joined.text, "_dmarc.example.com");
    assert_false(smi_domain_join(&joined, span(""), &b));
    assert_false(smi_domain_read_host(&joined, span("[192.0.2.1]")));
    assert_false(smi_domain_read_host(&joined, span("a b.example")));
}

/* ---- Addresses ---- */

static void test_ip(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"0.0.0.0", "0.0.0.0"},
        {"2001:DB8::1", "2001:db8::1"},
        {"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"::ffff:192.0.2.1", "::ffff:c000:201"},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
        {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
        {"192.0.2", NULL},
        {"192.0.2.1.", NULL},
        {"192.0.2.256", NULL},
        {"192.0.02.1", NULL},
        {"192.0.2.1 ", NULL},
        {"1.2.3.4.5", NULL},
        {":1", NULL},
        {"1:", NULL},
        {"1::2::3", NULL},
        {"1:2:3:4:5:6:7", NULL},
        {"1:2:3:4:5:6:7:8:9", NULL},
        {"1:2:3:4::5:6:7:8", NULL},
        {"12345::", NULL},
        {"g::", NULL},
        {"fe80::1%eth0", NULL},
        {":::", NULL},
        {"", NULL},
    };
    struct smi_buf b = smi_buf_open(smi_malloc_allocator());
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t ip[16];
        const bool four = smi_ip4_read(ip, span(cases[i].text));
        const bool any = four || smi_ip6_read(ip, span(cases[i].text));
        assert_int_equal(any, cases[i].shown != NULL);
        if (!any)
            continue;
        b.size = 0;
        smi_put_ip(&b, ip, four ? 4 : 16);
        assert_true(smi_span_equal(smi_span(b.data, b.size), span(cases[i].shown)));
    }
    smi_buf_free(&b);
}

static void test_ip_in(void **state)
{
    (void)state;
    const uint8_t a[4] = {192, 0, 2, 129}, b[4] = {192, 0, 2, 128}, c[4] = {0};
    assert_true(smi_ip_in(a, b, 25));
    assert_true(smi_ip_in(a, b, 31));
    assert_false(smi_ip_in(a, b, 32));
    assert_true(smi_ip_in(a, c, 0));
    assert_false(smi_ip_in(a, c, 1));
}

/* ---- Tag lists (RFC 6376 section 3.2) ---- */

static void test_taglist(void **state)
{
    (void)state;
    struct smi_taglist list;
    assert_null(smi_taglist_read(&list, span(" v = 1 ; a=x y\r\n z;\tEmpty=; b_1=a=b; ")));
    assert_int_equal(list.count, 4);
    assert_true(smi_span_equal(smi_taglist_get(&list, "v")->value, span("1")));
    assert_true(smi_span_equal(smi_taglist_get(&list, "a")->value, span("x y\r\n z")));
    assert_true(smi_span_equal(smi_taglist_get(&list, "b_1")->value, span("a=b")));
    assert_int_equal(smi_taglist_get(&list, "Empty")->value.size, 0);
    /* Names count in their case. */
    assert_null(smi_taglist_get(&list, "V"));
    assert_true(smi_span_equal(smi_taglist_get(&list, "v")->raw, span(" 1 ")));
}

static void test_bad_taglists(void **state)
{
    (void)state;
    static const char *const bad[] = {"",       ";",         "a",       "a=1;;", "a=1;b",
                                      "1=a",    "=a",        "a=1;a=2", "a b=1", "a=\x01",
                                      "a=\xff", "a=1; ;b=2", "a=1;; ",  "a=\x7f"};
    struct smi_taglist list;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_non_null(smi_taglist_read(&list, span(bad[i])));
    assert_null(smi_taglist_read(&list, span("a=\xc3\xbc")));
    char many[65 * 8];
    size_t size = 0;
    for (int i = 0; i < 64; i++)
        size += (size_t)snprintf(many + size, sizeof many - size, "t%d=1;", i);
    assert_null(smi_taglist_read(&list, span(many)));
    snprintf(many + size, sizeof many - size, "more=1");
    assert_non_null(smi_taglist_read(&list, span(many)));
}

static void test_base64(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"Zm9vYmFy", "foobar"},
        {" Zm 9v\r\n\tYg==", "foob"},
        {"Zm9vYmE=", "fooba"},
        {"", ""},
        {"Zm9vYg=", NULL},
        {"Zm9vYg", NULL},
        {"Z", NULL},
        {"Zm9v=YmFy", NULL},
        {"Zm9*", NULL},
        {"====", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct smi_buf b = smi_buf_open(smi_malloc_allocator());
        assert_int_equal(smi_put_base64(&b, span(cases[i].text)), cases[i].want != NULL);
        if (cases[i].want)
            assert_true(smi_span_equal(smi_span(b.data, b.size), span(cases[i].want)));
        smi_buf_free(&b);
    }
}

static void test_visible(void **state)
{
    (void)state;
    struct smi_buf b = smi_buf_open(smi_malloc_allocator());
    smi_put_visible(&b, span("a\xc3\xbc\r\n\xff\x7f\xc2\x85z"));
    smi_put_u8(&b, 0);
    assert_string_equal((char *)b.data, "a\xc3\xbc\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                                        "\xef\xbf\xbdz");
    smi_buf_free(&b);
}

/* ---- From fields ---- */

static void test_author(void **state)
{
    (void)state;
    static const struct {
        const char *from, *domain;
        enum smi_author author;
    } cases[] = {
        {" joe@Example.com", "example.com", SMI_AUTHOR_FOUND},
        {"Joe <joe@example.com>", "example.com", SMI_AUTHOR_FOUND},
        {"\"evil@x.example\" <joe@example.com>", "example.com", SMI_AUTHOR_FOUND},
        {"\"a, b\"\r\n <joe@example.com> (a@x.example, \\) (b))", "example.com", SMI_AUTHOR_FOUND},
        {"a@example.com, B <b@EXAMPLE.com>", "example.com", SMI_AUTHOR_FOUND},
        {"Team: a@example.com, b@example.com;", "example.com", SMI_AUTHOR_FOUND},
        {"\"odd@place\"@example.com", "example.com", SMI_AUTHOR_FOUND},
        {"Doe, John <j@example.com>", "example.com", SMI_AUTHOR_FOUND},
        {"u@example.com (comment)", "example.com", SMI_AUTHOR_FOUND},
        {"a@example.com, b@example.net", "", SMI_AUTHOR_SEVERAL_DOMAINS},
        {"undisclosed:;", "", SMI_AUTHOR_NO_ADDRESS},
        {"", "", SMI_AUTHOR_NO_ADDRESS},
        {"Joe", "", SMI_AUTHOR_NO_ADDRESS},
        {"<a@evil.example> <b@example.com>", "", SMI_AUTHOR_MALFORMED},
        {"a@b@example.com", "", SMI_AUTHOR_MALFORMED},
        {"<@relay.example:joe@example.com>", "", SMI_AUTHOR_MALFORMED},
        {"joe@[192.0.2.1]", "", SMI_AUTHOR_MALFORMED},
        {"<joe@example.com", "", SMI_AUTHOR_MALFORMED},
        {"joe@example.com>", "", SMI_AUTHOR_MALFORMED},
        {"Joe <>", "", SMI_AUTHOR_MALFORMED},
        {"joe smith@example.com", "", SMI_AUTHOR_MALFORMED},
        {"joe@example .com", "", SMI_AUTHOR_MALFORMED},
        {"joe@example.com(", "", SMI_AUTHOR_MALFORMED},
        {"\"joe@example.com", "", SMI_AUTHOR_MALFORMED},
        {"joe@example.com\x01", "", SMI_AUTHOR_MALFORMED},
        {"joe@", "", SMI_AUTHOR_MALFORMED},
        {"joe@\"example.com\"", "", SMI_AUTHOR_MALFORMED},
        {"boss@example.net:joe@example.com", "", SMI_AUTHOR_MALFORMED},
        {"boss@example.net:;joe@example.com", "", SMI_AUTHOR_MALFORMED},
        {"<boss@example.net>:joe@example.com", "", SMI_AUTHOR_MALFORMED},
        {"<boss@example.net>: Joe <joe@example.com>;", "", SMI_AUTHOR_MALFORMED},
        {"<joe@example.com>;<boss@example.net>:;", "", SMI_AUTHOR_MALFORMED},
        {"boss@example.net> <joe@example.com>", "", SMI_AUTHOR_MALFORMED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct smi_domain d;
        const enum smi_author got = smi_author_read(smi_malloc_allocator(), span(cases[i].from),
                                                    &d);
        if (got != cases[i].author)
            fail_msg("%s: %d", cases[i].from, got);
        if (got == SMI_AUTHOR_FOUND)
            assert_string_equal(d.text, cases[i].domain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_domain),
        cmocka_unit_test(test_domain_sizes),
        cmocka_unit_test(test_domain_relations),
        cmocka_unit_test(test_ip),
        cmocka_unit_test(test_ip_in),
        cmocka_unit_test(test_taglist),
        cmocka_unit_test(test_bad_taglists),
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_visible),
        cmocka_unit_test(test_author),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
