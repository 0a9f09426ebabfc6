/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ElGamal decryption with PKCS#1 v1.5 padding (RFC 9580 section 5.1.4), through GMP and nettle:
 * only to read old messages. */
#ifndef SMI_CRYPTO_ELGAMAL_H
#define SMI_CRYPTO_ELGAMAL_H

#include "crypto/number.h"

enum { SMI_ELGAMAL_MAX_BITS = 8192 };

struct smi_elgamal_numbers {
    struct smi_number p, g, y, x; /* x is the secret */
};

/* Is y = g^x mod p, and is the key one to work with at all? */
bool smi_elgamal_check(const struct smi_elgamal_numbers *key);

/* As smi_rsa_pkcs1_decrypt(): where the padding is wrong, `data` and *size stay as they were. The
 * key was checked. */
void smi_elgamal_decrypt(const struct smi_elgamal_numbers *key,
                         const struct smi_number encrypted[2], uint8_t *data, size_t *size);

#endif
