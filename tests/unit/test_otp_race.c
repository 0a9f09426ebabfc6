/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Several servers and one store. Each server has its own context and verifier; they share nothing
 * but a sealing key and a store with compare-and-set.
 */
#include "otp_fixture.h"

#include <pthread.h>

enum { SERVERS = 8, ROUNDS = 40 };

/* The store of the host: what a database does in UPDATE ... WHERE state = old. */
struct shared_store {
    pthread_mutex_t mutex;
    struct otp_store now;
    unsigned conflicts;
};

static struct otp_store load(struct shared_store *s)
{
    pthread_mutex_lock(&s->mutex);
    const struct otp_store copy = s->now;
    pthread_mutex_unlock(&s->mutex);
    return copy;
}

static bool compare_and_set(struct shared_store *s, const struct otp_store *old,
                            const struct secmail_bytes *new)
{
    pthread_mutex_lock(&s->mutex);
    const bool same = s->now.size == old->size && memcmp(s->now.data, old->data, old->size) == 0;
    if (same) {
        s->now.size = secmail_bytes_size(new);
        memcpy(s->now.data, secmail_bytes_data(new), s->now.size);
    }
    s->conflicts += !same;
    pthread_mutex_unlock(&s->mutex);
    return same;
}

/* A server with its own memory, clock and verifier. */
struct server {
    struct otp_fixture o;
    struct shared_store *store;
    pthread_barrier_t *barrier;
    char text[20];
    bool recovery;
    uint32_t verdict;
    uint32_t counts[10];
};

static int operate(struct server *s, struct secmail_otp_account *account,
                   struct secmail_otp_result **result)
{
    return s->recovery ? secmail_otp_recovery_verify(account, s->text, result)
                       : secmail_otp_verify(account, s->text, result);
}

static struct secmail_otp_account *open_copy(struct server *s, const struct otp_store *copy)
{
    struct secmail_otp_account *account;
    assert_int_equal(
        secmail_otp_account_open(s->o.verifier, &account, OTP_NAME, copy->data, copy->size), 0);
    return account;
}

static uint32_t read_verdict(struct secmail_otp_result *result)
{
    struct secmail_otp_outcome outcome = {.size = sizeof outcome};
    if (secmail_otp_result_outcome(result, &outcome))
        return 0;
    return outcome.verdict;
}

/* The loop of the header's first page. */
static uint32_t attempt(struct server *s)
{
    for (;;) {
        const struct otp_store copy = load(s->store);
        struct secmail_otp_account *account = open_copy(s, &copy);
        struct secmail_otp_result *result;
        if (operate(s, account, &result))
            return 0;
        const struct secmail_bytes *new = secmail_otp_result_state(result);
        const bool stored = !new || compare_and_set(s->store, &copy, new);
        if (stored && new)
            secmail_otp_result_stored(result);
        const uint32_t verdict = stored ? read_verdict(result) : 0;
        secmail_otp_result_free(result);
        secmail_otp_account_free(account);
        if (stored)
            return verdict;
    }
}

static void *run(void *argument)
{
    struct server *s = argument;
    pthread_barrier_wait(s->barrier);
    s->verdict = attempt(s);
    s->counts[s->verdict]++;
    return NULL;
}

struct setting {
    struct shared_store store;
    pthread_barrier_t barrier;
    struct server servers[SERVERS];
    struct otp_fixture *o; /* of the first server: enrols, and knows the key */
};

static int setup(void **state)
{
    struct setting *t = calloc(1, sizeof *t);
    if (!t)
        return -1;
    pthread_mutex_init(&t->store.mutex, NULL);
    pthread_barrier_init(&t->barrier, NULL, SERVERS);
    for (int i = 0; i < SERVERS; i++) {
        otp_init(&t->servers[i].o, NULL);
        t->servers[i].o.f.seed = (uint64_t)i * 1000003;
        t->servers[i].store = &t->store;
        t->servers[i].barrier = &t->barrier;
    }
    t->o = &t->servers[0].o;
    otp_enrolled(t->o);
    t->store.now = t->o->store;
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct setting *t = *state;
    for (int i = 0; i < SERVERS; i++)
        otp_done(&t->servers[i].o);
    pthread_barrier_destroy(&t->barrier);
    pthread_mutex_destroy(&t->store.mutex);
    free(t);
    return 0;
}

/* All servers at once, at the time of the first; returns how many came to this verdict. */
static uint32_t all_at_once(struct setting *t, uint32_t verdict)
{
    pthread_t threads[SERVERS];
    uint32_t count = 0;
    for (int i = 0; i < SERVERS; i++) {
        t->servers[i].o.f.now = t->o->f.now;
        assert_int_equal(pthread_create(&threads[i], NULL, run, &t->servers[i]), 0);
    }
    for (int i = 0; i < SERVERS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < SERVERS; i++)
        count += t->servers[i].verdict == verdict;
    return count;
}

/* The race, step by step: both have computed "accepted" before either has stored. */
static void the_loser_of_a_race_is_told_of_a_replay(void **state)
{
    struct setting *t = *state;
    struct server *a = &t->servers[0], *b = &t->servers[1];
    b->o.f.now = a->o.f.now;
    otp_code_at(t->o, 0, a->text);
    memcpy(b->text, a->text, sizeof b->text);
    const struct otp_store old = load(&t->store);
    struct secmail_otp_account *account_a = open_copy(a, &old), *account_b = open_copy(b, &old);
    struct secmail_otp_result *result_a, *result_b;
    assert_int_equal(operate(a, account_a, &result_a), 0);
    assert_int_equal(operate(b, account_b, &result_b), 0);
    assert_non_null(secmail_otp_result_state(result_a));
    assert_non_null(secmail_otp_result_state(result_b));

    assert_true(compare_and_set(&t->store, &old, secmail_otp_result_state(result_a)));
    assert_int_equal(secmail_otp_result_stored(result_a), 0);
    assert_int_equal(read_verdict(result_a), SECMAIL_OTP_ACCEPTED);

    assert_false(compare_and_set(&t->store, &old, secmail_otp_result_state(result_b)));
    assert_int_equal(read_verdict(result_b), 0); /* the loser has no verdict to act on */
    assert_int_equal(attempt(b), SECMAIL_OTP_REPLAYED);
    secmail_otp_result_free(result_a);
    secmail_otp_result_free(result_b);
    secmail_otp_account_free(account_a);
    secmail_otp_account_free(account_b);
}

static void one_of_many_servers_accepts_a_code(void **state)
{
    struct setting *t = *state;
    for (int round = 0; round < ROUNDS; round++) {
        char code[9];
        otp_code_at(t->o, 0, code);
        for (int i = 0; i < SERVERS; i++)
            memcpy(t->servers[i].text, code, sizeof code);
        assert_int_equal(all_at_once(t, SECMAIL_OTP_ACCEPTED), 1);
        t->o->f.now += 30;
    }
    for (int i = 0; i < SERVERS; i++) {
        const uint32_t *counts = t->servers[i].counts;
        assert_int_equal(counts[SECMAIL_OTP_ACCEPTED] + counts[SECMAIL_OTP_REPLAYED], ROUNDS);
    }
}

/* RFC 4226 section 7.3: "The delay or lockout schemes MUST be across login sessions to prevent
 * attacks based on multiple parallel guessing techniques." */
static void parallel_guesses_are_throttled_together(void **state)
{
    struct setting *t = *state;
    for (int i = 0; i < SERVERS; i++) {
        char code[9];
        otp_wrong_code(t->o, code);
        snprintf(t->servers[i].text, sizeof t->servers[i].text, "%s", code);
    }
    assert_int_equal(all_at_once(t, SECMAIL_OTP_WRONG), 3); /* the third one begins the delay */
    assert_int_equal(all_at_once(t, SECMAIL_OTP_THROTTLED), SERVERS);
    t->o->f.now += 5;
    assert_int_equal(all_at_once(t, SECMAIL_OTP_WRONG), 1);
}

static void one_of_many_servers_accepts_a_recovery_code(void **state)
{
    struct setting *t = *state;
    struct secmail_otp_account *account = otp_open(t->o);
    struct secmail_otp_result *result;
    const char *code;
    assert_int_equal(secmail_otp_recovery_generate(account, &result), 0);
    otp_put(t->o, result);
    assert_int_equal(secmail_otp_result_secret(result, 0, &code), 0);
    for (int i = 0; i < SERVERS; i++) {
        snprintf(t->servers[i].text, sizeof t->servers[i].text, "%s", code);
        t->servers[i].recovery = true;
    }
    t->store.now = t->o->store;
    secmail_otp_result_free(result);
    secmail_otp_account_free(account);
    assert_int_equal(all_at_once(t, SECMAIL_OTP_ACCEPTED), 1);
    assert_int_equal(all_at_once(t, SECMAIL_OTP_REPLAYED), SERVERS);
}

#define race_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        race_test(the_loser_of_a_race_is_told_of_a_replay),
        race_test(one_of_many_servers_accepts_a_code),
        race_test(parallel_guesses_are_throttled_together),
        race_test(one_of_many_servers_accepts_a_recovery_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
