/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secrets and the arena of locked memory that they live in. */
#include "core/secret.h"
#include "torture.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* As in secret.c: the arena hands out granules of this size, and has so many in a slab. */
enum { GRANULE = 64, SLAB = 64 * 256 };

static struct secmail_secret *secret_of(struct secmail_context *context, const void *data,
                                        size_t size)
{
    struct secmail_secret *secret;
    assert_ok(context, secmail_secret_new(context, &secret, data, size));
    return secret;
}

static void a_secret_is_a_copy(void **state)
{
    const struct fixture *f = *state;
    char password[] = "correct horse";
    struct secmail_secret *secret = secret_of(f->context, password, 13);
    memset(password, 'x', sizeof password);
    assert_int_equal(secmail_secret_size(secret), 13);
    assert_memory_equal(secmail_secret_data(secret), "correct horse", 13);
    secmail_secret_free(secret);
}

static void an_empty_secret_has_an_address(void **state)
{
    const struct fixture *f = *state;
    struct secmail_secret *secret = secret_of(f->context, NULL, 0);
    assert_int_equal(secmail_secret_size(secret), 0);
    assert_non_null(secmail_secret_data(secret));
    secmail_secret_free(secret);
}

static void bad_arguments_are_refused(void **state)
{
    const struct fixture *f = *state;
    const uint8_t byte = 1;
    struct secmail_secret *secret = (struct secmail_secret *)(uintptr_t)1;
    assert_int_equal(secmail_secret_new(f->context, NULL, &byte, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_context_error_code(f->context), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_secret_new(NULL, &secret, &byte, 1), SECMAIL_E_ARGUMENT);
    assert_null(secret);
    secret = (struct secmail_secret *)(uintptr_t)1;
    assert_int_equal(secmail_secret_new(f->context, &secret, NULL, 1), SECMAIL_E_ARGUMENT);
    assert_null(secret);
    assert_int_equal(secmail_context_error_code(f->context), SECMAIL_E_ARGUMENT);
}

static void sizes_that_no_machine_has_are_out_of_memory(void **state)
{
    const struct fixture *f = *state;
    const size_t sizes[] = {SIZE_MAX, SIZE_MAX - GRANULE, SIZE_MAX - GRANULE - 1, SIZE_MAX / 4};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const uint8_t byte = 1;
        struct secmail_secret *secret = (struct secmail_secret *)(uintptr_t)1;
        assert_int_equal(secmail_secret_new(f->context, &secret, &byte, sizes[i]), SECMAIL_E_NOMEM);
        assert_null(secret);
        assert_int_equal(secmail_context_error_code(f->context), SECMAIL_E_NOMEM);
    }
}

static void no_secret_is_allowed(void **state)
{
    const struct fixture *f = *state;
    struct secmail_secret *secret = secret_of(f->context, "x", 1);
    assert_null(secmail_secret_data(NULL));
    assert_int_equal(secmail_secret_size(NULL), 0);
    assert_int_equal(secmail_secret_is_locked(NULL), 0);
    assert_int_equal(secmail_secret_equal(NULL, secret), 0);
    assert_int_equal(secmail_secret_equal(secret, NULL), 0);
    assert_int_equal(secmail_secret_equal(NULL, NULL), 0);
    secmail_secret_free(NULL);
    secmail_secret_free(secret);
}

static void equality_is_of_bytes_and_size(void **state)
{
    const struct fixture *f = *state;
    struct secmail_secret *a = secret_of(f->context, "abcd", 4);
    struct secmail_secret *same = secret_of(f->context, "abcd", 4);
    struct secmail_secret *other = secret_of(f->context, "abce", 4);
    struct secmail_secret *shorter = secret_of(f->context, "abc", 3);
    struct secmail_secret *empty = secret_of(f->context, "", 0);
    assert_int_equal(secmail_secret_equal(a, a), 1);
    assert_int_equal(secmail_secret_equal(a, same), 1);
    assert_int_equal(secmail_secret_equal(a, other), 0);
    assert_int_equal(secmail_secret_equal(a, shorter), 0);
    assert_int_equal(secmail_secret_equal(shorter, a), 0);
    assert_int_equal(secmail_secret_equal(empty, empty), 1);
    assert_int_equal(secmail_secret_equal(empty, a), 0);
    secmail_secret_free(a);
    secmail_secret_free(same);
    secmail_secret_free(other);
    secmail_secret_free(shorter);
    secmail_secret_free(empty);
}

static void a_freed_place_is_wiped_and_used_again(void **state)
{
    const struct fixture *f = *state;
    struct secmail_secret *keep = secret_of(f->context, "keep", 4);
    struct secmail_secret *secret = secret_of(f->context, "0123456789", 10);
    const uint8_t *place = secmail_secret_data(secret);
    secmail_secret_free(secret);
    assert_memory_equal(place, "\0\0\0\0\0\0\0\0\0\0", 10); /* the slab is still there */
    secret = smi_secret_new(f->context, GRANULE);
    assert_ptr_equal(secmail_secret_data(secret), place);
    for (size_t i = 0; i < GRANULE; i++)
        assert_int_equal(secmail_secret_data(secret)[i], 0);
    memset(smi_secret_fill(secret), 'x', GRANULE);
    assert_memory_equal(secmail_secret_data(keep), "keep", 4);
    secmail_secret_free(secret);
    secmail_secret_free(keep);
}

static void a_gap_takes_only_what_fits(void **state)
{
    const struct fixture *f = *state;
    struct secmail_secret *first = smi_secret_new(f->context, 2 * GRANULE);
    struct secmail_secret *second = smi_secret_new(f->context, 1);
    const uint8_t *gap = secmail_secret_data(first);
    secmail_secret_free(first);
    struct secmail_secret *big = smi_secret_new(f->context, 2 * GRANULE + 1);
    struct secmail_secret *small = smi_secret_new(f->context, GRANULE + 1);
    assert_ptr_equal(secmail_secret_data(big), secmail_secret_data(second) + GRANULE);
    assert_ptr_equal(secmail_secret_data(small), gap);
    secmail_secret_free(second);
    secmail_secret_free(big);
    secmail_secret_free(small);
}

static void many_secrets_do_not_overlap(void **state)
{
    const struct fixture *f = *state;
    enum { COUNT = 700 }; /* more than two slabs of one granule each */
    struct secmail_secret *secrets[COUNT];
    for (uint32_t i = 0; i < COUNT; i++)
        secrets[i] = secret_of(f->context, &i, sizeof i);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_memory_equal(secmail_secret_data(secrets[i]), &i, sizeof i);
    for (uint32_t i = 0; i < COUNT; i += 2)
        secmail_secret_free(secrets[i]);
    for (uint32_t i = 1; i < COUNT; i += 2) {
        assert_memory_equal(secmail_secret_data(secrets[i]), &i, sizeof i);
        secmail_secret_free(secrets[i]);
    }
}

static void a_secret_may_be_larger_than_a_slab(void **state)
{
    const struct fixture *f = *state;
    const size_t size = 5 * SLAB + 1;
    uint8_t *data = malloc(size);
    assert_non_null(data);
    fixture_random(*state, data, size);
    struct secmail_secret *large = secret_of(f->context, data, size);
    struct secmail_secret *slab = secret_of(f->context, data, SLAB);
    assert_memory_equal(secmail_secret_data(large), data, size);
    assert_memory_equal(secmail_secret_data(slab), data, SLAB);
    secmail_secret_free(large);
    assert_memory_equal(secmail_secret_data(slab), data, SLAB);
    secmail_secret_free(slab);
    free(data);
}

static void whether_it_is_locked_can_be_asked(void **state)
{
    const struct fixture *f = *state;
    struct secmail_secret *secret = secret_of(f->context, "x", 1);
    const int locked = secmail_secret_is_locked(secret);
    assert_true(locked == 0 || locked == 1); /* the system decides */
    secmail_secret_free(secret);
}

/* Does touching `address` end a process? A child tries it. */
static bool touching_kills(const volatile uint8_t *address)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL); /* cmocka and sanitizers catch it */
        signal(SIGBUS, SIG_DFL);
        _exit(*address == 0 ? 10 : 11);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && (WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGBUS);
}

static void guard_pages_enclose_the_slab(void **state)
{
    const struct fixture *f = *state;
    struct secmail_secret *secret = smi_secret_new(f->context, SLAB);
    const uint8_t *data = secmail_secret_data(secret);
    assert_false(touching_kills(data));
    assert_false(touching_kills(data + SLAB - 1));
    assert_true(touching_kills(data - 1));
    assert_true(touching_kills(data + SLAB));
    secmail_secret_free(secret);
}

static void a_secret_outlives_its_context(void **state)
{
    (void)state;
    struct torture t;
    torture_init(&t);
    struct fixture f;
    fixture_init(&f, &t.allocator);
    struct secmail_secret *a = secret_of(f.context, "abcd", 4);
    struct secmail_secret *b = secret_of(f.context, "abcd", 4);
    fixture_done(&f);
    assert_int_equal(secmail_secret_equal(a, b), 1);
    secmail_secret_free(a);
    assert_memory_equal(secmail_secret_data(b), "abcd", 4);
    assert_true(t.live_blocks > 0);
    secmail_secret_free(b);
    assert_int_equal(t.live_blocks, 0);
}

enum { THREADS = 4, EACH = 300 };

struct work {
    struct secmail_secret *secrets[EACH];
    uint32_t number;
    bool wrong;
};

static void *free_in_a_thread(void *user)
{
    struct work *w = user;
    for (size_t i = 0; i < EACH; i++) {
        uint32_t number;
        memcpy(&number, secmail_secret_data(w->secrets[i]), sizeof number);
        w->wrong = w->wrong || number != w->number;
        secmail_secret_free(w->secrets[i]);
    }
    return NULL;
}

static void secrets_are_freed_in_any_thread(void **state)
{
    const struct fixture *f = *state;
    static struct work work[THREADS];
    pthread_t threads[THREADS];
    for (uint32_t t = 0; t < THREADS; t++) {
        work[t].number = t;
        for (size_t i = 0; i < EACH; i++)
            work[t].secrets[i] = secret_of(f->context, &t, sizeof t);
    }
    for (size_t t = 0; t < THREADS; t++)
        assert_int_equal(pthread_create(&threads[t], NULL, free_in_a_thread, &work[t]), 0);
    for (uint32_t i = 0; i < EACH; i++) { /* and made meanwhile */
        struct secmail_secret *mine = secret_of(f->context, &i, sizeof i);
        assert_memory_equal(secmail_secret_data(mine), &i, sizeof i);
        secmail_secret_free(mine);
    }
    for (size_t t = 0; t < THREADS; t++) {
        assert_int_equal(pthread_join(threads[t], NULL), 0);
        assert_false(work[t].wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(a_secret_is_a_copy),
        fixture_test(an_empty_secret_has_an_address),
        fixture_test(bad_arguments_are_refused),
        fixture_test(sizes_that_no_machine_has_are_out_of_memory),
        fixture_test(no_secret_is_allowed),
        fixture_test(equality_is_of_bytes_and_size),
        fixture_test(a_freed_place_is_wiped_and_used_again),
        fixture_test(a_gap_takes_only_what_fits),
        fixture_test(many_secrets_do_not_overlap),
        fixture_test(a_secret_may_be_larger_than_a_slab),
        fixture_test(whether_it_is_locked_can_be_asked),
        fixture_test(guard_pages_enclose_the_slab),
        cmocka_unit_test(a_secret_outlives_its_context),
        fixture_test(secrets_are_freed_in_any_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
