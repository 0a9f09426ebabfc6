/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the benchmarks share: CPU time, memory that is already there when the clock starts, medians,
 * and an allocator that keeps big blocks. It prints; it judges nothing by time, since a machine may
 * be busy: a benchmark fails only if the work that it measures fails.
 */
#ifndef SECMAIL_BENCH_H
#define SECMAIL_BENCH_H

#include <secmail/core.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static inline void bench_die(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(1);
}

/* Seconds of CPU that this process has used, all threads together. */
static inline double bench_cpu(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t))
        bench_die("clock_gettime", "no CPU clock");
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/*
 * Memory whose pages exist. The first touch of a page costs more than its encryption (17 us for
 * 4 KiB was measured on a virtual machine), so that a buffer fresh from malloc() would measure the
 * kernel. Huge pages make the first touch 500 times rarer.
 */
static inline uint8_t *bench_memory(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        bench_die("mmap", "out of memory; try a smaller --size");
    madvise(p, size, MADV_HUGEPAGE);
    memset(p, 0x5a, size);
    return p;
}

static inline int bench_compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts `samples`. */
static inline double bench_median(double *samples, size_t count)
{
    qsort(samples, count, sizeof *samples, bench_compare);
    return count % 2 ? samples[count / 2] : (samples[count / 2 - 1] + samples[count / 2]) / 2;
}

/* Random-looking bytes that no compressor shortens (SplitMix64); the same in each run. */
static inline void bench_fill(uint8_t *data, size_t size)
{
    uint64_t seed = 1;
    for (size_t i = 0; i < size; i += 8) {
        seed += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t z = seed;
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        z ^= z >> 31;
        memcpy(data + i, &z, size - i < 8 ? size - i : 8);
    }
}

/*
 * An allocator that a program with many big messages may want: freed blocks of 64 KiB and more wait
 * here for the next request, so that their pages are touched for the first time only once.
 */
enum { BENCH_BIG = 64 * 1024, BENCH_KEEP = 16, BENCH_HEAD = 64 };

struct bench_recycler {
    struct secmail_allocator allocator;
    uint8_t *kept[BENCH_KEEP]; /* block starts: room, padding, data */
};

static inline size_t bench_room(const uint8_t *block)
{
    size_t room;
    memcpy(&room, block, sizeof room);
    return room;
}

/* The smallest kept block that fits without wasting more than it holds; NULL if there is none. */
static inline uint8_t *bench_kept(struct bench_recycler *r, size_t bytes)
{
    size_t best = BENCH_KEEP;
    for (size_t i = 0; i < BENCH_KEEP; i++) {
        if (!r->kept[i] || bench_room(r->kept[i]) < bytes || bench_room(r->kept[i]) / 2 > bytes)
            continue;
        if (best == BENCH_KEEP || bench_room(r->kept[i]) < bench_room(r->kept[best]))
            best = i;
    }
    if (best == BENCH_KEEP)
        return NULL;
    uint8_t *block = r->kept[best];
    r->kept[best] = NULL;
    return block;
}

static inline void *bench_alloc(void *user, size_t bytes)
{
    uint8_t *block = bytes >= BENCH_BIG ? bench_kept(user, bytes) : NULL;
    if (!block) {
        block = malloc(BENCH_HEAD + bytes);
        if (!block)
            return NULL;
        memcpy(block, &bytes, sizeof bytes);
    }
    return block + BENCH_HEAD;
}

static inline void bench_free(void *user, void *p)
{
    if (!p)
        return;
    struct bench_recycler *r = user;
    uint8_t *block = (uint8_t *)p - BENCH_HEAD;
    if (bench_room(block) >= BENCH_BIG) {
        for (size_t i = 0; i < BENCH_KEEP; i++) {
            if (!r->kept[i]) {
                r->kept[i] = block;
                return;
            }
        }
    }
    free(block);
}

static inline void *bench_realloc(void *user, void *p, size_t bytes)
{
    uint8_t *bigger = bench_alloc(user, bytes);
    if (!bigger || !p)
        return bigger;
    const size_t old = bench_room((uint8_t *)p - BENCH_HEAD);
    memcpy(bigger, p, old < bytes ? old : bytes);
    bench_free(user, p);
    return bigger;
}

/* Must not move afterwards, and belongs to one thread. */
static inline void bench_recycler_init(struct bench_recycler *r)
{
    *r = (struct bench_recycler){0};
    r->allocator = (struct secmail_allocator){
        .size = sizeof r->allocator,
        .alloc = bench_alloc,
        .realloc = bench_realloc,
        .free = bench_free,
        .user = r,
    };
}

static inline void bench_recycler_done(struct bench_recycler *r)
{
    for (size_t i = 0; i < BENCH_KEEP; i++)
        free(r->kept[i]);
}

#endif
