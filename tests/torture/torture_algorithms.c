/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The n-th allocation fails: keys of each algorithm are made, read and put to use. */
#include "openpgp_fixture.h"
#include "torture.h"

#include "packet_writer.h"

struct material {
    struct fixture f;
    uint32_t algorithm;
    struct secmail_key *key;
    struct collected file, message;
};

static const char text[] = "What is signed and encrypted\n";

static int generate(struct secmail_context *context, uint32_t algorithm, struct secmail_key **key)
{
    struct secmail_generator *g;
    *key = NULL;
    int rc = secmail_generator_new(context, &g);
    if (!rc)
        rc = secmail_generator_set_algorithm(g, algorithm);
    if (!rc)
        rc = secmail_generator_run(g, key);
    assert_int_equal(*key == NULL, rc != 0);
    secmail_generator_free(g);
    return rc;
}

static int make(struct secmail_context *context, void *user)
{
    const struct material *m = user;
    struct secmail_key *key;
    int rc = generate(context, m->algorithm, &key);
    secmail_key_unref(key);
    return rc;
}

static int read(struct secmail_context *context, void *user)
{
    const struct material *m = user;
    struct secmail_key *key;
    struct secmail_bytes *bytes = NULL;
    int rc = secmail_key_parse(context, &key, m->file.data, m->file.size);
    assert_int_equal(key == NULL, rc != 0);
    if (!rc)
        rc = secmail_key_export(context, key, 0, &bytes);
    if (!rc) {
        assert_int_equal(secmail_bytes_size(bytes), m->file.size);
        assert_memory_equal(secmail_bytes_data(bytes), m->file.data, m->file.size);
    }
    secmail_bytes_free(bytes);
    secmail_key_unref(key);
    return rc;
}

static int encrypt_to(struct secmail_context *context, const struct material *m,
                      struct secmail_bytes **message)
{
    struct secmail_encrypt *e = NULL;
    *message = NULL;
    int rc = secmail_encrypt_new(context, &e);
    if (!rc)
        rc = secmail_encrypt_add_recipient(e, secmail_key_cert(m->key));
    if (!rc)
        rc = secmail_encrypt_add_signer(e, m->key);
    if (!rc)
        rc = secmail_encrypt_bytes(e, (const uint8_t *)text, strlen(text), message);
    assert_int_equal(*message == NULL, rc != 0);
    secmail_encrypt_free(e);
    return rc;
}

static int encrypt(struct secmail_context *context, void *user)
{
    struct secmail_bytes *message;
    int rc = encrypt_to(context, user, &message);
    secmail_bytes_free(message);
    return rc;
}

static int decrypt(struct secmail_context *context, void *user)
{
    const struct material *m = user;
    struct secmail_decrypt *d = NULL;
    struct secmail_bytes *plain = NULL;
    int rc = secmail_decrypt_new(context, &d);
    if (!rc)
        rc = secmail_decrypt_add_key(d, m->key);
    if (!rc)
        rc = secmail_decrypt_add_signer(d, secmail_key_cert(m->key));
    if (!rc)
        rc = secmail_decrypt_bytes(d, m->message.data, m->message.size, &plain);
    if (!rc) {
        assert_int_equal(secmail_bytes_size(plain), strlen(text));
        assert_memory_equal(secmail_bytes_data(plain), text, strlen(text));
        assert_int_equal(secmail_decrypt_good_count(d), 1);
    }
    secmail_bytes_free(plain);
    secmail_decrypt_free(d);
    return rc;
}

static void keep(struct collected *to, struct secmail_bytes *bytes)
{
    put(to, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
}

static void each_algorithm(void **state)
{
    (void)state;
    static const uint32_t algorithms[] = {SECMAIL_KEY_CURVE448, SECMAIL_KEY_RSA2048,
                                          SECMAIL_KEY_NISTP256, SECMAIL_KEY_BRAINPOOLP256R1};
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        struct material m = {.algorithm = algorithms[i]};
        struct secmail_bytes *bytes;
        fixture_init(&m.f, NULL);
        assert_ok(m.f.context, generate(m.f.context, m.algorithm, &m.key));
        assert_ok(m.f.context, secmail_key_export(m.f.context, m.key, 0, &bytes));
        keep(&m.file, bytes);
        assert_ok(m.f.context, encrypt_to(m.f.context, &m, &bytes));
        keep(&m.message, bytes);
        if (m.algorithm != SECMAIL_KEY_RSA2048) /* seconds for each allocation */
            torture_run(make, &m, 3000);
        torture_run(read, &m, 3000);
        torture_run(encrypt, &m, 3000);
        torture_run(decrypt, &m, 3000);
        secmail_key_unref(m.key);
        drop(&m.file);
        drop(&m.message);
        fixture_done(&m.f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_algorithm)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
