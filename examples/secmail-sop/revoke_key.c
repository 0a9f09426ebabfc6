/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* revoke-key: revocation certificates, all made before the first is written. */
#include "commands.h"
#include "emit.h"
#include "objects.h"

#include <stdlib.h>

static int make_one(const struct sop *sop, struct secmail_key *key,
                    const struct passwords *passwords, struct secmail_cert **out)
{
    struct secmail_key *open;
    const int failed = key_unlock(sop, key, "standard input", passwords, &open);
    if (failed)
        return failed;
    /* Without a reason, receivers must take the worst for granted. */
    const int error = secmail_key_revocation(sop->context, open, SECMAIL_REVOKED_UNSPECIFIED, NULL,
                                             out);
    secmail_key_unref(open);
    return error ? sop_fail_library(sop, error, SOP_OWN_KEY, "standard input") : SOP_OK;
}

static int write_all(const struct sop *sop, struct secmail_cert *const *certs, size_t count,
                     bool armored)
{
    struct emit emit;
    int failed = emit_open(sop, &emit, armored, SECMAIL_ARMOR_PUBLIC_KEY);
    for (size_t i = 0; i < count && !failed; i++)
        failed = emit_cert(&emit, certs[i]);
    return emit_close(&emit, failed);
}

static int revoke_all(const struct sop *sop, const struct arguments *args,
                      const struct secmail_key_ring *ring, const struct passwords *passwords)
{
    const size_t count = secmail_key_ring_count(ring);
    struct secmail_cert **certs = calloc(count + 1, sizeof *certs);
    if (!certs)
        return sop_fail(sop, SOP_UNSPECIFIED, "out of memory");
    int code = SOP_OK;
    for (size_t i = 0; i < count && !code; i++)
        code = make_one(sop, secmail_key_ring_key(ring, i), passwords, &certs[i]);
    if (!code)
        code = write_all(sop, certs, count, !options_has(args, OPT_NO_ARMOR));
    for (size_t i = 0; i < count; i++)
        secmail_cert_unref(certs[i]);
    free(certs);
    return code;
}

int run_revoke_key(struct sop *sop, const struct arguments *args)
{
    struct secmail_key_ring *ring = NULL;
    struct passwords passwords;
    int code = passwords_read(sop, args, OPT_WITH_KEY_PASSWORD, &passwords);
    if (!code)
        code = keys_read_stdin(sop, &ring);
    if (!code)
        code = keys_check_complete(sop, ring, "standard input", SOP_BAD_DATA);
    if (!code)
        code = revoke_all(sop, args, ring, &passwords);
    secmail_key_ring_unref(ring);
    passwords_free(&passwords);
    return code;
}
