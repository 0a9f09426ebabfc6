/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Canonical line ends, whatever the pieces are. */
#include "codec/crlf.h"

#include "fixture.h"

static size_t convert(const char *text, size_t size, size_t step, char *out)
{
    struct smi_crlf c = {0};
    size_t made = 0;
    for (size_t at = 0; at < size;) {
        const size_t n = size - at < step ? size - at : step;
        const size_t span = smi_crlf_span(&c, (const uint8_t *)text + at, n);
        assert_true(span <= n);
        memcpy(out + made, text + at, span);
        made += span;
        at += span;
        if (span < n) {
            assert_int_equal(text[at], '\n');
            memcpy(out + made, "\r\n", 2);
            made += 2;
            at++;
        }
    }
    return made;
}

static void canonical_in_any_pieces(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {{"", ""},
                {"a", "a"},
                {"a\n", "a\r\n"},
                {"a\r\n", "a\r\n"},
                {"\n", "\r\n"},
                {"\n\n", "\r\n\r\n"},
                {"\r\n\n\r\n", "\r\n\r\n\r\n"},
                {"\r", "\r"},
                {"\r\r\n", "\r\r\n"},
                {"\n\r", "\r\n\r"},
                {"a\rb\nc", "a\rb\r\nc"},
                {"one\ntwo\r\nthree\n\nfour", "one\r\ntwo\r\nthree\r\n\r\nfour"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t step = 1; step < 30; step++) {
            char out[100];
            const size_t size = convert(rows[i].text, strlen(rows[i].text), step, out);
            assert_int_equal(size, strlen(rows[i].want));
            assert_memory_equal(out, rows[i].want, size);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_in_any_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
