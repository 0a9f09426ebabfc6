/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The message on its way through the library. */
#include "message.h"

#include <strings.h>

static char results_name[] = "Authentication-Results";

void end_message(struct connection *c)
{
    secmail_mailauth_free(c->incoming);
    secmail_dkim_signer_free(c->outgoing);
    secmail_dkim_table_free(c->table);
    release_config(c->config);
    c->incoming = NULL;
    c->outgoing = NULL;
    c->table = NULL;
    c->config = NULL;
    c->fields = c->results = c->header_size = 0;
    c->error = 0;
}

static int begin_incoming(struct connection *c, const char *mail_from)
{
    int rc = secmail_mailauth_new(c->context, &c->incoming);
    if (!rc && c->client[0])
        rc = secmail_mailauth_set_client_ip(c->incoming, c->client);
    if (!rc && c->helo)
        rc = secmail_mailauth_set_helo(c->incoming, c->helo);
    if (!rc)
        rc = secmail_mailauth_set_mail_from(c->incoming, mail_from);
    if (!rc)
        rc = secmail_mailauth_set_authserv_id(c->incoming, c->config->authserv_id);
    return rc;
}

/* The domain for which the sender may sign: the one of the user who signed in, else (a host of our
 * own) the envelope sender's. The library refuses a From field of another domain. */
static int begin_outgoing(struct connection *c, const char *mail_from, const char *user)
{
    const char *at = user ? strrchr(user, '@') : NULL;
    if (!at)
        at = strrchr(mail_from, '@');
    if (!at)
        return 0;
    int rc = secmail_dkim_table_new(c->context, &c->table);
    for (size_t i = 0; !rc && i < c->config->key_count; i++) {
        const struct signing_key *k = &c->config->keys[i];
        rc = secmail_dkim_table_add(c->table, k->domain, k->selector, k->key);
    }
    if (!rc)
        rc = secmail_dkim_signer_new(c->table, &c->outgoing, at + 1);
    return rc == SECMAIL_E_MAILAUTH_NO_KEY ? 0 : rc;
}

int begin_message(struct connection *c, const char *mail_from, const char *user)
{
    end_message(c);
    c->config = hold_config();
    /* Users write no results; a server of ours may have done so before it passed the mail on. */
    int rc = c->goes_out && c->relay && !user ? 0 : begin_incoming(c, mail_from);
    if (!rc && c->goes_out)
        rc = begin_outgoing(c, mail_from, user);
    return rc;
}

void put_message(struct connection *c, const void *data, size_t size)
{
    if (!c->error && c->incoming)
        c->error = secmail_mailauth_update(c->incoming, data, size);
    if (!c->error && c->outgoing)
        c->error = secmail_dkim_signer_update(c->outgoing, data, size);
}

static void put_header(struct connection *c, const char *text, size_t size)
{
    c->header_size += size;
    put_message(c, text, size);
}

/* The value comes as it stands in the message, but with bare LF where it is folded. */
void put_field(struct connection *c, const char *name, const char *value)
{
    c->fields++;
    c->results += !strcasecmp(name, results_name);
    put_header(c, name, strlen(name));
    put_header(c, ":", 1);
    for (;;) {
        const size_t size = strcspn(value, "\n");
        put_header(c, value, size - (size && value[size] && value[size - 1] == '\r'));
        put_header(c, "\r\n", 2);
        if (!value[size])
            return;
        value += size + 1;
    }
}

/* ---- Forged results ---- */

/* Did the library leave out a part of the header? */
static bool is_over_limits(const struct connection *c)
{
    const struct secmail_mailauth *m = c->incoming;
    return c->fields > secmail_mailauth_limit(m, SECMAIL_MAILAUTH_LIMIT_HEADER_FIELDS) ||
           c->header_size > secmail_mailauth_limit(m, SECMAIL_MAILAUTH_LIMIT_HEADER_BYTES);
}

/* The next field to remove, from bottom to top. Of a header that the library didn't see as a whole,
 * all go: "a border MTA could remove all instances" (RFC 8601 section 5). */
static uint32_t next_forged(const struct connection *c, uint32_t after)
{
    if (!is_over_limits(c))
        return secmail_mailauth_next_forged(c->incoming, after);
    return after ? after - 1 : (uint32_t)c->results;
}

/* RFC 8601 section 5: what claims to be ours goes. */
static int remove_forged(const struct connection *c, SMFICTX *ctx)
{
    for (uint32_t n = 0; (n = next_forged(c, n));) {
        if (smfi_chgheader(ctx, results_name, (int)n, NULL) != MI_SUCCESS)
            return MI_FAILURE;
    }
    return MI_SUCCESS;
}

/* ---- Outgoing ---- */

/* Puts one field on top: the text up to `size`, whose lines end with CRLF. */
static int insert_field(SMFICTX *ctx, const char *text, size_t size)
{
    char *field = malloc(size + 1);
    if (!field)
        return MI_FAILURE;
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] != '\r')
            field[used++] = text[i];
    }
    while (used && field[used - 1] == '\n')
        used--;
    field[used] = 0;
    char *value = strchr(field, ':');
    int rc = MI_FAILURE;
    if (value) {
        *value = 0;
        rc = smfi_insheader(ctx, 0, field, value + 1);
    }
    free(field);
    return rc;
}

/* Fields that follow each other: the last one first, so that they stand in order. */
static int insert_fields(SMFICTX *ctx, const char *text, size_t size)
{
    size_t next = size;
    while (next > 0) {
        size_t start = next - 1;
        while (start > 0 && (text[start - 1] != '\n' || text[start] == ' ' || text[start] == '\t'))
            start--;
        if (insert_field(ctx, text + start, next - start) != MI_SUCCESS)
            return MI_FAILURE;
        next = start;
    }
    return MI_SUCCESS;
}

static sfsistat sign(struct connection *c, SMFICTX *ctx)
{
    struct secmail_bytes *fields;
    int rc = secmail_dkim_signer_finish(c->outgoing, &fields);
    if (rc == SECMAIL_E_MAILAUTH_FROM || rc == SECMAIL_E_MAILAUTH_MESSAGE) {
        say("a message passes without a signature: %s", secmail_context_error_detail(c->context));
        return SMFIS_ACCEPT;
    }
    if (rc) {
        say("signing failed: %s", secmail_context_error_detail(c->context));
        return SMFIS_TEMPFAIL;
    }
    rc = insert_fields(ctx, (const char *)secmail_bytes_data(fields), secmail_bytes_size(fields));
    secmail_bytes_free(fields);
    return rc == MI_SUCCESS ? SMFIS_ACCEPT : SMFIS_TEMPFAIL;
}

sfsistat finish_outgoing(struct connection *c, SMFICTX *ctx)
{
    if (c->error) {
        say("a message can't be read: %s", secmail_context_error_detail(c->context));
        return SMFIS_TEMPFAIL;
    }
    if (c->incoming && remove_forged(c, ctx) != MI_SUCCESS)
        return SMFIS_TEMPFAIL;
    return c->outgoing ? sign(c, ctx) : SMFIS_ACCEPT;
}

/* ---- Incoming ---- */

static int evaluate(struct connection *c)
{
    const int64_t deadline = clock_ms() + 1000 * (int64_t)c->config->timeout;
    int rc = secmail_mailauth_finish_message(c->incoming);
    if (!rc)
        rc = secmail_mailauth_set_deadline(c->incoming,
                                           secmail_context_now(c->context) + c->config->timeout);
    while (!rc) {
        rc = secmail_mailauth_evaluate(c->incoming);
        if (rc != SECMAIL_MAILAUTH_NEEDS_ANSWERS)
            return rc;
        rc = answer_questions(c->incoming, deadline);
    }
    return rc;
}

/* RFC 8601 section 5: what claims to be ours goes, then ours comes. */
static int write_results(struct connection *c, SMFICTX *ctx)
{
    struct secmail_bytes *field;
    if (remove_forged(c, ctx) != MI_SUCCESS || secmail_mailauth_header(c->incoming, &field))
        return MI_FAILURE;
    const int rc = insert_field(ctx, (const char *)secmail_bytes_data(field),
                                secmail_bytes_size(field));
    secmail_bytes_free(field);
    return rc;
}

static uint32_t verdict(const struct secmail_mailauth_result *result)
{
    return secmail_mailauth_result_verdict(result);
}

/* Would trying again later perhaps help? Not where DMARC passes already. */
static bool is_temporary(const struct secmail_mailauth *m)
{
    const uint32_t dmarc = verdict(secmail_mailauth_dmarc(m));
    if (dmarc == SECMAIL_MAILAUTH_PASS)
        return false;
    bool found = dmarc == SECMAIL_MAILAUTH_TEMPERROR ||
                 verdict(secmail_mailauth_spf(m)) == SECMAIL_MAILAUTH_TEMPERROR;
    for (size_t i = 0; i < secmail_mailauth_dkim_count(m); i++)
        found |= verdict(secmail_mailauth_dkim(m, i)) == SECMAIL_MAILAUTH_TEMPERROR;
    return found;
}

/* What the author's domain wants to be done with this message. */
static int64_t wanted_policy(const struct secmail_mailauth *m)
{
    const struct secmail_mailauth_result *dmarc = secmail_mailauth_dmarc(m);
    int64_t policy = SECMAIL_MAILAUTH_POLICY_NONE, overridden = 0;
    if (verdict(dmarc) != SECMAIL_MAILAUTH_FAIL)
        return policy;
    secmail_mailauth_result_number(dmarc, SECMAIL_MAILAUTH_ARC_OVERRIDE, &overridden);
    if (!overridden)
        secmail_mailauth_result_number(dmarc, SECMAIL_MAILAUTH_POLICY_APPLIED, &policy);
    return policy;
}

/* Puts the mark on mail that fails, and on mail whose author can't be told: two From fields, say,
 * of which a reader shows the other one. */
static int mark(const struct connection *c, int64_t wanted, SMFICTX *ctx)
{
    static char fail[] = " dmarc=fail", unclear[] = " dmarc=permerror";
    char *value = wanted != SECMAIL_MAILAUTH_POLICY_NONE ? fail : NULL;
    if (verdict(secmail_mailauth_dmarc(c->incoming)) == SECMAIL_MAILAUTH_PERMERROR)
        value = unclear;
    if (!value || !c->config->quarantine_header[0])
        return MI_SUCCESS;
    return smfi_insheader(ctx, 0, c->config->quarantine_header, value);
}

static sfsistat decide(struct connection *c, SMFICTX *ctx)
{
    static char temporary[] = "451", later[] = "4.7.0", rejected[] = "550", policy[] = "5.7.1";
    static char later_text[] = "The sender can't be checked now, try again later";
    static char policy_text[] = "Rejected by the DMARC policy of the author's domain";
    if (c->config->defer && is_temporary(c->incoming)) {
        smfi_setreply(ctx, temporary, later, later_text);
        return SMFIS_TEMPFAIL;
    }
    const int64_t wanted = wanted_policy(c->incoming);
    if (wanted == SECMAIL_MAILAUTH_POLICY_REJECT && c->config->reject) {
        smfi_setreply(ctx, rejected, policy, policy_text);
        return SMFIS_REJECT;
    }
    if (write_results(c, ctx) != MI_SUCCESS || mark(c, wanted, ctx) != MI_SUCCESS)
        return SMFIS_TEMPFAIL;
    return SMFIS_ACCEPT;
}

sfsistat finish_incoming(struct connection *c, SMFICTX *ctx)
{
    int rc = c->error;
    if (!rc)
        rc = evaluate(c);
    if (!rc)
        return decide(c, ctx);
    say("a message can't be checked: %s", secmail_context_error_detail(c->context));
    return SMFIS_TEMPFAIL;
}
