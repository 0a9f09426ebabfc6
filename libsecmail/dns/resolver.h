/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a resolver is whatever its driver: queries with deadlines that become results. A query is
 * the later result: it is allocated when it is handed in, so that an answer always has its place.
 */
#ifndef SMI_DNS_RESOLVER_H
#define SMI_DNS_RESOLVER_H

#include "core/context.h"
#include "dns/name.h"

#include <secmail/dns.h>

struct smi_dns_driver;

struct secmail_dns_result {
    struct secmail_dns_result *next, *previous; /* in one of the resolver's lists */
    struct secmail_dns *dns;                    /* while it is in one */
    const struct smi_dns_driver *driver;
    const struct secmail_allocator *mem;
    void *answer; /* the driver's, or NULL */
    int ticket;   /* the driver's, of an open query */
    uint64_t number;
    int64_t deadline;     /* ms */
    const uint8_t *fixed; /* the only record, where no driver was asked */
    size_t fixed_size;
    size_t count;
    const char *reason;
    uint32_t ttl;
    uint16_t type;
    uint8_t status; /* 0: open */
    uint8_t security;
    struct smi_dns_name name;
};

/* What a kind of resolver can do. */
struct smi_dns_driver {
    /* Begins with a query, or answers it at once by smi_dns_answer(). */
    int (*submit)(struct secmail_dns *dns, struct secmail_dns_result *query);
    /* Forgets an open query. */
    void (*cancel)(struct secmail_dns *dns, struct secmail_dns_result *query);
    /* Takes what has arrived: smi_dns_answer() for each. */
    int (*process)(struct secmail_dns *dns);
    int (*fd)(const struct secmail_dns *dns);
    /* Was a zone of this name, or above or below it, given a server of its own? */
    bool (*has_zone)(const struct secmail_dns *dns, const struct smi_dns_name *name);
    void (*close)(struct secmail_dns *dns);
    /* Of an answer. */
    const uint8_t *(*record)(const void *answer, size_t index, size_t *size);
    const char *(*canonical)(const void *answer);
    void (*drop)(const struct secmail_allocator *mem, void *answer);
};

extern const struct smi_dns_driver smi_dns_unbound_driver, smi_dns_table_driver;

struct smi_dns_list {
    struct secmail_dns_result *first, *last;
};

enum { SMI_DNS_SETTINGS = 6 };

struct secmail_dns {
    struct secmail_context *context;
    const struct smi_dns_driver *driver;
    void *state; /* the driver's */
    bool asked;  /* a query was handed in: no more configuration */
    uint64_t settings[SMI_DNS_SETTINGS];
    uint64_t last_number;
    size_t open_count;
    struct smi_dns_list open;  /* by deadline */
    struct smi_dns_list ready; /* by arrival */
};

int smi_dns_new(struct secmail_context *context, struct secmail_dns **out,
                const struct smi_dns_driver *driver, size_t state_size);

/* Enters a call that needs this driver; `early`: and no query before. 0, or recorded. */
int smi_dns_enter(struct secmail_dns *dns, const struct smi_dns_driver *driver, bool early);

/* Reads a name, or records SECMAIL_E_DNS_NAME. */
int smi_dns_read_name(struct secmail_dns *dns, struct smi_dns_name *name, const char *text);

/* Milliseconds of the monotonic clock. */
int64_t smi_dns_clock(void);

/* Makes a query that ends after `timeout_ms` at the latest. */
int smi_dns_submit(struct secmail_dns *dns, struct secmail_dns_result **query, const char *name,
                   uint16_t type, uint32_t timeout_ms);

/* Makes an open query a result that waits. */
void smi_dns_answer(struct secmail_dns_result *query, uint32_t status, uint32_t security);

/* Takes it out of its list. */
void smi_dns_unlink(struct secmail_dns_result *query);

#endif
