/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One-pass signature packets. */
#include "one_pass.h"

#include "packet.h"

bool smi_one_pass_read(struct smi_one_pass *ops, struct smi_cursor body)
{
    *ops = (struct smi_one_pass){.version = smi_u8(&body)};
    ops->type = smi_u8(&body);
    ops->hash = smi_u8(&body);
    ops->pk = smi_u8(&body);
    if (ops->version == 6) {
        ops->salt_size = smi_u8(&body);
        ops->salt = smi_take(&body, ops->salt_size);
        smi_take(&body, 32); /* fingerprint: the signature repeats it */
    } else {
        smi_take(&body, 8); /* key ID, likewise */
    }
    ops->last = smi_u8(&body) != 0;
    return !body.bad && !smi_left(&body) && (ops->version == 3 || ops->version == 6);
}

bool smi_one_pass_fits(const struct smi_one_pass *ops, const struct smi_signature *sig)
{
    const bool fits = ops->version == 3 ? sig->version == 4 || sig->version == 5
                                        : sig->version == ops->version;
    return fits && sig->type == ops->type && sig->hash == ops->hash && sig->pk == ops->pk &&
           sig->salt_size == ops->salt_size &&
           (!ops->salt_size || memcmp(sig->salt, ops->salt, ops->salt_size) == 0);
}

void smi_one_pass_write(struct smi_buf *b, const struct smi_one_pass *ops,
                        const struct smi_public_key *key)
{
    const bool v6 = ops->version == 6;
    const uint8_t head[] = {ops->version, ops->type, ops->hash, ops->pk};
    smi_put_header(b, SMI_TAG_ONE_PASS, v6 ? 4 + 1 + ops->salt_size + 32u + 1 : 13);
    smi_put(b, head, sizeof head);
    if (v6) {
        smi_put_u8(b, ops->salt_size);
        smi_put(b, ops->salt, ops->salt_size);
        smi_put(b, key->fp, 32);
    } else {
        smi_put(b, key->key_id, 8);
    }
    smi_put_u8(b, ops->last);
}
