/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* change-key-password. All keys are changed before the first is written. */
#include "commands.h"
#include "emit.h"
#include "objects.h"

#include <stdlib.h>

/* Keys that are ready to be written. */
struct changed {
    struct secmail_key **at;
    size_t count;
};

static int change_all(const struct sop *sop, const struct secmail_key_ring *ring,
                      const struct passwords *old, const struct secmail_secret *password,
                      struct changed *changed)
{
    const size_t count = secmail_key_ring_count(ring);
    changed->at = calloc(count + 1, sizeof *changed->at);
    if (!changed->at)
        return sop_fail(sop, SOP_UNSPECIFIED, "out of memory");
    for (; changed->count < count; changed->count++) {
        const int error = secmail_key_change_password(
            sop->context, secmail_key_ring_key(ring, changed->count),
            (const struct secmail_secret *const *)old->at, old->count, password,
            &changed->at[changed->count]);
        if (error)
            return sop_fail_library(sop, error, SOP_OBJECT, "standard input");
    }
    return SOP_OK;
}

static int write_all(const struct sop *sop, const struct changed *changed, bool armored)
{
    struct emit emit;
    int failed = emit_open(sop, &emit, armored, SECMAIL_ARMOR_PRIVATE_KEY);
    for (size_t i = 0; i < changed->count && !failed; i++)
        failed = emit_key(&emit, changed->at[i]);
    return emit_close(&emit, failed);
}

static int change(const struct sop *sop, const struct arguments *args, const struct passwords *old,
                  const struct secmail_secret *password)
{
    struct changed changed = {0};
    struct secmail_key_ring *ring;
    int code = keys_read_stdin(sop, &ring);
    if (!code)
        code = keys_check_complete(sop, ring, "standard input", SOP_BAD_DATA);
    if (!code)
        code = change_all(sop, ring, old, password, &changed);
    if (!code)
        code = write_all(sop, &changed, !options_has(args, OPT_NO_ARMOR));
    for (size_t i = 0; i < changed.count; i++)
        secmail_key_unref(changed.at[i]);
    free(changed.at);
    secmail_key_ring_unref(ring);
    return code;
}

int run_change_key_password(struct sop *sop, const struct arguments *args)
{
    const char *designator = options_value(args, OPT_NEW_KEY_PASSWORD);
    struct secmail_secret *password = NULL;
    struct passwords old;
    int code = passwords_read(sop, args, OPT_OLD_KEY_PASSWORD, &old);
    if (!code && designator)
        code = password_read_new(sop, designator, &password);
    if (!code)
        code = change(sop, args, &old, password);
    secmail_secret_free(password);
    passwords_free(&old);
    return code;
}
