# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where implementations of OpenPGP differ, and what this library does.

ELSEWHERE and POLICY give, for cases of the shared corpus, the outcome that this project decided on where
it is not the one that the corpus names, each with the reason. Cases that aren't here come out as the
corpus says.
"""

_SHA1 = ("reject", "self-signatures with SHA-1 only: refused since February 2023 by the standard policy; "
                   "under a policy with another time or rule they are accepted")
_END_LINE = ("reject", "the END line has four dashes: the block isn't closed")
_VERSION_3 = ("reject", "signatures of version 3 hash no subpackets, with SHA-1 and DSA of 1024 bits here; "
                        "RFC 9580 section 5.2 leaves them optional")
_REVOKED = ("reject", "a revoked key stays revoked: no later self-signature takes that back, since whoever "
                      "holds a stolen copy could make one")
_CHUNK = ("reject", "chunks of 128 MiB: nothing of a chunk may leave before its end, so it would have to be "
                    "held; RFC 9580 section 5.13.2 ends at 4 MiB")
_ELGAMAL = ("reject", "RFC 9580 section 12.6: MUST NOT encrypt using Elgamal keys; old messages are read")
_NO_BINDING = ("reject", "the primary key has no self-signature that holds, so nothing says what it is for "
                         "or until when")
_VERSION_5 = ("reject", "LibrePGP's keys of version 5: their signatures are verified, and nothing is "
                        "made for them")
_BESIDE = ("ok", "a signature of an unknown version doesn't harm the good one beside it")

# Cases on which the others agree.
ELSEWHERE = {
    "rnp-armor-spaces": ("reject", "RFC 9580 section 6.2.1: an armor header line MUST start at the "
                                   "beginning of a line; an indented one is text that quotes it"),
}

# Cases on which implementations differ by policy.
POLICY = {
    "gnupg-ecdsa-256": _END_LINE,
    "gnupg-ecdsa-384": _END_LINE,
    "gnupg-ecdsa-521": _END_LINE,
    "gnupg-ed25519-rshort": _SHA1,
    "gnupg-ed25519-sshort": _SHA1,
    "gnupg-msg-cls-asc": _VERSION_3,
    "gnupg-msg-clss-asc": _VERSION_3,
    "gnupg-msg-cols-asc": _VERSION_3,
    "gnupg-msg-ols-asc": _VERSION_3,
    "gnupg-msg-oolss-asc": _VERSION_3,
    "gnupg-msg-sl-asc": _VERSION_3,
    "go-crypto-secp256k1": ("reject", "RFC 9580 knows no secp256k1"),
    "interop-gnupg-v1-003": ("unsigned", _SHA1[1]),
    "interop-revoked-primary-revoked-key_retired-t3-now": _REVOKED,
    "interop-revoked-primary-revoked-superseded-t3-now": _REVOKED,
    "interop-revoked-primary-revoked-uid_retired-t1-t2": (
        "reject", "the reason 'user ID is no longer valid' is none for a key (RFC 9580 section 5.2.3.31): "
                  "like a missing reason, it casts doubt on all that the key signed"),
    "interop-revoked-primary-revoked-uid_retired-t3-now": _REVOKED,
    "interop-revoked-sk-primary-revoked-superseded-t3-now": _REVOKED,
    "interop-revoked-sk-sk-revoked-superseded-t3-now": _REVOKED,
    "rnp-compressed-31-deep": ("reject", "an encrypted message inside of the compressed data of an encrypted "
                                         "message, 31 layers deep; the limit nesting is 16"),
    "rnp-csf": _SHA1,
    "rnp-dearmor-long-header-line-64k": ("reject", "the limit armor-header-size; a caller may raise it"),
    "rnp-dearmor-wrong-chars-header": ("reject", "there is no BEGIN line at the beginning of a line"),
    "rnp-detached-text-crlf": _SHA1,
    "rnp-detached-text-crlf-at-32k": _SHA1,
    "rnp-detached-v10-signature-first": _BESIDE,
    "rnp-detached-wrong-mpi-bits": _SHA1,
    "rnp-edge-key-critical-notations": _NO_BINDING,
    "rnp-edge-key-eg-4096-pub": _ELGAMAL,
    "rnp-edge-key-unhashed-subpkts": _SHA1,
    "rnp-forged-ecc-p256-pub-no-certification": _NO_BINDING,
    "rnp-forged-rsa-rsa-pub-forged-key": _NO_BINDING,
    "rnp-inline-signed": _SHA1,
    "rnp-inline-text-crlf-at-32k": _SHA1,
    "rnp-inline-uncompressed": _SHA1,
    "rnp-inline-v10-signature-second": _BESIDE,
    "rnp-load-dsa-eg": _ELGAMAL,
    "rnp-marker-malformed": ("ok", "RFC 9580 section 5.8: a marker packet MUST be ignored, whatever is in it"),
    "rnp-p20-pkesk-mpi-bits-1017": _CHUNK,
    "rnp-p20-pkesk-mpi-bits-1025": _CHUNK,
    "rnp-p20-pkesk-mpi-bits-1031": _CHUNK,
    "rnp-partial-length-1g": ("reject", "1 GiB out of some kilobytes: the limit compression-ratio; a caller "
                                        "may raise it"),
    "rnp-pubkey-with-experimental-packet": _ELGAMAL,
    "rnp-stripped-uid-verify": ("reject", "RFC 9580 knows no secp256k1"),
    "rnp-v5-ecc-25519": _VERSION_5,
    "rnp-v5-ecc-p256": _VERSION_5,
    "rpgp-csf-01": ("reject", "a secret key is given as a certificate: an accident that should not pass "
                              "unnoticed; extract-cert makes the certificate"),
    "sq-detached-v3-signature": _VERSION_3,
    "sq-inrelease-msft": _SHA1,
    "sq-revoked-cert-2": _REVOKED,
    "sq-revoked-subkey-2": _REVOKED,
}
