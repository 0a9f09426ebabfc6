/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reports come compressed: with gzip as RFC 9990 wants it, or as a zip archive of one file. */
#include "report.h"

#include <zlib.h>

enum { LARGEST = 256 << 20, ZIP_HEAD = 30, STORED = 0, DEFLATED = 8 };

static uint32_t little_endian(const uint8_t *p, int bytes)
{
    uint32_t number = 0;
    while (bytes--)
        number = number << 8 | p[bytes];
    return number;
}

/* `bits` as inflateInit2() has it: 15 + 16 for gzip, -15 for bare data. */
static struct bytes inflate_all(const uint8_t *data, size_t size, int bits)
{
    struct bytes out = {0};
    z_stream z = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)size};
    size_t room = 0;
    int rc = inflateInit2(&z, bits);
    while (rc == Z_OK) {
        if (out.size == room)
            out.data = reallocate(out.data, room = room ? room * 2 : 65536);
        z.next_out = out.data + out.size;
        z.avail_out = (uInt)(room - out.size);
        rc = inflate(&z, Z_NO_FLUSH);
        out.size = room - z.avail_out;
        if (out.size > LARGEST)
            die(USAGE, "secmail-auth: the report has more than %d bytes", LARGEST);
    }
    inflateEnd(&z);
    if (rc != Z_STREAM_END)
        die(USAGE, "secmail-auth: the compressed report is damaged or cut off");
    return out;
}

/* The first file of an archive, from its local header (APPNOTE.TXT 4.3.7). */
static struct bytes unzip(const uint8_t *data, size_t size)
{
    const uint32_t method = size > ZIP_HEAD ? little_endian(data + 8, 2) : UINT32_MAX;
    const uint32_t stored = size > ZIP_HEAD ? little_endian(data + 18, 4) : 0;
    const size_t start = size > ZIP_HEAD
                             ? ZIP_HEAD + little_endian(data + 26, 2) + little_endian(data + 28, 2)
                             : 0;
    if (start >= size || (method != STORED && method != DEFLATED) ||
        (method == STORED && stored > size - start))
        die(USAGE, "secmail-auth: the zip archive can't be read");
    if (method == DEFLATED)
        return inflate_all(data + start, size - start, -15);
    struct bytes out = {.data = allocate(stored), .size = stored};
    memcpy(out.data, data + start, stored);
    return out;
}

struct bytes unpack(struct bytes packed)
{
    struct bytes out;
    if (packed.size > UINT32_MAX)
        die(USAGE, "secmail-auth: the report is too large");
    if (packed.size > 2 && !memcmp(packed.data, "\x1f\x8b", 2))
        out = inflate_all(packed.data, packed.size, 15 + 16);
    else if (packed.size > 4 && !memcmp(packed.data, "PK\x03\x04", 4))
        out = unzip(packed.data, packed.size);
    else
        return packed;
    free(packed.data);
    return out;
}
