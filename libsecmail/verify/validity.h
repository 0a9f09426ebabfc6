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
    const struct smi_signature *direct;  /* of a primary key: the direct-key signature, which tells
                                          * what the other doesn't say; NULL if none holds */
    const struct smi_signature *revocation; /* the one that decided; NULL if there is none */
};

/* What a revocation says, as the public structs have it. */
struct smi_revocation_words {
    uint32_t reason;
    int64_t time; /* -1: there is no revocation */
    const uint8_t *text;
    size_t text_size;
};
struct smi_revocation_words smi_revocation_words(const struct smi_signature *revocation);

/* Judges the index-th key at `time`. The code tells only of failures to judge. */
SMI_SHARED int smi_key_validity(struct secmail_context *context, const struct secmail_cert *cert,
                                size_t index, const struct secmail_policy *policy, int64_t time,
                                struct smi_validity *validity);

/*
 * Judges a user ID or attribute at `time`, by itself: does the owner of the primary key stand by
 * it? The code is then 0 or SECMAIL_E_USER_ID_NO_MATCH. What the primary key is worth is another
 * question.
 */
SMI_SHARED int smi_user_id_validity(struct secmail_context *context,
                                    const struct secmail_cert *cert, const struct smi_component *c,
                                    const struct secmail_policy *policy, int64_t time,
                                    struct smi_validity *validity);

/* The direct-key signature that holds at `time`; NULL if there is none. Not always the one that
 * governs a version 4 key. */
int smi_cert_direct_binding(struct secmail_context *context, const struct secmail_cert *cert,
                            const struct secmail_policy *policy, int64_t time,
                            const struct smi_signature **binding);

/* Did the primary key make this signature over the component? Worked out once. */
int smi_cert_is_own(struct secmail_context *context, const struct secmail_cert *cert,
                    const struct smi_component *c, const struct smi_signature *sig, bool *own);

/* Has the binding of a subkey the back-signature that lets it sign, in force at `time`? */
int smi_cert_has_back_signature(struct secmail_context *context, const struct secmail_cert *cert,
                                const struct smi_component *subkey,
                                const struct smi_signature *binding,
                                const struct secmail_policy *policy, int64_t time, bool *has);

/* Checks revocations that `revoker`, if the owner designated it, made (section 5.2.3.23). What is
 * found is remembered in the certificate, and counts from then on. */
SMI_SHARED int smi_cert_check_revoker(struct secmail_context *context,
                                      const struct secmail_cert *cert,
                                      const struct secmail_cert *revoker);

/* Features, and a list of preferences, of a primary key with a binding: what its governing
 * self-signature says of them, or else the direct-key signature, which is about "the entire key"
 * (section 5.2.3.10). */
uint8_t smi_validity_features(const struct smi_validity *validity);
#define smi_validity_list(validity, member)                                                        \
    ((validity)->binding->member.data || !(validity)->direct ? (validity)->binding->member         \
                                                             : (validity)->direct->member)

/* One line for people: "the key ABCD... expired on ...; get the owner's current certificate". */
enum { SMI_VALIDITY_TEXT = 320 };
SMI_SHARED void smi_validity_text(const struct smi_validity *validity,
                                  const struct smi_public_key *key, char text[SMI_VALIDITY_TEXT]);

/* Features that the certificate announces (section 5.2.3.32), from its governing self-signature;
 * of version 6, SEIPDv2 if it says nothing. */
SMI_SHARED int smi_cert_features(struct secmail_context *context, const struct secmail_cert *cert,
                                 const struct secmail_policy *policy, uint8_t *features);

#endif
