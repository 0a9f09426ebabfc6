/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A small reader of JSON (RFC 8259), strict, for files that hold what we wrote or a test did. */
#ifndef SECMAIL_AUTH_JSON_H
#define SECMAIL_AUTH_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_kind { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

struct json {
    enum json_kind kind;
    struct json *name;  /* of a member of an object */
    struct json *first; /* of a list or object */
    struct json *next;
    double number;
    uint8_t *text; /* UTF-8, with any byte in it; a NUL follows */
    size_t size;
};

/* NULL, and *wrong says why, for what isn't one JSON value. */
struct json *json_read(const uint8_t *data, size_t size, const char **wrong);
void json_free(struct json *value);

#endif
