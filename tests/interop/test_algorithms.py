#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keys of every algorithm, with every peer that knows it, in both directions: a table.

For each key that the library makes, a peer encrypts and signs, and reads what secmail-sop encrypts
and signs. Then the same with keys that OpenPGP.js makes; those of GnuPG are in test_gnupg.py. What a
peer is known to lack stands in LACKS: anything else must work.
"""
import pathlib
import shutil
import sys
import tempfile
import unittest

import harness
from harness import *  # noqa: F403
import packets
import test_gnupg
import test_openpgpjs

try:
    from secmail import Context, openpgp
except (ImportError, OSError) as error:
    print(f"skipped: the Python package: {error}")
    sys.exit(77)
from secmail.openpgp import KeyAlgorithm, Profile

DATA = b"Hello from the other side\n"
ALGORITHMS = ("CURVE25519", "CURVE448", "RSA2048", "RSA3072", "NISTP256", "NISTP384", "NISTP521",
              "BRAINPOOLP256R1", "BRAINPOOLP384R1", "BRAINPOOLP512R1")
BRAINPOOL = {name for name in ALGORITHMS if name.startswith("BRAINPOOL")}
# Sequoia stands on nettle; OpenPGP.js wants a package for Brainpool that it doesn't bring.
LACKS = {"sqop": BRAINPOOL, "OpenPGP.js": BRAINPOOL}
JS_KEYS = {"CURVE448": {"type": "curve448"}, "RSA2048": {"type": "rsa", "rsaBits": 2048},
           "NISTP256": {"type": "ecc", "curve": "nistP256"},
           "NISTP384": {"type": "ecc", "curve": "nistP384"},
           "NISTP521": {"type": "ecc", "curve": "nistP521"}}


class SopPeer:
    def __init__(self, name):
        self.program = Sop(need(name))

    def encrypt(self, key, cert):
        return self.program.must("encrypt", cert, stdin=DATA)

    def decrypt(self, key, cert, message):
        return self.program.must("decrypt", key, stdin=message)

    def sign(self, key, cert):
        return self.program.must("sign", key, stdin=DATA)

    def verify(self, key, cert, signature):
        return self.program.must("verify", signature, cert, stdin=DATA)


class GpgPeer:
    """Has each key in its ring, under the address that is the name of its file."""

    def __init__(self, gpg, folder):
        self.gpg, self.data, self.known = gpg, folder / "data", set()
        self.data.write_bytes(DATA)

    def user(self, key):
        if key not in self.known:
            self.gpg.must("--import", key)
            self.known.add(key)
        return f"{key.stem}@example.org"

    def encrypt(self, key, cert):
        return self.gpg.must("--encrypt", "--recipient", self.user(key), stdin=DATA)

    def decrypt(self, key, cert, message):
        self.user(key)
        return self.gpg.must("--decrypt", stdin=message)

    def sign(self, key, cert):
        return self.gpg.must("--detach-sign", "--local-user", self.user(key), stdin=DATA)

    def verify(self, key, cert, signature):
        self.user(key)
        self.gpg.must("--verify", signature, self.data)


class RnpPeer:
    def __init__(self, folder):
        self.rnp, self.rnpkeys = need("rnp"), need("rnpkeys")
        self.folder, self.home, self.known = folder, folder / "rnp-home", set()
        self.home.mkdir()

    def must(self, program, *argv, stdin=b""):
        result = run([program, "--homedir", self.home, "--notty", "--password=", *argv], stdin)
        if result.code != 0:
            raise AssertionError(f"{program} {argv}: {result}")
        return result.out

    def user(self, key):
        if key not in self.known:
            self.must(self.rnpkeys, "--import", key)
            self.known.add(key)
        return f"{key.stem}@example.org"

    def file(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def encrypt(self, key, cert):
        return self.must(self.rnp, "--encrypt", "-r", self.user(key), "--output", "-", stdin=DATA)

    def decrypt(self, key, cert, message):
        self.user(key)
        return self.must(self.rnp, "--decrypt", "--output", "-", self.file("message", message))

    def sign(self, key, cert):
        out = self.folder / "rnp.sig"
        out.unlink(missing_ok=True)
        self.must(self.rnp, "--sign", "--detach", "-u", self.user(key), "--output", out,
                  self.file("data", DATA))
        return out.read_bytes()

    def verify(self, key, cert, signature):
        self.user(key)
        self.must(self.rnp, "--verify", signature, "--source", self.file("data", DATA))


class JsPeer:
    def __init__(self, js):
        self.js = js

    @staticmethod
    def binary(path):
        return packets.dearmor(path.read_bytes())

    def encrypt(self, key, cert):
        return self.js("encrypt", cert=self.binary(cert), data=DATA)["data"]

    def decrypt(self, key, cert, message):
        return self.js("decrypt", key=self.binary(key), data=packets.dearmor(message))["data"]

    def sign(self, key, cert):
        return self.js("sign", key=self.binary(key), data=DATA)["data"]

    def verify(self, key, cert, signature):
        got = self.js("verify", cert=self.binary(cert), data=DATA,
                      signature=packets.dearmor(signature.read_bytes()))
        if got["verdicts"] != [True]:
            raise AssertionError(f"verdicts {got['verdicts']}")


class Algorithms(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = {}
        cls.addClassCleanup(cls.print_table)

    @classmethod
    def print_table(cls):
        print(f"{'key':28} {'peer':10} result")
        for (key, peer), result in sorted(cls.rows.items()):
            print(f"{key:28} {peer:10} {result}")

    def make(self, profile, algorithm):
        """name.key and name.cert, with the user ID <name@example.org>."""
        name = f"{profile.name}-{algorithm}".lower()
        with Context() as context:
            key = openpgp.generate(context, f"{name} <{name}@example.org>", profile=profile,
                                   algorithm=KeyAlgorithm[algorithm])
            return (self.file(f"{name}.key", key.export(context)),
                    self.file(f"{name}.cert", key.cert.export(context)))

    def exchange(self, peer, key, cert):
        message = peer.encrypt(key, cert)
        self.assertEqual(self.sop.must("decrypt", key, stdin=message), DATA)
        message = self.sop.must("encrypt", cert, stdin=DATA)
        self.assertEqual(peer.decrypt(key, cert, message), DATA)
        signature = self.file("by-peer.sig", peer.sign(key, cert))
        self.sop.must("verify", signature, cert, stdin=DATA)
        self.assertRefused(self.sop("verify", signature, cert, stdin=DATA + b"x"), NO_SIGNATURE)
        signature = self.file("by-us.sig", self.sop.must("sign", key, stdin=DATA))
        peer.verify(key, cert, signature)

    def all_keys(self, peer_name, peer, profiles):
        failed = []
        for profile in profiles:
            for algorithm in ALGORITHMS:
                if (profile, algorithm) == (Profile.RFC4880, "CURVE448"):
                    continue  # the profile hasn't it
                key, cert = self.make(profile, algorithm)
                row = (key.stem, peer_name)
                if algorithm in LACKS.get(peer_name, ()):
                    self.rows[row] = "the peer lacks it"
                    continue
                try:
                    self.exchange(peer, key, cert)
                    self.rows[row] = "both ways"
                except AssertionError as error:
                    self.rows[row] = "FAILED"
                    failed.append(f"{row}: {error}")
        self.assertEqual(failed, [], "\n".join(failed))

    def test_sqop(self):
        self.all_keys("sqop", SopPeer("sqop"), [Profile.RFC4880])

    def test_gosop(self):
        self.all_keys("gosop", SopPeer("gosop"), [Profile.RFC4880])

    def test_rnp(self):
        self.all_keys("rnp", RnpPeer(self.folder), [Profile.RFC4880])

    def test_gnupg(self):
        gpg = test_gnupg.Gnupg()
        self.addCleanup(gpg.close)
        self.all_keys("gpg", GpgPeer(gpg, self.folder), [Profile.RFC4880])

    def test_openpgpjs(self):
        js = test_openpgpjs.OpenPgpJs
        js.node = need("node")
        js.modules = pathlib.Path(tempfile.mkdtemp(prefix="secmail-js-"))
        self.addCleanup(shutil.rmtree, js.modules, True)
        test_openpgpjs.install(js.modules)
        self.all_keys("OpenPGP.js", JsPeer(js.js), [Profile.RFC4880, Profile.RFC9580])
        for algorithm, options in JS_KEYS.items():
            with self.subTest(algorithm):
                made = js.js("generate", **options)
                name = f"openpgpjs-{algorithm}".lower()
                self.exchange(JsPeer(js.js), self.file(f"{name}.key", made["key"]),
                              self.file(f"{name}.cert", made["cert"]))
                self.rows[name, "OpenPGP.js"] = "both ways"


if __name__ == "__main__":
    harness.main()
