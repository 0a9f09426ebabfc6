/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changing passwords; parts of a key whose secret is elsewhere; passwords that are none. */
#include "packet_writer.h"

static const uint32_t profiles[] = {SECMAIL_PROFILE_RFC4880, SECMAIL_PROFILE_RFC9580};

static struct collected export_key(struct fixture *f, const struct secmail_key *key)
{
    struct secmail_bytes *bytes;
    struct collected c = {0};
    assert_ok(f->context, secmail_key_export(f->context, key, 0, &bytes));
    put(&c, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    return c;
}

static struct secmail_key *parse_drop(struct fixture *f, struct collected *c)
{
    struct secmail_key *key;
    assert_ok(f->context, secmail_key_parse(f->context, &key, c->data, c->size));
    drop(c);
    return key;
}

/* The next packet of a file, as this library writes them: new format, short lengths. */
static bool next_packet(const struct collected *c, size_t *at, uint8_t *tag, size_t *start,
                        size_t *size)
{
    if (*at == c->size)
        return false;
    const uint8_t *p = c->data + *at;
    const size_t header = p[1] < 192 ? 2 : 3;
    *tag = p[0] & 0x3f;
    *size = p[1] < 192 ? p[1] : (size_t)(p[1] - 192) * 256 + p[2] + 192;
    *start = *at + header;
    *at = *start + *size;
    return true;
}

static bool is_secret(uint8_t tag)
{
    return tag == TAG_SECRET_KEY || tag == TAG_SECRET_SUBKEY;
}

/* Bytes of the public part in a key packet of this library's own keys. */
static size_t public_size(const uint8_t *body)
{
    return body[0] == 6 ? 42 : body[5] == PK_ECDH ? 56 : 51;
}

/* ---------------------------------------------------------------- changing */

struct change {
    const char *old[3];
    const char *new;
    int code;
};

static struct secmail_key *change(struct fixture *f, struct secmail_key *key,
                                  const struct change *how)
{
    struct secmail_secret *old[3], *new = how->new ? make_secret(f, how->new) : NULL;
    size_t count = 0;
    for (; count < 3 && how->old[count]; count++)
        old[count] = make_secret(f, how->old[count]);
    struct secmail_key *out = (struct secmail_key *)(uintptr_t)1;
    struct collected before = export_key(f, key), after;
    assert_code(f->context,
                secmail_key_change_password(
                    f->context, key, (const struct secmail_secret *const *)old, count, new, &out),
                how->code);
    assert_int_equal(out == NULL, how->code != 0);
    assert_int_equal(*secmail_context_error_detail(f->context) != 0, how->code != 0);
    after = export_key(f, key); /* CVE-2023-29480: a failure must not leave it open */
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.data, after.data, after.size);
    drop(&before);
    drop(&after);
    while (count--)
        secmail_secret_free(old[count]);
    secmail_secret_free(new);
    return out;
}

static bool opens_with(struct fixture *f, struct secmail_key *key, const char *password)
{
    struct secmail_secret *secret = make_secret(f, password);
    struct secmail_key *open;
    const int rc = secmail_key_unlock(f->context, key, secret, &open);
    assert_true(rc == 0 || rc == SECMAIL_E_WRONG_PASSWORD);
    assert_int_equal(secmail_key_is_locked(key), 1);
    if (!rc)
        assert_int_equal(secmail_key_is_locked(open), 0);
    secmail_key_unref(open);
    secmail_secret_free(secret);
    return rc == 0;
}

static void changed(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 2; i++) {
        struct secmail_key *key = make_key(f, profiles[i], "Alice"), *a, *b, *open;
        struct collected clear = export_key(f, key), again;
        a = change(f, key, &(struct change){.new = "first"});
        assert_true(opens_with(f, a, "first"));
        change(f, a, &(struct change){.new = "second", .code = SECMAIL_E_KEY_LOCKED});
        change(f, a, &(struct change){{"a", "b"}, "second", SECMAIL_E_WRONG_PASSWORD});
        change(f, a, &(struct change){{"a"}, NULL, SECMAIL_E_WRONG_PASSWORD});
        change(f, a, &(struct change){{"first"}, "", SECMAIL_E_ARGUMENT});
        b = change(f, a, &(struct change){{"no", "first", "neither"}, "second", 0});
        assert_true(opens_with(f, b, "second"));
        assert_false(opens_with(f, b, "first"));
        open = change(f, b, &(struct change){{"second"}, NULL, 0});
        again = export_key(f, open);
        assert_int_equal(again.size, clear.size);
        assert_memory_equal(again.data, clear.data, clear.size);
        struct secmail_key *same = change(f, open, &(struct change){{"any"}, NULL, 0});
        assert_ptr_equal(same, open);
        secmail_key_unref(same);
        secmail_key_unref(open);
        secmail_key_unref(b);
        secmail_key_unref(a);
        secmail_key_unref(key);
        drop(&clear);
        drop(&again);
    }
}

static void change_arguments(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice"), *out;
    struct secmail_secret *secret = make_secret(f, "x");
    const struct secmail_secret *old[] = {secret, NULL};
    struct secmail_context *c = f->context;
    assert_int_equal(secmail_key_change_password(NULL, key, NULL, 0, secret, &out),
                     SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_key_change_password(c, key, NULL, 0, secret, NULL),
                     SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_key_change_password(c, NULL, NULL, 0, secret, &out), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_key_change_password(c, key, NULL, 1, secret, &out), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_key_change_password(c, key, old, 2, secret, &out), SECMAIL_E_ARGUMENT);
    assert_null(out);
    secmail_secret_free(secret);
    secmail_key_unref(key);
}

/* A key whose parts have passwords of their own, as when subkeys came from another machine. */
static void several_passwords(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC4880, "Alice");
    struct secmail_key *a = change(f, key, &(struct change){.new = "first"});
    struct secmail_key *b = change(f, key, &(struct change){.new = "second"});
    struct collected one = export_key(f, a), two = export_key(f, b), mixed = {0};
    size_t at = 0, start, size;
    assert_int_equal(one.size, two.size);
    for (uint8_t tag; next_packet(&one, &at, &tag, &start, &size);)
        put_packet(&mixed, tag, (tag == TAG_SECRET_SUBKEY ? two : one).data + start, size);
    struct secmail_key *both = parse_drop(f, &mixed);
    assert_false(opens_with(f, both, "first"));
    assert_false(opens_with(f, both, "second"));
    change(f, both, &(struct change){{"first"}, "new", SECMAIL_E_WRONG_PASSWORD});
    struct secmail_key *new = change(f, both, &(struct change){{"first", "second"}, "new", 0});
    assert_true(opens_with(f, new, "new"));
    secmail_key_unref(new);
    secmail_key_unref(both);
    secmail_key_unref(b);
    secmail_key_unref(a);
    secmail_key_unref(key);
    drop(&one);
    drop(&two);
}

/* All parts share a salt, so that opening them costs one derivation; their IVs differ. */
static void one_salt(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 2; i++) {
        struct secmail_key *key = make_key(f, profiles[i], "Alice"),
                           *locked = change(f, key, &(struct change){.new = "x"});
        struct collected c = export_key(f, locked);
        uint8_t salt[16], iv[16];
        const size_t salt_size = i ? 16 : 8;
        size_t at = 0, start, size, count = 0;
        for (uint8_t tag; next_packet(&c, &at, &tag, &start, &size);) {
            if (!is_secret(tag))
                continue;
            const uint8_t *p = c.data + start + public_size(c.data + start) + (i ? 6 : 4);
            const uint8_t *p_iv = p + salt_size + (i ? 3 : 1);
            if (count) {
                assert_memory_equal(salt, p, salt_size);
                assert_memory_not_equal(iv, p_iv, 15);
            }
            memcpy(salt, p, salt_size);
            memcpy(iv, p_iv, 15);
            count++;
        }
        assert_int_equal(count, 3);
        struct secmail_key *other = change(f, key, &(struct change){.new = "x"});
        struct collected second = export_key(f, other);
        assert_memory_not_equal(second.data + 2, c.data + 2, 140);
        drop(&second);
        drop(&c);
        secmail_key_unref(other);
        secmail_key_unref(locked);
        secmail_key_unref(key);
    }
}

/* ---------------------------------------------------------------- parts that are elsewhere */

static const struct {
    const char *data;
    size_t size;
} elsewhere[] = {
    {"\377\7\145\0GNU\1", 8},        /* GnuPG: kept offline */
    {"\377\0\145\2GNU\2\4card", 13}, /* GnuPG: on a card, with its serial number */
    {"\376\11\145\2GNU\1", 8},       /* the same behind the other usage octet */
    {"\374", 1},                     /* external, without a hint */
    {"\374serial:0123", 12},         /* external, with one */
};
enum { ELSEWHERE = sizeof elsewhere / sizeof *elsewhere };

/* The file of a key in which the secrets named by bits (1: primary, 2, 4: subkeys) are elsewhere.
 */
static struct collected without(struct fixture *f, struct secmail_key *key, unsigned which,
                                size_t how)
{
    struct collected c = export_key(f, key), changed_file = {0};
    size_t at = 0, start, size, index = 0;
    for (uint8_t tag; next_packet(&c, &at, &tag, &start, &size);) {
        struct collected body = {0};
        if (is_secret(tag) && which & 1u << index) {
            put(&body, c.data + start, public_size(c.data + start));
            put(&body, elsewhere[how].data, elsewhere[how].size);
        } else {
            put(&body, c.data + start, size);
        }
        index += is_secret(tag);
        put_body_drop(&changed_file, tag, &body);
    }
    drop(&c);
    return changed_file;
}

static int sign_with(struct fixture *f, struct secmail_key *key)
{
    struct secmail_sign *s;
    assert_ok(f->context, secmail_sign_new(f->context, &s));
    const int rc = secmail_sign_add_signer(s, key);
    assert_int_equal(*secmail_context_error_detail(f->context) != 0, rc != 0);
    secmail_sign_free(s);
    return rc;
}

static int decrypt_with(struct fixture *f, struct secmail_key *key)
{
    struct secmail_encrypt *e;
    struct secmail_decrypt *d;
    struct secmail_bytes *message, *plain;
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
    assert_ok(f->context, secmail_encrypt_bytes(e, (const uint8_t *)"hello", 5, &message));
    secmail_encrypt_free(e);
    assert_ok(f->context, secmail_decrypt_new(f->context, &d));
    assert_ok(f->context, secmail_decrypt_add_key(d, key));
    const int rc = secmail_decrypt_bytes(d, secmail_bytes_data(message),
                                         secmail_bytes_size(message), &plain);
    assert_int_equal(plain == NULL, rc != 0);
    secmail_bytes_free(plain);
    secmail_bytes_free(message);
    secmail_decrypt_free(d);
    return rc;
}

static void absent_parts(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 2 * ELSEWHERE; i++) {
        struct secmail_key *key = make_key(f, profiles[i % 2], "Alice");
        for (unsigned which = 1; which < 8; which++) {
            struct collected c = without(f, key, which, i / 2), again;
            struct secmail_key *part;
            assert_ok(f->context, secmail_key_parse(f->context, &part, c.data, c.size));
            assert_int_equal(secmail_key_is_locked(part), 0);
            again = export_key(f, part);
            assert_int_equal(again.size, c.size);
            assert_memory_equal(again.data, c.data, c.size);
            drop(&again);
            assert_code(f->context, sign_with(f, part), which & 2 ? SECMAIL_E_SECRET_ABSENT : 0);
            assert_code(f->context, decrypt_with(f, part), which & 4 ? SECMAIL_E_SECRET_ABSENT : 0);
            secmail_key_unref(part);
            drop(&c);
        }
        secmail_key_unref(key);
    }
}

/* Locks and passwords pass over what is elsewhere. */
static void absent_parts_stay(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 2; i++) {
        struct secmail_key *key = make_key(f, profiles[i], "Alice");
        struct collected c = without(f, key, 1, 0), copy = {0}, again;
        put_all(&copy, &c);
        struct secmail_key *part = parse_drop(f, &c);
        struct secmail_key *locked = change(f, part, &(struct change){.new = "x"});
        assert_true(opens_with(f, locked, "x"));
        assert_code(f->context, sign_with(f, locked), SECMAIL_E_KEY_LOCKED);
        assert_code(f->context, decrypt_with(f, locked), SECMAIL_E_KEY_LOCKED);
        struct secmail_key *open = change(f, locked, &(struct change){{"x"}, NULL, 0});
        again = export_key(f, open);
        assert_int_equal(again.size, copy.size);
        assert_memory_equal(again.data, copy.data, copy.size);
        drop(&again);
        drop(&copy);
        secmail_key_unref(open);
        secmail_key_unref(locked);
        secmail_key_unref(part);
        secmail_key_unref(key);
    }
}

/* What is only nearly GnuPG's marker is an unknown protection: locked, and not to be opened. */
static void nearly_absent(void **state)
{
    struct fixture *f = *state;
    static const char *const parts[] = {"\377\7\145\0GNX\1", "\377\7\145\0GNU\3",
                                        "\376\7\144\0GNU\1"};
    for (size_t i = 0; i < 3; i++) {
        struct test_key test = test_key(f, 4, PK_EDDSA, f->now);
        struct collected body = {0}, c = {0};
        struct secmail_secret *secret = make_secret(f, "x");
        put_all(&body, &test.body);
        put(&body, parts[i], 8);
        put_body_drop(&c, TAG_SECRET_KEY, &body);
        struct secmail_key *key = parse_drop(f, &c), *open;
        assert_int_equal(secmail_key_is_locked(key), 1);
        assert_code(f->context, secmail_key_unlock(f->context, key, secret, &open),
                    SECMAIL_E_UNSUPPORTED_ALGORITHM);
        secmail_key_unref(key);
        secmail_secret_free(secret);
        drop(&test.body);
    }
}

/* ---------------------------------------------------------------- empty passwords */

/* One rule everywhere: an empty password protects nothing and opens nothing. */
static void empty_passwords(void **state)
{
    struct fixture *f = *state;
    struct secmail_secret *empty = make_secret(f, "");
    for (size_t i = 0; i < 2; i++) {
        struct secmail_key *key = make_key(f, profiles[i], "Alice"), *locked, *out;
        assert_code(f->context, secmail_key_lock(f->context, key, empty, &out), SECMAIL_E_ARGUMENT);
        assert_null(out);
        locked = change(f, key, &(struct change){.new = "x"});
        assert_false(opens_with(f, locked, ""));
        secmail_key_unref(locked);
        secmail_key_unref(key);
    }
    struct secmail_generator *g;
    assert_ok(f->context, secmail_generator_new(f->context, &g));
    assert_code(f->context, secmail_generator_set_password(g, empty), SECMAIL_E_ARGUMENT);
    secmail_generator_free(g);
    struct secmail_encrypt *e;
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    assert_code(f->context, secmail_encrypt_add_password(e, empty), SECMAIL_E_ARGUMENT);
    secmail_encrypt_free(e);
    secmail_secret_free(empty);
}

/* Also where somebody else has locked with one. */
static void locked_with_an_empty_password(void **state)
{
    struct fixture *f = *state;
    struct collected message = {0}, literal = {0};
    const struct session s = make_session(f, SMI_AES256);
    const struct smi_s2k s2k = cheap_s2k();
    struct secmail_secret *empty = make_secret(f, "");
    struct secmail_decrypt *d;
    struct secmail_bytes *plain;
    put_literal(&literal, "x", 1);
    put_skesk4(f, &message, &s2k, "", &s);
    put_seipd1(f, &message, &s, &literal);
    assert_ok(f->context, secmail_decrypt_new(f->context, &d));
    assert_ok(f->context, secmail_decrypt_add_password(d, empty));
    assert_code(f->context, secmail_decrypt_bytes(d, message.data, message.size, &plain),
                SECMAIL_E_WRONG_PASSWORD);
    assert_null(plain);
    secmail_decrypt_free(d);
    secmail_secret_free(empty);
    drop(&literal);
    drop(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(changed),
        fixture_test(change_arguments),
        fixture_test(several_passwords),
        fixture_test(one_salt),
        fixture_test(absent_parts),
        fixture_test(absent_parts_stay),
        fixture_test(nearly_absent),
        fixture_test(empty_passwords),
        fixture_test(locked_with_an_empty_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
