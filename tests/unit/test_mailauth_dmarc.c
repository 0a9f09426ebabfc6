/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DMARC: the tree walk, alignment, policies, and who can and who can't make a message pass. */
#include "crypto/hash.h"
#include "mailauth/dkim_sign.h"
#include "mailauth/dkim_signature.h"
#include "mailauth_fixture.h"

#include "codec/base64.h"

#define TXT SECMAIL_MAILAUTH_TXT
#define A SECMAIL_MAILAUTH_A

#define FROM(address) "From: Joe <" address ">\r\nSubject: x\r\n\r\nHello\r\n"

/* A message from an author, with SPF of `sender` as the zone has it. */
static struct secmail_mailauth *evaluate(struct fixture *f, const char *text, const char *sender,
                                         const struct zone *zone)
{
    struct secmail_mailauth *m = new_message(f);
    set_session(m, "192.0.2.1", "mail.example.net", sender);
    put_message(m, text);
    zone_evaluate(m, zone);
    return m;
}

struct expectation {
    const char *text, *sender;
    uint32_t verdict;
    int64_t policy; /* -1: none */
    const char *domain, *org;
};

static void check(struct fixture *f, const struct zone *zone, const struct expectation *e)
{
    struct secmail_mailauth *m = evaluate(f, e->text, e->sender, zone);
    const struct secmail_mailauth_result *r = secmail_mailauth_dmarc(m);
    assert_verdict(r, e->verdict);
    assert_int_equal(number_of(r, SECMAIL_MAILAUTH_POLICY_APPLIED), e->policy);
    if (e->domain)
        assert_text(r, SECMAIL_MAILAUTH_DOMAIN, e->domain);
    if (e->org)
        assert_text(r, SECMAIL_MAILAUTH_ORG_DOMAIN, e->org);
    secmail_mailauth_free(m);
}

static void test_alignment(void **state)
{
    static const struct zone zone[] = {
        {"_dmarc.example.com", TXT, "v=DMARC1; p=reject; sp=quarantine; np=none; aspf=r"},
        {"example.com", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {"bounce.example.com", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {"sub.example.com", A, "192.0.2.1"},
        {"evil.example", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {"notexample.com", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {"_dmarc.strict.example", TXT, "v=DMARC1; p=reject; aspf=s"},
        {"mail.strict.example", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {"strict.example", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {0},
    };
    static const struct expectation cases[] = {
        {FROM("joe@example.com"), "b@example.com", SECMAIL_MAILAUTH_PASS, 3, "example.com",
         "example.com"},
        {FROM("joe@example.com"), "b@bounce.example.com", SECMAIL_MAILAUTH_PASS, 3, NULL, NULL},
        {FROM("joe@EXAMPLE.com"), "b@evil.example", SECMAIL_MAILAUTH_FAIL, 3, NULL, NULL},
        {FROM("joe@example.com"), "b@notexample.com", SECMAIL_MAILAUTH_FAIL, 3, NULL, NULL},
        {FROM("joe@sub.example.com"), "b@example.com", SECMAIL_MAILAUTH_PASS, 2, "example.com",
         "example.com"},
        {FROM("joe@sub.example.com"), "b@evil.example", SECMAIL_MAILAUTH_FAIL, 2, NULL, NULL},
        {FROM("joe@gone.example.com"), "b@evil.example", SECMAIL_MAILAUTH_FAIL, 1, NULL, NULL},
        {FROM("joe@strict.example"), "b@mail.strict.example", SECMAIL_MAILAUTH_FAIL, 3, NULL, NULL},
        {FROM("joe@strict.example"), "b@strict.example", SECMAIL_MAILAUTH_PASS, 3, NULL, NULL},
        {FROM("joe@other.example"), "b@evil.example", SECMAIL_MAILAUTH_NONE, -1, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(*state, zone, &cases[i]);
}

/* RFC 9989 section 4.10 and appendix B.4. */
static void test_walk(void **state)
{
    static const struct zone zone[] = {
        {"_dmarc.bank.example", TXT, "v=DMARC1; p=reject; psd=y; sp=quarantine"},
        {"_dmarc.giant.bank.example", TXT, "v=DMARC1; p=reject"},
        {"_dmarc.deep.example", TXT, "v=DMARC1; p=reject"},
        {"_dmarc.own.deep.example", TXT, "v=DMARC1; p=quarantine; psd=n"},
        {"giant.bank.example", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {"mail.giant.bank.example", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {"mega.bank.example", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {"bank.example", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {"deep.example", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {"_dmarc.g.h.i.j.k.l.example", TXT, "v=DMARC1; p=reject"},
        {0},
    };
    static const struct expectation cases[] = {
        {FROM("a@giant.bank.example"), "b@mail.giant.bank.example", SECMAIL_MAILAUTH_PASS, 3,
         "giant.bank.example", "giant.bank.example"},
        {FROM("a@mega.bank.example"), "b@giant.bank.example", SECMAIL_MAILAUTH_FAIL, 2,
         "bank.example", "mega.bank.example"},
        {FROM("a@mega.bank.example"), "b@mega.bank.example", SECMAIL_MAILAUTH_PASS, 2,
         "bank.example", "mega.bank.example"},
        {FROM("a@bank.example"), "b@bank.example", SECMAIL_MAILAUTH_PASS, 3, "bank.example",
         "bank.example"},
        {FROM("a@bank.example"), "b@giant.bank.example", SECMAIL_MAILAUTH_FAIL, 3, "bank.example",
         NULL},
        {FROM("a@own.deep.example"), "b@deep.example", SECMAIL_MAILAUTH_FAIL, 2, "own.deep.example",
         "own.deep.example"},
        {FROM("a@x.own.deep.example"), "b@deep.example", SECMAIL_MAILAUTH_FAIL, 2,
         "own.deep.example", "own.deep.example"},
        /* Ten labels: the walk goes from there to seven. */
        {FROM("a@a.b.c.g.h.i.j.k.l.example"), "b@evil.example", SECMAIL_MAILAUTH_FAIL, 3,
         "g.h.i.j.k.l.example", "g.h.i.j.k.l.example"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(*state, zone, &cases[i]);
}

/* No more than eight questions for an author, whatever its name. */
static void test_walk_is_bounded(void **state)
{
    struct fixture *f = *state;
    char text[500];
    size_t size = (size_t)snprintf(text, sizeof text, "From: a@");
    for (int i = 0; i < 100; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "a.");
    snprintf(text + size, sizeof text - size, "example\r\n\r\n");
    struct secmail_mailauth *m = new_message(f);
    assert_int_equal(secmail_mailauth_set_methods(m, SECMAIL_MAILAUTH_DMARC), 0);
    put_message(m, text);
    assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_MAILAUTH_NEEDS_ANSWERS);
    uint32_t questions = 0;
    for (uint32_t q = 0; (q = secmail_mailauth_next_question(m, q));)
        questions++;
    assert_int_equal(questions, 8);
    secmail_mailauth_free(m);
}

static void test_records(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *record;
        uint32_t verdict;
        int64_t policy;
    } cases[] = {
        {"v=DMARC1; p=reject", SECMAIL_MAILAUTH_FAIL, 3},
        {" v = DMARC1 ;p=Quarantine;", SECMAIL_MAILAUTH_FAIL, 2},
        {"v=DMARC1;p=none;t=y", SECMAIL_MAILAUTH_FAIL, 1},
        {"v=DMARC1;p=reject;t=y", SECMAIL_MAILAUTH_FAIL, 2},
        {"v=DMARC1;p=quarantine;t=Y", SECMAIL_MAILAUTH_FAIL, 1},
        {"v=DMARC1; p=reject; pct=0; ri=x; unknown=y; =; ;", SECMAIL_MAILAUTH_FAIL, 3},
        {"v=DMARC1; rua=mailto:a@example.com", SECMAIL_MAILAUTH_FAIL, 1},
        {"v=DMARC1; p=bad; rua=mailto:a@example.com", SECMAIL_MAILAUTH_FAIL, 1},
        {"v=DMARC1; p=reject; sp=bad; rua=https://x.example/r", SECMAIL_MAILAUTH_FAIL, 1},
        {"v=DMARC1; p=reject; np=bad", SECMAIL_MAILAUTH_NONE, -1},
        {"v=DMARC1; p=bad; rua=nothing", SECMAIL_MAILAUTH_NONE, -1},
        {"v=DMARC1", SECMAIL_MAILAUTH_NONE, -1},
        {"p=reject; v=DMARC1", SECMAIL_MAILAUTH_NONE, -1},
        {"v=dmarc1; p=reject", SECMAIL_MAILAUTH_NONE, -1},
        {"v=DMARC12; p=reject", SECMAIL_MAILAUTH_NONE, -1},
        {"v=DMARC1 p=reject", SECMAIL_MAILAUTH_NONE, -1},
        {"SERVFAIL", SECMAIL_MAILAUTH_TEMPERROR, -1},
        {"BOGUS", SECMAIL_MAILAUTH_TEMPERROR, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct zone zone[] = {{"_dmarc.example.com", TXT, cases[i].record}, {0}};
        struct secmail_mailauth *m = evaluate(f, FROM("a@example.com"), "b@evil.example", zone);
        const struct secmail_mailauth_result *r = secmail_mailauth_dmarc(m);
        if (secmail_mailauth_result_verdict(r) != cases[i].verdict)
            fail_msg("%s: %s", cases[i].record,
                     secmail_mailauth_verdict_name(secmail_mailauth_result_verdict(r)));
        assert_int_equal(number_of(r, SECMAIL_MAILAUTH_POLICY_APPLIED), cases[i].policy);
        secmail_mailauth_free(m);
    }
    static const struct zone two[] = {{"_dmarc.example.com", TXT, "v=DMARC1; p=reject"},
                                      {"_dmarc.example.com", TXT, "v=DMARC1; p=none"},
                                      {0}};
    check(f, two,
          &(struct expectation){FROM("a@example.com"), "b@x.example", SECMAIL_MAILAUTH_NONE, -1,
                                NULL, NULL});
}

/* Several authors, or a From field that can be read in two ways, pass for nobody. */
static void test_ambiguous_authors(void **state)
{
    static const struct zone zone[] = {
        {"_dmarc.example.com", TXT, "v=DMARC1; p=reject"},
        {"_dmarc.evil.example", TXT, "v=DMARC1; p=none"},
        {"evil.example", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {0},
    };
    static const char *const texts[] = {
        "Subject: x\r\n\r\n",
        "From: a@evil.example\r\nFrom: joe@example.com\r\n\r\n",
        "From: a@evil.example\r\nfrom : joe@example.com\r\n\r\n",
        "From: a@evil.example, joe@example.com\r\n\r\n",
        "From: <a@evil.example> <joe@example.com>\r\n\r\n",
        "From: a@evil.example\r\nX: y\nFrom: joe@example.com\r\n\r\n",
        "From: a@evil.example\r\nX: y\rFrom: joe@example.com\r\n\r\n",
        " From: joe@example.com\r\nFrom: a@evil.example\r\n\r\n",
        "From\r\n : joe@example.com\r\nFrom: a@evil.example\r\n\r\n",
        "From: a@evil.example\r\n\xef\xbb\xbf"
        "from\xc2\xa0: joe@example.com\r\n\r\n",
        "From: a@evil.example\r\nFr\x01om: joe@example.com\r\n\r\n",
        "From: a@evil.example\x01@example.com\r\n\r\n",
        "From: joe@example.com <\r\n\r\n",
        "From:\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check(*state, zone,
              &(struct expectation){texts[i], "a@evil.example", SECMAIL_MAILAUTH_PERMERROR, -1,
                                    NULL, NULL});
}

/* Lines that are no fields, and no From field for anybody. */
static void test_other_malformed_lines(void **state)
{
    static const struct zone zone[] = {
        {"_dmarc.example.com", TXT, "v=DMARC1; p=reject"},
        {"example.com", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {0},
    };
    static const char *const texts[] = {
        "From joe@example.com Thu Jan  1 00:00:00 1970\r\nFrom: joe@example.com\r\n\r\n",
        "X From: y\r\nFrom: joe@example.com\r\n\r\n",
        "From: joe@example.com\r\nFrom\r\n\r\n",
        "From: joe@example.com\r\nFro \r\n m\r\nResent From: z\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check(*state, zone,
              &(struct expectation){texts[i], "joe@example.com", SECMAIL_MAILAUTH_PASS, 3, NULL,
                                    NULL});
}

/* There may be a second author behind the limit; the reason says that it is for the limit. */
static void test_header_over_limits(void **state)
{
    static const struct zone zone[] = {{"_dmarc.example.com", TXT, "v=DMARC1; p=reject"}, {0}};
    static const char *const texts[] = {"Subject: x\r\nFrom: a@example.com\r\nTo: b\r\n\r\n",
                                        "Subject: x\r\nTo: b\r\nFrom: a@example.com\r\n\r\n"};
    for (size_t i = 0; i < 2; i++) {
        struct secmail_mailauth *m = new_message(*state);
        assert_int_equal(secmail_mailauth_set_limit(m, SECMAIL_MAILAUTH_LIMIT_HEADER_FIELDS, 2), 0);
        put_message(m, texts[i]);
        zone_evaluate(m, zone);
        assert_verdict(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_PERMERROR);
        assert_text(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_REASON,
                    "the message's header is over the limits");
        secmail_mailauth_free(m);
    }
}

/* A DNS failure counts only where it might have helped: nobody can turn a failure into a temporary
 * error with a domain of his own. */
static void test_temporary(void **state)
{
    static const struct zone zone[] = {
        {"_dmarc.example.com", TXT, "v=DMARC1; p=reject"},
        {"example.com", TXT, "TIMEOUT"},
        {"evil.example", TXT, "TIMEOUT"},
        {"_dmarc.half.example", TXT, "v=DMARC1; p=reject"},
        {"half.example", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {"mail.half.example", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {"_dmarc.example", TXT, "SERVFAIL"},
        {"_dmarc.com", TXT, "x"},
        {0},
    };
    static const struct expectation cases[] = {
        {FROM("a@example.com"), "b@example.com", SECMAIL_MAILAUTH_TEMPERROR, -1, NULL, NULL},
        {FROM("a@example.com"), "b@evil.example", SECMAIL_MAILAUTH_FAIL, 3, NULL, NULL},
        /* The organizational domain isn't known, but needn't be. */
        {FROM("a@half.example"), "b@half.example", SECMAIL_MAILAUTH_PASS, 3, NULL, NULL},
        {FROM("a@half.example"), "b@mail.half.example", SECMAIL_MAILAUTH_TEMPERROR, -1, NULL, NULL},
        {FROM("a@none.example"), "b@evil.example", SECMAIL_MAILAUTH_TEMPERROR, -1, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(*state, zone, &cases[i]);
}

static void test_spf_needs_a_pass(void **state)
{
    static const struct zone zone[] = {
        {"_dmarc.example.com", TXT, "v=DMARC1; p=reject"},
        {"example.com", TXT, "v=spf1 ?all"},
        {"mail.example.net", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {"_dmarc.example.net", TXT, "v=DMARC1; p=reject"},
        {0},
    };
    static const struct expectation cases[] = {
        {FROM("a@example.com"), "b@example.com", SECMAIL_MAILAUTH_FAIL, 3, NULL, NULL},
        /* The null sender: the HELO name counts. */
        {FROM("a@mail.example.net"), "", SECMAIL_MAILAUTH_PASS, 3, NULL, NULL},
        {FROM("a@mail.example.net"), "b@example.com", SECMAIL_MAILAUTH_FAIL, 3, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(*state, zone, &cases[i]);
}

static void test_international(void **state)
{
    static const struct zone zone[] = {
        {"_dmarc.xn--bcher-kva.example", TXT, "v=DMARC1; p=reject"},
        {"xn--bcher-kva.example", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {0},
    };
    check(*state, zone,
          &(struct expectation){FROM("a@b\xc3\xbc"
                                     "cher.example"),
                                "x@xn--bcher-kva.example", SECMAIL_MAILAUTH_PASS, 3,
                                "xn--bcher-kva.example", NULL});
}

/* ---- Signatures ---- */

static void base64(char *to, const uint8_t *data, size_t size)
{
    smi_base64_encode(to, data, size);
    to[smi_base64_size(size)] = '\0';
}

/* A signature over the first five bytes of the body, "Hello": our signer makes none such. */
static char *sign_partly(struct fixture *f, const struct signing_key *k, const char *text)
{
    uint8_t digest[32];
    char hash[50], field[400];
    assert_int_equal(smi_hash_once(f->context, SMI_SHA256, "Hello", 5, digest), 0);
    base64(hash, digest, 32);
    snprintf(field, sizeof field,
             "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.com; s=s; l=5; "
             "h=From; bh=%s; b=",
             hash);
    const struct smi_signing signing = {.key = k->key, .header_canon = SMI_RELAXED};
    struct smi_buf data = smi_buf_open(smi_malloc_allocator()), b = data;
    const char *end = strstr(text, "\r\n");
    smi_canon_field(&data, SMI_RELAXED, smi_span(text, (size_t)(end - text)), 4);
    smi_put(&data, "\r\n", 2);
    smi_put_text(&b, field);
    assert_ok(f->context, smi_sign_field(f->context, &signing, &data, &b));
    smi_put_u8(&b, 0);
    char *mail = join_texts((const char *)b.data, text, "");
    smi_buf_free(&b);
    smi_buf_free(&data);
    return mail;
}

/* What follows a signature's "l=" anybody may have added: it doesn't count unless that is wanted.
 */
static void test_partial_signatures(void **state)
{
    struct fixture *f = *state;
    struct signing_key k;
    make_key(f, &k, SECMAIL_DKIM_ED25519_SHA256, 0);
    char *text = sign_partly(f, &k, "From: a@example.com\r\n\r\nHello, pay here\r\n");
    const struct zone zone[] = {{"_dmarc.example.com", TXT, "v=DMARC1; p=reject"},
                                {"s._domainkey.example.com", TXT, k.record},
                                {0}};
    static const uint32_t want[] = {SECMAIL_MAILAUTH_FAIL, SECMAIL_MAILAUTH_PASS};
    for (size_t i = 0; i < 2; i++) {
        struct secmail_mailauth *m = new_message(f);
        assert_int_equal(secmail_mailauth_set_options(m, i ? SECMAIL_MAILAUTH_TRUST_PARTIAL : 0),
                         0);
        put_message(m, text);
        zone_evaluate(m, zone);
        assert_verdict(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_PASS);
        assert_int_equal(number_of(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_UNSIGNED_BYTES),
                         12);
        assert_verdict(secmail_mailauth_dmarc(m), want[i]);
        secmail_mailauth_free(m);
    }
    secmail_dkim_key_unref(k.key);
    free(text);
}

static void test_signature_aligns(void **state)
{
    struct fixture *f = *state;
    struct signing_key k;
    make_key(f, &k, SECMAIL_DKIM_ED25519_SHA256, 0);
    char *text = sign_mail(f, &k, FROM("joe@mail.example.com"), NULL, NULL);
    const struct zone zone[] = {{"_dmarc.example.com", TXT, "v=DMARC1; p=reject"},
                                {"s._domainkey.example.com", TXT, k.record},
                                {0}};
    const struct zone strict[] = {{"_dmarc.example.com", TXT, "v=DMARC1; p=reject; adkim=s"},
                                  {"s._domainkey.example.com", TXT, k.record},
                                  {0}};
    struct secmail_mailauth *m = evaluate(f, text, "b@evil.example", zone);
    assert_verdict(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_PASS);
    assert_int_equal(number_of(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_DKIM_ALIGNED), 1);
    assert_int_equal(number_of(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_SPF_ALIGNED), 0);
    assert_text(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_AUTHOR_DOMAIN, "mail.example.com");
    secmail_mailauth_free(m);
    m = evaluate(f, text, "b@evil.example", strict);
    assert_verdict(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_FAIL);
    assert_int_equal(number_of(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_STRICT_DKIM), 1);
    secmail_mailauth_free(m);
    secmail_dkim_key_unref(k.key);
    free(text);
}

/* ---- RFC 7489 ---- */

/* A list with one suffix: "co.example". */
static const char *find_suffix(void *user, const char *domain)
{
    ++*(int *)user;
    const size_t size = strlen(domain), suffix = strlen(".co.example");
    if (size <= suffix || strcmp(domain + size - suffix, ".co.example") != 0)
        return NULL;
    const char *at = domain + size - suffix;
    while (at > domain && at[-1] != '.')
        at--;
    return at;
}

static void test_public_suffixes(void **state)
{
    struct fixture *f = *state;
    static const struct zone zone[] = {
        {"_dmarc.shop.co.example", TXT, "v=DMARC1; p=reject; sp=none"},
        {"_dmarc.co.example", TXT, "v=DMARC1; p=quarantine"},
        {"other.co.example", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {"bounce.shop.co.example", TXT, "v=spf1 ip4:192.0.2.1 -all"},
        {0},
    };
    static const struct expectation cases[] = {
        {FROM("a@mail.shop.co.example"), "b@bounce.shop.co.example", SECMAIL_MAILAUTH_PASS, 1,
         "shop.co.example", "shop.co.example"},
        {FROM("a@shop.co.example"), "b@other.co.example", SECMAIL_MAILAUTH_FAIL, 3, NULL, NULL},
        {FROM("a@other.co.example"), "b@other.co.example", SECMAIL_MAILAUTH_NONE, -1, NULL,
         "other.co.example"},
    };
    for (size_t i = 0; i < 3; i++) {
        int calls = 0;
        struct secmail_mailauth *m = new_message(f);
        assert_int_equal(secmail_mailauth_set_public_suffixes(m, find_suffix, &calls), 0);
        set_session(m, "192.0.2.1", "h.example", cases[i].sender);
        put_message(m, cases[i].text);
        zone_evaluate(m, zone);
        assert_verdict(secmail_mailauth_dmarc(m), cases[i].verdict);
        assert_int_equal(number_of(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_POLICY_APPLIED),
                         cases[i].policy);
        assert_true(calls > 0);
        secmail_mailauth_free(m);
    }
}

static void expect_suffix(struct secmail_suffixes *s, const char *domain, const char *want)
{
    const char *got = secmail_suffixes_find(s, domain);
    if (want) {
        assert_non_null(got);
        assert_string_equal(got, want);
        assert_true(got >= domain && got <= domain + strlen(domain));
    } else {
        assert_null(got);
    }
}

static void test_suffix_lists(void **state)
{
    struct fixture *f = *state;
    static const char list[] = "// comment\n\nexample\nco.example\n*.ck\n!www.ck\n"
                               "\xe5\x85\xac\xe5\x8f\xb8.cn\n";
    struct secmail_suffixes *s;
    const uint8_t *data = (const uint8_t *)list;
    if (!secmail_feature_supported("public-suffixes")) {
        assert_int_equal(secmail_suffixes_new(f->context, &s, data, sizeof list - 1),
                         SECMAIL_E_NOT_BUILT);
        assert_null(s);
        assert_null(secmail_suffixes_find(NULL, "a.example"));
        secmail_suffixes_free(s);
        return;
    }
    assert_ok(f->context, secmail_suffixes_new(f->context, &s, data, sizeof list - 1));
    expect_suffix(s, "a.b.example", "b.example");
    expect_suffix(s, "b.example", "b.example");
    expect_suffix(s, "example", NULL);
    expect_suffix(s, "a.b.co.example", "b.co.example");
    expect_suffix(s, "co.example", NULL);
    expect_suffix(s, "a.b.ck", "a.b.ck");
    expect_suffix(s, "x.www.ck", "www.ck");
    expect_suffix(s, "a.b.xn--55qx5d.cn", "b.xn--55qx5d.cn");
    expect_suffix(s, "a.b.unlisted", "b.unlisted");
    assert_null(secmail_suffixes_find(s, NULL));
    assert_null(secmail_suffixes_find(NULL, "a.example"));

    static const struct zone zone[] = {
        {"_dmarc.b.co.example", TXT, "v=DMARC1; p=reject"},
        {"_dmarc.co.example", TXT, "v=DMARC1; p=quarantine"},
        {0},
    };
    struct secmail_mailauth *m = new_message(f);
    assert_ok(f->context, secmail_mailauth_set_public_suffixes(m, secmail_suffixes_find, s));
    put_message(m, FROM("joe@a.b.co.example"));
    zone_evaluate(m, zone);
    assert_text(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_DOMAIN, "b.co.example");
    secmail_mailauth_free(m);
    secmail_suffixes_free(s);

    const uint8_t *page = (const uint8_t *)"// nothing\n";
    assert_int_equal(secmail_suffixes_new(f->context, &s, page, 11), SECMAIL_E_MAILAUTH_SUFFIXES);
    assert_null(s);
    assert_int_equal(secmail_suffixes_new(f->context, &s, NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_suffixes_new(f->context, &s, data, 0), SECMAIL_E_ARGUMENT);
    secmail_suffixes_free(NULL);
    if (!secmail_suffixes_new(f->context, &s, NULL, 0)) {
        expect_suffix(s, "mail.example.co.uk", "example.co.uk");
        secmail_suffixes_free(s);
    }
}

/* The policy before and after t=y, and where reports are wanted. */
static void test_reported_policy(void **state)
{
    static const struct zone zone[] = {
        {"_dmarc.example.com", TXT,
         "v=DMARC1; p=reject; t=y; rua=mailto:a@example.com, mailto:b@example.net"},
        {"_dmarc.example.net", TXT, "v=DMARC1; p=reject; rua=nowhere"},
        {0},
    };
    struct secmail_mailauth *m = evaluate(*state, FROM("joe@example.com"), "", zone);
    const struct secmail_mailauth_result *r = secmail_mailauth_dmarc(m);
    assert_int_equal(number_of(r, SECMAIL_MAILAUTH_POLICY_PUBLISHED), 3);
    assert_int_equal(number_of(r, SECMAIL_MAILAUTH_POLICY_APPLIED), 2);
    assert_text(r, SECMAIL_MAILAUTH_REPORT_URIS, "mailto:a@example.com, mailto:b@example.net");
    secmail_mailauth_free(m);
    m = evaluate(*state, FROM("joe@example.net"), "", zone);
    assert_null(
        secmail_mailauth_result_text(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_REPORT_URIS));
    secmail_mailauth_free(m);
}

static void test_decider(void **state)
{
    static const struct zone zone[] = {
        {"_dmarc.example.com", TXT, "v=DMARC1; p=reject; sp=quarantine; np=none"},
        {"sub.example.com", A, "192.0.2.1"},
        {"_dmarc.example.net", TXT, "v=DMARC1; p=reject"},
        {0},
    };
    static const char *const cases[][2] = {{FROM("a@example.com"), "p"},
                                           {FROM("a@sub.example.com"), "sp"},
                                           {FROM("a@gone.example.com"), "np"},
                                           {FROM("a@gone.example.net"), "p"}};
    for (size_t i = 0; i < 4; i++) {
        struct secmail_mailauth *m = evaluate(*state, cases[i][0], "", zone);
        assert_text(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_DECIDER, cases[i][1]);
        secmail_mailauth_free(m);
    }
}

/* RFC 9990 section 4. */
static void test_report_targets(void **state)
{
    static const struct zone zone[] = {
        {"_dmarc.example.com", TXT,
         "v=DMARC1; p=none; rua=mailto:a@example.com,, mailto:b@sub.example.com!10m,"
         "mailto:c@asked.example?subject=x, mailto:d@silent.example, https://x.example/,"
         "mailto:e@moved.example, mailto:f@away.example, mailto:g@down.example, "
         "mailto:h@own.example"
         ".com, mailto:i@"},
        {"_dmarc.own.example.com", TXT, "v=DMARC1; p=none; psd=n"},
        {"example.com._report._dmarc.asked.example", TXT, "junk"},
        {"example.com._report._dmarc.asked.example", TXT, "v=DMARC1"},
        {"example.com._report._dmarc.silent.example", TXT, "v=DMARC2"},
        {"example.com._report._dmarc.moved.example", TXT,
         "v=DMARC1; rua=mailto:new@moved.example, mailto:too@MOVED.example"},
        {"example.com._report._dmarc.away.example", TXT, "v=DMARC1; rua=mailto:x@victim.example"},
        {"example.com._report._dmarc.down.example", TXT, "SERVFAIL"},
        {0},
    };
    struct fixture *f = *state;
    struct secmail_mailauth *m = new_message(f);
    assert_ok(f->context, secmail_mailauth_set_options(m, SECMAIL_MAILAUTH_ASK_REPORT_TARGETS));
    put_message(m, FROM("joe@example.com"));
    zone_evaluate(m, zone);
    assert_verdict(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_FAIL);
    assert_text(
        secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_REPORT_TARGETS,
        "mailto:a@example.com mailto:b@sub.example.com!10m mailto:c@asked.example?subject=x "
        "mailto:new@moved.example mailto:too@MOVED.example");
    secmail_mailauth_free(m);
    m = evaluate(f, FROM("joe@example.com"), "", zone);
    assert_null(
        secmail_mailauth_result_text(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_REPORT_TARGETS));
    secmail_mailauth_free(m);
}

/* Not more than ten questions, whatever a record lists. */
static void test_report_targets_are_bounded(void **state)
{
    char record[2000] = "v=DMARC1; p=none; rua=mailto:a@0.example";
    for (int i = 1; i < 40; i++) {
        const size_t size = strlen(record);
        snprintf(record + size, sizeof record - size, ",mailto:a@%d.example", i);
    }
    const struct zone zone[] = {{"_dmarc.example.com", TXT, record}, {0}};
    struct fixture *f = *state;
    struct secmail_mailauth *m = new_message(f);
    assert_ok(f->context, secmail_mailauth_set_options(m, SECMAIL_MAILAUTH_ASK_REPORT_TARGETS));
    put_message(m, FROM("joe@example.com"));
    zone_evaluate(m, zone);
    uint32_t asked = 0;
    for (uint32_t q = 1; secmail_mailauth_question_name(m, q); q++)
        asked += strstr(secmail_mailauth_question_name(m, q), "_report._dmarc") != NULL;
    assert_int_equal(asked, 10);
    secmail_mailauth_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_alignment),
        fixture_test(test_walk),
        fixture_test(test_walk_is_bounded),
        fixture_test(test_records),
        fixture_test(test_ambiguous_authors),
        fixture_test(test_other_malformed_lines),
        fixture_test(test_header_over_limits),
        fixture_test(test_temporary),
        fixture_test(test_spf_needs_a_pass),
        fixture_test(test_international),
        fixture_test(test_partial_signatures),
        fixture_test(test_signature_aligns),
        fixture_test(test_public_suffixes),
        fixture_test(test_suffix_lists),
        fixture_test(test_reported_policy),
        fixture_test(test_report_targets),
        fixture_test(test_report_targets_are_bounded),
        fixture_test(test_decider),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
