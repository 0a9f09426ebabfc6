#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks that version script, exports, header and Python table of a module name the same functions.

    symbols.py BUILD_ROOT NAME=LIBRARY...   prints TAP

Also that nothing else is exported, that what the libraries share privately carries its mark, that a
library is linked only with those of lower floors, and that no archive defines a name which could
clash with one of the program that it is linked into.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PUBLIC, PRIVATE = "SECMAIL_0.1", "SECMAIL_PRIVATE"

sys.path.insert(0, str(ROOT / "tools"))
sys.path.insert(0, str(ROOT / "bindings/python"))
import check_layers  # noqa: E402
import gen_ffi  # noqa: E402
from secmail import _ffi  # noqa: E402


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def version_script(module):
    """{node: [name, ...]}, and whether everything else is local."""
    text = (ROOT / f"libsecmail/{module}/{module}.map").read_text()
    text = re.sub(r"/\*.*?\*/|#[^\n]*", " ", text, flags=re.DOTALL)
    nodes = {}
    for name, body in re.findall(r"(\w[\w.]*)\s*\{(.*?)\}[^;]*;", text, re.DOTALL):
        globals_ = re.search(r"global:(.*?)(?:local:|$)", body, re.DOTALL)
        nodes[name] = [n.strip() for n in globals_.group(1).split(";") if n.strip()]
    return nodes, bool(re.search(r"local:\s*\*;", text))


def exports(library):
    """{node: {name, ...}} of the dynamic symbols that a library defines."""
    found = {}
    for line in run("nm", "-D", "--defined-only", "--with-symbol-versions", library).splitlines():
        kind, symbol = line.split()[-2:]
        name, _, node = symbol.partition("@@")
        if kind != "A":  # the names of the nodes themselves
            found.setdefault(node, set()).add(name)
    return found


def same(first, second, what):
    for name in sorted(first - second):
        yield f"{name} isn't in {what}"
    for name in sorted(second - first):
        yield f"{name} is only in {what}"


def check_module(module, library, headers):
    declared = set(headers[module].functions)
    nodes, rest_is_local = version_script(module)
    exported = exports(library)
    yield from same(declared, set(nodes.get(PUBLIC, [])), f"the version script {module}.map")
    yield from same(declared, exported.get(PUBLIC, set()), f"the exports of libsecmail-{module}")
    table = {name for name, entry in _ffi.FUNCTIONS.items() if entry[0] == module}
    yield from same(declared, table, "the Python table (run tools/gen_ffi.py)")
    if nodes.get(PUBLIC) != sorted(nodes.get(PUBLIC, [])):
        yield f"{module}.map isn't sorted"
    if not rest_is_local:
        yield f"{module}.map doesn't make the rest local"
    if set(exported) - {PUBLIC, PRIVATE}:
        yield f"unknown version nodes: {set(exported) - {PUBLIC, PRIVATE}}"
    for name in sorted(exported.get(PRIVATE, set())):
        if not name.startswith("smi_"):
            yield f"{name} is exported privately, but isn't called smi_..."


def check_links(module, library):
    lower = check_layers.MAY_KNOW[module]
    for name in re.findall(r"NEEDED.*\[libsecmail-(\w+)\.so", run("readelf", "-d", library)):
        if name not in lower:
            yield f"libsecmail-{module} is linked with libsecmail-{name}"


def check_archives(build):
    archives = sorted((build / "libsecmail").rglob("*.a"))
    if not archives:
        yield "there are no archives"
    for archive in archives:
        for line in run("nm", "-g", "--defined-only", str(archive)).splitlines():
            name = line.split()[-1] if line.split() else ""
            if len(line.split()) == 3 and not re.match(r"smi_|secmail_", name):
                yield f"{archive.name} defines {name}"


def main():
    build = pathlib.Path(sys.argv[1])
    libraries = dict(argument.split("=", 1) for argument in sys.argv[2:])
    headers = gen_ffi.parse_headers()
    results = [("archives", list(check_archives(build)))]
    for module, library in libraries.items():
        results.append((f"symbols of {module}", list(check_module(module, library, headers))))
        results.append((f"links of {module}", list(check_links(module, library))))
    for number, (name, complaints) in enumerate(results, 1):
        print(f"{'not ' if complaints else ''}ok {number} {name}")
        for line in complaints:
            print(f"# {line}")
    print(f"1..{len(results)}")
    sys.exit(any(complaints for _, complaints in results))


if __name__ == "__main__":
    main()
