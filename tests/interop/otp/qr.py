#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""QR codes read back with zbar: from PNG, from SVG as librsvg draws it, and from the terminal."""
from __future__ import annotations

import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import unittest

from program import Case, tool
import tap

SCALE, BORDER = 6, 4


def need(program: str) -> str:
    path = shutil.which(program)
    if not path:
        raise unittest.SkipTest(f"{program} isn't installed")
    return path


def read_image(path: pathlib.Path) -> str:
    done = subprocess.run(
        [need("zbarimg"), "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(path)],
        capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


def rows_of(text: str, printed_is_light: bool) -> list[list[bool]]:
    """The squares of half blocks, True for dark."""
    halves = {" ": (False, False), "▄": (False, True), "▀": (True, False), "█": (True, True)}
    rows = []
    for line in text.splitlines():
        pairs = [halves[c] for c in line]
        rows += [[pair[half] != printed_is_light for pair in pairs] for half in (0, 1)]
    return rows


def write_image(rows: list[list[bool]], path: pathlib.Path) -> None:
    pixels = bytearray()
    for row in rows:
        line = b"".join((b"\0" if dark else b"\xff") * SCALE for dark in row)
        pixels += line * SCALE
    head = f"P5 {len(rows[0]) * SCALE} {len(rows) * SCALE} 255\n"
    path.write_bytes(head.encode() + bytes(pixels))


URIS = [
    "otpauth://totp/Example:alice@example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    "&issuer=Example&algorithm=SHA1&digits=6&period=30",
    "otpauth://hotp/B%C3%BCro%20%26%20Co:bob?secret=MZXW6YTBOI&issuer=B%C3%BCro%20%26%20Co"
    "&algorithm=SHA512&digits=8&counter=18446744073709551615",
    "otpauth://totp/" + "l" * 250 + "?secret=" + "A" * 204 + "&algorithm=SHA256&digits=8&period=60",
    tool("export", "otpauth://totp/a?secret=MZXW6YTBOI").stdout.strip(),
]


class Images(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="secmail-qr-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_png(self) -> None:
        path = self.folder / "qr.png"
        for uri in URIS:
            tool("qr", "--format", "png", "--output", str(path), uri)
            self.assertEqual(read_image(path), uri)
            self.assertEqual(tool("qr", "--format=png", "-", stdin=uri).raw, path.read_bytes())

    def test_svg(self) -> None:
        convert = need("rsvg-convert")
        drawing, path = self.folder / "qr.svg", self.folder / "qr.png"
        for uri in URIS:
            tool("qr", "--format", "svg", "--output", str(drawing), uri)
            subprocess.run([convert, "-o", str(path), str(drawing)], check=True)
            self.assertEqual(read_image(path), uri)

    def test_terminal(self) -> None:
        path = self.folder / "qr.pgm"
        for uri in URIS:
            for invert in (False, True):
                done = tool("qr", *(["--invert"] if invert else []), uri)
                rows = rows_of(done.stdout, printed_is_light=not invert)
                self.assertFalse(any(rows[0]) or any(rows[BORDER - 1]) or any(rows[-1]))
                write_image(rows, path)
                self.assertEqual(read_image(path), uri)

    def test_too_long(self) -> None:
        uri = "otpauth-migration://offline?data=" + "A" * 4000
        self.assertIn("too long", tool("qr", uri, expect=3).stderr)

    def test_a_file_is_for_its_owner(self) -> None:
        path = self.folder / "qr.svg"
        before = os.umask(0o022)
        self.addCleanup(os.umask, before)
        tool("qr", "--format", "svg", "--output", str(path), URIS[0])
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        tool("qr", "--format", "svg", "--output", "/dev/stdout", URIS[0])

    def test_an_unwritable_file(self) -> None:
        tool("qr", "--output", str(self.folder / "none" / "qr.png"), URIS[0], expect=3)


class OpenEnrolment(Case):
    def test_it_can_be_shown_again(self) -> None:
        uri = self.run_on("enrol", "--issuer", "Example").json["uri"]
        path = self.folder / "qr.png"
        tool("qr", *self.options(), "--format", "png", "--output", str(path))
        self.assertEqual(read_image(path), uri)

    def test_a_confirmed_secret_is_not_shown(self) -> None:
        self.enrol()
        tool("qr", *self.options(), expect=3)


if __name__ == "__main__":
    tap.run()
