/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hash functions through libgcrypt. Which of them may be trusted for what is policy, not said here.
 */
#include "crypto/hash.h"

#include "backend.h"

#include <string.h>

static const struct {
    const char *name;
    int gcry;
    uint8_t size;
} table[] = {
    [SMI_MD5] = {"MD5", GCRY_MD_MD5, 16},
    [SMI_SHA1] = {"SHA1", GCRY_MD_SHA1, 20},
    [SMI_RIPEMD160] = {"RIPEMD160", GCRY_MD_RMD160, 20},
    [SMI_SHA256] = {"SHA256", GCRY_MD_SHA256, 32},
    [SMI_SHA384] = {"SHA384", GCRY_MD_SHA384, 48},
    [SMI_SHA512] = {"SHA512", GCRY_MD_SHA512, 64},
    [SMI_SHA224] = {"SHA224", GCRY_MD_SHA224, 28},
    [SMI_SHA3_256] = {"SHA3-256", GCRY_MD_SHA3_256, 32},
    [SMI_SHA3_512] = {"SHA3-512", GCRY_MD_SHA3_512, 64},
};

static bool is_known(uint8_t algo)
{
    return algo < sizeof table / sizeof table[0] && table[algo].name;
}

size_t smi_hash_size(uint8_t algo)
{
    return is_known(algo) ? table[algo].size : 0;
}

const char *smi_hash_name(uint8_t algo)
{
    return is_known(algo) ? table[algo].name : "unknown";
}

int smi_hash_gcry(uint8_t algo)
{
    return is_known(algo) ? table[algo].gcry : 0;
}

int smi_hash_open(struct secmail_context *context, struct smi_hash *h, uint8_t algo)
{
    *h = (struct smi_hash){.algo = algo};
    int r = smi_crypto_init(context);
    if (r)
        return r;
    if (!is_known(algo))
        return smi_unsupported(context, "hash", algo);
    gcry_md_hd_t handle;
    const gcry_error_t error = gcry_md_open(&handle, table[algo].gcry, 0);
    if (error)
        return smi_gcry_fail(context, error, table[algo].name);
    h->handle = handle;
    return 0;
}

int smi_hash_copy(struct secmail_context *context, struct smi_hash *to, const struct smi_hash *from)
{
    *to = (struct smi_hash){.algo = from->algo};
    gcry_md_hd_t handle;
    const gcry_error_t error = gcry_md_copy(&handle, from->handle);
    if (error)
        return smi_gcry_fail(context, error, smi_hash_name(from->algo));
    to->handle = handle;
    return 0;
}

void smi_hash_update(struct smi_hash *h, const void *data, size_t size)
{
    if (size)
        gcry_md_write(h->handle, data, size);
}

void smi_hash_final(struct smi_hash *h, uint8_t *digest)
{
    memcpy(digest, gcry_md_read(h->handle, 0), table[h->algo].size);
}

void smi_hash_reset(struct smi_hash *h)
{
    gcry_md_reset(h->handle);
}

void smi_hash_close(struct smi_hash *h)
{
    gcry_md_close(h->handle);
    h->handle = NULL;
}

int smi_hash_once(struct secmail_context *context, uint8_t algo, const void *data, size_t size,
                  uint8_t *digest)
{
    int r = smi_crypto_init(context);
    if (r)
        return r;
    if (!is_known(algo))
        return smi_unsupported(context, "hash", algo);
    /* Not gcry_md_hash_buffer(), which ends the process when it runs out of memory. */
    const gcry_buffer_t input = {.data = (void *)(uintptr_t)data, .len = size};
    const gcry_error_t error = gcry_md_hash_buffers(table[algo].gcry, 0, digest, &input, 1);
    return error ? smi_gcry_fail(context, error, table[algo].name) : 0;
}
