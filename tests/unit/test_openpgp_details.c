/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Details and reasons: do they name what is meant, and say what would do? */
#include "openpgp_fixture.h"

static void says(struct fixture *f, int rc, int want, const char *words)
{
    assert_code(f->context, rc, want);
    if (!strstr(secmail_context_error_detail(f->context), words)) {
        print_error("# \"%s\" does not say \"%s\"\n", secmail_context_error_detail(f->context),
                    words);
        fail();
    }
}

static int parse_key(struct fixture *f, const void *data, size_t size)
{
    struct secmail_key *key;
    return secmail_key_parse(f->context, &key, data, size);
}

static int decrypt(struct fixture *f, struct secmail_bytes *message)
{
    struct secmail_decrypt *d;
    struct secmail_bytes *plain;
    assert_ok(f->context, secmail_decrypt_new(f->context, &d));
    const int rc = secmail_decrypt_bytes(d, secmail_bytes_data(message),
                                         secmail_bytes_size(message), &plain);
    secmail_decrypt_free(d);
    return rc;
}

/* What was expected, where something else came. */
static void what_was_expected(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *alice = make_key(f, SECMAIL_PROFILE_RFC4880, "Alice");
    struct secmail_bytes *armored, *binary;
    struct secmail_verify *v;
    assert_ok(f->context, secmail_cert_export(f->context, secmail_key_cert(alice), 1, &armored));
    assert_ok(f->context, secmail_key_export(f->context, alice, 0, &binary));
    const size_t size = secmail_bytes_size(binary);
    uint8_t *two = malloc(2 * size);
    memcpy(two, secmail_bytes_data(binary), size);
    memcpy(two + size, two, size);
    says(f, parse_key(f, two, 2 * size), SECMAIL_E_NOT_A_KEY, "second certificate or key");
    free(two);
    assert_ok(f->context, secmail_verify_new(f->context, &v));
    says(f,
         secmail_verify_add_signatures(v, secmail_bytes_data(armored), secmail_bytes_size(armored)),
         SECMAIL_E_ARMOR_KIND, "but a PGP SIGNATURE was expected");
    /* A SEIPD packet that ends early, and one of a type that nobody knows. */
    says(f, secmail_verify_add_signatures(v, (const uint8_t *)"\xd2\x05\x01", 3),
         SECMAIL_E_TRUNCATED, "a symmetrically encrypted and integrity protected data packet");
    says(f, secmail_verify_add_signatures(v, (const uint8_t *)"\xff\x05\x01", 3),
         SECMAIL_E_TRUNCATED, "a packet of unknown type");
    secmail_verify_free(v);
    secmail_bytes_free(armored);
    secmail_bytes_free(binary);
    secmail_key_unref(alice);
}

static void what_is_wrong(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *alice = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice");
    struct secmail_certify *certify;
    struct secmail_encrypt *e;
    assert_ok(f->context, secmail_certify_new(f->context, &certify, alice));
    says(f, secmail_certify_add_notation(certify, "a\n", "b"), SECMAIL_E_EXPECTED_TEXT,
         "the name of a notation");
    secmail_certify_free(certify);
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    says(f, secmail_encrypt_set_format(e, SECMAIL_FORMAT_LIBREPGP), SECMAIL_E_ARGUMENT,
         "LibrePGP is only read");
    secmail_encrypt_free(e);
    secmail_key_unref(alice);
}

/* A program must know that a password would do, to ask for it. */
static void a_password_would_do(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *alice = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice");
    struct secmail_secret *password = make_secret(f, "x");
    for (int with_key = 0; with_key < 2; with_key++) {
        struct secmail_encrypt *e;
        struct secmail_bytes *message;
        assert_ok(f->context, secmail_encrypt_new(f->context, &e));
        assert_ok(f->context, secmail_encrypt_add_password(e, password));
        if (with_key)
            assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(alice)));
        assert_ok(f->context, secmail_encrypt_bytes(e, (const uint8_t *)"hi", 2, &message));
        secmail_encrypt_free(e);
        says(f, decrypt(f, message), SECMAIL_E_CANNOT_DECRYPT, "password");
        says(f, decrypt(f, message), SECMAIL_E_CANNOT_DECRYPT, "none was given");
        secmail_bytes_free(message);
    }
    secmail_secret_free(password);
    secmail_key_unref(alice);
}

/* The first reason of Alice's signature, judged by a certificate and a policy. */
static void expect_reason(struct fixture *f, struct secmail_cert *cert, struct secmail_bytes *sig,
                          struct secmail_policy *policy, const char *words)
{
    struct secmail_verify *v;
    assert_ok(f->context, secmail_verify_new(f->context, &v));
    assert_ok(f->context, secmail_verify_add_cert(v, cert));
    if (policy)
        assert_ok(f->context, secmail_verify_set_policy(v, policy));
    assert_ok(f->context,
              secmail_verify_add_signatures(v, secmail_bytes_data(sig), secmail_bytes_size(sig)));
    assert_ok(f->context, secmail_verify_finish(v));
    const char *text = secmail_verdict_reason_text(secmail_verify_verdict(v, 0), 0);
    if (!strstr(text, words)) {
        print_error("# \"%s\" does not say \"%s\"\n", text, words);
        fail();
    }
    secmail_verify_free(v);
}

static void reasons(void **state)
{
    static const char no_sha256[] = "include standard\nhash-of-data SHA256 never\n";
    struct fixture *f = *state;
    struct secmail_key *alice = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice");
    struct secmail_sign *sign;
    struct secmail_bytes *sig;
    struct secmail_policy *policy;
    struct secmail_cert *revocation, *revoked;
    assert_ok(f->context, secmail_sign_new(f->context, &sign));
    assert_ok(f->context, secmail_sign_add_signer(sign, alice));
    assert_ok(f->context, secmail_sign_finish(sign, &sig));
    secmail_sign_free(sign);
    assert_ok(f->context, secmail_policy_parse(f->context, &policy, (const uint8_t *)no_sha256,
                                               sizeof no_sha256 - 1));
    expect_reason(f, secmail_key_cert(alice), sig, policy, "another hash");
    secmail_policy_unref(policy);
    /* It may have expired since. */
    expect_reason(f, secmail_key_cert(alice), sig, NULL, "was valid when it signed, on ");
    assert_ok(f->context, secmail_key_revocation(f->context, alice, SECMAIL_REVOKED_COMPROMISED,
                                                 NULL, &revocation));
    assert_ok(f->context,
              secmail_cert_merge(f->context, secmail_key_cert(alice), revocation, &revoked));
    expect_reason(f, revoked, sig, NULL, "(the key may be in other hands)");
    secmail_cert_unref(revoked);
    secmail_cert_unref(revocation);
    secmail_bytes_free(sig);
    secmail_key_unref(alice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(what_was_expected),
        fixture_test(what_is_wrong),
        fixture_test(a_password_would_do),
        fixture_test(reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
