/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The header of a message: its bytes as they came, and an index of the fields. A field ends at a
 * CRLF that no white space follows; a CR or LF by itself ends nothing, and is noted.
 */
#ifndef SMI_MAILAUTH_HEADER_H
#define SMI_MAILAUTH_HEADER_H

#include "mailauth/text.h"

struct smi_field {
    uint32_t at;        /* offset in the header */
    uint32_t size;      /* without the CRLF at its end */
    uint32_t name_size; /* without white space before the colon; 0 for a line that is no field */
    uint32_t value;     /* offset of what follows the colon */
    uint32_t name;      /* index of the name */
    uint32_t above;     /* the nearest field above with the same name + 1; 0 if there is none */
};

/* One name, whatever its case. */
struct smi_field_name {
    uint32_t hash;
    uint32_t last; /* the bottommost field of this name + 1 */
    uint32_t count;
};

struct smi_header {
    const struct secmail_allocator *mem;
    struct smi_buf raw;
    struct smi_field *fields;
    size_t count, room;
    struct smi_field_name *names;
    size_t name_count, name_room;
    uint32_t *buckets; /* name + 1 */
    size_t bucket_count;
    bool bare_ends; /* a CR or LF stands by itself */
    bool odd_from;  /* a line is no field, but for some reader it may be a From field */
};

enum { SMI_NO_NAME = UINT32_MAX };

void smi_header_init(struct smi_header *h, const struct secmail_allocator *mem, size_t ceiling);
void smi_header_free(struct smi_header *h);

/* Indexes what stands in `raw`. 0, SECMAIL_E_NOMEM, or 1 if there are more than `most` fields: the
 * rest is left out then. */
int smi_header_read(struct smi_header *h, size_t most);

/* Index of a name, or SMI_NO_NAME. */
uint32_t smi_header_name(const struct smi_header *h, struct smi_span name);

/* How many fields have this name. */
size_t smi_header_count(const struct smi_header *h, const char *name);

/* The topmost field of this name from field `from` on; NULL if there is none. */
const struct smi_field *smi_header_next(const struct smi_header *h, const char *name, size_t from);

static inline struct smi_span smi_field_raw(const struct smi_header *h, const struct smi_field *f)
{
    return smi_span(h->raw.data + f->at, f->size);
}

static inline struct smi_span smi_field_name(const struct smi_header *h, const struct smi_field *f)
{
    return smi_span(h->raw.data + f->at, f->name_size);
}

static inline struct smi_span smi_field_value(const struct smi_header *h, const struct smi_field *f)
{
    return smi_span(h->raw.data + f->value, f->at + f->size - f->value);
}

#endif
