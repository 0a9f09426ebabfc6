/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readable random codes. */
#include "otp/token.h"

#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

enum { BAD = 32 };

static uint8_t value(char c)
{
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    if (c == 'O')
        c = '0';
    if (c == 'I' || c == 'L')
        c = '1';
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (uint8_t)(at - alphabet) : BAD;
}

/*
 * The check character: the values as coefficients of a polynomial over GF(32), evaluated at a
 * generator of the field. It changes with every single wrong character, and when two different
 * characters trade places.
 */
static uint8_t add_to_check(uint8_t check, uint8_t v)
{
    const uint8_t doubled = (uint8_t)(check << 1);
    return (uint8_t)((doubled & 32 ? doubled ^ 0x25 : doubled) ^ v);
}

static uint8_t check_of(const struct smi_otp_token *token)
{
    uint8_t check = 0;
    for (size_t i = 0; i + 1 < token->size; i++)
        check = add_to_check(check, value(token->text[i]));
    return add_to_check(check, 0);
}

int smi_otp_token_make(struct secmail_context *context, struct smi_otp_token *token, size_t size)
{
    uint8_t random[SMI_OTP_TOKEN_MAX];
    int rc = smi_random(context, random, size);
    if (rc)
        return rc;
    token->size = size;
    for (size_t i = 0; i < size; i++)
        token->text[i] = alphabet[random[i] & 31];
    token->text[size - 1] = alphabet[check_of(token)];
    smi_wipe(random, sizeof random);
    return 0;
}

void smi_otp_token_write(const struct smi_otp_token *token, bool lower_case, char *to)
{
    for (size_t i = 0; i < token->size; i++) {
        const char c = token->text[i];
        if (i && i % 4 == 0)
            *to++ = '-';
        *to++ = lower_case && c >= 'A' ? (char)(c - 'A' + 'a') : c;
    }
    *to = '\0';
}

bool smi_otp_token_read(struct smi_otp_token *token, size_t size, const char *text)
{
    token->size = 0;
    for (; *text; text++) {
        if (*text == ' ' || *text == '-')
            continue;
        const uint8_t v = value(*text);
        if (v == BAD || token->size == size)
            return false;
        token->text[token->size++] = alphabet[v];
    }
    return token->size == size && token->text[size - 1] == alphabet[check_of(token)];
}
