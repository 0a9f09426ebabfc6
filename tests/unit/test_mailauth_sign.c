/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signing: keys in and out, the table of who may sign, what is signed, and what is refused. */
#include "crypto/der.h"
#include "mailauth_fixture.h"

static const char mail[] = "From: Joe <joe@example.com>\r\nSubject: x\r\n\r\nHello\r\n";

/* ---- Keys ---- */

static void test_keys_round_trip(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint32_t algorithm, bits, want;
    } cases[] = {{SECMAIL_DKIM_RSA_SHA256, 1024, 1024},
                 {SECMAIL_DKIM_RSA_SHA256, 0, 2048},
                 {SECMAIL_DKIM_ED25519_SHA256, 0, 256}};
    for (size_t i = 0; i < 3; i++) {
        struct secmail_dkim_key *key, *again;
        struct secmail_secret *der, *der_again;
        assert_ok(f->context,
                  secmail_dkim_key_generate(f->context, &key, cases[i].algorithm, cases[i].bits));
        assert_int_equal(secmail_dkim_key_bits(key), cases[i].want);
        assert_ok(f->context, secmail_dkim_key_write(f->context, key, &der));
        assert_ok(f->context, secmail_dkim_key_read(f->context, &again, secmail_secret_data(der),
                                                    secmail_secret_size(der)));
        assert_int_equal(secmail_dkim_key_algorithm(again), cases[i].algorithm);
        assert_int_equal(secmail_dkim_key_bits(again), cases[i].want);
        assert_ok(f->context, secmail_dkim_key_write(f->context, again, &der_again));
        assert_true(secmail_secret_equal(der, der_again));
        secmail_secret_free(der);
        secmail_secret_free(der_again);
        secmail_dkim_key_unref(key);
        assert_ptr_equal(secmail_dkim_key_ref(again), again);
        secmail_dkim_key_unref(again);
        assert_int_equal(secmail_dkim_key_bits(again), cases[i].want);
        secmail_dkim_key_unref(again);
    }
    assert_null(secmail_dkim_key_ref(NULL));
    secmail_dkim_key_unref(NULL);
    assert_int_equal(secmail_dkim_key_bits(NULL) + secmail_dkim_key_algorithm(NULL), 0);
}

/* RFC 8410 section 10.3, and the public key that RFC 8410 section 10.1 gives for it. */
static void test_rfc8410_key(void **state)
{
    struct fixture *f = *state;
    static const uint8_t der[] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b,
                                  0x65, 0x70, 0x04, 0x22, 0x04, 0x20, 0xd4, 0xee, 0x72, 0xdb,
                                  0xf9, 0x13, 0x58, 0x4a, 0xd5, 0xb6, 0xd8, 0xf1, 0xf7, 0x69,
                                  0xf8, 0xad, 0x3a, 0xfe, 0x7c, 0x28, 0xcb, 0xf1, 0xd4, 0xfb,
                                  0xe0, 0x97, 0xa8, 0x8f, 0x44, 0x75, 0x58, 0x42};
    struct secmail_dkim_key *key;
    struct secmail_bytes *record;
    assert_ok(f->context, secmail_dkim_key_read(f->context, &key, der, sizeof der));
    assert_ok(f->context, secmail_dkim_key_record(f->context, key, &record));
    assert_string_equal((const char *)secmail_bytes_data(record),
                        "v=DKIM1; k=ed25519; p=Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=");
    secmail_bytes_free(record);
    secmail_dkim_key_unref(key);
}

static void test_bad_keys(void **state)
{
    struct fixture *f = *state;
    struct secmail_dkim_key *key, *bad;
    struct secmail_secret *secret;
    assert_ok(f->context,
              secmail_dkim_key_generate(f->context, &key, SECMAIL_DKIM_RSA_SHA256, 1024));
    assert_ok(f->context, secmail_dkim_key_write(f->context, key, &secret));
    const size_t size = secmail_secret_size(secret);
    uint8_t *der = malloc(size + 1);
    assert_non_null(der);
    memcpy(der, secmail_secret_data(secret), size);
    der[size] = 0;
    for (size_t cut = 0; cut < size; cut += cut < 60 ? 1 : 17)
        assert_code(f->context, secmail_dkim_key_read(f->context, &bad, der, cut),
                    SECMAIL_E_MAILAUTH_KEY);
    assert_code(f->context, secmail_dkim_key_read(f->context, &bad, der, size + 1),
                SECMAIL_E_MAILAUTH_KEY);
    assert_null(bad);
    /* Another modulus than the primes make. */
    der[60] ^= 1;
    assert_code(f->context, secmail_dkim_key_read(f->context, &bad, der, size),
                SECMAIL_E_MAILAUTH_KEY);
    static const uint8_t p256[] = {0x30, 0x18, 0x02, 0x01, 0x00, 0x30, 0x0a, 0x06, 0x08,
                                   0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04,
                                   0x07, 0x30, 0x05, 0x02, 0x01, 0x01, 0x04, 0x00};
    assert_code(f->context, secmail_dkim_key_read(f->context, &bad, p256, sizeof p256),
                SECMAIL_E_MAILAUTH_KEY);
    assert_code(f->context,
                secmail_dkim_key_generate(f->context, &bad, SECMAIL_DKIM_RSA_SHA256, 512),
                SECMAIL_E_MAILAUTH_KEY);
    assert_code(f->context,
                secmail_dkim_key_generate(f->context, &bad, SECMAIL_DKIM_RSA_SHA256, 1025),
                SECMAIL_E_MAILAUTH_KEY);
    assert_int_equal(secmail_dkim_key_generate(f->context, &bad, 3, 0), SECMAIL_E_ARGUMENT);
    free(der);
    secmail_secret_free(secret);
    secmail_dkim_key_unref(key);
    secmail_dkim_key_unref(NULL);
}

static int failing_random(void *user, uint8_t *out, size_t size)
{
    (void)user;
    memset(out, 0, size);
    return -1;
}

/* Without randomness there is neither a key nor a signature, and no endless search for one. */
static void test_no_random(void **state)
{
    struct fixture *f = *state;
    struct signing_key k;
    struct secmail_dkim_key *bad;
    struct secmail_dkim_table *table;
    struct secmail_dkim_signer *signer;
    struct secmail_bytes *field;
    make_key(f, &k, SECMAIL_DKIM_RSA_SHA256, 1024);
    assert_ok(f->context, secmail_dkim_table_new(f->context, &table));
    assert_ok(f->context, secmail_dkim_table_add(table, "example.com", "s", k.key));
    assert_ok(f->context, secmail_dkim_signer_new(table, &signer, "example.com"));
    assert_ok(f->context,
              secmail_dkim_signer_update(signer, (const uint8_t *)mail, sizeof mail - 1));
    secmail_context_set_random(f->context, failing_random, NULL);
    assert_code(f->context, secmail_dkim_signer_finish(signer, &field), SECMAIL_E_RANDOM);
    assert_null(field);
    assert_code(f->context,
                secmail_dkim_key_generate(f->context, &bad, SECMAIL_DKIM_ED25519_SHA256, 0),
                SECMAIL_E_RANDOM);
    assert_code(f->context,
                secmail_dkim_key_generate(f->context, &bad, SECMAIL_DKIM_RSA_SHA256, 1024),
                SECMAIL_E_RANDOM);
    secmail_dkim_signer_free(signer);
    secmail_dkim_table_free(table);
    secmail_dkim_key_unref(k.key);
}

/* ---- Who may sign ---- */

struct signing {
    struct fixture *f;
    struct signing_key key;
    struct secmail_dkim_table *table;
};

static struct signing begin(struct fixture *f)
{
    struct signing s = {.f = f};
    make_key(f, &s.key, SECMAIL_DKIM_ED25519_SHA256, 0);
    assert_ok(f->context, secmail_dkim_table_new(f->context, &s.table));
    assert_ok(f->context, secmail_dkim_table_add(s.table, "Example.com", "s", s.key.key));
    return s;
}

static void end(struct signing *s)
{
    secmail_dkim_table_free(s->table);
    secmail_dkim_key_unref(s->key.key);
}

/* Signs a mail for a domain with options; the code. */
static int sign_for(struct signing *s, const char *domain, const char *text, uint32_t options)
{
    struct secmail_dkim_signer *signer;
    struct secmail_bytes *field = NULL;
    int rc = secmail_dkim_signer_new(s->table, &signer, domain);
    if (rc)
        return rc;
    assert_ok(s->f->context, secmail_dkim_signer_set_options(signer, options));
    assert_ok(s->f->context,
              secmail_dkim_signer_update(signer, (const uint8_t *)text, strlen(text)));
    rc = secmail_dkim_signer_finish(signer, &field);
    assert_int_equal(!rc, field != NULL);
    secmail_bytes_free(field);
    secmail_dkim_signer_free(signer);
    return rc;
}

/* A relay that signs whatever From field its customers write signs for others (EchoSpoofing). */
static void test_authors(void **state)
{
    struct signing s = begin(*state);
    static const struct {
        const char *from;
        int code, any_author;
    } cases[] = {
        {"From: joe@example.com\r\n", 0, 0},
        {"From: joe@mail.EXAMPLE.com\r\n", 0, 0},
        {"From: joe@example.net\r\n", SECMAIL_E_MAILAUTH_FROM, 0},
        {"From: joe@notexample.com\r\n", SECMAIL_E_MAILAUTH_FROM, 0},
        {"From: a@example.com, b@example.net\r\n", SECMAIL_E_MAILAUTH_FROM, 0},
        {"From: nobody\r\n", SECMAIL_E_MAILAUTH_FROM, 0},
        {"Subject: x\r\n", SECMAIL_E_MAILAUTH_FROM, SECMAIL_E_MAILAUTH_FROM},
        {"From: a@example.com\r\nfrom: b@example.com\r\n", SECMAIL_E_MAILAUTH_FROM,
         SECMAIL_E_MAILAUTH_FROM},
        {"From: a@example.com\r\nSubject: x\nFrom: b@example.net\r\n", SECMAIL_E_MAILAUTH_MESSAGE,
         SECMAIL_E_MAILAUTH_MESSAGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = join_texts(cases[i].from, "\r\nbody\r\n", "");
        assert_int_equal(sign_for(&s, "example.com", text, 0), cases[i].code);
        assert_int_equal(sign_for(&s, "example.com", text, SECMAIL_DKIM_ANY_AUTHOR),
                         cases[i].any_author);
        free(text);
    }
    assert_int_equal(sign_for(&s, "example.net", mail, 0), SECMAIL_E_MAILAUTH_NO_KEY);
    assert_int_equal(sign_for(&s, "mail.example.com", mail, 0), SECMAIL_E_MAILAUTH_NO_KEY);
    assert_int_equal(sign_for(&s, "a b", mail, 0), SECMAIL_E_MAILAUTH_NO_KEY);
    end(&s);
}

/* RSA and Ed25519 together (RFC 8463 section 3). */
static void test_two_keys(void **state)
{
    struct fixture *f = *state;
    struct signing s = begin(f);
    struct signing_key rsa;
    struct secmail_dkim_signer *signer;
    struct secmail_bytes *fields;
    make_key(f, &rsa, SECMAIL_DKIM_RSA_SHA256, 1024);
    assert_ok(f->context, secmail_dkim_table_add(s.table, "example.com", "r", rsa.key));
    assert_ok(f->context, secmail_dkim_table_add(s.table, "example.net", "n", rsa.key));
    assert_ok(f->context, secmail_dkim_signer_new(s.table, &signer, "example.com"));
    assert_ok(f->context,
              secmail_dkim_signer_update(signer, (const uint8_t *)mail, sizeof mail - 1));
    assert_ok(f->context, secmail_dkim_signer_finish(signer, &fields));
    char *text = join_texts((const char *)secmail_bytes_data(fields), mail, "");
    const struct zone zone[] = {
        {"s._domainkey.example.com", SECMAIL_MAILAUTH_TXT, s.key.record},
        {"r._domainkey.example.com", SECMAIL_MAILAUTH_TXT, rsa.record},
        {0},
    };
    struct secmail_mailauth *m = new_message(f);
    put_message(m, text);
    zone_evaluate(m, zone);
    assert_int_equal(secmail_mailauth_dkim_count(m), 2);
    assert_verdict(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_PASS);
    assert_verdict(secmail_mailauth_dkim(m, 1), SECMAIL_MAILAUTH_PASS);
    /* No line is longer than a mail may have (RFC 5322 section 2.1.1). */
    for (char *line = text, *next; (next = strstr(line, "\r\n")); line = next + 2)
        assert_true(next - line < 79);
    secmail_mailauth_free(m);
    secmail_bytes_free(fields);
    secmail_dkim_signer_free(signer);
    secmail_dkim_key_unref(rsa.key);
    free(text);
    end(&s);
}

/* A signature can cover others that are there, but not itself. */
static void test_signing_signatures(void **state)
{
    struct fixture *f = *state;
    struct signing s = begin(f);
    const struct zone zone[] = {{"s._domainkey.example.com", SECMAIL_MAILAUTH_TXT, s.key.record},
                                {0}};
    char *text = join_texts(mail, "", "");
    for (size_t i = 0; i < 3; i++) {
        struct secmail_dkim_signer *signer;
        struct secmail_bytes *field;
        assert_ok(f->context, secmail_dkim_signer_new(s.table, &signer, "example.com"));
        assert_ok(f->context, secmail_dkim_signer_set_headers(
                                  signer, "dkim-signature:From:DKIM-Signature:Subject"));
        assert_ok(f->context,
                  secmail_dkim_signer_update(signer, (const uint8_t *)text, strlen(text)));
        assert_ok(f->context, secmail_dkim_signer_finish(signer, &field));
        char *signed_text = join_texts((const char *)secmail_bytes_data(field), text, "");
        secmail_bytes_free(field);
        secmail_dkim_signer_free(signer);
        free(text);
        text = signed_text;
    }
    struct secmail_mailauth *m = new_message(f);
    put_message(m, text);
    zone_evaluate(m, zone);
    for (size_t i = 0; i < 3; i++)
        assert_verdict(secmail_mailauth_dkim(m, i), SECMAIL_MAILAUTH_PASS);
    assert_non_null(strstr(text, "h=dkim-signature:From:DKIM-Signature:Subject;"));
    assert_non_null(strstr(text, "h=dkim-signature:From:Subject;"));
    assert_non_null(strstr(text, "h=From:Subject;"));
    secmail_mailauth_free(m);
    free(text);
    end(&s);
}

static void test_setters(void **state)
{
    struct fixture *f = *state;
    struct signing s = begin(f);
    struct secmail_dkim_signer *signer;
    assert_ok(f->context, secmail_dkim_signer_new(s.table, &signer, "example.com."));
    static const char *const canons[] = {"relaxed/relaxed", "Simple/relaxed", "simple", "relaxed"};
    for (size_t i = 0; i < 4; i++)
        assert_ok(f->context, secmail_dkim_signer_set_canon(signer, canons[i]));
    static const char *const bad_canons[] = {"", "plain", "relaxed/", "relaxed/x", "/simple"};
    for (size_t i = 0; i < 5; i++)
        assert_code(f->context, secmail_dkim_signer_set_canon(signer, bad_canons[i]),
                    SECMAIL_E_MAILAUTH_TEXT);
    static const char *const bad_names[] = {"",         "to",      "from:",    ":from",
                                            "from::to", "from;b=", "from: t o"};
    for (size_t i = 0; i < sizeof bad_names / sizeof bad_names[0]; i++)
        assert_code(f->context, secmail_dkim_signer_set_headers(signer, bad_names[i]),
                    SECMAIL_E_MAILAUTH_TEXT);
    assert_ok(f->context, secmail_dkim_signer_set_headers(signer, "To:FROM:to"));
    assert_ok(f->context, secmail_dkim_signer_set_lifetime(signer, 60));
    assert_int_equal(secmail_dkim_signer_set_options(signer, 4), SECMAIL_E_ARGUMENT);
    assert_ok(f->context, secmail_dkim_signer_update(signer, (const uint8_t *)"F", 1));
    assert_code(f->context, secmail_dkim_signer_set_canon(signer, "simple"), SECMAIL_E_STATE);
    assert_code(f->context, secmail_dkim_signer_set_headers(signer, "from"), SECMAIL_E_STATE);
    assert_code(f->context, secmail_dkim_signer_set_lifetime(signer, 1), SECMAIL_E_STATE);
    assert_code(f->context, secmail_dkim_signer_set_options(signer, 0), SECMAIL_E_STATE);
    const char *rest = "rom: a@example.com\r\n\r\n";
    assert_ok(f->context, secmail_dkim_signer_update(signer, (const uint8_t *)rest, strlen(rest)));
    struct secmail_bytes *field;
    assert_ok(f->context, secmail_dkim_signer_finish(signer, &field));
    assert_non_null(strstr((const char *)secmail_bytes_data(field), "h=To:FROM:to;"));
    assert_non_null(strstr((const char *)secmail_bytes_data(field), "t=1767225600; x=1767225660;"));
    secmail_bytes_free(field);
    assert_code(f->context, secmail_dkim_signer_finish(signer, &field), SECMAIL_E_STATE);
    assert_code(f->context, secmail_dkim_signer_update(signer, NULL, 0), SECMAIL_E_STATE);
    secmail_dkim_signer_free(signer);
    secmail_dkim_signer_free(NULL);
    assert_code(f->context, secmail_dkim_table_add(s.table, "a..b", "s", s.key.key),
                SECMAIL_E_MAILAUTH_TEXT);
    assert_code(f->context, secmail_dkim_table_add(s.table, "a.b", "", s.key.key),
                SECMAIL_E_MAILAUTH_TEXT);
    assert_int_equal(secmail_dkim_table_add(s.table, "a.b", "s", NULL), SECMAIL_E_ARGUMENT);
    secmail_dkim_table_free(NULL);
    end(&s);
}

static void test_clock(void **state)
{
    struct fixture *f = *state;
    struct signing s = begin(f);
    f->now = -1;
    assert_int_equal(sign_for(&s, "example.com", mail, 0), SECMAIL_E_CLOCK);
    end(&s);
}

/* ---- DER ---- */

static void test_der(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        bool ok;
    } cases[] = {
        {"\x02\x01\x00", 3, true},
        {"\x02\x01\x7f", 3, true},
        {"\x02\x02\x00\x80", 4, true},
        {"\x02\x00", 2, false},
        {"\x02\x01\x80", 3, false},
        {"\x02\x02\x00\x7f", 4, false},
        {"\x02\x81\x01\x05", 4, false},
        {"\x02\x80\x05\x00\x00", 5, false},
        {"\x02\x02\x05", 3, false},
        {"\x03\x01\x05", 3, false},
        {"\x02\x85\x00\x00\x00\x00\x01\x05", 8, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct smi_cursor c = smi_cursor((const uint8_t *)cases[i].bytes, cases[i].size);
        const struct smi_cursor n = smi_der_unsigned(&c);
        assert_int_equal(!n.bad && !c.bad, cases[i].ok);
    }
    struct smi_buf b = smi_buf_open(smi_malloc_allocator());
    static const size_t sizes[] = {0, 1, 127, 128, 255, 256, 65535, 65536};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        b.size = 0;
        smi_der_put_header(&b, SMI_DER_OCTET_STRING, sizes[i]);
        assert_int_equal(b.size, smi_der_header_size(sizes[i]));
        smi_buf_add(&b, sizes[i]);
        struct smi_cursor c = smi_cursor(b.data, b.size);
        const struct smi_cursor got = smi_der_take(&c, SMI_DER_OCTET_STRING);
        assert_false(got.bad);
        assert_int_equal(got.size, sizes[i]);
    }
    smi_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_keys_round_trip), fixture_test(test_rfc8410_key),
        fixture_test(test_bad_keys),        fixture_test(test_no_random),
        fixture_test(test_authors),         fixture_test(test_two_keys),
        fixture_test(test_setters),         fixture_test(test_clock),
        cmocka_unit_test(test_der),         fixture_test(test_signing_signatures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
