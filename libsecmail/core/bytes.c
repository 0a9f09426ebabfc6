/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The writer and the returned-bytes object. Reading is all inline, in bytes.h. */
#include "bytes.h"

struct secmail_bytes {
    struct secmail_allocator mem;
    uint8_t *block;
    size_t room;
    const uint8_t *data;
    size_t size;
};

void smi_buf_free(struct smi_buf *b)
{
    smi_free(b->mem, b->data, b->room);
    b->data = NULL;
    b->size = b->room = 0;
}

void smi_buf_clear(struct smi_buf *b)
{
    if (b->data)
        smi_wipe(b->data, b->size);
    b->size = 0;
}

void smi_buf_reserve(struct smi_buf *b, size_t room)
{
    if (b->error || room <= b->room)
        return;
    uint8_t *bigger = smi_alloc(b->mem, room);
    if (!bigger) {
        b->error = SECMAIL_E_NOMEM;
        return;
    }
    if (b->data)
        memcpy(bigger, b->data, b->size);
    smi_free(b->mem, b->data, b->size);
    b->data = bigger;
    b->room = room;
}

static void make_room(struct smi_buf *b, size_t size)
{
    if (size > b->ceiling || b->size > b->ceiling - size) {
        b->error = b->over;
        return;
    }
    size_t need = b->size + size;
    if (need <= b->room)
        return;
    size_t room = b->room ? b->room * 2 : 64;
    if (room < need)
        room = need;
    smi_buf_reserve(b, room < b->ceiling ? room : b->ceiling);
}

uint8_t *smi_buf_add(struct smi_buf *b, size_t size)
{
    if (!b->error)
        make_room(b, size);
    if (b->error)
        return NULL;
    uint8_t *p = b->data + b->size;
    b->size += size;
    return p;
}

void smi_put(struct smi_buf *b, const void *data, size_t size)
{
    if (!size)
        return;
    uint8_t *p = smi_buf_add(b, size);
    if (p)
        memcpy(p, data, size);
}

void smi_put_u16(struct smi_buf *b, uint16_t v)
{
    smi_put(b, (uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
}

void smi_put_u32(struct smi_buf *b, uint32_t v)
{
    smi_put_u16(b, (uint16_t)(v >> 16));
    smi_put_u16(b, (uint16_t)v);
}

void smi_put_text(struct smi_buf *b, const char *text)
{
    smi_put(b, text, strlen(text));
}

int smi_bytes_new(struct secmail_bytes **out, struct smi_buf *b, size_t offset, size_t size)
{
    *out = NULL;
    smi_buf_reserve(b, 1);
    if (b->error)
        return b->error;
    struct secmail_bytes *bytes = smi_alloc(b->mem, sizeof *bytes);
    if (!bytes)
        return SECMAIL_E_NOMEM;
    *bytes = (struct secmail_bytes){*b->mem, b->data, b->size, b->data + offset, size};
    b->data = NULL;
    b->size = b->room = 0;
    *out = bytes;
    return 0;
}

int smi_bytes_from(struct secmail_bytes **out, struct smi_buf *b)
{
    int rc = smi_bytes_new(out, b, 0, b->size);
    smi_buf_free(b);
    return rc;
}

const uint8_t *secmail_bytes_data(const struct secmail_bytes *bytes)
{
    return bytes ? bytes->data : NULL;
}

size_t secmail_bytes_size(const struct secmail_bytes *bytes)
{
    return bytes ? bytes->size : 0;
}

void secmail_bytes_free(struct secmail_bytes *bytes)
{
    if (!bytes)
        return;
    const struct secmail_allocator mem = bytes->mem;
    smi_free(&mem, bytes->block, bytes->room);
    smi_free(&mem, bytes, sizeof *bytes);
}
