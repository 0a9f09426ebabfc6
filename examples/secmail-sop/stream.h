/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Standard input through a streaming operation of the library to standard output. */
#ifndef SOP_STREAM_H
#define SOP_STREAM_H

#include "sop.h"

#include <sys/types.h>

/* Standard input, which a decryption may have to read twice. Its members belong to stream.c. */
struct stream {
    int fd;
    off_t start;   /* where a file began; -1 for what can't be read twice */
    int rewind;    /* enum secmail_rewind: what the library may be told */
    bool leased;   /* the kernel tells whether somebody may have changed the file */
    bool again;    /* it is read for the second time */
    bool keep;     /* a pipe is copied into `spool` as it is read */
    int spool;     /* unlinked temporary file; -1 while there is none */
    uint8_t *room; /* two blocks: one that is read, one that is written */
    struct secmail_input in;
    struct secmail_output out;
    bool ended;
    size_t in_used, out_used; /* the most of each block that ever held data */
};

/* `twice`: SECMAIL_NEEDS_REWIND can come, until stream_forget() says that it can't any more. */
int stream_open(const struct sop *sop, struct stream *stream, bool twice);
void stream_forget(struct stream *stream);
void stream_close(struct stream *stream);

/* An update of the library, of one operation. */
typedef int (*stream_step)(void *operation, struct secmail_input *in, struct secmail_output *out,
                           int end);

/* Moves everything. Output leaves whenever a block is full, and at the end. */
int stream_run(const struct sop *sop, struct stream *stream, stream_step step, void *operation,
               enum sop_role role, const char *what);

/* Hands the input to a function that only reads it, piece by piece; it returns the library's code.
 */
int stream_feed(const struct sop *sop, int (*feed)(void *, const uint8_t *, size_t),
                void *operation, enum sop_role role, const char *what);

#endif
