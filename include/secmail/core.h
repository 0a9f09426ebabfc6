/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file secmail/core.h
 * What every libsecmail module shares: the context, errors, limits, bytes, secrets and streaming
 * windows.
 *
 * A program makes one context for each thread that works with the library, hands it to the
 * constructors of the other modules, and frees it last. The context carries everything that
 * libsecmail would otherwise have to take from its surroundings: memory, the clock, randomness,
 * limits and a place for messages. The library keeps no mutable global state (but that libgcrypt is
 * initialised once for a process), prints nothing, and opens no file and no socket.
 *
 * Rules that hold for every module:
 *
 * - **Errors.** A function that can fail returns `int`: 0 (or a positive status that its
 *   documentation names) or a negative `SECMAIL_E_...` code from <secmail/errors.h>. The code's
 *   meaning and remedy come from secmail_error_meaning() and secmail_error_remedy(); what happened
 *   in this very call (which key, which rule, which date) is one line on the context,
 *   secmail_context_error_detail().
 * - **Failure leaves nothing behind.** A constructor that fails sets `*out` to NULL. No other
 *   output is touched.
 * - **Arguments are checked.** A NULL pointer where one isn't allowed, or a flag that this version
 *   doesn't know, is SECMAIL_E_ARGUMENT, never a crash.
 * - **Ownership.** "Borrowed" data stays the property of the object that returned it and lives as
 *   long as that object; "copied" arguments may be freed when the call returns; "returned-owned"
 *   objects are the caller's, who passes them to the matching `_free` or `_unref`. Both take NULL.
 * - **Units.** Sizes are bytes, times are seconds since 1970-01-01 00:00 UTC (`int64_t`), unless
 *   the name says otherwise (`_ms`, `_bits`, `_kib`).
 * - **Threads.** A context, and every operation made with it, is used by one thread at a time.
 *   Immutable, reference-counted objects (certificates, keys, policies) are shared freely between
 *   threads and may outlive the context they were made with.
 */
#ifndef SECMAIL_CORE_H
#define SECMAIL_CORE_H

#include <stddef.h>
#include <stdint.h>

#include <secmail/errors.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Marks what a libsecmail library exports. */
#if defined(__GNUC__)
#define SECMAIL_API __attribute__((visibility("default")))
#else
#define SECMAIL_API
#endif

/* ------------------------------------------------------------------------------------------ */
/* Version and features                                                                         */

/** Version of the header that the program was compiled with, as major * 10000 + minor * 100 +
 * patch. */
#define SECMAIL_VERSION_NUMBER 100

/**
 * Version of the library that is loaded, as text ("0.1.0").
 *
 * @return  borrowed, static, never NULL.
 * @since 0.1
 */
SECMAIL_API const char *secmail_version(void);

/**
 * Version of the library that is loaded, in the form of SECMAIL_VERSION_NUMBER.
 *
 * @since 0.1
 */
SECMAIL_API uint32_t secmail_version_number(void);

/**
 * Tells whether the loaded library was built with a feature.
 *
 * @param name  a module ("openpgp", "otp") or an algorithm ("aead-ocb", "argon2id", "ml-kem-768");
 *              doc/features.md lists the names.
 * @return  1 if it was, 0 if it wasn't, if the name is unknown or NULL.
 * @since 0.1
 */
SECMAIL_API int secmail_feature_supported(const char *name);

/* ------------------------------------------------------------------------------------------ */
/* Errors                                                                                       */

/**
 * Symbolic name of an error code ("SECMAIL_E_ARGUMENT"), "SECMAIL_OK" for 0.
 *
 * @param code  what a function returned; positive statuses count as 0.
 * @return  borrowed, static; NULL for a number that the registry doesn't know.
 * @since 0.1
 */
SECMAIL_API const char *secmail_error_name(int code);

/**
 * What an error code means, one English sentence. Parameters and result as secmail_error_name().
 *
 * @since 0.1
 */
SECMAIL_API const char *secmail_error_meaning(int code);

/**
 * What the caller or the user can do about an error code, one English sentence. Parameters and
 * result as secmail_error_name().
 *
 * @since 0.1
 */
SECMAIL_API const char *secmail_error_remedy(int code);

/**
 * Walks the registry of error codes, for bindings and documentation.
 *
 * @param index  0, 1, 2, ...
 * @return  the code at that place, or 0 past the last one.
 * @since 0.1
 */
SECMAIL_API int secmail_error_at(size_t index);

/* ------------------------------------------------------------------------------------------ */
/* Limits                                                                                       */

/**
 * What bounds the work that untrusted input may cause. Each limit has a safe default and an error
 * code of its own; doc/limits.md lists them. The numbers are part of the ABI and never reused.
 */
enum secmail_limit {
    SECMAIL_LIMIT_HELD_PLAINTEXT = 1,    /**< bytes of SEIPDv1 plaintext that wait for the MDC */
    SECMAIL_LIMIT_PLAINTEXT_SIZE = 2,    /**< bytes of plaintext in one message */
    SECMAIL_LIMIT_COMPRESSION_RATIO = 3, /**< output bytes per input byte of a compressed packet */
    SECMAIL_LIMIT_NESTING = 4,           /**< packets inside packets (layers) */
    SECMAIL_LIMIT_MESSAGE_PACKETS = 5,   /**< packets in one message, all layers together */
    SECMAIL_LIMIT_PACKET_SIZE = 6,       /**< bytes of a packet that must be held in memory */
    SECMAIL_LIMIT_SESSION_KEY_PACKETS = 7, /**< PKESK and SKESK packets of one message */
    SECMAIL_LIMIT_MESSAGE_SIGNATURES = 8,  /**< signatures on one message */
    SECMAIL_LIMIT_CERT_SIGNATURES = 9,  /**< signatures kept for one component of a certificate: as
                                           many by its owner, and as many by others, of which more
                                           are left out */
    SECMAIL_LIMIT_CERT_COMPONENTS = 10, /**< user IDs, attributes and subkeys of one certificate */
    SECMAIL_LIMIT_RING_CERTS = 11,      /**< certificates read from one ring */
    SECMAIL_LIMIT_ARGON2_MEMORY_KIB = 12,      /**< KiB of memory that an Argon2 S2K may ask for */
    SECMAIL_LIMIT_ARGON2_WORK = 13,            /**< passes x KiB that an Argon2 S2K may ask for */
    SECMAIL_LIMIT_PASSWORD_TRIES = 14,         /**< S2K computations in one decryption */
    SECMAIL_LIMIT_HIDDEN_RECIPIENT_TRIES = 15, /**< trials of keys on PKESKs without recipient */
    SECMAIL_LIMIT_ARMOR_HEADER_SIZE = 16,      /**< bytes of armor header lines before the data */
    SECMAIL_LIMIT_REPORT_ENTRIES = 17, /**< records, reasons and results of one DMARC report */
};

/** Limits as one object: an editable table that a context copies. One thread at a time. */
struct secmail_limits;
struct secmail_context;
struct secmail_bytes;

/**
 * Makes a table that holds the defaults.
 *
 * @param[out] out  returned-owned; secmail_limits_free().
 * @return 0, SECMAIL_E_ARGUMENT (out is NULL), SECMAIL_E_NOMEM.
 * @since 0.1
 */
SECMAIL_API int secmail_limits_new(struct secmail_limits **out);

/** Frees a table; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_limits_free(struct secmail_limits *limits);

/**
 * Sets one limit.
 *
 * @param limit  an enum secmail_limit
 * @param value  in the unit of the limit; UINT64_MAX takes the bound away
 * @return 0, SECMAIL_E_ARGUMENT (NULL table or unknown limit).
 * @since 0.1
 */
SECMAIL_API int secmail_limits_set(struct secmail_limits *limits, uint32_t limit, uint64_t value);

/**
 * Reads one limit.
 *
 * @param limits  a table, or NULL for the defaults
 * @param[out] value  in the unit of the limit
 * @return 0, SECMAIL_E_ARGUMENT (NULL value or unknown limit).
 * @since 0.1
 */
SECMAIL_API int secmail_limits_get(const struct secmail_limits *limits, uint32_t limit,
                                   uint64_t *value);

/**
 * Reads a table from text, such as a file of an administrator: one limit a line, its name
 * (secmail_limit_name()) and a number in its unit, or the word "unlimited". What follows a '#' is a
 * comment. Limits that no line names have their defaults.
 *
 * @param[out] out  returned-owned; secmail_limits_free()
 * @param text, size  borrowed
 * @return 0; SECMAIL_E_LIMITS_TEXT (the detail names the line), SECMAIL_E_ARGUMENT,
 * SECMAIL_E_NOMEM.
 * @since 0.1
 */
SECMAIL_API int secmail_limits_parse(struct secmail_context *context, struct secmail_limits **out,
                                     const uint8_t *text, size_t size);

/**
 * Writes a table as text, in the form of secmail_limits_parse().
 *
 * @param limits  a table, or NULL for the defaults
 * @param[out] out  returned-owned; secmail_bytes_free()
 * @return 0; SECMAIL_E_ARGUMENT, SECMAIL_E_NOMEM.
 * @since 0.1
 */
SECMAIL_API int secmail_limits_print(struct secmail_context *context,
                                     const struct secmail_limits *limits,
                                     struct secmail_bytes **out);

/**
 * Name of a limit as it stands in configuration files and messages ("argon2-memory-kib").
 *
 * @return borrowed, static; NULL for an unknown limit.
 * @since 0.1
 */
SECMAIL_API const char *secmail_limit_name(uint32_t limit);

/* ------------------------------------------------------------------------------------------ */
/* Context                                                                                      */

/**
 * Memory functions of the host. They must be callable from every thread that uses an object made
 * with them, since certificates and keys are shared. `size` is sizeof(struct secmail_allocator).
 */
struct secmail_allocator {
    size_t size;                              /**< of this structure, for later growth */
    void *(*alloc)(void *user, size_t bytes); /**< like malloc(); NULL when out of memory */
    void *(*realloc)(void *user, void *p, size_t bytes); /**< like realloc() */
    void (*free)(void *user, void *p);                   /**< like free(); takes NULL */
    void *user;                                          /**< handed to each function */
};

/** Current time in seconds since 1970 UTC. */
typedef int64_t (*secmail_clock_fn)(void *user);

/** Fills `out` with `size` random bytes fit for keys; 0 on success, anything else is a failure. */
typedef int (*secmail_random_fn)(void *user, uint8_t *out, size_t size);

/** Weight of a log line. */
enum secmail_log_level {
    SECMAIL_LOG_DEBUG = 0,
    SECMAIL_LOG_INFO = 1,
    SECMAIL_LOG_WARNING = 2,
};

/** Receives one log line, without line end. Secrets are never logged. `level` is a
 * secmail_log_level. */
typedef void (*secmail_log_fn)(void *user, uint32_t level, const char *line);

/** The surroundings of all work that one thread does with the library. */
struct secmail_context;

/**
 * Makes a context that uses malloc(), the system's clock, the system's random generator and the
 * default limits, and logs nowhere.
 *
 * @param[out] out  returned-owned; secmail_context_free().
 * @return 0, SECMAIL_E_ARGUMENT, SECMAIL_E_NOMEM, SECMAIL_E_CRYPTO_INIT.
 * @since 0.1
 */
SECMAIL_API int secmail_context_new(struct secmail_context **out);

/**
 * The same with the host's memory functions.
 *
 * @param[out] out  returned-owned
 * @param allocator  copied; NULL means malloc(). A size that this version doesn't know, or a NULL
 *                   function, is SECMAIL_E_ARGUMENT.
 * @return as secmail_context_new().
 * @since 0.1
 */
SECMAIL_API int secmail_context_new_with_allocator(struct secmail_context **out,
                                                   const struct secmail_allocator *allocator);

/**
 * Frees a context. Operations made with it must be freed before; immutable objects may live on.
 *
 * @since 0.1
 */
SECMAIL_API void secmail_context_free(struct secmail_context *context);

/** Replaces the clock; a NULL function restores the system's. @return 0, SECMAIL_E_ARGUMENT. @since
 * 0.1 */
SECMAIL_API int secmail_context_set_clock(struct secmail_context *context, secmail_clock_fn clock,
                                          void *user);

/**
 * Replaces the random generator; a NULL function restores the system's. A generator that fails
 * makes the operation fail with SECMAIL_E_RANDOM; there is no fallback.
 *
 * @return 0, SECMAIL_E_ARGUMENT. @since 0.1
 */
SECMAIL_API int secmail_context_set_random(struct secmail_context *context,
                                           secmail_random_fn random, void *user);

/** Sets the receiver of log lines; NULL for none. What is logged is said where it happens, e.g. at
 * secmail_decrypt_update(). @return 0, SECMAIL_E_ARGUMENT. @since 0.1 */
SECMAIL_API int secmail_context_set_log(struct secmail_context *context, secmail_log_fn log,
                                        void *user);

/** Copies a table of limits; NULL restores the defaults. @return 0, SECMAIL_E_ARGUMENT. @since 0.1
 */
SECMAIL_API int secmail_context_set_limits(struct secmail_context *context,
                                           const struct secmail_limits *limits);

/** Current time of the context's clock; 0 for NULL. @since 0.1 */
SECMAIL_API int64_t secmail_context_now(const struct secmail_context *context);

/**
 * What went wrong in the last failed call that used this context: one line that names the object,
 * the rule and the remedy, in English UTF-8 without line ends or control characters.
 *
 * @return borrowed, valid until the next call with this context; "" if the last call succeeded.
 * @since 0.1
 */
SECMAIL_API const char *secmail_context_error_detail(const struct secmail_context *context);

/** Code of the last failed call that used this context; 0 if the last call succeeded. @since 0.1 */
SECMAIL_API int secmail_context_error_code(const struct secmail_context *context);

/* ------------------------------------------------------------------------------------------ */
/* Bytes that the library returns                                                               */

/** An immutable run of bytes that the library made. Wiped when freed. */
struct secmail_bytes;

/** First byte; borrowed. Never NULL for a non-NULL object. NULL gives NULL. @since 0.1 */
SECMAIL_API const uint8_t *secmail_bytes_data(const struct secmail_bytes *bytes);

/** Number of bytes; 0 for NULL. @since 0.1 */
SECMAIL_API size_t secmail_bytes_size(const struct secmail_bytes *bytes);

/** Wipes and frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_bytes_free(struct secmail_bytes *bytes);

/* ------------------------------------------------------------------------------------------ */
/* Secrets                                                                                      */

/**
 * A password or key: kept in memory that is locked against swapping where the system allows it,
 * left out of core dumps, enclosed in guard pages, and wiped when freed. Immutable; one owner.
 */
struct secmail_secret;

/**
 * Copies bytes into protected memory.
 *
 * @param context  whose arena is used; the secret may outlive the context
 * @param[out] out  returned-owned; secmail_secret_free()
 * @param data, size  copied; the caller wipes its own copy. May be NULL when size is 0.
 * @return 0, SECMAIL_E_ARGUMENT, SECMAIL_E_NOMEM.
 * @since 0.1
 */
SECMAIL_API int secmail_secret_new(struct secmail_context *context, struct secmail_secret **out,
                                   const uint8_t *data, size_t size);

/** First byte; borrowed. Never NULL for a non-NULL object. @since 0.1 */
SECMAIL_API const uint8_t *secmail_secret_data(const struct secmail_secret *secret);

/** Number of bytes; 0 for NULL. @since 0.1 */
SECMAIL_API size_t secmail_secret_size(const struct secmail_secret *secret);

/** 1 if the memory is locked against swapping, 0 if the system refused that. @since 0.1 */
SECMAIL_API int secmail_secret_is_locked(const struct secmail_secret *secret);

/** Compares in constant time: 1 if both have the same bytes, else 0; NULL equals nothing. @since
 * 0.1 */
SECMAIL_API int secmail_secret_equal(const struct secmail_secret *a,
                                     const struct secmail_secret *b);

/** Wipes and frees; NULL is allowed. May be called from any thread. @since 0.1 */
SECMAIL_API void secmail_secret_free(struct secmail_secret *secret);

/* ------------------------------------------------------------------------------------------ */
/* Streaming windows                                                                            */

/**
 * Streaming operations move bytes between two windows of the caller's memory, as zlib and zstd do:
 *
 *     struct secmail_input in = { buffer, got, 0 };
 *     struct secmail_output out = { room, sizeof room, 0 };
 *     int status = secmail_..._update(operation, &in, &out, end_of_input);
 *
 * An update reads from `data + pos` on, writes to the output's `data + pos` on, and moves both
 * `pos`. It returns
 *
 * - SECMAIL_NEEDS_INPUT: all input was taken; give more, or set end_of_input;
 * - SECMAIL_NEEDS_ROOM: the output window is full; empty it and call again (with what is left of
 *   the same input);
 * - SECMAIL_NEEDS_REWIND: only where the operation documents it;
 * - SECMAIL_DONE: the operation is complete and its results can be read;
 * - a negative error: the operation has ended. What was written to the output in this call must be
 *   thrown away with the rest, unless the operation says otherwise.
 */
struct secmail_input {
    const uint8_t *data; /**< may be NULL when size is 0 */
    size_t size;         /**< bytes at data */
    size_t pos;          /**< bytes already taken; moved by the library */
};

/** See struct secmail_input. */
struct secmail_output {
    uint8_t *data; /**< may be NULL when size is 0 */
    size_t size;   /**< bytes of room at data */
    size_t pos;    /**< bytes already written; moved by the library */
};

/** Status of a streaming update. */
enum secmail_status {
    SECMAIL_DONE = 0,
    SECMAIL_NEEDS_INPUT = 1,
    SECMAIL_NEEDS_ROOM = 2,
    SECMAIL_NEEDS_REWIND = 3,
};

#ifdef __cplusplus
}
#endif

#endif /* SECMAIL_CORE_H */
