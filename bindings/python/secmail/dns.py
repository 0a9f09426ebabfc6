# SPDX-License-Identifier: LGPL-2.1-or-later
"""Answers from the DNS, validated with DNSSEC; <secmail/dns.h> is the specification.

>>> from secmail import Context
>>> table = Table(Context())
>>> table.add("example.org", 1, bytes([192, 0, 2, 1]))
>>> answer = table.resolve("Example.org", 1)
>>> answer.status.name, answer.security.name, answer.records
('ANSWERED', 'INSECURE', [b'\\xc0\\x00\\x02\\x01'])
>>> table.resolve("nothing.example.org", 1).status.name
'NXDOMAIN'

`Resolver` has the same methods and asks the network, for instance the servers of resolv.conf:

    resolver = Resolver(context)
    resolver.use_resolv_conf()
    resolver.add_trust_anchors(Path("/usr/share/dns/root.key").read_text())
    resolver.resolve("example.org", 16, timeout_ms=5000)
"""

from __future__ import annotations

import ctypes
import enum
from dataclasses import dataclass

from . import _ffi
from ._library import lib
from ._operation import Buffer, Operation, borrow
from .core import Context

__all__ = ["Answer", "Resolver", "Security", "Setting", "Status", "Table"]


class Status(enum.IntEnum):
    """How an answer came out."""

    ANSWERED = _ffi.SECMAIL_DNS_ANSWERED
    NXDOMAIN = _ffi.SECMAIL_DNS_NXDOMAIN
    SERVFAIL = _ffi.SECMAIL_DNS_SERVFAIL
    TIMEOUT = _ffi.SECMAIL_DNS_TIMEOUT


class Security(enum.IntEnum):
    """What is known about the origin of an answer, from best to worst."""

    SECURE = _ffi.SECMAIL_DNS_SECURE
    INSECURE = _ffi.SECMAIL_DNS_INSECURE
    INDETERMINATE = _ffi.SECMAIL_DNS_INDETERMINATE
    BOGUS = _ffi.SECMAIL_DNS_BOGUS


class Setting(enum.IntEnum):
    """Numbers that can be set for a resolver."""

    TIMEOUT_MS = _ffi.SECMAIL_DNS_TIMEOUT_MS
    OPEN_QUERIES = _ffi.SECMAIL_DNS_OPEN_QUERIES
    CACHE_BYTES = _ffi.SECMAIL_DNS_CACHE_BYTES
    CACHE_SECONDS = _ffi.SECMAIL_DNS_CACHE_SECONDS
    VALIDATION_TIME = _ffi.SECMAIL_DNS_VALIDATION_TIME


@dataclass(frozen=True)
class Answer:
    """The result of a query. `reason` tells why there is none."""

    query: int
    name: str
    type: int
    status: Status
    security: Security
    records: list[bytes]
    canonical: str | None
    ttl: int
    reason: str | None


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("utf-8", "replace")


def _take(handle: int) -> Answer:
    size = ctypes.c_size_t()
    try:
        records = []
        for index in range(lib.secmail_dns_result_count(handle)):
            data = lib.secmail_dns_result_record(handle, index, ctypes.byref(size))
            records.append(ctypes.string_at(data, size.value))
        return Answer(
            lib.secmail_dns_result_query(handle),
            _text(lib.secmail_dns_result_name(handle)) or "",
            lib.secmail_dns_result_type(handle),
            Status(lib.secmail_dns_result_status(handle)),
            Security(lib.secmail_dns_result_security(handle)),
            records,
            _text(lib.secmail_dns_result_canonical(handle)),
            lib.secmail_dns_result_ttl(handle),
            _text(lib.secmail_dns_result_reason(handle)),
        )
    finally:
        lib.secmail_dns_result_free(handle)


def _encode(name: str) -> bytes:
    if "\0" in name:
        raise ValueError("a NUL in the text")
    return name.encode()


class _Queries(Operation):
    _prefix = "secmail_dns"

    def set(self, setting: Setting, value: int) -> None:
        """Sets a number."""
        self._call("set", setting, value)

    def get(self, setting: Setting) -> int:
        """Reads a number."""
        return int(lib.secmail_dns_get(self.handle, setting))

    def query(self, name: str, type: int) -> int:
        """Hands in a query; its number."""
        number = ctypes.c_uint64()
        self._call("query", _encode(name), type, ctypes.byref(number))
        return number.value

    def cancel(self, number: int) -> None:
        """Cancels a query."""
        self._call("cancel", number)

    def fileno(self) -> int:
        """Descriptor for an event loop; -1 for a table."""
        return int(lib.secmail_dns_fd(self.handle))

    def timeout_ms(self) -> int | None:
        """Milliseconds until process() has something to do."""
        left = lib.secmail_dns_timeout_ms(self.handle)
        return None if left < 0 else int(left)

    def open_queries(self) -> int:
        """How many queries wait for an answer."""
        return int(lib.secmail_dns_open_queries(self.handle))

    def process(self) -> list[Answer]:
        """Takes what has arrived; never blocks."""
        self._call("process")
        answers = []
        while result := lib.secmail_dns_next_result(self.handle):
            answers.append(_take(result))
        return answers

    def wait(self, timeout_ms: int, cancel_fd: int = -1) -> list[Answer]:
        """Blocks until there are answers, the time is over, or cancel_fd is readable."""
        self._call("wait", timeout_ms, cancel_fd)
        return self.process()

    def resolve(
        self, name: str, type: int, timeout_ms: int = 10000, cancel_fd: int = -1
    ) -> Answer:
        """Asks, and blocks until the answer is there or the time over."""
        out = ctypes.c_void_p()
        self._call("resolve", ctypes.byref(out), _encode(name), type, timeout_ms, cancel_fd)
        assert out.value is not None
        return _take(out.value)


class Resolver(_Queries):
    """A resolver on libunbound. Everything else is set before the first query."""

    def add_trust_anchors(self, text: str) -> None:
        """Adds DS or DNSKEY records, one a line."""
        raw = text.encode()
        self._call("add_trust_anchors", raw, len(raw))

    def use_resolv_conf(self, path: str | None = None) -> None:
        """Asks the servers of a resolv.conf file."""
        self._call("use_resolv_conf", None if path is None else _encode(path))

    def add_forwarder(self, zone: str, address: str) -> None:
        """Asks a recursive server about a zone; "." for everything."""
        self._call("add_forwarder", _encode(zone), _encode(address))

    def add_stub(self, zone: str, address: str) -> None:
        """Asks an authoritative server about a zone."""
        self._call("add_stub", _encode(zone), _encode(address))


class Table(_Queries):
    """A resolver that answers from memory."""

    def __init__(self, context: Context) -> None:
        self._open(context, lib.secmail_dns_table_new)

    def add(self, name: str, type: int, rdata: Buffer) -> None:
        """Adds a record."""
        self._call("table_add", _encode(name), type, *borrow(rdata))

    def answer(
        self, name: str, type: int, status: Status, security: Security = Security.INDETERMINATE
    ) -> None:
        """Sets how a name and type (0: all other types) is answered."""
        self._call("table_set", _encode(name), type, status, security)
