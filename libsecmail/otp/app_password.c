/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* App passwords: for mail programs that know only a name and a password. */
#include "otp/account.h"

#include "core/secret.h"
#include "otp/text.h"
#include "otp/token.h"

enum { CHARACTERS = 20 };

static int hash(struct secmail_context *context, const uint8_t salt[SMI_OTP_SALT_SIZE],
                const struct smi_otp_token *token, uint8_t out[SMI_OTP_HASH_SIZE])
{
    struct smi_hmac hmac;
    int rc = smi_hmac_open(context, &hmac, SMI_SHA256, salt, SMI_OTP_SALT_SIZE);
    if (rc)
        return rc;
    smi_hmac_once(&hmac, token->text, token->size, out);
    smi_hmac_close(&hmac);
    return 0;
}

/* ---- Scopes ---- */

static bool is_scope_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* Words with single spaces between them; only one word if `single`. */
static bool is_scope(const char *text, bool single)
{
    bool in_word = false;
    for (; *text; text++) {
        if (is_scope_character(*text)) {
            in_word = true;
            continue;
        }
        if (*text != ' ' || !in_word || single)
            return false;
        in_word = false;
    }
    return in_word;
}

static int check_scope(struct secmail_context *context, const char *scope, bool single)
{
    int rc = smi_otp_check_text(context, "scope", scope, 1, SECMAIL_OTP_MAX_TEXT);
    if (rc || is_scope(scope, single))
        return rc;
    return smi_fail(context, SECMAIL_E_OTP_TEXT,
                    "the scope \"%s\" isn't %s of a-z, 0-9, '-', '_', '.'", scope,
                    single ? "one word" : "words");
}

static bool covers(const char *scope, const char *word)
{
    const size_t size = strlen(word);
    while (scope) {
        if (strncmp(scope, word, size) == 0 && (scope[size] == ' ' || !scope[size]))
            return true;
        scope = strchr(scope, ' ');
        if (scope)
            scope++;
    }
    return false;
}

/* ---- Adding and revoking ---- */

static int check_new(const struct smi_otp_op *op, const char *label, const char *scope)
{
    const uint32_t most = smi_otp_rule(op->policy, SECMAIL_OTP_RULE_APP_PASSWORDS);
    if (!op->state.enrolled.present)
        return smi_fail(op->context, SECMAIL_E_OTP_NOT_ENROLLED,
                        "%s needs a confirmed second factor before app passwords",
                        op->account->name);
    if (op->state.app_count >= most)
        return smi_fail(op->context, SECMAIL_E_OTP_TOO_MANY, "%s has %u app passwords already",
                        op->account->name, op->state.app_count);
    int rc = smi_otp_check_text(op->context, "label", label, 1, SECMAIL_OTP_MAX_TEXT);
    return rc ? rc : check_scope(op->context, scope, false);
}

static struct smi_otp_slice slice(const char *text)
{
    return (struct smi_otp_slice){(const uint8_t *)text, (uint8_t)strlen(text)};
}

static int add(struct smi_otp_op *op, const char *label, const char *scope, int64_t expires_at)
{
    struct smi_otp_token token;
    int rc = check_new(op, label, scope);
    if (rc)
        return rc;
    struct smi_otp_app *app = &op->state.app[op->state.app_count++];
    *app = (struct smi_otp_app){
        .id = ++op->state.app_id,
        .created_at = op->now,
        .expires_at = expires_at,
        .label = slice(label),
        .scope = slice(scope),
    };
    op->secret_size = smi_otp_token_text_size(CHARACTERS);
    op->secrets = smi_secret_new(op->context, op->secret_size);
    if (!op->secrets)
        return smi_nomem(op->context);
    rc = smi_random(op->context, app->salt, sizeof app->salt);
    if (!rc)
        rc = smi_otp_token_make(op->context, &token, CHARACTERS);
    if (rc)
        return rc;
    rc = hash(op->context, app->salt, &token, app->hash);
    smi_otp_token_write(&token, true, (char *)smi_secret_fill(op->secrets));
    smi_wipe(&token, sizeof token);
    op->outcome.app_password = app->id;
    op->changed = true;
    return rc;
}

int secmail_otp_app_password_add(struct secmail_otp_account *account, const char *label,
                                 const char *scope, int64_t expires_at,
                                 struct secmail_otp_result **out)
{
    struct smi_otp_op op;
    int rc = smi_otp_begin(&op, account, label && scope ? label : NULL, out);
    if (rc)
        return rc;
    rc = add(&op, label, scope, expires_at);
    return smi_otp_finish(&op, rc, out);
}

static int revoke(struct smi_otp_op *op, uint32_t id)
{
    struct smi_otp_state *s = &op->state;
    size_t at = 0;
    while (at < s->app_count && s->app[at].id != id)
        at++;
    if (at == s->app_count)
        return smi_fail(op->context, SECMAIL_E_OTP_NO_SUCH_ENTRY, "%s has no app password %u",
                        op->account->name, id);
    s->app_count--;
    memmove(&s->app[at], &s->app[at + 1], (s->app_count - at) * sizeof s->app[0]);
    op->outcome.app_password = id;
    op->changed = true;
    return 0;
}

int secmail_otp_app_password_revoke(struct secmail_otp_account *account, uint32_t id,
                                    struct secmail_otp_result **out)
{
    struct smi_otp_op op;
    int rc = smi_otp_begin(&op, account, account, out);
    if (rc)
        return rc;
    rc = revoke(&op, id);
    return smi_otp_finish(&op, rc, out);
}

/* ---- Verifying ---- */

/* Compares with every entry; `*found` is the place of the equal one, or how many there are. */
static int find(struct smi_otp_op *op, const struct smi_otp_token *token, size_t *found)
{
    uint8_t digest[SMI_OTP_HASH_SIZE];
    int rc = 0;
    *found = op->state.app_count;
    for (size_t i = 0; i < op->state.app_count && !rc; i++) {
        rc = hash(op->context, op->state.app[i].salt, token, digest);
        if (!rc && smi_equal(digest, op->state.app[i].hash, sizeof digest))
            *found = i;
    }
    smi_wipe(digest, sizeof digest);
    return rc;
}

static void use(struct smi_otp_op *op, struct smi_otp_app *app, const char *scope)
{
    const uint32_t pause = smi_otp_rule(op->policy, SECMAIL_OTP_RULE_LAST_USED_AFTER);
    op->outcome.app_password = app->id;
    if (app->expires_at && op->now >= app->expires_at) {
        op->outcome.verdict = SECMAIL_OTP_EXPIRED;
    } else if (!covers((const char *)app->scope.data, scope)) {
        op->outcome.verdict = SECMAIL_OTP_OUT_OF_SCOPE;
    } else if (!app->used_at || op->now < app->used_at ||
               (uint64_t)op->now - (uint64_t)app->used_at >= pause) {
        app->used_at = op->now ? op->now : 1;
        op->changed = true;
    }
}

static int verify(struct smi_otp_op *op, const char *scope, const char *password)
{
    struct smi_otp_token token;
    size_t found;
    int rc = check_scope(op->context, scope, true);
    if (rc)
        return rc;
    op->outcome.until = 0;
    op->outcome.failures = op->outcome.failures_left = 0;
    if (!op->state.app_count) {
        op->outcome.verdict = SECMAIL_OTP_NOT_ENROLLED;
        return 0;
    }
    if (!smi_otp_token_read(&token, CHARACTERS, password)) {
        op->outcome.verdict = SECMAIL_OTP_MALFORMED;
        return 0;
    }
    rc = find(op, &token, &found);
    if (!rc && found < op->state.app_count)
        use(op, &op->state.app[found], scope);
    else if (!rc)
        op->outcome.verdict = SECMAIL_OTP_WRONG;
    smi_wipe(&token, sizeof token);
    return rc;
}

int secmail_otp_app_password_verify(struct secmail_otp_account *account, const char *scope,
                                    const char *password, struct secmail_otp_result **out)
{
    struct smi_otp_op op;
    int rc = smi_otp_begin(&op, account, scope && password ? scope : NULL, out);
    if (rc)
        return rc;
    rc = verify(&op, scope, password);
    return smi_otp_finish(&op, rc, out);
}
