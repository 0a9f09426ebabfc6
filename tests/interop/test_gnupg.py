#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""secmail-sop and GnuPG, each with what the other made."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import harness
from harness import *  # noqa: F403
import packets

SMALL = b"Hello from the other side\n"
LARGE = os.urandom(150000) + bytes(150000)
TEXT = "Zeile eins\nzweite Zeile mit Umlaut: ü\r\n".encode()

# Keys that gpg makes: name, parameters of the primary key, of the encryption subkey.
GPG_KEYS = {
    "ed25519": ("EDDSA\nKey-Curve: ed25519", "ECDH\nSubkey-Curve: cv25519"),
    "rsa": ("RSA\nKey-Length: 2048", "RSA\nSubkey-Length: 2048"),
    "nistp256": ("ECDSA\nKey-Curve: nistp256", "ECDH\nSubkey-Curve: nistp256"),
    "nistp521": ("ECDSA\nKey-Curve: nistp521", "ECDH\nSubkey-Curve: nistp521"),
    "brainpool": ("ECDSA\nKey-Curve: brainpoolP256r1", "ECDH\nSubkey-Curve: brainpoolP256r1"),
}


class Gnupg:
    """gpg with a home of its own. The path is short: the agent's socket lies in it."""

    def __init__(self):
        self.program = need("gpg")
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="g", dir="/tmp"))

    def close(self):
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(self.home, ignore_errors=True)

    def run(self, *argv, stdin=b"", passphrase=""):
        return run([self.program, "--homedir", self.home, "--batch", "--no-tty", "--yes",
                    "--quiet", "--pinentry-mode=loopback", "--passphrase", passphrase,
                    "--trust-model=always", "--no-auto-check-trustdb", *argv], stdin)

    def must(self, *argv, stdin=b"", **more):
        result = self.run(*argv, stdin=stdin, **more)
        if result.code != 0:
            raise AssertionError(f"gpg {' '.join(map(str, argv))}: {result}")
        return result.out

    def make_key(self, name, passphrase=""):
        primary, subkey = GPG_KEYS[name]
        protection = f"Passphrase: {passphrase}" if passphrase else "%no-protection"
        self.must("--generate-key", stdin=f"""Key-Type: {primary}
Key-Usage: sign
Subkey-Type: {subkey}
Subkey-Usage: encrypt
Name-Real: {name}
Name-Email: {name}@gpg.example.org
Expire-Date: 0
{protection}
%commit
""".encode())
        return f"{name}@gpg.example.org"


class Base(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gpg = Gnupg()
        cls.addClassCleanup(cls.gpg.close)
        cls.user = "alice@example.org"
        cls.key, cls.cert = cls.sop.key(cls.folder, "alice", "--profile=rfc4880")
        cls.gpg.must("--import", cls.key)

    def opens(self, message, *argv):
        return self.sop.must("decrypt", *(argv or [self.key]), stdin=message)


class OurKey(Base):
    """A key of profile rfc4880, in gpg's key ring."""

    def test_gpg_reads_the_key(self):
        listing = self.gpg.must("--with-colons", "--list-secret-keys").decode()
        fingerprints = re.findall(r"^fpr:+([0-9A-F]{40}):", listing, re.M)
        self.assertEqual(len(fingerprints), 3)
        usable = "".join(line.split(":")[11] for line in listing.splitlines()
                         if line.startswith("sec"))
        for use in "SEC":
            self.assertIn(use, usable)
        checked = self.gpg.must("--with-colons", "--check-signatures").decode()
        good, all_of_them = (re.findall(pattern, checked, re.M) for pattern in
                             (r"^sig:!:", r"^sig:"))
        self.assertGreaterEqual(len(good), 3)
        self.assertEqual(len(good), len(all_of_them), checked)

    def test_gpg_encrypts(self):
        for options in ([], ["--compress-algo=none"], ["--compress-algo=zip"],
                        ["--compress-algo=zlib"], ["--compress-algo=bzip2"], ["--armor"],
                        ["--cipher-algo=AES"], ["--cipher-algo=AES192"], ["--throw-keyids"],
                        ["--set-filename=x.txt"]):
            for data in (b"", SMALL, TEXT, LARGE):
                message = self.gpg.must("--encrypt", "--recipient", self.user, *options, stdin=data)
                self.assertEqual(self.opens(message), data, options)

    def test_gpg_encrypts_text(self):
        message = self.gpg.must("--encrypt", "--recipient", self.user, "--textmode", stdin=TEXT)
        self.assertEqual(self.opens(message).splitlines(), TEXT.splitlines())

    def test_gpg_hides_the_recipient(self):
        message = self.gpg.must("--encrypt", "--hidden-recipient", self.user, stdin=SMALL)
        self.assertEqual(packets.split(message)[0][1][1:9], bytes(8))
        other, _ = self.sop.key(self.folder, "other", "--profile=rfc4880")
        self.assertEqual(self.opens(message, other, self.key), SMALL)
        self.assertRefused(self.sop("decrypt", other, stdin=message), CANNOT_DECRYPT)

    def test_gpg_signs_and_encrypts(self):
        for options in ([], ["--textmode"], ["--compress-algo=none"], ["--digest-algo=SHA256"]):
            message = self.gpg.must("--sign", "--encrypt", "--local-user", self.user, "--recipient",
                                    self.user, *options, stdin=SMALL)
            out = self.folder / "verifications"
            out.unlink(missing_ok=True)
            self.opens(message, "--verify-with", self.cert, f"--verifications-out={out}", self.key)
            self.assertEqual(len(out.read_text().splitlines()), 1)
            mode = "text" if options == ["--textmode"] else "binary"
            self.assertIn(f" mode:{mode} ", out.read_text())

    def test_we_encrypt(self):
        for options in ([], ["--no-armor"], ["--as=text"], ["--profile=rfc4880"]):
            for data in (b"", SMALL, TEXT, LARGE):
                if data == LARGE and options == ["--as=text"]:
                    continue
                message = self.sop.must("encrypt", *options, self.cert, stdin=data)
                result = self.gpg.run("--decrypt", stdin=message)
                if options == ["--as=text"]:  # gpg gives text with the line ends of the system
                    data = data.replace(b"\r\n", b"\n")
                self.assertEqual((result.code, result.out), (0, data), (options, result))

    def test_we_sign_and_encrypt(self):
        for mode in ("binary", "text"):
            message = self.sop.must("encrypt", f"--as={mode}", "--sign-with", self.key, self.cert,
                                    stdin=TEXT)
            status = self.folder / "status"
            result = self.gpg.run("--status-file", status, "--decrypt", stdin=message)
            shown = TEXT.replace(b"\r\n", b"\n") if mode == "text" else TEXT
            self.assertEqual((result.code, result.out), (0, shown), result)
            for word in ("GOODSIG", "VALIDSIG", "DECRYPTION_OKAY", "GOODMDC"):
                self.assertIn(word, status.read_text())

    def test_signatures(self):
        for data in (b"", SMALL, TEXT, LARGE):
            path = self.file("data", data)
            for option in ("--as=binary", "--as=text"):
                if data == LARGE and option == "--as=text":
                    continue
                signature = self.file("sig", self.sop.must("sign", option, self.key, stdin=data))
                self.gpg.must("--verify", signature, path)
                other = self.file("other", data + b"x")
                self.assertNotEqual(self.gpg.run("--verify", signature, other).code, 0)
            for options in (["--armor"], [], ["--textmode"], ["--digest-algo=SHA256"],
                            ["--digest-algo=SHA384"], ["--digest-algo=SHA512"],
                            ["--sig-notation=note@example.org=value"]):
                if data == LARGE and options == ["--textmode"]:
                    continue
                signature = self.file("sig", self.gpg.must("--detach-sign", "--local-user",
                                                           self.user, *options, stdin=data))
                self.sop.must("verify", signature, self.cert, stdin=data)
                result = self.sop("verify", signature, self.cert, stdin=data + b"x")
                self.assertRefused(result, NO_SIGNATURE)

    def test_critical_notation(self):
        signature = self.file("sig", self.gpg.must("--detach-sign", "--local-user", self.user,
                                                   "--sig-notation=!note@example.org=value",
                                                   stdin=SMALL))
        self.assertRefused(self.sop("verify", signature, self.cert, stdin=SMALL), NO_SIGNATURE)

    def test_weak_hash(self):
        signature = self.file("sig", self.gpg.must("--detach-sign", "--local-user", self.user,
                                                   "--digest-algo=SHA1", stdin=SMALL))
        self.assertRefused(self.sop("verify", signature, self.cert, stdin=SMALL), NO_SIGNATURE)


class GpgKeys(Base):
    """Keys that gpg made, without and with a passphrase."""

    def make(self, name, passphrase=""):
        user = self.gpg.make_key(name, passphrase)
        cert = self.file(f"{name}.cert", self.gpg.must("--export", user))
        key = self.file(f"{name}.key", self.gpg.must("--export-secret-keys", user,
                                                     passphrase=passphrase))
        if self.sop.lacks(cert):
            self.assertRefused(self.sop("encrypt", cert, stdin=b"x"))
            raise unittest.SkipTest(f"this build lacks {self.sop.lacks(cert)}")
        return user, key, cert

    def exchange(self, name, passphrase=""):
        user, key, cert = self.make(name, passphrase)
        password = self.file("passphrase", passphrase.encode())
        unlock = [f"--with-key-password={password}"] if passphrase else []
        message = self.sop.must("encrypt", *unlock, "--sign-with", key, cert, stdin=SMALL)
        self.assertEqual(self.gpg.must("--decrypt", stdin=message, passphrase=passphrase), SMALL)
        message = self.gpg.must("--encrypt", "--recipient", user, stdin=LARGE)
        self.assertEqual(self.opens(message, *unlock, key), LARGE)
        warned = b"warning: the message is encrypted to the key" in self.sop(
            "decrypt", *unlock, key, stdin=message).err
        self.assertEqual(warned, name == "rsa")  # of 2048 bits
        data = self.file("data", SMALL)
        signature = self.file("s", self.sop.must("sign", *unlock, key, stdin=SMALL))
        self.gpg.must("--verify", signature, data)
        signature = self.file("s", self.gpg.must("--detach-sign", "--local-user", user, stdin=SMALL,
                                                 passphrase=passphrase))
        self.sop.must("verify", signature, cert, stdin=SMALL)
        if passphrase:
            self.assertRefused(self.sop("sign", key, stdin=SMALL), KEY_IS_PROTECTED)

    def test_ed25519(self):
        self.exchange("ed25519")

    def test_rsa(self):
        self.exchange("rsa")

    def test_nistp256(self):
        self.exchange("nistp256")

    def test_nistp521(self):
        self.exchange("nistp521")

    def test_brainpool(self):
        self.exchange("brainpool")


class LockedKeys(GpgKeys):
    def exchange(self, name, passphrase=""):
        super().exchange(name, "geheimes Wort")


class OurLockedKey(Base):
    def test_import(self):
        password = self.file("password", b"geheimes Wort")
        key, cert = self.sop.key(self.folder, "locked", "--profile=rfc4880",
                                 f"--with-key-password={password}")
        self.gpg.must("--import", key, passphrase="geheimes Wort")
        message = self.sop.must("encrypt", cert, stdin=SMALL)
        self.assertEqual(self.gpg.must("--decrypt", stdin=message, passphrase="geheimes Wort"),
                         SMALL)
        self.gpg.must("--detach-sign", "--local-user", "locked@example.org", stdin=SMALL,
                      passphrase="geheimes Wort")


class Passwords(Base):
    def setUp(self):
        self.password = f"--with-password={self.file('password', b'password')}"

    def test_we_encrypt(self):
        for data in (b"", SMALL, LARGE):
            message = self.sop.must("encrypt", "--profile=rfc4880", self.password, stdin=data)
            self.assertEqual(self.gpg.must("--decrypt", stdin=message, passphrase="password"), data)
            self.assertNotEqual(self.gpg.run("--decrypt", stdin=message, passphrase="x").code, 0)

    def test_gpg_encrypts(self):
        for options in ([], ["--cipher-algo=AES"], ["--cipher-algo=AES192"],
                        ["--cipher-algo=AES256"], ["--s2k-digest-algo=SHA512"],
                        ["--s2k-digest-algo=SHA1"], ["--s2k-count=1024"],
                        ["--compress-algo=none"], ["--compress-algo=zlib"]):
            for data in (b"", SMALL, LARGE):
                message = self.gpg.must("--symmetric", *options, stdin=data, passphrase="password")
                self.assertEqual(self.opens(message, self.password), data, options)

    def test_password_and_recipient(self):
        message = self.gpg.must("--symmetric", "--encrypt", "--recipient", self.user, stdin=SMALL,
                                passphrase="password")
        self.assertEqual(self.opens(message, self.password), SMALL)
        self.assertEqual(self.opens(message), SMALL)
        message = self.sop.must("encrypt", "--profile=rfc4880", self.password, self.cert,
                                stdin=SMALL)
        self.assertEqual(self.gpg.must("--decrypt", stdin=message, passphrase="password"), SMALL)

    def test_session_key(self):
        out = self.folder / "session"
        message = self.gpg.must("--encrypt", "--recipient", self.user, stdin=SMALL)
        self.opens(message, f"--session-key-out={out}", self.key)
        plain = self.gpg.must("--override-session-key", out.read_text().strip(), "--decrypt",
                              stdin=message)
        self.assertEqual(plain, SMALL)


if __name__ == "__main__":
    harness.main()
