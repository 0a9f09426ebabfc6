/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Results. */
#include "dns/resolver.h"

const char *secmail_dns_status_name(uint32_t status)
{
    static const char *const names[] = {NULL, "answered", "nxdomain", "servfail", "timeout"};
    return status < sizeof names / sizeof names[0] ? names[status] : NULL;
}

const char *secmail_dns_security_name(uint32_t security)
{
    static const char *const names[] = {NULL, "secure", "insecure", "indeterminate", "bogus"};
    return security < sizeof names / sizeof names[0] ? names[security] : NULL;
}

void secmail_dns_result_free(struct secmail_dns_result *result)
{
    if (!result)
        return;
    if (result->answer)
        result->driver->drop(result->mem, result->answer);
    smi_free(result->mem, result, sizeof *result);
}

uint64_t secmail_dns_result_query(const struct secmail_dns_result *result)
{
    return result ? result->number : 0;
}

const char *secmail_dns_result_name(const struct secmail_dns_result *result)
{
    if (!result)
        return NULL;
    return result->name.size ? result->name.text : ".";
}

uint16_t secmail_dns_result_type(const struct secmail_dns_result *result)
{
    return result ? result->type : 0;
}

uint32_t secmail_dns_result_status(const struct secmail_dns_result *result)
{
    return result ? result->status : 0;
}

uint32_t secmail_dns_result_security(const struct secmail_dns_result *result)
{
    return result ? result->security : 0;
}

size_t secmail_dns_result_count(const struct secmail_dns_result *result)
{
    return result ? result->count : 0;
}

const uint8_t *secmail_dns_result_record(const struct secmail_dns_result *result, size_t index,
                                         size_t *size)
{
    size_t unused;
    if (!result || index >= result->count)
        return NULL;
    if (!size)
        size = &unused;
    if (!result->fixed)
        return result->driver->record(result->answer, index, size);
    *size = result->fixed_size;
    return result->fixed;
}

const char *secmail_dns_result_canonical(const struct secmail_dns_result *result)
{
    return result && result->answer ? result->driver->canonical(result->answer) : NULL;
}

uint32_t secmail_dns_result_ttl(const struct secmail_dns_result *result)
{
    return result ? result->ttl : 0;
}

const char *secmail_dns_result_reason(const struct secmail_dns_result *result)
{
    return result ? result->reason : NULL;
}
