/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Merging two copies of a certificate: the union of their components, and of each component's
 * signatures. Nothing is judged here, so nothing that one of them has is lost. By sorting, so that
 * the cost stays near linear whatever the copies hold.
 */
#include "cert.h"

#include <stdlib.h>

/* A component of one of the copies, or a signature of one. `rank` is its place in the order in
 * which they were read, the first copy before the second. */
struct item {
    const uint8_t *body;
    size_t size, rank;
    size_t leader; /* rank of the first one with the same bytes */
    uint8_t group, tag;
    const struct smi_component *component;
};

struct items {
    struct item *at;
    size_t count, room;
};

/* Section 10.1.1: user IDs and attributes come before subkeys. */
enum { PRIMARY, IDENTITIES, OTHERS };

static uint8_t group_of(const struct smi_component *c)
{
    if (c->tag == SMI_TAG_PUBLIC_KEY)
        return PRIMARY;
    return c->tag == SMI_TAG_USER_ID || c->tag == SMI_TAG_USER_ATTRIBUTE ? IDENTITIES : OTHERS;
}

static int compare_sizes(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int same_thing(const struct item *a, const struct item *b)
{
    if (a->tag != b->tag)
        return a->tag < b->tag ? -1 : 1;
    if (a->size != b->size)
        return compare_sizes(a->size, b->size);
    return a->size ? memcmp(a->body, b->body, a->size) : 0;
}

static int by_bytes(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    const int order = same_thing(a, b);
    return order ? order : compare_sizes(a->rank, b->rank);
}

static int by_place(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->leader != b->leader)
        return compare_sizes(a->leader, b->leader);
    return compare_sizes(a->rank, b->rank);
}

/* Brings equal items together, where the first of them stood. */
static void gather(struct items *items)
{
    if (!items->count)
        return;
    qsort(items->at, items->count, sizeof *items->at, by_bytes);
    for (size_t i = 0; i < items->count; i++) {
        struct item *item = &items->at[i];
        item->leader = i && same_thing(item - 1, item) == 0 ? item[-1].leader : item->rank;
    }
    qsort(items->at, items->count, sizeof *items->at, by_place);
}

static int add(struct secmail_context *context, struct items *items, struct item item)
{
    if (!smi_grow(&context->mem, &items->at, &items->room, items->count + 1, sizeof *items->at))
        return smi_nomem(context);
    item.rank = items->count;
    items->at[items->count++] = item;
    return 0;
}

static int add_components(struct secmail_context *context, struct items *items,
                          const struct secmail_cert *cert)
{
    int rc = 0;
    for (size_t i = 0; i < cert->component_count && !rc; i++) {
        const struct smi_component *c = &cert->components[i];
        rc = add(context, items,
                 (struct item){.body = c->body,
                               .size = c->body_size,
                               .group = group_of(c),
                               .tag = c->tag,
                               .component = c});
    }
    return rc;
}

static int add_signatures(struct secmail_context *context, struct items *items,
                          const struct smi_component *c)
{
    int rc = 0;
    for (size_t s = 0; s < c->signature_count && !rc; s++)
        rc = add(context, items,
                 (struct item){.body = c->signatures[s].body, .size = c->signatures[s].body_size});
    return rc;
}

/* The signatures of `count` copies of one component, each once. */
static int put_signatures(struct secmail_context *context, struct smi_buf *b,
                          const struct item *copies, size_t count)
{
    struct items signatures = {0};
    int rc = 0;
    for (size_t i = 0; i < count && !rc; i++)
        rc = add_signatures(context, &signatures, copies[i].component);
    if (!rc)
        gather(&signatures);
    for (size_t i = 0; i < signatures.count && !rc; i++) {
        if (signatures.at[i].leader == signatures.at[i].rank)
            smi_put_packet(b, SMI_TAG_SIGNATURE, signatures.at[i].body, signatures.at[i].size);
    }
    smi_free(&context->mem, signatures.at, signatures.room * sizeof *signatures.at);
    return rc;
}

static int put_union(struct secmail_context *context, struct smi_buf *b, struct items *components)
{
    int rc = 0;
    gather(components);
    for (size_t i = 0, next; i < components->count && !rc; i = next) {
        const struct item *first = &components->at[i];
        for (next = i + 1; next < components->count; next++) {
            if (components->at[next].leader != first->leader)
                break;
        }
        smi_put_packet(b, first->tag, first->body, first->size);
        rc = put_signatures(context, b, first, next - i);
    }
    return rc;
}

static int merge(struct secmail_context *context, struct smi_buf *b, const struct secmail_cert *one,
                 const struct secmail_cert *other)
{
    struct items components = {0};
    int rc = add_components(context, &components, one);
    if (!rc)
        rc = add_components(context, &components, other);
    if (!rc)
        rc = put_union(context, b, &components);
    smi_free(&context->mem, components.at, components.room * sizeof *components.at);
    return rc;
}

/* Writes the certificate with each part once, if it has one more often. */
static int join(struct secmail_context *context, struct smi_buf *b, const struct secmail_cert *cert)
{
    struct items components = {0};
    bool twice = false;
    int rc = add_components(context, &components, cert);
    gather(&components);
    for (size_t i = 0; i < components.count; i++)
        twice = twice || components.at[i].leader != components.at[i].rank;
    if (!rc && twice)
        rc = put_union(context, b, &components);
    smi_free(&context->mem, components.at, components.room * sizeof *components.at);
    return !rc && b->error ? smi_fail(context, b->error, NULL) : rc;
}

int smi_cert_join(struct secmail_context *context, struct secmail_cert **cert)
{
    struct smi_buf b = smi_buf_open(&context->mem);
    struct secmail_cert *joined = NULL;
    int rc = join(context, &b, *cert);
    if (!rc && b.size)
        rc = smi_cert_new(context, &joined, b.data, b.size);
    smi_buf_free(&b);
    if (!rc && !joined)
        return 0;
    secmail_cert_unref(*cert);
    *cert = joined;
    return rc;
}

int secmail_cert_merge(struct secmail_context *context, const struct secmail_cert *cert,
                       const struct secmail_cert *other, struct secmail_cert **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!cert || !other)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_cert_merge: a certificate is NULL");
    if (strcmp(smi_cert_primary(cert)->hex, smi_cert_primary(other)->hex) != 0)
        return smi_fail(context, SECMAIL_E_OTHER_CERT,
                        "%s and %s are two certificates; only copies of one can be merged",
                        smi_cert_primary(cert)->hex, smi_cert_primary(other)->hex);
    struct smi_buf b = smi_buf_open(&context->mem);
    rc = merge(context, &b, cert, other);
    if (!rc && b.error)
        rc = smi_fail(context, b.error, NULL);
    if (!rc)
        rc = smi_cert_new(context, out, b.data, b.size);
    smi_buf_free(&b);
    return rc;
}
