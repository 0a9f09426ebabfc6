/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Session keys encrypted as they are: RSA, and for old messages ElGamal (RFC 9580 sections 5.1.3
 * and 5.1.4). */
#ifndef SMI_OPENPGP_PK_TRANSPORT_H
#define SMI_OPENPGP_PK_TRANSPORT_H

#include "session_key.h"
#include "token.h"

/*
 * Opens the fields of a PKESK packet of this version. *opened is false if they are none for a key
 * of this size. Else it is true, whatever came out: where padding, checksum or cipher are wrong,
 * the session key is a random one, and nothing tells before the encrypted data is authenticated
 * (section 13.5; Bleichenbacher, ROBOT, Marvin).
 */
int smi_transport_open(struct secmail_context *context, uint8_t version, struct smi_cursor fields,
                       const struct smi_public_key *key, const struct smi_private *secret,
                       struct smi_session_key *session_key, bool *opened);

/* Writes the fields, for RSA. SECMAIL_E_RANDOM, SECMAIL_E_NOMEM, SECMAIL_E_MALFORMED. */
int smi_transport_write(struct secmail_context *context, struct smi_buf *b,
                        const struct smi_public_key *key,
                        const struct smi_session_key *session_key);

#endif
