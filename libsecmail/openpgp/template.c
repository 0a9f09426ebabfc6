/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "template.h"

#include "self_signature.h"

struct smi_signed_object smi_component_object(const struct secmail_cert *cert,
                                              const struct smi_component *c)
{
    struct smi_signed_object object = {.primary = smi_cert_primary(cert)};
    if (c->kind == SMI_COMPONENT_KEY) {
        if (c->tag == SMI_TAG_PUBLIC_SUBKEY)
            object.subkey = &c->key;
        return object;
    }
    object.id = c->body;
    object.id_size = c->body_size;
    object.id_marker = c->kind == SMI_COMPONENT_USER_ID ? 0xb4 : 0xd1; /* section 5.2.4 */
    return object;
}

static bool says(const struct smi_component *c, uint8_t type, enum smi_saying saying)
{
    const bool revoked = saying == SMI_SAYS_REVOKED;
    if (c->kind != SMI_COMPONENT_KEY)
        return revoked ? type == SMI_SIG_CERT_REVOCATION
                       : type >= SMI_SIG_CERT_GENERIC && type <= SMI_SIG_CERT_POSITIVE;
    if (c->tag == SMI_TAG_PUBLIC_SUBKEY)
        return type == (revoked ? SMI_SIG_SUBKEY_REVOCATION : SMI_SIG_SUBKEY_BINDING);
    return type == (revoked ? SMI_SIG_KEY_REVOCATION : SMI_SIG_DIRECT_KEY);
}

static bool counts(const struct smi_signature *sig, const struct secmail_policy *policy)
{
    if (sig->problem || !policy)
        return !sig->problem;
    if (!smi_signature_notations_known(sig, policy))
        return false;
    const int64_t time = secmail_policy_time(policy);
    return sig->created <= time && !smi_signature_expired(sig, time) &&
           smi_policy_accepts(policy, SMI_POLICY_HASH_OF_KEYS, sig->hash, NULL);
}

int smi_template_find(struct secmail_context *context, const struct secmail_cert *cert,
                      const struct smi_component *c, const struct smi_public_key *signer,
                      enum smi_saying saying, const struct secmail_policy *policy,
                      const struct smi_signature **out)
{
    const struct smi_signed_object object = smi_component_object(cert, c);
    *out = NULL;
    for (size_t i = 0; i < c->signature_count; i++) {
        const struct smi_signature *sig = &c->signatures[i];
        if (!says(c, sig->type, saying) || !counts(sig, policy) ||
            (*out && sig->created <= (*out)->created) || !smi_signature_may_be_by(sig, signer))
            continue;
        bool good;
        int rc = smi_signature_check_object(context, sig, signer, &object, &good);
        if (rc)
            return rc;
        if (good)
            *out = sig;
    }
    return 0;
}

int smi_later(struct secmail_context *context, const struct secmail_cert *cert,
              const struct smi_signature *old, uint32_t *time)
{
    enum { AHEAD = 60 };
    if (old->created < *time)
        return 0;
    if (old->created < smi_now(context) + AHEAD) {
        *time = (uint32_t)old->created + 1;
        return 0;
    }
    char date[32];
    return smi_fail(context, SECMAIL_E_CLOCK,
                    "the certificate %s has a signature of %s, which is later than now; check the "
                    "clock",
                    secmail_cert_fingerprint(cert), smi_date(old->created, date));
}

/* Subpackets that say something of the key, not of the user ID on which older software looks for
 * them. */
static bool is_about_key(uint8_t type)
{
    return type == SMI_SUB_KEY_EXPIRES || type == SMI_SUB_PREFERRED_CIPHERS ||
           type == SMI_SUB_PREFERRED_HASHES || type == SMI_SUB_PREFERRED_COMPRESSION ||
           type == SMI_SUB_PREFERRED_AEAD || type == SMI_SUB_KEY_FLAGS ||
           type == SMI_SUB_FEATURES || type == SMI_SUB_KEY_SERVER_PREFERENCES;
}

static bool is_kept(uint8_t type, const struct smi_changes *changes)
{
    switch (type) {
    case SMI_SUB_CREATED:
    case SMI_SUB_EXPIRES:
    case SMI_SUB_ISSUER:
    case SMI_SUB_ISSUER_FINGERPRINT:
    case SMI_SUB_EMBEDDED:
        return false;
    case SMI_SUB_KEY_EXPIRES:
        return !changes->key_lifetime_set;
    case SMI_SUB_PRIMARY_USER_ID:
        return !changes->primary_set && !changes->about_key_only;
    case SMI_SUB_FEATURES:
        return !changes->features;
    default:
        return !changes->about_key_only || is_about_key(type);
    }
}

static void put_features(struct smi_buf *hashed, const struct smi_signature *from, uint8_t more)
{
    const uint8_t features = from->features | more;
    smi_put_subpacket(hashed, SMI_SUB_FEATURES, &features, 1);
}

void smi_template_copy(struct smi_buf *hashed, const struct smi_signature *from,
                       const struct smi_changes *changes)
{
    struct smi_cursor area = smi_cursor(from->hashed, from->hashed_size);
    struct smi_cursor in;
    for (uint8_t type; smi_subpacket_next(&area, &type, &in);) {
        if (is_kept(type & 0x7f, changes))
            smi_put_subpacket(hashed, type, in.data + in.pos, smi_left(&in));
    }
    if (changes->key_lifetime_set)
        smi_self_lifetime(hashed, changes->key_lifetime);
    if (changes->primary_set && changes->primary)
        smi_put_subpacket(hashed, SMI_SUB_PRIMARY_USER_ID, (const uint8_t[]){1}, 1);
    if (changes->features)
        put_features(hashed, from, changes->features);
}
