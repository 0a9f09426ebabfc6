/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Leases on files (fcntl(2)): as long as one holds, no other process has opened the file for
 * writing or changed its size since it was taken. What was read before it was seen to hold is what
 * it was when the lease was taken.
 */
#ifndef SOP_LEASE_H
#define SOP_LEASE_H

#include <stdbool.h>

/* Takes a lease on a file that is open for reading. False where there is none to be had: somebody
 * has it open for writing, it is another user's, or the file system has no leases that bind all who
 * could change it. */
bool lease_take(int fd);

bool lease_holds(int fd);

void lease_drop(int fd);

#endif
