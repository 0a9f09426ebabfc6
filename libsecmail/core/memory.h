/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory through the host's allocator. Every free is given the size and wipes the block, so that
 * nothing that was secret for a moment stays behind.
 */
#ifndef SMI_CORE_MEMORY_H
#define SMI_CORE_MEMORY_H

#include <secmail/core.h>
#include <stdbool.h>

/* Private functions that the libraries share carry this mark and stand in the version node
 * SECMAIL_PRIVATE; they are in no installed header. */
#define SMI_SHARED __attribute__((visibility("default")))

/* The allocator that stands for malloc(). */
SMI_SHARED const struct secmail_allocator *smi_malloc_allocator(void);

/* Uninitialised and zeroed memory; NULL when there is none. A size of 0 gives a valid block. */
SMI_SHARED void *smi_alloc(const struct secmail_allocator *mem, size_t size);
SMI_SHARED void *smi_zalloc(const struct secmail_allocator *mem, size_t size);

/* Wipes `size` bytes and frees; NULL is allowed. */
SMI_SHARED void smi_free(const struct secmail_allocator *mem, void *p, size_t size);

/* Makes an array of `*room` elements hold at least `want`: doubles it, moves, wipes the old one. */
SMI_SHARED bool smi_grow(const struct secmail_allocator *mem, void *array, size_t *room,
                         size_t want, size_t element_size);

SMI_SHARED void smi_wipe(void *p, size_t size);

/* Compares in constant time. */
SMI_SHARED bool smi_equal(const void *a, const void *b, size_t size);

#endif
