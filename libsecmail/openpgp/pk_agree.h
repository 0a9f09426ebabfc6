/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Session keys wrapped with a key that both sides agree on: ECDH, X25519, X448 (RFC 9580 sections
 * 5.1.5 to 5.1.7 and 11.5). */
#ifndef SMI_OPENPGP_PK_AGREE_H
#define SMI_OPENPGP_PK_AGREE_H

#include "session_key.h"
#include "token.h"

/* Opens the fields of a PKESK packet of this version: *opened tells whether it was for the key.
 * SECMAIL_E_WEAK_POINT, and failures of other kinds. */
int smi_agree_open(struct secmail_context *context, uint8_t version, struct smi_cursor fields,
                   const struct smi_public_key *key, const struct smi_private *secret,
                   struct smi_session_key *session_key, bool *opened);

/* Writes the fields. SECMAIL_E_WEAK_POINT, SECMAIL_E_RANDOM, SECMAIL_E_NOMEM. */
int smi_agree_write(struct secmail_context *context, struct smi_buf *b,
                    const struct smi_public_key *key, const struct smi_session_key *session_key);

#endif
