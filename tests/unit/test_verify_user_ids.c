/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* User IDs: what the owner says of them, what others say, and preferences. */
#include "packet_writer.h"

enum { DAY = 86400, PREFERRED_CIPHERS = 11, TRUST = 5, EXPORTABLE = 4, PREFERRED_HASHES = 21 };

struct people {
    struct fixture *f;
    struct test_key alice, bob;
    struct collected c; /* Alice's certificate in the making */
};

static struct people people(struct fixture *f, uint8_t version)
{
    const uint8_t algo = version == 6 ? PK_ED25519 : PK_EDDSA;
    struct people p = {.f = f,
                       .alice = test_key(f, version, algo, f->now - 100 * DAY),
                       .bob = test_key(f, version, algo, f->now - 100 * DAY)};
    put_primary(f, &p.c, &p.alice, SECMAIL_KEY_CERTIFY, f->now - 100 * DAY);
    return p;
}

static void done(struct people *p)
{
    drop(&p->alice.body);
    drop(&p->bob.body);
    drop(&p->c);
}

static void put_id(struct people *p, const char *id)
{
    put_packet(&p->c, TAG_USER_ID, id, strlen(id));
}

static void sign_id(struct people *p, const struct test_key *by, uint8_t type, int64_t age,
                    struct collected hashed, const char *id)
{
    put_id_signature(p->f, &p->c,
                     (struct sig_plan){.type = type, .created = p->f->now - age, .hashed = hashed},
                     by, &p->alice, id);
}

static const struct collected nothing;

static struct secmail_cert *cert_of(struct people *p)
{
    struct secmail_cert *cert;
    assert_ok(p->f->context, secmail_cert_parse(p->f->context, &cert, p->c.data, p->c.size));
    return cert;
}

static struct secmail_policy *policy_at(struct fixture *f, int64_t time)
{
    struct secmail_policy *standard, *then;
    assert_ok(f->context, secmail_policy_standard(f->context, &standard));
    assert_ok(f->context, secmail_policy_at(f->context, standard, time, &then));
    secmail_policy_unref(standard);
    return then;
}

static struct secmail_user_id_info info_at(struct people *p, size_t index, int64_t age)
{
    struct secmail_cert *cert = cert_of(p);
    struct secmail_policy *policy = policy_at(p->f, p->f->now - age);
    struct secmail_user_id_info info = {.size = sizeof info};
    assert_ok(p->f->context, secmail_cert_user_id_info(p->f->context, cert, index, policy, &info));
    assert_int_equal(info.size, sizeof info);
    assert_true(!info.validity == (info.reason == SECMAIL_REASON_VALID));
    secmail_policy_unref(policy);
    secmail_cert_unref(cert);
    return info;
}

static struct collected reason(unsigned code, const char *text)
{
    struct collected body = {0}, area = {0};
    put_u8(&body, code);
    put(&body, text, strlen(text));
    put_sub(&area, SUB_REASON, body.data, body.size);
    drop(&body);
    return area;
}

static struct collected sub_u8(unsigned type, unsigned value)
{
    struct collected area = {0};
    put_sub_u8(&area, type, value);
    return area;
}

static struct collected sub_u32(unsigned type, int64_t value)
{
    struct collected area = {0};
    put_sub_u32(&area, type, value);
    return area;
}

/* ---------------------------------------------------------------- the owner */

static void arguments(void **state)
{
    struct people p = people(*state, 6);
    struct secmail_context *x = p.f->context;
    put_id(&p, "Alice");
    struct secmail_cert *cert = cert_of(&p);
    struct secmail_user_id_info info = {.size = sizeof info};
    struct secmail_certification_info said = {.size = sizeof said};
    struct secmail_preferences prefs = {.size = sizeof prefs};
    assert_int_equal(secmail_cert_user_id_info(NULL, cert, 0, NULL, &info), SECMAIL_E_ARGUMENT);
    assert_code(x, secmail_cert_user_id_info(x, NULL, 0, NULL, &info), SECMAIL_E_ARGUMENT);
    assert_code(x, secmail_cert_user_id_info(x, cert, 1, NULL, &info), SECMAIL_E_ARGUMENT);
    assert_code(x, secmail_cert_user_id_info(x, cert, 0, NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_cert_certification(NULL, cert, 0, cert, NULL, &said),
                     SECMAIL_E_ARGUMENT);
    assert_code(x, secmail_cert_certification(x, cert, 1, cert, NULL, &said), SECMAIL_E_ARGUMENT);
    assert_code(x, secmail_cert_certification(x, cert, 0, NULL, NULL, &said), SECMAIL_E_ARGUMENT);
    assert_code(x, secmail_cert_certification(x, cert, 0, cert, NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_cert_preferences(NULL, cert, NULL, &prefs), SECMAIL_E_ARGUMENT);
    assert_code(x, secmail_cert_preferences(x, NULL, NULL, &prefs), SECMAIL_E_ARGUMENT);
    info.size = said.size = prefs.size = 0;
    assert_code(x, secmail_cert_user_id_info(x, cert, 0, NULL, &info), SECMAIL_E_ARGUMENT);
    assert_code(x, secmail_cert_certification(x, cert, 0, cert, NULL, &said), SECMAIL_E_ARGUMENT);
    assert_code(x, secmail_cert_preferences(x, cert, NULL, &prefs), SECMAIL_E_ARGUMENT);
    /* A caller that knows less gets less. */
    struct secmail_user_id_info part = {.size = offsetof(struct secmail_user_id_info, created),
                                        .created = 77};
    assert_ok(x, secmail_cert_user_id_info(x, cert, 0, NULL, &part));
    assert_int_equal(part.validity, SECMAIL_E_USER_ID_NO_MATCH);
    assert_int_equal(part.created, 77);
    secmail_cert_unref(cert);
    done(&p);
}

static void valid_from_and_until(void **state)
{
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct people p = people(*state, version);
        put_id(&p, "Alice");
        sign_id(&p, &p.alice, 0x13, 20 * DAY, sub_u32(SUB_EXPIRES, 10 * DAY), "Alice");
        struct secmail_user_id_info info = info_at(&p, 0, 15 * DAY);
        assert_int_equal(info.validity, 0);
        assert_int_equal(info.created, p.f->now - 20 * DAY);
        assert_int_equal(info.expires, p.f->now - 10 * DAY);
        assert_int_equal(info.revoked, -1);
        assert_int_equal(info.primary, 1);
        assert_int_equal(info_at(&p, 0, 20 * DAY).validity, 0);
        assert_int_equal(info_at(&p, 0, 10 * DAY + 1).validity, 0);
        assert_int_equal(info_at(&p, 0, 20 * DAY + 1).reason, SECMAIL_REASON_USER_ID_INVALID);
        assert_int_equal(info_at(&p, 0, 10 * DAY).reason, SECMAIL_REASON_USER_ID_INVALID);
        assert_int_equal(info_at(&p, 0, 10 * DAY).validity, SECMAIL_E_USER_ID_NO_MATCH);
        done(&p);
    }
}

/* Anybody can add a user ID, and sign it. */
static void not_by_the_owner(void **state)
{
    struct people p = people(*state, 6);
    put_id(&p, "nobody");
    put_id(&p, "Bob");
    sign_id(&p, &p.bob, 0x13, 0, nothing, "Bob");
    put_id(&p, "Alice");
    sign_id(&p, &p.alice, 0x13, 0, nothing, "Malice");
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(info_at(&p, i, 0).validity, SECMAIL_E_USER_ID_NO_MATCH);
        assert_int_equal(info_at(&p, i, 0).reason, SECMAIL_REASON_USER_ID_INVALID);
        assert_int_equal(info_at(&p, i, 0).primary, 0);
    }
    done(&p);
}

static void revoked_and_taken_back(void **state)
{
    struct people p = people(*state, 6);
    put_id(&p, "Alice");
    sign_id(&p, &p.alice, 0x13, 30 * DAY, nothing, "Alice");
    sign_id(&p, &p.alice, 0x30, 20 * DAY, reason(32, "left"), "Alice");
    struct secmail_user_id_info info = info_at(&p, 0, 20 * DAY);
    assert_int_equal(info.validity, SECMAIL_E_USER_ID_NO_MATCH);
    assert_int_equal(info.reason, SECMAIL_REASON_USER_ID_REVOKED);
    assert_int_equal(info.revoked, p.f->now - 20 * DAY);
    assert_int_equal(info.revocation_reason, 32);
    assert_int_equal(info.primary, 0);
    assert_int_equal(info_at(&p, 0, 20 * DAY + 1).validity, 0);
    struct secmail_cert *cert = cert_of(&p);
    info.size = sizeof info;
    assert_ok(p.f->context, secmail_cert_user_id_info(p.f->context, cert, 0, NULL, &info));
    assert_int_equal(info.revocation_text_size, 4);
    assert_memory_equal(info.revocation_text, "left", 4);
    secmail_cert_unref(cert);
    /* Of the same second, the revocation counts; a later certification takes it back. */
    sign_id(&p, &p.alice, 0x13, 20 * DAY, nothing, "Alice");
    assert_int_equal(info_at(&p, 0, 0).validity, SECMAIL_E_USER_ID_NO_MATCH);
    sign_id(&p, &p.alice, 0x10, 19 * DAY, nothing, "Alice");
    assert_int_equal(info_at(&p, 0, 0).validity, 0);
    assert_int_equal(info_at(&p, 0, 0).created, p.f->now - 19 * DAY);
    done(&p);
}

/* Nobody else can revoke; and a hash that a policy refuses doesn't keep a revocation from holding.
 */
static void who_may_revoke(void **state)
{
    static const char rules[] = "include standard\nhash-of-keys SHA512 never";
    struct people p = people(*state, 4);
    struct secmail_context *x = p.f->context;
    struct secmail_user_id_info info = {.size = sizeof info};
    struct secmail_policy *policy;
    assert_ok(x, secmail_policy_parse(x, &policy, (const uint8_t *)rules, strlen(rules)));
    put_id(&p, "Alice");
    sign_id(&p, &p.alice, 0x13, 30 * DAY, nothing, "Alice");
    sign_id(&p, &p.bob, 0x30, 20 * DAY, nothing, "Alice");
    for (int revoked = 0; revoked < 2; revoked++) {
        struct secmail_cert *cert = cert_of(&p);
        assert_ok(x, secmail_cert_user_id_info(x, cert, 0, policy, &info));
        assert_int_equal(info.reason,
                         revoked ? SECMAIL_REASON_USER_ID_REVOKED : SECMAIL_REASON_VALID);
        secmail_cert_unref(cert);
        put_id_signature(p.f, &p.c, (struct sig_plan){.type = 0x30, .hash = SMI_SHA512}, &p.alice,
                         &p.alice, "Alice");
    }
    secmail_policy_unref(policy);
    done(&p);
}

/* At most one is primary: the flagged one, of several the newest, never one that isn't valid. */
static void primary_user_id(void **state)
{
    struct people p = people(*state, 6);
    static const char *const ids[] = {"a", "b", "c", "d"};
    put_id(&p, ids[0]);
    sign_id(&p, &p.alice, 0x13, 10 * DAY, nothing, ids[0]);
    put_id(&p, ids[1]);
    sign_id(&p, &p.alice, 0x13, 30 * DAY, sub_u8(SUB_PRIMARY, 1), ids[1]);
    put_id(&p, ids[2]);
    sign_id(&p, &p.alice, 0x13, 20 * DAY, sub_u8(SUB_PRIMARY, 1), ids[2]);
    put_id(&p, ids[3]);
    sign_id(&p, &p.alice, 0x13, 15 * DAY, sub_u8(SUB_PRIMARY, 1), ids[3]);
    sign_id(&p, &p.alice, 0x30, 12 * DAY, nothing, ids[3]);
    static const struct {
        int age;
        size_t primary;
    } rows[] = {{0, 2}, {13, 3}, {18, 2}, {25, 1}};
    for (size_t i = 0; i < 4; i++) {
        for (size_t id = 0; id < 4; id++)
            assert_int_equal(info_at(&p, id, rows[i].age * DAY).primary, id == rows[i].primary);
    }
    done(&p);
}

/* What is said on a key that may not be used is worth nothing. */
static void on_a_revoked_key(void **state)
{
    struct people p = people(*state, 6);
    put_key_signature(p.f, &p.c, (struct sig_plan){.type = 0x20}, &p.alice, &p.alice, NULL);
    put_id(&p, "Alice");
    sign_id(&p, &p.alice, 0x13, 30 * DAY, nothing, "Alice");
    assert_int_equal(info_at(&p, 0, 0).validity, SECMAIL_E_KEY_REVOKED);
    assert_int_equal(info_at(&p, 0, 0).reason, SECMAIL_REASON_KEY_REVOKED);
    done(&p);
}

/* ---------------------------------------------------------------- others */

/* Bob's certificate: its primary key may do what `flags` say. */
static struct secmail_cert *bob_cert(struct people *p, uint8_t flags, const struct sig_plan *more)
{
    struct collected c = {0};
    struct secmail_cert *cert;
    put_primary(p->f, &c, &p->bob, flags, p->f->now - 100 * DAY);
    if (more)
        put_key_signature(p->f, &c, *more, &p->bob, &p->bob, NULL);
    assert_ok(p->f->context, secmail_cert_parse(p->f->context, &cert, c.data, c.size));
    drop(&c);
    return cert;
}

static struct secmail_certification_info said_at(struct people *p, struct secmail_cert *issuer,
                                                 int64_t age)
{
    struct secmail_cert *cert = cert_of(p);
    struct secmail_policy *policy = policy_at(p->f, p->f->now - age);
    struct secmail_certification_info info = {.size = sizeof info};
    assert_ok(p->f->context,
              secmail_cert_certification(p->f->context, cert, 0, issuer, policy, &info));
    assert_true(!info.validity == (info.reason == SECMAIL_REASON_VALID));
    secmail_policy_unref(policy);
    secmail_cert_unref(cert);
    return info;
}

static void certified(void **state)
{
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct people p = people(*state, version);
        struct secmail_cert *bob = bob_cert(&p, SECMAIL_KEY_CERTIFY, NULL);
        put_id(&p, "Alice");
        assert_int_equal(said_at(&p, bob, 0).reason, SECMAIL_REASON_NOT_CERTIFIED);
        struct collected hashed = sub_u32(SUB_EXPIRES, 10 * DAY);
        put_sub(&hashed, TRUST, "\2\170", 2);
        put_sub_u8(&hashed, EXPORTABLE, 0);
        sign_id(&p, &p.bob, 0x12, 20 * DAY, hashed, "Alice");
        struct secmail_certification_info info = said_at(&p, bob, 15 * DAY);
        assert_int_equal(info.validity, 0);
        assert_int_equal(info.level, 2);
        assert_int_equal(info.depth, 2);
        assert_int_equal(info.amount, 120);
        assert_int_equal(info.local, 1);
        assert_int_equal(info.created, p.f->now - 20 * DAY);
        assert_int_equal(info.expires, p.f->now - 10 * DAY);
        assert_int_equal(said_at(&p, bob, 20 * DAY + 1).validity, SECMAIL_E_USER_ID_NO_MATCH);
        assert_int_equal(said_at(&p, bob, 10 * DAY).validity, SECMAIL_E_USER_ID_NO_MATCH);
        /* The newest statement counts. */
        sign_id(&p, &p.bob, 0x10, 9 * DAY, nothing, "Alice");
        sign_id(&p, &p.bob, 0x30, 5 * DAY, nothing, "Alice");
        assert_int_equal(said_at(&p, bob, 6 * DAY).validity, 0);
        assert_int_equal(said_at(&p, bob, 6 * DAY).level, 0);
        info = said_at(&p, bob, 5 * DAY);
        assert_int_equal(info.validity, SECMAIL_E_USER_ID_NO_MATCH);
        assert_int_equal(info.reason, SECMAIL_REASON_CERTIFICATION_REVOKED);
        assert_int_equal(info.created, p.f->now - 5 * DAY);
        sign_id(&p, &p.bob, 0x13, 1 * DAY, nothing, "Alice");
        assert_int_equal(said_at(&p, bob, 0).level, 3);
        secmail_cert_unref(bob);
        done(&p);
    }
}

/* "Only signatures by the target key on User IDs that match the Regular Expression [...] have trust
 * extended" (section 5.2.3.22): no trust is told without its limit. */
static void trust_with_a_limit(void **state)
{
    struct people p = people(*state, 6);
    struct secmail_cert *bob = bob_cert(&p, SECMAIL_KEY_CERTIFY, NULL);
    struct collected hashed = {0};
    put_sub(&hashed, TRUST, "\1\170", 2);
    put_sub(&hashed, 6 | SUB_CRITICAL, "<[^>]+[@.]example\\.com>$", 25);
    put_id(&p, "Alice");
    sign_id(&p, &p.bob, 0x10, DAY, hashed, "Alice");
    const struct secmail_certification_info info = said_at(&p, bob, 0);
    assert_int_equal(info.validity, 0);
    assert_int_equal(info.depth, 0);
    assert_int_equal(info.amount, 0);
    secmail_cert_unref(bob);
    done(&p);
}

/* A revocation with a lifetime ends with it (section 5.2.3.18), whoever made it. */
static void revoked_for_some_time(void **state)
{
    struct people p = people(*state, 6);
    struct secmail_cert *bob = bob_cert(&p, SECMAIL_KEY_CERTIFY, NULL);
    put_id(&p, "Alice");
    sign_id(&p, &p.alice, 0x13, 30 * DAY, nothing, "Alice");
    sign_id(&p, &p.alice, 0x30, 20 * DAY, sub_u32(SUB_EXPIRES, 10 * DAY), "Alice");
    sign_id(&p, &p.bob, 0x10, 30 * DAY, nothing, "Alice");
    sign_id(&p, &p.bob, 0x30, 20 * DAY, sub_u32(SUB_EXPIRES, 10 * DAY), "Alice");
    for (int64_t age = 20 * DAY; age > 10 * DAY; age -= 10 * DAY - 1) {
        assert_int_equal(info_at(&p, 0, age).reason, SECMAIL_REASON_USER_ID_REVOKED);
        assert_int_equal(said_at(&p, bob, age).reason, SECMAIL_REASON_CERTIFICATION_REVOKED);
    }
    assert_int_equal(info_at(&p, 0, 10 * DAY).validity, 0);
    assert_int_equal(said_at(&p, bob, 10 * DAY).validity, 0);
    secmail_cert_unref(bob);
    done(&p);
}

/* Not for this user ID, not by this key, too weak, or by a key that may not. */
static void not_certified(void **state)
{
    struct people p = people(*state, 4);
    struct secmail_cert *bob = bob_cert(&p, SECMAIL_KEY_CERTIFY, NULL);
    put_id(&p, "Alice");
    sign_id(&p, &p.bob, 0x13, DAY, nothing, "Malice");
    sign_id(&p, &p.alice, 0x13, DAY, nothing, "Alice");
    struct sig_plan critical = {.type = 0x13};
    put_sub(&critical.hashed, 99 | SUB_CRITICAL, "x", 1);
    put_id_signature(p.f, &p.c, critical, &p.bob, &p.alice, "Alice");
    assert_int_equal(said_at(&p, bob, 0).reason, SECMAIL_REASON_NOT_CERTIFIED);
    secmail_cert_unref(bob);

    sign_id(&p, &p.bob, 0x13, 50 * DAY, nothing, "Alice");
    bob = bob_cert(&p, SECMAIL_KEY_SIGN, NULL);
    assert_int_equal(said_at(&p, bob, 0).validity, SECMAIL_E_CANNOT_CERTIFY);
    assert_int_equal(said_at(&p, bob, 0).reason, SECMAIL_REASON_KEY_FLAGS);
    secmail_cert_unref(bob);
    /* Revoked softly after it certified: true then, not now. Hard: never. */
    struct sig_plan soft = {.type = 0x20, .created = p.f->now - 10 * DAY};
    soft.hashed = reason(3, "");
    bob = bob_cert(&p, SECMAIL_KEY_CERTIFY, &soft);
    assert_int_equal(said_at(&p, bob, 0).validity, SECMAIL_E_KEY_REVOKED);
    assert_int_equal(said_at(&p, bob, 20 * DAY).validity, 0);
    secmail_cert_unref(bob);
    struct sig_plan hard = {.type = 0x20, .created = p.f->now - 10 * DAY};
    bob = bob_cert(&p, SECMAIL_KEY_CERTIFY, &hard);
    assert_int_equal(said_at(&p, bob, 20 * DAY).validity, SECMAIL_E_KEY_REVOKED);
    secmail_cert_unref(bob);
    done(&p);
}

/* A certificate vouches for its own user IDs as long as its owner stands by them. */
static void certified_by_itself(void **state)
{
    struct people p = people(*state, 6);
    put_id(&p, "Alice");
    struct secmail_cert *cert = cert_of(&p);
    assert_int_equal(said_at(&p, cert, 0).reason, SECMAIL_REASON_USER_ID_INVALID);
    sign_id(&p, &p.alice, 0x13, 10 * DAY, nothing, "Alice");
    assert_int_equal(said_at(&p, cert, 0).validity, 0);
    assert_int_equal(said_at(&p, cert, 0).level, 3);
    sign_id(&p, &p.alice, 0x30, 5 * DAY, nothing, "Alice");
    assert_int_equal(said_at(&p, cert, 0).reason, SECMAIL_REASON_USER_ID_REVOKED);
    secmail_cert_unref(cert);
    done(&p);
}

/* ---------------------------------------------------------------- preferences */

static void preferences(void **state)
{
    struct fixture *f = *state;
    struct people p = people(f, 6);
    struct secmail_cert *cert = cert_of(&p);
    struct secmail_preferences prefs = {.size = sizeof prefs};
    assert_ok(f->context, secmail_cert_preferences(f->context, cert, NULL, &prefs));
    assert_null(prefs.ciphers);
    assert_int_equal(prefs.cipher_count + prefs.hash_count + prefs.aead_count, 0);
    secmail_cert_unref(cert);
    struct sig_plan plan = {.type = 0x1f};
    put_sub(&plan.hashed, PREFERRED_CIPHERS, "\x9\7", 2);
    put_sub(&plan.hashed, PREFERRED_HASHES, "\xa\x8\xc", 3);
    put_sub(&plan.hashed, 22, "\0", 1);
    put_sub(&plan.hashed, 39, "\x9\2", 2);
    put_sub_u8(&plan.hashed, SUB_FEATURES, 9);
    put_sub_u8(&plan.hashed, 23, 0x80);
    /* Not under the signature's protection: not said. */
    put_sub(&plan.unhashed, PREFERRED_CIPHERS, "\2", 1);
    put_key_signature(f, &p.c, plan, &p.alice, &p.alice, NULL);
    cert = cert_of(&p);
    assert_ok(f->context, secmail_cert_preferences(f->context, cert, NULL, &prefs));
    assert_int_equal(prefs.cipher_count, 2);
    assert_memory_equal(prefs.ciphers, "\x9\7", 2);
    assert_int_equal(prefs.hash_count, 3);
    assert_memory_equal(prefs.hashes, "\xa\x8\xc", 3);
    assert_int_equal(prefs.compression_count, 1);
    assert_int_equal(prefs.compression[0], 0);
    assert_int_equal(prefs.aead_count, 2);
    assert_memory_equal(prefs.aead, "\x9\2", 2);
    assert_int_equal(prefs.features, 9);
    assert_int_equal(prefs.key_server, 0x80);
    secmail_cert_unref(cert);
    done(&p);
}

/* Version 4: what the user ID's self-signature says, or else the direct-key signature (section
 * 5.2.3.10: "apply to the entire key"). */
static void from_the_direct_key_signature(void **state)
{
    struct fixture *f = *state;
    for (int says = 0; says < 2; says++) {
        struct people p = people(f, 4);
        struct sig_plan direct = {.type = 0x1f}, id = {.type = 0x13};
        put_sub_u8(&direct.hashed, SUB_FLAGS, SECMAIL_KEY_CERTIFY);
        put_sub(&direct.hashed, PREFERRED_CIPHERS, "\x9\7", 2);
        put_sub_u8(&direct.hashed, SUB_FEATURES, 9);
        put_key_signature(f, &p.c, direct, &p.alice, &p.alice, NULL);
        if (says) {
            put_sub_u8(&id.hashed, SUB_FLAGS, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN);
            put_sub(&id.hashed, PREFERRED_CIPHERS, "\7", 1);
            put_sub_u8(&id.hashed, SUB_FEATURES, 1);
        }
        put_id(&p, "Alice");
        put_id_signature(f, &p.c, id, &p.alice, &p.alice, "Alice");
        struct secmail_cert *cert = cert_of(&p);
        struct secmail_preferences prefs = {.size = sizeof prefs};
        struct secmail_key_info info = {.size = sizeof info};
        assert_ok(f->context, secmail_cert_preferences(f->context, cert, NULL, &prefs));
        assert_int_equal(prefs.cipher_count, says ? 1 : 2);
        assert_int_equal(prefs.features, says ? 1 : 9);
        assert_ok(f->context, secmail_cert_key_info(f->context, cert, 0, NULL, &info));
        assert_int_equal(info.flags, SECMAIL_KEY_CERTIFY | (says ? SECMAIL_KEY_SIGN : 0));
        secmail_cert_unref(cert);
        done(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(arguments),
        fixture_test(valid_from_and_until),
        fixture_test(not_by_the_owner),
        fixture_test(revoked_and_taken_back),
        fixture_test(revoked_for_some_time),
        fixture_test(trust_with_a_limit),
        fixture_test(who_may_revoke),
        fixture_test(primary_user_id),
        fixture_test(on_a_revoked_key),
        fixture_test(certified),
        fixture_test(not_certified),
        fixture_test(certified_by_itself),
        fixture_test(preferences),
        fixture_test(from_the_direct_key_signature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
