/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom a message is encrypted to: their keys and passwords, what they can all read, and the packets
 * that carry the session key to them. */
#ifndef SMI_OPENPGP_RECIPIENTS_H
#define SMI_OPENPGP_RECIPIENTS_H

#include "key.h"
#include "session_key.h"
#include "verify/validity.h"

struct smi_recipients {
    struct secmail_context *context;
    struct secmail_cert **certs; /* references */
    size_t cert_count, cert_room;
    const struct smi_public_key **keys; /* of the certificates; one or more of each */
    size_t key_count, key_room;
    struct secmail_secret **passwords;
    size_t password_count, password_room;
    bool hidden; /* packets for keys don't tell whose they are */
};

void smi_recipients_close(struct smi_recipients *r);

/* Adds every valid key of the certificate that has one of the flags. As
 * secmail_encrypt_add_recipient(); a reference is taken. */
int smi_recipients_add_cert(struct smi_recipients *r, struct secmail_cert *cert,
                            const struct secmail_policy *policy, uint8_t flags);

/* As secmail_encrypt_add_password(). */
int smi_recipients_add_password(struct smi_recipients *r, const struct secmail_secret *password);

/* SEIPDv2 if every certificate announces it. SECMAIL_E_INCOMPATIBLE if that was wanted but isn't
 * so. *format is the wish and the answer. */
int smi_recipients_format(struct smi_recipients *r, const struct secmail_policy *policy,
                          uint32_t *format);

/* Does a self-signature list the cipher (section 5.2.3.14), for SEIPDv2 with the mode (5.2.3.15)?
 * What needs no listing (AES-128) is for the caller to know. */
bool smi_lists_cipher(const struct smi_validity *v, uint32_t format, uint8_t cipher, uint8_t mode);

/* The strongest cipher that all certificates list for the format. */
int smi_recipients_cipher(struct smi_recipients *r, const struct secmail_policy *policy,
                          uint32_t format, uint8_t *cipher);

/* Appends the PKESK and SKESK packets. */
int smi_recipients_put(struct smi_recipients *r, const struct smi_session_key *session_key,
                       struct smi_buf *b);

#endif
