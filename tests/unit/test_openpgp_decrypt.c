/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decryption: what opens a message and what doesn't, the forms that a message may have, signatures
 * inside, and the second reading. Attacks are in test_openpgp_attacks.c, limits in
 * test_openpgp_limits.c. */
#include "packet_writer.h"

static const char text[] = "Meet me at noon.\n";

enum { DAY = 86400 };

static struct collected literal_content(void)
{
    struct collected content = {0};
    put_literal(&content, text, strlen(text));
    return content;
}

/* A message of `content`, opened with the session key. */
static void check_content(struct fixture *f, const struct collected *content, int want,
                          const char *plain, const char *file, int line)
{
    const struct session s = make_session(f, SMI_AES256);
    for (unsigned version = 1; version <= 2; version++) {
        struct collected message = {0};
        put_seipd(f, &message, version, &s, content);
        fixture_check_open(f, &(struct openers){.session = &s}, &message, want, plain, file, line);
        drop(&message);
    }
}

#define check_content_drop(f, content, want, plain)                                                \
    do {                                                                                           \
        check_content(f, content, want, plain, __FILE__, __LINE__);                                \
        drop(content);                                                                             \
    } while (0)

static struct collected exported(struct fixture *f, struct secmail_encrypt *e, const char *data)
{
    struct secmail_bytes *bytes;
    struct collected c = {0};
    assert_ok(f->context, secmail_encrypt_bytes(e, (const uint8_t *)data, strlen(data), &bytes));
    put(&c, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    secmail_encrypt_free(e);
    return c;
}

static struct collected encrypted_to(struct fixture *f, struct secmail_key *key)
{
    struct secmail_encrypt *e;
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
    return exported(f, e, text);
}

/* ---------------------------------------------------------------- arguments and states */

static void arguments(void **state)
{
    struct fixture *f = *state;
    struct secmail_decrypt *d = (struct secmail_decrypt *)(uintptr_t)1;
    struct secmail_secret *secret = (struct secmail_secret *)(uintptr_t)1;
    struct secmail_bytes *bytes = (struct secmail_bytes *)(uintptr_t)1;
    uint8_t room[8] = {0xc0};
    struct secmail_input in = {room, 1, 0}, bad_in = {NULL, 1, 0}, past = {room, 1, 2};
    struct secmail_output out = {room, 8, 0}, bad_out = {NULL, 1, 0};
    assert_int_equal(secmail_decrypt_new(NULL, &d), SECMAIL_E_ARGUMENT);
    assert_null(d);
    assert_int_equal(secmail_decrypt_new(f->context, NULL), SECMAIL_E_ARGUMENT);
    secmail_decrypt_free(NULL);
    assert_int_equal(secmail_decrypt_set_policy(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_decrypt_allow_rewind(NULL, SECMAIL_REWIND_COMPARED),
                     SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_decrypt_add_key(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_decrypt_add_password(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_decrypt_add_session_key(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_decrypt_add_signer(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_decrypt_update(NULL, &in, &out, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_decrypt_bytes(NULL, room, 1, &bytes), SECMAIL_E_ARGUMENT);
    assert_null(bytes);
    assert_int_equal(secmail_decrypt_format(NULL), SECMAIL_FORMAT_AUTO);
    assert_int_equal(secmail_decrypt_session_key(NULL, &secret), SECMAIL_E_ARGUMENT);
    assert_null(secret);
    assert_int_equal(secmail_decrypt_good_count(NULL), 0);
    assert_int_equal(secmail_decrypt_verdict_count(NULL), 0);
    assert_null(secmail_decrypt_verdict(NULL, 0));
    assert_ok(f->context, secmail_decrypt_new(f->context, &d));
    assert_code(f->context, secmail_decrypt_set_policy(d, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_decrypt_add_key(d, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_decrypt_add_password(d, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_decrypt_add_session_key(d, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_decrypt_add_signer(d, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_decrypt_update(d, NULL, &out, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_decrypt_update(d, &in, NULL, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_decrypt_update(d, &bad_in, &out, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_decrypt_update(d, &past, &out, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_decrypt_update(d, &in, &bad_out, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_decrypt_session_key(d, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_decrypt_bytes(d, room, 1, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_decrypt_bytes(d, NULL, 1, &bytes), SECMAIL_E_ARGUMENT);
    secmail_decrypt_free(d);
}

static void session_keys_are_checked(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint8_t cipher;
        size_t size;
        int want;
    } rows[] = {{SMI_AES256, 32, 0},
                {SMI_AES128, 16, 0},
                {SMI_AES256, 31, SECMAIL_E_ARGUMENT},
                {SMI_AES256, 33, SECMAIL_E_ARGUMENT},
                {SMI_AES256, 0, SECMAIL_E_ARGUMENT},
                {0, 16, SECMAIL_E_UNSUPPORTED_ALGORITHM},
                {99, 16, SECMAIL_E_UNSUPPORTED_ALGORITHM}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[34] = {rows[i].cipher};
        struct secmail_secret *secret;
        struct secmail_decrypt *d = make_decrypt(f, &(struct openers){0});
        assert_ok(f->context, secmail_secret_new(f->context, &secret, bytes, rows[i].size + 1));
        assert_code(f->context, secmail_decrypt_add_session_key(d, secret), rows[i].want);
        secmail_secret_free(secret);
        assert_ok(f->context, secmail_secret_new(f->context, &secret, NULL, 0));
        assert_code(f->context, secmail_decrypt_add_session_key(d, secret), SECMAIL_E_ARGUMENT);
        secmail_secret_free(secret);
        secmail_decrypt_free(d);
    }
}

static void states(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice");
    struct secmail_secret *secret = make_secret(f, "x"), *found;
    struct secmail_policy *policy;
    struct secmail_bytes *bytes;
    struct collected message = encrypted_to(f, key), plain = {0};
    assert_ok(f->context, secmail_policy_standard(f->context, &policy));
    struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.key = key});
    assert_ok(f->context, secmail_decrypt_set_policy(d, policy));
    for (int done = 0; done < 2; done++) {
        uint8_t room[10];
        struct secmail_input in = {message.data, 1, 0};
        struct secmail_output out = {room, 10, 0};
        assert_code(f->context, secmail_decrypt_session_key(d, &found), done ? 0 : SECMAIL_E_STATE);
        assert_int_equal(secmail_decrypt_format(d), done ? SECMAIL_FORMAT_SEIPDV2 : 0);
        secmail_secret_free(found);
        if (!done)
            assert_int_equal(secmail_decrypt_update(d, &in, &out, 0), SECMAIL_NEEDS_INPUT);
        assert_code(f->context, secmail_decrypt_set_policy(d, policy), SECMAIL_E_STATE);
        assert_code(f->context, secmail_decrypt_allow_rewind(d, SECMAIL_REWIND_COMPARED),
                    SECMAIL_E_STATE);
        assert_code(f->context, secmail_decrypt_add_key(d, key), SECMAIL_E_STATE);
        assert_code(f->context, secmail_decrypt_add_password(d, secret), SECMAIL_E_STATE);
        assert_code(f->context, secmail_decrypt_add_session_key(d, secret), SECMAIL_E_STATE);
        assert_code(f->context, secmail_decrypt_add_signer(d, secmail_key_cert(key)),
                    SECMAIL_E_STATE);
        assert_code(f->context, secmail_decrypt_bytes(d, message.data, message.size, &bytes),
                    SECMAIL_E_STATE);
        assert_null(bytes);
        if (!done)
            assert_ok(f->context,
                      drive(decrypt_update, d, message.data + 1, message.size - 1, 20, 20, &plain));
    }
    assert_int_equal(plain.size, strlen(text));
    struct secmail_input in = {message.data, 1, 0};
    struct secmail_output out = {NULL, 0, 0};
    assert_code(f->context, secmail_decrypt_update(d, &in, &out, 0), SECMAIL_E_STATE);
    secmail_decrypt_free(d);
    /* After an error, too. */
    d = make_decrypt(f, &(struct openers){0});
    assert_code(f->context, secmail_decrypt_bytes(d, message.data, message.size, &bytes),
                SECMAIL_E_CANNOT_DECRYPT);
    assert_code(f->context, secmail_decrypt_update(d, &in, &out, 0), SECMAIL_E_STATE);
    assert_code(f->context, secmail_decrypt_session_key(d, &found), SECMAIL_E_STATE);
    secmail_decrypt_free(d);
    secmail_policy_unref(policy);
    secmail_secret_free(secret);
    secmail_key_unref(key);
    drop(&plain);
    drop(&message);
}

/* The operation keeps what it was given: the caller's own references may go. */
static void references_are_taken(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC4880, "Alice");
    struct collected message = encrypted_to(f, key);
    struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.key = key, .password = "x"});
    struct secmail_bytes *bytes;
    secmail_key_unref(key);
    assert_ok(f->context, secmail_decrypt_bytes(d, message.data, message.size, &bytes));
    secmail_decrypt_free(d);
    assert_memory_equal(secmail_bytes_data(bytes), text, strlen(text));
    secmail_bytes_free(bytes);
    drop(&message);
}

/* ---------------------------------------------------------------- what opens a message */

static void session_key_and_format(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice");
    for (uint32_t format = SECMAIL_FORMAT_SEIPDV1; format <= SECMAIL_FORMAT_SEIPDV2; format++) {
        struct secmail_encrypt *e;
        struct secmail_secret *sent, *found;
        struct secmail_bytes *bytes, *plain;
        assert_ok(f->context, secmail_encrypt_new(f->context, &e));
        assert_ok(f->context, secmail_encrypt_set_format(e, format));
        assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
        assert_ok(f->context,
                  secmail_encrypt_bytes(e, (const uint8_t *)text, strlen(text), &bytes));
        assert_ok(f->context, secmail_encrypt_session_key(e, &sent));
        struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.key = key});
        assert_int_equal(secmail_decrypt_format(d), SECMAIL_FORMAT_AUTO);
        assert_ok(f->context, secmail_decrypt_bytes(d, secmail_bytes_data(bytes),
                                                    secmail_bytes_size(bytes), &plain));
        assert_int_equal(secmail_decrypt_format(d), format);
        assert_ok(f->context, secmail_decrypt_session_key(d, &found));
        assert_int_equal(secmail_secret_equal(sent, found), 1);
        secmail_bytes_free(plain);
        secmail_decrypt_free(d);
        /* And it opens the message for whoever has nothing else. */
        d = make_decrypt(f, &(struct openers){0});
        assert_ok(f->context, secmail_decrypt_add_session_key(d, found));
        assert_ok(f->context, secmail_decrypt_bytes(d, secmail_bytes_data(bytes),
                                                    secmail_bytes_size(bytes), &plain));
        secmail_bytes_free(plain);
        secmail_decrypt_free(d);
        secmail_secret_free(sent);
        secmail_secret_free(found);
        secmail_bytes_free(bytes);
        secmail_encrypt_free(e);
    }
    secmail_key_unref(key);
}

static void all_ciphers_and_modes(void **state)
{
    struct fixture *f = *state;
    static const uint8_t ciphers[] = {1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13};
    struct collected content = literal_content();
    for (size_t i = 0; i < sizeof ciphers; i++) {
        const struct session s = make_session(f, ciphers[i]);
        struct collected message = {0}, body = {0};
        put_seipd1_body(f, &body, &s, content.data, content.size, MDC_RIGHT);
        /* The prefix has the size of the cipher's block, which isn't 16 for the old ones. */
        put_body_drop(&message, TAG_SEIPD, &body);
        check_open(f, &(struct openers){.session = &s}, &message, 0, text);
        drop(&message);
        for (uint8_t mode = 1; mode <= 3 && smi_cipher_block_size(ciphers[i]) == 16; mode++) {
            put_seipd2_body(f, &body, &s, mode, 3, content.data, content.size);
            put_body_drop(&message, TAG_SEIPD, &body);
            check_open(f, &(struct openers){.session = &s}, &message, 0, text);
            drop(&message);
        }
    }
    drop(&content);
}

static void unsupported(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES128);
    struct collected content = literal_content(), body = {0}, message = {0};
    put_seipd2_body(f, &body, &s, SMI_OCB, 0, content.data, content.size);
    for (unsigned i = 0; i < 256; i++) {
        body.data[1] = (uint8_t)i;
        put_body(&message, TAG_SEIPD, &body);
        if (smi_cipher_block_size((uint8_t)i) != 16)
            check_open(f, &(struct openers){.session = &s}, &message,
                       SECMAIL_E_UNSUPPORTED_ALGORITHM, NULL);
        drop(&message);
    }
    body.data[1] = SMI_AES128;
    for (unsigned i = 0; i < 256; i++) {
        body.data[2] = (uint8_t)i;
        put_body(&message, TAG_SEIPD, &body);
        check_open(f, &(struct openers){.session = &s}, &message,
                   i == 2             ? 0
                   : i == 1 || i == 3 ? SECMAIL_E_MODIFIED
                                      : SECMAIL_E_UNSUPPORTED_ALGORITHM,
                   NULL);
        drop(&message);
    }
    body.data[2] = SMI_OCB;
    for (unsigned i = 0; i < 256; i++) {
        body.data[0] = (uint8_t)i;
        put_body(&message, TAG_SEIPD, &body);
        check_open(f, &(struct openers){.session = &s}, &message,
                   i == 2   ? 0
                   : i == 1 ? SECMAIL_E_MODIFIED
                            : SECMAIL_E_UNSUPPORTED_VERSION,
                   NULL);
        drop(&message);
    }
    drop(&body);
    drop(&content);
}

static void nothing_opens_it(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *alice = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice"),
                       *bob = make_key(f, SECMAIL_PROFILE_RFC9580, "Bob");
    struct collected message = encrypted_to(f, alice);
    check_open(f, &(struct openers){0}, &message, SECMAIL_E_CANNOT_DECRYPT, NULL);
    /* The detail names the key that would. */
    assert_non_null(strstr(secmail_context_error_detail(f->context),
                           secmail_cert_key_fingerprint(secmail_key_cert(alice), 2)));
    check_open(f, &(struct openers){.key = bob}, &message, SECMAIL_E_CANNOT_DECRYPT, NULL);
    check_open(f, &(struct openers){.password = "x"}, &message, SECMAIL_E_CANNOT_DECRYPT, NULL);
    const struct session other = make_session(f, SMI_AES256), small = make_session(f, SMI_AES128);
    check_open(f, &(struct openers){.session = &other}, &message, SECMAIL_E_MODIFIED, NULL);
    check_open(f, &(struct openers){.session = &small}, &message, SECMAIL_E_CANNOT_DECRYPT, NULL);
    drop(&message);
    secmail_key_unref(alice);
    secmail_key_unref(bob);
}

/* Several recipients, several keys and passwords, in any order. */
static void one_of_many_opens_it(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *keys[3];
    struct secmail_encrypt *e;
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    for (size_t i = 0; i < 3; i++) {
        keys[i] = make_key(f, i == 1 ? SECMAIL_PROFILE_RFC4880 : SECMAIL_PROFILE_RFC9580, "X");
        assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(keys[i])));
    }
    struct collected message = exported(f, e, text);
    struct secmail_key *stranger = make_key(f, SECMAIL_PROFILE_RFC4880, "Y");
    for (size_t i = 0; i < 3; i++) {
        struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.key = stranger});
        struct secmail_bytes *bytes;
        assert_ok(f->context, secmail_decrypt_add_key(d, keys[i]));
        assert_ok(f->context, secmail_decrypt_bytes(d, message.data, message.size, &bytes));
        secmail_bytes_free(bytes);
        secmail_decrypt_free(d);
    }
    for (size_t i = 0; i < 3; i++)
        secmail_key_unref(keys[i]);
    secmail_key_unref(stranger);
    drop(&message);
}

/* Session keys of the caller's, the right one in any place. */
static void one_of_many_session_keys(void **state)
{
    struct fixture *f = *state;
    struct collected content = {0};
    uint8_t *data = make_data(f, 3000);
    put_literal(&content, data, 3000);
    for (unsigned version = 1; version <= 2; version++) {
        for (size_t right = 0; right < 4; right++) {
            struct collected message = {0};
            struct secmail_decrypt *d;
            struct secmail_bytes *bytes;
            struct secmail_secret *found;
            struct session keys[4];
            assert_ok(f->context, secmail_decrypt_new(f->context, &d));
            for (size_t i = 0; i < 4; i++) {
                keys[i] = make_session(f, i == 1 && i != right ? SMI_AES128 : SMI_AES256);
                struct secmail_secret *secret = session_secret(f, &keys[i]);
                assert_ok(f->context, secmail_decrypt_add_session_key(d, secret));
                secmail_secret_free(secret);
            }
            put_seipd(f, &message, version, &keys[right], &content);
            assert_ok(f->context, secmail_decrypt_bytes(d, message.data, message.size, &bytes));
            assert_int_equal(secmail_bytes_size(bytes), 3000);
            assert_memory_equal(secmail_bytes_data(bytes), data, 3000);
            assert_ok(f->context, secmail_decrypt_session_key(d, &found));
            assert_memory_equal(secmail_secret_data(found) + 1, keys[right].key, 32);
            secmail_secret_free(found);
            secmail_bytes_free(bytes);
            secmail_decrypt_free(d);
            drop(&message);
        }
    }
    free(data);
    drop(&content);
}

static void locked_keys(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC4880, "Alice"), *locked;
    struct secmail_secret *password = make_secret(f, "password");
    assert_ok(f->context, secmail_key_lock(f->context, key, password, &locked));
    struct collected message = encrypted_to(f, key);
    check_open(f, &(struct openers){.key = locked}, &message, SECMAIL_E_KEY_LOCKED, NULL);
    assert_non_null(strstr(secmail_context_error_detail(f->context),
                           secmail_cert_fingerprint(secmail_key_cert(key))));
    /* It does no harm where another key opens the message, or where the message isn't for it. */
    struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.key = locked});
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_decrypt_add_key(d, key));
    assert_ok(f->context, secmail_decrypt_bytes(d, message.data, message.size, &bytes));
    secmail_bytes_free(bytes);
    secmail_decrypt_free(d);
    drop(&message);
    struct secmail_key *other = make_key(f, SECMAIL_PROFILE_RFC9580, "Bob");
    message = encrypted_to(f, other);
    check_open(f, &(struct openers){.key = locked}, &message, SECMAIL_E_CANNOT_DECRYPT, NULL);
    drop(&message);
    secmail_key_unref(other);
    secmail_key_unref(locked);
    secmail_key_unref(key);
    secmail_secret_free(password);
}

static void passwords(void **state)
{
    struct fixture *f = *state;
    struct collected content = literal_content();
    const struct session s = make_session(f, SMI_AES256);
    const struct smi_s2k kinds[] = {
        cheap_s2k(),
        {.type = SMI_S2K_SALTED, .hash = SMI_SHA256, .salt = "saltsalt"},
        {.type = SMI_S2K_SIMPLE, .hash = SMI_SHA256},
        {.type = SMI_S2K_ARGON2, .salt = "sixteen bytes...", .passes = 1, .lanes = 1, .memory = 3}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (int form = 0; form < 3; form++) {
            struct collected message = {0};
            struct session used = s;
            if (form < 2)
                used = put_skesk4(f, &message, &kinds[i], "password", form ? &s : NULL);
            else
                put_skesk6(f, &message, &kinds[i], "password", &s);
            put_seipd(f, &message, form < 2 ? 1 : 2, &used, &content);
            check_open(f, &(struct openers){.password = "password"}, &message, 0, text);
            check_open(f, &(struct openers){.password = "Password"}, &message,
                       SECMAIL_E_WRONG_PASSWORD, NULL);
            check_open(f, &(struct openers){0}, &message, SECMAIL_E_CANNOT_DECRYPT, NULL);
            drop(&message);
        }
    }
    drop(&content);
}

/* A message may be for several passwords, and several may be tried; also in the oldest form, where
 * no password can be told from a wrong one before all is decrypted. */
static void one_of_many_passwords(void **state)
{
    struct fixture *f = *state;
    struct collected content = literal_content();
    const struct session s = make_session(f, SMI_AES256);
    const struct smi_s2k s2k = cheap_s2k();
    for (int form = 0; form < 3; form++) {
        struct collected message = {0};
        struct session used = s;
        put_skesk4(f, &message, &s2k, "for Carol", &s);
        if (form == 0)
            used = put_skesk4(f, &message, &s2k, "right", NULL);
        else if (form == 1)
            put_skesk4(f, &message, &s2k, "right", &s);
        else
            put_skesk6(f, &message, &s2k, "right", &s);
        put_seipd(f, &message, form < 2 ? 1 : 2, &used, &content);
        struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.password = "wrong"});
        struct secmail_secret *right = make_secret(f, "right");
        struct secmail_bytes *bytes;
        assert_ok(f->context, secmail_decrypt_add_password(d, right));
        assert_ok(f->context, secmail_decrypt_bytes(d, message.data, message.size, &bytes));
        assert_memory_equal(secmail_bytes_data(bytes), text, strlen(text));
        secmail_bytes_free(bytes);
        secmail_secret_free(right);
        secmail_decrypt_free(d);
        drop(&message);
    }
    drop(&content);
}

/* Password packets that can't be used: beside a good one they do no harm, alone they are the
 * reason. */
static void unusable_password_packets(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *body;
        size_t size;
        int want;
    } rows[] = {
        {"", 0, SECMAIL_E_UNSUPPORTED_VERSION},
        {"\7\11\2\3", 4, SECMAIL_E_UNSUPPORTED_VERSION},
        {"\5\11\2\3", 4, SECMAIL_E_MALFORMED},
        {"\5\11\11\3", 4, SECMAIL_E_UNSUPPORTED_ALGORITHM},
        {"\5\2\2\3", 4, SECMAIL_E_UNSUPPORTED_ALGORITHM},
        {"\4", 1, SECMAIL_E_UNSUPPORTED_ALGORITHM},
        {"\4\143\0\10", 4, SECMAIL_E_UNSUPPORTED_ALGORITHM},         /* cipher 99 */
        {"\4\11\2\10", 4, SECMAIL_E_UNSUPPORTED_ALGORITHM},          /* S2K type 2 */
        {"\4\11\0\143", 4, SECMAIL_E_UNSUPPORTED_ALGORITHM},         /* hash 99 */
        {"\4\11\3\10salt", 8, SECMAIL_E_MALFORMED},                  /* salt cut */
        {"\4\11\4sixteen bytes...\0\1\20", 22, SECMAIL_E_MALFORMED}, /* Argon2 with 0 passes */
        {"\4\11\4sixteen bytes...\1\0\20", 22, SECMAIL_E_MALFORMED}, /* and 0 lanes */
        {"\6", 1, SECMAIL_E_UNSUPPORTED_ALGORITHM},
        {"\6\24\11\2\2\0\10123456789012345", 22, SECMAIL_E_MALFORMED},
        {"\6\24\11\11\2\0\10123456789012345", 22, SECMAIL_E_UNSUPPORTED_ALGORITHM},
    };
    struct collected content = literal_content();
    const struct session s = make_session(f, SMI_AES256);
    const struct smi_s2k s2k = cheap_s2k();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int with_good = 0; with_good < 2; with_good++) {
            const unsigned version = rows[i].size && rows[i].body[0] == 6 ? 2 : 1;
            struct collected message = {0};
            put_packet(&message, TAG_SKESK, rows[i].body, rows[i].size);
            if (with_good && version == 1)
                put_skesk4(f, &message, &s2k, "password", &s);
            else if (with_good)
                put_skesk6(f, &message, &s2k, "password", &s);
            if (!with_good && rows[i].size && rows[i].body[0] == 5)
                put_packet(&message, TAG_LIBREPGP, "\1", 1); /* in front of others it is ignored */
            else
                put_seipd(f, &message, version, &s, &content);
            check_open(f, &(struct openers){.password = "password"}, &message,
                       with_good ? 0 : rows[i].want, text);
            drop(&message);
        }
    }
    drop(&content);
}

/* An encrypted session key of all sizes: none gives a key that isn't one. */
static void password_packets_of_any_size(void **state)
{
    struct fixture *f = *state;
    struct collected content = literal_content();
    const struct session s = make_session(f, SMI_AES256);
    for (size_t size = 1; size < 60; size++) {
        struct collected message = {0}, body = {0};
        put(&body, "\4\11\0\10", 4);
        for (size_t i = 0; i < size; i++)
            put_u8(&body, (unsigned)i);
        put_body_drop(&message, TAG_SKESK, &body);
        put_seipd1(f, &message, &s, &content);
        for (char first = 'a'; first <= 'z'; first++) {
            const char password[] = {first, 0};
            check_open(f, &(struct openers){.password = password}, &message,
                       size > 33 ? SECMAIL_E_MALFORMED : SECMAIL_E_WRONG_PASSWORD, NULL);
        }
        drop(&message);
    }
    drop(&content);
}

/* ---------------------------------------------------------------- forms of a message */

static void what_is_no_message(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    const struct openers o = {.session = &s};
    static const char empty[] = "-----BEGIN PGP MESSAGE-----\n\n-----END PGP MESSAGE-----\n";
    static const char key[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxAEB\n"
                              "-----END PGP PUBLIC KEY BLOCK-----\n";
    static const char cut[] = "-----BEGIN PGP MESSAGE-----\n\nygNQR1A=\n";
    static const char signed_text[] = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nx\n";
    static const struct {
        const char *data;
        size_t size;
        int want;
    } rows[] = {
        {"", 0, SECMAIL_E_NO_DATA},
        {"hello", 5, SECMAIL_E_NO_DATA},
        {"\n\n\n", 3, SECMAIL_E_NO_DATA},
        {empty, sizeof empty - 1, SECMAIL_E_NO_DATA},
        {"\xca\3PGP", 5, SECMAIL_E_NO_DATA},
        {key, sizeof key - 1, SECMAIL_E_ARMOR_KIND},
        {cut, sizeof cut - 1, SECMAIL_E_ARMOR},
        {signed_text, sizeof signed_text - 1, SECMAIL_E_ARMOR},
        {"\xc0\1x", 3, SECMAIL_E_MALFORMED},  /* the reserved type */
        {"\xcd\1x", 3, SECMAIL_E_MALFORMED},  /* a user ID */
        {"\xc6\1\4", 3, SECMAIL_E_MALFORMED}, /* a key */
        {"\xd2", 1, SECMAIL_E_TRUNCATED},
        {"\xd2\0", 2, SECMAIL_E_TRUNCATED},
        {"\xd2\12x", 3, SECMAIL_E_UNSUPPORTED_VERSION},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct collected c = {0};
        put(&c, rows[i].data, rows[i].size);
        check_open(f, &o, &c, rows[i].want, NULL);
        drop(&c);
    }
}

/* Packets of unknown types: below 40 they forbid the message, others are ignored; outside and
 * inside. */
static void unknown_packets(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    for (unsigned tag = 22; tag < 64; tag++) {
        const int want = tag < 40 ? SECMAIL_E_CRITICAL_PACKET : 0;
        struct collected content = literal_content(), message = {0}, both = {0};
        put_packet(&message, tag, "unknown", 7);
        put_seipd2(f, &message, &s, &content);
        check_open(f, &(struct openers){.session = &s}, &message, want, text);
        drop(&message);
        put_packet(&both, tag, "unknown", 7);
        put_all(&both, &content);
        check_content_drop(f, &both, want, text);
        put_packet(&content, tag, "unknown", 7);
        check_content_drop(f, &content, want, text);
    }
    /* Those that are known and don't belong into a message. */
    static const uint8_t misplaced[] = {
        TAG_SECRET_KEY,    TAG_PUBLIC_KEY, TAG_SECRET_SUBKEY,  TAG_USER_ID,
        TAG_PUBLIC_SUBKEY, TAG_MDC,        TAG_USER_ATTRIBUTE, 0};
    for (size_t i = 0; i < sizeof misplaced; i++) {
        struct collected content = literal_content();
        put_packet(&content, misplaced[i], "x", 1);
        check_content_drop(f, &content, SECMAIL_E_MALFORMED, NULL);
    }
}

/* "Such a packet MUST be ignored when received" (sections 5.8 and 5.14), wherever it is; so with
 * trust packets (section 5.10). */
static void markers_and_padding(void **state)
{
    struct fixture *f = *state;
    struct test_key signer = test_key(f, 6, PK_ED25519, f->now);
    struct secmail_cert *cert = simple_cert(f, &signer, SECMAIL_KEY_SIGN);
    const struct session s = make_session(f, SMI_AES256);
    for (int kind = 0; kind < 4; kind++) {
        const uint8_t tags[] = {TAG_MARKER, TAG_PADDING, 60, TAG_TRUST};
        struct collected one = {0}, content = {0}, message = {0};
        put_signed(f, &one, (struct sig_plan){0}, &signer, text, strlen(text));
        size_t at = 0;
        while (at < one.size) { /* one-octet lengths everywhere */
            const size_t size = 2 + (size_t)one.data[at + 1];
            put_packet(&content, tags[kind], "PGP", 3);
            put(&content, one.data + at, size);
            at += size;
        }
        put_packet(&content, tags[kind], "PGP", 3);
        put_packet(&message, tags[kind], "PGP", 3);
        put_seipd2(f, &message, &s, &content);
        put_packet(&message, tags[kind], "PGP", 3);
        struct secmail_decrypt *d = make_decrypt(f,
                                                 &(struct openers){.session = &s, .signer = cert});
        struct secmail_bytes *bytes;
        assert_ok(f->context, secmail_decrypt_bytes(d, message.data, message.size, &bytes));
        assert_int_equal(secmail_decrypt_good_count(d), 1);
        assert_int_equal(secmail_bytes_size(bytes), strlen(text));
        secmail_bytes_free(bytes);
        secmail_decrypt_free(d);
        drop(&one);
        drop(&content);
        drop(&message);
    }
    secmail_cert_unref(cert);
    drop(&signer.body);
}

/* The same message in the old format, in parts of all sizes, and of indeterminate length. */
static void framing(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES128);
    uint8_t *data = make_data(f, 1500);
    for (unsigned version = 1; version <= 2; version++) {
        for (unsigned log = 0; log < 12; log++) {
            struct collected content = {0}, literal = {0}, body = {0}, message = {0};
            put(&literal, "b\3name\0\0\0\0", 10); /* a file name of three bytes, by its length */
            literal.size = 2 + 3 + 4;
            put(&literal, data, 1500);
            put_partial_packet(&content, TAG_LITERAL, log, literal.data, literal.size);
            if (version == 1)
                put_seipd1_body(f, &body, &s, content.data, content.size, MDC_RIGHT);
            else
                put_seipd2_body(f, &body, &s, SMI_OCB, (uint8_t)(log % 4), content.data,
                                content.size);
            put_partial_packet(&message, TAG_SEIPD, log, body.data, body.size);
            struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.session = &s});
            struct collected plain = {0};
            assert_ok(f->context,
                      drive(decrypt_update, d, message.data, message.size, 13, 50, &plain));
            assert_int_equal(plain.size, 1500);
            assert_memory_equal(plain.data, data, 1500);
            secmail_decrypt_free(d);
            drop(&plain);
            drop(&message);
            drop(&body);
            drop(&content);
            drop(&literal);
        }
        struct collected content = {0}, literal = {0};
        put(&literal, "b\0\0\0\0\0", 6);
        put(&literal, text, strlen(text));
        for (unsigned length_type = 0; length_type < 4; length_type++) {
            put_old_packet(&content, TAG_LITERAL, length_type, literal.data, literal.size);
            check_content_drop(f, &content, 0, text);
        }
        drop(&literal);
    }
    free(data);
}

static void content_grammar(void **state)
{
    struct fixture *f = *state;
    struct collected content = {0}, inner = {0};
    check_content_drop(f, &content, SECMAIL_E_NO_DATA, NULL); /* nothing at all */
    put_packet(&content, TAG_MARKER, "PGP", 3);
    check_content_drop(f, &content, SECMAIL_E_MALFORMED, NULL); /* no literal packet */
    put_literal(&content, "", 0);
    check_content_drop(f, &content, 0, ""); /* an empty one */
    for (size_t size = 0; size < 6; size++) {
        put_packet(&content, TAG_LITERAL, "b\0\0\0\0\0", size);
        check_content_drop(f, &content, SECMAIL_E_MALFORMED, NULL);
    }
    put_packet(&content, TAG_LITERAL, "b\5abcd\0\0\0\0", 10); /* a name that goes too far */
    check_content_drop(f, &content, SECMAIL_E_MALFORMED, NULL);
    put_packet(&content, TAG_LITERAL, "t\3abc\0\0\0\0text", 13);
    check_content_drop(f, &content, 0, "text");
    put_literal(&inner, text, strlen(text));
    put_stored(&content, &inner);
    check_content_drop(f, &content, 0, text);
    put_packet(&content, TAG_COMPRESSED, "", 0);
    check_content_drop(f, &content, SECMAIL_E_TRUNCATED, NULL);
    for (unsigned algo = 4; algo < 256; algo++) {
        const uint8_t body[] = {(uint8_t)algo, 'B', 'Z'};
        put_packet(&content, TAG_COMPRESSED, body, sizeof body);
        check_content_drop(f, &content, SECMAIL_E_UNSUPPORTED_ALGORITHM, NULL);
    }
    put_packet(&content, TAG_COMPRESSED, "\3BZ?", 4);
    check_content_drop(f, &content, SECMAIL_E_MALFORMED, NULL);
    put_packet(&content, TAG_COMPRESSED, "\1\7xxx", 5); /* a kind of block that there isn't */
    check_content_drop(f, &content, SECMAIL_E_MALFORMED, NULL);
    put_packet(&content, TAG_LITERAL, "b", 1);
    content.data[1] = 200; /* says more than there is */
    check_content_drop(f, &content, SECMAIL_E_TRUNCATED, NULL);
    drop(&inner);
}

/* ---------------------------------------------------------------- signatures inside */

struct signer {
    struct test_key key;
    struct secmail_cert *cert;
};

static struct signer make_signer(struct fixture *f, uint8_t version)
{
    struct signer s;
    s.key = test_key(f, version, version == 6 ? PK_ED25519 : PK_EDDSA, f->now);
    s.cert = simple_cert(f, &s.key, SECMAIL_KEY_SIGN | SECMAIL_KEY_CERTIFY);
    return s;
}

static void free_signer(struct signer *s)
{
    secmail_cert_unref(s->cert);
    drop(&s->key.body);
}

/* Opens `content` and compares the verdicts with `want`, "" for none: g(ood), b(ad), u(nknown),
 * r(ejected). Both formats, windows of some sizes. */
static void check_verdicts(struct fixture *f, struct secmail_cert *cert,
                           const struct collected *content, const char *want)
{
    static const char letters[] = {'?', 'g', 'b', 'u', 'r'};
    const struct session s = make_session(f, SMI_AES256);
    for (int i = 0; i < 6; i++) {
        struct collected message = {0}, plain = {0};
        put_seipd(f, &message, i % 2 ? 1 : 2, &s, content);
        struct secmail_decrypt *d = make_decrypt(f,
                                                 &(struct openers){.session = &s, .signer = cert});
        const size_t step = i < 2 ? 1 : i < 4 ? 29 : 1000;
        assert_ok(f->context,
                  drive(decrypt_update, d, message.data, message.size, step, step, &plain));
        assert_int_equal(plain.size, strlen(text));
        assert_memory_equal(plain.data, text, plain.size);
        char got[16] = "";
        size_t good = 0;
        assert_true(secmail_decrypt_verdict_count(d) < sizeof got);
        for (size_t v = 0; v < secmail_decrypt_verdict_count(d); v++) {
            got[v] = letters[secmail_verdict_status(secmail_decrypt_verdict(d, v))];
            good += got[v] == 'g';
        }
        assert_string_equal(got, want);
        assert_int_equal(secmail_decrypt_good_count(d), good);
        assert_null(secmail_decrypt_verdict(d, strlen(want)));
        secmail_decrypt_free(d);
        drop(&message);
        drop(&plain);
    }
}

static void check_verdicts_drop(struct fixture *f, struct secmail_cert *cert,
                                struct collected *content, const char *want)
{
    check_verdicts(f, cert, content, want);
    drop(content);
}

static void signed_messages(void **state)
{
    struct fixture *f = *state;
    static const char canonical[] = "Meet me at noon.\r\n";
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct signer s = make_signer(f, version), other = make_signer(f, version);
        struct collected content = {0}, body = {0}, packed = {0};
        uint8_t salt[32];
        put_signed(f, &content, (struct sig_plan){0}, &s.key, text, strlen(text));
        check_verdicts(f, s.cert, &content, "g");
        check_verdicts(f, other.cert, &content, "u");
        check_verdicts(f, NULL, &content, "u");
        put_stored(&packed, &content);
        check_verdicts_drop(f, s.cert, &packed, "g");
        drop(&content);
        /* Text: what is hashed has other line ends than what comes out. */
        put_signature_body(f, &body, (struct sig_plan){.type = 1}, &s.key, canonical,
                           strlen(canonical), salt);
        put_one_pass(&content, 1, SMI_SHA256, &s.key, salt);
        put_literal(&content, text, strlen(text));
        put_body(&content, TAG_SIGNATURE, &body);
        check_verdicts_drop(f, s.cert, &content, "g");
        drop(&body);
        /* The old form: the signature first. */
        put_signature(f, &content, (struct sig_plan){0}, &s.key, text, strlen(text));
        put_literal(&content, text, strlen(text));
        check_verdicts_drop(f, s.cert, &content, "g");
        put_signature(f, &content, (struct sig_plan){0}, &s.key, "other", 5);
        put_literal(&content, text, strlen(text));
        check_verdicts_drop(f, s.cert, &content, "b");
        put_packet(&content, TAG_SIGNATURE, "\3old", 4);
        put_packet(&content, TAG_SIGNATURE, "", 0);
        put_literal(&content, text, strlen(text));
        check_verdicts_drop(f, s.cert, &content, "rr");
        free_signer(&s);
        free_signer(&other);
    }
}

/* Two signers: the one-pass packets are the brackets of the signatures. */
static void nested_signatures(void **state)
{
    struct fixture *f = *state;
    struct signer a = make_signer(f, 6), b = make_signer(f, 4);
    struct collected sig_a = {0}, sig_b = {0}, content = {0}, plain = {0};
    uint8_t salt[32], none[32];
    put_signature_body(f, &sig_a, (struct sig_plan){0}, &a.key, text, strlen(text), salt);
    put_signature_body(f, &sig_b, (struct sig_plan){.hash = SMI_SHA512}, &b.key, text, strlen(text),
                       none);
    for (int swapped = 0; swapped < 2; swapped++) {
        put_one_pass(&content, 0, SMI_SHA256, &a.key, salt);
        put_one_pass(&content, 0, SMI_SHA512, &b.key, none);
        put_literal(&content, text, strlen(text));
        put_body(&content, TAG_SIGNATURE, swapped ? &sig_a : &sig_b);
        put_body(&content, TAG_SIGNATURE, swapped ? &sig_b : &sig_a);
        /* Signatures that are not what their brackets said are rejected. */
        check_verdicts_drop(f, a.cert, &content, swapped ? "rr" : "ug");
    }
    drop(&sig_a);
    drop(&sig_b);
    drop(&plain);
    free_signer(&a);
    free_signer(&b);
}

static void announcements(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 6);
    struct collected sig = {0}, content = {0};
    uint8_t salt[32], other[32] = {1};
    put_signature_body(f, &sig, (struct sig_plan){0}, &s.key, text, strlen(text), salt);
    /* Announced with another type, hash, salt; by a broken packet; of an unknown version. */
    for (int i = 0; i < 6; i++) {
        if (i < 4)
            put_one_pass(&content, i == 0, i == 1 ? SMI_SHA512 : SMI_SHA256, &s.key,
                         i == 2 ? other : salt);
        if (i == 3)
            content.data[5] = 22; /* algorithm */
        if (i == 4)
            put_packet(&content, TAG_ONE_PASS, "\6\0\10\33", 4);
        if (i == 5)
            put_packet(&content, TAG_ONE_PASS, "\7\0\10\33", 4);
        put_literal(&content, text, strlen(text));
        put_body(&content, TAG_SIGNATURE, &sig);
        check_verdicts_drop(f, s.cert, &content, "r");
    }
    /* Announced and missing; there and not announced; announced too late. */
    put_one_pass(&content, 0, SMI_SHA256, &s.key, salt);
    put_literal(&content, text, strlen(text));
    check_content_drop(f, &content, SECMAIL_E_TRUNCATED, NULL);
    put_literal(&content, text, strlen(text));
    put_body(&content, TAG_SIGNATURE, &sig);
    check_content_drop(f, &content, SECMAIL_E_MALFORMED, NULL);
    put_literal(&content, text, strlen(text));
    put_one_pass(&content, 0, SMI_SHA256, &s.key, salt);
    put_body(&content, TAG_SIGNATURE, &sig);
    check_content_drop(f, &content, SECMAIL_E_MALFORMED, NULL);
    put_one_pass(&content, 0, SMI_SHA256, &s.key, salt);
    put_body(&content, TAG_SIGNATURE, &sig);
    check_content_drop(f, &content, SECMAIL_E_MALFORMED, NULL);
    drop(&sig);
    free_signer(&s);
}

/* The policy's reference time, and the certificates that may be given. */
static void policy_for_signatures(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 6);
    struct collected content = {0}, message = {0};
    const struct session session = make_session(f, SMI_AES256);
    struct secmail_policy *standard, *before;
    put_signed(f, &content, (struct sig_plan){0}, &s.key, text, strlen(text));
    put_seipd2(f, &message, &session, &content);
    assert_ok(f->context, secmail_policy_standard(f->context, &standard));
    assert_ok(f->context, secmail_policy_at(f->context, standard, f->now - 1, &before));
    for (int early = 0; early < 2; early++) {
        struct secmail_decrypt *d = make_decrypt(
            f, &(struct openers){.session = &session, .signer = s.cert});
        struct secmail_bytes *bytes;
        assert_ok(f->context, secmail_decrypt_set_policy(d, early ? before : standard));
        assert_ok(f->context, secmail_decrypt_bytes(d, message.data, message.size, &bytes));
        assert_int_equal(secmail_decrypt_good_count(d), !early);
        assert_int_equal(secmail_verdict_reason(secmail_decrypt_verdict(d, 0), 0),
                         early ? SECMAIL_REASON_SIGNATURE_IN_FUTURE : SECMAIL_REASON_VALID);
        secmail_bytes_free(bytes);
        secmail_decrypt_free(d);
    }
    secmail_policy_unref(standard);
    secmail_policy_unref(before);
    drop(&content);
    drop(&message);
    free_signer(&s);
}

/* Surreptitious forwarding: Alice signs for Bob, who passes it on to Carol, encrypted to her. */
static void intended_recipients(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *alice = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice"),
                       *bob = make_key(f, SECMAIL_PROFILE_RFC9580, "Bob"),
                       *carol = make_key(f, SECMAIL_PROFILE_RFC9580, "Carol");
    /* The session key opens Bob's message for anybody: what Carol gets is the same content, with a
     * PKESK for her in front. */
    struct secmail_encrypt *e;
    struct secmail_secret *secret;
    struct secmail_bytes *bytes, *plain;
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(bob)));
    assert_ok(f->context, secmail_encrypt_add_signer(e, alice));
    assert_ok(f->context, secmail_encrypt_bytes(e, (const uint8_t *)text, strlen(text), &bytes));
    assert_ok(f->context, secmail_encrypt_session_key(e, &secret));
    struct session s = {.cipher = secmail_secret_data(secret)[0]};
    memcpy(s.key, secmail_secret_data(secret) + 1, 32);
    const uint8_t *message = secmail_bytes_data(bytes);
    const size_t size = secmail_bytes_size(bytes), pkesk = 2 + (size_t)message[1];
    assert_int_equal(message[0], 0xc0 | TAG_PKESK);
    struct test_key to = {.version = 6, .fp_size = 32};
    struct secmail_cert *cert = secmail_key_cert(carol);
    assert_ok(f->context, secmail_cert_export(f->context, cert, 0, &plain));
    for (unsigned i = 0; i < 32; i++) {
        unsigned byte;
        assert_int_equal(sscanf(secmail_cert_key_fingerprint(cert, 2) + 2 * i, "%2x", &byte), 1);
        to.fp[i] = (uint8_t)byte;
    }
    /* The encryption subkey's packet: its point is behind version, time, algorithm, length. */
    const uint8_t *packets = secmail_bytes_data(plain);
    size_t at = 0;
    for (int keys = 0; keys < 3; keys += (packets[at] & 0x3f) == 6 || (packets[at] & 0x3f) == 14) {
        if (at || keys) {
            const size_t first = packets[at + 1];
            at += first < 192 ? 2 + first : 3 + ((first - 192) << 8) + packets[at + 2] + 192;
        } else {
            keys = 1;
            const size_t first = packets[1];
            at = 2 + first;
        }
    }
    memcpy(to.point, packets + at + 2 + 10, 32);
    secmail_bytes_free(plain);
    struct collected forwarded = {0};
    put_pkesk(f, &forwarded, 6, &to, &s, false);
    put(&forwarded, message + pkesk, size - pkesk);
    for (int i = 0; i < 3; i++) {
        struct secmail_decrypt *d = make_decrypt(
            f, &(struct openers){.key = i == 0   ? bob
                                        : i == 1 ? carol
                                                 : NULL,
                                 .session = i == 2 ? &s : NULL,
                                 .signer = secmail_key_cert(alice)});
        assert_ok(f->context, i ? secmail_decrypt_bytes(d, forwarded.data, forwarded.size, &plain)
                                : secmail_decrypt_bytes(d, message, size, &plain));
        const struct secmail_verdict *verdict = secmail_decrypt_verdict(d, 0);
        assert_int_equal(secmail_verdict_status(verdict),
                         i == 1 ? SECMAIL_VERDICT_REJECTED : SECMAIL_VERDICT_GOOD);
        assert_int_equal(secmail_verdict_reason(verdict, 0),
                         i == 1 ? SECMAIL_REASON_RECIPIENT : SECMAIL_REASON_VALID);
        secmail_bytes_free(plain);
        secmail_decrypt_free(d);
    }
    drop(&forwarded);
    secmail_secret_free(secret);
    secmail_bytes_free(bytes);
    secmail_encrypt_free(e);
    secmail_key_unref(alice);
    secmail_key_unref(bob);
    secmail_key_unref(carol);
}

/* ---------------------------------------------------------------- two readings */

enum { LARGE = 700000, HELD = 100000 };

/* A SEIPDv1 message of LARGE bytes, in parts, under a limit of HELD. */
static struct collected large_message(struct fixture *f, const struct session *s, uint8_t *data)
{
    struct collected content = {0}, body = {0}, message = {0};
    put_literal(&content, data, LARGE);
    put_seipd1_body(f, &body, s, content.data, content.size, MDC_RIGHT);
    put_partial_packet(&message, TAG_SEIPD, 16, body.data, body.size);
    drop(&content);
    drop(&body);
    return message;
}

/* The first reading must end with NEEDS_REWIND, having given nothing. */
static void read_first(struct secmail_decrypt *d, const struct collected *message)
{
    uint8_t room[100];
    struct secmail_input in = {message->data, message->size, 0};
    struct secmail_output out = {room, sizeof room, 0};
    assert_int_equal(secmail_decrypt_update(d, &in, &out, 1), SECMAIL_NEEDS_REWIND);
    assert_int_equal(out.pos, 0);
    assert_int_equal(secmail_decrypt_verdict_count(d), 0);
}

static void the_second_reading(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    uint8_t *data = make_data(f, LARGE);
    struct collected message = large_message(f, &s, data);
    set_limit(f, SECMAIL_LIMIT_HELD_PLAINTEXT, HELD);
    struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.session = &s});
    struct collected plain = {0};
    assert_code(f->context,
                drive(decrypt_update, d, message.data, message.size, 5000, 5000, &plain),
                SECMAIL_E_LIMIT_HELD_PLAINTEXT);
    assert_int_equal(plain.size, 0);
    secmail_decrypt_free(d);
    /* In one call the limit doesn't apply. */
    struct secmail_bytes *bytes;
    d = make_decrypt(f, &(struct openers){.session = &s});
    assert_ok(f->context, secmail_decrypt_allow_rewind(d, SECMAIL_REWIND_COMPARED));
    assert_ok(f->context, secmail_decrypt_bytes(d, message.data, message.size, &bytes));
    assert_int_equal(secmail_bytes_size(bytes), LARGE);
    secmail_bytes_free(bytes);
    secmail_decrypt_free(d);
    d = make_decrypt(f, &(struct openers){.session = &s});
    assert_ok(f->context, secmail_decrypt_allow_rewind(d, SECMAIL_REWIND_COMPARED));
    drop(&plain);
    assert_ok(f->context, drive(decrypt_update, d, message.data, message.size, 5000, 700, &plain));
    assert_int_equal(plain.size, LARGE);
    assert_memory_equal(plain.data, data, LARGE);
    secmail_decrypt_free(d);
    drop(&plain);
    drop(&message);
    free(data);
}

/* What is read the second time is not what was authenticated: nothing of it comes out. */
static void changed_between_the_readings(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    uint8_t *data = make_data(f, LARGE);
    struct collected message = large_message(f, &s, data);
    static const size_t places[] = {30, 262143, 262200, 524500, LARGE + 10};
    set_limit(f, SECMAIL_LIMIT_HELD_PLAINTEXT, HELD);
    for (size_t i = 0; i < 7; i++) {
        struct collected plain = {0}, second = {0};
        struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.session = &s});
        assert_ok(f->context, secmail_decrypt_allow_rewind(d, SECMAIL_REWIND_COMPARED));
        read_first(d, &message);
        put_all(&second, &message);
        size_t authentic = LARGE;
        if (i < 5) {
            second.data[places[i]] ^= 1;
            authentic = places[i] / 262144 * 262144;
        } else { /* another message with the same session key: shorter or longer */
            struct collected content = {0}, body = {0};
            drop(&second);
            put_literal(&content, data, i == 5 ? LARGE - 1 : LARGE);
            if (i == 6)
                put_packet(&content, TAG_MARKER, "PGP", 3);
            put_seipd1_body(f, &body, &s, content.data, content.size, MDC_RIGHT);
            put_partial_packet(&second, TAG_SEIPD, 16, body.data, body.size);
            drop(&content);
            drop(&body);
            authentic = 0;
        }
        assert_code(f->context,
                    drive(decrypt_update, d, second.data, second.size, 4000, 4000, &plain),
                    SECMAIL_E_INPUT_CHANGED);
        assert_true(plain.size <= authentic);
        if (plain.size)
            assert_memory_equal(plain.data, data, plain.size);
        secmail_decrypt_free(d);
        drop(&plain);
        drop(&second);
    }
    drop(&message);
    free(data);
}

/* The caller vouches for the second reading. */
static void the_same_twice(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    uint8_t *data = make_data(f, LARGE);
    struct collected message = large_message(f, &s, data);
    static const size_t steps[] = {1000, 65536, 300000, 1 << 20};
    set_limit(f, SECMAIL_LIMIT_HELD_PLAINTEXT, HELD);
    for (size_t i = 0; i < 4; i++) {
        struct collected plain = {0};
        struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.session = &s});
        assert_ok(f->context, secmail_decrypt_allow_rewind(d, SECMAIL_REWIND_SAME));
        assert_ok(f->context, drive(decrypt_update, d, message.data, message.size, steps[i],
                                    steps[3 - i], &plain));
        assert_int_equal(plain.size, LARGE);
        assert_memory_equal(plain.data, data, LARGE);
        secmail_decrypt_free(d);
        drop(&plain);
    }
    drop(&message);
    free(data);
}

/* The first reading finds it forged: there is no second one. */
static void forged_in_the_first_reading(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    uint8_t *data = make_data(f, LARGE);
    struct collected message = large_message(f, &s, data), plain = {0};
    set_limit(f, SECMAIL_LIMIT_HELD_PLAINTEXT, HELD);
    message.data[600000] ^= 1;
    for (int rewind = SECMAIL_REWIND_COMPARED; rewind <= SECMAIL_REWIND_SAME; rewind++) {
        struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.session = &s});
        assert_code(f->context, secmail_decrypt_allow_rewind(d, SECMAIL_REWIND_SAME + 1),
                    SECMAIL_E_ARGUMENT);
        assert_code(f->context, secmail_decrypt_allow_rewind(d, -1), SECMAIL_E_ARGUMENT);
        assert_ok(f->context, secmail_decrypt_allow_rewind(d, rewind));
        assert_code(f->context,
                    drive(decrypt_update, d, message.data, message.size, 50000, 5000, &plain),
                    SECMAIL_E_MODIFIED);
        assert_int_equal(plain.size, 0);
        secmail_decrypt_free(d);
    }
    drop(&plain);
    drop(&message);
    free(data);
}

/* Packets too short for prefix and MDC, with a limit that sends even them into a second reading. */
static void short_packets_are_no_second_reading(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    set_limit(f, SECMAIL_LIMIT_HELD_PLAINTEXT, 0);
    for (size_t size = 0; size < 45; size++) {
        struct collected body = {0}, message = {0}, plain = {0};
        put_u8(&body, 1);
        for (size_t i = 0; i < size; i++)
            put_u8(&body, (unsigned)i);
        put_body_drop(&message, TAG_SEIPD, &body);
        struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.session = &s});
        assert_ok(f->context, secmail_decrypt_allow_rewind(d, SECMAIL_REWIND_COMPARED));
        assert_code(f->context,
                    drive(decrypt_update, d, message.data, message.size, 100, 100, &plain),
                    SECMAIL_E_MODIFIED);
        secmail_decrypt_free(d);
        drop(&plain);
        drop(&message);
    }
}

/* Two passwords, of which only the end of a large message tells the right one. */
static void passwords_and_two_readings(void **state)
{
    struct fixture *f = *state;
    const struct smi_s2k s2k = cheap_s2k();
    uint8_t *data = make_data(f, LARGE);
    struct collected message = {0}, packet, plain = {0};
    const struct session s = put_skesk4(f, &message, &s2k, "right", NULL);
    packet = large_message(f, &s, data);
    put_all(&message, &packet);
    drop(&packet);
    set_limit(f, SECMAIL_LIMIT_HELD_PLAINTEXT, HELD);
    struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.password = "wrong"});
    struct secmail_secret *right = make_secret(f, "right");
    assert_ok(f->context, secmail_decrypt_add_password(d, right));
    assert_ok(f->context, secmail_decrypt_allow_rewind(d, SECMAIL_REWIND_COMPARED));
    assert_ok(f->context,
              drive(decrypt_update, d, message.data, message.size, 60000, 60000, &plain));
    assert_int_equal(plain.size, LARGE);
    assert_memory_equal(plain.data, data, LARGE);
    secmail_decrypt_free(d);
    /* All wrong: each costs a reading, and then it is over. */
    d = make_decrypt(f, &(struct openers){.password = "wrong"});
    assert_ok(f->context, secmail_decrypt_allow_rewind(d, SECMAIL_REWIND_COMPARED));
    drop(&plain);
    assert_code(f->context,
                drive(decrypt_update, d, message.data, message.size, 60000, 60000, &plain),
                SECMAIL_E_WRONG_PASSWORD);
    secmail_decrypt_free(d);
    secmail_secret_free(right);
    drop(&plain);
    drop(&message);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(arguments),
        fixture_test(session_keys_are_checked),
        fixture_test(states),
        fixture_test(references_are_taken),
        fixture_test(session_key_and_format),
        fixture_test(all_ciphers_and_modes),
        fixture_test(unsupported),
        fixture_test(nothing_opens_it),
        fixture_test(one_of_many_opens_it),
        fixture_test(one_of_many_session_keys),
        fixture_test(locked_keys),
        fixture_test(passwords),
        fixture_test(one_of_many_passwords),
        fixture_test(unusable_password_packets),
        fixture_test(password_packets_of_any_size),
        fixture_test(what_is_no_message),
        fixture_test(unknown_packets),
        fixture_test(markers_and_padding),
        fixture_test(framing),
        fixture_test(content_grammar),
        fixture_test(signed_messages),
        fixture_test(nested_signatures),
        fixture_test(announcements),
        fixture_test(policy_for_signatures),
        fixture_test(intended_recipients),
        fixture_test(the_second_reading),
        fixture_test(changed_between_the_readings),
        fixture_test(the_same_twice),
        fixture_test(forged_in_the_first_reading),
        fixture_test(short_packets_are_no_second_reading),
        fixture_test(passwords_and_two_readings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
