/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Borrowed runs of bytes, and what mail and DNS texts ask of them. Letters are those of ASCII in
 * whatever locale; nothing here is a C string unless it says so.
 */
#ifndef SMI_MAILAUTH_TEXT_H
#define SMI_MAILAUTH_TEXT_H

#include "core/bytes.h"

struct smi_span {
    const uint8_t *data;
    size_t size;
};

static inline struct smi_span smi_span(const void *data, size_t size)
{
    return (struct smi_span){data ? data : "", size};
}

/* Of a text that ends with a NUL; NULL is the empty text. */
static inline struct smi_span smi_span_text(const char *text)
{
    return smi_span(text, text ? strlen(text) : 0);
}

static inline struct smi_span smi_span_from(struct smi_span s, size_t start)
{
    return smi_span(s.data + start, s.size - start);
}

static inline bool smi_is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static inline bool smi_is_alpha(uint8_t c)
{
    return (uint8_t)((c | 0x20) - 'a') < 26;
}

static inline bool smi_is_alnum(uint8_t c)
{
    return smi_is_digit(c) || smi_is_alpha(c);
}

static inline bool smi_is_wsp(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* What folding white space is made of. */
static inline bool smi_is_fws(uint8_t c)
{
    return smi_is_wsp(c) || c == '\r' || c == '\n';
}

static inline uint8_t smi_lower(uint8_t c)
{
    return (uint8_t)(c - 'A') < 26 ? c | 0x20 : c;
}

/* Of spans of one size: equal, and equal but for the case of ASCII letters? */
bool smi_span_equal_bytes(struct smi_span a, struct smi_span b);
bool smi_span_same_bytes(struct smi_span a, struct smi_span b);

/* Equal but for the case of ASCII letters? */
static inline bool smi_span_same(struct smi_span a, struct smi_span b)
{
    return a.size == b.size && smi_span_same_bytes(a, b);
}

/* The same with a word that ends with a NUL. */
static inline bool smi_span_is(struct smi_span s, const char *word)
{
    return smi_span_same(s, smi_span_text(word));
}

/* Equal in every byte? */
static inline bool smi_span_equal(struct smi_span a, struct smi_span b)
{
    return a.size == b.size && smi_span_equal_bytes(a, b);
}

/* Does it begin with the word, whatever its case? */
bool smi_span_begins(struct smi_span s, const char *word);

/* Without blanks and line ends around it. */
struct smi_span smi_span_trim(struct smi_span s);

/* Takes what stands before the first `mark` out of `rest`, and the mark; all if there is none. */
struct smi_span smi_span_cut(struct smi_span *rest, uint8_t mark);

/* Place of the first `c`, or the size. */
size_t smi_span_find(struct smi_span s, uint8_t c);

/* 1*DIGIT; larger numbers become UINT64_MAX. False for anything else. */
bool smi_span_number(struct smi_span s, uint64_t *number);

/* Well-formed UTF-8? */
bool smi_span_is_utf8(struct smi_span s);

/* Nothing but US-ASCII? */
bool smi_span_is_ascii(struct smi_span s);

static inline void smi_put_span(struct smi_buf *b, struct smi_span s)
{
    smi_put(b, s.data, s.size);
}

/* A decimal number. */
void smi_put_number(struct smi_buf *b, uint64_t number);

/* Text for people: control characters and bytes that aren't UTF-8 become U+FFFD. */
void smi_put_visible(struct smi_buf *b, struct smi_span s);

/* Base64 with white space anywhere, padded, as header fields carry it (RFC 6376 section 2.10).
 * Appends the bytes; false for anything else. */
bool smi_put_base64(struct smi_buf *b, struct smi_span text);

#endif
