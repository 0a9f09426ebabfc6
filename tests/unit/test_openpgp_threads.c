/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates, keys, rings and policies in several threads at once, each thread with a context of
 * its own. What a race breaks is found by ThreadSanitizer; here at least the results are compared.
 */
#include "openpgp_fixture.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 20 };

struct shared {
    struct secmail_key *keys[2];
    struct secmail_ring *ring; /* of both certificates, not used before the threads begin */
    struct secmail_policy *policy;
    pthread_barrier_t start;
};

struct worker {
    struct shared *shared;
    uint64_t seed;
    int failures;
};

/* cmocka's asserts belong to the main thread: the others count. */
#define check(w, condition) ((w)->failures += !(condition))

static void look(struct worker *w, struct secmail_context *context)
{
    for (size_t c = 0; c < 2; c++) {
        struct secmail_cert *cert = secmail_cert_ref(secmail_ring_cert(w->shared->ring, c));
        for (size_t i = 0; i < secmail_cert_key_count(cert); i++) {
            struct secmail_key_info info = {.size = sizeof info};
            check(w, secmail_cert_key_info(context, cert, i, w->shared->policy, &info) == 0);
            check(w, info.validity == 0 && info.flags != 0);
        }
        secmail_cert_unref(cert);
    }
}

static struct secmail_bytes *encrypt(struct worker *w, struct secmail_context *context)
{
    struct secmail_encrypt *e;
    struct secmail_bytes *message = NULL;
    check(w, secmail_encrypt_new(context, &e) == 0);
    check(w, secmail_encrypt_set_policy(e, w->shared->policy) == 0);
    for (size_t i = 0; i < 2; i++) {
        check(w, secmail_encrypt_add_recipient(e, secmail_ring_cert(w->shared->ring, i)) == 0);
        check(w, secmail_encrypt_add_signer(e, w->shared->keys[i]) == 0);
    }
    check(w, secmail_encrypt_bytes(e, (const uint8_t *)"hello", 5, &message) == 0);
    secmail_encrypt_free(e);
    return message;
}

static void decrypt(struct worker *w, struct secmail_context *context,
                    const struct secmail_bytes *message)
{
    struct secmail_decrypt *d;
    struct secmail_bytes *plain = NULL;
    check(w, secmail_decrypt_new(context, &d) == 0);
    for (size_t i = 0; i < 2; i++) {
        check(w, secmail_decrypt_add_key(d, w->shared->keys[i]) == 0);
        check(w, secmail_decrypt_add_signer(d, secmail_key_cert(w->shared->keys[i])) == 0);
    }
    check(w, secmail_decrypt_bytes(d, secmail_bytes_data(message), secmail_bytes_size(message),
                                   &plain) == 0);
    check(w, secmail_decrypt_good_count(d) == 2);
    secmail_bytes_free(plain);
    secmail_decrypt_free(d);
}

/* Secrets of one context's arena are freed here by whichever thread is the last. */
static void copy_keys(struct worker *w, struct secmail_context *context)
{
    struct secmail_bytes *file = NULL;
    struct secmail_key *key = secmail_key_ref(w->shared->keys[w->seed % 2]), *again = NULL;
    check(w, secmail_key_export(context, key, 0, &file) == 0);
    check(w, secmail_key_parse(context, &again, secmail_bytes_data(file),
                               secmail_bytes_size(file)) == 0);
    secmail_bytes_free(file);
    secmail_key_unref(again);
    secmail_key_unref(key);
}

static void *work(void *user)
{
    struct worker *w = user;
    struct fixture f = {.now = FIXTURE_NOW, .seed = w->seed};
    check(w, secmail_context_new(&f.context) == 0);
    secmail_context_set_clock(f.context, fixture_clock, &f);
    secmail_context_set_random(f.context, fixture_random, &f);
    struct secmail_ring *ring = secmail_ring_ref(w->shared->ring);
    struct secmail_policy *policy = secmail_policy_ref(w->shared->policy);
    pthread_barrier_wait(&w->shared->start);
    for (int round = 0; round < ROUNDS; round++) {
        look(w, f.context);
        struct secmail_bytes *message = encrypt(w, f.context);
        decrypt(w, f.context, message);
        copy_keys(w, f.context);
        secmail_bytes_free(message);
    }
    secmail_ring_unref(ring);
    secmail_policy_unref(policy);
    secmail_context_free(f.context);
    return NULL;
}

static void several_threads(void **state)
{
    struct fixture *f = *state;
    static const uint32_t profiles[] = {SECMAIL_PROFILE_RFC9580, SECMAIL_PROFILE_RFC4880};
    struct shared shared;
    struct worker workers[THREADS];
    pthread_t threads[THREADS];
    struct collected certs = {0};
    for (size_t i = 0; i < 2; i++) {
        struct secmail_bytes *bytes;
        shared.keys[i] = make_key(f, profiles[i], "Alice");
        assert_ok(f->context,
                  secmail_cert_export(f->context, secmail_key_cert(shared.keys[i]), 0, &bytes));
        collect(&certs, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
        secmail_bytes_free(bytes);
    }
    assert_ok(f->context, secmail_ring_parse(f->context, &shared.ring, certs.data, certs.size));
    assert_ok(f->context, secmail_policy_standard(f->context, &shared.policy));
    assert_int_equal(pthread_barrier_init(&shared.start, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.shared = &shared, .seed = 100 + i};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(workers[i].failures, 0);
    }
    pthread_barrier_destroy(&shared.start);
    secmail_policy_unref(shared.policy);
    secmail_ring_unref(shared.ring);
    for (size_t i = 0; i < 2; i++)
        secmail_key_unref(shared.keys[i]);
    free(certs.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {fixture_test(several_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
