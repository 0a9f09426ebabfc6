/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signature packets. The input is the body of one, and also a file of detached signatures. The
 * certificate is that of corpus/signature's samples: a changed signature must not become good, but
 * by changes in what no signature covers.
 */
#include "fuzz.h"

#include "verify/signature.h"

/* An Ed25519 key (version 6) and its direct-key signature, made for this target: packets in hex. */
#include "fuzz_signature_cert.h"

static const char text[] = "signed text\n";

static int64_t fixed_time(void *user)
{
    (void)user;
    return INT64_C(1767225600);
}

/* What is read points into the body, and problems are told. */
static void check_body(struct secmail_context *context, const uint8_t *data, size_t size)
{
    struct smi_signature sig;
    smi_signature_read(&sig, data, size);
    if (sig.problem)
        return;
    FUZZ_CHECK(sig.version == 4 || sig.version == 6);
    FUZZ_CHECK(sig.hashed_end <= size && sig.hashed_size <= sig.hashed_end);
    FUZZ_CHECK(sig.hashed >= data && sig.hashed + sig.hashed_size <= data + size);
    FUZZ_CHECK(sig.created >= 0);
    FUZZ_CHECK(smi_hash_size(sig.hash) > 0);
    FUZZ_CHECK(sig.version == 4 ? sig.salt_size == 0 : sig.salt_size == smi_salt_size(sig.hash));
    FUZZ_CHECK(!sig.issuer_fp || sig.issuer_fp_size == 20 || sig.issuer_fp_size == 32);
    if (sig.embedded.data)
        check_body(context, sig.embedded.data, sig.embedded.size);
    struct smi_public_key key = {.version = sig.version, .algo = sig.pk, .use = SMI_USE_SIGN};
    key.body = data;
    key.body_size = size < 100 ? size : 100;
    smi_signature_is_for(&sig, &key);
    smi_signature_may_be_by(&sig, &key);
    struct smi_signed_object object = {
        .primary = &key, .subkey = &key, .id = data, .id_size = size};
    bool good = true;
    FUZZ_CHECK(smi_signature_check_object(context, &sig, &key, &object, &good) == 0);
    FUZZ_CHECK(!good); /* the key is a point of small order */
}

static void check_verdict(const struct secmail_verdict *v)
{
    const uint32_t status = secmail_verdict_status(v);
    FUZZ_CHECK(status >= SECMAIL_VERDICT_GOOD && status <= SECMAIL_VERDICT_REJECTED);
    FUZZ_CHECK(secmail_verdict_reason_count(v) >= 1);
    FUZZ_CHECK((status == SECMAIL_VERDICT_GOOD) ==
               (secmail_verdict_reason(v, 0) == SECMAIL_REASON_VALID));
    FUZZ_CHECK(*secmail_verdict_reason_text(v, 0));
    FUZZ_CHECK(strlen(secmail_verdict_key(v)) <= 64);
    FUZZ_CHECK(secmail_verdict_time(v) >= -1);
    FUZZ_CHECK(status != SECMAIL_VERDICT_GOOD || secmail_verdict_cert(v) != NULL);
}

static size_t verify(struct secmail_context *context, struct secmail_cert *cert,
                     const uint8_t *data, size_t size, const char *signed_text, size_t *good)
{
    struct secmail_verify *v;
    FUZZ_CHECK(secmail_verify_new(context, &v) == 0);
    FUZZ_CHECK(secmail_verify_add_cert(v, cert) == 0);
    const int rc = secmail_verify_add_signatures(v, data, size);
    FUZZ_CHECK(secmail_context_error_code(context) == rc);
    FUZZ_CHECK(secmail_verify_update(v, (const uint8_t *)signed_text, strlen(signed_text)) == 0);
    FUZZ_CHECK(secmail_verify_finish(v) == (rc ? SECMAIL_E_NO_DATA : 0));
    const size_t count = secmail_verify_verdict_count(v);
    FUZZ_CHECK((count > 0) == (rc == 0));
    *good = secmail_verify_good_count(v);
    FUZZ_CHECK(*good <= count);
    for (size_t i = 0; i < count; i++)
        check_verdict(secmail_verify_verdict(v, i));
    secmail_verify_free(v);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct secmail_context *context;
    struct secmail_cert *cert;
    size_t good, other;
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    FUZZ_CHECK(secmail_context_set_clock(context, fixed_time, NULL) == 0);
    FUZZ_CHECK(secmail_cert_parse(context, &cert, certificate, sizeof certificate) == 0);
    check_body(context, data, size);
    /* Whatever is good for a text isn't for another one. */
    const size_t count = verify(context, cert, data, size, text, &good);
    FUZZ_CHECK(verify(context, cert, data, size, "another text\n", &other) == count);
    FUZZ_CHECK(other == 0);
    secmail_cert_unref(cert);
    secmail_context_free(context);
    return 0;
}
