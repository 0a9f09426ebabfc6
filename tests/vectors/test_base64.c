/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RFC 4648 section 10: its vectors for base64 and base16. */
#include "codec/base64.h"
#include "codec/hex.h"
#include "fixture.h"

static const struct {
    const char *bytes, *base64, *base16;
} vectors[] = {
    {"", "", ""},
    {"f", "Zg==", "66"},
    {"fo", "Zm8=", "666F"},
    {"foo", "Zm9v", "666F6F"},
    {"foob", "Zm9vYg==", "666F6F62"},
    {"fooba", "Zm9vYmE=", "666F6F6261"},
    {"foobar", "Zm9vYmFy", "666F6F626172"},
};

enum { VECTORS = sizeof vectors / sizeof vectors[0] };

static void base64_is_encoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        char text[16] = "";
        smi_base64_encode(text, (const uint8_t *)vectors[i].bytes, strlen(vectors[i].bytes));
        assert_string_equal(text, vectors[i].base64);
    }
}

static void base64_is_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        const char *text = vectors[i].base64;
        const size_t characters = strcspn(text, "=");
        const size_t whole = characters / 4 * 4;
        uint8_t bytes[16];
        size_t size = whole / 4 * 3;
        assert_int_equal(smi_base64_decode(bytes, text, whole), whole);
        if (characters % 4)
            size += smi_base64_decode_tail(bytes + size, text + whole, characters % 4);
        assert_int_equal(size, strlen(vectors[i].bytes));
        assert_memory_equal(bytes, vectors[i].bytes, size);
    }
}

static void base16_goes_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        char text[16];
        uint8_t bytes[16];
        const size_t size = strlen(vectors[i].bytes);
        smi_hex_encode(text, (const uint8_t *)vectors[i].bytes, size);
        assert_string_equal(text, vectors[i].base16);
        assert_true(smi_hex_decode(bytes, text, strlen(text)));
        assert_memory_equal(bytes, vectors[i].bytes, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_is_encoded),
        cmocka_unit_test(base64_is_decoded),
        cmocka_unit_test(base16_goes_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
