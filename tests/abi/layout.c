/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Offset and size of each field of each public struct, on 64-bit machines: a part of the baseline,
 * written by tools/abi-baseline. A struct whose first field is its size may grow at the end;
 * nothing else here ever changes.
 */
#include <secmail/core.h>
#include <secmail/dns.h>
#include <secmail/errors.h>
#include <secmail/mailauth.h>
#include <secmail/openpgp.h>
#include <secmail/otp.h>
#include <secmail/verify.h>

#define STRUCT(name, bytes) _Static_assert(sizeof(struct name) == (bytes), #name)
#define FIELD(name, field, at, bytes)                                                \
    _Static_assert(offsetof(struct name, field) == (at), #name "." #field);          \
    _Static_assert(sizeof(((struct name *)0)->field) == (bytes), #name "." #field)

STRUCT(secmail_allocator, 40);
FIELD(secmail_allocator, size, 0, 8);
FIELD(secmail_allocator, alloc, 8, 8);
FIELD(secmail_allocator, realloc, 16, 8);
FIELD(secmail_allocator, free, 24, 8);
FIELD(secmail_allocator, user, 32, 8);

STRUCT(secmail_input, 24);
FIELD(secmail_input, data, 0, 8);
FIELD(secmail_input, size, 8, 8);
FIELD(secmail_input, pos, 16, 8);

STRUCT(secmail_output, 24);
FIELD(secmail_output, data, 0, 8);
FIELD(secmail_output, size, 8, 8);
FIELD(secmail_output, pos, 16, 8);

STRUCT(secmail_otp_info, 120);
FIELD(secmail_otp_info, size, 0, 8);
FIELD(secmail_otp_info, enrolled, 8, 4);
FIELD(secmail_otp_info, enrolling, 12, 4);
FIELD(secmail_otp_info, enrolling_until, 16, 8);
FIELD(secmail_otp_info, confirmed_at, 24, 8);
FIELD(secmail_otp_info, accepted_at, 32, 8);
FIELD(secmail_otp_info, type, 40, 4);
FIELD(secmail_otp_info, digits, 44, 4);
FIELD(secmail_otp_info, drift, 48, 4);
FIELD(secmail_otp_info, failures, 52, 4);
FIELD(secmail_otp_info, strikes, 56, 4);
FIELD(secmail_otp_info, locked, 60, 4);
FIELD(secmail_otp_info, blocked_until, 64, 8);
FIELD(secmail_otp_info, recovery_blocked_until, 72, 8);
FIELD(secmail_otp_info, recovery_made_at, 80, 8);
FIELD(secmail_otp_info, recovery_locked, 88, 4);
FIELD(secmail_otp_info, recovery_total, 92, 4);
FIELD(secmail_otp_info, recovery_left, 96, 4);
FIELD(secmail_otp_info, app_passwords, 100, 4);
FIELD(secmail_otp_info, sealing_key, 104, 4);
FIELD(secmail_otp_info, needs_reseal, 108, 4);
FIELD(secmail_otp_info, generation, 112, 8);

STRUCT(secmail_otp_outcome, 40);
FIELD(secmail_otp_outcome, size, 0, 8);
FIELD(secmail_otp_outcome, verdict, 8, 4);
FIELD(secmail_otp_outcome, failures, 12, 4);
FIELD(secmail_otp_outcome, failures_left, 16, 4);
FIELD(secmail_otp_outcome, recovery_left, 20, 4);
FIELD(secmail_otp_outcome, until, 24, 8);
FIELD(secmail_otp_outcome, drift, 32, 4);
FIELD(secmail_otp_outcome, app_password, 36, 4);

STRUCT(secmail_otp_app_password, 56);
FIELD(secmail_otp_app_password, size, 0, 8);
FIELD(secmail_otp_app_password, id, 8, 4);
FIELD(secmail_otp_app_password, reserved, 12, 4);
FIELD(secmail_otp_app_password, created_at, 16, 8);
FIELD(secmail_otp_app_password, expires_at, 24, 8);
FIELD(secmail_otp_app_password, used_at, 32, 8);
FIELD(secmail_otp_app_password, label, 40, 8);
FIELD(secmail_otp_app_password, scope, 48, 8);

STRUCT(secmail_key_info, 72);
FIELD(secmail_key_info, size, 0, 8);
FIELD(secmail_key_info, version, 8, 4);
FIELD(secmail_key_info, algorithm, 12, 4);
FIELD(secmail_key_info, flags, 16, 4);
FIELD(secmail_key_info, validity, 20, 4);
FIELD(secmail_key_info, created, 24, 8);
FIELD(secmail_key_info, expires, 32, 8);
FIELD(secmail_key_info, reason, 40, 4);
FIELD(secmail_key_info, revocation_reason, 44, 4);
FIELD(secmail_key_info, revoked, 48, 8);
FIELD(secmail_key_info, revocation_text, 56, 8);
FIELD(secmail_key_info, revocation_text_size, 64, 8);

STRUCT(secmail_user_id_info, 72);
FIELD(secmail_user_id_info, size, 0, 8);
FIELD(secmail_user_id_info, validity, 8, 4);
FIELD(secmail_user_id_info, reason, 12, 4);
FIELD(secmail_user_id_info, primary, 16, 4);
FIELD(secmail_user_id_info, created, 24, 8);
FIELD(secmail_user_id_info, expires, 32, 8);
FIELD(secmail_user_id_info, revoked, 40, 8);
FIELD(secmail_user_id_info, revocation_reason, 48, 4);
FIELD(secmail_user_id_info, revocation_text, 56, 8);
FIELD(secmail_user_id_info, revocation_text_size, 64, 8);

STRUCT(secmail_certification_info, 48);
FIELD(secmail_certification_info, size, 0, 8);
FIELD(secmail_certification_info, validity, 8, 4);
FIELD(secmail_certification_info, reason, 12, 4);
FIELD(secmail_certification_info, level, 16, 4);
FIELD(secmail_certification_info, depth, 20, 4);
FIELD(secmail_certification_info, amount, 24, 4);
FIELD(secmail_certification_info, local, 28, 4);
FIELD(secmail_certification_info, created, 32, 8);
FIELD(secmail_certification_info, expires, 40, 8);

STRUCT(secmail_preferences, 80);
FIELD(secmail_preferences, size, 0, 8);
FIELD(secmail_preferences, ciphers, 8, 8);
FIELD(secmail_preferences, cipher_count, 16, 8);
FIELD(secmail_preferences, hashes, 24, 8);
FIELD(secmail_preferences, hash_count, 32, 8);
FIELD(secmail_preferences, compression, 40, 8);
FIELD(secmail_preferences, compression_count, 48, 8);
FIELD(secmail_preferences, aead, 56, 8);
FIELD(secmail_preferences, aead_count, 64, 8);
FIELD(secmail_preferences, features, 72, 4);
FIELD(secmail_preferences, key_server, 76, 4);

STRUCT(secmail_finding, 48);
FIELD(secmail_finding, size, 0, 8);
FIELD(secmail_finding, severity, 8, 4);
FIELD(secmail_finding, reason, 12, 4);
FIELD(secmail_finding, part, 16, 4);
FIELD(secmail_finding, index, 20, 4);
FIELD(secmail_finding, signature, 24, 4);
FIELD(secmail_finding, time, 32, 8);
FIELD(secmail_finding, text, 40, 8);

STRUCT(secmail_literal_info, 32);
FIELD(secmail_literal_info, size, 0, 8);
FIELD(secmail_literal_info, format, 8, 4);
FIELD(secmail_literal_info, name_size, 12, 4);
FIELD(secmail_literal_info, name, 16, 8);
FIELD(secmail_literal_info, date, 24, 8);

STRUCT(secmail_token_request, 40);
FIELD(secmail_token_request, size, 0, 8);
FIELD(secmail_token_request, fingerprint, 8, 8);
FIELD(secmail_token_request, algorithm, 16, 4);
FIELD(secmail_token_request, hash, 20, 4);
FIELD(secmail_token_request, data, 24, 8);
FIELD(secmail_token_request, data_size, 32, 8);

STRUCT(secmail_token, 48);
FIELD(secmail_token, size, 0, 8);
FIELD(secmail_token, user, 8, 8);
FIELD(secmail_token, has, 16, 8);
FIELD(secmail_token, sign, 24, 8);
FIELD(secmail_token, decrypt, 32, 8);
FIELD(secmail_token, release, 40, 8);
