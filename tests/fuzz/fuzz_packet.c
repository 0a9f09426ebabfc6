/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packet framing: the streaming sources give the same packets through windows of any sizes and with
 * peeks of any sizes, and the same as the reader of packets in memory, where that reads them.
 */
#include "fuzz.h"

#include "verify/source.h"

/* What was read: for each packet its tag and its body, then how it ended. */
struct trace {
    int code;
    uint8_t *data;
    size_t size, room;
    size_t packets;
};

static void note(struct trace *t, const void *data, size_t size)
{
    FUZZ_CHECK(size <= t->room - t->size);
    if (size)
        memcpy(t->data + t->size, data, size);
    t->size += size;
}

static void note_header(struct trace *t, uint8_t tag)
{
    note(t, &tag, 1);
    t->packets++;
}

static void note_end(struct trace *t)
{
    note(t, "\377end of body", 12);
}

static struct trace open_trace(size_t size)
{
    /* A packet needs a byte at least, and a body is not longer than the input. */
    const size_t room = size * 14 + 64;
    return (struct trace){.data = fuzz_alloc(room), .room = room};
}

/* How much of a body is given before an error depends on how much was asked for at once. */
static void check_same(const struct trace *a, const struct trace *b)
{
    FUZZ_CHECK(a->code == b->code);
    FUZZ_CHECK(a->packets == b->packets);
    FUZZ_CHECK(a->code || a->size == b->size);
    FUZZ_CHECK(!memcmp(a->data, b->data, a->size < b->size ? a->size : b->size));
}

/* ---------------------------------------------------------------- streaming */

struct reader {
    struct secmail_context *context;
    uint64_t *seed; /* NULL: all input in one window, each peek for a byte */
    const uint8_t *data;
    size_t size, given;
    uint8_t *piece; /* the current window, in memory of just its size */
    struct secmail_input in;
    struct smi_window_source window;
    struct smi_dearmor_source dearmor;
    struct smi_source *lower;
};

static void next_window(struct reader *r)
{
    const size_t left = r->size - r->given;
    size_t size = r->seed ? fuzz_window(r->seed) : left;
    if (size > left)
        size = left;
    FUZZ_CHECK(r->in.pos == r->in.size); /* NEEDS_INPUT: all was taken */
    free(r->piece);
    r->piece = fuzz_alloc(size);
    memcpy(r->piece, r->data + r->given, size);
    r->given += size;
    r->in = (struct secmail_input){r->piece, size, 0};
    r->window.end = r->given == r->size;
}

static int open_packet(struct reader *r, struct smi_body_source *body)
{
    int rc;
    while ((rc = smi_body_source_open(body, r->context, r->lower)) == SECMAIL_NEEDS_INPUT)
        next_window(r);
    return rc;
}

static int read_some(struct reader *r, struct smi_body_source *body, struct trace *t, bool *end)
{
    const size_t want = r->seed ? 1 + fuzz_draw(r->seed, 300) : 1;
    const uint8_t *p;
    size_t n;
    int rc;
    while ((rc = smi_peek(&body->source, want, &p, &n)) == SECMAIL_NEEDS_INPUT)
        next_window(r);
    if (rc)
        return rc;
    *end = n == 0;
    const size_t take = r->seed && n ? 1 + fuzz_draw(r->seed, n) : n;
    note(t, p, take);
    smi_skip(&body->source, take);
    return 0;
}

static int read_packets(struct reader *r, struct trace *t)
{
    for (;;) {
        struct smi_body_source body;
        bool end = false;
        int rc = open_packet(r, &body);
        if (!rc && !body.packet.header_size) {
            FUZZ_CHECK(body.packet.tag == SMI_TAG_NONE);
            return 0;
        }
        if (!rc)
            note_header(t, body.packet.tag);
        while (!rc && !end)
            rc = read_some(r, &body, t, &end);
        if (!rc)
            note_end(t);
        smi_body_source_close(&body);
        if (rc)
            return rc;
    }
}

static void stream(struct secmail_context *context, const uint8_t *data, size_t size, bool armored,
                   uint64_t *seed, struct trace *t)
{
    struct reader r = {.context = context, .seed = seed, .data = data, .size = size};
    smi_enter(context);
    smi_window_source_open(&r.window, context);
    r.window.in = &r.in;
    r.window.end = size == 0;
    r.lower = &r.window.source;
    if (armored) {
        smi_dearmor_source_open(&r.dearmor, context, &r.window.source);
        r.lower = &r.dearmor.made.source;
    }
    *t = open_trace(size);
    t->code = read_packets(&r, t);
    FUZZ_CHECK(secmail_context_error_code(context) == t->code);
    if (armored)
        smi_made_source_close(&r.dearmor.made);
    smi_window_source_close(&r.window);
    free(r.piece);
}

/* ---------------------------------------------------------------- in memory */

/* The same with smi_packet_next(), up to the first packet that it doesn't read: `whole` tells
 * whether that was the end. */
static void walk(struct secmail_context *context, const uint8_t *data, size_t size, struct trace *t,
                 bool *whole)
{
    struct smi_cursor in = smi_cursor(data, size), body;
    struct smi_packet packet;
    smi_enter(context);
    *t = open_trace(size);
    while (!(t->code = smi_packet_next(context, &in, &packet, &body)) &&
           packet.tag != SMI_TAG_NONE) {
        FUZZ_CHECK(packet.kind != SMI_LENGTH_PARTIAL);
        FUZZ_CHECK(body.size <= size);
        note_header(t, packet.tag);
        note(t, body.data, body.size);
        note_end(t);
    }
    *whole = !t->code;
}

static void check_walk(struct secmail_context *context, const uint8_t *data, size_t size,
                       const struct trace *streamed)
{
    struct trace walked;
    bool whole;
    walk(context, data, size, &walked, &whole);
    if (whole)
        check_same(&walked, streamed);
    else
        FUZZ_CHECK(walked.packets <= streamed->packets);
    FUZZ_CHECK(walked.size <= streamed->size);
    FUZZ_CHECK(!memcmp(walked.data, streamed->data, walked.size));
    free(walked.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t seed = fuzz_hash(data, size);
    struct secmail_context *context;
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    for (int armored = 0; armored < 2; armored++) {
        struct trace whole, pieces;
        stream(context, data, size, armored, NULL, &whole);
        for (int i = 0; i < 3; i++) {
            stream(context, data, size, armored, &seed, &pieces);
            check_same(&whole, &pieces);
            free(pieces.data);
        }
        if (!armored)
            check_walk(context, data, size, &whole);
        free(whole.data);
    }
    secmail_context_free(context);
    return 0;
}
