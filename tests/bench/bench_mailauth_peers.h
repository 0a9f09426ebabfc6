/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The peers that bench_mailauth measures, where they are installed; each in a file of its own. */
#ifndef SECMAIL_BENCH_MAILAUTH_PEERS_H
#define SECMAIL_BENCH_MAILAUTH_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A DNS of TXT and A records for the benchmark. */
struct bench_record {
    const char *name;
    const char *text;    /* TXT; NULL for an address */
    const char *address; /* A; dotted */
};

/* libopendkim: verifies a mail with a key record; true if the signature is good. */
bool opendkim_is_there(void);
void opendkim_open(const char *key_record);
bool opendkim_verify(const uint8_t *mail, size_t header, size_t size);
void opendkim_close(void);

/* libspf2: true if the sender passes. */
bool spf2_is_there(void);
void spf2_open(const struct bench_record *records, size_t count);
bool spf2_check(const char *ip, const char *helo, const char *from);
void spf2_close(void);

#endif
