/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signatures that are known before their data: detached ones, and those of cleartext messages. Each
 * has a hash of its own, since algorithm, mode and salt differ. */
#ifndef SMI_VERIFY_SIGNATURE_LIST_H
#define SMI_VERIFY_SIGNATURE_LIST_H

#include "verify/judge.h"

struct smi_held_signature {
    uint8_t *body; /* what the signature points into */
    size_t body_size;
    struct smi_signature sig;
    struct smi_signed_hash hash; /* closed if the signature can't be checked */
};

struct smi_signature_list {
    struct secmail_context *context;
    struct smi_held_signature *at;
    size_t count, room;
};

void smi_signature_list_open(struct smi_signature_list *list, struct secmail_context *context);
void smi_signature_list_close(struct smi_signature_list *list);

/* Adds all signatures of binary packets, or none. SECMAIL_E_MALFORMED (other packets), _NO_DATA,
 * and limits. */
int smi_signature_list_read(struct smi_signature_list *list, struct smi_cursor packets);

/* Hashes the next piece of the data for each of them. */
void smi_signature_list_update(struct smi_signature_list *list, const uint8_t *data, size_t size);

/* Gives the judge all of them, in their order. */
int smi_signature_list_judge(struct smi_signature_list *list, struct smi_judge *judge);

#endif
