/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sources: how a message is read, from the outside in. Each layer of a message (armor, packet body,
 * decryption, decompression) is a source that pulls from the one below:
 *
 *     window of the caller -> armor -> packet body -> decryption -> packet body -> ... -> literal
 *
 * Nothing blocks: a source that can't go on because the caller's window is empty says
 * SECMAIL_NEEDS_INPUT, keeps what it has, and is asked again when there is more.
 */
#ifndef SMI_VERIFY_SOURCE_H
#define SMI_VERIFY_SOURCE_H

#include "codec/armor.h"
#include "verify/packet.h"

#include <secmail/verify.h>

struct smi_source {
    /*
     * Gives the bytes at the current position, borrowed until the next call: at least `want`
     * (> 0) of them, fewer only if the source ends there, and none at its end. Returns 0,
     * SECMAIL_NEEDS_INPUT, or an error (recorded).
     */
    int (*peek)(struct smi_source *source, size_t want, const uint8_t **data, size_t *size);
    /* Moves past `size` bytes, at most as many as the last peek gave. */
    void (*consume)(struct smi_source *source, size_t size);
};

static inline int smi_peek(struct smi_source *s, size_t want, const uint8_t **data, size_t *size)
{
    return s->peek(s, want, data, size);
}

static inline void smi_skip(struct smi_source *s, size_t size)
{
    s->consume(s, size);
}

/* The caller's input window. Bytes that it ends with and that can't be used yet are carried over.
 */
struct smi_window_source {
    struct smi_source source;
    struct secmail_context *context;
    struct secmail_input *in; /* of the current call */
    bool end;
    struct smi_buf carry;
    size_t carry_pos;
};

SMI_SHARED void smi_window_source_open(struct smi_window_source *w,
                                       struct secmail_context *context);
SMI_SHARED void smi_window_source_close(struct smi_window_source *w);

/* A source that makes its bytes itself, by appending to a buffer: armor, decryption, inflation. */
struct smi_made_source {
    struct smi_source source;
    struct secmail_context *context;
    struct smi_buf buf;
    size_t pos;
    bool ended;
    int failed; /* an error that is told once the bytes before it are used up */
    char detail[SMI_DETAIL_SIZE];
    /* Appends more bytes to `buf`, or sets `ended`. 0, SECMAIL_NEEDS_INPUT, or an error. */
    int (*make)(struct smi_made_source *made);
};

SMI_SHARED void smi_made_source_open(struct smi_made_source *m, struct secmail_context *context,
                                     int (*make)(struct smi_made_source *made));
SMI_SHARED void smi_made_source_close(struct smi_made_source *m);

/* Armor taken away. Put between window and packets if the first byte says so. */
struct smi_dearmor_source {
    struct smi_made_source made;
    struct smi_source *lower;
    struct smi_dearmor dearmor;
};

SMI_SHARED void smi_dearmor_source_open(struct smi_dearmor_source *d,
                                        struct secmail_context *context, struct smi_source *lower);

/* The body of one packet, its parts joined. Ends where the packet ends. */
struct smi_body_source {
    struct smi_source source;
    struct secmail_context *context;
    struct smi_source *lower;
    struct smi_packet packet;
    uint64_t part_left; /* of the current part */
    bool last_part;
    struct smi_buf carry; /* joins parts for a peek across their boundary */
    size_t carry_pos;
};

SMI_SHARED void smi_body_source_close(struct smi_body_source *b);

/*
 * Reads a packet header and opens its body. At the end of `lower` the tag is SMI_TAG_NONE.
 * SECMAIL_E_MALFORMED, SECMAIL_E_TRUNCATED.
 */
SMI_SHARED int smi_body_source_open(struct smi_body_source *b, struct secmail_context *context,
                                    struct smi_source *lower);

/* The whole body of a packet that must be held, in one piece; borrowed until skipped. Its size is
 * checked against SECMAIL_LIMIT_PACKET_SIZE before anything is allocated. */
SMI_SHARED int smi_body_source_all(struct smi_body_source *b, struct smi_cursor *body);

/* Reads on to the end of the body. */
SMI_SHARED int smi_body_source_drain(struct smi_body_source *b);

/* What a caller says of a second reading of the outermost source. 0; SECMAIL_E_ARGUMENT, recorded,
 * for what is no value of enum secmail_rewind. */
SMI_SHARED int smi_rewind_read(struct secmail_context *context, int value,
                               enum secmail_rewind *rewind);

#endif
