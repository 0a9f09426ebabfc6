/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * otpauth URIs: read tolerantly, written strictly.
 *
 *     otpauth://TYPE/LABEL?PARAMETERS     LABEL = [issuer (":" / "%3A") *"%20"] account
 */
#include "otp/key.h"

#include "otp/text.h"

/* A piece of the URI, not decoded. */
struct piece {
    const char *text;
    size_t size;
};

enum parameter { SECRET, ISSUER, ALGORITHM, DIGITS, PERIOD, COUNTER, KNOWN };

static const char *const names[KNOWN] = {"secret", "issuer", "algorithm",
                                         "digits", "period", "counter"};

struct reader {
    struct secmail_context *context;
    struct secmail_otp_key *key;
    struct piece known[KNOWN]; /* values; text is NULL for what is absent */
};

static int bad_uri(struct reader *r, const char *why)
{
    return smi_fail(r->context, SECMAIL_E_OTP_URI, "not a usable otpauth URI: %s", why);
}

/* ---- Pieces ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct piece trim(const char *text)
{
    struct piece p = {text, strlen(text)};
    while (p.size && is_blank(p.text[0])) {
        p.text++;
        p.size--;
    }
    while (p.size && is_blank(p.text[p.size - 1]))
        p.size--;
    return p;
}

/* Takes what stands before the first `mark` out of `rest`, and the mark; all if there is none. */
static struct piece take_until(struct piece *rest, char mark)
{
    const char *at = rest->size ? memchr(rest->text, mark, rest->size) : NULL;
    const size_t size = at ? (size_t)(at - rest->text) : rest->size;
    const struct piece taken = {rest->text, size};
    const size_t gone = at ? size + 1 : size;
    rest->text += gone;
    rest->size -= gone;
    return taken;
}

/* Decodes a piece into a buffer with a NUL behind it. */
static int decode(struct reader *r, struct piece p, bool plus_is_space, struct smi_buf *b)
{
    *b = smi_buf_open(&r->context->mem);
    const bool ok = smi_otp_decode_percent(b, p.text, p.size, plus_is_space);
    smi_put_u8(b, 0);
    int rc = 0;
    if (!ok)
        rc = bad_uri(r, "a % without two hexadecimal digits, or %00");
    else if (b->error)
        rc = smi_nomem(r->context);
    if (rc)
        smi_buf_free(b);
    return rc;
}

/* ---- Values ---- */

static int read_number(struct reader *r, enum parameter which, uint64_t most, uint64_t *number)
{
    const struct piece p = r->known[which];
    *number = 0;
    for (size_t i = 0; i < p.size; i++) {
        const unsigned digit = (unsigned)(uint8_t)p.text[i] - '0';
        if (digit > 9 || *number > (most - digit) / 10)
            return smi_fail(r->context, SECMAIL_E_OTP_URI,
                            "not a usable otpauth URI: %s isn't a number up to %llu", names[which],
                            (unsigned long long)most);
        *number = *number * 10 + digit;
    }
    return p.size ? 0 : bad_uri(r, "a number is empty");
}

static int read_digits(struct reader *r)
{
    uint64_t number;
    int rc = read_number(r, DIGITS, UINT32_MAX, &number);
    return rc ? rc : secmail_otp_key_set_digits(r->key, (uint32_t)number);
}

static int read_period(struct reader *r)
{
    uint64_t number;
    int rc = read_number(r, PERIOD, UINT32_MAX, &number);
    return rc ? rc : secmail_otp_key_set_period(r->key, (uint32_t)number);
}

static int read_counter(struct reader *r)
{
    return read_number(r, COUNTER, UINT64_MAX, &r->key->counter);
}

/* "SHA1", "sha-256", "HmacSHA512": only letters and digits count. */
static int read_algorithm(struct reader *r)
{
    static const char *const known[][2] = {[SECMAIL_OTP_SHA1] = {"sha1", "hmacsha1"},
                                           [SECMAIL_OTP_SHA256] = {"sha256", "hmacsha256"},
                                           [SECMAIL_OTP_SHA512] = {"sha512", "hmacsha512"}};
    const struct piece p = r->known[ALGORITHM];
    char text[16];
    size_t size = 0;
    for (size_t i = 0; i < p.size && size < sizeof text; i++) {
        if (p.text[i] != '-' && p.text[i] != '_')
            text[size++] = p.text[i];
    }
    for (uint32_t a = SECMAIL_OTP_SHA1; a <= SECMAIL_OTP_SHA512; a++) {
        if (smi_otp_is_word(text, size, known[a][0]) || smi_otp_is_word(text, size, known[a][1]))
            return secmail_otp_key_set_algorithm(r->key, a);
    }
    return smi_fail(r->context, SECMAIL_E_OTP_PARAMETER,
                    "the algorithm %.*s is none of SHA1, SHA256 and SHA512",
                    (int)(p.size < 32 ? p.size : 32), p.text);
}

static int read_secret(struct reader *r)
{
    struct smi_buf b;
    int rc = decode(r, r->known[SECRET], true, &b);
    if (rc)
        return rc;
    rc = smi_otp_key_read_secret(r->key, (const char *)b.data, b.size - 1);
    smi_buf_free(&b);
    return rc;
}

/*
 * A plus may stand for itself or, from encoders of HTML forms, for a space. The label tells: there
 * it always stands for itself.
 */
static int read_issuer(struct reader *r)
{
    struct smi_buf b;
    int rc = decode(r, r->known[ISSUER], false, &b);
    if (!rc && strcmp((const char *)b.data, r->key->issuer) != 0) {
        smi_buf_free(&b);
        rc = decode(r, r->known[ISSUER], true, &b);
    }
    if (rc)
        return rc;
    if (b.size > 1)
        rc = smi_otp_key_set_text(r->key, &r->key->issuer, "issuer", (const char *)b.data);
    smi_buf_free(&b);
    return rc;
}

static int read_known(struct reader *r)
{
    static int (*const readers[KNOWN])(struct reader *) = {
        [SECRET] = read_secret, [ISSUER] = read_issuer, [ALGORITHM] = read_algorithm,
        [DIGITS] = read_digits, [PERIOD] = read_period, [COUNTER] = read_counter};
    if (!r->known[SECRET].text)
        return smi_fail(r->context, SECMAIL_E_OTP_SECRET, "the otpauth URI has no secret");
    if (r->key->params.type == SECMAIL_OTP_HOTP && !r->known[COUNTER].text)
        return bad_uri(r, "hotp needs a counter");
    int rc = 0;
    for (int i = 0; i < KNOWN && !rc; i++) {
        if (r->known[i].text)
            rc = readers[i](r);
    }
    return rc;
}

/* ---- Structure ---- */

static int read_text(struct reader *r, struct piece p, char **place, const char *what)
{
    struct smi_buf b;
    int rc = decode(r, p, false, &b);
    if (rc)
        return rc;
    const char *text = (const char *)b.data;
    while (is_blank(*text))
        text++;
    rc = smi_otp_key_set_text(r->key, place, what, text);
    smi_buf_free(&b);
    return rc;
}

/* Split before decoding, so that an encoded colon inside of a name doesn't count, unless it is the
 * only one: "%3A" may stand for the separator. */
static int read_label(struct reader *r, struct piece label)
{
    struct piece issuer = {NULL, 0}, account = label;
    if (memchr(label.text, ':', label.size)) {
        issuer = take_until(&account, ':');
    } else {
        for (size_t i = 0; i + 3 <= label.size && !issuer.text; i++) {
            if (!smi_otp_is_word(label.text + i, 3, "%3a"))
                continue;
            issuer = (struct piece){label.text, i};
            account = (struct piece){label.text + i + 3, label.size - i - 3};
        }
    }
    int rc = issuer.text ? read_text(r, issuer, &r->key->issuer, "issuer") : 0;
    return rc ? rc : read_text(r, account, &r->key->account, "account");
}

static int add_parameter(struct secmail_otp_key *key, const char *name, const char *value)
{
    struct secmail_context *context = key->context;
    int rc = smi_otp_check_text(context, "parameter's name", name, 1, SECMAIL_OTP_MAX_TEXT);
    if (!rc)
        rc = smi_otp_check_text(context, "parameter's value", value, 0, SECMAIL_OTP_MAX_TEXT);
    if (rc)
        return rc;
    struct smi_otp_parameter *p = &key->parameter[key->parameter_count];
    p->name = smi_otp_copy_text(context, name, strlen(name));
    p->value = smi_otp_copy_text(context, value, strlen(value));
    if (p->name && p->value) {
        key->parameter_count++;
        return 0;
    }
    smi_otp_free_text(context, p->name);
    smi_otp_free_text(context, p->value);
    return smi_nomem(context);
}

static int read_unknown(struct reader *r, struct piece name, struct piece value)
{
    struct smi_buf n, v;
    if (r->key->parameter_count == SECMAIL_OTP_MAX_PARAMETERS)
        return bad_uri(r, "too many unknown parameters");
    int rc = decode(r, name, false, &n);
    if (rc)
        return rc;
    rc = decode(r, value, false, &v);
    if (!rc) {
        rc = add_parameter(r->key, (const char *)n.data, (const char *)v.data);
        smi_buf_free(&v);
    }
    smi_buf_free(&n);
    return rc;
}

static int read_parameter(struct reader *r, struct piece parameter)
{
    const struct piece name = take_until(&parameter, '=');
    if (!name.size)
        return 0;
    for (int i = 0; i < KNOWN; i++) {
        if (!smi_otp_is_word(name.text, name.size, names[i]))
            continue;
        if (r->known[i].text)
            return smi_fail(r->context, SECMAIL_E_OTP_URI,
                            "not a usable otpauth URI: %s stands twice", names[i]);
        r->known[i] = parameter;
        return 0;
    }
    return read_unknown(r, name, parameter);
}

static int read_uri(struct reader *r, const char *text)
{
    struct piece rest = trim(text);
    rest = take_until(&rest, '#');
    const struct piece scheme = take_until(&rest, ':');
    if (!smi_otp_is_word(scheme.text, scheme.size, "otpauth") || rest.size < 2 ||
        !smi_otp_is_word(rest.text, 2, "//"))
        return bad_uri(r, "it doesn't begin with otpauth://");
    rest.text += 2;
    rest.size -= 2;
    struct piece label = take_until(&rest, '?');
    const struct piece type = take_until(&label, '/');
    if (smi_otp_is_word(type.text, type.size, "hotp"))
        r->key->params.type = SECMAIL_OTP_HOTP;
    else if (!smi_otp_is_word(type.text, type.size, "totp"))
        return bad_uri(r, "its type is neither totp nor hotp");
    int rc = read_label(r, label);
    while (!rc && rest.size)
        rc = read_parameter(r, take_until(&rest, '&'));
    return rc ? rc : read_known(r);
}

int secmail_otp_key_from_uri(struct secmail_context *context, struct secmail_otp_key **out,
                             const char *uri)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!smi_enter(context))
        return SECMAIL_E_ARGUMENT;
    if (!uri)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "uri is NULL");
    struct reader r = {.context = context};
    int rc = secmail_otp_key_new(context, &r.key);
    if (!rc)
        rc = read_uri(&r, uri);
    if (rc) {
        secmail_otp_key_free(r.key);
        return rc;
    }
    *out = r.key;
    return 0;
}

/* ---- Unknown parameters ---- */

int secmail_otp_key_add_parameter(struct secmail_otp_key *key, const char *name, const char *value)
{
    if (!key)
        return SECMAIL_E_ARGUMENT;
    smi_enter(key->context);
    if (!name || !value)
        return smi_fail(key->context, SECMAIL_E_ARGUMENT, "name or value is NULL");
    for (int i = 0; i < KNOWN; i++) {
        if (smi_otp_is_word(name, strlen(name), names[i]))
            return smi_fail(key->context, SECMAIL_E_OTP_TEXT, "%s has a setter of its own",
                            names[i]);
    }
    if (key->parameter_count == SECMAIL_OTP_MAX_PARAMETERS)
        return smi_fail(key->context, SECMAIL_E_OTP_TOO_MANY, "the key has %d parameters already",
                        SECMAIL_OTP_MAX_PARAMETERS);
    return add_parameter(key, name, value);
}

size_t secmail_otp_key_parameter_count(const struct secmail_otp_key *key)
{
    return key ? key->parameter_count : 0;
}

const char *secmail_otp_key_parameter_name(const struct secmail_otp_key *key, size_t index)
{
    return key && index < key->parameter_count ? key->parameter[index].name : NULL;
}

const char *secmail_otp_key_parameter_value(const struct secmail_otp_key *key, size_t index)
{
    return key && index < key->parameter_count ? key->parameter[index].value : NULL;
}

/* ---- Writing ---- */

static int check_writable(const struct secmail_otp_key *key)
{
    int rc = smi_otp_need_secret(key);
    if (rc)
        return rc;
    if (!key->account[0])
        return smi_fail(key->context, SECMAIL_E_OTP_TEXT, "an otpauth URI needs an account");
    /* "Neither issuer nor account name may themselves contain a colon." */
    if (strchr(key->account, ':') || strchr(key->issuer, ':'))
        return smi_fail(key->context, SECMAIL_E_OTP_TEXT,
                        "neither issuer nor account may have a colon in an otpauth URI");
    if (key->params.t0)
        return smi_fail(key->context, SECMAIL_E_OTP_PARAMETER,
                        "an otpauth URI has no place for a T0 other than 0");
    return 0;
}

static void put_number(struct smi_buf *b, const char *name, uint64_t number)
{
    char digits[21];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    smi_put_text(b, name);
    smi_put_text(b, digits + at);
}

static void put_label(struct smi_buf *b, const struct secmail_otp_key *key)
{
    if (key->issuer[0]) {
        smi_otp_put_percent(b, key->issuer, "");
        smi_put_u8(b, ':');
    }
    smi_otp_put_percent(b, key->account, "@");
}

static void put_parameters(struct smi_buf *b, const struct secmail_otp_key *key, const char *secret)
{
    static const char *const algorithms[] = {[SECMAIL_OTP_SHA1] = "SHA1",
                                             [SECMAIL_OTP_SHA256] = "SHA256",
                                             [SECMAIL_OTP_SHA512] = "SHA512"};
    smi_put_text(b, "?secret=");
    smi_put_text(b, secret);
    if (key->issuer[0]) {
        smi_put_text(b, "&issuer=");
        smi_otp_put_percent(b, key->issuer, "");
    }
    smi_put_text(b, "&algorithm=");
    smi_put_text(b, algorithms[key->params.algorithm]);
    put_number(b, "&digits=", key->params.digits);
    if (key->params.type == SECMAIL_OTP_HOTP)
        put_number(b, "&counter=", key->counter);
    else
        put_number(b, "&period=", key->params.period);
    for (size_t i = 0; i < key->parameter_count; i++) {
        smi_put_u8(b, '&');
        smi_otp_put_percent(b, key->parameter[i].name, "");
        smi_put_u8(b, '=');
        smi_otp_put_percent(b, key->parameter[i].value, "");
    }
}

int secmail_otp_key_to_uri(const struct secmail_otp_key *key, struct secmail_bytes **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!key)
        return SECMAIL_E_ARGUMENT;
    struct secmail_context *context = key->context;
    smi_enter(context);
    int rc = check_writable(key);
    struct secmail_bytes *secret = NULL;
    if (!rc)
        rc = secmail_otp_key_secret_base32(key, &secret);
    if (rc)
        return rc;
    struct smi_buf b = smi_buf_open(&context->mem);
    smi_put_text(&b, key->params.type == SECMAIL_OTP_HOTP ? "otpauth://hotp/" : "otpauth://totp/");
    put_label(&b, key);
    put_parameters(&b, key, (const char *)secmail_bytes_data(secret));
    smi_put_u8(&b, 0);
    secmail_bytes_free(secret);
    rc = smi_bytes_new(out, &b, 0, b.size ? b.size - 1 : 0);
    smi_buf_free(&b);
    return rc ? smi_nomem(context) : 0;
}
