/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rings: many certificates or secret keys in one file. */
#ifndef SMI_VERIFY_RING_H
#define SMI_VERIFY_RING_H

#include "verify/cert.h"

/*
 * Calls `read` for each certificate or secret key in the data, armored or binary. What it can't
 * read is counted in *skipped, unless memory ran out. SECMAIL_E_NOT_A_CERT if there is none at all.
 */
typedef int (*smi_ring_read_fn)(void *user, struct smi_cursor packets);
SMI_SHARED int smi_ring_walk(struct secmail_context *context, const uint8_t *data, size_t size,
                             smi_ring_read_fn read, void *user, size_t *skipped);

#endif
