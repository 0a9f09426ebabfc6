/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Designated revokers (RFC 9580 section 5.2.3.23): deprecated, but old certificates that were
 * revoked in this way are revoked. */
#include "validity.h"

/* "1 octet of class, 1 octet of public-key algorithm ID, 20 octets of v4 fingerprint. The class
 * octet must have bit 0x80 set." */
static bool names(struct smi_cursor in, const struct smi_public_key *key)
{
    const uint8_t class = smi_u8(&in), algo = smi_u8(&in);
    const uint8_t *fp = smi_take(&in, 20);
    return fp && !smi_left(&in) && class & 0x80 && algo == key->algo && key->fp_size == 20 &&
           smi_equal(fp, key->fp, 20);
}

static bool designates(const struct smi_signature *sig, const struct smi_public_key *key)
{
    struct smi_cursor area = smi_cursor(sig->hashed, sig->hashed_size), in;
    for (uint8_t type; sig->has_revoker && smi_subpacket_next(&area, &type, &in);) {
        if ((type & 0x7f) == SMI_SUB_REVOCATION_KEY && names(in, key))
            return true;
    }
    return false;
}

/* Did the owner designate it, in any self-signature? An old one is enough: otherwise whoever stole
 * the key could send the revoker away. */
static int is_revoker(struct secmail_context *context, const struct secmail_cert *cert,
                      const struct smi_public_key *key, bool *is)
{
    *is = false;
    for (size_t i = 0; i < cert->component_count && !*is; i++) {
        const struct smi_component *c = &cert->components[i];
        for (size_t s = 0; s < c->signature_count && !*is; s++) {
            const struct smi_signature *sig = &c->signatures[s];
            if (sig->problem || smi_is_revocation(sig->type) || !designates(sig, key))
                continue;
            int rc = smi_cert_is_own(context, cert, c, sig, is);
            if (rc)
                return rc;
        }
    }
    return 0;
}

/* A cast from const: what is remembered of signatures is the one part of a certificate that
 * changes. */
static void remember(const struct smi_signature *sig, bool good)
{
    if (good)
        atomic_store_explicit((atomic_uchar *)&sig->by_revoker, SMI_CHECK_GOOD,
                              memory_order_relaxed);
}

static bool is_candidate(const struct smi_signature *sig, const struct smi_public_key *key)
{
    return !sig->problem && smi_is_revocation(sig->type) && smi_signature_may_be_by(sig, key) &&
           atomic_load_explicit(&sig->by_revoker, memory_order_relaxed) != SMI_CHECK_GOOD;
}

static int check_component(struct secmail_context *context, const struct secmail_cert *cert,
                           const struct smi_component *c, const struct smi_public_key *key)
{
    const struct smi_signed_object object = smi_cert_object(cert, c);
    for (size_t s = 0; s < c->signature_count; s++) {
        const struct smi_signature *sig = &c->signatures[s];
        bool good = false, designated = false;
        if (!is_candidate(sig, key))
            continue;
        int rc = smi_signature_check_object(context, sig, key, &object, &good);
        if (!rc && good)
            rc = is_revoker(context, cert, key, &designated);
        if (rc)
            return rc;
        remember(sig, good && designated);
    }
    return 0;
}

int smi_cert_check_revoker(struct secmail_context *context, const struct secmail_cert *cert,
                           const struct secmail_cert *revoker)
{
    int rc = 0;
    if (!cert->has_revoker || cert == revoker)
        return 0;
    for (size_t i = 0; i < cert->component_count && !rc; i++)
        rc = check_component(context, cert, &cert->components[i], smi_cert_primary(revoker));
    return rc;
}

int secmail_cert_check_revoker(struct secmail_context *context, const struct secmail_cert *cert,
                               const struct secmail_cert *revoker)
{
    if (!smi_enter(context))
        return SECMAIL_E_ARGUMENT;
    if (!cert || !revoker)
        return smi_fail(context, SECMAIL_E_ARGUMENT,
                        "secmail_cert_check_revoker: a certificate is NULL");
    return smi_cert_check_revoker(context, cert, revoker);
}
