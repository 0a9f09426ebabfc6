/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Password to key. libgcrypt's own iterated S2K takes twice the time of hashing a long run of
 * repeated salt and password, so that one is done here; Argon2 is libgcrypt's. */
#include "crypto/s2k.h"

#include "backend.h"
#include "core/secret.h"
#include "crypto/hash.h"

#include <string.h>

enum {
    SALT_SIZE = 8,
    ARGON2_SALT_SIZE = 16,
    ARGON2_MEMORY_MAX = 31,
    KEY_SIZE_MAX = 64,
    PATTERN_SIZE = 4096, /* fits the locked arena; a longer one is not faster */
};

uint32_t smi_s2k_octets(uint8_t count)
{
    return (uint32_t)(16 + (count & 15)) << ((count >> 4) + 6);
}

/* What is hashed: `total` bytes of salt and password, repeated; `pattern` holds whole copies. */
struct repeated {
    struct secmail_secret *pattern;
    size_t total;
};

static int repeat(struct secmail_context *context, struct repeated *out, const uint8_t *salt,
                  size_t salt_size, const uint8_t *password, size_t password_size, size_t total)
{
    if (password_size > SIZE_MAX - PATTERN_SIZE)
        return smi_nomem(context);
    const size_t unit = salt_size + password_size;
    const size_t copies = unit && total > unit && unit < PATTERN_SIZE ? PATTERN_SIZE / unit : 1;
    /* RFC 9580 section 3.7.1.3: "If the octet count is less than the size of the salt plus
     * passphrase, the full salt plus passphrase will be hashed". */
    out->total = total > unit ? total : unit;
    out->pattern = smi_secret_new(context, unit * copies);
    if (!out->pattern)
        return smi_nomem(context);
    uint8_t *p = smi_secret_fill(out->pattern);
    for (size_t i = 0; i < copies; i++, p += unit) {
        if (salt_size)
            memcpy(p, salt, salt_size);
        if (password_size)
            memcpy(p + salt_size, password, password_size);
    }
    return 0;
}

static void hash_repeated(struct smi_hash *h, const struct repeated *in)
{
    const size_t piece = secmail_secret_size(in->pattern);
    size_t left = in->total;
    for (; left > piece; left -= piece)
        smi_hash_update(h, secmail_secret_data(in->pattern), piece);
    smi_hash_update(h, secmail_secret_data(in->pattern), left);
}

/* RFC 9580 section 3.7.1.1: a key longer than the digest comes from several hash contexts, the
 * second preloaded with one octet of zeros, the third with two, and so on. */
static void hash_to_key(struct smi_hash *h, const struct repeated *in, uint8_t *key, size_t size)
{
    static const uint8_t zeros[KEY_SIZE_MAX];
    const size_t hash_size = smi_hash_size(h->algo);
    uint8_t digest[SMI_HASH_MAX_SIZE];
    for (size_t done = 0, preload = 0; done < size; done += hash_size, preload++) {
        smi_hash_reset(h);
        smi_hash_update(h, zeros, preload);
        hash_repeated(h, in);
        smi_hash_final(h, digest);
        memcpy(key + done, digest, size - done < hash_size ? size - done : hash_size);
    }
    smi_wipe(digest, sizeof digest);
}

static int derive_hashed(struct secmail_context *context, const struct smi_s2k *s2k,
                         const uint8_t *password, size_t password_size, uint8_t *key, size_t size)
{
    struct smi_hash h;
    struct repeated in = {NULL, 0};
    int r = smi_hash_open(context, &h, s2k->hash);
    if (r)
        return r;
    r = repeat(context, &in, s2k->salt, s2k->type == SMI_S2K_SIMPLE ? 0 : SALT_SIZE, password,
               password_size, s2k->type == SMI_S2K_ITERATED ? smi_s2k_octets(s2k->count) : 0);
    if (!r) {
        hash_to_key(&h, &in, key, size);
        secmail_secret_free(in.pattern);
    }
    smi_hash_close(&h);
    return r;
}

/* Before anything is allocated: the parameters come from the sender of the message. */
static int check_argon2(struct secmail_context *context, const struct smi_s2k *s2k)
{
    if (!s2k->passes || !s2k->lanes || s2k->memory > ARGON2_MEMORY_MAX ||
        (uint64_t)1 << s2k->memory < 8 * (uint64_t)s2k->lanes)
        return smi_fail(context, SECMAIL_E_MALFORMED,
                        "Argon2 with %u passes, %u lanes and 2^%u KiB is outside of RFC 9106",
                        s2k->passes, s2k->lanes, s2k->memory);
    const uint64_t kib = (uint64_t)1 << s2k->memory;
    if (kib > smi_limit(context, SECMAIL_LIMIT_ARGON2_MEMORY_KIB))
        return smi_over_limit(context, SECMAIL_LIMIT_ARGON2_MEMORY_KIB);
    if (kib * s2k->passes > smi_limit(context, SECMAIL_LIMIT_ARGON2_WORK))
        return smi_over_limit(context, SECMAIL_LIMIT_ARGON2_WORK);
    return 0;
}

static int derive_argon2(struct secmail_context *context, const struct smi_s2k *s2k,
                         const uint8_t *password, size_t password_size, uint8_t *key, size_t size)
{
    int r = check_argon2(context, s2k);
    if (!r)
        r = smi_crypto_init(context);
    if (r)
        return r;
    if (!password_size)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "libgcrypt's Argon2 takes no empty password");
    const unsigned long params[] = {size, s2k->passes, 1UL << s2k->memory, s2k->lanes};
    gcry_kdf_hd_t kdf;
    gcry_error_t error = gcry_kdf_open(&kdf, GCRY_KDF_ARGON2, GCRY_KDF_ARGON2ID, params, 4,
                                       password, password_size, s2k->salt, ARGON2_SALT_SIZE, NULL,
                                       0, NULL, 0);
    if (error)
        return smi_gcry_fail(context, error, "Argon2id");
    error = gcry_kdf_compute(kdf, NULL);
    if (!error)
        error = gcry_kdf_final(kdf, size, key);
    gcry_kdf_close(kdf);
    if (!error)
        return 0;
    smi_wipe(key, size);
    return smi_gcry_fail(context, error, "Argon2id");
}

int smi_s2k_derive(struct secmail_context *context, const struct smi_s2k *s2k,
                   const uint8_t *password, size_t password_size, uint8_t *key, size_t size)
{
    if (!size || size > KEY_SIZE_MAX)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "an S2K gives 1 to %d bytes, not %zu",
                        KEY_SIZE_MAX, size);
    switch (s2k->type) {
    case SMI_S2K_SIMPLE:
    case SMI_S2K_SALTED:
    case SMI_S2K_ITERATED:
        return derive_hashed(context, s2k, password, password_size, key, size);
    case SMI_S2K_ARGON2:
        return derive_argon2(context, s2k, password, password_size, key, size);
    default:
        return smi_unsupported(context, "S2K", s2k->type);
    }
}
