# SPDX-License-Identifier: LGPL-2.1-or-later
"""Finds and loads the shared libraries, each when a function of it is first used.

A host that has only libsecmail-otp can use secmail.otp: nothing else is looked for.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import _ffi

SOVERSION = "0"


def _folders() -> Iterator[Path]:
    """SECMAIL_LIBRARY_PATH, then the build folder where this is a source tree."""
    for entry in os.environ.get("SECMAIL_LIBRARY_PATH", "").split(os.pathsep):
        if entry:
            yield Path(entry)
    tree = Path(__file__).resolve().parents[3]
    if (tree / "libsecmail" / "core" / "errors.toml").exists():
        yield tree / "build"


def find(module: str) -> str:
    """What to open for a module: a path, or the bare name that the system's loader looks up.

    A folder may hold the libraries side by side, or be a build folder.

    >>> os.path.basename(find("core"))
    'libsecmail-core.so.0'
    """
    name = f"libsecmail-{module}.so.{SOVERSION}"
    for folder in _folders():
        for path in (folder / name, folder / "libsecmail" / module / name):
            if path.exists():
                return str(path)
    return name


class _Number:
    """A number as an argument. ctypes would cut off what doesn't fit, and hand in another number.

    >>> _Number(ctypes.c_uint32).from_param(1 << 32)
    Traceback (most recent call last):
        ...
    OverflowError: 4294967296 is out of range
    """

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    def from_param(self, value: Any) -> Any:
        """Called by ctypes for each argument."""
        if isinstance(value, int) and self._kind(value).value != value:
            raise OverflowError(f"{value} is out of range")
        return self._kind.from_param(value)


class _Text:
    """A text as an argument. C would take what stands before a NUL for all of it."""

    @staticmethod
    def from_param(value: Any) -> Any:
        """Called by ctypes for each argument."""
        if isinstance(value, bytes) and b"\0" in value:
            raise ValueError("a NUL in the text")
        return ctypes.c_char_p.from_param(value)


_NUMBERS = {getattr(ctypes, f"c_{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64)}
_CHECKED: dict[Any, Any] = {kind: _Number(kind) for kind in _NUMBERS | {ctypes.c_size_t}}
_CHECKED[ctypes.c_char_p] = _Text


class Library:
    """All C functions as attributes, typed by the generated table.

    >>> lib.secmail_version_number() == _ffi.SECMAIL_VERSION_NUMBER
    True
    >>> lib.secmail_nothing
    Traceback (most recent call last):
        ...
    AttributeError: libsecmail has no function secmail_nothing
    """

    def __init__(self) -> None:
        self._loaded: dict[str, ctypes.CDLL] = {}

    def _module(self, module: str) -> ctypes.CDLL:
        if module not in self._loaded:
            for lower in _ffi.MODULES[module]:
                self._module(lower)
            try:
                self._loaded[module] = ctypes.CDLL(find(module))
            except OSError as error:
                raise ImportError(
                    f"secmail.{module} needs libsecmail-{module}.so.{SOVERSION}: {error}. "
                    "Install the library, or name its folder in SECMAIL_LIBRARY_PATH."
                ) from error
        return self._loaded[module]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in _ffi.FUNCTIONS:
            raise AttributeError(f"libsecmail has no function {name}")
        module, result, arguments = _ffi.FUNCTIONS[name]
        function: Any = getattr(self._module(module), name)
        function.restype = result
        function.argtypes = [_CHECKED.get(kind, kind) for kind in arguments]
        setattr(self, name, function)
        return function  # type: ignore[no-any-return]


lib = Library()
