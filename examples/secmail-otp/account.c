/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that work on the state of one account. */
#include "tool.h"

#include <string.h>

/* ---- Keys from options ---- */

static int set_choice(const char *what, const char *text, const char *const *names, size_t count,
                      uint32_t *choice)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, names[i]) == 0) {
            *choice = (uint32_t)i + 1;
            return EXIT_DONE;
        }
    }
    return usage_error("%s can't be %s", what, text);
}

static int set_parameters(struct tool *t, struct secmail_otp_key *key)
{
    static const char *const types[] = {"totp", "hotp"};
    static const char *const algorithms[] = {"sha1", "sha256", "sha512"};
    const struct options *o = &t->o;
    uint32_t choice = 0;
    uint64_t number;
    int rc = 0;
    if (o->type) {
        if (set_choice("--type", o->type, types, 2, &choice))
            return EXIT_USAGE;
        rc = secmail_otp_key_set_type(key, choice);
    }
    if (o->algorithm) {
        if (set_choice("--algorithm", o->algorithm, algorithms, 3, &choice))
            return EXIT_USAGE;
        rc = secmail_otp_key_set_algorithm(key, choice);
    }
    if (o->digits && !rc) {
        if (!read_number("--digits", o->digits, 6, 8, &number))
            return EXIT_USAGE;
        rc = secmail_otp_key_set_digits(key, (uint32_t)number);
    }
    if (o->period && !rc) {
        if (!read_number("--period", o->period, 1, UINT32_MAX, &number))
            return EXIT_USAGE;
        rc = secmail_otp_key_set_period(key, (uint32_t)number);
    }
    if (o->counter && !rc) {
        if (!read_number("--counter", o->counter, 0, UINT64_MAX, &number))
            return EXIT_USAGE;
        rc = secmail_otp_key_set_counter(key, number);
    }
    return rc ? library_failure(t, rc) : EXIT_DONE;
}

static int fill_key(struct tool *t, struct secmail_otp_key *key)
{
    int code = set_parameters(t, key);
    if (code)
        return code;
    int rc = secmail_otp_key_generate_secret(key);
    if (!rc && t->o.issuer)
        rc = secmail_otp_key_set_issuer(key, t->o.issuer);
    if (!rc)
        rc = secmail_otp_key_set_account(key, t->o.label ? t->o.label : t->o.account);
    return rc ? library_failure(t, rc) : EXIT_DONE;
}

int key_of_options(struct tool *t, struct secmail_otp_key **out)
{
    const char *uri = t->o.uri && strcmp(t->o.uri, "-") == 0 ? read_line(t) : t->o.uri;
    if (t->o.uri && !uri)
        return usage_error("standard input has no URI");
    int rc = uri ? secmail_otp_key_from_uri(t->context, out, uri)
                 : secmail_otp_key_new(t->context, out);
    if (rc)
        return library_failure(t, rc);
    const int code = uri ? EXIT_DONE : fill_key(t, *out);
    if (!code)
        return EXIT_DONE;
    secmail_otp_key_free(*out);
    *out = NULL;
    return code;
}

/* ---- Results ---- */

/* What a user can do about a verdict, for people. */
static const char *advice_of(uint32_t verdict)
{
    switch (verdict) {
    case SECMAIL_OTP_REPLAYED:
        return "This code was used before; wait for the next one.";
    case SECMAIL_OTP_THROTTLED:
        return "Too many wrong codes; try again later.";
    case SECMAIL_OTP_LOCKED:
        return "Far too many wrong codes; use a recovery code, or ask the administrator.";
    case SECMAIL_OTP_EXPIRED:
        return "Its time is over; begin again.";
    case SECMAIL_OTP_NOT_ENROLLED:
        return "There is none; enrol and confirm first.";
    case SECMAIL_OTP_MALFORMED:
        return "This can't be right; check for typing errors. It wasn't counted.";
    case SECMAIL_OTP_OUT_OF_SCOPE:
        return "This app password is for another service.";
    default:
        return NULL;
    }
}

static void put_outcome(const struct tool *t, const struct secmail_otp_outcome *outcome)
{
    put_string(t, "verdict", secmail_otp_verdict_name(outcome->verdict));
    put_time(t, "until", outcome->until);
    put_count(t, "failures", outcome->failures);
    put_count(t, "failures_left", outcome->failures_left);
    put_count(t, "recovery_left", outcome->recovery_left);
    if (outcome->app_password)
        put_count(t, "app_password", outcome->app_password);
    const char *advice = advice_of(outcome->verdict);
    if (advice)
        put_string(t, "advice", advice);
}

static int put_secrets(const struct tool *t, struct secmail_otp_result *result)
{
    const char *text;
    begin_list(t, "secrets");
    for (size_t i = 0;; i++) {
        const int rc = secmail_otp_result_secret(result, i, &text);
        if (rc)
            return library_failure(t, rc);
        if (!text)
            break;
        put_item(t, text);
    }
    end_list(t);
    return EXIT_DONE;
}

/* Stores, shows the outcome and, if asked for, the secrets that the operation made. */
static int finish(struct tool *t, int rc, struct secmail_otp_result **made, bool secrets)
{
    struct secmail_otp_result *result = *made;
    struct secmail_otp_outcome outcome = {.size = sizeof outcome};
    if (rc)
        return library_failure(t, rc);
    int code = store_result(t, result);
    if (!code) {
        rc = secmail_otp_result_outcome(result, &outcome);
        code = rc ? library_failure(t, rc) : EXIT_DONE;
    }
    if (!code) {
        begin_record(t);
        put_outcome(t, &outcome);
        if (secrets)
            code = put_secrets(t, result);
        end_record(t);
    }
    secmail_otp_result_free(result);
    if (!code && outcome.verdict != SECMAIL_OTP_ACCEPTED)
        code = EXIT_REFUSED;
    return code;
}

/* ---- Enrolment ---- */

static void put_warnings(const struct secmail_otp_key *key)
{
    const uint32_t advice = secmail_otp_key_advice(key);
    for (uint32_t bit = 1; bit <= advice; bit *= 2) {
        if (advice & bit)
            fprintf(stderr, "secmail-otp: note: %s\n", secmail_otp_advice_text(bit));
    }
}

static int enrol(struct tool *t, const struct secmail_otp_key *key)
{
    struct secmail_otp_result *result;
    struct secmail_otp_outcome outcome = {.size = sizeof outcome};
    int rc = secmail_otp_enrol(t->account, key, &result);
    if (rc)
        return library_failure(t, rc);
    int code = store_result(t, result);
    if (!code) {
        rc = secmail_otp_result_outcome(result, &outcome);
        code = rc ? library_failure(t, rc) : EXIT_DONE;
    }
    secmail_otp_result_free(result);
    if (code)
        return code;
    begin_record(t);
    code = put_key(t, key);
    put_time(t, "confirm_until", outcome.until);
    end_record(t);
    put_warnings(key);
    return code;
}

int command_enrol(struct tool *t)
{
    struct secmail_otp_key *key;
    int code = open_account(t);
    if (!code)
        code = key_of_options(t, &key);
    if (code)
        return code;
    code = enrol(t, key);
    secmail_otp_key_free(key);
    return code;
}

/* ---- Codes ---- */

int command_confirm(struct tool *t)
{
    struct secmail_otp_result *result;
    const char *text = argument_text(t, 0, "code");
    int code = text ? open_account(t) : EXIT_USAGE;
    return code ? code : finish(t, secmail_otp_confirm(t->account, text, &result), &result, false);
}

int command_verify(struct tool *t)
{
    struct secmail_otp_result *result;
    const char *text = argument_text(t, 0, "code");
    int code = text ? open_account(t) : EXIT_USAGE;
    return code ? code : finish(t, secmail_otp_verify(t->account, text, &result), &result, false);
}

int command_resync(struct tool *t)
{
    struct secmail_otp_result *result;
    char first[64];
    const char *text = argument_text(t, 0, "first code");
    if (!text)
        return EXIT_USAGE;
    snprintf(first, sizeof first, "%s", text);
    text = argument_text(t, 1, "second code");
    int code = text ? open_account(t) : EXIT_USAGE;
    return code ? code
                : finish(t, secmail_otp_resync(t->account, first, text, &result), &result, false);
}

/* ---- Recovery codes and app passwords ---- */

int command_recovery(struct tool *t)
{
    struct secmail_otp_result *result;
    const char *what = t->o.argument_count ? t->o.arguments[0] : "";
    if (strcmp(what, "generate") == 0) {
        int code = open_account(t);
        return code ? code
                    : finish(t, secmail_otp_recovery_generate(t->account, &result), &result, true);
    }
    if (strcmp(what, "verify") == 0) {
        const char *text = argument_text(t, 1, "recovery code");
        int code = text ? open_account(t) : EXIT_USAGE;
        return code ? code
                    : finish(t, secmail_otp_recovery_verify(t->account, text, &result), &result,
                             false);
    }
    return usage_error("recovery needs generate or verify; see secmail-otp --help");
}

static int add_app_password(struct tool *t)
{
    struct secmail_otp_result *result;
    uint64_t expires = 0;
    if (!t->o.label || !t->o.scope)
        return usage_error("app-password add needs --label TEXT and --scope WORDS");
    if (t->o.expires && !read_number("--expires", t->o.expires, 1, INT64_MAX, &expires))
        return EXIT_USAGE;
    int code = open_account(t);
    return code ? code
                : finish(t,
                         secmail_otp_app_password_add(t->account, t->o.label, t->o.scope,
                                                      (int64_t)expires, &result),
                         &result, true);
}

static int verify_app_password(struct tool *t)
{
    struct secmail_otp_result *result;
    if (!t->o.scope)
        return usage_error("app-password verify needs --scope WORD");
    const char *text = argument_text(t, 1, "password");
    int code = text ? open_account(t) : EXIT_USAGE;
    return code ? code
                : finish(t, secmail_otp_app_password_verify(t->account, t->o.scope, text, &result),
                         &result, false);
}

static int revoke_app_password(struct tool *t)
{
    struct secmail_otp_result *result;
    uint64_t id;
    const char *text = argument_text(t, 1, "number");
    if (!text || !read_number("the number", text, 0, UINT32_MAX, &id))
        return EXIT_USAGE;
    int code = open_account(t);
    return code ? code
                : finish(t, secmail_otp_app_password_revoke(t->account, (uint32_t)id, &result),
                         &result, false);
}

static int list_app_passwords(struct tool *t)
{
    int code = open_account(t);
    if (code)
        return code;
    for (size_t i = 0;; i++) {
        struct secmail_otp_app_password e = {.size = sizeof e};
        const int rc = secmail_otp_account_app_password(t->account, i, &e);
        if (rc == SECMAIL_E_OTP_NO_SUCH_ENTRY)
            return EXIT_DONE;
        if (rc)
            return library_failure(t, rc);
        begin_record(t);
        put_count(t, "id", e.id);
        put_string(t, "label", e.label);
        put_string(t, "scope", e.scope);
        put_time(t, "created", e.created_at);
        put_time(t, "expires", e.expires_at);
        put_time(t, "used", e.used_at);
        end_record(t);
    }
}

int command_app_password(struct tool *t)
{
    static const struct {
        const char *name;
        int (*run)(struct tool *t);
    } actions[] = {{"add", add_app_password},
                   {"list", list_app_passwords},
                   {"revoke", revoke_app_password},
                   {"verify", verify_app_password}};
    const char *what = t->o.argument_count ? t->o.arguments[0] : "";
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (strcmp(what, actions[i].name) == 0)
            return actions[i].run(t);
    }
    return usage_error("app-password needs add, list, revoke or verify; see secmail-otp --help");
}

/* ---- The account as a whole ---- */

int command_status(struct tool *t)
{
    struct secmail_otp_info info = {.size = sizeof info};
    int code = open_account(t);
    if (code)
        return code;
    const int rc = secmail_otp_account_info(t->account, &info);
    if (rc)
        return library_failure(t, rc);
    begin_record(t);
    put_bool(t, "enrolled", info.enrolled);
    put_bool(t, "enrolling", info.enrolling);
    put_time(t, "enrolling_until", info.enrolling_until);
    put_time(t, "confirmed", info.confirmed_at);
    put_time(t, "accepted", info.accepted_at);
    put_number(t, "drift", info.drift);
    put_count(t, "failures", info.failures);
    put_count(t, "strikes", info.strikes);
    put_bool(t, "locked", info.locked);
    put_time(t, "blocked_until", info.blocked_until);
    put_time(t, "recovery_blocked_until", info.recovery_blocked_until);
    put_count(t, "recovery_left", info.recovery_left);
    put_count(t, "recovery_total", info.recovery_total);
    put_count(t, "app_passwords", info.app_passwords);
    put_count(t, "sealing_key", info.sealing_key);
    put_bool(t, "needs_reseal", info.needs_reseal);
    put_count(t, "generation", info.generation);
    end_record(t);
    return EXIT_DONE;
}

static int simple(struct tool *t,
                  int (*operation)(struct secmail_otp_account *, struct secmail_otp_result **))
{
    struct secmail_otp_result *result;
    int code = open_account(t);
    return code ? code : finish(t, operation(t->account, &result), &result, false);
}

int command_reset(struct tool *t)
{
    return simple(t, secmail_otp_reset);
}

int command_disable(struct tool *t)
{
    return simple(t, secmail_otp_disable);
}

int command_reseal(struct tool *t)
{
    return simple(t, secmail_otp_reseal);
}
