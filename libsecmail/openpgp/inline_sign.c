/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making signed messages, streaming: one-pass signature packets, the data, signature packets; or
 * cleartext, with armored signatures behind it.
 */
#include "codec/armor.h"
#include "crypto/init.h"
#include "signer.h"
#include "verify/cleartext.h"
#include "verify/literal.h"

#include <secmail/openpgp.h>

enum { STEP = 64 << 10 };

struct secmail_inline_sign {
    struct secmail_context *context;
    struct secmail_policy *policy;
    enum secmail_inline_form form;
    bool armored;
    struct smi_document_signature *signers;
    size_t signer_count, signer_room;
    uint64_t size; /* of the data, if it is known; else UINT64_MAX */
    enum { SETTING_UP, RUNNING, ALL_MADE, ENDED } state;
    struct smi_buf made; /* of the message, not given out yet */
    size_t made_pos;
    struct smi_literal_writer literal;
    struct smi_cleartext_writer cleartext;
    struct smi_armor armor;
};

/* ---------------------------------------------------------------- setting up */

int secmail_inline_sign_new(struct secmail_context *context, struct secmail_inline_sign **out)
{
    int rc = smi_enter_out(context, out);
    if (!rc)
        rc = smi_crypto_init(context);
    if (rc)
        return rc;
    struct secmail_inline_sign *s = smi_zalloc(&context->mem, sizeof *s);
    if (!s)
        return smi_nomem(context);
    s->context = context;
    s->size = UINT64_MAX;
    s->made = smi_buf_open(&context->mem);
    *out = s;
    return 0;
}

void secmail_inline_sign_free(struct secmail_inline_sign *s)
{
    if (!s)
        return;
    const struct secmail_allocator *mem = &s->context->mem;
    for (size_t i = 0; i < s->signer_count; i++)
        smi_document_signature_close(&s->signers[i]);
    smi_free(mem, s->signers, s->signer_room * sizeof *s->signers);
    smi_cleartext_close(&s->cleartext);
    secmail_policy_unref(s->policy);
    smi_buf_free(&s->made);
    smi_free(mem, s, sizeof *s);
}

/* Begins a setter; some also have to come before the signers. */
static int enter(struct secmail_inline_sign *s, bool before_signers, const char *call)
{
    if (!s)
        return SECMAIL_E_ARGUMENT;
    smi_enter(s->context);
    if (s->state != SETTING_UP)
        return smi_fail(s->context, SECMAIL_E_STATE, "%s must come before the first update", call);
    if (before_signers && s->signer_count)
        return smi_fail(s->context, SECMAIL_E_STATE, "%s must come before the signers", call);
    return 0;
}

int secmail_inline_sign_set_policy(struct secmail_inline_sign *s, struct secmail_policy *policy)
{
    int rc = enter(s, true, "secmail_inline_sign_set_policy");
    if (rc)
        return rc;
    if (!policy)
        return smi_fail(s->context, SECMAIL_E_ARGUMENT, "the policy is NULL");
    secmail_policy_unref(s->policy);
    s->policy = secmail_policy_ref(policy);
    return 0;
}

int secmail_inline_sign_set_form(struct secmail_inline_sign *s, uint32_t form)
{
    int rc = enter(s, true, "secmail_inline_sign_set_form");
    if (rc)
        return rc;
    if (form > SECMAIL_INLINE_CLEARTEXT)
        return smi_fail(s->context, SECMAIL_E_ARGUMENT, "%u is not a form", form);
    s->form = (enum secmail_inline_form)form;
    return 0;
}

int secmail_inline_sign_set_armor(struct secmail_inline_sign *s, int armor)
{
    int rc = enter(s, false, "secmail_inline_sign_set_armor");
    if (!rc)
        s->armored = armor != 0;
    return rc;
}

int secmail_inline_sign_add_signer(struct secmail_inline_sign *s, struct secmail_key *key)
{
    int rc = enter(s, false, "secmail_inline_sign_add_signer");
    if (rc)
        return rc;
    if (!key)
        return smi_fail(s->context, SECMAIL_E_ARGUMENT, "the key is NULL");
    if (!s->policy)
        rc = secmail_policy_standard(s->context, &s->policy);
    if (rc)
        return rc;
    if (!smi_grow(&s->context->mem, &s->signers, &s->signer_room, s->signer_count + 1,
                  sizeof *s->signers))
        return smi_nomem(s->context);
    rc = smi_document_signature_open(s->context, &s->signers[s->signer_count], key, s->policy,
                                     s->form != SECMAIL_INLINE_BINARY);
    if (!rc)
        s->signer_count++;
    return rc;
}

/* ---------------------------------------------------------------- the message */

static void hash(void *user, const uint8_t *data, size_t size)
{
    struct secmail_inline_sign *s = user;
    for (size_t i = 0; i < s->signer_count; i++)
        smi_signed_hash_update(&s->signers[i].hash, data, size);
}

/* "These headers SHOULD NOT be emitted unless the cleartext signed message contains a version 4
 * signature [...]" (section 6.2.2.3). */
static size_t hashes_to_name(const struct secmail_inline_sign *s, uint8_t hashes[16])
{
    size_t count = 0;
    for (size_t i = 0; i < s->signer_count && count < 16; i++) {
        const uint8_t algo = s->signers[i].hash.hash.algo;
        if (s->signers[i].signer.public_key->version == 4 && !memchr(hashes, algo, count))
            hashes[count++] = algo;
    }
    return count;
}

static void begin_cleartext(struct secmail_inline_sign *s)
{
    uint8_t hashes[16];
    s->cleartext.hash = hash;
    s->cleartext.user = s;
    smi_cleartext_begin(&s->cleartext, s->context, &s->made, hashes, hashes_to_name(s, hashes));
}

static void begin_packets(struct secmail_inline_sign *s)
{
    for (size_t i = s->signer_count; i-- > 0;)
        smi_document_signature_announce(&s->signers[i], i == 0, &s->made);
    smi_armor_init(&s->armor, SMI_ARMOR_MESSAGE, smi_wants_checksum(s->made.data, s->made.size));
    smi_literal_begin(&s->literal, &s->made, s->form == SECMAIL_INLINE_TEXT, s->size);
}

static int begin(struct secmail_inline_sign *s)
{
    if (!s->signer_count)
        return smi_fail(s->context, SECMAIL_E_NO_SIGNER, "there is no key to sign with");
    if (s->form == SECMAIL_INLINE_CLEARTEXT)
        begin_cleartext(s);
    else
        begin_packets(s);
    s->state = RUNNING;
    return s->made.error ? smi_nomem(s->context) : 0;
}

static int put(struct secmail_inline_sign *s, const uint8_t *data, size_t size)
{
    if (s->form == SECMAIL_INLINE_CLEARTEXT)
        return smi_cleartext_put(s->context, &s->cleartext, data, size);
    hash(s, data, size);
    return smi_literal_put(s->context, &s->literal, data, size);
}

static int put_signatures(struct secmail_inline_sign *s, struct smi_buf *b)
{
    int rc = 0;
    for (size_t i = 0; i < s->signer_count && !rc; i++)
        rc = smi_document_signature_finish(s->context, &s->signers[i], NULL, 0, b);
    return rc;
}

static int end_cleartext(struct secmail_inline_sign *s)
{
    struct smi_buf packets = smi_buf_open(&s->context->mem);
    int rc = smi_cleartext_end(s->context, &s->cleartext);
    if (!rc)
        rc = put_signatures(s, &packets);
    if (!rc && smi_put_armored(&s->made, &packets, SMI_ARMOR_SIGNATURE))
        rc = smi_nomem(s->context);
    smi_buf_free(&packets);
    return rc;
}

static int end_message(struct secmail_inline_sign *s)
{
    s->state = ALL_MADE;
    if (s->form == SECMAIL_INLINE_CLEARTEXT)
        return end_cleartext(s);
    int rc = smi_literal_end(s->context, &s->literal);
    return rc ? rc : put_signatures(s, &s->made);
}

/* ---------------------------------------------------------------- output */

/* What of `made` is in its last form. */
static size_t framed(const struct secmail_inline_sign *s)
{
    return s->form == SECMAIL_INLINE_CLEARTEXT ? s->made.size : smi_literal_framed(&s->literal);
}

static void drop_given(struct secmail_inline_sign *s)
{
    memmove(s->made.data, s->made.data + s->made_pos, s->made.size - s->made_pos);
    s->made.size -= s->made_pos;
    if (s->form != SECMAIL_INLINE_CLEARTEXT)
        smi_literal_left(&s->literal, s->made_pos);
    s->made_pos = 0;
}

/* Moves what is framed to the output. True when nothing of it is left. */
static bool flush(struct secmail_inline_sign *s, struct secmail_output *out)
{
    struct secmail_input from = {s->made.data, framed(s), s->made_pos};
    const bool armored = s->armored && s->form != SECMAIL_INLINE_CLEARTEXT;
    bool done;
    if (armored) {
        done = smi_armor_update(&s->armor, &from, out, s->state == ALL_MADE) != SECMAIL_NEEDS_ROOM;
    } else {
        from.pos += smi_emit(out, from.data + from.pos, smi_input_left(&from));
        done = !smi_input_left(&from);
    }
    s->made_pos = from.pos;
    if (done)
        drop_given(s);
    return done;
}

static int step(struct secmail_inline_sign *s, struct secmail_input *in, bool end)
{
    size_t n = smi_input_left(in);
    if (!n)
        return end ? end_message(s) : SECMAIL_NEEDS_INPUT;
    if (n > STEP)
        n = STEP;
    int rc = put(s, in->data + in->pos, n);
    in->pos += n;
    return rc;
}

static int run(struct secmail_inline_sign *s, struct secmail_input *in, struct secmail_output *out,
               bool end)
{
    int rc = s->state == SETTING_UP ? begin(s) : 0;
    while (!rc) {
        if (!flush(s, out))
            return SECMAIL_NEEDS_ROOM;
        if (s->state == ALL_MADE)
            return SECMAIL_DONE;
        rc = step(s, in, end);
    }
    return rc;
}

int secmail_inline_sign_update(struct secmail_inline_sign *s, struct secmail_input *in,
                               struct secmail_output *out, int end)
{
    if (!s)
        return SECMAIL_E_ARGUMENT;
    smi_enter(s->context);
    if (!smi_input_ok(in) || !smi_output_ok(out))
        return smi_fail(s->context, SECMAIL_E_ARGUMENT, "a window is not well-formed");
    if (s->state == ENDED)
        return smi_fail(s->context, SECMAIL_E_STATE, "the signing has ended");
    const int status = run(s, in, out, end != 0);
    if (status == SECMAIL_DONE || status < 0)
        s->state = ENDED;
    return status;
}

/* ---------------------------------------------------------------- in one call */

static int sign_all(struct secmail_inline_sign *s, struct secmail_input *in, struct smi_buf *to)
{
    const size_t more = 4096 + 512 * s->signer_count;
    smi_buf_reserve(to,
                    (s->armored ? smi_armor_bound(smi_input_left(in)) : smi_input_left(in)) + more);
    int status = SECMAIL_NEEDS_ROOM;
    while (status == SECMAIL_NEEDS_ROOM && !to->error) {
        struct secmail_output window = {to->data, to->room, to->size};
        status = run(s, in, &window, true);
        to->size = window.pos;
        if (status == SECMAIL_NEEDS_ROOM)
            smi_buf_reserve(to, to->room + to->room / 2 + more);
    }
    return to->error ? smi_nomem(s->context) : status;
}

int secmail_inline_sign_bytes(struct secmail_inline_sign *s, const uint8_t *data, size_t size,
                              struct secmail_bytes **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    int rc = enter(s, false, "secmail_inline_sign_bytes");
    if (rc)
        return rc;
    if (!data && size)
        return smi_fail(s->context, SECMAIL_E_ARGUMENT, "the data is NULL");
    struct smi_buf to = smi_buf_open(&s->context->mem);
    struct secmail_input in = {data, size, 0};
    s->size = size;
    rc = sign_all(s, &in, &to);
    s->state = ENDED;
    if (!rc && smi_bytes_from(out, &to))
        rc = smi_nomem(s->context);
    smi_buf_free(&to);
    return rc;
}
