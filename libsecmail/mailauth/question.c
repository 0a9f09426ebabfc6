/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Questions and answers. Records are kept in the form in which they are used: text records joined,
 * names as text, addresses as they are.
 */
#include "mailauth/question.h"

void smi_answers_init(struct smi_answers *t, const struct secmail_allocator *mem)
{
    *t = (struct smi_answers){.mem = mem};
    t->names = smi_buf_open(mem);
    t->data = smi_buf_open(mem);
}

void smi_answers_free(struct smi_answers *t)
{
    smi_free(t->mem, t->questions, t->room * sizeof *t->questions);
    smi_free(t->mem, t->records, t->record_room * sizeof *t->records);
    smi_buf_free(&t->names);
    smi_buf_free(&t->data);
}

uint8_t smi_weaker(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

/* ---- Asking ---- */

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

/* FNV-1a over words of eight bytes, the last one filled up with zeros. */
static uint32_t hash_of(const struct smi_domain *name, uint16_t type)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ type, word;
    size_t at = 0;
    for (; name->size - at >= sizeof word; at += sizeof word) {
        memcpy(&word, name->text + at, sizeof word);
        hash = mix(hash, word);
    }
    word = 0;
    memcpy(&word, name->text + at, name->size - at);
    return (uint32_t)mix(hash, word);
}

static struct smi_span name_of(const struct smi_answers *t, const struct smi_question *q)
{
    return smi_span(t->names.data + q->name, q->size);
}

static struct smi_question *find(const struct smi_answers *t, uint32_t hash,
                                 const struct smi_domain *name, uint16_t type)
{
    for (uint32_t i = t->buckets[hash % SMI_QUESTION_BUCKETS]; i; i = t->questions[i - 1].chain) {
        struct smi_question *q = &t->questions[i - 1];
        if (q->hash == hash && q->type == type &&
            smi_span_equal(name_of(t, q), smi_domain_span(name)))
            return q;
    }
    return NULL;
}

static void add_question(struct smi_answers *t, uint32_t hash, const struct smi_domain *name,
                         uint16_t type)
{
    if (t->count >= t->most) {
        t->over = true;
        return;
    }
    const size_t at = t->names.size;
    smi_put(&t->names, name->text, name->size + 1U);
    if (t->names.error ||
        !smi_grow(t->mem, &t->questions, &t->room, t->count + 1, sizeof *t->questions)) {
        t->error = SECMAIL_E_NOMEM;
        return;
    }
    uint32_t *bucket = &t->buckets[hash % SMI_QUESTION_BUCKETS];
    t->questions[t->count] = (struct smi_question){.hash = hash,
                                                   .chain = *bucket,
                                                   .name = (uint32_t)at,
                                                   .type = type,
                                                   .size = name->size,
                                                   .security = SECMAIL_MAILAUTH_INDETERMINATE};
    *bucket = (uint32_t)++t->count;
    t->open++;
}

static struct smi_answer no_answer(uint8_t status)
{
    return (struct smi_answer){.status = status, .security = SECMAIL_MAILAUTH_INDETERMINATE};
}

struct smi_answer smi_ask(struct smi_answers *t, const struct smi_domain *name, uint16_t type)
{
    if (!name->size)
        return no_answer(SMI_DNS_NXDOMAIN);
    const uint32_t hash = hash_of(name, type);
    const struct smi_question *q = find(t, hash, name, type);
    if (q && q->status != SMI_DNS_OPEN)
        return (struct smi_answer){q->status, q->security, q->count, q->first};
    if (t->late)
        return no_answer(SMI_DNS_TIMEOUT);
    if (q)
        return no_answer(SMI_DNS_OPEN);
    const size_t before = t->count;
    add_question(t, hash, name, type);
    return no_answer(t->count > before ? SMI_DNS_OPEN : SMI_DNS_FAILED);
}

bool smi_next_record(const struct smi_answers *t, uint32_t *at, struct smi_span *record)
{
    if (!*at)
        return false;
    const struct smi_record *r = &t->records[*at - 1];
    *record = smi_span(t->data.data + r->at, r->size);
    *at = r->next;
    return true;
}

/* ---- Answering ---- */

/* The character-strings of a TXT record, joined (RFC 7208 section 3.3, RFC 6376 section 3.6.2.2).
 */
static void put_text_record(struct smi_buf *b, struct smi_cursor *c)
{
    while (smi_left(c)) {
        const size_t size = smi_u8(c);
        const uint8_t *p = smi_take(c, size);
        if (p)
            smi_put(b, p, size);
    }
}

/* An uncompressed name; the root is no bytes. A label with a dot or NUL in it names no host. */
static void put_name(struct smi_buf *b, struct smi_cursor *c)
{
    const size_t start = b->size;
    for (size_t size = smi_u8(c); size; size = smi_u8(c)) {
        const uint8_t *label = smi_take(c, size);
        if (!label || size > SMI_LABEL_MAX || memchr(label, '.', size) || memchr(label, 0, size)) {
            c->bad = true;
            return;
        }
        if (b->size > start)
            smi_put_u8(b, '.');
        smi_put(b, label, size);
    }
    if (b->size - start > SMI_DOMAIN_MAX)
        c->bad = true;
}

static void put_record(struct smi_buf *b, uint16_t type, struct smi_cursor *c)
{
    switch (type) {
    case SECMAIL_MAILAUTH_A:
        smi_put(b, smi_take(c, 4), c->bad ? 0 : 4);
        break;
    case SECMAIL_MAILAUTH_AAAA:
        smi_put(b, smi_take(c, 16), c->bad ? 0 : 16);
        break;
    case SECMAIL_MAILAUTH_MX:
        smi_u16(c);
        put_name(b, c);
        break;
    case SECMAIL_MAILAUTH_PTR:
        put_name(b, c);
        break;
    default:
        put_text_record(b, c);
    }
    if (smi_left(c))
        c->bad = true;
}

static int link_record(struct smi_answers *t, struct smi_question *q, size_t at)
{
    if (!smi_grow(t->mem, &t->records, &t->record_room, t->record_count + 1, sizeof *t->records))
        return SECMAIL_E_NOMEM;
    t->records[t->record_count] = (struct smi_record){.at = (uint32_t)at,
                                                      .size = (uint32_t)(t->data.size - at)};
    const uint32_t number = (uint32_t)++t->record_count;
    if (q->last)
        t->records[q->last - 1].next = number;
    else
        q->first = number;
    q->last = number;
    q->count++;
    return 0;
}

int smi_answers_add(struct smi_answers *t, size_t question, const uint8_t *rdata, size_t size)
{
    struct smi_question *q = &t->questions[question];
    const size_t at = t->data.size;
    struct smi_cursor c = smi_cursor(rdata, size);
    /* More than one DNS message can carry: the answer counts as failed when it is closed. */
    if (size > t->most_bytes || q->bytes > t->most_bytes - size || q->count == UINT16_MAX) {
        q->bytes = UINT32_MAX;
        return 0;
    }
    put_record(&t->data, q->type, &c);
    int rc = t->data.error;
    if (!rc && c.bad)
        rc = SECMAIL_E_MAILAUTH_RECORD;
    if (!rc)
        rc = link_record(t, q, at);
    if (rc)
        t->data.size = at;
    else
        q->bytes += (uint32_t)size + 1;
    return rc;
}

void smi_answers_close(struct smi_answers *t, size_t question, uint32_t status, uint32_t security)
{
    struct smi_question *q = &t->questions[question];
    q->security = (uint8_t)security;
    /* "When a resolver reports bogus, there is no answer": RFC 4035 section 5.5. */
    if (security == SECMAIL_MAILAUTH_BOGUS || q->bytes == UINT32_MAX)
        q->status = SMI_DNS_FAILED;
    else if (status == SECMAIL_MAILAUTH_NXDOMAIN)
        q->status = SMI_DNS_NXDOMAIN;
    else if (status == SECMAIL_MAILAUTH_SERVFAIL)
        q->status = SMI_DNS_FAILED;
    else if (status == SECMAIL_MAILAUTH_TIMEOUT)
        q->status = SMI_DNS_TIMEOUT;
    else
        q->status = q->count ? SMI_DNS_DATA : SMI_DNS_NODATA;
    if (q->status != SMI_DNS_DATA)
        q->count = 0, q->first = 0;
    t->open--;
}
