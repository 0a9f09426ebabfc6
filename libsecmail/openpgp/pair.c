/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making key pairs; what binds them to a key is in self_signature.c. */
#include "pair.h"

#include <secmail/openpgp.h>

/* By enum secmail_key_algorithm; Curve25519 has the native algorithms in version 6 only. */
static const struct {
    uint8_t sign, encrypt;
    uint8_t curve;
    uint16_t bits;
} plans[] = {
    [SECMAIL_KEY_CURVE25519] = {SMI_PK_EDDSA_LEGACY, SMI_PK_ECDH, SMI_CURVE_NONE, 0},
    [SECMAIL_KEY_CURVE448] = {SMI_PK_ED448, SMI_PK_X448, SMI_CURVE_NONE, 0},
    [SECMAIL_KEY_RSA2048] = {SMI_PK_RSA, SMI_PK_RSA, SMI_CURVE_NONE, 2048},
    [SECMAIL_KEY_RSA3072] = {SMI_PK_RSA, SMI_PK_RSA, SMI_CURVE_NONE, 3072},
    [SECMAIL_KEY_RSA4096] = {SMI_PK_RSA, SMI_PK_RSA, SMI_CURVE_NONE, 4096},
    [SECMAIL_KEY_NISTP256] = {SMI_PK_ECDSA, SMI_PK_ECDH, SMI_CURVE_P256, 0},
    [SECMAIL_KEY_NISTP384] = {SMI_PK_ECDSA, SMI_PK_ECDH, SMI_CURVE_P384, 0},
    [SECMAIL_KEY_NISTP521] = {SMI_PK_ECDSA, SMI_PK_ECDH, SMI_CURVE_P521, 0},
    [SECMAIL_KEY_BRAINPOOLP256R1] = {SMI_PK_ECDSA, SMI_PK_ECDH, SMI_CURVE_BP256, 0},
    [SECMAIL_KEY_BRAINPOOLP384R1] = {SMI_PK_ECDSA, SMI_PK_ECDH, SMI_CURVE_BP384, 0},
    [SECMAIL_KEY_BRAINPOOLP512R1] = {SMI_PK_ECDSA, SMI_PK_ECDH, SMI_CURVE_BP512, 0},
};

bool smi_pair_plan(uint8_t version, uint32_t algorithm, enum smi_key_use use,
                   struct smi_pk_plan *plan)
{
    if (!algorithm || algorithm >= sizeof plans / sizeof plans[0] ||
        (version == 4 && algorithm == SECMAIL_KEY_CURVE448))
        return false;
    const bool signs = use == SMI_USE_SIGN;
    *plan = (struct smi_pk_plan){.algo = signs ? plans[algorithm].sign : plans[algorithm].encrypt,
                                 .curve = plans[algorithm].curve,
                                 .bits = plans[algorithm].bits};
    if (version == 6 && algorithm == SECMAIL_KEY_CURVE25519)
        plan->algo = signs ? SMI_PK_ED25519 : SMI_PK_X25519;
    return true;
}

/* Sections 5.5.2.2 and 5.5.2.3. */
static void put_public(struct smi_buf *b, uint8_t version, uint8_t algo, uint32_t created,
                       const struct smi_buf *material)
{
    smi_put_u8(b, version);
    smi_put_u32(b, created);
    smi_put_u8(b, algo);
    if (version == 6)
        smi_put_u32(b, (uint32_t)material->size);
    smi_put(b, material->data, material->size);
}

int smi_pair_make(struct secmail_context *context, uint8_t version, const struct smi_pk_plan *plan,
                  uint32_t created, struct smi_secret_part *part, struct smi_buf *body)
{
    struct smi_buf material = smi_buf_open(&context->mem);
    int rc = smi_pk_generate(context, plan, &material, &part->secret);
    if (!rc)
        put_public(body, version, plan->algo, created, &material);
    if (!rc && body->error)
        rc = smi_nomem(context);
    smi_buf_free(&material);
    return rc;
}
