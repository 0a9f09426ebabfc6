/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifying DKIM signatures: what is reported, what attacks come to, and that cutting a message
 * into pieces changes nothing. */
#include "mailauth_fixture.h"

#define TXT SECMAIL_MAILAUTH_TXT

static const char mail[] = "From: Joe <joe@example.com>\r\n"
                           "To: sue@example.net\r\n"
                           "Subject: a  test\r\n"
                           "\r\n"
                           "Hello  there \r\n\r\nBye\r\n\r\n";

struct keys {
    struct fixture *f;
    struct signing_key rsa, ed;
};

static int setup(void **state)
{
    static struct keys k;
    static struct fixture f;
    fixture_init(&f, NULL);
    k.f = &f;
    make_key(&f, &k.rsa, SECMAIL_DKIM_RSA_SHA256, 1024);
    make_key(&f, &k.ed, SECMAIL_DKIM_ED25519_SHA256, 0);
    *state = &k;
    return 0;
}

static int teardown(void **state)
{
    struct keys *k = *state;
    secmail_dkim_key_unref(k->rsa.key);
    secmail_dkim_key_unref(k->ed.key);
    fixture_done(k->f);
    return 0;
}

static struct secmail_mailauth *new_dkim(struct keys *k, uint32_t options)
{
    struct secmail_mailauth *m = new_message(k->f);
    assert_int_equal(secmail_mailauth_set_methods(m, SECMAIL_MAILAUTH_DKIM), 0);
    assert_int_equal(secmail_mailauth_set_options(m, options), 0);
    return m;
}

/* Verifies a text with a key record; the caller frees the object. */
static struct secmail_mailauth *verify(struct keys *k, const char *text, const char *record,
                                       uint32_t options)
{
    const struct zone zone[] = {{"s._domainkey.example.com", TXT, record}, {0}};
    struct secmail_mailauth *m = new_dkim(k, options);
    put_message(m, text);
    zone_evaluate(m, zone);
    return m;
}

/* The verdict on the first signature. */
static uint32_t verdict_of(struct keys *k, const char *text, const char *record)
{
    struct secmail_mailauth *m = verify(k, text, record, 0);
    const uint32_t verdict = secmail_mailauth_result_verdict(secmail_mailauth_dkim(m, 0));
    secmail_mailauth_free(m);
    return verdict;
}

static void test_details(void **state)
{
    struct keys *k = *state;
    char *text = sign_mail(k->f, &k->rsa, mail, NULL, NULL);
    struct secmail_mailauth *m = verify(k, text, k->rsa.record, 0);
    assert_int_equal(secmail_mailauth_dkim_count(m), 1);
    const struct secmail_mailauth_result *r = secmail_mailauth_dkim(m, 0);
    assert_verdict(r, SECMAIL_MAILAUTH_PASS);
    assert_null(secmail_mailauth_dkim(m, 1));
    assert_text(r, SECMAIL_MAILAUTH_DOMAIN, "example.com");
    assert_text(r, SECMAIL_MAILAUTH_SELECTOR, "s");
    assert_text(r, SECMAIL_MAILAUTH_ALGORITHM, "rsa-sha256");
    assert_int_equal(strlen(secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_SIGNATURE)), 8);
    assert_int_equal(secmail_mailauth_result_security(r), SECMAIL_MAILAUTH_SECURE);
    assert_int_equal(number_of(r, SECMAIL_MAILAUTH_KEY_BITS), 1024);
    assert_int_equal(number_of(r, SECMAIL_MAILAUTH_SIGNED_AT), FIXTURE_NOW);
    assert_int_equal(number_of(r, SECMAIL_MAILAUTH_EXPIRES_AT), FIXTURE_NOW + 14 * 86400);
    assert_int_equal(number_of(r, SECMAIL_MAILAUTH_TESTING), 0);
    assert_int_equal(number_of(r, SECMAIL_MAILAUTH_UNSIGNED_BYTES), -1);
    secmail_mailauth_free(m);
    free(text);
}

static void test_changes(void **state)
{
    struct keys *k = *state;
    static const struct {
        const char *old, *new_text, *decider;
    } cases[] = {{"Hello", "Hallo", "bh"},
                 {"joe@", "eve@", "b"},
                 {"Subject: a", "Subject: b", "b"},
                 {"\r\n\r\nHello", "\r\nTo: more@example.net\r\n\r\nHello", "b"},
                 {"\r\n\r\nHello", "\r\nContent-Type: text/html\r\n\r\nHello", "b"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = replace_free(sign_mail(k->f, &k->ed, mail, NULL, NULL), cases[i].old,
                                  cases[i].new_text);
        struct secmail_mailauth *m = verify(k, text, k->ed.record, 0);
        assert_verdict(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_FAIL);
        assert_text(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_DECIDER, cases[i].decider);
        secmail_mailauth_free(m);
        free(text);
    }
}

/* Every way of cutting gives the same; LF line ends too, where they are declared. */
static void test_pieces(void **state)
{
    struct keys *k = *state;
    const struct zone zone[] = {{"s._domainkey.example.com", TXT, k->ed.record}, {0}};
    static const char *const canons[] = {"relaxed/relaxed", "simple/simple"};
    for (size_t c = 0; c < 2; c++) {
        char *text = sign_mail(k->f, &k->ed, mail, canons[c], NULL);
        const size_t size = strlen(text);
        for (size_t piece = 1; piece < size + 1; piece += piece < 20 ? 1 : 37) {
            struct secmail_mailauth *m = new_dkim(k, 0);
            for (size_t at = 0; at < size; at += piece) {
                const size_t part = size - at < piece ? size - at : piece;
                assert_int_equal(secmail_mailauth_update(m, (uint8_t *)text + at, part), 0);
            }
            assert_int_equal(secmail_mailauth_finish_message(m), 0);
            zone_evaluate(m, zone);
            assert_verdict(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_PASS);
            secmail_mailauth_free(m);
        }
        size_t lf = 0;
        for (size_t i = 0; i < size; i++) {
            if (text[i] != '\r')
                text[lf++] = text[i];
        }
        struct secmail_mailauth *m = new_dkim(k, SECMAIL_MAILAUTH_LF_LINES);
        assert_int_equal(secmail_mailauth_update(m, (uint8_t *)text, lf / 2), 0);
        assert_int_equal(secmail_mailauth_update(m, (uint8_t *)text + lf / 2, lf - lf / 2), 0);
        assert_int_equal(secmail_mailauth_finish_message(m), 0);
        zone_evaluate(m, zone);
        assert_verdict(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_PASS);
        secmail_mailauth_free(m);
        free(text);
    }
}

static void test_key_records(void **state)
{
    struct keys *k = *state;
    const char *p = strstr(k->ed.record, "p=");
    char *text = sign_mail(k->f, &k->ed, mail, NULL, NULL);
    static const struct {
        const char *before, *after;
        uint32_t want;
    } cases[] = {
        {"k=ed25519; ", "", SECMAIL_MAILAUTH_PASS},
        {"v=DKIM1; k=ed25519; h=sha256; s=email; n=note; x=y; ", ";", SECMAIL_MAILAUTH_PASS},
        {"v=DKIM1; k=ed25519; h=sha1:sha256; s=*; t=y:s; ", "", SECMAIL_MAILAUTH_PASS},
        {"v=DKIM1; k=rsa; ", "", SECMAIL_MAILAUTH_PERMERROR},
        {"v=DKIM1; ", "", SECMAIL_MAILAUTH_PERMERROR},
        {"v=DKIM2; k=ed25519; ", "", SECMAIL_MAILAUTH_PERMERROR},
        {"k=ed25519; v=DKIM1; ", "", SECMAIL_MAILAUTH_PERMERROR},
        {"v=DKIM1; k=ed25519; h=sha1; ", "", SECMAIL_MAILAUTH_PERMERROR},
        {"v=DKIM1; k=ed25519; s=tlsrpt; ", "", SECMAIL_MAILAUTH_PERMERROR},
        {"v=DKIM1; k=ed25519; ", "; k=ed25519", SECMAIL_MAILAUTH_PERMERROR},
        {"v=DKIM1; k=ed448; ", "", SECMAIL_MAILAUTH_PERMERROR},
        {"v=DKIM1; k=ed25519; ", "AAAA", SECMAIL_MAILAUTH_PERMERROR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *record = join_texts(cases[i].before, p, cases[i].after);
        assert_int_equal(verdict_of(k, text, record), cases[i].want);
        free(record);
    }
    static const char *const bad[] = {
        "v=DKIM1; k=ed25519; p=",    "v=DKIM1; k=ed25519", "hello", "v=spf1 -all", "",
        "v=DKIM1; k=ed25519; p=****"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(verdict_of(k, text, bad[i]), SECMAIL_MAILAUTH_PERMERROR);
    assert_int_equal(verdict_of(k, text, "SERVFAIL"), SECMAIL_MAILAUTH_TEMPERROR);
    assert_int_equal(verdict_of(k, text, "TIMEOUT"), SECMAIL_MAILAUTH_TEMPERROR);
    assert_int_equal(verdict_of(k, text, "BOGUS"), SECMAIL_MAILAUTH_TEMPERROR);
    assert_int_equal(verdict_of(k, text, "NXDOMAIN"), SECMAIL_MAILAUTH_PERMERROR);
    free(text);
}

/* Other TXT records at the name are passed over; two keys there are an error. */
static void test_several_records(void **state)
{
    struct keys *k = *state;
    char *text = sign_mail(k->f, &k->ed, mail, NULL, NULL);
    const struct zone other[] = {{"s._domainkey.example.com", TXT, "some text"},
                                 {"s._domainkey.example.com", TXT, k->ed.record},
                                 {0}};
    const struct zone two[] = {{"s._domainkey.example.com", TXT, k->rsa.record},
                               {"s._domainkey.example.com", TXT, k->ed.record},
                               {0}};
    const struct zone *zones[] = {other, two};
    static const uint32_t want[] = {SECMAIL_MAILAUTH_PASS, SECMAIL_MAILAUTH_PERMERROR};
    for (size_t i = 0; i < 2; i++) {
        struct secmail_mailauth *m = new_dkim(k, 0);
        put_message(m, text);
        zone_evaluate(m, zones[i]);
        assert_verdict(secmail_mailauth_dkim(m, 0), want[i]);
        secmail_mailauth_free(m);
    }
    free(text);
}

static void test_expiry(void **state)
{
    struct keys *k = *state;
    char *text = sign_mail(k->f, &k->ed, mail, NULL, NULL);
    k->f->now += 14 * 86400;
    assert_int_equal(verdict_of(k, text, k->ed.record), SECMAIL_MAILAUTH_PASS);
    k->f->now++;
    struct secmail_mailauth *m = verify(k, text, k->ed.record, 0);
    assert_verdict(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_PERMERROR);
    assert_text(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_DECIDER, "x");
    secmail_mailauth_free(m);
    k->f->now = FIXTURE_NOW;
    free(text);
}

/* Fields that can't be used, each by the tag that is to blame. They need no question. */
static void test_bad_fields(void **state)
{
    struct keys *k = *state;
#define REST " bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA"
    static const struct {
        const char *value, *decider;
    } cases[] = {
        {"a=rsa-sha256; d=e.x; s=s; h=from;" REST, "v"},
        {"v=2; a=rsa-sha256; d=e.x; s=s; h=from;" REST, "v"},
        {"v=1; d=e.x; s=s; h=from;" REST, "a"},
        {"v=1; a=rsa-sha512; d=e.x; s=s; h=from;" REST, "a"},
        {"v=1; a=rsa-sha1; d=e.x; s=s; h=from;" REST, "a"},
        {"v=1; a=rsa-sha256; s=s; h=from;" REST, "d"},
        {"v=1; a=rsa-sha256; d=e x; s=s; h=from;" REST, "d"},
        {"v=1; a=rsa-sha256; d=e.x; h=from;" REST, "s"},
        {"v=1; a=rsa-sha256; d=e.x; s=s..t; h=from;" REST, "s"},
        {"v=1; a=rsa-sha256; d=e.x; s=s;" REST, "h"},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=to:subject;" REST, "h"},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=from; c=plain;" REST, "c"},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=from; c=simple/plain;" REST, "c"},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=from; l=x;" REST, "l"},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=from; l=-1;" REST, "l"},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=from; t=x;" REST, "t"},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=from; t=2; x=1;" REST, "x"},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=from; q=http;" REST, "q"},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=from; i=@x;" REST, "i"},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=from; i=e.x;" REST, "i"},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=from; i=@note.x;" REST, "i"},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=from; b=AAAA", "bh"},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=from; bh=AAAA; b=AAAA", "bh"},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=from; bh=!; b=AAAA", "bh"},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=from; b=;" REST "; b=A", NULL},
        {"v=1; a=rsa-sha256; d=e.x; s=s; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; "
         "b=!",
         "b"},
        {"v=1", "a"},
        {"", NULL},
        {"nothing", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = join_texts("DKIM-Signature: ", cases[i].value, "\r\nFrom: a@e.x\r\n\r\n");
        struct secmail_mailauth *m = new_dkim(k, 0);
        put_message(m, text);
        assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_DONE);
        const struct secmail_mailauth_result *r = secmail_mailauth_dkim(m, 0);
        const char *decider = secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_DECIDER);
        const uint32_t verdict = secmail_mailauth_result_verdict(r);
        if (verdict != SECMAIL_MAILAUTH_PERMERROR && verdict != SECMAIL_MAILAUTH_POLICY)
            fail_msg("%s: verdict %u", cases[i].value, verdict);
        if (!decider != !cases[i].decider || (decider && strcmp(decider, cases[i].decider) != 0))
            fail_msg("%s: decided by %s", cases[i].value, decider ? decider : "nothing");
        assert_non_null(secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_REASON));
        assert_non_null(secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_REFERENCE));
        secmail_mailauth_free(m);
        free(text);
    }
}

/* rsa-sha1 and short keys prove nothing (RFC 8301), unless old mail is looked at. */
static void test_weak(void **state)
{
    struct keys *k = *state;
    static const char text[] =
        "DKIM-Signature: v=1; a=rsa-sha1; d=e.x; s=s; h=from; bh=2jmj7l5rSw0yVb/vlWAYkK/YBwk=; "
        "b=AAAA\r\nFrom: a@e.x\r\n\r\n";
    static const struct zone zone[] = {{0}};
    struct secmail_mailauth *m = new_dkim(k, 0);
    put_message(m, text);
    zone_evaluate(m, zone);
    assert_verdict(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_POLICY);
    secmail_mailauth_free(m);
    m = new_dkim(k, SECMAIL_MAILAUTH_ALLOW_WEAK);
    put_message(m, text);
    assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_MAILAUTH_NEEDS_ANSWERS);
    secmail_mailauth_free(m);
}

/* Keys that are too long cost nothing: they aren't used. */
static void test_key_limit(void **state)
{
    struct keys *k = *state;
    char *text = sign_mail(k->f, &k->rsa, mail, NULL, NULL);
    const struct zone zone[] = {{"s._domainkey.example.com", TXT, k->rsa.record}, {0}};
    struct secmail_mailauth *m = new_dkim(k, 0);
    assert_int_equal(secmail_mailauth_set_limit(m, SECMAIL_MAILAUTH_LIMIT_KEY_BITS, 1023), 0);
    put_message(m, text);
    zone_evaluate(m, zone);
    assert_verdict(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_POLICY);
    secmail_mailauth_free(m);
    free(text);
}

/* "l=" covers the beginning only: a pass that says so (RFC 6376 section 8.2). */
static void test_partial(void **state)
{
    struct keys *k = *state;
    /* Nothing of the body is signed: l=0, and the hash of no bytes. */
    static const char head[] = "From: Joe <joe@example.com>\r\n\r\n";
    char *text = sign_mail(k->f, &k->ed, head, "relaxed/relaxed", "From");
    struct secmail_mailauth *m = verify(k, text, k->ed.record, 0);
    assert_verdict(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_PASS);
    secmail_mailauth_free(m);
    char *longer = replace_free(text, "bh=", "l=5; bh=");
    m = verify(k, longer, k->ed.record, 0);
    assert_verdict(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_PERMERROR);
    assert_text(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_DECIDER, "l");
    secmail_mailauth_free(m);
    free(longer);
}

/* Each signature has a verdict; those above the limit aren't worked on. */
static void test_many_signatures(void **state)
{
    struct keys *k = *state;
    char *text = join_texts(mail, "", "");
    for (int i = 0; i < 6; i++) {
        char *more = sign_mail(k->f, &k->ed, text, NULL, NULL);
        free(text);
        text = more;
    }
    const struct zone zone[] = {{"s._domainkey.example.com", TXT, k->ed.record}, {0}};
    struct secmail_mailauth *m = new_dkim(k, 0);
    assert_int_equal(secmail_mailauth_set_limit(m, SECMAIL_MAILAUTH_LIMIT_SIGNATURES, 4), 0);
    put_message(m, text);
    assert_int_equal(zone_evaluate(m, zone), 1);
    assert_int_equal(secmail_mailauth_dkim_count(m), 6);
    for (size_t i = 0; i < 6; i++) {
        assert_verdict(secmail_mailauth_dkim(m, i),
                       i < 4 ? SECMAIL_MAILAUTH_PASS : SECMAIL_MAILAUTH_POLICY);
        assert_text(secmail_mailauth_dkim(m, i), SECMAIL_MAILAUTH_DOMAIN, "example.com");
    }
    secmail_mailauth_free(m);
    free(text);
}

static void test_header_limits(void **state)
{
    struct keys *k = *state;
    char *text = sign_mail(k->f, &k->ed, mail, NULL, NULL);
    const struct zone zone[] = {{"s._domainkey.example.com", TXT, k->ed.record}, {0}};
    static const uint32_t limits[] = {SECMAIL_MAILAUTH_LIMIT_HEADER_BYTES,
                                      SECMAIL_MAILAUTH_LIMIT_HEADER_FIELDS,
                                      SECMAIL_MAILAUTH_LIMIT_SIGNED_NAMES};
    const size_t header = (size_t)(strstr(text, "\r\n\r\nHello") - text) + 4;
    const size_t exact[] = {header, 4, 20};
    for (size_t i = 0; i < 3; i++) {
        for (size_t less = 0; less < 2; less++) {
            struct secmail_mailauth *m = new_dkim(k, 0);
            size_t value = exact[i] - less;
            if (i == 2 && less)
                value = 5;
            assert_int_equal(secmail_mailauth_set_limit(m, limits[i], value), 0);
            put_message(m, text);
            zone_evaluate(m, zone);
            assert_verdict(secmail_mailauth_dkim(m, 0),
                           less ? SECMAIL_MAILAUTH_POLICY : SECMAIL_MAILAUTH_PASS);
            secmail_mailauth_free(m);
        }
    }
    free(text);
}

/* A header that never ends, a message of nothing, a message that is one field. */
static void test_odd_messages(void **state)
{
    struct keys *k = *state;
    static const char *const odd[] = {"",
                                      "\r\n",
                                      "\r\n\r\n",
                                      "x",
                                      "\r",
                                      "\n",
                                      "no colon\r\n",
                                      ": no name\r\n\r\nx",
                                      " folded\r\n",
                                      "From: a@b.c",
                                      "a:b\n\nc:d\r\n\r\n",
                                      ":::"};
    static const struct zone zone[] = {{0}};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct secmail_mailauth *m = new_message(k->f);
        put_message(m, odd[i]);
        zone_evaluate(m, zone);
        assert_int_equal(secmail_mailauth_dkim_count(m), 0);
        assert_non_null(secmail_mailauth_dmarc(m));
        secmail_mailauth_free(m);
    }
    struct secmail_mailauth *m = new_message(k->f);
    static const char piece[] = "X-Filler: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n";
    for (int i = 0; i < 40000; i++)
        assert_int_equal(secmail_mailauth_update(m, (const uint8_t *)piece, sizeof piece - 1), 0);
    assert_int_equal(secmail_mailauth_finish_message(m), 0);
    zone_evaluate(m, zone);
    assert_verdict(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_PERMERROR);
    assert_code(k->f->context, secmail_mailauth_update(m, NULL, 0), SECMAIL_E_STATE);
    assert_code(k->f->context, secmail_mailauth_finish_message(m), SECMAIL_E_STATE);
    assert_code(k->f->context, secmail_mailauth_set_options(m, 0), SECMAIL_E_STATE);
    secmail_mailauth_free(m);
}

static void test_trace(void **state)
{
    struct keys *k = *state;
    char *text = sign_mail(k->f, &k->ed, mail, NULL, NULL);
    struct secmail_mailauth *m = verify(k, text, k->ed.record, SECMAIL_MAILAUTH_TRACE);
    assert_string_equal(secmail_mailauth_trace(m),
                        "dns: s._domainkey.example.com TXT: answered, 1 records, secure\n"
                        "dkim: example.com: pass: the signature is good\n");
    secmail_mailauth_free(m);
    m = verify(k, text, "TIMEOUT", SECMAIL_MAILAUTH_TRACE);
    assert_non_null(strstr(secmail_mailauth_trace(m), "TXT: timeout, 0 records, secure\n"));
    assert_non_null(strstr(secmail_mailauth_trace(m), "dkim: example.com: temperror: "));
    secmail_mailauth_free(m);
    m = verify(k, text, k->ed.record, 0);
    assert_string_equal(secmail_mailauth_trace(m), "");
    assert_string_equal(secmail_mailauth_trace(NULL), "");
    secmail_mailauth_free(m);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_details),         cmocka_unit_test(test_changes),
        cmocka_unit_test(test_pieces),          cmocka_unit_test(test_key_records),
        cmocka_unit_test(test_several_records), cmocka_unit_test(test_expiry),
        cmocka_unit_test(test_bad_fields),      cmocka_unit_test(test_weak),
        cmocka_unit_test(test_key_limit),       cmocka_unit_test(test_partial),
        cmocka_unit_test(test_many_signatures), cmocka_unit_test(test_header_limits),
        cmocka_unit_test(test_odd_messages),    cmocka_unit_test(test_trace),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
