/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Verification of one-time passwords, ours and liboath's, in one run. The same work for both: a
 * wrong code against the three codes of a window of one step, SHA-1, six digits, at a time that
 * moves on. Then what liboath doesn't do: a whole sign-in from a sealed state to a sealed state.
 * CPU time, the median of several rounds in which the jobs take turns.
 *
 *     bench_otp [--quick]
 */
#include "bench.h"

#include <liboath/oath.h>
#include <secmail/otp.h>

enum { ROUNDS = 15, JOBS = 7 };

#define SECRET "12345678901234567890"
#define NAME "alice@example.org"
#define START INT64_C(1111111109)

struct bench {
    struct secmail_context *context;
    int64_t now;
    struct secmail_otp_key *key;
    struct secmail_otp_verifier *verifier;
    struct secmail_otp_result *enrolled;
    const struct secmail_bytes *state; /* of `enrolled` */
    char used_code[9];
    size_t hits; /* "000000" is right now and then: as often for liboath as for us */
};

static void must(struct bench *b, const char *what, int rc)
{
    if (rc)
        bench_die(what, secmail_context_error_detail(b->context));
}

static int64_t clock_of(void *user)
{
    return ((struct bench *)user)->now;
}

/* ---- Jobs: `count` verifications; each checks that the answer is the expected one ---- */

static void liboath(struct bench *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        b->hits += oath_totp_validate(SECRET, sizeof SECRET - 1, START + (int64_t)i * 90, 30, 0, 1,
                                      "000000") >= 0;
}

static void find(struct bench *b, size_t i)
{
    uint64_t step;
    int32_t position;
    must(b, "step", secmail_otp_key_step(b->key, START + (int64_t)i * 90, &step));
    must(b, "find", secmail_otp_key_find(b->key, "000000", step - 1, 3, &position));
    b->hits += position >= 0;
}

static void find_with_kept_key(struct bench *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        find(b, i);
}

static void find_with_fresh_key(struct bench *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        must(b, "secret",
             secmail_otp_key_set_secret(b->key, (const uint8_t *)SECRET, sizeof SECRET - 1));
        find(b, i);
    }
}

static struct secmail_otp_account *open_state(struct bench *b, const struct secmail_bytes *state)
{
    struct secmail_otp_account *account;
    must(b, "open",
         secmail_otp_account_open(b->verifier, &account, NAME, secmail_bytes_data(state),
                                  secmail_bytes_size(state)));
    return account;
}

static void open_only(struct bench *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        secmail_otp_account_free(open_state(b, b->state));
}

static void sign_in(struct bench *b, size_t count, const char *code, uint32_t want)
{
    for (size_t i = 0; i < count; i++) {
        struct secmail_otp_outcome outcome = {.size = sizeof outcome};
        struct secmail_otp_account *account = open_state(b, b->state);
        struct secmail_otp_result *result;
        must(b, "verify", secmail_otp_verify(account, code, &result));
        must(b, "stored", secmail_otp_result_stored(result));
        must(b, "outcome", secmail_otp_result_outcome(result, &outcome));
        if (outcome.verdict != want)
            bench_die("verify", secmail_otp_verdict_name(outcome.verdict));
        secmail_otp_result_free(result);
        secmail_otp_account_free(account);
    }
}

static void replayed_sign_in(struct bench *b, size_t count)
{
    sign_in(b, count, b->used_code, SECMAIL_OTP_REPLAYED);
}

static void wrong_sign_in(struct bench *b, size_t count)
{
    sign_in(b, count, "000000", SECMAIL_OTP_WRONG);
}

/* What a wrong sign-in pays to the kernel alone. */
static void nonce(struct bench *b, size_t count)
{
    (void)b;
    FILE *f = fopen("/dev/urandom", "rb");
    uint8_t bytes[24];
    if (!f)
        bench_die("/dev/urandom", "can't be opened");
    setvbuf(f, NULL, _IONBF, 0);
    for (size_t i = 0; i < count; i++) {
        if (fread(bytes, 1, sizeof bytes, f) != sizeof bytes)
            bench_die("/dev/urandom", "too short");
    }
    fclose(f);
}

static const struct {
    const char *name;
    void (*run)(struct bench *b, size_t count);
    double goal; /* times liboath's speed; 0 without */
} jobs[JOBS] = {
    {"liboath: oath_totp_validate()", liboath, 0},
    {"find a code, key set up before", find_with_kept_key, 1.5},
    {"find a code, key set up each time", find_with_fresh_key, 1.5},
    {"open a sealed state", open_only, 0},
    {"sign-in, replayed code: open, verify", replayed_sign_in, 0},
    {"sign-in, wrong code: open, verify, seal", wrong_sign_in, 0},
    {"24 random bytes from the kernel", nonce, 0},
};

/* ---- Setting ---- */

/* Enrols and confirms; what is left is the state after that, and the code that it used up. */
static void enrol(struct bench *b)
{
    uint64_t step;
    struct secmail_otp_account *account;
    struct secmail_otp_result *begun;
    must(b, "open", secmail_otp_account_open(b->verifier, &account, NAME, NULL, 0));
    must(b, "enrol", secmail_otp_enrol(account, b->key, &begun));
    secmail_otp_account_free(account);
    account = open_state(b, secmail_otp_result_state(begun));
    must(b, "step", secmail_otp_key_step(b->key, b->now, &step));
    must(b, "code", secmail_otp_key_code(b->key, step, b->used_code, sizeof b->used_code));
    must(b, "confirm", secmail_otp_confirm(account, b->used_code, &b->enrolled));
    secmail_otp_account_free(account);
    secmail_otp_result_free(begun);
    b->state = secmail_otp_result_state(b->enrolled);
}

static void prepare(struct bench *b)
{
    static const uint8_t sealing_key[SECMAIL_OTP_SEALING_KEY_SIZE] = {1};
    b->now = START;
    if (secmail_context_new(&b->context) || oath_init() != OATH_OK)
        bench_die("start", "a library can't be initialised");
    must(b, "clock", secmail_context_set_clock(b->context, clock_of, b));
    must(b, "key", secmail_otp_key_new(b->context, &b->key));
    must(b, "secret",
         secmail_otp_key_set_secret(b->key, (const uint8_t *)SECRET, sizeof SECRET - 1));
    must(b, "account", secmail_otp_key_set_account(b->key, NAME));
    must(b, "verifier", secmail_otp_verifier_new(b->context, &b->verifier));
    must(b, "sealing key",
         secmail_otp_verifier_add_key(b->verifier, 1, sealing_key, sizeof sealing_key));
    enrol(b);
}

static void clean_up(struct bench *b)
{
    secmail_otp_result_free(b->enrolled);
    secmail_otp_verifier_free(b->verifier);
    secmail_otp_key_free(b->key);
    secmail_context_free(b->context);
    oath_done();
}

static void measure(struct bench *b, size_t rounds, size_t count, double samples[JOBS][ROUNDS])
{
    for (size_t r = 0; r < rounds; r++) {
        size_t hits[JOBS];
        for (size_t j = 0; j < JOBS; j++) {
            b->hits = 0;
            const double begin = bench_cpu();
            jobs[j].run(b, count);
            samples[j][r] = bench_cpu() - begin;
            hits[j] = b->hits;
        }
        if (hits[0] != hits[1] || hits[0] != hits[2])
            bench_die("verification", "liboath found other codes than we");
    }
}

int main(int argc, char **argv)
{
    const bool quick = argc == 2 && strcmp(argv[1], "--quick") == 0;
    const size_t rounds = quick ? 1 : ROUNDS, count = quick ? 100 : 20000;
    struct bench b = {0};
    double samples[JOBS][ROUNDS], peer = 0;
    if (argc > 1 + quick) {
        fprintf(stderr, "Usage: bench_otp [--quick]\n");
        return 2;
    }
    prepare(&b);
    measure(&b, rounds, count, samples);
    printf("Verification of a TOTP code; the state has %zu bytes\n\n", secmail_bytes_size(b.state));
    for (size_t j = 0; j < JOBS; j++) {
        const double seconds = bench_median(samples[j], rounds);
        if (!j)
            peer = seconds;
        printf("  %-42s %9.0f /s %8.2f x liboath", jobs[j].name, (double)count / seconds,
               peer / seconds);
        if (jobs[j].goal > 0)
            printf("   >= %g: %s", jobs[j].goal, peer / seconds >= jobs[j].goal ? "yes" : "NO");
        printf("\n");
    }
    clean_up(&b);
    return 0;
}
