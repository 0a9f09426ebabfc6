/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Look-ups in the registry of error codes. The table is generated from errors.toml. */
#include <secmail/core.h>

struct entry {
    int code;
    const char *name;
    const char *meaning;
    const char *remedy;
};

static const struct entry table[] = {
    {0, "SECMAIL_OK", "Success.", "Nothing needs to be done."},
#include "error_table.inc"
};

enum { ENTRIES = sizeof table / sizeof table[0] };

static const struct entry *find(int code)
{
    if (code > 0)
        code = 0;
    for (size_t i = 0; i < ENTRIES; i++) {
        if (table[i].code == code)
            return &table[i];
    }
    return NULL;
}

const char *secmail_error_name(int code)
{
    const struct entry *e = find(code);
    return e ? e->name : NULL;
}

const char *secmail_error_meaning(int code)
{
    const struct entry *e = find(code);
    return e ? e->meaning : NULL;
}

const char *secmail_error_remedy(int code)
{
    const struct entry *e = find(code);
    return e ? e->remedy : NULL;
}

int secmail_error_at(size_t index)
{
    return index < ENTRIES - 1 ? table[index + 1].code : 0;
}
