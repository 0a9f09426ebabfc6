/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Is a key of a certificate valid at a time, under a policy? The rules of RFC 9580 sections 5.2.1,
 * 5.2.3.10 and 10.1: self-signatures, bindings with back-signatures, expiration, revocation.
 */
#ifndef SMI_VERIFY_VALIDITY_H
#define SMI_VERIFY_VALIDITY_H

#include "verify/cert.h"
#include "verify/policy.h"

struct smi_validity {
    int code;                   /* 0, SECMAIL_E_KEY_EXPIRED, _KEY_REVOKED, _KEY_INVALID, _POLICY,
                                 * or _UNSUPPORTED_ALGORITHM (of the primary key) */
    enum secmail_reason reason; /* which rule decided; SECMAIL_REASON_VALID */
    bool by_primary;            /* the rule hit the primary key, on which the key depends */
    int64_t since;              /* expired, revoked or refused since; 0 if that doesn't apply */
    int64_t expires;            /* -1: never */
    uint8_t flags;              /* enum secmail_key_flags; 0 unless valid */
    const struct smi_signature *binding; /* the governing self-signature; NULL if there is none */
};

/* Judges the index-th key at `time`. The code tells only of failures to judge. */
SMI_SHARED int smi_key_validity(struct secmail_context *context, const struct secmail_cert *cert,
                                size_t index, const struct secmail_policy *policy, int64_t time,
                                struct smi_validity *validity);

/* One line for people: "the key ABCD... expired on ...; get the owner's current certificate". */
enum { SMI_VALIDITY_TEXT = 320 };
SMI_SHARED void smi_validity_text(const struct smi_validity *validity,
                                  const struct smi_public_key *key, char text[SMI_VALIDITY_TEXT]);

/* Features that the certificate announces (section 5.2.3.32), from its governing self-signature. */
SMI_SHARED int smi_cert_features(struct secmail_context *context, const struct secmail_cert *cert,
                                 const struct secmail_policy *policy, uint8_t *features);

#endif
