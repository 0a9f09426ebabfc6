#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""secmail-sop with sqop (Sequoia), gosop (GopenPGP) and rnp, in profile rfc4880: all directions."""
import os
import unittest

import harness
from harness import *  # noqa: F403
import packets

DATA = (b"", b"Hello from the other side\n", os.urandom(200000))
TEXT = "Zeile eins\r\nzweite Zeile mit Umlaut: ü\n".encode()


class SopPeer:
    """Tests with another program of the same command line."""

    peer_name = None
    data = DATA

    def same(self, got, data):
        self.assertEqual(got, data)

    def same_cert(self, got, cert):
        self.assertEqual(packets.split(got), packets.split(cert))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.peer = Sop(need(cls.peer_name))
        cls.ours = cls.sop.key(cls.folder, "ours", "--profile=rfc4880")
        theirs = cls.peer.key(cls.folder, "theirs")
        cls.pairs = [cls.ours] if cls.sop.lacks(theirs[1]) else [cls.ours, theirs]

    def test_a_key_of_the_peer(self):
        if len(self.pairs) == 1:
            lacks = self.sop.lacks(self.folder / "theirs.cert")
            self.skipTest(f"{self.peer_name} makes keys for which this build lacks {lacks}")
        self.assertEqual(len(self.pairs), 2)

    def both(self):
        """(the one that writes, the one that reads, key, certificate)"""
        for key, cert in self.pairs:
            yield self.sop, self.peer, key, cert
            yield self.peer, self.sop, key, cert

    def test_certificates(self):
        for key, cert in self.pairs:
            for program in (self.sop, self.peer):
                mine = packets.dearmor(program.must("extract-cert", stdin=key.read_bytes()))
                self.same_cert(mine, packets.dearmor(cert.read_bytes()))

    def test_messages(self):
        for writes, reads, key, cert in self.both():
            for data in self.data:
                for option in ([], ["--no-armor"]):
                    message = writes.must("encrypt", *option, cert, stdin=data)
                    self.same(reads.must("decrypt", key, stdin=message), data)

    def test_text(self):
        for writes, reads, key, cert in self.both():
            message = writes.must("encrypt", "--as=text", cert, stdin=TEXT)
            self.assertEqual(reads.must("decrypt", key, stdin=message).replace(b"\r\n", b"\n"),
                             TEXT.replace(b"\r\n", b"\n"))

    def test_two_recipients(self):
        for writes, reads in ((self.sop, self.peer), (self.peer, self.sop)):
            keys, certs = zip(*self.pairs, self.sop.key(self.folder, "more", "--profile=rfc4880"))
            message = writes.must("encrypt", *certs, stdin=b"x")
            for key in keys:
                self.assertEqual(reads.must("decrypt", key, stdin=message), b"x")

    def test_detached_signatures(self):
        for writes, reads, key, cert in self.both():
            for data in DATA:
                signature = self.file("sig", writes.must("sign", key, stdin=data))
                lines = reads.must("verify", signature, cert, stdin=data).splitlines()
                self.assertEqual(len(lines), 1)
                self.assertNotEqual(reads("verify", signature, cert, stdin=data + b"x").code, 0)
            signature = self.file("sig", writes.must("sign", "--as=text", key, stdin=TEXT))
            reads.must("verify", signature, cert, stdin=TEXT)

    def test_signed_messages(self):
        for writes, reads, key, cert in self.both():
            message = writes.must("encrypt", "--sign-with", key, cert, stdin=b"signed")
            out = self.folder / "verifications"
            out.unlink(missing_ok=True)
            plain = reads.must("decrypt", "--verify-with", cert, f"--verify-out={out}"
                               if self.peer_name == "gosop" else f"--verifications-out={out}", key,
                               stdin=message)
            self.assertEqual(plain, b"signed")
            self.assertEqual(len(out.read_text().splitlines()), 1)

    def test_passwords(self):
        password = f"--with-password={self.file('password', b'password')}"
        for data in self.data:
            message = self.sop.must("encrypt", "--profile=rfc4880", password, stdin=data)
            self.same(self.peer.must("decrypt", password, stdin=message), data)
            message = self.peer.must("encrypt", password, stdin=data)
            self.same(self.sop.must("decrypt", password, stdin=message), data)

    def test_session_keys(self):
        for writes, reads, key, cert in self.both():
            out = self.folder / "session"
            out.unlink(missing_ok=True)
            message = writes.must("encrypt", cert, stdin=b"x")
            reads.must("decrypt", f"--session-key-out={out}", key, stdin=message)
            self.assertEqual(writes.must("decrypt", f"--with-session-key={out}", stdin=message),
                             b"x")

    def test_armor(self):
        for data in (path.read_bytes() for pair in self.pairs for path in pair):
            binary = self.peer.must("dearmor", stdin=data)
            self.assertEqual(self.sop.must("dearmor", stdin=data), binary)
            again = self.sop.must("dearmor", stdin=self.peer.must("armor", stdin=binary))
            self.same_cert(again, binary)
            self.assertEqual(self.peer.must("dearmor", stdin=self.sop.must("armor", stdin=binary)),
                             binary)


class Sqop(SopPeer, Case):
    peer_name = "sqop"

    def test_locked_keys(self):
        password = f"--with-key-password={self.file('password', b'password')}"
        for writes, reads in ((self.sop, self.peer), (self.peer, self.sop)):
            options = ["--profile=rfc4880"] if writes is self.sop else []
            key, cert = writes.key(self.folder, f"locked{len(options)}", password, *options)
            message = writes.must("encrypt", cert, stdin=b"x")
            self.assertEqual(reads.must("decrypt", password, key, stdin=message), b"x")
            signature = self.file("sig", reads.must("sign", password, key, stdin=b"x"))
            writes.must("verify", signature, cert, stdin=b"x")


class Gosop(SopPeer, Case):
    """gosop of 2022 takes data for text, leaves direct key signatures out of keys, and encodes the
    secret numbers of RSA keys anew."""

    peer_name = "gosop"
    data = (b"", b"Hello from the other side\n", b"0123456789abcdef " * 20000)

    def same(self, got, data):
        self.assertEqual(got.replace(b"\r\n", b"\n"), data)

    def same_cert(self, got, cert):
        def without_direct(data):
            return [(tag, body) for tag, body in packets.split(data)
                    if (tag, body[1]) != (packets.SIGNATURE, 0x1f)]
        if packets.split(cert)[0][0] == packets.SECRET_KEY and "rsa" in packets.features_of(cert):
            got, cert = (packets.dearmor(self.sop.must("extract-cert", stdin=x)) for x in (got, cert))
        self.assertEqual(without_direct(got), without_direct(cert))


class Rnp(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rnp, cls.rnpkeys = need("rnp"), need("rnpkeys")
        cls.home = cls.folder / "rnp"
        cls.home.mkdir()
        cls.key, cls.cert = cls.sop.key(cls.folder, "alice", "--profile=rfc4880")
        cls.keys("--import", cls.key)

    @classmethod
    def keys(cls, *argv):
        result = run([cls.rnpkeys, "--homedir", cls.home, "--notty", "--password=", *argv])
        if result.code != 0:
            raise AssertionError(f"rnpkeys {argv}: {result}")
        return result.out

    def program(self, *argv, stdin=b"", password=""):
        return run([self.rnp, "--homedir", self.home, "--notty", f"--password={password}", *argv],
                   stdin)

    def must(self, *argv, **more):
        result = self.program(*argv, **more)
        if result.code != 0:
            raise AssertionError(f"rnp {argv}: {result}")
        return result.out

    def exchange(self, user, key, cert):
        for data in DATA[1:]:  # rnp doesn't take an empty standard input
            for option in ([], ["--armor"], ["-z", "0"], ["--zlib"],
                           ["--cipher", "AES128"]):
                message = self.must("--encrypt", "-r", user, *option, "--output", "-", stdin=data)
                self.assertEqual(self.sop.must("decrypt", key, stdin=message), data)
            message = self.file("message", self.sop.must("encrypt", cert, stdin=data))
            self.assertEqual(self.must("--decrypt", "--output", "-", message), data)
            path = self.file("data", data)
            signature = self.file("data.sig", self.sop.must("sign", key, stdin=data))
            self.must("--verify", signature, "--source", path)
            signature = self.folder / "by-rnp.sig"
            signature.unlink(missing_ok=True)
            self.must("--sign", "--detach", "-u", user, "--output", signature, path)
            self.sop.must("verify", signature, cert, stdin=data)
            signed = self.file("message", self.sop.must("encrypt", "--sign-with", key, cert,
                                                        stdin=data))
            result = self.program("--decrypt", "--output", "-", signed)
            self.assertEqual((result.code, result.out), (0, data), result)
            self.assertIn(b"Good signature", result.err)

    def test_our_key(self):
        self.exchange("alice@example.org", self.key, self.cert)

    def test_librepgp(self):
        # Packet 20, which we read and never write.
        password = f"--with-password={self.file('password', b'password')}"
        for data in DATA[1:]:
            for aead in ("--aead=OCB", "--aead=EAX"):
                for option in ([], ["--aead-chunk-bits=0"], ["--zlib"], ["--cipher", "AES128"]):
                    message = self.must("--encrypt", "-r", "alice@example.org", aead, *option,
                                        "--output", "-", stdin=data)
                    self.assertEqual(self.sop.must("decrypt", self.key, stdin=message), data)
                message = self.must("--symmetric", aead, "--output", "-", stdin=data,
                                    password="password")
                self.assertEqual(self.sop.must("decrypt", password, stdin=message), data)
                broken = bytearray(message)
                broken[-1] ^= 1
                self.assertRefused(self.sop("decrypt", password, stdin=bytes(broken)),
                                   CANNOT_DECRYPT)

    def test_a_key_of_rnp(self):
        self.keys("--generate-key", "--userid", "rnp@example.org")
        key = self.file("rnp.key", self.keys("--export-key", "--secret", "rnp@example.org"))
        cert = self.file("rnp.cert", self.keys("--export-key", "rnp@example.org"))
        if self.sop.lacks(cert):
            raise unittest.SkipTest(f"this build lacks {self.sop.lacks(cert)}")
        self.exchange("rnp@example.org", key, cert)

    def test_passwords(self):
        password = f"--with-password={self.file('password', b'password')}"
        data = DATA[1]
        message = self.file("message", self.sop.must("encrypt", "--profile=rfc4880", password,
                                                     stdin=data))
        self.assertEqual(self.must("--decrypt", "--output", "-", message, password="password"),
                         data)
        message = self.must("--symmetric", "--output", "-", stdin=data, password="password")
        self.assertEqual(self.sop.must("decrypt", password, stdin=message), data)


if __name__ == "__main__":
    harness.main()
