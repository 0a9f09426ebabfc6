/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state machine of codes: enrolment, confirmation, sign-in, resynchronisation.
 *
 *     slot.next   the least step or counter that may still be accepted: everything below it was
 *                 accepted, or lies before something that was
 */
#include "otp/account.h"

#include "otp/key.h"
#include "otp/text.h"

#include <stdlib.h>

int64_t smi_otp_enrolling_until(const struct smi_otp_slot *slot,
                                const struct secmail_otp_policy *policy)
{
    const uint32_t lifetime = smi_otp_rule(policy, SECMAIL_OTP_RULE_ENROLMENT_LIFETIME);
    return slot->begun_at > INT64_MAX - lifetime ? INT64_MAX : slot->begun_at + lifetime;
}

/* ---- Searching ---- */

/* Moves a step by the drift, not below 0. */
static uint64_t drifted(uint64_t step, int32_t drift)
{
    if (drift < 0)
        return step < (uint64_t) - (int64_t)drift ? 0 : step - (uint64_t) - (int64_t)drift;
    return step > UINT64_MAX - (uint64_t)drift ? UINT64_MAX : step + (uint64_t)drift;
}

/* The step or counter that is expected now. */
static int expected(const struct smi_otp_op *op, const struct smi_otp_slot *slot, uint64_t *center)
{
    if (slot->params.type == SECMAIL_OTP_HOTP) {
        *center = slot->next;
        return 0;
    }
    uint64_t step;
    int rc = smi_otp_step(op->context, &slot->params, op->now, &step);
    if (!rc)
        *center = drifted(step, slot->drift);
    return rc;
}

static struct smi_otp_range window(const struct smi_otp_op *op, const struct smi_otp_slot *slot,
                                   uint64_t center)
{
    const bool hotp = slot->params.type == SECMAIL_OTP_HOTP;
    return smi_otp_range(center, smi_otp_rule(op->policy, SECMAIL_OTP_RULE_WINDOW_BACK),
                         smi_otp_rule(op->policy, hotp ? SECMAIL_OTP_RULE_LOOK_AHEAD
                                                       : SECMAIL_OTP_RULE_WINDOW_FORWARD));
}

static struct smi_otp_range resync_range(const struct smi_otp_op *op,
                                         const struct smi_otp_slot *slot, uint64_t center)
{
    const uint32_t steps = smi_otp_rule(op->policy, SECMAIL_OTP_RULE_RESYNC_STEPS);
    const uint32_t back = slot->params.type == SECMAIL_OTP_HOTP ? 0 : steps;
    return smi_otp_range(center, back, steps + 1);
}

static int open_mac(const struct smi_otp_op *op, const struct smi_otp_slot *slot,
                    struct smi_otp_mac *mac)
{
    return smi_otp_mac_open(op->context, mac, &slot->params, slot->secret.data, slot->secret.size);
}

/* ---- Accepting ---- */

/* A code used at step `step` is used up, with all before it (RFC 6238 section 5.2). */
static void consume(struct smi_otp_slot *slot, uint64_t step, int64_t now)
{
    slot->next = step == UINT64_MAX ? step : step + 1;
    slot->accepted_at = now;
}

/*
 * Follows a clock that is off, but not a user who is slow: one late code says nothing, two in a row
 * on the same side of the middle move it by one step.
 */
static void follow(const struct smi_otp_op *op, struct smi_otp_slot *slot, uint64_t center,
                   uint64_t step)
{
    const int32_t most = (int32_t)smi_otp_rule(op->policy, SECMAIL_OTP_RULE_DRIFT_MAX);
    const int8_t side = step > center ? 1 : step < center ? -1 : 0;
    if (!side || slot->trend != side) {
        slot->trend = side;
        return;
    }
    slot->trend = 0;
    const int32_t drift = slot->drift + side;
    if (abs(drift) <= most || abs(drift) < abs(slot->drift))
        slot->drift = drift;
}

static void accept(struct smi_otp_op *op, struct smi_otp_slot *slot, uint64_t center, uint64_t step)
{
    consume(slot, step, op->now);
    if (slot->params.type == SECMAIL_OTP_TOTP)
        follow(op, slot, center, step);
}

/* ---- Enrolment ---- */

static struct smi_otp_slice text_slice(const char *text)
{
    return (struct smi_otp_slice){(const uint8_t *)text, (uint8_t)strlen(text)};
}

/* Enrolling the same secret once more doesn't make its codes fresh again. */
static uint64_t first_fresh(const struct smi_otp_slot *old, const struct smi_otp_slot *new,
                            uint64_t counter)
{
    const uint64_t first = new->params.type == SECMAIL_OTP_HOTP ? counter : 0;
    const bool same = old->present && old->params.type == new->params.type &&
                      old->params.period == new->params.period &&
                      old->params.t0 == new->params.t0 &&
                      old->secret.size == new->secret.size &&smi_equal(
                                              old->secret.data, new->secret.data, new->secret.size);
    return same && old->next > first ? old->next : first;
}

int secmail_otp_enrol(struct secmail_otp_account *account, const struct secmail_otp_key *key,
                      struct secmail_otp_result **out)
{
    struct smi_otp_op op;
    int rc = smi_otp_begin(&op, account, key, out);
    if (rc)
        return rc;
    rc = smi_otp_need_secret(key);
    if (rc)
        return smi_otp_finish(&op, rc, out);
    struct smi_otp_slot *slot = &op.state.enrolling;
    *slot = (struct smi_otp_slot){
        .present = true,
        .params = key->params,
        .secret = {secmail_secret_data(key->secret), (uint8_t)secmail_secret_size(key->secret)},
        .issuer = text_slice(key->issuer),
        .account = text_slice(key->account),
        .begun_at = op.now,
    };
    slot->next = first_fresh(&op.state.enrolled, slot, key->counter);
    op.changed = true;
    op.outcome.until = smi_otp_enrolling_until(slot, op.policy);
    return smi_otp_finish(&op, 0, out);
}

/* The enrolment that is open; otherwise the verdict EXPIRED, and what is left of it is removed. */
static struct smi_otp_slot *open_enrolment(struct smi_otp_op *op)
{
    struct smi_otp_slot *slot = &op->state.enrolling;
    const bool open = slot->present && op->now < smi_otp_enrolling_until(slot, op->policy) &&
                      slot->failures < smi_otp_rule(op->policy, SECMAIL_OTP_RULE_ENROLMENT_TRIES);
    if (open)
        return slot;
    op->changed = slot->present;
    memset(slot, 0, sizeof *slot);
    op->outcome.verdict = SECMAIL_OTP_EXPIRED;
    op->outcome.failures = op->outcome.failures_left = 0;
    op->outcome.until = 0;
    return NULL;
}

static void report_enrolment(struct smi_otp_op *op, const struct smi_otp_slot *slot)
{
    const uint32_t tries = smi_otp_rule(op->policy, SECMAIL_OTP_RULE_ENROLMENT_TRIES);
    op->outcome.failures = slot->failures;
    op->outcome.failures_left = tries - slot->failures;
    op->outcome.until = 0;
}

static void finish_enrolment(struct smi_otp_op *op, struct smi_otp_slot *slot, uint64_t center,
                             uint64_t step)
{
    report_enrolment(op, slot);
    accept(op, slot, center, step);
    slot->confirmed_at = op->now;
    op->state.enrolled = *slot;
    memset(slot, 0, sizeof *slot);
    op->changed = true;
}

static int confirm(struct smi_otp_op *op, const char *text)
{
    const struct smi_otp_code code = smi_otp_read_code(text);
    struct smi_otp_slot *slot = open_enrolment(op);
    if (!slot)
        return 0;
    if (code.digits != slot->params.digits) {
        report_enrolment(op, slot);
        op->outcome.verdict = SECMAIL_OTP_MALFORMED;
        return 0;
    }
    struct smi_otp_mac mac;
    uint64_t center;
    int rc = expected(op, slot, &center);
    if (!rc)
        rc = open_mac(op, slot, &mac);
    if (rc)
        return rc;
    const struct smi_otp_range range = window(op, slot, center);
    const struct smi_otp_found found = smi_otp_search(&mac, code.value, range, slot->next);
    smi_otp_mac_close(&mac);
    if (found.fresh >= 0) {
        finish_enrolment(op, slot, center, range.first + (uint64_t)found.fresh);
        return 0;
    }
    slot->failures++;
    report_enrolment(op, slot);
    op->outcome.verdict = SECMAIL_OTP_WRONG;
    op->changed = true;
    return 0;
}

int secmail_otp_confirm(struct secmail_otp_account *account, const char *code,
                        struct secmail_otp_result **out)
{
    struct smi_otp_op op;
    int rc = smi_otp_begin(&op, account, code, out);
    if (rc)
        return rc;
    rc = confirm(&op, code);
    return smi_otp_finish(&op, rc, out);
}

/* ---- Sign-in ---- */

/* What forbids to look at a code: no second factor, the throttle, or that it isn't one. */
static bool is_refused(struct smi_otp_op *op, struct smi_otp_code code)
{
    const struct smi_otp_slot *slot = &op->state.enrolled;
    if (!slot->present) {
        op->outcome.verdict = SECMAIL_OTP_NOT_ENROLLED;
        return true;
    }
    if (smi_otp_is_blocked(op, &op->state.codes))
        return true;
    if (code.digits == slot->params.digits)
        return false;
    op->outcome.verdict = SECMAIL_OTP_MALFORMED;
    return true;
}

static int verify(struct smi_otp_op *op, const char *text)
{
    const struct smi_otp_code code = smi_otp_read_code(text);
    if (is_refused(op, code))
        return 0;
    struct smi_otp_slot *slot = &op->state.enrolled;
    struct smi_otp_mac mac;
    uint64_t center;
    int rc = expected(op, slot, &center);
    if (!rc)
        rc = open_mac(op, slot, &mac);
    if (rc)
        return rc;
    const struct smi_otp_range range = window(op, slot, center);
    const struct smi_otp_found found = smi_otp_search(&mac, code.value, range, slot->next);
    smi_otp_mac_close(&mac);
    if (found.fresh >= 0) {
        accept(op, slot, center, range.first + (uint64_t)found.fresh);
        smi_otp_accepted(op, &op->state.codes);
    } else if (found.stale >= 0) {
        op->outcome.verdict = SECMAIL_OTP_REPLAYED;
    } else {
        smi_otp_wrong(op, &op->state.codes);
    }
    return 0;
}

int secmail_otp_verify(struct secmail_otp_account *account, const char *code,
                       struct secmail_otp_result **out)
{
    struct smi_otp_op op;
    int rc = smi_otp_begin(&op, account, code, out);
    if (rc)
        return rc;
    rc = verify(&op, code);
    return smi_otp_finish(&op, rc, out);
}

/* ---- Resynchronisation ---- */

/* RFC 6238 section 6: the step that was found "adjusted with the recorded number of time-step clock
 * drifts": here the drift is set to what two codes in a row prove, whatever DRIFT_MAX says. */
static void set_drift(struct smi_otp_slot *slot, uint64_t center, uint64_t step)
{
    const int64_t drift = slot->drift + (int64_t)(step - center);
    if (drift >= -SMI_OTP_MAX_DRIFT && drift <= SMI_OTP_MAX_DRIFT)
        slot->drift = (int32_t)drift;
    slot->trend = 0;
}

static int resync(struct smi_otp_op *op, const char *first_text, const char *second_text)
{
    const struct smi_otp_code first = smi_otp_read_code(first_text);
    const struct smi_otp_code second = smi_otp_read_code(second_text);
    if (is_refused(op, first.digits == second.digits ? first : (struct smi_otp_code){0, 0}))
        return 0;
    struct smi_otp_slot *slot = &op->state.enrolled;
    struct smi_otp_mac mac;
    uint64_t center;
    int rc = expected(op, slot, &center);
    if (!rc)
        rc = open_mac(op, slot, &mac);
    if (rc)
        return rc;
    const struct smi_otp_range range = resync_range(op, slot, center);
    const int32_t found = smi_otp_search_pair(&mac, first.value, second.value, range, slot->next);
    smi_otp_mac_close(&mac);
    if (found < 0) {
        smi_otp_wrong(op, &op->state.codes);
        return 0;
    }
    const uint64_t step = range.first + (uint64_t)found + 1;
    if (slot->params.type == SECMAIL_OTP_TOTP)
        set_drift(slot, center, step);
    consume(slot, step, op->now);
    smi_otp_accepted(op, &op->state.codes);
    return 0;
}

int secmail_otp_resync(struct secmail_otp_account *account, const char *first_code,
                       const char *second_code, struct secmail_otp_result **out)
{
    struct smi_otp_op op;
    int rc = smi_otp_begin(&op, account, first_code && second_code ? first_code : NULL, out);
    if (rc)
        return rc;
    rc = resync(&op, first_code, second_code);
    return smi_otp_finish(&op, rc, out);
}

/* ---- Administration ---- */

int secmail_otp_reset(struct secmail_otp_account *account, struct secmail_otp_result **out)
{
    struct smi_otp_op op;
    int rc = smi_otp_begin(&op, account, account, out);
    if (rc)
        return rc;
    memset(&op.state.codes, 0, sizeof op.state.codes);
    memset(&op.state.recovery_codes, 0, sizeof op.state.recovery_codes);
    op.outcome.until = 0;
    op.outcome.failures = 0;
    op.changed = true;
    return smi_otp_finish(&op, 0, out);
}

int secmail_otp_disable(struct secmail_otp_account *account, struct secmail_otp_result **out)
{
    struct smi_otp_op op;
    int rc = smi_otp_begin(&op, account, account, out);
    if (rc)
        return rc;
    memset(&op.state.enrolled, 0, sizeof op.state.enrolled);
    memset(&op.state.enrolling, 0, sizeof op.state.enrolling);
    memset(&op.state.recovery, 0, sizeof op.state.recovery);
    op.state.app_count = 0;
    op.changed = true;
    return smi_otp_finish(&op, 0, out);
}

int secmail_otp_rename(struct secmail_otp_account *account, const char *name,
                       struct secmail_otp_result **out)
{
    struct smi_otp_op op;
    int rc = smi_otp_begin(&op, account, name, out);
    if (rc)
        return rc;
    rc = smi_otp_check_text(op.context, "account's name", name, 1, SECMAIL_OTP_MAX_NAME);
    op.name = name;
    op.changed = true;
    return smi_otp_finish(&op, rc, out);
}

int secmail_otp_reseal(struct secmail_otp_account *account, struct secmail_otp_result **out)
{
    struct smi_otp_op op;
    int rc = smi_otp_begin(&op, account, account, out);
    if (rc)
        return rc;
    const struct secmail_otp_verifier *verifier = account->verifier;
    op.changed = account->key_id != verifier->keys[verifier->active].id;
    return smi_otp_finish(&op, 0, out);
}
