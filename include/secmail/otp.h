/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file secmail/otp.h
 * Two-factor sign-in: one-time passwords (HOTP, RFC 4226; TOTP, RFC 6238), and everything around
 * them that makes them a second factor: enrolment, replay memory, throttling, resynchronisation,
 * recovery codes, app passwords, and secrets that are sealed at rest.
 *
 * **How the parts fit.** A *verifier* holds the host's sealing keys and the policy. For each of its
 * accounts the host stores one opaque *state*: some hundred bytes, encrypted and authenticated
 * under a sealing key and bound to the account's name. An *account* is a snapshot of such a state.
 * Every operation on an account leaves it as it is and makes a *result*: what is to be stored
 * instead of the old state, and the outcome.
 *
 *     load the state of the account                          state = SELECT state WHERE name = ...
 *     secmail_otp_account_open(verifier, &account, name, state, size);
 *     secmail_otp_verify(account, code, &result);
 *     new = secmail_otp_result_state(result);                NULL: nothing changed
 *     if (new)
 *         replace state by new, only if it is still state    UPDATE ... SET state = new
 *                                                            WHERE name = ... AND state = state
 *         if that failed: free all, start again
 *         secmail_otp_result_stored(result);
 *     secmail_otp_result_outcome(result, &outcome);          outcome.verdict
 *
 * **Compare-and-set.** A code may be accepted once. Two servers that get the same code at the same
 * moment both compute "accepted"; what makes only one of them right is that only one can replace
 * the old state. Therefore a result that carries a new state keeps its outcome (and new recovery
 * codes or app passwords) back until secmail_otp_result_stored() says that the state was replaced:
 * SECMAIL_E_OTP_NOT_STORED until then. Whoever loses the race repeats with the fresh state and
 * gets SECMAIL_OTP_REPLAYED.
 *
 * **Verdicts are results, not errors.** A wrong code is a successful call whose outcome says so.
 *
 * **Text** (names, labels, codes, URIs) is UTF-8 that ends with a NUL. **Threads:** a key, policy,
 * verifier, account, result and migration belongs to one thread at a time, together with the
 * context that it was made with. Several servers and processes meet at the host's store only.
 *
 * The rules of <secmail/core.h> on errors, ownership and units hold here: every function that
 * returns `int` may return SECMAIL_E_ARGUMENT (a NULL where none is allowed, a number outside of
 * its enum) and, unless it only reads, SECMAIL_E_NOMEM; the lists below name the others.
 */
#ifndef SECMAIL_OTP_H
#define SECMAIL_OTP_H

#include <secmail/core.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------ */
/* Keys: a secret with its parameters                                                           */

/** What moves the one-time password on. */
enum secmail_otp_type {
    SECMAIL_OTP_TOTP = 1, /**< the time (RFC 6238) */
    SECMAIL_OTP_HOTP = 2, /**< a counter (RFC 4226) */
};

/** The hash function of the HMAC (RFC 6238 section 1.2). */
enum secmail_otp_algorithm {
    SECMAIL_OTP_SHA1 = 1,
    SECMAIL_OTP_SHA256 = 2,
    SECMAIL_OTP_SHA512 = 3,
};

/** Bounds that hold for all keys and texts. */
enum secmail_otp_bounds {
    SECMAIL_OTP_MIN_DIGITS = 6,
    SECMAIL_OTP_MAX_DIGITS = 8,
    SECMAIL_OTP_MAX_SECRET = 128,      /**< bytes of a secret */
    SECMAIL_OTP_MAX_TEXT = 255,        /**< bytes of an issuer, a label, an account in a URI */
    SECMAIL_OTP_MAX_NAME = 512,        /**< bytes of an account's name */
    SECMAIL_OTP_MAX_PARAMETERS = 16,   /**< unknown parameters that are kept of a URI */
    SECMAIL_OTP_MAX_POSITIONS = 10001, /**< counters that one search goes through */
    SECMAIL_OTP_SEALING_KEY_SIZE = 32, /**< bytes of a sealing key */
};

/** A secret with its parameters: what an authenticator app gets. */
struct secmail_otp_key;

/**
 * Makes a key with what every app understands: TOTP, SHA-1, 6 digits, 30 seconds, T0 = 0. It has no
 * secret, issuer and account yet.
 *
 * @param context  must outlive the key
 * @param[out] out  returned-owned; secmail_otp_key_free()
 * @return 0. @since 0.1
 */
SECMAIL_API int secmail_otp_key_new(struct secmail_context *context, struct secmail_otp_key **out);

/** Wipes and frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_otp_key_free(struct secmail_otp_key *key);

/** Sets the type, an enum secmail_otp_type. @return 0. @since 0.1 */
SECMAIL_API int secmail_otp_key_set_type(struct secmail_otp_key *key, uint32_t type);

/** Sets the hash function, an enum secmail_otp_algorithm. @return 0. @since 0.1 */
SECMAIL_API int secmail_otp_key_set_algorithm(struct secmail_otp_key *key, uint32_t algorithm);

/**
 * Sets the number of digits, 6 to 8 (RFC 4226 section 5.3).
 *
 * @return 0; SECMAIL_E_OTP_PARAMETER. @since 0.1
 */
SECMAIL_API int secmail_otp_key_set_digits(struct secmail_otp_key *key, uint32_t digits);

/**
 * Sets the length of a time step in seconds, 1 to 2^32-1 (RFC 6238 section 4.1, "X").
 *
 * @return 0; SECMAIL_E_OTP_PARAMETER (0). @since 0.1
 */
SECMAIL_API int secmail_otp_key_set_period(struct secmail_otp_key *key, uint32_t period);

/** Sets the time at which step 0 begins (RFC 6238 section 4.1, "T0"). @return 0. @since 0.1 */
SECMAIL_API int secmail_otp_key_set_t0(struct secmail_otp_key *key, int64_t t0);

/** Sets the counter of the next code of a HOTP key. @return 0. @since 0.1 */
SECMAIL_API int secmail_otp_key_set_counter(struct secmail_otp_key *key, uint64_t counter);

/**
 * Sets the name of the service, shown by the app. Copied; "" for none.
 *
 * @return 0; SECMAIL_E_OTP_TEXT (more than 255 bytes, not UTF-8, control characters). @since 0.1
 */
SECMAIL_API int secmail_otp_key_set_issuer(struct secmail_otp_key *key, const char *issuer);

/**
 * Sets the name of the account as the app shows it. Parameters and result as
 * secmail_otp_key_set_issuer().
 *
 * @since 0.1
 */
SECMAIL_API int secmail_otp_key_set_account(struct secmail_otp_key *key, const char *account);

/**
 * Sets the secret.
 *
 * @param data, size  copied into locked memory; 1 to 128 bytes
 * @return 0; SECMAIL_E_OTP_SECRET (no bytes, or too many). @since 0.1
 */
SECMAIL_API int secmail_otp_key_set_secret(struct secmail_otp_key *key, const uint8_t *data,
                                           size_t size);

/**
 * Sets the secret from base32 (RFC 4648 section 6), in whatever form people type it: both cases,
 * spaces, hyphens and padding anywhere it makes sense. Bits behind the last byte are ignored.
 *
 * @return 0; SECMAIL_E_OTP_SECRET (other characters, a length that no number of bytes has, data
 *   behind the padding, no or too many bytes). @since 0.1
 */
SECMAIL_API int secmail_otp_key_set_secret_base32(struct secmail_otp_key *key, const char *text);

/**
 * Sets a random secret as long as the hash's result: 20, 32 or 64 bytes (RFC 6238 section 5.1). Set
 * the algorithm before.
 *
 * @return 0; SECMAIL_E_RANDOM. @since 0.1
 */
SECMAIL_API int secmail_otp_key_generate_secret(struct secmail_otp_key *key);

/** The type, an enum secmail_otp_type; 0 for NULL. @since 0.1 */
SECMAIL_API uint32_t secmail_otp_key_type(const struct secmail_otp_key *key);
/** The hash function, an enum secmail_otp_algorithm; 0 for NULL. @since 0.1 */
SECMAIL_API uint32_t secmail_otp_key_algorithm(const struct secmail_otp_key *key);
/** The number of digits; 0 for NULL. @since 0.1 */
SECMAIL_API uint32_t secmail_otp_key_digits(const struct secmail_otp_key *key);
/** The time step in seconds; 0 for NULL. @since 0.1 */
SECMAIL_API uint32_t secmail_otp_key_period(const struct secmail_otp_key *key);
/** The time at which step 0 begins; 0 for NULL. @since 0.1 */
SECMAIL_API int64_t secmail_otp_key_t0(const struct secmail_otp_key *key);
/** The counter of the next code; 0 for NULL. @since 0.1 */
SECMAIL_API uint64_t secmail_otp_key_counter(const struct secmail_otp_key *key);
/** The name of the service, "" for none; borrowed until it is set again. NULL: NULL. @since 0.1 */
SECMAIL_API const char *secmail_otp_key_issuer(const struct secmail_otp_key *key);
/** The name of the account, "" for none; borrowed until it is set again. NULL: NULL. @since 0.1 */
SECMAIL_API const char *secmail_otp_key_account(const struct secmail_otp_key *key);
/** The secret, borrowed until it is set again; NULL when there is none. @since 0.1 */
SECMAIL_API const struct secmail_secret *secmail_otp_key_secret(const struct secmail_otp_key *key);

/**
 * The secret as base32 for typing: upper case, no padding, no spaces.
 *
 * @param[out] out  returned-owned; a NUL follows the text and isn't counted
 * @return 0; SECMAIL_E_OTP_SECRET (none is set). @since 0.1
 */
SECMAIL_API int secmail_otp_key_secret_base32(const struct secmail_otp_key *key,
                                              struct secmail_bytes **out);

/** What may go wrong with a key in the field, as bits. */
enum secmail_otp_advice {
    SECMAIL_OTP_ADVICE_ALGORITHM = 1, /**< not SHA-1: some apps ignore it and show wrong codes */
    SECMAIL_OTP_ADVICE_DIGITS = 2,    /**< not 6 digits: likewise */
    SECMAIL_OTP_ADVICE_PERIOD = 4,    /**< not 30 seconds: likewise */
    SECMAIL_OTP_ADVICE_T0 = 8,        /**< not 0: no URI can tell an app */
    SECMAIL_OTP_ADVICE_SHORT = 16,    /**< secret below 128 bits (RFC 4226 section 4, R6) */
    SECMAIL_OTP_ADVICE_ISSUER = 32,   /**< no issuer: apps can't tell two services apart */
};

/** The advices that hold for this key, a sum of enum secmail_otp_advice; 0 for NULL. @since 0.1 */
SECMAIL_API uint32_t secmail_otp_key_advice(const struct secmail_otp_key *key);

/** One advice as an English sentence; borrowed, static; NULL for an unknown one. @since 0.1 */
SECMAIL_API const char *secmail_otp_advice_text(uint32_t advice);

/* ------------------------------------------------------------------------------------------ */
/* Codes                                                                                        */

/**
 * The step in which a time lies: floor((time - T0) / period) (RFC 6238 section 4.2).
 *
 * @param[out] step  untouched on failure
 * @return 0; SECMAIL_E_CLOCK (the time lies before T0). @since 0.1
 */
SECMAIL_API int secmail_otp_key_step(struct secmail_otp_key *key, int64_t time, uint64_t *step);

/**
 * The code of one counter or time step (RFC 4226 section 5.3). For clients and tests: whoever wants
 * to let somebody in uses secmail_otp_verify().
 *
 * @param[out] code  the digits, with leading zeros, and a NUL
 * @param size  of `code`; at least 9
 * @return 0; SECMAIL_E_OTP_SECRET (none is set). @since 0.1
 */
SECMAIL_API int secmail_otp_key_code(struct secmail_otp_key *key, uint64_t counter, char *code,
                                     size_t size);

/**
 * Finds a code among `count` successive counters. Only a comparison: it remembers nothing, so on
 * its own it lets codes be replayed and guessed. All positions are computed and compared, in the
 * same time whether and wherever the code is found.
 *
 * @param code  digits; spaces and hyphens between them are skipped; other text is never found
 * @param first  the first counter
 * @param count  1 to 10001; counters above 2^64-1 are left out
 * @param[out] position  offset from `first` of the first counter that has the code, or -1
 * @return 0; SECMAIL_E_OTP_SECRET (none is set). @since 0.1
 */
SECMAIL_API int secmail_otp_key_find(struct secmail_otp_key *key, const char *code, uint64_t first,
                                     uint32_t count, int32_t *position);

/* ------------------------------------------------------------------------------------------ */
/* otpauth URIs                                                                                 */

/**
 * Reads an otpauth URI ("Key Uri Format" of Google Authenticator), as tolerantly as it can be done
 * without guessing: any case of scheme, type and parameter names, white space around it, any form
 * of the secret (secmail_otp_key_set_secret_base32()), algorithm names with hyphens and "Hmac" in
 * front, `+` for a space in the issuer, a missing label.
 *
 * Label: split at the first `:`, or, where there is none, at the first `%3A`, and then decoded. The
 * issuer parameter wins over the label's prefix. Parameters that aren't known are kept.
 *
 * @param[out] out  returned-owned; secmail_otp_key_free()
 * @return 0; SECMAIL_E_OTP_URI (not an otpauth URI, unknown type, hotp without counter, a bad
 *   percent-encoding, a number that is none, a known parameter twice, more than 16 unknown ones),
 *   SECMAIL_E_OTP_SECRET (missing or bad), SECMAIL_E_OTP_PARAMETER (digits, period or algorithm not
 *   supported), SECMAIL_E_OTP_TEXT (label or issuer). @since 0.1
 */
SECMAIL_API int secmail_otp_key_from_uri(struct secmail_context *context,
                                         struct secmail_otp_key **out, const char *uri);

/**
 * Writes an otpauth URI strictly: `otpauth://totp/Issuer:account?secret=...&issuer=...` with
 * algorithm, digits and period (or counter) always named, `%20` for a space, base32 without
 * padding, and the kept parameters last.
 *
 * @param[out] out  returned-owned; a NUL follows the text and isn't counted. Holds the secret.
 * @return 0; SECMAIL_E_OTP_SECRET (none is set), SECMAIL_E_OTP_TEXT (no account, or a colon in the
 *   issuer or account, which the format forbids), SECMAIL_E_OTP_PARAMETER (T0 isn't 0). @since 0.1
 */
SECMAIL_API int secmail_otp_key_to_uri(const struct secmail_otp_key *key,
                                       struct secmail_bytes **out);

/**
 * Adds a parameter that this library doesn't know, for the app ("image", "color").
 *
 * @param name  1 to 255 bytes; copied
 * @param value  up to 255 bytes; copied
 * @return 0; SECMAIL_E_OTP_TEXT (a name that is known here, control characters, not UTF-8, too
 *   long), SECMAIL_E_OTP_TOO_MANY (there are 16). @since 0.1
 */
SECMAIL_API int secmail_otp_key_add_parameter(struct secmail_otp_key *key, const char *name,
                                              const char *value);

/** How many parameters the key has that aren't known here; 0 for NULL. @since 0.1 */
SECMAIL_API size_t secmail_otp_key_parameter_count(const struct secmail_otp_key *key);
/** Name of such a parameter, borrowed; NULL past the last. @since 0.1 */
SECMAIL_API const char *secmail_otp_key_parameter_name(const struct secmail_otp_key *key,
                                                       size_t index);
/** Its decoded value, borrowed; NULL past the last. @since 0.1 */
SECMAIL_API const char *secmail_otp_key_parameter_value(const struct secmail_otp_key *key,
                                                        size_t index);

/* ------------------------------------------------------------------------------------------ */
/* otpauth-migration URIs                                                                       */

/**
 * A transfer of several keys in the form that Google Authenticator exports: one or more QR codes
 * with `otpauth-migration://offline?data=...`, each a protocol buffer in base64.
 */
struct secmail_otp_migration;

/**
 * Begins an import or export.
 *
 * @param context  must outlive the migration
 * @param[out] out  returned-owned; secmail_otp_migration_free()
 * @return 0. @since 0.1
 */
SECMAIL_API int secmail_otp_migration_new(struct secmail_context *context,
                                          struct secmail_otp_migration **out);

/** Wipes and frees, with its keys; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_otp_migration_free(struct secmail_otp_migration *migration);

/**
 * Reads one QR code's text, in any order. The same part read twice counts once. Entries that can't
 * be expressed here (MD5, no secret) are counted by secmail_otp_migration_skipped().
 *
 * @return 0; SECMAIL_E_OTP_MIGRATION (another scheme, bad base64, a broken or oversized payload, a
 *   part of another export): the parts that were read before stay. @since 0.1
 */
SECMAIL_API int secmail_otp_migration_read(struct secmail_otp_migration *migration,
                                           const char *uri);

/** How many parts the export has; 0 before the first was read. @since 0.1 */
SECMAIL_API uint32_t secmail_otp_migration_parts(const struct secmail_otp_migration *migration);
/** How many of them weren't read yet. @since 0.1 */
SECMAIL_API uint32_t secmail_otp_migration_missing(const struct secmail_otp_migration *migration);
/** How many entries were left out because they can't be expressed here. @since 0.1 */
SECMAIL_API uint32_t secmail_otp_migration_skipped(const struct secmail_otp_migration *migration);
/** How many keys were read or added. @since 0.1 */
SECMAIL_API size_t secmail_otp_migration_key_count(const struct secmail_otp_migration *migration);
/** One of them, in the order of reading; borrowed; NULL past the last. @since 0.1 */
SECMAIL_API struct secmail_otp_key *
secmail_otp_migration_key(const struct secmail_otp_migration *migration, size_t index);

/**
 * Adds a key to be exported.
 *
 * @param key  copied
 * @return 0; SECMAIL_E_OTP_SECRET (it has none), SECMAIL_E_OTP_PARAMETER (a period other than 30
 *   seconds, a T0 other than 0, or a counter above 2^63-1: the format can't say it),
 *   SECMAIL_E_OTP_TOO_MANY (1000 keys), SECMAIL_E_RANDOM (the export's number). @since 0.1
 */
SECMAIL_API int secmail_otp_migration_add(struct secmail_otp_migration *migration,
                                          const struct secmail_otp_key *key);

/** How many QR codes the export takes: 10 keys fit into one. @since 0.1 */
SECMAIL_API size_t secmail_otp_migration_uri_count(const struct secmail_otp_migration *migration);

/**
 * Writes the text of one QR code.
 *
 * @param index  below secmail_otp_migration_uri_count()
 * @param[out] out  returned-owned; a NUL follows the text and isn't counted. Holds secrets.
 * @return 0. @since 0.1
 */
SECMAIL_API int secmail_otp_migration_uri(const struct secmail_otp_migration *migration,
                                          size_t index, struct secmail_bytes **out);

/* ------------------------------------------------------------------------------------------ */
/* Policy                                                                                       */

/**
 * The rules of verification, as data. A failed attempt is a well-formed code that is wrong. What
 * the defaults leave to an attacker (100 guesses in 30 days) is computed in doc/guide/otp.md.
 *
 * What resets what: an accepted code or recovery code ends the delay; a strike is forgiven only by
 * time or by secmail_otp_reset(), so that an attacker doesn't gain guesses from the user's own
 * sign-ins. Codes and recovery codes are throttled by the same rules but counted apart, so that a
 * recovery code still opens an account whose codes are locked.
 */
enum secmail_otp_rule {
    SECMAIL_OTP_RULE_WINDOW_BACK = 1,    /**< TOTP steps accepted before the expected one; 1 */
    SECMAIL_OTP_RULE_WINDOW_FORWARD = 2, /**< TOTP steps accepted behind it; 1 (RFC 6238 5.2) */
    SECMAIL_OTP_RULE_DRIFT_MAX = 3,      /**< steps by which a clock may be followed; 10; 0: not */
    SECMAIL_OTP_RULE_LOOK_AHEAD = 4,     /**< HOTP counters that may be skipped; 5 (RFC 4226 7.4) */
    SECMAIL_OTP_RULE_RESYNC_STEPS = 5,   /**< steps that secmail_otp_resync() searches; 120 */
    SECMAIL_OTP_RULE_FREE_FAILURES = 6,  /**< failures in a row without delay; 2 */
    SECMAIL_OTP_RULE_DELAY_FIRST = 7,    /**< seconds of the first delay, doubled each time; 5 */
    SECMAIL_OTP_RULE_DELAY_MAX = 8,      /**< seconds of the longest delay; 900 */
    SECMAIL_OTP_RULE_LOCK_AFTER = 9,     /**< unforgiven failures (strikes) that lock; 10 */
    SECMAIL_OTP_RULE_FORGIVE_AFTER = 10, /**< seconds that forgive a strike; 28800; 0: never */
    SECMAIL_OTP_RULE_ENROLMENT_LIFETIME = 11, /**< seconds until it must be confirmed; 3600 */
    SECMAIL_OTP_RULE_ENROLMENT_TRIES = 12,    /**< wrong codes that end an enrolment; 10 */
    SECMAIL_OTP_RULE_RECOVERY_CODES = 13,     /**< codes in a set; 10 */
    SECMAIL_OTP_RULE_ARGON2_MEMORY_KIB = 14,  /**< KiB for the hash of recovery codes; 65536 */
    SECMAIL_OTP_RULE_ARGON2_PASSES = 15,      /**< passes of it; 3 */
    SECMAIL_OTP_RULE_APP_PASSWORDS = 16,      /**< app passwords of one account; 16 */
    SECMAIL_OTP_RULE_LAST_USED_AFTER = 17,    /**< seconds between updates of "last used"; 3600 */
};

/** An editable table of rules. One thread at a time. */
struct secmail_otp_policy;

/** Makes a table that holds the defaults. @param[out] out returned-owned. @return 0. @since 0.1 */
SECMAIL_API int secmail_otp_policy_new(struct secmail_otp_policy **out);

/** Frees a table; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_otp_policy_free(struct secmail_otp_policy *policy);

/**
 * Sets one rule.
 *
 * @param rule  an enum secmail_otp_rule
 * @param value  in the unit of the rule, inside secmail_otp_rule_bounds()
 * @return 0; SECMAIL_E_ARGUMENT (also for a value outside of the bounds). @since 0.1
 */
SECMAIL_API int secmail_otp_policy_set(struct secmail_otp_policy *policy, uint32_t rule,
                                       uint32_t value);

/**
 * Reads one rule.
 *
 * @param policy  a table, or NULL for the defaults
 * @return 0. @since 0.1
 */
SECMAIL_API int secmail_otp_policy_get(const struct secmail_otp_policy *policy, uint32_t rule,
                                       uint32_t *value);

/** The least and greatest value of a rule. @return 0. @since 0.1 */
SECMAIL_API int secmail_otp_rule_bounds(uint32_t rule, uint32_t *least, uint32_t *greatest);

/** Name of a rule for configuration files ("lock-after"); static; NULL if unknown. @since 0.1 */
SECMAIL_API const char *secmail_otp_rule_name(uint32_t rule);

/* ------------------------------------------------------------------------------------------ */
/* Verifier                                                                                     */

/** The host's sealing keys and policy. */
struct secmail_otp_verifier;

/**
 * Makes a verifier with the default policy and no sealing key.
 *
 * @param context  borrowed; must outlive the verifier, its accounts and their results. Its clock
 *                 is the one that counts.
 * @param[out] out  returned-owned; secmail_otp_verifier_free()
 * @return 0. @since 0.1
 */
SECMAIL_API int secmail_otp_verifier_new(struct secmail_context *context,
                                         struct secmail_otp_verifier **out);

/** Wipes and frees; NULL is allowed. Its accounts must be freed before. @since 0.1 */
SECMAIL_API void secmail_otp_verifier_free(struct secmail_otp_verifier *verifier);

/**
 * Adds a sealing key. The first one is active: it seals what is written; the others open what was
 * sealed with them. To rotate: add the new key everywhere, make it active, and let
 * secmail_otp_reseal() run over the stored states; then take the old key away.
 *
 * @param id  stands in clear in each state; never give it to another key
 * @param key, size  32 random bytes, copied into locked memory
 * @return 0; SECMAIL_E_ARGUMENT (also for another size, or an id that is taken). @since 0.1
 */
SECMAIL_API int secmail_otp_verifier_add_key(struct secmail_otp_verifier *verifier, uint32_t id,
                                             const uint8_t *key, size_t size);

/** Chooses the key that seals. @return 0; SECMAIL_E_OTP_STATE_KEY (no such key). @since 0.1 */
SECMAIL_API int secmail_otp_verifier_set_active_key(struct secmail_otp_verifier *verifier,
                                                    uint32_t id);

/** Copies a table of rules; NULL restores the defaults. @return 0. @since 0.1 */
SECMAIL_API int secmail_otp_verifier_set_policy(struct secmail_otp_verifier *verifier,
                                                const struct secmail_otp_policy *policy);

/* ------------------------------------------------------------------------------------------ */
/* Accounts                                                                                     */

/** A snapshot of one account's state. No operation changes it. */
struct secmail_otp_account;

/**
 * Opens a stored state.
 *
 * @param verifier  borrowed; must outlive the account, and isn't changed while it is open
 * @param[out] out  returned-owned; secmail_otp_account_free()
 * @param name  the account's name in the host's store, 1 to 512 bytes, copied. The state is bound
 *              to exactly these bytes: see secmail_otp_rename().
 * @param state, size  as the host stored it; NULL and 0 for an account that has none yet. Not
 *              needed any more when the call returns.
 * @return 0; SECMAIL_E_OTP_TEXT (name), SECMAIL_E_OTP_STATE, SECMAIL_E_OTP_STATE_VERSION,
 *   SECMAIL_E_OTP_STATE_KEY, SECMAIL_E_OTP_STATE_SEAL; SECMAIL_E_STATE (the verifier has no key).
 * @since 0.1
 */
SECMAIL_API int secmail_otp_account_open(struct secmail_otp_verifier *verifier,
                                         struct secmail_otp_account **out, const char *name,
                                         const uint8_t *state, size_t size);

/** Wipes and frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_otp_account_free(struct secmail_otp_account *account);

/** What an account's state says. Set `size` before the call. */
struct secmail_otp_info {
    size_t size;             /**< sizeof(struct secmail_otp_info) of the caller */
    uint32_t enrolled;       /**< 1: a second factor is confirmed, and must be asked for */
    uint32_t enrolling;      /**< 1: an enrolment waits for its code */
    int64_t enrolling_until; /**< when it expires; 0 without enrolment */
    int64_t confirmed_at;    /**< when the second factor was confirmed; 0 if it isn't */
    int64_t accepted_at;     /**< when a code was last accepted; 0 for never */
    uint32_t type;           /**< enum secmail_otp_type of the confirmed key; 0 without */
    uint32_t digits;         /**< digits of its codes */
    int32_t drift;           /**< steps by which its clock is known to be ahead */
    uint32_t failures;       /**< failed codes since one was accepted */
    uint32_t strikes;        /**< failed codes that aren't forgiven */
    uint32_t locked;         /**< 1: no code is accepted before blocked_until */
    int64_t blocked_until;   /**< when codes are looked at; INT64_MAX: after a reset; 0: now */
    int64_t recovery_blocked_until; /**< the same for recovery codes */
    int64_t recovery_made_at;       /**< when the set of recovery codes was made; 0 without */
    uint32_t recovery_locked; /**< 1: no recovery code is accepted before recovery_blocked_until */
    uint32_t recovery_total;  /**< codes in the set */
    uint32_t recovery_left;   /**< of them, those not used yet */
    uint32_t app_passwords;   /**< how many there are */
    uint32_t sealing_key;     /**< id of the key under which the state is sealed */
    uint32_t needs_reseal;    /**< 1: that isn't the active key */
    uint64_t generation;      /**< grows by 1 with each new state: shows a store that went back */
};

/** Reads an account. @param[out] info `size` set before. @return 0. @since 0.1 */
SECMAIL_API int secmail_otp_account_info(struct secmail_otp_account *account,
                                         struct secmail_otp_info *info);

/** Which of an account's keys. */
enum secmail_otp_which {
    SECMAIL_OTP_ENROLLED = 1,  /**< the confirmed key */
    SECMAIL_OTP_ENROLLING = 2, /**< the key that waits for its code */
};

/**
 * Copies a key out of an account: to show the QR code of an open enrolment once more, or to move
 * the account to another system. It holds the secret.
 *
 * @param which  an enum secmail_otp_which
 * @param[out] out  returned-owned. A HOTP key has the account's counter; unknown URI parameters
 *                  aren't kept in the state.
 * @return 0; SECMAIL_E_OTP_NOT_ENROLLED (there is no such key). @since 0.1
 */
SECMAIL_API int secmail_otp_account_key(struct secmail_otp_account *account, uint32_t which,
                                        struct secmail_otp_key **out);

/* ------------------------------------------------------------------------------------------ */
/* Results                                                                                      */

/** The answer to an attempt. */
enum secmail_otp_verdict {
    SECMAIL_OTP_ACCEPTED = 1,  /**< let the user in; the code is used up */
    SECMAIL_OTP_WRONG = 2,     /**< counted; `until` tells when the next is looked at */
    SECMAIL_OTP_REPLAYED = 3,  /**< a right code that was accepted before, or is older than that */
    SECMAIL_OTP_THROTTLED = 4, /**< not looked at: too early after a failure; see `until` */
    SECMAIL_OTP_LOCKED = 5,    /**< not looked at: too many failures; see `until` */
    SECMAIL_OTP_EXPIRED = 6,   /**< the enrolment, or the app password, is past its time */
    SECMAIL_OTP_NOT_ENROLLED = 7, /**< there is no confirmed second factor, or no recovery codes */
    SECMAIL_OTP_MALFORMED = 8,    /**< no code: wrong length, characters or check; not counted */
    SECMAIL_OTP_OUT_OF_SCOPE = 9, /**< a right app password, but not for this use */
};

/** Name of a verdict for logs and programs ("accepted"); static; NULL if unknown. @since 0.1 */
SECMAIL_API const char *secmail_otp_verdict_name(uint32_t verdict);

/** What came of an operation. Set `size` before the call. */
struct secmail_otp_outcome {
    size_t size;            /**< sizeof(struct secmail_otp_outcome) of the caller */
    uint32_t verdict;       /**< enum secmail_otp_verdict; operations without attempt: ACCEPTED */
    uint32_t failures;      /**< accepted: failed attempts since the last success (tell the user);
                                 else: failed attempts in a row, this one included */
    uint32_t failures_left; /**< failures until the lock */
    uint32_t recovery_left; /**< recovery codes left */
    int64_t until;          /**< when the next is looked at; INT64_MAX: after a reset; 0: now */
    int32_t drift;          /**< steps by which the user's clock is known to be ahead */
    uint32_t app_password;  /**< id of the one that was added, revoked or used; 0 for none */
};

/** What an operation made: the state to store and, once it is stored, the outcome. */
struct secmail_otp_result;

/**
 * The state that is to replace the one that the account was opened with, by compare-and-set.
 *
 * @return borrowed; NULL when nothing is to be stored, or for NULL. @since 0.1
 */
SECMAIL_API const struct secmail_bytes *
secmail_otp_result_state(const struct secmail_otp_result *result);

/**
 * Says that the old state has been replaced by secmail_otp_result_state(), and opens the outcome. A
 * host that calls this without having stored lets codes be used twice.
 *
 * @return 0. @since 0.1
 */
SECMAIL_API int secmail_otp_result_stored(struct secmail_otp_result *result);

/**
 * Reads the outcome.
 *
 * @param[out] outcome  `size` set before; untouched on failure
 * @return 0; SECMAIL_E_OTP_NOT_STORED (there is a state to store, and secmail_otp_result_stored()
 *   wasn't called). @since 0.1
 */
SECMAIL_API int secmail_otp_result_outcome(struct secmail_otp_result *result,
                                           struct secmail_otp_outcome *outcome);

/**
 * Reads new recovery codes or the new app password, to be shown once: the state holds only hashes.
 *
 * @param[out] text  borrowed as long as the result; NULL past the last
 * @return 0; SECMAIL_E_OTP_NOT_STORED. @since 0.1
 */
SECMAIL_API int secmail_otp_result_secret(struct secmail_otp_result *result, size_t index,
                                          const char **text);

/** Wipes and frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_otp_result_free(struct secmail_otp_result *result);

/* ------------------------------------------------------------------------------------------ */
/* Enrolment and verification                                                                   */
/*                                                                                              */
/* In each of these, `out` is returned-owned (secmail_otp_result_free()), and the errors are     */
/* those of all operations: SECMAIL_E_RANDOM and SECMAIL_E_NOMEM. Codes: secmail_otp_key_find(). */

/**
 * Begins an enrolment: the key waits in the state for its first code. An enrolled second factor
 * stays valid until then; an enrolment that was open is replaced.
 *
 * @param key  copied, without its unknown parameters; it must have a secret
 * @param[out] out  the outcome's `until` is when the enrolment expires
 * @return 0; SECMAIL_E_OTP_SECRET (the key has none). @since 0.1
 */
SECMAIL_API int secmail_otp_enrol(struct secmail_otp_account *account,
                                  const struct secmail_otp_key *key,
                                  struct secmail_otp_result **out);

/**
 * Completes an enrolment with a code of its key, which is used up by that: it isn't accepted again
 * at the first sign-in. Failures are counted for the enrolment alone and never lock the account.
 *
 * @param[out] out  verdicts: ACCEPTED, WRONG, MALFORMED, EXPIRED (too late, too many wrong codes,
 *                  or no open enrolment)
 * @return 0; SECMAIL_E_CLOCK. @since 0.1
 */
SECMAIL_API int secmail_otp_confirm(struct secmail_otp_account *account, const char *code,
                                    struct secmail_otp_result **out);

/**
 * Verifies a code at sign-in.
 *
 * TOTP: the steps from WINDOW_BACK before to WINDOW_FORWARD behind the one that the clock and the
 * known drift say; a step that was accepted, and all before it, never again (RFC 6238 section 5.2).
 * Two accepted codes in a row on the same side of the middle move the drift by one step, up to
 * DRIFT_MAX. HOTP: the next counter and LOOK_AHEAD more (RFC 4226 section 7.4); of those before it,
 * the last WINDOW_BACK are recognised as replayed.
 *
 * While the account is throttled or locked the code isn't looked at, and nothing is to be stored.
 *
 * @param[out] out  verdicts: ACCEPTED, WRONG, REPLAYED, THROTTLED, LOCKED, NOT_ENROLLED, MALFORMED
 * @return 0; SECMAIL_E_CLOCK. @since 0.1
 */
SECMAIL_API int secmail_otp_verify(struct secmail_otp_account *account, const char *code,
                                   struct secmail_otp_result **out);

/**
 * Verifies two codes in a row of a key that is out of step, and brings it back: a HOTP token whose
 * button was pressed too often, a clock that is off (RFC 4226 section 7.4, RFC 6238 section 6).
 * Searches RESYNC_STEPS counters ahead, or as many time steps to both sides. Throttled and counted
 * like secmail_otp_verify(), with the same verdicts; ACCEPTED uses up both codes.
 *
 * @return 0; SECMAIL_E_CLOCK. @since 0.1
 */
SECMAIL_API int secmail_otp_resync(struct secmail_otp_account *account, const char *first_code,
                                   const char *second_code, struct secmail_otp_result **out);

/**
 * Lifts delays and locks and forgives all strikes, of codes and of recovery codes: for the host's
 * administrator, after the user was identified by other means.
 *
 * @since 0.1
 */
SECMAIL_API int secmail_otp_reset(struct secmail_otp_account *account,
                                  struct secmail_otp_result **out);

/**
 * Turns the second factor off: removes the keys, the recovery codes and the app passwords. The
 * failures stay, so that turning it off and on again is no way around the throttle.
 *
 * @since 0.1
 */
SECMAIL_API int secmail_otp_disable(struct secmail_otp_account *account,
                                    struct secmail_otp_result **out);

/**
 * Seals the state for another name: the result belongs into the store under the new name, and the
 * old one is to be removed in the same transaction.
 *
 * @param name  as for secmail_otp_account_open()
 * @return 0; SECMAIL_E_OTP_TEXT. @since 0.1
 */
SECMAIL_API int secmail_otp_rename(struct secmail_otp_account *account, const char *name,
                                   struct secmail_otp_result **out);

/**
 * Seals the state under the verifier's active key. Nothing is to be stored when it is already.
 *
 * @since 0.1
 */
SECMAIL_API int secmail_otp_reseal(struct secmail_otp_account *account,
                                   struct secmail_otp_result **out);

/* ------------------------------------------------------------------------------------------ */
/* Recovery codes                                                                               */

/**
 * Makes a set of recovery codes for the day on which the phone is gone, and voids the one before.
 *
 * A code is `XXXX-XXXX-XXXX-XXXX`: 15 random characters (75 bits) and a check character, of the
 * digits and the capital letters without I, L, O and U. The state keeps their Argon2id hashes with
 * the policy's parameters and one salt for the set, so that an attempt costs one computation.
 *
 * @param[out] out  secmail_otp_result_secret() gives the codes
 * @return 0; SECMAIL_E_OTP_NOT_ENROLLED (a second factor must be confirmed first),
 *   SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB, SECMAIL_E_LIMIT_ARGON2_WORK (the policy asks for more than
 *   the context allows). @since 0.1
 */
SECMAIL_API int secmail_otp_recovery_generate(struct secmail_otp_account *account,
                                              struct secmail_otp_result **out);

/**
 * Verifies a recovery code in place of a code, once. Read in both cases, with any grouping; O, I
 * and L are taken for 0 and 1. The check character finds typing errors before anything is counted
 * or computed. Has its own count of failures, under the policy's rules. ACCEPTED ends the delay of
 * codes, too.
 *
 * @param[out] out  verdicts: ACCEPTED, WRONG, REPLAYED (used before), THROTTLED, LOCKED,
 *                  NOT_ENROLLED (there is no set), MALFORMED
 * @return 0; SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB, SECMAIL_E_LIMIT_ARGON2_WORK. @since 0.1
 */
SECMAIL_API int secmail_otp_recovery_verify(struct secmail_otp_account *account, const char *code,
                                            struct secmail_otp_result **out);

/* ------------------------------------------------------------------------------------------ */
/* App passwords                                                                                */

/** What is known of an app password. Set `size` before the call. */
struct secmail_otp_app_password {
    size_t size;       /**< sizeof(struct secmail_otp_app_password) of the caller */
    uint32_t id;       /**< its number; never used again in this account */
    uint32_t reserved; /**< 0 */
    int64_t created_at;
    int64_t expires_at; /**< 0 for never */
    int64_t used_at;    /**< last use, as exact as LAST_USED_AFTER; 0 for never */
    const char *label;  /**< borrowed as long as the account */
    const char *scope;  /**< likewise */
};

/**
 * Makes a password for one program that can't ask for a code (IMAP, POP, SMTP).
 *
 * It is `xxxx-xxxx-xxxx-xxxx-xxxx`: 19 random characters (95 bits) and a check character. That many
 * bits can't be guessed, so the state keeps a salted HMAC-SHA-256 of it: a mail client signs in
 * every few minutes, and a slow hash would only slow the server down. For the same reason app
 * passwords have no throttle: a client with a revoked password would lock its user out.
 *
 * @param label  what the user calls it ("phone"), 1 to 255 bytes; copied
 * @param scope  what it is good for: words of a-z, 0-9, `-`, `_`, `.` with single spaces ("imap
 *               smtp"), 1 to 255 bytes; copied
 * @param expires_at  from when on it isn't accepted; 0 for never
 * @param[out] out  secmail_otp_result_secret() gives the password, the outcome its id
 * @return 0; SECMAIL_E_OTP_NOT_ENROLLED (a second factor must be confirmed first),
 *   SECMAIL_E_OTP_TEXT, SECMAIL_E_OTP_TOO_MANY (the policy's APP_PASSWORDS). @since 0.1
 */
SECMAIL_API int secmail_otp_app_password_add(struct secmail_otp_account *account, const char *label,
                                             const char *scope, int64_t expires_at,
                                             struct secmail_otp_result **out);

/**
 * Verifies an app password for one use. Read like a recovery code. "Last used" is updated at most
 * every LAST_USED_AFTER seconds, so that most sign-ins have nothing to store.
 *
 * @param scope  one word ("imap")
 * @param[out] out  verdicts: ACCEPTED, WRONG, OUT_OF_SCOPE, EXPIRED, NOT_ENROLLED, MALFORMED
 * @return 0; SECMAIL_E_OTP_TEXT (scope isn't one word). @since 0.1
 */
SECMAIL_API int secmail_otp_app_password_verify(struct secmail_otp_account *account,
                                                const char *scope, const char *password,
                                                struct secmail_otp_result **out);

/** Takes an app password away. @return 0; SECMAIL_E_OTP_NO_SUCH_ENTRY. @since 0.1 */
SECMAIL_API int secmail_otp_app_password_revoke(struct secmail_otp_account *account, uint32_t id,
                                                struct secmail_otp_result **out);

/**
 * Reads one app password of the account, in the order of making.
 *
 * @param[out] entry  `size` set before
 * @return 0; SECMAIL_E_OTP_NO_SUCH_ENTRY (past the last). @since 0.1
 */
SECMAIL_API int secmail_otp_account_app_password(struct secmail_otp_account *account, size_t index,
                                                 struct secmail_otp_app_password *entry);

#ifdef __cplusplus
}
#endif

#endif /* SECMAIL_OTP_H */
