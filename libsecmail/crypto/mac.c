/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HMAC through libgcrypt's keyed hashes, and HKDF on top of it (libgcrypt 1.10 has none). */
#include "crypto/mac.h"

#include "backend.h"

#include <string.h>

int smi_hmac_open(struct secmail_context *context, struct smi_hmac *h, uint8_t algo,
                  const uint8_t *key, size_t key_size)
{
    *h = (struct smi_hmac){.algo = algo};
    int r = smi_crypto_init(context);
    if (r)
        return r;
    const int gcry = smi_hash_gcry(algo);
    if (!gcry)
        return smi_unsupported(context, "hash", algo);
    gcry_md_hd_t handle;
    gcry_error_t error = gcry_md_open(&handle, gcry, GCRY_MD_FLAG_HMAC);
    if (error)
        return smi_gcry_fail(context, error, smi_hash_name(algo));
    error = gcry_md_setkey(handle, key_size ? key : (const uint8_t *)"", key_size);
    if (error) {
        gcry_md_close(handle);
        return smi_gcry_fail(context, error, "HMAC key");
    }
    h->handle = handle;
    return 0;
}

/* Writes the MAC of all updates so far; the reset goes back to the state with the key set up. */
static void finish(struct smi_hmac *h, uint8_t *mac)
{
    memcpy(mac, gcry_md_read(h->handle, 0), smi_hash_size(h->algo));
    gcry_md_reset(h->handle);
}

void smi_hmac_once(struct smi_hmac *h, const void *data, size_t size, uint8_t *mac)
{
    if (size)
        gcry_md_write(h->handle, data, size);
    finish(h, mac);
}

void smi_hmac_close(struct smi_hmac *h)
{
    gcry_md_close(h->handle);
    h->handle = NULL;
}

/* RFC 5869 section 2.2: PRK = HMAC-Hash(salt, IKM). "If not provided, [salt] is set to a string of
 * HashLen zeros", which as an HMAC key equals the empty one. */
static int hkdf_extract(struct secmail_context *context, uint8_t algo, const uint8_t *key,
                        size_t key_size, const uint8_t *salt, size_t salt_size, uint8_t *prk)
{
    struct smi_hmac h;
    int r = smi_hmac_open(context, &h, algo, salt, salt_size);
    if (r)
        return r;
    smi_hmac_once(&h, key, key_size, prk);
    smi_hmac_close(&h);
    return 0;
}

/* RFC 5869 section 2.3: T(n) = HMAC-Hash(PRK, T(n-1) | info | n). */
static void hkdf_expand(struct smi_hmac *h, const uint8_t *info, size_t info_size, uint8_t *out,
                        size_t size)
{
    const size_t hash_size = smi_hash_size(h->algo);
    uint8_t t[SMI_HASH_MAX_SIZE];
    for (uint8_t n = 1; size; n++) {
        if (n > 1)
            gcry_md_write(h->handle, t, hash_size);
        if (info_size)
            gcry_md_write(h->handle, info, info_size);
        gcry_md_write(h->handle, &n, 1);
        finish(h, t);
        const size_t part = size < hash_size ? size : hash_size;
        memcpy(out, t, part);
        out += part;
        size -= part;
    }
    smi_wipe(t, sizeof t);
}

int smi_hkdf(struct secmail_context *context, uint8_t algo, const uint8_t *key, size_t key_size,
             const uint8_t *salt, size_t salt_size, const uint8_t *info, size_t info_size,
             uint8_t *out, size_t size)
{
    uint8_t prk[SMI_HASH_MAX_SIZE];
    struct smi_hmac h;
    const size_t hash_size = smi_hash_size(algo);
    if (hash_size && size > 255 * hash_size)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "HKDF-%s gives at most %zu bytes",
                        smi_hash_name(algo), 255 * hash_size);
    int r = hkdf_extract(context, algo, key, key_size, salt, salt_size, prk);
    if (r)
        return r;
    r = smi_hmac_open(context, &h, algo, prk, hash_size);
    smi_wipe(prk, sizeof prk);
    if (r)
        return r;
    hkdf_expand(&h, info, info_size, out, size);
    smi_hmac_close(&h);
    return 0;
}
