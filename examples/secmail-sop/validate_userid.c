/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* validate-userid: does an authority vouch for the user ID on each certificate of standard input?
 */
#include "commands.h"
#include "dates.h"
#include "objects.h"

#include <string.h>
#include <strings.h>

/* What is asked of each certificate. */
struct question {
    const char *user_id;
    bool address; /* compare mail addresses only */
    struct secmail_policy *policy;
    const struct certs_list *list; /* [0]: the certificates; the others: authorities */
};

/* ---------------------------------------------------------------- names */

struct span {
    const char *data;
    size_t size;
};

/* The addr-spec of "Alice <alice@example.org>", or of "alice@example.org"; size 0: there is none.
 */
static struct span address_of(struct span id)
{
    if (id.size && id.data[id.size - 1] == '>') {
        const char *open = memrchr(id.data, '<', id.size);
        if (!open)
            return (struct span){0};
        const size_t at = (size_t)(open - id.data) + 1;
        id = (struct span){id.data + at, id.size - at - 1};
    }
    if (!memchr(id.data, '@', id.size) || memchr(id.data, ' ', id.size))
        return (struct span){0};
    return id;
}

/* Domains in any case; what stands before the last @ is the receiver's own matter. */
static bool same_address(struct span a, struct span b)
{
    if (!a.size || a.size != b.size)
        return false;
    const size_t local = (size_t)((const char *)memrchr(a.data, '@', a.size) - a.data) + 1;
    return memcmp(a.data, b.data, local) == 0 &&
           strncasecmp(a.data + local, b.data + local, a.size - local) == 0;
}

static bool is_meant(const struct question *q, const struct secmail_cert *cert, size_t index)
{
    size_t size;
    const uint8_t *data = secmail_cert_user_id(cert, index, &size);
    const struct span id = {(const char *)data, size}, wanted = {q->user_id, strlen(q->user_id)};
    if (q->address)
        return same_address(address_of(id), wanted);
    return id.size == wanted.size && memcmp(id.data, wanted.data, id.size) == 0;
}

/* ---------------------------------------------------------------- judging */

static int ask_issuer(const struct sop *sop, const struct question *q,
                      const struct secmail_cert *cert, size_t index,
                      const struct secmail_cert *issuer, bool *vouches)
{
    struct secmail_certification_info info = {.size = sizeof info};
    const int error = secmail_cert_certification(sop->context, cert, index, issuer, q->policy,
                                                 &info);
    *vouches = !error && !info.validity;
    return error;
}

/* Does one of the authorities vouch for this user ID? */
static int ask_all(const struct sop *sop, const struct question *q, const struct secmail_cert *cert,
                   size_t index, bool *vouched)
{
    int error = 0;
    *vouched = false;
    for (size_t i = 1; i < q->list->count && !*vouched && !error; i++) {
        const struct secmail_ring *ring = q->list->at[i].ring;
        for (size_t k = 0; k < secmail_ring_count(ring) && !*vouched && !error; k++)
            error = ask_issuer(sop, q, cert, index, secmail_ring_cert(ring, k), vouched);
    }
    return error;
}

/* A certificate that its owner gave up proves nothing, and no authority helps against the owner's
 * own word that a user ID is no longer right. */
static int owner_allows(const struct sop *sop, const struct question *q,
                        const struct secmail_cert *cert, size_t index, bool *allowed)
{
    struct secmail_key_info key = {.size = sizeof key};
    struct secmail_user_id_info id = {.size = sizeof id};
    int error = secmail_cert_key_info(sop->context, cert, 0, q->policy, &key);
    if (!error)
        error = secmail_cert_user_id_info(sop->context, cert, index, q->policy, &id);
    *allowed = !error && !key.validity && id.revoked < 0;
    return error;
}

/* What designated revokers among all the certificates say. Only of one that is meant: to ask each
 * certificate about each other would take a time that grows with the square of their number. */
static int ask_revokers(const struct sop *sop, const struct question *q,
                        const struct secmail_cert *cert)
{
    int error = 0;
    for (size_t i = 0; i < q->list->count && !error; i++) {
        const struct secmail_ring *ring = q->list->at[i].ring;
        for (size_t k = 0; k < secmail_ring_count(ring) && !error; k++)
            error = secmail_cert_check_revoker(sop->context, cert, secmail_ring_cert(ring, k));
    }
    return error;
}

static int check_cert(const struct sop *sop, const struct question *q,
                      const struct secmail_cert *cert)
{
    int error = 0;
    bool revokers_asked = false;
    for (size_t i = 0; i < secmail_cert_user_id_count(cert) && !error; i++) {
        bool allowed = false, vouched = false;
        if (!is_meant(q, cert, i))
            continue;
        if (!revokers_asked)
            error = ask_revokers(sop, q, cert);
        revokers_asked = true;
        if (!error)
            error = owner_allows(sop, q, cert, i, &allowed);
        if (!error && allowed)
            error = ask_all(sop, q, cert, i, &vouched);
        if (!error && vouched)
            return SOP_OK;
    }
    if (error)
        return sop_fail_library(sop, error, SOP_CERTIFIED, secmail_cert_fingerprint(cert));
    return sop_fail(sop, SOP_CERT_USERID_NO_MATCH,
                    "no authority vouches for \"%s\" on the certificate %s", q->user_id,
                    secmail_cert_fingerprint(cert));
}

/* ---------------------------------------------------------------- arguments */

static int read_policy(const struct sop *sop, const struct arguments *args,
                       struct secmail_policy **out)
{
    const char *text = options_value(args, OPT_VALIDATE_AT);
    int64_t time = secmail_context_now(sop->context);
    if (text && strcmp(text, "now") != 0 && !date_parse(text, &time))
        return sop_fail(sop, SOP_UNSUPPORTED_OPTION,
                        "%s: this is not a date. Write it as 2026-01-31T12:00:00Z, or 'now'", text);
    struct secmail_policy *standard;
    int error = secmail_policy_standard(sop->context, &standard);
    if (!error)
        error = secmail_policy_at(sop->context, standard, time, out);
    secmail_policy_unref(standard);
    return error ? sop_fail_library(sop, error, SOP_OBJECT, "the policy") : SOP_OK;
}

static int read_certs(const struct sop *sop, const struct arguments *args, struct certs_list *list)
{
    int failed = certs_list_init(sop, list, args->operand_count);
    if (!failed)
        failed = certs_list_read_stdin(sop, list);
    if (!failed)
        failed = certs_check_complete(sop, &list->at[0], SOP_CERT_USERID_NO_MATCH);
    for (size_t i = 1; i < args->operand_count && !failed; i++)
        failed = certs_list_read(sop, list, args->operands[i]);
    return failed;
}

int run_validate_userid(struct sop *sop, const struct arguments *args)
{
    struct certs_list list = {0};
    struct question q = {.user_id = args->operands[0],
                         .address = options_has(args, OPT_ADDR_SPEC_ONLY),
                         .list = &list};
    int code = read_policy(sop, args, &q.policy);
    if (!code)
        code = read_certs(sop, args, &list);
    for (size_t i = 0; !code && i < secmail_ring_count(list.at[0].ring); i++)
        code = check_cert(sop, &q, secmail_ring_cert(list.at[0].ring, i));
    certs_list_free(&list);
    secmail_policy_unref(q.policy);
    return code;
}
