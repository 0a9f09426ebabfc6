/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which keys of a certificate may be used for what, and when: each rule with what obeys it and what
 * breaks it, at its edge. Certificates are made by hand (packet_writer.h). */
#include "packet_writer.h"

#include <time.h>

enum { DAY = 86400 };

/* A certificate in the making: primary key, two subkeys, an impostor. */
struct maker {
    struct fixture *f;
    struct test_key primary, signing, encryption, other;
    struct collected c;
};

static struct maker make(struct fixture *f, uint8_t version)
{
    const uint8_t sign = version == 6 ? PK_ED25519 : PK_EDDSA;
    return (struct maker){
        .f = f,
        .primary = test_key(f, version, sign, f->now - 100 * DAY),
        .signing = test_key(f, version, sign, f->now - 100 * DAY),
        .encryption = test_key(f, version, version == 6 ? PK_X25519 : PK_ECDH, f->now - 100 * DAY),
        .other = test_key(f, version, sign, f->now - 100 * DAY)};
}

static void done(struct maker *m)
{
    drop(&m->primary.body);
    drop(&m->signing.body);
    drop(&m->encryption.body);
    drop(&m->other.body);
    drop(&m->c);
}

static struct secmail_key_info info_at(struct fixture *f, const struct secmail_cert *cert,
                                       size_t index, int64_t time)
{
    struct secmail_policy *standard, *then;
    struct secmail_key_info info = {.size = sizeof info};
    assert_ok(f->context, secmail_policy_standard(f->context, &standard));
    assert_ok(f->context, secmail_policy_at(f->context, standard, time, &then));
    assert_ok(f->context, secmail_cert_key_info(f->context, cert, index, then, &info));
    secmail_policy_unref(then);
    secmail_policy_unref(standard);
    /* A key that isn't valid may do nothing. */
    assert_true(!info.validity || !info.flags);
    return info;
}

static int32_t validity_at(struct fixture *f, const struct secmail_cert *cert, size_t index,
                           int64_t time)
{
    return info_at(f, cert, index, time).validity;
}

/* Judges one key of what was made, now. Leaves what was made. */
static struct secmail_key_info judge(struct maker *m, size_t index)
{
    struct secmail_cert *cert;
    assert_ok(m->f->context, secmail_cert_parse(m->f->context, &cert, m->c.data, m->c.size));
    struct secmail_key_info info = info_at(m->f, cert, index, m->f->now);
    secmail_cert_unref(cert);
    return info;
}

static struct secmail_cert *parse(struct maker *m)
{
    struct secmail_cert *cert;
    assert_ok(m->f->context, secmail_cert_parse(m->f->context, &cert, m->c.data, m->c.size));
    return cert;
}

enum { MAY_ENCRYPT = SECMAIL_KEY_ENCRYPT_COMMUNICATIONS | SECMAIL_KEY_ENCRYPT_STORAGE };

static void put_valid_primary(struct maker *m)
{
    put_primary(m->f, &m->c, &m->primary, SECMAIL_KEY_CERTIFY, m->f->now - 100 * DAY);
}

static void put_binding(struct maker *m, struct sig_plan plan, const struct test_key *subkey)
{
    plan.type = plan.type ? plan.type : 0x18;
    put_key_signature(m->f, &m->c, plan, &m->primary, &m->primary, subkey);
}

/* ---------------------------------------------------------------- the plain case */

static void flags_are_told(void **state)
{
    struct fixture *f = *state;
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct maker m = make(f, version);
        put_valid_primary(&m);
        put_subkey(f, &m.c, &m.primary, &m.signing, SECMAIL_KEY_SIGN, 0);
        put_subkey(f, &m.c, &m.primary, &m.encryption, SECMAIL_KEY_ENCRYPT_STORAGE, 0);
        static const uint32_t flags[] = {SECMAIL_KEY_CERTIFY, SECMAIL_KEY_SIGN,
                                         SECMAIL_KEY_ENCRYPT_STORAGE};
        const uint32_t algorithms[] = {m.primary.algo, m.signing.algo, m.encryption.algo};
        for (size_t i = 0; i < 3; i++) {
            struct secmail_key_info info = judge(&m, i);
            assert_int_equal(info.validity, 0);
            assert_int_equal(info.flags, flags[i]);
            assert_int_equal(info.version, version);
            assert_int_equal(info.algorithm, algorithms[i]);
            assert_int_equal(info.created, f->now - 100 * DAY);
            assert_int_equal(info.expires, -1);
        }
        done(&m);
    }
}

/* Without a policy, the context's time is the reference time. */
static void without_a_policy(void **state)
{
    struct fixture *f = *state;
    struct maker m = make(f, 6);
    put_valid_primary(&m);
    struct secmail_cert *cert = parse(&m);
    struct secmail_key_info info = {.size = sizeof info};
    assert_ok(f->context, secmail_cert_key_info(f->context, cert, 0, NULL, &info));
    assert_int_equal(info.validity, 0);
    f->now -= 101 * DAY;
    assert_ok(f->context, secmail_cert_key_info(f->context, cert, 0, NULL, &info));
    assert_int_equal(info.validity, SECMAIL_E_KEY_INVALID);
    f->now += 101 * DAY;
    secmail_cert_unref(cert);
    done(&m);
}

/* Without key flags, a key may do what its algorithm can. */
static void flags_left_out(void **state)
{
    struct fixture *f = *state;
    struct maker m = make(f, 6);
    put_body(&m.c, TAG_PUBLIC_KEY, &m.primary.body);
    put_key_signature(f, &m.c, (struct sig_plan){.type = 0x1f}, &m.primary, &m.primary, NULL);
    put_body(&m.c, TAG_PUBLIC_SUBKEY, &m.encryption.body);
    put_binding(&m, (struct sig_plan){0}, &m.encryption);
    put_body(&m.c, TAG_PUBLIC_SUBKEY, &m.signing.body);
    put_binding(&m, (struct sig_plan){0}, &m.signing);
    assert_int_equal(judge(&m, 0).flags, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN);
    assert_int_equal(judge(&m, 1).flags, MAY_ENCRYPT);
    assert_int_equal(judge(&m, 2).flags, 0); /* no back-signature */
    done(&m);
    /* An empty flags subpacket is another matter: nothing is allowed. */
    m = make(f, 6);
    struct sig_plan none = {.type = 0x1f};
    put_sub(&none.hashed, SUB_FLAGS, "", 0);
    put_body(&m.c, TAG_PUBLIC_KEY, &m.primary.body);
    put_key_signature(f, &m.c, none, &m.primary, &m.primary, NULL);
    assert_int_equal(judge(&m, 0).validity, 0);
    assert_int_equal(judge(&m, 0).flags, 0);
    done(&m);
}

/* ---------------------------------------------------------------- expiration */

static struct sig_plan lifetime_plan(uint8_t type, uint8_t flags, int64_t lifetime)
{
    struct sig_plan plan = flags_plan(type, flags);
    put_sub_u32(&plan.hashed, SUB_KEY_EXPIRES, lifetime);
    return plan;
}

static void expiration_at_its_edge(void **state)
{
    struct fixture *f = *state;
    struct maker m = make(f, 6);
    const int64_t created = f->now - 100 * DAY, until = created + 50 * DAY;
    struct sig_plan plan = lifetime_plan(0x1f, SECMAIL_KEY_CERTIFY, 50 * DAY);
    plan.created = created;
    put_body(&m.c, TAG_PUBLIC_KEY, &m.primary.body);
    put_key_signature(f, &m.c, plan, &m.primary, &m.primary, NULL);
    struct sig_plan sub = flags_plan(0x18, MAY_ENCRYPT);
    sub.created = created;
    put_body(&m.c, TAG_PUBLIC_SUBKEY, &m.encryption.body);
    put_binding(&m, sub, &m.encryption);
    struct secmail_cert *cert = parse(&m);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(validity_at(f, cert, i, created - 1), SECMAIL_E_KEY_INVALID);
        assert_int_equal(validity_at(f, cert, i, created), 0);
        assert_int_equal(validity_at(f, cert, i, until - 1), 0);
        assert_int_equal(validity_at(f, cert, i, until), SECMAIL_E_KEY_EXPIRED);
        /* The subkey ends with its primary key. */
        assert_int_equal(info_at(f, cert, i, created).expires, until);
        assert_int_equal(info_at(f, cert, i, until).created, created);
    }
    secmail_cert_unref(cert);
    done(&m);
}

static void subkey_expiration(void **state)
{
    struct fixture *f = *state;
    for (int shorter = 0; shorter < 2; shorter++) {
        struct maker m = make(f, 4);
        struct sig_plan plan = lifetime_plan(0x1f, SECMAIL_KEY_CERTIFY, 200 * DAY);
        put_body(&m.c, TAG_PUBLIC_KEY, &m.primary.body);
        put_key_signature(f, &m.c, plan, &m.primary, &m.primary, NULL);
        put_body(&m.c, TAG_PUBLIC_SUBKEY, &m.encryption.body);
        put_binding(&m, lifetime_plan(0x18, MAY_ENCRYPT, shorter ? 100 * DAY : 300 * DAY),
                    &m.encryption);
        assert_int_equal(judge(&m, 0).validity, 0);
        assert_int_equal(judge(&m, 1).validity, shorter ? SECMAIL_E_KEY_EXPIRED : 0);
        assert_int_equal(judge(&m, 1).expires, f->now + (shorter ? 0 : 100 * DAY));
        done(&m);
    }
}

/* Lifetimes up to 2^32 - 1 seconds, which go beyond 2106. */
static void the_longest_lifetime(void **state)
{
    struct fixture *f = *state;
    struct maker m = make(f, 6);
    put_body(&m.c, TAG_PUBLIC_KEY, &m.primary.body);
    put_key_signature(f, &m.c, lifetime_plan(0x1f, SECMAIL_KEY_CERTIFY, UINT32_MAX), &m.primary,
                      &m.primary, NULL);
    assert_int_equal(judge(&m, 0).expires, f->now - 100 * DAY + UINT32_MAX);
    done(&m);
}

/* The newest self-signature counts: it may extend, shorten, or end a lifetime. */
static void the_newest_self_signature_counts(void **state)
{
    struct fixture *f = *state;
    for (int order = 0; order < 2; order++) {
        struct maker m = make(f, 6);
        put_body(&m.c, TAG_PUBLIC_KEY, &m.primary.body);
        for (int i = 0; i < 2; i++) {
            struct sig_plan old = lifetime_plan(0x1f, SECMAIL_KEY_CERTIFY, 50 * DAY);
            struct sig_plan new = flags_plan(0x1f, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN);
            old.created = f->now - 90 * DAY;
            new.created = f->now - 10 * DAY;
            put_key_signature(f, &m.c, i == order ? old : new, &m.primary, &m.primary, NULL);
            drop(i == order ? &new.hashed : &old.hashed);
        }
        struct secmail_cert *cert = parse(&m);
        assert_int_equal(validity_at(f, cert, 0, f->now - 91 * DAY), SECMAIL_E_KEY_INVALID);
        assert_int_equal(validity_at(f, cert, 0, f->now - 90 * DAY), 0);
        assert_int_equal(validity_at(f, cert, 0, f->now - 11 * DAY), SECMAIL_E_KEY_EXPIRED);
        assert_int_equal(validity_at(f, cert, 0, f->now - 10 * DAY), 0);
        assert_int_equal(info_at(f, cert, 0, f->now).flags, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN);
        secmail_cert_unref(cert);
        done(&m);
    }
}

/* A self-signature may itself expire; then the key has none. */
static void a_self_signature_expires(void **state)
{
    struct fixture *f = *state;
    struct maker m = make(f, 6);
    struct sig_plan plan = flags_plan(0x1f, SECMAIL_KEY_CERTIFY);
    plan.created = f->now - 10;
    put_sub_u32(&plan.hashed, SUB_EXPIRES, 20);
    put_body(&m.c, TAG_PUBLIC_KEY, &m.primary.body);
    put_key_signature(f, &m.c, plan, &m.primary, &m.primary, NULL);
    struct secmail_cert *cert = parse(&m);
    assert_int_equal(validity_at(f, cert, 0, f->now + 9), 0);
    assert_int_equal(validity_at(f, cert, 0, f->now + 10), SECMAIL_E_KEY_INVALID);
    secmail_cert_unref(cert);
    done(&m);
}

/* ---------------------------------------------------------------- revocation */

static struct sig_plan revocation(uint8_t type, int reason, int64_t created)
{
    struct sig_plan plan = {.type = type, .created = created};
    if (reason >= 0) {
        uint8_t data[5] = {(uint8_t)reason, 't', 'e', 'x', 't'};
        put_sub(&plan.hashed, SUB_REASON, data, sizeof data);
    }
    return plan;
}

/* Reasons 1 and 3 (superseded, retired) hold from their date on, all others for ever. */
static void revocation_by_reason(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int reason;
        bool soft;
    } rows[] = {{-1, false}, {0, false},  {1, true},  {2, false},
                {3, true},   {32, false}, {99, false}};
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        for (size_t index = 0; index < 2; index++) {
            struct maker m = make(f, index ? 4 : 6);
            const int64_t when = f->now - 10 * DAY;
            put_valid_primary(&m);
            if (index == 0)
                put_key_signature(f, &m.c, revocation(0x20, rows[row].reason, when), &m.primary,
                                  &m.primary, NULL);
            put_subkey(f, &m.c, &m.primary, &m.encryption, MAY_ENCRYPT, f->now - 100 * DAY);
            if (index == 1)
                put_binding(&m, revocation(0x28, rows[row].reason, when), &m.encryption);
            struct secmail_cert *cert = parse(&m);
            /* A revoked primary key takes its subkeys along, a subkey nobody. */
            for (size_t i = 0; i < 2; i++) {
                const bool hit = i >= index;
                assert_int_equal(validity_at(f, cert, i, when - 1),
                                 hit && !rows[row].soft ? SECMAIL_E_KEY_REVOKED : 0);
                assert_int_equal(validity_at(f, cert, i, when), hit ? SECMAIL_E_KEY_REVOKED : 0);
                assert_int_equal(validity_at(f, cert, i, f->now), hit ? SECMAIL_E_KEY_REVOKED : 0);
            }
            secmail_cert_unref(cert);
            done(&m);
        }
    }
}

/* Wherever it stands, a revocation counts, and signatures find the part over which they were made:
 * people put them behind the file with the key. */
static void signatures_anywhere(void **state)
{
    struct fixture *f = *state;
    enum { KEY_REVOKED, SUBKEY_REVOKED, USER_ID_REVOKED, SUBKEY_BOUND, KINDS };
    for (int kind = 0; kind < KINDS; kind++) {
        for (int place = 0; place < 5; place++) { /* 4: nowhere */
            struct maker m = make(f, 6);
            struct collected sig = {0};
            struct secmail_user_id_info id = {.size = sizeof id};
            if (kind == KEY_REVOKED)
                put_key_signature(f, &sig, revocation(0x20, 2, 0), &m.primary, &m.primary, NULL);
            else if (kind == SUBKEY_REVOKED)
                put_key_signature(f, &sig, revocation(0x28, 2, 0), &m.primary, &m.primary,
                                  &m.encryption);
            else if (kind == USER_ID_REVOKED)
                put_id_signature(f, &sig, revocation(0x30, 32, 0), &m.primary, &m.primary, "Bob");
            else
                put_key_signature(f, &sig, flags_plan(0x18, MAY_ENCRYPT), &m.primary, &m.primary,
                                  &m.encryption);
            for (int i = 0; i < 4; i++) {
                if (i == 0)
                    put_valid_primary(&m);
                else if (i == 3)
                    put_body(&m.c, TAG_PUBLIC_SUBKEY, &m.encryption.body);
                else
                    put_packet(&m.c, TAG_USER_ID, i == 1 ? "Bob" : "Rob", 3);
                if (i == 1 || i == 2)
                    put_id_signature(f, &m.c, (struct sig_plan){.type = 0x13}, &m.primary,
                                     &m.primary, i == 1 ? "Bob" : "Rob");
                if (i == 3 && kind != SUBKEY_BOUND)
                    put_binding(&m, flags_plan(0x18, MAY_ENCRYPT), &m.encryption);
                if (i == place)
                    put_all(&m.c, &sig);
            }
            struct secmail_cert *cert = parse(&m);
            assert_ok(f->context, secmail_cert_user_id_info(f->context, cert, 0, NULL, &id));
            const bool there = place < 4;
            assert_int_equal(validity_at(f, cert, 0, f->now),
                             there && kind == KEY_REVOKED ? SECMAIL_E_KEY_REVOKED : 0);
            assert_int_equal(validity_at(f, cert, 1, f->now),
                             kind == SUBKEY_BOUND              ? (there ? 0 : SECMAIL_E_KEY_INVALID)
                             : there && kind <= SUBKEY_REVOKED ? SECMAIL_E_KEY_REVOKED
                                                               : 0);
            assert_int_equal(id.revoked >= 0, there && kind == USER_ID_REVOKED);
            secmail_cert_unref(cert);
            drop(&sig);
            done(&m);
        }
    }
}

/* Behind a part that isn't known, too: it may be the last one in the file. */
static void revocations_behind_unknown_parts(void **state)
{
    struct fixture *f = *state;
    for (uint8_t tag = TAG_PUBLIC_SUBKEY; tag <= 60; tag += 60 - TAG_PUBLIC_SUBKEY) {
        struct maker m = make(f, 4);
        struct secmail_user_id_info id = {.size = sizeof id};
        put_valid_primary(&m);
        put_packet(&m.c, TAG_USER_ID, "Bob", 3);
        put_id_signature(f, &m.c, (struct sig_plan){.type = 0x13}, &m.primary, &m.primary, "Bob");
        put_subkey(f, &m.c, &m.primary, &m.encryption, SECMAIL_KEY_ENCRYPT_STORAGE, 0);
        put_packet(&m.c, tag, "\x63", 1);
        put_binding(&m, flags_plan(0x18, MAY_ENCRYPT), &m.signing);
        put_binding(&m, revocation(0x28, 2, 0), &m.encryption);
        put_id_signature(f, &m.c, revocation(0x30, 32, 0), &m.primary, &m.primary, "Bob");
        struct secmail_cert *cert = parse(&m);
        assert_int_equal(secmail_cert_key_count(cert), 2);
        assert_ok(f->context, secmail_cert_user_id_info(f->context, cert, 0, NULL, &id));
        assert_true(id.revoked >= 0);
        assert_int_equal(validity_at(f, cert, 1, f->now), SECMAIL_E_KEY_REVOKED);
        secmail_cert_unref(cert);
        done(&m);
    }
}

/* A part that stands there twice is one, revoked if one of them is. */
static void parts_that_stand_twice(void **state)
{
    struct fixture *f = *state;
    for (int revoked = 0; revoked < 3; revoked++) { /* 2: neither */
        struct maker m = make(f, 4);
        struct secmail_user_id_info id = {.size = sizeof id};
        put_valid_primary(&m);
        for (int i = 0; i < 4; i++) {
            if (i < 2) {
                put_packet(&m.c, TAG_USER_ID, "Bob", 3);
                put_id_signature(f, &m.c, (struct sig_plan){.type = 0x13}, &m.primary, &m.primary,
                                 "Bob");
            } else {
                put_body(&m.c, TAG_PUBLIC_SUBKEY, &m.encryption.body);
                put_binding(&m, flags_plan(0x18, MAY_ENCRYPT), &m.encryption);
            }
            if (revoked < 2 && i == revoked)
                put_id_signature(f, &m.c, revocation(0x30, 32, 0), &m.primary, &m.primary, "Bob");
            if (i == revoked + 2)
                put_binding(&m, revocation(0x28, 2, 0), &m.encryption);
        }
        struct secmail_cert *cert = parse(&m);
        assert_int_equal(secmail_cert_user_id_count(cert), 1);
        assert_int_equal(secmail_cert_key_count(cert), 2);
        assert_ok(f->context, secmail_cert_user_id_info(f->context, cert, 0, NULL, &id));
        assert_int_equal(id.revoked >= 0, revoked < 2);
        assert_int_equal(validity_at(f, cert, 1, f->now), revoked < 2 ? SECMAIL_E_KEY_REVOKED : 0);
        secmail_cert_unref(cert);
        done(&m);
    }
}

/* Soft revocations end with their own lifetime (section 5.2.3.18), hard ones don't; one whose
 * reason is missing in its subpacket is hard. */
static void revocations_that_expire(void **state)
{
    struct fixture *f = *state;
    for (int reason = 0; reason < 4; reason++) {
        struct maker m = make(f, 6);
        struct sig_plan plan = {.type = 0x20, .created = f->now - 20 * DAY};
        const uint8_t code = (uint8_t)reason;
        put_sub(&plan.hashed, SUB_REASON, &code, reason ? 1 : 0);
        put_sub_u32(&plan.hashed, SUB_EXPIRES, 10 * DAY);
        put_valid_primary(&m);
        put_key_signature(f, &m.c, plan, &m.primary, &m.primary, NULL);
        struct secmail_cert *cert = parse(&m);
        const bool soft = reason % 2;
        for (int age = 9; age <= 20; age += 11) {
            const int64_t first = f->now - age * DAY - (age == 9 ? DAY : 0);
            const int32_t before = age == 20 ? 0 : SECMAIL_E_KEY_REVOKED;
            const int32_t then = age == 20 ? SECMAIL_E_KEY_REVOKED : 0;
            assert_int_equal(validity_at(f, cert, 0, first - 1),
                             soft ? before : SECMAIL_E_KEY_REVOKED);
            assert_int_equal(validity_at(f, cert, 0, first), soft ? then : SECMAIL_E_KEY_REVOKED);
        }
        secmail_cert_unref(cert);
        done(&m);
    }
}

/* Revocations by somebody else, over something else, or damaged, are none. */
static void revocations_that_are_none(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 5; i++) {
        struct maker m = make(f, 6);
        struct sig_plan plan = revocation(0x20, 2, 0);
        put_valid_primary(&m);
        switch (i) {
        case 0: /* by another key */
            put_key_signature(f, &m.c, plan, &m.other, &m.primary, NULL);
            break;
        case 1: /* by another key that claims to be the primary one */
            plan.no_issuer = true;
            put_sub_key(&plan.hashed, SUB_ISSUER_FP, &m.primary);
            put_key_signature(f, &m.c, plan, &m.other, &m.primary, NULL);
            break;
        case 2: /* of another key */
            put_key_signature(f, &m.c, plan, &m.primary, &m.other, NULL);
            break;
        case 3: /* damaged */
            put_key_signature(f, &m.c, plan, &m.primary, &m.primary, NULL);
            m.c.data[m.c.size - 1] ^= 1;
            break;
        default: /* a subkey's kind of revocation */
            plan.type = 0x28;
            put_key_signature(f, &m.c, plan, &m.primary, &m.primary, NULL);
        }
        put_subkey(f, &m.c, &m.primary, &m.encryption, MAY_ENCRYPT, 0);
        assert_int_equal(judge(&m, 0).validity, 0);
        assert_int_equal(judge(&m, 1).validity, 0);
        done(&m);
    }
}

/* A revocation holds although its hash is refused for self-signatures, and although it is long
 * expired: whoever lost a key must be able to say so. */
static void weak_and_old_revocations_hold(void **state)
{
    struct fixture *f = *state;
    struct maker m = make(f, 4);
    drop(&m.primary.body);
    m.primary = test_key(f, 4, PK_RSA, f->now - 100 * DAY); /* EdDSA has no such signatures */
    struct sig_plan plan = revocation(0x20, 2, f->now - 50 * DAY);
    plan.hash = SMI_SHA1;
    put_sub_u32(&plan.hashed, SUB_EXPIRES, 1);
    put_valid_primary(&m);
    put_key_signature(f, &m.c, plan, &m.primary, &m.primary, NULL);
    assert_int_equal(judge(&m, 0).validity, SECMAIL_E_KEY_REVOKED);
    done(&m);
}

/* ---------------------------------------------------------------- self-signatures that are none */

static void primary_without_self_signature(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 10; i++) {
        struct maker m = make(f, 6);
        struct sig_plan plan = flags_plan(0x1f, SECMAIL_KEY_CERTIFY);
        const struct test_key *signer = &m.primary, *over = &m.primary, *second = NULL;
        switch (i) {
        case 0: /* by another key */
            signer = &m.other;
            break;
        case 1: /* by another key that claims to be this one */
            signer = &m.other;
            plan.no_issuer = true;
            put_sub_key(&plan.hashed, SUB_ISSUER_FP, &m.primary);
            break;
        case 2: /* over another key */
            over = &m.other;
            break;
        case 3: /* in the future */
            plan.created = f->now + 1;
            break;
        case 4: /* without a date */
            plan.created = -1;
            break;
        case 5: /* of another type */
            plan.type = 0x18;
            break;
        case 6: /* with a hash that the policy refuses */
            plan.hash = SMI_SHA1;
            break;
        case 7: /* an unknown critical subpacket */
            put_sub(&plan.hashed, 100 | SUB_CRITICAL, "x", 1);
            break;
        case 8: /* over the key and more */
            second = &m.signing;
            break;
        default: /* of another version */
            plan.version = 4;
        }
        put_body(&m.c, TAG_PUBLIC_KEY, &m.primary.body);
        put_key_signature(f, &m.c, plan, signer, over, second);
        put_subkey(f, &m.c, &m.primary, &m.encryption, MAY_ENCRYPT, 0);
        for (size_t key = 0; key < 2; key++)
            assert_int_equal(judge(&m, key).validity, SECMAIL_E_KEY_INVALID);
        done(&m);
    }
}

/* Each byte of a self-signature changed: either the signature is none, or it is the same to us. */
static void damaged_self_signature(void **state)
{
    struct fixture *f = *state;
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct maker m = make(f, version);
        put_body(&m.c, TAG_PUBLIC_KEY, &m.primary.body);
        const size_t start = m.c.size + 2;
        put_key_signature(f, &m.c, flags_plan(0x1f, SECMAIL_KEY_CERTIFY), &m.primary, &m.primary,
                          NULL);
        assert_int_equal(judge(&m, 0).validity, 0);
        for (size_t i = start; i < m.c.size; i++) {
            /* A changed bit count of an MPI is still the same number. */
            m.c.data[i] ^= 0x20;
            assert_int_equal(judge(&m, 0).validity, SECMAIL_E_KEY_INVALID);
            assert_int_equal(judge(&m, 0).flags, 0);
            m.c.data[i] ^= 0x20;
        }
        done(&m);
    }
}

static void subkey_without_binding(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 7; i++) {
        struct maker m = make(f, 6);
        struct sig_plan plan = flags_plan(0x18, MAY_ENCRYPT);
        const struct test_key *signer = &m.primary, *over = &m.primary, *subkey = &m.encryption;
        put_valid_primary(&m);
        put_body(&m.c, TAG_PUBLIC_SUBKEY, &m.encryption.body);
        switch (i) {
        case 0: /* a subkey of somebody else, adopted: its binding is by and over another primary */
            signer = over = &m.other;
            break;
        case 1: /* bound by another key */
            signer = &m.other;
            break;
        case 2: /* binds another subkey */
            subkey = &m.signing;
            break;
        case 3: /* in the future */
            plan.created = f->now + 1;
            break;
        case 4: /* a certification */
            plan.type = 0x13;
            break;
        case 5: /* the primary key alone */
            subkey = NULL;
            break;
        default: /* no signature at all */
            signer = NULL;
        }
        if (signer)
            put_key_signature(f, &m.c, plan, signer, over, subkey);
        else
            drop(&plan.hashed);
        assert_int_equal(judge(&m, 0).validity, 0);
        assert_int_equal(judge(&m, 1).validity, SECMAIL_E_KEY_INVALID);
        done(&m);
    }
}

/* Self-signatures are accepted with SHA-1 up to 2023-02, with MD5 up to 1997-02: by the policy's
 * reference time. */
static void hashes_by_date(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint8_t hash;
        int64_t until;
    } rows[] = {{SMI_SHA1, 1675209600}, {SMI_RIPEMD160, 1675209600},
                {SMI_MD5, 854755200},   {SMI_SHA224, 0},
                {SMI_SHA256, 0},        {SMI_SHA384, 0},
                {SMI_SHA512, 0},        {SMI_SHA3_256, 0},
                {SMI_SHA3_512, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct test_key key = test_key(f, 4, PK_RSA, 800000000);
        struct collected c = {0};
        struct sig_plan plan = flags_plan(0x1f, SECMAIL_KEY_CERTIFY);
        plan.hash = rows[i].hash;
        plan.created = 800000000;
        put_body(&c, TAG_PUBLIC_KEY, &key.body);
        put_key_signature(f, &c, plan, &key, &key, NULL);
        struct secmail_cert *cert = parse_cert(f, &c);
        const int64_t until = rows[i].until ? rows[i].until : INT64_C(9000000000);
        assert_int_equal(validity_at(f, cert, 0, until - 1), 0);
        assert_int_equal(validity_at(f, cert, 0, until), rows[i].until ? SECMAIL_E_KEY_INVALID : 0);
        secmail_cert_unref(cert);
        drop(&key.body);
    }
}

/* ---------------------------------------------------------------- user IDs */

/* Version 4: what a user ID's self-signature says; version 6: only what the direct-key signature
 * says. */
static void user_id_signatures(void **state)
{
    struct fixture *f = *state;
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct maker m = make(f, version);
        put_body(&m.c, TAG_PUBLIC_KEY, &m.primary.body);
        put_packet(&m.c, TAG_USER_ID, "Alice", 5);
        put_id_signature(f, &m.c, flags_plan(0x13, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN),
                         &m.primary, &m.primary, "Alice");
        assert_int_equal(judge(&m, 0).validity, version == 4 ? 0 : SECMAIL_E_KEY_INVALID);
        assert_int_equal(judge(&m, 0).flags,
                         version == 4 ? SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN : 0);
        done(&m);
    }
}

static void user_id_signatures_that_are_none(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 4; i++) {
        struct maker m = make(f, 4);
        struct sig_plan plan = flags_plan(0x10, SECMAIL_KEY_CERTIFY);
        put_body(&m.c, TAG_PUBLIC_KEY, &m.primary.body);
        put_packet(&m.c, TAG_USER_ID, "Alice", 5);
        if (i == 0) /* over another name */
            put_id_signature(f, &m.c, plan, &m.primary, &m.primary, "Alicf");
        else if (i == 1) /* by a stranger */
            put_id_signature(f, &m.c, plan, &m.other, &m.primary, "Alice");
        else if (i == 2) /* no certification, but a revocation */
            plan.type = 0x30, put_id_signature(f, &m.c, plan, &m.primary, &m.primary, "Alice");
        else /* over the name of another key */
            put_id_signature(f, &m.c, plan, &m.primary, &m.other, "Alice");
        assert_int_equal(judge(&m, 0).validity, SECMAIL_E_KEY_INVALID);
        done(&m);
    }
}

/* The primary user ID governs, wherever it stands; without one, the newer signature. */
static void the_governing_user_id(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 4; i++) {
        struct maker m = make(f, 4);
        put_body(&m.c, TAG_PUBLIC_KEY, &m.primary.body);
        for (int id = 0; id < 2; id++) {
            const bool older = id == i % 2, is_primary = i < 2 && older;
            struct sig_plan plan = flags_plan(0x13, older ? SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN
                                                          : SECMAIL_KEY_CERTIFY);
            plan.created = f->now - (older ? 20 : 10);
            if (is_primary)
                put_sub_u8(&plan.hashed, SUB_PRIMARY, 1);
            put_packet(&m.c, TAG_USER_ID, id ? "Bob" : "Ann", 3);
            put_id_signature(f, &m.c, plan, &m.primary, &m.primary, id ? "Bob" : "Ann");
        }
        assert_int_equal(judge(&m, 0).flags,
                         i < 2 ? SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN : SECMAIL_KEY_CERTIFY);
        done(&m);
    }
}

/* A revoked user ID no longer speaks for the key, until it is certified anew. */
static void user_id_revoked(void **state)
{
    struct fixture *f = *state;
    struct maker m = make(f, 4);
    put_body(&m.c, TAG_PUBLIC_KEY, &m.primary.body);
    put_packet(&m.c, TAG_USER_ID, "Alice", 5);
    for (int i = 0; i < 3; i++) {
        struct sig_plan plan = i == 1 ? revocation(0x30, 32, 0) : flags_plan(0x13, 1);
        plan.created = f->now - 30 * DAY + i * 10 * DAY;
        put_id_signature(f, &m.c, plan, &m.primary, &m.primary, "Alice");
    }
    struct secmail_cert *cert = parse(&m);
    assert_int_equal(validity_at(f, cert, 0, f->now - 31 * DAY), SECMAIL_E_KEY_INVALID);
    assert_int_equal(validity_at(f, cert, 0, f->now - 30 * DAY), 0);
    assert_int_equal(validity_at(f, cert, 0, f->now - 20 * DAY), SECMAIL_E_KEY_INVALID);
    assert_int_equal(validity_at(f, cert, 0, f->now - 10 * DAY), 0);
    secmail_cert_unref(cert);
    done(&m);
}

/* ---------------------------------------------------------------- what isn't signed */

/* Subpackets outside of the signature's protection change nothing. */
static void unhashed_subpackets_are_not_trusted(void **state)
{
    struct fixture *f = *state;
    struct maker m = make(f, 6);
    struct sig_plan plan = flags_plan(0x1f, SECMAIL_KEY_CERTIFY);
    put_sub_u8(&plan.unhashed, SUB_FLAGS, 0xff);
    put_sub_u32(&plan.unhashed, SUB_KEY_EXPIRES, 1);
    put_sub_u32(&plan.unhashed, SUB_EXPIRES, 1);
    put_sub_u32(&plan.unhashed, SUB_CREATED, f->now + 1000);
    put_sub(&plan.unhashed, 100 | SUB_CRITICAL, "x", 1);
    put_body(&m.c, TAG_PUBLIC_KEY, &m.primary.body);
    put_key_signature(f, &m.c, plan, &m.primary, &m.primary, NULL);
    struct secmail_key_info info = judge(&m, 0);
    assert_int_equal(info.validity, 0);
    assert_int_equal(info.flags, SECMAIL_KEY_CERTIFY);
    assert_int_equal(info.expires, -1);
    done(&m);
    /* A date that is only there is none. */
    m = make(f, 6);
    plan = flags_plan(0x1f, SECMAIL_KEY_CERTIFY);
    plan.created = -1;
    put_sub_u32(&plan.unhashed, SUB_CREATED, f->now);
    put_body(&m.c, TAG_PUBLIC_KEY, &m.primary.body);
    put_key_signature(f, &m.c, plan, &m.primary, &m.primary, NULL);
    assert_int_equal(judge(&m, 0).validity, SECMAIL_E_KEY_INVALID);
    done(&m);
    /* A revocation's reason that was put there can't make it a soft one. */
    m = make(f, 6);
    put_valid_primary(&m);
    plan = (struct sig_plan){.type = 0x20};
    put_sub(&plan.unhashed, SUB_REASON, "\1", 1);
    put_key_signature(f, &m.c, plan, &m.primary, &m.primary, NULL);
    struct secmail_cert *cert = parse(&m);
    assert_int_equal(validity_at(f, cert, 0, f->now - DAY), SECMAIL_E_KEY_REVOKED);
    secmail_cert_unref(cert);
    done(&m);
}

/* ---------------------------------------------------------------- back-signatures */

/* What a signing subkey's binding holds instead of the right back-signature. */
static void back_signatures(void **state)
{
    struct fixture *f = *state;
    enum { RIGHT, RIGHT_UNHASHED, FIRST_WRONG = 2, LAST = 12 };
    for (int i = 0; i <= LAST; i++) {
        struct maker m = make(f, i % 2 ? 4 : 6);
        struct sig_plan plan = flags_plan(0x18, SECMAIL_KEY_SIGN), back = {.type = 0x19};
        struct collected data = {0}, body = {0}, outer = {0};
        const struct test_key *signer = &m.signing, *first = &m.primary, *second = &m.signing;
        struct collected *area = i == RIGHT_UNHASHED ? &plan.unhashed : &plan.hashed;
        switch (i) {
        case 2: /* signed by the primary key itself */
        case 3:
            signer = &m.primary;
            break;
        case 4: /* signed by a stranger who says that it is the subkey */
            signer = &m.other;
            back.no_issuer = true;
            put_sub_key(&back.hashed, SUB_ISSUER_FP, &m.signing);
            break;
        case 5: /* for another primary key: the subkey was taken from there */
            first = &m.other;
            break;
        case 6: /* of another type */
            back.type = 0x18;
            break;
        case 7: /* expired */
            back.created = f->now - 10;
            put_sub_u32(&back.hashed, SUB_EXPIRES, 5);
            break;
        case 8: /* with a hash that the policy refuses */
            back.hash = SMI_SHA224;
            back.version = 4; /* and not the key's version */
            break;
        case 9:
            back.hash = SMI_SHA1;
            break;
        case 10: /* in the future */
            back.created = f->now + 10;
            break;
        default:
            break;
        }
        put_valid_primary(&m);
        put_key_for_hash(&data, first);
        put_key_for_hash(&data, second);
        put_signature_body(f, &body, back, signer, data.data, data.size, NULL);
        if (i == LAST) { /* inside an embedded signature that is another one */
            struct sig_plan nest = {.type = 0x18};
            put_sub(&nest.hashed, SUB_EMBEDDED, body.data, body.size);
            put_signature_body(f, &outer, nest, &m.signing, data.data, data.size, NULL);
            put_sub(area, SUB_EMBEDDED, outer.data, outer.size);
        } else if (i == 11) { /* damaged */
            body.data[body.size - 1] ^= 1;
            put_sub(area, SUB_EMBEDDED, body.data, body.size);
        } else {
            put_sub(area, SUB_EMBEDDED, body.data, body.size);
        }
        put_body(&m.c, TAG_PUBLIC_SUBKEY, &m.signing.body);
        put_binding(&m, plan, &m.signing);
        struct secmail_key_info info = judge(&m, 1);
        assert_int_equal(info.validity, 0);
        assert_int_equal(info.flags, i < FIRST_WRONG ? SECMAIL_KEY_SIGN : 0);
        drop(&data);
        drop(&body);
        drop(&outer);
        done(&m);
    }
}

/* No back-signature, no signing; what else the subkey may do stays. */
static void missing_back_signature(void **state)
{
    struct fixture *f = *state;
    struct maker m = make(f, 6);
    put_valid_primary(&m);
    put_body(&m.c, TAG_PUBLIC_SUBKEY, &m.signing.body);
    put_binding(&m, flags_plan(0x18, SECMAIL_KEY_SIGN | SECMAIL_KEY_CERTIFY | MAY_ENCRYPT),
                &m.signing);
    assert_int_equal(judge(&m, 1).validity, 0);
    assert_int_equal(judge(&m, 1).flags, MAY_ENCRYPT);
    done(&m);
}

/* The remembered result of a check is the same as the first one, at whatever time is asked. */
static void asked_again(void **state)
{
    struct fixture *f = *state;
    struct maker m = make(f, 6);
    put_primary(f, &m.c, &m.primary, SECMAIL_KEY_CERTIFY, f->now);
    put_subkey(f, &m.c, &m.primary, &m.signing, SECMAIL_KEY_SIGN, f->now);
    struct secmail_cert *cert = parse(&m);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(validity_at(f, cert, 1, f->now - 1), SECMAIL_E_KEY_INVALID);
        assert_int_equal(info_at(f, cert, 1, f->now).flags, SECMAIL_KEY_SIGN);
    }
    secmail_cert_unref(cert);
    done(&m);
}

/* A flood of signatures that claim to be the primary key's: slow in proportion, not more. */
static void flooded(void **state)
{
    struct fixture *f = *state;
    struct maker m = make(f, 6);
    put_valid_primary(&m);
    struct collected one = {0};
    put_key_signature(f, &one, flags_plan(0x1f, 0xff), &m.primary, &m.primary, NULL);
    one.data[one.size - 1] ^= 1;
    for (int i = 0; i < 4000; i++)
        put_all(&m.c, &one);
    assert_int_equal(judge(&m, 0).validity, 0);
    assert_int_equal(judge(&m, 0).flags, SECMAIL_KEY_CERTIFY);
    drop(&one);
    done(&m);
}

/* Revocations that stand at a part of megabytes and don't fit it: their places are looked for, but
 * not at the cost of gigabytes to hash. */
static void flooded_attribute(void **state)
{
    struct fixture *f = *state;
    struct maker m = make(f, 4);
    struct secmail_user_id_info id = {.size = sizeof id};
    struct collected one = {0};
    const size_t size = 7 << 20;
    uint8_t *picture = calloc(2, size);
    assert_non_null(picture);
    put_valid_primary(&m);
    put_packet(&m.c, TAG_USER_ID, "Bob", 3);
    put_id_signature(f, &m.c, (struct sig_plan){.type = 0x13}, &m.primary, &m.primary, "Bob");
    put_id_signature(f, &one, revocation(0x30, 32, 0), &m.primary, &m.primary, "Rob");
    for (int i = 0; i < 8000; i++) {
        if (i % 4000 == 0)
            put_packet(&m.c, TAG_USER_ATTRIBUTE, picture, size + (size_t)i);
        if (i == 0)
            put_id_signature(f, &m.c, revocation(0x30, 32, 0), &m.primary, &m.primary, "Bob");
        put_all(&m.c, &one);
    }
    const clock_t start = clock();
    struct secmail_cert *cert = parse(&m);
    assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
    assert_ok(f->context, secmail_cert_user_id_info(f->context, cert, 0, NULL, &id));
    assert_true(id.revoked >= 0);
    secmail_cert_unref(cert);
    free(picture);
    drop(&one);
    done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(flags_are_told),
        fixture_test(without_a_policy),
        fixture_test(flags_left_out),
        fixture_test(expiration_at_its_edge),
        fixture_test(subkey_expiration),
        fixture_test(the_longest_lifetime),
        fixture_test(the_newest_self_signature_counts),
        fixture_test(a_self_signature_expires),
        fixture_test(revocation_by_reason),
        fixture_test(signatures_anywhere),
        fixture_test(revocations_behind_unknown_parts),
        fixture_test(parts_that_stand_twice),
        fixture_test(revocations_that_expire),
        fixture_test(revocations_that_are_none),
        fixture_test(weak_and_old_revocations_hold),
        fixture_test(primary_without_self_signature),
        fixture_test(damaged_self_signature),
        fixture_test(subkey_without_binding),
        fixture_test(hashes_by_date),
        fixture_test(user_id_signatures),
        fixture_test(user_id_signatures_that_are_none),
        fixture_test(the_governing_user_id),
        fixture_test(user_id_revoked),
        fixture_test(unhashed_subpackets_are_not_trusted),
        fixture_test(back_signatures),
        fixture_test(missing_back_signature),
        fixture_test(asked_again),
        fixture_test(flooded),
        fixture_test(flooded_attribute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
