/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What keys need of DER (X.690): definite lengths in their shortest form, integers without needless
 * bytes, nothing behind the end. It isn't a general ASN.1 reader.
 */
#ifndef SMI_CRYPTO_DER_H
#define SMI_CRYPTO_DER_H

#include "core/bytes.h"

enum smi_der_tag {
    SMI_DER_INTEGER = 0x02,
    SMI_DER_BIT_STRING = 0x03,
    SMI_DER_OCTET_STRING = 0x04,
    SMI_DER_NULL = 0x05,
    SMI_DER_OID = 0x06,
    SMI_DER_SEQUENCE = 0x30,
    SMI_DER_ATTRIBUTES = 0xa0, /* [0], of PKCS#8 */
    SMI_DER_PUBLIC_KEY = 0x81, /* [1] implicit BIT STRING, of PKCS#8 version 2 */
};

/* Takes an element; its contents. Anything else at this place sets `c->bad`. */
struct smi_cursor smi_der_take(struct smi_cursor *c, uint8_t tag);

/* Is the next element of this kind? */
bool smi_der_is_next(const struct smi_cursor *c, uint8_t tag);

/* Takes a non-negative INTEGER; its contents without a leading zero. Zero is one byte. */
struct smi_cursor smi_der_unsigned(struct smi_cursor *c);

/* Takes a BIT STRING of whole bytes. */
struct smi_cursor smi_der_bits(struct smi_cursor *c);

/* Takes an OBJECT IDENTIFIER and tells whether it is this one, given as its contents. */
bool smi_der_oid_is(struct smi_cursor *c, const uint8_t *oid, size_t size);

/* Bytes that a header for contents of `size` bytes takes. */
size_t smi_der_header_size(size_t size);

void smi_der_put_header(struct smi_buf *b, uint8_t tag, size_t size);

#endif
