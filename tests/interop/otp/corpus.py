#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The shared corpus of one-time passwords, through secmail-otp."""
from __future__ import annotations

import base64
import json
import os
import pathlib
import unittest

from program import FAILED, Case, tool
import tap


def load(name: str) -> dict:
    folder = os.environ.get("SECMAIL_CORPUS")
    if not folder:
        raise unittest.SkipTest("SECMAIL_CORPUS is unset")
    return json.loads((pathlib.Path(folder) / "otp" / name).read_text())


def uri_of(kind: str, secret_hex: str, **parameters: object) -> str:
    secret = base64.b32encode(bytes.fromhex(secret_hex)).decode().rstrip("=")
    rest = "".join(f"&{name}={value}" for name, value in parameters.items())
    return f"otpauth://{kind}/x?secret={secret}{rest}"


class Corpus(Case):
    def test_hotp(self) -> None:
        vectors = load("hotp-rfc4226.json")
        uri = uri_of("hotp", vectors["secret_hex"], counter=0, digits=vectors["digits"])
        for v in vectors["vectors"]:
            code = tool("code", "--counter", str(v["counter"]), uri).stdout.strip()
            self.assertEqual(code, v["code"])

    def test_totp(self) -> None:
        for v in load("totp-rfc6238.json")["vectors"]:
            uri = uri_of("totp", v["secret_hex"], digits=v["digits"], period=v["step"],
                         algorithm=v["algorithm"])
            self.assertEqual(v["t0"], 0)
            answer = tool("code", "--json", "--time", str(v["time"]), uri).json
            self.assertEqual(answer["code"], v["code"])
            self.assertEqual(answer["counter"], int(v["counter_hex"], 16))

    def test_window(self) -> None:
        vectors = load("totp-window.json")
        uri = uri_of("totp", vectors["secret_hex"])
        for v in vectors["vectors"]:
            self.state.unlink(missing_ok=True)
            rules = [f"--rule=window-{side}={v['window_steps']}" for side in ("back", "forward")]
            self.now = v["time"]
            self.run_on("enrol", "--uri", uri)
            answer = self.run_on("confirm", v["code"], *rules, expect=None)
            self.assertEqual(answer.json["verdict"] == "accepted", v["accepted"], v)

    def test_base32(self) -> None:
        vectors = load("base32.json")
        for v in vectors["vectors"]:
            if not v["text"]:
                continue  # no secret
            for form in (v["base32"], v["base32"].rstrip("="), v["base32"].lower()):
                done = tool("import", "--json", f"otpauth://totp/x?secret={form}")
                self.assertEqual(done.json["secret"], v["base32"].rstrip("="))
        for form in vectors["tolerant_forms_of_the_rfc4226_secret"]:
            done = tool("import", "--json", f"otpauth://totp/x?secret={form}")
            self.assertEqual(done.json["secret"], "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        for form in vectors["invalid"]:
            tool("import", f"otpauth://totp/x?secret={form}", expect=FAILED)

    def test_uris(self) -> None:
        for u in load("otpauth-uris.json")["uris"]:
            if not u["valid"]:
                tool("import", "--json", u["uri"], expect=FAILED)
                continue
            key = tool("import", "--json", u["uri"]).json
            self.assertEqual(key["type"], u["type"])
            self.assertEqual(key["issuer"], u["issuer"] or "")
            self.assertEqual(key["label"], u["account"])
            self.assertEqual(key["secret"], u["secret_base32"])
            self.assertEqual(key["algorithm"], u["algorithm"])
            self.assertEqual(key["digits"], u["digits"])
            for name in ("period", "counter"):
                if name in u:
                    self.assertEqual(key[name], u[name])


if __name__ == "__main__":
    tap.run()
