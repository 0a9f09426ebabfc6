/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Public suffix lists, as RFC 7489 finds organizational domains, through libpsl. */
#include "core/context.h"

#include <libpsl.h>
#include <secmail/mailauth.h>
#include <stdio.h>

struct secmail_suffixes {
    struct secmail_allocator mem;
    psl_ctx_t *list;
};

/* libpsl reads files only; this one is memory. A page of something else has no rule. */
static psl_ctx_t *load(const uint8_t *list, size_t size)
{
    FILE *file = fmemopen((void *)(uintptr_t)list, size, "r");
    psl_ctx_t *psl = file ? psl_load_fp(file) : NULL;
    if (file)
        fclose(file);
    if (psl && !psl_suffix_count(psl) && !psl_is_public_suffix(psl, "co.uk")) {
        psl_free(psl);
        psl = NULL;
    }
    return psl;
}

int secmail_suffixes_new(struct secmail_context *context, struct secmail_suffixes **out,
                         const uint8_t *list, size_t size)
{
    if (!smi_enter(context) || !out || !list != !size)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    struct secmail_suffixes *s = smi_zalloc(&context->mem, sizeof *s);
    if (!s)
        return smi_nomem(context);
    s->mem = context->mem;
    s->list = list ? load(list, size) : (psl_ctx_t *)(uintptr_t)psl_builtin();
    if (!s->list) {
        smi_free(&context->mem, s, sizeof *s);
        return smi_fail(context, SECMAIL_E_MAILAUTH_SUFFIXES,
                        list ? "not a public suffix list" : "libpsl brings no list");
    }
    *out = s;
    return 0;
}

void secmail_suffixes_free(struct secmail_suffixes *suffixes)
{
    if (!suffixes)
        return;
    const struct secmail_allocator mem = suffixes->mem;
    psl_free(suffixes->list);
    smi_free(&mem, suffixes, sizeof *suffixes);
}

const char *secmail_suffixes_find(void *suffixes, const char *domain)
{
    const struct secmail_suffixes *s = suffixes;
    return s && domain ? psl_registrable_domain(s->list, domain) : NULL;
}
