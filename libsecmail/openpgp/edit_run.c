/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Carrying out a change: the certificate is written anew, component by component, each with its old
 * signatures and after them those that the change makes. Nothing is taken away: other people's
 * copies still have it, and would bring it back.
 */
#include "edit.h"
#include "pair.h"
#include "self_signature.h"
#include "template.h"
#include "verify/validity.h"

struct run {
    struct secmail_context *context;
    const struct secmail_key_edit *edit;
    const struct secmail_policy *policy;
    const struct secmail_key *key;
    const struct secmail_cert *cert;
    const struct smi_signature *governing; /* of the primary key; NULL if there is none */
    uint32_t now;
    bool has_user_id; /* a valid one */
    bool new_primary; /* another user ID becomes the primary one */
    struct secmail_key *made;
    struct smi_buf packets;
    bool changed;
};

/* ---------------------------------------------------------------- what there is */

/* A component and what its key says of it. */
struct state {
    const struct smi_component *c;
    const struct smi_wish *wish;
    size_t key_index;
    const struct smi_signature *newest;     /* that says what it is; NULL: it isn't the key's */
    const struct smi_signature *revocation; /* that is in force; NULL: none */
};

static bool is_subkey(const struct smi_component *c)
{
    return c->kind == SMI_COMPONENT_KEY && c->tag == SMI_TAG_PUBLIC_SUBKEY;
}

static bool is_id(const struct smi_component *c)
{
    return c->kind == SMI_COMPONENT_USER_ID || c->kind == SMI_COMPONENT_ATTRIBUTE;
}

static int find(struct run *r, const struct smi_component *c, enum smi_saying saying,
                const struct smi_signature **out)
{
    return smi_template_find(r->context, r->cert, c, smi_cert_primary(r->cert), saying, NULL, out);
}

static int look(struct run *r, size_t index, struct state *s)
{
    *s = (struct state){.c = &r->cert->components[index], .wish = &r->edit->wishes[index]};
    if (s->c->kind == SMI_COMPONENT_OTHER)
        return 0;
    int rc = find(r, s->c, SMI_SAYS_IS, &s->newest);
    if (!rc)
        rc = find(r, s->c, SMI_SAYS_REVOKED, &s->revocation);
    /* A user ID that was certified again after its revocation is back, and one whose revocation
     * expired; a key isn't. */
    if (is_id(s->c) && s->revocation &&
        ((s->newest && s->newest->created > s->revocation->created) ||
         smi_signature_expired(s->revocation, r->now)))
        s->revocation = NULL;
    return rc;
}

/* The time of a signature that replaces what there is. */
static int stamp(struct run *r, const struct smi_component *c, uint32_t *time)
{
    const struct smi_signature *old[2] = {NULL, NULL};
    *time = r->now;
    int rc = find(r, c, SMI_SAYS_IS, &old[0]);
    if (!rc && is_id(c))
        rc = find(r, c, SMI_SAYS_REVOKED, &old[1]);
    for (size_t i = 0; i < 2 && !rc; i++)
        rc = old[i] ? smi_later(r->context, r->cert, old[i], time) : 0;
    return rc;
}

/* ---------------------------------------------------------------- bindings */

static int back_signature_holds(struct run *r, const struct smi_component *c,
                                const struct smi_signature *binding, bool *holds)
{
    struct smi_signature back;
    const struct smi_signed_object object = smi_component_object(r->cert, c);
    *holds = false;
    if (!binding->embedded.data)
        return 0;
    smi_signature_read(&back, binding->embedded.data, binding->embedded.size);
    if (back.type != SMI_SIG_PRIMARY_BINDING || back.lifetime ||
        !smi_policy_accepts(r->policy, SMI_POLICY_HASH_OF_KEYS, back.hash, NULL))
        return 0;
    return smi_signature_check_object(r->context, &back, &c->key, &object, holds);
}

static bool needs_back_signature(const struct state *s)
{
    return is_subkey(s->c) && s->newest->has_flags &&
           s->newest->flags & (SECMAIL_KEY_SIGN | SECMAIL_KEY_CERTIFY);
}

/* The old one is kept while it is good, also where no flag asks for it: the subkey's secret may be
 * elsewhere. */
static int put_back_signature(struct run *r, const struct state *s, uint32_t time,
                              struct smi_buf *hashed)
{
    bool holds;
    int rc = back_signature_holds(r, s->c, s->newest, &holds);
    if (rc)
        return rc;
    if (holds) {
        smi_put_subpacket(hashed, SMI_SUB_EMBEDDED, s->newest->embedded.data,
                          s->newest->embedded.size);
        return 0;
    }
    if (!needs_back_signature(s))
        return 0;
    struct smi_signer subkey;
    const struct smi_signed_object object = smi_component_object(r->cert, s->c);
    rc = smi_key_signer(r->context, r->key, s->key_index, &subkey);
    return rc ? rc : smi_self_back_signature(r->context, hashed, &subkey, &object, time);
}

/* ---------------------------------------------------------------- renewing */

static uint32_t lifetime(const struct smi_public_key *key, int64_t expires)
{
    return expires < 0 ? 0 : (uint32_t)(expires - key->created);
}

/* Version 4 software reads on each user ID what holds for the primary key. */
static bool speaks_for_primary(const struct run *r, const struct smi_component *c)
{
    return c == &r->cert->components[0] || (is_id(c) && smi_cert_primary(r->cert)->version == 4);
}

static void set_lifetime(struct smi_changes *changes, const struct smi_public_key *key,
                         const struct smi_wish *wish)
{
    changes->key_lifetime_set = wish->expiry_set;
    changes->key_lifetime = wish->expiry_set ? lifetime(key, wish->expires) : 0;
}

static struct smi_changes changes_of(const struct run *r, const struct state *s)
{
    struct smi_changes changes = {0};
    const struct smi_public_key *primary = smi_cert_primary(r->cert);
    if (is_subkey(s->c))
        set_lifetime(&changes, &s->c->key, s->wish);
    else if (speaks_for_primary(r, s->c))
        set_lifetime(&changes, primary, &r->edit->wishes[0]);
    if (s->c->kind == SMI_COMPONENT_USER_ID && r->new_primary) {
        changes.primary_set = true;
        changes.primary = s->wish->primary_user_id;
    }
    if (r->edit->announce && speaks_for_primary(r, s->c))
        changes.features = smi_self_features(primary->version);
    return changes;
}

static int sign(struct run *r, uint8_t type, struct smi_buf *hashed,
                const struct smi_signed_object *object)
{
    struct smi_signer primary;
    int rc = smi_key_signer(r->context, r->key, 0, &primary);
    if (rc) {
        smi_buf_free(hashed);
        return rc;
    }
    r->changed = true;
    return smi_self_sign(r->context, &primary, type, hashed, object, &r->packets);
}

static int renew(struct run *r, const struct state *s)
{
    uint32_t time;
    int rc = stamp(r, s->c, &time);
    if (rc)
        return rc;
    struct smi_buf hashed = smi_buf_open(&r->context->mem);
    const struct smi_changes changes = changes_of(r, s);
    smi_self_begin(&hashed, smi_cert_primary(r->cert), time);
    smi_template_copy(&hashed, s->newest, &changes);
    if (is_subkey(s->c))
        rc = put_back_signature(r, s, time, &hashed);
    if (rc) {
        smi_buf_free(&hashed);
        return rc;
    }
    const struct smi_signed_object object = smi_component_object(r->cert, s->c);
    return sign(r, s->newest->type, &hashed, &object);
}

/* Is it said in a way that the policy refuses, or with less than could be announced? */
static int is_stale(struct run *r, const struct state *s, bool *stale)
{
    const uint8_t features = smi_self_features(smi_cert_primary(r->cert)->version);
    bool holds = true;
    int rc = needs_back_signature(s) ? back_signature_holds(r, s->c, s->newest, &holds) : 0;
    *stale = !holds ||
             !smi_policy_accepts(r->policy, SMI_POLICY_HASH_OF_KEYS, s->newest->hash, NULL) ||
             (r->edit->announce && speaks_for_primary(r, s->c) &&
              (s->newest->features & features) != features);
    return rc;
}

static int is_to_renew(struct run *r, const struct state *s, bool *wanted)
{
    *wanted = false;
    if (!s->newest || s->revocation || s->wish->revoke)
        return 0;
    *wanted = s->wish->expiry_set || s->wish->primary_user_id;
    /* What was to end is not brought back unasked. */
    if (*wanted || smi_signature_expired(s->newest, r->now))
        return 0;
    *wanted = speaks_for_primary(r, s->c) && r->edit->wishes[0].expiry_set;
    return !*wanted && r->edit->refresh ? is_stale(r, s, wanted) : 0;
}

/* A key that never said anything of itself but through its user IDs, or nothing at all. */
static int put_first_direct_key_signature(struct run *r)
{
    const struct smi_public_key *primary = smi_cert_primary(r->cert);
    const struct smi_signed_object object = {.primary = primary};
    struct smi_buf hashed = smi_buf_open(&r->context->mem);
    smi_self_begin(&hashed, primary, r->now);
    smi_self_flags(&hashed, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN);
    smi_self_lifetime(&hashed, lifetime(primary, r->edit->wishes[0].expires));
    smi_self_preferences(&hashed, primary->version);
    return sign(r, SMI_SIG_DIRECT_KEY, &hashed, &object);
}

/* ---------------------------------------------------------------- revoking */

static uint8_t revocation_type(const struct smi_component *c)
{
    if (is_id(c))
        return SMI_SIG_CERT_REVOCATION;
    return is_subkey(c) ? SMI_SIG_SUBKEY_REVOCATION : SMI_SIG_KEY_REVOCATION;
}

static int put_revocation(struct run *r, const struct state *s)
{
    struct smi_signer primary;
    const struct smi_signed_object object = smi_component_object(r->cert, s->c);
    uint32_t time = r->now;
    int rc = smi_key_signer(r->context, r->key, 0, &primary);
    if (!rc && is_id(s->c))
        rc = stamp(r, s->c, &time);
    if (rc)
        return rc;
    r->changed = true;
    return smi_revocation_put(r->context, &primary, revocation_type(s->c), &object,
                              &s->wish->revocation, time, &r->packets);
}

/* ---------------------------------------------------------------- adding */

/* What a new self-certification of a user ID says. */
static void describe_user_id(struct run *r, struct smi_buf *hashed, uint32_t time)
{
    const struct smi_public_key *primary = smi_cert_primary(r->cert);
    struct smi_changes changes = {.about_key_only = true};
    smi_self_begin(hashed, primary, time);
    if (!r->has_user_id)
        smi_put_subpacket(hashed, SMI_SUB_PRIMARY_USER_ID, (const uint8_t[]){1}, 1);
    r->has_user_id = true;
    if (primary->version == 6)
        return;
    set_lifetime(&changes, primary, &r->edit->wishes[0]);
    if (r->governing) {
        smi_template_copy(hashed, r->governing, &changes);
        return;
    }
    smi_self_flags(hashed, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN);
    smi_self_lifetime(hashed, changes.key_lifetime);
    smi_self_preferences(hashed, 4);
}

static int certify_user_id(struct run *r, const char *user_id, uint32_t time)
{
    struct smi_buf hashed = smi_buf_open(&r->context->mem);
    const struct smi_signed_object object = {.primary = smi_cert_primary(r->cert),
                                             .id = (const uint8_t *)user_id,
                                             .id_size = strlen(user_id),
                                             .id_marker = 0xb4};
    describe_user_id(r, &hashed, time);
    return sign(r, SMI_SIG_CERT_POSITIVE, &hashed, &object);
}

static bool is_user_id(const struct smi_component *c, const char *text)
{
    return c->kind == SMI_COMPONENT_USER_ID && c->body_size == strlen(text) &&
           smi_equal(c->body, text, c->body_size);
}

static bool is_there(const struct run *r, const char *user_id)
{
    for (size_t i = 0; i < r->cert->component_count; i++) {
        if (is_user_id(&r->cert->components[i], user_id))
            return true;
    }
    return false;
}

/* A user ID that is there, but revoked or not the key's own, is certified; else there is nothing
 * to add. */
static int add_again(struct run *r, const struct state *s)
{
    for (size_t i = 0; i < r->edit->addition_count; i++) {
        const char *user_id = r->edit->additions[i].user_id;
        if (!user_id || !is_user_id(s->c, user_id) || (s->newest && !s->revocation))
            continue;
        uint32_t time;
        int rc = stamp(r, s->c, &time);
        return rc ? rc : certify_user_id(r, user_id, time);
    }
    return 0;
}

static int add_user_ids(struct run *r)
{
    for (size_t i = 0; i < r->edit->addition_count; i++) {
        const char *user_id = r->edit->additions[i].user_id;
        if (!user_id || is_there(r, user_id))
            continue;
        smi_put_packet(&r->packets, SMI_TAG_USER_ID, (const uint8_t *)user_id, strlen(user_id));
        int rc = certify_user_id(r, user_id, r->now);
        if (rc)
            return rc;
    }
    return 0;
}

static int bind_subkey(struct run *r, const struct smi_signer *subkey, const struct smi_addition *a)
{
    struct smi_buf hashed = smi_buf_open(&r->context->mem);
    const struct smi_signed_object object = {.primary = smi_cert_primary(r->cert),
                                             .subkey = subkey->public_key};
    smi_self_begin(&hashed, object.primary, r->now);
    smi_self_flags(&hashed, a->flags);
    smi_self_lifetime(&hashed, lifetime(subkey->public_key, a->expires));
    int rc = a->flags & SECMAIL_KEY_SIGN
                 ? smi_self_back_signature(r->context, &hashed, subkey, &object, r->now)
                 : 0;
    if (rc) {
        smi_buf_free(&hashed);
        return rc;
    }
    return sign(r, SMI_SIG_SUBKEY_BINDING, &hashed, &object);
}

static int make_subkey(struct run *r, const struct smi_addition *a, struct smi_buf *body)
{
    const uint8_t version = smi_cert_primary(r->cert)->version;
    struct smi_secret_part *part = smi_key_add_part(r->context, r->made);
    struct smi_public_key key;
    if (!part)
        return SECMAIL_E_NOMEM;
    int rc = smi_pair_make(r->context, version, &a->plan, r->now, part, body);
    if (rc)
        return rc;
    smi_put_packet(&r->packets, SMI_TAG_PUBLIC_SUBKEY, body->data, body->size);
    struct smi_cursor in = smi_buf_cursor(body);
    rc = smi_public_key_read(r->context, &key, &in, false);
    return rc ? rc : bind_subkey(r, &(struct smi_signer){&key, {part->secret, NULL}}, a);
}

static int add_subkeys(struct run *r)
{
    for (size_t i = 0; i < r->edit->addition_count; i++) {
        if (r->edit->additions[i].user_id)
            continue;
        struct smi_buf body = smi_buf_open(&r->context->mem);
        int rc = make_subkey(r, &r->edit->additions[i], &body);
        smi_buf_free(&body);
        if (rc)
            return rc;
    }
    return 0;
}

/* ---------------------------------------------------------------- the whole key */

static int refuse(struct run *r, const struct state *s)
{
    const bool wanted = s->wish->expiry_set || s->wish->primary_user_id;
    const char *what = is_id(s->c) ? "a user ID of the key" : "the key";
    const char *hex = is_id(s->c) ? secmail_cert_fingerprint(r->cert) : s->c->key.hex;
    if (wanted && s->revocation)
        return smi_fail(r->context, SECMAIL_E_KEY_REVOKED,
                        "%s %s is revoked: that can't be changed any more", what, hex);
    if (wanted && !s->newest && s->c != &r->cert->components[0])
        return smi_fail(r->context, SECMAIL_E_KEY_INVALID,
                        "%s %s has no self-signature that could be renewed", what, hex);
    return 0;
}

static int put_changes(struct run *r, const struct state *s)
{
    bool wanted;
    int rc = refuse(r, s);
    if (!rc)
        rc = is_to_renew(r, s, &wanted);
    if (!rc && wanted)
        rc = renew(r, s);
    else if (!rc && s->c == &r->cert->components[0] && s->wish->expiry_set && !s->newest &&
             (s->c->key.version == 6 || !r->has_user_id))
        rc = put_first_direct_key_signature(r);
    if (!rc && s->c->kind == SMI_COMPONENT_USER_ID)
        rc = add_again(r, s);
    return !rc && s->wish->revoke ? put_revocation(r, s) : rc;
}

static int copy_component(struct run *r, const struct state *s)
{
    smi_cert_put_component(&r->packets, s->c);
    if (s->c->kind != SMI_COMPONENT_KEY)
        return 0;
    struct smi_secret_part *to = smi_key_add_part(r->context, r->made);
    return to ? smi_secret_part_copy(r->context, to, &r->key->parts[s->key_index])
              : SECMAIL_E_NOMEM;
}

static int write_components(struct run *r)
{
    size_t keys = 0;
    bool ids_done = false;
    for (size_t i = 0; i < r->cert->component_count; i++) {
        struct state s;
        int rc = look(r, i, &s);
        s.key_index = keys;
        keys += s.c->kind == SMI_COMPONENT_KEY;
        if (!rc && i && !is_id(s.c) && !ids_done) {
            ids_done = true;
            rc = add_user_ids(r);
        }
        if (!rc)
            rc = copy_component(r, &s);
        if (!rc)
            rc = put_changes(r, &s);
        if (rc)
            return rc;
    }
    int rc = ids_done ? 0 : add_user_ids(r);
    return rc ? rc : add_subkeys(r);
}

static bool changes_more_than_revocations(const struct secmail_key_edit *edit)
{
    bool more = edit->refresh || edit->addition_count;
    for (size_t i = 0; i < edit->key->cert->component_count; i++)
        more |= edit->wishes[i].expiry_set || edit->wishes[i].primary_user_id;
    return more;
}

/* A revoked key is not brought back, and its parts don't matter any more. */
static int check_primary(struct run *r)
{
    struct smi_validity v;
    const struct smi_public_key *primary = smi_cert_primary(r->cert);
    char text[SMI_VALIDITY_TEXT];
    int rc = smi_key_validity(r->context, r->cert, 0, r->policy, secmail_policy_time(r->policy),
                              &v);
    if (rc)
        return rc;
    r->governing = v.binding;
    smi_validity_text(&v, primary, text);
    if (v.code == SECMAIL_E_KEY_REVOKED && changes_more_than_revocations(r->edit))
        return smi_fail(r->context, v.code, "%s", text);
    return 0;
}

/* Which user IDs are the key's own, and what the newest of them says for the key, if the policy
 * knows nothing better. */
static int survey(struct run *r)
{
    for (size_t i = 0; i < r->cert->component_count; i++) {
        struct state s;
        int rc = look(r, i, &s);
        if (rc)
            return rc;
        const bool own = s.newest && !s.revocation;
        r->has_user_id |= own && s.c->kind == SMI_COMPONENT_USER_ID;
        r->new_primary |= s.wish->primary_user_id;
        if (own && !r->governing && speaks_for_primary(r, s.c))
            r->governing = s.newest;
    }
    return 0;
}

static int make(struct run *r)
{
    int rc = smi_signing_time(r->context, smi_cert_primary(r->cert), &r->now);
    if (!rc)
        rc = check_primary(r);
    if (!rc)
        rc = survey(r);
    if (!rc)
        rc = (r->made = smi_key_new(r->context)) ? write_components(r) : SECMAIL_E_NOMEM;
    if (!rc && r->changed)
        rc = smi_key_complete(r->context, r->made, &r->packets);
    return rc;
}

int smi_edit_run(struct secmail_key_edit *edit, const struct secmail_policy *policy,
                 struct secmail_key **out)
{
    struct run r = {
        .context = edit->context,
        .edit = edit,
        .policy = policy,
        .key = edit->key,
        .cert = edit->key->cert,
        .packets = smi_buf_open(&edit->context->mem),
    };
    int rc = make(&r);
    if (!rc)
        *out = secmail_key_ref(r.changed ? r.made : edit->key);
    secmail_key_unref(r.made);
    smi_buf_free(&r.packets);
    return rc;
}
