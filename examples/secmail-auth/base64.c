/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base64 (RFC 4648 section 4), as PEM files and attachments of mails have it. */
#include "tool.h"

const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool decode_base64(const char *text, size_t size, struct bytes *out)
{
    uint32_t bits = 0;
    int count = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] && strchr(" \t\r\n=", text[i]))
            continue;
        const char *found = text[i] ? strchr(base64_alphabet, text[i]) : NULL;
        if (!found)
            return false;
        bits = bits << 6 | (uint32_t)(found - base64_alphabet);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out->data[out->size++] = (uint8_t)(bits >> count);
        }
    }
    return true;
}
