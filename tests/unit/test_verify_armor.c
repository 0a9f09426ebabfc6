/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public conversion between armored and binary data: what it takes for what, and its errors.
 * The format itself is tested in test_codec_armor.c. */
#include "packet_writer.h"

static const char block[] = "-----BEGIN PGP MESSAGE-----\n\nyxBiAAAAAAB4\n"
                            "-----END PGP MESSAGE-----\n";

static struct secmail_armor *make(struct fixture *f, bool decode, uint32_t kind)
{
    struct secmail_armor *armor;
    assert_ok(f->context, decode ? secmail_dearmor_new(f->context, &armor)
                                 : secmail_armor_new(f->context, &armor, kind));
    return armor;
}

static int convert(struct fixture *f, bool decode, uint32_t kind, const void *data, size_t size,
                   struct collected *to)
{
    struct secmail_armor *armor = make(f, decode, kind);
    const int rc = drive(armor_update, armor, data, size, size ? size : 1, 4096, to);
    secmail_armor_free(armor);
    return rc;
}

/* Both directions through windows of all small sizes give the same as one window. */
static void check_windows(struct fixture *f, bool decode, const struct collected *data,
                          const struct collected *want)
{
    static const size_t steps[] = {1, 2, 3, 7, 64, 100, 10000};
    for (size_t i = 0; i < 7; i++) {
        for (size_t j = 0; j < 7; j++) {
            struct secmail_armor *armor = make(f, decode, SECMAIL_ARMOR_AUTO);
            struct collected got = {0};
            assert_ok(f->context,
                      drive(armor_update, armor, data->data, data->size, steps[i], steps[j], &got));
            assert_int_equal(got.size, want->size);
            assert_memory_equal(got.data, want->data, want->size);
            secmail_armor_free(armor);
            drop(&got);
        }
    }
}

static void there_and_back(void **state)
{
    struct fixture *f = *state;
    for (size_t size = 0; size < 300; size += size < 12 ? 1 : 37) {
        uint8_t *text = make_data(f, size);
        struct collected binary = {0}, armored = {0}, back = {0};
        put_literal(&binary, text, size);
        assert_ok(f->context, convert(f, false, 0, binary.data, binary.size, &armored));
        assert_ok(f->context, convert(f, true, 0, armored.data, armored.size, &back));
        assert_int_equal(back.size, binary.size);
        assert_memory_equal(back.data, binary.data, back.size);
        check_windows(f, false, &binary, &armored);
        check_windows(f, true, &armored, &binary);
        /* What is armored, or binary, already passes unchanged. */
        check_windows(f, false, &armored, &armored);
        check_windows(f, true, &binary, &binary);
        drop(&binary);
        drop(&armored);
        drop(&back);
        free(text);
    }
}

/* The kind in the first line: as asked for, or by the first packet, in either format. */
static void kinds(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {NULL, "MESSAGE", "PUBLIC KEY BLOCK", "PRIVATE KEY BLOCK",
                                        "SIGNATURE"};
    static const uint8_t tags[] = {0, TAG_LITERAL, TAG_PUBLIC_KEY, TAG_SECRET_KEY, TAG_SIGNATURE};
    for (uint32_t kind = 0; kind <= 4; kind++) {
        for (uint32_t tag = 1; tag <= 4; tag++) {
            for (int old = 0; old < 2; old++) {
                struct collected c = {0}, armored = {0};
                char want[64];
                if (old)
                    put_old_packet(&c, tags[tag], 0, "\4xxxx", 5);
                else
                    put_packet(&c, tags[tag], "\4xxxx", 5);
                assert_ok(f->context, convert(f, false, kind, c.data, c.size, &armored));
                snprintf(want, sizeof want, "-----BEGIN PGP %s-----\n\n", names[kind ? kind : tag]);
                assert_memory_equal(armored.data, want, strlen(want));
                drop(&c);
                drop(&armored);
            }
        }
    }
}

/* RFC 9580 section 6.1: no checksum for what only its readers can read anyway. */
static void checksums(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint8_t tag, version;
        bool checksum;
    } rows[] = {{TAG_SIGNATURE, 4, true},   {TAG_SIGNATURE, 6, false},  {TAG_PUBLIC_KEY, 4, true},
                {TAG_PUBLIC_KEY, 6, false}, {TAG_SECRET_KEY, 6, false}, {TAG_PKESK, 3, true},
                {TAG_PKESK, 6, false},      {TAG_SKESK, 4, true},       {TAG_SKESK, 6, false},
                {TAG_SEIPD, 1, true},       {TAG_SEIPD, 2, false},      {TAG_ONE_PASS, 3, true},
                {TAG_ONE_PASS, 6, false},   {TAG_LITERAL, 6, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int old = 0; old < 2; old++) {
            struct collected c = {0}, armored = {0};
            const uint8_t body[] = {rows[i].version, 1, 2, 3};
            if (old && rows[i].tag < 16)
                put_old_packet(&c, rows[i].tag, 2, body, sizeof body);
            else
                put_packet(&c, rows[i].tag, body, sizeof body);
            assert_ok(f->context, convert(f, false, 0, c.data, c.size, &armored));
            put_u8(&armored, 0);
            assert_int_equal(strstr((char *)armored.data, "\n=") != NULL, rows[i].checksum);
            drop(&c);
            drop(&armored);
        }
    }
}

static void text_before_and_after(void **state)
{
    struct fixture *f = *state;
    struct collected c = {0}, plain = {0};
    put(&c, "Dear Bob,\r\n\r\n", 13);
    put(&c, block, strlen(block));
    put(&c, "and more of it\n", 15);
    put(&c, block, strlen(block)); /* exactly one block is read */
    assert_ok(f->context, convert(f, true, 0, c.data, c.size, &plain));
    assert_int_equal(plain.size, 9);
    drop(&c);
    drop(&plain);
}

static void check_error(struct fixture *f, bool decode, const void *data, size_t size, int want)
{
    for (size_t step = 1; step <= size + 1; step += size + 1) {
        struct secmail_armor *armor = make(f, decode, SECMAIL_ARMOR_AUTO);
        struct collected got = {0};
        assert_code(f->context, drive(armor_update, armor, data, size, step, 100, &got), want);
        assert_int_equal(secmail_context_error_code(f->context), want);
        struct secmail_input in = {NULL, 0, 0};
        struct secmail_output out = {NULL, 0, 0};
        assert_code(f->context, secmail_armor_update(armor, &in, &out, 1), SECMAIL_E_STATE);
        secmail_armor_free(armor);
        drop(&got);
    }
}

static void errors(void **state)
{
    struct fixture *f = *state;
    static const char cut[] = "-----BEGIN PGP MESSAGE-----\n\nyxBiAAAAAAB4\n";
    for (int decode = 0; decode < 2; decode++) {
        check_error(f, decode, "", 0, SECMAIL_E_NO_DATA);
        check_error(f, decode, "hello", 5, SECMAIL_E_NO_DATA);
        check_error(f, decode, "hello, this is no block\n", 24, SECMAIL_E_NO_DATA);
        check_error(f, decode, cut, strlen(cut), SECMAIL_E_ARMOR);
        set_limit(f, SECMAIL_LIMIT_ARMOR_HEADER_SIZE, 11);
        check_error(f, decode,
                    "-----BEGIN PGP MESSAGE-----\nComment: xx\n\nyxBiAAAAAAB4\n"
                    "-----END PGP MESSAGE-----\n",
                    80, SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE);
        assert_int_equal(secmail_context_set_limits(f->context, NULL), 0);
    }
}

static void arguments_and_states(void **state)
{
    struct fixture *f = *state;
    struct secmail_armor *armor = (struct secmail_armor *)(uintptr_t)1;
    assert_int_equal(secmail_armor_new(NULL, &armor, 0), SECMAIL_E_ARGUMENT);
    assert_null(armor);
    assert_int_equal(secmail_armor_new(f->context, NULL, 0), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_dearmor_new(f->context, NULL), SECMAIL_E_ARGUMENT);
    armor = (struct secmail_armor *)(uintptr_t)1;
    assert_int_equal(secmail_dearmor_new(NULL, &armor), SECMAIL_E_ARGUMENT);
    assert_null(armor);
    assert_code(f->context, secmail_armor_new(f->context, &armor, 5), SECMAIL_E_ARGUMENT);
    assert_null(armor);
    secmail_armor_free(NULL);
    uint8_t room[100];
    struct secmail_input in = {(const uint8_t *)block, strlen(block), 0}, bad_in = {NULL, 1, 0},
                         past = {room, 1, 2};
    struct secmail_output out = {room, sizeof room, 0}, bad_out = {NULL, 1, 0};
    assert_int_equal(secmail_armor_update(NULL, &in, &out, 1), SECMAIL_E_ARGUMENT);
    armor = make(f, true, 0);
    assert_code(f->context, secmail_armor_update(armor, NULL, &out, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_armor_update(armor, &in, NULL, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_armor_update(armor, &bad_in, &out, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_armor_update(armor, &past, &out, 1), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_armor_update(armor, &in, &bad_out, 1), SECMAIL_E_ARGUMENT);
    secmail_armor_free(armor);
    armor = make(f, true, 0);
    assert_ok(f->context, secmail_armor_update(armor, &in, &out, 1));
    assert_int_equal(out.pos, 9);
    assert_code(f->context, secmail_armor_update(armor, &in, &out, 1), SECMAIL_E_STATE);
    secmail_armor_free(armor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(there_and_back), fixture_test(kinds),
        fixture_test(checksums),      fixture_test(text_before_and_after),
        fixture_test(errors),         fixture_test(arguments_and_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
