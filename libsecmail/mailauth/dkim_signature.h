/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The DKIM-Signature field (RFC 6376 section 3.5), and its relatives in ARC: ARC-Message-Signature
 * and ARC-Seal (RFC 8617 sections 4.1.2 and 4.1.3). Reading only; dkim_sign.c writes.
 */
#ifndef SMI_MAILAUTH_DKIM_SIGNATURE_H
#define SMI_MAILAUTH_DKIM_SIGNATURE_H

#include "mailauth/dkim_canon.h"
#include "mailauth/domain.h"
#include "mailauth/taglist.h"

enum smi_signature_kind { SMI_DKIM_SIGNATURE, SMI_ARC_SIGNATURE, SMI_ARC_SEAL };

enum smi_key_kind { SMI_KEY_RSA, SMI_KEY_ED25519 };

enum { SMI_NO_LENGTH = -1, SMI_NO_TIME = -1 };

/* Spans point into the field. */
struct smi_signature {
    enum smi_signature_kind kind;
    enum smi_key_kind key;
    uint8_t hash; /* SMI_SHA1 or SMI_SHA256 */
    enum smi_canon header_canon, body_canon;
    uint64_t length; /* l=; UINT64_MAX for the whole body */
    bool has_length;
    int64_t time;    /* t=, or SMI_NO_TIME */
    int64_t expires; /* x=, or SMI_NO_TIME */
    uint8_t body_hash[32];
    struct smi_span algorithm; /* a= */
    struct smi_span domain;    /* d= */
    struct smi_span selector;  /* s= */
    struct smi_span identity;  /* i= of DKIM; empty if absent */
    struct smi_span names;     /* h= */
    struct smi_span signature; /* b= */
    struct smi_span cut;       /* what is left out when the field itself is hashed */
    struct smi_span chain;     /* cv= of a seal */
    /* When it can't be used: */
    const char *decider; /* tag */
    const char *reference;
    bool policy; /* refused here, rather than wrong */
};

/* Reads a field's value: NULL, or what is wrong with it. d= and s= are set whenever they can be
 * read. `most_names` bounds h=; `weak` allows SHA-1. */
const char *smi_signature_read(struct smi_signature *s, enum smi_signature_kind kind,
                               struct smi_span value, size_t most_names, bool weak);

/* Where its key is: "selector._domainkey.domain". False if that is no name. */
bool smi_signature_key_name(const struct smi_signature *s, struct smi_domain *name);

/* The domain of i=, which must be there; false if it has none. */
bool smi_signature_identity(const struct smi_signature *s, struct smi_domain *domain);

/* Takes the next name off a list with colons. */
bool smi_next_name(struct smi_span *rest, struct smi_span *name);

#endif
