/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cleartext signature framework: what is signed comes out, whatever stands around it makes the
 * message fail. */
#include "openpgp_fixture.h"

struct person {
    struct secmail_key *v4, *v6;
};

static struct person make_person(struct fixture *f)
{
    return (struct person){make_key(f, SECMAIL_PROFILE_RFC4880, "A"),
                           make_key(f, SECMAIL_PROFILE_RFC9580, "B")};
}

static void free_person(struct person *p)
{
    secmail_key_unref(p->v4);
    secmail_key_unref(p->v6);
}

static int sign_update(void *operation, struct secmail_input *in, struct secmail_output *out,
                       int end)
{
    return secmail_inline_sign_update(operation, in, out, end);
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

/* A message with a zero byte behind it, so that string functions work. */
static char *sign(struct fixture *f, const struct person *p, const char *text, size_t size,
                  size_t step)
{
    struct secmail_inline_sign *s;
    struct collected c = {0};
    assert_ok(f->context, secmail_inline_sign_new(f->context, &s));
    assert_ok(f->context, secmail_inline_sign_set_form(s, SECMAIL_INLINE_CLEARTEXT));
    if (p->v4)
        assert_ok(f->context, secmail_inline_sign_add_signer(s, p->v4));
    if (p->v6)
        assert_ok(f->context, secmail_inline_sign_add_signer(s, p->v6));
    assert_ok(f->context, drive(sign_update, s, (const uint8_t *)text, size, step, step, &c));
    secmail_inline_sign_free(s);
    collect(&c, (const uint8_t *)"", 1);
    return (char *)c.data;
}

static struct secmail_inline_verify *start(struct fixture *f, const struct person *p)
{
    struct secmail_inline_verify *v;
    assert_ok(f->context, secmail_inline_verify_new(f->context, &v));
    if (p->v4)
        assert_ok(f->context, secmail_inline_verify_add_cert(v, secmail_key_cert(p->v4)));
    if (p->v6)
        assert_ok(f->context, secmail_inline_verify_add_cert(v, secmail_key_cert(p->v6)));
    return v;
}

static void check(struct fixture *f, const struct person *p, const char *message, size_t size,
                  size_t step, int want, const char *text, size_t text_size)
{
    struct secmail_inline_verify *v = start(f, p);
    struct collected c = {0};
    assert_code(f->context, drive(verify_update, v, (const uint8_t *)message, size, step, step, &c),
                want);
    assert_int_equal(secmail_inline_verify_good_count(v), want ? 0 : 2);
    assert_int_equal(c.size, want ? 0 : text_size);
    if (!want && text_size)
        assert_memory_equal(c.data, text, text_size);
    secmail_inline_verify_free(v);
    free(c.data);
}

static void check_bytes(struct fixture *f, const struct person *p, const char *message, int want,
                        const char *text)
{
    struct secmail_inline_verify *v = start(f, p);
    struct secmail_bytes *bytes;
    assert_code(f->context,
                secmail_inline_verify_bytes(v, (const uint8_t *)message, strlen(message), &bytes),
                want);
    assert_int_equal(bytes == NULL, want != 0);
    if (!want) {
        assert_int_equal(secmail_bytes_size(bytes), strlen(text));
        assert_memory_equal(secmail_bytes_data(bytes), text, strlen(text));
    }
    secmail_bytes_free(bytes);
    secmail_inline_verify_free(v);
}

/* A copy in which the first `from` is `to`. */
static char *replaced(const char *message, const char *from, const char *to)
{
    const char *at = strstr(message, from);
    assert_non_null(at);
    const size_t room = strlen(message) + strlen(to) + 1;
    char *made = malloc(room);
    assert_non_null(made);
    snprintf(made, room, "%.*s%s%s", (int)(at - message), message, to, at + strlen(from));
    return made;
}

/* ---------------------------------------------------------------- round trips */

static const struct {
    const char *text;
    const char *signed_text; /* NULL: the same */
    const char *shown;       /* a part of the message that must be there, or NULL */
} texts[] = {
    {"", NULL, "\n\n\n-----BEGIN PGP SIGNATURE-----\n"},
    {"no line end", NULL, "\n\nno line end\n-----BEGIN PGP SIGNATURE-----\n"},
    {"a line\n", NULL, "\n\na line\n\n-----BEGIN PGP SIGNATURE-----\n"},
    {"two\nlines\n", NULL, NULL},
    {"\nfirst line empty", NULL, NULL},
    {"\n\n\n", NULL, NULL},
    {"-", NULL, "\n- -\n"},
    {"- a\n-- \n-----BEGIN PGP SIGNATURE-----\n", "- a\n--\n-----BEGIN PGP SIGNATURE-----\n",
     "\n- - a\n- --\n- -----BEGIN PGP SIGNATURE-----\n"},
    {"From me\n>From\n from\nFrom\n", NULL, "\n- From me\n>From\n from\nFrom\n"},
    {"trailing  \t \nblanks\t", "trailing\nblanks", NULL},
    {" \n\t\n", "\n\n", NULL},
    {"cr lf\r\nand \r\n", "cr lf\r\nand\r\n", NULL},
    {"mixed\r\nline\nends\r", "mixed\r\nline\nends", NULL},
    {"a\rb\n", NULL, NULL},
    {"hidden \r \nCR\r\r\n", "hidden\nCR\r\n", NULL},
    {"form\ffeed\f\nvertical\v\nbell\a\x1b[31m\n", NULL,
     "form\ffeed\f\nvertical\v\nbell\a\x1b[31m\n"},
    {"Gr\xc3\xbc\xc3\x9f"
     "e \xe2\x82\xac\n",
     NULL, NULL},
    {"no-break space\xc2\xa0\n", NULL, NULL},
    {"Hash: SHA256\n\nnot a header\n", NULL, NULL},
};

static void round_trips(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *want = texts[i].signed_text ? texts[i].signed_text : texts[i].text;
        print_message("# text %zu\n", i);
        for (size_t step = 1; step < 9000; step = step * 8 + 1) {
            char *message = sign(f, &p, texts[i].text, strlen(texts[i].text), step);
            assert_memory_equal(message, "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n",
                                49);
            if (texts[i].shown)
                assert_non_null(strstr(message, texts[i].shown));
            check(f, &p, message, strlen(message), step, 0, want, strlen(want));
            check_bytes(f, &p, message, 0, want);
            free(message);
        }
    }
    free_person(&p);
}

/* A NUL is a character like any other. */
static void zero_bytes(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    struct secmail_inline_sign *s;
    struct collected c = {0};
    assert_ok(f->context, secmail_inline_sign_new(f->context, &s));
    assert_ok(f->context, secmail_inline_sign_set_form(s, SECMAIL_INLINE_CLEARTEXT));
    assert_ok(f->context, secmail_inline_sign_add_signer(s, p.v4));
    assert_ok(f->context, secmail_inline_sign_add_signer(s, p.v6));
    assert_ok(f->context, drive(sign_update, s, (const uint8_t *)"a\0b\n\0\n", 6, 2, 100, &c));
    check(f, &p, (const char *)c.data, c.size, 50, 0, "a\0b\n\0\n", 6);
    secmail_inline_sign_free(s);
    free(c.data);
    free_person(&p);
}

/* "These headers SHOULD NOT be emitted unless": version 6 needs none. */
static void hash_header(void **state)
{
    struct fixture *f = *state;
    struct person both = make_person(f);
    const struct person v6 = {NULL, both.v6}, v4 = {both.v4, NULL};
    char *message = sign(f, &v6, "x", 1, 100);
    assert_memory_equal(message, "-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n-----BEGIN", 48);
    free(message);
    message = sign(f, &v4, "x", 1, 100);
    assert_memory_equal(message, "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nx\n", 51);
    free(message);
    free_person(&both);
}

static void text_must_be_utf8(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    static const char *const bad[] = {"\xff", "a\n\xc3", "\xc0\xaf\n"};
    for (size_t i = 0; i < 3; i++) {
        struct secmail_inline_sign *s;
        struct secmail_bytes *bytes;
        assert_ok(f->context, secmail_inline_sign_new(f->context, &s));
        assert_ok(f->context, secmail_inline_sign_set_form(s, SECMAIL_INLINE_CLEARTEXT));
        assert_ok(f->context, secmail_inline_sign_add_signer(s, p.v4));
        assert_code(f->context,
                    secmail_inline_sign_bytes(s, (const uint8_t *)bad[i], strlen(bad[i]), &bytes),
                    SECMAIL_E_EXPECTED_TEXT);
        assert_null(bytes);
        secmail_inline_sign_free(s);
    }
    free_person(&p);
}

/* ---------------------------------------------------------------- what others write */

/* Changes that a mailer or another program may make, and that change nothing that is signed. */
static void harmless_changes(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    char *message = sign(f, &p, "one\n- two\nthree\n", 16, 100);
    static const struct {
        const char *from, *to;
    } rows[] = {
        {"-----BEGIN PGP SIGNED", "\n \r\n\t\n-----BEGIN PGP SIGNED"},
        {"MESSAGE-----\n", "MESSAGE----- \t\r\n"},
        {"Hash: SHA256\n", ""},
        {"Hash: SHA256\n", "Hash: SHA1\n"},
        {"Hash: SHA256\n", "Hash: SHA512, SHA3-256,RIPEMD160\r\nHash: MD5 \n"},
        {"Hash: SHA256\n\n", "Hash: SHA256\n \t\r\n"},
        {"one\n", "one   \t\n"},
        {"one\n", "- one\n"},
        {"SIGNATURE-----\n", "SIGNATURE----- \r\n"},
        {"SIGNATURE-----\n\n", "SIGNATURE-----\nVersion: 1\nComment: hello\n\n"},
        {"-----END PGP SIGNATURE-----\n", "-----END PGP SIGNATURE-----"},
        {"-----END PGP SIGNATURE-----\n", "-----END PGP SIGNATURE-----\n\n \r\n\t\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *changed = replaced(message, rows[i].from, rows[i].to);
        print_message("# change %zu\n", i);
        for (size_t step = 1; step < 5000; step *= 13)
            check(f, &p, changed, strlen(changed), step, 0, "one\n- two\nthree\n", 16);
        free(changed);
    }
    char *crlf = replaced(message, "one\n", "one\r\n");
    check(f, &p, crlf, strlen(crlf), 3, 0, "one\r\n- two\nthree\n", 17);
    free(crlf);
    free(message);
    free_person(&p);
}

/* ---------------------------------------------------------------- attacks */

/* What could pass for signed text, or hide some: each makes the message fail as a whole. */
static void what_is_not_signed(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    char *message = sign(f, &p, "one\ntwo\n", 8, 100);
    static const struct {
        const char *from, *to;
        int want;
    } rows[] = {
        /* around the message */
        {"-----BEGIN PGP SIGNED", "Pay 900.\n-----BEGIN PGP SIGNED", SECMAIL_E_ARMOR},
        {"-----BEGIN PGP SIGNED", "\xef\xbb\xbf-----BEGIN PGP SIGNED", SECMAIL_E_MALFORMED},
        {"-----BEGIN PGP SIGNED", " -----BEGIN PGP SIGNED", SECMAIL_E_ARMOR},
        {"-----END PGP SIGNATURE-----\n", "-----END PGP SIGNATURE-----\nPay 900.\n",
         SECMAIL_E_CLEARTEXT},
        {"-----END PGP SIGNATURE-----\n", "-----END PGP SIGNATURE-----\n\n\n\fPay",
         SECMAIL_E_CLEARTEXT},
        {"-----END PGP SIGNATURE-----\n", "-----END PGP SIGNATURE-----Pay 900.\n", SECMAIL_E_ARMOR},
        {"-----END PGP SIGNATURE-----\n",
         "-----END PGP SIGNATURE-----\n-----BEGIN PGP SIGNED MESSAGE-----\n", SECMAIL_E_CLEARTEXT},
        /* on the first line, and among the headers */
        {"MESSAGE-----\n", "MESSAGE-----Pay 900.\n", SECMAIL_E_CLEARTEXT},
        {"MESSAGE-----\n", "MESSAGE-----\f\n", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256", "Hash: Pay 900.", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256", "Hash: SHA256, Pay 900.", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256", "Hash: SHA256\f\n\nPay 900.", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256", "Hash: SHA256 SHA512", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256", "Hash: SHA256,", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256", "Hash: ", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256", "Hash:SHA256", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256", "hash: SHA256", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256", "Hash: SHA256\vPay 900.", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256", "Hash: SHA256\rPay 900.", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256", "NotDashEscaped: You need GnuPG", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256", "Comment: Pay 900.", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256", "Version: 1", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256", "Charset: UTF-8", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256", "SaltedHash: SHA256:AAAA", SECMAIL_E_CLEARTEXT},
        {"Hash: SHA256\n\n", "Hash: SHA256\n", SECMAIL_E_CLEARTEXT},
        /* in the text */
        {"one\n", "one\nPay 900.\n", SECMAIL_E_NO_GOOD_SIGNATURE},
        {"one\n", "one\n\n", SECMAIL_E_NO_GOOD_SIGNATURE},
        {"one\n", "one\f\n", SECMAIL_E_NO_GOOD_SIGNATURE},
        {"one\n", "one\v\n", SECMAIL_E_NO_GOOD_SIGNATURE},
        {"one\n", "one\fPay 900.\n", SECMAIL_E_NO_GOOD_SIGNATURE},
        {"one\n", "one\rtwo\n", SECMAIL_E_NO_GOOD_SIGNATURE},
        {"one\n", "- - one\n", SECMAIL_E_NO_GOOD_SIGNATURE},
        {"one\n", "one\xc2\xa0\n", SECMAIL_E_NO_GOOD_SIGNATURE},
        {"one\n", "-one\n", SECMAIL_E_CLEARTEXT},
        {"one\n", "one\n-----\n", SECMAIL_E_CLEARTEXT},
        {"one\n", "one\n-\n", SECMAIL_E_CLEARTEXT},
        {"one\n", "one\n-----BEGIN PGP SIGNED MESSAGE-----\n", SECMAIL_E_CLEARTEXT},
        {"one\n", "one\n-----BEGIN PGP MESSAGE-----\n", SECMAIL_E_CLEARTEXT},
        {"one\n", "one\n-----BEGIN PGP SIGNATURE-----x\n", SECMAIL_E_CLEARTEXT},
        {"\n-----BEGIN PGP SIGNATURE", "-----BEGIN PGP SIGNATURE", SECMAIL_E_NO_GOOD_SIGNATURE},
        {"two\n\n-----BEGIN PGP SIGNATURE-----", "two-----BEGIN PGP SIGNATURE-----",
         SECMAIL_E_CLEARTEXT},
        /* in the signatures */
        {"-----BEGIN PGP SIGNATURE-----\n\n", "-----BEGIN PGP SIGNATURE-----\n\nPay 900.\n",
         SECMAIL_E_ARMOR},
        {"-----BEGIN PGP SIGNATURE-----\n\n", "-----BEGIN PGP SIGNATURE-----\nPay 900.\n\n",
         SECMAIL_E_ARMOR},
        {"-----END PGP SIGNATURE-----", "-----END PGP MESSAGE-----", SECMAIL_E_ARMOR},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *changed = replaced(message, rows[i].from, rows[i].to);
        print_message("# attack %zu\n", i);
        for (size_t step = 1; step < 5000; step *= 13)
            check(f, &p, changed, strlen(changed), step, rows[i].want, "", 0);
        check_bytes(f, &p, changed, rows[i].want, NULL);
        free(changed);
    }
    free(message);
    free_person(&p);
}

static void cut_at_each_byte(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    char *message = sign(f, &p, "one\ntwo\n", 8, 100);
    const size_t whole = strlen(message) - 1; /* the last line feed may be missing */
    for (size_t size = 0; size < whole; size++) {
        struct secmail_inline_verify *v = start(f, &p);
        struct secmail_bytes *bytes;
        const int rc = secmail_inline_verify_bytes(v, (const uint8_t *)message, size, &bytes);
        assert_true(rc < 0 && rc != SECMAIL_E_INTERNAL);
        assert_null(bytes);
        assert_int_equal(secmail_inline_verify_verdict_count(v), 0);
        secmail_inline_verify_free(v);
    }
    check(f, &p, message, whole, 100, 0, "one\ntwo\n", 8);
    free(message);
    free_person(&p);
}

/* Other packets than signatures in the block. */
static void other_packets(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    static const struct {
        const char *packets;
        size_t size;
        int want;
    } rows[] = {{"\xca\x03PGP", 5, SECMAIL_E_NO_DATA},
                {"\xcb\x07"
                 "b\0\0\0\0\0x",
                 9, SECMAIL_E_MALFORMED},
                {"\xc2\x01\x04", 3, SECMAIL_E_NO_GOOD_SIGNATURE},
                {"\xc2\x20\x04", 3, SECMAIL_E_TRUNCATED},
                {"\x01", 1, SECMAIL_E_MALFORMED},
                {"", 0, SECMAIL_E_NO_DATA}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct secmail_armor *armor;
        struct collected c = {0};
        static const char head[] = "-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n";
        collect(&c, (const uint8_t *)head, sizeof head - 1);
        if (rows[i].size) {
            assert_ok(f->context, secmail_armor_new(f->context, &armor, SECMAIL_ARMOR_SIGNATURE));
            const int rc = drive(armor_update, armor, (const uint8_t *)rows[i].packets,
                                 rows[i].size, 100, 100, &c);
            secmail_armor_free(armor);
            if (rc || rows[i].packets[0] == 1) { /* that is no packet: the armor is by hand */
                static const char block[] =
                    "-----BEGIN PGP SIGNATURE-----\n\nAQ==\n-----END PGP SIGNATURE-----\n";
                c.size = sizeof head - 1;
                collect(&c, (const uint8_t *)block, sizeof block - 1);
            }
        } else {
            static const char block[] =
                "-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n";
            collect(&c, (const uint8_t *)block, sizeof block - 1);
        }
        check(f, &p, (const char *)c.data, c.size, 10, rows[i].want, "", 0);
        free(c.data);
    }
    free_person(&p);
}

/* ---------------------------------------------------------------- limits */

static void set_limit(struct fixture *f, uint32_t limit, uint64_t value)
{
    struct secmail_limits *limits;
    assert_int_equal(secmail_limits_new(&limits), 0);
    assert_int_equal(secmail_limits_set(limits, limit, value), 0);
    assert_ok(f->context, secmail_context_set_limits(f->context, limits));
    secmail_limits_free(limits);
}

static void limits(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    char *message = sign(f, &p, "one\ntwo\n", 8, 100);
    static const struct {
        uint32_t limit;
        uint64_t enough, too_little;
        int want;
    } rows[] = {
        {SECMAIL_LIMIT_HELD_PLAINTEXT, 100, 30, SECMAIL_E_LIMIT_HELD_PLAINTEXT}, /* a line */
        {SECMAIL_LIMIT_PLAINTEXT_SIZE, 8, 7, SECMAIL_E_LIMIT_PLAINTEXT_SIZE},
        {SECMAIL_LIMIT_MESSAGE_SIGNATURES, 2, 1, SECMAIL_E_LIMIT_MESSAGE_SIGNATURES},
        {SECMAIL_LIMIT_PACKET_SIZE, 1000, 100, SECMAIL_E_LIMIT_PACKET_SIZE},
        {SECMAIL_LIMIT_ARMOR_HEADER_SIZE, 20, 10, SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("# limit %zu\n", i);
        set_limit(f, rows[i].limit, rows[i].enough);
        check(f, &p, message, strlen(message), 7, 0, "one\ntwo\n", 8);
        set_limit(f, rows[i].limit, rows[i].too_little);
        check(f, &p, message, strlen(message), 7, rows[i].want, "", 0);
        assert_ok(f->context, secmail_context_set_limits(f->context, NULL));
    }
    free(message);
    free_person(&p);
}

/* All of the text is held, also where the input could be read twice. */
static void long_text(void **state)
{
    enum { SIZE = 5 << 20 };
    struct fixture *f = *state;
    struct person p = make_person(f);
    char *text = malloc(SIZE);
    assert_non_null(text);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = i % 70 ? 'x' : '\n';
    char *message = sign(f, &p, text, SIZE, 50000);
    for (int rewind = 0; rewind < 2; rewind++) {
        struct secmail_inline_verify *v = start(f, &p);
        struct collected c = {0};
        assert_ok(f->context, secmail_inline_verify_allow_rewind(v, rewind));
        assert_ok(f->context, drive(verify_update, v, (const uint8_t *)message, strlen(message),
                                    50000, 50000, &c));
        assert_int_equal(c.size, SIZE);
        assert_memory_equal(c.data, text, SIZE);
        secmail_inline_verify_free(v);
        free(c.data);
    }
    set_limit(f, SECMAIL_LIMIT_HELD_PLAINTEXT, SIZE / 2);
    check(f, &p, message, strlen(message), 50000, SECMAIL_E_LIMIT_HELD_PLAINTEXT, "", 0);
    free(message);
    free(text);
    free_person(&p);
}

/* ---------------------------------------------------------------- splitting */

static void split(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    static const char text[] = "one \n- two\n";
    char *message = sign(f, &p, text, sizeof text - 1, 100);
    for (size_t step = 1; step < 5000; step *= 13) {
        struct secmail_inline_detach *d;
        struct secmail_verify *v;
        struct secmail_bytes *sigs;
        struct collected c = {0};
        assert_ok(f->context, secmail_inline_detach_new(f->context, &d));
        assert_ok(f->context, drive(detach_update, d, (const uint8_t *)message, strlen(message),
                                    step, step, &c));
        assert_int_equal(c.size, 10);
        assert_memory_equal(c.data, "one\n- two\n", 10);
        assert_ok(f->context, secmail_inline_detach_signatures(d, 1, &sigs));
        assert_ok(f->context, secmail_verify_new(f->context, &v));
        assert_ok(f->context, secmail_verify_add_cert(v, secmail_key_cert(p.v4)));
        assert_ok(f->context, secmail_verify_add_cert(v, secmail_key_cert(p.v6)));
        assert_ok(f->context, secmail_verify_add_signatures(v, secmail_bytes_data(sigs),
                                                            secmail_bytes_size(sigs)));
        assert_ok(f->context, secmail_verify_update(v, c.data, c.size));
        assert_ok(f->context, secmail_verify_finish(v));
        assert_int_equal(secmail_verify_good_count(v), 2);
        secmail_verify_free(v);
        secmail_bytes_free(sigs);
        secmail_inline_detach_free(d);
        free(c.data);
    }
    char *bad = replaced(message, "one\n", "one\n-----\n");
    struct secmail_inline_detach *d;
    struct collected c = {0};
    assert_ok(f->context, secmail_inline_detach_new(f->context, &d));
    assert_code(f->context,
                drive(detach_update, d, (const uint8_t *)bad, strlen(bad), 100, 100, &c),
                SECMAIL_E_CLEARTEXT);
    secmail_inline_detach_free(d);
    free(c.data);
    free(bad);
    free(message);
    free_person(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(round_trips),
        fixture_test(zero_bytes),
        fixture_test(hash_header),
        fixture_test(text_must_be_utf8),
        fixture_test(harmless_changes),
        fixture_test(what_is_not_signed),
        fixture_test(cut_at_each_byte),
        fixture_test(other_packets),
        fixture_test(limits),
        fixture_test(long_text),
        fixture_test(split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
