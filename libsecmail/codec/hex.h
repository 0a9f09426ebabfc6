/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hexadecimal: fingerprints, session keys. */
#ifndef SMI_CODEC_HEX_H
#define SMI_CODEC_HEX_H

#include "core/bytes.h"

/* Writes 2 * size upper-case digits and a NUL. */
void smi_hex_encode(char *to, const uint8_t *from, size_t size);

/* Decodes `digits` digits of either case into digits / 2 bytes. False for an odd number of digits
 * or another character. */
bool smi_hex_decode(uint8_t *to, const char *from, size_t digits);

#endif
