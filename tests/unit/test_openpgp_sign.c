/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making detached signatures: with which key, over what, and when not. That they verify is checked
 * by the library's own verification, which test_verify_signatures.c checks by hand-made ones. */
#include "packet_writer.h"

static const uint32_t profiles[] = {SECMAIL_PROFILE_RFC4880, SECMAIL_PROFILE_RFC9580};

static struct secmail_sign *start(struct fixture *f, struct secmail_key *key)
{
    struct secmail_sign *sign;
    assert_ok(f->context, secmail_sign_new(f->context, &sign));
    if (key)
        assert_ok(f->context, secmail_sign_add_signer(sign, key));
    return sign;
}

static struct secmail_bytes *finish(struct fixture *f, struct secmail_sign *sign, const char *data)
{
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_sign_update(sign, (const uint8_t *)data, strlen(data)));
    assert_ok(f->context, secmail_sign_finish(sign, &bytes));
    secmail_sign_free(sign);
    return bytes;
}

static struct secmail_verify *verify(struct fixture *f, struct secmail_bytes *sigs,
                                     struct secmail_cert *cert, const char *data)
{
    struct secmail_verify *v;
    assert_ok(f->context, secmail_verify_new(f->context, &v));
    assert_ok(f->context, secmail_verify_add_cert(v, cert));
    assert_ok(f->context,
              secmail_verify_add_signatures(v, secmail_bytes_data(sigs), secmail_bytes_size(sigs)));
    assert_ok(f->context, secmail_verify_update(v, (const uint8_t *)data, strlen(data)));
    assert_ok(f->context, secmail_verify_finish(v));
    secmail_bytes_free(sigs);
    return v;
}

static void signed_and_verified(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 8; i++) {
        struct secmail_key *key = make_key(f, profiles[i % 2], "Alice");
        struct secmail_sign *sign;
        const bool armored = i / 2 % 2, text = i >= 4;
        assert_ok(f->context, secmail_sign_new(f->context, &sign));
        assert_string_equal(secmail_sign_micalg(sign), "");
        assert_ok(f->context, secmail_sign_set_armor(sign, armored));
        assert_ok(f->context, secmail_sign_set_text(sign, text));
        assert_ok(f->context, secmail_sign_add_signer(sign, key));
        assert_string_equal(secmail_sign_micalg(sign), "pgp-sha256");
        struct secmail_bytes *sigs = finish(f, sign, "one\ntwo");
        assert_int_equal(
            secmail_bytes_size(sigs) > 30 &&
                !memcmp(secmail_bytes_data(sigs), "-----BEGIN PGP SIGNATURE-----\n", 30),
            armored);
        struct secmail_verify *v = verify(f, sigs, secmail_key_cert(key),
                                          text ? "one\r\ntwo" : "one\ntwo");
        assert_int_equal(secmail_verify_good_count(v), 1);
        const struct secmail_verdict *verdict = secmail_verify_verdict(v, 0);
        assert_int_equal(secmail_verdict_is_text(verdict), text);
        assert_int_equal(secmail_verdict_time(verdict), f->now);
        /* By the signing subkey: the primary key only certifies. */
        assert_string_equal(secmail_verdict_key(verdict),
                            secmail_cert_key_fingerprint(secmail_key_cert(key), 1));
        secmail_verify_free(v);
        secmail_key_unref(key);
    }
}

static void several_signers(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *a = make_key(f, SECMAIL_PROFILE_RFC4880, "A"),
                       *b = make_key(f, SECMAIL_PROFILE_RFC9580, "B");
    struct secmail_sign *sign = start(f, a);
    assert_ok(f->context, secmail_sign_add_signer(sign, b));
    assert_string_equal(secmail_sign_micalg(sign), "pgp-sha256");
    struct secmail_verify *v = verify(f, finish(f, sign, "x"), secmail_key_cert(b), "x");
    assert_int_equal(secmail_verify_verdict_count(v), 2);
    assert_int_equal(secmail_verdict_status(secmail_verify_verdict(v, 0)),
                     SECMAIL_VERDICT_UNKNOWN_KEY);
    assert_string_equal(secmail_verdict_key(secmail_verify_verdict(v, 0)),
                        secmail_cert_key_fingerprint(secmail_key_cert(a), 1));
    assert_int_equal(secmail_verdict_status(secmail_verify_verdict(v, 1)), SECMAIL_VERDICT_GOOD);
    secmail_verify_free(v);
    secmail_key_unref(a);
    secmail_key_unref(b);
}

/* "micalg" names the hash that the signature has, whatever the key chooses. */
static void micalg(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint32_t algorithm;
        const char *feature, *micalg;
        uint8_t hash;
    } cases[] = {
        {SECMAIL_KEY_CURVE25519, "ed25519", "pgp-sha256", 8},
        {SECMAIL_KEY_NISTP384, "nistp384", "pgp-sha384", 9},
        {SECMAIL_KEY_NISTP521, "nistp521", "pgp-sha512", 10},
        {SECMAIL_KEY_CURVE448, "ed448", "pgp-sha512", 10},
    };
    struct secmail_key *first = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (!secmail_feature_supported(cases[i].feature))
            continue;
        struct secmail_generator *g;
        struct secmail_key *key;
        assert_ok(f->context, secmail_generator_new(f->context, &g));
        assert_ok(f->context, secmail_generator_set_algorithm(g, cases[i].algorithm));
        assert_ok(f->context, secmail_generator_run(g, &key));
        secmail_generator_free(g);
        struct secmail_sign *sign = start(f, key);
        assert_string_equal(secmail_sign_micalg(sign), cases[i].micalg);
        struct secmail_bytes *sigs;
        assert_ok(f->context, secmail_sign_finish(sign, &sigs));
        assert_string_equal(secmail_sign_micalg(sign), cases[i].micalg);
        const uint8_t *packet = secmail_bytes_data(sigs);
        const size_t header = packet[1] < 192 ? 2 : 3;
        assert_int_equal(packet[header + 3], cases[i].hash);
        secmail_bytes_free(sigs);
        secmail_sign_free(sign);
        if (first) {
            sign = start(f, first);
            assert_ok(f->context, secmail_sign_add_signer(sign, key));
            assert_string_equal(secmail_sign_micalg(sign), "");
            secmail_sign_free(sign);
            secmail_key_unref(key);
        } else {
            first = key;
        }
    }
    secmail_key_unref(first);
}

/* Of the data, pieces don't matter, and none at all can be signed, too. */
static void pieces(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A");
    const char *data = "a text of some length\r\nand more\n";
    for (size_t step = 1; step < 40; step += 3) {
        for (int text = 0; text < 2; text++) {
            struct secmail_sign *sign;
            assert_ok(f->context, secmail_sign_new(f->context, &sign));
            assert_ok(f->context, secmail_sign_set_text(sign, text));
            assert_ok(f->context, secmail_sign_add_signer(sign, key));
            for (size_t at = 0; at < strlen(data); at += step)
                assert_ok(f->context,
                          secmail_sign_update(sign, (const uint8_t *)data + at,
                                              strlen(data) - at < step ? strlen(data) - at : step));
            assert_ok(f->context, secmail_sign_update(sign, NULL, 0));
            struct secmail_verify *v = verify(f, finish(f, sign, ""), secmail_key_cert(key), data);
            assert_int_equal(secmail_verify_good_count(v), 1);
            secmail_verify_free(v);
        }
    }
    struct secmail_bytes *sigs;
    struct secmail_sign *sign = start(f, key);
    assert_ok(f->context, secmail_sign_finish(sign, &sigs));
    struct secmail_verify *v = verify(f, sigs, secmail_key_cert(key), "");
    assert_int_equal(secmail_verify_good_count(v), 1);
    secmail_verify_free(v);
    secmail_sign_free(sign);
    secmail_key_unref(key);
}

static void text_must_be_text(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC4880, "A");
    static const struct {
        const char *first, *second;
        int first_rc, finish_rc;
    } rows[] = {{"B\xc3", "\xb6rse", 0, 0},
                {"B\xc3", "", 0, SECMAIL_E_EXPECTED_TEXT},
                {"\xff", "", SECMAIL_E_EXPECTED_TEXT, SECMAIL_E_STATE}};
    for (size_t i = 0; i < 3; i++) {
        struct secmail_sign *sign;
        struct secmail_bytes *bytes;
        assert_ok(f->context, secmail_sign_new(f->context, &sign));
        assert_ok(f->context, secmail_sign_set_text(sign, 1));
        assert_ok(f->context, secmail_sign_add_signer(sign, key));
        assert_code(
            f->context,
            secmail_sign_update(sign, (const uint8_t *)rows[i].first, strlen(rows[i].first)),
            rows[i].first_rc);
        if (*rows[i].second)
            assert_ok(f->context, secmail_sign_update(sign, (const uint8_t *)rows[i].second,
                                                      strlen(rows[i].second)));
        assert_code(f->context, secmail_sign_finish(sign, &bytes), rows[i].finish_rc);
        assert_int_equal(bytes == NULL, rows[i].finish_rc != 0);
        secmail_bytes_free(bytes);
        secmail_sign_free(sign);
    }
    secmail_key_unref(key);
}

/* ---------------------------------------------------------------- keys that can't sign */

static void must_not_sign(struct fixture *f, struct secmail_key *key, struct secmail_policy *policy,
                          int want)
{
    struct secmail_sign *sign;
    struct secmail_encrypt *e;
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_sign_new(f->context, &sign));
    if (policy)
        assert_ok(f->context, secmail_sign_set_policy(sign, policy));
    assert_code(f->context, secmail_sign_add_signer(sign, key), want);
    assert_true(*secmail_context_error_detail(f->context));
    assert_code(f->context, secmail_sign_finish(sign, &bytes), SECMAIL_E_NO_SIGNER);
    secmail_sign_free(sign);
    /* The same rules inside of encryption. */
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    if (policy)
        assert_ok(f->context, secmail_encrypt_set_policy(e, policy));
    assert_code(f->context, secmail_encrypt_add_signer(e, key), want);
    secmail_encrypt_free(e);
}

static void locked_expired_not_yet_valid(void **state)
{
    struct fixture *f = *state;
    struct secmail_generator *g;
    struct secmail_key *key, *locked;
    struct secmail_secret *password = make_secret(f, "x");
    struct secmail_policy *standard, *then;
    assert_ok(f->context, secmail_generator_new(f->context, &g));
    assert_ok(f->context, secmail_generator_set_profile(g, SECMAIL_PROFILE_RFC4880));
    assert_ok(f->context, secmail_generator_set_lifetime(g, 1000));
    assert_ok(f->context, secmail_generator_run(g, &key));
    secmail_generator_free(g);
    assert_ok(f->context, secmail_key_lock(f->context, key, password, &locked));
    must_not_sign(f, locked, NULL, SECMAIL_E_KEY_LOCKED);
    assert_ok(f->context, secmail_policy_standard(f->context, &standard));
    assert_ok(f->context, secmail_policy_at(f->context, standard, f->now + 1000, &then));
    must_not_sign(f, key, then, SECMAIL_E_KEY_EXPIRED);
    secmail_policy_unref(then);
    assert_ok(f->context, secmail_policy_at(f->context, standard, f->now - 1, &then));
    must_not_sign(f, key, then, SECMAIL_E_KEY_INVALID);
    secmail_policy_unref(then);
    f->now += 1000; /* without a policy, it is the context's time */
    must_not_sign(f, key, NULL, SECMAIL_E_KEY_EXPIRED);
    secmail_policy_unref(standard);
    secmail_secret_free(password);
    secmail_key_unref(locked);
    secmail_key_unref(key);
}

/* A secret key by hand: certificate packets, with the secret ones in place of the public ones. */
static struct secmail_key *key_of(struct fixture *f, const struct collected *cert,
                                  const struct test_key *primary, const struct test_key *subkey)
{
    struct collected c = {0};
    struct secmail_key *key;
    size_t at = 0;
    while (at < cert->size) {
        const uint8_t tag = cert->data[at] & 0x3f;
        const size_t first = cert->data[at + 1], head = first < 192 ? 2 : 3;
        const size_t size = first < 192 ? first : ((first - 192) << 8) + cert->data[at + 2] + 192;
        if (tag == TAG_PUBLIC_KEY)
            put_secret_key(&c, TAG_SECRET_KEY, primary);
        else if (tag == TAG_PUBLIC_SUBKEY)
            put_secret_key(&c, TAG_SECRET_SUBKEY, subkey);
        else
            put(&c, cert->data + at, head + size);
        at += head + size;
    }
    assert_ok(f->context, secmail_key_parse(f->context, &key, c.data, c.size));
    drop(&c);
    return key;
}

static void flags_and_revocations(void **state)
{
    struct fixture *f = *state;
    enum { CERTIFY_ONLY, REVOKED, NO_SELF_SIGNATURE, SUBKEY_REVOKED, ENCRYPT_ONLY, NO_BACK, KINDS };
    static const int want[KINDS] = {SECMAIL_E_CANNOT_SIGN, SECMAIL_E_KEY_REVOKED,
                                    SECMAIL_E_KEY_INVALID, SECMAIL_E_KEY_REVOKED,
                                    SECMAIL_E_CANNOT_SIGN, SECMAIL_E_CANNOT_SIGN};
    for (int kind = 0; kind < KINDS; kind++) {
        struct test_key primary = test_key(f, 6, PK_ED25519, f->now),
                        subkey = test_key(f, 6, PK_ED25519, f->now);
        struct collected c = {0};
        const bool may = kind == REVOKED || kind == NO_SELF_SIGNATURE;
        if (kind == NO_SELF_SIGNATURE)
            put_body(&c, TAG_PUBLIC_KEY, &primary.body);
        else
            put_primary(f, &c, &primary, SECMAIL_KEY_CERTIFY | (may ? SECMAIL_KEY_SIGN : 0), 0);
        if (kind == REVOKED)
            put_key_signature(f, &c, (struct sig_plan){.type = 0x20}, &primary, &primary, NULL);
        if (kind == SUBKEY_REVOKED) {
            put_subkey(f, &c, &primary, &subkey, SECMAIL_KEY_SIGN, 0);
            put_key_signature(f, &c, (struct sig_plan){.type = 0x28}, &primary, &primary, &subkey);
        } else if (kind == ENCRYPT_ONLY || kind == NO_BACK) {
            put_body(&c, TAG_PUBLIC_SUBKEY, &subkey.body);
            put_key_signature(
                f, &c,
                flags_plan(0x18, kind == NO_BACK ? SECMAIL_KEY_SIGN : SECMAIL_KEY_ENCRYPT_STORAGE),
                &primary, &primary, &subkey);
        }
        struct secmail_key *key = key_of(f, &c, &primary, &subkey);
        must_not_sign(f, key, NULL, want[kind]);
        secmail_key_unref(key);
        drop(&c);
        drop(&primary.body);
        drop(&subkey.body);
    }
}

/* ---------------------------------------------------------------- states and arguments */

static int no_random(void *user, uint8_t *out, size_t size)
{
    (void)user;
    memset(out, 0, size);
    return 1;
}

static void clock_and_randomness(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A");
    struct secmail_sign *sign = start(f, key);
    struct secmail_bytes *bytes = (struct secmail_bytes *)(uintptr_t)1;
    f->now = (int64_t)UINT32_MAX + 1;
    assert_code(f->context, secmail_sign_finish(sign, &bytes), SECMAIL_E_CLOCK);
    assert_null(bytes);
    secmail_sign_free(sign);
    f->now = FIXTURE_NOW;
    /* Version 6 signatures have a salt. */
    assert_ok(f->context, secmail_context_set_random(f->context, no_random, NULL));
    assert_ok(f->context, secmail_sign_new(f->context, &sign));
    int rc = secmail_sign_add_signer(sign, key);
    if (!rc)
        rc = secmail_sign_finish(sign, &bytes);
    assert_code(f->context, rc, SECMAIL_E_RANDOM);
    secmail_sign_free(sign);
    assert_ok(f->context, secmail_context_set_random(f->context, fixture_random, f));
    secmail_key_unref(key);
}

static void states(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A");
    struct secmail_policy *policy;
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_policy_standard(f->context, &policy));
    struct secmail_sign *sign = start(f, key);
    assert_code(f->context, secmail_sign_set_policy(sign, policy), SECMAIL_E_STATE);
    assert_code(f->context, secmail_sign_set_text(sign, 1), SECMAIL_E_STATE);
    assert_ok(f->context, secmail_sign_set_armor(sign, 0));
    assert_ok(f->context, secmail_sign_update(sign, (const uint8_t *)"x", 1));
    assert_code(f->context, secmail_sign_set_armor(sign, 1), SECMAIL_E_STATE);
    assert_code(f->context, secmail_sign_add_signer(sign, key), SECMAIL_E_STATE);
    assert_ok(f->context, secmail_sign_finish(sign, &bytes));
    secmail_bytes_free(bytes);
    bytes = (struct secmail_bytes *)(uintptr_t)1;
    assert_code(f->context, secmail_sign_finish(sign, &bytes), SECMAIL_E_STATE);
    assert_null(bytes);
    assert_code(f->context, secmail_sign_update(sign, (const uint8_t *)"x", 1), SECMAIL_E_STATE);
    secmail_sign_free(sign);
    secmail_policy_unref(policy);
    secmail_key_unref(key);
}

static void arguments(void **state)
{
    struct fixture *f = *state;
    struct secmail_sign *sign = (struct secmail_sign *)(uintptr_t)1;
    struct secmail_bytes *bytes = (struct secmail_bytes *)(uintptr_t)1;
    assert_int_equal(secmail_sign_new(NULL, &sign), SECMAIL_E_ARGUMENT);
    assert_null(sign);
    assert_int_equal(secmail_sign_new(f->context, NULL), SECMAIL_E_ARGUMENT);
    secmail_sign_free(NULL);
    assert_int_equal(secmail_sign_set_policy(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_sign_set_armor(NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_sign_set_text(NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_sign_add_signer(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_sign_update(NULL, NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_sign_finish(NULL, &bytes), SECMAIL_E_ARGUMENT);
    assert_null(bytes);
    assert_string_equal(secmail_sign_micalg(NULL), "");
    sign = start(f, NULL);
    assert_int_equal(secmail_sign_finish(sign, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_sign_set_policy(sign, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_sign_add_signer(sign, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_sign_update(sign, NULL, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_sign_finish(sign, &bytes), SECMAIL_E_NO_SIGNER);
    secmail_sign_free(sign);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(signed_and_verified),
        fixture_test(several_signers),
        fixture_test(micalg),
        fixture_test(pieces),
        fixture_test(text_must_be_text),
        fixture_test(locked_expired_not_yet_valid),
        fixture_test(flags_and_revocations),
        fixture_test(clock_and_randomness),
        fixture_test(states),
        fixture_test(arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
