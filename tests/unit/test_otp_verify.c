/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state machine: enrolment, sign-in, replay, drift, resynchronisation, throttle, lock. */
#include "otp_fixture.h"

#define assert_verdict(outcome, want)                                                              \
    assert_string_equal(secmail_otp_verdict_name((outcome).verdict), secmail_otp_verdict_name(want))

static struct secmail_otp_outcome sign_in(struct otp_fixture *o, int64_t steps)
{
    char code[9];
    return otp_verify(o, otp_code_at(o, steps, code));
}

static struct secmail_otp_outcome fail_once(struct otp_fixture *o)
{
    char code[9];
    return otp_verify(o, otp_wrong_code(o, code));
}

/* ---- Enrolment ---- */

static void two_factors_are_asked_for_only_after_a_code(void **state)
{
    struct otp_fixture *o = *state;
    char code[9];
    const struct secmail_otp_outcome begun = otp_enrol(o, o->key);
    assert_verdict(begun, SECMAIL_OTP_ACCEPTED);
    assert_int_equal(begun.until, FIXTURE_NOW + 3600);
    struct secmail_otp_info info = otp_info(o);
    assert_int_equal(info.enrolled, 0);
    assert_int_equal(info.enrolling, 1);
    assert_int_equal(info.enrolling_until, FIXTURE_NOW + 3600);
    assert_verdict(sign_in(o, 0), SECMAIL_OTP_NOT_ENROLLED);
    assert_verdict(otp_confirm(o, otp_code_at(o, 0, code)), SECMAIL_OTP_ACCEPTED);
    info = otp_info(o);
    assert_int_equal(info.enrolled, 1);
    assert_int_equal(info.enrolling, 0);
}

static void confirmation_uses_its_code_up(void **state)
{
    struct otp_fixture *o = *state;
    char code[9];
    otp_enrol(o, o->key);
    assert_verdict(otp_confirm(o, otp_code_at(o, 0, code)), SECMAIL_OTP_ACCEPTED);
    assert_verdict(otp_verify(o, code), SECMAIL_OTP_REPLAYED);
    assert_verdict(sign_in(o, 1), SECMAIL_OTP_ACCEPTED);
}

static void an_enrolment_expires(void **state)
{
    struct otp_fixture *o = *state;
    char code[9];
    otp_enrol(o, o->key);
    o->f.now += 3599;
    assert_verdict(otp_confirm(o, otp_wrong_code(o, code)), SECMAIL_OTP_WRONG);
    o->f.now += 1;
    assert_verdict(otp_confirm(o, otp_code_at(o, 0, code)), SECMAIL_OTP_EXPIRED);
    const struct secmail_otp_info info = otp_info(o); /* and its secret is gone */
    assert_int_equal(info.enrolling + info.enrolled, 0);
    assert_verdict(otp_confirm(o, otp_code_at(o, 0, code)), SECMAIL_OTP_EXPIRED);
}

static void an_enrolment_has_so_many_tries(void **state)
{
    struct otp_fixture *o = *state;
    char code[9];
    otp_enrol(o, o->key);
    assert_verdict(otp_confirm(o, "12345"), SECMAIL_OTP_MALFORMED);
    for (uint32_t n = 1; n <= 10; n++) {
        const struct secmail_otp_outcome outcome = otp_confirm(o, otp_wrong_code(o, code));
        assert_verdict(outcome, SECMAIL_OTP_WRONG);
        assert_int_equal(outcome.failures, n);
        assert_int_equal(outcome.failures_left, 10 - n);
    }
    assert_verdict(otp_confirm(o, otp_code_at(o, 0, code)), SECMAIL_OTP_EXPIRED);
    const struct secmail_otp_info info = otp_info(o);
    assert_int_equal(info.strikes + info.failures, 0); /* the account isn't touched by that */
}

static void without_enrolment_there_is_nothing_to_confirm(void **state)
{
    struct otp_fixture *o = *state;
    assert_verdict(otp_confirm(o, "123456"), SECMAIL_OTP_EXPIRED);
    assert_int_equal(o->store.size, 0);
}

static void the_old_factor_holds_until_the_new_one_is_confirmed(void **state)
{
    struct otp_fixture *o = *state;
    char code[9];
    otp_enrolled(o);
    struct secmail_otp_key *phone;
    assert_ok(o->f.context, secmail_otp_key_new(o->f.context, &phone));
    assert_ok(o->f.context, secmail_otp_key_generate_secret(phone));
    otp_enrol(o, phone);
    assert_verdict(sign_in(o, 0), SECMAIL_OTP_ACCEPTED);
    struct secmail_otp_key *old = o->key;
    o->key = phone;
    assert_verdict(sign_in(o, 0), SECMAIL_OTP_WRONG);
    assert_verdict(otp_confirm(o, otp_code_at(o, 0, code)), SECMAIL_OTP_ACCEPTED);
    o->f.now += 30;
    assert_verdict(sign_in(o, 0), SECMAIL_OTP_ACCEPTED);
    o->key = old;
    assert_verdict(sign_in(o, 1), SECMAIL_OTP_WRONG);
    secmail_otp_key_free(phone);
}

static void a_second_enrolment_replaces_the_first(void **state)
{
    struct otp_fixture *o = *state;
    char code[9];
    otp_enrol(o, o->key);
    otp_code_at(o, 0, code);
    assert_ok(o->f.context, secmail_otp_key_generate_secret(o->key));
    otp_enrol(o, o->key);
    assert_verdict(otp_confirm(o, code), SECMAIL_OTP_WRONG);
    assert_verdict(otp_confirm(o, otp_code_at(o, 0, code)), SECMAIL_OTP_ACCEPTED);
}

static void the_same_secret_enrolled_again_has_no_fresh_codes(void **state)
{
    struct otp_fixture *o = *state;
    char used[9], code[9];
    otp_enrolled(o);
    assert_verdict(otp_verify(o, otp_code_at(o, 0, used)), SECMAIL_OTP_ACCEPTED);
    otp_enrol(o, o->key);
    assert_verdict(otp_confirm(o, used), SECMAIL_OTP_WRONG);
    assert_verdict(otp_confirm(o, otp_code_at(o, 1, code)), SECMAIL_OTP_ACCEPTED);
}

static void enrolment_needs_a_secret(void **state)
{
    struct otp_fixture *o = *state;
    struct secmail_otp_key *key;
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_ok(o->f.context, secmail_otp_key_new(o->f.context, &key));
    assert_code(o->f.context, secmail_otp_enrol(account, key, &result), SECMAIL_E_OTP_SECRET);
    assert_null(result);
    secmail_otp_key_free(key);
    secmail_otp_account_free(account);
}

static void the_waiting_key_can_be_shown_again(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrol(o, o->key);
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_key *key;
    assert_ok(o->f.context, secmail_otp_account_key(account, SECMAIL_OTP_ENROLLING, &key));
    struct secmail_bytes *shown, *first;
    assert_ok(o->f.context, secmail_otp_key_to_uri(key, &shown));
    assert_ok(o->f.context, secmail_otp_key_to_uri(o->key, &first));
    assert_string_equal(secmail_bytes_data(shown), secmail_bytes_data(first));
    secmail_bytes_free(shown);
    secmail_bytes_free(first);
    secmail_otp_key_free(key);
    secmail_otp_account_free(account);
}

/* ---- TOTP ---- */

static void one_step_to_both_sides_is_accepted(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    o->f.now += 300;
    assert_verdict(sign_in(o, -2), SECMAIL_OTP_WRONG);
    assert_verdict(sign_in(o, 2), SECMAIL_OTP_WRONG);
    assert_verdict(sign_in(o, -1), SECMAIL_OTP_ACCEPTED);
    assert_verdict(sign_in(o, 0), SECMAIL_OTP_ACCEPTED);
    assert_verdict(sign_in(o, 1), SECMAIL_OTP_ACCEPTED);
}

static void the_window_is_a_rule(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    o->f.now += 300;
    otp_rule(o, SECMAIL_OTP_RULE_WINDOW_BACK, 0);
    otp_rule(o, SECMAIL_OTP_RULE_WINDOW_FORWARD, 3);
    assert_verdict(sign_in(o, -1), SECMAIL_OTP_WRONG);
    assert_verdict(sign_in(o, 4), SECMAIL_OTP_WRONG);
    assert_verdict(sign_in(o, 3), SECMAIL_OTP_ACCEPTED);
}

static void an_accepted_step_and_all_before_it_are_never_accepted_again(void **state)
{
    struct otp_fixture *o = *state;
    char before[9], code[9];
    otp_enrolled(o);
    o->f.now += 300;
    otp_code_at(o, -1, before);
    assert_verdict(otp_verify(o, otp_code_at(o, 0, code)), SECMAIL_OTP_ACCEPTED);
    assert_verdict(otp_verify(o, code), SECMAIL_OTP_REPLAYED);
    assert_verdict(otp_verify(o, before), SECMAIL_OTP_REPLAYED);
    o->f.now += 30;
    assert_verdict(otp_verify(o, code), SECMAIL_OTP_REPLAYED);
    o->f.now += 60;
    assert_verdict(otp_verify(o, code), SECMAIL_OTP_WRONG);
}

static void a_replay_is_not_a_failure(void **state)
{
    struct otp_fixture *o = *state;
    char code[9];
    otp_enrolled(o);
    assert_verdict(otp_verify(o, otp_code_at(o, 0, code)), SECMAIL_OTP_ACCEPTED);
    const struct otp_store before = o->store;
    for (int i = 0; i < 20; i++)
        assert_verdict(otp_verify(o, code), SECMAIL_OTP_REPLAYED);
    assert_memory_equal(&before, &o->store, sizeof before);
}

/* A, B, A again: whoever remembers only the last code accepts the third. */
static void codes_are_remembered_by_step_and_not_by_text(void **state)
{
    struct otp_fixture *o = *state;
    char a[9], b[9];
    otp_enrolled(o);
    o->f.now += 300;
    otp_code_at(o, 0, a);
    otp_code_at(o, 1, b);
    assert_verdict(otp_verify(o, a), SECMAIL_OTP_ACCEPTED);
    assert_verdict(otp_verify(o, b), SECMAIL_OTP_ACCEPTED);
    assert_verdict(otp_verify(o, a), SECMAIL_OTP_REPLAYED);
    assert_verdict(otp_verify(o, b), SECMAIL_OTP_REPLAYED);
}

static void a_clock_that_is_set_back_opens_nothing(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    o->f.now += 3000;
    assert_verdict(sign_in(o, 0), SECMAIL_OTP_ACCEPTED);
    o->f.now -= 3000;
    for (int64_t step = -1; step <= 1; step++)
        assert_verdict(sign_in(o, step), SECMAIL_OTP_REPLAYED);
    o->f.now += 3030;
    assert_verdict(sign_in(o, 0), SECMAIL_OTP_ACCEPTED);
}

static void times_without_a_step_are_an_error(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    o->f.now = -1;
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_code(o->f.context, secmail_otp_verify(account, "123456", &result), SECMAIL_E_CLOCK);
    assert_null(result);
    assert_code(o->f.context, secmail_otp_resync(account, "123456", "123457", &result),
                SECMAIL_E_CLOCK);
    secmail_otp_account_free(account);
}

static void the_first_steps_have_none_before_them(void **state)
{
    struct otp_fixture *o = *state;
    assert_ok(o->f.context, secmail_otp_key_set_t0(o->key, FIXTURE_NOW));
    otp_enrolled(o);
    assert_verdict(sign_in(o, 0), SECMAIL_OTP_ACCEPTED);
    assert_verdict(sign_in(o, -1), SECMAIL_OTP_REPLAYED);
}

static void all_hashes_digits_and_periods_work(void **state)
{
    struct otp_fixture *o = *state;
    for (uint32_t algorithm = 1; algorithm <= 3; algorithm++) {
        for (uint32_t digits = 6; digits <= 8; digits++) {
            o->store.size = 0;
            assert_ok(o->f.context, secmail_otp_key_set_algorithm(o->key, algorithm));
            assert_ok(o->f.context, secmail_otp_key_set_digits(o->key, digits));
            assert_ok(o->f.context, secmail_otp_key_set_period(o->key, digits * 10));
            assert_ok(o->f.context, secmail_otp_key_generate_secret(o->key));
            otp_enrolled(o);
            o->f.now += 60;
            assert_verdict(sign_in(o, 0), SECMAIL_OTP_ACCEPTED);
        }
    }
}

static void what_is_no_code_is_not_counted(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    const struct otp_store before = o->store;
    const char *texts[] = {"", "12345", "1234567", "12345a", "abcdef", "+12345", "123456\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_verdict(otp_verify(o, texts[i]), SECMAIL_OTP_MALFORMED);
    assert_memory_equal(&before, &o->store, sizeof before);
    char code[9], spaced[12];
    otp_code_at(o, 0, code);
    snprintf(spaced, sizeof spaced, "%.3s %s", code, code + 3);
    assert_verdict(otp_verify(o, spaced), SECMAIL_OTP_ACCEPTED);
}

/* ---- Drift ---- */

/* Signs in once, a few minutes later, with a clock that is `ahead` steps off. */
static struct secmail_otp_outcome later(struct otp_fixture *o, int64_t ahead)
{
    o->f.now += 300;
    return sign_in(o, ahead);
}

static void a_clock_is_followed(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    assert_int_equal(later(o, 1).drift, 0);
    assert_int_equal(later(o, 1).drift, 1);
    assert_int_equal(later(o, 2).drift, 1);
    assert_int_equal(later(o, 2).drift, 2);
    assert_verdict(later(o, 3), SECMAIL_OTP_ACCEPTED);
    assert_int_equal(otp_info(o).drift, 3 - 1);
    assert_verdict(later(o, 0), SECMAIL_OTP_WRONG); /* the window moved, it didn't grow */
}

static void a_clock_is_followed_back(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    for (int64_t ahead = -1; ahead >= -5; ahead--) {
        later(o, ahead);
        assert_int_equal(later(o, ahead).drift, ahead);
    }
    later(o, -4);
    assert_int_equal(later(o, -4).drift, -4);
}

static void a_user_who_is_slow_once_moves_nothing(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    assert_int_equal(later(o, -1).drift, 0);
    assert_int_equal(later(o, 0).drift, 0);
    assert_int_equal(later(o, -1).drift, 0);
    assert_int_equal(later(o, 1).drift, 0);
    assert_int_equal(later(o, -1).drift, 0);
}

static void drift_has_a_limit(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    otp_rule(o, SECMAIL_OTP_RULE_DRIFT_MAX, 2);
    for (int64_t ahead = 1; ahead <= 2; ahead++) {
        later(o, ahead);
        later(o, ahead);
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(later(o, 3).drift, 2);
    assert_verdict(later(o, 4), SECMAIL_OTP_WRONG);
    otp_rule(o, SECMAIL_OTP_RULE_DRIFT_MAX, 0); /* a smaller limit doesn't lock anybody out */
    later(o, 1);
    assert_int_equal(later(o, 1).drift, 1);
}

/* ---- HOTP ---- */

static void use_hotp(struct otp_fixture *o)
{
    assert_ok(o->f.context, secmail_otp_key_set_type(o->key, SECMAIL_OTP_HOTP));
    assert_ok(o->f.context, secmail_otp_key_set_counter(o->key, 100));
    otp_enrolled(o); /* uses 100 up */
}

static struct secmail_otp_outcome press(struct otp_fixture *o, uint64_t counter)
{
    char code[9];
    return otp_verify(o, otp_code_of(o, counter, code));
}

static void hotp_looks_ahead_and_never_back(void **state)
{
    struct otp_fixture *o = *state;
    use_hotp(o);
    assert_verdict(press(o, 100), SECMAIL_OTP_REPLAYED);
    assert_verdict(press(o, 101), SECMAIL_OTP_ACCEPTED);
    assert_verdict(press(o, 107),
                   SECMAIL_OTP_ACCEPTED); /* the next is 102, five more are looked at */
    assert_verdict(press(o, 114), SECMAIL_OTP_WRONG);
    assert_verdict(press(o, 113), SECMAIL_OTP_ACCEPTED);
    assert_verdict(press(o, 113), SECMAIL_OTP_REPLAYED);
    assert_verdict(press(o, 110), SECMAIL_OTP_WRONG);
    assert_int_equal(otp_info(o).drift, 0);
}

static void the_counter_moves_with_the_account(void **state)
{
    struct otp_fixture *o = *state;
    use_hotp(o);
    press(o, 103);
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_key *key;
    assert_ok(o->f.context, secmail_otp_account_key(account, SECMAIL_OTP_ENROLLED, &key));
    assert_int_equal(secmail_otp_key_counter(key), 104);
    secmail_otp_key_free(key);
    secmail_otp_account_free(account);
}

static void hotp_ignores_the_clock(void **state)
{
    struct otp_fixture *o = *state;
    use_hotp(o);
    o->f.now = -5;
    assert_verdict(press(o, 101), SECMAIL_OTP_ACCEPTED);
}

static void two_codes_in_a_row_bring_a_token_back(void **state)
{
    struct otp_fixture *o = *state;
    char first[9], second[9];
    use_hotp(o);
    otp_code_of(o, 220, first);
    otp_code_of(o, 221, second);
    assert_verdict(otp_verify(o, first), SECMAIL_OTP_WRONG);
    assert_verdict(otp_resync(o, second, first), SECMAIL_OTP_WRONG);
    assert_verdict(otp_resync(o, first, first), SECMAIL_OTP_WRONG);
    o->f.now += 1000;
    assert_verdict(otp_resync(o, first, second), SECMAIL_OTP_ACCEPTED);
    assert_verdict(otp_verify(o, second), SECMAIL_OTP_REPLAYED);
    assert_verdict(press(o, 222), SECMAIL_OTP_ACCEPTED);
}

static void resynchronisation_has_a_range(void **state)
{
    struct otp_fixture *o = *state;
    char first[9], second[9];
    use_hotp(o); /* the next counter is 101 */
    assert_verdict(otp_resync(o, otp_code_of(o, 222, first), otp_code_of(o, 223, second)),
                   SECMAIL_OTP_WRONG);
    assert_verdict(otp_resync(o, otp_code_of(o, 100, first), otp_code_of(o, 101, second)),
                   SECMAIL_OTP_WRONG);
    o->f.now += 1000;
    assert_verdict(otp_resync(o, otp_code_of(o, 221, first), otp_code_of(o, 222, second)),
                   SECMAIL_OTP_ACCEPTED);
}

/* ---- Resynchronisation of clocks ---- */

static void two_codes_in_a_row_find_a_clock(void **state)
{
    struct otp_fixture *o = *state;
    char first[9], second[9];
    otp_enrolled(o);
    for (int64_t ahead = -100; ahead <= 100; ahead += 200) {
        o->f.now += 36000;
        assert_verdict(sign_in(o, ahead), SECMAIL_OTP_WRONG);
        otp_code_at(o, ahead - 1, first);
        otp_code_at(o, ahead, second);
        const struct secmail_otp_outcome found = otp_resync(o, first, second);
        assert_verdict(found, SECMAIL_OTP_ACCEPTED);
        assert_int_equal(found.drift, ahead);
        assert_verdict(otp_verify(o, second), SECMAIL_OTP_REPLAYED);
        assert_verdict(sign_in(o, ahead + 1), SECMAIL_OTP_ACCEPTED);
        o->f.now += 36000; /* and back, from where the clock is known to be */
        otp_code_at(o, -1, first);
        otp_code_at(o, 0, second);
        assert_int_equal(otp_resync(o, first, second).drift, 0);
    }
}

static void a_clock_that_is_too_far_off_is_not_found(void **state)
{
    struct otp_fixture *o = *state;
    char first[9], second[9];
    otp_enrolled(o);
    o->f.now += 36000;
    assert_verdict(otp_resync(o, otp_code_at(o, 121, first), otp_code_at(o, 122, second)),
                   SECMAIL_OTP_WRONG);
    assert_verdict(otp_resync(o, otp_code_at(o, -121, first), otp_code_at(o, -120, second)),
                   SECMAIL_OTP_WRONG);
    assert_int_equal(otp_info(o).strikes, 2);
    assert_verdict(otp_resync(o, otp_code_at(o, 0, first), "12345"), SECMAIL_OTP_MALFORMED);
    assert_verdict(otp_resync(o, "12345", "12345"), SECMAIL_OTP_MALFORMED);
    assert_int_equal(otp_info(o).strikes, 2);
    o->f.now += 300;
    assert_verdict(otp_resync(o, otp_code_at(o, 120, first), otp_code_at(o, 121, second)),
                   SECMAIL_OTP_ACCEPTED);
}

static void resynchronisation_accepts_nothing_old(void **state)
{
    struct otp_fixture *o = *state;
    char first[9], second[9];
    otp_enrolled(o);
    o->f.now += 36000;
    assert_verdict(sign_in(o, 0), SECMAIL_OTP_ACCEPTED);
    assert_verdict(otp_resync(o, otp_code_at(o, -5, first), otp_code_at(o, -4, second)),
                   SECMAIL_OTP_WRONG);
    assert_verdict(otp_resync(o, otp_code_at(o, 0, first), otp_code_at(o, 1, second)),
                   SECMAIL_OTP_WRONG);
    o->f.now += 300;
    assert_verdict(otp_resync(o, otp_code_at(o, 1, first), otp_code_at(o, 2, second)),
                   SECMAIL_OTP_ACCEPTED);
}

/* ---- Throttle ---- */

static void failures_delay_and_then_lock(void **state)
{
    struct otp_fixture *o = *state;
    const int64_t delays[] = {0, 0, 5, 10, 20, 40, 80, 160, 320};
    char code[9];
    otp_enrolled(o);
    const int64_t begin = o->f.now;
    for (uint32_t n = 0; n < sizeof delays / sizeof delays[0]; n++) {
        const struct secmail_otp_outcome wrong = fail_once(o);
        assert_verdict(wrong, SECMAIL_OTP_WRONG);
        assert_int_equal(wrong.failures, n + 1);
        assert_int_equal(wrong.failures_left, 9 - n);
        assert_int_equal(wrong.until, delays[n] ? o->f.now + delays[n] : 0);
        if (!delays[n])
            continue;
        o->f.now += delays[n] - 1;
        const struct secmail_otp_outcome early = otp_verify(o, otp_code_at(o, 0, code));
        assert_verdict(early, SECMAIL_OTP_THROTTLED); /* even the right code */
        assert_int_equal(early.until, o->f.now + 1);
        o->f.now += 1;
    }
    const struct secmail_otp_outcome last = fail_once(o);
    assert_verdict(last, SECMAIL_OTP_WRONG);
    assert_int_equal(last.failures_left, 0);
    assert_int_equal(last.until, begin + 28800);
    const struct secmail_otp_outcome locked = otp_verify(o, otp_code_at(o, 0, code));
    assert_verdict(locked, SECMAIL_OTP_LOCKED);
    assert_int_equal(locked.until, begin + 28800);
    struct secmail_otp_info info = otp_info(o);
    assert_int_equal(info.locked, 1);
    assert_int_equal(info.strikes, 10);
    assert_int_equal(info.blocked_until, begin + 28800);
    o->f.now = begin + 28799;
    assert_verdict(otp_verify(o, otp_code_at(o, 0, code)), SECMAIL_OTP_LOCKED);
    o->f.now = begin + 28800;
    const struct secmail_otp_outcome back = otp_verify(o, otp_code_at(o, 0, code));
    assert_verdict(back, SECMAIL_OTP_ACCEPTED);
    assert_int_equal(back.failures, 10); /* the user is told of them */
    info = otp_info(o);
    assert_int_equal(info.failures, 0);
    assert_int_equal(info.strikes, 9); /* a success forgives nothing */
}

static void blocked_attempts_change_nothing(void **state)
{
    struct otp_fixture *o = *state;
    char code[9];
    otp_enrolled(o);
    for (int i = 0; i < 3; i++)
        fail_once(o);
    const struct otp_store before = o->store;
    for (int i = 0; i < 10; i++) {
        assert_verdict(otp_verify(o, "000000"), SECMAIL_OTP_THROTTLED);
        assert_verdict(otp_verify(o, "x"), SECMAIL_OTP_THROTTLED);
        assert_verdict(otp_resync(o, otp_code_at(o, 0, code), "000000"), SECMAIL_OTP_THROTTLED);
    }
    assert_memory_equal(&before, &o->store, sizeof before);
}

/* Otherwise an attacker gains guesses each time the user signs in. */
static void a_success_ends_the_delay_but_not_the_strikes(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    uint32_t guesses = 0;
    for (int day = 0; day < 6; day++) {
        for (int i = 0; i < 2; i++) {
            const struct secmail_otp_outcome outcome = fail_once(o);
            if (outcome.verdict != SECMAIL_OTP_WRONG)
                break;
            guesses++;
            assert_int_equal(outcome.failures, i + 1);
        }
        o->f.now += 60;
        sign_in(o, 0);
    }
    assert_int_equal(guesses, 10);
    assert_int_equal(otp_info(o).locked, 1);
}

static void the_host_lifts_a_lock(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    otp_rule(o, SECMAIL_OTP_RULE_FORGIVE_AFTER, 0);
    otp_rule(o, SECMAIL_OTP_RULE_LOCK_AFTER, 1);
    const struct secmail_otp_outcome outcome = fail_once(o);
    assert_true(outcome.until == INT64_MAX);
    o->f.now += 1000000;
    assert_verdict(sign_in(o, 0), SECMAIL_OTP_LOCKED);
    const struct secmail_otp_outcome reset = otp_simple(o, secmail_otp_reset);
    assert_verdict(reset, SECMAIL_OTP_ACCEPTED);
    assert_int_equal(reset.until, 0);
    assert_int_equal(otp_info(o).strikes, 0);
    assert_verdict(sign_in(o, 0), SECMAIL_OTP_ACCEPTED);
}

static void turning_it_off_removes_everything_but_the_failures(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    fail_once(o);
    otp_enrol(o, o->key);
    otp_simple(o, secmail_otp_recovery_generate);
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_ok(o->f.context, secmail_otp_app_password_add(account, "phone", "imap", 0, &result));
    otp_finish(o, account, result);
    struct secmail_otp_info info = otp_info(o);
    assert_int_equal(info.enrolled + info.enrolling + info.app_passwords, 3);
    assert_int_equal(info.recovery_left, 10);
    otp_simple(o, secmail_otp_disable);
    info = otp_info(o);
    assert_int_equal(info.enrolled + info.enrolling + info.app_passwords + info.recovery_total, 0);
    assert_int_equal(info.strikes, 1);
    assert_verdict(sign_in(o, 0), SECMAIL_OTP_NOT_ENROLLED);
}

static void the_generation_shows_a_store_that_went_back(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    const struct otp_store backup = o->store;
    const uint64_t generation = otp_info(o).generation;
    sign_in(o, 0);
    fail_once(o);
    assert_int_equal(otp_info(o).generation, generation + 2);
    o->store = backup;
    assert_int_equal(otp_info(o).generation, generation);
}

static void verdicts_have_names(void **state)
{
    (void)state;
    for (uint32_t v = SECMAIL_OTP_ACCEPTED; v <= SECMAIL_OTP_OUT_OF_SCOPE; v++) {
        assert_non_null(secmail_otp_verdict_name(v));
        for (uint32_t w = SECMAIL_OTP_ACCEPTED; w < v; w++)
            assert_string_not_equal(secmail_otp_verdict_name(v), secmail_otp_verdict_name(w));
    }
    assert_string_equal(secmail_otp_verdict_name(SECMAIL_OTP_THROTTLED), "throttled");
    assert_null(secmail_otp_verdict_name(0));
    assert_null(secmail_otp_verdict_name(SECMAIL_OTP_OUT_OF_SCOPE + 1));
}

static void null_arguments_are_refused(void **state)
{
    struct otp_fixture *o = *state;
    struct secmail_context *c = o->f.context;
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result = (struct secmail_otp_result *)account;
    assert_int_equal(secmail_otp_verify(account, "1", NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_verify(NULL, "1", &result), SECMAIL_E_ARGUMENT);
    assert_null(result);
    assert_code(c, secmail_otp_verify(account, NULL, &result), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_confirm(NULL, "1", &result), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_confirm(account, NULL, &result), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_resync(NULL, "1", "2", &result), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_resync(account, NULL, "2", &result), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_resync(account, "1", NULL, &result), SECMAIL_E_ARGUMENT);
    secmail_otp_account_free(account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        otp_test(two_factors_are_asked_for_only_after_a_code),
        otp_test(confirmation_uses_its_code_up),
        otp_test(an_enrolment_expires),
        otp_test(an_enrolment_has_so_many_tries),
        otp_test(without_enrolment_there_is_nothing_to_confirm),
        otp_test(the_old_factor_holds_until_the_new_one_is_confirmed),
        otp_test(a_second_enrolment_replaces_the_first),
        otp_test(the_same_secret_enrolled_again_has_no_fresh_codes),
        otp_test(enrolment_needs_a_secret),
        otp_test(the_waiting_key_can_be_shown_again),
        otp_test(one_step_to_both_sides_is_accepted),
        otp_test(the_window_is_a_rule),
        otp_test(an_accepted_step_and_all_before_it_are_never_accepted_again),
        otp_test(a_replay_is_not_a_failure),
        otp_test(codes_are_remembered_by_step_and_not_by_text),
        otp_test(a_clock_that_is_set_back_opens_nothing),
        otp_test(times_without_a_step_are_an_error),
        otp_test(the_first_steps_have_none_before_them),
        otp_test(all_hashes_digits_and_periods_work),
        otp_test(what_is_no_code_is_not_counted),
        otp_test(a_clock_is_followed),
        otp_test(a_clock_is_followed_back),
        otp_test(a_user_who_is_slow_once_moves_nothing),
        otp_test(drift_has_a_limit),
        otp_test(hotp_looks_ahead_and_never_back),
        otp_test(the_counter_moves_with_the_account),
        otp_test(hotp_ignores_the_clock),
        otp_test(two_codes_in_a_row_bring_a_token_back),
        otp_test(resynchronisation_has_a_range),
        otp_test(two_codes_in_a_row_find_a_clock),
        otp_test(a_clock_that_is_too_far_off_is_not_found),
        otp_test(resynchronisation_accepts_nothing_old),
        otp_test(failures_delay_and_then_lock),
        otp_test(blocked_attempts_change_nothing),
        otp_test(a_success_ends_the_delay_but_not_the_strikes),
        otp_test(the_host_lifts_a_lock),
        otp_test(turning_it_off_removes_everything_but_the_failures),
        otp_test(the_generation_shows_a_store_that_went_back),
        otp_test(verdicts_have_names),
        otp_test(null_arguments_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
