/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* KEYS: read, unlocked, and handed to what signs. */
#include "io.h"
#include "objects.h"

int keys_parse(const struct sop *sop, const char *name, const uint8_t *data, size_t size,
               struct secmail_key_ring **out)
{
    const int error = secmail_key_ring_parse(sop->context, out, data, size);
    return error ? sop_fail_library(sop, error, SOP_OBJECT, name) : SOP_OK;
}

int keys_read_stdin(const struct sop *sop, struct secmail_key_ring **out)
{
    *out = NULL;
    struct blob blob;
    int failed = input_read_stdin(sop, &blob);
    if (failed)
        return failed;
    failed = keys_parse(sop, "standard input", blob.data, blob.size, out);
    blob_free(&blob);
    return failed;
}

int keys_read(const struct sop *sop, const char *designator, struct secmail_key_ring **out)
{
    *out = NULL;
    struct blob blob;
    int failed = input_read(sop, designator, &blob);
    if (failed)
        return failed;
    failed = keys_parse(sop, designator, blob.data, blob.size, out);
    blob_free(&blob);
    return failed;
}

int keys_check_complete(const struct sop *sop, const struct secmail_key_ring *ring,
                        const char *name, int code)
{
    const size_t skipped = secmail_key_ring_skipped(ring);
    if (skipped == 0)
        return SOP_OK;
    return sop_fail(sop, code, "%s: %zu of its %zu keys can't be read. Pass the others alone", name,
                    skipped, skipped + secmail_key_ring_count(ring));
}

int signers_add(const struct sop *sop, const char *designator, const struct passwords *passwords,
                add_signer add, void *operation)
{
    struct secmail_key_ring *ring;
    int failed = keys_read(sop, designator, &ring);
    if (!failed)
        failed = keys_check_complete(sop, ring, designator, SOP_KEY_CANNOT_SIGN);
    for (size_t i = 0; !failed && i < secmail_key_ring_count(ring); i++) {
        struct secmail_key *key;
        failed = key_unlock(sop, secmail_key_ring_key(ring, i), designator, passwords, &key);
        const int error = failed ? 0 : add(operation, key);
        secmail_key_unref(key);
        if (error)
            failed = sop_fail_library(sop, error, SOP_SIGNER, designator);
    }
    secmail_key_ring_unref(ring);
    return failed;
}

int signers_add_all(const struct sop *sop, const struct arguments *args, add_signer add,
                    void *operation)
{
    struct passwords passwords;
    int failed = passwords_read(sop, args, OPT_WITH_KEY_PASSWORD, &passwords);
    for (size_t i = 0; i < args->operand_count && !failed; i++)
        failed = signers_add(sop, args->operands[i], &passwords, add, operation);
    passwords_free(&passwords);
    return failed;
}
