/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Authentication-Results: a value of any form, alone and in a header. */
#include "fuzz.h"

#include <secmail/mailauth.h>

static void check(const struct secmail_authres *a)
{
    FUZZ_CHECK(secmail_authres_id(a) != NULL);
    for (size_t i = 0; i < secmail_authres_count(a); i++) {
        FUZZ_CHECK(*secmail_authres_method(a, i) && *secmail_authres_result(a, i));
        for (size_t k = 0; k < secmail_authres_property_count(a, i); k++) {
            FUZZ_CHECK(*secmail_authres_property_type(a, i, k));
            FUZZ_CHECK(*secmail_authres_property_name(a, i, k));
            FUZZ_CHECK(secmail_authres_property_value(a, i, k) != NULL);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct secmail_context *context;
    struct secmail_authres *a;
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    int rc = secmail_authres_read(context, &a, data, size);
    FUZZ_CHECK(rc == 0 || rc == SECMAIL_E_MAILAUTH_FIELD);
    FUZZ_CHECK(!rc == (a != NULL));
    if (a)
        check(a);
    secmail_authres_free(a);
    rc = secmail_authres_find_trusted(context, &a, data, size, "example.com");
    FUZZ_CHECK(rc == 0 || rc == SECMAIL_E_MAILAUTH_FIELD || rc == SECMAIL_E_MAILAUTH_UNTRUSTED);
    if (a)
        check(a);
    secmail_authres_free(a);
    secmail_context_free(context);
    return 0;
}
