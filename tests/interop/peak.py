# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a program and writes its peak memory in KiB to a file descriptor: peak.py FD PROGRAM ...

Linux lets a new program begin with the peak of the process that it was forked from. So the harness,
which is large, must not start what it measures; this script is small, and imports almost nothing.
"""
import os
import sys

pid = os.fork()
if pid == 0:
    os.close(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(pid, 0)
os.write(int(sys.argv[1]), b"%d" % usage.ru_maxrss)
code = os.waitstatus_to_exitcode(status)
if code < 0:
    os.kill(os.getpid(), -code)
os._exit(code)
