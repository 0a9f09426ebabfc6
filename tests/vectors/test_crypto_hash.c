/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Published digests: FIPS 180-2, FIPS 202, NIST CAVP, RFC 1321, RIPEMD-160's authors (SOURCES.md).
 */
#include "crypto/hash.h"
#include "vectors.h"

static void test_digests(void **state)
{
    struct fixture *f = *state;
    struct vectors v;
    vectors_open(&v, "hash.txt");
    while (vectors_next(&v)) {
        size_t size;
        uint8_t digest[SMI_HASH_MAX_SIZE];
        const uint8_t algo = vector_number(&v, "hash");
        const uint8_t *input = vector_bytes(&v, "input", &size);
        assert_ok(f->context, smi_hash_once(f->context, algo, input, size, digest));
        vector_check(&v, "digest", digest, smi_hash_size(algo));
    }
    vectors_close(&v, 90);
}

static void check_streamed(struct fixture *f, struct vectors *v)
{
    size_t size;
    struct smi_hash h;
    uint8_t digest[SMI_HASH_MAX_SIZE];
    const uint8_t *input = vector_bytes(v, "input", &size);
    assert_ok(f->context, smi_hash_open(f->context, &h, vector_number(v, "hash")));
    for (size_t i = 0; i < size; i++)
        smi_hash_update(&h, input + i, 1);
    smi_hash_final(&h, digest);
    vector_check(v, "digest", digest, smi_hash_size(h.algo));
    smi_hash_reset(&h);
    smi_hash_update(&h, input, size);
    smi_hash_final(&h, digest);
    vector_check(v, "digest", digest, smi_hash_size(h.algo));
    smi_hash_close(&h);
}

static void test_digests_streamed(void **state)
{
    struct vectors v;
    vectors_open(&v, "hash.txt");
    while (vectors_next(&v))
        check_streamed(*state, &v);
    vectors_close(&v, 90);
}

/* FIPS 180-2 appendices A.3 to D.3 and RFC 3874 section 3.3: one million times "a". */
static void test_million(void **state)
{
    static const struct {
        uint8_t algo;
        uint8_t head[8]; /* of the digest */
    } cases[] = {
        {SMI_SHA1, {0x34, 0xaa, 0x97, 0x3c, 0xd4, 0xc4, 0xda, 0xa4}},
        {SMI_SHA224, {0x20, 0x79, 0x46, 0x55, 0x98, 0x0c, 0x91, 0xd8}},
        {SMI_SHA256, {0xcd, 0xc7, 0x6e, 0x5c, 0x99, 0x14, 0xfb, 0x92}},
        {SMI_SHA384, {0x9d, 0x0e, 0x18, 0x09, 0x71, 0x64, 0x74, 0xcb}},
        {SMI_SHA512, {0xe7, 0x18, 0x48, 0x3d, 0x0c, 0xe7, 0x69, 0x64}},
    };
    struct fixture *f = *state;
    uint8_t part[1000];
    memset(part, 'a', sizeof part);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct smi_hash h;
        uint8_t digest[SMI_HASH_MAX_SIZE];
        assert_ok(f->context, smi_hash_open(f->context, &h, cases[i].algo));
        for (int k = 0; k < 1000; k++)
            smi_hash_update(&h, part, sizeof part);
        smi_hash_final(&h, digest);
        assert_memory_equal(digest, cases[i].head, sizeof cases[i].head);
        smi_hash_close(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_digests),
        fixture_test(test_digests_streamed),
        fixture_test(test_million),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
