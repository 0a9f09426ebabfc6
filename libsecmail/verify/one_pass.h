/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One-pass signature packets (RFC 9580 section 5.4): announce a signature that follows the data. */
#ifndef SMI_VERIFY_ONE_PASS_H
#define SMI_VERIFY_ONE_PASS_H

#include "verify/signature.h"

struct smi_one_pass {
    uint8_t version; /* 3 for version 4 signatures, 6 for version 6 ones */
    uint8_t type, hash, pk;
    uint8_t salt_size;
    const uint8_t *salt; /* borrowed */
    bool last;           /* no other one-pass signature over the same data follows */
};

/* False if the packet is broken or has an unknown version. */
SMI_SHARED bool smi_one_pass_read(struct smi_one_pass *ops, struct smi_cursor body);

/* Does the signature keep what the packet announced? */
SMI_SHARED bool smi_one_pass_fits(const struct smi_one_pass *ops, const struct smi_signature *sig);

SMI_SHARED void smi_one_pass_write(struct smi_buf *b, const struct smi_one_pass *ops,
                                   const struct smi_public_key *key);

#endif
