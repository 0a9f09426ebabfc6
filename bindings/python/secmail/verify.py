# SPDX-License-Identifier: LGPL-2.1-or-later
"""The public side of OpenPGP; <secmail/verify.h> is the specification.

A verdict is a result, not an exception: verifying succeeds however bad the signatures are.

>>> from secmail import Context, openpgp
>>> context = Context(clock=lambda: 1767225600)
>>> key = openpgp.generate(context, "Alice <alice@example.org>")
>>> signature = openpgp.sign(context, b"Hello", [key])
>>> verdicts = verify_detached(context, b"Hello", signature, [key.cert])
>>> bool(verdicts), verdicts[0].status.name
(True, 'GOOD')
>>> bool(verify_detached(context, b"Hello!", signature, [key.cert]))
False
"""

from __future__ import annotations

import ctypes
import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, overload

from . import _ffi
from ._library import lib
from ._operation import OUT, Buffer, Operation, Shared, Stream, borrow, make, make_bytes, text
from .core import Context
from .errors import BY_CODE, Error

__all__ = [
    "ArmorKind",
    "Armorer",
    "Cert",
    "Certification",
    "Clean",
    "Dearmorer",
    "Finding",
    "InlineDetacher",
    "InlineVerifier",
    "KeyFlags",
    "KeyInfo",
    "Literal",
    "Part",
    "Policy",
    "Preferences",
    "Reason",
    "Revocation",
    "Ring",
    "Rule",
    "Severity",
    "Status",
    "UserIdInfo",
    "Verdict",
    "Verdicts",
    "Verified",
    "Verifier",
    "armor",
    "dearmor",
    "inline_detach",
    "inline_verify",
    "verify_detached",
]


# -- ASCII armor -------------------------------------------------------------------------------


class ArmorKind(enum.IntEnum):
    """What an armored block says that it holds."""

    AUTO = _ffi.SECMAIL_ARMOR_AUTO
    MESSAGE = _ffi.SECMAIL_ARMOR_MESSAGE
    PUBLIC_KEY = _ffi.SECMAIL_ARMOR_PUBLIC_KEY
    PRIVATE_KEY = _ffi.SECMAIL_ARMOR_PRIVATE_KEY
    SIGNATURE = _ffi.SECMAIL_ARMOR_SIGNATURE


class Armorer(Stream):
    """Puts binary OpenPGP data into armor, piece by piece; armored data passes unchanged."""

    _prefix = "secmail_armor"

    def __init__(self, context: Context, kind: ArmorKind = ArmorKind.AUTO) -> None:
        self._open(context, lib.secmail_armor_new, kind)


class Dearmorer(Stream):
    """Takes armor away, piece by piece; binary data passes unchanged."""

    _prefix = "secmail_armor"

    def __init__(self, context: Context) -> None:
        self._open(context, lib.secmail_dearmor_new)


def armor(context: Context, data: Buffer, kind: ArmorKind = ArmorKind.AUTO) -> bytes:
    """Puts binary OpenPGP data into armor.

    >>> from secmail import openpgp
    >>> context = Context()
    >>> cert = openpgp.generate(context, "Alice <alice@example.org>").cert
    >>> armor(context, cert.export(context, armored=False)).decode().split("\\n")[0]
    '-----BEGIN PGP PUBLIC KEY BLOCK-----'
    """
    with Armorer(context, kind) as stream:
        return stream.convert(data)


def dearmor(context: Context, data: Buffer) -> bytes:
    """Takes armor away; text around the block is skipped.

    >>> from secmail import openpgp
    >>> context = Context()
    >>> cert = openpgp.generate(context, "Alice <alice@example.org>").cert
    >>> dearmor(context, cert.export(context)) == cert.export(context, armored=False)
    True
    """
    with Dearmorer(context) as stream:
        return stream.convert(data)


# -- Policies ----------------------------------------------------------------------------------


class Policy(Shared):
    """Which algorithms are acceptable from when to when, and the time at which things are judged.

    >>> policy = Policy.standard(Context(clock=lambda: 1767225600))
    >>> policy.time
    1767225600
    """

    _ref = "secmail_policy_ref"
    _unref = "secmail_policy_unref"

    @classmethod
    def standard(cls, context: Context) -> Policy:
        """The policy that is used where none is given, at the context's current time."""
        unref, call = lib.secmail_policy_unref, lib.secmail_policy_standard
        return cls.adopt(make(context, unref, call, context.handle, OUT))

    @classmethod
    def parse(cls, context: Context, text: str) -> Policy:
        """A policy from text, one rule a line, as described in secmail/verify.h.

        >>> context = Context()
        >>> policy = Policy.parse(context, "include standard\\nformat LibrePGP never")
        >>> policy.print(context).splitlines()[-1]
        'format LibrePGP never'
        """
        unref, call = lib.secmail_policy_unref, lib.secmail_policy_parse
        data = text.encode()
        return cls.adopt(make(context, unref, call, context.handle, OUT, data, len(data)))

    def at(self, context: Context, time: int) -> Policy:
        """The same rules with another reference time, e.g. the date on which an old mail arrived.

        >>> context = Context()
        >>> Policy.standard(context).at(context, 1000000000).time
        1000000000
        """
        unref, call = lib.secmail_policy_unref, lib.secmail_policy_at
        return Policy.adopt(make(context, unref, call, context.handle, self.handle, time, OUT))

    def with_notation(self, context: Context, name: str) -> Policy:
        """The same policy; signatures with this critical notation are understood.

        >>> context = Context()
        >>> policy = Policy.standard(context).with_notation(context, "name@example.org")
        >>> policy.print(context).splitlines()[-1]
        'notation name@example.org'
        """
        call, unref = lib.secmail_policy_with_notation, lib.secmail_policy_unref
        arguments = context.handle, self.handle, name.encode(), OUT
        return Policy.adopt(make(context, unref, call, *arguments))

    @property
    def time(self) -> int:
        """The reference time, seconds since 1970 UTC."""
        time: int = lib.secmail_policy_time(self.handle)
        return time

    def print(self, context: Context) -> str:
        """The policy as text, one rule a line, in the form that parse() reads."""
        call = lib.secmail_policy_print
        return make_bytes(context, call, context.handle, self.handle, OUT).decode()


def policy_handle(policy: Policy | None) -> ctypes.c_void_p | None:
    """NULL stands for the standard policy."""
    return None if policy is None else policy.handle


# -- Certificates ------------------------------------------------------------------------------


class KeyFlags(enum.IntFlag):
    """What a key may be used for."""

    CERTIFY = _ffi.SECMAIL_KEY_CERTIFY
    SIGN = _ffi.SECMAIL_KEY_SIGN
    ENCRYPT_COMMUNICATIONS = _ffi.SECMAIL_KEY_ENCRYPT_COMMUNICATIONS
    ENCRYPT_STORAGE = _ffi.SECMAIL_KEY_ENCRYPT_STORAGE


@dataclass(frozen=True)
class KeyInfo:
    """What is known of a key at a policy's reference time."""

    fingerprint: str
    version: int
    algorithm: int  # number of RFC 9580 section 9.1
    flags: KeyFlags
    problem: type[Error] | None  # None: it may be used
    created: int
    expires: int | None  # None: never
    reason: Rule  #: the rule that decided
    revocation: Revocation | None

    @property
    def valid(self) -> bool:
        """May it be used?"""
        return self.problem is None


@dataclass(frozen=True)
class Revocation:
    """What a revocation says: when, for which reason (RFC 9580 section 5.2.3.31), in what words."""

    time: int
    reason: int
    text: str

    @classmethod
    def of(cls, info: Any) -> Revocation | None:
        """Out of the struct of a key or user ID."""
        if info.revoked < 0:
            return None
        words = ctypes.string_at(info.revocation_text, info.revocation_text_size)
        return cls(info.revoked, info.revocation_reason, words.decode(errors="backslashreplace"))


@dataclass(frozen=True)
class UserIdInfo:
    """A user ID of a certificate at a policy's reference time."""

    raw: bytes
    problem: type[Error] | None  #: None if the owner stands by it
    reason: Rule
    primary: bool
    created: int | None
    expires: int | None
    revocation: Revocation | None

    @property
    def valid(self) -> bool:
        """Does the owner stand by it?"""
        return self.problem is None

    @property
    def text(self) -> str:
        """As text; what isn't UTF-8 is shown as \\x and two digits."""
        return self.raw.decode(errors="backslashreplace")


@dataclass(frozen=True)
class Certification:
    """What an issuer says of a user ID."""

    problem: type[Error] | None  #: None if the issuer vouches for it
    reason: Rule
    level: int
    depth: int
    amount: int
    local: bool
    created: int | None
    expires: int | None

    def __bool__(self) -> bool:
        return self.problem is None


@dataclass(frozen=True)
class Preferences:
    """What the owner prefers, the most preferred first: numbers of RFC 9580 section 9."""

    ciphers: bytes
    hashes: bytes
    compression: bytes
    aead: bytes
    features: int
    key_server: int


class Clean(enum.IntFlag):
    """What Cert.clean() takes out."""

    FOREIGN = _ffi.SECMAIL_CLEAN_FOREIGN
    SUPERSEDED = _ffi.SECMAIL_CLEAN_SUPERSEDED
    INVALID = _ffi.SECMAIL_CLEAN_INVALID
    LOCAL = _ffi.SECMAIL_CLEAN_LOCAL
    MINIMAL = _ffi.SECMAIL_CLEAN_MINIMAL


class Severity(enum.IntEnum):
    """How much a finding matters."""

    NOTE = _ffi.SECMAIL_SEVERITY_NOTE
    WARNING = _ffi.SECMAIL_SEVERITY_WARNING
    ERROR = _ffi.SECMAIL_SEVERITY_ERROR


class Part(enum.IntEnum):
    """What a finding is about."""

    CERT = _ffi.SECMAIL_PART_CERT
    KEY = _ffi.SECMAIL_PART_KEY
    USER_ID = _ffi.SECMAIL_PART_USER_ID


@dataclass(frozen=True)
class Finding:
    """One finding on a certificate; as text, one line that says what to do."""

    severity: Severity
    reason: Rule
    part: Part
    index: int
    signature: int | None
    time: int | None
    text: str

    def __str__(self) -> str:
        return self.text


def _date(time: int) -> int | None:
    return None if time < 0 else time


def _problem(code: int) -> type[Error] | None:
    return BY_CODE.get(code, Error) if code else None


class Cert(Shared):
    """A certificate: a primary key, user IDs, subkeys, and the signatures that bind them.

    >>> from secmail import openpgp
    >>> context = Context()
    >>> key = openpgp.generate(context, "Alice <alice@example.org>")
    >>> cert = Cert(context, key.cert.export(context))
    >>> cert.user_ids
    ['Alice <alice@example.org>']
    >>> cert == key.cert, cert.version, len(cert.fingerprint)
    (True, 6, 64)
    """

    _ref = "secmail_cert_ref"
    _unref = "secmail_cert_unref"

    def __init__(self, context: Context, data: Buffer) -> None:
        """Reads exactly one certificate, armored or binary."""
        self._parse(lib.secmail_cert_parse, context, data)

    @property
    def version(self) -> int:
        """Version of the primary key: 4 or 6."""
        version: int = lib.secmail_cert_version(self.handle)
        return version

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the primary key, upper-case hexadecimal."""
        return text(lib.secmail_cert_fingerprint(self.handle))

    @property
    def raw_user_ids(self) -> list[bytes]:
        """The user IDs, valid or not, as they stand in the certificate: they may hold anything."""
        size = ctypes.c_size_t()
        found = []
        for i in range(lib.secmail_cert_user_id_count(self.handle)):
            data = lib.secmail_cert_user_id(self.handle, i, ctypes.byref(size))
            found.append(ctypes.string_at(data, size.value))
        return found

    @property
    def user_ids(self) -> list[str]:
        """The user IDs, valid or not, as text; what isn't UTF-8 is shown as \\x and two digits."""
        return [raw.decode(errors="backslashreplace") for raw in self.raw_user_ids]

    def keys(self, context: Context, policy: Policy | None = None) -> list[KeyInfo]:
        """The primary key and its subkeys, judged by a policy.

        >>> from secmail import openpgp
        >>> context = Context()
        >>> cert = openpgp.generate(context).cert
        >>> [key.flags.name for key in cert.keys(context)][:2]
        ['CERTIFY', 'SIGN']
        >>> policy = Policy.standard(context).at(context, context.now() + 10 * 365 * 86400)
        >>> cert.keys(context, policy)[0].problem
        <class 'secmail.errors.KeyExpired'>
        """
        count = lib.secmail_cert_key_count(self.handle)
        return [self._key(context, i, policy) for i in range(count)]

    def _key(self, context: Context, index: int, policy: Policy | None) -> KeyInfo:
        info = _ffi.secmail_key_info(size=ctypes.sizeof(_ffi.secmail_key_info))
        context.check(
            lib.secmail_cert_key_info(
                context.handle, self.handle, index, policy_handle(policy), ctypes.byref(info)
            )
        )
        return KeyInfo(
            fingerprint=text(lib.secmail_cert_key_fingerprint(self.handle, index)),
            version=info.version,
            algorithm=info.algorithm,
            flags=KeyFlags(info.flags),
            problem=_problem(info.validity),
            created=info.created,
            expires=_date(info.expires),
            reason=Rule(info.reason),
            revocation=Revocation.of(info),
        )

    def user_id_infos(self, context: Context, policy: Policy | None = None) -> list[UserIdInfo]:
        """The user IDs, judged by a policy.

        >>> from secmail import openpgp
        >>> context = Context()
        >>> cert = openpgp.generate(context, "Alice", "Bob").cert
        >>> [(info.text, info.valid) for info in cert.user_id_infos(context)]
        [('Alice', True), ('Bob', True)]
        """
        found = []
        for index, raw in enumerate(self.raw_user_ids):
            info = self._info(context, "user_id_info", index, policy_handle(policy))
            found.append(
                UserIdInfo(
                    raw=raw,
                    problem=_problem(info.validity),
                    reason=Rule(info.reason),
                    primary=bool(info.primary),
                    created=_date(info.created),
                    expires=_date(info.expires),
                    revocation=Revocation.of(info),
                )
            )
        return found

    def _info(self, context: Context, name: str, *arguments: Any) -> Any:
        """Calls a function whose last argument is a struct with its size in front."""
        kind = {
            "user_id_info": _ffi.secmail_user_id_info,
            "certification": _ffi.secmail_certification_info,
            "preferences": _ffi.secmail_preferences,
        }[name]
        info = kind(size=ctypes.sizeof(kind))
        call = getattr(lib, f"secmail_cert_{name}")
        context.check(call(context.handle, self.handle, *arguments, ctypes.byref(info)))
        return info

    def certification(
        self, context: Context, index: int, issuer: Cert, policy: Policy | None = None
    ) -> Certification:
        """Does an issuer vouch for a user ID?

        >>> from secmail import openpgp
        >>> context = Context()
        >>> alice, bob = (openpgp.generate(context, name) for name in ("Alice", "Bob"))
        >>> certified = openpgp.Certifier(context, alice).certify(bob.cert, "Bob")
        >>> bool(certified.certification(context, 0, alice.cert))
        True
        >>> bool(bob.cert.certification(context, 0, alice.cert))
        False
        """
        info = self._info(context, "certification", index, issuer.handle, policy_handle(policy))
        return Certification(
            problem=_problem(info.validity),
            reason=Rule(info.reason),
            level=info.level,
            depth=info.depth,
            amount=info.amount,
            local=bool(info.local),
            created=_date(info.created),
            expires=_date(info.expires),
        )

    def preferences(self, context: Context, policy: Policy | None = None) -> Preferences:
        """What the owner prefers, and what the owner's software can read."""
        info = self._info(context, "preferences", policy_handle(policy))
        return Preferences(
            ciphers=ctypes.string_at(info.ciphers, info.cipher_count),
            hashes=ctypes.string_at(info.hashes, info.hash_count),
            compression=ctypes.string_at(info.compression, info.compression_count),
            aead=ctypes.string_at(info.aead, info.aead_count),
            features=info.features,
            key_server=info.key_server,
        )

    def check_revoker(self, context: Context, revoker: Cert) -> None:
        """Lets revocations count that a designated revoker made."""
        context.check(lib.secmail_cert_check_revoker(context.handle, self.handle, revoker.handle))

    def clean(
        self, context: Context, what: Clean = Clean.MINIMAL, policy: Policy | None = None
    ) -> Cert:
        """A smaller copy, judged like this one at the policy's reference time.

        Without Clean.SUPERSEDED it still verifies what was signed before the last change.

        >>> from secmail import openpgp
        >>> context = Context()
        >>> cert = openpgp.generate(context, "Alice").cert
        >>> cert.clean(context).export(context) == cert.export(context)
        True
        """
        call, unref = lib.secmail_cert_clean, lib.secmail_cert_unref
        arguments = context.handle, self.handle, policy_handle(policy), what, OUT
        return Cert.adopt(make(context, unref, call, *arguments))

    def explain(self, context: Context, policy: Policy | None = None) -> list[Finding]:
        """How each part is judged, and why."""
        return self._findings(context, lib.secmail_cert_explain, policy)

    def lint(self, context: Context, policy: Policy | None = None) -> list[Finding]:
        """What the owner should mend.

        >>> from secmail import openpgp
        >>> context = Context()
        >>> for finding in openpgp.generate(context).cert.lint(context):
        ...     print(finding.severity.name, finding.reason.name)
        WARNING NO_USER_ID
        """
        return self._findings(context, lib.secmail_cert_lint, policy)

    def _findings(
        self, context: Context, call: Callable[..., int], policy: Policy | None
    ) -> list[Finding]:
        free = lib.secmail_findings_free
        arguments = context.handle, self.handle, policy_handle(policy), OUT
        handle = make(context, free, call, *arguments)
        try:
            return [self._finding(handle, i) for i in range(lib.secmail_findings_count(handle))]
        finally:
            free(handle)

    @staticmethod
    def _finding(handle: Any, index: int) -> Finding:
        one = _ffi.secmail_finding(size=ctypes.sizeof(_ffi.secmail_finding))
        lib.secmail_findings_get(handle, index, ctypes.byref(one))
        return Finding(
            severity=Severity(one.severity),
            reason=Rule(one.reason),
            part=Part(one.part),
            index=one.index,
            signature=None if one.signature == 0xFFFFFFFF else one.signature,
            time=_date(one.time),
            text=text(one.text),
        )

    def merge(self, context: Context, other: Cert) -> Cert:
        """What this copy of the certificate and another one have together.

        >>> from secmail import openpgp
        >>> context = Context()
        >>> cert = openpgp.generate(context, "Alice").cert
        >>> cert.merge(context, cert).export(context) == cert.export(context)
        True
        """
        call, unref = lib.secmail_cert_merge, lib.secmail_cert_unref
        handle = make(context, unref, call, context.handle, self.handle, other.handle, OUT)
        return Cert.adopt(handle)

    def export(self, context: Context, *, armored: bool = True) -> bytes:
        """The certificate with everything that was read; for others, clean(Clean.LOCAL) first."""
        call = lib.secmail_cert_export
        return make_bytes(context, call, context.handle, self.handle, int(armored), OUT)

    def __eq__(self, other: object) -> bool:
        """The same primary key? User IDs and subkeys may differ."""
        return isinstance(other, Cert) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        return f"<Cert {self.fingerprint}>"


class Ring(Shared, Sequence[Cert]):
    """An ordered list of certificates, read from one file.

    >>> from secmail import openpgp
    >>> context = Context()
    >>> certs = [openpgp.generate(context).cert for _ in range(2)]
    >>> ring = Ring(context, b"".join(cert.export(context) for cert in certs))
    >>> list(ring) == certs, ring.skipped
    (True, 0)
    """

    _ref = "secmail_ring_ref"
    _unref = "secmail_ring_unref"

    def __init__(self, context: Context, data: Buffer) -> None:
        """Reads any number of certificates, binary or in armored blocks one after the other."""
        self._parse(lib.secmail_ring_parse, context, data)

    @property
    def skipped(self) -> int:
        """How many certificates could not be read."""
        count: int = lib.secmail_ring_skipped(self.handle)
        return count

    def find(self, handle: str) -> Iterator[Cert]:
        """Certificates that have a key with this fingerprint or, only as a hint, key ID.

        >>> from secmail import openpgp
        >>> context = Context()
        >>> cert = openpgp.generate(context).cert
        >>> list(Ring(context, cert.export(context)).find(cert.fingerprint)) == [cert]
        True
        """
        cursor = ctypes.c_size_t(0)
        while found := lib.secmail_ring_find(self.handle, handle.encode(), ctypes.byref(cursor)):
            yield Cert.borrowed(found)

    def __len__(self) -> int:
        count: int = lib.secmail_ring_count(self.handle)
        return count

    @overload
    def __getitem__(self, index: int) -> Cert: ...

    @overload
    def __getitem__(self, index: slice) -> list[Cert]: ...

    def __getitem__(self, index: int | slice) -> Cert | list[Cert]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        at = range(len(self))[index]  # raises IndexError, and counts from the end
        return Cert.borrowed(lib.secmail_ring_cert(self.handle, at))


# -- Verdicts ----------------------------------------------------------------------------------


class Status(enum.IntEnum):
    """How a signature was judged."""

    GOOD = _ffi.SECMAIL_VERDICT_GOOD
    BAD = _ffi.SECMAIL_VERDICT_BAD
    UNKNOWN_KEY = _ffi.SECMAIL_VERDICT_UNKNOWN_KEY
    REJECTED = _ffi.SECMAIL_VERDICT_REJECTED


class Rule(enum.IntEnum):
    """The rules that a verdict may cite."""

    VALID = _ffi.SECMAIL_REASON_VALID
    MISMATCH = _ffi.SECMAIL_REASON_MISMATCH
    NO_KEY = _ffi.SECMAIL_REASON_NO_KEY
    HASH = _ffi.SECMAIL_REASON_HASH
    ALGORITHM = _ffi.SECMAIL_REASON_ALGORITHM
    VERSION = _ffi.SECMAIL_REASON_VERSION
    TYPE = _ffi.SECMAIL_REASON_TYPE
    MALFORMED = _ffi.SECMAIL_REASON_MALFORMED
    CRITICAL_SUBPACKET = _ffi.SECMAIL_REASON_CRITICAL_SUBPACKET
    SIGNATURE_EXPIRED = _ffi.SECMAIL_REASON_SIGNATURE_EXPIRED
    SIGNATURE_IN_FUTURE = _ffi.SECMAIL_REASON_SIGNATURE_IN_FUTURE
    KEY_EXPIRED = _ffi.SECMAIL_REASON_KEY_EXPIRED
    KEY_REVOKED = _ffi.SECMAIL_REASON_KEY_REVOKED
    KEY_NOT_YET_VALID = _ffi.SECMAIL_REASON_KEY_NOT_YET_VALID
    KEY_INVALID = _ffi.SECMAIL_REASON_KEY_INVALID
    KEY_FLAGS = _ffi.SECMAIL_REASON_KEY_FLAGS
    RECIPIENT = _ffi.SECMAIL_REASON_RECIPIENT
    OUTSIDE_WINDOW = _ffi.SECMAIL_REASON_OUTSIDE_WINDOW
    USER_ID_INVALID = _ffi.SECMAIL_REASON_USER_ID_INVALID
    USER_ID_REVOKED = _ffi.SECMAIL_REASON_USER_ID_REVOKED
    NOT_CERTIFIED = _ffi.SECMAIL_REASON_NOT_CERTIFIED
    CERTIFICATION_REVOKED = _ffi.SECMAIL_REASON_CERTIFICATION_REVOKED
    NO_BACK_SIGNATURE = _ffi.SECMAIL_REASON_NO_BACK_SIGNATURE
    NO_USER_ID = _ffi.SECMAIL_REASON_NO_USER_ID
    NO_ENCRYPTION_KEY = _ffi.SECMAIL_REASON_NO_ENCRYPTION_KEY
    EXPIRES_SOON = _ffi.SECMAIL_REASON_EXPIRES_SOON
    REVOKER_UNKNOWN = _ffi.SECMAIL_REASON_REVOKER_UNKNOWN
    NOT_TEXT = _ffi.SECMAIL_REASON_NOT_TEXT
    FOREIGN_SIGNATURES = _ffi.SECMAIL_REASON_FOREIGN_SIGNATURES


@dataclass(frozen=True)
class Reason:
    """A rule that was applied, and one line about it for people."""

    rule: Rule
    text: str


@dataclass(frozen=True)
class Verdict:
    """The judgement on one signature. True in a condition only if it is good."""

    status: Status
    time: int | None  # when the signature says that it was made
    is_text: bool  # over text (line ends don't count), not over bytes
    key: str  # fingerprint of the key that made it or that it names; a key ID; or ""
    cert: Cert | None
    reasons: tuple[Reason, ...]  # the first is the one that decided

    @property
    def good(self) -> bool:
        """Is the signature correct, by a valid key, and acceptable to the policy?"""
        return self.status == Status.GOOD

    def __bool__(self) -> bool:
        return self.good

    def __str__(self) -> str:
        return f"{self.status.name}: {self.reasons[0].text}"

    @classmethod
    def of(cls, handle: int) -> Verdict:
        """Copies a `struct secmail_verdict`."""
        time = lib.secmail_verdict_time(handle)
        cert = lib.secmail_verdict_cert(handle)
        return cls(
            status=Status(lib.secmail_verdict_status(handle)),
            time=None if time < 0 else time,
            is_text=bool(lib.secmail_verdict_is_text(handle)),
            key=text(lib.secmail_verdict_key(handle)),
            cert=None if cert is None else Cert.borrowed(cert),
            reasons=tuple(
                Reason(
                    Rule(lib.secmail_verdict_reason(handle, i)),
                    text(lib.secmail_verdict_reason_text(handle, i)),
                )
                for i in range(lib.secmail_verdict_reason_count(handle))
            ),
        )


class Verdicts(Sequence[Verdict]):
    """One verdict for each signature. True in a condition only if at least one is good."""

    def __init__(self, verdicts: Iterable[Verdict] = ()) -> None:
        self._verdicts = tuple(verdicts)

    @classmethod
    def read(
        cls, count: Callable[..., int], at: Callable[..., int], handle: ctypes.c_void_p
    ) -> Verdicts:
        """Copies the verdicts of an operation; `count` and `at` are its C functions."""
        return cls(Verdict.of(at(handle, i)) for i in range(count(handle)))

    @property
    def good(self) -> list[Verdict]:
        """The good ones."""
        return [verdict for verdict in self if verdict.good]

    def __bool__(self) -> bool:
        return bool(self.good)

    def __len__(self) -> int:
        return len(self._verdicts)

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self._verdicts)

    @overload
    def __getitem__(self, index: int) -> Verdict: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Verdict, ...]: ...

    def __getitem__(self, index: int | slice) -> Verdict | tuple[Verdict, ...]:
        return self._verdicts[index]

    def __repr__(self) -> str:
        return f"<Verdicts: {', '.join(v.status.name for v in self) or 'no signature'}>"


# -- Verifying detached signatures -------------------------------------------------------------


class Verifier(Operation):
    """A verification of detached signatures, piece by piece.

    >>> from secmail import openpgp
    >>> context = Context()
    >>> key = openpgp.generate(context)
    >>> signature = openpgp.sign(context, b"Hello", [key])
    >>> with Verifier(context, signature, [key.cert]) as verifier:
    ...     verifier.update(b"Hel")
    ...     verifier.update(b"lo")
    ...     verifier.finish()
    <Verdicts: GOOD>
    """

    _prefix = "secmail_verify"

    def __init__(
        self,
        context: Context,
        signatures: Buffer,
        certs: Iterable[Cert],
        *,
        policy: Policy | None = None,
    ) -> None:
        super().__init__(context)
        self._setup(lambda: self._prepare(signatures, certs, policy))

    def _prepare(self, signatures: Buffer, certs: Iterable[Cert], policy: Policy | None) -> None:
        if policy is not None:
            self._call("set_policy", policy.handle)
        for cert in certs:
            self._call("add_cert", cert.handle)
        self._call("add_signatures", *borrow(signatures))

    def update(self, data: Buffer) -> None:
        """Hashes the next piece of the signed data."""
        self._call("update", *borrow(data))

    def finish(self) -> Verdicts:
        """Judges: one verdict for each signature, in their order."""
        self._call("finish")
        count, at = lib.secmail_verify_verdict_count, lib.secmail_verify_verdict
        return Verdicts.read(count, at, self.handle)


def verify_detached(
    context: Context,
    data: Buffer,
    signatures: Buffer,
    certs: Iterable[Cert],
    *,
    policy: Policy | None = None,
) -> Verdicts:
    """Verifies detached signatures, armored or binary, over data in memory.

    >>> from secmail import openpgp
    >>> context = Context()
    >>> alice, bob = (openpgp.generate(context) for _ in range(2))
    >>> signature = openpgp.sign(context, b"Hello", [alice])
    >>> for verdict in verify_detached(context, b"Hello", signature, [bob.cert]):
    ...     print(verdict.status.name, verdict.reasons[0].rule.name)
    UNKNOWN_KEY NO_KEY
    """
    with Verifier(context, signatures, certs, policy=policy) as verifier:
        verifier.update(data)
        return verifier.finish()


# -- Signed messages ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Literal:
    """What a message says of its data. No signature covers it; never use the name as a path."""

    format: str  # "b" for binary, "t" or "u" for text; "" for cleartext
    name: bytes
    date: int | None

    @classmethod
    def read(cls, context: Context, call: Callable[..., int], handle: ctypes.c_void_p) -> Literal:
        """Copies what an operation tells; `call` is its C function."""
        info = _ffi.secmail_literal_info(size=ctypes.sizeof(_ffi.secmail_literal_info))
        context.check(call(handle, ctypes.byref(info)))
        return cls(
            format=chr(info.format) if info.format else "",
            name=ctypes.string_at(info.name, info.name_size),
            date=None if info.date < 0 else info.date,
        )


_FOREVER = (-(1 << 63), (1 << 63) - 1)


class InlineVerifier(Stream):
    """The verification of a signed message, piece by piece.

    Nothing comes out before a signature is good; where none is, NoGoodSignature is raised, and
    `verdicts` tells why.

    >>> from secmail import openpgp
    >>> context = Context()
    >>> key = openpgp.generate(context)
    >>> message = openpgp.inline_sign(context, b"Hello", [key])
    >>> with InlineVerifier(context, [key.cert]) as verifier:
    ...     verifier.update(message) + verifier.finish(), verifier.verdicts, verifier.literal.format
    (b'Hello', <Verdicts: GOOD>, 'b')
    """

    _prefix = "secmail_inline_verify"

    def __init__(
        self,
        context: Context,
        certs: Iterable[Cert],
        *,
        not_before: int | None = None,
        not_after: int | None = None,
        text_lf: bool = False,
        policy: Policy | None = None,
    ) -> None:
        super().__init__(context)

        def prepare() -> None:
            if policy is not None:
                self._call("set_policy", policy.handle)
            first, last = (
                bound if given is None else given
                for given, bound in zip((not_before, not_after), _FOREVER)
            )
            self._call("set_window", first, last)
            self._call("set_text_lf", int(text_lf))
            for cert in certs:
                self._call("add_cert", cert.handle)

        self._setup(prepare)

    def convert(self, data: Buffer) -> bytes:
        """Verifies what is in memory, in one call on a fresh operation."""
        call = lib.secmail_inline_verify_bytes
        return make_bytes(self._context, call, self.handle, *borrow(data), OUT)

    def copy(self, source: BinaryIO, sink: BinaryIO) -> None:
        """Verifies a whole file with a fresh operation. More data than is held in memory is read
        twice if the source is seekable.
        """
        self._call("allow_rewind", int(source.seekable()))
        super().copy(source, sink)

    @property
    def verdicts(self) -> Verdicts:
        """The signatures of the message, once they are judged; before that, none."""
        count = lib.secmail_inline_verify_verdict_count
        return Verdicts.read(count, lib.secmail_inline_verify_verdict, self.handle)

    @property
    def literal(self) -> Literal:
        """What the message says of its data, once its signatures are judged."""
        return Literal.read(self._context, lib.secmail_inline_verify_literal, self.handle)


@dataclass(frozen=True)
class Verified:
    """Data that at least one good signature covers."""

    data: bytes
    verdicts: Verdicts
    literal: Literal


def inline_verify(
    context: Context,
    message: Buffer,
    certs: Iterable[Cert],
    *,
    not_before: int | None = None,
    not_after: int | None = None,
    text_lf: bool = False,
    policy: Policy | None = None,
) -> Verified:
    """Verifies a signed message of any form in memory: what is returned is what was verified.

    With `text_lf`, text comes with line ends LF instead of CR LF.

    >>> from secmail import openpgp
    >>> context = Context()
    >>> key = openpgp.generate(context)
    >>> message = openpgp.inline_sign(context, b"Hello", [key], form=openpgp.InlineForm.CLEARTEXT)
    >>> inline_verify(context, message, [key.cert]).data
    b'Hello'
    >>> changed = message.replace(b"Hello", b"Bye")
    >>> inline_verify(context, changed, [key.cert])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    secmail.errors.NoGoodSignature: ...
    """
    with InlineVerifier(
        context,
        certs,
        not_before=not_before,
        not_after=not_after,
        text_lf=text_lf,
        policy=policy,
    ) as verifier:
        data = verifier.convert(message)
        return Verified(data, verifier.verdicts, verifier.literal)


class InlineDetacher(Stream):
    """Splits a signed message into data and signatures, piece by piece. Nothing is verified.

    >>> from secmail import openpgp
    >>> context = Context()
    >>> key = openpgp.generate(context)
    >>> message = openpgp.inline_sign(context, b"Hello", [key])
    >>> with InlineDetacher(context) as detacher:
    ...     data = detacher.update(message) + detacher.finish()
    ...     verify_detached(context, data, detacher.signatures(), [key.cert])
    <Verdicts: GOOD>
    """

    _prefix = "secmail_inline_detach"

    def __init__(self, context: Context) -> None:
        super().__init__(context)

    def signatures(self, *, armored: bool = False) -> bytes:
        """The signatures, once all of the message was read."""
        call = lib.secmail_inline_detach_signatures
        return make_bytes(self._context, call, self.handle, int(armored), OUT)


def inline_detach(
    context: Context, message: Buffer, *, armored: bool = False
) -> tuple[bytes, bytes]:
    """Data and signatures of a signed message. Nothing is verified.

    >>> from secmail import openpgp
    >>> context = Context()
    >>> key = openpgp.generate(context)
    >>> message = openpgp.inline_sign(context, b"Hello", [key], armor=True)
    >>> inline_detach(context, message, armored=True)[1].splitlines()[0]
    b'-----BEGIN PGP SIGNATURE-----'
    """
    with InlineDetacher(context) as detacher:
        data = detacher.convert(message)
        return data, detacher.signatures(armored=armored)
