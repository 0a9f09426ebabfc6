/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The key record in the DNS (RFC 6376 section 3.6.1, RFC 8463 section 4): reading and writing. */
#ifndef SMI_MAILAUTH_DKIM_KEY_H
#define SMI_MAILAUTH_DKIM_KEY_H

#include "mailauth/dkim_signature.h"

/* A key's bytes can't be longer: 16384 bits and their frame. */
enum { SMI_KEY_SIZE_MAX = 2200 };

struct smi_key_record {
    enum smi_key_kind kind;
    bool testing;        /* t=y */
    bool strict;         /* t=s: i= must have the domain of d= */
    struct smi_span key; /* p=, base64 */
    const char *decider; /* when it can't be used: the tag */
};

/* Does a TXT record look like one? Others at the same name are passed over. */
bool smi_is_key_record(struct smi_span text);

/* Reads a record for the use of one signature: NULL, or why it is of no use. */
const char *smi_key_record_read(struct smi_key_record *r, struct smi_span text,
                                const struct smi_signature *s);

/* "v=DKIM1; k=rsa; p=..." */
void smi_put_key_record(struct smi_buf *b, enum smi_key_kind kind, struct smi_span key);

#endif
