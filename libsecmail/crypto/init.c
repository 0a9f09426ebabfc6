/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Initialisation of libgcrypt and libsodium, and how libgcrypt's errors become ours. */
#include "backend.h"

#include <pthread.h>
#include <sodium.h>

/* The oldest libgcrypt that has Argon2. */
#define LIBGCRYPT_NEEDED "1.10.0"

/*
 * libgcrypt keeps its own state once for a process, so whether it was set up is process state too:
 * the only mutable statics of the library. `usable` is written inside pthread_once() alone.
 */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool usable;

/*
 * An application that uses libgcrypt itself may have chosen its secure memory before us; what it
 * set up stays. Otherwise that pool is switched off: our keys live in the context's arena.
 */
static bool set_up_gcrypt(void)
{
    if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
        return gcry_check_version(LIBGCRYPT_NEEDED) != NULL;
    const bool application_began = gcry_control(GCRYCTL_ANY_INITIALIZATION_P);
    if (!gcry_check_version(LIBGCRYPT_NEEDED))
        return false;
    if (!application_began)
        gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    return true;
}

static void set_up(void)
{
    usable = set_up_gcrypt() && sodium_init() >= 0;
}

int smi_crypto_init(struct secmail_context *context)
{
    pthread_once(&once, set_up);
    if (usable)
        return 0;
    return smi_fail(context, SECMAIL_E_CRYPTO_INIT,
                    "libgcrypt %s or later and libsodium are needed, found libgcrypt %s",
                    LIBGCRYPT_NEEDED, gcry_check_version(NULL));
}

int smi_gcry_fail(struct secmail_context *context, gcry_error_t error, const char *what)
{
    char text[100];
    switch (gcry_err_code(error)) {
    case GPG_ERR_ENOMEM:
        return smi_nomem(context);
    case GPG_ERR_DIGEST_ALGO:
    case GPG_ERR_CIPHER_ALGO:
    case GPG_ERR_MAC_ALGO:
    case GPG_ERR_UNKNOWN_ALGORITHM:
    case GPG_ERR_NOT_SUPPORTED:
        return smi_fail(context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "%s: not available in the libgcrypt that is loaded", what);
    case GPG_ERR_WEAK_KEY:
        return smi_fail(context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "%s: the key is one of the weak keys of this algorithm", what);
    default:
        gpg_strerror_r(error, text, sizeof text);
        return smi_fail(context, SECMAIL_E_INTERNAL, "%s: libgcrypt reports \"%s\"", what, text);
    }
}

int smi_unsupported(struct secmail_context *context, const char *kind, uint8_t number)
{
    return smi_fail(context, SECMAIL_E_UNSUPPORTED_ALGORITHM, "%s algorithm %u is not supported",
                    kind, number);
}
