/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state of an account in memory, and its stored form.
 *
 *     "SMO" | version (1) | sealing key id (4) | nonce (24) | sealed body | tag (16)
 *
 * The seal covers the first eight bytes and the account's name as associated data. The body is
 * written and read here and nowhere else; all numbers are big-endian. What is variable in size
 * stays where it was read and is only pointed at: the secret never leaves locked memory.
 */
#ifndef SMI_OTP_STATE_H
#define SMI_OTP_STATE_H

#include "core/bytes.h"
#include "crypto/pwhash.h"
#include "otp/hotp.h"
#include "otp/policy.h"

enum {
    SMI_OTP_STATE_VERSION = 1,
    SMI_OTP_HEAD_SIZE = 8,
    SMI_OTP_MAX_STATE = 65536,
    SMI_OTP_HASH_SIZE = 32,
    SMI_OTP_SALT_SIZE = SMI_PWHASH_SALT_SIZE,
    SMI_OTP_MAX_RECOVERY = 20,
    SMI_OTP_MAX_APPS = 32,
    SMI_OTP_MAX_DRIFT = 1000000, /* steps */
};

/* Borrowed bytes, at most 255; behind a text there is a NUL. */
struct smi_otp_slice {
    const uint8_t *data;
    uint8_t size;
};

/* A key in the state, confirmed or waiting. */
struct smi_otp_slot {
    bool present;
    struct smi_otp_params params;
    struct smi_otp_slice secret, issuer, account;
    uint64_t next; /* the least counter or step that may still be accepted */
    /* confirmed: */
    int64_t confirmed_at, accepted_at;
    int32_t drift; /* steps that the user's clock is ahead */
    int8_t trend;  /* accepted codes in a row on that side of the middle */
    /* waiting: */
    int64_t begun_at;
    uint32_t failures;
};

struct smi_otp_recovery_entry {
    uint8_t hash[SMI_OTP_HASH_SIZE];
    int64_t used_at; /* 0 for not yet */
};

struct smi_otp_recovery {
    int64_t made_at;
    struct smi_pwhash_cost cost;
    uint8_t salt[SMI_OTP_SALT_SIZE];
    uint8_t count; /* 0 without a set */
    struct smi_otp_recovery_entry entry[SMI_OTP_MAX_RECOVERY];
};

struct smi_otp_app {
    uint32_t id;
    int64_t created_at, expires_at, used_at;
    uint8_t salt[SMI_OTP_SALT_SIZE];
    uint8_t hash[SMI_OTP_HASH_SIZE];
    struct smi_otp_slice label, scope;
};

struct smi_otp_state {
    uint64_t generation;
    struct smi_otp_slot enrolled, enrolling;
    struct smi_otp_throttle codes, recovery_codes;
    struct smi_otp_recovery recovery;
    uint32_t app_id; /* of the app password that was made last */
    uint8_t app_count;
    struct smi_otp_app app[SMI_OTP_MAX_APPS];
};

/* Reads a body; false if it isn't one. The state points into it. */
bool smi_otp_state_read(struct smi_otp_state *state, const uint8_t *data, size_t size);

/* Writes the body, or only counts its bytes where `to` is NULL; returns how many there are. */
size_t smi_otp_state_write(const struct smi_otp_state *state, uint8_t *to);

/* What stands in clear in a stored state. 0, SECMAIL_E_OTP_STATE, SECMAIL_E_OTP_STATE_VERSION. */
int smi_otp_state_head(struct secmail_context *context, const uint8_t *data, size_t size,
                       uint32_t *key_id);

/*
 * Opens a stored state whose head was read. `*body` is returned-owned and what `state` points into.
 * 0, SECMAIL_E_OTP_STATE, SECMAIL_E_OTP_STATE_SEAL, SECMAIL_E_NOMEM.
 */
int smi_otp_state_open(struct secmail_context *context, const uint8_t *key, const char *name,
                       const uint8_t *data, size_t size, struct secmail_secret **body,
                       struct smi_otp_state *state);

/* Makes the stored form; 0, SECMAIL_E_RANDOM, SECMAIL_E_NOMEM. */
int smi_otp_state_seal(struct secmail_context *context, const uint8_t *key, uint32_t key_id,
                       const char *name, const struct smi_otp_state *state,
                       struct secmail_bytes **out);

#endif
