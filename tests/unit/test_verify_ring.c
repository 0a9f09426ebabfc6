/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rings of certificates: any number of them from one file, and what spoils one, some or all. */
#include "packet_writer.h"

static const char empty_block[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n"
                                  "-----END PGP PUBLIC KEY BLOCK-----\n";

/* Appends a certificate; its fingerprint goes to `hex`. */
static void put_cert(struct fixture *f, struct collected *c, uint8_t version, char hex[65])
{
    struct test_key key = test_key(f, version, version == 6 ? PK_ED25519 : PK_EDDSA, f->now);
    put_primary(f, c, &key, SECMAIL_KEY_CERTIFY, 0);
    put_packet(c, TAG_USER_ID, "Alice", 5);
    memcpy(hex, key.hex, 65);
    drop(&key.body);
}

static void put_armored(struct fixture *f, struct collected *to, const struct collected *c,
                        uint32_t kind)
{
    struct secmail_armor *armor;
    assert_ok(f->context, secmail_armor_new(f->context, &armor, kind));
    assert_ok(f->context, drive(armor_update, armor, c->data, c->size, 1 << 20, 1 << 20, to));
    secmail_armor_free(armor);
}

/* Parses what must be a ring of `count` certificates with `skipped` others; used up. */
static struct secmail_ring *parse(struct fixture *f, struct collected *c, size_t count,
                                  size_t skipped)
{
    struct secmail_ring *ring;
    assert_ok(f->context, secmail_ring_parse(f->context, &ring, c->data, c->size));
    assert_int_equal(secmail_context_error_code(f->context), 0);
    assert_int_equal(secmail_ring_count(ring), count);
    assert_int_equal(secmail_ring_skipped(ring), skipped);
    drop(c);
    return ring;
}

static void must_fail(struct fixture *f, const void *data, size_t size, int want)
{
    struct secmail_ring *ring = (struct secmail_ring *)(uintptr_t)1;
    assert_code(f->context, secmail_ring_parse(f->context, &ring, data, size), want);
    assert_int_equal(secmail_context_error_code(f->context), want);
    assert_null(ring);
}

static void must_fail_drop(struct fixture *f, struct collected *c, int want)
{
    must_fail(f, c->data, c->size, want);
    drop(c);
}

static void arguments(void **state)
{
    struct fixture *f = *state;
    struct secmail_ring *ring = (struct secmail_ring *)(uintptr_t)1;
    assert_int_equal(secmail_ring_parse(NULL, &ring, NULL, 0), SECMAIL_E_ARGUMENT);
    assert_null(ring);
    assert_int_equal(secmail_ring_parse(f->context, NULL, NULL, 0), SECMAIL_E_ARGUMENT);
    must_fail(f, NULL, 1, SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_ring_count(NULL), 0);
    assert_int_equal(secmail_ring_skipped(NULL), 0);
    assert_null(secmail_ring_cert(NULL, 0));
    assert_null(secmail_ring_ref(NULL));
    secmail_ring_unref(NULL);
}

static void many_in_their_order(void **state)
{
    struct fixture *f = *state;
    for (int armored = 0; armored < 3; armored++) {
        struct collected binary = {0}, c = {0};
        char hex[20][65];
        for (size_t i = 0; i < 20; i++) {
            put_cert(f, &binary, i % 2 ? 4 : 6, hex[i]);
            if (armored == 2 && i % 7 == 6) { /* several blocks, with text around them */
                put(&c, "Some keys:\n", 11);
                put_armored(f, &c, &binary, SECMAIL_ARMOR_PUBLIC_KEY);
                drop(&binary);
            }
        }
        if (armored)
            put_armored(f, &c, &binary, SECMAIL_ARMOR_AUTO);
        else
            put_all(&c, &binary);
        if (armored)
            put(&c, "\nThat is all.\n", 14);
        drop(&binary);
        struct secmail_ring *ring = parse(f, &c, 20, 0);
        for (size_t i = 0; i < 20; i++) {
            assert_string_equal(secmail_cert_fingerprint(secmail_ring_cert(ring, i)), hex[i]);
            assert_int_equal(secmail_cert_user_id_count(secmail_ring_cert(ring, i)), 1);
        }
        assert_null(secmail_ring_cert(ring, 20));
        secmail_ring_unref(ring);
    }
}

static void secret_keys_count_too(void **state)
{
    struct fixture *f = *state;
    struct collected c = {0};
    char hex[65];
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC4880, "Bob");
    struct secmail_bytes *bytes;
    put_cert(f, &c, 4, hex);
    assert_ok(f->context, secmail_key_export(f->context, key, 0, &bytes));
    put(&c, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    struct secmail_ring *ring = parse(f, &c, 2, 0);
    assert_string_equal(secmail_cert_fingerprint(secmail_ring_cert(ring, 1)),
                        secmail_cert_fingerprint(secmail_key_cert(key)));
    secmail_ring_unref(ring);
    secmail_key_unref(key);
}

/* One that can't be read doesn't harm its neighbours, wherever it stands. */
static void unreadable_certificates_are_skipped(void **state)
{
    struct fixture *f = *state;
    for (size_t at = 0; at < 3; at++) {
        for (int kind = 0; kind < 3; kind++) {
            struct collected c = {0};
            char hex[3][65];
            for (size_t i = 0; i < 3; i++) {
                if (i != at)
                    put_cert(f, &c, 6, hex[i]);
                else if (kind == 0)
                    put_packet(&c, TAG_PUBLIC_KEY, "\3\1\2\3\4\0\1\1xxxx", 12);
                else if (kind == 1)
                    put_packet(&c, TAG_PUBLIC_KEY, "", 0);
                else
                    put_packet(&c, TAG_SECRET_KEY, "\4\1\2\3\4\143", 6);
                put_packet(&c, TAG_USER_ID, "somebody", 8);
            }
            struct secmail_ring *ring = parse(f, &c, 2, 1);
            assert_string_equal(secmail_cert_fingerprint(secmail_ring_cert(ring, 0)),
                                hex[at == 0 ? 1 : 0]);
            assert_string_equal(secmail_cert_fingerprint(secmail_ring_cert(ring, 1)),
                                hex[at == 2 ? 1 : 2]);
            secmail_ring_unref(ring);
        }
    }
}

static void must_find(const struct secmail_ring *ring, const char *handle, size_t count,
                      const size_t *certs)
{
    size_t cursor = 0;
    for (size_t i = 0; i < count; i++)
        assert_ptr_equal(secmail_ring_find(ring, handle, &cursor),
                         secmail_ring_cert(ring, certs[i]));
    for (int i = 0; i < 2; i++) /* the end stays the end */
        assert_null(secmail_ring_find(ring, handle, &cursor));
}

/* By fingerprint or key ID, of primary keys and subkeys, of both versions. */
static void finding(void **state)
{
    struct fixture *f = *state;
    struct collected c = {0};
    struct test_key primary[5], subkey[5];
    for (size_t i = 0; i < 5; i++) {
        const uint8_t version = i % 2 ? 4 : 6;
        primary[i] = test_key(f, version, version == 6 ? PK_ED25519 : PK_EDDSA, f->now);
        subkey[i] = test_key(f, version, version == 6 ? PK_X25519 : PK_ECDH, f->now);
        put_body(&c, TAG_PUBLIC_KEY, &primary[i].body);
        put_body(&c, TAG_PUBLIC_SUBKEY, &subkey[i].body);
        put_body(&c, TAG_PUBLIC_SUBKEY, &subkey[0].body); /* one that five certificates claim */
    }
    struct secmail_ring *ring = parse(f, &c, 5, 0);
    for (size_t i = 0; i < 5; i++) {
        const struct test_key *keys[] = {&primary[i], &subkey[i]};
        for (size_t k = i ? 0 : 1; k < 2 && i; k++) {
            char hex[65], id[17];
            must_find(ring, keys[k]->hex, 1, &i);
            for (size_t d = 0; d < 65; d++)
                hex[d] = (char)(keys[k]->hex[d] | (keys[k]->hex[d] >= 'A' ? 0x20 : 0));
            must_find(ring, hex, 1, &i);
            for (size_t d = 0; d < 8; d++)
                snprintf(id + 2 * d, 3, "%02x", keys[k]->key_id[d]);
            must_find(ring, id, 1, &i);
            must_find(ring, id + 8, 0, NULL); /* anybody makes a key with a given short ID */
            hex[0] = hex[0] == '0' ? '1' : '0';
            must_find(ring, hex, 0, NULL); /* another key, perhaps with the same key ID */
        }
    }
    must_find(ring, subkey[0].hex, 5, (size_t[]){0, 1, 2, 3, 4});
    static const char *const none[] = {"",
                                       "0123456789ABCDEF",
                                       "89ABCDEF",
                                       "0123456789ABCDEG",
                                       "0x0123456789ABCDEF",
                                       "00000000000000000000000000000000"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        must_find(ring, none[i], 0, NULL);
    size_t cursor = SIZE_MAX;
    assert_null(secmail_ring_find(ring, primary[1].hex, &cursor));
    cursor = 0;
    assert_null(secmail_ring_find(NULL, primary[1].hex, &cursor));
    assert_null(secmail_ring_find(ring, NULL, &cursor));
    assert_null(secmail_ring_find(ring, primary[1].hex, NULL));
    secmail_ring_unref(ring);
    for (size_t i = 0; i < 5; i++) {
        drop(&primary[i].body);
        drop(&subkey[i].body);
    }
}

/* What stands in front of the first primary key is one thing that can't be read. */
static void garbage_in_front(void **state)
{
    struct fixture *f = *state;
    struct collected c = {0};
    char hex[65];
    put_packet(&c, TAG_USER_ID, "nobody", 6);
    put_packet(&c, TAG_SIGNATURE, "\3", 1);
    put_cert(f, &c, 6, hex);
    secmail_ring_unref(parse(f, &c, 1, 1));
    /* What is ignored everywhere is no such thing. */
    for (int i = 0; i < 2; i++) {
        put_packet(&c, TAG_MARKER, "PGP", 3);
        put_packet(&c, TAG_TRUST, "x", 1);
        put_packet(&c, TAG_PADDING, "x", 1);
        put_cert(f, &c, 6, hex);
    }
    secmail_ring_unref(parse(f, &c, 2, 0));
}

static void errors(void **state)
{
    struct fixture *f = *state;
    static const char message[] = "-----BEGIN PGP MESSAGE-----\n\nyxBiAAAAAAB4\n"
                                  "-----END PGP MESSAGE-----\n";
    struct collected c = {0}, text = {0};
    char hex[65];
    must_fail(f, NULL, 0, SECMAIL_E_NO_DATA);
    must_fail(f, "hello", 5, SECMAIL_E_NO_DATA);
    must_fail(f, empty_block, strlen(empty_block), SECMAIL_E_NO_DATA);
    must_fail(f, message, strlen(message), SECMAIL_E_NOT_A_CERT);
    put_literal(&c, "x", 1);
    must_fail_drop(f, &c, SECMAIL_E_NOT_A_CERT);
    /* None of several: one reason is told, the same by code and on the context. */
    put_packet(&c, TAG_PUBLIC_KEY, "\4", 1);
    put_packet(&c, TAG_PUBLIC_KEY, "\3old", 4);
    must_fail_drop(f, &c, SECMAIL_E_UNSUPPORTED_VERSION);
    put_packet(&c, TAG_PUBLIC_KEY, "\3old", 4);
    put_packet(&c, TAG_PUBLIC_KEY, "\4", 1);
    must_fail_drop(f, &c, SECMAIL_E_MALFORMED);
    /* Packets that can't be told apart. */
    put_cert(f, &c, 6, hex);
    put_armored(f, &text, &c, SECMAIL_ARMOR_PUBLIC_KEY);
    must_fail(f, c.data, c.size - 1, SECMAIL_E_TRUNCATED);
    put_u8(&c, 'x');
    must_fail(f, c.data, c.size, SECMAIL_E_MALFORMED);
    must_fail_drop(f, &c, SECMAIL_E_MALFORMED);
    must_fail(f, text.data, text.size - 10, SECMAIL_E_ARMOR);
    drop(&text);
}

/* A packet of the reserved type 0 ends a ring at once: it is no end of data. */
static void reserved_packets(void **state)
{
    struct fixture *f = *state;
    struct collected c = {0};
    char hex[65];
    must_fail(f, "\xc0\0", 2, SECMAIL_E_MALFORMED);
    must_fail(f, "\x80\1x", 3, SECMAIL_E_MALFORMED);
    put_cert(f, &c, 6, hex);
    put(&c, "\xc0\0", 2);
    put_cert(f, &c, 6, hex);
    must_fail_drop(f, &c, SECMAIL_E_MALFORMED);
}

static void limits(void **state)
{
    struct fixture *f = *state;
    struct collected c = {0};
    char hex[65];
    for (int i = 0; i < 5; i++)
        put_cert(f, &c, 6, hex);
    struct collected same = {0};
    put_all(&same, &c);
    set_limit(f, SECMAIL_LIMIT_RING_CERTS, 5);
    secmail_ring_unref(parse(f, &same, 5, 0));
    set_limit(f, SECMAIL_LIMIT_RING_CERTS, 4);
    must_fail(f, c.data, c.size, SECMAIL_E_LIMIT_RING_CERTS);
    set_limit(f, SECMAIL_LIMIT_PACKET_SIZE, 50);
    must_fail(f, c.data, c.size, SECMAIL_E_LIMIT_PACKET_SIZE);
    /* A limit of one certificate makes that certificate unreadable, not the others. */
    set_limit(f, SECMAIL_LIMIT_CERT_COMPONENTS, 1);
    put_packet(&c, TAG_USER_ID, "second", 6);
    secmail_ring_unref(parse(f, &c, 4, 1));
}

static void rings_outlive_contexts(void **state)
{
    (void)state;
    struct fixture f;
    struct collected c = {0};
    char hex[65];
    fixture_init(&f, NULL);
    put_cert(&f, &c, 6, hex);
    struct secmail_ring *ring = parse(&f, &c, 1, 0);
    assert_ptr_equal(secmail_ring_ref(ring), ring);
    struct secmail_cert *cert = secmail_cert_ref(secmail_ring_cert(ring, 0));
    fixture_done(&f);
    secmail_ring_unref(ring);
    assert_int_equal(secmail_ring_count(ring), 1);
    secmail_ring_unref(ring);
    assert_string_equal(secmail_cert_fingerprint(cert), hex);
    secmail_cert_unref(cert);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(arguments),
        fixture_test(many_in_their_order),
        fixture_test(secret_keys_count_too),
        fixture_test(unreadable_certificates_are_skipped),
        fixture_test(finding),
        fixture_test(garbage_in_front),
        fixture_test(errors),
        fixture_test(reserved_packets),
        fixture_test(limits),
        cmocka_unit_test(rings_outlive_contexts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
