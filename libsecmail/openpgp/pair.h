/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New key pairs. */
#ifndef SMI_OPENPGP_PAIR_H
#define SMI_OPENPGP_PAIR_H

#include "pk_secret.h"
#include "secret_key.h"

/* What a new key of an enum secmail_key_algorithm is; false if there is none, or not for the
 * version. */
bool smi_pair_plan(uint8_t version, uint32_t algorithm, enum smi_key_use use,
                   struct smi_pk_plan *plan);

/* Makes a pair: its secret as an open part, the body of its public packet appended to `body`.
 * SECMAIL_E_RANDOM, SECMAIL_E_NOMEM. */
int smi_pair_make(struct secmail_context *context, uint8_t version, const struct smi_pk_plan *plan,
                  uint32_t created, struct smi_secret_part *part, struct smi_buf *body);

#endif
