/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules as data, and the throttle that obeys them, second by second. */
#include "fixture.h"
#include "otp/policy.h"

static const struct {
    const char *name;
    uint32_t value;
} defaults[SMI_OTP_RULES] = {
    [SECMAIL_OTP_RULE_WINDOW_BACK] = {"window-back", 1},
    [SECMAIL_OTP_RULE_WINDOW_FORWARD] = {"window-forward", 1},
    [SECMAIL_OTP_RULE_DRIFT_MAX] = {"drift-max", 10},
    [SECMAIL_OTP_RULE_LOOK_AHEAD] = {"look-ahead", 5},
    [SECMAIL_OTP_RULE_RESYNC_STEPS] = {"resync-steps", 120},
    [SECMAIL_OTP_RULE_FREE_FAILURES] = {"free-failures", 2},
    [SECMAIL_OTP_RULE_DELAY_FIRST] = {"delay-first", 5},
    [SECMAIL_OTP_RULE_DELAY_MAX] = {"delay-max", 900},
    [SECMAIL_OTP_RULE_LOCK_AFTER] = {"lock-after", 10},
    [SECMAIL_OTP_RULE_FORGIVE_AFTER] = {"forgive-after", 28800},
    [SECMAIL_OTP_RULE_ENROLMENT_LIFETIME] = {"enrolment-lifetime", 3600},
    [SECMAIL_OTP_RULE_ENROLMENT_TRIES] = {"enrolment-tries", 10},
    [SECMAIL_OTP_RULE_RECOVERY_CODES] = {"recovery-codes", 10},
    [SECMAIL_OTP_RULE_ARGON2_MEMORY_KIB] = {"argon2-memory-kib", 65536},
    [SECMAIL_OTP_RULE_ARGON2_PASSES] = {"argon2-passes", 3},
    [SECMAIL_OTP_RULE_APP_PASSWORDS] = {"app-passwords", 16},
    [SECMAIL_OTP_RULE_LAST_USED_AFTER] = {"last-used-after", 3600},
};

static void defaults_are_the_documented_ones(void **state)
{
    (void)state;
    struct secmail_otp_policy *policy;
    assert_int_equal(secmail_otp_policy_new(&policy), 0);
    for (uint32_t r = 1; r < SMI_OTP_RULES; r++) {
        uint32_t of_table = 0, of_null = 0, least, greatest;
        assert_int_equal(secmail_otp_policy_get(policy, r, &of_table), 0);
        assert_int_equal(secmail_otp_policy_get(NULL, r, &of_null), 0);
        assert_int_equal(of_table, defaults[r].value);
        assert_int_equal(of_null, defaults[r].value);
        assert_string_equal(secmail_otp_rule_name(r), defaults[r].name);
        assert_int_equal(secmail_otp_rule_bounds(r, &least, &greatest), 0);
        assert_true(least <= of_null && of_null <= greatest);
    }
    secmail_otp_policy_free(policy);
}

static void rules_are_set_inside_of_their_bounds(void **state)
{
    (void)state;
    struct secmail_otp_policy *policy;
    assert_int_equal(secmail_otp_policy_new(&policy), 0);
    for (uint32_t r = 1; r < SMI_OTP_RULES; r++) {
        uint32_t least, greatest, value;
        assert_int_equal(secmail_otp_rule_bounds(r, &least, &greatest), 0);
        assert_int_equal(secmail_otp_policy_set(policy, r, greatest), 0);
        assert_int_equal(secmail_otp_policy_set(policy, r, greatest + 1), SECMAIL_E_ARGUMENT);
        assert_int_equal(secmail_otp_policy_get(policy, r, &value), 0);
        assert_int_equal(value, greatest);
        assert_int_equal(secmail_otp_policy_set(policy, r, least), 0);
        if (least)
            assert_int_equal(secmail_otp_policy_set(policy, r, least - 1), SECMAIL_E_ARGUMENT);
        assert_int_equal(secmail_otp_policy_get(policy, r, &value), 0);
        assert_int_equal(value, least);
    }
    secmail_otp_policy_free(policy);
}

static void unknown_rules_and_nulls_are_refused(void **state)
{
    (void)state;
    struct secmail_otp_policy *policy;
    uint32_t value = 7, other = 7;
    assert_int_equal(secmail_otp_policy_new(&policy), 0);
    const uint32_t unknown[] = {0, SMI_OTP_RULES, UINT32_MAX};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        assert_int_equal(secmail_otp_policy_set(policy, unknown[i], 1), SECMAIL_E_ARGUMENT);
        assert_int_equal(secmail_otp_policy_get(policy, unknown[i], &value), SECMAIL_E_ARGUMENT);
        assert_int_equal(secmail_otp_rule_bounds(unknown[i], &value, &other), SECMAIL_E_ARGUMENT);
        assert_null(secmail_otp_rule_name(unknown[i]));
    }
    assert_int_equal(value + other, 14);
    assert_int_equal(secmail_otp_policy_new(NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_policy_set(NULL, 1, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_policy_get(policy, 1, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_rule_bounds(1, NULL, &other), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_rule_bounds(1, &value, NULL), SECMAIL_E_ARGUMENT);
    secmail_otp_policy_free(NULL);
    secmail_otp_policy_free(policy);
}

/* ---- The throttle ---- */

static struct secmail_otp_policy policy_of(uint32_t without, uint32_t first, uint32_t most,
                                           uint32_t lock, uint32_t forgive)
{
    struct secmail_otp_policy p;
    smi_otp_policy_defaults(&p);
    p.value[SECMAIL_OTP_RULE_FREE_FAILURES] = without;
    p.value[SECMAIL_OTP_RULE_DELAY_FIRST] = first;
    p.value[SECMAIL_OTP_RULE_DELAY_MAX] = most;
    p.value[SECMAIL_OTP_RULE_LOCK_AFTER] = lock;
    p.value[SECMAIL_OTP_RULE_FORGIVE_AFTER] = forgive;
    return p;
}

/* Settled at `now`; 0 for free. */
static int64_t until(struct smi_otp_throttle *t, const struct secmail_otp_policy *p, int64_t now,
                     bool *locked)
{
    smi_otp_throttle_settle(t, p, now);
    return smi_otp_throttle_until(t, p, now, locked);
}

static void delays_double_up_to_the_longest(void **state)
{
    (void)state;
    const struct secmail_otp_policy p = policy_of(2, 5, 100, 1000, 0);
    const int64_t delays[] = {0, 0, 5, 10, 20, 40, 80, 100, 100};
    struct smi_otp_throttle t = {0};
    int64_t now = FIXTURE_NOW;
    bool locked;
    for (size_t i = 0; i < sizeof delays / sizeof delays[0]; i++) {
        smi_otp_throttle_fail(&t, now);
        assert_int_equal(until(&t, &p, now, &locked), delays[i] ? now + delays[i] : 0);
        assert_false(locked);
        if (delays[i])
            assert_int_equal(until(&t, &p, now + delays[i] - 1, &locked), now + delays[i]);
        now += delays[i];
        assert_int_equal(until(&t, &p, now, &locked), 0);
    }
}

static void delays_can_be_turned_off(void **state)
{
    (void)state;
    const struct secmail_otp_policy p = policy_of(0, 0, 100, 1000000, 0);
    struct smi_otp_throttle t = {0};
    bool locked;
    t.in_a_row = UINT32_MAX;
    t.failed_at = 50;
    assert_int_equal(until(&t, &p, 50, &locked), 0);
}

static void strikes_lock_until_one_is_forgiven(void **state)
{
    (void)state;
    const struct secmail_otp_policy p = policy_of(100, 5, 100, 3, 600);
    struct smi_otp_throttle t = {0};
    bool locked;
    smi_otp_throttle_fail(&t, 1000);
    smi_otp_throttle_fail(&t, 1100);
    assert_int_equal(smi_otp_throttle_left(&t, &p), 1);
    assert_int_equal(until(&t, &p, 1100, &locked), 0);
    smi_otp_throttle_fail(&t, 1200);
    assert_int_equal(smi_otp_throttle_left(&t, &p), 0);
    assert_int_equal(until(&t, &p, 1200, &locked), 1600); /* counted from the first one */
    assert_true(locked);
    assert_int_equal(until(&t, &p, 1599, &locked), 1600);
    assert_int_equal(until(&t, &p, 1600, &locked), 0);
    assert_false(locked);
    assert_int_equal(t.strikes, 2);
    smi_otp_throttle_fail(&t, 1700); /* one guess for each strike that was forgiven */
    assert_int_equal(until(&t, &p, 1700, &locked), 2200);
    assert_int_equal(until(&t, &p, 2200 + 600, &locked), 0);
    assert_int_equal(t.strikes, 1);
    assert_int_equal(until(&t, &p, 1000000, &locked), 0);
    assert_int_equal(t.strikes, 0);
}

static void without_forgiveness_a_lock_waits_for_the_host(void **state)
{
    (void)state;
    const struct secmail_otp_policy p = policy_of(100, 5, 100, 1, 0);
    struct smi_otp_throttle t = {0};
    bool locked;
    smi_otp_throttle_fail(&t, 1000);
    assert_true(until(&t, &p, INT64_MAX, &locked) == INT64_MAX);
    assert_true(locked);
}

static void a_lock_lasts_at_least_as_long_as_the_delay(void **state)
{
    (void)state;
    const struct secmail_otp_policy p = policy_of(0, 900, 900, 1, 600);
    struct smi_otp_throttle t = {0};
    bool locked;
    smi_otp_throttle_fail(&t, 1000);
    assert_int_equal(until(&t, &p, 1000, &locked), 1900);
    assert_true(locked);
    assert_int_equal(until(&t, &p, 1700, &locked), 1900);
    assert_false(locked);
    assert_int_equal(until(&t, &p, 1900, &locked), 0);
}

static void a_changed_policy_holds_at_once(void **state)
{
    (void)state;
    struct secmail_otp_policy p = policy_of(0, 5, 5, 10, 600);
    struct smi_otp_throttle t = {0};
    bool locked;
    for (int i = 0; i < 5; i++)
        smi_otp_throttle_fail(&t, 1000);
    assert_int_equal(until(&t, &p, 1005, &locked), 0);
    p.value[SECMAIL_OTP_RULE_LOCK_AFTER] = 3;
    assert_int_equal(until(&t, &p, 1005, &locked), 1000 + 3 * 600); /* three must be forgiven */
    assert_true(locked);
}

static void a_clock_that_is_set_back_makes_nobody_wait_longer(void **state)
{
    (void)state;
    const struct secmail_otp_policy p = policy_of(0, 5, 5, 2, 600);
    struct smi_otp_throttle t = {0};
    bool locked;
    smi_otp_throttle_fail(&t, 1000000);
    assert_int_equal(until(&t, &p, 1000, &locked), 1005);
    smi_otp_throttle_fail(&t, 1005);
    assert_int_equal(until(&t, &p, 1005, &locked), 1600);
    assert_true(locked);
    assert_int_equal(until(&t, &p, 1600, &locked), 0);
}

static void counters_and_times_do_not_overflow(void **state)
{
    (void)state;
    const struct secmail_otp_policy p = policy_of(0, 5, 366 * 86400, 10, 366 * 86400);
    struct smi_otp_throttle t = {UINT32_MAX, UINT32_MAX, INT64_MAX, INT64_MAX};
    bool locked;
    smi_otp_throttle_fail(&t, INT64_MAX);
    assert_int_equal(t.in_a_row, UINT32_MAX);
    assert_int_equal(t.strikes, UINT32_MAX);
    assert_true(until(&t, &p, INT64_MAX, &locked) == INT64_MAX);
    t.forgiven_at = t.failed_at = INT64_MIN;
    assert_true(until(&t, &p, INT64_MAX, &locked) == 0);
    assert_int_equal(t.strikes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_the_documented_ones),
        cmocka_unit_test(rules_are_set_inside_of_their_bounds),
        cmocka_unit_test(unknown_rules_and_nulls_are_refused),
        cmocka_unit_test(delays_double_up_to_the_longest),
        cmocka_unit_test(delays_can_be_turned_off),
        cmocka_unit_test(strikes_lock_until_one_is_forgiven),
        cmocka_unit_test(without_forgiveness_a_lock_waits_for_the_host),
        cmocka_unit_test(a_lock_lasts_at_least_as_long_as_the_delay),
        cmocka_unit_test(a_changed_policy_holds_at_once),
        cmocka_unit_test(a_clock_that_is_set_back_makes_nobody_wait_longer),
        cmocka_unit_test(counters_and_times_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
