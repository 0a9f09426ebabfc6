/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making revocations. What one means for a key is in verify/validity.c. */
#ifndef SMI_OPENPGP_REVOKE_H
#define SMI_OPENPGP_REVOKE_H

#include "signer.h"

struct smi_revocation {
    uint8_t reason;   /* section 5.2.3.31 */
    const char *text; /* or NULL */
    bool local;       /* section 5.2.3.19: not for passing on, like what it revokes */
};

/* Checks what a caller asks for: a known reason, UTF-8 without control characters but line ends. */
int smi_revocation_check(struct secmail_context *context, uint32_t reason, const char *text);

/* The same for a key: a reason for user IDs says nothing of it (section 5.2.3.31). */
int smi_key_revocation_check(struct secmail_context *context, uint32_t reason, const char *text);

/* Appends the packet of a revocation of `object`, of type `type`. */
int smi_revocation_put(struct secmail_context *context, const struct smi_signer *signer,
                       uint8_t type, const struct smi_signed_object *object,
                       const struct smi_revocation *revocation, uint32_t created,
                       struct smi_buf *packets);

#endif
