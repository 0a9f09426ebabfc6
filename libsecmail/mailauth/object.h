/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The object behind <secmail/mailauth.h>: the session, the message, the table of answers, and the
 * verdicts. Each method reads the first three and writes its own verdict.
 */
#ifndef SMI_MAILAUTH_OBJECT_H
#define SMI_MAILAUTH_OBJECT_H

#include "mailauth/arc.h"
#include "mailauth/dkim_verify.h"
#include "mailauth/message.h"
#include "mailauth/question.h"
#include "mailauth/result.h"

enum { SMI_MAILAUTH_LIMITS = 11 };

/* The client's address: 4 bytes, 16 bytes, or none. */
struct smi_ip {
    uint8_t size;
    uint8_t bytes[16];
};

/* A text that a setter copied, with a NUL behind it; an empty one takes no memory. */
struct smi_copy {
    const char *text;
    size_t size;
};

struct secmail_mailauth {
    struct secmail_context *context;
    int64_t now;
    int64_t deadline;
    uint32_t methods;
    uint32_t options;
    uint32_t limits[SMI_MAILAUTH_LIMITS]; /* by enum secmail_mailauth_limit */
    bool evaluated;                       /* at least once: the session stands */
    bool done;                            /* the verdicts stand */

    struct smi_ip ip;
    struct smi_copy helo;
    struct smi_copy mail_from;
    struct smi_copy authserv_id;

    struct smi_domain *sealers;
    size_t sealer_count, sealer_room;
    secmail_mailauth_suffix_fn find_suffix;
    void *suffix_user;

    struct smi_message message;
    struct smi_answers answers;

    struct smi_buf strings; /* texts of the results; offset 0 is none */
    struct smi_buf trace;

    struct secmail_mailauth_result spf;
    struct smi_domain spf_domain; /* of the sender; empty until it is checked, or if it is none */
    struct smi_dkim *signatures;
    size_t signature_count, signature_room;
    struct smi_arc *arc_chain; /* made when the header is complete */
    struct secmail_mailauth_result arc;
    struct secmail_mailauth_result dmarc;
    size_t seal_hash; /* body hash of the seal to come */
};

static inline uint32_t smi_mailauth_limit(const struct secmail_mailauth *m,
                                          enum secmail_mailauth_limit limit)
{
    return m->limits[limit];
}

/* One line of the trace, if it is wanted. */
void smi_trace(struct secmail_mailauth *m, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The answers and verdicts, when they stand, if a trace is wanted. */
void smi_trace_verdicts(struct secmail_mailauth *m);

#endif
