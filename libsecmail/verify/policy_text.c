/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policies as text: what secmail_policy_print() writes, secmail_policy_parse() reads. */
#include "core/bytes.h"
#include "crypto/cipher.h"
#include "crypto/hash.h"
#include "policy.h"
#include "public_key.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const uses[] = {
    [SMI_POLICY_HASH_OF_DATA] = "hash-of-data",
    [SMI_POLICY_HASH_OF_KEYS] = "hash-of-keys",
    [SMI_POLICY_KEY] = "key",
    [SMI_POLICY_CIPHER] = "cipher",
    [SMI_POLICY_FORMAT] = "format",
};

enum { USES = sizeof uses / sizeof uses[0] };

/* Case of ASCII letters doesn't count, in any locale. */
static bool is_word(const char *a, const char *b)
{
    for (;; a++, b++) {
        const char x = *a >= 'A' && *a <= 'Z' ? (char)(*a | 0x20) : *a;
        const char y = *b >= 'A' && *b <= 'Z' ? (char)(*b | 0x20) : *b;
        if (x != y || !x)
            return x == y;
    }
}

static const char *format_name(uint8_t format)
{
    static const char *const names[] = {"unknown", "SEIPDv1", "SEIPDv2", "LibrePGP"};
    return format < sizeof names / sizeof names[0] ? names[format] : names[0];
}

static const char *algo_name(enum smi_policy_use use, uint8_t algo)
{
    switch (use) {
    case SMI_POLICY_HASH_OF_DATA:
    case SMI_POLICY_HASH_OF_KEYS:
        return smi_hash_name(algo);
    case SMI_POLICY_KEY:
        return smi_pk_name(algo);
    case SMI_POLICY_CIPHER:
        return smi_cipher_name(algo);
    default:
        return format_name(algo);
    }
}

/* ---------------------------------------------------------------- printing */

/* A date, or where it has no year of four digits, the seconds since 1970. */
static void put_date(struct smi_buf *b, int64_t time)
{
    const time_t t = (time_t)time;
    struct tm tm;
    char text[40];
    if (!gmtime_r(&t, &tm) || tm.tm_year < 1000 - 1900 || tm.tm_year > 9999 - 1900 ||
        !strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm))
        snprintf(text, sizeof text, "%lld", (long long)time);
    smi_put_text(b, text);
}

static void put_rule(struct smi_buf *b, const struct smi_policy_rule *rule)
{
    char bits[16];
    smi_put_text(b, uses[rule->use]);
    smi_put_text(b, " ");
    smi_put_text(b, algo_name(rule->use, rule->algo));
    if (rule->use == SMI_POLICY_KEY) {
        snprintf(bits, sizeof bits, " %u", rule->bits);
        smi_put_text(b, bits);
    }
    if (rule->until == SMI_POLICY_ALWAYS) {
        smi_put_text(b, " always\n");
    } else if (rule->until == SMI_POLICY_NEVER) {
        smi_put_text(b, " never\n");
    } else {
        smi_put_text(b, " until ");
        put_date(b, rule->until);
        smi_put_text(b, "\n");
    }
}

int secmail_policy_print(struct secmail_context *context, const struct secmail_policy *policy,
                         struct secmail_bytes **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!policy)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_policy_print: policy is NULL");
    struct smi_buf b = smi_buf_open(&context->mem);
    smi_put_text(&b, "time ");
    put_date(&b, policy->time);
    smi_put_text(&b, "\n");
    for (size_t i = 0; i < policy->rule_count; i++)
        put_rule(&b, &policy->rules[i]);
    for (size_t at = 0; at < policy->notation_size; at += strlen(policy->notations + at) + 1) {
        smi_put_text(&b, "notation ");
        smi_put_text(&b, policy->notations + at);
        smi_put_text(&b, "\n");
    }
    rc = smi_bytes_from(out, &b);
    return rc ? smi_fail(context, rc, NULL) : 0;
}

/* ---------------------------------------------------------------- reading */

enum { WORDS_MAX = 5, WORD_SIZE = SMI_NOTATION_SIZE };

struct reader {
    struct secmail_context *context;
    unsigned line;
    int64_t time;
    size_t rule_count;
    struct smi_policy_rule rules[SMI_POLICY_RULES_MAX];
    struct smi_buf notations;
    size_t word_count;
    char words[WORDS_MAX][WORD_SIZE];
};

static int refuse(const struct reader *r, const char *what, const char *word)
{
    return smi_fail(r->context, SECMAIL_E_POLICY_TEXT,
                    "line %u of the policy: %s%s%s%s; see "
                    "secmail_policy_parse() for the form of a line",
                    r->line, what, word ? " '" : "", word ? word : "", word ? "'" : "");
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Splits a line at blanks, up to a '#'. */
static int split(struct reader *r, const uint8_t *line, size_t size)
{
    r->word_count = 0;
    for (size_t at = 0; at < size && line[at] != '#';) {
        if (is_blank(line[at])) {
            at++;
            continue;
        }
        size_t n = 0;
        while (at + n < size && !is_blank(line[at + n]) && line[at + n] != '#')
            n++;
        if (r->word_count == WORDS_MAX || n >= WORD_SIZE || memchr(line + at, 0, n))
            return refuse(r, "it has more than five words, or one that is too long", NULL);
        memcpy(r->words[r->word_count], line + at, n);
        r->words[r->word_count++][n] = 0;
        at += n;
    }
    return 0;
}

static bool read_seconds(const char *text, int64_t *time)
{
    char *end;
    errno = 0;
    const long long value = strtoll(text, &end, 10);
    *time = value;
    return end != text && !*end && !errno;
}

/* YYYY-MM-DD, or with THH:MM:SSZ behind it: UTC. Or seconds since 1970. */
static bool read_date(const char *text, int64_t *time)
{
    struct tm tm = {0};
    char again[40];
    const int n = sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
                         &tm.tm_hour, &tm.tm_min, &tm.tm_sec);
    if (n != 3 && n != 6)
        return read_seconds(text, time);
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *time = (int64_t)timegm(&tm);
    /* timegm() turns the 30th of February into a day of March; written again, it must be what was
     * read. */
    strftime(again, sizeof again, n == 3 ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ", &tm);
    return strcmp(again, text) == 0;
}

static bool find_use(const char *word, uint8_t *use)
{
    for (*use = 0; *use < USES; ++*use) {
        if (is_word(word, uses[*use]))
            return true;
    }
    return false;
}

static bool find_algo(enum smi_policy_use use, const char *word, uint8_t *algo)
{
    if (is_word(word, "unknown")) /* the name of each that has none */
        return false;
    for (*algo = 1; *algo < UINT8_MAX; ++*algo) {
        if (is_word(word, algo_name(use, *algo)))
            return true;
    }
    return false;
}

static bool read_bits(const char *word, uint16_t *bits)
{
    unsigned value;
    int end = 0;
    if (sscanf(word, "%5u%n", &value, &end) != 1 || word[end] || value > UINT16_MAX)
        return false;
    *bits = (uint16_t)value;
    return true;
}

static int read_until(const struct reader *r, size_t at, struct smi_policy_rule *rule)
{
    const char *word = at < r->word_count ? r->words[at] : "";
    const bool dated = is_word(word, "until");
    if (r->word_count != at + 1 + dated)
        return refuse(r, "it must end with 'always', 'never' or 'until' and a date", NULL);
    if (dated && !read_date(r->words[at + 1], &rule->until))
        return refuse(
            r, "this is not a date like 2026-02-01 or 2026-02-01T00:00:00Z:", r->words[at + 1]);
    if (is_word(word, "always"))
        rule->until = SMI_POLICY_ALWAYS;
    else if (is_word(word, "never"))
        rule->until = SMI_POLICY_NEVER;
    else if (!dated)
        return refuse(r, "this is not 'always', 'never' or 'until':", word);
    return 0;
}

static int put(struct reader *r, const struct smi_policy_rule *rule)
{
    for (size_t i = 0; i < r->rule_count; i++) {
        struct smi_policy_rule *old = &r->rules[i];
        if (old->use == rule->use && old->algo == rule->algo && old->bits == rule->bits) {
            *old = *rule;
            return 0;
        }
    }
    if (r->rule_count == SMI_POLICY_RULES_MAX)
        return refuse(r, "there are too many rules before it", NULL);
    r->rules[r->rule_count++] = *rule;
    return 0;
}

static int read_rule(struct reader *r)
{
    struct smi_policy_rule rule = {0};
    if (!find_use(r->words[0], &rule.use))
        return refuse(r, "this is no kind of rule:", r->words[0]);
    if (r->word_count < 2 || !find_algo(rule.use, r->words[1], &rule.algo))
        return refuse(r, "this is no algorithm or format of that kind:",
                      r->word_count < 2 ? "" : r->words[1]);
    const bool sized = rule.use == SMI_POLICY_KEY;
    if (sized && (r->word_count < 3 || !read_bits(r->words[2], &rule.bits)))
        return refuse(r, "a rule on keys has their least size in bits after the algorithm", NULL);
    int rc = read_until(r, sized ? 3 : 2, &rule);
    return rc ? rc : put(r, &rule);
}

static int include_standard(struct reader *r)
{
    size_t count;
    const struct smi_policy_rule *rules = smi_policy_standard_rules(&count);
    int rc = 0;
    for (size_t i = 0; i < count && !rc; i++)
        rc = put(r, &rules[i]);
    return rc;
}

/* Names of notations are the one thing whose case counts. */
static int read_notation(struct reader *r)
{
    if (r->word_count != 2)
        return refuse(r, "'notation' takes one name like name@example.org", NULL);
    smi_put(&r->notations, r->words[1], strlen(r->words[1]) + 1);
    return r->notations.error ? smi_fail(r->context, r->notations.error, NULL) : 0;
}

static int read_line(struct reader *r)
{
    if (!r->word_count)
        return 0;
    const char *first = r->words[0];
    if (is_word(first, "time"))
        return r->word_count == 2 && read_date(r->words[1], &r->time)
                   ? 0
                   : refuse(r, "'time' takes one date like 2026-02-01T00:00:00Z", NULL);
    if (is_word(first, "include"))
        return r->word_count == 2 && is_word(r->words[1], "standard")
                   ? include_standard(r)
                   : refuse(r, "'include' takes the word 'standard'", NULL);
    if (is_word(first, "notation"))
        return read_notation(r);
    return read_rule(r);
}

static int read_text(struct reader *r, const uint8_t *text, size_t size)
{
    int rc = 0;
    for (size_t at = 0; at < size && !rc;) {
        const uint8_t *end = memchr(text + at, '\n', size - at);
        const size_t n = end ? (size_t)(end - text) - at : size - at;
        r->line++;
        rc = split(r, text + at, n);
        if (!rc)
            rc = read_line(r);
        at += n + 1;
    }
    return rc;
}

int secmail_policy_parse(struct secmail_context *context, struct secmail_policy **out,
                         const uint8_t *text, size_t size)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!text && size)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_policy_parse: text is NULL");
    struct reader *r = smi_zalloc(&context->mem, sizeof *r);
    if (!r)
        return smi_nomem(context);
    r->context = context;
    r->time = smi_now(context);
    r->notations = smi_buf_open(&context->mem);
    rc = read_text(r, text, size);
    if (!rc && !r->rule_count)
        rc = refuse(r, "it has no rule, and would refuse everything", NULL);
    if (!rc)
        rc = smi_policy_new(context, r->time, r->rules, r->rule_count, out);
    if (!rc)
        rc = smi_policy_set_notations(context, out, (const char *)r->notations.data,
                                      r->notations.size);
    smi_buf_free(&r->notations);
    smi_free(&context->mem, r, sizeof *r);
    return rc;
}
