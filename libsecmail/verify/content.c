/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of a message's content: a loop over packets, one short function for each kind. */
#include "content.h"

struct smi_layer {
    struct smi_layer *below;
    struct smi_body_source body;
    struct smi_expansion expansion;
};

struct smi_slot {
    struct smi_one_pass ops;
    uint8_t salt[64];
    uint8_t *body; /* of a signature that stands before the data */
    size_t body_size;
    bool done;
    size_t depth; /* number of compressed packets around it */
    struct smi_signed_hash hash;
};

void smi_content_open(struct smi_content *c, struct secmail_context *context,
                      struct smi_judge *judge, struct smi_source *base)
{
    *c = (struct smi_content){.context = context, .judge = judge, .base = base};
}

static void pop_layer(struct smi_content *c)
{
    struct smi_layer *layer = c->top;
    c->top = layer->below;
    c->depth--;
    smi_expansion_close(&layer->expansion);
    smi_body_source_close(&layer->body);
    smi_free(&c->context->mem, layer, sizeof *layer);
}

void smi_content_close(struct smi_content *c)
{
    if (!c->context)
        return;
    const struct secmail_allocator *mem = &c->context->mem;
    smi_body_source_close(&c->packet);
    while (c->top)
        pop_layer(c);
    for (size_t i = 0; i < c->slot_count; i++) {
        smi_signed_hash_close(&c->slots[i].hash);
        smi_free(mem, c->slots[i].body, c->slots[i].body_size);
    }
    smi_free(mem, c->slots, c->slot_room * sizeof *c->slots);
}

static void end_packet(struct smi_content *c)
{
    smi_body_source_close(&c->packet);
    c->packet = (struct smi_body_source){0};
    c->state = SMI_AT_HEADER;
}

static int malformed(struct smi_content *c, const char *rule)
{
    return smi_fail(c->context, SECMAIL_E_MALFORMED, "a %s %s (RFC 9580 section 10.3)",
                    smi_tag_name(c->packet.packet.tag), rule);
}

/* ---------------------------------------------------------------- signatures */

static struct smi_slot *add_slot(struct smi_content *c)
{
    if (c->slot_count >= smi_limit(c->context, SECMAIL_LIMIT_MESSAGE_SIGNATURES)) {
        smi_over_limit(c->context, SECMAIL_LIMIT_MESSAGE_SIGNATURES);
        return NULL;
    }
    if (!smi_grow(&c->context->mem, &c->slots, &c->slot_room, c->slot_count + 1,
                  sizeof *c->slots)) {
        smi_nomem(c->context);
        return NULL;
    }
    struct smi_slot *slot = &c->slots[c->slot_count++];
    *slot = (struct smi_slot){.depth = c->depth};
    return slot;
}

static int open_slot_hash(struct smi_content *c, struct smi_slot *slot,
                          const struct smi_one_pass *o)
{
    if (!c->judge || !smi_hash_size(o->hash) || o->salt_size > sizeof slot->salt)
        return 0; /* the signature gets no verdict, or one without a hash */
    return smi_signed_hash_open(c->context, &slot->hash, o->hash, o->type == SMI_SIG_TEXT, o->salt,
                                o->salt_size);
}

static int one_pass_packet(struct smi_content *c)
{
    struct smi_cursor body;
    int rc = smi_body_source_all(&c->packet, &body);
    if (rc)
        return rc;
    if (c->literal_seen)
        return malformed(c, "must not follow the data");
    struct smi_slot *slot = add_slot(c);
    if (!slot)
        return secmail_context_error_code(c->context);
    /* A broken or unknown announcement leaves the slot without a hash: its signature is rejected.
     */
    if (smi_one_pass_read(&slot->ops, body)) {
        rc = open_slot_hash(c, slot, &slot->ops);
        if (rc)
            return rc;
        if (slot->ops.salt_size && slot->ops.salt_size <= sizeof slot->salt)
            memcpy(slot->salt, slot->ops.salt, slot->ops.salt_size);
    }
    smi_skip(&c->packet.source, body.size);
    end_packet(c);
    return 0;
}

/* The old form: the signature stands before the data. */
static int prefix_signature(struct smi_content *c, const struct smi_cursor *body)
{
    struct smi_slot *slot = add_slot(c);
    if (!slot)
        return secmail_context_error_code(c->context);
    slot->body = smi_alloc(&c->context->mem, body->size);
    if (!slot->body)
        return smi_nomem(c->context);
    slot->body_size = body->size;
    memcpy(slot->body, body->data, body->size);
    struct smi_signature sig;
    smi_signature_read(&sig, slot->body, slot->body_size);
    if (sig.problem)
        return 0;
    slot->ops = (struct smi_one_pass){
        .type = sig.type, .hash = sig.hash, .salt = sig.salt, .salt_size = sig.salt_size};
    return open_slot_hash(c, slot, &slot->ops);
}

/* One-pass packets nest: the last one announced is the first one signed. */
static struct smi_slot *last_open_slot(struct smi_content *c)
{
    for (size_t i = c->slot_count; i-- > 0;) {
        if (!c->slots[i].done && !c->slots[i].body)
            return &c->slots[i];
    }
    return NULL;
}

static int trailing_signature(struct smi_content *c, const struct smi_cursor *body)
{
    struct smi_slot *slot = last_open_slot(c);
    if (!slot || slot->depth != c->depth)
        return malformed(c, "was not announced by a one-pass signature packet");
    slot->done = true;
    if (!c->judge)
        return 0;
    struct smi_signature sig;
    smi_signature_read(&sig, body->data, body->size);
    slot->ops.salt = slot->salt;
    if (!sig.problem && (!slot->hash.hash.handle || !smi_one_pass_fits(&slot->ops, &sig)))
        sig.problem = SECMAIL_REASON_MALFORMED;
    return smi_judge_signature(c->judge, &sig, &slot->hash);
}

static int collect_signature(struct smi_content *c, const struct smi_cursor *body)
{
    smi_put_packet(c->signatures, SMI_TAG_SIGNATURE, body->data, body->size);
    return c->signatures->error ? smi_nomem(c->context) : 0;
}

static int signature_packet(struct smi_content *c)
{
    struct smi_cursor body;
    int rc = smi_body_source_all(&c->packet, &body);
    if (rc)
        return rc;
    rc = c->literal_seen ? trailing_signature(c, &body) : prefix_signature(c, &body);
    if (!rc && c->signatures)
        rc = collect_signature(c, &body);
    if (rc)
        return rc;
    smi_skip(&c->packet.source, body.size);
    end_packet(c);
    return 0;
}

static int judge_prefix_signatures(struct smi_content *c)
{
    for (size_t i = 0; i < c->slot_count; i++) {
        struct smi_slot *slot = &c->slots[i];
        if (!slot->body)
            continue;
        struct smi_signature sig;
        smi_signature_read(&sig, slot->body, slot->body_size);
        slot->done = true;
        int rc = c->judge ? smi_judge_signature(c->judge, &sig, &slot->hash) : 0;
        if (rc)
            return rc;
    }
    return 0;
}

/* ---------------------------------------------------------------- data */

static int compressed_packet(struct smi_content *c)
{
    if (c->literal_seen)
        return malformed(c, "must not follow the data");
    if (c->depth >= smi_limit(c->context, SECMAIL_LIMIT_NESTING))
        return smi_over_limit(c->context, SECMAIL_LIMIT_NESTING);
    struct smi_layer *layer = smi_zalloc(&c->context->mem, sizeof *layer);
    if (!layer)
        return smi_nomem(c->context);
    layer->body = c->packet;
    int rc = smi_expansion_open(&layer->expansion, c->context, &layer->body.source);
    if (rc) {
        c->packet = layer->body;
        smi_free(&c->context->mem, layer, sizeof *layer);
        return rc;
    }
    c->packet = (struct smi_body_source){0};
    layer->expansion.outer = c->top ? &c->top->expansion : NULL;
    layer->below = c->top;
    c->top = layer;
    c->depth++;
    c->state = SMI_AT_HEADER;
    return 0;
}

/*
 * "These should be converted to native line endings by the receiving software" (section 5.9). What
 * a signature covers as bytes stays as it is; signatures announce themselves before the data.
 */
static bool is_plain_text(const struct smi_content *c)
{
    if (c->literal.format != 't' && c->literal.format != SMI_LITERAL_UTF8)
        return false;
    for (size_t i = 0; i < c->slot_count; i++) {
        if (c->slots[i].ops.type != SMI_SIG_TEXT)
            return false;
    }
    return true;
}

/* Its fields are told to the caller: no signature covers them. */
static int literal_packet(struct smi_content *c)
{
    if (c->literal_seen)
        return malformed(c, "is the second one; a message has one");
    int rc = smi_literal_read(c->context, &c->packet.source, &c->literal);
    if (rc)
        return rc;
    const struct smi_literal_fields *l = &c->literal;
    for (size_t i = 0; i < c->slot_count; i++)
        smi_signed_hash_literal(&c->slots[i].hash, l->format, l->name, l->name_size, l->date);
    c->literal_seen = true;
    c->to_lf = c->lf_wanted && is_plain_text(c);
    c->state = SMI_IN_LITERAL;
    return 0;
}

static void hash_data(struct smi_content *c, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < c->slot_count; i++) {
        if (c->slots[i].hash.hash.handle)
            smi_signed_hash_update(&c->slots[i].hash, data, size);
    }
}

static void account(struct smi_content *c, const uint8_t *data, size_t size)
{
    hash_data(c, data, size);
    smi_skip(&c->packet.source, size);
    c->plaintext += size;
}

int smi_cap_plaintext(struct secmail_context *context, uint64_t given, size_t *size)
{
    const uint64_t limit = smi_limit(context, SECMAIL_LIMIT_PLAINTEXT_SIZE);
    if (given >= limit)
        return smi_over_limit(context, SECMAIL_LIMIT_PLAINTEXT_SIZE);
    if (*size > limit - given)
        *size = (size_t)(limit - given);
    return 0;
}

static int end_of_literal(struct smi_content *c)
{
    end_packet(c);
    return judge_prefix_signatures(c);
}

/* Gives text out with LF for each CR LF; returns how much of it was used up. */
static size_t emit_text(struct smi_content *c, struct secmail_output *out, const uint8_t *text,
                        size_t size)
{
    size_t at = 0;
    while (at < size && smi_output_left(out)) {
        if (c->held_cr && text[at] != '\n') {
            smi_emit(out, (const uint8_t *)"\r", 1);
            c->held_cr = false;
            continue;
        }
        c->held_cr = false;
        const uint8_t *cr = memchr(text + at, '\r', size - at);
        const size_t span = cr ? (size_t)(cr - text) - at : size - at;
        const size_t done = smi_emit(out, text + at, span);
        at += done;
        if (cr && done == span) {
            c->held_cr = true;
            at++;
        }
    }
    return at;
}

static int literal_data(struct smi_content *c, struct secmail_output *out)
{
    for (;;) {
        const uint8_t *p;
        size_t n;
        int rc = smi_peek(&c->packet.source, 1, &p, &n);
        if (rc)
            return rc;
        if (!n && !c->held_cr)
            return end_of_literal(c);
        if (!smi_output_left(out))
            return SECMAIL_NEEDS_ROOM;
        if (!n) {
            smi_emit(out, (const uint8_t *)"\r", 1);
            c->held_cr = false;
            continue;
        }
        rc = smi_cap_plaintext(c->context, c->plaintext, &n);
        if (rc)
            return rc;
        account(c, p, c->to_lf ? emit_text(c, out, p, n) : smi_emit(out, p, n));
    }
}

static int ignored_packet(struct smi_content *c)
{
    int rc = smi_body_source_drain(&c->packet);
    if (!rc)
        end_packet(c);
    return rc;
}

/* ---------------------------------------------------------------- the loop */

static int end_of_content(struct smi_content *c)
{
    if (!c->packets)
        return smi_fail(c->context, SECMAIL_E_NO_DATA, "the message has no content");
    if (!c->literal_seen)
        return smi_fail(c->context, SECMAIL_E_MALFORMED,
                        "the message has no literal data packet (RFC 9580 section 10.3)");
    const struct smi_slot *open = last_open_slot(c);
    if (open && open->depth == c->depth)
        return smi_fail(c->context, SECMAIL_E_TRUNCATED,
                        "the message ends before a signature that it announced");
    if (c->top)
        pop_layer(c);
    else
        c->state = SMI_CONTENT_DONE;
    return 0;
}

static int next_header(struct smi_content *c)
{
    struct smi_source *source = c->top ? &c->top->expansion.made.source : c->base;
    int rc = smi_body_source_open(&c->packet, c->context, source);
    if (rc)
        return rc;
    if (c->packet.packet.tag == SMI_TAG_NONE)
        return c->packet.packet.header_size ? malformed(c, "is not allowed") : end_of_content(c);
    if (++c->packets + c->outer_packets > smi_limit(c->context, SECMAIL_LIMIT_MESSAGE_PACKETS))
        return smi_over_limit(c->context, SECMAIL_LIMIT_MESSAGE_PACKETS);
    c->state = SMI_IN_PACKET;
    return 0;
}

static int packet(struct smi_content *c)
{
    const uint8_t tag = c->packet.packet.tag;
    switch (tag) {
    case SMI_TAG_ONE_PASS:
        return one_pass_packet(c);
    case SMI_TAG_SIGNATURE:
        return signature_packet(c);
    case SMI_TAG_COMPRESSED:
        return compressed_packet(c);
    case SMI_TAG_LITERAL:
        return literal_packet(c);
    case SMI_TAG_PKESK:
    case SMI_TAG_SKESK:
    case SMI_TAG_SED:
    case SMI_TAG_SEIPD:
    case SMI_TAG_LIBREPGP_AEAD:
        return smi_fail(c->context, SECMAIL_E_MALFORMED,
                        "an encrypted message stands inside of the message (%s); what is encrypted "
                        "twice, or signed around its encryption, is not supported",
                        smi_tag_name(tag));
    default:
        break;
    }
    if (smi_tag_is_ignored(tag))
        return ignored_packet(c);
    if (tag <= SMI_TAG_PADDING && tag != 15 && tag != 16)
        return malformed(c, "must not stand in a message");
    return smi_fail(c->context, SECMAIL_E_CRITICAL_PACKET,
                    "the message has a packet of the unknown critical type %u (RFC 9580 section "
                    "4.3)",
                    tag);
}

/* One step of reading that is not literal data. */
static int step(struct smi_content *c)
{
    return c->state == SMI_AT_HEADER ? next_header(c) : packet(c);
}

int smi_content_read(struct smi_content *c, struct secmail_output *out)
{
    int rc = 0;
    while (!rc && c->state != SMI_CONTENT_DONE)
        rc = c->state == SMI_IN_LITERAL ? literal_data(c, out) : step(c);
    return rc;
}

int smi_content_take(struct smi_content *c, const uint8_t **data, size_t *size)
{
    int rc = 0;
    *data = NULL;
    *size = 0;
    while (!rc && c->state != SMI_IN_LITERAL && c->state != SMI_CONTENT_DONE)
        rc = step(c);
    const uint64_t left = c->packet.part_left;
    if (rc || c->state != SMI_IN_LITERAL || c->top || c->to_lf ||
        c->packet.packet.kind != SMI_LENGTH_DEFINITE || !left ||
        left > smi_limit(c->context, SECMAIL_LIMIT_PLAINTEXT_SIZE))
        return rc;
    rc = smi_peek(&c->packet.source, (size_t)left, data, size);
    if (rc)
        return rc;
    account(c, *data, *size);
    return end_of_literal(c);
}
