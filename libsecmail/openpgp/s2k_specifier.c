/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* S2K specifiers: bytes and parameters. The derivation itself is in crypto/s2k.c. */
#include "s2k_specifier.h"

#include "crypto/hash.h"

bool smi_s2k_read(struct smi_s2k *s2k, struct smi_cursor *in)
{
    *s2k = (struct smi_s2k){.type = smi_u8(in)};
    switch (s2k->type) {
    case SMI_S2K_SIMPLE:
        s2k->hash = smi_u8(in);
        break;
    case SMI_S2K_SALTED:
        s2k->hash = smi_u8(in);
        smi_copy(in, s2k->salt, 8);
        break;
    case SMI_S2K_ITERATED:
        s2k->hash = smi_u8(in);
        smi_copy(in, s2k->salt, 8);
        s2k->count = smi_u8(in);
        break;
    case SMI_S2K_ARGON2:
        smi_copy(in, s2k->salt, 16);
        s2k->passes = smi_u8(in);
        s2k->lanes = smi_u8(in);
        s2k->memory = smi_u8(in);
        break;
    default:
        return false;
    }
    return !in->bad;
}

size_t smi_s2k_size(const struct smi_s2k *s2k)
{
    switch (s2k->type) {
    case SMI_S2K_SIMPLE:
        return 2;
    case SMI_S2K_SALTED:
        return 10;
    case SMI_S2K_ITERATED:
        return 11;
    default:
        return 20;
    }
}

void smi_s2k_write(struct smi_buf *b, const struct smi_s2k *s2k)
{
    smi_put_u8(b, s2k->type);
    if (s2k->type == SMI_S2K_ARGON2) {
        const uint8_t parameters[] = {s2k->passes, s2k->lanes, s2k->memory};
        smi_put(b, s2k->salt, 16);
        smi_put(b, parameters, sizeof parameters);
        return;
    }
    smi_put_u8(b, s2k->hash);
    if (s2k->type != SMI_S2K_SIMPLE)
        smi_put(b, s2k->salt, 8);
    if (s2k->type == SMI_S2K_ITERATED)
        smi_put_u8(b, s2k->count);
}

int smi_s2k_new_argon2(struct secmail_context *context, struct smi_s2k *s2k)
{
    *s2k = (struct smi_s2k){.type = SMI_S2K_ARGON2, .passes = 3, .lanes = 4, .memory = 16};
    return smi_random(context, s2k->salt, 16);
}

int smi_s2k_new_iterated(struct secmail_context *context, struct smi_s2k *s2k)
{
    *s2k = (struct smi_s2k){.type = SMI_S2K_ITERATED, .hash = SMI_SHA256, .count = 0xff};
    return smi_random(context, s2k->salt, 8);
}
