/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The DNS tree walk (RFC 9989 section 4.10), and RFC 7489's two questions where a public suffix
 * list is used instead. All names of a walk are asked at once: they are known from the start.
 */
#include "mailauth/dmarc.h"

static bool walk_name(struct smi_domain *out, const struct smi_domain *domain, size_t labels)
{
    return smi_domain_read(out, smi_span_text(smi_domain_last(domain, labels)));
}

/* "If x < 8, remove the left-most label [...]. If x >= 8, remove the left-most labels from the
 * subject domain until 7 labels remain." */
static void list_names(struct smi_walk *w, const struct smi_domain *domain)
{
    const size_t labels = smi_domain_labels(domain);
    w->steps[0].name = *domain;
    w->count = 1;
    for (size_t left = labels > 8 ? 7 : labels - 1; left; left--)
        walk_name(&w->steps[w->count++].name, domain, left);
}

static void list_suffix_names(struct secmail_mailauth *m, struct smi_walk *w,
                              const struct smi_domain *domain)
{
    const char *org = m->find_suffix(m->suffix_user, domain->text);
    w->steps[0].name = *domain;
    w->count = 1;
    if (org && smi_domain_read(&w->org, smi_span_text(org)) &&
        smi_domain_is_under(domain, &w->org)) {
        if (!smi_domain_same(domain, &w->org))
            w->steps[w->count++].name = w->org;
    } else {
        w->org = *domain;
    }
}

static struct smi_answer ask(struct secmail_mailauth *m, const struct smi_domain *name)
{
    struct smi_domain full;
    const char prefix[] = "_dmarc";
    if (!smi_domain_join(&full, smi_span(prefix, sizeof prefix - 1), name))
        full.size = 0;
    return smi_ask(&m->answers, &full, SECMAIL_MAILAUTH_TXT);
}

/* "If multiple DMARC Policy Records are returned for a single target, they are all discarded." */
static void read_step(struct secmail_mailauth *m, struct smi_walk_step *step,
                      const struct smi_answer *a)
{
    struct smi_span record;
    size_t count = 0;
    for (uint32_t at = a->first; smi_next_record(&m->answers, &at, &record);) {
        if (smi_dmarc_is_record(record) && !count++)
            smi_dmarc_record_read(&step->record, record);
    }
    step->found = count == 1;
    smi_trace(m, "dmarc: _dmarc.%s: %s", step->name.text,
              step->found ? "record"
              : count     ? "several records"
                          : "no record");
}

/* Reads the answers from the start to where the walk ends: `stop` counts the steps. */
static void read_steps(struct secmail_mailauth *m, struct smi_walk *w)
{
    for (size_t i = 0; i < w->count; i++) {
        struct smi_walk_step *step = &w->steps[i];
        const struct smi_answer a = ask(m, &step->name);
        step->found = false;
        if (a.status == SMI_DNS_OPEN) {
            w->open = true;
            return;
        }
        w->security = smi_weaker(w->security, a.security);
        if (smi_dns_failed(a.status)) {
            w->failed = true;
            w->own_failed = w->own_failed || !i;
            continue;
        }
        read_step(m, step, &a);
        if (step->found && step->record.psd != 'u')
            w->count = i + 1;
    }
}

static const struct smi_walk_step *step_of(const struct smi_walk *w, const struct smi_domain *name)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->steps[i].found && smi_domain_same(&w->steps[i].name, name))
            return &w->steps[i];
    }
    return NULL;
}

/* RFC 9989 section 4.10.2, from the longest name to the shortest. */
static void select_org(struct smi_walk *w)
{
    const struct smi_walk_step *last = NULL;
    for (size_t i = 0; i < w->count; i++) {
        if (w->steps[i].found)
            last = &w->steps[i];
    }
    w->org = last ? last->name : w->steps[0].name;
    if (last && last->record.psd == 'y' && last != &w->steps[0]) {
        w->psd_step = last;
        /* From the start name: the step from many labels to seven may have passed it over. */
        walk_name(&w->org, &w->steps[0].name, smi_domain_labels(&last->name) + 1);
    }
    w->org_step = step_of(w, &w->org);
}

void smi_dmarc_walk(struct secmail_mailauth *m, const struct smi_domain *domain, struct smi_walk *w)
{
    w->open = w->failed = w->own_failed = false;
    w->security = SECMAIL_MAILAUTH_NO_DNS;
    w->org.size = 0;
    w->org_step = w->psd_step = NULL;
    if (m->find_suffix)
        list_suffix_names(m, w, domain);
    else
        list_names(w, domain);
    for (size_t i = 0; i < w->count; i++)
        ask(m, &w->steps[i].name);
    read_steps(m, w);
    if (w->open)
        return;
    if (m->find_suffix)
        w->org_step = step_of(w, &w->org);
    else if (w->failed)
        w->org.size = 0;
    else
        select_org(w);
}
