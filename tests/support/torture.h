/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Out-of-memory injection. An operation runs again and again, with its 1st, 2nd, 3rd, ...
 * allocation failing, until it gets through: each failure must be SECMAIL_E_NOMEM and leave no
 * block behind. It isn't a leak checker for memory that doesn't come through the context's
 * allocator; AddressSanitizer and valgrind watch that.
 */
#ifndef SECMAIL_TEST_TORTURE_H
#define SECMAIL_TEST_TORTURE_H

#include "fixture.h"

/* Keeps the size in front of each block; 16 bytes keep the alignment of malloc(). */
enum { TORTURE_HEAD = 16 };

enum torture_mode {
    TORTURE_ONCE,    /* one allocation fails, the next ones succeed */
    TORTURE_FOREVER, /* from that allocation on, all fail */
};

struct torture {
    struct secmail_allocator allocator;
    enum torture_mode mode;
    size_t fail_at; /* 1 is the next allocation; 0 fails none */
    size_t count;   /* allocations since torture_arm() */
    size_t failed;  /* of them, those that were made to fail */
    size_t live_blocks;
    size_t live_bytes;
    size_t peak_bytes;
};

static inline bool torture_fails(struct torture *t)
{
    t->count++;
    if (!t->fail_at || t->count < t->fail_at)
        return false;
    if (t->mode == TORTURE_ONCE && t->count != t->fail_at)
        return false;
    t->failed++;
    return true;
}

static inline void *torture_alloc(void *user, size_t size)
{
    struct torture *t = user;
    if (torture_fails(t))
        return NULL;
    uint8_t *block = malloc(TORTURE_HEAD + size);
    assert_non_null(block);
    memcpy(block, &size, sizeof size);
    memset(block + TORTURE_HEAD, 0xa5, size);
    t->live_blocks++;
    t->live_bytes += size;
    if (t->live_bytes > t->peak_bytes)
        t->peak_bytes = t->live_bytes;
    return block + TORTURE_HEAD;
}

static inline void torture_free(void *user, void *p)
{
    struct torture *t = user;
    if (!p)
        return;
    uint8_t *block = (uint8_t *)p - TORTURE_HEAD;
    size_t size;
    memcpy(&size, block, sizeof size);
    assert_true(t->live_blocks > 0 && t->live_bytes >= size);
    t->live_blocks--;
    t->live_bytes -= size;
    free(block);
}

static inline void *torture_realloc(void *user, void *p, size_t size)
{
    uint8_t *bigger = torture_alloc(user, size);
    if (!bigger || !p)
        return bigger;
    size_t old;
    memcpy(&old, (uint8_t *)p - TORTURE_HEAD, sizeof old);
    memcpy(bigger, p, old < size ? old : size);
    torture_free(user, p);
    return bigger;
}

/* An allocator that counts and, until it is armed, never fails. Must not move afterwards. */
static inline void torture_init(struct torture *t)
{
    *t = (struct torture){0};
    t->allocator = (struct secmail_allocator){
        .size = sizeof t->allocator,
        .alloc = torture_alloc,
        .realloc = torture_realloc,
        .free = torture_free,
        .user = t,
    };
}

/* From here on, the `fail_at`-th allocation fails; 0 disarms. */
static inline void torture_arm(struct torture *t, enum torture_mode mode, size_t fail_at)
{
    t->mode = mode;
    t->fail_at = fail_at;
    t->count = 0;
    t->failed = 0;
}

/*
 * What is tortured. It gets a context (the fixture's clock and random generator, the torture's
 * allocator), frees whatever it made, on success and on failure, and returns the code of the call
 * that is under test. What it needs beforehand stands in `user`, made with another context.
 */
typedef int (*torture_op)(struct secmail_context *context, void *user);

/* Runs the operation once; true when it got through without a failing allocation. */
static inline bool torture_once(torture_op op, void *user, enum torture_mode mode, size_t fail_at)
{
    struct torture t;
    torture_init(&t);
    struct fixture f;
    fixture_init(&f, &t.allocator);
    torture_arm(&t, mode, fail_at);
    const int rc = op(f.context, user);
    const size_t failed = t.failed;
    torture_arm(&t, mode, 0);
    if (failed) {
        const int code = secmail_context_error_code(f.context);
        if (rc != SECMAIL_E_NOMEM)
            fail_msg("allocation %zu failed, but the operation returned %d (%s)", fail_at, rc,
                     secmail_context_error_detail(f.context));
        if (code && code != SECMAIL_E_NOMEM)
            fail_msg("allocation %zu failed, but the context says %d", fail_at, code);
    } else if (rc < 0) {
        fail_msg("the operation failed with %d (%s), although no allocation did", rc,
                 secmail_context_error_detail(f.context));
    }
    fixture_done(&f);
    if (t.live_blocks)
        fail_msg("allocation %zu failed, and %zu blocks (%zu bytes) were left behind", fail_at,
                 t.live_blocks, t.live_bytes);
    return !failed;
}

static inline size_t torture_until_success(torture_op op, void *user, size_t bound,
                                           enum torture_mode mode)
{
    size_t n = 1;
    while (!torture_once(op, user, mode, n)) {
        n++;
        if (n > bound)
            fail_msg("still failing after %zu allocations", bound);
    }
    if (n == 1)
        fail_msg("the operation allocates nothing: it can't be tortured");
    return n - 1;
}

/*
 * Tortures `op` in both modes; it must get through before `bound` allocations have been failed.
 * Returns how many allocations it makes.
 */
static inline size_t torture_run(torture_op op, void *user, size_t bound)
{
    const size_t once = torture_until_success(op, user, bound, TORTURE_ONCE);
    const size_t forever = torture_until_success(op, user, bound, TORTURE_FOREVER);
    assert_int_equal(once, forever);
    return once;
}

#endif
