/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a signature and a hash to a verdict with its reasons. */
#include "judge.h"

#include "codec/hex.h"
#include "pk_verify.h"

#include <stdarg.h>
#include <stdio.h>

void smi_judge_open(struct smi_judge *judge, struct secmail_context *context)
{
    *judge = (struct smi_judge){
        .context = context, .not_before = INT64_MIN, .not_after = INT64_MAX};
}

void smi_judge_close(struct smi_judge *judge)
{
    if (!judge->context)
        return;
    const struct secmail_allocator *mem = &judge->context->mem;
    for (size_t i = 0; i < judge->cert_count; i++)
        secmail_cert_unref(judge->certs[i]);
    for (size_t i = 0; i < judge->verdict_count; i++)
        secmail_cert_unref(judge->verdicts[i].cert);
    smi_free(mem, judge->certs, judge->cert_room * sizeof(struct secmail_cert *));
    smi_free(mem, judge->verdicts, judge->verdict_room * sizeof *judge->verdicts);
    secmail_policy_unref(judge->policy);
}

void smi_judge_set_policy(struct smi_judge *judge, struct secmail_policy *policy)
{
    secmail_policy_ref(policy);
    secmail_policy_unref(judge->policy);
    judge->policy = policy;
}

int smi_judge_add_cert(struct smi_judge *judge, struct secmail_cert *cert)
{
    if (!smi_grow(&judge->context->mem, &judge->certs, &judge->cert_room, judge->cert_count + 1,
                  sizeof(struct secmail_cert *)))
        return smi_nomem(judge->context);
    judge->certs[judge->cert_count++] = secmail_cert_ref(cert);
    return 0;
}

int smi_judge_policy(struct smi_judge *judge, const struct secmail_policy **policy)
{
    int rc = judge->policy ? 0 : secmail_policy_standard(judge->context, &judge->policy);
    *policy = judge->policy;
    return rc;
}

static void __attribute__((format(printf, 3, 4)))
add_reason(struct secmail_verdict *v, enum secmail_reason code, const char *format, ...)
{
    if (v->reason_count == SMI_REASONS)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(v->reasons[v->reason_count].text, sizeof v->reasons[0].text, format, args);
    va_end(args);
    v->reasons[v->reason_count++].code = code;
}

static void describe_problem(struct secmail_verdict *v, const struct smi_signature *sig)
{
    const enum secmail_reason code = sig->problem;
    v->status = SECMAIL_VERDICT_REJECTED;
    switch (code) {
    case SECMAIL_REASON_VERSION:
        add_reason(v, code, "the signature has version %u; versions 4 to 6 are supported",
                   sig->version);
        break;
    case SECMAIL_REASON_ALGORITHM:
        add_reason(v, code, "the signature uses %s (%u), which this build does not support",
                   smi_pk_name(sig->pk), sig->pk);
        break;
    case SECMAIL_REASON_HASH:
        add_reason(v, code, "the signature uses the hash algorithm %u, which is not supported",
                   sig->hash);
        break;
    case SECMAIL_REASON_CRITICAL_SUBPACKET:
        add_reason(v, code,
                   "the signature has a critical subpacket or notation that is not "
                   "understood (RFC 9580 section 5.2.3.7)");
        break;
    default:
        add_reason(v, code, "the signature packet breaks the format (RFC 9580 section 5.2.3)");
    }
}

/* What the signature says about its maker, before any key is known. */
static void name_issuer(struct secmail_verdict *v, const struct smi_signature *sig)
{
    if (sig->issuer_fp)
        smi_hex_encode(v->key, sig->issuer_fp, sig->issuer_fp_size);
    else if (sig->has_issuer_id)
        smi_hex_encode(v->key, sig->issuer_id, sizeof sig->issuer_id);
}

static bool reject(struct secmail_verdict *v)
{
    v->status = SECMAIL_VERDICT_REJECTED;
    return false;
}

/* Rules that need no key. */
static bool document_rules(struct secmail_verdict *v, const struct smi_signature *sig,
                           const struct smi_judge *judge, const struct secmail_policy *policy)
{
    char date[32], other[32], since[48];
    int64_t until;
    const int64_t now = secmail_policy_time(policy);
    if (sig->type != SMI_SIG_BINARY && sig->type != SMI_SIG_TEXT) {
        add_reason(v, SECMAIL_REASON_TYPE,
                   "the signature has type 0x%02x, which is not for documents", sig->type);
        return reject(v);
    }
    if (!smi_policy_accepts(policy, SMI_POLICY_HASH_OF_DATA, sig->hash, &until)) {
        add_reason(v, SECMAIL_REASON_HASH,
                   "the policy refuses %s for signatures %s; ask the signer for another hash",
                   smi_hash_name(sig->hash), smi_policy_since(until, since));
        return reject(v);
    }
    if (!smi_signature_notations_known(sig, policy)) {
        add_reason(v, SECMAIL_REASON_CRITICAL_SUBPACKET,
                   "the signature has a critical notation that the policy does not know (RFC 9580 "
                   "section 5.2.3.24)");
        return reject(v);
    }
    if (sig->created > now) {
        add_reason(v, SECMAIL_REASON_SIGNATURE_IN_FUTURE,
                   "the signature was made on %s, after the reference time %s",
                   smi_date(sig->created, date), smi_date(now, other));
        return reject(v);
    }
    if (smi_signature_expired(sig, now)) {
        add_reason(v, SECMAIL_REASON_SIGNATURE_EXPIRED, "the signature expired on %s",
                   smi_date(sig->created + sig->lifetime, date));
        return reject(v);
    }
    if (sig->created < judge->not_before || sig->created > judge->not_after) {
        add_reason(v, SECMAIL_REASON_OUTSIDE_WINDOW,
                   "the signature was made on %s, outside of the time that the caller allows",
                   smi_date(sig->created, date));
        return reject(v);
    }
    if (judge->recipient && !smi_signature_is_for(sig, judge->recipient)) {
        add_reason(v, SECMAIL_REASON_RECIPIENT,
                   "the signature was made for other recipients than %s (RFC 9580 section "
                   "5.2.3.36): somebody passed it on",
                   judge->recipient->hex);
        return reject(v);
    }
    return true;
}

static bool is_same_key(const struct smi_public_key *a, const struct smi_public_key *b)
{
    return a->fp_size == b->fp_size && memcmp(a->fp, b->fp, a->fp_size) == 0;
}

static bool is_other_copy(const struct secmail_cert *copy, const struct secmail_cert *cert)
{
    return copy != cert && is_same_key(smi_cert_primary(copy), smi_cert_primary(cert)) &&
           (copy->block_size != cert->block_size ||
            memcmp(copy->block, cert->block, cert->block_size) != 0);
}

/* What all copies of a certificate tell together: a revocation that only one of them has counts. */
static int join_copies(struct smi_judge *judge, struct secmail_cert *cert,
                       struct secmail_cert **whole)
{
    int rc = 0;
    *whole = secmail_cert_ref(cert);
    for (size_t i = 0; i < judge->cert_count && !rc; i++) {
        struct secmail_cert *copy = judge->certs[i], *merged;
        if (!is_other_copy(copy, cert))
            continue;
        rc = secmail_cert_merge(judge->context, *whole, copy, &merged);
        secmail_cert_unref(*whole);
        *whole = merged;
    }
    return rc;
}

/* Is the key valid, by what is known of it from all certificates at hand? */
static int key_validity(struct smi_judge *judge, const struct secmail_cert *whole,
                        const struct smi_public_key *key, int64_t time, struct smi_validity *v)
{
    const struct secmail_policy *policy;
    size_t index = 0;
    int rc = smi_judge_policy(judge, &policy);
    for (size_t i = 0; i < judge->cert_count && !rc; i++)
        rc = smi_cert_check_revoker(judge->context, whole, judge->certs[i]);
    while (!rc && !is_same_key(&smi_cert_key(whole, index)->key, key))
        index++;
    return rc ? rc : smi_key_validity(judge->context, whole, index, policy, time, v);
}

/* Rules about the key, at the time when it signed. */
static int key_rules(struct smi_judge *judge, struct secmail_verdict *v,
                     const struct smi_signature *sig, struct secmail_cert *cert,
                     const struct smi_public_key *key)
{
    struct secmail_cert *whole;
    struct smi_validity validity;
    char text[SMI_VALIDITY_TEXT];
    int rc = join_copies(judge, cert, &whole);
    if (!rc)
        rc = key_validity(judge, whole, key, sig->created, &validity);
    if (!rc)
        smi_validity_text(&validity, key, text);
    secmail_cert_unref(whole);
    if (rc)
        return rc;
    if (validity.code) {
        add_reason(v, validity.reason, "%s", text);
        v->status = SECMAIL_VERDICT_REJECTED;
    } else if (!(validity.flags & SECMAIL_KEY_SIGN)) {
        add_reason(v, SECMAIL_REASON_KEY_FLAGS,
                   "the key %s may not sign: it has no signing flag, or its subkey binding lacks "
                   "the back-signature (RFC 9580 section 5.2.1.9)",
                   key->hex);
        v->status = SECMAIL_VERDICT_REJECTED;
    } else {
        char date[32];
        smi_date(sig->created, date);
        add_reason(v, SECMAIL_REASON_VALID, "the key %s was valid when it signed, on %s", key->hex,
                   date);
        v->status = SECMAIL_VERDICT_GOOD;
    }
    return 0;
}

static int judge_with_key(struct smi_judge *judge, struct secmail_verdict *v,
                          const struct smi_signature *sig, const uint8_t *digest,
                          struct secmail_cert *cert, size_t index)
{
    const struct secmail_policy *policy;
    const struct smi_public_key *key = &smi_cert_key(cert, index)->key;
    int rc = smi_judge_policy(judge, &policy);
    if (rc)
        return rc;
    v->cert = secmail_cert_ref(cert);
    memcpy(v->key, key->hex, sizeof v->key);
    if (sig->version != key->version) {
        add_reason(v, SECMAIL_REASON_VERSION,
                   "a version %u signature can't be made by a version %u key", sig->version,
                   key->version);
        v->status = SECMAIL_VERDICT_REJECTED;
        return 0;
    }
    if (smi_hash_size(sig->hash) < smi_pk_least_digest(key)) {
        char name[SMI_PK_TEXT];
        add_reason(
            v, SECMAIL_REASON_HASH,
            "%s is too short a hash for the key %s (%s; RFC 9580 sections 5.2.3.2 to 5.2.3.5)",
            smi_hash_name(sig->hash), key->hex, smi_public_key_text(key, name));
        v->status = SECMAIL_VERDICT_REJECTED;
        return 0;
    }
    if (!smi_signature_fits(sig, key, digest)) {
        add_reason(v, SECMAIL_REASON_MISMATCH,
                   "the signature does not fit the data and the key %s: one of them was changed",
                   key->hex);
        v->status = SECMAIL_VERDICT_BAD;
        return 0;
    }
    if (!document_rules(v, sig, judge, policy))
        return 0;
    return key_rules(judge, v, sig, cert, key);
}

/* Puts `other` in the place of `v` if it says more: GOOD, REJECTED, BAD, none yet. */
static void keep_better(struct secmail_verdict *v, struct secmail_verdict *other)
{
    static const uint8_t weight[] = {
        [SECMAIL_VERDICT_BAD] = 1,
        [SECMAIL_VERDICT_REJECTED] = 2,
        [SECMAIL_VERDICT_GOOD] = 3,
    };
    if (v->status && weight[other->status] <= weight[v->status]) {
        secmail_cert_unref(other->cert);
        return;
    }
    secmail_cert_unref(v->cert);
    *v = *other;
}

/*
 * Tries each key that the signature may name until one makes it good: a key ID may fit several
 * keys, and anybody can put anybody's key into a certificate. A signature that names no key can't
 * be judged: no trial of all keys is made.
 */
static int judge_with_keys(struct smi_judge *judge, struct secmail_verdict *v,
                           const struct smi_signature *sig, const uint8_t *digest)
{
    const struct secmail_verdict blank = *v;
    if (!sig->issuer_fp && !sig->has_issuer_id)
        return 0;
    for (size_t i = 0; i < judge->cert_count; i++) {
        const struct smi_component *c;
        for (size_t k = 0; (c = smi_cert_key(judge->certs[i], k)); k++) {
            if (!smi_signature_may_be_by(sig, &c->key))
                continue;
            struct secmail_verdict one = blank;
            int rc = judge_with_key(judge, &one, sig, digest, judge->certs[i], k);
            keep_better(v, &one);
            if (rc || v->status == SECMAIL_VERDICT_GOOD)
                return rc;
        }
    }
    return 0;
}

static int judge_one(struct smi_judge *judge, struct secmail_verdict *v,
                     const struct smi_signature *sig, struct smi_signed_hash *hash)
{
    uint8_t digest[SMI_HASH_MAX_SIZE];
    name_issuer(v, sig);
    if (sig->problem) {
        describe_problem(v, sig);
        return 0;
    }
    smi_signed_hash_digest(hash, sig, digest);
    int rc = judge_with_keys(judge, v, sig, digest);
    if (rc || v->status)
        return rc;
    v->status = SECMAIL_VERDICT_UNKNOWN_KEY;
    add_reason(v, SECMAIL_REASON_NO_KEY, "no certificate at hand has the key %s%s",
               v->key[0] ? v->key : "of the signature, which names none",
               v->key[0] ? "; get the signer's certificate" : "");
    return 0;
}

int smi_judge_signature(struct smi_judge *judge, const struct smi_signature *sig,
                        struct smi_signed_hash *hash)
{
    if (!smi_grow(&judge->context->mem, &judge->verdicts, &judge->verdict_room,
                  judge->verdict_count + 1, sizeof *judge->verdicts))
        return smi_nomem(judge->context);
    struct secmail_verdict *v = &judge->verdicts[judge->verdict_count++];
    *v = (struct secmail_verdict){.time = sig->created, .text = sig->type == SMI_SIG_TEXT};
    return judge_one(judge, v, sig, hash);
}

size_t smi_judge_good_count(const struct smi_judge *judge)
{
    size_t n = 0;
    for (size_t i = 0; i < judge->verdict_count; i++)
        n += judge->verdicts[i].status == SECMAIL_VERDICT_GOOD;
    return n;
}

const struct secmail_verdict *smi_judge_verdict(const struct smi_judge *judge, size_t index)
{
    return index < judge->verdict_count ? &judge->verdicts[index] : NULL;
}

/* ---------------------------------------------------------------- verdicts */

uint32_t secmail_verdict_status(const struct secmail_verdict *verdict)
{
    return verdict ? verdict->status : 0;
}

int64_t secmail_verdict_time(const struct secmail_verdict *verdict)
{
    return verdict ? verdict->time : -1;
}

int secmail_verdict_is_text(const struct secmail_verdict *verdict)
{
    return verdict && verdict->text;
}

const char *secmail_verdict_key(const struct secmail_verdict *verdict)
{
    return verdict ? verdict->key : "";
}

struct secmail_cert *secmail_verdict_cert(const struct secmail_verdict *verdict)
{
    return verdict ? verdict->cert : NULL;
}

size_t secmail_verdict_reason_count(const struct secmail_verdict *verdict)
{
    return verdict ? verdict->reason_count : 0;
}

uint32_t secmail_verdict_reason(const struct secmail_verdict *verdict, size_t index)
{
    return verdict && index < verdict->reason_count ? verdict->reasons[index].code : 0;
}

const char *secmail_verdict_reason_text(const struct secmail_verdict *verdict, size_t index)
{
    return verdict && index < verdict->reason_count ? verdict->reasons[index].text : NULL;
}
