/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be asked of a message beyond recipients and signers: hidden recipients, padding, given
 * session keys, keys that are kept apart; and which cipher the recipients' preferences give. */
#include "packet_writer.h"

static const char text[] = "What is in it is the same each time.\n";

struct pair {
    struct secmail_key *a, *b;
};

static struct pair make_pair(struct fixture *f, uint32_t profile)
{
    return (struct pair){make_key(f, profile, "Alice"), make_key(f, profile, "Bob")};
}

static void free_pair(struct pair *p)
{
    secmail_key_unref(p->a);
    secmail_key_unref(p->b);
}

static struct secmail_encrypt *make_encrypt(struct fixture *f)
{
    struct secmail_encrypt *e;
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    return e;
}

static struct collected take(struct secmail_bytes *bytes)
{
    struct collected c = {0};
    put(&c, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    return c;
}

static struct collected run(struct fixture *f, struct secmail_encrypt *e, const void *data,
                            size_t size)
{
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_encrypt_bytes(e, data, size, &bytes));
    return take(bytes);
}

static struct collected run_drop(struct fixture *f, struct secmail_encrypt *e)
{
    struct collected message = run(f, e, text, strlen(text));
    secmail_encrypt_free(e);
    return message;
}

/* ---------------------------------------------------------------- hidden recipients */

static bool contains(const struct collected *c, const char *hex)
{
    uint8_t id[8];
    const size_t length = strlen(hex);
    for (size_t i = 0; i < 8; i++) { /* the key ID of version 4, which version 6 has in front */
        const size_t at = length == 40 ? 24 : 0;
        unsigned byte;
        assert_int_equal(sscanf(hex + at + 2 * i, "%2x", &byte), 1);
        id[i] = (uint8_t)byte;
    }
    for (size_t i = 0; i + 8 <= c->size; i++) {
        if (!memcmp(c->data + i, id, 8))
            return true;
    }
    return false;
}

static bool names_a_key(const struct collected *message, struct secmail_key *key)
{
    struct secmail_cert *cert = secmail_key_cert(key);
    bool found = false;
    for (size_t i = 0; i < secmail_cert_key_count(cert); i++)
        found = found || contains(message, secmail_cert_key_fingerprint(cert, i));
    return found;
}

static void hidden_recipients(void **state)
{
    struct fixture *f = *state;
    static const uint32_t profiles[] = {SECMAIL_PROFILE_RFC4880, SECMAIL_PROFILE_RFC9580};
    for (size_t i = 0; i < 2; i++) {
        struct pair p = make_pair(f, profiles[i]);
        for (int hide = 0; hide < 2; hide++) {
            struct secmail_encrypt *e = make_encrypt(f);
            assert_ok(f->context, secmail_encrypt_hide_recipients(e, hide));
            assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(p.a)));
            assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(p.b)));
            assert_ok(f->context, secmail_encrypt_add_signer(e, p.a));
            struct collected message = run_drop(f, e);
            assert_int_equal(names_a_key(&message, p.a), !hide);
            assert_int_equal(names_a_key(&message, p.b), !hide);
            struct openers with = {.key = p.b, .signer = secmail_key_cert(p.a)};
            check_open(f, &with, &message, 0, text);
            check_open(f, &(struct openers){.key = p.a}, &message, 0, text);
            drop(&message);
        }
        free_pair(&p);
    }
}

static struct secmail_key *key_on(struct fixture *f, uint32_t profile, uint32_t algorithm)
{
    struct secmail_generator *g;
    struct secmail_key *key;
    assert_ok(f->context, secmail_generator_new(f->context, &g));
    assert_ok(f->context, secmail_generator_set_profile(g, profile));
    assert_ok(f->context, secmail_generator_set_algorithm(g, algorithm));
    assert_ok(f->context, secmail_generator_run(g, &key));
    secmail_generator_free(g);
    return key;
}

/* A point of P-256 looks like one of Brainpool P256r1, but lies on no curve there. */
static void hidden_on_other_curves(void **state)
{
    struct fixture *f = *state;
    static const uint32_t profiles[] = {SECMAIL_PROFILE_RFC4880, SECMAIL_PROFILE_RFC9580};
    if (!secmail_feature_supported("nistp256") || !secmail_feature_supported("brainpoolp256r1"))
        fixture_skip("the build lacks one of the curves");
    for (size_t i = 0; i < 4; i++) {
        const uint32_t profile = profiles[i / 2];
        struct pair p = {key_on(f, profile, SECMAIL_KEY_NISTP256),
                         key_on(f, profile, SECMAIL_KEY_BRAINPOOLP256R1)};
        struct secmail_encrypt *e = make_encrypt(f);
        assert_ok(f->context, secmail_encrypt_hide_recipients(e, 1));
        assert_ok(f->context,
                  secmail_encrypt_add_recipient(e, secmail_key_cert(i % 2 ? p.a : p.b)));
        assert_ok(f->context,
                  secmail_encrypt_add_recipient(e, secmail_key_cert(i % 2 ? p.b : p.a)));
        struct collected message = run_drop(f, e);
        check_open(f, &(struct openers){.key = p.a}, &message, 0, text);
        check_open(f, &(struct openers){.key = p.b}, &message, 0, text);
        drop(&message);
        free_pair(&p);
    }
}

/* ---------------------------------------------------------------- signatures inside */

/* The content of a small SEIPDv1 message, as its session key opens it. */
static struct collected opened(struct fixture *f, struct secmail_encrypt *e,
                               const struct collected *message)
{
    struct secmail_secret *secret;
    struct collected content = {0};
    struct smi_cfb cfb;
    size_t at = 0;
    while (message->data[at] != (0xc0 | TAG_SEIPD))
        at += 2 + message->data[at + 1];
    at += message->data[at + 1] < 192 ? 3 : 4; /* header and version */
    put(&content, message->data + at, message->size - at);
    assert_ok(f->context, secmail_encrypt_session_key(e, &secret));
    const uint8_t *key = secmail_secret_data(secret);
    assert_int_equal(smi_cfb_open(f->context, &cfb, key[0], key + 1, NULL), 0);
    assert_int_equal(smi_cfb_decrypt(&cfb, content.data, content.data, content.size), 0);
    smi_cfb_close(&cfb);
    secmail_secret_free(secret);
    return content;
}

static bool has_bytes(const struct collected *c, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i + size <= c->size; i++) {
        if (!memcmp(c->data + i, bytes, size))
            return true;
    }
    return false;
}

/* The time is critical (section 5.2.3.11); recipients are not, for those who don't know them. */
static void critical_subpackets(void **state)
{
    struct fixture *f = *state;
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct secmail_key *key = make_key(
            f, version == 4 ? SECMAIL_PROFILE_RFC4880 : SECMAIL_PROFILE_RFC9580, "Alice");
        const uint8_t created[] = {5, SUB_CREATED | SUB_CRITICAL};
        const uint8_t recipient[] = {version == 4 ? 22 : 34, SUB_RECIPIENT, version};
        struct secmail_encrypt *e = make_encrypt(f);
        assert_ok(f->context, secmail_encrypt_set_format(e, SECMAIL_FORMAT_SEIPDV1));
        assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
        assert_ok(f->context, secmail_encrypt_add_signer(e, key));
        struct collected message = run(f, e, text, strlen(text));
        struct collected content = opened(f, e, &message);
        assert_true(has_bytes(&content, created, sizeof created));
        assert_true(has_bytes(&content, recipient, sizeof recipient));
        secmail_encrypt_free(e);
        drop(&content);
        drop(&message);
        secmail_key_unref(key);
    }
}

/* ---------------------------------------------------------------- padding */

/* The smallest of the sizes that are not more than an eighth apart. */
static size_t padded_size(struct fixture *f, struct secmail_key *key, size_t size)
{
    uint8_t *data = calloc(1, size + 1);
    assert_non_null(data);
    struct secmail_encrypt *e = make_encrypt(f);
    assert_ok(f->context, secmail_encrypt_set_padding(e, 1));
    assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
    struct collected message = run(f, e, data, size);
    secmail_encrypt_free(e);
    struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.key = key});
    struct secmail_bytes *plain;
    assert_ok(f->context, secmail_decrypt_bytes(d, message.data, message.size, &plain));
    assert_int_equal(secmail_bytes_size(plain), size);
    secmail_bytes_free(plain);
    secmail_decrypt_free(d);
    const size_t all = message.size;
    drop(&message);
    free(data);
    return all;
}

static void padding(void **state)
{
    struct fixture *f = *state;
    struct pair p = make_pair(f, SECMAIL_PROFILE_RFC9580);
    size_t distinct = 0, last = 0;
    for (size_t size = 1000; size < 2000; size += 7) {
        const size_t all = padded_size(f, p.a, size);
        assert_true(all >= last);
        assert_true(all < size + size / 8 + 600);
        distinct += all != last;
        last = all;
    }
    assert_in_range(distinct, 8, 34); /* of 143 */
    for (size_t size = 60000; size < 600000; size = size * 3 / 2)
        assert_true(padded_size(f, p.a, size) < size + size / 8 + 1000);
    padded_size(f, p.a, 0);
    padded_size(f, p.a, 65536 - 8);
    free_pair(&p);
}

static void no_padding_for_old_software(void **state)
{
    struct fixture *f = *state;
    struct pair p = make_pair(f, SECMAIL_PROFILE_RFC4880);
    struct secmail_encrypt *e = make_encrypt(f);
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_encrypt_set_padding(e, 1));
    assert_ok(f->context, secmail_encrypt_set_format(e, SECMAIL_FORMAT_SEIPDV1));
    assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(p.a)));
    assert_code(f->context, secmail_encrypt_bytes(e, (const uint8_t *)text, 5, &bytes),
                SECMAIL_E_INCOMPATIBLE);
    assert_null(bytes);
    secmail_encrypt_free(e);
    free_pair(&p);
}

/* ---------------------------------------------------------------- session keys */

static void given_session_key(void **state)
{
    struct fixture *f = *state;
    struct pair p = make_pair(f, SECMAIL_PROFILE_RFC9580);
    struct secmail_secret *session, *again;
    struct secmail_encrypt *e = make_encrypt(f);
    assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(p.a)));
    struct collected first = run(f, e, text, strlen(text));
    assert_ok(f->context, secmail_encrypt_session_key(e, &session));
    secmail_encrypt_free(e);
    /* The second part has no recipients of its own, and another salt. */
    e = make_encrypt(f);
    assert_ok(f->context, secmail_encrypt_set_session_key(e, session));
    struct collected second = run(f, e, text, strlen(text));
    assert_ok(f->context, secmail_encrypt_session_key(e, &again));
    assert_int_equal(secmail_secret_equal(session, again), 1);
    secmail_encrypt_free(e);
    struct secmail_decrypt *d = make_decrypt(f, &(struct openers){0});
    struct secmail_bytes *plain;
    assert_ok(f->context, secmail_decrypt_add_session_key(d, session));
    assert_ok(f->context, secmail_decrypt_bytes(d, second.data, second.size, &plain));
    assert_int_equal(secmail_bytes_size(plain), strlen(text));
    secmail_bytes_free(plain);
    secmail_decrypt_free(d);
    check_open(f, &(struct openers){.key = p.a}, &second, SECMAIL_E_CANNOT_DECRYPT, NULL);
    drop(&first);
    drop(&second);
    secmail_secret_free(session);
    secmail_secret_free(again);
    free_pair(&p);
}

static void unusable_session_keys(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint8_t data[33];
        size_t size;
        int want;
    } rows[] = {{{SMI_AES256}, 33, 0},
                {{SMI_AES128}, 17, 0},
                {{SMI_AES128}, 33, SECMAIL_E_ARGUMENT},
                {{SMI_CAST5}, 17, SECMAIL_E_UNSUPPORTED_ALGORITHM},
                {{99}, 17, SECMAIL_E_UNSUPPORTED_ALGORITHM}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct secmail_secret *secret;
        struct secmail_encrypt *e = make_encrypt(f);
        assert_ok(f->context, secmail_secret_new(f->context, &secret, rows[i].data, rows[i].size));
        assert_code(f->context, secmail_encrypt_set_session_key(e, secret), rows[i].want);
        secmail_secret_free(secret);
        secmail_encrypt_free(e);
    }
}

/* ---------------------------------------------------------------- keys apart */

static struct collected key_packets(struct fixture *f, struct secmail_encrypt *e)
{
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_encrypt_key_packets(e, &bytes));
    return take(bytes);
}

static int open_apart(struct fixture *f, struct secmail_key *key, const struct collected *packets,
                      const struct collected *message)
{
    struct secmail_bytes *plain;
    struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.key = key});
    assert_ok(f->context, secmail_decrypt_add_key_packets(d, packets->data, packets->size));
    const int rc = secmail_decrypt_bytes(d, message->data, message->size, &plain);
    if (!rc)
        assert_int_equal(secmail_bytes_size(plain), strlen(text));
    secmail_bytes_free(plain);
    secmail_decrypt_free(d);
    return rc;
}

/* Stored once for Alice, then given to Bob without touching what is stored. */
static void keys_apart(void **state)
{
    struct fixture *f = *state;
    static const uint32_t profiles[] = {SECMAIL_PROFILE_RFC4880, SECMAIL_PROFILE_RFC9580};
    for (size_t i = 0; i < 2; i++) {
        struct pair p = make_pair(f, profiles[i]);
        struct secmail_secret *session;
        struct secmail_encrypt *e = make_encrypt(f);
        assert_ok(f->context, secmail_encrypt_set_detached_keys(e, 1));
        assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(p.a)));
        struct collected message = run(f, e, text, strlen(text));
        struct collected for_a = key_packets(f, e), whole = {0};
        assert_ok(f->context, secmail_encrypt_session_key(e, &session));
        secmail_encrypt_free(e);
        check_open(f, &(struct openers){.key = p.a}, &message, SECMAIL_E_CANNOT_DECRYPT, NULL);
        assert_ok(f->context, open_apart(f, p.a, &for_a, &message));
        assert_code(f->context, open_apart(f, p.b, &for_a, &message), SECMAIL_E_CANNOT_DECRYPT);
        put_all(&whole, &for_a);
        put_all(&whole, &message);
        check_open(f, &(struct openers){.key = p.a}, &whole, 0, text);
        e = make_encrypt(f);
        assert_ok(f->context, secmail_encrypt_set_detached_keys(e, 1));
        assert_ok(f->context, secmail_encrypt_set_session_key(e, session));
        assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(p.b)));
        struct collected unused = run(f, e, "", 0);
        struct collected for_b = key_packets(f, e);
        secmail_encrypt_free(e);
        assert_ok(f->context, open_apart(f, p.b, &for_b, &message));
        drop(&unused);
        drop(&for_a);
        drop(&for_b);
        drop(&whole);
        drop(&message);
        secmail_secret_free(session);
        free_pair(&p);
    }
}

static void unusable_key_packets(void **state)
{
    struct fixture *f = *state;
    struct collected c = {0};
    struct secmail_bytes *bytes = (struct secmail_bytes *)(uintptr_t)1;
    struct secmail_encrypt *e = make_encrypt(f);
    assert_code(f->context, secmail_encrypt_key_packets(e, &bytes), SECMAIL_E_STATE);
    assert_null(bytes);
    secmail_encrypt_free(e);
    assert_int_equal(secmail_encrypt_key_packets(NULL, &bytes), SECMAIL_E_ARGUMENT);
    struct secmail_decrypt *d = make_decrypt(f, &(struct openers){0});
    assert_code(f->context, secmail_decrypt_add_key_packets(d, NULL, 0), SECMAIL_E_NO_DATA);
    assert_code(f->context, secmail_decrypt_add_key_packets(d, NULL, 1), SECMAIL_E_ARGUMENT);
    put_literal(&c, (const uint8_t *)text, 5);
    assert_code(f->context, secmail_decrypt_add_key_packets(d, c.data, c.size),
                SECMAIL_E_MALFORMED);
    drop(&c);
    /* "An unknown non-critical packet MUST be ignored" (section 4.3). */
    put_packet(&c, 60, "x", 1);
    put_packet(&c, TAG_PKESK, "\3", 1);
    assert_ok(f->context, secmail_decrypt_add_key_packets(d, c.data, c.size));
    drop(&c);
    put_packet(&c, TAG_PKESK, "\3", 1);
    assert_code(f->context, secmail_decrypt_add_key_packets(d, c.data, c.size - 1),
                SECMAIL_E_TRUNCATED);
    set_limit(f, SECMAIL_LIMIT_SESSION_KEY_PACKETS, 2);
    put_packet(&c, TAG_PKESK, "\3", 1);
    assert_ok(f->context, secmail_decrypt_add_key_packets(d, c.data, c.size));
    put_packet(&c, TAG_PKESK, "\3", 1);
    assert_code(f->context, secmail_decrypt_add_key_packets(d, c.data, c.size),
                SECMAIL_E_LIMIT_SESSION_KEY_PACKETS);
    drop(&c);
    secmail_decrypt_free(d);
}

/* ---------------------------------------------------------------- preferences */

/* A certificate that lists no ciphers has promised AES-128 only. */
static void cipher_by_preferences(void **state)
{
    struct fixture *f = *state;
    struct pair p = make_pair(f, SECMAIL_PROFILE_RFC4880);
    struct test_key primary = test_key(f, 4, PK_EDDSA, f->now);
    struct test_key subkey = test_key(f, 4, PK_ECDH, f->now);
    struct collected c = {0};
    put_primary(f, &c, &primary, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN, 0);
    put_subkey(f, &c, &primary, &subkey, SECMAIL_KEY_ENCRYPT_STORAGE, 0);
    struct secmail_cert *silent = parse_cert(f, &c);
    for (int with_silent = 0; with_silent < 2; with_silent++) {
        struct secmail_secret *session;
        struct secmail_encrypt *e = make_encrypt(f);
        assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(p.a)));
        if (with_silent)
            assert_ok(f->context, secmail_encrypt_add_recipient(e, silent));
        struct collected message = run(f, e, text, strlen(text));
        assert_ok(f->context, secmail_encrypt_session_key(e, &session));
        assert_int_equal(secmail_secret_data(session)[0], with_silent ? SMI_AES128 : SMI_AES256);
        secmail_encrypt_free(e);
        check_open(f, &(struct openers){.key = p.a}, &message, 0, text);
        secmail_secret_free(session);
        drop(&message);
    }
    secmail_cert_unref(silent);
    drop(&primary.body);
    drop(&subkey.body);
    free_pair(&p);
}

static void states(void **state)
{
    struct fixture *f = *state;
    struct pair p = make_pair(f, SECMAIL_PROFILE_RFC9580);
    struct secmail_encrypt *e = make_encrypt(f);
    struct secmail_secret *secret = make_secret(f, "\11");
    assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(p.a)));
    struct collected message = run(f, e, text, strlen(text));
    assert_code(f->context, secmail_encrypt_hide_recipients(e, 1), SECMAIL_E_STATE);
    assert_code(f->context, secmail_encrypt_set_padding(e, 1), SECMAIL_E_STATE);
    assert_code(f->context, secmail_encrypt_set_detached_keys(e, 1), SECMAIL_E_STATE);
    assert_code(f->context, secmail_encrypt_set_session_key(e, secret), SECMAIL_E_STATE);
    secmail_encrypt_free(e);
    assert_int_equal(secmail_encrypt_hide_recipients(NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_encrypt_set_padding(NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_encrypt_set_detached_keys(NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_encrypt_set_session_key(NULL, secret), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_decrypt_add_key_packets(NULL, NULL, 0), SECMAIL_E_ARGUMENT);
    secmail_secret_free(secret);
    drop(&message);
    free_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(hidden_recipients),
        fixture_test(hidden_on_other_curves),
        fixture_test(critical_subpackets),
        fixture_test(padding),
        fixture_test(no_padding_for_old_software),
        fixture_test(given_session_key),
        fixture_test(unusable_session_keys),
        fixture_test(keys_apart),
        fixture_test(unusable_key_packets),
        fixture_test(cipher_by_preferences),
        fixture_test(states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
