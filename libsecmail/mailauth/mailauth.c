/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The object: its session, its message, and the order in which methods are evaluated. */
#include "mailauth/object.h"

#include "crypto/init.h"
#include "mailauth/dmarc.h"
#include "mailauth/ip.h"
#include "mailauth/spf.h"

enum { AUTHSERV_ID_MAX = 255, OPTIONS_ALL = 63, STRINGS_ROOM = 512 };

/* ---- Limits ---- */

static const struct {
    const char *name;
    uint32_t value, most;
} limits[SMI_MAILAUTH_LIMITS] = {
    [SECMAIL_MAILAUTH_LIMIT_HEADER_BYTES] = {"header-bytes", 1 << 20, INT32_MAX},
    [SECMAIL_MAILAUTH_LIMIT_HEADER_FIELDS] = {"header-fields", 5000, INT32_MAX},
    [SECMAIL_MAILAUTH_LIMIT_SIGNATURES] = {"signatures", 25, INT32_MAX},
    [SECMAIL_MAILAUTH_LIMIT_SIGNED_NAMES] = {"signed-names", 1000, INT32_MAX},
    [SECMAIL_MAILAUTH_LIMIT_KEY_BITS] = {"key-bits", 8192, 16384},
    [SECMAIL_MAILAUTH_LIMIT_QUESTIONS] = {"questions", 500, INT32_MAX},
    [SECMAIL_MAILAUTH_LIMIT_ANSWER_BYTES] = {"answer-bytes", 65535, INT32_MAX},
    /* Each lookup may be an include, and each include is one more call on the stack. */
    [SECMAIL_MAILAUTH_LIMIT_SPF_LOOKUPS] = {"spf-lookups", 10, 100},
    [SECMAIL_MAILAUTH_LIMIT_SPF_VOIDS] = {"spf-voids", 2, INT32_MAX},
    [SECMAIL_MAILAUTH_LIMIT_ARC_INSTANCES] = {"arc-instances", SMI_ARC_MAX, SMI_ARC_MAX},
};

static bool is_limit(uint32_t limit)
{
    return limit && limit < SMI_MAILAUTH_LIMITS;
}

const char *secmail_mailauth_limit_name(uint32_t limit)
{
    return is_limit(limit) ? limits[limit].name : NULL;
}

uint64_t secmail_mailauth_limit(const struct secmail_mailauth *m, uint32_t limit)
{
    return m && is_limit(limit) ? m->limits[limit] : 0;
}

static void apply_limits(struct secmail_mailauth *m)
{
    m->message.header.raw.ceiling = m->limits[SECMAIL_MAILAUTH_LIMIT_HEADER_BYTES];
    m->message.most_fields = m->limits[SECMAIL_MAILAUTH_LIMIT_HEADER_FIELDS];
    m->answers.most = m->limits[SECMAIL_MAILAUTH_LIMIT_QUESTIONS];
    m->answers.most_bytes = m->limits[SECMAIL_MAILAUTH_LIMIT_ANSWER_BYTES];
}

/* ---- Object ---- */

/* The header is complete: which hashes of the body will be needed? */
static int prepare(struct smi_message *message, void *user)
{
    struct secmail_mailauth *m = user;
    int rc = smi_dkim_collect(m);
    if (!rc)
        rc = smi_arc_collect(m);
    if (!rc && m->options & SECMAIL_MAILAUTH_WILL_SEAL)
        rc = smi_message_want(message, SMI_RELAXED, SMI_SHA256, UINT64_MAX, &m->seal_hash);
    if (!rc && m->strings.error)
        rc = smi_nomem(m->context);
    return rc;
}

static const struct smi_copy no_text = {"", 0};

static void free_text(const struct secmail_allocator *mem, struct smi_copy *copy)
{
    if (copy->size)
        smi_free(mem, (void *)copy->text, copy->size + 1);
    *copy = no_text;
}

static int copy_text(struct secmail_mailauth *m, struct smi_copy *copy, const char *text)
{
    const size_t size = strlen(text);
    char *bytes = size ? smi_alloc(&m->context->mem, size + 1) : NULL;
    if (size && !bytes)
        return smi_nomem(m->context);
    free_text(&m->context->mem, copy);
    if (size)
        *copy = (struct smi_copy){memcpy(bytes, text, size + 1), size};
    return 0;
}

static void init(struct secmail_mailauth *m, struct secmail_context *context)
{
    m->context = context;
    m->now = smi_now(context);
    m->deadline = INT64_MAX;
    m->methods = SECMAIL_MAILAUTH_ALL;
    m->helo = m->mail_from = m->authserv_id = no_text;
    for (size_t i = 1; i < SMI_MAILAUTH_LIMITS; i++)
        m->limits[i] = limits[i].value;
    smi_answers_init(&m->answers, &context->mem);
    smi_message_init(&m->message, context, 0);
    m->message.on_header = prepare;
    m->message.user = m;
    m->strings = smi_buf_open(&context->mem);
    m->trace = smi_buf_open(&context->mem);
    apply_limits(m);
}

int secmail_mailauth_new(struct secmail_context *context, struct secmail_mailauth **out)
{
    if (!smi_enter(context) || !out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    int rc = smi_crypto_init(context);
    if (rc)
        return rc;
    struct secmail_mailauth *m = smi_zalloc(&context->mem, sizeof *m);
    if (!m)
        return smi_nomem(context);
    init(m, context);
    /* Offset 0 stands for no text. */
    smi_buf_reserve(&m->strings, STRINGS_ROOM);
    smi_put_u8(&m->strings, 0);
    rc = m->strings.error ? smi_nomem(context) : copy_text(m, &m->authserv_id, "localhost");
    if (rc)
        secmail_mailauth_free(m);
    else
        *out = m;
    return rc;
}

void secmail_mailauth_free(struct secmail_mailauth *m)
{
    if (!m)
        return;
    const struct secmail_allocator mem = m->context->mem;
    free_text(&mem, &m->helo);
    free_text(&mem, &m->mail_from);
    free_text(&mem, &m->authserv_id);
    smi_free(&mem, m->sealers, m->sealer_room * sizeof *m->sealers);
    smi_free(&mem, m->arc_chain, sizeof *m->arc_chain);
    smi_free(&mem, m->signatures, m->signature_room * sizeof *m->signatures);
    smi_message_free(&m->message);
    smi_answers_free(&m->answers);
    smi_buf_free(&m->strings);
    smi_buf_free(&m->trace);
    smi_free(&mem, m, sizeof *m);
}

/* ---- Session ---- */

/* Begins a setter of what must stand before the first evaluation. */
static int enter_session(struct secmail_mailauth *m)
{
    if (!m || !smi_enter(m->context))
        return SECMAIL_E_ARGUMENT;
    return m->evaluated ? smi_fail(m->context, SECMAIL_E_STATE, "the message was evaluated already")
                        : 0;
}

static bool read_ip(struct smi_ip *ip, struct smi_span text)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (smi_ip4_read(ip->bytes, text)) {
        ip->size = 4;
        return true;
    }
    if (!smi_ip6_read(ip->bytes, text))
        return false;
    ip->size = 16;
    if (smi_ip_in(ip->bytes, mapped, 96)) {
        memmove(ip->bytes, ip->bytes + 12, 4);
        ip->size = 4;
    }
    return true;
}

int secmail_mailauth_set_client_ip(struct secmail_mailauth *m, const char *address)
{
    struct smi_ip ip = {0};
    const int rc = address ? enter_session(m) : SECMAIL_E_ARGUMENT;
    if (rc)
        return rc;
    if (!read_ip(&ip, smi_span_text(address)))
        return smi_fail(m->context, SECMAIL_E_MAILAUTH_ADDRESS, "not an IP address: %.60s",
                        address);
    m->ip = ip;
    return 0;
}

int secmail_mailauth_set_helo(struct secmail_mailauth *m, const char *name)
{
    const int rc = name ? enter_session(m) : SECMAIL_E_ARGUMENT;
    return rc ? rc : copy_text(m, &m->helo, name);
}

int secmail_mailauth_set_mail_from(struct secmail_mailauth *m, const char *address)
{
    const int rc = address ? enter_session(m) : SECMAIL_E_ARGUMENT;
    return rc ? rc : copy_text(m, &m->mail_from, address);
}

static bool is_visible(struct smi_span s)
{
    for (size_t i = 0; i < s.size; i++) {
        if (s.data[i] <= 0x20 || s.data[i] == 0x7f)
            return false;
    }
    return smi_span_is_utf8(s);
}

int secmail_mailauth_set_authserv_id(struct secmail_mailauth *m, const char *id)
{
    const int rc = id ? enter_session(m) : SECMAIL_E_ARGUMENT;
    if (rc)
        return rc;
    const struct smi_span s = smi_span_text(id);
    if (!s.size || s.size > AUTHSERV_ID_MAX || !is_visible(s))
        return smi_fail(m->context, SECMAIL_E_MAILAUTH_TEXT,
                        "an authserv-id has 1 to 255 visible characters");
    return copy_text(m, &m->authserv_id, id);
}

int secmail_mailauth_set_methods(struct secmail_mailauth *m, uint32_t methods)
{
    if (!m || !smi_enter(m->context) || methods & ~(uint32_t)SECMAIL_MAILAUTH_ALL)
        return SECMAIL_E_ARGUMENT;
    m->methods = methods;
    m->done = false;
    return 0;
}

static bool message_begun(const struct secmail_mailauth *m)
{
    return m->message.header.raw.size || m->message.state != SMI_MESSAGE_HEADER;
}

int secmail_mailauth_set_options(struct secmail_mailauth *m, uint32_t options)
{
    if (!m || !smi_enter(m->context) || options & ~(uint32_t)OPTIONS_ALL)
        return SECMAIL_E_ARGUMENT;
    if (message_begun(m))
        return smi_fail(m->context, SECMAIL_E_STATE, "part of the message was read already");
    m->options = options;
    m->message.lf_ends = options & SECMAIL_MAILAUTH_LF_LINES;
    return 0;
}

int secmail_mailauth_set_limit(struct secmail_mailauth *m, uint32_t limit, uint64_t value)
{
    const int rc = enter_session(m);
    if (rc)
        return rc;
    if (!is_limit(limit) || !value || value > limits[limit].most)
        return SECMAIL_E_ARGUMENT;
    if (message_begun(m))
        return smi_fail(m->context, SECMAIL_E_STATE, "part of the message was read already");
    m->limits[limit] = (uint32_t)value;
    apply_limits(m);
    return 0;
}

int secmail_mailauth_set_deadline(struct secmail_mailauth *m, int64_t time)
{
    if (!m || !smi_enter(m->context))
        return SECMAIL_E_ARGUMENT;
    m->deadline = time;
    return 0;
}

int secmail_mailauth_trust_sealer(struct secmail_mailauth *m, const char *domain)
{
    struct smi_domain d;
    if (!m || !smi_enter(m->context) || !domain)
        return SECMAIL_E_ARGUMENT;
    if (!smi_domain_read_host(&d, smi_span_text(domain)))
        return smi_fail(m->context, SECMAIL_E_MAILAUTH_TEXT, "not a domain name: %.100s", domain);
    if (!smi_grow(&m->context->mem, &m->sealers, &m->sealer_room, m->sealer_count + 1,
                  sizeof *m->sealers))
        return smi_nomem(m->context);
    m->sealers[m->sealer_count++] = d;
    return 0;
}

int secmail_mailauth_set_public_suffixes(struct secmail_mailauth *m,
                                         secmail_mailauth_suffix_fn find, void *user)
{
    const int rc = enter_session(m);
    if (rc)
        return rc;
    m->find_suffix = find;
    m->suffix_user = user;
    return 0;
}

/* ---- Message ---- */

int secmail_mailauth_update(struct secmail_mailauth *m, const uint8_t *data, size_t size)
{
    if (!m || !smi_enter(m->context) || (!data && size))
        return SECMAIL_E_ARGUMENT;
    if (m->message.state == SMI_MESSAGE_DONE)
        return smi_fail(m->context, SECMAIL_E_STATE, "the message is complete already");
    return smi_message_update(&m->message, data, size);
}

int secmail_mailauth_finish_message(struct secmail_mailauth *m)
{
    if (!m || !smi_enter(m->context))
        return SECMAIL_E_ARGUMENT;
    if (m->message.state == SMI_MESSAGE_DONE)
        return smi_fail(m->context, SECMAIL_E_STATE, "the message is complete already");
    m->done = false;
    return smi_message_finish(&m->message);
}

/* ---- Evaluation ---- */

static bool wants(const struct secmail_mailauth *m, uint32_t methods)
{
    return (m->methods & methods) != 0;
}

/* ARC counts for DMARC if there are sealers to be trusted. */
static bool wants_arc(const struct secmail_mailauth *m)
{
    return wants(m, SECMAIL_MAILAUTH_ARC) || (m->sealer_count && wants(m, SECMAIL_MAILAUTH_DMARC));
}

/* Everything is begun before anything is waited for, so that questions come together. */
static bool evaluate(struct secmail_mailauth *m)
{
    bool known = true;
    if (wants(m, SECMAIL_MAILAUTH_SPF | SECMAIL_MAILAUTH_DMARC))
        known = smi_spf_evaluate(m);
    if (wants(m, SECMAIL_MAILAUTH_DKIM | SECMAIL_MAILAUTH_DMARC))
        known = smi_dkim_evaluate(m) && known;
    if (wants_arc(m))
        known = smi_arc_evaluate(m) && known;
    if (!wants(m, SECMAIL_MAILAUTH_DMARC))
        return known;
    if (known)
        return smi_dmarc_evaluate(m);
    smi_dmarc_ask_ahead(m);
    return false;
}

static void begin_run(struct secmail_mailauth *m)
{
    m->evaluated = true;
    m->done = false;
    m->answers.error = 0;
    m->answers.late = smi_now(m->context) >= m->deadline;
    m->strings.error = 0;
    m->trace.size = 0;
    m->trace.error = 0;
}

int secmail_mailauth_evaluate(struct secmail_mailauth *m)
{
    if (!m || !smi_enter(m->context))
        return SECMAIL_E_ARGUMENT;
    if (m->methods & ~(uint32_t)SECMAIL_MAILAUTH_SPF && m->message.state != SMI_MESSAGE_DONE)
        return smi_fail(m->context, SECMAIL_E_STATE, "the message isn't complete");
    if (m->done)
        return SECMAIL_DONE;
    begin_run(m);
    const bool known = evaluate(m);
    m->done = known && !m->answers.error && !m->strings.error;
    if (m->done)
        smi_trace_verdicts(m);
    if (m->trace.size)
        smi_put_u8(&m->trace, 0);
    m->done = m->done && !m->trace.error;
    if (m->answers.error || m->strings.error || m->trace.error)
        return smi_nomem(m->context);
    return known ? SECMAIL_DONE : SECMAIL_MAILAUTH_NEEDS_ANSWERS;
}

/* ---- Questions ---- */

static const struct smi_question *question_at(const struct secmail_mailauth *m, uint32_t question)
{
    return m && question && question <= m->answers.count ? &m->answers.questions[question - 1]
                                                         : NULL;
}

uint32_t secmail_mailauth_next_question(const struct secmail_mailauth *m, uint32_t after)
{
    if (!m || !m->answers.open)
        return 0;
    for (size_t i = after; i < m->answers.count; i++) {
        if (m->answers.questions[i].status == SMI_DNS_OPEN)
            return (uint32_t)i + 1;
    }
    return 0;
}

const char *secmail_mailauth_question_name(const struct secmail_mailauth *m, uint32_t question)
{
    const struct smi_question *q = question_at(m, question);
    return q ? (const char *)m->answers.names.data + q->name : NULL;
}

uint32_t secmail_mailauth_question_type(const struct secmail_mailauth *m, uint32_t question)
{
    const struct smi_question *q = question_at(m, question);
    return q ? q->type : 0;
}

static int enter_question(struct secmail_mailauth *m, uint32_t question)
{
    if (!m || !smi_enter(m->context))
        return SECMAIL_E_ARGUMENT;
    const struct smi_question *q = question_at(m, question);
    return q && q->status == SMI_DNS_OPEN ? 0
                                          : smi_fail(m->context, SECMAIL_E_MAILAUTH_QUESTION,
                                                     "question %u is not open", question);
}

int secmail_mailauth_add_record(struct secmail_mailauth *m, uint32_t question, const uint8_t *rdata,
                                size_t size)
{
    int rc = rdata || !size ? enter_question(m, question) : SECMAIL_E_ARGUMENT;
    if (rc)
        return rc;
    rc = smi_answers_add(&m->answers, question - 1, rdata, size);
    if (rc == SECMAIL_E_MAILAUTH_RECORD)
        smi_fail(m->context, rc, "a record of %s is not well-formed for type %u",
                 secmail_mailauth_question_name(m, question),
                 secmail_mailauth_question_type(m, question));
    else if (rc)
        smi_nomem(m->context);
    return rc;
}

int secmail_mailauth_answer(struct secmail_mailauth *m, uint32_t question, uint32_t status,
                            uint32_t security)
{
    const int rc = enter_question(m, question);
    if (rc)
        return rc;
    if (status < SECMAIL_MAILAUTH_ANSWERED || status > SECMAIL_MAILAUTH_TIMEOUT ||
        security < SECMAIL_MAILAUTH_SECURE || security > SECMAIL_MAILAUTH_BOGUS)
        return SECMAIL_E_ARGUMENT;
    smi_answers_close(&m->answers, question - 1, status, security);
    return 0;
}

/* ---- Verdicts ---- */

static const struct secmail_mailauth_result *verdict_of(const struct secmail_mailauth *m,
                                                        const struct secmail_mailauth_result *r,
                                                        uint32_t methods)
{
    return m->done && r->owner && wants(m, methods) ? r : NULL;
}

const struct secmail_mailauth_result *secmail_mailauth_spf(const struct secmail_mailauth *m)
{
    return m ? verdict_of(m, &m->spf, SECMAIL_MAILAUTH_SPF | SECMAIL_MAILAUTH_DMARC) : NULL;
}

size_t secmail_mailauth_dkim_count(const struct secmail_mailauth *m)
{
    return m ? m->signature_count : 0;
}

const struct secmail_mailauth_result *secmail_mailauth_dkim(const struct secmail_mailauth *m,
                                                            size_t index)
{
    if (!m || index >= m->signature_count)
        return NULL;
    return verdict_of(m, &m->signatures[index].result,
                      SECMAIL_MAILAUTH_DKIM | SECMAIL_MAILAUTH_DMARC);
}

const struct secmail_mailauth_result *secmail_mailauth_dmarc(const struct secmail_mailauth *m)
{
    return m ? verdict_of(m, &m->dmarc, SECMAIL_MAILAUTH_DMARC) : NULL;
}

const struct secmail_mailauth_result *secmail_mailauth_arc(const struct secmail_mailauth *m)
{
    return m ? verdict_of(m, &m->arc, SECMAIL_MAILAUTH_ALL) : NULL;
}

const char *secmail_mailauth_trace(const struct secmail_mailauth *m)
{
    return m && m->trace.size ? (const char *)m->trace.data : "";
}
