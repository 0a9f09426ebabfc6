/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Session keys as callers see them. */
#include "session_key.h"

int smi_session_key_export(struct secmail_context *context, const struct smi_session_key *key,
                           struct secmail_secret **out)
{
    *out = smi_secret_new(context, (size_t)key->size + 1);
    if (!*out)
        return smi_nomem(context);
    smi_secret_fill(*out)[0] = key->cipher;
    memcpy(smi_secret_fill(*out) + 1, key->key, key->size);
    return 0;
}

int smi_session_key_import(struct secmail_context *context, struct smi_session_key *key,
                           const struct secmail_secret *secret)
{
    const size_t size = secmail_secret_size(secret);
    const uint8_t *data = secmail_secret_data(secret);
    if (!size)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "the session key is empty");
    const size_t want = smi_cipher_key_size(data[0]);
    if (!want)
        return smi_fail(context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "the session key is for the cipher %u, which is not supported", data[0]);
    if (size - 1 != want)
        return smi_fail(context, SECMAIL_E_ARGUMENT,
                        "a session key for %s has %zu bytes, but %zu were given",
                        smi_cipher_name(data[0]), want, size - 1);
    *key = (struct smi_session_key){
        .cipher = data[0], .generation = SMI_FOR_ANY, .size = (uint8_t)want};
    memcpy(key->key, data + 1, want);
    return 0;
}

uint16_t smi_octet_sum(const uint8_t *key, size_t size)
{
    uint16_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint16_t)(sum + key[i]);
    return sum;
}
