/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading signature fields. */
#include "mailauth/dkim_signature.h"

#include "crypto/hash.h"

enum { IDENTITY_MAX = 1000 };

struct reader {
    struct smi_signature *s;
    struct smi_taglist tags;
    size_t most_names;
    bool weak;
};

static const char *wrong(struct smi_signature *s, const char *tag, const char *reason)
{
    s->decider = tag;
    s->reference = s->kind == SMI_DKIM_SIGNATURE  ? "RFC 6376 section 3.5"
                   : s->kind == SMI_ARC_SIGNATURE ? "RFC 8617 section 4.1.2"
                                                  : "RFC 8617 section 4.1.3";
    return reason;
}

static struct smi_span value_of(const struct reader *r, const char *tag)
{
    const struct smi_tag *t = smi_taglist_get(&r->tags, tag);
    return t ? t->value : smi_span("", 0);
}

static bool has(const struct reader *r, const char *tag)
{
    return smi_taglist_get(&r->tags, tag) != NULL;
}

/* ---- Single tags ---- */

static const char *read_algorithm(struct reader *r)
{
    struct smi_signature *s = r->s;
    s->algorithm = value_of(r, "a");
    s->hash = SMI_SHA256;
    if (smi_span_is(s->algorithm, "rsa-sha256"))
        s->key = SMI_KEY_RSA;
    else if (smi_span_is(s->algorithm, "ed25519-sha256"))
        s->key = SMI_KEY_ED25519;
    else if (!smi_span_is(s->algorithm, "rsa-sha1"))
        return wrong(s, "a", has(r, "a") ? "its algorithm is not supported" : "a= is missing");
    else if (!r->weak) {
        s->policy = true;
        wrong(s, "a", "");
        s->reference = "RFC 8301 section 3.1";
        return "rsa-sha1 proves nothing any more";
    } else {
        s->key = SMI_KEY_RSA;
        s->hash = SMI_SHA1;
    }
    return NULL;
}

static bool read_canon_word(struct smi_span word, enum smi_canon *canon)
{
    if (smi_span_is(word, "relaxed"))
        *canon = SMI_RELAXED;
    else if (smi_span_is(word, "simple"))
        *canon = SMI_SIMPLE;
    else
        return false;
    return true;
}

static const char *read_canon(struct reader *r)
{
    struct smi_signature *s = r->s;
    struct smi_span rest = value_of(r, "c");
    s->header_canon = s->body_canon = SMI_SIMPLE;
    if (!has(r, "c"))
        return NULL;
    const bool two = smi_span_find(rest, '/') < rest.size;
    const struct smi_span first = smi_span_trim(smi_span_cut(&rest, '/'));
    if (!read_canon_word(first, &s->header_canon) ||
        (two && !read_canon_word(smi_span_trim(rest), &s->body_canon)))
        return wrong(s, "c", "its canonicalization is not known");
    return NULL;
}

/* Times and lengths: "t=" holds 1*12DIGIT, "l=" 1*76DIGIT. */
static bool read_number(const struct reader *r, const char *tag, int64_t *number)
{
    uint64_t n;
    if (!has(r, tag))
        return true;
    if (!smi_span_number(value_of(r, tag), &n))
        return false;
    *number = n > INT64_MAX ? INT64_MAX : (int64_t)n;
    return true;
}

static const char *read_times(struct reader *r)
{
    struct smi_signature *s = r->s;
    s->time = s->expires = SMI_NO_TIME;
    if (!read_number(r, "t", &s->time))
        return wrong(s, "t", "t= is not a number");
    if (s->kind == SMI_ARC_SEAL)
        return NULL;
    if (!read_number(r, "x", &s->expires))
        return wrong(s, "x", "x= is not a number");
    if (s->time != SMI_NO_TIME && s->expires != SMI_NO_TIME && s->expires <= s->time)
        return wrong(s, "x", "x= is not after t=");
    return NULL;
}

static const char *read_length(struct reader *r)
{
    struct smi_signature *s = r->s;
    int64_t length = 0;
    s->length = UINT64_MAX;
    s->has_length = has(r, "l");
    if (!s->has_length)
        return NULL;
    if (!read_number(r, "l", &length))
        return wrong(s, "l", "l= is not a number");
    s->length = (uint64_t)length;
    return NULL;
}

static bool is_base64_text(struct smi_span s)
{
    for (size_t i = 0; i < s.size; i++) {
        const uint8_t c = s.data[i];
        if (!smi_is_alnum(c) && c != '+' && c != '/' && c != '=' && !smi_is_fws(c))
            return false;
    }
    return true;
}

/* "b=" as it stands there, and what is cut out of the field when it is hashed itself: "the value of
 * the "b=" tag (including all surrounding whitespace)" (RFC 6376 section 3.7). */
static const char *read_signature(struct reader *r)
{
    struct smi_signature *s = r->s;
    const struct smi_tag *t = smi_taglist_get(&r->tags, "b");
    if (!t || !t->value.size)
        return wrong(s, "b", t ? "b= is empty" : "b= is missing");
    if (!is_base64_text(t->value))
        return wrong(s, "b", "b= is not base64");
    s->signature = t->value;
    s->cut = t->raw;
    return NULL;
}

static const char *read_body_hash(struct reader *r)
{
    struct smi_signature *s = r->s;
    const size_t size = smi_hash_size(s->hash);
    /* The writer never grows: a hash has its size or is none. */
    struct smi_buf b = {.data = s->body_hash, .room = size, .ceiling = size, .over = -1};
    if (!has(r, "bh"))
        return wrong(s, "bh", "bh= is missing");
    if (!smi_put_base64(&b, value_of(r, "bh")) || b.error || b.size != size)
        return wrong(s, "bh", "bh= is not a hash");
    return NULL;
}

bool smi_next_name(struct smi_span *rest, struct smi_span *name)
{
    if (!rest->size)
        return false;
    *name = smi_span_trim(smi_span_cut(rest, ':'));
    return true;
}

static const char *read_names(struct reader *r)
{
    struct smi_signature *s = r->s;
    struct smi_span rest = s->names = value_of(r, "h"), name;
    size_t count = 0;
    bool from = false;
    if (!has(r, "h"))
        return wrong(s, "h", "h= is missing");
    while (smi_next_name(&rest, &name)) {
        from = from || smi_span_is(name, "from");
        if (s->kind == SMI_ARC_SIGNATURE && smi_span_is(name, "arc-seal"))
            return wrong(s, "h", "h= holds ARC-Seal");
        if (++count > r->most_names) {
            s->policy = true;
            return wrong(s, "h", "h= has too many names");
        }
    }
    return from ? NULL : wrong(s, "h", "h= does not hold From");
}

static const char *read_query(struct reader *r)
{
    struct smi_span rest = value_of(r, "q"), method;
    if (!has(r, "q"))
        return NULL;
    while (smi_next_name(&rest, &method)) {
        if (smi_span_is(method, "dns/txt"))
            return NULL;
    }
    return wrong(r->s, "q", "none of its query methods is supported");
}

static int hex_value(uint8_t c)
{
    return smi_is_digit(c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* dkim-quoted-printable (section 2.11): "=XX" is a byte, white space nothing. */
static void put_quoted_printable(struct smi_buf *b, struct smi_span s)
{
    for (size_t i = 0; i < s.size; i++) {
        const bool escape = s.data[i] == '=' && s.size - i > 2 && hex_value(s.data[i + 1]) >= 0 &&
                            hex_value(s.data[i + 2]) >= 0;
        if (escape) {
            smi_put_u8(b, (uint8_t)(hex_value(s.data[i + 1]) << 4 | hex_value(s.data[i + 2])));
            i += 2;
        } else if (!smi_is_fws(s.data[i])) {
            smi_put_u8(b, s.data[i]);
        }
    }
}

bool smi_signature_identity(const struct smi_signature *s, struct smi_domain *domain)
{
    uint8_t text[IDENTITY_MAX];
    struct smi_buf b = {.data = text, .room = sizeof text, .ceiling = sizeof text, .over = -1};
    put_quoted_printable(&b, s->identity);
    size_t at = b.size;
    while (at && text[at - 1] != '@')
        at--;
    return at && !b.error && smi_domain_read(domain, smi_span(text + at, b.size - at));
}

/* "i=" has the domain of "d=" or one below it; its local part may be empty and is not our business.
 * The domain is what follows the last "@". */
static const char *read_identity(struct reader *r)
{
    struct smi_signature *s = r->s;
    struct smi_domain domain, identity;
    if (!has(r, "i"))
        return NULL;
    s->identity = value_of(r, "i");
    if (!smi_domain_read(&domain, s->domain) || !smi_signature_identity(s, &identity) ||
        !smi_domain_is_under(&identity, &domain))
        return wrong(s, "i", "i= is not within d=");
    return NULL;
}

/* ---- Fields ---- */

static const char *read_names_of_key(struct reader *r)
{
    struct smi_signature *s = r->s;
    struct smi_domain name;
    if (!s->domain.size || !smi_domain_read_host(&name, s->domain))
        return wrong(s, "d", has(r, "d") ? "d= is not a domain name" : "d= is missing");
    if (!s->selector.size || !smi_domain_read_host(&name, s->selector))
        return wrong(s, "s", has(r, "s") ? "s= is not a selector" : "s= is missing");
    return smi_signature_key_name(s, &name) ? NULL : wrong(s, "s", "s= and d= are too long");
}

/* Everything that a signature over a message has, and a seal doesn't. */
static const char *read_message_tags(struct reader *r)
{
    const char *reason = read_canon(r);
    if (!reason)
        reason = read_body_hash(r);
    if (!reason)
        reason = read_names(r);
    if (!reason)
        reason = read_length(r);
    if (!reason)
        reason = read_query(r);
    return reason;
}

static const char *read_seal_tags(struct reader *r)
{
    struct smi_signature *s = r->s;
    s->header_canon = s->body_canon = SMI_RELAXED;
    s->chain = value_of(r, "cv");
    if (has(r, "h") || has(r, "bh"))
        return wrong(s, "h", "a seal must not have h= or bh=");
    return has(r, "cv") ? NULL : wrong(s, "cv", "cv= is missing");
}

static const char *read_tags(struct reader *r)
{
    struct smi_signature *s = r->s;
    if (s->kind == SMI_DKIM_SIGNATURE && !smi_span_equal(value_of(r, "v"), smi_span_text("1")))
        return wrong(s, "v", has(r, "v") ? "its version is not supported" : "v= is missing");
    const char *reason = read_algorithm(r);
    if (!reason)
        reason = read_names_of_key(r);
    if (!reason)
        reason = read_signature(r);
    if (!reason)
        reason = s->kind == SMI_ARC_SEAL ? read_seal_tags(r) : read_message_tags(r);
    if (!reason)
        reason = read_times(r);
    if (!reason && s->kind == SMI_DKIM_SIGNATURE)
        reason = read_identity(r);
    return reason;
}

const char *smi_signature_read(struct smi_signature *s, enum smi_signature_kind kind,
                               struct smi_span value, size_t most_names, bool weak)
{
    struct reader r = {.s = s, .most_names = most_names, .weak = weak};
    const struct smi_span none = smi_span("", 0);
    *s = (struct smi_signature){.kind = kind,
                                .domain = none,
                                .selector = none,
                                .identity = none,
                                .names = none,
                                .signature = none,
                                .cut = none,
                                .chain = none,
                                .algorithm = none,
                                .time = SMI_NO_TIME,
                                .expires = SMI_NO_TIME};
    const char *reason = smi_taglist_read(&r.tags, value);
    s->domain = value_of(&r, "d");
    s->selector = value_of(&r, "s");
    if (!reason)
        return read_tags(&r);
    s->reference = "RFC 6376 section 3.2";
    return reason;
}

bool smi_signature_key_name(const struct smi_signature *s, struct smi_domain *name)
{
    struct smi_domain selector, domain, below;
    return smi_domain_read(&selector, s->selector) && smi_domain_read(&domain, s->domain) &&
           smi_domain_join(&below, smi_span_text("_domainkey"), &domain) &&
           smi_domain_join(name, smi_domain_span(&selector), &below);
}
