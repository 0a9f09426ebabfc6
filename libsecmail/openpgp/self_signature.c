/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Self-signatures. Which of them a new key has is in generate.c; edit.c replaces them. */
#include "self_signature.h"

#include "crypto/cipher.h"

void smi_self_begin(struct smi_buf *hashed, const struct smi_public_key *issuer, uint32_t created)
{
    smi_put_subpacket_u32(hashed, SMI_SUB_CREATED | SMI_SUB_CRITICAL, created);
    smi_put_issuer(hashed, issuer);
}

void smi_self_flags(struct smi_buf *hashed, uint8_t flags)
{
    smi_put_subpacket(hashed, SMI_SUB_KEY_FLAGS | SMI_SUB_CRITICAL, &flags, 1);
}

void smi_self_lifetime(struct smi_buf *hashed, uint32_t seconds)
{
    if (seconds)
        smi_put_subpacket_u32(hashed, SMI_SUB_KEY_EXPIRES | SMI_SUB_CRITICAL, seconds);
}

void smi_self_local(struct smi_buf *hashed)
{
    smi_put_subpacket(hashed, SMI_SUB_EXPORTABLE | SMI_SUB_CRITICAL, (const uint8_t[]){0}, 1);
}

uint8_t smi_self_features(uint8_t version)
{
    return version == 6 ? SMI_FEATURE_SEIPDV1 | SMI_FEATURE_SEIPDV2 : SMI_FEATURE_SEIPDV1;
}

void smi_self_preferences(struct smi_buf *hashed, uint8_t version)
{
    static const uint8_t ciphers[] = {SMI_AES256, SMI_AES192, SMI_AES128};
    static const uint8_t hashes[] = {SMI_SHA256, SMI_SHA512, SMI_SHA384};
    static const uint8_t compression[] = {0};
    static const uint8_t suites[] = {SMI_AES256, SMI_OCB, SMI_AES128, SMI_OCB};
    smi_put_subpacket(hashed, SMI_SUB_PREFERRED_CIPHERS, ciphers, sizeof ciphers);
    smi_put_subpacket(hashed, SMI_SUB_PREFERRED_HASHES, hashes, sizeof hashes);
    smi_put_subpacket(hashed, SMI_SUB_PREFERRED_COMPRESSION, compression, sizeof compression);
    if (version == 6)
        smi_put_subpacket(hashed, SMI_SUB_PREFERRED_AEAD, suites, sizeof suites);
    const uint8_t features = smi_self_features(version);
    smi_put_subpacket(hashed, SMI_SUB_FEATURES, &features, 1);
}

int smi_self_back_signature(struct secmail_context *context, struct smi_buf *hashed,
                            const struct smi_signer *subkey, const struct smi_signed_object *object,
                            uint32_t created)
{
    struct smi_buf inner = smi_buf_open(&context->mem), body = smi_buf_open(&context->mem);
    smi_self_begin(&inner, subkey->public_key, created);
    int rc = smi_sign_object(context, subkey, SMI_SIG_PRIMARY_BINDING, &inner, object, &body);
    if (!rc)
        smi_put_subpacket(hashed, SMI_SUB_EMBEDDED, body.data, body.size);
    smi_buf_free(&inner);
    smi_buf_free(&body);
    return rc;
}

int smi_self_sign(struct secmail_context *context, const struct smi_signer *signer, uint8_t type,
                  struct smi_buf *hashed, const struct smi_signed_object *object,
                  struct smi_buf *packets)
{
    struct smi_buf body = smi_buf_open(&context->mem);
    int rc = smi_sign_object(context, signer, type, hashed, object, &body);
    if (!rc)
        smi_put_packet(packets, SMI_TAG_SIGNATURE, body.data, body.size);
    if (!rc && packets->error)
        rc = smi_nomem(context);
    smi_buf_free(&body);
    smi_buf_free(hashed);
    return rc;
}
