/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of secmail-auth share. */
#ifndef SECMAIL_AUTH_TOOL_H
#define SECMAIL_AUTH_TOOL_H

#include <secmail/mailauth.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum exit_code { DONE = 0, REFUSED = 1, USAGE = 2 };

/* Options by name; NULL for what wasn't given. */
struct options {
    const char *ip, *helo, *from, *dns, *server, *anchors, *authserv_id, *only, *now, *repeat;
    const char *domain, *selector, *key, *canon, *headers, *algorithm, *bits;
    const char *org, *email, *contact, *report_id, *begin, *end, *disposition;
    const char *public_suffixes, *trust_sealer;
    bool allow_weak, explain, json, report, write;
    uint32_t methods;      /* of --only */
    unsigned long repeats; /* of --repeat */
    int64_t time;          /* of --now; the clock's unless given */
};

struct dns;
struct secmail_dns;
struct tool {
    struct options options;
    struct secmail_context *context;
    struct dns *dns;                   /* of --dns */
    struct secmail_dns *live;          /* without it */
    struct secmail_suffixes *suffixes; /* of --public-suffixes */
    size_t merge_at;                   /* records of a report that is written */
};

/* Ends with a message and `code`. */
_Noreturn void die(enum exit_code code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Ends unless rc is 0; the context says why. */
void check(struct tool *t, int rc);

/* calloc() and realloc() that end the program when there is no memory. */
void *allocate(size_t size);
void *reallocate(void *p, size_t size);

/* ---- options.c ---- */

/* `allowed` and `needed` are names with spaces between them. */
void read_options(struct options *o, int argc, char **argv, const char *allowed,
                  const char *needed);

/* A decimal number up to `most`; ends for anything else. */
int64_t option_number(const char *name, const char *text, int64_t most);

/* ---- input.c ---- */

struct bytes {
    uint8_t *data;
    size_t size;
};

struct bytes read_file(const char *path);
struct bytes read_rest(FILE *file, const char *name);

/* Does each line end with a bare LF, as far as this piece of a mail tells? */
bool has_lf_ends(const uint8_t *data, size_t size);

/* The mail on standard input, each LF a CRLF if its lines end with bare LF. */
struct bytes read_mail(void);

/* The first piece of standard input: up to `size` bytes, fewer only at its end. */
size_t read_piece(uint8_t *data, size_t size);

/* ---- dns_file.c ---- */

struct dns *read_dns(const char *path);
void free_dns(struct dns *dns);

struct dns_answer {
    uint32_t status; /* enum secmail_mailauth_answer_status */
    const struct bytes *records;
    size_t count;
};

struct dns_answer look_up(const struct dns *dns, const char *name, uint32_t type);

/* ---- live_dns.c ---- */

void open_live_dns(struct tool *t);
void close_live_dns(struct tool *t);

/* Answers open questions from the network; blocks until that is done. */
void answer_live(struct tool *t, struct secmail_mailauth *m);

/* ---- answers.c ---- */

/* A message object with the session of the options. */
struct secmail_mailauth *new_message(struct tool *t, uint32_t methods, uint32_t options);

/* Evaluates with answers from the DNS file or the network until the verdicts stand. */
void evaluate(struct tool *t, struct secmail_mailauth *m);

/* ---- output.c ---- */

/* A JSON text, or null. Bytes that aren't UTF-8 become U+FFFD. */
void put_json(FILE *out, const char *text);
void put_json_bytes(FILE *out, const uint8_t *data, size_t size);

/* Ends if what was printed didn't reach its place. */
void finish_output(void);

/* ---- base64.c ---- */

extern const char base64_alphabet[];

/* Decodes into `out`, which has room for as many bytes as there are characters. */
bool decode_base64(const char *text, size_t size, struct bytes *out);

/* ---- pem.c ---- */

struct secmail_dkim_key *read_key(struct tool *t);
void write_key(struct tool *t, const struct secmail_dkim_key *key, const char *path);

/* ---- explain.c ---- */

void explain(const struct secmail_mailauth *m, uint32_t methods);

/* ---- Commands ---- */

int command_spf(struct tool *t);
int command_verify(struct tool *t);
int command_sign(struct tool *t);
int command_seal(struct tool *t);
int command_keygen(struct tool *t);
int command_dmarc_report(struct tool *t);

/* dmarc-report --write */
int write_report(struct tool *t);

/* Does the work again as often as --repeat says, and prints the time that took. */
void repeat(struct tool *t, void (*work)(struct tool *t, void *user), void *user);

#endif
