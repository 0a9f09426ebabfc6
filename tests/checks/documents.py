#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks that doc/limits.md and doc/features.md say what the library does. Prints TAP."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings/python"))
import secmail  # noqa: E402
from secmail import _ffi  # noqa: E402


def rows(name):
    """Cells of the table rows of a document, without its heads."""
    for line in (ROOT / "doc" / name).read_text().splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            yield cells


def check_limits():
    documented = {row[0]: row for row in rows("limits.md")}
    defaults = secmail.default_limits()
    for name in sorted(defaults.keys() ^ documented.keys()):
        yield f"{name} is missing in {'the table' if name in defaults else 'the library'}"
    for name in defaults.keys() & documented.keys():
        constant = "SECMAIL_LIMIT_" + name.upper().replace("-", "_")
        error = "SECMAIL_E_LIMIT_" + name.upper().replace("-", "_")
        if documented[name][1] != constant or not hasattr(_ffi, constant):
            yield f"{name}: the constant is {constant}"
        if int(documented[name][2].replace(" ", "")) != defaults[name]:
            yield f"{name}: the default is {defaults[name]}"
        if documented[name][4] != error or not hasattr(_ffi, error):
            yield f"{name}: the error is {error}"


def check_features():
    documented = {row[0] for row in rows("features.md")}
    text = (ROOT / "meson.build").read_text()
    built = set()
    for body in re.findall(r"features \+?= \[([^\]]*)\]", text):
        built |= set(re.findall(r"'([^']+)'", body))
    for name in sorted(documented ^ built):
        yield f"{name} is only in {'doc/features.md' if name in documented else 'meson.build'}"
    if not secmail.feature_supported("core"):
        yield "core isn't supported"


def main():
    results = [("limits", list(check_limits())), ("features", list(check_features()))]
    for number, (name, complaints) in enumerate(results, 1):
        print(f"{'not ' if complaints else ''}ok {number} {name}")
        for line in complaints:
            print(f"# {line}")
    print(f"1..{len(results)}")
    sys.exit(any(complaints for _, complaints in results))


if __name__ == "__main__":
    main()
