# SPDX-License-Identifier: LGPL-2.1-or-later
"""OpenPGP with secret keys; <secmail/openpgp.h> is the specification.

>>> from secmail import Context
>>> context = Context()
>>> alice = generate(context, "Alice <alice@example.org>")
>>> bob = generate(context, "Bob <bob@example.org>")
>>> message = encrypt(context, b"Hello Bob", [bob.cert], signers=[alice])
>>> opened = decrypt(context, message, [bob], signers=[alice.cert])
>>> opened.plaintext, opened.verdicts
(b'Hello Bob', <Verdicts: GOOD>)

No byte of plaintext is returned before it is authenticated. One-shot functions return nothing
unless the whole message is authentic.
"""

from __future__ import annotations

import ctypes
import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, overload

from . import _ffi
from ._library import lib
from ._operation import (
    OUT,
    Buffer,
    Operation,
    Password,
    Shared,
    Stream,
    borrow,
    make,
    make_bytes,
)
from ._operation import text as decode
from .core import Context, Secret
from .verify import Cert, KeyFlags, Literal, Policy, Verdicts

__all__ = [
    "Certification",
    "Certifier",
    "Decrypted",
    "Decryptor",
    "Encryptor",
    "Format",
    "InlineForm",
    "InlineSigner",
    "Key",
    "KeyEdit",
    "KeyRing",
    "KeyAlgorithm",
    "Profile",
    "Purpose",
    "RevocationReason",
    "Signer",
    "Token",
    "TokenRequest",
    "decrypt",
    "encrypt",
    "generate",
    "inline_sign",
    "revocation",
    "sign",
]


class Profile(enum.IntEnum):
    """Which generation of the standard a new key is made for."""

    RFC9580 = _ffi.SECMAIL_PROFILE_RFC9580
    RFC4880 = _ffi.SECMAIL_PROFILE_RFC4880


class KeyAlgorithm(enum.IntEnum):
    """What the parts of a new key are. Any reader of the profile can use Curve25519."""

    CURVE25519 = _ffi.SECMAIL_KEY_CURVE25519
    CURVE448 = _ffi.SECMAIL_KEY_CURVE448
    RSA2048 = _ffi.SECMAIL_KEY_RSA2048
    RSA3072 = _ffi.SECMAIL_KEY_RSA3072
    RSA4096 = _ffi.SECMAIL_KEY_RSA4096
    NISTP256 = _ffi.SECMAIL_KEY_NISTP256
    NISTP384 = _ffi.SECMAIL_KEY_NISTP384
    NISTP521 = _ffi.SECMAIL_KEY_NISTP521
    BRAINPOOLP256R1 = _ffi.SECMAIL_KEY_BRAINPOOLP256R1
    BRAINPOOLP384R1 = _ffi.SECMAIL_KEY_BRAINPOOLP384R1
    BRAINPOOLP512R1 = _ffi.SECMAIL_KEY_BRAINPOOLP512R1


class Format(enum.IntEnum):
    """How the data is encrypted. AUTO: SEIPDv2 if every recipient's certificate announces it.

    LIBREPGP (GnuPG's own packet 20) is read only.
    """

    AUTO = _ffi.SECMAIL_FORMAT_AUTO
    SEIPDV1 = _ffi.SECMAIL_FORMAT_SEIPDV1
    SEIPDV2 = _ffi.SECMAIL_FORMAT_SEIPDV2
    LIBREPGP = _ffi.SECMAIL_FORMAT_LIBREPGP


class InlineForm(enum.IntEnum):
    """The forms of a signed message."""

    BINARY = _ffi.SECMAIL_INLINE_BINARY
    TEXT = _ffi.SECMAIL_INLINE_TEXT
    CLEARTEXT = _ffi.SECMAIL_INLINE_CLEARTEXT


class Purpose(enum.IntEnum):
    """What a message is encrypted for, where a certificate has keys of both kinds."""

    ANY = _ffi.SECMAIL_PURPOSE_ANY
    COMMUNICATIONS = _ffi.SECMAIL_PURPOSE_COMMUNICATIONS
    STORAGE = _ffi.SECMAIL_PURPOSE_STORAGE


# -- Keys --------------------------------------------------------------------------------------


def _as_secret(context: Context, password: Password) -> Secret:
    return password if isinstance(password, Secret) else Secret(context, password)


class _Secrets:
    """Passwords as C takes them, for one call: those that came as text are wiped after it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._owned: list[Secret] = []

    def handle(self, password: Password) -> Any:
        secret = _as_secret(self._context, password)
        if secret is not password:
            self._owned.append(secret)
        return secret.handle

    def array(self, passwords: Sequence[Password]) -> Any:
        return (ctypes.c_void_p * len(passwords))(*(self.handle(p).value for p in passwords))

    def __enter__(self) -> _Secrets:
        return self

    def __exit__(self, *_: object) -> None:
        for secret in self._owned:
            secret.close()


class Key(Shared):
    """A transferable secret key: a certificate with the secret part of its keys.

    >>> context = Context()
    >>> key = generate(context, "Alice <alice@example.org>")
    >>> Key(context, key.export(context)).cert == key.cert
    True
    >>> locked = key.lock(context, "correct horse")
    >>> locked.locked, locked.unlock(context, "correct horse").locked
    (True, False)
    >>> locked.unlock(context, "wrong")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    secmail.errors.WrongPassword: ...
    """

    _ref = "secmail_key_ref"
    _unref = "secmail_key_unref"

    def __init__(self, context: Context, data: Buffer) -> None:
        """Reads exactly one secret key, armored or binary."""
        self._parse(lib.secmail_key_parse, context, data)

    @property
    def cert(self) -> Cert:
        """The key's certificate."""
        return Cert.borrowed(lib.secmail_key_cert(self.handle))

    @property
    def locked(self) -> bool:
        """Is a secret part locked with a password?"""
        return bool(lib.secmail_key_is_locked(self.handle))

    def lock(self, context: Context, password: Password) -> Key:
        """The same key, locked with a password."""
        return self._other(context, "secmail_key_lock", password)

    def unlock(self, context: Context, password: Password) -> Key:
        """The same key, opened with its password."""
        return self._other(context, "secmail_key_unlock", password)

    def change_password(
        self, context: Context, new: Password | None, *, old: Iterable[Password] = ()
    ) -> Key:
        """The same key, locked with another password, or with none.

        >>> context = Context()
        >>> key = generate(context, "Alice", password="first")
        >>> key.change_password(context, None, old=["zeroth", "first"]).locked
        False
        """
        with _Secrets(context) as secrets:
            array = secrets.array(list(old))
            password = None if new is None else secrets.handle(new)
            return self._make(
                context, "secmail_key_change_password", array, len(array), password, OUT
            )

    def merge(self, context: Context, cert: Cert) -> Key:
        """The same key, with what a copy of its certificate has more.

        >>> context = Context()
        >>> key = generate(context, "Alice")
        >>> stolen = revocation(context, key, RevocationReason.COMPROMISED)
        >>> key.merge(context, stolen).cert.keys(context)[0].valid
        False
        """
        return self._make(context, "secmail_key_merge", cert.handle, OUT)

    @classmethod
    def on_token(cls, context: Context, cert: Cert, token: Token) -> Key:
        """A key whose secrets are on a token, which does its private operations.

        >>> context = Context()
        >>> alice = generate(context, "Alice")
        >>> key = Key.on_token(context, alice.cert, Token())  # one that can't do anything
        >>> sign(context, b"data", [key])  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        secmail.errors.Token: ...
        """
        return _TokenCalls(token).make(context, lib.secmail_key_on_token, cert.handle)

    def attach_token(self, context: Context, token: Token) -> Key:
        """The same key, with a token for those of its parts that are elsewhere."""
        return _TokenCalls(token).make(context, lib.secmail_key_attach_token, self.handle)

    def _make(self, context: Context, name: str, *arguments: Any) -> Key:
        call = getattr(lib, name)
        unref = lib.secmail_key_unref
        return Key.adopt(make(context, unref, call, context.handle, self.handle, *arguments))

    def _other(self, context: Context, name: str, password: Password) -> Key:
        with _Secrets(context) as secrets:
            return self._make(context, name, secrets.handle(password), OUT)

    def export(self, context: Context, *, armored: bool = True) -> bytes:
        """The secret key in the state (locked or not) that it is in, in ordinary memory."""
        call = lib.secmail_key_export
        return make_bytes(context, call, context.handle, self.handle, int(armored), OUT)

    def __repr__(self) -> str:
        return f"<Key {self.cert.fingerprint}{', locked' if self.locked else ''}>"


class KeyRing(Shared, Sequence[Key]):
    """An ordered list of secret keys from one file.

    >>> context = Context()
    >>> data = b"".join(generate(context).export(context) for _ in range(2))
    >>> len(KeyRing(context, data))
    2
    """

    _ref = "secmail_key_ring_ref"
    _unref = "secmail_key_ring_unref"

    def __init__(self, context: Context, data: Buffer) -> None:
        """Reads any number of secret keys."""
        self._parse(lib.secmail_key_ring_parse, context, data)

    @property
    def skipped(self) -> int:
        """How many secret keys could not be read."""
        count: int = lib.secmail_key_ring_skipped(self.handle)
        return count

    def __len__(self) -> int:
        count: int = lib.secmail_key_ring_count(self.handle)
        return count

    @overload
    def __getitem__(self, index: int) -> Key: ...

    @overload
    def __getitem__(self, index: slice) -> list[Key]: ...

    def __getitem__(self, index: int | slice) -> Key | list[Key]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        at = range(len(self))[index]  # raises IndexError, and counts from the end
        return Key.borrowed(lib.secmail_key_ring_key(self.handle, at))


class _Generator(Operation):
    _prefix = "secmail_generator"

    def plan(
        self,
        user_ids: Iterable[str],
        profile: Profile,
        algorithm: KeyAlgorithm,
        lifetime: int | None,
        signing_only: bool,
        password: Password | None,
    ) -> None:
        self._call("set_profile", profile)
        self._call("set_algorithm", algorithm)
        for user_id in user_ids:
            if "\0" in user_id:
                raise ValueError("a user ID can't hold NUL")
            self._call("add_user_id", user_id.encode())
        if lifetime is not None:
            if not 0 <= lifetime < 1 << 32:
                raise ValueError(f"lifetime can't be {lifetime}")
            self._call("set_lifetime", lifetime)
        self._call("set_signing_only", int(signing_only))
        if password is not None:
            self._with_password("set_password", password)

    def run(self) -> Key:
        unref, call = lib.secmail_key_unref, lib.secmail_generator_run
        return Key.adopt(make(self._context, unref, call, self.handle, OUT))


def generate(
    context: Context,
    *user_ids: str,
    profile: Profile = Profile.RFC9580,
    algorithm: KeyAlgorithm = KeyAlgorithm.CURVE25519,
    lifetime: int | None = None,
    signing_only: bool = False,
    password: Password | None = None,
) -> Key:
    """Makes a key: a primary key that certifies, a subkey that signs and one that encrypts.

    `lifetime` is in seconds; None stands for three years, 0 for a key that never expires. The first
    user ID becomes the primary one.

    >>> context = Context()
    >>> key = generate(context, "Alice <alice@example.org>", profile=Profile.RFC4880)
    >>> key.cert.version, len(key.cert.keys(context))
    (4, 3)
    """
    with _Generator(context) as generator:
        generator.plan(user_ids, profile, algorithm, lifetime, signing_only, password)
        return generator.run()


# -- Editing -----------------------------------------------------------------------------------


class RevocationReason(enum.IntEnum):
    """Why something is revoked. Superseded and retired keys leave old uses valid."""

    UNSPECIFIED = _ffi.SECMAIL_REVOKED_UNSPECIFIED
    SUPERSEDED = _ffi.SECMAIL_REVOKED_SUPERSEDED
    COMPROMISED = _ffi.SECMAIL_REVOKED_COMPROMISED
    RETIRED = _ffi.SECMAIL_REVOKED_RETIRED
    USER_ID = _ffi.SECMAIL_REVOKED_USER_ID


def _text(text: str | None) -> bytes | None:
    if text is not None and "\0" in text:
        raise ValueError("the text can't hold NUL")
    return None if text is None else text.encode()


class KeyEdit(Operation):
    """A change to a key: wishes, then run(), which fulfils all of them or none.

    The key itself is never changed. Its primary key must be open.

    >>> context = Context()
    >>> key = generate(context, "Alice <alice@example.org>")
    >>> with KeyEdit(context, key) as edit:
    ...     edit.add_user_id("Alice <alice@example.com>")
    ...     edit.set_expiry(0, None)
    ...     changed = edit.run()
    >>> len(key.cert.user_ids), len(changed.cert.user_ids)
    (1, 2)
    """

    _prefix = "secmail_key_edit"

    def __init__(self, context: Context, key: Key, *, policy: Policy | None = None) -> None:
        self._open(context, lib.secmail_key_edit_new, key.handle)
        if policy is not None:
            self._setup(lambda: self._set_policy(policy))

    def _set_policy(self, policy: Policy) -> None:
        self._call("set_policy", policy.handle)

    def set_expiry(self, index: int, expires: int | None) -> None:
        """Sets when a key (0: the primary key) expires, in seconds since 1970; None for never."""
        self._call("set_expiry", index, -1 if expires is None else expires)

    def add_user_id(self, user_id: str) -> None:
        """Adds a user ID, or brings a revoked one back."""
        self._call("add_user_id", _text(user_id))

    def set_primary_user_id(self, index: int) -> None:
        """Makes a user ID of the key the primary one."""
        self._call("set_primary_user_id", index)

    def revoke_user_id(self, index: int, text: str | None = None) -> None:
        """Revokes a user ID: the name or address is no longer right."""
        self._call("revoke_user_id", index, _text(text))

    def add_subkey(
        self,
        flags: KeyFlags,
        expires: int | None = None,
        algorithm: KeyAlgorithm = KeyAlgorithm.CURVE25519,
    ) -> None:
        """Adds a subkey that signs or encrypts."""
        self._call("set_algorithm", algorithm)
        self._call("add_subkey", int(flags), -1 if expires is None else expires)

    def revoke_key(self, index: int, reason: RevocationReason, text: str | None = None) -> None:
        """Revokes a subkey, or (0) the primary key and with it everything."""
        self._call("revoke_key", index, reason, _text(text))

    def refresh(self, *, announce: bool = False) -> None:
        """Renews the self-signatures that the policy refuses, e.g. for SHA-1.

        With `announce` also those that don't announce all that this library can read.
        """
        self._call("refresh", int(announce))

    def run(self) -> Key:
        """The changed key; the same one if there is nothing to do."""
        unref, call = lib.secmail_key_unref, lib.secmail_key_edit_run
        return Key.adopt(make(self._context, unref, call, self.handle, OUT))


def revocation(
    context: Context, key: Key, reason: RevocationReason, text: str | None = None
) -> Cert:
    """A revocation certificate: the primary key and its revocation, to be merged into any copy.

    >>> context = Context()
    >>> key = generate(context, "Alice")
    >>> spare = revocation(context, key, RevocationReason.COMPROMISED, "found on a bus")
    >>> spare.fingerprint == key.cert.fingerprint, len(spare.user_ids)
    (True, 0)
    """
    return Cert.adopt(
        make(
            context,
            lib.secmail_cert_unref,
            lib.secmail_key_revocation,
            context.handle,
            key.handle,
            reason,
            _text(text),
            OUT,
        )
    )


class Certification(enum.IntEnum):
    """How well it was checked that a user ID belongs to the owner of the key."""

    GENERIC = _ffi.SECMAIL_CERTIFICATION_GENERIC
    PERSONA = _ffi.SECMAIL_CERTIFICATION_PERSONA
    CASUAL = _ffi.SECMAIL_CERTIFICATION_CASUAL
    POSITIVE = _ffi.SECMAIL_CERTIFICATION_POSITIVE


class Certifier(Operation):
    """A key that certifies user IDs of other people's certificates.

    `lifetime` is in seconds, 0 for ever; `trust` is (depth, amount).

    >>> context = Context()
    >>> alice, bob = generate(context, "Alice"), generate(context, "Bob")
    >>> with Certifier(context, alice, notations={"how@example.org": "in person"}) as certifier:
    ...     known = certifier.certify(bob.cert, "Bob")
    >>> b"in person" in known.export(context, armored=False)
    True
    """

    _prefix = "secmail_certify"

    def __init__(
        self,
        context: Context,
        key: Key,
        *,
        policy: Policy | None = None,
        level: Certification = Certification.GENERIC,
        local: bool = False,
        lifetime: int = 0,
        trust: tuple[int, int] = (0, 0),
        notations: Mapping[str, str] | None = None,
        any_user_id: bool = False,
    ) -> None:
        def prepare() -> None:
            if policy is not None:
                self._call("set_policy", policy.handle)
            self._call("set_level", level)
            self._call("set_local", int(local))
            self._call("set_lifetime", lifetime)
            self._call("set_trust", *trust)
            for name, value in (notations or {}).items():
                self._call("add_notation", _text(name), _text(value))
            self._call("allow_any_user_id", int(any_user_id))

        self._open(context, lib.secmail_certify_new, key.handle)
        self._setup(prepare)

    def certify(self, cert: Cert, user_id: str) -> Cert:
        """The certificate, with a certification of the user ID."""
        return self._make(lib.secmail_certify_user_id, cert, user_id)

    def revoke(
        self,
        cert: Cert,
        user_id: str,
        reason: RevocationReason = RevocationReason.USER_ID,
        text: str | None = None,
    ) -> Cert:
        """The certificate, with the certification taken back."""
        call = lib.secmail_certify_revoke_user_id
        return self._make(call, cert, user_id, reason, _text(text))

    def _make(self, call: Callable[..., int], cert: Cert, user_id: str, *more: Any) -> Cert:
        unref = lib.secmail_cert_unref
        arguments = self.handle, cert.handle, _text(user_id), *more, OUT
        return Cert.adopt(make(self._context, unref, call, *arguments))


# -- Keys on tokens ------------------------------------------------------------------------------


@dataclass(frozen=True)
class TokenRequest:
    """What a token is asked to do."""

    fingerprint: str
    algorithm: int  # number of RFC 9580 section 9.1
    hash: int  # number of RFC 9580 section 9.5, when signing
    data: bytes  # the digest, or what is to be decrypted


class Token:
    """The private operations of keys that are somewhere else; to be derived from.

    The methods may be called in any thread that uses a key. What they raise counts as a failure of
    the token (errors.Token). The formats are those of <secmail/openpgp.h>.
    """

    def has(self, fingerprint: str) -> bool:
        """Is the key on the token? Every one is, if this isn't overridden."""
        return True

    def sign(self, request: TokenRequest) -> bytes:
        """Signs a digest."""
        raise NotImplementedError

    def decrypt(self, request: TokenRequest) -> bytes | None:
        """Decrypts; None for RSA data that was not encrypted to the key."""
        raise NotImplementedError


class _TokenCalls:
    """A token as C sees it, from its making to its release by the last key."""

    _alive: dict[int, _TokenCalls] = {}

    def __init__(self, token: Token) -> None:
        fields = dict(_ffi.secmail_token._fields_)
        self._token = token
        self._number = id(self)
        self.calls = _ffi.secmail_token(
            ctypes.sizeof(_ffi.secmail_token),
            None,
            fields["has"](self._has),
            fields["sign"](lambda *arguments: self._answer(token.sign, *arguments)),
            fields["decrypt"](lambda *arguments: self._answer(token.decrypt, *arguments)),
            fields["release"](self._release),
        )

    def _has(self, _user: object, fingerprint: bytes) -> int:
        try:
            return int(bool(self._token.has(fingerprint.decode())))
        except Exception:  # it may not pass through C
            return 0

    def _answer(
        self,
        ask: Callable[[TokenRequest], bytes | None],
        _user: object,
        request: int,
        out: int,
        out_size: Any,
    ) -> int:
        try:
            wanted = ctypes.cast(request, ctypes.POINTER(_ffi.secmail_token_request)).contents
            data = ctypes.string_at(wanted.data, wanted.data_size)
            answer = ask(
                TokenRequest(wanted.fingerprint.decode(), wanted.algorithm, wanted.hash, data)
            )
            if answer is None:
                return _ffi.SECMAIL_TOKEN_REFUSED
            if len(answer) > out_size[0]:
                return _ffi.SECMAIL_TOKEN_FAILED
            ctypes.memmove(out, answer, len(answer))
            out_size[0] = len(answer)
            return _ffi.SECMAIL_TOKEN_DONE
        except Exception:
            return _ffi.SECMAIL_TOKEN_FAILED

    def _release(self, _user: object) -> None:
        self._alive.pop(self._number, None)

    def make(self, context: Context, call: Callable[..., int], source: Any) -> Key:
        self._alive[self._number] = self
        try:
            arguments = context.handle, source, ctypes.byref(self.calls), OUT
            return Key.adopt(make(context, lib.secmail_key_unref, call, *arguments))
        except BaseException:
            self._release(None)
            raise


# -- Encrypting --------------------------------------------------------------------------------


class Encryptor(Stream):
    """An encryption of one message, piece by piece; memory is constant.

    >>> context = Context()
    >>> key = generate(context)
    >>> with Encryptor(context, [key.cert]) as encryptor:
    ...     message = encryptor.update(b"Hel") + encryptor.update(b"lo") + encryptor.finish()
    >>> decrypt(context, message, [key]).plaintext
    b'Hello'

    With `detached_keys` the packets with the session key are kept apart from the message, and with
    `session_key` other recipients get the key that a message has already:

    >>> alice, bob = generate(context), generate(context)
    >>> with Encryptor(context, [alice.cert], detached_keys=True) as encryptor:
    ...     message = encryptor.convert(b"Hello")
    ...     for_alice, secret = encryptor.key_packets(), encryptor.session_key()
    >>> with Encryptor(context, [bob.cert], session_key=secret, detached_keys=True) as encryptor:
    ...     _ = encryptor.convert(b"")
    ...     for_bob = encryptor.key_packets()
    >>> decrypt(context, message, [alice], key_packets=for_alice).plaintext
    b'Hello'
    >>> decrypt(context, message, [bob], key_packets=for_bob).plaintext
    b'Hello'
    """

    _prefix = "secmail_encrypt"

    def __init__(
        self,
        context: Context,
        recipients: Iterable[Cert] = (),
        *,
        passwords: Iterable[Password] = (),
        signers: Iterable[Key] = (),
        format: Format = Format.AUTO,
        purpose: Purpose = Purpose.ANY,
        armor: bool = False,
        text: bool = False,
        hide_recipients: bool = False,
        padding: bool = False,
        size: int | None = None,
        session_key: Secret | None = None,
        detached_keys: bool = False,
        policy: Policy | None = None,
    ) -> None:
        super().__init__(context)

        def prepare() -> None:
            if policy is not None:
                self._call("set_policy", policy.handle)
            self._call("set_purpose", purpose)
            self._call("set_format", format)
            self._call("set_armor", int(armor))
            self._call("hide_recipients", int(hide_recipients))
            self._call("set_padding", int(padding))
            self._call("set_text", int(text))
            self._call("set_detached_keys", int(detached_keys))
            if size is not None:
                self._call("set_size", size)
            if session_key is not None:
                self._call("set_session_key", session_key.handle)
            for cert in recipients:
                self._call("add_recipient", cert.handle)
            for password in passwords:
                self._with_password("add_password", password)
            for key in signers:
                self._call("add_signer", key.handle)

        self._setup(prepare)

    def convert(self, data: Buffer) -> bytes:
        """Encrypts what is in memory, in one call on a fresh operation."""
        call = lib.secmail_encrypt_bytes
        return make_bytes(self._context, call, self.handle, *borrow(data), OUT)

    def session_key(self) -> Secret:
        """Cipher number and key, once encryption has begun: whoever has it can read the message."""
        return _session_key(self, self._context)

    def key_packets(self) -> bytes:
        """The packets with the session key, if they are detached, once encryption has begun."""
        return make_bytes(self._context, lib.secmail_encrypt_key_packets, self.handle, OUT)


def _session_key(operation: Operation, context: Context) -> Secret:
    call = getattr(lib, f"{operation._prefix}_session_key")
    return Secret.adopt(make(context, lib.secmail_secret_free, call, operation.handle, OUT))


def encrypt(
    context: Context,
    data: Buffer,
    recipients: Iterable[Cert] = (),
    *,
    passwords: Iterable[Password] = (),
    signers: Iterable[Key] = (),
    format: Format = Format.AUTO,
    purpose: Purpose = Purpose.ANY,
    armor: bool = False,
    text: bool = False,
    hide_recipients: bool = False,
    padding: bool = False,
    policy: Policy | None = None,
) -> bytes:
    """Encrypts what is in memory.

    >>> context = Context()
    >>> message = encrypt(context, b"Hello", passwords=["correct horse"], armor=True)
    >>> decrypt(context, message, passwords=["correct horse"]).plaintext
    b'Hello'
    >>> encrypt(context, b"Hello")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    secmail.errors.NoRecipient: ...
    """
    with Encryptor(
        context,
        recipients,
        passwords=passwords,
        signers=signers,
        format=format,
        purpose=purpose,
        armor=armor,
        text=text,
        hide_recipients=hide_recipients,
        padding=padding,
        policy=policy,
    ) as encryptor:
        return encryptor.convert(data)


# -- Decrypting --------------------------------------------------------------------------------


class Decryptor(Stream):
    """A decryption of one message, piece by piece.

    What update() returns is authentic; the message is complete only when finish() or copy() has
    returned. If one of them raises, throw everything away.

    >>> context = Context()
    >>> key = generate(context)
    >>> message = encrypt(context, b"Hello", [key.cert], signers=[key])
    >>> with Decryptor(context, [key], signers=[key.cert]) as decryptor:
    ...     plaintext = decryptor.update(message) + decryptor.finish()
    ...     plaintext, decryptor.verdicts, decryptor.format.name
    (b'Hello', <Verdicts: GOOD>, 'SEIPDV2')
    """

    _prefix = "secmail_decrypt"

    def __init__(
        self,
        context: Context,
        keys: Iterable[Key] = (),
        *,
        passwords: Iterable[Password] = (),
        session_keys: Iterable[Secret] = (),
        key_packets: Buffer | None = None,
        signers: Iterable[Cert] = (),
        text_lf: bool = False,
        policy: Policy | None = None,
    ) -> None:
        super().__init__(context)

        def prepare() -> None:
            if policy is not None:
                self._call("set_policy", policy.handle)
            self._call("set_text_lf", int(text_lf))
            for key in keys:
                self._call("add_key", key.handle)
            for password in passwords:
                self._with_password("add_password", password)
            for session_key in session_keys:
                self._call("add_session_key", session_key.handle)
            if key_packets is not None:
                self._call("add_key_packets", *borrow(key_packets))
            for cert in signers:
                self._call("add_signer", cert.handle)

        self._setup(prepare)

    def convert(self, data: Buffer) -> bytes:
        """Decrypts what is in memory; nothing is returned unless the whole message is authentic."""
        call = lib.secmail_decrypt_bytes
        return make_bytes(self._context, call, self.handle, *borrow(data), OUT)

    def copy(self, source: BinaryIO, sink: BinaryIO) -> None:
        """Decrypts a whole file with a fresh operation; use what stands in the sink only if this
        returns. A SEIPDv1 message too large to be held in memory is read twice if the source is
        seekable.
        """
        self._call("allow_rewind", int(source.seekable()))
        super().copy(source, sink)

    @property
    def verdicts(self) -> Verdicts:
        """The signatures of the message, once it is complete; before that, none."""
        count, at = lib.secmail_decrypt_verdict_count, lib.secmail_decrypt_verdict
        return Verdicts.read(count, at, self.handle)

    @property
    def literal(self) -> Literal:
        """What the message says of its data, once it is complete."""
        return Literal.read(self._context, lib.secmail_decrypt_literal, self.handle)

    @property
    def format(self) -> Format:
        """How the message was encrypted; AUTO before that is known."""
        return Format(lib.secmail_decrypt_format(self.handle))

    def session_key(self) -> Secret:
        """Cipher number and key, once they are known: whoever has it can read the message."""
        return _session_key(self, self._context)


@dataclass(frozen=True)
class Decrypted:
    """An opened message: authentic, and signed only if its verdicts say so."""

    plaintext: bytes
    verdicts: Verdicts
    format: Format


def decrypt(
    context: Context,
    data: Buffer,
    keys: Iterable[Key] = (),
    *,
    passwords: Iterable[Password] = (),
    session_keys: Iterable[Secret] = (),
    key_packets: Buffer | None = None,
    signers: Iterable[Cert] = (),
    text_lf: bool = False,
    policy: Policy | None = None,
) -> Decrypted:
    """Decrypts what is in memory, armored or binary.

    With `text_lf`, text comes with line ends LF instead of CR LF. `key_packets` are packets with
    the session key that are kept apart from the message.

    >>> context = Context()
    >>> alice, bob = generate(context), generate(context)
    >>> decrypt(context, encrypt(context, b"Hello", [alice.cert]), [bob])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    secmail.errors.CannotDecrypt: ...
    """
    with Decryptor(
        context,
        keys,
        passwords=passwords,
        session_keys=session_keys,
        key_packets=key_packets,
        signers=signers,
        text_lf=text_lf,
        policy=policy,
    ) as decryptor:
        plaintext = decryptor.convert(data)
        return Decrypted(plaintext, decryptor.verdicts, decryptor.format)


# -- Signing -----------------------------------------------------------------------------------


class Signer(Operation):
    """The making of detached signatures, piece by piece.

    >>> context = Context()
    >>> with Signer(context, [generate(context)]) as signer:
    ...     signer.update(b"Hel")
    ...     signer.update(b"lo")
    ...     signature = signer.finish()
    ...     signer.micalg.startswith("pgp-sha")
    True
    """

    _prefix = "secmail_sign"

    def __init__(
        self,
        context: Context,
        keys: Iterable[Key],
        *,
        armor: bool = False,
        text: bool = False,
        policy: Policy | None = None,
    ) -> None:
        super().__init__(context)

        def prepare() -> None:
            if policy is not None:
                self._call("set_policy", policy.handle)
            self._call("set_armor", int(armor))
            self._call("set_text", int(text))
            for key in keys:
                self._call("add_signer", key.handle)

        self._setup(prepare)

    def update(self, data: Buffer) -> None:
        """Hashes the next piece of the data."""
        self._call("update", *borrow(data))

    def finish(self) -> bytes:
        """Signs: one signature packet for each signer, in their order."""
        return make_bytes(self._context, lib.secmail_sign_finish, self.handle, OUT)

    @property
    def micalg(self) -> str:
        """The "micalg" parameter of multipart/signed; "" when signers use different hashes."""
        return decode(lib.secmail_sign_micalg(self.handle))


def sign(
    context: Context,
    data: Buffer,
    keys: Iterable[Key],
    *,
    armor: bool = False,
    text: bool = False,
    policy: Policy | None = None,
) -> bytes:
    """Signs data in memory; the signature is detached.

    >>> context = Context()
    >>> sign(context, b"Hello", [generate(context)], armor=True).decode().split("\\n")[0]
    '-----BEGIN PGP SIGNATURE-----'
    """
    with Signer(context, keys, armor=armor, text=text, policy=policy) as signer:
        signer.update(data)
        return signer.finish()


class InlineSigner(Stream):
    """The making of a signed message that holds its data, piece by piece.

    >>> from secmail import verify
    >>> context = Context()
    >>> key = generate(context)
    >>> with InlineSigner(context, [key]) as signer:
    ...     message = signer.update(b"Hel") + signer.update(b"lo") + signer.finish()
    >>> verify.inline_verify(context, message, [key.cert]).data
    b'Hello'
    """

    _prefix = "secmail_inline_sign"

    def __init__(
        self,
        context: Context,
        keys: Iterable[Key],
        *,
        form: InlineForm = InlineForm.BINARY,
        armor: bool = False,
        policy: Policy | None = None,
    ) -> None:
        super().__init__(context)

        def prepare() -> None:
            if policy is not None:
                self._call("set_policy", policy.handle)
            self._call("set_form", form)
            self._call("set_armor", int(armor))
            for key in keys:
                self._call("add_signer", key.handle)

        self._setup(prepare)

    def convert(self, data: Buffer) -> bytes:
        """Signs what is in memory, in one call on a fresh operation."""
        call = lib.secmail_inline_sign_bytes
        return make_bytes(self._context, call, self.handle, *borrow(data), OUT)


def inline_sign(
    context: Context,
    data: Buffer,
    keys: Iterable[Key],
    *,
    form: InlineForm = InlineForm.BINARY,
    armor: bool = False,
    policy: Policy | None = None,
) -> bytes:
    """Makes a signed message that holds its data.

    >>> context = Context()
    >>> message = inline_sign(context, b"Hello", [generate(context)], form=InlineForm.CLEARTEXT)
    >>> message.decode().split("\\n")[:3]
    ['-----BEGIN PGP SIGNED MESSAGE-----', '', 'Hello']
    """
    with InlineSigner(context, keys, form=form, armor=armor, policy=policy) as signer:
        return signer.convert(data)
