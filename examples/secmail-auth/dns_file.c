/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The DNS in a JSON file, as a resolver would answer from it: aliases followed, empty non-terminals
 * known. Records are turned into wire format once, when the file is read.
 */
#include "json.h"
#include "tool.h"

#include <arpa/inet.h>

enum { TYPES = 6, ALIASES_MAX = 8, LABEL_MAX = 63, NAME_MAX_BYTES = 253 };

enum type { A, PTR, MX, TXT, AAAA, CNAME };

static const char *const type_names[TYPES] = {"A", "PTR", "MX", "TXT", "AAAA", "CNAME"};
static const uint32_t type_numbers[TYPES] = {SECMAIL_MAILAUTH_A,    SECMAIL_MAILAUTH_PTR,
                                             SECMAIL_MAILAUTH_MX,   SECMAIL_MAILAUTH_TXT,
                                             SECMAIL_MAILAUTH_AAAA, 5};

/* Records of one type, or a failure. */
struct set {
    uint32_t status; /* 0: not listed */
    struct bytes *records;
    size_t count;
};

struct name {
    char *text;
    bool listed;         /* not just above a listed name */
    uint32_t every_type; /* status for all types that aren't listed; 0 for none */
    struct set sets[TYPES];
    char *alias;
    struct name *next;
};

struct dns {
    struct name **buckets;
    size_t size;
};

/* ---- Names ---- */

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 14695981039346656037U;
    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * 1099511628211U;
    return hash;
}

static struct name *find(const struct dns *dns, const char *text)
{
    struct name *n = dns->buckets[hash_of(text) % dns->size];
    while (n && strcmp(n->text, text) != 0)
        n = n->next;
    return n;
}

static struct name *add(struct dns *dns, const char *text)
{
    struct name *n = find(dns, text);
    if (n)
        return n;
    struct name **bucket = &dns->buckets[hash_of(text) % dns->size];
    n = allocate(sizeof *n);
    n->text = strdup(text);
    n->next = *bucket;
    *bucket = n;
    return n;
}

static char *lower(const uint8_t *text, size_t size)
{
    char *copy = allocate(size + 1);
    for (size_t i = 0; i < size; i++)
        copy[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] | 0x20 : text[i]);
    if (size && copy[size - 1] == '.')
        copy[size - 1] = '\0';
    return copy;
}

/* ---- Records in wire format ---- */

static void append(struct bytes *b, const void *data, size_t size)
{
    b->data = reallocate(b->data, b->size + size + 1);
    memcpy(b->data + b->size, data, size);
    b->size += size;
}

/* A name that can't be asked for becomes the root, which isn't asked for either. */
static void append_name(struct bytes *b, const struct json *value)
{
    char *text = lower(value->text, value->size);
    const size_t start = b->size;
    bool ok = strlen(text) <= NAME_MAX_BYTES;
    for (char *at = text, *end; *at && ok; at = *end ? end + 1 : end) {
        end = strchrnul(at, '.');
        const size_t size = (size_t)(end - at);
        ok = size && size <= LABEL_MAX && !(*end && !end[1]);
        append(b, &(uint8_t){(uint8_t)size}, 1);
        append(b, at, size);
    }
    if (!ok)
        b->size = start;
    append(b, "", 1);
    free(text);
}

static void append_strings(struct bytes *b, const struct json *value)
{
    for (size_t at = 0; at < value->size || !at;) {
        const size_t left = value->size - at, size = left < 255 ? left : 255;
        append(b, &(uint8_t){(uint8_t)size}, 1);
        append(b, value->text + at, size);
        at += size ? size : 1;
    }
}

static void append_text_record(struct bytes *b, const struct json *value)
{
    if (value->kind != JSON_LIST) {
        append_strings(b, value);
        return;
    }
    for (const struct json *part = value->first; part; part = part->next) {
        if (part->kind == JSON_TEXT)
            append_strings(b, part);
    }
}

static bool append_address(struct bytes *b, const struct json *value, int family, size_t size)
{
    uint8_t address[16];
    if (value->kind != JSON_TEXT || inet_pton(family, (const char *)value->text, address) != 1)
        return false;
    append(b, address, size);
    return true;
}

/* [preference, name] */
static bool append_exchanger(struct bytes *b, const struct json *value)
{
    const struct json *preference = value->first, *name = preference ? preference->next : NULL;
    if (value->kind != JSON_LIST || !name || preference->kind != JSON_NUMBER ||
        name->kind != JSON_TEXT || preference->number < 0 || preference->number > 65535)
        return false;
    const uint16_t number = (uint16_t)preference->number;
    append(b, (uint8_t[]){(uint8_t)(number >> 8), (uint8_t)number}, 2);
    append_name(b, name);
    return true;
}

static bool read_record(struct bytes *b, const struct json *value, enum type type)
{
    switch (type) {
    case A:
        return append_address(b, value, AF_INET, 4);
    case AAAA:
        return append_address(b, value, AF_INET6, 16);
    case MX:
        return append_exchanger(b, value);
    case TXT:
        append_text_record(b, value);
        return value->kind == JSON_TEXT || value->kind == JSON_LIST;
    default:
        if (value->kind == JSON_TEXT)
            append_name(b, value);
        return value->kind == JSON_TEXT;
    }
}

/* ---- The file ---- */

static const char *path_of_file;

_Noreturn static void bad(const char *name, const char *what)
{
    die(USAGE, "secmail-auth: %s: %s: %s", path_of_file, name, what);
}

/* One of the words that stand for a failure; 0 for others. */
static uint32_t status_of(const struct json *value)
{
    static const struct {
        const char *word;
        uint32_t status;
    } words[] = {{"NXDOMAIN", SECMAIL_MAILAUTH_NXDOMAIN},
                 {"SERVFAIL", SECMAIL_MAILAUTH_SERVFAIL},
                 {"TIMEOUT", SECMAIL_MAILAUTH_TIMEOUT}};
    for (size_t i = 0; i < 3 && value->kind == JSON_TEXT; i++) {
        if (!strcmp((const char *)value->text, words[i].word))
            return words[i].status;
    }
    return 0;
}

static void read_set(struct name *n, struct set *set, const struct json *value, enum type type)
{
    set->status = status_of(value);
    if (set->status)
        return;
    if (value->kind != JSON_LIST)
        bad(n->text, "a type is neither a list of records nor SERVFAIL or TIMEOUT");
    set->status = SECMAIL_MAILAUTH_ANSWERED;
    for (const struct json *r = value->first; r; r = r->next)
        set->count++;
    set->records = allocate(set->count * sizeof *set->records + 1);
    size_t i = 0;
    for (const struct json *r = value->first; r; r = r->next, i++) {
        if (!read_record(&set->records[i], r, type))
            bad(n->text, "a record doesn't have the form of its type");
    }
    if (type == CNAME && value->first)
        n->alias = lower(value->first->text, value->first->size);
}

static void read_types(struct name *n, const struct json *types)
{
    for (const struct json *t = types->first; t; t = t->next) {
        const char *name = (const char *)t->name->text;
        if (!strcmp(name, "*")) {
            n->every_type = status_of(t);
            continue;
        }
        for (int i = 0; i < TYPES; i++) {
            if (!strcmp(name, type_names[i]))
                read_set(n, &n->sets[i], t, (enum type)i);
        }
    }
}

static void read_name(struct dns *dns, const struct json *value)
{
    char *text = lower(value->name->text, value->name->size);
    struct name *n = add(dns, text);
    n->listed = true;
    n->every_type = status_of(value);
    if (value->kind == JSON_OBJECT)
        read_types(n, value);
    else if (!n->every_type)
        bad(text, "a name is neither an object nor NXDOMAIN, SERVFAIL or TIMEOUT");
    for (char *dot = strchr(text, '.'); dot; dot = strchr(dot + 1, '.'))
        add(dns, dot + 1);
    free(text);
}

struct dns *read_dns(const char *path)
{
    const char *wrong;
    struct bytes file = read_file(path);
    struct json *root = json_read(file.data, file.size, &wrong);
    path_of_file = path;
    if (!root)
        die(USAGE, "secmail-auth: %s is not JSON: %s", path, wrong);
    if (root->kind != JSON_OBJECT)
        die(USAGE, "secmail-auth: %s does not hold an object from names to their data", path);
    struct dns *dns = allocate(sizeof *dns);
    dns->size = 64;
    for (const struct json *n = root->first; n; n = n->next)
        dns->size += 4;
    dns->buckets = allocate(dns->size * sizeof(struct name *));
    for (const struct json *n = root->first; n; n = n->next)
        read_name(dns, n);
    json_free(root);
    free(file.data);
    return dns;
}

static void free_name(struct name *n)
{
    for (size_t i = 0; i < TYPES; i++) {
        for (size_t k = 0; k < n->sets[i].count; k++)
            free(n->sets[i].records[k].data);
        free(n->sets[i].records);
    }
    free(n->alias);
    free(n->text);
    free(n);
}

void free_dns(struct dns *dns)
{
    for (size_t i = 0; dns && i < dns->size; i++) {
        for (struct name *n = dns->buckets[i], *next; n; n = next) {
            next = n->next;
            free_name(n);
        }
    }
    if (dns)
        free(dns->buckets);
    free(dns);
}

/* ---- Questions ---- */

static enum type type_of(uint32_t number)
{
    enum type type = A;
    while (type_numbers[type] != number)
        type++;
    return type;
}

struct dns_answer look_up(const struct dns *dns, const char *name, uint32_t number)
{
    const enum type type = type_of(number);
    for (int aliases = 0; aliases <= ALIASES_MAX; aliases++) {
        const struct name *n = find(dns, name);
        if (!n)
            return (struct dns_answer){SECMAIL_MAILAUTH_NXDOMAIN, NULL, 0};
        const struct set *set = &n->sets[type];
        if (set->status)
            return (struct dns_answer){set->status, set->records, set->count};
        if (n->alias) {
            name = n->alias;
            continue;
        }
        return (struct dns_answer){n->every_type ? n->every_type : SECMAIL_MAILAUTH_ANSWERED, NULL,
                                   0};
    }
    return (struct dns_answer){SECMAIL_MAILAUTH_ANSWERED, NULL, 0};
}
