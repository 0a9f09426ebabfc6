/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The only ways to read and write bytes: a cursor that can't leave its range, and a writer with a
 * ceiling. Both remember the first failure, so that straight-line code checks once, at the end.
 */
#ifndef SMI_CORE_BYTES_H
#define SMI_CORE_BYTES_H

#include "memory.h"

#include <string.h>

/* A read position in borrowed bytes. A read past the end gives zeros and sets `bad`. */
struct smi_cursor {
    const uint8_t *data;
    size_t size;
    size_t pos;
    bool bad;
};

static inline struct smi_cursor smi_cursor(const uint8_t *data, size_t size)
{
    /* No bytes are a valid range too, and smi_take()'s NULL means failure. */
    return (struct smi_cursor){data ? data : (const uint8_t *)"", size, 0, false};
}

static inline size_t smi_left(const struct smi_cursor *c)
{
    return c->bad ? 0 : c->size - c->pos;
}

/* The next `size` bytes, or NULL (and bad) if there are fewer. */
static inline const uint8_t *smi_take(struct smi_cursor *c, size_t size)
{
    if (c->bad || size > c->size - c->pos) {
        c->bad = true;
        return NULL;
    }
    const uint8_t *p = c->data + c->pos;
    c->pos += size;
    return p;
}

static inline uint8_t smi_u8(struct smi_cursor *c)
{
    const uint8_t *p = smi_take(c, 1);
    return p ? p[0] : 0;
}

static inline uint16_t smi_u16(struct smi_cursor *c)
{
    const uint8_t *p = smi_take(c, 2);
    return (uint16_t)(p ? p[0] << 8 | p[1] : 0);
}

static inline uint32_t smi_u32(struct smi_cursor *c)
{
    const uint8_t *p = smi_take(c, 4);
    return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

/* The next `size` bytes as a cursor of their own. */
static inline struct smi_cursor smi_sub(struct smi_cursor *c, size_t size)
{
    const uint8_t *p = smi_take(c, size);
    return (struct smi_cursor){p, p ? size : 0, 0, p == NULL};
}

static inline struct smi_cursor smi_rest(struct smi_cursor *c)
{
    return smi_sub(c, smi_left(c));
}

/* Copies exactly `size` bytes out; zeros if there are fewer. */
static inline void smi_copy(struct smi_cursor *c, uint8_t *to, size_t size)
{
    const uint8_t *p = smi_take(c, size);
    if (p)
        memcpy(to, p, size);
    else
        memset(to, 0, size);
}

/* A growing block of bytes. `error` is 0, SECMAIL_E_NOMEM, or `over` once `ceiling` is passed. */
struct smi_buf {
    const struct secmail_allocator *mem;
    uint8_t *data;
    size_t size;
    size_t room;
    size_t ceiling;
    int over;
    int error;
};

static inline struct smi_buf smi_buf(const struct secmail_allocator *mem, size_t ceiling, int over)
{
    return (struct smi_buf){.mem = mem, .ceiling = ceiling, .over = over};
}

/* A writer for what the library itself makes, where only memory is the bound. */
static inline struct smi_buf smi_buf_open(const struct secmail_allocator *mem)
{
    return smi_buf(mem, SIZE_MAX / 2, SECMAIL_E_NOMEM);
}

SMI_SHARED void smi_buf_free(struct smi_buf *b);

/* Room for `size` more bytes at the end, uninitialised and already counted; NULL on failure. */
SMI_SHARED uint8_t *smi_buf_add(struct smi_buf *b, size_t size);
SMI_SHARED void smi_put(struct smi_buf *b, const void *data, size_t size);
SMI_SHARED void smi_put_u16(struct smi_buf *b, uint16_t v);
SMI_SHARED void smi_put_u32(struct smi_buf *b, uint32_t v);
SMI_SHARED void smi_put_text(struct smi_buf *b, const char *text);

/* Inline: many texts are written byte by byte, and each call between libraries would show. What has
 * room is within the ceiling. */
static inline void smi_put_u8(struct smi_buf *b, uint8_t v)
{
    if (b->size < b->room && !b->error)
        b->data[b->size++] = v;
    else
        smi_put(b, &v, 1);
}

/* Makes room for `room` bytes in all, to avoid growing in steps. */
SMI_SHARED void smi_buf_reserve(struct smi_buf *b, size_t room);

/* Forgets and wipes what was written; keeps the memory. */
SMI_SHARED void smi_buf_clear(struct smi_buf *b);

static inline struct smi_cursor smi_buf_cursor(const struct smi_buf *b)
{
    return smi_cursor(b->data, b->size);
}

/*
 * Turns [offset, offset + size) of a buffer into a public object. The buffer's memory is
 * transferred on success and the buffer is empty then; on failure it is left as it was.
 */
SMI_SHARED int smi_bytes_new(struct secmail_bytes **out, struct smi_buf *b, size_t offset,
                             size_t size);

/* The same for a whole buffer: reports the buffer's own error first, and always empties it. */
SMI_SHARED int smi_bytes_from(struct secmail_bytes **out, struct smi_buf *b);

#endif
