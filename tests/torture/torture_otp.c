/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two-factor sign-in with failing allocations. Each operation runs against a state that was made
 * beforehand; a failed one must leave no result and no half of one.
 */
#include "otp_fixture.h"
#include "torture.h"

#define URI                                                                                        \
    "otpauth://hotp/B%C3%BCro:alice?secret=GEZDGNBVGY3TQOJQ&issuer=B%C3%BCro&counter=7"            \
    "&image=https%3A%2F%2Fexample.org&lock=true"
#define MIGRATION                                                                                  \
    "otpauth-migration://offline?data="                                                            \
    "CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbRoHRXhhbXBsZTAC"

/* Made once, with memory that doesn't fail. */
static struct otp_fixture prepared;
static char right_code[9], next_code[9], wrong_code[9], recovery_code[20], app_password[25];

static int prepare(void **state)
{
    (void)state;
    struct secmail_otp_result *result;
    const char *text;
    otp_init(&prepared, NULL);
    otp_rule(&prepared, SECMAIL_OTP_RULE_RECOVERY_CODES, 2);
    otp_enrolled(&prepared);
    otp_enrol(&prepared, prepared.key);

    struct secmail_otp_account *account = otp_open(&prepared);
    assert_int_equal(secmail_otp_recovery_generate(account, &result), 0);
    otp_put(&prepared, result);
    assert_int_equal(secmail_otp_result_secret(result, 1, &text), 0);
    memcpy(recovery_code, text, sizeof recovery_code);
    otp_finish(&prepared, account, result);

    account = otp_open(&prepared);
    assert_int_equal(secmail_otp_app_password_add(account, "phone", "imap", 0, &result), 0);
    otp_put(&prepared, result);
    assert_int_equal(secmail_otp_result_secret(result, 0, &text), 0);
    memcpy(app_password, text, sizeof app_password);
    otp_finish(&prepared, account, result);

    otp_code_at(&prepared, 0, right_code);
    otp_code_at(&prepared, 1, next_code);
    otp_wrong_code(&prepared, wrong_code);
    return 0;
}

static int clean_up(void **state)
{
    (void)state;
    otp_done(&prepared);
    return 0;
}

/* ---- Keys and URIs ---- */

static int make_key(struct secmail_context *context, void *user)
{
    (void)user;
    struct secmail_otp_key *key = (struct secmail_otp_key *)(uintptr_t)1;
    struct secmail_bytes *text = NULL;
    char code[9];
    int rc = secmail_otp_key_new(context, &key);
    if (rc) {
        assert_null(key);
        return rc;
    }
    rc = secmail_otp_key_generate_secret(key);
    if (!rc)
        rc = secmail_otp_key_set_issuer(key, "Example");
    if (!rc)
        rc = secmail_otp_key_set_secret(key, (const uint8_t *)"12345678", 8);
    if (!rc)
        rc = secmail_otp_key_add_parameter(key, "image", "x");
    if (!rc)
        rc = secmail_otp_key_code(key, 1, code, sizeof code);
    if (!rc)
        rc = secmail_otp_key_secret_base32(key, &text);
    if (rc)
        assert_null(text);
    secmail_bytes_free(text);
    secmail_otp_key_free(key);
    return rc;
}

static int read_and_write_uri(struct secmail_context *context, void *user)
{
    struct secmail_otp_key *key = (struct secmail_otp_key *)(uintptr_t)1;
    struct secmail_bytes *text = (struct secmail_bytes *)(uintptr_t)1;
    int rc = secmail_otp_key_from_uri(context, &key, user);
    if (rc) {
        assert_null(key);
        return rc;
    }
    rc = secmail_otp_key_to_uri(key, &text);
    if (rc)
        assert_null(text);
    else
        assert_non_null(strstr((const char *)secmail_bytes_data(text), "lock=true"));
    secmail_bytes_free(text);
    secmail_otp_key_free(key);
    return rc;
}

static int migrate(struct secmail_context *context, void *user)
{
    struct secmail_otp_migration *m = (struct secmail_otp_migration *)(uintptr_t)1;
    struct secmail_bytes *text = (struct secmail_bytes *)(uintptr_t)1;
    int rc = secmail_otp_migration_new(context, &m);
    if (rc) {
        assert_null(m);
        return rc;
    }
    rc = secmail_otp_migration_read(m, user);
    assert_int_equal(secmail_otp_migration_key_count(m), rc ? 0 : 1);
    if (!rc)
        rc = secmail_otp_migration_add(m, secmail_otp_migration_key(m, 0));
    if (!rc)
        rc = secmail_otp_migration_uri(m, 0, &text);
    if (!rc)
        secmail_bytes_free(text);
    secmail_otp_migration_free(m);
    return rc;
}

/* ---- Operations on an account ---- */

typedef int (*account_op)(struct secmail_otp_account *account, struct secmail_otp_result **result);

static int enrol(struct secmail_otp_account *account, struct secmail_otp_result **result)
{
    return secmail_otp_enrol(account, prepared.key, result);
}

static int confirm(struct secmail_otp_account *account, struct secmail_otp_result **result)
{
    return secmail_otp_confirm(account, right_code, result);
}

static int accept(struct secmail_otp_account *account, struct secmail_otp_result **result)
{
    return secmail_otp_verify(account, right_code, result);
}

static int refuse(struct secmail_otp_account *account, struct secmail_otp_result **result)
{
    return secmail_otp_verify(account, wrong_code, result);
}

static int resync(struct secmail_otp_account *account, struct secmail_otp_result **result)
{
    return secmail_otp_resync(account, right_code, next_code, result);
}

static int rename_account(struct secmail_otp_account *account, struct secmail_otp_result **result)
{
    return secmail_otp_rename(account, "bob", result);
}

static int recover(struct secmail_otp_account *account, struct secmail_otp_result **result)
{
    return secmail_otp_recovery_verify(account, recovery_code, result);
}

static int add_app(struct secmail_otp_account *account, struct secmail_otp_result **result)
{
    return secmail_otp_app_password_add(account, "tablet", "imap", 0, result);
}

static int use_app(struct secmail_otp_account *account, struct secmail_otp_result **result)
{
    return secmail_otp_app_password_verify(account, "imap", app_password, result);
}

static int revoke_app(struct secmail_otp_account *account, struct secmail_otp_result **result)
{
    return secmail_otp_app_password_revoke(account, 1, result);
}

/* Opens the state with a verifier of the context at hand, and runs one operation. */
static int operate(struct secmail_context *context, void *user)
{
    struct secmail_otp_verifier *verifier = (struct secmail_otp_verifier *)(uintptr_t)1;
    struct secmail_otp_account *account = NULL;
    struct secmail_otp_result *result = NULL;
    const uint8_t key[SECMAIL_OTP_SEALING_KEY_SIZE] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                                       1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                                       1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    account_op op;
    memcpy(&op, user, sizeof op);
    int rc = secmail_otp_verifier_new(context, &verifier);
    if (rc) {
        assert_null(verifier);
        return rc;
    }
    assert_int_equal(secmail_otp_verifier_set_policy(verifier, prepared.policy), 0);
    rc = secmail_otp_verifier_add_key(verifier, 1, key, sizeof key);
    if (!rc)
        rc = secmail_otp_account_open(verifier, &account, OTP_NAME, prepared.store.data,
                                      prepared.store.size);
    if (!rc) {
        result = (struct secmail_otp_result *)(uintptr_t)1;
        rc = op(account, &result);
    }
    if (rc)
        assert_null(result);
    else
        assert_non_null(secmail_otp_result_state(result));
    secmail_otp_result_free(result);
    secmail_otp_account_free(account);
    secmail_otp_verifier_free(verifier);
    return rc;
}

static int copy_key(struct secmail_otp_account *account, struct secmail_otp_result **result)
{
    struct secmail_otp_key *key = (struct secmail_otp_key *)(uintptr_t)1;
    const int rc = secmail_otp_account_key(account, SECMAIL_OTP_ENROLLED, &key);
    *result = NULL;
    if (rc)
        assert_null(key);
    secmail_otp_key_free(key);
    return rc ? rc : secmail_otp_reset(account, result);
}

static void keys(void **state)
{
    (void)state;
    torture_run(make_key, NULL, 40);
}

static void uris(void **state)
{
    (void)state;
    char uri[] = URI;
    torture_run(read_and_write_uri, uri, 60);
}

static void migrations(void **state)
{
    (void)state;
    char uri[] = MIGRATION;
    torture_run(migrate, uri, 60);
}

static void operations(void **state)
{
    (void)state;
    static const account_op ops[] = {enrol,
                                     confirm,
                                     accept,
                                     refuse,
                                     resync,
                                     rename_account,
                                     recover,
                                     add_app,
                                     use_app,
                                     revoke_app,
                                     copy_key,
                                     secmail_otp_reset,
                                     secmail_otp_disable,
                                     secmail_otp_recovery_generate};
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        account_op op = ops[i];
        torture_run(operate, &op, 40);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys),
        cmocka_unit_test(uris),
        cmocka_unit_test(migrations),
        cmocka_unit_test(operations),
    };
    return cmocka_run_group_tests(tests, prepare, clean_up);
}
