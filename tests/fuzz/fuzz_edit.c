/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changes to any secret key that can be read: whatever stands in its old signatures, what comes of
 * it can be read again, and the key itself stays as it is. The first byte chooses the changes.
 */
#include "fuzz.h"

#include <secmail/openpgp.h>

static int64_t fixed_time(void *user)
{
    (void)user;
    return INT64_C(1767225600);
}

static int counting_random(void *user, uint8_t *out, size_t size)
{
    uint8_t *next = user;
    for (size_t i = 0; i < size; i++)
        out[i] = (*next)++;
    return 0;
}

static struct secmail_bytes *export(struct secmail_context *context, const struct secmail_key *key)
{
    struct secmail_bytes *bytes;
    FUZZ_CHECK(secmail_key_export(context, key, 0, &bytes) == 0);
    return bytes;
}

static void check_same(struct secmail_bytes *a, struct secmail_bytes *b)
{
    FUZZ_CHECK(secmail_bytes_size(a) == secmail_bytes_size(b));
    FUZZ_CHECK(!memcmp(secmail_bytes_data(a), secmail_bytes_data(b), secmail_bytes_size(a)));
    secmail_bytes_free(a);
    secmail_bytes_free(b);
}

static void wish(struct secmail_key_edit *edit, const struct secmail_cert *cert, uint8_t wishes)
{
    const size_t keys = secmail_cert_key_count(cert);
    for (size_t i = 0; wishes & 1 && i < keys; i++)
        secmail_key_edit_set_expiry(edit, i, INT64_C(1800000000));
    if (wishes & 2)
        FUZZ_CHECK(secmail_key_edit_add_user_id(edit, "Alice") == 0);
    if (wishes & 4 && secmail_cert_user_id_count(cert))
        FUZZ_CHECK(secmail_key_edit_set_primary_user_id(edit, 0) == 0);
    if (wishes & 8 && secmail_cert_user_id_count(cert))
        FUZZ_CHECK(secmail_key_edit_revoke_user_id(edit, 0, "gone") == 0);
    if (wishes & 16)
        FUZZ_CHECK(secmail_key_edit_add_subkey(edit, SECMAIL_KEY_SIGN, -1) == 0);
    if (wishes & 32)
        FUZZ_CHECK(secmail_key_edit_revoke_key(edit, keys - 1, SECMAIL_REVOKED_RETIRED, "") == 0);
    if (wishes & 64)
        FUZZ_CHECK(secmail_key_edit_refresh(edit, wishes & 128) == 0);
}

static void check_edit(struct secmail_context *context, struct secmail_key *key, uint8_t wishes)
{
    struct secmail_key_edit *edit;
    struct secmail_key *changed, *again;
    struct secmail_bytes *before = export(context, key);
    FUZZ_CHECK(secmail_key_edit_new(context, &edit, key) == 0);
    wish(edit, secmail_key_cert(key), wishes);
    const int rc = secmail_key_edit_run(edit, &changed);
    FUZZ_CHECK((rc == 0) == (changed != NULL));
    FUZZ_CHECK(secmail_context_error_code(context) == rc);
    secmail_key_edit_free(edit);
    check_same(export(context, key), before);
    if (rc)
        return;
    struct secmail_bytes *after = export(context, changed);
    FUZZ_CHECK(secmail_key_parse(context, &again, secmail_bytes_data(after),
                                 secmail_bytes_size(after)) == 0);
    check_same(export(context, again), after);
    secmail_key_unref(again);
    secmail_key_unref(changed);
}

static void check_certify(struct secmail_context *context, struct secmail_key *key,
                          struct secmail_cert *cert)
{
    struct secmail_certify *certify;
    struct secmail_cert *certified, *back;
    FUZZ_CHECK(secmail_certify_new(context, &certify, key) == 0);
    FUZZ_CHECK(secmail_certify_allow_any_user_id(certify, 1) == 0);
    const int rc = secmail_certify_user_id(certify, cert, "Alice", &certified);
    FUZZ_CHECK((rc == 0) == (certified != NULL));
    if (!rc)
        FUZZ_CHECK(secmail_certify_revoke_user_id(certify, certified, "Alice", 0, NULL, &back) ==
                   0);
    if (!rc)
        secmail_cert_unref(back);
    secmail_cert_unref(certified);
    secmail_certify_free(certify);
}

static struct secmail_key *own_key(struct secmail_context *context)
{
    struct secmail_generator *generator;
    struct secmail_key *key;
    FUZZ_CHECK(secmail_generator_new(context, &generator) == 0);
    FUZZ_CHECK(secmail_generator_run(generator, &key) == 0);
    secmail_generator_free(generator);
    return key;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct secmail_context *context;
    struct secmail_key *key;
    uint8_t random = 0;
    if (!size)
        return 0;
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    FUZZ_CHECK(secmail_context_set_clock(context, fixed_time, NULL) == 0);
    FUZZ_CHECK(secmail_context_set_random(context, counting_random, &random) == 0);
    if (secmail_key_parse(context, &key, data + 1, size - 1) == 0) {
        struct secmail_key *own = own_key(context);
        check_edit(context, key, data[0]);
        check_certify(context, own, secmail_key_cert(key));
        secmail_key_unref(own);
    }
    secmail_key_unref(key);
    secmail_context_free(context);
    return 0;
}
