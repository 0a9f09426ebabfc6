# SPDX-License-Identifier: LGPL-2.1-or-later
"""The C interface as ctypes sees it.

Made by tools/gen_ffi.py from include/secmail/*.h; edit those.
"""

from __future__ import annotations

import ctypes as c
from typing import Any, Final

from ._handle import Handle

# secmail/errors.h
SECMAIL_OK: Final = 0
SECMAIL_E_NOMEM: Final = -1
SECMAIL_E_ARGUMENT: Final = -2
SECMAIL_E_STATE: Final = -3
SECMAIL_E_RANDOM: Final = -4
SECMAIL_E_CRYPTO_INIT: Final = -5
SECMAIL_E_CLOCK: Final = -6
SECMAIL_E_INTERNAL: Final = -7
SECMAIL_E_NOT_BUILT: Final = -8
SECMAIL_E_ENCODING: Final = -100
SECMAIL_E_ARMOR: Final = -101
SECMAIL_E_ARMOR_KIND: Final = -102
SECMAIL_E_UNSUPPORTED_ALGORITHM: Final = -200
SECMAIL_E_WEAK_POINT: Final = -201
SECMAIL_E_MALFORMED: Final = -300
SECMAIL_E_TRUNCATED: Final = -301
SECMAIL_E_NO_DATA: Final = -302
SECMAIL_E_MODIFIED: Final = -303
SECMAIL_E_UNPROTECTED: Final = -304
SECMAIL_E_UNSUPPORTED_VERSION: Final = -305
SECMAIL_E_CRITICAL_PACKET: Final = -306
SECMAIL_E_EXPECTED_TEXT: Final = -307
SECMAIL_E_POLICY: Final = -308
SECMAIL_E_POLICY_TEXT: Final = -309
SECMAIL_E_CLEARTEXT: Final = -310
SECMAIL_E_LIMITS_TEXT: Final = -311
SECMAIL_E_CANNOT_DECRYPT: Final = -400
SECMAIL_E_WRONG_PASSWORD: Final = -401
SECMAIL_E_KEY_LOCKED: Final = -402
SECMAIL_E_KEY_EXPIRED: Final = -403
SECMAIL_E_KEY_REVOKED: Final = -404
SECMAIL_E_KEY_INVALID: Final = -405
SECMAIL_E_CANNOT_ENCRYPT: Final = -406
SECMAIL_E_CANNOT_SIGN: Final = -407
SECMAIL_E_NOT_A_CERT: Final = -408
SECMAIL_E_NOT_A_KEY: Final = -409
SECMAIL_E_KEY_TAMPERED: Final = -410
SECMAIL_E_SECRET_ABSENT: Final = -411
SECMAIL_E_USER_ID_NO_MATCH: Final = -412
SECMAIL_E_CANNOT_CERTIFY: Final = -413
SECMAIL_E_OTHER_CERT: Final = -414
SECMAIL_E_TOKEN: Final = -415
SECMAIL_E_NO_RECIPIENT: Final = -500
SECMAIL_E_NO_SIGNER: Final = -501
SECMAIL_E_INCOMPATIBLE: Final = -502
SECMAIL_E_SIZE_MISMATCH: Final = -503
SECMAIL_E_NEEDS_REWIND: Final = -504
SECMAIL_E_INPUT_CHANGED: Final = -505
SECMAIL_E_NO_GOOD_SIGNATURE: Final = -506
SECMAIL_E_LIMIT_HELD_PLAINTEXT: Final = -601
SECMAIL_E_LIMIT_PLAINTEXT_SIZE: Final = -602
SECMAIL_E_LIMIT_COMPRESSION_RATIO: Final = -603
SECMAIL_E_LIMIT_NESTING: Final = -604
SECMAIL_E_LIMIT_MESSAGE_PACKETS: Final = -605
SECMAIL_E_LIMIT_PACKET_SIZE: Final = -606
SECMAIL_E_LIMIT_SESSION_KEY_PACKETS: Final = -607
SECMAIL_E_LIMIT_MESSAGE_SIGNATURES: Final = -608
SECMAIL_E_LIMIT_CERT_SIGNATURES: Final = -609
SECMAIL_E_LIMIT_CERT_COMPONENTS: Final = -610
SECMAIL_E_LIMIT_RING_CERTS: Final = -611
SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB: Final = -612
SECMAIL_E_LIMIT_ARGON2_WORK: Final = -613
SECMAIL_E_LIMIT_PASSWORD_TRIES: Final = -614
SECMAIL_E_LIMIT_HIDDEN_RECIPIENT_TRIES: Final = -615
SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE: Final = -616
SECMAIL_E_LIMIT_REPORT_ENTRIES: Final = -617
SECMAIL_E_OTP_URI: Final = -1000
SECMAIL_E_OTP_SECRET: Final = -1001
SECMAIL_E_OTP_PARAMETER: Final = -1002
SECMAIL_E_OTP_MIGRATION: Final = -1003
SECMAIL_E_OTP_TEXT: Final = -1004
SECMAIL_E_OTP_STATE: Final = -1005
SECMAIL_E_OTP_STATE_VERSION: Final = -1006
SECMAIL_E_OTP_STATE_KEY: Final = -1007
SECMAIL_E_OTP_STATE_SEAL: Final = -1008
SECMAIL_E_OTP_NOT_ENROLLED: Final = -1009
SECMAIL_E_OTP_TOO_MANY: Final = -1010
SECMAIL_E_OTP_NO_SUCH_ENTRY: Final = -1011
SECMAIL_E_OTP_NOT_STORED: Final = -1012
SECMAIL_E_MAILAUTH_ADDRESS: Final = -1100
SECMAIL_E_MAILAUTH_TEXT: Final = -1101
SECMAIL_E_MAILAUTH_QUESTION: Final = -1102
SECMAIL_E_MAILAUTH_RECORD: Final = -1103
SECMAIL_E_MAILAUTH_FIELD: Final = -1104
SECMAIL_E_MAILAUTH_UNTRUSTED: Final = -1105
SECMAIL_E_MAILAUTH_KEY: Final = -1106
SECMAIL_E_MAILAUTH_NO_KEY: Final = -1107
SECMAIL_E_MAILAUTH_FROM: Final = -1108
SECMAIL_E_MAILAUTH_MESSAGE: Final = -1109
SECMAIL_E_MAILAUTH_CHAIN: Final = -1110
SECMAIL_E_MAILAUTH_REPORT: Final = -1111
SECMAIL_E_MAILAUTH_REPORT_INCOMPLETE: Final = -1112
SECMAIL_E_MAILAUTH_REPORT_DOMAIN: Final = -1113
SECMAIL_E_MAILAUTH_SUFFIXES: Final = -1114
SECMAIL_E_DNS_DRIVER: Final = -1200
SECMAIL_E_DNS_SETTING: Final = -1201
SECMAIL_E_DNS_CONFIG: Final = -1202
SECMAIL_E_DNS_ANCHOR: Final = -1203
SECMAIL_E_DNS_NAME: Final = -1204
SECMAIL_E_DNS_RECORD: Final = -1205
SECMAIL_E_DNS_BUSY: Final = -1206
SECMAIL_E_DNS_QUERY: Final = -1207
SECMAIL_E_DNS_CANCELLED: Final = -1208

# secmail/core.h
SECMAIL_VERSION_NUMBER: Final = 100
SECMAIL_LIMIT_HELD_PLAINTEXT: Final = 1
SECMAIL_LIMIT_PLAINTEXT_SIZE: Final = 2
SECMAIL_LIMIT_COMPRESSION_RATIO: Final = 3
SECMAIL_LIMIT_NESTING: Final = 4
SECMAIL_LIMIT_MESSAGE_PACKETS: Final = 5
SECMAIL_LIMIT_PACKET_SIZE: Final = 6
SECMAIL_LIMIT_SESSION_KEY_PACKETS: Final = 7
SECMAIL_LIMIT_MESSAGE_SIGNATURES: Final = 8
SECMAIL_LIMIT_CERT_SIGNATURES: Final = 9
SECMAIL_LIMIT_CERT_COMPONENTS: Final = 10
SECMAIL_LIMIT_RING_CERTS: Final = 11
SECMAIL_LIMIT_ARGON2_MEMORY_KIB: Final = 12
SECMAIL_LIMIT_ARGON2_WORK: Final = 13
SECMAIL_LIMIT_PASSWORD_TRIES: Final = 14
SECMAIL_LIMIT_HIDDEN_RECIPIENT_TRIES: Final = 15
SECMAIL_LIMIT_ARMOR_HEADER_SIZE: Final = 16
SECMAIL_LIMIT_REPORT_ENTRIES: Final = 17
SECMAIL_LOG_DEBUG: Final = 0
SECMAIL_LOG_INFO: Final = 1
SECMAIL_LOG_WARNING: Final = 2
SECMAIL_DONE: Final = 0
SECMAIL_NEEDS_INPUT: Final = 1
SECMAIL_NEEDS_ROOM: Final = 2
SECMAIL_NEEDS_REWIND: Final = 3


class secmail_bytes(Handle): ...
class secmail_context(Handle): ...
class secmail_limits(Handle): ...
class secmail_secret(Handle): ...


class secmail_allocator(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("alloc", c.CFUNCTYPE(c.c_void_p, c.c_void_p, c.c_size_t)),
        ("realloc", c.CFUNCTYPE(c.c_void_p, c.c_void_p, c.c_void_p, c.c_size_t)),
        ("free", c.CFUNCTYPE(None, c.c_void_p, c.c_void_p)),
        ("user", c.c_void_p),
    ]


class secmail_input(c.Structure):
    _fields_ = [
        ("data", c.c_void_p),
        ("size", c.c_size_t),
        ("pos", c.c_size_t),
    ]


class secmail_output(c.Structure):
    _fields_ = [
        ("data", c.c_void_p),
        ("size", c.c_size_t),
        ("pos", c.c_size_t),
    ]


secmail_clock_fn = c.CFUNCTYPE(c.c_int64, c.c_void_p)
secmail_random_fn = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_size_t)
secmail_log_fn = c.CFUNCTYPE(None, c.c_void_p, c.c_uint32, c.c_char_p)

# secmail/dns.h
SECMAIL_DNS_WAITING: Final = 16
SECMAIL_DNS_ANSWERED: Final = 1
SECMAIL_DNS_NXDOMAIN: Final = 2
SECMAIL_DNS_SERVFAIL: Final = 3
SECMAIL_DNS_TIMEOUT: Final = 4
SECMAIL_DNS_SECURE: Final = 1
SECMAIL_DNS_INSECURE: Final = 2
SECMAIL_DNS_INDETERMINATE: Final = 3
SECMAIL_DNS_BOGUS: Final = 4
SECMAIL_DNS_TIMEOUT_MS: Final = 1
SECMAIL_DNS_OPEN_QUERIES: Final = 2
SECMAIL_DNS_CACHE_BYTES: Final = 3
SECMAIL_DNS_CACHE_SECONDS: Final = 4
SECMAIL_DNS_VALIDATION_TIME: Final = 5


class secmail_dns(Handle): ...
class secmail_dns_result(Handle): ...



# secmail/mailauth.h
SECMAIL_MAILAUTH_NEEDS_ANSWERS: Final = 16
SECMAIL_MAILAUTH_SPF: Final = 1
SECMAIL_MAILAUTH_DKIM: Final = 2
SECMAIL_MAILAUTH_DMARC: Final = 4
SECMAIL_MAILAUTH_ARC: Final = 8
SECMAIL_MAILAUTH_ALL: Final = 15
SECMAIL_MAILAUTH_NONE: Final = 1
SECMAIL_MAILAUTH_PASS: Final = 2
SECMAIL_MAILAUTH_FAIL: Final = 3
SECMAIL_MAILAUTH_SOFTFAIL: Final = 4
SECMAIL_MAILAUTH_NEUTRAL: Final = 5
SECMAIL_MAILAUTH_POLICY: Final = 6
SECMAIL_MAILAUTH_TEMPERROR: Final = 7
SECMAIL_MAILAUTH_PERMERROR: Final = 8
SECMAIL_MAILAUTH_NO_DNS: Final = 0
SECMAIL_MAILAUTH_SECURE: Final = 1
SECMAIL_MAILAUTH_INSECURE: Final = 2
SECMAIL_MAILAUTH_INDETERMINATE: Final = 3
SECMAIL_MAILAUTH_BOGUS: Final = 4
SECMAIL_MAILAUTH_ANSWERED: Final = 1
SECMAIL_MAILAUTH_NXDOMAIN: Final = 2
SECMAIL_MAILAUTH_SERVFAIL: Final = 3
SECMAIL_MAILAUTH_TIMEOUT: Final = 4
SECMAIL_MAILAUTH_A: Final = 1
SECMAIL_MAILAUTH_PTR: Final = 12
SECMAIL_MAILAUTH_MX: Final = 15
SECMAIL_MAILAUTH_TXT: Final = 16
SECMAIL_MAILAUTH_AAAA: Final = 28
SECMAIL_MAILAUTH_POLICY_NONE: Final = 1
SECMAIL_MAILAUTH_POLICY_QUARANTINE: Final = 2
SECMAIL_MAILAUTH_POLICY_REJECT: Final = 3
SECMAIL_MAILAUTH_LIMIT_HEADER_BYTES: Final = 1
SECMAIL_MAILAUTH_LIMIT_HEADER_FIELDS: Final = 2
SECMAIL_MAILAUTH_LIMIT_SIGNATURES: Final = 3
SECMAIL_MAILAUTH_LIMIT_SIGNED_NAMES: Final = 4
SECMAIL_MAILAUTH_LIMIT_KEY_BITS: Final = 5
SECMAIL_MAILAUTH_LIMIT_QUESTIONS: Final = 6
SECMAIL_MAILAUTH_LIMIT_ANSWER_BYTES: Final = 7
SECMAIL_MAILAUTH_LIMIT_SPF_LOOKUPS: Final = 8
SECMAIL_MAILAUTH_LIMIT_SPF_VOIDS: Final = 9
SECMAIL_MAILAUTH_LIMIT_ARC_INSTANCES: Final = 10
SECMAIL_MAILAUTH_ALLOW_WEAK: Final = 1
SECMAIL_MAILAUTH_TRUST_PARTIAL: Final = 2
SECMAIL_MAILAUTH_LF_LINES: Final = 4
SECMAIL_MAILAUTH_TRACE: Final = 8
SECMAIL_MAILAUTH_WILL_SEAL: Final = 16
SECMAIL_MAILAUTH_ASK_REPORT_TARGETS: Final = 32
SECMAIL_MAILAUTH_REASON: Final = 1
SECMAIL_MAILAUTH_DECIDER: Final = 2
SECMAIL_MAILAUTH_REFERENCE: Final = 3
SECMAIL_MAILAUTH_DOMAIN: Final = 4
SECMAIL_MAILAUTH_SELECTOR: Final = 5
SECMAIL_MAILAUTH_IDENTITY: Final = 6
SECMAIL_MAILAUTH_ALGORITHM: Final = 7
SECMAIL_MAILAUTH_EXPLANATION: Final = 8
SECMAIL_MAILAUTH_AUTHOR_DOMAIN: Final = 9
SECMAIL_MAILAUTH_ORG_DOMAIN: Final = 10
SECMAIL_MAILAUTH_RECORD: Final = 11
SECMAIL_MAILAUTH_SIGNATURE: Final = 12
SECMAIL_MAILAUTH_REPORT_URIS: Final = 13
SECMAIL_MAILAUTH_REPORT_TARGETS: Final = 14
SECMAIL_MAILAUTH_KEY_BITS: Final = 1
SECMAIL_MAILAUTH_SIGNED_AT: Final = 2
SECMAIL_MAILAUTH_EXPIRES_AT: Final = 3
SECMAIL_MAILAUTH_UNSIGNED_BYTES: Final = 4
SECMAIL_MAILAUTH_TESTING: Final = 5
SECMAIL_MAILAUTH_INSTANCES: Final = 6
SECMAIL_MAILAUTH_POLICY_APPLIED: Final = 7
SECMAIL_MAILAUTH_SPF_ALIGNED: Final = 8
SECMAIL_MAILAUTH_DKIM_ALIGNED: Final = 9
SECMAIL_MAILAUTH_ARC_OVERRIDE: Final = 10
SECMAIL_MAILAUTH_LOOKUPS: Final = 11
SECMAIL_MAILAUTH_VOIDS: Final = 12
SECMAIL_MAILAUTH_PREFIX_BITS: Final = 13
SECMAIL_MAILAUTH_INCLUDE_DEPTH: Final = 14
SECMAIL_MAILAUTH_STRICT_SPF: Final = 15
SECMAIL_MAILAUTH_STRICT_DKIM: Final = 16
SECMAIL_MAILAUTH_POLICY_PUBLISHED: Final = 17
SECMAIL_DKIM_RSA_SHA256: Final = 1
SECMAIL_DKIM_ED25519_SHA256: Final = 2
SECMAIL_DKIM_ANY_AUTHOR: Final = 1
SECMAIL_DKIM_LF_LINES: Final = 2
SECMAIL_DMARC_REPORT_ORG_NAME: Final = 1
SECMAIL_DMARC_REPORT_EMAIL: Final = 2
SECMAIL_DMARC_REPORT_CONTACT: Final = 3
SECMAIL_DMARC_REPORT_ID: Final = 4
SECMAIL_DMARC_REPORT_ERROR: Final = 5
SECMAIL_DMARC_REPORT_GENERATOR: Final = 6
SECMAIL_DMARC_REPORT_DOMAIN: Final = 7
SECMAIL_DMARC_REPORT_P: Final = 8
SECMAIL_DMARC_REPORT_SP: Final = 9
SECMAIL_DMARC_REPORT_NP: Final = 10
SECMAIL_DMARC_REPORT_ADKIM: Final = 11
SECMAIL_DMARC_REPORT_ASPF: Final = 12
SECMAIL_DMARC_REPORT_TESTING: Final = 13
SECMAIL_DMARC_REPORT_DISCOVERY: Final = 14
SECMAIL_DMARC_REPORT_FO: Final = 15
SECMAIL_DMARC_REPORT_VERSION: Final = 16
SECMAIL_DMARC_REPORT_PCT: Final = 17
SECMAIL_DMARC_RECORD_SOURCE_IP: Final = 1
SECMAIL_DMARC_RECORD_DISPOSITION: Final = 2
SECMAIL_DMARC_RECORD_DKIM: Final = 3
SECMAIL_DMARC_RECORD_SPF: Final = 4
SECMAIL_DMARC_RECORD_ENVELOPE_TO: Final = 5
SECMAIL_DMARC_RECORD_ENVELOPE_FROM: Final = 6
SECMAIL_DMARC_RECORD_HEADER_FROM: Final = 7
SECMAIL_DMARC_REASON: Final = 1
SECMAIL_DMARC_DKIM: Final = 2
SECMAIL_DMARC_SPF: Final = 3
SECMAIL_DMARC_DETAIL_TYPE: Final = 1
SECMAIL_DMARC_DETAIL_DOMAIN: Final = 2
SECMAIL_DMARC_DETAIL_SELECTOR: Final = 3
SECMAIL_DMARC_DETAIL_SCOPE: Final = 4
SECMAIL_DMARC_DETAIL_RESULT: Final = 5
SECMAIL_DMARC_DETAIL_COMMENT: Final = 6


class secmail_authres(Handle): ...
class secmail_dkim_key(Handle): ...
class secmail_dkim_signer(Handle): ...
class secmail_dkim_table(Handle): ...
class secmail_dmarc_report(Handle): ...
class secmail_mailauth(Handle): ...
class secmail_mailauth_result(Handle): ...
class secmail_suffixes(Handle): ...


secmail_mailauth_suffix_fn = c.CFUNCTYPE(c.c_char_p, c.c_void_p, c.c_char_p)

# secmail/otp.h
SECMAIL_OTP_TOTP: Final = 1
SECMAIL_OTP_HOTP: Final = 2
SECMAIL_OTP_SHA1: Final = 1
SECMAIL_OTP_SHA256: Final = 2
SECMAIL_OTP_SHA512: Final = 3
SECMAIL_OTP_MIN_DIGITS: Final = 6
SECMAIL_OTP_MAX_DIGITS: Final = 8
SECMAIL_OTP_MAX_SECRET: Final = 128
SECMAIL_OTP_MAX_TEXT: Final = 255
SECMAIL_OTP_MAX_NAME: Final = 512
SECMAIL_OTP_MAX_PARAMETERS: Final = 16
SECMAIL_OTP_MAX_POSITIONS: Final = 10001
SECMAIL_OTP_SEALING_KEY_SIZE: Final = 32
SECMAIL_OTP_ADVICE_ALGORITHM: Final = 1
SECMAIL_OTP_ADVICE_DIGITS: Final = 2
SECMAIL_OTP_ADVICE_PERIOD: Final = 4
SECMAIL_OTP_ADVICE_T0: Final = 8
SECMAIL_OTP_ADVICE_SHORT: Final = 16
SECMAIL_OTP_ADVICE_ISSUER: Final = 32
SECMAIL_OTP_RULE_WINDOW_BACK: Final = 1
SECMAIL_OTP_RULE_WINDOW_FORWARD: Final = 2
SECMAIL_OTP_RULE_DRIFT_MAX: Final = 3
SECMAIL_OTP_RULE_LOOK_AHEAD: Final = 4
SECMAIL_OTP_RULE_RESYNC_STEPS: Final = 5
SECMAIL_OTP_RULE_FREE_FAILURES: Final = 6
SECMAIL_OTP_RULE_DELAY_FIRST: Final = 7
SECMAIL_OTP_RULE_DELAY_MAX: Final = 8
SECMAIL_OTP_RULE_LOCK_AFTER: Final = 9
SECMAIL_OTP_RULE_FORGIVE_AFTER: Final = 10
SECMAIL_OTP_RULE_ENROLMENT_LIFETIME: Final = 11
SECMAIL_OTP_RULE_ENROLMENT_TRIES: Final = 12
SECMAIL_OTP_RULE_RECOVERY_CODES: Final = 13
SECMAIL_OTP_RULE_ARGON2_MEMORY_KIB: Final = 14
SECMAIL_OTP_RULE_ARGON2_PASSES: Final = 15
SECMAIL_OTP_RULE_APP_PASSWORDS: Final = 16
SECMAIL_OTP_RULE_LAST_USED_AFTER: Final = 17
SECMAIL_OTP_ENROLLED: Final = 1
SECMAIL_OTP_ENROLLING: Final = 2
SECMAIL_OTP_ACCEPTED: Final = 1
SECMAIL_OTP_WRONG: Final = 2
SECMAIL_OTP_REPLAYED: Final = 3
SECMAIL_OTP_THROTTLED: Final = 4
SECMAIL_OTP_LOCKED: Final = 5
SECMAIL_OTP_EXPIRED: Final = 6
SECMAIL_OTP_NOT_ENROLLED: Final = 7
SECMAIL_OTP_MALFORMED: Final = 8
SECMAIL_OTP_OUT_OF_SCOPE: Final = 9


class secmail_otp_account(Handle): ...
class secmail_otp_key(Handle): ...
class secmail_otp_migration(Handle): ...
class secmail_otp_policy(Handle): ...
class secmail_otp_result(Handle): ...
class secmail_otp_verifier(Handle): ...


class secmail_otp_info(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("enrolled", c.c_uint32),
        ("enrolling", c.c_uint32),
        ("enrolling_until", c.c_int64),
        ("confirmed_at", c.c_int64),
        ("accepted_at", c.c_int64),
        ("type", c.c_uint32),
        ("digits", c.c_uint32),
        ("drift", c.c_int32),
        ("failures", c.c_uint32),
        ("strikes", c.c_uint32),
        ("locked", c.c_uint32),
        ("blocked_until", c.c_int64),
        ("recovery_blocked_until", c.c_int64),
        ("recovery_made_at", c.c_int64),
        ("recovery_locked", c.c_uint32),
        ("recovery_total", c.c_uint32),
        ("recovery_left", c.c_uint32),
        ("app_passwords", c.c_uint32),
        ("sealing_key", c.c_uint32),
        ("needs_reseal", c.c_uint32),
        ("generation", c.c_uint64),
    ]


class secmail_otp_outcome(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("verdict", c.c_uint32),
        ("failures", c.c_uint32),
        ("failures_left", c.c_uint32),
        ("recovery_left", c.c_uint32),
        ("until", c.c_int64),
        ("drift", c.c_int32),
        ("app_password", c.c_uint32),
    ]


class secmail_otp_app_password(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("id", c.c_uint32),
        ("reserved", c.c_uint32),
        ("created_at", c.c_int64),
        ("expires_at", c.c_int64),
        ("used_at", c.c_int64),
        ("label", c.c_char_p),
        ("scope", c.c_char_p),
    ]



# secmail/verify.h
SECMAIL_ARMOR_AUTO: Final = 0
SECMAIL_ARMOR_MESSAGE: Final = 1
SECMAIL_ARMOR_PUBLIC_KEY: Final = 2
SECMAIL_ARMOR_PRIVATE_KEY: Final = 3
SECMAIL_ARMOR_SIGNATURE: Final = 4
SECMAIL_KEY_CERTIFY: Final = 1
SECMAIL_KEY_SIGN: Final = 2
SECMAIL_KEY_ENCRYPT_COMMUNICATIONS: Final = 4
SECMAIL_KEY_ENCRYPT_STORAGE: Final = 8
SECMAIL_CLEAN_FOREIGN: Final = 1
SECMAIL_CLEAN_SUPERSEDED: Final = 2
SECMAIL_CLEAN_INVALID: Final = 4
SECMAIL_CLEAN_LOCAL: Final = 8
SECMAIL_CLEAN_MINIMAL: Final = 15
SECMAIL_SEVERITY_NOTE: Final = 1
SECMAIL_SEVERITY_WARNING: Final = 2
SECMAIL_SEVERITY_ERROR: Final = 3
SECMAIL_PART_CERT: Final = 1
SECMAIL_PART_KEY: Final = 2
SECMAIL_PART_USER_ID: Final = 3
SECMAIL_VERDICT_GOOD: Final = 1
SECMAIL_VERDICT_BAD: Final = 2
SECMAIL_VERDICT_UNKNOWN_KEY: Final = 3
SECMAIL_VERDICT_REJECTED: Final = 4
SECMAIL_REASON_VALID: Final = 1
SECMAIL_REASON_MISMATCH: Final = 2
SECMAIL_REASON_NO_KEY: Final = 3
SECMAIL_REASON_HASH: Final = 4
SECMAIL_REASON_ALGORITHM: Final = 5
SECMAIL_REASON_VERSION: Final = 6
SECMAIL_REASON_TYPE: Final = 7
SECMAIL_REASON_MALFORMED: Final = 8
SECMAIL_REASON_CRITICAL_SUBPACKET: Final = 9
SECMAIL_REASON_SIGNATURE_EXPIRED: Final = 10
SECMAIL_REASON_SIGNATURE_IN_FUTURE: Final = 11
SECMAIL_REASON_KEY_EXPIRED: Final = 12
SECMAIL_REASON_KEY_REVOKED: Final = 13
SECMAIL_REASON_KEY_NOT_YET_VALID: Final = 14
SECMAIL_REASON_KEY_INVALID: Final = 15
SECMAIL_REASON_KEY_FLAGS: Final = 16
SECMAIL_REASON_RECIPIENT: Final = 17
SECMAIL_REASON_OUTSIDE_WINDOW: Final = 18
SECMAIL_REASON_USER_ID_INVALID: Final = 19
SECMAIL_REASON_USER_ID_REVOKED: Final = 20
SECMAIL_REASON_NOT_CERTIFIED: Final = 21
SECMAIL_REASON_CERTIFICATION_REVOKED: Final = 22
SECMAIL_REASON_NO_BACK_SIGNATURE: Final = 23
SECMAIL_REASON_NO_USER_ID: Final = 24
SECMAIL_REASON_NO_ENCRYPTION_KEY: Final = 25
SECMAIL_REASON_EXPIRES_SOON: Final = 26
SECMAIL_REASON_REVOKER_UNKNOWN: Final = 27
SECMAIL_REASON_NOT_TEXT: Final = 28
SECMAIL_REASON_FOREIGN_SIGNATURES: Final = 29
SECMAIL_REWIND_NONE: Final = 0
SECMAIL_REWIND_COMPARED: Final = 1
SECMAIL_REWIND_SAME: Final = 2


class secmail_armor(Handle): ...
class secmail_cert(Handle): ...
class secmail_findings(Handle): ...
class secmail_inline_detach(Handle): ...
class secmail_inline_verify(Handle): ...
class secmail_policy(Handle): ...
class secmail_ring(Handle): ...
class secmail_verdict(Handle): ...
class secmail_verify(Handle): ...


class secmail_key_info(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("version", c.c_uint32),
        ("algorithm", c.c_uint32),
        ("flags", c.c_uint32),
        ("validity", c.c_int32),
        ("created", c.c_int64),
        ("expires", c.c_int64),
        ("reason", c.c_uint32),
        ("revocation_reason", c.c_uint32),
        ("revoked", c.c_int64),
        ("revocation_text", c.c_void_p),
        ("revocation_text_size", c.c_size_t),
    ]


class secmail_user_id_info(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("validity", c.c_int32),
        ("reason", c.c_uint32),
        ("primary", c.c_uint32),
        ("created", c.c_int64),
        ("expires", c.c_int64),
        ("revoked", c.c_int64),
        ("revocation_reason", c.c_uint32),
        ("revocation_text", c.c_void_p),
        ("revocation_text_size", c.c_size_t),
    ]


class secmail_certification_info(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("validity", c.c_int32),
        ("reason", c.c_uint32),
        ("level", c.c_uint32),
        ("depth", c.c_uint32),
        ("amount", c.c_uint32),
        ("local", c.c_uint32),
        ("created", c.c_int64),
        ("expires", c.c_int64),
    ]


class secmail_preferences(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("ciphers", c.c_void_p),
        ("cipher_count", c.c_size_t),
        ("hashes", c.c_void_p),
        ("hash_count", c.c_size_t),
        ("compression", c.c_void_p),
        ("compression_count", c.c_size_t),
        ("aead", c.c_void_p),
        ("aead_count", c.c_size_t),
        ("features", c.c_uint32),
        ("key_server", c.c_uint32),
    ]


class secmail_finding(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("severity", c.c_uint32),
        ("reason", c.c_uint32),
        ("part", c.c_uint32),
        ("index", c.c_uint32),
        ("signature", c.c_uint32),
        ("time", c.c_int64),
        ("text", c.c_char_p),
    ]


class secmail_literal_info(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("format", c.c_uint32),
        ("name_size", c.c_uint32),
        ("name", c.c_void_p),
        ("date", c.c_int64),
    ]



# secmail/openpgp.h
SECMAIL_PROFILE_RFC9580: Final = 1
SECMAIL_PROFILE_RFC4880: Final = 2
SECMAIL_KEY_CURVE25519: Final = 1
SECMAIL_KEY_CURVE448: Final = 2
SECMAIL_KEY_RSA2048: Final = 3
SECMAIL_KEY_RSA3072: Final = 4
SECMAIL_KEY_RSA4096: Final = 5
SECMAIL_KEY_NISTP256: Final = 6
SECMAIL_KEY_NISTP384: Final = 7
SECMAIL_KEY_NISTP521: Final = 8
SECMAIL_KEY_BRAINPOOLP256R1: Final = 9
SECMAIL_KEY_BRAINPOOLP384R1: Final = 10
SECMAIL_KEY_BRAINPOOLP512R1: Final = 11
SECMAIL_REVOKED_UNSPECIFIED: Final = 0
SECMAIL_REVOKED_SUPERSEDED: Final = 1
SECMAIL_REVOKED_COMPROMISED: Final = 2
SECMAIL_REVOKED_RETIRED: Final = 3
SECMAIL_REVOKED_USER_ID: Final = 32
SECMAIL_CERTIFICATION_GENERIC: Final = 0
SECMAIL_CERTIFICATION_PERSONA: Final = 1
SECMAIL_CERTIFICATION_CASUAL: Final = 2
SECMAIL_CERTIFICATION_POSITIVE: Final = 3
SECMAIL_TOKEN_DONE: Final = 0
SECMAIL_TOKEN_REFUSED: Final = 1
SECMAIL_TOKEN_FAILED: Final = 2
SECMAIL_FORMAT_AUTO: Final = 0
SECMAIL_FORMAT_SEIPDV1: Final = 1
SECMAIL_FORMAT_SEIPDV2: Final = 2
SECMAIL_FORMAT_LIBREPGP: Final = 3
SECMAIL_PURPOSE_ANY: Final = 0
SECMAIL_PURPOSE_COMMUNICATIONS: Final = 1
SECMAIL_PURPOSE_STORAGE: Final = 2
SECMAIL_INLINE_BINARY: Final = 0
SECMAIL_INLINE_TEXT: Final = 1
SECMAIL_INLINE_CLEARTEXT: Final = 2


class secmail_certify(Handle): ...
class secmail_decrypt(Handle): ...
class secmail_encrypt(Handle): ...
class secmail_generator(Handle): ...
class secmail_inline_sign(Handle): ...
class secmail_key(Handle): ...
class secmail_key_edit(Handle): ...
class secmail_key_ring(Handle): ...
class secmail_sign(Handle): ...


class secmail_token_request(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("fingerprint", c.c_char_p),
        ("algorithm", c.c_uint32),
        ("hash", c.c_uint32),
        ("data", c.c_void_p),
        ("data_size", c.c_size_t),
    ]


class secmail_token(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("user", c.c_void_p),
        ("has", c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_char_p)),
        ("sign", c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_void_p, c.POINTER(c.c_size_t))),
        ("decrypt", c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_void_p, c.POINTER(c.c_size_t))),
        ("release", c.CFUNCTYPE(None, c.c_void_p)),
    ]



# Each module, and the modules that its library is linked with.
MODULES: Final[dict[str, tuple[str, ...]]] = {
    "core": (),
    "dns": ("core",),
    "mailauth": ("core",),
    "otp": ("core",),
    "verify": ("core",),
    "openpgp": ("core", "verify",),
}

# Function: its module, what it returns, what it takes.
FUNCTIONS: Final[dict[str, tuple[str, Any, tuple[Any, ...]]]] = {
    "secmail_version": ("core", c.c_char_p, ()),
    "secmail_version_number": ("core", c.c_uint32, ()),
    "secmail_feature_supported": ("core", c.c_int, (c.c_char_p,)),
    "secmail_error_name": ("core", c.c_char_p, (c.c_int,)),
    "secmail_error_meaning": ("core", c.c_char_p, (c.c_int,)),
    "secmail_error_remedy": ("core", c.c_char_p, (c.c_int,)),
    "secmail_error_at": ("core", c.c_int, (c.c_size_t,)),
    "secmail_limits_new": ("core", c.c_int, (c.POINTER(c.c_void_p),)),
    "secmail_limits_free": ("core", None, (secmail_limits,)),
    "secmail_limits_set": ("core", c.c_int, (secmail_limits, c.c_uint32, c.c_uint64)),
    "secmail_limits_get": ("core", c.c_int, (secmail_limits, c.c_uint32, c.POINTER(c.c_uint64))),
    "secmail_limits_parse": (
        "core",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_limits_print": (
        "core",
        c.c_int,
        (
            secmail_context,
            secmail_limits,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_limit_name": ("core", c.c_char_p, (c.c_uint32,)),
    "secmail_context_new": ("core", c.c_int, (c.POINTER(c.c_void_p),)),
    "secmail_context_new_with_allocator": (
        "core",
        c.c_int,
        (
            c.POINTER(c.c_void_p),
            c.POINTER(secmail_allocator),
        ),
    ),
    "secmail_context_free": ("core", None, (secmail_context,)),
    "secmail_context_set_clock": ("core", c.c_int, (secmail_context, secmail_clock_fn, c.c_void_p)),
    "secmail_context_set_random": (
        "core",
        c.c_int,
        (
            secmail_context,
            secmail_random_fn,
            c.c_void_p,
        ),
    ),
    "secmail_context_set_log": ("core", c.c_int, (secmail_context, secmail_log_fn, c.c_void_p)),
    "secmail_context_set_limits": ("core", c.c_int, (secmail_context, secmail_limits)),
    "secmail_context_now": ("core", c.c_int64, (secmail_context,)),
    "secmail_context_error_detail": ("core", c.c_char_p, (secmail_context,)),
    "secmail_context_error_code": ("core", c.c_int, (secmail_context,)),
    "secmail_bytes_data": ("core", c.c_void_p, (secmail_bytes,)),
    "secmail_bytes_size": ("core", c.c_size_t, (secmail_bytes,)),
    "secmail_bytes_free": ("core", None, (secmail_bytes,)),
    "secmail_secret_new": (
        "core",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_secret_data": ("core", c.c_void_p, (secmail_secret,)),
    "secmail_secret_size": ("core", c.c_size_t, (secmail_secret,)),
    "secmail_secret_is_locked": ("core", c.c_int, (secmail_secret,)),
    "secmail_secret_equal": ("core", c.c_int, (secmail_secret, secmail_secret)),
    "secmail_secret_free": ("core", None, (secmail_secret,)),
    "secmail_dns_status_name": ("dns", c.c_char_p, (c.c_uint32,)),
    "secmail_dns_security_name": ("dns", c.c_char_p, (c.c_uint32,)),
    "secmail_dns_new": ("dns", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_dns_table_new": ("dns", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_dns_free": ("dns", None, (secmail_dns,)),
    "secmail_dns_set": ("dns", c.c_int, (secmail_dns, c.c_uint32, c.c_uint64)),
    "secmail_dns_get": ("dns", c.c_uint64, (secmail_dns, c.c_uint32)),
    "secmail_dns_add_trust_anchors": ("dns", c.c_int, (secmail_dns, c.c_char_p, c.c_size_t)),
    "secmail_dns_use_resolv_conf": ("dns", c.c_int, (secmail_dns, c.c_char_p)),
    "secmail_dns_add_forwarder": ("dns", c.c_int, (secmail_dns, c.c_char_p, c.c_char_p)),
    "secmail_dns_add_stub": ("dns", c.c_int, (secmail_dns, c.c_char_p, c.c_char_p)),
    "secmail_dns_table_add": (
        "dns",
        c.c_int,
        (
            secmail_dns,
            c.c_char_p,
            c.c_uint16,
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_dns_table_set": (
        "dns",
        c.c_int,
        (
            secmail_dns,
            c.c_char_p,
            c.c_uint16,
            c.c_uint32,
            c.c_uint32,
        ),
    ),
    "secmail_dns_query": (
        "dns",
        c.c_int,
        (
            secmail_dns,
            c.c_char_p,
            c.c_uint16,
            c.POINTER(c.c_uint64),
        ),
    ),
    "secmail_dns_cancel": ("dns", c.c_int, (secmail_dns, c.c_uint64)),
    "secmail_dns_fd": ("dns", c.c_int, (secmail_dns,)),
    "secmail_dns_timeout_ms": ("dns", c.c_int, (secmail_dns,)),
    "secmail_dns_process": ("dns", c.c_int, (secmail_dns,)),
    "secmail_dns_next_result": ("dns", c.c_void_p, (secmail_dns,)),
    "secmail_dns_open_queries": ("dns", c.c_size_t, (secmail_dns,)),
    "secmail_dns_wait": ("dns", c.c_int, (secmail_dns, c.c_uint32, c.c_int)),
    "secmail_dns_resolve": (
        "dns",
        c.c_int,
        (
            secmail_dns,
            c.POINTER(c.c_void_p),
            c.c_char_p,
            c.c_uint16,
            c.c_uint32,
            c.c_int,
        ),
    ),
    "secmail_dns_result_free": ("dns", None, (secmail_dns_result,)),
    "secmail_dns_result_query": ("dns", c.c_uint64, (secmail_dns_result,)),
    "secmail_dns_result_name": ("dns", c.c_char_p, (secmail_dns_result,)),
    "secmail_dns_result_type": ("dns", c.c_uint16, (secmail_dns_result,)),
    "secmail_dns_result_status": ("dns", c.c_uint32, (secmail_dns_result,)),
    "secmail_dns_result_security": ("dns", c.c_uint32, (secmail_dns_result,)),
    "secmail_dns_result_count": ("dns", c.c_size_t, (secmail_dns_result,)),
    "secmail_dns_result_record": (
        "dns",
        c.c_void_p,
        (
            secmail_dns_result,
            c.c_size_t,
            c.POINTER(c.c_size_t),
        ),
    ),
    "secmail_dns_result_canonical": ("dns", c.c_char_p, (secmail_dns_result,)),
    "secmail_dns_result_ttl": ("dns", c.c_uint32, (secmail_dns_result,)),
    "secmail_dns_result_reason": ("dns", c.c_char_p, (secmail_dns_result,)),
    "secmail_mailauth_verdict_name": ("mailauth", c.c_char_p, (c.c_uint32,)),
    "secmail_mailauth_security_name": ("mailauth", c.c_char_p, (c.c_uint32,)),
    "secmail_mailauth_policy_name": ("mailauth", c.c_char_p, (c.c_uint32,)),
    "secmail_mailauth_limit_name": ("mailauth", c.c_char_p, (c.c_uint32,)),
    "secmail_mailauth_new": ("mailauth", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_mailauth_free": ("mailauth", None, (secmail_mailauth,)),
    "secmail_mailauth_set_client_ip": ("mailauth", c.c_int, (secmail_mailauth, c.c_char_p)),
    "secmail_mailauth_set_helo": ("mailauth", c.c_int, (secmail_mailauth, c.c_char_p)),
    "secmail_mailauth_set_mail_from": ("mailauth", c.c_int, (secmail_mailauth, c.c_char_p)),
    "secmail_mailauth_set_authserv_id": ("mailauth", c.c_int, (secmail_mailauth, c.c_char_p)),
    "secmail_mailauth_set_methods": ("mailauth", c.c_int, (secmail_mailauth, c.c_uint32)),
    "secmail_mailauth_set_options": ("mailauth", c.c_int, (secmail_mailauth, c.c_uint32)),
    "secmail_mailauth_set_limit": ("mailauth", c.c_int, (secmail_mailauth, c.c_uint32, c.c_uint64)),
    "secmail_mailauth_limit": ("mailauth", c.c_uint64, (secmail_mailauth, c.c_uint32)),
    "secmail_mailauth_set_deadline": ("mailauth", c.c_int, (secmail_mailauth, c.c_int64)),
    "secmail_mailauth_trust_sealer": ("mailauth", c.c_int, (secmail_mailauth, c.c_char_p)),
    "secmail_mailauth_set_public_suffixes": (
        "mailauth",
        c.c_int,
        (
            secmail_mailauth,
            secmail_mailauth_suffix_fn,
            c.c_void_p,
        ),
    ),
    "secmail_suffixes_new": (
        "mailauth",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_suffixes_free": ("mailauth", None, (secmail_suffixes,)),
    "secmail_suffixes_find": ("mailauth", c.c_char_p, (c.c_void_p, c.c_char_p)),
    "secmail_mailauth_update": ("mailauth", c.c_int, (secmail_mailauth, c.c_void_p, c.c_size_t)),
    "secmail_mailauth_finish_message": ("mailauth", c.c_int, (secmail_mailauth,)),
    "secmail_mailauth_evaluate": ("mailauth", c.c_int, (secmail_mailauth,)),
    "secmail_mailauth_next_question": ("mailauth", c.c_uint32, (secmail_mailauth, c.c_uint32)),
    "secmail_mailauth_question_name": ("mailauth", c.c_char_p, (secmail_mailauth, c.c_uint32)),
    "secmail_mailauth_question_type": ("mailauth", c.c_uint32, (secmail_mailauth, c.c_uint32)),
    "secmail_mailauth_add_record": (
        "mailauth",
        c.c_int,
        (
            secmail_mailauth,
            c.c_uint32,
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_mailauth_answer": (
        "mailauth",
        c.c_int,
        (
            secmail_mailauth,
            c.c_uint32,
            c.c_uint32,
            c.c_uint32,
        ),
    ),
    "secmail_mailauth_spf": ("mailauth", c.c_void_p, (secmail_mailauth,)),
    "secmail_mailauth_dkim_count": ("mailauth", c.c_size_t, (secmail_mailauth,)),
    "secmail_mailauth_dkim": ("mailauth", c.c_void_p, (secmail_mailauth, c.c_size_t)),
    "secmail_mailauth_dmarc": ("mailauth", c.c_void_p, (secmail_mailauth,)),
    "secmail_mailauth_arc": ("mailauth", c.c_void_p, (secmail_mailauth,)),
    "secmail_mailauth_result_method": ("mailauth", c.c_uint32, (secmail_mailauth_result,)),
    "secmail_mailauth_result_verdict": ("mailauth", c.c_uint32, (secmail_mailauth_result,)),
    "secmail_mailauth_result_security": ("mailauth", c.c_uint32, (secmail_mailauth_result,)),
    "secmail_mailauth_result_text": ("mailauth", c.c_char_p, (secmail_mailauth_result, c.c_uint32)),
    "secmail_mailauth_result_number": (
        "mailauth",
        c.c_int,
        (
            secmail_mailauth_result,
            c.c_uint32,
            c.POINTER(c.c_int64),
        ),
    ),
    "secmail_mailauth_trace": ("mailauth", c.c_char_p, (secmail_mailauth,)),
    "secmail_mailauth_header": ("mailauth", c.c_int, (secmail_mailauth, c.POINTER(c.c_void_p))),
    "secmail_mailauth_received_spf": (
        "mailauth",
        c.c_int,
        (
            secmail_mailauth,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_mailauth_next_forged": ("mailauth", c.c_uint32, (secmail_mailauth, c.c_uint32)),
    "secmail_authres_read": (
        "mailauth",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_authres_find_trusted": (
        "mailauth",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            c.c_void_p,
            c.c_size_t,
            c.c_char_p,
        ),
    ),
    "secmail_authres_free": ("mailauth", None, (secmail_authres,)),
    "secmail_authres_id": ("mailauth", c.c_char_p, (secmail_authres,)),
    "secmail_authres_count": ("mailauth", c.c_size_t, (secmail_authres,)),
    "secmail_authres_method": ("mailauth", c.c_char_p, (secmail_authres, c.c_size_t)),
    "secmail_authres_result": ("mailauth", c.c_char_p, (secmail_authres, c.c_size_t)),
    "secmail_authres_reason": ("mailauth", c.c_char_p, (secmail_authres, c.c_size_t)),
    "secmail_authres_property_count": ("mailauth", c.c_size_t, (secmail_authres, c.c_size_t)),
    "secmail_authres_property_type": (
        "mailauth",
        c.c_char_p,
        (
            secmail_authres,
            c.c_size_t,
            c.c_size_t,
        ),
    ),
    "secmail_authres_property_name": (
        "mailauth",
        c.c_char_p,
        (
            secmail_authres,
            c.c_size_t,
            c.c_size_t,
        ),
    ),
    "secmail_authres_property_value": (
        "mailauth",
        c.c_char_p,
        (
            secmail_authres,
            c.c_size_t,
            c.c_size_t,
        ),
    ),
    "secmail_dkim_key_generate": (
        "mailauth",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            c.c_uint32,
            c.c_uint32,
        ),
    ),
    "secmail_dkim_key_read": (
        "mailauth",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_dkim_key_write": (
        "mailauth",
        c.c_int,
        (
            secmail_context,
            secmail_dkim_key,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_dkim_key_ref": ("mailauth", c.c_void_p, (secmail_dkim_key,)),
    "secmail_dkim_key_unref": ("mailauth", None, (secmail_dkim_key,)),
    "secmail_dkim_key_algorithm": ("mailauth", c.c_uint32, (secmail_dkim_key,)),
    "secmail_dkim_key_bits": ("mailauth", c.c_uint32, (secmail_dkim_key,)),
    "secmail_dkim_key_record": (
        "mailauth",
        c.c_int,
        (
            secmail_context,
            secmail_dkim_key,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_dkim_table_new": ("mailauth", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_dkim_table_free": ("mailauth", None, (secmail_dkim_table,)),
    "secmail_dkim_table_add": (
        "mailauth",
        c.c_int,
        (
            secmail_dkim_table,
            c.c_char_p,
            c.c_char_p,
            secmail_dkim_key,
        ),
    ),
    "secmail_dkim_signer_new": (
        "mailauth",
        c.c_int,
        (
            secmail_dkim_table,
            c.POINTER(c.c_void_p),
            c.c_char_p,
        ),
    ),
    "secmail_dkim_signer_free": ("mailauth", None, (secmail_dkim_signer,)),
    "secmail_dkim_signer_set_canon": ("mailauth", c.c_int, (secmail_dkim_signer, c.c_char_p)),
    "secmail_dkim_signer_set_headers": ("mailauth", c.c_int, (secmail_dkim_signer, c.c_char_p)),
    "secmail_dkim_signer_set_lifetime": ("mailauth", c.c_int, (secmail_dkim_signer, c.c_uint32)),
    "secmail_dkim_signer_set_options": ("mailauth", c.c_int, (secmail_dkim_signer, c.c_uint32)),
    "secmail_dkim_signer_update": (
        "mailauth",
        c.c_int,
        (
            secmail_dkim_signer,
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_dkim_signer_finish": (
        "mailauth",
        c.c_int,
        (
            secmail_dkim_signer,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_mailauth_seal": (
        "mailauth",
        c.c_int,
        (
            secmail_mailauth,
            c.c_char_p,
            c.c_char_p,
            secmail_dkim_key,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_dmarc_report_new": ("mailauth", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_dmarc_report_free": ("mailauth", None, (secmail_dmarc_report,)),
    "secmail_dmarc_report_add_message": (
        "mailauth",
        c.c_int,
        (
            secmail_dmarc_report,
            secmail_mailauth,
            c.c_uint32,
        ),
    ),
    "secmail_dmarc_report_set_text": (
        "mailauth",
        c.c_int,
        (
            secmail_dmarc_report,
            c.c_uint32,
            c.c_char_p,
        ),
    ),
    "secmail_dmarc_report_text": ("mailauth", c.c_char_p, (secmail_dmarc_report, c.c_uint32)),
    "secmail_dmarc_report_set_range": (
        "mailauth",
        c.c_int,
        (
            secmail_dmarc_report,
            c.c_int64,
            c.c_int64,
        ),
    ),
    "secmail_dmarc_report_begin": ("mailauth", c.c_int64, (secmail_dmarc_report,)),
    "secmail_dmarc_report_end": ("mailauth", c.c_int64, (secmail_dmarc_report,)),
    "secmail_dmarc_report_add_record": ("mailauth", c.c_int, (secmail_dmarc_report, c.c_uint64)),
    "secmail_dmarc_report_count": ("mailauth", c.c_size_t, (secmail_dmarc_report,)),
    "secmail_dmarc_report_messages": ("mailauth", c.c_uint64, (secmail_dmarc_report, c.c_size_t)),
    "secmail_dmarc_report_set_record": (
        "mailauth",
        c.c_int,
        (
            secmail_dmarc_report,
            c.c_size_t,
            c.c_uint32,
            c.c_char_p,
        ),
    ),
    "secmail_dmarc_report_record": (
        "mailauth",
        c.c_char_p,
        (
            secmail_dmarc_report,
            c.c_size_t,
            c.c_uint32,
        ),
    ),
    "secmail_dmarc_report_add_detail": (
        "mailauth",
        c.c_int,
        (
            secmail_dmarc_report,
            c.c_size_t,
            c.c_uint32,
        ),
    ),
    "secmail_dmarc_report_detail_count": (
        "mailauth",
        c.c_size_t,
        (
            secmail_dmarc_report,
            c.c_size_t,
            c.c_uint32,
        ),
    ),
    "secmail_dmarc_report_set_detail": (
        "mailauth",
        c.c_int,
        (
            secmail_dmarc_report,
            c.c_size_t,
            c.c_uint32,
            c.c_size_t,
            c.c_uint32,
            c.c_char_p,
        ),
    ),
    "secmail_dmarc_report_detail": (
        "mailauth",
        c.c_char_p,
        (
            secmail_dmarc_report,
            c.c_size_t,
            c.c_uint32,
            c.c_size_t,
            c.c_uint32,
        ),
    ),
    "secmail_dmarc_report_merge": ("mailauth", None, (secmail_dmarc_report,)),
    "secmail_dmarc_report_write": (
        "mailauth",
        c.c_int,
        (
            secmail_dmarc_report,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_dmarc_report_read": (
        "mailauth",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_otp_key_new": ("otp", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_otp_key_free": ("otp", None, (secmail_otp_key,)),
    "secmail_otp_key_set_type": ("otp", c.c_int, (secmail_otp_key, c.c_uint32)),
    "secmail_otp_key_set_algorithm": ("otp", c.c_int, (secmail_otp_key, c.c_uint32)),
    "secmail_otp_key_set_digits": ("otp", c.c_int, (secmail_otp_key, c.c_uint32)),
    "secmail_otp_key_set_period": ("otp", c.c_int, (secmail_otp_key, c.c_uint32)),
    "secmail_otp_key_set_t0": ("otp", c.c_int, (secmail_otp_key, c.c_int64)),
    "secmail_otp_key_set_counter": ("otp", c.c_int, (secmail_otp_key, c.c_uint64)),
    "secmail_otp_key_set_issuer": ("otp", c.c_int, (secmail_otp_key, c.c_char_p)),
    "secmail_otp_key_set_account": ("otp", c.c_int, (secmail_otp_key, c.c_char_p)),
    "secmail_otp_key_set_secret": ("otp", c.c_int, (secmail_otp_key, c.c_void_p, c.c_size_t)),
    "secmail_otp_key_set_secret_base32": ("otp", c.c_int, (secmail_otp_key, c.c_char_p)),
    "secmail_otp_key_generate_secret": ("otp", c.c_int, (secmail_otp_key,)),
    "secmail_otp_key_type": ("otp", c.c_uint32, (secmail_otp_key,)),
    "secmail_otp_key_algorithm": ("otp", c.c_uint32, (secmail_otp_key,)),
    "secmail_otp_key_digits": ("otp", c.c_uint32, (secmail_otp_key,)),
    "secmail_otp_key_period": ("otp", c.c_uint32, (secmail_otp_key,)),
    "secmail_otp_key_t0": ("otp", c.c_int64, (secmail_otp_key,)),
    "secmail_otp_key_counter": ("otp", c.c_uint64, (secmail_otp_key,)),
    "secmail_otp_key_issuer": ("otp", c.c_char_p, (secmail_otp_key,)),
    "secmail_otp_key_account": ("otp", c.c_char_p, (secmail_otp_key,)),
    "secmail_otp_key_secret": ("otp", c.c_void_p, (secmail_otp_key,)),
    "secmail_otp_key_secret_base32": ("otp", c.c_int, (secmail_otp_key, c.POINTER(c.c_void_p))),
    "secmail_otp_key_advice": ("otp", c.c_uint32, (secmail_otp_key,)),
    "secmail_otp_advice_text": ("otp", c.c_char_p, (c.c_uint32,)),
    "secmail_otp_key_step": ("otp", c.c_int, (secmail_otp_key, c.c_int64, c.POINTER(c.c_uint64))),
    "secmail_otp_key_code": ("otp", c.c_int, (secmail_otp_key, c.c_uint64, c.c_char_p, c.c_size_t)),
    "secmail_otp_key_find": (
        "otp",
        c.c_int,
        (
            secmail_otp_key,
            c.c_char_p,
            c.c_uint64,
            c.c_uint32,
            c.POINTER(c.c_int32),
        ),
    ),
    "secmail_otp_key_from_uri": (
        "otp",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            c.c_char_p,
        ),
    ),
    "secmail_otp_key_to_uri": ("otp", c.c_int, (secmail_otp_key, c.POINTER(c.c_void_p))),
    "secmail_otp_key_add_parameter": ("otp", c.c_int, (secmail_otp_key, c.c_char_p, c.c_char_p)),
    "secmail_otp_key_parameter_count": ("otp", c.c_size_t, (secmail_otp_key,)),
    "secmail_otp_key_parameter_name": ("otp", c.c_char_p, (secmail_otp_key, c.c_size_t)),
    "secmail_otp_key_parameter_value": ("otp", c.c_char_p, (secmail_otp_key, c.c_size_t)),
    "secmail_otp_migration_new": ("otp", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_otp_migration_free": ("otp", None, (secmail_otp_migration,)),
    "secmail_otp_migration_read": ("otp", c.c_int, (secmail_otp_migration, c.c_char_p)),
    "secmail_otp_migration_parts": ("otp", c.c_uint32, (secmail_otp_migration,)),
    "secmail_otp_migration_missing": ("otp", c.c_uint32, (secmail_otp_migration,)),
    "secmail_otp_migration_skipped": ("otp", c.c_uint32, (secmail_otp_migration,)),
    "secmail_otp_migration_key_count": ("otp", c.c_size_t, (secmail_otp_migration,)),
    "secmail_otp_migration_key": ("otp", c.c_void_p, (secmail_otp_migration, c.c_size_t)),
    "secmail_otp_migration_add": ("otp", c.c_int, (secmail_otp_migration, secmail_otp_key)),
    "secmail_otp_migration_uri_count": ("otp", c.c_size_t, (secmail_otp_migration,)),
    "secmail_otp_migration_uri": (
        "otp",
        c.c_int,
        (
            secmail_otp_migration,
            c.c_size_t,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_otp_policy_new": ("otp", c.c_int, (c.POINTER(c.c_void_p),)),
    "secmail_otp_policy_free": ("otp", None, (secmail_otp_policy,)),
    "secmail_otp_policy_set": ("otp", c.c_int, (secmail_otp_policy, c.c_uint32, c.c_uint32)),
    "secmail_otp_policy_get": (
        "otp",
        c.c_int,
        (
            secmail_otp_policy,
            c.c_uint32,
            c.POINTER(c.c_uint32),
        ),
    ),
    "secmail_otp_rule_bounds": (
        "otp",
        c.c_int,
        (
            c.c_uint32,
            c.POINTER(c.c_uint32),
            c.POINTER(c.c_uint32),
        ),
    ),
    "secmail_otp_rule_name": ("otp", c.c_char_p, (c.c_uint32,)),
    "secmail_otp_verifier_new": ("otp", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_otp_verifier_free": ("otp", None, (secmail_otp_verifier,)),
    "secmail_otp_verifier_add_key": (
        "otp",
        c.c_int,
        (
            secmail_otp_verifier,
            c.c_uint32,
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_otp_verifier_set_active_key": ("otp", c.c_int, (secmail_otp_verifier, c.c_uint32)),
    "secmail_otp_verifier_set_policy": ("otp", c.c_int, (secmail_otp_verifier, secmail_otp_policy)),
    "secmail_otp_account_open": (
        "otp",
        c.c_int,
        (
            secmail_otp_verifier,
            c.POINTER(c.c_void_p),
            c.c_char_p,
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_otp_account_free": ("otp", None, (secmail_otp_account,)),
    "secmail_otp_account_info": (
        "otp",
        c.c_int,
        (
            secmail_otp_account,
            c.POINTER(secmail_otp_info),
        ),
    ),
    "secmail_otp_account_key": (
        "otp",
        c.c_int,
        (
            secmail_otp_account,
            c.c_uint32,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_otp_verdict_name": ("otp", c.c_char_p, (c.c_uint32,)),
    "secmail_otp_result_state": ("otp", c.c_void_p, (secmail_otp_result,)),
    "secmail_otp_result_stored": ("otp", c.c_int, (secmail_otp_result,)),
    "secmail_otp_result_outcome": (
        "otp",
        c.c_int,
        (
            secmail_otp_result,
            c.POINTER(secmail_otp_outcome),
        ),
    ),
    "secmail_otp_result_secret": (
        "otp",
        c.c_int,
        (
            secmail_otp_result,
            c.c_size_t,
            c.POINTER(c.c_char_p),
        ),
    ),
    "secmail_otp_result_free": ("otp", None, (secmail_otp_result,)),
    "secmail_otp_enrol": (
        "otp",
        c.c_int,
        (
            secmail_otp_account,
            secmail_otp_key,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_otp_confirm": (
        "otp",
        c.c_int,
        (
            secmail_otp_account,
            c.c_char_p,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_otp_verify": (
        "otp",
        c.c_int,
        (
            secmail_otp_account,
            c.c_char_p,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_otp_resync": (
        "otp",
        c.c_int,
        (
            secmail_otp_account,
            c.c_char_p,
            c.c_char_p,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_otp_reset": ("otp", c.c_int, (secmail_otp_account, c.POINTER(c.c_void_p))),
    "secmail_otp_disable": ("otp", c.c_int, (secmail_otp_account, c.POINTER(c.c_void_p))),
    "secmail_otp_rename": (
        "otp",
        c.c_int,
        (
            secmail_otp_account,
            c.c_char_p,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_otp_reseal": ("otp", c.c_int, (secmail_otp_account, c.POINTER(c.c_void_p))),
    "secmail_otp_recovery_generate": ("otp", c.c_int, (secmail_otp_account, c.POINTER(c.c_void_p))),
    "secmail_otp_recovery_verify": (
        "otp",
        c.c_int,
        (
            secmail_otp_account,
            c.c_char_p,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_otp_app_password_add": (
        "otp",
        c.c_int,
        (
            secmail_otp_account,
            c.c_char_p,
            c.c_char_p,
            c.c_int64,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_otp_app_password_verify": (
        "otp",
        c.c_int,
        (
            secmail_otp_account,
            c.c_char_p,
            c.c_char_p,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_otp_app_password_revoke": (
        "otp",
        c.c_int,
        (
            secmail_otp_account,
            c.c_uint32,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_otp_account_app_password": (
        "otp",
        c.c_int,
        (
            secmail_otp_account,
            c.c_size_t,
            c.POINTER(secmail_otp_app_password),
        ),
    ),
    "secmail_armor_new": ("verify", c.c_int, (secmail_context, c.POINTER(c.c_void_p), c.c_uint32)),
    "secmail_dearmor_new": ("verify", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_armor_update": (
        "verify",
        c.c_int,
        (
            secmail_armor,
            c.POINTER(secmail_input),
            c.POINTER(secmail_output),
            c.c_int,
        ),
    ),
    "secmail_armor_free": ("verify", None, (secmail_armor,)),
    "secmail_policy_standard": ("verify", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_policy_at": (
        "verify",
        c.c_int,
        (
            secmail_context,
            secmail_policy,
            c.c_int64,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_policy_with_notation": (
        "verify",
        c.c_int,
        (
            secmail_context,
            secmail_policy,
            c.c_char_p,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_policy_time": ("verify", c.c_int64, (secmail_policy,)),
    "secmail_policy_parse": (
        "verify",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_policy_print": (
        "verify",
        c.c_int,
        (
            secmail_context,
            secmail_policy,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_policy_ref": ("verify", c.c_void_p, (secmail_policy,)),
    "secmail_policy_unref": ("verify", None, (secmail_policy,)),
    "secmail_cert_parse": (
        "verify",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_cert_export": (
        "verify",
        c.c_int,
        (
            secmail_context,
            secmail_cert,
            c.c_int,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_cert_merge": (
        "verify",
        c.c_int,
        (
            secmail_context,
            secmail_cert,
            secmail_cert,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_cert_ref": ("verify", c.c_void_p, (secmail_cert,)),
    "secmail_cert_unref": ("verify", None, (secmail_cert,)),
    "secmail_cert_version": ("verify", c.c_uint32, (secmail_cert,)),
    "secmail_cert_fingerprint": ("verify", c.c_char_p, (secmail_cert,)),
    "secmail_cert_user_id_count": ("verify", c.c_size_t, (secmail_cert,)),
    "secmail_cert_user_id": (
        "verify",
        c.c_void_p,
        (
            secmail_cert,
            c.c_size_t,
            c.POINTER(c.c_size_t),
        ),
    ),
    "secmail_cert_key_count": ("verify", c.c_size_t, (secmail_cert,)),
    "secmail_cert_key_fingerprint": ("verify", c.c_char_p, (secmail_cert, c.c_size_t)),
    "secmail_cert_key_info": (
        "verify",
        c.c_int,
        (
            secmail_context,
            secmail_cert,
            c.c_size_t,
            secmail_policy,
            c.POINTER(secmail_key_info),
        ),
    ),
    "secmail_cert_user_id_info": (
        "verify",
        c.c_int,
        (
            secmail_context,
            secmail_cert,
            c.c_size_t,
            secmail_policy,
            c.POINTER(secmail_user_id_info),
        ),
    ),
    "secmail_cert_certification": (
        "verify",
        c.c_int,
        (
            secmail_context,
            secmail_cert,
            c.c_size_t,
            secmail_cert,
            secmail_policy,
            c.POINTER(secmail_certification_info),
        ),
    ),
    "secmail_cert_preferences": (
        "verify",
        c.c_int,
        (
            secmail_context,
            secmail_cert,
            secmail_policy,
            c.POINTER(secmail_preferences),
        ),
    ),
    "secmail_cert_check_revoker": (
        "verify",
        c.c_int,
        (
            secmail_context,
            secmail_cert,
            secmail_cert,
        ),
    ),
    "secmail_cert_clean": (
        "verify",
        c.c_int,
        (
            secmail_context,
            secmail_cert,
            secmail_policy,
            c.c_uint32,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_cert_explain": (
        "verify",
        c.c_int,
        (
            secmail_context,
            secmail_cert,
            secmail_policy,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_cert_lint": (
        "verify",
        c.c_int,
        (
            secmail_context,
            secmail_cert,
            secmail_policy,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_findings_count": ("verify", c.c_size_t, (secmail_findings,)),
    "secmail_findings_get": (
        "verify",
        c.c_int,
        (
            secmail_findings,
            c.c_size_t,
            c.POINTER(secmail_finding),
        ),
    ),
    "secmail_findings_free": ("verify", None, (secmail_findings,)),
    "secmail_ring_parse": (
        "verify",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_ring_count": ("verify", c.c_size_t, (secmail_ring,)),
    "secmail_ring_cert": ("verify", c.c_void_p, (secmail_ring, c.c_size_t)),
    "secmail_ring_find": ("verify", c.c_void_p, (secmail_ring, c.c_char_p, c.POINTER(c.c_size_t))),
    "secmail_ring_skipped": ("verify", c.c_size_t, (secmail_ring,)),
    "secmail_ring_ref": ("verify", c.c_void_p, (secmail_ring,)),
    "secmail_ring_unref": ("verify", None, (secmail_ring,)),
    "secmail_verdict_status": ("verify", c.c_uint32, (secmail_verdict,)),
    "secmail_verdict_time": ("verify", c.c_int64, (secmail_verdict,)),
    "secmail_verdict_is_text": ("verify", c.c_int, (secmail_verdict,)),
    "secmail_verdict_key": ("verify", c.c_char_p, (secmail_verdict,)),
    "secmail_verdict_cert": ("verify", c.c_void_p, (secmail_verdict,)),
    "secmail_verdict_reason_count": ("verify", c.c_size_t, (secmail_verdict,)),
    "secmail_verdict_reason": ("verify", c.c_uint32, (secmail_verdict, c.c_size_t)),
    "secmail_verdict_reason_text": ("verify", c.c_char_p, (secmail_verdict, c.c_size_t)),
    "secmail_verify_new": ("verify", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_verify_free": ("verify", None, (secmail_verify,)),
    "secmail_verify_set_policy": ("verify", c.c_int, (secmail_verify, secmail_policy)),
    "secmail_verify_add_cert": ("verify", c.c_int, (secmail_verify, secmail_cert)),
    "secmail_verify_add_signatures": ("verify", c.c_int, (secmail_verify, c.c_void_p, c.c_size_t)),
    "secmail_verify_update": ("verify", c.c_int, (secmail_verify, c.c_void_p, c.c_size_t)),
    "secmail_verify_finish": ("verify", c.c_int, (secmail_verify,)),
    "secmail_verify_good_count": ("verify", c.c_size_t, (secmail_verify,)),
    "secmail_verify_verdict_count": ("verify", c.c_size_t, (secmail_verify,)),
    "secmail_verify_verdict": ("verify", c.c_void_p, (secmail_verify, c.c_size_t)),
    "secmail_inline_verify_new": ("verify", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_inline_verify_free": ("verify", None, (secmail_inline_verify,)),
    "secmail_inline_verify_set_policy": (
        "verify",
        c.c_int,
        (
            secmail_inline_verify,
            secmail_policy,
        ),
    ),
    "secmail_inline_verify_set_window": (
        "verify",
        c.c_int,
        (
            secmail_inline_verify,
            c.c_int64,
            c.c_int64,
        ),
    ),
    "secmail_inline_verify_allow_rewind": ("verify", c.c_int, (secmail_inline_verify, c.c_int)),
    "secmail_inline_verify_set_text_lf": ("verify", c.c_int, (secmail_inline_verify, c.c_int)),
    "secmail_inline_verify_add_cert": ("verify", c.c_int, (secmail_inline_verify, secmail_cert)),
    "secmail_inline_verify_update": (
        "verify",
        c.c_int,
        (
            secmail_inline_verify,
            c.POINTER(secmail_input),
            c.POINTER(secmail_output),
            c.c_int,
        ),
    ),
    "secmail_inline_verify_bytes": (
        "verify",
        c.c_int,
        (
            secmail_inline_verify,
            c.c_void_p,
            c.c_size_t,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_inline_verify_literal": (
        "verify",
        c.c_int,
        (
            secmail_inline_verify,
            c.POINTER(secmail_literal_info),
        ),
    ),
    "secmail_inline_verify_good_count": ("verify", c.c_size_t, (secmail_inline_verify,)),
    "secmail_inline_verify_verdict_count": ("verify", c.c_size_t, (secmail_inline_verify,)),
    "secmail_inline_verify_verdict": ("verify", c.c_void_p, (secmail_inline_verify, c.c_size_t)),
    "secmail_inline_detach_new": ("verify", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_inline_detach_free": ("verify", None, (secmail_inline_detach,)),
    "secmail_inline_detach_update": (
        "verify",
        c.c_int,
        (
            secmail_inline_detach,
            c.POINTER(secmail_input),
            c.POINTER(secmail_output),
            c.c_int,
        ),
    ),
    "secmail_inline_detach_signatures": (
        "verify",
        c.c_int,
        (
            secmail_inline_detach,
            c.c_int,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_key_parse": (
        "openpgp",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_key_export": (
        "openpgp",
        c.c_int,
        (
            secmail_context,
            secmail_key,
            c.c_int,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_key_ref": ("openpgp", c.c_void_p, (secmail_key,)),
    "secmail_key_unref": ("openpgp", None, (secmail_key,)),
    "secmail_key_cert": ("openpgp", c.c_void_p, (secmail_key,)),
    "secmail_key_is_locked": ("openpgp", c.c_int, (secmail_key,)),
    "secmail_key_unlock": (
        "openpgp",
        c.c_int,
        (
            secmail_context,
            secmail_key,
            secmail_secret,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_key_lock": (
        "openpgp",
        c.c_int,
        (
            secmail_context,
            secmail_key,
            secmail_secret,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_key_change_password": (
        "openpgp",
        c.c_int,
        (
            secmail_context,
            secmail_key,
            c.POINTER(c.c_void_p),
            c.c_size_t,
            secmail_secret,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_key_merge": (
        "openpgp",
        c.c_int,
        (
            secmail_context,
            secmail_key,
            secmail_cert,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_key_ring_parse": (
        "openpgp",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_key_ring_count": ("openpgp", c.c_size_t, (secmail_key_ring,)),
    "secmail_key_ring_skipped": ("openpgp", c.c_size_t, (secmail_key_ring,)),
    "secmail_key_ring_key": ("openpgp", c.c_void_p, (secmail_key_ring, c.c_size_t)),
    "secmail_key_ring_ref": ("openpgp", c.c_void_p, (secmail_key_ring,)),
    "secmail_key_ring_unref": ("openpgp", None, (secmail_key_ring,)),
    "secmail_generator_new": ("openpgp", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_generator_free": ("openpgp", None, (secmail_generator,)),
    "secmail_generator_set_profile": ("openpgp", c.c_int, (secmail_generator, c.c_uint32)),
    "secmail_generator_set_algorithm": ("openpgp", c.c_int, (secmail_generator, c.c_uint32)),
    "secmail_generator_add_user_id": ("openpgp", c.c_int, (secmail_generator, c.c_char_p)),
    "secmail_generator_set_lifetime": ("openpgp", c.c_int, (secmail_generator, c.c_uint64)),
    "secmail_generator_set_signing_only": ("openpgp", c.c_int, (secmail_generator, c.c_int)),
    "secmail_generator_set_password": ("openpgp", c.c_int, (secmail_generator, secmail_secret)),
    "secmail_generator_run": ("openpgp", c.c_int, (secmail_generator, c.POINTER(c.c_void_p))),
    "secmail_key_edit_new": (
        "openpgp",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            secmail_key,
        ),
    ),
    "secmail_key_edit_free": ("openpgp", None, (secmail_key_edit,)),
    "secmail_key_edit_set_policy": ("openpgp", c.c_int, (secmail_key_edit, secmail_policy)),
    "secmail_key_edit_set_expiry": ("openpgp", c.c_int, (secmail_key_edit, c.c_size_t, c.c_int64)),
    "secmail_key_edit_add_user_id": ("openpgp", c.c_int, (secmail_key_edit, c.c_char_p)),
    "secmail_key_edit_set_primary_user_id": ("openpgp", c.c_int, (secmail_key_edit, c.c_size_t)),
    "secmail_key_edit_revoke_user_id": (
        "openpgp",
        c.c_int,
        (
            secmail_key_edit,
            c.c_size_t,
            c.c_char_p,
        ),
    ),
    "secmail_key_edit_set_algorithm": ("openpgp", c.c_int, (secmail_key_edit, c.c_uint32)),
    "secmail_key_edit_add_subkey": ("openpgp", c.c_int, (secmail_key_edit, c.c_uint32, c.c_int64)),
    "secmail_key_edit_revoke_key": (
        "openpgp",
        c.c_int,
        (
            secmail_key_edit,
            c.c_size_t,
            c.c_uint32,
            c.c_char_p,
        ),
    ),
    "secmail_key_edit_refresh": ("openpgp", c.c_int, (secmail_key_edit, c.c_int)),
    "secmail_key_edit_run": ("openpgp", c.c_int, (secmail_key_edit, c.POINTER(c.c_void_p))),
    "secmail_key_revocation": (
        "openpgp",
        c.c_int,
        (
            secmail_context,
            secmail_key,
            c.c_uint32,
            c.c_char_p,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_certify_new": (
        "openpgp",
        c.c_int,
        (
            secmail_context,
            c.POINTER(c.c_void_p),
            secmail_key,
        ),
    ),
    "secmail_certify_free": ("openpgp", None, (secmail_certify,)),
    "secmail_certify_set_policy": ("openpgp", c.c_int, (secmail_certify, secmail_policy)),
    "secmail_certify_set_level": ("openpgp", c.c_int, (secmail_certify, c.c_uint32)),
    "secmail_certify_set_local": ("openpgp", c.c_int, (secmail_certify, c.c_int)),
    "secmail_certify_set_lifetime": ("openpgp", c.c_int, (secmail_certify, c.c_uint64)),
    "secmail_certify_set_trust": ("openpgp", c.c_int, (secmail_certify, c.c_uint32, c.c_uint32)),
    "secmail_certify_add_notation": ("openpgp", c.c_int, (secmail_certify, c.c_char_p, c.c_char_p)),
    "secmail_certify_allow_any_user_id": ("openpgp", c.c_int, (secmail_certify, c.c_int)),
    "secmail_certify_user_id": (
        "openpgp",
        c.c_int,
        (
            secmail_certify,
            secmail_cert,
            c.c_char_p,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_certify_revoke_user_id": (
        "openpgp",
        c.c_int,
        (
            secmail_certify,
            secmail_cert,
            c.c_char_p,
            c.c_uint32,
            c.c_char_p,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_key_on_token": (
        "openpgp",
        c.c_int,
        (
            secmail_context,
            secmail_cert,
            c.POINTER(secmail_token),
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_key_attach_token": (
        "openpgp",
        c.c_int,
        (
            secmail_context,
            secmail_key,
            c.POINTER(secmail_token),
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_encrypt_new": ("openpgp", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_encrypt_free": ("openpgp", None, (secmail_encrypt,)),
    "secmail_encrypt_set_policy": ("openpgp", c.c_int, (secmail_encrypt, secmail_policy)),
    "secmail_encrypt_set_purpose": ("openpgp", c.c_int, (secmail_encrypt, c.c_uint32)),
    "secmail_encrypt_set_format": ("openpgp", c.c_int, (secmail_encrypt, c.c_uint32)),
    "secmail_encrypt_set_armor": ("openpgp", c.c_int, (secmail_encrypt, c.c_int)),
    "secmail_encrypt_set_text": ("openpgp", c.c_int, (secmail_encrypt, c.c_int)),
    "secmail_encrypt_set_size": ("openpgp", c.c_int, (secmail_encrypt, c.c_uint64)),
    "secmail_encrypt_hide_recipients": ("openpgp", c.c_int, (secmail_encrypt, c.c_int)),
    "secmail_encrypt_set_padding": ("openpgp", c.c_int, (secmail_encrypt, c.c_int)),
    "secmail_encrypt_set_session_key": ("openpgp", c.c_int, (secmail_encrypt, secmail_secret)),
    "secmail_encrypt_set_detached_keys": ("openpgp", c.c_int, (secmail_encrypt, c.c_int)),
    "secmail_encrypt_key_packets": ("openpgp", c.c_int, (secmail_encrypt, c.POINTER(c.c_void_p))),
    "secmail_encrypt_add_recipient": ("openpgp", c.c_int, (secmail_encrypt, secmail_cert)),
    "secmail_encrypt_add_password": ("openpgp", c.c_int, (secmail_encrypt, secmail_secret)),
    "secmail_encrypt_add_signer": ("openpgp", c.c_int, (secmail_encrypt, secmail_key)),
    "secmail_encrypt_update": (
        "openpgp",
        c.c_int,
        (
            secmail_encrypt,
            c.POINTER(secmail_input),
            c.POINTER(secmail_output),
            c.c_int,
        ),
    ),
    "secmail_encrypt_bytes": (
        "openpgp",
        c.c_int,
        (
            secmail_encrypt,
            c.c_void_p,
            c.c_size_t,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_encrypt_session_key": ("openpgp", c.c_int, (secmail_encrypt, c.POINTER(c.c_void_p))),
    "secmail_decrypt_new": ("openpgp", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_decrypt_free": ("openpgp", None, (secmail_decrypt,)),
    "secmail_decrypt_set_policy": ("openpgp", c.c_int, (secmail_decrypt, secmail_policy)),
    "secmail_decrypt_allow_rewind": ("openpgp", c.c_int, (secmail_decrypt, c.c_int)),
    "secmail_decrypt_set_text_lf": ("openpgp", c.c_int, (secmail_decrypt, c.c_int)),
    "secmail_decrypt_add_key": ("openpgp", c.c_int, (secmail_decrypt, secmail_key)),
    "secmail_decrypt_add_password": ("openpgp", c.c_int, (secmail_decrypt, secmail_secret)),
    "secmail_decrypt_add_session_key": ("openpgp", c.c_int, (secmail_decrypt, secmail_secret)),
    "secmail_decrypt_add_key_packets": (
        "openpgp",
        c.c_int,
        (
            secmail_decrypt,
            c.c_void_p,
            c.c_size_t,
        ),
    ),
    "secmail_decrypt_add_signer": ("openpgp", c.c_int, (secmail_decrypt, secmail_cert)),
    "secmail_decrypt_update": (
        "openpgp",
        c.c_int,
        (
            secmail_decrypt,
            c.POINTER(secmail_input),
            c.POINTER(secmail_output),
            c.c_int,
        ),
    ),
    "secmail_decrypt_bytes": (
        "openpgp",
        c.c_int,
        (
            secmail_decrypt,
            c.c_void_p,
            c.c_size_t,
            c.POINTER(c.c_void_p),
        ),
    ),
    "secmail_decrypt_literal": (
        "openpgp",
        c.c_int,
        (
            secmail_decrypt,
            c.POINTER(secmail_literal_info),
        ),
    ),
    "secmail_decrypt_format": ("openpgp", c.c_uint32, (secmail_decrypt,)),
    "secmail_decrypt_session_key": ("openpgp", c.c_int, (secmail_decrypt, c.POINTER(c.c_void_p))),
    "secmail_decrypt_good_count": ("openpgp", c.c_size_t, (secmail_decrypt,)),
    "secmail_decrypt_verdict_count": ("openpgp", c.c_size_t, (secmail_decrypt,)),
    "secmail_decrypt_verdict": ("openpgp", c.c_void_p, (secmail_decrypt, c.c_size_t)),
    "secmail_sign_new": ("openpgp", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_sign_free": ("openpgp", None, (secmail_sign,)),
    "secmail_sign_set_policy": ("openpgp", c.c_int, (secmail_sign, secmail_policy)),
    "secmail_sign_set_armor": ("openpgp", c.c_int, (secmail_sign, c.c_int)),
    "secmail_sign_set_text": ("openpgp", c.c_int, (secmail_sign, c.c_int)),
    "secmail_sign_add_signer": ("openpgp", c.c_int, (secmail_sign, secmail_key)),
    "secmail_sign_update": ("openpgp", c.c_int, (secmail_sign, c.c_void_p, c.c_size_t)),
    "secmail_sign_finish": ("openpgp", c.c_int, (secmail_sign, c.POINTER(c.c_void_p))),
    "secmail_sign_micalg": ("openpgp", c.c_char_p, (secmail_sign,)),
    "secmail_inline_sign_new": ("openpgp", c.c_int, (secmail_context, c.POINTER(c.c_void_p))),
    "secmail_inline_sign_free": ("openpgp", None, (secmail_inline_sign,)),
    "secmail_inline_sign_set_policy": ("openpgp", c.c_int, (secmail_inline_sign, secmail_policy)),
    "secmail_inline_sign_set_form": ("openpgp", c.c_int, (secmail_inline_sign, c.c_uint32)),
    "secmail_inline_sign_set_armor": ("openpgp", c.c_int, (secmail_inline_sign, c.c_int)),
    "secmail_inline_sign_add_signer": ("openpgp", c.c_int, (secmail_inline_sign, secmail_key)),
    "secmail_inline_sign_update": (
        "openpgp",
        c.c_int,
        (
            secmail_inline_sign,
            c.POINTER(secmail_input),
            c.POINTER(secmail_output),
            c.c_int,
        ),
    ),
    "secmail_inline_sign_bytes": (
        "openpgp",
        c.c_int,
        (
            secmail_inline_sign,
            c.c_void_p,
            c.c_size_t,
            c.POINTER(c.c_void_p),
        ),
    ),
}
