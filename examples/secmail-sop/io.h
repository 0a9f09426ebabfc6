/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files as the draft sees them (section "Input/Output Indirect Types"): inputs that may be
 * @ENV:NAME or @FD:n, outputs that may be @FD:n and never replace a file, and the streams that may
 * be larger than memory.
 */
#ifndef SOP_IO_H
#define SOP_IO_H

#include "sop.h"

#include <sys/types.h>

/* Bytes of an input that is held in memory. Wiped when freed, since it may be a key. */
struct blob {
    uint8_t *data;
    size_t size;
};

/* Reads all of an input; an empty one is SOP_OK. */
int input_read(const struct sop *sop, const char *designator, struct blob *out);

/* Reads all of standard input. */
int input_read_stdin(const struct sop *sop, struct blob *out);
void blob_free(struct blob *blob);

/* Reads a piece of a file; 0 at its end, -1 when that failed (errno). */
ssize_t input_read_some(int fd, uint8_t *data, size_t size);

/* Writes all; `name` is for the message. */
int output_write_all(const struct sop *sop, int fd, const char *name, const uint8_t *data,
                     size_t size);
int output_stdout(const struct sop *sop, const uint8_t *data, size_t size);

/* An output file besides standard output. */
struct output {
    int fd; /* -1: not wanted */
    const char *name;
    bool is_file;
};

/* Opens an output before the work starts; NULL means that none is wanted. */
int output_open(const struct sop *sop, const char *designator, mode_t mode, struct output *out);
int output_write(const struct sop *sop, struct output *out, const uint8_t *data, size_t size);

/* Closes it. A file of a command that failed is removed. Returns `code`, or what closing gave. */
int output_close(const struct sop *sop, struct output *out, int code);

#endif
