/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private keys in DER: what is read can be written and read again, and its record be made. */
#include "fuzz.h"

#include <secmail/mailauth.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct secmail_context *context;
    struct secmail_dkim_key *key, *again;
    struct secmail_secret *der;
    struct secmail_bytes *record;
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    const int rc = secmail_dkim_key_read(context, &key, data, size);
    FUZZ_CHECK(rc == 0 || rc == SECMAIL_E_MAILAUTH_KEY);
    if (!rc) {
        FUZZ_CHECK(secmail_dkim_key_write(context, key, &der) == 0);
        FUZZ_CHECK(secmail_dkim_key_read(context, &again, secmail_secret_data(der),
                                         secmail_secret_size(der)) == 0);
        FUZZ_CHECK(secmail_dkim_key_bits(key) == secmail_dkim_key_bits(again));
        FUZZ_CHECK(secmail_dkim_key_record(context, again, &record) == 0);
        secmail_bytes_free(record);
        secmail_secret_free(der);
        secmail_dkim_key_unref(again);
    }
    secmail_dkim_key_unref(key);
    secmail_context_free(context);
    return 0;
}
