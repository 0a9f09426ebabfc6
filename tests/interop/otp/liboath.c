/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * liboath, the library under oathtool: the same codes for 10,000 random secrets, times and
 * parameters, and the same answer of both to each other's codes.
 */
#include "fixture.h"

#include <liboath/oath.h>
#include <secmail/otp.h>

enum { KEYS = 10000 };

/* One random key, as both sides take it. */
struct sample {
    struct secmail_otp_key *key;
    uint8_t secret[64];
    size_t size;
    uint32_t algorithm, digits, period;
    int64_t t0, time;
    uint64_t counter;
};

static uint64_t draw(struct fixture *f, uint64_t below)
{
    uint64_t value;
    fixture_random(f, (uint8_t *)&value, sizeof value);
    return value % below;
}

static void make(struct fixture *f, struct sample *s)
{
    s->size = 1 + draw(f, 64);
    fixture_random(f, s->secret, s->size);
    s->algorithm = 1 + (uint32_t)draw(f, 3);
    s->digits = 6 + (uint32_t)draw(f, 3);
    s->period = 1 + (uint32_t)draw(f, draw(f, 2) ? 120 : 100000);
    s->t0 = (int64_t)draw(f, 2000000000);
    s->time = s->t0 + (int64_t)draw(f, UINT64_C(1) << (1 + draw(f, 36)));
    s->counter = draw(f, UINT64_MAX) >> draw(f, 64);
    assert_ok(f->context, secmail_otp_key_new(f->context, &s->key));
    assert_ok(f->context, secmail_otp_key_set_secret(s->key, s->secret, s->size));
    assert_ok(f->context, secmail_otp_key_set_algorithm(s->key, s->algorithm));
    assert_ok(f->context, secmail_otp_key_set_digits(s->key, s->digits));
    assert_ok(f->context, secmail_otp_key_set_period(s->key, s->period));
    assert_ok(f->context, secmail_otp_key_set_t0(s->key, s->t0));
}

static int flags_of(const struct sample *s)
{
    return s->algorithm == SECMAIL_OTP_SHA256   ? OATH_TOTP_HMAC_SHA256
           : s->algorithm == SECMAIL_OTP_SHA512 ? OATH_TOTP_HMAC_SHA512
                                                : 0;
}

static void totp_codes_are_the_same(void **state)
{
    struct fixture *f = *state;
    for (int n = 0; n < KEYS; n++) {
        struct sample s;
        char ours[9], theirs[9];
        uint64_t step;
        make(f, &s);
        assert_ok(f->context, secmail_otp_key_step(s.key, s.time, &step));
        assert_ok(f->context, secmail_otp_key_code(s.key, step, ours, sizeof ours));
        assert_int_equal(oath_totp_generate2((const char *)s.secret, s.size, s.time, s.period, s.t0,
                                             s.digits, flags_of(&s), theirs),
                         OATH_OK);
        assert_string_equal(ours, theirs);
        secmail_otp_key_free(s.key);
    }
}

static void hotp_codes_are_the_same(void **state)
{
    struct fixture *f = *state;
    for (int n = 0; n < KEYS; n++) {
        struct sample s;
        char ours[9], theirs[9];
        make(f, &s);
        assert_ok(f->context, secmail_otp_key_set_algorithm(s.key, SECMAIL_OTP_SHA1));
        assert_ok(f->context, secmail_otp_key_code(s.key, s.counter, ours, sizeof ours));
        assert_int_equal(oath_hotp_generate((const char *)s.secret, s.size, s.counter, s.digits,
                                            false, OATH_HOTP_DYNAMIC_TRUNCATION, theirs),
                         OATH_OK);
        assert_string_equal(ours, theirs);
        secmail_otp_key_free(s.key);
    }
}

/* A code that is some steps off, in a window of random size: both find it, or neither. */
static void windows_accept_the_same(void **state)
{
    struct fixture *f = *state;
    unsigned found = 0;
    for (int n = 0; n < KEYS; n++) {
        struct sample s;
        char code[9];
        uint64_t step;
        int32_t ours;
        make(f, &s);
        s.time += 100 * (int64_t)s.period;
        assert_ok(f->context, secmail_otp_key_step(s.key, s.time, &step));
        const uint64_t window = draw(f, 4), at = step - 4 + draw(f, 9);
        assert_ok(f->context, secmail_otp_key_code(s.key, at, code, sizeof code));
        assert_ok(f->context, secmail_otp_key_find(s.key, code, step - window,
                                                   (uint32_t)(2 * window + 1), &ours));
        const int theirs = oath_totp_validate4((const char *)s.secret, s.size, s.time, s.period,
                                               s.t0, window, NULL, NULL, flags_of(&s), code);
        assert_int_equal(ours >= 0, theirs >= 0);
        found += ours >= 0;
        secmail_otp_key_free(s.key);
    }
    assert_in_range(found, KEYS / 5, KEYS * 4 / 5);
}

/* Base32 as liboath writes it is what we read. */
static void base32_is_the_same(void **state)
{
    struct fixture *f = *state;
    for (int n = 0; n < 1000; n++) {
        struct sample s;
        char *text;
        size_t size;
        make(f, &s);
        assert_int_equal(oath_base32_encode((const char *)s.secret, s.size, &text, &size), OATH_OK);
        assert_ok(f->context, secmail_otp_key_set_secret(s.key, (const uint8_t *)"x", 1));
        assert_ok(f->context, secmail_otp_key_set_secret_base32(s.key, text));
        const struct secmail_secret *read = secmail_otp_key_secret(s.key);
        assert_int_equal(secmail_secret_size(read), s.size);
        assert_memory_equal(secmail_secret_data(read), s.secret, s.size);
        free(text);
        secmail_otp_key_free(s.key);
    }
}

static int start(void **state)
{
    (void)state;
    return oath_init() == OATH_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    oath_done();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(totp_codes_are_the_same),
        fixture_test(hotp_codes_are_the_same),
        fixture_test(windows_accept_the_same),
        fixture_test(base32_is_the_same),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
