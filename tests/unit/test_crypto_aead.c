/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AEAD: what must fail fails and leaves no plaintext, one key serves many messages, GMAC values. */
#include "crypto/cipher.h"
#include "fixture.h"

enum { SIZE = 37, AD_SIZE = 13 };

static const uint8_t modes[] = {SMI_EAX, SMI_OCB, SMI_GCM};
static const uint8_t ciphers[] = {SMI_AES128,      SMI_AES192,      SMI_AES256,     SMI_TWOFISH,
                                  SMI_CAMELLIA128, SMI_CAMELLIA192, SMI_CAMELLIA256};
static const uint8_t key[SMI_KEY_MAX_SIZE] = {9, 8, 7, 6, 5, 4, 3, 2, 1};
static const uint8_t nonce[SMI_AEAD_NONCE_MAX_SIZE] = {1, 2, 3, 4, 5, 6, 7};
static const uint8_t zeros[4096];

/* A message under the key, nonce and associated data of this file. */
struct message {
    struct smi_aead aead;
    uint8_t nonce[SMI_AEAD_NONCE_MAX_SIZE];
    uint8_t ad[AD_SIZE];
    uint8_t plain[SIZE];
    uint8_t text[SIZE + SMI_AEAD_TAG_SIZE];
};

static void seal(struct fixture *f, struct message *m, uint8_t cipher, uint8_t mode)
{
    memcpy(m->nonce, nonce, sizeof nonce);
    memset(m->ad, 'a', sizeof m->ad);
    memset(m->plain, 'p', sizeof m->plain);
    assert_ok(f->context, smi_aead_open(f->context, &m->aead, cipher, mode, key));
    assert_int_equal(smi_aead_encrypt(&m->aead, m->nonce, m->ad, AD_SIZE, m->text, m->plain, SIZE),
                     0);
}

static bool opens(struct message *m, uint8_t out[SIZE])
{
    memset(out, 0xff, SIZE);
    return smi_aead_decrypt(&m->aead, m->nonce, m->ad, AD_SIZE, out, m->text, SIZE);
}

static void test_table(void **state)
{
    (void)state;
    assert_int_equal(smi_aead_nonce_size(SMI_EAX), 16);
    assert_int_equal(smi_aead_nonce_size(SMI_OCB), 15);
    assert_int_equal(smi_aead_nonce_size(SMI_GCM), 12);
    assert_string_equal(smi_aead_name(SMI_EAX), "EAX");
    assert_string_equal(smi_aead_name(SMI_OCB), "OCB");
    assert_string_equal(smi_aead_name(SMI_GCM), "GCM");
    for (unsigned n = 0; n < 256; n = n ? n + 1 : 4) {
        assert_int_equal(smi_aead_nonce_size((uint8_t)n), 0);
        assert_string_equal(smi_aead_name((uint8_t)n), "unknown");
    }
}

static void test_round(void **state)
{
    for (size_t c = 0; c < sizeof ciphers; c++) {
        for (size_t i = 0; i < sizeof modes; i++) {
            struct message m;
            uint8_t out[SIZE];
            seal(*state, &m, ciphers[c], modes[i]);
            assert_memory_not_equal(m.text, m.plain, SIZE);
            assert_true(opens(&m, out));
            assert_memory_equal(out, m.plain, SIZE);
            smi_aead_close(&m.aead);
            assert_null(m.aead.handle);
        }
    }
}

/* Flips each bit of one part in turn: none may open, and no plaintext may stay behind. */
static void check_flips(struct message *m, uint8_t *part, size_t size)
{
    uint8_t out[SIZE];
    for (size_t bit = 0; bit < 8 * size; bit++) {
        part[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(opens(m, out));
        assert_memory_equal(out, zeros, SIZE);
        part[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(opens(m, out));
}

static void test_modified(void **state)
{
    for (size_t i = 0; i < sizeof modes; i++) {
        struct message m;
        seal(*state, &m, SMI_AES256, modes[i]);
        check_flips(&m, m.text, sizeof m.text);
        check_flips(&m, m.ad, sizeof m.ad);
        check_flips(&m, m.nonce, smi_aead_nonce_size(modes[i]));
        smi_aead_close(&m.aead);
    }
}

static void test_other_lengths(void **state)
{
    for (size_t i = 0; i < sizeof modes; i++) {
        struct message m;
        uint8_t out[SIZE];
        seal(*state, &m, SMI_AES128, modes[i]);
        assert_false(smi_aead_decrypt(&m.aead, m.nonce, m.ad, AD_SIZE - 1, out, m.text, SIZE));
        assert_false(smi_aead_decrypt(&m.aead, m.nonce, NULL, 0, out, m.text, SIZE));
        assert_false(smi_aead_decrypt(&m.aead, m.nonce, m.ad, AD_SIZE, out, m.text, SIZE - 1));
        assert_false(smi_aead_decrypt(&m.aead, m.nonce, m.ad, AD_SIZE, out, m.text + 1, SIZE - 1));
        assert_false(smi_aead_decrypt(&m.aead, m.nonce, m.ad, AD_SIZE, out, m.text, 0));
        smi_aead_close(&m.aead);
    }
}

static void test_wrong_key(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof modes; i++) {
        struct message m;
        uint8_t out[SIZE], other[SMI_KEY_MAX_SIZE];
        seal(f, &m, SMI_AES256, modes[i]);
        smi_aead_close(&m.aead);
        memcpy(other, key, sizeof other);
        other[31] ^= 0x80;
        assert_ok(f->context, smi_aead_open(f->context, &m.aead, SMI_AES256, modes[i], other));
        assert_false(opens(&m, out));
        smi_aead_close(&m.aead);
    }
}

/* `to` may be `from`: the same bytes as with two buffers, and wiped in place when refused. */
static void check_in_place(struct fixture *f, uint8_t mode, size_t size)
{
    struct smi_aead a;
    uint8_t want[1100], text[1100];
    memset(text, 0x42, size);
    assert_ok(f->context, smi_aead_open(f->context, &a, SMI_AES128, mode, key));
    assert_int_equal(smi_aead_encrypt(&a, nonce, key, 5, want, text, size), 0);
    assert_int_equal(smi_aead_encrypt(&a, nonce, key, 5, text, text, size), 0);
    assert_memory_equal(text, want, size + SMI_AEAD_TAG_SIZE);
    assert_true(smi_aead_decrypt(&a, nonce, key, 5, text, text, size));
    for (size_t i = 0; i < size; i++)
        assert_int_equal(text[i], 0x42);
    memcpy(text, want, size + SMI_AEAD_TAG_SIZE);
    text[size + 15] ^= 1;
    assert_false(smi_aead_decrypt(&a, nonce, key, 5, text, text, size));
    assert_memory_equal(text, zeros, size);
    smi_aead_close(&a);
}

static void test_in_place(void **state)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 128, 1000, 1024};
    for (size_t i = 0; i < sizeof modes; i++) {
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++)
            check_in_place(*state, modes[i], sizes[k]);
    }
}

/*
 * A handle that has done other messages, whole, cut off and refused ones, must give the bytes of a
 * fresh one: libgcrypt's EAX kept key stream of the message before.
 */
static void check_reuse(struct fixture *f, uint8_t mode, size_t before, size_t size)
{
    struct smi_aead fresh, used;
    uint8_t text[200] = {0}, want[200], got[200];
    assert_ok(f->context, smi_aead_open(f->context, &fresh, SMI_AES256, mode, key));
    assert_int_equal(smi_aead_encrypt(&fresh, nonce, key, 3, want, text, size), 0);
    smi_aead_close(&fresh);
    assert_ok(f->context, smi_aead_open(f->context, &used, SMI_AES256, mode, key));
    assert_int_equal(smi_aead_encrypt(&used, key, NULL, 0, got, text, before), 0);
    assert_false(smi_aead_decrypt(&used, nonce, key, 1, got, text, before));
    assert_int_equal(smi_aead_encrypt(&used, nonce, key, 3, got, text, size), 0);
    assert_memory_equal(got, want, size + SMI_AEAD_TAG_SIZE);
    assert_true(smi_aead_decrypt(&used, nonce, key, 3, got, want, size));
    assert_memory_equal(got, text, size);
    smi_aead_close(&used);
}

static void test_reuse(void **state)
{
    for (size_t i = 0; i < sizeof modes; i++) {
        for (size_t before = 0; before <= 48; before += 3) {
            for (size_t size = 0; size <= 150; size += 25)
                check_reuse(*state, modes[i], before, size);
        }
    }
}

static void test_unsupported(void **state)
{
    static const uint8_t pairs[][2] = {
        {0, SMI_OCB},    {5, SMI_EAX},         {SMI_AES128, 0},
        {SMI_AES128, 4}, {SMI_AES256, 255},    {SMI_3DES, SMI_OCB},
        {SMI_IDEA, 1},   {SMI_CAST5, SMI_GCM}, {SMI_BLOWFISH, SMI_EAX},
        {200, 200},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct smi_aead a = {.handle = f};
        smi_enter(f->context);
        assert_code(f->context, smi_aead_open(f->context, &a, pairs[i][0], pairs[i][1], key),
                    SECMAIL_E_UNSUPPORTED_ALGORITHM);
        assert_null(a.handle);
        smi_aead_close(&a);
    }
}

/* NIST SP 800-38D: GMAC is GCM's tag over associated data alone. In pieces or not. */
static void test_checkmac_is_gmac(void **state)
{
    static const uint8_t gcm_nonce[] = {0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    struct fixture *f = *state;
    struct smi_aead a;
    struct smi_checkmac m;
    uint8_t mac[16], tag[16], data[1000];
    memset(data, 'd', sizeof data);
    assert_ok(f->context, smi_aead_open(f->context, &a, SMI_AES256, SMI_GCM, key));
    assert_int_equal(smi_aead_encrypt(&a, gcm_nonce, data, sizeof data, tag, NULL, 0), 0);
    smi_aead_close(&a);
    assert_ok(f->context, smi_checkmac_open(f->context, &m, key));
    for (size_t piece = 1; piece < 40; piece++) {
        assert_int_equal(smi_checkmac_begin(&m, 0x0102030405060708), 0);
        for (size_t at = 0; at < sizeof data; at += piece) {
            const size_t left = sizeof data - at;
            assert_int_equal(smi_checkmac_update(&m, data + at, piece < left ? piece : left), 0);
        }
        assert_int_equal(smi_checkmac_final(&m, mac), 0);
        assert_memory_equal(mac, tag, sizeof mac);
    }
    smi_checkmac_close(&m);
}

static void check_value(struct fixture *f, const uint8_t of_key[32], uint64_t number,
                        const uint8_t *data, size_t size, uint8_t mac[16])
{
    struct smi_checkmac m;
    assert_ok(f->context, smi_checkmac_open(f->context, &m, of_key));
    assert_int_equal(smi_checkmac_once(&m, number, data, size, mac), 0);
    smi_checkmac_close(&m);
}

static void test_checkmac_differs(void **state)
{
    struct fixture *f = *state;
    uint8_t first[16], mac[16], data[33] = {0}, other[32];
    memcpy(other, key, sizeof other);
    other[0] ^= 1;
    check_value(f, key, 1, data, sizeof data, first);
    check_value(f, key, 2, data, sizeof data, mac);
    assert_memory_not_equal(mac, first, sizeof mac);
    check_value(f, key, 1, data, sizeof data - 1, mac);
    assert_memory_not_equal(mac, first, sizeof mac);
    check_value(f, other, 1, data, sizeof data, mac);
    assert_memory_not_equal(mac, first, sizeof mac);
    data[32] ^= 1;
    check_value(f, key, 1, data, sizeof data, mac);
    assert_memory_not_equal(mac, first, sizeof mac);
    data[32] ^= 1;
    check_value(f, key, 1, data, sizeof data, mac);
    assert_memory_equal(mac, first, sizeof mac);
    check_value(f, key, 1, NULL, 0, mac);
    assert_memory_not_equal(mac, first, sizeof mac);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_table),
        fixture_test(test_round),
        fixture_test(test_modified),
        fixture_test(test_other_lengths),
        fixture_test(test_wrong_key),
        fixture_test(test_in_place),
        fixture_test(test_reuse),
        fixture_test(test_unsupported),
        fixture_test(test_checkmac_is_gmac),
        fixture_test(test_checkmac_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
