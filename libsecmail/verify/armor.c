/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public conversion between armored and binary data: decides what the input is, then pumps. The
 * format itself is in codec/armor.c. */
#include "codec/armor.h"
#include "packet.h"

#include <secmail/verify.h>

struct secmail_armor {
    struct secmail_context *context;
    bool decode;
    enum smi_armor_kind kind;
    enum { FRESH, PASSING, ENCODING, DECODING, ENDED } state;
    uint8_t first[SMI_CHECKSUM_PREFIX]; /* input that is looked at before anything is written */
    size_t first_size, first_pos;
    struct smi_armor encoder;
    struct smi_dearmor decoder;
    bool check; /* what passes has still to be seen to hold armor */
};

static int armor_new(struct secmail_context *context, struct secmail_armor **out, bool decode,
                     enum smi_armor_kind kind)
{
    struct secmail_armor *armor = smi_zalloc(&context->mem, sizeof *armor);
    if (!armor)
        return smi_nomem(context);
    armor->context = context;
    armor->decode = decode;
    armor->kind = kind;
    *out = armor;
    return 0;
}

int secmail_armor_new(struct secmail_context *context, struct secmail_armor **out, uint32_t kind)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (kind > SECMAIL_ARMOR_SIGNATURE)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "%u is not an armor kind", kind);
    return armor_new(context, out, false, (enum smi_armor_kind)kind);
}

int secmail_dearmor_new(struct secmail_context *context, struct secmail_armor **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    return armor_new(context, out, true, SMI_ARMOR_NONE);
}

void secmail_armor_free(struct secmail_armor *armor)
{
    if (!armor)
        return;
    const struct secmail_allocator mem = armor->context->mem;
    smi_free(&mem, armor, sizeof *armor);
}

static enum smi_armor_kind kind_of(uint8_t first)
{
    switch (first & 0x40 ? first & 0x3f : (first >> 2) & 0x0f) {
    case SMI_TAG_PUBLIC_KEY:
        return SMI_ARMOR_PUBLIC_KEY;
    case SMI_TAG_SECRET_KEY:
        return SMI_ARMOR_PRIVATE_KEY;
    case SMI_TAG_SIGNATURE:
        return SMI_ARMOR_SIGNATURE;
    default:
        return SMI_ARMOR_MESSAGE;
    }
}

/* Looks at the first bytes and decides what they are. */
static int decide(struct secmail_armor *armor, struct secmail_input *in, bool end)
{
    while (armor->first_size < sizeof armor->first && smi_input_left(in))
        armor->first[armor->first_size++] = in->data[in->pos++];
    if (armor->first_size < sizeof armor->first && !end)
        return SECMAIL_NEEDS_INPUT;
    if (!armor->first_size)
        return smi_fail(armor->context, SECMAIL_E_NO_DATA, "the input is empty");
    const bool armored = smi_looks_armored(armor->first[0]);
    if (armor->decode && armored) {
        armor->state = DECODING;
        smi_dearmor_init(&armor->decoder, armor->context);
    } else if (!armor->decode && !armored) {
        armor->state = ENCODING;
        smi_armor_init(&armor->encoder, armor->kind ? armor->kind : kind_of(armor->first[0]),
                       smi_wants_checksum(armor->first, armor->first_size));
    } else {
        armor->state = PASSING;
        armor->check = armored;
        smi_dearmor_init(&armor->decoder, armor->context);
    }
    return 0;
}

/* Text that is passed on must hold armor: decodes it, for the errors alone. */
static int check_text(struct secmail_armor *armor, const uint8_t *data, size_t size, bool end)
{
    uint8_t room[512];
    struct secmail_input in = {data, size, 0};
    int status;
    do {
        struct secmail_output out = {room, sizeof room, 0};
        status = smi_dearmor_update(&armor->decoder, &in, &out, end);
    } while (status == SECMAIL_NEEDS_ROOM);
    armor->check = status != SECMAIL_DONE;
    return status < 0 ? status : 0;
}

static int pass(struct secmail_armor *armor, struct secmail_input *in, struct secmail_output *out,
                bool end)
{
    const size_t left = smi_input_left(in);
    const uint8_t *data = left ? in->data + in->pos : (const uint8_t *)"";
    const size_t size = smi_emit(out, data, left);
    in->pos += size;
    int rc = armor->check ? check_text(armor, data, size, end && size == left) : 0;
    if (rc)
        return rc;
    if (size < left)
        return SECMAIL_NEEDS_ROOM;
    return end ? SECMAIL_DONE : SECMAIL_NEEDS_INPUT;
}

static int convert(struct secmail_armor *armor, struct secmail_input *in,
                   struct secmail_output *out, bool end)
{
    switch (armor->state) {
    case PASSING:
        return pass(armor, in, out, end);
    case ENCODING:
        return smi_armor_update(&armor->encoder, in, out, end);
    case DECODING:
        return smi_dearmor_update(&armor->decoder, in, out, end);
    default:
        return smi_fail(armor->context, SECMAIL_E_STATE, "the conversion has ended");
    }
}

static int pump(struct secmail_armor *armor, struct secmail_input *in, struct secmail_output *out,
                bool end)
{
    int status = armor->state == FRESH ? decide(armor, in, end) : 0;
    if (status)
        return status;
    if (armor->first_pos < armor->first_size) {
        struct secmail_input first = {armor->first, armor->first_size, armor->first_pos};
        status = convert(armor, &first, out, end && !smi_input_left(in));
        armor->first_pos = first.pos;
        if (status != SECMAIL_NEEDS_INPUT)
            return status;
    }
    return convert(armor, in, out, end);
}

int secmail_armor_update(struct secmail_armor *armor, struct secmail_input *in,
                         struct secmail_output *out, int end)
{
    if (!armor)
        return SECMAIL_E_ARGUMENT;
    smi_enter(armor->context);
    if (!smi_input_ok(in) || !smi_output_ok(out))
        return smi_fail(armor->context, SECMAIL_E_ARGUMENT, "a window is not well-formed");
    int status = pump(armor, in, out, end != 0);
    if (status == SECMAIL_DONE || status < 0)
        armor->state = ENDED;
    return status;
}
