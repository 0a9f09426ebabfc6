/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DATE and VERIFICATIONS: which signatures count, and the lines that tell of them. */
#ifndef SOP_VERIFICATIONS_H
#define SOP_VERIFICATIONS_H

#include "objects.h"

/* When a signature may have been made, both ends included. */
struct window {
    int64_t not_before;
    int64_t not_after;
};

/* Reads both ends; "-" is an open end, "now" the current time. Default: from "-" to "now". */
int window_read(const struct sop *sop, const struct arguments *args, enum option before,
                enum option after, struct window *out);

/* VERIFICATIONS in the making. */
struct verifications {
    FILE *file;
    char *text;
    size_t size;
    size_t count;   /* signatures that count */
    size_t refused; /* those that don't */
};

int verifications_open(const struct sop *sop, struct verifications *v);

/* Adds the line of a signature that counts; tells why another one doesn't. */
void verifications_add(const struct sop *sop, struct verifications *v,
                       const struct secmail_verdict *verdict, const struct window *window,
                       const struct certs_list *certs);

/* Ends the text: v->text and v->size can be read then. */
int verifications_end(const struct sop *sop, struct verifications *v);
void verifications_free(struct verifications *v);

#endif
