/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts of trust anchors; names as text and in wire format. */
#include "fuzz.h"

#include "dns/name.h"

#include <secmail/dns.h>

static void read_anchors(const uint8_t *data, size_t size)
{
    struct secmail_context *context;
    struct secmail_dns *dns;
    FUZZ_CHECK(!secmail_context_new(&context));
    FUZZ_CHECK(!secmail_dns_new(context, &dns));
    const int rc = secmail_dns_add_trust_anchors(dns, (const char *)data, size);
    FUZZ_CHECK(!rc || rc == SECMAIL_E_DNS_ANCHOR);
    secmail_dns_free(dns);
    secmail_context_free(context);
}

static void read_names(const uint8_t *data, size_t size)
{
    struct smi_dns_name name, again;
    char quoted[SMI_DNS_QUOTED_SIZE];
    if (smi_dns_name_read(&name, (const char *)data, size)) {
        FUZZ_CHECK(smi_dns_name_under(&name, &name));
        FUZZ_CHECK(strlen(name.text) == name.size);
        smi_dns_name_quote(&name, quoted);
        FUZZ_CHECK(strlen(quoted) < sizeof quoted);
        FUZZ_CHECK(!name.size || smi_dns_name_read(&again, name.text, name.size));
    }
    if (smi_dns_name_from_wire(&name, data, size))
        FUZZ_CHECK(name.size == 0 || smi_dns_name_read(&again, name.text, name.size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_anchors(data, size);
    read_names(data, size);
    return 0;
}
