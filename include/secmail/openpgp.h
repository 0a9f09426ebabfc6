/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file secmail/openpgp.h
 * OpenPGP with secret keys: generate, encrypt, decrypt, sign (RFC 9580).
 *
 * To encrypt: make an operation (secmail_encrypt_new()), add recipients, passwords and signers, and
 * move the data through secmail_encrypt_update(), or secmail_encrypt_bytes() for what is in memory.
 * Decryption has the same shape. **No byte of plaintext leaves before it is authenticated**: for
 * SEIPDv2 each chunk, for SEIPDv1 the whole message (RFC 9580 section 5.13); after an error in the
 * middle, what came before is authentic but incomplete, and must be thrown away.
 *
 * Keys are immutable and reference-counted, and shared between threads like certificates; locking
 * and unlocking make new keys. Secret material lives in locked memory (struct secmail_secret).
 * Threads, errors and units as in <secmail/core.h> and <secmail/verify.h>.
 */
#ifndef SECMAIL_OPENPGP_H
#define SECMAIL_OPENPGP_H

#include <secmail/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------ */
/* Keys (RFC 9580 sections 5.5.3 and 10.2)                                                      */

/** A transferable secret key: a certificate with the secret part of its keys. */
struct secmail_key;

/**
 * Reads exactly one secret key, armored or binary. What stands there twice is read as one, as in
 * secmail_cert_parse(); of a key with and without its secret part, the former.
 *
 * @param[out] out  returned-owned; secmail_key_unref()
 * @param data, size  copied
 * @return 0; SECMAIL_E_NO_DATA, SECMAIL_E_NOT_A_KEY (a certificate or other OpenPGP data, or more
 *   than one key), SECMAIL_E_KEY_TAMPERED (the secret part doesn't belong to the public part, for
 *   keys that aren't locked), SECMAIL_E_UNSUPPORTED_ALGORITHM (a version 4 key of an algorithm
 * whose public part has no known end), and the errors of secmail_cert_parse(), of subkeys too.
 * @since 0.1
 */
SECMAIL_API int secmail_key_parse(struct secmail_context *context, struct secmail_key **out,
                                  const uint8_t *data, size_t size);

/**
 * Writes a secret key in the state (locked or not) that it is in.
 *
 * @param[out] out  returned-owned; secmail_bytes_free() wipes it
 * @since 0.1
 */
SECMAIL_API int secmail_key_export(struct secmail_context *context, const struct secmail_key *key,
                                   int armored, struct secmail_bytes **out);

/** Takes one more reference; returns its argument. Any thread. @since 0.1 */
SECMAIL_API struct secmail_key *secmail_key_ref(struct secmail_key *key);

/** Gives a reference back; the last one wipes the secrets. NULL is allowed. Any thread. @since 0.1
 */
SECMAIL_API void secmail_key_unref(struct secmail_key *key);

/** The key's certificate; borrowed (take a reference to keep it); NULL for NULL. @since 0.1 */
SECMAIL_API struct secmail_cert *secmail_key_cert(const struct secmail_key *key);

/**
 * 1 if a secret part is locked with a password, else 0. A part that says that its secret is
 * elsewhere (on a token, or kept offline: GnuPG's S2K type 101, S2K usage 252 of
 * draft-dkg-openpgp-external-secrets), or that is a public key packet among the secret ones (RFC
 * 9580 section 10.2), is not locked: it stays as it is, and what needs it fails with
 * SECMAIL_E_SECRET_ABSENT. @since 0.1
 */
SECMAIL_API int secmail_key_is_locked(const struct secmail_key *key);

/**
 * Opens a locked key. A key that isn't locked gives a reference to itself.
 *
 * @param key  borrowed, unchanged
 * @param password  borrowed; its bytes are used as they are (UTF-8 by convention). An empty one is
 *   always wrong: no empty password protects anything here (secmail_key_lock()).
 * @param[out] out  returned-owned; secmail_key_unref()
 * @return 0; SECMAIL_E_WRONG_PASSWORD, SECMAIL_E_KEY_TAMPERED, SECMAIL_E_UNSUPPORTED_ALGORITHM,
 *   SECMAIL_E_MALFORMED (what the password opens, or should, is no secret key),
 *   SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB, SECMAIL_E_LIMIT_ARGON2_WORK.
 * @since 0.1
 */
SECMAIL_API int secmail_key_unlock(struct secmail_context *context, struct secmail_key *key,
                                   const struct secmail_secret *password, struct secmail_key **out);

/**
 * Locks a key with a password: AEAD-OCB with Argon2id for version 6 keys, AES-256-CFB with SHA-1
 * check and iterated S2K for version 4 (which is what other programs read); RFC 9580 section 3.7.2.
 * All parts share one salt, so that opening them costs one derivation.
 *
 * @param key  borrowed, unchanged; must not be locked
 * @param password  borrowed; not empty (SECMAIL_E_ARGUMENT, here and wherever something is to be
 *   protected by a password)
 * @param[out] out  returned-owned; secmail_key_unref()
 * @return 0; SECMAIL_E_KEY_LOCKED, SECMAIL_E_RANDOM, SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB and
 *   SECMAIL_E_LIMIT_ARGON2_WORK (limits below what this library uses itself).
 * @since 0.1
 */
SECMAIL_API int secmail_key_lock(struct secmail_context *context, struct secmail_key *key,
                                 const struct secmail_secret *password, struct secmail_key **out);

/**
 * Changes, sets or takes away the password of a key, in whatever state its parts are. Each locked
 * part is opened with the first of the old passwords that fits; then all parts are locked with the
 * new one as by secmail_key_lock(), or left open.
 *
 * @param key  borrowed, unchanged
 * @param old, old_count  borrowed passwords; may be NULL and 0
 * @param password  borrowed; NULL for a key without password
 * @param[out] out  returned-owned; secmail_key_unref()
 * @return 0; SECMAIL_E_KEY_LOCKED (no old password was given), SECMAIL_E_WRONG_PASSWORD (none
 *   fits), and the errors of secmail_key_unlock() and secmail_key_lock().
 * @since 0.1
 */
SECMAIL_API int secmail_key_change_password(struct secmail_context *context,
                                            struct secmail_key *key,
                                            const struct secmail_secret *const *old,
                                            size_t old_count, const struct secmail_secret *password,
                                            struct secmail_key **out);

/**
 * Merges what others know of a key into it: certifications, revocations, user IDs from a copy of
 * its certificate. A subkey whose secret isn't in the key is kept with a mark that says so
 * (secmail_key_is_locked()).
 *
 * @param key, cert  borrowed, unchanged
 * @param[out] out  returned-owned; secmail_key_unref()
 * @return 0; the errors of secmail_cert_merge().
 * @since 0.1
 */
SECMAIL_API int secmail_key_merge(struct secmail_context *context, struct secmail_key *key,
                                  const struct secmail_cert *cert, struct secmail_key **out);

/** An ordered list of secret keys from one file. Immutable, reference-counted. */
struct secmail_key_ring;

/**
 * Reads any number of secret keys; as secmail_ring_parse(): one that can't be read is left out and
 * counted. Certificates among them are an error.
 *
 * @return 0; SECMAIL_E_NOT_A_KEY and the errors of secmail_ring_parse().
 * @since 0.1
 */
SECMAIL_API int secmail_key_ring_parse(struct secmail_context *context,
                                       struct secmail_key_ring **out, const uint8_t *data,
                                       size_t size);

/** Number of keys. @since 0.1 */
SECMAIL_API size_t secmail_key_ring_count(const struct secmail_key_ring *ring);

/** How many secret keys could not be read. @since 0.1 */
SECMAIL_API size_t secmail_key_ring_skipped(const struct secmail_key_ring *ring);

/** A key; borrowed; NULL past the end. @since 0.1 */
SECMAIL_API struct secmail_key *secmail_key_ring_key(const struct secmail_key_ring *ring,
                                                     size_t index);

/** Takes one more reference; returns its argument. @since 0.1 */
SECMAIL_API struct secmail_key_ring *secmail_key_ring_ref(struct secmail_key_ring *ring);

/** Gives a reference back; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_key_ring_unref(struct secmail_key_ring *ring);

/* ------------------------------------------------------------------------------------------ */
/* Generating keys                                                                              */

/** Which generation of the standard a new key is made for. */
enum secmail_profile {
    SECMAIL_PROFILE_RFC9580 = 1, /**< version 6; announces SEIPDv2 */
    SECMAIL_PROFILE_RFC4880 = 2, /**< version 4, in the encodings that GnuPG reads */
};

/** What the parts of a new key are. Any reader of the profile can use Curve25519. */
enum secmail_key_algorithm {
    SECMAIL_KEY_CURVE25519 = 1,       /**< Ed25519 and X25519; in version 4 their older encodings */
    SECMAIL_KEY_CURVE448 = 2,         /**< Ed448 and X448; not in SECMAIL_PROFILE_RFC4880 */
    SECMAIL_KEY_RSA2048 = 3,          /**< RSA: slow, and the policies of some end with 2030 */
    SECMAIL_KEY_RSA3072 = 4,          /**< RSA, for software that knows nothing else */
    SECMAIL_KEY_RSA4096 = 5,          /**< RSA */
    SECMAIL_KEY_NISTP256 = 6,         /**< ECDSA and ECDH on NIST P-256 */
    SECMAIL_KEY_NISTP384 = 7,         /**< ECDSA and ECDH on NIST P-384 */
    SECMAIL_KEY_NISTP521 = 8,         /**< ECDSA and ECDH on NIST P-521 */
    SECMAIL_KEY_BRAINPOOLP256R1 = 9,  /**< ECDSA and ECDH on Brainpool P256r1 */
    SECMAIL_KEY_BRAINPOOLP384R1 = 10, /**< ECDSA and ECDH on Brainpool P384r1 */
    SECMAIL_KEY_BRAINPOOLP512R1 = 11, /**< ECDSA and ECDH on Brainpool P512r1 */
};

/** The plan of a new key. One thread at a time. */
struct secmail_generator;

/**
 * Makes a plan: profile SECMAIL_PROFILE_RFC9580 on Curve25519, no user ID, no password, valid for
 * three years from the context's current time, a primary key that certifies, a subkey that signs
 * and a subkey that encrypts.
 *
 * @param context  must outlive the plan
 * @param[out] out  returned-owned; secmail_generator_free()
 * @return 0; SECMAIL_E_CRYPTO_INIT.
 * @since 0.1
 */
SECMAIL_API int secmail_generator_new(struct secmail_context *context,
                                      struct secmail_generator **out);

/** Frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_generator_free(struct secmail_generator *generator);

/** Sets the profile, an enum secmail_profile. @since 0.1 */
SECMAIL_API int secmail_generator_set_profile(struct secmail_generator *generator,
                                              uint32_t profile);

/**
 * Sets the algorithm of all parts, an enum secmail_key_algorithm (RFC 9580 sections 9.1 and 9.2).
 *
 * @return 0; SECMAIL_E_ARGUMENT (there is no such algorithm).
 * @since 0.1
 */
SECMAIL_API int secmail_generator_set_algorithm(struct secmail_generator *generator,
                                                uint32_t algorithm);

/**
 * Adds a user ID, by convention "Name <address>". The first one becomes the primary user ID.
 *
 * @param user_id  UTF-8 without control characters, NUL-terminated, at most 4096 bytes; copied
 * @return 0; SECMAIL_E_EXPECTED_TEXT, SECMAIL_E_ARGUMENT (too long).
 * @since 0.1
 */
SECMAIL_API int secmail_generator_add_user_id(struct secmail_generator *generator,
                                              const char *user_id);

/** Sets the lifetime in seconds from creation; 0 for a key that never expires. At most 2^32 - 1.
 * @since 0.1 */
SECMAIL_API int secmail_generator_set_lifetime(struct secmail_generator *generator,
                                               uint64_t seconds);

/** Leaves the encryption subkey out when `signing_only` is not 0. @since 0.1 */
SECMAIL_API int secmail_generator_set_signing_only(struct secmail_generator *generator,
                                                   int signing_only);

/** Locks the new key with a password, as secmail_key_lock(). Copied; NULL for none, but not empty.
 * @since 0.1 */
SECMAIL_API int secmail_generator_set_password(struct secmail_generator *generator,
                                               const struct secmail_secret *password);

/**
 * Makes the key. May be called again for another one.
 *
 * @param[out] out  returned-owned; secmail_key_unref()
 * @return 0; SECMAIL_E_ARGUMENT (the profile doesn't have the algorithm), SECMAIL_E_RANDOM,
 *   SECMAIL_E_CLOCK (the time doesn't fit 32 bits).
 * @since 0.1
 */
SECMAIL_API int secmail_generator_run(struct secmail_generator *generator,
                                      struct secmail_key **out);

/* ------------------------------------------------------------------------------------------ */
/* Editing keys (RFC 9580 sections 5.2.1, 5.2.3 and 10.1)                                       */

/** Why something is revoked (RFC 9580 section 5.2.3.31). */
enum secmail_revocation_reason {
    SECMAIL_REVOKED_UNSPECIFIED = 0, /**< hard: everything the key ever signed becomes doubtful */
    SECMAIL_REVOKED_SUPERSEDED = 1,  /**< soft: another key took its place; old uses stay valid */
    SECMAIL_REVOKED_COMPROMISED = 2, /**< hard: somebody else may have it */
    SECMAIL_REVOKED_RETIRED = 3,     /**< soft: it is no longer used */
    SECMAIL_REVOKED_USER_ID = 32,    /**< of user IDs: the name or address is no longer right */
};

/**
 * A change to a key: wishes are collected, and secmail_key_edit_run() makes a key in which all are
 * fulfilled, or none. One thread at a time.
 *
 * What a key says of itself it says in self-signatures, and the newest counts. So a change never
 * takes anything away: it adds a signature that repeats the old one (flags, preferences, features,
 * notations) but for what is changed, with a hash of today, also where the policy refuses the
 * old one's (SHA-1). It must be younger than the old one; **a change in the same second as the one
 * before is dated a second later, and holds from then on**.
 *
 * The primary key must be open (secmail_key_unlock()); a subkey only where it has to sign
 * in return (see secmail_key_edit_set_expiry()). Give the changed certificate (secmail_key_cert())
 * to whoever has the old one.
 */
struct secmail_key_edit;

/**
 * Begins a change.
 *
 * @param context  must outlive the change
 * @param[out] out  returned-owned; secmail_key_edit_free()
 * @param key  a reference is taken; it is never changed
 * @return 0; SECMAIL_E_CRYPTO_INIT.
 * @since 0.1
 */
SECMAIL_API int secmail_key_edit_new(struct secmail_context *context, struct secmail_key_edit **out,
                                     struct secmail_key *key);

/** Frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_key_edit_free(struct secmail_key_edit *edit);

/** Policy that tells which signatures are good enough; a reference is taken. NULL for the standard
 * policy. @since 0.1 */
SECMAIL_API int secmail_key_edit_set_policy(struct secmail_key_edit *edit,
                                            struct secmail_policy *policy);

/**
 * Sets when a key expires. For the primary key (index 0), that is said in the direct-key signature
 * and, for version 4, for each user ID. A subkey that signs gets its old back-signature again if
 * that is still good; else its secret part must be open.
 *
 * @param index  as in secmail_cert_key_fingerprint()
 * @param expires  seconds since 1970, later than the key's creation by at most 2^32 - 1; may be in
 *   the past or now, to retire the key; -1 for never
 * @return 0; SECMAIL_E_ARGUMENT.
 * @since 0.1
 */
SECMAIL_API int secmail_key_edit_set_expiry(struct secmail_key_edit *edit, size_t index,
                                            int64_t expires);

/**
 * Adds a user ID, by convention "Name <address>". One that is revoked comes back; one that is there
 * stays as it is. The first of a key becomes the primary one.
 *
 * @param user_id  UTF-8 without control characters, NUL-terminated, at most 4096 bytes; copied
 * @return 0; SECMAIL_E_EXPECTED_TEXT, SECMAIL_E_ARGUMENT (too long).
 * @since 0.1
 */
SECMAIL_API int secmail_key_edit_add_user_id(struct secmail_key_edit *edit, const char *user_id);

/** Makes a user ID of the key the primary one. @return 0; SECMAIL_E_ARGUMENT. @since 0.1 */
SECMAIL_API int secmail_key_edit_set_primary_user_id(struct secmail_key_edit *edit, size_t index);

/**
 * Revokes a user ID of the key: the name or address is no longer right.
 *
 * @param index  as in secmail_cert_user_id()
 * @param text  UTF-8 for people, or NULL; copied
 * @return 0; SECMAIL_E_ARGUMENT, SECMAIL_E_EXPECTED_TEXT.
 * @since 0.1
 */
SECMAIL_API int secmail_key_edit_revoke_user_id(struct secmail_key_edit *edit, size_t index,
                                                const char *text);

/**
 * Sets the algorithm of the subkeys that are added after this call, an enum secmail_key_algorithm;
 * SECMAIL_KEY_CURVE25519 if it isn't called.
 *
 * @return 0; SECMAIL_E_ARGUMENT (there is no such algorithm, or it is Curve448 for a version 4
 * key).
 * @since 0.1
 */
SECMAIL_API int secmail_key_edit_set_algorithm(struct secmail_key_edit *edit, uint32_t algorithm);

/**
 * Adds a subkey.
 *
 * @param flags  SECMAIL_KEY_SIGN, or one or both of SECMAIL_KEY_ENCRYPT_COMMUNICATIONS and
 *   SECMAIL_KEY_ENCRYPT_STORAGE
 * @param expires  seconds since 1970, later than now; -1 for never
 * @return 0; SECMAIL_E_ARGUMENT, SECMAIL_E_CLOCK.
 * @since 0.1
 */
SECMAIL_API int secmail_key_edit_add_subkey(struct secmail_key_edit *edit, uint32_t flags,
                                            int64_t expires);

/**
 * Revokes a subkey, or (index 0) the primary key and with it the whole certificate. A key can be
 * revoked again for a harder reason; a revocation is never taken back.
 *
 * @param index  as in secmail_cert_key_fingerprint()
 * @param reason  an enum secmail_revocation_reason, but not SECMAIL_REVOKED_USER_ID
 * @param text  UTF-8 for people, or NULL; copied
 * @return 0; SECMAIL_E_ARGUMENT, SECMAIL_E_EXPECTED_TEXT.
 * @since 0.1
 */
SECMAIL_API int secmail_key_edit_revoke_key(struct secmail_key_edit *edit, size_t index,
                                            uint32_t reason, const char *text);

/**
 * Renews every self-signature (and back-signature) that the policy refuses, e.g. for SHA-1.
 *
 * @param announce  non-zero: also those that announce fewer features than this library would for a
 *   new key of that version. Leave it 0 for a key that older software uses, too.
 * @return 0.
 * @since 0.1
 */
SECMAIL_API int secmail_key_edit_refresh(struct secmail_key_edit *edit, int announce);

/**
 * Makes the changed key. May be called again.
 *
 * @param[out] out  returned-owned; secmail_key_unref(); the key itself if there is nothing to do.
 *   Parts are locked or open as they were; new subkeys are open.
 * @return 0; SECMAIL_E_KEY_LOCKED, SECMAIL_E_SECRET_ABSENT, SECMAIL_E_UNSUPPORTED_ALGORITHM (the
 *   primary key, or a subkey that must sign), SECMAIL_E_KEY_REVOKED (the key or part that is to be
 *   changed), SECMAIL_E_KEY_INVALID (a part has no self-signature that could be renewed),
 *   SECMAIL_E_CLOCK (the key or a self-signature is from the future), SECMAIL_E_RANDOM,
 *   SECMAIL_E_TOKEN, SECMAIL_E_LIMIT_CERT_SIGNATURES, SECMAIL_E_LIMIT_CERT_COMPONENTS.
 * @since 0.1
 */
SECMAIL_API int secmail_key_edit_run(struct secmail_key_edit *edit, struct secmail_key **out);

/**
 * Makes a revocation certificate, to be kept somewhere safe: the primary key and its revocation,
 * nothing else. Merged with any copy of the certificate it revokes it; the key itself
 * stays as it is.
 *
 * @param key  borrowed; its primary key must be open
 * @param reason  an enum secmail_revocation_reason, but not SECMAIL_REVOKED_USER_ID
 * @param text  UTF-8 for people, or NULL
 * @param[out] out  returned-owned; secmail_cert_unref()
 * @return 0; SECMAIL_E_EXPECTED_TEXT, SECMAIL_E_KEY_LOCKED, SECMAIL_E_SECRET_ABSENT,
 *   SECMAIL_E_UNSUPPORTED_ALGORITHM, SECMAIL_E_CLOCK, SECMAIL_E_RANDOM, SECMAIL_E_TOKEN.
 * @since 0.1
 */
SECMAIL_API int secmail_key_revocation(struct secmail_context *context,
                                       const struct secmail_key *key, uint32_t reason,
                                       const char *text, struct secmail_cert **out);

/* ------------------------------------------------------------------------------------------ */
/* Certifying other people's user IDs (RFC 9580 sections 5.2.1.4 to 5.2.1.7)                    */

/** How well it was checked that a user ID belongs to the owner of the key. */
enum secmail_certification {
    SECMAIL_CERTIFICATION_GENERIC = 0,  /**< says nothing of that; what most software makes */
    SECMAIL_CERTIFICATION_PERSONA = 1,  /**< not at all */
    SECMAIL_CERTIFICATION_CASUAL = 2,   /**< somewhat */
    SECMAIL_CERTIFICATION_POSITIVE = 3, /**< substantially */
};

/** A key that certifies, and how. May be used for any number of certificates. One thread at a time.
 */
struct secmail_certify;

/**
 * Makes a certifier: level SECMAIL_CERTIFICATION_GENERIC, exportable, never expiring, no trust.
 *
 * @param context  must outlive it
 * @param[out] out  returned-owned; secmail_certify_free()
 * @param key  a reference is taken
 * @return 0; SECMAIL_E_CRYPTO_INIT.
 * @since 0.1
 */
SECMAIL_API int secmail_certify_new(struct secmail_context *context, struct secmail_certify **out,
                                    struct secmail_key *key);

/** Frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_certify_free(struct secmail_certify *certify);

/** Policy under which both keys are judged; a reference is taken. NULL for the standard policy.
 * @since 0.1 */
SECMAIL_API int secmail_certify_set_policy(struct secmail_certify *certify,
                                           struct secmail_policy *policy);

/** Sets the level, an enum secmail_certification. @since 0.1 */
SECMAIL_API int secmail_certify_set_level(struct secmail_certify *certify, uint32_t level);

/** Marks certifications as not to be passed on to others, if not 0 (default 0):
 * secmail_cert_clean() with SECMAIL_CLEAN_LOCAL leaves them out. What takes back such ones alone
 * is marked alike. @since 0.1
 */
SECMAIL_API int secmail_certify_set_local(struct secmail_certify *certify, int local);

/** Sets the lifetime of certifications in seconds; 0 (default) for ever. At most 2^32 - 1.
 * @since 0.1 */
SECMAIL_API int secmail_certify_set_lifetime(struct secmail_certify *certify, uint64_t seconds);

/**
 * Declares the owner of the certified key to be an introducer (RFC 9580 section 5.2.3.21).
 *
 * @param depth  0 (default): no introducer; 1: of others; 2: of other introducers; ... 255
 * @param amount  0 to 255: 60 for partial, 120 for complete trust
 * @since 0.1
 */
SECMAIL_API int secmail_certify_set_trust(struct secmail_certify *certify, uint32_t depth,
                                          uint32_t amount);

/**
 * Adds a notation: a name in a domain of yours ("checked-by@example.org") and a text.
 *
 * @return 0; SECMAIL_E_EXPECTED_TEXT.
 * @since 0.1
 */
SECMAIL_API int secmail_certify_add_notation(struct secmail_certify *certify, const char *name,
                                             const char *value);

/**
 * Certifies also user IDs for which the owner doesn't stand in the certificate, e.g. names of your
 * own for people, if not 0 (default 0).
 *
 * @since 0.1
 */
SECMAIL_API int secmail_certify_allow_any_user_id(struct secmail_certify *certify, int allow);

/**
 * Certifies a user ID: a copy of the certificate, with the certification. A second one takes the
 * place of the first, as with secmail_key_edit.
 *
 * @param cert  borrowed, unchanged
 * @param user_id  exactly as in the certificate, NUL-terminated UTF-8
 * @param[out] out  returned-owned; secmail_cert_unref()
 * @return 0; SECMAIL_E_USER_ID_NO_MATCH (the owner doesn't stand by it), SECMAIL_E_CANNOT_CERTIFY,
 *   SECMAIL_E_KEY_LOCKED, SECMAIL_E_SECRET_ABSENT, SECMAIL_E_UNSUPPORTED_ALGORITHM,
 *   SECMAIL_E_KEY_EXPIRED, SECMAIL_E_KEY_REVOKED, SECMAIL_E_KEY_INVALID (either key),
 *   SECMAIL_E_ARGUMENT (also for the key's own certificate), SECMAIL_E_EXPECTED_TEXT,
 *   SECMAIL_E_CLOCK, SECMAIL_E_RANDOM, SECMAIL_E_TOKEN, SECMAIL_E_LIMIT_CERT_SIGNATURES,
 *   SECMAIL_E_LIMIT_CERT_COMPONENTS.
 * @since 0.1
 */
SECMAIL_API int secmail_certify_user_id(struct secmail_certify *certify, struct secmail_cert *cert,
                                        const char *user_id, struct secmail_cert **out);

/**
 * Takes a certification by this key back.
 *
 * @param reason  SECMAIL_REVOKED_UNSPECIFIED or SECMAIL_REVOKED_USER_ID
 * @param text  UTF-8 for people, or NULL
 * @return 0; SECMAIL_E_USER_ID_NO_MATCH (there is no such certification, or it was taken back), and
 *   the errors of secmail_certify_user_id().
 * @since 0.1
 */
SECMAIL_API int secmail_certify_revoke_user_id(struct secmail_certify *certify,
                                               struct secmail_cert *cert, const char *user_id,
                                               uint32_t reason, const char *text,
                                               struct secmail_cert **out);

/* ------------------------------------------------------------------------------------------ */
/* Keys on tokens                                                                               */

/** What a token is asked to do. Belongs to the library; valid during the call. */
struct secmail_token_request {
    size_t size;             /**< sizeof(struct secmail_token_request) */
    const char *fingerprint; /**< of the key or subkey, upper-case hexadecimal */
    uint32_t algorithm;      /**< number of RFC 9580 section 9.1 */
    uint32_t hash;           /**< number of RFC 9580 section 9.5, when signing; else 0 */
    const uint8_t *data;     /**< the digest, or what is to be decrypted */
    size_t data_size;
};

/** What a token's functions return. */
enum secmail_token_answer {
    SECMAIL_TOKEN_DONE = 0,
    SECMAIL_TOKEN_REFUSED =
        1,                    /**< RSA: that isn't something encrypted to the key. An attacker isn't
                                 told: decryption goes on with a random key, and fails later */
    SECMAIL_TOKEN_FAILED = 2, /**< anything else: no card, wrong PIN, ... */
};

/**
 * The private operations of keys that are somewhere else: on a smart card, in an HSM, in an agent.
 * The functions may be called from every thread that uses a key, and must not call the library with
 * the context that is in use. `out` has room for `*out_size` bytes; the function sets what it used.
 *
 * What needs a token that fails, can't do what is asked of it, or gives a wrong answer, ends with
 * SECMAIL_E_TOKEN. In a decryption such a key is passed over first: another key or a password may
 * open the message.
 */
struct secmail_token {
    size_t size; /**< sizeof(struct secmail_token) */
    void *user;  /**< first argument of the functions */
    /** Is the key on the token? Asked when a key object is made; NULL: every key is. */
    int (*has)(void *user, const char *fingerprint);
    /**
     * Signs a digest; NULL if it can't. Gives, for RSA: the number (PKCS #1 v1.5) in the size of
     * the modulus; ECDSA: r and s, each in the size of the curve; EdDSA: R and S, 64 or 114 bytes.
     */
    int (*sign)(void *user, const struct secmail_token_request *request, uint8_t *out,
                size_t *out_size);
    /**
     * Decrypts; NULL if it can't. RSA: takes the number in the size of the modulus, gives what
     * is in the PKCS #1 v1.5 padding. ECDH, X25519, X448: takes the other side's point (native
     * bytes, or 4, x, y), gives the shared secret (native bytes, or x).
     */
    int (*decrypt)(void *user, const struct secmail_token_request *request, uint8_t *out,
                   size_t *out_size);
    void (*release)(void *user); /**< the last key that used it is gone; may be NULL */
};

/**
 * Makes a key from a certificate and a token that has (some of) its secrets. It signs, decrypts,
 * certifies and is edited like any other; what the token gives is checked with the public key
 * before it leaves the library. secmail_key_export() writes marks in place of the secrets.
 *
 * @param cert  a reference is taken
 * @param token  copied; `user` must live until `release` is called. It isn't called if this fails.
 * @param[out] out  returned-owned; secmail_key_unref()
 * @return 0; SECMAIL_E_ARGUMENT.
 * @since 0.1
 */
SECMAIL_API int secmail_key_on_token(struct secmail_context *context, struct secmail_cert *cert,
                                     const struct secmail_token *token, struct secmail_key **out);

/**
 * The same for a key some of whose parts are elsewhere, as secmail_key_is_locked() tells: those
 * that the token has are done by it, the others stay as they are.
 *
 * @param key  borrowed, unchanged
 * @return 0; SECMAIL_E_ARGUMENT.
 * @since 0.1
 */
SECMAIL_API int secmail_key_attach_token(struct secmail_context *context, struct secmail_key *key,
                                         const struct secmail_token *token,
                                         struct secmail_key **out);

/* ------------------------------------------------------------------------------------------ */
/* Encrypting                                                                                   */

/** How the data is encrypted (RFC 9580 section 5.13). */
enum secmail_format {
    SECMAIL_FORMAT_AUTO = 0,     /**< SEIPDv2 if every recipient's certificate announces it, or has
                                    version 6 and announces nothing; else SEIPDv1 */
    SECMAIL_FORMAT_SEIPDV1 = 1,  /**< CFB with a modification detection code: for older software */
    SECMAIL_FORMAT_SEIPDV2 = 2,  /**< AEAD (OCB) in chunks */
    SECMAIL_FORMAT_LIBREPGP = 3, /**< GnuPG's own AEAD (packet 20, draft-koch-librepgp): read only,
                                    unless the policy refuses it */
};

/** What a message is encrypted for, where a certificate has keys of both kinds. */
enum secmail_purpose {
    SECMAIL_PURPOSE_ANY = 0,            /**< keys for communications or storage */
    SECMAIL_PURPOSE_COMMUNICATIONS = 1, /**< keys with SECMAIL_KEY_ENCRYPT_COMMUNICATIONS */
    SECMAIL_PURPOSE_STORAGE = 2,        /**< keys with SECMAIL_KEY_ENCRYPT_STORAGE */
};

/** An encryption. One thread at a time. */
struct secmail_encrypt;

/**
 * Makes an encryption of one message.
 *
 * @param context  must outlive the operation
 * @param[out] out  returned-owned; secmail_encrypt_free()
 * @return 0; SECMAIL_E_CRYPTO_INIT.
 * @since 0.1
 */
SECMAIL_API int secmail_encrypt_new(struct secmail_context *context, struct secmail_encrypt **out);

/** Frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_encrypt_free(struct secmail_encrypt *encrypt);

/**
 * Setters, all before the first update (SECMAIL_E_STATE after it).
 *
 * Policy under which certificates and keys are judged, and that the format and the cipher must be
 * acceptable to; a reference is taken. Before the first recipient or signer. @since 0.1
 */
SECMAIL_API int secmail_encrypt_set_policy(struct secmail_encrypt *encrypt,
                                           struct secmail_policy *policy);

/** What the message is for, an enum secmail_purpose. Before the first recipient. @since 0.1 */
SECMAIL_API int secmail_encrypt_set_purpose(struct secmail_encrypt *encrypt, uint32_t purpose);

/** Format, an enum secmail_format, but not SECMAIL_FORMAT_LIBREPGP (SECMAIL_E_ARGUMENT). @since 0.1
 */
SECMAIL_API int secmail_encrypt_set_format(struct secmail_encrypt *encrypt, uint32_t format);

/** ASCII armor if not 0 (default 0). @since 0.1 */
SECMAIL_API int secmail_encrypt_set_armor(struct secmail_encrypt *encrypt, int armor);

/**
 * Declares the plaintext as UTF-8 text if not 0 (default 0): it is checked, marked as text, and
 * signed as text. Before the first signer. Its line ends are written as CR LF, as RFC 9580
 * section 5.9 wants it and other programs need it to verify the signature: who decrypts the message
 * gets CR LF where LF was, or LF with secmail_decrypt_set_text_lf().
 * @since 0.1
 */
SECMAIL_API int secmail_encrypt_set_text(struct secmail_encrypt *encrypt, int text);

/**
 * Announces the exact size of the plaintext, which makes the message a little shorter (but not for
 * text, whose line ends may make it longer). When another amount comes, the operation fails with
 * SECMAIL_E_SIZE_MISMATCH. @since 0.1
 */
SECMAIL_API int secmail_encrypt_set_size(struct secmail_encrypt *encrypt, uint64_t size);

/**
 * Doesn't name the recipients if not 0 (default 0): neither in the packets with the session key
 * (RFC 9580 section 5.1), nor inside of the message in its signatures. Each recipient must try all
 * keys; nobody learns who the others are. For blind carbon copies.
 *
 * @return 0; SECMAIL_E_STATE. @since 0.1
 */
SECMAIL_API int secmail_encrypt_hide_recipients(struct secmail_encrypt *encrypt, int hide);

/**
 * Hides the exact size of the message if not 0 (default 0), with a padding packet (RFC 9580 section
 * 5.14) of at most 12 percent. Only SEIPDv2 has that: for SEIPDv1 the first update fails with
 * SECMAIL_E_INCOMPATIBLE.
 *
 * @return 0; SECMAIL_E_STATE. @since 0.1
 */
SECMAIL_API int secmail_encrypt_set_padding(struct secmail_encrypt *encrypt, int padding);

/**
 * Uses this session key, in the form of secmail_encrypt_session_key(), instead of a new one: to
 * give another part of a message, or other recipients, the key that they have. No recipient is
 * needed then. **Whoever has the key reads everything that is encrypted with it.** Copied.
 *
 * @return 0; SECMAIL_E_STATE, SECMAIL_E_UNSUPPORTED_ALGORITHM (not AES), SECMAIL_E_ARGUMENT (wrong
 *   size).
 * @since 0.1
 */
SECMAIL_API int secmail_encrypt_set_session_key(struct secmail_encrypt *encrypt,
                                                const struct secmail_secret *session_key);

/**
 * Keeps the packets with the session key apart if not 0 (default 0): the message has the encrypted
 * data only, and secmail_encrypt_key_packets() gives the rest. So one may store a message once and
 * give it to further recipients later.
 *
 * @return 0; SECMAIL_E_STATE. @since 0.1
 */
SECMAIL_API int secmail_encrypt_set_detached_keys(struct secmail_encrypt *encrypt, int detached);

/**
 * The packets with the session key, binary, once encryption has begun. Put in front of the message,
 * they make it whole; or secmail_decrypt_add_key_packets() takes them.
 *
 * @param[out] out  returned-owned; secmail_bytes_free()
 * @return 0; SECMAIL_E_STATE (before the first update, or they aren't detached).
 * @since 0.1
 */
SECMAIL_API int secmail_encrypt_key_packets(struct secmail_encrypt *encrypt,
                                            struct secmail_bytes **out);

/**
 * Adds a recipient: the message is encrypted to every valid key of the certificate that may be
 * encrypted to for the purpose.
 *
 * @param cert  a reference is taken
 * @return 0; SECMAIL_E_KEY_EXPIRED, SECMAIL_E_KEY_REVOKED, SECMAIL_E_KEY_INVALID (the certificate
 *   or all its encryption keys are), SECMAIL_E_POLICY (it refuses their algorithms or sizes),
 *   SECMAIL_E_CANNOT_ENCRYPT (it has no encryption key),
 *   SECMAIL_E_UNSUPPORTED_ALGORITHM (it has only such as this build lacks),
 *   SECMAIL_E_UNSUPPORTED_VERSION (of LibrePGP: read only), SECMAIL_E_STATE.
 * @since 0.1
 */
SECMAIL_API int secmail_encrypt_add_recipient(struct secmail_encrypt *encrypt,
                                              struct secmail_cert *cert);

/** Adds a password that opens the message; copied; not empty. @return 0; SECMAIL_E_STATE. @since
 * 0.1 */
SECMAIL_API int secmail_encrypt_add_password(struct secmail_encrypt *encrypt,
                                             const struct secmail_secret *password);

/**
 * Adds a signer; the signature is inside the encryption and names the recipients for whom it is
 * meant.
 *
 * @param key  a reference is taken
 * @return 0; SECMAIL_E_KEY_LOCKED, SECMAIL_E_SECRET_ABSENT, SECMAIL_E_CANNOT_SIGN,
 *   SECMAIL_E_KEY_EXPIRED, SECMAIL_E_KEY_REVOKED, SECMAIL_E_KEY_INVALID, SECMAIL_E_POLICY,
 *   SECMAIL_E_UNSUPPORTED_ALGORITHM, SECMAIL_E_RANDOM, SECMAIL_E_STATE.
 * @since 0.1
 */
SECMAIL_API int secmail_encrypt_add_signer(struct secmail_encrypt *encrypt,
                                           struct secmail_key *key);

/**
 * Encrypts. Windows and statuses as described in <secmail/core.h>; memory is constant.
 *
 * @param end  non-zero: what is in the input window is the last of the plaintext
 * @return SECMAIL_NEEDS_INPUT, SECMAIL_NEEDS_ROOM, SECMAIL_DONE;
 *   SECMAIL_E_NO_RECIPIENT, SECMAIL_E_INCOMPATIBLE (SEIPDv2 for a certificate that doesn't announce
 *   it; padding for SEIPDv1), SECMAIL_E_POLICY (it refuses the format or the cipher),
 *   SECMAIL_E_SIZE_MISMATCH, SECMAIL_E_EXPECTED_TEXT, SECMAIL_E_WEAK_POINT (a recipient's key is a
 *   point of small order), SECMAIL_E_RANDOM, SECMAIL_E_CLOCK, SECMAIL_E_TOKEN, SECMAIL_E_STATE, and
 *   where a password is used, SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB and SECMAIL_E_LIMIT_ARGON2_WORK
 *   (limits below what this library uses itself).
 * @since 0.1
 */
SECMAIL_API int secmail_encrypt_update(struct secmail_encrypt *encrypt, struct secmail_input *in,
                                       struct secmail_output *out, int end);

/**
 * Encrypts what is in memory, in one call on a fresh operation.
 *
 * @param data, size  the plaintext
 * @param[out] out  returned-owned; secmail_bytes_free()
 * @return 0 or the errors of secmail_encrypt_update().
 * @since 0.1
 */
SECMAIL_API int secmail_encrypt_bytes(struct secmail_encrypt *encrypt, const uint8_t *data,
                                      size_t size, struct secmail_bytes **out);

/**
 * The session key, once encryption has begun: the number of the cipher (RFC 9580 section 9.3) as
 * one byte, then the key. Whoever has it can read the message.
 *
 * @param[out] out  returned-owned; secmail_secret_free()
 * @return 0; SECMAIL_E_STATE (before the first update).
 * @since 0.1
 */
SECMAIL_API int secmail_encrypt_session_key(struct secmail_encrypt *encrypt,
                                            struct secmail_secret **out);

/* ------------------------------------------------------------------------------------------ */
/* Decrypting                                                                                   */

/**
 * A decryption. One thread at a time. Of the messages that RFC 9580 section 10.3 allows, those that
 * are encrypted twice, or signed around their encryption, are refused (SECMAIL_E_MALFORMED): what
 * is verified would not be what was decrypted.
 */
struct secmail_decrypt;

/**
 * Makes a decryption of one message.
 *
 * @param context  must outlive the operation
 * @param[out] out  returned-owned; secmail_decrypt_free()
 * @return 0; SECMAIL_E_CRYPTO_INIT.
 * @since 0.1
 */
SECMAIL_API int secmail_decrypt_new(struct secmail_context *context, struct secmail_decrypt **out);

/** Frees and wipes; NULL is allowed. Its verdicts go with it. @since 0.1 */
SECMAIL_API void secmail_decrypt_free(struct secmail_decrypt *decrypt);

/** Policy for signatures, the format and the cipher of the message; a reference is taken. All
 * setters come before the first update. @since 0.1 */
SECMAIL_API int secmail_decrypt_set_policy(struct secmail_decrypt *decrypt,
                                           struct secmail_policy *policy);

/**
 * Says whether the caller can feed the input a second time: a value of enum secmail_rewind, at
 * first SECMAIL_REWIND_NONE. With another one, a SEIPDv1 message above 4 MiB (or
 * SECMAIL_LIMIT_HELD_PLAINTEXT, if that is less) is read twice instead of being held: the first
 * reading authenticates it and ends with SECMAIL_NEEDS_REWIND, the second one emits.
 *
 * @return 0; SECMAIL_E_STATE, SECMAIL_E_ARGUMENT (no such value). @since 0.1
 */
SECMAIL_API int secmail_decrypt_allow_rewind(struct secmail_decrypt *decrypt, int rewind);

/**
 * Gives out text (literal format 't' or 'u') with line ends LF instead of CR LF if not 0 (default
 * 0), as RFC 9580 section 5.9 wants it from software on systems where lines end with LF. Data that
 * a signature covers as bytes stays as it is.
 *
 * @return 0; SECMAIL_E_STATE. @since 0.1
 */
SECMAIL_API int secmail_decrypt_set_text_lf(struct secmail_decrypt *decrypt, int lf);

/**
 * Adds a key that may open the message. Its parts that are flagged for other work only (signing,
 * authentication) are not tried; expired and revoked ones are.
 *
 * @param key  a reference is taken. A locked key is accepted; if the message turns out to be for
 *             it, the operation fails with SECMAIL_E_KEY_LOCKED.
 * @return 0; SECMAIL_E_STATE.
 * @since 0.1
 */
SECMAIL_API int secmail_decrypt_add_key(struct secmail_decrypt *decrypt, struct secmail_key *key);

/** Adds a password that may open the message; copied. An empty one opens nothing. @return 0;
 * SECMAIL_E_STATE. @since 0.1 */
SECMAIL_API int secmail_decrypt_add_password(struct secmail_decrypt *decrypt,
                                             const struct secmail_secret *password);

/**
 * Adds a session key, in the form of secmail_encrypt_session_key(); copied. Session keys are tried
 * in their order, before what keys and passwords open: one of another message doesn't disturb.
 *
 * @return 0; SECMAIL_E_STATE, SECMAIL_E_UNSUPPORTED_ALGORITHM, SECMAIL_E_ARGUMENT (wrong size).
 * @since 0.1
 */
SECMAIL_API int secmail_decrypt_add_session_key(struct secmail_decrypt *decrypt,
                                                const struct secmail_secret *session_key);

/**
 * Adds packets with the session key that are kept apart from the message, armored or binary;
 * copied. They are read as if they stood in front of it.
 *
 * @return 0; SECMAIL_E_STATE, SECMAIL_E_NO_DATA, SECMAIL_E_MALFORMED (other packets),
 *   SECMAIL_E_TRUNCATED, SECMAIL_E_ARMOR, SECMAIL_E_ARMOR_KIND,
 *   SECMAIL_E_LIMIT_SESSION_KEY_PACKETS, SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE.
 * @since 0.1
 */
SECMAIL_API int secmail_decrypt_add_key_packets(struct secmail_decrypt *decrypt,
                                                const uint8_t *data, size_t size);

/** Adds a certificate of a possible signer; a reference is taken. Copies of one certificate count
 * together. @return 0; SECMAIL_E_STATE. @since 0.1 */
SECMAIL_API int secmail_decrypt_add_signer(struct secmail_decrypt *decrypt,
                                           struct secmail_cert *cert);

/**
 * Decrypts, armored or binary input. Windows and statuses as described in <secmail/core.h>. Memory
 * is constant for SEIPDv2 (one chunk, at most 4 MiB, more than once); for SEIPDv1 it is bounded by
 * SECMAIL_LIMIT_HELD_PLAINTEXT.
 *
 * Two things are warned of (secmail_context_set_log()), in a message that a key opens: a cipher
 * that its certificate doesn't list among its preferences (RFC 9580 section 12.2: the keyholder
 * must be told), and a key that is too weak for modern use, of ElGamal or of RSA with less than
 * 3072 bits (sections 12.4 and 12.6), unless the message hides whose it is.
 *
 * @param end  non-zero: what is in the input window is the last of the message
 * @return SECMAIL_NEEDS_INPUT, SECMAIL_NEEDS_ROOM, SECMAIL_DONE, or SECMAIL_NEEDS_REWIND (feed the
 *   input again from its first byte; only after secmail_decrypt_allow_rewind());
 *   SECMAIL_E_NO_DATA (not an OpenPGP message), SECMAIL_E_CANNOT_DECRYPT, SECMAIL_E_WRONG_PASSWORD,
 *   SECMAIL_E_KEY_LOCKED, SECMAIL_E_SECRET_ABSENT, SECMAIL_E_TOKEN, SECMAIL_E_MODIFIED,
 * SECMAIL_E_TRUNCATED,
 * SECMAIL_E_MALFORMED, SECMAIL_E_UNPROTECTED (tag 9), SECMAIL_E_POLICY (it refuses the format or
 * the cipher), SECMAIL_E_UNSUPPORTED_ALGORITHM, SECMAIL_E_UNSUPPORTED_VERSION,
 * SECMAIL_E_CRITICAL_PACKET, SECMAIL_E_ARMOR, SECMAIL_E_ARMOR_KIND, SECMAIL_E_WEAK_POINT,
 * SECMAIL_E_INPUT_CHANGED (the second reading differs), SECMAIL_E_RANDOM, SECMAIL_E_STATE, and the
 * limits HELD_PLAINTEXT, PLAINTEXT_SIZE, COMPRESSION_RATIO, NESTING, MESSAGE_PACKETS, PACKET_SIZE,
 * SESSION_KEY_PACKETS, MESSAGE_SIGNATURES, ARGON2_MEMORY_KIB, ARGON2_WORK, PASSWORD_TRIES,
 * HIDDEN_RECIPIENT_TRIES, ARMOR_HEADER_SIZE, and of the signers' certificates CERT_SIGNATURES and
 * CERT_COMPONENTS. Failures of authentication are one error, whatever failed in it.
 * @since 0.1
 */
SECMAIL_API int secmail_decrypt_update(struct secmail_decrypt *decrypt, struct secmail_input *in,
                                       struct secmail_output *out, int end);

/**
 * Decrypts what is in memory, in one call on a fresh operation. The data must not change during the
 * call. Nothing is returned unless the whole message is authentic.
 *
 * @param data, size  the message
 * @param[out] out  returned-owned plaintext; secmail_bytes_free() wipes it
 * @return 0 or the errors of secmail_decrypt_update(). SECMAIL_LIMIT_HELD_PLAINTEXT doesn't apply:
 *   the result is held in memory anyway.
 * @since 0.1
 */
SECMAIL_API int secmail_decrypt_bytes(struct secmail_decrypt *decrypt, const uint8_t *data,
                                      size_t size, struct secmail_bytes **out);

/**
 * What the message says of its data (struct secmail_literal_info in <secmail/verify.h>), after
 * SECMAIL_DONE. The encryption protects these fields from others, a signature doesn't. Text
 * ("format" 't' or 'u') has line ends CR LF if its sender keeps to the standard; the data is given
 * as it stands in the message, unless secmail_decrypt_set_text_lf() was called.
 *
 * @param[in,out] info  `size` set by the caller; the name is borrowed from the operation
 * @return 0; SECMAIL_E_STATE (before).
 * @since 0.1
 */
SECMAIL_API int secmail_decrypt_literal(struct secmail_decrypt *decrypt,
                                        struct secmail_literal_info *info);

/** How the message was encrypted, an enum secmail_format; SECMAIL_FORMAT_AUTO before that is known.
 * @since 0.1 */
SECMAIL_API uint32_t secmail_decrypt_format(const struct secmail_decrypt *decrypt);

/**
 * The session key, after SECMAIL_DONE; as secmail_encrypt_session_key().
 *
 * @return 0; SECMAIL_E_STATE (before). @since 0.1
 */
SECMAIL_API int secmail_decrypt_session_key(struct secmail_decrypt *decrypt,
                                            struct secmail_secret **out);

/** Number of signatures that are SECMAIL_VERDICT_GOOD; 0 before SECMAIL_DONE. @since 0.1 */
SECMAIL_API size_t secmail_decrypt_good_count(const struct secmail_decrypt *decrypt);

/** Number of signatures in the message; 0 before SECMAIL_DONE. @since 0.1 */
SECMAIL_API size_t secmail_decrypt_verdict_count(const struct secmail_decrypt *decrypt);

/** A verdict; borrowed; NULL past the end. @since 0.1 */
SECMAIL_API const struct secmail_verdict *
secmail_decrypt_verdict(const struct secmail_decrypt *decrypt, size_t index);

/* ------------------------------------------------------------------------------------------ */
/* Signing                                                                                      */

/** The making of detached signatures. One thread at a time. */
struct secmail_sign;

/**
 * Makes a signing operation.
 *
 * @param context  must outlive the operation
 * @param[out] out  returned-owned; secmail_sign_free()
 * @return 0; SECMAIL_E_CRYPTO_INIT.
 * @since 0.1
 */
SECMAIL_API int secmail_sign_new(struct secmail_context *context, struct secmail_sign **out);

/** Frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_sign_free(struct secmail_sign *sign);

/** Policy under which the keys are judged; a reference is taken. Before the first signer. @since
 * 0.1 */
SECMAIL_API int secmail_sign_set_policy(struct secmail_sign *sign, struct secmail_policy *policy);

/** ASCII armor if not 0 (default 0). Before data. @since 0.1 */
SECMAIL_API int secmail_sign_set_armor(struct secmail_sign *sign, int armor);

/** Signs as UTF-8 text if not 0 (default 0): line ends don't count. Before the first signer. @since
 * 0.1 */
SECMAIL_API int secmail_sign_set_text(struct secmail_sign *sign, int text);

/**
 * Adds a signer: its first valid key that may sign.
 *
 * @param key  a reference is taken
 * @return 0; errors as secmail_encrypt_add_signer().
 * @since 0.1
 */
SECMAIL_API int secmail_sign_add_signer(struct secmail_sign *sign, struct secmail_key *key);

/** Hashes the next piece of the data. @return 0; SECMAIL_E_STATE, SECMAIL_E_EXPECTED_TEXT. @since
 * 0.1 */
SECMAIL_API int secmail_sign_update(struct secmail_sign *sign, const uint8_t *data, size_t size);

/**
 * Signs: one signature packet for each signer, in their order.
 *
 * @param[out] out  returned-owned; secmail_bytes_free()
 * @return 0; SECMAIL_E_NO_SIGNER, SECMAIL_E_EXPECTED_TEXT, SECMAIL_E_RANDOM, SECMAIL_E_CLOCK,
 *   SECMAIL_E_TOKEN, SECMAIL_E_STATE.
 * @since 0.1
 */
SECMAIL_API int secmail_sign_finish(struct secmail_sign *sign, struct secmail_bytes **out);

/**
 * The "micalg" parameter of multipart/signed (RFC 3156 section 5), e.g. "pgp-sha256".
 *
 * @return borrowed, static; "" when signers use different hashes or there is none.
 * @since 0.1
 */
SECMAIL_API const char *secmail_sign_micalg(const struct secmail_sign *sign);

/* ------------------------------------------------------------------------------------------ */
/* Signing messages                                                                             */

/** The forms of a signed message. */
enum secmail_inline_form {
    SECMAIL_INLINE_BINARY = 0,    /**< packets; signed as bytes (RFC 9580 section 10.3) */
    SECMAIL_INLINE_TEXT = 1,      /**< packets; signed as UTF-8 text, with line ends CR LF */
    SECMAIL_INLINE_CLEARTEXT = 2, /**< UTF-8 text that stays readable (section 7); white space at
                                     line ends gets lost */
};

/** The making of a signed message. One thread at a time. */
struct secmail_inline_sign;

/**
 * Makes a signing operation for one message.
 *
 * @param context  must outlive the operation
 * @param[out] out  returned-owned; secmail_inline_sign_free()
 * @return 0; SECMAIL_E_CRYPTO_INIT.
 * @since 0.1
 */
SECMAIL_API int secmail_inline_sign_new(struct secmail_context *context,
                                        struct secmail_inline_sign **out);

/** Frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_inline_sign_free(struct secmail_inline_sign *sign);

/** Policy under which the keys are judged; a reference is taken. Before the first signer. @since
 * 0.1 */
SECMAIL_API int secmail_inline_sign_set_policy(struct secmail_inline_sign *sign,
                                               struct secmail_policy *policy);

/** Form of the message, an enum secmail_inline_form. Before the first signer. @since 0.1 */
SECMAIL_API int secmail_inline_sign_set_form(struct secmail_inline_sign *sign, uint32_t form);

/** ASCII armor around packets if not 0 (default 0); cleartext is text anyway. @since 0.1 */
SECMAIL_API int secmail_inline_sign_set_armor(struct secmail_inline_sign *sign, int armor);

/**
 * Adds a signer: its first valid key that may sign.
 *
 * @param key  a reference is taken
 * @return 0; errors as secmail_encrypt_add_signer().
 * @since 0.1
 */
SECMAIL_API int secmail_inline_sign_add_signer(struct secmail_inline_sign *sign,
                                               struct secmail_key *key);

/**
 * Signs. Windows and statuses as described in <secmail/core.h>; memory is constant, but for the
 * longest line of cleartext.
 *
 * @param end  non-zero: what is in the input window is the last of the data
 * @return SECMAIL_NEEDS_INPUT, SECMAIL_NEEDS_ROOM, SECMAIL_DONE;
 *   SECMAIL_E_NO_SIGNER, SECMAIL_E_EXPECTED_TEXT, SECMAIL_E_RANDOM, SECMAIL_E_CLOCK,
 *   SECMAIL_E_TOKEN, SECMAIL_E_STATE.
 * @since 0.1
 */
SECMAIL_API int secmail_inline_sign_update(struct secmail_inline_sign *sign,
                                           struct secmail_input *in, struct secmail_output *out,
                                           int end);

/**
 * Signs what is in memory, in one call on a fresh operation.
 *
 * @param data, size  the data
 * @param[out] out  returned-owned message; secmail_bytes_free()
 * @return 0 or the errors of secmail_inline_sign_update().
 * @since 0.1
 */
SECMAIL_API int secmail_inline_sign_bytes(struct secmail_inline_sign *sign, const uint8_t *data,
                                          size_t size, struct secmail_bytes **out);

#ifdef __cplusplus
}
#endif

#endif /* SECMAIL_OPENPGP_H */
