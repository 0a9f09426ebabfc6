/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules as data: the one table of names, defaults and bounds. The throttle reads nothing else. */
#include "otp/policy.h"

enum { YEAR = 366 * 86400 };

static const struct {
    const char *name;
    uint32_t value, least, greatest;
} table[SMI_OTP_RULES] = {
    [SECMAIL_OTP_RULE_WINDOW_BACK] = {"window-back", 1, 0, 100},
    [SECMAIL_OTP_RULE_WINDOW_FORWARD] = {"window-forward", 1, 0, 100},
    [SECMAIL_OTP_RULE_DRIFT_MAX] = {"drift-max", 10, 0, 10000},
    [SECMAIL_OTP_RULE_LOOK_AHEAD] = {"look-ahead", 5, 0, 1000},
    [SECMAIL_OTP_RULE_RESYNC_STEPS] = {"resync-steps", 120, 1, 5000},
    [SECMAIL_OTP_RULE_FREE_FAILURES] = {"free-failures", 2, 0, 1000},
    [SECMAIL_OTP_RULE_DELAY_FIRST] = {"delay-first", 5, 0, YEAR},
    [SECMAIL_OTP_RULE_DELAY_MAX] = {"delay-max", 900, 0, YEAR},
    [SECMAIL_OTP_RULE_LOCK_AFTER] = {"lock-after", 10, 1, 1000000},
    [SECMAIL_OTP_RULE_FORGIVE_AFTER] = {"forgive-after", 28800, 0, YEAR},
    [SECMAIL_OTP_RULE_ENROLMENT_LIFETIME] = {"enrolment-lifetime", 3600, 30, YEAR},
    [SECMAIL_OTP_RULE_ENROLMENT_TRIES] = {"enrolment-tries", 10, 1, 1000},
    [SECMAIL_OTP_RULE_RECOVERY_CODES] = {"recovery-codes", 10, 1, 20},
    [SECMAIL_OTP_RULE_ARGON2_MEMORY_KIB] = {"argon2-memory-kib", 65536, 8192, 4194304},
    [SECMAIL_OTP_RULE_ARGON2_PASSES] = {"argon2-passes", 3, 1, 100},
    [SECMAIL_OTP_RULE_APP_PASSWORDS] = {"app-passwords", 16, 0, 32},
    [SECMAIL_OTP_RULE_LAST_USED_AFTER] = {"last-used-after", 3600, 0, YEAR},
};

static bool is_rule(uint32_t rule)
{
    return rule > 0 && rule < SMI_OTP_RULES;
}

void smi_otp_policy_defaults(struct secmail_otp_policy *policy)
{
    for (int i = 0; i < SMI_OTP_RULES; i++)
        policy->value[i] = table[i].value;
}

int secmail_otp_policy_new(struct secmail_otp_policy **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = smi_alloc(smi_malloc_allocator(), sizeof **out);
    if (!*out)
        return SECMAIL_E_NOMEM;
    smi_otp_policy_defaults(*out);
    return 0;
}

void secmail_otp_policy_free(struct secmail_otp_policy *policy)
{
    smi_free(smi_malloc_allocator(), policy, sizeof *policy);
}

int secmail_otp_policy_set(struct secmail_otp_policy *policy, uint32_t rule, uint32_t value)
{
    if (!policy || !is_rule(rule) || value < table[rule].least || value > table[rule].greatest)
        return SECMAIL_E_ARGUMENT;
    policy->value[rule] = value;
    return 0;
}

int secmail_otp_policy_get(const struct secmail_otp_policy *policy, uint32_t rule, uint32_t *value)
{
    if (!value || !is_rule(rule))
        return SECMAIL_E_ARGUMENT;
    *value = policy ? policy->value[rule] : table[rule].value;
    return 0;
}

int secmail_otp_rule_bounds(uint32_t rule, uint32_t *least, uint32_t *greatest)
{
    if (!least || !greatest || !is_rule(rule))
        return SECMAIL_E_ARGUMENT;
    *least = table[rule].least;
    *greatest = table[rule].greatest;
    return 0;
}

const char *secmail_otp_rule_name(uint32_t rule)
{
    return is_rule(rule) ? table[rule].name : NULL;
}

static int64_t later(int64_t time, int64_t seconds)
{
    return time > INT64_MAX - seconds ? INT64_MAX : time + seconds;
}

/* Seconds from `from` to `to`; none if the clock was set back behind `from`. */
static uint64_t elapsed(int64_t from, int64_t to)
{
    return to > from ? (uint64_t)to - (uint64_t)from : 0;
}

void smi_otp_throttle_settle(struct smi_otp_throttle *t, const struct secmail_otp_policy *policy,
                             int64_t now)
{
    const uint32_t seconds = smi_otp_rule(policy, SECMAIL_OTP_RULE_FORGIVE_AFTER);
    /* After the clock was set back, nobody waits longer than a delay or a forgiveness takes. */
    if (t->failed_at > now)
        t->failed_at = now;
    if (t->forgiven_at > now)
        t->forgiven_at = now;
    if (!seconds || !t->strikes)
        return;
    const uint64_t forgiven = elapsed(t->forgiven_at, now) / seconds;
    if (forgiven >= t->strikes) {
        t->strikes = 0;
        return;
    }
    t->strikes -= (uint32_t)forgiven;
    t->forgiven_at += (int64_t)(forgiven * seconds);
}

static uint32_t delay_after(uint32_t failures, const struct secmail_otp_policy *policy)
{
    const uint32_t most = smi_otp_rule(policy, SECMAIL_OTP_RULE_DELAY_MAX);
    const uint32_t without = smi_otp_rule(policy, SECMAIL_OTP_RULE_FREE_FAILURES);
    if (failures <= without)
        return 0;
    uint64_t delay = smi_otp_rule(policy, SECMAIL_OTP_RULE_DELAY_FIRST);
    for (uint32_t n = failures - without; n > 1 && delay && delay < most; n--)
        delay *= 2;
    return delay < most ? (uint32_t)delay : most;
}

int64_t smi_otp_throttle_until(const struct smi_otp_throttle *t,
                               const struct secmail_otp_policy *policy, int64_t now, bool *locked)
{
    const uint32_t seconds = smi_otp_rule(policy, SECMAIL_OTP_RULE_FORGIVE_AFTER);
    const int64_t until = later(t->failed_at, delay_after(t->in_a_row, policy));
    const uint32_t limit = smi_otp_rule(policy, SECMAIL_OTP_RULE_LOCK_AFTER);
    *locked = t->strikes >= limit;
    if (*locked) {
        const uint64_t over = t->strikes - limit + 1;
        const int64_t unlock = seconds ? later(t->forgiven_at, (int64_t)(over * seconds))
                                       : INT64_MAX;
        return unlock > until ? unlock : until;
    }
    return t->in_a_row && until > now ? until : 0;
}

void smi_otp_throttle_fail(struct smi_otp_throttle *t, int64_t now)
{
    if (!t->strikes)
        t->forgiven_at = now;
    if (t->strikes < UINT32_MAX)
        t->strikes++;
    if (t->in_a_row < UINT32_MAX)
        t->in_a_row++;
    t->failed_at = now;
}

uint32_t smi_otp_throttle_left(const struct smi_otp_throttle *t,
                               const struct secmail_otp_policy *policy)
{
    const uint32_t limit = smi_otp_rule(policy, SECMAIL_OTP_RULE_LOCK_AFTER);
    return t->strikes < limit ? limit - t->strikes : 0;
}
