/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random codes that people read from paper and type: groups of four characters of Crockford's
 * base32 (digits and letters without I, L, O and U) with a check character at the end.
 */
#ifndef SMI_OTP_TOKEN_H
#define SMI_OTP_TOKEN_H

#include "core/context.h"

enum { SMI_OTP_TOKEN_MAX = 20 };

/* Characters of the text of a token, with its hyphens and NUL. */
static inline size_t smi_otp_token_text_size(size_t characters)
{
    return characters + (characters - 1) / 4 + 1;
}

/* A token in its one normal form: capital letters, no hyphens, no NUL. */
struct smi_otp_token {
    char text[SMI_OTP_TOKEN_MAX];
    size_t size;
};

/* A random token of `size` characters, the check character included. 0 or SECMAIL_E_RANDOM. */
int smi_otp_token_make(struct secmail_context *context, struct smi_otp_token *token, size_t size);

/* Writes it in groups, with a NUL. */
void smi_otp_token_write(const struct smi_otp_token *token, bool lower_case, char *to);

/* Reads what was typed: any case and grouping, O for 0, I and L for 1. False if it has another
 * length or other characters, or if the check character is wrong. */
bool smi_otp_token_read(struct smi_otp_token *token, size_t size, const char *text);

#endif
