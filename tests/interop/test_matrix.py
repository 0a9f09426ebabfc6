#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Everybody with us, in each operation and with each kind of key, as a table.

A cell has what became of both directions: we make and they read, they make and we read. "-" is an operation
that the peer doesn't have, "(*)" a kind of key that it doesn't read.
"""
import pathlib
import shutil
import tempfile
import unittest

from harness import *  # noqa: F403
import packets
import test_gnupg
import test_openpgpjs

DATA = b"The same text for everybody,\nin two lines.\n"
USER = "alice@example.org"

# Debian 12's versions of these read no keys of version 6.
ONLY_V4 = {"gpg", "rnp", "sqop", "gosop"}


class Broken(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Broken(what)


class SopPeer:
    """Another program with the interface of secmail-sop."""

    operations = {"encrypt", "encrypt+sign", "sign", "text sign", "password", "inline-sign", "clearsign"}

    def __init__(self, name, program):
        self.name, self.sop = name, Sop(program)
        if name == "gosop": # of 2022: it has neither, and its passwords end with their line
            self.operations = {"encrypt", "encrypt+sign", "sign"}

    def close(self):
        pass

    def load(self, case):
        self.case = case

    def encrypt(self, data, sign=False):
        signer = [f"--sign-with={self.case.key}"] if sign else []
        return self.sop.must("encrypt", *signer, self.case.cert, stdin=data)

    def decrypt(self, message, sign=False):
        if not sign:
            return self.sop.must("decrypt", self.case.key, stdin=message)
        out = self.case.scratch()
        data = self.sop.must("decrypt", f"--verify-with={self.case.cert}", f"--verify-out={out}",
                             self.case.key, stdin=message)
        check(out.read_bytes().strip(), "no signature is accepted")
        return data

    def encrypt_password(self, data):
        old = ["--profile=rfc4880"] if self.name == "secmail-sop" and self.case.for_old_software else []
        return self.sop.must("encrypt", *old, f"--with-password={self.case.password}", stdin=data)

    def decrypt_password(self, message):
        return self.sop.must("decrypt", f"--with-password={self.case.password}", stdin=message)

    def sign(self, data, text=False):
        return self.sop.must("sign", "--as=text" if text else "--as=binary", self.case.key, stdin=data)

    def verify(self, data, signature):
        return self.sop.must("verify", self.case.scratch(signature), self.case.cert, stdin=data)

    def inline_sign(self, data, clear=False):
        as_ = ["--as=clearsigned"] if clear else []
        return self.sop.must("inline-sign", *as_, self.case.key, stdin=data)

    def inline_verify(self, message):
        return self.sop.must("inline-verify", self.case.cert, stdin=message)


class GpgPeer:
    name = "gpg"
    operations = SopPeer.operations

    def __init__(self):
        self.gpg = test_gnupg.Gnupg()

    def close(self):
        self.gpg.close()

    def load(self, case):
        self.case = case
        self.gpg.close()
        self.gpg = test_gnupg.Gnupg()
        self.gpg.must("--import", case.key)

    def encrypt(self, data, sign=False):
        return self.gpg.must("--encrypt", *(["--sign"] if sign else []), "-r", USER, stdin=data)

    def decrypt(self, message, sign=False):
        result = self.gpg.run("--status-fd=2", "--decrypt", stdin=message)
        check(result.code == 0, result)
        check(not sign or b"GOODSIG" in result.err, result)
        return result.out

    def encrypt_password(self, data):
        return self.gpg.must("--symmetric", stdin=data, passphrase="password")

    def decrypt_password(self, message):
        return self.gpg.must("--decrypt", stdin=message, passphrase="password")

    def sign(self, data, text=False):
        return self.gpg.must("--detach-sign", *(["--textmode"] if text else []), stdin=data)

    def verify(self, data, signature):
        self.gpg.must("--verify", self.case.scratch(signature), "-", stdin=data)

    def inline_sign(self, data, clear=False):
        return self.gpg.must("--clearsign" if clear else "--sign", stdin=data)

    def inline_verify(self, message):
        return self.gpg.must("--decrypt", stdin=message)


class RnpPeer:
    name = "rnp"
    operations = {"encrypt", "encrypt+sign", "sign", "password", "inline-sign", "clearsign"}

    def __init__(self):
        self.rnp, self.rnpkeys = need("rnp"), need("rnpkeys")
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="secmail-rnp-"))

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)

    def must(self, *argv, stdin=b"", password="", program=None):
        result = run([program or self.rnp, "--homedir", self.home, "--notty", f"--password={password}",
                      *argv], stdin)
        check(result.code == 0, result)
        return result

    def load(self, case):
        self.case = case
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir()
        self.must("--import", case.key, program=self.rnpkeys)

    def encrypt(self, data, sign=False):
        return self.must("--encrypt", *(["--sign", "-u", USER] if sign else []), "-r", USER,
                         "--output", "-", stdin=data).out

    def decrypt(self, message, sign=False):
        result = self.must("--decrypt", "--output", "-", self.case.scratch(message))
        check(not sign or b"Good signature" in result.err, result)
        return result.out

    def encrypt_password(self, data):
        return self.must("--symmetric", "--output", "-", stdin=data, password="password").out

    def decrypt_password(self, message):
        return self.must("--decrypt", "--output", "-", self.case.scratch(message),
                         password="password").out

    def sign(self, data, text=False):
        out = self.case.scratch()
        self.must("--sign", "--detach", "-u", USER, "--output", out, self.case.scratch(data))
        return out.read_bytes()

    def verify(self, data, signature):
        self.must("--verify", self.case.scratch(signature), "--source", self.case.scratch(data))

    def inline_sign(self, data, clear=False):
        out = self.case.scratch()
        self.must("--clearsign" if clear else "--sign", "-u", USER, "--output", out,
                  self.case.scratch(data))
        return out.read_bytes()

    def inline_verify(self, message):
        return self.must("--verify", self.case.scratch(message), "--output", "-").out


class JsPeer:
    """OpenPGP.js through the script that its own tests use."""

    name = "OpenPGP.js"
    operations = {"encrypt", "encrypt+sign", "sign", "password", "inline-sign", "clearsign"}

    def __init__(self):
        self.node = need("node")
        self.modules = pathlib.Path(tempfile.mkdtemp(prefix="secmail-js-"))
        test_openpgpjs.install(self.modules)

    def js(self, operation, **request):
        return test_openpgpjs.OpenPgpJs.js.__func__(self, operation, **request)

    def close(self):
        shutil.rmtree(self.modules, ignore_errors=True)

    def load(self, case):
        self.key, self.cert = (packets.dearmor(p.read_bytes()) for p in (case.key, case.cert))

    def encrypt(self, data, sign=False):
        more = {"signer": self.key} if sign else {}
        return self.js("encrypt", data=data, cert=self.cert, **more)["data"]

    def decrypt(self, message, sign=False):
        more = {"verifier": self.cert} if sign else {}
        answer = self.js("decrypt", data=packets.dearmor(message), key=self.key, **more)
        check(not sign or answer["verdicts"] == [True], answer)
        return answer["data"]

    def encrypt_password(self, data):
        return self.js("encrypt", data=data, password="password")["data"]

    def decrypt_password(self, message):
        return self.js("decrypt", data=packets.dearmor(message), password="password")["data"]

    def sign(self, data, text=False):
        return self.js("sign", data=data, key=self.key)["data"]

    def verify(self, data, signature):
        answer = self.js("verify", data=data, signature=packets.dearmor(signature), cert=self.cert)
        check(answer["verdicts"] == [True], answer)

    def inline_sign(self, data, clear=False):
        return self.js("inline_sign", data=data, key=self.key, cleartext=clear)["data"]

    def inline_verify(self, message):
        clear = b"SIGNED MESSAGE" in message
        answer = self.js("inline_verify", data=message if clear else packets.dearmor(message),
                         cert=self.cert, cleartext=clear)
        check(answer["verdicts"] == [True], answer)
        return answer["data"]


OPERATIONS = ("encrypt", "encrypt+sign", "password", "sign", "text sign", "inline-sign", "clearsign")


def same_text(a, b):
    return a.replace(b"\r\n", b"\n").rstrip(b"\n") == b.replace(b"\r\n", b"\n").rstrip(b"\n")


def cross(operation, maker, reader):
    """One makes, the other reads."""
    if operation in ("encrypt", "encrypt+sign"):
        sign = operation == "encrypt+sign"
        check(reader.decrypt(maker.encrypt(DATA, sign), sign) == DATA, "another text")
    elif operation == "password":
        check(reader.decrypt_password(maker.encrypt_password(DATA)) == DATA, "another text")
    elif operation in ("sign", "text sign"):
        reader.verify(DATA, maker.sign(DATA, operation == "text sign"))
    else:
        message = maker.inline_sign(DATA, operation == "clearsign")
        check(same_text(reader.inline_verify(message), DATA), "another text")


class Matrix(Case):
    def scratch(self, data=None):
        self.count = getattr(self, "count", 0) + 1
        path = self.folder / f"scratch-{self.count}"
        if data is not None:
            path.write_bytes(data)
        return path

    def peers(self):
        makers = {"gpg": GpgPeer, "rnp": RnpPeer, "OpenPGP.js": JsPeer}
        for name in ("gpg", "sqop", "gosop", "rnp", "OpenPGP.js"):
            try:
                yield makers[name]() if name in makers else SopPeer(name, need(name))
            except unittest.SkipTest as reason:
                print(f"{name}: {reason}")

    def profiles(self):
        lines = self.sop.must("list-profiles", "generate-key").decode().splitlines()
        return [line.split(":")[0] for line in lines]

    def cell(self, operation, ours, peer, failures):
        """Both directions."""
        if operation not in peer.operations:
            return "-"
        outcome = []
        self.for_old_software = peer.name in ONLY_V4
        for maker, reader in ((ours, peer), (peer, ours)):
            try:
                cross(operation, maker, reader)
                outcome.append("ok")
            except (Broken, AssertionError) as error:
                outcome.append("FAILED")
                failures.append(f"{ours.profile}, {operation}, {maker.name} > {reader.name}: {error}")
        return "/".join(outcome)

    def test_matrix(self):
        ours = SopPeer("secmail-sop", self.sop.path)
        self.password = self.file("password", b"password")
        peers = list(self.peers())
        self.assertTrue(peers, "no peer is installed")
        failures = []
        for peer in peers:
            self.addCleanup(peer.close)
        for profile in self.profiles():
            print(f"\n{profile:<14}" + "".join(f"{p.name:>15}" for p in peers))
            self.key, self.cert = self.sop.key(self.folder, "alice", f"--profile={profile}")
            ours.profile = profile
            self.for_old_software = False
            ours.load(self)
            able = {p: p.name not in ONLY_V4 or profile.startswith("rfc4880") for p in peers}
            for peer in peers:
                if able[peer]:
                    peer.load(self)
            for operation in OPERATIONS:
                cells = [self.cell(operation, ours, p, failures) if able[p] else "(*)" for p in peers]
                print(f"{operation:<14}" + "".join(f"{c:>15}" for c in cells))
        print("\nA cell: we make and they read / they make and we read. - no such operation, "
              "(*) reads no keys of version 6.")
        self.assertEqual(failures, [])


if __name__ == "__main__":
    main()
