# SPDX-License-Identifier: LGPL-2.1-or-later
"""OpenPGP bytes by hand, for tests: packets of any shape, also of shapes that must be refused.

Independent of the library: the cryptography is python3-cryptography's, the formats are written from
RFC 9580. Whatever a test wants to break is a parameter here.
"""
import base64
import hashlib
import os
import re
import struct

from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESOCB3
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

PKESK, SIGNATURE, SKESK, ONE_PASS, SECRET_KEY, PUBLIC_KEY, SECRET_SUBKEY = 1, 2, 3, 4, 5, 6, 7
COMPRESSED, SED, MARKER, LITERAL, TRUST, USER_ID, PUBLIC_SUBKEY = 8, 9, 10, 11, 12, 13, 14
SEIPD, MDC, PADDING = 18, 19, 21
AES256, OCB, GCM = 9, 2, 3
SHA1, SHA256, SHA512 = 2, 8, 10
HASHES = {1: hashlib.md5, SHA1: hashlib.sha1, SHA256: hashlib.sha256, SHA512: hashlib.sha512}
SALT_SIZE = {SHA256: 16, SHA512: 32, SHA1: 16, 1: 16}


# -- framing (section 4.2) ---------------------------------------------------------------------

def length(n):
    if n < 192:
        return bytes([n])
    if n < 8384:
        return bytes([(n - 192 >> 8) + 192, (n - 192) & 255])
    return b"\xff" + struct.pack(">I", n)


def packet(tag, body, declared=None):
    """A packet in the OpenPGP format; `declared` is the length that it claims to have."""
    return bytes([0xc0 | tag]) + length(len(body) if declared is None else declared) + body


def old_packet(tag, body):
    return bytes([0x80 | tag << 2 | 2]) + struct.pack(">I", len(body)) + body


def partial_packet(tag, body, exponent):
    """In partial lengths of 2**exponent."""
    out, size = bytes([0xc0 | tag]), 1 << exponent
    while len(body) >= size:
        out += bytes([0xe0 | exponent]) + body[:size]
        body = body[size:]
    return out + length(len(body)) + body


def split(data):
    """[(tag, body)] of binary packets with any kind of length."""
    packets, pos = [], 0
    while pos < len(data):
        first, pos = data[pos], pos + 1
        if not first & 0x40:
            kind = first & 3
            size = {0: 1, 1: 2, 2: 4}.get(kind, 0)
            n = int.from_bytes(data[pos:pos + size], "big") if kind < 3 else len(data) - pos
            pos += size
            packets.append((first >> 2 & 15, data[pos:pos + n]))
            pos += n
            continue
        body = b""
        while True:
            o, pos = data[pos], pos + 1
            if o < 192:
                n = o
            elif o < 224:
                n, pos = (o - 192 << 8) + data[pos] + 192, pos + 1
            elif o == 255:
                n, pos = int.from_bytes(data[pos:pos + 4], "big"), pos + 4
            else:
                n = 1 << (o & 31)
            body += data[pos:pos + n]
            pos += n
            if not 224 <= o < 255:
                break
        packets.append((first & 63, body))
    return packets


def join(packets):
    return b"".join(packet(tag, body) for tag, body in packets)


# -- armor (section 6) -------------------------------------------------------------------------

def crc24(data):
    crc = 0xb704ce
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864cfb
    return crc & 0xffffff


def armor(data, label="MESSAGE", crc=None):
    text = base64.b64encode(data).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    check = base64.b64encode((crc24(data) if crc is None else crc).to_bytes(3, "big")).decode()
    return "\n".join([f"-----BEGIN PGP {label}-----", "", *lines, "=" + check,
                      f"-----END PGP {label}-----", ""]).encode()


def dearmor(text):
    """Binary data of the first armored block; binary data as it is."""
    if not text.lstrip().startswith(b"-----"):
        return text
    lines = text.split(b"-----BEGIN", 1)[1].splitlines()[1:]
    body = lines[lines.index(b"") + 1:]
    data = []
    for line in body:
        if line.startswith((b"=", b"-----")):
            break
        data.append(line)
    return base64.b64decode(b"".join(data))


# -- data ---------------------------------------------------------------------------------------

def literal(data, name=b"", kind=b"b", date=0):
    return packet(LITERAL, kind + bytes([len(name)]) + name + struct.pack(">I", date) + data)


def compressed(data, algorithm=1):
    import bz2
    import zlib
    if algorithm == 1:
        c = zlib.compressobj(9, zlib.DEFLATED, -15)
        data = c.compress(data) + c.flush()
    elif algorithm == 2:
        data = zlib.compress(data, 9)
    elif algorithm == 3:
        data = bz2.compress(data)
    return packet(COMPRESSED, bytes([algorithm]) + data)


# -- encrypted data (section 5.13) -------------------------------------------------------------

def cfb(key, data):
    e = Cipher(algorithms.AES(key), modes.CFB(bytes(16))).encryptor()
    return e.update(data) + e.finalize()


def seipd1_body(key, plaintext, prefix=None, mdc=True, mdc_packet=None):
    prefix = os.urandom(16) if prefix is None else prefix
    clear = prefix + prefix[-2:] + plaintext
    if mdc:
        clear += b"\xd3\x14"
        clear += hashlib.sha1(clear).digest()
    if mdc_packet is not None:
        clear += mdc_packet
    return b"\x01" + cfb(key, clear)


def seipd1(key, plaintext, **how):
    return packet(SEIPD, seipd1_body(key, plaintext, **how))


def sed(key, plaintext):
    """Tag 9, with the resynchronisation of section 13.9 (which readers must never get to)."""
    prefix = os.urandom(16)
    first = cfb(key, prefix + prefix[-2:])
    e = Cipher(algorithms.AES(key), modes.CFB(first[2:18])).encryptor()
    return packet(SED, first + e.update(plaintext) + e.finalize())


class Aead:
    """The parts of a SEIPDv2 body, to be put together in any way."""

    def __init__(self, key, plaintext, chunk_octet=0, aead=OCB, cipher=AES256, salt=None):
        self.head = bytes([2, cipher, aead, chunk_octet])
        self.salt = os.urandom(32) if salt is None else salt
        self.info = bytes([0xc0 | SEIPD]) + self.head
        nonce_size = {OCB: 15, GCM: 12}[aead]
        derived = HKDF(hashes.SHA256(), len(key) + nonce_size - 8, self.salt, self.info).derive(key)
        self.iv = derived[len(key):]
        self.box = (AESOCB3 if aead == OCB else AESGCM)(derived[:len(key)])
        size = 1 << (chunk_octet + 6)
        pieces = [plaintext[i:i + size] for i in range(0, len(plaintext), size)]
        self.chunks = [self.seal(i, piece) for i, piece in enumerate(pieces)]
        self.final = self.seal_final(len(pieces), len(plaintext))

    def seal(self, index, data, extra=b""):
        return self.box.encrypt(self.iv + struct.pack(">Q", index), data, self.info + extra)

    def seal_final(self, index, total):
        return self.seal(index, b"", struct.pack(">Q", total))

    def body(self, chunks=None, final=None):
        chunks = self.chunks if chunks is None else chunks
        final = self.final if final is None else final
        return self.head + self.salt + b"".join(chunks) + final

    def packet(self, chunks=None, final=None):
        return packet(SEIPD, self.body(chunks, final))


def seipd2(key, plaintext, **how):
    return Aead(key, plaintext, **how).packet()


# -- passwords (sections 3.7, 5.3) --------------------------------------------------------------

def s2k_iterated(password, salt, coded=96, hash_id=SHA256, size=32):
    count = (16 + (coded & 15)) << ((coded >> 4) + 6)
    data = salt + password
    data = (data * (count // len(data) + 1))[:max(count, len(data))]
    return HASHES[hash_id](data).digest()[:size]


def skesk4(password, salt=None, coded=96):
    """(packet, session key): the key is the S2K's output itself."""
    salt = os.urandom(8) if salt is None else salt
    body = bytes([4, AES256, 3, SHA256]) + salt + bytes([coded])
    return packet(SKESK, body), s2k_iterated(password, salt, coded)


def skesk6(password, session_key, s2k=None, aead=OCB):
    """With an iterated S2K, or another specifier that is only there to be refused."""
    salt = os.urandom(8)
    spec = bytes([3, SHA256]) + salt + b"\x60" if s2k is None else s2k
    info = bytes([0xc0 | SKESK, 6, AES256, aead])
    key = HKDF(hashes.SHA256(), 32, None, info).derive(s2k_iterated(password, salt))
    iv = os.urandom({OCB: 15, GCM: 12}[aead])
    box = (AESOCB3 if aead == OCB else AESGCM)(key)
    body = bytes([6, 3 + len(spec) + len(iv), AES256, aead, len(spec)]) + spec + iv
    return packet(SKESK, body + box.encrypt(iv, session_key, info))


# -- what keys need --------------------------------------------------------------------------------

# Public-key algorithms (RFC 9580 section 9.1, RFC 9980) by what a feature of the library names.
FEATURES = {1: "rsa", 2: "rsa", 3: "rsa", 16: "elgamal", 17: "dsa", 18: "ecdh", 19: "ecdsa",
            22: "ed25519", 25: "x25519", 26: "x448", 27: "ed25519", 28: "ed448", 30: "ml-dsa-65",
            31: "ml-dsa-87", 32: "slh-dsa-shake-128s", 33: "slh-dsa-shake-128f",
            34: "slh-dsa-shake-256s", 35: "ml-kem-768", 36: "ml-kem-1024"}
# Curves of algorithms 18 and 19 that come with the features above.
CURVES = {"2b060104019755010501": "x25519", "2b06010401da470f01": "ed25519",
          "2a8648ce3d030107": "nistp256", "2b81040022": "nistp384", "2b81040023": "nistp521",
          "2b2403030208010107": "brainpoolp256r1", "2b240303020801010b": "brainpoolp384r1",
          "2b240303020801010d": "brainpoolp512r1"}


def features_of(data):
    """Names of what a library needs for the keys of a file: {feature}."""
    found = set()
    text = data.lstrip()
    blocks = re.split(rb"(?=-----BEGIN PGP)", text) if text.startswith(b"-----") else [data]
    for block in filter(None, blocks):
        try:
            content = split(dearmor(block))
        except (IndexError, ValueError):
            continue
        for tag, body in content:
            if tag not in (PUBLIC_KEY, PUBLIC_SUBKEY, SECRET_KEY,
                           SECRET_SUBKEY) or len(body) < 8:
                continue
            number = body[5] if body[0] in (4, 5, 6) else body[7]
            feature = FEATURES.get(number, f"algorithm {number}")
            if feature in ("ecdh", "ecdsa"):
                start = 6 if body[0] == 4 else 10
                oid = body[start + 1:start + 1 + body[start]].hex()
                feature = CURVES.get(oid, f"curve {oid}")
            if body[0] not in (4, 6):
                feature = f"version {body[0]} keys"
            found.add(feature)
    return found


# -- keys and signatures (sections 5.2, 5.5) -----------------------------------------------------

CERTIFY, SIGN, ENCRYPT = 1, 2, 12
DAY = 86400
BORN = 1735689600  # 2025-01-01


def subpacket(kind, data, critical=False):
    return length(len(data) + 1) + bytes([kind | (0x80 if critical else 0)]) + data


def raw_private(key):
    return key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())


def raw_public(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


class Key:
    """One key of version 4 or 6: Ed25519 (27) that signs, or X25519 (25) that decrypts."""

    def __init__(self, version=6, encrypts=False, created=BORN, tag=None):
        self.version, self.created, self.encrypts = version, created, encrypts
        self.secret = (x25519.X25519PrivateKey if encrypts else ed25519.Ed25519PrivateKey).generate()
        self.algorithm = 25 if encrypts else 27
        self.public = raw_public(self.secret)

    def body(self):
        head = struct.pack(">BIB", self.version, self.created, self.algorithm)
        return head + (struct.pack(">I", 32) if self.version == 6 else b"") + self.public

    def secret_body(self):
        secret = raw_private(self.secret)
        check = b"" if self.version == 6 else struct.pack(">H", sum(secret) & 0xffff)
        return self.body() + b"\0" + secret + check

    def framed(self):
        """As it is hashed into fingerprints and signatures."""
        body = self.body()
        return (b"\x9b" + struct.pack(">I", len(body)) if self.version == 6
                else b"\x99" + struct.pack(">H", len(body))) + body

    def fingerprint(self):
        return (hashlib.sha256 if self.version == 6 else hashlib.sha1)(self.framed()).digest()

    def key_id(self):
        return self.fingerprint()[:8] if self.version == 6 else self.fingerprint()[-8:]

    def issuer(self):
        return subpacket(33, bytes([self.version]) + self.fingerprint())

    def sign(self, data, kind=0, date=BORN + DAY, hash_id=SHA512, hashed=b"", unhashed=b"",
             with_date=True, version=None, tamper=lambda digest: digest):
        """A signature packet over `data`, whose canonical form the caller has made."""
        version = version or self.version
        if with_date:
            hashed = subpacket(2, struct.pack(">I", date)) + hashed
        hashed += self.issuer()
        wide = version == 6
        size = (lambda b: struct.pack(">I" if wide else ">H", len(b)))
        head = bytes([version, kind, 27, hash_id]) + size(hashed) + hashed
        salt = os.urandom(SALT_SIZE[hash_id]) if wide else b""
        digest = HASHES[hash_id](salt + data + head + bytes([version, 0xff])
                                 + struct.pack(">I", len(head))).digest()
        body = head + size(unhashed) + unhashed + digest[:2]
        if wide:
            body += bytes([len(salt)]) + salt
        return packet(SIGNATURE, body + self.secret.sign(tamper(digest)))

    def pkesk(self, session_key, version=None, wildcard=False, ephemeral=None, cipher=AES256):
        """A session key for this X25519 key (sections 5.1.6 and 5.1.7)."""
        version = version or (6 if self.version == 6 else 3)
        mine = x25519.X25519PrivateKey.generate()
        point = raw_public(mine) if ephemeral is None else ephemeral
        try:
            shared = mine.exchange(self.secret.public_key())
        except ValueError:
            shared = bytes(32)
        if ephemeral is not None:
            shared = bytes(32)  # what a careless receiver computes for a point of small order
        kek = HKDF(hashes.SHA256(), 16, None, b"OpenPGP X25519").derive(point + self.public + shared)
        wrapped = keywrap.aes_key_wrap(kek, session_key)
        extra = b"" if version == 6 else bytes([cipher])
        tail = bytes([25]) + point + bytes([len(wrapped) + len(extra)]) + extra + wrapped
        if version == 6:
            who = b"\0" if wildcard else (bytes([len(self.fingerprint()) + 1, self.version])
                                          + self.fingerprint())
        else:
            who = bytes(8) if wildcard else self.key_id()
        return packet(PKESK, bytes([version]) + who + tail)


def flags(bits):
    return subpacket(27, bytes([bits]))


class Identity:
    """A transferable key: primary, user ID, encryption subkey; signing subkey where wanted."""

    def __init__(self, version=6, user=b"Forged <forged@example.org>", primary_flags=CERTIFY | SIGN,
                 subkey_flags=ENCRYPT, signing_subkey=False, back_signature=True, expires=None,
                 created=BORN):
        self.version, self.user = version, user
        self.primary = Key(version, created=created)
        self.subkey = Key(version, encrypts=True, created=created)
        self.signer = Key(version, created=created) if signing_subkey else None
        expiry = subpacket(9, struct.pack(">I", expires)) if expires else b""
        features = subpacket(30, b"\x09" if version == 6 else b"\x01")
        about = flags(primary_flags) + features + expiry
        sign = self.primary.sign
        framed = self.primary.framed()
        self.direct = sign(framed, 0x1f, created, hashed=about)
        self.certification = sign(framed + self.framed_user(), 0x13, created, hashed=about)
        self.binding = sign(framed + self.subkey.framed(), 0x18, created, hashed=flags(subkey_flags))
        if self.signer:
            both = framed + self.signer.framed()
            back = split(self.signer.sign(both, 0x19, created))[0][1] if back_signature else None
            embedded = subpacket(32, back) if back else b""
            self.signer_binding = sign(both, 0x18, created, hashed=flags(SIGN) + embedded)

    def framed_user(self):
        return b"\xb4" + struct.pack(">I", len(self.user)) + self.user

    def _join(self, primary_tag, subkey_tag, body, after_primary=b"", signer_body=None):
        out = packet(primary_tag, body(self.primary)) + after_primary
        if self.version == 6:
            out += self.direct
        out += packet(USER_ID, self.user) + self.certification
        out += packet(subkey_tag, body(self.subkey)) + self.binding
        if self.signer:
            out += packet(subkey_tag, body(self.signer)) + self.signer_binding
        return out

    def cert(self, after_primary=b""):
        return self._join(PUBLIC_KEY, PUBLIC_SUBKEY, Key.body, after_primary)

    def key(self):
        return self._join(SECRET_KEY, SECRET_SUBKEY, Key.secret_body)

    def revocation(self, date=BORN + DAY, reason=b"\x02compromised"):
        return self.primary.sign(self.primary.framed(), 0x20, date, hashed=subpacket(29, reason))


def one_pass(key, kind=0, hash_id=SHA512, last=1, salt=None):
    if key.version == 6:
        return packet(ONE_PASS, bytes([6, kind, hash_id, 27, len(salt)]) + salt
                      + key.fingerprint() + bytes([last]))
    return packet(ONE_PASS, bytes([3, kind, hash_id, 27]) + key.key_id() + bytes([last]))


def signed_message(key, data, shown=None, hashed=b"", **how):
    """One-pass signed literal data; `shown` is what stands there instead of what was signed."""
    signature = key.sign(data, hashed=hashed, **how)
    body = split(signature)[0][1]
    salt = None
    if key.version == 6:
        hashed_size = struct.unpack(">I", body[4:8])[0]
        pos = 8 + hashed_size
        pos += 4 + struct.unpack(">I", body[pos:pos + 4])[0] + 2
        salt = body[pos + 1:pos + 1 + body[pos]]
    return one_pass(key, salt=salt) + literal(data if shown is None else shown) + signature
