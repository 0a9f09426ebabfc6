/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifying an ARC chain, in the steps of RFC 8617 section 5.2. */
#include "mailauth/arc.h"

#include "mailauth/arc_results.h"
#include "mailauth/object.h"

#include <stdio.h>

enum { REASON_SIZE = 200 };

/* ---- Collecting ---- */

/* "i=" of a field that is a tag list; 0 if it has none or none that can be. */
static uint32_t tag_instance(struct smi_span value)
{
    struct smi_taglist tags;
    uint64_t number;
    if (smi_taglist_read(&tags, value))
        return 0;
    const struct smi_tag *i = smi_taglist_get(&tags, "i");
    return i && smi_span_number(i->value, &number) && number <= UINT32_MAX ? (uint32_t)number : 0;
}

/* "i=" of an ARC-Authentication-Results field: before everything else. */
uint32_t smi_arc_take_instance(struct smi_span *value)
{
    uint64_t number;
    struct smi_span first = smi_span_cut(value, ';');
    const struct smi_span name = smi_span_trim(smi_span_cut(&first, '='));
    if (!value->size || !smi_span_is(name, "i") || !smi_span_number(smi_span_trim(first), &number))
        return 0;
    return number <= UINT32_MAX ? (uint32_t)number : 0;
}

static void wrong(struct smi_arc *a, const char *reason)
{
    if (!a->wrong)
        a->wrong = reason;
}

enum kind { RESULTS, SIGNATURE, SEAL };

static uint32_t *place_in(struct smi_arc_set *set, enum kind kind)
{
    return kind == RESULTS ? &set->results : kind == SIGNATURE ? &set->signature : &set->seal;
}

static void place_field(struct secmail_mailauth *m, uint32_t field, uint32_t instance,
                        enum kind kind)
{
    struct smi_arc *a = m->arc_chain;
    a->fields++;
    if (!instance) {
        wrong(a, "an ARC field has no instance number");
        return;
    }
    if (instance > a->instances)
        a->instances = instance;
    if (instance > smi_mailauth_limit(m, SECMAIL_MAILAUTH_LIMIT_ARC_INSTANCES)) {
        wrong(a, "there are too many ARC sets");
        return;
    }
    uint32_t *place = place_in(&a->sets[instance - 1], kind);
    if (*place)
        wrong(a, "an ARC set has two fields of one kind");
    *place = field + 1;
}

static void place_fields(struct secmail_mailauth *m)
{
    const struct smi_header *h = &m->message.header;
    const uint32_t results = smi_header_name(h, smi_span_text("ARC-Authentication-Results"));
    const uint32_t signature = smi_header_name(h, smi_span_text("ARC-Message-Signature"));
    const uint32_t seal = smi_header_name(h, smi_span_text("ARC-Seal"));
    for (uint32_t i = 0; i < h->count; i++) {
        const struct smi_field *f = &h->fields[i];
        struct smi_span value = smi_field_value(h, f);
        if (!f->name_size)
            continue;
        if (f->name == results)
            place_field(m, i, smi_arc_take_instance(&value), RESULTS);
        else if (f->name == signature)
            place_field(m, i, tag_instance(value), SIGNATURE);
        else if (f->name == seal)
            place_field(m, i, tag_instance(value), SEAL);
    }
}

/* "Each ARC Set MUST contain exactly one each of the three ARC header fields", and "the instance
 * values of the ARC Sets MUST form a continuous sequence from 1..N". */
static void check_sets(struct smi_arc *a)
{
    for (size_t i = 0; i < a->instances && !a->wrong; i++) {
        const struct smi_arc_set *set = &a->sets[i];
        if (!set->results || !set->signature || !set->seal)
            wrong(a, "an ARC set is not complete");
    }
}

int smi_arc_collect(struct secmail_mailauth *m)
{
    struct smi_arc *a = m->arc_chain = smi_zalloc(&m->context->mem, sizeof *a);
    if (!a)
        return smi_nomem(m->context);
    place_fields(m);
    check_sets(a);
    if (m->message.header_over)
        wrong(a, "the message's header is over the limits");
    if (!a->fields || a->wrong)
        return 0;
    return smi_dkim_read(m, &a->newest, SMI_ARC_SIGNATURE, a->sets[a->instances - 1].signature - 1);
}

/* ---- Verifying ---- */

static bool settle(struct secmail_mailauth *m, enum secmail_mailauth_verdict verdict,
                   const char *reference, const char *reason)
{
    smi_result_set(m, &m->arc, verdict, reference, reason, smi_span("", 0));
    m->arc_chain->settled = true;
    return true;
}

static void put_field(struct smi_buf *b, const struct smi_header *h, uint32_t field)
{
    const struct smi_field *f = &h->fields[field - 1];
    smi_canon_field(b, SMI_RELAXED, smi_field_raw(h, f), f->name_size);
    smi_put(b, "\r\n", 2);
}

void smi_arc_put_set(struct smi_buf *b, const struct smi_header *h, const struct smi_arc_set *set)
{
    put_field(b, h, set->results);
    put_field(b, h, set->signature);
}

/* Reads the seal of an instance: NULL, or what is wrong with it. */
static const char *read_seal(struct secmail_mailauth *m, size_t instance, struct smi_signature *s)
{
    const struct smi_header *h = &m->message.header;
    const struct smi_field *f = &h->fields[m->arc_chain->sets[instance].seal - 1];
    const char *reason = smi_signature_read(s, SMI_ARC_SEAL, smi_field_value(h, f), 0,
                                            m->options & SECMAIL_MAILAUTH_ALLOW_WEAK);
    if (reason)
        return reason;
    if (smi_span_is(s->chain, "fail"))
        return "a seal says that the chain was broken already";
    /* "For ARC Sets with instance values > 1, the values MUST be "pass". For the ARC Set with
     * instance value = 1, the value MUST be "none"." */
    return smi_span_is(s->chain, instance ? "pass" : "none")
               ? NULL
               : "a seal's cv= does not fit its place";
}

/* Asks for the keys of all seals at once; false if one is missing. */
static bool ask_keys(struct secmail_mailauth *m, const char **reason)
{
    struct smi_arc *a = m->arc_chain;
    struct smi_signature s;
    struct smi_domain name;
    bool known = true;
    *reason = NULL;
    for (size_t i = a->instances; i-- && !*reason;) {
        *reason = read_seal(m, i, &s);
        if (i + 1 == a->instances)
            a->seal = s;
        if (*reason || !smi_signature_key_name(&s, &name))
            continue;
        if (smi_ask(&m->answers, &name, SECMAIL_MAILAUTH_TXT).status == SMI_DNS_OPEN)
            known = false;
    }
    return known || *reason;
}

/* One seal over the sets up to its own, which stand in `data` but for the seal itself. */
static const char *verify_seal(struct secmail_mailauth *m, size_t instance, struct smi_buf *data)
{
    const struct smi_header *h = &m->message.header;
    struct smi_signature s;
    struct smi_key key;
    read_seal(m, instance, &s);
    const enum smi_key_state state = smi_find_key(m, &s, &key);
    m->arc.security = smi_weaker(m->arc.security, key.security);
    if (state != SMI_KEY_USABLE)
        return state == SMI_KEY_UNUSABLE ? key.reason : "a key is missing";
    const size_t start = data->size;
    smi_put_own_field(data, h, &h->fields[m->arc_chain->sets[instance].seal - 1], &s);
    const bool ok = smi_check_signature(m, &s, &key, data);
    data->size = start;
    return ok ? NULL : "a seal does not fit the sets that it covers";
}

static const char *verify_seals(struct secmail_mailauth *m)
{
    const struct smi_header *h = &m->message.header;
    const struct smi_arc *a = m->arc_chain;
    struct smi_buf data = smi_buf_open(&m->context->mem);
    const char *reason = NULL;
    for (size_t i = 0; i < a->instances && !reason && !data.error; i++) {
        smi_arc_put_set(&data, h, &a->sets[i]);
        reason = verify_seal(m, i, &data);
        put_field(&data, h, a->sets[i].seal);
    }
    if (data.error)
        m->answers.error = SECMAIL_E_NOMEM;
    smi_buf_free(&data);
    return reason;
}

/* The newest signature over the message; false when its key is missing. What is wrong is copied:
 * texts of results move when others are written. */
static bool verify_signature(struct secmail_mailauth *m, char reason[REASON_SIZE])
{
    struct smi_dkim *d = &m->arc_chain->newest;
    if (!smi_dkim_verify(m, d))
        return false;
    m->arc.security = smi_weaker(m->arc.security, d->result.security);
    const char *text = secmail_mailauth_result_text(&d->result, SECMAIL_MAILAUTH_REASON);
    if (d->result.verdict != SECMAIL_MAILAUTH_PASS)
        snprintf(reason, REASON_SIZE, "%s", text ? text : "out of memory");
    return true;
}

static bool fail(struct secmail_mailauth *m, const char *what, const char *reference,
                 const char *reason)
{
    smi_result_set(m, &m->arc, SECMAIL_MAILAUTH_FAIL, reference, what, smi_span_text(reason));
    smi_result_text(m, &m->arc, SECMAIL_MAILAUTH_DECIDER, smi_span_text(what));
    m->arc_chain->settled = true;
    return true;
}

static bool verify_chain(struct secmail_mailauth *m)
{
    const char *reason = NULL;
    char text[REASON_SIZE] = "";
    bool known = ask_keys(m, &reason);
    if (reason)
        return fail(m, "ARC-Seal", "RFC 8617 section 5.2", reason);
    known = verify_signature(m, text) && known;
    if (!known)
        return false;
    if (*text)
        return fail(m, "ARC-Message-Signature", "RFC 8617 section 5.2", text);
    reason = verify_seals(m);
    if (reason)
        return fail(m, "ARC-Seal", "RFC 8617 section 5.2", reason);
    return settle(m, SECMAIL_MAILAUTH_PASS, "RFC 8617 section 5.2", "the chain is intact");
}

static void put_sealer(struct secmail_mailauth *m)
{
    const struct smi_span domain = m->arc_chain->seal.domain;
    if (domain.size)
        smi_result_text(m, &m->arc, SECMAIL_MAILAUTH_DOMAIN, domain);
}

bool smi_arc_evaluate(struct secmail_mailauth *m)
{
    struct smi_arc *a = m->arc_chain;
    if (a->settled)
        return true;
    smi_result_begin(&m->arc, m, SECMAIL_MAILAUTH_ARC);
    smi_result_number(&m->arc, SECMAIL_MAILAUTH_INSTANCES, a->instances);
    if (!a->fields)
        return settle(m, SECMAIL_MAILAUTH_NONE, "RFC 8617 section 5.2", "there are no ARC fields");
    if (a->wrong)
        return settle(m, SECMAIL_MAILAUTH_FAIL, "RFC 8617 section 5.2", a->wrong);
    const bool known = verify_chain(m);
    if (known)
        put_sealer(m);
    if (m->answers.error || m->strings.error)
        a->settled = false;
    return known;
}
