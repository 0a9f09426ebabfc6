/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Explaining and cleaning certificates, and revocations by designated revokers. */
#include "packet_writer.h"

#include <time.h>

enum { DAY = 86400, REVOKER = 12 };

struct people {
    struct fixture *f;
    struct test_key alice, sub, bob;
    struct collected c; /* Alice's certificate in the making */
    struct secmail_policy *policy;
};

static struct people people(struct fixture *f, uint8_t version)
{
    const uint8_t algo = version == 6 ? PK_ED25519 : PK_EDDSA;
    return (struct people){
        .f = f,
        .alice = test_key(f, version, algo, f->now - 100 * DAY),
        .sub = test_key(f, version, version == 6 ? PK_X25519 : PK_ECDH, f->now - 100 * DAY),
        .bob = test_key(f, version, algo, f->now - 100 * DAY)};
}

static void done(struct people *p)
{
    drop(&p->alice.body);
    drop(&p->sub.body);
    drop(&p->bob.body);
    drop(&p->c);
    secmail_policy_unref(p->policy);
}

static void put_id(struct people *p, const char *id, const struct test_key *by,
                   struct sig_plan plan)
{
    put_packet(&p->c, TAG_USER_ID, id, strlen(id));
    plan.type = plan.type ? plan.type : 0x13;
    put_id_signature(p->f, &p->c, plan, by, &p->alice, id);
}

static const struct sig_plan plain;

/* A certificate at which nothing is to be found. */
static void put_good(struct people *p)
{
    put_primary(p->f, &p->c, &p->alice, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN,
                p->f->now - 50 * DAY);
    put_id(p, "Alice", &p->alice, plain);
    put_subkey(p->f, &p->c, &p->alice, &p->sub, SECMAIL_KEY_ENCRYPT_STORAGE, p->f->now - 50 * DAY);
}

static struct secmail_cert *cert_of(struct people *p)
{
    struct secmail_cert *cert;
    assert_ok(p->f->context, secmail_cert_parse(p->f->context, &cert, p->c.data, p->c.size));
    return cert;
}

/* What must be found, in any order; and nothing else. */
struct want {
    uint32_t severity, reason, part, index;
    const char *text; /* part of it; NULL: any */
};

static struct secmail_finding get(const struct secmail_findings *findings, size_t index)
{
    struct secmail_finding one = {.size = sizeof one};
    assert_int_equal(secmail_findings_get(findings, index, &one), 0);
    assert_in_range(one.severity, SECMAIL_SEVERITY_NOTE, SECMAIL_SEVERITY_ERROR);
    for (const char *c = one.text; *c; c++)
        assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
    return one;
}

static bool found(const struct secmail_findings *findings, const struct want *want)
{
    for (size_t i = 0; i < secmail_findings_count(findings); i++) {
        const struct secmail_finding one = get(findings, i);
        if (one.severity == want->severity && one.reason == want->reason &&
            one.part == want->part && one.index == want->index &&
            (!want->text || strstr(one.text, want->text)))
            return true;
    }
    return false;
}

static void must_find(struct people *p, bool all, const struct want *wants, size_t count)
{
    struct secmail_context *x = p->f->context;
    struct secmail_cert *cert = cert_of(p);
    struct secmail_findings *findings;
    assert_ok(x, all ? secmail_cert_explain(x, cert, p->policy, &findings)
                     : secmail_cert_lint(x, cert, p->policy, &findings));
    for (size_t i = 0; i < count; i++) {
        if (!found(findings, &wants[i]))
            fail_msg("%zu (reason %u) isn't found", i, wants[i].reason);
    }
    for (size_t i = 0; i < secmail_findings_count(findings) && count != SIZE_MAX; i++)
        print_message("# %s\n", get(findings, i).text);
    assert_int_equal(secmail_findings_count(findings), count);
    secmail_findings_free(findings);
    secmail_cert_unref(cert);
}

#define lint(p, ...)                                                                               \
    must_find(p, false, (const struct want[]){__VA_ARGS__},                                        \
              sizeof((const struct want[]){__VA_ARGS__}) / sizeof(struct want))

enum {
    NOTE = SECMAIL_SEVERITY_NOTE,
    WARNING = SECMAIL_SEVERITY_WARNING,
    ERROR = SECMAIL_SEVERITY_ERROR,
    CERT = SECMAIL_PART_CERT,
    KEY = SECMAIL_PART_KEY,
    USER_ID = SECMAIL_PART_USER_ID,
};

static void arguments(void **state)
{
    struct people p = people(*state, 6);
    struct secmail_context *x = p.f->context;
    put_good(&p);
    struct secmail_cert *cert = cert_of(&p), *out = cert;
    struct secmail_findings *findings = (struct secmail_findings *)(uintptr_t)1;
    struct secmail_finding one = {.size = sizeof one};
    assert_int_equal(secmail_cert_explain(NULL, cert, NULL, &findings), SECMAIL_E_ARGUMENT);
    assert_null(findings);
    assert_int_equal(secmail_cert_lint(x, cert, NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_code(x, secmail_cert_lint(x, NULL, NULL, &findings), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_findings_count(NULL), 0);
    assert_int_equal(secmail_findings_get(NULL, 0, &one), SECMAIL_E_ARGUMENT);
    secmail_findings_free(NULL);
    assert_ok(x, secmail_cert_explain(x, cert, NULL, &findings));
    assert_int_equal(secmail_findings_get(findings, 3, &one), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_findings_get(findings, 0, NULL), SECMAIL_E_ARGUMENT);
    one.size = 0;
    assert_int_equal(secmail_findings_get(findings, 0, &one), SECMAIL_E_ARGUMENT);
    secmail_findings_free(findings);
    assert_int_equal(secmail_cert_clean(NULL, cert, NULL, 0, &out), SECMAIL_E_ARGUMENT);
    assert_null(out);
    assert_code(x, secmail_cert_clean(x, NULL, NULL, 0, &out), SECMAIL_E_ARGUMENT);
    assert_code(x, secmail_cert_clean(x, cert, NULL, 16, &out), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_cert_check_revoker(NULL, cert, cert), SECMAIL_E_ARGUMENT);
    assert_code(x, secmail_cert_check_revoker(x, NULL, cert), SECMAIL_E_ARGUMENT);
    assert_code(x, secmail_cert_check_revoker(x, cert, NULL), SECMAIL_E_ARGUMENT);
    secmail_cert_unref(cert);
    done(&p);
}

static void nothing_to_mend(void **state)
{
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct people p = people(*state, version);
        put_good(&p);
        must_find(&p, false, NULL, 0);
        const struct want all[] = {{NOTE, SECMAIL_REASON_VALID, KEY, 0, "certify sign"},
                                   {NOTE, SECMAIL_REASON_VALID, KEY, 1, "encrypt-storage"},
                                   {NOTE, SECMAIL_REASON_VALID, USER_ID, 0, "\"Alice\""}};
        must_find(&p, true, all, 3);
        done(&p);
    }
}

/* Each rule that a self-signature may break is told, with its date. */
static void self_signatures_that_do_not_count(void **state)
{
    struct people p = people(*state, 4);
    struct fixture *f = p.f;
    static const char rules[] = "include standard\nhash-of-keys SHA384 until 2023-02-01";
    assert_ok(f->context,
              secmail_policy_parse(f->context, &p.policy, (const uint8_t *)rules, strlen(rules)));
    put_good(&p);
    put_id(&p, "old", &p.alice, (struct sig_plan){.created = f->now - DAY, .hash = SMI_SHA384});
    put_id(&p, "later", &p.alice, (struct sig_plan){.created = f->now + DAY});
    struct sig_plan plan = {.created = f->now - 9 * DAY};
    put_sub_u32(&plan.hashed, SUB_EXPIRES, DAY);
    put_id(&p, "short", &p.alice, plan);
    plan = plain;
    put_sub(&plan.hashed, 99 | SUB_CRITICAL, "x", 1);
    put_id(&p, "critical", &p.alice, plan);
    plan = plain;
    put_sub(&plan.hashed, SUB_NOTATION | SUB_CRITICAL, "\0\0\0\0\0\3\0\1x@yz", 12);
    put_id(&p, "notation", &p.alice, plan);
    put_packet(&p.c, TAG_USER_ID, "other", 5);
    put_id_signature(f, &p.c, (struct sig_plan){.type = 0x13}, &p.alice, &p.alice, "changed");
    put_packet(&p.c, TAG_USER_ID, "Bob\n", 4);
    put_id_signature(f, &p.c, (struct sig_plan){.type = 0x13}, &p.bob, &p.alice, "Bob\n");
    const enum secmail_reason none = SECMAIL_REASON_USER_ID_INVALID;
    lint(&p, {ERROR, none, USER_ID, 1, "\"old\""},
         {WARNING, SECMAIL_REASON_HASH, USER_ID, 1, "since 2023-02-01"},
         {ERROR, none, USER_ID, 2, "later"},
         {WARNING, SECMAIL_REASON_SIGNATURE_IN_FUTURE, USER_ID, 2, "check the clock"},
         {ERROR, none, USER_ID, 3, NULL},
         {WARNING, SECMAIL_REASON_SIGNATURE_EXPIRED, USER_ID, 3, "expired on 2"},
         {ERROR, none, USER_ID, 4, NULL},
         {WARNING, SECMAIL_REASON_CRITICAL_SUBPACKET, USER_ID, 4, NULL},
         {ERROR, none, USER_ID, 5, NULL},
         {WARNING, SECMAIL_REASON_CRITICAL_SUBPACKET, USER_ID, 5, "notation"},
         {ERROR, none, USER_ID, 6, NULL}, {WARNING, SECMAIL_REASON_MISMATCH, USER_ID, 6, NULL},
         {ERROR, none, USER_ID, 7, "Bob?"}, {WARNING, SECMAIL_REASON_NOT_TEXT, USER_ID, 7, NULL});
    done(&p);
}

static void keys_that_are_not_as_they_should_be(void **state)
{
    struct people p = people(*state, 6);
    struct fixture *f = p.f;
    struct test_key more[3];
    for (size_t i = 0; i < 3; i++)
        more[i] = test_key(f, 6, PK_ED25519, f->now - 100 * DAY);
    struct sig_plan plan = flags_plan(0x1f, SECMAIL_KEY_CERTIFY);
    put_sub_u32(&plan.hashed, SUB_KEY_EXPIRES, 110 * DAY);
    put_body(&p.c, TAG_PUBLIC_KEY, &p.alice.body);
    put_key_signature(f, &p.c, plan, &p.alice, &p.alice, NULL);
    put_body(&p.c, TAG_PUBLIC_SUBKEY, &more[0].body);
    put_key_signature(f, &p.c, flags_plan(0x18, SECMAIL_KEY_SIGN), &p.alice, &p.alice, &more[0]);
    put_subkey(f, &p.c, &p.alice, &more[1], SECMAIL_KEY_SIGN, 0);
    put_key_signature(f, &p.c, (struct sig_plan){.type = 0x28}, &p.alice, &p.alice, &more[1]);
    put_body(&p.c, TAG_PUBLIC_SUBKEY, &more[2].body);
    put_key_signature(f, &p.c, flags_plan(0x18, SECMAIL_KEY_SIGN), &p.bob, &p.alice, &more[2]);
    lint(&p, {WARNING, SECMAIL_REASON_EXPIRES_SOON, KEY, 0, "extend"},
         {WARNING, SECMAIL_REASON_NO_BACK_SIGNATURE, KEY, 1, more[0].hex},
         {WARNING, SECMAIL_REASON_EXPIRES_SOON, KEY, 1, NULL},
         {ERROR, SECMAIL_REASON_KEY_REVOKED, KEY, 2, "was revoked on"},
         {ERROR, SECMAIL_REASON_KEY_INVALID, KEY, 3, more[2].hex},
         {WARNING, SECMAIL_REASON_NO_ENCRYPTION_KEY, CERT, 0, p.alice.hex},
         {WARNING, SECMAIL_REASON_NO_USER_ID, CERT, 0, NULL});
    for (size_t i = 0; i < 3; i++)
        drop(&more[i].body);
    done(&p);
}

static void many_foreign_signatures(void **state)
{
    struct people p = people(*state, 6);
    put_good(&p);
    put_id(&p, "flood", &p.alice, plain);
    for (int i = 0; i < 101; i++)
        put_id_signature(p.f, &p.c, (struct sig_plan){.type = 0x10}, &p.bob, &p.alice, "flood");
    const struct want all[] = {{NOTE, SECMAIL_REASON_VALID, KEY, 0, NULL},
                               {NOTE, SECMAIL_REASON_VALID, KEY, 1, NULL},
                               {NOTE, SECMAIL_REASON_VALID, USER_ID, 0, NULL},
                               {NOTE, SECMAIL_REASON_VALID, USER_ID, 1, NULL},
                               {NOTE, SECMAIL_REASON_FOREIGN_SIGNATURES, CERT, 0, "101"}};
    must_find(&p, true, all, 5);
    done(&p);
}

/* However many signatures others add: the certificate works, what its owner said stands, and so
 * does what a revoker may have said. Only a flood in the owner's name is refused. */
static void floods(void **state)
{
    struct people p = people(*state, 4);
    struct fixture *f = p.f;
    struct secmail_cert *cert;
    struct secmail_key_info info = {.size = sizeof info};
    set_limit(f, SECMAIL_LIMIT_CERT_SIGNATURES, 10);
    put_primary(f, &p.c, &p.alice, SECMAIL_KEY_CERTIFY, 0);
    const size_t before = p.c.size;
    for (int i = 0; i < 30; i++)
        put_key_signature(f, &p.c, (struct sig_plan){.type = 0x1f}, &p.bob, &p.alice, NULL);
    const size_t one = (p.c.size - before) / 30;
    for (int i = 0; i < 11; i++)
        put_key_signature(f, &p.c, (struct sig_plan){.type = 0x20}, &p.bob, &p.alice, NULL);
    put_key_signature(f, &p.c, (struct sig_plan){.type = 0x20}, &p.alice, &p.alice, NULL);
    cert = cert_of(&p);
    assert_ok(f->context, secmail_cert_key_info(f->context, cert, 0, NULL, &info));
    assert_int_equal(info.validity, SECMAIL_E_KEY_REVOKED);
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_cert_export(f->context, cert, 0, &bytes));
    assert_in_range(p.c.size - secmail_bytes_size(bytes), 21 * (one - 4), 21 * (one + 4));
    secmail_bytes_free(bytes);
    secmail_cert_unref(cert);
    for (int i = 0; i < 9; i++)
        put_key_signature(f, &p.c, (struct sig_plan){.type = 0x1f}, &p.alice, &p.bob, NULL);
    assert_code(f->context, secmail_cert_parse(f->context, &cert, p.c.data, p.c.size),
                SECMAIL_E_LIMIT_CERT_SIGNATURES);
    assert_null(cert);
    done(&p);
}

/* ---------------------------------------------------------------- cleaning */

static size_t size_of(struct fixture *f, const struct secmail_cert *cert)
{
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_cert_export(f->context, cert, 0, &bytes));
    const size_t size = secmail_bytes_size(bytes);
    secmail_bytes_free(bytes);
    return size;
}

static struct secmail_cert *cleaned(struct people *p, uint32_t what)
{
    struct secmail_cert *cert = cert_of(p), *out;
    assert_ok(p->f->context, secmail_cert_clean(p->f->context, cert, NULL, what, &out));
    assert_string_equal(secmail_cert_fingerprint(out), secmail_cert_fingerprint(cert));
    secmail_cert_unref(cert);
    return out;
}

/* What a bit takes out, by the bytes that are missing. */
static void cleaning(void **state)
{
    struct people p = people(*state, 6);
    struct fixture *f = p.f;
    put_good(&p);
    const size_t good = p.c.size;
    put_id(&p, "again", &p.alice, (struct sig_plan){.created = f->now - 5 * DAY});
    size_t before = p.c.size;
    put_id_signature(f, &p.c, (struct sig_plan){.type = 0x13, .created = f->now - 9 * DAY},
                     &p.alice, &p.alice, "again");
    const size_t superseded = p.c.size - before;
    before = p.c.size;
    for (int i = 0; i < 5; i++)
        put_id_signature(f, &p.c, (struct sig_plan){.type = 0x10}, &p.bob, &p.alice, "again");
    const size_t foreign = p.c.size - before;
    before = p.c.size;
    struct sig_plan local = {.type = 0x10};
    put_sub_u8(&local.hashed, 4, 0);
    put_id_signature(f, &p.c, local, &p.bob, &p.alice, "again");
    const size_t local_size = p.c.size - before;
    before = p.c.size;
    put_id(&p, "not bound", &p.bob, plain);
    put_packet(&p.c, 61, "private", 7);
    const size_t all = p.c.size, invalid = all - before;
    put_id(&p, "left", &p.alice, plain);
    put_id_signature(f, &p.c, (struct sig_plan){.type = 0x30}, &p.alice, &p.alice, "left");
    const size_t revoked = p.c.size - all;
    const struct {
        uint32_t what;
        size_t less;
    } rows[] = {{0, 0},
                {SECMAIL_CLEAN_SUPERSEDED, superseded},
                {SECMAIL_CLEAN_LOCAL, local_size},
                {SECMAIL_CLEAN_INVALID, invalid}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct secmail_cert *out = cleaned(&p, rows[i].what);
        /* A binding that a revocation overrides is no longer the one that holds, but it stays. */
        assert_int_equal(size_of(f, out), p.c.size - rows[i].less);
        secmail_cert_unref(out);
    }
    struct secmail_cert *out = cleaned(&p, SECMAIL_CLEAN_FOREIGN);
    assert_true(size_of(f, out) < p.c.size - foreign - local_size);
    assert_int_equal(secmail_cert_user_id_count(out), 4);
    secmail_cert_unref(out);
    out = cleaned(&p, SECMAIL_CLEAN_MINIMAL);
    assert_int_equal(size_of(f, out), p.c.size - superseded - foreign - local_size - invalid);
    assert_true(size_of(f, out) > good + revoked);
    assert_int_equal(secmail_cert_user_id_count(out), 3);
    for (size_t i = 0; i < 2; i++) {
        struct secmail_key_info info = {.size = sizeof info};
        assert_ok(f->context, secmail_cert_key_info(f->context, out, i, NULL, &info));
        assert_int_equal(info.validity, 0);
    }
    secmail_cert_unref(out);
    done(&p);
}

/* Whatever is taken out, what was revoked stays so. */
static void cleaning_keeps_revocations(void **state)
{
    struct people p = people(*state, 6);
    struct fixture *f = p.f;
    put_primary(f, &p.c, &p.alice, SECMAIL_KEY_CERTIFY, 0);
    put_subkey(f, &p.c, &p.alice, &p.sub, SECMAIL_KEY_ENCRYPT_STORAGE, 0);
    put_key_signature(f, &p.c, (struct sig_plan){.type = 0x28}, &p.alice, &p.alice, &p.sub);
    struct secmail_cert *out = cleaned(&p, SECMAIL_CLEAN_MINIMAL);
    struct secmail_key_info info = {.size = sizeof info};
    assert_ok(f->context, secmail_cert_key_info(f->context, out, 1, NULL, &info));
    assert_int_equal(info.validity, SECMAIL_E_KEY_REVOKED);
    assert_int_equal(size_of(f, out), p.c.size); /* old signatures need the binding, too */
    secmail_cert_unref(out);
    done(&p);
}

static struct collected not_exportable(void)
{
    struct collected area = {0};
    put_sub_u8(&area, 4 | SUB_CRITICAL, 0);
    return area;
}

/* What others may have: without local certifications, their revocations, and parts that nothing
 * else knows of; but with what the owner revoked. Sections 5.2.3.19 and 5.2.3.23. */
static void what_is_for_others(void **state)
{
    struct people p = people(*state, 4);
    struct fixture *f = p.f;
    put_good(&p);
    put_packet(&p.c, TAG_USER_ID, "more", 4);
    put_id_signature(f, &p.c, (struct sig_plan){.type = 0x13}, &p.alice, &p.alice, "more");
    put_id_signature(f, &p.c, (struct sig_plan){.type = 0x30, .hashed = not_exportable()}, &p.alice,
                     &p.alice, "more");
    const size_t others = p.c.size;
    for (uint8_t type = 0x10; type <= 0x30; type += 0x20)
        put_id_signature(f, &p.c, (struct sig_plan){.type = type, .hashed = not_exportable()},
                         &p.bob, &p.alice, "more");
    put_id(&p, "pet name", &p.bob, (struct sig_plan){.hashed = not_exportable()});
    put_id(&p, "for me", &p.alice, (struct sig_plan){.hashed = not_exportable()});
    put_packet(&p.c, TAG_PUBLIC_SUBKEY, p.bob.body.data, p.bob.body.size);
    put_key_signature(f, &p.c, (struct sig_plan){.type = 0x18, .hashed = not_exportable()},
                      &p.alice, &p.alice, &p.bob);
    struct secmail_cert *out = cleaned(&p, SECMAIL_CLEAN_LOCAL);
    assert_int_equal(secmail_cert_user_id_count(out), 2);
    assert_int_equal(secmail_cert_key_count(out), 2);
    assert_int_equal(size_of(f, out), others);
    secmail_cert_unref(out);
    done(&p);
}

/* ---------------------------------------------------------------- revocations of keys */

/* Reason and words are told; of several revocations, those of a hard one. */
static void reasons_are_told(void **state)
{
    struct people p = people(*state, 6);
    struct fixture *f = p.f;
    static const struct {
        const char *reason; /* NULL: none is given */
        size_t size;
        uint32_t code;
        const char *text;
        int age;
    } rows[] = {{"\3old", 4, 3, "old", 20}, {"\1", 1, 3, "old", 30}, {NULL, 0, 0, NULL, 10}};
    put_primary(f, &p.c, &p.alice, SECMAIL_KEY_CERTIFY, 0);
    for (size_t i = 0; i < 3; i++) {
        struct sig_plan plan = {.type = 0x20, .created = f->now - rows[i].age * DAY};
        if (i == 1) /* newer than the other soft one: that one goes on counting */
            plan.created = f->now - 5 * DAY;
        if (rows[i].reason)
            put_sub(&plan.hashed, SUB_REASON, rows[i].reason, rows[i].size);
        put_key_signature(f, &p.c, plan, &p.alice, &p.alice, NULL);
        struct secmail_key_info info = {.size = sizeof info};
        struct secmail_cert *cert = cert_of(&p);
        assert_ok(f->context, secmail_cert_key_info(f->context, cert, 0, NULL, &info));
        assert_int_equal(info.validity, SECMAIL_E_KEY_REVOKED);
        assert_int_equal(info.reason, SECMAIL_REASON_KEY_REVOKED);
        assert_int_equal(info.revocation_reason, rows[i].code);
        assert_int_equal(info.revoked, f->now - (i == 2 ? 10 : 20) * DAY);
        assert_int_equal(info.revocation_text_size, rows[i].text ? strlen(rows[i].text) : 0);
        if (rows[i].text)
            assert_memory_equal(info.revocation_text, rows[i].text, info.revocation_text_size);
        else
            assert_null(info.revocation_text);
        secmail_cert_unref(cert);
    }
    done(&p);
}

/* A back-signature can't be hidden behind others that somebody adds to the unhashed area. */
static void back_signatures_among_others(void **state)
{
    struct people p = people(*state, 6);
    struct fixture *f = p.f;
    for (int genuine = 0; genuine < 2; genuine++) {
        for (int place = 0; place < 3; place++) {
            struct sig_plan plan = flags_plan(0x18, SECMAIL_KEY_SIGN);
            drop(&p.c);
            put_primary(f, &p.c, &p.alice, SECMAIL_KEY_CERTIFY, 0);
            put_sub(&plan.unhashed, SUB_EMBEDDED, "junk", 4);
            if (genuine)
                put_back_signature(f, place ? &plan.unhashed : &plan.hashed, &p.alice, &p.bob, 0);
            else /* of another key */
                put_back_signature(f, place ? &plan.unhashed : &plan.hashed, &p.alice, &p.alice, 0);
            if (place == 2)
                put_sub(&plan.unhashed, SUB_EMBEDDED, "more", 4);
            put_body(&p.c, TAG_PUBLIC_SUBKEY, &p.bob.body);
            put_key_signature(f, &p.c, plan, &p.alice, &p.alice, &p.bob);
            struct secmail_cert *cert = cert_of(&p);
            for (int again = 0; again < 2; again++) {
                struct secmail_key_info info = {.size = sizeof info};
                assert_ok(f->context, secmail_cert_key_info(f->context, cert, 1, NULL, &info));
                assert_int_equal(info.flags, genuine ? SECMAIL_KEY_SIGN : 0);
            }
            secmail_cert_unref(cert);
        }
    }
    done(&p);
}

/* ---------------------------------------------------------------- designated revokers */

static struct collected designation(const struct test_key *revoker, unsigned class)
{
    struct collected body = {0}, area = {0};
    put_u8(&body, class);
    put_u8(&body, revoker->algo);
    put(&body, revoker->fp, 20);
    put_sub(&area, REVOKER, body.data, body.size);
    drop(&body);
    return area;
}

static struct secmail_cert *cert_for(struct fixture *f, const struct test_key *key)
{
    struct collected c = {0};
    struct secmail_cert *cert;
    put_primary(f, &c, key, SECMAIL_KEY_CERTIFY, 0);
    assert_ok(f->context, secmail_cert_parse(f->context, &cert, c.data, c.size));
    drop(&c);
    return cert;
}

/* A designation that is marked as sensitive isn't for others until the revoker acts. */
static void sensitive_designations(void **state)
{
    struct people p = people(*state, 4);
    struct fixture *f = p.f;
    put_primary(f, &p.c, &p.alice, SECMAIL_KEY_CERTIFY, 0);
    const size_t good = p.c.size;
    for (unsigned class = 0x80; class <= 0xc0; class += 0x40) {
        p.c.size = good;
        put_key_signature(f, &p.c,
                          (struct sig_plan){.type = 0x1f, .hashed = designation(&p.bob, class)},
                          &p.alice, &p.alice, NULL);
        struct secmail_cert *out = cleaned(&p, SECMAIL_CLEAN_LOCAL);
        assert_int_equal(size_of(f, out), class == 0xc0 ? good : p.c.size);
        secmail_cert_unref(out);
        put_key_signature(f, &p.c, (struct sig_plan){.type = 0x20}, &p.bob, &p.alice, NULL);
        out = cleaned(&p, SECMAIL_CLEAN_LOCAL);
        assert_int_equal(size_of(f, out), p.c.size);
        secmail_cert_unref(out);
    }
    done(&p);
}

/* A flood of revocations is refused only where one of them may be the revoker's. */
static void flood_of_revocations(void **state)
{
    for (int designated = 0; designated < 2; designated++) {
        struct people p = people(*state, 4);
        struct fixture *f = p.f;
        struct secmail_cert *cert;
        set_limit(f, SECMAIL_LIMIT_CERT_SIGNATURES, 10);
        put_primary(f, &p.c, &p.alice, SECMAIL_KEY_CERTIFY, 0);
        if (designated)
            put_key_signature(f, &p.c,
                              (struct sig_plan){.type = 0x1f, .hashed = designation(&p.sub, 0x80)},
                              &p.alice, &p.alice, NULL);
        for (int i = 0; i < 11; i++)
            put_key_signature(f, &p.c, (struct sig_plan){.type = 0x20}, &p.bob, &p.alice, NULL);
        assert_code(f->context, secmail_cert_parse(f->context, &cert, p.c.data, p.c.size),
                    designated ? SECMAIL_E_LIMIT_CERT_SIGNATURES : 0);
        secmail_cert_unref(cert);
        assert_ok(f->context, secmail_context_set_limits(f->context, NULL));
        done(&p);
    }
}

/* A few designations, then many, and many revocations: the copy is made at no great cost. */
static void many_sensitive_designations(void **state)
{
    struct people p = people(*state, 4);
    struct fixture *f = p.f;
    struct collected one = {0}, none = {0};
    put_primary(f, &p.c, &p.alice, SECMAIL_KEY_CERTIFY, 0);
    put_key_signature(f, &p.c, (struct sig_plan){.type = 0x1f, .hashed = designation(&p.bob, 0xc0)},
                      &p.alice, &p.alice, NULL);
    const size_t first = p.c.size;
    for (int i = 0; i < 2700; i++) {
        struct collected area = designation(&p.bob, 0xc0);
        put_all(&one, &area);
        drop(&area);
    }
    for (int i = 0; i < 100; i++) {
        struct collected area = {0};
        put_all(&area, &one);
        put_key_signature(f, &p.c,
                          (struct sig_plan){.type = 0x1f, .created = f->now - i, .hashed = area},
                          &p.alice, &p.alice, NULL);
    }
    const size_t many = p.c.size;
    put_key_signature(f, &none, (struct sig_plan){.type = 0x20}, &p.sub, &p.alice, NULL);
    for (int i = 0; i < 3900; i++)
        put_all(&p.c, &none);
    put_key_signature(f, &p.c, (struct sig_plan){.type = 0x20}, &p.bob, &p.alice, NULL);
    const clock_t start = clock();
    struct secmail_cert *out = cleaned(&p, SECMAIL_CLEAN_LOCAL);
    assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
    assert_int_equal(size_of(f, out), p.c.size - (many - first));
    secmail_cert_unref(out);
    drop(&one);
    drop(&none);
    done(&p);
}

static int32_t validity(struct fixture *f, const struct secmail_cert *cert, size_t index)
{
    struct secmail_key_info info = {.size = sizeof info};
    assert_ok(f->context, secmail_cert_key_info(f->context, cert, index, NULL, &info));
    return info.validity;
}

/* Alice's certificate, on which Bob revokes; Alice designated him, or somebody else in his name, or
 * she didn't protect that. */
static struct secmail_cert *revoked_by_bob(struct people *p, unsigned class, bool by_alice,
                                           bool hashed)
{
    struct fixture *f = p->f;
    struct sig_plan plan = {.type = 0x1f};
    *(hashed ? &plan.hashed : &plan.unhashed) = designation(&p->bob, class);
    put_good(p);
    struct secmail_cert *cert;
    struct collected all = {0};
    /* Directly behind the primary key. */
    const size_t key_size = 2 + p->alice.body.size;
    put(&all, p->c.data, key_size);
    put_key_signature(f, &all, plan, by_alice ? &p->alice : &p->bob, &p->alice, NULL);
    put_key_signature(f, &all, (struct sig_plan){.type = 0x20}, &p->bob, &p->alice, NULL);
    put(&all, p->c.data + key_size, p->c.size - key_size);
    put_key_signature(f, &all, (struct sig_plan){.type = 0x28}, &p->bob, &p->alice, &p->sub);
    assert_ok(f->context, secmail_cert_parse(f->context, &cert, all.data, all.size));
    drop(&all);
    return cert;
}

static void designated_revokers(void **state)
{
    const struct {
        unsigned class;
        bool by_alice, hashed;
        int32_t validity;
    } rows[] = {
        {0x80, true, true, SECMAIL_E_KEY_REVOKED},
        {0xc0, true, true, SECMAIL_E_KEY_REVOKED},
        {0x00, true, true, 0},
        {0x80, false, true, 0},
        {0x80, true, false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct people p = people(*state, 4);
        struct secmail_cert *cert = revoked_by_bob(&p, rows[i].class, rows[i].by_alice,
                                                   rows[i].hashed);
        struct secmail_cert *bob = cert_for(p.f, &p.bob), *sub = cert_for(p.f, &p.alice);
        assert_int_equal(validity(p.f, cert, 0), 0); /* nobody knows who Bob is */
        assert_ok(p.f->context, secmail_cert_check_revoker(p.f->context, cert, cert));
        assert_ok(p.f->context, secmail_cert_check_revoker(p.f->context, cert, sub));
        assert_int_equal(validity(p.f, cert, 0), 0);
        assert_ok(p.f->context, secmail_cert_check_revoker(p.f->context, cert, bob));
        assert_int_equal(validity(p.f, cert, 0), rows[i].validity);
        assert_int_equal(validity(p.f, cert, 1), rows[i].validity);
        secmail_cert_unref(cert);
        secmail_cert_unref(bob);
        secmail_cert_unref(sub);
        done(&p);
    }
}

/* A revoker's revocation is as little lost as the owner's: this one stands at another subkey. */
static void revoked_by_a_revoker_elsewhere(void **state)
{
    struct people p = people(*state, 4);
    struct fixture *f = p.f;
    put_primary(f, &p.c, &p.alice, SECMAIL_KEY_CERTIFY, 0);
    put_key_signature(f, &p.c, (struct sig_plan){.type = 0x1f, .hashed = designation(&p.bob, 0x80)},
                      &p.alice, &p.alice, NULL);
    put_subkey(f, &p.c, &p.alice, &p.sub, SECMAIL_KEY_ENCRYPT_STORAGE, 0);
    put_subkey(f, &p.c, &p.alice, &p.bob, SECMAIL_KEY_ENCRYPT_STORAGE, 0);
    put_key_signature(f, &p.c, (struct sig_plan){.type = 0x28}, &p.bob, &p.alice, &p.sub);
    struct secmail_cert *cert, *bob = cert_for(f, &p.bob);
    assert_ok(f->context, secmail_cert_parse(f->context, &cert, p.c.data, p.c.size));
    assert_int_equal(validity(f, cert, 1), 0);
    assert_ok(f->context, secmail_cert_check_revoker(f->context, cert, bob));
    assert_int_equal(validity(f, cert, 1), SECMAIL_E_KEY_REVOKED);
    assert_int_equal(validity(f, cert, 2), 0);
    secmail_cert_unref(cert);
    secmail_cert_unref(bob);
    done(&p);
}

/* A verification that has the revoker's certificate finds it by itself; without it, lint warns. */
static void revoker_among_the_certificates(void **state)
{
    for (int known = 0; known < 2; known++) {
        struct people p = people(*state, 4);
        struct secmail_context *x = p.f->context;
        struct secmail_cert *cert = revoked_by_bob(&p, 0x80, true, true);
        struct secmail_cert *bob = cert_for(p.f, &p.bob);
        struct secmail_findings *findings;
        struct collected signature = {0};
        struct secmail_verify *v;
        assert_ok(x, secmail_cert_lint(x, cert, NULL, &findings));
        const struct want unknown = {WARNING, SECMAIL_REASON_REVOKER_UNKNOWN, CERT, 0, NULL};
        assert_true(found(findings, &unknown));
        secmail_findings_free(findings);
        put_signature(p.f, &signature, plain, &p.alice, "x", 1);
        assert_ok(x, secmail_verify_new(x, &v));
        assert_ok(x, secmail_verify_add_cert(v, cert));
        if (known)
            assert_ok(x, secmail_verify_add_cert(v, bob));
        assert_ok(x, secmail_verify_add_signatures(v, signature.data, signature.size));
        assert_ok(x, secmail_verify_update(v, (const uint8_t *)"x", 1));
        assert_ok(x, secmail_verify_finish(v));
        assert_int_equal(secmail_verify_good_count(v), !known);
        assert_int_equal(secmail_verdict_reason(secmail_verify_verdict(v, 0), 0),
                         known ? SECMAIL_REASON_KEY_REVOKED : SECMAIL_REASON_VALID);
        secmail_verify_free(v);
        secmail_cert_unref(cert);
        secmail_cert_unref(bob);
        drop(&signature);
        done(&p);
    }
}

/* ---------------------------------------------------------------- notations */

/* A critical notation is accepted by a policy that knows it, in certificates and on documents. */
static void critical_notations(void **state)
{
    struct people p = people(*state, 6);
    struct secmail_context *x = p.f->context;
    struct sig_plan plan = flags_plan(0x1f, SECMAIL_KEY_SIGN);
    static const char body[] = "\0\0\0\0\0\3\0\1x@yz";
    put_sub(&plan.hashed, SUB_NOTATION | SUB_CRITICAL, body, 12);
    put_body(&p.c, TAG_PUBLIC_KEY, &p.alice.body);
    put_key_signature(p.f, &p.c, plan, &p.alice, &p.alice, NULL);
    struct secmail_cert *cert = cert_of(&p);
    struct secmail_policy *standard, *knows;
    assert_ok(x, secmail_policy_standard(x, &standard));
    static const char *const names[] = {"x@y", "x@yz", "X@Y", "x@"};
    for (size_t i = 0; i < 4; i++) {
        struct secmail_key_info info = {.size = sizeof info};
        struct collected signature = {0};
        struct sig_plan document = {0};
        struct secmail_verify *v;
        assert_ok(x, secmail_policy_with_notation(x, standard, names[i], &knows));
        assert_ok(x, secmail_cert_key_info(x, cert, 0, knows, &info));
        assert_int_equal(info.validity, i ? SECMAIL_E_KEY_INVALID : 0);
        put_sub(&document.hashed, SUB_NOTATION | SUB_CRITICAL, body, 12);
        put_signature(p.f, &signature, document, &p.alice, "x", 1);
        assert_ok(x, secmail_verify_new(x, &v));
        assert_ok(x, secmail_verify_set_policy(v, knows));
        assert_ok(x, secmail_verify_add_cert(v, cert));
        assert_ok(x, secmail_verify_add_signatures(v, signature.data, signature.size));
        assert_ok(x, secmail_verify_update(v, (const uint8_t *)"x", 1));
        assert_ok(x, secmail_verify_finish(v));
        assert_int_equal(secmail_verify_good_count(v), !i);
        if (i)
            assert_int_equal(secmail_verdict_reason(secmail_verify_verdict(v, 0), 0),
                             SECMAIL_REASON_CRITICAL_SUBPACKET);
        secmail_verify_free(v);
        secmail_policy_unref(knows);
        drop(&signature);
    }
    secmail_policy_unref(standard);
    secmail_cert_unref(cert);
    done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(arguments),
        fixture_test(nothing_to_mend),
        fixture_test(self_signatures_that_do_not_count),
        fixture_test(keys_that_are_not_as_they_should_be),
        fixture_test(many_foreign_signatures),
        fixture_test(floods),
        fixture_test(cleaning),
        fixture_test(cleaning_keeps_revocations),
        fixture_test(what_is_for_others),
        fixture_test(reasons_are_told),
        fixture_test(back_signatures_among_others),
        fixture_test(sensitive_designations),
        fixture_test(many_sensitive_designations),
        fixture_test(flood_of_revocations),
        fixture_test(designated_revokers),
        fixture_test(revoked_by_a_revoker_elsewhere),
        fixture_test(revoker_among_the_certificates),
        fixture_test(critical_notations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
