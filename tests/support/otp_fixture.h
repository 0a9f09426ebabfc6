/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of two-factor sign-in share: a verifier with a cheap hash for recovery codes, a
 * store for the state of one account with compare-and-set, and steps that a host takes.
 */
#ifndef SECMAIL_TEST_OTP_FIXTURE_H
#define SECMAIL_TEST_OTP_FIXTURE_H

#include "fixture.h"

#include <secmail/otp.h>

#define OTP_NAME "alice"

/* The stored state; room for the largest one. */
struct otp_store {
    uint8_t data[32768];
    size_t size;
};

struct otp_fixture {
    struct fixture f;
    struct secmail_otp_policy *policy;
    struct secmail_otp_verifier *verifier;
    struct secmail_otp_key *key; /* of the user's authenticator */
    struct otp_store store;
};

/* A sealing key that differs with its number. */
static inline void otp_add_sealing_key(struct otp_fixture *o, uint32_t id)
{
    uint8_t key[SECMAIL_OTP_SEALING_KEY_SIZE];
    memset(key, (int)id, sizeof key);
    assert_ok(o->f.context, secmail_otp_verifier_add_key(o->verifier, id, key, sizeof key));
}

static inline void otp_rule(struct otp_fixture *o, uint32_t rule, uint32_t value)
{
    assert_int_equal(secmail_otp_policy_set(o->policy, rule, value), 0);
    assert_ok(o->f.context, secmail_otp_verifier_set_policy(o->verifier, o->policy));
}

static inline void otp_init(struct otp_fixture *o, const struct secmail_allocator *allocator)
{
    memset(o, 0, sizeof *o);
    fixture_init(&o->f, allocator);
    assert_int_equal(secmail_otp_policy_new(&o->policy), 0);
    assert_ok(o->f.context, secmail_otp_verifier_new(o->f.context, &o->verifier));
    otp_add_sealing_key(o, 1);
    otp_rule(o, SECMAIL_OTP_RULE_ARGON2_MEMORY_KIB, 8192);
    otp_rule(o, SECMAIL_OTP_RULE_ARGON2_PASSES, 1);
    assert_ok(o->f.context, secmail_otp_key_new(o->f.context, &o->key));
    assert_ok(o->f.context, secmail_otp_key_set_issuer(o->key, "Example"));
    assert_ok(o->f.context, secmail_otp_key_set_account(o->key, "alice@example.org"));
    assert_ok(o->f.context, secmail_otp_key_generate_secret(o->key));
}

static inline void otp_done(struct otp_fixture *o)
{
    secmail_otp_key_free(o->key);
    secmail_otp_verifier_free(o->verifier);
    secmail_otp_policy_free(o->policy);
    fixture_done(&o->f);
}

static inline int otp_setup(void **state)
{
    struct otp_fixture *o = malloc(sizeof *o);
    if (!o)
        return -1;
    otp_init(o, NULL);
    *state = o;
    return 0;
}

static inline int otp_teardown(void **state)
{
    otp_done(*state);
    free(*state);
    return 0;
}

#define otp_test(function) cmocka_unit_test_setup_teardown(function, otp_setup, otp_teardown)

static inline struct secmail_otp_account *otp_open(struct otp_fixture *o)
{
    struct secmail_otp_account *account;
    const struct otp_store *s = &o->store;
    assert_ok(o->f.context, secmail_otp_account_open(o->verifier, &account, OTP_NAME,
                                                     s->size ? s->data : NULL, s->size));
    return account;
}

/* Puts the state of a result into the store, as far as there is one; no compare, since nobody else
 * is there. */
static inline void otp_put(struct otp_fixture *o, struct secmail_otp_result *result)
{
    const struct secmail_bytes *state = secmail_otp_result_state(result);
    if (!state)
        return;
    assert_true(secmail_bytes_size(state) <= sizeof o->store.data);
    o->store.size = secmail_bytes_size(state);
    memcpy(o->store.data, secmail_bytes_data(state), o->store.size);
    assert_ok(o->f.context, secmail_otp_result_stored(result));
}

/* Stores, reads the outcome and frees both. */
static inline struct secmail_otp_outcome otp_finish(struct otp_fixture *o,
                                                    struct secmail_otp_account *account,
                                                    struct secmail_otp_result *result)
{
    struct secmail_otp_outcome outcome = {.size = sizeof outcome};
    otp_put(o, result);
    assert_ok(o->f.context, secmail_otp_result_outcome(result, &outcome));
    secmail_otp_result_free(result);
    secmail_otp_account_free(account);
    return outcome;
}

static inline struct secmail_otp_outcome otp_enrol(struct otp_fixture *o,
                                                   const struct secmail_otp_key *key)
{
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_ok(o->f.context, secmail_otp_enrol(account, key, &result));
    return otp_finish(o, account, result);
}

static inline struct secmail_otp_outcome otp_confirm(struct otp_fixture *o, const char *code)
{
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_ok(o->f.context, secmail_otp_confirm(account, code, &result));
    return otp_finish(o, account, result);
}

static inline struct secmail_otp_outcome otp_verify(struct otp_fixture *o, const char *code)
{
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_ok(o->f.context, secmail_otp_verify(account, code, &result));
    return otp_finish(o, account, result);
}

static inline struct secmail_otp_outcome otp_resync(struct otp_fixture *o, const char *first,
                                                    const char *second)
{
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_ok(o->f.context, secmail_otp_resync(account, first, second, &result));
    return otp_finish(o, account, result);
}

static inline struct secmail_otp_outcome otp_simple(struct otp_fixture *o,
                                                    int (*operation)(struct secmail_otp_account *,
                                                                     struct secmail_otp_result **))
{
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_ok(o->f.context, operation(account, &result));
    return otp_finish(o, account, result);
}

static inline struct secmail_otp_info otp_info(struct otp_fixture *o)
{
    struct secmail_otp_info info = {.size = sizeof info};
    struct secmail_otp_account *account = otp_open(o);
    assert_ok(o->f.context, secmail_otp_account_info(account, &info));
    secmail_otp_account_free(account);
    return info;
}

/* What the authenticator shows `steps` after the current step; `code` has room for 9. */
static inline const char *otp_code_at(struct otp_fixture *o, int64_t steps, char *code)
{
    uint64_t step;
    assert_ok(o->f.context, secmail_otp_key_step(o->key, o->f.now, &step));
    assert_ok(o->f.context, secmail_otp_key_code(o->key, step + (uint64_t)steps, code, 9));
    return code;
}

/* What a HOTP token shows for a counter. */
static inline const char *otp_code_of(struct otp_fixture *o, uint64_t counter, char *code)
{
    assert_ok(o->f.context, secmail_otp_key_code(o->key, counter, code, 9));
    return code;
}

/* A code that is in no position near the current one. */
static inline const char *otp_wrong_code(struct otp_fixture *o, char *code)
{
    uint64_t step;
    int32_t position = 0;
    assert_ok(o->f.context, secmail_otp_key_step(o->key, o->f.now, &step));
    for (unsigned n = 0; position >= 0; n++) {
        snprintf(code, 9, "%06u", n);
        assert_ok(o->f.context, secmail_otp_key_find(o->key, code, step - 500, 1001, &position));
    }
    return code;
}

/* Enrols the authenticator and confirms it; the step of the confirmation lies behind afterwards. */
static inline void otp_enrolled(struct otp_fixture *o)
{
    char code[9];
    otp_enrol(o, o->key);
    const bool hotp = secmail_otp_key_type(o->key) == SECMAIL_OTP_HOTP;
    const char *shown = hotp ? otp_code_of(o, secmail_otp_key_counter(o->key), code)
                             : otp_code_at(o, 0, code);
    assert_int_equal(otp_confirm(o, shown).verdict, SECMAIL_OTP_ACCEPTED);
    if (!hotp)
        o->f.now += 30;
}

#endif
