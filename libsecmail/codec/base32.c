/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base32: five bits a character, through an accumulator of at most 12 bits. */
#include "base32.h"

/* 1 if a < b, for values below 2^31. */
static unsigned less(unsigned a, unsigned b)
{
    return (a - b) >> 31;
}

/* RFC 4648 table 3: A to Z are 0 to 25, 2 to 7 are 26 to 31. */
static char character(unsigned v)
{
    return (char)('A' + v - less(25, v) * ('A' - '2' + 26));
}

enum { BAD = 32 };

static unsigned value(char c)
{
    const unsigned letter = ((uint8_t)c | 0x20u) - 'a';
    const unsigned number = (unsigned)(uint8_t)c - '2';
    const unsigned is_letter = less(letter & 0xffff, 26);
    const unsigned is_number = less(number & 0xffff, 6);
    return is_letter * (letter & 31) | is_number * (number + 26) |
           (1 - is_letter - is_number) * BAD;
}

void smi_base32_encode(char *to, const uint8_t *from, size_t size)
{
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < size; i++) {
        bits = (bits << 8 | from[i]) & 0xfff;
        for (count += 8; count >= 5; count -= 5)
            *to++ = character(bits >> (count - 5) & 31);
    }
    if (count)
        *to = character(bits << (5 - count) & 31);
}

static bool is_filling(char c)
{
    return c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n';
}

/* A group of 8 characters lacks at most 6 (RFC 4648 section 6). */
static bool is_length(size_t characters, size_t padding)
{
    const size_t over = characters % 8;
    return over != 1 && over != 3 && over != 6 && padding <= (over ? 8 - over : 0);
}

bool smi_base32_decode(uint8_t *to, size_t *size, const char *from, size_t length)
{
    unsigned bits = 0, count = 0, all = 0;
    size_t written = 0, characters = 0, padding = 0;
    for (size_t i = 0; i < length; i++) {
        if (is_filling(from[i]))
            continue;
        if (from[i] == '=') {
            padding++;
            continue;
        }
        if (padding)
            return false;
        const unsigned v = value(from[i]);
        all |= v;
        bits = (bits << 5 | (v & 31)) & 0xfff;
        count += 5;
        characters++;
        if (count >= 8) {
            count -= 8;
            to[written++] = (uint8_t)(bits >> count);
        }
    }
    *size = written;
    return !(all & BAD) && is_length(characters, padding);
}
