/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making key pairs; what binds them to a key is in self_signature.c. */
#include "pair.h"

struct smi_pk_plan smi_pair_default(uint8_t version, enum smi_key_use use)
{
    if (use == SMI_USE_SIGN)
        return (struct smi_pk_plan){.algo = version == 6 ? SMI_PK_ED25519 : SMI_PK_EDDSA_LEGACY};
    return (struct smi_pk_plan){.algo = version == 6 ? SMI_PK_X25519 : SMI_PK_ECDH};
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
