/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Session keys: what a message is encrypted with, and what PKESK and SKESK packets carry. */
#ifndef SMI_OPENPGP_SESSION_KEY_H
#define SMI_OPENPGP_SESSION_KEY_H

#include "core/bytes.h"
#include "core/secret.h"
#include "crypto/cipher.h"

/* Which encrypted data packet a session key may be used with. A packet of one generation must not
 * open data of the other: that would be a downgrade (RFC 9580 section 5.13.2). */
enum smi_generation {
    SMI_FOR_SEIPDV1 = 1,  /* from PKESK version 3, SKESK version 4 */
    SMI_FOR_SEIPDV2 = 2,  /* from version 6 packets */
    SMI_FOR_LIBREPGP = 4, /* from SKESK version 5; LibrePGP shares PKESK version 3 with SEIPDv1 */
    SMI_FOR_ANY = 7,      /* given by the caller */
};

struct smi_public_key;

struct smi_session_key {
    uint8_t cipher;     /* 0 if the packet doesn't tell (version 6): the data packet does */
    uint8_t generation; /* enum smi_generation */
    bool guessed;       /* from a password, without a check that it is right */
    bool transported;   /* from RSA or ElGamal: may be random, and nothing may show it */
    uint8_t size;
    uint8_t key[SMI_KEY_MAX_SIZE]; /* the holder wipes it; all bytes are there if transported */
    const struct smi_public_key *recipient; /* the primary key of whom it was for; or NULL */
    const struct smi_public_key *named;     /* the key that its packet names; or NULL */
    bool unnamed; /* transported in a packet that names nobody: it may be for somebody else */
};

/* As one secret: the cipher's number, then the key. */
int smi_session_key_export(struct secmail_context *context, const struct smi_session_key *key,
                           struct secmail_secret **out);
int smi_session_key_import(struct secmail_context *context, struct smi_session_key *key,
                           const struct secmail_secret *secret);

/* The 16-bit sum of octets with which older packets check keys (sections 5.1.3 and 5.5.3). */
uint16_t smi_octet_sum(const uint8_t *key, size_t size);

#endif
