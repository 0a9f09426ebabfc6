/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base64 by tables: 12 bits become a pair of characters, a character its share of 24 bits. */
#include "base64.h"

#include "table.h"

/* RFC 4648 table 1, from value to character and back. */
#define CHARACTER(v)                                                                               \
    (char)((v) < 26   ? 'A' + (v)                                                                  \
           : (v) < 52 ? 'a' - 26 + (v)                                                             \
           : (v) < 62 ? '0' - 52 + (v)                                                             \
           : (v) < 63 ? '+'                                                                        \
                      : '/')
#define VALUE(c)                                                                                   \
    ((c) >= 'A' && (c) <= 'Z'   ? (c) - 'A'                                                        \
     : (c) >= 'a' && (c) <= 'z' ? (c) - 'a' + 26                                                   \
     : (c) >= '0' && (c) <= '9' ? (c) - '0' + 52                                                   \
     : (c) == '+'               ? 62                                                               \
     : (c) == '/'               ? 63                                                               \
                                : -1)

/* A bit above the 24 that a group has. */
enum { BAD = 1 << 24 };

#define PAIR(v) CHARACTER((v) >> 6), CHARACTER((v) % 64)
#define SHARE(c, shift) (VALUE(c) < 0 ? BAD : (VALUE(c) & 63) << (shift))
#define FIRST(c) SHARE(c, 18)
#define SECOND(c) SHARE(c, 12)
#define THIRD(c) SHARE(c, 6)
#define FOURTH(c) SHARE(c, 0)

static const char pairs[2 * 4096] = {SMI_TABLE_4096(PAIR)};
static const uint32_t first[256] = {SMI_TABLE_256(FIRST)};
static const uint32_t second[256] = {SMI_TABLE_256(SECOND)};
static const uint32_t third[256] = {SMI_TABLE_256(THIRD)};
static const uint32_t fourth[256] = {SMI_TABLE_256(FOURTH)};

static inline void put_group(char *to, unsigned a, unsigned b, unsigned c)
{
    memcpy(to, &pairs[2 * (a << 4 | b >> 4)], 2);
    memcpy(to + 2, &pairs[2 * ((b & 15) << 8 | c)], 2);
}

static void encode_tail(char to[4], const uint8_t *from, size_t size)
{
    put_group(to, from[0], size == 2 ? from[1] : 0, 0);
    to[3] = '=';
    if (size == 1)
        to[2] = '=';
}

void smi_base64_encode(char *to, const uint8_t *from, size_t size)
{
    for (; size >= 3; size -= 3, from += 3, to += 4)
        put_group(to, from[0], from[1], from[2]);
    if (size)
        encode_tail(to, from, size);
}

/* 24 bits, or a value with BAD in it. */
static inline uint32_t get_group(const char *from)
{
    return first[(uint8_t)from[0]] | second[(uint8_t)from[1]] | third[(uint8_t)from[2]] |
           fourth[(uint8_t)from[3]];
}

size_t smi_base64_decode(uint8_t *to, const char *from, size_t size)
{
    size_t done = 0;
    for (; done < size; done += 4, to += 3) {
        const uint32_t v = get_group(from + done);
        if (v & BAD)
            break;
        to[0] = (uint8_t)(v >> 16);
        to[1] = (uint8_t)(v >> 8);
        to[2] = (uint8_t)v;
    }
    return done;
}

size_t smi_base64_decode_tail(uint8_t to[2], const char *from, size_t size)
{
    const char group[4] = {from[0], from[1], size == 3 ? from[2] : 'A', 'A'};
    const uint32_t v = get_group(group);
    const uint32_t unused = size == 3 ? 0xff : 0xffff;
    if (v & (BAD | unused))
        return 0;
    to[0] = (uint8_t)(v >> 16);
    if (size == 3)
        to[1] = (uint8_t)(v >> 8);
    return size - 1;
}
