/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What bounds the work that a message may cause: each limit at its edge with its own code, sizes
 * that promise more than there is, bombs, and memory that stays constant. */
#include "deflate.h"
#include "torture.h"

static const char text[] = "hello";

enum { KIB = 1 << 10, MIB = 1 << 20 };

static struct collected literal_content(void)
{
    struct collected content = {0};
    put_literal(&content, text, strlen(text));
    return content;
}

/* Opens a message under a limit that just suffices, and under the next smaller one. */
static void check_edge(struct fixture *f, const struct openers *o, const struct collected *message,
                       uint32_t limit, uint64_t least, int code)
{
    for (int whole = 0; whole < 2; whole++) {
        for (int below = 0; below < 2; below++) {
            set_limit(f, limit, least - (uint64_t)below);
            if (whole) {
                check_open(f, o, message, below ? code : 0, text);
                continue;
            }
            struct secmail_decrypt *d = make_decrypt(f, o);
            struct collected plain = {0};
            assert_code(f->context,
                        drive(decrypt_update, d, message->data, message->size, 7, 100, &plain),
                        below ? code : 0);
            secmail_decrypt_free(d);
            drop(&plain);
        }
    }
    assert_ok(f->context, secmail_context_set_limits(f->context, NULL));
}

static void check_edge_drop(struct fixture *f, const struct openers *o, struct collected *message,
                            uint32_t limit, uint64_t least, int code)
{
    check_edge(f, o, message, limit, least, code);
    drop(message);
}

/* The same for content that is encrypted with a session key. */
static void check_content_edge(struct fixture *f, struct collected *content, uint32_t limit,
                               uint64_t least, int code)
{
    const struct session s = make_session(f, SMI_AES256);
    for (unsigned version = 1; version <= 2; version++) {
        struct collected message = {0};
        put_seipd(f, &message, version, &s, content);
        check_edge_drop(f, &(struct openers){.session = &s}, &message, limit, least, code);
    }
    drop(content);
}

/* ---------------------------------------------------------------- counts */

static void held_plaintext(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    struct collected content = literal_content(), message = {0}, body = {0};
    put_seipd1_body(f, &body, &s, content.data, content.size, MDC_RIGHT);
    const uint64_t held = body.size - 1;
    put_body_drop(&message, TAG_SEIPD, &body);
    for (int below = 0; below < 2; below++) {
        set_limit(f, SECMAIL_LIMIT_HELD_PLAINTEXT, held - (uint64_t)below);
        struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.session = &s});
        struct collected plain = {0};
        assert_code(f->context, drive(decrypt_update, d, message.data, message.size, 9, 9, &plain),
                    below ? SECMAIL_E_LIMIT_HELD_PLAINTEXT : 0);
        assert_int_equal(plain.size, below ? 0 : strlen(text));
        secmail_decrypt_free(d);
        drop(&plain);
    }
    drop(&message);
    drop(&content);
}

static void plaintext_size(void **state)
{
    struct fixture *f = *state;
    struct collected content = literal_content(), stored = {0};
    put_stored(&stored, &content);
    check_content_edge(f, &content, SECMAIL_LIMIT_PLAINTEXT_SIZE, strlen(text),
                       SECMAIL_E_LIMIT_PLAINTEXT_SIZE);
    check_content_edge(f, &stored, SECMAIL_LIMIT_PLAINTEXT_SIZE, strlen(text),
                       SECMAIL_E_LIMIT_PLAINTEXT_SIZE);
}

/* As much as may be comes out, in whatever windows; that the rest is missing is found later. */
static void plaintext_before_the_limit(void **state)
{
    static const size_t windows[] = {1, 2, 7, 1000};
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    const struct openers o = {.session = &s};
    struct collected content = literal_content();
    content.size--;
    set_limit(f, SECMAIL_LIMIT_PLAINTEXT_SIZE, 3);
    for (unsigned version = 1; version <= 2; version++) {
        struct collected message = {0};
        put_seipd(f, &message, version, &s, &content);
        for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
            struct secmail_decrypt *d = make_decrypt(f, &o);
            struct collected plain = {0};
            assert_code(f->context,
                        drive(decrypt_update, d, message.data, message.size, windows[i], windows[i],
                              &plain),
                        SECMAIL_E_LIMIT_PLAINTEXT_SIZE);
            assert_int_equal(plain.size, 3);
            assert_memory_equal(plain.data, text, 3);
            secmail_decrypt_free(d);
            drop(&plain);
        }
        check_open(f, &o, &message, SECMAIL_E_LIMIT_PLAINTEXT_SIZE, text);
        drop(&message);
    }
    drop(&content);
}

static void nesting(void **state)
{
    struct fixture *f = *state;
    struct collected content = literal_content();
    for (int i = 0; i < 5; i++) {
        struct collected outer = {0};
        put_stored(&outer, &content);
        drop(&content);
        content = outer;
    }
    check_content_edge(f, &content, SECMAIL_LIMIT_NESTING, 5, SECMAIL_E_LIMIT_NESTING);
}

/* All packets count: around the encrypted data, in it, in its layers, and behind it. */
static void message_packets(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    struct collected content = literal_content(), inner = {0}, message = {0};
    put_packet(&inner, TAG_MARKER, "PGP", 3); /* 1 */
    put_packet(&inner, TAG_PADDING, "x", 1);  /* 2 */
    put_all(&inner, &content);                /* 3 */
    put_packet(&inner, 60, "x", 1);           /* 4 */
    drop(&content);
    put_packet(&content, TAG_MARKER, "PGP", 3); /* 5 */
    put_stored(&content, &inner);               /* 6 */
    put_packet(&message, TAG_MARKER, "PGP", 3); /* 7 */
    put_packet(&message, TAG_PKESK, "\3", 1);   /* 8 */
    put_seipd2(f, &message, &s, &content);      /* 9 */
    put_packet(&message, TAG_PADDING, "x", 1);  /* 10 */
    check_edge_drop(f, &(struct openers){.session = &s}, &message, SECMAIL_LIMIT_MESSAGE_PACKETS,
                    10, SECMAIL_E_LIMIT_MESSAGE_PACKETS);
    drop(&content);
    drop(&inner);
}

/* Markers without end, in front, inside and behind. */
static void endless_markers(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    for (int place = 0; place < 3; place++) {
        struct collected content = {0}, message = {0};
        for (int i = 0; i < 5000 && place == 1; i++)
            put_packet(&content, TAG_MARKER, "PGP", 3);
        put_literal(&content, text, strlen(text));
        for (int i = 0; i < 5000 && place == 0; i++)
            put_packet(&message, TAG_PADDING, "", 0);
        put_seipd2(f, &message, &s, &content);
        for (int i = 0; i < 5000 && place == 2; i++)
            put_packet(&message, 63, "", 0);
        check_open(f, &(struct openers){.session = &s}, &message, SECMAIL_E_LIMIT_MESSAGE_PACKETS,
                   NULL);
        drop(&content);
        drop(&message);
    }
}

static void packet_size(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    struct collected content = literal_content(), signed_content = {0}, sig = {0};
    static const uint8_t tags[] = {TAG_PKESK, TAG_SKESK};
    uint8_t data[300] = {3};
    for (size_t i = 0; i < 2; i++) {
        struct collected message = {0};
        put_packet(&message, tags[i], data, sizeof data);
        put_seipd2(f, &message, &s, &content);
        check_edge_drop(f, &(struct openers){.session = &s}, &message, SECMAIL_LIMIT_PACKET_SIZE,
                        sizeof data, SECMAIL_E_LIMIT_PACKET_SIZE);
    }
    put_packet(&sig, TAG_SIGNATURE, data, sizeof data);
    put_all(&signed_content, &sig);
    put_all(&signed_content, &content);
    check_content_edge(f, &signed_content, SECMAIL_LIMIT_PACKET_SIZE, sizeof data,
                       SECMAIL_E_LIMIT_PACKET_SIZE);
    put_packet(&signed_content, TAG_ONE_PASS, data, sizeof data);
    put_all(&signed_content, &content);
    put_packet(&signed_content, TAG_SIGNATURE, data, 10);
    check_content_edge(f, &signed_content, SECMAIL_LIMIT_PACKET_SIZE, sizeof data,
                       SECMAIL_E_LIMIT_PACKET_SIZE);
    drop(&sig);
    drop(&content);
}

static void session_key_packets(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    struct collected content = literal_content(), message = {0};
    for (int i = 0; i < 7; i++)
        put_packet(&message, i % 2 ? TAG_PKESK : TAG_SKESK, "\3", 1);
    put_seipd2(f, &message, &s, &content);
    check_edge_drop(f, &(struct openers){.session = &s}, &message,
                    SECMAIL_LIMIT_SESSION_KEY_PACKETS, 7, SECMAIL_E_LIMIT_SESSION_KEY_PACKETS);
    for (int i = 0; i < 1025; i++)
        put_packet(&message, TAG_PKESK, "\3", 1);
    put_seipd2(f, &message, &s, &content);
    check_open(f, &(struct openers){.session = &s}, &message, SECMAIL_E_LIMIT_SESSION_KEY_PACKETS,
               NULL);
    drop(&message);
    drop(&content);
}

static void message_signatures(void **state)
{
    struct fixture *f = *state;
    struct collected content = {0};
    for (int i = 0; i < 6; i++)
        put_packet(&content, TAG_SIGNATURE, "\3", 1);
    put_literal(&content, text, strlen(text));
    check_content_edge(f, &content, SECMAIL_LIMIT_MESSAGE_SIGNATURES, 6,
                       SECMAIL_E_LIMIT_MESSAGE_SIGNATURES);
    for (int i = 0; i < 6; i++)
        put_packet(&content, TAG_ONE_PASS, "\3", 1);
    put_literal(&content, text, strlen(text));
    for (int i = 0; i < 6; i++)
        put_packet(&content, TAG_SIGNATURE, "\3", 1);
    check_content_edge(f, &content, SECMAIL_LIMIT_MESSAGE_SIGNATURES, 6,
                       SECMAIL_E_LIMIT_MESSAGE_SIGNATURES);
}

static void argon2(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    struct collected content = literal_content(), message = {0};
    const struct smi_s2k s2k = {
        .type = SMI_S2K_ARGON2, .salt = "sixteen bytes...", .passes = 3, .lanes = 1, .memory = 4};
    put_skesk6(f, &message, &s2k, "password", &s);
    put_seipd2(f, &message, &s, &content);
    const struct openers o = {.password = "password"};
    check_edge(f, &o, &message, SECMAIL_LIMIT_ARGON2_MEMORY_KIB, 16,
               SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB);
    check_edge(f, &o, &message, SECMAIL_LIMIT_ARGON2_WORK, 48, SECMAIL_E_LIMIT_ARGON2_WORK);
    /* 2 TiB, and 255 passes over a gigabyte, with the limits as they are. */
    const size_t parameters = 2 + 5 + 1 + 16;
    message.data[parameters + 2] = 31;
    check_open(f, &o, &message, SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB, NULL);
    message.data[parameters] = 255;
    message.data[parameters + 2] = 20;
    check_open(f, &o, &message, SECMAIL_E_LIMIT_ARGON2_WORK, NULL);
    drop(&message);
    drop(&content);
}

/* The library's own derivations obey the limits, too: 64 MiB, three times. */
static void argon2_of_our_own(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint32_t limit;
        uint64_t value;
        int want;
    } rows[] = {{SECMAIL_LIMIT_ARGON2_MEMORY_KIB, 64 * KIB - 1, SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB},
                {SECMAIL_LIMIT_ARGON2_WORK, 192 * KIB - 1, SECMAIL_E_LIMIT_ARGON2_WORK}};
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A"),
                       *locked = (struct secmail_key *)(uintptr_t)1;
    struct secmail_secret *password = make_secret(f, "password");
    for (size_t i = 0; i < 2; i++) {
        struct secmail_encrypt *e;
        struct secmail_bytes *bytes = (struct secmail_bytes *)(uintptr_t)1;
        set_limit(f, rows[i].limit, rows[i].value);
        assert_code(f->context, secmail_key_lock(f->context, key, password, &locked), rows[i].want);
        assert_null(locked);
        assert_ok(f->context, secmail_encrypt_new(f->context, &e));
        assert_ok(f->context, secmail_encrypt_add_password(e, password));
        assert_code(f->context, secmail_encrypt_bytes(e, NULL, 0, &bytes), rows[i].want);
        assert_null(bytes);
        secmail_encrypt_free(e);
    }
    secmail_secret_free(password);
    secmail_key_unref(key);
}

static void password_tries(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    const struct smi_s2k s2k = cheap_s2k();
    struct collected content = literal_content(), message = {0};
    for (int i = 0; i < 5; i++)
        put_skesk6(f, &message, &s2k, i < 4 ? "other" : "password", &s);
    put_seipd2(f, &message, &s, &content);
    check_edge_drop(f, &(struct openers){.password = "password"}, &message,
                    SECMAIL_LIMIT_PASSWORD_TRIES, 5, SECMAIL_E_LIMIT_PASSWORD_TRIES);
    drop(&content);
}

static void hidden_recipients(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    struct test_key other = test_key(f, 6, PK_X25519, f->now);
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "A");
    struct secmail_encrypt *e;
    struct secmail_bytes *bytes;
    struct collected message = {0};
    for (int i = 0; i < 4; i++)
        put_pkesk(f, &message, 6, &other, &s, true);
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
    assert_ok(f->context, secmail_encrypt_bytes(e, (const uint8_t *)text, strlen(text), &bytes));
    /* The key's own packet, with its name taken away. */
    const uint8_t *data = secmail_bytes_data(bytes);
    const size_t pkesk = data[1], name = 34;
    put_u8(&message, data[0]);
    put_u8(&message, (unsigned)(pkesk - name + 1));
    put(&message, data + 2, 1);
    put_u8(&message, 0);
    put(&message, data + 2 + 1 + name, pkesk - 1 - name);
    put(&message, data + 2 + pkesk, secmail_bytes_size(bytes) - 2 - pkesk);
    check_edge_drop(f, &(struct openers){.key = key}, &message,
                    SECMAIL_LIMIT_HIDDEN_RECIPIENT_TRIES, 5,
                    SECMAIL_E_LIMIT_HIDDEN_RECIPIENT_TRIES);
    secmail_bytes_free(bytes);
    secmail_encrypt_free(e);
    secmail_key_unref(key);
    drop(&other.body);
}

static void armor_header_size(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    struct collected content = literal_content(), message = {0}, armored = {0}, commented = {0};
    struct secmail_armor *armor;
    put_seipd2(f, &message, &s, &content);
    assert_ok(f->context, secmail_armor_new(f->context, &armor, SECMAIL_ARMOR_AUTO));
    assert_ok(f->context,
              drive(armor_update, armor, message.data, message.size, 1000, 1000, &armored));
    secmail_armor_free(armor);
    put(&commented, armored.data, 28);
    put(&commented, "Comment: 123456\n", 16);
    put(&commented, armored.data + 28, armored.size - 28);
    check_edge_drop(f, &(struct openers){.session = &s}, &commented,
                    SECMAIL_LIMIT_ARMOR_HEADER_SIZE, 16, SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE);
    drop(&armored);
    drop(&message);
    drop(&content);
}

/* ---------------------------------------------------------------- memory */

/* A fixture whose memory is counted. */
struct counted {
    struct torture memory;
    struct fixture f;
};

static void counted_init(struct counted *c)
{
    torture_init(&c->memory);
    fixture_init(&c->f, &c->memory.allocator);
}

/* The most that was allocated above what is there now, from here on. */
static void watch(struct counted *c)
{
    c->memory.peak_bytes = c->memory.live_bytes;
}

static void counted_done(struct counted *c)
{
    fixture_done(&c->f);
    assert_int_equal(c->memory.live_blocks, 0);
}

/* Packets of 20 bytes that declare up to 4 GiB: their end is noticed, and no memory taken for what
 * isn't there. */
static void sizes_that_lie(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {8 * MIB, 8 * MIB + 1, 1 << 30, UINT32_MAX};
    for (unsigned tag = 1; tag < 64; tag++) {
        for (size_t i = 0; i < 4; i++) {
            for (int inside = 0; inside < 2; inside++) {
                struct counted c;
                counted_init(&c);
                const struct session s = make_session(&c.f, SMI_AES256);
                struct collected packet = {0}, message = {0};
                put_u8(&packet, 0xc0 | tag);
                put_u8(&packet, 255);
                put_u32(&packet, sizes[i]);
                put(&packet, "\2\11\2\0--------------", 14);
                assert_int_equal(packet.size, 20);
                if (inside)
                    put_seipd2(&c.f, &message, &s, &packet);
                else
                    put_all(&message, &packet);
                watch(&c);
                struct secmail_decrypt *d = make_decrypt(&c.f, &(struct openers){.session = &s});
                struct secmail_bytes *bytes;
                const int rc = secmail_decrypt_bytes(d, message.data, message.size, &bytes);
                assert_true(rc < 0);
                assert_null(bytes);
                assert_true(c.memory.peak_bytes < 100 * KIB);
                const bool held = tag == TAG_SKESK || tag == TAG_PKESK || tag == TAG_ONE_PASS ||
                                  tag == TAG_SIGNATURE;
                if (held && (inside || tag == TAG_PKESK || tag == TAG_SKESK) &&
                    !(inside && (tag == TAG_PKESK || tag == TAG_SKESK)))
                    assert_int_equal(rc, sizes[i] > 8 * MIB ? SECMAIL_E_LIMIT_PACKET_SIZE
                                                            : SECMAIL_E_TRUNCATED);
                if (tag == TAG_MARKER || tag == TAG_PADDING || tag >= 40)
                    assert_int_equal(rc, SECMAIL_E_TRUNCATED);
                secmail_decrypt_free(d);
                /* Certificates, keys, signatures: the same bytes. */
                struct secmail_ring *ring;
                struct secmail_key_ring *keys;
                assert_true(secmail_ring_parse(c.f.context, &ring, packet.data, packet.size) < 0);
                assert_true(secmail_key_ring_parse(c.f.context, &keys, packet.data, packet.size) <
                            0);
                assert_int_equal(secmail_context_error_code(c.f.context),
                                 sizes[i] > 8 * MIB ? SECMAIL_E_LIMIT_PACKET_SIZE
                                                    : SECMAIL_E_TRUNCATED);
                assert_true(c.memory.peak_bytes < 100 * KIB);
                drop(&packet);
                drop(&message);
                counted_done(&c);
            }
        }
    }
}

/* A chunk size of 4 MiB in a message of 20 bytes. */
static void chunk_sizes_that_lie(void **state)
{
    (void)state;
    struct counted c;
    counted_init(&c);
    const struct session s = make_session(&c.f, SMI_AES256);
    struct collected content = literal_content(), body = {0}, message = {0};
    put_seipd2_body(&c.f, &body, &s, SMI_OCB, 16, content.data, content.size);
    put_body_drop(&message, TAG_SEIPD, &body);
    watch(&c);
    check_open(&c.f, &(struct openers){.session = &s}, &message, 0, text);
    assert_true(c.memory.peak_bytes < 100 * KIB);
    drop(&message);
    drop(&content);
    counted_done(&c);
}

/* 10,000 layers, in both ways that there are: refused at once, in little memory. */
static void ten_thousand_layers(void **state)
{
    (void)state;
    enum { LAYERS = 10000 };
    struct counted c;
    counted_init(&c);
    const struct session s = make_session(&c.f, SMI_AES256);
    struct collected content = {0}, message = {0};
    /* Of indeterminate length, so that each needs two bytes: the header and the algorithm. */
    for (int i = 0; i < LAYERS; i++)
        put(&content, "\xa3\0", 2);
    put_literal(&content, text, strlen(text));
    put_seipd2(&c.f, &message, &s, &content);
    watch(&c);
    check_open(&c.f, &(struct openers){.session = &s}, &message, SECMAIL_E_LIMIT_NESTING, NULL);
    assert_true(c.memory.peak_bytes < 2 * MIB);
    drop(&message);
    drop(&content);
    counted_done(&c);
}

/* Streams `total` bytes through; nothing is kept, so that only the library's memory counts. */
static void pump(update_fn update, void *operation, size_t total, struct collected *first)
{
    enum { WINDOW = 64 * KIB };
    uint8_t *from = calloc(1, WINDOW), *to = malloc(WINDOW);
    size_t given = 0;
    int status = SECMAIL_NEEDS_INPUT;
    while (status == SECMAIL_NEEDS_INPUT) {
        const size_t n = total - given < WINDOW ? total - given : WINDOW;
        struct secmail_input in = {from, n, 0};
        do {
            struct secmail_output out = {to, WINDOW, 0};
            status = update(operation, &in, &out, given + n == total);
            if (first)
                put(first, to, out.pos);
        } while (status == SECMAIL_NEEDS_ROOM);
        given += n;
    }
    assert_int_equal(status, SECMAIL_DONE);
    free(from);
    free(to);
}

static void memory_is_constant(void **state)
{
    (void)state;
    struct counted c;
    counted_init(&c);
    struct secmail_key *key = make_key(&c.f, SECMAIL_PROFILE_RFC9580, "A");
    for (int way = 0; way < 6; way++) {
        struct collected message = {0};
        struct secmail_encrypt *e;
        watch(&c);
        const size_t before = c.memory.live_bytes;
        assert_ok(c.f.context, secmail_encrypt_new(c.f.context, &e));
        assert_ok(c.f.context, secmail_encrypt_set_format(e, way % 2 ? SECMAIL_FORMAT_SEIPDV1
                                                                     : SECMAIL_FORMAT_SEIPDV2));
        assert_ok(c.f.context, secmail_encrypt_set_armor(e, way / 2 == 1));
        if (way / 2 == 2)
            assert_ok(c.f.context, secmail_encrypt_set_size(e, 3 * MIB));
        assert_ok(c.f.context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
        assert_ok(c.f.context, secmail_encrypt_add_signer(e, key));
        pump(encrypt_update, e, 3 * MIB, &message);
        secmail_encrypt_free(e);
        assert_true(c.memory.peak_bytes - before < 500 * KIB);
        watch(&c);
        set_limit(&c.f, SECMAIL_LIMIT_HELD_PLAINTEXT, 100 * KIB);
        struct secmail_decrypt *d = make_decrypt(&c.f, &(struct openers){.key = key});
        assert_ok(c.f.context, secmail_decrypt_allow_rewind(d, SECMAIL_REWIND_COMPARED));
        struct collected plain = {0};
        assert_ok(c.f.context,
                  drive(decrypt_update, d, message.data, message.size, 64 * KIB, 64 * KIB, &plain));
        assert_int_equal(plain.size, 3 * MIB);
        secmail_decrypt_free(d);
        assert_true(c.memory.peak_bytes - before < 2 * MIB);
        assert_ok(c.f.context, secmail_context_set_limits(c.f.context, NULL));
        drop(&plain);
        drop(&message);
    }
    secmail_key_unref(key);
    counted_done(&c);
}

/* A flood of signature packets costs what the limit allows. */
static void flooded_with_signatures(void **state)
{
    (void)state;
    struct counted c;
    counted_init(&c);
    const struct session s = make_session(&c.f, SMI_AES256);
    struct collected content = {0}, message = {0};
    for (int i = 0; i < 4000; i++)
        put_packet(&content, TAG_ONE_PASS, "\3\0\10\26xxxxxxxx\1", 13);
    put_literal(&content, text, strlen(text));
    put_seipd2(&c.f, &message, &s, &content);
    watch(&c);
    check_open(&c.f, &(struct openers){.session = &s}, &message, SECMAIL_E_LIMIT_MESSAGE_SIGNATURES,
               NULL);
    assert_true(c.memory.peak_bytes < MIB);
    drop(&message);
    drop(&content);
    counted_done(&c);
}

/* ---------------------------------------------------------------- bombs */

static struct collected zeros(size_t size)
{
    struct collected content = {0};
    uint8_t *data = calloc(1, size);
    assert_non_null(data);
    put_literal(&content, data, size);
    free(data);
    return content;
}

static int open_content(struct fixture *f, const struct collected *content, size_t *size)
{
    const struct session s = make_session(f, SMI_AES256);
    struct collected message = {0};
    put_seipd2(f, &message, &s, content);
    struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.session = &s});
    uint8_t *room = malloc(64 * KIB);
    struct secmail_input in = {message.data, message.size, 0};
    int status;
    *size = 0;
    do {
        struct secmail_output out = {room, 64 * KIB, 0};
        status = secmail_decrypt_update(d, &in, &out, 1);
        *size += out.pos;
    } while (status == SECMAIL_NEEDS_ROOM);
    secmail_decrypt_free(d);
    free(room);
    drop(&message);
    return status;
}

/* Ordinary compression is read, up to the ratio; beyond it only short texts. */
static void compression_ratio(void **state)
{
    struct fixture *f = *state;
    for (unsigned algo = 1; algo <= 3; algo++) {
        for (size_t size = 100 * KIB; size <= 16 * MIB; size *= 12) {
            struct collected content = zeros(size), packed = {0};
            size_t got;
            put_compressed(&packed, algo, &content); /* by a factor of 1000 and more */
            const int rc = open_content(f, &packed, &got);
            assert_code(f->context, rc, size < MIB ? 0 : SECMAIL_E_LIMIT_COMPRESSION_RATIO);
            assert_true(rc ? got < 2 * MIB : got == size);
            set_limit(f, SECMAIL_LIMIT_COMPRESSION_RATIO, algo == 3 ? 1000000 : 1100);
            assert_code(f->context, open_content(f, &packed, &got), 0);
            assert_int_equal(got, size);
            assert_ok(f->context, secmail_context_set_limits(f->context, NULL));
            drop(&packed);
            drop(&content);
        }
    }
}

/* Layers don't multiply what each of them may expand: 4 GiB of zeros in some kilobytes. */
static void nested_bombs(void **state)
{
    (void)state;
    struct counted c;
    counted_init(&c);
    /* One block of a MiB of zeros, compressed, repeated: the outer layer compresses it again. */
    struct collected content = zeros(64 * MIB), once = {0}, twice = {0}, thrice = {0};
    size_t got;
    put_deflated(&once, 1, &content);
    drop(&content);
    put_deflated(&twice, 2, &once);
    put_stored(&thrice, &twice);
    assert_true(twice.size < 2 * KIB);
    watch(&c);
    assert_code(c.f.context, open_content(&c.f, &once, &got), SECMAIL_E_LIMIT_COMPRESSION_RATIO);
    assert_code(c.f.context, open_content(&c.f, &twice, &got), SECMAIL_E_LIMIT_COMPRESSION_RATIO);
    assert_true(got < 2 * MIB);
    assert_code(c.f.context, open_content(&c.f, &thrice, &got), SECMAIL_E_LIMIT_COMPRESSION_RATIO);
    assert_true(got < 2 * MIB);
    assert_true(c.memory.peak_bytes < 2 * MIB);
    drop(&once);
    drop(&twice);
    drop(&thrice);
    counted_done(&c);
}

/* A compressed packet that decompresses to itself. */
static void quine(void **state)
{
    (void)state;
    struct counted c;
    counted_init(&c);
    struct collected content = {0};
    size_t got;
    content.data = fixture_read_free(fixture_path("data/openpgp/bombs/zlib-quine.pgp"),
                                     &content.size);
    watch(&c);
    assert_code(c.f.context, open_content(&c.f, &content, &got), SECMAIL_E_LIMIT_NESTING);
    assert_int_equal(got, 0);
    assert_true(c.memory.peak_bytes < 3 * MIB);
    drop(&content);
    counted_done(&c);
}

/* Compressed data that goes wrong somewhere: cut, changed, followed by more. */
static void damaged_compression(void **state)
{
    struct fixture *f = *state;
    for (unsigned algo = 1; algo <= 3; algo++) {
        struct collected content = literal_content(), packed = {0}, c = {0};
        size_t got;
        put_compressed(&packed, algo, &content);
        for (size_t size = 1; size < packed.size - 2; size++) {
            put_packet(&c, TAG_COMPRESSED, packed.data + 2, size);
            assert_code(f->context, open_content(f, &c, &got), SECMAIL_E_TRUNCATED);
            drop(&c);
        }
        put(&c, packed.data + 2, packed.size - 2);
        put_u8(&c, 0);
        struct collected longer = {0};
        put_body_drop(&longer, TAG_COMPRESSED, &c);
        assert_code(f->context, open_content(f, &longer, &got), SECMAIL_E_MALFORMED);
        drop(&longer);
        packed.data[packed.size - 1] ^= 0x80; /* a checksum, or the end of the stream */
        const int rc = open_content(f, &packed, &got);
        assert_true(rc == SECMAIL_E_MALFORMED || algo == 1);
        drop(&packed);
        drop(&content);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(held_plaintext),
        fixture_test(plaintext_size),
        fixture_test(plaintext_before_the_limit),
        fixture_test(nesting),
        fixture_test(message_packets),
        fixture_test(endless_markers),
        fixture_test(packet_size),
        fixture_test(session_key_packets),
        fixture_test(message_signatures),
        fixture_test(argon2),
        fixture_test(argon2_of_our_own),
        fixture_test(password_tries),
        fixture_test(hidden_recipients),
        fixture_test(armor_header_size),
        cmocka_unit_test(sizes_that_lie),
        cmocka_unit_test(chunk_sizes_that_lie),
        cmocka_unit_test(ten_thousand_layers),
        cmocka_unit_test(memory_is_constant),
        cmocka_unit_test(flooded_with_signatures),
        fixture_test(compression_ratio),
        cmocka_unit_test(nested_bombs),
        cmocka_unit_test(quine),
        fixture_test(damaged_compression),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
