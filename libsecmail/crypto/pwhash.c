/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Argon2id through libsodium, bounded by the context's limits. */
#include "crypto/pwhash.h"

#include <sodium.h>

int smi_pwhash(struct secmail_context *context, const struct smi_pwhash_cost *cost,
               const uint8_t salt[SMI_PWHASH_SALT_SIZE], const void *password, size_t password_size,
               uint8_t *out, size_t size)
{
    const uint64_t work = (uint64_t)cost->memory_kib * cost->passes;
    if (cost->memory_kib > smi_limit(context, SECMAIL_LIMIT_ARGON2_MEMORY_KIB))
        return smi_over_limit(context, SECMAIL_LIMIT_ARGON2_MEMORY_KIB);
    if (work > smi_limit(context, SECMAIL_LIMIT_ARGON2_WORK))
        return smi_over_limit(context, SECMAIL_LIMIT_ARGON2_WORK);
    if (crypto_pwhash(out, size, password, password_size, salt, cost->passes,
                      (size_t)cost->memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0)
        return 0;
    smi_wipe(out, size);
    return smi_nomem(context);
}
