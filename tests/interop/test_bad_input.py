#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Damaged, cut, empty, wrong and oversized input: documented codes, no plaintext, little memory."""
import os
import time

import harness
from harness import *  # noqa: F403
import packets
from packets import Identity, literal, packet

PLAINTEXT = b"the plaintext that must not come out"
MODEST = 64 << 10  # KiB


class Damage(Case):
    """Each byte of a small message, changed and cut off; a sample of the bytes of other files.

    (The fuzz targets see all of those, many times.)
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = {p: cls.sop.key(cls.folder, p, f"--profile={p}", "--no-armor", user="")
                    for p in ("rfc9580", "rfc4880")}
        cls.password = cls.folder / "password"
        cls.password.write_bytes(b"password")

    def messages(self):
        for profile, (key, cert) in self.keys.items():
            yield [key], self.sop.must("encrypt", "--no-armor", cert, stdin=PLAINTEXT)
        skesk, session = packets.skesk4(b"password", coded=0)
        message = skesk + packets.seipd1(session, literal(PLAINTEXT))
        yield [f"--with-password={self.password}"], message

    def variants(self, data, every=1):
        for i in range(0, len(data), every):
            yield f"byte {i} changed", data[:i] + bytes([data[i] ^ 1 << i % 8]) + data[i + 1:]
            if i % (every * every) == 0:
                yield f"cut to {i}", data[:i]

    def test_messages(self):
        for argv, message in self.messages():
            self.assertEqual(self.sop.must("decrypt", *argv, stdin=message), PLAINTEXT)
            for what, damaged in self.variants(message):
                with self.subTest(argv=argv, what=what):
                    self.assertRefused(self.sop("decrypt", *argv, stdin=damaged), CANNOT_DECRYPT,
                                       BAD_DATA)

    def test_armored_messages(self):
        # Armor has parts that don't count (headers, checksum): then the very plaintext comes out.
        key, cert = self.keys["rfc9580"]
        message = self.sop.must("encrypt", cert, stdin=PLAINTEXT)
        for what, damaged in self.variants(message, 3):
            with self.subTest(what=what):
                result = self.sop("decrypt", key, stdin=damaged)
                if result.code == OK:
                    self.assertEqual(result.out, PLAINTEXT)
                else:
                    self.assertRefused(result, CANNOT_DECRYPT, BAD_DATA)

    def test_signatures(self):
        for profile, (key, cert) in self.keys.items():
            signature = self.sop.must("sign", "--no-armor", key, stdin=PLAINTEXT)
            path = self.file("good.sig", signature)
            line = self.sop.must("verify", path, cert, stdin=PLAINTEXT)
            for what, damaged in self.variants(signature, 2):
                with self.subTest(profile=profile, what=what):
                    path = self.file("damaged.sig", damaged)
                    result = self.sop("verify", path, cert, stdin=PLAINTEXT)
                    if result.code == OK:  # the unhashed area isn't signed
                        self.assertEqual(result.out, line)
                    else:
                        self.assertRefused(result, NO_SIGNATURE, BAD_DATA)

    def test_certificates(self):
        for profile, (key, cert) in self.keys.items():
            for what, damaged in self.variants(cert.read_bytes(), 5):
                with self.subTest(profile=profile, what=what):
                    path = self.file("damaged.cert", damaged)
                    result = self.sop("encrypt", path, stdin=PLAINTEXT)
                    if result.code == OK:  # what was damaged is a part that isn't needed
                        self.assertEqual(self.sop.must("decrypt", key, stdin=result.out), PLAINTEXT)
                    else:
                        self.assertRefused(result, BAD_DATA, CERT_CANNOT_ENCRYPT,
                                           UNSUPPORTED_ASYMMETRIC_ALGO)

    def test_keys(self):
        for profile, (key, cert) in self.keys.items():
            for what, damaged in self.variants(key.read_bytes(), 5):
                with self.subTest(profile=profile, what=what):
                    path = self.file("damaged.key", damaged)
                    result = self.sop("sign", "--no-armor", path, stdin=PLAINTEXT)
                    if result.code == OK:  # then it is a signature that the real certificate made
                        signature = self.file("by-damaged.sig", result.out)
                        self.sop.must("verify", signature, cert, stdin=PLAINTEXT)
                    else:
                        self.assertRefused(result, BAD_DATA, KEY_CANNOT_SIGN, KEY_IS_PROTECTED,
                                           UNSUPPORTED_ASYMMETRIC_ALGO)


class Wrong(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alice, cls.alice_cert = cls.sop.key(cls.folder, "alice")
        cls.bob, cls.bob_cert = cls.sop.key(cls.folder, "bob", "--profile=rfc4880")

    def test_garbage(self):
        for data in (b"", b"\n", b"\0", b"x", b"-----BEGIN PGP MESSAGE-----\n", os.urandom(100),
                     os.urandom(300000), b"\xff" * 1000, b"\x80", b"\xc1", b"\xd2\xff",
                     b"-----BEGIN PGP MESSAGE-----\n\n-----END PGP MESSAGE-----\n",
                     self.alice_cert.read_bytes(), self.alice.read_bytes(), literal(PLAINTEXT),
                     packets.compressed(literal(PLAINTEXT)), packet(packets.MARKER, b"PGP")):
            self.assertRefused(self.sop("decrypt", self.alice, stdin=data), BAD_DATA,
                               CANNOT_DECRYPT)
            path = self.file("garbage", data)
            if not data.startswith(self.alice_cert.read_bytes()):
                self.assertRefused(self.sop("encrypt", path, stdin=b"x"), BAD_DATA)
            if data != self.alice.read_bytes():
                self.assertRefused(self.sop("sign", path, stdin=b"x"), BAD_DATA)
            self.assertRefused(self.sop("verify", path, self.alice_cert, stdin=b"x"), BAD_DATA)

    def test_wrong_key(self):
        message = self.sop.must("encrypt", self.alice_cert, stdin=PLAINTEXT)
        self.assertRefused(self.sop("decrypt", self.bob, stdin=message), CANNOT_DECRYPT)
        # Even where the message claims to be for it.
        alice = packets.split(packets.dearmor(message))
        bob = packets.split(packets.dearmor(self.sop.must("encrypt", self.bob_cert, stdin=b"y")))
        self.assertRefused(self.sop("decrypt", self.bob, stdin=packets.join([bob[0], alice[1]])),
                           CANNOT_DECRYPT, BAD_DATA)

    def test_wrong_password(self):
        right, wrong = self.file("right", b"right"), self.file("wrong", b"wrong")
        for profile in ("rfc9580", "rfc4880"):
            message = self.sop.must("encrypt", f"--profile={profile}", f"--with-password={right}",
                                    stdin=PLAINTEXT)
            self.assertRefused(self.sop("decrypt", f"--with-password={wrong}", stdin=message),
                               CANNOT_DECRYPT)

    def test_empty_plaintext(self):
        for cert, key in ((self.alice_cert, self.alice), (self.bob_cert, self.bob)):
            self.assertEqual(self.sop.must("decrypt", key, stdin=self.sop.must("encrypt", cert)),
                             b"")
            signature = self.file("empty.sig", self.sop.must("sign", key))
            self.sop.must("verify", signature, cert)


class Validity(Case):
    """Certificates made by hand, since the program's clock can't be set."""

    def certificate(self, identity, **how):
        return self.file("v.cert", identity.cert(**how))

    def key(self, identity):
        return self.file("v.key", identity.key())

    def test_control(self):
        for version in (4, 6):
            identity = Identity(version)
            message = self.sop.must("encrypt", self.certificate(identity), stdin=PLAINTEXT)
            self.assertEqual(self.sop.must("decrypt", self.key(identity), stdin=message), PLAINTEXT)
            signature = self.file("v.sig", self.sop.must("sign", self.key(identity), stdin=b"x"))
            self.sop.must("verify", signature, self.certificate(identity), stdin=b"x")

    def test_expired_key(self):
        for version in (4, 6):
            identity = Identity(version, expires=packets.DAY)
            self.assertRefused(self.sop("encrypt", self.certificate(identity), stdin=b"x"),
                               CERT_CANNOT_ENCRYPT)
            self.assertRefused(self.sop("sign", self.key(identity), stdin=b"x"), KEY_CANNOT_SIGN)
            result = self.sop("encrypt", self.certificate(identity), stdin=b"x")
            self.assertIn(b"2025-01-02", result.err)
            # What was encrypted to it while it was valid can still be read.
            session = os.urandom(32)
            message = (identity.subkey.pkesk(session) +
                       (packets.seipd2 if version == 6 else packets.seipd1)(session,
                                                                            literal(PLAINTEXT)))
            self.assertEqual(self.sop.must("decrypt", self.key(identity), stdin=message), PLAINTEXT)

    def test_signature_before_and_after_the_key_expired(self):
        for version in (4, 6):
            identity = Identity(version, expires=10 * packets.DAY)
            for days, code in ((5, OK), (20, NO_SIGNATURE), (-5, NO_SIGNATURE)):
                signature = self.file("v.sig", identity.primary.sign(
                    b"x", date=packets.BORN + days * packets.DAY))
                result = self.sop("verify", signature, self.certificate(identity), stdin=b"x")
                self.assertExit(result, code)

    def test_revoked_key(self):
        for version in (4, 6):
            identity = Identity(version)
            cert = self.certificate(identity, after_primary=identity.revocation())
            self.assertRefused(self.sop("encrypt", cert, stdin=b"x"), CERT_CANNOT_ENCRYPT)
            # "Compromised" counts for the past as well (RFC 9580 section 5.2.3.31).
            signature = self.file("v.sig", identity.primary.sign(b"x", date=packets.BORN + 60))
            self.assertRefused(self.sop("verify", signature, cert, stdin=b"x"), NO_SIGNATURE)

    def test_retired_key(self):
        identity = Identity(6)
        cert = self.certificate(identity, after_primary=identity.revocation(
            packets.BORN + 10 * packets.DAY, b"\x03retired"))
        for days, code in ((5, OK), (20, NO_SIGNATURE)):
            signature = self.file("v.sig", identity.primary.sign(
                b"x", date=packets.BORN + days * packets.DAY))
            self.assertExit(self.sop("verify", signature, cert, stdin=b"x"), code)

    def test_a_revocation_by_another_key_is_nothing(self):
        identity, other = Identity(6), Identity(6)
        forged = other.primary.sign(identity.primary.framed(), 0x20)
        self.sop.must("encrypt", self.certificate(identity, after_primary=forged), stdin=b"x")

    def test_key_of_the_future(self):
        identity = Identity(6, created=4102444800)
        self.assertRefused(self.sop("encrypt", self.certificate(identity), stdin=b"x"),
                           CERT_CANNOT_ENCRYPT)
        self.assertRefused(self.sop("sign", self.key(identity), stdin=b"x"), KEY_CANNOT_SIGN)

    def test_key_flags(self):
        for bits in (0, packets.CERTIFY, packets.SIGN, 0x20):
            identity = Identity(6, subkey_flags=bits)
            self.assertRefused(self.sop("encrypt", self.certificate(identity), stdin=b"x"),
                               CERT_CANNOT_ENCRYPT)
        identity = Identity(6, primary_flags=packets.CERTIFY)
        self.assertRefused(self.sop("sign", self.key(identity), stdin=b"x"), KEY_CANNOT_SIGN)
        self.assertRefused(self.sop("encrypt", "--sign-with", self.key(identity),
                                    self.certificate(identity), stdin=b"x"), KEY_CANNOT_SIGN)
        signature = self.file("v.sig", identity.primary.sign(b"x"))
        self.assertRefused(self.sop("verify", signature, self.certificate(identity), stdin=b"x"),
                           NO_SIGNATURE)


class Oversized(Case):
    """What claims, nests or expands beyond all bounds ends early, with little memory."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = os.urandom(32)
        cls.session_file = cls.folder / "session"
        cls.session_file.write_text(f"9:{cls.session.hex()}")
        cls.key, cls.cert = cls.sop.key(cls.folder, "alice")

    def decrypt(self, message, *argv):
        began = time.monotonic()
        result = self.sop("decrypt", f"--with-session-key={self.session_file}", *argv,
                          stdin=message, measure=True)
        self.assertLess(time.monotonic() - began, 20)
        return result

    def both(self, content):
        yield packets.seipd1(self.session, content)
        yield packets.seipd2(self.session, content, chunk_octet=6)

    def test_control(self):
        for message in self.both(literal(PLAINTEXT)):
            result = self.decrypt(message)
            self.assertEqual((result.code, result.out), (OK, PLAINTEXT), result)

    def test_a_gibibyte_in_twenty_bytes(self):
        for tag in range(1, 64):
            data = packet(tag, bytes([6 if tag < 7 else 2]) + bytes(13), 1 << 30 | 1 << 31)
            result = self.assertRefused(self.sop("decrypt", self.key, stdin=data, measure=True),
                                        BAD_DATA, CANNOT_DECRYPT)
            self.assertLess(result.peak_kib, MODEST)

    def test_a_gibibyte_in_twenty_bytes_of_a_key(self):
        for tag in (packets.PUBLIC_KEY, packets.SECRET_KEY, packets.SIGNATURE, packets.USER_ID, 17):
            path = self.file("huge", packet(tag, b"\x04" + bytes(13), 1 << 30))
            for argv in (["encrypt", path], ["sign", path], ["verify", path, self.cert]):
                result = self.assertRefused(self.sop(*argv, measure=True), BAD_DATA)
                self.assertLess(result.peak_kib, MODEST)

    def test_a_gibibyte_declared_inside(self):
        for tag in (packets.LITERAL, packets.COMPRESSED, packets.SIGNATURE, packets.ONE_PASS,
                    packets.PADDING):
            for message in self.both(packet(tag, b"b\0\0\0\0\0" + bytes(8), 1 << 30)):
                result = self.assertRefused(self.decrypt(message), BAD_DATA, CANNOT_DECRYPT)
                self.assertLess(result.peak_kib, MODEST)

    def test_subpackets_that_claim_too_much(self):
        identity = Identity(6)
        for area in (b"\xff\xff\xff\xff\xff\x02", b"\xfe\xff", b"\x05\x02"):
            signature = self.file("sub.sig", identity.primary.sign(b"x", hashed=area))
            cert = self.file("sub.cert", identity.cert())
            self.assertRefused(self.sop("verify", signature, cert, stdin=b"x"), NO_SIGNATURE,
                               BAD_DATA)

    def test_ten_thousand_layers(self):
        content = literal(PLAINTEXT)
        for _ in range(10000):
            content = packet(packets.COMPRESSED, b"\0" + content)
        for message in self.both(content):
            result = self.assertRefused(self.decrypt(message), CANNOT_DECRYPT, BAD_DATA)
            self.assertLess(result.peak_kib, MODEST)

    def test_layers_of_each_compression(self):
        for algorithm in (1, 2, 3):
            content = literal(PLAINTEXT)
            for _ in range(100):
                content = packets.compressed(content, algorithm)
            for message in self.both(content):
                self.assertRefused(self.decrypt(message), CANNOT_DECRYPT, BAD_DATA)

    def test_ten_thousand_signatures(self):
        identity = Identity(4)
        content = (packets.one_pass(identity.primary, last=0) * 10000 + literal(PLAINTEXT)
                   + identity.primary.sign(PLAINTEXT) * 10000)
        for message in self.both(content):
            self.assertRefused(self.decrypt(message), CANNOT_DECRYPT, BAD_DATA)

    def test_many_session_key_packets(self):
        identity, other = Identity(6), Identity(6)
        path = self.file("many.key", identity.key())
        session = os.urandom(32)
        message = packets.seipd2(session, literal(PLAINTEXT))
        self.assertEqual(self.sop.must("decrypt", path, stdin=other.subkey.pkesk(session) * 50
                                       + identity.subkey.pkesk(session) + message), PLAINTEXT)
        for pkesk, count in ((other.subkey.pkesk(session), 5000),
                             (other.subkey.pkesk(session, wildcard=True), 1000)):
            result = self.sop("decrypt", path, stdin=pkesk * count + message, measure=True)
            self.assertRefused(result, CANNOT_DECRYPT)
            self.assertLess(result.peak_kib, MODEST)

    def test_many_passwords(self):
        password = self.file("a-password", b"password")
        skesk, session = packets.skesk4(b"other", coded=255)
        began = time.monotonic()
        result = self.sop("decrypt", f"--with-password={password}",
                          stdin=skesk * 500 + packets.seipd1(session, literal(PLAINTEXT)))
        self.assertRefused(result, CANNOT_DECRYPT)
        self.assertLess(time.monotonic() - began, 20)

    def test_compression_bomb(self):
        content = packets.compressed(literal(bytes(200 << 20)), 2)
        self.assertLess(len(content), 1 << 20)
        for message in self.both(content):
            with open(os.devnull, "wb") as null:
                result = self.sop("decrypt", f"--with-session-key={self.session_file}",
                                  stdin=message, stdout=null, measure=True)
            self.assertExit(result, CANNOT_DECRYPT, BAD_DATA)
            self.assertLess(result.peak_kib, 128 << 10)

    def test_argon2_that_wants_all_memory(self):
        password = self.file("a-password", b"password")
        for passes, lanes, memory in ((1, 1, 31), (255, 1, 21), (1, 255, 30), (0, 1, 16),
                                      (1, 0, 16), (1, 4, 1), (1, 4, 255)):
            s2k = b"\x04" + bytes(16) + bytes([passes, lanes, memory])
            message = (packets.skesk6(b"password", self.session, s2k)
                       + packets.seipd2(self.session, literal(PLAINTEXT)))
            began = time.monotonic()
            result = self.sop("decrypt", f"--with-password={password}", stdin=message,
                              measure=True)
            self.assertRefused(result, CANNOT_DECRYPT, BAD_DATA)
            self.assertLess(result.peak_kib, MODEST)
            self.assertLess(time.monotonic() - began, 5)

    def test_armor_headers_without_end(self):
        text = b"-----BEGIN PGP MESSAGE-----\n" + b"Comment: x\n" * 100000 + b"\n"
        result = self.assertRefused(self.sop("dearmor", stdin=text, measure=True), BAD_DATA)
        self.assertLess(result.peak_kib, MODEST)
        text = b"-----BEGIN PGP MESSAGE-----\nComment: " + b"x" * (8 << 20)
        self.assertRefused(self.sop("decrypt", self.key, stdin=text), BAD_DATA, CANNOT_DECRYPT)


if __name__ == "__main__":
    harness.main()
