/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Public key and public subkey packets (RFC 9580 sections 5.5.1 and 5.5.2). */
#ifndef SMI_VERIFY_PUBLIC_KEY_H
#define SMI_VERIFY_PUBLIC_KEY_H

#include "crypto/hash.h"
#include "verify/pk_algorithm.h"

struct smi_public_key {
    uint8_t version; /* 4 or 6; another number is kept as it is and of no use */
    uint8_t algo;
    uint8_t use;                  /* enum smi_key_use: what this build can do with the key */
    uint8_t curve;                /* enum smi_curve */
    uint16_t bits;                /* of the modulus, or of the curve's field */
    uint8_t kdf_hash, kdf_cipher; /* ECDH only */
    uint8_t fp_size;
    uint32_t created;
    uint8_t fp[32];
    uint8_t key_id[8];
    char hex[65]; /* the fingerprint as text */
    /* Borrowed from the body: the MPIs of RSA, DSA, ElGamal; [0] alone is the point of a curve,
     * native ones without what prefixes them in MPIs. Set if use isn't 0. */
    struct smi_number field[SMI_PK_FIELDS_MAX];
    const uint8_t *body; /* borrowed: the public part of the packet */
    size_t body_size;
};

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

/* Computes fingerprint and key ID of key->body. */
SMI_SHARED int smi_public_key_name(struct secmail_context *context, struct smi_public_key *key);

/* "RSA with 2048 bits", "ECDSA on NIST P-256": for messages. */
enum { SMI_PK_TEXT = 48 };
SMI_SHARED const char *smi_public_key_text(const struct smi_public_key *key,
                                           char text[SMI_PK_TEXT]);

#endif
