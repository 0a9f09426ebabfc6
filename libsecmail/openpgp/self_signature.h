/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signatures of a key over its own certificate: what stands in them, and making them. */
#ifndef SMI_OPENPGP_SELF_SIGNATURE_H
#define SMI_OPENPGP_SELF_SIGNATURE_H

#include "signer.h"

/* Subpackets that every signature of a key begins with. */
void smi_self_begin(struct smi_buf *hashed, const struct smi_public_key *issuer, uint32_t created);

/* enum secmail_key_flags (section 5.2.3.29). */
void smi_self_flags(struct smi_buf *hashed, uint8_t flags);

/* Seconds from the key's creation to its expiration; nothing for 0, which means never. */
void smi_self_lifetime(struct smi_buf *hashed, uint32_t seconds);

/* Not for others (section 5.2.3.19): critical, so that older software doesn't pass it on. */
void smi_self_local(struct smi_buf *hashed);

/* What this library announces for keys of a version: features (section 5.2.3.32) alone, and with
 * the preferred algorithms. */
uint8_t smi_self_features(uint8_t version);
void smi_self_preferences(struct smi_buf *hashed, uint8_t version);

/* The back-signature: the subkey signs the primary key in return (section 5.2.1.9). */
int smi_self_back_signature(struct secmail_context *context, struct smi_buf *hashed,
                            const struct smi_signer *subkey, const struct smi_signed_object *object,
                            uint32_t created);

/* Signs and appends the packet; `hashed` is used up. */
int smi_self_sign(struct secmail_context *context, const struct smi_signer *signer, uint8_t type,
                  struct smi_buf *hashed, const struct smi_signed_object *object,
                  struct smi_buf *packets);

#endif
