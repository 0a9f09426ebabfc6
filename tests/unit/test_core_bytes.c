/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cursor, the writer, and the bytes that the library returns. */
#include "core/bytes.h"
#include "torture.h"

static const uint8_t sample[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd};

static void numbers_are_big_endian(void **state)
{
    (void)state;
    struct smi_cursor c = smi_cursor(sample, sizeof sample);
    assert_int_equal(smi_u8(&c), 0x01);
    assert_int_equal(smi_u16(&c), 0x2345);
    assert_int_equal(smi_u32(&c), 0x6789abcd);
    assert_int_equal(smi_left(&c), 0);
    assert_false(c.bad);
    const uint8_t high[] = {0xff, 0xff, 0xff, 0xff};
    c = smi_cursor(high, 4);
    assert_int_equal(smi_u32(&c), UINT32_MAX);
}

static void a_read_past_the_end_gives_zero_and_stays_bad(void **state)
{
    (void)state;
    struct smi_cursor c = smi_cursor(sample, 3);
    assert_int_equal(smi_u32(&c), 0);
    assert_true(c.bad);
    assert_int_equal(smi_left(&c), 0);
    assert_int_equal(smi_u8(&c), 0); /* although there are bytes */
    assert_null(smi_take(&c, 0));
    assert_true(c.bad);
}

static void each_width_ends_at_its_edge(void **state)
{
    (void)state;
    struct smi_cursor c = smi_cursor(sample, 0);
    assert_int_equal(smi_u8(&c), 0);
    assert_true(c.bad);
    c = smi_cursor(sample, 1);
    assert_int_equal(smi_u16(&c), 0);
    assert_true(c.bad);
    c = smi_cursor(sample, 2);
    assert_int_equal(smi_u16(&c), 0x0123);
    assert_false(c.bad);
    c = smi_cursor(sample, 4);
    assert_int_equal(smi_u32(&c), 0x01234567);
    assert_false(c.bad);
}

static void a_huge_size_does_not_wrap_around(void **state)
{
    (void)state;
    struct smi_cursor c = smi_cursor(sample, sizeof sample);
    smi_u16(&c);
    assert_null(smi_take(&c, SIZE_MAX));
    assert_true(c.bad);
    c = smi_cursor(sample, sizeof sample);
    smi_u16(&c);
    assert_null(smi_take(&c, SIZE_MAX - 1));
    assert_true(c.bad);
}

static void taking_all_and_nothing_is_allowed(void **state)
{
    (void)state;
    struct smi_cursor c = smi_cursor(sample, sizeof sample);
    assert_ptr_equal(smi_take(&c, sizeof sample), sample);
    assert_non_null(smi_take(&c, 0));
    assert_false(c.bad);
    assert_null(smi_take(&c, 1));
    assert_true(c.bad);
}

static void an_empty_cursor_is_not_a_bad_one(void **state)
{
    (void)state;
    struct smi_cursor c = smi_cursor(NULL, 0);
    assert_non_null(smi_take(&c, 0));
    struct smi_cursor rest = smi_rest(&c);
    assert_false(c.bad);
    assert_false(rest.bad);
    assert_int_equal(smi_left(&rest), 0);
    assert_int_equal(smi_u8(&rest), 0);
    assert_true(rest.bad);
}

static void a_part_is_bounded_by_itself(void **state)
{
    (void)state;
    struct smi_cursor c = smi_cursor(sample, sizeof sample);
    struct smi_cursor part = smi_sub(&c, 2);
    assert_int_equal(smi_left(&part), 2);
    assert_int_equal(smi_u32(&part), 0);
    assert_true(part.bad);
    assert_false(c.bad);
    assert_int_equal(smi_u8(&c), 0x45);
    struct smi_cursor rest = smi_rest(&c);
    assert_int_equal(smi_left(&rest), 4);
    assert_int_equal(smi_left(&c), 0);
}

static void a_part_that_is_too_long_is_bad(void **state)
{
    (void)state;
    struct smi_cursor c = smi_cursor(sample, sizeof sample);
    struct smi_cursor part = smi_sub(&c, sizeof sample + 1);
    assert_true(part.bad);
    assert_true(c.bad);
    assert_int_equal(smi_left(&part), 0);
}

static void copying_is_all_or_zeros(void **state)
{
    (void)state;
    uint8_t to[4] = {9, 9, 9, 9};
    struct smi_cursor c = smi_cursor(sample, 6);
    smi_copy(&c, to, 4);
    assert_memory_equal(to, sample, 4);
    smi_copy(&c, to, 4);
    assert_memory_equal(to, "\0\0\0\0", 4);
    assert_true(c.bad);
}

static void the_writer_appends(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    struct smi_buf b = smi_buf_open(&t.allocator);
    smi_put_u8(&b, 0x01);
    smi_put_u16(&b, 0x2345);
    smi_put_u32(&b, 0x6789abcd);
    smi_put_text(&b, "end");
    smi_put(&b, NULL, 0);
    assert_int_equal(b.error, 0);
    assert_int_equal(b.size, sizeof sample + 3);
    assert_memory_equal(b.data, sample, sizeof sample);
    assert_memory_equal(b.data + sizeof sample, "end", 3);
    struct smi_cursor c = smi_buf_cursor(&b);
    assert_int_equal(smi_u32(&c), 0x01234567);
    smi_buf_free(&b);
    assert_int_equal(t.live_blocks, 0);
    smi_buf_free(&b);
}

static void the_writer_grows_over_many_steps(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    struct smi_buf b = smi_buf_open(&t.allocator);
    for (uint32_t i = 0; i < 5000; i++)
        smi_put_u32(&b, i);
    assert_int_equal(b.size, 20000);
    struct smi_cursor c = smi_buf_cursor(&b);
    for (uint32_t i = 0; i < 5000; i++)
        assert_int_equal(smi_u32(&c), i);
    assert_true(t.count < 20); /* it doubles */
    smi_buf_free(&b);
    assert_int_equal(t.live_blocks, 0);
}

static void the_ceiling_can_be_reached_but_not_passed(void **state)
{
    (void)state;
    struct smi_buf b = smi_buf(smi_malloc_allocator(), 100, SECMAIL_E_LIMIT_PACKET_SIZE);
    assert_non_null(smi_buf_add(&b, 60));
    assert_non_null(smi_buf_add(&b, 40));
    assert_true(b.room <= 100);
    assert_int_equal(b.error, 0);
    smi_put_u8(&b, 1);
    assert_int_equal(b.error, SECMAIL_E_LIMIT_PACKET_SIZE);
    assert_int_equal(b.size, 100);
    smi_buf_free(&b);
}

static void a_huge_addition_is_over_the_ceiling(void **state)
{
    (void)state;
    struct smi_buf b = smi_buf(smi_malloc_allocator(), 100, SECMAIL_E_LIMIT_PACKET_SIZE);
    smi_put_u8(&b, 1);
    assert_null(smi_buf_add(&b, SIZE_MAX));
    assert_int_equal(b.error, SECMAIL_E_LIMIT_PACKET_SIZE);
    smi_buf_free(&b);
    b = smi_buf_open(smi_malloc_allocator());
    assert_null(smi_buf_add(&b, SIZE_MAX));
    assert_int_equal(b.error, SECMAIL_E_NOMEM);
    smi_buf_free(&b);
}

static void the_first_error_stays(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    struct smi_buf b = smi_buf(&t.allocator, 100, SECMAIL_E_LIMIT_PACKET_SIZE);
    smi_put_text(&b, "kept");
    assert_null(smi_buf_add(&b, 101));
    torture_arm(&t, TORTURE_FOREVER, 1);
    assert_null(smi_buf_add(&b, 90));
    smi_buf_reserve(&b, 1000);
    smi_put_u8(&b, 1);
    assert_int_equal(b.error, SECMAIL_E_LIMIT_PACKET_SIZE);
    assert_int_equal(t.count, 0);
    assert_int_equal(b.size, 4);
    assert_memory_equal(b.data, "kept", 4);
    smi_buf_free(&b);
    assert_int_equal(t.live_blocks, 0);
}

static void running_out_of_memory_keeps_what_was_written(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    struct smi_buf b = smi_buf_open(&t.allocator);
    smi_put_text(&b, "kept");
    torture_arm(&t, TORTURE_FOREVER, 1);
    assert_null(smi_buf_add(&b, 1000));
    assert_int_equal(b.error, SECMAIL_E_NOMEM);
    assert_memory_equal(b.data, "kept", 4);
    smi_buf_free(&b);
    assert_int_equal(t.live_blocks, 0);
}

static void reserving_avoids_steps(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    struct smi_buf b = smi_buf_open(&t.allocator);
    smi_buf_reserve(&b, 1000);
    smi_buf_reserve(&b, 10);
    for (int i = 0; i < 1000; i++)
        smi_put_u8(&b, (uint8_t)i);
    assert_int_equal(t.count, 1);
    smi_buf_free(&b);
}

static void clearing_wipes_and_keeps_the_memory(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    struct smi_buf b = smi_buf_open(&t.allocator);
    smi_buf_clear(&b);
    smi_put_text(&b, "secret");
    smi_buf_clear(&b);
    assert_int_equal(b.size, 0);
    assert_memory_equal(b.data, "\0\0\0\0\0\0", 6);
    smi_put_text(&b, "again");
    assert_int_equal(t.count, 1);
    smi_buf_free(&b);
}

static void a_buffer_becomes_bytes(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    struct smi_buf b = smi_buf_open(&t.allocator);
    smi_put_text(&b, "head-body-tail");
    struct secmail_bytes *bytes;
    assert_int_equal(smi_bytes_new(&bytes, &b, 5, 4), 0);
    assert_null(b.data);
    assert_int_equal(b.size, 0);
    assert_int_equal(secmail_bytes_size(bytes), 4);
    assert_memory_equal(secmail_bytes_data(bytes), "body", 4);
    secmail_bytes_free(bytes);
    assert_int_equal(t.live_blocks, 0);
}

static void empty_bytes_still_have_an_address(void **state)
{
    (void)state;
    struct smi_buf b = smi_buf(smi_malloc_allocator(), 0, SECMAIL_E_NOMEM);
    struct secmail_bytes *bytes;
    assert_int_equal(smi_bytes_from(&bytes, &b), 0);
    assert_int_equal(secmail_bytes_size(bytes), 0);
    assert_non_null(secmail_bytes_data(bytes));
    secmail_bytes_free(bytes);
}

static void no_bytes_is_allowed(void **state)
{
    (void)state;
    assert_null(secmail_bytes_data(NULL));
    assert_int_equal(secmail_bytes_size(NULL), 0);
    secmail_bytes_free(NULL);
}

static void making_bytes_that_fails_leaves_the_buffer(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    struct smi_buf b = smi_buf_open(&t.allocator);
    smi_put_text(&b, "text");
    struct secmail_bytes *bytes = (struct secmail_bytes *)&t;
    torture_arm(&t, TORTURE_ONCE, 1);
    assert_int_equal(smi_bytes_new(&bytes, &b, 0, 4), SECMAIL_E_NOMEM);
    assert_null(bytes);
    assert_memory_equal(b.data, "text", 4);
    bytes = (struct secmail_bytes *)&t;
    torture_arm(&t, TORTURE_ONCE, 1);
    assert_int_equal(smi_bytes_from(&bytes, &b), SECMAIL_E_NOMEM);
    assert_null(bytes);
    assert_int_equal(t.live_blocks, 0);
}

static void the_error_of_the_buffer_comes_first(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    struct smi_buf b = smi_buf(&t.allocator, 4, SECMAIL_E_LIMIT_PACKET_SIZE);
    smi_put_text(&b, "text");
    smi_put_text(&b, "more");
    struct secmail_bytes *bytes = (struct secmail_bytes *)&t;
    assert_int_equal(smi_bytes_from(&bytes, &b), SECMAIL_E_LIMIT_PACKET_SIZE);
    assert_null(bytes);
    assert_int_equal(t.live_blocks, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_big_endian),
        cmocka_unit_test(a_read_past_the_end_gives_zero_and_stays_bad),
        cmocka_unit_test(each_width_ends_at_its_edge),
        cmocka_unit_test(a_huge_size_does_not_wrap_around),
        cmocka_unit_test(taking_all_and_nothing_is_allowed),
        cmocka_unit_test(an_empty_cursor_is_not_a_bad_one),
        cmocka_unit_test(a_part_is_bounded_by_itself),
        cmocka_unit_test(a_part_that_is_too_long_is_bad),
        cmocka_unit_test(copying_is_all_or_zeros),
        cmocka_unit_test(the_writer_appends),
        cmocka_unit_test(the_writer_grows_over_many_steps),
        cmocka_unit_test(the_ceiling_can_be_reached_but_not_passed),
        cmocka_unit_test(a_huge_addition_is_over_the_ceiling),
        cmocka_unit_test(the_first_error_stays),
        cmocka_unit_test(running_out_of_memory_keeps_what_was_written),
        cmocka_unit_test(reserving_avoids_steps),
        cmocka_unit_test(clearing_wipes_and_keeps_the_memory),
        cmocka_unit_test(a_buffer_becomes_bytes),
        cmocka_unit_test(empty_bytes_still_have_an_address),
        cmocka_unit_test(no_bytes_is_allowed),
        cmocka_unit_test(making_bytes_that_fails_leaves_the_buffer),
        cmocka_unit_test(the_error_of_the_buffer_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
