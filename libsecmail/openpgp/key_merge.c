/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What others know of a key, brought home: its certificate merged into the file with the secrets.
 */
#include "key.h"

/* Keys keep their places in a merged certificate; what is new stands behind them. */
static int make_parts(struct secmail_context *context, const struct secmail_key *key,
                      struct secmail_key *merged)
{
    const size_t count = secmail_cert_key_count(merged->cert);
    for (size_t i = 0; i < count; i++) {
        struct smi_secret_part *part = smi_key_add_part(context, merged);
        if (!part)
            return SECMAIL_E_NOMEM;
        int rc = i < key->part_count
                     ? smi_secret_part_copy(context, part, &key->parts[i])
                     : smi_secret_part_stub(context, part, &smi_cert_key(merged->cert, i)->key,
                                            false);
        if (rc)
            return rc;
    }
    return 0;
}

static int merge(struct secmail_context *context, struct secmail_key *key,
                 const struct secmail_cert *cert, struct secmail_key *merged)
{
    int rc = secmail_cert_merge(context, key->cert, cert, &merged->cert);
    return rc ? rc : make_parts(context, key, merged);
}

int secmail_key_merge(struct secmail_context *context, struct secmail_key *key,
                      const struct secmail_cert *cert, struct secmail_key **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!key || !cert)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_key_merge: %s is NULL",
                        key ? "cert" : "key");
    struct secmail_key *merged = smi_key_new(context);
    rc = merged ? merge(context, key, cert, merged) : SECMAIL_E_NOMEM;
    if (rc)
        secmail_key_unref(merged);
    else
        *out = merged;
    return rc;
}
