/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* otpauth URIs: what is read obeys all bounds, and what is written of it is read as the same. */
#include "fuzz.h"

#include <secmail/otp.h>

static void check_bounds(struct secmail_otp_key *key)
{
    char code[9];
    const size_t size = secmail_secret_size(secmail_otp_key_secret(key));
    const uint32_t digits = secmail_otp_key_digits(key);
    FUZZ_CHECK(size >= 1 && size <= SECMAIL_OTP_MAX_SECRET);
    FUZZ_CHECK(digits >= SECMAIL_OTP_MIN_DIGITS && digits <= SECMAIL_OTP_MAX_DIGITS);
    FUZZ_CHECK(secmail_otp_key_period(key) > 0);
    FUZZ_CHECK(strlen(secmail_otp_key_issuer(key)) <= SECMAIL_OTP_MAX_TEXT);
    FUZZ_CHECK(strlen(secmail_otp_key_account(key)) <= SECMAIL_OTP_MAX_TEXT);
    FUZZ_CHECK(secmail_otp_key_parameter_count(key) <= SECMAIL_OTP_MAX_PARAMETERS);
    FUZZ_CHECK(secmail_otp_key_code(key, 1, code, sizeof code) == 0);
    FUZZ_CHECK(strlen(code) == digits);
}

static void check_round_trip(struct secmail_context *context, const struct secmail_otp_key *key)
{
    struct secmail_bytes *first, *second;
    struct secmail_otp_key *again;
    if (secmail_otp_key_to_uri(key, &first))
        return; /* a colon in a name, or no account */
    const char *text = (const char *)secmail_bytes_data(first);
    FUZZ_CHECK(strlen(text) == secmail_bytes_size(first));
    FUZZ_CHECK(secmail_otp_key_from_uri(context, &again, text) == 0);
    FUZZ_CHECK(secmail_otp_key_to_uri(again, &second) == 0);
    FUZZ_CHECK(strcmp(text, (const char *)secmail_bytes_data(second)) == 0);
    FUZZ_CHECK(secmail_secret_equal(secmail_otp_key_secret(key), secmail_otp_key_secret(again)));
    secmail_bytes_free(first);
    secmail_bytes_free(second);
    secmail_otp_key_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct secmail_context *context;
    struct secmail_otp_key *key;
    char *text = fuzz_alloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    const int rc = secmail_otp_key_from_uri(context, &key, text);
    FUZZ_CHECK(!rc == (key != NULL));
    FUZZ_CHECK(secmail_context_error_code(context) == rc);
    if (key) {
        check_bounds(key);
        check_round_trip(context, key);
    }
    secmail_otp_key_free(key);
    secmail_context_free(context);
    free(text);
    return 0;
}
