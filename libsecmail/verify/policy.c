/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The standard policy, as data. */
#include "policy.h"

#include "core/bytes.h"
#include "crypto/hash.h"

#include <stdatomic.h>
#include <stdio.h>

struct rule {
    enum smi_policy_use use;
    uint8_t algo;
    int64_t until; /* acceptable before this time; INT64_MAX: no end is foreseen */
};

/* The dates are those that other implementations settled on: MD5 after Dobbertin's collisions,
 * SHA-1 for data after NIST SP 800-131A, for keys after a ten-year transition ended by SHA-1
 * Shambles. */
enum { Y1997_02 = 854755200, Y2013_02 = 1359676800, Y2023_02 = 1675209600 };

static const struct rule standard[] = {
    {SMI_POLICY_HASH_OF_DATA, SMI_MD5, Y1997_02},
    {SMI_POLICY_HASH_OF_KEYS, SMI_MD5, Y1997_02},
    {SMI_POLICY_HASH_OF_DATA, SMI_SHA1, Y2013_02},
    {SMI_POLICY_HASH_OF_KEYS, SMI_SHA1, Y2023_02},
    {SMI_POLICY_HASH_OF_DATA, SMI_RIPEMD160, Y2013_02},
    {SMI_POLICY_HASH_OF_KEYS, SMI_RIPEMD160, Y2023_02},
    {SMI_POLICY_HASH_OF_DATA, SMI_SHA224, INT64_MAX},
    {SMI_POLICY_HASH_OF_KEYS, SMI_SHA224, INT64_MAX},
    {SMI_POLICY_HASH_OF_DATA, SMI_SHA256, INT64_MAX},
    {SMI_POLICY_HASH_OF_KEYS, SMI_SHA256, INT64_MAX},
    {SMI_POLICY_HASH_OF_DATA, SMI_SHA384, INT64_MAX},
    {SMI_POLICY_HASH_OF_KEYS, SMI_SHA384, INT64_MAX},
    {SMI_POLICY_HASH_OF_DATA, SMI_SHA512, INT64_MAX},
    {SMI_POLICY_HASH_OF_KEYS, SMI_SHA512, INT64_MAX},
    {SMI_POLICY_HASH_OF_DATA, SMI_SHA3_256, INT64_MAX},
    {SMI_POLICY_HASH_OF_KEYS, SMI_SHA3_256, INT64_MAX},
    {SMI_POLICY_HASH_OF_DATA, SMI_SHA3_512, INT64_MAX},
    {SMI_POLICY_HASH_OF_KEYS, SMI_SHA3_512, INT64_MAX},
};

enum { RULES = sizeof standard / sizeof standard[0] };

struct secmail_policy {
    struct secmail_allocator mem;
    atomic_uint refs;
    int64_t time;
    const struct rule *rules;
    size_t rule_count;
};

static int policy_new(struct secmail_context *context, int64_t time, struct secmail_policy **out)
{
    struct secmail_policy *policy = smi_zalloc(&context->mem, sizeof *policy);
    if (!policy)
        return smi_nomem(context);
    policy->mem = context->mem;
    atomic_init(&policy->refs, 1);
    policy->time = time;
    policy->rules = standard;
    policy->rule_count = RULES;
    *out = policy;
    return 0;
}

int secmail_policy_standard(struct secmail_context *context, struct secmail_policy **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    return policy_new(context, smi_now(context), out);
}

int secmail_policy_at(struct secmail_context *context, const struct secmail_policy *policy,
                      int64_t time, struct secmail_policy **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!policy)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_policy_at: policy is NULL");
    rc = policy_new(context, time, out);
    if (rc)
        return rc;
    (*out)->rules = policy->rules;
    (*out)->rule_count = policy->rule_count;
    return 0;
}

int64_t secmail_policy_time(const struct secmail_policy *policy)
{
    return policy ? policy->time : 0;
}

struct secmail_policy *secmail_policy_ref(struct secmail_policy *policy)
{
    if (policy)
        atomic_fetch_add(&policy->refs, 1);
    return policy;
}

void secmail_policy_unref(struct secmail_policy *policy)
{
    if (!policy || atomic_fetch_sub(&policy->refs, 1) != 1)
        return;
    const struct secmail_allocator mem = policy->mem;
    smi_free(&mem, policy, sizeof *policy);
}

bool smi_policy_accepts(const struct secmail_policy *policy, enum smi_policy_use use, uint8_t algo,
                        int64_t *until)
{
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct rule *rule = &policy->rules[i];
        if (rule->use != use || rule->algo != algo)
            continue;
        if (until)
            *until = rule->until;
        return policy->time < rule->until;
    }
    if (until)
        *until = 0;
    return false;
}

static void print_rule(struct smi_buf *b, const struct rule *rule)
{
    char date[32], line[160];
    snprintf(line, sizeof line, "%s %s: %s%s\n",
             rule->use == SMI_POLICY_HASH_OF_DATA ? "hash of data" : "hash of keys",
             smi_hash_name(rule->algo),
             rule->until == INT64_MAX ? "acceptable" : "acceptable before ",
             rule->until == INT64_MAX ? "" : smi_date(rule->until, date));
    smi_put_text(b, line);
}

int secmail_policy_print(struct secmail_context *context, const struct secmail_policy *policy,
                         struct secmail_bytes **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!policy)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_policy_print: policy is NULL");
    char date[32];
    struct smi_buf b = smi_buf_open(&context->mem);
    smi_put_text(&b, "reference time: ");
    smi_put_text(&b, smi_date(policy->time, date));
    smi_put_text(&b, "\n");
    for (size_t i = 0; i < policy->rule_count; i++)
        print_rule(&b, &policy->rules[i]);
    smi_put_text(&b, "anything else: refused\n");
    rc = smi_bytes_from(out, &b);
    return rc ? smi_fail(context, rc, NULL) : 0;
}
