/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checking signatures with public keys, for each algorithm. */
#ifndef SMI_VERIFY_PK_VERIFY_H
#define SMI_VERIFY_PK_VERIFY_H

#include "verify/public_key.h"

/* Digest bytes that a signature by the key must at least have: RFC 9580 sections 5.2.3.2 to
 * 5.2.3.5. Shorter ones are not checked at all. */
SMI_SHARED size_t smi_pk_least_digest(const struct smi_public_key *key);

/* Is this the key's signature over a digest? `fields` are those of the algorithm's signature. */
bool smi_pk_verify(const struct smi_public_key *key, const struct smi_number *fields, uint8_t hash,
                   const uint8_t *digest);

#endif
