#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compiles each public header alone, as strict C11 and as C++11, without a warning.

    headers.py       prints TAP; the compilers come from CC and CXX (without CXX: C only)
"""
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLAGS = ["-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wundef", "-Werror", "-fsyntax-only"]
LANGUAGES = {
    "C": ("CC", ["-std=c11", "-Wstrict-prototypes"], "c"),
    "C++": ("CXX", ["-std=c++11"], "c++"),
}


def compile_header(language, name, include):
    variable, flags, kind = LANGUAGES[language]
    command = [*os.environ[variable].split(), *flags, *FLAGS, "-I", str(include), "-x", kind, "-"]
    source = f"#include <secmail/{name}>\nint main(void);\nint main(void) {{ return 0; }}\n"
    if language == "C++":
        source = f"#include <secmail/{name}>\nint main() {{ return 0; }}\n"
    return subprocess.run(command, input=source, capture_output=True, text=True)


def planted_mistakes():
    """A header with a mistake of each language must be refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "secmail/probe.h"
        path.parent.mkdir()
        for language, mistake in (("C", "size_t f(void);"), ("C++", "int f(int class);")):
            path.write_text(mistake + "\n")
            known = os.environ.get(LANGUAGES[language][0])
            if known and compile_header(language, "probe.h", folder).returncode == 0:
                yield f"{language}: '{mistake}' wasn't noticed"


def main():
    names = sorted(p.name for p in (ROOT / "include/secmail").glob("*.h"))
    results = [("mistakes are noticed", "\n".join(planted_mistakes()), "")]
    for language, (variable, *_) in LANGUAGES.items():
        for name in names:
            title = f"{name} as {language}"
            if not os.environ.get(variable):
                results.append((title, "", f" # SKIP no {language} compiler"))
                continue
            run = compile_header(language, name, ROOT / "include")
            results.append((title, run.stderr if run.returncode else "", ""))
    for number, (name, complaint, directive) in enumerate(results, 1):
        print(f"{'not ' if complaint else ''}ok {number} {name}{directive}")
        for line in complaint.splitlines():
            print(f"# {line}")
    print(f"1..{len(results)}")
    sys.exit(any(complaint for _, complaint, _ in results))


if __name__ == "__main__":
    main()
