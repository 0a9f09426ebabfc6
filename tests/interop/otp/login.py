#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example otp-login: password, code, recovery code."""
from __future__ import annotations

import os
import re
import subprocess
import unittest

from program import NOW, code_of
import tap

LOGIN = os.environ["SECMAIL_OTP_LOGIN"]
GOOD = "correct horse"


class Session:
    """A conversation with the program: waits for a prompt, answers it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen([LOGIN, "--now", str(NOW)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def until(self, prompt: str) -> str:
        text = ""
        while not text.endswith(prompt):
            character = self.process.stdout.read(1)  # type: ignore[union-attr]
            if not character:
                raise AssertionError(f"no {prompt!r} after {text!r}")
            text += character
        return text

    def answer(self, line: str) -> None:
        self.process.stdin.write(line + "\n")  # type: ignore[union-attr]
        self.process.stdin.flush()  # type: ignore[union-attr]

    def ask(self, line: str, prompt: str) -> str:
        self.answer(line)
        return self.until(prompt)

    def close(self) -> int:
        self.process.stdin.close()  # type: ignore[union-attr]
        self.process.stdout.close()  # type: ignore[union-attr]
        return self.process.wait()


class Login(unittest.TestCase):
    CODE = "recovery code: "

    def setUp(self) -> None:
        self.session = Session()
        self.addCleanup(self.session.close)
        text = self.session.until("app: ")
        self.uri = re.search(r"otpauth://\S+", text).group()  # type: ignore[union-attr]

    def confirm(self) -> list[str]:
        self.assertIn("doesn't fit", self.session.ask("000000", "app: "))
        text = self.session.ask(code_of(self.uri, NOW), "login: ")
        codes = re.findall(r"^  (\S{19})$", text, re.M)
        self.assertEqual(len(codes), 10)
        return codes

    def name_and_password(self, name: str = "alice", password: str = GOOD,
                          prompt: str = CODE) -> str:
        self.session.ask(name, "Password: ")
        return self.session.ask(password, prompt)

    def test_a_whole_day(self) -> None:
        recovery = self.confirm()
        for name, password in (("alice", "wrong"), ("nobody", GOOD)):
            self.assertIn("Login incorrect", self.name_and_password(name, password, "login: "))

        # The code of the confirmation is used up; the next one is good, once.
        self.name_and_password()
        self.assertIn("used before", self.session.ask(code_of(self.uri, NOW), self.CODE))
        self.assertIn("no code", self.session.ask("123", self.CODE))
        self.assertIn("Welcome.", self.session.ask(code_of(self.uri, NOW + 30), "login: "))

        # Without the phone, a recovery code opens, once.
        self.name_and_password()
        text = self.session.ask(recovery[3], "login: ")
        self.assertIn("Welcome.", text)
        self.assertIn("9 recovery codes are left", text)
        self.name_and_password()
        self.assertIn("used before", self.session.ask(recovery[3], self.CODE))

        # Guesses end the session, and soon are not looked at any more.
        self.assertIn("Wrong code", self.session.ask("000000", self.CODE))
        self.assertIn("Login incorrect", self.session.ask("000001", "login: "))
        self.name_and_password()
        self.assertIn("Wrong code", self.session.ask("000002", self.CODE))
        self.assertIn("in 5 seconds", self.session.ask("000003", self.CODE))
        text = self.session.ask(recovery[4], "login: ")
        self.assertIn("Welcome.", text)


if __name__ == "__main__":
    tap.run()
