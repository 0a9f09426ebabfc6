/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One resolver for all connections, in a thread of its own, so that they share its cache. It and
 * all its results are used under one lock; only its sleep is not.
 */
#include "milter.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* A question of a connection that waits; it lies on that connection's stack. */
struct request {
    struct request *next;
    uint64_t query;
    uint32_t question;
    bool done;
    struct secmail_dns_result *result;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;
static struct secmail_context *context;
static struct secmail_dns *dns;
static struct request *waiting;
static pthread_t thread;
static int wake = -1;
static bool stopping;

int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void deliver(struct secmail_dns_result *result)
{
    for (struct request **r = &waiting; *r; r = &(*r)->next) {
        if ((*r)->query != secmail_dns_result_query(result))
            continue;
        (*r)->result = result;
        (*r)->done = true;
        *r = (*r)->next;
        return;
    }
    secmail_dns_result_free(result);
}

/* There will be no more answers: whoever waits goes on without. */
static void give_up(void)
{
    for (; waiting; waiting = waiting->next)
        waiting->done = true;
}

static void *run(void *unused)
{
    uint64_t count;
    pthread_mutex_lock(&lock);
    while (!stopping) {
        struct pollfd fds[] = {{.fd = secmail_dns_fd(dns), .events = POLLIN},
                               {.fd = wake, .events = POLLIN}};
        const int timeout = secmail_dns_timeout_ms(dns);
        pthread_mutex_unlock(&lock);
        poll(fds, 2, timeout);
        if (fds[1].revents && read(wake, &count, sizeof count) < 0)
            say("the resolver's thread can't be woken");
        pthread_mutex_lock(&lock);
        if (secmail_dns_process(dns)) {
            say("the resolver has failed: %s", secmail_context_error_detail(context));
            give_up();
        }
        for (struct secmail_dns_result *r; (r = secmail_dns_next_result(dns));)
            deliver(r);
        pthread_cond_broadcast(&answered);
    }
    give_up();
    pthread_cond_broadcast(&answered);
    pthread_mutex_unlock(&lock);
    return unused;
}

static bool read_anchors(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path, "r");
    const size_t size = file ? fread(text, 1, sizeof text, file) : 0;
    if (file)
        fclose(file);
    else
        say("trust-anchors %s can't be read", path);
    return file && !secmail_dns_add_trust_anchors(dns, text, size);
}

static int configure(const struct config *c)
{
    int rc = c->server_count ? 0 : secmail_dns_use_resolv_conf(dns, NULL);
    for (size_t i = 0; !rc && i < c->server_count; i++)
        rc = c->servers[i].stub
                 ? secmail_dns_add_stub(dns, c->servers[i].zone, c->servers[i].address)
                 : secmail_dns_add_forwarder(dns, ".", c->servers[i].address);
    return rc;
}

static void poke(void)
{
    const uint64_t one = 1;
    if (write(wake, &one, sizeof one) < 0)
        say("the resolver's thread can't be woken");
}

bool start_resolver(const struct config *config)
{
    if (secmail_context_new(&context) || secmail_dns_new(context, &dns) || configure(config) ||
        (config->anchors[0] && !read_anchors(config->anchors))) {
        say("the resolver can't be set up: %s", secmail_context_error_detail(context));
        return false;
    }
    wake = eventfd(0, EFD_CLOEXEC);
    return wake >= 0 && !pthread_create(&thread, NULL, run, NULL);
}

/* Nothing is freed: connections may still be at work, and the process ends now. */
void stop_resolver(void)
{
    pthread_mutex_lock(&lock);
    stopping = true;
    pthread_mutex_unlock(&lock);
    poke();
    pthread_join(thread, NULL);
}

/* ---- For connections, under the lock ---- */

/* A question that can't be asked is done at once, without a result. */
static void ask(struct secmail_mailauth *m, struct request *r, uint32_t question)
{
    *r = (struct request){.next = waiting, .question = question};
    if (stopping ||
        secmail_dns_query(dns, secmail_mailauth_question_name(m, question),
                          (uint16_t)secmail_mailauth_question_type(m, question), &r->query))
        r->done = true;
    else
        waiting = r;
}

/* A record that isn't well-formed is left out, as RFC 7208 and 6376 want it. */
static int give(struct secmail_mailauth *m, struct request *r)
{
    const uint8_t *data;
    size_t size;
    uint32_t status = secmail_dns_result_status(r->result);
    uint32_t security = secmail_dns_result_security(r->result);
    if (!r->result)
        status = SECMAIL_MAILAUTH_SERVFAIL, security = SECMAIL_MAILAUTH_INDETERMINATE;
    for (size_t i = 0; (data = secmail_dns_result_record(r->result, i, &size)); i++) {
        const int rc = secmail_mailauth_add_record(m, r->question, data, size);
        if (rc && rc != SECMAIL_E_MAILAUTH_RECORD)
            return rc;
    }
    return secmail_mailauth_answer(m, r->question, status, security);
}

int answer_questions(struct secmail_mailauth *m, int64_t deadline)
{
    enum { ROOM = 64 };
    struct request requests[ROOM];
    size_t count = 0;
    int rc = 0;
    const int64_t left = deadline - clock_ms();
    pthread_mutex_lock(&lock);
    secmail_dns_set(dns, SECMAIL_DNS_TIMEOUT_MS, left > 0 ? (uint64_t)left : 1);
    for (uint32_t q = 0; count < ROOM && (q = secmail_mailauth_next_question(m, q)); count++)
        ask(m, &requests[count], q);
    poke();
    for (size_t i = 0; i < count; i++) {
        while (!requests[i].done)
            pthread_cond_wait(&answered, &lock);
        if (!rc)
            rc = give(m, &requests[i]);
        secmail_dns_result_free(requests[i].result);
    }
    pthread_mutex_unlock(&lock);
    return rc;
}
