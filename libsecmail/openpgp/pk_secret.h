/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Secret key material, for each algorithm (RFC 9580 section 5.5.5): its encoding in packets, the
 * check against the public key, signing, and making new keys. Decryption is in pk_agree.c and
 * pk_transport.c.
 *
 * Open secrets are kept in the form that is used: bytes in native order for Ed25519, X25519, Ed448
 * and X448, in whatever encoding the packet has; a scalar of the curve's size for ECDSA and ECDH;
 * the packet's own MPIs for RSA and ElGamal.
 */
#ifndef SMI_OPENPGP_PK_SECRET_H
#define SMI_OPENPGP_PK_SECRET_H

#include "core/secret.h"
#include "crypto/rsa_pkcs1.h"
#include "verify/public_key.h"

/* Can this build do anything with the secret? */
bool smi_pk_uses_secret(const struct smi_public_key *key);

/* Reads the material of a packet, all of `in`, to its kept form. False if it breaks the format. */
bool smi_pk_read_secret(const struct smi_public_key *key, struct smi_cursor in,
                        struct smi_buf *kept);

/* Writes the material of a packet. */
void smi_pk_write_secret(struct smi_buf *b, const struct smi_public_key *key, const uint8_t *kept,
                         size_t size);

/* Does the secret belong to the public key? */
bool smi_pk_is_pair(const struct smi_public_key *key, const uint8_t *kept, size_t size);

/* The hash that signatures by the key are made with. */
uint8_t smi_pk_signing_hash(const struct smi_public_key *key);

/* Signs a digest: appends the algorithm's fields (section 5.2.3). SECMAIL_E_RANDOM,
 * SECMAIL_E_NOMEM, SECMAIL_E_INTERNAL. */
int smi_pk_sign(struct secmail_context *context, const struct smi_public_key *key,
                const struct secmail_secret *secret, uint8_t hash, const uint8_t *digest,
                struct smi_buf *fields);

/* Which key to make. */
struct smi_pk_plan {
    uint8_t algo;
    uint8_t curve; /* enum smi_curve, of ECDSA and ECDH */
    uint16_t bits; /* of RSA */
};

/* Makes a key: the algorithm-specific part of its public packet is appended to `material`, its
 * secret is returned-owned in its kept form. SECMAIL_E_RANDOM, SECMAIL_E_NOMEM. */
int smi_pk_generate(struct secmail_context *context, const struct smi_pk_plan *plan,
                    struct smi_buf *material, struct secmail_secret **secret);

/* The numbers of an RSA secret; false if it isn't one. */
bool smi_pk_rsa_secret(const uint8_t *kept, size_t size, struct smi_rsa_secret_numbers *numbers);

/* The numbers of an RSA or ElGamal secret; false if it isn't `count` MPIs. */
bool smi_pk_secret_numbers(const uint8_t *kept, size_t size, struct smi_number *numbers,
                           size_t count);

#endif
