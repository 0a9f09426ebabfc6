/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is printed: JSON texts that are one line of UTF-8, whatever they hold. */
#include "tool.h"

#include <errno.h>
#include <time.h>

/* Bytes of the well-formed character at the start (RFC 3629 section 4), or 0. */
static size_t character_size(const uint8_t *p, size_t left)
{
    const uint8_t c = p[0];
    if (c < 0x80)
        return 1;
    const size_t size = c >= 0xc2 && c <= 0xdf   ? 2
                        : c >= 0xe0 && c <= 0xef ? 3
                        : c >= 0xf0 && c <= 0xf4 ? 4
                                                 : 0;
    if (!size || size > left)
        return 0;
    const uint8_t low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    const uint8_t high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    return size;
}

static void put_character(FILE *out, const uint8_t *p, size_t size)
{
    if (!size)
        fputs("\xef\xbf\xbd", out);
    else if (*p == '"' || *p == '\\')
        fprintf(out, "\\%c", *p);
    else if (*p == '\r')
        fputs("\\r", out);
    else if (*p == '\n')
        fputs("\\n", out);
    else if (*p == '\t')
        fputs("\\t", out);
    else if (*p < 0x20 || *p == 0x7f)
        fprintf(out, "\\u%04x", *p);
    else
        fwrite(p, 1, size, out);
}

void put_json_bytes(FILE *out, const uint8_t *data, size_t size)
{
    fputc('"', out);
    for (size_t i = 0; i < size;) {
        const size_t n = character_size(data + i, size - i);
        put_character(out, data + i, n);
        i += n ? n : 1;
    }
    fputc('"', out);
}

void put_json(FILE *out, const char *text)
{
    if (text)
        put_json_bytes(out, (const uint8_t *)text, strlen(text));
    else
        fputs("null", out);
}

void finish_output(void)
{
    if (fflush(stdout) || ferror(stdout))
        die(USAGE, "secmail-auth: can't write the output: %s", strerror(errno));
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void repeat(struct tool *t, void (*work)(struct tool *t, void *user), void *user)
{
    if (!t->options.repeat)
        return;
    const double start = cpu_seconds();
    for (unsigned long i = 0; i < t->options.repeats; i++)
        work(t, user);
    printf("{\"repeat\":%lu,\"cpu_seconds\":%.6f}\n", t->options.repeats, cpu_seconds() - start);
}
