# SPDX-License-Identifier: LGPL-2.1-or-later
"""Secure mail: OpenPGP, two-factor sign-in and mail authentication, on libsecmail.

What all modules share is here; each module is a submodule of the name of its C header, and its
library is loaded when a function of it is first used:

>>> import secmail
>>> with secmail.Context() as context:
...     secret = secmail.Secret(context, "correct horse")
>>> len(secret)
13
"""

from __future__ import annotations

from . import errors
from .core import (
    Context,
    Secret,
    check,
    default_limits,
    error_for,
    feature_supported,
    take_bytes,
    version,
)
from .errors import Error

__all__ = [
    "Context",
    "Error",
    "Secret",
    "check",
    "default_limits",
    "error_for",
    "errors",
    "feature_supported",
    "take_bytes",
    "version",
]
