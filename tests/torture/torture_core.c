/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Core with failing allocations; and the torture itself, which must notice what it is made for. */
#include "core/bytes.h"
#include "core/secret.h"
#include "torture.h"

static int make_context(struct secmail_context *context, void *user)
{
    (void)user;
    struct secmail_context *made = (struct secmail_context *)(uintptr_t)1;
    const int rc = secmail_context_new_with_allocator(&made, &context->mem);
    if (rc)
        assert_null(made);
    secmail_context_free(made);
    return rc;
}

static int make_secret(struct secmail_context *context, void *user)
{
    struct secmail_secret *made = (struct secmail_secret *)(uintptr_t)1;
    const int rc = secmail_secret_new(context, &made, (const uint8_t *)user, strlen(user));
    assert_int_equal(secmail_context_error_code(context), rc);
    if (rc)
        assert_null(made);
    secmail_secret_free(made);
    return rc;
}

static int make_many_secrets(struct secmail_context *context, void *user)
{
    const size_t *size = user;
    struct secmail_secret *made[3] = {NULL};
    int rc = 0;
    for (size_t i = 0; i < 3 && !rc; i++) {
        made[i] = smi_secret_new(context, *size);
        if (!made[i])
            rc = smi_nomem(context);
    }
    for (size_t i = 0; i < 3; i++)
        secmail_secret_free(made[i]);
    return rc;
}

static int make_bytes(struct secmail_context *context, void *user)
{
    (void)user;
    struct smi_buf b = smi_buf_open(&context->mem);
    for (uint32_t i = 0; i < 1000; i++)
        smi_put_u32(&b, i);
    struct secmail_bytes *made = (struct secmail_bytes *)(uintptr_t)1;
    const int rc = smi_bytes_from(&made, &b);
    if (rc)
        assert_null(made);
    secmail_bytes_free(made);
    return rc;
}

static int make_empty_bytes(struct secmail_context *context, void *user)
{
    (void)user;
    struct smi_buf b = smi_buf_open(&context->mem);
    struct secmail_bytes *made;
    const int rc = smi_bytes_from(&made, &b);
    secmail_bytes_free(made);
    return rc;
}

static int grow_an_array(struct secmail_context *context, void *user)
{
    (void)user;
    uint64_t *array = NULL;
    size_t room = 0;
    int rc = 0;
    for (size_t i = 1; i <= 100 && !rc; i++) {
        if (!smi_grow(&context->mem, &array, &room, i, sizeof *array))
            rc = smi_nomem(context);
    }
    smi_free(&context->mem, array, room * sizeof *array);
    return rc;
}

static void contexts(void **state)
{
    (void)state;
    assert_int_equal(torture_run(make_context, NULL, 10), 2);
}

static void secrets(void **state)
{
    (void)state;
    char password[] = "correct horse";
    assert_int_equal(torture_run(make_secret, password, 10), 2);
    size_t slab = 64 * 256, larger = 64 * 256 + 1;
    torture_run(make_many_secrets, &slab, 20);
    torture_run(make_many_secrets, &larger, 20);
}

static void bytes(void **state)
{
    (void)state;
    torture_run(make_bytes, NULL, 20);
    torture_run(make_empty_bytes, NULL, 5);
}

static void arrays(void **state)
{
    (void)state;
    torture_run(grow_an_array, NULL, 20);
}

static void the_allocator_counts(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    void *a = t.allocator.alloc(&t, 10);
    void *b = t.allocator.realloc(&t, NULL, 20);
    assert_int_equal(t.live_blocks, 2);
    assert_int_equal(t.live_bytes, 30);
    b = t.allocator.realloc(&t, b, 5);
    assert_int_equal(t.live_bytes, 15);
    assert_int_equal(t.peak_bytes, 35);
    t.allocator.free(&t, a);
    t.allocator.free(&t, b);
    t.allocator.free(&t, NULL);
    assert_int_equal(t.live_blocks, 0);
    assert_int_equal(t.live_bytes, 0);
}

static void the_nth_allocation_fails(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    for (int mode = TORTURE_ONCE; mode <= TORTURE_FOREVER; mode++) {
        torture_arm(&t, (enum torture_mode)mode, 2);
        void *first = t.allocator.alloc(&t, 1);
        assert_non_null(first);
        assert_null(t.allocator.realloc(&t, first, 2));
        void *third = t.allocator.alloc(&t, 1);
        assert_int_equal(third == NULL, mode == TORTURE_FOREVER);
        assert_int_equal(t.failed, mode == TORTURE_FOREVER ? 2 : 1);
        t.allocator.free(&t, first);
        t.allocator.free(&t, third);
    }
    assert_int_equal(t.live_blocks, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_allocator_counts),
        cmocka_unit_test(the_nth_allocation_fails),
        cmocka_unit_test(contexts),
        cmocka_unit_test(secrets),
        cmocka_unit_test(bytes),
        cmocka_unit_test(arrays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
