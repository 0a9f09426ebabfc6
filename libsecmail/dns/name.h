/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names as text: what may be asked for, and what lies below what. */
#ifndef SMI_DNS_NAME_H
#define SMI_DNS_NAME_H

#include "core/bytes.h"

/* RFC 1035 section 2.3.4: 255 bytes in wire format, 253 as text without the final dot. */
enum { SMI_DNS_NAME_MAX = 253, SMI_DNS_LABEL_MAX = 63 };

/* In lower case, without a final dot; the root is no bytes. A NUL follows. */
struct smi_dns_name {
    uint8_t size;
    char text[SMI_DNS_NAME_MAX + 1];
};

/* Reads `size` bytes of text. False for what is no name. */
bool smi_dns_name_read(struct smi_dns_name *name, const char *text, size_t size);

/* Reads a whole name in wire format, not compressed. */
bool smi_dns_name_from_wire(struct smi_dns_name *name, const uint8_t *data, size_t size);

/* Is it that name, or below it? Everything is below the root. */
bool smi_dns_name_under(const struct smi_dns_name *name, const struct smi_dns_name *above);

bool smi_dns_name_equal(const struct smi_dns_name *a, const struct smi_dns_name *b);

/* As zone files write it (RFC 1035 section 5.1), with the final dot: each odd byte takes four. */
enum { SMI_DNS_QUOTED_SIZE = 4 * SMI_DNS_NAME_MAX + 2 };
void smi_dns_name_quote(const struct smi_dns_name *name, char quoted[SMI_DNS_QUOTED_SIZE]);

/* How a special name is answered; see RFC 6761. */
enum smi_dns_special { SMI_DNS_ORDINARY, SMI_DNS_LOOPBACK, SMI_DNS_NOWHERE };
enum smi_dns_special smi_dns_special(const struct smi_dns_name *name);

#endif
