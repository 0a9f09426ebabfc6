/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Smaller copies of certificates: what to leave out, and never a revocation that counts. */
#include "validity.h"

struct cleaning {
    struct secmail_context *context;
    const struct secmail_cert *cert;
    const struct secmail_policy *policy;
    int64_t time;
    uint32_t what;
    unsigned designations; /* sensitive ones that were met */
    struct smi_buf packets;
};

/* For so many sensitive designations it is looked whether the revoker acted: each look goes through
 * all signatures, and who owns the certificate may have put in a million. */
enum { DESIGNATIONS_LOOKED_AT = 64 };

/* By the owner, or by a designated revoker that was met. */
static int is_own(const struct cleaning *c, const struct smi_component *part,
                  const struct smi_signature *sig, bool *own)
{
    *own = atomic_load_explicit(&sig->by_revoker, memory_order_relaxed) == SMI_CHECK_GOOD;
    return *own ? 0 : smi_cert_is_own(c->context, c->cert, part, sig, own);
}

/* Has that key, of version 4, revoked a part of the certificate? Nothing is checked: this is only
 * about what may be seen. */
static bool has_revoked(const struct secmail_cert *cert, const uint8_t *fp)
{
    struct smi_public_key key = {.fp_size = 20};
    memcpy(key.fp, fp, 20);
    memcpy(key.key_id, fp + 12, sizeof key.key_id);
    for (size_t i = 0; i < cert->component_count; i++) {
        const struct smi_component *part = &cert->components[i];
        for (size_t s = 0; s < part->signature_count; s++) {
            const struct smi_signature *sig = &part->signatures[s];
            if (smi_is_revocation(sig->type) && (sig->issuer_fp || sig->has_issuer_id) &&
                smi_signature_may_be_by(sig, &key))
                return true;
        }
    }
    return false;
}

/* Section 5.2.3.23: "If the 'sensitive' flag is set [...], implementations SHOULD NOT export this
 * signature to other users except [...] when it is accompanied by a Revocation Signature from that
 * revoker." */
static bool is_sensitive(struct cleaning *c, const struct smi_signature *sig)
{
    struct smi_cursor area = smi_cursor(sig->hashed, sig->hashed_size), in;
    for (uint8_t type; sig->has_revoker && smi_subpacket_next(&area, &type, &in);) {
        if ((type & 0x7f) != SMI_SUB_REVOCATION_KEY)
            continue;
        const uint8_t class = smi_u8(&in);
        smi_u8(&in); /* algorithm */
        const uint8_t *fp = smi_take(&in, 20);
        if (class & 0x40 &&
            !(fp && c->designations++ < DESIGNATIONS_LOOKED_AT && has_revoked(c->cert, fp)))
            return true;
    }
    return false;
}

/* Section 5.2.3.19: "when an implementation prepares a user's copy of a key for transport to
 * another user [...], any local certification signatures are deleted from the key". What takes a
 * local certification back is one, too; but a revocation by the owner is never left out. */
static bool is_private(struct cleaning *c, const struct smi_signature *sig, bool own)
{
    if (!(c->what & SECMAIL_CLEAN_LOCAL) || (own && smi_is_revocation(sig->type)))
        return false;
    return sig->local || (own && is_sensitive(c, sig));
}

/* Does the signature stay? `binding` is the one that holds for the part; where none does (NULL),
 * nothing takes another's place: a retired subkey needs its bindings for what it signed. */
static int stays(struct cleaning *c, const struct smi_component *part,
                 const struct smi_signature *sig, const struct smi_signature *binding, bool *stay)
{
    bool own;
    int rc = is_own(c, part, sig, &own);
    if (rc)
        return rc;
    if (is_private(c, sig, own))
        *stay = false;
    else if (!own)
        *stay = !(c->what & SECMAIL_CLEAN_FOREIGN);
    else /* what designates a revoker counts for ever */
        *stay = !(c->what & SECMAIL_CLEAN_SUPERSEDED) || !binding || sig == binding ||
                smi_is_revocation(sig->type) || sig->has_revoker;
    return 0;
}

/* A part of which only local signatures knew is not for others either: a name that a user gave to
 * somebody, say. */
static int put_part(struct cleaning *c, const struct smi_component *part,
                    const struct smi_signature *binding)
{
    const size_t before = c->packets.size;
    bool is_known = !(c->what & SECMAIL_CLEAN_LOCAL) || part == c->cert->components,
         was_local = false;
    smi_put_packet(&c->packets, part->tag, part->body, part->body_size);
    for (size_t s = 0; s < part->signature_count; s++) {
        const struct smi_signature *sig = &part->signatures[s];
        bool stay;
        int rc = stays(c, part, sig, binding, &stay);
        if (rc)
            return rc;
        if (stay)
            smi_put_packet(&c->packets, SMI_TAG_SIGNATURE, sig->body, sig->body_size);
        is_known |= stay;
        was_local |= sig->local;
    }
    if (was_local && !is_known)
        c->packets.size = before;
    return 0;
}

static bool leaves(const struct cleaning *c, const struct smi_validity *v)
{
    return c->what & SECMAIL_CLEAN_INVALID && v->code && !v->revocation;
}

static int put_identity(struct cleaning *c, const struct smi_component *part)
{
    struct smi_validity v;
    int rc = smi_user_id_validity(c->context, c->cert, part, c->policy, c->time, &v);
    return rc || leaves(c, &v) ? rc : put_part(c, part, v.binding);
}

static int put_subkey(struct cleaning *c, const struct smi_component *part, size_t index)
{
    struct smi_validity v;
    int rc = smi_key_validity(c->context, c->cert, index, c->policy, c->time, &v);
    if (!rc && v.by_primary) /* nothing is known of the subkey itself: keep all */
        return put_part(c, part, NULL);
    return rc || leaves(c, &v) ? rc : put_part(c, part, v.revocation ? NULL : v.binding);
}

static int put_parts(struct cleaning *c)
{
    size_t key = 0;
    const struct smi_signature *direct;
    int rc = smi_cert_direct_binding(c->context, c->cert, c->policy, c->time, &direct);
    for (size_t i = 0; i < c->cert->component_count && !rc; i++) {
        const struct smi_component *part = &c->cert->components[i];
        if (i == 0)
            rc = put_part(c, part, direct);
        else if (part->kind == SMI_COMPONENT_KEY)
            rc = put_subkey(c, part, ++key);
        else if (part->kind != SMI_COMPONENT_OTHER)
            rc = put_identity(c, part);
        else if (!(c->what & SECMAIL_CLEAN_INVALID))
            rc = put_part(c, part, NULL);
    }
    return !rc && c->packets.error ? smi_fail(c->context, c->packets.error, NULL) : rc;
}

int secmail_cert_clean(struct secmail_context *context, const struct secmail_cert *cert,
                       const struct secmail_policy *policy, uint32_t what,
                       struct secmail_cert **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!cert || what & ~(uint32_t)SECMAIL_CLEAN_MINIMAL)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_cert_clean: %s",
                        cert ? "there is no such enum secmail_clean" : "cert is NULL");
    struct secmail_policy *made;
    rc = smi_policy_or_standard(context, &policy, &made);
    if (rc)
        return rc;
    struct cleaning c = {.context = context,
                         .cert = cert,
                         .policy = policy,
                         .time = secmail_policy_time(policy),
                         .what = what,
                         .packets = smi_buf_open(&context->mem)};
    rc = put_parts(&c);
    if (!rc)
        rc = smi_cert_new(context, out, c.packets.data, c.packets.size);
    smi_buf_free(&c.packets);
    secmail_policy_unref(made);
    return rc;
}
