/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sized, wiping memory on top of the host's allocator. Locked memory for keys is in secret.c. */
#include "memory.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20 };

/* The kernel clears and maps big blocks page by page when they are touched: huge pages make that
 * 500 times rarer. A hint, whose failure costs only time. */
static void prefer_huge_pages(uint8_t *block, size_t size)
{
#ifdef MADV_HUGEPAGE
    const size_t skip = (HUGE_PAGE - (uintptr_t)block % HUGE_PAGE) % HUGE_PAGE;
    if (size >= skip + HUGE_PAGE)
        madvise(block + skip, (size - skip) / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
#endif
}

static void *system_alloc(void *user, size_t size)
{
    (void)user;
    void *block = malloc(size);
    if (block && size >= 4 * HUGE_PAGE)
        prefer_huge_pages(block, size);
    return block;
}

static void *system_realloc(void *user, void *p, size_t size)
{
    (void)user;
    return realloc(p, size);
}

static void system_free(void *user, void *p)
{
    (void)user;
    free(p);
}

const struct secmail_allocator *smi_malloc_allocator(void)
{
    static const struct secmail_allocator system = {
        .size = sizeof(struct secmail_allocator),
        .alloc = system_alloc,
        .realloc = system_realloc,
        .free = system_free,
    };
    return &system;
}

void *smi_alloc(const struct secmail_allocator *mem, size_t size)
{
    return mem->alloc(mem->user, size ? size : 1);
}

void *smi_zalloc(const struct secmail_allocator *mem, size_t size)
{
    void *p = smi_alloc(mem, size);
    if (p)
        memset(p, 0, size);
    return p;
}

void smi_free(const struct secmail_allocator *mem, void *p, size_t size)
{
    if (!p)
        return;
    smi_wipe(p, size);
    mem->free(mem->user, p);
}

bool smi_grow(const struct secmail_allocator *mem, void *array, size_t *room, size_t want,
              size_t element_size)
{
    if (want <= *room)
        return true;
    size_t more = *room < 4 ? 4 : *room;
    while (more < want) {
        if (more > SIZE_MAX / 2)
            return false;
        more *= 2;
    }
    if (more > SIZE_MAX / element_size)
        return false;
    void *old;
    memcpy(&old, array, sizeof old);
    void *bigger = smi_alloc(mem, more * element_size);
    if (!bigger)
        return false;
    if (old)
        memcpy(bigger, old, *room * element_size);
    smi_free(mem, old, *room * element_size);
    memcpy(array, &bigger, sizeof bigger);
    *room = more;
    return true;
}

void smi_wipe(void *p, size_t size)
{
    sodium_memzero(p, size);
}

bool smi_equal(const void *a, const void *b, size_t size)
{
    return sodium_memcmp(a, b, size) == 0;
}
