/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PKESK packets: what stands around the fields of the algorithms. */
#include "pkesk.h"

#include "pk_agree.h"
#include "pk_transport.h"
#include "verify/packet.h"

static bool is_transport(const struct smi_public_key *key)
{
    return key->algo != SMI_PK_ECDH && key->algo != SMI_PK_X25519 && key->algo != SMI_PK_X448;
}

/* ---------------------------------------------------------------- reading */

/* False for a recipient of a version, or of a size, that no fingerprint has. */
static bool read_v6_recipient(struct smi_pkesk *p, struct smi_cursor *body)
{
    struct smi_cursor id = smi_sub(body, smi_u8(body));
    if (!smi_left(&id)) {
        p->hidden = true;
        return true;
    }
    const uint8_t version = smi_u8(&id);
    p->fp_size = (uint8_t)smi_left(&id);
    p->fp = smi_take(&id, p->fp_size);
    return (version == 4 && p->fp_size == 20) || (version == 6 && p->fp_size == 32);
}

bool smi_pkesk_read(struct smi_pkesk *p, struct smi_cursor body)
{
    static const uint8_t anybody[8] = {0};
    *p = (struct smi_pkesk){.version = smi_u8(&body)};
    if (p->version == 3) {
        smi_copy(&body, p->key_id, sizeof p->key_id);
        p->hidden = memcmp(p->key_id, anybody, sizeof anybody) == 0;
    } else if (p->version != 6 || !read_v6_recipient(p, &body)) {
        return false;
    }
    p->algo = smi_u8(&body);
    p->fields = smi_rest(&body);
    return !body.bad;
}

bool smi_pkesk_is_for(const struct smi_pkesk *p, const struct smi_public_key *key)
{
    if (p->algo != key->algo)
        return false;
    if (p->hidden)
        return true;
    if (p->version == 3)
        return memcmp(p->key_id, key->key_id, sizeof p->key_id) == 0;
    return p->fp_size == key->fp_size && memcmp(p->fp, key->fp, p->fp_size) == 0;
}

/* ---------------------------------------------------------------- opening */

int smi_pkesk_open(struct secmail_context *context, const struct smi_pkesk *p,
                   const struct smi_public_key *key, const struct smi_private *secret,
                   struct smi_session_key *session_key, bool *opened)
{
    *opened = false;
    if (!(key->use & SMI_USE_DECRYPT))
        return 0;
    return is_transport(key)
               ? smi_transport_open(context, p->version, p->fields, key, secret, session_key,
                                    opened)
               : smi_agree_open(context, p->version, p->fields, key, secret, session_key, opened);
}

/* ---------------------------------------------------------------- writing */

static void put_recipient(struct smi_buf *b, const struct smi_public_key *key, uint8_t version,
                          bool hidden)
{
    static const uint8_t anybody[8] = {0};
    smi_put_u8(b, version);
    if (version == 3) {
        smi_put(b, hidden ? anybody : key->key_id, 8);
    } else if (hidden) {
        smi_put_u8(b, 0);
    } else {
        smi_put_u8(b, (uint8_t)(key->fp_size + 1));
        smi_put_u8(b, key->version);
        smi_put(b, key->fp, key->fp_size);
    }
}

int smi_pkesk_write(struct secmail_context *context, struct smi_buf *b,
                    const struct smi_public_key *key, const struct smi_session_key *session_key,
                    bool hidden)
{
    struct smi_buf body = smi_buf_open(&context->mem);
    put_recipient(&body, key, session_key->generation == SMI_FOR_SEIPDV1 ? 3 : 6, hidden);
    smi_put_u8(&body, key->algo);
    int rc = is_transport(key) ? smi_transport_write(context, &body, key, session_key)
                               : smi_agree_write(context, &body, key, session_key);
    if (!rc) {
        smi_put_packet(b, SMI_TAG_PKESK, body.data, body.size);
        rc = body.error || b->error ? smi_nomem(context) : 0;
    }
    smi_buf_free(&body);
    return rc;
}
