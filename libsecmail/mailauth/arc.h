/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ARC chain of a message (RFC 8617): finding its sets and verifying them. arc_seal.c adds one.
 */
#ifndef SMI_MAILAUTH_ARC_H
#define SMI_MAILAUTH_ARC_H

#include "mailauth/dkim_verify.h"

enum { SMI_ARC_MAX = 50 };

/* One set: indices of its fields in the header + 1, 0 for what is missing. */
struct smi_arc_set {
    uint32_t results;
    uint32_t signature;
    uint32_t seal;
};

struct smi_arc {
    bool settled;
    uint32_t instances;        /* highest i= that was seen */
    uint32_t fields;           /* of the three kinds, whatever they hold */
    const char *wrong;         /* what is wrong with the structure */
    struct smi_dkim newest;    /* the newest ARC-Message-Signature */
    struct smi_signature seal; /* the newest ARC-Seal, as far as it could be read */
    struct smi_arc_set sets[SMI_ARC_MAX];
};

/* Finds the sets when the header is complete; 0 or a recorded error. */
int smi_arc_collect(struct secmail_mailauth *m);

/* Verifies the chain into m->arc; false when an answer is missing. */
bool smi_arc_evaluate(struct secmail_mailauth *m);

/* Appends the fields of a set in the order in which seals cover them, all but the seal. */
void smi_arc_put_set(struct smi_buf *b, const struct smi_header *h, const struct smi_arc_set *set);

#endif
