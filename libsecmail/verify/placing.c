/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signatures that stand at the wrong part of a certificate: people put a revocation behind the file
 * with the key, and key servers mix things up. What is revoked must not be taken as good because of
 * that. Where a signature belongs is seen from its type and the beginning of its digest; what it is
 * worth is not judged here.
 */
#include "cert.h"

/* Anybody can add such signatures, and parts of megabytes: so much is hashed in all to find their
 * places, then the others stay where they are. A hash costs something of itself. */
enum { MOST_HASHED = 16 << 20, PER_HASH = 512 };

static bool is_about_id(uint8_t type)
{
    return (type >= SMI_SIG_CERT_GENERIC && type <= SMI_SIG_CERT_POSITIVE) ||
           type == SMI_SIG_CERT_REVOCATION;
}

static bool is_about_subkey(uint8_t type)
{
    return type == SMI_SIG_SUBKEY_BINDING || type == SMI_SIG_SUBKEY_REVOCATION;
}

bool smi_is_about_primary(uint8_t type)
{
    return type == SMI_SIG_DIRECT_KEY || type == SMI_SIG_KEY_REVOCATION;
}

static bool is_subkey(const struct smi_component *c)
{
    return c->kind == SMI_COMPONENT_KEY && c->tag == SMI_TAG_PUBLIC_SUBKEY;
}

static bool is_id(const struct smi_component *c)
{
    return c->kind == SMI_COMPONENT_USER_ID || c->kind == SMI_COMPONENT_ATTRIBUTE;
}

/* Is there still work left for this hash? */
static bool may_try(const struct secmail_cert *cert, const struct smi_component *c,
                    const struct smi_signature *sig, uint64_t *hashed)
{
    const uint64_t cost = (uint64_t)smi_cert_primary(cert)->body_size + c->body_size +
                          sig->hashed_end + PER_HASH;
    if (cost > MOST_HASHED - *hashed)
        return false;
    *hashed += cost;
    return true;
}

static int try(struct secmail_context *context, const struct secmail_cert *cert,
               const struct smi_component *c, const struct smi_signature *sig, bool *fits)
{
    uint8_t digest[SMI_HASH_MAX_SIZE];
    struct smi_signed_hash h;
    const struct smi_signed_object object = smi_cert_object(cert, c);
    int rc = smi_signed_hash_open(context, &h, sig->hash, false, sig->salt, sig->salt_size);
    if (rc)
        return rc;
    smi_signed_object_hash(&h.hash, &object, sig->version);
    smi_signature_digest(&h.hash, sig->version, sig->body, sig->hashed_end, digest);
    smi_signed_hash_close(&h);
    *fits = digest[0] == sig->left[0] && digest[1] == sig->left[1];
    return 0;
}

/* Does its type belong elsewhere? Section 5.2.1.13 allows a certification revocation of a
 * direct-key signature: at the primary key it may be in the right place, if it fits no user ID. */
static bool is_of_other_kind(const struct smi_component *c, const struct smi_signature *sig)
{
    return (is_about_id(sig->type) && !is_id(c)) || (is_about_subkey(sig->type) && !is_subkey(c));
}

/* A revocation of a part by the owner, or perhaps by a revoker that the owner designated. */
static bool may_count(const struct secmail_cert *cert, const struct smi_signature *sig)
{
    return (sig->type == SMI_SIG_SUBKEY_REVOCATION || sig->type == SMI_SIG_CERT_REVOCATION) &&
           (cert->has_revoker || smi_signature_may_be_by(sig, smi_cert_primary(cert)));
}

int smi_is_displaced(struct secmail_context *context, const struct secmail_cert *cert,
                     const struct smi_component *c, const struct smi_signature *sig,
                     uint64_t *hashed, bool *displaced)
{
    const bool unknown = c->kind == SMI_COMPONENT_OTHER;
    *displaced = !sig->problem && (unknown ? may_count(cert, sig) : is_of_other_kind(c, sig));
    if (*displaced || sig->problem || unknown || !may_count(cert, sig) ||
        !may_try(cert, c, sig, hashed))
        return 0;
    bool fits;
    int rc = try(context, cert, c, sig, &fits);
    *displaced = !rc && !fits;
    return rc;
}

int smi_find_place(struct secmail_context *context, const struct secmail_cert *cert,
                   const struct smi_signature *sig, uint64_t *hashed, size_t *place)
{
    for (size_t i = 1; i < cert->component_count; i++) {
        const struct smi_component *c = &cert->components[i];
        bool found;
        if ((is_about_id(sig->type) ? !is_id(c) : !is_subkey(c)) || !may_try(cert, c, sig, hashed))
            continue;
        int rc = try(context, cert, c, sig, &found);
        if (rc)
            return rc;
        if (found) {
            *place = i;
            return 0;
        }
    }
    return 0;
}
