/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secret parts of keys. Cleartext exists in locked memory, and in buffers that are wiped here. */
#include "secret_key.h"

#include "crypto/cipher.h"
#include "crypto/mac.h"
#include "pk_secret.h"
#include "s2k_specifier.h"
#include "session_key.h"

enum { SHA1_SIZE = 20, CHECKSUM_SIZE = 2 };

/* What stands in front of the encrypted data of a locked key. */
struct protection {
    uint8_t usage, cipher, aead;
    struct smi_s2k s2k;
    bool s2k_known;
    const uint8_t *iv;
    size_t iv_size;
};

/* ---------------------------------------------------------------- secret material */

/* The KOpenPGP attacks exchange the public part of a stored key, to learn the secret part from what
 * is then signed or decrypted: no secret is used before it is seen to fit. */
static int check_pair(struct secmail_context *context, const struct smi_public_key *key,
                      const struct smi_buf *kept)
{
    if (smi_pk_is_pair(key, kept->data, kept->size))
        return 0;
    return smi_fail(context, SECMAIL_E_KEY_TAMPERED,
                    "the secret part of the key %s does not belong to its public part", key->hex);
}

static int set_open(struct secmail_context *context, struct smi_secret_part *part,
                    const uint8_t *data, size_t size, bool opaque)
{
    part->secret = smi_secret_new(context, size);
    if (!part->secret)
        return smi_nomem(context);
    if (size)
        memcpy(smi_secret_fill(part->secret), data, size);
    part->opaque = opaque;
    return 0;
}

static int broken(struct secmail_context *context, const struct smi_public_key *key)
{
    return smi_fail(context, SECMAIL_E_MALFORMED,
                    "the secret part of the key %s breaks the format (RFC 9580 section 5.5.3)",
                    key->hex);
}

/* Takes cleartext material, all of `in`. */
static int open_material(struct secmail_context *context, struct smi_secret_part *part,
                         const struct smi_public_key *key, struct smi_cursor in)
{
    if (!smi_pk_uses_secret(key))
        return set_open(context, part, in.data, in.size, true);
    struct smi_buf kept = smi_buf_open(&context->mem);
    int rc = smi_pk_read_secret(key, in, &kept) ? 0 : broken(context, key);
    if (!rc)
        rc = kept.error ? smi_nomem(context) : check_pair(context, key, &kept);
    if (!rc)
        rc = set_open(context, part, kept.data, kept.size, false);
    smi_buf_free(&kept);
    return rc;
}

/* ---------------------------------------------------------------- reading */

static int read_open(struct secmail_context *context, struct smi_secret_part *part,
                     const struct smi_public_key *key, struct smi_cursor *in)
{
    size_t size = smi_left(in);
    if (key->version == 4) { /* the checksum has gone from version 6 */
        if (size < CHECKSUM_SIZE)
            return broken(context, key);
        size -= CHECKSUM_SIZE;
    }
    const struct smi_cursor material = smi_sub(in, size);
    if (key->version == 4 && smi_u16(in) != smi_octet_sum(material.data, material.size))
        return broken(context, key);
    return open_material(context, part, key, material);
}

static void read_protection(struct protection *p, uint8_t version, struct smi_cursor *in)
{
    *p = (struct protection){.usage = smi_u8(in)};
    const bool has_s2k = p->usage >= SMI_USAGE_AEAD;
    struct smi_cursor fields = *in;
    if (version == 6)
        fields = smi_sub(in, smi_u8(in));
    p->cipher = has_s2k ? smi_u8(&fields) : p->usage;
    if (p->usage == SMI_USAGE_AEAD)
        p->aead = smi_u8(&fields);
    if (has_s2k && version == 6) {
        struct smi_cursor specifier = smi_sub(&fields, smi_u8(&fields));
        p->s2k_known = smi_s2k_read(&p->s2k, &specifier) && !smi_left(&specifier);
    } else if (has_s2k) {
        p->s2k_known = smi_s2k_read(&p->s2k, &fields);
    }
    p->iv_size = p->usage == SMI_USAGE_AEAD ? smi_aead_nonce_size(p->aead)
                                            : smi_cipher_block_size(p->cipher);
    p->iv = smi_take(&fields, p->iv_size);
    if (version != 6)
        *in = fields;
    else if (fields.bad || smi_left(&fields))
        in->bad = true;
}

/* Protection of old, which anybody can change unnoticed: "Version 6 secret keys using these formats
 * MUST be rejected" (section 3.7.2.1). */
static bool is_too_old(const struct smi_public_key *key, uint8_t usage)
{
    return key->version == 6 && usage != SMI_USAGE_AEAD && usage != SMI_USAGE_CFB;
}

/* Fields that end too early, or, as section 3.7.2.1 wants it, Argon2 without AEAD. What isn't known
 * can't be judged. */
static bool is_broken_protection(const struct smi_public_key *key, struct smi_cursor in)
{
    struct protection p;
    read_protection(&p, key->version, &in);
    if (is_too_old(key, p.usage))
        return true;
    return p.s2k_known &&
           (in.bad || !p.iv || (p.s2k.type == SMI_S2K_ARGON2 && p.usage != SMI_USAGE_AEAD));
}

/* Is the secret said to be elsewhere? GnuPG writes an S2K type of its own (101) for that: "GNU" and
 * 1 for a key that is kept offline, 2 for one on a card. */
static bool is_absent(struct smi_cursor in)
{
    static const uint8_t marker[] = {101, 0, 'G', 'N', 'U'};
    const uint8_t usage = smi_u8(&in);
    if (usage == SMI_USAGE_EXTERNAL)
        return true;
    smi_u8(&in); /* cipher */
    const uint8_t *at = smi_take(&in, sizeof marker);
    const uint8_t mode = smi_u8(&in);
    return (usage == SMI_USAGE_CFB || usage == SMI_USAGE_MALLEABLE_CFB) && at &&
           at[0] == marker[0] && smi_equal(at + 2, marker + 2, 3) && (mode == 1 || mode == 2);
}

int smi_secret_part_read(struct secmail_context *context, struct smi_secret_part *part,
                         const struct smi_public_key *key, struct smi_cursor *in)
{
    *part = (struct smi_secret_part){0};
    if (!smi_left(in))
        return broken(context, key);
    if (in->data[in->pos] == SMI_USAGE_NONE) {
        smi_take(in, 1);
        return read_open(context, part, key, in);
    }
    const bool absent = is_absent(*in);
    if (!absent && is_broken_protection(key, *in))
        return broken(context, key);
    const size_t size = smi_left(in);
    part->locked = smi_alloc(&context->mem, size);
    if (!part->locked)
        return smi_nomem(context);
    part->locked_size = size;
    part->absent = absent;
    memcpy(part->locked, smi_take(in, size), size);
    return 0;
}

int smi_secret_part_stub(struct secmail_context *context, struct smi_secret_part *part,
                         const struct smi_public_key *key, bool on_token)
{
    static const uint8_t offline[] = {SMI_USAGE_MALLEABLE_CFB, 0, 101, 0, 'G', 'N', 'U', 1};
    static const uint8_t card[] = {SMI_USAGE_MALLEABLE_CFB, 0, 101, 0, 'G', 'N', 'U', 2, 0};
    static const uint8_t external[] = {SMI_USAGE_EXTERNAL};
    struct smi_cursor in = key->version == 6 ? smi_cursor(external, sizeof external)
                           : on_token        ? smi_cursor(card, sizeof card)
                                             : smi_cursor(offline, sizeof offline);
    return smi_secret_part_read(context, part, key, &in);
}

/* ---------------------------------------------------------------- unlocking */

/* Section 3.7.2.1: AEAD keys are derived for the packet, and bind its public part. */
static int aead_key(struct secmail_context *context, struct smi_aead *aead,
                    const struct protection *p, const struct smi_public_key *key, uint8_t tag,
                    const uint8_t *s2k_key)
{
    uint8_t derived[SMI_KEY_MAX_SIZE];
    const size_t size = smi_cipher_key_size(p->cipher);
    const uint8_t info[] = {(uint8_t)(0xc0 | tag), key->version, p->cipher, p->aead};
    int rc = smi_hkdf(context, SMI_SHA256, s2k_key, size, NULL, 0, info, sizeof info, derived,
                      size);
    if (!rc)
        rc = smi_aead_open(context, aead, p->cipher, p->aead, derived);
    smi_wipe(derived, sizeof derived);
    return rc;
}

static void put_associated_data(struct smi_buf *b, const struct smi_public_key *key, uint8_t tag)
{
    smi_put_u8(b, 0xc0 | tag);
    smi_put(b, key->body, key->body_size);
}

static int wrong_password(struct secmail_context *context, const struct smi_public_key *key)
{
    return smi_fail(context, SECMAIL_E_WRONG_PASSWORD, "the password does not open the key %s",
                    key->hex);
}

static int open_aead(struct secmail_context *context, const struct protection *p,
                     const struct smi_public_key *key, uint8_t tag, const uint8_t *s2k_key,
                     struct smi_cursor in, struct smi_secret_part *open)
{
    struct smi_aead aead;
    if (smi_left(&in) < SMI_AEAD_TAG_SIZE)
        return broken(context, key);
    int rc = aead_key(context, &aead, p, key, tag, s2k_key);
    if (rc)
        return rc;
    struct smi_buf ad = smi_buf_open(&context->mem), clear = smi_buf_open(&context->mem);
    put_associated_data(&ad, key, tag);
    const size_t size = smi_left(&in) - SMI_AEAD_TAG_SIZE;
    smi_buf_reserve(&clear, size + 1); /* also of nothing there is a place */
    uint8_t *to = smi_buf_add(&clear, size);
    if (ad.error || !to)
        rc = smi_nomem(context);
    else if (!smi_aead_decrypt(&aead, p->iv, ad.data, ad.size, to, in.data + in.pos, size))
        rc = wrong_password(context, key);
    else
        rc = open_material(context, open, key, smi_buf_cursor(&clear));
    smi_aead_close(&aead);
    smi_buf_free(&ad);
    smi_buf_free(&clear);
    return rc;
}

/* The check behind the material: SHA-1, or the old sum of octets. */
static bool check_holds(struct secmail_context *context, uint8_t usage, const uint8_t *data,
                        size_t size, const uint8_t *check)
{
    uint8_t digest[SMI_HASH_MAX_SIZE];
    if (usage != SMI_USAGE_CFB) {
        const uint16_t sum = smi_octet_sum(data, size);
        return check[0] == sum >> 8 && check[1] == (sum & 0xff);
    }
    return smi_hash_once(context, SMI_SHA1, data, size, digest) == 0 &&
           smi_equal(digest, check, SHA1_SIZE);
}

static int open_cfb(struct secmail_context *context, const struct protection *p,
                    const struct smi_public_key *key, const uint8_t *s2k_key, struct smi_cursor in,
                    struct smi_secret_part *open)
{
    const size_t check_size = p->usage == SMI_USAGE_CFB ? SHA1_SIZE : CHECKSUM_SIZE;
    const size_t size = smi_left(&in);
    struct smi_cfb cfb;
    if (size < check_size)
        return broken(context, key);
    int rc = smi_cfb_open(context, &cfb, p->cipher, s2k_key, p->iv);
    if (rc)
        return rc;
    struct smi_buf clear = smi_buf_open(&context->mem);
    uint8_t *to = smi_buf_add(&clear, size);
    if (!to)
        rc = smi_nomem(context);
    else if (smi_cfb_decrypt(&cfb, to, in.data + in.pos, size))
        rc = smi_fail(context, SECMAIL_E_INTERNAL, NULL);
    else if (!check_holds(context, p->usage, to, size - check_size, to + size - check_size))
        rc = wrong_password(context, key);
    else
        rc = open_material(context, open, key, smi_cursor(to, size - check_size));
    smi_cfb_close(&cfb);
    smi_buf_free(&clear);
    return rc;
}

int smi_secret_part_unlock(struct secmail_context *context, const struct smi_secret_part *part,
                           const struct smi_public_key *key, uint8_t tag,
                           struct smi_password *password, struct smi_secret_part *open)
{
    *open = (struct smi_secret_part){0};
    struct protection p;
    struct smi_cursor in = smi_cursor(part->locked, part->locked_size);
    read_protection(&p, key->version, &in);
    if (!p.s2k_known || !smi_cipher_key_size(p.cipher) || !p.iv_size)
        return smi_fail(context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "the key %s is protected in a way that is not supported (usage %u, S2K "
                        "type %u, cipher %u)",
                        key->hex, p.usage, p.s2k.type, p.cipher);
    if (in.bad || !p.iv)
        return broken(context, key);
    if (!secmail_secret_size(password->text)) /* locks nothing (smi_password_check_new()) */
        return wrong_password(context, key);
    uint8_t s2k_key[SMI_KEY_MAX_SIZE];
    int rc = smi_password_derive(context, password, &p.s2k, s2k_key, smi_cipher_key_size(p.cipher));
    if (!rc)
        rc = p.usage == SMI_USAGE_AEAD ? open_aead(context, &p, key, tag, s2k_key, in, open)
                                       : open_cfb(context, &p, key, s2k_key, in, open);
    smi_wipe(s2k_key, sizeof s2k_key);
    return rc;
}

/* ---------------------------------------------------------------- locking */

static void put_material(struct smi_buf *b, const struct smi_secret_part *part,
                         const struct smi_public_key *key)
{
    if (part->opaque)
        smi_put(b, secmail_secret_data(part->secret), secmail_secret_size(part->secret));
    else
        smi_pk_write_secret(b, key, secmail_secret_data(part->secret),
                            secmail_secret_size(part->secret));
}

static void put_protection(struct smi_buf *b, const struct protection *p, uint8_t version)
{
    const bool aead = p->usage == SMI_USAGE_AEAD;
    const size_t s2k_size = smi_s2k_size(&p->s2k);
    smi_put_u8(b, p->usage);
    if (version == 6)
        smi_put_u8(b, (uint8_t)(1 + aead + 1 + s2k_size + p->iv_size));
    smi_put_u8(b, p->cipher);
    if (aead)
        smi_put_u8(b, p->aead);
    if (version == 6)
        smi_put_u8(b, (uint8_t)s2k_size);
    smi_s2k_write(b, &p->s2k);
    smi_put(b, p->iv, p->iv_size);
}

static int seal_aead(struct secmail_context *context, const struct protection *p,
                     const struct smi_public_key *key, uint8_t tag, const uint8_t *s2k_key,
                     const struct smi_buf *clear, struct smi_buf *to)
{
    struct smi_aead aead;
    int rc = aead_key(context, &aead, p, key, tag, s2k_key);
    if (rc)
        return rc;
    struct smi_buf ad = smi_buf_open(&context->mem);
    put_associated_data(&ad, key, tag);
    uint8_t *out = smi_buf_add(to, clear->size + SMI_AEAD_TAG_SIZE);
    if (ad.error || !out)
        rc = smi_nomem(context);
    else if (smi_aead_encrypt(&aead, p->iv, ad.data, ad.size, out, clear->data, clear->size))
        rc = smi_fail(context, SECMAIL_E_INTERNAL, NULL);
    smi_aead_close(&aead);
    smi_buf_free(&ad);
    return rc;
}

static int seal_cfb(struct secmail_context *context, const struct protection *p,
                    const uint8_t *s2k_key, struct smi_buf *clear, struct smi_buf *to)
{
    uint8_t digest[SMI_HASH_MAX_SIZE];
    struct smi_cfb cfb;
    int rc = smi_hash_once(context, SMI_SHA1, clear->data, clear->size, digest);
    if (!rc)
        rc = smi_cfb_open(context, &cfb, p->cipher, s2k_key, p->iv);
    if (rc)
        return rc;
    smi_put(clear, digest, SHA1_SIZE);
    uint8_t *out = smi_buf_add(to, clear->size);
    if (clear->error || !out)
        rc = smi_nomem(context);
    else if (smi_cfb_encrypt(&cfb, out, clear->data, clear->size))
        rc = smi_fail(context, SECMAIL_E_INTERNAL, NULL);
    smi_cfb_close(&cfb);
    return rc;
}

static int choose_protection(struct secmail_context *context, struct protection *p, uint8_t version,
                             struct smi_password *password, uint8_t iv[16])
{
    *p = (struct protection){.cipher = SMI_AES256, .iv = iv, .iv_size = 16};
    p->usage = version == 6 ? SMI_USAGE_AEAD : SMI_USAGE_CFB;
    if (version == 6) {
        p->aead = SMI_OCB;
        p->iv_size = smi_aead_nonce_size(SMI_OCB);
    }
    int rc = smi_random(context, iv, 16);
    if (rc)
        return rc;
    return smi_password_fresh(context, password, version == 6, &p->s2k);
}

int smi_secret_part_lock(struct secmail_context *context, const struct smi_secret_part *part,
                         const struct smi_public_key *key, uint8_t tag,
                         struct smi_password *password, struct smi_secret_part *locked)
{
    *locked = (struct smi_secret_part){0};
    struct protection p;
    uint8_t iv[16], s2k_key[SMI_KEY_MAX_SIZE];
    int rc = choose_protection(context, &p, key->version, password, iv);
    if (!rc)
        rc = smi_password_derive(context, password, &p.s2k, s2k_key, sizeof s2k_key);
    if (rc)
        return rc;
    struct smi_buf clear = smi_buf_open(&context->mem), to = smi_buf_open(&context->mem);
    /* Never moved while it holds a secret: its numbers, their sizes, and a SHA-1. */
    smi_buf_reserve(&clear, secmail_secret_size(part->secret) + 64);
    put_material(&clear, part, key);
    put_protection(&to, &p, key->version);
    if (clear.error || to.error)
        rc = smi_nomem(context);
    else
        rc = p.usage == SMI_USAGE_AEAD ? seal_aead(context, &p, key, tag, s2k_key, &clear, &to)
                                       : seal_cfb(context, &p, s2k_key, &clear, &to);
    smi_wipe(s2k_key, sizeof s2k_key);
    smi_buf_free(&clear);
    if (!rc) {
        struct smi_cursor in = smi_buf_cursor(&to);
        rc = smi_secret_part_read(context, locked, key, &in);
    }
    smi_buf_free(&to);
    return rc;
}

/* ---------------------------------------------------------------- writing, copying */

void smi_secret_part_write(struct smi_buf *b, const struct smi_secret_part *part,
                           const struct smi_public_key *key)
{
    if (part->locked) {
        smi_put(b, part->locked, part->locked_size);
        return;
    }
    smi_put_u8(b, SMI_USAGE_NONE);
    const size_t start = b->size;
    put_material(b, part, key);
    if (key->version == 4 && !b->error)
        smi_put_u16(b, smi_octet_sum(b->data + start, b->size - start));
}

int smi_secret_part_copy(struct secmail_context *context, struct smi_secret_part *to,
                         const struct smi_secret_part *from)
{
    *to = (struct smi_secret_part){0};
    if (from->secret)
        return set_open(context, to, secmail_secret_data(from->secret),
                        secmail_secret_size(from->secret), from->opaque);
    if (from->bare) {
        *to = (struct smi_secret_part){.absent = true, .bare = true};
        to->token = smi_token_ref(from->token);
        return 0;
    }
    to->locked = smi_alloc(&context->mem, from->locked_size);
    if (!to->locked)
        return smi_nomem(context);
    memcpy(to->locked, from->locked, from->locked_size);
    to->locked_size = from->locked_size;
    to->absent = from->absent;
    to->token = smi_token_ref(from->token);
    return 0;
}

void smi_secret_part_free(const struct secmail_allocator *mem, struct smi_secret_part *part)
{
    secmail_secret_free(part->secret);
    smi_token_unref(part->token);
    smi_free(mem, part->locked, part->locked_size);
    *part = (struct smi_secret_part){0};
}
