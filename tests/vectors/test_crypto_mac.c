/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HMAC: RFC 2202, RFC 2286, RFC 4231. HKDF: RFC 5869, RFC 9580 appendix A (SOURCES.md). */
#include "crypto/mac.h"
#include "vectors.h"

static void test_hmac(void **state)
{
    struct fixture *f = *state;
    struct vectors v;
    vectors_open(&v, "hmac.txt");
    while (vectors_next(&v)) {
        size_t key_size, size;
        struct smi_hmac h;
        uint8_t mac[SMI_HASH_MAX_SIZE];
        const uint8_t *key = vector_bytes(&v, "key", &key_size);
        const uint8_t *input = vector_bytes(&v, "input", &size);
        assert_ok(f->context,
                  smi_hmac_open(f->context, &h, vector_number(&v, "hash"), key, key_size));
        for (int again = 0; again < 2; again++) {
            memset(mac, 0, sizeof mac);
            smi_hmac_once(&h, input, size, mac);
            vector_check(&v, "mac", mac, smi_hash_size(h.algo));
        }
        smi_hmac_close(&h);
    }
    vectors_close(&v, 45);
}

static void test_hkdf(void **state)
{
    struct fixture *f = *state;
    struct vectors v;
    vectors_open(&v, "hkdf.txt");
    while (vectors_next(&v)) {
        size_t key_size, salt_size, info_size, size;
        uint8_t out[100];
        const uint8_t *key = vector_bytes(&v, "key", &key_size);
        const uint8_t *salt = vector_bytes(&v, "salt", &salt_size);
        const uint8_t *info = vector_bytes(&v, "info", &info_size);
        vector_bytes(&v, "out", &size);
        assert_ok(f->context, smi_hkdf(f->context, vector_number(&v, "hash"), key, key_size, salt,
                                       salt_size, info, info_size, out, size));
        vector_check(&v, "out", out, size);
    }
    vectors_close(&v, 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_hmac),
        fixture_test(test_hkdf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
