/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding the line ends that aren't canonical. */
#include "crlf.h"

#include <string.h>

size_t smi_crlf_span(struct smi_crlf *c, const uint8_t *text, size_t size)
{
    size_t at = 0;
    while (at < size) {
        const uint8_t *feed = memchr(text + at, '\n', size - at);
        const size_t i = feed ? (size_t)(feed - text) : size;
        if (i)
            c->after_cr = text[i - 1] == '\r';
        if (!feed)
            break;
        const bool canonical = c->after_cr;
        c->after_cr = false;
        if (!canonical)
            return i;
        at = i + 1;
    }
    return size;
}
