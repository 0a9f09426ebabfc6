#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compiles the C function that the README shows, calls it, and opens what it has made.

    readme.py README.md    prints TAP; the environment as for guide.py
"""
import pathlib
import sys
import tempfile

import guide

MAIN = pathlib.Path(__file__).with_name("readme_main.c")


def check(text):
    functions = [body for _, language, body, _ in guide.blocks(text) if language == "c"]
    if len(functions) != 1:
        raise guide.Mistake(f"the README has {len(functions)} blocks of C, not 1")
    with tempfile.TemporaryDirectory() as folder:
        chapter = guide.Chapter(folder)
        (chapter.folder / "readme_example.c").write_text(functions[0])
        program = MAIN.read_text()
        path = chapter.folder / "readme-main.c"
        path.write_text(program)
        chapter.compile(path, program + functions[0])
        chapter.shell("./readme-main")


def main():
    try:
        check(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
        complaint = ""
    except guide.Mistake as mistake:
        complaint = str(mistake)
    print("1..1")
    print(f"{'not ' if complaint else ''}ok 1 the function of the README seals a mail")
    for line in complaint.splitlines():
        print(f"# {line}")
    sys.exit(bool(complaint))


if __name__ == "__main__":
    main()
