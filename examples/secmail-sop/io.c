/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inputs and outputs by designator. What is streamed is in stream.c. */
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST = 1 << 30 }; /* of an input that must be in memory */

ssize_t input_read_some(int fd, uint8_t *data, size_t size)
{
    ssize_t got;
    do
        got = read(fd, data, size);
    while (got < 0 && errno == EINTR);
    return got;
}

void blob_free(struct blob *blob)
{
    if (blob->data)
        explicit_bzero(blob->data, blob->size);
    free(blob->data);
    *blob = (struct blob){0};
}

/* realloc() would leave a copy of a key behind. */
static bool grow(struct blob *blob, size_t *room)
{
    const size_t larger = *room * 2;
    uint8_t *data = malloc(larger);
    if (!data)
        return false;
    memcpy(data, blob->data, blob->size);
    explicit_bzero(blob->data, blob->size);
    free(blob->data);
    blob->data = data;
    *room = larger;
    return true;
}

/* Room for all of a regular file and one byte, so that one read takes it and one finds its end. */
static size_t first_room(int fd)
{
    struct stat info;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size >= 0 &&
        info.st_size < LARGEST)
        return (size_t)info.st_size + 1;
    return 16384;
}

static int read_all(const struct sop *sop, int fd, const char *name, struct blob *out)
{
    size_t room = first_room(fd);
    *out = (struct blob){.data = malloc(room)};
    if (!out->data)
        return sop_fail(sop, SOP_UNSPECIFIED, "%s: out of memory", name);
    for (;;) {
        const ssize_t got = input_read_some(fd, out->data + out->size, room - out->size);
        if (got < 0)
            return sop_fail(sop, SOP_MISSING_INPUT, "%s: can't be read: %s", name, strerror(errno));
        if (got == 0)
            return SOP_OK;
        out->size += (size_t)got;
        if (out->size > LARGEST)
            return sop_fail(sop, SOP_BAD_DATA, "%s: larger than 1 GiB. Split it", name);
        if (out->size == room && !grow(out, &room))
            return sop_fail(sop, SOP_UNSPECIFIED, "%s: out of memory", name);
    }
}

static const char *after_prefix(const char *designator, const char *prefix)
{
    const size_t length = strlen(prefix);
    return strncmp(designator, prefix, length) == 0 ? designator + length : NULL;
}

static int unsupported_prefix(const struct sop *sop, const char *designator, const char *known)
{
    return sop_fail(sop, SOP_UNSUPPORTED_SPECIAL_PREFIX,
                    "%s: a name that begins with '@' must be %s. Write ./%s for a file", designator,
                    known, designator);
}

/* A decimal number of an open file, or -1. */
static int descriptor(const char *digits)
{
    long fd = 0;
    for (const char *p = digits; *p; p++) {
        if (*p < '0' || *p > '9' || p - digits > 9)
            return -1;
        fd = fd * 10 + (*p - '0');
    }
    return *digits && fd <= INT_MAX && fcntl((int)fd, F_GETFD) >= 0 ? (int)fd : -1;
}

static int read_variable(const struct sop *sop, const char *name, const char *designator,
                         struct blob *out)
{
    const char *value = getenv(name);
    if (!value)
        return sop_fail(sop, SOP_MISSING_INPUT, "%s: the environment variable is not set",
                        designator);
    out->size = strlen(value);
    out->data = malloc(out->size + 1);
    if (!out->data)
        return sop_fail(sop, SOP_UNSPECIFIED, "%s: out of memory", designator);
    memcpy(out->data, value, out->size);
    return SOP_OK;
}

static int open_special(const struct sop *sop, const char *designator, int *fd)
{
    const char *digits = after_prefix(designator, "@FD:");
    if (!digits)
        return unsupported_prefix(sop, designator, "@ENV:NAME or @FD:number");
    const int given = descriptor(digits);
    *fd = given < 0 ? -1 : fcntl(given, F_DUPFD_CLOEXEC, 3);
    if (*fd < 0)
        return sop_fail(sop, SOP_MISSING_INPUT, "%s: that file descriptor is not open", designator);
    return SOP_OK;
}

static int open_file(const struct sop *sop, const char *path, int *fd)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (*fd < 0)
        return sop_fail(sop, SOP_MISSING_INPUT, "%s: %s", path, strerror(errno));
    return SOP_OK;
}

static int read_descriptor(const struct sop *sop, int fd, const char *designator, struct blob *out)
{
    const int failed = read_all(sop, fd, designator, out);
    close(fd);
    if (failed)
        blob_free(out);
    return failed;
}

int input_read(const struct sop *sop, const char *designator, struct blob *out)
{
    *out = (struct blob){0};
    int fd = -1;
    if (designator[0] != '@') {
        const int failed = open_file(sop, designator, &fd);
        return failed ? failed : read_descriptor(sop, fd, designator, out);
    }
    if (faccessat(AT_FDCWD, designator, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return sop_fail(sop, SOP_AMBIGUOUS_INPUT,
                        "%s: there is also a file of that name. Write ./%s for the file, or "
                        "rename it",
                        designator, designator);
    const char *variable = after_prefix(designator, "@ENV:");
    if (variable)
        return read_variable(sop, variable, designator, out);
    const int failed = open_special(sop, designator, &fd);
    return failed ? failed : read_descriptor(sop, fd, designator, out);
}

int input_read_stdin(const struct sop *sop, struct blob *out)
{
    const int failed = read_all(sop, STDIN_FILENO, "standard input", out);
    if (failed)
        blob_free(out);
    return failed;
}

int output_write_all(const struct sop *sop, int fd, const char *name, const uint8_t *data,
                     size_t size)
{
    while (size > 0) {
        const ssize_t put = write(fd, data, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return sop_fail(sop, SOP_UNSPECIFIED, "%s: can't be written: %s", name,
                            strerror(errno));
        data += put;
        size -= (size_t)put;
    }
    return SOP_OK;
}

int output_stdout(const struct sop *sop, const uint8_t *data, size_t size)
{
    return output_write_all(sop, STDOUT_FILENO, "standard output", data, size);
}

static int open_output_descriptor(const struct sop *sop, const char *designator, struct output *out)
{
    const char *digits = after_prefix(designator, "@FD:");
    if (!digits)
        return unsupported_prefix(sop, designator, "@FD:number for an output");
    const int given = descriptor(digits);
    out->fd = given < 0 ? -1 : fcntl(given, F_DUPFD_CLOEXEC, 3);
    if (out->fd < 0)
        return sop_fail(sop, SOP_UNSPECIFIED, "%s: that file descriptor is not open", designator);
    return SOP_OK;
}

/*
 * The file is made at once: a name that is taken, or a folder that can't be written, is found
 * before the work, and nobody else can take the name meanwhile.
 */
int output_open(const struct sop *sop, const char *designator, mode_t mode, struct output *out)
{
    *out = (struct output){.fd = -1, .name = designator};
    if (!designator)
        return SOP_OK;
    if (designator[0] == '@')
        return open_output_descriptor(sop, designator, out);
    out->fd = open(designator, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, mode);
    if (out->fd < 0 && errno == EEXIST)
        return sop_fail(sop, SOP_OUTPUT_EXISTS,
                        "%s: the file exists, and is not replaced. Remove it or choose another "
                        "name",
                        designator);
    if (out->fd < 0)
        return sop_fail(sop, SOP_UNSPECIFIED, "%s: can't be created: %s", designator,
                        strerror(errno));
    out->is_file = true;
    return SOP_OK;
}

int output_write(const struct sop *sop, struct output *out, const uint8_t *data, size_t size)
{
    return out->fd < 0 ? SOP_OK : output_write_all(sop, out->fd, out->name, data, size);
}

int output_close(const struct sop *sop, struct output *out, int code)
{
    if (out->fd < 0)
        return code;
    const int result = close(out->fd);
    if (result < 0 && errno != EINTR && !code)
        code = sop_fail(sop, SOP_UNSPECIFIED, "%s: can't be written: %s", out->name,
                        strerror(errno));
    if (code && out->is_file)
        unlink(out->name);
    out->fd = -1;
    return code;
}
