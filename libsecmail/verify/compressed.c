/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decompression as a source, bounded by the ratio that the limits allow. */
#include "compressed.h"

enum {
    STEP = 16 << 10,
    FREE_EXPANSION = 1 << 20, /* short texts may expand as they like */
    ALIGNMENT = 16,
};

/* Both libraries free without telling the size, which is needed for wiping: it is kept in front. */
static void *allocate(const struct secmail_allocator *mem, size_t count, size_t size)
{
    if (size && count > (SIZE_MAX - ALIGNMENT) / size)
        return NULL;
    const size_t bytes = count * size + ALIGNMENT;
    uint8_t *p = smi_alloc(mem, bytes);
    if (!p)
        return NULL;
    memcpy(p, &bytes, sizeof bytes);
    return p + ALIGNMENT;
}

static void release(void *opaque, void *p)
{
    size_t bytes;
    if (!p)
        return;
    uint8_t *block = (uint8_t *)p - ALIGNMENT;
    memcpy(&bytes, block, sizeof bytes);
    smi_free(opaque, block, bytes);
}

static void *z_allocate(void *opaque, unsigned count, unsigned size)
{
    return allocate(opaque, count, size);
}

static void *bz_allocate(void *opaque, int count, int size)
{
    return count < 0 || size < 0 ? NULL : allocate(opaque, (size_t)count, (size_t)size);
}

/* The output is compared with the input of the outermost layer, so that layers don't multiply what
 * each of them may expand. */
static int check_ratio(const struct smi_expansion *e)
{
    const uint64_t ratio = smi_limit(e->made.context, SECMAIL_LIMIT_COMPRESSION_RATIO);
    const struct smi_expansion *first = e;
    while (first->outer)
        first = first->outer;
    if (e->out_total <= FREE_EXPANSION ||
        (first->in_total && e->out_total / first->in_total <= ratio))
        return 0;
    return smi_over_limit(e->made.context, SECMAIL_LIMIT_COMPRESSION_RATIO);
}

/* ---------------------------------------------------------------- the algorithms */

/* One step of a decompressor. */
struct step {
    const uint8_t *in;
    unsigned in_size, in_left;
    uint8_t *out;
    unsigned out_left;
};

enum outcome { MORE, AT_END, STUCK, BROKEN, NO_MEMORY };

static enum outcome copy(struct step *s)
{
    const unsigned n = s->in_size < STEP ? s->in_size : STEP;
    if (n)
        memcpy(s->out, s->in, n);
    s->in_left -= n;
    s->out_left -= n;
    return n ? MORE : AT_END;
}

static enum outcome inflate_step(z_stream *z, struct step *s)
{
    z->next_in = (uint8_t *)s->in;
    z->avail_in = s->in_size;
    z->next_out = s->out;
    z->avail_out = STEP;
    const int status = inflate(z, Z_NO_FLUSH);
    s->in_left = z->avail_in;
    s->out_left = z->avail_out;
    switch (status) {
    case Z_OK:
        return MORE;
    case Z_STREAM_END:
        return AT_END;
    case Z_BUF_ERROR:
        return STUCK;
    case Z_MEM_ERROR:
        return NO_MEMORY;
    default:
        return BROKEN;
    }
}

static enum outcome bunzip2_step(bz_stream *bz, struct step *s)
{
    bz->next_in = (char *)s->in;
    bz->avail_in = s->in_size;
    bz->next_out = (char *)s->out;
    bz->avail_out = STEP;
    const int status = BZ2_bzDecompress(bz);
    s->in_left = bz->avail_in;
    s->out_left = bz->avail_out;
    switch (status) {
    case BZ_OK:
        return s->in_left == s->in_size && s->out_left == STEP ? STUCK : MORE;
    case BZ_STREAM_END:
        return AT_END;
    case BZ_MEM_ERROR:
        return NO_MEMORY;
    default:
        return BROKEN;
    }
}

static enum outcome take_step(struct smi_expansion *e, struct step *s)
{
    switch (e->algo) {
    case SMI_UNCOMPRESSED:
        return copy(s);
    case SMI_BZIP2:
        return bunzip2_step(&e->bz, s);
    default:
        return inflate_step(&e->z, s);
    }
}

static bool begin_decompressor(struct smi_expansion *e, const struct secmail_allocator *mem)
{
    switch (e->algo) {
    case SMI_UNCOMPRESSED:
        return true;
    case SMI_BZIP2:
        e->bz.bzalloc = bz_allocate;
        e->bz.bzfree = release;
        e->bz.opaque = (void *)mem;
        return BZ2_bzDecompressInit(&e->bz, 0, 0) == BZ_OK;
    default:
        e->z.zalloc = z_allocate;
        e->z.zfree = release;
        e->z.opaque = (void *)mem;
        /* Raw deflate, or with zlib's header and checksum. */
        return inflateInit2(&e->z, e->algo == SMI_ZIP ? -15 : 15) == Z_OK;
    }
}

static void end_decompressor(struct smi_expansion *e)
{
    if (e->open && e->algo == SMI_BZIP2)
        BZ2_bzDecompressEnd(&e->bz);
    else if (e->open && e->algo != SMI_UNCOMPRESSED)
        inflateEnd(&e->z);
    e->open = false;
}

/* ---------------------------------------------------------------- the source */

static int at_end(struct smi_expansion *e)
{
    const uint8_t *p;
    size_t n;
    int rc = smi_peek(e->lower, 1, &p, &n);
    if (rc)
        return rc;
    if (n)
        return smi_fail(e->made.context, SECMAIL_E_MALFORMED,
                        "data follows the end of the compressed stream in its packet");
    e->made.ended = true;
    return 0;
}

static int account(struct smi_expansion *e, const struct step *s)
{
    const unsigned in = s->in_size - s->in_left, out = STEP - s->out_left;
    smi_skip(e->lower, in);
    e->made.buf.size += out;
    e->in_total += in;
    e->out_total += out;
    return e->algo == SMI_UNCOMPRESSED ? 0 : check_ratio(e);
}

static int expand(struct smi_made_source *made)
{
    struct smi_expansion *e = (struct smi_expansion *)made;
    const uint8_t *data;
    size_t size;
    if (!e->open)
        return at_end(e);
    int rc = smi_peek(e->lower, 1, &data, &size);
    if (rc)
        return rc;
    smi_buf_reserve(&made->buf, made->buf.size + STEP);
    if (made->buf.error)
        return smi_nomem(made->context);
    const unsigned given = size < STEP ? (unsigned)size : STEP;
    struct step step = {data, given, given, made->buf.data + made->buf.size, STEP};
    const enum outcome outcome = take_step(e, &step);
    if (outcome == AT_END)
        end_decompressor(e);
    if (outcome == NO_MEMORY)
        return smi_nomem(made->context);
    if (outcome == STUCK && !size)
        return smi_fail(made->context, SECMAIL_E_TRUNCATED, "the compressed data is cut off");
    /* What was made before wrong data is given out before the error (source.h). */
    rc = account(e, &step);
    if (!rc && outcome == BROKEN)
        rc = smi_fail(made->context, SECMAIL_E_MALFORMED,
                      "the compressed data packet can't be decompressed: wrong data");
    return rc;
}

int smi_expansion_open(struct smi_expansion *e, struct secmail_context *context,
                       struct smi_source *lower)
{
    const uint8_t *p;
    size_t n;
    int rc = smi_peek(lower, 1, &p, &n);
    if (rc)
        return rc;
    if (!n)
        return smi_fail(context, SECMAIL_E_TRUNCATED, "a compressed data packet is empty");
    if (p[0] > SMI_BZIP2)
        return smi_fail(context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "the compression algorithm %u is not supported", p[0]);
    memset(e, 0, sizeof *e);
    smi_made_source_open(&e->made, context, expand);
    e->lower = lower;
    e->algo = p[0];
    if (!begin_decompressor(e, &context->mem))
        return smi_nomem(context);
    e->open = true;
    smi_skip(lower, 1);
    return 0;
}

void smi_expansion_close(struct smi_expansion *e)
{
    end_decompressor(e);
    smi_made_source_close(&e->made);
}
