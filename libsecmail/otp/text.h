/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules for the texts that hosts and users hand in, and percent-encoding for URIs (RFC 3986). */
#ifndef SMI_OTP_TEXT_H
#define SMI_OTP_TEXT_H

#include "core/bytes.h"
#include "core/context.h"

/*
 * Checks text: UTF-8, no control characters, `least` to `most` bytes. 0 or SECMAIL_E_OTP_TEXT,
 * recorded with `what` as its name.
 */
int smi_otp_check_text(struct secmail_context *context, const char *what, const char *text,
                       size_t least, size_t most);

bool smi_otp_is_text(const uint8_t *data, size_t size);

/* A copy with a NUL behind it; NULL when out of memory. Freed by smi_otp_free_text(). */
char *smi_otp_copy_text(struct secmail_context *context, const char *text, size_t size);
void smi_otp_free_text(struct secmail_context *context, char *text);

/* Equal but for the case of ASCII letters? `word` ends with a NUL and is in lower case. */
bool smi_otp_is_word(const char *text, size_t size, const char *word);

/* Writes text with everything but letters, digits, "-._~" and the characters of `keep` encoded. */
void smi_otp_put_percent(struct smi_buf *b, const char *text, const char *keep);

/* Decodes %XX; `plus_is_space` as in HTML forms. False for a % without two digits, and for %00. */
bool smi_otp_decode_percent(struct smi_buf *b, const char *text, size_t size, bool plus_is_space);

#endif
