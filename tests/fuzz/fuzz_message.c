/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages. The first byte tells what the rest is:
 *
 *     0  a message as it is, armored or binary
 *     1  the content of a SEIPDv1 packet, which the target encrypts
 *     2  the content of a SEIPDv2 packet
 *     others  as 1 or 2, with low limits
 *
 * The session key is known. Windows of any sizes give the same result as one whole window, and as
 * one call; what comes out before an error is a beginning of what the largest window gave.
 */
#include "fuzz.h"

#include "openpgp/sealer.h"

#include <secmail/openpgp.h>

struct outcome {
    int code;
    uint8_t *data;
    size_t size, room;
    size_t verdicts;
};

static const uint8_t session[33] = {SMI_AES256};

static int64_t fixed_time(void *user)
{
    (void)user;
    return INT64_C(1767225600);
}

static int fixed_random(void *user, uint8_t *out, size_t size)
{
    (void)user;
    memset(out, 0x5a, size);
    return 0;
}

static void set_limits(struct secmail_context *context, bool low)
{
    struct secmail_limits *limits;
    FUZZ_CHECK(secmail_limits_new(&limits) == 0);
    secmail_limits_set(limits, SECMAIL_LIMIT_PLAINTEXT_SIZE, low ? 100 : 4 << 20);
    if (low) {
        secmail_limits_set(limits, SECMAIL_LIMIT_NESTING, 2);
        secmail_limits_set(limits, SECMAIL_LIMIT_MESSAGE_PACKETS, 5);
        secmail_limits_set(limits, SECMAIL_LIMIT_MESSAGE_SIGNATURES, 1);
        secmail_limits_set(limits, SECMAIL_LIMIT_PACKET_SIZE, 200);
    }
    FUZZ_CHECK(secmail_context_set_limits(context, limits) == 0);
    secmail_limits_free(limits);
}

static struct secmail_decrypt *make_decrypt(struct secmail_context *context)
{
    struct secmail_decrypt *d;
    struct secmail_secret *secret;
    FUZZ_CHECK(secmail_decrypt_new(context, &d) == 0);
    FUZZ_CHECK(secmail_secret_new(context, &secret, session, sizeof session) == 0);
    FUZZ_CHECK(secmail_decrypt_add_session_key(d, secret) == 0);
    secmail_secret_free(secret);
    return d;
}

static void finish(struct secmail_context *context, struct secmail_decrypt *d, struct outcome *o)
{
    FUZZ_CHECK(secmail_context_error_code(context) == o->code);
    FUZZ_CHECK(!o->code == !*secmail_context_error_detail(context));
    o->verdicts = secmail_decrypt_verdict_count(d);
    FUZZ_CHECK(!o->code || o->verdicts == 0);
    FUZZ_CHECK(secmail_decrypt_good_count(d) == 0); /* no certificate is there */
    secmail_decrypt_free(d);
}

static void append(struct outcome *o, const uint8_t *data, size_t size)
{
    if (o->size + size > o->room) {
        o->room = 2 * (o->size + size) + 1000;
        o->data = realloc(o->data, o->room);
        FUZZ_CHECK(o->data != NULL);
    }
    if (size)
        memcpy(o->data + o->size, data, size);
    o->size += size;
}

static int step(struct secmail_decrypt *d, const uint8_t *data, size_t size, size_t *given,
                uint64_t *seed, struct outcome *o)
{
    const size_t left = size - *given;
    size_t in_size = seed ? fuzz_window(seed) : left, out_size = seed ? fuzz_window(seed) : 1 << 20;
    if (in_size > left)
        in_size = left;
    uint8_t *from = fuzz_alloc(in_size), *to = fuzz_alloc(out_size);
    memcpy(from, data + *given, in_size);
    struct secmail_input in = {from, in_size, 0};
    struct secmail_output out = {to, out_size, 0};
    const int status = secmail_decrypt_update(d, &in, &out, in_size == left);
    FUZZ_CHECK(in.pos <= in.size && out.pos <= out.size);
    FUZZ_CHECK(status != SECMAIL_NEEDS_INPUT || (in.pos == in.size && in_size < left));
    FUZZ_CHECK(status != SECMAIL_NEEDS_ROOM || out.pos == out.size);
    FUZZ_CHECK(status != SECMAIL_NEEDS_REWIND);
    append(o, to, out.pos);
    *given += in.pos;
    free(from);
    free(to);
    return status;
}

static void stream(struct secmail_context *context, const uint8_t *data, size_t size,
                   uint64_t *seed, struct outcome *o)
{
    struct secmail_decrypt *d = make_decrypt(context);
    size_t given = 0;
    *o = (struct outcome){0};
    do
        o->code = step(d, data, size, &given, seed, o);
    while (o->code > 0);
    finish(context, d, o);
}

static void in_one_call(struct secmail_context *context, const uint8_t *data, size_t size,
                        struct outcome *o)
{
    struct secmail_decrypt *d = make_decrypt(context);
    struct secmail_bytes *bytes;
    *o = (struct outcome){.code = secmail_decrypt_bytes(d, data, size, &bytes)};
    FUZZ_CHECK((o->code == 0) == (bytes != NULL));
    append(o, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    finish(context, d, o);
}

static void check_like(const struct outcome *whole, const struct outcome *other)
{
    FUZZ_CHECK(other->code == whole->code);
    FUZZ_CHECK(other->verdicts == whole->verdicts);
    FUZZ_CHECK(other->size <= whole->size && (whole->code || other->size == whole->size));
    FUZZ_CHECK(!other->size || !memcmp(other->data, whole->data, other->size));
}

static void check_message(struct secmail_context *context, const uint8_t *data, size_t size,
                          uint64_t *seed)
{
    struct outcome whole, other;
    stream(context, data, size, NULL, &whole);
    for (int i = 0; i < 3; i++) {
        stream(context, data, size, seed, &other);
        check_like(&whole, &other);
        free(other.data);
    }
    in_one_call(context, data, size, &other);
    check_like(&whole, &other);
    free(other.data);
    free(whole.data);
}

/* The content as an encrypted packet. */
static void check_content(struct secmail_context *context, enum secmail_format format,
                          const uint8_t *data, size_t size, uint64_t *seed)
{
    struct smi_session_key key = {.cipher = SMI_AES256, .generation = SMI_FOR_ANY, .size = 32};
    struct smi_sealer sealer;
    uint8_t *message = fuzz_alloc(SMI_SEALED_BLOCK_MAX);
    size_t written;
    if (size <= SMI_BLOCK_SIZE) {
        FUZZ_CHECK(smi_sealer_open(context, &sealer, format, &key) == 0);
        FUZZ_CHECK(smi_sealer_block(context, &sealer, message, data, size, true, &written) == 0);
        smi_sealer_close(&sealer);
        check_message(context, message, written, seed);
    }
    free(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t seed = fuzz_hash(data, size);
    struct secmail_context *context;
    if (!size)
        return 0;
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    FUZZ_CHECK(secmail_context_set_clock(context, fixed_time, NULL) == 0);
    FUZZ_CHECK(secmail_context_set_random(context, fixed_random, NULL) == 0);
    set_limits(context, data[0] > 2);
    if (!data[0])
        check_message(context, data + 1, size - 1, &seed);
    else
        check_content(context, data[0] % 2 ? SECMAIL_FORMAT_SEIPDV1 : SECMAIL_FORMAT_SEIPDV2,
                      data + 1, size - 1, &seed);
    secmail_context_free(context);
    return 0;
}
