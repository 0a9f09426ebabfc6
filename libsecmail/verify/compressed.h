/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compressed data packets (RFC 9580 section 5.6): reading. This library writes none. */
#ifndef SMI_VERIFY_COMPRESSED_H
#define SMI_VERIFY_COMPRESSED_H

#include "verify/source.h"

#include <bzlib.h>
#include <zlib.h>

enum smi_compression { /* section 9.4 */
                       SMI_UNCOMPRESSED = 0,
                       SMI_ZIP = 1,
                       SMI_ZLIB = 2,
                       SMI_BZIP2 = 3,
};

/* What a compressed packet expands to, as a source over the packet's body. */
struct smi_expansion {
    struct smi_made_source made;
    struct smi_source *lower;
    uint8_t algo; /* enum smi_compression */
    bool open;    /* the decompressor has memory */
    union {
        z_stream z;
        bz_stream bz;
    };
    uint64_t in_total, out_total;      /* for SECMAIL_LIMIT_COMPRESSION_RATIO */
    const struct smi_expansion *outer; /* whose output this one's packet is in, or NULL */
};

/* Reads the algorithm octet and opens the source: 0, SECMAIL_NEEDS_INPUT,
 * SECMAIL_E_UNSUPPORTED_ALGORITHM, SECMAIL_E_TRUNCATED, SECMAIL_E_NOMEM. */
SMI_SHARED int smi_expansion_open(struct smi_expansion *e, struct secmail_context *context,
                                  struct smi_source *lower);
SMI_SHARED void smi_expansion_close(struct smi_expansion *e);

#endif
