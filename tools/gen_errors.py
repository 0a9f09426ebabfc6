#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes everything that lists error codes from libsecmail/core/errors.toml.

    tools/gen_errors.py          writes the files
    tools/gen_errors.py --check  exits 1 and names the files that are not up to date
"""
import pathlib
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = "libsecmail/core/errors.toml"
NOTE = f"Made by tools/gen_errors.py from {SOURCE}; edit that file."


def load():
    errors = tomllib.loads((ROOT / SOURCE).read_text())["error"]
    for key in ("name", "number"):
        values = [e[key] for e in errors]
        doubled = {v for v in values if values.count(v) > 1}
        if doubled:
            sys.exit(f"{SOURCE}: {key} used twice: {doubled}")
    return sorted(errors, key=lambda e: e["number"])


def c_text(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def header(errors):
    lines = [
        "/* SPDX-License-Identifier: LGPL-2.1-or-later */",
        "/**",
        " * @file secmail/errors.h",
        " * All error codes of libsecmail. Included by <secmail/core.h>.",
        " *",
        f" * {NOTE}",
        " */",
        "#ifndef SECMAIL_ERRORS_H",
        "#define SECMAIL_ERRORS_H",
        "",
        "/** Success. */",
        "#define SECMAIL_OK 0",
    ]
    for e in errors:
        lines += ["", f"/** {e['meaning']} {e['remedy']} */",
                  f"#define SECMAIL_E_{e['name']} (-{e['number']})"]
    return "\n".join(lines + ["", "#endif /* SECMAIL_ERRORS_H */", ""])


def table(errors):
    lines = [f"/* {NOTE} */"]
    for e in errors:
        lines.append(f"{{-{e['number']}, \"SECMAIL_E_{e['name']}\",\n {c_text(e['meaning'])},\n"
                     f" {c_text(e['remedy'])}}},")
    return "\n".join(lines) + "\n"


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


def python(errors):
    lines = [
        "# SPDX-License-Identifier: LGPL-2.1-or-later",
        f'"""One exception class for each error code. {NOTE}"""',
        "",
        "from __future__ import annotations",
        "",
        "",
        "class Error(Exception):",
        '    """An error that libsecmail reported: a stable code, its name, and what happened."""',
        "",
        "    code: int = 0",
        '    name: str = "SECMAIL_OK"',
        '    meaning: str = ""',
        '    remedy: str = ""',
        "",
        '    def __init__(self, detail: str = "") -> None:',
        "        super().__init__(detail or self.meaning)",
        "        self.detail = detail",
    ]
    for e in errors:
        lines += ["", "", f"class {camel(e['name'])}(Error):", f'    """{e["meaning"]}"""', "",
                  f"    code = -{e['number']}", f'    name = "SECMAIL_E_{e["name"]}"',
                  f"    meaning = {e['meaning']!r}", f"    remedy = {e['remedy']!r}"]
    lines += ["", "", "BY_CODE: dict[int, type[Error]] = {"]
    lines += [f"    -{e['number']}: {camel(e['name'])}," for e in errors]
    return "\n".join(lines + ["}", ""])


def document(errors):
    lines = ["# Error codes", "", f"<!-- {NOTE} -->", "",
             "A function that fails returns one of these negative numbers. The numbers are stable:",
             "once released, none is used again for something else.", "",
             "| code | name | meaning | example | remedy |", "|---|---|---|---|---|"]
    lines += [f"| -{e['number']} | `SECMAIL_E_{e['name']}` | {e['meaning']} | {e['example']} | {e['remedy']} |"
              for e in errors]
    return "\n".join(lines + [""])


def main():
    errors = load()
    outputs = {
        "include/secmail/errors.h": header(errors),
        "libsecmail/core/error_table.inc": table(errors),
        "bindings/python/secmail/errors.py": python(errors),
        "doc/errors.md": document(errors),
    }
    stale = []
    for name, text in outputs.items():
        path = ROOT / name
        if path.exists() and path.read_text() == text:
            continue
        if "--check" in sys.argv[1:]:
            stale.append(name)
        else:
            path.write_text(text)
    if stale:
        sys.exit("not up to date (run tools/gen_errors.py): " + ", ".join(stale))


if __name__ == "__main__":
    main()
