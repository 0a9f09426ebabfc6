/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing signature fields: DKIM-Signature, ARC-Message-Signature, ARC-Seal. */
#ifndef SMI_MAILAUTH_DKIM_SIGN_H
#define SMI_MAILAUTH_DKIM_SIGN_H

#include "mailauth/dkim_private.h"
#include "mailauth/domain.h"
#include "mailauth/message.h"

/* What such a field says besides its fields and hashes. */
struct smi_signing {
    const struct secmail_dkim_key *key;
    const char *domain;
    const char *selector;
    enum smi_canon header_canon, body_canon;
    int64_t time, expires; /* SMI_NO_TIME for none */
};

/* "a=...; d=...; s=...; t=...; x=...;" */
void smi_put_signing_tags(struct smi_buf *b, const struct smi_signing *s);

/* "h=...; bh=...;", and names of the fields that h= lists, apart. `given` is a list with colons, or
 * empty for our own: all that matter, oversigned. False if there are too many. */
bool smi_list_names(struct smi_buf *names, const struct smi_header *h, struct smi_span given);
void smi_put_names_tag(struct smi_buf *b, struct smi_span names);
void smi_put_body_hash_tag(struct smi_buf *b, const uint8_t digest[32]);

/*
 * Completes a field that ends with "b=": appends what signs `data` and the field, folded, and CRLF.
 * `data` grows by the field's canonical form. 0 or a recorded error.
 */
int smi_sign_field(struct secmail_context *context, const struct smi_signing *s,
                   struct smi_buf *data, struct smi_buf *field);

/* Is the header one that can be signed? 0, SECMAIL_E_MAILAUTH_MESSAGE; recorded. */
int smi_check_signable(struct secmail_context *context, const struct smi_message *message);

#endif
