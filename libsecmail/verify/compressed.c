/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decompression as a source, bounded by the ratio that the limits allow. */
#include "compressed.h"

enum {
    STEP = 16 << 10,
    FREE_EXPANSION = 1 << 20, /* short texts may expand as they like */
    ALIGNMENT = 16,
};

/* zlib frees without telling the size, which is needed for wiping: it is kept in front. */
static void *z_alloc(void *opaque, unsigned count, unsigned size)
{
    const struct secmail_allocator *mem = opaque;
    if (size && count > (SIZE_MAX - ALIGNMENT) / size)
        return NULL;
    const size_t bytes = (size_t)count * size + ALIGNMENT;
    uint8_t *p = smi_alloc(mem, bytes);
    if (!p)
        return NULL;
    memcpy(p, &bytes, sizeof bytes);
    return p + ALIGNMENT;
}

static void z_free(void *opaque, void *p)
{
    size_t bytes;
    if (!p)
        return;
    uint8_t *block = (uint8_t *)p - ALIGNMENT;
    memcpy(&bytes, block, sizeof bytes);
    smi_free(opaque, block, bytes);
}

/* The output is compared with the input of the outermost layer, so that layers don't multiply what
 * each of them may expand. */
static int check_ratio(struct smi_inflate_source *s)
{
    const uint64_t ratio = smi_limit(s->made.context, SECMAIL_LIMIT_COMPRESSION_RATIO);
    const struct smi_inflate_source *first = s;
    while (first->outer)
        first = first->outer;
    if (s->out_total <= FREE_EXPANSION ||
        (first->in_total && s->out_total / first->in_total <= ratio))
        return 0;
    return smi_over_limit(s->made.context, SECMAIL_LIMIT_COMPRESSION_RATIO);
}

static int stored_make(struct smi_inflate_source *s, const uint8_t *data, size_t size)
{
    const size_t n = size < STEP ? size : STEP;
    smi_put(&s->made.buf, data, n);
    smi_skip(s->lower, n);
    s->in_total += n;
    s->made.ended = n == 0;
    return 0;
}

static int broken(struct smi_inflate_source *s)
{
    return smi_fail(s->made.context, SECMAIL_E_MALFORMED,
                    "the compressed data packet can't be decompressed: %s",
                    s->z.msg ? s->z.msg : "wrong data");
}

static int at_end(struct smi_inflate_source *s)
{
    const uint8_t *p;
    size_t n;
    int rc = smi_peek(s->lower, 1, &p, &n);
    if (rc)
        return rc;
    if (n)
        return smi_fail(s->made.context, SECMAIL_E_MALFORMED,
                        "data follows the end of the compressed stream in its packet");
    s->made.ended = true;
    return 0;
}

static int inflate_make(struct smi_made_source *made)
{
    struct smi_inflate_source *s = (struct smi_inflate_source *)made;
    const uint8_t *data;
    size_t size;
    if (!s->open && !s->stored)
        return at_end(s);
    int rc = smi_peek(s->lower, 1, &data, &size);
    if (rc)
        return rc;
    if (s->stored)
        return stored_make(s, data, size);
    smi_buf_reserve(&made->buf, made->buf.size + STEP);
    if (made->buf.error)
        return smi_nomem(made->context);
    const unsigned given = size < STEP ? (unsigned)size : STEP;
    s->z.next_in = (uint8_t *)data;
    s->z.avail_in = given;
    s->z.next_out = made->buf.data + made->buf.size;
    s->z.avail_out = STEP;
    const int status = inflate(&s->z, Z_NO_FLUSH);
    smi_skip(s->lower, given - s->z.avail_in);
    made->buf.size += STEP - s->z.avail_out;
    s->in_total += given - s->z.avail_in;
    s->out_total += STEP - s->z.avail_out;
    if (status == Z_STREAM_END) {
        inflateEnd(&s->z);
        s->open = false;
    } else if (status == Z_MEM_ERROR) {
        return smi_nomem(made->context);
    } else if (status == Z_BUF_ERROR && !size) {
        return smi_fail(made->context, SECMAIL_E_TRUNCATED, "the compressed data is cut off");
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
        return broken(s);
    }
    return check_ratio(s);
}

int smi_inflate_source_open(struct smi_inflate_source *s, struct secmail_context *context,
                            struct smi_source *lower)
{
    const uint8_t *p;
    size_t n;
    int rc = smi_peek(lower, 1, &p, &n);
    if (rc)
        return rc;
    if (!n)
        return smi_fail(context, SECMAIL_E_TRUNCATED, "a compressed data packet is empty");
    const uint8_t algo = p[0];
    if (algo > 2)
        return smi_fail(context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "the compression algorithm %u (%s) is not supported", algo,
                        algo == 3 ? "BZip2" : "unknown");
    memset(s, 0, sizeof *s);
    smi_made_source_open(&s->made, context, inflate_make);
    s->lower = lower;
    s->stored = algo == 0;
    s->z.zalloc = z_alloc;
    s->z.zfree = z_free;
    s->z.opaque = &context->mem;
    /* Algorithm 1 is raw deflate, 2 has zlib's header and checksum (section 9.4). */
    if (!s->stored && inflateInit2(&s->z, algo == 1 ? -15 : 15) != Z_OK)
        return smi_nomem(context);
    s->open = !s->stored;
    smi_skip(lower, 1);
    return 0;
}

void smi_inflate_source_close(struct smi_inflate_source *s)
{
    if (s->open)
        inflateEnd(&s->z);
    smi_made_source_close(&s->made);
}
