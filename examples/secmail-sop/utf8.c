/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One character of UTF-8. */
#include "utf8.h"

#include <stdbool.h>

static size_t sequence_length(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static bool is_character(uint32_t c, size_t length)
{
    /* The least value that needs so many bytes; below it lie control characters too. */
    static const uint32_t least[] = {0, 0x20, 0xa0, 0x800, 0x10000};
    return c >= least[length] && c <= 0x10ffff && c != 0x7f && (c < 0xd800 || c > 0xdfff);
}

size_t utf8_printable(const uint8_t *data, size_t size)
{
    const size_t length = size > 0 ? sequence_length(data[0]) : 0;
    if (length == 0 || length > size)
        return 0;
    uint32_t c = length == 1 ? data[0] : data[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((data[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (data[i] & 0x3fu);
    }
    return is_character(c, length) ? length : 0;
}
