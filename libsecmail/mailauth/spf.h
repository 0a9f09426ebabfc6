/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPF (RFC 7208): records, macros, and check_host(). */
#ifndef SMI_MAILAUTH_SPF_H
#define SMI_MAILAUTH_SPF_H

#include "mailauth/object.h"

/* ---- Records: spf_record.c ---- */

enum smi_spf_kind {
    SMI_SPF_ALL,
    SMI_SPF_INCLUDE,
    SMI_SPF_A,
    SMI_SPF_MX,
    SMI_SPF_PTR,
    SMI_SPF_IP4,
    SMI_SPF_IP6,
    SMI_SPF_EXISTS,
    SMI_SPF_REDIRECT,
    SMI_SPF_EXP,
    SMI_SPF_UNKNOWN, /* a modifier that is to be ignored */
};

struct smi_spf_term {
    uint8_t kind;
    uint8_t verdict;      /* of a directive, by its qualifier */
    uint8_t bits4, bits6; /* prefix lengths */
    uint8_t network[16];  /* of ip4 and ip6 */
    struct smi_span spec; /* domain-spec; empty where there is none */
    struct smi_span text; /* the term as it is written */
};

/* So many terms are kept when a record is checked; others are read again. */
enum { SMI_SPF_KEPT = 40 };

struct smi_spf_record {
    struct smi_span text;
    struct smi_span rest; /* terms behind those that are kept */
    size_t kept;
    struct smi_spf_term terms[SMI_SPF_KEPT];
    struct smi_spf_term redirect, exp; /* spec is empty where there is none */
    struct smi_span bad;               /* the term that is wrong */
};

/* Is it an SPF record at all? (RFC 7208 section 4.5) */
bool smi_spf_is_record(struct smi_span text);

/* Checks a whole record ("syntax errors anywhere in the record"): NULL, or what is wrong. */
const char *smi_spf_record_read(struct smi_spf_record *record, struct smi_span text);

/* A place in a record that was checked. */
struct smi_spf_place {
    size_t index;
    struct smi_span rest;
};

/* The next term, from the place {0, record->rest} on; NULL at the end. `term` is room for it. */
const struct smi_spf_term *smi_spf_next_term(const struct smi_spf_record *record,
                                             struct smi_spf_place *place,
                                             struct smi_spf_term *term);

/* ---- Evaluation: spf_eval.c ---- */

/* In place of a verdict: an answer is missing. */
enum { SMI_SPF_OPEN = 0 };

struct smi_spf {
    struct secmail_mailauth *m;
    struct smi_span local;           /* of the sender */
    const struct smi_domain *sender; /* its domain */
    struct smi_span helo;
    uint32_t lookups, voids;
    uint32_t depth; /* of includes */
    uint8_t security;
    const char *reason; /* static; why an error came up */
    const char *reference;
    struct smi_spf_term match; /* the directive that matched */
    uint32_t match_depth;
    uint32_t match_bits;
    struct smi_span record; /* in which the decision fell; outermost for a match */
    struct smi_span exp;    /* of that record */
    struct smi_domain exp_domain;
};

/* Evaluates SPF for the message's session into m->spf. False when an answer is missing. */
bool smi_spf_evaluate(struct secmail_mailauth *m);

/* Asks and notes how sure the answer is. */
struct smi_answer smi_spf_ask(struct smi_spf *s, const struct smi_domain *name, uint16_t type);

/* ---- Names of the client: spf_ptr.c ---- */

enum smi_spf_found { SMI_SPF_NOT_FOUND, SMI_SPF_FOUND, SMI_SPF_WAIT };

/* A validated name (RFC 7208 section 5.5): the first one that is `target` or below it. With `any`,
 * another validated name is taken where there is none of those. */
enum smi_spf_found smi_spf_client_name(struct smi_spf *s, const struct smi_domain *target, bool any,
                                       struct smi_domain *name);

/* ---- Macros: spf_macro.c ---- */

enum smi_spf_expansion {
    SMI_SPF_EXPANDED,
    SMI_SPF_EXPANSION_OPEN,
    SMI_SPF_EXPANSION_NONE, /* it stands for nothing that could be asked for */
};

/* Is it a macro-string? `explanation` allows spaces and the letters c, r, t. */
bool smi_spf_is_macro_string(struct smi_span text, bool explanation);

/* Is it a domain-spec (RFC 7208 section 7.1)? */
bool smi_spf_is_domain_spec(struct smi_span text);

/* Expands a domain-spec into a name; one that is too long loses labels on its left side. */
enum smi_spf_expansion smi_spf_expand_domain(struct smi_spf *s, struct smi_span spec,
                                             const struct smi_domain *domain,
                                             struct smi_domain *name);

/* Expands an explanation. */
enum smi_spf_expansion smi_spf_expand_text(struct smi_spf *s, struct smi_span text,
                                           const struct smi_domain *domain, struct smi_buf *out);

#endif
