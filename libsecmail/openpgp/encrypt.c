/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Encryption of a message, streaming:
 *
 *     plaintext -> literal packet -> blocks -> sealer -> packets -> armor -> caller
 *
 * The plaintext side is a buffer in which the literal packet is framed; whole blocks of it are
 * sealed, straight into the caller's window where there is room.
 */
#include "codec/armor.h"
#include "crypto/init.h"
#include "recipients.h"
#include "sealer.h"
#include "signer.h"
#include "verify/judge.h"
#include "verify/literal.h"

struct secmail_encrypt {
    struct secmail_context *context;
    struct secmail_policy *policy;
    uint32_t purpose, format;
    bool armored, text, sized;
    uint64_t size, taken;
    bool padded, detached;
    uint64_t padding; /* still to be made */
    struct smi_recipients recipients;
    struct smi_document_signature *signers;
    size_t signer_count, signer_room;
    enum { SETTING_UP, RUNNING, COMPLETE, ALL_SEALED, ENDED } state;
    struct smi_session_key session_key;
    struct smi_sealer sealer;
    struct smi_buf plain; /* framed plaintext that isn't sealed yet */
    struct smi_literal_writer literal;
    struct smi_buf key_packets; /* if they are detached */
    struct smi_buf ready;       /* packets that wait for room in the output */
    size_t ready_pos;
    struct smi_armor armor;
};

/* ---------------------------------------------------------------- setting up */

int secmail_encrypt_new(struct secmail_context *context, struct secmail_encrypt **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    rc = smi_crypto_init(context);
    if (rc)
        return rc;
    struct secmail_encrypt *e = smi_zalloc(&context->mem, sizeof *e);
    if (!e)
        return smi_nomem(context);
    e->context = context;
    e->plain = smi_buf_open(&context->mem);
    e->ready = smi_buf_open(&context->mem);
    e->key_packets = smi_buf_open(&context->mem);
    e->recipients.context = context;
    *out = e;
    return 0;
}

void secmail_encrypt_free(struct secmail_encrypt *e)
{
    if (!e)
        return;
    const struct secmail_allocator *mem = &e->context->mem;
    for (size_t i = 0; i < e->signer_count; i++)
        smi_document_signature_close(&e->signers[i]);
    smi_recipients_close(&e->recipients);
    smi_free(mem, e->signers, e->signer_room * sizeof *e->signers);
    secmail_policy_unref(e->policy);
    smi_sealer_close(&e->sealer);
    e->plain.size = e->plain.room; /* wipe what was sealed, too */
    smi_buf_free(&e->plain);
    smi_buf_free(&e->ready);
    smi_buf_free(&e->key_packets);
    smi_wipe(&e->session_key, sizeof e->session_key);
    smi_free(mem, e, sizeof *e);
}

static int enter(struct secmail_encrypt *e, const char *call)
{
    if (!e)
        return SECMAIL_E_ARGUMENT;
    smi_enter(e->context);
    if (e->state == SETTING_UP)
        return 0;
    return smi_fail(e->context, SECMAIL_E_STATE, "%s must come before the first update", call);
}

int secmail_encrypt_set_policy(struct secmail_encrypt *e, struct secmail_policy *policy)
{
    int rc = enter(e, "secmail_encrypt_set_policy");
    if (rc)
        return rc;
    if (!policy)
        return smi_fail(e->context, SECMAIL_E_ARGUMENT, "the policy is NULL");
    if (e->recipients.cert_count || e->signer_count)
        return smi_fail(e->context, SECMAIL_E_STATE,
                        "secmail_encrypt_set_policy must come before recipients and signers");
    secmail_policy_unref(e->policy);
    e->policy = secmail_policy_ref(policy);
    return 0;
}

int secmail_encrypt_set_purpose(struct secmail_encrypt *e, uint32_t purpose)
{
    int rc = enter(e, "secmail_encrypt_set_purpose");
    if (rc)
        return rc;
    if (purpose > SECMAIL_PURPOSE_STORAGE)
        return smi_fail(e->context, SECMAIL_E_ARGUMENT, "%u is not a purpose", purpose);
    if (e->recipients.cert_count)
        return smi_fail(e->context, SECMAIL_E_STATE,
                        "secmail_encrypt_set_purpose must come before the recipients");
    e->purpose = purpose;
    return 0;
}

int secmail_encrypt_set_format(struct secmail_encrypt *e, uint32_t format)
{
    int rc = enter(e, "secmail_encrypt_set_format");
    if (rc)
        return rc;
    if (format > SECMAIL_FORMAT_SEIPDV2)
        return smi_fail(e->context, SECMAIL_E_ARGUMENT,
                        "%u is not a format in which messages are written%s", format,
                        format == SECMAIL_FORMAT_LIBREPGP ? ": LibrePGP is only read" : "");
    e->format = format;
    return 0;
}

int secmail_encrypt_set_armor(struct secmail_encrypt *e, int armor)
{
    int rc = enter(e, "secmail_encrypt_set_armor");
    if (!rc)
        e->armored = armor != 0;
    return rc;
}

int secmail_encrypt_set_text(struct secmail_encrypt *e, int text)
{
    int rc = enter(e, "secmail_encrypt_set_text");
    if (rc)
        return rc;
    if (e->signer_count)
        return smi_fail(e->context, SECMAIL_E_STATE,
                        "secmail_encrypt_set_text must come before the signers");
    e->text = text != 0;
    return 0;
}

int secmail_encrypt_set_size(struct secmail_encrypt *e, uint64_t size)
{
    int rc = enter(e, "secmail_encrypt_set_size");
    if (rc)
        return rc;
    e->sized = true;
    e->size = size;
    return 0;
}

int secmail_encrypt_hide_recipients(struct secmail_encrypt *e, int hide)
{
    int rc = enter(e, "secmail_encrypt_hide_recipients");
    if (!rc)
        e->recipients.hidden = hide != 0;
    return rc;
}

int secmail_encrypt_set_padding(struct secmail_encrypt *e, int padding)
{
    int rc = enter(e, "secmail_encrypt_set_padding");
    if (!rc)
        e->padded = padding != 0;
    return rc;
}

int secmail_encrypt_set_session_key(struct secmail_encrypt *e,
                                    const struct secmail_secret *session_key)
{
    int rc = enter(e, "secmail_encrypt_set_session_key");
    if (rc)
        return rc;
    struct smi_session_key key;
    rc = smi_session_key_import(e->context, &key, session_key);
    if (!rc && !smi_cipher_is_aes(key.cipher))
        rc = smi_fail(e->context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                      "the session key is for %s, with which nothing is encrypted; take AES",
                      smi_cipher_name(key.cipher));
    if (!rc)
        e->session_key = key;
    smi_wipe(&key, sizeof key);
    return rc;
}

int secmail_encrypt_set_detached_keys(struct secmail_encrypt *e, int detached)
{
    int rc = enter(e, "secmail_encrypt_set_detached_keys");
    if (!rc)
        e->detached = detached != 0;
    return rc;
}

static int ensure_policy(struct secmail_encrypt *e)
{
    return e->policy ? 0 : secmail_policy_standard(e->context, &e->policy);
}

static uint8_t wanted_flags(const struct secmail_encrypt *e)
{
    switch (e->purpose) {
    case SECMAIL_PURPOSE_COMMUNICATIONS:
        return SECMAIL_KEY_ENCRYPT_COMMUNICATIONS;
    case SECMAIL_PURPOSE_STORAGE:
        return SECMAIL_KEY_ENCRYPT_STORAGE;
    default:
        return SECMAIL_KEY_ENCRYPT_COMMUNICATIONS | SECMAIL_KEY_ENCRYPT_STORAGE;
    }
}

int secmail_encrypt_add_recipient(struct secmail_encrypt *e, struct secmail_cert *cert)
{
    int rc = enter(e, "secmail_encrypt_add_recipient");
    if (rc)
        return rc;
    if (!cert)
        return smi_fail(e->context, SECMAIL_E_ARGUMENT, "the certificate is NULL");
    rc = ensure_policy(e);
    if (rc)
        return rc;
    return smi_recipients_add_cert(&e->recipients, cert, e->policy, wanted_flags(e));
}

int secmail_encrypt_add_password(struct secmail_encrypt *e, const struct secmail_secret *password)
{
    int rc = enter(e, "secmail_encrypt_add_password");
    if (rc)
        return rc;
    if (!password)
        return smi_fail(e->context, SECMAIL_E_ARGUMENT, "the password is NULL");
    return smi_recipients_add_password(&e->recipients, password);
}

int secmail_encrypt_add_signer(struct secmail_encrypt *e, struct secmail_key *key)
{
    int rc = enter(e, "secmail_encrypt_add_signer");
    if (rc)
        return rc;
    if (!key)
        return smi_fail(e->context, SECMAIL_E_ARGUMENT, "the key is NULL");
    rc = ensure_policy(e);
    if (rc)
        return rc;
    if (!smi_grow(&e->context->mem, &e->signers, &e->signer_room, e->signer_count + 1,
                  sizeof *e->signers))
        return smi_nomem(e->context);
    rc = smi_document_signature_open(e->context, &e->signers[e->signer_count], key, e->policy,
                                     e->text);
    if (!rc)
        e->signer_count++;
    return rc;
}

/* ---------------------------------------------------------------- beginning */

static int check_cipher(struct secmail_encrypt *e)
{
    if (smi_policy_accepts(e->policy, SMI_POLICY_CIPHER, e->session_key.cipher, NULL))
        return 0;
    return smi_fail(e->context, SECMAIL_E_POLICY,
                    "the message would be encrypted with %s, which the policy refuses%s",
                    smi_cipher_name(e->session_key.cipher),
                    e->session_key.size ? "" : "; not all recipients list another cipher");
}

/* The caller's, or a new one. */
static int make_session_key(struct secmail_encrypt *e)
{
    struct smi_session_key *key = &e->session_key;
    key->generation = e->format == SECMAIL_FORMAT_SEIPDV1 ? SMI_FOR_SEIPDV1 : SMI_FOR_SEIPDV2;
    if (key->size)
        return check_cipher(e);
    int rc = smi_recipients_cipher(&e->recipients, e->policy, e->format, &key->cipher);
    if (!rc)
        rc = check_cipher(e);
    const size_t size = smi_cipher_key_size(key->cipher);
    if (!rc)
        rc = smi_random(e->context, key->key, size);
    key->size = rc ? 0 : (uint8_t)size; /* 0: there is none */
    return rc;
}

static int check_padding(struct secmail_encrypt *e)
{
    if (!e->padded || e->format == SECMAIL_FORMAT_SEIPDV2)
        return 0;
    return smi_fail(e->context, SECMAIL_E_INCOMPATIBLE,
                    "padding was asked for, but SEIPDv1 is for older software, which doesn't know "
                    "padding packets; leave it out, or the recipients who can't read SEIPDv2");
}

static int begin_literal(struct secmail_encrypt *e)
{
    for (size_t i = e->signer_count; i-- > 0;)
        smi_document_signature_announce(&e->signers[i], i == 0, &e->plain);
    smi_literal_begin(&e->literal, &e->plain, e->text, e->sized ? e->size : UINT64_MAX);
    return e->plain.error ? smi_nomem(e->context) : 0;
}

static int begin(struct secmail_encrypt *e, size_t expected)
{
    struct smi_recipients *r = &e->recipients;
    if (!r->key_count && !r->password_count && !e->session_key.size)
        return smi_fail(e->context, SECMAIL_E_NO_RECIPIENT,
                        "the message has no recipient and no password; add one");
    int rc = ensure_policy(e);
    if (!rc)
        rc = smi_recipients_format(r, e->policy, &e->format);
    if (!rc)
        rc = check_padding(e);
    if (!rc)
        rc = make_session_key(e);
    if (!rc)
        rc = smi_recipients_put(r, &e->session_key, e->detached ? &e->key_packets : &e->ready);
    if (!rc)
        rc = smi_sealer_open(e->context, &e->sealer, (enum secmail_format)e->format,
                             &e->session_key);
    if (rc)
        return rc;
    smi_armor_init(&e->armor, SMI_ARMOR_MESSAGE, e->format == SECMAIL_FORMAT_SEIPDV1);
    const size_t most = SMI_BLOCK_SIZE + 2 * SMI_PART_SIZE + 1024;
    smi_buf_reserve(&e->plain, expected < most - 1024 ? expected + 1024 : most);
    e->state = RUNNING;
    return begin_literal(e);
}

/* ---------------------------------------------------------------- plaintext side */

/* Counts and hashes plaintext on its way. */
static int account(struct secmail_encrypt *e, const uint8_t *data, size_t size)
{
    e->taken += size;
    if (e->sized && e->taken > e->size)
        return smi_fail(e->context, SECMAIL_E_SIZE_MISMATCH,
                        "more than the %llu bytes came that were announced",
                        (unsigned long long)e->size);
    for (size_t i = 0; i < e->signer_count; i++)
        smi_signed_hash_update(&e->signers[i].hash, data, size);
    return 0;
}

static int take_input(struct secmail_encrypt *e, struct secmail_input *in)
{
    /* Only until a block is full: then it is sealed before more is taken. */
    const bool in_parts = e->literal.part_start != SIZE_MAX;
    const size_t most = in_parts ? SMI_PART_SIZE : SMI_BLOCK_SIZE - e->plain.size;
    const uint8_t *data = in->data + in->pos;
    size_t n = smi_input_left(in);
    if (n > most)
        n = most;
    int rc = account(e, data, n);
    if (!rc)
        rc = smi_literal_put(e->context, &e->literal, data, n);
    in->pos += n;
    return rc;
}

/* Hidden recipients aren't told of each other inside of the message either. */
static size_t named_recipients(const struct secmail_encrypt *e)
{
    return e->recipients.hidden ? 0 : e->recipients.cert_count;
}

/*
 * Padme (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with
 * PURBs"): of a size in E bits only the upper log2 E + 1 may differ from zero, so that a size tells
 * little, at the price of at most 12 %.
 */
static uint64_t padme(uint64_t size)
{
    unsigned e = 0, s = 0;
    while (size >> (e + 1))
        e++;
    while (e >> s)
        s++;
    const uint64_t mask = e > s ? ((uint64_t)1 << (e - s)) - 1 : 0;
    return (size + mask) & ~mask;
}

/* Begins the padding packet (section 5.14), which may have to be of no more than its header. */
static void begin_padding(struct secmail_encrypt *e)
{
    enum { HEADER = 6 }; /* always with a length of five octets */
    const uint64_t size = e->sealer.total + e->plain.size + HEADER;
    e->padding = padme(size) - size;
    const uint8_t header[HEADER] = {0xc0 | SMI_TAG_PADDING,      255,
                                    (uint8_t)(e->padding >> 24), (uint8_t)(e->padding >> 16),
                                    (uint8_t)(e->padding >> 8),  (uint8_t)e->padding};
    /* What doesn't fit a packet would be terabytes of plaintext. */
    if (e->padding <= UINT32_MAX)
        smi_put(&e->plain, header, sizeof header);
    else
        e->padding = 0;
}

static int end_literal(struct secmail_encrypt *e)
{
    if (e->sized && e->taken != e->size)
        return smi_fail(e->context, SECMAIL_E_SIZE_MISMATCH,
                        "%llu bytes were announced, but %llu came", (unsigned long long)e->size,
                        (unsigned long long)e->taken);
    int rc = smi_literal_end(e->context, &e->literal);
    for (size_t i = 0; i < e->signer_count && !rc; i++)
        rc = smi_document_signature_finish(e->context, &e->signers[i], e->recipients.certs,
                                           named_recipients(e), &e->plain);
    if (!rc && e->padded)
        begin_padding(e);
    if (!rc && e->plain.error)
        rc = smi_nomem(e->context);
    e->state = COMPLETE;
    return rc;
}

/* Padding is made as it is sealed, so that it takes no memory. */
static int put_padding(struct secmail_encrypt *e)
{
    const size_t free = SMI_BLOCK_SIZE - e->plain.size;
    const size_t n = e->padding < free ? (size_t)e->padding : free;
    uint8_t *to = smi_buf_add(&e->plain, n);
    e->padding -= n;
    return to ? smi_random(e->context, to, n) : smi_nomem(e->context);
}

/* ---------------------------------------------------------------- sealing and output */

/* Seals one block: into the caller's window, or if it is too small, into `ready`. */
static int seal(struct secmail_encrypt *e, struct secmail_output *out, const uint8_t *block,
                size_t size, bool last)
{
    size_t written;
    const bool direct = !e->armored && !e->ready.size &&
                        smi_output_left(out) >= SMI_SEALED_BLOCK_MAX;
    if (!direct)
        smi_buf_reserve(&e->ready, e->ready.size + size + (SMI_SEALED_BLOCK_MAX - SMI_BLOCK_SIZE));
    if (e->ready.error)
        return smi_nomem(e->context);
    uint8_t *to = direct ? out->data + out->pos : e->ready.data + e->ready.size;
    int rc = smi_sealer_block(e->context, &e->sealer, to, block, size, last, &written);
    if (rc)
        return rc;
    if (direct)
        out->pos += written;
    else
        e->ready.size += written;
    return 0;
}

static int seal_plain(struct secmail_encrypt *e, struct secmail_output *out, bool last)
{
    struct smi_buf *plain = &e->plain;
    const size_t size = plain->size < SMI_BLOCK_SIZE ? plain->size : SMI_BLOCK_SIZE;
    int rc = seal(e, out, plain->data, size, last && size == plain->size);
    if (rc)
        return rc;
    memmove(plain->data, plain->data + size, plain->size - size);
    plain->size -= size;
    smi_literal_left(&e->literal, size);
    if (last && !plain->size)
        e->state = ALL_SEALED;
    return 0;
}

/* The shortest way for much data of known size: blocks straight out of the caller's input. */
static int seal_input(struct secmail_encrypt *e, struct secmail_input *in,
                      struct secmail_output *out)
{
    const uint8_t *block = in->data + in->pos;
    int rc = account(e, block, SMI_BLOCK_SIZE);
    if (!rc)
        rc = seal(e, out, block, SMI_BLOCK_SIZE, false);
    in->pos += SMI_BLOCK_SIZE;
    return rc;
}

/* Moves what is ready to the output. True when nothing is left. */
static bool flush(struct secmail_encrypt *e, struct secmail_output *out)
{
    struct secmail_input from = {e->ready.data, e->ready.size, e->ready_pos};
    const bool end = e->state == ALL_SEALED;
    bool done;
    if (e->armored) {
        done = smi_armor_update(&e->armor, &from, out, end) != SECMAIL_NEEDS_ROOM;
    } else {
        from.pos += smi_emit(out, from.data + from.pos, smi_input_left(&from));
        done = !smi_input_left(&from);
    }
    e->ready_pos = from.pos;
    if (done)
        e->ready.size = e->ready_pos = 0;
    return done;
}

static int step(struct secmail_encrypt *e, struct secmail_input *in, struct secmail_output *out,
                bool end)
{
    if (e->state == COMPLETE && e->padding && e->plain.size < SMI_BLOCK_SIZE)
        return put_padding(e);
    if (e->state == COMPLETE)
        return seal_plain(e, out, !e->padding);
    if (smi_literal_framed(&e->literal) >= SMI_BLOCK_SIZE)
        return seal_plain(e, out, false);
    if (e->literal.part_start == SIZE_MAX && !e->plain.size && smi_input_left(in) > SMI_BLOCK_SIZE)
        return seal_input(e, in, out);
    if (smi_input_left(in))
        return take_input(e, in);
    if (!end)
        return SECMAIL_NEEDS_INPUT;
    return end_literal(e);
}

static int run(struct secmail_encrypt *e, struct secmail_input *in, struct secmail_output *out,
               bool end)
{
    if (e->state == SETTING_UP) {
        int rc = begin(e, smi_input_left(in));
        if (rc)
            return rc;
    }
    if (e->state == ENDED)
        return smi_fail(e->context, SECMAIL_E_STATE, "the encryption has ended");
    for (;;) {
        if (!flush(e, out))
            return SECMAIL_NEEDS_ROOM;
        if (e->state == ALL_SEALED)
            return SECMAIL_DONE;
        int rc = step(e, in, out, end);
        if (rc)
            return rc;
    }
}

int secmail_encrypt_update(struct secmail_encrypt *e, struct secmail_input *in,
                           struct secmail_output *out, int end)
{
    if (!e)
        return SECMAIL_E_ARGUMENT;
    smi_enter(e->context);
    if (!smi_input_ok(in) || !smi_output_ok(out))
        return smi_fail(e->context, SECMAIL_E_ARGUMENT, "a window is not well-formed");
    int status = run(e, in, out, end != 0);
    if (status == SECMAIL_DONE || status < 0)
        e->state = ENDED;
    return status;
}

/* ---------------------------------------------------------------- in one call */

/* Enough room for the message in most cases; the loop grows it where not. */
static size_t expected_size(const struct secmail_encrypt *e, size_t size)
{
    const size_t packets = 1024 + 1200 * (e->recipients.key_count + e->recipients.password_count +
                                          e->signer_count);
    const size_t binary = size + size / 1024 + packets + SMI_SEALED_BLOCK_MAX - SMI_BLOCK_SIZE;
    return e->armored ? smi_armor_bound(binary) : binary;
}

int secmail_encrypt_bytes(struct secmail_encrypt *e, const uint8_t *data, size_t size,
                          struct secmail_bytes **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    int rc = enter(e, "secmail_encrypt_bytes");
    if (rc)
        return rc;
    if (!data && size)
        return smi_fail(e->context, SECMAIL_E_ARGUMENT, "the plaintext is NULL");
    /* What the caller announced holds. */
    e->size = e->sized ? e->size : size;
    e->sized = true;
    struct smi_buf to = smi_buf_open(&e->context->mem);
    struct secmail_input in = {data, size, 0};
    smi_buf_reserve(&to, expected_size(e, size));
    int status = to.error ? smi_nomem(e->context) : SECMAIL_NEEDS_ROOM;
    while (status == SECMAIL_NEEDS_ROOM) {
        struct secmail_output window = {to.data, to.room, to.size};
        status = secmail_encrypt_update(e, &in, &window, 1);
        to.size = window.pos;
        if (status == SECMAIL_NEEDS_ROOM)
            smi_buf_reserve(&to, to.room + to.room / 4 + 1024);
        if (to.error)
            status = smi_nomem(e->context);
    }
    if (status == SECMAIL_DONE) {
        status = smi_bytes_from(out, &to);
        return status ? smi_fail(e->context, status, NULL) : 0;
    }
    smi_buf_free(&to);
    return status;
}

int secmail_encrypt_session_key(struct secmail_encrypt *e, struct secmail_secret **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!e)
        return SECMAIL_E_ARGUMENT;
    smi_enter(e->context);
    if (!e->session_key.size)
        return smi_fail(e->context, SECMAIL_E_STATE, "the session key is made by the first update");
    return smi_session_key_export(e->context, &e->session_key, out);
}

int secmail_encrypt_key_packets(struct secmail_encrypt *e, struct secmail_bytes **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!e)
        return SECMAIL_E_ARGUMENT;
    smi_enter(e->context);
    if (!e->detached || e->state == SETTING_UP)
        return smi_fail(e->context, SECMAIL_E_STATE,
                        "key packets are apart only after secmail_encrypt_set_detached_keys() and "
                        "the first update");
    struct smi_buf copy = smi_buf_open(&e->context->mem);
    smi_put(&copy, e->key_packets.data, e->key_packets.size);
    int rc = smi_bytes_from(out, &copy);
    return rc ? smi_fail(e->context, rc, NULL) : 0;
}
