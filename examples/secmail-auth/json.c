/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading JSON. */
#include "json.h"

#include "tool.h"

enum { DEEPEST = 32 };

struct reader {
    const uint8_t *at, *end;
    const char *wrong;
    int depth;
};

static struct json *read_value(struct reader *r);

void json_free(struct json *value)
{
    while (value) {
        struct json *next = value->next;
        json_free(value->name);
        json_free(value->first);
        free(value->text);
        free(value);
        value = next;
    }
}

static struct json *fail(struct reader *r, struct json *value, const char *wrong)
{
    if (!r->wrong)
        r->wrong = wrong;
    json_free(value);
    return NULL;
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
        r->at++;
}

static bool take(struct reader *r, char c)
{
    skip_blanks(r);
    if (r->at == r->end || *r->at != (uint8_t)c)
        return false;
    r->at++;
    return true;
}

static struct json *new_value(enum json_kind kind)
{
    struct json *value = allocate(sizeof *value);
    value->kind = kind;
    return value;
}

/* ---- Texts ---- */

static bool read_hex(struct reader *r, uint32_t *number)
{
    *number = 0;
    for (int i = 0; i < 4; i++) {
        if (r->at == r->end)
            return false;
        const uint8_t c = *r->at++, low = c | 0x20;
        if (c >= '0' && c <= '9')
            *number = *number << 4 | (c - (uint32_t)'0');
        else if (low >= 'a' && low <= 'f')
            *number = *number << 4 | (low - (uint32_t)'a' + 10);
        else
            return false;
    }
    return true;
}

static void put_code_point(struct json *text, uint32_t c)
{
    if (c < 0x80) {
        text->text[text->size++] = (uint8_t)c;
        return;
    }
    const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t first[] = {0, 0xc0, 0xe0, 0xf0};
    text->text[text->size++] = (uint8_t)(first[more] | c >> (6 * more));
    for (int i = more; i--;)
        text->text[text->size++] = (uint8_t)(0x80 | (c >> (6 * i) & 0x3f));
}

/* "\u" and four digits, twice for what lies above the basic plane. */
static bool read_code_point(struct reader *r, struct json *text)
{
    uint32_t c, low;
    if (!read_hex(r, &c))
        return false;
    if (c >= 0xd800 && c < 0xdc00 && r->end - r->at >= 6 && r->at[0] == '\\' && r->at[1] == 'u') {
        r->at += 2;
        if (!read_hex(r, &low) || low < 0xdc00 || low > 0xdfff)
            return false;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    if (c >= 0xd800 && c <= 0xdfff)
        c = 0xfffd;
    put_code_point(text, c);
    return true;
}

static bool read_escape(struct reader *r, struct json *text)
{
    static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    if (r->at == r->end)
        return false;
    const uint8_t c = *r->at++;
    if (c == 'u')
        return read_code_point(r, text);
    const char *found = c ? strchr(letters, c) : NULL;
    if (found)
        text->text[text->size++] = (uint8_t)bytes[found - letters];
    return found != NULL;
}

/* A text is never longer than its source. */
static struct json *read_text(struct reader *r)
{
    struct json *text = new_value(JSON_TEXT);
    const uint8_t *stop = r->at;
    while (stop < r->end && *stop != '"')
        stop += *stop == '\\' && r->end - stop > 1 ? 2 : 1;
    text->text = allocate((size_t)(stop - r->at) + 4);
    while (r->at < r->end && *r->at != '"') {
        const uint8_t c = *r->at++;
        if (c < 0x20 || (c == '\\' && !read_escape(r, text)))
            return fail(r, text, "a text has a control character or a bad escape");
        if (c != '\\')
            text->text[text->size++] = c;
    }
    if (r->at == r->end)
        return fail(r, text, "a text doesn't end");
    r->at++;
    return text;
}

/* ---- Other values ---- */

static struct json *read_number(struct reader *r)
{
    char text[64], *end;
    size_t size = 0;
    while (r->at < r->end && size < sizeof text - 1 && strchr("+-.0123456789eE", *r->at) && *r->at)
        text[size++] = (char)*r->at++;
    text[size] = '\0';
    struct json *number = new_value(JSON_NUMBER);
    number->number = strtod(text, &end);
    return size && !*end ? number : fail(r, number, "there is neither a value nor its end");
}

static struct json *read_word(struct reader *r, const char *word, enum json_kind kind)
{
    const size_t size = strlen(word);
    if ((size_t)(r->end - r->at) < size || strncmp((const char *)r->at, word, size) != 0)
        return fail(r, NULL, "there is an unknown word");
    r->at += size;
    return new_value(kind);
}

static struct json *read_member(struct reader *r)
{
    struct json *name = take(r, '"') ? read_text(r) : fail(r, NULL, "a member has no name");
    if (!name)
        return NULL;
    struct json *value = take(r, ':') ? read_value(r) : fail(r, NULL, "a member has no value");
    if (!value)
        return fail(r, name, "a member has no value");
    value->name = name;
    return value;
}

static struct json *read_members(struct reader *r, enum json_kind kind)
{
    struct json *list = new_value(kind), **place = &list->first;
    const char end = kind == JSON_LIST ? ']' : '}';
    if (take(r, end))
        return list;
    do {
        *place = kind == JSON_LIST ? read_value(r) : read_member(r);
        if (!*place)
            return fail(r, list, "there is no value");
        place = &(*place)->next;
    } while (take(r, ','));
    return take(r, end) ? list : fail(r, list, "a list or object doesn't end");
}

static struct json *read_kind(struct reader *r)
{
    if (take(r, '"'))
        return read_text(r);
    if (take(r, '['))
        return read_members(r, JSON_LIST);
    if (take(r, '{'))
        return read_members(r, JSON_OBJECT);
    if (r->at < r->end && *r->at == 't')
        return read_word(r, "true", JSON_BOOLEAN);
    if (r->at < r->end && *r->at == 'f')
        return read_word(r, "false", JSON_BOOLEAN);
    if (r->at < r->end && *r->at == 'n')
        return read_word(r, "null", JSON_NULL);
    return read_number(r);
}

static struct json *read_value(struct reader *r)
{
    if (r->depth == DEEPEST)
        return fail(r, NULL, "it is nested too deep");
    r->depth++;
    skip_blanks(r);
    struct json *value = read_kind(r);
    r->depth--;
    return value;
}

struct json *json_read(const uint8_t *data, size_t size, const char **wrong)
{
    struct reader r = {.at = data, .end = data + size};
    struct json *value = read_value(&r);
    skip_blanks(&r);
    if (value && r.at != r.end)
        value = fail(&r, value, "something follows the value");
    *wrong = r.wrong;
    return value;
}
