/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stored states: what they are bound to, how sealing keys are rotated, and what isn't opened. */
#include "otp_fixture.h"

static int open_as(struct otp_fixture *o, const char *name, const uint8_t *data, size_t size)
{
    struct secmail_otp_account *account = (struct secmail_otp_account *)(uintptr_t)1;
    const int rc = secmail_otp_account_open(o->verifier, &account, name, data, size);
    if (rc)
        assert_null(account);
    secmail_otp_account_free(account);
    return rc;
}

static void a_new_account_has_nothing(void **state)
{
    struct otp_fixture *o = *state;
    const struct secmail_otp_info info = otp_info(o);
    const struct secmail_otp_info empty = {.size = sizeof empty, .sealing_key = 1};
    assert_memory_equal(&info, &empty, sizeof info);
}

static void a_state_keeps_everything(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_key *key;
    assert_ok(o->f.context, secmail_otp_account_key(account, SECMAIL_OTP_ENROLLED, &key));
    assert_string_equal(secmail_otp_key_issuer(key), "Example");
    assert_string_equal(secmail_otp_key_account(key), "alice@example.org");
    assert_true(secmail_secret_equal(secmail_otp_key_secret(key), secmail_otp_key_secret(o->key)));
    secmail_otp_key_free(key);
    assert_code(o->f.context, secmail_otp_account_key(account, SECMAIL_OTP_ENROLLING, &key),
                SECMAIL_E_OTP_NOT_ENROLLED);
    assert_null(key);
    secmail_otp_account_free(account);
    const struct secmail_otp_info info = otp_info(o);
    assert_int_equal(info.enrolled, 1);
    assert_int_equal(info.type, SECMAIL_OTP_TOTP);
    assert_int_equal(info.digits, 6);
    assert_int_equal(info.confirmed_at, FIXTURE_NOW);
    assert_int_equal(info.accepted_at, FIXTURE_NOW);
    assert_int_equal(info.generation, 2);
}

static void the_secret_does_not_show(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    const struct secmail_secret *secret = secmail_otp_key_secret(o->key);
    for (size_t i = 0; i + 4 <= o->store.size; i++)
        assert_memory_not_equal(o->store.data + i, secmail_secret_data(secret), 4);
    for (size_t i = 0; i + 7 <= o->store.size; i++)
        assert_memory_not_equal(o->store.data + i, "Example", 7);
}

static void two_seals_of_one_state_differ(void **state)
{
    struct otp_fixture *o = *state;
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *a, *b;
    assert_ok(o->f.context, secmail_otp_enrol(account, o->key, &a));
    assert_ok(o->f.context, secmail_otp_enrol(account, o->key, &b));
    const struct secmail_bytes *first = secmail_otp_result_state(a);
    const struct secmail_bytes *second = secmail_otp_result_state(b);
    assert_int_equal(secmail_bytes_size(first), secmail_bytes_size(second));
    assert_memory_not_equal(secmail_bytes_data(first) + 8, secmail_bytes_data(second) + 8, 24);
    assert_memory_not_equal(secmail_bytes_data(first) + 32, secmail_bytes_data(second) + 32,
                            secmail_bytes_size(first) - 32);
    secmail_otp_result_free(a);
    secmail_otp_result_free(b);
    secmail_otp_account_free(account);
}

static void a_state_belongs_to_one_name(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    const char *others[] = {"bob", "Alice", "alice ", "alic", "alicee"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_code(o->f.context, open_as(o, others[i], o->store.data, o->store.size),
                    SECMAIL_E_OTP_STATE_SEAL);
    assert_ok(o->f.context, open_as(o, OTP_NAME, o->store.data, o->store.size));
}

static void every_changed_byte_is_noticed(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    for (size_t i = 0; i < o->store.size; i++) {
        o->store.data[i] ^= 0x10;
        const int rc = open_as(o, OTP_NAME, o->store.data, o->store.size);
        assert_int_equal(rc, i < 3   ? SECMAIL_E_OTP_STATE
                             : i < 4 ? SECMAIL_E_OTP_STATE_VERSION
                             : i < 8 ? SECMAIL_E_OTP_STATE_KEY
                                     : SECMAIL_E_OTP_STATE_SEAL);
        o->store.data[i] ^= 0x10;
    }
}

static void every_other_length_is_noticed(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    for (size_t size = 1; size < o->store.size; size++) {
        const int rc = open_as(o, OTP_NAME, o->store.data, size);
        assert_int_equal(rc, size < 48 ? SECMAIL_E_OTP_STATE : SECMAIL_E_OTP_STATE_SEAL);
    }
    o->store.data[o->store.size] = 0;
    assert_code(o->f.context, open_as(o, OTP_NAME, o->store.data, o->store.size + 1),
                SECMAIL_E_OTP_STATE_SEAL);
    uint8_t *big = calloc(1, 65537);
    assert_non_null(big);
    memcpy(big, o->store.data, o->store.size);
    assert_code(o->f.context, open_as(o, OTP_NAME, big, 65537), SECMAIL_E_OTP_STATE);
    free(big);
}

static void other_versions_are_named(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    o->store.data[3] = 2;
    assert_code(o->f.context, open_as(o, OTP_NAME, o->store.data, o->store.size),
                SECMAIL_E_OTP_STATE_VERSION);
    assert_non_null(strstr(secmail_context_error_detail(o->f.context), "version 2"));
}

static void a_key_with_the_right_number_must_be_the_right_key(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    struct secmail_otp_verifier *other;
    struct secmail_otp_account *account;
    const uint8_t key[SECMAIL_OTP_SEALING_KEY_SIZE] = {99};
    assert_ok(o->f.context, secmail_otp_verifier_new(o->f.context, &other));
    assert_ok(o->f.context, secmail_otp_verifier_add_key(other, 1, key, sizeof key));
    assert_code(o->f.context,
                secmail_otp_account_open(other, &account, OTP_NAME, o->store.data, o->store.size),
                SECMAIL_E_OTP_STATE_SEAL);
    secmail_otp_verifier_free(other);
}

static void sealing_keys_are_rotated(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    otp_add_sealing_key(o, 2);
    assert_int_equal(otp_info(o).needs_reseal, 0); /* the first key is active until told */
    assert_ok(o->f.context, secmail_otp_verifier_set_active_key(o->verifier, 2));
    struct secmail_otp_info info = otp_info(o); /* an old state opens ... */
    assert_int_equal(info.sealing_key, 1);
    assert_int_equal(info.needs_reseal, 1);
    const struct secmail_otp_outcome outcome = otp_simple(o, secmail_otp_reseal);
    assert_int_equal(outcome.verdict, SECMAIL_OTP_ACCEPTED);
    info = otp_info(o); /* ... and a new one has the new key */
    assert_int_equal(info.sealing_key, 2);
    assert_int_equal(info.needs_reseal, 0);
    assert_int_equal(info.enrolled, 1);
    char code[9];
    assert_int_equal(otp_verify(o, otp_code_at(o, 0, code)).verdict, SECMAIL_OTP_ACCEPTED);
}

static void every_new_state_has_the_active_key(void **state)
{
    struct otp_fixture *o = *state;
    char code[9];
    otp_enrolled(o);
    otp_add_sealing_key(o, 7);
    assert_ok(o->f.context, secmail_otp_verifier_set_active_key(o->verifier, 7));
    assert_int_equal(otp_verify(o, otp_wrong_code(o, code)).verdict, SECMAIL_OTP_WRONG);
    assert_int_equal(otp_info(o).sealing_key, 7);
}

static void a_state_with_the_active_key_is_not_resealed(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_ok(o->f.context, secmail_otp_reseal(account, &result));
    assert_null(secmail_otp_result_state(result));
    secmail_otp_result_free(result);
    secmail_otp_account_free(account);
}

static void a_state_whose_key_is_gone_says_so(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    struct secmail_otp_verifier *other;
    struct secmail_otp_account *account;
    const uint8_t key[SECMAIL_OTP_SEALING_KEY_SIZE] = {2};
    assert_ok(o->f.context, secmail_otp_verifier_new(o->f.context, &other));
    assert_code(o->f.context,
                secmail_otp_account_open(other, &account, OTP_NAME, o->store.data, o->store.size),
                SECMAIL_E_STATE);
    assert_ok(o->f.context, secmail_otp_verifier_add_key(other, 2, key, sizeof key));
    assert_code(o->f.context,
                secmail_otp_account_open(other, &account, OTP_NAME, o->store.data, o->store.size),
                SECMAIL_E_OTP_STATE_KEY);
    assert_non_null(strstr(secmail_context_error_detail(o->f.context), "1"));
    assert_code(o->f.context, secmail_otp_verifier_set_active_key(other, 1),
                SECMAIL_E_OTP_STATE_KEY);
    secmail_otp_verifier_free(other);
}

static void an_account_can_be_renamed(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_ok(o->f.context, secmail_otp_rename(account, "alice2", &result));
    otp_finish(o, account, result);
    assert_code(o->f.context, open_as(o, OTP_NAME, o->store.data, o->store.size),
                SECMAIL_E_OTP_STATE_SEAL);
    assert_ok(o->f.context, open_as(o, "alice2", o->store.data, o->store.size));
}

static void names_obey_their_rules(void **state)
{
    struct otp_fixture *o = *state;
    char name[SECMAIL_OTP_MAX_NAME + 2];
    memset(name, 'n', sizeof name);
    name[SECMAIL_OTP_MAX_NAME + 1] = '\0';
    const char *bad[] = {"", "a\nb", "\xff", name};
    struct secmail_otp_account *account = otp_open(o);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct secmail_otp_result *result;
        assert_code(o->f.context, open_as(o, bad[i], NULL, 0), SECMAIL_E_OTP_TEXT);
        assert_code(o->f.context, secmail_otp_rename(account, bad[i], &result), SECMAIL_E_OTP_TEXT);
        assert_null(result);
    }
    name[SECMAIL_OTP_MAX_NAME] = '\0';
    assert_ok(o->f.context, open_as(o, name, NULL, 0));
    secmail_otp_account_free(account);
}

static void outcomes_wait_until_the_state_is_stored(void **state)
{
    struct otp_fixture *o = *state;
    char code[9];
    otp_enrolled(o);
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    struct secmail_otp_outcome outcome = {.size = sizeof outcome};
    const char *text = "x";
    assert_ok(o->f.context, secmail_otp_verify(account, otp_code_at(o, 0, code), &result));
    assert_code(o->f.context, secmail_otp_result_outcome(result, &outcome),
                SECMAIL_E_OTP_NOT_STORED);
    assert_int_equal(outcome.verdict, 0);
    assert_code(o->f.context, secmail_otp_result_secret(result, 0, &text),
                SECMAIL_E_OTP_NOT_STORED);
    assert_string_equal(text, "x");
    assert_ok(o->f.context, secmail_otp_result_stored(result));
    assert_ok(o->f.context, secmail_otp_result_outcome(result, &outcome));
    assert_int_equal(outcome.verdict, SECMAIL_OTP_ACCEPTED);
    assert_ok(o->f.context, secmail_otp_result_secret(result, 0, &text));
    assert_null(text);
    secmail_otp_result_free(result);
    secmail_otp_account_free(account);
}

static int broken_random(void *user, uint8_t *out, size_t size)
{
    (void)user;
    memset(out, 0, size);
    return -1;
}

static void nothing_is_sealed_without_randomness(void **state)
{
    struct otp_fixture *o = *state;
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_ok(o->f.context, secmail_context_set_random(o->f.context, broken_random, NULL));
    assert_code(o->f.context, secmail_otp_enrol(account, o->key, &result), SECMAIL_E_RANDOM);
    assert_null(result);
    secmail_otp_account_free(account);
}

static void structures_of_other_sizes_are_filled(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    struct secmail_otp_account *account = otp_open(o);
    struct {
        struct secmail_otp_info info;
        uint64_t of_a_later_version;
    } larger;
    memset(&larger, 0xff, sizeof larger);
    larger.info.size = sizeof larger;
    assert_ok(o->f.context, secmail_otp_account_info(account, &larger.info));
    assert_int_equal(larger.info.enrolled, 1);
    assert_int_equal(larger.info.size, sizeof larger);
    assert_int_equal(larger.of_a_later_version, 0);
    struct secmail_otp_info smaller = {.size = sizeof smaller - 1, .digits = 77};
    assert_code(o->f.context, secmail_otp_account_info(account, &smaller), SECMAIL_E_ARGUMENT);
    assert_int_equal(smaller.digits, 77);
    secmail_otp_account_free(account);
}

static void null_arguments_are_refused(void **state)
{
    struct otp_fixture *o = *state;
    struct secmail_context *c = o->f.context;
    struct secmail_otp_verifier *v = o->verifier, *none = v;
    struct secmail_otp_account *account = otp_open(o), *no_account = account;
    struct secmail_otp_result *result, *no_result = (struct secmail_otp_result *)account;
    struct secmail_otp_key *key = o->key;
    struct secmail_otp_info info = {.size = sizeof info};
    const uint8_t bytes[33] = {0};
    const char *text;
    assert_int_equal(secmail_otp_verifier_new(c, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_verifier_new(NULL, &none), SECMAIL_E_ARGUMENT);
    assert_null(none);
    assert_int_equal(secmail_otp_verifier_add_key(NULL, 3, bytes, 32), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_verifier_add_key(v, 3, NULL, 32), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_verifier_add_key(v, 3, bytes, 31), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_verifier_add_key(v, 3, bytes, 33), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_verifier_add_key(v, 1, bytes, 32), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_verifier_set_active_key(NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_verifier_set_policy(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_account_open(v, NULL, "a", NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_account_open(NULL, &no_account, "a", NULL, 0), SECMAIL_E_ARGUMENT);
    assert_null(no_account);
    assert_code(c, open_as(o, NULL, NULL, 0), SECMAIL_E_ARGUMENT);
    assert_code(c, open_as(o, "a", NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_account_info(NULL, &info), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_account_info(account, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_account_key(account, 1, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_account_key(NULL, 1, &key), SECMAIL_E_ARGUMENT);
    assert_null(key);
    assert_code(c, secmail_otp_account_key(account, 0, &key), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_account_key(account, 3, &key), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_reset(account, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_reset(NULL, &no_result), SECMAIL_E_ARGUMENT);
    assert_null(no_result);
    assert_int_equal(secmail_otp_disable(NULL, &result), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_reseal(NULL, &result), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_rename(NULL, "b", &result), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_rename(account, NULL, &result), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_enrol(NULL, o->key, &result), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_enrol(account, NULL, &result), SECMAIL_E_ARGUMENT);
    assert_null(secmail_otp_result_state(NULL));
    assert_int_equal(secmail_otp_result_stored(NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_result_outcome(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_result_secret(NULL, 0, &text), SECMAIL_E_ARGUMENT);
    assert_ok(c, secmail_otp_reset(account, &result));
    assert_code(c, secmail_otp_result_outcome(result, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_result_secret(result, 0, NULL), SECMAIL_E_ARGUMENT);
    assert_ok(c, secmail_otp_result_stored(result));
    struct secmail_otp_outcome outcome = {.size = 8};
    assert_code(c, secmail_otp_result_outcome(result, &outcome), SECMAIL_E_ARGUMENT);
    secmail_otp_result_free(result);
    secmail_otp_result_free(NULL);
    secmail_otp_account_free(NULL);
    secmail_otp_verifier_free(NULL);
    secmail_otp_account_free(account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        otp_test(a_new_account_has_nothing),
        otp_test(a_state_keeps_everything),
        otp_test(the_secret_does_not_show),
        otp_test(two_seals_of_one_state_differ),
        otp_test(a_state_belongs_to_one_name),
        otp_test(every_changed_byte_is_noticed),
        otp_test(every_other_length_is_noticed),
        otp_test(other_versions_are_named),
        otp_test(a_key_with_the_right_number_must_be_the_right_key),
        otp_test(sealing_keys_are_rotated),
        otp_test(every_new_state_has_the_active_key),
        otp_test(a_state_with_the_active_key_is_not_resealed),
        otp_test(a_state_whose_key_is_gone_says_so),
        otp_test(an_account_can_be_renamed),
        otp_test(names_obey_their_rules),
        otp_test(outcomes_wait_until_the_state_is_stored),
        otp_test(nothing_is_sealed_without_randomness),
        otp_test(structures_of_other_sizes_are_filled),
        otp_test(null_arguments_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
