/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HMAC keys that are used again, empty inputs, and the limits of HKDF. */
#include "crypto/mac.h"
#include "fixture.h"

static void test_key_is_kept(void **state)
{
    struct fixture *f = *state;
    struct smi_hmac h;
    uint8_t first[20], other[20], again[20];
    assert_ok(f->context, smi_hmac_open(f->context, &h, SMI_SHA1, (const uint8_t *)"key", 3));
    smi_hmac_once(&h, "message", 7, first);
    smi_hmac_once(&h, "messagf", 7, other);
    smi_hmac_once(&h, "message", 7, again);
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, other, sizeof first);
    smi_hmac_close(&h);
    assert_null(h.handle);
}

/* RFC 2104: keys are padded with zeros to the block, so that no key equals one of zeros. */
static void test_empty_key_and_message(void **state)
{
    static const uint8_t zeros[64];
    struct fixture *f = *state;
    struct smi_hmac h;
    uint8_t none[32], zero[32];
    assert_ok(f->context, smi_hmac_open(f->context, &h, SMI_SHA256, NULL, 0));
    smi_hmac_once(&h, NULL, 0, none);
    smi_hmac_close(&h);
    assert_ok(f->context, smi_hmac_open(f->context, &h, SMI_SHA256, zeros, sizeof zeros));
    smi_hmac_once(&h, "", 0, zero);
    smi_hmac_close(&h);
    assert_memory_equal(none, zero, sizeof none);
}

static void test_unsupported(void **state)
{
    struct fixture *f = *state;
    struct smi_hmac h = {.handle = f};
    uint8_t out[16] = {0};
    assert_code(f->context, smi_hmac_open(f->context, &h, 13, out, 0),
                SECMAIL_E_UNSUPPORTED_ALGORITHM);
    assert_null(h.handle);
    smi_enter(f->context);
    assert_code(f->context, smi_hkdf(f->context, 99, out, 1, NULL, 0, NULL, 0, out, 1),
                SECMAIL_E_UNSUPPORTED_ALGORITHM);
}

/* RFC 5869 section 2.3: "L length of output keying material in octets (<= 255*HashLen)". */
static void test_hkdf_longest(void **state)
{
    static const uint8_t key[] = {1, 2, 3};
    enum { LONGEST = 255 * 32 };
    struct fixture *f = *state;
    uint8_t *out = malloc(LONGEST + 1);
    uint8_t head[40];
    assert_non_null(out);
    assert_ok(f->context,
              smi_hkdf(f->context, SMI_SHA256, key, sizeof key, NULL, 0, NULL, 0, out, LONGEST));
    assert_ok(f->context, smi_hkdf(f->context, SMI_SHA256, key, sizeof key, NULL, 0, NULL, 0, head,
                                   sizeof head));
    assert_memory_equal(out, head, sizeof head);
    assert_memory_not_equal(out + LONGEST - 32, out, 32);
    out[LONGEST] = 0x5a;
    assert_code(
        f->context,
        smi_hkdf(f->context, SMI_SHA256, key, sizeof key, NULL, 0, NULL, 0, out, LONGEST + 1),
        SECMAIL_E_ARGUMENT);
    assert_int_equal(out[LONGEST], 0x5a);
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_key_is_kept),
        fixture_test(test_empty_key_and_message),
        fixture_test(test_unsupported),
        fixture_test(test_hkdf_longest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
