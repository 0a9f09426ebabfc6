/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recipients.h"

#include "password.h"
#include "pkesk.h"
#include "skesk.h"

void smi_recipients_close(struct smi_recipients *r)
{
    const struct secmail_allocator *mem = &r->context->mem;
    for (size_t i = 0; i < r->cert_count; i++)
        secmail_cert_unref(r->certs[i]);
    for (size_t i = 0; i < r->password_count; i++)
        secmail_secret_free(r->passwords[i]);
    smi_free(mem, r->certs, r->cert_room * sizeof *r->certs);
    smi_free(mem, r->keys, r->key_room * sizeof *r->keys);
    smi_free(mem, r->passwords, r->password_room * sizeof *r->passwords);
}

/* ---------------------------------------------------------------- adding */

/* What stood in the way of encrypting to a certificate, for the message if no key is left. */
struct obstacle {
    struct smi_validity validity; /* of a key that would do if it were valid */
    const struct smi_public_key *key;
    const struct smi_public_key *unsupported; /* a valid key that this build can't use */
};

static int cannot_encrypt(struct smi_recipients *r, const struct secmail_cert *cert,
                          const struct obstacle *o)
{
    if (o->key) {
        char text[SMI_VALIDITY_TEXT];
        smi_validity_text(&o->validity, o->key, text);
        return smi_fail(r->context, o->validity.code, "can't encrypt to %s: %s",
                        secmail_cert_fingerprint(cert), text);
    }
    if (o->unsupported && o->unsupported->version == 5)
        return smi_fail(
            r->context, SECMAIL_E_UNSUPPORTED_VERSION,
            "can't encrypt to %s: its keys have version 5 (LibrePGP), which is read only",
            secmail_cert_fingerprint(cert));
    if (o->unsupported)
        return smi_fail(r->context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "can't encrypt to %s: its encryption key uses %s (%u), which this build "
                        "does not support",
                        secmail_cert_fingerprint(cert), smi_pk_name(o->unsupported->algo),
                        o->unsupported->algo);
    return smi_fail(r->context, SECMAIL_E_CANNOT_ENCRYPT,
                    "can't encrypt to %s: it has no key that is flagged for encryption; ask the "
                    "owner to add an encryption subkey",
                    secmail_cert_fingerprint(cert));
}

static int add_key(struct smi_recipients *r, const struct smi_public_key *key)
{
    if (!smi_grow(&r->context->mem, &r->keys, &r->key_room, r->key_count + 1, sizeof *r->keys))
        return smi_nomem(r->context);
    r->keys[r->key_count++] = key;
    return 0;
}

static int consider_key(struct smi_recipients *r, const struct secmail_cert *cert, size_t index,
                        const struct secmail_policy *policy, uint8_t flags,
                        struct obstacle *obstacle)
{
    const struct smi_public_key *key = &smi_cert_key(cert, index)->key;
    struct smi_validity v;
    int rc = smi_key_validity(r->context, cert, index, policy, secmail_policy_time(policy), &v);
    if (rc)
        return rc;
    if (v.code) {
        if (key->use & SMI_USE_ENCRYPT || index == 0) {
            obstacle->validity = v;
            obstacle->key = key;
        }
        return 0;
    }
    if (!(v.flags & flags))
        return 0;
    if (key->use & SMI_USE_ENCRYPT)
        return add_key(r, key);
    obstacle->unsupported = key;
    return 0;
}

int smi_recipients_add_cert(struct smi_recipients *r, struct secmail_cert *cert,
                            const struct secmail_policy *policy, uint8_t flags)
{
    if (!smi_grow(&r->context->mem, &r->certs, &r->cert_room, r->cert_count + 1, sizeof *r->certs))
        return smi_nomem(r->context);
    struct obstacle obstacle = {0};
    const size_t before = r->key_count;
    int rc = 0;
    for (size_t i = 0; smi_cert_key(cert, i) && !rc; i++)
        rc = consider_key(r, cert, i, policy, flags, &obstacle);
    if (!rc && r->key_count == before)
        rc = cannot_encrypt(r, cert, &obstacle);
    if (rc)
        r->key_count = before;
    else
        r->certs[r->cert_count++] = secmail_cert_ref(cert);
    return rc;
}

int smi_recipients_add_password(struct smi_recipients *r, const struct secmail_secret *password)
{
    int rc = smi_password_check_new(r->context, password);
    if (rc)
        return rc;
    if (!smi_grow(&r->context->mem, &r->passwords, &r->password_room, r->password_count + 1,
                  sizeof *r->passwords))
        return smi_nomem(r->context);
    rc = secmail_secret_new(r->context, &r->passwords[r->password_count],
                            secmail_secret_data(password), secmail_secret_size(password));
    if (!rc)
        r->password_count++;
    return rc;
}

/* ---------------------------------------------------------------- what all can read */

int smi_recipients_format(struct smi_recipients *r, const struct secmail_policy *policy,
                          uint32_t *format)
{
    const struct secmail_cert *old = NULL;
    for (size_t i = 0; i < r->cert_count && !old; i++) {
        uint8_t features;
        int rc = smi_cert_features(r->context, r->certs[i], policy, &features);
        if (rc)
            return rc;
        if (!(features & SMI_FEATURE_SEIPDV2))
            old = r->certs[i];
    }
    if (*format == SECMAIL_FORMAT_SEIPDV2 && old)
        return smi_fail(r->context, SECMAIL_E_INCOMPATIBLE,
                        "SEIPDv2 was asked for, but the certificate %s does not announce it; "
                        "leave the format or the recipient out",
                        secmail_cert_fingerprint(old));
    if (*format == SECMAIL_FORMAT_AUTO)
        *format = old ? SECMAIL_FORMAT_SEIPDV1 : SECMAIL_FORMAT_SEIPDV2;
    if (smi_policy_accepts(policy, SMI_POLICY_FORMAT, (uint8_t)*format, NULL))
        return 0;
    return smi_fail(r->context, SECMAIL_E_POLICY,
                    "the message would be encrypted as SEIPDv%u, which the policy refuses%s%s",
                    (unsigned)*format, old ? "; it is what can be read with the certificate " : "",
                    old ? secmail_cert_fingerprint(old) : "");
}

bool smi_lists_cipher(const struct smi_validity *v, uint32_t format, uint8_t cipher, uint8_t mode)
{
    const bool v2 = format == SECMAIL_FORMAT_SEIPDV2;
    struct smi_cursor list = v2 ? smi_validity_list(v, preferred_aead)
                                : smi_validity_list(v, preferred_ciphers);
    while (list.data && smi_left(&list)) {
        const uint8_t listed = smi_u8(&list);
        const bool mode_fits = !v2 || smi_u8(&list) == mode;
        if (listed == cipher && mode_fits && !list.bad)
            return true;
    }
    return false;
}

/* What a certificate doesn't list its owner may not be able to read. AES-128 (with OCB) must be
 * implemented, and is taken as listed; it is also what is left if the policy refuses AES-256. */
int smi_recipients_cipher(struct smi_recipients *r, const struct secmail_policy *policy,
                          uint32_t format, uint8_t *cipher)
{
    bool all = smi_policy_accepts(policy, SMI_POLICY_CIPHER, SMI_AES256, NULL);
    for (size_t i = 0; i < r->cert_count && all; i++) {
        struct smi_validity v;
        int rc = smi_key_validity(r->context, r->certs[i], 0, policy, secmail_policy_time(policy),
                                  &v);
        if (rc)
            return rc;
        all = v.binding && smi_lists_cipher(&v, format, SMI_AES256, SMI_OCB);
    }
    *cipher = all ? SMI_AES256 : SMI_AES128;
    return 0;
}

/* ---------------------------------------------------------------- their packets */

int smi_recipients_put(struct smi_recipients *r, const struct smi_session_key *session_key,
                       struct smi_buf *b)
{
    int rc = 0;
    for (size_t i = 0; i < r->key_count && !rc; i++)
        rc = smi_pkesk_write(r->context, b, r->keys[i], session_key, r->hidden);
    for (size_t i = 0; i < r->password_count && !rc; i++)
        rc = smi_skesk_write(r->context, b, r->passwords[i], session_key);
    return rc;
}
