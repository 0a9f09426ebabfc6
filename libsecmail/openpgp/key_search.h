/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The search for a message's session key: what the caller has (keys, passwords, session keys,
 * packets that are kept apart) is tried on the packets in front of the encrypted data. What opens
 * is a candidate only; the opener (opener.h) finds out which one is right.
 */
#ifndef SMI_OPENPGP_KEY_SEARCH_H
#define SMI_OPENPGP_KEY_SEARCH_H

#include <secmail/openpgp.h>

#include "session_key.h"
#include "verify/judge.h"

/* The body of a password packet, kept until it is clear that no key opens the message. */
struct kept_packet {
    uint8_t *body;
    size_t size;
};

struct smi_key_search {
    struct secmail_context *context;
    struct smi_judge *judge;   /* whose policy judges keys */
    struct secmail_key **keys; /* references */
    size_t key_count, key_room;
    struct secmail_secret **passwords;
    size_t password_count, password_room;
    struct smi_session_key *session_keys; /* given by the caller, then found in the message */
    size_t session_key_count, session_key_room;
    unsigned certain;           /* enum smi_generation: for these, one is known to be right, and
                                   no other is looked for */
    bool searched;              /* also when the input is read again: all were found */
    struct smi_buf key_packets; /* that are kept apart from the message, binary */
    struct kept_packet *skesks;
    size_t skesk_count, skesk_room;
    uint64_t session_key_packets, hidden_tries, password_tries;
    bool password_missing;                    /* it would do, but none was given */
    const struct secmail_key *locked;         /* a locked key that the message is for */
    const struct smi_public_key *absent;      /* one whose secret part is elsewhere */
    const struct smi_public_key *failed;      /* one whose token didn't decrypt */
    const struct smi_public_key *unsupported; /* one whose algorithm this build lacks */
    char wanted[65];                          /* a recipient that no key was given for */
};

/* Of a zeroed search; `judge` must outlive it. */
void smi_key_search_open(struct smi_key_search *search, struct secmail_context *context,
                         struct smi_judge *judge);
void smi_key_search_close(struct smi_key_search *search);

int smi_key_search_add_key(struct smi_key_search *search, struct secmail_key *key);
int smi_key_search_add_password(struct smi_key_search *search,
                                const struct secmail_secret *password);
int smi_key_search_add_session_key(struct smi_key_search *search,
                                   const struct secmail_secret *session_key);

/* Keeps packets that are to be read as if they stood in front of the message. */
int smi_key_search_add_packets(struct smi_key_search *search, struct smi_cursor packets);

/* A reading of the message begins: tries the packets that were kept. */
int smi_key_search_begin(struct smi_key_search *search);

/* A PKESK or SKESK packet stands in front of the encrypted data. */
int smi_key_search_packet(struct smi_key_search *search, uint8_t tag, struct smi_cursor body);

/* The encrypted data is there: leaves the candidates that fit its format, at least one, or says why
 * there is none. */
int smi_key_search_end(struct smi_key_search *search, enum secmail_format format);

/* Only this one is right: the first reading has shown it. */
void smi_key_search_settle(struct smi_key_search *search, const struct smi_session_key *key);

#endif
