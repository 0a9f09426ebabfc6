/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Accounts, and the frame of every operation on one: begin() copies the state, the operation
 * changes the copy and fills the outcome, finish() seals the copy and makes the result.
 */
#ifndef SMI_OTP_ACCOUNT_H
#define SMI_OTP_ACCOUNT_H

#include "otp/state.h"

struct smi_otp_sealing_key {
    uint32_t id;
    struct secmail_secret *key;
};

struct secmail_otp_verifier {
    struct secmail_context *context;
    struct secmail_otp_policy policy;
    struct smi_otp_sealing_key *keys;
    size_t key_count, key_room;
    size_t active;
};

struct secmail_otp_account {
    struct secmail_otp_verifier *verifier;
    struct secmail_context *context;
    char *name;
    struct secmail_secret *body; /* what `state` points into; NULL for a new account */
    struct smi_otp_state state;
    uint32_t key_id;
};

/* The sealing key with this number; NULL if there is none. */
const uint8_t *smi_otp_find_key(const struct secmail_otp_verifier *verifier, uint32_t id);

/* Records SECMAIL_E_OTP_STATE_KEY. */
int smi_otp_no_key(struct secmail_context *context, uint32_t id);

/* An operation under way. */
struct smi_otp_op {
    struct secmail_otp_account *account;
    struct secmail_context *context;
    const struct secmail_otp_policy *policy;
    int64_t now;
    const char *name;           /* for which the new state is sealed */
    struct smi_otp_state state; /* the new state */
    bool changed;
    struct secmail_otp_outcome outcome;
    struct secmail_secret *secrets; /* texts for the result; transferred to it */
    size_t secret_size;             /* bytes of each, with its NUL */
};

/* Checks the arguments of an operation, which are all that a NULL may stand for; enters the
 * context. 0 or SECMAIL_E_ARGUMENT. */
int smi_otp_begin(struct smi_otp_op *op, struct secmail_otp_account *account, const void *argument,
                  struct secmail_otp_result **out);

/*
 * Ends an operation: `rc` is what it came to. Fills what every outcome has, seals the new state if
 * it changed, makes the result; wipes the operation in any case.
 */
int smi_otp_finish(struct smi_otp_op *op, int rc, struct secmail_otp_result **out);

/* Sets the verdict of an attempt that isn't looked at; true if the throttle forbids it. */
bool smi_otp_is_blocked(struct smi_otp_op *op, struct smi_otp_throttle *throttle);

/* The verdict WRONG, counted. */
void smi_otp_wrong(struct smi_otp_op *op, struct smi_otp_throttle *throttle);

/* The verdict ACCEPTED; ends the delay. */
void smi_otp_accepted(struct smi_otp_op *op, struct smi_otp_throttle *throttle);

/* Recovery codes that aren't used. */
uint32_t smi_otp_recovery_left(const struct smi_otp_recovery *recovery);

/* Fills a size-prefixed structure of the caller; what a later version of it has more is zeroed.
 * False if it is smaller than ours. */
bool smi_otp_give(void *to, const void *from, size_t size);

#endif
