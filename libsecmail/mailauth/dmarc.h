/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DMARC (RFC 9989): policy records, the DNS tree walk, alignment. */
#ifndef SMI_MAILAUTH_DMARC_H
#define SMI_MAILAUTH_DMARC_H

#include "mailauth/object.h"

/* ---- Records: dmarc_record.c ---- */

struct smi_dmarc_record {
    uint8_t p, sp, np; /* enum secmail_mailauth_policy; 0 if absent */
    uint8_t psd;       /* 'y', 'n', 'u' */
    bool strict_dkim, strict_spf;
    bool testing;  /* t=y */
    bool unusable; /* p, sp or np is wrong, and there is no rua to report that to */
    struct smi_span text;
    struct smi_span rua; /* if it has a URI */
    struct smi_span fo;
};

/* Does it begin with "v=DMARC1"? */
bool smi_dmarc_is_record(struct smi_span text);

/* Reads a record that begins so. Errors in the rest are passed over (RFC 9989 section 4.8). */
void smi_dmarc_record_read(struct smi_dmarc_record *r, struct smi_span text);

/* ---- Finding records: dmarc_walk.c ---- */

enum { SMI_WALK_MAX = 8 };

struct smi_walk_step {
    struct smi_domain name;
    bool found;
    struct smi_dmarc_record record;
};

struct smi_walk {
    bool open;       /* an answer is missing */
    bool failed;     /* a question before the end of the walk has no answer */
    bool own_failed; /* that was the first one */
    uint8_t security;
    size_t count;
    struct smi_walk_step steps[SMI_WALK_MAX];
    struct smi_domain org;                /* organizational domain; no name if not known */
    const struct smi_walk_step *org_step; /* with its record, or NULL */
    const struct smi_walk_step *psd_step; /* psd=y above it, or NULL */
};

/* Walks from a name, and finds its organizational domain; by public suffixes if `m` says so. */
void smi_dmarc_walk(struct secmail_mailauth *m, const struct smi_domain *domain,
                    struct smi_walk *walk);

/* ---- Where reports go: dmarc_target.c ---- */

/* Writes into m->dmarc which URIs of the record that applies want its reports. False when an answer
 * is missing. */
bool smi_dmarc_put_targets(struct secmail_mailauth *m, const struct smi_walk *walk,
                           const struct smi_walk_step *applied);

/* ---- Verdict: dmarc.c ---- */

/* Evaluates DMARC into m->dmarc, when SPF and DKIM are known. False when an answer is missing. */
bool smi_dmarc_evaluate(struct secmail_mailauth *m);

/* Asks what will be needed for it, as far as the message alone tells. */
void smi_dmarc_ask_ahead(struct secmail_mailauth *m);

#endif
