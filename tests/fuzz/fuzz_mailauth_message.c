/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A message and the DNS: pieces of any sizes give the same verdicts as the whole, the evaluation
 * ends, and what is written can be read.
 *
 * Input: texts of TXT records, each ended by LF, an empty line, and then the message. A question is
 * answered with the records that a hash of its name selects, other types by that hash alone.
 */
#include "fuzz.h"

#include <secmail/mailauth.h>

struct input {
    const uint8_t *records;
    size_t records_size;
    const uint8_t *message;
    size_t size;
};

static struct input split(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++) {
        if (data[i] == '\n' && (!i || data[i - 1] == '\n'))
            return (struct input){data, i, data + i + 1, size - i - 1};
    }
    return (struct input){data, 0, data, size};
}

static void add_text(struct secmail_mailauth *m, uint32_t question, const uint8_t *text,
                     size_t size)
{
    uint8_t *rdata = fuzz_alloc(size + size / 255 + 1);
    size_t at = 0;
    do {
        const size_t part = size < 255 ? size : 255;
        rdata[at++] = (uint8_t)part;
        memcpy(rdata + at, text, part);
        at += part;
        text += part;
        size -= part;
    } while (size);
    FUZZ_CHECK(secmail_mailauth_add_record(m, question, rdata, at) == 0);
    free(rdata);
}

static void add_texts(struct secmail_mailauth *m, uint32_t question, const struct input *in,
                      uint64_t hash)
{
    size_t start = 0, number = 0;
    for (size_t i = 0; i < in->records_size; i++) {
        if (in->records[i] != '\n')
            continue;
        if (hash >> (number++ % 64) & 1)
            add_text(m, question, in->records + start, i - start);
        start = i + 1;
    }
}

static void add_others(struct secmail_mailauth *m, uint32_t question, uint32_t type, uint64_t hash)
{
    static const uint8_t mx[] = {0, 10, 1, 'a', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0};
    static const uint8_t address[16] = {192, 0, 2, 1};
    for (size_t i = 0; i < (hash & 3); i++) {
        if (type == SECMAIL_MAILAUTH_MX)
            secmail_mailauth_add_record(m, question, mx, sizeof mx);
        else if (type == SECMAIL_MAILAUTH_PTR)
            secmail_mailauth_add_record(m, question, mx + 2, sizeof mx - 2);
        else
            secmail_mailauth_add_record(m, question, address, type == SECMAIL_MAILAUTH_A ? 4 : 16);
    }
}

static void answer(struct secmail_mailauth *m, uint32_t question, const struct input *in)
{
    const char *name = secmail_mailauth_question_name(m, question);
    const uint32_t type = secmail_mailauth_question_type(m, question);
    const uint64_t hash = fuzz_hash((const uint8_t *)name, strlen(name)) + type;
    uint32_t status = SECMAIL_MAILAUTH_ANSWERED;
    if (hash % 13 == 0)
        status = 2 + (uint32_t)(hash / 13 % 3);
    else if (type == SECMAIL_MAILAUTH_TXT)
        add_texts(m, question, in, hash % 3 ? UINT64_MAX : hash);
    else
        add_others(m, question, type, hash);
    FUZZ_CHECK(secmail_mailauth_answer(m, question, status, 1 + hash % 7 % 4) == 0);
}

static void evaluate(struct secmail_mailauth *m, const struct input *in)
{
    int rc;
    for (int rounds = 0; (rc = secmail_mailauth_evaluate(m)) == SECMAIL_MAILAUTH_NEEDS_ANSWERS;
         rounds++) {
        FUZZ_CHECK(rounds < 600);
        uint32_t q = 0;
        FUZZ_CHECK(secmail_mailauth_next_question(m, 0) != 0);
        while ((q = secmail_mailauth_next_question(m, q)))
            answer(m, q, in);
    }
    FUZZ_CHECK(rc == SECMAIL_DONE);
}

static struct secmail_mailauth *run(struct secmail_context *context, const struct input *in,
                                    uint64_t *seed)
{
    struct secmail_mailauth *m;
    FUZZ_CHECK(secmail_mailauth_new(context, &m) == 0);
    secmail_mailauth_set_client_ip(m, in->size % 2 ? "192.0.2.1" : "2001:db8::1");
    secmail_mailauth_set_helo(m, "mail.example.com");
    secmail_mailauth_set_mail_from(m, "strong-bad@email.example.com");
    secmail_mailauth_trust_sealer(m, "example.com");
    secmail_mailauth_set_options(m, (uint32_t)(in->size % 8) | SECMAIL_MAILAUTH_TRACE |
                                        SECMAIL_MAILAUTH_ASK_REPORT_TARGETS);
    for (size_t at = 0; at < in->size;) {
        size_t part = seed ? fuzz_window(seed) : in->size;
        part = part < in->size - at ? part : in->size - at;
        uint8_t *copy = fuzz_alloc(part);
        memcpy(copy, in->message + at, part);
        FUZZ_CHECK(secmail_mailauth_update(m, copy, part) == 0);
        free(copy);
        at += part;
    }
    FUZZ_CHECK(secmail_mailauth_finish_message(m) == 0);
    evaluate(m, in);
    return m;
}

/* The field can be read, has our id, and no line of it could be another field. */
static void check_field(struct secmail_context *context, const struct secmail_bytes *field)
{
    const char *text = (const char *)secmail_bytes_data(field);
    const size_t size = secmail_bytes_size(field), name = strlen("Authentication-Results:");
    FUZZ_CHECK(strlen(text) == size);
    for (size_t i = 0; i < size; i++)
        FUZZ_CHECK(text[i] != '\n' || (text[i - 1] == '\r' && text[i + 1] == '\t'));
    struct secmail_authres *a;
    FUZZ_CHECK(secmail_authres_read(context, &a, (const uint8_t *)text + name, size - name) == 0);
    FUZZ_CHECK(!strcmp(secmail_authres_id(a), "localhost"));
    secmail_authres_free(a);
}

/* Every verdict says why, and by which section. */
static void check_verdict(const struct secmail_mailauth_result *r)
{
    FUZZ_CHECK(r && secmail_mailauth_verdict_name(secmail_mailauth_result_verdict(r)));
    FUZZ_CHECK(*secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_REASON));
    FUZZ_CHECK(!strncmp(secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_REFERENCE), "RFC ", 4));
}

static void check_verdicts(const struct secmail_mailauth *m)
{
    check_verdict(secmail_mailauth_spf(m));
    check_verdict(secmail_mailauth_dmarc(m));
    check_verdict(secmail_mailauth_arc(m));
    for (size_t i = 0; i < secmail_mailauth_dkim_count(m); i++)
        check_verdict(secmail_mailauth_dkim(m, i));
}

/* Whatever the message says, a report that has it can be written and read. */
static void check_report(struct secmail_context *context, const struct secmail_mailauth *m)
{
    struct secmail_dmarc_report *r, *copy;
    struct secmail_bytes *xml;
    FUZZ_CHECK(secmail_dmarc_report_new(context, &r) == 0);
    const int rc = secmail_dmarc_report_add_message(r, m, 0);
    FUZZ_CHECK(rc == 0 || rc == SECMAIL_E_MAILAUTH_REPORT_DOMAIN);
    secmail_dmarc_report_set_text(r, SECMAIL_DMARC_REPORT_ORG_NAME, "x");
    secmail_dmarc_report_set_text(r, SECMAIL_DMARC_REPORT_EMAIL, "x");
    secmail_dmarc_report_set_text(r, SECMAIL_DMARC_REPORT_ID, "x");
    secmail_dmarc_report_set_range(r, 1, 2);
    if (!rc) {
        FUZZ_CHECK(secmail_dmarc_report_write(r, &xml) == 0);
        const int read = secmail_dmarc_report_read(context, &copy, secmail_bytes_data(xml),
                                                   secmail_bytes_size(xml));
        FUZZ_CHECK(read == 0 || read == SECMAIL_E_NOT_BUILT);
        FUZZ_CHECK(read || secmail_dmarc_report_messages(copy, 0) == 1);
        secmail_dmarc_report_free(copy);
        secmail_bytes_free(xml);
    }
    secmail_dmarc_report_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t seed = fuzz_hash(data, size);
    const struct input in = split(data, size);
    struct secmail_context *context;
    struct secmail_bytes *whole, *pieces;
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    struct secmail_mailauth *m = run(context, &in, NULL);
    FUZZ_CHECK(secmail_mailauth_header(m, &whole) == 0);
    check_field(context, whole);
    for (uint32_t at = 0; (at = secmail_mailauth_next_forged(m, at));)
        ;
    check_verdicts(m);
    check_report(context, m);
    secmail_mailauth_free(m);
    m = run(context, &in, &seed);
    FUZZ_CHECK(secmail_mailauth_header(m, &pieces) == 0);
    FUZZ_CHECK(secmail_bytes_size(whole) == secmail_bytes_size(pieces));
    FUZZ_CHECK(
        !memcmp(secmail_bytes_data(whole), secmail_bytes_data(pieces), secmail_bytes_size(whole)));
    secmail_bytes_free(whole);
    secmail_bytes_free(pieces);
    secmail_mailauth_free(m);
    secmail_context_free(context);
    return 0;
}
