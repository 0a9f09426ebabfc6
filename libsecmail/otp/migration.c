/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * otpauth-migration URIs: the export of Google Authenticator, a protocol buffer in base64.
 *
 *     payload: 1 entry, repeated   2 version   3 parts   4 index of this part   5 number of the
 * export entry:   1 secret   2 name   3 issuer   4 algorithm   5 digits   6 type   7 counter
 *
 * Only what these messages need of protocol buffers is here: varints and length-delimited fields;
 * fields of other numbers are skipped.
 */
#include "codec/base64.h"
#include "otp/key.h"
#include "otp/text.h"

enum {
    MAX_URI = 65536,
    MAX_KEYS = 1000,
    MAX_PARTS = 100,
    KEYS_IN_A_PART = 10,
    WIRE_VARINT = 0,
    WIRE_FIXED64 = 1,
    WIRE_BYTES = 2,
    WIRE_FIXED32 = 5,
};

struct secmail_otp_migration {
    struct secmail_context *context;
    struct secmail_otp_key **keys;
    size_t key_count, key_room;
    uint32_t skipped;
    bool has_id;
    uint32_t id;
    uint32_t parts, missing;
    bool seen[MAX_PARTS];
};

int secmail_otp_migration_new(struct secmail_context *context, struct secmail_otp_migration **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!smi_enter(context))
        return SECMAIL_E_ARGUMENT;
    *out = smi_zalloc(&context->mem, sizeof **out);
    if (!*out)
        return smi_nomem(context);
    (*out)->context = context;
    return 0;
}

static void drop_keys(struct secmail_otp_migration *m, size_t keep)
{
    while (m->key_count > keep)
        secmail_otp_key_free(m->keys[--m->key_count]);
}

void secmail_otp_migration_free(struct secmail_otp_migration *migration)
{
    if (!migration)
        return;
    const struct secmail_allocator *mem = &migration->context->mem;
    drop_keys(migration, 0);
    smi_free(mem, migration->keys, migration->key_room * sizeof *migration->keys);
    smi_free(mem, migration, sizeof *migration);
}

uint32_t secmail_otp_migration_parts(const struct secmail_otp_migration *migration)
{
    return migration ? migration->parts : 0;
}

uint32_t secmail_otp_migration_missing(const struct secmail_otp_migration *migration)
{
    return migration ? migration->missing : 0;
}

uint32_t secmail_otp_migration_skipped(const struct secmail_otp_migration *migration)
{
    return migration ? migration->skipped : 0;
}

size_t secmail_otp_migration_key_count(const struct secmail_otp_migration *migration)
{
    return migration ? migration->key_count : 0;
}

struct secmail_otp_key *secmail_otp_migration_key(const struct secmail_otp_migration *migration,
                                                  size_t index)
{
    return migration && index < migration->key_count ? migration->keys[index] : NULL;
}

static int bad_payload(struct secmail_otp_migration *m, const char *why)
{
    return smi_fail(m->context, SECMAIL_E_OTP_MIGRATION, "not a usable otpauth-migration URI: %s",
                    why);
}

/* Takes a key over; frees it where there is no room. */
static int keep_key(struct secmail_otp_migration *m, struct secmail_otp_key *key)
{
    if (smi_grow(&m->context->mem, &m->keys, &m->key_room, m->key_count + 1, sizeof *m->keys)) {
        m->keys[m->key_count++] = key;
        return 0;
    }
    secmail_otp_key_free(key);
    return smi_nomem(m->context);
}

/* ---- Protocol buffers ---- */

struct field {
    uint32_t number;
    uint64_t value;          /* of a varint */
    struct smi_cursor bytes; /* of a length-delimited field */
    bool is_bytes;
};

static uint64_t read_varint(struct smi_cursor *c)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const uint8_t byte = smi_u8(c);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
    c->bad = true;
    return 0;
}

/* Where size_t has 32 bits, a size that needs more is still more than there is. */
static size_t read_size(struct smi_cursor *c)
{
    const uint64_t size = read_varint(c);
    return size < SIZE_MAX ? (size_t)size : SIZE_MAX;
}

/* The next field; false at the end, or when the cursor has gone bad. */
static bool next_field(struct smi_cursor *c, struct field *f)
{
    if (!smi_left(c))
        return false;
    const uint64_t tag = read_varint(c);
    *f = (struct field){.number = (uint32_t)(tag >> 3)};
    switch (tag & 7) {
    case WIRE_VARINT:
        f->value = read_varint(c);
        break;
    case WIRE_BYTES:
        f->is_bytes = true;
        f->bytes = smi_sub(c, read_size(c));
        break;
    case WIRE_FIXED64:
    case WIRE_FIXED32:
        smi_take(c, (tag & 7) == WIRE_FIXED64 ? 8 : 4);
        f->number = 0;
        break;
    default:
        c->bad = true;
    }
    return !c->bad;
}

static void put_varint(struct smi_buf *b, uint64_t value)
{
    for (; value > 0x7f; value >>= 7)
        smi_put_u8(b, (uint8_t)(value | 0x80));
    smi_put_u8(b, (uint8_t)value);
}

static void put_number(struct smi_buf *b, uint32_t field, uint64_t value)
{
    put_varint(b, field << 3 | WIRE_VARINT);
    put_varint(b, value);
}

static void put_bytes(struct smi_buf *b, uint32_t field, const void *data, size_t size)
{
    put_varint(b, field << 3 | WIRE_BYTES);
    put_varint(b, size);
    smi_put(b, data, size);
}

/* ---- Entries ---- */

enum { DIGITS_SIX = 1, DIGITS_EIGHT = 2, DIGITS_SEVEN = 3, TYPE_HOTP = 1, TYPE_TOTP = 2 };

/* Algorithms have the numbers of enum secmail_otp_algorithm; 0 means the default everywhere. */
struct entry {
    struct smi_cursor secret, name, issuer;
    uint64_t algorithm, digits, type, counter;
};

static bool read_entry(struct smi_cursor *c, struct entry *e)
{
    struct field f;
    memset(e, 0, sizeof *e);
    while (next_field(c, &f)) {
        struct smi_cursor *bytes[] = {NULL, &e->secret, &e->name, &e->issuer};
        uint64_t *numbers[] = {[4] = &e->algorithm, &e->digits, &e->type, &e->counter};
        if (f.number >= 1 && f.number <= 3 && f.is_bytes)
            *bytes[f.number] = f.bytes;
        else if (f.number >= 4 && f.number <= 7 && !f.is_bytes)
            *numbers[f.number] = f.value;
    }
    return !c->bad;
}

static bool is_text(const struct smi_cursor *c)
{
    return c->size <= SECMAIL_OTP_MAX_TEXT && smi_otp_is_text(c->data, c->size);
}

/* Can the entry be expressed here? */
static bool is_usable(const struct entry *e)
{
    return e->secret.size && e->secret.size <= SECMAIL_OTP_MAX_SECRET && is_text(&e->name) &&
           is_text(&e->issuer) && e->algorithm <= SECMAIL_OTP_SHA512 && e->digits <= DIGITS_SEVEN &&
           e->type <= TYPE_TOTP && e->counter <= INT64_MAX;
}

/* A name may repeat the issuer, "Issuer:account", or hold it alone. */
static int set_names(struct secmail_otp_key *key, const struct entry *e)
{
    char issuer[SECMAIL_OTP_MAX_TEXT + 1] = "", name[SECMAIL_OTP_MAX_TEXT + 1] = "";
    if (e->issuer.size)
        memcpy(issuer, e->issuer.data, e->issuer.size);
    if (e->name.size)
        memcpy(name, e->name.data, e->name.size);
    char *account = name, *colon = strchr(name, ':');
    if (colon) {
        *colon = '\0';
        if (!issuer[0] || strcmp(issuer, name) == 0) {
            memcpy(issuer, name, strlen(name) + 1);
            account = colon + 1 + strspn(colon + 1, " ");
        } else {
            *colon = ':';
        }
    }
    int rc = smi_otp_key_set_text(key, &key->issuer, "issuer", issuer);
    return rc ? rc : smi_otp_key_set_text(key, &key->account, "account", account);
}

static int make_key(struct secmail_otp_migration *m, const struct entry *e)
{
    static const uint8_t digits[] = {6, [DIGITS_SIX] = 6, [DIGITS_EIGHT] = 8, [DIGITS_SEVEN] = 7};
    struct secmail_otp_key *key;
    int rc = secmail_otp_key_new(m->context, &key);
    if (rc)
        return rc;
    key->params.type = e->type == TYPE_HOTP ? SECMAIL_OTP_HOTP : SECMAIL_OTP_TOTP;
    key->params.algorithm = e->algorithm ? (uint8_t)e->algorithm : SECMAIL_OTP_SHA1;
    key->params.digits = digits[e->digits];
    key->counter = e->counter;
    rc = secmail_otp_key_set_secret(key, e->secret.data, e->secret.size);
    if (!rc)
        rc = set_names(key, e);
    if (!rc)
        return keep_key(m, key);
    secmail_otp_key_free(key);
    return rc;
}

/* ---- Payload ---- */

struct payload {
    uint64_t parts, index, id;
};

/* First the numbers, because the entries of a part that was read before are passed over. */
static bool read_numbers(struct smi_cursor c, struct payload *p)
{
    struct field f;
    *p = (struct payload){.parts = 1};
    while (next_field(&c, &f)) {
        if (f.number == 3 && f.value)
            p->parts = f.value;
        else if (f.number == 4)
            p->index = f.value;
        else if (f.number == 5)
            p->id = f.value & UINT32_MAX;
    }
    return !c.bad && p->parts <= MAX_PARTS && p->index < p->parts;
}

static int read_entries(struct secmail_otp_migration *m, struct smi_cursor c, uint32_t *skipped)
{
    struct field f;
    int rc = 0;
    while (!rc && next_field(&c, &f)) {
        struct entry e;
        if (f.number != 1 || !f.is_bytes)
            continue;
        if (!read_entry(&f.bytes, &e))
            return bad_payload(m, "an entry is broken");
        if (m->key_count == MAX_KEYS)
            return bad_payload(m, "more than 1000 entries");
        if (is_usable(&e))
            rc = make_key(m, &e);
        else
            (*skipped)++;
    }
    return rc;
}

static int read_payload(struct secmail_otp_migration *m, struct smi_cursor c)
{
    struct payload p;
    if (!read_numbers(c, &p))
        return bad_payload(m, "the payload is broken");
    if (m->has_id && (m->id != (uint32_t)p.id || m->parts != p.parts))
        return bad_payload(m, "it is a part of another export");
    if (m->has_id && m->seen[p.index])
        return 0;
    const size_t before = m->key_count;
    uint32_t skipped = 0;
    int rc = read_entries(m, c, &skipped);
    if (rc) {
        drop_keys(m, before);
        return rc;
    }
    if (!m->has_id)
        m->parts = m->missing = (uint32_t)p.parts;
    m->has_id = true;
    m->id = (uint32_t)p.id;
    m->seen[p.index] = true;
    m->missing--;
    m->skipped += skipped;
    return 0;
}

/* ---- Text ---- */

/* The value of "data", or NULL. */
static const char *find_data(const char *uri, size_t *size)
{
    static const char scheme[] = "otpauth-migration://offline";
    const size_t length = sizeof scheme - 1;
    if (strnlen(uri, length) < length || !smi_otp_is_word(uri, length, scheme))
        return NULL;
    for (const char *at = strchr(uri + length, '?'); at; at = strchr(at, '&')) {
        at++;
        if (strncmp(at, "data=", 5) != 0)
            continue;
        *size = strcspn(at + 5, "&# \t\r\n");
        return at + 5;
    }
    return NULL;
}

/* Brings base64 into its plain form: "-" and "_" of the URL alphabet, padding left out. */
static void normalise(struct smi_buf *b)
{
    for (size_t i = 0; i < b->size; i++) {
        if (b->data[i] == '-' || b->data[i] == ' ')
            b->data[i] = '+';
        if (b->data[i] == '_')
            b->data[i] = '/';
    }
    while (b->size && b->data[b->size - 1] == '=')
        b->size--;
}

/* Decodes in place: what is written is never ahead of what is read. */
static bool decode_base64(struct smi_buf *b)
{
    const size_t whole = b->size / 4 * 4, over = b->size - whole;
    const char *text = (const char *)b->data;
    uint8_t tail[2];
    size_t tail_size = 0;
    if (over == 1)
        return false;
    if (over && !(tail_size = smi_base64_decode_tail(tail, text + whole, over)))
        return false;
    if (smi_base64_decode(b->data, text, whole) != whole)
        return false;
    memcpy(b->data + whole / 4 * 3, tail, tail_size);
    b->size = whole / 4 * 3 + tail_size;
    return true;
}

int secmail_otp_migration_read(struct secmail_otp_migration *migration, const char *uri)
{
    if (!migration)
        return SECMAIL_E_ARGUMENT;
    struct secmail_context *context = migration->context;
    smi_enter(context);
    if (!uri)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "uri is NULL");
    size_t size;
    const char *data = find_data(uri + strspn(uri, " \t\r\n"), &size);
    if (!data || size > MAX_URI)
        return bad_payload(migration, "it isn't otpauth-migration://offline?data=...");
    struct smi_buf b = smi_buf_open(&context->mem);
    const bool decoded = smi_otp_decode_percent(&b, data, size, false);
    const size_t room = b.size;
    int rc;
    if (b.error) {
        rc = smi_nomem(context);
    } else {
        normalise(&b);
        if (decoded && b.size && decode_base64(&b))
            rc = read_payload(migration, smi_buf_cursor(&b));
        else
            rc = bad_payload(migration, "the data isn't base64");
    }
    b.size = room; /* so that all of it is wiped */
    smi_buf_free(&b);
    return rc;
}

/* ---- Writing ---- */

static int check_writable(struct secmail_otp_migration *m, const struct secmail_otp_key *key)
{
    if (!key->secret)
        return smi_fail(m->context, SECMAIL_E_OTP_SECRET, "the key has no secret yet");
    if (key->params.period != 30 || key->params.t0 || key->counter > INT64_MAX)
        return smi_fail(m->context, SECMAIL_E_OTP_PARAMETER,
                        "otpauth-migration can express a period of 30 seconds, T0 = 0 and "
                        "counters below 2^63 only");
    if (m->key_count == MAX_KEYS)
        return smi_fail(m->context, SECMAIL_E_OTP_TOO_MANY, "there are %d keys already", MAX_KEYS);
    return 0;
}

int secmail_otp_migration_add(struct secmail_otp_migration *migration,
                              const struct secmail_otp_key *key)
{
    if (!migration)
        return SECMAIL_E_ARGUMENT;
    struct secmail_context *context = migration->context;
    smi_enter(context);
    if (!key)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "key is NULL");
    struct secmail_otp_key *copy;
    uint32_t id = migration->id;
    int rc = check_writable(migration, key);
    if (!rc && !migration->has_id)
        rc = smi_random(context, &id, sizeof id);
    if (!rc)
        rc = smi_otp_key_copy(context, &copy, key);
    if (!rc)
        rc = keep_key(migration, copy);
    if (rc)
        return rc;
    migration->has_id = true;
    migration->id = id & INT32_MAX;
    return 0;
}

size_t secmail_otp_migration_uri_count(const struct secmail_otp_migration *migration)
{
    return migration ? (migration->key_count + KEYS_IN_A_PART - 1) / KEYS_IN_A_PART : 0;
}

static void put_entry(struct smi_buf *b, const struct secmail_otp_key *key)
{
    static const uint8_t digits[] = {[6] = DIGITS_SIX, DIGITS_SEVEN, DIGITS_EIGHT};
    const bool hotp = key->params.type == SECMAIL_OTP_HOTP;
    put_bytes(b, 1, secmail_secret_data(key->secret), secmail_secret_size(key->secret));
    put_bytes(b, 2, key->account, strlen(key->account));
    put_bytes(b, 3, key->issuer, strlen(key->issuer));
    put_number(b, 4, key->params.algorithm);
    put_number(b, 5, digits[key->params.digits]);
    put_number(b, 6, hotp ? TYPE_HOTP : TYPE_TOTP);
    if (hotp)
        put_number(b, 7, key->counter);
}

static void put_payload(const struct secmail_otp_migration *m, size_t index, struct smi_buf *b)
{
    const size_t first = index * KEYS_IN_A_PART;
    for (size_t i = first; i < first + KEYS_IN_A_PART && i < m->key_count; i++) {
        struct smi_buf e = smi_buf_open(&m->context->mem);
        put_entry(&e, m->keys[i]);
        put_bytes(b, 1, e.data, e.size);
        if (e.error)
            b->error = e.error;
        smi_buf_free(&e);
    }
    put_number(b, 2, 1);
    put_number(b, 3, secmail_otp_migration_uri_count(m));
    put_number(b, 4, index);
    put_number(b, 5, m->id);
}

static void put_base64(struct smi_buf *b, const struct smi_buf *data)
{
    uint8_t *to = smi_buf_add(b, smi_base64_size(data->size) + 1);
    if (!to)
        return;
    smi_base64_encode((char *)to, data->data, data->size);
    to[smi_base64_size(data->size)] = '\0';
}

int secmail_otp_migration_uri(const struct secmail_otp_migration *migration, size_t index,
                              struct secmail_bytes **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!migration)
        return SECMAIL_E_ARGUMENT;
    struct secmail_context *context = migration->context;
    smi_enter(context);
    if (index >= secmail_otp_migration_uri_count(migration))
        return smi_fail(context, SECMAIL_E_ARGUMENT, "the export has %zu parts",
                        secmail_otp_migration_uri_count(migration));
    struct smi_buf payload = smi_buf_open(&context->mem), text = payload, uri = payload;
    put_payload(migration, index, &payload);
    if (!payload.error)
        put_base64(&text, &payload);
    smi_put_text(&uri, "otpauth-migration://offline?data=");
    if (text.data)
        smi_otp_put_percent(&uri, (const char *)text.data, "");
    smi_put_u8(&uri, 0);
    int rc = payload.error ? payload.error : text.error;
    if (!rc)
        rc = smi_bytes_new(out, &uri, 0, uri.size ? uri.size - 1 : 0);
    smi_buf_free(&payload);
    smi_buf_free(&text);
    smi_buf_free(&uri);
    return rc ? smi_nomem(context) : 0;
}
