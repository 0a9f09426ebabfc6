/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RSA: signatures that hold and that don't, and public keys that are none. */
#include "codec/hex.h"
#include "crypto/hash.h"
#include "crypto/rsa.h"
#include "fixture.h"

struct key {
    struct fixture *f;
    struct secmail_secret *secret;
    struct smi_buf public;
};

static int setup(void **state)
{
    static struct fixture f;
    static struct key k;
    fixture_init(&f, NULL);
    k.f = &f;
    assert_ok(f.context, smi_rsa_generate(f.context, 1024, &k.secret));
    k.public = smi_buf_open(smi_malloc_allocator());
    smi_rsa_put_public(&k.public, secmail_secret_data(k.secret), secmail_secret_size(k.secret));
    *state = &k;
    return 0;
}

static int teardown(void **state)
{
    struct key *k = *state;
    secmail_secret_free(k->secret);
    smi_buf_free(&k->public);
    fixture_done(k->f);
    return 0;
}

static void test_round_trip(void **state)
{
    struct key *k = *state;
    struct smi_rsa_public public;
    struct smi_buf sig = smi_buf_open(smi_malloc_allocator());
    uint8_t digest[32];
    uint32_t bits;
    memset(digest, 7, sizeof digest);
    assert_true(smi_rsa_private_check(secmail_secret_data(k->secret),
                                      secmail_secret_size(k->secret), &bits));
    assert_int_equal(bits, 1024);
    assert_true(smi_rsa_public_read(&public, k->public.data, k->public.size));
    assert_int_equal(public.bits, 1024);
    assert_ok(k->f->context, smi_rsa_sign_sha256(k->f->context, secmail_secret_data(k->secret),
                                                 secmail_secret_size(k->secret), digest, &sig));
    assert_int_equal(sig.size, 128);
    assert_true(smi_rsa_verify(&public, SMI_SHA256, digest, sig.data, sig.size));
    assert_false(smi_rsa_verify(&public, SMI_SHA1, digest, sig.data, sig.size));
    assert_false(smi_rsa_verify(&public, SMI_SHA256, digest, sig.data, sig.size - 1));
    sig.data[100] ^= 1;
    assert_false(smi_rsa_verify(&public, SMI_SHA256, digest, sig.data, sig.size));
    sig.data[100] ^= 1;
    digest[0] ^= 1;
    assert_false(smi_rsa_verify(&public, SMI_SHA256, digest, sig.data, sig.size));
    memset(sig.data, 0, sig.size);
    assert_false(smi_rsa_verify(&public, SMI_SHA256, digest, sig.data, sig.size));
    memset(sig.data, 0xff, sig.size);
    assert_false(smi_rsa_verify(&public, SMI_SHA256, digest, sig.data, sig.size));
    smi_buf_free(&sig);
}

/* Both forms that stand in key records; nothing before, behind or within is passed over. */
static void test_public_forms(void **state)
{
    struct key *k = *state;
    struct smi_rsa_public public;
    const size_t size = k->public.size;
    for (size_t i = 0; i < size; i++)
        assert_false(smi_rsa_public_read(&public, k->public.data, i));
    uint8_t *more = malloc(size + 1);
    assert_non_null(more);
    memcpy(more, k->public.data, size);
    more[size] = 0;
    assert_false(smi_rsa_public_read(&public, more, size + 1));
    free(more);
}

static void test_bad_numbers(void **state)
{
    (void)state;
    static const char *const bad[] = {
        /* n = 2^64 (even), e = 3 */
        "300e0209010000000000000000020103",
        /* n odd, e = 1 */
        "300e0209010000000000000001020101",
        /* n odd, e even */
        "300e0209010000000000000001020104",
        /* e = 0, and negative numbers */
        "300e0209010000000000000001020100",
        "300d0208810000000000000102010300",
        /* n below 64 bits */
        "3006020107020103",
        /* e above 64 bits */
        "30160209010000000000000001020901000000000000000f",
        /* needless zero byte */
        "300f020a00010000000000000001020103",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint8_t der[64];
        struct smi_rsa_public public;
        const size_t size = strlen(bad[i]) / 2;
        assert_true(smi_hex_decode(der, bad[i], 2 * size));
        if (smi_rsa_public_read(&public, der, size))
            fail_msg("%s is taken", bad[i]);
    }
    /* One that is sound, so that the ones above are refused for what they say. */
    uint8_t der[16];
    struct smi_rsa_public public;
    assert_true(smi_hex_decode(der, "300e0209010000000000000001020103", 32));
    assert_true(smi_rsa_public_read(&public, der, sizeof der));
    assert_int_equal(public.bits, 65);
}

static void test_bad_private(void **state)
{
    struct key *k = *state;
    const size_t size = secmail_secret_size(k->secret);
    uint8_t *der = malloc(size + 1);
    uint32_t bits;
    assert_non_null(der);
    memcpy(der, secmail_secret_data(k->secret), size);
    der[size] = 0;
    assert_false(smi_rsa_private_check(der, size + 1, &bits));
    for (size_t i = 0; i < size; i += 13)
        assert_false(smi_rsa_private_check(der, i, &bits));
    der[40] ^= 2;
    assert_false(smi_rsa_private_check(der, size, &bits));
    free(der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_public_forms),
        cmocka_unit_test(test_bad_numbers),
        cmocka_unit_test(test_bad_private),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
