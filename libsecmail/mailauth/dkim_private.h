/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signing keys. */
#ifndef SMI_MAILAUTH_DKIM_PRIVATE_H
#define SMI_MAILAUTH_DKIM_PRIVATE_H

#include "core/bytes.h"
#include "core/context.h"

#include <secmail/mailauth.h>

/* "rsa-sha256" */
const char *smi_dkim_key_name(const struct secmail_dkim_key *key);

/* Signs a SHA-256 digest: appends the signature. 0 or a recorded error. */
int smi_dkim_key_sign(struct secmail_context *context, const struct secmail_dkim_key *key,
                      const uint8_t digest[32], struct smi_buf *sig);

#endif
