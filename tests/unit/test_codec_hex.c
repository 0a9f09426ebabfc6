/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hexadecimal, exhaustively. */
#include "codec/hex.h"
#include "fixture.h"

static void every_byte_has_its_digits(void **state)
{
    (void)state;
    for (unsigned v = 0; v < 256; v++) {
        const uint8_t byte = (uint8_t)v;
        char got[4] = "???", want[4];
        snprintf(want, sizeof want, "%02X", v);
        smi_hex_encode(got, &byte, 1);
        assert_memory_equal(got, want, 3);
        assert_int_equal(got[3], '\0');
    }
}

static void encoding_ends_with_a_nul(void **state)
{
    (void)state;
    char got[8] = "???????";
    smi_hex_encode(got, NULL, 0);
    assert_memory_equal(got, "\0??????", 8);
    smi_hex_encode(got, (const uint8_t *)"\x0a\xf9\x80", 3);
    assert_string_equal(got, "0AF980");
}

static void every_pair_of_characters_is_judged(void **state)
{
    (void)state;
    static const char digits[] = "0123456789abcdefABCDEF";
    static const uint8_t values[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                     11, 12, 13, 14, 15, 10, 11, 12, 13, 14, 15};
    for (unsigned v = 0; v < 65536; v++) {
        const char pair[2] = {(char)(v >> 8), (char)v};
        const char *high = pair[0] ? strchr(digits, pair[0]) : NULL;
        const char *low = pair[1] ? strchr(digits, pair[1]) : NULL;
        uint8_t byte = 0;
        assert_int_equal(smi_hex_decode(&byte, pair, 2), high && low);
        if (high && low)
            assert_int_equal(byte, values[high - digits] << 4 | values[low - digits]);
    }
}

static void decoding_takes_both_cases(void **state)
{
    (void)state;
    uint8_t got[5] = {0, 0, 0, 0, 0x55};
    assert_true(smi_hex_decode(got, "dEaDbEeF", 8));
    assert_memory_equal(got, "\xde\xad\xbe\xef\x55", 5);
    assert_true(smi_hex_decode(got, "", 0));
}

static void an_odd_number_of_digits_is_refused(void **state)
{
    (void)state;
    uint8_t got[2];
    assert_false(smi_hex_decode(got, "01", 1));
    assert_false(smi_hex_decode(got, "0123", 3));
}

static void a_bad_digit_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < 8; i++) {
        char text[] = "01234567";
        uint8_t got[4];
        text[i] = 'g';
        assert_false(smi_hex_decode(got, text, 8));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_has_its_digits),
        cmocka_unit_test(encoding_ends_with_a_nul),
        cmocka_unit_test(every_pair_of_characters_is_judged),
        cmocka_unit_test(decoding_takes_both_cases),
        cmocka_unit_test(an_odd_number_of_digits_is_refused),
        cmocka_unit_test(a_bad_digit_anywhere_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
