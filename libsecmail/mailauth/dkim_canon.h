/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Canonicalisation of header fields and bodies (RFC 6376 section 3.4). */
#ifndef SMI_MAILAUTH_DKIM_CANON_H
#define SMI_MAILAUTH_DKIM_CANON_H

#include "mailauth/text.h"

enum smi_canon { SMI_SIMPLE = 0, SMI_RELAXED = 1 };

/* Appends a field (without its CRLF) in canonical form; `name_size` as in struct smi_field. */
void smi_canon_field(struct smi_buf *b, enum smi_canon canon, struct smi_span field,
                     size_t name_size);

/* Takes canonical bytes. */
typedef void (*smi_sink)(void *user, const uint8_t *data, size_t size);

enum { SMI_CANON_STAGE = 1024 };

/* A body on its way; the same result however it is cut. */
struct smi_body_canon {
    enum smi_canon canon;
    smi_sink sink;
    void *user;
    uint64_t empty_lines; /* seen, and written only if text follows */
    bool written;         /* anything */
    bool line_start;      /* what was written ends with CRLF, or nothing was written */
    bool cr;              /* seen, and it isn't known yet what follows */
    bool blank;           /* white space was seen that isn't written yet */
    size_t staged;
    uint8_t stage[SMI_CANON_STAGE];
};

void smi_body_init(struct smi_body_canon *c, enum smi_canon canon, smi_sink sink, void *user);
void smi_body_update(struct smi_body_canon *c, const uint8_t *data, size_t size);
void smi_body_finish(struct smi_body_canon *c);

#endif
