/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verification of detached signatures. Each signature has a hash of its own, since algorithm, mode
 * and salt differ. */
#include "codec/armor.h"
#include "crypto/init.h"
#include "judge.h"

struct pending {
    uint8_t *body; /* what the signature points into */
    size_t body_size;
    struct smi_signature sig;
    struct smi_signed_hash hash; /* closed if the signature can't be checked */
};

struct secmail_verify {
    struct secmail_context *context;
    struct smi_judge judge;
    struct pending *pending;
    size_t count, room;
    enum { COLLECTING, HASHING, FINISHED } state;
};

int secmail_verify_new(struct secmail_context *context, struct secmail_verify **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    rc = smi_crypto_init(context);
    if (rc)
        return rc;
    struct secmail_verify *verify = smi_zalloc(&context->mem, sizeof *verify);
    if (!verify)
        return smi_nomem(context);
    verify->context = context;
    smi_judge_open(&verify->judge, context);
    *out = verify;
    return 0;
}

static void pending_free(const struct secmail_allocator *mem, struct pending *p)
{
    smi_signed_hash_close(&p->hash);
    smi_free(mem, p->body, p->body_size);
}

void secmail_verify_free(struct secmail_verify *verify)
{
    if (!verify)
        return;
    const struct secmail_allocator *mem = &verify->context->mem;
    for (size_t i = 0; i < verify->count; i++)
        pending_free(mem, &verify->pending[i]);
    smi_free(mem, verify->pending, verify->room * sizeof *verify->pending);
    smi_judge_close(&verify->judge);
    smi_free(mem, verify, sizeof *verify);
}

/* Begins a public call that is allowed up to a state. */
static int enter(struct secmail_verify *verify, int last_state, const char *call)
{
    if (!verify)
        return SECMAIL_E_ARGUMENT;
    smi_enter(verify->context);
    if ((int)verify->state <= last_state)
        return 0;
    return smi_fail(verify->context, SECMAIL_E_STATE, "%s comes too late: %s", call,
                    verify->state == FINISHED ? "the verification is finished"
                                              : "data was hashed already");
}

int secmail_verify_set_policy(struct secmail_verify *verify, struct secmail_policy *policy)
{
    int rc = enter(verify, COLLECTING, "secmail_verify_set_policy");
    if (rc)
        return rc;
    if (verify->count)
        return smi_fail(verify->context, SECMAIL_E_STATE,
                        "secmail_verify_set_policy must come before the signatures");
    if (!policy)
        return smi_fail(verify->context, SECMAIL_E_ARGUMENT, "the policy is NULL");
    smi_judge_set_policy(&verify->judge, policy);
    return 0;
}

int secmail_verify_add_cert(struct secmail_verify *verify, struct secmail_cert *cert)
{
    int rc = enter(verify, HASHING, "secmail_verify_add_cert");
    if (rc)
        return rc;
    if (!cert)
        return smi_fail(verify->context, SECMAIL_E_ARGUMENT, "the certificate is NULL");
    return smi_judge_add_cert(&verify->judge, cert);
}

static int open_hash(struct secmail_context *context, struct pending *p)
{
    if (p->sig.problem)
        return 0;
    return smi_signed_hash_open(context, &p->hash, p->sig.hash, p->sig.type == SMI_SIG_TEXT,
                                p->sig.salt, p->sig.salt_size);
}

static int add_signature(struct secmail_verify *verify, const struct smi_cursor *body)
{
    struct secmail_context *context = verify->context;
    if (verify->count >= smi_limit(context, SECMAIL_LIMIT_MESSAGE_SIGNATURES))
        return smi_over_limit(context, SECMAIL_LIMIT_MESSAGE_SIGNATURES);
    if (!smi_grow(&context->mem, &verify->pending, &verify->room, verify->count + 1,
                  sizeof *verify->pending))
        return smi_nomem(context);
    struct pending *p = &verify->pending[verify->count];
    *p = (struct pending){.body = smi_alloc(&context->mem, body->size), .body_size = body->size};
    if (!p->body)
        return smi_nomem(context);
    memcpy(p->body, body->data, body->size);
    smi_signature_read(&p->sig, p->body, p->body_size);
    int rc = open_hash(context, p);
    if (rc) {
        pending_free(&context->mem, p);
        return rc;
    }
    verify->count++;
    return 0;
}

static int add_packets(struct secmail_verify *verify, struct smi_cursor in)
{
    const size_t before = verify->count;
    for (;;) {
        struct smi_packet packet;
        struct smi_cursor body;
        int rc = smi_packet_next(verify->context, &in, &packet, &body);
        if (rc)
            return rc;
        if (packet.tag == SMI_TAG_NONE)
            break;
        if (packet.tag == SMI_TAG_MARKER || packet.tag == SMI_TAG_PADDING ||
            packet.tag >= SMI_TAG_FIRST_NON_CRITICAL)
            continue;
        if (packet.tag != SMI_TAG_SIGNATURE)
            return smi_fail(verify->context, SECMAIL_E_MALFORMED,
                            "a %s stands among the detached signatures; only signature packets "
                            "may (RFC 9580 section 10.4)",
                            smi_tag_name(packet.tag));
        rc = add_signature(verify, &body);
        if (rc)
            return rc;
    }
    return verify->count > before
               ? 0
               : smi_fail(verify->context, SECMAIL_E_NO_DATA, "there is no signature in the data");
}

int secmail_verify_add_signatures(struct secmail_verify *verify, const uint8_t *data, size_t size)
{
    int rc = enter(verify, COLLECTING, "secmail_verify_add_signatures");
    if (rc)
        return rc;
    if (!data && size)
        return smi_fail(verify->context, SECMAIL_E_ARGUMENT, "the signature data is NULL");
    struct smi_binary binary;
    const size_t before = verify->count;
    rc = smi_binary_open(verify->context, &binary, data, size, 1 << SMI_ARMOR_SIGNATURE);
    if (rc)
        return rc;
    rc = add_packets(verify, smi_cursor(binary.data, binary.size));
    smi_binary_close(&binary);
    while (rc && verify->count > before) /* all or none */
        pending_free(&verify->context->mem, &verify->pending[--verify->count]);
    return rc;
}

int secmail_verify_update(struct secmail_verify *verify, const uint8_t *data, size_t size)
{
    int rc = enter(verify, HASHING, "secmail_verify_update");
    if (rc)
        return rc;
    if (!data && size)
        return smi_fail(verify->context, SECMAIL_E_ARGUMENT, "the data is NULL");
    verify->state = HASHING;
    for (size_t i = 0; size && i < verify->count; i++) {
        if (verify->pending[i].hash.hash.handle)
            smi_signed_hash_update(&verify->pending[i].hash, data, size);
    }
    return 0;
}

int secmail_verify_finish(struct secmail_verify *verify)
{
    int rc = enter(verify, HASHING, "secmail_verify_finish");
    if (rc)
        return rc;
    if (!verify->count)
        return smi_fail(verify->context, SECMAIL_E_NO_DATA, "no signature was given to verify");
    verify->state = FINISHED;
    for (size_t i = 0; i < verify->count && !rc; i++)
        rc = smi_judge_signature(&verify->judge, &verify->pending[i].sig, &verify->pending[i].hash);
    return rc;
}

size_t secmail_verify_good_count(const struct secmail_verify *verify)
{
    return verify ? smi_judge_good_count(&verify->judge) : 0;
}

size_t secmail_verify_verdict_count(const struct secmail_verify *verify)
{
    return verify ? verify->judge.verdict_count : 0;
}

const struct secmail_verdict *secmail_verify_verdict(const struct secmail_verify *verify,
                                                     size_t index)
{
    return verify ? smi_judge_verdict(&verify->judge, index) : NULL;
}
