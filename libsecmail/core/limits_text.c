/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits as text: what secmail_limits_print() writes, secmail_limits_parse() reads. */
#include "bytes.h"
#include "context.h"

#include <stdio.h>

static const char unlimited[] = "unlimited";

int secmail_limits_print(struct secmail_context *context, const struct secmail_limits *limits,
                         struct secmail_bytes **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    struct smi_buf b = smi_buf_open(&context->mem);
    for (uint32_t limit = 1; limit < SMI_LIMITS; limit++) {
        char line[80];
        uint64_t value = 0;
        secmail_limits_get(limits, limit, &value);
        if (value == UINT64_MAX)
            snprintf(line, sizeof line, "%s %s\n", secmail_limit_name(limit), unlimited);
        else
            snprintf(line, sizeof line, "%s %llu\n", secmail_limit_name(limit),
                     (unsigned long long)value);
        smi_put_text(&b, line);
    }
    rc = smi_bytes_from(out, &b);
    return rc ? smi_fail(context, rc, NULL) : 0;
}

/* ---------------------------------------------------------------- reading */

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of a line; empty at its end or at a comment. */
static struct smi_cursor next_word(struct smi_cursor *line)
{
    while (smi_left(line) && is_blank(line->data[line->pos]))
        line->pos++;
    size_t n = 0;
    while (n < smi_left(line) && !is_blank(line->data[line->pos + n]) &&
           line->data[line->pos + n] != '#')
        n++;
    return smi_sub(line, n);
}

static bool is_word(const struct smi_cursor *word, const char *text)
{
    return word->size == strlen(text) && !strncmp((const char *)word->data, text, word->size);
}

static uint32_t find_limit(const struct smi_cursor *word)
{
    for (uint32_t limit = 1; limit < SMI_LIMITS; limit++) {
        if (is_word(word, secmail_limit_name(limit)))
            return limit;
    }
    return 0;
}

static bool read_value(const struct smi_cursor *word, uint64_t *value)
{
    *value = is_word(word, unlimited) ? UINT64_MAX : 0;
    for (size_t i = 0; i < word->size && *value != UINT64_MAX; i++) {
        const unsigned digit = word->data[i] - (unsigned)'0';
        if (digit > 9 || *value > (UINT64_MAX - 1 - digit) / 10)
            return false;
        *value = *value * 10 + digit;
    }
    return word->size > 0;
}

static int read_line(struct secmail_context *context, struct secmail_limits *limits,
                     struct smi_cursor line, unsigned number)
{
    const struct smi_cursor name = next_word(&line);
    if (!name.size)
        return 0;
    const uint32_t limit = find_limit(&name);
    if (!limit)
        return smi_fail(context, SECMAIL_E_LIMITS_TEXT,
                        "line %u of the limits: '%.*s' is no limit; doc/limits.md names them",
                        number, name.size < 40 ? (int)name.size : 40, (const char *)name.data);
    const struct smi_cursor word = next_word(&line);
    uint64_t value;
    if (!read_value(&word, &value) || next_word(&line).size)
        return smi_fail(context, SECMAIL_E_LIMITS_TEXT,
                        "line %u of the limits: %s takes one number, or the word '%s'", number,
                        secmail_limit_name(limit), unlimited);
    return secmail_limits_set(limits, limit, value);
}

int secmail_limits_parse(struct secmail_context *context, struct secmail_limits **out,
                         const uint8_t *text, size_t size)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!text && size)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_limits_parse: text is NULL");
    struct secmail_limits *limits;
    if (secmail_limits_new(&limits))
        return smi_nomem(context);
    struct smi_cursor in = smi_cursor(text, size);
    for (unsigned number = 1; smi_left(&in) && !rc; number++) {
        const uint8_t *start = in.data + in.pos, *end = memchr(start, '\n', smi_left(&in));
        const size_t n = end ? (size_t)(end - start) : smi_left(&in);
        rc = read_line(context, limits, smi_sub(&in, n), number);
        in.pos += end ? 1 : 0;
    }
    if (rc)
        secmail_limits_free(limits);
    else
        *out = limits;
    return rc;
}
