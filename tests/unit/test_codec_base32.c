/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base32: every character, every length, every form that is typed. */
#include "codec/base32.h"
#include "fixture.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

static bool decode(const char *text, uint8_t *to, size_t *size)
{
    return smi_base32_decode(to, size, text, strlen(text));
}

static void every_character_has_its_value(void **state)
{
    (void)state;
    for (int c = 1; c < 256; c++) {
        const char upper = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
        const char *at = strchr(alphabet, upper);
        const char text[] = {(char)c, 'A', '\0'};
        uint8_t to[2];
        size_t size;
        if (strchr(" -\t\r\n=", c)) /* two characters are needed for a byte */
            continue;
        assert_int_equal(decode(text, to, &size), at != NULL);
        if (at)
            assert_int_equal(to[0], (at - alphabet) << 3);
    }
}

static void every_length_survives(void **state)
{
    const struct fixture *f = *state;
    for (size_t size = 0; size <= 70; size++) {
        uint8_t data[70], back[120];
        char text[120] = "";
        size_t got;
        fixture_random((struct fixture *)f, data, size);
        smi_base32_encode(text, data, size);
        const size_t length = smi_base32_size(size);
        assert_int_equal(strspn(text, alphabet) >= length, 1);
        assert_true(smi_base32_bound(length) == size);
        assert_true(smi_base32_decode(back, &got, text, length));
        assert_int_equal(got, size);
        assert_memory_equal(back, data, size);
    }
}

static void typed_forms_are_read(void **state)
{
    (void)state;
    const char *forms[] = {"MZXW6YTBOI",      "mzxw6ytboi",       "MZXW 6YTB OI",
                           "mzxw-6ytb-oi",    "MZXW6YTBOI======", " MZXW6YTBOI== ",
                           "MZXW6YTBOI= = =", "\tMZXW6YTBOI\r\n", "MZXW6YTBOJ"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        uint8_t to[16];
        size_t size;
        assert_true(decode(forms[i], to, &size));
        assert_int_equal(size, 6);
        assert_memory_equal(to, "foobar", 6);
    }
}

static void what_is_no_base32_is_refused(void **state)
{
    (void)state;
    const char *bad[] = {"A",        "AAA",       "AAAAAA",    "AAAAAAAAA", "MZXW6===X",
                         "M=======", "MZ=ZXW6=",  "GEZDGNB1",  "GEZDGNB0",  "GEZDGNB8",
                         "GEZDGNB9", "MY=======", "MZXW6YTB=", "ÄÄÄÄ",      "A@",
                         "A[",       "A`",        "A{",        "=",         "A_"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint8_t to[16];
        size_t size;
        if (decode(bad[i], to, &size))
            fail_msg("%s was read", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_has_its_value),
        fixture_test(every_length_survives),
        cmocka_unit_test(typed_forms_are_read),
        cmocka_unit_test(what_is_no_base32_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
