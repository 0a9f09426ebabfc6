/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policies: dated tables of what is acceptable. No other file decides by algorithm number whether
 * something is strong enough. */
#ifndef SMI_VERIFY_POLICY_H
#define SMI_VERIFY_POLICY_H

#include "core/context.h"

#include <secmail/verify.h>

/* What a hash algorithm is used for. */
enum smi_policy_use {
    SMI_POLICY_HASH_OF_DATA, /* signatures over documents */
    SMI_POLICY_HASH_OF_KEYS, /* signatures inside certificates */
};

/* Is the algorithm acceptable for the use at the policy's reference time? If not, and `until` is
 * not NULL, the date on which it ceased to be is stored there. */
SMI_SHARED bool smi_policy_accepts(const struct secmail_policy *policy, enum smi_policy_use use,
                                   uint8_t algo, int64_t *until);

#endif
