# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the Python of a guide chapter: what a reader copies from it must work.

    run_guide.py CHAPTER.md ...

The ```python blocks of a chapter run from top to bottom in one namespace, in an empty folder. A
block with >>> prompts is a session, whose output is compared (with ELLIPSIS); any other block is a
program.
A chapter without a block is a failure: it can't be meant.
"""
from __future__ import annotations

import doctest
import os
import re
import sys
import tempfile
import types
import unittest
from collections.abc import Iterator
from pathlib import Path

import tap

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(text: str) -> Iterator[tuple[int, str]]:
    """(line of its first line, source) of each block."""
    for match in BLOCK.finditer(text):
        yield text.count("\n", 0, match.start(1)) + 1, match.group(1)


class Block(unittest.TestCase):
    """One block of a chapter; `names` is shared with the blocks before it."""

    def __init__(self, chapter: Path, line: int, source: str, names: dict[str, object]) -> None:
        super().__init__("check")
        self.chapter, self.line, self.source, self.names = chapter, line, source, names

    def id(self) -> str:
        return f"{self.chapter.name}:{self.line}"

    def check(self) -> None:
        (self.session if ">>>" in self.source else self.program)()

    def program(self) -> None:
        # Padded, so that a traceback names the line of the chapter.
        source = "\n" * (self.line - 1) + self.source
        exec(compile(source, str(self.chapter), "exec"), self.names)

    def session(self) -> None:
        test = doctest.DocTestParser().get_doctest(
            self.source, self.names, self.id(), str(self.chapter), self.line - 1
        )
        report: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        runner.run(test, out=report.append, clear_globs=False)
        self.names.update(test.globs)
        if runner.failures:
            self.fail("\n" + "".join(report))


def suite(chapters: list[Path]) -> unittest.TestSuite:
    found = unittest.TestSuite()
    for chapter in chapters:
        module = types.ModuleType("__main__")  # dataclasses look their module up
        tests = [
            Block(chapter, line, source, module.__dict__)
            for line, source in blocks(chapter.read_text(encoding="utf-8"))
        ]
        if not tests:
            sys.exit(f"{chapter} has no ```python block")
        found.addTests(tests)
    return found


def main() -> int:
    chapters = [Path(name).resolve() for name in sys.argv[1:]]
    if not chapters:
        sys.exit(__doc__)
    result = tap.Result()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        suite(chapters).run(result)
        os.chdir("/")
    print(f"1..{result.testsRun}")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
