/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Trust anchors: DS and DNSKEY records, one a line. libunbound looks at them when it starts, which
 * is too late to say which line is wrong: so they are checked here.
 */
#include "dns/ub_state.h"

enum { WORDS_MAX = 64, LINE_MAX_SIZE = 8192, DS_TYPE_WORDS = 3 };

struct words {
    struct {
        const char *text;
        size_t size;
    } word[WORDS_MAX];
    size_t count;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts a line at blanks, up to a comment. False: too many words. */
static bool split(struct words *w, const char *line, size_t size)
{
    w->count = 0;
    for (size_t i = 0; i < size && line[i] != ';';) {
        if (is_blank(line[i])) {
            i++;
            continue;
        }
        if (w->count == WORDS_MAX)
            return false;
        w->word[w->count].text = line + i;
        while (i < size && !is_blank(line[i]) && line[i] != ';')
            i++;
        w->word[w->count].size = (size_t)(line + i - w->word[w->count].text);
        w->count++;
    }
    return true;
}

static bool is_word(const struct words *w, size_t index, const char *upper)
{
    if (index >= w->count || w->word[index].size != strlen(upper))
        return false;
    for (size_t i = 0; upper[i]; i++) {
        const char c = w->word[index].text[i];
        if (c != upper[i] && c - ('a' - 'A') != upper[i])
            return false;
    }
    return true;
}

static bool is_number(const struct words *w, size_t index, unsigned most)
{
    unsigned value = 0;
    if (index >= w->count || w->word[index].size > 5)
        return false;
    for (size_t i = 0; i < w->word[index].size; i++) {
        const char c = w->word[index].text[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (unsigned)(c - '0');
    }
    return value <= most;
}

/* Characters of the words from `index` on; SIZE_MAX if one isn't in the alphabet. */
static size_t count_characters(const struct words *w, size_t index, const char *alphabet)
{
    size_t count = 0;
    for (; index < w->count; index++) {
        for (size_t i = 0; i < w->word[index].size; i++, count++) {
            if (!strchr(alphabet, w->word[index].text[i]))
                return SIZE_MAX;
        }
    }
    return count;
}

/* Key tag, algorithm, digest type, digest: RFC 4034 section 5.3; digests of RFC 4509 and 6605. */
static bool is_ds(const struct words *w, size_t at)
{
    static const size_t digits[] = {0, 40, 64, 64, 96};
    if (!is_number(w, at, 65535) || !is_number(w, at + 1, 255) || !is_number(w, at + 2, 4))
        return false;
    const size_t digest = (size_t)(w->word[at + 2].text[w->word[at + 2].size - 1] - '0');
    const size_t size = count_characters(w, at + DS_TYPE_WORDS, "0123456789abcdefABCDEF");
    return size && digest < sizeof digits / sizeof digits[0] && size == digits[digest];
}

/* Flags, protocol, algorithm, key: RFC 4034 section 2.2. */
static bool is_dnskey(const struct words *w, size_t at)
{
    static const char base64[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    if (!is_number(w, at, 65535) || !is_word(w, at + 1, "3") || !is_number(w, at + 2, 255))
        return false;
    const size_t size = count_characters(w, at + DS_TYPE_WORDS, base64);
    return size && size != SIZE_MAX && size % 4 == 0;
}

/* Owner, TTL and class (in any order, both optional), type, data. */
static bool is_anchor(const struct words *w, struct smi_dns_name *owner)
{
    size_t at = 1;
    if (!w->count || !smi_dns_name_read(owner, w->word[0].text, w->word[0].size))
        return false;
    while (at < 3 && (is_word(w, at, "IN") || is_number(w, at, 99999)))
        at++;
    return (is_word(w, at, "DS") && is_ds(w, at + 1)) ||
           (is_word(w, at, "DNSKEY") && is_dnskey(w, at + 1));
}

/* The words with one blank between them, as libunbound takes them. */
static int add(struct secmail_dns *dns, const struct words *w, const struct smi_dns_name *owner)
{
    struct smi_unbound *u = dns->state;
    struct smi_buf line = smi_buf_open(&dns->context->mem);
    for (size_t i = 0; i < w->count; i++) {
        smi_put(&line, w->word[i].text, w->word[i].size);
        smi_put_u8(&line, i + 1 < w->count ? ' ' : 0);
    }
    int rc = line.error ? smi_nomem(dns->context) : 0;
    if (!rc)
        rc = smi_unbound_note(dns, &u->anchors, &u->anchor_count, &u->anchor_room, owner);
    const int error = rc ? 0 : ub_ctx_add_ta(u->ctx, (const char *)line.data);
    smi_buf_free(&line);
    return error ? smi_unbound_fail(dns, "a trust anchor", error) : rc;
}

int secmail_dns_add_trust_anchors(struct secmail_dns *dns, const char *text, size_t size)
{
    struct words words;
    struct smi_dns_name owner;
    size_t found = 0;
    int rc = smi_dns_enter(dns, &smi_dns_unbound_driver, true);
    if (!rc && !text)
        rc = smi_fail(dns->context, SECMAIL_E_ARGUMENT, "the text is NULL");
    for (size_t number = 1; !rc && size; number++) {
        const char *end = memchr(text, '\n', size);
        const size_t line = end ? (size_t)(end - text) : size;
        const bool fits = line <= LINE_MAX_SIZE && !memchr(text, 0, line);
        if (!fits || !split(&words, text, line) || (words.count && !is_anchor(&words, &owner)))
            return smi_fail(dns->context, SECMAIL_E_DNS_ANCHOR,
                            "line %zu is neither a DS nor a DNSKEY record", number);
        if (words.count)
            rc = add(dns, &words, &owner);
        found += words.count > 0;
        text += line + (end != NULL);
        size -= line + (end != NULL);
    }
    if (!rc && !found)
        rc = smi_fail(dns->context, SECMAIL_E_DNS_ANCHOR, "the text has no record");
    return rc;
}
