/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * secmail-milter: verifies incoming mail and signs outgoing mail for Postfix and Sendmail.
 *
 * libmilter takes SIGHUP as a wish to stop. Therefore two processes: the first one gets the
 * signals, the second one does the work and is told by SIGUSR1 to read its keys again.
 */
#include "milter.h"

#include "../closed_streams.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char help[] =
    "Usage: secmail-milter [--check] CONFIG\n"
    "\n"
    "A mail filter (milter) that verifies incoming mail by SPF, DKIM, DMARC and ARC, writes an\n"
    "Authentication-Results field, and signs outgoing mail with DKIM. It stays in the foreground.\n"
    "\n"
    "  --check      read the configuration and its keys, and say whether they can be used\n"
    "  --help, --version\n"
    "\n"
    "SIGHUP: read the configuration and keys again. SIGTERM: stop. secmail-milter(8) has the "
    "rest.\n"
    "Exit: 0 stopped as asked; 1 failure; 2 wrong usage or configuration.\n";

static const char *path;

void say(const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    fprintf(stderr, "secmail-milter: %s\n", line);
}

/* ---- The process that works ---- */

/* Waits for the wish to read the configuration again. A bad one changes nothing. */
static void *reload(void *unused)
{
    char error[512];
    sigset_t set;
    int received;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    while (!sigwait(&set, &received)) {
        struct config *config = read_config(path, error);
        if (config)
            use_config(config);
        say(config ? "read %s again" : "the old configuration stays in force: %s",
            config ? path : error);
    }
    return unused;
}

static int work(struct config *config)
{
    pthread_t thread;
    use_config(config);
    struct config *own = hold_config();
    int code = 1;
    if (start_resolver(own) && !pthread_create(&thread, NULL, reload, NULL)) {
        code = serve(own);
        pthread_cancel(thread);
        pthread_join(thread, NULL);
        stop_resolver();
    }
    release_config(own);
    use_config(NULL);
    return code;
}

/* ---- The process that gets the signals ---- */

/* Passes signals on until the worker has ended; its exit code. */
static int supervise(pid_t worker, const sigset_t *set)
{
    int received, status;
    while (!sigwait(set, &received)) {
        if (received == SIGCHLD && waitpid(worker, &status, WNOHANG) == worker)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
        if (received == SIGHUP)
            kill(worker, SIGUSR1);
        else if (received != SIGCHLD)
            kill(worker, SIGTERM);
    }
    return 1;
}

/* Takes the configuration. */
static int run(struct config *config)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    const pid_t parent = getpid(), worker = fork();
    if (worker)
        release_config(config); /* the keys are the worker's */
    if (worker < 0) {
        say("fork() failed: %s", strerror(errno));
        return 1;
    }
    if (worker)
        return supervise(worker, &set);
    /* In a group of its own, so that a terminal's signals reach the first process only. */
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    return getppid() == parent ? work(config) : 1;
}

int main(int argc, char **argv)
{
    char error[512];
    if (!take_closed_streams())
        return 1;
    if (argc > 1 && !strcmp(argv[1], "--help")) {
        fputs(help, stdout);
        return 0;
    }
    if (argc > 1 && !strcmp(argv[1], "--version")) {
        printf("secmail-milter %s\n", secmail_version());
        return 0;
    }
    const bool check = argc > 1 && !strcmp(argv[1], "--check");
    if (argc != 2 + check) {
        fputs(help, stderr);
        return 2;
    }
    path = argv[1 + check];
    struct config *config = read_config(path, error);
    if (!config) {
        say("%s", error);
        return 2;
    }
    if (!check)
        return run(config);
    release_config(config);
    puts("The configuration can be used.");
    return 0;
}
