/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests of mailauth need: a DNS in a table, and one message through an evaluation. */
#ifndef SECMAIL_TEST_MAILAUTH_FIXTURE_H
#define SECMAIL_TEST_MAILAUTH_FIXTURE_H

#include "fixture.h"

#include <arpa/inet.h>
#include <secmail/mailauth.h>

/*
 * One record as text: "192.0.2.1", "10 mx.example.com", "name.example", or the text of a TXT
 * record. The words NXDOMAIN, SERVFAIL, TIMEOUT and BOGUS in its place are answers of that kind. A
 * name that isn't in the table doesn't exist. The table ends with a NULL name.
 */
struct zone {
    const char *name;
    uint32_t type;
    const char *data;
};

static inline size_t zone_name(uint8_t *to, const char *name)
{
    size_t size = 0;
    while (*name) {
        const size_t label = strcspn(name, ".");
        to[size++] = (uint8_t)label;
        memcpy(to + size, name, label);
        size += label;
        name += label + (name[label] == '.');
    }
    to[size++] = 0;
    return size;
}

static inline size_t zone_text(uint8_t *to, const char *text)
{
    size_t size = 0;
    do {
        const size_t part = strlen(text) < 255 ? strlen(text) : 255;
        to[size++] = (uint8_t)part;
        memcpy(to + size, text, part);
        size += part;
        text += part;
    } while (*text);
    return size;
}

/* A record's data in wire format; its size. */
static inline size_t zone_rdata(const struct zone *z, uint8_t *to)
{
    char *end;
    switch (z->type) {
    case SECMAIL_MAILAUTH_A:
        assert_int_equal(inet_pton(AF_INET, z->data, to), 1);
        return 4;
    case SECMAIL_MAILAUTH_AAAA:
        assert_int_equal(inet_pton(AF_INET6, z->data, to), 1);
        return 16;
    case SECMAIL_MAILAUTH_MX:
        to[0] = 0;
        to[1] = (uint8_t)strtol(z->data, &end, 10);
        return 2 + zone_name(to + 2, end + 1);
    case SECMAIL_MAILAUTH_PTR:
        return zone_name(to, z->data);
    default:
        return zone_text(to, z->data);
    }
}

static inline uint32_t zone_status(const char *data)
{
    return !strcmp(data, "NXDOMAIN")   ? SECMAIL_MAILAUTH_NXDOMAIN
           : !strcmp(data, "SERVFAIL") ? SECMAIL_MAILAUTH_SERVFAIL
           : !strcmp(data, "TIMEOUT")  ? SECMAIL_MAILAUTH_TIMEOUT
                                       : 0;
}

/* Answers one question. */
static inline void zone_answer(struct secmail_mailauth *m, uint32_t question,
                               const struct zone *zone)
{
    static uint8_t rdata[70000];
    const char *name = secmail_mailauth_question_name(m, question);
    uint32_t status = SECMAIL_MAILAUTH_NXDOMAIN, security = SECMAIL_MAILAUTH_SECURE;
    for (; zone->name; zone++) {
        if (strcmp(zone->name, name) != 0)
            continue;
        if (status == SECMAIL_MAILAUTH_NXDOMAIN)
            status = SECMAIL_MAILAUTH_ANSWERED;
        if (zone->type != secmail_mailauth_question_type(m, question))
            continue;
        if (!strcmp(zone->data, "BOGUS"))
            security = SECMAIL_MAILAUTH_BOGUS;
        else if (zone_status(zone->data))
            status = zone_status(zone->data);
        else
            assert_int_equal(
                secmail_mailauth_add_record(m, question, rdata, zone_rdata(zone, rdata)), 0);
    }
    assert_int_equal(secmail_mailauth_answer(m, question, status, security), 0);
}

/* Evaluates to the end; how many rounds of questions that took. */
static inline size_t zone_evaluate(struct secmail_mailauth *m, const struct zone *zone)
{
    size_t rounds = 0;
    int rc;
    while ((rc = secmail_mailauth_evaluate(m)) == SECMAIL_MAILAUTH_NEEDS_ANSWERS) {
        assert_true(secmail_mailauth_next_question(m, 0));
        for (uint32_t q = 0; (q = secmail_mailauth_next_question(m, q));)
            zone_answer(m, q, zone);
        assert_true(++rounds < 1000);
    }
    assert_int_equal(rc, SECMAIL_DONE);
    return rounds;
}

static inline struct secmail_mailauth *new_message(struct fixture *f)
{
    struct secmail_mailauth *m;
    assert_ok(f->context, secmail_mailauth_new(f->context, &m));
    return m;
}

static inline void set_session(struct secmail_mailauth *m, const char *ip, const char *helo,
                               const char *from)
{
    assert_int_equal(secmail_mailauth_set_client_ip(m, ip), 0);
    assert_int_equal(secmail_mailauth_set_helo(m, helo), 0);
    assert_int_equal(secmail_mailauth_set_mail_from(m, from), 0);
}

static inline void put_message(struct secmail_mailauth *m, const char *text)
{
    assert_int_equal(secmail_mailauth_update(m, (const uint8_t *)text, strlen(text)), 0);
    assert_int_equal(secmail_mailauth_finish_message(m), 0);
}

static inline int64_t number_of(const struct secmail_mailauth_result *r, uint32_t what)
{
    int64_t number = -1;
    secmail_mailauth_result_number(r, what, &number);
    return number;
}

/* Checks a verdict; a wrong one is shown with its reason. */
#define assert_verdict(result, want) check_verdict(result, want, __FILE__, __LINE__)

static inline void check_verdict(const struct secmail_mailauth_result *r, uint32_t want,
                                 const char *file, int line)
{
    const uint32_t got = secmail_mailauth_result_verdict(r);
    if (got == want)
        return;
    const char *name = secmail_mailauth_verdict_name(got);
    const char *reason = secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_REASON);
    print_error("# verdict %s (%s), not %s\n", name ? name : "none at all", reason ? reason : "",
                secmail_mailauth_verdict_name(want));
    _fail(file, line);
}

#define assert_text(result, what, want)                                                            \
    do {                                                                                           \
        const char *text_ = secmail_mailauth_result_text(result, what);                            \
        assert_non_null(text_);                                                                    \
        assert_string_equal(text_, want);                                                          \
    } while (0)

/* ---- Signing ---- */

/* A key with the zone's record for it. */
struct signing_key {
    struct secmail_dkim_key *key;
    char record[1200];
};

static inline void make_key(struct fixture *f, struct signing_key *k, uint32_t algorithm,
                            uint32_t bits)
{
    struct secmail_bytes *record;
    assert_ok(f->context, secmail_dkim_key_generate(f->context, &k->key, algorithm, bits));
    assert_ok(f->context, secmail_dkim_key_record(f->context, k->key, &record));
    assert_true(secmail_bytes_size(record) < sizeof k->record);
    memcpy(k->record, secmail_bytes_data(record), secmail_bytes_size(record) + 1);
    secmail_bytes_free(record);
}

/* Three texts in one; the caller frees it. */
static inline char *join_texts(const char *a, const char *b, const char *c)
{
    const size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
    char *text = malloc(size);
    assert_non_null(text);
    snprintf(text, size, "%s%s%s", a, b, c);
    return text;
}

/* The mail with a signature of example.com on top; the caller frees it. `names` and `canon` may be
 * NULL. */
static inline char *sign_mail(struct fixture *f, const struct signing_key *k, const char *mail,
                              const char *canon, const char *names)
{
    struct secmail_dkim_table *table;
    struct secmail_dkim_signer *signer;
    struct secmail_bytes *field;
    assert_ok(f->context, secmail_dkim_table_new(f->context, &table));
    assert_ok(f->context, secmail_dkim_table_add(table, "example.com", "s", k->key));
    assert_ok(f->context, secmail_dkim_signer_new(table, &signer, "example.com"));
    if (canon)
        assert_ok(f->context, secmail_dkim_signer_set_canon(signer, canon));
    if (names)
        assert_ok(f->context, secmail_dkim_signer_set_headers(signer, names));
    assert_ok(f->context, secmail_dkim_signer_update(signer, (const uint8_t *)mail, strlen(mail)));
    assert_ok(f->context, secmail_dkim_signer_finish(signer, &field));
    char *signed_mail = join_texts((const char *)secmail_bytes_data(field), mail, "");
    secmail_bytes_free(field);
    secmail_dkim_signer_free(signer);
    secmail_dkim_table_free(table);
    return signed_mail;
}

/* A copy with the first `old` replaced; frees the old one. */
static inline char *replace_free(char *text, const char *old, const char *new_text)
{
    char *at = strstr(text, old);
    assert_non_null(at);
    *at = '\0';
    char *copy = join_texts(text, new_text, at + strlen(old));
    free(text);
    return copy;
}

#endif
