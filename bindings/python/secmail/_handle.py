# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pointers to C objects that know what they point to.

To C they are all the same, and a key that is taken for a certificate is read as one.
"""

from __future__ import annotations

import ctypes
from typing import Any


class Handle(ctypes.c_void_p):
    """A pointer to a C object; each kind of object is a class of _ffi.

    As an argument it takes the place of its own kind only:

    >>> class apple(Handle): ...
    >>> class pear(Handle): ...
    >>> apple.from_param(pear(1))
    Traceback (most recent call last):
        ...
    TypeError: pear can't stand for apple
    """

    @classmethod
    def from_param(cls, value: Any) -> Any:
        """Called by ctypes for each argument. What has no kind is new from C, or borrowed."""
        if isinstance(value, Handle) and not isinstance(value, cls):
            raise TypeError(f"{type(value).__name__} can't stand for {cls.__name__}")
        return ctypes.c_void_p.from_param(value)
