/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signature packets (RFC 9580 section 5.2): reading, hashing, checking, writing. Whether a correct
 * signature may be believed is decided in validity.c (over keys) and judge.c (over documents).
 */
#ifndef SMI_VERIFY_SIGNATURE_H
#define SMI_VERIFY_SIGNATURE_H

#include "codec/crlf.h"
#include "verify/public_key.h"

#include <secmail/verify.h>
#include <stdatomic.h>

enum smi_signature_type { /* section 5.2.1 */
                          SMI_SIG_BINARY = 0x00,
                          SMI_SIG_TEXT = 0x01,
                          SMI_SIG_CERT_GENERIC = 0x10,
                          SMI_SIG_CERT_PERSONA = 0x11,
                          SMI_SIG_CERT_CASUAL = 0x12,
                          SMI_SIG_CERT_POSITIVE = 0x13,
                          SMI_SIG_SUBKEY_BINDING = 0x18,
                          SMI_SIG_PRIMARY_BINDING = 0x19,
                          SMI_SIG_DIRECT_KEY = 0x1f,
                          SMI_SIG_KEY_REVOCATION = 0x20,
                          SMI_SIG_SUBKEY_REVOCATION = 0x28,
                          SMI_SIG_CERT_REVOCATION = 0x30,
};

enum smi_subpacket { /* section 5.2.3.7 */
                     SMI_SUB_CREATED = 2,
                     SMI_SUB_EXPIRES = 3,
                     SMI_SUB_EXPORTABLE = 4,
                     SMI_SUB_TRUST = 5,
                     SMI_SUB_REGEX = 6,
                     SMI_SUB_REVOCABLE = 7,
                     SMI_SUB_KEY_EXPIRES = 9,
                     SMI_SUB_PREFERRED_CIPHERS = 11,
                     SMI_SUB_REVOCATION_KEY = 12,
                     SMI_SUB_ISSUER = 16,
                     SMI_SUB_NOTATION = 20,
                     SMI_SUB_PREFERRED_HASHES = 21,
                     SMI_SUB_PREFERRED_COMPRESSION = 22,
                     SMI_SUB_KEY_SERVER_PREFERENCES = 23,
                     SMI_SUB_KEY_SERVER = 24,
                     SMI_SUB_PRIMARY_USER_ID = 25,
                     SMI_SUB_POLICY_URI = 26,
                     SMI_SUB_KEY_FLAGS = 27,
                     SMI_SUB_SIGNER_USER_ID = 28,
                     SMI_SUB_REVOCATION_REASON = 29,
                     SMI_SUB_FEATURES = 30,
                     SMI_SUB_TARGET = 31,
                     SMI_SUB_EMBEDDED = 32,
                     SMI_SUB_ISSUER_FINGERPRINT = 33,
                     SMI_SUB_INTENDED_RECIPIENT = 35,
                     SMI_SUB_PREFERRED_AEAD = 39,
                     SMI_SUB_CRITICAL = 0x80,
};

enum { SMI_FEATURE_SEIPDV1 = 0x01, SMI_FEATURE_SEIPDV2 = 0x08 }; /* section 5.2.3.32 */

enum { SMI_CHECK_UNKNOWN = 0, SMI_CHECK_GOOD = 1, SMI_CHECK_BAD = 2 };

/* What is known of a certificate's own signature does not change: it is worked out once, in
 * whatever thread comes first. */
struct smi_signature {
    const uint8_t *body; /* borrowed, whole packet body */
    size_t body_size;
    size_t hashed_end; /* the body up to here goes into the hash */
    uint8_t version, type, pk, hash;
    uint8_t problem; /* 0, or the enum secmail_reason for which it can't be accepted at all */
    uint8_t left[2]; /* of the digest */
    uint8_t salt_size;
    const uint8_t *salt;
    const uint8_t *hashed; /* subpackets */
    const uint8_t *unhashed;
    size_t hashed_size, unhashed_size;
    unsigned embedded_count, issuer_count; /* subpackets of that kind, in both areas */
    int64_t created;                       /* -1: none */
    uint32_t lifetime, key_lifetime;       /* 0: none */
    bool has_issuer_id, has_flags, has_features, has_reason, primary_user_id, has_recipients;
    bool has_critical_notation, has_revoker;
    bool has_regex; /* section 5.2.3.22: limits to whom trust is extended */
    bool local;     /* section 5.2.3.19: not for passing on */
    uint8_t flags, features, reason;
    uint8_t trust_depth, trust_amount; /* section 5.2.3.21 */
    uint8_t key_server_flags;          /* section 5.2.3.25 */
    uint8_t issuer_fp_size;
    const uint8_t *issuer_fp; /* NULL: none */
    uint8_t issuer_id[8];
    struct smi_cursor preferred_ciphers, preferred_aead, embedded; /* data NULL: none */
    struct smi_cursor preferred_hashes, preferred_compression, reason_text;
    struct smi_number fields[2]; /* the algorithm's; borrowed */
    uint32_t next_own; /* the next one of the component that may be its owner's, from 1; 0: none */
    atomic_uchar checked;      /* SMI_CHECK_..., for signatures inside a certificate */
    atomic_uchar back_checked; /* the same for the back-signature embedded in a subkey binding */
    atomic_uchar by_revoker;   /* SMI_CHECK_GOOD: a designated revoker made this revocation */
};

/*
 * Reads a signature of any kind; `sig` points into `body`. What can't be accepted (a version or
 * algorithm that isn't supported, broken fields, a critical subpacket that isn't known) is noted in
 * sig->problem: it is no error, because it must not harm the signatures beside it.
 */
SMI_SHARED void smi_signature_read(struct smi_signature *sig, const uint8_t *body, size_t size);

/* Has the signature expired by then (section 5.2.3.18)? */
static inline bool smi_signature_expired(const struct smi_signature *sig, int64_t time)
{
    return sig->lifetime && time >= sig->created + sig->lifetime;
}

static inline bool smi_is_revocation(uint8_t type)
{
    return type == SMI_SIG_KEY_REVOCATION || type == SMI_SIG_SUBKEY_REVOCATION ||
           type == SMI_SIG_CERT_REVOCATION;
}

/* Does the policy know all critical notations of the signature (section 5.2.3.24)? Without a policy
 * none is known. */
SMI_SHARED bool smi_signature_notations_known(const struct smi_signature *sig,
                                              const struct secmail_policy *policy);

/* The next subpacket of an area, its type with the critical bit; false at the end, or when the area
 * is broken (area->bad). */
SMI_SHARED bool smi_subpacket_next(struct smi_cursor *area, uint8_t *type, struct smi_cursor *in);

/* Was it made for this certificate? True if it names no intended recipients. */
SMI_SHARED bool smi_signature_is_for(const struct smi_signature *sig,
                                     const struct smi_public_key *recipient);

/* Does the signature name this key? Also true if it names none. A fingerprint counts more than key
 * IDs, if the signature protects it or names only one issuer; else each that it names may be it,
 * of which the first hundred or so are seen. */
SMI_SHARED bool smi_signature_may_be_by(const struct smi_signature *sig,
                                        const struct smi_public_key *key);

/* A running hash of signed data: canonicalises line ends for text (section 5.2.1.2). */
struct smi_signed_hash {
    struct smi_hash hash;
    bool text;
    struct smi_crlf line_ends;
    /* Version 5 only: format, name and date of the literal packet that the data is in. */
    uint16_t literal_size; /* 0: it is in none */
    uint8_t literal[1 + 1 + 255 + 4];
};

/* Begins the hash for a signature: its algorithm, and the salt of version 6. */
SMI_SHARED int smi_signed_hash_open(struct secmail_context *context, struct smi_signed_hash *h,
                                    uint8_t algo, bool text, const uint8_t *salt, size_t salt_size);
SMI_SHARED void smi_signed_hash_update(struct smi_signed_hash *h, const uint8_t *data, size_t size);
/* Tells the fields of the literal packet, for signatures that cover them. */
SMI_SHARED void smi_signed_hash_literal(struct smi_signed_hash *h, uint8_t format,
                                        const uint8_t *name, uint8_t name_size, uint32_t date);
/* The digest that a signature over the data has; uses the hash up. */
SMI_SHARED void smi_signed_hash_digest(struct smi_signed_hash *h, const struct smi_signature *sig,
                                       uint8_t *digest);
SMI_SHARED void smi_signed_hash_close(struct smi_signed_hash *h);

/* Is this the signature by the key over a digest that smi_signature_digest() completed? */
SMI_SHARED bool smi_signature_fits(const struct smi_signature *sig,
                                   const struct smi_public_key *key, const uint8_t *digest);

/* What a signature over a key and a second object (subkey, user ID) covers. */
struct smi_signed_object {
    const struct smi_public_key *primary;
    const struct smi_public_key *subkey; /* or NULL */
    const uint8_t *id;                   /* user ID or attribute, or NULL */
    size_t id_size;
    uint8_t id_marker; /* 0xb4 or 0xd1 */
};

/* Feeds it into the hash of a signature of this version. */
SMI_SHARED void smi_signed_object_hash(struct smi_hash *hash,
                                       const struct smi_signed_object *object, uint8_t version);

/* Checks a signature over keys. *good is set; the code tells only of failures to do so. */
SMI_SHARED int smi_signature_check_object(struct secmail_context *context,
                                          const struct smi_signature *sig,
                                          const struct smi_public_key *signer,
                                          const struct smi_signed_object *object, bool *good);

/* ------------------------------------------------------------------ writing */

/* Digest bytes of salt that a version 6 signature with this hash has (section 9.5). */
SMI_SHARED size_t smi_salt_size(uint8_t hash);

/* Subpackets for the hashed area. */
SMI_SHARED void smi_put_subpacket(struct smi_buf *b, uint8_t type, const void *data, size_t size);
SMI_SHARED void smi_put_subpacket_u32(struct smi_buf *b, uint8_t type, uint32_t value);
SMI_SHARED void smi_put_issuer(struct smi_buf *b, const struct smi_public_key *key);

/* The fixed beginning of a signature body, which is what is hashed. `hashed` is the area. */
SMI_SHARED void smi_signature_begin(struct smi_buf *body, uint8_t version, uint8_t type, uint8_t pk,
                                    uint8_t hash, const struct smi_buf *hashed);

/* Hashes the trailer of a body made by smi_signature_begin() and gives the digest. */
SMI_SHARED void smi_signature_digest(struct smi_hash *hash, uint8_t version, const uint8_t *body,
                                     size_t hashed_end, uint8_t *digest);

/* Appends unhashed area (the issuer's key ID for version 4), the digest's left bytes, and salt;
 * what follows are the algorithm's fields. */
SMI_SHARED void smi_signature_end(struct smi_buf *body, const struct smi_public_key *key,
                                  const uint8_t *digest, const uint8_t *salt, size_t salt_size);

#endif
