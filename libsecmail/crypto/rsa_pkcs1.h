/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RSA with PKCS#1 v1.5 encodings (RFC 8017 sections 7.2 and 8.2) over plain numbers, through
 * nettle. rsa.h has keys in DER. */
#ifndef SMI_CRYPTO_RSA_PKCS1_H
#define SMI_CRYPTO_RSA_PKCS1_H

#include "crypto/number.h"

enum { SMI_RSA_NUMBER_MAX = 16384 / 8 };

/* A public key, and what a secret one has beside it: p is the smaller prime, u = 1/p mod q. */
struct smi_rsa_public_numbers {
    struct smi_number n, e;
};

struct smi_rsa_secret_numbers {
    struct smi_number d, p, q, u;
};

/* `hash` is an OpenPGP number. The signature may have lost leading zeros. */
bool smi_rsa_pkcs1_verify(const struct smi_rsa_public_numbers *key, uint8_t hash,
                          const uint8_t *digest, const struct smi_number *signature);

/* Do they belong together? Without that no private operation is safe (KOpenPGP). */
bool smi_rsa_check(const struct smi_rsa_public_numbers *key,
                   const struct smi_rsa_secret_numbers *secret);

/*
 * The private operations are blinded, free of memory accesses that depend on the key, and checked
 * for computing faults. `signature` and the results have as many bytes as n. 0, SECMAIL_E_RANDOM,
 * SECMAIL_E_INTERNAL (also for keys that were not checked, and for a key too short for the hash).
 */
int smi_rsa_pkcs1_sign(struct secmail_context *context, const struct smi_rsa_public_numbers *key,
                       const struct smi_rsa_secret_numbers *secret, uint8_t hash,
                       const uint8_t *digest, uint8_t *signature);

/* Encrypts at most n - 11 bytes; SECMAIL_E_INTERNAL for more. */
int smi_rsa_pkcs1_encrypt(struct secmail_context *context, const struct smi_rsa_public_numbers *key,
                          const uint8_t *data, size_t size, uint8_t *encrypted);

/*
 * Decrypts to at most *size bytes. Where the padding is wrong, the bytes of `data` stay as they
 * were, and so does *size: nothing here tells the two apart, and the caller must not either. Fill
 * `data` with random bytes before.
 */
int smi_rsa_pkcs1_decrypt(struct secmail_context *context, const struct smi_rsa_public_numbers *key,
                          const struct smi_rsa_secret_numbers *secret,
                          const struct smi_number *encrypted, uint8_t *data, size_t *size);

/* A new key with e = 65537: writes bits/8 bytes of n and d, bits/16 of p, q and u.
 * SECMAIL_E_RANDOM, SECMAIL_E_INTERNAL. */
int smi_rsa_numbers_generate(struct secmail_context *context, uint32_t bits, uint8_t *n, uint8_t *d,
                             uint8_t *p, uint8_t *q, uint8_t *u);

#endif
