/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decryption of a message, streaming:
 *
 *     caller -> window -> armor -> session key packets, encrypted data -> opener -> content ->
 * caller
 *
 * This file reads the outer packets; key_search.c finds the session key. The opener authenticates,
 * and the content reader (verify/content.c) does the rest.
 */
#include "crypto/init.h"
#include "key_search.h"
#include "opener.h"
#include "recipients.h"
#include "verify/content.h"

struct secmail_decrypt {
    struct secmail_context *context;
    struct smi_judge judge;
    enum secmail_rewind rewind;
    bool text_lf;
    struct smi_key_search search;
    uint64_t packet_count; /* all but those in the content */
    bool in_memory;        /* all input is there from the beginning */

    enum {
        SETTING_UP,
        AT_START,
        AT_HEADER,
        IN_PACKET,
        AT_DATA,
        AT_CONTENT,
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
    smi_key_search_open(&d->search, context, &d->judge);
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

void secmail_decrypt_free(struct secmail_decrypt *d)
{
    if (!d)
        return;
    const struct secmail_allocator *mem = &d->context->mem;
    close_reading(d);
    smi_key_search_close(&d->search);
    smi_buf_free(&d->first.macs);
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
    return smi_key_search_add_key(&d->search, key);
}

int secmail_decrypt_add_password(struct secmail_decrypt *d, const struct secmail_secret *password)
{
    int rc = enter(d, "secmail_decrypt_add_password");
    if (rc)
        return rc;
    if (!password)
        return smi_fail(d->context, SECMAIL_E_ARGUMENT, "the password is NULL");
    return smi_key_search_add_password(&d->search, password);
}

int secmail_decrypt_add_session_key(struct secmail_decrypt *d,
                                    const struct secmail_secret *session_key)
{
    int rc = enter(d, "secmail_decrypt_add_session_key");
    return rc ? rc : smi_key_search_add_session_key(&d->search, session_key);
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
    rc = smi_key_search_add_packets(&d->search, smi_cursor(binary.data, binary.size));
    smi_binary_close(&binary);
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
    return smi_key_search_begin(&d->search);
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
        rc = smi_key_search_packet(&d->search, d->packet.packet.tag, body);
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
    if (!rc)
        rc = smi_key_search_end(&d->search, d->format);
    if (!rc)
        d->state = AT_DATA;
    return rc;
}

static int open_data(struct secmail_decrypt *d)
{
    d->first.same = d->rewind == SECMAIL_REWIND_SAME;
    int rc = smi_opener_open(d->context, &d->opener, &d->packet.source, d->format,
                             d->search.session_keys, d->search.session_key_count,
                             &d->judge.recipient, d->rewind ? &d->first : NULL);
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
    d->state = AT_CONTENT;
    return 0;
}

static uint8_t cipher_used(const struct secmail_decrypt *d)
{
    return d->format == SECMAIL_FORMAT_SEIPDV1 ? d->search.session_keys[d->opener.key_used].cipher
                                               : d->opener.associated_data[2];
}

/* ---------------------------------------------------------------- warnings */

static const struct secmail_cert *cert_of(const struct secmail_decrypt *d,
                                          const struct smi_public_key *primary)
{
    for (size_t i = 0; i < d->search.key_count; i++) {
        if (smi_cert_primary(d->search.keys[i]->cert) == primary)
            return d->search.keys[i]->cert;
    }
    return NULL;
}

/* "If an implementation can decrypt a message that a keyholder doesn't have in their preferences,
 * [it] SHOULD decrypt the message anyway, but it MUST warn the keyholder" (section 12.2). AES-128
 * needs no listing, with SEIPDv2 in the mode OCB. */
static int warn_of_cipher(struct secmail_decrypt *d, const struct secmail_cert *cert,
                          const struct secmail_policy *policy)
{
    const uint8_t cipher = cipher_used(d);
    const bool v2 = d->format == SECMAIL_FORMAT_SEIPDV2;
    const uint8_t mode = v2 ? d->opener.associated_data[3] : SMI_OCB;
    struct smi_validity v;
    int rc = smi_key_validity(d->context, cert, 0, policy, secmail_policy_time(policy), &v);
    if (rc || !v.binding || (cipher == SMI_AES128 && mode == SMI_OCB) ||
        smi_lists_cipher(&v, d->format, cipher, mode))
        return rc;
    smi_log(d->context, SECMAIL_LOG_WARNING,
            "the message is encrypted with %s%s%s, which the preferences of the key %s don't list",
            smi_cipher_name(cipher), v2 ? " and " : "", v2 ? smi_aead_name(mode) : "",
            secmail_cert_fingerprint(cert));
    return 0;
}

/* Sections 12.4 and 12.6: "SHOULD generate a deprecation warning that the key is too weak". */
static void warn_of_key(const struct secmail_decrypt *d, const struct smi_public_key *key)
{
    enum { LEAST_RSA = 3072 };
    char text[SMI_PK_TEXT];
    const bool rsa = key->algo == SMI_PK_RSA || key->algo == SMI_PK_RSA_ENCRYPT;
    if (key->algo == SMI_PK_ELGAMAL || (rsa && key->bits < LEAST_RSA))
        smi_log(d->context, SECMAIL_LOG_WARNING,
                "the message is encrypted to the key %s (%s), which is too weak for modern use",
                key->hex, smi_public_key_text(key, text));
}

static int warn(struct secmail_decrypt *d, const struct secmail_policy *policy)
{
    const struct smi_session_key *used = &d->search.session_keys[d->opener.key_used];
    const struct secmail_cert *cert = cert_of(d, used->recipient);
    if (!d->context->log || !cert)
        return 0;
    if (used->named)
        warn_of_key(d, used->named);
    return warn_of_cipher(d, cert, policy);
}

/*
 * Only once there is something authentic: before, the number of the cipher is what somebody made of
 * an RSA packet, and a refusal would tell that it has the right form (section 5.1.3).
 */
static int check_cipher(struct secmail_decrypt *d)
{
    const struct secmail_policy *policy;
    const uint8_t *p;
    size_t n;
    int64_t until;
    char since[48];
    int rc = smi_peek(&d->opener.made.source, 1, &p, &n);
    if (!rc)
        rc = smi_judge_policy(&d->judge, &policy);
    if (rc)
        return rc;
    if (!smi_policy_accepts(policy, SMI_POLICY_CIPHER, cipher_used(d), &until))
        return smi_fail(d->context, SECMAIL_E_POLICY,
                        "the message is encrypted with %s, which the policy refuses %s",
                        smi_cipher_name(cipher_used(d)), smi_policy_since(until, since));
    d->state = IN_CONTENT;
    return warn(d, policy);
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
    close_reading(d);
    if (d->first.complete)
        smi_key_search_settle(&d->search, &d->first.session_key);
    d->packet_count = 0;
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
    case AT_CONTENT:
        return check_cipher(d);
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
    struct smi_session_key key = d->search.session_keys[d->opener.key_used];
    key.cipher = cipher_used(d);
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
