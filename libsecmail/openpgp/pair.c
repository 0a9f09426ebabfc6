/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making key pairs; what binds them to a key is in self_signature.c. */
#include "pair.h"

#include "crypto/curve25519.h"

uint8_t smi_pair_algorithm(uint8_t version, enum smi_key_use use)
{
    if (use == SMI_USE_SIGN)
        return version == 6 ? SMI_PK_ED25519 : SMI_PK_EDDSA_LEGACY;
    return version == 6 ? SMI_PK_X25519 : SMI_PK_ECDH;
}

/* Section 11.2.1 (and RFC 7748): software that reads the legacy encoding expects clamped scalars.
 */
static void clamp(uint8_t scalar[32])
{
    scalar[0] &= 0xf8;
    scalar[31] = (uint8_t)((scalar[31] & 0x7f) | 0x40);
}

int smi_pair_make(struct secmail_context *context, uint8_t version, uint8_t algo, uint32_t created,
                  struct smi_secret_part *part, struct smi_buf *body)
{
    uint8_t point[32];
    part->secret = smi_secret_new(context, 32);
    if (!part->secret)
        return smi_nomem(context);
    uint8_t *secret = smi_secret_fill(part->secret);
    int rc = smi_random(context, secret, 32);
    if (rc)
        return rc;
    if (algo == SMI_PK_ED25519 || algo == SMI_PK_EDDSA_LEGACY) {
        smi_ed25519_public(point, secret);
    } else {
        clamp(secret);
        smi_x25519_public(point, secret);
    }
    smi_public_key_write(body, version, algo, created, point);
    return body->error ? smi_nomem(context) : 0;
}
