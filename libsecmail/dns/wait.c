/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For programs without an event loop: waiting, with an end that the caller sets. */
#include "dns/resolver.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

int64_t smi_dns_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Sleeps until something happens or `until`, then processes. Deadlines of queries wake it too. */
static int step(struct secmail_dns *dns, int64_t until, int cancel_fd)
{
    struct pollfd fds[] = {{.fd = secmail_dns_fd(dns), .events = POLLIN},
                           {.fd = cancel_fd, .events = POLLIN}};
    const int64_t now = smi_dns_clock();
    int64_t most = until > now ? until - now : 0;
    if (dns->open.first && dns->open.first->deadline - now < most)
        most = dns->open.first->deadline > now ? dns->open.first->deadline - now : 0;
    if (poll(fds, 2, (int)(most < INT32_MAX ? most : INT32_MAX)) < 0 && errno != EINTR)
        return smi_fail(dns->context, SECMAIL_E_DNS_DRIVER, "poll() failed: error %d", errno);
    if (fds[1].revents)
        return smi_fail(dns->context, SECMAIL_E_DNS_CANCELLED, NULL);
    return secmail_dns_process(dns);
}

int secmail_dns_wait(struct secmail_dns *dns, uint32_t timeout_ms, int cancel_fd)
{
    if (!dns)
        return SECMAIL_E_ARGUMENT;
    const int64_t until = smi_dns_clock() + timeout_ms;
    int rc = secmail_dns_process(dns);
    while (!rc && !dns->ready.first && dns->open.first) {
        if (smi_dns_clock() >= until)
            return SECMAIL_DNS_WAITING;
        rc = step(dns, until, cancel_fd);
    }
    return rc;
}

int secmail_dns_resolve(struct secmail_dns *dns, struct secmail_dns_result **out, const char *name,
                        uint16_t type, uint32_t timeout_ms, int cancel_fd)
{
    struct secmail_dns_result *query;
    if (!dns)
        return SECMAIL_E_ARGUMENT;
    int rc = smi_enter_out(dns->context, out);
    if (!rc)
        rc = smi_dns_submit(dns, &query, name, type, timeout_ms);
    if (rc)
        return rc;
    while (!rc && !query->status)
        rc = step(dns, query->deadline, cancel_fd);
    if (rc) {
        if (!query->status)
            dns->driver->cancel(dns, query);
        smi_dns_unlink(query);
        secmail_dns_result_free(query);
        return rc;
    }
    smi_dns_unlink(query);
    query->dns = NULL;
    *out = query;
    return 0;
}
