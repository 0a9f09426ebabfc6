/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is a stream of bytes UTF-8 (RFC 3629)? No overlong forms, surrogates, or code points past 10FFFF.
 */
#ifndef SMI_CODEC_UTF8_H
#define SMI_CODEC_UTF8_H

#include "core/bytes.h"

struct smi_utf8 {
    uint8_t more;      /* continuation bytes that the current character still needs */
    uint8_t low, high; /* range of the next one; 0 for the usual 80 to bf */
};

/* False as soon as a byte can't be right; the state is of no use then. */
bool smi_utf8_update(struct smi_utf8 *utf8, const uint8_t *data, size_t size);

/* Does the text end with a whole character? */
static inline bool smi_utf8_complete(const struct smi_utf8 *utf8)
{
    return utf8->more == 0;
}

#endif
