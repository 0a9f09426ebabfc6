#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks that includes point only downwards (ARCHITECTURE.md shows the floors).

    tools/check_layers.py [ROOT]      names each include that isn't allowed; exits 1 if there is one
    tools/check_layers.py --self-test plants forbidden includes and checks that each is found
"""
import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What each module may know besides itself. A new module is one line here.
BASE = {"core", "codec", "crypto"}
MAY_KNOW = {
    "core": set(),
    "codec": {"core"},
    "crypto": {"core"},
    "verify": BASE,
    "otp": BASE,
    "mailauth": BASE,
    "transport": BASE,
    "dns": BASE,
    "openpgp": BASE | {"verify"},
    "password": BASE | {"verify", "openpgp"},
    "mail": BASE | {"verify", "openpgp"},
    "keyring": BASE | {"verify", "openpgp"},
}

# Which files may include a foreign library's headers; paths are below libsecmail/.
FOREIGN = [
    (re.compile(r"sodium\.h"), ["crypto/", "core/memory.c", "core/context.c"]),
    (re.compile(r"gcrypt\.h|gpg-error\.h|nettle/.*|gnutls/crypto\.h"), ["crypto/"]),
    (re.compile(r"expat\.h"), ["mailauth/report_read.c"]),
    (re.compile(r"libpsl\.h"), ["mailauth/suffixes.c"]),
    (re.compile(r"zlib\.h"), ["verify/"]),
    (re.compile(r"gnutls/.*"), ["transport/"]),
    (re.compile(r"sqlite3\.h"), ["keyring/"]),
    (re.compile(r"unbound\.h"), ["dns/"]),
]

# What public headers may include besides each other.
STANDARD = {"stdbool.h", "stddef.h", "stdint.h"}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
SOURCES = (".c", ".h", ".inc")


def module_of_public_header(name):
    """secmail/errors.h belongs to core; any other header to the module of its name."""
    stem = pathlib.PurePosixPath(name).stem
    return "core" if stem == "errors" else stem


def target_module(root, path, form, name):
    """The module that an include leads to, None for the system's and the file's own folder."""
    if name.startswith("secmail/"):
        return module_of_public_header(name)
    if form == "<":
        return None
    if (path.parent / name).exists():
        parts = (path.parent / name).resolve().relative_to(root.resolve()).parts
        return parts[1] if parts[0] == "libsecmail" else None
    folder = name.split("/")[0]
    return folder if "/" in name else None


def check_library(root, path, module, form, name):
    inside = path.relative_to(root / "libsecmail").as_posix()
    for pattern, places in FOREIGN:
        if pattern.fullmatch(name):
            allowed = any(inside == p or (p.endswith("/") and inside.startswith(p)) for p in places)
            return None if allowed else f"only {', '.join(places)} may include it"
    if ".." in name.split("/"):
        return "an include names its folder, it doesn't climb"
    target = target_module(root, path, form, name)
    if target in (None, module) or target in MAY_KNOW[module]:
        return None
    return f"{module} doesn't know {target}"


def check_public(module, name):
    if not name.startswith("secmail/"):
        return None if name in STANDARD else "a public header includes no foreign library's"
    target = module_of_public_header(name)
    allowed = target == module or target in MAY_KNOW[module]
    return None if allowed else f"{module} doesn't know {target}"


def check_example(root, path, form, name):
    if name.startswith("secmail/"):
        return None
    if form == '"':
        inside = (path.parent / name).resolve().is_relative_to((root / "examples").resolve())
        own = inside and (path.parent / name).exists()
        return None if own else "an example uses only <secmail/...>"
    private = (root / "libsecmail" / name).exists()
    return "an example uses only <secmail/...>" if private else None


def check_file(root, path):
    top, *rest = path.relative_to(root).parts
    for form, name in INCLUDE.findall(path.read_text(encoding="utf-8", errors="replace")):
        if top == "include":
            complaint = check_public(module_of_public_header(path.name), name)
        elif top == "examples":
            complaint = check_example(root, path, form, name)
        else:
            complaint = check_library(root, path, rest[0], form, name)
        if complaint:
            yield f"{path.relative_to(root)}: includes {name}: {complaint}"


def check(root):
    complaints = []
    for folder in ("include", "libsecmail", "examples"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in SOURCES or not path.is_file():
                continue
            module = path.relative_to(root).parts[1]
            if folder == "libsecmail" and module not in MAY_KNOW:
                complaints.append(f"libsecmail/{module}: add the module to tools/check_layers.py")
                continue
            complaints += check_file(root, path)
    return complaints


# File, its include, and whether that is allowed.
PLANTED = [
    ("libsecmail/core/a.c", '"memory.h"', True),
    ("libsecmail/core/memory.c", "<sodium.h>", True),
    ("libsecmail/core/secret.c", "<sodium.h>", False),
    ("libsecmail/core/b.c", '"crypto/hash.h"', False),
    ("libsecmail/core/c.c", '"../crypto/hash.h"', False),
    ("libsecmail/codec/a.c", '"core/memory.h"', True),
    ("libsecmail/codec/b.c", '"crypto/hash.h"', False),
    ("libsecmail/crypto/hash.c", "<gcrypt.h>", True),
    ("libsecmail/verify/a.c", '"crypto/hash.h"', True),
    ("libsecmail/verify/b.c", "<gcrypt.h>", False),
    ("libsecmail/verify/c.c", "<nettle/rsa.h>", False),
    ("libsecmail/verify/d.c", "<zlib.h>", True),
    ("libsecmail/verify/e.c", '"openpgp/key.h"', False),
    ("libsecmail/verify/f.c", "<secmail/openpgp.h>", False),
    ("libsecmail/openpgp/a.c", '"verify/a.h"', True),
    ("libsecmail/openpgp/b.c", "<zlib.h>", False),
    ("libsecmail/otp/a.c", '"verify/a.h"', False),
    ("libsecmail/otp/b.c", "<stdio.h>", True),
    ("include/secmail/verify.h", "<secmail/core.h>", True),
    ("include/secmail/core.h", "<secmail/errors.h>", True),
    ("include/secmail/otp.h", "<secmail/verify.h>", False),
    ("include/secmail/openpgp.h", "<gcrypt.h>", False),
    ("examples/a.c", "<secmail/otp.h>", True),
    ("examples/b.c", '"core/memory.h"', False),
    ("examples/c.c", "<core/memory.h>", False),
    ("examples/d.c", '"../libsecmail/core/memory.h"', False),
    ("examples/e.c", '"shared.h"', True),
]


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name in ["libsecmail/core/memory.h", "libsecmail/crypto/hash.h", "examples/shared.h",
                     "libsecmail/verify/a.h", "libsecmail/openpgp/key.h"]:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("")
        for name, include, _ in PLANTED:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(f"#include {include}\n")
        found = {line.split(":")[0] for line in check(root)}
        (root / "libsecmail/strange").mkdir()
        (root / "libsecmail/strange/a.c").write_text("")
        strange = any("libsecmail/strange" in line for line in check(root))
    wrong = [name for name, _, allowed in PLANTED if (name in found) == allowed]
    if wrong or not strange:
        sys.exit(f"check_layers.py: wrong about {wrong or 'an unknown module'}")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    complaints = check(pathlib.Path(sys.argv[1]).resolve() if sys.argv[1:] else ROOT)
    if complaints:
        sys.exit("\n".join(complaints))


if __name__ == "__main__":
    main()
