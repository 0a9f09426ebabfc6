/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hexadecimal. Digits are computed without branches and tables, since session keys pass here. */
#include "hex.h"

/* 1 if a < b, for values below 2^31. */
static unsigned less(unsigned a, unsigned b)
{
    return (a - b) >> 31;
}

static char digit(unsigned v)
{
    return (char)('0' + v + less(9, v) * ('A' - '9' - 1));
}

/* 0 to 15, or BAD. Exclusive or puts '0'..'9' on 0..9 and the letters of both cases on 1..6. */
enum { BAD = 256 };

static unsigned value(char c)
{
    const unsigned number = (uint8_t)c ^ '0';
    const unsigned letter = ((uint8_t)c | 0x20) ^ 0x60;
    const unsigned is_number = less(number, 10);
    const unsigned is_letter = less(0, letter) & less(letter, 7);
    return is_number * number | is_letter * (letter + 9) | (1 - is_number - is_letter) * BAD;
}

void smi_hex_encode(char *to, const uint8_t *from, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        to[2 * i] = digit(from[i] >> 4);
        to[2 * i + 1] = digit(from[i] & 15);
    }
    to[2 * size] = '\0';
}

bool smi_hex_decode(uint8_t *to, const char *from, size_t digits)
{
    if (digits % 2)
        return false;
    unsigned all = 0;
    for (size_t i = 0; i < digits; i += 2) {
        const unsigned high = value(from[i]);
        const unsigned low = value(from[i + 1]);
        all |= high | low;
        to[i / 2] = (uint8_t)(high << 4 | low);
    }
    return !(all & BAD);
}
