/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Canonical forms (RFC 6376 section 3.4): against the RFC's examples, and against a plain second
 * writing of the rules, over random bodies cut into random pieces.
 */
#include "mailauth/dkim_canon.h"
#include "mailauth_fixture.h"

struct taken {
    char *data;
    size_t size, room;
};

static void take(void *user, const uint8_t *data, size_t size)
{
    struct taken *t = user;
    if (t->room < t->size + size + 1) {
        t->room = 2 * (t->size + size) + 64;
        t->data = realloc(t->data, t->room);
        assert_non_null(t->data);
    }
    memcpy(t->data + t->size, data, size);
    t->size += size;
}

/* The canonical body, given in pieces of at most `piece` bytes that draw from the seed. */
static struct taken canonical(enum smi_canon canon, const char *body, size_t size, size_t piece,
                              uint64_t *seed)
{
    struct taken t = {calloc(1, 1), 0, 1};
    struct smi_body_canon *c = malloc(sizeof *c);
    assert_non_null(c);
    smi_body_init(c, canon, take, &t);
    while (size) {
        *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
        size_t part = (size_t)(*seed >> 33) % piece + 1;
        part = part < size ? part : size;
        /* A copy of just this size, so that a sanitizer sees a step outside. */
        uint8_t *copy = malloc(part);
        assert_non_null(copy);
        memcpy(copy, body, part);
        smi_body_update(c, copy, part);
        free(copy);
        body += part;
        size -= part;
    }
    smi_body_finish(c);
    free(c);
    t.data[t.size] = '\0';
    return t;
}

static void check_body(enum smi_canon canon, const char *body, const char *want)
{
    uint64_t seed = 1;
    for (size_t piece = 1; piece < 9; piece++) {
        struct taken t = canonical(canon, body, strlen(body), piece, &seed);
        assert_string_equal(t.data, want);
        assert_int_equal(t.size, strlen(want));
        free(t.data);
    }
}

static void test_simple_body(void **state)
{
    (void)state;
    check_body(SMI_SIMPLE, "", "\r\n");
    check_body(SMI_SIMPLE, "\r\n\r\n", "\r\n");
    check_body(SMI_SIMPLE, "a", "a\r\n");
    check_body(SMI_SIMPLE, " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n");
    check_body(SMI_SIMPLE, "\r\n\r\na\r\n\r\nb\r\n\r\n", "\r\n\r\na\r\n\r\nb\r\n");
    check_body(SMI_SIMPLE, "a\r", "a\r\r\n");
    check_body(SMI_SIMPLE, "a\n\r\n", "a\n\r\n");
    check_body(SMI_SIMPLE, " \r\n", " \r\n");
}

static void test_relaxed_body(void **state)
{
    (void)state;
    check_body(SMI_RELAXED, "", "");
    check_body(SMI_RELAXED, "\r\n\r\n", "");
    check_body(SMI_RELAXED, " \r\n\t\r\n", "");
    check_body(SMI_RELAXED, "a", "a\r\n");
    /* RFC 6376 section 3.4.5. */
    check_body(SMI_RELAXED, " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n");
    check_body(SMI_RELAXED, "a  \r\n \r\nb\t\t", "a\r\n\r\nb\r\n");
    check_body(SMI_RELAXED, "\r\n a\r\n", "\r\n a\r\n");
    check_body(SMI_RELAXED, "a \n\r\n", "a \n\r\n");
    check_body(SMI_RELAXED, "a\r \r\n", "a\r\r\n");
    check_body(SMI_RELAXED, "\r\r\n", "\r\r\n");
}

/* ---- A second writing, line by line over the whole ---- */

static size_t line_end(const char *body, size_t size, size_t at)
{
    while (at + 1 < size && !(body[at] == '\r' && body[at + 1] == '\n'))
        at++;
    return at + 1 < size ? at : size;
}

static void put_line(struct taken *t, enum smi_canon canon, const char *line, size_t size)
{
    if (canon == SMI_SIMPLE) {
        take(t, (const uint8_t *)line, size);
        return;
    }
    for (size_t i = 0; i < size;) {
        size_t blanks = 0;
        while (i + blanks < size && (line[i + blanks] == ' ' || line[i + blanks] == '\t'))
            blanks++;
        if (blanks && i + blanks < size)
            take(t, (const uint8_t *)" ", 1);
        if (!blanks)
            take(t, (const uint8_t *)line + i, 1);
        i += blanks ? blanks : 1;
    }
}

static struct taken reference(enum smi_canon canon, const char *body, size_t size)
{
    struct taken t = {calloc(1, 1), 0, 1};
    size_t content = 0; /* up to the last line that isn't empty */
    for (size_t at = 0; at < size;) {
        const size_t end = line_end(body, size, at), before = t.size;
        put_line(&t, canon, body + at, end - at);
        const bool empty = t.size == before;
        take(&t, (const uint8_t *)"\r\n", 2);
        if (!empty)
            content = t.size;
        at = end + 2;
    }
    t.size = content;
    if (!content && canon == SMI_SIMPLE)
        take(&t, (const uint8_t *)"\r\n", 2);
    return t;
}

static void test_random_bodies(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "\r\n", "\r",   "\n", " ",        "\t",
        "a",    "word", "  ", "\r\n\r\n", "0123456789012345678901234567890123456789"};
    uint64_t seed = 42;
    for (int n = 0; n < 3000; n++) {
        char body[1500];
        size_t size = 0;
        seed = seed * UINT64_C(6364136223846793005) + 1;
        const size_t want = (size_t)(seed >> 40) % 40;
        for (size_t i = 0; i < want; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
            const char *part = parts[(seed >> 33) % (sizeof parts / sizeof parts[0])];
            memcpy(body + size, part, strlen(part));
            size += strlen(part);
        }
        for (enum smi_canon canon = SMI_SIMPLE; canon <= SMI_RELAXED; canon++) {
            struct taken a = canonical(canon, body, size, n % 90 + 1, &seed);
            struct taken b = reference(canon, body, size);
            assert_int_equal(a.size, b.size);
            assert_memory_equal(a.data, b.data, a.size);
            free(a.data);
            free(b.data);
        }
    }
}

/* What changes is found wherever it stands in a long run of what doesn't. */
static void test_marks_anywhere(void **state)
{
    (void)state;
    static const char bytes[] = {' ', '\t', '\r', '\n', 1, 'a'};
    enum { BYTES = sizeof bytes, SIZE = 600, PLACES = 400 };
    char body[SIZE];
    uint64_t seed = 1;
    for (size_t n = 0; n < BYTES * BYTES * PLACES; n++) {
        for (size_t i = 0; i < SIZE; i++)
            body[i] = i % 78 == 76 ? '\r' : i % 78 == 77 ? '\n' : (char)('A' + i % 26);
        body[n % PLACES] = bytes[n / PLACES % BYTES];
        body[n % PLACES + 1] = bytes[n / PLACES / BYTES];
        struct taken a = canonical(SMI_RELAXED, body, SIZE, SIZE, &seed);
        struct taken b = reference(SMI_RELAXED, body, SIZE);
        assert_int_equal(a.size, b.size);
        assert_memory_equal(a.data, b.data, a.size);
        free(a.data);
        free(b.data);
    }
}

/* Long empty stretches take no more time than their length, whatever they are made of. */
static void test_long_line_ends(void **state)
{
    (void)state;
    static const char *const units[] = {"\r\n", "\n", "\r", " \r\n", "\n\r", "x\r\r"};
    const size_t size = 400000;
    char *body = malloc(size);
    assert_non_null(body);
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        for (size_t i = 0; i < size; i++)
            body[i] = units[u][i % strlen(units[u])];
        for (enum smi_canon canon = SMI_SIMPLE; canon <= SMI_RELAXED; canon++) {
            uint64_t seed = 1;
            struct taken a = canonical(canon, body, size, size, &seed);
            struct taken b = reference(canon, body, size);
            assert_int_equal(a.size, b.size);
            free(a.data);
            free(b.data);
        }
    }
    free(body);
}

/* ---- Header fields ---- */

static void check_field(enum smi_canon canon, const char *field, size_t name, const char *want)
{
    struct smi_buf b = smi_buf_open(smi_malloc_allocator());
    smi_canon_field(&b, canon, smi_span_text(field), name);
    smi_put_u8(&b, 0);
    assert_string_equal((char *)b.data, want);
    smi_buf_free(&b);
}

static void test_fields(void **state)
{
    (void)state;
    check_field(SMI_SIMPLE, "B : Y\t\r\n\tZ  ", 1, "B : Y\t\r\n\tZ  ");
    /* RFC 6376 section 3.4.5. */
    check_field(SMI_RELAXED, "A: X", 1, "a:X");
    check_field(SMI_RELAXED, "B : Y\t\r\n\tZ  ", 1, "b:Y Z");
    check_field(SMI_RELAXED, "Subject:\r\n folded right after the colon", 7,
                "subject:folded right after the colon");
    check_field(SMI_RELAXED, "X:", 1, "x:");
    check_field(SMI_RELAXED, "X: \r\n ", 1, "x:");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simple_body),    cmocka_unit_test(test_relaxed_body),
        cmocka_unit_test(test_random_bodies),  cmocka_unit_test(test_marks_anywhere),
        cmocka_unit_test(test_long_line_ends), cmocka_unit_test(test_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
