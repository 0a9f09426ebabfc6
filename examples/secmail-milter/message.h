/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One message of one connection: verified if it comes in, signed if it goes out. */
#ifndef SECMAIL_MILTER_MESSAGE_H
#define SECMAIL_MILTER_MESSAGE_H

#include "milter.h"

#include <libmilter/mfapi.h>

struct connection {
    struct secmail_context *context;
    char client[64]; /* address as text; "" if it isn't known */
    char *helo;
    bool internal;
    bool relay; /* of an outgoing-network: perhaps a server of ours */
    /* Of the message at hand: */
    struct config *config;
    struct secmail_mailauth *incoming; /* of outgoing mail too, unless its results may be ours */
    struct secmail_dkim_table *table;
    struct secmail_dkim_signer *outgoing; /* or NULL: it has no key and passes as it is */
    bool goes_out;
    size_t fields, results; /* of the header; how many are Authentication-Results */
    size_t header_size;
    int error; /* the first that a piece of the message met */
};

/* Begins a message. 0, or an error. */
int begin_message(struct connection *c, const char *mail_from, const char *user);
void put_message(struct connection *c, const void *data, size_t size);

/* Takes a field of the header; its lines end with LF. */
void put_field(struct connection *c, const char *name, const char *value);
void end_message(struct connection *c);

/* What becomes of it. */
sfsistat finish_incoming(struct connection *c, SMFICTX *ctx);
sfsistat finish_outgoing(struct connection *c, SMFICTX *ctx);

#endif
