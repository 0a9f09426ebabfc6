/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Symmetric-key encrypted session key packets (RFC 9580 section 5.3), versions 4 and 6: messages
 * for passwords. */
#ifndef SMI_OPENPGP_SKESK_H
#define SMI_OPENPGP_SKESK_H

#include "session_key.h"

/*
 * Tries a password on the body of a packet. *opened tells whether it gave a session key; a code is
 * returned for other failures: SECMAIL_E_UNSUPPORTED_VERSION, _UNSUPPORTED_ALGORITHM, _MALFORMED,
 * Argon2 limits.
 */
int smi_skesk_open(struct secmail_context *context, struct smi_cursor body,
                   const struct secmail_secret *password, struct smi_session_key *session_key,
                   bool *opened);

/* Appends a whole packet: version 4 with iterated S2K or 6 with Argon2id, as the session key's
 * generation wants. */
int smi_skesk_write(struct secmail_context *context, struct smi_buf *b,
                    const struct secmail_secret *password,
                    const struct smi_session_key *session_key);

#endif
