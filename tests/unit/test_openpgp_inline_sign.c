/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making signed messages: which packets, over what, by whom, and when not. Cleartext is in
 * test_verify_cleartext.c. */
#include "packet_writer.h"

static int sign_update(void *operation, struct secmail_input *in, struct secmail_output *out,
                       int end)
{
    return secmail_inline_sign_update(operation, in, out, end);
}

static struct secmail_inline_sign *start(struct fixture *f, uint32_t form, int armor,
                                         struct secmail_key *key)
{
    struct secmail_inline_sign *s;
    assert_ok(f->context, secmail_inline_sign_new(f->context, &s));
    assert_ok(f->context, secmail_inline_sign_set_form(s, form));
    assert_ok(f->context, secmail_inline_sign_set_armor(s, armor));
    if (key)
        assert_ok(f->context, secmail_inline_sign_add_signer(s, key));
    return s;
}

static void check(struct fixture *f, struct secmail_key *key, const uint8_t *message, size_t size,
                  const void *data, size_t data_size, int format)
{
    struct secmail_inline_verify *v;
    struct secmail_bytes *bytes;
    struct secmail_literal_info info = {.size = sizeof info};
    assert_ok(f->context, secmail_inline_verify_new(f->context, &v));
    assert_ok(f->context, secmail_inline_verify_add_cert(v, secmail_key_cert(key)));
    assert_ok(f->context, secmail_inline_verify_bytes(v, message, size, &bytes));
    assert_int_equal(secmail_bytes_size(bytes), data_size);
    if (data_size)
        assert_memory_equal(secmail_bytes_data(bytes), data, data_size);
    assert_ok(f->context, secmail_inline_verify_literal(v, &info));
    assert_int_equal(info.format, format);
    assert_int_equal(info.name_size, 0);
    assert_int_equal(info.date, -1);
    const struct secmail_verdict *verdict = secmail_inline_verify_verdict(v, 0);
    assert_int_equal(secmail_verdict_status(verdict), SECMAIL_VERDICT_GOOD);
    assert_int_equal(secmail_verdict_time(verdict), f->now);
    assert_int_equal(secmail_verdict_is_text(verdict), format != 'b');
    secmail_bytes_free(bytes);
    secmail_inline_verify_free(v);
}

/* Tags of the packets of a message; "" for what is no packet. */
static void tags_of(const struct collected *c, char tags[16])
{
    size_t at = 0, n = 0;
    while (at < c->size && n < 15) {
        const uint8_t first = c->data[at + 1];
        assert_int_equal(c->data[at] & 0xc0, 0xc0);
        tags[n++] = (char)('a' + (c->data[at] & 0x3f));
        assert_true(first < 224);
        at += first < 192 ? 2u + first : 3u + ((first - 192u) << 8) + c->data[at + 2] + 192u;
    }
    assert_int_equal(at, c->size);
    tags[n] = 0;
}

static void packets(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *a = make_key(f, SECMAIL_PROFILE_RFC4880, "A"),
                       *b = make_key(f, SECMAIL_PROFILE_RFC9580, "B");
    struct secmail_inline_sign *s = start(f, SECMAIL_INLINE_BINARY, 0, a);
    struct collected c = {0};
    char tags[16];
    assert_ok(f->context, secmail_inline_sign_add_signer(s, b));
    assert_ok(f->context, drive(sign_update, s, (const uint8_t *)"hello", 5, 2, 3, &c));
    tags_of(&c, tags);
    assert_string_equal(tags, "eelcc"); /* one-pass twice, literal, signature twice */
    /* The one-pass packets nest: that of the last signature comes first, and isn't the last. */
    assert_int_equal(c.data[2], 6);
    assert_int_equal(c.data[1 + c.data[1]], 0);
    check(f, a, c.data, c.size, "hello", 5, 'b'); /* the first signature is by the first signer */
    secmail_inline_sign_free(s);
    drop(&c);
    secmail_key_unref(a);
    secmail_key_unref(b);
}

static void forms(void **state)
{
    struct fixture *f = *state;
    static const uint32_t profiles[] = {SECMAIL_PROFILE_RFC4880, SECMAIL_PROFILE_RFC9580};
    static const struct {
        uint32_t form;
        const char *want;
        int format;
    } rows[] = {{SECMAIL_INLINE_BINARY, "a \nb\r\n\xc3\xa4", 'b'},
                {SECMAIL_INLINE_TEXT, "a \r\nb\r\n\xc3\xa4", 'u'},
                {SECMAIL_INLINE_CLEARTEXT, "a\nb\r\n\xc3\xa4", 0}};
    for (size_t i = 0; i < 6; i++) {
        struct secmail_key *key = make_key(f, profiles[i / 3], "A");
        for (int armor = 0; armor < 2; armor++) {
            const char *data = "a \nb\r\n\xc3\xa4", *want = rows[i % 3].want;
            struct secmail_inline_sign *s = start(f, rows[i % 3].form, armor, key);
            struct secmail_bytes *bytes;
            struct collected c = {0};
            assert_ok(f->context,
                      secmail_inline_sign_bytes(s, (const uint8_t *)data, strlen(data), &bytes));
            check(f, key, secmail_bytes_data(bytes), secmail_bytes_size(bytes), want, strlen(want),
                  rows[i % 3].format);
            const bool is_text = secmail_bytes_data(bytes)[0] == '-';
            assert_int_equal(is_text, armor || !rows[i % 3].format);
            secmail_inline_sign_free(s);
            secmail_bytes_free(bytes);
            s = start(f, rows[i % 3].form, armor, key);
            assert_ok(f->context,
                      drive(sign_update, s, (const uint8_t *)data, strlen(data), 1, 1, &c));
            check(f, key, c.data, c.size, want, strlen(want), rows[i % 3].format);
            secmail_inline_sign_free(s);
            drop(&c);
        }
        secmail_key_unref(key);
    }
}

/* Around the sizes of parts and of steps; the last part may be empty. */
static void sizes(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A");
    static const size_t all[] = {0,    1,    185,  186,   187,   8185,  8186,   8187,
                                 8192, 8377, 8378, 16378, 65536, 65530, 131072, 300000};
    uint8_t *data = malloc(300000);
    assert_non_null(data);
    memset(data, 'x', 300000);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        for (uint32_t form = 0; form <= SECMAIL_INLINE_CLEARTEXT; form++) {
            struct secmail_inline_sign *s = start(f, form, i % 2, key);
            struct collected c = {0};
            static const int formats[] = {'b', 'u', 0};
            assert_ok(f->context, drive(sign_update, s, data, all[i], 70000, 90000, &c));
            check(f, key, c.data, c.size, data, all[i], formats[form]);
            secmail_inline_sign_free(s);
            drop(&c);
        }
    }
    free(data);
    secmail_key_unref(key);
}

static void text_must_be_utf8(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A");
    static const char *const bad[] = {"\xff", "a\n\xc3", "\xc0\xaf\n"};
    for (size_t i = 0; i < 3; i++) {
        struct secmail_inline_sign *s = start(f, SECMAIL_INLINE_TEXT, 0, key);
        struct collected c = {0};
        struct secmail_bytes *bytes;
        assert_code(f->context,
                    drive(sign_update, s, (const uint8_t *)bad[i], strlen(bad[i]), 1, 100, &c),
                    SECMAIL_E_EXPECTED_TEXT);
        secmail_inline_sign_free(s);
        drop(&c);
        s = start(f, SECMAIL_INLINE_TEXT, 0, key);
        assert_code(f->context,
                    secmail_inline_sign_bytes(s, (const uint8_t *)bad[i], strlen(bad[i]), &bytes),
                    SECMAIL_E_EXPECTED_TEXT);
        assert_null(bytes);
        secmail_inline_sign_free(s);
    }
    secmail_key_unref(key);
}

static void who_can_not_sign(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A"), *locked;
    struct secmail_secret *password = make_secret(f, "password");
    struct secmail_policy *standard, *late;
    assert_ok(f->context, secmail_key_lock(f->context, key, password, &locked));
    struct secmail_inline_sign *s = start(f, SECMAIL_INLINE_BINARY, 0, NULL);
    assert_code(f->context, secmail_inline_sign_add_signer(s, locked), SECMAIL_E_KEY_LOCKED);
    assert_ok(f->context, secmail_policy_standard(f->context, &standard));
    assert_ok(f->context,
              secmail_policy_at(f->context, standard, f->now + INT64_C(100) * 365 * 86400, &late));
    secmail_inline_sign_free(s);
    s = start(f, SECMAIL_INLINE_BINARY, 0, NULL);
    assert_ok(f->context, secmail_inline_sign_set_policy(s, late));
    assert_code(f->context, secmail_inline_sign_add_signer(s, key), SECMAIL_E_KEY_EXPIRED);
    struct secmail_bytes *bytes;
    assert_code(f->context, secmail_inline_sign_bytes(s, NULL, 0, &bytes), SECMAIL_E_NO_SIGNER);
    assert_null(bytes);
    secmail_inline_sign_free(s);
    s = start(f, SECMAIL_INLINE_BINARY, 0, key);
    f->now = -1;
    assert_code(f->context, secmail_inline_sign_bytes(s, NULL, 0, &bytes), SECMAIL_E_CLOCK);
    secmail_inline_sign_free(s);
    secmail_policy_unref(standard);
    secmail_policy_unref(late);
    secmail_secret_free(password);
    secmail_key_unref(locked);
    secmail_key_unref(key);
}

static void states(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A");
    struct secmail_policy *policy;
    struct secmail_bytes *bytes;
    uint8_t room[1000];
    struct secmail_input in = {(const uint8_t *)"x", 1, 0};
    struct secmail_output out = {room, sizeof room, 0};
    assert_ok(f->context, secmail_policy_standard(f->context, &policy));
    struct secmail_inline_sign *s = start(f, SECMAIL_INLINE_BINARY, 0, key);
    assert_code(f->context, secmail_inline_sign_set_policy(s, policy), SECMAIL_E_STATE);
    assert_code(f->context, secmail_inline_sign_set_form(s, 0), SECMAIL_E_STATE);
    assert_ok(f->context, secmail_inline_sign_set_armor(s, 0));
    assert_code(f->context, secmail_inline_sign_update(s, &in, &out, 0), SECMAIL_NEEDS_INPUT);
    assert_code(f->context, secmail_inline_sign_set_armor(s, 0), SECMAIL_E_STATE);
    assert_code(f->context, secmail_inline_sign_add_signer(s, key), SECMAIL_E_STATE);
    assert_code(f->context, secmail_inline_sign_bytes(s, NULL, 0, &bytes), SECMAIL_E_STATE);
    assert_code(f->context, secmail_inline_sign_update(s, &in, &out, 1), SECMAIL_DONE);
    assert_code(f->context, secmail_inline_sign_update(s, &in, &out, 1), SECMAIL_E_STATE);
    check(f, key, room, out.pos, "x", 1, 'b');
    secmail_inline_sign_free(s);
    secmail_policy_unref(policy);
    secmail_key_unref(key);
}

static void arguments(void **state)
{
    struct fixture *f = *state;
    struct secmail_inline_sign *s = start(f, SECMAIL_INLINE_BINARY, 0, NULL), *none;
    struct secmail_bytes *bytes;
    struct secmail_input bad_in = {NULL, 1, 0}, in = {NULL, 0, 0};
    struct secmail_output bad_out = {NULL, 1, 0}, out = {NULL, 0, 0};
    assert_int_equal(secmail_inline_sign_new(f->context, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_sign_new(NULL, &none), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_inline_sign_set_form(s, 3), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_inline_sign_set_policy(s, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_inline_sign_add_signer(s, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_inline_sign_update(s, &bad_in, &out, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_inline_sign_update(s, &in, &bad_out, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_inline_sign_bytes(s, NULL, 1, &bytes), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_sign_bytes(s, NULL, 0, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_sign_set_form(NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_sign_set_armor(NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_sign_set_policy(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_sign_add_signer(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_sign_update(NULL, &in, &out, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_sign_bytes(NULL, NULL, 0, &bytes), SECMAIL_E_ARGUMENT);
    secmail_inline_sign_free(NULL);
    secmail_inline_sign_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(packets),
        fixture_test(forms),
        fixture_test(sizes),
        fixture_test(text_must_be_utf8),
        fixture_test(who_can_not_sign),
        fixture_test(states),
        fixture_test(arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
