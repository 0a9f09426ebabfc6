/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads the files of data/: records of "name = value" lines, divided by empty lines; '#' begins a
 * comment line. Values are hexadecimal bytes or decimal numbers. Each field is a block of its exact
 * size, so that the address sanitizer sees a read beyond it.
 */
#ifndef SECMAIL_TEST_VECTORS_H
#define SECMAIL_TEST_VECTORS_H

#include "fixture.h"

enum { VECTOR_FIELDS = 12 };

struct vector_field {
    char *name;
    char *value;
    uint8_t *bytes; /* decoded when asked for */
};

struct vectors {
    const char *file;
    char *text;
    char *next;
    int line;
    int count; /* records so far */
    int first; /* line of the record at hand */
    size_t fields;
    struct vector_field field[VECTOR_FIELDS];
};

static inline void vectors_open(struct vectors *v, const char *file)
{
    char name[100];
    size_t size;
    snprintf(name, sizeof name, "vectors/data/%s", file);
    *v = (struct vectors){.file = file};
    v->text = (char *)fixture_read_free(fixture_path(name), &size);
    v->next = v->text;
}

static inline void vectors_forget(struct vectors *v)
{
    for (size_t i = 0; i < v->fields; i++)
        free(v->field[i].bytes);
    v->fields = 0;
}

/* The next line, cut off at its end; NULL behind the last one. */
static inline char *vectors_line(struct vectors *v)
{
    char *line = v->next;
    if (!line || !*line)
        return NULL;
    v->next = strchr(line, '\n');
    if (v->next)
        *v->next++ = '\0';
    v->line++;
    return line;
}

static inline void vectors_add(struct vectors *v, char *line)
{
    char *equals = strstr(line, " =");
    if (!equals || v->fields == VECTOR_FIELDS)
        fail_msg("%s:%d: not a field: %s", v->file, v->line, line);
    *equals = '\0';
    char *value = equals + 2;
    v->field[v->fields++] = (struct vector_field){.name = line, .value = value + (*value == ' ')};
}

/* Goes to the next record; false behind the last one. */
static inline bool vectors_next(struct vectors *v)
{
    char *line;
    vectors_forget(v);
    while ((line = vectors_line(v))) {
        if (*line == '#')
            continue;
        if (!*line && v->fields)
            break;
        if (!*line)
            continue;
        if (!v->fields)
            v->first = v->line;
        vectors_add(v, line);
    }
    v->count += v->fields > 0;
    return v->fields > 0;
}

/* All records must have been seen: `count` of them. */
static inline void vectors_close(struct vectors *v, int count)
{
    vectors_forget(v);
    free(v->text);
    assert_int_equal(v->count, count);
}

static inline struct vector_field *vector_find(struct vectors *v, const char *name)
{
    for (size_t i = 0; i < v->fields; i++) {
        if (strcmp(v->field[i].name, name) == 0)
            return &v->field[i];
    }
    return NULL;
}

static inline struct vector_field *vector_field(struct vectors *v, const char *name)
{
    struct vector_field *field = vector_find(v, name);
    if (!field)
        fail_msg("%s:%d: no field %s", v->file, v->first, name);
    return field;
}

static inline uint8_t vector_number(struct vectors *v, const char *name)
{
    return (uint8_t)strtoul(vector_field(v, name)->value, NULL, 10);
}

/* Bytes of a field; borrowed until the next record. */
static inline const uint8_t *vector_bytes(struct vectors *v, const char *name, size_t *size)
{
    struct vector_field *field = vector_field(v, name);
    const size_t digits = strlen(field->value);
    if (digits % 2 || strspn(field->value, "0123456789abcdef") != digits)
        fail_msg("%s:%d: %s is not hexadecimal", v->file, v->first, name);
    *size = digits / 2;
    if (field->bytes)
        return field->bytes;
    field->bytes = malloc(*size ? *size : 1);
    assert_non_null(field->bytes);
    for (size_t i = 0; i < *size; i++) {
        const char pair[3] = {field->value[2 * i], field->value[2 * i + 1], '\0'};
        field->bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return field->bytes;
}

/* Compares with a field of the record; a difference names the record. */
static inline void vector_check(struct vectors *v, const char *name, const uint8_t *got,
                                size_t got_size)
{
    size_t size;
    const uint8_t *want = vector_bytes(v, name, &size);
    if (size != got_size || memcmp(want, got, size) != 0)
        fail_msg("%s:%d: %s differs", v->file, v->first, name);
}

#endif
