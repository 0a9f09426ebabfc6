/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * RSA signatures (RFC 8017, RSASSA-PKCS1-v1_5), through nettle. Private keys are kept as PKCS#1
 * bytes in locked memory by whoever owns them, and become numbers only while they are used.
 */
#ifndef SMI_CRYPTO_RSA_H
#define SMI_CRYPTO_RSA_H

#include "core/bytes.h"
#include "core/context.h"

enum {
    SMI_RSA_MAX_BITS = 16384,
    SMI_RSA_MAX_SIZE = SMI_RSA_MAX_BITS / 8,
    SMI_RSA_MAX_EXPONENT_BITS = 64,
};

/* A public key: borrowed bytes, big-endian without leading zeros. */
struct smi_rsa_public {
    const uint8_t *n, *e;
    size_t n_size, e_size;
    uint32_t bits;
};

/*
 * Reads a SubjectPublicKeyInfo or an RSAPublicKey in DER; the key borrows from it. False for
 * anything else, and for numbers that are no RSA key or too large to work with: an even modulus or
 * exponent, an exponent of 1 or above 64 bits, a modulus above 16384 bits.
 */
bool smi_rsa_public_read(struct smi_rsa_public *key, const uint8_t *der, size_t size);

/* `hash` is SMI_SHA1 or SMI_SHA256; the signature must be as long as the modulus. */
bool smi_rsa_verify(const struct smi_rsa_public *key, uint8_t hash, const uint8_t *digest,
                    const uint8_t *sig, size_t sig_size);

/* Reads an RSAPrivateKey (PKCS#1) just to check it: false unless p * q = n and the rest is sound.
 * *bits is that of the modulus. */
bool smi_rsa_private_check(const uint8_t *der, size_t size, uint32_t *bits);

/* Appends the RSAPublicKey of an RSAPrivateKey that was checked. */
void smi_rsa_put_public(struct smi_buf *b, const uint8_t *der, size_t size);

/* Signs a SHA-256 digest with a checked key: appends as many bytes as the modulus has. Blinded,
 * with memory accesses that don't depend on the key. 0, SECMAIL_E_RANDOM, SECMAIL_E_INTERNAL;
 * recorded. */
int smi_rsa_sign_sha256(struct secmail_context *context, const uint8_t *der, size_t size,
                        const uint8_t digest[32], struct smi_buf *sig);

/* Makes a key with e = 65537: an RSAPrivateKey in protected memory, returned-owned. 0,
 * SECMAIL_E_RANDOM, SECMAIL_E_NOMEM, SECMAIL_E_INTERNAL; recorded. */
int smi_rsa_generate(struct secmail_context *context, uint32_t bits, struct secmail_secret **out);

#endif
