/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A verdict: numbers in place, texts as offsets into the strings of the object that owns it. */
#ifndef SMI_MAILAUTH_RESULT_H
#define SMI_MAILAUTH_RESULT_H

#include "mailauth/text.h"

#include <secmail/mailauth.h>

enum { SMI_RESULT_TEXTS = 15, SMI_RESULT_NUMBERS = 18 };

struct secmail_mailauth_result {
    const struct secmail_mailauth *owner; /* NULL: there is no verdict */
    uint8_t method;
    uint8_t verdict;
    uint8_t security;
    uint32_t has;                     /* bits of the numbers that are there */
    const char *reference;            /* static */
    uint32_t texts[SMI_RESULT_TEXTS]; /* by enum secmail_mailauth_text */
    int64_t numbers[SMI_RESULT_NUMBERS];
};

/* Empties a result and makes it one of `m`. */
void smi_result_begin(struct secmail_mailauth_result *r, const struct secmail_mailauth *m,
                      enum secmail_mailauth_method method);

/* The verdict, the section that makes it so (static, or NULL), and its reason: "reason", or
 * "reason: about" where `about` isn't empty. Neither may be a text of a result. */
void smi_result_set(struct secmail_mailauth *m, struct secmail_mailauth_result *r,
                    enum secmail_mailauth_verdict verdict, const char *reference,
                    const char *reason, struct smi_span about);

/* A text; as people can see it, whatever it holds. */
void smi_result_text(struct secmail_mailauth *m, struct secmail_mailauth_result *r,
                     enum secmail_mailauth_text what, struct smi_span text);

static inline void smi_result_number(struct secmail_mailauth_result *r,
                                     enum secmail_mailauth_number what, int64_t number)
{
    r->has |= 1U << what;
    r->numbers[what] = number;
}

static inline bool smi_result_passed(const struct secmail_mailauth_result *r)
{
    return r->owner && r->verdict == SECMAIL_MAILAUTH_PASS;
}

#endif
