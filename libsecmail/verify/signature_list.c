/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading signatures, hashing data for them, and judging them. */
#include "signature_list.h"

#include "packet.h"

void smi_signature_list_open(struct smi_signature_list *list, struct secmail_context *context)
{
    *list = (struct smi_signature_list){.context = context};
}

static void drop(const struct secmail_allocator *mem, struct smi_held_signature *held)
{
    smi_signed_hash_close(&held->hash);
    smi_free(mem, held->body, held->body_size);
}

void smi_signature_list_close(struct smi_signature_list *list)
{
    if (!list->context)
        return;
    const struct secmail_allocator *mem = &list->context->mem;
    for (size_t i = 0; i < list->count; i++)
        drop(mem, &list->at[i]);
    smi_free(mem, list->at, list->room * sizeof *list->at);
    *list = (struct smi_signature_list){0};
}

static int open_hash(struct secmail_context *context, struct smi_held_signature *held)
{
    const struct smi_signature *sig = &held->sig;
    if (sig->problem)
        return 0;
    return smi_signed_hash_open(context, &held->hash, sig->hash, sig->type == SMI_SIG_TEXT,
                                sig->salt, sig->salt_size);
}

static int add(struct smi_signature_list *list, const struct smi_cursor *body)
{
    struct secmail_context *context = list->context;
    if (list->count >= smi_limit(context, SECMAIL_LIMIT_MESSAGE_SIGNATURES))
        return smi_over_limit(context, SECMAIL_LIMIT_MESSAGE_SIGNATURES);
    if (!smi_grow(&context->mem, &list->at, &list->room, list->count + 1, sizeof *list->at))
        return smi_nomem(context);
    struct smi_held_signature *held = &list->at[list->count];
    *held = (struct smi_held_signature){.body = smi_alloc(&context->mem, body->size),
                                        .body_size = body->size};
    if (!held->body)
        return smi_nomem(context);
    memcpy(held->body, body->data, body->size);
    smi_signature_read(&held->sig, held->body, held->body_size);
    int rc = open_hash(context, held);
    if (rc) {
        drop(&context->mem, held);
        return rc;
    }
    list->count++;
    return 0;
}

static int add_packets(struct smi_signature_list *list, struct smi_cursor in)
{
    const size_t before = list->count;
    for (;;) {
        struct smi_packet packet;
        struct smi_cursor body;
        int rc = smi_packet_next(list->context, &in, &packet, &body);
        if (rc)
            return rc;
        if (packet.tag == SMI_TAG_NONE)
            break;
        if (smi_tag_is_ignored(packet.tag))
            continue;
        if (packet.tag != SMI_TAG_SIGNATURE)
            return smi_fail(list->context, SECMAIL_E_MALFORMED,
                            "a %s stands among the detached signatures; only signature packets "
                            "may (RFC 9580 section 10.4)",
                            smi_tag_name(packet.tag));
        rc = add(list, &body);
        if (rc)
            return rc;
    }
    return list->count > before
               ? 0
               : smi_fail(list->context, SECMAIL_E_NO_DATA, "there is no signature in the data");
}

int smi_signature_list_read(struct smi_signature_list *list, struct smi_cursor packets)
{
    const size_t before = list->count;
    int rc = add_packets(list, packets);
    while (rc && list->count > before) /* all or none */
        drop(&list->context->mem, &list->at[--list->count]);
    return rc;
}

void smi_signature_list_update(struct smi_signature_list *list, const uint8_t *data, size_t size)
{
    for (size_t i = 0; size && i < list->count; i++) {
        if (list->at[i].hash.hash.handle)
            smi_signed_hash_update(&list->at[i].hash, data, size);
    }
}

int smi_signature_list_judge(struct smi_signature_list *list, struct smi_judge *judge)
{
    int rc = 0;
    for (size_t i = 0; i < list->count && !rc; i++)
        rc = smi_judge_signature(judge, &list->at[i].sig, &list->at[i].hash);
    return rc;
}
