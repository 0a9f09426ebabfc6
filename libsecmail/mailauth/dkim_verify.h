/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifying one signature over a message: DKIM-Signature or ARC-Message-Signature. */
#ifndef SMI_MAILAUTH_DKIM_VERIFY_H
#define SMI_MAILAUTH_DKIM_VERIFY_H

#include "mailauth/dkim_signature.h"
#include "mailauth/message.h"
#include "mailauth/question.h"
#include "mailauth/result.h"

/* A signature with the verdict on it, which is found once and then kept. */
struct smi_dkim {
    uint32_t field; /* index in the header */
    bool settled;
    size_t body_hash; /* index of the message's */
    struct smi_signature signature;
    struct secmail_mailauth_result result;
};

/* Reads a signature field and asks for the body hash that it needs; settled if it is of no use. 0
 * or a recorded error. */
int smi_dkim_read(struct secmail_mailauth *m, struct smi_dkim *d, enum smi_signature_kind kind,
                  uint32_t field);

/* Verifies what isn't settled yet; false when the key's record is missing. */
bool smi_dkim_verify(struct secmail_mailauth *m, struct smi_dkim *d);

/* Finds all DKIM-Signature fields when the header is complete; 0 or a recorded error. */
int smi_dkim_collect(struct secmail_mailauth *m);

/* Verifies all; false when an answer is missing. */
bool smi_dkim_evaluate(struct secmail_mailauth *m);

/* ---- Pieces that ARC's seals share ---- */

/* The key record's answer, and what the verdict is if that is the end of it. */
enum smi_key_state { SMI_KEY_WAIT, SMI_KEY_USABLE, SMI_KEY_UNUSABLE };

struct smi_key {
    uint8_t security;
    bool testing;
    uint32_t bits;
    size_t size;
    uint8_t bytes[2200];
    /* When it is unusable: */
    uint8_t verdict;
    const char *decider, *reference, *reason;
};

enum smi_key_state smi_find_key(struct secmail_mailauth *m, const struct smi_signature *s,
                                struct smi_key *key);

/* Is b= the signature of this data? */
bool smi_check_signature(struct secmail_mailauth *m, const struct smi_signature *s,
                         const struct smi_key *key, const struct smi_buf *data);

/* Appends the field in canonical form with its b= emptied, no CRLF after it. */
void smi_put_own_field(struct smi_buf *b, const struct smi_header *h, const struct smi_field *f,
                       const struct smi_signature *s);

/* Appends the fields that h= selects, each with CRLF. False when memory runs out. */
bool smi_put_signed_fields(struct smi_buf *b, const struct smi_header *h, enum smi_canon canon,
                           struct smi_span names);

#endif
