/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policies as text: what is read is written in a form that is read as the same. */
#include "fuzz.h"

#include <secmail/verify.h>

static struct secmail_bytes *print(struct secmail_context *context, struct secmail_policy *policy)
{
    struct secmail_bytes *text;
    FUZZ_CHECK(secmail_policy_print(context, policy, &text) == 0);
    return text;
}

static void check_round_trip(struct secmail_context *context, struct secmail_policy *policy)
{
    struct secmail_policy *again;
    struct secmail_bytes *first = print(context, policy);
    FUZZ_CHECK(secmail_policy_parse(context, &again, secmail_bytes_data(first),
                                    secmail_bytes_size(first)) == 0);
    struct secmail_bytes *second = print(context, again);
    FUZZ_CHECK(secmail_bytes_size(first) == secmail_bytes_size(second));
    FUZZ_CHECK(memcmp(secmail_bytes_data(first), secmail_bytes_data(second),
                      secmail_bytes_size(first)) == 0);
    secmail_bytes_free(first);
    secmail_bytes_free(second);
    secmail_policy_unref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct secmail_context *context;
    struct secmail_policy *policy;
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    const int rc = secmail_policy_parse(context, &policy, data, size);
    FUZZ_CHECK(!rc == (policy != NULL));
    FUZZ_CHECK(!rc || rc == SECMAIL_E_POLICY_TEXT);
    if (policy)
        check_round_trip(context, policy);
    secmail_policy_unref(policy);
    secmail_context_free(context);
    return 0;
}
