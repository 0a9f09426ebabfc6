#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks that the documents name what exists, and the man pages each public function. Prints TAP.

    references.py [ROOT]       checks the documents
    references.py --self-test  gives itself wrong documents, and checks that each is found

In Markdown: a relative link leads to a file, and to a heading of it; a `path` that begins with one
of our folders exists; of `path::name` the file holds the name (that is how the documents name the
test of a claim). In man pages: each function of the header stands in the page of its module as
*name*, and no page names one that doesn't exist.
"""
import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import gen_ffi  # noqa: E402

FOLDERS = ("bindings", "doc", "examples", "include", "libsecmail", "tests", "tools")
CODE = re.compile(r"^```.*?^```$|<!--.*?-->", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
NAMED = re.compile(r"`((?:" + "|".join(FOLDERS) + r")/[^`\s]*)`")


def documents(root):
    yield from sorted(root.glob("*.md"))
    yield from sorted((root / "doc").rglob("*.md"))
    yield from sorted((root / "tests").glob("*/*.md"))


def anchors(path):
    """The headings of a document, as links name them."""
    heads = re.findall(r"^#+ +(.*)$", CODE.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def check_links(path, text):
    for target, anchor in LINK.findall(text):
        if re.match(r"\w+:", target):
            continue
        file = (path.parent / target) if target else path
        if not file.exists():
            yield f"links to {target}, which doesn't exist"
        elif anchor and anchor not in anchors(file):
            yield f"links to {target}#{anchor}, which has no such heading"


def check_names(root, text):
    for named in NAMED.findall(text):
        file, _, name = named.partition("::")
        found = [p for p in root.glob(file.rstrip("/")) if p.exists()]
        if "{" in file or "NAME" in file or "MODULE" in file:
            continue
        if not found:
            yield f"names {file}, which doesn't exist"
        elif name and not any(re.search(rf"\b{re.escape(name)}\b", p.read_text()) for p in found):
            yield f"names {name} in {file}, which isn't there"


def check_documents(root):
    for path in documents(root):
        text = CODE.sub("", path.read_text(encoding="utf-8"))
        for complaint in [*check_links(path, text), *check_names(root, text)]:
            yield f"{path.relative_to(root)} {complaint}"


def check_man_pages(root, functions):
    """`functions`: the set of names of each module."""
    known = set().union(*functions.values())
    for module, names in functions.items():
        page = root / f"doc/man/secmail-{module}.3.scd"
        if not page.exists():
            yield f"doc/man/{page.name} doesn't exist"
            continue
        shown = set(re.findall(r"\*(secmail_\w+)\*", page.read_text()))
        for name in sorted(names - shown):
            yield f"doc/man/{page.name} lacks {name}"
        for name in sorted(shown - known):
            yield f"doc/man/{page.name} has {name}, which no header declares"


# A document or page, and a part of the complaint ("" where there must be none).
PLANTED = [
    ("# A b\n[x](#a-b) [y](other.md#top) [z](https://example.org/nothing)\n", ""),
    ("[x](missing.md)\n", "links to missing.md"),
    ("[x](other.md#missing)\n", "no such heading"),
    ("`tests/probe.c` `tests/*.c` `tests/probe.c::works` `nothing/at/all`\n", ""),
    ("`tests/missing.c`\n", "names tests/missing.c"),
    ("`tests/probe.c::wor`\n", "names wor"),
    ("```\n[x](missing.md) `tests/missing.c`\n```\n", ""),
]
PAGES = [("*secmail_a*(_x_)", ""), ("secmail_a", "lacks secmail_a"),
         ("*secmail_a* *secmail_b*", "has secmail_b")]


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "tests").mkdir()
        (root / "tests/probe.c").write_text("static void works(void **state)\n")
        (root / "doc/man").mkdir(parents=True)
        (root / "other.md").write_text("# Top\n")
        for text, wanted in PLANTED:
            (root / "planted.md").write_text(text)
            complaints = list(check_documents(root))
            if len(complaints) != bool(wanted) or any(wanted not in c for c in complaints):
                yield f"expected '{wanted}' of {text!r}: {complaints}"
        for text, wanted in PAGES:
            (root / "doc/man/secmail-a.3.scd").write_text(text)
            complaints = list(check_man_pages(root, {"a": {"secmail_a"}}))
            if len(complaints) != bool(wanted) or any(wanted not in c for c in complaints):
                yield f"expected '{wanted}' of {text!r}: {complaints}"


def main():
    if sys.argv[1:] == ["--self-test"]:
        results = [("mistakes are noticed", list(self_test()))]
    else:
        root = pathlib.Path(sys.argv[1]).resolve() if sys.argv[1:] else ROOT
        headers = gen_ffi.parse_headers()
        functions = {m: set(h.functions) for m, h in headers.items() if h.functions}
        results = [("documents name what exists", list(check_documents(root))),
                   ("man pages have all functions", list(check_man_pages(root, functions)))]
    for number, (name, complaints) in enumerate(results, 1):
        print(f"{'not ' if complaints else ''}ok {number} {name}")
        for line in complaints:
            print(f"# {line}")
    print(f"1..{len(results)}")
    sys.exit(any(complaints for _, complaints in results))


if __name__ == "__main__":
    main()
