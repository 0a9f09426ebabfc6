/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verdicts on detached signatures: each status and each reason, and what the operation refuses to
 * do. What makes a key valid is in test_verify_validity.c. */
#include "packet_writer.h"

static const char text[] = "Pay 10 to Bob.\n";

enum { DAY = 86400, MAY_ALL = SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN };

/* What one verification comes to. */
struct expected {
    uint32_t status, reason;
};

static struct secmail_verify *start(struct fixture *f, struct secmail_cert *cert)
{
    struct secmail_verify *v;
    assert_ok(f->context, secmail_verify_new(f->context, &v));
    if (cert)
        assert_ok(f->context, secmail_verify_add_cert(v, cert));
    return v;
}

static const struct secmail_verdict *finish(struct fixture *f, struct secmail_verify *v,
                                            const struct collected *sigs, const char *data)
{
    assert_ok(f->context, secmail_verify_add_signatures(v, sigs->data, sigs->size));
    assert_ok(f->context, secmail_verify_update(v, (const uint8_t *)data, strlen(data)));
    assert_ok(f->context, secmail_verify_finish(v));
    return secmail_verify_verdict(v, 0);
}

/* A verdict is whole: it has reasons with texts, and a certificate where the header says so. */
static void check_verdict(const struct secmail_verdict *verdict, struct expected want,
                          const char *file, int line)
{
    if (secmail_verdict_status(verdict) != want.status ||
        secmail_verdict_reason(verdict, 0) != want.reason) {
        print_error("# status %u, reason %u (%s), not %u, %u\n", secmail_verdict_status(verdict),
                    secmail_verdict_reason(verdict, 0), secmail_verdict_reason_text(verdict, 0),
                    want.status, want.reason);
        _fail(file, line);
    }
    const size_t count = secmail_verdict_reason_count(verdict);
    assert_true(count >= 1);
    for (size_t i = 0; i < count; i++) {
        const char *line_of_text = secmail_verdict_reason_text(verdict, i);
        assert_true(strlen(line_of_text) > 10);
        assert_null(strchr(line_of_text, '\n'));
        assert_int_not_equal(secmail_verdict_reason(verdict, i), 0);
    }
    assert_int_equal(secmail_verdict_reason(verdict, count), 0);
    assert_null(secmail_verdict_reason_text(verdict, count));
    if (want.status == SECMAIL_VERDICT_GOOD || want.status == SECMAIL_VERDICT_BAD)
        assert_non_null(secmail_verdict_cert(verdict));
    if (want.status == SECMAIL_VERDICT_UNKNOWN_KEY)
        assert_null(secmail_verdict_cert(verdict));
}

/* One certificate, one signature packet: used up. */
static void judge_packets(struct fixture *f, struct secmail_cert *cert, struct collected *sigs,
                          const char *data, struct expected want, const char *file, int line)
{
    struct secmail_verify *v = start(f, cert);
    check_verdict(finish(f, v, sigs, data), want, file, line);
    assert_int_equal(secmail_verify_verdict_count(v), 1);
    assert_int_equal(secmail_verify_good_count(v), want.status == SECMAIL_VERDICT_GOOD);
    secmail_verify_free(v);
    drop(sigs);
}

#define judge_sigs(f, cert, sigs, data, ...)                                                       \
    judge_packets(f, cert, sigs, data, (struct expected)__VA_ARGS__, __FILE__, __LINE__)

/* A plan, signed over `text` by the key and judged with the certificate. */
#define judge_plan(f, cert, plan, key, ...)                                                        \
    do {                                                                                           \
        struct collected sigs_ = {0};                                                              \
        put_signature(f, &sigs_, plan, key, text, strlen(text));                                   \
        judge_sigs(f, cert, &sigs_, text, __VA_ARGS__);                                            \
    } while (0)

struct signer {
    struct test_key key;
    struct secmail_cert *cert;
};

static struct signer make_signer(struct fixture *f, uint8_t version)
{
    struct signer s;
    s.key = test_key(f, version, version == 6 ? PK_ED25519 : PK_EDDSA, f->now - DAY);
    struct collected c = {0};
    put_primary(f, &c, &s.key, MAY_ALL, f->now - DAY);
    s.cert = parse_cert(f, &c);
    return s;
}

static void free_signer(struct signer *s)
{
    secmail_cert_unref(s->cert);
    drop(&s->key.body);
}

/* ---------------------------------------------------------------- good and bad */

static void good_by_all_hashes(void **state)
{
    struct fixture *f = *state;
    static const uint8_t hashes[] = {SMI_SHA256, SMI_SHA384, SMI_SHA512, SMI_SHA3_256,
                                     SMI_SHA3_512};
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct signer s = make_signer(f, version);
        for (size_t i = 0; i < sizeof hashes; i++)
            judge_plan(f, s.cert, ((struct sig_plan){.hash = hashes[i]}), &s.key,
                       {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID});
        free_signer(&s);
    }
}

/* RFC 9580 sections 5.2.3.3 and 5.2.3.4: a digest of fewer than 256 bits is refused. */
static void short_hashes(void **state)
{
    struct fixture *f = *state;
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct signer s = make_signer(f, version);
        judge_plan(f, s.cert, (struct sig_plan){.hash = SMI_SHA224}, &s.key,
                   {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_HASH});
        free_signer(&s);
    }
    struct signer rsa = {.key = test_key(f, 4, PK_RSA, f->now - DAY)};
    struct collected c = {0};
    put_primary(f, &c, &rsa.key, MAY_ALL, f->now - DAY);
    rsa.cert = parse_cert(f, &c);
    judge_plan(f, rsa.cert, (struct sig_plan){.hash = SMI_SHA224}, &rsa.key,
               {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID});
    free_signer(&rsa);
}

static void what_a_verdict_tells(void **state)
{
    struct fixture *f = *state;
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct signer s = make_signer(f, version);
        struct collected sigs = {0};
        put_signature(f, &sigs, (struct sig_plan){.created = f->now - 77}, &s.key, text,
                      strlen(text));
        struct secmail_verify *v = start(f, s.cert);
        const struct secmail_verdict *verdict = finish(f, v, &sigs, text);
        assert_int_equal(secmail_verdict_time(verdict), f->now - 77);
        assert_int_equal(secmail_verdict_is_text(verdict), 0);
        assert_string_equal(secmail_verdict_key(verdict), s.key.hex);
        assert_ptr_equal(secmail_verdict_cert(verdict), s.cert);
        assert_null(secmail_verify_verdict(v, 1));
        assert_null(secmail_verify_verdict(v, SIZE_MAX));
        secmail_verify_free(v);
        drop(&sigs);
        free_signer(&s);
    }
}

static void null_verdicts(void **state)
{
    (void)state;
    assert_int_equal(secmail_verdict_status(NULL), 0);
    assert_int_equal(secmail_verdict_time(NULL), -1);
    assert_int_equal(secmail_verdict_is_text(NULL), 0);
    assert_string_equal(secmail_verdict_key(NULL), "");
    assert_null(secmail_verdict_cert(NULL));
    assert_int_equal(secmail_verdict_reason_count(NULL), 0);
    assert_int_equal(secmail_verdict_reason(NULL, 0), 0);
    assert_null(secmail_verdict_reason_text(NULL, 0));
}

static void other_data_is_a_mismatch(void **state)
{
    struct fixture *f = *state;
    static const char *const others[] = {"", "Pay 10 to Bob.", "Pay 10 to Bob.\n\n",
                                         "Pay 99 to Bob.\n", "Pay 10 to Bob.\r\n"};
    struct signer s = make_signer(f, 6);
    for (size_t i = 0; i < 5; i++) {
        struct collected sigs = {0};
        put_signature(f, &sigs, (struct sig_plan){0}, &s.key, text, strlen(text));
        judge_sigs(f, s.cert, &sigs, others[i], {SECMAIL_VERDICT_BAD, SECMAIL_REASON_MISMATCH});
    }
    free_signer(&s);
}

/* Every byte of the packet: no change gives another good signature. */
static void changed_signatures(void **state)
{
    struct fixture *f = *state;
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct signer s = make_signer(f, version);
        struct collected sigs = {0};
        put_signature(f, &sigs, (struct sig_plan){0}, &s.key, text, strlen(text));
        for (size_t i = 2; i < sigs.size; i++) {
            for (unsigned bit = 0x80; bit; bit >>= 1) {
                struct secmail_verify *v = start(f, s.cert);
                sigs.data[i] ^= (uint8_t)bit;
                finish(f, v, &sigs, text);
                sigs.data[i] ^= (uint8_t)bit;
                /* MPIs say how many bits they have; a wrong number of the same size is harmless. */
                if (secmail_verify_good_count(v))
                    assert_true(version == 4 && (i == sigs.size - 67 || i == sigs.size - 33));
                secmail_verify_free(v);
            }
        }
        drop(&sigs);
        free_signer(&s);
    }
}

/* Signatures over text: any line end is CRLF, and only they. In windows of any size. */
static void text_signatures(void **state)
{
    struct fixture *f = *state;
    static const char canonical[] = "one\r\ntwo \r\n\r\nthree\rfour";
    static const char *const same[] = {"one\ntwo \n\nthree\rfour", "one\r\ntwo \r\n\r\nthree\rfour",
                                       "one\r\ntwo \n\r\nthree\rfour"};
    static const char *const others[] = {"one\ntwo\n\nthree\rfour", "one\ntwo \n\nthree\nfour",
                                         "one\ntwo \n\nthree\rfour\n", "one two \n\nthree\rfour",
                                         "one\r\r\ntwo \n\nthree\rfour"};
    struct signer s = make_signer(f, 6);
    struct collected sigs = {0};
    put_signature(f, &sigs, (struct sig_plan){.type = 1}, &s.key, canonical, strlen(canonical));
    for (size_t i = 0; i < 8; i++) {
        const char *data = i < 3 ? same[i] : others[i - 3];
        for (size_t step = 1; step < 30; step++) {
            struct secmail_verify *v = start(f, s.cert);
            assert_ok(f->context, secmail_verify_add_signatures(v, sigs.data, sigs.size));
            for (size_t at = 0; at < strlen(data); at += step) {
                const size_t left = strlen(data) - at;
                assert_ok(f->context, secmail_verify_update(v, (const uint8_t *)data + at,
                                                            left < step ? left : step));
            }
            assert_ok(f->context, secmail_verify_finish(v));
            assert_int_equal(secmail_verify_good_count(v), i < 3);
            assert_int_equal(secmail_verdict_is_text(secmail_verify_verdict(v, 0)), 1);
            secmail_verify_free(v);
        }
    }
    drop(&sigs);
    free_signer(&s);
}

/* ---------------------------------------------------------------- keys */

static void unknown_keys(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 4), stranger = make_signer(f, 4);
    struct collected sigs = {0};
    judge_plan(f, NULL, (struct sig_plan){0}, &s.key,
               {SECMAIL_VERDICT_UNKNOWN_KEY, SECMAIL_REASON_NO_KEY});
    judge_plan(f, stranger.cert, (struct sig_plan){0}, &s.key,
               {SECMAIL_VERDICT_UNKNOWN_KEY, SECMAIL_REASON_NO_KEY});
    /* It may name nobody: then no key is tried. */
    judge_plan(f, s.cert, (struct sig_plan){.no_issuer = true}, &s.key,
               {SECMAIL_VERDICT_UNKNOWN_KEY, SECMAIL_REASON_NO_KEY});
    struct sig_plan by_id = {.no_issuer = true};
    put_sub(&by_id.unhashed, SUB_ISSUER, s.key.key_id, 8);
    put_signature(f, &sigs, by_id, &s.key, text, strlen(text));
    struct secmail_verify *v = start(f, NULL);
    const struct secmail_verdict *verdict = finish(f, v, &sigs, text);
    assert_int_equal(secmail_verdict_status(verdict), SECMAIL_VERDICT_UNKNOWN_KEY);
    assert_int_equal(strlen(secmail_verdict_key(verdict)), 16);
    assert_string_equal(secmail_verdict_key(verdict), s.key.hex + 24);
    secmail_verify_free(v);
    /* The key ID is as good a hint, hashed or not. */
    judge_sigs(f, s.cert, &sigs, text, {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID});
    judge_plan(f, s.cert, (struct sig_plan){.issuer_unhashed = true}, &s.key,
               {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID});
    free_signer(&s);
    free_signer(&stranger);
}

/* Section 5.2.3.9: a signature may name several issuers. Letters: a fingerprint (F, f) or key ID
 * (I, i) of the signer, or (lower case) of somebody else; behind the slash unprotected. */
static void several_issuers(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 4), other = make_signer(f, 4);
    static const struct {
        const char *issuers;
        bool found;
    } rows[] = {{"/Ii", true},  {"/iI", true},  {"/If", true},  {"/fI", true},  {"/Ff", true},
                {"I/f", true},  {"F/i", true},  {"F/f", true},  {"Ff/", true},  {"iI/", true},
                {"/ii", false}, {"/if", false}, {"f/I", false}, {"f/F", false}, {"ff/I", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sig_plan plan = {.no_issuer = true};
        struct collected *area = &plan.hashed;
        for (const char *p = rows[i].issuers; *p; p++) {
            const struct test_key *key = *p & 0x20 ? &other.key : &s.key;
            if (*p == '/')
                area = &plan.unhashed;
            else if ((*p | 0x20) == 'f')
                put_sub_key(area, SUB_ISSUER_FP, key);
            else
                put_sub(area, SUB_ISSUER, key->key_id, 8);
        }
        if (rows[i].found)
            judge_plan(f, s.cert, plan, &s.key, {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID});
        else
            judge_plan(f, s.cert, plan, &s.key,
                       {SECMAIL_VERDICT_UNKNOWN_KEY, SECMAIL_REASON_NO_KEY});
    }
    free_signer(&s);
    free_signer(&other);
}

/* Thousands of issuers are not all compared with each key at hand. */
static void many_issuers(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 4), other = make_signer(f, 4);
    for (int count = 100; count <= 6000; count += 5900) {
        struct sig_plan plan = {.no_issuer = true};
        for (int i = 0; i < count; i++)
            put_sub(&plan.unhashed, SUB_ISSUER, i == count - 1 ? s.key.key_id : other.key.key_id,
                    8);
        if (count == 100)
            judge_plan(f, s.cert, plan, &s.key, {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID});
        else
            judge_plan(f, s.cert, plan, &s.key,
                       {SECMAIL_VERDICT_UNKNOWN_KEY, SECMAIL_REASON_NO_KEY});
    }
    free_signer(&s);
    free_signer(&other);
}

/* A signature by somebody who says that it is another's. */
static void claimed_signatures(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 6), thief = make_signer(f, 6);
    struct sig_plan plan = {.no_issuer = true};
    put_sub_key(&plan.hashed, SUB_ISSUER_FP, &s.key);
    struct collected sigs = {0};
    put_signature(f, &sigs, plan, &thief.key, text, strlen(text));
    struct secmail_verify *v = start(f, thief.cert);
    assert_ok(f->context, secmail_verify_add_cert(v, s.cert));
    check_verdict(finish(f, v, &sigs, text),
                  (struct expected){SECMAIL_VERDICT_BAD, SECMAIL_REASON_MISMATCH}, __FILE__,
                  __LINE__);
    secmail_verify_free(v);
    drop(&sigs);
    free_signer(&s);
    free_signer(&thief);
}

/* Which key may sign: by its flags, its back-signature, its binding. */
static void keys_that_may_not_sign(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint8_t primary_flags, subkey_flags;
        bool back, binding;
        struct expected by_primary, by_subkey;
    } rows[] = {
        {MAY_ALL,
         SECMAIL_KEY_SIGN,
         true,
         true,
         {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID},
         {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID}},
        {SECMAIL_KEY_CERTIFY,
         SECMAIL_KEY_SIGN,
         false,
         true,
         {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_KEY_FLAGS},
         {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_KEY_FLAGS}},
        {MAY_ALL,
         SECMAIL_KEY_ENCRYPT_STORAGE,
         true,
         true,
         {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID},
         {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_KEY_FLAGS}},
        {MAY_ALL,
         0,
         true,
         true,
         {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID},
         {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_KEY_FLAGS}},
        {0,
         SECMAIL_KEY_SIGN,
         true,
         false,
         {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_KEY_FLAGS},
         {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_KEY_INVALID}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct test_key primary = test_key(f, 6, PK_ED25519, f->now - DAY),
                        subkey = test_key(f, 6, PK_ED25519, f->now - DAY);
        struct collected c = {0};
        struct sig_plan plan = flags_plan(0x18, rows[i].subkey_flags);
        plan.created = f->now - DAY;
        put_primary(f, &c, &primary, rows[i].primary_flags, f->now - DAY);
        put_body(&c, TAG_PUBLIC_SUBKEY, &subkey.body);
        if (rows[i].back)
            put_back_signature(f, &plan.hashed, &primary, &subkey, f->now - DAY);
        if (rows[i].binding)
            put_key_signature(f, &c, plan, &primary, &primary, &subkey);
        else
            drop(&plan.hashed);
        struct secmail_cert *cert = parse_cert(f, &c);
        struct collected sigs = {0};
        put_signature(f, &sigs, (struct sig_plan){0}, &primary, text, strlen(text));
        judge_packets(f, cert, &sigs, text, rows[i].by_primary, __FILE__, __LINE__);
        put_signature(f, &sigs, (struct sig_plan){0}, &subkey, text, strlen(text));
        judge_packets(f, cert, &sigs, text, rows[i].by_subkey, __FILE__, __LINE__);
        secmail_cert_unref(cert);
        drop(&primary.body);
        drop(&subkey.body);
    }
}

/* The key's state counts at the time of the signature, not of the verification; a compromise counts
 * always. */
static void key_states(void **state)
{
    struct fixture *f = *state;
    enum { EXPIRES, REVOKED_SOFTLY, REVOKED };
    for (int kind = EXPIRES; kind <= REVOKED; kind++) {
        struct test_key key = test_key(f, 6, PK_ED25519, f->now - 100 * DAY);
        struct collected c = {0};
        struct sig_plan plan = flags_plan(0x1f, MAY_ALL), end = {.type = 0x20};
        const int64_t until = f->now - 50 * DAY;
        plan.created = f->now - 100 * DAY;
        end.created = until;
        if (kind == EXPIRES)
            put_sub_u32(&plan.hashed, SUB_KEY_EXPIRES, 50 * DAY);
        put_body(&c, TAG_PUBLIC_KEY, &key.body);
        put_key_signature(f, &c, plan, &key, &key, NULL);
        put_sub(&end.hashed, SUB_REASON, kind == REVOKED ? "\2" : "\3", 1);
        if (kind == EXPIRES)
            drop(&end.hashed);
        else
            put_key_signature(f, &c, end, &key, &key, NULL);
        struct secmail_cert *cert = parse_cert(f, &c);
        const uint32_t reason = kind == EXPIRES ? SECMAIL_REASON_KEY_EXPIRED
                                                : SECMAIL_REASON_KEY_REVOKED;
        if (kind == REVOKED)
            judge_plan(f, cert, (struct sig_plan){.created = until - 1}, &key,
                       {SECMAIL_VERDICT_REJECTED, reason});
        else
            judge_plan(f, cert, (struct sig_plan){.created = until - 1}, &key,
                       {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID});
        judge_plan(f, cert, (struct sig_plan){.created = until}, &key,
                   {SECMAIL_VERDICT_REJECTED, reason});
        judge_plan(f, cert, (struct sig_plan){.created = f->now - 101 * DAY}, &key,
                   {SECMAIL_VERDICT_REJECTED, kind == REVOKED ? SECMAIL_REASON_KEY_REVOKED
                                                              : SECMAIL_REASON_KEY_NOT_YET_VALID});
        secmail_cert_unref(cert);
        drop(&key.body);
    }
}

/* A signing subkey goes down with its primary key. */
static void revoked_primary(void **state)
{
    struct fixture *f = *state;
    struct test_key primary = test_key(f, 6, PK_ED25519, f->now - DAY),
                    subkey = test_key(f, 6, PK_ED25519, f->now - DAY);
    struct collected c = {0};
    put_primary(f, &c, &primary, MAY_ALL, f->now - DAY);
    put_key_signature(f, &c, (struct sig_plan){.type = 0x20}, &primary, &primary, NULL);
    put_subkey(f, &c, &primary, &subkey, SECMAIL_KEY_SIGN, f->now - DAY);
    struct secmail_cert *cert = parse_cert(f, &c);
    judge_plan(f, cert, (struct sig_plan){0}, &subkey,
               {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_KEY_REVOKED});
    secmail_cert_unref(cert);
    drop(&primary.body);
    drop(&subkey.body);
}

/* Somebody else's certificate that holds the signer's key, or a key with the same ID, must not
 * stand in the way of the right one, wherever it is in the order. */
static void adopted_keys_do_no_harm(void **state)
{
    struct fixture *f = *state;
    struct test_key owner = test_key(f, 4, PK_EDDSA, f->now - DAY),
                    subkey = test_key(f, 4, PK_EDDSA, f->now - DAY),
                    thief = test_key(f, 4, PK_EDDSA, f->now - DAY);
    struct collected good = {0}, evil = {0};
    put_primary(f, &good, &owner, SECMAIL_KEY_CERTIFY, f->now - DAY);
    put_subkey(f, &good, &owner, &subkey, SECMAIL_KEY_SIGN, f->now - DAY);
    put_primary(f, &evil, &thief, MAY_ALL, f->now - DAY);
    put_body(&evil, TAG_PUBLIC_SUBKEY, &subkey.body);
    put_key_signature(f, &evil, flags_plan(0x18, SECMAIL_KEY_SIGN), &thief, &thief, &subkey);
    struct secmail_cert *right = parse_cert(f, &good), *wrong = parse_cert(f, &evil);
    for (int order = 0; order < 3; order++) {
        struct collected sigs = {0};
        struct secmail_verify *v = start(f, order ? wrong : right);
        if (order < 2)
            assert_ok(f->context, secmail_verify_add_cert(v, order ? right : wrong));
        put_signature(f, &sigs, (struct sig_plan){0}, &subkey, text, strlen(text));
        const struct secmail_verdict *verdict = finish(f, v, &sigs, text);
        if (order < 2) {
            check_verdict(verdict, (struct expected){SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID},
                          __FILE__, __LINE__);
            assert_ptr_equal(secmail_verdict_cert(verdict), right);
        } else {
            check_verdict(verdict,
                          (struct expected){SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_KEY_FLAGS},
                          __FILE__, __LINE__);
            assert_ptr_equal(secmail_verdict_cert(verdict), wrong);
        }
        secmail_verify_free(v);
        drop(&sigs);
    }
    secmail_cert_unref(right);
    secmail_cert_unref(wrong);
    drop(&owner.body);
    drop(&subkey.body);
    drop(&thief.body);
}

/* ---------------------------------------------------------------- rules about the signature */

static void signature_times(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 6);
    judge_plan(f, s.cert, (struct sig_plan){.created = f->now}, &s.key,
               {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID});
    judge_plan(f, s.cert, (struct sig_plan){.created = f->now + 1}, &s.key,
               {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_SIGNATURE_IN_FUTURE});
    for (int expired = 0; expired < 2; expired++) {
        struct sig_plan plan = {.created = f->now - 100};
        put_sub_u32(&plan.hashed, SUB_EXPIRES, expired ? 100 : 101);
        judge_plan(f, s.cert, plan, &s.key,
                   {expired ? SECMAIL_VERDICT_REJECTED : SECMAIL_VERDICT_GOOD,
                    expired ? SECMAIL_REASON_SIGNATURE_EXPIRED : SECMAIL_REASON_VALID});
    }
    free_signer(&s);
}

/* Everything but 0x00 and 0x01 is no signature over a document, even if it fits one. */
static void types(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 4);
    for (unsigned type = 2; type < 256; type++)
        judge_plan(f, s.cert, (struct sig_plan){.type = (uint8_t)type}, &s.key,
                   {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_TYPE});
    free_signer(&s);
}

/* Old hashes are for old mail: accepted where the policy's time says so, rejected today. */
static void hashes_by_date(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint8_t hash;
        int64_t until;
    } rows[] = {{SMI_SHA1, 1359676800}, {SMI_RIPEMD160, 1359676800}, {SMI_MD5, 854755200}};
    for (size_t i = 0; i < 3; i++) {
        struct test_key key = test_key(f, 4, PK_RSA, 800000000);
        struct collected c = {0};
        put_primary(f, &c, &key, MAY_ALL, 800000000);
        struct secmail_cert *cert = parse_cert(f, &c);
        struct secmail_policy *standard, *then;
        assert_ok(f->context, secmail_policy_standard(f->context, &standard));
        for (int late = 0; late < 3; late++) {
            const int64_t time = rows[i].until - 1 + late;
            assert_ok(f->context, secmail_policy_at(f->context, standard, time, &then));
            struct secmail_verify *v = start(f, cert);
            assert_ok(f->context, secmail_verify_set_policy(v, late < 2 ? then : standard));
            struct collected sigs = {0};
            put_signature(f, &sigs, (struct sig_plan){.hash = rows[i].hash, .created = 800000001},
                          &key, text, strlen(text));
            check_verdict(finish(f, v, &sigs, text),
                          late ? (struct expected){SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_HASH}
                               : (struct expected){SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID},
                          __FILE__, __LINE__);
            secmail_policy_unref(then);
            secmail_verify_free(v);
            drop(&sigs);
        }
        secmail_policy_unref(standard);
        secmail_cert_unref(cert);
        drop(&key.body);
    }
}

/* Version 6 signatures have a salt, whose size the hash tells; a hash without one can't be used, at
 * whatever date (RFC 9580 section 9.5). */
static void version_6_salts(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 6);
    judge_plan(f, s.cert, (struct sig_plan){.wrong_salt_size = true}, &s.key,
               {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_MALFORMED});
    static const uint8_t hashes[] = {SMI_MD5, SMI_SHA1, SMI_RIPEMD160};
    for (size_t i = 0; i < 3; i++) {
        struct collected sigs = {0}, body = {0};
        struct secmail_policy *standard, *old;
        const uint8_t fields[] = {6, 0, PK_ED25519, hashes[i], 0, 0, 0, 6, 5, 2, 0, 0, 0, 1};
        put(&body, fields, sizeof fields);
        put_u32(&body, 35);
        put_sub_key(&body, SUB_ISSUER_FP, &s.key);
        put(&body, "\0\0\0", 3);
        while (body.size < sizeof fields + 4 + 35 + 3 + 64)
            put_u8(&body, 0);
        put_body_drop(&sigs, TAG_SIGNATURE, &body);
        assert_ok(f->context, secmail_policy_standard(f->context, &standard));
        assert_ok(f->context, secmail_policy_at(f->context, standard, 800000000, &old));
        struct secmail_verify *v = start(f, s.cert);
        assert_ok(f->context, secmail_verify_set_policy(v, old));
        check_verdict(finish(f, v, &sigs, text),
                      (struct expected){SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_HASH}, __FILE__,
                      __LINE__);
        secmail_verify_free(v);
        secmail_policy_unref(standard);
        secmail_policy_unref(old);
        drop(&sigs);
    }
    free_signer(&s);
}

static void versions_and_algorithms(void **state)
{
    struct fixture *f = *state;
    struct signer s4 = make_signer(f, 4), s6 = make_signer(f, 6);
    /* A signature of the other generation than its key, correct otherwise. */
    judge_plan(f, s6.cert, (struct sig_plan){.version = 4}, &s6.key,
               {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_VERSION});
    judge_plan(f, s4.cert, (struct sig_plan){.version = 6}, &s4.key,
               {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_VERSION});
    for (unsigned version = 0; version < 256; version++) {
        struct collected sigs = {0};
        if (version == 4 || version == 6)
            continue;
        put_signature(f, &sigs, (struct sig_plan){0}, &s4.key, text, strlen(text));
        sigs.data[2] = (uint8_t)version;
        judge_sigs(f, s4.cert, &sigs, text, {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_VERSION});
    }
    for (unsigned algo = 4; algo < 256; algo++) { /* numbers that no standard has given away */
        if ((algo > 15 && algo < 20) || (algo > 21 && algo < 100))
            continue;
        judge_plan(f, s4.cert, (struct sig_plan){.pk = (uint8_t)algo}, &s4.key,
                   {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_ALGORITHM});
    }
    /* The other encoding of the same algorithm is not the key's. */
    judge_plan(f, s6.cert, (struct sig_plan){.pk = PK_EDDSA}, &s6.key,
               {SECMAIL_VERDICT_BAD, SECMAIL_REASON_MISMATCH});
    for (unsigned hash = 0; hash < 256; hash++) {
        struct collected sigs = {0};
        put_signature(f, &sigs, (struct sig_plan){0}, &s4.key, text, strlen(text));
        sigs.data[5] = (uint8_t)hash;
        if (!smi_hash_size((uint8_t)hash))
            judge_sigs(f, s4.cert, &sigs, text, {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_HASH});
        drop(&sigs);
    }
    free_signer(&s4);
    free_signer(&s6);
}

static void critical_subpackets(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 6);
    static const struct {
        uint8_t type;
        bool refused;
    } rows[] = {{100, false},
                {100 | SUB_CRITICAL, true},
                {SUB_NOTATION, false},
                {SUB_NOTATION | SUB_CRITICAL, true},
                {26 | SUB_CRITICAL, false}, /* policy URI: known, and of no meaning */
                {0 | SUB_CRITICAL, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sig_plan plan = {0};
        put_sub(&plan.hashed, rows[i].type, "\0\0\0\0\0\1\0\1xy", 10);
        judge_plan(f, s.cert, plan, &s.key,
                   {rows[i].refused ? SECMAIL_VERDICT_REJECTED : SECMAIL_VERDICT_GOOD,
                    rows[i].refused ? SECMAIL_REASON_CRITICAL_SUBPACKET : SECMAIL_REASON_VALID});
    }
    /* Not protected: nothing that has to be understood can stand there. */
    struct sig_plan plan = {0};
    put_sub(&plan.unhashed, 100 | SUB_CRITICAL, "x", 1);
    judge_plan(f, s.cert, plan, &s.key, {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID});
    free_signer(&s);
}

/* Subpackets outside of the signature's protection are hints at most. */
static void unhashed_subpackets(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 6);
    struct sig_plan plan = {.created = f->now - 100};
    put_sub_u32(&plan.unhashed, SUB_CREATED, f->now + 100);
    put_sub_u32(&plan.unhashed, SUB_EXPIRES, 1);
    judge_plan(f, s.cert, plan, &s.key, {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID});
    plan = (struct sig_plan){.created = -1};
    put_sub_u32(&plan.unhashed, SUB_CREATED, f->now);
    judge_plan(f, s.cert, plan, &s.key, {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_MALFORMED});
    /* The hashed issuer goes before an unhashed one. */
    struct signer other = make_signer(f, 6);
    plan = (struct sig_plan){0};
    put_sub_key(&plan.unhashed, SUB_ISSUER_FP, &other.key);
    judge_plan(f, s.cert, plan, &s.key, {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID});
    free_signer(&other);
    free_signer(&s);
}

static void malformed_signatures(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 6);
    struct collected whole = {0}, sigs = {0};
    put_signature_body(f, &whole, (struct sig_plan){0}, &s.key, text, strlen(text), NULL);
    for (size_t size = 0; size < whole.size; size++) { /* cut, and framed anew */
        put_packet(&sigs, TAG_SIGNATURE, whole.data, size);
        judge_sigs(f, s.cert, &sigs, text, {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_MALFORMED});
    }
    put_u8(&whole, 0);
    put_body_drop(&sigs, TAG_SIGNATURE, &whole); /* a byte too many */
    judge_sigs(f, s.cert, &sigs, text, {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_MALFORMED});
    static const struct {
        const char *area;
        size_t size;
    } areas[] = {{"\0", 1},         {"\1", 1},   {"\377\377\377\377\377", 5},
                 {"\5\3\1\2\3", 5}, {"\300", 1}, {"\4\2\1\2\3", 5}};
    for (size_t i = 0; i < sizeof areas / sizeof areas[0]; i++) {
        for (int hashed = 0; hashed < 2; hashed++) {
            struct sig_plan plan = {0};
            put(hashed ? &plan.hashed : &plan.unhashed, areas[i].area, areas[i].size);
            /* A date with three bytes is only a problem where it counts. */
            const bool harmless = i == 5 && !hashed;
            judge_plan(f, s.cert, plan, &s.key,
                       {harmless ? SECMAIL_VERDICT_GOOD : SECMAIL_VERDICT_REJECTED,
                        harmless ? SECMAIL_REASON_VALID : SECMAIL_REASON_MALFORMED});
        }
    }
    judge_plan(f, s.cert, (struct sig_plan){.wrong_left = true}, &s.key,
               {SECMAIL_VERDICT_BAD, SECMAIL_REASON_MISMATCH});
    free_signer(&s);
}

/* ---------------------------------------------------------------- several signatures */

/* A zero in front of a number: passed over in version 4, "reject the packet as malformed" in
 * version 6 (section 3.2). */
static void numbers_with_zeros_in_front(void **state)
{
    struct fixture *f = *state;
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct test_key key = test_key(f, version, PK_RSA, f->now - 1000);
        struct collected c = {0}, body = {0}, longer = {0}, sigs = {0};
        put_primary(f, &c, &key, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN, f->now - 1000);
        struct secmail_cert *cert = parse_cert(f, &c);
        put_signature_body(f, &body, (struct sig_plan){0}, &key, text, strlen(text), NULL);
        const size_t at = body.size - RSA_SIZE; /* its number has as many bytes as the key's */
        put(&longer, body.data, at - 2);
        put_u16(&longer, 8 * (RSA_SIZE + 1));
        put_u8(&longer, 0);
        put(&longer, body.data + at, RSA_SIZE);
        put_body_drop(&sigs, TAG_SIGNATURE, &body);
        judge_sigs(f, cert, &sigs, text, {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID});
        put_body_drop(&sigs, TAG_SIGNATURE, &longer);
        if (version == 4)
            judge_sigs(f, cert, &sigs, text, {SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID});
        else
            judge_sigs(f, cert, &sigs, text, {SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_MALFORMED});
        secmail_cert_unref(cert);
        drop(&key.body);
    }
}

static void one_verdict_each_in_order(void **state)
{
    struct fixture *f = *state;
    struct signer a = make_signer(f, 4), b = make_signer(f, 6);
    struct collected sigs = {0};
    put_signature(f, &sigs, (struct sig_plan){0}, &a.key, text, strlen(text));
    put_packet(&sigs, TAG_MARKER, "PGP", 3);
    put_signature(f, &sigs, (struct sig_plan){0}, &a.key, "other", 5);
    put_packet(&sigs, TAG_PADDING, "\1\2\3", 3);
    put_packet(&sigs, TAG_SIGNATURE, "\3unknown", 8);
    put_packet(&sigs, 60, "ignored", 7);
    put_signature(f, &sigs, (struct sig_plan){.type = 1}, &b.key, "Pay 10 to Bob.\r\n", 16);
    struct secmail_verify *v = start(f, a.cert);
    assert_ok(f->context, secmail_verify_add_cert(v, b.cert));
    finish(f, v, &sigs, text);
    static const uint32_t want[] = {SECMAIL_VERDICT_GOOD, SECMAIL_VERDICT_BAD,
                                    SECMAIL_VERDICT_REJECTED, SECMAIL_VERDICT_GOOD};
    assert_int_equal(secmail_verify_verdict_count(v), 4);
    assert_int_equal(secmail_verify_good_count(v), 2);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(secmail_verdict_status(secmail_verify_verdict(v, i)), want[i]);
    assert_string_equal(secmail_verdict_key(secmail_verify_verdict(v, 2)), "");
    assert_int_equal(secmail_verdict_time(secmail_verify_verdict(v, 2)), -1);
    secmail_verify_free(v);
    drop(&sigs);
    free_signer(&a);
    free_signer(&b);
}

/* Verdicts hold a reference: the caller's certificate and policy may be gone by then. */
static void references_are_taken(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 6);
    struct collected sigs = {0};
    struct secmail_policy *policy;
    put_signature(f, &sigs, (struct sig_plan){0}, &s.key, text, strlen(text));
    struct secmail_verify *v = start(f, s.cert);
    assert_ok(f->context, secmail_policy_standard(f->context, &policy));
    assert_ok(f->context, secmail_verify_set_policy(v, policy));
    secmail_policy_unref(policy);
    secmail_cert_unref(s.cert);
    assert_ok(f->context, secmail_verify_add_signatures(v, sigs.data, sigs.size));
    memset(sigs.data, 0, sigs.size);
    assert_ok(f->context, secmail_verify_update(v, (const uint8_t *)text, strlen(text)));
    assert_ok(f->context, secmail_verify_finish(v));
    assert_int_equal(secmail_verify_good_count(v), 1);
    const struct secmail_verdict *verdict = secmail_verify_verdict(v, 0);
    assert_string_equal(secmail_cert_fingerprint(secmail_verdict_cert(verdict)), s.key.hex);
    secmail_verify_free(v);
    drop(&sigs);
    drop(&s.key.body);
}

/* ---------------------------------------------------------------- errors */

static void check_add(struct fixture *f, const void *data, size_t size, int want)
{
    struct secmail_verify *v = start(f, NULL);
    assert_code(f->context, secmail_verify_add_signatures(v, data, size), want);
    assert_int_equal(secmail_context_error_code(f->context), want);
    if (want) /* nothing was added */
        assert_code(f->context, secmail_verify_finish(v), SECMAIL_E_NO_DATA);
    secmail_verify_free(v);
}

static void what_is_no_signature(void **state)
{
    struct fixture *f = *state;
    static const char armor_of_key[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxAEB\n"
                                       "-----END PGP PUBLIC KEY BLOCK-----\n";
    static const char cut_armor[] = "-----BEGIN PGP SIGNATURE-----\n\nwgEE\n";
    struct signer s = make_signer(f, 4);
    struct collected sigs = {0}, other = {0};
    put_signature(f, &sigs, (struct sig_plan){0}, &s.key, text, strlen(text));
    check_add(f, NULL, 0, SECMAIL_E_NO_DATA);
    check_add(f, "", 0, SECMAIL_E_NO_DATA);
    check_add(f, "hello", 5, SECMAIL_E_NO_DATA);
    check_add(f, "\xca\3PGP", 5, SECMAIL_E_NO_DATA); /* a marker */
    check_add(f, armor_of_key, strlen(armor_of_key), SECMAIL_E_ARMOR_KIND);
    check_add(f, cut_armor, strlen(cut_armor), SECMAIL_E_ARMOR);
    for (size_t size = 1; size < sigs.size; size++)
        check_add(f, sigs.data, size, SECMAIL_E_TRUNCATED);
    put_all(&other, &sigs);
    put_literal(&other, "x", 1);
    check_add(f, other.data, other.size, SECMAIL_E_MALFORMED);
    drop(&other);
    put_all(&other, &sigs);
    put(&other, "\xc0\1x", 3); /* the reserved type */
    check_add(f, other.data, other.size, SECMAIL_E_MALFORMED);
    drop(&other);
    put_all(&other, &sigs);
    put(&other, "xyz", 3);
    check_add(f, other.data, other.size, SECMAIL_E_MALFORMED);
    drop(&other);
    drop(&sigs);
    free_signer(&s);
}

static void armored_signatures(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 4);
    struct collected sigs = {0}, armored = {0};
    struct secmail_armor *armor;
    put_signature(f, &sigs, (struct sig_plan){0}, &s.key, text, strlen(text));
    put_signature(f, &sigs, (struct sig_plan){0}, &s.key, text, strlen(text));
    /* Two blocks, one behind the other. */
    for (int i = 0; i < 2; i++) {
        assert_ok(f->context, secmail_armor_new(f->context, &armor, SECMAIL_ARMOR_AUTO));
        assert_ok(f->context, drive(armor_update, armor, sigs.data, sigs.size, 100, 100, &armored));
        secmail_armor_free(armor);
    }
    assert_memory_equal(armored.data, "-----BEGIN PGP SIGNATURE-----\n", 30);
    struct secmail_verify *v = start(f, s.cert);
    finish(f, v, &armored, text);
    assert_int_equal(secmail_verify_good_count(v), 4);
    secmail_verify_free(v);
    drop(&sigs);
    drop(&armored);
    free_signer(&s);
}

static void limits(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 6);
    struct collected sigs = {0}, large = {0};
    for (int i = 0; i < 65; i++) {
        if (i == 64)
            check_add(f, sigs.data, sigs.size, 0);
        put_signature(f, &sigs, (struct sig_plan){0}, &s.key, text, strlen(text));
    }
    check_add(f, sigs.data, sigs.size, SECMAIL_E_LIMIT_MESSAGE_SIGNATURES);
    struct sig_plan plan = {0};
    uint8_t *filler = make_data(f, 1000);
    put_sub(&plan.unhashed, 100, filler, 1000);
    free(filler);
    put_signature_body(f, &large, plan, &s.key, text, strlen(text), NULL);
    const size_t size = large.size;
    static const char commented[] = "-----BEGIN PGP SIGNATURE-----\nComment: 123456\n\n"
                                    "wgEE\n-----END PGP SIGNATURE-----\n";
    set_limit(f, SECMAIL_LIMIT_ARMOR_HEADER_SIZE, 16);
    check_add(f, commented, strlen(commented), 0);
    set_limit(f, SECMAIL_LIMIT_ARMOR_HEADER_SIZE, 15);
    check_add(f, commented, strlen(commented), SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE);
    drop(&sigs);
    put_body_drop(&sigs, TAG_SIGNATURE, &large);
    set_limit(f, SECMAIL_LIMIT_PACKET_SIZE, size);
    check_add(f, sigs.data, sigs.size, 0);
    set_limit(f, SECMAIL_LIMIT_PACKET_SIZE, size - 1);
    check_add(f, sigs.data, sigs.size, SECMAIL_E_LIMIT_PACKET_SIZE);
    drop(&sigs);
    free_signer(&s);
}

static void arguments_and_states(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 6);
    struct secmail_verify *v = (struct secmail_verify *)(uintptr_t)1;
    struct secmail_policy *policy;
    struct collected sigs = {0};
    const uint8_t *data = (const uint8_t *)text;
    put_signature(f, &sigs, (struct sig_plan){0}, &s.key, text, strlen(text));
    assert_int_equal(secmail_verify_new(NULL, &v), SECMAIL_E_ARGUMENT);
    assert_null(v);
    assert_int_equal(secmail_verify_new(f->context, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_verify_set_policy(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_verify_add_cert(NULL, s.cert), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_verify_add_signatures(NULL, data, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_verify_update(NULL, data, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_verify_finish(NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_verify_good_count(NULL), 0);
    assert_int_equal(secmail_verify_verdict_count(NULL), 0);
    assert_null(secmail_verify_verdict(NULL, 0));
    secmail_verify_free(NULL);
    assert_ok(f->context, secmail_policy_standard(f->context, &policy));
    v = start(f, s.cert);
    assert_code(f->context, secmail_verify_set_policy(v, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_verify_add_cert(v, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_verify_add_signatures(v, NULL, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_verify_update(v, NULL, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_verify_finish(v), SECMAIL_E_NO_DATA);
    assert_ok(f->context, secmail_verify_set_policy(v, policy));
    assert_ok(f->context, secmail_verify_add_signatures(v, sigs.data, sigs.size));
    assert_code(f->context, secmail_verify_set_policy(v, policy), SECMAIL_E_STATE);
    assert_ok(f->context, secmail_verify_update(v, NULL, 0));
    assert_code(f->context, secmail_verify_add_signatures(v, sigs.data, sigs.size),
                SECMAIL_E_STATE);
    assert_ok(f->context, secmail_verify_update(v, data, strlen(text)));
    assert_code(f->context, secmail_verify_set_policy(v, policy), SECMAIL_E_STATE);
    assert_int_equal(secmail_verify_verdict_count(v), 0);
    assert_int_equal(secmail_verify_good_count(v), 0);
    assert_null(secmail_verify_verdict(v, 0));
    assert_ok(f->context, secmail_verify_finish(v));
    assert_code(f->context, secmail_verify_finish(v), SECMAIL_E_STATE);
    assert_code(f->context, secmail_verify_update(v, data, 1), SECMAIL_E_STATE);
    assert_code(f->context, secmail_verify_add_cert(v, s.cert), SECMAIL_E_STATE);
    assert_code(f->context, secmail_verify_add_signatures(v, sigs.data, sigs.size),
                SECMAIL_E_STATE);
    assert_int_equal(secmail_verify_good_count(v), 1);
    secmail_verify_free(v);
    secmail_policy_unref(policy);
    drop(&sigs);
    free_signer(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(good_by_all_hashes),
        fixture_test(short_hashes),
        fixture_test(what_a_verdict_tells),
        cmocka_unit_test(null_verdicts),
        fixture_test(other_data_is_a_mismatch),
        fixture_test(changed_signatures),
        fixture_test(text_signatures),
        fixture_test(unknown_keys),
        fixture_test(several_issuers),
        fixture_test(many_issuers),
        fixture_test(claimed_signatures),
        fixture_test(keys_that_may_not_sign),
        fixture_test(key_states),
        fixture_test(revoked_primary),
        fixture_test(adopted_keys_do_no_harm),
        fixture_test(signature_times),
        fixture_test(types),
        fixture_test(hashes_by_date),
        fixture_test(version_6_salts),
        fixture_test(versions_and_algorithms),
        fixture_test(critical_subpackets),
        fixture_test(unhashed_subpackets),
        fixture_test(malformed_signatures),
        fixture_test(numbers_with_zeros_in_front),
        fixture_test(one_verdict_each_in_order),
        fixture_test(references_are_taken),
        fixture_test(what_is_no_signature),
        fixture_test(armored_signatures),
        fixture_test(limits),
        fixture_test(arguments_and_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
