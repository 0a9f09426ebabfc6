/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* String-to-key specifiers as they stand in packets (RFC 9580 section 3.7.1). */
#ifndef SMI_OPENPGP_S2K_SPECIFIER_H
#define SMI_OPENPGP_S2K_SPECIFIER_H

#include "core/bytes.h"
#include "crypto/s2k.h"

/* False if the type is unknown or fields are missing. */
bool smi_s2k_read(struct smi_s2k *s2k, struct smi_cursor *in);
void smi_s2k_write(struct smi_buf *b, const struct smi_s2k *s2k);
/* Bytes that smi_s2k_write() writes. */
size_t smi_s2k_size(const struct smi_s2k *s2k);

/* New specifiers with fresh salt, as this library writes them: Argon2id with the parameters of RFC
 * 9106 section 4 for memory-constrained environments (t=3, p=4, 64 MiB), and iterated SHA-256 over
 * 62 MiB for software that knows no Argon2. */
int smi_s2k_new_argon2(struct secmail_context *context, struct smi_s2k *s2k);
int smi_s2k_new_iterated(struct secmail_context *context, struct smi_s2k *s2k);

#endif
