/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verdicts: writing them, and the public functions that read them. */
#include "mailauth/result.h"

#include "mailauth/object.h"

enum { TEXT_MAX = 2000 };

void smi_result_begin(struct secmail_mailauth_result *r, const struct secmail_mailauth *m,
                      enum secmail_mailauth_method method)
{
    *r = (struct secmail_mailauth_result){.owner = m, .method = (uint8_t)method};
}

static void put_text(struct smi_buf *b, struct smi_span text)
{
    smi_put_visible(b, smi_span(text.data, text.size < TEXT_MAX ? text.size : TEXT_MAX));
}

/* Ends a text that begins at `at`. */
static void end_text(struct secmail_mailauth *m, struct secmail_mailauth_result *r,
                     enum secmail_mailauth_text what, size_t at)
{
    smi_put_u8(&m->strings, 0);
    r->texts[what] = m->strings.error ? 0 : (uint32_t)at;
}

void smi_result_text(struct secmail_mailauth *m, struct secmail_mailauth_result *r,
                     enum secmail_mailauth_text what, struct smi_span text)
{
    const size_t at = m->strings.size;
    put_text(&m->strings, text);
    end_text(m, r, what, at);
}

void smi_result_set(struct secmail_mailauth *m, struct secmail_mailauth_result *r,
                    enum secmail_mailauth_verdict verdict, const char *reference,
                    const char *reason, struct smi_span about)
{
    const size_t at = m->strings.size;
    r->verdict = (uint8_t)verdict;
    r->reference = reference;
    smi_put_text(&m->strings, reason);
    if (about.size) {
        smi_put(&m->strings, ": ", 2);
        put_text(&m->strings, about);
    }
    end_text(m, r, SECMAIL_MAILAUTH_REASON, at);
}

/* ---- Reading ---- */

uint32_t secmail_mailauth_result_method(const struct secmail_mailauth_result *result)
{
    return result ? result->method : 0;
}

uint32_t secmail_mailauth_result_verdict(const struct secmail_mailauth_result *result)
{
    return result ? result->verdict : 0;
}

uint32_t secmail_mailauth_result_security(const struct secmail_mailauth_result *result)
{
    return result ? result->security : 0;
}

const char *secmail_mailauth_result_text(const struct secmail_mailauth_result *result,
                                         uint32_t what)
{
    if (!result || what >= SMI_RESULT_TEXTS)
        return NULL;
    if (what == SECMAIL_MAILAUTH_REFERENCE)
        return result->reference;
    if (!result->texts[what])
        return NULL;
    return (const char *)result->owner->strings.data + result->texts[what];
}

int secmail_mailauth_result_number(const struct secmail_mailauth_result *result, uint32_t what,
                                   int64_t *number)
{
    if (!result || !number || what >= SMI_RESULT_NUMBERS || !(result->has >> what & 1))
        return 0;
    *number = result->numbers[what];
    return 1;
}

static const char *word(const char *const *words, size_t count, uint32_t number)
{
    return number < count ? words[number] : NULL;
}

const char *secmail_mailauth_verdict_name(uint32_t verdict)
{
    static const char *const names[] = {NULL,      "none",   "pass",      "fail",     "softfail",
                                        "neutral", "policy", "temperror", "permerror"};
    return word(names, sizeof names / sizeof names[0], verdict);
}

const char *secmail_mailauth_security_name(uint32_t security)
{
    static const char *const names[] = {"no dns", "secure", "insecure", "indeterminate", "bogus"};
    return word(names, sizeof names / sizeof names[0], security);
}

const char *secmail_mailauth_policy_name(uint32_t policy)
{
    static const char *const names[] = {NULL, "none", "quarantine", "reject"};
    return word(names, sizeof names / sizeof names[0], policy);
}
