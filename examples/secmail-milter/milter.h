/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of secmail-milter share. */
#ifndef SECMAIL_MILTER_H
#define SECMAIL_MILTER_H

#include <secmail/dns.h>
#include <secmail/mailauth.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line on standard error, as a service's log takes it. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- config.c ---- */

enum { TEXT = 256, MANY = 64 };

struct network {
    uint8_t bytes[16]; /* IPv4 as IPv4-mapped */
    unsigned bits;
};

struct signing_key {
    char domain[TEXT], selector[TEXT];
    struct secmail_dkim_key *key;
};

struct server {
    char zone[TEXT], address[TEXT];
    bool stub;
};

struct config {
    int users; /* how many hold it; under a lock in config.c */
    char socket[TEXT], authserv_id[TEXT], outgoing_daemon[TEXT], quarantine_header[TEXT];
    char anchors[TEXT];
    bool reject, defer;
    unsigned timeout; /* seconds for all questions of one message */
    size_t network_count, key_count, server_count;
    struct network networks[MANY];
    struct signing_key keys[MANY];
    struct server servers[MANY];
};

/* Reads the file and its keys; NULL, and `error` says which line is wrong, if it can't be used. */
struct config *read_config(const char *path, char error[512]);

/* The configuration that is in force: held by the caller until it is given back. */
struct config *hold_config(void);
void release_config(struct config *config);

/* Puts a new one in force. */
void use_config(struct config *config);

/* Is the address in one of the networks whose mail is outgoing? */
bool is_internal(const struct config *config, const uint8_t address[16]);

/* ---- key_file.c ---- */

/* 0, or `error` says what is wrong with the file. */
struct secmail_dkim_key *read_key_file(struct secmail_context *context, const char *path,
                                       char error[512]);

/* ---- resolver.c ---- */

/* Starts the thread that asks the DNS. False: said why. */
bool start_resolver(const struct config *config);
void stop_resolver(void);

/* Answers all open questions of a message; those that aren't by then have timed out. Blocks until
 * `deadline` (of the monotonic clock, in ms) at the latest. 0, or an error of the message's. */
int answer_questions(struct secmail_mailauth *m, int64_t deadline);

int64_t clock_ms(void);

/* ---- filter.c ---- */

/* Serves until a signal stops it; an exit code. */
int serve(const struct config *config);

#endif
