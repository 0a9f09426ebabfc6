/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Moving data. Memory is two blocks, whatever the size of the data.
 *
 * A message with a modification detection code that is too large to be held is read twice: the
 * first reading authenticates, the second one emits. Standard input that is a file is rewound. Of a
 * pipe, each block that is about to be overwritten goes into an unlinked temporary file (it is
 * ciphertext), until the operation says that it won't rewind; a message of one block never gets
 * there. That file is nobody else's; an input file is leased where the kernel can, so that the
 * library needn't compare both readings.
 */
#include "stream.h"

#include "io.h"
#include "lease.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A little more than a power of two: so the library can seal whole blocks into the output. */
enum { BLOCK = 256 * 1024, PAGE = 4096, OUT_BLOCK = BLOCK + PAGE };

/* Where a regular file stands, or -1. */
static off_t position(int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return -1;
    return lseek(fd, 0, SEEK_CUR);
}

int stream_open(const struct sop *sop, struct stream *stream, bool twice)
{
    *stream = (struct stream){.fd = STDIN_FILENO, .spool = -1};
    stream->start = position(stream->fd);
    stream->keep = twice && stream->start < 0;
    stream->leased = twice && !stream->keep && lease_take(stream->fd);
    if (twice)
        stream->rewind = stream->keep || stream->leased ? SECMAIL_REWIND_SAME
                                                        : SECMAIL_REWIND_COMPARED;
    /* On a page: the kernel's copies out of its cache take five times as long to an address that is
     * only a multiple of 16. */
    stream->room = aligned_alloc(PAGE, (size_t)BLOCK + OUT_BLOCK);
    if (!stream->room)
        return sop_fail(sop, SOP_UNSPECIFIED, "out of memory");
    stream->in.data = stream->room;
    stream->out = (struct secmail_output){stream->room + BLOCK, OUT_BLOCK, 0};
    return SOP_OK;
}

/* Lets go of what makes a second reading possible. */
static void release(struct stream *stream)
{
    stream->keep = false;
    if (stream->spool >= 0)
        close(stream->spool);
    stream->spool = -1;
    if (stream->leased)
        lease_drop(stream->fd);
    stream->leased = false;
}

void stream_forget(struct stream *stream)
{
    if (!stream->again)
        release(stream);
}

static void note_used(struct stream *stream)
{
    if (stream->in.size > stream->in_used)
        stream->in_used = stream->in.size;
    if (stream->out.pos > stream->out_used)
        stream->out_used = stream->out.pos;
}

void stream_close(struct stream *stream)
{
    release(stream);
    note_used(stream);
    /* What was never used is not touched: its pages don't exist yet. */
    if (stream->room) {
        explicit_bzero(stream->room, stream->in_used);
        explicit_bzero(stream->room + BLOCK, stream->out_used);
    }
    free(stream->room);
    *stream = (struct stream){.spool = -1};
}

static int make_spool(const struct sop *sop, struct stream *stream)
{
    const char *folder = getenv("TMPDIR");
    if (!folder || !*folder)
        folder = "/tmp";
    stream->spool = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (stream->spool >= 0)
        return SOP_OK;
    /* Not each file system has O_TMPFILE. */
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/secmail-sop-XXXXXX", folder) < sizeof path)
        stream->spool = mkostemp(path, O_CLOEXEC);
    if (stream->spool < 0)
        return sop_fail(sop, SOP_UNSPECIFIED,
                        "%s: can't hold a copy of the message: %s. Set TMPDIR, or give the message "
                        "as a file on standard input",
                        folder, strerror(errno));
    unlink(path);
    return SOP_OK;
}

static int spool_block(const struct sop *sop, struct stream *stream)
{
    if (stream->spool < 0) {
        const int failed = make_spool(sop, stream);
        if (failed)
            return failed;
    }
    return output_write_all(sop, stream->spool, "temporary file", stream->in.data, stream->in.size);
}

/* Reads the next block over the one that was taken. */
static int fill(const struct sop *sop, struct stream *stream)
{
    if (stream->keep && stream->in.size > 0) {
        const int failed = spool_block(sop, stream);
        if (failed)
            return failed;
    }
    note_used(stream);
    stream->in.pos = stream->in.size = 0;
    const ssize_t got = input_read_some(stream->fd, stream->room, BLOCK);
    if (got < 0)
        return sop_fail(sop, SOP_MISSING_INPUT, "standard input: can't be read: %s",
                        strerror(errno));
    stream->in.size = (size_t)got;
    stream->ended = got == 0;
    return SOP_OK;
}

static int rewind_input(const struct sop *sop, struct stream *stream)
{
    off_t start = stream->start;
    if (start < 0) {
        const int failed = spool_block(sop, stream);
        if (failed)
            return failed;
        stream->fd = stream->spool;
        stream->keep = false;
        start = 0;
    }
    if (lseek(stream->fd, start, SEEK_SET) < 0)
        return sop_fail(sop, SOP_UNSPECIFIED, "standard input: can't be read a second time: %s",
                        strerror(errno));
    stream->in.pos = stream->in.size = 0;
    stream->ended = false;
    stream->again = true;
    return SOP_OK;
}

/* What was made of the second reading leaves only if it was the same as the first one. */
static int flush(const struct sop *sop, struct stream *stream)
{
    const size_t size = stream->out.pos;
    if (stream->again && stream->leased && !lease_holds(stream->fd))
        return sop_fail(sop, SOP_UNSPECIFIED,
                        "standard input: somebody opened the file for writing while it was read. "
                        "Try again when that is done");
    note_used(stream);
    stream->out.pos = 0;
    return output_stdout(sop, stream->out.data, size);
}

static int serve(const struct sop *sop, struct stream *stream, int status)
{
    switch (status) {
    case SECMAIL_NEEDS_INPUT:
        if (stream->ended)
            return sop_fail(sop, SOP_UNSPECIFIED, "the library asks for more than there is");
        return fill(sop, stream);
    case SECMAIL_NEEDS_REWIND:
        return rewind_input(sop, stream);
    default:
        return flush(sop, stream);
    }
}

int stream_run(const struct sop *sop, struct stream *stream, stream_step step, void *operation,
               enum sop_role role, const char *what)
{
    int failed = fill(sop, stream);
    while (!failed) {
        const int status = step(operation, &stream->in, &stream->out, stream->ended);
        if (status < 0)
            return sop_fail_library(sop, status, role, what);
        failed = serve(sop, stream, status);
        if (status == SECMAIL_DONE)
            break;
    }
    return failed;
}

int stream_feed(const struct sop *sop, int (*feed)(void *, const uint8_t *, size_t),
                void *operation, enum sop_role role, const char *what)
{
    struct stream stream;
    int failed = stream_open(sop, &stream, false);
    if (!failed)
        failed = fill(sop, &stream);
    while (!failed && !stream.ended) {
        const int error = feed(operation, stream.in.data, stream.in.size);
        failed = error < 0 ? sop_fail_library(sop, error, role, what) : fill(sop, &stream);
    }
    stream_close(&stream);
    return failed;
}
