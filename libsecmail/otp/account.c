/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots of stored states: opening and reading. */
#include "otp/account.h"

#include "otp/key.h"
#include "otp/text.h"

static void account_free(struct secmail_otp_account *account)
{
    secmail_secret_free(account->body);
    smi_otp_free_text(account->context, account->name);
    smi_free(&account->context->mem, account, sizeof *account);
}

void secmail_otp_account_free(struct secmail_otp_account *account)
{
    if (account)
        account_free(account);
}

/* An account without a state is one whose state is all zero, under the active key. */
static int open_state(struct secmail_otp_account *account, const uint8_t *data, size_t size)
{
    const struct secmail_otp_verifier *verifier = account->verifier;
    struct secmail_context *context = account->context;
    if (!size) {
        account->key_id = verifier->keys[verifier->active].id;
        return 0;
    }
    int rc = smi_otp_state_head(context, data, size, &account->key_id);
    if (rc)
        return rc;
    const uint8_t *key = smi_otp_find_key(verifier, account->key_id);
    if (!key)
        return smi_otp_no_key(context, account->key_id);
    return smi_otp_state_open(context, key, account->name, data, size, &account->body,
                              &account->state);
}

static int account_new(struct secmail_otp_verifier *verifier, const char *name,
                       struct secmail_otp_account **out)
{
    struct secmail_context *context = verifier->context;
    struct secmail_otp_account *account = smi_zalloc(&context->mem, sizeof *account);
    if (!account)
        return smi_nomem(context);
    account->verifier = verifier;
    account->context = context;
    account->name = smi_otp_copy_text(context, name, strlen(name));
    if (!account->name) {
        account_free(account);
        return smi_nomem(context);
    }
    *out = account;
    return 0;
}

int secmail_otp_account_open(struct secmail_otp_verifier *verifier,
                             struct secmail_otp_account **out, const char *name,
                             const uint8_t *state, size_t size)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!verifier)
        return SECMAIL_E_ARGUMENT;
    struct secmail_context *context = verifier->context;
    smi_enter(context);
    if (!name || (!state && size))
        return smi_fail(context, SECMAIL_E_ARGUMENT, "the account's name or state is NULL");
    if (!verifier->key_count)
        return smi_fail(context, SECMAIL_E_STATE, "the verifier has no sealing key");
    int rc = smi_otp_check_text(context, "account's name", name, 1, SECMAIL_OTP_MAX_NAME);
    if (rc)
        return rc;
    struct secmail_otp_account *account = NULL;
    rc = account_new(verifier, name, &account);
    if (rc)
        return rc;
    rc = open_state(account, state, size);
    if (rc) {
        account_free(account);
        return rc;
    }
    *out = account;
    return 0;
}

bool smi_otp_give(void *to, const void *from, size_t size)
{
    size_t room;
    memcpy(&room, to, sizeof room);
    if (room < size)
        return false;
    memset(to, 0, room);
    memcpy(to, from, size);
    memcpy(to, &room, sizeof room);
    return true;
}

static void describe_keys(const struct smi_otp_state *s, const struct secmail_otp_policy *policy,
                          struct secmail_otp_info *info)
{
    info->enrolled = s->enrolled.present;
    info->enrolling = s->enrolling.present;
    if (s->enrolling.present)
        info->enrolling_until = smi_otp_enrolling_until(&s->enrolling, policy);
    if (!s->enrolled.present)
        return;
    info->confirmed_at = s->enrolled.confirmed_at;
    info->accepted_at = s->enrolled.accepted_at;
    info->type = s->enrolled.params.type;
    info->digits = s->enrolled.params.digits;
    info->drift = s->enrolled.drift;
}

static void describe_throttles(const struct smi_otp_state *s,
                               const struct secmail_otp_policy *policy, int64_t now,
                               struct secmail_otp_info *info)
{
    struct smi_otp_throttle codes = s->codes, recovery = s->recovery_codes;
    bool locked;
    smi_otp_throttle_settle(&codes, policy, now);
    smi_otp_throttle_settle(&recovery, policy, now);
    info->failures = codes.in_a_row;
    info->strikes = codes.strikes;
    info->blocked_until = smi_otp_throttle_until(&codes, policy, now, &locked);
    info->locked = locked;
    info->recovery_blocked_until = smi_otp_throttle_until(&recovery, policy, now, &locked);
    info->recovery_locked = locked;
}

int secmail_otp_account_info(struct secmail_otp_account *account, struct secmail_otp_info *info)
{
    if (!account)
        return SECMAIL_E_ARGUMENT;
    struct secmail_context *context = account->context;
    smi_enter(context);
    if (!info)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "info is NULL");
    const struct smi_otp_state *s = &account->state;
    const struct secmail_otp_verifier *verifier = account->verifier;
    struct secmail_otp_info all = {
        .recovery_made_at = s->recovery.made_at,
        .recovery_total = s->recovery.count,
        .recovery_left = smi_otp_recovery_left(&s->recovery),
        .app_passwords = s->app_count,
        .sealing_key = account->key_id,
        .needs_reseal = account->key_id != verifier->keys[verifier->active].id,
        .generation = s->generation,
    };
    describe_keys(s, &verifier->policy, &all);
    describe_throttles(s, &verifier->policy, smi_now(context), &all);
    if (!smi_otp_give(info, &all, sizeof all))
        return smi_fail(context, SECMAIL_E_ARGUMENT, "info->size isn't set");
    return 0;
}

int secmail_otp_account_key(struct secmail_otp_account *account, uint32_t which,
                            struct secmail_otp_key **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!account)
        return SECMAIL_E_ARGUMENT;
    struct secmail_context *context = account->context;
    smi_enter(context);
    if (which != SECMAIL_OTP_ENROLLED && which != SECMAIL_OTP_ENROLLING)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "there is no key %u of an account", which);
    const struct smi_otp_slot *slot = which == SECMAIL_OTP_ENROLLED ? &account->state.enrolled
                                                                    : &account->state.enrolling;
    if (!slot->present)
        return smi_fail(context, SECMAIL_E_OTP_NOT_ENROLLED, "%s has no %s second factor",
                        account->name, which == SECMAIL_OTP_ENROLLED ? "confirmed" : "waiting");
    return smi_otp_key_from_slot(context, out, slot);
}

int secmail_otp_account_app_password(struct secmail_otp_account *account, size_t index,
                                     struct secmail_otp_app_password *entry)
{
    if (!account)
        return SECMAIL_E_ARGUMENT;
    struct secmail_context *context = account->context;
    smi_enter(context);
    if (!entry)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "entry is NULL");
    if (index >= account->state.app_count)
        return smi_fail(context, SECMAIL_E_OTP_NO_SUCH_ENTRY, "%s has %u app passwords",
                        account->name, account->state.app_count);
    const struct smi_otp_app *app = &account->state.app[index];
    const struct secmail_otp_app_password all = {
        .id = app->id,
        .created_at = app->created_at,
        .expires_at = app->expires_at,
        .used_at = app->used_at,
        .label = (const char *)app->label.data,
        .scope = (const char *)app->scope.data,
    };
    if (!smi_otp_give(entry, &all, sizeof all))
        return smi_fail(context, SECMAIL_E_ARGUMENT, "entry->size isn't set");
    return 0;
}
