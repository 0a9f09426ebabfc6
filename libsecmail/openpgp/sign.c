/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Detached signatures. */
#include "codec/armor.h"
#include "codec/utf8.h"
#include "crypto/init.h"
#include "signer.h"

struct secmail_sign {
    struct secmail_context *context;
    struct secmail_policy *policy;
    bool armored, text;
    struct smi_document_signature *signers;
    size_t signer_count, signer_room;
    struct smi_utf8 utf8;
    enum { SETTING_UP, HASHING, FINISHED } state;
};

int secmail_sign_new(struct secmail_context *context, struct secmail_sign **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    rc = smi_crypto_init(context);
    if (rc)
        return rc;
    *out = smi_zalloc(&context->mem, sizeof **out);
    if (!*out)
        return smi_nomem(context);
    (*out)->context = context;
    return 0;
}

void secmail_sign_free(struct secmail_sign *sign)
{
    if (!sign)
        return;
    const struct secmail_allocator mem = sign->context->mem;
    for (size_t i = 0; i < sign->signer_count; i++)
        smi_document_signature_close(&sign->signers[i]);
    smi_free(&mem, sign->signers, sign->signer_room * sizeof *sign->signers);
    secmail_policy_unref(sign->policy);
    smi_free(&mem, sign, sizeof *sign);
}

/* Begins a call that is allowed up to a state; settings also have to come before the signers. */
static int enter(struct secmail_sign *sign, int last_state, bool before_signers, const char *call)
{
    if (!sign)
        return SECMAIL_E_ARGUMENT;
    smi_enter(sign->context);
    if ((int)sign->state > last_state)
        return smi_fail(sign->context, SECMAIL_E_STATE, "%s comes too late", call);
    if (before_signers && sign->signer_count)
        return smi_fail(sign->context, SECMAIL_E_STATE, "%s must come before the signers", call);
    return 0;
}

int secmail_sign_set_policy(struct secmail_sign *sign, struct secmail_policy *policy)
{
    int rc = enter(sign, SETTING_UP, true, "secmail_sign_set_policy");
    if (rc)
        return rc;
    if (!policy)
        return smi_fail(sign->context, SECMAIL_E_ARGUMENT, "the policy is NULL");
    secmail_policy_unref(sign->policy);
    sign->policy = secmail_policy_ref(policy);
    return 0;
}

int secmail_sign_set_armor(struct secmail_sign *sign, int armor)
{
    int rc = enter(sign, SETTING_UP, false, "secmail_sign_set_armor");
    if (!rc)
        sign->armored = armor != 0;
    return rc;
}

int secmail_sign_set_text(struct secmail_sign *sign, int text)
{
    int rc = enter(sign, SETTING_UP, true, "secmail_sign_set_text");
    if (!rc)
        sign->text = text != 0;
    return rc;
}

int secmail_sign_add_signer(struct secmail_sign *sign, struct secmail_key *key)
{
    int rc = enter(sign, SETTING_UP, false, "secmail_sign_add_signer");
    if (rc)
        return rc;
    if (!key)
        return smi_fail(sign->context, SECMAIL_E_ARGUMENT, "the key is NULL");
    if (!sign->policy)
        rc = secmail_policy_standard(sign->context, &sign->policy);
    if (rc)
        return rc;
    if (!smi_grow(&sign->context->mem, &sign->signers, &sign->signer_room, sign->signer_count + 1,
                  sizeof *sign->signers))
        return smi_nomem(sign->context);
    rc = smi_document_signature_open(sign->context, &sign->signers[sign->signer_count], key,
                                     sign->policy, sign->text);
    if (!rc)
        sign->signer_count++;
    return rc;
}

int secmail_sign_update(struct secmail_sign *sign, const uint8_t *data, size_t size)
{
    int rc = enter(sign, HASHING, false, "secmail_sign_update");
    if (rc)
        return rc;
    if (!data && size)
        return smi_fail(sign->context, SECMAIL_E_ARGUMENT, "the data is NULL");
    sign->state = HASHING;
    if (sign->text && !smi_utf8_update(&sign->utf8, data, size)) {
        sign->state = FINISHED;
        return smi_fail(sign->context, SECMAIL_E_EXPECTED_TEXT, "the data is not UTF-8");
    }
    for (size_t i = 0; size && i < sign->signer_count; i++)
        smi_signed_hash_update(&sign->signers[i].hash, data, size);
    return 0;
}

static int put_signatures(struct secmail_sign *sign, struct smi_buf *b)
{
    int rc = 0;
    for (size_t i = 0; i < sign->signer_count && !rc; i++)
        rc = smi_document_signature_finish(sign->context, &sign->signers[i], NULL, 0, b);
    return rc;
}

int secmail_sign_finish(struct secmail_sign *sign, struct secmail_bytes **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    int rc = enter(sign, HASHING, false, "secmail_sign_finish");
    if (rc)
        return rc;
    if (!sign->signer_count)
        return smi_fail(sign->context, SECMAIL_E_NO_SIGNER, "there is no key to sign with");
    sign->state = FINISHED;
    if (!smi_utf8_complete(&sign->utf8))
        return smi_fail(sign->context, SECMAIL_E_EXPECTED_TEXT,
                        "the data ends inside a UTF-8 character");
    struct smi_buf b = smi_buf_open(&sign->context->mem);
    rc = put_signatures(sign, &b);
    if (!rc)
        return smi_export(sign->context, &b, sign->armored, SMI_ARMOR_SIGNATURE, out);
    smi_buf_free(&b);
    return rc;
}

/* "micalg" is "pgp-" and the name of section 9.5 in lower case (RFC 3156 section 5). */
static const char *micalg(uint8_t hash)
{
    switch (hash) {
    case SMI_SHA256:
        return "pgp-sha256";
    case SMI_SHA384:
        return "pgp-sha384";
    case SMI_SHA512:
        return "pgp-sha512";
    default:
        return "";
    }
}

const char *secmail_sign_micalg(const struct secmail_sign *sign)
{
    if (!sign || !sign->signer_count)
        return "";
    const uint8_t hash = sign->signers[0].hash.hash.algo;
    for (size_t i = 1; i < sign->signer_count; i++) {
        if (sign->signers[i].hash.hash.algo != hash)
            return "";
    }
    return micalg(hash);
}
