/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Streaming check of UTF-8. */
#include "utf8.h"

/* Table 3-7 of the Unicode standard: what may follow a first byte. */
static bool begin(struct smi_utf8 *u, uint8_t first)
{
    u->low = 0x80;
    u->high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) {
        u->more = 1;
    } else if (first >= 0xe0 && first <= 0xef) {
        u->more = 2;
        u->low = first == 0xe0 ? 0xa0 : 0x80;
        u->high = first == 0xed ? 0x9f : 0xbf;
    } else if (first >= 0xf0 && first <= 0xf4) {
        u->more = 3;
        u->low = first == 0xf0 ? 0x90 : 0x80;
        u->high = first == 0xf4 ? 0x8f : 0xbf;
    } else {
        return false;
    }
    return true;
}

bool smi_utf8_update(struct smi_utf8 *u, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!u->more) {
            if (data[i] >= 0x80 && !begin(u, data[i]))
                return false;
            continue;
        }
        if (data[i] < u->low || data[i] > u->high)
            return false;
        u->more--;
        u->low = 0x80;
        u->high = 0xbf;
    }
    return true;
}
