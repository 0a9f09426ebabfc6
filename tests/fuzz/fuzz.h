/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the fuzz targets share. A target is one LLVMFuzzerTestOneInput() for one parser, in
 * fuzz_<name>.c. It gets all it needs from its input: also sizes of windows are drawn from a hash
 * of the input, so that each file of a corpus runs the same way each time.
 */
#ifndef SECMAIL_FUZZ_H
#define SECMAIL_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, as libFuzzer and the replay driver expect, when something isn't as it must be.
 */
#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* FNV-1a. */
static inline uint64_t fuzz_hash(const uint8_t *data, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* SplitMix64: a number from 0 to below - 1. */
static inline size_t fuzz_draw(uint64_t *seed, size_t below)
{
    *seed += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *seed;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (size_t)((z ^ (z >> 31)) % below);
}

/* Size of the next window: often tiny, sometimes large, and 0 now and then. */
static inline size_t fuzz_window(uint64_t *seed)
{
    static const size_t largest[] = {1, 2, 4, 8, 70, 200, 5000};
    return fuzz_draw(seed, largest[fuzz_draw(seed, sizeof largest / sizeof largest[0])] + 1);
}

/* Memory of just this size, so that a sanitizer sees a step outside. */
static inline void *fuzz_alloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    FUZZ_CHECK(p != NULL);
    return p;
}

#endif
