#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""secmail-sop and OpenPGP.js 6: version 6 keys and AEAD (RFC 9580), in both directions.

OpenPGP.js comes from npm, in the version of package.json. It is looked for in the folder that
SECMAIL_NODE_MODULES names (the one that has node_modules), else it is installed into a temporary
folder. The tests are skipped where neither is possible.
"""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import harness
from harness import *  # noqa: F403
import packets

DATA = (b"", b"Hello from the other side\n", os.urandom(200000))


def install(folder):
    """Puts OpenPGP.js beside the script; skips the tests where that fails."""
    for name in ("openpgpjs.mjs", "package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    ready = os.environ.get("SECMAIL_NODE_MODULES")
    if ready:
        if not (pathlib.Path(ready) / "node_modules" / "openpgp").is_dir():
            raise unittest.SkipTest("SECMAIL_NODE_MODULES has no openpgp")
        (folder / "node_modules").symlink_to(pathlib.Path(ready).resolve() / "node_modules")
        return
    try:
        done = subprocess.run([need("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                              cwd=folder, timeout=50, check=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise unittest.SkipTest("npm can't be reached") from None
    if done.returncode != 0:
        raise unittest.SkipTest("OpenPGP.js can't be installed by npm")


class OpenPgpJs(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.node = need("node")
        cls.modules = pathlib.Path(tempfile.mkdtemp(prefix="secmail-js-"))
        cls.addClassCleanup(shutil.rmtree, cls.modules, True)
        install(cls.modules)
        cls.ours = cls.binary(cls.sop.key(cls.folder, "ours"))
        cls.theirs = cls.make("theirs")

    @staticmethod
    def binary(pair):
        for path in pair:
            path.write_bytes(packets.dearmor(path.read_bytes()))
        return pair

    @classmethod
    def js(cls, operation, **request):
        wire = {"operation": operation}
        for name, value in request.items():
            if isinstance(value, bytes):
                value = base64.b64encode(value).decode()
            wire[name] = value
        result = run([cls.node, "openpgpjs.mjs"], json.dumps(wire).encode(), cwd=cls.modules)
        if result.code != 0:
            raise AssertionError(f"OpenPGP.js {operation}: {result}")
        answer = json.loads(result.out)
        return {name: base64.b64decode(value) if isinstance(value, str) else value
                for name, value in answer.items()}

    @classmethod
    def make(cls, name, **options):
        made = cls.js("generate", **options)
        key, cert = cls.folder / f"{name}.key", cls.folder / f"{name}.cert"
        key.write_bytes(made["key"])
        cert.write_bytes(made["cert"])
        return key, cert

    def test_keys_are_version_6(self):
        for key, cert in (self.ours, self.theirs):
            self.assertEqual(packets.split(key.read_bytes())[0][1][0], 6)
            self.assertEqual(packets.split(self.sop.must("extract-cert", "--no-armor",
                                                         stdin=key.read_bytes())),
                             packets.split(cert.read_bytes()))

    def test_they_encrypt(self):
        for key, cert in (self.ours, self.theirs):
            for data in DATA:
                for aead in ("ocb", "gcm", "eax"):
                    message = self.js("encrypt", cert=cert.read_bytes(), data=data, aead=aead)
                    self.assertEqual(packets.split(message["data"])[-1][1][0], 2)
                    got = self.sop.must("decrypt", key, stdin=message["data"])
                    self.assertEqual(got, data)

    def test_we_encrypt(self):
        for key, cert in (self.ours, self.theirs):
            for data in DATA:
                message = self.sop.must("encrypt", "--no-armor", cert, stdin=data)
                self.assertEqual(packets.split(message)[-1][1][0], 2)
                got = self.js("decrypt", key=key.read_bytes(), data=message)
                self.assertEqual(got["data"], data)

    def test_signed_messages(self):
        for key, cert in (self.ours, self.theirs):
            message = self.sop.must("encrypt", "--no-armor", "--sign-with", key, cert,
                                    stdin=b"signed")
            got = self.js("decrypt", key=key.read_bytes(), verifier=cert.read_bytes(), data=message)
            self.assertEqual((got["data"], got["verdicts"]), (b"signed", [True]))
            message = self.js("encrypt", cert=cert.read_bytes(), signer=key.read_bytes(),
                              data=b"signed")
            out = self.folder / "verifications"
            out.unlink(missing_ok=True)
            plain = self.sop.must("decrypt", "--verify-with", cert, f"--verifications-out={out}",
                                  key, stdin=message["data"])
            self.assertEqual((plain, len(out.read_text().splitlines())), (b"signed", 1))

    def test_detached_signatures(self):
        for key, cert in (self.ours, self.theirs):
            for data in DATA:
                signature = self.sop.must("sign", "--no-armor", key, stdin=data)
                for shown, verdict in ((data, True), (data + b"x", False)):
                    got = self.js("verify", cert=cert.read_bytes(), signature=signature, data=shown)
                    self.assertEqual(got["verdicts"], [verdict])
                path = self.file("sig", self.js("sign", key=key.read_bytes(), data=data)["data"])
                self.sop.must("verify", path, cert, stdin=data)
                self.assertRefused(self.sop("verify", path, cert, stdin=data + b"x"), NO_SIGNATURE)

    def test_locked_keys(self):
        password = self.file("password", b"geheimes Wort")
        unlock = f"--with-key-password={password}"
        mine = self.binary(self.sop.key(self.folder, "locked", unlock))
        theirs = self.make("their-locked", passphrase="geheimes Wort")
        for key, cert in (mine, theirs):
            message = self.sop.must("encrypt", "--no-armor", cert, stdin=b"x")
            self.assertEqual(self.sop.must("decrypt", unlock, key, stdin=message), b"x")
            got = self.js("decrypt", key=key.read_bytes(), passphrase="geheimes Wort", data=message)
            self.assertEqual(got["data"], b"x")

    def test_passwords(self):
        password = f"--with-password={self.file('password', b'password')}"
        message = self.sop.must("encrypt", "--no-armor", password, stdin=b"x")
        self.assertEqual(packets.split(message)[0][1][0], 6)
        self.assertEqual(self.js("decrypt", password="password", data=message)["data"], b"x")
        message = self.js("encrypt", password="password", data=b"y")["data"]
        self.assertEqual(self.sop.must("decrypt", password, stdin=message), b"y")


if __name__ == "__main__":
    harness.main()
