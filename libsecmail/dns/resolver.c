/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The resolver: settings, queries, deadlines, results that wait. */
#include "dns/resolver.h"

/* ---- Settings ---- */

static const struct {
    uint64_t least, most, value;
    bool early; /* only before the first query */
} settings[SMI_DNS_SETTINGS] = {
    [SECMAIL_DNS_TIMEOUT_MS] = {1, 600000, 10000, false},
    [SECMAIL_DNS_OPEN_QUERIES] = {1, 100000, 5000, false},
    [SECMAIL_DNS_CACHE_BYTES] = {65536, UINT64_C(1) << 40, UINT64_C(16) << 20, true},
    [SECMAIL_DNS_CACHE_SECONDS] = {0, 604800, 86400, true},
    [SECMAIL_DNS_VALIDATION_TIME] = {0, INT32_MAX, 0, true},
};

int secmail_dns_set(struct secmail_dns *dns, uint32_t setting, uint64_t value)
{
    if (!dns)
        return SECMAIL_E_ARGUMENT;
    smi_enter(dns->context);
    if (!setting || setting >= SMI_DNS_SETTINGS)
        return smi_fail(dns->context, SECMAIL_E_ARGUMENT, "there is no setting %u", setting);
    if (settings[setting].early && dns->asked)
        return smi_fail(dns->context, SECMAIL_E_STATE,
                        "this setting can't change after the first query");
    if (value < settings[setting].least || value > settings[setting].most)
        return smi_fail(dns->context, SECMAIL_E_DNS_SETTING, "setting %u is %llu to %llu, not %llu",
                        setting, (unsigned long long)settings[setting].least,
                        (unsigned long long)settings[setting].most, (unsigned long long)value);
    dns->settings[setting] = value;
    return 0;
}

uint64_t secmail_dns_get(const struct secmail_dns *dns, uint32_t setting)
{
    return dns && setting < SMI_DNS_SETTINGS ? dns->settings[setting] : 0;
}

/* ---- Lists ---- */

static struct smi_dns_list *list_of(struct secmail_dns_result *query)
{
    return query->status ? &query->dns->ready : &query->dns->open;
}

/* Puts it behind `place`, or first where that is NULL. */
static void link_behind(struct smi_dns_list *list, struct secmail_dns_result *place,
                        struct secmail_dns_result *query)
{
    query->previous = place;
    query->next = place ? place->next : list->first;
    *(place ? &place->next : &list->first) = query;
    *(query->next ? &query->next->previous : &list->last) = query;
}

void smi_dns_unlink(struct secmail_dns_result *query)
{
    struct smi_dns_list *list = list_of(query);
    *(query->previous ? &query->previous->next : &list->first) = query->next;
    *(query->next ? &query->next->previous : &list->last) = query->previous;
    query->dns->open_count -= !query->status;
    query->next = query->previous = NULL;
}

/* Later deadlines stand behind: with one setting for all, that is the end of the list. */
static void link_open(struct secmail_dns *dns, struct secmail_dns_result *query)
{
    struct secmail_dns_result *place = dns->open.last;
    while (place && place->deadline > query->deadline)
        place = place->previous;
    link_behind(&dns->open, place, query);
    dns->open_count++;
}

void smi_dns_answer(struct secmail_dns_result *query, uint32_t status, uint32_t security)
{
    struct secmail_dns *dns = query->dns;
    smi_dns_unlink(query);
    query->status = (uint8_t)status;
    query->security = (uint8_t)security;
    link_behind(&dns->ready, dns->ready.last, query);
}

/* ---- The object ---- */

int smi_dns_new(struct secmail_context *context, struct secmail_dns **out,
                const struct smi_dns_driver *driver, size_t state_size)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    struct secmail_dns *dns = smi_zalloc(&context->mem, sizeof *dns);
    void *state = smi_zalloc(&context->mem, state_size);
    if (!dns || !state) {
        smi_free(&context->mem, dns, sizeof *dns);
        smi_free(&context->mem, state, state_size);
        return smi_nomem(context);
    }
    dns->context = context;
    dns->driver = driver;
    dns->state = state;
    for (size_t i = 0; i < SMI_DNS_SETTINGS; i++)
        dns->settings[i] = settings[i].value;
    *out = dns;
    return 0;
}

void secmail_dns_free(struct secmail_dns *dns)
{
    if (!dns)
        return;
    while (dns->open.first)
        secmail_dns_cancel(dns, dns->open.first->number);
    while (dns->ready.first)
        secmail_dns_result_free(secmail_dns_next_result(dns));
    dns->driver->close(dns);
    smi_free(&dns->context->mem, dns, sizeof *dns);
}

int smi_dns_enter(struct secmail_dns *dns, const struct smi_dns_driver *driver, bool early)
{
    if (!dns)
        return SECMAIL_E_ARGUMENT;
    smi_enter(dns->context);
    if (dns->driver != driver)
        return smi_fail(dns->context, SECMAIL_E_STATE, "this is for the other kind of resolver");
    if (early && dns->asked)
        return smi_fail(dns->context, SECMAIL_E_STATE,
                        "the resolver can't be configured after its first query");
    return 0;
}

int smi_dns_read_name(struct secmail_dns *dns, struct smi_dns_name *name, const char *text)
{
    if (!text)
        return smi_fail(dns->context, SECMAIL_E_ARGUMENT, "the name is NULL");
    if (!smi_dns_name_read(name, text, strlen(text)))
        return smi_fail(dns->context, SECMAIL_E_DNS_NAME,
                        "\"%.80s\" has an empty label, one over 63 bytes, or over 253 in all",
                        text);
    return 0;
}

/* ---- Queries ---- */

/* Answers a special name; false if it isn't one. */
static bool answer_special(struct secmail_dns_result *query)
{
    static const uint8_t ip4[] = {127, 0, 0, 1};
    static const uint8_t ip6[16] = {[15] = 1};
    const enum smi_dns_special special = smi_dns_special(&query->name);
    if (special == SMI_DNS_ORDINARY)
        return false;
    if (special == SMI_DNS_NOWHERE) {
        query->reason = "the name is reserved and not asked for in the DNS (RFC 6761)";
        smi_dns_answer(query, SECMAIL_DNS_NXDOMAIN, SECMAIL_DNS_INDETERMINATE);
        return true;
    }
    if (query->type == 1 || query->type == 28) {
        query->count = 1;
        query->fixed = query->type == 1 ? ip4 : ip6;
        query->fixed_size = query->type == 1 ? sizeof ip4 : sizeof ip6;
    }
    smi_dns_answer(query, SECMAIL_DNS_ANSWERED, SECMAIL_DNS_INDETERMINATE);
    return true;
}

static struct secmail_dns_result *new_query(struct secmail_dns *dns, uint16_t type,
                                            uint32_t timeout_ms)
{
    const uint64_t most = dns->settings[SECMAIL_DNS_TIMEOUT_MS];
    struct secmail_dns_result *query = smi_zalloc(&dns->context->mem, sizeof *query);
    if (!query)
        return NULL;
    query->dns = dns;
    query->driver = dns->driver;
    query->mem = &dns->context->mem;
    query->type = type;
    query->deadline = smi_dns_clock() + (int64_t)(timeout_ms < most ? timeout_ms : most);
    return query;
}

static int begin(struct secmail_dns *dns, struct secmail_dns_result *query)
{
    dns->asked = true;
    query->number = ++dns->last_number;
    link_open(dns, query);
    if (!dns->driver->has_zone(dns, &query->name) && answer_special(query))
        return 0;
    return dns->driver->submit(dns, query);
}

int smi_dns_submit(struct secmail_dns *dns, struct secmail_dns_result **out, const char *name,
                   uint16_t type, uint32_t timeout_ms)
{
    const uint64_t most = dns->settings[SECMAIL_DNS_OPEN_QUERIES];
    if (!type)
        return smi_fail(dns->context, SECMAIL_E_ARGUMENT, "there is no record type 0");
    if (dns->open_count >= most)
        return smi_fail(dns->context, SECMAIL_E_DNS_BUSY, "%zu queries wait for an answer",
                        dns->open_count);
    struct secmail_dns_result *query = new_query(dns, type, timeout_ms);
    if (!query)
        return smi_nomem(dns->context);
    int rc = smi_dns_read_name(dns, &query->name, name);
    if (rc) {
        smi_free(query->mem, query, sizeof *query);
        return rc;
    }
    rc = begin(dns, query);
    if (rc) {
        smi_dns_unlink(query);
        secmail_dns_result_free(query);
        return rc;
    }
    *out = query;
    return 0;
}

int secmail_dns_query(struct secmail_dns *dns, const char *name, uint16_t type, uint64_t *number)
{
    struct secmail_dns_result *query;
    if (!dns)
        return SECMAIL_E_ARGUMENT;
    smi_enter(dns->context);
    if (!number)
        return smi_fail(dns->context, SECMAIL_E_ARGUMENT, "the place for the number is NULL");
    const int rc = smi_dns_submit(dns, &query, name, type, UINT32_MAX);
    if (!rc)
        *number = query->number;
    return rc;
}

static struct secmail_dns_result *find(const struct smi_dns_list *list, uint64_t number)
{
    struct secmail_dns_result *query = list->first;
    while (query && query->number != number)
        query = query->next;
    return query;
}

int secmail_dns_cancel(struct secmail_dns *dns, uint64_t number)
{
    if (!dns)
        return SECMAIL_E_ARGUMENT;
    smi_enter(dns->context);
    struct secmail_dns_result *query = find(&dns->open, number);
    if (query)
        dns->driver->cancel(dns, query);
    else
        query = find(&dns->ready, number);
    if (!query)
        return smi_fail(dns->context, SECMAIL_E_DNS_QUERY, "there is no query %llu",
                        (unsigned long long)number);
    smi_dns_unlink(query);
    secmail_dns_result_free(query);
    return 0;
}

size_t secmail_dns_open_queries(const struct secmail_dns *dns)
{
    return dns ? dns->open_count : 0;
}

/* ---- Getting on ---- */

static void expire(struct secmail_dns *dns)
{
    const int64_t now = dns->open.first ? smi_dns_clock() : 0;
    while (dns->open.first && dns->open.first->deadline <= now) {
        struct secmail_dns_result *query = dns->open.first;
        dns->driver->cancel(dns, query);
        query->reason = "nobody answered before the deadline";
        smi_dns_answer(query, SECMAIL_DNS_TIMEOUT, SECMAIL_DNS_INDETERMINATE);
    }
}

int secmail_dns_process(struct secmail_dns *dns)
{
    if (!dns)
        return SECMAIL_E_ARGUMENT;
    smi_enter(dns->context);
    const int rc = dns->driver->process(dns);
    expire(dns);
    return rc;
}

int secmail_dns_fd(const struct secmail_dns *dns)
{
    return dns ? dns->driver->fd(dns) : -1;
}

int secmail_dns_timeout_ms(const struct secmail_dns *dns)
{
    if (!dns || (!dns->ready.first && !dns->open.first))
        return -1;
    if (dns->ready.first)
        return 0;
    const int64_t left = dns->open.first->deadline - smi_dns_clock();
    return left < 0 ? 0 : (int)left;
}

struct secmail_dns_result *secmail_dns_next_result(struct secmail_dns *dns)
{
    struct secmail_dns_result *result = dns ? dns->ready.first : NULL;
    if (!result)
        return NULL;
    smi_dns_unlink(result);
    result->dns = NULL;
    return result;
}
