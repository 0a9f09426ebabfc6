/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Public-key encrypted session key packets (RFC 9580 section 5.1), versions 3 and 6. */
#ifndef SMI_OPENPGP_PKESK_H
#define SMI_OPENPGP_PKESK_H

#include "session_key.h"
#include "token.h"

struct smi_pkesk {
    uint8_t version; /* 3 or 6; another one can't be opened */
    uint8_t algo;
    bool hidden;       /* names no recipient */
    uint8_t key_id[8]; /* version 3 */
    uint8_t fp_size;   /* version 6 */
    const uint8_t *fp;
    struct smi_cursor fields; /* algorithm-specific */
};

/* False if the packet is broken; it is of no use then, but harms nothing. */
bool smi_pkesk_read(struct smi_pkesk *pkesk, struct smi_cursor body);

/* Is it for this key? A hidden one may be for any. */
bool smi_pkesk_is_for(const struct smi_pkesk *pkesk, const struct smi_public_key *key);

/* Opens it: *opened tells whether it was for the key, as far as that can be told before the data is
 * authenticated (session_key->transported). A code is returned for other failures only;
 * SECMAIL_E_WEAK_POINT among them. */
int smi_pkesk_open(struct secmail_context *context, const struct smi_pkesk *pkesk,
                   const struct smi_public_key *key, const struct smi_private *secret,
                   struct smi_session_key *session_key, bool *opened);

/* Appends a whole packet: version 3 or 6, as the session key's generation wants. `hidden`: it names
 * no recipient. */
int smi_pkesk_write(struct secmail_context *context, struct smi_buf *b,
                    const struct smi_public_key *key, const struct smi_session_key *session_key,
                    bool hidden);

#endif
