/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates as data: reading, every error of it, looking inside, writing. What their signatures
 * are worth is in test_verify_validity.c. */
#include "packet_writer.h"

static const char alice[] = "Alice <alice@example.org>";

static struct collected whole_cert(struct fixture *f, uint8_t version)
{
    struct test_key primary = test_key(f, version, version == 6 ? PK_ED25519 : PK_EDDSA, f->now),
                    subkey = test_key(f, version, version == 6 ? PK_X25519 : PK_ECDH, f->now);
    struct collected c = {0};
    put_primary(f, &c, &primary, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN, 0);
    put_packet(&c, TAG_USER_ID, alice, strlen(alice));
    put_id_signature(f, &c, flags_plan(0x13, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN), &primary,
                     &primary, alice);
    put_subkey(f, &c, &primary, &subkey, SECMAIL_KEY_ENCRYPT_STORAGE, 0);
    drop(&primary.body);
    drop(&subkey.body);
    return c;
}

static void check_parse(struct fixture *f, const void *data, size_t size, int want)
{
    struct secmail_cert *cert = (struct secmail_cert *)(uintptr_t)1;
    const int rc = secmail_cert_parse(f->context, &cert, data, size);
    assert_code(f->context, rc, want);
    assert_int_equal(secmail_context_error_code(f->context), want);
    assert_int_equal(!rc, !*secmail_context_error_detail(f->context));
    assert_int_equal(!rc, cert != NULL);
    secmail_cert_unref(cert);
}

static void check_parse_drop(struct fixture *f, struct collected *c, int want)
{
    check_parse(f, c->data, c->size, want);
    drop(c);
}

static struct collected armored(struct fixture *f, const struct collected *c, uint32_t kind)
{
    struct secmail_armor *armor;
    struct collected text = {0};
    assert_ok(f->context, secmail_armor_new(f->context, &armor, kind));
    assert_ok(f->context, drive(armor_update, armor, c->data, c->size, 1 << 20, 1 << 20, &text));
    secmail_armor_free(armor);
    return text;
}

/* ---------------------------------------------------------------- reading */

static void arguments(void **state)
{
    struct fixture *f = *state;
    struct collected c = whole_cert(f, 6);
    struct secmail_cert *cert = (struct secmail_cert *)(uintptr_t)1;
    assert_int_equal(secmail_cert_parse(f->context, NULL, c.data, c.size), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_cert_parse(NULL, &cert, c.data, c.size), SECMAIL_E_ARGUMENT);
    assert_null(cert);
    check_parse(f, NULL, 1, SECMAIL_E_ARGUMENT);
    cert = parse_cert(f, &c);
    struct secmail_bytes *bytes = (struct secmail_bytes *)(uintptr_t)1;
    assert_int_equal(secmail_cert_export(f->context, cert, 0, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_cert_export(NULL, cert, 0, &bytes), SECMAIL_E_ARGUMENT);
    assert_null(bytes);
    bytes = (struct secmail_bytes *)(uintptr_t)1;
    assert_code(f->context, secmail_cert_export(f->context, NULL, 0, &bytes), SECMAIL_E_ARGUMENT);
    assert_null(bytes);
    assert_int_equal(secmail_cert_version(NULL), 0);
    assert_null(secmail_cert_fingerprint(NULL));
    assert_int_equal(secmail_cert_user_id_count(NULL), 0);
    assert_null(secmail_cert_user_id(NULL, 0, NULL));
    assert_int_equal(secmail_cert_key_count(NULL), 0);
    assert_null(secmail_cert_key_fingerprint(NULL, 0));
    assert_null(secmail_cert_ref(NULL));
    secmail_cert_unref(NULL);
    secmail_cert_unref(cert);
}

static void what_is_no_data(void **state)
{
    struct fixture *f = *state;
    static const char empty[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n"
                                "-----END PGP PUBLIC KEY BLOCK-----\n";
    check_parse(f, NULL, 0, SECMAIL_E_NO_DATA);
    check_parse(f, "", 0, SECMAIL_E_NO_DATA);
    check_parse(f, "hello", 5, SECMAIL_E_NO_DATA);
    check_parse(f, "\n", 1, SECMAIL_E_NO_DATA);
    check_parse(f, "\0", 1, SECMAIL_E_NO_DATA);
    check_parse(f, empty, strlen(empty), SECMAIL_E_NO_DATA);
}

static void what_is_no_certificate(void **state)
{
    struct fixture *f = *state;
    struct test_key key = test_key(f, 6, PK_ED25519, f->now);
    struct collected c = {0}, one = whole_cert(f, 6), text;
    put_literal(&c, "x", 1);
    text = armored(f, &c, SECMAIL_ARMOR_MESSAGE);
    check_parse_drop(f, &text, SECMAIL_E_NOT_A_CERT);
    /* Whatever the armor says. */
    text = armored(f, &c, SECMAIL_ARMOR_PUBLIC_KEY);
    check_parse_drop(f, &text, SECMAIL_E_NOT_A_CERT);
    check_parse_drop(f, &c, SECMAIL_E_NOT_A_CERT);
    put_signature(f, &c, (struct sig_plan){0}, &key, "x", 1);
    text = armored(f, &c, SECMAIL_ARMOR_SIGNATURE);
    check_parse_drop(f, &text, SECMAIL_E_NOT_A_CERT);
    check_parse_drop(f, &c, SECMAIL_E_NOT_A_CERT);
    put_packet(&c, TAG_USER_ID, alice, strlen(alice));
    put_all(&c, &one);
    check_parse_drop(f, &c, SECMAIL_E_NOT_A_CERT);
    put_body(&c, TAG_PUBLIC_SUBKEY, &key.body);
    check_parse_drop(f, &c, SECMAIL_E_NOT_A_CERT);
    put_packet(&c, TAG_MARKER, "PGP", 3);
    check_parse_drop(f, &c, SECMAIL_E_NOT_A_CERT);
    put_all(&c, &one);
    put_all(&c, &one);
    check_parse_drop(f, &c, SECMAIL_E_NOT_A_CERT);
    drop(&one);
    drop(&key.body);
}

static void malformed(void **state)
{
    struct fixture *f = *state;
    static const uint8_t heads[] = {0x00, 0x41, 0x7f, 0x80, 0xc0};
    struct test_key key = test_key(f, 4, PK_EDDSA, f->now);
    struct collected one = whole_cert(f, 4), c = {0};
    /* Something that begins no packet, or a packet of the reserved type 0, behind a certificate. */
    for (size_t i = 0; i < sizeof heads; i++) {
        put_all(&c, &one);
        put_u8(&c, heads[i]);
        put_u8(&c, 1);
        put_u8(&c, 'x');
        check_parse_drop(f, &c, SECMAIL_E_MALFORMED);
    }
    /* Key packets that are longer or shorter than their fields say. */
    put_packet(&c, TAG_PUBLIC_KEY, key.body.data, key.body.size - 1);
    check_parse_drop(f, &c, SECMAIL_E_MALFORMED);
    put_u8(&key.body, 0);
    put_body(&c, TAG_PUBLIC_KEY, &key.body);
    check_parse_drop(f, &c, SECMAIL_E_MALFORMED);
    put_packet(&c, TAG_PUBLIC_KEY, "\4", 1);
    check_parse_drop(f, &c, SECMAIL_E_MALFORMED);
    /* Only data packets may come in parts (RFC 9580 section 4.2.1.4). */
    put_partial_packet(&c, TAG_PUBLIC_KEY, 4, key.body.data, key.body.size);
    check_parse_drop(f, &c, SECMAIL_E_MALFORMED);
    drop(&one);
    drop(&key.body);
}

/* A version 6 key whose length field doesn't fit; unlike in version 4 it counts for unknown
 * algorithms, too. */
static void malformed_v6_material(void **state)
{
    struct fixture *f = *state;
    for (unsigned size = 0; size < 70; size++) {
        for (unsigned declared = 0; declared < 70; declared++) {
            for (unsigned algo = 27; algo < 28 + 71; algo += 71) {
                struct collected c = {0}, body = {0};
                put(&body, "\6\1\2\3\4", 5);
                put_u8(&body, algo);
                put_u32(&body, declared);
                for (unsigned i = 0; i < size; i++)
                    put_u8(&body, i);
                put_body_drop(&c, TAG_PUBLIC_KEY, &body);
                const bool right = declared == size && (algo == 98 || size == 32);
                check_parse_drop(f, &c, right ? 0 : SECMAIL_E_MALFORMED);
            }
        }
    }
}

/* A version 4 key packet whose size does not fit the two octets of its fingerprint's hash. */
static void too_large_for_version_4(void **state)
{
    struct fixture *f = *state;
    for (size_t size = 65535; size <= 65536; size++) {
        struct collected c = {0}, body = {0};
        body.data = calloc(1, size);
        body.size = size;
        body.data[0] = 4;
        body.data[5] = 99;
        put_body_drop(&c, TAG_PUBLIC_KEY, &body);
        check_parse_drop(f, &c, size == 65535 ? 0 : SECMAIL_E_MALFORMED);
    }
}

/* Cut anywhere: a packet boundary leaves less of a certificate, any other place is truncated. */
static void truncated(void **state)
{
    struct fixture *f = *state;
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct collected c = whole_cert(f, version);
        size_t whole = 0, at = 0;
        for (size_t size = 1; size < c.size; size++) {
            while (at < size) {
                const size_t first = c.data[at + 1];
                at += first < 192 ? 2 + first : 3 + ((first - 192) << 8) + c.data[at + 2] + 192;
            }
            whole += at == size;
            /* Exactly so much memory, for sanitizers. */
            uint8_t *cut = malloc(size);
            memcpy(cut, c.data, size);
            check_parse(f, cut, size, at == size ? 0 : SECMAIL_E_TRUNCATED);
            free(cut);
        }
        assert_int_equal(whole, 5);
        drop(&c);
    }
}

static void versions(void **state)
{
    struct fixture *f = *state;
    for (unsigned version = 0; version < 256; version++) {
        struct test_key key = test_key(f, 4, PK_EDDSA, f->now);
        struct collected c = {0};
        key.body.data[0] = (uint8_t)version;
        put_body(&c, TAG_PUBLIC_KEY, &key.body);
        if (version == 4)
            check_parse(f, c.data, c.size, 0);
        else if (version == 5 || version == 6)
            check_parse(f, c.data, c.size, SECMAIL_E_MALFORMED);
        else
            check_parse(f, c.data, c.size, SECMAIL_E_UNSUPPORTED_VERSION);
        drop(&c);
        drop(&key.body);
    }
}

static void broken_armor(void **state)
{
    struct fixture *f = *state;
    struct collected c = whole_cert(f, 4), text = armored(f, &c, SECMAIL_ARMOR_AUTO);
    check_parse(f, text.data, text.size, 0);
    check_parse(f, text.data, text.size - 40, SECMAIL_E_ARMOR);
    text.data[100] = '!';
    check_parse(f, text.data, text.size, SECMAIL_E_ARMOR);
    drop(&text);
    drop(&c);
}

/* ---------------------------------------------------------------- limits */

static void check_limit(struct fixture *f, const struct collected *c, uint32_t limit,
                        uint64_t least, int code)
{
    set_limit(f, limit, least);
    check_parse(f, c->data, c->size, 0);
    set_limit(f, limit, least - 1);
    check_parse(f, c->data, c->size, code);
    /* A limit that isn't reached by far leaves a whole ring alone as well. */
    assert_int_equal(secmail_context_set_limits(f->context, NULL), 0);
}

static void limits(void **state)
{
    struct fixture *f = *state;
    struct test_key key = test_key(f, 6, PK_ED25519, f->now);
    struct collected c = {0}, data = {0}, text, commented = {0};
    put_primary(f, &c, &key, SECMAIL_KEY_CERTIFY, 0);
    data.data = make_data(f, 2000);
    put_packet(&c, TAG_USER_ID, data.data, 2000);
    check_limit(f, &c, SECMAIL_LIMIT_PACKET_SIZE, 2000, SECMAIL_E_LIMIT_PACKET_SIZE);
    for (int i = 0; i < 7; i++)
        put_id_signature(f, &c, (struct sig_plan){.type = 0x10}, &key, &key, alice);
    check_limit(f, &c, SECMAIL_LIMIT_CERT_SIGNATURES, 7, SECMAIL_E_LIMIT_CERT_SIGNATURES);
    for (int i = 0; i < 3; i++)
        put_packet(&c, i ? TAG_USER_ID : TAG_USER_ATTRIBUTE, alice, strlen(alice));
    put_body(&c, TAG_PUBLIC_SUBKEY, &key.body);
    check_limit(f, &c, SECMAIL_LIMIT_CERT_COMPONENTS, 5, SECMAIL_E_LIMIT_CERT_COMPONENTS);
    text = armored(f, &c, SECMAIL_ARMOR_PUBLIC_KEY);
    const size_t begin = strlen("-----BEGIN PGP PUBLIC KEY BLOCK-----\n");
    put(&commented, text.data, begin);
    put(&commented, "Comment: 123456\n", 16);
    put(&commented, text.data + begin, text.size - begin);
    check_limit(f, &commented, SECMAIL_LIMIT_ARMOR_HEADER_SIZE, 16,
                SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE);
    drop(&commented);
    drop(&text);
    drop(&c);
    drop(&data);
    drop(&key.body);
}

/* ---------------------------------------------------------------- what can't be used is kept */

static void assert_export(struct fixture *f, const struct secmail_cert *cert,
                          const struct collected *want)
{
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_cert_export(f->context, cert, 0, &bytes));
    assert_int_equal(secmail_bytes_size(bytes), want->size);
    assert_memory_equal(secmail_bytes_data(bytes), want->data, want->size);
    secmail_bytes_free(bytes);
}

static void unknown_parts_are_kept(void **state)
{
    struct fixture *f = *state;
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct collected c = whole_cert(f, version), want = {0};
        put_packet(&c, TAG_PUBLIC_SUBKEY, "\3\1\2\3\4\1xx", 8); /* version 3 */
        put_packet(&c, TAG_PUBLIC_SUBKEY, "\5\1\2\3\4\1xx", 8); /* version 5 */
        put_packet(&c, TAG_PUBLIC_SUBKEY, "\4\1\2\3\4\22", 6);  /* ECDH without fields */
        put_packet(&c, TAG_PUBLIC_SUBKEY, "", 0);
        put_packet(&c, TAG_USER_ATTRIBUTE, "picture", 7);
        put_packet(&c, TAG_SIGNATURE, "\3 an old one", 12);
        put_packet(&c, TAG_SIGNATURE, "", 0);
        put_packet(&c, 39, "critical", 8);
        put_packet(&c, 63, "experimental", 12);
        put_packet(&c, TAG_PUBLIC_SUBKEY, "\4\1\2\3\4\143any", 9); /* algorithm 99 */
        put_all(&want, &c);
        struct secmail_cert *cert = parse_cert(f, &c);
        assert_export(f, cert, &want);
        /* Two keys that can be used, and one of an unknown algorithm that at least has a name. */
        assert_int_equal(secmail_cert_key_count(cert), 3);
        assert_int_equal(secmail_cert_user_id_count(cert), 1);
        static const int32_t validity[] = {0, 0, SECMAIL_E_KEY_INVALID};
        for (size_t i = 0; i < 3; i++) {
            struct secmail_key_info info = {.size = sizeof info};
            assert_ok(f->context, secmail_cert_key_info(f->context, cert, i, NULL, &info));
            assert_int_equal(info.validity, validity[i]);
        }
        secmail_cert_unref(cert);
        drop(&want);
    }
}

/* The old packet format, indeterminate lengths, markers and trust packets leave no trace. */
static void framing_is_normalised(void **state)
{
    struct fixture *f = *state;
    struct collected want = whole_cert(f, 4), c = {0};
    size_t at = 0;
    for (unsigned i = 0; at < want.size; i++) {
        const uint8_t tag = want.data[at] & 0x3f;
        const size_t first = want.data[at + 1];
        const size_t size = first < 192 ? first : ((first - 192) << 8) + want.data[at + 2] + 192;
        at += first < 192 ? 2 : 3;
        const bool last = at + size == want.size;
        put_packet(&c, TAG_MARKER, "PGP", 3);
        put_old_packet(&c, tag, last ? 3 : 1 + i % 2, want.data + at, size);
        if (!last)
            put_packet(&c, i % 2 ? TAG_TRUST : TAG_PADDING, "\1\2", 2);
        at += size;
    }
    struct secmail_cert *cert = parse_cert(f, &c);
    assert_export(f, cert, &want);
    secmail_cert_unref(cert);
    drop(&want);
}

static void secret_parts_are_left_out(void **state)
{
    struct fixture *f = *state;
    const uint32_t profiles[] = {SECMAIL_PROFILE_RFC4880, SECMAIL_PROFILE_RFC9580};
    for (size_t i = 0; i < 4; i++) {
        struct secmail_key *key = make_key(f, profiles[i % 2], alice);
        struct secmail_bytes *bytes;
        struct secmail_cert *cert;
        struct collected want = {0};
        assert_ok(f->context, secmail_cert_export(f->context, secmail_key_cert(key), 0, &bytes));
        put(&want, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
        secmail_bytes_free(bytes);
        assert_ok(f->context, secmail_key_export(f->context, key, i >= 2, &bytes));
        assert_ok(f->context, secmail_cert_parse(f->context, &cert, secmail_bytes_data(bytes),
                                                 secmail_bytes_size(bytes)));
        assert_export(f, cert, &want);
        secmail_bytes_free(bytes);
        secmail_cert_unref(cert);
        secmail_key_unref(key);
        drop(&want);
    }
}

/* A secret subkey whose public part has no known end can't be taken apart. The rest must serve. */
static void unknown_secret_subkeys(void **state)
{
    struct fixture *f = *state;
    static const uint8_t bodies[][12] = {{4, 1, 2, 3, 4, 99, 1, 2, 3, 4, 5, 6},
                                         {5, 1, 2, 3, 4, 1, 0, 0, 0, 1, 1, 0},
                                         {3, 1, 2, 3, 4, 0, 0, 1, 0, 1, 1, 0},
                                         {4, 1, 2, 3, 4, 18, 99, 1, 2, 3, 4, 5}};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct collected c = whole_cert(f, 4);
        put_packet(&c, TAG_SECRET_SUBKEY, bodies[i], sizeof bodies[i]);
        put_packet(&c, TAG_SIGNATURE, "\3 of the subkey", 15);
        struct secmail_cert *cert = parse_cert(f, &c);
        struct secmail_key_info info = {.size = sizeof info};
        assert_ok(f->context, secmail_cert_key_info(f->context, cert, 1, NULL, &info));
        assert_int_equal(info.validity, 0);
        secmail_cert_unref(cert);
    }
    /* Of a primary key, nothing could be left. */
    struct collected c = {0};
    put_packet(&c, TAG_SECRET_KEY, bodies[0], sizeof bodies[0]);
    check_parse_drop(f, &c, SECMAIL_E_UNSUPPORTED_ALGORITHM);
}

/* ---------------------------------------------------------------- looking inside */

static void user_ids(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text;
        size_t size;
    } ids[] = {{"Alice", 5}, {"", 0}, {"\xff\xfe\0\n", 4}, {"B\xc3\xb6rse", 6}};
    struct test_key key = test_key(f, 6, PK_ED25519, f->now);
    struct collected c = {0};
    put_body(&c, TAG_PUBLIC_KEY, &key.body);
    for (size_t i = 0; i < 4; i++)
        put_packet(&c, TAG_USER_ID, ids[i].text, ids[i].size);
    struct secmail_cert *cert = parse_cert(f, &c);
    assert_int_equal(secmail_cert_user_id_count(cert), 4);
    for (size_t i = 0; i < 4; i++) {
        size_t size = 99;
        const uint8_t *id = secmail_cert_user_id(cert, i, &size);
        assert_non_null(id);
        assert_ptr_equal(secmail_cert_user_id(cert, i, NULL), id);
        assert_int_equal(size, ids[i].size);
        if (size)
            assert_memory_equal(id, ids[i].text, size);
    }
    size_t untouched = 7;
    assert_null(secmail_cert_user_id(cert, 4, &untouched));
    assert_int_equal(untouched, 7);
    assert_null(secmail_cert_user_id(cert, SIZE_MAX, NULL));
    assert_int_equal(secmail_cert_key_count(cert), 1);
    assert_string_equal(secmail_cert_fingerprint(cert), key.hex);
    assert_string_equal(secmail_cert_key_fingerprint(cert, 0), key.hex);
    assert_null(secmail_cert_key_fingerprint(cert, 1));
    assert_int_equal(secmail_cert_version(cert), 6);
    secmail_cert_unref(cert);
    drop(&key.body);
}

/* Each self-signature costs a hash over it. */
static void long_user_ids(void **state)
{
    enum { MOST = 4096 };
    static const uint8_t id[MOST + 1];
    struct fixture *f = *state;
    struct test_key key = test_key(f, 6, PK_ED25519, f->now);
    for (size_t more = 0; more < 2; more++) {
        struct collected c = {0};
        put_body(&c, TAG_PUBLIC_KEY, &key.body);
        put_packet(&c, TAG_USER_ID, id, MOST + more);
        const size_t size = c.size;
        struct secmail_cert *cert = parse_cert(f, &c);
        struct secmail_bytes *bytes;
        assert_int_equal(secmail_cert_user_id_count(cert), 1 - more);
        assert_ok(f->context, secmail_cert_export(f->context, cert, 0, &bytes));
        assert_int_equal(secmail_bytes_size(bytes), size);
        secmail_bytes_free(bytes);
        secmail_cert_unref(cert);
    }
    drop(&key.body);
}

static void key_info_arguments(void **state)
{
    struct fixture *f = *state;
    struct collected c = whole_cert(f, 4);
    struct secmail_cert *cert = parse_cert(f, &c);
    struct secmail_key_info info = {.size = sizeof info};
    assert_int_equal(secmail_cert_key_info(NULL, cert, 0, NULL, &info), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_cert_key_info(f->context, NULL, 0, NULL, &info),
                SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_cert_key_info(f->context, cert, 2, NULL, &info),
                SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_cert_key_info(f->context, cert, 0, NULL, NULL),
                SECMAIL_E_ARGUMENT);
    info.size = 0;
    assert_code(f->context, secmail_cert_key_info(f->context, cert, 0, NULL, &info),
                SECMAIL_E_ARGUMENT);
    assert_int_equal(info.version, 0);
    secmail_cert_unref(cert);
}

/* A caller that was compiled with a shorter or longer structure than the library. */
static void key_info_of_any_size(void **state)
{
    struct fixture *f = *state;
    struct collected c = whole_cert(f, 4);
    struct secmail_cert *cert = parse_cert(f, &c);
    union {
        struct secmail_key_info info;
        uint8_t bytes[sizeof(struct secmail_key_info) + 16];
    } full, got;
    memset(&full, 0xee, sizeof full);
    full.info.size = sizeof full;
    assert_ok(f->context, secmail_cert_key_info(f->context, cert, 0, NULL, &full.info));
    assert_int_equal(full.info.size, sizeof full);
    for (size_t i = sizeof(struct secmail_key_info); i < sizeof full; i++)
        assert_int_equal(full.bytes[i], 0xee);
    for (size_t size = sizeof got.info.size; size <= sizeof got.info; size++) {
        memset(&got, 0xee, sizeof got);
        got.info.size = size;
        assert_ok(f->context, secmail_cert_key_info(f->context, cert, 0, NULL, &got.info));
        assert_memory_equal(got.bytes + sizeof(size_t), full.bytes + sizeof(size_t),
                            size - sizeof(size_t));
        for (size_t i = size; i < sizeof got; i++)
            assert_int_equal(got.bytes[i], 0xee);
    }
    secmail_cert_unref(cert);
}

/* Certificates live as long as somebody refers to them, with or without their context. */
static void certificates_outlive_contexts(void **state)
{
    (void)state;
    struct fixture first, second;
    fixture_init(&first, NULL);
    struct collected c = whole_cert(&first, 6);
    struct secmail_cert *cert = parse_cert(&first, &c);
    assert_ptr_equal(secmail_cert_ref(cert), cert);
    secmail_cert_unref(cert);
    fixture_done(&first);
    fixture_init(&second, NULL);
    struct secmail_key_info info = {.size = sizeof info};
    assert_ok(second.context, secmail_cert_key_info(second.context, cert, 1, NULL, &info));
    assert_int_equal(info.validity, 0);
    struct secmail_bytes *bytes;
    assert_ok(second.context, secmail_cert_export(second.context, cert, 1, &bytes));
    fixture_done(&second);
    secmail_cert_unref(cert);
    assert_memory_equal(secmail_bytes_data(bytes), "-----BEGIN PGP PUBLIC KEY BLOCK-----\n", 37);
    secmail_bytes_free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(arguments),
        fixture_test(what_is_no_data),
        fixture_test(what_is_no_certificate),
        fixture_test(malformed),
        fixture_test(malformed_v6_material),
        fixture_test(too_large_for_version_4),
        fixture_test(truncated),
        fixture_test(versions),
        fixture_test(broken_armor),
        fixture_test(limits),
        fixture_test(unknown_parts_are_kept),
        fixture_test(framing_is_normalised),
        fixture_test(secret_parts_are_left_out),
        fixture_test(unknown_secret_subkeys),
        fixture_test(user_ids),
        fixture_test(long_user_ids),
        fixture_test(key_info_arguments),
        fixture_test(key_info_of_any_size),
        cmocka_unit_test(certificates_outlive_contexts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
