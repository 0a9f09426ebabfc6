/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HOTP: RFC 4226. TOTP: RFC 6238. Base32: RFC 4648 (SOURCES.md). */
#include "vectors.h"

#include "codec/base32.h"
#include "otp/hotp.h"

static int64_t decimal(struct vectors *v, const char *name)
{
    return strtoll(vector_field(v, name)->value, NULL, 10);
}

static uint64_t hexadecimal(struct vectors *v, const char *name)
{
    return strtoull(vector_field(v, name)->value, NULL, 16);
}

static struct secmail_otp_key *make_key(struct fixture *f, struct vectors *v, uint32_t type,
                                        uint32_t algorithm, uint32_t digits)
{
    size_t size;
    struct secmail_otp_key *key;
    const uint8_t *secret = vector_bytes(v, "secret", &size);
    assert_ok(f->context, secmail_otp_key_new(f->context, &key));
    assert_ok(f->context, secmail_otp_key_set_type(key, type));
    assert_ok(f->context, secmail_otp_key_set_algorithm(key, algorithm));
    assert_ok(f->context, secmail_otp_key_set_digits(key, digits));
    assert_ok(f->context, secmail_otp_key_set_secret(key, secret, size));
    return key;
}

static void test_hotp(void **state)
{
    struct fixture *f = *state;
    struct vectors v;
    vectors_open(&v, "hotp.txt");
    while (vectors_next(&v)) {
        char code[9];
        struct secmail_otp_key *key = make_key(f, &v, SECMAIL_OTP_HOTP, SECMAIL_OTP_SHA1, 6);
        assert_ok(f->context, secmail_otp_key_code(key, hexadecimal(&v, "counter"), code, 9));
        assert_string_equal(code, vector_field(&v, "code")->value);
        secmail_otp_key_free(key);
    }
    vectors_close(&v, 10);
}

/* The steps in between: the HMAC itself, and the number before the reduction. */
static void test_truncation(void **state)
{
    struct fixture *f = *state;
    struct vectors v;
    vectors_open(&v, "hotp.txt");
    while (vectors_next(&v)) {
        size_t size;
        struct smi_hmac hmac;
        uint8_t message[8], digest[20];
        const uint8_t *secret = vector_bytes(&v, "secret", &size);
        for (int i = 0; i < 8; i++)
            message[i] = (uint8_t)(hexadecimal(&v, "counter") >> (56 - 8 * i));
        assert_ok(f->context, smi_hmac_open(f->context, &hmac, SMI_SHA1, secret, size));
        smi_hmac_once(&hmac, message, sizeof message, digest);
        smi_hmac_close(&hmac);
        vector_check(&v, "hmac", digest, sizeof digest);

        const struct smi_otp_params params = {SECMAIL_OTP_HOTP, SECMAIL_OTP_SHA1, 8, 30, 0};
        struct smi_otp_mac mac;
        assert_ok(f->context, smi_otp_mac_open(f->context, &mac, &params, secret, size));
        mac.modulus = UINT32_MAX; /* no reduction */
        assert_int_equal(smi_otp_value(&mac, hexadecimal(&v, "counter")), decimal(&v, "truncated"));
        smi_otp_mac_close(&mac);
    }
    vectors_close(&v, 10);
}

static void test_totp(void **state)
{
    struct fixture *f = *state;
    struct vectors v;
    vectors_open(&v, "totp.txt");
    while (vectors_next(&v)) {
        char code[9];
        uint64_t step;
        int32_t position;
        struct secmail_otp_key *key = make_key(f, &v, SECMAIL_OTP_TOTP,
                                               vector_number(&v, "algorithm"), 8);
        assert_ok(f->context, secmail_otp_key_step(key, decimal(&v, "time"), &step));
        assert_true(step == hexadecimal(&v, "counter"));
        assert_ok(f->context, secmail_otp_key_code(key, step, code, 9));
        assert_string_equal(code, vector_field(&v, "code")->value);
        assert_ok(f->context, secmail_otp_key_find(key, vector_field(&v, "code")->value, step - 1,
                                                   3, &position));
        assert_int_equal(position, 1);
        secmail_otp_key_free(key);
    }
    vectors_close(&v, 18);
}

static void test_base32(void **state)
{
    (void)state;
    struct vectors v;
    vectors_open(&v, "base32.txt");
    while (vectors_next(&v)) {
        char text[20] = "";
        uint8_t back[20];
        size_t size, back_size;
        const uint8_t *data = vector_bytes(&v, "data", &size);
        const char *want = vector_field(&v, "base32")->value;
        smi_base32_encode(text, data, size);
        assert_int_equal(strlen(text), strcspn(want, "="));
        assert_memory_equal(text, want, strlen(text));
        assert_true(smi_base32_decode(back, &back_size, want, strlen(want)));
        vector_check(&v, "data", back, back_size);
        assert_true(smi_base32_decode(back, &back_size, text, strlen(text)));
        vector_check(&v, "data", back, back_size);
    }
    vectors_close(&v, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_hotp),
        fixture_test(test_truncation),
        fixture_test(test_totp),
        cmocka_unit_test(test_base32),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
