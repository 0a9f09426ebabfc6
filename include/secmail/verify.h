/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file secmail/verify.h
 * The public side of OpenPGP: certificates, policies, and verdicts on signatures (RFC 9580). A
 * program that only verifies links this module and never maps code that handles secret keys.
 *
 * To verify a detached signature: read the signer's certificate (secmail_cert_parse()), make an
 * operation (secmail_verify_new()), give it the certificates and the signatures, feed the data,
 * call secmail_verify_finish(), and read one verdict for each signature. **A verdict is a result**:
 * finish succeeds however bad the signatures are. Ask secmail_verify_good_count(), and never take
 * "no error" for "signed".
 *
 * Certificates, rings and policies are immutable and reference-counted; any thread may use them at
 * any time, and they may outlive the context they were made with. Operations belong to one thread
 * at a time, like their context, which must outlive them. Every function that takes an operation or
 * a context records the reason of a failure there (secmail_context_error_detail()). All functions
 * that return `int` may return SECMAIL_E_ARGUMENT, and those that make something
 * SECMAIL_E_NOMEM; this is not repeated below.
 */
#ifndef SECMAIL_VERIFY_H
#define SECMAIL_VERIFY_H

#include <secmail/core.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------ */
/* ASCII armor (RFC 9580 section 6)                                                             */

/** What an armored block says that it holds. */
enum secmail_armor_kind {
    SECMAIL_ARMOR_AUTO = 0,        /**< decide by the first packet */
    SECMAIL_ARMOR_MESSAGE = 1,     /**< PGP MESSAGE */
    SECMAIL_ARMOR_PUBLIC_KEY = 2,  /**< PGP PUBLIC KEY BLOCK */
    SECMAIL_ARMOR_PRIVATE_KEY = 3, /**< PGP PRIVATE KEY BLOCK */
    SECMAIL_ARMOR_SIGNATURE = 4,   /**< PGP SIGNATURE */
};

/** A conversion between binary and armored data, in constant memory. */
struct secmail_armor;

/**
 * Makes an operation that puts binary OpenPGP data into armor. Input that is armored already passes
 * unchanged.
 *
 * @param context  must outlive the operation
 * @param[out] out  returned-owned; secmail_armor_free()
 * @param kind  an enum secmail_armor_kind
 * @since 0.1
 */
SECMAIL_API int secmail_armor_new(struct secmail_context *context, struct secmail_armor **out,
                                  uint32_t kind);

/**
 * Makes an operation that takes armor away. Input that is binary already passes unchanged. Text
 * before the block is skipped; exactly one block is read.
 *
 * @param context  must outlive the operation
 * @param[out] out  returned-owned; secmail_armor_free()
 * @since 0.1
 */
SECMAIL_API int secmail_dearmor_new(struct secmail_context *context, struct secmail_armor **out);

/**
 * Converts. Windows and statuses as described in <secmail/core.h>.
 *
 * @param end  non-zero: what is in the input window is the last
 * @return SECMAIL_NEEDS_INPUT, SECMAIL_NEEDS_ROOM, SECMAIL_DONE;
 *   SECMAIL_E_NO_DATA (the input is empty or holds no OpenPGP data), SECMAIL_E_ARMOR,
 *   SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE, SECMAIL_E_STATE (after an error or SECMAIL_DONE).
 * @since 0.1
 */
SECMAIL_API int secmail_armor_update(struct secmail_armor *armor, struct secmail_input *in,
                                     struct secmail_output *out, int end);

/** Frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_armor_free(struct secmail_armor *armor);

/* ------------------------------------------------------------------------------------------ */
/* Policies                                                                                     */

/**
 * Which algorithms are acceptable from when to when, and the time at which things are judged. An
 * immutable, printable table; the library's logic holds no such rule of its own.
 */
struct secmail_policy;

/**
 * The policy that is used where none is given, with the context's current time as reference time.
 *
 * @param[out] out  returned-owned; secmail_policy_unref()
 * @since 0.1
 */
SECMAIL_API int secmail_policy_standard(struct secmail_context *context,
                                        struct secmail_policy **out);

/**
 * The same rules with another reference time, e.g. the date on which an old mail arrived.
 *
 * @param policy  borrowed
 * @param[out] out  returned-owned; secmail_policy_unref()
 * @since 0.1
 */
SECMAIL_API int secmail_policy_at(struct secmail_context *context,
                                  const struct secmail_policy *policy, int64_t time,
                                  struct secmail_policy **out);

/**
 * The same policy with one more notation that the caller understands. A signature with a critical
 * notation that isn't known is refused (RFC 9580 section 5.2.3.24); no notation is known at first.
 *
 * @param policy  borrowed
 * @param name  like "name@example.org"; at most 127 bytes without blanks; copied
 * @param[out] out  returned-owned; secmail_policy_unref()
 * @since 0.1
 */
SECMAIL_API int secmail_policy_with_notation(struct secmail_context *context,
                                             const struct secmail_policy *policy, const char *name,
                                             struct secmail_policy **out);

/** The reference time; 0 for NULL. @since 0.1 */
SECMAIL_API int64_t secmail_policy_time(const struct secmail_policy *policy);

/**
 * Reads a policy from text, such as a file of an administrator. A line is one of these, its words
 * separated by blanks, without regard to case; what follows a '#' is a comment:
 *
 *     include standard                        the rules of the standard policy
 *     time 2026-02-01T00:00:00Z               the reference time; without it, the context's time
 *     hash-of-data SHA1 until 2013-02-01      signatures over documents
 *     hash-of-keys SHA256 always              signatures inside certificates
 *     key RSA 2048 always                     keys from this size in bits on
 *     cipher CAST5 never                      of messages, to read and to write
 *     format LibrePGP never                   SEIPDv1, SEIPDv2 or LibrePGP; also to encrypt
 *     notation name@example.org               a notation that the caller understands
 *
 * Dates are UTC; the time of the day may be left out. A later line replaces an earlier one on the
 * same subject. What no line names is refused. secmail_policy_print() writes this form; of the
 * standard policy, it shows all names that there are.
 *
 * A line `key` holds for keys of its algorithm from its size on, up to the next size that has a
 * line of its own. So to refuse an algorithm that the standard policy accepts, name it with each
 * size at which that has a line: "key DSA 1024 never" and "key DSA 2048 never". Keys on Curve25519
 * have 255 bits, on Curve448 448.
 *
 * @param[out] out  returned-owned; secmail_policy_unref()
 * @param text, size  borrowed
 * @return 0; SECMAIL_E_POLICY_TEXT (the detail names the line; also for a text without rules).
 * @since 0.1
 */
SECMAIL_API int secmail_policy_parse(struct secmail_context *context, struct secmail_policy **out,
                                     const uint8_t *text, size_t size);

/**
 * The policy as text, one rule a line, in the form of secmail_policy_parse().
 *
 * @param[out] out  returned-owned UTF-8; secmail_bytes_free()
 * @since 0.1
 */
SECMAIL_API int secmail_policy_print(struct secmail_context *context,
                                     const struct secmail_policy *policy,
                                     struct secmail_bytes **out);

/** Takes one more reference; returns its argument. @since 0.1 */
SECMAIL_API struct secmail_policy *secmail_policy_ref(struct secmail_policy *policy);

/** Gives a reference back; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_policy_unref(struct secmail_policy *policy);

/* ------------------------------------------------------------------------------------------ */
/* Certificates (RFC 9580 section 10.1)                                                         */

/** A transferable public key: a primary key, user IDs, subkeys, and the signatures that bind them.
 */
struct secmail_cert;

/**
 * Reads exactly one certificate, armored or binary. A transferable secret key is read too; its
 * secret parts are left out. Parts that this version can't use (unknown algorithms, versions or
 * packets, user IDs of more than 4096 bytes) are kept for export, and never make the rest unusable.
 *
 * A user ID or subkey that stands there twice is read as one; a signature that stands at a part of
 * another kind than its own, and a revocation at any other part, goes to the part over which it was
 * made, if that is found. So no revocation gets lost.
 *
 * Nothing is judged here: signatures are checked when the certificate is used, once, and the
 * result is remembered. Signatures by others are kept up to SECMAIL_LIMIT_CERT_SIGNATURES on one
 * part; more are left out, so that a flood of them, which anybody can cause, does no harm.
 *
 * @param[out] out  returned-owned; secmail_cert_unref()
 * @param data, size  copied
 * @return 0; SECMAIL_E_NO_DATA, SECMAIL_E_NOT_A_CERT (other OpenPGP data, or more than one
 *   certificate), SECMAIL_E_MALFORMED, SECMAIL_E_TRUNCATED, SECMAIL_E_UNSUPPORTED_VERSION (of the
 *   primary key), SECMAIL_E_UNSUPPORTED_ALGORITHM (of a secret primary key of version 4, whose
 *   public part has no known end), SECMAIL_E_ARMOR, SECMAIL_E_LIMIT_PACKET_SIZE,
 * SECMAIL_E_LIMIT_CERT_SIGNATURES, SECMAIL_E_LIMIT_CERT_COMPONENTS,
 * SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE.
 * @since 0.1
 */
SECMAIL_API int secmail_cert_parse(struct secmail_context *context, struct secmail_cert **out,
                                   const uint8_t *data, size_t size);

/**
 * Writes a certificate with everything that was read, as it is to be kept, each signature behind
 * the part to which it belongs. What goes to somebody else is a copy without what isn't meant for
 * others: secmail_cert_clean() with SECMAIL_CLEAN_LOCAL (RFC 9580 section 5.2.3.19).
 *
 * @param cert  borrowed
 * @param armored  non-zero: in ASCII armor
 * @param[out] out  returned-owned; secmail_bytes_free()
 * @since 0.1
 */
SECMAIL_API int secmail_cert_export(struct secmail_context *context,
                                    const struct secmail_cert *cert, int armored,
                                    struct secmail_bytes **out);

/**
 * Merges two copies of a certificate: everything that either of them has, once. User IDs and
 * subkeys stand in the order of `cert`, what only `other` has behind them. Nothing is judged, so
 * that no revocation can be lost.
 *
 * @param cert, other  borrowed, unchanged
 * @param[out] out  returned-owned; secmail_cert_unref()
 * @return 0; SECMAIL_E_OTHER_CERT (their primary keys differ), SECMAIL_E_LIMIT_CERT_SIGNATURES,
 *   SECMAIL_E_LIMIT_CERT_COMPONENTS (the two together pass a limit).
 * @since 0.1
 */
SECMAIL_API int secmail_cert_merge(struct secmail_context *context, const struct secmail_cert *cert,
                                   const struct secmail_cert *other, struct secmail_cert **out);

/** Takes one more reference; returns its argument. Any thread. @since 0.1 */
SECMAIL_API struct secmail_cert *secmail_cert_ref(struct secmail_cert *cert);

/** Gives a reference back; NULL is allowed. Any thread. @since 0.1 */
SECMAIL_API void secmail_cert_unref(struct secmail_cert *cert);

/** Version of the primary key: 4 or 6, or 5 (LibrePGP: what it signed is verified, unless the
 * policy refuses it); 0 for NULL. @since 0.1 */
SECMAIL_API uint32_t secmail_cert_version(const struct secmail_cert *cert);

/** Fingerprint of the primary key in upper-case hexadecimal; borrowed; NULL for NULL. @since 0.1 */
SECMAIL_API const char *secmail_cert_fingerprint(const struct secmail_cert *cert);

/** Number of user IDs, valid or not. @since 0.1 */
SECMAIL_API size_t secmail_cert_user_id_count(const struct secmail_cert *cert);

/**
 * Bytes of a user ID as they stand in the certificate; usually UTF-8, but anything may stand there.
 *
 * @param index  from 0
 * @param[out] size  may be NULL
 * @return borrowed; NULL for an index past the end.
 * @since 0.1
 */
SECMAIL_API const uint8_t *secmail_cert_user_id(const struct secmail_cert *cert, size_t index,
                                                size_t *size);

/** Number of keys: the primary key (index 0) and its subkeys. @since 0.1 */
SECMAIL_API size_t secmail_cert_key_count(const struct secmail_cert *cert);

/** Fingerprint of a key in upper-case hexadecimal; borrowed; NULL past the end. @since 0.1 */
SECMAIL_API const char *secmail_cert_key_fingerprint(const struct secmail_cert *cert, size_t index);

/** What a key may be used for (RFC 9580 section 5.2.3.29). Bits. */
enum secmail_key_flags {
    SECMAIL_KEY_CERTIFY = 0x01,
    SECMAIL_KEY_SIGN = 0x02,
    SECMAIL_KEY_ENCRYPT_COMMUNICATIONS = 0x04,
    SECMAIL_KEY_ENCRYPT_STORAGE = 0x08,
};

/** What is known of a key of a certificate at a policy's reference time. */
struct secmail_key_info {
    size_t size;        /**< in: sizeof(struct secmail_key_info); only that much is written */
    uint32_t version;   /**< 4 or 6 */
    uint32_t algorithm; /**< number of RFC 9580 section 9.1 */
    uint32_t flags;     /**< secmail_key_flags that hold, and the other bits of RFC 9580 section
                           5.2.3.29 as they stand there (0x20: authentication); 0 while the key
                           isn't valid */
    int32_t validity;   /**< 0 if it may be used; SECMAIL_E_KEY_EXPIRED, SECMAIL_E_KEY_REVOKED,
                           SECMAIL_E_KEY_INVALID, SECMAIL_E_POLICY (it refuses algorithm and
                           size), SECMAIL_E_UNSUPPORTED_ALGORITHM (of the primary key) */
    int64_t created;    /**< seconds since 1970 */
    int64_t expires;    /**< seconds since 1970; -1 for never */
    uint32_t reason;    /**< the rule that decided, an enum secmail_reason */
    uint32_t revocation_reason;     /**< of a revoked key: the number that its revocation gives (RFC
                                       9580 section 5.2.3.31); 0 also if it gives none */
    int64_t revoked;                /**< when the revocation was made; -1: not revoked */
    const uint8_t *revocation_text; /**< what the owner says of it; borrowed from the certificate,
                                       any bytes, no zero byte behind them; NULL: nothing */
    size_t revocation_text_size;
};

/**
 * Judges one key of a certificate. A judgement is a result: an expired key gives 0 and
 * `info->validity`.
 *
 * @param cert  borrowed
 * @param index  0 is the primary key
 * @param policy  borrowed; NULL for the standard policy
 * @param[in,out] info  `size` set by the caller
 * @return 0.
 * @since 0.1
 */
SECMAIL_API int secmail_cert_key_info(struct secmail_context *context,
                                      const struct secmail_cert *cert, size_t index,
                                      const struct secmail_policy *policy,
                                      struct secmail_key_info *info);

/** What is known of a user ID at a policy's reference time. */
struct secmail_user_id_info {
    size_t size;      /**< in: sizeof(struct secmail_user_id_info); only that much is written */
    int32_t validity; /**< 0 if the owner of the certificate stands by it;
                         SECMAIL_E_USER_ID_NO_MATCH if not; or what is wrong with the primary key,
                         as in struct secmail_key_info. Whether the name is right is another
                         question: secmail_cert_certification() */
    uint32_t reason;  /**< the rule that decided, an enum secmail_reason */
    uint32_t primary; /**< 1 for the valid user ID that is to be shown first; at most one has it */
    int64_t created;  /**< of the self-certification that holds; -1: none */
    int64_t expires;  /**< of the self-certification; -1 for never */
    int64_t revoked;  /**< when the revocation was made; -1: not revoked */
    uint32_t revocation_reason; /**< as in struct secmail_key_info */
    const uint8_t *revocation_text;
    size_t revocation_text_size;
};

/**
 * Judges one user ID of a certificate, as secmail_cert_key_info() judges a key.
 *
 * @param cert  borrowed
 * @param index  as in secmail_cert_user_id()
 * @param policy  borrowed; NULL for the standard policy
 * @param[in,out] info  `size` set by the caller
 * @return 0.
 * @since 0.1
 */
SECMAIL_API int secmail_cert_user_id_info(struct secmail_context *context,
                                          const struct secmail_cert *cert, size_t index,
                                          const struct secmail_policy *policy,
                                          struct secmail_user_id_info *info);

/** What an issuer says of a user ID (RFC 9580 sections 5.2.1.4 to 5.2.1.7). */
struct secmail_certification_info {
    size_t size; /**< in: sizeof(struct secmail_certification_info); only that much is written */
    int32_t validity; /**< 0 if the issuer vouches for it; SECMAIL_E_USER_ID_NO_MATCH if it doesn't
                         (any more); SECMAIL_E_KEY_EXPIRED, SECMAIL_E_KEY_REVOKED,
                         SECMAIL_E_KEY_INVALID, SECMAIL_E_CANNOT_CERTIFY, SECMAIL_E_POLICY,
                         SECMAIL_E_UNSUPPORTED_ALGORITHM if its key is not to be believed */
    uint32_t reason;  /**< the rule that decided, an enum secmail_reason */
    uint32_t level;   /**< 0 to 3: how well it was checked (enum secmail_certification) */
    uint32_t depth;   /**< more than 0: the owner may introduce others, over that many steps; 0 also
                         where a regular expression limits to whom (RFC 9580 section 5.2.3.22) */
    uint32_t amount;  /**< how much the owner is trusted in that, up to 255; 120 is full trust */
    uint32_t local;   /**< 1 if it isn't meant for others (RFC 9580 section 5.2.3.19) */
    int64_t created;  /**< when the certification, or its revocation, was made; -1: there is none */
    int64_t expires;  /**< of the certification; -1 for never */
};

/**
 * Does an issuer vouch for a user ID? The newest of its statements counts. Its key must be valid
 * and flagged for certification, at the policy's reference time and when it certified. A
 * certificate vouches for its own user IDs as secmail_cert_user_id_info() says.
 *
 * That the owner stands by the user ID is not needed: an issuer may give somebody a name of its
 * own.
 *
 * @param cert, issuer  borrowed
 * @param index  as in secmail_cert_user_id()
 * @param policy  borrowed; NULL for the standard policy
 * @param[in,out] info  `size` set by the caller
 * @return 0.
 * @since 0.1
 */
SECMAIL_API int secmail_cert_certification(struct secmail_context *context,
                                           const struct secmail_cert *cert, size_t index,
                                           const struct secmail_cert *issuer,
                                           const struct secmail_policy *policy,
                                           struct secmail_certification_info *info);

/** What the owner of a certificate prefers, the most preferred first: numbers of RFC 9580
 * section 9. Everything is borrowed from the certificate; NULL and 0: nothing is said. */
struct secmail_preferences {
    size_t size; /**< in: sizeof(struct secmail_preferences); only that much is written */
    const uint8_t *ciphers;
    size_t cipher_count;
    const uint8_t *hashes;
    size_t hash_count;
    const uint8_t *compression;
    size_t compression_count;
    const uint8_t *aead; /**< pairs: cipher, mode */
    size_t aead_count;   /**< bytes */
    uint32_t features;   /**< section 5.2.3.32: 0x01 SEIPDv1, 0x08 SEIPDv2 */
    uint32_t key_server; /**< section 5.2.3.25: 0x80 only the owner may change it there */
};

/**
 * Reads preferences and features, from the self-signature that governs the primary key; what it
 * doesn't say, from the direct-key signature.
 *
 * @param cert  borrowed
 * @param policy  borrowed; NULL for the standard policy
 * @param[in,out] preferences  `size` set by the caller
 * @return 0.
 * @since 0.1
 */
SECMAIL_API int secmail_cert_preferences(struct secmail_context *context,
                                         const struct secmail_cert *cert,
                                         const struct secmail_policy *policy,
                                         struct secmail_preferences *preferences);

/**
 * Lets revocations count that a designated revoker made (RFC 9580 section 5.2.3.23): they can be
 * checked only with the revoker's certificate. Whether it is one is looked up here; any certificate
 * may be tried. What is found is remembered in `cert`, for all who use it. Verification does this
 * by itself with the certificates that it was given.
 *
 * @param cert, revoker  borrowed
 * @return 0.
 * @since 0.1
 */
SECMAIL_API int secmail_cert_check_revoker(struct secmail_context *context,
                                           const struct secmail_cert *cert,
                                           const struct secmail_cert *revoker);

/** What secmail_cert_clean() takes out. Bits. */
enum secmail_clean {
    SECMAIL_CLEAN_FOREIGN = 0x01,    /**< signatures that the primary key didn't make */
    SECMAIL_CLEAN_SUPERSEDED = 0x02, /**< self-signatures that a newer one of their kind replaces */
    SECMAIL_CLEAN_INVALID = 0x04,    /**< user IDs and subkeys that aren't valid, if not revoked */
    SECMAIL_CLEAN_LOCAL = 0x08,   /**< what isn't meant for others (RFC 9580 sections 5.2.3.19 and
                                     5.2.3.23): local signatures, parts that have no other,
                                     and self-signatures that name a designated revoker as
                                     sensitive, unless that one revoked something */
    SECMAIL_CLEAN_MINIMAL = 0x0f, /**< all of these */
};

/**
 * Makes a smaller copy of a certificate, such as for a mail header or after a flood of signatures.
 * The primary key stays, and so does every revocation by the owner or a designated revoker that was
 * met, with what it revokes. What remains is judged as before, at the policy's reference time.
 * With SECMAIL_CLEAN_LOCAL alone it is the copy that others may have of one's own.
 * Without what was superseded, a signature that is older than the newest self-signature may no
 * longer verify, since a key is judged at the time of its signature: keep it for old mail.
 *
 * @param cert  borrowed, unchanged
 * @param policy  borrowed; NULL for the standard policy
 * @param what  enum secmail_clean, combined
 * @param[out] out  returned-owned; secmail_cert_unref()
 * @return 0.
 * @since 0.1
 */
SECMAIL_API int secmail_cert_clean(struct secmail_context *context, const struct secmail_cert *cert,
                                   const struct secmail_policy *policy, uint32_t what,
                                   struct secmail_cert **out);

/** Findings on a certificate. Immutable; one owner. */
struct secmail_findings;

/** How much a finding matters. */
enum secmail_severity {
    SECMAIL_SEVERITY_NOTE = 1,    /**< how it is */
    SECMAIL_SEVERITY_WARNING = 2, /**< works now, or in part; the owner should act */
    SECMAIL_SEVERITY_ERROR = 3,   /**< this part can't be used */
};

/** What a finding is about. */
enum secmail_part {
    SECMAIL_PART_CERT = 1,    /**< the certificate as a whole */
    SECMAIL_PART_KEY = 2,     /**< a key; `index` as in secmail_cert_key_info() */
    SECMAIL_PART_USER_ID = 3, /**< a user ID; `index` as in secmail_cert_user_id() */
};

/** One finding. */
struct secmail_finding {
    size_t size;        /**< in: sizeof(struct secmail_finding); only that much is written */
    uint32_t severity;  /**< an enum secmail_severity */
    uint32_t reason;    /**< the rule, an enum secmail_reason */
    uint32_t part;      /**< an enum secmail_part */
    uint32_t index;     /**< which one */
    uint32_t signature; /**< which signature of that part, from 0; UINT32_MAX: the part itself */
    int64_t time;       /**< the date that matters for the rule; -1: none */
    const char *text;   /**< one line for people: rule, object, date, and what to do; UTF-8 without
                           control characters, borrowed from the findings */
};

/**
 * Explains how each part of a certificate is judged and why: for each key and user ID the verdict,
 * and, where it can't be used, what is wrong with each self-signature that might have bound it.
 *
 * @param cert  borrowed
 * @param policy  borrowed; NULL for the standard policy
 * @param[out] out  returned-owned; secmail_findings_free()
 * @return 0.
 * @since 0.1
 */
SECMAIL_API int secmail_cert_explain(struct secmail_context *context,
                                     const struct secmail_cert *cert,
                                     const struct secmail_policy *policy,
                                     struct secmail_findings **out);

/**
 * What an owner should mend: the warnings and errors of secmail_cert_explain() alone. None is the
 * best that can be said.
 *
 * @since 0.1
 */
SECMAIL_API int secmail_cert_lint(struct secmail_context *context, const struct secmail_cert *cert,
                                  const struct secmail_policy *policy,
                                  struct secmail_findings **out);

/** Number of findings. @since 0.1 */
SECMAIL_API size_t secmail_findings_count(const struct secmail_findings *findings);

/**
 * Reads one finding.
 *
 * @param index  from 0
 * @param[in,out] finding  `size` set by the caller
 * @return 0; SECMAIL_E_ARGUMENT (also for an index past the end).
 * @since 0.1
 */
SECMAIL_API int secmail_findings_get(const struct secmail_findings *findings, size_t index,
                                     struct secmail_finding *finding);

/** Frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_findings_free(struct secmail_findings *findings);

/** An ordered list of certificates, read from one file. Immutable, reference-counted. */
struct secmail_ring;

/**
 * Reads any number of certificates: binary or armored, also several armored blocks one after the
 * other. A certificate that can't be read is left out and counted, not fatal.
 *
 * @param[out] out  returned-owned; secmail_ring_unref()
 * @param data, size  copied
 * @return 0; SECMAIL_E_NO_DATA, SECMAIL_E_NOT_A_CERT (there is none in it), SECMAIL_E_ARMOR,
 *   SECMAIL_E_MALFORMED and SECMAIL_E_TRUNCATED (the packets themselves can't be told apart),
 *   SECMAIL_E_LIMIT_RING_CERTS and the limits of secmail_cert_parse().
 * @since 0.1
 */
SECMAIL_API int secmail_ring_parse(struct secmail_context *context, struct secmail_ring **out,
                                   const uint8_t *data, size_t size);

/** Number of certificates. @since 0.1 */
SECMAIL_API size_t secmail_ring_count(const struct secmail_ring *ring);

/** A certificate; borrowed; NULL past the end. @since 0.1 */
SECMAIL_API struct secmail_cert *secmail_ring_cert(const struct secmail_ring *ring, size_t index);

/**
 * Finds certificates by key handle. A fingerprint names one key. A key ID is only a hint: anybody
 * can make a key that has it, so look at all that are found.
 *
 * @param handle  fingerprint (40 digits for version 4, 64 for version 6) or key ID (16) of a
 *   primary key or subkey, hexadecimal in either case
 * @param[in,out] cursor  0 before the first call; each call goes on behind the last find
 * @return borrowed; NULL if there is no further one, or the handle has not the form of one. A
 *   certificate in which several keys have the handle is found once for each.
 * @since 0.1
 */
SECMAIL_API struct secmail_cert *secmail_ring_find(const struct secmail_ring *ring,
                                                   const char *handle, size_t *cursor);

/** How many certificates could not be read. @since 0.1 */
SECMAIL_API size_t secmail_ring_skipped(const struct secmail_ring *ring);

/** Takes one more reference; returns its argument. @since 0.1 */
SECMAIL_API struct secmail_ring *secmail_ring_ref(struct secmail_ring *ring);

/** Gives a reference back; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_ring_unref(struct secmail_ring *ring);

/* ------------------------------------------------------------------------------------------ */
/* Verdicts                                                                                     */

/** The judgement on one signature. Belongs to the operation that made it. */
struct secmail_verdict;

/** How a signature was judged. */
enum secmail_verdict_status {
    SECMAIL_VERDICT_GOOD = 1,        /**< correct, by a valid key, acceptable to the policy */
    SECMAIL_VERDICT_BAD = 2,         /**< not a signature by that key over that data */
    SECMAIL_VERDICT_UNKNOWN_KEY = 3, /**< no certificate at hand has the key */
    SECMAIL_VERDICT_REJECTED = 4,    /**< correct or not: a rule forbids to accept it */
};

/** The rules that a verdict may cite. Numbers are part of the ABI. */
enum secmail_reason {
    SECMAIL_REASON_VALID = 1,     /**< the key was valid when the signature was made */
    SECMAIL_REASON_MISMATCH = 2,  /**< the signature doesn't fit data and key */
    SECMAIL_REASON_NO_KEY = 3,    /**< no certificate has the key */
    SECMAIL_REASON_HASH = 4,      /**< the policy refuses the hash algorithm */
    SECMAIL_REASON_ALGORITHM = 5, /**< the public-key algorithm is not supported or refused */
    SECMAIL_REASON_VERSION = 6,   /**< the signature's version is not supported, or not the key's */
    SECMAIL_REASON_TYPE = 7,      /**< it is not a signature over a document */
    SECMAIL_REASON_MALFORMED = 8, /**< the signature packet breaks the format */
    SECMAIL_REASON_CRITICAL_SUBPACKET =
        9, /**< it has a critical subpacket that is not understood */
    SECMAIL_REASON_SIGNATURE_EXPIRED = 10,   /**< the signature itself has expired */
    SECMAIL_REASON_SIGNATURE_IN_FUTURE = 11, /**< it was made after the reference time */
    SECMAIL_REASON_KEY_EXPIRED = 12,         /**< the key had expired when it was made */
    SECMAIL_REASON_KEY_REVOKED = 13,         /**< the key is revoked */
    SECMAIL_REASON_KEY_NOT_YET_VALID = 14,   /**< the key is younger than the signature */
    SECMAIL_REASON_KEY_INVALID = 15,         /**< the key isn't bound to its certificate */
    SECMAIL_REASON_KEY_FLAGS = 16,           /**< the key may not sign */
    SECMAIL_REASON_RECIPIENT = 17,           /**< it was meant for other recipients */
    SECMAIL_REASON_OUTSIDE_WINDOW = 18,      /**< it was made at a time that the caller excludes */
    SECMAIL_REASON_USER_ID_INVALID = 19,     /**< no self-certification of the user ID holds */
    SECMAIL_REASON_USER_ID_REVOKED = 20,     /**< the owner revoked the user ID */
    SECMAIL_REASON_NOT_CERTIFIED = 21,       /**< the issuer doesn't certify the user ID */
    SECMAIL_REASON_CERTIFICATION_REVOKED = 22, /**< the issuer took its certification back */
    SECMAIL_REASON_NO_BACK_SIGNATURE = 23, /**< a subkey may not sign: it didn't sign the primary */
    SECMAIL_REASON_NO_USER_ID = 24,        /**< no user ID is valid */
    SECMAIL_REASON_NO_ENCRYPTION_KEY = 25, /**< no key is valid for encryption */
    SECMAIL_REASON_EXPIRES_SOON = 26,      /**< a key expires within 30 days */
    SECMAIL_REASON_REVOKER_UNKNOWN = 27,   /**< a revocation may be by a revoker not at hand */
    SECMAIL_REASON_NOT_TEXT = 28,          /**< a user ID is not UTF-8, or has control characters */
    SECMAIL_REASON_FOREIGN_SIGNATURES = 29, /**< many signatures by others */
};

/** An enum secmail_verdict_status; 0 for NULL. @since 0.1 */
SECMAIL_API uint32_t secmail_verdict_status(const struct secmail_verdict *verdict);

/** When the signature says that it was made, seconds since 1970; -1 if it doesn't say. @since 0.1
 */
SECMAIL_API int64_t secmail_verdict_time(const struct secmail_verdict *verdict);

/** 1 for a signature over text (line ends don't count), 0 for one over bytes. @since 0.1 */
SECMAIL_API int secmail_verdict_is_text(const struct secmail_verdict *verdict);

/**
 * Fingerprint of the key (primary or subkey) that made the signature, or that it names: upper-case
 * hexadecimal, a 16-digit key ID if it names nothing better; borrowed; "" if it names none.
 *
 * @since 0.1
 */
SECMAIL_API const char *secmail_verdict_key(const struct secmail_verdict *verdict);

/**
 * The signer's certificate, among those given to the operation; borrowed; NULL unless the status is
 * SECMAIL_VERDICT_GOOD, _BAD or _REJECTED and the certificate is known.
 *
 * @since 0.1
 */
SECMAIL_API struct secmail_cert *secmail_verdict_cert(const struct secmail_verdict *verdict);

/** Number of reasons, at least 1. The first is the one that decided. @since 0.1 */
SECMAIL_API size_t secmail_verdict_reason_count(const struct secmail_verdict *verdict);

/** An enum secmail_reason; 0 past the end. @since 0.1 */
SECMAIL_API uint32_t secmail_verdict_reason(const struct secmail_verdict *verdict, size_t index);

/**
 * The same for people: one line that names the rule, the object, the date, and what to do.
 *
 * @return borrowed; NULL past the end.
 * @since 0.1
 */
SECMAIL_API const char *secmail_verdict_reason_text(const struct secmail_verdict *verdict,
                                                    size_t index);

/* ------------------------------------------------------------------------------------------ */
/* Verifying detached signatures                                                                */

/** A verification. One thread at a time. */
struct secmail_verify;

/**
 * Makes a verification.
 *
 * @param context  must outlive the operation
 * @param[out] out  returned-owned; secmail_verify_free()
 * @return 0; SECMAIL_E_CRYPTO_INIT.
 * @since 0.1
 */
SECMAIL_API int secmail_verify_new(struct secmail_context *context, struct secmail_verify **out);

/** Frees; NULL is allowed. Its verdicts go with it. @since 0.1 */
SECMAIL_API void secmail_verify_free(struct secmail_verify *verify);

/**
 * Sets the policy. Without one, the standard policy at the context's current time is used.
 *
 * @param policy  a reference is taken
 * @return 0; SECMAIL_E_STATE (after the first signature or data).
 * @since 0.1
 */
SECMAIL_API int secmail_verify_set_policy(struct secmail_verify *verify,
                                          struct secmail_policy *policy);

/** Adds a certificate of a possible signer; a reference is taken. Also after data. Copies of one
 * certificate count together: what one of them knows of a revocation holds.
 * @return 0; SECMAIL_E_STATE (after secmail_verify_finish()). @since 0.1 */
SECMAIL_API int secmail_verify_add_cert(struct secmail_verify *verify, struct secmail_cert *cert);

/**
 * Adds detached signatures: one or more signature packets, armored or binary. A signature of an
 * unknown version or algorithm gets its verdict (rejected) like any other.
 *
 * @param data, size  copied
 * @return 0; SECMAIL_E_NO_DATA, SECMAIL_E_MALFORMED (other packets than signatures),
 *   SECMAIL_E_TRUNCATED, SECMAIL_E_ARMOR, SECMAIL_E_ARMOR_KIND,
 *   SECMAIL_E_LIMIT_MESSAGE_SIGNATURES, SECMAIL_E_LIMIT_PACKET_SIZE,
 *   SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE, SECMAIL_E_STATE (after data).
 * @since 0.1
 */
SECMAIL_API int secmail_verify_add_signatures(struct secmail_verify *verify, const uint8_t *data,
                                              size_t size);

/** Hashes the next piece of the signed data. @return 0; SECMAIL_E_STATE. @since 0.1 */
SECMAIL_API int secmail_verify_update(struct secmail_verify *verify, const uint8_t *data,
                                      size_t size);

/**
 * Judges. Succeeds however the signatures are; read the verdicts.
 *
 * @return 0; SECMAIL_E_STATE, SECMAIL_E_NO_DATA (no signature was given),
 *   SECMAIL_E_LIMIT_CERT_SIGNATURES, SECMAIL_E_LIMIT_CERT_COMPONENTS (copies of one certificate
 *   together).
 * @since 0.1
 */
SECMAIL_API int secmail_verify_finish(struct secmail_verify *verify);

/** Number of signatures that are SECMAIL_VERDICT_GOOD; 0 before finish. @since 0.1 */
SECMAIL_API size_t secmail_verify_good_count(const struct secmail_verify *verify);

/** Number of verdicts; 0 before finish. @since 0.1 */
SECMAIL_API size_t secmail_verify_verdict_count(const struct secmail_verify *verify);

/** A verdict, in the order of the signatures; borrowed; NULL past the end. @since 0.1 */
SECMAIL_API const struct secmail_verdict *
secmail_verify_verdict(const struct secmail_verify *verify, size_t index);

/* ------------------------------------------------------------------------------------------ */
/* Verifying signed messages                                                                    */

/**
 * What a literal data packet says of its data (RFC 9580 section 5.9). No signature covers these
 * fields: anybody can have changed them. Never use the name as a path.
 */
struct secmail_literal_info {
    size_t size;         /**< in: sizeof(struct secmail_literal_info); only that much is written */
    uint32_t format;     /**< 'b' for binary, 't' or 'u' for text, or another octet of the sender's;
                            0 for cleartext, which has none of these fields */
    uint32_t name_size;  /**< bytes of the file name; 0: there is none */
    const uint8_t *name; /**< the file name as it stands there, no zero byte behind it; borrowed
                            from the operation */
    int64_t date;        /**< seconds since 1970; -1: none */
};

/**
 * The verification of a signed message: packets, binary or armored, with signatures in front of the
 * data or behind it, one or several, compressed or not (RFC 9580 section 10.3), or cleartext with
 * signatures behind it (section 7). One thread at a time.
 *
 * **What comes out is what was verified**: the bytes that the good signatures cover, and no other.
 * Nothing comes out before one signature at least is good; where none is, nothing comes out at all,
 * and the operation fails with SECMAIL_E_NO_GOOD_SIGNATURE. Its verdicts can be read then, too.
 * (To look at a message whatever its signatures are worth, use secmail_inline_detach_new().)
 *
 * The bytes are given as they stand in the message (but see secmail_inline_verify_set_text_lf()). A
 * signature over text (mode "text") doesn't
 * cover the difference between line ends LF and CR LF. Of cleartext, white space at line ends,
 * which no signature covers, is left out, and so is the line end before the signatures.
 */
struct secmail_inline_verify;

/**
 * Makes a verification of one message.
 *
 * @param context  must outlive the operation
 * @param[out] out  returned-owned; secmail_inline_verify_free()
 * @return 0; SECMAIL_E_CRYPTO_INIT.
 * @since 0.1
 */
SECMAIL_API int secmail_inline_verify_new(struct secmail_context *context,
                                          struct secmail_inline_verify **out);

/** Frees and wipes; NULL is allowed. Its verdicts go with it. @since 0.1 */
SECMAIL_API void secmail_inline_verify_free(struct secmail_inline_verify *verify);

/** Policy for signatures; a reference is taken. All setters come before the first update.
 * @return 0; SECMAIL_E_STATE. @since 0.1 */
SECMAIL_API int secmail_inline_verify_set_policy(struct secmail_inline_verify *verify,
                                                 struct secmail_policy *policy);

/**
 * Only signatures that were made in this time, both ends included, are good; others are rejected
 * with SECMAIL_REASON_OUTSIDE_WINDOW.
 *
 * @param not_before, not_after  seconds since 1970; INT64_MIN and INT64_MAX: no bound
 * @return 0; SECMAIL_E_STATE.
 * @since 0.1
 */
SECMAIL_API int secmail_inline_verify_set_window(struct secmail_inline_verify *verify,
                                                 int64_t not_before, int64_t not_after);

/** What a caller can do and vouch for when a message is too large to be held until it is
 * authenticated. @since 0.1 */
enum secmail_rewind {
    SECMAIL_REWIND_NONE = 0,     /**< the input can be fed once */
    SECMAIL_REWIND_COMPARED = 1, /**< it can be fed again; the library compares both readings */
    /**
     * It can be fed again, and nobody can change it in between: it is in memory or a file of the
     * caller's own, or the caller finds out before it passes output on. Nothing is compared, which
     * saves a quarter of the time. Who vouches wrongly gives out what nobody authenticated.
     */
    SECMAIL_REWIND_SAME = 2,
};

/**
 * Says whether the caller can feed the input a second time: a value of enum secmail_rewind, at
 * first SECMAIL_REWIND_NONE. With another one, a message of packets with more than 4 MiB of data
 * (or SECMAIL_LIMIT_HELD_PLAINTEXT, if that is less) is read twice instead of being held: the first
 * reading verifies it and ends with SECMAIL_NEEDS_REWIND, the second one emits. Cleartext is always
 * held, since only its end tells how it was signed.
 *
 * @return 0; SECMAIL_E_STATE, SECMAIL_E_ARGUMENT (no such value). @since 0.1
 */
SECMAIL_API int secmail_inline_verify_allow_rewind(struct secmail_inline_verify *verify,
                                                   int rewind);

/**
 * Gives out text (literal format 't' or 'u') with line ends LF instead of CR LF if not 0 (default
 * 0), as RFC 9580 section 5.9 wants it from software on systems where lines end with LF. Signatures
 * over text don't cover the difference; data that a signature covers as bytes stays as it is.
 *
 * @return 0; SECMAIL_E_STATE. @since 0.1
 */
SECMAIL_API int secmail_inline_verify_set_text_lf(struct secmail_inline_verify *verify, int lf);

/** Adds a certificate of a possible signer; a reference is taken. Copies of one certificate count
 * together. @return 0; SECMAIL_E_STATE. @since 0.1 */
SECMAIL_API int secmail_inline_verify_add_cert(struct secmail_inline_verify *verify,
                                               struct secmail_cert *cert);

/**
 * Verifies, armored, binary or cleartext input. Windows and statuses as described in
 * <secmail/core.h>. Memory is bounded by SECMAIL_LIMIT_HELD_PLAINTEXT, and constant for packets
 * after secmail_inline_verify_allow_rewind().
 *
 * Whatever could pass for signed data but isn't makes the whole message fail: a second literal,
 * signatures that were not announced or are missing, packets behind the signatures; around and
 * among cleartext, text before it or behind it, headers other than a well-formed Hash, dashes that
 * are not escaped.
 *
 * @param end  non-zero: what is in the input window is the last of the message
 * @return SECMAIL_NEEDS_INPUT, SECMAIL_NEEDS_ROOM, SECMAIL_DONE (all data came out, and at least
 * one signature is good), or SECMAIL_NEEDS_REWIND (feed the input again from its first byte; only
 *   after secmail_inline_verify_allow_rewind());
 *   SECMAIL_E_NO_GOOD_SIGNATURE, SECMAIL_E_NO_DATA (there is no OpenPGP data), SECMAIL_E_MALFORMED,
 *   SECMAIL_E_TRUNCATED, SECMAIL_E_CLEARTEXT, SECMAIL_E_CRITICAL_PACKET,
 *   SECMAIL_E_UNSUPPORTED_ALGORITHM (of compression), SECMAIL_E_ARMOR, SECMAIL_E_ARMOR_KIND,
 *   SECMAIL_E_INPUT_CHANGED (the second reading differs), SECMAIL_E_RANDOM, SECMAIL_E_STATE, and
 * the limits HELD_PLAINTEXT, PLAINTEXT_SIZE, COMPRESSION_RATIO, NESTING, MESSAGE_PACKETS,
 * PACKET_SIZE, MESSAGE_SIGNATURES, ARMOR_HEADER_SIZE, and of the signers' certificates
 * CERT_SIGNATURES and CERT_COMPONENTS.
 * @since 0.1
 */
SECMAIL_API int secmail_inline_verify_update(struct secmail_inline_verify *verify,
                                             struct secmail_input *in, struct secmail_output *out,
                                             int end);

/**
 * Verifies what is in memory, in one call on a fresh operation.
 *
 * @param data, size  the message
 * @param[out] out  returned-owned data, which at least one good signature covers;
 *   secmail_bytes_free()
 * @return 0 or the errors of secmail_inline_verify_update(). SECMAIL_LIMIT_HELD_PLAINTEXT doesn't
 *   apply: the result is held in memory anyway.
 * @since 0.1
 */
SECMAIL_API int secmail_inline_verify_bytes(struct secmail_inline_verify *verify,
                                            const uint8_t *data, size_t size,
                                            struct secmail_bytes **out);

/**
 * What the message says of its data, once its signatures are judged: after SECMAIL_DONE,
 * SECMAIL_NEEDS_REWIND or SECMAIL_E_NO_GOOD_SIGNATURE.
 *
 * @param[in,out] info  `size` set by the caller
 * @return 0; SECMAIL_E_STATE (before).
 * @since 0.1
 */
SECMAIL_API int secmail_inline_verify_literal(struct secmail_inline_verify *verify,
                                              struct secmail_literal_info *info);

/** Number of signatures that are SECMAIL_VERDICT_GOOD; 0 before they are judged. @since 0.1 */
SECMAIL_API size_t secmail_inline_verify_good_count(const struct secmail_inline_verify *verify);

/** Number of signatures in the message; 0 before they are judged. @since 0.1 */
SECMAIL_API size_t secmail_inline_verify_verdict_count(const struct secmail_inline_verify *verify);

/** A verdict; borrowed; NULL past the end. @since 0.1 */
SECMAIL_API const struct secmail_verdict *
secmail_inline_verify_verdict(const struct secmail_inline_verify *verify, size_t index);

/**
 * Splits a signed message of any form into its data and its signatures. **Nothing is verified**:
 * what comes out is what somebody wrote. The parts go together as data and detached signatures
 * (secmail_verify_new()). One thread at a time.
 */
struct secmail_inline_detach;

/**
 * Makes an operation for one message.
 *
 * @param context  must outlive the operation
 * @param[out] out  returned-owned; secmail_inline_detach_free()
 * @return 0; SECMAIL_E_CRYPTO_INIT.
 * @since 0.1
 */
SECMAIL_API int secmail_inline_detach_new(struct secmail_context *context,
                                          struct secmail_inline_detach **out);

/** Frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_inline_detach_free(struct secmail_inline_detach *detach);

/**
 * Reads the message, armored, binary or cleartext, and gives its data. Windows and statuses as
 * described in <secmail/core.h>. Memory is constant, but for the longest line of cleartext, which
 * is held (SECMAIL_LIMIT_HELD_PLAINTEXT).
 *
 * @param end  non-zero: what is in the input window is the last of the message
 * @return SECMAIL_NEEDS_INPUT, SECMAIL_NEEDS_ROOM, SECMAIL_DONE;
 *   SECMAIL_E_NO_DATA (there is no OpenPGP data, or the message is not signed), and the errors of
 *   secmail_inline_verify_update() that concern the form of the message.
 * @since 0.1
 */
SECMAIL_API int secmail_inline_detach_update(struct secmail_inline_detach *detach,
                                             struct secmail_input *in, struct secmail_output *out,
                                             int end);

/**
 * The signatures, after SECMAIL_DONE.
 *
 * @param armored  non-zero: in ASCII armor
 * @param[out] out  returned-owned; secmail_bytes_free()
 * @return 0; SECMAIL_E_STATE (before).
 * @since 0.1
 */
SECMAIL_API int secmail_inline_detach_signatures(struct secmail_inline_detach *detach, int armored,
                                                 struct secmail_bytes **out);

#ifdef __cplusplus
}
#endif

#endif /* SECMAIL_VERIFY_H */
