/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Verifying signatures (RFC 6376 section 6.1). What is wrong with a signature is found in this
 * order: its own syntax, its age, its key, the body's hash, the signature itself.
 */
#include "mailauth/dkim_verify.h"

#include "crypto/curve25519.h"
#include "crypto/rsa.h"
#include "mailauth/dkim_key.h"
#include "mailauth/object.h"

/* ---- What is signed ---- */

/* For each name, the field that h= takes next, from the bottom up (RFC 6376 section 5.4.2). */
struct picker {
    const struct smi_header *header;
    uint32_t *next; /* by name: field + 1 */
};

static bool picker_init(struct picker *p, const struct smi_header *h)
{
    p->header = h;
    p->next = smi_alloc(h->mem, h->name_count * sizeof *p->next);
    for (size_t i = 0; p->next && i < h->name_count; i++)
        p->next[i] = h->names[i].last;
    return p->next != NULL;
}

/* NULL when the message has no more fields of the name. */
static const struct smi_field *pick(struct picker *p, struct smi_span name)
{
    const uint32_t number = smi_header_name(p->header, name);
    if (number == SMI_NO_NAME || !p->next[number])
        return NULL;
    const struct smi_field *f = &p->header->fields[p->next[number] - 1];
    p->next[number] = f->above;
    return f;
}

bool smi_put_signed_fields(struct smi_buf *b, const struct smi_header *h, enum smi_canon canon,
                           struct smi_span names)
{
    struct picker p;
    struct smi_span name;
    if (!picker_init(&p, h))
        return false;
    while (smi_next_name(&names, &name)) {
        const struct smi_field *f = pick(&p, name);
        if (!f)
            continue;
        smi_canon_field(b, canon, smi_field_raw(h, f), f->name_size);
        smi_put(b, "\r\n", 2);
    }
    smi_free(h->mem, p.next, h->name_count * sizeof *p.next);
    return !b->error;
}

void smi_put_own_field(struct smi_buf *b, const struct smi_header *h, const struct smi_field *f,
                       const struct smi_signature *s)
{
    struct smi_buf cut = smi_buf_open(b->mem);
    const struct smi_span raw = smi_field_raw(h, f);
    const size_t start = (size_t)(s->cut.data - raw.data);
    smi_put(&cut, raw.data, start);
    smi_put_span(&cut, smi_span_from(raw, start + s->cut.size));
    if (cut.error)
        b->error = cut.error;
    else
        smi_canon_field(b, s->header_canon, smi_span(cut.data, cut.size), f->name_size);
    smi_buf_free(&cut);
}

/* ---- Keys ---- */

static enum smi_key_state unusable(struct smi_key *key, uint8_t verdict, const char *decider,
                                   const char *reference, const char *reason)
{
    key->verdict = verdict;
    key->decider = decider;
    key->reference = reference;
    key->reason = reason;
    return SMI_KEY_UNUSABLE;
}

/* p= in bytes, and how strong it is. */
static enum smi_key_state decode_key(struct secmail_mailauth *m, const struct smi_key_record *r,
                                     struct smi_key *key)
{
    struct smi_buf b = {
        .data = key->bytes, .room = sizeof key->bytes, .ceiling = sizeof key->bytes, .over = -1};
    struct smi_rsa_public rsa;
    const bool decoded = smi_put_base64(&b, r->key) && !b.error;
    key->size = b.size;
    if (r->kind == SMI_KEY_ED25519) {
        key->bits = 256;
        return decoded && b.size == 32
                   ? SMI_KEY_USABLE
                   : unusable(key, SECMAIL_MAILAUTH_PERMERROR, "p", "RFC 8463 section 4",
                              "the key is not one of Ed25519");
    }
    if (!decoded || !smi_rsa_public_read(&rsa, key->bytes, key->size))
        return unusable(key, SECMAIL_MAILAUTH_PERMERROR, "p", "RFC 6376 section 3.6.1",
                        "the key can't be read");
    key->bits = rsa.bits;
    if (rsa.bits < (m->options & SECMAIL_MAILAUTH_ALLOW_WEAK ? 512 : 1024))
        return unusable(key, SECMAIL_MAILAUTH_POLICY, "p", "RFC 8301 section 3.2",
                        "the RSA key is too short to prove anything");
    if (rsa.bits > smi_mailauth_limit(m, SECMAIL_MAILAUTH_LIMIT_KEY_BITS))
        return unusable(key, SECMAIL_MAILAUTH_POLICY, "p", "RFC 8301 section 3.2",
                        "the RSA key is longer than is accepted here");
    return SMI_KEY_USABLE;
}

/* i= without its local part must be d= itself if the record says so. */
static bool identity_is_exact(const struct smi_signature *s)
{
    struct smi_domain domain, identity;
    if (!s->identity.size)
        return true;
    return smi_domain_read(&domain, s->domain) && smi_signature_identity(s, &identity) &&
           smi_domain_same(&domain, &identity);
}

static enum smi_key_state use_record(struct secmail_mailauth *m, const struct smi_signature *s,
                                     struct smi_span text, struct smi_key *key)
{
    struct smi_key_record r;
    const char *reason = smi_key_record_read(&r, text, s);
    if (reason)
        return unusable(key, SECMAIL_MAILAUTH_PERMERROR, r.decider, "RFC 6376 section 3.6.1",
                        reason);
    key->testing = r.testing;
    if (r.strict && !identity_is_exact(s))
        return unusable(key, SECMAIL_MAILAUTH_PERMERROR, "t", "RFC 6376 section 3.6.1",
                        "the key is not for subdomains, and i= has one");
    return decode_key(m, &r, key);
}

/* "TXT RRs MUST be unique for a particular selector name; [...] if there are multiple records in an
 * RRset, the results are undefined" (section 3.6.2.2): others than key records are passed over. */
static size_t select_records(const struct smi_answers *t, const struct smi_answer *a,
                             struct smi_span *text)
{
    struct smi_span record;
    size_t count = 0;
    for (uint32_t at = a->first; smi_next_record(t, &at, &record);) {
        if (a->records == 1 || smi_is_key_record(record)) {
            *text = record;
            count++;
        }
    }
    return count;
}

enum smi_key_state smi_find_key(struct secmail_mailauth *m, const struct smi_signature *s,
                                struct smi_key *key)
{
    struct smi_domain name;
    struct smi_span text;
    key->security = SECMAIL_MAILAUTH_NO_DNS;
    key->testing = false;
    key->bits = 0;
    smi_signature_key_name(s, &name);
    const struct smi_answer a = smi_ask(&m->answers, &name, SECMAIL_MAILAUTH_TXT);
    if (a.status == SMI_DNS_OPEN)
        return SMI_KEY_WAIT;
    key->security = a.security;
    if (smi_dns_failed(a.status))
        return unusable(key, SECMAIL_MAILAUTH_TEMPERROR, "s", "RFC 6376 section 6.1.2",
                        "the DNS gave no answer about the key");
    const size_t count = select_records(&m->answers, &a, &text);
    if (!count)
        return unusable(key, SECMAIL_MAILAUTH_PERMERROR, "s", "RFC 6376 section 6.1.2",
                        "there is no key record");
    if (count > 1)
        return unusable(key, SECMAIL_MAILAUTH_PERMERROR, "s", "RFC 6376 section 3.6.2.2",
                        "there are several key records");
    return use_record(m, s, text, key);
}

/* ---- Signatures ---- */

static bool check_bytes(const struct smi_signature *s, const struct smi_key *key,
                        const uint8_t *digest, const struct smi_buf *sig)
{
    struct smi_rsa_public rsa;
    if (s->key == SMI_KEY_RSA)
        return smi_rsa_public_read(&rsa, key->bytes, key->size) &&
               smi_rsa_verify(&rsa, s->hash, digest, sig->data, sig->size);
    /* "the signing algorithm is PureEdDSA" over the hash (RFC 8463 section 3). */
    return sig->size == 64 && smi_ed25519_verify(sig->data, key->bytes, digest, 32);
}

bool smi_check_signature(struct secmail_mailauth *m, const struct smi_signature *s,
                         const struct smi_key *key, const struct smi_buf *data)
{
    uint8_t digest[SMI_HASH_MAX_SIZE];
    struct smi_buf sig = smi_buf(&m->context->mem, SMI_RSA_MAX_SIZE, SECMAIL_E_ARGUMENT);
    bool ok = !data->error && !smi_hash_once(m->context, s->hash, data->data, data->size, digest);
    if (!ok || data->error)
        m->answers.error = SECMAIL_E_NOMEM;
    ok = ok && smi_put_base64(&sig, s->signature) && !sig.error &&
         check_bytes(s, key, digest, &sig);
    if (sig.error == SECMAIL_E_NOMEM)
        m->answers.error = SECMAIL_E_NOMEM;
    smi_buf_free(&sig);
    return ok;
}

/* ---- One signature ---- */

static bool settle(struct secmail_mailauth *m, struct smi_dkim *d, uint8_t verdict,
                   const char *decider, const char *reference, const char *reason)
{
    smi_result_set(m, &d->result, verdict, reference, reason, smi_span("", 0));
    if (decider)
        smi_result_text(m, &d->result, SECMAIL_MAILAUTH_DECIDER, smi_span_text(decider));
    d->settled = true;
    return true;
}

/* The first eight characters of b= tell signatures apart (RFC 6008). */
static void put_signature_mark(struct secmail_mailauth *m, struct smi_dkim *d)
{
    char mark[8];
    size_t size = 0;
    const struct smi_span b = d->signature.signature;
    for (size_t i = 0; i < b.size && size < sizeof mark; i++) {
        if (!smi_is_fws(b.data[i]))
            mark[size++] = (char)b.data[i];
    }
    if (size)
        smi_result_text(m, &d->result, SECMAIL_MAILAUTH_SIGNATURE, smi_span(mark, size));
}

static void put_details(struct secmail_mailauth *m, struct smi_dkim *d)
{
    const struct smi_signature *s = &d->signature;
    struct secmail_mailauth_result *r = &d->result;
    if (s->domain.size)
        smi_result_text(m, r, SECMAIL_MAILAUTH_DOMAIN, s->domain);
    if (s->selector.size)
        smi_result_text(m, r, SECMAIL_MAILAUTH_SELECTOR, s->selector);
    if (s->identity.size)
        smi_result_text(m, r, SECMAIL_MAILAUTH_IDENTITY, s->identity);
    if (s->algorithm.size)
        smi_result_text(m, r, SECMAIL_MAILAUTH_ALGORITHM, s->algorithm);
    if (s->time != SMI_NO_TIME)
        smi_result_number(r, SECMAIL_MAILAUTH_SIGNED_AT, s->time);
    if (s->expires != SMI_NO_TIME)
        smi_result_number(r, SECMAIL_MAILAUTH_EXPIRES_AT, s->expires);
    put_signature_mark(m, d);
}

int smi_dkim_read(struct secmail_mailauth *m, struct smi_dkim *d, enum smi_signature_kind kind,
                  uint32_t field)
{
    const struct smi_header *h = &m->message.header;
    struct smi_signature *s = &d->signature;
    d->field = field;
    d->settled = false;
    const char *reason = smi_signature_read(
        s, kind, smi_field_value(h, &h->fields[field]),
        smi_mailauth_limit(m, SECMAIL_MAILAUTH_LIMIT_SIGNED_NAMES),
        m->options & SECMAIL_MAILAUTH_ALLOW_WEAK);
    smi_result_begin(&d->result, m, SECMAIL_MAILAUTH_DKIM);
    put_details(m, d);
    if (reason) {
        settle(m, d, s->policy ? SECMAIL_MAILAUTH_POLICY : SECMAIL_MAILAUTH_PERMERROR, s->decider,
               s->reference, reason);
        return 0;
    }
    if (m->message.header_over) {
        settle(m, d, SECMAIL_MAILAUTH_POLICY, NULL, "RFC 8601 section 2.7.1",
               "the message's header is over the limits");
        return 0;
    }
    return smi_message_want(&m->message, s->body_canon, s->hash, s->length, &d->body_hash);
}

static bool body_matches(struct secmail_mailauth *m, struct smi_dkim *d)
{
    const struct smi_signature *s = &d->signature;
    const struct smi_body_hash *h = &m->message.hashes[d->body_hash];
    const uint64_t size = m->message.canon_size[s->body_canon];
    if (s->has_length && s->length > size) {
        settle(m, d, SECMAIL_MAILAUTH_PERMERROR, "l", "RFC 6376 section 3.5",
               "l= is more than the body has");
        return false;
    }
    if (s->has_length)
        smi_result_number(&d->result, SECMAIL_MAILAUTH_UNSIGNED_BYTES, (int64_t)(size - s->length));
    if (smi_equal(h->digest, s->body_hash, smi_hash_size(s->hash)))
        return true;
    settle(m, d, SECMAIL_MAILAUTH_FAIL, "bh", "RFC 6376 section 6.1.3",
           "the body was changed after it was signed");
    return false;
}

static bool header_matches(struct secmail_mailauth *m, const struct smi_dkim *d,
                           const struct smi_key *key)
{
    const struct smi_header *h = &m->message.header;
    const struct smi_signature *s = &d->signature;
    struct smi_buf data = smi_buf_open(&m->context->mem);
    smi_buf_reserve(&data, 2048);
    if (!smi_put_signed_fields(&data, h, s->header_canon, s->names))
        data.error = SECMAIL_E_NOMEM;
    smi_put_own_field(&data, h, &h->fields[d->field], s);
    const bool ok = smi_check_signature(m, s, key, &data);
    smi_buf_free(&data);
    return ok;
}

static bool pass(struct secmail_mailauth *m, struct smi_dkim *d)
{
    int64_t unsigned_bytes = 0;
    secmail_mailauth_result_number(&d->result, SECMAIL_MAILAUTH_UNSIGNED_BYTES, &unsigned_bytes);
    if (unsigned_bytes)
        return settle(m, d, SECMAIL_MAILAUTH_PASS, "l", "RFC 6376 section 8.2",
                      "the signature is good, but the end of the body isn't covered by it");
    return settle(m, d, SECMAIL_MAILAUTH_PASS, NULL, "RFC 6376 section 6.1.3",
                  "the signature is good");
}

static bool verify(struct secmail_mailauth *m, struct smi_dkim *d)
{
    struct smi_key key;
    if (d->signature.expires != SMI_NO_TIME && m->now > d->signature.expires)
        return settle(m, d, SECMAIL_MAILAUTH_PERMERROR, "x", "RFC 6376 section 3.5",
                      "the signature has expired");
    const enum smi_key_state state = smi_find_key(m, &d->signature, &key);
    if (state == SMI_KEY_WAIT)
        return false;
    d->result.security = key.security;
    if (key.bits)
        smi_result_number(&d->result, SECMAIL_MAILAUTH_KEY_BITS, key.bits);
    smi_result_number(&d->result, SECMAIL_MAILAUTH_TESTING, key.testing);
    if (state == SMI_KEY_UNUSABLE)
        return settle(m, d, key.verdict, key.decider, key.reference, key.reason);
    if (!body_matches(m, d))
        return true;
    if (header_matches(m, d, &key))
        return pass(m, d);
    return settle(m, d, SECMAIL_MAILAUTH_FAIL, "b", "RFC 6376 section 6.1.3",
                  "the signature does not fit the header fields");
}

bool smi_dkim_verify(struct secmail_mailauth *m, struct smi_dkim *d)
{
    const bool known = d->settled || verify(m, d);
    /* What was found while memory ran out is not to be kept. */
    if (m->answers.error || m->strings.error)
        d->settled = false;
    return known;
}

/* ---- All signatures ---- */

static int add_signature(struct secmail_mailauth *m, uint32_t field)
{
    if (!smi_grow(&m->context->mem, &m->signatures, &m->signature_room, m->signature_count + 1,
                  sizeof *m->signatures))
        return smi_nomem(m->context);
    struct smi_dkim *d = &m->signatures[m->signature_count++];
    const int rc = smi_dkim_read(m, d, SMI_DKIM_SIGNATURE, field);
    if (rc)
        m->signature_count--;
    return rc;
}

/* Those above the limit are on the list, but nothing is done for them. */
static int refuse_signature(struct secmail_mailauth *m, uint32_t field)
{
    const struct smi_header *h = &m->message.header;
    if (!smi_grow(&m->context->mem, &m->signatures, &m->signature_room, m->signature_count + 1,
                  sizeof *m->signatures))
        return smi_nomem(m->context);
    struct smi_dkim *d = &m->signatures[m->signature_count++];
    d->field = field;
    smi_signature_read(&d->signature, SMI_DKIM_SIGNATURE, smi_field_value(h, &h->fields[field]), 0,
                       false);
    smi_result_begin(&d->result, m, SECMAIL_MAILAUTH_DKIM);
    put_details(m, d);
    settle(m, d, SECMAIL_MAILAUTH_POLICY, NULL, "RFC 6376 section 6.1",
           "the message has too many signatures");
    return 0;
}

int smi_dkim_collect(struct secmail_mailauth *m)
{
    const struct smi_header *h = &m->message.header;
    const uint32_t name = smi_header_name(h, smi_span_text("DKIM-Signature"));
    int rc = 0;
    for (uint32_t i = 0; i < h->count && name != SMI_NO_NAME && !rc; i++) {
        if (!h->fields[i].name_size || h->fields[i].name != name)
            continue;
        const bool over = m->signature_count >=
                          smi_mailauth_limit(m, SECMAIL_MAILAUTH_LIMIT_SIGNATURES);
        rc = over ? refuse_signature(m, i) : add_signature(m, i);
    }
    return rc;
}

bool smi_dkim_evaluate(struct secmail_mailauth *m)
{
    bool known = true;
    for (size_t i = 0; i < m->signature_count; i++)
        known = smi_dkim_verify(m, &m->signatures[i]) && known;
    return known;
}
