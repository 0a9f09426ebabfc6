/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Verification of signed messages. The signatures can be judged only once all of the data was
 * hashed, so the data is held until then: in memory, or beyond a limit by reading the input twice.
 * The first reading verifies and keeps check values, the second one emits what they confirm.
 */
#include "crypto/cipher.h"
#include "crypto/init.h"
#include "inline.h"
#include "signature_list.h"

enum {
    BLOCK = 256 << 10, /* of data, for each check value */
    HELD_IF_REWINDABLE = 4 << 20,
    STEP = 64 << 10,
    MAC_SIZE = 16,
};

struct secmail_inline_verify {
    struct secmail_context *context;
    struct smi_judge judge;
    struct smi_inline reader;
    enum secmail_rewind rewind;
    bool text_lf, unlimited;
    enum {
        SETTING_UP,
        READING,   /* verifies, gives nothing out */
        RELEASING, /* gives out what is held */
        EMITTING,  /* second reading */
        ENDED
    } state;
    bool judged;
    struct smi_literal_fields literal;
    struct smi_buf held; /* data that is not given out yet */
    size_t held_pos;
    uint64_t blocks; /* that the first reading of two had */
    bool scanning;   /* first reading of two: only check values are kept */
    struct smi_checkmac checkmac;
    struct smi_buf macs;
    uint64_t block; /* the next one of the second reading */
    bool confirmed; /* what is held of it may be given out */
    bool all_read;
};

/* ---------------------------------------------------------------- setting up */

int secmail_inline_verify_new(struct secmail_context *context, struct secmail_inline_verify **out)
{
    int rc = smi_enter_out(context, out);
    if (!rc)
        rc = smi_crypto_init(context);
    if (rc)
        return rc;
    struct secmail_inline_verify *v = smi_zalloc(&context->mem, sizeof *v);
    if (!v)
        return smi_nomem(context);
    v->context = context;
    v->held = smi_buf_open(&context->mem);
    v->macs = smi_buf_open(&context->mem);
    smi_judge_open(&v->judge, context);
    *out = v;
    return 0;
}

void secmail_inline_verify_free(struct secmail_inline_verify *v)
{
    if (!v)
        return;
    const struct secmail_allocator *mem = &v->context->mem;
    smi_inline_close(&v->reader);
    smi_judge_close(&v->judge);
    v->held.size = v->held.room; /* wipe what was given out, too */
    smi_buf_free(&v->held);
    smi_buf_free(&v->macs);
    smi_checkmac_close(&v->checkmac);
    smi_free(mem, v, sizeof *v);
}

static int enter(struct secmail_inline_verify *v, const char *call)
{
    if (!v)
        return SECMAIL_E_ARGUMENT;
    smi_enter(v->context);
    if (v->state == SETTING_UP)
        return 0;
    return smi_fail(v->context, SECMAIL_E_STATE, "%s must come before the first update", call);
}

int secmail_inline_verify_set_policy(struct secmail_inline_verify *v, struct secmail_policy *policy)
{
    int rc = enter(v, "secmail_inline_verify_set_policy");
    if (rc)
        return rc;
    if (!policy)
        return smi_fail(v->context, SECMAIL_E_ARGUMENT, "the policy is NULL");
    smi_judge_set_policy(&v->judge, policy);
    return 0;
}

int secmail_inline_verify_set_window(struct secmail_inline_verify *v, int64_t not_before,
                                     int64_t not_after)
{
    int rc = enter(v, "secmail_inline_verify_set_window");
    if (rc)
        return rc;
    v->judge.not_before = not_before;
    v->judge.not_after = not_after;
    return 0;
}

int secmail_inline_verify_allow_rewind(struct secmail_inline_verify *v, int rewind)
{
    int rc = enter(v, "secmail_inline_verify_allow_rewind");
    return rc ? rc : smi_rewind_read(v->context, rewind, &v->rewind);
}

int secmail_inline_verify_set_text_lf(struct secmail_inline_verify *v, int lf)
{
    int rc = enter(v, "secmail_inline_verify_set_text_lf");
    if (!rc)
        v->text_lf = lf != 0;
    return rc;
}

int secmail_inline_verify_add_cert(struct secmail_inline_verify *v, struct secmail_cert *cert)
{
    int rc = enter(v, "secmail_inline_verify_add_cert");
    if (rc)
        return rc;
    if (!cert)
        return smi_fail(v->context, SECMAIL_E_ARGUMENT, "the certificate is NULL");
    return smi_judge_add_cert(&v->judge, cert);
}

/* ---------------------------------------------------------------- check values */

static int begin_checks(struct secmail_inline_verify *v)
{
    uint8_t key[32];
    int rc = smi_random(v->context, key, sizeof key);
    if (!rc)
        rc = smi_checkmac_open(v->context, &v->checkmac, key);
    smi_wipe(key, sizeof key);
    v->scanning = !rc;
    return rc;
}

static void drop_front(struct smi_buf *buf, size_t size)
{
    if (size)
        memmove(buf->data, buf->data + size, buf->size - size);
    buf->size -= size;
}

/* First reading: keeps the check value of a block, unless the caller vouches for the second one. */
static int note_block(struct secmail_inline_verify *v, const uint8_t *data, size_t size)
{
    uint8_t mac[MAC_SIZE];
    if (v->rewind == SECMAIL_REWIND_COMPARED) {
        if (smi_checkmac_once(&v->checkmac, v->blocks, data, size, mac))
            return smi_fail(v->context, SECMAIL_E_INTERNAL, NULL);
        smi_put(&v->macs, mac, MAC_SIZE);
    }
    v->blocks++;
    return v->macs.error ? smi_nomem(v->context) : 0;
}

/* Notes whole blocks, and at the end the rest, instead of keeping the data. */
static int scan(struct secmail_inline_verify *v, bool last)
{
    size_t done = 0;
    while (v->held.size - done >= BLOCK || (last && v->held.size > done)) {
        const size_t left = v->held.size - done;
        const size_t size = left < BLOCK ? left : BLOCK;
        int rc = note_block(v, v->held.data + done, size);
        if (rc)
            return rc;
        done += size;
    }
    drop_front(&v->held, done);
    return 0;
}

static int input_changed(struct secmail_inline_verify *v)
{
    return smi_fail(v->context, SECMAIL_E_INPUT_CHANGED,
                    "the input differs from what was verified when it was read first");
}

/* Is the block that is held the one that was verified? */
static int confirm(struct secmail_inline_verify *v)
{
    uint8_t mac[MAC_SIZE];
    if (v->block >= v->blocks)
        return input_changed(v);
    const uint64_t number = v->block++;
    if (v->rewind == SECMAIL_REWIND_SAME)
        return 0;
    if (smi_checkmac_once(&v->checkmac, number, v->held.data, v->held.size, mac))
        return smi_fail(v->context, SECMAIL_E_INTERNAL, NULL);
    return smi_equal(mac, v->macs.data + number * MAC_SIZE, MAC_SIZE) ? 0 : input_changed(v);
}

/* ---------------------------------------------------------------- first reading */

static uint64_t hold_limit(const struct secmail_inline_verify *v)
{
    const uint64_t limit = smi_limit(v->context, SECMAIL_LIMIT_HELD_PLAINTEXT);
    if (v->unlimited)
        return UINT64_MAX;
    return v->rewind && limit > HELD_IF_REWINDABLE ? HELD_IF_REWINDABLE : limit;
}

/* More is held than may be. Cleartext is read once: only its end tells how it is to be hashed. */
static int over_hold_limit(struct secmail_inline_verify *v)
{
    if (v->scanning)
        return scan(v, false);
    if (v->reader.form == SMI_INLINE_CLEARTEXT) {
        if (v->held.size <= smi_limit(v->context, SECMAIL_LIMIT_HELD_PLAINTEXT))
            return 0;
        return smi_over_limit(v->context, SECMAIL_LIMIT_HELD_PLAINTEXT);
    }
    if (!v->rewind)
        return smi_over_limit(v->context, SECMAIL_LIMIT_HELD_PLAINTEXT);
    int rc = begin_checks(v);
    return rc ? rc : scan(v, false);
}

/* Reads the next piece into `held`. */
static int read_more(struct secmail_inline_verify *v, struct secmail_input *in, bool end)
{
    if (v->held.room - v->held.size < STEP)
        smi_buf_reserve(&v->held, v->held.room + v->held.room / 2 + STEP);
    if (v->held.error)
        return smi_nomem(v->context);
    struct secmail_output to = {v->held.data, v->held.room, v->held.size};
    const int status = smi_inline_read(&v->reader, in, &to, end);
    v->held.size = to.pos;
    return status;
}

static int judge_cleartext(struct secmail_inline_verify *v)
{
    struct smi_signature_list list;
    smi_signature_list_open(&list, v->context);
    int rc = smi_signature_list_read(&list, smi_buf_cursor(&v->reader.text.signatures));
    if (!rc) {
        /* Version 5 covers the fields of a literal packet, which cleartext has not: as if it were
         * text without name and date. */
        for (size_t i = 0; i < list.count; i++)
            smi_signed_hash_literal(&list.at[i].hash, 't', NULL, 0, 0);
        smi_signature_list_update(&list, v->held.data, v->held.size);
        rc = smi_signature_list_judge(&list, &v->judge);
    }
    smi_signature_list_close(&list);
    return rc;
}

static int nothing_good(struct secmail_inline_verify *v)
{
    const struct secmail_verdict *first = smi_judge_verdict(&v->judge, 0);
    if (!first)
        return smi_fail(v->context, SECMAIL_E_NO_GOOD_SIGNATURE, "the message is not signed");
    return smi_fail(v->context, SECMAIL_E_NO_GOOD_SIGNATURE,
                    "none of the %zu signatures is good: %s", v->judge.verdict_count,
                    secmail_verdict_reason_text(first, 0));
}

/* All of the message was read. */
static int judge_message(struct secmail_inline_verify *v)
{
    int rc = v->reader.form == SMI_INLINE_CLEARTEXT ? judge_cleartext(v) : 0;
    if (!rc && v->scanning)
        rc = scan(v, true);
    if (rc)
        return rc;
    if (v->reader.form == SMI_INLINE_PACKETS)
        v->literal = v->reader.content.literal;
    v->judged = true;
    smi_inline_close(&v->reader);
    if (!smi_judge_good_count(&v->judge))
        return nothing_good(v);
    v->state = v->scanning ? EMITTING : RELEASING;
    if (!v->scanning)
        return 0;
    smi_inline_open(&v->reader, v->context, NULL, NULL);
    v->reader.lf_wanted = v->text_lf;
    return SECMAIL_NEEDS_REWIND;
}

static int verify_input(struct secmail_inline_verify *v, struct secmail_input *in, bool end)
{
    for (;;) {
        const int status = read_more(v, in, end);
        if (status < 0)
            return status;
        int rc = v->held.size > (v->scanning ? BLOCK : hold_limit(v)) ? over_hold_limit(v) : 0;
        if (rc)
            return rc;
        if (status == SECMAIL_DONE)
            return judge_message(v);
        if (status == SECMAIL_NEEDS_INPUT)
            return status;
    }
}

/* ---------------------------------------------------------------- giving out */

static int release(struct secmail_inline_verify *v, struct secmail_output *out)
{
    v->held_pos += smi_emit(out, v->held.data + v->held_pos, v->held.size - v->held_pos);
    return v->held_pos < v->held.size ? SECMAIL_NEEDS_ROOM : SECMAIL_DONE;
}

/* Goes on with the next block of the second reading; it is confirmed before anything of it leaves.
 */
static int next_block(struct secmail_inline_verify *v, struct secmail_input *in, bool end)
{
    smi_buf_reserve(&v->held, BLOCK);
    if (v->held.error)
        return smi_nomem(v->context);
    struct secmail_output to = {v->held.data, BLOCK, v->held.size};
    const int status = smi_inline_read(&v->reader, in, &to, end);
    v->held.size = to.pos;
    if (status < 0 || status == SECMAIL_NEEDS_INPUT)
        return status;
    v->all_read = status == SECMAIL_DONE;
    v->confirmed = v->held.size != 0;
    return v->confirmed ? confirm(v) : 0;
}

static int emit(struct secmail_inline_verify *v, struct secmail_input *in,
                struct secmail_output *out, bool end)
{
    for (;;) {
        if (v->confirmed && release(v, out) == SECMAIL_NEEDS_ROOM)
            return SECMAIL_NEEDS_ROOM;
        if (v->confirmed)
            v->held.size = v->held_pos = 0;
        v->confirmed = false;
        if (v->all_read)
            return v->block == v->blocks ? SECMAIL_DONE : input_changed(v);
        int rc = next_block(v, in, end);
        if (rc)
            return rc;
    }
}

/* ---------------------------------------------------------------- calls */

static int run(struct secmail_inline_verify *v, struct secmail_input *in,
               struct secmail_output *out, bool end)
{
    if (v->state == SETTING_UP) {
        smi_inline_open(&v->reader, v->context, &v->judge, NULL);
        v->reader.lf_wanted = v->text_lf;
        if (v->unlimited)
            v->reader.hold_limit = UINT64_MAX;
        v->state = READING;
    }
    if (v->state == READING) {
        int rc = verify_input(v, in, end);
        if (rc)
            return rc;
    }
    return v->state == RELEASING ? release(v, out) : emit(v, in, out, end);
}

int secmail_inline_verify_update(struct secmail_inline_verify *v, struct secmail_input *in,
                                 struct secmail_output *out, int end)
{
    if (!v)
        return SECMAIL_E_ARGUMENT;
    smi_enter(v->context);
    if (!smi_input_ok(in) || !smi_output_ok(out))
        return smi_fail(v->context, SECMAIL_E_ARGUMENT, "a window is not well-formed");
    if (v->state == ENDED)
        return smi_fail(v->context, SECMAIL_E_STATE, "the verification has ended");
    const int status = run(v, in, out, end != 0);
    if (status == SECMAIL_DONE || status < 0)
        v->state = ENDED;
    return status;
}

int secmail_inline_verify_bytes(struct secmail_inline_verify *v, const uint8_t *data, size_t size,
                                struct secmail_bytes **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    int rc = enter(v, "secmail_inline_verify_bytes");
    if (rc)
        return rc;
    if (!data && size)
        return smi_fail(v->context, SECMAIL_E_ARGUMENT, "the message is NULL");
    struct secmail_input in = {data, size, 0};
    struct secmail_output none = {0};
    v->unlimited = true;
    v->rewind = SECMAIL_REWIND_NONE;
    smi_buf_reserve(&v->held, size + 1);
    rc = run(v, &in, &none, true);
    v->state = ENDED;
    if (rc < 0)
        return rc;
    return smi_bytes_new(out, &v->held, 0, v->held.size) ? smi_nomem(v->context) : 0;
}

/* ---------------------------------------------------------------- results */

int secmail_inline_verify_literal(struct secmail_inline_verify *v,
                                  struct secmail_literal_info *info)
{
    if (!v)
        return SECMAIL_E_ARGUMENT;
    smi_enter(v->context);
    if (!v->judged)
        return smi_fail(v->context, SECMAIL_E_STATE, "the message isn't verified yet");
    return smi_literal_tell(v->context, &v->literal, info);
}

size_t secmail_inline_verify_good_count(const struct secmail_inline_verify *v)
{
    return v && v->judged ? smi_judge_good_count(&v->judge) : 0;
}

size_t secmail_inline_verify_verdict_count(const struct secmail_inline_verify *v)
{
    return v && v->judged ? v->judge.verdict_count : 0;
}

const struct secmail_verdict *secmail_inline_verify_verdict(const struct secmail_inline_verify *v,
                                                            size_t index)
{
    return v && v->judged ? smi_judge_verdict(&v->judge, index) : NULL;
}
