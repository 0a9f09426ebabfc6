#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Published attacks on OpenPGP software, each as bytes that must be refused.

Every class begins with controls: the same bytes without the attack are accepted. So a refusal is due
to the attack and not to a fault of the test.
"""
import hashlib
import os
import struct

import harness
from harness import *  # noqa: F403
import packets
from packets import Identity, Key, literal, packet, seipd1, seipd2, subpacket

SECRET = b"attack at dawn, says the secret plaintext"


class Message(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = os.urandom(32)
        cls.session_file = cls.folder / "session"
        cls.session_file.write_text(f"9:{cls.session.hex()}")
        cls.bob = {v: Identity(v) for v in (4, 6)}
        cls.bob_key = {}
        for version, identity in cls.bob.items():
            cls.bob_key[version] = cls.folder / f"bob{version}.key"
            cls.bob_key[version].write_bytes(identity.key())

    def decrypt(self, message, *argv, **more):
        argv = argv or [f"--with-session-key={self.session_file}"]
        return self.sop("decrypt", *argv, stdin=message, **more)

    def assertOpens(self, message, *argv, plaintext=SECRET):
        result = self.decrypt(message, *argv)
        self.assertEqual((result.code, result.out), (OK, plaintext), result)

    def assertFails(self, message, *argv, **more):
        return self.assertRefused(self.decrypt(message, *argv, **more), CANNOT_DECRYPT, BAD_DATA)


class ModificationDetection(Message):
    """EFAIL (CVE-2017-17688), MDC stripping, and the downgrade from SEIPD to SED."""

    def test_control(self):
        self.assertOpens(seipd1(self.session, literal(SECRET)))
        self.assertOpens(packets.partial_packet(packets.SEIPD, packets.seipd1_body(
            self.session, literal(SECRET * 40)), 9), plaintext=SECRET * 40)

    def test_without_mdc(self):
        self.assertFails(seipd1(self.session, literal(SECRET), mdc=False))
        self.assertFails(seipd1(self.session, literal(SECRET * 1000), mdc=False))

    def test_mdc_cut(self):
        body = packets.seipd1_body(self.session, literal(SECRET))
        for cut in range(1, 24):
            self.assertFails(packet(packets.SEIPD, body[:-cut]))

    def test_wrong_mdc(self):
        for mdc in (b"\xd3\x14" + bytes(20), b"\xd3\x14" + os.urandom(20), b"\xd3\x13" + bytes(19),
                    b"\xd3\x00", b"\xd3\x14"):
            self.assertFails(seipd1(self.session, literal(SECRET), mdc=False, mdc_packet=mdc))

    def test_mdc_in_another_frame(self):
        # RFC 9580 section 5.13.1: the MDC's header is the two octets D3 14 and no others.
        clear = bytes(16) + bytes(2) + literal(SECRET)
        for head in (b"\xd3\xff\0\0\0\x14", b"\xcf\x14", b"\x93\x14"):
            digest = hashlib.sha1(clear + head).digest()
            body = b"\x01" + packets.cfb(self.session, clear + head + digest)
            self.assertFails(packet(packets.SEIPD, body))

    def test_data_after_the_mdc(self):
        for extra in (literal(b"more"), b"\0", packet(packets.MARKER, b"PGP")):
            self.assertFails(seipd1(self.session, literal(SECRET), mdc_packet=extra))

    def test_gadgets(self):
        # Two known blocks let an attacker write into CFB plaintext; the MDC must catch it.
        body = packets.seipd1_body(self.session, literal(SECRET * 4), prefix=bytes(16))
        for block in range(1, len(body) // 16):
            for other in (0, block - 1):
                mixed = bytearray(body)
                a, b = 1 + 16 * block, 1 + 16 * other
                mixed[a:a + 16], mixed[b:b + 16] = mixed[b:b + 16], mixed[a:a + 16]
                if bytes(mixed) != body:
                    self.assertFails(packet(packets.SEIPD, bytes(mixed)))
        gadget = body[:33] + bytes(x ^ 0x41 for x in body[17:33]) + body[33:]
        self.assertFails(packet(packets.SEIPD, gadget))

    def test_downgrade_to_sed(self):
        body = packets.seipd1_body(self.session, literal(SECRET))
        for tag_body in (body, body[1:]):
            self.assertFails(packet(packets.SED, tag_body))
        self.assertFails(packets.sed(self.session, literal(SECRET)))
        self.assertFails(packets.old_packet(packets.SED, body[1:]))

    def test_sed_is_refused_with_every_secret(self):
        password = self.file("password", b"password")
        skesk, session = packets.skesk4(b"password")
        self.assertOpens(skesk + seipd1(session, literal(SECRET)), f"--with-password={password}")
        self.assertFails(skesk + packets.sed(session, literal(SECRET)),
                         f"--with-password={password}")
        pkesk = self.bob[4].subkey.pkesk(self.session)
        self.assertOpens(pkesk + seipd1(self.session, literal(SECRET)), self.bob_key[4])
        self.assertFails(pkesk + packets.sed(self.session, literal(SECRET)), self.bob_key[4])

    def test_unknown_versions(self):
        for version in (0, 3, 255):
            body = packets.seipd1_body(self.session, literal(SECRET))
            self.assertFails(packet(packets.SEIPD, bytes([version]) + body[1:]))


class Oracles(Message):
    """CVE-2005-0366 and CVE-2026-59640: the same answer, whatever failed in a decryption."""

    def answers(self, variants, *argv):
        return {(r.code, r.err) for r in (self.assertFails(m, *argv) for m in variants)}

    def test_seipdv1(self):
        body = packets.seipd1_body(self.session, literal(SECRET))

        def flip(i):
            return packet(packets.SEIPD, body[:i] + bytes([body[i] ^ 0x10]) + body[i + 1:])

        pkesk = self.bob[4].subkey.pkesk(self.session)
        for head, argv in ((b"", []), (pkesk, [self.bob_key[4]])):
            # The repeated octets of the prefix, the packet header, the data, the MDC.
            places = (1, 17, 18, 19, 20, 30, len(body) - 21, len(body) - 1)
            self.assertEqual(len(self.answers([head + flip(i) for i in places], *argv)), 1)

    def test_a_wrong_session_key_looks_like_a_damaged_message(self):
        body = packets.seipd1_body(self.session, literal(SECRET))
        damaged = packet(packets.SEIPD, body[:-1] + bytes([body[-1] ^ 1]))
        other = seipd1(os.urandom(32), literal(SECRET))
        self.assertEqual(len(self.answers([damaged, other])), 1)

    def test_seipdv2(self):
        aead = packets.Aead(self.session, literal(SECRET * 5))

        def flip(chunk, i):
            return chunk[:i] + bytes([chunk[i] ^ 1]) + chunk[i + 1:]

        first = aead.chunks[0]
        variants = [aead.packet([flip(first, 0)] + aead.chunks[1:]),
                    aead.packet([flip(first, len(first) - 1)] + aead.chunks[1:]),
                    aead.packet(final=flip(aead.final, 3)),
                    packets.Aead(os.urandom(32), literal(SECRET * 5)).packet()]
        self.assertEqual(len(self.answers(variants)), 1)


class Aead(Message):
    """Truncation (CVE-2026-12817), reordering, early release, and chunk sizes (CVE-2026-3505)."""

    def test_control(self):
        for aead in (packets.OCB, packets.GCM):
            for size in (0, 1, 57, 58, 59, 64 * 3 - 8, 64 * 3 - 7, 1000, 20000):
                for octet in (0, 3, 16):
                    message = seipd2(self.session, literal(bytes(size)), chunk_octet=octet,
                                     aead=aead)
                    self.assertOpens(message, plaintext=bytes(size))

    def content(self, size):
        """A literal data packet of exactly `size` octets."""
        for body in range(max(0, size - 20), size):
            if len(literal(bytes(body))) == size:
                return literal(os.urandom(body))
        raise AssertionError(size)

    def test_truncation_at_every_chunk_boundary(self):
        for size in (256, 250, 65):  # an exact multiple of the chunk size, and others
            aead = packets.Aead(self.session, self.content(size))
            self.assertEqual(self.decrypt(aead.packet()).code, OK)
            for kept in range(len(aead.chunks) + 1):
                self.assertFails(aead.packet(aead.chunks[:kept], b""))
                if kept < len(aead.chunks):
                    self.assertFails(aead.packet(aead.chunks[:kept]))
                    self.assertFails(aead.packet(aead.chunks[:kept], aead.chunks[kept][-16:]))

    def test_truncation_at_every_byte(self):
        aead = packets.Aead(self.session, self.content(128))
        body = aead.body()
        for size in range(len(body)):
            self.assertFails(packet(packets.SEIPD, body[:size]))

    def test_a_final_tag_for_a_shorter_message(self):
        # What the final tag protects is the number of chunks and of octets.
        aead = packets.Aead(self.session, self.content(256))
        for index, total in ((3, 192), (4, 255), (3, 256), (5, 256), (4, 0)):
            self.assertFails(aead.packet(final=aead.seal_final(index, total)))

    def test_chunks_in_another_order(self):
        aead = packets.Aead(self.session, self.content(256))
        a, b, c, d = aead.chunks
        for chunks in ([b, a, c, d], [a, c, b, d], [a, b, d, c], [a, a, b, c, d], [b, c, d],
                       [a, b, c, d, d], [a, d]):
            self.assertFails(aead.packet(chunks))

    def test_data_after_the_final_tag(self):
        aead = packets.Aead(self.session, self.content(256))
        for extra in (b"\0", bytes(16), aead.final, aead.chunks[3] + aead.final):
            self.assertFails(aead.packet(final=aead.final + extra))

    def test_only_checked_chunks_are_released(self):
        # rnpgp/rnp#807: nothing of the chunk that fails, everything of it withheld.
        size = 64 << 10
        data = os.urandom(10 * size)
        for bad in range(11):
            aead = packets.Aead(self.session, literal(data), chunk_octet=10)
            chunks = list(aead.chunks)
            chunks[bad] = chunks[bad][:-1] + bytes([chunks[bad][-1] ^ 1])
            result = self.decrypt(aead.packet(chunks))
            self.assertExit(result, CANNOT_DECRYPT)
            self.assertTrue(data.startswith(result.out))
            self.assertLessEqual(len(result.out), bad * size)

    def test_chunk_sizes(self):
        # At most 4 MiB, and refused before memory is taken.
        for octet in (17, 22, 30, 56, 57, 127, 255):
            body = packets.Aead(self.session, literal(SECRET)).body()
            result = self.assertFails(packet(packets.SEIPD, body[:3] + bytes([octet]) + body[4:]),
                                      measure=True)
            self.assertLess(result.peak_kib, 32 << 10)

    def test_parameters_are_authenticated(self):
        body = packets.Aead(self.session, literal(SECRET)).body()
        for place, values in ((0, (1, 3)), (1, (0, 7, 8, 11, 255)), (2, (0, 1, 3, 4)), (3, (1, 2))):
            for value in values:
                changed = body[:place] + bytes([value]) + body[place + 1:]
                self.assertFails(packet(packets.SEIPD, changed))


class Downgrade(Message):
    """A session key of one format never opens another (Strenzke and Roth; RFC 9580 section 13.7)."""

    def test_control(self):
        v6, v4 = self.bob[6].subkey, self.bob[4].subkey
        self.assertOpens(v6.pkesk(self.session) + seipd2(self.session, literal(SECRET)),
                         self.bob_key[6])
        self.assertOpens(v4.pkesk(self.session) + seipd1(self.session, literal(SECRET)),
                         self.bob_key[4])
        self.assertOpens(v4.pkesk(self.session, version=6) + seipd2(self.session, literal(SECRET)),
                         self.bob_key[4])
        password = self.file("password", b"password")
        self.assertOpens(packets.skesk6(b"password", self.session)
                         + seipd2(self.session, literal(SECRET)), f"--with-password={password}")

    def test_pkesk_and_data_of_different_versions(self):
        v6, v4 = self.bob[6].subkey, self.bob[4].subkey
        self.assertFails(v6.pkesk(self.session) + seipd1(self.session, literal(SECRET)),
                         self.bob_key[6])
        self.assertFails(v4.pkesk(self.session) + seipd2(self.session, literal(SECRET)),
                         self.bob_key[4])
        self.assertFails(v6.pkesk(self.session) + packets.sed(self.session, literal(SECRET)),
                         self.bob_key[6])

    def test_skesk_and_data_of_different_versions(self):
        password = f"--with-password={self.file('password', b'password')}"
        skesk, session = packets.skesk4(b"password")
        self.assertFails(skesk + seipd2(session, literal(SECRET)), password)
        self.assertFails(packets.skesk6(b"password", self.session)
                         + seipd1(self.session, literal(SECRET)), password)

    def test_aead_data_read_as_cfb(self):
        aead = packets.Aead(self.session, literal(SECRET))
        raw = b"".join(aead.chunks) + aead.final
        for body in (b"\x01" + raw, b"\x01" + aead.body(), b"\x01" + aead.body()[1:]):
            self.assertFails(packet(packets.SEIPD, body))
            self.assertFails(self.bob[6].subkey.pkesk(self.session) + packet(packets.SEIPD, body),
                             self.bob_key[6])


class PublicKey(Message):
    """Predictable shared secrets, and session keys that aren't what they claim."""

    # Points of small order on Curve25519 (RFC 7748 section 6.1; cr.yp.to/ecdh.html).
    SMALL = [bytes(32), b"\x01" + bytes(31),
             bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
             bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
             bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
             bytes.fromhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
             bytes.fromhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]

    def test_points_of_small_order(self):
        for version, encrypt in ((6, seipd2), (4, seipd1)):
            for point in self.SMALL:
                pkesk = self.bob[version].subkey.pkesk(self.session, ephemeral=point)
                self.assertFails(pkesk + encrypt(self.session, literal(SECRET)),
                                 self.bob_key[version])

    def test_wrapped_key_of_another_length(self):
        for size in (16, 24, 40, 64):
            session = os.urandom(size)
            pkesk = self.bob[6].subkey.pkesk(session)
            self.assertFails(pkesk + seipd2(self.session, literal(SECRET)), self.bob_key[6])
            pkesk = self.bob[4].subkey.pkesk(session)
            self.assertFails(pkesk + seipd1(self.session, literal(SECRET)), self.bob_key[4])

    def test_lengths_inside_the_session_key_packet(self):
        good = packets.split(self.bob[6].subkey.pkesk(self.session))[0][1]
        data = seipd2(self.session, literal(SECRET))
        self.assertOpens(packet(packets.PKESK, good) + data, self.bob_key[6])
        for body in (good[:-1], good + b"\0", good[:1], good[:40], b""):
            self.assertFails(packet(packets.PKESK, body) + data, self.bob_key[6])

    def test_hidden_recipient(self):
        for version, encrypt in ((6, seipd2), (4, seipd1)):
            pkesk = self.bob[version].subkey.pkesk(self.session, wildcard=True)
            self.assertOpens(pkesk + encrypt(self.session, literal(SECRET)), self.bob_key[version])

    def test_session_keys_differ(self):
        # CVE-2025-13470: session keys that weren't random.
        cert = self.file("bob.cert", self.bob[6].cert())
        seen = set()
        for i in range(50):
            out = self.folder / f"session-{i}"
            self.sop.must("encrypt", f"--session-key-out={out}", cert, stdin=SECRET)
            key = out.read_text().strip().split(":")[1]
            self.assertGreater(len(set(bytes.fromhex(key))), 8)
            seen.add(key)
        self.assertEqual(len(seen), 50)


class Structure(Message):
    """What is verified is what comes out (CVE-2025-47934); nothing else stands in a message."""

    def setUp(self):
        self.alice = Identity(6)
        self.cert = self.file("alice.cert", self.alice.cert())

    def check(self, content, plaintext, lines):
        for message in (seipd1(self.session, content), seipd2(self.session, content)):
            out = self.folder / "verifications"
            out.unlink(missing_ok=True)
            result = self.sop("decrypt", f"--with-session-key={self.session_file}",
                              "--verify-with", self.cert, f"--verifications-out={out}",
                              stdin=message)
            if plaintext is None:
                self.assertRefused(result, CANNOT_DECRYPT, BAD_DATA)
                self.assertFalse(out.exists())
            else:
                self.assertEqual((result.code, result.out), (OK, plaintext), result)
                self.assertEqual(len(out.read_text().splitlines()), lines)

    def test_control(self):
        message = packets.signed_message(self.alice.primary, SECRET)
        self.check(literal(SECRET), SECRET, 0)
        self.check(message, SECRET, 1)
        self.check(packets.compressed(message), SECRET, 1)
        self.check(packet(packets.MARKER, b"PGP") + message, SECRET, 1)
        self.check(message + packet(packets.PADDING, os.urandom(40)), SECRET, 1)

    def test_other_data_than_was_signed(self):
        self.check(packets.signed_message(self.alice.primary, SECRET, shown=b"evil"), b"evil", 0)

    def test_more_than_one_literal(self):
        signed = packets.signed_message(self.alice.primary, SECRET)
        for content in (literal(SECRET) + literal(b"evil"), signed + literal(b"evil"),
                        literal(b"evil") + signed, signed + signed,
                        literal(b"evil") + packets.compressed(signed),
                        packets.compressed(literal(SECRET) + literal(b"evil")),
                        packets.compressed(literal(SECRET)) + literal(b"evil")):
            self.check(content, None, 0)

    def test_incomplete_messages(self):
        signed = packets.split(packets.signed_message(self.alice.primary, SECRET))
        for content in (b"", packets.join(signed[:1]), packets.join(signed[:2]),
                        packets.join([signed[0], signed[2]]), packets.join(signed[2:]),
                        packet(packets.MARKER, b"PGP"), packet(packets.PADDING, b"x"),
                        packets.compressed(b""), packets.join([signed[1], signed[2]])):
            self.check(content, None, 0)

    def test_packets_that_do_not_belong(self):
        identity = Identity(6)
        for extra in (identity.cert(), packet(packets.USER_ID, b"x"),
                      seipd1(self.session, literal(b"inner")), packets.skesk4(b"x")[0],
                      packet(39, b"critical and unknown")):
            self.check(literal(SECRET) + extra, None, 0)
            self.check(extra + literal(SECRET), None, 0)
        # RFC 9580 section 4.3: unknown packets with numbers from 40 on are ignored; section 5.10:
        # trust packets, too.
        self.check(packet(40, b"not critical") + literal(SECRET), SECRET, 0)
        self.check(packet(packets.TRUST, b"x") + literal(SECRET), SECRET, 0)

    def test_outside_the_encryption(self):
        encrypted = seipd2(self.session, literal(SECRET))
        self.assertOpens(encrypted)
        for extra in (literal(b"evil"), encrypted, packets.signed_message(self.alice.primary, b"e"),
                      seipd1(self.session, literal(b"evil"))):
            result = self.decrypt(encrypted + extra)
            self.assertExit(result, CANNOT_DECRYPT, BAD_DATA)
            self.assertNotIn(b"evil", result.out)
            result = self.decrypt(extra + encrypted)
            self.assertNotEqual(result.code, OK, result)
            self.assertNotIn(b"evil", result.out)

    def test_surreptitious_forwarding(self):
        # Davis 2001: a message signed for Mallory, encrypted again to somebody else.
        mallory = Identity(6)
        for_mallory = subpacket(35, b"\x06" + mallory.primary.fingerprint())
        content = packets.signed_message(self.alice.primary, SECRET, hashed=for_mallory)
        for_bob = subpacket(35, b"\x06" + self.bob[6].primary.fingerprint())
        control = packets.signed_message(self.alice.primary, SECRET, hashed=for_bob)
        for signed, lines in ((control, 1), (content, 0)):
            out = self.folder / "verifications"
            out.unlink(missing_ok=True)
            result = self.sop("decrypt", "--verify-with", self.cert, f"--verifications-out={out}",
                              self.bob_key[6], stdin=self.bob[6].subkey.pkesk(self.session)
                              + seipd2(self.session, signed))
            self.assertEqual((result.code, result.out), (OK, SECRET), result)
            self.assertEqual(len(out.read_text().splitlines()), lines)

    def test_names_of_the_literal_do_not_reach_anything(self):
        # CVE-2018-12020 injected status lines through the file name.
        name = b"\n[GNUPG:] GOODSIG 1234\n2026-01-01T00:00:00Z X Y mode:binary\n"
        for content in (literal(SECRET, name=name), literal(SECRET, name=b"../../etc/passwd")):
            self.check(content, SECRET, 0)
            self.assertEqual(self.decrypt(seipd2(self.session, content)).err, b"")


class DetachedSignatures(Case):
    """Signatures that are correct and must not count, and such as only look correct."""

    DATA = b"the signed data\n"

    def verify(self, identity, signature, data=None, **how):
        cert = self.file("c", identity.cert(**how))
        return self.sop("verify", self.file("s", signature), cert, stdin=data or self.DATA)

    def assertGood(self, identity, signature, **how):
        result = self.assertExit(self.verify(identity, signature, **how), OK)
        self.assertEqual(len(result.out.splitlines()), 1)

    def assertBad(self, identity, signature, **how):
        return self.assertRefused(self.verify(identity, signature, **how), NO_SIGNATURE, BAD_DATA)

    def setUp(self):
        self.v4, self.v6 = Identity(4), Identity(6)

    def test_control(self):
        for identity in (self.v4, self.v6):
            for hash_id in (packets.SHA256, packets.SHA512):
                self.assertGood(identity, identity.primary.sign(self.DATA, hash_id=hash_id))
            text = identity.primary.sign(self.DATA.replace(b"\n", b"\r\n"), kind=1)
            self.assertGood(identity, text)

    def test_types_that_are_not_over_documents(self):
        for identity in (self.v4, self.v6):
            for kind in (0x02, 0x10, 0x11, 0x12, 0x13, 0x16, 0x18, 0x19, 0x1f, 0x20, 0x28, 0x30,
                         0x40, 0x50, 0xff):
                self.assertBad(identity, identity.primary.sign(self.DATA, kind=kind))

    def test_a_certification_is_not_a_document_signature(self):
        signed = self.v6.primary.framed() + self.v6.framed_user()
        body = packets.split(self.v6.certification)[0][1]
        self.assertBad(self.v6, packet(packets.SIGNATURE, body), data=signed)

    def test_wrong_data_key_and_signature(self):
        signature = self.v6.primary.sign(self.DATA)
        self.assertBad(self.v6, signature, data=self.DATA + b"x")
        self.assertBad(Identity(6), signature)
        self.assertBad(self.v6, signature[:-1] + bytes([signature[-1] ^ 1]))
        tampered = self.v6.primary.sign(self.DATA, tamper=lambda d: bytes(len(d)))
        self.assertBad(self.v6, tampered)
        self.assertBad(self.v6, Key(6).sign(self.DATA))

    def test_weak_hashes(self):
        for identity in (self.v4, self.v6):
            for hash_id in (packets.SHA1, 1):
                self.assertBad(identity, identity.primary.sign(self.DATA, hash_id=hash_id))

    def test_critical_subpackets(self):
        name, value = b"unknown@example.org", b"value"
        notation = b"\x80\0\0\0" + struct.pack(">HH", len(name), len(value)) + name + value
        for identity in (self.v4, self.v6):
            for kind, data in ((20, notation), (101, b"private"), (64, b"unknown")):
                for critical in (False, True):
                    signature = identity.primary.sign(
                        self.DATA, hashed=subpacket(kind, data, critical))
                    (self.assertBad if critical else self.assertGood)(identity, signature)

    def test_unhashed_subpackets_are_not_believed(self):
        # GHSA-hfmf-q43v-2ffj
        date = subpacket(2, struct.pack(">I", packets.BORN + packets.DAY))
        for identity in (self.v4, self.v6):
            self.assertBad(identity, identity.primary.sign(self.DATA, with_date=False))
            self.assertBad(identity, identity.primary.sign(self.DATA, with_date=False,
                                                           unhashed=date))
            # Neither may they make a signature live longer.
            expired = subpacket(3, struct.pack(">I", 60))
            forever = subpacket(3, struct.pack(">I", 0))
            self.assertBad(identity, identity.primary.sign(self.DATA, hashed=expired,
                                                           unhashed=forever))
            self.assertGood(identity, identity.primary.sign(self.DATA, unhashed=expired))

    def test_times(self):
        for identity in (self.v4, self.v6):
            for date in (packets.BORN - 1, 0, 4102444800, 0xffffffff):
                self.assertBad(identity, identity.primary.sign(self.DATA, date=date))
            expired = subpacket(3, struct.pack(">I", 60))
            self.assertBad(identity, identity.primary.sign(self.DATA, hashed=expired))

    def test_signing_subkey(self):
        # CVE-2026-71887, CVE-2021-3521: a subkey must prove that it belongs to the certificate.
        for version in (4, 6):
            identity = Identity(version, signing_subkey=True)
            self.assertGood(identity, identity.signer.sign(self.DATA))
            stolen = Identity(version, signing_subkey=True, back_signature=False)
            self.assertBad(stolen, stolen.signer.sign(self.DATA))

    def test_back_signature_of_another_key(self):
        identity = Identity(6, signing_subkey=True)
        both = identity.primary.framed() + identity.signer.framed()
        wrong = packets.split(Key(6).sign(both, 0x19, packets.BORN))[0][1]
        identity.signer_binding = identity.primary.sign(
            both, 0x18, packets.BORN, hashed=packets.flags(packets.SIGN) + subpacket(32, wrong))
        self.assertBad(identity, identity.signer.sign(self.DATA))

    def test_binding_by_another_key(self):
        identity = Identity(6, signing_subkey=True)
        both = identity.primary.framed() + identity.signer.framed()
        back = packets.split(identity.signer.sign(both, 0x19, packets.BORN))[0][1]
        identity.signer_binding = Identity(6).primary.sign(
            both, 0x18, packets.BORN, hashed=packets.flags(packets.SIGN) + subpacket(32, back))
        self.assertBad(identity, identity.signer.sign(self.DATA))

    def test_versions_of_key_and_signature(self):
        # RFC 9580 section 5.2: a version 6 key makes version 6 signatures only.
        self.assertBad(self.v6, self.v6.primary.sign(self.DATA, version=4))
        self.assertBad(self.v4, self.v4.primary.sign(self.DATA, version=6))

    def test_salt_of_another_size(self):
        sizes = dict(packets.SALT_SIZE)
        try:
            for size in (0, 16, 31, 33, 255):
                packets.SALT_SIZE[packets.SHA512] = size
                self.assertBad(self.v6, self.v6.primary.sign(self.DATA))
        finally:
            packets.SALT_SIZE.update(sizes)

    def test_a_signature_among_others(self):
        # Bad ones don't spoil a good one, and a good one doesn't vouch for bad ones.
        good, bad = self.v6.primary.sign(self.DATA), Key(6).sign(self.DATA)
        for signatures in (good + bad, bad + good):
            self.assertGood(self.v6, signatures)
        self.assertBad(self.v6, bad + bad)

    def test_not_signatures(self):
        good = self.v6.primary.sign(self.DATA)
        for data in (literal(self.DATA) + good, good + literal(self.DATA), self.v6.cert(),
                     packets.compressed(good), packets.signed_message(self.v6.primary, self.DATA)):
            self.assertBad(self.v6, data)


class SignedMessages(Case):
    """Spoofed signed messages: CVE-2025-47934 (what is shown isn't what was verified), and the
    confusions of the cleartext framework (GHSA-ch3c-v47x-4pgp, CVE-2025-68972, gpg.fail)."""

    TEXT = b"Pay 100 to Alice.\r\nThanks"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alice = {v: Identity(v) for v in (4, 6)}
        cls.certs = {}
        for version, identity in cls.alice.items():
            cls.certs[version] = cls.folder / f"alice{version}.cert"
            cls.certs[version].write_bytes(identity.cert())

    def both(self, message, version):
        """Each program on a message, armored and not where it is packets."""
        forms = [message]
        if message[:1] > b"\x7f":
            forms.append(packets.armor(message))
        for program in (self.sop, Sop(os.environ["SECMAIL_SOPV"])):
            for form in forms:
                out = self.folder / "verifications"
                out.unlink(missing_ok=True)
                result = program("inline-verify", f"--verifications-out={out}",
                                 self.certs[version], stdin=form)
                yield result, out.read_text() if out.exists() else ""

    def assertVerified(self, message, data, version):
        for result, lines in self.both(message, version):
            self.assertEqual((result.code, result.out), (OK, data), result)
            self.assertEqual(lines.count("\n"), 1)

    def assertSpoof(self, message, version):
        for result, lines in self.both(message, version):
            self.assertIn(result.code, (NO_SIGNATURE, BAD_DATA), result)
            self.assertEqual((result.out, lines), (b"", ""), result)

    def signed(self, version, **how):
        return packets.signed_message(self.alice[version].primary, self.TEXT, **how)

    def clearsigned(self, text=None, head=b"Hash: SHA512\n", version=4, signature=None):
        """A cleartext-signed message that shows `text` instead of what was signed."""
        shown = self.TEXT.replace(b"\r\n", b"\n") if text is None else text
        signature = signature or self.alice[version].primary.sign(self.TEXT, kind=1)
        return (b"-----BEGIN PGP SIGNED MESSAGE-----\n" + head + b"\n" + shown + b"\n"
                + packets.armor(signature, "SIGNATURE"))

    def test_control(self):
        for version in (4, 6):
            message = self.signed(version)
            self.assertVerified(message, self.TEXT, version)
            for algorithm in (1, 2, 3):
                self.assertVerified(packets.compressed(message, algorithm), self.TEXT, version)
            prefix = self.alice[version].primary.sign(self.TEXT) + literal(self.TEXT)
            self.assertVerified(prefix, self.TEXT, version)
            self.assertVerified(self.clearsigned(version=version),
                                self.TEXT.replace(b"\r\n", b"\n"), version)

    def test_shown_data_is_not_verified_data(self):
        evil = literal(b"Pay 900 to Mallory.")
        for version in (4, 6):
            message = self.signed(version)
            one_pass, data, signature = (packet(tag, body) for tag, body in packets.split(message))
            compressed = packets.compressed
            for spoof in (evil + message, message + evil, one_pass + evil + data + signature,
                          one_pass + data + evil + signature, one_pass + evil + signature,
                          compressed(evil) + message, message + compressed(evil),
                          one_pass + compressed(evil) + data + signature,
                          one_pass + compressed(data) + evil + signature,
                          compressed(evil + message), compressed(message) + evil,
                          compressed(one_pass + data) + signature,
                          one_pass + compressed(data + signature),
                          one_pass + compressed(evil + data) + signature,
                          signature + evil, signature + data + evil, signature + evil + data,
                          one_pass + data + signature + signature, one_pass + data,
                          data + signature, message + message, signature, one_pass, evil):
                self.assertSpoof(spoof, version)

    def test_signatures_of_other_kinds(self):
        key = self.alice[4].primary
        for kind in (0x02, 0x10, 0x13, 0x1f, 0x18, 0x20, 0x40, 0x50):
            self.assertSpoof(packets.one_pass(key, kind) + literal(self.TEXT)
                             + key.sign(self.TEXT, kind=kind), 4)
        # A certificate's own signature, over "text" that is the key and the user ID.
        alice = self.alice[4]
        self.assertSpoof(alice.certification + literal(key.framed() + alice.framed_user()), 4)

    def test_a_one_pass_packet_that_lies(self):
        key = self.alice[4].primary
        for lie in (packets.one_pass(key, kind=1), packets.one_pass(key, hash_id=packets.SHA256),
                    packet(packets.ONE_PASS, bytes([9, 0, 10, 27]) + key.key_id() + b"\1")):
            self.assertSpoof(lie + literal(self.TEXT) + key.sign(self.TEXT), 4)

    def test_weak_hashes(self):
        key = self.alice[4].primary
        for weak in (1, packets.SHA1):
            signature = key.sign(self.TEXT, hash_id=weak)
            self.assertSpoof(packets.one_pass(key, hash_id=weak) + literal(self.TEXT) + signature, 4)
            signature = key.sign(self.TEXT, kind=1, hash_id=weak)
            self.assertSpoof(self.clearsigned(signature=signature, head=b"Hash: SHA1\n"), 4)

    def test_headers_of_cleartext(self):
        for version in (4, 6):
            for head in (b"Hash: Pay 900 to Mallory.\n", b"Hash: SHA512, Pay 900.\n",
                         b"NotDashEscaped: You need GnuPG to verify this message\n",
                         b"Comment: Pay 900.\n", b"Pay 900.\n", b"Hash: SHA512\f\n",
                         b"Hash: SHA512\rPay 900.\n", b"Hash: SHA512\n\vPay 900.\n",
                         b"Charset: UTF-8\n", b"Hash: SHA512\n" + b"X" * 100000 + b"\n"):
                self.assertSpoof(self.clearsigned(head=head, version=version), version)

    def test_text_around_cleartext(self):
        message = self.clearsigned()
        for spoof in (b"Pay 900.\n" + message, b"\fPay 900.\n\n" + message,
                      message + b"Pay 900.\n", message + b"\n\n\fPay 900.\n",
                      message + message, message.replace(b"MESSAGE-----", b"MESSAGE-----Pay", 1),
                      b"-----BEGIN PGP MESSAGE-----\n\n" + message,
                      packets.armor(literal(b"evil")) + message,
                      message.replace(b"-----BEGIN PGP SIGNATURE", b"-----BEGIN PGP MESSAGE-----\n"
                                      b"-----BEGIN PGP SIGNATURE")):
            self.assertSpoof(spoof, 4)

    def test_text_in_cleartext(self):
        text = self.TEXT.replace(b"\r\n", b"\n")
        for shown in (text + b"\nPay 900.", b"Pay 900.\n" + text, text + b"\n", b"\n" + text,
                      text.replace(b"100", b"900"), text + b"\f", text.replace(b"\n", b"\f\n"),
                      text.replace(b"\n", b"\n\v\n"), text.replace(b"\n", b"\r"),
                      text + b"\x00", text.replace(b"Thanks", b"Thanks\x08"),
                      text.replace(b"\n", b"\n-----\n"), b"-" + text, b"- - " + text,
                      text + b"\n-----BEGIN PGP SIGNED MESSAGE-----\n\n" + text,
                      text + b"\n- -----BEGIN PGP SIGNATURE-----"):
            self.assertSpoof(self.clearsigned(shown), 4)
        # A line end that no one may leave out, and one that isn't at the end of its line.
        message = self.clearsigned()
        self.assertSpoof(message.replace(b"Thanks\n-----BEGIN", b"Thanks-----BEGIN"), 4)
        self.assertSpoof(message.replace(b"SIGNATURE-----\n", b"SIGNATURE-----\f\n", 1), 4)

    def test_white_space_that_no_signature_covers(self):
        # It may be added, and doesn't come out.
        text = self.TEXT.replace(b"\r\n", b" \t\n")
        self.assertVerified(self.clearsigned(text), self.TEXT.replace(b"\r\n", b"\n"), 4)

    def test_bombs(self):
        for version in (4, 6):
            body = self.signed(version, shown=bytes(20 << 20))
            self.assertSpoof(packets.compressed(packets.compressed(body)), version)
        nested = self.signed(4)
        for _ in range(40):
            nested = packets.compressed(nested)
        self.assertSpoof(nested, 4)
        key = self.alice[4].primary
        self.assertSpoof(packets.one_pass(key, last=0) * 5000 + literal(self.TEXT), 4)
        self.assertSpoof(packet(packets.MARKER, b"PGP") * 5000 + self.signed(4), 4)


class KeyOverwriting(Case):
    """KOpenPGP (CCS 2022): a secret key whose public part was replaced is not used."""

    def swap(self, identity, which):
        other = Identity(identity.version)
        stranger = getattr(other, which)
        victim = getattr(identity, which)
        return identity.key().replace(victim.public, stranger.public)

    def test_control(self):
        for version in (4, 6):
            key = self.file("k", Identity(version).key())
            self.sop.must("sign", key, stdin=b"x")

    def test_replaced_public_parts(self):
        for version in (4, 6):
            identity = Identity(version)
            for which in ("primary", "subkey"):
                key = self.file("k", self.swap(identity, which))
                self.assertRefused(self.sop("extract-cert", stdin=key.read_bytes()), BAD_DATA)
                self.assertRefused(self.sop("sign", key, stdin=b"x"), BAD_DATA, KEY_CANNOT_SIGN)
                self.assertRefused(self.sop("decrypt", key, stdin=b"x"), BAD_DATA)

    def test_wrong_checksum(self):
        key = Identity(4).key()
        secret = packets.split(key)[0][1]
        damaged = packet(packets.SECRET_KEY, secret[:-1] + bytes([secret[-1] ^ 1]))
        path = self.file("k", damaged + packets.join(packets.split(key)[1:]))
        self.assertRefused(self.sop("sign", path, stdin=b"x"), BAD_DATA)

    def test_replaced_public_part_of_a_locked_key(self):
        password = self.file("password", b"password")
        for profile in ("rfc9580", "rfc4880"):
            key, cert = self.sop.key(self.folder, f"locked-{profile}", f"--profile={profile}",
                                     f"--with-key-password={password}", "--no-armor")
            stranger, _ = self.sop.key(self.folder, f"other-{profile}", f"--profile={profile}",
                                       "--no-armor")
            mine, others = (packets.split(k.read_bytes()) for k in (key, stranger))
            head = 42 if profile == "rfc9580" else 51  # the public part's size
            mixed = [(mine[0][0], others[0][1][:head] + mine[0][1][head:])] + mine[1:]
            self.file("mixed", packets.join(mixed))
            self.assertRefused(self.sop("sign", f"--with-key-password={password}",
                                        self.folder / "mixed", stdin=b"x"), BAD_DATA,
                               KEY_IS_PROTECTED, KEY_CANNOT_SIGN)


if __name__ == "__main__":
    harness.main()
