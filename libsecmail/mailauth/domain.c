/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Domain names. U-labels are encoded (RFC 3492), not mapped: a U-label is in Unicode's normal form
 * C and lower case by definition (RFC 5890 section 2.3.2.1), and what isn't one names no domain.
 */
#include "mailauth/domain.h"

/* ---- Punycode: RFC 3492 section 5 and 6 ---- */

enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, INITIAL_BIAS = 72, INITIAL_N = 128 };

/* The code points of a label; false if there are more than a label can have. */
static bool decode_utf8(struct smi_span s, uint32_t points[SMI_LABEL_MAX], size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < s.size; (*count)++) {
        const uint8_t first = s.data[i];
        const size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        if (*count == SMI_LABEL_MAX)
            return false;
        uint32_t c = size == 1 ? smi_lower(first) : first & (0x7fU >> size);
        for (size_t k = 1; k < size; k++)
            c = c << 6 | (s.data[i + k] & 0x3f);
        points[*count] = c;
        i += size;
    }
    return true;
}

static uint32_t adapt(uint32_t delta, uint32_t count, bool first)
{
    uint32_t k = 0;
    delta = first ? delta / DAMP : delta / 2;
    delta += delta / count;
    for (; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
        delta /= BASE - TMIN;
    return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

static void put_digit(struct smi_buf *b, uint32_t digit)
{
    smi_put_u8(b, (uint8_t)(digit < 26 ? 'a' + digit : '0' + digit - 26));
}

static void put_delta(struct smi_buf *b, uint32_t delta, uint32_t bias)
{
    for (uint32_t k = BASE;; k += BASE) {
        const uint32_t t = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
        if (delta < t)
            break;
        put_digit(b, t + (delta - t) % (BASE - t));
        delta = (delta - t) / (BASE - t);
    }
    put_digit(b, delta);
}

static uint32_t next_point(const uint32_t *points, size_t count, uint32_t n)
{
    uint32_t next = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        if (points[i] >= n && points[i] < next)
            next = points[i];
    }
    return next;
}

/* 63 code points below 2^21 can't overflow 32 bits: (2^21) * 64 = 2^27. */
static void put_punycode(struct smi_buf *b, const uint32_t *points, size_t count)
{
    uint32_t basic = 0;
    for (size_t i = 0; i < count; i++) {
        if (points[i] < INITIAL_N) {
            smi_put_u8(b, (uint8_t)points[i]);
            basic++;
        }
    }
    if (basic)
        smi_put_u8(b, '-');
    uint32_t n = INITIAL_N, delta = 0, bias = INITIAL_BIAS, done = basic;
    while (done < count) {
        const uint32_t next = next_point(points, count, n);
        delta += (next - n) * (done + 1);
        n = next;
        for (size_t i = 0; i < count; i++) {
            delta += points[i] < n;
            if (points[i] != n)
                continue;
            put_delta(b, delta, bias);
            bias = adapt(delta, done + 1, done == basic);
            delta = 0;
            done++;
        }
        delta++;
        n++;
    }
}

/* ---- Names ---- */

static bool put_u_label(struct smi_buf *b, struct smi_span label)
{
    uint32_t points[SMI_LABEL_MAX];
    size_t count;
    if (!smi_span_is_utf8(label) || !decode_utf8(label, points, &count))
        return false;
    smi_put_text(b, "xn--");
    put_punycode(b, points, count);
    return true;
}

static bool put_labels(struct smi_buf *b, struct smi_span text)
{
    while (text.size) {
        const struct smi_span label = smi_span_cut(&text, '.');
        if (b->size)
            smi_put_u8(b, '.');
        const size_t start = b->size;
        if (smi_span_is_ascii(label))
            smi_put_span(b, label);
        else if (!put_u_label(b, label))
            return false;
        if (b->size == start || b->size - start > SMI_LABEL_MAX)
            return false;
    }
    return b->size > 0;
}

static bool read_with_u_labels(struct smi_domain *d, struct smi_span text)
{
    /* The writer never grows: its block is the name's own. */
    struct smi_buf b = {.data = (uint8_t *)d->text,
                        .room = SMI_DOMAIN_MAX,
                        .ceiling = SMI_DOMAIN_MAX,
                        .over = SECMAIL_E_ARGUMENT};
    const bool ok = put_labels(&b, text) && !b.error;
    d->size = ok ? (uint8_t)b.size : 0;
    return ok;
}

/* What nearly every name is; false also for one that has U-labels. */
static bool read_ascii(struct smi_domain *d, struct smi_span text)
{
    size_t label = 0;
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t c = text.data[i];
        label = c == '.' ? 0 : label + 1;
        if (!c || c >= 0x80 || label > SMI_LABEL_MAX || (!label && (!i || text.data[i - 1] == '.')))
            return false;
        d->text[i] = (char)smi_lower(c);
    }
    d->size = (uint8_t)text.size;
    return label > 0;
}

bool smi_domain_read(struct smi_domain *d, struct smi_span text)
{
    if (text.size > 1 && text.data[text.size - 1] == '.')
        text.size--;
    bool ok = text.size <= SMI_DOMAIN_MAX && read_ascii(d, text);
    if (!ok && !smi_span_is_ascii(text) && smi_span_find(text, 0) == text.size) {
        ok = read_with_u_labels(d, text);
        for (size_t i = 0; i < d->size; i++)
            d->text[i] = (char)smi_lower((uint8_t)d->text[i]);
    }
    d->size = ok ? d->size : 0;
    d->text[d->size] = '\0';
    return ok;
}

bool smi_domain_read_host(struct smi_domain *d, struct smi_span text)
{
    if (!smi_domain_read(d, text))
        return false;
    for (size_t i = 0; i < d->size; i++) {
        const uint8_t c = (uint8_t)d->text[i];
        if (!smi_is_alnum(c) && c != '-' && c != '_' && c != '.')
            return false;
    }
    return true;
}

bool smi_domain_join(struct smi_domain *out, struct smi_span prefix, const struct smi_domain *d)
{
    const size_t size = prefix.size + 1 + d->size;
    if (!prefix.size || size > SMI_DOMAIN_MAX)
        return false;
    char text[SMI_DOMAIN_MAX];
    memcpy(text, prefix.data, prefix.size);
    text[prefix.size] = '.';
    memcpy(text + prefix.size + 1, d->text, d->size);
    return smi_domain_read(out, smi_span(text, size));
}

size_t smi_domain_labels(const struct smi_domain *d)
{
    size_t labels = d->size > 0;
    for (size_t i = 0; i < d->size; i++)
        labels += d->text[i] == '.';
    return labels;
}

const char *smi_domain_last(const struct smi_domain *d, size_t count)
{
    size_t at = d->size;
    while (at && (d->text[at - 1] != '.' || --count))
        at--;
    return d->text + at;
}

bool smi_domain_same(const struct smi_domain *a, const struct smi_domain *b)
{
    return smi_span_equal(smi_domain_span(a), smi_domain_span(b));
}

bool smi_domain_is_under(const struct smi_domain *d, const struct smi_domain *top)
{
    if (!top->size || d->size < top->size)
        return false;
    const size_t at = d->size - top->size;
    return (!at || d->text[at - 1] == '.') &&
           smi_span_equal(smi_span(d->text + at, top->size), smi_domain_span(top));
}
