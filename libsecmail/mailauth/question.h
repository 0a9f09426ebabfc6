/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of DNS questions and answers of one message. An evaluation asks it as if it were the
 * DNS: what isn't known yet becomes an open question, and the evaluation runs again later. Nothing
 * here knows a network.
 */
#ifndef SMI_MAILAUTH_QUESTION_H
#define SMI_MAILAUTH_QUESTION_H

#include "mailauth/domain.h"

#include <secmail/mailauth.h>

enum smi_dns_status {
    SMI_DNS_OPEN = 0,
    SMI_DNS_DATA,
    SMI_DNS_NODATA,
    SMI_DNS_NXDOMAIN,
    SMI_DNS_FAILED, /* SERVFAIL, a bogus answer, or over the budget */
    SMI_DNS_TIMEOUT,
};

struct smi_question {
    uint32_t hash;
    uint32_t chain; /* next question of the same bucket + 1 */
    uint32_t name;  /* offset in names */
    uint32_t first; /* first record + 1 */
    uint32_t last;
    uint32_t bytes; /* of all records */
    uint16_t count;
    uint16_t type;
    uint8_t size; /* of the name */
    uint8_t status;
    uint8_t security;
};

struct smi_record {
    uint32_t next; /* + 1 */
    uint32_t at;   /* offset in data */
    uint32_t size;
};

enum { SMI_QUESTION_BUCKETS = 64 };

struct smi_answers {
    const struct secmail_allocator *mem;
    struct smi_question *questions;
    size_t count, room;
    struct smi_record *records;
    size_t record_count, record_room;
    struct smi_buf names; /* each with a NUL behind it */
    struct smi_buf data;
    size_t open;       /* questions without an answer */
    size_t most;       /* questions that may be asked */
    size_t most_bytes; /* of one answer */
    bool over;         /* a question was not asked for that */
    bool late;         /* the deadline has passed: open questions count as timed out */
    int error;         /* SECMAIL_E_NOMEM, or 0 */
    uint32_t buckets[SMI_QUESTION_BUCKETS];
};

/* What an evaluation gets to know. `question` is valid for all states but those of a name that
 * can't be asked for; `records` is 0 then. */
struct smi_answer {
    uint8_t status;   /* enum smi_dns_status */
    uint8_t security; /* enum secmail_mailauth_security */
    uint16_t records;
    uint32_t first; /* record + 1 */
};

void smi_answers_init(struct smi_answers *t, const struct secmail_allocator *mem);
void smi_answers_free(struct smi_answers *t);

/* The answer, or SMI_DNS_OPEN: the question is on the list then. */
struct smi_answer smi_ask(struct smi_answers *t, const struct smi_domain *name, uint16_t type);

/* Walks an answer's records: `*at` begins as its `first`. False past the last one. */
bool smi_next_record(const struct smi_answers *t, uint32_t *at, struct smi_span *record);

/* Is it known that the answer can't be had now? */
static inline bool smi_dns_failed(uint8_t status)
{
    return status == SMI_DNS_FAILED || status == SMI_DNS_TIMEOUT;
}

/* NXDOMAIN, or no data of the type: RFC 7208 section 4.6.4 calls it void. */
static inline bool smi_dns_void(uint8_t status)
{
    return status == SMI_DNS_NXDOMAIN || status == SMI_DNS_NODATA;
}

/* The weaker of two states: what rests on both. */
uint8_t smi_weaker(uint8_t a, uint8_t b);

/* Adds a record to an open question, in the wire format of its type. SECMAIL_E_MAILAUTH_RECORD for
 * one that isn't well-formed, SECMAIL_E_NOMEM; not recorded. */
int smi_answers_add(struct smi_answers *t, size_t question, const uint8_t *rdata, size_t size);

void smi_answers_close(struct smi_answers *t, size_t question, uint32_t status, uint32_t security);

#endif
