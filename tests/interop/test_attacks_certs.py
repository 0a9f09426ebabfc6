#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attacks on certificates, through secmail-sop: what others put into them binds nobody, and what
their owner took back stays taken back. Each class begins with controls."""
import resource
import struct
import time

import harness
from harness import *  # noqa: F403
import packets
from packets import (BORN, CERTIFY, DAY, ENCRYPT, PUBLIC_SUBKEY, SIGN, SIGNATURE, USER_ID, Identity,
                     Key, flags, packet, subpacket)

DATA = b"data\n"


class Attack(Case):
    versions = (4, 6)

    def encrypts(self, cert):
        return self.sop("encrypt", self.file("cert", cert), stdin=b"x").code

    def verifies(self, key, cert, **how):
        signature = self.file("signature", key.sign(DATA, **how))
        return self.sop("verify", signature, self.file("cert", cert), stdin=DATA).code

    def validates(self, user_id, cert, *authorities):
        authorities = authorities or [cert]
        files = [self.file(f"authority-{i}", a) for i, a in enumerate(authorities)]
        return self.sop("validate-userid", user_id, *files, stdin=cert).code

    def merge(self, stdin, *certs):
        files = [self.file(f"copy-{i}", cert) for i, cert in enumerate(certs)]
        return self.sop.must("merge-certs", "--no-armor", *files, stdin=stdin)

    def opens(self, cert, identity):
        """Can the owner open what is encrypted to the certificate?"""
        message = self.sop.must("encrypt", self.file("cert", cert), stdin=b"x")
        return self.sop("decrypt", self.file("key", identity.key()), stdin=message).code == OK


class ForeignParts(Attack):
    """Keys and user IDs that somebody else added."""

    def test_control(self):
        for version in self.versions:
            identity = Identity(version)
            self.assertEqual(self.encrypts(identity.cert()), OK)
            self.assertEqual(self.validates("Forged <forged@example.org>", identity.cert()), OK)
            self.assertTrue(self.opens(identity.cert(), identity))

    def test_encryption_subkey_of_the_attacker(self):
        """Newer than the owner's, and bound by the attacker, by itself, by nobody."""
        for version in self.versions:
            identity = Identity(version)
            evil, primary = Key(version, encrypts=True, created=BORN + DAY), Key(version)
            both = identity.primary.framed() + evil.framed()
            for binding in (b"", primary.sign(both, 0x18, hashed=flags(ENCRYPT)),
                            identity.binding, identity.direct):
                added = packet(PUBLIC_SUBKEY, evil.body()) + binding
                self.assertTrue(self.opens(identity.cert() + added, identity))
                without = Identity(version, subkey_flags=0)
                self.assertEqual(self.encrypts(without.cert() + added), CERT_CANNOT_ENCRYPT)

    def test_binding_to_another_primary_key(self):
        for version in self.versions:
            identity, other = Identity(version), Identity(version, subkey_flags=0)
            moved = packet(PUBLIC_SUBKEY, identity.subkey.body()) + identity.binding
            self.assertEqual(self.encrypts(other.cert() + moved), CERT_CANNOT_ENCRYPT)

    def test_user_id_of_the_attacker(self):
        for version in self.versions:
            identity, evil = Identity(version), Key(version)
            name = b"Eve <eve@example.org>"
            framed = identity.primary.framed() + b"\xb4" + struct.pack(">I", len(name)) + name
            for certification in (b"", identity.certification, evil.sign(framed, 0x13)):
                cert = self.merge(identity.cert(),
                                  identity.cert() + packet(USER_ID, name) + certification)
                self.assertIn(name, cert)
                self.assertEqual(self.validates(name.decode(), cert), CERT_USERID_NO_MATCH)
                self.assertEqual(self.validates("Forged <forged@example.org>", cert), OK)

    def test_user_id_passed_off_as_another_kind(self):
        """A signature over an attribute, or over a document, certifies no user ID."""
        for version in self.versions:
            identity = Identity(version, user=b"Other")
            name = b"Eve"
            framed = identity.primary.framed()
            sized = struct.pack(">I", len(name)) + name
            for data, kind in ((framed + b"\xd1" + sized, 0x13), (framed + b"\xb4" + sized, 0x00),
                               (framed + sized, 0x13), (framed + b"\xb4" + sized, 0x1f)):
                signature = identity.primary.sign(data, kind)
                cert = identity.cert() + packet(USER_ID, name) + signature
                self.assertEqual(self.validates("Eve", cert), CERT_USERID_NO_MATCH)
            good = identity.primary.sign(framed + b"\xb4" + sized, 0x13)
            self.assertEqual(self.validates("Eve", identity.cert() + packet(USER_ID, name) + good),
                             OK)


class Unhashed(Attack):
    """What isn't under the signature's protection says nothing."""

    def test_flags_and_expiration(self):
        for version in self.versions:
            identity = Identity(version, subkey_flags=0)
            both = identity.primary.framed() + identity.subkey.framed()
            unhashed = identity.primary.sign(both, 0x18, BORN + 1, hashed=flags(0),
                                             unhashed=flags(ENCRYPT))
            self.assertEqual(self.encrypts(identity.cert() + unhashed), CERT_CANNOT_ENCRYPT)
            hashed = identity.primary.sign(both, 0x18, BORN + 1, hashed=flags(ENCRYPT))
            self.assertEqual(self.encrypts(identity.cert() + hashed), OK)
            never = subpacket(9, struct.pack(">I", 0))
            expired = identity.primary.sign(
                both, 0x18, BORN + 2, unhashed=never,
                hashed=flags(ENCRYPT) + subpacket(9, struct.pack(">I", DAY)))
            self.assertEqual(self.encrypts(identity.cert() + expired), CERT_CANNOT_ENCRYPT)


class Revocations(Attack):
    """Hard ones hold for all times, soft ones from their date on; no copy takes one away."""

    def revoked(self, version, reason, date):
        identity = Identity(version)
        revocation = identity.revocation(date, reason) if reason else \
            identity.primary.sign(identity.primary.framed(), 0x20, date)
        return identity, identity.cert(revocation)

    def test_control(self):
        for version in self.versions:
            identity = Identity(version)
            self.assertEqual(self.verifies(identity.primary, identity.cert()), OK)
            stranger = Key(version)
            for framed in (identity.primary.framed(), stranger.framed()):
                foreign = stranger.sign(framed, 0x20, hashed=subpacket(29, b"\x02"))
                self.assertEqual(self.encrypts(identity.cert(foreign)), OK)

    def test_hard(self):
        for version in self.versions:
            for reason in (b"\x02compromised", b"\x00", b"\x63", None):
                identity, cert = self.revoked(version, reason, BORN + 100 * DAY)
                self.assertEqual(self.encrypts(cert), CERT_CANNOT_ENCRYPT)
                for date in (BORN + DAY, BORN + 200 * DAY):
                    self.assertEqual(self.verifies(identity.primary, cert, date=date), NO_SIGNATURE)

    def test_soft(self):
        for version in self.versions:
            for reason in (b"\x01superseded", b"\x03retired"):
                identity, cert = self.revoked(version, reason, BORN + 100 * DAY)
                self.assertEqual(self.encrypts(cert), CERT_CANNOT_ENCRYPT)
                self.assertEqual(self.verifies(identity.primary, cert, date=BORN + DAY), OK)
                self.assertEqual(self.verifies(identity.primary, cert, date=BORN + 200 * DAY),
                                 NO_SIGNATURE)

    def test_reason_outside_of_the_protection(self):
        """A hard revocation doesn't become soft by what somebody writes beside it."""
        for version in self.versions:
            identity = Identity(version)
            for hashed in (b"", subpacket(29, b"\x02")):
                revocation = identity.primary.sign(
                    identity.primary.framed(), 0x20, BORN + 100 * DAY, hashed=hashed,
                    unhashed=subpacket(29, b"\x03retired"))
                self.assertEqual(self.verifies(identity.primary, identity.cert(revocation)),
                                 NO_SIGNATURE)

    def test_copies_do_not_take_it_away(self):
        for version in self.versions:
            identity, cert = self.revoked(version, b"\x02", BORN + DAY)
            for merged in (self.merge(identity.cert(), cert), self.merge(cert, identity.cert()),
                           self.merge(identity.cert() + cert)):
                self.assertEqual(self.encrypts(merged), CERT_CANNOT_ENCRYPT)


def cpu_time():
    """Seconds that the programs took so far: how busy the machine is doesn't matter."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Flood(Attack):
    """CVE-2019-13050: anybody can add signatures to what a key server holds."""

    def test_flooded_certificate_works(self):
        identity, stranger = Identity(4), Key(4)
        one = stranger.sign(identity.primary.framed() + identity.framed_user(), 0x13)
        body = packets.split(one)[0][1]
        flood = b"".join(packet(SIGNATURE, body[:-4] + struct.pack(">I", i))
                         for i in range(60000))
        parts = packets.split(identity.cert())
        at = next(i for i, (tag, _) in enumerate(parts) if tag == USER_ID) + 1
        cert = packets.join(parts[:at]) + flood + packets.join(parts[at:])
        start = time.monotonic()
        self.assertEqual(self.encrypts(cert), OK)
        self.assertEqual(self.validates("Forged <forged@example.org>", cert), OK)
        self.assertLess(time.monotonic() - start, 60)
        merged = self.merge(identity.cert(), cert)
        self.assertEqual(self.encrypts(merged), OK)
        self.assertLess(len(merged), len(cert) // 10)

    def test_flood_on_every_part(self):
        """Each subkey depends on the primary key, and that on all user IDs: what others signed
        there isn't gone through each time."""
        identity, stranger = Identity(4), Key(4)
        parts = [identity.cert()]
        for i in range(100):
            name = f"User {i}".encode()
            framed = identity.primary.framed() + b"\xb4" + struct.pack(">I", len(name)) + name
            one = packets.split(stranger.sign(framed, 0x10))[0][1]
            parts += [packet(USER_ID, name), identity.primary.sign(framed, 0x13, BORN)]
            parts += [packet(SIGNATURE, one[:-4] + struct.pack(">I", i)) for i in range(1000)]
        for _ in range(900):
            parts.append(packet(PUBLIC_SUBKEY, Key(4, encrypts=True).body()))
        cert = b"".join(parts)
        start = cpu_time()
        self.assertEqual(self.encrypts(cert), OK)
        self.assertLess(cpu_time() - start, 8)

    def test_flood_in_the_name_of_the_owner(self):
        identity = Identity(4)
        one = packets.split(identity.certification)[0][1]
        flood = b"".join(packet(SIGNATURE, one[:-4] + struct.pack(">I", i)) for i in range(5000))
        parts = packets.split(identity.cert())
        cert = packets.join(parts[:3]) + flood + packets.join(parts[3:])
        self.assertEqual(self.encrypts(cert), BAD_DATA)


class Capabilities(Attack):
    """A key does only what its flags allow."""

    def test_certification_by_a_key_that_may_not(self):
        for version in self.versions:
            subject = Identity(version, user=b"Alice")
            for bits, want in ((CERTIFY, OK), (CERTIFY | SIGN, OK), (SIGN, CERT_USERID_NO_MATCH)):
                issuer = Identity(version, user=b"CA", primary_flags=bits)
                said = issuer.primary.sign(subject.primary.framed() + subject.framed_user(), 0x10)
                parts = packets.split(subject.cert())
                at = next(i for i, (tag, _) in enumerate(parts) if tag == USER_ID) + 1
                cert = packets.join(parts[:at]) + said + packets.join(parts[at:])
                self.assertEqual(self.validates("Alice", cert, issuer.cert()), want)
                # By a subkey of the issuer: no.
                by_subkey = Identity(version, user=b"CA", signing_subkey=True)
                said = by_subkey.signer.sign(subject.primary.framed() + subject.framed_user(), 0x10)
                cert = packets.join(parts[:at]) + said + packets.join(parts[at:])
                self.assertEqual(self.validates("Alice", cert, by_subkey.cert()),
                                 CERT_USERID_NO_MATCH)

    def test_signing_subkey_without_back_signature(self):
        for version in self.versions:
            for back, want in ((True, OK), (False, NO_SIGNATURE)):
                identity = Identity(version, signing_subkey=True, back_signature=back)
                self.assertEqual(self.verifies(identity.signer, identity.cert()), want)


if __name__ == "__main__":
    harness.main()
