/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secret keys as wholes: reading and writing them, and rings of them. */
#include "key.h"

#include "codec/armor.h"
#include "crypto/init.h"
#include "verify/ring.h"

struct secmail_key *smi_key_new(struct secmail_context *context)
{
    struct secmail_key *key = smi_zalloc(&context->mem, sizeof *key);
    if (!key) {
        smi_nomem(context);
        return NULL;
    }
    key->mem = context->mem;
    atomic_init(&key->refs, 1);
    return key;
}

struct smi_secret_part *smi_key_add_part(struct secmail_context *context, struct secmail_key *key)
{
    if (!smi_grow(&key->mem, &key->parts, &key->part_room, key->part_count + 1,
                  sizeof *key->parts)) {
        smi_nomem(context);
        return NULL;
    }
    struct smi_secret_part *part = &key->parts[key->part_count++];
    *part = (struct smi_secret_part){0};
    return part;
}

int smi_key_complete(struct secmail_context *context, struct secmail_key *key,
                     const struct smi_buf *public_packets)
{
    if (public_packets->error)
        return smi_fail(context, public_packets->error, NULL);
    int rc = smi_cert_new(context, &key->cert, public_packets->data, public_packets->size);
    if (rc)
        return rc;
    if (secmail_cert_key_count(key->cert) == key->part_count)
        return 0;
    return smi_fail(context, SECMAIL_E_NOT_A_KEY, "the parts of the key %s can't be told apart",
                    secmail_cert_fingerprint(key->cert));
}

struct smi_private smi_key_private(const struct secmail_key *key, size_t index)
{
    const struct smi_secret_part *part = &key->parts[index];
    return (struct smi_private){part->opaque ? NULL : part->secret, part->token};
}

struct secmail_key *secmail_key_ref(struct secmail_key *key)
{
    if (key)
        atomic_fetch_add(&key->refs, 1);
    return key;
}

void secmail_key_unref(struct secmail_key *key)
{
    if (!key || atomic_fetch_sub(&key->refs, 1) != 1)
        return;
    const struct secmail_allocator mem = key->mem;
    for (size_t i = 0; i < key->part_count; i++)
        smi_secret_part_free(&mem, &key->parts[i]);
    smi_free(&mem, key->parts, key->part_room * sizeof *key->parts);
    secmail_cert_unref(key->cert);
    smi_free(&mem, key, sizeof *key);
}

struct secmail_cert *secmail_key_cert(const struct secmail_key *key)
{
    return key ? key->cert : NULL;
}

int secmail_key_is_locked(const struct secmail_key *key)
{
    for (size_t i = 0; key && i < key->part_count; i++) {
        if (smi_secret_part_is_locked(&key->parts[i]))
            return 1;
    }
    return 0;
}

/* ---------------------------------------------------------------- reading */

struct reading {
    struct secmail_context *context;
    struct secmail_key *key;
    bool any_secret;
};

static int read_part(void *user, const struct smi_public_key *public_key, struct smi_cursor *in)
{
    struct reading *r = user;
    struct smi_secret_part *part = smi_key_add_part(r->context, r->key);
    if (!part)
        return SECMAIL_E_NOMEM;
    if (!in) {
        *part = (struct smi_secret_part){.absent = true, .bare = true};
        return 0;
    }
    r->any_secret = true;
    return smi_secret_part_read(r->context, part, public_key, in);
}

static int worth(const struct smi_secret_part *part)
{
    return part->bare ? 0 : part->absent ? 1 : 2;
}

/* The best part of a key that stands in `cert` perhaps more than once; the first of several. */
static size_t best_part(const struct secmail_key *key, const struct secmail_cert *cert,
                        const struct smi_public_key *wanted)
{
    size_t best = key->part_count, index = 0;
    for (size_t i = 0; i < cert->component_count; i++) {
        const struct smi_component *c = &cert->components[i];
        if (c->kind != SMI_COMPONENT_KEY)
            continue;
        if (strcmp(c->key.hex, wanted->hex) == 0 &&
            (best == key->part_count || worth(&key->parts[index]) > worth(&key->parts[best])))
            best = index;
        index++;
    }
    return best;
}

/* A key's place can only become an earlier one: what is swapped away is a copy that isn't used. */
static void join_parts(struct secmail_key *key, const struct secmail_cert *before)
{
    const struct secmail_cert *cert = key->cert;
    size_t count = 0;
    for (size_t i = 0; i < cert->component_count; i++) {
        if (cert->components[i].kind != SMI_COMPONENT_KEY)
            continue;
        const size_t best = best_part(key, before, &cert->components[i].key);
        const struct smi_secret_part part = key->parts[best];
        key->parts[best] = key->parts[count];
        key->parts[count++] = part;
    }
    while (key->part_count > count)
        smi_secret_part_free(&key->mem, &key->parts[--key->part_count]);
}

/* What stands there twice is read as one, as in secmail_cert_parse(), and a revocation of one copy
 * is not lost. Of a key with and without its secret the former stays. */
static int join(struct secmail_context *context, struct secmail_key *key)
{
    struct secmail_cert *before = secmail_cert_ref(key->cert);
    int rc = smi_cert_join(context, &key->cert);
    if (!rc && key->cert != before)
        join_parts(key, before);
    secmail_cert_unref(before);
    return rc;
}

static int read_key(struct secmail_context *context, struct secmail_key *key,
                    struct smi_cursor packets)
{
    struct reading reading = {context, key, false};
    struct smi_buf public_packets = smi_buf_open(&context->mem);
    int rc = smi_cert_strip(context, packets, &public_packets, read_part, &reading);
    if (!rc && !reading.any_secret)
        rc = smi_fail(context, SECMAIL_E_NOT_A_KEY,
                      "there is no secret key in the data; pass the file that holds it");
    if (!rc)
        rc = smi_key_complete(context, key, &public_packets);
    smi_buf_free(&public_packets);
    return rc ? rc : join(context, key);
}

static int key_from_packets(struct secmail_context *context, struct secmail_key **out,
                            struct smi_cursor packets)
{
    struct secmail_key *key = smi_key_new(context);
    if (!key)
        return SECMAIL_E_NOMEM;
    int rc = read_key(context, key, packets);
    if (rc)
        secmail_key_unref(key);
    else
        *out = key;
    return rc;
}

/* What is no certificate is no key either. */
static int as_not_a_key(struct secmail_context *context, int rc)
{
    if (rc != SECMAIL_E_NOT_A_CERT)
        return rc;
    char detail[SMI_DETAIL_SIZE];
    memcpy(detail, context->detail, sizeof detail);
    smi_recover(context);
    return smi_fail(context, SECMAIL_E_NOT_A_KEY, "%s", detail);
}

int secmail_key_parse(struct secmail_context *context, struct secmail_key **out,
                      const uint8_t *data, size_t size)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!data && size)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_key_parse: data is NULL");
    struct smi_binary binary;
    rc = smi_crypto_init(context);
    if (!rc)
        rc = smi_binary_open(context, &binary, data, size,
                             1 << SMI_ARMOR_PRIVATE_KEY | 1 << SMI_ARMOR_PUBLIC_KEY);
    if (rc == SECMAIL_E_ARMOR_KIND) {
        smi_recover(context);
        rc = smi_fail(context, SECMAIL_E_NOT_A_KEY, "the armor holds no private key block");
    }
    if (rc)
        return rc;
    rc = as_not_a_key(context,
                      key_from_packets(context, out, smi_cursor(binary.data, binary.size)));
    smi_binary_close(&binary);
    return rc;
}

/* ---------------------------------------------------------------- writing */

static size_t index_of(const struct secmail_key *key, const struct smi_component *component)
{
    size_t index = 0;
    for (const struct smi_component *c = key->cert->components; c < component; c++)
        index += c->kind == SMI_COMPONENT_KEY;
    return index;
}

static void put_secret_key(void *user, struct smi_buf *b, const struct smi_component *c)
{
    const struct secmail_key *key = user;
    const struct smi_secret_part *part = &key->parts[index_of(key, c)];
    if (part->bare) {
        smi_put_packet(b, c->tag, c->body, c->body_size);
        return;
    }
    struct smi_buf body = smi_buf_open(b->mem);
    smi_buf_reserve(&body, c->body_size + part->locked_size + 4096);
    smi_put(&body, c->body, c->body_size);
    smi_secret_part_write(&body, part, &c->key);
    smi_put_packet(b, c->tag == SMI_TAG_PUBLIC_KEY ? SMI_TAG_SECRET_KEY : SMI_TAG_SECRET_SUBKEY,
                   body.data, body.size);
    if (body.error)
        b->error = body.error;
    smi_buf_free(&body);
}

int secmail_key_export(struct secmail_context *context, const struct secmail_key *key, int armored,
                       struct secmail_bytes **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!key)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_key_export: key is NULL");
    struct smi_buf b = smi_buf_open(&context->mem);
    smi_cert_write(&b, key->cert, put_secret_key, (void *)key);
    return smi_export(context, &b, armored, SMI_ARMOR_PRIVATE_KEY, out);
}

/* ---------------------------------------------------------------- rings */

struct secmail_key_ring {
    struct secmail_allocator mem;
    atomic_uint refs;
    struct secmail_key **keys;
    size_t count, room;
    size_t skipped;
};

struct ring_reading {
    struct secmail_context *context;
    struct secmail_key_ring *ring;
    int not_a_key;
};

static int read_ring_key(void *user, struct smi_cursor packets)
{
    struct ring_reading *r = user;
    struct secmail_key_ring *ring = r->ring;
    if (!smi_grow(&ring->mem, &ring->keys, &ring->room, ring->count + 1, sizeof *ring->keys))
        return smi_nomem(r->context);
    int rc = key_from_packets(r->context, &ring->keys[ring->count], packets);
    if (!rc)
        ring->count++;
    if (rc == SECMAIL_E_NOT_A_KEY)
        r->not_a_key = rc;
    return rc;
}

static int read_ring(struct secmail_context *context, struct secmail_key_ring *ring,
                     const uint8_t *data, size_t size)
{
    struct ring_reading reading = {context, ring, 0};
    int rc = smi_crypto_init(context);
    if (!rc)
        rc = as_not_a_key(
            context, smi_ring_walk(context, data, size, read_ring_key, &reading, &ring->skipped));
    if (!rc && reading.not_a_key)
        rc = smi_fail(context, SECMAIL_E_NOT_A_KEY,
                      "a certificate without secret key stands among the secret keys");
    return rc;
}

int secmail_key_ring_parse(struct secmail_context *context, struct secmail_key_ring **out,
                           const uint8_t *data, size_t size)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!data && size)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_key_ring_parse: data is NULL");
    struct secmail_key_ring *ring = smi_zalloc(&context->mem, sizeof *ring);
    if (!ring)
        return smi_nomem(context);
    ring->mem = context->mem;
    atomic_init(&ring->refs, 1);
    rc = read_ring(context, ring, data, size);
    if (rc)
        secmail_key_ring_unref(ring);
    else
        *out = ring;
    return rc;
}

size_t secmail_key_ring_count(const struct secmail_key_ring *ring)
{
    return ring ? ring->count : 0;
}

struct secmail_key *secmail_key_ring_key(const struct secmail_key_ring *ring, size_t index)
{
    return ring && index < ring->count ? ring->keys[index] : NULL;
}

size_t secmail_key_ring_skipped(const struct secmail_key_ring *ring)
{
    return ring ? ring->skipped : 0;
}

struct secmail_key_ring *secmail_key_ring_ref(struct secmail_key_ring *ring)
{
    if (ring)
        atomic_fetch_add(&ring->refs, 1);
    return ring;
}

void secmail_key_ring_unref(struct secmail_key_ring *ring)
{
    if (!ring || atomic_fetch_sub(&ring->refs, 1) != 1)
        return;
    const struct secmail_allocator mem = ring->mem;
    for (size_t i = 0; i < ring->count; i++)
        secmail_key_unref(ring->keys[i]);
    smi_free(&mem, ring->keys, ring->room * sizeof *ring->keys);
    smi_free(&mem, ring, sizeof *ring);
}
