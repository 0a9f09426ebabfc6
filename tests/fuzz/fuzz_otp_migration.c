/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * otpauth-migration URIs. An input that begins as one is read as it is; any other is the payload of
 * one. The keys that were read are exported and imported again.
 */
#include "fuzz.h"

#include "codec/base64.h"

#include <secmail/otp.h>

#define SCHEME "otpauth-migration://offline?data="

/* The text to read; "+" and "/" stand in it as they are. */
static char *make_text(const uint8_t *data, size_t size)
{
    const bool is_text = size >= 8 && memcmp(data, SCHEME, 8) == 0;
    const size_t length = is_text ? size : sizeof SCHEME - 1 + smi_base64_size(size);
    char *text = fuzz_alloc(length + 1);
    text[length] = '\0';
    if (is_text) {
        memcpy(text, data, size);
        return text;
    }
    memcpy(text, SCHEME, sizeof SCHEME - 1);
    smi_base64_encode(text + sizeof SCHEME - 1, data, size);
    return text;
}

static struct secmail_otp_migration *begin(struct secmail_context *context)
{
    struct secmail_otp_migration *m;
    FUZZ_CHECK(secmail_otp_migration_new(context, &m) == 0);
    return m;
}

static void check_same(const struct secmail_otp_migration *a, const struct secmail_otp_migration *b)
{
    const size_t count = secmail_otp_migration_key_count(a);
    FUZZ_CHECK(count == secmail_otp_migration_key_count(b));
    for (size_t i = 0; i < count; i++) {
        const struct secmail_otp_key *x = secmail_otp_migration_key(a, i);
        const struct secmail_otp_key *y = secmail_otp_migration_key(b, i);
        FUZZ_CHECK(secmail_secret_equal(secmail_otp_key_secret(x), secmail_otp_key_secret(y)));
        FUZZ_CHECK(secmail_otp_key_digits(x) == secmail_otp_key_digits(y));
        FUZZ_CHECK(secmail_otp_key_type(x) == secmail_otp_key_type(y));
        FUZZ_CHECK(secmail_otp_key_algorithm(x) == secmail_otp_key_algorithm(y));
    }
}

static void check_round_trip(struct secmail_context *context, const struct secmail_otp_migration *m)
{
    struct secmail_otp_migration *out = begin(context), *in = begin(context);
    for (size_t i = 0; i < secmail_otp_migration_key_count(m); i++)
        FUZZ_CHECK(secmail_otp_migration_add(out, secmail_otp_migration_key(m, i)) == 0);
    for (size_t i = 0; i < secmail_otp_migration_uri_count(out); i++) {
        struct secmail_bytes *uri;
        FUZZ_CHECK(secmail_otp_migration_uri(out, i, &uri) == 0);
        FUZZ_CHECK(secmail_otp_migration_read(in, (const char *)secmail_bytes_data(uri)) == 0);
        secmail_bytes_free(uri);
    }
    FUZZ_CHECK(secmail_otp_migration_missing(in) == 0);
    FUZZ_CHECK(secmail_otp_migration_skipped(in) == 0);
    check_same(out, in);
    secmail_otp_migration_free(out);
    secmail_otp_migration_free(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct secmail_context *context;
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    struct secmail_otp_migration *m = begin(context);
    char *text = make_text(data, size);
    const int rc = secmail_otp_migration_read(m, text);
    FUZZ_CHECK(rc == 0 || rc == SECMAIL_E_OTP_MIGRATION);
    FUZZ_CHECK(secmail_context_error_code(context) == rc);
    FUZZ_CHECK(!rc == (secmail_otp_migration_parts(m) > 0));
    FUZZ_CHECK(secmail_otp_migration_missing(m) + !rc == secmail_otp_migration_parts(m));
    const size_t count = secmail_otp_migration_key_count(m);
    FUZZ_CHECK(count <= 1000 && (!rc || !count));
    FUZZ_CHECK(secmail_otp_migration_read(m, text) == rc);
    FUZZ_CHECK(secmail_otp_migration_key_count(m) == count); /* the same part counts once */
    check_round_trip(context, m);
    free(text);
    secmail_otp_migration_free(m);
    secmail_context_free(context);
    return 0;
}
