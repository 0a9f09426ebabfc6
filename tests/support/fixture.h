/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What most tests need: cmocka with the headers that it wants first, a context whose clock and
 * random generator are the same in each run, files of the test folder and of the corpus.
 */
#ifndef SECMAIL_TEST_FIXTURE_H
#define SECMAIL_TEST_FIXTURE_H

#include <secmail/core.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 2026-01-01 00:00:00 UTC, the time of a fixture's context unless the test sets `now`. */
#define FIXTURE_NOW INT64_C(1767225600)

struct fixture {
    struct secmail_context *context;
    int64_t now;
    uint64_t seed; /* of the random generator; moves with each use */
};

static inline int64_t fixture_clock(void *user)
{
    return ((struct fixture *)user)->now;
}

/* SplitMix64: the same bytes in each run, and no two blocks alike. Never for real keys. */
static inline int fixture_random(void *user, uint8_t *out, size_t size)
{
    struct fixture *f = user;
    for (size_t i = 0; i < size; i++) {
        f->seed += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t z = f->seed;
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        out[i] = (uint8_t)(z ^ (z >> 31));
    }
    return 0;
}

/* A context on `allocator` (NULL: malloc). The fixture must stay where it is until fixture_done().
 */
static inline void fixture_init(struct fixture *f, const struct secmail_allocator *allocator)
{
    *f = (struct fixture){.now = FIXTURE_NOW, .seed = 1};
    assert_int_equal(secmail_context_new_with_allocator(&f->context, allocator), 0);
    assert_int_equal(secmail_context_set_clock(f->context, fixture_clock, f), 0);
    assert_int_equal(secmail_context_set_random(f->context, fixture_random, f), 0);
}

static inline void fixture_done(struct fixture *f)
{
    secmail_context_free(f->context);
    f->context = NULL;
}

/* cmocka's setup and teardown around each test: `*state` is a struct fixture. */
static inline int fixture_setup(void **state)
{
    struct fixture *f = malloc(sizeof *f);
    if (!f)
        return -1;
    fixture_init(f, NULL);
    *state = f;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    fixture_done(*state);
    free(*state);
    return 0;
}

/* A line of a cmocka table: the test with a fixture of its own. */
#define fixture_test(function)                                                                     \
    cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

/* Checks what a call returned; a wrong code is shown by name, with the context's detail. */
#define assert_code(context, got, want)                                                            \
    fixture_assert_code(context, got, want, #got, __FILE__, __LINE__)
#define assert_ok(context, got) assert_code(context, got, 0)

static inline void fixture_assert_code(const struct secmail_context *context, int got, int want,
                                       const char *what, const char *file, int line)
{
    if (got == want)
        return;
    const char *name = secmail_error_name(got);
    print_error("# %s gave %d (%s: %s), not %d\n", what, got, name ? name : "unknown",
                secmail_context_error_detail(context), want);
    _fail(file, line);
}

/* Skips the running test; the reason is shown as a TAP comment. */
static inline void fixture_skip(const char *reason)
{
    print_message("# skipped: %s\n", reason);
    skip();
}

static inline char *fixture_join(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    assert_non_null(path);
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

/* Path of a file below tests/; the caller frees it. */
static inline char *fixture_path(const char *name)
{
    const char *folder = getenv("SECMAIL_TESTS");
    if (!folder)
        fail_msg("SECMAIL_TESTS is unset: run this through `meson test`");
    return fixture_join(folder, name);
}

/* Path of a file of the shared corpus; skips the test where there is no corpus. */
static inline char *fixture_corpus(const char *name)
{
    const char *folder = getenv("SECMAIL_CORPUS");
    if (!folder || !*folder)
        fixture_skip("SECMAIL_CORPUS is unset");
    return fixture_join(folder, name);
}

/* All bytes of a file, with a zero byte after them; the caller frees them. */
static inline uint8_t *fixture_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("can't open %s", path);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const long length = ftell(file);
    assert_true(length >= 0);
    rewind(file);
    *size = (size_t)length;
    uint8_t *data = malloc(*size + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, *size, file), *size);
    data[*size] = 0;
    fclose(file);
    return data;
}

/* The same for a path that the caller got from fixture_path() or fixture_corpus(): frees it too. */
static inline uint8_t *fixture_read_free(char *path, size_t *size)
{
    uint8_t *data = fixture_read(path, size);
    free(path);
    return data;
}

#endif
