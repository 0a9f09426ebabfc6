/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Validity of keys at a time. Every rule that can make a key unusable is in this file. */
#include "validity.h"

#include <stdio.h>

struct smi_signed_object smi_cert_object(const struct secmail_cert *cert,
                                         const struct smi_component *c)
{
    struct smi_signed_object object = {.primary = smi_cert_primary(cert)};
    if (c->tag == SMI_TAG_PUBLIC_SUBKEY) {
        object.subkey = &c->key;
    } else if (c->tag != SMI_TAG_PUBLIC_KEY) {
        object.id = c->body;
        object.id_size = c->body_size;
        object.id_marker = c->tag == SMI_TAG_USER_ID ? 0xb4 : 0xd1; /* section 5.2.4 */
    }
    return object;
}

/* A judgement in progress. */
struct judging {
    struct secmail_context *context;
    const struct secmail_cert *cert;
    const struct secmail_policy *policy;
    int64_t time;
    int error;
};

static bool is_hard(const struct smi_signature *revocation)
{
    /* Section 5.2.3.31: superseded (1) and retired (3) leave old uses valid. Anything else, and a
     * missing reason, may mean that somebody else has the key. */
    return !revocation->has_reason || (revocation->reason != 1 && revocation->reason != 3);
}

/* A cast from const: the remembered result is the one part of a certificate that changes. */
static void remember(const atomic_uchar *result, bool good)
{
    atomic_store_explicit((atomic_uchar *)result, good ? SMI_CHECK_GOOD : SMI_CHECK_BAD,
                          memory_order_relaxed);
}

/* Was the signature made by the certificate's primary key? Worked out once. */
static bool is_ours(struct judging *j, const struct smi_signature *sig,
                    const struct smi_signed_object *object)
{
    unsigned char known = atomic_load_explicit(&sig->checked, memory_order_relaxed);
    if (known != SMI_CHECK_UNKNOWN)
        return known == SMI_CHECK_GOOD;
    bool good = false;
    if (smi_signature_may_be_by(sig, object->primary)) {
        int rc = smi_signature_check_object(j->context, sig, object->primary, object, &good);
        if (rc) {
            j->error = rc;
            return false;
        }
    }
    remember(&sig->checked, good);
    return good;
}

static bool is_in_force(const struct judging *j, const struct smi_signature *sig)
{
    return !sig->problem && sig->created <= j->time && !smi_signature_expired(sig, j->time) &&
           smi_policy_accepts(j->policy, SMI_POLICY_HASH_OF_KEYS, sig->hash, NULL) &&
           smi_signature_notations_known(sig, j->policy);
}

static bool is_certification(uint8_t type)
{
    return type >= SMI_SIG_CERT_GENERIC && type <= SMI_SIG_CERT_POSITIVE;
}

/* Section 5.2.1.9: a signing subkey must sign the primary key in return. Worked out once. */
static bool back_signature_is_theirs(struct judging *j, const struct smi_component *subkey,
                                     const struct smi_signature *binding,
                                     const struct smi_signature *back)
{
    const bool only = binding->embedded_count == 1;
    unsigned char known = atomic_load_explicit(&binding->back_checked, memory_order_relaxed);
    if (only && known != SMI_CHECK_UNKNOWN)
        return known == SMI_CHECK_GOOD;
    const struct smi_signed_object object = {.primary = smi_cert_primary(j->cert),
                                             .subkey = &subkey->key};
    bool good = false;
    int rc = smi_signature_check_object(j->context, back, &subkey->key, &object, &good);
    if (rc) {
        j->error = rc;
        return false;
    }
    if (only)
        remember(&binding->back_checked, good);
    return good;
}

static bool is_back_signature(struct judging *j, const struct smi_component *subkey,
                              const struct smi_signature *binding,
                              const struct smi_cursor *embedded)
{
    struct smi_signature back;
    smi_signature_read(&back, embedded->data + embedded->pos, smi_left(embedded));
    return back.type == SMI_SIG_PRIMARY_BINDING && is_in_force(j, &back) &&
           back_signature_is_theirs(j, subkey, binding, &back);
}

/* Among several: anybody can add one to the area that isn't protected, and must not thereby hide
 * the right one. So many at most: what isn't remembered must not cost much. */
enum { BACK_SIGNATURES_TRIED = 16 };

static bool search_area(struct judging *j, const struct smi_component *subkey,
                        const struct smi_signature *binding, struct smi_cursor area)
{
    struct smi_cursor in;
    unsigned tried = 0;
    for (uint8_t type; !j->error && smi_subpacket_next(&area, &type, &in);) {
        if ((type & 0x7f) != SMI_SUB_EMBEDDED)
            continue;
        if (tried++ == BACK_SIGNATURES_TRIED)
            return false;
        if (is_back_signature(j, subkey, binding, &in))
            return true;
    }
    return false;
}

static bool has_back_signature(struct judging *j, const struct smi_component *subkey,
                               const struct smi_signature *binding)
{
    return binding->embedded_count &&
           (search_area(j, subkey, binding, smi_cursor(binding->hashed, binding->hashed_size)) ||
            search_area(j, subkey, binding, smi_cursor(binding->unhashed, binding->unhashed_size)));
}

/* Forged ones, of which there may be many, cost nothing the second time. */
static bool is_known_as_bad(const struct smi_signature *sig)
{
    return atomic_load_explicit(&sig->checked, memory_order_relaxed) == SMI_CHECK_BAD;
}

/* The newest signature of a component that is of a wanted type, in force, and the primary key's; of
 * several of the same second the last. */
static const struct smi_signature *newest(struct judging *j, const struct smi_component *c,
                                          const struct smi_signed_object *object,
                                          bool (*wanted)(uint8_t type))
{
    const struct smi_signature *best = NULL;
    for (const struct smi_signature *sig = NULL; (sig = smi_next_own(c, sig));) {
        if (!wanted(sig->type) || is_known_as_bad(sig) || !is_in_force(j, sig) ||
            (best && sig->created < best->created))
            continue;
        if (is_ours(j, sig, object))
            best = sig;
    }
    return best;
}

static bool is_direct_key(uint8_t type)
{
    return type == SMI_SIG_DIRECT_KEY;
}

static bool is_binding(uint8_t type)
{
    return type == SMI_SIG_SUBKEY_BINDING;
}

/* Made by the primary key, or by a revoker that it designated and that was met. */
static bool may_revoke(struct judging *j, const struct smi_signature *sig,
                       const struct smi_signed_object *object)
{
    return is_ours(j, sig, object) ||
           atomic_load_explicit(&sig->by_revoker, memory_order_relaxed) == SMI_CHECK_GOOD;
}

/* Of two revocations the one that says more: a hard one, else the older one. */
static bool says_more(const struct smi_signature *a, const struct smi_signature *b)
{
    if (!b || is_hard(a) != is_hard(b))
        return !b || is_hard(a);
    return a->created < b->created;
}

/* Revocations hold once they are made, whatever a policy thinks of their hash: to refuse one would
 * help only an attacker. A soft one may expire (section 5.2.3.18); a hard one holds for all times.
 * Fills the validity. */
static void find_revocation(struct judging *j, const struct smi_component *c,
                            const struct smi_signed_object *object, uint8_t type,
                            struct smi_validity *v)
{
    const struct smi_signature *best = NULL;
    for (const struct smi_signature *sig = NULL; (sig = smi_next_own(c, sig));) {
        if (sig->type != type || sig->problem ||
            (!is_hard(sig) && (sig->created > j->time || smi_signature_expired(sig, j->time))))
            continue;
        if (says_more(sig, best) && may_revoke(j, sig, object))
            best = sig;
    }
    if (!best)
        return;
    v->code = SECMAIL_E_KEY_REVOKED;
    v->reason = SECMAIL_REASON_KEY_REVOKED;
    v->since = best->created;
    v->revocation = best;
}

/* The newest revocation of a user ID; its hash doesn't matter either. */
static const struct smi_signature *newest_id_revocation(struct judging *j,
                                                        const struct smi_component *c,
                                                        const struct smi_signed_object *object)
{
    const struct smi_signature *best = NULL;
    for (const struct smi_signature *sig = NULL; (sig = smi_next_own(c, sig));) {
        if (sig->type == SMI_SIG_CERT_REVOCATION && !sig->problem && sig->created <= j->time &&
            !smi_signature_expired(sig, j->time) && (!best || sig->created > best->created) &&
            may_revoke(j, sig, object))
            best = sig;
    }
    return best;
}

static void refuse_id(struct smi_validity *v, enum secmail_reason reason)
{
    v->code = SECMAIL_E_USER_ID_NO_MATCH;
    v->reason = reason;
}

/* A later self-certification takes a revocation back. */
static void judge_user_id(struct judging *j, const struct smi_component *c, struct smi_validity *v)
{
    const struct smi_signed_object object = smi_cert_object(j->cert, c);
    *v = (struct smi_validity){.reason = SECMAIL_REASON_VALID, .expires = -1};
    v->binding = newest(j, c, &object, is_certification);
    const struct smi_signature *revocation = newest_id_revocation(j, c, &object);
    if (revocation && (!v->binding || revocation->created >= v->binding->created)) {
        v->revocation = revocation;
        v->since = revocation->created;
        refuse_id(v, SECMAIL_REASON_USER_ID_REVOKED);
    } else if (!v->binding) {
        refuse_id(v, SECMAIL_REASON_USER_ID_INVALID);
    } else if (v->binding->lifetime) {
        v->expires = v->binding->created + v->binding->lifetime;
    }
}

/* The self-certification of a user ID, unless it was revoked later. */
static const struct smi_signature *user_id_binding(struct judging *j, const struct smi_component *c)
{
    struct smi_validity v;
    judge_user_id(j, c, &v);
    return v.code ? NULL : v.binding;
}

/* Of two self-certifications the one that governs: of the primary user ID, else the newer one. */
static bool governs(const struct smi_signature *a, const struct smi_signature *b)
{
    if (!b)
        return true;
    if (a->primary_user_id != b->primary_user_id)
        return a->primary_user_id;
    return a->created > b->created;
}

/* The direct-key signature, which is about the certificate as a whole (section 5.2.3.10). */
static const struct smi_signature *direct_key_binding(struct judging *j)
{
    const struct smi_component *primary = &j->cert->components[0];
    const struct smi_signed_object object = {.primary = &primary->key};
    return newest(j, primary, &object, is_direct_key);
}

/*
 * The self-signature that says what the primary key may do and until when. Version 6: the
 * direct-key signature (section 10.1.1). Version 4: a user ID's, as its software writes it, or else
 * the direct-key signature.
 */
static const struct smi_signature *primary_binding(struct judging *j,
                                                   const struct smi_signature *direct)
{
    if (smi_cert_primary(j->cert)->version == 6)
        return direct;
    const struct smi_signature *best = NULL;
    for (size_t i = 1; i < j->cert->component_count; i++) {
        const struct smi_component *c = &j->cert->components[i];
        if (c->kind != SMI_COMPONENT_USER_ID)
            continue;
        const struct smi_signature *sig = user_id_binding(j, c);
        if (sig && governs(sig, best))
            best = sig;
    }
    return best ? best : direct;
}

/* Section 5.2.3.29 leaves open what a key without flags may do: what its algorithm can, but that a
 * primary key that can sign is not encrypted to. */
static uint8_t flags_of(const struct smi_public_key *key, const struct smi_validity *v,
                        bool is_primary)
{
    if (v->binding->has_flags)
        return v->binding->flags;
    if (v->direct && v->direct->has_flags)
        return v->direct->flags;
    const uint8_t encrypts = SECMAIL_KEY_ENCRYPT_COMMUNICATIONS | SECMAIL_KEY_ENCRYPT_STORAGE;
    if (!(key->use & SMI_USE_VERIFY))
        return encrypts;
    if (is_primary)
        return SECMAIL_KEY_SIGN | SECMAIL_KEY_CERTIFY;
    return key->use & SMI_USE_DECRYPT ? SECMAIL_KEY_SIGN | encrypts : SECMAIL_KEY_SIGN;
}

static void set_invalid(struct smi_validity *v, enum secmail_reason reason)
{
    v->code = SECMAIL_E_KEY_INVALID;
    v->reason = reason;
}

/* A subkey of an algorithm that this build lacks does no harm, if it is bound; without the primary
 * key nothing can be checked. */
static bool is_unsupported(const struct smi_public_key *key, struct smi_validity *v)
{
    if (key->use != SMI_USE_NONE)
        return false;
    v->code = SECMAIL_E_UNSUPPORTED_ALGORITHM;
    v->reason = SECMAIL_REASON_ALGORITHM;
    return true;
}

/* Algorithm and size are judged at the policy's time, not at that of an old signature: whoever can
 * compute the secret key today can date signatures back. */
static void apply_policy(const struct judging *j, const struct smi_public_key *key,
                         struct smi_validity *v)
{
    int64_t until;
    if (v->code || key->use == SMI_USE_NONE ||
        (smi_policy_accepts_key(j->policy, key->algo, key->bits, &until) &&
         (key->version != 5 ||
          smi_policy_accepts(j->policy, SMI_POLICY_FORMAT, SMI_FORMAT_LIBREPGP, &until))))
        return;
    v->code = SECMAIL_E_POLICY;
    v->reason = SECMAIL_REASON_ALGORITHM;
    v->since = until;
}

/* Rules that hold for primary keys and subkeys alike, once the binding is found. */
static void apply_times(const struct judging *j, const struct smi_public_key *key,
                        struct smi_validity *v)
{
    if (key->created > j->time) {
        set_invalid(v, SECMAIL_REASON_KEY_NOT_YET_VALID);
        v->since = key->created;
        return;
    }
    if (!v->binding) {
        set_invalid(v, SECMAIL_REASON_KEY_INVALID);
        return;
    }
    /* What a user ID's signature doesn't say, the direct-key signature may. */
    const uint32_t lifetime = v->binding->key_lifetime ? v->binding->key_lifetime
                              : v->direct              ? v->direct->key_lifetime
                                                       : 0;
    if (lifetime)
        v->expires = (int64_t)key->created + lifetime;
    if (v->expires >= 0 && j->time >= v->expires) {
        v->code = SECMAIL_E_KEY_EXPIRED;
        v->reason = SECMAIL_REASON_KEY_EXPIRED;
        v->since = v->expires;
    }
}

static void judge_primary(struct judging *j, struct smi_validity *v)
{
    const struct smi_component *primary = &j->cert->components[0];
    const struct smi_signed_object object = {.primary = &primary->key};
    if (is_unsupported(&primary->key, v))
        return;
    find_revocation(j, primary, &object, SMI_SIG_KEY_REVOCATION, v);
    if (v->code)
        return;
    v->direct = direct_key_binding(j);
    v->binding = primary_binding(j, v->direct);
    apply_times(j, &primary->key, v);
    apply_policy(j, &primary->key, v);
    if (!v->code)
        v->flags = flags_of(&primary->key, v, true);
}

static void judge_subkey(struct judging *j, const struct smi_component *c, struct smi_validity *v)
{
    const struct smi_signed_object object = {.primary = smi_cert_primary(j->cert),
                                             .subkey = &c->key};
    find_revocation(j, c, &object, SMI_SIG_SUBKEY_REVOCATION, v);
    if (v->code)
        return;
    v->binding = newest(j, c, &object, is_binding);
    apply_times(j, &c->key, v);
    apply_policy(j, &c->key, v);
    if (v->code)
        return;
    v->flags = flags_of(&c->key, v, false);
    if (v->flags & (SECMAIL_KEY_SIGN | SECMAIL_KEY_CERTIFY) &&
        !has_back_signature(j, c, v->binding))
        v->flags &= (uint8_t) ~(SECMAIL_KEY_SIGN | SECMAIL_KEY_CERTIFY);
}

int smi_key_validity(struct secmail_context *context, const struct secmail_cert *cert, size_t index,
                     const struct secmail_policy *policy, int64_t time, struct smi_validity *v)
{
    struct judging j = {context, cert, policy, time, 0};
    *v = (struct smi_validity){.reason = SECMAIL_REASON_VALID, .expires = -1};
    judge_primary(&j, v);
    if (index == 0 || j.error)
        return j.error;
    if (v->code) {
        v->by_primary = true;
        return 0;
    }
    const int64_t primary_expires = v->expires;
    *v = (struct smi_validity){.reason = SECMAIL_REASON_VALID, .expires = -1};
    judge_subkey(&j, smi_cert_key(cert, index), v);
    if (primary_expires >= 0 && (v->expires < 0 || primary_expires < v->expires))
        v->expires = primary_expires;
    return j.error;
}

int smi_cert_direct_binding(struct secmail_context *context, const struct secmail_cert *cert,
                            const struct secmail_policy *policy, int64_t time,
                            const struct smi_signature **binding)
{
    struct judging j = {context, cert, policy, time, 0};
    *binding = direct_key_binding(&j);
    return j.error;
}

int smi_user_id_validity(struct secmail_context *context, const struct secmail_cert *cert,
                         const struct smi_component *c, const struct secmail_policy *policy,
                         int64_t time, struct smi_validity *v)
{
    struct judging j = {context, cert, policy, time, 0};
    judge_user_id(&j, c, v);
    return j.error;
}

int smi_cert_is_own(struct secmail_context *context, const struct secmail_cert *cert,
                    const struct smi_component *c, const struct smi_signature *sig, bool *own)
{
    struct judging j = {.context = context, .cert = cert};
    const struct smi_signed_object object = smi_cert_object(cert, c);
    *own = is_ours(&j, sig, &object);
    return j.error;
}

int smi_cert_has_back_signature(struct secmail_context *context, const struct secmail_cert *cert,
                                const struct smi_component *subkey,
                                const struct smi_signature *binding,
                                const struct secmail_policy *policy, int64_t time, bool *has)
{
    struct judging j = {context, cert, policy, time, 0};
    *has = has_back_signature(&j, subkey, binding);
    return j.error;
}

uint8_t smi_validity_features(const struct smi_validity *v)
{
    const bool says = v->binding && (v->binding->has_features || !v->direct);
    return says ? v->binding->features : v->direct ? v->direct->features : 0;
}

int smi_cert_features(struct secmail_context *context, const struct secmail_cert *cert,
                      const struct secmail_policy *policy, uint8_t *features)
{
    struct smi_validity v;
    int rc = smi_key_validity(context, cert, 0, policy, secmail_policy_time(policy), &v);
    *features = rc ? 0 : smi_validity_features(&v);
    /* Section 13.7 on "version 6 keys without a Features signature subpacket". */
    if (!rc && v.binding && !v.binding->has_features && smi_cert_primary(cert)->version == 6)
        *features = SMI_FEATURE_SEIPDV1 | SMI_FEATURE_SEIPDV2;
    return rc;
}

static void algorithm_text(const struct smi_validity *v, const struct smi_public_key *key,
                           char text[SMI_VALIDITY_TEXT])
{
    char name[SMI_PK_TEXT], since[48];
    if (v->code == SECMAIL_E_UNSUPPORTED_ALGORITHM)
        snprintf(text, SMI_VALIDITY_TEXT,
                 "the primary key of %s uses an algorithm that this build does not support",
                 key->hex);
    else if (v->by_primary)
        snprintf(text, SMI_VALIDITY_TEXT,
                 "the policy refuses algorithm and size of the primary key of %s %s; get the "
                 "owner's new certificate",
                 key->hex, smi_policy_since(v->since, since));
    else
        snprintf(text, SMI_VALIDITY_TEXT,
                 "the policy refuses the key %s (%s) %s; get the owner's new certificate", key->hex,
                 smi_public_key_text(key, name), smi_policy_since(v->since, since));
}

/* Whether old signatures still count depends on it (section 5.2.3.31). */
static const char *revoked_why(const struct smi_signature *revocation)
{
    static const char *const words[] = {"no reason given", "superseded by another key",
                                        "the key may be in other hands", "no longer used"};
    const uint8_t reason = revocation ? revocation->reason : 0;
    return reason < sizeof words / sizeof *words ? words[reason] : "for another reason";
}

void smi_validity_text(const struct smi_validity *v, const struct smi_public_key *key,
                       char text[SMI_VALIDITY_TEXT])
{
    char date[32];
    const char *which = v->by_primary ? "the primary key of" : "the key";
    smi_date(v->since, date);
    switch (v->reason) {
    case SECMAIL_REASON_KEY_EXPIRED:
        snprintf(text, SMI_VALIDITY_TEXT,
                 "%s %s expired on %s; get the owner's current certificate", which, key->hex, date);
        break;
    case SECMAIL_REASON_KEY_REVOKED:
        snprintf(text, SMI_VALIDITY_TEXT,
                 "%s %s was revoked on %s (%s); get the owner's new certificate", which, key->hex,
                 date, revoked_why(v->revocation));
        break;
    case SECMAIL_REASON_KEY_NOT_YET_VALID:
        snprintf(text, SMI_VALIDITY_TEXT, "%s %s was made on %s, which is later; check the clock",
                 which, key->hex, date);
        break;
    case SECMAIL_REASON_ALGORITHM:
        algorithm_text(v, key, text);
        break;
    case SECMAIL_REASON_KEY_INVALID:
        snprintf(text, SMI_VALIDITY_TEXT,
                 "%s %s has no self-signature that is correct, in force and acceptable; get the "
                 "certificate again from its owner",
                 which, key->hex);
        break;
    default:
        snprintf(text, SMI_VALIDITY_TEXT, "%s %s is valid", which, key->hex);
    }
}

struct smi_revocation_words smi_revocation_words(const struct smi_signature *revocation)
{
    struct smi_revocation_words words = {.time = -1};
    if (!revocation)
        return words;
    words.reason = revocation->reason;
    words.time = revocation->created;
    words.text_size = revocation->reason_text.data ? revocation->reason_text.size : 0;
    words.text = words.text_size ? revocation->reason_text.data : NULL;
    return words;
}

int secmail_cert_key_info(struct secmail_context *context, const struct secmail_cert *cert,
                          size_t index, const struct secmail_policy *policy,
                          struct secmail_key_info *info)
{
    if (!smi_enter(context))
        return SECMAIL_E_ARGUMENT;
    const struct smi_component *c = smi_cert_key(cert, index);
    if (!c || !info || info->size < sizeof info->size)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_cert_key_info: %s",
                        c ? "info has no size" : "there is no such key");
    struct secmail_policy *standard;
    int rc = smi_policy_or_standard(context, &policy, &standard);
    if (rc)
        return rc;
    struct smi_validity v;
    rc = smi_key_validity(context, cert, index, policy, secmail_policy_time(policy), &v);
    secmail_policy_unref(standard);
    if (rc)
        return rc;
    const struct smi_revocation_words words = smi_revocation_words(v.revocation);
    const struct secmail_key_info full = {.version = c->key.version,
                                          .algorithm = c->key.algo,
                                          .flags = v.flags,
                                          .validity = v.code,
                                          .created = c->key.created,
                                          .expires = v.expires,
                                          .reason = v.reason,
                                          .revocation_reason = words.reason,
                                          .revoked = words.time,
                                          .revocation_text = words.text,
                                          .revocation_text_size = words.text_size};
    smi_fill_sized(info, &full, sizeof full);
    return 0;
}
