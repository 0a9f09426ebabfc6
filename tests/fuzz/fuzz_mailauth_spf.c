/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SPF: a record, and a sender whose local part macros expand. Input: the local part, LF, and the
 * record, which answers every TXT question, with and without "v=spf1" before it.
 */
#include "fuzz.h"

#include <secmail/mailauth.h>

static void answer(struct secmail_mailauth *m, uint32_t question, const uint8_t *text, size_t size)
{
    const uint32_t type = secmail_mailauth_question_type(m, question);
    const char *name = secmail_mailauth_question_name(m, question);
    FUZZ_CHECK(strlen(name) <= 253 && *name && !strstr(name, ".."));
    uint8_t *rdata = fuzz_alloc(size + size / 255 + 1);
    size_t at = 0;
    for (size_t done = 0; done < size && type == SECMAIL_MAILAUTH_TXT;) {
        const size_t part = size - done < 255 ? size - done : 255;
        rdata[at++] = (uint8_t)part;
        memcpy(rdata + at, text + done, part);
        at += part;
        done += part;
    }
    if (at)
        FUZZ_CHECK(secmail_mailauth_add_record(m, question, rdata, at) == 0);
    free(rdata);
    FUZZ_CHECK(secmail_mailauth_answer(m, question, SECMAIL_MAILAUTH_ANSWERED,
                                       SECMAIL_MAILAUTH_INSECURE) == 0);
}

static void check(struct secmail_context *context, const char *sender, const uint8_t *text,
                  size_t size)
{
    struct secmail_mailauth *m;
    FUZZ_CHECK(secmail_mailauth_new(context, &m) == 0);
    secmail_mailauth_set_methods(m, SECMAIL_MAILAUTH_SPF);
    secmail_mailauth_set_client_ip(m, size % 2 ? "192.0.2.3" : "2001:db8::cb01");
    secmail_mailauth_set_helo(m, "mail.example.org");
    FUZZ_CHECK(secmail_mailauth_set_mail_from(m, sender) == 0);
    int rc, rounds = 0;
    while ((rc = secmail_mailauth_evaluate(m)) == SECMAIL_MAILAUTH_NEEDS_ANSWERS) {
        FUZZ_CHECK(rounds++ < 300);
        for (uint32_t q = 0; (q = secmail_mailauth_next_question(m, q));)
            answer(m, q, text, size);
    }
    FUZZ_CHECK(rc == SECMAIL_DONE);
    const struct secmail_mailauth_result *r = secmail_mailauth_spf(m);
    int64_t lookups = 0;
    secmail_mailauth_result_number(r, SECMAIL_MAILAUTH_LOOKUPS, &lookups);
    FUZZ_CHECK(lookups <= 11);
    FUZZ_CHECK(secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_REASON) != NULL);
    secmail_mailauth_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *lf = size ? memchr(data, '\n', size) : NULL;
    const size_t local = lf ? (size_t)(lf - data) : 0, start = lf ? local + 1 : 0;
    struct secmail_context *context;
    char *sender = fuzz_alloc(local + 30);
    snprintf(sender, local + 30, "%.*s@email.example.com", (int)local, (const char *)data);
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    check(context, sender, data + start, size - start);
    uint8_t *record = fuzz_alloc(size + 7);
    memcpy(record, "v=spf1 ", 7);
    memcpy(record + 7, data + start, size - start);
    check(context, sender, record, size - start + 7);
    free(record);
    free(sender);
    secmail_context_free(context);
    return 0;
}
