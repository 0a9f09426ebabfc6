/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state's body, each part read and written beside each other, and its seal. */
#include "otp/state.h"

#include "core/secret.h"
#include "crypto/seal.h"
#include "otp/text.h"

/* ---- Numbers ---- */

/* Counts, and writes where there is room: the same code sizes the body and fills it. */
struct writer {
    uint8_t *to;
    size_t size;
};

static void put(struct writer *w, const void *data, size_t size)
{
    if (w->to && size)
        memcpy(w->to + w->size, data, size);
    w->size += size;
}

static void put_u8(struct writer *w, uint8_t v)
{
    put(w, &v, 1);
}

static void put_number(struct writer *w, uint64_t v, size_t bytes)
{
    uint8_t data[8];
    for (size_t i = bytes; i-- > 0; v >>= 8)
        data[i] = (uint8_t)v;
    put(w, data, bytes);
}

static void put_u32(struct writer *w, uint32_t v)
{
    put_number(w, v, 4);
}

static void put_u64(struct writer *w, uint64_t v)
{
    put_number(w, v, 8);
}

static void put_time(struct writer *w, int64_t v)
{
    put_number(w, (uint64_t)v, 8);
}

static void put_slice(struct writer *w, struct smi_otp_slice s)
{
    put_u8(w, s.size);
    put(w, s.data, s.size);
}

/* Texts have a NUL behind them, so that they can be lent out as they stand. */
static void put_text(struct writer *w, struct smi_otp_slice s)
{
    put_slice(w, s);
    put_u8(w, 0);
}

static uint64_t get_u64(struct smi_cursor *c)
{
    const uint64_t high = smi_u32(c);
    return high << 32 | smi_u32(c);
}

static int64_t get_time(struct smi_cursor *c)
{
    return (int64_t)get_u64(c);
}

static struct smi_otp_slice get_slice(struct smi_cursor *c)
{
    const uint8_t size = smi_u8(c);
    const uint8_t *data = smi_take(c, size);
    return (struct smi_otp_slice){data, data ? size : 0};
}

static struct smi_otp_slice get_text(struct smi_cursor *c)
{
    const struct smi_otp_slice s = get_slice(c);
    if (smi_u8(c) || (s.data && !smi_otp_is_text(s.data, s.size)))
        c->bad = true;
    return s;
}

/* ---- Parts ---- */

enum { HAS_ENROLLED = 1, HAS_ENROLLING = 2, HAS_RECOVERY = 4, ALL_PARTS = 7 };

static void put_throttle(struct writer *w, const struct smi_otp_throttle *t)
{
    put_u32(w, t->in_a_row);
    put_u32(w, t->strikes);
    put_time(w, t->failed_at);
    put_time(w, t->forgiven_at);
}

static void get_throttle(struct smi_cursor *c, struct smi_otp_throttle *t)
{
    t->in_a_row = smi_u32(c);
    t->strikes = smi_u32(c);
    t->failed_at = get_time(c);
    t->forgiven_at = get_time(c);
}

static void put_key(struct writer *w, const struct smi_otp_slot *slot)
{
    put_u8(w, slot->params.type);
    put_u8(w, slot->params.algorithm);
    put_u8(w, slot->params.digits);
    put_u32(w, slot->params.period);
    put_time(w, slot->params.t0);
    put_slice(w, slot->secret);
    put_text(w, slot->issuer);
    put_text(w, slot->account);
    put_u64(w, slot->next);
}

static void get_key(struct smi_cursor *c, struct smi_otp_slot *slot)
{
    slot->present = true;
    slot->params.type = smi_u8(c);
    slot->params.algorithm = smi_u8(c);
    slot->params.digits = smi_u8(c);
    slot->params.period = smi_u32(c);
    slot->params.t0 = get_time(c);
    slot->secret = get_slice(c);
    slot->issuer = get_text(c);
    slot->account = get_text(c);
    slot->next = get_u64(c);
    if (!smi_otp_params_ok(&slot->params) || !slot->secret.size ||
        slot->secret.size > SECMAIL_OTP_MAX_SECRET)
        c->bad = true;
}

static void put_enrolled(struct writer *w, const struct smi_otp_slot *slot)
{
    put_key(w, slot);
    put_time(w, slot->confirmed_at);
    put_time(w, slot->accepted_at);
    put_u32(w, (uint32_t)slot->drift);
    put_u8(w, (uint8_t)slot->trend);
}

static void get_enrolled(struct smi_cursor *c, struct smi_otp_slot *slot)
{
    get_key(c, slot);
    slot->confirmed_at = get_time(c);
    slot->accepted_at = get_time(c);
    slot->drift = (int32_t)smi_u32(c);
    slot->trend = (int8_t)smi_u8(c);
    if (slot->drift < -SMI_OTP_MAX_DRIFT || slot->drift > SMI_OTP_MAX_DRIFT || slot->trend < -1 ||
        slot->trend > 1)
        c->bad = true;
}

static void put_enrolling(struct writer *w, const struct smi_otp_slot *slot)
{
    put_key(w, slot);
    put_time(w, slot->begun_at);
    put_u32(w, slot->failures);
}

static void get_enrolling(struct smi_cursor *c, struct smi_otp_slot *slot)
{
    get_key(c, slot);
    slot->begun_at = get_time(c);
    slot->failures = smi_u32(c);
}

static void put_recovery(struct writer *w, const struct smi_otp_recovery *r)
{
    put_time(w, r->made_at);
    put_u32(w, r->cost.memory_kib);
    put_u32(w, r->cost.passes);
    put(w, r->salt, sizeof r->salt);
    put_u8(w, r->count);
    for (size_t i = 0; i < r->count; i++) {
        put(w, r->entry[i].hash, sizeof r->entry[i].hash);
        put_time(w, r->entry[i].used_at);
    }
}

static void get_recovery(struct smi_cursor *c, struct smi_otp_recovery *r)
{
    r->made_at = get_time(c);
    r->cost.memory_kib = smi_u32(c);
    r->cost.passes = smi_u32(c);
    smi_copy(c, r->salt, sizeof r->salt);
    r->count = smi_u8(c);
    if (!r->count || r->count > SMI_OTP_MAX_RECOVERY || r->cost.memory_kib < 8 || !r->cost.passes) {
        c->bad = true;
        r->count = 0;
    }
    for (size_t i = 0; i < r->count; i++) {
        smi_copy(c, r->entry[i].hash, sizeof r->entry[i].hash);
        r->entry[i].used_at = get_time(c);
    }
}

static void put_app(struct writer *w, const struct smi_otp_app *app)
{
    put_u32(w, app->id);
    put_time(w, app->created_at);
    put_time(w, app->expires_at);
    put_time(w, app->used_at);
    put(w, app->salt, sizeof app->salt);
    put(w, app->hash, sizeof app->hash);
    put_text(w, app->label);
    put_text(w, app->scope);
}

static void get_app(struct smi_cursor *c, struct smi_otp_app *app)
{
    app->id = smi_u32(c);
    app->created_at = get_time(c);
    app->expires_at = get_time(c);
    app->used_at = get_time(c);
    smi_copy(c, app->salt, sizeof app->salt);
    smi_copy(c, app->hash, sizeof app->hash);
    app->label = get_text(c);
    app->scope = get_text(c);
}

/* ---- Body ---- */

size_t smi_otp_state_write(const struct smi_otp_state *state, uint8_t *to)
{
    struct writer w = {to, 0};
    put_u64(&w, state->generation);
    put_u8(&w, (uint8_t)((state->enrolled.present ? HAS_ENROLLED : 0) |
                         (state->enrolling.present ? HAS_ENROLLING : 0) |
                         (state->recovery.count ? HAS_RECOVERY : 0)));
    put_throttle(&w, &state->codes);
    put_throttle(&w, &state->recovery_codes);
    if (state->enrolled.present)
        put_enrolled(&w, &state->enrolled);
    if (state->enrolling.present)
        put_enrolling(&w, &state->enrolling);
    if (state->recovery.count)
        put_recovery(&w, &state->recovery);
    put_u32(&w, state->app_id);
    put_u8(&w, state->app_count);
    for (size_t i = 0; i < state->app_count; i++)
        put_app(&w, &state->app[i]);
    return w.size;
}

bool smi_otp_state_read(struct smi_otp_state *state, const uint8_t *data, size_t size)
{
    struct smi_cursor c = smi_cursor(data, size);
    memset(state, 0, sizeof *state);
    state->generation = get_u64(&c);
    const uint8_t parts = smi_u8(&c);
    get_throttle(&c, &state->codes);
    get_throttle(&c, &state->recovery_codes);
    if (parts & HAS_ENROLLED)
        get_enrolled(&c, &state->enrolled);
    if (parts & HAS_ENROLLING)
        get_enrolling(&c, &state->enrolling);
    if (parts & HAS_RECOVERY)
        get_recovery(&c, &state->recovery);
    state->app_id = smi_u32(&c);
    state->app_count = smi_u8(&c);
    if (state->app_count > SMI_OTP_MAX_APPS || parts > ALL_PARTS)
        return false;
    for (size_t i = 0; i < state->app_count; i++)
        get_app(&c, &state->app[i]);
    return !c.bad && !smi_left(&c);
}

/* ---- Seal ---- */

enum { LEAST_STATE = SMI_OTP_HEAD_SIZE + SMI_SEAL_NONCE_SIZE + SMI_SEAL_TAG_SIZE };

static const uint8_t magic[3] = {'S', 'M', 'O'};

int smi_otp_state_head(struct secmail_context *context, const uint8_t *data, size_t size,
                       uint32_t *key_id)
{
    struct smi_cursor c = smi_cursor(data, size);
    const uint8_t *start = smi_take(&c, sizeof magic);
    if (!start || !smi_equal(start, magic, sizeof magic))
        return smi_fail(context, SECMAIL_E_OTP_STATE,
                        "the state has %zu bytes and doesn't begin as one", size);
    const uint8_t version = smi_u8(&c);
    if (!c.bad && version != SMI_OTP_STATE_VERSION)
        return smi_fail(context, SECMAIL_E_OTP_STATE_VERSION,
                        "the state has version %u, this library knows version %d", version,
                        SMI_OTP_STATE_VERSION);
    if (size < LEAST_STATE || size > SMI_OTP_MAX_STATE)
        return smi_fail(context, SECMAIL_E_OTP_STATE,
                        "the state has %zu bytes: it was truncated, or more was added", size);
    *key_id = smi_u32(&c);
    return 0;
}

/* The head and the name in a row: what the seal binds the body to. */
struct binding {
    uint8_t data[SMI_OTP_HEAD_SIZE + SECMAIL_OTP_MAX_NAME];
    size_t size;
};

static void bind(struct binding *b, const uint8_t *head, const char *name)
{
    const size_t size = strnlen(name, SECMAIL_OTP_MAX_NAME);
    memcpy(b->data, head, SMI_OTP_HEAD_SIZE);
    memcpy(b->data + SMI_OTP_HEAD_SIZE, name, size);
    b->size = SMI_OTP_HEAD_SIZE + size;
}

int smi_otp_state_open(struct secmail_context *context, const uint8_t *key, const char *name,
                       const uint8_t *data, size_t size, struct secmail_secret **body,
                       struct smi_otp_state *state)
{
    struct binding b;
    bind(&b, data, name);
    *body = smi_secret_new(context, size - LEAST_STATE);
    if (!*body)
        return smi_nomem(context);
    int rc = 0;
    if (!smi_unseal(smi_secret_fill(*body), key, data + SMI_OTP_HEAD_SIZE, b.data, b.size,
                    data + SMI_OTP_HEAD_SIZE + SMI_SEAL_NONCE_SIZE,
                    size - SMI_OTP_HEAD_SIZE - SMI_SEAL_NONCE_SIZE))
        rc = smi_fail(context, SECMAIL_E_OTP_STATE_SEAL,
                      "the seal doesn't hold: the state of %s was altered, or belongs to another "
                      "account or key",
                      name);
    else if (!smi_otp_state_read(state, secmail_secret_data(*body), secmail_secret_size(*body)))
        rc = smi_fail(context, SECMAIL_E_OTP_STATE, "the state of %s is sealed but malformed",
                      name);
    if (rc) {
        secmail_secret_free(*body);
        *body = NULL;
    }
    return rc;
}

/* The body passes through locked memory on its way into the seal. */
static int seal_body(struct secmail_context *context, const uint8_t *key, const char *name,
                     const struct smi_otp_state *state, uint8_t *to, size_t size)
{
    struct binding b;
    struct secmail_secret *body = smi_secret_new(context, size);
    if (!body)
        return smi_nomem(context);
    smi_otp_state_write(state, smi_secret_fill(body));
    bind(&b, to, name);
    int rc = smi_random(context, to + SMI_OTP_HEAD_SIZE, SMI_SEAL_NONCE_SIZE);
    if (!rc)
        smi_seal(to + SMI_OTP_HEAD_SIZE + SMI_SEAL_NONCE_SIZE, key, to + SMI_OTP_HEAD_SIZE, b.data,
                 b.size, secmail_secret_data(body), size);
    secmail_secret_free(body);
    return rc;
}

int smi_otp_state_seal(struct secmail_context *context, const uint8_t *key, uint32_t key_id,
                       const char *name, const struct smi_otp_state *state,
                       struct secmail_bytes **out)
{
    const size_t size = smi_otp_state_write(state, NULL);
    struct smi_buf b = smi_buf_open(&context->mem);
    smi_buf_reserve(&b, size + LEAST_STATE);
    uint8_t *to = smi_buf_add(&b, size + LEAST_STATE);
    if (!to)
        return smi_nomem(context);
    memcpy(to, magic, sizeof magic);
    to[3] = SMI_OTP_STATE_VERSION;
    for (int i = 0; i < 4; i++)
        to[4 + i] = (uint8_t)(key_id >> (24 - 8 * i));
    int rc = seal_body(context, key, name, state, to, size);
    if (!rc && smi_bytes_new(out, &b, 0, b.size))
        rc = smi_nomem(context);
    smi_buf_free(&b);
    return rc;
}
