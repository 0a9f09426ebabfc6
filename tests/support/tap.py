# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs unittest cases and doctests, and reports each as a line of the Test Anything Protocol."""
from __future__ import annotations

import doctest
import importlib
import sys
import traceback
import unittest
from types import ModuleType


class Result(unittest.TestResult):
    """Prints `ok` and `not ok` lines; what went wrong follows as a comment."""

    def line(self, ok: bool, test: unittest.TestCase, directive: str = "") -> None:
        name = test.id().removeprefix("__main__.").replace("#", "")
        print(f"{'ok' if ok else 'not ok'} {self.testsRun} {name}{directive}", flush=True)

    def comment(self, error: object) -> None:
        for line in "".join(traceback.format_exception(*error)).splitlines():  # type: ignore[misc]
            print(f"# {line}", flush=True)

    def addSuccess(self, test: unittest.TestCase) -> None:
        self.line(True, test)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        super().addSkip(test, reason)
        self.line(True, test, f" # SKIP {reason}")

    def addFailure(self, test: unittest.TestCase, err: object) -> None:
        super().addFailure(test, err)  # type: ignore[arg-type]
        self.line(False, test)
        self.comment(err)

    def addError(self, test: unittest.TestCase, err: object) -> None:
        super().addError(test, err)  # type: ignore[arg-type]
        self.line(False, test)
        self.comment(err)

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: object) -> None:
        super().addSubTest(test, subtest, err)  # type: ignore[arg-type]
        if err is not None:
            self.line(False, subtest)
            self.comment(err)
            self.testsRun += 1


def run(module: ModuleType | str = "__main__", doctests: tuple[str, ...] = ()) -> None:
    """Runs the cases of a module and the doctests of others; exits with 1 if one failed.

    A module without a single doctest is a failure: it can't be meant.
    """
    loader = unittest.defaultTestLoader
    if isinstance(module, str):
        module = sys.modules[module]
    suite = unittest.TestSuite([loader.loadTestsFromModule(module)])
    for name in doctests:
        tests = doctest.DocTestSuite(importlib.import_module(name))
        if not tests.countTestCases():
            sys.exit(f"{name} has no doctests")
        suite.addTests(tests)
    result = Result()
    suite.run(result)
    print(f"1..{result.testsRun}")
    sys.exit(0 if result.wasSuccessful() else 1)
