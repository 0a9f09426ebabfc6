/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Attackers who guess, against the default policy and a simulated clock. The figures are those that
 * the guide computes ("What an attacker can do"): with w codes of d digits accepted at a time and g
 * guesses that are looked at, one of them is right with P = 1 - (1 - w / 10^d)^g.
 */
#include "otp_fixture.h"

#include <math.h>

enum { DAY = 86400, DAYS = 30, GUESSES = 100 };

/* What the rules allow in 30 days: the strikes, and one more for each that is forgiven. */
static unsigned allowed(const struct otp_fixture *o, int64_t seconds)
{
    uint32_t lock, forgive;
    assert_int_equal(secmail_otp_policy_get(o->policy, SECMAIL_OTP_RULE_LOCK_AFTER, &lock), 0);
    assert_int_equal(secmail_otp_policy_get(o->policy, SECMAIL_OTP_RULE_FORGIVE_AFTER, &forgive),
                     0);
    return (unsigned)(lock + seconds / forgive);
}

struct attacker {
    struct otp_fixture *o;
    uint64_t seed;
    struct secmail_otp_account *account; /* of the state, while that doesn't change */
    unsigned looked_at;
    bool inside;
    int64_t until; /* as the last answer said */
};

static void guess_text(struct attacker *a, char text[9])
{
    struct fixture random = {.seed = a->seed};
    uint8_t bytes[4];
    fixture_random(&random, bytes, sizeof bytes);
    a->seed = random.seed;
    const uint32_t number = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
                            (uint32_t)bytes[2] << 8 | bytes[3];
    snprintf(text, 9, "%06u", number % 1000000);
}

/* One try; blocked ones leave the state, and so the snapshot, as they are. */
static void guess(struct attacker *a)
{
    char text[9];
    struct secmail_otp_result *result;
    struct secmail_otp_outcome outcome = {.size = sizeof outcome};
    if (!a->account)
        a->account = otp_open(a->o);
    guess_text(a, text);
    assert_ok(a->o->f.context, secmail_otp_verify(a->account, text, &result));
    const bool changed = secmail_otp_result_state(result) != NULL;
    otp_put(a->o, result);
    assert_ok(a->o->f.context, secmail_otp_result_outcome(result, &outcome));
    secmail_otp_result_free(result);
    if (changed) {
        secmail_otp_account_free(a->account);
        a->account = NULL;
    }
    a->looked_at += outcome.verdict == SECMAIL_OTP_WRONG;
    a->inside = outcome.verdict == SECMAIL_OTP_ACCEPTED;
    a->until = outcome.until;
}

/* Guesses as soon as it is allowed, or every `pause` seconds, until the end or until it is in. */
static struct attacker attack(struct otp_fixture *o, uint64_t seed, int64_t seconds, int64_t pause)
{
    struct attacker a = {.o = o, .seed = seed};
    const int64_t end = o->f.now + seconds;
    while (o->f.now < end && !a.inside) {
        guess(&a);
        if (pause)
            o->f.now += pause;
        else if (a.until > o->f.now)
            o->f.now = a.until;
    }
    secmail_otp_account_free(a.account);
    return a;
}

/* Inside of five standard deviations, and a little more where few are expected? */
static void assert_expected(unsigned count, double expected)
{
    const double margin = 5 * sqrt(expected) + 5;
    print_message("# expected %.1f, came %u\n", expected, count);
    if (count > expected + margin || count + margin < expected)
        fail_msg("%u came, %.1f were expected", count, expected);
}

/* The search alone: a million random codes, each against the three codes of another moment. */
static void a_million_random_codes_hit_as_often_as_they_must(void **state)
{
    struct otp_fixture *o = *state;
    struct attacker a = {.o = o, .seed = 7};
    unsigned hits = 0;
    for (uint64_t n = 0; n < 1000000; n++) {
        char text[9];
        int32_t position;
        guess_text(&a, text);
        assert_int_equal(secmail_otp_key_find(o->key, text, 50000000 + 3 * n, 3, &position), 0);
        hits += position >= 0;
    }
    assert_expected(hits, 3.0);
}

/* The same with a thousand codes at a time, where the number of hits tells more. */
static void codes_are_spread_evenly(void **state)
{
    struct otp_fixture *o = *state;
    struct attacker a = {.o = o, .seed = 8};
    unsigned hits = 0;
    for (uint64_t n = 0; n < 2000; n++) {
        char text[9];
        int32_t position;
        guess_text(&a, text);
        assert_int_equal(secmail_otp_key_find(o->key, text, 1000 * n, 1000, &position), 0);
        hits += position >= 0;
    }
    assert_expected(hits, 2000 * (1 - pow(1 - 1e-6, 1000)));
}

/* A million tries against one account, one a second: the throttle looks at a few dozen. */
static void a_million_tries_are_stopped_by_the_throttle(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    const struct attacker a = attack(o, 9, 1000000, 1);
    assert_false(a.inside);
    assert_int_equal(allowed(o, 1000000), 10 + 34);
    assert_true(a.looked_at <= allowed(o, 1000000));
    assert_true(a.looked_at >= 40); /* and not because nothing was looked at */
}

static void thirty_days_allow_a_hundred_guesses(void **state)
{
    struct otp_fixture *o = *state;
    const int64_t pauses[] = {0, 7, 60, 900, 3600, 28800, 28801, DAY};
    assert_int_equal(allowed(o, DAYS * DAY), GUESSES);
    for (size_t i = 0; i < sizeof pauses / sizeof pauses[0]; i++) {
        o->store.size = 0;
        otp_enrolled(o);
        const struct attacker a = attack(o, i, DAYS * DAY, pauses[i]);
        assert_false(a.inside);
        assert_true(a.looked_at <= GUESSES);
        if (pauses[i] <= 60)
            assert_in_range(a.looked_at, GUESSES - 2, GUESSES);
    }
}

/* Whoever resets the counter at each success of the user gives the attacker a guess each time. */
static void the_users_own_sign_ins_give_no_guesses(void **state)
{
    struct otp_fixture *o = *state;
    unsigned looked_at = 0, signed_in = 0;
    char code[9];
    otp_enrolled(o);
    const int64_t end = o->f.now + DAYS * DAY;
    for (uint64_t seed = 0; o->f.now < end; seed++) {
        const struct attacker a = attack(o, seed, 3 * 3600, 60);
        assert_false(a.inside);
        looked_at += a.looked_at;
        signed_in += otp_verify(o, otp_code_at(o, 0, code)).verdict == SECMAIL_OTP_ACCEPTED;
    }
    assert_true(looked_at <= GUESSES);
    assert_true(signed_in > 0);
}

/* Accounts that fall to an attacker who guesses for 30 days, out of so many. */
static unsigned fallen(struct otp_fixture *o, unsigned accounts)
{
    unsigned count = 0;
    for (unsigned n = 0; n < accounts; n++) {
        o->store.size = 0;
        assert_ok(o->f.context, secmail_otp_key_generate_secret(o->key));
        otp_enrolled(o);
        count += attack(o, n * UINT64_C(1000003), DAYS * DAY, 0).inside;
    }
    return count;
}

static void the_default_policy_holds_thirty_days(void **state)
{
    struct otp_fixture *o = *state;
    const double p = 1 - pow(1 - 3e-6, GUESSES);
    assert_true(p > 2.9e-4 && p < 3.1e-4); /* the figure of the guide */
    assert_expected(fallen(o, 500), 500 * p);
}

/* A window of 201 codes makes the formula visible: one account in fifty falls. */
static void the_formula_holds(void **state)
{
    struct otp_fixture *o = *state;
    const double p = 1 - pow(1 - 201e-6, GUESSES - 1);
    otp_rule(o, SECMAIL_OTP_RULE_WINDOW_BACK, 100);
    otp_rule(o, SECMAIL_OTP_RULE_WINDOW_FORWARD, 100);
    assert_true(p > 0.0195 && p < 0.0200);
    const unsigned count = fallen(o, 1000);
    assert_expected(count, 1000 * p);
    assert_true(count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        otp_test(a_million_random_codes_hit_as_often_as_they_must),
        otp_test(codes_are_spread_evenly),
        otp_test(a_million_tries_are_stopped_by_the_throttle),
        otp_test(thirty_days_allow_a_hundred_guesses),
        otp_test(the_users_own_sign_ins_give_no_guesses),
        otp_test(the_default_policy_holds_thirty_days),
        otp_test(the_formula_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
