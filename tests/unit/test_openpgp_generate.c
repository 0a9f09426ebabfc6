/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New keys: what each profile makes, and what the plan's setters take. */
#include "openpgp_fixture.h"

enum { THREE_YEARS = 3 * 365 * 86400 };

static struct secmail_generator *plan(struct fixture *f, uint32_t profile)
{
    struct secmail_generator *g;
    assert_ok(f->context, secmail_generator_new(f->context, &g));
    assert_ok(f->context, secmail_generator_set_profile(g, profile));
    return g;
}

/* Runs the plan and frees it. */
static struct secmail_key *run(struct fixture *f, struct secmail_generator *g)
{
    struct secmail_key *key;
    assert_ok(f->context, secmail_generator_run(g, &key));
    secmail_generator_free(g);
    return key;
}

static struct secmail_key_info info_of(struct fixture *f, struct secmail_key *key, size_t index)
{
    struct secmail_key_info info = {.size = sizeof info};
    assert_ok(f->context,
              secmail_cert_key_info(f->context, secmail_key_cert(key), index, NULL, &info));
    return info;
}

static const uint32_t profiles[] = {SECMAIL_PROFILE_RFC9580, SECMAIL_PROFILE_RFC4880};

static void what_a_profile_makes(void **state)
{
    struct fixture *f = *state;
    static const uint32_t algorithms[2][3] = {{27, 27, 25}, {22, 22, 18}};
    static const uint32_t flags[] = {SECMAIL_KEY_CERTIFY, SECMAIL_KEY_SIGN,
                                     SECMAIL_KEY_ENCRYPT_COMMUNICATIONS |
                                         SECMAIL_KEY_ENCRYPT_STORAGE};
    for (size_t p = 0; p < 2; p++) {
        struct secmail_generator *g = plan(f, profiles[p]);
        assert_ok(f->context, secmail_generator_add_user_id(g, "Alice <alice@example.org>"));
        assert_ok(f->context, secmail_generator_add_user_id(g, "B\xc3\xb6rse"));
        struct secmail_key *key = run(f, g);
        struct secmail_cert *cert = secmail_key_cert(key);
        assert_int_equal(secmail_cert_version(cert), p ? 4 : 6);
        assert_int_equal(strlen(secmail_cert_fingerprint(cert)), p ? 40 : 64);
        assert_int_equal(secmail_key_is_locked(key), 0);
        assert_int_equal(secmail_cert_key_count(cert), 3);
        for (size_t i = 0; i < 3; i++) {
            struct secmail_key_info info = info_of(f, key, i);
            assert_int_equal(info.validity, 0);
            assert_int_equal(info.flags, flags[i]);
            assert_int_equal(info.algorithm, algorithms[p][i]);
            assert_int_equal(info.created, f->now);
            assert_int_equal(info.expires, f->now + THREE_YEARS);
        }
        size_t size;
        assert_int_equal(secmail_cert_user_id_count(cert), 2);
        assert_memory_equal(secmail_cert_user_id(cert, 0, &size), "Alice <alice@example.org>", 25);
        assert_int_equal(size, 25);
        secmail_key_unref(key);
    }
}

/* The profile that is the default; without user IDs, which version 6 has no need of. */
static void defaults(void **state)
{
    struct fixture *f = *state;
    struct secmail_generator *g;
    assert_ok(f->context, secmail_generator_new(f->context, &g));
    struct secmail_key *key = run(f, g);
    assert_int_equal(secmail_cert_version(secmail_key_cert(key)), 6);
    assert_int_equal(secmail_cert_user_id_count(secmail_key_cert(key)), 0);
    assert_int_equal(info_of(f, key, 2).validity, 0);
    secmail_key_unref(key);
    /* Version 4 has its direct-key signature then. */
    key = run(f, plan(f, SECMAIL_PROFILE_RFC4880));
    assert_int_equal(info_of(f, key, 2).validity, 0);
    secmail_key_unref(key);
}

static void lifetimes(void **state)
{
    struct fixture *f = *state;
    static const uint64_t seconds[] = {1, 86400, UINT32_MAX, 0};
    for (size_t p = 0; p < 2; p++) {
        for (size_t i = 0; i < 4; i++) {
            struct secmail_generator *g = plan(f, profiles[p]);
            assert_code(f->context, secmail_generator_set_lifetime(g, (uint64_t)UINT32_MAX + 1),
                        SECMAIL_E_ARGUMENT);
            assert_ok(f->context, secmail_generator_set_lifetime(g, seconds[i]));
            assert_ok(f->context, secmail_generator_add_user_id(g, "X"));
            struct secmail_key *key = run(f, g);
            for (size_t k = 0; k < 3; k++)
                assert_int_equal(info_of(f, key, k).expires,
                                 seconds[i] ? f->now + (int64_t)seconds[i] : -1);
            secmail_key_unref(key);
        }
    }
}

static void signing_only(void **state)
{
    struct fixture *f = *state;
    for (int only = 0; only < 3; only++) {
        struct secmail_generator *g = plan(f, SECMAIL_PROFILE_RFC9580);
        assert_ok(f->context, secmail_generator_set_signing_only(g, 1));
        assert_ok(f->context, secmail_generator_set_signing_only(g, only));
        struct secmail_key *key = run(f, g);
        assert_int_equal(secmail_cert_key_count(secmail_key_cert(key)), only ? 2 : 3);
        struct secmail_encrypt *e;
        assert_ok(f->context, secmail_encrypt_new(f->context, &e));
        assert_code(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)),
                    only ? SECMAIL_E_CANNOT_ENCRYPT : 0);
        secmail_encrypt_free(e);
        secmail_key_unref(key);
    }
}

static void user_ids(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {"line\nend", "tab\t",        "\x7f",
                                      "\x01",      "\xff",         "\xc3",
                                      "a\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"};
    struct secmail_generator *g = plan(f, SECMAIL_PROFILE_RFC4880);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_code(f->context, secmail_generator_add_user_id(g, bad[i]), SECMAIL_E_EXPECTED_TEXT);
    assert_code(f->context, secmail_generator_add_user_id(g, NULL), SECMAIL_E_ARGUMENT);
    char long_one[4096 + 2] = {0};
    memset(long_one, 'a', sizeof long_one - 1);
    assert_code(f->context, secmail_generator_add_user_id(g, long_one), SECMAIL_E_ARGUMENT);
    long_one[4096] = 0;
    assert_ok(f->context, secmail_generator_add_user_id(g, long_one));
    secmail_generator_free(g);
    g = plan(f, SECMAIL_PROFILE_RFC4880);
    char *copied = malloc(6);
    assert_non_null(copied);
    memcpy(copied, "Alice", 6);
    assert_ok(f->context, secmail_generator_add_user_id(g, copied));
    memset(copied, 'x', 5);
    free(copied);
    assert_ok(f->context, secmail_generator_add_user_id(g, ""));
    for (int i = 0; i < 20; i++)
        assert_ok(f->context, secmail_generator_add_user_id(g, "\xf0\x9f\x94\x91 key"));
    struct secmail_key *key = run(f, g);
    size_t size;
    assert_int_equal(secmail_cert_user_id_count(secmail_key_cert(key)), 22);
    assert_memory_equal(secmail_cert_user_id(secmail_key_cert(key), 0, &size), "Alice", 5);
    assert_int_equal(info_of(f, key, 0).validity, 0);
    secmail_key_unref(key);
}

static void with_a_password(void **state)
{
    struct fixture *f = *state;
    struct secmail_secret *password = make_secret(f, "password");
    for (size_t p = 0; p < 2; p++) {
        struct secmail_generator *g = plan(f, profiles[p]);
        assert_ok(f->context, secmail_generator_set_password(g, password));
        struct secmail_key *locked, *open;
        assert_ok(f->context, secmail_generator_run(g, &locked));
        assert_int_equal(secmail_key_is_locked(locked), 1);
        assert_ok(f->context, secmail_key_unlock(f->context, locked, password, &open));
        assert_int_equal(secmail_key_is_locked(open), 0);
        secmail_key_unref(open);
        secmail_key_unref(locked);
        assert_ok(f->context, secmail_generator_set_password(g, NULL));
        open = run(f, g);
        assert_int_equal(secmail_key_is_locked(open), 0);
        secmail_key_unref(open);
    }
    secmail_secret_free(password);
}

/* The same plan makes another key each time. */
static void runs_again(void **state)
{
    struct fixture *f = *state;
    struct secmail_generator *g = plan(f, SECMAIL_PROFILE_RFC9580);
    struct secmail_key *first, *second;
    assert_ok(f->context, secmail_generator_add_user_id(g, "Alice"));
    assert_ok(f->context, secmail_generator_run(g, &first));
    assert_ok(f->context, secmail_generator_run(g, &second));
    for (size_t i = 0; i < 3; i++)
        assert_string_not_equal(secmail_cert_key_fingerprint(secmail_key_cert(first), i),
                                secmail_cert_key_fingerprint(secmail_key_cert(second), i));
    secmail_key_unref(first);
    secmail_key_unref(second);
    secmail_generator_free(g);
}

static void times_that_do_not_fit(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int64_t now;
        int want;
    } rows[] = {{-1, SECMAIL_E_CLOCK},
                {0, 0},
                {UINT32_MAX, 0},
                {(int64_t)UINT32_MAX + 1, SECMAIL_E_CLOCK},
                {INT64_MAX, SECMAIL_E_CLOCK},
                {INT64_MIN, SECMAIL_E_CLOCK}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct secmail_generator *g = plan(f, SECMAIL_PROFILE_RFC4880);
        struct secmail_key *key = (struct secmail_key *)(uintptr_t)1;
        f->now = rows[i].now;
        assert_code(f->context, secmail_generator_run(g, &key), rows[i].want);
        assert_int_equal(key == NULL, rows[i].want != 0);
        if (key) {
            assert_int_equal(info_of(f, key, 2).created, rows[i].now);
            assert_int_equal(info_of(f, key, 2).validity, 0);
        }
        secmail_key_unref(key);
        secmail_generator_free(g);
    }
}

struct failing {
    struct fixture *f;
    size_t calls, fail_at;
};

static int failing_random(void *user, uint8_t *out, size_t size)
{
    struct failing *r = user;
    return ++r->calls == r->fail_at ? 1 : fixture_random(r->f, out, size);
}

/* Each call of the random generator fails in turn: no key comes out. */
static void failing_randomness(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 2; p++) {
        size_t failures = 0;
        for (int rc = -1; rc; failures++) {
            struct failing random = {f, 0, failures + 1};
            struct secmail_generator *g = plan(f, profiles[p]);
            struct secmail_key *key = (struct secmail_key *)(uintptr_t)1;
            assert_ok(f->context, secmail_context_set_random(f->context, failing_random, &random));
            rc = secmail_generator_run(g, &key);
            if (rc) {
                assert_code(f->context, rc, SECMAIL_E_RANDOM);
                assert_null(key);
            }
            secmail_key_unref(key);
            secmail_generator_free(g);
        }
        assert_true(failures > 3);
    }
    assert_ok(f->context, secmail_context_set_random(f->context, fixture_random, f));
}

static void arguments(void **state)
{
    struct fixture *f = *state;
    struct secmail_generator *g = (struct secmail_generator *)(uintptr_t)1;
    struct secmail_key *key = (struct secmail_key *)(uintptr_t)1;
    assert_int_equal(secmail_generator_new(NULL, &g), SECMAIL_E_ARGUMENT);
    assert_null(g);
    assert_int_equal(secmail_generator_new(f->context, NULL), SECMAIL_E_ARGUMENT);
    secmail_generator_free(NULL);
    assert_int_equal(secmail_generator_set_profile(NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_generator_add_user_id(NULL, "x"), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_generator_set_lifetime(NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_generator_set_signing_only(NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_generator_set_password(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_generator_run(NULL, &key), SECMAIL_E_ARGUMENT);
    assert_null(key);
    g = plan(f, SECMAIL_PROFILE_RFC9580);
    assert_int_equal(secmail_generator_run(g, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_generator_set_profile(g, 0), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_generator_set_profile(g, 3), SECMAIL_E_ARGUMENT);
    key = run(f, g);
    assert_int_equal(secmail_cert_version(secmail_key_cert(key)), 6);
    secmail_key_unref(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(what_a_profile_makes),
        fixture_test(defaults),
        fixture_test(lifetimes),
        fixture_test(signing_only),
        fixture_test(user_ids),
        fixture_test(with_a_password),
        fixture_test(runs_again),
        fixture_test(times_that_do_not_fit),
        fixture_test(failing_randomness),
        fixture_test(arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
