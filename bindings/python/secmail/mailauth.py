# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who sent this mail? SPF, DKIM, DMARC, ARC; <secmail/mailauth.h> is the specification.

A message is evaluated with answers from the DNS, which the caller brings:

>>> from secmail import Context
>>> context = Context(clock=lambda: 1767225600)
>>> key = Key.generate(context, Algorithm.ED25519_SHA256)
>>> mail = b"From: Joe <joe@example.com>\\r\\n\\r\\nHello\\r\\n"
>>> signed = sign(context, mail, "example.com", [("example.com", "s1", key)]) + mail
>>> zone = {
...     ("s1._domainkey.example.com", RecordType.TXT): [txt(key.record(context))],
...     ("_dmarc.example.com", RecordType.TXT): [txt("v=DMARC1; p=reject")],
... }
>>> def resolve(question):
...     return Answer(zone.get((question.name, question.type), []))
>>> with Message(context) as message:
...     message.update(signed)
...     message.finish()
...     message.run(resolve)
...     print(message.dkim[0].verdict.name, message.dmarc.verdict.name, message.dmarc.policy.name)
PASS PASS REJECT

A verdict is a result, not an exception: it has its reason, and is true only if it is a pass.
"""

from __future__ import annotations

import ctypes
import enum
import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import _ffi
from ._library import lib
from ._operation import OUT, Buffer, Operation, Shared, borrow, make, make_bytes
from .core import Context, Secret

__all__ = [
    "Algorithm",
    "Answer",
    "AuthenticationResult",
    "AuthenticationResults",
    "Key",
    "Message",
    "Method",
    "Option",
    "Policy",
    "Question",
    "RecordType",
    "Report",
    "ReportRecord",
    "Result",
    "Security",
    "Status",
    "Suffixes",
    "Verdict",
    "find_trusted",
    "limit_numbers",
    "mx",
    "ptr",
    "read_results",
    "sign",
    "txt",
]


class Method(enum.IntFlag):
    """What can be checked."""

    SPF = _ffi.SECMAIL_MAILAUTH_SPF
    DKIM = _ffi.SECMAIL_MAILAUTH_DKIM
    DMARC = _ffi.SECMAIL_MAILAUTH_DMARC
    ARC = _ffi.SECMAIL_MAILAUTH_ARC
    ALL = _ffi.SECMAIL_MAILAUTH_ALL


class Verdict(enum.IntEnum):
    """The results of RFC 8601. True in a condition only if it is PASS.

    >>> bool(Verdict.PASS), bool(Verdict.NEUTRAL)
    (True, False)
    """

    NONE = _ffi.SECMAIL_MAILAUTH_NONE
    PASS = _ffi.SECMAIL_MAILAUTH_PASS
    FAIL = _ffi.SECMAIL_MAILAUTH_FAIL
    SOFTFAIL = _ffi.SECMAIL_MAILAUTH_SOFTFAIL
    NEUTRAL = _ffi.SECMAIL_MAILAUTH_NEUTRAL
    POLICY = _ffi.SECMAIL_MAILAUTH_POLICY
    TEMPERROR = _ffi.SECMAIL_MAILAUTH_TEMPERROR
    PERMERROR = _ffi.SECMAIL_MAILAUTH_PERMERROR

    def __bool__(self) -> bool:
        return self is Verdict.PASS


class Security(enum.IntEnum):
    """What is known about the origin of DNS data, from best to worst."""

    NO_DNS = _ffi.SECMAIL_MAILAUTH_NO_DNS
    SECURE = _ffi.SECMAIL_MAILAUTH_SECURE
    INSECURE = _ffi.SECMAIL_MAILAUTH_INSECURE
    INDETERMINATE = _ffi.SECMAIL_MAILAUTH_INDETERMINATE
    BOGUS = _ffi.SECMAIL_MAILAUTH_BOGUS


class Status(enum.IntEnum):
    """How an answer came out."""

    ANSWERED = _ffi.SECMAIL_MAILAUTH_ANSWERED
    NXDOMAIN = _ffi.SECMAIL_MAILAUTH_NXDOMAIN
    SERVFAIL = _ffi.SECMAIL_MAILAUTH_SERVFAIL
    TIMEOUT = _ffi.SECMAIL_MAILAUTH_TIMEOUT


class RecordType(enum.IntEnum):
    """DNS record types that are asked for."""

    A = _ffi.SECMAIL_MAILAUTH_A
    PTR = _ffi.SECMAIL_MAILAUTH_PTR
    MX = _ffi.SECMAIL_MAILAUTH_MX
    TXT = _ffi.SECMAIL_MAILAUTH_TXT
    AAAA = _ffi.SECMAIL_MAILAUTH_AAAA


class Policy(enum.IntEnum):
    """What a domain's owner wants to be done with mail that fails DMARC."""

    NONE = _ffi.SECMAIL_MAILAUTH_POLICY_NONE
    QUARANTINE = _ffi.SECMAIL_MAILAUTH_POLICY_QUARANTINE
    REJECT = _ffi.SECMAIL_MAILAUTH_POLICY_REJECT


class Option(enum.IntFlag):
    """What can be switched on for a message."""

    ALLOW_WEAK = _ffi.SECMAIL_MAILAUTH_ALLOW_WEAK
    TRUST_PARTIAL = _ffi.SECMAIL_MAILAUTH_TRUST_PARTIAL
    LF_LINES = _ffi.SECMAIL_MAILAUTH_LF_LINES
    TRACE = _ffi.SECMAIL_MAILAUTH_TRACE
    WILL_SEAL = _ffi.SECMAIL_MAILAUTH_WILL_SEAL
    ASK_REPORT_TARGETS = _ffi.SECMAIL_MAILAUTH_ASK_REPORT_TARGETS


class Algorithm(enum.IntEnum):
    """Signature algorithms."""

    RSA_SHA256 = _ffi.SECMAIL_DKIM_RSA_SHA256
    ED25519_SHA256 = _ffi.SECMAIL_DKIM_ED25519_SHA256


def limit_numbers() -> dict[str, int]:
    """All limits by name.

    >>> limit_numbers()["spf-lookups"]
    8
    """
    names = {}
    number = 1
    while (name := lib.secmail_mailauth_limit_name(number)) is not None:
        names[name.decode()] = number
        number += 1
    return names


# -- DNS ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """What an evaluation wants to know: ask for this name and type."""

    number: int
    name: str
    type: RecordType


@dataclass(frozen=True)
class Answer:
    """Records in DNS wire format, and how the answer came out."""

    records: Sequence[bytes] = ()
    status: Status = Status.ANSWERED
    security: Security = Security.INDETERMINATE


def txt(text: str) -> bytes:
    """The data of a TXT record.

    >>> txt("abc")
    b'\\x03abc'
    """
    raw = text.encode()
    pieces = [raw[i : i + 255] for i in range(0, len(raw), 255)] or [b""]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces)


def ptr(name: str) -> bytes:
    """The data of a PTR record.

    >>> ptr("a.example")
    b'\\x01a\\x07example\\x00'
    """
    labels = [label.encode() for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def mx(preference: int, name: str) -> bytes:
    """The data of an MX record."""
    return preference.to_bytes(2, "big") + ptr(name)


# -- Verdicts ----------------------------------------------------------------------------------


def _text(result: int, what: int) -> str | None:
    raw: bytes | None = lib.secmail_mailauth_result_text(result, what)
    return None if raw is None else raw.decode()


def _number(result: int, what: int) -> int | None:
    value = ctypes.c_int64()
    has = lib.secmail_mailauth_result_number(result, what, ctypes.byref(value))
    return value.value if has else None


_TEXTS = {
    "reason": _ffi.SECMAIL_MAILAUTH_REASON,
    "decider": _ffi.SECMAIL_MAILAUTH_DECIDER,
    "reference": _ffi.SECMAIL_MAILAUTH_REFERENCE,
    "domain": _ffi.SECMAIL_MAILAUTH_DOMAIN,
    "selector": _ffi.SECMAIL_MAILAUTH_SELECTOR,
    "identity": _ffi.SECMAIL_MAILAUTH_IDENTITY,
    "algorithm": _ffi.SECMAIL_MAILAUTH_ALGORITHM,
    "explanation": _ffi.SECMAIL_MAILAUTH_EXPLANATION,
    "author_domain": _ffi.SECMAIL_MAILAUTH_AUTHOR_DOMAIN,
    "org_domain": _ffi.SECMAIL_MAILAUTH_ORG_DOMAIN,
    "record": _ffi.SECMAIL_MAILAUTH_RECORD,
    "signature": _ffi.SECMAIL_MAILAUTH_SIGNATURE,
    "report_uris": _ffi.SECMAIL_MAILAUTH_REPORT_URIS,
    "report_targets": _ffi.SECMAIL_MAILAUTH_REPORT_TARGETS,
}

_NUMBERS = {
    "key_bits": _ffi.SECMAIL_MAILAUTH_KEY_BITS,
    "signed_at": _ffi.SECMAIL_MAILAUTH_SIGNED_AT,
    "expires_at": _ffi.SECMAIL_MAILAUTH_EXPIRES_AT,
    "unsigned_bytes": _ffi.SECMAIL_MAILAUTH_UNSIGNED_BYTES,
    "testing": _ffi.SECMAIL_MAILAUTH_TESTING,
    "instances": _ffi.SECMAIL_MAILAUTH_INSTANCES,
    "spf_aligned": _ffi.SECMAIL_MAILAUTH_SPF_ALIGNED,
    "dkim_aligned": _ffi.SECMAIL_MAILAUTH_DKIM_ALIGNED,
    "arc_override": _ffi.SECMAIL_MAILAUTH_ARC_OVERRIDE,
    "lookups": _ffi.SECMAIL_MAILAUTH_LOOKUPS,
    "voids": _ffi.SECMAIL_MAILAUTH_VOIDS,
    "prefix_bits": _ffi.SECMAIL_MAILAUTH_PREFIX_BITS,
    "include_depth": _ffi.SECMAIL_MAILAUTH_INCLUDE_DEPTH,
    "strict_spf": _ffi.SECMAIL_MAILAUTH_STRICT_SPF,
    "strict_dkim": _ffi.SECMAIL_MAILAUTH_STRICT_DKIM,
    "policy_published": _ffi.SECMAIL_MAILAUTH_POLICY_PUBLISHED,
}


@dataclass(frozen=True)
class Result:
    """One verdict with all that led to it. What this verdict doesn't have is None."""

    verdict: Verdict
    method: Method
    security: Security
    reason: str
    reference: str | None = None
    decider: str | None = None
    domain: str | None = None
    selector: str | None = None
    identity: str | None = None
    algorithm: str | None = None
    explanation: str | None = None
    author_domain: str | None = None
    org_domain: str | None = None
    record: str | None = None
    signature: str | None = None
    report_uris: str | None = None
    report_targets: str | None = None
    policy: Policy | None = None
    numbers: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.verdict)

    @classmethod
    def read(cls, result: int | None) -> Result | None:
        """Copies what C lends."""
        if not result:
            return None
        texts = {name: _text(result, what) for name, what in _TEXTS.items()}
        numbers = {name: _number(result, what) for name, what in _NUMBERS.items()}
        policy = _number(result, _ffi.SECMAIL_MAILAUTH_POLICY_APPLIED)
        reason = texts.pop("reason") or ""
        return cls(
            verdict=Verdict(lib.secmail_mailauth_result_verdict(result)),
            method=Method(lib.secmail_mailauth_result_method(result)),
            security=Security(lib.secmail_mailauth_result_security(result)),
            reason=reason,
            policy=None if policy is None else Policy(policy),
            numbers={name: value for name, value in numbers.items() if value is not None},
            **texts,
        )


# -- Messages ----------------------------------------------------------------------------------


class Suffixes:
    """A public suffix list, for judging DMARC as RFC 7489 did.

    `data` is the list's file, None the one that libpsl brings. Raises errors.NotBuilt where the
    library was built without libpsl.
    """

    _handle: ctypes.c_void_p | None = None

    def __init__(self, context: Context, data: Buffer | None = None) -> None:
        raw, size = (None, 0) if data is None else borrow(data)
        new, free = lib.secmail_suffixes_new, lib.secmail_suffixes_free
        self._handle = make(context, free, new, context.handle, OUT, raw, size)

    @property
    def handle(self) -> ctypes.c_void_p:
        """The C object, for the other modules of this package."""
        if self._handle is None:
            raise ValueError("the Suffixes was not made")
        return _ffi.secmail_suffixes(self._handle.value)

    def find(self, domain: str) -> str | None:
        """The organizational domain of a name, None if it has none."""
        raw: bytes | None = lib.secmail_suffixes_find(self.handle, domain.encode())
        return None if raw is None else raw.decode()

    def __del__(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            lib.secmail_suffixes_free(handle)


class Message(Operation):
    """The authentication of one message."""

    _prefix = "secmail_mailauth"

    def __init__(
        self,
        context: Context,
        *,
        ip: str | ipaddress.IPv4Address | ipaddress.IPv6Address | None = None,
        helo: str | None = None,
        mail_from: str | None = None,
        authserv_id: str | None = None,
        methods: Method = Method.ALL,
        options: Option = Option(0),
        limits: Mapping[str, int] | None = None,
        deadline: int | None = None,
        trusted_sealers: Iterable[str] = (),
        public_suffixes: Suffixes | None = None,
    ) -> None:
        super().__init__(context)
        self._suffixes = public_suffixes  # lives as long as the message

        def steps() -> None:
            self._set("set_client_ip", None if ip is None else str(ip))
            self._set("set_helo", helo)
            self._set("set_mail_from", mail_from)
            self._set("set_authserv_id", authserv_id)
            self._call("set_methods", methods)
            self._call("set_options", options)
            numbers = limit_numbers()
            for name, value in (limits or {}).items():
                self._call("set_limit", numbers[name], value)
            if deadline is not None:
                self._call("set_deadline", deadline)
            for domain in trusted_sealers:
                self._set("trust_sealer", domain)
            if public_suffixes is not None:
                if not isinstance(public_suffixes, Suffixes):
                    raise TypeError("public_suffixes is no Suffixes")
                kind = _ffi.secmail_mailauth_suffix_fn
                find = ctypes.cast(lib.secmail_suffixes_find, kind)
                self._call("set_public_suffixes", find, public_suffixes.handle)

        self._setup(steps)

    def _set(self, name: str, value: str | None) -> None:
        if value is None:
            return
        if "\0" in value:
            raise ValueError("a NUL in the text")
        self._call(name, value.encode())

    def limit(self, name: str) -> int:
        """The value of a limit."""
        return int(lib.secmail_mailauth_limit(self.handle, limit_numbers()[name]))

    def update(self, data: Buffer) -> None:
        """Takes the next bytes of the message."""
        self._call("update", *borrow(data))

    def finish(self) -> None:
        """Says that the message is complete."""
        self._call("finish_message")

    def evaluate(self) -> bool:
        """Evaluates as far as the answers reach: True when the verdicts stand."""
        return self._call("evaluate") != _ffi.SECMAIL_MAILAUTH_NEEDS_ANSWERS

    def questions(self) -> Iterator[Question]:
        """The open questions."""
        number = 0
        while number := lib.secmail_mailauth_next_question(self.handle, number):
            name = lib.secmail_mailauth_question_name(self.handle, number)
            kind = lib.secmail_mailauth_question_type(self.handle, number)
            yield Question(number, name.decode("utf-8", "surrogateescape"), RecordType(kind))

    def answer(self, question: Question, answer: Answer) -> None:
        """Answers an open question."""
        for record in answer.records:
            self._call("add_record", question.number, record, len(record))
        self._call("answer", question.number, answer.status, answer.security)

    def run(self, resolve: Callable[[Question], Answer]) -> None:
        """Evaluates to the end, with answers from a function."""
        while not self.evaluate():
            for question in list(self.questions()):
                self.answer(question, resolve(question))

    @property
    def spf(self) -> Result | None:
        """The verdict on SPF; None before there is one."""
        return Result.read(lib.secmail_mailauth_spf(self.handle))

    @property
    def dkim(self) -> list[Result]:
        """The verdicts on the signatures, from top to bottom."""
        count = lib.secmail_mailauth_dkim_count(self.handle)
        results = [Result.read(lib.secmail_mailauth_dkim(self.handle, i)) for i in range(count)]
        return [result for result in results if result is not None]

    @property
    def dmarc(self) -> Result | None:
        """The verdict on DMARC; None before there is one."""
        return Result.read(lib.secmail_mailauth_dmarc(self.handle))

    @property
    def arc(self) -> Result | None:
        """The verdict on the ARC chain; None before there is one."""
        return Result.read(lib.secmail_mailauth_arc(self.handle))

    @property
    def trace(self) -> str:
        """How the message was evaluated, if Option.TRACE is set."""
        raw: bytes = lib.secmail_mailauth_trace(self.handle)
        return raw.decode()

    def _bytes(self, name: str, *arguments: Any) -> bytes:
        function = getattr(lib, f"{self._prefix}_{name}")
        return make_bytes(self._context, function, self.handle, *arguments, OUT)

    def header(self) -> str:
        """An Authentication-Results field of the verdicts, to be put on top of the message."""
        return self._bytes("header").decode()

    def received_spf(self) -> str:
        """A Received-SPF field."""
        return self._bytes("received_spf").decode()

    def forged(self) -> list[int]:
        """Which Authentication-Results fields claim to be ours, from the last to the first: their
        numbers among all such fields, the topmost being 1."""
        numbers = []
        number = 0
        while number := lib.secmail_mailauth_next_forged(self.handle, number):
            numbers.append(number)
        return numbers

    def seal(self, domain: str, selector: str, key: Key) -> bytes:
        """A new ARC set, to be put on top of the message."""
        return self._bytes("seal", domain.encode(), selector.encode(), key.handle)


# -- Signing -----------------------------------------------------------------------------------


class Key(Shared):
    """A private key; immutable, and shared freely between threads."""

    _ref = "secmail_dkim_key_ref"
    _unref = "secmail_dkim_key_unref"

    @classmethod
    def generate(
        cls, context: Context, algorithm: Algorithm = Algorithm.RSA_SHA256, bits: int = 0
    ) -> Key:
        """Makes a key."""
        generate = lib.secmail_dkim_key_generate
        free = lib.secmail_dkim_key_unref
        return cls.adopt(make(context, free, generate, context.handle, OUT, algorithm, bits))

    @classmethod
    def read(cls, context: Context, der: Buffer) -> Key:
        """Reads a key in DER, PKCS#8 or PKCS#1.

        >>> context = Context()
        >>> key = Key.generate(context, Algorithm.ED25519_SHA256)
        >>> Key.read(context, key.write(context).reveal()).record(context) == key.record(context)
        True
        """
        key = cls.__new__(cls)
        key._parse(lib.secmail_dkim_key_read, context, der)
        return key

    def write(self, context: Context) -> Secret:
        """The key as PKCS#8 in DER."""
        write = lib.secmail_dkim_key_write
        free = lib.secmail_secret_free
        return Secret.adopt(make(context, free, write, context.handle, self.handle, OUT))

    def record(self, context: Context) -> str:
        """The TXT record to publish at SELECTOR._domainkey.DOMAIN."""
        record = lib.secmail_dkim_key_record
        return make_bytes(context, record, context.handle, self.handle, OUT).decode()

    @property
    def algorithm(self) -> Algorithm:
        """The signature algorithm."""
        return Algorithm(lib.secmail_dkim_key_algorithm(self.handle))

    @property
    def bits(self) -> int:
        """Bits of the modulus, 256 for Ed25519."""
        return int(lib.secmail_dkim_key_bits(self.handle))


def _set_up_signer(
    context: Context,
    signer: ctypes.c_void_p,
    canon: str | None,
    headers: Sequence[str] | None,
    lifetime: int | None,
    options: int,
) -> None:
    context.check(lib.secmail_dkim_signer_set_options(signer, options))
    if canon is not None:
        context.check(lib.secmail_dkim_signer_set_canon(signer, canon.encode()))
    if headers is not None:
        names = ":".join(headers).encode()
        context.check(lib.secmail_dkim_signer_set_headers(signer, names))
    if lifetime is not None:
        context.check(lib.secmail_dkim_signer_set_lifetime(signer, lifetime))


def sign(
    context: Context,
    message: Buffer | Iterable[Buffer],
    domain: str,
    keys: Iterable[tuple[str, str, Key]],
    *,
    canon: str | None = None,
    headers: Sequence[str] | None = None,
    lifetime: int | None = None,
    any_author: bool = False,
    lf_lines: bool = False,
) -> bytes:
    """DKIM-Signature fields for a message, to be put on top of it.

    `domain` is the one for which the sender was authenticated; `keys` is the table of who may sign:
    (domain, selector, key), of which those of `domain` sign. `message` is bytes, or pieces of them;
    with `lf_lines`, each LF of it stands for a CRLF.
    """
    pieces = [message] if isinstance(message, (bytes, bytearray, memoryview)) else message
    table = make(context, lib.secmail_dkim_table_free, lib.secmail_dkim_table_new, context.handle, OUT)
    signer = None
    try:
        for owner, selector, key in keys:
            add = lib.secmail_dkim_table_add
            context.check(add(table, owner.encode(), selector.encode(), key.handle))
        free = lib.secmail_dkim_signer_free
        signer = make(context, free, lib.secmail_dkim_signer_new, table, OUT, domain.encode())
        options = _ffi.SECMAIL_DKIM_ANY_AUTHOR if any_author else 0
        options |= _ffi.SECMAIL_DKIM_LF_LINES if lf_lines else 0
        _set_up_signer(context, signer, canon, headers, lifetime, options)
        for piece in pieces:
            context.check(lib.secmail_dkim_signer_update(signer, *borrow(piece)))
        return make_bytes(context, lib.secmail_dkim_signer_finish, signer, OUT)
    finally:
        lib.secmail_dkim_signer_free(signer)
        lib.secmail_dkim_table_free(table)


# -- Authentication-Results --------------------------------------------------------------------


@dataclass(frozen=True)
class AuthenticationResult:
    """One result of a field: properties are (type, name, value)."""

    method: str
    result: str
    reason: str | None
    properties: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class AuthenticationResults:
    """An Authentication-Results field that was read."""

    authserv_id: str
    results: tuple[AuthenticationResult, ...]


def _decode(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8", "replace")


def _read_result(handle: ctypes.c_void_p, index: int) -> AuthenticationResult:
    reason = lib.secmail_authres_reason(handle, index)
    count = lib.secmail_authres_property_count(handle, index)
    parts = (
        lib.secmail_authres_property_type,
        lib.secmail_authres_property_name,
        lib.secmail_authres_property_value,
    )
    return AuthenticationResult(
        _decode(lib.secmail_authres_method(handle, index)),
        _decode(lib.secmail_authres_result(handle, index)),
        None if reason is None else _decode(reason),
        tuple(
            (_decode(parts[0](handle, index, i)), _decode(parts[1](handle, index, i)),
             _decode(parts[2](handle, index, i)))
            for i in range(count)
        ),
    )


def _read(context: Context, function: Callable[..., int], *arguments: Any) -> AuthenticationResults:
    free = lib.secmail_authres_free
    handle = make(context, free, function, context.handle, OUT, *arguments)
    try:
        count = lib.secmail_authres_count(handle)
        return AuthenticationResults(
            _decode(lib.secmail_authres_id(handle)),
            tuple(_read_result(handle, i) for i in range(count)),
        )
    finally:
        free(handle)


def read_results(context: Context, value: str | bytes) -> AuthenticationResults:
    """Reads the value of an Authentication-Results field.

    >>> found = read_results(Context(), 'mx.example; dkim=pass (good) header.d="example.com"')
    >>> found.authserv_id, found.results[0].properties
    ('mx.example', (('header', 'd', 'example.com'),))
    """
    raw = value.encode() if isinstance(value, str) else value
    return _read(context, lib.secmail_authres_read, *borrow(raw))


def find_trusted(context: Context, message: bytes, authserv_id: str) -> AuthenticationResults:
    """The field that a client may trust: the topmost one, if it is that server's.

    Raises errors.MailauthUntrusted if there is none.
    """
    find = lib.secmail_authres_find_trusted
    return _read(context, find, *borrow(message), authserv_id.encode())


# -- Aggregate reports -------------------------------------------------------------------------


def _names(prefix: str, last: str) -> dict[str, int]:
    """The texts of an enum by their names in lower case."""
    found = {
        name[len(prefix) :].lower(): number
        for name, number in vars(_ffi).items()
        if name.startswith(prefix) and isinstance(number, int)
    }
    return {name: n for name, n in found.items() if n <= found[last]}


_REPORT = _names("SECMAIL_DMARC_REPORT_", "pct")
_RECORD = _names("SECMAIL_DMARC_RECORD_", "header_from")
_DETAIL = _names("SECMAIL_DMARC_DETAIL_", "comment")
_KINDS = {
    "reasons": _ffi.SECMAIL_DMARC_REASON,
    "dkim_results": _ffi.SECMAIL_DMARC_DKIM,
    "spf_results": _ffi.SECMAIL_DMARC_SPF,
}
Details = Sequence[Mapping[str, str]]


def _clean(texts: Mapping[str, bytes | None]) -> dict[str, str]:
    return {name: raw.decode() for name, raw in texts.items() if raw is not None}


@dataclass(frozen=True)
class ReportRecord:
    """What happened to so many messages. What isn't there is missing in the mappings.

    `texts` has source_ip, disposition, dkim, spf, envelope_to, envelope_from, header_from; reasons
    have type and comment; results have domain, selector or scope, result and comment.
    """

    messages: int
    texts: Mapping[str, str]
    reasons: Details = ()
    dkim_results: Details = ()
    spf_results: Details = ()


class Report(Operation):
    """An aggregate report of DMARC (RFC 9990).

    >>> report = Report(Context(), org_name="Example", email="d@mx.example", id="1",
    ...                 domain="example.com", p="reject")
    >>> report.set_range(1767139200, 1767225599)
    >>> report.add_record(ReportRecord(3, {"source_ip": "192.0.2.1", "disposition": "pass",
    ...     "dkim": "fail", "spf": "pass", "header_from": "example.com"},
    ...     spf_results=[{"domain": "example.com", "result": "pass"}]))
    >>> again = Report.read(Context(), report.write())
    >>> again["p"], again.range, [record.messages for record in again.records]
    ('reject', (1767139200, 1767225599), [3])
    """

    _prefix = "secmail_dmarc_report"

    def __init__(self, context: Context, **texts: str) -> None:
        super().__init__(context)

        def steps() -> None:
            for name, text in texts.items():
                self[name] = text

        self._setup(steps)

    @classmethod
    def read(cls, context: Context, xml: Buffer) -> Report:
        """Reads a report in XML; uncompress it first. Raises errors.MailauthReport for what isn't
        one. Treat its texts as you treat any text of strangers."""
        report = cls.__new__(cls)
        report._open(context, lib.secmail_dmarc_report_read, *borrow(xml))
        return report

    def __setitem__(self, name: str, text: str | None) -> None:
        raw = None if text is None else text.encode()
        self._call("set_text", _REPORT[name], raw)

    def __getitem__(self, name: str) -> str | None:
        raw: bytes | None = lib.secmail_dmarc_report_text(self.handle, _REPORT[name])
        return None if raw is None else raw.decode()

    @property
    def texts(self) -> dict[str, str]:
        """All texts by their names: org_name, email, contact, id, error, generator, domain, p, sp,
        np, adkim, aspf, testing, discovery, fo, version, pct."""
        read = lib.secmail_dmarc_report_text
        return _clean({name: read(self.handle, what) for name, what in _REPORT.items()})

    @property
    def range(self) -> tuple[int, int]:
        """When the time that it covers begins and ends."""
        handle = self.handle
        return (
            int(lib.secmail_dmarc_report_begin(handle)),
            int(lib.secmail_dmarc_report_end(handle)),
        )

    def set_range(self, begin: int, end: int) -> None:
        """Sets the time that it covers, both ends included."""
        self._call("set_range", begin, end)

    def add_message(self, message: Message, disposition: Policy | None = None) -> None:
        """Adds an evaluated message, and what was done with it (None: what its policy says)."""
        self._call("add_message", message.handle, 0 if disposition is None else disposition)

    def add_record(self, record: ReportRecord) -> None:
        """Adds a record."""
        self._call("add_record", record.messages)
        number = lib.secmail_dmarc_report_count(self.handle) - 1
        for name, text in record.texts.items():
            self._call("set_record", number, _RECORD[name], text.encode())
        for kind, what in _KINDS.items():
            for index, detail in enumerate(getattr(record, kind)):
                self._call("add_detail", number, what)
                for name, text in detail.items():
                    place = (number, what, index, _DETAIL[name])
                    self._call("set_detail", *place, text.encode())

    def _details(self, record: int, kind: int) -> list[dict[str, str]]:
        count = lib.secmail_dmarc_report_detail_count(self.handle, record, kind)
        read = lib.secmail_dmarc_report_detail
        return [
            _clean({name: read(self.handle, record, kind, i, n) for name, n in _DETAIL.items()})
            for i in range(count)
        ]

    def _read_record(self, record: int) -> ReportRecord:
        read = lib.secmail_dmarc_report_record
        texts = {name: read(self.handle, record, what) for name, what in _RECORD.items()}
        return ReportRecord(
            int(lib.secmail_dmarc_report_messages(self.handle, record)),
            _clean(texts),
            **{kind: self._details(record, what) for kind, what in _KINDS.items()},
        )

    @property
    def records(self) -> list[ReportRecord]:
        """All records."""
        count = lib.secmail_dmarc_report_count(self.handle)
        return [self._read_record(record) for record in range(count)]

    def merge(self) -> None:
        """Makes one record of all that differ only in how many messages they stand for."""
        lib.secmail_dmarc_report_merge(self.handle)

    def write(self) -> bytes:
        """The report as XML; compress it with gzip before sending it."""
        return make_bytes(self._context, lib.secmail_dmarc_report_write, self.handle, OUT)
