/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A message as a stream. */
#include "mailauth/message.h"

void smi_message_init(struct smi_message *m, struct secmail_context *context, size_t header_bytes)
{
    m->context = context;
    smi_header_init(&m->header, &context->mem, header_bytes);
}

void smi_message_free(struct smi_message *m)
{
    for (size_t i = 0; i < m->hash_count; i++)
        smi_hash_close(&m->hashes[i].hash);
    smi_free(&m->context->mem, m->hashes, m->hash_room * sizeof *m->hashes);
    for (size_t i = 0; i < 2; i++)
        smi_free(&m->context->mem, m->canon[i], sizeof *m->canon[i]);
    smi_header_free(&m->header);
}

/* ---- Body ---- */

static void hash_canonical(struct smi_message *m, enum smi_canon canon, const uint8_t *data,
                           size_t size)
{
    for (size_t i = 0; i < m->hash_count; i++) {
        struct smi_body_hash *h = &m->hashes[i];
        if (h->canon != canon)
            continue;
        const uint64_t left = h->limit - h->taken;
        const size_t take = size < left ? size : (size_t)left;
        smi_hash_update(&h->hash, data, take);
        h->taken += take;
    }
    m->canon_size[canon] += size;
}

static void take_simple(void *user, const uint8_t *data, size_t size)
{
    hash_canonical(user, SMI_SIMPLE, data, size);
}

static void take_relaxed(void *user, const uint8_t *data, size_t size)
{
    hash_canonical(user, SMI_RELAXED, data, size);
}

static bool make_canon(struct smi_message *m, enum smi_canon canon)
{
    if (m->canon[canon])
        return true;
    m->canon[canon] = smi_alloc(&m->context->mem, sizeof *m->canon[canon]);
    if (m->canon[canon])
        smi_body_init(m->canon[canon], canon, canon == SMI_SIMPLE ? take_simple : take_relaxed, m);
    return m->canon[canon] != NULL;
}

int smi_message_want(struct smi_message *m, enum smi_canon canon, uint8_t algo, uint64_t limit,
                     size_t *index)
{
    for (size_t i = 0; i < m->hash_count; i++) {
        const struct smi_body_hash *h = &m->hashes[i];
        if (h->canon == canon && h->algo == algo && h->limit == limit) {
            *index = i;
            return 0;
        }
    }
    if (!make_canon(m, canon) || !smi_grow(&m->context->mem, &m->hashes, &m->hash_room,
                                           m->hash_count + 1, sizeof *m->hashes))
        return smi_nomem(m->context);
    struct smi_body_hash *h = &m->hashes[m->hash_count];
    *h = (struct smi_body_hash){.canon = canon, .algo = algo, .limit = limit};
    const int rc = smi_hash_open(m->context, &h->hash, algo);
    if (!rc)
        *index = m->hash_count++;
    return rc;
}

static void update_body(struct smi_message *m, const uint8_t *data, size_t size)
{
    m->body_size += size;
    for (size_t i = 0; i < 2; i++) {
        if (m->canon[i])
            smi_body_update(m->canon[i], data, size);
    }
}

static void finish_body(struct smi_message *m)
{
    for (size_t i = 0; i < 2; i++) {
        if (m->canon[i])
            smi_body_finish(m->canon[i]);
    }
    for (size_t i = 0; i < m->hash_count; i++)
        smi_hash_final(&m->hashes[i].hash, m->hashes[i].digest);
}

/* ---- Header ---- */

static int end_header(struct smi_message *m)
{
    m->state = SMI_MESSAGE_BODY;
    const int rc = smi_header_read(&m->header, m->most_fields);
    if (rc < 0)
        return smi_nomem(m->context);
    if (rc > 0)
        m->header_over = true;
    return m->on_header(m, m->user);
}

/* How much of the data belongs to the header, with the empty line that ends it; `ended` if it does.
 */
static size_t header_part(struct smi_message *m, const uint8_t *data, size_t size, bool *ended)
{
    size_t pos = 0;
    while (pos < size) {
        const uint8_t *lf = memchr(data + pos, '\n', size - pos);
        const size_t end = lf ? (size_t)(lf - data) : size;
        const uint8_t before = end > pos ? data[end - 1] : m->last;
        m->line += end - pos;
        if (!lf) {
            m->last = data[size - 1];
            break;
        }
        m->last = '\n';
        pos = end + 1;
        if (m->line == 1 && before == '\r') {
            *ended = true;
            return pos;
        }
        /* A bare LF ends no line. */
        m->line = before == '\r' && m->line ? 0 : m->line + 1;
    }
    return size;
}

static int update_header(struct smi_message *m, const uint8_t *data, size_t size, size_t *taken)
{
    bool ended = false;
    *taken = header_part(m, data, size, &ended);
    struct smi_buf *raw = &m->header.raw;
    const size_t room = raw->ceiling - raw->size;
    smi_put(raw, data, *taken < room ? *taken : room);
    if (raw->error)
        return smi_nomem(m->context);
    if (*taken > room)
        m->header_over = true;
    if (!ended)
        return 0;
    if (!m->header_over)
        raw->size -= 2;
    return end_header(m);
}

/* ---- Stream ---- */

static int take(struct smi_message *m, const uint8_t *data, size_t size)
{
    size_t taken = 0;
    if (m->state == SMI_MESSAGE_HEADER) {
        const int rc = update_header(m, data, size, &taken);
        if (rc)
            return rc;
    }
    if (taken < size)
        update_body(m, data + taken, size - taken);
    return 0;
}

/* Puts a CR before each LF that has none. */
static int take_lf_ends(struct smi_message *m, const uint8_t *data, size_t size)
{
    uint8_t converted[1024];
    uint8_t last = m->last;
    int rc = 0;
    while (size && !rc) {
        size_t count = 0, taken = 0;
        for (; taken < size && count + 2 <= sizeof converted; taken++) {
            if (data[taken] == '\n' && last != '\r')
                converted[count++] = '\r';
            converted[count++] = last = data[taken];
        }
        rc = take(m, converted, count);
        data += taken;
        size -= taken;
    }
    m->last = last;
    return rc;
}

static int fail_lost(struct smi_message *m)
{
    return smi_fail(m->context, SECMAIL_E_STATE,
                    "an earlier call failed inside the message: begin it again in a new object");
}

int smi_message_update(struct smi_message *m, const uint8_t *data, size_t size)
{
    if (m->lost)
        return fail_lost(m);
    if (!size)
        return 0;
    const int rc = m->lf_ends ? take_lf_ends(m, data, size) : take(m, data, size);
    m->lost = rc != 0;
    return rc;
}

int smi_message_finish(struct smi_message *m)
{
    if (m->lost)
        return fail_lost(m);
    if (m->state == SMI_MESSAGE_HEADER) {
        m->no_empty_line = true;
        const int rc = end_header(m);
        m->lost = rc != 0;
        if (rc)
            return rc;
    }
    m->state = SMI_MESSAGE_DONE;
    finish_body(m);
    return 0;
}
