#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks the house rules that a compiler doesn't know.

    tools/check_source.py [ROOT]      names each breach; exits 1 if there is one
    tools/check_source.py --self-test plants breaches and checks that each is found
    tools/check_source.py --report    prints how long and how complex the functions are

Rules: a licence line in each source; no trailing blanks, no line over 100 columns; no marks of
unfinished work; no function that can't be used safely, that prints, or that reads surroundings
which the context should bring; memcmp() only where nothing is secret; no function over 100 lines.
"""
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONGEST = 100

GENERATED = {"include/secmail/errors.h", "libsecmail/core/error_table.inc",
             "bindings/python/secmail/errors.py", "bindings/python/secmail/_ffi.py",
             "doc/errors.md"}
SKIPPED_FOLDERS = re.compile(
    r"build.*|subprojects|\.git|__pycache__|node_modules|corpus|\.\w+_cache")
SOURCE = {".c", ".h", ".py", ".js", ".mjs", ".sh"}
TEXT = SOURCE | {".md", ".scd", ".build", ".toml", ".map", ".inc"}

# Never, in our own C: no bound, hidden state, or no error report.
UNSAFE = ("strcpy strncpy strcat strncat stpcpy sprintf vsprintf gets strtok atoi atol atoll atof "
          "alloca tmpnam tempnam mktemp rand srand random srandom drand48 localtime gmtime ctime "
          "asctime system popen").split()
# Never in the library: it prints nothing, ends no process, and takes nothing from its surroundings.
AMBIENT = ("printf fprintf vprintf vfprintf puts fputs putchar putc perror abort exit _exit assert "
           "getenv secure_getenv setlocale isalpha isdigit isalnum isspace isupper islower "
           "isxdigit isprint iscntrl toupper tolower strcasecmp strncasecmp getrandom arc4random "
           "gettimeofday").split()
# These the library uses in one place each.
PLACES = {
    "malloc": {"libsecmail/core/memory.c"},
    "calloc": set(),
    "realloc": {"libsecmail/core/memory.c"},
    "free": {"libsecmail/core/memory.c"},
    "time": {"libsecmail/core/context.c"},
    "clock_gettime": {"libsecmail/dns/wait.c"},  # deadlines of the network
    "strdup": set(),
    "fopen": {"libsecmail/keyring/"},
    "open": {"libsecmail/keyring/"},
    "socket": {"libsecmail/dns/"},
}
# Files that compare with memcmp(), all of them public data; secrets go through smi_equal().
MEMCMP = {
    "libsecmail/codec/armor.c": "armor lines",
    "libsecmail/openpgp/pkesk.c": "key IDs and fingerprints",
    "libsecmail/verify/cleartext.c": "lines of framing",
    "libsecmail/verify/inline.c": "a line of framing",
    "libsecmail/verify/judge.c": "fingerprints and packets of certificates",
    "libsecmail/verify/merge.c": "packets of certificates",
    "libsecmail/verify/one_pass.c": "salts of signatures",
    "libsecmail/verify/public_key.c": "curve OIDs",
    "libsecmail/verify/ring.c": "fingerprints",
    "libsecmail/verify/signature.c": "issuers and fingerprints",
}

UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(wo" r"rk|ho" r"me/\w+)/")
COMMENT_OR_TEXT = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
CALL = re.compile(r"(?<![\w.>])([a-z_][a-z0-9_]*)\s*\(")


def files(root):
    for path in sorted(root.iterdir()):
        if path.is_symlink() or SKIPPED_FOLDERS.fullmatch(path.name):
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def is_script(path, text):
    return not path.suffix and text.startswith("#!")


def check_text(name, text):
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            yield f"{name}:{number}: trailing blanks"
        if UNFINISHED.search(line):
            yield f"{name}:{number}: a mark of unfinished work"
        if MACHINE_PATH.search(line):
            yield f"{name}:{number}: a path of one machine"
    if text and not text.endswith("\n"):
        yield f"{name}: no line end at the end"


def allowed(name, places):
    return any(name == p or (p.endswith("/") and name.startswith(p)) for p in places)


def forbidden_call(name, called):
    if called in UNSAFE:
        return "is unsafe"
    if not name.startswith("libsecmail/"):
        return None
    if called in AMBIENT:
        return "is not for a library"
    if called in PLACES and not allowed(name, PLACES[called]):
        return "has its place elsewhere"
    if called == "memcmp" and name not in MEMCMP:
        return "is for public data: use smi_equal(), or list the file in tools/check_source.py"
    return None


def check_c(name, text):
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST:
            yield f"{name}:{number}: {len(line)} columns"
    code = COMMENT_OR_TEXT.sub(blank, text)
    for number, line in enumerate(code.split("\n"), 1):
        if line.lstrip().startswith("#"):
            continue
        for called in CALL.findall(line):
            reason = forbidden_call(name, called)
            if reason:
                yield f"{name}:{number}: {called}() {reason}"


def measure(root, folders):
    """(lines, complexity, place) of each function, by pmccabe; None where that isn't installed."""
    sources = [str(p) for folder in folders for p in sorted((root / folder).rglob("*.c"))]
    if not shutil.which("pmccabe"):
        return None
    if not sources:
        return []
    out = subprocess.run(["pmccabe", *sources], capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in out.splitlines()]
    return [(int(r[4]), int(r[0]), r[5].replace(f"{root}/", "")) for r in rows if len(r) == 6]


def check_lengths(root):
    for lines, _, place in measure(root, ["libsecmail", "examples", "tests"]) or []:
        if lines > LONGEST:
            yield f"{place}: {lines} lines"


def check(root):
    complaints = []
    for path in files(root):
        name = path.relative_to(root).as_posix()
        if name in GENERATED or (path.suffix not in TEXT and path.suffix):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            complaints.append(f"{name}: not UTF-8")
            continue
        if not path.suffix and not is_script(path, text):
            continue
        source = path.suffix in SOURCE or is_script(path, text) or path.name == "meson.build"
        if source and "SPDX-License-Identifier: LGPL-2.1-or-later" not in text[:400]:
            complaints.append(f"{name}: no SPDX line")
        complaints += check_text(name, text)
        if path.suffix in (".c", ".h"):
            complaints += check_c(name, text)
    return complaints + list(check_lengths(root))


def report(root):
    rows = measure(root, ["libsecmail"])
    if not rows:
        print("pmccabe isn't installed" if rows is None else "no functions")
        return
    lines = sorted(r[0] for r in rows)
    complexity = sorted(r[1] for r in rows)
    p90 = int(len(rows) * 0.9)
    print(f"{len(rows)} functions: lines median {statistics.median(lines):g}, p90 {lines[p90]}, "
          f"longest {lines[-1]}; complexity median {statistics.median(complexity):g}, "
          f"p90 {complexity[p90]}, highest {complexity[-1]}")
    for length, _, place in sorted(rows, reverse=True)[:5]:
        print(f"  {length:4} lines  {place}")


LICENCE = "/* SPDX-License-Identifier: LGPL-2.1-or-later */\n"
LONG_FUNCTION = "int f(void)\n{\n" + "    ;\n" * LONGEST + "    return 0;\n}\n"
# File, content, and a part of the complaint ("" where there must be none).
PLANTED = [
    ("libsecmail/a.c", LICENCE + "int a(void);\n", ""),
    ("libsecmail/b.c", "int a(void);\n", "no SPDX"),
    ("libsecmail/c.c", LICENCE + "int a; \n", "trailing"),
    ("libsecmail/d.c", LICENCE + "/* TO" "DO: more */\n", "unfinished"),
    ("libsecmail/e.c", LICENCE + "int x = strcpy(a, b);\n", "strcpy() is unsafe"),
    ("libsecmail/f.c", LICENCE + "/* strcpy(a) */ const char *s = \"strcpy(a)\";\n", ""),
    ("libsecmail/g.c", LICENCE + "int x = memcmp(a, b, 1);\n", "memcmp()"),
    ("libsecmail/h.c", LICENCE + "int x = malloc(1);\n", "malloc()"),
    ("libsecmail/core/memory.c", LICENCE + "int x = malloc(1);\n", ""),
    ("libsecmail/i.c", LICENCE + "int x = mem->free(1) + smi_free(1);\n", ""),
    ("libsecmail/j.c", LICENCE + "int x = printf(\"x\");\n", "printf()"),
    ("libsecmail/k.c", LICENCE + "int x; /*" + "x" * LONGEST + " */\n", "columns"),
    ("libsecmail/l.c", LICENCE + "int x;", "no line end"),
    ("examples/a.c", LICENCE + "int x = printf(\"x\") + free(y);\n", ""),
    ("examples/b.c", LICENCE + "int x = atoi(y);\n", "atoi()"),
    ("doc/a.md", "See /wo" "rk/main.\n", "machine"),
    ("tools/a", "#!/bin/sh\n", "no SPDX"),
    ("libsecmail/m.c", LICENCE + LONG_FUNCTION, " lines"),
    ("build/a.c", "nothing is checked here", ""),
]


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text, _ in PLANTED:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        found = check(root)
    for name, _, complaint in PLANTED:
        mine = [line for line in found if line.startswith((name + ":", name + "("))]
        if complaint == " lines" and not shutil.which("pmccabe"):
            continue
        if len(mine) != bool(complaint) or any(complaint not in line for line in mine):
            sys.exit(f"check_source.py: expected '{complaint}' of {name}, got {mine}")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    if sys.argv[1:] == ["--report"]:
        report(ROOT)
        return
    complaints = check(pathlib.Path(sys.argv[1]).resolve() if sys.argv[1:] else ROOT)
    if complaints:
        sys.exit("\n".join(complaints))


if __name__ == "__main__":
    main()
