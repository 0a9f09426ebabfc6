#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts the tests of meson's logs, each line of a TAP test for itself.

    tools/count_tests.py [--broken WHAT] LOG.json...

Tells which tests failed and why, which were skipped and why; the last line is
"N passed, N failed, N skipped". Exits 1 if one failed, if WHAT broke, or if no test ran.
"""
import json
import re
import sys

TAP = re.compile(r"^(not )?ok\b\s*(\d+)?\s*-?\s*([^#\n]*)(?:#\s*(\w+)\s*(.*))?$")
LONGEST_COMMENT = 30


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures, self.reasons = [], {}

    def fail(self, name, lines=()):
        self.failed += 1
        self.failures.append((name, list(lines)[:LONGEST_COMMENT]))

    def skip(self, name, reason):
        self.skipped += 1
        self.reasons.setdefault(reason or "no reason given", []).append(name)


def comments(lines, start):
    """The TAP comments that follow a line."""
    for line in lines[start:]:
        if not line.startswith("#"):
            return
        yield line


def count_tap(count, name, lines):
    """Counts the lines of a TAP test; returns how many failed."""
    before = count.failed
    reason = ""
    for number, line in enumerate(lines):
        if line.startswith("# skipped: "):
            reason = line.removeprefix("# skipped: ")
        match = TAP.match(line)
        if not match:
            continue
        failed, _, title, directive, text = match.groups()
        title = f"{name}: {title.strip()}"
        if failed:
            count.fail(title, comments(lines, number + 1))
        elif (directive or "").upper() == "SKIP":
            count.skip(title, text or reason)
        else:
            count.passed += 1
    return count.failed - before


def count_test(count, test):
    name, result = test["name"], test["result"]
    lines = test.get("stdout", "").splitlines()
    good = result in ("OK", "EXPECTEDFAIL", "SKIP")
    if any(re.match(r"1\.\.\d+", line) for line in lines):
        for line in lines:
            whole = re.match(r"1\.\.0\s*#\s*SKIP\S*\s*(.*)", line, re.IGNORECASE)
            if whole:
                count.skip(name, whole.group(1))
        failed = count_tap(count, name, lines)
        if not good:
            if not failed:
                count.fail(f"{name}: {result.lower()}")
            count.failures[-1][1].extend(test.get("stderr", "").splitlines()[-LONGEST_COMMENT:])
    elif result == "SKIP":
        text = (test.get("stdout", "") + test.get("stderr", "")).strip().splitlines()
        count.skip(name, text[-1] if text else "")
    elif good:
        count.passed += 1
    else:
        count.fail(f"{name}: {result.lower()}",
                   (lines + test.get("stderr", "").splitlines())[-LONGEST_COMMENT:])


def main():
    arguments = sys.argv[1:]
    count = Count()
    if arguments[:1] == ["--broken"]:
        count.fail(arguments[1])
        arguments = arguments[2:]
    for path in arguments:
        with open(path, encoding="utf-8", errors="replace") as log:
            for line in log:
                count_test(count, json.loads(line))
    for reason, names in sorted(count.reasons.items()):
        print(f"skipped ({reason}): {', '.join(names[:5])}{', ...' if len(names) > 5 else ''}")
    for name, lines in count.failures:
        print(f"FAILED {name}")
        for line in lines:
            print(f"    {line}")
    if not count.passed and not count.failed:
        count.fail("no test ran")
        print("FAILED no test ran")
    print(f"{count.passed} passed, {count.failed} failed, {count.skipped} skipped")
    sys.exit(1 if count.failed else 0)


if __name__ == "__main__":
    main()
