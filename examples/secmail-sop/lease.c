/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leases on files, as Linux has them. */
#include "lease.h"

#ifdef __linux__

#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/vfs.h>

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

/* On these, whoever changes a file goes through this kernel and this inode: not so on network file
 * systems, on those of a process, or on layers of others. */
static bool is_local(int fd)
{
    struct statfs info;
    if (fstatfs(fd, &info))
        return false;
    switch (info.f_type) {
    case EXT4_SUPER_MAGIC:
    case XFS_SUPER_MAGIC:
    case BTRFS_SUPER_MAGIC:
    case F2FS_SUPER_MAGIC:
    case TMPFS_MAGIC:
        return true;
    default:
        return false;
    }
}

bool lease_take(int fd)
{
    /* The kernel's message to the holder would end the process; it asks by itself. */
    if (!is_local(fd) || signal(SIGIO, SIG_IGN) == SIG_ERR)
        return false;
    return fcntl(fd, F_SETLEASE, F_RDLCK) == 0;
}

bool lease_holds(int fd)
{
    return fcntl(fd, F_GETLEASE) == F_RDLCK;
}

void lease_drop(int fd)
{
    fcntl(fd, F_SETLEASE, F_UNLCK);
}

#else

bool lease_take(int fd)
{
    (void)fd;
    return false;
}

bool lease_holds(int fd)
{
    (void)fd;
    return false;
}

void lease_drop(int fd)
{
    (void)fd;
}

#endif
