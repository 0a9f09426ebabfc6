/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base64 against a slow reading of RFC 4648 section 4, bit by bit. */
#include "codec/base64.h"
#include "fixture.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Six bits at `bit`; zeros behind the end. */
static unsigned six_bits(const uint8_t *data, size_t size, size_t bit)
{
    unsigned v = 0;
    for (size_t i = bit; i < bit + 6; i++)
        v = v << 1 | (i / 8 < size ? data[i / 8] >> (7 - i % 8) & 1U : 0);
    return v;
}

static void encode_slowly(char *to, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < smi_base64_size(size); i++)
        to[i] = i * 6 < size * 8 ? alphabet[six_bits(data, size, i * 6)] : '=';
}

static void sizes_include_the_padding(void **state)
{
    (void)state;
    static const size_t want[] = {0, 4, 4, 4, 8, 8, 8, 12};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        assert_int_equal(smi_base64_size(i), want[i]);
}

static void every_group_of_two_bytes_and_ends_is_right(void **state)
{
    (void)state;
    for (unsigned v = 0; v < 65536; v++) {
        const uint8_t data[3] = {(uint8_t)(v >> 8), (uint8_t)v, (uint8_t)(v * 7)};
        for (size_t size = 1; size <= 3; size++) {
            char got[5] = "....?", want[4];
            smi_base64_encode(got, data, size);
            encode_slowly(want, data, size);
            assert_memory_equal(got, want, 4);
            assert_int_equal(got[4], '?');
        }
    }
}

static void all_sizes_go_there_and_back(void **state)
{
    struct fixture *f = *state;
    uint8_t data[200], back[200];
    fixture_random(f, data, sizeof data);
    for (size_t size = 0; size <= sizeof data; size++) {
        char text[300], want[300];
        const size_t length = smi_base64_size(size);
        memset(text, '?', sizeof text);
        smi_base64_encode(text, data, size);
        encode_slowly(want, data, size);
        assert_memory_equal(text, want, length);
        if (length < sizeof text)
            assert_int_equal(text[length], '?');

        const size_t whole = size / 3 * 4;
        assert_int_equal(smi_base64_decode(back, text, whole), whole);
        if (size % 3)
            assert_int_equal(
                smi_base64_decode_tail(back + size / 3 * 3, text + whole, size % 3 + 1), size % 3);
        assert_memory_equal(back, data, size);
    }
}

static void decoding_stops_at_the_group_of_a_bad_character(void **state)
{
    (void)state;
    for (size_t at = 0; at < 32; at++) {
        for (unsigned v = 0; v < 256; v++) {
            char text[33] = "QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD";
            uint8_t got[24];
            text[at] = (char)v;
            const bool good = v && strchr(alphabet, (int)v);
            const size_t want = good ? 32 : at / 4 * 4;
            assert_int_equal(smi_base64_decode(got, text, 32), want);
            for (size_t i = 0; !good && i < want / 4 * 3; i++)
                assert_int_equal(got[i], "ABC"[i % 3]);
        }
    }
}

/* Every last group of three characters, and thereby of two. */
static void a_tail_is_good_only_in_the_one_form_that_is_encoded(void **state)
{
    (void)state;
    for (unsigned v = 0; v < 64 * 64 * 64; v++) {
        const char text[3] = {alphabet[v >> 12], alphabet[v >> 6 & 63], alphabet[v & 63]};
        uint8_t got[2] = {0, 0};
        assert_int_equal(smi_base64_decode_tail(got, text, 3), v & 3 ? 0 : 2);
        if (!(v & 3))
            assert_int_equal(got[0] << 8 | got[1], v >> 2);
        if (v & 63)
            continue;
        assert_int_equal(smi_base64_decode_tail(got, text, 2), v >> 6 & 15 ? 0 : 1);
        if (!(v >> 6 & 15))
            assert_int_equal(got[0], v >> 10);
    }
}

static void a_tail_with_a_bad_character_is_refused(void **state)
{
    (void)state;
    for (size_t at = 0; at < 3; at++) {
        for (unsigned v = 0; v < 256; v++) {
            char text[3] = {'Q', 'Q', 'A'};
            uint8_t got[2];
            text[at] = (char)v;
            if (v && strchr(alphabet, (int)v))
                continue;
            assert_int_equal(smi_base64_decode_tail(got, text, 3), 0);
            if (at < 2)
                assert_int_equal(smi_base64_decode_tail(got, text, 2), 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_include_the_padding),
        cmocka_unit_test(every_group_of_two_bytes_and_ends_is_right),
        fixture_test(all_sizes_go_there_and_back),
        cmocka_unit_test(decoding_stops_at_the_group_of_a_bad_character),
        cmocka_unit_test(a_tail_is_good_only_in_the_one_form_that_is_encoded),
        cmocka_unit_test(a_tail_with_a_bad_character_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
