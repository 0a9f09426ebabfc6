# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two-factor sign-in through the Python package."""
from __future__ import annotations

import ctypes
import dataclasses
import gc
import threading
import unittest
from collections.abc import Callable

from secmail import Context, errors, otp
from secmail.otp import Account, Key, KeyType, Migration, Result, Verdict, Verifier
import tap

NOW = 1767225600  # 2026-01-01 00:00:00 UTC
CHEAP = {"argon2-memory-kib": 8192, "argon2-passes": 1}


class Host:
    """An account system with one account."""

    def __init__(self, **policy: int) -> None:
        self.now = NOW
        self.context = Context(clock=lambda: self.now)
        self.verifier = Verifier(self.context, {1: bytes(32)}, policy={**CHEAP, **policy})
        self.key = Key.generate(self.context, "alice@example.org", issuer="Example")
        self.state: bytes | None = None
        self.lock = threading.Lock()

    def replace(self, old: bytes | None, new: bytes) -> bool:
        with self.lock:
            same = self.state == old
            if same:
                self.state = new
        return same

    def run(self, operation: Callable[[Account], Result]) -> Result:
        return self.verifier.run("alice", lambda: self.state, self.replace, operation)

    def code(self, steps: int = 0) -> str:
        return self.key.code(self.key.step(self.now) + steps)

    def verify(self, code: str) -> Verdict:
        return self.run(lambda account: account.verify(code)).outcome.verdict

    def enrol(self) -> Host:
        self.run(lambda account: account.enrol(self.key))
        assert self.run(lambda account: account.confirm(self.code())).outcome
        self.now += 30
        return self


class Keys(unittest.TestCase):
    def setUp(self) -> None:
        self.context = Context()

    def test_parameters(self) -> None:
        key = Key(
            self.context, b"12345678901234567890", account="a", issuer="b", type=KeyType.HOTP,
            algorithm=otp.Algorithm.SHA512, digits=8, period=60, t0=5, counter=7,
        )  # fmt: skip
        self.assertEqual(
            (key.account, key.issuer, key.type, key.algorithm, key.digits, key.period, key.t0,
             key.counter),
            ("a", "b", KeyType.HOTP, otp.Algorithm.SHA512, 8, 60, 5, 7),
        )  # fmt: skip
        assert key.secret is not None
        self.assertEqual(key.secret.reveal(), b"12345678901234567890")
        self.assertEqual(key.secret_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")

    def test_codes(self) -> None:
        key = Key(self.context, "gezd gnbv gy3t qojq gezd gnbv gy3t qojq")
        self.assertEqual([key.code(n) for n in range(3)], ["755224", "287082", "359152"])
        self.assertEqual(key.step(59), 1)
        self.assertEqual(key.find("359152", 0, 3), 2)
        self.assertIsNone(key.find("359152", 0, 2))

    def test_uris(self) -> None:
        uri = (
            "otpauth://totp/B%C3%BCro:alice?secret=MZXW6YTBOI&issuer=B%C3%BCro&algorithm=SHA1"
            "&digits=6&period=30&image=x"
        )
        key = Key.from_uri(self.context, uri)
        self.assertEqual(key.uri(), uri)
        self.assertEqual(key.parameters, [("image", "x")])
        key.add_parameter("color", "red")
        self.assertEqual(key.uri(), uri + "&color=red")

    def test_advice(self) -> None:
        key = Key.generate(self.context, "alice", digits=8)
        self.assertEqual(len(key.advice), 2)
        self.assertIn("6 works", key.advice[0])

    def test_errors(self) -> None:
        with self.assertRaises(errors.OtpSecret):
            Key(self.context).code(0)
        with self.assertRaises(errors.OtpUri):
            Key.from_uri(self.context, "https://example.org")
        with self.assertRaises(errors.OtpParameter):
            Key(self.context, digits=9)
        with self.assertRaises(ValueError):
            Key(self.context, account="a\0b")
        self.assertIsNone(Key(self.context).secret)

    def test_migration(self) -> None:
        out, back = Migration(self.context), Migration(self.context)
        for n in range(11):
            out.add(Key.generate(self.context, f"user{n}"))
        uris = out.uris()
        back.read(uris[1])
        self.assertEqual((back.parts, back.missing, back.skipped), (2, 1, 0))
        back.read(uris[0])
        self.assertEqual(back.missing, 0)
        self.assertEqual({k.secret_base32() for k in back.keys()},
                         {k.secret_base32() for k in out.keys()})
        with self.assertRaises(errors.OtpMigration):
            back.read("otpauth://totp/a?secret=MY")


class SignIn(unittest.TestCase):
    def test_a_code_is_good_once(self) -> None:
        host = Host().enrol()
        code = host.code()
        self.assertEqual(host.verify(code), Verdict.ACCEPTED)
        self.assertEqual(host.verify(code), Verdict.REPLAYED)
        self.assertEqual(host.verify("12345"), Verdict.MALFORMED)

    def test_the_outcome_waits_for_the_store(self) -> None:
        host = Host().enrol()
        with host.verifier.open("alice", host.state) as account:
            result = account.verify(host.code())
        with self.assertRaises(errors.OtpNotStored):
            result.outcome
        result.stored()
        self.assertTrue(result.outcome)

    def test_failures_lock(self) -> None:
        host = Host(**{"lock-after": 2, "forgive-after": 0}).enrol()
        wrong = "%06d" % ((int(host.code()) + 1) % 1000000)
        host.verify(wrong)
        outcome = host.run(lambda account: account.verify(wrong)).outcome
        self.assertEqual((outcome.verdict, outcome.failures_left), (Verdict.WRONG, 0))
        self.assertEqual(outcome.until, otp.FOREVER)
        self.assertEqual(host.verify(host.code()), Verdict.LOCKED)
        host.run(lambda account: account.reset())
        self.assertEqual(host.verify(host.code()), Verdict.ACCEPTED)

    def test_info(self) -> None:
        host = Host().enrol()
        info = host.verifier.open("alice", host.state).info
        self.assertTrue(info.enrolled)
        self.assertEqual((info.type, info.digits, info.generation), (KeyType.TOTP, 6, 2))
        self.assertEqual(info.confirmed_at, NOW)
        fresh = host.verifier.open("bob").info
        self.assertEqual((fresh.enrolled, fresh.type), (False, None))

    def test_states_are_bound_to_their_names(self) -> None:
        host = Host().enrol()
        with self.assertRaises(errors.OtpStateSeal):
            host.verifier.open("bob", host.state)
        self.assertIn("bob", str(host.context.error_detail()))
        result = host.verifier.open("alice", host.state).rename("bob")
        self.assertTrue(host.verifier.open("bob", result.state).info.enrolled)

    def test_rotation(self) -> None:
        host = Host().enrol()
        both = Verifier(host.context, {1: bytes(32), 2: b"2" * 32}, active=2)
        self.assertTrue(both.open("alice", host.state).info.needs_reseal)
        new = both.open("alice", host.state).reseal().state
        only = Verifier(host.context, {2: b"2" * 32})
        self.assertTrue(only.open("alice", new).info.enrolled)
        with self.assertRaises(errors.OtpStateKey):
            only.open("alice", host.state)

    def test_resync(self) -> None:
        host = Host().enrol()
        host.now += 36000
        outcome = host.run(lambda a: a.resync(host.code(49), host.code(50))).outcome
        self.assertEqual((outcome.verdict, outcome.drift), (Verdict.ACCEPTED, 50))

    def test_recovery(self) -> None:
        host = Host().enrol()
        codes = host.run(lambda account: account.recovery_generate()).secrets()
        self.assertEqual(len(codes), 10)
        outcome = host.run(lambda account: account.recovery_verify(codes[0].lower())).outcome
        self.assertEqual((outcome.verdict, outcome.recovery_left), (Verdict.ACCEPTED, 9))

    def test_app_passwords(self) -> None:
        host = Host().enrol()
        result = host.run(lambda a: a.app_password_add("phone", "imap smtp", NOW + 1000))
        (password,) = result.secrets()
        used = host.run(lambda a: a.app_password_verify("imap", password)).outcome
        self.assertEqual((used.verdict, used.app_password), (Verdict.ACCEPTED, 1))
        (entry,) = host.verifier.open("alice", host.state).app_passwords
        self.assertEqual(
            dataclasses.astuple(entry), (1, "phone", "imap smtp", host.now, NOW + 1000, host.now)
        )
        host.run(lambda a: a.app_password_revoke(1))
        self.assertEqual(host.verifier.open("alice", host.state).app_passwords, [])
        with self.assertRaises(errors.OtpNoSuchEntry):
            host.run(lambda a: a.app_password_revoke(1))

    def test_the_key_comes_back(self) -> None:
        host = Host().enrol()
        account = host.verifier.open("alice", host.state)
        self.assertEqual(account.key().uri(), host.key.uri())
        with self.assertRaises(errors.OtpNotEnrolled):
            account.key(otp.Which.ENROLLING)

    def test_disable(self) -> None:
        host = Host().enrol()
        host.run(lambda account: account.disable())
        self.assertFalse(host.verifier.open("alice", host.state).info.enrolled)

    def test_policies(self) -> None:
        context = Context()
        with self.assertRaises(ValueError):
            Verifier(context, {}, policy={"unknown": 1})
        with self.assertRaises(errors.Argument):
            Verifier(context, {}, policy={"lock-after": 0})
        with self.assertRaises(errors.Argument):
            Verifier(context, {1: bytes(31)})

    def test_a_lost_race_is_repeated(self) -> None:
        host = Host().enrol()
        calls = []

        def operation(account: Account) -> Result:
            calls.append(host.state)
            if len(calls) == 1:  # another server is faster
                host.run(lambda other: other.verify(host.code()))
            return account.verify(host.code())

        self.assertEqual(host.run(operation).outcome.verdict, Verdict.REPLAYED)
        self.assertEqual(len(calls), 2)

    def test_threads(self) -> None:
        host = Host().enrol()
        code = host.code()
        verdicts: list[Verdict] = []

        def server() -> None:
            context = Context(clock=lambda: host.now)
            verifier = Verifier(context, {1: bytes(32)})
            result = verifier.run("alice", lambda: host.state, host.replace,
                                  lambda account: account.verify(code))
            verdicts.append(result.outcome.verdict)

        threads = [threading.Thread(target=server) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(verdicts), [Verdict.ACCEPTED] + [Verdict.REPLAYED] * 7)


class Numbers(unittest.TestCase):
    def test_what_c_would_cut_is_refused(self) -> None:
        host = Host().enrol()
        account = host.verifier.open("alice", host.state)
        uses: list[Callable[[], object]] = [
            lambda: Key(host.context, b"x" * 20, digits=(1 << 32) + 6),
            lambda: Key(host.context, b"x" * 20, period=-1),
            lambda: host.key.code(1 << 64),
            lambda: account.app_password_add("phone", "imap", expires_at=1 << 64),
            lambda: account.app_password_revoke((1 << 32) + 1),
            lambda: Verifier(host.context, {(1 << 32) + 1: bytes(32)}),
        ]
        for use in uses:
            with self.assertRaisesRegex(ctypes.ArgumentError, "is out of range"):
                use()


class Lifetimes(unittest.TestCase):
    def test_any_order(self) -> None:
        for _ in range(20):
            host = Host().enrol()
            account = host.verifier.open("alice", host.state)
            result = account.verify(host.code())
            del host, account
            gc.collect()
            result.stored()
            self.assertTrue(result.outcome)

    def test_a_closed_verifier_is_noticed(self) -> None:
        host = Host().enrol()
        account = host.verifier.open("alice", host.state)
        host.verifier.close()
        uses: list[Callable[[], object]] = [
            lambda: account.info,
            lambda: account.verify(host.code()),
            lambda: account.key(),
        ]
        for use in uses:
            with self.assertRaisesRegex(ValueError, "the operation is closed"):
                use()
        account.close()

    def test_a_closed_context_is_noticed(self) -> None:
        host = Host().enrol()
        account = host.verifier.open("alice", host.state)
        host.context.close()
        with self.assertRaises(ValueError):
            account.verify("123456")
        with self.assertRaises(ValueError):
            host.key.uri()


if __name__ == "__main__":
    tap.run(doctests=("secmail.otp",))
