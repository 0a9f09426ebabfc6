/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of public-key algorithms (RFC 9580 sections 9.1 and 9.2, RFC 9980): how the fields of
 * each lie in packets, and what this build can do with it. A new algorithm is a row here, a case in
 * pk_verify.c and in openpgp/pk_secret.c, and its arithmetic in crypto/.
 */
#ifndef SMI_VERIFY_PK_ALGORITHM_H
#define SMI_VERIFY_PK_ALGORITHM_H

#include "core/bytes.h"
#include "crypto/ecc.h"

enum smi_pk_algo { /* RFC 9580 section 9.1, RFC 9980 */
                   SMI_PK_RSA = 1,
                   SMI_PK_RSA_ENCRYPT = 2,
                   SMI_PK_RSA_SIGN = 3,
                   SMI_PK_ELGAMAL = 16,
                   SMI_PK_DSA = 17,
                   SMI_PK_ECDH = 18,
                   SMI_PK_ECDSA = 19,
                   SMI_PK_ELGAMAL_SIGN = 20, /* "formerly Elgamal Encrypt or Sign" */
                   SMI_PK_EDDSA_LEGACY = 22,
                   SMI_PK_X25519 = 25,
                   SMI_PK_X448 = 26,
                   SMI_PK_ED25519 = 27,
                   SMI_PK_ED448 = 28,
                   SMI_PK_ML_DSA_65_ED25519 = 30,
                   SMI_PK_ML_DSA_87_ED448 = 31,
                   SMI_PK_SLH_DSA_SHAKE_128S = 32,
                   SMI_PK_SLH_DSA_SHAKE_128F = 33,
                   SMI_PK_SLH_DSA_SHAKE_256S = 34,
                   SMI_PK_ML_KEM_768_X25519 = 35,
                   SMI_PK_ML_KEM_1024_X448 = 36,
};

/* What this build can do with keys of an algorithm. DSA and ElGamal are for old data only: nothing
 * is made with them. */
enum smi_key_use {
    SMI_USE_NONE = 0,
    SMI_USE_SIGN = 1,
    SMI_USE_ENCRYPT = 2,
    SMI_USE_VERIFY = 4,
    SMI_USE_DECRYPT = 8,
};

/*
 * Fields as text, one letter each: 'm' an MPI (section 3.2), 'o' the OID of a curve, 'k' the
 * parameters of a key derivation (section 5.5.5.6), 'n' a fixed number of bytes in native order.
 */
struct smi_pk_algorithm {
    const char *name;
    uint8_t algo;
    uint8_t use;
    uint16_t bits; /* where it doesn't depend on the key; 0 */
    const char *public_fields, *secret_fields, *signature_fields;
    uint16_t public_size, secret_size, signature_size; /* of 'n' */
};

enum { SMI_PK_FIELDS_MAX = 4 }; /* MPIs of a public key, a secret key, a signature */

/* NULL for a number that stands for nothing known here. */
SMI_SHARED const struct smi_pk_algorithm *smi_pk_algorithm(uint8_t algo);

/* "Ed25519": for messages. */
SMI_SHARED const char *smi_pk_name(uint8_t algo);

/* The curves of ECDH, ECDSA and EdDSA. */
struct smi_pk_curve {
    const char *name;
    uint8_t curve; /* enum smi_curve; SMI_CURVE_NONE for those with native points of 32 bytes */
    uint16_t bits; /* of its field */
    uint8_t use;   /* which of the algorithms it goes with: enum smi_key_use */
    uint8_t kdf_hash, kdf_cipher; /* section 11.5.1: of new keys */
    uint8_t oid_size;
    uint8_t oid[10];
};

/* By its OID, and by its number (of those with one); NULL for a curve that this build lacks. */
SMI_SHARED const struct smi_pk_curve *smi_pk_curve(uint8_t algo, const struct smi_cursor *oid);
SMI_SHARED const struct smi_pk_curve *smi_pk_curve_for(uint8_t algo, uint8_t curve);

/* MPIs (section 3.2): big-endian with a bit count in front. The value's bytes, without leading
 * zeros if the writer followed the rules; bad cursors if there are fewer bytes than declared, or if
 * the packet has version 6 and the count isn't that of the value. */
SMI_SHARED struct smi_cursor smi_mpi_read(struct smi_cursor *in, uint8_t version);
SMI_SHARED void smi_mpi_write(struct smi_buf *b, const uint8_t *value, size_t size);
/* Right-aligns a value in a field of fixed size; false if it is too long. */
SMI_SHARED bool smi_mpi_fit(const struct smi_number *value, uint8_t *to, size_t size);

#endif
