#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Codes and URIs of ours against oathtool and npm's otplib, and theirs against us.

otplib comes from npm, in the version of otplib/package.json. It is looked for in the folder that
SECMAIL_OTPLIB names (the one that has node_modules), else it is installed into a temporary folder;
its tests are skipped where neither is possible.
"""
from __future__ import annotations

import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import tap

HERE = pathlib.Path(__file__).resolve().parent
CODES, TOOL = os.environ["SECMAIL_OTP_CODES"], os.environ["SECMAIL_OTP"]
COUNT = 10000
KEYS, WINDOW = 500, 19  # of oathtool, which makes 20 codes in one run


def run(*argv: str, stdin: str = "", **options: object) -> str:
    done = subprocess.run(
        argv, input=stdin, capture_output=True, text=True, **options  # type: ignore[call-overload]
    )
    if done.returncode:
        raise AssertionError(f"{argv}: exit {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def need(program: str) -> str:
    path = shutil.which(program)
    if not path:
        raise unittest.SkipTest(f"{program} isn't installed")
    return path


def lines(count: int, seed: int) -> list[dict]:
    return [json.loads(line) for line in run(CODES, str(count), str(seed), str(WINDOW + 1)).splitlines()]


class Oathtool(unittest.TestCase):
    """oathtool knows SHA-256 and SHA-512 only for TOTP."""

    def codes(self, key: dict) -> list[str]:
        argv = ["-d", str(key["digits"]), "-w", str(WINDOW)]
        if key["type"] == "hotp":
            argv += ["--hotp", "-c", str(key["counter"])]
        else:
            argv += [
                f"--totp={key['algorithm']}", "-s", f"{key['period']}s",
                "-S", f"@{key['t0']}", "-N", f"@{key['time']}",
            ]  # fmt: skip
        return run(self.oathtool, *argv, "-", stdin=key["secret"] + "\n").split()

    def check(self, key: dict) -> int:
        self.assertEqual(self.codes(key), key["codes"], key)
        return len(key["codes"])

    def test_codes(self) -> None:
        self.oathtool = need("oathtool")
        keys = [
            key for key in lines(2 * KEYS, 1)
            if key["type"] == "totp" or key["algorithm"] == "sha1"
        ][:KEYS]  # fmt: skip
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            compared = sum(pool.map(self.check, keys))
        self.assertEqual(compared, COUNT)


class Otplib(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.node = need("node")
        if int(run(cls.node, "--version").lstrip("v").split(".")[0]) < 20:
            raise unittest.SkipTest("otplib 13 needs Node.js 20")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="secmail-otplib-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        for name in ("check.mjs", "package.json", "package-lock.json"):
            shutil.copy(HERE / "otplib" / name, cls.folder)
        ready = os.environ.get("SECMAIL_OTPLIB")
        if ready:
            (cls.folder / "node_modules").symlink_to(pathlib.Path(ready).resolve() / "node_modules")
            return
        try:
            subprocess.run(
                [need("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=cls.folder, timeout=60, check=True, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except (subprocess.SubprocessError, OSError):
            raise unittest.SkipTest("npm can't install otplib") from None

    def test_codes_and_uris(self) -> None:
        stdin = run(CODES, str(COUNT), "2", "1")
        report = json.loads(run(self.node, "check.mjs", "check", stdin=stdin, cwd=self.folder))
        self.assertEqual(report["codes"], COUNT)
        self.assertGreater(report["uris"], COUNT // 2)

    def test_qr_codes(self) -> None:
        """Our URI, as a QR code, as zbar reads it, as otplib understands it."""
        zbar = need("zbarimg")
        image = self.folder / "qr.png"
        seen = []
        for line in run(CODES, "60", "3", "1").splitlines():
            key = json.loads(line)
            if "uri" not in key:
                continue
            run(TOOL, "qr", "--format", "png", "--output", str(image), "-", stdin=key["uri"])
            key["uri"] = run(zbar, "--quiet", "--raw", str(image)).strip()
            seen.append(json.dumps(key))
        stdin = "\n".join(seen)
        report = json.loads(run(self.node, "check.mjs", "check", stdin=stdin, cwd=self.folder))
        self.assertEqual(report["uris"], len(seen))
        self.assertGreater(len(seen), 25)

    def test_uris_of_otplib(self) -> None:
        made = [
            json.loads(line)
            for line in run(self.node, "check.mjs", "make", "500", cwd=self.folder).splitlines()
        ]
        self.assertEqual(len(made), 500)
        read = run(TOOL, "import", "--json", "-", stdin="\n".join(m["uri"] for m in made))
        for theirs, line in zip(made, read.splitlines(), strict=True):
            ours = json.loads(line)
            self.assertEqual(ours["type"], theirs["strategy"])
            self.assertEqual(ours["issuer"], theirs.get("issuer", ""))
            self.assertEqual(ours["label"], theirs["label"])
            self.assertEqual(ours["secret"], theirs["secret"])
            self.assertEqual(ours["algorithm"], theirs["algorithm"].upper())
            self.assertEqual(ours["digits"], theirs["digits"])
            for name in ("counter", "period"):
                if name in theirs:
                    self.assertEqual(ours[name], theirs[name])


if __name__ == "__main__":
    tap.run()
