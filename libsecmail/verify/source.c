/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sources that need neither keys nor decompression. */
#include "source.h"

enum { MADE_STEP = 16 << 10 };

/* Where the unread rest of a carry or made buffer is. */
static const uint8_t *unread(const struct smi_buf *buf, size_t pos)
{
    return buf->data ? buf->data + pos : (const uint8_t *)"";
}

/* Before more is appended: a carry that is never read to its end must not grow forever. */
static void carry_compact(struct smi_buf *carry, size_t *pos)
{
    if (!*pos)
        return;
    memmove(carry->data, carry->data + *pos, carry->size - *pos);
    carry->size -= *pos;
    *pos = 0;
}

/* Skips in a carry; forgets it when all was read. */
static void carry_skip(struct smi_buf *carry, size_t *pos, size_t size)
{
    *pos += size;
    if (*pos < carry->size)
        return;
    carry->size = 0;
    *pos = 0;
}

/* ---------------------------------------------------------------- window */

static int window_carry(struct smi_window_source *w, size_t want)
{
    carry_compact(&w->carry, &w->carry_pos);
    const size_t have = w->carry.size;
    size_t more = have < want ? want - have : 0;
    if (more > smi_input_left(w->in))
        more = smi_input_left(w->in);
    if (more) /* an empty window may have no data */
        smi_put(&w->carry, w->in->data + w->in->pos, more);
    w->in->pos += more;
    return w->carry.error ? smi_nomem(w->context) : 0;
}

static int window_peek(struct smi_source *source, size_t want, const uint8_t **data, size_t *size)
{
    struct smi_window_source *w = (struct smi_window_source *)source;
    const size_t left = smi_input_left(w->in);
    if (!w->carry.size && (left >= want || w->end)) {
        *data = left ? w->in->data + w->in->pos : (const uint8_t *)"";
        *size = left;
        return 0;
    }
    int rc = window_carry(w, want);
    if (rc)
        return rc;
    *data = unread(&w->carry, w->carry_pos);
    *size = w->carry.size - w->carry_pos;
    return *size >= want || w->end ? 0 : SECMAIL_NEEDS_INPUT;
}

static void window_skip(struct smi_source *source, size_t size)
{
    struct smi_window_source *w = (struct smi_window_source *)source;
    if (w->carry.size)
        carry_skip(&w->carry, &w->carry_pos, size);
    else
        w->in->pos += size;
}

void smi_window_source_open(struct smi_window_source *w, struct secmail_context *context)
{
    *w = (struct smi_window_source){
        .source = {window_peek, window_skip},
        .context = context,
        .carry = smi_buf_open(&context->mem),
    };
}

void smi_window_source_close(struct smi_window_source *w)
{
    if (w->context)
        smi_buf_free(&w->carry);
}

/* ---------------------------------------------------------------- made */

/* What was made before an error is given out before it, so that the size of the caller's windows
 * makes no difference. */
static int put_off(struct smi_made_source *m, int code)
{
    m->failed = code;
    memcpy(m->detail, m->context->detail, sizeof m->detail);
    smi_recover(m->context);
    return 0;
}

static int make_more(struct smi_made_source *m, size_t want)
{
    if (m->failed)
        return smi_fail(m->context, m->failed, "%s", m->detail);
    if (m->pos) {
        memmove(m->buf.data, m->buf.data + m->pos, m->buf.size - m->pos);
        m->buf.size -= m->pos;
        m->pos = 0;
    }
    int rc = m->make(m);
    if (!rc && m->buf.error)
        rc = smi_fail(m->context, m->buf.error, NULL);
    return rc < 0 && m->buf.size >= want ? put_off(m, rc) : rc;
}

static int made_peek(struct smi_source *source, size_t want, const uint8_t **data, size_t *size)
{
    struct smi_made_source *m = (struct smi_made_source *)source;
    while (!m->ended && m->buf.size - m->pos < want) {
        int rc = make_more(m, want);
        if (rc)
            return rc;
    }
    *data = unread(&m->buf, m->pos);
    *size = m->buf.size - m->pos;
    return 0;
}

static void made_skip(struct smi_source *source, size_t size)
{
    struct smi_made_source *m = (struct smi_made_source *)source;
    carry_skip(&m->buf, &m->pos, size);
}

void smi_made_source_open(struct smi_made_source *m, struct secmail_context *context,
                          int (*make)(struct smi_made_source *made))
{
    *m = (struct smi_made_source){
        .source = {made_peek, made_skip},
        .context = context,
        .buf = smi_buf_open(&context->mem),
        .make = make,
    };
}

void smi_made_source_close(struct smi_made_source *m)
{
    if (!m->context)
        return;
    m->buf.size = m->buf.room; /* wipe what was there before, too */
    smi_buf_free(&m->buf);
}

/* ---------------------------------------------------------------- armor */

static int dearmor_make(struct smi_made_source *made)
{
    struct smi_dearmor_source *d = (struct smi_dearmor_source *)made;
    const uint8_t *text;
    size_t size;
    int rc = smi_peek(d->lower, 1, &text, &size);
    if (rc)
        return rc;
    smi_buf_reserve(&made->buf, made->buf.size + MADE_STEP);
    if (made->buf.error)
        return smi_nomem(made->context);
    struct secmail_input in = {text, size, 0};
    struct secmail_output out = {made->buf.data + made->buf.size, MADE_STEP, 0};
    rc = smi_dearmor_update(&d->dearmor, &in, &out, size == 0);
    smi_skip(d->lower, in.pos);
    made->buf.size += out.pos;
    if (rc == SECMAIL_DONE)
        made->ended = true;
    return rc < 0 ? rc : 0;
}

void smi_dearmor_source_open(struct smi_dearmor_source *d, struct secmail_context *context,
                             struct smi_source *lower)
{
    smi_made_source_open(&d->made, context, dearmor_make);
    d->lower = lower;
    smi_dearmor_init(&d->dearmor, context);
}

/* ---------------------------------------------------------------- packet body */

static int truncated(const struct smi_body_source *b)
{
    return smi_fail(b->context, SECMAIL_E_TRUNCATED, "the data ends inside a %s",
                    smi_tag_name(b->packet.tag));
}

/* Goes to the next part that has bytes. */
static int next_part(struct smi_body_source *b)
{
    while (!b->part_left && !b->last_part) {
        const uint8_t *p;
        size_t n;
        int rc = smi_peek(b->lower, 1, &p, &n);
        if (rc)
            return rc;
        const size_t size = n ? smi_length_size(p[0]) : 1;
        rc = smi_peek(b->lower, size, &p, &n);
        if (rc)
            return rc;
        if (n < size)
            return truncated(b);
        uint32_t length;
        b->last_part = smi_length_decode(p, &length) == SMI_LENGTH_DEFINITE;
        b->part_left = length;
        smi_skip(b->lower, size);
    }
    return 0;
}

/* What the current part has, without joining. */
static int part_peek(struct smi_body_source *b, size_t want, const uint8_t **data, size_t *size)
{
    int rc = next_part(b);
    if (rc)
        return rc;
    *data = (const uint8_t *)"";
    *size = 0;
    if (!b->part_left)
        return 0;
    if (want > b->part_left)
        want = (size_t)b->part_left;
    rc = smi_peek(b->lower, want, data, size);
    if (rc)
        return rc;
    if (*size < want && b->packet.kind != SMI_LENGTH_INDETERMINATE)
        return truncated(b);
    if (*size > b->part_left)
        *size = (size_t)b->part_left;
    return 0;
}

static void part_skip(struct smi_body_source *b, size_t size)
{
    smi_skip(b->lower, size);
    if (b->packet.kind != SMI_LENGTH_INDETERMINATE)
        b->part_left -= size;
}

/* Joins parts in the carry until it has `want` bytes or the body ends. */
static int join(struct smi_body_source *b, size_t want)
{
    carry_compact(&b->carry, &b->carry_pos);
    while (b->carry.size < want) {
        const uint8_t *p;
        size_t n;
        const size_t more = want - b->carry.size;
        int rc = part_peek(b, 1, &p, &n);
        if (rc || !n)
            return rc;
        if (n > more)
            n = more;
        smi_put(&b->carry, p, n);
        part_skip(b, n);
        if (b->carry.error)
            return smi_nomem(b->context);
    }
    return 0;
}

static int body_peek(struct smi_source *source, size_t want, const uint8_t **data, size_t *size)
{
    struct smi_body_source *b = (struct smi_body_source *)source;
    if (!b->carry.size) {
        int rc = part_peek(b, want, data, size);
        if (rc || *size >= want || (b->last_part && *size == b->part_left) ||
            (b->packet.kind == SMI_LENGTH_INDETERMINATE))
            return rc;
    }
    int rc = join(b, want);
    if (rc)
        return rc;
    *data = unread(&b->carry, b->carry_pos);
    *size = b->carry.size - b->carry_pos;
    return 0;
}

static void body_skip(struct smi_source *source, size_t size)
{
    struct smi_body_source *b = (struct smi_body_source *)source;
    if (b->carry.size)
        carry_skip(&b->carry, &b->carry_pos, size);
    else
        part_skip(b, size);
}

static int read_header(struct smi_body_source *b)
{
    const uint8_t *p;
    size_t n;
    int rc = smi_peek(b->lower, 1, &p, &n);
    if (rc || !n)
        return rc;
    rc = smi_peek(b->lower, 2, &p, &n);
    if (rc)
        return rc;
    const size_t size = smi_header_size(p[0], n > 1 ? p[1] : 0);
    if (!size)
        return smi_fail(b->context, SECMAIL_E_MALFORMED,
                        "a packet must begin with a byte that has its top bit set, not 0x%02x "
                        "(RFC 9580 section 4.2)",
                        p[0]);
    rc = smi_peek(b->lower, size, &p, &n);
    if (rc)
        return rc;
    if (n < size)
        return smi_fail(b->context, SECMAIL_E_TRUNCATED, "the data ends inside a packet header");
    b->packet = smi_header_decode(p);
    smi_skip(b->lower, size);
    return 0;
}

int smi_body_source_open(struct smi_body_source *b, struct secmail_context *context,
                         struct smi_source *lower)
{
    *b = (struct smi_body_source){
        .source = {body_peek, body_skip},
        .context = context,
        .lower = lower,
        .carry = smi_buf_open(&context->mem),
    };
    int rc = read_header(b);
    if (rc)
        return rc;
    b->last_part = b->packet.kind != SMI_LENGTH_PARTIAL;
    b->part_left = b->packet.kind == SMI_LENGTH_INDETERMINATE ? UINT64_MAX : b->packet.length;
    return 0;
}

void smi_body_source_close(struct smi_body_source *b)
{
    if (b->context)
        smi_buf_free(&b->carry);
}

static bool may_be_partial(uint8_t tag)
{
    return tag == SMI_TAG_LITERAL || tag == SMI_TAG_COMPRESSED || tag == SMI_TAG_SED ||
           tag == SMI_TAG_SEIPD || tag == SMI_TAG_LIBREPGP_AEAD;
}

int smi_body_source_all(struct smi_body_source *b, struct smi_cursor *body)
{
    if (b->packet.kind != SMI_LENGTH_DEFINITE && !may_be_partial(b->packet.tag))
        return smi_fail(b->context, SECMAIL_E_MALFORMED,
                        "a %s must have a definite length (RFC 9580 section 4.2.1.4)",
                        smi_tag_name(b->packet.tag));
    if (b->packet.length > smi_limit(b->context, SECMAIL_LIMIT_PACKET_SIZE))
        return smi_over_limit(b->context, SECMAIL_LIMIT_PACKET_SIZE);
    const uint8_t *p = (const uint8_t *)"";
    size_t n = 0;
    int rc = b->packet.length ? smi_peek(&b->source, b->packet.length, &p, &n) : 0;
    *body = smi_cursor(p, n);
    return rc;
}

int smi_body_source_drain(struct smi_body_source *b)
{
    for (;;) {
        const uint8_t *p;
        size_t n;
        int rc = smi_peek(&b->source, 1, &p, &n);
        if (rc || !n)
            return rc;
        smi_skip(&b->source, n);
    }
}

int smi_rewind_read(struct secmail_context *context, int value, enum secmail_rewind *rewind)
{
    if (value < SECMAIL_REWIND_NONE || value > SECMAIL_REWIND_SAME)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "%d is no value of enum secmail_rewind",
                        value);
    *rewind = (enum secmail_rewind)value;
    return 0;
}
