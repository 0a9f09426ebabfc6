/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making signatures. The packet format is in verify/signature.c. */
#include "signer.h"

#include "pk_secret.h"
#include "verify/validity.h"

int smi_packet_time(struct secmail_context *context, uint32_t *time)
{
    const int64_t now = smi_now(context);
    if (now < 0 || now > UINT32_MAX)
        return smi_fail(context, SECMAIL_E_CLOCK,
                        "the time %lld of the context's clock does not fit an OpenPGP packet",
                        (long long)now);
    *time = (uint32_t)now;
    return 0;
}

int smi_signing_time(struct secmail_context *context, const struct smi_public_key *key,
                     uint32_t *time)
{
    char date[32];
    int rc = smi_packet_time(context, time);
    if (rc || key->created <= *time)
        return rc;
    return smi_fail(context, SECMAIL_E_CLOCK,
                    "the key %s was made on %s, which is later than now; check the clock", key->hex,
                    smi_date(key->created, date));
}

/* A token may be broken, or somebody else's: nothing leaves that doesn't fit the public key. */
static int check_token(struct secmail_context *context, const struct smi_public_key *key,
                       const struct smi_buf *body, size_t start, const uint8_t *digest)
{
    struct smi_signature sig;
    smi_signature_read(&sig, body->data + start, body->size - start);
    if (smi_signature_fits(&sig, key, digest))
        return 0;
    return smi_fail(context, SECMAIL_E_TOKEN,
                    "the token of the key %s gave a signature that does not fit the key", key->hex);
}

/* Appends the body of a signature over what `hash` has taken in. The hash is used up. */
static int complete(struct secmail_context *context, const struct smi_signer *signer, uint8_t type,
                    const struct smi_buf *hashed, struct smi_hash *hash, const uint8_t *salt,
                    size_t salt_size, struct smi_buf *body)
{
    const struct smi_public_key *key = signer->public_key;
    uint8_t digest[SMI_HASH_MAX_SIZE];
    const size_t start = body->size;
    smi_signature_begin(body, key->version, type, key->algo, hash->algo, hashed);
    if (hashed->error || body->error)
        return smi_nomem(context);
    smi_signature_digest(hash, key->version, body->data + start, body->size - start, digest);
    smi_signature_end(body, key, digest, salt, salt_size);
    if (body->error)
        return smi_nomem(context);
    if (!signer->secret.token)
        return smi_pk_sign(context, key, signer->secret.secret, hash->algo, digest, body);
    int rc = smi_token_sign(context, signer->secret.token, key, hash->algo, digest, body);
    return rc ? rc : check_token(context, key, body, start, digest);
}

static int fresh_salt(struct secmail_context *context, const struct smi_public_key *key,
                      uint8_t salt[SMI_SALT_MAX], uint8_t *size)
{
    *size = key->version == 6 ? (uint8_t)smi_salt_size(smi_pk_signing_hash(key)) : 0;
    return *size ? smi_random(context, salt, *size) : 0;
}

int smi_sign_object(struct secmail_context *context, const struct smi_signer *signer, uint8_t type,
                    const struct smi_buf *hashed, const struct smi_signed_object *object,
                    struct smi_buf *body)
{
    uint8_t salt[SMI_SALT_MAX], salt_size;
    struct smi_signed_hash h;
    int rc = fresh_salt(context, signer->public_key, salt, &salt_size);
    if (!rc)
        rc = smi_signed_hash_open(context, &h, smi_pk_signing_hash(signer->public_key), false, salt,
                                  salt_size);
    if (rc)
        return rc;
    smi_signed_object_hash(&h.hash, object, signer->public_key->version);
    rc = complete(context, signer, type, hashed, &h.hash, salt, salt_size, body);
    smi_signed_hash_close(&h);
    return rc;
}

/* ---------------------------------------------------------------- signers */

int smi_key_signer(struct secmail_context *context, const struct secmail_key *key, size_t index,
                   struct smi_signer *signer)
{
    const struct smi_public_key *public_key = &smi_cert_key(key->cert, index)->key;
    const struct smi_secret_part *part = &key->parts[index];
    if (smi_secret_part_is_locked(part))
        return smi_fail(context, SECMAIL_E_KEY_LOCKED,
                        "the key %s is locked with a password; unlock it first", public_key->hex);
    const struct smi_private secret = smi_key_private(key, index);
    if (part->absent && !secret.token)
        return smi_fail(context, SECMAIL_E_SECRET_ABSENT,
                        "the secret part of the key %s is not in the file", public_key->hex);
    if (!smi_private_is_there(&secret) || !(public_key->use & SMI_USE_SIGN))
        return smi_fail(context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "the key %s (%s) can't make signatures in this build", public_key->hex,
                        smi_pk_name(public_key->algo));
    *signer = (struct smi_signer){public_key, secret};
    return 0;
}

/* ---------------------------------------------------------------- documents */

/* One that signs elsewhere: of an algorithm that this build lacks, or only verifies with. */
static bool signs_elsewhere(const struct smi_public_key *key)
{
    return !(key->use & SMI_USE_SIGN) && (key->use == SMI_USE_NONE || key->use & SMI_USE_VERIFY);
}

/* Why no key of `key` can sign: the reason of the key that came nearest. */
static int no_signing_key(struct secmail_context *context, const struct secmail_key *key,
                          const struct smi_secret_part *without, const struct smi_validity *nearest,
                          size_t nearest_index, const struct smi_public_key *unsupported)
{
    if (without && without->absent)
        return smi_fail(context, SECMAIL_E_SECRET_ABSENT,
                        "the key %s may sign only with a part whose secret is not in the file",
                        secmail_cert_fingerprint(key->cert));
    if (without)
        return smi_fail(context, SECMAIL_E_KEY_LOCKED,
                        "the key %s is locked with a password; unlock it first",
                        secmail_cert_fingerprint(key->cert));
    if (!nearest->code && unsupported)
        return smi_fail(context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "the key %s uses %s (%u), with which this build does not sign",
                        unsupported->hex, smi_pk_name(unsupported->algo), unsupported->algo);
    if (!nearest->code)
        return smi_fail(context, SECMAIL_E_CANNOT_SIGN,
                        "the key %s has no part that may sign and that this build can use",
                        secmail_cert_fingerprint(key->cert));
    char text[SMI_VALIDITY_TEXT];
    smi_validity_text(nearest, &smi_cert_key(key->cert, nearest_index)->key, text);
    return smi_fail(context, nearest->code, "%s", text);
}

static int pick_key(struct secmail_context *context, struct secmail_key *key,
                    const struct secmail_policy *policy, struct smi_signer *signer)
{
    struct smi_validity nearest = {0};
    size_t nearest_index = 0;
    const struct smi_secret_part *without = NULL; /* may sign, but its secret can't be used */
    const struct smi_public_key *unsupported = NULL;
    for (size_t i = 0; i < key->part_count; i++) {
        const struct smi_public_key *candidate = &smi_cert_key(key->cert, i)->key;
        if (!unsupported && signs_elsewhere(candidate))
            unsupported = candidate;
        if (!(candidate->use & SMI_USE_SIGN))
            continue;
        struct smi_validity v;
        int rc = smi_key_validity(context, key->cert, i, policy, secmail_policy_time(policy), &v);
        if (rc)
            return rc;
        const bool may_sign = !v.code && v.flags & SECMAIL_KEY_SIGN;
        const struct smi_private secret = smi_key_private(key, i);
        if (may_sign && smi_private_is_there(&secret)) {
            *signer = (struct smi_signer){candidate, secret};
            return 0;
        }
        if (may_sign && (!without || without->absent))
            without = &key->parts[i];
        if (v.code && !nearest.code) {
            nearest = v;
            nearest_index = i;
        }
    }
    return no_signing_key(context, key, without, &nearest, nearest_index, unsupported);
}

int smi_document_signature_open(struct secmail_context *context, struct smi_document_signature *s,
                                struct secmail_key *key, const struct secmail_policy *policy,
                                bool text)
{
    *s = (struct smi_document_signature){.type = text ? SMI_SIG_TEXT : SMI_SIG_BINARY};
    int rc = pick_key(context, key, policy, &s->signer);
    if (!rc)
        rc = fresh_salt(context, s->signer.public_key, s->salt, &s->salt_size);
    if (!rc)
        rc = smi_signed_hash_open(context, &s->hash, smi_pk_signing_hash(s->signer.public_key),
                                  text, s->salt, s->salt_size);
    if (!rc)
        s->key = secmail_key_ref(key);
    return rc;
}

void smi_document_signature_close(struct smi_document_signature *s)
{
    smi_signed_hash_close(&s->hash);
    secmail_key_unref(s->key);
    *s = (struct smi_document_signature){0};
}

void smi_document_signature_announce(const struct smi_document_signature *s, bool last,
                                     struct smi_buf *b)
{
    const struct smi_one_pass ops = {
        .version = s->signer.public_key->version == 6 ? 6 : 3,
        .type = s->type,
        .hash = s->hash.hash.algo,
        .pk = s->signer.public_key->algo,
        .salt = s->salt,
        .salt_size = s->salt_size,
        .last = last,
    };
    smi_one_pass_write(b, &ops, s->signer.public_key);
}

/* "When generating this subpacket in a version 6 signature, it SHOULD be marked as critical": it
 * isn't, since OpenPGP.js, which doesn't know it, would find the signature bad. */
static void put_recipient(struct smi_buf *b, const struct secmail_cert *cert)
{
    const struct smi_public_key *key = smi_cert_primary(cert);
    uint8_t data[33] = {key->version};
    memcpy(data + 1, key->fp, key->fp_size);
    smi_put_subpacket(b, SMI_SUB_INTENDED_RECIPIENT, data, (size_t)key->fp_size + 1);
}

int smi_document_signature_finish(struct secmail_context *context, struct smi_document_signature *s,
                                  struct secmail_cert *const *recipients, size_t count,
                                  struct smi_buf *b)
{
    uint32_t now = 0;
    int rc = smi_packet_time(context, &now);
    if (rc)
        return rc;
    struct smi_buf hashed = smi_buf_open(&context->mem), body = smi_buf_open(&context->mem);
    /* Section 5.2.3.11: "When generating this subpacket, it SHOULD be marked as critical." */
    smi_put_subpacket_u32(&hashed, SMI_SUB_CREATED | SMI_SUB_CRITICAL, now);
    smi_put_issuer(&hashed, s->signer.public_key);
    for (size_t i = 0; i < count; i++)
        put_recipient(&hashed, recipients[i]);
    rc = complete(context, &s->signer, s->type, &hashed, &s->hash.hash, s->salt, s->salt_size,
                  &body);
    if (!rc)
        smi_put_packet(b, SMI_TAG_SIGNATURE, body.data, body.size);
    if (!rc && b->error)
        rc = smi_nomem(context);
    smi_buf_free(&hashed);
    smi_buf_free(&body);
    return rc;
}
