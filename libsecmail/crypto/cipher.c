/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Symmetric ciphers through libgcrypt. Chunking, nonces and associated data of OpenPGP messages are
 * packet work and live elsewhere. */
#include "crypto/cipher.h"

#include "backend.h"

#include <string.h>

static const struct cipher {
    const char *name;
    int gcry;
    uint8_t key_size;
    uint8_t block_size;
} ciphers[] = {
    [SMI_IDEA] = {"IDEA", GCRY_CIPHER_IDEA, 16, 8},
    [SMI_3DES] = {"3DES", GCRY_CIPHER_3DES, 24, 8},
    [SMI_CAST5] = {"CAST5", GCRY_CIPHER_CAST5, 16, 8},
    [SMI_BLOWFISH] = {"Blowfish", GCRY_CIPHER_BLOWFISH, 16, 8},
    [SMI_AES128] = {"AES128", GCRY_CIPHER_AES128, 16, 16},
    [SMI_AES192] = {"AES192", GCRY_CIPHER_AES192, 24, 16},
    [SMI_AES256] = {"AES256", GCRY_CIPHER_AES256, 32, 16},
    [SMI_TWOFISH] = {"Twofish", GCRY_CIPHER_TWOFISH, 32, 16},
    [SMI_CAMELLIA128] = {"Camellia128", GCRY_CIPHER_CAMELLIA128, 16, 16},
    [SMI_CAMELLIA192] = {"Camellia192", GCRY_CIPHER_CAMELLIA192, 24, 16},
    [SMI_CAMELLIA256] = {"Camellia256", GCRY_CIPHER_CAMELLIA256, 32, 16},
};

static const struct aead_mode {
    const char *name;
    int gcry;
    uint8_t nonce_size;
} modes[] = {
    [SMI_EAX] = {"EAX", GCRY_CIPHER_MODE_EAX, 16},
    [SMI_OCB] = {"OCB", GCRY_CIPHER_MODE_OCB, 15},
    [SMI_GCM] = {"GCM", GCRY_CIPHER_MODE_GCM, 12},
};

static const struct cipher *find_cipher(uint8_t algo)
{
    const bool known = algo < sizeof ciphers / sizeof ciphers[0] && ciphers[algo].name;
    return known ? &ciphers[algo] : NULL;
}

static const struct aead_mode *find_mode(uint8_t mode)
{
    const bool known = mode < sizeof modes / sizeof modes[0] && modes[mode].name;
    return known ? &modes[mode] : NULL;
}

size_t smi_cipher_key_size(uint8_t algo)
{
    const struct cipher *cipher = find_cipher(algo);
    return cipher ? cipher->key_size : 0;
}

size_t smi_cipher_block_size(uint8_t algo)
{
    const struct cipher *cipher = find_cipher(algo);
    return cipher ? cipher->block_size : 0;
}

const char *smi_cipher_name(uint8_t algo)
{
    const struct cipher *cipher = find_cipher(algo);
    return cipher ? cipher->name : "unknown";
}

size_t smi_aead_nonce_size(uint8_t mode)
{
    const struct aead_mode *m = find_mode(mode);
    return m ? m->nonce_size : 0;
}

const char *smi_aead_name(uint8_t mode)
{
    const struct aead_mode *m = find_mode(mode);
    return m ? m->name : "unknown";
}

/* A handle with its key set up; *out is NULL on failure. */
static int open_handle(struct secmail_context *context, gcry_cipher_hd_t *out,
                       const struct cipher *cipher, int gcry_mode, const uint8_t *key)
{
    *out = NULL;
    int r = smi_crypto_init(context);
    if (r)
        return r;
    gcry_error_t error = gcry_cipher_open(out, cipher->gcry, gcry_mode, 0);
    if (!error)
        error = gcry_cipher_setkey(*out, key, cipher->key_size);
    if (!error)
        return 0;
    gcry_cipher_close(*out);
    *out = NULL;
    return smi_gcry_fail(context, error, cipher->name);
}

/* libgcrypt wants one buffer where input and output are the same. */
static gcry_error_t transform(gcry_cipher_hd_t handle, bool encrypt, uint8_t *to,
                              const uint8_t *from, size_t size)
{
    const bool in_place = to == from;
    if (in_place)
        from = NULL;
    return encrypt ? gcry_cipher_encrypt(handle, to, size, from, in_place ? 0 : size)
                   : gcry_cipher_decrypt(handle, to, size, from, in_place ? 0 : size);
}

int smi_cfb_open(struct secmail_context *context, struct smi_cfb *c, uint8_t algo,
                 const uint8_t *key, const uint8_t *iv)
{
    *c = (struct smi_cfb){NULL};
    const struct cipher *cipher = find_cipher(algo);
    if (!cipher)
        return smi_unsupported(context, "cipher", algo);
    gcry_cipher_hd_t handle;
    int r = open_handle(context, &handle, cipher, GCRY_CIPHER_MODE_CFB, key);
    if (r)
        return r;
    const gcry_error_t error = gcry_cipher_setiv(handle, iv, iv ? cipher->block_size : 0);
    if (error) {
        gcry_cipher_close(handle);
        return smi_gcry_fail(context, error, "CFB");
    }
    c->handle = handle;
    return 0;
}

static int cfb_crypt(struct smi_cfb *c, bool encrypt, uint8_t *to, const uint8_t *from, size_t size)
{
    if (!size || !transform(c->handle, encrypt, to, from, size))
        return 0;
    smi_wipe(to, size);
    return SECMAIL_E_INTERNAL;
}

int smi_cfb_encrypt(struct smi_cfb *c, uint8_t *to, const uint8_t *from, size_t size)
{
    return cfb_crypt(c, true, to, from, size);
}

int smi_cfb_decrypt(struct smi_cfb *c, uint8_t *to, const uint8_t *from, size_t size)
{
    return cfb_crypt(c, false, to, from, size);
}

void smi_cfb_close(struct smi_cfb *c)
{
    gcry_cipher_close(c->handle);
    c->handle = NULL;
}

int smi_aead_open(struct secmail_context *context, struct smi_aead *a, uint8_t algo, uint8_t mode,
                  const uint8_t *key)
{
    *a = (struct smi_aead){.mode = mode};
    const struct cipher *cipher = find_cipher(algo);
    const struct aead_mode *m = find_mode(mode);
    if (!cipher)
        return smi_unsupported(context, "cipher", algo);
    if (!m)
        return smi_unsupported(context, "AEAD", mode);
    if (cipher->block_size != 16)
        return smi_fail(context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "%s has blocks of %u bits, %s needs 128", cipher->name,
                        cipher->block_size * 8U, m->name);
    gcry_cipher_hd_t handle;
    int r = open_handle(context, &handle, cipher, m->gcry, key);
    if (!r)
        a->handle = handle;
    return r;
}

/* The reset is needed: in EAX, libgcrypt 1.10's gcry_cipher_setiv() alone goes on with the key
 * stream that the last message left of its final block. */
static gcry_error_t begin(struct smi_aead *a, const uint8_t *nonce, const uint8_t *ad,
                          size_t ad_size)
{
    gcry_error_t error = gcry_cipher_reset(a->handle);
    if (!error)
        error = gcry_cipher_setiv(a->handle, nonce, modes[a->mode].nonce_size);
    if (error || !ad_size)
        return error;
    return gcry_cipher_authenticate(a->handle, ad, ad_size);
}

/* OCB must know the last call; that call is made for an empty text too. */
static gcry_error_t crypt_all(struct smi_aead *a, bool encrypt, uint8_t *to, const uint8_t *from,
                              size_t size)
{
    const gcry_error_t error = gcry_cipher_final(a->handle);
    return error ? error : transform(a->handle, encrypt, to, from, size);
}

int smi_aead_encrypt(struct smi_aead *a, const uint8_t *nonce, const uint8_t *ad, size_t ad_size,
                     uint8_t *to, const uint8_t *from, size_t size)
{
    gcry_error_t error = begin(a, nonce, ad, ad_size);
    if (!error)
        error = crypt_all(a, true, to, from, size);
    if (!error)
        error = gcry_cipher_gettag(a->handle, to + size, SMI_AEAD_TAG_SIZE);
    if (!error)
        return 0;
    smi_wipe(to, size + SMI_AEAD_TAG_SIZE);
    return SECMAIL_E_INTERNAL;
}

bool smi_aead_decrypt(struct smi_aead *a, const uint8_t *nonce, const uint8_t *ad, size_t ad_size,
                      uint8_t *to, const uint8_t *from, size_t size)
{
    gcry_error_t error = begin(a, nonce, ad, ad_size);
    if (!error)
        error = crypt_all(a, false, to, from, size);
    if (!error)
        error = gcry_cipher_checktag(a->handle, from + size, SMI_AEAD_TAG_SIZE);
    if (!error)
        return true;
    smi_wipe(to, size);
    return false;
}

void smi_aead_close(struct smi_aead *a)
{
    gcry_cipher_close(a->handle);
    a->handle = NULL;
}

static int open_key_wrap(struct secmail_context *context, gcry_cipher_hd_t *out, const uint8_t *kek,
                         size_t kek_size)
{
    for (uint8_t algo = SMI_AES128; algo <= SMI_AES256; algo++) {
        if (ciphers[algo].key_size == kek_size)
            return open_handle(context, out, &ciphers[algo], GCRY_CIPHER_MODE_AESWRAP, kek);
    }
    return smi_fail(context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                    "there is no AES with a key of %zu bytes", kek_size);
}

int smi_key_wrap(struct secmail_context *context, const uint8_t *kek, size_t kek_size, uint8_t *to,
                 const uint8_t *from, size_t size)
{
    if (size < 16 || size % 8)
        return smi_fail(context, SECMAIL_E_ARGUMENT,
                        "AES key wrap takes a multiple of 8 bytes from 16 on, not %zu", size);
    gcry_cipher_hd_t handle;
    int r = open_key_wrap(context, &handle, kek, kek_size);
    if (r)
        return r;
    const gcry_error_t error = gcry_cipher_encrypt(handle, to, size + 8, from, size);
    gcry_cipher_close(handle);
    if (!error)
        return 0;
    smi_wipe(to, size + 8);
    return smi_gcry_fail(context, error, "AES key wrap");
}

int smi_key_unwrap(struct secmail_context *context, const uint8_t *kek, size_t kek_size,
                   uint8_t *to, const uint8_t *from, size_t size, bool *ok)
{
    *ok = false;
    gcry_cipher_hd_t handle;
    int r = open_key_wrap(context, &handle, kek, kek_size);
    if (r)
        return r;
    const bool possible = size >= 24 && size % 8 == 0;
    const gcry_error_t error = possible ? gcry_cipher_decrypt(handle, to, size - 8, from, size) : 0;
    gcry_cipher_close(handle);
    *ok = possible && !error;
    if (error)
        smi_wipe(to, size - 8);
    if (error && gcry_err_code(error) != GPG_ERR_CHECKSUM)
        return smi_gcry_fail(context, error, "AES key unwrap");
    return 0;
}

/* ---- Check values ---- */

int smi_checkmac_open(struct secmail_context *context, struct smi_checkmac *m,
                      const uint8_t key[32])
{
    int r = smi_crypto_init(context);
    if (r)
        return r;
    gcry_mac_hd_t handle = NULL;
    gcry_error_t error = gcry_mac_open(&handle, GCRY_MAC_GMAC_AES, 0, NULL);
    if (!error)
        error = gcry_mac_setkey(handle, key, 32);
    m->handle = handle;
    if (!error)
        return 0;
    smi_checkmac_close(m);
    return smi_gcry_fail(context, error, "GMAC");
}

static int internal(gcry_error_t error)
{
    return error ? SECMAIL_E_INTERNAL : 0;
}

int smi_checkmac_begin(struct smi_checkmac *m, uint64_t number)
{
    uint8_t iv[12] = {0};
    for (int i = 0; i < 8; i++)
        iv[4 + i] = (uint8_t)(number >> (56 - 8 * i));
    gcry_error_t error = gcry_mac_reset(m->handle);
    if (!error)
        error = gcry_mac_setiv(m->handle, iv, sizeof iv);
    return internal(error);
}

int smi_checkmac_update(struct smi_checkmac *m, const uint8_t *data, size_t size)
{
    return size ? internal(gcry_mac_write(m->handle, data, size)) : 0;
}

int smi_checkmac_final(struct smi_checkmac *m, uint8_t mac[16])
{
    size_t size = 16;
    return internal(gcry_mac_read(m->handle, mac, &size));
}

int smi_checkmac_once(struct smi_checkmac *m, uint64_t number, const uint8_t *data, size_t size,
                      uint8_t mac[16])
{
    int rc = smi_checkmac_begin(m, number);
    if (!rc)
        rc = smi_checkmac_update(m, data, size);
    return rc ? rc : smi_checkmac_final(m, mac);
}

void smi_checkmac_close(struct smi_checkmac *m)
{
    gcry_mac_close(m->handle);
    m->handle = NULL;
}
