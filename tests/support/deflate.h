/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compressed data packets for the tests; the library writes none. */
#ifndef SECMAIL_TEST_DEFLATE_H
#define SECMAIL_TEST_DEFLATE_H

#include "packet_writer.h"

#include <bzlib.h>
#include <zlib.h>

/* Deflates `content` into a compressed packet with algorithm 1 (raw) or 2 (zlib's format). */
static inline void put_deflated(struct collected *c, unsigned algo, const struct collected *content)
{
    z_stream z = {0};
    struct collected body = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, algo == 1 ? -15 : 15, 9, Z_DEFAULT_STRATEGY),
                     Z_OK);
    const size_t bound = deflateBound(&z, content->size);
    body.data = malloc(bound + 1);
    assert_non_null(body.data);
    body.data[0] = (uint8_t)algo;
    z.next_in = content->data;
    z.avail_in = (unsigned)content->size;
    z.next_out = body.data + 1;
    z.avail_out = (unsigned)bound;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    body.size = 1 + bound - z.avail_out;
    deflateEnd(&z);
    put_body_drop(c, TAG_COMPRESSED, &body);
}

/* The same with algorithm 3. */
static inline void put_bzipped(struct collected *c, const struct collected *content)
{
    struct collected body = {0};
    unsigned size = (unsigned)(content->size + content->size / 100 + 600);
    body.data = malloc(size + 1);
    assert_non_null(body.data);
    body.data[0] = 3;
    assert_int_equal(BZ2_bzBuffToBuffCompress((char *)body.data + 1, &size, (char *)content->data,
                                              (unsigned)content->size, 9, 0, 0),
                     BZ_OK);
    body.size = 1 + size;
    put_body_drop(c, TAG_COMPRESSED, &body);
}

static inline void put_compressed(struct collected *c, unsigned algo,
                                  const struct collected *content)
{
    if (algo == 3)
        put_bzipped(c, content);
    else
        put_deflated(c, algo, content);
}

#endif
