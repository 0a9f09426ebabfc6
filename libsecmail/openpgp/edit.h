/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of a change to a key: made by edit.c from the caller's wishes, carried out by
 * edit_run.c in one go, so that a key is changed as a whole or not at all. */
#ifndef SMI_OPENPGP_EDIT_H
#define SMI_OPENPGP_EDIT_H

#include "key.h"
#include "pair.h"
#include "revoke.h"
#include "verify/policy.h"

/* What is wanted of a component that is there already. */
struct smi_wish {
    bool expiry_set;
    int64_t expires; /* -1: never */
    bool primary_user_id;
    bool revoke;
    struct smi_revocation revocation; /* its text is owned */
};

/* What is to be added. */
struct smi_addition {
    char *user_id; /* owned; NULL: a subkey */
    uint8_t flags;
    struct smi_pk_plan plan;
    int64_t expires;
};

struct secmail_key_edit {
    struct secmail_context *context;
    struct secmail_key *key;       /* a reference */
    struct secmail_policy *policy; /* a reference; NULL: the standard policy */
    struct smi_wish *wishes;       /* one for each component of the certificate */
    struct smi_addition *additions;
    size_t addition_count, addition_room;
    uint32_t algorithm; /* of subkeys that are added from now on */
    bool refresh, announce;
};

/* Carries the plan out. */
int smi_edit_run(struct secmail_key_edit *edit, const struct secmail_policy *policy,
                 struct secmail_key **out);

#endif
