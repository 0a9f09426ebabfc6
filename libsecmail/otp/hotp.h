/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The arithmetic of one-time passwords: HOTP values (RFC 4226 section 5), TOTP steps (RFC 6238
 * section 4), and the comparison of a code with many of them. It remembers nothing: replay, drift
 * and throttle are verify.c's.
 */
#ifndef SMI_OTP_HOTP_H
#define SMI_OTP_HOTP_H

#include "crypto/mac.h"

#include <secmail/otp.h>

/* What is public of a key. */
struct smi_otp_params {
    uint8_t type;      /* enum secmail_otp_type */
    uint8_t algorithm; /* enum secmail_otp_algorithm */
    uint8_t digits;
    uint32_t period;
    int64_t t0;
};

/* Bytes of the hash's result; 0 for an unknown algorithm. */
size_t smi_otp_hash_size(uint8_t algorithm);

/* Are all values inside of what the header allows? */
bool smi_otp_params_ok(const struct smi_otp_params *params);

/* The step of a time; 0 or SECMAIL_E_CLOCK, recorded. */
int smi_otp_step(struct secmail_context *context, const struct smi_otp_params *params, int64_t time,
                 uint64_t *step);

/* A keyed HMAC that makes codes: set up once for all positions of a search. */
struct smi_otp_mac {
    struct smi_hmac hmac;
    size_t size;
    uint32_t modulus;
};

int smi_otp_mac_open(struct secmail_context *context, struct smi_otp_mac *mac,
                     const struct smi_otp_params *params, const uint8_t *secret, size_t size);
void smi_otp_mac_close(struct smi_otp_mac *mac);

/* The HOTP value of one counter, below 10^digits. */
uint32_t smi_otp_value(struct smi_otp_mac *mac, uint64_t counter);

/* A typed code as a number. */
struct smi_otp_code {
    uint32_t value;
    uint8_t digits; /* 0 for text that isn't a code */
};

struct smi_otp_code smi_otp_read_code(const char *text);

/* The counters of a search; `count` is at least 1 and doesn't run over 2^64-1. */
struct smi_otp_range {
    uint64_t first;
    uint32_t count;
};

/* [center - back, center + forward], cut at 0 and 2^64-1. */
struct smi_otp_range smi_otp_range(uint64_t center, uint32_t back, uint32_t forward);

/* Offsets into the range, -1 for not found. */
struct smi_otp_found {
    int32_t fresh; /* the first counter with the code that is at least `next` */
    int32_t stale; /* the first below `next` */
};

/* Looks at every position, in the same time whatever is found. */
struct smi_otp_found smi_otp_search(struct smi_otp_mac *mac, uint32_t value,
                                    struct smi_otp_range range, uint64_t next);

/* Finds two codes in a row; the offset of the first one, only where it is at least `next`. */
int32_t smi_otp_search_pair(struct smi_otp_mac *mac, uint32_t first, uint32_t second,
                            struct smi_otp_range range, uint64_t next);

#endif
