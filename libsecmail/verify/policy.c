/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The standard policy, as data, and how a policy is asked. */
#include "policy.h"

#include "crypto/cipher.h"
#include "crypto/hash.h"
#include "public_key.h"

#include <stdio.h>
#include <string.h>

/* The dates are those that other implementations settled on: MD5 after Dobbertin's collisions,
 * SHA-1 for data after NIST SP 800-131A, for keys after a ten-year transition ended by SHA-1
 * Shambles; keys below 2048 bits after NIST SP 800-131A. Old ciphers open old mail: nothing is
 * encrypted with them. */
enum { Y1997_02 = 854755200, Y2013_02 = 1359676800, Y2014_02 = 1391212800, Y2023_02 = 1675209600 };

#define HASH(algo, data, keys)                                                                     \
    {SMI_POLICY_HASH_OF_DATA, algo, 0, data},                                                      \
    {                                                                                              \
        SMI_POLICY_HASH_OF_KEYS, algo, 0, keys                                                     \
    }
#define KEY(algo, bits, until)                                                                     \
    {                                                                                              \
        SMI_POLICY_KEY, algo, bits, until                                                          \
    }
#define CIPHER(algo)                                                                               \
    {                                                                                              \
        SMI_POLICY_CIPHER, algo, 0, SMI_POLICY_ALWAYS                                              \
    }
#define FORMAT(format)                                                                             \
    {                                                                                              \
        SMI_POLICY_FORMAT, format, 0, SMI_POLICY_ALWAYS                                            \
    }

static const struct smi_policy_rule standard[] = {
    HASH(SMI_MD5, Y1997_02, Y1997_02),
    HASH(SMI_SHA1, Y2013_02, Y2023_02),
    HASH(SMI_RIPEMD160, Y2013_02, Y2023_02),
    HASH(SMI_SHA224, SMI_POLICY_ALWAYS, SMI_POLICY_ALWAYS),
    HASH(SMI_SHA256, SMI_POLICY_ALWAYS, SMI_POLICY_ALWAYS),
    HASH(SMI_SHA384, SMI_POLICY_ALWAYS, SMI_POLICY_ALWAYS),
    HASH(SMI_SHA512, SMI_POLICY_ALWAYS, SMI_POLICY_ALWAYS),
    HASH(SMI_SHA3_256, SMI_POLICY_ALWAYS, SMI_POLICY_ALWAYS),
    HASH(SMI_SHA3_512, SMI_POLICY_ALWAYS, SMI_POLICY_ALWAYS),
    KEY(SMI_PK_RSA, 1024, Y2014_02),
    KEY(SMI_PK_RSA, 2048, SMI_POLICY_ALWAYS),
    KEY(SMI_PK_DSA, 1024, Y2014_02),
    KEY(SMI_PK_DSA, 2048, SMI_POLICY_ALWAYS),
    KEY(SMI_PK_ELGAMAL, 1024, Y2014_02),
    KEY(SMI_PK_ELGAMAL, 2048, SMI_POLICY_ALWAYS),
    KEY(SMI_PK_ECDH, 255, SMI_POLICY_ALWAYS),
    KEY(SMI_PK_ECDSA, 256, SMI_POLICY_ALWAYS),
    KEY(SMI_PK_EDDSA_LEGACY, 255, SMI_POLICY_ALWAYS),
    KEY(SMI_PK_X25519, 255, SMI_POLICY_ALWAYS),
    KEY(SMI_PK_X448, 448, SMI_POLICY_ALWAYS),
    KEY(SMI_PK_ED25519, 255, SMI_POLICY_ALWAYS),
    KEY(SMI_PK_ED448, 448, SMI_POLICY_ALWAYS),
    CIPHER(SMI_IDEA),
    CIPHER(SMI_3DES),
    CIPHER(SMI_CAST5),
    CIPHER(SMI_BLOWFISH),
    CIPHER(SMI_AES128),
    CIPHER(SMI_AES192),
    CIPHER(SMI_AES256),
    CIPHER(SMI_TWOFISH),
    CIPHER(SMI_CAMELLIA128),
    CIPHER(SMI_CAMELLIA192),
    CIPHER(SMI_CAMELLIA256),
    FORMAT(SMI_FORMAT_SEIPDV1),
    FORMAT(SMI_FORMAT_SEIPDV2),
    FORMAT(SMI_FORMAT_LIBREPGP),
};

const struct smi_policy_rule *smi_policy_standard_rules(size_t *count)
{
    *count = sizeof standard / sizeof standard[0];
    return standard;
}

/* ---------------------------------------------------------------- objects */

static size_t policy_size(size_t rules)
{
    return sizeof(struct secmail_policy) + rules * sizeof(struct smi_policy_rule);
}

int smi_policy_new(struct secmail_context *context, int64_t time,
                   const struct smi_policy_rule *rules, size_t count, struct secmail_policy **out)
{
    struct secmail_policy *policy = smi_zalloc(&context->mem, policy_size(count));
    if (!policy)
        return smi_nomem(context);
    policy->mem = context->mem;
    atomic_init(&policy->refs, 1);
    policy->time = time;
    policy->rule_count = count;
    if (count)
        memcpy(policy->rules, rules, count * sizeof *rules);
    *out = policy;
    return 0;
}

int secmail_policy_standard(struct secmail_context *context, struct secmail_policy **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    return smi_policy_new(context, smi_now(context), standard, sizeof standard / sizeof standard[0],
                          out);
}

int smi_policy_or_standard(struct secmail_context *context, const struct secmail_policy **policy,
                           struct secmail_policy **made)
{
    *made = NULL;
    int rc = *policy ? 0
                     : smi_policy_new(context, smi_now(context), standard,
                                      sizeof standard / sizeof standard[0], made);
    if (*made)
        *policy = *made;
    return rc;
}

int secmail_policy_at(struct secmail_context *context, const struct secmail_policy *policy,
                      int64_t time, struct secmail_policy **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!policy)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_policy_at: policy is NULL");
    rc = smi_policy_new(context, time, policy->rules, policy->rule_count, out);
    return rc ? rc
              : smi_policy_set_notations(context, out, policy->notations, policy->notation_size);
}

int smi_policy_set_notations(struct secmail_context *context, struct secmail_policy **policy,
                             const char *names, size_t size)
{
    if (!size)
        return 0;
    (*policy)->notations = smi_alloc(&context->mem, size);
    if (!(*policy)->notations) {
        secmail_policy_unref(*policy);
        *policy = NULL;
        return smi_nomem(context);
    }
    memcpy((*policy)->notations, names, size);
    (*policy)->notation_size = size;
    return 0;
}

/* Printable, and without what separates the words of a policy's text. */
static bool is_notation(const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)name[i];
        if (c <= ' ' || c == 0x7f || c == '#')
            return false;
    }
    return size && size < SMI_NOTATION_SIZE;
}

int secmail_policy_with_notation(struct secmail_context *context,
                                 const struct secmail_policy *policy, const char *name,
                                 struct secmail_policy **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!policy || !name || !is_notation(name, strlen(name)))
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_policy_with_notation: %s",
                        !policy ? "policy is NULL"
                                : "the name must have 1 to 127 characters without blanks");
    struct smi_buf names = smi_buf_open(&context->mem);
    if (policy->notation_size)
        smi_put(&names, policy->notations, policy->notation_size);
    if (!smi_policy_knows_notation(policy, name, strlen(name)))
        smi_put(&names, name, strlen(name) + 1);
    rc = names.error
             ? smi_fail(context, names.error, NULL)
             : smi_policy_new(context, policy->time, policy->rules, policy->rule_count, out);
    if (!rc)
        rc = smi_policy_set_notations(context, out, (const char *)names.data, names.size);
    smi_buf_free(&names);
    return rc;
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
    smi_free(&mem, policy->notations, policy->notation_size);
    smi_free(&mem, policy, policy_size(policy->rule_count));
}

/* ---------------------------------------------------------------- asking */

/* RSA has three numbers with one meaning (RFC 9580 section 9.1). */
static uint8_t same_key_algo(uint8_t algo)
{
    return algo == SMI_PK_RSA_ENCRYPT || algo == SMI_PK_RSA_SIGN ? SMI_PK_RSA : algo;
}

/* The rule with the largest size that the key reaches; what no rule names was never acceptable. */
static int64_t limit_of(const struct secmail_policy *policy, enum smi_policy_use use, uint8_t algo,
                        unsigned bits)
{
    const struct smi_policy_rule *best = NULL;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct smi_policy_rule *rule = &policy->rules[i];
        if (rule->use == use && rule->algo == algo && rule->bits <= bits &&
            (!best || rule->bits > best->bits))
            best = rule;
    }
    return best ? best->until : SMI_POLICY_NEVER;
}

static bool answer(const struct secmail_policy *policy, int64_t limit, int64_t *until)
{
    if (until)
        *until = limit;
    return policy->time < limit || limit == SMI_POLICY_ALWAYS;
}

bool smi_policy_accepts(const struct secmail_policy *policy, enum smi_policy_use use, uint8_t algo,
                        int64_t *until)
{
    return answer(policy, limit_of(policy, use, algo, 0), until);
}

bool smi_policy_accepts_key(const struct secmail_policy *policy, uint8_t algo, unsigned bits,
                            int64_t *until)
{
    return answer(policy, limit_of(policy, SMI_POLICY_KEY, same_key_algo(algo), bits), until);
}

bool smi_policy_knows_notation(const struct secmail_policy *policy, const char *name, size_t size)
{
    for (size_t at = 0, length; at < policy->notation_size; at += length + 1) {
        length = strlen(policy->notations + at);
        if (length == size && smi_equal(policy->notations + at, name, size))
            return true;
    }
    return false;
}

const char *smi_policy_since(int64_t until, char text[48])
{
    char date[32];
    if (until == SMI_POLICY_NEVER)
        snprintf(text, 48, "in any case");
    else
        snprintf(text, 48, "since %s", smi_date(until, date));
    return text;
}
