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

/* ---------------------------------------------------------------- public packets */

static void put_legacy_curve(struct smi_buf *b, const struct smi_pk_curve *curve,
                             const uint8_t point[32])
{
    uint8_t prefixed[33] = {0x40}; /* section 11.2.2 */
    memcpy(prefixed + 1, point, 32);
    smi_put_u8(b, curve->oid_size);
    smi_put(b, curve->oid, curve->oid_size);
    smi_mpi_write(b, prefixed, sizeof prefixed);
}

static void put_material(struct smi_buf *b, uint8_t algo, const uint8_t point[32])
{
    const struct smi_pk_curve *curve = smi_pk_curve_for(algo, SMI_CURVE_NONE);
    if (curve)
        put_legacy_curve(b, curve, point);
    else
        smi_put(b, point, 32);
    if (algo == SMI_PK_ECDH) { /* section 5.5.5.6 */
        const uint8_t kdf[] = {3, 1, curve->kdf_hash, curve->kdf_cipher};
        smi_put(b, kdf, sizeof kdf);
    }
}

static void put_public(struct smi_buf *b, uint8_t version, uint8_t algo, uint32_t created,
                       const uint8_t point[32])
{
    smi_put_u8(b, version);
    smi_put_u32(b, created);
    smi_put_u8(b, algo);
    if (version == 6)
        smi_put_u32(b, 32);
    put_material(b, algo, point);
}

/* ---------------------------------------------------------------- pairs */

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
    put_public(body, version, algo, created, point);
    return body->error ? smi_nomem(context) : 0;
}
