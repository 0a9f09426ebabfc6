/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * secmail-otp: two-factor sign-in from the command line. What its files share.
 *
 *     options.c   the command line           files.c   sealing keys, the state file and its lock
 *     output.c    text and JSON              image.c   QR codes for the terminal, as SVG, as PNG
 *     uris.c      code, qr, import, export   account.c what works on the state of one account
 */
#ifndef SECMAIL_OTP_TOOL_H
#define SECMAIL_OTP_TOOL_H

#include <secmail/otp.h>
#include <stdbool.h>
#include <stdio.h>

enum exit_code {
    EXIT_DONE = 0,    /* done, or accepted */
    EXIT_REFUSED = 1, /* a verdict other than "accepted" */
    EXIT_USAGE = 2,   /* the command line is wrong */
    EXIT_FAILED = 3,  /* a file, a state or an input can't be used */
};

enum { MAX_ARGUMENTS = 100, MAX_RULES = 20 };

struct options {
    const char *state, *key_file, *account;
    const char *issuer, *label, *uri, *type, *algorithm, *digits, *period, *counter;
    const char *format, *output, *time, *now, *scope, *expires;
    bool json, invert;
    const char *rules[MAX_RULES];
    size_t rule_count;
    const char *arguments[MAX_ARGUMENTS];
    size_t argument_count;
};

struct tool {
    const char *command;
    struct options o;
    struct secmail_context *context;
    struct secmail_otp_verifier *verifier;
    struct secmail_otp_account *account;
    int64_t now; /* of --now */
    int lock;    /* descriptor of the lock file, or -1 */
    char *input; /* what was read from standard input */
};

/* ---- options.c ---- */

/* Parses what stands behind the command's name; false after a message. `allowed` names the options
 * of the command, separated by spaces. */
bool read_options(struct tool *t, const char *allowed, int argc, char **argv);

/* A decimal number from `least` to `greatest`; false after a message that names `what`. */
bool read_number(const char *what, const char *text, uint64_t least, uint64_t greatest,
                 uint64_t *number);

/* ---- main.c ---- */

/* Messages: "secmail-otp: ...", one line on standard error. They return an exit code. */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
int failure(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The message of a call of the library that failed: what happened, and what to do. */
int library_failure(const struct tool *t, int rc);

/* An argument, or the first line of standard input for "-"; NULL after a message. */
const char *argument_text(struct tool *t, size_t index, const char *what);

/* The next line of standard input, without its end; NULL at the end of input. */
const char *read_line(struct tool *t);

/* ---- files.c ---- */

/* Makes the verifier of --key-file and --rule. */
int open_verifier(struct tool *t);

/* Locks --state, and opens the account in it; a missing file is an account without state. */
int open_account(struct tool *t);

/* Replaces the state file by the result's state, if it has one, while the lock is held. */
int store_result(struct tool *t, struct secmail_otp_result *result);

void close_account(struct tool *t);

/* Adds a fresh sealing key to --key-file. */
int new_key(struct tool *t);

/* Writes a whole file, or standard output for NULL. */
int write_output(const char *path, const void *data, size_t size);

/* ---- output.c ---- */

/* One JSON object or array at a time, or lines of text: both from the same calls. */
void begin_record(const struct tool *t);
void put_string(const struct tool *t, const char *name, const char *value);
void put_number(const struct tool *t, const char *name, int64_t value);
void put_count(const struct tool *t, const char *name, uint64_t value);
void put_bool(const struct tool *t, const char *name, bool value);

/* A time: seconds in JSON, a date in text; 0 is left out, INT64_MAX is "after a reset". */
void put_time(const struct tool *t, const char *name, int64_t value);

/* A list of texts. */
void begin_list(const struct tool *t, const char *name);
void put_item(const struct tool *t, const char *value);
void end_list(const struct tool *t);
void end_record(const struct tool *t);

/* What a key holds, with its secret and URI. */
int put_key(const struct tool *t, const struct secmail_otp_key *key);

/* ---- image.c ---- */

/* Writes text as a QR code in the format that --format names. */
int write_qr(const struct tool *t, const char *text);

/* ---- uris.c and account.c: the commands ---- */

int command_code(struct tool *t);
int command_qr(struct tool *t);
int command_import(struct tool *t);
int command_export(struct tool *t);
int command_enrol(struct tool *t);
int command_confirm(struct tool *t);
int command_verify(struct tool *t);
int command_resync(struct tool *t);
int command_status(struct tool *t);
int command_recovery(struct tool *t);
int command_app_password(struct tool *t);
int command_reset(struct tool *t);
int command_disable(struct tool *t);
int command_reseal(struct tool *t);

/* The key that --uri, or else the other options, describe. */
int key_of_options(struct tool *t, struct secmail_otp_key **out);

#endif
