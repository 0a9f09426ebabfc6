/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writing encrypted data packets (RFC 9580 section 5.13) block by block. Each block of plaintext
 * becomes one run of the packet's body, framed with partial lengths of its own, so that nothing has
 * to be carried from one block to the next.
 */
#ifndef SMI_OPENPGP_SEALER_H
#define SMI_OPENPGP_SEALER_H

#include "crypto/hash.h"
#include "session_key.h"

#include <secmail/openpgp.h>

enum {
    SMI_CHUNK_OCTET = 10,                        /* 2^(10 + 6): section 5.13.2 */
    SMI_BLOCK_SIZE = 1 << (SMI_CHUNK_OCTET + 6), /* plaintext in a block: one AEAD chunk */
    SMI_SEALED_BLOCK_MAX = SMI_BLOCK_SIZE + 256, /* a sealed block with all its framing */
};

struct smi_sealer {
    enum secmail_format format;
    bool begun;
    uint64_t total; /* bytes of plaintext so far; for SEIPDv1 with the prefix */
    /* SEIPDv2 */
    struct smi_aead aead;
    uint8_t associated_data[5];
    uint8_t nonce[SMI_AEAD_NONCE_MAX_SIZE];
    uint8_t nonce_size;
    uint8_t salt[32];
    uint64_t chunks;
    /* SEIPDv1 */
    struct smi_cfb cfb;
    struct smi_hash mdc;
    uint8_t prefix[18];
};

int smi_sealer_open(struct secmail_context *context, struct smi_sealer *s,
                    enum secmail_format format, const struct smi_session_key *key);
void smi_sealer_close(struct smi_sealer *s);

/*
 * Seals the next block and writes it to `to`, which has room for SMI_SEALED_BLOCK_MAX. `size` is
 * SMI_BLOCK_SIZE, and at most that for the `last` block. *written tells how much was written.
 */
int smi_sealer_block(struct secmail_context *context, struct smi_sealer *s, uint8_t *to,
                     const uint8_t *block, size_t size, bool last, size_t *written);

/*
 * Section 5.13.2: keys and nonces of a SEIPDv2 packet. `associated_data` is the packet's tag,
 * version, cipher, mode and chunk octet. Opens `aead`, and fills `nonce` for chunk 0.
 */
int smi_seipd2_keys(struct secmail_context *context, const struct smi_session_key *key,
                    const uint8_t associated_data[5], const uint8_t salt[32], struct smi_aead *aead,
                    uint8_t nonce[SMI_AEAD_NONCE_MAX_SIZE]);

/* A number as eight octets. */
void smi_put_number(uint8_t to[8], uint64_t value);

#endif
