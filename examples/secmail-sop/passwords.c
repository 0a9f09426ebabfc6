/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PASSWORD. The draft's sections "Generating Material with Human-readable Passwords" and
 * "Consuming Password-protected Material": what protects something new is UTF-8 without the white
 * space at its end; what opens something is tried as it is, then without that white space.
 */
#include "io.h"
#include "objects.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

static size_t without_space(const uint8_t *data, size_t size)
{
    while (size > 0 &&
           (data[size - 1] == ' ' || (data[size - 1] >= '\t' && data[size - 1] <= '\r')))
        size--;
    return size;
}

static bool is_human_readable(const uint8_t *data, size_t size)
{
    size_t length = 0;
    for (size_t pos = 0; pos < size; pos += length) {
        length = utf8_printable(data + pos, size - pos);
        if (length == 0)
            return false;
    }
    return size > 0;
}

static int make_secret(const struct sop *sop, const char *name, const uint8_t *data, size_t size,
                       struct secmail_secret **out)
{
    const int error = secmail_secret_new(sop->context, out, data, size);
    return error ? sop_fail_library(sop, error, SOP_OBJECT, name) : SOP_OK;
}

int password_read_new(const struct sop *sop, const char *designator, struct secmail_secret **out)
{
    *out = NULL;
    struct blob blob;
    int failed = input_read(sop, designator, &blob);
    if (failed)
        return failed;
    const size_t size = without_space(blob.data, blob.size);
    if (is_human_readable(blob.data, size))
        failed = make_secret(sop, designator, blob.data, size, out);
    else
        failed = sop_fail(sop, SOP_PASSWORD_NOT_HUMAN_READABLE,
                          "%s: the password is empty, is not UTF-8, or has control characters. "
                          "Choose one that people can type",
                          designator);
    blob_free(&blob);
    return failed;
}

/* Adds a password as it is and, where that differs, without the white space at its end. */
static int add_variants(const struct sop *sop, const char *designator, const struct blob *blob,
                        struct passwords *out)
{
    const size_t sizes[] = {blob->size, without_space(blob->data, blob->size)};
    const size_t variants = sizes[0] == sizes[1] ? 1 : 2;
    for (size_t i = 0; i < variants; i++) {
        const int failed = make_secret(sop, designator, blob->data, sizes[i], &out->at[out->count]);
        if (failed)
            return failed;
        out->count++;
    }
    return SOP_OK;
}

int passwords_read(const struct sop *sop, const struct arguments *args, enum option id,
                   struct passwords *out)
{
    *out = (struct passwords){.at = calloc(2 * options_count(args, id) + 1, sizeof *out->at)};
    if (!out->at)
        return sop_fail(sop, SOP_UNSPECIFIED, "out of memory");
    size_t cursor = 0;
    for (const char *designator; (designator = options_next(args, id, &cursor));) {
        struct blob blob;
        int failed = input_read(sop, designator, &blob);
        if (failed)
            return failed;
        failed = add_variants(sop, designator, &blob, out);
        blob_free(&blob);
        if (failed)
            return failed;
    }
    return SOP_OK;
}

void passwords_free(struct passwords *passwords)
{
    for (size_t i = 0; i < passwords->count; i++)
        secmail_secret_free(passwords->at[i]);
    free(passwords->at);
    *passwords = (struct passwords){0};
}

int key_unlock(const struct sop *sop, struct secmail_key *key, const char *name,
               const struct passwords *passwords, struct secmail_key **out)
{
    *out = NULL;
    /* Each part by the password that fits it: GnuPG lets them have different ones. */
    const int error = secmail_key_change_password(
        sop->context, key, (const struct secmail_secret *const *)passwords->at, passwords->count,
        NULL, out);
    if (error == SECMAIL_E_KEY_LOCKED || error == SECMAIL_E_WRONG_PASSWORD)
        *out = secmail_key_ref(key);
    else if (error)
        return sop_fail_library(sop, error, SOP_OBJECT, name);
    return SOP_OK;
}
