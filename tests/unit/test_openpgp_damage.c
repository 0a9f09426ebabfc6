/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Damaged input through the highest calls: cut at each byte, changed at each byte, and garbage.
 * Never a crash, never a byte that isn't authentic, always a documented error. */
#include "packet_writer.h"

static const char text[] = "The plaintext of this message is this sentence.";

/* What secmail_decrypt_update() documents. */
static bool is_documented(int code)
{
    static const int codes[] = {
        SECMAIL_E_NO_DATA,
        SECMAIL_E_CANNOT_DECRYPT,
        SECMAIL_E_WRONG_PASSWORD,
        SECMAIL_E_MODIFIED,
        SECMAIL_E_TRUNCATED,
        SECMAIL_E_MALFORMED,
        SECMAIL_E_UNPROTECTED,
        SECMAIL_E_UNSUPPORTED_ALGORITHM,
        SECMAIL_E_UNSUPPORTED_VERSION,
        SECMAIL_E_CRITICAL_PACKET,
        SECMAIL_E_ARMOR,
        SECMAIL_E_ARMOR_KIND,
        SECMAIL_E_WEAK_POINT,
        SECMAIL_E_LIMIT_PACKET_SIZE,
        SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB,
        SECMAIL_E_LIMIT_ARGON2_WORK,
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (code == codes[i])
            return true;
    }
    return false;
}

static void check_code(const struct fixture *f, int code)
{
    if (!is_documented(code))
        fail_msg("%d (%s) is not documented for decryption", code,
                 secmail_context_error_detail(f->context));
    assert_int_equal(secmail_context_error_code(f->context), code);
    assert_true(*secmail_context_error_detail(f->context));
}

struct sample {
    struct collected message;
    struct secmail_key *key;
    const char *password;
    unsigned version;
    bool armored;
};

/* Opens a damaged message in both ways. Success is allowed where the damage is in nothing that is
 * looked at; then the text must be whole. */
static bool opens(struct fixture *f, const struct sample *s, const uint8_t *data, size_t size)
{
    const struct openers o = {.key = s->key, .password = s->password};
    /* Just so much memory, so that a sanitizer sees a step outside. */
    uint8_t *exact = malloc(size ? size : 1);
    memcpy(exact, data, size);
    struct secmail_decrypt *d = make_decrypt(f, &o);
    struct secmail_bytes *bytes;
    const int rc = secmail_decrypt_bytes(d, exact, size, &bytes);
    assert_int_equal(rc == 0, bytes != NULL);
    if (rc) {
        check_code(f, rc);
        assert_int_equal(secmail_decrypt_verdict_count(d), 0);
    } else {
        assert_int_equal(secmail_bytes_size(bytes), strlen(text));
        assert_memory_equal(secmail_bytes_data(bytes), text, strlen(text));
    }
    secmail_bytes_free(bytes);
    secmail_decrypt_free(d);
    struct collected plain = {0};
    d = make_decrypt(f, &o);
    const int streamed = drive(decrypt_update, d, exact, size, 11, 5, &plain);
    assert_int_equal(streamed, rc);
    /* All of it is in one chunk: an error after the text is an error behind that chunk. */
    assert_true(plain.size == 0 || plain.size == strlen(text));
    if (plain.size)
        assert_memory_equal(plain.data, text, plain.size);
    if (rc && s->version == 1 && plain.size) /* what follows the packet, or the armor's end */
        assert_true(rc == SECMAIL_E_MALFORMED || rc == SECMAIL_E_ARMOR ||
                    rc == SECMAIL_E_TRUNCATED || rc == SECMAIL_E_CRITICAL_PACKET);
    secmail_decrypt_free(d);
    drop(&plain);
    free(exact);
    return rc == 0;
}

/* A message by the library, or by hand with a cheap password. */
static struct sample make_sample(struct fixture *f, unsigned version, bool armored, bool password)
{
    struct sample s = {.version = version, .armored = armored};
    if (!password) {
        struct secmail_encrypt *e;
        s.key = make_key(f, version == 1 ? SECMAIL_PROFILE_RFC4880 : SECMAIL_PROFILE_RFC9580, "A");
        assert_ok(f->context, secmail_encrypt_new(f->context, &e));
        assert_ok(f->context, secmail_encrypt_set_armor(e, armored));
        assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(s.key)));
        assert_ok(f->context, secmail_encrypt_add_signer(e, s.key));
        assert_ok(f->context, drive(encrypt_update, e, (const uint8_t *)text, strlen(text), 100,
                                    1000, &s.message));
        secmail_encrypt_free(e);
        return s;
    }
    const struct session session = make_session(f, SMI_AES256);
    const struct smi_s2k s2k = cheap_s2k();
    struct collected content = {0}, binary = {0};
    struct secmail_armor *armor;
    put_literal(&content, text, strlen(text));
    if (version == 1)
        put_skesk4(f, &binary, &s2k, "password", &session);
    else
        put_skesk6(f, &binary, &s2k, "password", &session);
    put_seipd(f, &binary, version, &session, &content);
    s.password = "password";
    s.message = binary;
    if (armored) {
        s.message = (struct collected){0};
        assert_ok(f->context, secmail_armor_new(f->context, &armor, SECMAIL_ARMOR_AUTO));
        assert_ok(f->context,
                  drive(armor_update, armor, binary.data, binary.size, 1000, 1000, &s.message));
        secmail_armor_free(armor);
        drop(&binary);
    }
    drop(&content);
    return s;
}

static void free_sample(struct sample *s)
{
    drop(&s->message);
    secmail_key_unref(s->key);
}

static void each_sample(struct fixture *f, void (*check)(struct fixture *f, struct sample *s))
{
    for (int i = 0; i < 8; i++) {
        struct sample s = make_sample(f, 1 + i % 2, i / 2 % 2, i >= 4);
        assert_true(opens(f, &s, s.message.data, s.message.size));
        check(f, &s);
        free_sample(&s);
    }
}

static void cut(struct fixture *f, struct sample *s)
{
    for (size_t size = 0; size < s->message.size; size++) {
        /* Of armor, the last line feed may be missing. */
        const bool whole = s->armored && size + 1 == s->message.size;
        assert_int_equal(opens(f, s, s->message.data, size), whole);
    }
}

static void cut_at_each_byte(void **state)
{
    each_sample(*state, cut);
}

/* The beginning missing. */
static void beginning_cut(struct fixture *f, struct sample *s)
{
    for (size_t at = 1; at <= s->message.size; at += 1 + at / 20)
        assert_false(opens(f, s, s->message.data + at, s->message.size - at));
}

static void without_its_beginning(void **state)
{
    each_sample(*state, beginning_cut);
}

static void changed(struct fixture *f, struct sample *s)
{
    static const uint8_t masks[] = {0x01, 0x80, 0xff};
    size_t harmless = 0;
    for (size_t i = 0; i < s->message.size; i++) {
        for (size_t m = 0; m < sizeof masks; m++) {
            s->message.data[i] ^= masks[m];
            harmless += opens(f, s, s->message.data, s->message.size);
            s->message.data[i] ^= masks[m];
        }
    }
    /* Nothing of a binary message is free: but for the high bits of an MPI's bit count. In armor,
     * it is blanks, the checksum, and the case of nothing. */
    if (!s->armored)
        assert_true(harmless <= 2);
    else
        assert_true(harmless < 60);
}

static void changed_at_each_byte(void **state)
{
    each_sample(*state, changed);
}

/* Something behind the message. */
static void followed(struct fixture *f, struct sample *s)
{
    static const uint8_t more[] = {0x00, 'x', 0xc0, 0xca, 0xd2, 0xff};
    for (size_t i = 0; i < sizeof more; i++) {
        put_u8(&s->message, more[i]);
        /* Behind armor stands what the mail goes on with. */
        assert_int_equal(opens(f, s, s->message.data, s->message.size), s->armored);
        s->message.size--;
    }
}

static void followed_by_more(void **state)
{
    each_sample(*state, followed);
}

/* ---------------------------------------------------------------- keys and signatures */

/* All the readers, over the same bytes. What they make is used once and freed. */
static void read_all(struct fixture *f, const uint8_t *data, size_t size)
{
    struct secmail_cert *cert;
    struct secmail_key *key;
    struct secmail_ring *ring;
    struct secmail_key_ring *keys;
    struct secmail_bytes *bytes;
    struct secmail_verify *v;
    uint8_t *exact = malloc(size ? size : 1);
    memcpy(exact, data, size);
    if (secmail_cert_parse(f->context, &cert, exact, size) == 0) {
        for (size_t i = 0; i < secmail_cert_key_count(cert); i++) {
            struct secmail_key_info info = {.size = sizeof info};
            assert_ok(f->context, secmail_cert_key_info(f->context, cert, i, NULL, &info));
            assert_true(!info.validity || !info.flags);
        }
        assert_ok(f->context, secmail_cert_export(f->context, cert, 1, &bytes));
        secmail_bytes_free(bytes);
        secmail_cert_unref(cert);
    } else {
        assert_null(cert);
        assert_true(secmail_context_error_code(f->context) < 0);
    }
    if (secmail_key_parse(f->context, &key, exact, size) == 0) {
        assert_ok(f->context, secmail_key_export(f->context, key, 0, &bytes));
        secmail_bytes_free(bytes);
        secmail_key_unref(key);
    }
    if (secmail_ring_parse(f->context, &ring, exact, size) == 0) {
        assert_true(secmail_ring_count(ring) > 0);
        secmail_ring_unref(ring);
    }
    if (secmail_key_ring_parse(f->context, &keys, exact, size) == 0)
        secmail_key_ring_unref(keys);
    assert_ok(f->context, secmail_verify_new(f->context, &v));
    if (secmail_verify_add_signatures(v, exact, size) == 0) {
        assert_ok(f->context, secmail_verify_update(v, exact, size));
        assert_ok(f->context, secmail_verify_finish(v));
        assert_int_equal(secmail_verify_good_count(v), 0);
    }
    secmail_verify_free(v);
    free(exact);
}

static void damaged_keys(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 4; i++) {
        struct secmail_key *key = make_key(
            f, i % 2 ? SECMAIL_PROFILE_RFC4880 : SECMAIL_PROFILE_RFC9580, "Alice");
        struct secmail_bytes *bytes;
        struct collected c = {0};
        assert_ok(f->context, secmail_key_export(f->context, key, i >= 2, &bytes));
        put(&c, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
        secmail_bytes_free(bytes);
        for (size_t at = 0; at < c.size; at++) {
            read_all(f, c.data, at);
            c.data[at] ^= 0xff;
            read_all(f, c.data, c.size);
            c.data[at] ^= 0xff ^ 0x10;
            read_all(f, c.data, c.size);
            c.data[at] ^= 0x10;
        }
        secmail_key_unref(key);
        drop(&c);
    }
}

static void garbage(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 3000; round++) {
        uint8_t size;
        fixture_random(f, &size, 1);
        uint8_t *data = make_data(f, size);
        if (size && round % 2) /* mostly, text is no OpenPGP data; make it look like a packet */
            data[0] |= 0x80;
        const struct sample s = {.password = "x"};
        assert_false(opens(f, &s, data, size));
        read_all(f, data, size);
        free(data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(cut_at_each_byte),     fixture_test(without_its_beginning),
        fixture_test(changed_at_each_byte), fixture_test(followed_by_more),
        fixture_test(damaged_keys),         fixture_test(garbage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
