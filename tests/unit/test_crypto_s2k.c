/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * String-to-key against other implementations (libgcrypt's gcry_kdf_derive(), libsodium's
 * Argon2id), and what is refused before work is done.
 */
#include "crypto/hash.h"
#include "crypto/s2k.h"
#include "torture.h"

#include <gcrypt.h>
#include <sodium.h>
#include <time.h>

static const uint8_t salt[16] = {0x80, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static struct smi_s2k make_s2k(uint8_t type, uint8_t hash, uint8_t count)
{
    struct smi_s2k s2k = {.type = type, .hash = hash, .count = count};
    memcpy(s2k.salt, salt, sizeof salt);
    return s2k;
}

static void test_octets(void **state)
{
    (void)state;
    assert_int_equal(smi_s2k_octets(0), 1024);
    assert_int_equal(smi_s2k_octets(0x60), 65536);
    assert_int_equal(smi_s2k_octets(0x6f), 126976);
    assert_int_equal(smi_s2k_octets(0xff), 65011712);
    for (unsigned i = 1; i < 256; i++)
        assert_true(smi_s2k_octets((uint8_t)i) > smi_s2k_octets((uint8_t)(i - 1)));
}

static void check_against_gcrypt(struct fixture *f, const struct smi_s2k *s2k, int gcry_hash,
                                 const uint8_t *password, size_t size)
{
    static const int types[] = {GCRY_KDF_SIMPLE_S2K, GCRY_KDF_SALTED_S2K, 0,
                                GCRY_KDF_ITERSALTED_S2K};
    static const size_t key_sizes[] = {1, 16, 24, 32, 64};
    for (size_t i = 0; i < sizeof key_sizes / sizeof key_sizes[0]; i++) {
        uint8_t want[64], got[64];
        assert_int_equal(gcry_kdf_derive(password, size, types[s2k->type], gcry_hash, salt,
                                         s2k->type == SMI_S2K_SIMPLE ? 0 : 8,
                                         smi_s2k_octets(s2k->count), key_sizes[i], want),
                         0);
        assert_ok(f->context, smi_s2k_derive(f->context, s2k, password, size, got, key_sizes[i]));
        assert_memory_equal(got, want, key_sizes[i]);
    }
}

static void test_hashed_against_gcrypt(void **state)
{
    static const struct {
        uint8_t hash;
        int gcry;
    } hashes[] = {{SMI_MD5, GCRY_MD_MD5},
                  {SMI_SHA1, GCRY_MD_SHA1},
                  {SMI_RIPEMD160, GCRY_MD_RMD160},
                  {SMI_SHA256, GCRY_MD_SHA256},
                  {SMI_SHA512, GCRY_MD_SHA512}};
    static const size_t sizes[] = {1, 8, 23, 1016, 1017, 4087, 4088, 4089, 9000};
    static const uint8_t counts[] = {0, 1, 0x1f, 0x60, 0x75};
    static const uint8_t types[] = {SMI_S2K_SIMPLE, SMI_S2K_SALTED};
    uint8_t password[9000];
    for (size_t i = 0; i < sizeof password; i++)
        password[i] = (uint8_t)(i * 7 + i / 251);
    for (size_t h = 0; h < sizeof hashes / sizeof hashes[0]; h++) {
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            for (size_t i = 0; i < sizeof counts; i++) {
                const struct smi_s2k s2k = make_s2k(SMI_S2K_ITERATED, hashes[h].hash, counts[i]);
                check_against_gcrypt(*state, &s2k, hashes[h].gcry, password, sizes[s]);
            }
            for (size_t i = 0; i < sizeof types; i++) {
                const struct smi_s2k s2k = make_s2k(types[i], hashes[h].hash, 0);
                check_against_gcrypt(*state, &s2k, hashes[h].gcry, password, sizes[s]);
            }
        }
    }
}

/* RFC 9580 section 3.7.1.1: a simple S2K is the hash of the password, here of nothing. */
static void test_empty_password(void **state)
{
    struct fixture *f = *state;
    struct smi_s2k s2k = make_s2k(SMI_S2K_SIMPLE, SMI_SHA256, 0);
    uint8_t want[32], got[32];
    assert_ok(f->context, smi_hash_once(f->context, SMI_SHA256, "", 0, want));
    assert_ok(f->context, smi_s2k_derive(f->context, &s2k, NULL, 0, got, sizeof got));
    assert_memory_equal(got, want, sizeof want);
    s2k.type = SMI_S2K_SALTED;
    assert_ok(f->context, smi_hash_once(f->context, SMI_SHA256, salt, 8, want));
    assert_ok(f->context, smi_s2k_derive(f->context, &s2k, NULL, 0, got, sizeof got));
    assert_memory_equal(got, want, sizeof want);
}

static void check_against_sodium(struct fixture *f, uint8_t passes, uint8_t memory,
                                 const char *password, size_t size)
{
    uint8_t want[64], got[64];
    struct smi_s2k s2k = make_s2k(SMI_S2K_ARGON2, 0, 0);
    s2k.passes = passes;
    s2k.lanes = 1;
    s2k.memory = memory;
    assert_int_equal(crypto_pwhash(want, size, password, strlen(password), salt, passes,
                                   (size_t)1024 << memory, crypto_pwhash_ALG_ARGON2ID13),
                     0);
    assert_ok(f->context, smi_s2k_derive(f->context, &s2k, (const uint8_t *)password,
                                         strlen(password), got, size));
    assert_memory_equal(got, want, size);
}

static void test_argon2_against_sodium(void **state)
{
    check_against_sodium(*state, 1, 3, "password", 16);
    check_against_sodium(*state, 1, 6, "password", 32);
    check_against_sodium(*state, 3, 8, "a longer password than that", 64);
    check_against_sodium(*state, 4, 10, "x", 24);
}

static int derive_argon2(struct fixture *f, uint8_t passes, uint8_t lanes, uint8_t memory)
{
    struct smi_s2k s2k = make_s2k(SMI_S2K_ARGON2, 0, 0);
    uint8_t key[32];
    s2k.passes = passes;
    s2k.lanes = lanes;
    s2k.memory = memory;
    smi_enter(f->context);
    return smi_s2k_derive(f->context, &s2k, (const uint8_t *)"password", 8, key, sizeof key);
}

/* RFC 9106 section 3.1: p and t are at least 1, the memory is at least 8 * p KiB. */
static void test_argon2_malformed(void **state)
{
    struct fixture *f = *state;
    assert_code(f->context, derive_argon2(f, 0, 1, 10), SECMAIL_E_MALFORMED);
    assert_code(f->context, derive_argon2(f, 1, 0, 10), SECMAIL_E_MALFORMED);
    assert_code(f->context, derive_argon2(f, 1, 1, 2), SECMAIL_E_MALFORMED);
    assert_code(f->context, derive_argon2(f, 1, 5, 5), SECMAIL_E_MALFORMED);
    assert_code(f->context, derive_argon2(f, 1, 1, 32), SECMAIL_E_MALFORMED);
    assert_code(f->context, derive_argon2(f, 1, 1, 255), SECMAIL_E_MALFORMED);
    assert_ok(f->context, derive_argon2(f, 1, 1, 3));
    assert_ok(f->context, derive_argon2(f, 1, 4, 5));
    assert_ok(f->context, derive_argon2(f, 1, 255, 11));
}

/* libgcrypt's Argon2 has no empty passwords; nothing weaker takes its place. */
static void test_argon2_empty_password(void **state)
{
    struct fixture *f = *state;
    struct smi_s2k s2k = make_s2k(SMI_S2K_ARGON2, 0, 0);
    uint8_t key[32];
    s2k.passes = s2k.lanes = 1;
    s2k.memory = 3;
    assert_code(f->context, smi_s2k_derive(f->context, &s2k, NULL, 0, key, sizeof key),
                SECMAIL_E_ARGUMENT);
}

static void set_limit(struct fixture *f, uint32_t limit, uint64_t value)
{
    struct secmail_limits *limits;
    assert_int_equal(secmail_limits_new(&limits), 0);
    assert_int_equal(secmail_limits_set(limits, limit, value), 0);
    assert_int_equal(secmail_context_set_limits(f->context, limits), 0);
    secmail_limits_free(limits);
}

/* At the limit it is done, one step above it is refused. */
static void test_argon2_limits(void **state)
{
    struct fixture *f = *state;
    set_limit(f, SECMAIL_LIMIT_ARGON2_MEMORY_KIB, 64);
    assert_ok(f->context, derive_argon2(f, 1, 1, 6));
    assert_code(f->context, derive_argon2(f, 1, 1, 7), SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB);
    assert_non_null(strstr(secmail_context_error_detail(f->context), "argon2-memory-kib"));
    set_limit(f, SECMAIL_LIMIT_ARGON2_WORK, 3 * 64 - 1);
    assert_code(f->context, derive_argon2(f, 3, 1, 6), SECMAIL_E_LIMIT_ARGON2_WORK);
    set_limit(f, SECMAIL_LIMIT_ARGON2_WORK, 3 * 64);
    assert_ok(f->context, derive_argon2(f, 3, 1, 6));
    assert_code(f->context, derive_argon2(f, 4, 1, 6), SECMAIL_E_LIMIT_ARGON2_WORK);
    assert_non_null(strstr(secmail_context_error_detail(f->context), "argon2-work"));
}

/* 1 TiB is refused by the default limits before anything is allocated or computed. */
static void test_argon2_huge(void **state)
{
    struct fixture *f = *state;
    const clock_t start = clock();
    assert_code(f->context, derive_argon2(f, 1, 4, 30), SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB);
    assert_code(f->context, derive_argon2(f, 255, 4, 31), SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB);
    assert_code(f->context, derive_argon2(f, 255, 4, 21), SECMAIL_E_LIMIT_ARGON2_WORK);
    assert_true(clock() - start < CLOCKS_PER_SEC / 10);
}

static void test_arguments(void **state)
{
    struct fixture *f = *state;
    struct smi_s2k s2k = make_s2k(SMI_S2K_SALTED, SMI_SHA256, 0);
    uint8_t key[65] = {0};
    assert_code(f->context, smi_s2k_derive(f->context, &s2k, key, 0, key, 0), SECMAIL_E_ARGUMENT);
    assert_code(f->context, smi_s2k_derive(f->context, &s2k, key, 0, key, 65), SECMAIL_E_ARGUMENT);
    s2k.hash = 13;
    assert_code(f->context, smi_s2k_derive(f->context, &s2k, key, 0, key, 16),
                SECMAIL_E_UNSUPPORTED_ALGORITHM);
    for (unsigned type = 0; type < 256; type++) {
        if (type <= SMI_S2K_SALTED || type == SMI_S2K_ITERATED || type == SMI_S2K_ARGON2)
            continue;
        s2k = make_s2k((uint8_t)type, SMI_SHA256, 0);
        assert_code(f->context, smi_s2k_derive(f->context, &s2k, key, 0, key, 16),
                    SECMAIL_E_UNSUPPORTED_ALGORITHM);
    }
}

static int derive_iterated(struct secmail_context *context, void *user)
{
    const struct smi_s2k s2k = make_s2k(SMI_S2K_ITERATED, SMI_SHA1, 0);
    uint8_t key[32];
    (void)user;
    return smi_s2k_derive(context, &s2k, (const uint8_t *)"password", 8, key, sizeof key);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    torture_run(derive_iterated, NULL, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_octets),           fixture_test(test_hashed_against_gcrypt),
        fixture_test(test_empty_password),   fixture_test(test_argon2_against_sodium),
        fixture_test(test_argon2_malformed), fixture_test(test_argon2_empty_password),
        fixture_test(test_argon2_limits),    fixture_test(test_argon2_huge),
        fixture_test(test_arguments),        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
