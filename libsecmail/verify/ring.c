/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rings of certificates, and the walk that rings of secret keys share. */
#include "ring.h"

#include "codec/armor.h"
#include "codec/hex.h"

#include <stdlib.h>

/* A key's place in the index, which is sorted by key ID and then by certificate. */
struct place {
    uint64_t key_id;
    const struct smi_public_key *key;
    size_t cert;
};

struct secmail_ring {
    struct secmail_allocator mem;
    atomic_uint refs;
    struct secmail_cert **certs;
    size_t count, room;
    struct place *places;
    size_t place_count, place_room;
    size_t skipped;
};

static bool is_ignored(uint8_t tag)
{
    return tag == SMI_TAG_MARKER || tag == SMI_TAG_TRUST || tag == SMI_TAG_PADDING;
}

/* The packets from one primary key up to the next. */
static int next_slice(struct secmail_context *context, struct smi_cursor *in,
                      struct smi_cursor *slice)
{
    const size_t start = in->pos;
    struct smi_packet packet;
    struct smi_cursor body;
    bool empty = true;
    for (;;) {
        const size_t before = in->pos;
        int rc = smi_packet_next(context, in, &packet, &body);
        if (rc)
            return rc;
        const bool primary = packet.tag == SMI_TAG_PUBLIC_KEY || packet.tag == SMI_TAG_SECRET_KEY;
        if (packet.tag == SMI_TAG_NONE || (primary && !empty)) {
            in->pos = before;
            *slice = smi_cursor(in->data + start, before - start);
            return 0;
        }
        empty = empty && is_ignored(packet.tag);
    }
}

static int walk(struct secmail_context *context, struct smi_cursor in, smi_ring_read_fn read,
                void *user, size_t *skipped)
{
    size_t found = 0;
    int reason = 0;
    while (smi_left(&in)) {
        struct smi_cursor slice;
        int rc = next_slice(context, &in, &slice);
        if (rc)
            return rc;
        if (found++ >= smi_limit(context, SECMAIL_LIMIT_RING_CERTS))
            return smi_over_limit(context, SECMAIL_LIMIT_RING_CERTS);
        rc = read(user, slice);
        if (rc == SECMAIL_E_NOMEM)
            return rc;
        if (!rc)
            continue;
        ++*skipped;
        reason = rc;
        if (smi_left(&in) || found > *skipped) /* keep the reason if nothing else is there */
            smi_recover(context);
    }
    return found > *skipped ? 0 : reason;
}

int smi_ring_walk(struct secmail_context *context, const uint8_t *data, size_t size,
                  smi_ring_read_fn read, void *user, size_t *skipped)
{
    struct smi_binary binary;
    *skipped = 0;
    int rc = smi_binary_open(context, &binary, data, size,
                             1 << SMI_ARMOR_PUBLIC_KEY | 1 << SMI_ARMOR_PRIVATE_KEY);
    if (rc == SECMAIL_E_ARMOR_KIND) {
        smi_recover(context);
        return smi_fail(context, SECMAIL_E_NOT_A_CERT, "the armor holds no key block");
    }
    if (rc)
        return rc;
    rc = walk(context, smi_cursor(binary.data, binary.size), read, user, skipped);
    smi_binary_close(&binary);
    return rc;
}

/* ---------------------------------------------------------------- certificates */

struct reading {
    struct secmail_context *context;
    struct secmail_ring *ring;
};

static int read_cert(void *user, struct smi_cursor packets)
{
    struct reading *r = user;
    struct secmail_ring *ring = r->ring;
    if (!smi_grow(&ring->mem, &ring->certs, &ring->room, ring->count + 1, sizeof *ring->certs))
        return smi_nomem(r->context);
    struct secmail_cert *cert = NULL;
    int rc = smi_cert_read(r->context, &cert, packets);
    if (!rc)
        ring->certs[ring->count++] = cert;
    return rc;
}

static uint64_t key_id_of(const uint8_t id[8])
{
    struct smi_cursor in = smi_cursor(id, 8);
    const uint64_t high = smi_u32(&in);
    return high << 32 | smi_u32(&in);
}

static int by_key_id(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    if (a->key_id != b->key_id)
        return a->key_id < b->key_id ? -1 : 1;
    return (a->cert > b->cert) - (a->cert < b->cert);
}

static int add_places(struct secmail_context *context, struct secmail_ring *ring, size_t cert)
{
    const struct secmail_cert *c = ring->certs[cert];
    for (size_t i = 0; i < c->component_count; i++) {
        const struct smi_public_key *key = &c->components[i].key;
        if (c->components[i].kind != SMI_COMPONENT_KEY)
            continue;
        if (!smi_grow(&ring->mem, &ring->places, &ring->place_room, ring->place_count + 1,
                      sizeof *ring->places))
            return smi_nomem(context);
        ring->places[ring->place_count++] = (struct place){key_id_of(key->key_id), key, cert};
    }
    return 0;
}

static int make_index(struct secmail_context *context, struct secmail_ring *ring)
{
    for (size_t i = 0; i < ring->count; i++) {
        int rc = add_places(context, ring, i);
        if (rc)
            return rc;
    }
    if (ring->place_count)
        qsort(ring->places, ring->place_count, sizeof *ring->places, by_key_id);
    return 0;
}

int secmail_ring_parse(struct secmail_context *context, struct secmail_ring **out,
                       const uint8_t *data, size_t size)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!data && size)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_ring_parse: data is NULL");
    struct secmail_ring *ring = smi_zalloc(&context->mem, sizeof *ring);
    if (!ring)
        return smi_nomem(context);
    ring->mem = context->mem;
    atomic_init(&ring->refs, 1);
    struct reading reading = {context, ring};
    rc = smi_ring_walk(context, data, size, read_cert, &reading, &ring->skipped);
    if (!rc)
        rc = make_index(context, ring);
    if (rc) {
        secmail_ring_unref(ring);
        return rc;
    }
    *out = ring;
    return 0;
}

size_t secmail_ring_count(const struct secmail_ring *ring)
{
    return ring ? ring->count : 0;
}

struct secmail_cert *secmail_ring_cert(const struct secmail_ring *ring, size_t index)
{
    return ring && index < ring->count ? ring->certs[index] : NULL;
}

/* A handle as bytes: the size of the fingerprint or key ID, 0 if it is neither. */
static size_t handle_decode(const char *handle, uint8_t bytes[32])
{
    const size_t digits = handle ? strlen(handle) : 0;
    if (digits != 16 && digits != 40 && digits != 64)
        return 0;
    return smi_hex_decode(bytes, handle, digits) ? digits / 2 : 0;
}

/* The first place whose key ID is not below. */
static size_t lower_bound(const struct secmail_ring *ring, uint64_t key_id)
{
    size_t low = 0, high = ring->place_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (ring->places[middle].key_id < key_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct secmail_cert *secmail_ring_find(const struct secmail_ring *ring, const char *handle,
                                       size_t *cursor)
{
    uint8_t bytes[32];
    const size_t size = handle_decode(handle, bytes);
    if (!ring || !cursor || !size || *cursor > ring->place_count)
        return NULL;
    /* The key ID of a version 4 key ends its fingerprint, that of version 6 begins it. */
    const uint64_t key_id = key_id_of(size == 20 ? bytes + 12 : bytes);
    const size_t first = lower_bound(ring, key_id);
    for (size_t i = first + *cursor; i < ring->place_count; i++) {
        const struct place *place = &ring->places[i];
        if (place->key_id != key_id)
            break;
        if (size == 8 || (place->key->fp_size == size && !memcmp(place->key->fp, bytes, size))) {
            *cursor = i - first + 1;
            return ring->certs[place->cert];
        }
    }
    *cursor = ring->place_count;
    return NULL;
}

size_t secmail_ring_skipped(const struct secmail_ring *ring)
{
    return ring ? ring->skipped : 0;
}

struct secmail_ring *secmail_ring_ref(struct secmail_ring *ring)
{
    if (ring)
        atomic_fetch_add(&ring->refs, 1);
    return ring;
}

void secmail_ring_unref(struct secmail_ring *ring)
{
    if (!ring || atomic_fetch_sub(&ring->refs, 1) != 1)
        return;
    const struct secmail_allocator mem = ring->mem;
    for (size_t i = 0; i < ring->count; i++)
        secmail_cert_unref(ring->certs[i]);
    smi_free(&mem, ring->places, ring->place_room * sizeof *ring->places);
    smi_free(&mem, ring->certs, ring->room * sizeof *ring->certs);
    smi_free(&mem, ring, sizeof *ring);
}
