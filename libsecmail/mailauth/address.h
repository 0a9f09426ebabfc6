/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The author's domain, from the value of a From field (RFC 5322 section 3.6.2, RFC 6854). One
 * reader for verifying and signing, which rather finds nothing than something that a mail program
 * might read differently.
 */
#ifndef SMI_MAILAUTH_ADDRESS_H
#define SMI_MAILAUTH_ADDRESS_H

#include "mailauth/domain.h"
#include "mailauth/header.h"

enum smi_author {
    SMI_AUTHOR_FOUND,
    SMI_AUTHOR_NO_FIELD,
    SMI_AUTHOR_SEVERAL_FIELDS,
    SMI_AUTHOR_NO_ADDRESS,
    SMI_AUTHOR_SEVERAL_DOMAINS,
    SMI_AUTHOR_MALFORMED,
    SMI_AUTHOR_NOT_ALL_READ, /* the header is over the limits: there may be another From field */
    SMI_AUTHOR_NO_MEMORY,
};

/* The domain of all addresses in the value. */
enum smi_author smi_author_read(const struct secmail_allocator *mem, struct smi_span value,
                                struct smi_domain *domain);

/* The same of a header, which must have one From field, and nothing that would be another one for
 * some reader: no bare line end, no blank or control character that keeps a line from being a
 * field. */
enum smi_author smi_author_find(const struct smi_header *h, struct smi_domain *domain);

/* What is wrong; one English clause. */
const char *smi_author_reason(enum smi_author author);

#endif
