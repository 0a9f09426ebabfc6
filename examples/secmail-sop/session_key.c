/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SESSIONKEY: a cipher's number in decimal, a colon, the key in hexadecimal. */
#include "io.h"
#include "objects.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 64 };

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Writes cipher and key as the library wants them; 0 if the text isn't a session key. */
static size_t parse(const uint8_t *text, size_t size, uint8_t out[LONGEST + 1])
{
    while (size > 0 && is_space(text[size - 1]))
        size--;
    unsigned cipher = 0;
    size_t pos = 0;
    for (; pos < size && text[pos] >= '0' && text[pos] <= '9' && cipher < 256; pos++)
        cipher = cipher * 10 + text[pos] - '0';
    if (pos == 0 || cipher > 255 || pos == size || text[pos] != ':')
        return 0;
    const size_t digits = size - ++pos;
    if (digits == 0 || digits % 2 || digits > (size_t)2 * LONGEST)
        return 0;
    out[0] = (uint8_t)cipher;
    for (size_t i = 0; i < digits / 2; i++) {
        const int high = digit(text[pos + 2 * i]);
        const int low = digit(text[pos + 2 * i + 1]);
        if (high < 0 || low < 0)
            return 0;
        out[1 + i] = (uint8_t)(high << 4 | low);
    }
    return 1 + digits / 2;
}

int session_key_read(const struct sop *sop, const char *designator, struct secmail_secret **out)
{
    *out = NULL;
    struct blob blob;
    int failed = input_read(sop, designator, &blob);
    if (failed)
        return failed;
    uint8_t bytes[LONGEST + 1];
    const size_t size = parse(blob.data, blob.size, bytes);
    blob_free(&blob);
    if (size == 0)
        return sop_fail(sop, SOP_BAD_DATA,
                        "%s: this is not a session key. It looks like 9:00112233, a cipher's "
                        "number and the key in hexadecimal",
                        designator);
    const int error = secmail_secret_new(sop->context, out, bytes, size);
    explicit_bzero(bytes, sizeof bytes);
    return error ? sop_fail_library(sop, error, SOP_OBJECT, designator) : SOP_OK;
}

int session_key_write(const struct sop *sop, struct output *out,
                      const struct secmail_secret *session_key)
{
    static const char hex[] = "0123456789ABCDEF";
    const uint8_t *key = secmail_secret_data(session_key);
    const size_t size = secmail_secret_size(session_key);
    if (size < 2 || size > LONGEST + 1)
        return sop_fail(sop, SOP_UNSPECIFIED, "the session key has no known form");
    uint8_t text[8 + 2 * LONGEST];
    size_t used = (size_t)snprintf((char *)text, sizeof text, "%u:", key[0]);
    for (size_t i = 1; i < size; i++) {
        text[used++] = (uint8_t)hex[key[i] >> 4];
        text[used++] = (uint8_t)hex[key[i] & 15];
    }
    text[used++] = '\n';
    const int failed = output_write(sop, out, text, used);
    explicit_bzero(text, sizeof text);
    return failed;
}
