/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spans of text. */
#include "mailauth/text.h"

#include "codec/base64.h"
#include "codec/utf8.h"

bool smi_span_same_bytes(struct smi_span a, struct smi_span b)
{
    for (size_t i = 0; i < a.size; i++) {
        if (smi_lower(a.data[i]) != smi_lower(b.data[i]))
            return false;
    }
    return true;
}

bool smi_span_equal_bytes(struct smi_span a, struct smi_span b)
{
    size_t i = 0;
    for (uint64_t x, y; i + sizeof x <= a.size; i += sizeof x) {
        memcpy(&x, a.data + i, sizeof x);
        memcpy(&y, b.data + i, sizeof y);
        if (x != y)
            return false;
    }
    for (; i < a.size; i++) {
        if (a.data[i] != b.data[i])
            return false;
    }
    return true;
}

bool smi_span_begins(struct smi_span s, const char *word)
{
    const size_t size = strlen(word);
    return s.size >= size && smi_span_is(smi_span(s.data, size), word);
}

struct smi_span smi_span_trim(struct smi_span s)
{
    while (s.size && smi_is_fws(s.data[0]))
        s = smi_span_from(s, 1);
    while (s.size && smi_is_fws(s.data[s.size - 1]))
        s.size--;
    return s;
}

size_t smi_span_find(struct smi_span s, uint8_t c)
{
    const uint8_t *at = s.size ? memchr(s.data, c, s.size) : NULL;
    return at ? (size_t)(at - s.data) : s.size;
}

struct smi_span smi_span_cut(struct smi_span *rest, uint8_t mark)
{
    const size_t size = smi_span_find(*rest, mark);
    const struct smi_span taken = smi_span(rest->data, size);
    *rest = smi_span_from(*rest, size < rest->size ? size + 1 : size);
    return taken;
}

bool smi_span_number(struct smi_span s, uint64_t *number)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s.size; i++) {
        if (!smi_is_digit(s.data[i]))
            return false;
        const uint64_t digit = s.data[i] - '0';
        n = n > (UINT64_MAX - digit) / 10 ? UINT64_MAX : n * 10 + digit;
    }
    *number = n;
    return s.size > 0;
}

bool smi_span_is_utf8(struct smi_span s)
{
    struct smi_utf8 utf8 = {0};
    return smi_utf8_update(&utf8, s.data, s.size) && smi_utf8_complete(&utf8);
}

bool smi_span_is_ascii(struct smi_span s)
{
    uint8_t all = 0;
    for (size_t i = 0; i < s.size; i++)
        all |= s.data[i];
    return all < 0x80;
}

void smi_put_number(struct smi_buf *b, uint64_t number)
{
    uint8_t digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (uint8_t)('0' + number % 10);
    while (number /= 10);
    smi_put(b, digits + at, sizeof digits - at);
}

/* Bytes of the character at the start: 1 for what isn't UTF-8, with `bad` set. */
static size_t character_size(struct smi_span s, bool *bad)
{
    const size_t most = s.size < 4 ? s.size : 4;
    for (size_t size = 1; size <= most; size++) {
        if (smi_span_is_utf8(smi_span(s.data, size))) {
            *bad = size == 1 ? s.data[0] < 0x20 || s.data[0] == 0x7f
                             : size == 2 && s.data[0] == 0xc2 && s.data[1] < 0xa0;
            return size;
        }
    }
    *bad = true;
    return 1;
}

/* Bytes of printable US-ASCII at the start: nearly always all. */
static size_t printable_size(struct smi_span s)
{
    size_t size = 0;
    while (size < s.size && (uint8_t)(s.data[size] - 0x20) < 0x5f)
        size++;
    return size;
}

void smi_put_visible(struct smi_buf *b, struct smi_span s)
{
    for (;;) {
        const size_t plain = printable_size(s);
        bool bad;
        smi_put(b, s.data, plain);
        s = smi_span_from(s, plain);
        if (!s.size)
            break;
        const size_t size = character_size(s, &bad);
        if (bad)
            smi_put_text(b, "\xef\xbf\xbd");
        else
            smi_put(b, s.data, size);
        s = smi_span_from(s, size);
    }
}

/* Decodes what is left in `group` at the end of the text. Bits behind the last byte are ignored, as
 * RFC 4648 section 3.5 allows: what they are is no reason to call a hash or signature unreadable.
 */
static bool put_base64_tail(struct smi_buf *b, const char *group, size_t size, size_t padding)
{
    const char whole[4] = {group[0], group[1], size == 3 ? group[2] : 'A', 'A'};
    uint8_t bytes[3];
    if (!size)
        return !padding;
    if (size == 1 || size + padding != 4 || smi_base64_decode(bytes, whole, 4) != 4)
        return false;
    smi_put(b, bytes, size - 1);
    return true;
}

static bool put_base64_group(struct smi_buf *b, const char group[4])
{
    uint8_t bytes[3];
    if (smi_base64_decode(bytes, group, 4) != 4)
        return false;
    smi_put(b, bytes, sizeof bytes);
    return true;
}

bool smi_put_base64(struct smi_buf *b, struct smi_span text)
{
    char group[4] = {0};
    size_t size = 0, padding = 0;
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t c = text.data[i];
        if (smi_is_fws(c))
            continue;
        if (c == '=')
            padding++;
        else if (padding)
            return false;
        else
            group[size++] = (char)c;
        if (size == 4) {
            if (!put_base64_group(b, group))
                return false;
            size = 0;
        }
    }
    return padding <= 2 && put_base64_tail(b, group, size, padding);
}
