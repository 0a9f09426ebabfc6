/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Session keys encrypted with RSA. Whatever is wrong with one must look the same from outside, or
 * the receiver is an oracle (Bleichenbacher, ROBOT, Marvin). */
#include "openpgp_fixture.h"
#include "packet_writer.h"

/* What is wrong inside an encrypted session key. */
enum wrong {
    NOTHING,
    PADDING,  /* a number that decrypts to anything */
    CHECKSUM, /* of the key */
    CIPHER,   /* one that is unknown */
    OTHER,    /* a known cipher with another key size */
    SHORT,    /* a byte of the key is missing */
    LONG,     /* a byte too much */
    EMPTY,    /* nothing at all */
    WRONGS
};

static const char text[] = "Attack at dawn";

static uint8_t other_cipher(const struct session *s)
{
    return s->cipher == SMI_AES192 ? SMI_AES256 : SMI_AES192;
}

/* Cipher (version 3), key and checksum; returns the size. */
static size_t clear_key(uint8_t *clear, unsigned version, const struct session *s, enum wrong wrong)
{
    const size_t size = smi_cipher_key_size(s->cipher);
    unsigned sum = 0;
    size_t n = 0;
    if (version == 3)
        clear[n++] = wrong == CIPHER ? 99 : wrong == OTHER ? other_cipher(s) : s->cipher;
    memcpy(clear + n, s->key, size);
    for (size_t i = 0; i < size; i++)
        sum += s->key[i];
    n += wrong == SHORT ? size - 1 : size;
    if (wrong == LONG)
        clear[n++] = 0;
    clear[n++] = (uint8_t)((sum >> 8) ^ (wrong == CHECKSUM));
    clear[n++] = (uint8_t)sum;
    return wrong == EMPTY ? 0 : n;
}

static void put_encrypted(struct fixture *f, struct collected *body, uint8_t algo, unsigned version,
                          const struct session *s, enum wrong wrong)
{
    static const uint8_t e[] = {1, 0, 1};
    uint8_t n[RSA_SIZE], clear[64], out[RSA_SIZE];
    const struct smi_rsa_public_numbers key = {{n, rsa_number(algo, 0, n)}, {e, sizeof e}};
    const size_t size = clear_key(clear, version, s, wrong);
    assert_int_equal(smi_rsa_pkcs1_encrypt(f->context, &key, clear, size, out), 0);
    if (wrong == PADDING)
        out[RSA_SIZE - 1] ^= 1;
    put_mpi(body, out, sizeof out);
}

static void put_rsa_pkesk(struct fixture *f, struct collected *c, unsigned version,
                          const struct test_key *to, const struct session *s, bool hidden,
                          enum wrong wrong)
{
    struct collected body = {0};
    put_u8(&body, version);
    if (version == 3) {
        put(&body, hidden ? (const uint8_t *)"\0\0\0\0\0\0\0\0" : to->key_id, 8);
    } else {
        put_u8(&body, hidden ? 0 : to->fp_size + 1u);
        if (!hidden) {
            put_u8(&body, to->version);
            put(&body, to->fp, to->fp_size);
        }
    }
    put_u8(&body, to->algo);
    put_encrypted(f, &body, to->algo, version, s, wrong);
    put_body_drop(c, TAG_PKESK, &body);
}

static struct secmail_key *secret_key(struct fixture *f, const struct test_key *key)
{
    struct collected c = {0};
    struct secmail_key *parsed;
    put_secret_key(&c, TAG_SECRET_KEY, key);
    assert_ok(f->context, secmail_key_parse(f->context, &parsed, c.data, c.size));
    drop(&c);
    return parsed;
}

/* Decrypts with the keys, and a password if it is not NULL. */
static int open_message(struct fixture *f, struct secmail_key *const *keys, size_t count,
                        const struct secmail_secret *password, const struct collected *message)
{
    struct secmail_decrypt *d;
    struct collected plain = {0};
    assert_ok(f->context, secmail_decrypt_new(f->context, &d));
    for (size_t i = 0; i < count; i++)
        assert_ok(f->context, secmail_decrypt_add_key(d, keys[i]));
    if (password)
        assert_ok(f->context, secmail_decrypt_add_password(d, password));
    const int status = drive(decrypt_update, d, message->data, message->size, 4096, 4096, &plain);
    if (status == SECMAIL_DONE) {
        assert_int_equal(plain.size, strlen(text));
        assert_memory_equal(plain.data, text, strlen(text));
    } else {
        assert_int_equal(plain.size, 0);
    }
    secmail_decrypt_free(d);
    drop(&plain);
    return status;
}

static struct test_key rsa_key(struct fixture *f, uint8_t version, uint8_t algo)
{
    return test_key(f, version, algo, f->now - 1000);
}

/* The code and the text of each failure are those of a message that was changed on its way. */
static void failures_look_alike(void **state)
{
    struct fixture *f = *state;
    static const uint8_t ciphers[] = {SMI_AES128, SMI_AES192, SMI_AES256};
    for (unsigned version = 3; version <= 6; version += 3) {
        struct test_key key = rsa_key(f, version == 3 ? 4 : 6, PK_RSA);
        struct secmail_key *secret = secret_key(f, &key);
        char detail[300] = "";
        for (size_t c = 0; c < 3; c++) {
            for (int wrong = NOTHING; wrong < WRONGS; wrong++) {
                struct session s = make_session(f, ciphers[c]);
                struct collected message = {0}, content = {0};
                put_literal(&content, text, strlen(text));
                put_rsa_pkesk(f, &message, version, &key, &s, false, wrong);
                put_seipd(f, &message, version == 3 ? 1 : 2, &s, &content);
                if (version == 6 && (wrong == CIPHER || wrong == OTHER)) {
                    /* Instead: another cipher in the data packet than the key is for. */
                    drop(&message);
                    struct session other = s;
                    other.cipher = other_cipher(&s);
                    put_rsa_pkesk(f, &message, version, &key, &s, false, NOTHING);
                    put_seipd(f, &message, 2, &other, &content);
                }
                const int status = open_message(f, &secret, 1, NULL, &message);
                assert_int_equal(status, wrong ? SECMAIL_E_MODIFIED : SECMAIL_DONE);
                if (wrong && !detail[0])
                    snprintf(detail, sizeof detail, "%s", secmail_context_error_detail(f->context));
                else if (wrong)
                    assert_string_equal(secmail_context_error_detail(f->context), detail);
                drop(&message);
                drop(&content);
            }
        }
        secmail_key_unref(secret);
        drop(&key.body);
    }
}

/* A packet that names nobody is tried with each key, and a password has its turn too. */
static void hidden_recipients(void **state)
{
    struct fixture *f = *state;
    for (unsigned version = 3; version <= 6; version += 3) {
        const uint8_t own = version == 3 ? 4 : 6;
        struct test_key a = rsa_key(f, own, PK_RSA), b = rsa_key(f, own, PK_RSA_SIGN);
        b.algo = PK_RSA; /* the other numbers, as a key that encrypts */
        b.body.data[5] = PK_RSA;
        struct session s = make_session(f, SMI_AES256);
        struct collected content = {0}, message = {0}, file = {0};
        struct secmail_key *keys[2];
        put_literal(&content, text, strlen(text));
        put_rsa_pkesk(f, &message, version, &a, &s, true, NOTHING);
        put_seipd(f, &message, version == 3 ? 1 : 2, &s, &content);
        /* b's secret part has the numbers of PK_RSA_SIGN. */
        struct collected body = {0};
        put_all(&body, &b.body);
        put_u8(&body, 0);
        const size_t start = body.size;
        put_rsa_secret(&body, PK_RSA_SIGN);
        unsigned sum = 0;
        for (size_t i = start; i < body.size; i++)
            sum += body.data[i];
        if (version == 3)
            put_u16(&body, sum & 0xffff);
        put_body_drop(&file, TAG_SECRET_KEY, &body);
        assert_ok(f->context, secmail_key_parse(f->context, &keys[0], file.data, file.size));
        keys[1] = secret_key(f, &a);
        assert_int_equal(open_message(f, keys, 2, NULL, &message), SECMAIL_DONE);
        assert_int_equal(open_message(f, keys, 1, NULL, &message), SECMAIL_E_MODIFIED);
        assert_non_null(strstr(secmail_context_error_detail(f->context), "for somebody else"));
        secmail_key_unref(keys[0]);
        secmail_key_unref(keys[1]);
        drop(&file);
        drop(&message);
        drop(&content);
        drop(&a.body);
        drop(&b.body);
    }
}

/* Each packet gives a session key, and each of those may have to be tried on all of the data: only
 * the first one that names the key counts. */
static void one_packet_for_each_key(void **state)
{
    struct fixture *f = *state;
    for (unsigned version = 3; version <= 6; version += 3) {
        struct test_key key = rsa_key(f, version == 3 ? 4 : 6, PK_RSA);
        struct secmail_key *secret = secret_key(f, &key);
        struct session s = make_session(f, SMI_AES256), other = make_session(f, SMI_AES256);
        for (int row = 0; row < 4; row++) {
            const bool hidden = row >= 2, good_first = row % 2;
            struct collected message = {0}, content = {0};
            put_literal(&content, text, strlen(text));
            put_rsa_pkesk(f, &message, version, &key, good_first ? &s : &other, hidden, NOTHING);
            put_rsa_pkesk(f, &message, version, &key, good_first ? &other : &s, hidden, NOTHING);
            put_seipd(f, &message, version == 3 ? 1 : 2, &s, &content);
            assert_int_equal(open_message(f, &secret, 1, NULL, &message),
                             hidden || good_first ? SECMAIL_DONE : SECMAIL_E_MODIFIED);
            drop(&message);
            drop(&content);
        }
        secmail_key_unref(secret);
        drop(&key.body);
    }
}

/* The RSA key opens nothing, and nobody may know it; the password that is there does. */
static void password_beside_rsa(void **state)
{
    struct fixture *f = *state;
    struct secmail_secret *password = make_secret(f, "password");
    struct test_key key = rsa_key(f, 4, PK_RSA);
    struct secmail_key *secret = secret_key(f, &key);
    const struct smi_s2k s2k = cheap_s2k();
    struct collected message = {0}, content = {0};
    struct session other = make_session(f, SMI_AES256);
    put_literal(&content, text, strlen(text));
    put_rsa_pkesk(f, &message, 3, &key, &other, true, PADDING);
    const struct session s = put_skesk4(f, &message, &s2k, "password", NULL);
    put_seipd(f, &message, 1, &s, &content);
    assert_int_equal(open_message(f, &secret, 1, password, &message), SECMAIL_DONE);
    assert_int_equal(open_message(f, &secret, 0, password, &message), SECMAIL_DONE);
    secmail_key_unref(secret);
    secmail_secret_free(password);
    drop(&message);
    drop(&content);
    drop(&key.body);
}

/* rnp#2465: one in 256 numbers has a leading zero byte, which the MPI leaves out. */
static void short_numbers(void **state)
{
    struct fixture *f = *state;
    struct test_key key = rsa_key(f, 4, PK_RSA);
    struct secmail_key *secret = secret_key(f, &key);
    int found = 0;
    for (int i = 0; i < 100000 && found < 2; i++) {
        struct session s = make_session(f, SMI_AES128);
        struct collected message = {0}, content = {0};
        put_rsa_pkesk(f, &message, 3, &key, &s, false, NOTHING);
        /* header of 3 bytes, version, key ID, algorithm: the MPI's bit count */
        const unsigned bits = message.data[13] << 8 | message.data[14];
        if (bits <= 2040) {
            found++;
            put_literal(&content, text, strlen(text));
            put_seipd(f, &message, 1, &s, &content);
            assert_int_equal(open_message(f, &secret, 1, NULL, &message), SECMAIL_DONE);
        }
        drop(&message);
        drop(&content);
    }
    assert_int_equal(found, 2);
    secmail_key_unref(secret);
    drop(&key.body);
}

/* A number that is too large for the key is no secret: it is for somebody else. */
static void numbers_beyond_the_key(void **state)
{
    struct fixture *f = *state;
    struct test_key key = rsa_key(f, 4, PK_RSA);
    struct secmail_key *secret = secret_key(f, &key);
    struct session s = make_session(f, SMI_AES256);
    struct collected message = {0}, content = {0}, body = {0};
    uint8_t large[RSA_SIZE + 1];
    memset(large, 0xff, sizeof large);
    put_literal(&content, text, strlen(text));
    put_u8(&body, 3);
    put(&body, key.key_id, 8);
    put_u8(&body, PK_RSA);
    put_mpi(&body, large, sizeof large);
    put_body_drop(&message, TAG_PKESK, &body);
    put_seipd(f, &message, 1, &s, &content);
    assert_int_equal(open_message(f, &secret, 1, NULL, &message), SECMAIL_E_CANNOT_DECRYPT);
    secmail_key_unref(secret);
    drop(&message);
    drop(&content);
    drop(&key.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(failures_look_alike),     fixture_test(hidden_recipients),
        fixture_test(one_packet_for_each_key), fixture_test(password_beside_rsa),
        fixture_test(short_numbers),           fixture_test(numbers_beyond_the_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
