/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The key object: parameters, secret and texts of one authenticator. */
#ifndef SMI_OTP_KEY_H
#define SMI_OTP_KEY_H

#include "otp/hotp.h"
#include "otp/state.h"

struct smi_otp_parameter {
    char *name, *value;
};

struct secmail_otp_key {
    struct secmail_context *context;
    struct smi_otp_params params;
    uint64_t counter;
    char *issuer, *account; /* never NULL */
    struct secmail_secret *secret;
    struct smi_otp_mac mac; /* of `secret` and `params`, when `mac_ready` */
    bool mac_ready;
    struct smi_otp_parameter parameter[SECMAIL_OTP_MAX_PARAMETERS];
    size_t parameter_count;
};

/* 0, or SECMAIL_E_OTP_SECRET, recorded, if the key has none. */
int smi_otp_need_secret(const struct secmail_otp_key *key);

/* A copy without the unknown parameters. */
int smi_otp_key_copy(struct secmail_context *context, struct secmail_otp_key **out,
                     const struct secmail_otp_key *key);

/* The key that a slot of the state holds. */
int smi_otp_key_from_slot(struct secmail_context *context, struct secmail_otp_key **out,
                          const struct smi_otp_slot *slot);

/* Replaces a text after checking it. */
int smi_otp_key_set_text(struct secmail_otp_key *key, char **place, const char *what,
                         const char *text);

/* Decodes a secret from base32; errors as secmail_otp_key_set_secret_base32(). */
int smi_otp_key_read_secret(struct secmail_otp_key *key, const char *text, size_t size);

/* When an enrolment expires. */
int64_t smi_otp_enrolling_until(const struct smi_otp_slot *slot,
                                const struct secmail_otp_policy *policy);

#endif
