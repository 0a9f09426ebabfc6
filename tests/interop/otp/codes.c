/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes random keys and their codes, for other implementations to check:
 *
 *     otp_codes COUNT SEED CODES
 *
 * Each of COUNT lines is a JSON object: all parameters, the time or counter, so many successive
 * codes, and the otpauth URI where there is one. The same seed gives the same lines.
 */
#include <inttypes.h>
#include <secmail/otp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t seed;
static unsigned long codes;

/* SplitMix64. */
static uint64_t draw(uint64_t below)
{
    seed += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % below;
}

static void must(struct secmail_context *context, int rc)
{
    if (!rc)
        return;
    fprintf(stderr, "otp_codes: %s\n", secmail_context_error_detail(context));
    exit(1);
}

static struct secmail_otp_key *random_key(struct secmail_context *context)
{
    static const uint32_t periods[] = {30, 30, 60, 1, 15, 47, 3600};
    struct secmail_otp_key *key;
    uint8_t secret[64];
    char account[40];
    const size_t size = 16 + draw(49);
    for (size_t i = 0; i < size; i++)
        secret[i] = (uint8_t)draw(256);
    snprintf(account, sizeof account, "user %" PRIu64 "@example.org", draw(1000));
    must(context, secmail_otp_key_new(context, &key));
    must(context, secmail_otp_key_set_type(key, 1 + (uint32_t)draw(2)));
    must(context, secmail_otp_key_set_algorithm(key, 1 + (uint32_t)draw(3)));
    must(context, secmail_otp_key_set_digits(key, 6 + (uint32_t)draw(3)));
    must(context, secmail_otp_key_set_period(key, periods[draw(7)]));
    must(context, secmail_otp_key_set_t0(key, draw(3) ? 0 : (int64_t)draw(1000000000)));
    must(context, secmail_otp_key_set_counter(key, draw(UINT64_C(1) << (1 + draw(52)))));
    must(context, secmail_otp_key_set_secret(key, secret, size));
    must(context, secmail_otp_key_set_account(key, account));
    must(context, secmail_otp_key_set_issuer(key, draw(2) ? "ACME & Co" : ""));
    return key;
}

static void print_key(struct secmail_context *context, struct secmail_otp_key *key)
{
    static const char *const algorithms[] = {"", "sha1", "sha256", "sha512"};
    const bool totp = secmail_otp_key_type(key) == SECMAIL_OTP_TOTP;
    const int64_t time = secmail_otp_key_t0(key) + (int64_t)draw(UINT64_C(1) << (1 + draw(35)));
    uint64_t counter = secmail_otp_key_counter(key);
    struct secmail_bytes *uri;
    if (totp)
        must(context, secmail_otp_key_step(key, time, &counter));
    printf("{\"type\":\"%s\",\"algorithm\":\"%s\",\"digits\":%u,\"period\":%u,\"t0\":%" PRId64
           ",\"time\":%" PRId64 ",\"counter\":%" PRIu64 ",\"secret\":\"",
           totp ? "totp" : "hotp", algorithms[secmail_otp_key_algorithm(key)],
           secmail_otp_key_digits(key), secmail_otp_key_period(key), secmail_otp_key_t0(key), time,
           counter);
    const struct secmail_secret *secret = secmail_otp_key_secret(key);
    for (size_t i = 0; i < secmail_secret_size(secret); i++)
        printf("%02x", secmail_secret_data(secret)[i]);
    printf("\",\"codes\":[");
    for (unsigned long n = 0; n < codes; n++) {
        char code[SECMAIL_OTP_MAX_DIGITS + 1];
        must(context, secmail_otp_key_code(key, counter + n, code, sizeof code));
        printf("%s\"%s\"", n ? "," : "", code);
    }
    printf("]");
    if (secmail_otp_key_to_uri(key, &uri) == 0)
        printf(",\"uri\":\"%s\"", (const char *)secmail_bytes_data(uri));
    secmail_bytes_free(uri);
    printf("}\n");
}

int main(int argc, char **argv)
{
    struct secmail_context *context;
    if (argc != 4) {
        fprintf(stderr, "Usage: otp_codes COUNT SEED CODES\n");
        return 2;
    }
    seed = strtoull(argv[2], NULL, 10);
    codes = strtoul(argv[3], NULL, 10);
    must(NULL, secmail_context_new(&context));
    for (unsigned long n = strtoul(argv[1], NULL, 10); n; n--) {
        struct secmail_otp_key *key = random_key(context);
        print_key(context, key);
        secmail_otp_key_free(key);
    }
    secmail_context_free(context);
    return 0;
}
