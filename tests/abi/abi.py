#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares the libraries' binary interface with the committed baseline.

    abi.py check NAME=LIBRARY...   prints TAP; a test of each library, the constants, and the check
    abi.py write NAME=LIBRARY...   writes the baseline; tools/abi-baseline calls this

The baseline has three parts: what libabigail reads from the debug information (functions, types of
parameters and results, public structs); the constants of the headers, since enums travel as
uint32_t and leave no trace in it; and layout.c, which asserts offset and size of each field of each
public struct. Its numbers come from the Python package's structs, so that it compares these with
the C compiler's, too.

abidw must record where types are declared, or it takes all of them for private; its output is then
freed of all that one machine or one source line adds: other paths, line numbers, and the functions
that the libraries share among themselves (node SECMAIL_PRIVATE).
"""
import ctypes
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
BASELINE = ROOT / "tests/abi/baseline"
CONSTANTS = BASELINE / "constants.txt"
LAYOUT = ROOT / "tests/abi/layout.c"
ADVICE = ("A released interface may grow, not change (CONTRIBUTING.md, 'The ABI'). If this is "
          "growth, or nothing was released yet: tools/abi-baseline")

sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "bindings/python")]
import gen_ffi  # noqa: E402
from secmail import _ffi  # noqa: E402


def is_private(element):
    symbol = element.get("elf-symbol-id", element.get("version", ""))
    return "SECMAIL_PRIVATE" in symbol or element.get("name", "").startswith("smi_")


def normalise(element):
    """Keeps of a declaration's place only which public header it is in."""
    path = element.get("filepath")
    for name in ("line", "column", "filepath"):
        element.attrib.pop(name, None)
    if path and "include/secmail/" in path:
        element.set("filepath", "include/secmail/" + path.rsplit("/", 1)[1])
    for child in element:
        normalise(child)


def references(element):
    for e in element.iter():
        for name in ("type-id", "base-type-id", "naming-typedef-id", "def-of-decl-id"):
            if e.get(name):
                yield e.get(name)


def reachable(corpus):
    """The ids of all types that a public function needs."""
    types = {e.get("id"): e for e in corpus.iter() if e.get("id")}
    functions = corpus.iterfind("abi-instr/function-decl[@elf-symbol-id]")
    waiting = [i for f in functions for i in references(f)]
    found = set()
    while waiting:
        identity = waiting.pop()
        if identity in types and identity not in found:
            found.add(identity)
            waiting += references(types[identity])
    return found


def drop(parent, unwanted):
    for child in [c for c in parent if unwanted(c)]:
        parent.remove(child)


def public_part(text):
    corpus = ElementTree.fromstring(text)
    corpus.attrib.pop("path", None)
    for symbols in corpus.iterfind("elf-function-symbols"):
        drop(symbols, is_private)
    units = list(corpus.iterfind("abi-instr"))
    for unit in units:
        drop(unit, lambda e: e.tag == "function-decl" and
             (is_private(e) or not e.get("elf-symbol-id")))
    needed = reachable(corpus)
    for unit in units:
        drop(unit, lambda e: e.get("id") is not None and e.get("id") not in needed)
        unit.set("path", pathlib.PurePath(unit.get("path")).name)
        normalise(unit)
    drop(corpus, lambda e: e.tag == "abi-instr" and len(e) == 0)
    ElementTree.indent(corpus)
    return ElementTree.tostring(corpus, encoding="unicode") + "\n"


def dump(library, headers):
    command = ["abidw", "--headers-dir", str(headers), "--drop-private-types",
               "--exported-interfaces-only", "--no-comp-dir-path", "--no-elf-needed",
               "--drop-undefined-syms", "--type-id-style", "hash", str(library)]
    return public_part(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compare(old, new):
    """"" where both are the same interface, else what abidiff tells."""
    run = subprocess.run(["abidiff", "--no-show-locs", str(old), str(new)],
                         capture_output=True, text=True)
    if run.returncode == 0:
        return ""
    return run.stdout or run.stderr or f"abidiff ended with {run.returncode}"


def constants():
    headers = gen_ffi.parse_headers().values()
    return "".join(f"{name} = {value}\n" for h in headers for name, value in h.constants.items()
                   if name != "SECMAIL_VERSION_NUMBER")


LAYOUT_HEAD = """\
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Offset and size of each field of each public struct, on 64-bit machines: a part of the baseline,
 * written by tools/abi-baseline. A struct whose first field is its size may grow at the end;
 * nothing else here ever changes.
 */
"""
LAYOUT_MACROS = """\

#define STRUCT(name, bytes) _Static_assert(sizeof(struct name) == (bytes), #name)
#define FIELD(name, field, at, bytes)                                                \\
    _Static_assert(offsetof(struct name, field) == (at), #name "." #field);          \\
    _Static_assert(sizeof(((struct name *)0)->field) == (bytes), #name "." #field)
"""


def layout():
    headers = gen_ffi.parse_headers()
    lines = [LAYOUT_HEAD + "".join(f"#include <secmail/{m}.h>\n" for m in sorted(headers)) +
             LAYOUT_MACROS]
    for name in (name for header in headers.values() for name in header.structs):
        struct = getattr(_ffi, name)
        lines.append(f"\nSTRUCT({name}, {ctypes.sizeof(struct)});\n")
        for field, *_ in struct._fields_:
            place = getattr(struct, field)
            lines.append(f"FIELD({name}, {field}, {place.offset}, {place.size});\n")
    return "".join(lines)


def check_layout():
    recorded = LAYOUT.read_text() if LAYOUT.exists() else ""
    if recorded != layout():
        return f"{LAYOUT.relative_to(ROOT)} isn't what headers and Python table say. {ADVICE}"
    run = subprocess.run([*compiler(), "-std=c11", "-fsyntax-only", "-I", ROOT / "include", LAYOUT],
                         capture_output=True, text=True)
    return run.stderr if run.returncode else ""


def check_library(name, library):
    baseline = BASELINE / f"libsecmail-{name}.abi"
    if not baseline.exists():
        return f"no baseline {baseline.relative_to(ROOT)}. {ADVICE}"
    with tempfile.TemporaryDirectory() as folder:
        now = pathlib.Path(folder) / "now.abi"
        now.write_text(dump(library, ROOT / "include"))
        difference = compare(baseline, now)
    return difference and difference + ADVICE


def check_constants():
    recorded = set(CONSTANTS.read_text().splitlines()) if CONSTANTS.exists() else set()
    difference = recorded.symmetric_difference(constants().splitlines())
    lines = [("+ " if line not in recorded else "- ") + line for line in sorted(difference)]
    return "\n".join(lines + [ADVICE] if lines else [])


PROBE_HEADER = """
struct secmail_opaque;
struct secmail_open { unsigned long size; int a; int b; };
__attribute__((visibility("default"))) int secmail_probe(struct secmail_opaque *o, int flags);
__attribute__((visibility("default"))) int secmail_open_it(const struct secmail_open *o);
"""
PROBE_SOURCE = """
#include <secmail/probe.h>
struct secmail_opaque { int x; int y; };
__attribute__((visibility("default"))) int smi_shared(struct secmail_opaque *o);
int smi_shared(struct secmail_opaque *o) { return o->x; }
int secmail_probe(struct secmail_opaque *o, int flags) { return o->x + flags; }
int secmail_open_it(const struct secmail_open *o) { return o->a; }
"""
PROBE_MAP = """
SECMAIL_0.1 { global: secmail_*; local: *; };
SECMAIL_PRIVATE { global: smi_*; };
"""
# What is changed, how (old text, new text), and whether that breaks the interface.
PROBES = [
    ("nothing", "", "", False),
    ("the order of two public fields", "int a; int b;", "int b; int a;", True),
    ("the type of a public field", "int a; int b;", "int a; unsigned b;", True),
    ("the size of a public struct", "int a; int b;", "int a; int b; long c;", True),
    ("the type of a parameter", "int flags", "long flags", True),
    ("the type of a result", "int secmail_open_it", "long secmail_open_it", True),
    ("the name of a function", "secmail_open_it", "secmail_open_them", True),
    ("the fields of an opaque struct", "int x; int y;", "int y; long x;", False),
    ("a private function", "int smi_shared", "long smi_shared", False),
    ("the name of a private function", "smi_shared", "smi_common", False),
]


def compiler():
    return os.environ.get("CC", "cc").split()


def build_probe(folder, old, new):
    """Builds the probe with one change in a folder of its own, as another machine would."""
    (folder / "include/secmail").mkdir(parents=True)
    header = folder / "include/secmail/probe.h"
    source, version_script = folder / "probe.c", folder / "probe.map"
    header.write_text(PROBE_HEADER.replace(old, new) if old else PROBE_HEADER)
    source.write_text(PROBE_SOURCE.replace(old, new) if old else "\n\n" + PROBE_SOURCE)
    version_script.write_text(PROBE_MAP)
    library = folder / "libprobe.so"
    subprocess.run([*compiler(), "-g", "-shared", "-fPIC", "-I",
                    folder / "include", f"-Wl,--version-script,{version_script}", source,
                    "-o", library], check=True)
    recorded = folder / "probe.abi"
    recorded.write_text(dump(library, folder / "include"))
    return recorded


def check_itself():
    """Changes a small library in each way; the check must tell breaks from changes inside."""
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        baseline = build_probe(pathlib.Path(folder) / "baseline", "", "")
        if folder in baseline.read_text() or "smi_" in baseline.read_text():
            wrong.append("the baseline names a path of this machine, or private functions")
        for number, (what, old, new, breaks) in enumerate(PROBES):
            changed = build_probe(pathlib.Path(folder) / str(number), old, new)
            if bool(compare(baseline, changed)) != breaks:
                wrong.append(f"{'missed' if breaks else 'complained about'} a change of {what}")
    return "\n".join(wrong)


def has_debug_information(library):
    run = subprocess.run(["readelf", "-S", library], capture_output=True, text=True, check=True)
    return ".debug_info" in run.stdout


def reason_to_skip(libraries):
    """Why the debug information can't be compared here; "" if it can."""
    if not shutil.which("abidw") or not shutil.which("abidiff"):
        return "abidw and abidiff (abigail-tools) aren't installed"
    if not all(has_debug_information(path) for path in libraries.values()):
        return "the libraries have no debug information"
    return "" if os.uname().machine == "x86_64" else "the baseline is of x86_64"


def check(libraries):
    results = [("constants", check_constants()), ("layout", check_layout())]
    skipped = reason_to_skip(libraries)
    if not skipped:
        results.append(("the check tells breaks from changes inside", check_itself()))
        results += [(f"libsecmail-{n}", check_library(n, path)) for n, path in libraries.items()]
    for number, (name, complaint) in enumerate(results, 1):
        print(f"{'not ' if complaint else ''}ok {number} {name}")
        for line in complaint.splitlines():
            print(f"# {line}")
    if skipped:
        print(f"ok {len(results) + 1} libraries # SKIP {skipped}")
    print(f"1..{len(results) + bool(skipped)}")
    sys.exit(any(complaint for _, complaint in results))


def write(libraries):
    BASELINE.mkdir(exist_ok=True)
    CONSTANTS.write_text(constants())
    LAYOUT.write_text(layout())
    for name, library in libraries.items():
        (BASELINE / f"libsecmail-{name}.abi").write_text(dump(library, ROOT / "include"))


def main():
    modes = {"check": check, "write": write}
    if len(sys.argv) < 3 or sys.argv[1] not in modes:
        sys.exit(__doc__)
    modes[sys.argv[1]](dict(argument.split("=", 1) for argument in sys.argv[2:]))


if __name__ == "__main__":
    main()
