/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signing messages: the table of keys, and the stream of one message. */
#include "mailauth/dkim_sign.h"

#include "mailauth/address.h"
#include "mailauth/dkim_signature.h"
#include "mailauth/dkim_verify.h"

enum { HEADER_MAX = 1 << 20, FIELDS_MAX = 5000, LIFETIME = 14 * 24 * 3600, OPTIONS_ALL = 3 };

struct entry {
    struct smi_domain domain;
    struct smi_domain selector;
    struct secmail_dkim_key *key;
};

struct secmail_dkim_table {
    struct secmail_context *context;
    struct entry *entries;
    size_t count, room;
};

struct secmail_dkim_signer {
    struct secmail_context *context;
    const struct secmail_dkim_table *table;
    struct smi_domain domain;
    struct smi_message message;
    enum smi_canon header_canon, body_canon;
    struct smi_buf names; /* given; empty for our own */
    uint32_t lifetime;
    uint32_t options;
    size_t body_hash;
};

/* ---- Table ---- */

int secmail_dkim_table_new(struct secmail_context *context, struct secmail_dkim_table **out)
{
    if (!smi_enter(context) || !out)
        return SECMAIL_E_ARGUMENT;
    *out = smi_zalloc(&context->mem, sizeof **out);
    if (!*out)
        return smi_nomem(context);
    (*out)->context = context;
    return 0;
}

void secmail_dkim_table_free(struct secmail_dkim_table *table)
{
    if (!table)
        return;
    const struct secmail_allocator *mem = &table->context->mem;
    for (size_t i = 0; i < table->count; i++)
        secmail_dkim_key_unref(table->entries[i].key);
    smi_free(mem, table->entries, table->room * sizeof *table->entries);
    smi_free(mem, table, sizeof *table);
}

static bool read_entry(struct entry *e, const char *domain, const char *selector)
{
    struct smi_domain below, name;
    return smi_domain_read_host(&e->domain, smi_span_text(domain)) &&
           smi_domain_read_host(&e->selector, smi_span_text(selector)) &&
           smi_domain_join(&below, smi_span_text("_domainkey"), &e->domain) &&
           smi_domain_join(&name, smi_domain_span(&e->selector), &below);
}

int secmail_dkim_table_add(struct secmail_dkim_table *table, const char *domain,
                           const char *selector, struct secmail_dkim_key *key)
{
    struct entry e = {.key = key};
    if (!table || !smi_enter(table->context) || !domain || !selector || !key)
        return SECMAIL_E_ARGUMENT;
    if (!read_entry(&e, domain, selector))
        return smi_fail(table->context, SECMAIL_E_MAILAUTH_TEXT,
                        "no key can be published at %.60s._domainkey.%.100s", selector, domain);
    if (!smi_grow(&table->context->mem, &table->entries, &table->room, table->count + 1,
                  sizeof *table->entries))
        return smi_nomem(table->context);
    table->entries[table->count++] = e;
    secmail_dkim_key_ref(key);
    return 0;
}

/* ---- Signer ---- */

static int want_hash(struct smi_message *message, void *user)
{
    struct secmail_dkim_signer *s = user;
    return smi_message_want(message, s->body_canon, SMI_SHA256, UINT64_MAX, &s->body_hash);
}

static bool has_key(const struct secmail_dkim_table *table, const struct smi_domain *domain)
{
    for (size_t i = 0; i < table->count; i++) {
        if (smi_domain_same(&table->entries[i].domain, domain))
            return true;
    }
    return false;
}

int secmail_dkim_signer_new(struct secmail_dkim_table *table, struct secmail_dkim_signer **out,
                            const char *domain)
{
    struct smi_domain d;
    if (!table || !smi_enter(table->context) || !out || !domain)
        return SECMAIL_E_ARGUMENT;
    struct secmail_context *context = table->context;
    *out = NULL;
    if (!smi_domain_read_host(&d, smi_span_text(domain)) || !has_key(table, &d))
        return smi_fail(context, SECMAIL_E_MAILAUTH_NO_KEY, "there is no key for %.100s", domain);
    struct secmail_dkim_signer *s = smi_zalloc(&context->mem, sizeof *s);
    if (!s)
        return smi_nomem(context);
    s->context = context;
    s->table = table;
    s->domain = d;
    s->header_canon = s->body_canon = SMI_RELAXED;
    s->names = smi_buf_open(&context->mem);
    s->lifetime = LIFETIME;
    smi_message_init(&s->message, context, HEADER_MAX);
    s->message.most_fields = FIELDS_MAX;
    s->message.on_header = want_hash;
    s->message.user = s;
    *out = s;
    return 0;
}

void secmail_dkim_signer_free(struct secmail_dkim_signer *s)
{
    if (!s)
        return;
    const struct secmail_allocator mem = s->context->mem;
    smi_message_free(&s->message);
    smi_buf_free(&s->names);
    smi_free(&mem, s, sizeof *s);
}

/* Begins a setter. */
static int enter(struct secmail_dkim_signer *s)
{
    if (!s || !smi_enter(s->context))
        return SECMAIL_E_ARGUMENT;
    if (s->message.header.raw.size || s->message.state != SMI_MESSAGE_HEADER)
        return smi_fail(s->context, SECMAIL_E_STATE, "part of the message was read already");
    return 0;
}

static bool read_canon(struct smi_span word, enum smi_canon *canon)
{
    *canon = smi_span_is(word, "relaxed") ? SMI_RELAXED : SMI_SIMPLE;
    return *canon == SMI_RELAXED || smi_span_is(word, "simple");
}

int secmail_dkim_signer_set_canon(struct secmail_dkim_signer *s, const char *canon)
{
    enum smi_canon header, body = SMI_SIMPLE;
    const int rc = canon ? enter(s) : SECMAIL_E_ARGUMENT;
    if (rc)
        return rc;
    struct smi_span rest = smi_span_text(canon);
    const bool two = smi_span_find(rest, '/') < rest.size;
    if (!read_canon(smi_span_cut(&rest, '/'), &header) || (two && !read_canon(rest, &body)))
        return smi_fail(s->context, SECMAIL_E_MAILAUTH_TEXT, "not a canonicalization: %.60s",
                        canon);
    s->header_canon = header;
    s->body_canon = body;
    return 0;
}

static bool is_field_name(struct smi_span name)
{
    for (size_t i = 0; i < name.size; i++) {
        const uint8_t c = name.data[i];
        if (c <= 0x20 || c >= 0x7f || c == ';' || c == ':')
            return false;
    }
    return name.size > 0;
}

int secmail_dkim_signer_set_headers(struct secmail_dkim_signer *s, const char *names)
{
    const int rc = names ? enter(s) : SECMAIL_E_ARGUMENT;
    if (rc)
        return rc;
    struct smi_span rest = smi_span_text(names), name;
    bool ok = rest.size && rest.data[rest.size - 1] != ':', from = false;
    while (ok && smi_next_name(&rest, &name)) {
        ok = is_field_name(name);
        from = from || smi_span_is(name, "From");
    }
    if (!ok || !from)
        return smi_fail(s->context, SECMAIL_E_MAILAUTH_TEXT,
                        "the names of fields to sign are a list with colons that holds From");
    s->names.size = 0;
    smi_put_text(&s->names, names);
    return s->names.error ? smi_nomem(s->context) : 0;
}

int secmail_dkim_signer_set_lifetime(struct secmail_dkim_signer *s, uint32_t seconds)
{
    const int rc = enter(s);
    if (!rc)
        s->lifetime = seconds;
    return rc;
}

int secmail_dkim_signer_set_options(struct secmail_dkim_signer *s, uint32_t options)
{
    const int rc = options & ~(uint32_t)OPTIONS_ALL ? SECMAIL_E_ARGUMENT : enter(s);
    if (rc)
        return rc;
    s->options = options;
    s->message.lf_ends = options & SECMAIL_DKIM_LF_LINES;
    return 0;
}

int secmail_dkim_signer_update(struct secmail_dkim_signer *s, const uint8_t *data, size_t size)
{
    if (!s || !smi_enter(s->context) || (!data && size))
        return SECMAIL_E_ARGUMENT;
    if (s->message.state == SMI_MESSAGE_DONE)
        return smi_fail(s->context, SECMAIL_E_STATE, "the message is complete already");
    return smi_message_update(&s->message, data, size);
}

/* ---- Signing ---- */

/* The author must be of the domain for which the sender was authenticated. */
static int check_author(struct secmail_dkim_signer *s)
{
    struct smi_domain author;
    const enum smi_author found = smi_author_find(&s->message.header, &author);
    if (found == SMI_AUTHOR_NO_MEMORY)
        return smi_nomem(s->context);
    const bool one_field = found != SMI_AUTHOR_NO_FIELD && found != SMI_AUTHOR_SEVERAL_FIELDS;
    if (one_field && s->options & SECMAIL_DKIM_ANY_AUTHOR)
        return 0;
    if (found != SMI_AUTHOR_FOUND)
        return smi_fail(s->context, SECMAIL_E_MAILAUTH_FROM, "%s", smi_author_reason(found));
    if (!smi_domain_is_under(&author, &s->domain))
        return smi_fail(s->context, SECMAIL_E_MAILAUTH_FROM,
                        "the author is of %.100s, not of %.100s", author.text, s->domain.text);
    return 0;
}

static void put_tags(struct secmail_dkim_signer *s, const struct smi_signing *signing,
                     struct smi_span names, struct smi_buf *field)
{
    static const char *const words[] = {"simple", "relaxed"};
    smi_put_text(field, "DKIM-Signature: v=1; c=");
    smi_put_text(field, words[s->header_canon]);
    smi_put_u8(field, '/');
    smi_put_text(field, words[s->body_canon]);
    smi_put_u8(field, ';');
    smi_put_signing_tags(field, signing);
    smi_put_names_tag(field, names);
    smi_put_body_hash_tag(field, s->message.hashes[s->body_hash].digest);
    smi_put_text(field, "\r\n\tb=");
}

static int sign_with(struct secmail_dkim_signer *s, const struct entry *e, struct smi_span names,
                     struct smi_buf *out)
{
    const int64_t now = smi_now(s->context);
    const struct smi_signing signing = {e->key,
                                        e->domain.text,
                                        e->selector.text,
                                        s->header_canon,
                                        s->body_canon,
                                        now,
                                        s->lifetime ? now + s->lifetime : SMI_NO_TIME};
    struct smi_buf data = smi_buf_open(&s->context->mem), field = data;
    int rc = 0;
    if (now < 0)
        rc = smi_fail(s->context, SECMAIL_E_CLOCK, "the time of a signature can't be before 1970");
    else if (!smi_put_signed_fields(&data, &s->message.header, s->header_canon, names))
        rc = smi_nomem(s->context);
    if (!rc) {
        put_tags(s, &signing, names, &field);
        rc = smi_sign_field(s->context, &signing, &data, &field);
    }
    smi_put(out, field.data, rc ? 0 : field.size);
    smi_buf_free(&data);
    smi_buf_free(&field);
    return rc;
}

static int sign_with_all(struct secmail_dkim_signer *s, struct smi_span names, struct smi_buf *out)
{
    int rc = 0;
    for (size_t i = 0; i < s->table->count && !rc; i++) {
        if (smi_domain_same(&s->table->entries[i].domain, &s->domain))
            rc = sign_with(s, &s->table->entries[i], names, out);
    }
    return rc;
}

int secmail_dkim_signer_finish(struct secmail_dkim_signer *s, struct secmail_bytes **out)
{
    if (!s || !smi_enter(s->context) || !out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (s->message.state == SMI_MESSAGE_DONE)
        return smi_fail(s->context, SECMAIL_E_STATE, "the message was signed already");
    int rc = smi_message_finish(&s->message);
    if (!rc)
        rc = smi_check_signable(s->context, &s->message);
    if (!rc)
        rc = check_author(s);
    struct smi_buf names = smi_buf_open(&s->context->mem), b = names;
    const struct smi_span given = smi_span(s->names.data, s->names.size);
    if (!rc && !smi_list_names(&names, &s->message.header, given))
        rc = smi_fail(s->context, SECMAIL_E_MAILAUTH_MESSAGE, "there are too many fields to sign");
    if (!rc && names.error)
        rc = smi_nomem(s->context);
    if (!rc)
        rc = sign_with_all(s, smi_span(names.data, names.size), &b);
    smi_put_u8(&b, 0);
    if (!rc && (b.error || smi_bytes_new(out, &b, 0, b.size - 1)))
        rc = smi_nomem(s->context);
    smi_buf_free(&names);
    smi_buf_free(&b);
    return rc;
}
