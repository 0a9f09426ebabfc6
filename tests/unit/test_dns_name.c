/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of the DNS as text. */
#include "dns/name.h"
#include "fixture.h"

static struct smi_dns_name name(const char *text)
{
    struct smi_dns_name n;
    assert_true(smi_dns_name_read(&n, text, strlen(text)));
    return n;
}

static void case_and_final_dot_dont_matter(void **state)
{
    (void)state;
    const struct smi_dns_name a = name("WWW.Example.COM."), root = name(".");
    assert_string_equal(a.text, "www.example.com");
    assert_int_equal(root.size, 0);
}

static void what_is_no_name_is_refused(void **state)
{
    static const char *const wrong[] = {"", "..", ".a", "a..b", "a.."};
    struct smi_dns_name n;
    char label[70];
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(smi_dns_name_read(&n, wrong[i], strlen(wrong[i])));
    memset(label, 'a', sizeof label);
    assert_true(smi_dns_name_read(&n, label, 63));
    assert_false(smi_dns_name_read(&n, label, 64));
    assert_false(smi_dns_name_read(&n, "a\0b", 3));
}

static void the_longest_name_has_253_bytes(void **state)
{
    struct smi_dns_name n;
    char text[260];
    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 64 == 63 ? '.' : 'a';
    assert_true(smi_dns_name_read(&n, text, 253));
    assert_int_equal(n.size, 253);
    assert_false(smi_dns_name_read(&n, text, 254));
}

static void below_means_whole_labels(void **state)
{
    (void)state;
    const struct smi_dns_name a = name("a.example"), e = name("example"), x = name("xexample");
    const struct smi_dns_name root = name(".");
    assert_true(smi_dns_name_under(&a, &e));
    assert_true(smi_dns_name_under(&e, &e));
    assert_false(smi_dns_name_under(&e, &a));
    assert_false(smi_dns_name_under(&x, &e));
    assert_true(smi_dns_name_under(&x, &root));
    assert_false(smi_dns_name_under(&root, &e));
}

static void odd_bytes_are_quoted(void **state)
{
    char quoted[SMI_DNS_QUOTED_SIZE];
    (void)state;
    const struct smi_dns_name odd = name("a b\\.\xc3\xbc.example"), root = name(".");
    smi_dns_name_quote(&odd, quoted);
    assert_string_equal(quoted, "a\\032b\\092.\\195\\188.example.");
    smi_dns_name_quote(&root, quoted);
    assert_string_equal(quoted, ".");
}

static void wire_format_is_read_whole(void **state)
{
    struct smi_dns_name n;
    (void)state;
    assert_true(smi_dns_name_from_wire(&n, (const uint8_t *)"\1A\7example", 11));
    assert_string_equal(n.text, "a.example");
    assert_true(smi_dns_name_from_wire(&n, (const uint8_t *)"", 1));
    assert_int_equal(n.size, 0);
    assert_false(smi_dns_name_from_wire(&n, (const uint8_t *)"\1a", 2));
    assert_false(smi_dns_name_from_wire(&n, (const uint8_t *)"\1a\0x", 4));
    assert_false(smi_dns_name_from_wire(&n, (const uint8_t *)"\xc0\x0c", 2));
    assert_false(smi_dns_name_from_wire(&n, (const uint8_t *)"\3a.b", 5));
}

static void special_names_are_known(void **state)
{
    static const char *const nowhere[] = {"invalid", "a.test",  "printer.local",
                                          "x.onion", "x.y.alt", "INVALID."};
    (void)state;
    struct smi_dns_name n;
    for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++) {
        n = name(nowhere[i]);
        assert_int_equal(smi_dns_special(&n), SMI_DNS_NOWHERE);
    }
    n = name("a.localhost");
    assert_int_equal(smi_dns_special(&n), SMI_DNS_LOOPBACK);
    n = name("contest");
    assert_int_equal(smi_dns_special(&n), SMI_DNS_ORDINARY);
    n = name(".");
    assert_int_equal(smi_dns_special(&n), SMI_DNS_ORDINARY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_and_final_dot_dont_matter),
        cmocka_unit_test(what_is_no_name_is_refused),
        cmocka_unit_test(the_longest_name_has_253_bytes),
        cmocka_unit_test(below_means_whole_labels),
        cmocka_unit_test(odd_bytes_are_quoted),
        cmocka_unit_test(wire_format_is_read_whole),
        cmocka_unit_test(special_names_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
