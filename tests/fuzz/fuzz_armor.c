/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ASCII armor: windows of any sizes give the same as one whole window, and what was decoded, as
 * well as the input itself, survives being encoded and decoded again.
 */
#include "fuzz.h"

#include "codec/armor.h"

struct outcome {
    int code;
    enum smi_armor_kind kind;
    uint8_t *data;
    size_t size;
    size_t room;
    size_t taken; /* input bytes */
    char detail[SMI_DETAIL_SIZE];
};

/* Either direction: one of the two is set. */
struct pump {
    struct smi_armor *encoder;
    struct smi_dearmor *decoder;
};

static int update(const struct pump *p, struct secmail_input *in, struct secmail_output *out,
                  bool end)
{
    const int status = p->encoder ? smi_armor_update(p->encoder, in, out, end)
                                  : smi_dearmor_update(p->decoder, in, out, end);
    FUZZ_CHECK(in->pos <= in->size && out->pos <= out->size);
    FUZZ_CHECK(status != SECMAIL_NEEDS_INPUT || (in->pos == in->size && !end));
    FUZZ_CHECK(status != SECMAIL_NEEDS_ROOM || out->pos == out->size);
    FUZZ_CHECK(status <= SECMAIL_NEEDS_ROOM);
    return status;
}

static int pump_piece(const struct pump *p, const uint8_t *data, size_t size, uint64_t *seed,
                      struct outcome *o)
{
    const size_t left = size - o->taken;
    size_t in_size = fuzz_window(seed), out_size = fuzz_window(seed);
    if (in_size > left)
        in_size = left;
    uint8_t *from = fuzz_alloc(in_size), *to = fuzz_alloc(out_size);
    memcpy(from, data + o->taken, in_size);
    struct secmail_input in = {from, in_size, 0};
    struct secmail_output out = {to, out_size, 0};
    const int status = update(p, &in, &out, in_size == left);
    FUZZ_CHECK(out.pos <= o->room - o->size);
    memcpy(o->data + o->size, to, out.pos);
    o->size += out.pos;
    o->taken += in.pos;
    free(from);
    free(to);
    return status;
}

/* Through one window, or through many if there is a seed. */
static void pump(const struct pump *p, const uint8_t *data, size_t size, size_t room,
                 uint64_t *seed, struct outcome *o)
{
    *o = (struct outcome){.data = fuzz_alloc(room), .room = room};
    if (!seed) {
        struct secmail_input in = {data, size, 0};
        struct secmail_output out = {o->data, room, 0};
        o->code = update(p, &in, &out, true);
        FUZZ_CHECK(o->code <= 0);
        o->size = out.pos;
        o->taken = in.pos;
        return;
    }
    do
        o->code = pump_piece(p, data, size, seed, o);
    while (o->code > 0);
}

static void decode(struct secmail_context *context, const uint8_t *data, size_t size,
                   uint64_t *seed, struct outcome *o)
{
    struct smi_dearmor d;
    smi_enter(context);
    smi_dearmor_init(&d, context);
    pump(&(struct pump){.decoder = &d}, data, size, size, seed, o);
    o->kind = d.kind;
    FUZZ_CHECK(secmail_context_error_code(context) == o->code);
    FUZZ_CHECK(!o->code == !*secmail_context_error_detail(context));
    snprintf(o->detail, sizeof o->detail, "%s", secmail_context_error_detail(context));
}

static void encode(enum smi_armor_kind kind, bool checksum, const uint8_t *data, size_t size,
                   uint64_t *seed, struct outcome *o)
{
    struct smi_armor a;
    smi_armor_init(&a, kind, checksum);
    pump(&(struct pump){.encoder = &a}, data, size, smi_armor_bound(size), seed, o);
    FUZZ_CHECK(o->code == SECMAIL_DONE && o->taken == size);
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
    FUZZ_CHECK(a->code == b->code);
    FUZZ_CHECK(a->kind == b->kind);
    FUZZ_CHECK(a->size == b->size && !memcmp(a->data, b->data, a->size));
    FUZZ_CHECK(a->code || a->taken == b->taken);
    FUZZ_CHECK(!strcmp(a->detail, b->detail));
}

static void check_round_trip(struct secmail_context *context, enum smi_armor_kind kind,
                             const uint8_t *data, size_t size, uint64_t *seed)
{
    const bool checksum = fuzz_draw(seed, 2);
    struct outcome whole, pieces, back;
    encode(kind, checksum, data, size, NULL, &whole);
    encode(kind, checksum, data, size, seed, &pieces);
    check_same(&whole, &pieces);
    decode(context, whole.data, whole.size, seed, &back);
    FUZZ_CHECK(back.code == SECMAIL_DONE && back.kind == kind && back.taken == whole.size);
    FUZZ_CHECK(back.size == size && !memcmp(back.data, data, size));
    free(whole.data);
    free(pieces.data);
    free(back.data);
}

/* Half of the inputs meet a limit that a header can reach. */
static void set_limit(struct secmail_context *context, uint64_t *seed)
{
    struct secmail_limits *limits;
    FUZZ_CHECK(secmail_limits_new(&limits) == 0);
    if (fuzz_draw(seed, 2))
        secmail_limits_set(limits, SECMAIL_LIMIT_ARMOR_HEADER_SIZE, fuzz_draw(seed, 300));
    secmail_context_set_limits(context, limits);
    secmail_limits_free(limits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t seed = fuzz_hash(data, size);
    struct secmail_context *context;
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    set_limit(context, &seed);
    struct outcome whole, pieces;
    decode(context, data, size, NULL, &whole);
    for (int i = 0; i < 3; i++) {
        decode(context, data, size, &seed, &pieces);
        check_same(&whole, &pieces);
        free(pieces.data);
    }
    if (!whole.code)
        check_round_trip(context, whole.kind, whole.data, whole.size, &seed);
    check_round_trip(context, SMI_ARMOR_MESSAGE, data, size, &seed);
    free(whole.data);
    secmail_context_free(context);
    return 0;
}
