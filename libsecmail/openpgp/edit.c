/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Editing keys: taking wishes. Each is checked when it is made; see edit_run.c for what comes of
 * it. */
#include "edit.h"

#include "codec/utf8.h"
#include "crypto/init.h"
#include "user_id.h"

static bool enter(struct secmail_key_edit *edit)
{
    return edit && smi_enter(edit->context);
}

int secmail_key_edit_new(struct secmail_context *context, struct secmail_key_edit **out,
                         struct secmail_key *key)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!key)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_key_edit_new: key is NULL");
    rc = smi_crypto_init(context);
    if (rc)
        return rc;
    struct secmail_key_edit *edit = smi_zalloc(&context->mem, sizeof *edit);
    if (!edit)
        return smi_nomem(context);
    edit->context = context;
    edit->wishes = smi_zalloc(&context->mem, key->cert->component_count * sizeof *edit->wishes);
    if (!edit->wishes) {
        smi_free(&context->mem, edit, sizeof *edit);
        return smi_nomem(context);
    }
    edit->key = secmail_key_ref(key);
    edit->algorithm = SECMAIL_KEY_CURVE25519;
    *out = edit;
    return 0;
}

static void free_text(const struct secmail_allocator *mem, const char *text)
{
    if (text)
        smi_free(mem, (char *)text, strlen(text) + 1);
}

void secmail_key_edit_free(struct secmail_key_edit *edit)
{
    if (!edit)
        return;
    const struct secmail_allocator *mem = &edit->context->mem;
    const size_t components = edit->key->cert->component_count;
    for (size_t i = 0; i < components; i++)
        free_text(mem, edit->wishes[i].revocation.text);
    smi_free(mem, edit->wishes, components * sizeof *edit->wishes);
    for (size_t i = 0; i < edit->addition_count; i++)
        free_text(mem, edit->additions[i].user_id);
    smi_free(mem, edit->additions, edit->addition_room * sizeof *edit->additions);
    secmail_policy_unref(edit->policy);
    secmail_key_unref(edit->key);
    smi_free(mem, edit, sizeof *edit);
}

int secmail_key_edit_set_policy(struct secmail_key_edit *edit, struct secmail_policy *policy)
{
    if (!enter(edit))
        return SECMAIL_E_ARGUMENT;
    secmail_policy_ref(policy);
    secmail_policy_unref(edit->policy);
    edit->policy = policy;
    return 0;
}

/* ---------------------------------------------------------------- wishes */

/* The wish for the index-th component of a kind; NULL (recorded) past the end. */
static struct smi_wish *wish_for(struct secmail_key_edit *edit, enum smi_component_kind kind,
                                 size_t index)
{
    const struct secmail_cert *cert = edit->key->cert;
    size_t left = index;
    for (size_t i = 0; i < cert->component_count; i++) {
        if (cert->components[i].kind == kind && left-- == 0)
            return &edit->wishes[i];
    }
    smi_fail(edit->context, SECMAIL_E_ARGUMENT, "the key %s has no %s %zu",
             secmail_cert_fingerprint(cert), kind == SMI_COMPONENT_KEY ? "key" : "user ID", index);
    return NULL;
}

static int copy_text(struct secmail_context *context, const char *text, char **out)
{
    const size_t size = strlen(text) + 1;
    *out = smi_alloc(&context->mem, size);
    if (!*out)
        return smi_nomem(context);
    memcpy(*out, text, size);
    return 0;
}

static int check_expiry(struct secmail_context *context, const struct smi_public_key *key,
                        int64_t expires)
{
    const int64_t created = key->created;
    if (expires == -1 || (expires > created && expires - created <= UINT32_MAX))
        return 0;
    char date[32];
    return smi_fail(context, SECMAIL_E_ARGUMENT,
                    "the key %s was made on %s: it can expire up to 2^32 - 1 seconds later, or "
                    "never (-1)",
                    key->hex, smi_date(created, date));
}

int secmail_key_edit_set_expiry(struct secmail_key_edit *edit, size_t index, int64_t expires)
{
    if (!enter(edit))
        return SECMAIL_E_ARGUMENT;
    struct smi_wish *wish = wish_for(edit, SMI_COMPONENT_KEY, index);
    if (!wish)
        return SECMAIL_E_ARGUMENT;
    int rc = check_expiry(edit->context, &smi_cert_key(edit->key->cert, index)->key, expires);
    if (rc)
        return rc;
    wish->expiry_set = true;
    wish->expires = expires;
    return 0;
}

int secmail_key_edit_set_primary_user_id(struct secmail_key_edit *edit, size_t index)
{
    if (!enter(edit))
        return SECMAIL_E_ARGUMENT;
    struct smi_wish *wish = wish_for(edit, SMI_COMPONENT_USER_ID, index);
    if (!wish)
        return SECMAIL_E_ARGUMENT;
    for (size_t i = 0; i < edit->key->cert->component_count; i++)
        edit->wishes[i].primary_user_id = false;
    wish->primary_user_id = true;
    return 0;
}

static int revoke(struct secmail_key_edit *edit, struct smi_wish *wish, uint32_t reason,
                  const char *text)
{
    char *copy = NULL;
    int rc = smi_revocation_check(edit->context, reason, text);
    if (!rc && text)
        rc = copy_text(edit->context, text, &copy);
    if (rc)
        return rc;
    free_text(&edit->context->mem, wish->revocation.text);
    wish->revoke = true;
    wish->revocation = (struct smi_revocation){.reason = (uint8_t)reason, .text = copy};
    return 0;
}

int secmail_key_edit_revoke_user_id(struct secmail_key_edit *edit, size_t index, const char *text)
{
    if (!enter(edit))
        return SECMAIL_E_ARGUMENT;
    struct smi_wish *wish = wish_for(edit, SMI_COMPONENT_USER_ID, index);
    return wish ? revoke(edit, wish, SECMAIL_REVOKED_USER_ID, text) : SECMAIL_E_ARGUMENT;
}

int secmail_key_edit_revoke_key(struct secmail_key_edit *edit, size_t index, uint32_t reason,
                                const char *text)
{
    if (!enter(edit))
        return SECMAIL_E_ARGUMENT;
    int rc = smi_key_revocation_check(edit->context, reason, text);
    if (rc)
        return rc;
    struct smi_wish *wish = wish_for(edit, SMI_COMPONENT_KEY, index);
    return wish ? revoke(edit, wish, reason, text) : SECMAIL_E_ARGUMENT;
}

int secmail_key_edit_refresh(struct secmail_key_edit *edit, int announce)
{
    if (!enter(edit))
        return SECMAIL_E_ARGUMENT;
    edit->refresh = true;
    edit->announce = announce != 0;
    return 0;
}

/* ---------------------------------------------------------------- additions */

static int add(struct secmail_key_edit *edit, const struct smi_addition *addition)
{
    if (!smi_grow(&edit->context->mem, &edit->additions, &edit->addition_room,
                  edit->addition_count + 1, sizeof *edit->additions))
        return smi_nomem(edit->context);
    edit->additions[edit->addition_count++] = *addition;
    return 0;
}

int secmail_key_edit_add_user_id(struct secmail_key_edit *edit, const char *user_id)
{
    if (!enter(edit))
        return SECMAIL_E_ARGUMENT;
    char *copy;
    int rc = smi_user_id_check(edit->context, user_id);
    if (!rc)
        rc = copy_text(edit->context, user_id, &copy);
    if (rc)
        return rc;
    rc = add(edit, &(struct smi_addition){.user_id = copy});
    if (rc)
        free_text(&edit->context->mem, copy);
    return rc;
}

static int plan_subkey(struct secmail_key_edit *edit, uint32_t algorithm, uint32_t flags,
                       struct smi_pk_plan *plan)
{
    const enum smi_key_use use = flags & SECMAIL_KEY_SIGN ? SMI_USE_SIGN : SMI_USE_ENCRYPT;
    if (smi_pair_plan(smi_cert_primary(edit->key->cert)->version, algorithm, use, plan))
        return 0;
    return smi_fail(edit->context, SECMAIL_E_ARGUMENT,
                    "%u is not an algorithm for subkeys of this key; see enum "
                    "secmail_key_algorithm",
                    algorithm);
}

int secmail_key_edit_set_algorithm(struct secmail_key_edit *edit, uint32_t algorithm)
{
    if (!enter(edit))
        return SECMAIL_E_ARGUMENT;
    struct smi_pk_plan plan;
    int rc = plan_subkey(edit, algorithm, SECMAIL_KEY_SIGN, &plan);
    if (!rc)
        edit->algorithm = algorithm;
    return rc;
}

int secmail_key_edit_add_subkey(struct secmail_key_edit *edit, uint32_t flags, int64_t expires)
{
    static const uint32_t encrypt = SECMAIL_KEY_ENCRYPT_COMMUNICATIONS |
                                    SECMAIL_KEY_ENCRYPT_STORAGE;
    if (!enter(edit))
        return SECMAIL_E_ARGUMENT;
    if (flags != SECMAIL_KEY_SIGN && (!flags || flags & ~encrypt))
        return smi_fail(edit->context, SECMAIL_E_ARGUMENT,
                        "a subkey signs (SECMAIL_KEY_SIGN) or encrypts "
                        "(SECMAIL_KEY_ENCRYPT_...), and not both");
    uint32_t now;
    int rc = smi_packet_time(edit->context, &now);
    if (rc)
        return rc;
    if (expires != -1 && (expires <= now || expires - now > UINT32_MAX))
        return smi_fail(edit->context, SECMAIL_E_ARGUMENT,
                        "a new subkey expires later than now, up to 2^32 - 1 seconds, or never "
                        "(-1)");
    struct smi_addition addition = {.flags = (uint8_t)flags, .expires = expires};
    rc = plan_subkey(edit, edit->algorithm, flags, &addition.plan);
    return rc ? rc : add(edit, &addition);
}

int secmail_key_edit_run(struct secmail_key_edit *edit, struct secmail_key **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!enter(edit))
        return SECMAIL_E_ARGUMENT;
    struct secmail_policy *standard = NULL;
    int rc = edit->policy ? 0 : secmail_policy_standard(edit->context, &standard);
    if (!rc)
        rc = smi_edit_run(edit, edit->policy ? edit->policy : standard, out);
    secmail_policy_unref(standard);
    return rc;
}
