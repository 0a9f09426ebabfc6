/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of the client's address, as far as they lead back to it (RFC 7208 section 5.5). */
#include "mailauth/spf.h"

#include <stdio.h>

/* "If more than 10 sending domain names are found, use at most 10" */
enum { NAMES_MAX = 10 };

static void reverse_name(const struct smi_ip *ip, struct smi_domain *name)
{
    char text[SMI_DOMAIN_MAX + 1];
    size_t size = 0;
    for (size_t i = ip->size; i--;) {
        const char *format = ip->size == 4 ? "%u." : "%x.%x.";
        const unsigned low = ip->size == 4 ? ip->bytes[i] : ip->bytes[i] & 15U;
        size += (size_t)snprintf(text + size, sizeof text - size, format, low, ip->bytes[i] >> 4);
    }
    size += (size_t)snprintf(text + size, sizeof text - size, "%s",
                             ip->size == 4 ? "in-addr.arpa" : "ip6.arpa");
    smi_domain_read(name, smi_span(text, size));
}

/* Does the name have the client's address? */
static enum smi_spf_found leads_back(struct smi_spf *s, const struct smi_domain *name)
{
    const struct smi_ip *ip = &s->m->ip;
    const struct smi_answer a = smi_spf_ask(
        s, name, ip->size == 4 ? SECMAIL_MAILAUTH_A : SECMAIL_MAILAUTH_AAAA);
    if (a.status == SMI_DNS_OPEN)
        return SMI_SPF_WAIT;
    struct smi_span record;
    for (uint32_t at = a.first; smi_next_record(&s->m->answers, &at, &record);) {
        if (smi_span_equal(record, smi_span(ip->bytes, ip->size)))
            return SMI_SPF_FOUND;
    }
    return SMI_SPF_NOT_FOUND;
}

/* Reads the next usable name of the answer, at most ten in all. */
static bool next_name(const struct smi_spf *s, uint32_t *at, size_t *seen, struct smi_domain *name)
{
    struct smi_span record;
    while (*seen < NAMES_MAX && smi_next_record(&s->m->answers, at, &record)) {
        ++*seen;
        if (smi_domain_read(name, record))
            return true;
    }
    return false;
}

/* How well a name fits: 3 the target itself, 2 below it, 1 any other, 0 not at all. */
static int fit(const struct smi_domain *name, const struct smi_domain *target, bool any)
{
    if (smi_domain_same(name, target))
        return 3;
    return smi_domain_is_under(name, target) ? 2 : any;
}

/* Asks for all names that fit at once; true when every answer is there. */
static bool all_known(struct smi_spf *s, uint32_t first, const struct smi_domain *target, bool any)
{
    struct smi_domain name;
    size_t seen = 0;
    bool known = true;
    while (next_name(s, &first, &seen, &name)) {
        if (fit(&name, target, any))
            known = leads_back(s, &name) != SMI_SPF_WAIT && known;
    }
    return known;
}

enum smi_spf_found smi_spf_client_name(struct smi_spf *s, const struct smi_domain *target, bool any,
                                       struct smi_domain *name)
{
    struct smi_domain other;
    reverse_name(&s->m->ip, &other);
    const struct smi_answer a = smi_spf_ask(s, &other, SECMAIL_MAILAUTH_PTR);
    if (a.status == SMI_DNS_OPEN || !all_known(s, a.first, target, any))
        return SMI_SPF_WAIT;
    int best = 0;
    size_t seen = 0;
    for (uint32_t at = a.first; next_name(s, &at, &seen, &other);) {
        const int now = fit(&other, target, any);
        if (now > best && leads_back(s, &other) == SMI_SPF_FOUND) {
            best = now;
            *name = other;
        }
    }
    return best ? SMI_SPF_FOUND : SMI_SPF_NOT_FOUND;
}
