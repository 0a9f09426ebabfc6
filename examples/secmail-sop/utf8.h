/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* UTF-8 (RFC 3629), for passwords and names. */
#ifndef SOP_UTF8_H
#define SOP_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at data[0]; 0 if it isn't UTF-8, or is a control character. */
size_t utf8_printable(const uint8_t *data, size_t size);

#endif
