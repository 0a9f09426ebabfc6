/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stored states. The input is taken as a stored state, which must not open, and as the body of one
 * under a good seal: what is read of it is written as the same bytes, and every operation copes
 * with it, however absurd its numbers are.
 */
#include "fuzz.h"

#include "crypto/seal.h"
#include "otp/state.h"

#define NAME "alice"

static const uint8_t key[SECMAIL_OTP_SEALING_KEY_SIZE] = {7};

static int64_t clock_of(void *user)
{
    return *(int64_t *)user;
}

static void check_parser(const uint8_t *data, size_t size)
{
    struct smi_otp_state state;
    if (!smi_otp_state_read(&state, data, size))
        return;
    uint8_t *again = fuzz_alloc(size);
    FUZZ_CHECK(smi_otp_state_write(&state, NULL) == size);
    FUZZ_CHECK(smi_otp_state_write(&state, again) == size);
    FUZZ_CHECK(memcmp(again, data, size) == 0);
    free(again);
}

static struct secmail_otp_account *open_state(struct secmail_otp_verifier *verifier,
                                              const uint8_t *data, size_t size)
{
    struct secmail_otp_account *account;
    const int rc = secmail_otp_account_open(verifier, &account, NAME, data, size);
    FUZZ_CHECK(!rc == (account != NULL));
    FUZZ_CHECK(rc == 0 || rc == SECMAIL_E_OTP_STATE || rc == SECMAIL_E_OTP_STATE_VERSION ||
               rc == SECMAIL_E_OTP_STATE_KEY || rc == SECMAIL_E_OTP_STATE_SEAL);
    return account;
}

/* Seals the body as the library does. */
static struct secmail_otp_account *open_body(struct secmail_otp_verifier *verifier,
                                             const uint8_t *data, size_t size)
{
    static const uint8_t head[SMI_OTP_HEAD_SIZE] = {'S', 'M', 'O', 1, 0, 0, 0, 1};
    uint8_t binding[SMI_OTP_HEAD_SIZE + sizeof NAME - 1];
    const size_t before = SMI_OTP_HEAD_SIZE + SMI_SEAL_NONCE_SIZE;
    uint8_t *sealed = fuzz_alloc(before + size + SMI_SEAL_TAG_SIZE);
    memset(sealed, 0, before);
    memcpy(sealed, head, sizeof head);
    memcpy(binding, head, sizeof head);
    memcpy(binding + sizeof head, NAME, sizeof NAME - 1);
    smi_seal(sealed + before, key, sealed + SMI_OTP_HEAD_SIZE, binding, sizeof binding, data, size);
    struct secmail_otp_account *account = open_state(verifier, sealed,
                                                     before + size + SMI_SEAL_TAG_SIZE);
    free(sealed);
    return account;
}

/* A result's state opens again, and its generation is the next one. */
static void check_result(struct secmail_otp_verifier *verifier, int rc,
                         struct secmail_otp_result *result)
{
    struct secmail_otp_outcome outcome = {.size = sizeof outcome};
    FUZZ_CHECK(!rc == (result != NULL));
    if (!result)
        return;
    const struct secmail_bytes *state = secmail_otp_result_state(result);
    if (state) {
        FUZZ_CHECK(secmail_otp_result_outcome(result, &outcome) == SECMAIL_E_OTP_NOT_STORED);
        struct secmail_otp_account *account = open_state(verifier, secmail_bytes_data(state),
                                                         secmail_bytes_size(state));
        FUZZ_CHECK(account != NULL);
        secmail_otp_account_free(account);
        secmail_otp_result_stored(result);
    }
    FUZZ_CHECK(secmail_otp_result_outcome(result, &outcome) == 0);
    FUZZ_CHECK(secmail_otp_verdict_name(outcome.verdict) != NULL);
    secmail_otp_result_free(result);
}

static void operate(struct secmail_otp_verifier *verifier, struct secmail_otp_account *account)
{
    struct secmail_otp_result *r;
    struct secmail_otp_info info = {.size = sizeof info};
    struct secmail_otp_key *copy;
    FUZZ_CHECK(secmail_otp_account_info(account, &info) == 0);
#define CHECK(call)                                                                                \
    do {                                                                                           \
        const int rc = call;                                                                       \
        check_result(verifier, rc, r);                                                             \
    } while (0)
    CHECK(secmail_otp_confirm(account, "123456", &r));
    CHECK(secmail_otp_verify(account, "123456", &r));
    CHECK(secmail_otp_verify(account, "12345678", &r));
    CHECK(secmail_otp_resync(account, "123456", "654321", &r));
    CHECK(secmail_otp_recovery_verify(account, "0000-0000-0000-0000", &r));
    CHECK(secmail_otp_app_password_verify(account, "imap", "00000000000000000000", &r));
    CHECK(secmail_otp_app_password_add(account, "phone", "imap", 0, &r));
    CHECK(secmail_otp_app_password_revoke(account, 1, &r));
    CHECK(secmail_otp_reset(account, &r));
    CHECK(secmail_otp_disable(account, &r));
#undef CHECK
    for (uint32_t which = SECMAIL_OTP_ENROLLED; which <= SECMAIL_OTP_ENROLLING; which++) {
        secmail_otp_account_key(account, which, &copy);
        secmail_otp_key_free(copy);
    }
}

/* Argon2 with the cost that the state names is not what is fuzzed. */
static struct secmail_context *make_context(int64_t *now)
{
    struct secmail_context *context;
    struct secmail_limits *limits;
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    FUZZ_CHECK(secmail_limits_new(&limits) == 0);
    secmail_limits_set(limits, SECMAIL_LIMIT_ARGON2_MEMORY_KIB, 64);
    secmail_limits_set(limits, SECMAIL_LIMIT_ARGON2_WORK, 64);
    secmail_context_set_limits(context, limits);
    secmail_limits_free(limits);
    secmail_context_set_clock(context, clock_of, now);
    return context;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t times[] = {0, 59, 1767225600, INT64_MAX, INT64_MIN};
    uint64_t seed = fuzz_hash(data, size);
    int64_t now = times[fuzz_draw(&seed, sizeof times / sizeof times[0])];
    struct secmail_context *context = make_context(&now);
    struct secmail_otp_verifier *verifier;
    FUZZ_CHECK(secmail_otp_verifier_new(context, &verifier) == 0);
    FUZZ_CHECK(secmail_otp_verifier_add_key(verifier, 1, key, sizeof key) == 0);
    check_parser(data, size);
    if (size)
        FUZZ_CHECK(open_state(verifier, data, size) == NULL);
    struct secmail_otp_account *account = open_body(verifier, data, size);
    if (account)
        operate(verifier, account);
    secmail_otp_account_free(account);
    secmail_otp_verifier_free(verifier);
    secmail_context_free(context);
    return 0;
}
