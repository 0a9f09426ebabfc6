/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Transferable secret keys: a certificate and a secret part for each of its keys. */
#ifndef SMI_OPENPGP_KEY_H
#define SMI_OPENPGP_KEY_H

#include "secret_key.h"
#include "verify/cert.h"

#include <secmail/openpgp.h>

struct secmail_key {
    struct secmail_allocator mem;
    atomic_uint refs;
    struct secmail_cert *cert;
    struct smi_secret_part *parts; /* one for each key of the certificate, in its order */
    size_t part_count, part_room;
};

/* An empty key that takes parts with smi_key_add_part() and then smi_key_complete(). */
struct secmail_key *smi_key_new(struct secmail_context *context);
/* A place for the next secret part; NULL when out of memory (recorded). */
struct smi_secret_part *smi_key_add_part(struct secmail_context *context, struct secmail_key *key);
/* Gives the key its certificate, from public packets, which must have as many keys as parts. */
int smi_key_complete(struct secmail_context *context, struct secmail_key *key,
                     const struct smi_buf *public_packets);

/* What holds the secret of the index-th key; nothing if it is locked, elsewhere, or of no use. */
struct smi_private smi_key_private(const struct secmail_key *key, size_t index);

#endif
