/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compressed data packets (RFC 9580 section 5.6): reading. This library writes none. */
#ifndef SMI_VERIFY_COMPRESSED_H
#define SMI_VERIFY_COMPRESSED_H

#include "verify/source.h"

#include <zlib.h>

/* What a compressed packet expands to, as a source over the packet's body. */
struct smi_inflate_source {
    struct smi_made_source made;
    struct smi_source *lower;
    z_stream z;
    bool stored; /* algorithm 0: not compressed */
    bool open;
    uint64_t in_total, out_total;           /* for SECMAIL_LIMIT_COMPRESSION_RATIO */
    const struct smi_inflate_source *outer; /* whose output this one's packet is in, or NULL */
};

/* Reads the algorithm octet and opens the source: 0, SECMAIL_NEEDS_INPUT,
 * SECMAIL_E_UNSUPPORTED_ALGORITHM, SECMAIL_E_TRUNCATED, SECMAIL_E_NOMEM. */
SMI_SHARED int smi_inflate_source_open(struct smi_inflate_source *s,
                                       struct secmail_context *context, struct smi_source *lower);
SMI_SHARED void smi_inflate_source_close(struct smi_inflate_source *s);

#endif
