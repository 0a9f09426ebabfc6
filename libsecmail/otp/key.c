/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys: setters, getters and codes. URIs are in uri.c. */
#include "otp/key.h"

#include "codec/base32.h"
#include "core/secret.h"
#include "otp/text.h"

static void close_mac(struct secmail_otp_key *key)
{
    if (key->mac_ready)
        smi_otp_mac_close(&key->mac);
    key->mac_ready = false;
}

int secmail_otp_key_new(struct secmail_context *context, struct secmail_otp_key **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!smi_enter(context))
        return SECMAIL_E_ARGUMENT;
    struct secmail_otp_key *key = smi_zalloc(&context->mem, sizeof *key);
    if (!key)
        return smi_nomem(context);
    key->context = context;
    key->params = (struct smi_otp_params){SECMAIL_OTP_TOTP, SECMAIL_OTP_SHA1, 6, 30, 0};
    key->issuer = smi_otp_copy_text(context, "", 0);
    key->account = smi_otp_copy_text(context, "", 0);
    if (!key->issuer || !key->account) {
        secmail_otp_key_free(key);
        return smi_nomem(context);
    }
    *out = key;
    return 0;
}

void secmail_otp_key_free(struct secmail_otp_key *key)
{
    if (!key)
        return;
    struct secmail_context *context = key->context;
    close_mac(key);
    secmail_secret_free(key->secret);
    smi_otp_free_text(context, key->issuer);
    smi_otp_free_text(context, key->account);
    for (size_t i = 0; i < key->parameter_count; i++) {
        smi_otp_free_text(context, key->parameter[i].name);
        smi_otp_free_text(context, key->parameter[i].value);
    }
    smi_free(&context->mem, key, sizeof *key);
}

/* ---- Setters ---- */

int secmail_otp_key_set_type(struct secmail_otp_key *key, uint32_t type)
{
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    if (type != SECMAIL_OTP_TOTP && type != SECMAIL_OTP_HOTP)
        return smi_fail(key->context, SECMAIL_E_ARGUMENT, "there is no type %u", type);
    key->params.type = (uint8_t)type;
    return 0;
}

int secmail_otp_key_set_algorithm(struct secmail_otp_key *key, uint32_t algorithm)
{
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    if (algorithm < SECMAIL_OTP_SHA1 || algorithm > SECMAIL_OTP_SHA512)
        return smi_fail(key->context, SECMAIL_E_ARGUMENT, "there is no algorithm %u", algorithm);
    key->params.algorithm = (uint8_t)algorithm;
    close_mac(key);
    return 0;
}

int secmail_otp_key_set_digits(struct secmail_otp_key *key, uint32_t digits)
{
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    if (digits < SECMAIL_OTP_MIN_DIGITS || digits > SECMAIL_OTP_MAX_DIGITS)
        return smi_fail(key->context, SECMAIL_E_OTP_PARAMETER, "a code has %d to %d digits, not %u",
                        SECMAIL_OTP_MIN_DIGITS, SECMAIL_OTP_MAX_DIGITS, digits);
    key->params.digits = (uint8_t)digits;
    close_mac(key);
    return 0;
}

int secmail_otp_key_set_period(struct secmail_otp_key *key, uint32_t period)
{
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    if (!period)
        return smi_fail(key->context, SECMAIL_E_OTP_PARAMETER, "a time step of 0 seconds");
    key->params.period = period;
    return 0;
}

int secmail_otp_key_set_t0(struct secmail_otp_key *key, int64_t t0)
{
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    key->params.t0 = t0;
    return 0;
}

int secmail_otp_key_set_counter(struct secmail_otp_key *key, uint64_t counter)
{
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    key->counter = counter;
    return 0;
}

int smi_otp_key_set_text(struct secmail_otp_key *key, char **place, const char *what,
                         const char *text)
{
    int rc = smi_otp_check_text(key->context, what, text, 0, SECMAIL_OTP_MAX_TEXT);
    if (rc)
        return rc;
    char *copy = smi_otp_copy_text(key->context, text, strlen(text));
    if (!copy)
        return smi_nomem(key->context);
    smi_otp_free_text(key->context, *place);
    *place = copy;
    return 0;
}

int secmail_otp_key_set_issuer(struct secmail_otp_key *key, const char *issuer)
{
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    if (!issuer)
        return smi_fail(key->context, SECMAIL_E_ARGUMENT, "issuer is NULL");
    return smi_otp_key_set_text(key, &key->issuer, "issuer", issuer);
}

int secmail_otp_key_set_account(struct secmail_otp_key *key, const char *account)
{
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    if (!account)
        return smi_fail(key->context, SECMAIL_E_ARGUMENT, "account is NULL");
    return smi_otp_key_set_text(key, &key->account, "account", account);
}

static void replace_secret(struct secmail_otp_key *key, struct secmail_secret *secret)
{
    close_mac(key);
    if (key->secret != secret)
        secmail_secret_free(key->secret);
    key->secret = secret;
}

/* A secret of the same size takes the place of the old one: no memory is needed. */
static int set_secret(struct secmail_otp_key *key, const uint8_t *data, size_t size)
{
    if (!size || size > SECMAIL_OTP_MAX_SECRET)
        return smi_fail(key->context, SECMAIL_E_OTP_SECRET,
                        "a secret has 1 to %d bytes, this one has %zu", SECMAIL_OTP_MAX_SECRET,
                        size);
    struct secmail_secret *secret = key->secret;
    if (secmail_secret_size(secret) != size)
        secret = smi_secret_new(key->context, size);
    if (!secret)
        return smi_nomem(key->context);
    memmove(smi_secret_fill(secret), data, size);
    replace_secret(key, secret);
    return 0;
}

int secmail_otp_key_set_secret(struct secmail_otp_key *key, const uint8_t *data, size_t size)
{
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    if (!data)
        return smi_fail(key->context, SECMAIL_E_ARGUMENT, "the secret is NULL");
    return set_secret(key, data, size);
}

int smi_otp_key_read_secret(struct secmail_otp_key *key, const char *text, size_t size)
{
    /* Twice the characters of the longest secret leave room for spaces and hyphens. */
    enum { MOST = 2 * (SECMAIL_OTP_MAX_SECRET * 8 / 5 + 8) };
    uint8_t data[MOST];
    size_t written;
    if (size > MOST)
        return smi_fail(key->context, SECMAIL_E_OTP_SECRET, "a base32 secret of %zu characters",
                        size);
    int rc;
    if (smi_base32_decode(data, &written, text, size))
        rc = set_secret(key, data, written);
    else
        rc = smi_fail(key->context, SECMAIL_E_OTP_SECRET,
                      "the secret isn't base32: only A to Z and 2 to 7 are, in whole bytes");
    smi_wipe(data, sizeof data);
    return rc;
}

int secmail_otp_key_set_secret_base32(struct secmail_otp_key *key, const char *text)
{
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    if (!text)
        return smi_fail(key->context, SECMAIL_E_ARGUMENT, "the secret is NULL");
    return smi_otp_key_read_secret(key, text, strlen(text));
}

/* RFC 6238 section 5.1: "Keys SHOULD be of the length of the HMAC output". */
int secmail_otp_key_generate_secret(struct secmail_otp_key *key)
{
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    const size_t size = smi_otp_hash_size(key->params.algorithm);
    struct secmail_secret *secret = smi_secret_new(key->context, size);
    if (!secret)
        return smi_nomem(key->context);
    int rc = smi_random(key->context, smi_secret_fill(secret), size);
    if (rc) {
        secmail_secret_free(secret);
        return rc;
    }
    replace_secret(key, secret);
    return 0;
}

/* ---- Getters ---- */

uint32_t secmail_otp_key_type(const struct secmail_otp_key *key)
{
    return key ? key->params.type : 0;
}

uint32_t secmail_otp_key_algorithm(const struct secmail_otp_key *key)
{
    return key ? key->params.algorithm : 0;
}

uint32_t secmail_otp_key_digits(const struct secmail_otp_key *key)
{
    return key ? key->params.digits : 0;
}

uint32_t secmail_otp_key_period(const struct secmail_otp_key *key)
{
    return key ? key->params.period : 0;
}

int64_t secmail_otp_key_t0(const struct secmail_otp_key *key)
{
    return key ? key->params.t0 : 0;
}

uint64_t secmail_otp_key_counter(const struct secmail_otp_key *key)
{
    return key ? key->counter : 0;
}

const char *secmail_otp_key_issuer(const struct secmail_otp_key *key)
{
    return key ? key->issuer : NULL;
}

const char *secmail_otp_key_account(const struct secmail_otp_key *key)
{
    return key ? key->account : NULL;
}

const struct secmail_secret *secmail_otp_key_secret(const struct secmail_otp_key *key)
{
    return key ? key->secret : NULL;
}

int smi_otp_need_secret(const struct secmail_otp_key *key)
{
    if (key->secret)
        return 0;
    return smi_fail(key->context, SECMAIL_E_OTP_SECRET, "the key has no secret yet");
}

int secmail_otp_key_secret_base32(const struct secmail_otp_key *key, struct secmail_bytes **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    int rc = smi_otp_need_secret(key);
    if (rc)
        return rc;
    const size_t size = smi_base32_size(secmail_secret_size(key->secret));
    struct smi_buf b = smi_buf_open(&key->context->mem);
    uint8_t *to = smi_buf_add(&b, size + 1);
    if (to) {
        smi_base32_encode((char *)to, secmail_secret_data(key->secret),
                          secmail_secret_size(key->secret));
        to[size] = '\0';
    }
    rc = smi_bytes_new(out, &b, 0, size);
    smi_buf_free(&b);
    return rc ? smi_nomem(key->context) : 0;
}

uint32_t secmail_otp_key_advice(const struct secmail_otp_key *key)
{
    if (!key)
        return 0;
    const struct smi_otp_params *p = &key->params;
    return (p->algorithm != SECMAIL_OTP_SHA1 ? SECMAIL_OTP_ADVICE_ALGORITHM : 0u) |
           (p->digits != 6 ? SECMAIL_OTP_ADVICE_DIGITS : 0u) |
           (p->period != 30 ? SECMAIL_OTP_ADVICE_PERIOD : 0u) |
           (p->t0 ? SECMAIL_OTP_ADVICE_T0 : 0u) |
           (key->secret && secmail_secret_size(key->secret) < 16 ? SECMAIL_OTP_ADVICE_SHORT : 0u) |
           (key->issuer[0] ? 0u : SECMAIL_OTP_ADVICE_ISSUER);
}

const char *secmail_otp_advice_text(uint32_t advice)
{
    switch (advice) {
    case SECMAIL_OTP_ADVICE_ALGORITHM:
        return "Some authenticator apps ignore the algorithm and show wrong codes; SHA-1 works in "
               "all of them.";
    case SECMAIL_OTP_ADVICE_DIGITS:
        return "Some authenticator apps ignore the number of digits; 6 works in all of them.";
    case SECMAIL_OTP_ADVICE_PERIOD:
        return "Some authenticator apps ignore the period; 30 seconds work in all of them.";
    case SECMAIL_OTP_ADVICE_T0:
        return "No authenticator app can be told of a T0 other than 0.";
    case SECMAIL_OTP_ADVICE_SHORT:
        return "The secret is shorter than the 128 bits that RFC 4226 demands; generate a new one.";
    case SECMAIL_OTP_ADVICE_ISSUER:
        return "Without an issuer the user can't tell this account from others in the app.";
    default:
        return NULL;
    }
}

/* ---- Codes ---- */

int secmail_otp_key_step(struct secmail_otp_key *key, int64_t time, uint64_t *step)
{
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    if (!step)
        return smi_fail(key->context, SECMAIL_E_ARGUMENT, "step is NULL");
    return smi_otp_step(key->context, &key->params, time, step);
}

/* The HMAC is keyed once and kept until the secret or the parameters change. */
static int open_mac(struct secmail_otp_key *key)
{
    if (key->mac_ready)
        return 0;
    int rc = smi_otp_need_secret(key);
    if (!rc)
        rc = smi_otp_mac_open(key->context, &key->mac, &key->params,
                              secmail_secret_data(key->secret), secmail_secret_size(key->secret));
    key->mac_ready = !rc;
    return rc;
}

int secmail_otp_key_code(struct secmail_otp_key *key, uint64_t counter, char *code, size_t size)
{
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    if (!code || size <= SECMAIL_OTP_MAX_DIGITS)
        return smi_fail(key->context, SECMAIL_E_ARGUMENT, "a code needs room for %d characters",
                        SECMAIL_OTP_MAX_DIGITS + 1);
    int rc = open_mac(key);
    if (rc)
        return rc;
    uint32_t value = smi_otp_value(&key->mac, counter);
    code[key->params.digits] = '\0';
    for (size_t i = key->params.digits; i-- > 0; value /= 10)
        code[i] = (char)('0' + value % 10);
    return 0;
}

int secmail_otp_key_find(struct secmail_otp_key *key, const char *code, uint64_t first,
                         uint32_t count, int32_t *position)
{
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    if (!code || !position || !count || count > SECMAIL_OTP_MAX_POSITIONS)
        return smi_fail(key->context, SECMAIL_E_ARGUMENT,
                        "code or position is NULL, or count isn't between 1 and %d",
                        SECMAIL_OTP_MAX_POSITIONS);
    int rc = open_mac(key);
    if (rc)
        return rc;
    const struct smi_otp_code typed = smi_otp_read_code(code);
    const struct smi_otp_range range = smi_otp_range(first, 0, count - 1);
    const struct smi_otp_found found = smi_otp_search(&key->mac, typed.value, range, 0);
    *position = typed.digits == key->params.digits ? found.fresh : -1;
    return 0;
}

/* ---- Copies ---- */

static int fill(struct secmail_otp_key *key, const char *issuer, const char *account,
                const uint8_t *secret, size_t size)
{
    int rc = smi_otp_key_set_text(key, &key->issuer, "issuer", issuer);
    if (!rc)
        rc = smi_otp_key_set_text(key, &key->account, "account", account);
    if (!rc)
        rc = set_secret(key, secret, size);
    return rc;
}

static int filled(struct secmail_context *context, struct secmail_otp_key **out,
                  const struct smi_otp_params *params, uint64_t counter, const char *issuer,
                  const char *account, const uint8_t *secret, size_t size)
{
    int rc = secmail_otp_key_new(context, out);
    if (rc)
        return rc;
    (*out)->params = *params;
    (*out)->counter = counter;
    rc = fill(*out, issuer, account, secret, size);
    if (rc) {
        secmail_otp_key_free(*out);
        *out = NULL;
    }
    return rc;
}

int smi_otp_key_copy(struct secmail_context *context, struct secmail_otp_key **out,
                     const struct secmail_otp_key *key)
{
    return filled(context, out, &key->params, key->counter, key->issuer, key->account,
                  secmail_secret_data(key->secret), secmail_secret_size(key->secret));
}

int smi_otp_key_from_slot(struct secmail_context *context, struct secmail_otp_key **out,
                          const struct smi_otp_slot *slot)
{
    const uint64_t counter = slot->params.type == SECMAIL_OTP_HOTP ? slot->next : 0;
    return filled(context, out, &slot->params, counter, (const char *)slot->issuer.data,
                  (const char *)slot->account.data, slot->secret.data, slot->secret.size);
}
