/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adding an ARC set to an evaluated message (RFC 8617 section 5.1). */
#include "mailauth/arc.h"

#include "mailauth/authres.h"
#include "mailauth/dkim_sign.h"

struct sealing {
    struct secmail_mailauth *m;
    struct smi_signing signing;
    uint32_t instance;
    struct smi_buf results, signature, seal; /* fields, each ended by CRLF when complete */
};

static void put_start(struct smi_buf *b, const char *name, uint32_t instance)
{
    smi_put_text(b, name);
    smi_put_text(b, ": i=");
    smi_put_number(b, instance);
    smi_put_u8(b, ';');
}

static void write_results(struct sealing *s)
{
    const struct smi_copy *id = &s->m->authserv_id;
    put_start(&s->results, "ARC-Authentication-Results", s->instance);
    smi_put_u8(&s->results, ' ');
    smi_put_value(&s->results, smi_span(id->text, id->size));
    smi_authres_put_results(s->m, &s->results);
    smi_put(&s->results, "\r\n", 2);
}

/* "the DKIM-Signature header fields [...] SHOULD be included": they are signed as they stand. */
static bool list_names(struct sealing *s, struct smi_buf *names)
{
    const struct smi_header *h = &s->m->message.header;
    if (!smi_list_names(names, h, smi_span("", 0)))
        return false;
    const size_t count = smi_header_count(h, "DKIM-Signature");
    for (size_t i = 0; i < count && i < 50; i++)
        smi_put_text(names, ":DKIM-Signature");
    return true;
}

static int write_signature(struct sealing *s)
{
    struct secmail_mailauth *m = s->m;
    struct smi_buf names = smi_buf_open(&m->context->mem), data = names;
    int rc = 0;
    if (!list_names(s, &names))
        rc = smi_fail(m->context, SECMAIL_E_MAILAUTH_MESSAGE, "there are too many fields to sign");
    else if (names.error || !smi_put_signed_fields(&data, &m->message.header, SMI_RELAXED,
                                                   smi_span(names.data, names.size)))
        rc = smi_nomem(m->context);
    if (!rc) {
        put_start(&s->signature, "ARC-Message-Signature", s->instance);
        smi_put_text(&s->signature, " c=relaxed/relaxed;");
        smi_put_signing_tags(&s->signature, &s->signing);
        smi_put_names_tag(&s->signature, smi_span(names.data, names.size));
        smi_put_body_hash_tag(&s->signature, m->message.hashes[m->seal_hash].digest);
        smi_put_text(&s->signature, "\r\n\tb=");
        rc = smi_sign_field(m->context, &s->signing, &data, &s->signature);
    }
    smi_buf_free(&names);
    smi_buf_free(&data);
    return rc;
}

/* A field of ours without its CRLF, in canonical form with one. */
static void put_own(struct smi_buf *data, const struct smi_buf *field)
{
    const struct smi_span text = smi_span(field->data, field->size - 2);
    smi_canon_field(data, SMI_RELAXED, text, smi_span_find(text, ':'));
    smi_put(data, "\r\n", 2);
}

/* All sets from the first one on; of a broken chain only the new one (section 5.1.2). */
static void put_sets(struct sealing *s, struct smi_buf *data)
{
    const struct smi_header *h = &s->m->message.header;
    const struct smi_arc *a = s->m->arc_chain;
    for (size_t i = 0; s->m->arc.verdict == SECMAIL_MAILAUTH_PASS && i < a->instances; i++) {
        const struct smi_field *seal = &h->fields[a->sets[i].seal - 1];
        smi_arc_put_set(data, h, &a->sets[i]);
        smi_canon_field(data, SMI_RELAXED, smi_field_raw(h, seal), seal->name_size);
        smi_put(data, "\r\n", 2);
    }
    put_own(data, &s->results);
    put_own(data, &s->signature);
}

static int write_seal(struct sealing *s)
{
    struct secmail_mailauth *m = s->m;
    struct smi_buf data = smi_buf_open(&m->context->mem);
    put_start(&s->seal, "ARC-Seal", s->instance);
    smi_put_text(&s->seal, " cv=");
    smi_put_text(&s->seal, secmail_mailauth_verdict_name(m->arc.verdict));
    smi_put_u8(&s->seal, ';');
    smi_put_signing_tags(&s->seal, &s->signing);
    smi_put_text(&s->seal, "\r\n\tb=");
    put_sets(s, &data);
    const int rc = smi_sign_field(m->context, &s->signing, &data, &s->seal);
    smi_buf_free(&data);
    return rc;
}

/* ---- What must hold before ---- */

static int check_state(struct secmail_mailauth *m)
{
    if (!m->done || !m->arc.owner || !(m->options & SECMAIL_MAILAUTH_WILL_SEAL))
        return smi_fail(m->context, SECMAIL_E_STATE,
                        "sealing wants an evaluated message and the option WILL_SEAL");
    if (m->now < 0)
        return smi_fail(m->context, SECMAIL_E_CLOCK, "the time of a seal can't be before 1970");
    return smi_check_signable(m->context, &m->message);
}

/* "If the message already contains an Authenticated Received Chain with the most recent AS
 * reporting "cv=fail", there is no need to proceed and the algorithm stops here." */
static int check_chain(struct secmail_mailauth *m)
{
    const struct smi_arc *a = m->arc_chain;
    if (a->instances >= SMI_ARC_MAX)
        return smi_fail(m->context, SECMAIL_E_MAILAUTH_CHAIN, "the chain has 50 sets already");
    if (smi_span_is(a->seal.chain, "fail"))
        return smi_fail(m->context, SECMAIL_E_MAILAUTH_CHAIN,
                        "the newest seal says that the chain is broken");
    if (!smi_header_count(&m->message.header, "From"))
        return smi_fail(m->context, SECMAIL_E_MAILAUTH_FROM, "there is no From field");
    return 0;
}

/* Both in the form in which signatures have them: lower case, A-labels, no final dot. */
static int read_names(struct secmail_mailauth *m, const char *domain, const char *selector,
                      struct smi_domain *d, struct smi_domain *s)
{
    struct smi_domain below, name;
    if (smi_domain_read_host(d, smi_span_text(domain)) &&
        smi_domain_read_host(s, smi_span_text(selector)) &&
        smi_domain_join(&below, smi_span_text("_domainkey"), d) &&
        smi_domain_join(&name, smi_domain_span(s), &below))
        return 0;
    return smi_fail(m->context, SECMAIL_E_MAILAUTH_TEXT,
                    "no key can be published at %.60s._domainkey.%.100s", selector, domain);
}

static int put_all(struct sealing *s, struct secmail_bytes **out)
{
    struct smi_buf b = smi_buf_open(&s->m->context->mem);
    smi_put(&b, s->seal.data, s->seal.size);
    smi_put(&b, s->signature.data, s->signature.size);
    smi_put(&b, s->results.data, s->results.size);
    smi_put_u8(&b, 0);
    const bool ok = !b.error && !smi_bytes_new(out, &b, 0, b.size - 1);
    smi_buf_free(&b);
    return ok ? 0 : smi_nomem(s->m->context);
}

static int seal(struct sealing *s, struct secmail_bytes **out)
{
    write_results(s);
    int rc = s->results.error ? smi_nomem(s->m->context) : write_signature(s);
    if (!rc)
        rc = write_seal(s);
    return rc ? rc : put_all(s, out);
}

int secmail_mailauth_seal(struct secmail_mailauth *m, const char *domain, const char *selector,
                          const struct secmail_dkim_key *key, struct secmail_bytes **out)
{
    if (!m || !smi_enter(m->context) || !domain || !selector || !key || !out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    struct smi_domain d, name;
    int rc = check_state(m);
    if (!rc)
        rc = read_names(m, domain, selector, &d, &name);
    if (!rc)
        rc = check_chain(m);
    if (rc)
        return rc;
    const struct smi_buf none = smi_buf_open(&m->context->mem);
    struct sealing s = {m,
                        {key, d.text, name.text, SMI_RELAXED, SMI_RELAXED, m->now, SMI_NO_TIME},
                        m->arc_chain->instances + 1,
                        none,
                        none,
                        none};
    rc = seal(&s, out);
    smi_buf_free(&s.results);
    smi_buf_free(&s.signature);
    smi_buf_free(&s.seal);
    return rc;
}
