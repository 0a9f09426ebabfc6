/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Canonical forms. A body is mostly bytes that stay as they are: long runs of those go from the
 * caller's buffer to the hash directly, found 64 bytes at a time, and only what is between them
 * goes through the state machine.
 *
 * Invariant of both forms: text is followed by its CRLF at once, since a canonical body that isn't
 * empty always ends with one; only empty lines are held back, because at the end they don't count.
 */
#include "mailauth/dkim_canon.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* ---- Header fields ---- */

/* "Unfold all header field continuation lines", "convert all sequences of one or more WSP
 * characters to a single SP", "delete all WSP characters at the end of each unfolded header field
 * value" and those around the colon (RFC 6376 section 3.4.2). */
static void put_relaxed_value(struct smi_buf *b, struct smi_span value)
{
    uint8_t *to = smi_buf_add(b, value.size);
    if (!to)
        return;
    size_t size = 0;
    bool blank = false;
    for (size_t i = 0; i < value.size; i++) {
        const uint8_t c = value.data[i];
        if (smi_is_wsp(c)) {
            blank = size > 0;
            continue;
        }
        if (c == '\r' && i + 1 < value.size && value.data[i + 1] == '\n') {
            i++;
            continue;
        }
        if (blank)
            to[size++] = ' ';
        blank = false;
        to[size++] = c;
    }
    b->size -= value.size - size;
}

static void put_relaxed_field(struct smi_buf *b, struct smi_span field, size_t name_size)
{
    const size_t colon = smi_span_find(field, ':');
    if (colon == field.size)
        return;
    for (size_t i = 0; i < name_size; i++)
        smi_put_u8(b, smi_lower(field.data[i]));
    smi_put_u8(b, ':');
    put_relaxed_value(b, smi_span_from(field, colon + 1));
}

void smi_canon_field(struct smi_buf *b, enum smi_canon canon, struct smi_span field,
                     size_t name_size)
{
    if (canon == SMI_RELAXED)
        put_relaxed_field(b, field, name_size);
    else
        smi_put_span(b, field);
}

/* ---- Writing a body ---- */

static void flush(struct smi_body_canon *c)
{
    if (c->staged)
        c->sink(c->user, c->stage, c->staged);
    c->staged = 0;
}

/* Short runs are collected, long ones are passed on as they are. */
static void put(struct smi_body_canon *c, const uint8_t *data, size_t size)
{
    if (size > SMI_CANON_STAGE - c->staged) {
        flush(c);
        if (size > SMI_CANON_STAGE / 4) {
            c->sink(c->user, data, size);
            return;
        }
    }
    memcpy(c->stage + c->staged, data, size);
    c->staged += size;
}

static void put_empty_lines(struct smi_body_canon *c)
{
    for (; c->empty_lines; c->empty_lines--)
        put(c, (const uint8_t *)"\r\n", 2);
}

/* Text: what was held back before it counts now. */
static void put_text(struct smi_body_canon *c, const uint8_t *data, size_t size)
{
    put_empty_lines(c);
    if (c->blank)
        put(c, (const uint8_t *)" ", 1);
    c->blank = false;
    put(c, data, size);
    c->written = true;
    c->line_start = false;
}

static void end_line(struct smi_body_canon *c)
{
    c->blank = false;
    if (c->line_start) {
        c->empty_lines++;
        return;
    }
    put(c, (const uint8_t *)"\r\n", 2);
    c->line_start = true;
}

/* A CR that no LF follows is text. */
static void end_cr(struct smi_body_canon *c)
{
    if (c->cr)
        put_text(c, (const uint8_t *)"\r", 1);
    c->cr = false;
}

/* ---- One byte ---- */

static void step(struct smi_body_canon *c, const uint8_t *p)
{
    if (*p == '\n' && c->cr) {
        c->cr = false;
        end_line(c);
        return;
    }
    end_cr(c);
    if (*p == '\r')
        c->cr = true;
    else if (c->canon == SMI_RELAXED && smi_is_wsp(*p))
        c->blank = true;
    else
        put_text(c, p, 1);
}

/* ---- Long runs ---- */

typedef uint8_t block __attribute__((vector_size(16)));
typedef uint64_t halves __attribute__((vector_size(16)));

static inline block load(const uint8_t *p)
{
    block b;
    memcpy(&b, p, sizeof b);
    return b;
}

static inline bool any(block b)
{
    const halves h = (halves)b;
    return (h[0] | h[1]) != 0;
}

static inline block larger(block a, block b)
{
#ifdef __SSE2__
    return (block)_mm_max_epu8((__m128i)a, (__m128i)b);
#else
    const block bigger = (block)(a > b);
    return (a & bigger) | (b & ~bigger);
#endif
}

static inline block smaller(block a, block b)
{
#ifdef __SSE2__
    return (block)_mm_min_epu8((__m128i)a, (__m128i)b);
#else
    const block less = (block)(a < b);
    return (a & less) | (b & ~less);
#endif
}

/* Each byte and the next one: not above a blank where both of them are and the first is no CR. */
static inline block pairs(const uint8_t *p)
{
    const block a = load(p);
    return larger(a, load(p + 1)) | (block)(a == '\r');
}

/*
 * Not zero if a byte that changes may stand among these 64. That is a tab, or a blank or LF that a
 * blank or line end follows. CR is left out of the first of two, or every line end would be such a
 * place; other control characters are in by convenience.
 */
static inline block marks(const uint8_t *p)
{
    const block pair = smaller(smaller(pairs(p), pairs(p + 16)),
                               smaller(pairs(p + 32), pairs(p + 48)));
    const block byte = smaller(smaller(load(p), load(p + 16)), smaller(load(p + 32), load(p + 48)));
    return (block)(pair <= 0x20) | (block)(byte <= '\t');
}

static bool is_relaxed_mark(const uint8_t *p)
{
    return (p[0] <= 0x20 && p[1] <= 0x20 && p[0] != '\r') || p[0] == '\t';
}

/* Bytes before the first mark among `size` ones; one byte behind them can be read. */
static size_t until_mark(const uint8_t *p, size_t size)
{
    size_t i = 0;
    while (size - i >= 128 && !any(marks(p + i) | marks(p + i + 64)))
        i += 128;
    while (i < size && !is_relaxed_mark(p + i))
        i++;
    return i;
}

/* For the simple form only empty lines matter: bytes before the CRLF and CR at the end of `size`
 * ones. */
static size_t until_line_ends(const uint8_t *p, size_t size)
{
    size_t end = size;
    while (end && (p[end - 1] == '\r' || (end > 1 && p[end - 2] == '\r' && p[end - 1] == '\n')))
        end--;
    return end;
}

/*
 * Bytes at the start of text that can be written as they are. They end neither with a CR nor a
 * blank, so that nothing about them depends on what follows.
 */
static size_t plain_run(const struct smi_body_canon *c, const uint8_t *p, size_t size)
{
    size_t run = 0;
    if (size > 1)
        run = c->canon == SMI_RELAXED ? until_mark(p, size - 1) : until_line_ends(p, size);
    while (run && (p[run - 1] == '\r' || (c->canon == SMI_RELAXED && p[run - 1] == ' ')))
        run--;
    return run;
}

/* Nothing is held back, or only empty lines before text that starts here. */
static bool is_plain(const struct smi_body_canon *c, const uint8_t *p)
{
    return !c->cr && !c->blank && *p != '\r';
}

static void put_run(struct smi_body_canon *c, const uint8_t *p, size_t size)
{
    put_text(c, p, size);
    c->line_start = size > 1 && p[size - 2] == '\r' && p[size - 1] == '\n';
}

void smi_body_update(struct smi_body_canon *c, const uint8_t *data, size_t size)
{
    /* Pieces that stay in the cache between being looked at and being hashed. */
    enum { PIECE = 16384 };
    while (size) {
        const size_t piece = size < PIECE ? size : PIECE;
        const size_t run = is_plain(c, data) ? plain_run(c, data, piece) : 0;
        const size_t done = run ? run : 1;
        if (run)
            put_run(c, data, run);
        else
            step(c, data);
        data += done;
        size -= done;
    }
}

void smi_body_init(struct smi_body_canon *c, enum smi_canon canon, smi_sink sink, void *user)
{
    c->canon = canon;
    c->sink = sink;
    c->user = user;
    c->empty_lines = 0;
    c->written = c->cr = c->blank = false;
    c->line_start = true;
    c->staged = 0;
}

/* "If there is no body or no trailing CRLF on the message body, a CRLF is added"; the relaxed form
 * adds none to an empty body (RFC 6376 sections 3.4.3 and 3.4.4). */
void smi_body_finish(struct smi_body_canon *c)
{
    end_cr(c);
    if (!c->line_start || (c->canon == SMI_SIMPLE && !c->written))
        put(c, (const uint8_t *)"\r\n", 2);
    flush(c);
}
