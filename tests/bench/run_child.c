/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs one command and writes what it cost to a descriptor: CPU microseconds of user and system,
 * peak resident KiB, and the wait status. A program of its own, because the kernel counts the size
 * of whoever forks as the child's first peak: seen from an interpreter, each child would seem to
 * need 10 MiB.
 *
 *     run_child DESCRIPTOR INPUT COMMAND [ARGUMENT ...]
 *
 * The command reads INPUT and writes to this process's standard output.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int become(const char *input, char **command)
{
    const int in = open(input, O_RDONLY);
    if (in < 0 || dup2(in, STDIN_FILENO) < 0) {
        perror(input);
        return 126;
    }
    if (in != STDIN_FILENO)
        close(in);
    execvp(command[0], command);
    perror(command[0]);
    return 127;
}

static long long microseconds(struct timeval t)
{
    return (long long)t.tv_sec * 1000000 + t.tv_usec;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fputs("Usage: run_child DESCRIPTOR INPUT COMMAND [ARGUMENT ...]\n", stderr);
        return 2;
    }
    const int report = (int)strtol(argv[1], NULL, 10);
    if (fcntl(report, F_SETFD, FD_CLOEXEC)) {
        perror("run_child: descriptor");
        return 2;
    }
    const pid_t child = fork();
    if (child == 0)
        _exit(become(argv[2], argv + 3));
    struct rusage usage;
    int status;
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        perror("run_child");
        return 1;
    }
    if (dprintf(report, "%lld %lld %ld %d\n", microseconds(usage.ru_utime),
                microseconds(usage.ru_stime), usage.ru_maxrss, status) < 0) {
        perror("run_child: report");
        return 1;
    }
    return 0;
}
