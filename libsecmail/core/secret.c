/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The arena of locked memory and the secret objects in it. One mmap and mlock for many keys: guard
 * pages around each key would cost two system calls and 160 us a key.
 */
#include "secret.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { GRANULE = 64, SLAB_GRANULES = 256 };

struct slab {
    struct slab *next;
    uint8_t *map; /* guard page, data, guard page */
    size_t map_size;
    uint8_t *data;
    size_t granules;
    bool locked;
    uint8_t used[]; /* one for each granule */
};

struct smi_arena {
    struct secmail_allocator mem;
    atomic_uint refs;
    pthread_mutex_t mutex;
    struct slab *slabs;
};

struct secmail_secret {
    struct smi_arena *arena;
    struct slab *slab;
    uint8_t *data;
    size_t size;
    size_t granules;
};

struct smi_arena *smi_arena_new(const struct secmail_allocator *mem)
{
    struct smi_arena *arena = smi_zalloc(mem, sizeof *arena);
    if (!arena)
        return NULL;
    arena->mem = *mem;
    atomic_init(&arena->refs, 1);
    pthread_mutex_init(&arena->mutex, NULL);
    return arena;
}

static void slab_free(const struct secmail_allocator *mem, struct slab *slab)
{
    munmap(slab->map, slab->map_size);
    smi_free(mem, slab, sizeof *slab + slab->granules);
}

void smi_arena_unref(struct smi_arena *arena)
{
    if (atomic_fetch_sub(&arena->refs, 1) != 1)
        return;
    const struct secmail_allocator mem = arena->mem;
    while (arena->slabs) {
        struct slab *slab = arena->slabs;
        arena->slabs = slab->next;
        slab_free(&mem, slab);
    }
    pthread_mutex_destroy(&arena->mutex);
    smi_free(&mem, arena, sizeof *arena);
}

static bool slab_map(struct slab *slab)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t body = (slab->granules * GRANULE + page - 1) / page * page;
    slab->map_size = body + 2 * page;
    void *map = mmap(NULL, slab->map_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return false;
    slab->map = map;
    slab->data = slab->map + page;
    if (mprotect(slab->data, body, PROT_READ | PROT_WRITE)) {
        munmap(slab->map, slab->map_size);
        return false;
    }
    slab->locked = mlock(slab->data, body) == 0;
#ifdef MADV_DONTDUMP
    madvise(slab->data, body, MADV_DONTDUMP);
#endif
    return true;
}

static struct slab *slab_new(struct smi_arena *arena, size_t granules)
{
    struct slab *slab = smi_zalloc(&arena->mem, sizeof *slab + granules);
    if (!slab)
        return NULL;
    slab->granules = granules;
    if (!slab_map(slab)) {
        smi_free(&arena->mem, slab, sizeof *slab + granules);
        return NULL;
    }
    slab->next = arena->slabs;
    arena->slabs = slab;
    return slab;
}

/* First fit: the place of `count` free granules in a row, or SIZE_MAX. */
static size_t find_free(const struct slab *slab, size_t count)
{
    size_t run = 0;
    for (size_t i = 0; i < slab->granules; i++) {
        run = slab->used[i] ? 0 : run + 1;
        if (run == count)
            return i + 1 - count;
    }
    return SIZE_MAX;
}

static bool take_granules(struct smi_arena *arena, struct secmail_secret *secret)
{
    struct slab *slab = arena->slabs;
    size_t at = SIZE_MAX;
    while (slab && (at = find_free(slab, secret->granules)) == SIZE_MAX)
        slab = slab->next;
    if (!slab) {
        slab = slab_new(arena, secret->granules > SLAB_GRANULES ? secret->granules : SLAB_GRANULES);
        if (!slab)
            return false;
        at = 0;
    }
    memset(slab->used + at, 1, secret->granules);
    secret->slab = slab;
    secret->data = slab->data + at * GRANULE;
    return true;
}

struct secmail_secret *smi_secret_new(struct secmail_context *context, size_t size)
{
    struct smi_arena *arena = context->arena;
    if (size > SIZE_MAX - GRANULE)
        return NULL;
    struct secmail_secret *secret = smi_zalloc(&arena->mem, sizeof *secret);
    if (!secret)
        return NULL;
    secret->arena = arena;
    secret->size = size;
    secret->granules = size ? (size + GRANULE - 1) / GRANULE : 1;
    pthread_mutex_lock(&arena->mutex);
    const bool ok = take_granules(arena, secret);
    pthread_mutex_unlock(&arena->mutex);
    if (!ok) {
        smi_free(&arena->mem, secret, sizeof *secret);
        return NULL;
    }
    atomic_fetch_add(&arena->refs, 1);
    return secret;
}

uint8_t *smi_secret_fill(struct secmail_secret *secret)
{
    return secret->data;
}

int secmail_secret_new(struct secmail_context *context, struct secmail_secret **out,
                       const uint8_t *data, size_t size)
{
    if (out)
        *out = NULL;
    if (!smi_enter(context))
        return SECMAIL_E_ARGUMENT;
    if (!out)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_secret_new: out is NULL");
    if (!data && size)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_secret_new: data is NULL");
    *out = smi_secret_new(context, size);
    if (!*out)
        return smi_nomem(context);
    if (size)
        memcpy((*out)->data, data, size);
    return 0;
}

const uint8_t *secmail_secret_data(const struct secmail_secret *secret)
{
    return secret ? secret->data : NULL;
}

size_t secmail_secret_size(const struct secmail_secret *secret)
{
    return secret ? secret->size : 0;
}

int secmail_secret_is_locked(const struct secmail_secret *secret)
{
    return secret && secret->slab->locked;
}

int secmail_secret_equal(const struct secmail_secret *a, const struct secmail_secret *b)
{
    return a && b && a->size == b->size && smi_equal(a->data, b->data, a->size);
}

void secmail_secret_free(struct secmail_secret *secret)
{
    if (!secret)
        return;
    struct smi_arena *arena = secret->arena;
    smi_wipe(secret->data, secret->granules * GRANULE);
    pthread_mutex_lock(&arena->mutex);
    memset(secret->slab->used + (size_t)(secret->data - secret->slab->data) / GRANULE, 0,
           secret->granules);
    pthread_mutex_unlock(&arena->mutex);
    smi_free(&arena->mem, secret, sizeof *secret);
    smi_arena_unref(arena);
}
