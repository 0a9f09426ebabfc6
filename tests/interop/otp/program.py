# SPDX-License-Identifier: LGPL-2.1-or-later
"""secmail-otp as the tests of this folder drive it."""
from __future__ import annotations

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

TOOL = os.environ["SECMAIL_OTP"]
NOW = 1767225600  # 2026-01-01 00:00:00 UTC
CHEAP = ("--rule", "argon2-memory-kib=8192", "--rule", "argon2-passes=1")
DONE, REFUSED, USAGE, FAILED = 0, 1, 2, 3


class Done:
    """What a run of the program gave."""

    def __init__(self, argv: list[str], stdin: str, expect: int | None) -> None:
        done = subprocess.run(argv, input=stdin.encode(), capture_output=True)
        self.code = done.returncode
        self.raw = done.stdout
        self.stdout = done.stdout.decode(errors="replace")
        self.stderr = done.stderr.decode(errors="replace")
        if expect is not None and self.code != expect:
            raise AssertionError(f"{argv}: exit {self.code}, not {expect}: {self.stderr}")

    @property
    def json(self) -> dict:
        return json.loads(self.stdout)


def tool(*argv: str, stdin: str = "", expect: int | None = DONE) -> Done:
    return Done([TOOL, *argv], stdin, expect)


def code_of(uri: str, time: int) -> str:
    return tool("code", "--time", str(time), uri).stdout.strip()


class Case(unittest.TestCase):
    """A folder with a sealing key, and the account "alice" with a clock that the test sets."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="secmail-otp-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.state, self.keys = self.folder / "state", self.folder / "keys"
        self.now = NOW
        tool("new-key", "--key-file", str(self.keys))

    def options(self, account: str = "alice") -> list[str]:
        return ["--state", str(self.state), "--key-file", str(self.keys), "--account", account,
                "--now", str(self.now), *CHEAP]  # fmt: skip

    def run_on(self, command: str, *argv: str, stdin: str = "", expect: int | None = DONE) -> Done:
        return tool(command, *self.options(), "--json", *argv, stdin=stdin, expect=expect)

    def enrol(self, *argv: str) -> str:
        """Enrols and confirms; returns the URI. The next step has begun then."""
        uri = self.run_on("enrol", "--issuer", "Example", *argv).json["uri"]
        self.run_on("confirm", code_of(uri, self.now))
        self.now += 30
        return uri
