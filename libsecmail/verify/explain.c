/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a certificate is judged as it is, in findings for people and programs. The judgements
 * themselves are made in validity.c. */
#include "validity.h"

#include "codec/utf8.h"

#include <stdarg.h>
#include <stdio.h>

enum { TEXT_SIZE = 480, SOON = 30 * 86400, MANY = 100, NO_SIGNATURE = -1, ID_SIZE = 120 };

struct finding {
    uint32_t severity, reason, part, index, signature;
    int64_t time;
    char *text;
    size_t text_size;
};

struct secmail_findings {
    struct secmail_allocator mem;
    struct finding *at;
    size_t count, room;
};

/* An explanation in progress, and which part of the certificate it is at. */
struct explaining {
    struct secmail_context *context;
    const struct secmail_cert *cert;
    const struct secmail_policy *policy;
    int64_t now;
    uint32_t least; /* severity */
    struct secmail_findings *findings;
    const struct smi_component *c;
    uint32_t part, index;
    char name[ID_SIZE]; /* of the part, for texts */
    int error;
};

/* ---------------------------------------------------------------- the list */

static int add(struct explaining *e, struct finding finding, const char *text)
{
    struct secmail_findings *f = e->findings;
    finding.text_size = strlen(text) + 1;
    if (!smi_grow(&f->mem, &f->at, &f->room, f->count + 1, sizeof *f->at) ||
        !(finding.text = smi_alloc(&f->mem, finding.text_size)))
        return smi_nomem(e->context);
    memcpy(finding.text, text, finding.text_size);
    f->at[f->count++] = finding;
    return 0;
}

static void __attribute__((format(printf, 6, 7)))
find(struct explaining *e, uint32_t severity, uint32_t reason, int64_t signature, int64_t time,
     const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list args;
    if (severity < e->least || e->error)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const struct finding finding = {.severity = severity,
                                    .reason = reason,
                                    .part = e->part,
                                    .index = e->index,
                                    .signature = (uint32_t)signature,
                                    .time = time};
    e->error = add(e, finding, text);
}

/* A user ID as it may stand in a text: at most so long, without control characters. */
static void name_user_id(struct explaining *e)
{
    size_t used = 0;
    struct smi_utf8 utf8 = {0};
    const bool text = smi_utf8_update(&utf8, e->c->body, e->c->body_size) &&
                      smi_utf8_complete(&utf8);
    for (size_t i = 0; i < e->c->body_size && used < ID_SIZE - 8; i++) {
        const uint8_t byte = e->c->body[i];
        const bool plain = byte >= 0x20 && byte != 0x7f && (byte < 0x80 || text);
        e->name[used++] = plain ? (char)byte : '?';
    }
    while (used && used < e->c->body_size && (e->c->body[used] & 0xc0) == 0x80)
        used--; /* no half character */
    e->name[used] = 0;
}

/* ---------------------------------------------------------------- signatures */

static bool binds(const struct explaining *e, uint8_t type)
{
    if (e->part == SECMAIL_PART_USER_ID)
        return type >= SMI_SIG_CERT_GENERIC && type <= SMI_SIG_CERT_POSITIVE;
    return type == (e->index ? SMI_SIG_SUBKEY_BINDING : SMI_SIG_DIRECT_KEY);
}

static const char *problem_text(const struct smi_signature *sig)
{
    switch (sig->problem) {
    case SECMAIL_REASON_VERSION:
        return "has a version that is not supported";
    case SECMAIL_REASON_ALGORITHM:
        return "uses a public-key algorithm that this build does not support";
    case SECMAIL_REASON_HASH:
        return "uses a hash algorithm that is not supported";
    case SECMAIL_REASON_CRITICAL_SUBPACKET:
        return "has a critical subpacket that is not understood (RFC 9580 section 5.2.3.7)";
    default:
        return "breaks the format (RFC 9580 section 5.2.3)";
    }
}

/* Why a self-signature doesn't bind; the first rule that it breaks. */
static void explain_signature(struct explaining *e, int64_t index, const struct smi_signature *sig)
{
    char date[32], since[48];
    int64_t until;
    bool own;
    smi_date(sig->created, date);
    if (sig->problem) {
        find(e, SECMAIL_SEVERITY_WARNING, sig->problem, index, sig->created,
             "a self-signature of %s %s", e->name, problem_text(sig));
        return;
    }
    e->error = smi_cert_is_own(e->context, e->cert, e->c, sig, &own);
    if (e->error)
        return;
    if (!own)
        find(e, SECMAIL_SEVERITY_WARNING, SECMAIL_REASON_MISMATCH, index, sig->created,
             "the self-signature of %s made on %s is not by the primary key over this part: one of "
             "them was changed",
             e->name, date);
    else if (!smi_policy_accepts(e->policy, SMI_POLICY_HASH_OF_KEYS, sig->hash, &until))
        find(e, SECMAIL_SEVERITY_WARNING, SECMAIL_REASON_HASH, index, until,
             "the self-signature of %s made on %s uses %s, which the policy refuses %s; the owner "
             "must renew it",
             e->name, date, smi_hash_name(sig->hash), smi_policy_since(until, since));
    else if (!smi_signature_notations_known(sig, e->policy))
        find(e, SECMAIL_SEVERITY_WARNING, SECMAIL_REASON_CRITICAL_SUBPACKET, index, sig->created,
             "the self-signature of %s made on %s has a critical notation that the policy does "
             "not know (RFC 9580 section 5.2.3.24)",
             e->name, date);
    else if (sig->created > e->now)
        find(e, SECMAIL_SEVERITY_WARNING, SECMAIL_REASON_SIGNATURE_IN_FUTURE, index, sig->created,
             "the self-signature of %s was made on %s, after the reference time; check the clock",
             e->name, date);
    else if (smi_signature_expired(sig, e->now))
        find(e, SECMAIL_SEVERITY_WARNING, SECMAIL_REASON_SIGNATURE_EXPIRED, index,
             sig->created + sig->lifetime, "the self-signature of %s expired on %s", e->name,
             smi_date(sig->created + sig->lifetime, date));
}

/* Only those that name the primary key: what others sign binds nothing. */
static void explain_signatures(struct explaining *e)
{
    for (size_t s = 0; s < e->c->signature_count && !e->error; s++) {
        const struct smi_signature *sig = &e->c->signatures[s];
        if (binds(e, sig->type) && smi_signature_may_be_by(sig, smi_cert_primary(e->cert)))
            explain_signature(e, (int64_t)s, sig);
    }
}

/* ---------------------------------------------------------------- keys */

static const char *uses(uint8_t flags, char text[64])
{
    snprintf(text, 64, "%s%s%s%s", flags & SECMAIL_KEY_CERTIFY ? " certify" : "",
             flags & SECMAIL_KEY_SIGN ? " sign" : "",
             flags & SECMAIL_KEY_ENCRYPT_COMMUNICATIONS ? " encrypt-communications" : "",
             flags & SECMAIL_KEY_ENCRYPT_STORAGE ? " encrypt-storage" : "");
    return *text ? text + 1 : "nothing";
}

static void explain_valid_key(struct explaining *e, const struct smi_validity *v)
{
    char date[32], end[32], text[64];
    const struct smi_signature *binding = v->binding;
    find(e, SECMAIL_SEVERITY_NOTE, SECMAIL_REASON_VALID, NO_SIGNATURE, binding->created,
         "the key %s is valid for: %s; so says its self-signature of %s; it expires: %s", e->name,
         uses(v->flags, text), smi_date(binding->created, date),
         v->expires < 0 ? "never" : smi_date(v->expires, end));
    if (v->expires >= 0 && v->expires - e->now < SOON)
        find(e, SECMAIL_SEVERITY_WARNING, SECMAIL_REASON_EXPIRES_SOON, NO_SIGNATURE, v->expires,
             "the key %s expires on %s; the owner should extend it and publish it again", e->name,
             end);
    const uint8_t needs = SECMAIL_KEY_SIGN | SECMAIL_KEY_CERTIFY;
    if (e->index && binding->has_flags && binding->flags & needs && !(v->flags & needs))
        find(e, SECMAIL_SEVERITY_WARNING, SECMAIL_REASON_NO_BACK_SIGNATURE, NO_SIGNATURE,
             binding->created,
             "the subkey %s may not sign: its binding of %s lacks an acceptable back-signature "
             "(RFC 9580 section 5.2.1.9); the owner must bind it again",
             e->name, date);
}

static void explain_key(struct explaining *e, struct smi_validity *v)
{
    char text[SMI_VALIDITY_TEXT];
    snprintf(e->name, sizeof e->name, "%s", e->c->key.hex);
    e->error = smi_key_validity(e->context, e->cert, e->index, e->policy, e->now, v);
    if (e->error)
        return;
    smi_validity_text(v, &e->c->key, text);
    if (!v->code)
        explain_valid_key(e, v);
    else
        find(e, SECMAIL_SEVERITY_ERROR, v->reason, NO_SIGNATURE, v->since ? v->since : -1, "%s",
             text);
    if (v->reason == SECMAIL_REASON_KEY_INVALID && !v->by_primary)
        explain_signatures(e);
}

static const uint8_t ENCRYPT = SECMAIL_KEY_ENCRYPT_COMMUNICATIONS | SECMAIL_KEY_ENCRYPT_STORAGE;

static void explain_keys(struct explaining *e)
{
    bool encrypts = false, usable = true;
    e->part = SECMAIL_PART_KEY;
    for (e->index = 0; !e->error && (e->c = smi_cert_key(e->cert, e->index)); e->index++) {
        struct smi_validity v;
        explain_key(e, &v);
        if (e->error)
            return;
        encrypts = encrypts || v.flags & ENCRYPT;
        usable = usable && (e->index || !v.code);
    }
    e->part = SECMAIL_PART_CERT;
    e->index = 0;
    if (usable && !encrypts)
        find(e, SECMAIL_SEVERITY_WARNING, SECMAIL_REASON_NO_ENCRYPTION_KEY, NO_SIGNATURE, -1,
             "the certificate %s has no valid key for encryption; the owner should add one",
             smi_cert_primary(e->cert)->hex);
}

/* ---------------------------------------------------------------- user IDs */

static bool is_text(const struct smi_component *c)
{
    struct smi_utf8 utf8 = {0};
    for (size_t i = 0; i < c->body_size; i++) {
        if (c->body[i] < 0x20 || c->body[i] == 0x7f)
            return false;
    }
    return smi_utf8_update(&utf8, c->body, c->body_size) && smi_utf8_complete(&utf8);
}

static void explain_user_id(struct explaining *e, struct smi_validity *v)
{
    char date[32];
    name_user_id(e);
    e->error = smi_user_id_validity(e->context, e->cert, e->c, e->policy, e->now, v);
    if (e->error)
        return;
    if (!v->code)
        find(e, SECMAIL_SEVERITY_NOTE, SECMAIL_REASON_VALID, NO_SIGNATURE, v->binding->created,
             "the owner of %s stands by the user ID \"%s\", since %s",
             smi_cert_primary(e->cert)->hex, e->name, smi_date(v->binding->created, date));
    else if (v->revocation)
        find(e, SECMAIL_SEVERITY_NOTE, v->reason, NO_SIGNATURE, v->since,
             "the owner revoked the user ID \"%s\" on %s", e->name, smi_date(v->since, date));
    else
        find(e, SECMAIL_SEVERITY_ERROR, v->reason, NO_SIGNATURE, -1,
             "the user ID \"%s\" has no self-certification that is correct, in force and "
             "acceptable: anybody may have added it",
             e->name);
    if (v->reason == SECMAIL_REASON_USER_ID_INVALID)
        explain_signatures(e);
    if (!is_text(e->c))
        find(e, SECMAIL_SEVERITY_WARNING, SECMAIL_REASON_NOT_TEXT, NO_SIGNATURE, -1,
             "the user ID \"%s\" is not UTF-8 without control characters (RFC 9580 section 5.11)",
             e->name);
}

static void explain_user_ids(struct explaining *e)
{
    size_t valid = 0;
    uint32_t index = 0;
    for (size_t i = 1; i < e->cert->component_count && !e->error; i++) {
        struct smi_validity v;
        e->c = &e->cert->components[i];
        if (e->c->kind != SMI_COMPONENT_USER_ID)
            continue;
        e->part = SECMAIL_PART_USER_ID;
        e->index = index++;
        explain_user_id(e, &v);
        valid += !e->error && !v.code;
    }
    e->part = SECMAIL_PART_CERT;
    e->index = 0;
    if (!valid)
        find(e, SECMAIL_SEVERITY_WARNING, SECMAIL_REASON_NO_USER_ID, NO_SIGNATURE, -1,
             "the certificate %s has no valid user ID: nothing in it says whose it is",
             smi_cert_primary(e->cert)->hex);
}

/* ---------------------------------------------------------------- the whole */

static bool is_key_revocation(const struct smi_signature *sig)
{
    return sig->type == SMI_SIG_KEY_REVOCATION || sig->type == SMI_SIG_SUBKEY_REVOCATION;
}

/* One that may be by a designated revoker whose certificate wasn't at hand. */
static bool is_open_revocation(const struct explaining *e, const struct smi_signature *sig)
{
    return is_key_revocation(sig) && e->cert->has_revoker &&
           !smi_signature_may_be_by(sig, smi_cert_primary(e->cert)) &&
           atomic_load_explicit(&sig->by_revoker, memory_order_relaxed) != SMI_CHECK_GOOD;
}

static void explain_foreign(struct explaining *e)
{
    size_t foreign = 0;
    for (size_t i = 0; i < e->cert->component_count && !e->error; i++) {
        const struct smi_component *c = &e->cert->components[i];
        for (size_t s = 0; s < c->signature_count; s++) {
            const struct smi_signature *sig = &c->signatures[s];
            foreign += !smi_signature_may_be_by(sig, smi_cert_primary(e->cert));
            if (is_open_revocation(e, sig))
                find(e, SECMAIL_SEVERITY_WARNING, SECMAIL_REASON_REVOKER_UNKNOWN, (int64_t)s,
                     sig->created,
                     "the certificate %s has a revocation that may be by a designated revoker "
                     "(RFC 9580 section 5.2.3.23), whose certificate was not at hand",
                     smi_cert_primary(e->cert)->hex);
        }
    }
    if (foreign > MANY)
        find(e, SECMAIL_SEVERITY_NOTE, SECMAIL_REASON_FOREIGN_SIGNATURES, NO_SIGNATURE, -1,
             "the certificate %s carries %zu signatures by others; secmail_cert_clean() makes a "
             "copy without them",
             smi_cert_primary(e->cert)->hex, foreign);
}

static int explain(struct secmail_context *context, const struct secmail_cert *cert,
                   const struct secmail_policy *policy, uint32_t least,
                   struct secmail_findings *findings)
{
    struct secmail_policy *made;
    int rc = smi_policy_or_standard(context, &policy, &made);
    if (rc)
        return rc;
    struct explaining e = {.context = context,
                           .cert = cert,
                           .policy = policy,
                           .now = secmail_policy_time(policy),
                           .least = least,
                           .findings = findings};
    explain_keys(&e);
    if (!e.error)
        explain_user_ids(&e);
    if (!e.error)
        explain_foreign(&e);
    secmail_policy_unref(made);
    return e.error;
}

static int make(struct secmail_context *context, const struct secmail_cert *cert,
                const struct secmail_policy *policy, uint32_t least, struct secmail_findings **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!cert)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "the certificate to explain is NULL");
    struct secmail_findings *findings = smi_zalloc(&context->mem, sizeof *findings);
    if (!findings)
        return smi_nomem(context);
    findings->mem = context->mem;
    rc = explain(context, cert, policy, least, findings);
    if (rc)
        secmail_findings_free(findings);
    else
        *out = findings;
    return rc;
}

int secmail_cert_explain(struct secmail_context *context, const struct secmail_cert *cert,
                         const struct secmail_policy *policy, struct secmail_findings **out)
{
    return make(context, cert, policy, SECMAIL_SEVERITY_NOTE, out);
}

int secmail_cert_lint(struct secmail_context *context, const struct secmail_cert *cert,
                      const struct secmail_policy *policy, struct secmail_findings **out)
{
    return make(context, cert, policy, SECMAIL_SEVERITY_WARNING, out);
}

size_t secmail_findings_count(const struct secmail_findings *findings)
{
    return findings ? findings->count : 0;
}

int secmail_findings_get(const struct secmail_findings *findings, size_t index,
                         struct secmail_finding *finding)
{
    if (index >= secmail_findings_count(findings) || !finding ||
        finding->size < sizeof finding->size)
        return SECMAIL_E_ARGUMENT;
    const struct finding *f = &findings->at[index];
    const struct secmail_finding full = {0,        f->severity,  f->reason, f->part,
                                         f->index, f->signature, f->time,   f->text};
    smi_fill_sized(finding, &full, sizeof full);
    return 0;
}

void secmail_findings_free(struct secmail_findings *findings)
{
    if (!findings)
        return;
    const struct secmail_allocator mem = findings->mem;
    for (size_t i = 0; i < findings->count; i++)
        smi_free(&mem, findings->at[i].text, findings->at[i].text_size);
    smi_free(&mem, findings->at, findings->room * sizeof *findings->at);
    smi_free(&mem, findings, sizeof *findings);
}
