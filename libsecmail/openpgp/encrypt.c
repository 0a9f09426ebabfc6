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
#include "pkesk.h"
#include "sealer.h"
#include "signer.h"
#include "skesk.h"
#include "verify/judge.h"
#include "verify/literal.h"

struct recipient {
    struct secmail_cert *cert; /* a reference */
    const struct smi_public_key *key;
};

struct secmail_encrypt {
    struct secmail_context *context;
    struct secmail_policy *policy;
    uint32_t purpose, format;
    bool armored, text, sized;
    uint64_t size, taken;
    struct secmail_cert **certs; /* of the recipients */
    size_t cert_count, cert_room;
    struct recipient *recipients; /* one for each key */
    size_t recipient_count, recipient_room;
    struct secmail_secret **passwords;
    size_t password_count, password_room;
    struct smi_document_signature *signers;
    size_t signer_count, signer_room;
    enum { SETTING_UP, RUNNING, ALL_SEALED, ENDED } state;
    struct smi_session_key session_key;
    struct smi_sealer sealer;
    struct smi_buf plain; /* framed plaintext that isn't sealed yet */
    struct smi_literal_writer literal;
    struct smi_buf ready; /* packets that wait for room in the output */
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
    *out = e;
    return 0;
}

void secmail_encrypt_free(struct secmail_encrypt *e)
{
    if (!e)
        return;
    const struct secmail_allocator *mem = &e->context->mem;
    for (size_t i = 0; i < e->cert_count; i++)
        secmail_cert_unref(e->certs[i]);
    for (size_t i = 0; i < e->password_count; i++)
        secmail_secret_free(e->passwords[i]);
    for (size_t i = 0; i < e->signer_count; i++)
        smi_document_signature_close(&e->signers[i]);
    smi_free(mem, e->certs, e->cert_room * sizeof *e->certs);
    smi_free(mem, e->recipients, e->recipient_room * sizeof *e->recipients);
    smi_free(mem, e->passwords, e->password_room * sizeof *e->passwords);
    smi_free(mem, e->signers, e->signer_room * sizeof *e->signers);
    secmail_policy_unref(e->policy);
    smi_sealer_close(&e->sealer);
    e->plain.size = e->plain.room; /* wipe what was sealed, too */
    smi_buf_free(&e->plain);
    smi_buf_free(&e->ready);
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
    if (e->cert_count || e->signer_count)
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
    if (e->cert_count)
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
        return smi_fail(e->context, SECMAIL_E_ARGUMENT, "%u is not a format", format);
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

/* What stood in the way of encrypting to a certificate, for the message if no key is left. */
struct obstacle {
    struct smi_validity validity; /* of a key that would do if it were valid */
    const struct smi_public_key *key;
    const struct smi_public_key *unsupported; /* a valid key that this build can't use */
};

static int cannot_encrypt(struct secmail_encrypt *e, const struct secmail_cert *cert,
                          const struct obstacle *o)
{
    if (o->key) {
        char text[SMI_VALIDITY_TEXT];
        smi_validity_text(&o->validity, o->key, text);
        return smi_fail(e->context, o->validity.code, "can't encrypt to %s: %s",
                        secmail_cert_fingerprint(cert), text);
    }
    if (o->unsupported)
        return smi_fail(e->context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "can't encrypt to %s: its encryption key uses %s (%u), which this build "
                        "does not support",
                        secmail_cert_fingerprint(cert), smi_pk_name(o->unsupported->algo),
                        o->unsupported->algo);
    return smi_fail(e->context, SECMAIL_E_CANNOT_ENCRYPT,
                    "can't encrypt to %s: it has no key that is flagged for encryption; ask the "
                    "owner to add an encryption subkey",
                    secmail_cert_fingerprint(cert));
}

static int add_key(struct secmail_encrypt *e, struct secmail_cert *cert,
                   const struct smi_public_key *key)
{
    if (!smi_grow(&e->context->mem, &e->recipients, &e->recipient_room, e->recipient_count + 1,
                  sizeof *e->recipients))
        return smi_nomem(e->context);
    e->recipients[e->recipient_count++] = (struct recipient){cert, key};
    return 0;
}

static int consider_key(struct secmail_encrypt *e, struct secmail_cert *cert, size_t index,
                        struct obstacle *obstacle)
{
    const struct smi_public_key *key = &smi_cert_key(cert, index)->key;
    struct smi_validity v;
    int rc = smi_key_validity(e->context, cert, index, e->policy, secmail_policy_time(e->policy),
                              &v);
    if (rc)
        return rc;
    if (v.code) {
        if (key->use & SMI_USE_ENCRYPT || index == 0) {
            obstacle->validity = v;
            obstacle->key = key;
        }
        return 0;
    }
    if (!(v.flags & wanted_flags(e)))
        return 0;
    if (key->use & SMI_USE_ENCRYPT)
        return add_key(e, cert, key);
    obstacle->unsupported = key;
    return 0;
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
    if (!smi_grow(&e->context->mem, &e->certs, &e->cert_room, e->cert_count + 1, sizeof *e->certs))
        return smi_nomem(e->context);
    struct obstacle obstacle = {0};
    const size_t before = e->recipient_count;
    for (size_t i = 0; smi_cert_key(cert, i) && !rc; i++)
        rc = consider_key(e, cert, i, &obstacle);
    if (!rc && e->recipient_count == before)
        rc = cannot_encrypt(e, cert, &obstacle);
    if (rc)
        e->recipient_count = before;
    else
        e->certs[e->cert_count++] = secmail_cert_ref(cert);
    return rc;
}

int secmail_encrypt_add_password(struct secmail_encrypt *e, const struct secmail_secret *password)
{
    int rc = enter(e, "secmail_encrypt_add_password");
    if (rc)
        return rc;
    if (!password)
        return smi_fail(e->context, SECMAIL_E_ARGUMENT, "the password is NULL");
    rc = smi_password_check_new(e->context, password);
    if (rc)
        return rc;
    if (!smi_grow(&e->context->mem, &e->passwords, &e->password_room, e->password_count + 1,
                  sizeof *e->passwords))
        return smi_nomem(e->context);
    rc = secmail_secret_new(e->context, &e->passwords[e->password_count],
                            secmail_secret_data(password), secmail_secret_size(password));
    if (!rc)
        e->password_count++;
    return rc;
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

/* SEIPDv2 if every recipient can read it; passwords alone don't stand in the way. */
static int choose_format(struct secmail_encrypt *e)
{
    const struct secmail_cert *old = NULL;
    for (size_t i = 0; i < e->cert_count && !old; i++) {
        uint8_t features;
        int rc = smi_cert_features(e->context, e->certs[i], e->policy, &features);
        if (rc)
            return rc;
        if (!(features & SMI_FEATURE_SEIPDV2))
            old = e->certs[i];
    }
    if (e->format == SECMAIL_FORMAT_SEIPDV2 && old)
        return smi_fail(e->context, SECMAIL_E_INCOMPATIBLE,
                        "SEIPDv2 was asked for, but the certificate %s does not announce it; "
                        "leave the format or the recipient out",
                        secmail_cert_fingerprint(old));
    if (e->format == SECMAIL_FORMAT_AUTO)
        e->format = old ? SECMAIL_FORMAT_SEIPDV1 : SECMAIL_FORMAT_SEIPDV2;
    return 0;
}

static int make_session_key(struct secmail_encrypt *e)
{
    struct smi_session_key *key = &e->session_key;
    const size_t size = smi_cipher_key_size(SMI_AES256);
    *key = (struct smi_session_key){.cipher = SMI_AES256};
    key->generation = e->format == SECMAIL_FORMAT_SEIPDV1 ? SMI_FOR_SEIPDV1 : SMI_FOR_SEIPDV2;
    int rc = smi_random(e->context, key->key, size);
    key->size = rc ? 0 : (uint8_t)size; /* 0: there is none */
    return rc;
}

static int put_session_key_packets(struct secmail_encrypt *e)
{
    int rc = 0;
    for (size_t i = 0; i < e->recipient_count && !rc; i++)
        rc = smi_pkesk_write(e->context, &e->ready, e->recipients[i].key, &e->session_key);
    for (size_t i = 0; i < e->password_count && !rc; i++)
        rc = smi_skesk_write(e->context, &e->ready, e->passwords[i], &e->session_key);
    return rc;
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
    if (!e->recipient_count && !e->password_count)
        return smi_fail(e->context, SECMAIL_E_NO_RECIPIENT,
                        "the message has no recipient and no password; add one");
    int rc = ensure_policy(e);
    if (!rc)
        rc = choose_format(e);
    if (!rc)
        rc = make_session_key(e);
    if (!rc)
        rc = put_session_key_packets(e);
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

static int end_literal(struct secmail_encrypt *e)
{
    if (e->sized && e->taken != e->size)
        return smi_fail(e->context, SECMAIL_E_SIZE_MISMATCH,
                        "%llu bytes were announced, but %llu came", (unsigned long long)e->size,
                        (unsigned long long)e->taken);
    int rc = smi_literal_end(e->context, &e->literal);
    for (size_t i = 0; i < e->signer_count && !rc; i++)
        rc = smi_document_signature_finish(e->context, &e->signers[i], e->certs, e->cert_count,
                                           &e->plain);
    if (!rc && e->plain.error)
        rc = smi_nomem(e->context);
    return rc;
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
    if (smi_literal_framed(&e->literal) >= SMI_BLOCK_SIZE)
        return seal_plain(e, out, false);
    if (e->literal.part_start == SIZE_MAX && !e->plain.size && smi_input_left(in) > SMI_BLOCK_SIZE)
        return seal_input(e, in, out);
    if (smi_input_left(in))
        return take_input(e, in);
    if (!end)
        return SECMAIL_NEEDS_INPUT;
    int rc = end_literal(e);
    while (!rc && e->state == RUNNING)
        rc = seal_plain(e, out, true);
    return rc;
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
    const size_t packets = 1024 + 256 * (e->recipient_count + e->password_count + e->signer_count);
    const size_t binary = size + size / 1024 + packets + SMI_SEALED_BLOCK_MAX - SMI_BLOCK_SIZE;
    return e->armored ? smi_armor_bound(binary) : binary;
}

int secmail_encrypt_bytes(struct secmail_encrypt *e, const uint8_t *data, size_t size,
                          struct secmail_bytes **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    int rc = secmail_encrypt_set_size(e, size);
    if (rc)
        return rc;
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
