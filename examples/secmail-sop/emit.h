/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several keys or certificates on standard output: one armored block around all, or binary. */
#ifndef SOP_EMIT_H
#define SOP_EMIT_H

#include "sop.h"

struct emit {
    const struct sop *sop;
    struct secmail_armor *armor; /* NULL: binary */
};

/* `kind` is an enum secmail_armor_kind. */
int emit_open(const struct sop *sop, struct emit *emit, bool armored, uint32_t kind);
int emit_cert(struct emit *emit, const struct secmail_cert *cert);
int emit_key(struct emit *emit, const struct secmail_key *key);

/* Ends the block if `code`, the outcome so far, is SOP_OK. Frees in any case; returns the outcome.
 */
int emit_close(struct emit *emit, int code);

#endif
