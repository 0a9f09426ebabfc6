/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recovery codes, and the form that they share with app passwords. */
#include "otp/token.h"
#include "otp_fixture.h"

#define assert_verdict(outcome, want)                                                              \
    assert_string_equal(secmail_otp_verdict_name((outcome).verdict), secmail_otp_verdict_name(want))

enum { MAX = 20 };

struct codes {
    char text[MAX][20];
    size_t count;
};

static struct codes generate(struct otp_fixture *o)
{
    struct codes codes = {.count = 0};
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    const char *text;
    assert_ok(o->f.context, secmail_otp_recovery_generate(account, &result));
    assert_code(o->f.context, secmail_otp_result_secret(result, 0, &text),
                SECMAIL_E_OTP_NOT_STORED);
    otp_put(o, result);
    for (;; codes.count++) {
        assert_ok(o->f.context, secmail_otp_result_secret(result, codes.count, &text));
        if (!text)
            break;
        assert_int_equal(strlen(text), 19);
        memcpy(codes.text[codes.count], text, 20);
    }
    otp_finish(o, account, result);
    return codes;
}

static struct secmail_otp_outcome use(struct otp_fixture *o, const char *code)
{
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_ok(o->f.context, secmail_otp_recovery_verify(account, code, &result));
    return otp_finish(o, account, result);
}

/* A well-formed code that isn't in the set. */
static void make_wrong(struct otp_fixture *o, char text[20])
{
    struct smi_otp_token token;
    assert_ok(o->f.context, smi_otp_token_make(o->f.context, &token, 16));
    smi_otp_token_write(&token, false, text);
}

/* ---- Form ---- */

static void codes_are_readable(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    const struct codes codes = generate(o);
    assert_int_equal(codes.count, 10);
    for (size_t i = 0; i < codes.count; i++) {
        for (size_t at = 0; at < 19; at++) {
            if (at % 5 == 4)
                assert_int_equal(codes.text[i][at], '-');
            else
                assert_non_null(strchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", codes.text[i][at]));
        }
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(codes.text[i], codes.text[j]);
    }
}

static void all_characters_come_up(void **state)
{
    struct otp_fixture *o = *state;
    unsigned seen[256] = {0};
    for (int n = 0; n < 200; n++) {
        struct smi_otp_token token;
        assert_ok(o->f.context, smi_otp_token_make(o->f.context, &token, 16));
        for (size_t i = 0; i < token.size; i++)
            seen[(uint8_t)token.text[i]]++;
    }
    unsigned different = 0;
    for (int c = 0; c < 256; c++) {
        different += seen[c] > 0;
        assert_true(seen[c] < 200); /* 100 are expected */
    }
    assert_int_equal(different, 32);
}

static void typed_forms_are_read(void **state)
{
    struct otp_fixture *o = *state;
    struct smi_otp_token token, typed;
    char text[30], other[40];
    for (int n = 0; n < 100; n++) {
        assert_ok(o->f.context, smi_otp_token_make(o->f.context, &token, 20));
        smi_otp_token_write(&token, n % 2, text);
        size_t size = 0;
        for (const char *p = text; *p; p++) { /* worst handwriting */
            const char c = *p;
            other[size++] = c == '0' ? "oO0"[n % 3] : c == '1' ? "iIlL"[n % 4] : c == '-' ? ' ' : c;
        }
        other[size] = '\0';
        assert_true(smi_otp_token_read(&typed, 20, other));
        assert_memory_equal(typed.text, token.text, 20);
    }
}

static void typing_errors_are_noticed(void **state)
{
    struct otp_fixture *o = *state;
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    struct smi_otp_token token, typed;
    char text[20], wrong[20];
    for (int n = 0; n < 20; n++) {
        make_wrong(o, text);
        assert_true(smi_otp_token_read(&token, 16, text));
        for (size_t at = 0; at < 19; at++) {
            memcpy(wrong, text, sizeof wrong);
            if (text[at] == '-')
                continue;
            for (size_t c = 0; c < 32; c++) { /* every single wrong character */
                wrong[at] = alphabet[c];
                assert_int_equal(smi_otp_token_read(&typed, 16, wrong), text[at] == alphabet[c]);
            }
            const size_t next = at + (text[at + 1] == '-' ? 2 : 1);
            if (next >= 19 || text[at] == text[next])
                continue;
            memcpy(wrong, text, sizeof wrong); /* every pair that changed places */
            wrong[at] = text[next];
            wrong[next] = text[at];
            assert_false(smi_otp_token_read(&typed, 16, wrong));
        }
        text[18] = '\0';
        assert_false(smi_otp_token_read(&typed, 16, text));
    }
    assert_false(smi_otp_token_read(&typed, 16, ""));
    assert_false(smi_otp_token_read(&typed, 16, "UUUU-UUUU-UUUU-UUUU"));
    assert_false(smi_otp_token_read(&typed, 16, "0000-0000-0000-0000-0"));
    assert_false(smi_otp_token_read(&typed, 16, "0000_0000_0000_0000"));
}

/* ---- Use ---- */

static void a_code_opens_once(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    const struct codes codes = generate(o);
    for (size_t i = 0; i < codes.count; i++) {
        const struct secmail_otp_outcome first = use(o, codes.text[i]);
        assert_verdict(first, SECMAIL_OTP_ACCEPTED);
        assert_int_equal(first.recovery_left, 9 - i);
        assert_int_equal(otp_info(o).recovery_left, 9 - i);
        assert_int_equal(otp_info(o).recovery_total, 10);
        assert_verdict(use(o, codes.text[i]), SECMAIL_OTP_REPLAYED);
    }
    assert_verdict(use(o, codes.text[0]), SECMAIL_OTP_REPLAYED);
}

static void the_time_of_the_clock_does_not_matter(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    const struct codes codes = generate(o);
    o->f.now = 0; /* a used code must be marked even then */
    assert_verdict(use(o, codes.text[3]), SECMAIL_OTP_ACCEPTED);
    assert_verdict(use(o, codes.text[3]), SECMAIL_OTP_REPLAYED);
}

static void a_new_set_voids_the_old_one(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    const struct codes old = generate(o);
    assert_verdict(use(o, old.text[0]), SECMAIL_OTP_ACCEPTED);
    o->f.now += 100;
    const struct codes new = generate(o);
    assert_int_equal(otp_info(o).recovery_left, 10);
    assert_int_equal(otp_info(o).recovery_made_at, o->f.now);
    assert_verdict(use(o, old.text[0]), SECMAIL_OTP_WRONG);
    assert_verdict(use(o, old.text[1]), SECMAIL_OTP_WRONG);
    assert_verdict(use(o, new.text[1]), SECMAIL_OTP_ACCEPTED);
}

static void the_size_of_a_set_is_a_rule(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    otp_rule(o, SECMAIL_OTP_RULE_RECOVERY_CODES, 20);
    struct codes codes = generate(o);
    assert_int_equal(codes.count, 20);
    assert_verdict(use(o, codes.text[19]), SECMAIL_OTP_ACCEPTED);
    otp_rule(o, SECMAIL_OTP_RULE_RECOVERY_CODES, 1);
    codes = generate(o);
    assert_int_equal(codes.count, 1);
    assert_int_equal(use(o, codes.text[0]).recovery_left, 0);
}

/* The cost is stored with the set: a change of the policy leaves the old codes usable. */
static void sets_remember_their_cost(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    const struct codes codes = generate(o);
    otp_rule(o, SECMAIL_OTP_RULE_ARGON2_MEMORY_KIB, 16384);
    otp_rule(o, SECMAIL_OTP_RULE_ARGON2_PASSES, 2);
    assert_verdict(use(o, codes.text[5]), SECMAIL_OTP_ACCEPTED);
    const struct codes dear = generate(o);
    assert_verdict(use(o, dear.text[5]), SECMAIL_OTP_ACCEPTED);
}

static void codes_need_a_second_factor(void **state)
{
    struct otp_fixture *o = *state;
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_code(o->f.context, secmail_otp_recovery_generate(account, &result),
                SECMAIL_E_OTP_NOT_ENROLLED);
    assert_null(result);
    secmail_otp_account_free(account);
    otp_enrolled(o);
    assert_verdict(use(o, "0000-0000-0000-0000"), SECMAIL_OTP_NOT_ENROLLED);
}

static void what_is_no_code_is_not_counted(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    struct codes codes = generate(o);
    const struct otp_store before = o->store;
    codes.text[0][0] = codes.text[0][0] == 'A' ? 'B' : 'A';
    const char *texts[] = {"", "123456", "0000-0000-0000-000", codes.text[0]};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_verdict(use(o, texts[i]), SECMAIL_OTP_MALFORMED);
    assert_memory_equal(&before, &o->store, sizeof before);
}

/* ---- Throttle ---- */

static void guesses_are_throttled_and_locked(void **state)
{
    struct otp_fixture *o = *state;
    char wrong[20];
    otp_enrolled(o);
    const struct codes codes = generate(o);
    for (int i = 0; i < 3; i++) {
        make_wrong(o, wrong);
        assert_verdict(use(o, wrong), SECMAIL_OTP_WRONG);
    }
    const struct secmail_otp_outcome early = use(o, codes.text[0]);
    assert_verdict(early, SECMAIL_OTP_THROTTLED);
    assert_int_equal(early.until, o->f.now + 5);
    while (otp_info(o).recovery_locked == 0) {
        o->f.now += 900;
        make_wrong(o, wrong);
        assert_verdict(use(o, wrong), SECMAIL_OTP_WRONG);
    }
    assert_verdict(use(o, codes.text[0]), SECMAIL_OTP_LOCKED);
    assert_int_equal(otp_info(o).strikes, 0); /* counted apart */
    char code[9];
    assert_verdict(otp_verify(o, otp_code_at(o, 0, code)), SECMAIL_OTP_ACCEPTED);
    o->f.now = otp_info(o).recovery_blocked_until;
    assert_verdict(use(o, codes.text[0]), SECMAIL_OTP_ACCEPTED);
}

static void a_recovery_code_opens_an_account_whose_codes_are_locked(void **state)
{
    struct otp_fixture *o = *state;
    char code[9];
    otp_enrolled(o);
    const struct codes codes = generate(o);
    otp_rule(o, SECMAIL_OTP_RULE_LOCK_AFTER, 1);
    otp_verify(o, otp_wrong_code(o, code));
    assert_verdict(otp_verify(o, otp_code_at(o, 0, code)), SECMAIL_OTP_LOCKED);
    assert_verdict(use(o, codes.text[0]), SECMAIL_OTP_ACCEPTED);
    /* It ends the delay, but gives an attacker no new guesses. */
    const struct secmail_otp_info info = otp_info(o);
    assert_int_equal(info.failures, 0);
    assert_int_equal(info.strikes, 1);
    assert_verdict(otp_verify(o, otp_code_at(o, 0, code)), SECMAIL_OTP_LOCKED);
}

static void a_reset_lifts_the_lock_of_recovery_codes_too(void **state)
{
    struct otp_fixture *o = *state;
    char wrong[20];
    otp_enrolled(o);
    const struct codes codes = generate(o);
    otp_rule(o, SECMAIL_OTP_RULE_LOCK_AFTER, 1);
    make_wrong(o, wrong);
    use(o, wrong);
    assert_verdict(use(o, codes.text[0]), SECMAIL_OTP_LOCKED);
    otp_simple(o, secmail_otp_reset);
    assert_verdict(use(o, codes.text[0]), SECMAIL_OTP_ACCEPTED);
}

/* ---- Failures ---- */

static void the_context_limits_the_cost(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    const struct codes codes = generate(o);
    struct secmail_limits *limits;
    struct secmail_otp_result *result;
    assert_int_equal(secmail_limits_new(&limits), 0);
    assert_int_equal(secmail_limits_set(limits, SECMAIL_LIMIT_ARGON2_MEMORY_KIB, 8191), 0);
    assert_ok(o->f.context, secmail_context_set_limits(o->f.context, limits));
    struct secmail_otp_account *account = otp_open(o);
    assert_code(o->f.context, secmail_otp_recovery_generate(account, &result),
                SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB);
    assert_code(o->f.context, secmail_otp_recovery_verify(account, codes.text[0], &result),
                SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB);
    assert_null(result);
    assert_int_equal(secmail_limits_set(limits, SECMAIL_LIMIT_ARGON2_MEMORY_KIB, 8192), 0);
    assert_int_equal(secmail_limits_set(limits, SECMAIL_LIMIT_ARGON2_WORK, 8191), 0);
    assert_ok(o->f.context, secmail_context_set_limits(o->f.context, limits));
    assert_code(o->f.context, secmail_otp_recovery_verify(account, codes.text[0], &result),
                SECMAIL_E_LIMIT_ARGON2_WORK);
    secmail_limits_free(limits);
    secmail_otp_account_free(account);
}

static int broken_random(void *user, uint8_t *out, size_t size)
{
    (void)user;
    memset(out, 0, size);
    return -1;
}

static void no_codes_without_randomness(void **state)
{
    struct otp_fixture *o = *state;
    otp_enrolled(o);
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result;
    assert_ok(o->f.context, secmail_context_set_random(o->f.context, broken_random, NULL));
    assert_code(o->f.context, secmail_otp_recovery_generate(account, &result), SECMAIL_E_RANDOM);
    assert_null(result);
    secmail_otp_account_free(account);
}

static void null_arguments_are_refused(void **state)
{
    struct otp_fixture *o = *state;
    struct secmail_otp_account *account = otp_open(o);
    struct secmail_otp_result *result = (struct secmail_otp_result *)account;
    assert_int_equal(secmail_otp_recovery_generate(NULL, &result), SECMAIL_E_ARGUMENT);
    assert_null(result);
    assert_int_equal(secmail_otp_recovery_generate(account, NULL), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_recovery_verify(NULL, "x", &result), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_otp_recovery_verify(account, "x", NULL), SECMAIL_E_ARGUMENT);
    assert_code(o->f.context, secmail_otp_recovery_verify(account, NULL, &result),
                SECMAIL_E_ARGUMENT);
    secmail_otp_account_free(account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        otp_test(codes_are_readable),
        otp_test(all_characters_come_up),
        otp_test(typed_forms_are_read),
        otp_test(typing_errors_are_noticed),
        otp_test(a_code_opens_once),
        otp_test(the_time_of_the_clock_does_not_matter),
        otp_test(a_new_set_voids_the_old_one),
        otp_test(the_size_of_a_set_is_a_rule),
        otp_test(sets_remember_their_cost),
        otp_test(codes_need_a_second_factor),
        otp_test(what_is_no_code_is_not_counted),
        otp_test(guesses_are_throttled_and_locked),
        otp_test(a_recovery_code_opens_an_account_whose_codes_are_locked),
        otp_test(a_reset_lifts_the_lock_of_recovery_codes_too),
        otp_test(the_context_limits_the_cost),
        otp_test(no_codes_without_randomness),
        otp_test(null_arguments_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
