/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For each of the command-line tools, at its start. */
#ifndef SECMAIL_EXAMPLES_CLOSED_STREAMS_H
#define SECMAIL_EXAMPLES_CLOSED_STREAMS_H

#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

/*
 * Takes the numbers of standard input, output and error, where the caller closed them: a file or
 * socket that is opened would get the number, and an output file hold the plaintext, a lock or a
 * connection what is told of an error. Reading and writing them fails as it does with a closed one.
 */
static inline bool take_closed_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", (fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_NOCTTY) != fd)
            return false;
    }
    return true;
}

#endif
