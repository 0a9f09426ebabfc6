/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* User IDs: what their owner says of them, what others say, and preferences, which older software
 * keeps there. */
#include "validity.h"

static const struct smi_component *find_user_id(const struct secmail_cert *cert, size_t index)
{
    for (size_t i = 0; cert && i < cert->component_count; i++) {
        if (cert->components[i].kind == SMI_COMPONENT_USER_ID && index-- == 0)
            return &cert->components[i];
    }
    return NULL;
}

/* ---------------------------------------------------------------- the owner */

/* Of two valid self-certifications, is `a` the one to show first? Section 5.2.3.27: of several
 * primary ones the newest. */
static bool comes_first(const struct smi_signature *a, const struct smi_signature *b)
{
    if (!b)
        return true;
    if (a->primary_user_id != b->primary_user_id)
        return a->primary_user_id;
    return a->created > b->created;
}

static int find_primary(struct secmail_context *context, const struct secmail_cert *cert,
                        const struct secmail_policy *policy, const struct smi_component **primary)
{
    const struct smi_signature *best = NULL;
    *primary = NULL;
    for (size_t i = 1; i < cert->component_count; i++) {
        const struct smi_component *c = &cert->components[i];
        struct smi_validity v;
        if (c->kind != SMI_COMPONENT_USER_ID)
            continue;
        int rc = smi_user_id_validity(context, cert, c, policy, secmail_policy_time(policy), &v);
        if (rc)
            return rc;
        if (!v.code && comes_first(v.binding, best)) {
            best = v.binding;
            *primary = c;
        }
    }
    return 0;
}

/* A user ID is worth nothing on a key that isn't. */
static int judge(struct secmail_context *context, const struct secmail_cert *cert,
                 const struct smi_component *c, const struct secmail_policy *policy,
                 struct smi_validity *v)
{
    struct smi_validity primary;
    const int64_t time = secmail_policy_time(policy);
    int rc = smi_key_validity(context, cert, 0, policy, time, &primary);
    if (!rc)
        rc = smi_user_id_validity(context, cert, c, policy, time, v);
    if (!rc && primary.code && !v->code) {
        v->code = primary.code;
        v->reason = primary.reason;
    }
    return rc;
}

static int fill_info(struct secmail_context *context, const struct secmail_cert *cert,
                     const struct smi_component *c, const struct secmail_policy *policy,
                     struct secmail_user_id_info *full)
{
    struct smi_validity v;
    const struct smi_component *primary;
    int rc = judge(context, cert, c, policy, &v);
    if (!rc)
        rc = find_primary(context, cert, policy, &primary);
    if (rc)
        return rc;
    const struct smi_revocation_words words = smi_revocation_words(v.revocation);
    *full = (struct secmail_user_id_info){.validity = v.code,
                                          .reason = v.reason,
                                          .primary = primary == c && !v.code,
                                          .created = v.binding ? v.binding->created : -1,
                                          .expires = v.expires,
                                          .revoked = words.time,
                                          .revocation_reason = words.reason,
                                          .revocation_text = words.text,
                                          .revocation_text_size = words.text_size};
    return 0;
}

int secmail_cert_user_id_info(struct secmail_context *context, const struct secmail_cert *cert,
                              size_t index, const struct secmail_policy *policy,
                              struct secmail_user_id_info *info)
{
    if (!smi_enter(context))
        return SECMAIL_E_ARGUMENT;
    const struct smi_component *c = find_user_id(cert, index);
    if (!c || !info || info->size < sizeof info->size)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_cert_user_id_info: %s",
                        c ? "info has no size" : "there is no such user ID");
    struct secmail_policy *made;
    struct secmail_user_id_info full;
    int rc = smi_policy_or_standard(context, &policy, &made);
    if (!rc)
        rc = fill_info(context, cert, c, policy, &full);
    secmail_policy_unref(made);
    if (rc)
        return rc;
    smi_fill_sized(info, &full, sizeof full);
    return 0;
}

/* ---------------------------------------------------------------- others */

static bool is_statement(const struct smi_signature *sig)
{
    return sig->type == SMI_SIG_CERT_REVOCATION ||
           (sig->type >= SMI_SIG_CERT_GENERIC && sig->type <= SMI_SIG_CERT_POSITIVE);
}

/* Revocations count whatever their hash; certifications only as the policy wants them. */
static bool counts(const struct smi_signature *sig, const struct secmail_policy *policy)
{
    const int64_t time = secmail_policy_time(policy);
    if (sig->problem || sig->created > time || smi_signature_expired(sig, time))
        return false;
    return sig->type == SMI_SIG_CERT_REVOCATION ||
           (smi_policy_accepts(policy, SMI_POLICY_HASH_OF_KEYS, sig->hash, NULL) &&
            smi_signature_notations_known(sig, policy));
}

/* Of two of the same second the revocation, else the later one, as among self-signatures. */
static bool is_newer(const struct smi_signature *a, const struct smi_signature *b)
{
    if (!b || a->created != b->created)
        return !b || a->created > b->created;
    return a->type == SMI_SIG_CERT_REVOCATION || b->type != SMI_SIG_CERT_REVOCATION;
}

static int newest_statement(struct secmail_context *context, const struct secmail_cert *cert,
                            const struct smi_component *c, const struct secmail_cert *issuer,
                            const struct secmail_policy *policy, const struct smi_signature **best)
{
    const struct smi_signed_object object = smi_cert_object(cert, c);
    const struct smi_public_key *key = smi_cert_primary(issuer);
    *best = NULL;
    for (size_t i = 0; i < c->signature_count; i++) {
        const struct smi_signature *sig = &c->signatures[i];
        bool good;
        if (!is_statement(sig) || !counts(sig, policy) || !is_newer(sig, *best) ||
            !smi_signature_may_be_by(sig, key))
            continue;
        int rc = smi_signature_check_object(context, sig, key, &object, &good);
        if (rc)
            return rc;
        if (good)
            *best = sig;
    }
    return 0;
}

/* May the issuer's key certify at this time? */
static int check_issuer(struct secmail_context *context, const struct secmail_cert *issuer,
                        const struct secmail_policy *policy, int64_t time,
                        struct secmail_certification_info *full)
{
    struct smi_validity v;
    int rc = smi_key_validity(context, issuer, 0, policy, time, &v);
    if (rc || full->validity)
        return rc;
    if (v.code) {
        full->validity = v.code;
        full->reason = v.reason;
    } else if (!(v.flags & SECMAIL_KEY_CERTIFY)) {
        full->validity = SECMAIL_E_CANNOT_CERTIFY;
        full->reason = SECMAIL_REASON_KEY_FLAGS;
    }
    return 0;
}

static void describe(const struct smi_signature *sig, struct secmail_certification_info *full)
{
    const bool certified = sig && sig->type != SMI_SIG_CERT_REVOCATION;
    *full = (struct secmail_certification_info){
        .reason = SECMAIL_REASON_VALID, .created = sig ? sig->created : -1, .expires = -1};
    if (!certified) {
        full->validity = SECMAIL_E_USER_ID_NO_MATCH;
        full->reason = sig ? SECMAIL_REASON_CERTIFICATION_REVOKED : SECMAIL_REASON_NOT_CERTIFIED;
        return;
    }
    full->level = sig->type - SMI_SIG_CERT_GENERIC;
    if (!sig->has_regex) { /* what limits the trust isn't understood here: none is extended */
        full->depth = sig->trust_depth;
        full->amount = sig->trust_amount;
    }
    full->local = sig->local;
    full->expires = sig->lifetime ? sig->created + sig->lifetime : -1;
}

static int fill_certification(struct secmail_context *context, const struct secmail_cert *cert,
                              const struct smi_component *c, const struct secmail_cert *issuer,
                              const struct secmail_policy *policy,
                              struct secmail_certification_info *full)
{
    const struct smi_signature *sig;
    int rc = newest_statement(context, cert, c, issuer, policy, &sig);
    if (rc)
        return rc;
    describe(sig, full);
    if (!full->validity)
        rc = check_issuer(context, issuer, policy, sig->created, full);
    if (!rc && !full->validity)
        rc = check_issuer(context, issuer, policy, secmail_policy_time(policy), full);
    return rc;
}

/* The owner's own statement; an issuer like any other but that being valid is the key's matter. */
static int fill_own(struct secmail_context *context, const struct secmail_cert *cert,
                    const struct smi_component *c, const struct secmail_policy *policy,
                    struct secmail_certification_info *full)
{
    struct smi_validity v;
    int rc = judge(context, cert, c, policy, &v);
    if (rc)
        return rc;
    describe(v.binding, full);
    full->validity = v.code;
    full->reason = v.reason;
    return 0;
}

int secmail_cert_certification(struct secmail_context *context, const struct secmail_cert *cert,
                               size_t index, const struct secmail_cert *issuer,
                               const struct secmail_policy *policy,
                               struct secmail_certification_info *info)
{
    if (!smi_enter(context))
        return SECMAIL_E_ARGUMENT;
    const struct smi_component *c = find_user_id(cert, index);
    if (!c || !issuer || !info || info->size < sizeof info->size)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_cert_certification: %s",
                        !c        ? "there is no such user ID"
                        : !issuer ? "issuer is NULL"
                                  : "info has no size");
    const bool own = !strcmp(smi_cert_primary(cert)->hex, smi_cert_primary(issuer)->hex);
    struct secmail_policy *made;
    struct secmail_certification_info full;
    int rc = smi_policy_or_standard(context, &policy, &made);
    if (!rc && own)
        rc = fill_own(context, cert, c, policy, &full);
    else if (!rc)
        rc = fill_certification(context, cert, c, issuer, policy, &full);
    secmail_policy_unref(made);
    if (rc)
        return rc;
    smi_fill_sized(info, &full, sizeof full);
    return 0;
}

/* ---------------------------------------------------------------- preferences */

static void put_list(struct smi_cursor from, const uint8_t **list, size_t *count)
{
    *count = from.data ? from.size : 0;
    *list = *count ? from.data : NULL;
}

int secmail_cert_preferences(struct secmail_context *context, const struct secmail_cert *cert,
                             const struct secmail_policy *policy,
                             struct secmail_preferences *preferences)
{
    if (!smi_enter(context))
        return SECMAIL_E_ARGUMENT;
    if (!cert || !preferences || preferences->size < sizeof preferences->size)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_cert_preferences: %s",
                        cert ? "preferences have no size" : "cert is NULL");
    struct secmail_policy *made;
    struct smi_validity v;
    struct secmail_preferences full = {0};
    int rc = smi_policy_or_standard(context, &policy, &made);
    if (!rc)
        rc = smi_key_validity(context, cert, 0, policy, secmail_policy_time(policy), &v);
    secmail_policy_unref(made);
    if (rc)
        return rc;
    if (v.binding) {
        put_list(smi_validity_list(&v, preferred_ciphers), &full.ciphers, &full.cipher_count);
        put_list(smi_validity_list(&v, preferred_hashes), &full.hashes, &full.hash_count);
        put_list(smi_validity_list(&v, preferred_compression), &full.compression,
                 &full.compression_count);
        put_list(smi_validity_list(&v, preferred_aead), &full.aead, &full.aead_count);
        full.features = smi_validity_features(&v);
        full.key_server = v.binding->key_server_flags;
    }
    smi_fill_sized(preferences, &full, sizeof full);
    return 0;
}
