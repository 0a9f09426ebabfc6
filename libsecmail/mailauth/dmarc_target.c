/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who gets aggregate reports: the URIs of "rua", without those that would send strangers what they
 * didn't ask for. "this would allow a bad actor to publish a DMARC Policy Record that requests that
 * reports be sent to a victim address" (RFC 9990 section 4).
 */
#include "mailauth/dmarc.h"

enum { TARGETS_MAX = 10 };

struct targets {
    struct secmail_mailauth *m;
    const struct smi_walk *walk; /* of the author */
    const struct smi_domain *policy;
    struct smi_buf text;
    bool open;
};

/* ---- URIs ---- */

static bool take_uri(struct smi_span *list, struct smi_span *uri)
{
    *uri = smi_span("", 0);
    while (list->size && !uri->size)
        *uri = smi_span_trim(smi_span_cut(list, ','));
    return uri->size > 0;
}

/* The domain of a mailto URI; what follows it is a size limit (RFC 7489 section 6.2) or header
 * fields. Other schemes aren't known. */
static bool host_of(struct smi_span uri, struct smi_domain *host)
{
    if (!smi_span_begins(uri, "mailto:"))
        return false;
    uri = smi_span_cut(&uri, '!');
    uri = smi_span_cut(&uri, '?');
    const size_t at = smi_span_find(uri, '@');
    return at + 1 < uri.size && smi_domain_read_host(host, smi_span_from(uri, at + 1));
}

static void put_uri(struct targets *t, struct smi_span uri)
{
    if (t->text.size)
        smi_put_u8(&t->text, ' ');
    smi_put_span(&t->text, uri);
}

/* ---- Consent ---- */

/* Does the host belong to the organization whose policy this is? */
static bool is_own(struct targets *t, const struct smi_domain *host)
{
    struct smi_walk w;
    if (!t->walk->org.size || !smi_domain_is_under(host, &t->walk->org))
        return false;
    if (smi_domain_same(host, &t->walk->org))
        return true;
    smi_dmarc_walk(t->m, host, &w);
    t->open = t->open || w.open;
    return !w.open && smi_domain_same(&w.org, &t->walk->org);
}

/* "the overriding URI MUST use the same destination host"; otherwise nobody gets a report. */
static void put_override(struct targets *t, struct smi_span list, const struct smi_domain *host)
{
    struct smi_domain other;
    struct smi_span uri, rest = list;
    while (take_uri(&rest, &uri)) {
        if (!host_of(uri, &other) || !smi_domain_same(&other, host))
            return;
    }
    while (take_uri(&list, &uri))
        put_uri(t, uri);
}

/* "If at least one TXT resource record remains in the set after parsing, then the external
 * reporting arrangement was authorized"; it may name another address at the same host. */
static void put_if_wanted(struct targets *t, struct smi_span uri, const struct smi_domain *host,
                          const struct smi_answer *a)
{
    struct smi_dmarc_record r;
    struct smi_span record, override = {0};
    bool wanted = false;
    for (uint32_t at = a->first; smi_next_record(&t->m->answers, &at, &record);) {
        if (!smi_dmarc_is_record(record))
            continue;
        smi_dmarc_record_read(&r, record);
        wanted = true;
        if (r.rua.size)
            override = r.rua;
    }
    if (wanted && override.size)
        put_override(t, override, host);
    else if (wanted)
        put_uri(t, uri);
}

static void ask_consent(struct targets *t, struct smi_span uri, const struct smi_domain *host)
{
    struct smi_domain below, name;
    const char label[] = "_report._dmarc";
    if (!smi_domain_join(&below, smi_span(label, sizeof label - 1), host) ||
        !smi_domain_join(&name, smi_domain_span(t->policy), &below))
        return;
    const struct smi_answer a = smi_ask(&t->m->answers, &name, SECMAIL_MAILAUTH_TXT);
    t->open = t->open || a.status == SMI_DNS_OPEN;
    if (a.status == SMI_DNS_DATA)
        put_if_wanted(t, uri, host, &a);
}

/* ---- All ---- */

bool smi_dmarc_put_targets(struct secmail_mailauth *m, const struct smi_walk *walk,
                           const struct smi_walk_step *applied)
{
    struct targets t = {.m = m, .walk = walk, .policy = &applied->name};
    struct smi_span list = applied->record.rua, uri;
    t.text = smi_buf_open(&m->context->mem);
    for (size_t i = 0; i < TARGETS_MAX && take_uri(&list, &uri); i++) {
        struct smi_domain host;
        if (!host_of(uri, &host))
            continue;
        if (is_own(&t, &host))
            put_uri(&t, uri);
        else
            ask_consent(&t, uri, &host);
    }
    if (t.text.error)
        m->strings.error = t.text.error;
    else if (!t.open && t.text.size)
        smi_result_text(m, &m->dmarc, SECMAIL_MAILAUTH_REPORT_TARGETS,
                        smi_span(t.text.data, t.text.size));
    smi_buf_free(&t.text);
    return !t.open;
}
