/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verification of detached signatures. */
#include "codec/armor.h"
#include "crypto/init.h"
#include "packet.h"
#include "signature_list.h"

struct secmail_verify {
    struct secmail_context *context;
    struct smi_judge judge;
    struct smi_signature_list signatures;
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
    smi_signature_list_open(&verify->signatures, context);
    *out = verify;
    return 0;
}

void secmail_verify_free(struct secmail_verify *verify)
{
    if (!verify)
        return;
    const struct secmail_allocator *mem = &verify->context->mem;
    smi_signature_list_close(&verify->signatures);
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
    if (verify->signatures.count)
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

int secmail_verify_add_signatures(struct secmail_verify *verify, const uint8_t *data, size_t size)
{
    int rc = enter(verify, COLLECTING, "secmail_verify_add_signatures");
    if (rc)
        return rc;
    if (!data && size)
        return smi_fail(verify->context, SECMAIL_E_ARGUMENT, "the signature data is NULL");
    struct smi_binary binary;
    rc = smi_binary_open(verify->context, &binary, data, size, 1 << SMI_ARMOR_SIGNATURE);
    if (rc)
        return rc;
    rc = smi_signature_list_read(&verify->signatures, smi_cursor(binary.data, binary.size));
    smi_binary_close(&binary);
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
    smi_signature_list_update(&verify->signatures, data, size);
    return 0;
}

int secmail_verify_finish(struct secmail_verify *verify)
{
    int rc = enter(verify, HASHING, "secmail_verify_finish");
    if (rc)
        return rc;
    if (!verify->signatures.count)
        return smi_fail(verify->context, SECMAIL_E_NO_DATA, "no signature was given to verify");
    verify->state = FINISHED;
    return smi_signature_list_judge(&verify->signatures, &verify->judge);
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
