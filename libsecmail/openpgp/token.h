/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secrets that are elsewhere: the private operations of keys, done by the caller's callbacks. */
#ifndef SMI_OPENPGP_TOKEN_H
#define SMI_OPENPGP_TOKEN_H

#include "core/context.h"
#include "verify/public_key.h"

#include <secmail/openpgp.h>
#include <stdatomic.h>

struct smi_token {
    struct secmail_allocator mem;
    atomic_uint refs;
    struct secmail_token calls;
};

/* What holds the secret of a key: this process, or a token; neither, if it is locked or absent. */
struct smi_private {
    const struct secmail_secret *secret;
    const struct smi_token *token;
};

static inline bool smi_private_is_there(const struct smi_private *p)
{
    return p->secret || p->token;
}

/* SECMAIL_E_ARGUMENT, SECMAIL_E_NOMEM. */
int smi_token_new(struct secmail_context *context, const struct secmail_token *calls,
                  struct smi_token **out);
struct smi_token *smi_token_ref(struct smi_token *token);
void smi_token_unref(struct smi_token *token);

bool smi_token_has(const struct smi_token *token, const struct smi_public_key *key);

/* Appends the algorithm's fields of a signature (section 5.2.3), which the caller has to check
 * against the key: SECMAIL_E_TOKEN, SECMAIL_E_NOMEM. */
int smi_token_sign(struct secmail_context *context, const struct smi_token *token,
                   const struct smi_public_key *key, uint8_t hash, const uint8_t *digest,
                   struct smi_buf *fields);

/* What the key has in common with `point`: exactly `size` bytes. SECMAIL_E_TOKEN. */
int smi_token_agree(struct secmail_context *context, const struct smi_token *token,
                    const struct smi_public_key *key, const struct smi_number *point,
                    uint8_t *shared, size_t size);

/* What was encrypted to an RSA key, without its padding. *size is the room, then what is used;
 * nothing is changed where the token refuses the data. SECMAIL_E_TOKEN. */
int smi_token_decrypt(struct secmail_context *context, const struct smi_token *token,
                      const struct smi_public_key *key, const struct smi_number *encrypted,
                      uint8_t *clear, size_t *size);

#endif
