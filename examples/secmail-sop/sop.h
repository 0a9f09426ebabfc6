/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What all subcommands share: the exit codes of draft-dkg-openpgp-stateless-cli-15 (section
 * "Failure Modes"), the command that runs, and how a failure is told.
 *
 * Each function that can fail returns an exit code, 0 for success, and has told the reason on
 * standard error before it returns.
 */
#ifndef SOP_H
#define SOP_H

#include <secmail/openpgp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef SOP_NAME
#define SOP_NAME "secmail-sop"
#endif

enum sop_exit {
    SOP_OK = 0,
    SOP_UNSPECIFIED = 1,
    SOP_NO_SIGNATURE = 3,
    SOP_UNSUPPORTED_ASYMMETRIC_ALGO = 13,
    SOP_CERT_CANNOT_ENCRYPT = 17,
    SOP_MISSING_ARG = 19,
    SOP_INCOMPLETE_VERIFICATION = 23,
    SOP_CANNOT_DECRYPT = 29,
    SOP_PASSWORD_NOT_HUMAN_READABLE = 31,
    SOP_UNSUPPORTED_OPTION = 37,
    SOP_BAD_DATA = 41,
    SOP_EXPECTED_TEXT = 53,
    SOP_OUTPUT_EXISTS = 59,
    SOP_MISSING_INPUT = 61,
    SOP_KEY_IS_PROTECTED = 67,
    SOP_UNSUPPORTED_SUBCOMMAND = 69,
    SOP_UNSUPPORTED_SPECIAL_PREFIX = 71,
    SOP_AMBIGUOUS_INPUT = 73,
    SOP_KEY_CANNOT_SIGN = 79,
    SOP_INCOMPATIBLE_OPTIONS = 83,
    SOP_UNSUPPORTED_PROFILE = 89,
    SOP_NO_HARDWARE_KEY_FOUND = 97,
    SOP_HARDWARE_KEY_FAILURE = 101,
    SOP_PRIMARY_KEY_BAD = 103,
    SOP_CERT_USERID_NO_MATCH = 107,
    SOP_KEY_CANNOT_CERTIFY = 109,
};

/* The running command. */
struct sop {
    struct secmail_context *context;
    const char *command; /* "encrypt" */
    bool debug;          /* --debug: say more on standard error */
};

/* What an object is used for: the same error of the library has other exit codes then. */
enum sop_role {
    SOP_OBJECT,    /* a certificate, key or signature that is read */
    SOP_RECIPIENT, /* a certificate that is encrypted to */
    SOP_SIGNER,    /* a key that signs */
    SOP_MESSAGE,   /* a message that is decrypted */
    SOP_OWN_KEY,   /* a key that is maintained */
    SOP_CERTIFIED, /* a certificate of which user IDs are certified */
    SOP_ROLES,
};

/* Tells a failure as one line and returns `code`. */
int sop_fail(const struct sop *sop, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for what a call of the library returned: what, the library's detail, the remedy. */
int sop_fail_library(const struct sop *sop, int error, enum sop_role role, const char *what);

/* A line on standard error that changes nothing. */
void sop_note(const struct sop *sop, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
