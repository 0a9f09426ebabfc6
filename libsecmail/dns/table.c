/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The driver that answers from a table in memory, at once. For tests and replays: it is searched
 * from one end to the other.
 */
#include "dns/resolver.h"

enum { TYPE_CNAME = 5, STEPS = 8, RECORD_MAX = 65535 };

/* What is known of a name and type, 0 being all other types. */
struct entry {
    struct smi_dns_name name;
    uint16_t type;
    uint8_t status, security;
    struct record *records, *last;
};

struct record {
    struct record *next;
    size_t size;
    uint8_t data[];
};

struct table {
    struct entry *entries;
    size_t count, room;
};

/* The records of an answer are copies, so that results outlive the table. */
struct answer {
    struct smi_buf data;
    size_t canonical; /* offset of a name in data, behind the records; 0 for none */
};

static struct entry *find(const struct table *t, const struct smi_dns_name *name, uint16_t type)
{
    for (size_t i = 0; i < t->count; i++) {
        if (t->entries[i].type == type && smi_dns_name_equal(&t->entries[i].name, name))
            return &t->entries[i];
    }
    return NULL;
}

/* RFC 8020: what is below a name makes it exist. */
static bool exists(const struct table *t, const struct smi_dns_name *name)
{
    for (size_t i = 0; i < t->count; i++) {
        if (smi_dns_name_under(&t->entries[i].name, name))
            return true;
    }
    return false;
}

static struct entry *add_entry(struct secmail_dns *dns, const struct smi_dns_name *name,
                               uint16_t type)
{
    struct table *t = dns->state;
    struct entry *e = find(t, name, type);
    if (e)
        return e;
    if (!smi_grow(&dns->context->mem, &t->entries, &t->room, t->count + 1, sizeof *t->entries)) {
        smi_nomem(dns->context);
        return NULL;
    }
    e = &t->entries[t->count++];
    *e = (struct entry){.name = *name,
                        .type = type,
                        .status = SECMAIL_DNS_ANSWERED,
                        .security = SECMAIL_DNS_INSECURE};
    return e;
}

/* ---- Filling ---- */

int secmail_dns_table_new(struct secmail_context *context, struct secmail_dns **out)
{
    return smi_dns_new(context, out, &smi_dns_table_driver, sizeof(struct table));
}

static int check_record(struct secmail_dns *dns, uint16_t type, const uint8_t *rdata, size_t size)
{
    struct smi_dns_name target;
    if (!type || (!rdata && size))
        return smi_fail(dns->context, SECMAIL_E_ARGUMENT, "a record has a type and data");
    if (size > RECORD_MAX)
        return smi_fail(dns->context, SECMAIL_E_DNS_RECORD, "a record has up to %d bytes, not %zu",
                        RECORD_MAX, size);
    if (type == TYPE_CNAME && !smi_dns_name_from_wire(&target, rdata, size))
        return smi_fail(dns->context, SECMAIL_E_DNS_RECORD, "the alias leads to no name");
    return 0;
}

int secmail_dns_table_add(struct secmail_dns *dns, const char *name, uint16_t type,
                          const uint8_t *rdata, size_t size)
{
    struct smi_dns_name key;
    int rc = smi_dns_enter(dns, &smi_dns_table_driver, false);
    if (!rc)
        rc = check_record(dns, type, rdata, size);
    if (!rc)
        rc = smi_dns_read_name(dns, &key, name);
    if (rc)
        return rc;
    struct record *r = smi_alloc(&dns->context->mem, sizeof *r + size);
    struct entry *e = r ? add_entry(dns, &key, type) : NULL;
    if (!e) {
        smi_free(&dns->context->mem, r, sizeof *r + size);
        return smi_nomem(dns->context);
    }
    *r = (struct record){.size = size};
    if (size)
        memcpy(r->data, rdata, size);
    *(e->last ? &e->last->next : &e->records) = r;
    e->last = r;
    return 0;
}

int secmail_dns_table_set(struct secmail_dns *dns, const char *name, uint16_t type, uint32_t status,
                          uint32_t security)
{
    struct smi_dns_name key;
    int rc = smi_dns_enter(dns, &smi_dns_table_driver, false);
    if (rc)
        return rc;
    if (!secmail_dns_status_name(status) || !secmail_dns_security_name(security))
        return smi_fail(dns->context, SECMAIL_E_ARGUMENT, "no such status or security state");
    rc = smi_dns_read_name(dns, &key, name);
    if (rc)
        return rc;
    struct entry *e = add_entry(dns, &key, type);
    if (!e)
        return SECMAIL_E_NOMEM;
    e->status = (uint8_t)status;
    e->security = (uint8_t)security;
    return 0;
}

/* ---- Answering ---- */

/* Where the chain of aliases ends. NULL: nothing is known of `*name`, the last one. */
static const struct entry *follow(const struct table *t, struct smi_dns_name *name, uint16_t type,
                                  uint8_t *security, bool *too_long)
{
    for (int i = 0; i <= STEPS; i++) {
        const struct entry *e = find(t, name, type);
        const struct entry *alias = e ? NULL : find(t, name, TYPE_CNAME);
        if (!alias || !alias->records || alias->status != SECMAIL_DNS_ANSWERED)
            return e ? e : find(t, name, 0);
        if (alias->security > *security)
            *security = alias->security;
        smi_dns_name_from_wire(name, alias->records->data, alias->records->size);
    }
    *too_long = true;
    return NULL;
}

static int copy_answer(struct secmail_dns_result *query, const struct entry *e,
                       const struct smi_dns_name *canonical)
{
    struct answer *a = smi_zalloc(query->mem, sizeof *a);
    if (!a)
        return SECMAIL_E_NOMEM;
    query->answer = a;
    a->data = smi_buf_open(query->mem);
    for (const struct record *r = e ? e->records : NULL; r; r = r->next) {
        smi_put_u32(&a->data, (uint32_t)r->size);
        smi_put(&a->data, r->data, r->size);
        query->count++;
    }
    if (canonical) {
        smi_put_u8(&a->data, 0);
        a->canonical = a->data.size;
        char quoted[SMI_DNS_QUOTED_SIZE];
        smi_dns_name_quote(canonical, quoted);
        smi_put(&a->data, quoted, strlen(quoted) + 1);
    }
    return a->data.error;
}

static void finish(struct secmail_dns_result *query, uint8_t status, uint8_t security)
{
    static const char *const reasons[] = {
        [SECMAIL_DNS_NXDOMAIN] = "the name doesn't exist",
        [SECMAIL_DNS_SERVFAIL] = "the server failed",
        [SECMAIL_DNS_TIMEOUT] = "nobody answered before the deadline",
    };
    /* RFC 4035 section 5.5: an answer whose signatures are wrong is none. */
    if (security == SECMAIL_DNS_BOGUS)
        status = SECMAIL_DNS_SERVFAIL;
    if (status != SECMAIL_DNS_ANSWERED) {
        query->count = 0;
        query->reason = security == SECMAIL_DNS_BOGUS ? "the signatures are wrong"
                                                      : reasons[status];
    }
    smi_dns_answer(query, status, security);
}

static int submit(struct secmail_dns *dns, struct secmail_dns_result *query)
{
    const struct table *t = dns->state;
    struct smi_dns_name name = query->name;
    uint8_t security = SECMAIL_DNS_SECURE;
    bool too_long = false;
    const struct entry *e = follow(t, &name, query->type, &security, &too_long);
    const bool alias = !smi_dns_name_equal(&name, &query->name);
    const bool data = e && e->status == SECMAIL_DNS_ANSWERED && e->type == query->type;
    const int rc = copy_answer(query, data ? e : NULL, alias ? &name : NULL);
    if (rc)
        return smi_nomem(dns->context);
    uint8_t status = SECMAIL_DNS_ANSWERED;
    if (e)
        status = e->status;
    else if (!too_long && !exists(t, &name))
        status = SECMAIL_DNS_NXDOMAIN;
    const uint8_t own = e ? e->security : SECMAIL_DNS_INSECURE;
    finish(query, status, own > security ? own : security);
    return 0;
}

/* ---- The rest of the driver ---- */

static void cancel(struct secmail_dns *dns, struct secmail_dns_result *query)
{
    (void)dns;
    (void)query; /* none is ever open */
}

static int process(struct secmail_dns *dns)
{
    (void)dns;
    return 0;
}

static int no_fd(const struct secmail_dns *dns)
{
    (void)dns;
    return -1;
}

/* A table that names something special means it. */
static bool has_zone(const struct secmail_dns *dns, const struct smi_dns_name *name)
{
    return exists(dns->state, name);
}

static void close_table(struct secmail_dns *dns)
{
    const struct secmail_allocator *mem = &dns->context->mem;
    struct table *t = dns->state;
    for (size_t i = 0; i < t->count; i++) {
        for (struct record *r = t->entries[i].records, *next; r; r = next) {
            next = r->next;
            smi_free(mem, r, sizeof *r + r->size);
        }
    }
    smi_free(mem, t->entries, t->room * sizeof *t->entries);
    smi_free(mem, t, sizeof *t);
}

static const uint8_t *record(const void *answer, size_t index, size_t *size)
{
    const struct answer *a = answer;
    struct smi_cursor c = smi_buf_cursor(&a->data);
    for (; index; index--)
        smi_take(&c, smi_u32(&c));
    *size = smi_u32(&c);
    return smi_take(&c, *size);
}

static const char *canonical_name(const void *answer)
{
    const struct answer *a = answer;
    return a->canonical ? (const char *)a->data.data + a->canonical : NULL;
}

static void drop(const struct secmail_allocator *mem, void *answer)
{
    struct answer *a = answer;
    smi_buf_free(&a->data);
    smi_free(mem, a, sizeof *a);
}

const struct smi_dns_driver smi_dns_table_driver = {
    .submit = submit,
    .cancel = cancel,
    .process = process,
    .fd = no_fd,
    .has_zone = has_zone,
    .close = close_table,
    .record = record,
    .canonical = canonical_name,
    .drop = drop,
};
