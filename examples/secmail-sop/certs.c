/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CERTS. The draft doesn't let KEYS stand for them. */
#include "io.h"
#include "objects.h"

#include <stdlib.h>
#include <string.h>

enum { TAG_SECRET_KEY = 5 };

/* Secret keys can be read as certificates by the library, but are no CERTS. */
static bool is_secret_key(const struct blob *blob)
{
    static const char line[] = "-----BEGIN PGP PRIVATE KEY BLOCK-----";
    if (blob->size == 0)
        return false;
    const uint8_t first = blob->data[0];
    if (first & 0x80)
        return (first & 0x40 ? first & 0x3f : first >> 2 & 0x0f) == TAG_SECRET_KEY;
    return memmem(blob->data, blob->size, line, sizeof line - 1) != NULL;
}

int certs_list_init(const struct sop *sop, struct certs_list *list, size_t most)
{
    *list = (struct certs_list){.at = calloc(most + 1, sizeof *list->at)};
    return list->at ? SOP_OK : sop_fail(sop, SOP_UNSPECIFIED, "out of memory");
}

static int add(const struct sop *sop, struct certs_list *list, const char *name, struct blob *blob)
{
    struct certs *certs = &list->at[list->count];
    if (is_secret_key(blob)) {
        blob_free(blob);
        return sop_fail(sop, SOP_BAD_DATA,
                        "%s: this is a secret key where a certificate is wanted. Make the "
                        "certificate with " SOP_NAME " extract-cert",
                        name);
    }
    const int error = secmail_ring_parse(sop->context, &certs->ring, blob->data, blob->size);
    blob_free(blob);
    if (error)
        return sop_fail_library(sop, error, SOP_OBJECT, name);
    certs->name = name;
    list->count++;
    return SOP_OK;
}

int certs_list_read(const struct sop *sop, struct certs_list *list, const char *designator)
{
    struct blob blob;
    const int failed = input_read(sop, designator, &blob);
    return failed ? failed : add(sop, list, designator, &blob);
}

int certs_list_read_stdin(const struct sop *sop, struct certs_list *list)
{
    struct blob blob;
    const int failed = input_read_stdin(sop, &blob);
    return failed ? failed : add(sop, list, "standard input", &blob);
}

int certs_check_complete(const struct sop *sop, const struct certs *certs, int code)
{
    const size_t skipped = secmail_ring_skipped(certs->ring);
    if (skipped == 0)
        return SOP_OK;
    return sop_fail(sop, code,
                    "%s: %zu of its certificates can't be read. Get them from their owners again",
                    certs->name, skipped);
}

void certs_list_free(struct certs_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        secmail_ring_unref(list->at[i].ring);
    free(list->at);
    *list = (struct certs_list){0};
}
