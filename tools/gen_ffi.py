#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes the ctypes table of the Python package from the public headers.

    tools/gen_ffi.py          writes bindings/python/secmail/_ffi.py
    tools/gen_ffi.py --check  exits 1 if it isn't up to date

The parser knows the shape of our own headers: enums, structs, callback typedefs, numeric macros and
SECMAIL_API functions. Anything else is an error, never skipped in silence. Other checks import
parse_headers() from here.
"""
import dataclasses
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUTPUT = "bindings/python/secmail/_ffi.py"

BASE = {
    "int": "c.c_int", "unsigned": "c.c_uint", "size_t": "c.c_size_t", "char": "c.c_char",
    "int8_t": "c.c_int8", "uint8_t": "c.c_uint8", "int16_t": "c.c_int16",
    "uint16_t": "c.c_uint16", "int32_t": "c.c_int32", "uint32_t": "c.c_uint32",
    "int64_t": "c.c_int64", "uint64_t": "c.c_uint64", "double": "c.c_double", "bool": "c.c_bool",
}


@dataclasses.dataclass
class Header:
    """What one public header declares, in its order."""
    module: str
    includes: list
    constants: dict = dataclasses.field(default_factory=dict)   # name: int
    enums: dict = dataclasses.field(default_factory=dict)       # name: [constant, ...]
    structs: dict = dataclasses.field(default_factory=dict)     # name: [(field, C type), ...]
    opaque: set = dataclasses.field(default_factory=set)
    callbacks: dict = dataclasses.field(default_factory=dict)   # name: (C type, [C type, ...])
    functions: dict = dataclasses.field(default_factory=dict)   # name: (C type, [C type, ...])


def fail(header, text):
    sys.exit(f"tools/gen_ffi.py: secmail/{header.module}.h: can't read: {' '.join(text.split())}")


def strip(text):
    """Without comments, preprocessor lines and the extern "C" brackets."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    text = re.sub(r"#ifdef __cplusplus.*?#endif", " ", text, flags=re.DOTALL)
    return re.sub(r"^\s*#.*(?:\\\n.*)*$", " ", text, flags=re.MULTILINE)


def split_outside(text, separator):
    """Splits at separators that are outside of brackets and braces."""
    parts, depth, start = [], 0, 0
    for i, char in enumerate(text):
        depth += (char in "({[") - (char in ")}]")
        if char == separator and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    parts.append(text[start:])
    return [p.strip() for p in parts if p.strip()]


def number(header, text, known):
    """The value of a constant expression: numbers, earlier constants, + - | << and brackets."""
    words = re.sub(r"\b[A-Z]\w*", lambda m: str(known.get(m.group(), m.group())), text)
    words = re.sub(r"\b(0x[0-9a-fA-F]+|\d+)[uUlL]+\b", r"\1", words)
    words = re.sub(r"U?INT(?:32|64)_C\(([^()]*)\)", r"(\1)", words)
    if not re.fullmatch(r"(?:0x[0-9a-fA-F]+|\d+|<<|[-+|() ])+", words):
        fail(header, text)
    return int(eval(words, {"__builtins__": {}}))  # only digits and operators get here


def read_enum(header, declaration, known):
    match = re.fullmatch(r"enum\s+(\w+)\s*\{(.*)\}", declaration, re.DOTALL)
    if not match:
        fail(header, declaration)
    names, value = [], -1
    for item in split_outside(match.group(2), ","):
        name, _, text = (part.strip() for part in item.partition("="))
        value = number(header, text, known) if text else value + 1
        header.constants[name] = known[name] = value
        names.append(name)
    header.enums[match.group(1)] = names


def read_variable(header, text):
    """(name, C type) of a field or parameter; the C type is a normalised text or a tuple."""
    text = " ".join(text.split())
    match = re.fullmatch(r"(.+?)\(\s*\*\s*(\w+)\s*\)\s*\((.*)\)", text)
    if match:
        arguments = parameters(header, match.group(3))
        return match.group(2), ("callback", c_type(match.group(1)), arguments)
    match = re.fullmatch(r"(.+?)\b(\w+)\s*\[\s*(\w*)\s*\]", text)
    if match:
        return match.group(2), ("array", c_type(match.group(1)), match.group(3))
    match = re.fullmatch(r"(.*?[\s*])(\w+)", text)
    if not match:
        fail(header, text)
    return match.group(2), c_type(match.group(1))


def c_type(text):
    return " ".join(text.replace("*", " * ").split())


def parameters(header, text):
    if text.strip() in ("void", ""):
        return []
    types = [read_variable(header, p)[1] for p in split_outside(text, ",")]
    return [t[1] + " *" if isinstance(t, tuple) and t[0] == "array" else t for t in types]


def read_struct(header, declaration):
    match = re.fullmatch(r"struct\s+(\w+)\s*\{(.*)\}", declaration, re.DOTALL)
    if not match:
        fail(header, declaration)
    fields = []
    for field in split_outside(match.group(2), ";"):
        names = split_outside(field, ",")
        first = read_variable(header, names[0])
        fields.append(first)
        fields += [(name, first[1]) for name in names[1:]]
    header.structs[match.group(1)] = fields


def read_function(header, declaration):
    text = " ".join(declaration.split())
    match = re.fullmatch(r"SECMAIL_API (.+?[ *])(\w+)\((.*)\)(?: __attribute__\(\(.*\)\))?", text)
    if not match:
        fail(header, declaration)
    header.functions[match.group(2)] = (c_type(match.group(1)), parameters(header, match.group(3)))


def read_callback(header, declaration):
    name, kind = read_variable(header, declaration.removeprefix("typedef"))
    if kind[0] != "callback":
        fail(header, declaration)
    header.callbacks[name] = kind[1:]


def read_declaration(header, declaration, known):
    if declaration.startswith("SECMAIL_API"):
        read_function(header, declaration)
    elif declaration.startswith("typedef"):
        read_callback(header, declaration)
    elif declaration.startswith("enum"):
        read_enum(header, declaration, known)
    elif re.fullmatch(r"struct\s+\w+", declaration):
        header.opaque.add(declaration.split()[1])
    elif declaration.startswith("struct"):
        read_struct(header, declaration)
    else:
        fail(header, declaration)


def read_macros(header, text, known):
    macro = re.compile(r"^#define (SECMAIL_\w+)[ \t]+(.+?)\s*(?:/\*.*)?$", re.MULTILINE)
    for name, value in macro.findall(text):
        if name == "SECMAIL_API" or value.startswith('"'):
            continue
        header.constants[name] = known[name] = number(header, value, known)


def parse_header(path, known):
    text = path.read_text(encoding="utf-8")
    header = Header(path.stem, re.findall(r"#include <secmail/(\w+)\.h>", text))
    read_macros(header, text, known)
    for declaration in split_outside(strip(text), ";"):
        read_declaration(header, declaration, known)
    return header


def parse_headers(root=ROOT):
    """{module: Header} of all public headers, lower floors first; errors.h counts to core."""
    paths = {p.stem: p for p in (root / "include/secmail").glob("*.h")}
    known, headers, waiting = {}, {}, sorted(paths)
    while waiting:
        for name in waiting:
            includes = re.findall(r"#include <secmail/(\w+)\.h>", paths[name].read_text())
            if all(i in headers for i in includes if i in paths):
                headers[name] = parse_header(paths[name], known)
                waiting.remove(name)
                break
        else:
            sys.exit(f"tools/gen_ffi.py: headers include each other: {waiting}")
    return headers


class Types:
    """Turns C types into ctypes expressions."""

    def __init__(self, headers):
        self.structs = {name for h in headers.values() for name in h.structs}
        self.callbacks = {name for h in headers.values() for name in h.callbacks}
        self.constants = {n: v for h in headers.values() for n, v in h.constants.items()}
        self.objects = {name for h in headers.values() for name in h.opaque} - self.structs

    def argument(self, kind):
        """As of(), but a pointer to an object is of the object's kind."""
        words = [] if isinstance(kind, tuple) else kind.split()
        name = words[-2] if words.count("*") == 1 else ""
        return name if name in self.objects else self.of(kind)

    def of(self, kind, opaque=False):
        """`opaque` leaves pointers untyped: for callbacks and fields that hold host pointers."""
        if isinstance(kind, tuple) and kind[0] == "callback":
            return self.callback(kind[1], kind[2])
        if isinstance(kind, tuple):
            size = self.constants.get(kind[2], kind[2])
            return f"{self.of(kind[1])} * {size}"
        words = [w for w in kind.split() if w not in ("const", "struct", "enum", "unsigned int")]
        stars = words.count("*")
        name = next(w for w in words if w != "*")
        return self.pointer(name, stars, opaque) if stars else self.plain(kind, name)

    def plain(self, kind, name):
        if "enum" in kind.split():
            return "c.c_uint"
        if name in BASE:
            return BASE[name]
        if name in self.structs or name in self.callbacks:
            return name
        if name == "void":
            return "None"
        sys.exit(f"tools/gen_ffi.py: unknown type {kind}")

    def pointer(self, name, stars, opaque):
        if name == "char":
            inner = "c.c_char_p"
        elif name in self.structs and not opaque:
            inner = f"c.POINTER({name})"
        elif name in ("void", "uint8_t") or name in self.structs or name.startswith("secmail_"):
            inner = "c.c_void_p"
        else:
            inner = f"c.POINTER({self.plain(name, name)})"
        for _ in range(stars - 1):
            inner = f"c.POINTER({inner})"
        return inner

    def callback(self, result, arguments):
        return f"c.CFUNCTYPE({', '.join(self.of(t, opaque=True) for t in [result, *arguments])})"


def emit_struct(types, name, fields):
    yield from ["", "", f"class {name}(c.Structure):", "    _fields_ = ["]
    yield from (f'        ("{field}", {types.of(kind)}),' for field, kind in fields)
    yield "    ]"


def emit_function(types, module, name, signature):
    result, arguments = signature
    args = ", ".join(types.argument(t) for t in arguments) + ("," if len(arguments) == 1 else "")
    line = f'    "{name}": ("{module}", {types.of(result)}, ({args})),'
    if len(line) <= 100:
        return [line]
    return [f'    "{name}": (', f'        "{module}",', f"        {types.of(result)},", "        (",
            *(f"            {types.argument(t)}," for t in arguments), "        ),", "    ),"]


def needs(headers, module):
    """The modules whose libraries must be loaded before this one, lowest first."""
    found = []
    for include in headers[module].includes:
        if include == "errors":
            continue
        found += [n for n in [*needs(headers, include), include] if n not in found]
    return found


def generate(headers):
    types = Types(headers)
    lines = [
        "# SPDX-License-Identifier: LGPL-2.1-or-later",
        '"""The C interface as ctypes sees it.',
        "",
        "Made by tools/gen_ffi.py from include/secmail/*.h; edit those.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "import ctypes as c",
        "from typing import Any, Final",
        "",
        "from ._handle import Handle",
    ]
    for header in headers.values():
        lines += ["", f"# secmail/{header.module}.h"]
        lines += [f"{name}: Final = {value}" for name, value in header.constants.items()]
        objects = sorted(header.opaque & types.objects)
        lines += ["", "", *(f"class {name}(Handle): ..." for name in objects)] if objects else []
        for name, fields in header.structs.items():
            lines += emit_struct(types, name, fields)
        if header.structs or objects:
            lines += ["", ""]
        lines += [f"{n} = {types.callback(*s)}" for n, s in header.callbacks.items()]
    modules = [m for m in headers if m != "errors"]
    lines += ["", "# Each module, and the modules that its library is linked with.",
              "MODULES: Final[dict[str, tuple[str, ...]]] = {"]
    for module in modules:
        lower = "".join(f'"{name}", ' for name in needs(headers, module)).rstrip()
        lines.append(f'    "{module}": ({lower}),')
    lines += ["}", "", "# Function: its module, what it returns, what it takes.",
              "FUNCTIONS: Final[dict[str, tuple[str, Any, tuple[Any, ...]]]] = {"]
    for header in headers.values():
        for name, signature in header.functions.items():
            lines += emit_function(types, header.module, name, signature)
    return "\n".join(lines + ["}", ""])


def main():
    text = generate(parse_headers())
    path = ROOT / OUTPUT
    if path.exists() and path.read_text() == text:
        return
    if "--check" in sys.argv[1:]:
        sys.exit(f"not up to date (run tools/gen_ffi.py): {OUTPUT}")
    path.write_text(text)


if __name__ == "__main__":
    main()
