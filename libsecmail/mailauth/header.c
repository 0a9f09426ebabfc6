/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Index of a header. Names are hashed and fields of one name chained from bottom to top, so that
 * taking fields by name, as signatures do, costs the same however many there are.
 */
#include "mailauth/header.h"

void smi_header_init(struct smi_header *h, const struct secmail_allocator *mem, size_t ceiling)
{
    *h = (struct smi_header){.mem = mem, .raw = smi_buf(mem, ceiling, SECMAIL_E_ARGUMENT)};
}

void smi_header_free(struct smi_header *h)
{
    smi_free(h->mem, h->fields, h->room * sizeof *h->fields);
    smi_free(h->mem, h->names, h->name_room * sizeof *h->names);
    smi_free(h->mem, h->buckets, h->bucket_count * sizeof *h->buckets);
    smi_buf_free(&h->raw);
}

/* ---- Names ---- */

static uint32_t hash_of(struct smi_span name)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < name.size; i++)
        hash = (hash ^ smi_lower(name.data[i])) * 16777619U;
    return hash;
}

/* The bucket that holds the name, or the empty one where it would stand. */
static uint32_t *bucket_of(const struct smi_header *h, struct smi_span name, uint32_t hash)
{
    const size_t mask = h->bucket_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        uint32_t *bucket = &h->buckets[i];
        if (!*bucket)
            return bucket;
        const struct smi_field_name *n = &h->names[*bucket - 1];
        if (n->hash == hash && smi_span_same(smi_field_name(h, &h->fields[n->last - 1]), name))
            return bucket;
    }
}

uint32_t smi_header_name(const struct smi_header *h, struct smi_span name)
{
    if (!h->bucket_count || !name.size)
        return SMI_NO_NAME;
    const uint32_t found = *bucket_of(h, name, hash_of(name));
    return found ? found - 1 : SMI_NO_NAME;
}

size_t smi_header_count(const struct smi_header *h, const char *name)
{
    const uint32_t number = smi_header_name(h, smi_span_text(name));
    return number == SMI_NO_NAME ? 0 : h->names[number].count;
}

const struct smi_field *smi_header_next(const struct smi_header *h, const char *name, size_t from)
{
    const uint32_t number = smi_header_name(h, smi_span_text(name));
    if (number == SMI_NO_NAME)
        return NULL;
    for (size_t i = from; i < h->count; i++) {
        if (h->fields[i].name_size && h->fields[i].name == number)
            return &h->fields[i];
    }
    return NULL;
}

static int name_field(struct smi_header *h, size_t index)
{
    struct smi_field *f = &h->fields[index];
    const struct smi_span name = smi_field_name(h, f);
    const uint32_t hash = hash_of(name);
    uint32_t *bucket = bucket_of(h, name, hash);
    if (!*bucket) {
        if (!smi_grow(h->mem, &h->names, &h->name_room, h->name_count + 1, sizeof *h->names))
            return SECMAIL_E_NOMEM;
        h->names[h->name_count] = (struct smi_field_name){.hash = hash};
        *bucket = (uint32_t)++h->name_count;
    }
    struct smi_field_name *n = &h->names[*bucket - 1];
    f->name = *bucket - 1;
    f->above = n->last;
    n->last = (uint32_t)index + 1;
    n->count++;
    return 0;
}

static int name_fields(struct smi_header *h)
{
    h->bucket_count = 16;
    while (h->bucket_count < 2 * h->count)
        h->bucket_count *= 2;
    h->buckets = smi_zalloc(h->mem, h->bucket_count * sizeof *h->buckets);
    if (!h->buckets) {
        h->bucket_count = 0;
        return SECMAIL_E_NOMEM;
    }
    int rc = 0;
    for (size_t i = 0; i < h->count && !rc; i++) {
        if (h->fields[i].name_size)
            rc = name_field(h, i);
    }
    return rc;
}

/* ---- Fields ---- */

/* Size of the field that starts at `at`, without its CRLF. */
static size_t field_size(struct smi_header *h, size_t at)
{
    const uint8_t *data = h->raw.data;
    const size_t end = h->raw.size;
    size_t pos = at;
    for (;;) {
        const uint8_t *lf = memchr(data + pos, '\n', end - pos);
        if (!lf)
            return end - at;
        pos = (size_t)(lf - data) + 1;
        if (pos - at < 2 || lf[-1] != '\r') {
            h->bare_ends = true;
            continue;
        }
        if (pos == end || !smi_is_wsp(data[pos]))
            return pos - 2 - at;
    }
}

/* field-name: printable US-ASCII but the colon, and, in old mail, white space before the colon
 * (RFC 5322 sections 2.2 and 4.5). */
static size_t name_size(struct smi_span field, size_t colon)
{
    size_t size = colon;
    while (size && smi_is_wsp(field.data[size - 1]))
        size--;
    for (size_t i = 0; i < size; i++) {
        if (field.data[i] < 0x21 || field.data[i] > 0x7e)
            return 0;
    }
    return colon < field.size ? size : 0;
}

static bool has_bare_cr(struct smi_span s)
{
    while (s.size) {
        const size_t at = smi_span_find(s, '\r');
        if (at == s.size)
            return false;
        if (at + 1 == s.size || s.data[at + 1] != '\n')
            return true;
        s = smi_span_from(s, at + 2);
    }
    return false;
}

/* Would a reader that strips what it doesn't expect find this name before the colon? */
static bool resembles(struct smi_span field, size_t colon, const char *name)
{
    const size_t size = strlen(name);
    size_t same = 0;
    for (size_t i = 0; i < colon && i < field.size; i++) {
        const uint8_t c = field.data[i];
        if (c < 0x21 || c > 0x7e)
            continue;
        if (same == size || smi_lower(c) != (uint8_t)name[same])
            return false;
        same++;
    }
    return same == size && colon < field.size;
}

static bool add_field(struct smi_header *h, size_t at, size_t size)
{
    if (!smi_grow(h->mem, &h->fields, &h->room, h->count + 1, sizeof *h->fields))
        return false;
    const struct smi_span field = smi_span(h->raw.data + at, size);
    const size_t colon = smi_span_find(field, ':');
    struct smi_field *f = &h->fields[h->count++];
    *f = (struct smi_field){.at = (uint32_t)at, .size = (uint32_t)size};
    f->name_size = (uint32_t)name_size(field, colon);
    f->value = (uint32_t)(at + (f->name_size ? colon + 1 : 0));
    if (!f->name_size && resembles(field, colon, "from"))
        h->odd_from = true;
    if (has_bare_cr(field))
        h->bare_ends = true;
    return true;
}

int smi_header_read(struct smi_header *h, size_t most)
{
    bool over = false;
    for (size_t at = 0; at < h->raw.size && !over;) {
        const size_t size = field_size(h, at);
        over = h->count == most;
        if (!over && !add_field(h, at, size))
            return SECMAIL_E_NOMEM;
        at += size + 2;
    }
    const int rc = name_fields(h);
    return rc ? rc : over;
}
