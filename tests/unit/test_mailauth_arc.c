/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ARC: sealing and verifying chains, breaking them, and what a trusted sealer can do. */
#include "mailauth_fixture.h"

#define TXT SECMAIL_MAILAUTH_TXT

static const char mail[] = "From: Joe <joe@example.com>\r\nSubject: x\r\n\r\nHello\r\n";

struct sealer {
    struct fixture *f;
    struct signing_key key;
    struct zone zone[6];
};

static int setup(void **state)
{
    static struct fixture f;
    static struct sealer s;
    fixture_init(&f, NULL);
    s.f = &f;
    make_key(&f, &s.key, SECMAIL_DKIM_ED25519_SHA256, 0);
    s.zone[0] = (struct zone){"s._domainkey.lists.example", TXT, s.key.record};
    s.zone[1] = (struct zone){"_dmarc.example.com", TXT, "v=DMARC1; p=reject"};
    s.zone[2] = (struct zone){"example.com", TXT, "v=spf1 ip4:192.0.2.1 -all"};
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    struct sealer *s = *state;
    secmail_dkim_key_unref(s->key.key);
    fixture_done(s->f);
    return 0;
}

static struct secmail_mailauth *evaluate(struct sealer *s, const char *text, const char *ip,
                                         uint32_t options)
{
    struct secmail_mailauth *m = new_message(s->f);
    set_session(m, ip, "h.example", "joe@example.com");
    assert_int_equal(secmail_mailauth_set_options(m, options), 0);
    put_message(m, text);
    zone_evaluate(m, s->zone);
    return m;
}

/* The text with one more set on top; the caller frees it, and the old text is freed. */
static char *seal_free(struct sealer *s, char *text)
{
    struct secmail_bytes *set;
    struct secmail_mailauth *m = evaluate(s, text, "192.0.2.1", SECMAIL_MAILAUTH_WILL_SEAL);
    assert_ok(s->f->context, secmail_mailauth_seal(m, "lists.example", "s", s->key.key, &set));
    char *sealed = join_texts((const char *)secmail_bytes_data(set), text, "");
    secmail_bytes_free(set);
    secmail_mailauth_free(m);
    free(text);
    return sealed;
}

static char *chain_of(struct sealer *s, int length)
{
    char *text = join_texts(mail, "", "");
    for (int i = 0; i < length; i++)
        text = seal_free(s, text);
    return text;
}

static void check_chain(struct sealer *s, const char *text, uint32_t verdict, int64_t instances)
{
    struct secmail_mailauth *m = evaluate(s, text, "192.0.2.1", 0);
    const struct secmail_mailauth_result *r = secmail_mailauth_arc(m);
    assert_verdict(r, verdict);
    assert_int_equal(number_of(r, SECMAIL_MAILAUTH_INSTANCES), instances);
    secmail_mailauth_free(m);
}

static void test_chain(void **state)
{
    struct sealer *s = *state;
    check_chain(s, mail, SECMAIL_MAILAUTH_NONE, 0);
    char *text = chain_of(s, 3);
    check_chain(s, text, SECMAIL_MAILAUTH_PASS, 3);
    struct secmail_mailauth *m = evaluate(s, text, "192.0.2.1", 0);
    assert_text(secmail_mailauth_arc(m), SECMAIL_MAILAUTH_DOMAIN, "lists.example");
    assert_int_equal(secmail_mailauth_result_security(secmail_mailauth_arc(m)),
                     SECMAIL_MAILAUTH_SECURE);
    secmail_mailauth_free(m);
    free(text);
}

/* Seals name their key as the DNS does, however the caller wrote it. */
static void test_names(void **state)
{
    struct sealer *s = *state;
    struct secmail_bytes *set;
    struct secmail_mailauth *m = evaluate(s, mail, "192.0.2.1", SECMAIL_MAILAUTH_WILL_SEAL);
    assert_ok(s->f->context,
              secmail_mailauth_seal(m, "Z\xc3\xbcx.Example.", "S.", s->key.key, &set));
    const char *text = (const char *)secmail_bytes_data(set);
    assert_non_null(strstr(text, "d=xn--zx-xka.example;"));
    assert_non_null(strstr(text, "s=s;"));
    assert_null(strstr(text, ".;"));
    secmail_bytes_free(set);
    secmail_mailauth_free(m);
}

static void test_broken_chains(void **state)
{
    struct sealer *s = *state;
    static const struct {
        const char *old, *new_text;
    } cases[] = {
        {"Hello", "Hallo"},           /* the body */
        {"Subject: x", "Subject: y"}, /* a signed field */
        {"cv=pass", "cv=none"},       /* the state of the chain */
        {"cv=none", "cv=pass"},
        {"spf=pass", "spf=fail"},           /* what an earlier hop found */
        {"ARC-Seal: i=2", "ARC-Seal: i=3"}, /* a gap */
        {"ARC-Seal: i=1", "ARC-Seal: i=2"}, /* twice the same */
        {"ARC-Seal: i=1;", "X-Seal: i=1;"}, /* one that is gone */
        {"ARC-Seal: i=2;", "ARC-Seal: i=2; h=from;"},
        {"ARC-Seal: i=1;", "ARC-Seal: i=0;"},
        {"ARC-Seal: i=1;", "ARC-Seal: i=51;"},
        {"ARC-Seal: i=1;", "ARC-Seal: i=4294967297;"},
        {"ARC-Authentication-Results: i=1;", "ARC-Authentication-Results:"},
        {"ARC-Message-Signature: i=2;", "ARC-Message-Signature: i=2; i=2;"},
        {"h=From:", "h=ARC-Seal:From:"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = replace_free(chain_of(s, 2), cases[i].old, cases[i].new_text);
        struct secmail_mailauth *m = evaluate(s, text, "192.0.2.1", 0);
        if (secmail_mailauth_result_verdict(secmail_mailauth_arc(m)) != SECMAIL_MAILAUTH_FAIL)
            fail_msg("%s for %s passes", cases[i].new_text, cases[i].old);
        secmail_mailauth_free(m);
        free(text);
    }
}

/* "All Failures Are Permanent" (RFC 8617 section 5.2.1). */
static void test_dns_failure(void **state)
{
    struct sealer *s = *state;
    char *text = chain_of(s, 1);
    const struct zone good = s->zone[0];
    s->zone[0].data = "SERVFAIL";
    check_chain(s, text, SECMAIL_MAILAUTH_FAIL, 1);
    s->zone[0] = good;
    free(text);
}

/* A broken chain gets one more seal, which says so; after that nobody adds anything. */
static void test_sealing_broken_chains(void **state)
{
    struct sealer *s = *state;
    char *text = seal_free(s, replace_free(chain_of(s, 1), "Hello", "Hallo"));
    assert_non_null(strstr(text, "cv=fail"));
    check_chain(s, text, SECMAIL_MAILAUTH_FAIL, 2);
    struct secmail_bytes *set;
    struct secmail_mailauth *m = evaluate(s, text, "192.0.2.1", SECMAIL_MAILAUTH_WILL_SEAL);
    assert_code(s->f->context, secmail_mailauth_seal(m, "lists.example", "s", s->key.key, &set),
                SECMAIL_E_MAILAUTH_CHAIN);
    assert_null(set);
    secmail_mailauth_free(m);
    free(text);
}

static void test_fifty_sets(void **state)
{
    struct sealer *s = *state;
    char *text = chain_of(s, 50);
    check_chain(s, text, SECMAIL_MAILAUTH_PASS, 50);
    struct secmail_bytes *set;
    struct secmail_mailauth *m = evaluate(s, text, "192.0.2.1", SECMAIL_MAILAUTH_WILL_SEAL);
    assert_code(s->f->context, secmail_mailauth_seal(m, "lists.example", "s", s->key.key, &set),
                SECMAIL_E_MAILAUTH_CHAIN);
    secmail_mailauth_free(m);
    m = new_message(s->f);
    assert_int_equal(secmail_mailauth_set_limit(m, SECMAIL_MAILAUTH_LIMIT_ARC_INSTANCES, 10), 0);
    put_message(m, text);
    zone_evaluate(m, s->zone);
    assert_verdict(secmail_mailauth_arc(m), SECMAIL_MAILAUTH_FAIL);
    secmail_mailauth_free(m);
    free(text);
}

static void test_sealing_errors(void **state)
{
    struct sealer *s = *state;
    struct secmail_context *c = s->f->context;
    struct secmail_bytes *set;
    struct secmail_mailauth *m = evaluate(s, mail, "192.0.2.1", 0);
    assert_code(c, secmail_mailauth_seal(m, "lists.example", "s", s->key.key, &set),
                SECMAIL_E_STATE);
    secmail_mailauth_free(m);
    m = evaluate(s, mail, "192.0.2.1", SECMAIL_MAILAUTH_WILL_SEAL);
    assert_code(c, secmail_mailauth_seal(m, "lists..example", "s", s->key.key, &set),
                SECMAIL_E_MAILAUTH_TEXT);
    assert_int_equal(secmail_mailauth_seal(m, "lists.example", "s", NULL, &set),
                     SECMAIL_E_ARGUMENT);
    secmail_mailauth_free(m);
    m = evaluate(s, "Subject: x\r\n\r\n", "192.0.2.1", SECMAIL_MAILAUTH_WILL_SEAL);
    assert_code(c, secmail_mailauth_seal(m, "lists.example", "s", s->key.key, &set),
                SECMAIL_E_MAILAUTH_FROM);
    secmail_mailauth_free(m);
    m = evaluate(s, "From: a@b.c\nX: y\r\n\r\n", "192.0.2.1", SECMAIL_MAILAUTH_WILL_SEAL);
    assert_code(c, secmail_mailauth_seal(m, "lists.example", "s", s->key.key, &set),
                SECMAIL_E_MAILAUTH_MESSAGE);
    secmail_mailauth_free(m);
}

/* Off by default; with a trusted sealer its "pass" is reported beside the failure. */
static void test_override(void **state)
{
    struct sealer *s = *state;
    char *text = chain_of(s, 1);
    static const struct {
        const char *sealer, *ip;
        int64_t want;
    } cases[] = {{NULL, "203.0.113.1", -1},
                 {"lists.example", "203.0.113.1", 1},
                 {"example", "203.0.113.1", -1},
                 {"other.example", "203.0.113.1", -1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secmail_mailauth *m = new_message(s->f);
        assert_int_equal(secmail_mailauth_set_methods(m, SECMAIL_MAILAUTH_DMARC), 0);
        set_session(m, cases[i].ip, "h.example", "joe@example.com");
        if (cases[i].sealer)
            assert_int_equal(secmail_mailauth_trust_sealer(m, cases[i].sealer), 0);
        put_message(m, text);
        zone_evaluate(m, s->zone);
        assert_verdict(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_FAIL);
        assert_int_equal(number_of(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_ARC_OVERRIDE),
                         cases[i].want);
        secmail_mailauth_free(m);
    }
    free(text);
    /* The sealer saw it fail. */
    text = join_texts(mail, "", "");
    struct secmail_bytes *set;
    struct secmail_mailauth *m = evaluate(s, text, "203.0.113.1", SECMAIL_MAILAUTH_WILL_SEAL);
    assert_ok(s->f->context, secmail_mailauth_seal(m, "lists.example", "s", s->key.key, &set));
    char *sealed = join_texts((const char *)secmail_bytes_data(set), text, "");
    secmail_mailauth_free(m);
    m = new_message(s->f);
    set_session(m, "203.0.113.1", "h.example", "joe@example.com");
    assert_int_equal(secmail_mailauth_trust_sealer(m, "lists.example"), 0);
    put_message(m, sealed);
    zone_evaluate(m, s->zone);
    assert_verdict(secmail_mailauth_arc(m), SECMAIL_MAILAUTH_PASS);
    assert_int_equal(number_of(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_ARC_OVERRIDE), -1);
    secmail_mailauth_free(m);
    secmail_bytes_free(set);
    free(sealed);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain),       cmocka_unit_test(test_broken_chains),
        cmocka_unit_test(test_dns_failure), cmocka_unit_test(test_sealing_broken_chains),
        cmocka_unit_test(test_fifty_sets),  cmocka_unit_test(test_sealing_errors),
        cmocka_unit_test(test_override),    cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
