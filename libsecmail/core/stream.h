/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small steps on the windows of a streaming call. */
#ifndef SMI_CORE_STREAM_H
#define SMI_CORE_STREAM_H

#include "bytes.h"

/* Is the window well-formed? */
static inline bool smi_input_ok(const struct secmail_input *in)
{
    return in && in->pos <= in->size && (in->data || !in->size);
}

static inline bool smi_output_ok(const struct secmail_output *out)
{
    return out && out->pos <= out->size && (out->data || !out->size);
}

static inline size_t smi_input_left(const struct secmail_input *in)
{
    return in->size - in->pos;
}

static inline size_t smi_output_left(const struct secmail_output *out)
{
    return out->size - out->pos;
}

/* Copies as much of `data` as the window has room for; returns how much. */
static inline size_t smi_emit(struct secmail_output *out, const uint8_t *data, size_t size)
{
    if (size > smi_output_left(out))
        size = smi_output_left(out);
    if (size)
        memcpy(out->data + out->pos, data, size);
    out->pos += size;
    return size;
}

#endif
