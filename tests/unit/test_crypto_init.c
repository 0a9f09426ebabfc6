/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Initialisation is once for a process, so each case runs in a child that has not done it. The
 * child's exit code is the line that failed, 0 if none did.
 */
#include "crypto/hash.h"
#include "crypto/init.h"
#include "fixture.h"

#include <gcrypt.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return __LINE__ % 256;                                                                 \
    } while (0)

static void in_child(int (*run)(void))
{
    int status;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(run());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status))
        fail_msg("the child failed in line %d", WEXITSTATUS(status));
}

static int fresh_process(void)
{
    struct secmail_context *context;
    CHECK(!gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P));
    CHECK(secmail_context_new(&context) == 0);
    CHECK(smi_crypto_init(context) == 0);
    CHECK(gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P));
    CHECK(smi_crypto_init(context) == 0);
    void *block = gcry_malloc_secure(16);
    CHECK(block && !gcry_is_secure(block));
    gcry_free(block);
    secmail_context_free(context);
    return 0;
}

/* The application's secure memory must still be secure after us. */
static int application_was_first(bool finished)
{
    struct secmail_context *context;
    CHECK(gcry_check_version(NULL));
    gcry_control(GCRYCTL_SUSPEND_SECMEM_WARN);
    gcry_control(GCRYCTL_INIT_SECMEM, 32768, 0);
    if (finished)
        gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    CHECK(secmail_context_new(&context) == 0);
    CHECK(smi_crypto_init(context) == 0);
    CHECK(gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P));
    void *block = gcry_malloc_secure(16);
    CHECK(block && gcry_is_secure(block));
    gcry_free(block);
    secmail_context_free(context);
    gcry_control(GCRYCTL_TERM_SECMEM);
    return 0;
}

static int application_finished(void)
{
    return application_was_first(true);
}

static int application_began(void)
{
    return application_was_first(false);
}

static void *hash_in_thread(void *unused)
{
    static const uint8_t want[] = {0xba, 0x78, 0x16, 0xbf};
    struct secmail_context *context;
    uint8_t digest[32] = {0};
    (void)unused;
    if (secmail_context_new(&context))
        return (void *)"context";
    const int r = smi_hash_once(context, SMI_SHA256, "abc", 3, digest);
    secmail_context_free(context);
    return r || memcmp(digest, want, sizeof want) != 0 ? (void *)"digest" : NULL;
}

static int from_threads(void)
{
    enum { THREADS = 8 };
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, hash_in_thread, NULL) == 0);
    for (int i = 0; i < THREADS; i++) {
        void *failure;
        CHECK(pthread_join(threads[i], &failure) == 0);
        CHECK(!failure);
    }
    return 0;
}

static void test_fresh_process(void **state)
{
    (void)state;
    in_child(fresh_process);
}

static void test_application_finished(void **state)
{
    (void)state;
    in_child(application_finished);
}

static void test_application_began(void **state)
{
    (void)state;
    in_child(application_began);
}

static void test_from_threads(void **state)
{
    (void)state;
    in_child(from_threads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fresh_process),
        cmocka_unit_test(test_application_finished),
        cmocka_unit_test(test_application_began),
        cmocka_unit_test(test_from_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
