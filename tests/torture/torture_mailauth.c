/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifying, signing and sealing with failing allocations. */
#include "mailauth_fixture.h"
#include "torture.h"

#define TXT SECMAIL_MAILAUTH_TXT

static const char mail[] = "Authentication-Results: localhost; spf=pass\r\n"
                           "From: Joe <joe@mail.example.com>\r\nSubject: x\r\n\r\nHello\r\n";

/* What is made beforehand, with another context. */
struct prepared {
    struct signing_key rsa, ed;
    struct secmail_secret *der;
    char *text; /* signed twice and sealed */
    struct zone zone[16];
};

static char *seal(struct fixture *f, struct prepared *p, const char *text)
{
    struct secmail_bytes *set;
    struct secmail_mailauth *m = new_message(f);
    assert_ok(f->context, secmail_mailauth_set_options(m, SECMAIL_MAILAUTH_WILL_SEAL));
    put_message(m, text);
    zone_evaluate(m, p->zone);
    assert_ok(f->context, secmail_mailauth_seal(m, "lists.example", "s", p->ed.key, &set));
    char *sealed = join_texts((const char *)secmail_bytes_data(set), text, "");
    secmail_bytes_free(set);
    secmail_mailauth_free(m);
    return sealed;
}

static int setup(void **state)
{
    static struct prepared p;
    struct fixture f;
    fixture_init(&f, NULL);
    make_key(&f, &p.rsa, SECMAIL_DKIM_RSA_SHA256, 1024);
    make_key(&f, &p.ed, SECMAIL_DKIM_ED25519_SHA256, 0);
    assert_ok(f.context, secmail_dkim_key_write(f.context, p.rsa.key, &p.der));
    const struct zone zone[] = {
        {"s._domainkey.example.com", TXT, p.ed.record},
        {"s._domainkey.lists.example", TXT, p.ed.record},
        {"_dmarc.example.com", TXT, "v=DMARC1; p=reject; np=quarantine; rua=mailto:a@x.example"},
        {"example.com._report._dmarc.x.example", TXT, "v=DMARC1"},
        {"bounce.example.com", TXT,
         "v=spf1 include:i.example a:%{d2} mx ptr exists:%{l}.x -all exp=e.%{d}"},
        {"i.example", TXT, "v=spf1 ip4:203.0.113.0/24 ?all"},
        {"e.bounce.example.com", TXT, "%{s} is not %{p}, %{I}"},
        {"example.com", SECMAIL_MAILAUTH_A, "203.0.113.1"},
        {"bounce.example.com", SECMAIL_MAILAUTH_MX, "10 example.com"},
        {"1.2.0.192.in-addr.arpa", SECMAIL_MAILAUTH_PTR, "example.com"},
        {0},
    };
    memcpy(p.zone, zone, sizeof zone);
    char *signed_mail = sign_mail(&f, &p.ed, mail, NULL, NULL);
    char *twice = sign_mail(&f, &p.ed, signed_mail, "simple/simple", "From:Subject");
    p.text = seal(&f, &p, twice);
    free(signed_mail);
    free(twice);
    fixture_done(&f);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct prepared *p = *state;
    secmail_dkim_key_unref(p->rsa.key);
    secmail_dkim_key_unref(p->ed.key);
    secmail_secret_free(p->der);
    free(p->text);
    return 0;
}

/* As zone_answer(), but failing is allowed. */
static int answer(struct secmail_mailauth *m, uint32_t question, const struct zone *zone)
{
    static uint8_t rdata[4096];
    const char *name = secmail_mailauth_question_name(m, question);
    uint32_t status = SECMAIL_MAILAUTH_NXDOMAIN;
    for (; zone->name; zone++) {
        if (strcmp(zone->name, name) != 0)
            continue;
        status = SECMAIL_MAILAUTH_ANSWERED;
        if (zone->type != secmail_mailauth_question_type(m, question))
            continue;
        const int rc = secmail_mailauth_add_record(m, question, rdata, zone_rdata(zone, rdata));
        if (rc)
            return rc;
    }
    return secmail_mailauth_answer(m, question, status, SECMAIL_MAILAUTH_SECURE);
}

static int evaluate(struct secmail_mailauth *m, const struct zone *zone)
{
    int rc;
    while ((rc = secmail_mailauth_evaluate(m)) == SECMAIL_MAILAUTH_NEEDS_ANSWERS) {
        for (uint32_t q = 0; (q = secmail_mailauth_next_question(m, q));) {
            rc = answer(m, q, zone);
            if (rc)
                return rc;
        }
    }
    return rc;
}

static int set_up(struct secmail_mailauth *m, const struct prepared *p)
{
    int rc = secmail_mailauth_set_client_ip(m, "192.0.2.1");
    if (!rc)
        rc = secmail_mailauth_set_helo(m, "h.example");
    if (!rc)
        rc = secmail_mailauth_set_mail_from(m, "joe@bounce.example.com");
    if (!rc)
        rc = secmail_mailauth_set_authserv_id(m, "mx.example.com");
    if (!rc)
        rc = secmail_mailauth_trust_sealer(m, "lists.example");
    if (!rc)
        rc = secmail_mailauth_set_options(m, SECMAIL_MAILAUTH_TRACE | SECMAIL_MAILAUTH_WILL_SEAL |
                                                 SECMAIL_MAILAUTH_ASK_REPORT_TARGETS);
    if (!rc)
        rc = secmail_mailauth_update(m, (const uint8_t *)p->text, strlen(p->text));
    return rc ? rc : secmail_mailauth_finish_message(m);
}

static int verify(struct secmail_context *context, void *user)
{
    struct prepared *p = user;
    struct secmail_mailauth *m = NULL;
    int rc = secmail_mailauth_new(context, &m);
    if (!rc)
        rc = set_up(m, p);
    if (!rc)
        rc = evaluate(m, p->zone);
    if (!rc) {
        assert_verdict(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_FAIL);
        assert_non_null(
            secmail_mailauth_result_text(secmail_mailauth_spf(m), SECMAIL_MAILAUTH_EXPLANATION));
        assert_verdict(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_PASS);
        assert_verdict(secmail_mailauth_dkim(m, 1), SECMAIL_MAILAUTH_PASS);
        assert_verdict(secmail_mailauth_arc(m), SECMAIL_MAILAUTH_PASS);
        assert_verdict(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_PASS);
    }
    secmail_mailauth_free(m);
    return rc;
}

/* A run without memory is repeated: what it left behind does not stay. */
static int verify_again(struct secmail_context *context, void *user)
{
    struct prepared *p = user;
    struct secmail_mailauth *m = NULL;
    int rc = secmail_mailauth_new(context, &m);
    if (!rc)
        rc = set_up(m, p);
    if (!rc) {
        rc = evaluate(m, p->zone);
        if (rc == SECMAIL_E_NOMEM && secmail_mailauth_evaluate(m) == SECMAIL_DONE) {
            assert_verdict(secmail_mailauth_dkim(m, 0), SECMAIL_MAILAUTH_PASS);
            assert_verdict(secmail_mailauth_dmarc(m), SECMAIL_MAILAUTH_PASS);
            assert_verdict(secmail_mailauth_arc(m), SECMAIL_MAILAUTH_PASS);
        }
    }
    secmail_mailauth_free(m);
    return rc;
}

/* Of what was called after the failure that is under test. */
static void forget_error(struct secmail_context *context)
{
    secmail_context_set_log(context, NULL, NULL);
}

/* Who goes on after a failure inside the message gets no verdict on a part of it. */
static int go_on_verifying(struct secmail_context *context, void *user)
{
    struct prepared *p = user;
    struct secmail_mailauth *m = NULL;
    int rc = secmail_mailauth_new(context, &m);
    if (!rc) {
        rc = secmail_mailauth_update(m, (const uint8_t *)p->text, strlen(p->text));
        if (rc) {
            assert_int_equal(secmail_mailauth_update(m, (const uint8_t *)"x", 1), SECMAIL_E_STATE);
            assert_int_equal(secmail_mailauth_finish_message(m), SECMAIL_E_STATE);
            assert_int_equal(secmail_mailauth_evaluate(m), SECMAIL_E_STATE);
            assert_null(secmail_mailauth_dmarc(m));
            forget_error(context);
        }
    }
    secmail_mailauth_free(m);
    return rc;
}

static int open_signer(struct secmail_context *context, const struct prepared *p,
                       struct secmail_dkim_table **table, struct secmail_dkim_signer **signer)
{
    int rc = secmail_dkim_table_new(context, table);
    if (!rc)
        rc = secmail_dkim_table_add(*table, "example.com", "s", p->rsa.key);
    if (!rc)
        rc = secmail_dkim_table_add(*table, "example.com", "t", p->ed.key);
    return rc ? rc : secmail_dkim_signer_new(*table, signer, "example.com");
}

static int go_on_signing(struct secmail_context *context, void *user)
{
    struct prepared *p = user;
    struct secmail_dkim_table *table = NULL;
    struct secmail_dkim_signer *signer = NULL;
    struct secmail_bytes *field = NULL;
    int rc = open_signer(context, p, &table, &signer);
    if (!rc) {
        rc = secmail_dkim_signer_update(signer, (const uint8_t *)mail, sizeof mail - 1);
        if (rc) {
            assert_int_equal(secmail_dkim_signer_finish(signer, &field), SECMAIL_E_STATE);
            assert_null(field);
            forget_error(context);
        }
    }
    secmail_dkim_signer_free(signer);
    secmail_dkim_table_free(table);
    return rc;
}

static int write_fields(struct secmail_context *context, void *user)
{
    struct prepared *p = user;
    struct secmail_mailauth *m = NULL;
    struct secmail_bytes *set = NULL, *field = NULL, *received = NULL;
    int rc = secmail_mailauth_new(context, &m);
    if (!rc)
        rc = set_up(m, p);
    if (!rc)
        rc = evaluate(m, p->zone);
    if (!rc)
        rc = secmail_mailauth_seal(m, "lists.example", "s", p->ed.key, &set);
    if (!rc)
        rc = secmail_mailauth_header(m, &field);
    if (!rc)
        rc = secmail_mailauth_received_spf(m, &received);
    secmail_bytes_free(set);
    secmail_bytes_free(field);
    secmail_bytes_free(received);
    secmail_mailauth_free(m);
    return rc;
}

static int sign(struct secmail_context *context, void *user)
{
    struct prepared *p = user;
    struct secmail_dkim_table *table = NULL;
    struct secmail_dkim_signer *signer = NULL;
    struct secmail_bytes *field = NULL;
    int rc = open_signer(context, p, &table, &signer);
    if (!rc)
        rc = secmail_dkim_signer_set_headers(signer, "From:Subject:From");
    if (!rc)
        rc = secmail_dkim_signer_update(signer, (const uint8_t *)mail, sizeof mail - 1);
    if (!rc)
        rc = secmail_dkim_signer_finish(signer, &field);
    secmail_bytes_free(field);
    secmail_dkim_signer_free(signer);
    secmail_dkim_table_free(table);
    return rc;
}

static int use_keys(struct secmail_context *context, void *user)
{
    struct prepared *p = user;
    struct secmail_dkim_key *read = NULL, *made = NULL;
    struct secmail_secret *written = NULL;
    struct secmail_bytes *record = NULL;
    int rc = secmail_dkim_key_read(context, &read, secmail_secret_data(p->der),
                                   secmail_secret_size(p->der));
    if (!rc)
        rc = secmail_dkim_key_write(context, read, &written);
    if (!rc)
        rc = secmail_dkim_key_record(context, read, &record);
    if (!rc)
        rc = secmail_dkim_key_generate(context, &made, SECMAIL_DKIM_ED25519_SHA256, 0);
    secmail_bytes_free(record);
    secmail_secret_free(written);
    secmail_dkim_key_unref(read);
    secmail_dkim_key_unref(made);
    return rc;
}

static int read_results(struct secmail_context *context, void *user)
{
    (void)user;
    struct secmail_authres *a = NULL, *value = NULL;
    static const char header[] = "Authentication-Results: a.example; spf=pass reason=x\r\n"
                                 " smtp.mailfrom=x smtp.helo=y a.b=c d.e=f g.h=i; dkim=none;\r\n"
                                 " dmarc=pass; arc=pass; iprev=pass; auth=pass\r\n\r\n";
    const size_t name = strlen("Authentication-Results:");
    int rc = secmail_authres_find_trusted(context, &a, (const uint8_t *)header, sizeof header - 1,
                                          "a.example");
    if (!rc)
        assert_int_equal(secmail_authres_count(a), 6);
    secmail_authres_free(a);
    if (!rc)
        rc = secmail_authres_read(context, &value, (const uint8_t *)header + name,
                                  sizeof header - 1 - name - strlen("\r\n\r\n"));
    if (!rc)
        assert_int_equal(secmail_authres_count(value), 6);
    secmail_authres_free(value);
    return rc;
}

/* Messages in, XML out. */
static int write_report(struct secmail_context *context, void *user)
{
    struct prepared *p = user;
    struct secmail_mailauth *m = NULL;
    struct secmail_dmarc_report *report = NULL;
    struct secmail_bytes *xml = NULL;
    int rc = secmail_mailauth_new(context, &m);
    if (!rc)
        rc = set_up(m, p);
    if (!rc)
        rc = evaluate(m, p->zone);
    if (!rc)
        rc = secmail_dmarc_report_new(context, &report);
    if (!rc)
        rc = secmail_dmarc_report_add_message(report, m, SECMAIL_MAILAUTH_POLICY_NONE);
    if (rc)
        assert_int_equal(secmail_dmarc_report_count(report), 0);
    if (!rc)
        rc = secmail_dmarc_report_set_text(report, SECMAIL_DMARC_REPORT_ORG_NAME, "x");
    if (!rc)
        rc = secmail_dmarc_report_set_text(report, SECMAIL_DMARC_REPORT_EMAIL, "x@x");
    if (!rc)
        rc = secmail_dmarc_report_set_text(report, SECMAIL_DMARC_REPORT_ID, "1");
    if (!rc)
        rc = secmail_dmarc_report_set_range(report, 1, 2);
    if (!rc)
        rc = secmail_dmarc_report_write(report, &xml);
    secmail_bytes_free(xml);
    secmail_dmarc_report_free(report);
    secmail_mailauth_free(m);
    return rc;
}

static int read_report(struct secmail_context *context, void *user)
{
    static const char xml[] =
        "<feedback xmlns='urn:x'><report_metadata><email>a@b</email></report_metadata><record><row>"
        "<source_ip>192.0.2.1</source_ip><count>3</count><policy_evaluated><reason><type>other"
        "</type></reason></policy_evaluated></row></record></feedback>";
    struct secmail_dmarc_report *report = NULL;
    (void)user;
    const int rc = secmail_dmarc_report_read(context, &report, (const uint8_t *)xml,
                                             sizeof xml - 1);
    if (rc)
        assert_null(report);
    else
        assert_int_equal(secmail_dmarc_report_messages(report, 0), 3);
    secmail_dmarc_report_free(report);
    return rc;
}

static int read_suffixes(struct secmail_context *context, void *user)
{
    struct secmail_suffixes *suffixes = NULL;
    (void)user;
    const int rc = secmail_suffixes_new(context, &suffixes, (const uint8_t *)"com\n", 4);
    secmail_suffixes_free(suffixes);
    return rc;
}

#define TORTURE(name)                                                                              \
    static void torture_##name(void **state)                                                       \
    {                                                                                              \
        torture_run(name, *state, 2000);                                                           \
    }

TORTURE(verify)
TORTURE(verify_again)
TORTURE(go_on_verifying)
TORTURE(go_on_signing)
TORTURE(write_fields)
TORTURE(sign)
TORTURE(use_keys)
TORTURE(read_results)
TORTURE(write_report)

static void torture_read_report(void **state)
{
    if (secmail_feature_supported("dmarc-report-reading"))
        torture_run(read_report, *state, 2000);
}

static void torture_read_suffixes(void **state)
{
    if (secmail_feature_supported("public-suffixes"))
        torture_run(read_suffixes, *state, 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(torture_verify),          cmocka_unit_test(torture_verify_again),
        cmocka_unit_test(torture_go_on_verifying), cmocka_unit_test(torture_go_on_signing),
        cmocka_unit_test(torture_write_fields),    cmocka_unit_test(torture_sign),
        cmocka_unit_test(torture_use_keys),        cmocka_unit_test(torture_read_results),
        cmocka_unit_test(torture_write_report),    cmocka_unit_test(torture_read_report),
        cmocka_unit_test(torture_read_suffixes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
