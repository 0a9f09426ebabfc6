/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certifying user IDs of others: what is written, that it is right, and what is refused. */
#include "packet_writer.h"
#include "verify/cert.h"

enum { DAY = 86400 };

static const uint32_t profiles[] = {SECMAIL_PROFILE_RFC4880, SECMAIL_PROFILE_RFC9580};

static struct secmail_certify *certifier(struct fixture *f, struct secmail_key *key)
{
    struct secmail_certify *c;
    assert_ok(f->context, secmail_certify_new(f->context, &c, key));
    return c;
}

static struct collected bytes_of(struct fixture *f, const struct secmail_cert *cert)
{
    struct secmail_bytes *bytes;
    struct collected c = {0};
    assert_ok(f->context, secmail_cert_export(f->context, cert, 0, &bytes));
    put(&c, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    return c;
}

/* Runs a certification, which must not touch the certificate that it is given. */
static struct secmail_cert *certify(struct fixture *f, struct secmail_certify *c,
                                    struct secmail_cert *cert, const char *user_id, int code)
{
    struct collected before = bytes_of(f, cert), after;
    struct secmail_cert *out = (struct secmail_cert *)(uintptr_t)1;
    assert_code(f->context, secmail_certify_user_id(c, cert, user_id, &out), code);
    assert_int_equal(out == NULL, code != 0);
    assert_int_equal(*secmail_context_error_detail(f->context) != 0, code != 0);
    after = bytes_of(f, cert);
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.data, after.data, after.size);
    drop(&before);
    drop(&after);
    return out;
}

static struct secmail_cert *take_back(struct fixture *f, struct secmail_certify *c,
                                      struct secmail_cert *cert, const char *user_id, int code)
{
    struct secmail_cert *out = (struct secmail_cert *)(uintptr_t)1;
    assert_code(f->context,
                secmail_certify_revoke_user_id(c, cert, user_id, SECMAIL_REVOKED_USER_ID,
                                               "left the company", &out),
                code);
    assert_int_equal(out == NULL, code != 0);
    return out;
}

/* The index-th signature on a user ID, if it is right and by this key. */
static const struct smi_signature *statement(struct fixture *f, const struct secmail_cert *cert,
                                             size_t user_id, size_t index,
                                             const struct secmail_key *by)
{
    const struct smi_component *c = NULL;
    for (size_t i = 0; i < cert->component_count && !c; i++) {
        if (cert->components[i].kind == SMI_COMPONENT_USER_ID && user_id-- == 0)
            c = &cert->components[i];
    }
    assert_non_null(c);
    assert_true(index < c->signature_count);
    const struct smi_signed_object object = {.primary = smi_cert_primary(cert),
                                             .id = c->body,
                                             .id_size = c->body_size,
                                             .id_marker = 0xb4};
    bool good;
    assert_ok(f->context,
              smi_signature_check_object(f->context, &c->signatures[index],
                                         smi_cert_primary(secmail_key_cert(by)), &object, &good));
    assert_true(good);
    return &c->signatures[index];
}

static bool says(const struct smi_signature *sig, const void *subpacket, size_t size)
{
    for (size_t at = 0; at + size <= sig->hashed_size; at++) {
        if (memcmp(sig->hashed + at, subpacket, size) == 0)
            return true;
    }
    return false;
}

/* ---------------------------------------------------------------- what is made */

/* By keys and on certificates of both versions. */
static void levels(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 4; p++) {
        struct secmail_key *alice = make_key(f, profiles[p % 2], "Alice"),
                           *bob = make_key(f, profiles[p / 2], "Bob");
        for (uint32_t level = 0; level <= 3; level++) {
            struct secmail_certify *c = certifier(f, alice);
            assert_ok(f->context, secmail_certify_set_level(c, level));
            struct secmail_cert *cert = certify(f, c, secmail_key_cert(bob), "Bob", 0);
            const struct smi_signature *sig = statement(f, cert, 0, 1, alice);
            assert_int_equal(sig->type, 0x10 + level);
            assert_int_equal(sig->created, f->now);
            assert_int_equal(sig->lifetime, 0);
            assert_false(says(sig, "\2\204\0", 3));
            struct secmail_key_info info = {.size = sizeof info};
            assert_ok(f->context, secmail_cert_key_info(f->context, cert, 0, NULL, &info));
            assert_int_equal(info.validity, 0);
            secmail_cert_unref(cert);
            secmail_certify_free(c);
        }
        secmail_key_unref(alice);
        secmail_key_unref(bob);
    }
}

static void settings(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *alice = make_key(f, SECMAIL_PROFILE_RFC4880, "Alice"),
                       *bob = make_key(f, SECMAIL_PROFILE_RFC4880, "Bob");
    struct secmail_certify *c = certifier(f, alice);
    struct secmail_policy *policy;
    assert_ok(f->context, secmail_policy_standard(f->context, &policy));
    assert_ok(f->context, secmail_certify_set_policy(c, policy));
    secmail_policy_unref(policy);
    assert_ok(f->context, secmail_certify_set_local(c, 1));
    assert_ok(f->context, secmail_certify_set_lifetime(c, 1000));
    assert_ok(f->context, secmail_certify_set_trust(c, 1, 120));
    assert_ok(f->context, secmail_certify_add_notation(c, "how@example.org", "in person"));
    assert_ok(f->context, secmail_certify_add_notation(c, "where@example.org", "Köln"));
    struct secmail_cert *cert = certify(f, c, secmail_key_cert(bob), "Bob", 0);
    const struct smi_signature *sig = statement(f, cert, 0, 1, alice);
    assert_true(says(sig, "\2\204\0", 3));     /* not exportable, critical */
    assert_true(says(sig, "\3\205\1\170", 4)); /* trust, critical */
    assert_int_equal(sig->lifetime, 1000);
    assert_true(says(sig, "\41\24\200\0\0\0\0\17\0\11how@example.orgin person", 34));
    assert_true(says(sig, "\200\0\0\0\0\21\0\5where@example.orgK\303\266ln", 30));
    secmail_cert_unref(cert);
    secmail_certify_free(c);
    secmail_key_unref(alice);
    secmail_key_unref(bob);
}

/* What takes a local certification back isn't for others either: it would tell them of it. */
static void local_ones_are_taken_back_locally(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *alice = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice"),
                       *bob = make_key(f, SECMAIL_PROFILE_RFC9580, "Bob");
    for (int local = 0; local < 2; local++) {
        struct secmail_certify *c = certifier(f, alice), *back = certifier(f, alice);
        assert_ok(f->context, secmail_certify_set_local(c, local));
        assert_ok(f->context, secmail_certify_set_local(back, !local));
        struct secmail_cert *one = certify(f, c, secmail_key_cert(bob), "Bob", 0), *two, *out;
        two = take_back(f, back, one, "Bob", 0);
        assert_int_equal(says(statement(f, two, 0, 2, alice), "\2\204\0", 3), local);
        assert_ok(f->context, secmail_cert_clean(f->context, two, NULL, SECMAIL_CLEAN_LOCAL, &out));
        assert_int_equal(out->components[1].signature_count, local ? 1 : 3);
        secmail_cert_unref(two);
        secmail_cert_unref(out);
        /* Whoever may have one of two must learn of it. */
        out = certify(f, back, one, "Bob", 0);
        two = take_back(f, c, out, "Bob", 0);
        assert_false(says(statement(f, two, 0, 3, alice), "\2\204\0", 3));
        secmail_cert_unref(one);
        secmail_cert_unref(two);
        secmail_cert_unref(out);
        secmail_certify_free(c);
        secmail_certify_free(back);
    }
    secmail_key_unref(alice);
    secmail_key_unref(bob);
}

/* Certified, certified again, taken back, certified again: all in one second. */
static void taken_back(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 4; p++) {
        struct secmail_key *alice = make_key(f, profiles[p % 2], "Alice"),
                           *bob = make_key(f, profiles[p / 2], "Bob");
        struct secmail_certify *c = certifier(f, alice);
        struct secmail_cert *bare = secmail_key_cert(bob), *one, *two, *three, *four;
        take_back(f, c, bare, "Bob", SECMAIL_E_USER_ID_NO_MATCH);
        one = certify(f, c, bare, "Bob", 0);
        take_back(f, c, one, "Rob", SECMAIL_E_USER_ID_NO_MATCH);
        two = certify(f, c, one, "Bob", 0);
        assert_int_equal(statement(f, two, 0, 2, alice)->created, f->now + 1);
        three = take_back(f, c, two, "Bob", 0);
        const struct smi_signature *sig = statement(f, three, 0, 3, alice);
        assert_int_equal(sig->type, 0x30);
        assert_int_equal(sig->created, f->now + 2);
        assert_true(says(sig, "\22\35\40left the company", 19));
        take_back(f, c, three, "Bob", SECMAIL_E_USER_ID_NO_MATCH);
        four = certify(f, c, three, "Bob", 0);
        assert_int_equal(statement(f, four, 0, 4, alice)->created, f->now + 3);
        secmail_cert_unref(one);
        secmail_cert_unref(two);
        secmail_cert_unref(three);
        secmail_cert_unref(four);
        secmail_certify_free(c);
        secmail_key_unref(alice);
        secmail_key_unref(bob);
    }
}

/* A name of one's own for somebody goes behind the user IDs that are there. */
static void any_user_id(void **state)
{
    struct fixture *f = *state;
    size_t size;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *alice = make_key(f, profiles[p], "Alice"),
                           *bob = make_key(f, profiles[p], "Bob");
        struct secmail_certify *c = certifier(f, alice);
        certify(f, c, secmail_key_cert(bob), "Bobby", SECMAIL_E_USER_ID_NO_MATCH);
        assert_ok(f->context, secmail_certify_allow_any_user_id(c, 1));
        struct secmail_cert *cert = certify(f, c, secmail_key_cert(bob), "Bobby", 0);
        assert_int_equal(secmail_cert_user_id_count(cert), 2);
        assert_memory_equal(secmail_cert_user_id(cert, 1, &size), "Bobby", 5);
        statement(f, cert, 1, 0, alice);
        struct secmail_key_info info = {.size = sizeof info};
        for (size_t i = 0; i < 3; i++) { /* the subkeys are still bound */
            assert_ok(f->context, secmail_cert_key_info(f->context, cert, i, NULL, &info));
            assert_int_equal(info.validity, 0);
        }
        secmail_cert_unref(cert);
        secmail_certify_free(c);
        secmail_key_unref(alice);
        secmail_key_unref(bob);
    }
}

/* A certificate that is its primary key alone. */
static void any_user_id_on_a_bare_key(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *alice = make_key(f, SECMAIL_PROFILE_RFC4880, "Alice");
    struct test_key bare = test_key(f, 4, PK_EDDSA, f->now);
    struct collected packets = {0};
    put_body(&packets, TAG_PUBLIC_KEY, &bare.body);
    struct secmail_cert *cert = parse_cert(f, &packets), *named;
    struct secmail_certify *c = certifier(f, alice);
    certify(f, c, cert, "Bob", SECMAIL_E_KEY_INVALID);
    assert_ok(f->context, secmail_certify_allow_any_user_id(c, 1));
    named = certify(f, c, cert, "Bob", 0);
    statement(f, named, 0, 0, alice);
    secmail_cert_unref(named);
    secmail_cert_unref(cert);
    secmail_certify_free(c);
    secmail_key_unref(alice);
    drop(&bare.body);
}

/* ---------------------------------------------------------------- refusals */

static struct secmail_key *revoked(struct fixture *f, struct secmail_key *key, bool user_id)
{
    struct secmail_key_edit *edit;
    struct secmail_key *out;
    assert_ok(f->context, secmail_key_edit_new(f->context, &edit, key));
    assert_ok(f->context,
              user_id ? secmail_key_edit_revoke_user_id(edit, 0, NULL)
                      : secmail_key_edit_revoke_key(edit, 0, SECMAIL_REVOKED_RETIRED, NULL));
    assert_ok(f->context, secmail_key_edit_run(edit, &out));
    secmail_key_edit_free(edit);
    secmail_key_unref(key);
    return out;
}

static void certifiers_that_may_not(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *alice = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice"), *locked,
                       *bob = make_key(f, SECMAIL_PROFILE_RFC9580, "Bob");
    struct secmail_secret *password = make_secret(f, "x");
    struct secmail_certify *c;
    assert_ok(f->context, secmail_key_lock(f->context, alice, password, &locked));
    c = certifier(f, locked);
    certify(f, c, secmail_key_cert(bob), "Bob", SECMAIL_E_KEY_LOCKED);
    assert_int_equal(secmail_key_is_locked(locked), 1);
    secmail_certify_free(c);
    c = certifier(f, bob); /* itself */
    certify(f, c, secmail_key_cert(bob), "Bob", SECMAIL_E_ARGUMENT);
    secmail_certify_free(c);
    f->now += DAY;
    alice = revoked(f, alice, false);
    c = certifier(f, alice);
    certify(f, c, secmail_key_cert(bob), "Bob", SECMAIL_E_KEY_REVOKED);
    secmail_certify_free(c);
    f->now += 4 * 365 * DAY;
    c = certifier(f, bob);
    certify(f, c, secmail_key_cert(locked), "Alice", SECMAIL_E_KEY_EXPIRED);
    secmail_certify_free(c);
    secmail_secret_free(password);
    secmail_key_unref(locked);
    secmail_key_unref(alice);
    secmail_key_unref(bob);
}

/* A key whose owner has said that it only signs. */
static void no_flag_to_certify(void **state)
{
    struct fixture *f = *state;
    struct test_key test = test_key(f, 4, PK_EDDSA, f->now);
    struct secmail_key *bob = make_key(f, SECMAIL_PROFILE_RFC4880, "Bob"), *key;
    struct collected c = {0};
    put_secret_key(&c, TAG_SECRET_KEY, &test);
    put_key_signature(f, &c, flags_plan(0x1f, SECMAIL_KEY_SIGN), &test, &test, NULL);
    assert_ok(f->context, secmail_key_parse(f->context, &key, c.data, c.size));
    struct secmail_certify *by = certifier(f, key);
    certify(f, by, secmail_key_cert(bob), "Bob", SECMAIL_E_CANNOT_CERTIFY);
    secmail_certify_free(by);
    secmail_key_unref(key);
    secmail_key_unref(bob);
    drop(&test.body);
    drop(&c);
}

static void subjects_that_must_not(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *alice = make_key(f, profiles[p], "Alice"),
                           *bob = make_key(f, profiles[p], "Bob"),
                           *carol = make_key(f, profiles[p], "Carol");
        struct secmail_certify *c = certifier(f, alice);
        f->now += DAY;
        bob = revoked(f, bob, false);
        carol = revoked(f, carol, true);
        f->now += DAY;
        for (int any = 0; any < 2; any++) {
            assert_ok(f->context, secmail_certify_allow_any_user_id(c, any));
            certify(f, c, secmail_key_cert(bob), "Bob", SECMAIL_E_KEY_REVOKED);
            secmail_cert_unref(certify(f, c, secmail_key_cert(carol), "Carol",
                                       any ? 0 : SECMAIL_E_USER_ID_NO_MATCH));
        }
        secmail_certify_free(c);
        secmail_key_unref(alice);
        secmail_key_unref(bob);
        secmail_key_unref(carol);
    }
}

/* What somebody else has put there in the owner's name doesn't count. */
static void forged_self_signatures(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *alice = make_key(f, SECMAIL_PROFILE_RFC4880, "Alice");
    struct test_key bob = test_key(f, 4, PK_EDDSA, f->now),
                    mallory = test_key(f, 4, PK_EDDSA, f->now);
    struct collected packets = {0};
    put_primary(f, &packets, &bob, SECMAIL_KEY_CERTIFY, 0);
    put_packet(&packets, TAG_USER_ID, "Mallory", 7);
    struct sig_plan plan = {.type = 0x13, .no_issuer = true};
    put_sub_key(&plan.hashed, SUB_ISSUER_FP, &bob);
    put_id_signature(f, &packets, plan, &mallory, &bob, "Mallory");
    struct secmail_cert *cert = parse_cert(f, &packets);
    struct secmail_certify *c = certifier(f, alice);
    certify(f, c, cert, "Mallory", SECMAIL_E_USER_ID_NO_MATCH);
    secmail_certify_free(c);
    secmail_cert_unref(cert);
    secmail_key_unref(alice);
    drop(&bob.body);
    drop(&mallory.body);
}

static void arguments(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *alice = make_key(f, SECMAIL_PROFILE_RFC4880, "Alice"),
                       *bob = make_key(f, SECMAIL_PROFILE_RFC4880, "Bob");
    struct secmail_certify *c = (struct secmail_certify *)(uintptr_t)1;
    struct secmail_cert *cert = secmail_key_cert(bob), *out = NULL;
    assert_int_equal(secmail_certify_new(NULL, &c, alice), SECMAIL_E_ARGUMENT);
    assert_null(c);
    assert_int_equal(secmail_certify_new(f->context, NULL, alice), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_certify_new(f->context, &c, NULL), SECMAIL_E_ARGUMENT);
    c = certifier(f, alice);
    const int bad[] = {
        secmail_certify_set_policy(NULL, NULL),
        secmail_certify_set_level(NULL, 0),
        secmail_certify_set_level(c, 4),
        secmail_certify_set_local(NULL, 0),
        secmail_certify_set_lifetime(NULL, 0),
        secmail_certify_set_lifetime(c, (uint64_t)UINT32_MAX + 1),
        secmail_certify_set_trust(NULL, 0, 0),
        secmail_certify_set_trust(c, 256, 0),
        secmail_certify_set_trust(c, 0, 256),
        secmail_certify_add_notation(NULL, "a", "b"),
        secmail_certify_add_notation(c, NULL, "b"),
        secmail_certify_add_notation(c, "", "b"),
        secmail_certify_add_notation(c, "a", NULL),
        secmail_certify_allow_any_user_id(NULL, 0),
        secmail_certify_user_id(NULL, cert, "Bob", &out),
        secmail_certify_user_id(c, NULL, "Bob", &out),
        secmail_certify_user_id(c, cert, NULL, &out),
        secmail_certify_user_id(c, cert, "Bob", NULL),
        secmail_certify_revoke_user_id(NULL, cert, "Bob", 0, NULL, &out),
        secmail_certify_revoke_user_id(c, cert, "Bob", 0, NULL, NULL),
        secmail_certify_revoke_user_id(c, cert, "Bob", SECMAIL_REVOKED_COMPROMISED, NULL, &out),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(bad[i], SECMAIL_E_ARGUMENT);
    assert_null(out);
    assert_code(f->context, secmail_certify_add_notation(c, "a\n", "b"), SECMAIL_E_EXPECTED_TEXT);
    assert_code(f->context, secmail_certify_add_notation(c, "a", "\xff"), SECMAIL_E_EXPECTED_TEXT);
    assert_code(f->context, secmail_certify_user_id(c, cert, "a\n", &out), SECMAIL_E_EXPECTED_TEXT);
    assert_code(f->context, secmail_certify_revoke_user_id(c, cert, "Bob", 0, "\001", &out),
                SECMAIL_E_EXPECTED_TEXT);
    f->now -= DAY;
    assert_code(f->context, secmail_certify_user_id(c, cert, "Bob", &out), SECMAIL_E_KEY_INVALID);
    secmail_certify_free(c);
    secmail_certify_free(NULL);
    secmail_key_unref(alice);
    secmail_key_unref(bob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(levels),
        fixture_test(settings),
        fixture_test(local_ones_are_taken_back_locally),
        fixture_test(taken_back),
        fixture_test(any_user_id),
        fixture_test(any_user_id_on_a_bare_key),
        fixture_test(certifiers_that_may_not),
        fixture_test(no_flag_to_certify),
        fixture_test(subjects_that_must_not),
        fixture_test(forged_self_signatures),
        fixture_test(arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
