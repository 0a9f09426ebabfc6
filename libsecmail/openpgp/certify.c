/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certifying user IDs of other people's certificates, and taking that back. */
#include "crypto/init.h"
#include "revoke.h"
#include "self_signature.h"
#include "template.h"
#include "user_id.h"
#include "verify/validity.h"

struct secmail_certify {
    struct secmail_context *context;
    struct secmail_key *key;       /* a reference */
    struct secmail_policy *policy; /* a reference; NULL: the standard policy */
    uint8_t level;
    bool local, adopt;
    uint32_t lifetime; /* 0: never expires */
    uint8_t depth, amount;
    struct smi_buf notations; /* subpackets */
};

int secmail_certify_new(struct secmail_context *context, struct secmail_certify **out,
                        struct secmail_key *key)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!key)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_certify_new: key is NULL");
    rc = smi_crypto_init(context);
    if (rc)
        return rc;
    struct secmail_certify *certify = smi_zalloc(&context->mem, sizeof *certify);
    if (!certify)
        return smi_nomem(context);
    certify->context = context;
    certify->key = secmail_key_ref(key);
    certify->notations = smi_buf_open(&context->mem);
    *out = certify;
    return 0;
}

void secmail_certify_free(struct secmail_certify *certify)
{
    if (!certify)
        return;
    smi_buf_free(&certify->notations);
    secmail_policy_unref(certify->policy);
    secmail_key_unref(certify->key);
    smi_free(&certify->context->mem, certify, sizeof *certify);
}

/* ---------------------------------------------------------------- settings */

static bool enter(struct secmail_certify *certify)
{
    return certify && smi_enter(certify->context);
}

int secmail_certify_set_policy(struct secmail_certify *certify, struct secmail_policy *policy)
{
    if (!enter(certify))
        return SECMAIL_E_ARGUMENT;
    secmail_policy_ref(policy);
    secmail_policy_unref(certify->policy);
    certify->policy = policy;
    return 0;
}

int secmail_certify_set_level(struct secmail_certify *certify, uint32_t level)
{
    if (!enter(certify))
        return SECMAIL_E_ARGUMENT;
    if (level > SECMAIL_CERTIFICATION_POSITIVE)
        return smi_fail(certify->context, SECMAIL_E_ARGUMENT, "%u is not a level of certification",
                        level);
    certify->level = (uint8_t)level;
    return 0;
}

int secmail_certify_set_local(struct secmail_certify *certify, int local)
{
    if (!enter(certify))
        return SECMAIL_E_ARGUMENT;
    certify->local = local != 0;
    return 0;
}

int secmail_certify_set_lifetime(struct secmail_certify *certify, uint64_t seconds)
{
    if (!enter(certify))
        return SECMAIL_E_ARGUMENT;
    if (seconds > UINT32_MAX)
        return smi_fail(certify->context, SECMAIL_E_ARGUMENT,
                        "a lifetime of %llu seconds does not fit an OpenPGP packet",
                        (unsigned long long)seconds);
    certify->lifetime = (uint32_t)seconds;
    return 0;
}

int secmail_certify_set_trust(struct secmail_certify *certify, uint32_t depth, uint32_t amount)
{
    if (!enter(certify))
        return SECMAIL_E_ARGUMENT;
    if (depth > UINT8_MAX || amount > UINT8_MAX)
        return smi_fail(certify->context, SECMAIL_E_ARGUMENT,
                        "depth and amount of trust are from 0 to 255");
    certify->depth = (uint8_t)depth;
    certify->amount = (uint8_t)amount;
    return 0;
}

int secmail_certify_add_notation(struct secmail_certify *certify, const char *name,
                                 const char *value)
{
    if (!enter(certify))
        return SECMAIL_E_ARGUMENT;
    struct secmail_context *context = certify->context;
    if (!name || !*name || !value)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "a notation has a name and a value");
    int rc = smi_line_check(context, name, "the name of a notation");
    if (!rc)
        rc = smi_text_check(context, value, "the value of a notation");
    if (rc)
        return rc;
    const size_t name_size = strlen(name), value_size = strlen(value);
    if (name_size > UINT16_MAX || value_size > UINT16_MAX)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "a notation is too long for 16 bits");
    struct smi_buf data = smi_buf_open(&context->mem);
    smi_put_u32(&data, 0x80000000); /* section 5.2.3.24: human-readable */
    smi_put_u16(&data, (uint16_t)name_size);
    smi_put_u16(&data, (uint16_t)value_size);
    smi_put(&data, name, name_size);
    smi_put(&data, value, value_size);
    if (data.error)
        certify->notations.error = data.error;
    smi_put_subpacket(&certify->notations, SMI_SUB_NOTATION, data.data, data.size);
    smi_buf_free(&data);
    return certify->notations.error ? smi_nomem(context) : 0;
}

int secmail_certify_allow_any_user_id(struct secmail_certify *certify, int allow)
{
    if (!enter(certify))
        return SECMAIL_E_ARGUMENT;
    certify->adopt = allow != 0;
    return 0;
}

/* ---------------------------------------------------------------- judging */

/* One certification or its revocation in the making. */
struct statement {
    const struct secmail_certify *by;
    struct secmail_context *context;
    const struct secmail_policy *policy;
    const struct secmail_cert *cert;
    const char *user_id;
    const struct smi_component *c;           /* the user ID; NULL: not there */
    const struct smi_revocation *revocation; /* NULL: a certification */
    struct smi_signer signer;
    uint32_t time;
};

static int check_certifier(struct statement *s)
{
    struct smi_validity v;
    const struct secmail_cert *own = s->by->key->cert;
    char text[SMI_VALIDITY_TEXT];
    int rc = smi_key_validity(s->context, own, 0, s->policy, secmail_policy_time(s->policy), &v);
    if (rc)
        return rc;
    smi_validity_text(&v, smi_cert_primary(own), text);
    if (v.code)
        return smi_fail(s->context, v.code, "%s", text);
    if (!(v.flags & SECMAIL_KEY_CERTIFY))
        return smi_fail(s->context, SECMAIL_E_CANNOT_CERTIFY,
                        "the key %s may not certify, by its own flags",
                        secmail_cert_fingerprint(own));
    rc = smi_key_signer(s->context, s->by->key, 0, &s->signer);
    return rc ? rc : smi_signing_time(s->context, s->signer.public_key, &s->time);
}

static int check_subject(struct statement *s)
{
    struct smi_validity v;
    const struct smi_public_key *primary = smi_cert_primary(s->cert);
    char text[SMI_VALIDITY_TEXT];
    if (strcmp(primary->hex, secmail_cert_fingerprint(s->by->key->cert)) == 0)
        return smi_fail(s->context, SECMAIL_E_ARGUMENT,
                        "the key %s can't certify itself; secmail_key_edit adds user IDs",
                        primary->hex);
    int rc = smi_key_validity(s->context, s->cert, 0, s->policy, secmail_policy_time(s->policy),
                              &v);
    if (rc || !v.code || s->revocation || (s->by->adopt && v.code != SECMAIL_E_KEY_REVOKED))
        return rc;
    smi_validity_text(&v, primary, text);
    return smi_fail(s->context, v.code, "%s", text);
}

static const struct smi_component *find_user_id(const struct secmail_cert *cert,
                                                const char *user_id)
{
    const size_t size = strlen(user_id);
    for (size_t i = 0; i < cert->component_count; i++) {
        const struct smi_component *c = &cert->components[i];
        if (c->kind == SMI_COMPONENT_USER_ID && c->body_size == size &&
            smi_equal(c->body, user_id, size))
            return c;
    }
    return NULL;
}

/* Does the newest of a key's statements on the user ID stand? *newest is set, or NULL. */
static int look(struct statement *s, const struct smi_public_key *who,
                const struct secmail_policy *policy, const struct smi_signature **newest,
                bool *stands)
{
    const struct smi_signature *revocation;
    int rc = smi_template_find(s->context, s->cert, s->c, who, SMI_SAYS_IS, policy, newest);
    if (!rc)
        rc = smi_template_find(s->context, s->cert, s->c, who, SMI_SAYS_REVOKED, policy,
                               &revocation);
    if (rc)
        return rc;
    *stands = *newest && !(revocation && revocation->created >= (*newest)->created);
    if (revocation && (!*newest || revocation->created >= (*newest)->created))
        *newest = revocation;
    return 0;
}

/* The owner must stand by the user ID, unless the caller doesn't care. */
static int check_user_id(struct statement *s)
{
    const struct smi_signature *newest;
    bool stands = false;
    s->c = find_user_id(s->cert, s->user_id);
    int rc = s->c ? look(s, smi_cert_primary(s->cert), s->policy, &newest, &stands) : 0;
    if (rc || stands || s->by->adopt)
        return rc;
    return smi_fail(s->context, SECMAIL_E_USER_ID_NO_MATCH,
                    "the certificate %s has no user ID \"%s\" that its owner stands by",
                    secmail_cert_fingerprint(s->cert), s->user_id);
}

/* What we said before must be older; and only what was said can be taken back. */
static int check_earlier(struct statement *s)
{
    const struct smi_signature *newest = NULL;
    bool stands = false;
    int rc = s->c ? look(s, s->signer.public_key, NULL, &newest, &stands) : 0;
    if (rc)
        return rc;
    if (s->revocation && !stands)
        return smi_fail(s->context, SECMAIL_E_USER_ID_NO_MATCH,
                        "the certificate %s has no certification of \"%s\" by the key %s",
                        secmail_cert_fingerprint(s->cert), s->user_id, s->signer.public_key->hex);
    return newest ? smi_later(s->context, s->cert, newest, &s->time) : 0;
}

/* ---------------------------------------------------------------- writing */

static int put_certification(const struct statement *s, const struct smi_signed_object *object,
                             struct smi_buf *packets)
{
    const struct secmail_certify *by = s->by;
    struct smi_buf hashed = smi_buf_open(&s->context->mem);
    smi_self_begin(&hashed, s->signer.public_key, s->time);
    if (by->lifetime)
        smi_put_subpacket_u32(&hashed, SMI_SUB_EXPIRES | SMI_SUB_CRITICAL, by->lifetime);
    if (by->local)
        smi_self_local(&hashed);
    if (by->depth)
        smi_put_subpacket(&hashed, SMI_SUB_TRUST | SMI_SUB_CRITICAL,
                          (const uint8_t[]){by->depth, by->amount}, 2);
    smi_put(&hashed, by->notations.data, by->notations.size);
    return smi_self_sign(s->context, &s->signer, (uint8_t)(SMI_SIG_CERT_GENERIC + by->level),
                         &hashed, object, packets);
}

/* Others must learn that what they may have is taken back, and nothing of what they can't have. */
static bool is_known_to_others(const struct statement *s)
{
    for (size_t i = 0; i < s->c->signature_count; i++) {
        const struct smi_signature *sig = &s->c->signatures[i];
        if (sig->type >= SMI_SIG_CERT_GENERIC && sig->type <= SMI_SIG_CERT_POSITIVE &&
            !sig->local && smi_signature_may_be_by(sig, s->signer.public_key))
            return true;
    }
    return false;
}

static int put_statement(const struct statement *s, struct smi_buf *packets)
{
    const struct smi_signed_object object = {.primary = smi_cert_primary(s->cert),
                                             .id = (const uint8_t *)s->user_id,
                                             .id_size = strlen(s->user_id),
                                             .id_marker = 0xb4};
    if (!s->revocation)
        return put_certification(s, &object, packets);
    struct smi_revocation revocation = *s->revocation;
    revocation.local = !is_known_to_others(s);
    return smi_revocation_put(s->context, &s->signer, SMI_SIG_CERT_REVOCATION, &object, &revocation,
                              s->time, packets);
}

static int put_new_user_id(const struct statement *s, struct smi_buf *packets)
{
    smi_put_packet(packets, SMI_TAG_USER_ID, (const uint8_t *)s->user_id, strlen(s->user_id));
    return put_statement(s, packets);
}

static bool is_id(const struct smi_component *c)
{
    return c->kind == SMI_COMPONENT_USER_ID || c->kind == SMI_COMPONENT_ATTRIBUTE;
}

/* The certificate again, with the statement behind the user ID; one that isn't there comes behind
 * the others. */
static int write_packets(const struct statement *s, struct smi_buf *packets)
{
    bool done = s->c != NULL;
    int rc = 0;
    for (size_t i = 0; i < s->cert->component_count && !rc; i++) {
        const struct smi_component *c = &s->cert->components[i];
        if (i && !is_id(c) && !done) {
            rc = put_new_user_id(s, packets);
            done = true;
        }
        smi_cert_put_component(packets, c);
        if (!rc && c == s->c)
            rc = put_statement(s, packets);
    }
    if (!rc && !done)
        rc = put_new_user_id(s, packets);
    return !rc && packets->error ? smi_nomem(s->context) : rc;
}

static int check(struct statement *s)
{
    int rc = check_certifier(s);
    if (!rc)
        rc = check_subject(s);
    if (!rc && !s->revocation)
        rc = check_user_id(s);
    else if (!rc)
        s->c = find_user_id(s->cert, s->user_id);
    return rc ? rc : check_earlier(s);
}

static int state(struct secmail_certify *by, struct secmail_cert *cert, const char *user_id,
                 const struct smi_revocation *revocation, struct secmail_cert **out)
{
    struct secmail_context *context = by->context;
    if (!cert)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "the certificate is NULL");
    struct secmail_policy *standard = NULL;
    int rc = smi_user_id_check(context, user_id);
    if (!rc && !by->policy)
        rc = secmail_policy_standard(context, &standard);
    if (rc)
        return rc;
    struct statement s = {.by = by,
                          .context = context,
                          .policy = by->policy ? by->policy : standard,
                          .cert = cert,
                          .user_id = user_id,
                          .revocation = revocation};
    struct smi_buf packets = smi_buf_open(&context->mem);
    rc = check(&s);
    if (!rc)
        rc = write_packets(&s, &packets);
    if (!rc)
        rc = smi_cert_new(context, out, packets.data, packets.size);
    smi_buf_free(&packets);
    secmail_policy_unref(standard);
    return rc;
}

int secmail_certify_user_id(struct secmail_certify *certify, struct secmail_cert *cert,
                            const char *user_id, struct secmail_cert **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!enter(certify))
        return SECMAIL_E_ARGUMENT;
    return state(certify, cert, user_id, NULL, out);
}

int secmail_certify_revoke_user_id(struct secmail_certify *certify, struct secmail_cert *cert,
                                   const char *user_id, uint32_t reason, const char *text,
                                   struct secmail_cert **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!enter(certify))
        return SECMAIL_E_ARGUMENT;
    if (reason != SECMAIL_REVOKED_UNSPECIFIED && reason != SECMAIL_REVOKED_USER_ID)
        return smi_fail(certify->context, SECMAIL_E_ARGUMENT,
                        "a certification is revoked for SECMAIL_REVOKED_UNSPECIFIED or "
                        "SECMAIL_REVOKED_USER_ID");
    int rc = smi_revocation_check(certify->context, reason, text);
    const struct smi_revocation revocation = {.reason = (uint8_t)reason, .text = text};
    return rc ? rc : state(certify, cert, user_id, &revocation, out);
}
