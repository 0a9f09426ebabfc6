/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IP addresses as text, as SPF writes and compares them. */
#ifndef SMI_MAILAUTH_IP_H
#define SMI_MAILAUTH_IP_H

#include "mailauth/text.h"

/* Four decimal numbers without leading zeros (RFC 7208 section 12, qnum). */
bool smi_ip4_read(uint8_t bytes[4], struct smi_span text);

/* RFC 4291 section 2.2, all three forms; no zone. */
bool smi_ip6_read(uint8_t bytes[16], struct smi_span text);

/* Are the first `bits` equal? */
bool smi_ip_in(const uint8_t *address, const uint8_t *network, uint32_t bits);

/* "192.0.2.1", or the form that RFC 5952 recommends. `size` is 4 or 16. */
void smi_put_ip(struct smi_buf *b, const uint8_t *bytes, size_t size);

#endif
