/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sized, wiping memory on top of the host's allocator. */
#include "core/memory.h"
#include "torture.h"

/* An allocator that looks at each block when it comes back. */
struct watcher {
    struct secmail_allocator allocator;
    size_t size; /* of the last block that was handed out */
    size_t frees;
    bool wiped; /* was it all zero when it was freed? */
};

static void *watch_alloc(void *user, size_t size)
{
    ((struct watcher *)user)->size = size;
    return malloc(size);
}

static void *watch_realloc(void *user, void *p, size_t size)
{
    (void)user;
    return realloc(p, size);
}

static void watch_free(void *user, void *p)
{
    struct watcher *w = user;
    w->frees++;
    w->wiped = true;
    for (size_t i = 0; i < w->size; i++)
        w->wiped = w->wiped && ((uint8_t *)p)[i] == 0;
    free(p);
}

static struct watcher watcher(void)
{
    return (struct watcher){{.size = sizeof(struct secmail_allocator),
                             .alloc = watch_alloc,
                             .realloc = watch_realloc,
                             .free = watch_free}};
}

static void a_freed_block_is_wiped(void **state)
{
    (void)state;
    struct watcher w = watcher();
    w.allocator.user = &w;
    char *p = smi_alloc(&w.allocator, 100);
    memset(p, 'x', 100);
    smi_free(&w.allocator, p, 100);
    assert_int_equal(w.frees, 1);
    assert_true(w.wiped);
    smi_free(&w.allocator, NULL, 100);
    assert_int_equal(w.frees, 1);
}

static void zeroed_memory_is_zero(void **state)
{
    (void)state;
    struct torture t; /* its blocks are filled with rubbish */
    torture_init(&t);
    uint8_t *p = smi_zalloc(&t.allocator, 1000);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(p[i], 0);
    smi_free(&t.allocator, p, 1000);
}

static void a_size_of_zero_gives_a_block(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    void *p = smi_alloc(&t.allocator, 0);
    void *q = smi_zalloc(&t.allocator, 0);
    assert_non_null(p);
    assert_non_null(q);
    assert_int_equal(t.live_blocks, 2);
    smi_free(&t.allocator, p, 0);
    smi_free(&t.allocator, q, 0);
    assert_int_equal(t.live_blocks, 0);
}

static void out_of_memory_is_null(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    torture_arm(&t, TORTURE_FOREVER, 1);
    assert_null(smi_alloc(&t.allocator, 1));
    assert_null(smi_zalloc(&t.allocator, 1));
}

static void growing_keeps_the_elements_and_wipes_the_old_block(void **state)
{
    (void)state;
    struct watcher w = watcher();
    w.allocator.user = &w;
    uint32_t *array = NULL;
    size_t room = 0;
    assert_true(smi_grow(&w.allocator, &array, &room, 1, sizeof *array));
    assert_int_equal(room, 4);
    for (uint32_t i = 0; i < 4; i++)
        array[i] = i + 1;
    assert_true(smi_grow(&w.allocator, &array, &room, 4, sizeof *array));
    assert_int_equal(room, 4);
    assert_int_equal(w.frees, 0);
    w.size = 4 * sizeof *array; /* of the block that goes */
    w.allocator.alloc = smi_malloc_allocator()->alloc;
    assert_true(smi_grow(&w.allocator, &array, &room, 9, sizeof *array));
    assert_int_equal(w.frees, 1);
    assert_true(w.wiped);
    assert_int_equal(room, 16);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(array[i], i + 1);
    smi_free(&w.allocator, array, room * sizeof *array);
}

static void growing_can_fail_and_leaves_the_array(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    uint8_t *array = NULL;
    size_t room = 0;
    assert_true(smi_grow(&t.allocator, &array, &room, 4, 1));
    memcpy(array, "abcd", 4);
    uint8_t *const before = array;
    assert_false(smi_grow(&t.allocator, &array, &room, SIZE_MAX, 1));
    assert_false(smi_grow(&t.allocator, &array, &room, SIZE_MAX / 2, 8));
    torture_arm(&t, TORTURE_ONCE, 1);
    assert_false(smi_grow(&t.allocator, &array, &room, 5, 1));
    assert_ptr_equal(array, before);
    assert_int_equal(room, 4);
    assert_memory_equal(array, "abcd", 4);
    smi_free(&t.allocator, array, room);
    assert_int_equal(t.live_bytes, 0);
}

static void wiping_stays_inside_its_range(void **state)
{
    (void)state;
    char text[] = "abcdef";
    smi_wipe(text + 2, 2);
    assert_memory_equal(text, "ab\0\0ef", 7);
    smi_wipe(text, 0);
    assert_int_equal(text[0], 'a');
}

static void equality_looks_at_each_byte(void **state)
{
    (void)state;
    uint8_t a[40] = {0}, b[40] = {0};
    assert_true(smi_equal(a, b, sizeof a));
    assert_true(smi_equal(a, b, 0));
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] = 0x80;
        assert_false(smi_equal(a, b, sizeof a));
        assert_true(smi_equal(a, b, i));
        b[i] = 0;
    }
}

static void the_malloc_allocator_is_complete(void **state)
{
    (void)state;
    const struct secmail_allocator *m = smi_malloc_allocator();
    assert_int_equal(m->size, sizeof *m);
    char *p = m->alloc(m->user, 10);
    memcpy(p, "0123456789", 10);
    p = m->realloc(m->user, p, 10000);
    assert_non_null(p);
    assert_memory_equal(p, "0123456789", 10);
    m->free(m->user, p);
    m->free(m->user, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_freed_block_is_wiped),
        cmocka_unit_test(zeroed_memory_is_zero),
        cmocka_unit_test(a_size_of_zero_gives_a_block),
        cmocka_unit_test(out_of_memory_is_null),
        cmocka_unit_test(growing_keeps_the_elements_and_wipes_the_old_block),
        cmocka_unit_test(growing_can_fail_and_leaves_the_array),
        cmocka_unit_test(wiping_stays_inside_its_range),
        cmocka_unit_test(equality_looks_at_each_byte),
        cmocka_unit_test(the_malloc_allocator_is_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
