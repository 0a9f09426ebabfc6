/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates: packets to components and back. What the signatures are worth is judged in
 * validity.c. */
#include "cert.h"

#include "codec/armor.h"

enum {
    KEY_BLOCKS = 1 << SMI_ARMOR_PUBLIC_KEY | 1 << SMI_ARMOR_PRIVATE_KEY,
};

/* ---------------------------------------------------------------- reading */

static bool is_primary(uint8_t tag)
{
    return tag == SMI_TAG_PUBLIC_KEY || tag == SMI_TAG_SECRET_KEY;
}

static struct smi_component *add_component(struct secmail_context *context,
                                           struct secmail_cert *cert)
{
    /* The primary key, which comes first, isn't counted. */
    if (cert->component_count > smi_limit(context, SECMAIL_LIMIT_CERT_COMPONENTS)) {
        smi_over_limit(context, SECMAIL_LIMIT_CERT_COMPONENTS);
        return NULL;
    }
    if (!smi_grow(&cert->mem, &cert->components, &cert->component_room, cert->component_count + 1,
                  sizeof *cert->components)) {
        smi_nomem(context);
        return NULL;
    }
    struct smi_component *c = &cert->components[cert->component_count++];
    *c = (struct smi_component){0};
    return c;
}

static int add_signature(struct secmail_context *context, struct secmail_cert *cert,
                         const struct smi_signature *read, size_t place)
{
    struct smi_component *c = &cert->components[place];
    const uint64_t limit = smi_limit(context, SECMAIL_LIMIT_CERT_SIGNATURES);
    const bool foreign = !smi_signature_may_be_by(read, smi_cert_primary(cert));
    const bool revokes = smi_is_revocation(read->type);
    size_t *count = !foreign ? &c->own_count : revokes ? &c->revoker_count : &c->foreign_count;
    /* Everybody can add signatures to a certificate and publish it: a flood of them must not make
     * it unusable, unless one of them may be a designated revoker's. */
    if (*count >= limit && foreign && !(revokes && cert->has_revoker))
        return 0;
    if (*count >= limit)
        return smi_over_limit(context, SECMAIL_LIMIT_CERT_SIGNATURES);
    if (!smi_grow(&cert->mem, &c->signatures, &c->signature_room, c->signature_count + 1,
                  sizeof *c->signatures))
        return smi_nomem(context);
    c->signatures[c->signature_count++] = *read;
    ++*count;
    if (!foreign || revokes) {
        const uint32_t own = (uint32_t)c->signature_count;
        *(c->last_own ? &c->signatures[c->last_own - 1].next_own : &c->first_own) = own;
        c->last_own = own;
    }
    cert->has_revoker = cert->has_revoker || read->has_revoker;
    return 0;
}

/* A signature that stands at the wrong component, and at which. */
struct displaced {
    struct smi_signature sig;
    size_t place;
};

struct reading {
    struct secmail_context *context;
    struct secmail_cert *cert;
    struct displaced *displaced;
    size_t displaced_count, displaced_room;
    uint64_t hashed; /* bytes, to find places */
};

static int set_aside(struct reading *r, const struct smi_signature *read, size_t place)
{
    if (!smi_grow(&r->context->mem, &r->displaced, &r->displaced_room, r->displaced_count + 1,
                  sizeof *r->displaced))
        return smi_nomem(r->context);
    r->displaced[r->displaced_count++] = (struct displaced){*read, place};
    return 0;
}

static int read_signature(struct reading *r, const struct smi_cursor *body)
{
    struct smi_signature read;
    const size_t place = r->cert->component_count - 1;
    smi_signature_read(&read, body->data, body->size);
    if (!read.problem && smi_is_about_primary(read.type))
        return add_signature(r->context, r->cert, &read, 0);
    bool displaced;
    int rc = smi_is_displaced(r->context, r->cert, &r->cert->components[place], &read, &r->hashed,
                              &displaced);
    if (rc)
        return rc;
    if (displaced && r->displaced_count < smi_limit(r->context, SECMAIL_LIMIT_CERT_SIGNATURES))
        return set_aside(r, &read, place);
    return add_signature(r->context, r->cert, &read, place);
}

/* Once all components are there. What fits none stays where it was. */
static int put_displaced(struct reading *r)
{
    int rc = 0;
    for (size_t i = 0; i < r->displaced_count && !rc; i++) {
        struct displaced *one = &r->displaced[i];
        rc = smi_find_place(r->context, r->cert, &one->sig, &r->hashed, &one->place);
        if (!rc)
            rc = add_signature(r->context, r->cert, &one->sig, one->place);
    }
    return rc;
}

/* A subkey that can't be used is kept as an unusable component, so that the others still work. */
static int read_key(struct secmail_context *context, struct smi_component *c,
                    struct smi_cursor body)
{
    int rc = smi_public_key_read(context, &c->key, &body, false);
    if (!rc) {
        c->kind = SMI_COMPONENT_KEY;
        return 0;
    }
    if (c->tag == SMI_TAG_PUBLIC_KEY || rc == SECMAIL_E_NOMEM)
        return rc;
    smi_recover(context);
    c->kind = SMI_COMPONENT_OTHER;
    return 0;
}

static int read_component(struct secmail_context *context, struct secmail_cert *cert, uint8_t tag,
                          struct smi_cursor body)
{
    struct smi_component *c = add_component(context, cert);
    if (!c)
        return secmail_context_error_code(context);
    c->tag = tag;
    c->body = body.data;
    c->body_size = body.size;
    switch (tag) {
    case SMI_TAG_PUBLIC_KEY:
    case SMI_TAG_PUBLIC_SUBKEY:
        return read_key(context, c, body);
    case SMI_TAG_USER_ID:
        c->kind = body.size > SMI_USER_ID_MAX ? SMI_COMPONENT_OTHER : SMI_COMPONENT_USER_ID;
        return 0;
    case SMI_TAG_USER_ATTRIBUTE:
        c->kind = SMI_COMPONENT_ATTRIBUTE;
        return 0;
    default:
        c->kind = SMI_COMPONENT_OTHER;
        return 0;
    }
}

static int not_one_cert(struct secmail_context *context, bool first, uint8_t tag)
{
    if (!first)
        return smi_fail(context, SECMAIL_E_NOT_A_CERT,
                        "a second certificate or key follows; one was expected (a ring takes "
                        "several)");
    return smi_fail(context, SECMAIL_E_NOT_A_CERT,
                    "a certificate must begin with a primary key, not with a %s",
                    smi_tag_name(tag));
}

static int read_packets(struct reading *r)
{
    struct secmail_context *context = r->context;
    struct secmail_cert *cert = r->cert;
    struct smi_cursor in = smi_cursor(cert->block, cert->block_size);
    for (;;) {
        struct smi_packet packet;
        struct smi_cursor body;
        int rc = smi_packet_next(context, &in, &packet, &body);
        if (rc || packet.tag == SMI_TAG_NONE)
            return rc;
        const bool first = cert->component_count == 0;
        if (packet.tag == SMI_TAG_MARKER || packet.tag == SMI_TAG_TRUST ||
            packet.tag == SMI_TAG_PADDING)
            continue;
        if (first != is_primary(packet.tag))
            return not_one_cert(context, first, packet.tag);
        rc = packet.tag == SMI_TAG_SIGNATURE ? read_signature(r, &body)
                                             : read_component(context, cert, packet.tag, body);
        if (rc)
            return rc;
    }
}

static void cert_free(struct secmail_cert *cert)
{
    const struct secmail_allocator mem = cert->mem;
    for (size_t i = 0; i < cert->component_count; i++)
        smi_free(&mem, cert->components[i].signatures,
                 cert->components[i].signature_room * sizeof(struct smi_signature));
    smi_free(&mem, cert->components, cert->component_room * sizeof *cert->components);
    smi_free(&mem, cert->block, cert->block_size);
    smi_free(&mem, cert, sizeof *cert);
}

int smi_cert_new(struct secmail_context *context, struct secmail_cert **out, const uint8_t *packets,
                 size_t size)
{
    struct secmail_cert *cert = smi_zalloc(&context->mem, sizeof *cert);
    if (!cert)
        return smi_nomem(context);
    cert->mem = context->mem;
    atomic_init(&cert->refs, 1);
    cert->block = smi_alloc(&cert->mem, size);
    if (!cert->block) {
        cert_free(cert);
        return smi_nomem(context);
    }
    cert->block_size = size;
    if (size)
        memcpy(cert->block, packets, size);
    struct reading reading = {.context = context, .cert = cert};
    int rc = read_packets(&reading);
    if (!rc)
        rc = put_displaced(&reading);
    smi_free(&context->mem, reading.displaced, reading.displaced_room * sizeof *reading.displaced);
    if (!rc && !cert->component_count)
        rc = smi_fail(context, SECMAIL_E_NOT_A_CERT, "there is no key in the data");
    if (rc) {
        cert_free(cert);
        return rc;
    }
    *out = cert;
    return 0;
}

static int strip_key(struct secmail_context *context, uint8_t tag, struct smi_cursor body,
                     struct smi_buf *public_packets, smi_secret_part_fn secret, void *user)
{
    struct smi_public_key key;
    int rc = smi_public_key_read(context, &key, &body, true);
    if (rc)
        return rc;
    smi_put_packet(public_packets,
                   tag == SMI_TAG_SECRET_KEY ? SMI_TAG_PUBLIC_KEY : SMI_TAG_PUBLIC_SUBKEY, key.body,
                   key.body_size);
    return secret ? secret(user, &key, &body) : 0;
}

/* A public key packet among secret ones. A subkey that can't be read is no key of the certificate
 * (read_key()), and has no part. */
static int tell_public_key(struct secmail_context *context, uint8_t tag, struct smi_cursor body,
                           smi_secret_part_fn secret, void *user)
{
    struct smi_public_key key;
    int rc = smi_public_key_read(context, &key, &body, false);
    if (rc && rc != SECMAIL_E_NOMEM && tag == SMI_TAG_PUBLIC_SUBKEY) {
        smi_recover(context);
        return 0;
    }
    return rc ? rc : secret(user, &key, NULL);
}

int smi_cert_strip(struct secmail_context *context, struct smi_cursor packets,
                   struct smi_buf *public_packets, smi_secret_part_fn secret, void *user)
{
    bool begun = false, left_out = false;
    for (;;) {
        struct smi_packet packet;
        struct smi_cursor body;
        int rc = smi_packet_next(context, &packets, &packet, &body);
        if (rc || packet.tag == SMI_TAG_NONE)
            return rc;
        begun = begun || is_primary(packet.tag);
        if (!begun && packet.tag == SMI_TAG_SECRET_SUBKEY)
            return not_one_cert(context, true, packet.tag);
        if (packet.tag == SMI_TAG_SIGNATURE && left_out)
            continue;
        left_out = false;
        if (packet.tag == SMI_TAG_SECRET_KEY || packet.tag == SMI_TAG_SECRET_SUBKEY)
            rc = strip_key(context, packet.tag, body, public_packets, secret, user);
        else
            smi_put_packet(public_packets, packet.tag, body.data, body.size);
        if (secret && (packet.tag == SMI_TAG_PUBLIC_KEY || packet.tag == SMI_TAG_PUBLIC_SUBKEY))
            rc = tell_public_key(context, packet.tag, body, secret, user);
        /* Where the public part of a subkey ends can't be known for each algorithm. A certificate
         * does without that subkey and its signatures; a secret key must not lose it. */
        if (rc && rc != SECMAIL_E_NOMEM && packet.tag == SMI_TAG_SECRET_SUBKEY && !secret) {
            smi_recover(context);
            left_out = true;
            rc = 0;
        }
        if (!rc && public_packets->error)
            rc = smi_fail(context, public_packets->error, NULL);
        if (rc)
            return rc;
    }
}

int smi_cert_read(struct secmail_context *context, struct secmail_cert **out,
                  struct smi_cursor packets)
{
    struct smi_buf stripped = smi_buf_open(&context->mem);
    int rc = smi_cert_strip(context, packets, &stripped, NULL, NULL);
    if (!rc)
        rc = smi_cert_new(context, out, stripped.data, stripped.size);
    smi_buf_free(&stripped);
    return rc ? rc : smi_cert_join(context, out);
}

int secmail_cert_parse(struct secmail_context *context, struct secmail_cert **out,
                       const uint8_t *data, size_t size)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!data && size)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_cert_parse: data is NULL");
    struct smi_binary binary;
    rc = smi_binary_open(context, &binary, data, size, KEY_BLOCKS);
    if (rc == SECMAIL_E_ARMOR_KIND) {
        smi_recover(context);
        return smi_fail(context, SECMAIL_E_NOT_A_CERT, "the armor holds no public key block");
    }
    if (rc)
        return rc;
    rc = smi_cert_read(context, out, smi_cursor(binary.data, binary.size));
    smi_binary_close(&binary);
    return rc;
}

/* ---------------------------------------------------------------- writing */

static void put_public_key(struct smi_buf *b, const struct smi_component *c)
{
    smi_put_packet(b, c->tag, c->body, c->body_size);
}

static void put_signatures(struct smi_buf *b, const struct smi_component *c)
{
    for (size_t s = 0; s < c->signature_count; s++)
        smi_put_packet(b, SMI_TAG_SIGNATURE, c->signatures[s].body, c->signatures[s].body_size);
}

void smi_cert_put_component(struct smi_buf *b, const struct smi_component *c)
{
    put_public_key(b, c);
    put_signatures(b, c);
}

void smi_cert_write(struct smi_buf *b, const struct secmail_cert *cert, smi_put_key_fn put_key,
                    void *user)
{
    for (size_t i = 0; i < cert->component_count; i++) {
        const struct smi_component *c = &cert->components[i];
        if (put_key && c->kind == SMI_COMPONENT_KEY)
            put_key(user, b, c);
        else
            put_public_key(b, c);
        put_signatures(b, c);
    }
}

int smi_put_armored(struct smi_buf *to, const struct smi_buf *from, uint32_t kind)
{
    const size_t room = smi_armor_bound(from->size), before = to->size;
    uint8_t *text = smi_buf_add(to, room);
    if (!text)
        return SECMAIL_E_NOMEM;
    struct smi_armor armor;
    smi_armor_init(&armor, (enum smi_armor_kind)kind, smi_wants_checksum(from->data, from->size));
    struct secmail_input in = {from->data, from->size, 0};
    struct secmail_output out = {text, room, 0};
    int status = smi_armor_update(&armor, &in, &out, true);
    to->size = before + out.pos;
    return status == SECMAIL_DONE ? 0 : SECMAIL_E_INTERNAL;
}

int smi_export(struct secmail_context *context, struct smi_buf *b, int armored, uint32_t kind,
               struct secmail_bytes **out)
{
    struct smi_buf text = smi_buf_open(&context->mem);
    int rc = b->error;
    if (!rc && armored)
        rc = smi_put_armored(&text, b, kind);
    if (!rc)
        rc = smi_bytes_from(out, armored ? &text : b);
    smi_buf_free(&text);
    smi_buf_free(b);
    return rc ? smi_fail(context, rc, NULL) : 0;
}

int secmail_cert_export(struct secmail_context *context, const struct secmail_cert *cert,
                        int armored, struct secmail_bytes **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!cert)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_cert_export: cert is NULL");
    struct smi_buf b = smi_buf_open(&context->mem);
    smi_cert_write(&b, cert, NULL, NULL);
    return smi_export(context, &b, armored, SMI_ARMOR_PUBLIC_KEY, out);
}

/* ---------------------------------------------------------------- looking */

struct secmail_cert *secmail_cert_ref(struct secmail_cert *cert)
{
    if (cert)
        atomic_fetch_add(&cert->refs, 1);
    return cert;
}

void secmail_cert_unref(struct secmail_cert *cert)
{
    if (cert && atomic_fetch_sub(&cert->refs, 1) == 1)
        cert_free(cert);
}

uint32_t secmail_cert_version(const struct secmail_cert *cert)
{
    return cert ? smi_cert_primary(cert)->version : 0;
}

const char *secmail_cert_fingerprint(const struct secmail_cert *cert)
{
    return cert ? smi_cert_primary(cert)->hex : NULL;
}

/* The index-th component of a kind. */
static const struct smi_component *nth(const struct secmail_cert *cert,
                                       enum smi_component_kind kind, size_t index)
{
    for (size_t i = 0; cert && i < cert->component_count; i++) {
        if (cert->components[i].kind == kind && index-- == 0)
            return &cert->components[i];
    }
    return NULL;
}

static size_t count(const struct secmail_cert *cert, enum smi_component_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; cert && i < cert->component_count; i++)
        n += cert->components[i].kind == kind;
    return n;
}

const struct smi_component *smi_cert_key(const struct secmail_cert *cert, size_t index)
{
    return nth(cert, SMI_COMPONENT_KEY, index);
}

size_t secmail_cert_user_id_count(const struct secmail_cert *cert)
{
    return count(cert, SMI_COMPONENT_USER_ID);
}

const uint8_t *secmail_cert_user_id(const struct secmail_cert *cert, size_t index, size_t *size)
{
    const struct smi_component *c = nth(cert, SMI_COMPONENT_USER_ID, index);
    if (!c)
        return NULL;
    if (size)
        *size = c->body_size;
    return c->body;
}

size_t secmail_cert_key_count(const struct secmail_cert *cert)
{
    return count(cert, SMI_COMPONENT_KEY);
}

const char *secmail_cert_key_fingerprint(const struct secmail_cert *cert, size_t index)
{
    const struct smi_component *c = smi_cert_key(cert, index);
    return c ? c->key.hex : NULL;
}
