/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Output: the same fields as lines of text or as JSON. */
#include "tool.h"

#include <string.h>
#include <time.h>

static bool first = true; /* in the object or list that is open */

static void separate(void)
{
    if (!first)
        putchar(',');
    first = false;
}

static void put_json_string(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void put_name(const struct tool *t, const char *name)
{
    if (!t->o.json) {
        printf("%s: ", name);
        return;
    }
    separate();
    put_json_string(name);
    putchar(':');
}

void begin_record(const struct tool *t)
{
    first = true;
    if (t->o.json)
        putchar('{');
}

void end_record(const struct tool *t)
{
    if (t->o.json)
        fputs("}\n", stdout);
}

void put_string(const struct tool *t, const char *name, const char *value)
{
    put_name(t, name);
    if (t->o.json)
        put_json_string(value);
    else
        printf("%s\n", value);
}

void put_number(const struct tool *t, const char *name, int64_t value)
{
    put_name(t, name);
    printf(t->o.json ? "%lld" : "%lld\n", (long long)value);
}

void put_count(const struct tool *t, const char *name, uint64_t value)
{
    put_name(t, name);
    printf(t->o.json ? "%llu" : "%llu\n", (unsigned long long)value);
}

void put_bool(const struct tool *t, const char *name, bool value)
{
    put_name(t, name);
    if (t->o.json)
        fputs(value ? "true" : "false", stdout);
    else
        puts(value ? "yes" : "no");
}

void put_time(const struct tool *t, const char *name, int64_t value)
{
    char text[40];
    const time_t seconds = (time_t)value;
    struct tm tm;
    if (!value)
        return;
    if (t->o.json) {
        put_name(t, name);
        if (value == INT64_MAX)
            fputs("null", stdout);
        else
            printf("%lld", (long long)value);
        return;
    }
    if (value == INT64_MAX)
        put_string(t, name, "a reset by the administrator");
    else if (gmtime_r(&seconds, &tm) && strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &tm))
        put_string(t, name, text);
}

void begin_list(const struct tool *t, const char *name)
{
    if (!t->o.json)
        return;
    put_name(t, name);
    putchar('[');
    first = true;
}

void put_item(const struct tool *t, const char *value)
{
    if (!t->o.json) {
        puts(value);
        return;
    }
    separate();
    put_json_string(value);
}

void end_list(const struct tool *t)
{
    if (t->o.json)
        putchar(']');
    first = false;
}

int put_key(const struct tool *t, const struct secmail_otp_key *key)
{
    static const char *const types[] = {[SECMAIL_OTP_TOTP] = "totp", [SECMAIL_OTP_HOTP] = "hotp"};
    static const char *const algorithms[] = {[SECMAIL_OTP_SHA1] = "SHA1",
                                             [SECMAIL_OTP_SHA256] = "SHA256",
                                             [SECMAIL_OTP_SHA512] = "SHA512"};
    struct secmail_bytes *secret, *uri;
    int rc = secmail_otp_key_secret_base32(key, &secret);
    if (rc)
        return library_failure(t, rc);
    put_string(t, "type", types[secmail_otp_key_type(key)]);
    put_string(t, "issuer", secmail_otp_key_issuer(key));
    put_string(t, "label", secmail_otp_key_account(key));
    put_string(t, "secret", (const char *)secmail_bytes_data(secret));
    put_string(t, "algorithm", algorithms[secmail_otp_key_algorithm(key)]);
    put_count(t, "digits", secmail_otp_key_digits(key));
    if (secmail_otp_key_type(key) == SECMAIL_OTP_HOTP)
        put_count(t, "counter", secmail_otp_key_counter(key));
    else
        put_count(t, "period", secmail_otp_key_period(key));
    if (secmail_otp_key_to_uri(key, &uri) == 0) /* without an account there is none */
        put_string(t, "uri", (const char *)secmail_bytes_data(uri));
    secmail_bytes_free(uri);
    secmail_bytes_free(secret);
    return EXIT_DONE;
}
