/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HOTP values and their comparison. */
#include "otp/hotp.h"

static const struct {
    uint8_t hash;
    uint8_t size;
} algorithms[] = {
    [SECMAIL_OTP_SHA1] = {SMI_SHA1, 20},
    [SECMAIL_OTP_SHA256] = {SMI_SHA256, 32},
    [SECMAIL_OTP_SHA512] = {SMI_SHA512, 64},
};

enum { ALGORITHMS = sizeof algorithms / sizeof algorithms[0] };

size_t smi_otp_hash_size(uint8_t algorithm)
{
    return algorithm < ALGORITHMS ? algorithms[algorithm].size : 0;
}

bool smi_otp_params_ok(const struct smi_otp_params *params)
{
    return (params->type == SECMAIL_OTP_TOTP || params->type == SECMAIL_OTP_HOTP) &&
           smi_otp_hash_size(params->algorithm) && params->digits >= SECMAIL_OTP_MIN_DIGITS &&
           params->digits <= SECMAIL_OTP_MAX_DIGITS && params->period;
}

/* RFC 6238 section 4.2: "T = (Current Unix time - T0) / X, where the default floor function is used
 * in the computation." The difference may exceed int64_t, but not uint64_t. */
int smi_otp_step(struct secmail_context *context, const struct smi_otp_params *params, int64_t time,
                 uint64_t *step)
{
    char text[2][32];
    if (time < params->t0)
        return smi_fail(context, SECMAIL_E_CLOCK, "the clock says %s, which is before T0, %s",
                        smi_date(time, text[0]), smi_date(params->t0, text[1]));
    *step = ((uint64_t)time - (uint64_t)params->t0) / params->period;
    return 0;
}

int smi_otp_mac_open(struct secmail_context *context, struct smi_otp_mac *mac,
                     const struct smi_otp_params *params, const uint8_t *secret, size_t size)
{
    static const uint32_t moduli[] = {[6] = 1000000, [7] = 10000000, [8] = 100000000};
    mac->size = algorithms[params->algorithm].size;
    mac->modulus = moduli[params->digits];
    return smi_hmac_open(context, &mac->hmac, algorithms[params->algorithm].hash, secret, size);
}

void smi_otp_mac_close(struct smi_otp_mac *mac)
{
    smi_hmac_close(&mac->hmac);
}

/* RFC 4226 section 5.3: "Let OffsetBits be the low-order 4 bits of String[19]". For the longer
 * hashes of RFC 6238 it is the last byte, too, as its appendix A has it. */
static uint32_t dynamic_truncation(const uint8_t *mac, size_t size)
{
    const uint8_t *p = mac + (mac[size - 1] & 0xf);
    return ((uint32_t)p[0] & 0x7f) << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint32_t smi_otp_value(struct smi_otp_mac *mac, uint64_t counter)
{
    uint8_t message[8], digest[SMI_HASH_MAX_SIZE];
    for (int i = 7; i >= 0; i--, counter >>= 8)
        message[i] = (uint8_t)counter;
    smi_hmac_once(&mac->hmac, message, sizeof message, digest);
    return dynamic_truncation(digest, mac->size) % mac->modulus;
}

struct smi_otp_code smi_otp_read_code(const char *text)
{
    struct smi_otp_code code = {0, 0};
    for (; *text; text++) {
        if (*text == ' ' || *text == '-')
            continue;
        if (*text < '0' || *text > '9' || code.digits == SECMAIL_OTP_MAX_DIGITS)
            return (struct smi_otp_code){0, 0};
        code.value = code.value * 10 + (uint32_t)(*text - '0');
        code.digits++;
    }
    return code;
}

struct smi_otp_range smi_otp_range(uint64_t center, uint32_t back, uint32_t forward)
{
    if (back > center)
        back = (uint32_t)center;
    if (forward > UINT64_MAX - center)
        forward = (uint32_t)(UINT64_MAX - center);
    return (struct smi_otp_range){center - back, back + forward + 1};
}

/* All ones if a == b, else 0; without a branch. */
static uint32_t mask_equal(uint32_t a, uint32_t b)
{
    return (uint32_t)(((uint64_t)(a ^ b) - 1) >> 32);
}

static uint32_t mask_if(bool condition)
{
    return 0 - (uint32_t)condition;
}

/* Puts `value` in the place of a -1 where the mask is set. */
static int32_t keep_first(int32_t found, uint32_t value, uint32_t mask)
{
    const uint32_t empty = (uint32_t)(found >> 31);
    return (int32_t)(((uint32_t)found & ~(mask & empty)) | (value & mask & empty));
}

struct smi_otp_found smi_otp_search(struct smi_otp_mac *mac, uint32_t value,
                                    struct smi_otp_range range, uint64_t next)
{
    struct smi_otp_found found = {-1, -1};
    for (uint32_t i = 0; i < range.count; i++) {
        const uint64_t counter = range.first + i;
        const uint32_t equal = mask_equal(smi_otp_value(mac, counter), value);
        const uint32_t fresh = mask_if(counter >= next);
        found.fresh = keep_first(found.fresh, i, equal & fresh);
        found.stale = keep_first(found.stale, i, equal & ~fresh);
    }
    return found;
}

int32_t smi_otp_search_pair(struct smi_otp_mac *mac, uint32_t first, uint32_t second,
                            struct smi_otp_range range, uint64_t next)
{
    int32_t found = -1;
    uint32_t before = 0;
    for (uint32_t i = 0; i < range.count; i++) {
        const uint32_t value = smi_otp_value(mac, range.first + i);
        const uint32_t fresh = mask_if(i > 0 && range.first + i > next);
        const uint32_t both = before & mask_equal(value, second) & fresh;
        found = keep_first(found, i - 1, both);
        before = mask_equal(value, first);
    }
    return found;
}
