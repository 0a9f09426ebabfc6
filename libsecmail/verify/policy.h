/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policies: dated tables of what is acceptable. No other file decides by algorithm number whether
 * something is strong enough. The table is in policy.c, its text form in policy_text.c. */
#ifndef SMI_VERIFY_POLICY_H
#define SMI_VERIFY_POLICY_H

#include "core/context.h"

#include <secmail/verify.h>
#include <stdatomic.h>

/* What a rule is about, and which numbers its `algo` has. */
enum smi_policy_use {
    SMI_POLICY_HASH_OF_DATA, /* signatures over documents: RFC 9580 section 9.5 */
    SMI_POLICY_HASH_OF_KEYS, /* signatures inside certificates */
    SMI_POLICY_KEY,          /* public keys: section 9.1, with a size */
    SMI_POLICY_CIPHER,       /* decryption: section 9.3 */
    SMI_POLICY_FORMAT,       /* enum smi_policy_format */
};

/* Formats that one may want to refuse as a whole. */
enum smi_policy_format {
    SMI_FORMAT_SEIPDV1 = 1,
    SMI_FORMAT_SEIPDV2 = 2,
    SMI_FORMAT_LIBREPGP = 3, /* encrypted data (packet 20), keys and signatures of version 5 */
};

#define SMI_POLICY_ALWAYS INT64_MAX /* no end is foreseen */
#define SMI_POLICY_NEVER INT64_MIN

struct smi_policy_rule {
    uint8_t use;   /* enum smi_policy_use */
    uint8_t algo;  /* for RSA and EdDSA, the first of the numbers that mean it */
    uint16_t bits; /* SMI_POLICY_KEY: holds from this size on, up to that of the next rule */
    int64_t until; /* acceptable before this time */
};

enum { SMI_POLICY_RULES_MAX = 128, SMI_NOTATION_SIZE = 128 };

struct secmail_policy {
    struct secmail_allocator mem;
    atomic_uint refs;
    int64_t time;
    char *notations; /* names of those that the caller understands, each with its zero byte */
    size_t notation_size;
    size_t rule_count;
    struct smi_policy_rule rules[]; /* at most one for the same use, algo and bits */
};

/* A policy with `count` rules. */
int smi_policy_new(struct secmail_context *context, int64_t time,
                   const struct smi_policy_rule *rules, size_t count, struct secmail_policy **out);

/* Gives a new policy its notations, which are copied. On failure the policy is given back. */
int smi_policy_set_notations(struct secmail_context *context, struct secmail_policy **policy,
                             const char *names, size_t size);

/* The policy that *policy is, or a new standard one if it is NULL, which *made then is; give *made
 * back in any case. */
int smi_policy_or_standard(struct secmail_context *context, const struct secmail_policy **policy,
                           struct secmail_policy **made);

/* Does the caller understand signatures with this notation (section 5.2.3.24)? */
SMI_SHARED bool smi_policy_knows_notation(const struct secmail_policy *policy, const char *name,
                                          size_t size);

/* The table of the standard policy. */
const struct smi_policy_rule *smi_policy_standard_rules(size_t *count);

/* Is the algorithm acceptable for the use at the policy's reference time? If not, and `until` is
 * not NULL, the date on which it ceased to be is stored there; SMI_POLICY_NEVER if it never was. */
SMI_SHARED bool smi_policy_accepts(const struct secmail_policy *policy, enum smi_policy_use use,
                                   uint8_t algo, int64_t *until);

/* The same for a public key of a size. */
SMI_SHARED bool smi_policy_accepts_key(const struct secmail_policy *policy, uint8_t algo,
                                       unsigned bits, int64_t *until);

/* "since 2013-02-01 00:00:00 UTC", or "in any case". */
SMI_SHARED const char *smi_policy_since(int64_t until, char text[48]);

#endif
