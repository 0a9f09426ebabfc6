/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decryption of a message, streaming:
 *
 *     caller -> window -> armor -> session key packets, encrypted data -> opener -> content ->
 * caller
 *
 * This file reads the outer packets and finds the session key. The opener authenticates, and the
 * content reader (verify/content.c) does the rest.
 */
#include "codec/hex.h"
#include "crypto/init.h"
#include "key.h"
#include "opener.h"
#include "pkesk.h"
#include "skesk.h"
#include "verify/content.h"

/* The body of a password packet, kept until it is clear that no key opens the message. */
struct kept_packet {
    uint8_t *body;
    size_t size;
};

struct secmail_decrypt {
    struct secmail_context *context;
    struct smi_judge judge;
    enum secmail_rewind rewind;
    bool text_lf;
    struct secmail_key **keys; /* references */
    size_t key_count, key_room;
    struct secmail_secret **passwords;
    size_t password_count, password_room;
    struct smi_session_key *session_keys; /* given by the caller, then found in the message */
    size_t session_key_count, session_key_room;
    bool certain;               /* one of them is known to be right: no other is looked for */
    bool searched;              /* also when the input is read again: all were found */
    struct smi_buf key_packets; /* that are kept apart from the message, binary */
    struct kept_packet *skesks;
    size_t skesk_count, skesk_room;
    uint64_t packet_count; /* all but those in the content */
    uint64_t session_key_packets, hidden_tries, password_tries;
    bool password_missing;                    /* it would do, but none was given */
    const struct secmail_key *locked;         /* a locked key that the message is for */
    const struct smi_public_key *absent;      /* one whose secret part is elsewhere */
    const struct smi_public_key *failed;      /* one whose token didn't decrypt */
    const struct smi_public_key *unsupported; /* one whose algorithm this build lacks */
    char wanted[65];                          /* a recipient that no key was given for */
    bool in_memory;                           /* all input is there from the beginning */

    enum {
        SETTING_UP,
        AT_START,
        AT_HEADER,
        IN_PACKET,
        AT_DATA,
        IN_CONTENT,
        AFTER_DATA,
        AT_TRAILER, /* packets behind the encrypted data, if any */
        IN_TRAILER,
        ENDED
    } state;
    bool complete;
    struct smi_window_source window;
    struct smi_dearmor_source dearmor;
    bool armored;
    struct smi_source *packets; /* the window, or the armor above it */
    struct smi_body_source packet;
    enum secmail_format format;
    struct smi_first_reading first;
    struct smi_opener opener;
    struct smi_content content;
};

/* ---------------------------------------------------------------- setting up */

int secmail_decrypt_new(struct secmail_context *context, struct secmail_decrypt **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    rc = smi_crypto_init(context);
    if (rc)
        return rc;
    struct secmail_decrypt *d = smi_zalloc(&context->mem, sizeof *d);
    if (!d)
        return smi_nomem(context);
    d->context = context;
    d->first.macs = smi_buf_open(&context->mem);
    d->key_packets = smi_buf_open(&context->mem);
    smi_judge_open(&d->judge, context);
    *out = d;
    return 0;
}

/* Closes what one reading of the input has opened. */
static void close_reading(struct secmail_decrypt *d)
{
    smi_content_close(&d->content);
    smi_opener_close(&d->opener);
    smi_body_source_close(&d->packet);
    if (d->armored)
        smi_made_source_close(&d->dearmor.made);
    smi_window_source_close(&d->window);
    d->content = (struct smi_content){0};
    d->packet = (struct smi_body_source){0};
    d->armored = false;
}

static void free_skesks(struct secmail_decrypt *d)
{
    for (size_t i = 0; i < d->skesk_count; i++)
        smi_free(&d->context->mem, d->skesks[i].body, d->skesks[i].size);
    d->skesk_count = 0;
}

void secmail_decrypt_free(struct secmail_decrypt *d)
{
    if (!d)
        return;
    const struct secmail_allocator *mem = &d->context->mem;
    close_reading(d);
    free_skesks(d);
    for (size_t i = 0; i < d->key_count; i++)
        secmail_key_unref(d->keys[i]);
    for (size_t i = 0; i < d->password_count; i++)
        secmail_secret_free(d->passwords[i]);
    smi_free(mem, d->keys, d->key_room * sizeof *d->keys);
    smi_free(mem, d->passwords, d->password_room * sizeof *d->passwords);
    smi_free(mem, d->session_keys, d->session_key_room * sizeof *d->session_keys);
    smi_free(mem, d->skesks, d->skesk_room * sizeof *d->skesks);
    smi_buf_free(&d->first.macs);
    smi_buf_free(&d->key_packets);
    smi_judge_close(&d->judge);
    smi_free(mem, d, sizeof *d);
}

static int enter(struct secmail_decrypt *d, const char *call)
{
    if (!d)
        return SECMAIL_E_ARGUMENT;
    smi_enter(d->context);
    if (d->state == SETTING_UP)
        return 0;
    return smi_fail(d->context, SECMAIL_E_STATE, "%s must come before the first update", call);
}

int secmail_decrypt_set_policy(struct secmail_decrypt *d, struct secmail_policy *policy)
{
    int rc = enter(d, "secmail_decrypt_set_policy");
    if (rc)
        return rc;
    if (!policy)
        return smi_fail(d->context, SECMAIL_E_ARGUMENT, "the policy is NULL");
    smi_judge_set_policy(&d->judge, policy);
    return 0;
}

int secmail_decrypt_allow_rewind(struct secmail_decrypt *d, int rewind)
{
    int rc = enter(d, "secmail_decrypt_allow_rewind");
    return rc ? rc : smi_rewind_read(d->context, rewind, &d->rewind);
}

int secmail_decrypt_set_text_lf(struct secmail_decrypt *d, int lf)
{
    int rc = enter(d, "secmail_decrypt_set_text_lf");
    if (!rc)
        d->text_lf = lf != 0;
    return rc;
}

int secmail_decrypt_add_key(struct secmail_decrypt *d, struct secmail_key *key)
{
    int rc = enter(d, "secmail_decrypt_add_key");
    if (rc)
        return rc;
    if (!key)
        return smi_fail(d->context, SECMAIL_E_ARGUMENT, "the key is NULL");
    if (!smi_grow(&d->context->mem, &d->keys, &d->key_room, d->key_count + 1, sizeof *d->keys))
        return smi_nomem(d->context);
    d->keys[d->key_count++] = secmail_key_ref(key);
    return 0;
}

int secmail_decrypt_add_password(struct secmail_decrypt *d, const struct secmail_secret *password)
{
    int rc = enter(d, "secmail_decrypt_add_password");
    if (rc)
        return rc;
    if (!password)
        return smi_fail(d->context, SECMAIL_E_ARGUMENT, "the password is NULL");
    if (!smi_grow(&d->context->mem, &d->passwords, &d->password_room, d->password_count + 1,
                  sizeof *d->passwords))
        return smi_nomem(d->context);
    rc = secmail_secret_new(d->context, &d->passwords[d->password_count],
                            secmail_secret_data(password), secmail_secret_size(password));
    if (!rc)
        d->password_count++;
    return rc;
}

static int add_session_key(struct secmail_decrypt *d, const struct smi_session_key *key)
{
    if (!smi_grow(&d->context->mem, &d->session_keys, &d->session_key_room,
                  d->session_key_count + 1, sizeof *d->session_keys))
        return smi_nomem(d->context);
    d->session_keys[d->session_key_count++] = *key;
    return 0;
}

int secmail_decrypt_add_session_key(struct secmail_decrypt *d,
                                    const struct secmail_secret *session_key)
{
    int rc = enter(d, "secmail_decrypt_add_session_key");
    if (rc)
        return rc;
    struct smi_session_key key;
    rc = smi_session_key_import(d->context, &key, session_key);
    if (!rc)
        rc = add_session_key(d, &key);
    d->certain |= !rc;
    smi_wipe(&key, sizeof key);
    return rc;
}

int secmail_decrypt_add_signer(struct secmail_decrypt *d, struct secmail_cert *cert)
{
    int rc = enter(d, "secmail_decrypt_add_signer");
    if (rc)
        return rc;
    if (!cert)
        return smi_fail(d->context, SECMAIL_E_ARGUMENT, "the certificate is NULL");
    return smi_judge_add_cert(&d->judge, cert);
}

/* ---------------------------------------------------------------- finding the session key */

/* Private-key work for packets that name no recipient is bounded. */
static int count_hidden_try(struct secmail_decrypt *d, const struct smi_pkesk *pkesk)
{
    if (!pkesk->hidden ||
        ++d->hidden_tries <= smi_limit(d->context, SECMAIL_LIMIT_HIDDEN_RECIPIENT_TRIES))
        return 0;
    return smi_over_limit(d->context, SECMAIL_LIMIT_HIDDEN_RECIPIENT_TRIES);
}

/*
 * A key that its owner has flagged for other work only is not used for decryption, whatever the
 * message says. Old keys stay usable: expired and revoked ones open old mail.
 */
static int check_flags(struct secmail_decrypt *d, const struct secmail_key *key, size_t index,
                       bool *may_decrypt)
{
    const struct secmail_policy *policy;
    struct smi_validity v = {0};
    int rc = smi_judge_policy(&d->judge, &policy);
    if (!rc)
        rc = smi_key_validity(d->context, key->cert, index, policy, secmail_policy_time(policy),
                              &v);
    *may_decrypt = v.by_primary || !v.binding || !v.binding->has_flags ||
                   v.binding->flags &
                       (SECMAIL_KEY_ENCRYPT_COMMUNICATIONS | SECMAIL_KEY_ENCRYPT_STORAGE);
    return rc;
}

/* A token that fails (no card, a wrong PIN) does not stand in the way of other keys and passwords.
 */
static int open_pkesk(struct secmail_decrypt *d, const struct smi_pkesk *pkesk,
                      const struct secmail_key *key, size_t index)
{
    const struct smi_public_key *public_key = &smi_cert_key(key->cert, index)->key;
    const struct smi_private secret = smi_key_private(key, index);
    struct smi_session_key session_key;
    bool opened;
    int rc = smi_pkesk_open(d->context, pkesk, public_key, &secret, &session_key, &opened);
    if (!rc && opened) {
        session_key.recipient = smi_cert_primary(key->cert);
        rc = add_session_key(d, &session_key);
        d->certain |= !session_key.transported;
    }
    smi_wipe(&session_key, sizeof session_key);
    if (rc != SECMAIL_E_TOKEN)
        return rc;
    d->failed = public_key;
    smi_recover(d->context);
    return 0;
}

static int try_component(struct secmail_decrypt *d, const struct smi_pkesk *pkesk,
                         struct secmail_key *key, size_t index)
{
    const struct smi_public_key *public_key = &smi_cert_key(key->cert, index)->key;
    const struct smi_private secret = smi_key_private(key, index);
    if (!smi_pkesk_is_for(pkesk, public_key))
        return 0;
    if (!(public_key->use & SMI_USE_DECRYPT)) {
        d->unsupported = public_key;
        return 0;
    }
    bool may_decrypt;
    int rc = check_flags(d, key, index, &may_decrypt);
    if (rc || !may_decrypt)
        return rc;
    if (!smi_private_is_there(&secret)) {
        if (smi_secret_part_is_locked(&key->parts[index]))
            d->locked = key;
        else
            d->absent = public_key;
        return 0;
    }
    rc = count_hidden_try(d, pkesk);
    return rc ? rc : open_pkesk(d, pkesk, key, index);
}

static int try_keys(struct secmail_decrypt *d, const struct smi_pkesk *pkesk)
{
    const size_t before = d->session_key_count;
    for (size_t k = 0; k < d->key_count; k++) {
        for (size_t i = 0; i < d->keys[k]->part_count && !d->certain; i++) {
            int rc = try_component(d, pkesk, d->keys[k], i);
            if (rc)
                return rc;
        }
    }
    if (d->session_key_count == before && !pkesk->hidden)
        smi_hex_encode(d->wanted, pkesk->version == 6 ? pkesk->fp : pkesk->key_id,
                       pkesk->version == 6 ? pkesk->fp_size : sizeof pkesk->key_id);
    return 0;
}

static int pkesk_packet(struct secmail_decrypt *d, struct smi_cursor body)
{
    struct smi_pkesk pkesk;
    if (d->certain || d->searched || !smi_pkesk_read(&pkesk, body))
        return 0;
    return try_keys(d, &pkesk);
}

static int skesk_packet(struct secmail_decrypt *d, struct smi_cursor body)
{
    d->password_missing = !d->password_count;
    if (d->certain || d->searched || !d->password_count)
        return 0;
    const struct secmail_allocator *mem = &d->context->mem;
    if (!smi_grow(mem, &d->skesks, &d->skesk_room, d->skesk_count + 1, sizeof *d->skesks))
        return smi_nomem(d->context);
    struct kept_packet *kept = &d->skesks[d->skesk_count];
    *kept = (struct kept_packet){smi_alloc(mem, body.size), body.size};
    if (!kept->body)
        return smi_nomem(d->context);
    memcpy(kept->body, body.data, body.size);
    d->skesk_count++;
    return 0;
}

/* A packet that can't be tried does not stand in the way of the others; its reason is kept, in case
 * that none opens. */
static bool is_packet_problem(int rc)
{
    return rc == SECMAIL_E_MALFORMED || rc == SECMAIL_E_UNSUPPORTED_ALGORITHM ||
           rc == SECMAIL_E_UNSUPPORTED_VERSION;
}

static int try_password(struct secmail_decrypt *d, const struct kept_packet *skesk,
                        const struct secmail_secret *password, bool *certain)
{
    struct smi_session_key key;
    bool opened;
    if (++d->password_tries > smi_limit(d->context, SECMAIL_LIMIT_PASSWORD_TRIES))
        return smi_over_limit(d->context, SECMAIL_LIMIT_PASSWORD_TRIES);
    int rc = smi_skesk_open(d->context, smi_cursor(skesk->body, skesk->size), password, &key,
                            &opened);
    if (!rc && opened) {
        rc = add_session_key(d, &key);
        *certain = !key.guessed;
    }
    smi_wipe(&key, sizeof key);
    return rc;
}

static int try_passwords(struct secmail_decrypt *d)
{
    bool certain = false;
    int problem = 0;
    for (size_t s = 0; s < d->skesk_count && !certain; s++) {
        for (size_t p = 0; p < d->password_count && !certain; p++) {
            int rc = try_password(d, &d->skesks[s], d->passwords[p], &certain);
            if (rc && !is_packet_problem(rc))
                return rc;
            if (rc)
                problem = rc;
        }
    }
    if (problem && !d->session_key_count)
        return problem;
    smi_recover(d->context);
    return 0;
}

static int cannot_decrypt(struct secmail_decrypt *d)
{
    if (d->failed)
        return smi_fail(d->context, SECMAIL_E_TOKEN,
                        "the token of the key %s didn't decrypt the message, and nothing else at "
                        "hand opens it",
                        d->failed->hex);
    if (d->locked)
        return smi_fail(d->context, SECMAIL_E_KEY_LOCKED,
                        "the message is for the key %s, which is locked with a password; unlock "
                        "it first",
                        secmail_cert_fingerprint(d->locked->cert));
    if (d->absent)
        return smi_fail(d->context, SECMAIL_E_SECRET_ABSENT,
                        "the message is for the key %s, whose secret part is not in the file",
                        d->absent->hex);
    if (d->unsupported)
        return smi_fail(d->context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "the message is for the key %s, which uses %s (%u); this build does not "
                        "support that",
                        d->unsupported->hex, smi_pk_name(d->unsupported->algo),
                        d->unsupported->algo);
    if (d->skesk_count)
        return smi_fail(d->context, SECMAIL_E_WRONG_PASSWORD,
                        "no password at hand opens the message");
    const char *or_password = d->password_missing ? "; it takes a password, too: none was given"
                                                  : "";
    if (d->wanted[0])
        return smi_fail(d->context, SECMAIL_E_CANNOT_DECRYPT,
                        "the message is encrypted to %s, whose secret key is not at hand%s",
                        d->wanted, or_password);
    if (d->password_missing)
        return smi_fail(d->context, SECMAIL_E_CANNOT_DECRYPT,
                        "the message is encrypted with a password, and none was given");
    return smi_fail(d->context, SECMAIL_E_CANNOT_DECRYPT,
                    "none of the keys and passwords at hand opens the message");
}

/* Keeps the session keys that may be used with this format, in front and in their order. */
static size_t fitting_keys(struct secmail_decrypt *d)
{
    static const uint8_t generations[] = {
        [SECMAIL_FORMAT_SEIPDV1] = SMI_FOR_SEIPDV1,
        [SECMAIL_FORMAT_SEIPDV2] = SMI_FOR_SEIPDV2,
        [SECMAIL_FORMAT_LIBREPGP] = SMI_FOR_LIBREPGP | SMI_FOR_SEIPDV1,
    };
    const unsigned wanted = generations[d->format];
    size_t n = 0;
    for (size_t i = 0; i < d->session_key_count; i++) {
        if (d->session_keys[i].generation & wanted)
            d->session_keys[n++] = d->session_keys[i];
    }
    return n;
}

static int use_session_key_packet(struct secmail_decrypt *d, uint8_t tag, struct smi_cursor body)
{
    if (++d->session_key_packets > smi_limit(d->context, SECMAIL_LIMIT_SESSION_KEY_PACKETS))
        return smi_over_limit(d->context, SECMAIL_LIMIT_SESSION_KEY_PACKETS);
    return tag == SMI_TAG_PKESK ? pkesk_packet(d, body) : skesk_packet(d, body);
}

/* The next of the packets that are kept apart; at the end, its tag is SMI_TAG_NONE. */
static int next_detached(struct secmail_decrypt *d, struct smi_cursor *in, uint8_t *tag,
                         struct smi_cursor *body)
{
    struct smi_packet packet;
    int rc = smi_packet_next(d->context, in, &packet, body);
    *tag = packet.tag;
    if (rc || *tag == SMI_TAG_NONE || *tag == SMI_TAG_PKESK || *tag == SMI_TAG_SKESK ||
        *tag == SMI_TAG_MARKER || *tag == SMI_TAG_PADDING)
        return rc;
    return smi_fail(d->context, SECMAIL_E_MALFORMED,
                    "a %s is among the packets with session keys; give the message itself to "
                    "secmail_decrypt_update()",
                    smi_tag_name(*tag));
}

static int detached_packets(struct secmail_decrypt *d)
{
    struct smi_cursor in = smi_buf_cursor(&d->key_packets), body;
    uint8_t tag;
    int rc = next_detached(d, &in, &tag, &body);
    while (!rc && tag != SMI_TAG_NONE) {
        if (tag == SMI_TAG_PKESK || tag == SMI_TAG_SKESK)
            rc = use_session_key_packet(d, tag, body);
        if (!rc)
            rc = next_detached(d, &in, &tag, &body);
    }
    return rc;
}

static int keep_detached(struct secmail_decrypt *d, struct smi_cursor packets)
{
    const uint64_t most = smi_limit(d->context, SECMAIL_LIMIT_SESSION_KEY_PACKETS);
    struct smi_cursor in = packets, body;
    uint8_t tag;
    uint64_t count = 0;
    int rc = next_detached(d, &in, &tag, &body);
    while (!rc && tag != SMI_TAG_NONE) {
        if (++count > most)
            return smi_over_limit(d->context, SECMAIL_LIMIT_SESSION_KEY_PACKETS);
        rc = next_detached(d, &in, &tag, &body);
    }
    if (!rc && !count)
        rc = smi_fail(d->context, SECMAIL_E_NO_DATA, "there are no packets with session keys");
    if (!rc)
        smi_put(&d->key_packets, packets.data, packets.size);
    return rc || !d->key_packets.error ? rc : smi_nomem(d->context);
}

int secmail_decrypt_add_key_packets(struct secmail_decrypt *d, const uint8_t *data, size_t size)
{
    int rc = enter(d, "secmail_decrypt_add_key_packets");
    if (rc)
        return rc;
    if (!data && size)
        return smi_fail(d->context, SECMAIL_E_ARGUMENT, "the packets are NULL");
    struct smi_binary binary;
    rc = smi_binary_open(d->context, &binary, data, size, 1 << SMI_ARMOR_MESSAGE);
    if (rc)
        return rc;
    rc = keep_detached(d, smi_cursor(binary.data, binary.size));
    smi_binary_close(&binary);
    return rc;
}

/* ---------------------------------------------------------------- outer packets */

static int start(struct secmail_decrypt *d)
{
    const uint8_t *p;
    size_t n;
    int rc = smi_peek(&d->window.source, 1, &p, &n);
    if (rc)
        return rc;
    if (!n)
        return smi_fail(d->context, SECMAIL_E_NO_DATA, "the input is empty");
    d->packets = &d->window.source;
    if (smi_looks_armored(p[0])) {
        smi_dearmor_source_open(&d->dearmor, d->context, &d->window.source);
        d->armored = true;
        d->packets = &d->dearmor.made.source;
    }
    d->state = AT_HEADER;
    return detached_packets(d);
}

static int check_armor(struct secmail_decrypt *d)
{
    const enum smi_armor_kind kind = d->dearmor.dearmor.kind;
    if (!d->armored || kind == SMI_ARMOR_MESSAGE)
        return 0;
    return smi_fail(d->context, SECMAIL_E_ARMOR_KIND,
                    "the armor holds a %s, but a message was expected", smi_armor_name(kind));
}

static void end_packet(struct secmail_decrypt *d)
{
    smi_body_source_close(&d->packet);
    d->packet = (struct smi_body_source){0};
    d->state = AT_HEADER;
}

static int session_key_packet(struct secmail_decrypt *d)
{
    struct smi_cursor body;
    int rc = smi_body_source_all(&d->packet, &body);
    if (!rc)
        rc = use_session_key_packet(d, d->packet.packet.tag, body);
    if (rc)
        return rc;
    smi_skip(&d->packet.source, body.size);
    end_packet(d);
    return 0;
}

/* The policy's names of formats are those of the public enumeration. */
static int check_format(struct secmail_decrypt *d)
{
    static const char *const names[] = {"", "SEIPDv1", "SEIPDv2", "LibrePGP"};
    const struct secmail_policy *policy;
    int64_t until;
    char since[48];
    int rc = smi_judge_policy(&d->judge, &policy);
    if (rc || smi_policy_accepts(policy, SMI_POLICY_FORMAT, (uint8_t)d->format, &until))
        return rc;
    return smi_fail(d->context, SECMAIL_E_POLICY,
                    "the message is encrypted as %s, which the policy refuses %s", names[d->format],
                    smi_policy_since(until, since));
}

/* The encrypted data begins: find the session key, and put opener and content reader on top. */
static int data_packet(struct secmail_decrypt *d)
{
    int rc = smi_opener_format(d->context, &d->packet.source, d->packet.packet.tag, &d->format);
    if (!rc)
        rc = check_format(d);
    if (rc)
        return rc;
    if (!d->certain && !d->searched) {
        rc = try_passwords(d);
        if (rc)
            return rc;
    }
    d->searched = true;
    d->session_key_count = fitting_keys(d);
    if (!d->session_key_count)
        return cannot_decrypt(d);
    d->state = AT_DATA;
    return 0;
}

static int open_data(struct secmail_decrypt *d)
{
    d->first.same = d->rewind == SECMAIL_REWIND_SAME;
    int rc = smi_opener_open(d->context, &d->opener, &d->packet.source, d->format, d->session_keys,
                             d->session_key_count, &d->judge.recipient,
                             d->rewind ? &d->first : NULL);
    if (rc)
        return rc;
    if (d->in_memory)
        d->opener.hold_limit = UINT64_MAX;
    /* All that there is, is in the window. */
    if (d->window.end)
        smi_opener_expect(&d->opener, smi_input_left(d->window.in));
    smi_content_open(&d->content, d->context, &d->judge, &d->opener.made.source);
    d->content.lf_wanted = d->text_lf;
    d->content.outer_packets = d->packet_count;
    d->state = IN_CONTENT;
    return 0;
}

static int count_packet(struct secmail_decrypt *d)
{
    if (++d->packet_count <= smi_limit(d->context, SECMAIL_LIMIT_MESSAGE_PACKETS))
        return 0;
    return smi_over_limit(d->context, SECMAIL_LIMIT_MESSAGE_PACKETS);
}

static int ignored_packet(struct secmail_decrypt *d)
{
    int rc = smi_body_source_drain(&d->packet);
    if (!rc)
        end_packet(d);
    return rc;
}

static int unencrypted(struct secmail_decrypt *d, uint8_t tag)
{
    if (tag == SMI_TAG_NONE && !d->packet.packet.header_size)
        return smi_fail(d->context, SECMAIL_E_NO_DATA, "there is no encrypted data in the input");
    if (tag < SMI_TAG_FIRST_NON_CRITICAL && tag > SMI_TAG_PADDING)
        return smi_fail(d->context, SECMAIL_E_CRITICAL_PACKET,
                        "the message has a packet of the unknown critical type %u (RFC 9580 "
                        "section 4.3)",
                        tag);
    return smi_fail(d->context, SECMAIL_E_MALFORMED,
                    "a %s does not belong in front of encrypted data (RFC 9580 section 10.3)",
                    smi_tag_name(tag));
}

static int outer_packet(struct secmail_decrypt *d)
{
    const uint8_t tag = d->packet.packet.tag;
    switch (tag) {
    case SMI_TAG_PKESK:
    case SMI_TAG_SKESK:
        return session_key_packet(d);
    case SMI_TAG_SEIPD:
    case SMI_TAG_LIBREPGP_AEAD:
        return data_packet(d);
    case SMI_TAG_SED:
        return smi_fail(d->context, SECMAIL_E_UNPROTECTED,
                        "the message has a packet of type 9, which has no protection against "
                        "modification (RFC 9580 section 5.7); ask the sender to encrypt with "
                        "current software");
    default:
        break;
    }
    return smi_tag_is_ignored(tag) ? ignored_packet(d) : unencrypted(d, tag);
}

static int next_packet(struct secmail_decrypt *d)
{
    int rc = smi_body_source_open(&d->packet, d->context, d->packets);
    if (!rc)
        rc = check_armor(d);
    if (rc)
        return rc;
    if (d->packet.packet.tag == SMI_TAG_NONE)
        return unencrypted(d, SMI_TAG_NONE);
    d->state = IN_PACKET;
    return count_packet(d);
}

static int misplaced(struct secmail_decrypt *d)
{
    return smi_fail(d->context, SECMAIL_E_MALFORMED,
                    "data follows the end of the encrypted message");
}

/* The content is complete, and so must be the packet that it was in. */
static int after_data(struct secmail_decrypt *d)
{
    const uint8_t *p;
    size_t n;
    int rc = smi_peek(&d->packet.source, 1, &p, &n);
    if (rc)
        return rc;
    if (n)
        return misplaced(d);
    end_packet(d);
    d->packet_count += d->content.packets;
    d->state = AT_TRAILER;
    return 0;
}

/* Nothing may follow but what is ignored anywhere. */
static int next_trailer(struct secmail_decrypt *d)
{
    int rc = smi_body_source_open(&d->packet, d->context, d->packets);
    if (rc)
        return rc;
    const struct smi_packet *packet = &d->packet.packet;
    d->complete = packet->tag == SMI_TAG_NONE && !packet->header_size;
    if (d->complete)
        return 0;
    if (!smi_tag_is_ignored(packet->tag))
        return misplaced(d);
    d->state = IN_TRAILER;
    return count_packet(d);
}

static int trailer(struct secmail_decrypt *d)
{
    int rc = ignored_packet(d);
    if (!rc)
        d->state = AT_TRAILER;
    return rc;
}

static int content(struct secmail_decrypt *d, struct secmail_output *out)
{
    int rc = smi_content_read(&d->content, out);
    if (rc != SECMAIL_DONE)
        return rc;
    d->state = AFTER_DATA;
    return 0;
}

/* ---------------------------------------------------------------- the loop */

static int begin_reading(struct secmail_decrypt *d)
{
    smi_window_source_open(&d->window, d->context);
    d->state = AT_START;
    return 0;
}

/* Goes back to the first byte of the input for the second reading. */
static int rewind_input(struct secmail_decrypt *d)
{
    const struct smi_session_key key = d->first.session_key;
    close_reading(d);
    if (d->first.complete) {
        d->session_keys[0] = key;
        d->session_key_count = 1;
    }
    d->session_key_packets = d->packet_count = 0;
    begin_reading(d);
    return SECMAIL_NEEDS_REWIND;
}

static int step(struct secmail_decrypt *d, struct secmail_output *out)
{
    switch (d->state) {
    case AT_START:
        return start(d);
    case AT_HEADER:
        return next_packet(d);
    case IN_PACKET:
        return outer_packet(d);
    case AT_DATA:
        return open_data(d);
    case IN_CONTENT:
        return content(d, out);
    case AFTER_DATA:
        return after_data(d);
    case AT_TRAILER:
        return next_trailer(d);
    case IN_TRAILER:
        return trailer(d);
    default:
        return smi_fail(d->context, SECMAIL_E_STATE, "the decryption has ended");
    }
}

static int run(struct secmail_decrypt *d, struct secmail_input *in, struct secmail_output *out,
               bool end)
{
    if (d->state == SETTING_UP)
        begin_reading(d);
    d->window.in = in;
    d->window.end = end;
    int rc = 0;
    while (!rc && !d->complete)
        rc = step(d, out);
    d->window.in = NULL;
    return rc == SECMAIL_NEEDS_REWIND ? rewind_input(d) : rc;
}

int secmail_decrypt_update(struct secmail_decrypt *d, struct secmail_input *in,
                           struct secmail_output *out, int end)
{
    if (!d)
        return SECMAIL_E_ARGUMENT;
    smi_enter(d->context);
    if (!smi_input_ok(in) || !smi_output_ok(out))
        return smi_fail(d->context, SECMAIL_E_ARGUMENT, "a window is not well-formed");
    if (d->state == ENDED)
        return smi_fail(d->context, SECMAIL_E_STATE, "the decryption has ended");
    int status = run(d, in, out, end != 0);
    if (status == SECMAIL_DONE || status < 0)
        d->state = ENDED;
    return status;
}

/* ---------------------------------------------------------------- in one call */

/* Where the plaintext of secmail_decrypt_bytes() is collected. */
struct result {
    struct smi_buf buf;
    size_t offset, size; /* of the plaintext in it */
};

/*
 * SEIPDv1 plaintext is in memory already when it is authenticated. Instead of copying the literal
 * out of it, the whole memory is handed to the caller, with the literal's place in it.
 */
static int take_held(struct secmail_decrypt *d, struct result *result)
{
    const uint8_t *literal, *p;
    size_t n;
    int rc = smi_peek(&d->opener.made.source, 1, &p, &n); /* makes it all */
    if (rc || !smi_opener_is_whole(&d->opener))
        return rc;
    rc = smi_content_take(&d->content, &literal, &n);
    if (rc || !literal)
        return rc;
    struct smi_buf *held = &d->opener.made.buf;
    const size_t end = (size_t)(literal - held->data) + n;
    result->offset = (size_t)(literal - held->data);
    result->size = n;
    /* Only signatures follow, which need no output. */
    struct secmail_output none = {0};
    rc = smi_content_read(&d->content, &none);
    if (rc)
        return rc;
    d->state = AFTER_DATA;
    result->buf = *held;
    result->buf.size = end;
    *held = smi_buf_open(held->mem);
    d->opener.made.pos = 0;
    return 0;
}

/* Runs up to where the content can be read. */
static int run_to_content(struct secmail_decrypt *d, struct secmail_input *in)
{
    struct secmail_output none = {0};
    d->window.in = in;
    d->window.end = true;
    int rc = 0;
    while (!rc && d->state != IN_CONTENT)
        rc = step(d, &none);
    return rc;
}

static int collect(struct secmail_decrypt *d, struct secmail_input *in, struct smi_buf *to)
{
    int status = SECMAIL_NEEDS_ROOM;
    smi_buf_reserve(to, smi_input_left(in) + 1);
    while (status == SECMAIL_NEEDS_ROOM && !to->error) {
        struct secmail_output window = {to->data, to->room, to->size};
        status = run(d, in, &window, true);
        to->size = window.pos;
        if (status == SECMAIL_NEEDS_ROOM)
            smi_buf_reserve(to, to->room * 2);
    }
    return to->error ? smi_nomem(d->context) : status;
}

static int decrypt_all(struct secmail_decrypt *d, struct secmail_input *in, struct result *result)
{
    int rc = begin_reading(d);
    if (!rc)
        rc = run_to_content(d, in);
    if (!rc && d->format == SECMAIL_FORMAT_SEIPDV1)
        rc = take_held(d, result);
    if (rc)
        return rc;
    if (d->state == AFTER_DATA) {
        struct secmail_output none = {0};
        return run(d, in, &none, true);
    }
    rc = collect(d, in, &result->buf);
    result->size = result->buf.size;
    return rc;
}

int secmail_decrypt_bytes(struct secmail_decrypt *d, const uint8_t *data, size_t size,
                          struct secmail_bytes **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    int rc = enter(d, "secmail_decrypt_bytes");
    if (rc)
        return rc;
    if (!data && size)
        return smi_fail(d->context, SECMAIL_E_ARGUMENT, "the message is NULL");
    struct secmail_input in = {data, size, 0};
    struct result result = {.buf = smi_buf_open(&d->context->mem)};
    d->in_memory = true;
    d->rewind = SECMAIL_REWIND_NONE;
    rc = decrypt_all(d, &in, &result);
    d->state = ENDED;
    if (!rc && smi_bytes_new(out, &result.buf, result.offset, result.size))
        rc = smi_nomem(d->context);
    smi_buf_free(&result.buf);
    return rc;
}

/* ---------------------------------------------------------------- results */

uint32_t secmail_decrypt_format(const struct secmail_decrypt *d)
{
    return d ? d->format : SECMAIL_FORMAT_AUTO;
}

int secmail_decrypt_session_key(struct secmail_decrypt *d, struct secmail_secret **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!d)
        return SECMAIL_E_ARGUMENT;
    smi_enter(d->context);
    if (!d->complete)
        return smi_fail(d->context, SECMAIL_E_STATE, "the message isn't decrypted yet");
    struct smi_session_key key = d->session_keys[d->opener.key_used];
    if (d->format != SECMAIL_FORMAT_SEIPDV1)
        key.cipher = d->opener.associated_data[2];
    int rc = smi_session_key_export(d->context, &key, out);
    smi_wipe(&key, sizeof key);
    return rc;
}

int secmail_decrypt_literal(struct secmail_decrypt *d, struct secmail_literal_info *info)
{
    if (!d)
        return SECMAIL_E_ARGUMENT;
    smi_enter(d->context);
    if (!d->complete)
        return smi_fail(d->context, SECMAIL_E_STATE, "the message isn't decrypted yet");
    return smi_literal_tell(d->context, &d->content.literal, info);
}

size_t secmail_decrypt_good_count(const struct secmail_decrypt *d)
{
    return d && d->complete ? smi_judge_good_count(&d->judge) : 0;
}

size_t secmail_decrypt_verdict_count(const struct secmail_decrypt *d)
{
    return d && d->complete ? d->judge.verdict_count : 0;
}

const struct secmail_verdict *secmail_decrypt_verdict(const struct secmail_decrypt *d, size_t index)
{
    return d && d->complete ? smi_judge_verdict(&d->judge, index) : NULL;
}
