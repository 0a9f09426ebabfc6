/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base64 (RFC 4648 section 4), in bulk. No line ends: those are the armor's business. Not for
 * secrets: the tables make the time depend on the data. */
#ifndef SMI_CODEC_BASE64_H
#define SMI_CODEC_BASE64_H

#include "core/bytes.h"

/* Characters that `size` bytes become, padding included. */
static inline size_t smi_base64_size(size_t size)
{
    return (size + 2) / 3 * 4;
}

/* Writes smi_base64_size(size) characters, no NUL. */
void smi_base64_encode(char *to, const uint8_t *from, size_t size);

/*
 * Decodes whole groups of four characters without padding: `size` is a multiple of 4, and
 * size / 4 * 3 bytes are written. Returns how many characters are good; fewer than `size` when a
 * character outside the alphabet (also '=') stands in the group that begins there.
 */
size_t smi_base64_decode(uint8_t *to, const char *from, size_t size);

/* Decodes a last group: 2 or 3 characters (without their padding) become 1 or 2 bytes. Returns the
 * number of bytes, 0 if the group is bad or has bits set behind its last byte. */
size_t smi_base64_decode_tail(uint8_t to[2], const char *from, size_t size);

#endif
