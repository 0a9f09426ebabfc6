# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the classes over C objects share: bytes that C may read, owned and shared handles, streams.

An operation belongs to its context, which frees it at the latest: in whatever order Python frees
things, C never sees an operation without its context.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from types import TracebackType
from typing import Any, BinaryIO, TypeVar, Union

from . import _ffi
from ._library import lib
from .core import Context, Secret, take_bytes

Buffer = Union[bytes, bytearray, memoryview]
Password = Union[Secret, str, bytes, bytearray]
Self = TypeVar("Self", bound="Operation")
SharedSelf = TypeVar("SharedSelf", bound="Shared")

ROOM = 256 * 1024


def borrow(data: Buffer) -> tuple[Any, int]:
    """Bytes as C takes them, without a copy unless Python demands one, and their number.

    >>> borrow(b"abc")[1], borrow(memoryview(b"abcd")[::2])[1]
    (3, 2)
    """
    if isinstance(data, bytes):
        return data, len(data)
    view = memoryview(data)
    if view.readonly or not view.contiguous:
        raw = view.tobytes()
        return raw, len(raw)
    return (ctypes.c_char * view.nbytes).from_buffer(view), view.nbytes


OUT: Any = object()  # where C puts what it makes


def make(
    context: Context, free: Callable[[Any], Any], function: Callable[..., int], *arguments: Any
) -> ctypes.c_void_p:
    """Lets C make something; frees it again if a callback raised meanwhile."""
    out = ctypes.c_void_p()
    try:
        context.check(function(*(ctypes.byref(out) if a is OUT else a for a in arguments)))
    except BaseException:
        free(out)
        raise
    return out


def make_bytes(context: Context, function: Callable[..., int], *arguments: Any) -> bytes:
    """Lets C make a `struct secmail_bytes`, and copies it."""
    return take_bytes(make(context, lib.secmail_bytes_free, function, *arguments))


def text(raw: bytes | None) -> str:
    """What C calls a string; "" for NULL."""
    return (raw or b"").decode()


def _of_kind(name: str, handle: ctypes.c_void_p) -> ctypes.c_void_p:
    """A pointer to a C object with the name of its struct."""
    kind: type[ctypes.c_void_p] = getattr(_ffi, name)
    return kind(handle.value)


class Shared:
    """An immutable C object that is reference-counted; any thread may use it at any time."""

    _ref: str  # names of the C functions
    _unref: str
    _handle: ctypes.c_void_p | None = None

    def _parse(self, parse: Callable[..., int], context: Context, data: Buffer) -> None:
        unref = getattr(lib, self._unref)
        self._handle = make(context, unref, parse, context.handle, OUT, *borrow(data))

    @classmethod
    def adopt(cls: type[SharedSelf], handle: ctypes.c_void_p) -> SharedSelf:
        """Takes over a reference that the caller owns."""
        shared = cls.__new__(cls)
        shared._handle = handle
        return shared

    @classmethod
    def borrowed(cls: type[SharedSelf], handle: int) -> SharedSelf:
        """Takes a reference of its own to what another object lends."""
        return cls.adopt(ctypes.c_void_p(getattr(lib, cls._ref)(handle)))

    @property
    def handle(self) -> ctypes.c_void_p:
        """The C object, for the other modules of this package."""
        if self._handle is None:
            raise ValueError(f"the {type(self).__name__} was not made")
        return _of_kind(self._ref.removesuffix("_ref"), self._handle)

    def __del__(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            getattr(lib, self._unref)(handle)


class Operation:
    """A C operation with one owner; belongs to one thread at a time, like its context."""

    _prefix: str  # of the C functions: secmail_verify, ...
    _handle: ctypes.c_void_p | None = None

    def __init__(self, context: Context) -> None:
        self._open(context, getattr(lib, f"{self._prefix}_new"))

    def _open(self, context: Context, new: Callable[..., int], *options: Any) -> None:
        free = getattr(lib, f"{self._prefix}_free")
        handle = make(context, free, new, context.handle, OUT, *options)
        context.own(handle, free)
        self._context, self._handle = context, handle

    def _setup(self, steps: Callable[[], None]) -> None:
        """Runs what a constructor has left to do; a failure frees the operation at once."""
        try:
            steps()
        except BaseException:
            self.close()
            raise

    @property
    def handle(self) -> ctypes.c_void_p:
        """The C object, for the other modules of this package."""
        self._context.handle  # raises if the context is closed
        if self._handle is None:
            raise ValueError("the operation is closed")
        return _of_kind(self._prefix, self._handle)

    def _call(self, name: str, *arguments: Any) -> int:
        function: Callable[..., int] = getattr(lib, f"{self._prefix}_{name}")
        return self._context.check(function(self.handle, *arguments))

    def _with_password(self, name: str, password: Password) -> None:
        if isinstance(password, Secret):
            self._call(name, password.handle)
            return
        with Secret(self._context, password) as secret:
            self._call(name, secret.handle)

    def close(self) -> None:
        """Frees it. Twice is allowed."""
        handle, self._handle = self._handle, None
        if handle is not None:
            self._context.disown(handle)

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


class Stream(Operation):
    """An operation that moves bytes through windows."""

    _room: ctypes.Array[ctypes.c_char] | None = None
    _used = 0  # the most of the room that ever held output
    _ended = False  # by its input (the end of an armored block), before the caller ended it

    def _step(self, window: _ffi.secmail_input, end: bool) -> tuple[int, bytes]:
        if self._room is None:
            self._room = ctypes.create_string_buffer(ROOM)
        room = _ffi.secmail_output(ctypes.addressof(self._room), ROOM, 0)
        try:
            status = self._call("update", ctypes.byref(window), ctypes.byref(room), int(end))
        finally:
            self._used = max(self._used, room.pos)
        return status, ctypes.string_at(self._room, room.pos)

    def _move(self, data: Buffer, end: bool) -> tuple[int, bytes]:
        raw, size = borrow(data)
        address = ctypes.cast(raw, ctypes.c_void_p).value if size else None
        window = _ffi.secmail_input(address, size, 0)
        pieces = []
        status = _ffi.SECMAIL_NEEDS_ROOM
        while status == _ffi.SECMAIL_NEEDS_ROOM:
            status, piece = self._step(window, end)
            pieces.append(piece)
        return status, b"".join(pieces)

    def update(self, data: Buffer) -> bytes:
        """Takes the next piece of the input; returns what is ready of the output.

        What comes after the end of an armored block is skipped.
        """
        if self._ended:
            return b""
        status, piece = self._move(data, False)
        self._ended = status == _ffi.SECMAIL_DONE
        return piece

    def finish(self) -> bytes:
        """Ends the input; returns the rest of the output."""
        if self._ended:
            self._ended = False
            return b""
        return self._move(b"", True)[1]

    def convert(self, data: Buffer) -> bytes:
        """Takes all of the input, in one call on a fresh operation; returns all of the output."""
        return self._move(data, True)[1]

    def copy(self, source: BinaryIO, sink: BinaryIO) -> None:
        """Moves a whole file through a fresh operation.

        Use what stands in the sink only if this returns: after an exception it is incomplete.
        """
        start = source.tell() if source.seekable() else 0
        status = _ffi.SECMAIL_NEEDS_INPUT
        while status != _ffi.SECMAIL_DONE:
            data = source.read(ROOM)
            status, piece = self._move(data, not data)
            sink.write(piece)
            if status == _ffi.SECMAIL_NEEDS_REWIND:
                source.seek(start)

    def close(self) -> None:
        """Frees it, and wipes what was on its way. Twice is allowed."""
        super().close()
        if self._room is not None:
            ctypes.memset(self._room, 0, self._used)
            self._room = None
