/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The windows of streaming calls. */
#include "core/stream.h"
#include "fixture.h"

static void well_formed_windows_are_accepted(void **state)
{
    (void)state;
    uint8_t room[4];
    assert_true(smi_input_ok(&(struct secmail_input){NULL, 0, 0}));
    assert_true(smi_input_ok(&(struct secmail_input){room, 4, 4}));
    assert_true(smi_output_ok(&(struct secmail_output){NULL, 0, 0}));
    assert_true(smi_output_ok(&(struct secmail_output){room, 4, 4}));
}

static void malformed_windows_are_refused(void **state)
{
    (void)state;
    uint8_t room[4];
    assert_false(smi_input_ok(NULL));
    assert_false(smi_input_ok(&(struct secmail_input){NULL, 1, 0}));
    assert_false(smi_input_ok(&(struct secmail_input){room, 4, 5}));
    assert_false(smi_input_ok(&(struct secmail_input){NULL, 0, 1}));
    assert_false(smi_output_ok(NULL));
    assert_false(smi_output_ok(&(struct secmail_output){NULL, 1, 0}));
    assert_false(smi_output_ok(&(struct secmail_output){room, 4, 5}));
    assert_false(smi_output_ok(&(struct secmail_output){NULL, 0, 1}));
}

static void what_is_left_counts_from_the_position(void **state)
{
    (void)state;
    uint8_t room[4];
    assert_int_equal(smi_input_left(&(struct secmail_input){room, 4, 1}), 3);
    assert_int_equal(smi_output_left(&(struct secmail_output){room, 4, 4}), 0);
}

static void emitting_stops_at_the_end_of_the_window(void **state)
{
    (void)state;
    uint8_t room[6] = "......";
    struct secmail_output out = {room, 5, 0};
    assert_int_equal(smi_emit(&out, (const uint8_t *)"abc", 3), 3);
    assert_int_equal(smi_emit(&out, (const uint8_t *)"defg", 4), 2);
    assert_int_equal(smi_emit(&out, (const uint8_t *)"h", 1), 0);
    assert_int_equal(out.pos, 5);
    assert_memory_equal(room, "abcde.", 6);
    struct secmail_output none = {NULL, 0, 0};
    assert_int_equal(smi_emit(&none, (const uint8_t *)"x", 1), 0);
    assert_int_equal(smi_emit(&none, NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_windows_are_accepted),
        cmocka_unit_test(malformed_windows_are_refused),
        cmocka_unit_test(what_is_left_counts_from_the_position),
        cmocka_unit_test(emitting_stops_at_the_end_of_the_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
