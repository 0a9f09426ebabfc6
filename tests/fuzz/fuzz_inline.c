/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signed messages: packets, armored packets, cleartext. The first byte is 0 for the usual limits;
 * with others they are low, so that data is read twice.
 *
 * The certificate is that of fuzz_signature.c; one text was signed with its key, and none else may
 * ever come out of a verification. Windows of any sizes give the same result as one call. Splitting
 * takes just what verification takes or finds unsigned by a good key.
 */
#include "fuzz.h"

#include "fuzz_signature_cert.h"

#include <secmail/verify.h>

static const char text[] = "signed text\n";

struct outcome {
    int code;
    uint8_t *data;
    size_t size, room;
    size_t verdicts, good;
};

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
    secmail_limits_set(limits, SECMAIL_LIMIT_PLAINTEXT_SIZE, low ? 300 : 4 << 20);
    if (low) {
        secmail_limits_set(limits, SECMAIL_LIMIT_HELD_PLAINTEXT, 50);
        secmail_limits_set(limits, SECMAIL_LIMIT_NESTING, 2);
        secmail_limits_set(limits, SECMAIL_LIMIT_MESSAGE_PACKETS, 5);
        secmail_limits_set(limits, SECMAIL_LIMIT_MESSAGE_SIGNATURES, 1);
        secmail_limits_set(limits, SECMAIL_LIMIT_PACKET_SIZE, 200);
        secmail_limits_set(limits, SECMAIL_LIMIT_ARMOR_HEADER_SIZE, 30);
    }
    FUZZ_CHECK(secmail_context_set_limits(context, limits) == 0);
    secmail_limits_free(limits);
}

static struct secmail_inline_verify *make_verify(struct secmail_context *context,
                                                 struct secmail_cert *cert)
{
    struct secmail_inline_verify *v;
    FUZZ_CHECK(secmail_inline_verify_new(context, &v) == 0);
    FUZZ_CHECK(secmail_inline_verify_add_cert(v, cert) == 0);
    return v;
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

/* Is it what the key's owner signed, but for the line end of a text signature? */
static bool is_signed(const struct outcome *o)
{
    const size_t size = sizeof text - 1;
    if (o->size == size)
        return memcmp(o->data, text, size) == 0;
    return o->size == size + 1 && memcmp(o->data, "signed text\r\n", size + 1) == 0;
}

static void finish(struct secmail_context *context, struct secmail_inline_verify *v,
                   struct outcome *o)
{
    struct secmail_literal_info info = {.size = sizeof info};
    FUZZ_CHECK(secmail_context_error_code(context) == o->code);
    FUZZ_CHECK(!o->code == !*secmail_context_error_detail(context));
    o->verdicts = secmail_inline_verify_verdict_count(v);
    o->good = secmail_inline_verify_good_count(v);
    FUZZ_CHECK((o->code == 0) == (o->good > 0));
    FUZZ_CHECK(o->code ? o->size == 0 : is_signed(o));
    FUZZ_CHECK(!o->code || o->code == SECMAIL_E_NO_GOOD_SIGNATURE || o->verdicts == 0);
    const int rc = secmail_inline_verify_literal(v, &info);
    FUZZ_CHECK(rc == 0 || rc == SECMAIL_E_STATE);
    FUZZ_CHECK(rc == 0 || o->code);
    for (size_t i = 0; i < o->verdicts; i++)
        FUZZ_CHECK(*secmail_verdict_reason_text(secmail_inline_verify_verdict(v, i), 0));
    secmail_inline_verify_free(v);
}

typedef int (*update_fn)(void *operation, struct secmail_input *in, struct secmail_output *out,
                         int end);

static int verify_update(void *operation, struct secmail_input *in, struct secmail_output *out,
                         int end)
{
    return secmail_inline_verify_update(operation, in, out, end);
}

static int detach_update(void *operation, struct secmail_input *in, struct secmail_output *out,
                         int end)
{
    return secmail_inline_detach_update(operation, in, out, end);
}

static int step(update_fn update, void *operation, const uint8_t *data, size_t size, size_t *given,
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
    const int status = update(operation, &in, &out, in_size == left);
    FUZZ_CHECK(in.pos <= in.size && out.pos <= out.size);
    FUZZ_CHECK(status != SECMAIL_NEEDS_INPUT || (in.pos == in.size && in_size < left));
    FUZZ_CHECK(status != SECMAIL_NEEDS_ROOM || out.pos == out.size);
    append(o, to, out.pos);
    *given = status == SECMAIL_NEEDS_REWIND ? 0 : *given + in.pos;
    free(from);
    free(to);
    return status;
}

static void stream(update_fn update, void *operation, const uint8_t *data, size_t size,
                   uint64_t *seed, struct outcome *o)
{
    size_t given = 0, rewinds = 0;
    *o = (struct outcome){0};
    do {
        o->code = step(update, operation, data, size, &given, seed, o);
        rewinds += o->code == SECMAIL_NEEDS_REWIND;
        FUZZ_CHECK(rewinds < 2);
    } while (o->code > 0);
}

static void check_like(const struct outcome *whole, const struct outcome *other)
{
    FUZZ_CHECK(other->code == whole->code);
    FUZZ_CHECK(other->verdicts == whole->verdicts);
    FUZZ_CHECK(other->good == whole->good);
}

static void check_verify(struct secmail_context *context, struct secmail_cert *cert,
                         const uint8_t *data, size_t size, uint64_t *seed, struct outcome *whole)
{
    struct secmail_bytes *bytes;
    struct secmail_inline_verify *v = make_verify(context, cert);
    stream(verify_update, v, data, size, NULL, whole);
    finish(context, v, whole);
    for (int i = 0; i < 4; i++) {
        struct outcome other;
        v = make_verify(context, cert);
        FUZZ_CHECK(secmail_inline_verify_allow_rewind(v, i % 2) == 0);
        FUZZ_CHECK(secmail_inline_verify_set_text_lf(v, i / 2) == 0);
        stream(verify_update, v, data, size, seed, &other);
        finish(context, v, &other);
        if (other.code != SECMAIL_E_LIMIT_HELD_PLAINTEXT &&
            whole->code != SECMAIL_E_LIMIT_HELD_PLAINTEXT)
            check_like(whole, &other);
        free(other.data);
    }
    v = make_verify(context, cert);
    struct outcome once = {.code = secmail_inline_verify_bytes(v, data, size, &bytes)};
    FUZZ_CHECK((once.code == 0) == (bytes != NULL));
    append(&once, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    finish(context, v, &once);
    if (whole->code != SECMAIL_E_LIMIT_HELD_PLAINTEXT)
        check_like(whole, &once);
    free(once.data);
}

static void check_detach(struct secmail_context *context, const uint8_t *data, size_t size,
                         uint64_t *seed, const struct outcome *verified)
{
    struct secmail_inline_detach *d;
    struct secmail_bytes *bytes;
    struct outcome o;
    FUZZ_CHECK(secmail_inline_detach_new(context, &d) == 0);
    stream(detach_update, d, data, size, seed, &o);
    const bool has_signatures = o.code == 0;
    FUZZ_CHECK((secmail_inline_detach_signatures(d, 0, &bytes) == 0) == has_signatures);
    FUZZ_CHECK(has_signatures == (secmail_bytes_size(bytes) > 0));
    if (verified->verdicts)
        FUZZ_CHECK(has_signatures);
    if (!verified->code)
        FUZZ_CHECK(o.size == verified->size && !memcmp(o.data, verified->data, o.size));
    secmail_bytes_free(bytes);
    secmail_inline_detach_free(d);
    free(o.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t seed = fuzz_hash(data, size);
    struct secmail_context *context;
    struct secmail_cert *cert;
    struct outcome whole;
    if (!size)
        return 0;
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    FUZZ_CHECK(secmail_context_set_clock(context, fixed_time, NULL) == 0);
    FUZZ_CHECK(secmail_context_set_random(context, fixed_random, NULL) == 0);
    FUZZ_CHECK(secmail_cert_parse(context, &cert, certificate, sizeof certificate) == 0);
    set_limits(context, data[0] != 0);
    check_verify(context, cert, data + 1, size - 1, &seed, &whole);
    check_detach(context, data + 1, size - 1, &seed, &whole);
    free(whole.data);
    secmail_cert_unref(cert);
    secmail_context_free(context);
    return 0;
}
