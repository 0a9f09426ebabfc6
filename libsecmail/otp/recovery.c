/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Recovery codes. One salt serves the set, so that an attempt costs one Argon2id computation,
 * whichever code it is; the random part of 75 bits leaves an attacker who has opened the seal
 * nothing to gain from the ten targets.
 */
#include "otp/account.h"

#include "core/secret.h"
#include "otp/token.h"

enum { CHARACTERS = 16 };

uint32_t smi_otp_recovery_left(const struct smi_otp_recovery *recovery)
{
    uint32_t left = 0;
    for (size_t i = 0; i < recovery->count; i++)
        left += recovery->entry[i].used_at == 0;
    return left;
}

static int hash(struct secmail_context *context, const struct smi_otp_recovery *set,
                const struct smi_otp_token *token, uint8_t out[SMI_OTP_HASH_SIZE])
{
    return smi_pwhash(context, &set->cost, set->salt, token->text, token->size, out,
                      SMI_OTP_HASH_SIZE);
}

static int add_code(struct smi_otp_op *op, struct smi_otp_recovery *set)
{
    struct smi_otp_token token;
    int rc = smi_otp_token_make(op->context, &token, CHARACTERS);
    if (!rc)
        rc = hash(op->context, set, &token, set->entry[set->count].hash);
    if (!rc)
        smi_otp_token_write(&token, false,
                            (char *)smi_secret_fill(op->secrets) + set->count * op->secret_size);
    set->count++;
    smi_wipe(&token, sizeof token);
    return rc;
}

static int generate(struct smi_otp_op *op)
{
    const uint32_t count = smi_otp_rule(op->policy, SECMAIL_OTP_RULE_RECOVERY_CODES);
    struct smi_otp_recovery *set = &op->state.recovery;
    if (!op->state.enrolled.present)
        return smi_fail(op->context, SECMAIL_E_OTP_NOT_ENROLLED,
                        "%s needs a confirmed second factor before recovery codes",
                        op->account->name);
    *set = (struct smi_otp_recovery){
        .made_at = op->now,
        .cost = {smi_otp_rule(op->policy, SECMAIL_OTP_RULE_ARGON2_MEMORY_KIB),
                 smi_otp_rule(op->policy, SECMAIL_OTP_RULE_ARGON2_PASSES)},
    };
    op->secret_size = smi_otp_token_text_size(CHARACTERS);
    op->secrets = smi_secret_new(op->context, count * op->secret_size);
    if (!op->secrets)
        return smi_nomem(op->context);
    int rc = smi_random(op->context, set->salt, sizeof set->salt);
    for (uint32_t i = 0; i < count && !rc; i++)
        rc = add_code(op, set);
    op->changed = true;
    return rc;
}

int secmail_otp_recovery_generate(struct secmail_otp_account *account,
                                  struct secmail_otp_result **out)
{
    struct smi_otp_op op;
    int rc = smi_otp_begin(&op, account, account, out);
    if (rc)
        return rc;
    rc = generate(&op);
    return smi_otp_finish(&op, rc, out);
}

/* Compares with every entry; the place of the equal one, or the number of entries. */
static size_t find(const struct smi_otp_recovery *set, const uint8_t digest[SMI_OTP_HASH_SIZE])
{
    size_t found = set->count;
    for (size_t i = 0; i < set->count; i++) {
        if (smi_equal(set->entry[i].hash, digest, SMI_OTP_HASH_SIZE))
            found = i;
    }
    return found;
}

static void decide(struct smi_otp_op *op, size_t found)
{
    struct smi_otp_recovery *set = &op->state.recovery;
    if (found == set->count) {
        smi_otp_wrong(op, &op->state.recovery_codes);
    } else if (set->entry[found].used_at) {
        op->outcome.verdict = SECMAIL_OTP_REPLAYED;
    } else {
        set->entry[found].used_at = op->now ? op->now : 1;
        smi_otp_accepted(op, &op->state.recovery_codes);
        op->state.codes.in_a_row = 0;
    }
}

static int verify(struct smi_otp_op *op, const char *text)
{
    struct smi_otp_token token;
    uint8_t digest[SMI_OTP_HASH_SIZE];
    if (!op->state.recovery.count) {
        op->outcome.verdict = SECMAIL_OTP_NOT_ENROLLED;
        return 0;
    }
    if (smi_otp_is_blocked(op, &op->state.recovery_codes))
        return 0;
    if (!smi_otp_token_read(&token, CHARACTERS, text)) {
        op->outcome.verdict = SECMAIL_OTP_MALFORMED;
        return 0;
    }
    int rc = hash(op->context, &op->state.recovery, &token, digest);
    if (!rc)
        decide(op, find(&op->state.recovery, digest));
    smi_wipe(&token, sizeof token);
    smi_wipe(digest, sizeof digest);
    return rc;
}

int secmail_otp_recovery_verify(struct secmail_otp_account *account, const char *code,
                                struct secmail_otp_result **out)
{
    struct smi_otp_op op;
    int rc = smi_otp_begin(&op, account, code, out);
    if (rc)
        return rc;
    rc = verify(&op, code);
    return smi_otp_finish(&op, rc, out);
}
