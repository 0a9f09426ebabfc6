/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* S2K: RFC 9580 appendix A.9 to A.11, and Argon2id vectors of OpenSSL (SOURCES.md). */
#include "s2k_vectors.h"

static void test_s2k(void **state)
{
    struct fixture *f = *state;
    struct vectors v;
    vectors_open(&v, "s2k.txt");
    while (vectors_next(&v)) {
        size_t password_size, size;
        uint8_t key[64];
        const struct smi_s2k s2k = read_s2k(&v);
        const uint8_t *password = vector_bytes(&v, "password", &password_size);
        vector_bytes(&v, "key", &size);
        assert_ok(f->context, smi_s2k_derive(f->context, &s2k, password, password_size, key, size));
        vector_check(&v, "key", key, size);
    }
    vectors_close(&v, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_s2k),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
