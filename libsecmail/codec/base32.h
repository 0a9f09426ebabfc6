/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Base32 (RFC 4648 section 6), as people type and copy it: written in upper case without padding,
 * read in any form. Characters are computed without branches on their value and without tables,
 * since the secrets of one-time passwords pass here. Not z-base-32.
 */
#ifndef SMI_CODEC_BASE32_H
#define SMI_CODEC_BASE32_H

#include "core/bytes.h"

/* Characters that `size` bytes become, without padding. */
static inline size_t smi_base32_size(size_t size)
{
    return (size * 8 + 4) / 5;
}

/* Upper bound of the bytes that `size` characters become. */
static inline size_t smi_base32_bound(size_t size)
{
    return size / 8 * 5 + size % 8 * 5 / 8;
}

/* Writes smi_base32_size(size) characters, no NUL. */
void smi_base32_encode(char *to, const uint8_t *from, size_t size);

/*
 * Decodes text of both cases, with spaces and hyphens anywhere and with or without padding at the
 * end; bits behind the last byte are ignored. `to` has room for smi_base32_bound(length) bytes.
 * False for other characters, characters behind the padding, more padding than data leave room for,
 * and a number of characters that no number of bytes becomes (RFC 4648 section 6: 1, 3 or 6 over).
 */
bool smi_base32_decode(uint8_t *to, size_t *size, const char *from, size_t length);

#endif
