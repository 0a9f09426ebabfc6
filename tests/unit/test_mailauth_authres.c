/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Authentication-Results: reading, writing what can't be broken out of, forged and trusted fields.
 */
#include "mailauth_fixture.h"

static struct secmail_authres *read_value(struct fixture *f, const char *value)
{
    struct secmail_authres *a;
    assert_ok(f->context,
              secmail_authres_read(f->context, &a, (const uint8_t *)value, strlen(value)));
    return a;
}

/* RFC 8601 appendix B.7: "not intended to be realistic". */
static void test_comments(void **state)
{
    struct secmail_authres *a = read_value(
        *state, " foo.example.net (foobar) 1 (baz);\r\n"
                "    dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n"
                "      policy (A dot can go here) . (like that) expired\r\n"
                "      (this surprised me) = (as I wasn't expecting it) 1362471462");
    assert_string_equal(secmail_authres_id(a), "foo.example.net");
    assert_int_equal(secmail_authres_count(a), 1);
    assert_string_equal(secmail_authres_method(a, 0), "dkim");
    assert_string_equal(secmail_authres_result(a, 0), "fail");
    assert_null(secmail_authres_reason(a, 0));
    assert_int_equal(secmail_authres_property_count(a, 0), 1);
    assert_string_equal(secmail_authres_property_type(a, 0, 0), "policy");
    assert_string_equal(secmail_authres_property_name(a, 0, 0), "expired");
    assert_string_equal(secmail_authres_property_value(a, 0, 0), "1362471462");
    assert_null(secmail_authres_property_value(a, 0, 1));
    assert_null(secmail_authres_method(a, 1));
    secmail_authres_free(a);
}

static void test_values(void **state)
{
    struct secmail_authres *a = read_value(
        *state, "example.com; DKIM=PASS reason=\"a \\\"good\\\" one; =\" header.b=ab/c+d=\r\n"
                "\theader.i=\"a;b\"@example.com; spf=none");
    assert_int_equal(secmail_authres_count(a), 2);
    assert_string_equal(secmail_authres_method(a, 0), "dkim");
    assert_string_equal(secmail_authres_result(a, 0), "pass");
    assert_string_equal(secmail_authres_reason(a, 0), "a \"good\" one; =");
    assert_string_equal(secmail_authres_property_value(a, 0, 0), "ab/c+d=");
    assert_string_equal(secmail_authres_property_value(a, 0, 1), "a;b@example.com");
    assert_string_equal(secmail_authres_method(a, 1), "spf");
    secmail_authres_free(a);
    a = read_value(*state, "example.org 1; none");
    assert_int_equal(secmail_authres_count(a), 0);
    secmail_authres_free(a);
}

/* RFC 8601 section 2.6. */
static void test_versions(void **state)
{
    struct secmail_authres *a = read_value(
        *state, "x 01; spf/1=pass a.b=c; dkim/2=pass header.d=evil.example; dmarc=fail d.e=f");
    assert_int_equal(secmail_authres_count(a), 2);
    assert_string_equal(secmail_authres_method(a, 0), "spf");
    assert_string_equal(secmail_authres_property_value(a, 0, 0), "c");
    assert_string_equal(secmail_authres_method(a, 1), "dmarc");
    assert_string_equal(secmail_authres_property_value(a, 1, 0), "f");
    secmail_authres_free(a);
    a = read_value(*state, "x; spf/99999999999999999999999=pass;");
    assert_int_equal(secmail_authres_count(a), 0);
    secmail_authres_free(a);
}

/* OpenDMARC read "example.net(.example.com" as example.net.example.com (CVE-2020-12272). */
static void test_comment_in_a_domain(void **state)
{
    struct secmail_authres *a = read_value(*state,
                                           "x; spf=pass smtp.mailfrom=evil.example(.example.com)");
    assert_string_equal(secmail_authres_property_value(a, 0, 0), "evil.example");
    secmail_authres_free(a);
}

static void test_bad_values(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {"",
                                      ";",
                                      "; spf=pass",
                                      "example.com",
                                      "example.com; spf",
                                      "example.com; spf=",
                                      "example.com; =pass",
                                      "example.com; spf=pass x",
                                      "example.com; spf=pass x=y",
                                      "example.com; spf=pass smtp.mailfrom",
                                      "example.com; spf=pass smtp.=x",
                                      "example.com; spf=pass (open comment",
                                      "example.com; dkim=pass reason=\"open",
                                      "example.com; none; spf=pass",
                                      "example.com; spf=pass;; dkim=pass",
                                      "x(;spf=pass",
                                      "x 2; spf=pass",
                                      "x 1a; spf=pass",
                                      "x; spf/=pass",
                                      "x; spf/a=pass",
                                      "example.com; evil.example(.example.com"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct secmail_authres *a;
        assert_code(f->context,
                    secmail_authres_read(f->context, &a, (const uint8_t *)bad[i], strlen(bad[i])),
                    SECMAIL_E_MAILAUTH_FIELD);
        assert_null(a);
    }
    secmail_authres_free(NULL);
    assert_null(secmail_authres_id(NULL));
    assert_int_equal(secmail_authres_count(NULL), 0);
}

/* A NUL in a quoted string would make one name of another. */
static void test_nul(void **state)
{
    struct fixture *f = *state;
    static const char text[] =
        "Authentication-Results: \"mx.example.com\0.evil.example\"; spf=pass\r\n"
        "Authentication-Results: mx.example.com; spf=pass "
        "smtp.mailfrom=\"bank.example\\\0.evil.example\"\r\n"
        "From: a@example.com\r\n\r\n";
    const uint8_t *bytes = (const uint8_t *)text;
    struct secmail_authres *a;
    assert_code(
        f->context,
        secmail_authres_find_trusted(f->context, &a, bytes, sizeof text - 1, "mx.example.com"),
        SECMAIL_E_MAILAUTH_FIELD);
    struct secmail_mailauth *m = new_message(f);
    assert_int_equal(secmail_mailauth_set_authserv_id(m, "mx.example.com"), 0);
    assert_int_equal(secmail_mailauth_update(m, bytes, sizeof text - 1), 0);
    assert_int_equal(secmail_mailauth_finish_message(m), 0);
    assert_int_equal(secmail_mailauth_next_forged(m, 0), 2);
    assert_int_equal(secmail_mailauth_next_forged(m, 2), 1);
    secmail_mailauth_free(m);
}

/* ---- Writing ---- */

/* Is the text a header field whose further lines begin with white space, and which we can read? */
static struct secmail_authres *check_field(struct fixture *f, const char *text)
{
    const char *value = strchr(text, ':');
    assert_non_null(value);
    for (const char *at = text; *at; at++) {
        assert_false((uint8_t)*at < 0x20 && !strchr("\r\n\t", *at));
        if (*at == '\r')
            assert_int_equal(at[1], '\n');
        if (*at == '\n') {
            assert_true(at > text && at[-1] == '\r');
            assert_true(at[1] == ' ' || at[1] == '\t');
            assert_true(at[2] && !strchr(" \t\r\n", at[2]));
        }
    }
    return read_value(f, value + 1);
}

static char *field_of(struct secmail_mailauth *m,
                      int (*write)(struct secmail_mailauth *m, struct secmail_bytes **out))
{
    struct secmail_bytes *field;
    assert_int_equal(write(m, &field), 0);
    char *text = join_texts((const char *)secmail_bytes_data(field), "", "");
    assert_int_equal(strlen(text), secmail_bytes_size(field));
    secmail_bytes_free(field);
    return text;
}

/* Everything that a sender chooses, chosen badly. */
static void test_injection(void **state)
{
    struct fixture *f = *state;
    static const struct zone zone[] = {
        {"mail.example.net", SECMAIL_MAILAUTH_TXT, "v=spf1 x\"\r\nFrom: eve -all"}, {0}};
    static const char *const senders[] = {"\"a\r\nX-Evil: yes\"@mail.example.net",
                                          "a; dmarc=pass header.from=bank.example@mail.example.net",
                                          "\x01\x7f\xff\xc3@mail.example.net",
                                          "\"; dkim=pass",
                                          "(",
                                          "\\",
                                          ""};
    static const char text[] =
        "DKIM-Signature: v=1; a=rsa-sha256\xc3\xbc(; d=evil\"\x22 x; s=s\\; i=x\r\n"
        "From: \"a\" <a@mail.example.net>\r\n"
        "DKIM-Signature: v=1; d=e.x;\r\n\ts=a\r\n\r\n\r\nbody";
    for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++) {
        struct secmail_mailauth *m = new_message(f);
        set_session(m, "192.0.2.1", "he\r\nlo; spf=pass\"", senders[i]);
        assert_int_equal(secmail_mailauth_set_authserv_id(m, "mx.example.org"), 0);
        put_message(m, text);
        zone_evaluate(m, zone);
        char *field = field_of(m, secmail_mailauth_header);
        struct secmail_authres *a = check_field(f, field);
        assert_string_equal(secmail_authres_id(a), "mx.example.org");
        assert_int_equal(secmail_authres_count(a), 5);
        static const char *const methods[] = {"spf", "dkim", "dkim", "dmarc", "arc"};
        for (size_t k = 0; k < 5; k++) {
            assert_string_equal(secmail_authres_method(a, k), methods[k]);
            assert_string_not_equal(secmail_authres_result(a, k), "pass");
        }
        secmail_authres_free(a);
        free(field);
        field = field_of(m, secmail_mailauth_received_spf);
        assert_null(strstr(field, "\r\nX-Evil"));
        assert_null(strstr(field, "\r\nlo"));
        free(field);
        secmail_mailauth_free(m);
    }
}

static void test_written(void **state)
{
    struct fixture *f = *state;
    static const struct zone zone[] = {
        {"example.com", SECMAIL_MAILAUTH_TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {"_dmarc.example.com", SECMAIL_MAILAUTH_TXT, "v=DMARC1; p=reject"},
        {0}};
    struct secmail_mailauth *m = new_message(f);
    struct secmail_bytes *field;
    assert_code(f->context, secmail_mailauth_header(m, &field), SECMAIL_E_STATE);
    assert_code(f->context, secmail_mailauth_received_spf(m, &field), SECMAIL_E_STATE);
    set_session(m, "192.0.2.1", "mail.example.com", "joe@example.com");
    put_message(m, "From: joe@example.com\r\n\r\n");
    zone_evaluate(m, zone);
    char *text = field_of(m, secmail_mailauth_header);
    assert_string_equal(text, "Authentication-Results: localhost;\r\n"
                              "\tspf=pass smtp.mailfrom=joe@example.com;\r\n"
                              "\tdkim=none;\r\n"
                              "\tdmarc=pass header.from=example.com polrec.p=reject\r\n"
                              "\tpolrec.domain=example.com;\r\n"
                              "\tarc=none");
    free(text);
    text = field_of(m, secmail_mailauth_received_spf);
    assert_string_equal(text,
                        "Received-SPF: pass (localhost: this term matches the client's address: "
                        "ip4:192.0.2.1)\r\n\tclient-ip=192.0.2.1;\r\n"
                        "\tenvelope-from=\"joe@example.com\";\r\n\thelo=mail.example.com;\r\n"
                        "\tidentity=mailfrom;\r\n\tmechanism=\"ip4:192.0.2.1\";\r\n"
                        "\treceiver=localhost");
    free(text);
    secmail_mailauth_free(m);
    m = new_message(f);
    assert_int_equal(secmail_mailauth_set_methods(m, SECMAIL_MAILAUTH_SPF), 0);
    assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_DONE);
    text = field_of(m, secmail_mailauth_header);
    assert_string_equal(text, "Authentication-Results: localhost; none");
    free(text);
    assert_code(f->context, secmail_mailauth_received_spf(m, &field), SECMAIL_E_STATE);
    secmail_mailauth_free(m);
}

/* What isn't a dot-atom is quoted (RFC 7208 section 9.1). */
static void test_received_spf(void **state)
{
    struct fixture *f = *state;
    static const struct zone zone[] = {
        {"example.com", SECMAIL_MAILAUTH_TXT, "v=spf1 ip4:192.0.2.1"},
        {"example.net", SECMAIL_MAILAUTH_TXT, "v=spf1 exists:(x)\\.%{z}"},
        {0}};
    struct secmail_mailauth *m = new_message(f);
    set_session(m, "2001:db8::1", "a..b", "");
    assert_int_equal(secmail_mailauth_set_methods(m, SECMAIL_MAILAUTH_SPF), 0);
    zone_evaluate(m, zone);
    char *text = field_of(m, secmail_mailauth_received_spf);
    assert_non_null(strstr(text, "client-ip=\"2001:db8::1\";"));
    assert_non_null(strstr(text, "helo=\"a..b\""));
    assert_null(strstr(text, "envelope-from"));
    assert_null(strstr(text, "mechanism"));
    free(text);
    secmail_mailauth_free(m);

    m = new_message(f);
    set_session(m, "2001:db8::1", ".", "x@example.com");
    assert_int_equal(secmail_mailauth_set_methods(m, SECMAIL_MAILAUTH_SPF), 0);
    zone_evaluate(m, zone);
    text = field_of(m, secmail_mailauth_received_spf);
    assert_non_null(strstr(text, "Received-SPF: neutral (localhost: "));
    assert_non_null(strstr(text, "mechanism=default;"));
    assert_non_null(strstr(text, "helo=\".\""));
    free(text);
    secmail_mailauth_free(m);

    m = new_message(f);
    set_session(m, "192.0.2.1", "h.example", "x@example.net");
    assert_int_equal(secmail_mailauth_set_authserv_id(m, "mx(a"), 0);
    assert_int_equal(secmail_mailauth_set_methods(m, SECMAIL_MAILAUTH_SPF), 0);
    zone_evaluate(m, zone);
    text = field_of(m, secmail_mailauth_received_spf);
    assert_non_null(strstr(text, "Received-SPF: permerror (mx\\(a: "));
    assert_non_null(strstr(text, "exists:\\(x\\)\\\\."));
    assert_non_null(strstr(text, "problem=\""));
    free(text);
    secmail_mailauth_free(m);
}

/* ---- Forged fields (CVE-2022-48521) ---- */

static void test_forged(void **state)
{
    struct fixture *f = *state;
    struct secmail_mailauth *m = new_message(f);
    assert_int_equal(secmail_mailauth_set_authserv_id(m, "mx.example.com"), 0);
    assert_int_equal(secmail_mailauth_next_forged(m, 0), 0);
    put_message(m, "Authentication-Results: mx.example.com; dkim=pass\r\n"
                   "Authentication-Results: other.example; dkim=pass\r\n"
                   "authentication-results : (x) MX.Example.com 1; dkim=pass\r\n"
                   "Authentication-Results:\r\n \"mx.example.com\"; dkim=pass\r\n"
                   "Authentication-Results: mx.example.com.evil.example; dkim=pass\r\n"
                   "Authentication-Results: (open mx.example.com; dkim=pass\r\n"
                   "Authentication-Results: (open other; dkim=pass\r\n"
                   "From: a@example.com\r\n\r\n");
    static const uint32_t want[] = {6, 4, 3, 1, 0};
    uint32_t at = 0;
    for (size_t i = 0; i < 5; i++) {
        at = secmail_mailauth_next_forged(m, at);
        assert_int_equal(at, want[i]);
    }
    secmail_mailauth_free(m);
}

/* U-labels and A-labels are the same name (RFC 8601 section 5). */
static void test_forged_u_labels(void **state)
{
    struct fixture *f = *state;
    static const char *const ids[] = {"mx.z\xc3\xbcx.example", "mx.xn--zx-xka.example"};
    for (size_t i = 0; i < 2; i++) {
        struct secmail_mailauth *m = new_message(f);
        assert_int_equal(secmail_mailauth_set_authserv_id(m, ids[i]), 0);
        put_message(m, "Authentication-Results: mx.z\xc3\xbcx.example; dkim=pass\r\n"
                       "Authentication-Results: mx.XN--zx-xka.example; dkim=pass\r\n"
                       "Authentication-Results: mx.zux.example; dkim=pass\r\n"
                       "From: a@example.com\r\n\r\n");
        assert_int_equal(secmail_mailauth_next_forged(m, 0), 2);
        assert_int_equal(secmail_mailauth_next_forged(m, 2), 1);
        secmail_mailauth_free(m);
    }
}

static void test_trusted(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *header;
        int code;
    } cases[] = {
        {"Received: x\r\nAuthentication-Results: mx.example.com; dkim=pass\r\n"
         "Authentication-Results: evil.example; dkim=fail\r\n\r\n",
         0},
        {"Received: x\nAuthentication-Results: MX.example.com;\n\tdkim=pass\n\nbody\n", 0},
        {"Authentication-Results: evil.example; dkim=fail\r\n"
         "Authentication-Results: mx.example.com; dkim=pass\r\n\r\n",
         SECMAIL_E_MAILAUTH_UNTRUSTED},
        {"Authentication-Results: (mx.example.com; dkim=pass\r\n"
         "Authentication-Results: mx.example.com; dkim=pass\r\n\r\n",
         SECMAIL_E_MAILAUTH_FIELD},
        {"Subject: x\r\n\r\nAuthentication-Results: mx.example.com; dkim=pass\r\n",
         SECMAIL_E_MAILAUTH_UNTRUSTED},
        {"", SECMAIL_E_MAILAUTH_UNTRUSTED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secmail_authres *a;
        assert_code(f->context,
                    secmail_authres_find_trusted(f->context, &a, (const uint8_t *)cases[i].header,
                                                 strlen(cases[i].header), "mx.example.com"),
                    cases[i].code);
        assert_int_equal(a != NULL, !cases[i].code);
        if (a)
            assert_string_equal(secmail_authres_result(a, 0), "pass");
        secmail_authres_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_comments),        fixture_test(test_values),
        fixture_test(test_versions),        fixture_test(test_comment_in_a_domain),
        fixture_test(test_bad_values),      fixture_test(test_nul),
        fixture_test(test_injection),       fixture_test(test_written),
        fixture_test(test_received_spf),    fixture_test(test_forged),
        fixture_test(test_forged_u_labels), fixture_test(test_trusted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
