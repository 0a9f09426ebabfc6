/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Brings libgcrypt and libsodium into a usable state, once for a process. */
#ifndef SMI_CRYPTO_INIT_H
#define SMI_CRYPTO_INIT_H

#include "core/context.h"

/* 0 or SECMAIL_E_CRYPTO_INIT, recorded. Cheap when it was done before; from any thread. */
int smi_crypto_init(struct secmail_context *context);

#endif
