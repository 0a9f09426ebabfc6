/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encryption: to whom, in which format, and when not. That messages of all sizes come back the same
 * is in test_openpgp_roundtrip.c. */
#include "packet_writer.h"

enum { MAY_ENCRYPT = SECMAIL_KEY_ENCRYPT_COMMUNICATIONS | SECMAIL_KEY_ENCRYPT_STORAGE };

static struct secmail_encrypt *start(struct fixture *f)
{
    struct secmail_encrypt *e;
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    return e;
}

/* Encrypts and frees. */
static struct collected finish(struct fixture *f, struct secmail_encrypt *e, const char *data)
{
    struct secmail_bytes *bytes;
    struct collected c = {0};
    assert_ok(f->context, secmail_encrypt_bytes(e, (const uint8_t *)data, strlen(data), &bytes));
    put(&c, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    secmail_encrypt_free(e);
    return c;
}

static void finish_fails(struct fixture *f, struct secmail_encrypt *e, const char *data, int want)
{
    struct secmail_bytes *bytes = (struct secmail_bytes *)(uintptr_t)1;
    assert_code(f->context, secmail_encrypt_bytes(e, (const uint8_t *)data, strlen(data), &bytes),
                want);
    assert_null(bytes);
    assert_int_equal(secmail_context_error_code(f->context), want);
    /* Then it has ended. */
    struct secmail_input in = {NULL, 0, 0};
    struct secmail_output out = {NULL, 0, 0};
    assert_code(f->context, secmail_encrypt_update(e, &in, &out, 1), SECMAIL_E_STATE);
    secmail_encrypt_free(e);
}

/* Packets with a tag at the beginning of a message. */
static size_t leading(const struct collected *message, uint8_t tag)
{
    size_t count = 0;
    for (size_t at = 0; message->data[at] == (0xc0 | tag); count++)
        at += 2 + (size_t)message->data[at + 1];
    return count;
}

/* Version octet of the SEIPD packet behind PKESK packets and at most one SKESK packet. */
static uint8_t seipd_version(const struct collected *message)
{
    size_t at = 0;
    while (message->data[at] != (0xc0 | TAG_SEIPD))
        at += 2 + (size_t)message->data[at + 1];
    const uint8_t first = message->data[at + 1];
    return message->data[at + (first < 192 || (first >= 224 && first < 255) ? 2
                               : first == 255                               ? 6
                                                                            : 3)];
}

/* ---------------------------------------------------------------- formats */

static void the_format_follows_the_recipients(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *v6 = make_key(f, SECMAIL_PROFILE_RFC9580, "New"),
                       *v4 = make_key(f, SECMAIL_PROFILE_RFC4880, "Old");
    static const struct {
        int v6, v4, password;
        uint32_t format;
        int want; /* version, or an error */
    } rows[] = {{1, 0, 0, SECMAIL_FORMAT_AUTO, 2},
                {0, 1, 0, SECMAIL_FORMAT_AUTO, 1},
                {1, 1, 0, SECMAIL_FORMAT_AUTO, 1},
                {0, 0, 1, SECMAIL_FORMAT_AUTO, 2},
                {0, 1, 1, SECMAIL_FORMAT_AUTO, 1},
                {1, 0, 0, SECMAIL_FORMAT_SEIPDV1, 1},
                {1, 0, 0, SECMAIL_FORMAT_SEIPDV2, 2},
                {0, 0, 1, SECMAIL_FORMAT_SEIPDV1, 1},
                {0, 1, 0, SECMAIL_FORMAT_SEIPDV2, SECMAIL_E_INCOMPATIBLE},
                {1, 1, 0, SECMAIL_FORMAT_SEIPDV2, SECMAIL_E_INCOMPATIBLE}};
    struct secmail_secret *password = make_secret(f, "x");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct secmail_encrypt *e = start(f);
        assert_ok(f->context, secmail_encrypt_set_format(e, rows[i].format));
        if (rows[i].v6)
            assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(v6)));
        if (rows[i].v4)
            assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(v4)));
        if (rows[i].password)
            assert_ok(f->context, secmail_encrypt_add_password(e, password));
        if (rows[i].want < 0) {
            finish_fails(f, e, "x", rows[i].want);
            continue;
        }
        struct collected message = finish(f, e, "x");
        assert_int_equal(leading(&message, TAG_PKESK), rows[i].v6 + rows[i].v4);
        assert_int_equal(seipd_version(&message), rows[i].want);
        if (rows[i].v6)
            check_open(f, &(struct openers){.key = v6}, &message, 0, "x");
        if (rows[i].v4)
            check_open(f, &(struct openers){.key = v4}, &message, 0, "x");
        drop(&message);
    }
    secmail_secret_free(password);
    secmail_key_unref(v6);
    secmail_key_unref(v4);
}

/* A certificate with a primary key that certifies and these subkeys. */
static struct secmail_cert *cert_with(struct fixture *f, uint8_t version,
                                      const struct test_key *subkeys, const uint8_t *flags,
                                      size_t count, int features)
{
    struct test_key primary = test_key(f, version, version == 6 ? PK_ED25519 : PK_EDDSA,
                                       f->now - 100);
    struct collected c = {0};
    struct sig_plan plan = flags_plan(0x1f, SECMAIL_KEY_CERTIFY);
    plan.created = f->now - 100;
    if (features >= 0)
        put_sub_u8(&plan.hashed, SUB_FEATURES, (unsigned)features);
    put_body(&c, TAG_PUBLIC_KEY, &primary.body);
    put_key_signature(f, &c, plan, &primary, &primary, NULL);
    for (size_t i = 0; i < count; i++)
        put_subkey(f, &c, &primary, &subkeys[i], flags[i], f->now - 100);
    drop(&primary.body);
    return parse_cert(f, &c);
}

/* What a certificate announces decides, not its version; but of "version 6 keys without a Features
 * signature subpacket" section 13.7 knows what they can read. */
static void announced_features(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint8_t version;
        int features;
        uint8_t want;
    } rows[] = {{4, 9, 2},  {4, 8, 2}, {4, 1, 1}, {4, 0, 1},
                {4, -1, 1}, {6, 9, 2}, {6, 1, 1}, {6, -1, 2}};
    const uint8_t flags = MAY_ENCRYPT;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const uint8_t version = rows[i].version;
        struct test_key subkey = test_key(f, version, version == 6 ? PK_X25519 : PK_ECDH,
                                          f->now - 100);
        struct secmail_cert *cert = cert_with(f, version, &subkey, &flags, 1, rows[i].features);
        struct secmail_encrypt *e = start(f);
        assert_ok(f->context, secmail_encrypt_add_recipient(e, cert));
        struct collected message = finish(f, e, "x");
        assert_int_equal(seipd_version(&message), rows[i].want);
        drop(&message);
        secmail_cert_unref(cert);
        drop(&subkey.body);
    }
}

static void purposes(void **state)
{
    struct fixture *f = *state;
    struct test_key subkeys[4];
    static const uint8_t flags[] = {SECMAIL_KEY_ENCRYPT_COMMUNICATIONS, SECMAIL_KEY_ENCRYPT_STORAGE,
                                    MAY_ENCRYPT, 0};
    for (size_t i = 0; i < 4; i++)
        subkeys[i] = test_key(f, 6, PK_X25519, f->now - 100);
    struct secmail_cert *cert = cert_with(f, 6, subkeys, flags, 4, 9);
    static const size_t want[] = {3, 2, 2};
    for (uint32_t purpose = 0; purpose < 3; purpose++) {
        struct secmail_encrypt *e = start(f);
        assert_ok(f->context, secmail_encrypt_set_purpose(e, purpose));
        assert_ok(f->context, secmail_encrypt_add_recipient(e, cert));
        struct collected message = finish(f, e, "x");
        assert_int_equal(leading(&message, TAG_PKESK), want[purpose]);
        drop(&message);
    }
    secmail_cert_unref(cert);
    cert = cert_with(f, 6, subkeys, flags, 1, 9);
    struct secmail_encrypt *e = start(f);
    assert_ok(f->context, secmail_encrypt_set_purpose(e, SECMAIL_PURPOSE_STORAGE));
    assert_code(f->context, secmail_encrypt_add_recipient(e, cert), SECMAIL_E_CANNOT_ENCRYPT);
    secmail_encrypt_free(e);
    secmail_cert_unref(cert);
    for (size_t i = 0; i < 4; i++)
        drop(&subkeys[i].body);
}

/* ---------------------------------------------------------------- recipients */

static void recipient_fails(struct fixture *f, struct secmail_cert *cert, int want)
{
    struct secmail_encrypt *e = start(f);
    assert_code(f->context, secmail_encrypt_add_recipient(e, cert), want);
    if (want) { /* the detail names the certificate, and nothing was added */
        assert_non_null(
            strstr(secmail_context_error_detail(f->context), secmail_cert_fingerprint(cert)));
        finish_fails(f, e, "x", SECMAIL_E_NO_RECIPIENT);
    } else {
        secmail_encrypt_free(e);
    }
}

static void recipients_that_can_not_be(void **state)
{
    struct fixture *f = *state;
    enum {
        VALID,
        NO_SUBKEY,
        SIGNING_SUBKEY,
        NOT_FLAGGED,
        EXPIRED_PRIMARY,
        EXPIRED_SUBKEY,
        REVOKED_PRIMARY,
        REVOKED_SUBKEY,
        NO_SELF_SIGNATURE,
        NO_BINDING,
        UNSUPPORTED,
        ONE_OF_TWO_EXPIRED,
        KINDS
    };
    static const int want[KINDS] = {
        [NO_SUBKEY] = SECMAIL_E_CANNOT_ENCRYPT,   [SIGNING_SUBKEY] = SECMAIL_E_CANNOT_ENCRYPT,
        [NOT_FLAGGED] = SECMAIL_E_CANNOT_ENCRYPT, [EXPIRED_PRIMARY] = SECMAIL_E_KEY_EXPIRED,
        [EXPIRED_SUBKEY] = SECMAIL_E_KEY_EXPIRED, [REVOKED_PRIMARY] = SECMAIL_E_KEY_REVOKED,
        [REVOKED_SUBKEY] = SECMAIL_E_KEY_REVOKED, [NO_SELF_SIGNATURE] = SECMAIL_E_KEY_INVALID,
        [NO_BINDING] = SECMAIL_E_KEY_INVALID,     [UNSUPPORTED] = SECMAIL_E_UNSUPPORTED_ALGORITHM,
    };
    for (int kind = 0; kind < KINDS; kind++) {
        struct test_key primary = test_key(f, 6, PK_ED25519, f->now - 100),
                        subkey = test_key(f, 6, PK_X25519, f->now - 100),
                        second = test_key(f, 6, PK_X25519, f->now - 100);
        struct collected c = {0};
        struct sig_plan self = flags_plan(0x1f, SECMAIL_KEY_CERTIFY),
                        binding = flags_plan(0x18, kind == NOT_FLAGGED ? 0 : MAY_ENCRYPT);
        if (kind == EXPIRED_PRIMARY)
            put_sub_u32(&self.hashed, SUB_KEY_EXPIRES, 100);
        if (kind == EXPIRED_SUBKEY || kind == ONE_OF_TWO_EXPIRED)
            put_sub_u32(&binding.hashed, SUB_KEY_EXPIRES, 100);
        if (kind == UNSUPPORTED) {
            subkey.body.data[5] = 99;
            name_key(f, &subkey);
        }
        put_body(&c, TAG_PUBLIC_KEY, &primary.body);
        if (kind != NO_SELF_SIGNATURE)
            put_key_signature(f, &c, self, &primary, &primary, NULL);
        else
            drop(&self.hashed);
        if (kind == REVOKED_PRIMARY)
            put_key_signature(f, &c, (struct sig_plan){.type = 0x20}, &primary, &primary, NULL);
        if (kind == SIGNING_SUBKEY) {
            struct test_key sign = test_key(f, 6, PK_ED25519, f->now - 100);
            put_subkey(f, &c, &primary, &sign, SECMAIL_KEY_SIGN, 0);
            drop(&sign.body);
        } else if (kind != NO_SUBKEY) {
            put_body(&c, TAG_PUBLIC_SUBKEY, &subkey.body);
        }
        if (kind == NO_SUBKEY || kind == SIGNING_SUBKEY || kind == NO_BINDING)
            drop(&binding.hashed);
        else
            put_key_signature(f, &c, binding, &primary, &primary, &subkey);
        if (kind == REVOKED_SUBKEY)
            put_key_signature(f, &c, (struct sig_plan){.type = 0x28}, &primary, &primary, &subkey);
        if (kind == ONE_OF_TWO_EXPIRED)
            put_subkey(f, &c, &primary, &second, MAY_ENCRYPT, 0);
        struct secmail_cert *cert = parse_cert(f, &c);
        recipient_fails(f, cert, want[kind]);
        secmail_cert_unref(cert);
        drop(&primary.body);
        drop(&subkey.body);
        drop(&second.body);
    }
}

/* The policy's reference time counts for recipients. */
static void policy_for_recipients(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A");
    struct secmail_policy *standard, *then;
    const int64_t end = f->now + 3 * 365 * 86400;
    assert_ok(f->context, secmail_policy_standard(f->context, &standard));
    for (int late = 0; late < 2; late++) {
        struct secmail_encrypt *e = start(f);
        assert_ok(f->context, secmail_policy_at(f->context, standard, end - 1 + late, &then));
        assert_ok(f->context, secmail_encrypt_set_policy(e, then));
        secmail_policy_unref(then);
        assert_code(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)),
                    late ? SECMAIL_E_KEY_EXPIRED : 0);
        secmail_encrypt_free(e);
    }
    secmail_policy_unref(standard);
    secmail_key_unref(key);
}

/* What a policy says of ciphers and formats holds for reading and for writing. */
static void policy_for_messages(void **state)
{
    static const struct {
        const char *line;
        int written[2], read[2]; /* for version 6, and 4 */
    } rows[] = {
        {"", {0, 0}, {0, 0}},
        {"cipher 3DES never\n", {0, 0}, {0, 0}},
        {"cipher AES256 never\n", {0, 0}, {SECMAIL_E_POLICY, SECMAIL_E_POLICY}},
        {"cipher AES256 never\ncipher AES128 never\n",
         {SECMAIL_E_POLICY, SECMAIL_E_POLICY},
         {SECMAIL_E_POLICY, SECMAIL_E_POLICY}},
        {"cipher AES256 until 2026-01-02\n", {0, 0}, {0, 0}},
        {"format SEIPDv1 never\n", {0, SECMAIL_E_POLICY}, {0, SECMAIL_E_POLICY}},
        {"format SEIPDv2 never\n", {SECMAIL_E_POLICY, 0}, {SECMAIL_E_POLICY, 0}},
    };
    struct fixture *f = *state;
    struct secmail_key *keys[2] = {make_key(f, SECMAIL_PROFILE_RFC9580, "A"),
                                   make_key(f, SECMAIL_PROFILE_RFC4880, "B")};
    for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
        const size_t k = i % 2;
        char text[100];
        struct secmail_policy *policy;
        struct secmail_bytes *refused, *plain;
        snprintf(text, sizeof text, "include standard\n%s", rows[i / 2].line);
        assert_ok(f->context,
                  secmail_policy_parse(f->context, &policy, (const uint8_t *)text, strlen(text)));
        struct secmail_encrypt *e = start(f);
        assert_ok(f->context, secmail_encrypt_set_policy(e, policy));
        assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(keys[k])));
        assert_code(f->context, secmail_encrypt_bytes(e, (const uint8_t *)"x", 1, &refused),
                    rows[i / 2].written[k]);
        secmail_bytes_free(refused);
        secmail_encrypt_free(e);

        e = start(f);
        assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(keys[k])));
        struct collected message = finish(f, e, "x");
        for (int streaming = 0; streaming < 2; streaming++) {
            struct secmail_decrypt *d;
            struct collected c = {0};
            assert_ok(f->context, secmail_decrypt_new(f->context, &d));
            assert_ok(f->context, secmail_decrypt_set_policy(d, policy));
            assert_ok(f->context, secmail_decrypt_add_key(d, keys[k]));
            const int rc = streaming
                               ? drive(decrypt_update, d, message.data, message.size, 1, 1, &c)
                               : secmail_decrypt_bytes(d, message.data, message.size, &plain);
            assert_code(f->context, rc, rows[i / 2].read[k]);
            assert_int_equal(c.size, streaming && !rc);
            if (!streaming)
                secmail_bytes_free(plain);
            secmail_decrypt_free(d);
            drop(&c);
        }
        drop(&message);
        secmail_policy_unref(policy);
    }
    secmail_key_unref(keys[0]);
    secmail_key_unref(keys[1]);
}

/* A recipient that fails leaves those before it. */
static void a_failed_recipient_is_not_added(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A");
    struct test_key bare = test_key(f, 6, PK_ED25519, f->now);
    struct secmail_cert *cannot = simple_cert(f, &bare, SECMAIL_KEY_CERTIFY);
    struct secmail_encrypt *e = start(f);
    assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
    assert_code(f->context, secmail_encrypt_add_recipient(e, cannot), SECMAIL_E_CANNOT_ENCRYPT);
    struct collected message = finish(f, e, "x");
    assert_int_equal(leading(&message, TAG_PKESK), 1);
    check_open(f, &(struct openers){.key = key}, &message, 0, "x");
    drop(&message);
    secmail_cert_unref(cannot);
    secmail_key_unref(key);
    drop(&bare.body);
}

/* ---------------------------------------------------------------- contents */

static void announced_sizes(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A");
    static const uint64_t sizes[] = {0, 9, 11, 1000000, UINT64_MAX, 10};
    size_t sized = 0;
    for (size_t i = 0; i < 7; i++) {
        struct secmail_encrypt *e = start(f);
        struct collected c = {0};
        assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
        if (i < 6)
            assert_ok(f->context, secmail_encrypt_set_size(e, sizes[i]));
        assert_code(f->context,
                    drive(encrypt_update, e, (const uint8_t *)"0123456789", 10, 3, 100, &c),
                    i >= 5 ? SECMAIL_DONE : SECMAIL_E_SIZE_MISMATCH);
        if (i == 5)
            sized = c.size;
        secmail_encrypt_free(e);
        drop(&c);
    }
    assert_true(sized > 0);
    secmail_key_unref(key);
}

/* In one call, too; and a second call is what the error names. */
static void announced_size_in_one_call(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A");
    for (uint64_t size = 9; size <= 11; size++) {
        struct secmail_encrypt *e = start(f);
        struct secmail_bytes *message, *again = NULL;
        assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
        assert_ok(f->context, secmail_encrypt_set_size(e, size));
        assert_code(f->context,
                    secmail_encrypt_bytes(e, (const uint8_t *)"0123456789", 10, &message),
                    size == 10 ? 0 : SECMAIL_E_SIZE_MISMATCH);
        assert_int_equal(message != NULL, size == 10);
        assert_code(f->context, secmail_encrypt_bytes(e, (const uint8_t *)"0", 1, &again),
                    SECMAIL_E_STATE);
        assert_non_null(strstr(secmail_context_error_detail(f->context), "secmail_encrypt_bytes"));
        secmail_bytes_free(message);
        secmail_encrypt_free(e);
    }
    secmail_key_unref(key);
}

/* What a recipient gets of text: UTF-8 with canonical line ends, signed as such. */
static void check_text(struct fixture *f, struct secmail_key *key, const struct collected *message,
                       const char *want, size_t size)
{
    struct secmail_decrypt *d = make_decrypt(
        f, &(struct openers){.key = key, .signer = secmail_key_cert(key)});
    struct secmail_literal_info info = {.size = sizeof info};
    struct secmail_bytes *plain;
    assert_code(f->context, secmail_decrypt_literal(d, &info), SECMAIL_E_STATE);
    assert_ok(f->context, secmail_decrypt_bytes(d, message->data, message->size, &plain));
    assert_int_equal(secmail_bytes_size(plain), size);
    assert_memory_equal(secmail_bytes_data(plain), want, size);
    assert_int_equal(secmail_decrypt_good_count(d), 1);
    assert_int_equal(secmail_verdict_is_text(secmail_decrypt_verdict(d, 0)), 1);
    assert_ok(f->context, secmail_decrypt_literal(d, &info));
    assert_int_equal(info.format, 'u');
    assert_int_equal(info.name_size, 0);
    assert_int_equal(info.date, -1);
    secmail_bytes_free(plain);
    assert_code(f->context, secmail_decrypt_set_text_lf(d, 1), SECMAIL_E_STATE);
    secmail_decrypt_free(d);
}

/* As the systems where lines end with LF want it. */
static void check_lf(struct fixture *f, struct secmail_key *key, const struct collected *message,
                     const char *want)
{
    for (size_t step = 1; step < 2000; step *= 9) {
        struct secmail_decrypt *d = make_decrypt(
            f, &(struct openers){.key = key, .signer = secmail_key_cert(key)});
        struct collected c = {0};
        assert_ok(f->context, secmail_decrypt_set_text_lf(d, 1));
        assert_ok(f->context,
                  drive(decrypt_update, d, message->data, message->size, 100, step, &c));
        assert_int_equal(c.size, strlen(want));
        if (c.size)
            assert_memory_equal(c.data, want, c.size);
        assert_int_equal(secmail_decrypt_good_count(d), 1);
        secmail_decrypt_free(d);
        drop(&c);
    }
}

static void text(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A");
    static const struct {
        const char *data;
        int rc;
        const char *want, *lf;
    } rows[] = {{"B\xc3\xb6rse\nline\r\n", 0, "B\xc3\xb6rse\r\nline\r\n", "B\xc3\xb6rse\nline\n"},
                {"\n\n\r\n\r", 0, "\r\n\r\n\r\n\r", "\n\n\n\r"},
                {"a\rb\r\r\nc\r\r", 0, "a\rb\r\r\nc\r\r", "a\rb\r\nc\r\r"},
                {"", 0, "", ""},
                {"\xff", SECMAIL_E_EXPECTED_TEXT, NULL, NULL},
                {"cut \xc3", SECMAIL_E_EXPECTED_TEXT, NULL, NULL},
                {"a\xc0\xaf", SECMAIL_E_EXPECTED_TEXT, NULL, NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t step = 1; step < 20; step += 9) {
            struct secmail_encrypt *e = start(f);
            struct collected c = {0};
            assert_ok(f->context, secmail_encrypt_set_text(e, 1));
            assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
            assert_ok(f->context, secmail_encrypt_add_signer(e, key));
            assert_code(f->context,
                        drive(encrypt_update, e, (const uint8_t *)rows[i].data,
                              strlen(rows[i].data), step, 100, &c),
                        rows[i].rc);
            secmail_encrypt_free(e);
            if (!rows[i].rc) {
                check_text(f, key, &c, rows[i].want, strlen(rows[i].want));
                check_lf(f, key, &c, rows[i].lf);
            }
            drop(&c);
        }
    }
    secmail_key_unref(key);
}

/* Text grows; its size as announced is that of what was given. */
static void much_text(void **state)
{
    enum { LINES = 100000 };
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC4880, "A");
    char *lf = malloc(2 * LINES), *crlf = malloc(3 * LINES);
    for (size_t i = 0; i < LINES; i++) {
        memcpy(lf + 2 * i, "x\n", 2);
        memcpy(crlf + 3 * i, "x\r\n", 3);
    }
    for (int wrong = 0; wrong < 2; wrong++) {
        struct secmail_encrypt *e = start(f);
        struct collected c = {0};
        assert_ok(f->context, secmail_encrypt_set_text(e, 1));
        assert_ok(f->context, secmail_encrypt_set_size(e, 2 * LINES + wrong));
        assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
        assert_ok(f->context, secmail_encrypt_add_signer(e, key));
        assert_code(f->context,
                    drive(encrypt_update, e, (const uint8_t *)lf, 2 * LINES, 50000, 70000, &c),
                    wrong ? SECMAIL_E_SIZE_MISMATCH : 0);
        secmail_encrypt_free(e);
        if (!wrong)
            check_text(f, key, &c, crlf, 3 * LINES);
        drop(&c);
    }
    free(lf);
    free(crlf);
    secmail_key_unref(key);
}

static void armored(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 2; i++) {
        struct secmail_key *key = make_key(f, i ? SECMAIL_PROFILE_RFC4880 : SECMAIL_PROFILE_RFC9580,
                                           "A");
        struct secmail_encrypt *e = start(f);
        assert_ok(f->context, secmail_encrypt_set_armor(e, 1));
        assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
        struct collected message = finish(f, e, "hello");
        put_u8(&message, 0);
        message.size--;
        assert_memory_equal(message.data, "-----BEGIN PGP MESSAGE-----\n\n", 29);
        /* No checksum where all readers know RFC 9580. */
        assert_int_equal(strstr((char *)message.data, "\n=") != NULL, i);
        check_open(f, &(struct openers){.key = key}, &message, 0, "hello");
        drop(&message);
        secmail_key_unref(key);
    }
}

static void several_signers(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *keys[3];
    struct secmail_encrypt *e = start(f);
    for (size_t i = 0; i < 3; i++) {
        keys[i] = make_key(f, i == 1 ? SECMAIL_PROFILE_RFC4880 : SECMAIL_PROFILE_RFC9580, "S");
        assert_ok(f->context, secmail_encrypt_add_signer(e, keys[i]));
    }
    assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(keys[0])));
    struct collected message = finish(f, e, "hello");
    struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.key = keys[0]});
    struct secmail_bytes *plain;
    for (size_t i = 0; i < 3; i++)
        assert_ok(f->context, secmail_decrypt_add_signer(d, secmail_key_cert(keys[i])));
    assert_ok(f->context, secmail_decrypt_bytes(d, message.data, message.size, &plain));
    assert_int_equal(secmail_decrypt_verdict_count(d), 3);
    assert_int_equal(secmail_decrypt_good_count(d), 3);
    secmail_bytes_free(plain);
    secmail_decrypt_free(d);
    drop(&message);
    for (size_t i = 0; i < 3; i++)
        secmail_key_unref(keys[i]);
}

/* ---------------------------------------------------------------- states and arguments */

static void clock_of_signers(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A");
    for (int with_signer = 0; with_signer < 2; with_signer++) {
        struct secmail_encrypt *e = start(f);
        assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
        if (with_signer)
            assert_ok(f->context, secmail_encrypt_add_signer(e, key));
        f->now = (int64_t)UINT32_MAX + 1;
        if (with_signer) {
            finish_fails(f, e, "x", SECMAIL_E_CLOCK);
        } else { /* nothing else needs a date */
            struct collected message = finish(f, e, "x");
            drop(&message);
        }
        f->now = FIXTURE_NOW;
    }
    secmail_key_unref(key);
}

static void nobody_could_read_it(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A");
    finish_fails(f, start(f), "x", SECMAIL_E_NO_RECIPIENT);
    struct secmail_encrypt *e = start(f);
    assert_ok(f->context, secmail_encrypt_add_signer(e, key));
    finish_fails(f, e, "x", SECMAIL_E_NO_RECIPIENT);
    secmail_key_unref(key);
}

static void states(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A");
    struct secmail_secret *password = make_secret(f, "x"), *session;
    struct secmail_policy *policy;
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_policy_standard(f->context, &policy));
    struct secmail_encrypt *e = start(f);
    assert_ok(f->context, secmail_encrypt_add_signer(e, key));
    assert_code(f->context, secmail_encrypt_set_policy(e, policy), SECMAIL_E_STATE);
    assert_code(f->context, secmail_encrypt_set_text(e, 1), SECMAIL_E_STATE);
    assert_ok(f->context, secmail_encrypt_set_purpose(e, SECMAIL_PURPOSE_ANY));
    assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
    assert_code(f->context, secmail_encrypt_set_policy(e, policy), SECMAIL_E_STATE);
    assert_code(f->context, secmail_encrypt_set_purpose(e, SECMAIL_PURPOSE_ANY), SECMAIL_E_STATE);
    assert_code(f->context, secmail_encrypt_session_key(e, &session), SECMAIL_E_STATE);
    assert_null(session);
    uint8_t room[4000];
    for (int done = 0; done < 2; done++) {
        struct secmail_input in = {(const uint8_t *)"x", 1, 0};
        struct secmail_output out = {room, sizeof room, 0};
        if (!done)
            assert_int_equal(secmail_encrypt_update(e, &in, &out, 0), SECMAIL_NEEDS_INPUT);
        else
            assert_ok(f->context, secmail_encrypt_update(e, &in, &out, 1));
        assert_ok(f->context, secmail_encrypt_session_key(e, &session));
        assert_int_equal(secmail_secret_size(session), 33);
        secmail_secret_free(session);
        assert_code(f->context, secmail_encrypt_set_policy(e, policy), SECMAIL_E_STATE);
        assert_code(f->context, secmail_encrypt_set_purpose(e, 0), SECMAIL_E_STATE);
        assert_code(f->context, secmail_encrypt_set_format(e, 0), SECMAIL_E_STATE);
        assert_code(f->context, secmail_encrypt_set_armor(e, 0), SECMAIL_E_STATE);
        assert_code(f->context, secmail_encrypt_set_text(e, 0), SECMAIL_E_STATE);
        assert_code(f->context, secmail_encrypt_set_size(e, 0), SECMAIL_E_STATE);
        assert_code(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)),
                    SECMAIL_E_STATE);
        assert_code(f->context, secmail_encrypt_add_password(e, password), SECMAIL_E_STATE);
        assert_code(f->context, secmail_encrypt_add_signer(e, key), SECMAIL_E_STATE);
        assert_code(f->context, secmail_encrypt_bytes(e, NULL, 0, &bytes), SECMAIL_E_STATE);
        assert_null(bytes);
    }
    struct secmail_input in = {NULL, 0, 0};
    struct secmail_output out = {room, sizeof room, 0};
    assert_code(f->context, secmail_encrypt_update(e, &in, &out, 1), SECMAIL_E_STATE);
    secmail_encrypt_free(e);
    secmail_policy_unref(policy);
    secmail_secret_free(password);
    secmail_key_unref(key);
}

static void arguments(void **state)
{
    struct fixture *f = *state;
    struct secmail_encrypt *e = (struct secmail_encrypt *)(uintptr_t)1;
    struct secmail_bytes *bytes = (struct secmail_bytes *)(uintptr_t)1;
    struct secmail_secret *secret = (struct secmail_secret *)(uintptr_t)1;
    uint8_t room[10];
    struct secmail_input in = {room, 1, 0}, bad_in = {NULL, 1, 0}, past = {room, 1, 2};
    struct secmail_output out = {room, 8, 0}, bad_out = {NULL, 1, 0};
    assert_int_equal(secmail_encrypt_new(NULL, &e), SECMAIL_E_ARGUMENT);
    assert_null(e);
    assert_int_equal(secmail_encrypt_new(f->context, NULL), SECMAIL_E_ARGUMENT);
    secmail_encrypt_free(NULL);
    assert_int_equal(secmail_encrypt_set_policy(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_encrypt_set_purpose(NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_encrypt_set_format(NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_encrypt_set_armor(NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_encrypt_set_text(NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_encrypt_set_size(NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_encrypt_add_recipient(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_encrypt_add_password(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_encrypt_add_signer(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_encrypt_update(NULL, &in, &out, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_encrypt_bytes(NULL, room, 1, &bytes), SECMAIL_E_ARGUMENT);
    assert_null(bytes);
    assert_int_equal(secmail_encrypt_session_key(NULL, &secret), SECMAIL_E_ARGUMENT);
    assert_null(secret);
    e = start(f);
    assert_code(f->context, secmail_encrypt_set_policy(e, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_encrypt_set_purpose(e, 3), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_encrypt_set_format(e, 3), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_encrypt_add_recipient(e, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_encrypt_add_password(e, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_encrypt_add_signer(e, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_encrypt_update(e, NULL, &out, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_encrypt_update(e, &in, NULL, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_encrypt_update(e, &bad_in, &out, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_encrypt_update(e, &past, &out, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_encrypt_update(e, &in, &bad_out, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_encrypt_session_key(e, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_encrypt_bytes(e, room, 1, NULL), SECMAIL_E_ARGUMENT);
    bytes = (struct secmail_bytes *)(uintptr_t)1;
    assert_code(f->context, secmail_encrypt_bytes(e, NULL, 1, &bytes), SECMAIL_E_ARGUMENT);
    assert_null(bytes);
    secmail_encrypt_free(e);
}

/* The caller's references may go before the operation is run. */
static void references_are_taken(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A"), *again;
    struct secmail_bytes *file;
    struct secmail_policy *policy;
    struct secmail_secret *password = make_secret(f, "x");
    assert_ok(f->context, secmail_key_export(f->context, key, 0, &file));
    assert_ok(f->context, secmail_policy_standard(f->context, &policy));
    struct secmail_encrypt *e = start(f);
    assert_ok(f->context, secmail_encrypt_set_policy(e, policy));
    assert_ok(f->context, secmail_encrypt_set_format(e, SECMAIL_FORMAT_SEIPDV1));
    assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
    assert_ok(f->context, secmail_encrypt_add_signer(e, key));
    assert_ok(f->context, secmail_encrypt_add_password(e, password));
    secmail_policy_unref(policy);
    secmail_secret_free(password);
    secmail_key_unref(key);
    struct collected message = finish(f, e, "x");
    assert_ok(f->context, secmail_key_parse(f->context, &again, secmail_bytes_data(file),
                                            secmail_bytes_size(file)));
    check_open(f, &(struct openers){.key = again}, &message, 0, "x");
    check_open(f, &(struct openers){.password = "x"}, &message, 0, "x");
    secmail_key_unref(again);
    secmail_bytes_free(file);
    drop(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(the_format_follows_the_recipients),
        fixture_test(announced_features),
        fixture_test(purposes),
        fixture_test(recipients_that_can_not_be),
        fixture_test(policy_for_recipients),
        fixture_test(policy_for_messages),
        fixture_test(a_failed_recipient_is_not_added),
        fixture_test(announced_sizes),
        fixture_test(announced_size_in_one_call),
        fixture_test(text),
        fixture_test(much_text),
        fixture_test(armored),
        fixture_test(several_signers),
        fixture_test(clock_of_signers),
        fixture_test(nobody_could_read_it),
        fixture_test(states),
        fixture_test(arguments),
        fixture_test(references_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
