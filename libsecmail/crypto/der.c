/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Strict DER. */
#include "crypto/der.h"

static const struct smi_cursor nothing = {.data = (const uint8_t *)"", .bad = true};

/* X.690 section 10.1: "the definite form of length encoding shall be used, encoded in the minimum
 * number of octets". Four bytes of length are more than a key needs. */
static size_t take_length(struct smi_cursor *c)
{
    const uint8_t first = smi_u8(c);
    if (first < 0x80)
        return first;
    const size_t count = first & 0x7f;
    size_t size = 0;
    if (!count || count > 4) {
        c->bad = true;
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        size = size << 8 | smi_u8(c);
    if (size < 0x80 || size >> (8 * (count - 1)) == 0)
        c->bad = true;
    return size;
}

struct smi_cursor smi_der_take(struct smi_cursor *c, uint8_t tag)
{
    if (smi_u8(c) != tag)
        c->bad = true;
    const size_t size = take_length(c);
    return c->bad ? nothing : smi_sub(c, size);
}

bool smi_der_is_next(const struct smi_cursor *c, uint8_t tag)
{
    return smi_left(c) && c->data[c->pos] == tag;
}

struct smi_cursor smi_der_unsigned(struct smi_cursor *c)
{
    struct smi_cursor n = smi_der_take(c, SMI_DER_INTEGER);
    const bool negative = n.size && n.data[0] & 0x80;
    const bool needless = n.size > 1 && !n.data[0] && !(n.data[1] & 0x80);
    if (!n.size || negative || needless)
        c->bad = n.bad = true;
    else if (n.size > 1 && !n.data[0])
        smi_u8(&n);
    return n.bad ? nothing : smi_rest(&n);
}

struct smi_cursor smi_der_bits(struct smi_cursor *c)
{
    struct smi_cursor bits = smi_der_take(c, SMI_DER_BIT_STRING);
    if (smi_u8(&bits) != 0)
        bits.bad = true;
    c->bad = c->bad || bits.bad;
    return bits.bad ? nothing : smi_rest(&bits);
}

bool smi_der_oid_is(struct smi_cursor *c, const uint8_t *oid, size_t size)
{
    struct smi_cursor id = smi_der_take(c, SMI_DER_OID);
    return !id.bad && id.size == size && smi_equal(id.data, oid, size);
}

size_t smi_der_header_size(size_t size)
{
    size_t bytes = 2;
    if (size >= 0x80) {
        for (size_t left = size; left; left >>= 8)
            bytes++;
    }
    return bytes;
}

void smi_der_put_header(struct smi_buf *b, uint8_t tag, size_t size)
{
    const size_t bytes = smi_der_header_size(size) - 2;
    smi_put_u8(b, tag);
    smi_put_u8(b, (uint8_t)(bytes ? 0x80 | bytes : size));
    for (size_t i = bytes; i--;)
        smi_put_u8(b, (uint8_t)(size >> (8 * i)));
}
