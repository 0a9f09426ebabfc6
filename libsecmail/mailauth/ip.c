/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IP addresses as text. */
#include "mailauth/ip.h"

/* ---- Reading ---- */

static bool take_qnum(struct smi_span *text, uint8_t *byte)
{
    size_t size = 0;
    uint32_t number = 0;
    while (size < text->size && size < 3 && smi_is_digit(text->data[size]))
        number = number * 10 + (text->data[size++] - (uint32_t)'0');
    if (!size || number > 255 || (size > 1 && text->data[0] == '0'))
        return false;
    *byte = (uint8_t)number;
    *text = smi_span_from(*text, size);
    return true;
}

static bool take_mark(struct smi_span *text, uint8_t mark)
{
    if (!text->size || text->data[0] != mark)
        return false;
    *text = smi_span_from(*text, 1);
    return true;
}

bool smi_ip4_read(uint8_t bytes[4], struct smi_span text)
{
    for (size_t i = 0; i < 4; i++) {
        if ((i && !take_mark(&text, '.')) || !take_qnum(&text, &bytes[i]))
            return false;
    }
    return !text.size;
}

static int hex_value(uint8_t c)
{
    const uint8_t low = smi_lower(c);
    return smi_is_digit(c) ? c - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

static bool take_group(struct smi_span *text, uint8_t bytes[2])
{
    size_t size = 0;
    uint32_t number = 0;
    while (size < text->size && size < 4 && hex_value(text->data[size]) >= 0)
        number = number << 4 | (uint32_t)hex_value(text->data[size++]);
    bytes[0] = (uint8_t)(number >> 8);
    bytes[1] = (uint8_t)number;
    *text = smi_span_from(*text, size);
    return size > 0;
}

/* Moves what stands behind the gap to the end, and puts zeros into it. */
static bool close_gap(uint8_t bytes[16], size_t size, size_t gap)
{
    if (gap == SIZE_MAX)
        return size == 16;
    if (size > 14)
        return false;
    memmove(bytes + 16 - (size - gap), bytes + gap, size - gap);
    memset(bytes + gap, 0, 16 - size);
    return true;
}

bool smi_ip6_read(uint8_t bytes[16], struct smi_span text)
{
    size_t size = 0, gap = SIZE_MAX;
    if (text.size > 1 && text.data[0] == ':' && text.data[1] == ':') {
        gap = 0;
        text = smi_span_from(text, 2);
    }
    while (text.size && size < 16) {
        if (size <= 12 && smi_ip4_read(bytes + size, text)) {
            size += 4;
            text.size = 0;
            break;
        }
        if (!take_group(&text, bytes + size))
            return false;
        size += 2;
        if (!text.size)
            break;
        if (!take_mark(&text, ':') || !text.size)
            return false;
        if (text.data[0] == ':') {
            if (gap != SIZE_MAX)
                return false;
            gap = size;
            text = smi_span_from(text, 1);
        }
    }
    return !text.size && close_gap(bytes, size, gap);
}

bool smi_ip_in(const uint8_t *address, const uint8_t *network, uint32_t bits)
{
    const size_t whole = bits / 8, rest = bits % 8;
    if (!smi_span_equal(smi_span(address, whole), smi_span(network, whole)))
        return false;
    return !rest || !((address[whole] ^ network[whole]) >> (8 - rest));
}

/* ---- Writing ---- */

static void put_ip4(struct smi_buf *b, const uint8_t bytes[4])
{
    for (size_t i = 0; i < 4; i++) {
        if (i)
            smi_put_u8(b, '.');
        smi_put_number(b, bytes[i]);
    }
}

static void put_group(struct smi_buf *b, const uint8_t bytes[2])
{
    static const char digits[] = "0123456789abcdef";
    const uint32_t number = (uint32_t)bytes[0] << 8 | bytes[1];
    bool begun = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
        const uint32_t digit = number >> shift & 15;
        begun = begun || digit || !shift;
        if (begun)
            smi_put_u8(b, (uint8_t)digits[digit]);
    }
}

/* The longest run of two or more zero groups, the first of equal ones (RFC 5952 section 4.2). */
static size_t find_zeros(const uint8_t bytes[16], size_t *count)
{
    size_t best = 8;
    *count = 1;
    for (size_t i = 0; i < 8; i++) {
        size_t n = 0;
        while (i + n < 8 && !bytes[2 * (i + n)] && !bytes[2 * (i + n) + 1])
            n++;
        if (n > *count) {
            *count = n;
            best = i;
        }
    }
    return best;
}

static void put_ip6(struct smi_buf *b, const uint8_t bytes[16])
{
    size_t count;
    const size_t zeros = find_zeros(bytes, &count);
    for (size_t i = 0; i < 8; i++) {
        if (i == zeros) {
            smi_put_text(b, "::");
            i += count - 1;
            continue;
        }
        if (i && i != zeros + count)
            smi_put_u8(b, ':');
        put_group(b, bytes + 2 * i);
    }
}

void smi_put_ip(struct smi_buf *b, const uint8_t *bytes, size_t size)
{
    if (size == 4)
        put_ip4(b, bytes);
    else
        put_ip6(b, bytes);
}
