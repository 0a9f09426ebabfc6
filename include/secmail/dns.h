/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file secmail/dns.h
 * Answers from the DNS, validated with DNSSEC (RFC 4033 to 4035). The other modules open no socket:
 * they say which name and type they want to know, and this module, or any other resolver, answers.
 *
 * **A resolver never blocks.** A query is handed in, the resolver works while the program does
 * something else, and results are fetched when they are there:
 *
 *     secmail_dns_new(context, &dns);
 *     secmail_dns_use_resolv_conf(dns, NULL);            or forwarders, stubs, or full recursion
 *     secmail_dns_add_trust_anchors(dns, text, size);    else nothing is ever "secure"
 *     secmail_dns_query(dns, "example.org", 16, &number);
 *     in the event loop: when secmail_dns_fd(dns) is readable, or secmail_dns_timeout_ms(dns) over:
 *         secmail_dns_process(dns);
 *         while ((result = secmail_dns_next_result(dns)))
 *             use it; secmail_dns_result_free(result);
 *
 * Each query has a deadline, after which its result is "timeout", and can be cancelled. For
 * programs without an event loop there are secmail_dns_wait() and secmail_dns_resolve(), which
 * block, but never beyond a time that the caller gives, and not after a descriptor of the caller's
 * has become readable.
 *
 * **Two drivers, one interface.** secmail_dns_new() makes a resolver on libunbound, with a cache
 * and DNSSEC validation of its own. secmail_dns_table_new() makes one that answers from a table in
 * memory, at once and without any network: for tests and replays.
 *
 * **A failure is a result too.** That a name doesn't exist, that nobody answered, that signatures
 * are wrong: each is a result with its status and security state.
 *
 * **Special names** (RFC 6761, RFC 6762, RFC 7686, RFC 9476) never leave the machine: `localhost`
 * and names below it have the loopback addresses and nothing else; `invalid`, `test`, `local`,
 * `onion` and `alt` don't exist, unless a stub or forward zone at or below them was set. Reverse
 * names of private addresses (RFC 6303) are asked for only where forwarders, or a zone for them,
 * were set.
 *
 * **Names** are text whose labels are separated by dots, with or without a final dot; "." is the
 * root. A label may hold any byte but dot and NUL. **Deadlines** are counted on the system's
 * monotonic clock, and signatures are judged by the system's date (SECMAIL_DNS_VALIDATION_TIME sets
 * another one): libunbound takes no clock, allocator or random generator of a context.
 *
 * **Threads:** a resolver belongs to one thread at a time, with the context it was made with. It
 * runs one thread of its own, which calls nothing of the program. Make one resolver for a process,
 * not one for each message: the cache is worth it.
 *
 * The rules of <secmail/core.h> on errors, ownership and units hold here: every function that
 * returns `int` may return SECMAIL_E_ARGUMENT (a NULL where none is allowed, a number outside of
 * its enum) and, unless it only reads, SECMAIL_E_NOMEM; the lists below name the others.
 */
#ifndef SECMAIL_DNS_H
#define SECMAIL_DNS_H

#include <secmail/core.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------ */
/* Words                                                                                        */

/** How an answer came out. */
enum secmail_dns_status {
    SECMAIL_DNS_ANSWERED = 1, /**< NOERROR, with records or without (no data of this type) */
    SECMAIL_DNS_NXDOMAIN = 2, /**< the name, or what it is an alias of, doesn't exist */
    SECMAIL_DNS_SERVFAIL = 3, /**< SERVFAIL, REFUSED, bogus, or anything else that is no answer */
    SECMAIL_DNS_TIMEOUT = 4,  /**< nobody answered before the deadline */
};

/**
 * What is known about the origin of an answer (RFC 4035 section 4.3), from best to worst; of a
 * chain of aliases, about its weakest part.
 */
enum secmail_dns_security {
    SECMAIL_DNS_SECURE = 1,        /**< a chain of signatures from a trust anchor */
    SECMAIL_DNS_INSECURE = 2,      /**< below a trust anchor, and proven to be unsigned */
    SECMAIL_DNS_INDETERMINATE = 3, /**< no trust anchor is above it, or there is no answer */
    SECMAIL_DNS_BOGUS = 4,         /**< signatures are missing, wrong or out of date */
};

/** Name of a status ("nxdomain"); borrowed, static; NULL for an unknown one. @since 0.1 */
SECMAIL_API const char *secmail_dns_status_name(uint32_t status);

/** Name of a security state ("secure"); borrowed, static; NULL for an unknown one. @since 0.1 */
SECMAIL_API const char *secmail_dns_security_name(uint32_t security);

/** Numbers that can be set for a resolver. They are never reused. */
enum secmail_dns_setting {
    SECMAIL_DNS_TIMEOUT_MS = 1,      /**< from query to "timeout", 1 to 600000; 10000 */
    SECMAIL_DNS_OPEN_QUERIES = 2,    /**< that wait for an answer at once, 1 to 100000; 5000 */
    SECMAIL_DNS_CACHE_BYTES = 3,     /**< memory of the cache, 65536 to 2^40; 16 MiB */
    SECMAIL_DNS_CACHE_SECONDS = 4,   /**< the longest that anything is kept, 0 to 604800; 86400 */
    SECMAIL_DNS_VALIDATION_TIME = 5, /**< time at which signatures are judged, up to 2^31-1;
                                          0: the system's; 0 */
};

/* ------------------------------------------------------------------------------------------ */
/* Resolvers                                                                                    */

/** A resolver. */
struct secmail_dns;

/**
 * Makes a resolver on libunbound. Unless told otherwise it resolves from the root servers on, and
 * trusts no anchor: all it says is "indeterminate".
 *
 * @param context  must outlive the resolver
 * @param[out] out  returned-owned; secmail_dns_free()
 * @return 0; SECMAIL_E_DNS_DRIVER (libunbound can't be set up). @since 0.1
 */
SECMAIL_API int secmail_dns_new(struct secmail_context *context, struct secmail_dns **out);

/** Makes a resolver that answers from a table in memory, empty at first: no name exists. Parameters
 * and result as secmail_dns_new(). @since 0.1 */
SECMAIL_API int secmail_dns_table_new(struct secmail_context *context, struct secmail_dns **out);

/** Frees a resolver with its queries and the results that weren't fetched; NULL is allowed. It
 * waits for no server. @since 0.1 */
SECMAIL_API void secmail_dns_free(struct secmail_dns *dns);

/**
 * Sets a number.
 *
 * @param setting  an enum secmail_dns_setting, which tells the bounds
 * @return 0; SECMAIL_E_DNS_SETTING (out of bounds), SECMAIL_E_STATE (other than the first two,
 * after the first query). @since 0.1
 */
SECMAIL_API int secmail_dns_set(struct secmail_dns *dns, uint32_t setting, uint64_t value);

/** Reads a number; 0 for NULL and unknown ones. @since 0.1 */
SECMAIL_API uint64_t secmail_dns_get(const struct secmail_dns *dns, uint32_t setting);

/* ---- libunbound: before the first query, SECMAIL_E_STATE afterwards and for a table ---- */

/**
 * Adds trust anchors.
 *
 * @param text, size  DS or DNSKEY records as in a zone file, one a line, `;` begins a comment: the
 *   content of `/usr/share/dns/root.key`, or what a name server's tools print
 * @return 0; SECMAIL_E_DNS_ANCHOR (not such a record, or none at all; those before it stand).
 * @since 0.1
 */
SECMAIL_API int secmail_dns_add_trust_anchors(struct secmail_dns *dns, const char *text,
                                              size_t size);

/**
 * Asks the servers of a resolv.conf file. They must pass DNSSEC records on if there are trust
 * anchors, else all is "bogus".
 *
 * @param path  NULL for the system's
 * @return 0; SECMAIL_E_DNS_CONFIG (can't be read). @since 0.1
 */
SECMAIL_API int secmail_dns_use_resolv_conf(struct secmail_dns *dns, const char *path);

/**
 * Asks a recursive server about a zone and all below it. Several for one zone stand in for each
 * other.
 *
 * libunbound's reader of configuration isn't made for threads: a program that sets up resolvers
 * with zones other than "." from several threads, or uses libunbound's ub_ctx_config() itself, must
 * let no two of these run at once.
 *
 * @param zone  "." for everything
 * @param address  IPv4 or IPv6 in text form, "@" and a port behind it where that isn't 53
 * @return 0; SECMAIL_E_DNS_CONFIG (not a name, not an address), SECMAIL_E_DNS_DRIVER. @since 0.1
 */
SECMAIL_API int secmail_dns_add_forwarder(struct secmail_dns *dns, const char *zone,
                                          const char *address);

/** Asks an authoritative server about a zone and all below it. Parameters and result as
 * secmail_dns_add_forwarder(), without its rule on threads. @since 0.1 */
SECMAIL_API int secmail_dns_add_stub(struct secmail_dns *dns, const char *zone,
                                     const char *address);

/* ---- The table: at any time, SECMAIL_E_STATE for libunbound ---- */

/**
 * Adds a record to the table, insecure or whatever secmail_dns_table_set() says of it. A name above
 * it exists then too (RFC 8020). Aliases (CNAME, type 5) are followed for up to 8 steps.
 *
 * @param name  copied, case aside
 * @param rdata, size  in DNS wire format, names not compressed; copied; up to 65535 bytes
 * @return 0; SECMAIL_E_DNS_NAME, SECMAIL_E_DNS_RECORD (too long; an alias that isn't a name).
 * @since 0.1
 */
SECMAIL_API int secmail_dns_table_add(struct secmail_dns *dns, const char *name, uint16_t type,
                                      const uint8_t *rdata, size_t size);

/**
 * Sets how the table answers a name and type; the last word on them counts.
 *
 * @param type  0: all types for which there is nothing else
 * @param status  an enum secmail_dns_status. SECMAIL_DNS_ANSWERED gives the records that were added
 * @param security  an enum secmail_dns_security
 * @return 0; SECMAIL_E_DNS_NAME. @since 0.1
 */
SECMAIL_API int secmail_dns_table_set(struct secmail_dns *dns, const char *name, uint16_t type,
                                      uint32_t status, uint32_t security);

/* ------------------------------------------------------------------------------------------ */
/* Queries                                                                                      */

/**
 * Hands in a query for class IN and returns at once.
 *
 * @param name  copied
 * @param type  a DNS record type, by its number
 * @param[out] number  of the query, never 0 and never used twice by this resolver
 * @return 0; SECMAIL_E_DNS_NAME (an empty label, one over 63 bytes, over 253 in all),
 *   SECMAIL_E_DNS_BUSY (SECMAIL_DNS_OPEN_QUERIES are waiting), SECMAIL_E_DNS_DRIVER. @since 0.1
 */
SECMAIL_API int secmail_dns_query(struct secmail_dns *dns, const char *name, uint16_t type,
                                  uint64_t *number);

/** Cancels a query: no result of it will be fetched any more. @return 0; SECMAIL_E_DNS_QUERY (no
 * query of this number is open or has a result waiting). @since 0.1 */
SECMAIL_API int secmail_dns_cancel(struct secmail_dns *dns, uint64_t number);

/** Descriptor that is readable when secmail_dns_process() has something to do; borrowed: only to be
 * watched. -1 for a table and NULL. @since 0.1 */
SECMAIL_API int secmail_dns_fd(const struct secmail_dns *dns);

/** Milliseconds until secmail_dns_process() has a deadline to enforce; 0 if a result is waiting or
 * it is over, -1 if there is none (as poll() takes it). @since 0.1 */
SECMAIL_API int secmail_dns_timeout_ms(const struct secmail_dns *dns);

/** Takes what has arrived and ends the queries whose deadline is over. Never blocks. @return 0;
 * SECMAIL_E_DNS_DRIVER (libunbound's thread is gone). @since 0.1 */
SECMAIL_API int secmail_dns_process(struct secmail_dns *dns);

/** The result of a query. */
struct secmail_dns_result;

/** Fetches a result that is there, in the order of arrival. @return returned-owned;
 * secmail_dns_result_free(); NULL if none is waiting. @since 0.1 */
SECMAIL_API struct secmail_dns_result *secmail_dns_next_result(struct secmail_dns *dns);

/** How many queries wait for an answer; 0 for NULL. @since 0.1 */
SECMAIL_API size_t secmail_dns_open_queries(const struct secmail_dns *dns);

/** Positive status of secmail_dns_wait(). */
#define SECMAIL_DNS_WAITING 16

/**
 * Blocks until a result can be fetched, and processes meanwhile.
 *
 * @param timeout_ms  0 and more: how long at most
 * @param cancel_fd  stops when this descriptor becomes readable or is closed by its other side; -1
 *   for none. Nothing is read from it.
 * @return 0: a result is waiting, or no query is open. SECMAIL_DNS_WAITING: the time is over.
 *   SECMAIL_E_DNS_CANCELLED (cancel_fd), SECMAIL_E_DNS_DRIVER. @since 0.1
 */
SECMAIL_API int secmail_dns_wait(struct secmail_dns *dns, uint32_t timeout_ms, int cancel_fd);

/**
 * Asks, and blocks until the answer is there or a deadline is over: no longer than `timeout_ms`,
 * and no longer than SECMAIL_DNS_TIMEOUT_MS. Results of other queries stay where they are.
 *
 * @param[out] out  returned-owned; a status of SECMAIL_DNS_TIMEOUT if the time was over
 * @return 0; as secmail_dns_query(); SECMAIL_E_DNS_CANCELLED. @since 0.1
 */
SECMAIL_API int secmail_dns_resolve(struct secmail_dns *dns, struct secmail_dns_result **out,
                                    const char *name, uint16_t type, uint32_t timeout_ms,
                                    int cancel_fd);

/* ------------------------------------------------------------------------------------------ */
/* Results                                                                                      */

/** Frees a result and all that was borrowed from it; NULL is allowed. It may outlive the resolver,
 * but not the context. @since 0.1 */
SECMAIL_API void secmail_dns_result_free(struct secmail_dns_result *result);

/** Number of the query; 0 for NULL. @since 0.1 */
SECMAIL_API uint64_t secmail_dns_result_query(const struct secmail_dns_result *result);

/** Name that was asked for, in lower case, without final dot; borrowed; NULL for NULL. @since 0.1
 */
SECMAIL_API const char *secmail_dns_result_name(const struct secmail_dns_result *result);

/** Type that was asked for; 0 for NULL. @since 0.1 */
SECMAIL_API uint16_t secmail_dns_result_type(const struct secmail_dns_result *result);

/** An enum secmail_dns_status; 0 for NULL. @since 0.1 */
SECMAIL_API uint32_t secmail_dns_result_status(const struct secmail_dns_result *result);

/** An enum secmail_dns_security; 0 for NULL. @since 0.1 */
SECMAIL_API uint32_t secmail_dns_result_security(const struct secmail_dns_result *result);

/** How many records there are; 0 for NULL. @since 0.1 */
SECMAIL_API size_t secmail_dns_result_count(const struct secmail_dns_result *result);

/**
 * Data of a record in DNS wire format, names not compressed.
 *
 * @param[out] size  may be NULL
 * @return borrowed; NULL past the last one. @since 0.1
 */
SECMAIL_API const uint8_t *secmail_dns_result_record(const struct secmail_dns_result *result,
                                                     size_t index, size_t *size);

/** Name at the end of the chain of aliases, as zone files write it; borrowed; NULL if the name that
 * was asked for is no alias. @since 0.1 */
SECMAIL_API const char *secmail_dns_result_canonical(const struct secmail_dns_result *result);

/** Seconds for which the answer may be kept; 0 for a table. @since 0.1 */
SECMAIL_API uint32_t secmail_dns_result_ttl(const struct secmail_dns_result *result);

/** Why there is no answer, one English line (which signature is wrong, which RCODE came); borrowed;
 * NULL if there is one. @since 0.1 */
SECMAIL_API const char *secmail_dns_result_reason(const struct secmail_dns_result *result);

#ifdef __cplusplus
}
#endif

#endif /* SECMAIL_DNS_H */
