/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of this folder share. Nothing outside it knows a cryptographic library. */
#ifndef SMI_CRYPTO_BACKEND_H
#define SMI_CRYPTO_BACKEND_H

#include "crypto/init.h"

#include <gcrypt.h>

/*
 * Records what libgcrypt reported: SECMAIL_E_NOMEM, SECMAIL_E_UNSUPPORTED_ALGORITHM (the loaded
 * libgcrypt lacks or forbids it), SECMAIL_E_INTERNAL for what valid arguments can't cause. `what`
 * names the algorithm or operation.
 */
int smi_gcry_fail(struct secmail_context *context, gcry_error_t error, const char *what);

/* libgcrypt's number of an OpenPGP hash; 0 for a number that is not supported. */
int smi_hash_gcry(uint8_t algo);

/* Records that a number stands for no algorithm that is known here. `kind` is "hash", "cipher". */
int smi_unsupported(struct secmail_context *context, const char *kind, uint8_t number);

#endif
