/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing SEIPD packets, both versions. Reading is in opener.c. */
#include "sealer.h"

#include "crypto/mac.h"
#include "verify/packet.h"

enum { V2_VERSION = 2, V1_VERSION = 1, MDC_SIZE = 22 };

/* ---------------------------------------------------------------- SEIPDv2: keys */

int smi_seipd2_keys(struct secmail_context *context, const struct smi_session_key *key,
                    const uint8_t associated_data[5], const uint8_t salt[32], struct smi_aead *aead,
                    uint8_t nonce[SMI_AEAD_NONCE_MAX_SIZE])
{
    uint8_t derived[SMI_KEY_MAX_SIZE + SMI_AEAD_NONCE_MAX_SIZE];
    const uint8_t cipher = associated_data[2], mode = associated_data[3];
    const size_t key_size = smi_cipher_key_size(cipher);
    const size_t iv_size = smi_aead_nonce_size(mode) - 8;
    int rc = smi_hkdf(context, SMI_SHA256, key->key, key->size, salt, 32, associated_data, 5,
                      derived, key_size + iv_size);
    if (!rc)
        rc = smi_aead_open(context, aead, cipher, mode, derived);
    memset(nonce, 0, SMI_AEAD_NONCE_MAX_SIZE);
    if (!rc)
        memcpy(nonce, derived + key_size, iv_size);
    smi_wipe(derived, sizeof derived);
    return rc;
}

void smi_put_number(uint8_t to[8], uint64_t value)
{
    for (size_t i = 8; i-- > 0; value >>= 8)
        to[i] = (uint8_t)value;
}

/* ---------------------------------------------------------------- framing */

static unsigned floor_log2(size_t n)
{
    unsigned log = 0;
    while (n >>= 1)
        log++;
    return log;
}

/*
 * `to` holds `size` body bytes at to + 1. They become partial bodies whose lengths are the powers
 * of two in `size`, the largest first (section 4.2.1.4 wants 512 for the first one only). Returns
 * how much that is.
 */
static size_t frame_partial(uint8_t *to, size_t size)
{
    unsigned log = floor_log2(size);
    size_t at = 0;
    for (;;) {
        to[at] = (uint8_t)(0xe0 | log);
        at += 1 + ((size_t)1 << log);
        size -= (size_t)1 << log;
        if (!size)
            return at;
        memmove(to + at + 1, to + at, size);
        log = floor_log2(size);
    }
}

/* Writes the last length in front of a body of known size; returns its own size. */
static size_t frame_last(uint8_t *to, size_t size)
{
    if (size < 192) {
        to[0] = (uint8_t)size;
        return 1;
    }
    if (size < 8384) {
        to[0] = (uint8_t)(((size - 192) >> 8) + 192);
        to[1] = (uint8_t)(size - 192);
        return 2;
    }
    to[0] = 255;
    for (size_t i = 0; i < 4; i++)
        to[1 + i] = (uint8_t)(size >> (24 - 8 * i));
    return 5;
}

static size_t last_length_size(size_t size)
{
    return size < 192 ? 1 : size < 8384 ? 2 : 5;
}

/* ---------------------------------------------------------------- SEIPDv2: blocks */

static size_t v2_head_size(const struct smi_sealer *s)
{
    return s->begun ? 0 : 4 + sizeof s->salt;
}

static size_t v2_body_size(const struct smi_sealer *s, size_t size, bool last)
{
    return v2_head_size(s) + size + (size ? SMI_AEAD_TAG_SIZE : 0) + (last ? SMI_AEAD_TAG_SIZE : 0);
}

/* Section 5.13.2: the number of the chunk ends the nonce. */
static void number_nonce(struct smi_sealer *s)
{
    smi_put_number(s->nonce + s->nonce_size - 8, s->chunks);
}

static int v2_body(struct smi_sealer *s, uint8_t *to, const uint8_t *block, size_t size, bool last)
{
    if (!s->begun) {
        memcpy(to, s->associated_data + 1, 4);
        memcpy(to + 4, s->salt, sizeof s->salt);
        to += 4 + sizeof s->salt;
    }
    if (size) {
        number_nonce(s);
        s->chunks++;
        if (smi_aead_encrypt(&s->aead, s->nonce, s->associated_data, sizeof s->associated_data, to,
                             block, size))
            return SECMAIL_E_INTERNAL;
        to += size + SMI_AEAD_TAG_SIZE;
        s->total += size;
    }
    if (!last)
        return 0;
    uint8_t final[13];
    number_nonce(s);
    memcpy(final, s->associated_data, sizeof s->associated_data);
    smi_put_number(final + sizeof s->associated_data, s->total);
    return smi_aead_encrypt(&s->aead, s->nonce, final, sizeof final, to, NULL, 0)
               ? SECMAIL_E_INTERNAL
               : 0;
}

/* ---------------------------------------------------------------- SEIPDv1: blocks */

static size_t v1_body_size(const struct smi_sealer *s, size_t size, bool last)
{
    return (s->begun ? 0 : 1 + sizeof s->prefix) + size + (last ? MDC_SIZE : 0);
}

/*
 * Hashes and encrypts. CFB encryption and SHA-1 each wait for their own last result most of the
 * time. In small alternating pieces, cut where the blocks of both end, the processor does one while
 * it waits for the other: a fifth less time than one after the other.
 */
static int v1_part(struct smi_sealer *s, uint8_t *to, const uint8_t *from, size_t size)
{
    enum { PIECE = 128 };
    int rc = 0;
    while (size && !rc) {
        const size_t left = PIECE - s->total % PIECE;
        const size_t n = left < size ? left : size;
        smi_hash_update(&s->mdc, from, n);
        rc = smi_cfb_encrypt(&s->cfb, to, from, n);
        s->total += n;
        from += n;
        to += n;
        size -= n;
    }
    return rc;
}

/* Section 5.13.1: the hash covers the MDC packet's header, too. */
static int v1_mdc(struct smi_sealer *s, uint8_t *to)
{
    uint8_t mdc[MDC_SIZE] = {0xc0 | SMI_TAG_MDC, 20};
    smi_hash_update(&s->mdc, mdc, 2);
    smi_hash_final(&s->mdc, mdc + 2);
    return smi_cfb_encrypt(&s->cfb, to, mdc, sizeof mdc);
}

static int v1_body(struct smi_sealer *s, uint8_t *to, const uint8_t *block, size_t size, bool last)
{
    if (!s->begun) {
        *to++ = V1_VERSION;
        if (v1_part(s, to, s->prefix, sizeof s->prefix))
            return SECMAIL_E_INTERNAL;
        to += sizeof s->prefix;
    }
    if (v1_part(s, to, block, size))
        return SECMAIL_E_INTERNAL;
    return last && v1_mdc(s, to + size) ? SECMAIL_E_INTERNAL : 0;
}

/* ---------------------------------------------------------------- both */

static int open_v2(struct secmail_context *context, struct smi_sealer *s,
                   const struct smi_session_key *key)
{
    const uint8_t data[] = {0xc0 | SMI_TAG_SEIPD, V2_VERSION, key->cipher, SMI_OCB,
                            SMI_CHUNK_OCTET};
    memcpy(s->associated_data, data, sizeof data);
    s->nonce_size = (uint8_t)smi_aead_nonce_size(SMI_OCB);
    int rc = smi_random(context, s->salt, sizeof s->salt);
    return rc ? rc : smi_seipd2_keys(context, key, s->associated_data, s->salt, &s->aead, s->nonce);
}

static int open_v1(struct secmail_context *context, struct smi_sealer *s,
                   const struct smi_session_key *key)
{
    int rc = smi_random(context, s->prefix, 16);
    if (!rc)
        rc = smi_cfb_open(context, &s->cfb, key->cipher, key->key, NULL);
    if (!rc)
        rc = smi_hash_open(context, &s->mdc, SMI_SHA1);
    memcpy(s->prefix + 16, s->prefix + 14, 2);
    return rc;
}

int smi_sealer_open(struct secmail_context *context, struct smi_sealer *s,
                    enum secmail_format format, const struct smi_session_key *key)
{
    *s = (struct smi_sealer){.format = format};
    int rc = format == SECMAIL_FORMAT_SEIPDV2 ? open_v2(context, s, key) : open_v1(context, s, key);
    if (rc)
        smi_sealer_close(s);
    return rc;
}

void smi_sealer_close(struct smi_sealer *s)
{
    smi_aead_close(&s->aead);
    smi_cfb_close(&s->cfb);
    smi_hash_close(&s->mdc);
    smi_wipe(s, sizeof *s);
}

int smi_sealer_block(struct secmail_context *context, struct smi_sealer *s, uint8_t *to,
                     const uint8_t *block, size_t size, bool last, size_t *written)
{
    const bool v2 = s->format == SECMAIL_FORMAT_SEIPDV2;
    const size_t body = v2 ? v2_body_size(s, size, last) : v1_body_size(s, size, last);
    uint8_t *const start = to;
    if (!s->begun)
        *to++ = 0xc0 | SMI_TAG_SEIPD;
    const size_t length = last ? last_length_size(body) : 1;
    int rc = v2 ? v2_body(s, to + length, block, size, last)
                : v1_body(s, to + length, block, size, last);
    if (rc)
        return smi_fail(context, rc, "the cipher failed while encrypting");
    s->begun = true;
    to += last ? frame_last(to, body) + body : frame_partial(to, body);
    *written = (size_t)(to - start);
    return 0;
}
