/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* App passwords: labelled, scoped, revocable, with the time of the last use. */
#include "otp_fixture.h"

#define assert_verdict(outcome, want)                                                              \
    assert_string_equal(secmail_otp_verdict_name((outcome).verdict), secmail_otp_verdict_name(want))

/* Makes one; returns its id, its text in `text`. */
static uint32_t add(struct otp_fixture *o, const char *label, const char *scope, int64_t expires_at,
                    char text[25])
{
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    const char *password;
    assert_ok(o->f.context,
              secmail_otp_app_password_add(account, label, scope, expires_at, &result));
    assert_code(o->f.context, secmail_otp_result_secret(result, 0, &password),
                SECMAIL_E_OTP_NOT_STORED);
    otp_put(o, result);
    assert_ok(o->f.context, secmail_otp_result_secret(result, 0, &password));
    assert_int_equal(strlen(password), 24);
    memcpy(text, password, 25);
    assert_ok(o->f.context, secmail_otp_result_secret(result, 1, &password));
    assert_null(password);
    return otp_finish(o, account, result).app_password;
}

static struct secmail_otp_outcome use(struct otp_fixture *o, const char *scope, const char *text)
{
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_ok(o->f.context, secmail_otp_app_password_verify(account, scope, text, &result));
    return otp_finish(o, account, result);
}

static struct secmail_otp_app_password entry(struct otp_fixture *o, size_t index, char label[256])
{
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_app_password e = {.size = sizeof e};
    assert_ok(o->f.context, secmail_otp_account_app_password(account, index, &e));
    snprintf(label, 256, "%s/%s", e.label, e.scope);
    e.label = e.scope = NULL;
    secmail_otp_account_free(account);
    return e;
}

static void a_password_is_good_for_its_scope(void **state)
{
    struct otp_fixture *o = *state;
    char text[25], other[25];
    otp_enrolled(o);
    assert_verdict(use(o, "imap", "0000-0000-0000-0000-0000"), SECMAIL_OTP_NOT_ENROLLED);
    const uint32_t id = add(o, "phone", "imap smtp", 0, text);
    add(o, "tablet", "imap", 0, other);
    const struct secmail_otp_outcome outcome = use(o, "imap", text);
    assert_verdict(outcome, SECMAIL_OTP_ACCEPTED);
    assert_int_equal(outcome.app_password, id);
    assert_verdict(use(o, "smtp", text), SECMAIL_OTP_ACCEPTED);
    assert_verdict(use(o, "pop", text), SECMAIL_OTP_OUT_OF_SCOPE);
    assert_verdict(use(o, "ima", text), SECMAIL_OTP_OUT_OF_SCOPE);
    assert_verdict(use(o, "imaps", text), SECMAIL_OTP_OUT_OF_SCOPE);
    assert_verdict(use(o, "mtp", text), SECMAIL_OTP_OUT_OF_SCOPE);
    assert_verdict(use(o, "smtp", other), SECMAIL_OTP_OUT_OF_SCOPE);
    assert_int_equal(use(o, "imap", other).app_password, id + 1);
}

static void passwords_are_read_in_any_form(void **state)
{
    struct otp_fixture *o = *state;
    char text[25], form[25];
    otp_enrolled(o);
    add(o, "phone", "imap", 0, text);
    size_t size = 0;
    for (const char *p = text; *p; p++) {
        assert_non_null(strchr("0123456789abcdefghjkmnpqrstvwxyz-", *p));
        if (*p != '-')
            form[size++] = *p;
    }
    form[size] = '\0';
    assert_int_equal(size, 20);
    assert_verdict(use(o, "imap", form), SECMAIL_OTP_ACCEPTED);
    for (char *p = form; *p; p++)
        *p = *p >= 'a' ? (char)(*p - 32) : *p;
    assert_verdict(use(o, "imap", form), SECMAIL_OTP_ACCEPTED);
    text[0] = text[0] == 'a' ? 'b' : 'a';
    assert_verdict(use(o, "imap", text), SECMAIL_OTP_MALFORMED);
    assert_verdict(use(o, "imap", ""), SECMAIL_OTP_MALFORMED);
    assert_verdict(use(o, "imap", "0000-0000-0000-0000-0000"), SECMAIL_OTP_WRONG);
}

static void wrong_passwords_lock_nobody_out(void **state)
{
    struct otp_fixture *o = *state;
    char text[25], code[9];
    otp_enrolled(o);
    add(o, "phone", "imap", 0, text);
    use(o, "imap", text);
    const struct otp_store before = o->store;
    for (int i = 0; i < 100; i++)
        assert_verdict(use(o, "imap", "0000-0000-0000-0000-0000"), SECMAIL_OTP_WRONG);
    assert_memory_equal(&before, &o->store, sizeof before);
    assert_verdict(use(o, "imap", text), SECMAIL_OTP_ACCEPTED);
    assert_verdict(otp_verify(o, otp_code_at(o, 0, code)), SECMAIL_OTP_ACCEPTED);
}

static void a_password_works_while_codes_are_locked(void **state)
{
    struct otp_fixture *o = *state;
    char text[25], code[9];
    otp_enrolled(o);
    add(o, "phone", "imap", 0, text);
    otp_rule(o, SECMAIL_OTP_RULE_LOCK_AFTER, 1);
    otp_verify(o, otp_wrong_code(o, code));
    assert_int_equal(otp_info(o).locked, 1);
    assert_verdict(use(o, "imap", text), SECMAIL_OTP_ACCEPTED);
}

static void entries_tell_what_the_user_wants_to_know(void **state)
{
    struct otp_fixture *o = *state;
    char text[25], label[256];
    otp_enrolled(o);
    const int64_t made = o->f.now;
    add(o, "Älice's phone", "imap smtp", made + 5000, text);
    struct secmail_otp_app_password e = entry(o, 0, label);
    assert_string_equal(label, "Älice's phone/imap smtp");
    assert_int_equal(e.created_at, made);
    assert_int_equal(e.expires_at, made + 5000);
    assert_int_equal(e.used_at, 0);
    o->f.now += 100;
    use(o, "imap", text);
    assert_int_equal(entry(o, 0, label).used_at, made + 100);
    struct secmail_otp_account *account = otp_open(o);
    e.size = sizeof e;
    assert_code(o->f.context, secmail_otp_account_app_password(account, 1, &e),
                SECMAIL_E_OTP_NO_SUCH_ENTRY);
    secmail_otp_account_free(account);
}

static void last_use_is_stored_now_and_then(void **state)
{
    struct otp_fixture *o = *state;
    char text[25], label[256];
    otp_enrolled(o);
    add(o, "phone", "imap", 0, text);
    use(o, "imap", text);
    const int64_t first = o->f.now;
    const struct otp_store before = o->store;
    o->f.now += 3599;
    assert_verdict(use(o, "imap", text), SECMAIL_OTP_ACCEPTED);
    assert_memory_equal(&before, &o->store, sizeof before); /* most sign-ins store nothing */
    o->f.now += 1;
    use(o, "imap", text);
    assert_int_equal(entry(o, 0, label).used_at, first + 3600);
    o->f.now = first; /* also when the clock was set back */
    use(o, "imap", text);
    assert_int_equal(entry(o, 0, label).used_at, first);
    otp_rule(o, SECMAIL_OTP_RULE_LAST_USED_AFTER, 0);
    o->f.now = 0;
    use(o, "imap", text);
    assert_int_equal(entry(o, 0, label).used_at, 1);
}

static void passwords_expire(void **state)
{
    struct otp_fixture *o = *state;
    char text[25];
    otp_enrolled(o);
    add(o, "phone", "imap", o->f.now + 100, text);
    o->f.now += 99;
    assert_verdict(use(o, "imap", text), SECMAIL_OTP_ACCEPTED);
    o->f.now += 1;
    assert_verdict(use(o, "imap", text), SECMAIL_OTP_EXPIRED);
    assert_verdict(use(o, "smtp", text), SECMAIL_OTP_EXPIRED);
}

static void revoke(struct otp_fixture *o, uint32_t id)
{
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_ok(o->f.context, secmail_otp_app_password_revoke(account, id, &result));
    assert_int_equal(otp_finish(o, account, result).app_password, id);
}

static void a_revoked_password_is_wrong(void **state)
{
    struct otp_fixture *o = *state;
    char text[3][25], label[256];
    otp_enrolled(o);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(add(o, i == 1 ? "b" : "x", "imap", 0, text[i]), i + 1);
    revoke(o, 2);
    assert_int_equal(otp_info(o).app_passwords, 2);
    assert_verdict(use(o, "imap", text[0]), SECMAIL_OTP_ACCEPTED);
    assert_verdict(use(o, "imap", text[1]), SECMAIL_OTP_WRONG);
    assert_verdict(use(o, "imap", text[2]), SECMAIL_OTP_ACCEPTED);
    assert_int_equal(entry(o, 1, label).id, 3);
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_code(o->f.context, secmail_otp_app_password_revoke(account, 2, &result),
                SECMAIL_E_OTP_NO_SUCH_ENTRY);
    assert_null(result);
    secmail_otp_account_free(account);
    revoke(o, 3);
    assert_int_equal(add(o, "new", "imap", 0, text[0]), 4); /* no number twice */
}

static void their_number_is_a_rule(void **state)
{
    struct otp_fixture *o = *state;
    char text[32][25];
    otp_enrolled(o);
    otp_rule(o, SECMAIL_OTP_RULE_APP_PASSWORDS, 32);
    char label[256];
    memset(label, 'l', 255);
    label[255] = '\0';
    for (size_t i = 0; i < 32; i++)
        add(o, label, label, 0, text[i]);
    assert_verdict(use(o, label, text[31]), SECMAIL_OTP_ACCEPTED);
    assert_verdict(use(o, label, text[0]), SECMAIL_OTP_ACCEPTED);
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_code(o->f.context, secmail_otp_app_password_add(account, "x", "y", 0, &result),
                SECMAIL_E_OTP_TOO_MANY);
    assert_null(result);
    secmail_otp_account_free(account);
}

static void labels_and_scopes_obey_their_rules(void **state)
{
    struct otp_fixture *o = *state;
    char long_text[257];
    memset(long_text, 'x', 256);
    long_text[256] = '\0';
    otp_enrolled(o);
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    const char *labels[] = {"", "a\nb", "\xff", long_text};
    const char *scopes[] = {"", " ", "IMAP", " imap", "imap ", "imap  smtp", "a,b", "ä", long_text};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        assert_code(o->f.context,
                    secmail_otp_app_password_add(account, labels[i], "imap", 0, &result),
                    SECMAIL_E_OTP_TEXT);
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        assert_code(o->f.context,
                    secmail_otp_app_password_add(account, "phone", scopes[i], 0, &result),
                    SECMAIL_E_OTP_TEXT);
        assert_code(o->f.context, secmail_otp_app_password_verify(account, scopes[i], "x", &result),
                    SECMAIL_E_OTP_TEXT);
    }
    assert_code(o->f.context, secmail_otp_app_password_verify(account, "imap smtp", "x", &result),
                SECMAIL_E_OTP_TEXT);
    secmail_otp_account_free(account);
}

static void passwords_need_a_second_factor(void **state)
{
    struct otp_fixture *o = *state;
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_code(o->f.context, secmail_otp_app_password_add(account, "x", "imap", 0, &result),
                SECMAIL_E_OTP_NOT_ENROLLED);
    assert_null(result);
    secmail_otp_account_free(account);
}

static int broken_random(void *user, uint8_t *out, size_t size)
{
    (void)user;
    memset(out, 0, size);
    return -1;
}

static void no_password_without_randomness(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_ok(o->f.context, secmail_context_set_random(o->f.context, broken_random, NULL));
    assert_code(o->f.context, secmail_otp_app_password_add(account, "x", "imap", 0, &result),
                SECMAIL_E_RANDOM);
    secmail_otp_account_free(account);
}

static void null_arguments_are_refused(void **state)
{
    struct otp_fixture *o = *state;
    struct secmail_context *c = o->f.context;
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result = (struct secmail_otp_result *)account;
    struct secmail_otp_app_password e = {.size = sizeof e};
    assert_int_equal(secmail_otp_app_password_add(NULL, "x", "imap", 0, &result),
                     SECMAIL_E_ARGUMENT);
    assert_null(result);
    assert_code(c, secmail_otp_app_password_add(account, NULL, "imap", 0, &result),
                SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_app_password_add(account, "x", NULL, 0, &result),
                SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_app_password_verify(NULL, "imap", "x", &result),
                     SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_app_password_verify(account, NULL, "x", &result),
                SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_app_password_verify(account, "imap", NULL, &result),
                SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_app_password_revoke(NULL, 1, &result), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_account_app_password(NULL, 0, &e), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_otp_account_app_password(account, 0, NULL), SECMAIL_E_ARGUMENT);
    secmail_otp_account_free(account);
    char text[25];
    otp_enrolled(o);
    add(o, "x", "imap", 0, text);
    account = otp_open(o);
    e.size = sizeof e - 1;
    assert_code(c, secmail_otp_account_app_password(account, 0, &e), SECMAIL_E_ARGUMENT);
    secmail_otp_account_free(account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        otp_test(a_password_is_good_for_its_scope),
        otp_test(passwords_are_read_in_any_form),
        otp_test(wrong_passwords_lock_nobody_out),
        otp_test(a_password_works_while_codes_are_locked),
        otp_test(entries_tell_what_the_user_wants_to_know),
        otp_test(last_use_is_stored_now_and_then),
        otp_test(passwords_expire),
        otp_test(a_revoked_password_is_wrong),
        otp_test(their_number_is_a_rule),
        otp_test(labels_and_scopes_obey_their_rules),
        otp_test(passwords_need_a_second_factor),
        otp_test(no_password_without_randomness),
        otp_test(null_arguments_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
