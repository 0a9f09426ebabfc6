/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of verification as a table, and the throttle that obeys them. */
#ifndef SMI_OTP_POLICY_H
#define SMI_OTP_POLICY_H

#include "core/context.h"

#include <secmail/otp.h>

enum { SMI_OTP_RULES = 18 };

struct secmail_otp_policy {
    uint32_t value[SMI_OTP_RULES]; /* indexed by enum secmail_otp_rule */
};

void smi_otp_policy_defaults(struct secmail_otp_policy *policy);

static inline uint32_t smi_otp_rule(const struct secmail_otp_policy *policy,
                                    enum secmail_otp_rule rule)
{
    return policy->value[rule];
}

/*
 * The failures of one kind of attempt. `in_a_row` makes the delay and ends with a success; strikes
 * make the lock and end only with time. What time has forgiven is worked out when it is needed, so
 * that a change of the policy holds at once.
 */
struct smi_otp_throttle {
    uint32_t in_a_row;
    uint32_t strikes;
    int64_t failed_at;   /* the last failure */
    int64_t forgiven_at; /* from when on the next forgiveness is counted */
};

/* Takes away the strikes that time has forgiven. */
void smi_otp_throttle_settle(struct smi_otp_throttle *t, const struct secmail_otp_policy *policy,
                             int64_t now);

/* When the next attempt is looked at: 0 for now, INT64_MAX for never without a reset. `locked` says
 * whether a lock is the reason. The throttle is settled before. */
int64_t smi_otp_throttle_until(const struct smi_otp_throttle *t,
                               const struct secmail_otp_policy *policy, int64_t now, bool *locked);

/* Counts a failure; the throttle is settled before. */
void smi_otp_throttle_fail(struct smi_otp_throttle *t, int64_t now);

/* Failures until the lock. */
uint32_t smi_otp_throttle_left(const struct smi_otp_throttle *t,
                               const struct secmail_otp_policy *policy);

#endif
