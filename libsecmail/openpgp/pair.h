/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New key pairs. */
#ifndef SMI_OPENPGP_PAIR_H
#define SMI_OPENPGP_PAIR_H

#include "secret_key.h"

/* The algorithm of a new key, if its owner has no wish: a number of section 9.1. */
uint8_t smi_pair_algorithm(uint8_t version, enum smi_key_use use);

/* Makes a pair: its secret as an open part, the body of its public packet appended to `body`.
 * SECMAIL_E_RANDOM, SECMAIL_E_NOMEM. */
int smi_pair_make(struct secmail_context *context, uint8_t version, uint8_t algo, uint32_t created,
                  struct smi_secret_part *part, struct smi_buf *body);

#endif
