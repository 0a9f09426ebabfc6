/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In place of suffixes.c, for a build without libpsl: there are no lists. */
#include "core/context.h"

#include <secmail/mailauth.h>

int secmail_suffixes_new(struct secmail_context *context, struct secmail_suffixes **out,
                         const uint8_t *list, size_t size)
{
    if (!smi_enter(context) || !out || !list != !size)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    return smi_fail(context, SECMAIL_E_NOT_BUILT,
                    "this build has no public suffix lists: it lacks libpsl "
                    "(-Dpublic-suffixes=enabled)");
}

void secmail_suffixes_free(struct secmail_suffixes *suffixes)
{
    (void)suffixes;
}

const char *secmail_suffixes_find(void *suffixes, const char *domain)
{
    (void)suffixes;
    (void)domain;
    return NULL;
}
