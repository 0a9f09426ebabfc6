/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame of operations, and results that keep their outcome back until the state is stored. */
#include "otp/account.h"

struct secmail_otp_result {
    struct secmail_context *context;
    struct secmail_bytes *state;
    bool open; /* may the outcome be read? */
    struct secmail_otp_outcome outcome;
    struct secmail_secret *secrets;
    size_t secret_size;
};

static void report_throttle(struct smi_otp_op *op, const struct smi_otp_throttle *throttle)
{
    bool locked;
    op->outcome.failures = throttle->in_a_row;
    op->outcome.failures_left = smi_otp_throttle_left(throttle, op->policy);
    op->outcome.until = smi_otp_throttle_until(throttle, op->policy, op->now, &locked);
}

int smi_otp_begin(struct smi_otp_op *op, struct secmail_otp_account *account, const void *argument,
                  struct secmail_otp_result **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!account)
        return SECMAIL_E_ARGUMENT;
    struct secmail_context *context = account->context;
    smi_enter(context);
    if (!argument)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "an argument is NULL");
    *op = (struct smi_otp_op){
        .account = account,
        .context = context,
        .policy = &account->verifier->policy,
        .now = smi_now(context),
        .name = account->name,
        .state = account->state,
        .outcome = {.verdict = SECMAIL_OTP_ACCEPTED},
    };
    smi_otp_throttle_settle(&op->state.codes, op->policy, op->now);
    smi_otp_throttle_settle(&op->state.recovery_codes, op->policy, op->now);
    report_throttle(op, &op->state.codes);
    return 0;
}

static int make_result(struct smi_otp_op *op, struct secmail_otp_result **out)
{
    struct secmail_otp_result *result = smi_zalloc(&op->context->mem, sizeof *result);
    if (!result)
        return smi_nomem(op->context);
    result->context = op->context;
    result->outcome = op->outcome;
    result->open = !op->changed;
    const struct secmail_otp_verifier *verifier = op->account->verifier;
    const struct smi_otp_sealing_key *key = &verifier->keys[verifier->active];
    int rc = 0;
    if (op->changed) {
        op->state.generation++;
        rc = smi_otp_state_seal(op->context, secmail_secret_data(key->key), key->id, op->name,
                                &op->state, &result->state);
    }
    if (rc) {
        smi_free(&op->context->mem, result, sizeof *result);
        return rc;
    }
    result->secrets = op->secrets;
    result->secret_size = op->secret_size;
    op->secrets = NULL;
    *out = result;
    return 0;
}

int smi_otp_finish(struct smi_otp_op *op, int rc, struct secmail_otp_result **out)
{
    op->outcome.drift = op->state.enrolled.drift;
    op->outcome.recovery_left = smi_otp_recovery_left(&op->state.recovery);
    if (!rc)
        rc = make_result(op, out);
    secmail_secret_free(op->secrets);
    smi_wipe(op, sizeof *op);
    return rc;
}

bool smi_otp_is_blocked(struct smi_otp_op *op, struct smi_otp_throttle *throttle)
{
    bool locked;
    const int64_t until = smi_otp_throttle_until(throttle, op->policy, op->now, &locked);
    report_throttle(op, throttle);
    if (!until)
        return false;
    op->outcome.verdict = locked ? SECMAIL_OTP_LOCKED : SECMAIL_OTP_THROTTLED;
    return true;
}

void smi_otp_wrong(struct smi_otp_op *op, struct smi_otp_throttle *throttle)
{
    smi_otp_throttle_fail(throttle, op->now);
    report_throttle(op, throttle);
    op->outcome.verdict = SECMAIL_OTP_WRONG;
    op->changed = true;
}

void smi_otp_accepted(struct smi_otp_op *op, struct smi_otp_throttle *throttle)
{
    op->outcome.failures = throttle->in_a_row;
    throttle->in_a_row = 0;
    op->outcome.failures_left = smi_otp_throttle_left(throttle, op->policy);
    op->outcome.until = 0;
    op->outcome.verdict = SECMAIL_OTP_ACCEPTED;
    op->changed = true;
}

const char *secmail_otp_verdict_name(uint32_t verdict)
{
    static const char *const names[] = {
        [SECMAIL_OTP_ACCEPTED] = "accepted",
        [SECMAIL_OTP_WRONG] = "wrong",
        [SECMAIL_OTP_REPLAYED] = "replayed",
        [SECMAIL_OTP_THROTTLED] = "throttled",
        [SECMAIL_OTP_LOCKED] = "locked",
        [SECMAIL_OTP_EXPIRED] = "expired",
        [SECMAIL_OTP_NOT_ENROLLED] = "not-enrolled",
        [SECMAIL_OTP_MALFORMED] = "malformed",
        [SECMAIL_OTP_OUT_OF_SCOPE] = "out-of-scope",
    };
    return verdict < sizeof names / sizeof names[0] ? names[verdict] : NULL;
}

const struct secmail_bytes *secmail_otp_result_state(const struct secmail_otp_result *result)
{
    return result ? result->state : NULL;
}

int secmail_otp_result_stored(struct secmail_otp_result *result)
{
    if (!result)
        return SECMAIL_E_ARGUMENT;
    smi_enter(result->context);
    result->open = true;
    return 0;
}

static int check_open(const struct secmail_otp_result *result)
{
    if (result->open)
        return 0;
    return smi_fail(result->context, SECMAIL_E_OTP_NOT_STORED,
                    "store secmail_otp_result_state() by compare-and-set, then call "
                    "secmail_otp_result_stored()");
}

int secmail_otp_result_outcome(struct secmail_otp_result *result,
                               struct secmail_otp_outcome *outcome)
{
    if (!result)
        return SECMAIL_E_ARGUMENT;
    smi_enter(result->context);
    if (!outcome)
        return smi_fail(result->context, SECMAIL_E_ARGUMENT, "outcome is NULL");
    int rc = check_open(result);
    if (rc)
        return rc;
    if (!smi_otp_give(outcome, &result->outcome, sizeof result->outcome))
        return smi_fail(result->context, SECMAIL_E_ARGUMENT, "outcome->size isn't set");
    return 0;
}

int secmail_otp_result_secret(struct secmail_otp_result *result, size_t index, const char **text)
{
    if (!result || !text)
        return SECMAIL_E_ARGUMENT;
    smi_enter(result->context);
    int rc = check_open(result);
    if (rc)
        return rc;
    *text = NULL;
    if (result->secrets && index < secmail_secret_size(result->secrets) / result->secret_size)
        *text = (const char *)secmail_secret_data(result->secrets) + index * result->secret_size;
    return 0;
}

void secmail_otp_result_free(struct secmail_otp_result *result)
{
    if (!result)
        return;
    secmail_bytes_free(result->state);
    secmail_secret_free(result->secrets);
    const struct secmail_allocator mem = result->context->mem;
    smi_free(&mem, result, sizeof *result);
}
