/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* secmail-auth keygen */
#include "tool.h"

enum { STRING_MAX = 255 };

/* A zone file's line: the record in strings of at most 255 bytes. */
static void print_record(const struct options *o, const char *record)
{
    printf("%s._domainkey.%s. IN TXT (", o->selector, o->domain);
    for (size_t left = strlen(record); left;) {
        const size_t size = left < STRING_MAX ? left : STRING_MAX;
        printf(" \"%.*s\"", (int)size, record);
        record += size;
        left -= size;
    }
    puts(" )");
}

static uint32_t algorithm_of(const struct options *o)
{
    if (!o->algorithm || !strcmp(o->algorithm, "rsa"))
        return SECMAIL_DKIM_RSA_SHA256;
    if (!strcmp(o->algorithm, "ed25519"))
        return SECMAIL_DKIM_ED25519_SHA256;
    die(USAGE, "secmail-auth: --algorithm is rsa or ed25519");
}

int command_keygen(struct tool *t)
{
    const struct options *o = &t->options;
    struct secmail_dkim_key *key;
    struct secmail_bytes *record;
    char *end = NULL;
    const unsigned long bits = o->bits ? strtoul(o->bits, &end, 10) : 0;
    if ((end && *end) || bits > UINT32_MAX ||
        secmail_dkim_key_generate(t->context, &key, algorithm_of(o), (uint32_t)bits))
        die(USAGE, "secmail-auth: no key can be made: %s",
            secmail_context_error_detail(t->context));
    write_key(t, key, o->key);
    check(t, secmail_dkim_key_record(t->context, key, &record));
    print_record(o, (const char *)secmail_bytes_data(record));
    secmail_bytes_free(record);
    secmail_dkim_key_unref(key);
    return DONE;
}
