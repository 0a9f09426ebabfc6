/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ASCII armor. Each text is decoded, and each block of bytes encoded, through windows of many sizes
 * that must all give the same; the windows are heap blocks of just their size, so that a sanitizer
 * sees a step outside.
 */
#include "codec/armor.h"
#include "fixture.h"

enum { ROOM = 1 << 16, WHOLE = 1 << 20 };

static const size_t steps[] = {1, 2, 3, 5, 7, 47, 48, 49, 64, 65, 66, 100, WHOLE};

enum { STEPS = sizeof steps / sizeof steps[0] };

struct outcome {
    int code;
    enum smi_armor_kind kind;
    size_t size;
    size_t taken; /* input bytes */
    char detail[SMI_DETAIL_SIZE];
    uint8_t data[ROOM];
};

/* One direction of armor: its state and what runs it. */
struct pump {
    struct smi_armor encoder;
    struct smi_dearmor decoder;
    int (*update)(struct pump *p, struct secmail_input *in, struct secmail_output *out, bool end);
};

static int encode_step(struct pump *p, struct secmail_input *in, struct secmail_output *out,
                       bool end)
{
    return smi_armor_update(&p->encoder, in, out, end);
}

static int decode_step(struct pump *p, struct secmail_input *in, struct secmail_output *out,
                       bool end)
{
    return smi_dearmor_update(&p->decoder, in, out, end);
}

static void check_windows(int status, const struct secmail_input *in,
                          const struct secmail_output *out)
{
    assert_true(in->pos <= in->size && out->pos <= out->size);
    if (status == SECMAIL_NEEDS_INPUT)
        assert_int_equal(in->pos, in->size);
    else if (status == SECMAIL_NEEDS_ROOM)
        assert_int_equal(out->pos, out->size);
    else
        assert_true(status <= 0);
}

/* One call with windows of at most these sizes. */
static int pump_once(struct pump *p, const uint8_t *data, size_t size, size_t in_step,
                     size_t out_step, struct outcome *o)
{
    const size_t left = size - o->taken;
    const size_t in_size = left < in_step ? left : in_step;
    const size_t out_size = out_step < ROOM - o->size ? out_step : ROOM - o->size;
    uint8_t *from = malloc(in_size ? in_size : 1), *to = malloc(out_size ? out_size : 1);
    assert_non_null(from);
    assert_non_null(to);
    memcpy(from, data + o->taken, in_size);
    struct secmail_input in = {in_size ? from : NULL, in_size, 0};
    struct secmail_output out = {to, out_size, 0};
    const int status = p->update(p, &in, &out, in_size == left);
    check_windows(status, &in, &out);
    assert_true(status <= 0 || in.pos || out.pos || in_size < left || !out_size);
    memcpy(o->data + o->size, to, out.pos);
    o->taken += in.pos;
    o->size += out.pos;
    free(from);
    free(to);
    return status;
}

static void pump_all(struct pump *p, const uint8_t *data, size_t size, size_t in_step,
                     size_t out_step, struct outcome *o)
{
    o->size = o->taken = 0;
    do
        o->code = pump_once(p, data, size, in_step, out_step, o);
    while (o->code > 0);
}

static void decode_in_steps(struct fixture *f, const char *text, size_t size, size_t in_step,
                            size_t out_step, struct outcome *o)
{
    struct pump p = {.update = decode_step};
    smi_enter(f->context);
    smi_dearmor_init(&p.decoder, f->context);
    pump_all(&p, (const uint8_t *)text, size, in_step, out_step, o);
    o->kind = p.decoder.kind;
    snprintf(o->detail, sizeof o->detail, "%s", secmail_context_error_detail(f->context));
    assert_int_equal(o->code, secmail_context_error_code(f->context));
}

static void assert_same(const struct outcome *a, const struct outcome *b)
{
    assert_int_equal(a->code, b->code);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->data, b->data, a->size);
    assert_string_equal(a->detail, b->detail);
    if (!a->code)
        assert_int_equal(a->taken, b->taken);
}

/* Decodes through windows of all sizes; the result is in static memory. */
static const struct outcome *decode(struct fixture *f, const char *text, size_t size)
{
    static struct outcome whole, part;
    decode_in_steps(f, text, size, WHOLE, ROOM, &whole);
    for (size_t i = 0; i < STEPS; i++) {
        decode_in_steps(f, text, size, steps[i], WHOLE, &part);
        assert_same(&whole, &part);
        decode_in_steps(f, text, size, WHOLE, steps[i], &part);
        assert_same(&whole, &part);
        decode_in_steps(f, text, size, steps[i], steps[STEPS - 1 - i], &part);
        assert_same(&whole, &part);
    }
    decode_in_steps(f, text, size, 1, 1, &part);
    assert_same(&whole, &part);
    return &whole;
}

static void assert_decodes(struct fixture *f, const char *text, const char *want)
{
    const struct outcome *o = decode(f, text, strlen(text));
    if (o->code || o->size != strlen(want) || memcmp(o->data, want, o->size) != 0)
        fail_msg("%s gave %d (%s) and %zu bytes", text, o->code, o->detail, o->size);
}

static void assert_fails(struct fixture *f, const char *text, int code, const char *detail)
{
    const struct outcome *o = decode(f, text, strlen(text));
    if (o->code != code || !strstr(o->detail, detail))
        fail_msg("%s gave %d (%s), not %d (%s)", text, o->code, o->detail, code, detail);
}

#define BEGIN "-----BEGIN PGP MESSAGE-----\n"
#define END "-----END PGP MESSAGE-----\n"
#define BLOCK BEGIN "\nZm9vYmFy\n" END

/* ------------------------------------------------------------------------------------------ */
/* The encoder                                                                                  */

static void encode_in_steps(enum smi_armor_kind kind, bool checksum, const uint8_t *data,
                            size_t size, size_t in_step, size_t out_step, struct outcome *o)
{
    struct pump p = {.update = encode_step};
    smi_armor_init(&p.encoder, kind, checksum);
    pump_all(&p, data, size, in_step, out_step, o);
    assert_int_equal(o->code, SECMAIL_DONE);
    assert_int_equal(o->taken, size);
    assert_true(o->size <= smi_armor_bound(size));
    assert_true(o->size < ROOM);
    o->data[o->size] = 0;
}

/* Encodes through windows of all sizes; the result is in static memory, a C string. */
static const char *encode(enum smi_armor_kind kind, bool checksum, const void *data, size_t size)
{
    static struct outcome whole, part;
    encode_in_steps(kind, checksum, data, size, WHOLE, ROOM, &whole);
    for (size_t i = 0; i < STEPS; i++) {
        encode_in_steps(kind, checksum, data, size, steps[i], steps[STEPS - 1 - i], &part);
        assert_string_equal(part.data, whole.data);
        encode_in_steps(kind, checksum, data, size, steps[i], WHOLE, &part);
        assert_string_equal(part.data, whole.data);
    }
    return (const char *)whole.data;
}

static void blocks_have_their_names(void **state)
{
    (void)state;
    static const struct {
        enum smi_armor_kind kind;
        const char *name;
    } names[] = {
        {SMI_ARMOR_MESSAGE, "PGP MESSAGE"},
        {SMI_ARMOR_PUBLIC_KEY, "PGP PUBLIC KEY BLOCK"},
        {SMI_ARMOR_PRIVATE_KEY, "PGP PRIVATE KEY BLOCK"},
        {SMI_ARMOR_SIGNATURE, "PGP SIGNATURE"},
        {SMI_ARMOR_FILE, "PGP ARMORED FILE"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char want[200];
        assert_string_equal(smi_armor_name(names[i].kind), names[i].name);
        snprintf(want, sizeof want, "-----BEGIN %s-----\n\nZm9v\n-----END %s-----\n", names[i].name,
                 names[i].name);
        assert_string_equal(encode(names[i].kind, false, "foo", 3), want);
    }
    assert_null(smi_armor_name(SMI_ARMOR_NONE));
    assert_null(smi_armor_name((enum smi_armor_kind)(SMI_ARMOR_FILE + 1)));
}

static void nothing_becomes_an_empty_block(void **state)
{
    (void)state;
    assert_string_equal(encode(SMI_ARMOR_MESSAGE, false, "", 0), BEGIN "\n" END);
    assert_string_equal(encode(SMI_ARMOR_MESSAGE, true, "", 0), BEGIN "\n=twTO\n" END);
}

static void lines_have_64_columns(void **state)
{
    (void)state;
    uint8_t data[97] = {0};
    const char *line = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
    char want[400];
    snprintf(want, sizeof want, BEGIN "\n%s" END, line);
    assert_string_equal(encode(SMI_ARMOR_MESSAGE, false, data, 48), want);
    snprintf(want, sizeof want, BEGIN "\n%sAA==\n" END, line);
    assert_string_equal(encode(SMI_ARMOR_MESSAGE, false, data, 49), want);
    snprintf(want, sizeof want, BEGIN "\n%s%sAA==\n" END, line, line);
    assert_string_equal(encode(SMI_ARMOR_MESSAGE, false, data, 97), want);
}

/* RFC 9580 section 6.1.1, the sample implementation's result in base64. */
static void slow_checksum(const uint8_t *data, size_t size, char line[8])
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t crc = 0xb704ce;
    for (size_t i = 0; i < size * 8; i++) {
        const uint32_t bit = data[i / 8] >> (7 - i % 8) & 1;
        const uint32_t top = crc >> 23 ^ bit;
        crc = (crc << 1 & 0xffffff) ^ (top ? 0x864cfb : 0);
    }
    snprintf(line, 8, "\n=%c%c%c%c\n", alphabet[crc >> 18], alphabet[crc >> 12 & 63],
             alphabet[crc >> 6 & 63], alphabet[crc & 63]);
}

static void the_checksum_is_crc_24(void **state)
{
    struct fixture *f = *state;
    uint8_t data[256];
    char line[8];
    slow_checksum((const uint8_t *)"123456789", 9, line);
    assert_string_equal(line, "\n=Ic8C\n"); /* 0x21cf02, the check value of CRC-24/OPENPGP */
    for (size_t size = 1; size < sizeof data; size += 3) {
        fixture_random(f, data, size);
        slow_checksum(data, size, line);
        assert_non_null(strstr(encode(SMI_ARMOR_SIGNATURE, true, data, size), line));
    }
    /* Each byte value at each place of a slice. */
    for (unsigned v = 0; v < 256; v++) {
        memset(data, (int)v, 8);
        struct outcome o;
        slow_checksum(data, 8, line);
        encode_in_steps(SMI_ARMOR_SIGNATURE, true, data, 8, WHOLE, ROOM, &o);
        assert_non_null(strstr((char *)o.data, line));
    }
}

static void an_encoder_that_is_done_stays_done(void **state)
{
    (void)state;
    struct smi_armor a;
    uint8_t room[200];
    struct secmail_input in = {(const uint8_t *)"foobar", 3, 0};
    struct secmail_output out = {room, sizeof room, 0};
    smi_armor_init(&a, SMI_ARMOR_MESSAGE, false);
    assert_int_equal(smi_armor_update(&a, &in, &out, true), SECMAIL_DONE);
    const size_t size = out.pos;
    in.size = 6;
    assert_int_equal(smi_armor_update(&a, &in, &out, true), SECMAIL_DONE);
    assert_int_equal(out.pos, size);
    assert_int_equal(in.pos, 3);
}

static void the_bound_holds_and_does_not_wrap(void **state)
{
    (void)state;
    static uint8_t data[500];
    for (size_t size = 0; size < sizeof data; size++) {
        struct outcome o;
        encode_in_steps(SMI_ARMOR_PRIVATE_KEY, true, data, size, WHOLE, ROOM, &o);
        assert_true(o.size <= smi_armor_bound(size));
        assert_true(smi_armor_bound(size) - o.size <= 65);
    }
    assert_true(smi_armor_bound(SIZE_MAX) == SIZE_MAX);
    assert_true(smi_armor_bound(SIZE_MAX / 65 * 48 - 48) > SIZE_MAX / 65 * 48);
}

static void what_was_encoded_is_decoded(void **state)
{
    struct fixture *f = *state;
    uint8_t data[1000];
    fixture_random(f, data, sizeof data);
    for (size_t size = 0; size < sizeof data; size += size < 100 ? 1 : 97) {
        for (int kind = SMI_ARMOR_MESSAGE; kind <= SMI_ARMOR_SIGNATURE; kind++) {
            static struct outcome armor, o;
            encode_in_steps((enum smi_armor_kind)kind, size % 2, data, size, WHOLE, ROOM, &armor);
            decode_in_steps(f, (char *)armor.data, armor.size, 13, 11, &o);
            assert_int_equal(o.code, SECMAIL_DONE);
            assert_int_equal(o.kind, kind);
            assert_int_equal(o.size, size);
            assert_memory_equal(o.data, data, size);
            assert_int_equal(o.taken, armor.size);
        }
    }
}

/* ------------------------------------------------------------------------------------------ */
/* What the decoder accepts                                                                     */

static void all_kinds_are_known(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"MESSAGE", "PUBLIC KEY BLOCK", "PRIVATE KEY BLOCK",
                                        "SIGNATURE"};
    for (int i = 0; i < 4; i++) {
        char text[200];
        snprintf(text, sizeof text, "-----BEGIN PGP %s-----\n\nZm9v\n-----END PGP %s-----",
                 names[i], names[i]);
        assert_decodes(f, text, "foo");
        assert_int_equal(decode(f, text, strlen(text))->kind, SMI_ARMOR_MESSAGE + i);
    }
}

static void tolerated_forms_decode(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {BLOCK, "foobar"},
        /* Text before. */
        {"\n\nHello,\n> -----BEGIN PGP MESSAGE-----\n--\n" BLOCK, "foobar"},
        {"-----END PGP MESSAGE-----\n-----BEGIN CERTIFICATE-----\n" BLOCK, "foobar"},
        {" " BEGIN BLOCK, "foobar"},
        /* Line ends and blanks. */
        {"-----BEGIN PGP MESSAGE-----\r\n\r\nZm9v\r\nYmFy\r\n-----END PGP MESSAGE-----\r\n",
         "foobar"},
        {"-----BEGIN PGP MESSAGE----- \t\n\t \nZm9v \t\n  Ym F\ty\n-----END PGP MESSAGE-----\t ",
         "foobar"},
        {BEGIN "\v\f\nZm\v9v\f\nYmFy\n" END, "foobar"},
        {BEGIN "\n\n\nZm9v\n\nYmFy\n\n\n" END, "foobar"},
        {BEGIN "\nZ\nm\n9\nv\nYm\nFy\n" END, "foobar"},
        {BEGIN "\nZm9vY\nmFy\n" END, "foobar"},
        {BEGIN "\nZm9vYmFy\n-----END PGP MESSAGE-----", "foobar"},
        {BEGIN "\nZm9vYmFy\n-----END PGP MESSAGE--------\n", "foobar"},
        /* Headers. */
        {BEGIN "Version: 1\nComment: a: b\nX-Unknown: y\n\nZm9v\n" END, "foo"},
        {BEGIN "Comment:\nComment: \r\nComment:  \t\n\nZm9v\n" END, "foo"},
        {BEGIN "Comment: http://example.org/\nURL:x y: z\n\nZm9v\n" END, "foo"},
        /* Padding. */
        {BEGIN "\nZm8=\n" END, "fo"},
        {BEGIN "\nZg==\n\n" END, "f"},
        {BEGIN "\nZg\n=\n = \n" END, "f"},
        /* Checksums: right, wrong, malformed, with blanks around. */
        {BEGIN "\nZm9v\n=zvUy\n" END, "foo"},
        {BEGIN "\nZm9v\n=AAAA\n" END, "foo"},
        {BEGIN "\nZg==\n=AAAA\n" END, "f"},
        {BEGIN "\nZg==\n =AAAA \r\n\r\n" END, "f"},
        {BEGIN "\nZm9v\n=\n" END, "foo"},
        {BEGIN "\nZm9v\n=&&!x=\n" END, "foo"},
        {BEGIN "\nZm9v\n=AAAAAAAAAAAA\n" END, "foo"},
        {BEGIN "\n=twTO\n" END, ""},
        {BEGIN "\n" END, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_decodes(f, cases[i].text, cases[i].want);
}

/* `count` copies of a character, in a new string between two others. */
static char *stretched(const char *before, char c, size_t count, const char *after)
{
    const size_t a = strlen(before), b = strlen(after);
    char *text = malloc(a + count + b + 1);
    assert_non_null(text);
    memcpy(text, before, a);
    memset(text + a, c, count);
    memcpy(text + a + count, after, b + 1);
    return text;
}

static void lines_may_be_longer_than_any_buffer(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *before;
        char c;
        const char *after;
        size_t decoded;
    } cases[] = {
        {"", 'x', "\n" BEGIN "\nZm9v\n" END, 3},
        {"", ' ', "\n" BEGIN "\nZm9v\n" END, 3},
        {"x", ' ', "-----BEGIN PGP SIGNED MESSAGE-----\n" BEGIN "\nZm9v\n" END, 3},
        {"-----BEGIN PGP MESSAGE-----", ' ', "\n\nZm9v\n" END, 3},
        {BEGIN, ' ', "\nZm9v\n" END, 3},
        {BEGIN "Comment: ", 'x', "\n\nZm9v\n" END, 3},
        {BEGIN "\n", 'A', "\n" END, 3000},
        {BEGIN "\nZm9v", ' ', "\n" END, 3},
        {BEGIN "\nZm9v\n=", 'A', "\n" END, 3},
        {BEGIN "\nZm9v\n", '\n', END, 3},
        {BEGIN "\nZm9v\n-----END PGP MESSAGE-----", ' ', "\n", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = stretched(cases[i].before, cases[i].c, 4000, cases[i].after);
        const struct outcome *o = decode(f, text, strlen(text));
        if (o->code || o->size != cases[i].decoded)
            fail_msg("case %zu gave %d (%s), %zu bytes", i, o->code, o->detail, o->size);
        free(text);
    }
}

static void what_follows_the_block_is_left(void **state)
{
    struct fixture *f = *state;
    const char *text = BLOCK "-----BEGIN PGP MESSAGE-----\n";
    const struct outcome *o = decode(f, text, strlen(text));
    assert_int_equal(o->code, SECMAIL_DONE);
    assert_int_equal(o->taken, strlen(BLOCK));
    assert_int_equal(o->kind, SMI_ARMOR_MESSAGE);
}

static void a_decoder_that_is_done_stays_done(void **state)
{
    struct fixture *f = *state;
    struct smi_dearmor d;
    uint8_t room[200];
    struct secmail_input in = {(const uint8_t *)BLOCK BLOCK, sizeof BLOCK BLOCK - 1, 0};
    struct secmail_output out = {room, sizeof room, 0};
    smi_dearmor_init(&d, f->context);
    for (int i = 0; i < 2; i++) {
        assert_ok(f->context, smi_dearmor_update(&d, &in, &out, false));
        assert_int_equal(in.pos, sizeof BLOCK - 1);
        assert_int_equal(out.pos, 6);
    }
}

static void zero_bytes_and_all_others_may_stand_in_the_text(void **state)
{
    struct fixture *f = *state;
    char text[600];
    size_t size = 0;
    for (int v = 0; v < 256; v++)
        text[size++] = (char)v;
    text[size++] = '\n';
    memcpy(text + size, BLOCK, sizeof BLOCK);
    const struct outcome *o = decode(f, text, size + sizeof BLOCK - 1);
    assert_int_equal(o->code, SECMAIL_DONE);
    assert_int_equal(o->size, 6);
}

/* ------------------------------------------------------------------------------------------ */
/* What it refuses                                                                              */

static void malformed_armor_is_refused(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text, *detail;
    } cases[] = {
        /* BEGIN lines. */
        {"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nhi\n", "cleartext-signed"},
        {"-----BEGIN PGP SIGNED MESSAGE-----", "cleartext-signed"},
        {"-----BEGIN PGP MESSAGE, PART 1/2-----\n\nZm9v\n", "no kind of armor"},
        {"-----BEGIN PGP SEALED FILE-----\n\nZm9v\n", "no kind of armor"},
        {"-----BEGIN PGP MESSAGE----\n\nZm9v\n" END, "line 1: \"-----BEGIN PGP MESSAGE----\" "},
        {"-----BEGIN PGP MESSAGE------\n\nZm9v\n" END, "no kind of armor"},
        {"-----BEGIN PGP MESSAGE----- x\n\nZm9v\n" END, "no kind of armor"},
        {"a\nb\n-----BEGIN PGP \xe9\x01\n", "line 3: \"-----BEGIN PGP ??\" "},
        {"-----BEGIN PGP message-----\n\nZm9v\n" END, "no kind of armor"},
        /* Headers. */
        {BEGIN "Zm9v\n" END, "line 2: \"Zm9v\" is no armor header"},
        {BEGIN "Version:1\n\nZm9v\n" END, "no armor header"},
        {BEGIN ": value\n\nZm9v\n" END, "no armor header"},
        {BEGIN "no colon\n\nZm9v\n" END, "no armor header"},
        {BEGIN "Comment: x\nYm\n\nZm9v\n" END, "line 3: \"Ym\""},
        {BEGIN "Comment", "no armor header"},
        /* The end is missing. */
        {BEGIN, "ends before the END line of the PGP MESSAGE"},
        {"-----BEGIN PGP SIGNATURE-----", "ends before the END line of the PGP SIGNATURE"},
        {BEGIN "Comment: x", "ends before"},
        {BEGIN "\n", "ends before"},
        {BEGIN " ", "ends before"},
        {BEGIN "\nZm9v", "ends before"},
        {BEGIN "\nZm9v\n", "ends before"},
        {BEGIN "\nZg==\n=AAAA", "ends before"},
        {BEGIN "\nZg==\n=AAAA\n", "ends before"},
        /* END lines. */
        {BEGIN "\nZm9v\n-----END PGP SIGNATURE-----\n", "a PGP MESSAGE ends as a PGP SIGNATURE"},
        {BEGIN "\nZm9v\n-----END PGP MESSAGE----\n", "neither base64 nor an END line"},
        {BEGIN "\nZm9v\n-----END PGP MESSAGE-----x\n", "neither base64 nor an END line"},
        {BEGIN "\nZm9v\n-----END PGP MESS", "line 4: \"-----END PGP MESS\" is neither"},
        {BEGIN "\nZm9v\n-", "neither base64 nor an END line"},
        {BEGIN "\nZm9v\n" BEGIN "\nZm9v\n" END, "neither base64 nor an END line"},
        {BEGIN "\nZm9v\n " END, "line 4: a character (0x2d)"},
        {BEGIN "\nZm9v-----END PGP MESSAGE-----\n", "line 3: a character (0x2d)"},
        /* Data. */
        {BEGIN "\nZm9v\nHello!\n" END, "line 4: a character (0x21) that is not base64"},
        {BEGIN "\nZm9v\nZ_9v\n" END, "a character (0x5f)"},
        {BEGIN "\nZm\xc2\xa0v\n" END, "a character (0xc2)"},
        {BEGIN "\nZm9v\nComment: x\n" END, "a character (0x3a)"},
        {BEGIN "\nZ\n" END, "a group of 1 characters"},
        {BEGIN "\nZm9vZm\n" END, "a group of 2 characters"},
        {BEGIN "\nZm9vZm8\n" END, "a group of 3 characters"},
        {BEGIN "\nZm9vZg=\n" END, "a group of 3 characters"},
        /* Padding. */
        {BEGIN "\nZh==\n" END, "bits set behind"},
        {BEGIN "\nZm9=\n" END, "bits set behind"},
        {BEGIN "\nZg==Zm9v\n" END, "data behind the padding"},
        {BEGIN "\nZg==\nZm9v\n" END, "data behind the padding"},
        {BEGIN "\nZg=v\n" END, "data behind the padding"},
        {BEGIN "\nZg=\n=AAA\n" END, "data behind the padding"},
        {BEGIN "\nZ===\n" END, "an equal sign"},
        {BEGIN "\nZ\n===\n" END, "an equal sign"},
        {BEGIN "\nZm9v=\n" END, "an equal sign"},
        {BEGIN "\nZg===\n" END, "an equal sign"},
        /* Checksums. */
        {BEGIN "\nZm9v=zvUy\n" END, "an equal sign"},
        {BEGIN "\nZm9v\n=zvUy\n=zvUy\n" END, "an equal sign"},
        {BEGIN "\nZm9v\n=zvUy\nZm9v\n" END, "data behind the checksum"},
        {BEGIN "\nZm9v\n=zvUy" END "\n", "ends before"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_fails(f, cases[i].text, SECMAIL_E_ARMOR, cases[i].detail);
}

static void a_long_line_is_no_boundary_by_its_beginning(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *before;
        char c;
        const char *after;
    } cases[] = {
        {"-----BEGIN PGP MESSAGE-----", ' ', "x\n\nZm9v\n" END},
        {BEGIN, 'x', ": y\n\nZm9v\n" END},
        {BEGIN "\nZm9v\n-----END PGP MESSAGE-----", ' ', "x\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = stretched(cases[i].before, cases[i].c, 4000, cases[i].after);
        assert_fails(f, text, SECMAIL_E_ARMOR, "armor, line ");
        free(text);
    }
}

/* A key whose colon is the last character that is kept of the line. */
static void a_header_is_not_guessed_from_a_cut_line(void **state)
{
    struct fixture *f = *state;
    const size_t kept = sizeof((struct smi_dearmor *)NULL)->line;
    char *text = stretched(BEGIN, 'x', kept - 1, ":x\n\nZm9v\n" END);
    assert_fails(f, text, SECMAIL_E_ARMOR, "no armor header");
    free(text);
    text = stretched(BEGIN, 'x', kept - 1, ":\n\nZm9v\n" END);
    assert_decodes(f, text, "foo");
    free(text);
}

static void input_without_armor_is_no_data(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] = {
        "",
        "\n",
        "Hello",
        "Hello\nworld\n",
        "-----BEGIN CERTIFICATE-----\n\nZm9v\n",
        " " BEGIN "\nZm9v\n" END,
        "-----BEGIN PGP",
        END,
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_fails(f, texts[i], SECMAIL_E_NO_DATA, "no armor");
}

static void set_header_limit(struct fixture *f, uint64_t value)
{
    struct secmail_limits *limits;
    assert_int_equal(secmail_limits_new(&limits), 0);
    assert_int_equal(secmail_limits_set(limits, SECMAIL_LIMIT_ARMOR_HEADER_SIZE, value), 0);
    assert_int_equal(secmail_context_set_limits(f->context, limits), 0);
    secmail_limits_free(limits);
}

static void headers_have_a_limit(void **state)
{
    struct fixture *f = *state;
    const char *two = BEGIN "A: 1\nBc: 23\n \nZm9v\n" END;
    set_header_limit(f, 12);
    assert_decodes(f, two, "foo");
    set_header_limit(f, 11);
    assert_fails(f, two, SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE, "armor-header-size");
    set_header_limit(f, 0);
    assert_decodes(f, BEGIN "\t\t\nZm9v\n" END, "foo");
    assert_fails(f, BEGIN "A: 1\n\nZm9v\n" END, SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE, "");
    set_header_limit(f, UINT64_MAX);
    assert_decodes(f, two, "foo");
}

static void the_limit_ends_an_endless_header(void **state)
{
    struct fixture *f = *state;
    set_header_limit(f, 3000);
    char *text = stretched(BEGIN, 'x', 5000, "");
    assert_fails(f, text, SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE, "3000 bytes");
    free(text);
    text = stretched(BEGIN, ' ', 5000, "x");
    assert_fails(f, text, SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE, "3000 bytes");
    free(text);
    /* The text before the block counts for nothing. */
    text = stretched("", 'x', 5000, "\n" BLOCK);
    assert_decodes(f, text, "foobar");
    free(text);
}

static void a_decoder_that_failed_stays_failed(void **state)
{
    struct fixture *f = *state;
    struct smi_dearmor d;
    uint8_t room[200];
    struct secmail_input in = {(const uint8_t *)BEGIN "\n!", sizeof BEGIN "\n!" - 1, 0};
    struct secmail_output out = {room, sizeof room, 0};
    smi_dearmor_init(&d, f->context);
    assert_code(f->context, smi_dearmor_update(&d, &in, &out, false), SECMAIL_E_ARMOR);
    smi_enter(f->context);
    in = (struct secmail_input){(const uint8_t *)BLOCK, sizeof BLOCK - 1, 0};
    assert_code(f->context, smi_dearmor_update(&d, &in, &out, true), SECMAIL_E_STATE);
    assert_int_equal(out.pos, 0);
}

static void binary_is_told_from_text(void **state)
{
    (void)state;
    for (unsigned v = 0; v < 256; v++)
        assert_int_equal(smi_looks_armored((uint8_t)v), v < 128);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_have_their_names),
        cmocka_unit_test(nothing_becomes_an_empty_block),
        cmocka_unit_test(lines_have_64_columns),
        fixture_test(the_checksum_is_crc_24),
        cmocka_unit_test(an_encoder_that_is_done_stays_done),
        cmocka_unit_test(the_bound_holds_and_does_not_wrap),
        fixture_test(what_was_encoded_is_decoded),
        fixture_test(all_kinds_are_known),
        fixture_test(tolerated_forms_decode),
        fixture_test(lines_may_be_longer_than_any_buffer),
        fixture_test(what_follows_the_block_is_left),
        fixture_test(a_decoder_that_is_done_stays_done),
        fixture_test(zero_bytes_and_all_others_may_stand_in_the_text),
        fixture_test(malformed_armor_is_refused),
        fixture_test(a_long_line_is_no_boundary_by_its_beginning),
        fixture_test(a_header_is_not_guessed_from_a_cut_line),
        fixture_test(input_without_armor_is_no_data),
        fixture_test(headers_have_a_limit),
        fixture_test(the_limit_ends_an_endless_header),
        fixture_test(a_decoder_that_failed_stays_failed),
        cmocka_unit_test(binary_is_told_from_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
