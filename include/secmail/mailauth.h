/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file secmail/mailauth.h
 * Who sent this mail? SPF (RFC 7208), DKIM (RFC 6376, 8301, 8463), DMARC (RFC 9989), ARC (RFC
 * 8617), and the header field that tells others, Authentication-Results (RFC 8601); all of them for
 * internationalized mail too (RFC 8616). Verifying, signing, sealing, reporting (RFC 9990).
 *
 * **One object, one message.** A `struct secmail_mailauth` takes what the SMTP session knows, the
 * message as a stream, and answers from the DNS, and gives one verdict for each method:
 *
 *     secmail_mailauth_new(context, &m);
 *     secmail_mailauth_set_client_ip(m, "192.0.2.1");
 *     secmail_mailauth_set_helo(m, "mail.example.org");
 *     secmail_mailauth_set_mail_from(m, "alice@example.org");
 *     while ((size = next piece of the message))
 *         secmail_mailauth_update(m, data, size);
 *     secmail_mailauth_finish_message(m);
 *     while (secmail_mailauth_evaluate(m) == SECMAIL_MAILAUTH_NEEDS_ANSWERS)
 *         for (q = 0; (q = secmail_mailauth_next_question(m, q));)
 *             ask the DNS for secmail_mailauth_question_name(m, q) and _type(m, q);
 *             secmail_mailauth_add_record(m, q, data, size) for each record;
 *             secmail_mailauth_answer(m, q, status, security);
 *     secmail_mailauth_header(m, &field);            "Authentication-Results: ..."
 *
 * **It asks, it doesn't look.** The library opens no socket. Evaluation is a pure function of the
 * session, the message and the answers so far: where an answer is missing it says which, and runs
 * again when it is there. What was found out once is kept, so running again costs little. Questions
 * that don't depend on each other are asked together.
 *
 * **Verdicts are results, not errors.** A forged mail is a successful evaluation. Each verdict has
 * a reason in English, the term or tag that decided, the section of the standard, and the DNSSEC
 * state of the answers it rests on. "Not validated" is a warning and no proof of forgery.
 *
 * **Bounded.** Each count, size and number of questions has a limit (enum secmail_mailauth_limit);
 * passing one is a verdict with that reason. The body is hashed as it passes and never kept.
 *
 * **Text** is UTF-8 that ends with a NUL. **Threads:** an object belongs to one thread at a time,
 * together with the context it was made with. Signing keys are immutable and shared freely.
 *
 * The rules of <secmail/core.h> on errors, ownership and units hold here: every function that
 * returns `int` may return SECMAIL_E_ARGUMENT (a NULL where none is allowed, a number outside of
 * its enum) and, unless it only reads, SECMAIL_E_NOMEM; the lists below name the others.
 */
#ifndef SECMAIL_MAILAUTH_H
#define SECMAIL_MAILAUTH_H

#include <secmail/core.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------ */
/* Words                                                                                        */

/** What can be checked; a sum of these selects. */
enum secmail_mailauth_method {
    SECMAIL_MAILAUTH_SPF = 1,   /**< may this host send for this envelope sender? RFC 7208 */
    SECMAIL_MAILAUTH_DKIM = 2,  /**< who signed the message? RFC 6376 */
    SECMAIL_MAILAUTH_DMARC = 4, /**< is the author's domain one of these? RFC 9989 */
    SECMAIL_MAILAUTH_ARC = 8,   /**< what did earlier hops find? RFC 8617 */
    SECMAIL_MAILAUTH_ALL = 15,
};

/** The results of RFC 8601 section 2.7, each in the sense that its method gives it. */
enum secmail_mailauth_verdict {
    SECMAIL_MAILAUTH_NONE = 1,
    SECMAIL_MAILAUTH_PASS = 2,
    SECMAIL_MAILAUTH_FAIL = 3,
    SECMAIL_MAILAUTH_SOFTFAIL = 4,
    SECMAIL_MAILAUTH_NEUTRAL = 5,
    SECMAIL_MAILAUTH_POLICY = 6,    /**< valid in itself, but not accepted here */
    SECMAIL_MAILAUTH_TEMPERROR = 7, /**< trying again later may help */
    SECMAIL_MAILAUTH_PERMERROR = 8, /**< nothing but the sender can help */
};

/** What is known about the origin of DNS data (RFC 4035 section 4.3), from best to worst. */
enum secmail_mailauth_security {
    SECMAIL_MAILAUTH_NO_DNS = 0,        /**< of a verdict: it rests on no answer */
    SECMAIL_MAILAUTH_SECURE = 1,        /**< a chain of signatures from a trust anchor */
    SECMAIL_MAILAUTH_INSECURE = 2,      /**< proven to be unsigned */
    SECMAIL_MAILAUTH_INDETERMINATE = 3, /**< the resolver doesn't validate, or has no anchor */
    SECMAIL_MAILAUTH_BOGUS = 4,         /**< signatures are missing or wrong: there is no answer */
};

/** How an answer came out. */
enum secmail_mailauth_answer_status {
    SECMAIL_MAILAUTH_ANSWERED = 1, /**< NOERROR, with whatever records were added, also none */
    SECMAIL_MAILAUTH_NXDOMAIN = 2, /**< the name doesn't exist */
    SECMAIL_MAILAUTH_SERVFAIL = 3, /**< SERVFAIL, REFUSED, or anything else that is no answer */
    SECMAIL_MAILAUTH_TIMEOUT = 4,  /**< nobody answered in time */
};

/** DNS record types that are asked for, by their numbers. */
enum secmail_mailauth_record_type {
    SECMAIL_MAILAUTH_A = 1,
    SECMAIL_MAILAUTH_PTR = 12,
    SECMAIL_MAILAUTH_MX = 15,
    SECMAIL_MAILAUTH_TXT = 16,
    SECMAIL_MAILAUTH_AAAA = 28,
};

/** What a domain's owner wants to be done with mail that fails DMARC (RFC 9989 section 4.7). */
enum secmail_mailauth_policy {
    SECMAIL_MAILAUTH_POLICY_NONE = 1,
    SECMAIL_MAILAUTH_POLICY_QUARANTINE = 2,
    SECMAIL_MAILAUTH_POLICY_REJECT = 3,
};

/** Positive status of secmail_mailauth_evaluate(). */
#define SECMAIL_MAILAUTH_NEEDS_ANSWERS 16

/** Name of a verdict as header fields write it ("pass"); borrowed, static; NULL for an unknown one.
 * @since 0.1 */
SECMAIL_API const char *secmail_mailauth_verdict_name(uint32_t verdict);

/** Name of a security state ("secure"); borrowed, static; NULL for an unknown one. @since 0.1 */
SECMAIL_API const char *secmail_mailauth_security_name(uint32_t security);

/** Name of a policy ("reject"); borrowed, static; NULL for an unknown one. @since 0.1 */
SECMAIL_API const char *secmail_mailauth_policy_name(uint32_t policy);

/* ------------------------------------------------------------------------------------------ */
/* Limits                                                                                       */

/** What bounds the work that one message may cause. The numbers are never reused. */
enum secmail_mailauth_limit {
    SECMAIL_MAILAUTH_LIMIT_HEADER_BYTES = 1,   /**< bytes of header; 1 MiB */
    SECMAIL_MAILAUTH_LIMIT_HEADER_FIELDS = 2,  /**< header fields; 5000 */
    SECMAIL_MAILAUTH_LIMIT_SIGNATURES = 3,     /**< DKIM signatures that are verified; 25 */
    SECMAIL_MAILAUTH_LIMIT_SIGNED_NAMES = 4,   /**< names in `h=` of one signature; 1000 */
    SECMAIL_MAILAUTH_LIMIT_KEY_BITS = 5,       /**< bits of an RSA key; 8192 */
    SECMAIL_MAILAUTH_LIMIT_QUESTIONS = 6,      /**< DNS questions, all methods together; 500 */
    SECMAIL_MAILAUTH_LIMIT_ANSWER_BYTES = 7,   /**< bytes of records in one answer; 65535 */
    SECMAIL_MAILAUTH_LIMIT_SPF_LOOKUPS = 8,    /**< terms that ask the DNS; 10 */
    SECMAIL_MAILAUTH_LIMIT_SPF_VOIDS = 9,      /**< of their questions, those without data; 2 */
    SECMAIL_MAILAUTH_LIMIT_ARC_INSTANCES = 10, /**< ARC sets; 50 */
};

/** Name of a limit ("spf-lookups"); borrowed, static; NULL for an unknown one. @since 0.1 */
SECMAIL_API const char *secmail_mailauth_limit_name(uint32_t limit);

/* ------------------------------------------------------------------------------------------ */
/* The object                                                                                   */

/** The authentication of one message. */
struct secmail_mailauth;

/**
 * Makes an object for one message. The time of the context's clock becomes the time at which
 * signatures are judged.
 *
 * @param context  must outlive the object
 * @param[out] out  returned-owned; secmail_mailauth_free()
 * @return 0; SECMAIL_E_CRYPTO_INIT. @since 0.1
 */
SECMAIL_API int secmail_mailauth_new(struct secmail_context *context,
                                     struct secmail_mailauth **out);

/** Frees the object and all that was borrowed from it; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_mailauth_free(struct secmail_mailauth *m);

/**
 * Sets the address of the SMTP client. Without it there is no SPF: its verdict is "none".
 *
 * @param address  IPv4 or IPv6 in text form; an IPv4-mapped IPv6 address counts as its IPv4 address
 *   (RFC 7208 section 5)
 * @return 0; SECMAIL_E_MAILAUTH_ADDRESS (not an address), SECMAIL_E_STATE (already evaluated).
 * @since 0.1
 */
SECMAIL_API int secmail_mailauth_set_client_ip(struct secmail_mailauth *m, const char *address);

/** Sets the name that the client gave with HELO or EHLO; copied. @return 0; SECMAIL_E_STATE.
 * @since 0.1 */
SECMAIL_API int secmail_mailauth_set_helo(struct secmail_mailauth *m, const char *name);

/**
 * Sets the envelope sender, without angle brackets; copied. "" is the null reverse-path: then the
 * HELO name is checked (RFC 7208 section 2.4). An address without local part gets "postmaster".
 *
 * @return 0; SECMAIL_E_STATE. @since 0.1
 */
SECMAIL_API int secmail_mailauth_set_mail_from(struct secmail_mailauth *m, const char *address);

/**
 * Sets the name under which results are published (RFC 8601 section 2.5), "localhost" unless set.
 *
 * @param id  printable US-ASCII or UTF-8, 1 to 255 bytes; copied
 * @return 0; SECMAIL_E_MAILAUTH_TEXT, SECMAIL_E_STATE. @since 0.1
 */
SECMAIL_API int secmail_mailauth_set_authserv_id(struct secmail_mailauth *m, const char *id);

/**
 * Selects what is evaluated, a sum of enum secmail_mailauth_method; all but ARC's influence on
 * DMARC unless set. DMARC computes SPF and DKIM for itself where they aren't selected. May be
 * widened between evaluations: SPF alone needs no message and can be had while the session still
 * runs.
 *
 * @return 0. @since 0.1
 */
SECMAIL_API int secmail_mailauth_set_methods(struct secmail_mailauth *m, uint32_t methods);

/** What is switched on by secmail_mailauth_set_options(), as bits. */
enum secmail_mailauth_option {
    /** Accept rsa-sha1 and RSA keys from 512 bits on, against RFC 8301: for historic mail only. */
    SECMAIL_MAILAUTH_ALLOW_WEAK = 1,
    /** Let signatures count for DMARC that cover only a part of the body (`l=`). */
    SECMAIL_MAILAUTH_TRUST_PARTIAL = 2,
    /** Each LF of the message stands for a CRLF: mail from a file. */
    SECMAIL_MAILAUTH_LF_LINES = 4,
    /** Write down how the verdicts came about: secmail_mailauth_trace(). */
    SECMAIL_MAILAUTH_TRACE = 8,
    /** The message will be sealed: secmail_mailauth_seal(). */
    SECMAIL_MAILAUTH_WILL_SEAL = 16,
    /** Find out who wants aggregate reports: SECMAIL_MAILAUTH_REPORT_TARGETS. Asks the DNS more. */
    SECMAIL_MAILAUTH_ASK_REPORT_TARGETS = 32,
};

/**
 * Sets the options, a sum of enum secmail_mailauth_option; 0 unless set.
 *
 * @return 0; SECMAIL_E_STATE (part of the message was read). @since 0.1
 */
SECMAIL_API int secmail_mailauth_set_options(struct secmail_mailauth *m, uint32_t options);

/**
 * Sets a limit.
 *
 * @param limit  an enum secmail_mailauth_limit
 * @param value  1 to 2^31-1; ARC sets at most 50 (RFC 8617 section 4.2.1), SPF lookups at most 100,
 *   key bits at most 16384
 * @return 0; SECMAIL_E_STATE (part of the message was read, or it was evaluated). @since 0.1
 */
SECMAIL_API int secmail_mailauth_set_limit(struct secmail_mailauth *m, uint32_t limit,
                                           uint64_t value);

/** Reads a limit; 0 for NULL and unknown ones. @since 0.1 */
SECMAIL_API uint64_t secmail_mailauth_limit(const struct secmail_mailauth *m, uint32_t limit);

/**
 * Sets the time from which on open questions count as timed out: secmail_mailauth_evaluate() asks
 * nothing more then and ends with "temperror" where an answer was needed (RFC 7208 section 4.6.4).
 * The context's clock is read in each evaluation. Unset: never.
 *
 * @return 0. @since 0.1
 */
SECMAIL_API int secmail_mailauth_set_deadline(struct secmail_mailauth *m, int64_t time);

/**
 * Trusts a sealer: when an ARC chain is intact, its newest seal is of this domain, and that sealer
 * found DMARC to pass, a failing DMARC verdict is reported as overridden
 * (SECMAIL_MAILAUTH_ARC_OVERRIDE). No sealer is trusted unless added.
 *
 * @param domain  copied; that domain only, none below it
 * @return 0; SECMAIL_E_MAILAUTH_TEXT (not a domain name). @since 0.1
 */
SECMAIL_API int secmail_mailauth_trust_sealer(struct secmail_mailauth *m, const char *domain);

/**
 * Finds the organizational domain of a name, by a public suffix list.
 *
 * @param domain  in lower case, A-labels
 * @return a pointer to the end part of `domain` that is its organizational domain (the form of
 *   libpsl's psl_registrable_domain()), or NULL if it has none.
 */
typedef const char *(*secmail_mailauth_suffix_fn)(void *user, const char *domain);

/**
 * Judges DMARC as RFC 7489 did, by a public suffix list in place of the DNS tree walk. NULL, the
 * default, is RFC 9989. Tags are those of RFC 9989 in both: `pct=` has no effect.
 *
 * @return 0; SECMAIL_E_STATE. @since 0.1
 */
SECMAIL_API int secmail_mailauth_set_public_suffixes(struct secmail_mailauth *m,
                                                     secmail_mailauth_suffix_fn find, void *user);

/** A public suffix list. Immutable; any thread may look it up at any time. */
struct secmail_suffixes;

/**
 * Reads a public suffix list, for secmail_mailauth_set_public_suffixes(): its text as
 * publicsuffix.org has it (Debian: /usr/share/publicsuffix/public_suffix_list.dat), or the binary
 * form of libpsl.
 *
 * @param[out] out  returned-owned; secmail_suffixes_free()
 * @param list, size  not kept; NULL and 0 for the list that libpsl brings, as old as that is
 * @return 0; SECMAIL_E_MAILAUTH_SUFFIXES (not such a list, or libpsl brings none),
 *   SECMAIL_E_NOT_BUILT (without libpsl; feature "public-suffixes"). @since 0.1
 */
SECMAIL_API int secmail_suffixes_new(struct secmail_context *context, struct secmail_suffixes **out,
                                     const uint8_t *list, size_t size);
/** Frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_suffixes_free(struct secmail_suffixes *suffixes);

/**
 * Finds the organizational domain of a name; a secmail_mailauth_suffix_fn whose `user` is the list:
 * secmail_mailauth_set_public_suffixes(m, secmail_suffixes_find, suffixes).
 *
 * @param suffixes  a struct secmail_suffixes
 * @param domain  in lower case, A-labels
 * @return a pointer into `domain`; NULL if it has none, or an argument is NULL. @since 0.1
 */
SECMAIL_API const char *secmail_suffixes_find(void *suffixes, const char *domain);

/* ------------------------------------------------------------------------------------------ */
/* The message                                                                                  */

/**
 * Takes the next bytes of the message as they came over SMTP, after dot-unstuffing: header, empty
 * line, body, with CRLF at line ends. Pieces may be of any size; the verdicts don't depend on it.
 *
 * @param data  not kept; may be NULL when size is 0
 * @return 0; SECMAIL_E_STATE (the message is complete, or an earlier call failed inside it: no
 *   verdict comes from a part of a message). @since 0.1
 */
SECMAIL_API int secmail_mailauth_update(struct secmail_mailauth *m, const uint8_t *data,
                                        size_t size);

/** Says that the message is complete.
 * @return 0; SECMAIL_E_STATE (it was before, or an update failed). @since 0.1 */
SECMAIL_API int secmail_mailauth_finish_message(struct secmail_mailauth *m);

/* ------------------------------------------------------------------------------------------ */
/* Evaluation                                                                                   */

/**
 * Evaluates as far as the answers reach.
 *
 * @return SECMAIL_DONE (0): the verdicts stand. SECMAIL_MAILAUTH_NEEDS_ANSWERS: at least one
 *   question is open; call again when some were answered. SECMAIL_E_STATE: a method other than SPF
 *   is selected and the message isn't complete. @since 0.1
 */
SECMAIL_API int secmail_mailauth_evaluate(struct secmail_mailauth *m);

/**
 * Walks the open questions. Numbers grow: a question that wasn't open before has a higher one, and
 * keeps it.
 *
 * @param after  0 for the first one, then the number that was returned
 * @return the next open question after that, or 0. @since 0.1
 */
SECMAIL_API uint32_t secmail_mailauth_next_question(const struct secmail_mailauth *m,
                                                    uint32_t after);

/**
 * Name that is asked for: lower case, A-labels, no final dot. Names that SPF macros make may hold
 * any byte in a label but dots, so they aren't quoted as in zone files.
 *
 * @return borrowed until the next evaluation; NULL for a number that isn't a question. @since 0.1
 */
SECMAIL_API const char *secmail_mailauth_question_name(const struct secmail_mailauth *m,
                                                       uint32_t question);

/** Type that is asked for, an enum secmail_mailauth_record_type; 0 for no question. @since 0.1 */
SECMAIL_API uint32_t secmail_mailauth_question_type(const struct secmail_mailauth *m,
                                                    uint32_t question);

/**
 * Adds a record to the answer of an open question. Aliases (CNAME) are followed by the resolver;
 * only records of the type that was asked for are added.
 *
 * @param rdata, size  the record's data in DNS wire format (RFC 1035 section 3.3), names not
 *   compressed; copied
 * @return 0; SECMAIL_E_MAILAUTH_QUESTION (not an open question), SECMAIL_E_MAILAUTH_RECORD (not
 *   well-formed: it is left out). @since 0.1
 */
SECMAIL_API int secmail_mailauth_add_record(struct secmail_mailauth *m, uint32_t question,
                                            const uint8_t *rdata, size_t size);

/**
 * Closes an open question. An answer above SECMAIL_MAILAUTH_LIMIT_ANSWER_BYTES counts as SERVFAIL,
 * as does one that is bogus.
 *
 * @param status  an enum secmail_mailauth_answer_status
 * @param security  an enum secmail_mailauth_security, not NO_DNS
 * @return 0; SECMAIL_E_MAILAUTH_QUESTION (not an open question). @since 0.1
 */
SECMAIL_API int secmail_mailauth_answer(struct secmail_mailauth *m, uint32_t question,
                                        uint32_t status, uint32_t security);

/* ------------------------------------------------------------------------------------------ */
/* Verdicts                                                                                     */

/** One verdict with all that led to it. Borrowed from its object, until the next evaluation. */
struct secmail_mailauth_result;

/** The verdict on SPF; NULL before SECMAIL_DONE or if it wasn't evaluated. @since 0.1 */
SECMAIL_API const struct secmail_mailauth_result *
secmail_mailauth_spf(const struct secmail_mailauth *m);

/** How many DKIM-Signature fields the message has, verified or not. @since 0.1 */
SECMAIL_API size_t secmail_mailauth_dkim_count(const struct secmail_mailauth *m);

/** The verdict on one signature, from top to bottom; NULL past the last. @since 0.1 */
SECMAIL_API const struct secmail_mailauth_result *
secmail_mailauth_dkim(const struct secmail_mailauth *m, size_t index);

/** The verdict on DMARC; NULL as secmail_mailauth_spf(). @since 0.1 */
SECMAIL_API const struct secmail_mailauth_result *
secmail_mailauth_dmarc(const struct secmail_mailauth *m);

/** The verdict on the ARC chain; NULL as secmail_mailauth_spf(). @since 0.1 */
SECMAIL_API const struct secmail_mailauth_result *
secmail_mailauth_arc(const struct secmail_mailauth *m);

/** The method, an enum secmail_mailauth_method; 0 for NULL. @since 0.1 */
SECMAIL_API uint32_t secmail_mailauth_result_method(const struct secmail_mailauth_result *result);

/** The verdict, an enum secmail_mailauth_verdict; 0 for NULL. @since 0.1 */
SECMAIL_API uint32_t secmail_mailauth_result_verdict(const struct secmail_mailauth_result *result);

/** State of the weakest answer that the verdict rests on, an enum secmail_mailauth_security; 0 for
 * NULL too. @since 0.1 */
SECMAIL_API uint32_t secmail_mailauth_result_security(const struct secmail_mailauth_result *result);

/** Texts of a verdict, in UTF-8 whatever the mail and the DNS hold: control characters and bytes
 * that aren't UTF-8 are shown as U+FFFD. */
enum secmail_mailauth_text {
    SECMAIL_MAILAUTH_REASON = 1, /**< why, one English line; always there */
    /** What decided: the term of an SPF record; the tag of a signature or key; of a DMARC record,
     * the tag whose policy applies ("sp"); the ARC field. Not there where nothing stands out. */
    SECMAIL_MAILAUTH_DECIDER = 2,
    SECMAIL_MAILAUTH_REFERENCE = 3, /**< "RFC 7208 section 4.6.4"; always there */
    SECMAIL_MAILAUTH_DOMAIN = 4,   /**< SPF: checked; DKIM: `d=` as written; DMARC: where the record
                                        is; ARC: `d=` of the newest seal */
    SECMAIL_MAILAUTH_SELECTOR = 5, /**< DKIM: `s=` as written */
    SECMAIL_MAILAUTH_IDENTITY = 6, /**< SPF: "mailfrom" or "helo"; DKIM: `i=` */
    SECMAIL_MAILAUTH_ALGORITHM = 7,     /**< DKIM: `a=` */
    SECMAIL_MAILAUTH_EXPLANATION = 8,   /**< SPF: what the domain says about its "fail" */
    SECMAIL_MAILAUTH_AUTHOR_DOMAIN = 9, /**< DMARC: of the From field */
    SECMAIL_MAILAUTH_ORG_DOMAIN = 10,   /**< DMARC: organizational domain of the author's */
    SECMAIL_MAILAUTH_RECORD = 11,       /**< SPF, DMARC: the record that decided */
    SECMAIL_MAILAUTH_SIGNATURE = 12,    /**< DKIM: the first characters of `b=` (RFC 6008) */
    SECMAIL_MAILAUTH_REPORT_URIS = 13,  /**< DMARC: `rua=` as published */
    /** DMARC, with SECMAIL_MAILAUTH_ASK_REPORT_TARGETS: mailto URIs with a space between them, of
     * the first ten of `rua=`: those of the same organization, and those whose own domain confirms
     * that it wants such reports (RFC 9990 section 4). A size limit ("!10m") may stand behind. */
    SECMAIL_MAILAUTH_REPORT_TARGETS = 14,
};

/**
 * A text of a verdict.
 *
 * @param what  an enum secmail_mailauth_text
 * @return borrowed; NULL if this verdict has none. @since 0.1
 */
SECMAIL_API const char *secmail_mailauth_result_text(const struct secmail_mailauth_result *result,
                                                     uint32_t what);

/** Numbers of a verdict. */
enum secmail_mailauth_number {
    SECMAIL_MAILAUTH_KEY_BITS = 1,       /**< DKIM: of the key that was found */
    SECMAIL_MAILAUTH_SIGNED_AT = 2,      /**< DKIM: `t=` */
    SECMAIL_MAILAUTH_EXPIRES_AT = 3,     /**< DKIM: `x=` */
    SECMAIL_MAILAUTH_UNSIGNED_BYTES = 4, /**< DKIM: of the body, behind what `l=` covers */
    SECMAIL_MAILAUTH_TESTING = 5,   /**< DKIM: 1 if the key record says `t=y`; DMARC: likewise */
    SECMAIL_MAILAUTH_INSTANCES = 6, /**< ARC: highest `i=` */
    SECMAIL_MAILAUTH_POLICY_APPLIED = 7, /**< DMARC: enum secmail_mailauth_policy, of this author
                                              after `t=y` */
    SECMAIL_MAILAUTH_SPF_ALIGNED = 8,    /**< DMARC: 1 if SPF passed for an aligned domain */
    SECMAIL_MAILAUTH_DKIM_ALIGNED = 9,   /**< DMARC: signatures that passed for an aligned domain */
    SECMAIL_MAILAUTH_ARC_OVERRIDE = 10,  /**< DMARC: 1 if a trusted sealer saw it pass */
    SECMAIL_MAILAUTH_LOOKUPS = 11,       /**< SPF: terms that asked the DNS */
    SECMAIL_MAILAUTH_VOIDS = 12,         /**< SPF: void lookups */
    SECMAIL_MAILAUTH_PREFIX_BITS = 13, /**< SPF: width of the ip4, ip6, a or mx term that matched */
    SECMAIL_MAILAUTH_INCLUDE_DEPTH = 14,    /**< SPF: includes around the term that matched */
    SECMAIL_MAILAUTH_STRICT_SPF = 15,       /**< DMARC: 1 if aspf=s */
    SECMAIL_MAILAUTH_STRICT_DKIM = 16,      /**< DMARC: 1 if adkim=s */
    SECMAIL_MAILAUTH_POLICY_PUBLISHED = 17, /**< DMARC: that of this author before `t=y` */
};

/**
 * A number of a verdict.
 *
 * @param what  an enum secmail_mailauth_number
 * @param[out] number  untouched when there is none
 * @return 1 if this verdict has it, 0 if not. @since 0.1
 */
SECMAIL_API int secmail_mailauth_result_number(const struct secmail_mailauth_result *result,
                                               uint32_t what, int64_t *number);

/**
 * How the message was evaluated, one line a step, each ended by LF and begun with its method.
 *
 * @return borrowed until the next evaluation; "" unless SECMAIL_MAILAUTH_TRACE is set. @since 0.1
 */
SECMAIL_API const char *secmail_mailauth_trace(const struct secmail_mailauth *m);

/* ------------------------------------------------------------------------------------------ */
/* Header fields                                                                                */

/**
 * Writes an Authentication-Results field (RFC 8601) of the verdicts, to be put on top of the
 * message. Nothing of the mail can break out of it.
 *
 * @param[out] out  returned-owned; folded with CRLF and a tab, no CRLF at the end; a NUL follows
 * and isn't counted
 * @return 0; SECMAIL_E_STATE (not evaluated). @since 0.1
 */
SECMAIL_API int secmail_mailauth_header(struct secmail_mailauth *m, struct secmail_bytes **out);

/** Writes a Received-SPF field (RFC 7208 section 9.1). Parameters and result as
 * secmail_mailauth_header(); SECMAIL_E_STATE also without SPF. @since 0.1 */
SECMAIL_API int secmail_mailauth_received_spf(struct secmail_mailauth *m,
                                              struct secmail_bytes **out);

/**
 * Which Authentication-Results fields of the message claim to be ours? They must be removed before
 * ours is added (RFC 8601 section 5). A field that can't be read counts when our authserv-id stands
 * anywhere in it. Of a header above SECMAIL_MAILAUTH_LIMIT_HEADER_FIELDS or _HEADER_BYTES only what
 * is within them is seen: whoever passes such a message on removes all Authentication-Results.
 *
 * @param after  0 for the last one, then the number that was returned
 * @return the number of the next such field above that one, counted from the top among all
 *   Authentication-Results fields, the first one being 1; 0 if there is none. From bottom to top,
 * so that removing one doesn't change the numbers of those that follow. @since 0.1
 */
SECMAIL_API uint32_t secmail_mailauth_next_forged(const struct secmail_mailauth *m, uint32_t after);

/** An Authentication-Results field that was read. */
struct secmail_authres;

/**
 * Reads the value of an Authentication-Results field (RFC 8601 section 2.2), with comments and
 * quoted strings. A result of another version of its method than 1 is left out; a field of another
 * version than 1 can't be read (section 2.6).
 *
 * @param[out] out  returned-owned; secmail_authres_free()
 * @param value, size  what follows the colon; copied
 * @return 0; SECMAIL_E_MAILAUTH_FIELD. @since 0.1
 */
SECMAIL_API int secmail_authres_read(struct secmail_context *context, struct secmail_authres **out,
                                     const uint8_t *value, size_t size);

/**
 * Finds the field that a client may trust in a message that a server of its own trust delivered:
 * the topmost Authentication-Results field, if it is the one of that server (RFC 8601 section 7.1).
 * Everything below it may have been there before.
 *
 * @param[out] out  returned-owned; secmail_authres_free()
 * @param header, size  the message, at least its header; no more than 1 MiB is looked at
 * @param authserv_id  the name that the server uses
 * @return 0; SECMAIL_E_MAILAUTH_UNTRUSTED (there is no such field, or another stands above it),
 *   SECMAIL_E_MAILAUTH_FIELD (it can't be read). @since 0.1
 */
SECMAIL_API int secmail_authres_find_trusted(struct secmail_context *context,
                                             struct secmail_authres **out, const uint8_t *header,
                                             size_t size, const char *authserv_id);

/** Frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_authres_free(struct secmail_authres *authres);
/** The authserv-id, borrowed; NULL for NULL. @since 0.1 */
SECMAIL_API const char *secmail_authres_id(const struct secmail_authres *authres);
/** How many results the field has; 0 for "none". @since 0.1 */
SECMAIL_API size_t secmail_authres_count(const struct secmail_authres *authres);
/** Method of a result in lower case ("dkim"), borrowed; NULL past the last. @since 0.1 */
SECMAIL_API const char *secmail_authres_method(const struct secmail_authres *authres, size_t index);
/** Its result in lower case ("pass"), borrowed; NULL past the last. @since 0.1 */
SECMAIL_API const char *secmail_authres_result(const struct secmail_authres *authres, size_t index);
/** Its reason, borrowed; NULL if it has none. @since 0.1 */
SECMAIL_API const char *secmail_authres_reason(const struct secmail_authres *authres, size_t index);
/** How many properties a result has; 0 past the last. @since 0.1 */
SECMAIL_API size_t secmail_authres_property_count(const struct secmail_authres *authres,
                                                  size_t index);
/** Type of a property in lower case ("header"), borrowed; NULL past the last. @since 0.1 */
SECMAIL_API const char *secmail_authres_property_type(const struct secmail_authres *authres,
                                                      size_t index, size_t property);
/** Name of a property in lower case ("from"), borrowed; NULL past the last. @since 0.1 */
SECMAIL_API const char *secmail_authres_property_name(const struct secmail_authres *authres,
                                                      size_t index, size_t property);
/** Value of a property without quotes, borrowed; NULL past the last. @since 0.1 */
SECMAIL_API const char *secmail_authres_property_value(const struct secmail_authres *authres,
                                                       size_t index, size_t property);

/* ------------------------------------------------------------------------------------------ */
/* Signing                                                                                      */

/** Signature algorithms. */
enum secmail_dkim_algorithm {
    SECMAIL_DKIM_RSA_SHA256 = 1,     /**< RFC 8301: 2048 bits */
    SECMAIL_DKIM_ED25519_SHA256 = 2, /**< RFC 8463 */
};

/** A private key. Immutable; reference-counted; shared freely between threads. */
struct secmail_dkim_key;

/**
 * Generates a key.
 *
 * @param[out] out  returned-owned; secmail_dkim_key_unref()
 * @param algorithm  an enum secmail_dkim_algorithm
 * @param bits  of an RSA key, 1024 to 4096 and a multiple of 8; 0 for 2048. Not used for Ed25519.
 * @return 0; SECMAIL_E_RANDOM, SECMAIL_E_MAILAUTH_KEY (bits out of range). @since 0.1
 */
SECMAIL_API int secmail_dkim_key_generate(struct secmail_context *context,
                                          struct secmail_dkim_key **out, uint32_t algorithm,
                                          uint32_t bits);

/**
 * Reads a private key in DER: PKCS#8 (RFC 5958) of RSA or Ed25519, or PKCS#1 (RFC 8017).
 *
 * @param[out] out  returned-owned; secmail_dkim_key_unref()
 * @param der, size  copied; the caller wipes its own copy
 * @return 0; SECMAIL_E_MAILAUTH_KEY (malformed, encrypted, of another algorithm, below 1024 or
 * above 8192 bits, or its numbers don't fit together). @since 0.1
 */
SECMAIL_API int secmail_dkim_key_read(struct secmail_context *context,
                                      struct secmail_dkim_key **out, const uint8_t *der,
                                      size_t size);

/** Writes a key as PKCS#8 in DER. @param[out] out  returned-owned. @return 0. @since 0.1 */
SECMAIL_API int secmail_dkim_key_write(struct secmail_context *context,
                                       const struct secmail_dkim_key *key,
                                       struct secmail_secret **out);

/** One more reference. @return key. @since 0.1 */
SECMAIL_API struct secmail_dkim_key *secmail_dkim_key_ref(struct secmail_dkim_key *key);
/** Gives a reference back; wipes and frees with the last one. NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_dkim_key_unref(struct secmail_dkim_key *key);
/** The algorithm, an enum secmail_dkim_algorithm; 0 for NULL. @since 0.1 */
SECMAIL_API uint32_t secmail_dkim_key_algorithm(const struct secmail_dkim_key *key);
/** Bits of the modulus, 256 for Ed25519; 0 for NULL. @since 0.1 */
SECMAIL_API uint32_t secmail_dkim_key_bits(const struct secmail_dkim_key *key);

/**
 * The TXT record to publish at SELECTOR._domainkey.DOMAIN ("v=DKIM1; k=rsa; p=...", RFC 6376
 * section 3.6.1). In a zone file it must be cut into strings of at most 255 bytes.
 *
 * @param[out] out  returned-owned; a NUL follows and isn't counted
 * @return 0. @since 0.1
 */
SECMAIL_API int secmail_dkim_key_record(struct secmail_context *context,
                                        const struct secmail_dkim_key *key,
                                        struct secmail_bytes **out);

/**
 * Which keys sign for which domain. An explicit table, so that whoever may hand in mail with any
 * From field doesn't get signatures of others' domains: signing takes the domain for which the
 * sender was authenticated, not the one that the mail claims.
 */
struct secmail_dkim_table;

/** Makes an empty table. @param context  must outlive it. @param[out] out  returned-owned;
 * secmail_dkim_table_free(). @return 0. @since 0.1 */
SECMAIL_API int secmail_dkim_table_new(struct secmail_context *context,
                                       struct secmail_dkim_table **out);
/** Frees the table and gives its keys back; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_dkim_table_free(struct secmail_dkim_table *table);

/**
 * Adds a key. Several keys of one domain all sign (RFC 8463 section 3: RSA and Ed25519 together).
 *
 * @param domain  `d=`; copied
 * @param selector  `s=`; copied
 * @param key  a reference is taken
 * @return 0; SECMAIL_E_MAILAUTH_TEXT (not a domain name, or together too long for the DNS).
 * @since 0.1
 */
SECMAIL_API int secmail_dkim_table_add(struct secmail_dkim_table *table, const char *domain,
                                       const char *selector, struct secmail_dkim_key *key);

/** A message that is being signed. */
struct secmail_dkim_signer;

/**
 * Begins to sign a message.
 *
 * @param table  borrowed; must outlive the signer
 * @param[out] out  returned-owned; secmail_dkim_signer_free()
 * @param domain  for which the sender was authenticated
 * @return 0; SECMAIL_E_MAILAUTH_NO_KEY (the table has none for this domain). @since 0.1
 */
SECMAIL_API int secmail_dkim_signer_new(struct secmail_dkim_table *table,
                                        struct secmail_dkim_signer **out, const char *domain);
/** Frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_dkim_signer_free(struct secmail_dkim_signer *signer);

/**
 * Sets the canonical forms: "relaxed/relaxed" (unless set), "relaxed/simple", "simple/relaxed",
 * "simple/simple", or one word for the header (the body is "simple" then, RFC 6376 section 3.5).
 *
 * @return 0; SECMAIL_E_MAILAUTH_TEXT, SECMAIL_E_STATE. @since 0.1
 */
SECMAIL_API int secmail_dkim_signer_set_canon(struct secmail_dkim_signer *signer,
                                              const char *canon);

/**
 * Sets which fields are signed, a list with colons. A name that stands there more often than the
 * message has such fields says that no more may be added (oversigning, RFC 6376 section 8.15);
 * DKIM-Signature, which the signature itself would be, is left out then.
 * Unless set: all fields that matter to readers are signed, with one name more than there are of
 * each that may stand only once.
 *
 * @param names  must hold From; copied
 * @return 0; SECMAIL_E_MAILAUTH_TEXT, SECMAIL_E_STATE. @since 0.1
 */
SECMAIL_API int secmail_dkim_signer_set_headers(struct secmail_dkim_signer *signer,
                                                const char *names);

/** Sets for how many seconds the signature is valid (`x=`), 0 for ever; 14 days unless set.
 * @return 0; SECMAIL_E_STATE. @since 0.1 */
SECMAIL_API int secmail_dkim_signer_set_lifetime(struct secmail_dkim_signer *signer,
                                                 uint32_t seconds);

/** What is switched on by secmail_dkim_signer_set_options(), as bits. */
enum secmail_dkim_option {
    /** Sign also if the From field names another domain: for lists and forwarders. */
    SECMAIL_DKIM_ANY_AUTHOR = 1,
    /** Each LF of the message stands for a CRLF. */
    SECMAIL_DKIM_LF_LINES = 2,
};

/** Sets the options, a sum of enum secmail_dkim_option. @return 0; SECMAIL_E_STATE. @since 0.1 */
SECMAIL_API int secmail_dkim_signer_set_options(struct secmail_dkim_signer *signer,
                                                uint32_t options);

/** Takes the next bytes of the message. Parameters and result as secmail_mailauth_update().
 * @since 0.1 */
SECMAIL_API int secmail_dkim_signer_update(struct secmail_dkim_signer *signer, const uint8_t *data,
                                           size_t size);

/**
 * Signs. The time of the context's clock becomes `t=`.
 *
 * @param[out] out  returned-owned: one DKIM-Signature field for each key of the domain, each ended
 * by CRLF, to be put on top of the message; a NUL follows and isn't counted
 * @return 0; SECMAIL_E_MAILAUTH_FROM (no From field, several, or one that can't be read, or of
 *   another domain than the signing one or one below it), SECMAIL_E_MAILAUTH_MESSAGE (the header is
 *   over the limits, or has a CR or LF by itself), SECMAIL_E_CLOCK, SECMAIL_E_RANDOM,
 *   SECMAIL_E_STATE. @since 0.1
 */
SECMAIL_API int secmail_dkim_signer_finish(struct secmail_dkim_signer *signer,
                                           struct secmail_bytes **out);

/**
 * Seals an evaluated message with a new ARC set (RFC 8617 section 5.1). The object must have been
 * made with SECMAIL_MAILAUTH_WILL_SEAL and have evaluated ARC.
 *
 * @param domain, selector, key  of the sealer
 * @param[out] out  returned-owned: ARC-Seal, ARC-Message-Signature and ARC-Authentication-Results,
 *   each ended by CRLF, to be put on top of the message; a NUL follows and isn't counted
 * @return 0; SECMAIL_E_STATE, SECMAIL_E_MAILAUTH_TEXT, SECMAIL_E_MAILAUTH_FROM (no From field),
 *   SECMAIL_E_MAILAUTH_MESSAGE (as for signing), SECMAIL_E_MAILAUTH_CHAIN (50 sets are there, or
 * the newest one already says that the chain is broken), SECMAIL_E_CLOCK, SECMAIL_E_RANDOM.
 * @since 0.1
 */
SECMAIL_API int secmail_mailauth_seal(struct secmail_mailauth *m, const char *domain,
                                      const char *selector, const struct secmail_dkim_key *key,
                                      struct secmail_bytes **out);

/* ------------------------------------------------------------------------------------------ */
/* Aggregate reports                                                                            */

/**
 * An aggregate report of DMARC (RFC 9990): what one receiver saw, in some time, of mail whose
 * author's policy is published at one domain. It is made by adding messages and written as XML, or
 * read from XML, of RFC 9990 as of RFC 7489.
 *
 * Texts are UTF-8. In a report that was read, they are what its sender wrote, without blanks around
 * it, words of the tables below in lower case, control characters shown as U+FFFD; treat them as
 * you treat any text of strangers. The report belongs to one thread at a time, with its context.
 */
struct secmail_dmarc_report;

/** Texts of a report. Words in brackets are all that a setter takes. */
enum secmail_dmarc_report_text {
    SECMAIL_DMARC_REPORT_ORG_NAME = 1,   /**< who reports; must be there */
    SECMAIL_DMARC_REPORT_EMAIL = 2,      /**< contact of the reporter; must be there */
    SECMAIL_DMARC_REPORT_CONTACT = 3,    /**< more about that contact */
    SECMAIL_DMARC_REPORT_ID = 4,         /**< no two reports to a domain have the same; must be */
    SECMAIL_DMARC_REPORT_ERROR = 5,      /**< what was wrong with the policy record */
    SECMAIL_DMARC_REPORT_GENERATOR = 6,  /**< the reporting software */
    SECMAIL_DMARC_REPORT_DOMAIN = 7,     /**< policy domain: where the record was; must be there */
    SECMAIL_DMARC_REPORT_P = 8,          /**< [none quarantine reject]; must be there */
    SECMAIL_DMARC_REPORT_SP = 9,         /**< [none quarantine reject] */
    SECMAIL_DMARC_REPORT_NP = 10,        /**< [none quarantine reject] */
    SECMAIL_DMARC_REPORT_ADKIM = 11,     /**< [r s] */
    SECMAIL_DMARC_REPORT_ASPF = 12,      /**< [r s] */
    SECMAIL_DMARC_REPORT_TESTING = 13,   /**< [y n] */
    SECMAIL_DMARC_REPORT_DISCOVERY = 14, /**< [treewalk psl] */
    SECMAIL_DMARC_REPORT_FO = 15,        /**< failure reporting options */
    SECMAIL_DMARC_REPORT_VERSION = 16,   /**< of the format; only read */
    SECMAIL_DMARC_REPORT_PCT = 17,       /**< RFC 7489's percentage; only read */
};

/** Texts of a record: one for each address, author domain and outcome. */
enum secmail_dmarc_record_text {
    SECMAIL_DMARC_RECORD_SOURCE_IP = 1,     /**< must be there */
    SECMAIL_DMARC_RECORD_DISPOSITION = 2,   /**< [none pass quarantine reject]; must be there */
    SECMAIL_DMARC_RECORD_DKIM = 3,          /**< an aligned signature? [pass fail]; must be there */
    SECMAIL_DMARC_RECORD_SPF = 4,           /**< aligned SPF? [pass fail]; must be there */
    SECMAIL_DMARC_RECORD_ENVELOPE_TO = 5,   /**< domain of the recipients */
    SECMAIL_DMARC_RECORD_ENVELOPE_FROM = 6, /**< domain of the envelope sender; "" for <> */
    SECMAIL_DMARC_RECORD_HEADER_FROM = 7,   /**< the author's domain; must be there */
};

/** What a record has several of. */
enum secmail_dmarc_detail {
    SECMAIL_DMARC_REASON = 1, /**< why the policy wasn't applied as published */
    SECMAIL_DMARC_DKIM = 2,   /**< result of a signature, whether or not aligned */
    SECMAIL_DMARC_SPF = 3,    /**< result of SPF */
};

/** Texts of a detail. */
enum secmail_dmarc_detail_text {
    /** Reason: [local_policy mailing_list other policy_test_mode trusted_forwarder]; must be. */
    SECMAIL_DMARC_DETAIL_TYPE = 1,
    SECMAIL_DMARC_DETAIL_DOMAIN = 2,   /**< DKIM, SPF: that was checked; must be there */
    SECMAIL_DMARC_DETAIL_SELECTOR = 3, /**< DKIM; must be there */
    SECMAIL_DMARC_DETAIL_SCOPE = 4,    /**< SPF: [mfrom]; reports of RFC 7489 have "helo" too */
    /** DKIM, SPF; must be there: a name of enum secmail_mailauth_verdict. */
    SECMAIL_DMARC_DETAIL_RESULT = 5,
    SECMAIL_DMARC_DETAIL_COMMENT = 6, /**< all: more about it, for people */
};

/** Makes an empty report. @param context  must outlive it. @param[out] out  returned-owned;
 * secmail_dmarc_report_free(). @return 0. @since 0.1 */
SECMAIL_API int secmail_dmarc_report_new(struct secmail_context *context,
                                         struct secmail_dmarc_report **out);
/** Frees; NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_dmarc_report_free(struct secmail_dmarc_report *report);

/**
 * Adds an evaluated message. The first one settles the policy domain, unless it was set; the policy
 * is that of the last one (RFC 9990 section 3: "note only the final configuration"). Messages with
 * the same outcome become one record, with their number; that may renumber records, except that the
 * message's own record is the last one until the next call.
 *
 * @param m  evaluated, with the client's address and with DMARC; borrowed for the call
 * @param disposition  an enum secmail_mailauth_policy: what was done with the message if DMARC
 *   failed; 0 for what its policy says. Where it differs, add the reason
 *   (secmail_dmarc_report_add_detail()). "policy_test_mode" and "trusted_forwarder" are added where
 *   the evaluation shows them.
 * @return 0; SECMAIL_E_STATE (`m` isn't evaluated or lacks SPF's address),
 *   SECMAIL_E_MAILAUTH_REPORT_DOMAIN (DMARC neither passed nor failed, or the policy was found at
 *   another domain), SECMAIL_E_LIMIT_REPORT_ENTRIES. @since 0.1
 */
SECMAIL_API int secmail_dmarc_report_add_message(struct secmail_dmarc_report *report,
                                                 const struct secmail_mailauth *m,
                                                 uint32_t disposition);

/**
 * Sets a text of the report.
 *
 * @param what  an enum secmail_dmarc_report_text
 * @param text  copied; NULL takes it away
 * @return 0; SECMAIL_E_MAILAUTH_TEXT (not one of its words, not a domain name, not UTF-8, or with
 *   control characters). @since 0.1
 */
SECMAIL_API int secmail_dmarc_report_set_text(struct secmail_dmarc_report *report, uint32_t what,
                                              const char *text);
/** A text of the report, borrowed until it is set again; NULL if there is none. @since 0.1 */
SECMAIL_API const char *secmail_dmarc_report_text(const struct secmail_dmarc_report *report,
                                                  uint32_t what);
/** Sets the time that the report covers, both ends included. @return 0; SECMAIL_E_MAILAUTH_TEXT
 * (before 1970, or it ends before it begins). @since 0.1 */
SECMAIL_API int secmail_dmarc_report_set_range(struct secmail_dmarc_report *report, int64_t begin,
                                               int64_t end);
/** When the time begins; 0 if not known. @since 0.1 */
SECMAIL_API int64_t secmail_dmarc_report_begin(const struct secmail_dmarc_report *report);
/** When it ends; 0 if not known. @since 0.1 */
SECMAIL_API int64_t secmail_dmarc_report_end(const struct secmail_dmarc_report *report);

/** Adds an empty record that stands for `messages` messages, as the last one.
 * @return 0; SECMAIL_E_LIMIT_REPORT_ENTRIES. @since 0.1 */
SECMAIL_API int secmail_dmarc_report_add_record(struct secmail_dmarc_report *report,
                                                uint64_t messages);
/** How many records there are. @since 0.1 */
SECMAIL_API size_t secmail_dmarc_report_count(const struct secmail_dmarc_report *report);
/** For how many messages a record stands; 0 past the last. @since 0.1 */
SECMAIL_API uint64_t secmail_dmarc_report_messages(const struct secmail_dmarc_report *report,
                                                   size_t record);
/** Sets a text of a record, an enum secmail_dmarc_record_text, as
 * secmail_dmarc_report_set_text(). @return 0; SECMAIL_E_MAILAUTH_TEXT,
 * SECMAIL_E_MAILAUTH_ADDRESS (not an IP address). @since 0.1 */
SECMAIL_API int secmail_dmarc_report_set_record(struct secmail_dmarc_report *report, size_t record,
                                                uint32_t what, const char *text);
/** A text of a record, borrowed until it is set again; NULL if there is none. @since 0.1 */
SECMAIL_API const char *secmail_dmarc_report_record(const struct secmail_dmarc_report *report,
                                                    size_t record, uint32_t what);

/** Adds an empty detail of a kind, an enum secmail_dmarc_detail, as the last one of its kind.
 * @return 0; SECMAIL_E_LIMIT_REPORT_ENTRIES. @since 0.1 */
SECMAIL_API int secmail_dmarc_report_add_detail(struct secmail_dmarc_report *report, size_t record,
                                                uint32_t kind);
/** How many details of a kind a record has; 0 past the last. @since 0.1 */
SECMAIL_API size_t secmail_dmarc_report_detail_count(const struct secmail_dmarc_report *report,
                                                     size_t record, uint32_t kind);
/** Sets a text of a detail, an enum secmail_dmarc_detail_text, as secmail_dmarc_report_set_text().
 * @return 0; SECMAIL_E_MAILAUTH_TEXT. @since 0.1 */
SECMAIL_API int secmail_dmarc_report_set_detail(struct secmail_dmarc_report *report, size_t record,
                                                uint32_t kind, size_t index, uint32_t what,
                                                const char *text);
/** A text of a detail, borrowed until it is set again; NULL if there is none. @since 0.1 */
SECMAIL_API const char *secmail_dmarc_report_detail(const struct secmail_dmarc_report *report,
                                                    size_t record, uint32_t kind, size_t index,
                                                    uint32_t what);

/** Makes one record of all that differ only in how many messages they stand for, and sorts them.
 * Numbers of records are others after that. NULL is allowed. @since 0.1 */
SECMAIL_API void secmail_dmarc_report_merge(struct secmail_dmarc_report *report);

/**
 * Writes the report as XML (RFC 9990 appendix A). It should be compressed with gzip and be sent
 * only to where it is wanted: SECMAIL_MAILAUTH_REPORT_TARGETS (RFC 9990 sections 3.5 and 4).
 *
 * @param[out] out  returned-owned; a NUL follows and isn't counted
 * @return 0; SECMAIL_E_MAILAUTH_REPORT_INCOMPLETE. @since 0.1
 */
SECMAIL_API int secmail_dmarc_report_write(struct secmail_dmarc_report *report,
                                           struct secmail_bytes **out);

/**
 * Reads a report, of RFC 9990, RFC 7489 or older. What it doesn't know it passes over; a document
 * type declaration is refused, so that no entity is ever expanded.
 *
 * @param[out] out  returned-owned; secmail_dmarc_report_free()
 * @param xml, size  not compressed; not kept
 * @return 0; SECMAIL_E_MAILAUTH_REPORT (not such a report), SECMAIL_E_LIMIT_REPORT_ENTRIES,
 *   SECMAIL_E_NOT_BUILT (without Expat; feature "dmarc-report-reading"). @since 0.1
 */
SECMAIL_API int secmail_dmarc_report_read(struct secmail_context *context,
                                          struct secmail_dmarc_report **out, const uint8_t *xml,
                                          size_t size);

#ifdef __cplusplus
}
#endif

#endif /* SECMAIL_MAILAUTH_H */
