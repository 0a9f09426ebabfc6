/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that is a table of subcommands. */
#ifndef SOP_PROGRAM_H
#define SOP_PROGRAM_H

#include "options.h"

struct subcommand {
    const char *name;
    int (*run)(struct sop *sop, const struct arguments *args);
    uint64_t options;
    size_t least; /* operands */
    size_t most;
    const char *operands;
    const char *summary;
};

/* Runs what the command line asks for; returns the exit code. */
int program_run(const struct subcommand *table, size_t count, int argc, char **argv);

#endif
