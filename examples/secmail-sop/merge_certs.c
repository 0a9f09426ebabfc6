/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* merge-certs: the certificates of standard input, each once, with all that their copies among
 * them and in the CERTS arguments have. Other certificates in the arguments don't matter. */
#include "commands.h"
#include "emit.h"
#include "objects.h"

#include <string.h>

/* The next copy of a certificate in a ring, or NULL. */
static struct secmail_cert *next_copy(const struct secmail_ring *ring, const char *fingerprint,
                                      size_t *cursor)
{
    struct secmail_cert *found;
    while ((found = secmail_ring_find(ring, fingerprint, cursor))) {
        if (strcmp(secmail_cert_fingerprint(found), fingerprint) == 0)
            return found; /* not one that has it as a subkey */
    }
    return NULL;
}

/* Merges into `*cert`, a reference, all copies of it that the ring has. */
static int merge_ring(const struct sop *sop, const struct certs *from, struct secmail_cert **cert)
{
    struct secmail_cert *copy, *merged;
    size_t cursor = 0;
    while ((copy = next_copy(from->ring, secmail_cert_fingerprint(*cert), &cursor))) {
        const int error = secmail_cert_merge(sop->context, *cert, copy, &merged);
        if (error)
            return sop_fail_library(sop, error, SOP_OBJECT, from->name);
        secmail_cert_unref(*cert);
        *cert = merged;
    }
    return SOP_OK;
}

static int merge_one(const struct sop *sop, const struct certs_list *list,
                     struct secmail_cert *cert, struct emit *emit)
{
    struct secmail_cert *merged = secmail_cert_ref(cert);
    int failed = SOP_OK;
    for (size_t i = 0; i < list->count && !failed; i++)
        failed = merge_ring(sop, &list->at[i], &merged);
    if (!failed)
        failed = emit_cert(emit, merged);
    secmail_cert_unref(merged);
    return failed;
}

static int merge_all(const struct sop *sop, const struct certs_list *list, bool armored)
{
    struct emit emit;
    const struct secmail_ring *base = list->at[0].ring;
    int failed = emit_open(sop, &emit, armored, SECMAIL_ARMOR_PUBLIC_KEY);
    for (size_t i = 0; i < secmail_ring_count(base) && !failed; i++) {
        struct secmail_cert *cert = secmail_ring_cert(base, i);
        size_t cursor = 0;
        if (next_copy(base, secmail_cert_fingerprint(cert), &cursor) == cert)
            failed = merge_one(sop, list, cert, &emit);
    }
    return emit_close(&emit, failed);
}

int run_merge_certs(struct sop *sop, const struct arguments *args)
{
    struct certs_list list;
    int code = certs_list_init(sop, &list, args->operand_count + 1);
    if (!code)
        code = certs_list_read_stdin(sop, &list);
    if (!code)
        code = certs_check_complete(sop, &list.at[0], SOP_BAD_DATA);
    for (size_t i = 0; i < args->operand_count && !code; i++)
        code = certs_list_read(sop, &list, args->operands[i]);
    if (!code)
        code = merge_all(sop, &list, !options_has(args, OPT_NO_ARMOR));
    certs_list_free(&list);
    return code;
}
