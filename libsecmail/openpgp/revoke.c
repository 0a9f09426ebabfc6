/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "revoke.h"

#include "self_signature.h"
#include "user_id.h"

int smi_revocation_check(struct secmail_context *context, uint32_t reason, const char *text)
{
    if (reason > SECMAIL_REVOKED_RETIRED && reason != SECMAIL_REVOKED_USER_ID)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "%u is not a reason for revocation", reason);
    return text ? smi_text_check(context, text, "the text of a revocation") : 0;
}

int smi_key_revocation_check(struct secmail_context *context, uint32_t reason, const char *text)
{
    if (reason == SECMAIL_REVOKED_USER_ID)
        return smi_fail(context, SECMAIL_E_ARGUMENT,
                        "SECMAIL_REVOKED_USER_ID is a reason for user IDs, not for keys");
    return smi_revocation_check(context, reason, text);
}

int smi_revocation_put(struct secmail_context *context, const struct smi_signer *signer,
                       uint8_t type, const struct smi_signed_object *object,
                       const struct smi_revocation *revocation, uint32_t created,
                       struct smi_buf *packets)
{
    struct smi_buf hashed = smi_buf_open(&context->mem), reason = smi_buf_open(&context->mem);
    smi_self_begin(&hashed, signer->public_key, created);
    smi_put_u8(&reason, revocation->reason);
    if (revocation->text)
        smi_put_text(&reason, revocation->text);
    smi_put_subpacket(&hashed, SMI_SUB_REVOCATION_REASON, reason.data, reason.size);
    if (reason.error)
        hashed.error = reason.error;
    if (revocation->local)
        smi_self_local(&hashed);
    smi_buf_free(&reason);
    return smi_self_sign(context, signer, type, &hashed, object, packets);
}

static int revocation_packets(struct secmail_context *context, const struct secmail_key *key,
                              const struct smi_revocation *revocation, struct smi_buf *packets)
{
    const struct smi_component *primary = &key->cert->components[0];
    const struct smi_signed_object object = {.primary = &primary->key};
    struct smi_signer signer;
    uint32_t now;
    int rc = smi_key_signer(context, key, 0, &signer);
    if (!rc)
        rc = smi_signing_time(context, &primary->key, &now);
    if (rc)
        return rc;
    smi_put_packet(packets, primary->tag, primary->body, primary->body_size);
    return smi_revocation_put(context, &signer, SMI_SIG_KEY_REVOCATION, &object, revocation, now,
                              packets);
}

int secmail_key_revocation(struct secmail_context *context, const struct secmail_key *key,
                           uint32_t reason, const char *text, struct secmail_cert **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!key)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_key_revocation: key is NULL");
    rc = smi_key_revocation_check(context, reason, text);
    if (rc)
        return rc;
    const struct smi_revocation revocation = {.reason = (uint8_t)reason, .text = text};
    struct smi_buf packets = smi_buf_open(&context->mem);
    rc = revocation_packets(context, key, &revocation, &packets);
    if (!rc)
        rc = smi_cert_new(context, out, packets.data, packets.size);
    smi_buf_free(&packets);
    return rc;
}
