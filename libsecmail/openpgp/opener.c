/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading SEIPD packets, both versions, and LibrePGP's packet 20. Whatever fails in authentication
 * is one error. */
#include "opener.h"

#include "sealer.h"
#include "verify/packet.h"

enum {
    REWIND_HOLD = 4 << 20, /* reading more than this twice is cheaper than holding it */
    V1_BLOCK = 256 << 10,  /* ciphertext that is confirmed at once in a second reading */
    MDC_SIZE = 22,
    CHUNK_OCTET_MAX = 16,     /* section 5.13.2: 4 MiB */
    CHUNK_AD_MAX = 5 + 8 + 8, /* fields, number of the chunk, size of the whole */
};

static int modified(const struct smi_opener *o)
{
    /* Once a chunk was opened, the key is the right one. */
    if (o->keys[o->key_used].unnamed && o->chunks <= 1)
        return smi_fail(o->made.context, SECMAIL_E_MODIFIED,
                        "the message names no recipient, and is for somebody else or was changed; "
                        "nothing of it was released");
    if (o->keys[o->key_used].guessed)
        return smi_fail(o->made.context, SECMAIL_E_WRONG_PASSWORD,
                        "the password is wrong, or the message was changed; nothing of it was "
                        "released");
    return smi_fail(o->made.context, SECMAIL_E_MODIFIED,
                    "the encrypted data was changed or cut after it was encrypted; nothing "
                    "unauthenticated was released");
}

static int internal(struct smi_opener *o)
{
    return smi_fail(o->made.context, SECMAIL_E_INTERNAL, NULL);
}

/* ---------------------------------------------------------------- chunks with AEAD */

/*
 * Nonce and associated data of chunk number o->chunks, of which there are *ad_size bytes.
 * SEIPDv2 (RFC 9580 section 5.13.2): the number ends the nonce. LibrePGP (draft-koch-librepgp
 * section 5.16): it is XORed to the end of the nonce, and follows the associated data.
 */
static void address_chunk(const struct smi_opener *o, uint8_t nonce[SMI_AEAD_NONCE_MAX_SIZE],
                          uint8_t ad[CHUNK_AD_MAX], size_t *ad_size)
{
    uint8_t number[8];
    smi_put_number(number, o->chunks);
    memcpy(nonce, o->nonce, sizeof o->nonce);
    memcpy(ad, o->associated_data, sizeof o->associated_data);
    *ad_size = sizeof o->associated_data;
    for (size_t i = 0; i < sizeof number; i++)
        nonce[o->nonce_size - sizeof number + i] ^= number[i];
    if (o->format == SECMAIL_FORMAT_LIBREPGP) {
        memcpy(ad + *ad_size, number, sizeof number);
        *ad_size += sizeof number;
    }
}

static bool open_chunk(struct smi_opener *o, const uint8_t *data, size_t size, uint8_t *to)
{
    uint8_t nonce[SMI_AEAD_NONCE_MAX_SIZE], ad[CHUNK_AD_MAX];
    size_t ad_size;
    address_chunk(o, nonce, ad, &ad_size);
    o->chunks++;
    o->total += size;
    return smi_aead_decrypt(&o->aead, nonce, ad, ad_size, to, data, size);
}

/* The tag at the very end is over nothing, with the number of plaintext bytes in its associated
 * data: it tells a message that was cut between two chunks. */
static bool final_tag_holds(struct smi_opener *o, const uint8_t *tag)
{
    uint8_t nonce[SMI_AEAD_NONCE_MAX_SIZE], ad[CHUNK_AD_MAX], nothing[1];
    size_t ad_size;
    address_chunk(o, nonce, ad, &ad_size);
    smi_put_number(ad + ad_size, o->total);
    return smi_aead_decrypt(&o->aead, nonce, ad, ad_size + 8, nothing, tag, 0);
}

static void use(struct smi_opener *o, size_t index)
{
    o->key_used = index;
    *o->recipient = o->keys[index].recipient;
}

/* A key that may be random fits any packet: its size and cipher must not be seen to be wrong. */
static bool fits(const struct smi_session_key *key, uint8_t cipher)
{
    return key->transported ||
           (key->size == smi_cipher_key_size(cipher) && (!key->cipher || key->cipher == cipher));
}

/* The next key, from `first` on, whose size fits the packet's cipher: version 6 packets leave the
 * cipher to this one. */
static bool pick_key(struct smi_opener *o, size_t first)
{
    const uint8_t cipher = o->associated_data[2];
    for (size_t i = first; i < o->key_count; i++) {
        if (fits(&o->keys[i], cipher)) {
            use(o, i);
            return true;
        }
    }
    return false;
}

static int use_key(struct smi_opener *o)
{
    const struct smi_session_key *key = &o->keys[o->key_used];
    smi_aead_close(&o->aead);
    o->chunks = o->total = 0;
    if (o->format == SECMAIL_FORMAT_LIBREPGP)
        return smi_aead_open(o->made.context, &o->aead, o->associated_data[2],
                             o->associated_data[3], key->key);
    return smi_seipd2_keys(o->made.context, key, o->associated_data, o->salt, &o->aead, o->nonce);
}

/* Of several session keys that the caller may have given, the first chunk tells which is right. */
static int open_first_chunk(struct smi_opener *o, const uint8_t *data, size_t size, uint8_t *to,
                            bool *opened)
{
    int rc = 0;
    *opened = open_chunk(o, data, size, to);
    while (!rc && !*opened && pick_key(o, o->key_used + 1)) {
        rc = use_key(o);
        *opened = !rc && open_chunk(o, data, size, to);
    }
    return rc;
}

static int open_next_chunk(struct smi_opener *o, const uint8_t *data, size_t size, uint8_t *to,
                           bool *opened)
{
    if (!o->chunks)
        return open_first_chunk(o, data, size, to, opened);
    *opened = open_chunk(o, data, size, to);
    return 0;
}

/* A chunk is read together with what must follow it, so that the last one is known as such. */
static int make_chunk(struct smi_made_source *made)
{
    struct smi_opener *o = (struct smi_opener *)made;
    const uint8_t *data;
    size_t left;
    const size_t whole = o->chunk_size + SMI_AEAD_TAG_SIZE;
    int rc = smi_peek(o->lower, whole + SMI_AEAD_TAG_SIZE, &data, &left);
    if (rc)
        return rc;
    const bool last = left < whole + SMI_AEAD_TAG_SIZE;
    if (last && left < SMI_AEAD_TAG_SIZE)
        return modified(o);
    const size_t chunk = last ? left - SMI_AEAD_TAG_SIZE : whole;
    if (chunk) {
        if (chunk <= SMI_AEAD_TAG_SIZE)
            return modified(o);
        const size_t size = chunk - SMI_AEAD_TAG_SIZE;
        smi_buf_reserve(&made->buf, made->buf.size + size);
        if (made->buf.error)
            return smi_nomem(made->context);
        bool opened;
        rc = open_next_chunk(o, data, size, made->buf.data + made->buf.size, &opened);
        if (rc || !opened)
            return rc ? rc : modified(o);
        made->buf.size += size;
    }
    if (last && !final_tag_holds(o, data + chunk)) {
        made->buf.size -= chunk ? chunk - SMI_AEAD_TAG_SIZE : 0;
        return modified(o);
    }
    made->ended = last;
    smi_skip(o->lower, last ? left : chunk);
    return 0;
}

static int check_aead_fields(struct secmail_context *context, const uint8_t fields[4])
{
    if (smi_cipher_block_size(fields[1]) != 16)
        return smi_fail(context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "the message uses the cipher %u, which is not supported with AEAD",
                        fields[1]);
    if (!smi_aead_nonce_size(fields[2]))
        return smi_fail(context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "the message uses the AEAD mode %u, which is not supported", fields[2]);
    if (fields[3] > CHUNK_OCTET_MAX)
        return smi_fail(context, SECMAIL_E_MALFORMED,
                        "the chunk size octet %u is larger than 16 (RFC 9580 section 5.13.2)",
                        fields[3]);
    return 0;
}

/* The fields begin with version, cipher, mode and chunk octet. What follows is a salt, from which
 * SEIPDv2 derives key and nonce, or LibrePGP's nonce itself. */
static int take_aead_fields(struct secmail_context *context, struct smi_opener *o)
{
    const uint8_t *p;
    size_t n;
    const bool libre = o->format == SECMAIL_FORMAT_LIBREPGP;
    int rc = smi_peek(o->lower, 4 + sizeof o->salt, &p, &n);
    if (rc)
        return rc;
    if (n >= 4)
        rc = check_aead_fields(context, p);
    if (rc)
        return rc;
    const uint8_t nonce_size = n >= 4 ? (uint8_t)smi_aead_nonce_size(p[2]) : 0;
    const size_t more = libre ? nonce_size : sizeof o->salt;
    if (n < 4 + more)
        return smi_fail(context, SECMAIL_E_TRUNCATED, "the data ends inside the fields of a %s",
                        smi_tag_name(libre ? SMI_TAG_LIBREPGP_AEAD : SMI_TAG_SEIPD));
    o->associated_data[0] = 0xc0 | (libre ? SMI_TAG_LIBREPGP_AEAD : SMI_TAG_SEIPD);
    memcpy(o->associated_data + 1, p, 4);
    memcpy(libre ? o->nonce : o->salt, p + 4, more);
    o->nonce_size = nonce_size;
    o->chunk_size = (size_t)1 << (p[3] + 6);
    smi_skip(o->lower, 4 + more);
    return 0;
}

static int open_aead(struct secmail_context *context, struct smi_opener *o)
{
    int rc = take_aead_fields(context, o);
    if (rc)
        return rc;
    if (!pick_key(o, 0))
        return smi_fail(context, SECMAIL_E_CANNOT_DECRYPT,
                        "no session key at hand fits the cipher %s of the message",
                        smi_cipher_name(o->associated_data[2]));
    return use_key(o);
}

/* ---------------------------------------------------------------- SEIPDv1 */

static int begin_key(struct smi_opener *o)
{
    const struct smi_session_key *key = &o->keys[o->key_used];
    smi_cfb_close(&o->cfb);
    int rc = smi_cfb_open(o->made.context, &o->cfb, key->cipher, key->key, NULL);
    if (!rc && !o->mdc.handle)
        rc = smi_hash_open(o->made.context, &o->mdc, SMI_SHA1);
    else if (!rc)
        smi_hash_reset(&o->mdc);
    return rc;
}

static int decrypt(struct smi_opener *o, uint8_t *to, const uint8_t *from, size_t size)
{
    return smi_cfb_decrypt(&o->cfb, to, from, size) ? internal(o) : 0;
}

/* Section 5.13.1: a block of random bytes, of which the last two are repeated. */
static size_t prefix_size(const struct smi_opener *o)
{
    return smi_cipher_block_size(o->keys[o->key_used].cipher) + 2;
}

/* Section 5.13.1: the last 22 bytes are the MDC packet; its hash covers all that is before the
 * digest. The prefix that the RFC calls a quick check is never looked at: it would be an oracle. */
static bool mdc_holds(struct smi_opener *o, const uint8_t tail[MDC_SIZE])
{
    uint8_t digest[SMI_HASH_MAX_SIZE];
    smi_hash_update(&o->mdc, tail, 2);
    smi_hash_final(&o->mdc, digest);
    const uint8_t head[2] = {0xc0 | SMI_TAG_MDC, 20};
    /* Both are looked at, whatever comes out of the first. */
    const int head_holds = smi_equal(head, tail, sizeof head);
    const int digest_holds = smi_equal(digest, tail + 2, 20);
    return head_holds & digest_holds;
}

/* Passwords and RSA may have given several keys of which none is known to be right: goes back to
 * the ciphertext and tries the next one. */
static int try_next_key(struct smi_opener *o, bool *holds)
{
    struct smi_buf *buf = &o->hold;
    const struct smi_session_key *old = &o->keys[o->key_used];
    smi_cfb_close(&o->cfb);
    int rc = smi_cfb_open(o->made.context, &o->cfb, old->cipher, old->key, NULL);
    if (!rc && smi_cfb_encrypt(&o->cfb, buf->data, buf->data, buf->size))
        rc = internal(o);
    use(o, o->key_used + 1);
    if (!rc)
        rc = begin_key(o);
    if (!rc)
        rc = decrypt(o, buf->data, buf->data, buf->size);
    if (rc)
        return rc;
    smi_hash_update(&o->mdc, buf->data, buf->size - MDC_SIZE);
    *holds = mdc_holds(o, buf->data + buf->size - MDC_SIZE);
    return 0;
}

static bool is_long_enough(const struct smi_opener *o, uint64_t size)
{
    return size >= prefix_size(o) + MDC_SIZE;
}

static int end_of_hold(struct smi_opener *o)
{
    if (o->hold.size < MDC_SIZE)
        return modified(o);
    bool holds = mdc_holds(o, o->tail);
    while (!holds && o->key_used + 1 < o->key_count) {
        int rc = try_next_key(o, &holds);
        if (rc)
            return rc;
    }
    if (!holds || !is_long_enough(o, o->hold.size))
        return modified(o);
    o->made.buf = o->hold;
    o->hold = smi_buf_open(o->hold.mem);
    o->made.buf.size -= MDC_SIZE;
    o->made.pos = prefix_size(o);
    o->made.ended = true;
    return 0;
}

/* Hashes plaintext, but keeps the last 22 bytes back, since they may be the MDC. */
static void hash_but_tail(struct smi_opener *o, const uint8_t *data, size_t size)
{
    if (size < MDC_SIZE) {
        uint8_t both[2 * MDC_SIZE];
        memcpy(both, o->tail, o->tail_size);
        memcpy(both + o->tail_size, data, size);
        const size_t all = o->tail_size + size;
        const size_t keep = all < MDC_SIZE ? all : MDC_SIZE;
        smi_hash_update(&o->mdc, both, all - keep);
        memcpy(o->tail, both + all - keep, keep);
        o->tail_size = keep;
        smi_wipe(both, sizeof both);
        return;
    }
    smi_hash_update(&o->mdc, o->tail, o->tail_size);
    smi_hash_update(&o->mdc, data, size - MDC_SIZE);
    memcpy(o->tail, data + size - MDC_SIZE, MDC_SIZE);
    o->tail_size = MDC_SIZE;
}

static bool compares(const struct smi_opener *o)
{
    return o->first && !o->first->same;
}

/* Does the block of ciphertext end with the next `size` bytes? */
static bool ends_block(const struct smi_opener *o, size_t size)
{
    return (o->read + size) % V1_BLOCK == 0;
}

static int add_to_block(struct smi_opener *o, const uint8_t *data, size_t size)
{
    if (!compares(o))
        return 0;
    int rc = 0;
    if (o->read % V1_BLOCK == 0)
        rc = smi_checkmac_begin(&o->checkmac, o->read / V1_BLOCK);
    if (!rc)
        rc = smi_checkmac_update(&o->checkmac, data, size);
    return rc ? internal(o) : 0;
}

/* First reading of two: a check value for each block of ciphertext. */
static int note_block(struct smi_opener *o)
{
    uint8_t mac[16];
    if (!compares(o))
        return 0;
    if (smi_checkmac_final(&o->checkmac, mac))
        return internal(o);
    smi_put(&o->first->macs, mac, sizeof mac);
    return o->first->macs.error ? smi_nomem(o->made.context) : 0;
}

static int over_hold_limit(struct smi_opener *o)
{
    if (!o->first)
        return smi_over_limit(o->made.context, SECMAIL_LIMIT_HELD_PLAINTEXT);
    o->mode = SMI_SCAN;
    smi_buf_free(&o->hold);
    return 0;
}

static int hold_piece(struct smi_opener *o, const uint8_t *data, size_t size)
{
    struct smi_buf *buf = &o->hold;
    if (o->mode == SMI_HOLD && buf->size + size > o->hold_limit) {
        int rc = over_hold_limit(o);
        if (rc)
            return rc;
    }
    if (o->mode == SMI_SCAN)
        buf->size = 0;
    uint8_t *to = smi_buf_add(buf, size);
    if (!to)
        return smi_nomem(o->made.context);
    int rc = decrypt(o, to, data, size);
    if (rc)
        return rc;
    hash_but_tail(o, to, size);
    rc = add_to_block(o, data, size);
    return !rc && ends_block(o, size) ? note_block(o) : rc;
}

static int end_of_scan(struct smi_opener *o)
{
    struct smi_first_reading *first = o->first;
    if (!is_long_enough(o, o->read))
        return modified(o);
    if (!mdc_holds(o, o->tail)) {
        if (o->key_used + 1 == o->key_count)
            return modified(o);
        first->key_used = o->key_used + 1; /* the next reading tries the next key */
        smi_buf_clear(&first->macs);
        return SECMAIL_NEEDS_REWIND;
    }
    int rc = ends_block(o, 0) ? 0 : note_block(o);
    if (rc)
        return rc;
    first->complete = true;
    first->size = o->read;
    first->session_key = o->keys[o->key_used];
    return SECMAIL_NEEDS_REWIND;
}

static int input_changed(struct smi_opener *o)
{
    return smi_fail(o->made.context, SECMAIL_E_INPUT_CHANGED,
                    "the input differs from what was authenticated when it was read first");
}

/* Second reading: is the block that ends here that of the first one? */
static int confirm_block(struct smi_opener *o)
{
    const struct smi_buf *macs = &o->first->macs;
    const uint64_t number = o->read / V1_BLOCK;
    uint8_t mac[16];
    if (!compares(o))
        return 0;
    if (smi_checkmac_final(&o->checkmac, mac))
        return internal(o);
    const bool same = (number + 1) * sizeof mac <= macs->size &&
                      smi_equal(mac, macs->data + number * sizeof mac, sizeof mac);
    return same ? 0 : input_changed(o);
}

/* Gives out what is held of a block, which ends at `now`. Prefix and MDC are not given out; the MDC
 * was checked in the first reading. */
static int release_block(struct smi_opener *o, uint64_t now)
{
    const uint64_t end = o->first->size - MDC_SIZE;
    const bool first = now == o->hold.size;
    /* The MDC may begin in the block before the last one. */
    if (now > end)
        o->hold.size -= now - end < o->hold.size ? (size_t)(now - end) : o->hold.size;
    if (o->made.buf.size) {
        smi_put(&o->made.buf, o->hold.data, o->hold.size);
    } else {
        const struct smi_buf given = o->made.buf;
        o->made.buf = o->hold;
        o->hold = given;
    }
    o->hold.size = 0;
    if (first)
        o->made.pos = prefix_size(o);
    o->made.ended = now == o->first->size;
    return o->made.buf.error ? smi_nomem(o->made.context) : 0;
}

static int emit_piece(struct smi_opener *o, const uint8_t *data, size_t size)
{
    const uint64_t now = o->read + size;
    if (!size || now > o->first->size)
        return input_changed(o);
    uint8_t *to = smi_buf_add(&o->hold, size);
    if (!to)
        return smi_nomem(o->made.context);
    int rc = decrypt(o, to, data, size);
    if (!rc)
        rc = add_to_block(o, data, size);
    if (rc || (!ends_block(o, size) && now < o->first->size))
        return rc;
    rc = confirm_block(o);
    return rc ? rc : release_block(o, now);
}

static int make_v1(struct smi_made_source *made)
{
    struct smi_opener *o = (struct smi_opener *)made;
    const uint8_t *data;
    const size_t most = V1_BLOCK - o->read % V1_BLOCK;
    size_t size;
    int rc = smi_peek(o->lower, 1, &data, &size);
    if (rc)
        return rc;
    if (size > most)
        size = most;
    if (o->mode == SMI_EMIT)
        rc = emit_piece(o, data, size);
    else if (!size)
        return o->mode == SMI_HOLD ? end_of_hold(o) : end_of_scan(o);
    else
        rc = hold_piece(o, data, size);
    if (rc)
        return rc;
    smi_skip(o->lower, size);
    o->read += size;
    return 0;
}

static int open_v1(struct secmail_context *context, struct smi_opener *o)
{
    o->mode = o->first && o->first->complete ? SMI_EMIT : SMI_HOLD;
    o->hold_limit = smi_limit(context, SECMAIL_LIMIT_HELD_PLAINTEXT);
    if (o->first && o->hold_limit > REWIND_HOLD)
        o->hold_limit = REWIND_HOLD;
    const bool first = o->mode == SMI_HOLD && o->first;
    use(o, first ? o->first->key_used : 0);
    int rc = first ? smi_random(context, o->first->key, sizeof o->first->key) : 0;
    if (!rc && compares(o))
        rc = smi_checkmac_open(context, &o->checkmac, o->first->key);
    if (!rc)
        rc = begin_key(o);
    if (!rc)
        smi_skip(o->lower, 1); /* the version */
    return rc;
}

/* ---------------------------------------------------------------- both */

int smi_opener_format(struct secmail_context *context, struct smi_source *body, uint8_t tag,
                      enum secmail_format *format)
{
    const uint8_t *p;
    size_t n;
    const bool libre = tag == SMI_TAG_LIBREPGP_AEAD;
    int rc = smi_peek(body, 1, &p, &n);
    if (rc)
        return rc;
    if (!n)
        return smi_fail(context, SECMAIL_E_TRUNCATED, "the encrypted data packet is empty");
    if (p[0] != 1 && (p[0] != 2 || libre))
        return smi_fail(context, SECMAIL_E_UNSUPPORTED_VERSION,
                        "the %s has version %u; %s supported", smi_tag_name(tag), p[0],
                        libre ? "version 1 is" : "versions 1 and 2 are");
    *format = libre       ? SECMAIL_FORMAT_LIBREPGP
              : p[0] == 1 ? SECMAIL_FORMAT_SEIPDV1
                          : SECMAIL_FORMAT_SEIPDV2;
    return 0;
}

int smi_opener_open(struct secmail_context *context, struct smi_opener *o, struct smi_source *body,
                    enum secmail_format format, const struct smi_session_key *keys, size_t count,
                    const struct smi_public_key **recipient, struct smi_first_reading *first)
{
    const bool v1 = format == SECMAIL_FORMAT_SEIPDV1;
    *o = (struct smi_opener){.lower = body,
                             .format = format,
                             .keys = keys,
                             .key_count = count,
                             .recipient = recipient,
                             .first = first,
                             .hold = smi_buf_open(&context->mem)};
    smi_made_source_open(&o->made, context, v1 ? make_v1 : make_chunk);
    int rc = v1 ? open_v1(context, o) : open_aead(context, o);
    if (rc)
        smi_opener_close(o);
    return rc;
}

void smi_opener_close(struct smi_opener *o)
{
    if (!o->made.context)
        return;
    smi_aead_close(&o->aead);
    smi_cfb_close(&o->cfb);
    smi_checkmac_close(&o->checkmac);
    smi_hash_close(&o->mdc);
    smi_buf_free(&o->hold);
    smi_made_source_close(&o->made);
    smi_wipe(o, sizeof *o);
}

void smi_opener_expect(struct smi_opener *o, size_t size)
{
    if (o->format == SECMAIL_FORMAT_SEIPDV1 && o->mode == SMI_HOLD && size <= o->hold_limit)
        smi_buf_reserve(&o->hold, size);
}

bool smi_opener_is_whole(const struct smi_opener *o)
{
    return o->format == SECMAIL_FORMAT_SEIPDV1 && o->mode == SMI_HOLD && o->made.ended;
}
