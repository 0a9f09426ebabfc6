/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Literal data packets (RFC 9580 section 5.9): the fields in front of the data read, and whole
 * packets written piece by piece. What is written says as little as it can: no file name and no
 * date, which no signature would protect.
 */
#ifndef SMI_VERIFY_LITERAL_H
#define SMI_VERIFY_LITERAL_H

#include "codec/crlf.h"
#include "codec/utf8.h"
#include "verify/source.h"

#include <secmail/verify.h>

enum { SMI_LITERAL_BINARY = 'b', SMI_LITERAL_UTF8 = 'u' };

/* What the packet says of its data. */
struct smi_literal_fields {
    uint8_t format; /* 0: there was none yet */
    uint8_t name_size;
    uint8_t name[255];
    uint32_t date; /* 0: none */
};

/* Reads the fields, up to the first byte of data. 0, SECMAIL_NEEDS_INPUT, SECMAIL_E_MALFORMED. */
int smi_literal_read(struct secmail_context *context, struct smi_source *body,
                     struct smi_literal_fields *fields);

/* The same for callers. SECMAIL_E_ARGUMENT for an `info` whose size isn't set, _STATE if no literal
 * was read. */
SMI_SHARED int smi_literal_tell(struct secmail_context *context,
                                const struct smi_literal_fields *fields,
                                struct secmail_literal_info *info);

enum { SMI_PART_SIZE = 8 << 10, SMI_LITERAL_FIELDS = 6 };

/* A packet in the making, at the end of a buffer. */
struct smi_literal_writer {
    struct smi_buf *to;
    size_t part_start; /* where the open part begins: its length octet; SIZE_MAX: none is open */
    bool text;         /* the data is UTF-8, and its line ends are made canonical */
    struct smi_utf8 utf8;
    struct smi_crlf line_ends;
};

/* `size` of the data, or UINT64_MAX if it isn't known: then the packet is written in parts. The
 * size of text is never known, since canonical line ends may make it longer. */
SMI_SHARED void smi_literal_begin(struct smi_literal_writer *w, struct smi_buf *to, bool text,
                                  uint64_t size);
/* SECMAIL_E_EXPECTED_TEXT, SECMAIL_E_NOMEM. */
SMI_SHARED int smi_literal_put(struct secmail_context *context, struct smi_literal_writer *w,
                               const uint8_t *data, size_t size);
SMI_SHARED int smi_literal_end(struct secmail_context *context, struct smi_literal_writer *w);

/* How much at the front of the buffer is framed for good, and may leave it; and that it left. */
static inline size_t smi_literal_framed(const struct smi_literal_writer *w)
{
    return w->part_start == SIZE_MAX ? w->to->size : w->part_start;
}

static inline void smi_literal_left(struct smi_literal_writer *w, size_t size)
{
    if (w->part_start != SIZE_MAX)
        w->part_start -= size;
}

#endif
