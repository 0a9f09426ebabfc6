/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Public key and public subkey packets (RFC 9580 sections 5.5.1 and 5.5.2). */
#ifndef SMI_VERIFY_PUBLIC_KEY_H
#define SMI_VERIFY_PUBLIC_KEY_H

#include "core/bytes.h"
#include "core/context.h"
#include "crypto/hash.h"

enum smi_pk_algo { /* RFC 9580 section 9.1, RFC 9980 */
                   SMI_PK_RSA = 1,
                   SMI_PK_RSA_ENCRYPT = 2,
                   SMI_PK_RSA_SIGN = 3,
                   SMI_PK_ELGAMAL = 16,
                   SMI_PK_DSA = 17,
                   SMI_PK_ECDH = 18,
                   SMI_PK_ECDSA = 19,
                   SMI_PK_EDDSA_LEGACY = 22,
                   SMI_PK_X25519 = 25,
                   SMI_PK_X448 = 26,
                   SMI_PK_ED25519 = 27,
                   SMI_PK_ED448 = 28,
};

/* What this build can do with the key. */
enum smi_key_use {
    SMI_USE_NONE = 0,
    SMI_USE_SIGN = 1,    /* Ed25519, in either encoding */
    SMI_USE_ENCRYPT = 2, /* X25519, in either encoding */
};

struct smi_public_key {
    uint8_t version; /* 4 or 6; another number is kept as it is and of no use */
    uint8_t algo;
    uint8_t use; /* enum smi_key_use */
    uint8_t fp_size;
    uint32_t created;
    uint8_t fp[32];
    uint8_t key_id[8];
    char hex[65];                 /* the fingerprint as text */
    uint8_t point[32];            /* native Ed25519 or X25519 public key, if use is not 0 */
    uint8_t kdf_hash, kdf_cipher; /* ECDH only */
    const uint8_t *body;          /* borrowed: the public part of the packet */
    size_t body_size;
};

/* "Ed25519": for messages. */
SMI_SHARED const char *smi_pk_name(uint8_t algo);

/*
 * Reads the public part of a key packet, which for secret key packets ends before the secret part:
 * `body` is left there. 0; SECMAIL_E_MALFORMED, SECMAIL_E_UNSUPPORTED_VERSION, and
 * SECMAIL_E_UNSUPPORTED_ALGORITHM if the end of the public part of a version 4 secret key can't be
 * found. `key` points into the body's bytes.
 */
SMI_SHARED int smi_public_key_read(struct secmail_context *context, struct smi_public_key *key,
                                   struct smi_cursor *body, bool is_secret);

/* Feeds a key into a signature's hash: marker, length, body. Section 5.2.4: the form is that of the
 * signature's version, also where that isn't the key's. */
SMI_SHARED void smi_public_key_hash(struct smi_hash *hash, const struct smi_public_key *key,
                                    uint8_t version);

/* Body of the packet for a new key on Curve25519: native encoding for version 6, legacy MPI
 * encoding for version 4. `algo` is one of EDDSA_LEGACY, ECDH, ED25519, X25519. */
SMI_SHARED void smi_public_key_write(struct smi_buf *b, uint8_t version, uint8_t algo,
                                     uint32_t created, const uint8_t point[32]);

/* Computes fingerprint and key ID of key->body. */
SMI_SHARED int smi_public_key_name(struct secmail_context *context, struct smi_public_key *key);

/* MPIs (section 3.2): big-endian with a bit count in front. The value's bytes, without leading
 * zeros if the writer followed the rules; bad cursor if there are fewer bytes than declared. */
SMI_SHARED struct smi_cursor smi_mpi_read(struct smi_cursor *in);
SMI_SHARED void smi_mpi_write(struct smi_buf *b, const uint8_t *value, size_t size);
/* Right-aligns an MPI's value in a field of fixed size; false if it is too long. */
SMI_SHARED bool smi_mpi_fit(const struct smi_cursor *mpi, uint8_t *to, size_t size);

#endif
