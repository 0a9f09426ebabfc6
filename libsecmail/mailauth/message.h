/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A message as a stream: keeps the header, hashes the body in each of the forms that somebody asked
 * for when the header was complete, and keeps nothing of it. Needs the same memory for any body.
 */
#ifndef SMI_MAILAUTH_MESSAGE_H
#define SMI_MAILAUTH_MESSAGE_H

#include "core/context.h"
#include "crypto/hash.h"
#include "mailauth/dkim_canon.h"
#include "mailauth/header.h"

enum { SMI_DIGEST_MAX = 32 };

/* One hash of the body: form, hash function, and how many canonical bytes it covers. */
struct smi_body_hash {
    enum smi_canon canon;
    uint8_t algo; /* SMI_SHA1 or SMI_SHA256 */
    uint64_t limit;
    uint64_t taken;
    struct smi_hash hash;
    uint8_t digest[SMI_DIGEST_MAX];
};

enum smi_message_state { SMI_MESSAGE_HEADER, SMI_MESSAGE_BODY, SMI_MESSAGE_DONE };

struct smi_message {
    struct secmail_context *context;
    enum smi_message_state state;
    bool lf_ends;       /* each LF stands for CRLF */
    bool no_hashes;     /* nobody needs the body */
    bool header_over;   /* the header passed its limit: what was kept is only its beginning */
    bool no_empty_line; /* the message ended inside the header */
    bool lost;          /* an earlier call failed: what follows would stand on a part of it */
    uint8_t last;       /* byte that came before, in the header and for lf_ends */
    size_t line;        /* bytes of the current header line */
    size_t most_fields;
    uint64_t body_size;
    struct smi_header header;
    struct smi_body_canon *canon[2]; /* made when somebody wants them */
    uint64_t canon_size[2];
    struct smi_body_hash *hashes;
    size_t hash_count, hash_room;
    int (*on_header)(struct smi_message *m, void *user); /* called once; asks for hashes */
    void *user;
};

void smi_message_init(struct smi_message *m, struct secmail_context *context, size_t header_bytes);
void smi_message_free(struct smi_message *m);

/* Asks for a hash, inside on_header(); *index tells which it is. 0 or a recorded error. */
int smi_message_want(struct smi_message *m, enum smi_canon canon, uint8_t algo, uint64_t limit,
                     size_t *index);

/* 0, or an error that is recorded: that of the call, and SECMAIL_E_STATE for each later one. */
int smi_message_update(struct smi_message *m, const uint8_t *data, size_t size);
int smi_message_finish(struct smi_message *m);

#endif
