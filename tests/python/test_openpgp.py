# SPDX-License-Identifier: LGPL-2.1-or-later
"""Certificates, verdicts, and OpenPGP with secret keys through the Python package."""
from __future__ import annotations

import ctypes
import gc
import hashlib
import io
import pathlib
import tempfile
import threading
import unittest
from collections.abc import Callable
from typing import Any
from unittest import mock

import secmail
from secmail import Context, Secret, errors, openpgp, verify
from secmail.openpgp import Format, Profile
from secmail.verify import KeyFlags, Rule, Status
import tap

NOW = 1767225600  # 2026-01-01 00:00:00 UTC
YEAR = 365 * 86400
ALICE = "Alice <alice@example.org>"
TEXT = b"Attack at dawn.\r\n" * 50
Attempts = list[Callable[[], object]]


def fixed_random(seed: str = "") -> Callable[[int], bytes]:
    """The same bytes in each run, no two blocks alike."""
    count = 0

    def random(size: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.shake_128(f"{seed} {count}".encode()).digest(size)

    return random


def fixed_context(now: int = NOW, **options: object) -> Context:
    return Context(clock=lambda: now, random=fixed_random(), **options)  # type: ignore[arg-type]


class Case(unittest.TestCase):
    """A context, and a key of each version that all tests share."""

    key: dict[int, openpgp.Key] = {}

    @classmethod
    def setUpClass(cls) -> None:
        if not Case.key:
            context = fixed_context()
            Case.key[6] = openpgp.generate(context, ALICE)
            Case.key[4] = openpgp.generate(context, ALICE, profile=Profile.RFC4880)
            Case.other = openpgp.generate(context, "Bob <bob@example.org>")

    def setUp(self) -> None:
        self.context = fixed_context()

    other: openpgp.Key


class Keys(Case):
    def test_both_profiles(self) -> None:
        for version, digits in ((4, 40), (6, 64)):
            cert = self.key[version].cert
            self.assertEqual(cert.version, version)
            self.assertRegex(cert.fingerprint, f"^[0-9A-F]{{{digits}}}$")
            self.assertEqual(cert.user_ids, [ALICE])
            self.assertEqual(cert.raw_user_ids, [ALICE.encode()])
            primary, *subkeys = cert.keys(self.context)
            self.assertEqual(primary.fingerprint, cert.fingerprint)
            self.assertEqual({key.version for key in (primary, *subkeys)}, {version})
            self.assertTrue(all(key.valid for key in subkeys))
            flags = KeyFlags(0)
            for key in (primary, *subkeys):
                flags |= key.flags
            self.assertEqual(flags, KeyFlags(0x0F))

    def test_times_come_from_the_clock(self) -> None:
        for info in self.key[6].cert.keys(self.context):
            self.assertEqual(info.created, NOW)
        primary = self.key[6].cert.keys(self.context)[0]
        self.assertEqual((primary.expires or 0) - NOW, 3 * YEAR)

    def test_the_same_surroundings_make_the_same_key(self) -> None:
        exports = [openpgp.generate(fixed_context(), ALICE).export(self.context) for _ in range(2)]
        self.assertEqual(exports[0], exports[1])
        third = openpgp.generate(Context(clock=lambda: NOW), ALICE).export(self.context)
        self.assertNotEqual(exports[0], third)

    def test_a_lifetime(self) -> None:
        cert = openpgp.generate(self.context, ALICE, lifetime=3600).cert
        self.assertEqual(cert.keys(self.context)[0].expires, NOW + 3600)
        policy = verify.Policy.standard(self.context)
        late = cert.keys(self.context, policy.at(self.context, NOW + 3601))[0]
        self.assertIs(late.problem, errors.KeyExpired)
        self.assertFalse(late.valid)
        self.assertEqual(late.flags, KeyFlags(0))

    def test_a_key_that_never_expires(self) -> None:
        cert = openpgp.generate(self.context, ALICE, lifetime=0).cert
        self.assertIsNone(cert.keys(self.context)[0].expires)

    def test_impossible_lifetimes(self) -> None:
        for lifetime in (-1, 1 << 32):
            with self.assertRaisesRegex(ValueError, "lifetime"):
                openpgp.generate(self.context, lifetime=lifetime)

    def test_a_signing_key_cannot_be_encrypted_to(self) -> None:
        key = openpgp.generate(self.context, ALICE, signing_only=True)
        with self.assertRaises(errors.CannotEncrypt):
            openpgp.encrypt(self.context, TEXT, [key.cert])
        self.assertTrue(openpgp.sign(self.context, TEXT, [key]))

    def test_several_user_ids(self) -> None:
        names = [ALICE, "Älice <älice@example.org>"]
        self.assertEqual(openpgp.generate(self.context, *names).cert.user_ids, names)

    def test_impossible_user_ids(self) -> None:
        with self.assertRaisesRegex(ValueError, "NUL"):
            openpgp.generate(self.context, "a\0b")
        with self.assertRaises(errors.ExpectedText):
            openpgp.generate(self.context, "a\nb")

    def test_export_and_parse(self) -> None:
        for version in (4, 6):
            for armored in (True, False):
                data = self.key[version].export(self.context, armored=armored)
                self.assertEqual(data.startswith(b"-----BEGIN PGP PRIVATE KEY"), armored)
                again = openpgp.Key(self.context, data)
                self.assertEqual(again.export(self.context, armored=armored), data)
                self.assertFalse(again.locked)
                self.assertIn(again.cert.fingerprint, repr(again))

    def test_all_kinds_of_bytes_are_read(self) -> None:
        data = self.key[6].cert.export(self.context)
        for kind in (bytes, bytearray, memoryview):
            self.assertEqual(verify.Cert(self.context, kind(data)), self.key[6].cert)
        padded = memoryview(b"".join(bytes([c, 0]) for c in data))[::2]
        self.assertEqual(verify.Cert(self.context, padded), self.key[6].cert)

    def test_a_certificate_holds_no_secret(self) -> None:
        secret = self.key[6].export(self.context, armored=False)
        cert = verify.Cert(self.context, secret).export(self.context, armored=False)
        self.assertLess(len(cert), len(secret))
        with self.assertRaises(errors.NotAKey):
            openpgp.Key(self.context, cert)

    def test_what_is_not_a_certificate(self) -> None:
        message = openpgp.encrypt(self.context, TEXT, [self.key[6].cert])
        cert = self.key[6].cert.export(self.context, armored=False)
        for data, kind in (
            (b"", errors.NoData),
            (message, errors.NotACert),
            (cert + cert, errors.NotACert),
            (cert[:-1], errors.Truncated),
        ):
            with self.assertRaises(kind) as caught:
                verify.Cert(self.context, data)
            self.assertEqual(caught.exception.code, kind.code)
            self.assertTrue(caught.exception.detail)

    def test_rings(self) -> None:
        keys = [self.key[4], self.key[6], self.other]
        ring = verify.Ring(self.context, b"".join(k.cert.export(self.context) for k in keys))
        self.assertEqual((len(ring), ring.skipped), (3, 0))
        self.assertEqual([c.fingerprint for c in ring], [k.cert.fingerprint for k in keys])
        self.assertEqual(ring[-1], self.other.cert)
        self.assertEqual(ring[1:], [k.cert for k in keys[1:]])
        self.assertIn(self.other.cert, ring)
        with self.assertRaises(IndexError):
            ring[3]
        cert = ring[0]
        del ring
        gc.collect()
        self.assertEqual(cert, self.key[4].cert)

    def test_key_rings(self) -> None:
        keys = [self.key[4], self.key[6]]
        data = b"".join(k.export(self.context, armored=False) for k in keys)
        ring = openpgp.KeyRing(self.context, data)
        self.assertEqual([k.cert for k in ring], [k.cert for k in keys])
        self.assertEqual([k.cert for k in ring[::-1]], [k.cert for k in keys[::-1]])
        with self.assertRaises(IndexError):
            ring[-3]
        with self.assertRaises(errors.NotAKey):
            openpgp.KeyRing(self.context, self.key[4].cert.export(self.context))

    def test_certificates_as_dictionary_keys(self) -> None:
        again = verify.Cert(self.context, self.key[6].cert.export(self.context))
        self.assertEqual({self.key[6].cert: 1}[again], 1)
        self.assertNotEqual(self.key[6].cert, self.key[4].cert)
        self.assertNotEqual(self.key[6].cert, "")


class Certifying(Case):
    def test_all_settings(self) -> None:
        later = fixed_context(NOW + 86400)
        policy = verify.Policy.standard(later)
        bob = self.other.cert
        with openpgp.Certifier(later, self.key[6], policy=policy, lifetime=YEAR, trust=(1, 60),
                               level=openpgp.Certification.POSITIVE, local=True,
                               notations={"how@example.org": "in person"}) as certifier:
            known = certifier.certify(bob, "Bob <bob@example.org>")
            self.assertIn(b"in person", known.export(later, armored=False))
            back = certifier.revoke(known, "Bob <bob@example.org>", text="was wrong")
            self.assertIn(b"was wrong", back.export(later, armored=False))
            with self.assertRaises(errors.UserIdNoMatch):
                certifier.revoke(back, "Bob <bob@example.org>")
            with self.assertRaises(errors.UserIdNoMatch):
                certifier.certify(bob, "Bobby")
        self.assertNotIn(b"in person", bob.export(later, armored=False))

    def test_any_user_id(self) -> None:
        with openpgp.Certifier(self.context, self.key[4], any_user_id=True) as certifier:
            named = certifier.certify(self.other.cert, "Bobby")
        self.assertEqual(named.user_ids, ["Bob <bob@example.org>", "Bobby"])

    def test_refusals(self) -> None:
        with self.assertRaises(errors.Argument):
            openpgp.Certifier(self.context, self.key[4], trust=(256, 0))
        with self.assertRaises(errors.ExpectedText):
            openpgp.Certifier(self.context, self.key[4], notations={"a\n": "b"})
        locked = self.key[4].lock(self.context, "x")
        with openpgp.Certifier(self.context, locked) as certifier:
            with self.assertRaises(errors.KeyLocked):
                certifier.certify(self.other.cert, "Bob <bob@example.org>")


class Tokens(Case):
    """A token that is another key of this process, asked through its own sign and decrypt."""

    class Broken(openpgp.Token):
        def __init__(self, answer: object, held: bool = True) -> None:
            self.answer, self.held = answer, held

        def has(self, fingerprint: str) -> bool:
            return self.held

        def sign(self, request: openpgp.TokenRequest) -> bytes:
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer  # type: ignore[return-value]

        decrypt = sign

    def test_broken_tokens(self) -> None:
        alice = self.key[6]
        message = openpgp.encrypt(self.context, TEXT, [alice.cert])
        for answer in (OSError("no card"), b"short", bytes(64), bytes(500), None):
            key = openpgp.Key.on_token(self.context, alice.cert, self.Broken(answer))
            with self.assertRaises(errors.Token):
                openpgp.sign(self.context, TEXT, [key])
            with self.assertRaises(errors.Error):
                openpgp.decrypt(self.context, message, [key])

    def test_keys_that_it_has_not(self) -> None:
        key = openpgp.Key.on_token(self.context, self.key[6].cert, self.Broken(b"", held=False))
        with self.assertRaises(errors.SecretAbsent):
            openpgp.sign(self.context, TEXT, [key])
        again = openpgp.Key(self.context, key.export(self.context))
        attached = again.attach_token(self.context, self.Broken(bytes(64)))
        with self.assertRaises(errors.Token):
            openpgp.sign(self.context, TEXT, [attached])

    def test_released(self) -> None:
        alive = openpgp._TokenCalls._alive
        gc.collect()
        before = len(alive)
        key = openpgp.Key.on_token(self.context, self.key[6].cert, openpgp.Token())
        self.assertEqual(len(alive), before + 1)
        del key
        gc.collect()
        self.assertEqual(len(alive), before)


class Editing(Case):
    def test_all_wishes_at_once(self) -> None:
        later = fixed_context(NOW + 86400)
        for version in (4, 6):
            key = self.key[version]
            with openpgp.KeyEdit(later, key, policy=verify.Policy.standard(later)) as edit:
                edit.set_expiry(0, NOW + YEAR)
                edit.set_expiry(1, None)
                edit.add_user_id("Alice <alice@example.com>")
                edit.revoke_user_id(0, "moved")
                edit.add_subkey(KeyFlags.SIGN, NOW + YEAR)
                edit.add_subkey(KeyFlags.ENCRYPT_STORAGE, algorithm=openpgp.KeyAlgorithm.NISTP256)
                edit.revoke_key(2, openpgp.RevocationReason.RETIRED, "old")
                edit.refresh(announce=True)
                changed = edit.run()
            self.assertEqual(len(key.cert.keys(later)), 3)
            keys = changed.cert.keys(later)
            self.assertEqual([k.problem for k in keys],
                             [None, None, errors.KeyRevoked, None, None])
            self.assertEqual([k.expires for k in keys[:2]], [NOW + YEAR] * 2)
            self.assertEqual(keys[4].flags, KeyFlags.ENCRYPT_STORAGE)
            self.assertEqual(changed.cert.user_ids, [ALICE, "Alice <alice@example.com>"])

    def test_nothing_to_do(self) -> None:
        with openpgp.KeyEdit(self.context, self.key[6]) as edit:
            edit.set_primary_user_id(0)
            self.assertEqual(len(edit.run().cert.user_ids), 1)
        with openpgp.KeyEdit(self.context, self.key[6]) as edit:
            self.assertEqual(edit.run().export(self.context), self.key[6].export(self.context))

    def test_refusals(self) -> None:
        with openpgp.KeyEdit(self.context, self.key[6]) as edit:
            with self.assertRaises(errors.Argument):
                edit.set_expiry(9, None)
            with self.assertRaises(errors.ExpectedText):
                edit.add_user_id("a\nb")
            for call in (edit.add_user_id, lambda text: edit.revoke_user_id(0, text)):
                with self.assertRaisesRegex(ValueError, "NUL"):
                    call("a\0b")
        locked = self.key[4].lock(self.context, "x")
        with openpgp.KeyEdit(self.context, locked) as edit:
            edit.add_user_id("Bob")
            with self.assertRaises(errors.KeyLocked):
                edit.run()

    def test_passwords(self) -> None:
        first = self.key[4].change_password(self.context, "first")
        self.assertTrue(first.locked)
        with self.assertRaises(errors.KeyLocked):
            first.change_password(self.context, "second")
        with self.assertRaises(errors.WrongPassword):
            first.change_password(self.context, "second", old=["x"])
        second = first.change_password(self.context, "second", old=["x", "first"])
        with Secret(self.context, "second") as secret:
            clear = second.change_password(self.context, None, old=[secret])
            self.assertEqual(len(secret), 6)  # what is the caller's stays
        self.assertEqual(clear.export(self.context), self.key[4].export(self.context))
        with self.assertRaises(errors.Argument):
            clear.change_password(self.context, "")

    def test_revocation(self) -> None:
        reason = openpgp.RevocationReason.COMPROMISED
        cert = openpgp.revocation(self.context, self.key[6], reason, "stolen")
        self.assertEqual(cert.fingerprint, self.key[6].cert.fingerprint)
        self.assertEqual(cert.user_ids, [])
        self.assertIs(cert.keys(self.context)[0].problem, errors.KeyRevoked)


class Locking(Case):
    def check_lock(self, key: openpgp.Key, password: str | bytes | Secret) -> None:
        locked = key.lock(self.context, password)
        self.assertTrue(locked.locked)
        self.assertIn("locked", repr(locked))
        self.assertFalse(key.locked)
        again = openpgp.Key(self.context, locked.export(self.context))
        with self.assertRaises(errors.WrongPassword):
            again.unlock(self.context, "Пароль")
        opened = again.unlock(self.context, "пароль")
        self.assertEqual(opened.export(self.context), key.export(self.context))

    def test_locking_and_unlocking(self) -> None:
        passwords: list[str | bytes | Secret] = ["пароль", "пароль".encode()]
        for password in [*passwords, Secret(self.context, "пароль")]:
            self.check_lock(self.key[4], password)
        # Once, and with two secrets only: Argon2 is slow by intention.
        self.check_lock(openpgp.generate(self.context, ALICE, signing_only=True), "пароль")

    def test_a_secret_that_was_passed_stays_usable(self) -> None:
        password = Secret(self.context, "x")
        self.key[4].lock(self.context, password)
        self.assertEqual(password.reveal(), b"x")

    def test_an_open_key_unlocks_to_itself(self) -> None:
        self.assertFalse(self.key[6].unlock(self.context, "anything").locked)

    def test_a_locked_key_does_nothing(self) -> None:
        locked = openpgp.generate(self.context, ALICE, profile=Profile.RFC4880, password="x")
        self.assertTrue(locked.locked)
        message = openpgp.encrypt(self.context, TEXT, [locked.cert])
        attempts: Attempts = [
            lambda: openpgp.sign(self.context, TEXT, [locked]),
            lambda: openpgp.encrypt(self.context, TEXT, [self.key[6].cert], signers=[locked]),
            lambda: openpgp.decrypt(self.context, message, [locked]),
            lambda: locked.lock(self.context, "y"),
        ]
        for attempt in attempts:
            with self.assertRaises(errors.KeyLocked):
                attempt()
        opened = locked.unlock(self.context, "x")
        self.assertEqual(openpgp.decrypt(self.context, message, [opened]).plaintext, TEXT)


class Encrypting(Case):
    def test_both_formats(self) -> None:
        for version, format in ((4, Format.SEIPDV1), (6, Format.SEIPDV2)):
            key = self.key[version]
            for size in (0, 1, 4096, 65535, 65536, 65537, 300000):
                data = fixed_random()(size)
                message = openpgp.encrypt(self.context, data, [key.cert])
                opened = openpgp.decrypt(self.context, message, [key])
                self.assertEqual(opened.plaintext, data)
                self.assertEqual(opened.format, format)
                self.assertEqual(list(opened.verdicts), [])
                self.assertFalse(opened.verdicts)

    def test_a_mixed_audience_gets_what_all_can_read(self) -> None:
        message = openpgp.encrypt(self.context, TEXT, [self.key[4].cert, self.key[6].cert])
        for key in self.key.values():
            opened = openpgp.decrypt(self.context, message, [key])
            self.assertEqual((opened.plaintext, opened.format), (TEXT, Format.SEIPDV1))

    def test_a_format_that_a_recipient_does_not_read(self) -> None:
        with self.assertRaises(errors.Incompatible):
            openpgp.encrypt(self.context, TEXT, [self.key[4].cert], format=Format.SEIPDV2)

    def test_armor(self) -> None:
        message = openpgp.encrypt(self.context, TEXT, [self.key[6].cert], armor=True)
        self.assertTrue(message.startswith(b"-----BEGIN PGP MESSAGE-----\n"))
        self.assertEqual(openpgp.decrypt(self.context, message, [self.key[6]]).plaintext, TEXT)

    def test_the_same_surroundings_make_the_same_message(self) -> None:
        messages = [
            openpgp.encrypt(fixed_context(), TEXT, [self.key[6].cert], signers=[self.key[6]])
            for _ in range(2)
        ]
        self.assertEqual(messages[0], messages[1])

    def test_passwords(self) -> None:
        passwords: list[str | bytes | Secret] = ["один", b"two", Secret(self.context, "three")]
        message = openpgp.encrypt(
            self.context, TEXT, [self.key[4].cert], passwords=passwords, format=Format.SEIPDV1
        )
        for password in ("один", "two", "three"):
            opened = openpgp.decrypt(self.context, message, passwords=["no", password])
            self.assertEqual(opened.plaintext, TEXT)

    def test_in_pieces(self) -> None:
        data = fixed_random()(700001)
        for version in (4, 6):
            for step in (1009, 65536, 700001):
                with openpgp.Encryptor(self.context, [self.key[version].cert]) as encryptor:
                    pieces = [
                        encryptor.update(memoryview(data)[i : i + step])
                        for i in range(0, len(data), step)
                    ]
                    message = b"".join(pieces) + encryptor.finish()
                opened = openpgp.decrypt(self.context, message, [self.key[version]])
                self.assertTrue(opened.plaintext == data)

    def test_an_announced_size(self) -> None:
        cert = self.key[6].cert
        with openpgp.Encryptor(self.context, [cert], size=5) as encryptor:
            message = encryptor.update(b"Hello") + encryptor.finish()
        self.assertEqual(openpgp.decrypt(self.context, message, [self.key[6]]).plaintext, b"Hello")
        for size in (4, 6):
            with self.assertRaises(errors.SizeMismatch):
                with openpgp.Encryptor(self.context, [cert], size=size) as encryptor:
                    encryptor.update(b"Hello")
                    encryptor.finish()

    def test_text_is_checked(self) -> None:
        cert = self.key[6].cert
        message = openpgp.encrypt(self.context, "Grüße".encode(), [cert], text=True)
        opened = openpgp.decrypt(self.context, message, [self.key[6]])
        self.assertEqual(opened.plaintext.decode(), "Grüße")
        with self.assertRaises(errors.ExpectedText):
            openpgp.encrypt(self.context, b"\xff\xfe", [cert], text=True)

    def test_nobody_could_open_it(self) -> None:
        with self.assertRaises(errors.NoRecipient) as caught:
            openpgp.encrypt(self.context, TEXT)
        self.assertEqual(caught.exception.code, -500)
        self.assertEqual(caught.exception.name, "SECMAIL_E_NO_RECIPIENT")

    def test_an_expired_recipient(self) -> None:
        late = fixed_context(NOW + 4 * YEAR)
        with self.assertRaises(errors.KeyExpired):
            openpgp.encrypt(late, TEXT, [self.key[6].cert])
        with self.assertRaises(errors.KeyExpired):
            openpgp.sign(late, TEXT, [self.key[6]])
        policy = verify.Policy.standard(self.context)
        self.assertTrue(openpgp.encrypt(late, TEXT, [self.key[6].cert], policy=policy))

    def test_session_keys(self) -> None:
        with openpgp.Encryptor(self.context, [self.key[6].cert]) as encryptor:
            with self.assertRaises(errors.State):
                encryptor.session_key()
            message = encryptor.update(TEXT) + encryptor.finish()
            session_key = encryptor.session_key()
        self.assertEqual(session_key.reveal()[0], 9)
        opened = openpgp.decrypt(self.context, message, session_keys=[session_key])
        self.assertEqual(opened.plaintext, TEXT)
        with openpgp.Decryptor(self.context, [self.key[6]]) as decryptor:
            with self.assertRaises(errors.State):
                decryptor.session_key()
            decryptor.update(message)
            decryptor.finish()
            self.assertEqual(decryptor.session_key(), session_key)
        with self.assertRaises(errors.Argument):
            openpgp.decrypt(
                self.context, message, session_keys=[Secret(self.context, b"\x09short")]
            )

    def test_files(self) -> None:
        data = fixed_random()(1000001)
        with tempfile.TemporaryDirectory() as folder:
            plain, sealed = pathlib.Path(folder, "plain"), pathlib.Path(folder, "sealed")
            plain.write_bytes(data)
            with plain.open("rb") as source, sealed.open("wb") as sink:
                with openpgp.Encryptor(self.context, [self.key[6].cert]) as encryptor:
                    encryptor.copy(source, sink)
            opened = io.BytesIO()
            with sealed.open("rb") as source:
                with openpgp.Decryptor(self.context, [self.key[6]]) as decryptor:
                    decryptor.copy(source, opened)
            self.assertTrue(opened.getvalue() == data)


class Decrypting(Case):
    def sealed(self, version: int, data: bytes = TEXT) -> bytes:
        return openpgp.encrypt(self.context, data, [self.key[version].cert])

    def test_the_wrong_key(self) -> None:
        for version in (4, 6):
            with self.assertRaises(errors.CannotDecrypt):
                openpgp.decrypt(self.context, self.sealed(version), [self.other])
        with self.assertRaises(errors.CannotDecrypt):
            openpgp.decrypt(self.context, self.sealed(6))

    def test_the_right_key_among_others(self) -> None:
        opened = openpgp.decrypt(self.context, self.sealed(6), [self.other, self.key[6]])
        self.assertEqual(opened.plaintext, TEXT)

    def test_the_wrong_password(self) -> None:
        message = openpgp.encrypt(
            self.context, TEXT, passwords=["right"], format=Format.SEIPDV2
        )
        with self.assertRaises(errors.WrongPassword):
            openpgp.decrypt(self.context, message, passwords=["wrong"])

    def test_a_changed_message(self) -> None:
        for version in (4, 6):
            message = self.sealed(version)
            for at in (-1, -20, -200, -len(TEXT)):
                changed = bytearray(message)
                changed[at] ^= 1
                with self.assertRaises(errors.Modified):
                    openpgp.decrypt(self.context, changed, [self.key[version]])

    def test_a_cut_message(self) -> None:
        for version in (4, 6):
            message = self.sealed(version)
            for size in (len(message) - 1, len(message) // 2, 10):
                with self.assertRaises((errors.Truncated, errors.Modified)):
                    openpgp.decrypt(self.context, message[:size], [self.key[version]])

    def test_nothing_unauthenticated_is_released(self) -> None:
        data = fixed_random()(1 << 20)
        for version in (4, 6):
            changed = bytearray(self.sealed(version, data))
            changed[-1000] ^= 1
            released = b""
            with openpgp.Decryptor(self.context, [self.key[version]]) as decryptor:
                with self.assertRaises(errors.Modified):
                    for i in range(0, len(changed), 4096):
                        released += decryptor.update(changed[i : i + 4096])
                    decryptor.finish()
                with self.assertRaises(errors.State):
                    decryptor.finish()
            self.assertTrue(data.startswith(released))
            self.assertLess(len(released), len(data) - 900)
            if version == 4:
                self.assertEqual(released, b"")

    def test_what_is_not_a_message(self) -> None:
        for data in (b"", b"Hello, this is no OpenPGP data\n"):
            with self.assertRaises(errors.NoData):
                openpgp.decrypt(self.context, data, [self.key[6]])

    def test_limits_have_their_own_errors(self) -> None:
        context = fixed_context(limits={"plaintext-size": 100})
        for version in (4, 6):
            with self.assertRaises(errors.LimitPlaintextSize):
                openpgp.decrypt(context, self.sealed(version), [self.key[version]])
        with self.assertRaises(errors.LimitHeldPlaintext):
            with openpgp.Decryptor(
                fixed_context(limits={"held-plaintext": 100}), [self.key[4]]
            ) as decryptor:
                decryptor.update(self.sealed(4))
                decryptor.finish()

    def test_a_seekable_source_is_read_twice(self) -> None:
        data = fixed_random()(500000)
        source, sink = io.BytesIO(b"junk" + self.sealed(4, data)), io.BytesIO()
        source.seek(4)
        context = fixed_context(limits={"held-plaintext": 1000})
        with openpgp.Decryptor(context, [self.key[4]]) as decryptor:
            decryptor.copy(source, sink)
        self.assertTrue(sink.getvalue() == data)

    def test_a_source_that_cannot_be_read_twice(self) -> None:
        source, sink = io.BytesIO(self.sealed(4, bytes(500000))), io.BytesIO()
        context = fixed_context(limits={"held-plaintext": 1000})
        stream = mock.Mock(read=source.read, seekable=lambda: False)
        with openpgp.Decryptor(context, [self.key[4]]) as decryptor:
            with self.assertRaises(errors.LimitHeldPlaintext):
                decryptor.copy(stream, sink)
        self.assertEqual(sink.getvalue(), b"")

    def test_a_source_that_changes_between_the_readings(self) -> None:
        message = self.sealed(4, bytes(500000))

        class Changing(io.BytesIO):
            def seek(self, position: int, whence: int = 0) -> int:
                view = self.getbuffer()
                view[400000] ^= 1
                view.release()
                return super().seek(position, whence)

        context = fixed_context(limits={"held-plaintext": 1000})
        with openpgp.Decryptor(context, [self.key[4]]) as decryptor:
            with self.assertRaises(errors.InputChanged):
                decryptor.copy(Changing(message), io.BytesIO())

    def test_signatures(self) -> None:
        for version in (4, 6):
            key = self.key[version]
            message = openpgp.encrypt(self.context, TEXT, [key.cert], signers=[key])
            opened = openpgp.decrypt(self.context, message, [key], signers=[key.cert])
            self.assertTrue(opened.verdicts)
            (verdict,) = opened.verdicts
            self.assertEqual(verdict.status, Status.GOOD)
            self.assertEqual(verdict.cert, key.cert)
            self.assertEqual(verdict.time, NOW)
            self.assertFalse(verdict.is_text)
            self.assertEqual(verdict.reasons[0].rule, Rule.VALID)
            self.assertIn(verdict.key, [k.fingerprint for k in key.cert.keys(self.context)])
            stranger = openpgp.decrypt(self.context, message, [key])
            self.assertEqual(stranger.plaintext, TEXT)
            self.assertEqual(stranger.verdicts[0].status, Status.UNKNOWN_KEY)
            self.assertFalse(stranger.verdicts)

    def test_a_signature_for_somebody_else(self) -> None:
        key = self.key[6]
        message = openpgp.encrypt(self.context, TEXT, [self.other.cert], signers=[key])
        opened = openpgp.decrypt(self.context, message, [self.other], signers=[key.cert])
        self.assertTrue(opened.verdicts)

    def test_verdicts_come_at_the_end(self) -> None:
        key = self.key[6]
        message = openpgp.encrypt(self.context, TEXT, [key.cert], signers=[key])
        with openpgp.Decryptor(self.context, [key], signers=[key.cert]) as decryptor:
            self.assertEqual(decryptor.format, Format.AUTO)
            decryptor.update(message[:-30])
            self.assertEqual(len(decryptor.verdicts), 0)
            self.assertFalse(decryptor.verdicts)
            decryptor.update(message[-30:])
            decryptor.finish()
            self.assertTrue(decryptor.verdicts)
            self.assertEqual(decryptor.format, Format.SEIPDV2)


class Signing(Case):
    def judge(self, data: bytes, signature: bytes, **options: object) -> verify.Verdicts:
        certs = [key.cert for key in self.key.values()]
        return verify.verify_detached(
            self.context, data, signature, certs, **options  # type: ignore[arg-type]
        )

    def test_good_signatures(self) -> None:
        signature = openpgp.sign(self.context, TEXT, [self.key[4], self.key[6]])
        verdicts = self.judge(TEXT, signature)
        self.assertEqual([v.status for v in verdicts], [Status.GOOD, Status.GOOD])
        self.assertEqual([v.cert for v in verdicts], [self.key[4].cert, self.key[6].cert])
        self.assertEqual(len(verdicts.good), 2)
        self.assertEqual(repr(verdicts), "<Verdicts: GOOD, GOOD>")
        self.assertEqual(verdicts[:1], (verdicts[0],))
        self.assertIn("GOOD: ", str(verdicts[0]))

    def test_other_data(self) -> None:
        for version in (4, 6):
            signature = openpgp.sign(self.context, TEXT, [self.key[version]])
            verdicts = self.judge(TEXT + b"x", signature)
            self.assertFalse(verdicts)
            self.assertEqual(verdicts[0].status, Status.BAD)
            self.assertEqual(verdicts[0].reasons[0].rule, Rule.MISMATCH)
            self.assertFalse(verdicts[0])

    def test_one_good_signature_is_enough(self) -> None:
        signature = openpgp.sign(self.context, TEXT, [self.other, self.key[6]])
        verdicts = self.judge(TEXT, signature)
        self.assertEqual([v.status for v in verdicts], [Status.UNKNOWN_KEY, Status.GOOD])
        self.assertTrue(verdicts)
        self.assertIsNone(verdicts[0].cert)

    def test_the_reference_time_decides(self) -> None:
        signature = openpgp.sign(self.context, TEXT, [self.key[6]])
        policy = verify.Policy.standard(self.context)
        early = self.judge(TEXT, signature, policy=policy.at(self.context, NOW - 86400))
        self.assertEqual(early[0].status, Status.REJECTED)
        self.assertIn(
            early[0].reasons[0].rule, (Rule.SIGNATURE_IN_FUTURE, Rule.KEY_NOT_YET_VALID)
        )
        self.assertTrue(self.judge(TEXT, signature, policy=policy.at(self.context, NOW + 1)))

    def test_a_signature_by_a_key_that_has_expired_since(self) -> None:
        signature = openpgp.sign(self.context, TEXT, [self.key[6]])
        policy = verify.Policy.standard(self.context).at(self.context, NOW + 5 * YEAR)
        self.assertTrue(self.judge(TEXT, signature, policy=policy))

    def test_text_ignores_line_ends(self) -> None:
        signature = openpgp.sign(self.context, b"one\ntwo\n", [self.key[6]], text=True)
        verdicts = self.judge(b"one\r\ntwo\r\n", signature)
        self.assertTrue(verdicts)
        self.assertTrue(verdicts[0].is_text)
        binary = openpgp.sign(self.context, b"one\ntwo\n", [self.key[6]])
        self.assertFalse(self.judge(b"one\r\ntwo\r\n", binary))

    def test_in_pieces(self) -> None:
        with openpgp.Signer(self.context, [self.key[6]], armor=True) as signer:
            for i in range(0, len(TEXT), 7):
                signer.update(TEXT[i : i + 7])
            signature = signer.finish()
            self.assertRegex(signer.micalg, "^pgp-sha(256|512)$")
        self.assertIn(b"BEGIN PGP SIGNATURE", signature)
        with verify.Verifier(self.context, signature, [self.key[6].cert]) as verifier:
            verifier.update(bytearray(TEXT))
            self.assertTrue(verifier.finish())

    def test_verdicts_outlive_their_operation(self) -> None:
        signature = openpgp.sign(self.context, TEXT, [self.key[6]])
        context = fixed_context()
        cert = verify.Cert(context, self.key[6].cert.export(context))
        verdicts = verify.verify_detached(context, TEXT, signature, [cert])
        del cert
        context.close()
        gc.collect()
        self.assertEqual(verdicts[0].cert, self.key[6].cert)
        self.assertTrue(verdicts[0].reasons[0].text)

    def test_what_is_not_a_signature(self) -> None:
        message = openpgp.encrypt(self.context, TEXT, [self.key[6].cert])
        signature = openpgp.sign(self.context, TEXT, [self.key[6]])
        for data, kind in (
            (b"", errors.NoData),
            (message, errors.Malformed),
            (signature[:-1], errors.Truncated),
        ):
            with self.assertRaises(kind):
                self.judge(TEXT, data)

    def test_nobody_signs(self) -> None:
        with self.assertRaises(errors.NoSigner):
            openpgp.sign(self.context, TEXT, [])

    def test_the_policy_can_be_read(self) -> None:
        lines = verify.Policy.standard(self.context).print(self.context)
        self.assertIn("SHA1", lines.upper().replace("-", ""))
        self.assertGreater(lines.count("\n"), 3)


class Armoring(Case):
    def test_all_kinds(self) -> None:
        kind = verify.ArmorKind
        key = self.key[6].export(self.context, armored=False)
        cert = self.key[6].cert.export(self.context, armored=False)
        signature = openpgp.sign(self.context, TEXT, [self.key[6]])
        message = openpgp.encrypt(self.context, TEXT, [self.key[6].cert])
        for data, wanted, name in (
            (cert, kind.PUBLIC_KEY, "PUBLIC KEY BLOCK"),
            (key, kind.PRIVATE_KEY, "PRIVATE KEY BLOCK"),
            (signature, kind.SIGNATURE, "SIGNATURE"),
            (message, kind.MESSAGE, "MESSAGE"),
        ):
            for chosen in (kind.AUTO, wanted):
                armored = verify.armor(self.context, data, chosen)
                self.assertTrue(armored.startswith(f"-----BEGIN PGP {name}-----\n".encode()))
                self.assertEqual(verify.armor(self.context, armored), armored)
                self.assertEqual(verify.dearmor(self.context, armored), data)
            self.assertEqual(verify.dearmor(self.context, data), data)

    def test_text_around_it_is_skipped(self) -> None:
        armored = openpgp.sign(self.context, TEXT, [self.key[6]], armor=True)
        wrapped = b"See here:\n\n" + armored + b"\nRegards\n"
        self.assertEqual(
            verify.dearmor(self.context, wrapped), verify.dearmor(self.context, armored)
        )

    def test_in_pieces(self) -> None:
        binary = openpgp.encrypt(self.context, bytes(400000), [self.key[6].cert])
        armored = b""
        with verify.Armorer(self.context) as armorer:
            for i in range(0, len(binary), 333):
                armored += armorer.update(binary[i : i + 333])
            armored += armorer.finish()
        again = b""
        with verify.Dearmorer(self.context) as dearmorer:
            for i in range(0, len(armored), 333):
                again += dearmorer.update(armored[i : i + 333])
            again += dearmorer.update(b"Regards\n") + dearmorer.finish()
            with self.assertRaises(errors.State):
                dearmorer.finish()
        self.assertTrue(again == binary)

    def test_broken_armor(self) -> None:
        armored = openpgp.sign(self.context, TEXT, [self.key[6]], armor=True)
        with self.assertRaises(errors.Armor):
            verify.dearmor(self.context, armored[: len(armored) // 2])
        with self.assertRaises(errors.NoData):
            verify.dearmor(self.context, b"")


class Misuse(Case):
    def test_a_closed_operation(self) -> None:
        encryptor = openpgp.Encryptor(self.context, [self.key[6].cert])
        encryptor.close()
        encryptor.close()
        uses: Attempts = [
            lambda: encryptor.update(b"x"),
            lambda: encryptor.finish(),
            lambda: encryptor.convert(b"x"),
            lambda: encryptor.session_key(),
        ]
        for use in uses:
            with self.assertRaisesRegex(ValueError, "the operation is closed"):
                use()
        with openpgp.Decryptor(self.context) as decryptor:
            pass
        uses = [
            lambda: decryptor.update(b"x"),
            lambda: decryptor.verdicts,
            lambda: decryptor.format,
        ]
        for use in uses:
            with self.assertRaisesRegex(ValueError, "the operation is closed"):
                use()

    def test_an_operation_of_a_closed_context(self) -> None:
        signature = openpgp.sign(self.context, TEXT, [self.key[6]])
        context = fixed_context()
        operations: list[Any] = [
            openpgp.Encryptor(context, [self.key[6].cert]),
            openpgp.Decryptor(context),
            openpgp.Signer(context, [self.key[6]]),
            verify.Verifier(context, signature, []),
            verify.Armorer(context),
        ]
        context.close()
        for operation in operations:
            with self.assertRaisesRegex(ValueError, "the context is closed"):
                operation.update(b"x")
            operation.close()
            operation.close()

    def test_a_closed_context_makes_nothing(self) -> None:
        self.context.close()
        attempts: Attempts = [
            lambda: openpgp.generate(self.context),
            lambda: openpgp.Encryptor(self.context),
            lambda: verify.Policy.standard(self.context),
            lambda: verify.Cert(self.context, b"x"),
            lambda: self.key[6].export(self.context),
            lambda: self.key[6].cert.keys(self.context),
        ]
        for attempt in attempts:
            with self.assertRaisesRegex(ValueError, "the context is closed"):
                attempt()

    def test_an_object_of_another_kind(self) -> None:
        key: Any = self.key[6]
        cert: Any = key.cert
        ring: Any = verify.Ring(self.context, cert.export(self.context))
        uses: Attempts = [
            lambda: openpgp.encrypt(self.context, TEXT, [key]),
            lambda: openpgp.sign(self.context, TEXT, [cert]),
            lambda: openpgp.decrypt(self.context, TEXT, [cert]),
            lambda: openpgp.decrypt(self.context, TEXT, session_keys=[key]),
            lambda: verify.inline_verify(self.context, TEXT, [ring]),
            lambda: cert.keys(self.context, cert),
            lambda: cert.keys(self.context, self.context),
            lambda: cert.merge(self.context, key),
        ]
        for use in uses:
            with self.assertRaisesRegex(ctypes.ArgumentError, "secmail_.* can't stand for secmail_"):
                use()

    def test_numbers_and_texts_that_c_would_cut(self) -> None:
        key, policy = self.key[6], verify.Policy.standard(self.context)
        ring = verify.Ring(self.context, key.cert.export(self.context))
        numbers: Attempts = [
            lambda: policy.at(self.context, 1 << 63),
            lambda: openpgp.Encryptor(self.context, [key.cert], size=-1),
            lambda: verify.InlineVerifier(self.context, [key.cert], not_before=1 << 64),
            lambda: openpgp.Certifier(self.context, key, lifetime=1 << 64),
        ]
        for use in numbers:
            with self.assertRaisesRegex(ctypes.ArgumentError, "is out of range"):
                use()
        texts: Attempts = [
            lambda: policy.with_notation(self.context, "known@example.org\0"),
            lambda: list(ring.find(key.cert.fingerprint + "\0")),
        ]
        for use in texts:
            with self.assertRaisesRegex(ctypes.ArgumentError, "a NUL in the text"):
                use()

    def test_a_closed_password(self) -> None:
        password = Secret(self.context, "x")
        password.close()
        with self.assertRaisesRegex(ValueError, "the secret is closed"):
            self.key[6].lock(self.context, password)
        with self.assertRaisesRegex(ValueError, "the secret is closed"):
            openpgp.encrypt(self.context, TEXT, passwords=[password])

    def test_keys_outlive_their_context(self) -> None:
        context = fixed_context()
        key = openpgp.generate(context, ALICE)
        cert = key.cert
        context.close()
        del context
        gc.collect()
        message = openpgp.encrypt(self.context, TEXT, [cert])
        self.assertEqual(openpgp.decrypt(self.context, message, [key]).plaintext, TEXT)

    def test_everything_can_go_at_once(self) -> None:
        for _ in range(20):
            context = fixed_context()
            operation = openpgp.Encryptor(context, [self.key[6].cert])
            operation.update(TEXT)
            ring: list[Any] = [context, operation]
            ring.append(ring)
            context.ring = ring  # type: ignore[attr-defined]
            del context, operation, ring
        gc.collect()

    def test_wrong_order(self) -> None:
        with openpgp.Encryptor(self.context, [self.key[6].cert]) as encryptor:
            encryptor.update(b"x")
            encryptor.finish()
            uses: Attempts = [lambda: encryptor.update(b"x"), lambda: encryptor.convert(b"x")]
            for use in uses:
                with self.assertRaises(errors.State):
                    use()
        with openpgp.Signer(self.context, [self.key[6]]) as signer:
            signer.finish()
            with self.assertRaises(errors.State):
                signer.update(b"x")

    def test_wrong_types(self) -> None:
        attempts: Attempts = [
            lambda: openpgp.sign(self.context, "text", [self.key[6]]),  # type: ignore[arg-type]
            lambda: openpgp.encrypt(self.context, None),  # type: ignore[arg-type]
            lambda: verify.Cert(self.context, 17),  # type: ignore[arg-type]
            lambda: openpgp.encrypt(self.context, b"", passwords=[None]),  # type: ignore[list-item]
        ]
        for attempt in attempts:
            with self.assertRaises(TypeError):
                attempt()
        with self.assertRaises(AttributeError):
            openpgp.encrypt(self.context, b"", ["Alice"])  # type: ignore[list-item]

    def test_a_failed_constructor_leaves_nothing_open(self) -> None:
        with self.assertRaises(errors.NoData):
            verify.Verifier(self.context, b"", [])
        locked = self.key[4].lock(self.context, "x")
        with self.assertRaises(errors.KeyLocked):
            openpgp.Signer(self.context, [locked])
        self.assertEqual(self.context._owned, {})

    def test_a_writable_buffer_stays_free(self) -> None:
        data = bytearray(TEXT)
        openpgp.sign(self.context, data, [self.key[6]])
        gc.collect()
        data.extend(b"more")  # BufferError if something still held it


class Callbacks(Case):
    def test_a_failing_generator_is_heard(self) -> None:
        def random(size: int) -> bytes:
            raise LookupError("no entropy")

        context = Context(clock=lambda: NOW, random=random)
        attempts: Attempts = [
            lambda: openpgp.generate(context),
            lambda: openpgp.encrypt(context, TEXT, [self.key[6].cert]),
            lambda: self.key[6].lock(context, "x"),
            lambda: openpgp.sign(context, TEXT, [self.key[6]]),
        ]
        for attempt in attempts:
            with self.assertRaisesRegex(LookupError, "no entropy"):
                attempt()
        self.assertEqual(context._owned, {})

    def test_a_failing_clock_is_heard(self) -> None:
        def clock() -> int:
            raise LookupError("no time")

        context = Context(clock=clock, random=fixed_random())
        attempts: Attempts = [
            lambda: openpgp.generate(context),
            lambda: openpgp.encrypt(context, TEXT, [self.key[6].cert]),
            lambda: openpgp.sign(context, TEXT, [self.key[6]]),
            lambda: verify.Policy.standard(context),
        ]
        for attempt in attempts:
            with self.assertRaisesRegex(LookupError, "no time"):
                attempt()
        self.assertEqual(context._owned, {})

    def test_an_interrupt_passes(self) -> None:
        def random(size: int) -> bytes:
            raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            openpgp.generate(Context(random=random))

    def test_a_time_that_does_not_fit(self) -> None:
        for now in (-1, 1 << 32):
            with self.assertRaises(errors.Clock):
                openpgp.generate(Context(clock=lambda: now), lifetime=0)


class Threads(Case):
    def test_keys_are_shared(self) -> None:
        failures: list[BaseException] = []

        def work() -> None:
            try:
                with secmail.Context(clock=lambda: NOW) as context:
                    for _ in range(10):
                        message = openpgp.encrypt(
                            context, TEXT, [self.key[6].cert], signers=[self.key[4]]
                        )
                        opened = openpgp.decrypt(
                            context, message, [self.key[6]], signers=[self.key[4].cert]
                        )
                        if not opened.verdicts or opened.plaintext != TEXT:
                            raise AssertionError(repr(opened.verdicts))
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


class SignedMessages(Case):
    def message(
        self,
        version: int = 6,
        data: bytes = TEXT,
        form: openpgp.InlineForm = openpgp.InlineForm.BINARY,
    ) -> bytes:
        return openpgp.inline_sign(self.context, data, [self.key[version]], form=form)

    def test_all_forms(self) -> None:
        for version in (4, 6):
            for form, kind in zip(openpgp.InlineForm, ("b", "u", "")):
                message = self.message(version, form=form)
                got = verify.inline_verify(self.context, message, [self.key[version].cert])
                self.assertEqual(got.data, TEXT)
                self.assertEqual(got.literal, verify.Literal(kind, b"", None))
                (verdict,) = got.verdicts
                self.assertEqual((verdict.status, verdict.time), (Status.GOOD, NOW))
                self.assertEqual(verdict.is_text, form != openpgp.InlineForm.BINARY)

    def test_nothing_without_a_good_signature(self) -> None:
        message = self.message()
        for certs, status in (([], Status.UNKNOWN_KEY), ([self.other.cert], Status.UNKNOWN_KEY)):
            with verify.InlineVerifier(self.context, certs) as verifier:
                with self.assertRaises(errors.NoGoodSignature):
                    verifier.convert(message)
                self.assertEqual([v.status for v in verifier.verdicts], [status])
                self.assertFalse(verifier.verdicts)
        with verify.InlineVerifier(self.context, [self.key[6].cert]) as verifier:
            self.assertEqual(verifier.update(message.replace(b"dawn", b"dusk", 1)), b"")
            self.assertEqual(len(verifier.verdicts), 0)
            with self.assertRaises(errors.NoGoodSignature):
                verifier.finish()
            self.assertEqual(verifier.verdicts[0].status, Status.BAD)

    def test_a_window_of_time(self) -> None:
        cert = self.key[6].cert
        message = self.message()
        verify.inline_verify(self.context, message, [cert], not_before=NOW, not_after=NOW)
        for bounds in ({"not_before": NOW + 1}, {"not_after": NOW - 1}):
            with verify.InlineVerifier(self.context, [cert], **bounds) as verifier:
                with self.assertRaises(errors.NoGoodSignature):
                    verifier.convert(message)
                self.assertEqual(verifier.verdicts[0].reasons[0].rule, Rule.OUTSIDE_WINDOW)

    def test_text_around_cleartext(self) -> None:
        message = self.message(form=openpgp.InlineForm.CLEARTEXT)
        cert = self.key[6].cert
        with self.assertRaises(errors.Armor):
            verify.inline_verify(self.context, b"Retreat!\n" + message, [cert])
        with self.assertRaises(errors.Cleartext):
            verify.inline_verify(self.context, message + b"Retreat!\n", [cert])

    def test_splitting(self) -> None:
        for form in openpgp.InlineForm:
            data, signatures = verify.inline_detach(self.context, self.message(form=form))
            self.assertEqual(data, TEXT)
            cert = self.key[6].cert
            self.assertTrue(verify.verify_detached(self.context, data, signatures, [cert]))
        with self.assertRaises(errors.NoData):
            verify.inline_detach(self.context, b"no message")

    def test_files(self) -> None:
        data = fixed_random()(500000)
        sealed, opened = io.BytesIO(), io.BytesIO()
        context = fixed_context(limits={"held-plaintext": 1000})
        with openpgp.InlineSigner(context, [self.key[6]], armor=True) as signer:
            signer.copy(io.BytesIO(data), sealed)
        with verify.InlineVerifier(context, [self.key[6].cert]) as verifier:
            verifier.copy(io.BytesIO(sealed.getvalue()), opened)
        self.assertTrue(opened.getvalue() == data)
        pipe = io.BytesIO(sealed.getvalue())
        with verify.InlineVerifier(context, [self.key[6].cert]) as verifier:
            with self.assertRaises(errors.LimitHeldPlaintext):
                verifier.copy(mock.Mock(read=pipe.read, seekable=lambda: False), io.BytesIO())

    def test_text_of_encrypted_messages(self) -> None:
        message = openpgp.encrypt(self.context, b"a\nb\n", [self.key[6].cert], text=True)
        with openpgp.Decryptor(self.context, [self.key[6]]) as decryptor:
            self.assertEqual(decryptor.convert(message), b"a\r\nb\r\n")
            self.assertEqual(decryptor.literal.format, "u")
        opened = openpgp.decrypt(self.context, message, [self.key[6]], text_lf=True)
        self.assertEqual(opened.plaintext, b"a\nb\n")
        signed = self.message(data=b"a\nb\n", form=openpgp.InlineForm.TEXT)
        for lf, want in ((False, b"a\r\nb\r\n"), (True, b"a\nb\n")):
            got = verify.inline_verify(self.context, signed, [self.key[6].cert], text_lf=lf)
            self.assertEqual(got.data, want)


if __name__ == "__main__":
    tap.run(doctests=("secmail.verify", "secmail.openpgp", "secmail._operation"))
