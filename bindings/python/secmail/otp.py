# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two-factor sign-in; <secmail/otp.h> is the specification.

>>> from secmail import Context
>>> context = Context(clock=lambda: 1767225600)
>>> key = Key.generate(context, "alice@example.org", issuer="Example")
>>> verifier = Verifier(context, {1: bytes(32)})
>>> states: dict[str, bytes] = {}  # the host's table

An operation runs against the stored state, and its new state replaces the old one only where that
is still there; the outcome can't be read before:

>>> def replace(old: bytes | None, new: bytes) -> bool:
...     if states.get("alice") != old:
...         return False
...     states["alice"] = new
...     return True
>>> def run(operation):
...     return verifier.run("alice", lambda: states.get("alice"), replace, operation)
>>> run(lambda account: account.enrol(key)).outcome.verdict
<Verdict.ACCEPTED: 1>
>>> code = key.code(key.step(context.now()))
>>> run(lambda account: account.confirm(code)).outcome.verdict
<Verdict.ACCEPTED: 1>
>>> run(lambda account: account.verify(code)).outcome.verdict
<Verdict.REPLAYED: 3>
"""

from __future__ import annotations

import ctypes
import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import _ffi
from ._library import lib
from ._operation import OUT, Operation, borrow, make, make_bytes
from ._operation import text as decode
from .core import Context, Secret, check

__all__ = [
    "Account",
    "Algorithm",
    "AppPassword",
    "Info",
    "Key",
    "KeyType",
    "Migration",
    "Outcome",
    "Result",
    "Verdict",
    "Verifier",
    "Which",
    "default_policy",
]


class KeyType(enum.IntEnum):
    """What moves the one-time password on."""

    TOTP = _ffi.SECMAIL_OTP_TOTP
    HOTP = _ffi.SECMAIL_OTP_HOTP


class Algorithm(enum.IntEnum):
    """The hash function of the HMAC."""

    SHA1 = _ffi.SECMAIL_OTP_SHA1
    SHA256 = _ffi.SECMAIL_OTP_SHA256
    SHA512 = _ffi.SECMAIL_OTP_SHA512


class Which(enum.IntEnum):
    """Which of an account's keys."""

    ENROLLED = _ffi.SECMAIL_OTP_ENROLLED
    ENROLLING = _ffi.SECMAIL_OTP_ENROLLING


class Verdict(enum.IntEnum):
    """The answer to an attempt. True in a condition only if it is ACCEPTED.

    >>> bool(Verdict.ACCEPTED), bool(Verdict.REPLAYED)
    (True, False)
    """

    ACCEPTED = _ffi.SECMAIL_OTP_ACCEPTED
    WRONG = _ffi.SECMAIL_OTP_WRONG
    REPLAYED = _ffi.SECMAIL_OTP_REPLAYED
    THROTTLED = _ffi.SECMAIL_OTP_THROTTLED
    LOCKED = _ffi.SECMAIL_OTP_LOCKED
    EXPIRED = _ffi.SECMAIL_OTP_EXPIRED
    NOT_ENROLLED = _ffi.SECMAIL_OTP_NOT_ENROLLED
    MALFORMED = _ffi.SECMAIL_OTP_MALFORMED
    OUT_OF_SCOPE = _ffi.SECMAIL_OTP_OUT_OF_SCOPE

    def __bool__(self) -> bool:
        return self is Verdict.ACCEPTED


FOREVER = (1 << 63) - 1  # a time that C means as "after a reset"


@dataclass(frozen=True)
class Outcome:
    """What came of an operation. `until` is when the next attempt is looked at, 0 for now."""

    verdict: Verdict
    failures: int
    failures_left: int
    recovery_left: int
    until: int
    drift: int
    app_password: int

    def __bool__(self) -> bool:
        return bool(self.verdict)


@dataclass(frozen=True)
class Info:
    """What an account's state says."""

    enrolled: bool
    enrolling: bool
    enrolling_until: int
    confirmed_at: int
    accepted_at: int
    type: KeyType | None
    digits: int
    drift: int
    failures: int
    strikes: int
    locked: bool
    blocked_until: int
    recovery_blocked_until: int
    recovery_made_at: int
    recovery_locked: bool
    recovery_total: int
    recovery_left: int
    app_passwords: int
    sealing_key: int
    needs_reseal: bool
    generation: int


@dataclass(frozen=True)
class AppPassword:
    """What is known of an app password; the password itself is not. Times are 0 for never."""

    id: int
    label: str
    scope: str
    created_at: int
    expires_at: int
    used_at: int


def encode(text: str) -> bytes:
    """Text as C takes it.

    >>> encode("123456\\0x")
    Traceback (most recent call last):
        ...
    ValueError: a NUL in the text
    """
    if "\0" in text:
        raise ValueError("a NUL in the text")
    return text.encode()


def _rules() -> Iterator[tuple[str, int]]:
    number = 1
    while (name := lib.secmail_otp_rule_name(number)) is not None:
        yield name.decode(), number
        number += 1


def default_policy() -> dict[str, int]:
    """All rules by name, with their defaults.

    >>> default_policy()["lock-after"]
    10
    """
    value = ctypes.c_uint32()
    policy = {}
    for name, number in _rules():
        check(lib.secmail_otp_policy_get(None, number, ctypes.byref(value)))
        policy[name] = value.value
    return policy


class Key(Operation):
    """A secret with its parameters: what an authenticator app gets.

    >>> context = Context()
    >>> key = Key(context, b"12345678901234567890")
    >>> key.code(0), key.find("755224", 0, 3), key.find("000000", 0, 3)
    ('755224', 0, None)
    """

    _prefix = "secmail_otp_key"

    def __init__(
        self,
        context: Context,
        secret: bytes | str | None = None,
        *,
        account: str = "",
        issuer: str = "",
        type: KeyType = KeyType.TOTP,
        algorithm: Algorithm = Algorithm.SHA1,
        digits: int = 6,
        period: int = 30,
        t0: int = 0,
        counter: int = 0,
    ) -> None:
        """`secret` is bytes, or base32 text in any form that people type."""
        super().__init__(context)

        def steps() -> None:
            self._call("set_type", type)
            self._call("set_algorithm", algorithm)
            self._call("set_digits", digits)
            self._call("set_period", period)
            self._call("set_t0", t0)
            self._call("set_counter", counter)
            self._call("set_issuer", encode(issuer))
            self._call("set_account", encode(account))
            if isinstance(secret, str):
                self._call("set_secret_base32", encode(secret))
            elif secret is not None:
                self._call("set_secret", *_bytes(secret))

        self._setup(steps)

    @classmethod
    def generate(cls, context: Context, account: str, **parameters: Any) -> Key:
        """A key with a random secret as long as the hash's result."""
        key = cls(context, account=account, **parameters)
        key._setup(lambda: key._generate())
        return key

    def _generate(self) -> None:
        self._call("generate_secret")

    @classmethod
    def from_uri(cls, context: Context, uri: str) -> Key:
        """Reads an otpauth URI.

        >>> Key.from_uri(Context(), "otpauth://totp/A:b?secret=mzxw 6ytb oi==").issuer
        'A'
        """
        key = cls.__new__(cls)
        key._open(context, lib.secmail_otp_key_from_uri, encode(uri))
        return key

    @classmethod
    def _adopt(cls, context: Context, handle: ctypes.c_void_p) -> Key:
        key = cls.__new__(cls)
        context.own(handle, lib.secmail_otp_key_free)
        key._context, key._handle = context, handle
        return key

    def uri(self) -> str:
        """The otpauth URI. It holds the secret."""
        return make_bytes(self._context, lib.secmail_otp_key_to_uri, self.handle, OUT).decode()

    def secret_base32(self) -> str:
        """The secret for typing."""
        return make_bytes(
            self._context, lib.secmail_otp_key_secret_base32, self.handle, OUT
        ).decode()

    def step(self, time: int) -> int:
        """The time step in which a time lies."""
        step = ctypes.c_uint64()
        self._call("step", time, ctypes.byref(step))
        return step.value

    def code(self, counter: int) -> str:
        """The code of one counter or time step."""
        room = ctypes.create_string_buffer(_ffi.SECMAIL_OTP_MAX_DIGITS + 1)
        self._call("code", counter, room, len(room))
        return room.value.decode()

    def find(self, code: str, first: int, count: int) -> int | None:
        """Offset of the first counter that has the code. Remembers nothing: no sign-in."""
        position = ctypes.c_int32()
        self._call("find", encode(code), first, count, ctypes.byref(position))
        return None if position.value < 0 else position.value

    def add_parameter(self, name: str, value: str) -> None:
        """Adds a parameter that this library doesn't know, for the app."""
        self._call("add_parameter", encode(name), encode(value))

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of a URI that aren't known here."""
        return [
            (
                decode(lib.secmail_otp_key_parameter_name(self.handle, i)),
                decode(lib.secmail_otp_key_parameter_value(self.handle, i)),
            )
            for i in range(lib.secmail_otp_key_parameter_count(self.handle))
        ]

    @property
    def advice(self) -> list[str]:
        """What may go wrong with the key in the field, in sentences."""
        bits: int = lib.secmail_otp_key_advice(self.handle)
        texts = (lib.secmail_otp_advice_text(1 << n) for n in range(32) if bits >> n & 1)
        return [decode(text) for text in texts]

    @property
    def type(self) -> KeyType:
        return KeyType(lib.secmail_otp_key_type(self.handle))

    @property
    def algorithm(self) -> Algorithm:
        return Algorithm(lib.secmail_otp_key_algorithm(self.handle))

    @property
    def digits(self) -> int:
        return int(lib.secmail_otp_key_digits(self.handle))

    @property
    def period(self) -> int:
        return int(lib.secmail_otp_key_period(self.handle))

    @property
    def t0(self) -> int:
        return int(lib.secmail_otp_key_t0(self.handle))

    @property
    def counter(self) -> int:
        return int(lib.secmail_otp_key_counter(self.handle))

    @property
    def issuer(self) -> str:
        return decode(lib.secmail_otp_key_issuer(self.handle))

    @property
    def account(self) -> str:
        return decode(lib.secmail_otp_key_account(self.handle))

    @property
    def secret(self) -> Secret | None:
        """A copy of the secret in locked memory."""
        handle = lib.secmail_otp_key_secret(self.handle)
        if not handle:
            return None
        data = ctypes.string_at(lib.secmail_secret_data(handle), lib.secmail_secret_size(handle))
        return Secret(self._context, data)


def _bytes(data: bytes) -> tuple[Any, int]:
    raw, size = borrow(data)
    return ctypes.cast(raw, ctypes.c_void_p), size


class Migration(Operation):
    """A transfer of several keys in the form that Google Authenticator exports.

    >>> context = Context()
    >>> out = Migration(context)
    >>> out.add(Key.generate(context, "alice"))
    >>> back = Migration(context)
    >>> for uri in out.uris():
    ...     back.read(uri)
    >>> back.missing, [key.account for key in back.keys()]
    (0, ['alice'])
    """

    _prefix = "secmail_otp_migration"

    def read(self, uri: str) -> None:
        """Reads one QR code's text, in any order."""
        self._call("read", encode(uri))

    def add(self, key: Key) -> None:
        """Adds a key to be exported."""
        self._call("add", key.handle)

    @property
    def parts(self) -> int:
        """How many QR codes the export has."""
        return int(lib.secmail_otp_migration_parts(self.handle))

    @property
    def missing(self) -> int:
        """How many of them weren't read yet."""
        return int(lib.secmail_otp_migration_missing(self.handle))

    @property
    def skipped(self) -> int:
        """How many entries can't be expressed here, and were left out."""
        return int(lib.secmail_otp_migration_skipped(self.handle))

    def keys(self) -> list[Key]:
        """The keys that were read or added, as keys of their own."""
        count: int = lib.secmail_otp_migration_key_count(self.handle)
        return [self._key(lib.secmail_otp_migration_key(self.handle, i)) for i in range(count)]

    def _key(self, handle: int) -> Key:
        secret = lib.secmail_otp_key_secret(handle)
        return Key(
            self._context,
            ctypes.string_at(lib.secmail_secret_data(secret), lib.secmail_secret_size(secret)),
            account=decode(lib.secmail_otp_key_account(handle)),
            issuer=decode(lib.secmail_otp_key_issuer(handle)),
            type=KeyType(lib.secmail_otp_key_type(handle)),
            algorithm=Algorithm(lib.secmail_otp_key_algorithm(handle)),
            digits=lib.secmail_otp_key_digits(handle),
            counter=lib.secmail_otp_key_counter(handle),
        )

    def uris(self) -> list[str]:
        """The texts of the QR codes of the export. They hold the secrets."""
        count: int = lib.secmail_otp_migration_uri_count(self.handle)
        function = lib.secmail_otp_migration_uri
        return [
            make_bytes(self._context, function, self.handle, i, OUT).decode() for i in range(count)
        ]


class Result(Operation):
    """What an operation made: the state to store and, once it is stored, the outcome."""

    _prefix = "secmail_otp_result"

    def __init__(self, context: Context, handle: ctypes.c_void_p) -> None:
        context.own(handle, lib.secmail_otp_result_free)
        self._context, self._handle = context, handle

    @property
    def state(self) -> bytes | None:
        """What is to replace the state that the account was opened with; None: nothing."""
        data = lib.secmail_otp_result_state(self.handle)
        if not data:
            return None
        return ctypes.string_at(lib.secmail_bytes_data(data), lib.secmail_bytes_size(data))

    def stored(self) -> None:
        """Says that the old state was replaced by the new one."""
        self._call("stored")

    @property
    def outcome(self) -> Outcome:
        raw = _ffi.secmail_otp_outcome(size=ctypes.sizeof(_ffi.secmail_otp_outcome))
        self._call("outcome", ctypes.byref(raw))
        return Outcome(
            Verdict(raw.verdict),
            raw.failures,
            raw.failures_left,
            raw.recovery_left,
            raw.until,
            raw.drift,
            raw.app_password,
        )

    def secrets(self) -> list[str]:
        """New recovery codes, or the new app password: to be shown once."""
        found: list[str] = []
        text = ctypes.c_char_p()
        while True:
            self._call("secret", len(found), ctypes.byref(text))
            if text.value is None:
                return found
            found.append(text.value.decode())


class Account(Operation):
    """A snapshot of one account's state. No operation changes it; each makes a Result."""

    _prefix = "secmail_otp_account"

    def __init__(self, verifier: Verifier, name: str, state: bytes | None = None) -> None:
        context = verifier._context
        raw, size = _bytes(state) if state else (None, 0)
        handle = make(
            context,
            lib.secmail_otp_account_free,
            lib.secmail_otp_account_open,
            verifier.handle,
            OUT,
            encode(name),
            raw,
            size,
        )
        context.own(handle, lib.secmail_otp_account_free)
        self._context, self._handle, self._verifier = context, handle, verifier

    @property
    def handle(self) -> ctypes.c_void_p:
        """The C object, for the other modules of this package."""
        self._verifier.handle  # raises if the verifier is closed: its keys and rules are used
        return super().handle

    def _run(self, name: str, *arguments: Any) -> Result:
        function = getattr(lib, f"secmail_otp_{name}")
        free = lib.secmail_otp_result_free
        return Result(
            self._context, make(self._context, free, function, self.handle, *arguments, OUT)
        )

    def enrol(self, key: Key) -> Result:
        """Begins an enrolment."""
        return self._run("enrol", key.handle)

    def confirm(self, code: str) -> Result:
        """Completes an enrolment with a code of its key."""
        return self._run("confirm", encode(code))

    def verify(self, code: str) -> Result:
        """Verifies a code at sign-in."""
        return self._run("verify", encode(code))

    def resync(self, first_code: str, second_code: str) -> Result:
        """Brings a key that is out of step back with two codes in a row."""
        return self._run("resync", encode(first_code), encode(second_code))

    def reset(self) -> Result:
        """Lifts delays and locks."""
        return self._run("reset")

    def disable(self) -> Result:
        """Turns the second factor off."""
        return self._run("disable")

    def rename(self, name: str) -> Result:
        """Seals the state for another name."""
        return self._run("rename", encode(name))

    def reseal(self) -> Result:
        """Seals the state under the active key."""
        return self._run("reseal")

    def recovery_generate(self) -> Result:
        """Makes recovery codes, and voids those before."""
        return self._run("recovery_generate")

    def recovery_verify(self, code: str) -> Result:
        """Uses a recovery code."""
        return self._run("recovery_verify", encode(code))

    def app_password_add(self, label: str, scope: str, expires_at: int = 0) -> Result:
        """Makes a password for one program."""
        return self._run("app_password_add", encode(label), encode(scope), expires_at)

    def app_password_verify(self, scope: str, password: str) -> Result:
        """Verifies an app password for one use."""
        return self._run("app_password_verify", encode(scope), encode(password))

    def app_password_revoke(self, id: int) -> Result:
        """Takes an app password away."""
        return self._run("app_password_revoke", id)

    def key(self, which: Which = Which.ENROLLED) -> Key:
        """A copy of one of the account's keys, with its secret."""
        free, function = lib.secmail_otp_key_free, lib.secmail_otp_account_key
        return Key._adopt(
            self._context, make(self._context, free, function, self.handle, which, OUT)
        )

    @property
    def info(self) -> Info:
        raw = _ffi.secmail_otp_info(size=ctypes.sizeof(_ffi.secmail_otp_info))
        self._call("info", ctypes.byref(raw))
        values = {name: getattr(raw, name) for name in Info.__dataclass_fields__}
        for name in ("enrolled", "enrolling", "locked", "recovery_locked", "needs_reseal"):
            values[name] = bool(values[name])
        values["type"] = KeyType(raw.type) if raw.type else None
        return Info(**values)

    @property
    def app_passwords(self) -> list[AppPassword]:
        return [self._app_password(i) for i in range(self.info.app_passwords)]

    def _app_password(self, index: int) -> AppPassword:
        raw = _ffi.secmail_otp_app_password(size=ctypes.sizeof(_ffi.secmail_otp_app_password))
        self._call("app_password", index, ctypes.byref(raw))
        return AppPassword(
            raw.id,
            decode(raw.label),
            decode(raw.scope),
            raw.created_at,
            raw.expires_at,
            raw.used_at,
        )


class Verifier(Operation):
    """The host's sealing keys and policy."""

    _prefix = "secmail_otp_verifier"

    def __init__(
        self,
        context: Context,
        keys: Mapping[int, bytes],
        *,
        active: int | None = None,
        policy: Mapping[str, int] | None = None,
    ) -> None:
        """`keys` are sealing keys of 32 bytes by their numbers; without `active` the first seals."""
        super().__init__(context)

        def steps() -> None:
            for number, key in keys.items():
                self._call("add_key", number, *_bytes(key))
            if active is not None:
                self._call("set_active_key", active)
            if policy:
                self._set_policy(policy)

        self._setup(steps)

    def _set_policy(self, policy: Mapping[str, int]) -> None:
        numbers = dict(_rules())
        table = ctypes.c_void_p()
        check(lib.secmail_otp_policy_new(ctypes.byref(table)))
        try:
            for name, value in policy.items():
                if name not in numbers:
                    raise ValueError(f"unknown rule {name!r}; known: {', '.join(numbers)}")
                if not 0 <= value < 1 << 32:
                    raise ValueError(f"rule {name!r} can't be {value}")
                check(lib.secmail_otp_policy_set(table, numbers[name], value))
            self._call("set_policy", table)
        finally:
            lib.secmail_otp_policy_free(table)

    def open(self, name: str, state: bytes | None = None) -> Account:
        """Opens a stored state; None for an account that has none yet."""
        return Account(self, name, state)

    def run(
        self,
        name: str,
        load: Callable[[], bytes | None],
        replace: Callable[[bytes | None, bytes], bool],
        operation: Callable[[Account], Result],
        *,
        tries: int = 100,
    ) -> Result:
        """Runs an operation against the store until its state is stored.

        `load` gives the stored state, or None; `replace(old, new)` stores a new one if the old one
        is still there, in one step, and tells whether it was.
        """
        for _ in range(tries):
            old = load()
            with self.open(name, old) as account:
                result = operation(account)
            new = result.state
            if new is None:
                return result
            if replace(old, new):
                result.stored()
                return result
            result.close()
        raise RuntimeError(f"the state of {name} changed {tries} times while it was looked at")
