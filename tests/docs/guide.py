#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compiles and runs what the chapters of the guide show: what a reader copies must work.

    guide.py CHAPTER.md    prints TAP, one test a block
    guide.py --self-test   gives itself chapters with mistakes, and checks that each is found

A chapter lives in an empty folder, and its blocks are taken from top to bottom:

    ```c      begins with a comment that gives its name: /* seal.c: ... */. A .c file is compiled,
              as strict C11 with warnings as errors, and linked with the modules whose headers it
              includes; a .h file is saved for the next ones
    ```sh     runs, with our tools in the PATH; must end with 0
    ```text   right behind a ```sh block: what that prints on standard output, where "..." stands
              for anything on one line

Other blocks aren't looked at. A program that no ```sh block runs is a failure, and so is a chapter
without a program.

Environment: CC; SECMAIL_CFLAGS are added to its flags; SECMAIL_BUILD is the build folder.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLAGS = ["-std=c11", "-g", "-Wall", "-Wextra", "-Werror"]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"/\* ([a-z][a-z0-9-]*\.[ch])\b")
MODULES = ["dns", "openpgp", "otp", "mailauth", "verify", "core"]  # each before those that it needs
TOOLS = ["secmail-sop", "secmail-auth"]
TIMEOUT = 60


class Mistake(Exception):
    """What is wrong with a block."""


def blocks(text):
    """(line, language, body, right behind the block before it) of each fenced block."""
    end = None
    for match in BLOCK.finditer(text):
        adjacent = end is not None and not text[end:match.start()].strip()
        end = match.end()
        yield text.count("\n", 0, match.start()) + 1, *match.groups(), adjacent


def run(command, folder, **more):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT,
                          stdin=subprocess.DEVNULL, **more)


def libraries(source):
    """The modules that a program includes and those below them, and their folders."""
    named = set(re.findall(r"#include <secmail/(\w+)\.h>", source)) | {"core"}
    if "openpgp" in named:
        named.add("verify")
    needed = [m for m in MODULES if m in named]
    build = pathlib.Path(os.environ["SECMAIL_BUILD"]) / "libsecmail"
    return [f"-lsecmail-{m}" for m in needed], [str(build / m) for m in needed]


class Chapter:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.waiting = {}  # programs that haven't run yet, and the line that shows them
        self.headers = ""
        self.output = None
        self.programs = 0

    def take(self, line, language, body, adjacent):
        """Title of a block that was checked, or None for one that isn't looked at."""
        if language == "c":
            return self.save(line, body)
        if language == "sh":
            return self.shell(body)
        if language == "text" and adjacent and self.output is not None:
            return self.compare(body)
        self.output = None
        return None

    def save(self, line, body):
        self.output = None
        match = NAME.match(body)
        if not match:
            raise Mistake("the program doesn't begin with its name: /* name.c: ... */")
        path = self.folder / match.group(1)
        path.write_text(body)
        if path.suffix == ".h":
            self.headers += body
            return f"{path.name} is saved"
        self.compile(path, body)
        self.waiting[path.stem] = line
        self.programs += 1
        return f"{path.name} is compiled without a warning"

    def compile(self, path, body):
        libs, folders = libraries(body + self.headers)
        command = [*os.environ.get("CC", "cc").split(), *FLAGS,
                   *os.environ.get("SECMAIL_CFLAGS", "").split(), "-I", str(ROOT / "include"),
                   str(path), "-o", str(path.with_suffix("")), *(f"-L{f}" for f in folders), *libs]
        result = run(command, self.folder)
        if result.returncode:
            raise Mistake(result.stderr)

    def shell(self, body):
        build = pathlib.Path(os.environ["SECMAIL_BUILD"])
        folders = [str(build / "libsecmail" / module) for module in MODULES]
        tools = [str(build / "examples" / tool) for tool in TOOLS]
        environment = dict(os.environ, LD_LIBRARY_PATH=":".join(folders), LC_ALL="C.UTF-8",
                           PATH=":".join([*tools, os.environ["PATH"]]))
        result = run(["bash", "-euo", "pipefail", "-c", body], self.folder, env=environment)
        if result.returncode:
            raise Mistake(f"exit {result.returncode}\n{result.stdout}{result.stderr}")
        self.output = result.stdout
        for name in re.findall(r"\./([a-z][a-z0-9-]*)", body):
            self.waiting.pop(name, None)
        return "`" + body.strip().splitlines()[0] + "` runs"

    def compare(self, expected):
        pattern = "[^\n]*".join(re.escape(part) for part in expected.split("..."))
        output, self.output = self.output, None
        if not re.fullmatch(pattern, output):
            raise Mistake(f"it prints:\n{output}")
        return "and prints what stands below it"

    def end(self):
        if not self.programs:
            raise Mistake("the chapter has no program")
        if self.waiting:
            raise Mistake(f"no ```sh block runs {self.waiting}")
        return "every program was run"


def check(text):
    """(title, complaint) of each block of a chapter; ends at the first complaint."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        chapter = Chapter(folder)
        steps = [(f"line {b[0]}: ", lambda b=b: chapter.take(*b)) for b in blocks(text)]
        for place, step in [*steps, ("", chapter.end)]:
            try:
                title = step()
            except (Mistake, subprocess.TimeoutExpired) as mistake:
                return results + [(place + "the block works", str(mistake))]
            if title:
                results.append((place + title, ""))
    return results


PROGRAM = """```c
/* probe.c: prints its version. */
#include <secmail/core.h>
#include <stdio.h>

int main(void)
{
    printf("version %s\\n", secmail_version());
    return 0;
}
```
"""
# A chapter, and a part of the complaint ("" where there must be none).
PLANTED = [
    (PROGRAM + "Run it:\n```sh\n./probe\n```\n\n```text\nversion 0...\n```\n", ""),
    (PROGRAM + "```sh\n./probe\n```\nIt prints:\n```text\nnonsense\n```\n", ""),
    (PROGRAM + "```sh\n./probe\n```\n```text\nversion 7\n```\n", "it prints"),
    (PROGRAM + "```sh\n./probe\n./probe\n```\n```text\nversion ...\n```\n", "it prints"),
    (PROGRAM, "no ```sh block runs"),
    ("Nothing.\n", "no program"),
    (PROGRAM.replace("/* probe.c", "/* probe"), "begin with its name"),
    (PROGRAM.replace("return 0;", "int unused; return 0;") + "```sh\n./probe\n```\n", "unused"),
    (PROGRAM.replace("return 0;", "return 1;") + "```sh\n./probe\n```\n", "exit 1"),
    (PROGRAM.replace("secmail_version()", "secmail_nothing()"), "secmail_nothing"),
]


def self_test():
    for number, (text, wanted) in enumerate(PLANTED, 1):
        complaint = check(text)[-1][1]
        good = wanted in complaint if wanted else not complaint
        yield f"planted chapter {number}", "" if good else f"expected '{wanted}': {complaint}"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if sys.argv[1] == "--self-test":
        results = list(self_test())
    else:
        results = check(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    for number, (title, complaint) in enumerate(results, 1):
        print(f"{'not ' if complaint else ''}ok {number} {title}".replace("#", ""))
        for line in complaint.splitlines():
            print(f"# {line}")
    print(f"1..{len(results)}")
    sys.exit(any(complaint for _, complaint in results))


if __name__ == "__main__":
    main()
