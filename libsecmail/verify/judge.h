/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judging signatures over documents: which certificate, which key, which rule. Used by detached
 * verification and by the reader of messages. */
#ifndef SMI_VERIFY_JUDGE_H
#define SMI_VERIFY_JUDGE_H

#include "verify/validity.h"

enum { SMI_REASONS = 4 };

struct secmail_verdict {
    enum secmail_verdict_status status;
    int64_t time;
    bool text;
    char key[65];
    struct secmail_cert *cert; /* a reference */
    size_t reason_count;
    struct {
        enum secmail_reason code;
        char text[SMI_VALIDITY_TEXT];
    } reasons[SMI_REASONS];
};

/* Who may have signed, and by which rules that is judged. */
struct smi_judge {
    struct secmail_context *context;
    struct secmail_policy *policy; /* a reference; NULL: the standard policy, once it is needed */
    struct secmail_cert **certs;   /* references */
    size_t cert_count, cert_room;
    const struct smi_public_key *recipient; /* whose key opened the message, or NULL */
    int64_t not_before, not_after;          /* when a signature may have been made */
    struct secmail_verdict *verdicts;
    size_t verdict_count, verdict_room;
};

SMI_SHARED void smi_judge_open(struct smi_judge *judge, struct secmail_context *context);
SMI_SHARED void smi_judge_close(struct smi_judge *judge);
SMI_SHARED void smi_judge_set_policy(struct smi_judge *judge, struct secmail_policy *policy);
SMI_SHARED int smi_judge_add_cert(struct smi_judge *judge, struct secmail_cert *cert);

/* The policy, made if there is none yet. */
SMI_SHARED int smi_judge_policy(struct smi_judge *judge, const struct secmail_policy **policy);

/* Judges one signature over data whose hash is `hash`, and adds a verdict. `hash` may be closed if
 * the signature's algorithm isn't supported; it is used up. */
SMI_SHARED int smi_judge_signature(struct smi_judge *judge, const struct smi_signature *sig,
                                   struct smi_signed_hash *hash);

SMI_SHARED size_t smi_judge_good_count(const struct smi_judge *judge);
SMI_SHARED const struct secmail_verdict *smi_judge_verdict(const struct smi_judge *judge,
                                                           size_t index);

#endif
