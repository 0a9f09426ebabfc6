/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libopendkim as a peer: one library handle, a key from memory, header fields one by one. */
#include "bench.h"
#include "bench_mailauth_peers.h"

#if HAVE_OPENDKIM
#include <sys/types.h>

#include <opendkim/dkim.h>

static DKIM_LIB *library;
static const char *record;

static DKIM_CBSTAT find_key(DKIM *dkim, DKIM_SIGINFO *sig, unsigned char *buf, size_t size)
{
    (void)dkim;
    (void)sig;
    snprintf((char *)buf, size, "%s", record);
    return DKIM_CBSTAT_CONTINUE;
}

bool opendkim_is_there(void)
{
    return true;
}

void opendkim_open(const char *key_record)
{
    record = key_record;
    library = dkim_init(NULL, NULL);
    if (!library || dkim_set_key_lookup(library, find_key) != DKIM_STAT_OK)
        bench_die("libopendkim", "can't be set up");
}

static void put_fields(DKIM *dkim, const uint8_t *mail, size_t header)
{
    for (size_t start = 0, at = 0; at + 1 < header; at++) {
        if (mail[at] != '\r' || mail[at + 1] != '\n')
            continue;
        if (at + 2 < header && (mail[at + 2] == ' ' || mail[at + 2] == '\t'))
            continue;
        dkim_header(dkim, (unsigned char *)(uintptr_t)mail + start, at - start);
        start = at + 2;
    }
}

bool opendkim_verify(const uint8_t *mail, size_t header, size_t size)
{
    DKIM_STAT status;
    DKIM *dkim = dkim_verify(library, (const unsigned char *)"bench", NULL, &status);
    if (!dkim)
        return false;
    put_fields(dkim, mail, header);
    status = dkim_eoh(dkim);
    if (status == DKIM_STAT_OK)
        status = dkim_body(dkim, (unsigned char *)(uintptr_t)mail + header + 2, size - header - 2);
    if (status == DKIM_STAT_OK)
        status = dkim_eom(dkim, NULL);
    dkim_free(dkim);
    return status == DKIM_STAT_OK;
}

void opendkim_close(void)
{
    dkim_close(library);
}

#else

bool opendkim_is_there(void)
{
    return false;
}

void opendkim_open(const char *key_record)
{
    (void)key_record;
}

bool opendkim_verify(const uint8_t *mail, size_t header, size_t size)
{
    (void)mail;
    (void)header;
    (void)size;
    return false;
}

void opendkim_close(void)
{
}

#endif
