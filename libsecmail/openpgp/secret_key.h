/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The secret part of secret key and secret subkey packets (RFC 9580 section 5.5.3): reading,
 * unlocking, locking, writing. */
#ifndef SMI_OPENPGP_SECRET_KEY_H
#define SMI_OPENPGP_SECRET_KEY_H

#include "core/secret.h"
#include "password.h"
#include "token.h"

enum smi_s2k_usage { /* section 3.7.2.1 */
                     SMI_USAGE_NONE = 0,
                     SMI_USAGE_EXTERNAL = 252, /* draft-dkg-openpgp-external-secrets-02 */
                     SMI_USAGE_AEAD = 253,
                     SMI_USAGE_CFB = 254,
                     SMI_USAGE_MALLEABLE_CFB = 255, /* with a 16-bit checksum: read only */
};

struct smi_secret_part {
    /* Either the key is open, in the form that pk_secret.h tells, or as the packet's own bytes for
     * an algorithm that this build can't use; ... */
    struct secmail_secret *secret;
    bool opaque;
    /* ... or it is locked: everything from the usage octet on, as it stands in the packet. */
    uint8_t *locked;
    size_t locked_size;
    /* What stands there says that the secret is elsewhere: on a token, or kept offline. If the
     * token is at hand, a reference to it. */
    bool absent;
    bool bare; /* there is not even a mark that says so: a public key packet; `locked` is NULL */
    struct smi_token *token;
};

/* Would a password open it? */
static inline bool smi_secret_part_is_locked(const struct smi_secret_part *part)
{
    return part->locked && !part->absent;
}

/* Reads from the usage octet to the end of the packet. Open keys are checked against their public
 * part. SECMAIL_E_MALFORMED, SECMAIL_E_KEY_TAMPERED, SECMAIL_E_NOMEM. */
int smi_secret_part_read(struct secmail_context *context, struct smi_secret_part *part,
                         const struct smi_public_key *key, struct smi_cursor *in);

/*
 * A part that says that its secret is elsewhere: on a token, or in another file. For version 4
 * with GnuPG's marks, which other software knows, for version 6 with that of
 * draft-dkg-openpgp-external-secrets.
 */
int smi_secret_part_stub(struct secmail_context *context, struct smi_secret_part *part,
                         const struct smi_public_key *key, bool on_token);

/* Opens a locked part into `open`. SECMAIL_E_WRONG_PASSWORD, SECMAIL_E_KEY_TAMPERED,
 * SECMAIL_E_UNSUPPORTED_ALGORITHM, SECMAIL_E_MALFORMED, Argon2 limits. */
int smi_secret_part_unlock(struct secmail_context *context, const struct smi_secret_part *part,
                           const struct smi_public_key *key, uint8_t tag,
                           struct smi_password *password, struct smi_secret_part *open);

/* Locks an open part into `locked`. */
int smi_secret_part_lock(struct secmail_context *context, const struct smi_secret_part *part,
                         const struct smi_public_key *key, uint8_t tag,
                         struct smi_password *password, struct smi_secret_part *locked);

int smi_secret_part_copy(struct secmail_context *context, struct smi_secret_part *to,
                         const struct smi_secret_part *from);

/* Writes what follows the public part in the packet. */
void smi_secret_part_write(struct smi_buf *b, const struct smi_secret_part *part,
                           const struct smi_public_key *key);

void smi_secret_part_free(const struct secmail_allocator *mem, struct smi_secret_part *part);

#endif
