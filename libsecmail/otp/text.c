/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text rules and percent-encoding. */
#include "otp/text.h"

#include "codec/hex.h"
#include "codec/utf8.h"

/* Controls of ASCII, and those that begin with C2 in UTF-8. */
static bool is_control(const uint8_t *data, size_t left)
{
    return data[0] < 0x20 || data[0] == 0x7f || (left > 1 && data[0] == 0xc2 && data[1] < 0xa0);
}

bool smi_otp_is_text(const uint8_t *data, size_t size)
{
    struct smi_utf8 utf8 = {0};
    for (size_t i = 0; i < size; i++) {
        if (is_control(data + i, size - i))
            return false;
    }
    return smi_utf8_update(&utf8, data, size) && smi_utf8_complete(&utf8);
}

int smi_otp_check_text(struct secmail_context *context, const char *what, const char *text,
                       size_t least, size_t most)
{
    const size_t size = strnlen(text, most + 1);
    if (size < least)
        return smi_fail(context, SECMAIL_E_OTP_TEXT, "the %s is empty", what);
    if (size > most)
        return smi_fail(context, SECMAIL_E_OTP_TEXT, "the %s is longer than %zu bytes", what, most);
    if (!smi_otp_is_text((const uint8_t *)text, size))
        return smi_fail(context, SECMAIL_E_OTP_TEXT, "the %s has control characters or isn't UTF-8",
                        what);
    return 0;
}

char *smi_otp_copy_text(struct secmail_context *context, const char *text, size_t size)
{
    char *copy = smi_alloc(&context->mem, size + 1);
    if (!copy)
        return NULL;
    if (size)
        memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

void smi_otp_free_text(struct secmail_context *context, char *text)
{
    if (text)
        smi_free(&context->mem, text, strlen(text) + 1);
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool smi_otp_is_word(const char *text, size_t size, const char *word)
{
    if (strlen(word) != size)
        return false;
    for (size_t i = 0; i < size; i++) {
        const char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] | 0x20) : text[i];
        if (c != word[i])
            return false;
    }
    return true;
}

void smi_otp_put_percent(struct smi_buf *b, const char *text, const char *keep)
{
    char digits[3];
    for (; *text; text++) {
        if (is_letter_or_digit(*text) || strchr("-._~", *text) || strchr(keep, *text)) {
            smi_put_u8(b, (uint8_t)*text);
            continue;
        }
        smi_hex_encode(digits, (const uint8_t *)text, 1);
        smi_put_u8(b, '%');
        smi_put(b, digits, 2);
    }
}

bool smi_otp_decode_percent(struct smi_buf *b, const char *text, size_t size, bool plus_is_space)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t c = (uint8_t)text[i];
        if (c == '%') {
            if (size - i < 3 || !smi_hex_decode(&c, text + i + 1, 2) || !c)
                return false;
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        smi_put_u8(b, c);
    }
    return true;
}
