/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The driver on libunbound: a validating resolver with a cache, in a thread of its own. Never its
 * blocking call, ub_resolve(), which can't be stopped.
 */
#include "dns/ub_state.h"

#include <stdio.h>

int smi_unbound_fail(struct secmail_dns *dns, const char *what, int error)
{
    if (error == UB_NOMEM)
        return smi_nomem(dns->context);
    return smi_fail(dns->context, SECMAIL_E_DNS_DRIVER, "libunbound, %s: %s", what,
                    ub_strerror(error));
}

int smi_unbound_note(struct secmail_dns *dns, struct smi_dns_name **list, size_t *count,
                     size_t *room, const struct smi_dns_name *name)
{
    if (!smi_grow(&dns->context->mem, list, room, *count + 1, sizeof **list))
        return smi_nomem(dns->context);
    (*list)[(*count)++] = *name;
    return 0;
}

/* ---- Starting ---- */

int secmail_dns_new(struct secmail_context *context, struct secmail_dns **out)
{
    int rc = smi_dns_new(context, out, &smi_dns_unbound_driver, sizeof(struct smi_unbound));
    if (rc)
        return rc;
    struct secmail_dns *dns = *out;
    struct smi_unbound *u = dns->state;
    u->ctx = ub_ctx_create();
    /* A thread, not a process of its own; and nothing on standard error. */
    int error = u->ctx ? ub_ctx_async(u->ctx, 1) : UB_INITFAIL;
    if (!error)
        error = ub_ctx_debugout(u->ctx, NULL);
    if (error) {
        rc = smi_unbound_fail(dns, "a new resolver", error);
        secmail_dns_free(dns);
        *out = NULL;
    }
    return rc;
}

static int set_number(struct smi_unbound *u, const char *option, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return ub_ctx_set_option(u->ctx, option, text);
}

static int apply_settings(struct secmail_dns *dns)
{
    struct smi_unbound *u = dns->state;
    const uint64_t cache = dns->settings[SECMAIL_DNS_CACHE_BYTES];
    const uint64_t date = dns->settings[SECMAIL_DNS_VALIDATION_TIME];
    /* unbound.conf(5): the cache of records should be twice as big as that of messages. */
    int error = set_number(u, "msg-cache-size:", cache / 3);
    if (!error)
        error = set_number(u, "rrset-cache-size:", cache - cache / 3);
    if (!error)
        error = set_number(u, "cache-max-ttl:", dns->settings[SECMAIL_DNS_CACHE_SECONDS]);
    if (!error)
        error = set_number(u, "cache-max-negative-ttl:", dns->settings[SECMAIL_DNS_CACHE_SECONDS]);
    if (!error && date)
        error = set_number(u, "val-override-date:", date);
    /* Whoever has name servers of their own may have names for private addresses there. */
    if (!error && u->has_upstream)
        error = ub_ctx_set_option(u->ctx, "unblock-lan-zones:", "yes");
    return error;
}

/* Lets what stands above a configured zone through: libunbound answers special names by itself. */
static int open_zone(struct smi_unbound *u, struct smi_dns_name zone)
{
    char quoted[SMI_DNS_QUOTED_SIZE];
    int error = 0;
    while (!error && zone.size) {
        smi_dns_name_quote(&zone, quoted);
        error = ub_ctx_zone_remove(u->ctx, quoted);
        const char *dot = memchr(zone.text, '.', zone.size);
        const size_t skip = dot ? (size_t)(dot - zone.text) + 1 : zone.size;
        zone.size = (uint8_t)(zone.size - skip);
        memmove(zone.text, zone.text + skip, zone.size);
    }
    return error;
}

static int start(struct secmail_dns *dns)
{
    struct smi_unbound *u = dns->state;
    int error = apply_settings(dns);
    for (size_t i = 0; !error && i < u->zone_count; i++)
        error = open_zone(u, u->zones[i]);
    u->started = !error;
    return error;
}

/* ---- Answers ---- */

static bool is_listed(const struct smi_dns_name *list, size_t count,
                      const struct smi_dns_name *name)
{
    for (size_t i = 0; i < count; i++) {
        if (smi_dns_name_under(name, &list[i]))
            return true;
    }
    return false;
}

/*
 * RFC 4035 section 4.3: where no trust anchor is above a name, nothing is known. libunbound calls
 * that insecure too.
 */
static bool is_anchored(const struct smi_unbound *u, const struct smi_dns_name *name,
                        const char *canonical)
{
    struct smi_dns_name end;
    if (!is_listed(u->anchors, u->anchor_count, name))
        return false;
    return !canonical || !smi_dns_name_read(&end, canonical, strlen(canonical)) ||
           is_listed(u->anchors, u->anchor_count, &end);
}

static uint32_t status_of(const struct ub_result *r)
{
    if (r->bogus || (r->rcode != 0 && r->rcode != 3))
        return SECMAIL_DNS_SERVFAIL;
    return r->rcode == 3 ? SECMAIL_DNS_NXDOMAIN : SECMAIL_DNS_ANSWERED;
}

static uint32_t security_of(const struct smi_unbound *u, const struct ub_result *r,
                            const struct smi_dns_name *name)
{
    if (r->bogus)
        return SECMAIL_DNS_BOGUS;
    if (status_of(r) == SECMAIL_DNS_SERVFAIL)
        return SECMAIL_DNS_INDETERMINATE;
    if (r->secure)
        return SECMAIL_DNS_SECURE;
    return is_anchored(u, name, r->canonname) ? SECMAIL_DNS_INSECURE : SECMAIL_DNS_INDETERMINATE;
}

static const char *reason_of(const struct ub_result *r)
{
    static const char *const rcodes[] = {
        NULL,
        "the server found the query malformed (FORMERR)",
        "no server could answer (SERVFAIL)",
        "the name doesn't exist",
        "the server can't answer such queries (NOTIMP)",
        "the server refuses to answer (REFUSED)",
    };
    if (r->bogus)
        return r->why_bogus ? r->why_bogus : "the signatures are wrong";
    const size_t known = sizeof rcodes / sizeof rcodes[0];
    return r->rcode >= 0 && (size_t)r->rcode < known ? rcodes[r->rcode]
                                                     : "the server gave an unusual error code";
}

static void take(struct secmail_dns_result *query, struct ub_result *r)
{
    query->answer = r;
    query->reason = reason_of(r);
    query->ttl = r->ttl > 0 && !r->bogus ? (uint32_t)r->ttl : 0;
    if (status_of(r) == SECMAIL_DNS_ANSWERED) {
        while (r->data && r->data[query->count])
            query->count++;
    }
    smi_dns_answer(query, status_of(r), security_of(query->dns->state, r, &query->name));
}

/* Called by ub_process(). An error has no result. */
static void on_answer(void *arg, int error, struct ub_result *r)
{
    struct secmail_dns_result *query = arg;
    if (!error && r) {
        take(query, r);
        return;
    }
    query->reason = ub_strerror(error);
    smi_dns_answer(query, SECMAIL_DNS_SERVFAIL, SECMAIL_DNS_INDETERMINATE);
}

/* ---- The driver ---- */

static int submit(struct secmail_dns *dns, struct secmail_dns_result *query)
{
    struct smi_unbound *u = dns->state;
    char quoted[SMI_DNS_QUOTED_SIZE];
    int error = u->started ? 0 : start(dns);
    smi_dns_name_quote(&query->name, quoted);
    if (!error)
        error = ub_resolve_async(u->ctx, quoted, query->type, 1, query, on_answer, &query->ticket);
    return error ? smi_unbound_fail(dns, "a query", error) : 0;
}

static void cancel(struct secmail_dns *dns, struct secmail_dns_result *query)
{
    struct smi_unbound *u = dns->state;
    ub_cancel(u->ctx, query->ticket);
}

static int process(struct secmail_dns *dns)
{
    struct smi_unbound *u = dns->state;
    const int error = dns->open.first ? ub_process(u->ctx) : 0;
    return error ? smi_unbound_fail(dns, "results", error) : 0;
}

static int watched_fd(const struct secmail_dns *dns)
{
    const struct smi_unbound *u = dns->state;
    return ub_fd(u->ctx);
}

static bool has_zone(const struct secmail_dns *dns, const struct smi_dns_name *name)
{
    const struct smi_unbound *u = dns->state;
    return is_listed(u->zones, u->zone_count, name);
}

static void close_resolver(struct secmail_dns *dns)
{
    const struct secmail_allocator *mem = &dns->context->mem;
    struct smi_unbound *u = dns->state;
    if (u->ctx)
        ub_ctx_delete(u->ctx);
    smi_free(mem, u->anchors, u->anchor_room * sizeof *u->anchors);
    smi_free(mem, u->zones, u->zone_room * sizeof *u->zones);
    smi_free(mem, u, sizeof *u);
}

static const uint8_t *record(const void *answer, size_t index, size_t *size)
{
    const struct ub_result *r = answer;
    *size = (size_t)r->len[index];
    return (const uint8_t *)r->data[index];
}

static const char *canonical_name(const void *answer)
{
    const struct ub_result *r = answer;
    return r->canonname;
}

static void drop(const struct secmail_allocator *mem, void *answer)
{
    (void)mem;
    ub_resolve_free(answer);
}

const struct smi_dns_driver smi_dns_unbound_driver = {
    .submit = submit,
    .cancel = cancel,
    .process = process,
    .fd = watched_fd,
    .has_zone = has_zone,
    .close = close_resolver,
    .record = record,
    .canonical = canonical_name,
    .drop = drop,
};
