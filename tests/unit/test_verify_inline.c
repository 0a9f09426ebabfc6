/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifying and splitting signed messages of packets, made by hand in every shape: what comes out
 * is what was verified, or nothing. Cleartext is in test_verify_cleartext.c. */
#include "packet_writer.h"

static const char text[] = "Pay 100 to Alice.\nThanks\n";
enum { TEXT = sizeof text - 1 };

struct signer {
    struct test_key key;
    struct secmail_cert *cert;
};

static struct signer make_signer(struct fixture *f, uint8_t version)
{
    struct signer s = {.key = test_key(f, version, version == 6 ? PK_ED25519 : PK_EDDSA, f->now)};
    s.cert = simple_cert(f, &s.key, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN);
    return s;
}

static void free_signer(struct signer *s)
{
    secmail_cert_unref(s->cert);
    drop(&s->key.body);
}

static struct secmail_inline_verify *start(struct fixture *f, struct secmail_cert *cert)
{
    struct secmail_inline_verify *v;
    assert_ok(f->context, secmail_inline_verify_new(f->context, &v));
    if (cert)
        assert_ok(f->context, secmail_inline_verify_add_cert(v, cert));
    return v;
}

static int verify_update(void *operation, struct secmail_input *in, struct secmail_output *out,
                         int end)
{
    return secmail_inline_verify_update(operation, in, out, end);
}

static int detach_update(void *operation, struct secmail_input *in, struct secmail_output *out,
                         int end)
{
    return secmail_inline_detach_update(operation, in, out, end);
}

static struct collected armored(struct fixture *f, const struct collected *c)
{
    struct secmail_armor *armor;
    struct collected made = {0};
    assert_ok(f->context, secmail_armor_new(f->context, &armor, SECMAIL_ARMOR_MESSAGE));
    assert_ok(f->context, drive(armor_update, armor, c->data, c->size, 1000, 1000, &made));
    secmail_armor_free(armor);
    return made;
}

/* ---------------------------------------------------------------- shapes */

/*
 * A message by its packets: o one-pass signature, l literal, s signature, ( ) compressed, m marker,
 * x padding, u unknown but not critical, k unknown and critical, e encrypted, c a key, L another
 * literal, t text that is no packet.
 */
static size_t put_shape(struct fixture *f, struct collected *c, const struct test_key *key,
                        const char *shape)
{
    size_t i;
    for (i = 0; shape[i] && shape[i] != ')'; i++) {
        struct collected inner = {0};
        switch (shape[i]) {
        case 'o':
            put_one_pass(c, 0, SMI_SHA256, key, NULL);
            break;
        case 's':
            put_signature(f, c, (struct sig_plan){0}, key, text, TEXT);
            break;
        case 'l':
            put_literal(c, text, TEXT);
            break;
        case 'L':
            put_literal(c, "Pay 900 to Mallory.\n", 20);
            break;
        case '(':
            i += 1 + put_shape(f, &inner, key, shape + i + 1);
            put_stored(c, &inner);
            break;
        case 'm':
            put_packet(c, TAG_MARKER, "PGP", 3);
            break;
        case 'x':
            put_packet(c, TAG_PADDING, "\1\2\3", 3);
            break;
        case 'u':
            put_packet(c, 60, "anything", 8);
            break;
        case 'k':
            put_packet(c, 39, "anything", 8);
            break;
        case 'e':
            put_packet(c, TAG_SEIPD, "\1abcdefghijklmnopqrstuvwxyz", 27);
            break;
        case 'c':
            put_body(c, TAG_PUBLIC_KEY, &key->body);
            break;
        default:
            put(c, "text", 4);
        }
        drop(&inner);
    }
    return i;
}

static void check_stream(struct fixture *f, const struct signer *s, const struct collected *message,
                         size_t in_step, size_t out_step, int want, size_t good)
{
    struct secmail_inline_verify *v = start(f, s->cert);
    struct collected c = {0};
    assert_int_equal(secmail_inline_verify_good_count(v), 0);
    assert_code(f->context,
                drive(verify_update, v, message->data, message->size, in_step, out_step, &c), want);
    assert_int_equal(c.size, want ? 0 : TEXT);
    if (!want)
        assert_memory_equal(c.data, text, TEXT);
    assert_int_equal(secmail_inline_verify_good_count(v), good);
    secmail_inline_verify_free(v);
    drop(&c);
}

static void check_bytes(struct fixture *f, const struct signer *s, const struct collected *message,
                        int want, size_t good)
{
    struct secmail_inline_verify *v = start(f, s->cert);
    struct secmail_bytes *bytes = (struct secmail_bytes *)(uintptr_t)1;
    assert_code(f->context, secmail_inline_verify_bytes(v, message->data, message->size, &bytes),
                want);
    assert_int_equal(bytes == NULL, want != 0);
    assert_int_equal(secmail_bytes_size(bytes), want ? 0 : TEXT);
    if (!want)
        assert_memory_equal(secmail_bytes_data(bytes), text, TEXT);
    assert_int_equal(secmail_inline_verify_good_count(v), good);
    secmail_bytes_free(bytes);
    secmail_inline_verify_free(v);
}

/* Binary and armored, whole and in pieces. */
static void check_message(struct fixture *f, const struct signer *s,
                          const struct collected *message, int want, size_t good)
{
    check_bytes(f, s, message, want, good);
    check_stream(f, s, message, 1, 1, want, good);
    check_stream(f, s, message, 7, 100, want, good);
    check_stream(f, s, message, 4096, 3, want, good);
    struct collected made = armored(f, message);
    check_bytes(f, s, &made, want, good);
    check_stream(f, s, &made, 5, 5, want, good);
    drop(&made);
}

static void shapes(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 4);
    static const struct {
        const char *shape;
        int want;
        size_t good;
    } rows[] = {
        {"ols", 0, 1},
        {"oolss", 0, 2},
        {"sl", 0, 1},
        {"ssl", 0, 2},
        {"(ols)", 0, 1},
        {"o(l)s", 0, 1},
        {"o(ols)s", 0, 2},
        {"s(l)", 0, 1},
        {"s(ols)", 0, 2},
        {"so(l)s", 0, 2},
        {"(((ols)))", 0, 1},
        {"momlmsm", 0, 1},
        {"xols", 0, 1},
        {"olsx", 0, 1},
        {"uolusu", 0, 1},
        {"o(ml)s", 0, 1},
        /* not signed */
        {"l", SECMAIL_E_NO_GOOD_SIGNATURE, 0},
        {"(l)", SECMAIL_E_NO_GOOD_SIGNATURE, 0},
        {"m", SECMAIL_E_MALFORMED, 0},
        /* what is not one signed message */
        {"s", SECMAIL_E_MALFORMED, 0},
        {"o", SECMAIL_E_MALFORMED, 0},
        {"ls", SECMAIL_E_MALFORMED, 0},
        {"ol", SECMAIL_E_TRUNCATED, 0},
        {"ools", SECMAIL_E_TRUNCATED, 0},
        {"olss", SECMAIL_E_MALFORMED, 0},
        {"olsl", SECMAIL_E_MALFORMED, 0},
        {"olsL", SECMAIL_E_MALFORMED, 0},
        {"oLls", SECMAIL_E_MALFORMED, 0},
        {"olLs", SECMAIL_E_MALFORMED, 0},
        {"Lols", SECMAIL_E_MALFORMED, 0},
        {"olsols", SECMAIL_E_MALFORMED, 0},
        {"slL", SECMAIL_E_MALFORMED, 0},
        {"oslo", SECMAIL_E_MALFORMED, 0},
        {"ols(L)", SECMAIL_E_MALFORMED, 0},
        {"(ols)L", SECMAIL_E_MALFORMED, 0},
        {"(L)ols", SECMAIL_E_MALFORMED, 0},
        {"o(L)ls", SECMAIL_E_MALFORMED, 0},
        {"olst", SECMAIL_E_MALFORMED, 0},
        /* a signature belongs to the layer that announced it */
        {"o(ls)", SECMAIL_E_MALFORMED, 0},
        {"(ol)s", SECMAIL_E_TRUNCATED, 0},
        {"o(ol)ss", SECMAIL_E_TRUNCATED, 0},
        {"(m)ols", SECMAIL_E_MALFORMED, 0},
        {"o()ls", SECMAIL_E_MALFORMED, 0},
        /* other packets */
        {"e", SECMAIL_E_MALFORMED, 0},
        {"olse", SECMAIL_E_MALFORMED, 0},
        {"c", SECMAIL_E_MALFORMED, 0},
        {"olsc", SECMAIL_E_MALFORMED, 0},
        {"kols", SECMAIL_E_CRITICAL_PACKET, 0},
        {"olsk", SECMAIL_E_CRITICAL_PACKET, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct collected c = {0};
        put_shape(f, &c, &s.key, rows[i].shape);
        print_message("# %s\n", rows[i].shape);
        check_message(f, &s, &c, rows[i].want, rows[i].good);
        drop(&c);
    }
    free_signer(&s);
}

static void empty_input(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 4);
    static const char *const inputs[] = {"", "\n\n", " text without armor\n"};
    for (size_t i = 0; i < 3; i++) {
        struct collected c = {0};
        collect(&c, (const uint8_t *)inputs[i], strlen(inputs[i])); /* never NULL */
        check_bytes(f, &s, &c, SECMAIL_E_NO_DATA, 0);
        check_stream(f, &s, &c, 1, 1, SECMAIL_E_NO_DATA, 0);
        drop(&c);
    }
    free_signer(&s);
}

/* Armor that says that it holds something else. */
static void armor_kinds(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 6);
    struct collected message = {0};
    put_signed(f, &message, (struct sig_plan){0}, &s.key, text, TEXT);
    for (uint32_t kind = SECMAIL_ARMOR_MESSAGE; kind <= SECMAIL_ARMOR_SIGNATURE; kind++) {
        struct secmail_armor *armor;
        struct collected c = {0};
        assert_ok(f->context, secmail_armor_new(f->context, &armor, kind));
        assert_ok(f->context,
                  drive(armor_update, armor, message.data, message.size, 1000, 1000, &c));
        secmail_armor_free(armor);
        const bool right = kind == SECMAIL_ARMOR_MESSAGE;
        check_bytes(f, &s, &c, right ? 0 : SECMAIL_E_ARMOR_KIND, right);
        drop(&c);
    }
    drop(&message);
    free_signer(&s);
}

/* Any change: if the message is still accepted, the data is what was signed. */
static void changed_at_each_byte(void **state)
{
    struct fixture *f = *state;
    size_t accepted = 0;
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct signer s = make_signer(f, version);
        struct collected c = {0};
        put_signed(f, &c, (struct sig_plan){0}, &s.key, text, TEXT);
        for (size_t i = 0; i < c.size; i++) {
            for (unsigned bit = 1; bit < 256; bit <<= 1) {
                struct secmail_inline_verify *v = start(f, s.cert);
                struct secmail_bytes *bytes;
                c.data[i] ^= (uint8_t)bit;
                const int rc = secmail_inline_verify_bytes(v, c.data, c.size, &bytes);
                c.data[i] ^= (uint8_t)bit;
                assert_int_equal(rc == 0, secmail_inline_verify_good_count(v) > 0);
                assert_int_equal(rc == 0, bytes != NULL);
                if (!rc) { /* in the fields that no signature covers */
                    accepted++;
                    assert_int_equal(secmail_bytes_size(bytes), TEXT);
                    assert_memory_equal(secmail_bytes_data(bytes), text, TEXT);
                }
                secmail_bytes_free(bytes);
                secmail_inline_verify_free(v);
            }
        }
        drop(&c);
        free_signer(&s);
    }
    print_message("# accepted: %zu\n", accepted);
    /* The issuers that one-pass packets name, format and date of the literal, unhashed subpackets.
     */
    assert_true(accepted > 0 && accepted < 700);
}

/* ---------------------------------------------------------------- verdicts */

static void verdict_of(struct fixture *f, const struct collected *message,
                       struct secmail_cert *cert, int64_t not_before, int64_t not_after,
                       uint32_t status, uint32_t reason)
{
    struct secmail_inline_verify *v = start(f, cert);
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_inline_verify_set_window(v, not_before, not_after));
    assert_int_equal(secmail_inline_verify_verdict_count(v), 0);
    assert_null(secmail_inline_verify_verdict(v, 0));
    assert_code(f->context, secmail_inline_verify_bytes(v, message->data, message->size, &bytes),
                status == SECMAIL_VERDICT_GOOD ? 0 : SECMAIL_E_NO_GOOD_SIGNATURE);
    assert_int_equal(bytes == NULL, status != SECMAIL_VERDICT_GOOD);
    assert_int_equal(secmail_inline_verify_verdict_count(v), 1);
    const struct secmail_verdict *verdict = secmail_inline_verify_verdict(v, 0);
    assert_int_equal(secmail_verdict_status(verdict), status);
    assert_int_equal(secmail_verdict_reason(verdict, 0), reason);
    assert_null(secmail_inline_verify_verdict(v, 1));
    secmail_bytes_free(bytes);
    secmail_inline_verify_free(v);
}

static void verdicts(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 6), other = make_signer(f, 6);
    struct collected good = {0}, bad = {0}, typed = {0};
    put_signed(f, &good, (struct sig_plan){0}, &s.key, text, TEXT);
    put_one_pass(&bad, 0, SMI_SHA256, &s.key, (const uint8_t[32]){0});
    put_literal(&bad, text, TEXT);
    put_signature(f, &bad, (struct sig_plan){0}, &s.key, text, TEXT);
    put_signed(f, &typed, (struct sig_plan){.type = 0x13}, &s.key, text, TEXT);
    verdict_of(f, &good, s.cert, INT64_MIN, INT64_MAX, SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID);
    verdict_of(f, &good, s.cert, f->now, f->now, SECMAIL_VERDICT_GOOD, SECMAIL_REASON_VALID);
    verdict_of(f, &good, s.cert, f->now + 1, INT64_MAX, SECMAIL_VERDICT_REJECTED,
               SECMAIL_REASON_OUTSIDE_WINDOW);
    verdict_of(f, &good, s.cert, INT64_MIN, f->now - 1, SECMAIL_VERDICT_REJECTED,
               SECMAIL_REASON_OUTSIDE_WINDOW);
    verdict_of(f, &good, other.cert, INT64_MIN, INT64_MAX, SECMAIL_VERDICT_UNKNOWN_KEY,
               SECMAIL_REASON_NO_KEY);
    verdict_of(f, &good, NULL, INT64_MIN, INT64_MAX, SECMAIL_VERDICT_UNKNOWN_KEY,
               SECMAIL_REASON_NO_KEY);
    /* The salt that the one-pass packet announced is another one. */
    verdict_of(f, &bad, s.cert, INT64_MIN, INT64_MAX, SECMAIL_VERDICT_REJECTED,
               SECMAIL_REASON_MALFORMED);
    verdict_of(f, &typed, s.cert, INT64_MIN, INT64_MAX, SECMAIL_VERDICT_REJECTED,
               SECMAIL_REASON_TYPE);
    drop(&good);
    drop(&bad);
    drop(&typed);
    free_signer(&s);
    free_signer(&other);
}

/* One good signature among others suffices; each gets its verdict. */
static void one_of_several(void **state)
{
    struct fixture *f = *state;
    struct signer a = make_signer(f, 4), b = make_signer(f, 4);
    struct collected c = {0};
    put_one_pass(&c, 0, SMI_SHA256, &a.key, NULL);
    put_one_pass(&c, 0, SMI_SHA256, &b.key, NULL);
    put_literal(&c, text, TEXT);
    put_signature(f, &c, (struct sig_plan){0}, &b.key, text, TEXT);
    put_signature(f, &c, (struct sig_plan){0}, &a.key, "another text", 12);
    struct secmail_inline_verify *v = start(f, b.cert);
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_inline_verify_add_cert(v, a.cert));
    assert_ok(f->context, secmail_inline_verify_bytes(v, c.data, c.size, &bytes));
    assert_int_equal(secmail_inline_verify_verdict_count(v), 2);
    assert_int_equal(secmail_inline_verify_good_count(v), 1);
    assert_int_equal(secmail_verdict_status(secmail_inline_verify_verdict(v, 0)),
                     SECMAIL_VERDICT_GOOD);
    assert_int_equal(secmail_verdict_status(secmail_inline_verify_verdict(v, 1)),
                     SECMAIL_VERDICT_BAD);
    secmail_bytes_free(bytes);
    secmail_inline_verify_free(v);
    check_bytes(f, &a, &c, SECMAIL_E_NO_GOOD_SIGNATURE, 0);
    drop(&c);
    free_signer(&a);
    free_signer(&b);
}

/* A signature over text doesn't care how lines end; the data comes out as it stands. */
static void text_signatures(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 4);
    static const char *const forms[] = {"a\r\nb\r\n", "a\nb\n", "a\nb\r\n", "a\rb\r\n", "a\r\nb"};
    for (size_t i = 0; i < 5; i++) {
        struct collected c = {0};
        struct secmail_bytes *bytes;
        put_one_pass(&c, 1, SMI_SHA256, &s.key, NULL);
        put_literal(&c, forms[i], strlen(forms[i]));
        put_signature(f, &c, (struct sig_plan){.type = 1}, &s.key, "a\r\nb\r\n", 6);
        struct secmail_inline_verify *v = start(f, s.cert);
        assert_code(f->context, secmail_inline_verify_bytes(v, c.data, c.size, &bytes),
                    i < 3 ? 0 : SECMAIL_E_NO_GOOD_SIGNATURE);
        if (i < 3) {
            assert_int_equal(secmail_bytes_size(bytes), strlen(forms[i]));
            assert_memory_equal(secmail_bytes_data(bytes), forms[i], strlen(forms[i]));
            assert_int_equal(secmail_verdict_is_text(secmail_inline_verify_verdict(v, 0)), 1);
        }
        secmail_bytes_free(bytes);
        secmail_inline_verify_free(v);
        drop(&c);
    }
    free_signer(&s);
}

/* Line ends of the system: only of what is marked as text, and no signature covers as bytes. */
static void text_with_lf(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 4);
    static const char data[] = "a\r\nb\r\r\nc\r", lf[] = "a\nb\r\nc\r";
    static const struct {
        char format;
        uint8_t type;
        bool converted;
    } rows[] = {{'u', 1, true}, {'t', 1, true}, {'b', 1, false}, {'u', 0, false}, {'m', 1, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t step = 1; step < 100; step *= 4) {
            struct collected c = {0}, body = {0}, out = {0};
            const char *want = rows[i].converted ? lf : data;
            put_one_pass(&c, rows[i].type, SMI_SHA256, &s.key, NULL);
            put_u8(&body, (unsigned)rows[i].format);
            put(&body, "\0\0\0\0\0", 5);
            put(&body, data, sizeof data - 1);
            put_body_drop(&c, TAG_LITERAL, &body);
            put_signature(f, &c, (struct sig_plan){.type = rows[i].type}, &s.key, data,
                          sizeof data - 1);
            struct secmail_inline_verify *v = start(f, s.cert);
            assert_ok(f->context, secmail_inline_verify_set_text_lf(v, 1));
            assert_ok(f->context, drive(verify_update, v, c.data, c.size, step, step, &out));
            assert_int_equal(out.size, strlen(want));
            assert_memory_equal(out.data, want, out.size);
            secmail_inline_verify_free(v);
            drop(&out);
            drop(&c);
        }
    }
    free_signer(&s);
}

/* ---------------------------------------------------------------- what the literal says */

static void literal_fields(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 4);
    struct collected c = {0}, body = {0};
    struct secmail_literal_info info = {.size = sizeof info};
    struct secmail_bytes *bytes;
    put_one_pass(&c, 0, SMI_SHA256, &s.key, NULL);
    put(&body, "m\7../a\0b\x69\x55\xb9\x00", 13);
    put(&body, text, TEXT);
    put_body_drop(&c, TAG_LITERAL, &body);
    put_signature(f, &c, (struct sig_plan){0}, &s.key, text, TEXT);
    struct secmail_inline_verify *v = start(f, s.cert);
    assert_code(f->context, secmail_inline_verify_literal(v, &info), SECMAIL_E_STATE);
    assert_ok(f->context, secmail_inline_verify_bytes(v, c.data, c.size, &bytes));
    assert_ok(f->context, secmail_inline_verify_literal(v, &info));
    assert_int_equal(info.format, 'm');
    assert_int_equal(info.name_size, 7);
    assert_memory_equal(info.name, "../a\0b\x69", 7);
    info.size = 0;
    assert_code(f->context, secmail_inline_verify_literal(v, &info), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_inline_verify_literal(v, NULL), SECMAIL_E_ARGUMENT);
    /* An older caller has a shorter struct. */
    struct secmail_literal_info old = {.size = offsetof(struct secmail_literal_info, name_size),
                                       .name_size = 77};
    assert_ok(f->context, secmail_inline_verify_literal(v, &old));
    assert_int_equal(old.format, 'm');
    assert_int_equal(old.name_size, 77);
    secmail_bytes_free(bytes);
    secmail_inline_verify_free(v);
    drop(&c);
    free_signer(&s);
}

static void literal_without_fields(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 4);
    for (size_t size = 0; size < 8; size++) {
        struct collected c = {0};
        put_one_pass(&c, 0, SMI_SHA256, &s.key, NULL);
        put_packet(&c, TAG_LITERAL, "b\2xy\0\0\0", size);
        put_signature(f, &c, (struct sig_plan){0}, &s.key, "", 0);
        check_bytes(f, &s, &c, SECMAIL_E_MALFORMED, 0);
        drop(&c);
    }
    free_signer(&s);
}

/* ---------------------------------------------------------------- much data */

enum { MUCH = 5 << 20 };

struct much {
    struct signer s;
    uint8_t *data;
    struct collected message;
};

static struct much make_much(struct fixture *f)
{
    struct much m = {.s = make_signer(f, 6), .data = malloc(MUCH)};
    struct collected body = {0}, sig = {0};
    uint8_t salt[32];
    assert_non_null(m.data);
    for (size_t i = 0; i < MUCH; i++)
        m.data[i] = (uint8_t)(i * 31 + (i >> 12));
    put_signature_body(f, &sig, (struct sig_plan){0}, &m.s.key, m.data, MUCH, salt);
    put_one_pass(&m.message, 0, SMI_SHA256, &m.s.key, salt);
    put(&body, "b\0\0\0\0\0", 6);
    put(&body, m.data, MUCH);
    put_partial_packet(&m.message, TAG_LITERAL, 16, body.data, body.size);
    put_body_drop(&m.message, TAG_SIGNATURE, &sig);
    drop(&body);
    return m;
}

static void free_much(struct much *m)
{
    free_signer(&m->s);
    free(m->data);
    drop(&m->message);
}

/* The first reading: nothing comes out of it. */
static void read_first(struct fixture *f, struct secmail_inline_verify *v,
                       const struct collected *message)
{
    uint8_t room[1000];
    struct secmail_input in = {message->data, message->size, 0};
    struct secmail_output out = {room, sizeof room, 0};
    assert_code(f->context, secmail_inline_verify_update(v, &in, &out, 1), SECMAIL_NEEDS_REWIND);
    assert_int_equal(out.pos, 0);
    assert_int_equal(secmail_inline_verify_good_count(v), 1);
}

static void read_twice(void **state)
{
    struct fixture *f = *state;
    struct much m = make_much(f);
    static const size_t steps[] = {100, 70000, 1 << 20, 8 << 20};
    for (size_t i = 0; i < 8; i++) {
        struct secmail_inline_verify *v = start(f, m.s.cert);
        struct collected c = {0};
        assert_ok(f->context, secmail_inline_verify_allow_rewind(v, i < 4 ? SECMAIL_REWIND_COMPARED
                                                                          : SECMAIL_REWIND_SAME));
        assert_ok(f->context, drive(verify_update, v, m.message.data, m.message.size, steps[i % 4],
                                    steps[3 - i % 4], &c));
        assert_int_equal(c.size, MUCH);
        assert_memory_equal(c.data, m.data, MUCH);
        assert_int_equal(secmail_inline_verify_good_count(v), 1);
        secmail_inline_verify_free(v);
        drop(&c);
    }
    free_much(&m);
}

/* A bad message is not read a second time. */
static void bad_when_read_first(void **state)
{
    struct fixture *f = *state;
    struct much m = make_much(f);
    struct secmail_inline_verify *v = start(f, m.s.cert);
    struct collected c = {0};
    m.message.data[MUCH / 2] ^= 1;
    assert_ok(f->context, secmail_inline_verify_allow_rewind(v, SECMAIL_REWIND_COMPARED));
    assert_code(f->context,
                drive(verify_update, v, m.message.data, m.message.size, 70000, 70000, &c),
                SECMAIL_E_NO_GOOD_SIGNATURE);
    assert_int_equal(c.size, 0);
    secmail_inline_verify_free(v);
    drop(&c);
    free_much(&m);
}

/* What differs the second time doesn't come out. */
static void changed_when_read_again(void **state)
{
    struct fixture *f = *state;
    struct much m = make_much(f);
    static const size_t places[] = {200, MUCH / 2, MUCH - 10};
    for (size_t i = 0; i < 5; i++) {
        struct secmail_inline_verify *v = start(f, m.s.cert);
        struct collected c = {0}, second = {0};
        assert_ok(f->context, secmail_inline_verify_allow_rewind(v, SECMAIL_REWIND_COMPARED));
        read_first(f, v, &m.message);
        put_all(&second, &m.message);
        if (i < 3)
            second.data[places[i]] ^= 0x20;
        else if (i == 3)
            second.size = 0; /* replaced by another signed message */
        if (i == 3)
            put_signed(f, &second, (struct sig_plan){0}, &m.s.key, text, TEXT);
        if (i == 4)
            second.size -= MUCH / 2;
        const int rc = drive(verify_update, v, second.data, second.size, 70000, 70000, &c);
        assert_code(f->context, rc, i == 4 ? SECMAIL_E_TRUNCATED : SECMAIL_E_INPUT_CHANGED);
        assert_true(c.size < MUCH);
        if (c.size)
            assert_memory_equal(c.data, m.data, c.size);
        secmail_inline_verify_free(v);
        drop(&c);
        drop(&second);
    }
    free_much(&m);
}

static int no_random(void *user, uint8_t *out, size_t size)
{
    (void)user;
    (void)out;
    (void)size;
    return -1;
}

/* The key of the check values. */
static void failing_randomness(void **state)
{
    struct fixture *f = *state;
    struct much m = make_much(f);
    struct secmail_inline_verify *v = start(f, m.s.cert);
    struct collected c = {0};
    assert_ok(f->context, secmail_context_set_random(f->context, no_random, NULL));
    assert_ok(f->context, secmail_inline_verify_allow_rewind(v, SECMAIL_REWIND_COMPARED));
    assert_code(f->context,
                drive(verify_update, v, m.message.data, m.message.size, 70000, 70000, &c),
                SECMAIL_E_RANDOM);
    assert_int_equal(c.size, 0);
    secmail_inline_verify_free(v);
    drop(&c);
    free_much(&m);
}

static void set_held(struct fixture *f, uint64_t held)
{
    struct secmail_limits *limits;
    assert_int_equal(secmail_limits_new(&limits), 0);
    assert_int_equal(secmail_limits_set(limits, SECMAIL_LIMIT_HELD_PLAINTEXT, held), 0);
    assert_ok(f->context, secmail_context_set_limits(f->context, limits));
    secmail_limits_free(limits);
}

static void held_data_has_a_limit(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 6);
    struct collected c = {0};
    put_signed(f, &c, (struct sig_plan){0}, &s.key, text, TEXT);
    set_held(f, TEXT);
    check_stream(f, &s, &c, 10, 10, 0, 1);
    set_held(f, TEXT - 1);
    check_stream(f, &s, &c, 10, 10, SECMAIL_E_LIMIT_HELD_PLAINTEXT, 0);
    check_bytes(f, &s, &c, 0, 1); /* the result is held anyway */
    struct secmail_inline_verify *v = start(f, s.cert);
    struct collected out = {0};
    assert_ok(f->context, secmail_inline_verify_allow_rewind(v, SECMAIL_REWIND_COMPARED));
    assert_ok(f->context, drive(verify_update, v, c.data, c.size, 10, 10, &out));
    assert_int_equal(out.size, TEXT);
    secmail_inline_verify_free(v);
    drop(&out);
    drop(&c);
    free_signer(&s);
}

static void limits(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 4);
    static const struct {
        uint32_t limit;
        uint64_t value;
        const char *shape;
        int want;
    } rows[] = {{SECMAIL_LIMIT_PLAINTEXT_SIZE, TEXT - 1, "ols", SECMAIL_E_LIMIT_PLAINTEXT_SIZE},
                {SECMAIL_LIMIT_NESTING, 1, "((ols))", SECMAIL_E_LIMIT_NESTING},
                {SECMAIL_LIMIT_MESSAGE_PACKETS, 2, "ols", SECMAIL_E_LIMIT_MESSAGE_PACKETS},
                {SECMAIL_LIMIT_MESSAGE_SIGNATURES, 1, "ssl", SECMAIL_E_LIMIT_MESSAGE_SIGNATURES},
                {SECMAIL_LIMIT_PACKET_SIZE, 20, "sl", SECMAIL_E_LIMIT_PACKET_SIZE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct secmail_limits *limit;
        struct collected c = {0};
        put_shape(f, &c, &s.key, rows[i].shape);
        assert_int_equal(secmail_limits_new(&limit), 0);
        assert_int_equal(secmail_limits_set(limit, rows[i].limit, rows[i].value), 0);
        assert_ok(f->context, secmail_context_set_limits(f->context, limit));
        secmail_limits_free(limit);
        check_bytes(f, &s, &c, rows[i].want, 0);
        assert_ok(f->context, secmail_context_set_limits(f->context, NULL));
        drop(&c);
    }
    free_signer(&s);
}

/* ---------------------------------------------------------------- splitting */

static void check_detached(struct fixture *f, const struct signer *s, struct secmail_bytes *sigs,
                           const struct collected *data, size_t good)
{
    struct secmail_verify *v;
    assert_ok(f->context, secmail_verify_new(f->context, &v));
    assert_ok(f->context, secmail_verify_add_cert(v, s->cert));
    assert_ok(f->context,
              secmail_verify_add_signatures(v, secmail_bytes_data(sigs), secmail_bytes_size(sigs)));
    assert_ok(f->context, secmail_verify_update(v, data->data, data->size));
    assert_ok(f->context, secmail_verify_finish(v));
    assert_int_equal(secmail_verify_good_count(v), good);
    assert_int_equal(secmail_verify_verdict_count(v), good);
    secmail_verify_free(v);
}

static void split(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 4);
    static const struct {
        const char *shape;
        int want;
        size_t good;
    } rows[] = {
        {"ols", 0, 1},
        {"oolss", 0, 2},
        {"ssl", 0, 2},
        {"so(ols)s", 0, 3},
        {"l", SECMAIL_E_NO_DATA, 0},
        {"", SECMAIL_E_NO_DATA, 0},
        {"ol", SECMAIL_E_TRUNCATED, 0},
        {"olsL", SECMAIL_E_MALFORMED, 0},
        {"o(ls)", SECMAIL_E_MALFORMED, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t step = 1; step < 200; step += 63) {
            struct secmail_inline_detach *d;
            struct collected message = {0}, data = {0};
            struct secmail_bytes *sigs;
            put_u8(&message, 0); /* not NULL, even where there is no packet */
            message.size = 0;
            put_shape(f, &message, &s.key, rows[i].shape);
            assert_ok(f->context, secmail_inline_detach_new(f->context, &d));
            assert_code(f->context,
                        drive(detach_update, d, message.data, message.size, step, step, &data),
                        rows[i].want);
            for (int armor = 0; armor < 2; armor++) {
                assert_code(f->context, secmail_inline_detach_signatures(d, armor, &sigs),
                            rows[i].want ? SECMAIL_E_STATE : 0);
                if (rows[i].want) {
                    assert_null(sigs);
                    continue;
                }
                assert_int_equal(data.size, TEXT);
                check_detached(f, &s, sigs, &data, rows[i].good);
                secmail_bytes_free(sigs);
            }
            secmail_inline_detach_free(d);
            drop(&message);
            drop(&data);
        }
    }
    free_signer(&s);
}

/* ---------------------------------------------------------------- order of calls */

static void states(void **state)
{
    struct fixture *f = *state;
    struct signer s = make_signer(f, 4);
    struct collected c = {0};
    uint8_t room[10];
    struct secmail_policy *policy;
    struct secmail_bytes *bytes;
    put_shape(f, &c, &s.key, "ols");
    assert_ok(f->context, secmail_policy_standard(f->context, &policy));
    struct secmail_inline_verify *v = start(f, s.cert);
    assert_ok(f->context, secmail_inline_verify_set_policy(v, policy));
    struct secmail_input in = {c.data, 1, 0};
    struct secmail_output out = {room, sizeof room, 0};
    assert_code(f->context, secmail_inline_verify_update(v, &in, &out, 0), SECMAIL_NEEDS_INPUT);
    assert_code(f->context, secmail_inline_verify_set_policy(v, policy), SECMAIL_E_STATE);
    assert_code(f->context, secmail_inline_verify_set_window(v, 0, 0), SECMAIL_E_STATE);
    assert_code(f->context, secmail_inline_verify_allow_rewind(v, SECMAIL_REWIND_COMPARED),
                SECMAIL_E_STATE);
    assert_code(f->context, secmail_inline_verify_set_text_lf(v, 1), SECMAIL_E_STATE);
    assert_code(f->context, secmail_inline_verify_add_cert(v, s.cert), SECMAIL_E_STATE);
    assert_code(f->context, secmail_inline_verify_bytes(v, c.data, c.size, &bytes),
                SECMAIL_E_STATE);
    in = (struct secmail_input){c.data + 1, 1, 0};
    assert_code(f->context, secmail_inline_verify_update(v, &in, &out, 1), SECMAIL_E_TRUNCATED);
    assert_code(f->context, secmail_inline_verify_update(v, &in, &out, 1), SECMAIL_E_STATE);
    secmail_inline_verify_free(v);
    v = start(f, s.cert);
    assert_ok(f->context, secmail_inline_verify_bytes(v, c.data, c.size, &bytes));
    assert_code(f->context, secmail_inline_verify_update(v, &in, &out, 1), SECMAIL_E_STATE);
    secmail_bytes_free(bytes);
    secmail_inline_verify_free(v);
    secmail_policy_unref(policy);
    drop(&c);
    free_signer(&s);
}

static void arguments(void **state)
{
    struct fixture *f = *state;
    struct secmail_inline_verify *v = start(f, NULL), *none;
    struct secmail_inline_detach *d;
    struct secmail_bytes *bytes;
    struct secmail_input bad_in = {NULL, 1, 0}, in = {NULL, 0, 0};
    struct secmail_output bad_out = {NULL, 1, 0}, out = {NULL, 0, 0};
    assert_ok(f->context, secmail_inline_detach_new(f->context, &d));
    assert_int_equal(secmail_inline_verify_new(f->context, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_verify_new(NULL, &none), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_inline_verify_set_policy(v, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_inline_verify_add_cert(v, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_inline_verify_update(v, &bad_in, &out, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_inline_verify_update(v, &in, &bad_out, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_inline_verify_bytes(v, NULL, 1, &bytes), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_verify_bytes(v, NULL, 0, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_inline_detach_update(d, &bad_in, &out, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_detach_signatures(d, 0, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_verify_set_policy(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_verify_set_window(NULL, 0, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_verify_allow_rewind(NULL, SECMAIL_REWIND_COMPARED),
                     SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_verify_set_text_lf(NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_verify_add_cert(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_verify_update(NULL, &in, &out, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_verify_bytes(NULL, NULL, 0, &bytes), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_verify_literal(NULL, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_verify_good_count(NULL), 0);
    assert_int_equal(secmail_inline_verify_verdict_count(NULL), 0);
    assert_null(secmail_inline_verify_verdict(NULL, 0));
    assert_int_equal(secmail_inline_detach_update(NULL, &in, &out, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_inline_detach_signatures(NULL, 0, &bytes), SECMAIL_E_ARGUMENT);
    secmail_inline_verify_free(NULL);
    secmail_inline_detach_free(NULL);
    secmail_inline_verify_free(v);
    secmail_inline_detach_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(shapes),
        fixture_test(empty_input),
        fixture_test(armor_kinds),
        fixture_test(changed_at_each_byte),
        fixture_test(verdicts),
        fixture_test(one_of_several),
        fixture_test(text_signatures),
        fixture_test(text_with_lf),
        fixture_test(literal_fields),
        fixture_test(literal_without_fields),
        fixture_test(read_twice),
        fixture_test(bad_when_read_first),
        fixture_test(changed_when_read_again),
        fixture_test(failing_randomness),
        fixture_test(held_data_has_a_limit),
        fixture_test(limits),
        fixture_test(split),
        fixture_test(states),
        fixture_test(arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
