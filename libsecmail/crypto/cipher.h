/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Symmetric ciphers, by their OpenPGP numbers (RFC 9580 section 9.3): CFB, the AEAD modes, and AES
 * key wrap.
 */
#ifndef SMI_CRYPTO_CIPHER_H
#define SMI_CRYPTO_CIPHER_H

#include "core/context.h"

enum smi_cipher_algo {
    SMI_IDEA = 1,
    SMI_3DES = 2,
    SMI_CAST5 = 3,
    SMI_BLOWFISH = 4,
    SMI_AES128 = 7,
    SMI_AES192 = 8,
    SMI_AES256 = 9,
    SMI_TWOFISH = 10,
    SMI_CAMELLIA128 = 11,
    SMI_CAMELLIA192 = 12,
    SMI_CAMELLIA256 = 13,
    SMI_KEY_MAX_SIZE = 32,
    SMI_BLOCK_MAX_SIZE = 16,
};

/* RFC 9580 section 9.6 */
enum smi_aead_mode {
    SMI_EAX = 1,
    SMI_OCB = 2,
    SMI_GCM = 3,
    SMI_AEAD_TAG_SIZE = 16,
    SMI_AEAD_NONCE_MAX_SIZE = 16,
};

/* The only ciphers with which keys are wrapped. */
static inline bool smi_cipher_is_aes(uint8_t algo)
{
    return algo >= SMI_AES128 && algo <= SMI_AES256;
}

/* Bytes; 0 for a number that is not supported. */
size_t smi_cipher_key_size(uint8_t algo);
size_t smi_cipher_block_size(uint8_t algo);
/* "AES256"; "unknown" for others. */
const char *smi_cipher_name(uint8_t algo);
/* 16, 15, 12; 0 for a mode that is not supported. */
size_t smi_aead_nonce_size(uint8_t mode);
const char *smi_aead_name(uint8_t mode);

/* OpenPGP's CFB without resynchronisation: full-block CFB from a given IV. */
struct smi_cfb {
    void *handle;
};

/* `key` has smi_cipher_key_size() bytes; `iv` one block, or NULL for zeros. 0,
 * SECMAIL_E_UNSUPPORTED_ALGORITHM (also for the weak keys of old ciphers), SECMAIL_E_NOMEM,
 * SECMAIL_E_CRYPTO_INIT; recorded. On failure `c` is closed. */
int smi_cfb_open(struct secmail_context *context, struct smi_cfb *c, uint8_t algo,
                 const uint8_t *key, const uint8_t *iv);
/* Any number of bytes a call; `to` may be `from`, and must not overlap it otherwise. 0, or
 * SECMAIL_E_INTERNAL for a failure that valid arguments can't cause: not recorded, output wiped. */
int smi_cfb_encrypt(struct smi_cfb *c, uint8_t *to, const uint8_t *from, size_t size)
    __attribute__((warn_unused_result));
int smi_cfb_decrypt(struct smi_cfb *c, uint8_t *to, const uint8_t *from, size_t size)
    __attribute__((warn_unused_result));
void smi_cfb_close(struct smi_cfb *c);

/* AEAD with a 16-byte tag behind the ciphertext. The key is set up once. */
struct smi_aead {
    void *handle;
    uint8_t mode;
};

/* As smi_cfb_open(). Only 128-bit block ciphers have AEAD modes. */
int smi_aead_open(struct secmail_context *context, struct smi_aead *a, uint8_t algo, uint8_t mode,
                  const uint8_t *key);
/* Writes size + 16 bytes. `nonce` has smi_aead_nonce_size() bytes. `to` may be `from`. Returns as
 * smi_cfb_encrypt(). */
int smi_aead_encrypt(struct smi_aead *a, const uint8_t *nonce, const uint8_t *ad, size_t ad_size,
                     uint8_t *to, const uint8_t *from, size_t size)
    __attribute__((warn_unused_result));
/*
 * Reads size + 16 bytes at `from` and writes `size`. False if the tag does not match: what was
 * written is wiped then. `to` may be `from`.
 */
bool smi_aead_decrypt(struct smi_aead *a, const uint8_t *nonce, const uint8_t *ad, size_t ad_size,
                      uint8_t *to, const uint8_t *from, size_t size)
    __attribute__((warn_unused_result));
void smi_aead_close(struct smi_aead *a);

/* AES key wrap (RFC 3394); `kek_size` selects the AES. `size` is a multiple of 8, at least 16;
 * wrapping writes size + 8 bytes, which must not overlap `from`. 0, SECMAIL_E_ARGUMENT (size), or
 * as smi_cfb_open(); recorded. */
int smi_key_wrap(struct secmail_context *context, const uint8_t *kek, size_t kek_size, uint8_t *to,
                 const uint8_t *from, size_t size);
/* Reads `size` and writes size - 8 bytes, which must not overlap `from`. *ok tells whether the
 * integrity check held: false also for a size that no wrapped key has (not a multiple of 8, below
 * 24). What was written is wiped then. A code is returned for failures of another kind only. */
int smi_key_unwrap(struct secmail_context *context, const uint8_t *kek, size_t kek_size,
                   uint8_t *to, const uint8_t *from, size_t size, bool *ok);

/*
 * Keyed check values of 16 bytes for the blocks of a stream, fast (GMAC-AES256): they compare two
 * readings of the same data. A number must not repeat under a key for different data, and the
 * values must stay inside the process.
 */
struct smi_checkmac {
    void *handle;
};

/* As smi_cfb_open(). */
int smi_checkmac_open(struct secmail_context *context, struct smi_checkmac *m,
                      const uint8_t key[32]);
/* A block is begun with its number, updated in any pieces, and closed with its value. Each returns
 * as smi_cfb_encrypt(). */
int smi_checkmac_begin(struct smi_checkmac *m, uint64_t number) __attribute__((warn_unused_result));
int smi_checkmac_update(struct smi_checkmac *m, const uint8_t *data, size_t size)
    __attribute__((warn_unused_result));
int smi_checkmac_final(struct smi_checkmac *m, uint8_t mac[16]) __attribute__((warn_unused_result));
/* All three for one block. */
int smi_checkmac_once(struct smi_checkmac *m, uint64_t number, const uint8_t *data, size_t size,
                      uint8_t mac[16]) __attribute__((warn_unused_result));
void smi_checkmac_close(struct smi_checkmac *m);

#endif
