/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SKESK packets. */
#include "skesk.h"

#include "crypto/hash.h"
#include "crypto/mac.h"
#include "s2k_specifier.h"
#include "verify/packet.h"

static int broken(struct secmail_context *context)
{
    return smi_fail(context, SECMAIL_E_MALFORMED,
                    "a password packet breaks the format (RFC 9580 section 5.3)");
}

static int unsupported(struct secmail_context *context, const char *what, unsigned number)
{
    return smi_fail(context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                    "a password packet uses the %s %u, which is not supported", what, number);
}

/* An empty password protects nothing, and libgcrypt's Argon2 takes none: it is always wrong. */
static bool is_wrong(const struct secmail_secret *password)
{
    return !secmail_secret_size(password);
}

static int derive(struct secmail_context *context, const struct smi_s2k *s2k,
                  const struct secmail_secret *password, uint8_t *key, size_t size)
{
    return smi_s2k_derive(context, s2k, secmail_secret_data(password),
                          secmail_secret_size(password), key, size);
}

/* ---------------------------------------------------------------- version 4 */

/* Section 5.3.1: cipher and session key, encrypted with the password's key; or, if there is
 * nothing, the password's key is the session key. Neither tells whether the password is right. */
static int open_v4(struct secmail_context *context, struct smi_cursor in,
                   const struct secmail_secret *password, struct smi_session_key *key, bool *opened)
{
    struct smi_s2k s2k;
    uint8_t kek[SMI_KEY_MAX_SIZE], clear[1 + SMI_KEY_MAX_SIZE];
    struct smi_cfb cfb;
    const uint8_t cipher = smi_u8(&in);
    const size_t size = smi_cipher_key_size(cipher);
    if (!size)
        return unsupported(context, "cipher", cipher);
    if (!smi_s2k_read(&s2k, &in))
        return in.bad ? broken(context) : unsupported(context, "S2K type", s2k.type);
    const size_t left = smi_left(&in);
    if (left > sizeof clear)
        return broken(context);
    if (is_wrong(password))
        return 0;
    int rc = derive(context, &s2k, password, kek, size);
    if (rc)
        return rc;
    *key = (struct smi_session_key){.generation = SMI_FOR_SEIPDV1, .guessed = true};
    if (!left) {
        key->cipher = cipher;
        key->size = (uint8_t)size;
        memcpy(key->key, kek, size);
        *opened = true;
    } else if (!(rc = smi_cfb_open(context, &cfb, cipher, kek, NULL))) {
        if (smi_cfb_decrypt(&cfb, clear, smi_take(&in, left), left))
            rc = smi_fail(context, SECMAIL_E_INTERNAL, NULL);
        smi_cfb_close(&cfb);
        key->cipher = clear[0];
        key->size = (uint8_t)(left - 1);
        memcpy(key->key, clear + 1, key->size);
        *opened = !rc && key->size && smi_cipher_key_size(key->cipher) == key->size;
    }
    smi_wipe(kek, sizeof kek);
    smi_wipe(clear, sizeof clear);
    return rc;
}

static int seal_v4(struct secmail_context *context, struct smi_buf *body,
                   const struct secmail_secret *password, const struct smi_session_key *key)
{
    struct smi_s2k s2k;
    uint8_t kek[SMI_KEY_MAX_SIZE], clear[1 + SMI_KEY_MAX_SIZE];
    struct smi_cfb cfb;
    int rc = smi_s2k_new_iterated(context, &s2k);
    if (!rc)
        rc = derive(context, &s2k, password, kek, smi_cipher_key_size(SMI_AES256));
    if (!rc)
        rc = smi_cfb_open(context, &cfb, SMI_AES256, kek, NULL);
    smi_wipe(kek, sizeof kek);
    if (rc)
        return rc;
    smi_put_u8(body, 4);
    smi_put_u8(body, SMI_AES256);
    smi_s2k_write(body, &s2k);
    clear[0] = key->cipher;
    memcpy(clear + 1, key->key, key->size);
    uint8_t *to = smi_buf_add(body, (size_t)key->size + 1);
    if (!to)
        rc = smi_nomem(context);
    else if (smi_cfb_encrypt(&cfb, to, clear, (size_t)key->size + 1))
        rc = smi_fail(context, SECMAIL_E_INTERNAL, NULL);
    smi_cfb_close(&cfb);
    smi_wipe(clear, sizeof clear);
    return rc;
}

/* ---------------------------------------------------------------- versions 5 and 6 */

/* What stands in front of the encrypted session key. */
struct aead_fields {
    uint8_t info[4]; /* tag, version, cipher, mode: the associated data */
    struct smi_s2k s2k;
    const uint8_t *nonce;
    size_t nonce_size;
};

/* Section 5.3.2: the AEAD key is derived from the password's key for this very packet. LibrePGP's
 * version 5 uses the password's key itself. */
static int open_aead(struct secmail_context *context, struct smi_aead *aead,
                     const struct smi_s2k *s2k, const struct secmail_secret *password,
                     const uint8_t info[4])
{
    uint8_t password_key[SMI_KEY_MAX_SIZE], kek[SMI_KEY_MAX_SIZE];
    const size_t size = smi_cipher_key_size(info[2]);
    int rc = derive(context, s2k, password, password_key, size);
    if (!rc && info[1] == 5)
        memcpy(kek, password_key, size);
    else if (!rc)
        rc = smi_hkdf(context, SMI_SHA256, password_key, size, NULL, 0, info, 4, kek, size);
    if (!rc)
        rc = smi_aead_open(context, aead, info[2], info[3], kek);
    smi_wipe(password_key, sizeof password_key);
    smi_wipe(kek, sizeof kek);
    return rc;
}

/* Version 6 says how long the fields and the S2K specifier are, version 5 doesn't. */
static int read_fields(struct secmail_context *context, uint8_t version, struct smi_cursor *in,
                       struct aead_fields *f)
{
    struct smi_cursor counted = version == 6 ? smi_sub(in, smi_u8(in)) : *in;
    const uint8_t cipher = smi_u8(&counted), mode = smi_u8(&counted);
    struct smi_cursor specifier = version == 6 ? smi_sub(&counted, smi_u8(&counted)) : counted;
    *f = (struct aead_fields){.info = {0xc0 | SMI_TAG_SKESK, version, cipher, mode},
                              .nonce_size = smi_aead_nonce_size(mode)};
    if (smi_cipher_block_size(cipher) != 16)
        return unsupported(context, "cipher", cipher);
    if (!f->nonce_size)
        return unsupported(context, "AEAD mode", mode);
    if (!smi_s2k_read(&f->s2k, &specifier))
        return specifier.bad ? broken(context) : unsupported(context, "S2K type", f->s2k.type);
    if (version == 5) {
        f->nonce = smi_take(&specifier, f->nonce_size);
        *in = specifier;
        return f->nonce ? 0 : broken(context);
    }
    f->nonce = smi_take(&counted, f->nonce_size);
    return f->nonce && !smi_left(&counted) && !smi_left(&specifier) ? 0 : broken(context);
}

static int open_v5_or_v6(struct secmail_context *context, uint8_t version, struct smi_cursor in,
                         const struct secmail_secret *password, struct smi_session_key *key,
                         bool *opened)
{
    struct aead_fields f;
    struct smi_aead aead;
    int rc = read_fields(context, version, &in, &f);
    if (rc)
        return rc;
    const size_t left = smi_left(&in);
    if (left < SMI_AEAD_TAG_SIZE || left - SMI_AEAD_TAG_SIZE > sizeof key->key)
        return broken(context);
    if (is_wrong(password))
        return 0;
    rc = open_aead(context, &aead, &f.s2k, password, f.info);
    if (rc)
        return rc;
    *key = (struct smi_session_key){.generation = version == 5 ? SMI_FOR_LIBREPGP : SMI_FOR_SEIPDV2,
                                    .size = (uint8_t)(left - SMI_AEAD_TAG_SIZE)};
    *opened = smi_aead_decrypt(&aead, f.nonce, f.info, sizeof f.info, key->key, smi_take(&in, left),
                               key->size);
    smi_aead_close(&aead);
    return 0;
}

static int seal_v6(struct secmail_context *context, struct smi_buf *body,
                   const struct secmail_secret *password, const struct smi_session_key *key)
{
    struct smi_s2k s2k;
    struct smi_aead aead;
    uint8_t nonce[SMI_AEAD_NONCE_MAX_SIZE];
    const size_t nonce_size = smi_aead_nonce_size(SMI_OCB);
    const uint8_t info[] = {0xc0 | SMI_TAG_SKESK, 6, SMI_AES256, SMI_OCB};
    int rc = smi_s2k_new_argon2(context, &s2k);
    if (!rc)
        rc = smi_random(context, nonce, nonce_size);
    if (!rc)
        rc = open_aead(context, &aead, &s2k, password, info);
    if (rc)
        return rc;
    const size_t s2k_size = smi_s2k_size(&s2k);
    const uint8_t head[] = {6, (uint8_t)(3 + s2k_size + nonce_size), SMI_AES256, SMI_OCB,
                            (uint8_t)s2k_size};
    smi_put(body, head, sizeof head);
    smi_s2k_write(body, &s2k);
    smi_put(body, nonce, nonce_size);
    uint8_t *to = smi_buf_add(body, (size_t)key->size + SMI_AEAD_TAG_SIZE);
    if (!to)
        rc = smi_nomem(context);
    else if (smi_aead_encrypt(&aead, nonce, info, sizeof info, to, key->key, key->size))
        rc = smi_fail(context, SECMAIL_E_INTERNAL, NULL);
    smi_aead_close(&aead);
    return rc;
}

/* ---------------------------------------------------------------- both */

int smi_skesk_open(struct secmail_context *context, struct smi_cursor body,
                   const struct secmail_secret *password, struct smi_session_key *session_key,
                   bool *opened)
{
    *opened = false;
    const uint8_t version = smi_u8(&body);
    if (version == 4)
        return open_v4(context, body, password, session_key, opened);
    if (version == 5 || version == 6)
        return open_v5_or_v6(context, version, body, password, session_key, opened);
    return smi_fail(context, SECMAIL_E_UNSUPPORTED_VERSION,
                    "a password packet has version %u; versions 4 to 6 are supported", version);
}

int smi_skesk_write(struct secmail_context *context, struct smi_buf *b,
                    const struct secmail_secret *password,
                    const struct smi_session_key *session_key)
{
    struct smi_buf body = smi_buf_open(&context->mem);
    int rc = session_key->generation == SMI_FOR_SEIPDV1
                 ? seal_v4(context, &body, password, session_key)
                 : seal_v6(context, &body, password, session_key);
    if (!rc) {
        smi_put_packet(b, SMI_TAG_SKESK, body.data, body.size);
        rc = body.error || b->error ? smi_nomem(context) : 0;
    }
    smi_buf_free(&body);
    return rc;
}
