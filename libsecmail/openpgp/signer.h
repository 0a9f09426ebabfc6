/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making signatures with a key at hand: over keys and user IDs, and over documents in two steps,
 * with the data in between. */
#ifndef SMI_OPENPGP_SIGNER_H
#define SMI_OPENPGP_SIGNER_H

#include "key.h"
#include "verify/one_pass.h"
#include "verify/policy.h"

/* A key that signs. */
struct smi_signer {
    const struct smi_public_key *public_key;
    struct smi_private secret;
};

enum { SMI_SALT_MAX = 32 };

/* The context's time, if it fits a packet: SECMAIL_E_CLOCK. */
int smi_packet_time(struct secmail_context *context, uint32_t *time);

/* The index-th key as signer, if its secret is open. SECMAIL_E_KEY_LOCKED,
 * SECMAIL_E_SECRET_ABSENT, SECMAIL_E_UNSUPPORTED_ALGORITHM. */
int smi_key_signer(struct secmail_context *context, const struct secmail_key *key, size_t index,
                   struct smi_signer *signer);

/* The context's time for a signature by a key, which must not be younger: SECMAIL_E_CLOCK. */
int smi_signing_time(struct secmail_context *context, const struct smi_public_key *key,
                     uint32_t *time);

/* Signs `object` and appends the signature's body (no packet header). */
int smi_sign_object(struct secmail_context *context, const struct smi_signer *signer, uint8_t type,
                    const struct smi_buf *hashed, const struct smi_signed_object *object,
                    struct smi_buf *body);

/* A signature over a document, between its beginning and its end. */
struct smi_document_signature {
    struct secmail_key *key; /* a reference */
    struct smi_signer signer;
    uint8_t type;
    uint8_t salt[SMI_SALT_MAX];
    uint8_t salt_size;
    struct smi_signed_hash hash;
};

/* Picks the first key that is valid under the policy and may sign. SECMAIL_E_KEY_LOCKED,
 * SECMAIL_E_CANNOT_SIGN, SECMAIL_E_KEY_EXPIRED, _KEY_REVOKED, _KEY_INVALID, _POLICY,
 * SECMAIL_E_UNSUPPORTED_ALGORITHM. */
int smi_document_signature_open(struct secmail_context *context, struct smi_document_signature *s,
                                struct secmail_key *key, const struct secmail_policy *policy,
                                bool text);
void smi_document_signature_close(struct smi_document_signature *s);

/* The one-pass packet that announces it; `last` if no other follows. */
void smi_document_signature_announce(const struct smi_document_signature *s, bool last,
                                     struct smi_buf *b);

/* Signs what was hashed and appends the whole signature packet. `recipients` are named as intended
 * recipients (section 5.2.3.36). */
int smi_document_signature_finish(struct secmail_context *context, struct smi_document_signature *s,
                                  struct secmail_cert *const *recipients, size_t count,
                                  struct smi_buf *b);

#endif
