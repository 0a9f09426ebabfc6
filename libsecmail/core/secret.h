/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Protected memory. An arena is a list of slabs: mlocked pages between two guard pages, handed out
 * in granules of 64 bytes. It is shared and reference-counted, because keys outlive the context
 * that made them and are freed in any thread.
 */
#ifndef SMI_CORE_SECRET_H
#define SMI_CORE_SECRET_H

#include "context.h"

struct smi_arena *smi_arena_new(const struct secmail_allocator *mem);
void smi_arena_unref(struct smi_arena *arena);

/* A secret of `size` zero bytes that the caller fills; NULL when out of memory. */
SMI_SHARED struct secmail_secret *smi_secret_new(struct secmail_context *context, size_t size);

/* Where the caller fills it, before it is shared. */
SMI_SHARED uint8_t *smi_secret_fill(struct secmail_secret *secret);

#endif
