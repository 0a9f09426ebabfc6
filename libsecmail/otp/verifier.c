/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verifier: sealing keys and policy. */
#include "otp/account.h"

int secmail_otp_verifier_new(struct secmail_context *context, struct secmail_otp_verifier **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!smi_enter(context))
        return SECMAIL_E_ARGUMENT;
    struct secmail_otp_verifier *verifier = smi_zalloc(&context->mem, sizeof *verifier);
    if (!verifier)
        return smi_nomem(context);
    verifier->context = context;
    smi_otp_policy_defaults(&verifier->policy);
    *out = verifier;
    return 0;
}

void secmail_otp_verifier_free(struct secmail_otp_verifier *verifier)
{
    if (!verifier)
        return;
    const struct secmail_allocator *mem = &verifier->context->mem;
    for (size_t i = 0; i < verifier->key_count; i++)
        secmail_secret_free(verifier->keys[i].key);
    smi_free(mem, verifier->keys, verifier->key_room * sizeof *verifier->keys);
    smi_free(mem, verifier, sizeof *verifier);
}

int secmail_otp_verifier_add_key(struct secmail_otp_verifier *verifier, uint32_t id,
                                 const uint8_t *key, size_t size)
{
    if (!verifier)
        return SECMAIL_E_ARGUMENT;
    struct secmail_context *context = verifier->context;
    smi_enter(context);
    if (!key || size != SECMAIL_OTP_SEALING_KEY_SIZE)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "a sealing key has %d bytes, not %zu",
                        SECMAIL_OTP_SEALING_KEY_SIZE, size);
    if (smi_otp_find_key(verifier, id))
        return smi_fail(context, SECMAIL_E_ARGUMENT, "there is a sealing key %u already", id);
    if (!smi_grow(&context->mem, &verifier->keys, &verifier->key_room, verifier->key_count + 1,
                  sizeof *verifier->keys))
        return smi_nomem(context);
    struct secmail_secret *copy;
    int rc = secmail_secret_new(context, &copy, key, size);
    if (rc)
        return rc;
    verifier->keys[verifier->key_count++] = (struct smi_otp_sealing_key){id, copy};
    return 0;
}

const uint8_t *smi_otp_find_key(const struct secmail_otp_verifier *verifier, uint32_t id)
{
    for (size_t i = 0; i < verifier->key_count; i++) {
        if (verifier->keys[i].id == id)
            return secmail_secret_data(verifier->keys[i].key);
    }
    return NULL;
}

int smi_otp_no_key(struct secmail_context *context, uint32_t id)
{
    return smi_fail(context, SECMAIL_E_OTP_STATE_KEY, "the verifier has no sealing key %u", id);
}

int secmail_otp_verifier_set_active_key(struct secmail_otp_verifier *verifier, uint32_t id)
{
    if (!verifier)
        return SECMAIL_E_ARGUMENT;
    smi_enter(verifier->context);
    for (size_t i = 0; i < verifier->key_count; i++) {
        if (verifier->keys[i].id != id)
            continue;
        verifier->active = i;
        return 0;
    }
    return smi_otp_no_key(verifier->context, id);
}

int secmail_otp_verifier_set_policy(struct secmail_otp_verifier *verifier,
                                    const struct secmail_otp_policy *policy)
{
    if (!verifier)
        return SECMAIL_E_ARGUMENT;
    smi_enter(verifier->context);
    if (policy)
        verifier->policy = *policy;
    else
        smi_otp_policy_defaults(&verifier->policy);
    return 0;
}
