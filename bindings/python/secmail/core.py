# SPDX-License-Identifier: LGPL-2.1-or-later
"""The context, secrets and errors that all modules share; <secmail/core.h> is the specification."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any

from . import _ffi
from ._library import lib
from .errors import BY_CODE, Error

LOG_LEVELS = {
    _ffi.SECMAIL_LOG_DEBUG: "debug",
    _ffi.SECMAIL_LOG_INFO: "info",
    _ffi.SECMAIL_LOG_WARNING: "warning",
}


def version() -> str:
    """Version of the library that is loaded.

    >>> version().count(".")
    2
    """
    text: bytes = lib.secmail_version()
    return text.decode()


def feature_supported(name: str) -> bool:
    """Tells whether the library was built with a module or an algorithm.

    >>> feature_supported("core"), feature_supported("unknown")
    (True, False)
    """
    return bool(lib.secmail_feature_supported(name.encode()))


def error_for(code: int, detail: str = "") -> Error:
    """The exception of an error code.

    >>> error_for(-2, "out is NULL")
    Argument('out is NULL')
    """
    kind = BY_CODE.get(code)
    if kind is None:
        return Error(f"unknown error {code}: {detail}")
    return kind(detail)


def take_bytes(pointer: ctypes.c_void_p) -> bytes:
    """Copies a `struct secmail_bytes` that the caller owns, and frees it."""
    try:
        return ctypes.string_at(lib.secmail_bytes_data(pointer), lib.secmail_bytes_size(pointer))
    finally:
        lib.secmail_bytes_free(pointer)


def _limit_numbers() -> Iterator[tuple[str, int]]:
    number = 1
    while (name := lib.secmail_limit_name(number)) is not None:
        yield name.decode(), number
        number += 1


def default_limits() -> dict[str, int]:
    """All limits by name, with their defaults.

    >>> default_limits()["nesting"]
    16
    """
    value = ctypes.c_uint64()
    defaults = {}
    for name, number in _limit_numbers():
        check(lib.secmail_limits_get(None, number, ctypes.byref(value)))
        defaults[name] = value.value
    return defaults


def parse_limits(text: str) -> dict[str, int]:
    """All limits by name, from the text of a file: one name and number a line.

    >>> parse_limits("nesting 4  # few")["nesting"]
    4
    """
    table, value, data = ctypes.c_void_p(), ctypes.c_uint64(), text.encode()
    with Context() as context:
        context.check(
            lib.secmail_limits_parse(context.handle, ctypes.byref(table), data, len(data))
        )
    try:
        limits = {}
        for name, number in _limit_numbers():
            check(lib.secmail_limits_get(table, number, ctypes.byref(value)))
            limits[name] = value.value
        return limits
    finally:
        lib.secmail_limits_free(table)


class Context:
    """The surroundings of all work that one thread does with the library.

    `clock` gives seconds since 1970 UTC, `random` gives as many random bytes as it is asked for,
    `log` receives a level ("debug", "info", "warning") and a line, `limits` changes the limits that
    it names. Without them the library uses the system's clock and random generator and its default
    limits, and logs nowhere. What a callback raises is raised by the call that used it.

    >>> with Context(clock=lambda: 1767225600, limits={"nesting": 4}) as context:
    ...     context.now()
    1767225600
    """

    def __init__(
        self,
        *,
        clock: Callable[[], int] | None = None,
        random: Callable[[int], bytes] | None = None,
        log: Callable[[str, str], None] | None = None,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        self._handle: ctypes.c_void_p | None = None
        self._raised: BaseException | None = None
        self._callbacks: list[Any] = []  # C calls them: they must live as long as the context
        self._owned: dict[int | None, Callable[[Any], Any]] = {}
        handle = ctypes.c_void_p()
        check(lib.secmail_context_new(ctypes.byref(handle)))
        self._handle = handle
        if clock is not None:
            self._install(lib.secmail_context_set_clock, _ffi.secmail_clock_fn, self._clock(clock))
        if random is not None:
            self._install(
                lib.secmail_context_set_random, _ffi.secmail_random_fn, self._random(random)
            )
        if log is not None:
            self._install(lib.secmail_context_set_log, _ffi.secmail_log_fn, self._log(log))
        if limits:
            self._set_limits(limits)

    def _install(self, setter: Callable[..., int], kind: Any, function: Callable[..., Any]) -> None:
        callback = kind(function)
        self._callbacks.append(callback)
        self.check(setter(self._handle, callback, None))

    def _clock(self, clock: Callable[[], int]) -> Callable[[object], int]:
        def call(_user: object) -> int:
            try:
                time = int(clock())
                if ctypes.c_int64(time).value != time:
                    raise OverflowError(f"the clock gave {time}")
                return time
            except BaseException as error:  # it may not pass through C
                self._raised = error
                return 0

        return call

    def _random(self, random: Callable[[int], bytes]) -> Callable[[object, int, int], int]:
        def call(_user: object, out: int, size: int) -> int:
            try:
                data = random(size)
                if len(data) != size:
                    raise ValueError(f"random gave {len(data)} bytes, not {size}")
                ctypes.memmove(out, data, size)
                return 0
            except BaseException as error:
                self._raised = error
                return 1

        return call

    def _log(self, log: Callable[[str, str], None]) -> Callable[[object, int, bytes], None]:
        def call(_user: object, level: int, line: bytes) -> None:
            try:
                log(LOG_LEVELS.get(level, str(level)), line.decode())
            except BaseException as error:
                self._raised = error

        return call

    def _set_limits(self, limits: Mapping[str, int]) -> None:
        numbers = dict(_limit_numbers())
        table = ctypes.c_void_p()
        check(lib.secmail_limits_new(ctypes.byref(table)))
        try:
            for name, value in limits.items():
                if name not in numbers:
                    raise ValueError(f"unknown limit {name!r}; known: {', '.join(numbers)}")
                if not 0 <= value < 1 << 64:
                    raise ValueError(f"limit {name!r} can't be {value}")
                check(lib.secmail_limits_set(table, numbers[name], value))
            self.check(lib.secmail_context_set_limits(self._handle, table))
        finally:
            lib.secmail_limits_free(table)

    @property
    def handle(self) -> ctypes.c_void_p:
        """The C object, for the other modules of this package."""
        if self._handle is None:
            raise ValueError("the context is closed")
        return _ffi.secmail_context(self._handle.value)

    def own(self, handle: ctypes.c_void_p, free: Callable[[Any], Any]) -> None:
        """Makes sure that an operation is freed before the context is."""
        self._owned[handle.value] = free

    def disown(self, handle: ctypes.c_void_p) -> None:
        """Frees an operation, unless that was done already."""
        free = self._owned.pop(handle.value, None)
        if free is not None:
            free(handle)

    def check(self, code: int) -> int:
        """Passes a status on; raises what a callback raised, or the exception of a negative code.

        >>> with Context() as context:
        ...     context.check(1)
        1
        """
        return check(code, self)

    def error_detail(self) -> str:
        """What went wrong in the last failed call, one line; "" if it succeeded."""
        text: bytes = lib.secmail_context_error_detail(self.handle)
        return text.decode()

    def now(self) -> int:
        """Time of the context's clock.

        >>> Context(clock=lambda: 5).now()
        5
        """
        time: int = lib.secmail_context_now(self.handle)
        self.check(0)
        return time

    def close(self) -> None:
        """Frees the context and the operations made with it. Twice is allowed."""
        handle, self._handle = self._handle, None
        if handle is not None:
            for address in list(self._owned):
                self.disown(ctypes.c_void_p(address))
            lib.secmail_context_free(handle)
            self._callbacks.clear()

    def __enter__(self) -> Context:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None:
            self.close()


def check(code: int, context: Context | None = None) -> int:
    """Passes a status on; raises the exception of a negative code.

    >>> check(0)
    0
    >>> check(-1)
    Traceback (most recent call last):
        ...
    secmail.errors.Nomem: Memory could not be allocated.
    """
    if context is not None and context._raised is not None:
        raised, context._raised = context._raised, None
        raise raised
    if code >= 0:
        return code
    raise error_for(code, context.error_detail() if context is not None else "")


class Secret:
    """A password or key in locked memory that is wiped when it is freed.

    Python can't wipe the bytes that it is made from: keep passwords in a bytearray, and clear that.

    >>> context = Context()
    >>> password = Secret(context, "correct horse")
    >>> len(password), password
    (13, <Secret of 13 bytes>)
    >>> password == Secret(context, b"correct horse")
    True
    >>> password.reveal()
    b'correct horse'
    """

    def __init__(self, context: Context, data: bytes | bytearray | memoryview | str) -> None:
        self._handle: ctypes.c_void_p | None = None
        raw = data.encode() if isinstance(data, str) else data
        size = memoryview(raw).nbytes
        copy = (ctypes.c_char * size).from_buffer_copy(raw)
        handle = ctypes.c_void_p()
        try:
            context.check(
                lib.secmail_secret_new(context.handle, ctypes.byref(handle), copy, size)
            )
        finally:
            ctypes.memset(copy, 0, size)
        self._handle = handle

    @classmethod
    def adopt(cls, handle: ctypes.c_void_p) -> Secret:
        """Takes over a `struct secmail_secret` that the caller owns."""
        secret = cls.__new__(cls)
        secret._handle = handle
        return secret

    @property
    def handle(self) -> ctypes.c_void_p:
        """The C object, for the other modules of this package."""
        if self._handle is None:
            raise ValueError("the secret is closed")
        return _ffi.secmail_secret(self._handle.value)

    def reveal(self) -> bytes:
        """A copy of the bytes, in ordinary memory."""
        return ctypes.string_at(lib.secmail_secret_data(self.handle), len(self))

    @property
    def locked(self) -> bool:
        """Is the memory locked against swapping?"""
        return bool(lib.secmail_secret_is_locked(self.handle))

    def close(self) -> None:
        """Wipes and frees it. Twice is allowed."""
        handle, self._handle = self._handle, None
        if handle is not None:
            lib.secmail_secret_free(handle)

    def __len__(self) -> int:
        size: int = lib.secmail_secret_size(self.handle)
        return size

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return bool(lib.secmail_secret_equal(self.handle, other.handle))

    __hash__ = None  # type: ignore[assignment]  # a hash would be a fingerprint of it

    def __repr__(self) -> str:
        return "<closed Secret>" if self._handle is None else f"<Secret of {len(self)} bytes>"

    def __enter__(self) -> Secret:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None:
            self.close()
