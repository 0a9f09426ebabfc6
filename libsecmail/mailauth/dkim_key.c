/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Key records. */
#include "mailauth/dkim_key.h"

#include "codec/base64.h"
#include "crypto/hash.h"

bool smi_is_key_record(struct smi_span text)
{
    struct smi_taglist tags;
    return !smi_taglist_read(&tags, text) && smi_taglist_get(&tags, "p") != NULL;
}

static bool list_has(struct smi_span list, const char *word)
{
    struct smi_span item;
    while (smi_next_name(&list, &item)) {
        if (smi_span_is(item, word))
            return true;
    }
    return false;
}

static const char *wrong(struct smi_key_record *r, const char *tag, const char *reason)
{
    r->decider = tag;
    return reason;
}

static const char *read_kind(struct smi_key_record *r, const struct smi_tag *k,
                             const struct smi_signature *s)
{
    r->kind = SMI_KEY_RSA;
    if (k && smi_span_is(k->value, "ed25519"))
        r->kind = SMI_KEY_ED25519;
    else if (k && !smi_span_is(k->value, "rsa"))
        return wrong(r, "k", "the key record is for an unknown kind of key");
    return r->kind == s->key ? NULL : wrong(r, "k", "the key is of another kind than a= says");
}

/* Which hashes and services may use it, and its flags; unknown ones are ignored. */
static const char *read_uses(struct smi_key_record *r, const struct smi_taglist *tags,
                             const struct smi_signature *s)
{
    const struct smi_tag *h = smi_taglist_get(tags, "h");
    const struct smi_tag *services = smi_taglist_get(tags, "s");
    const struct smi_tag *t = smi_taglist_get(tags, "t");
    if (h && !list_has(h->value, s->hash == SMI_SHA1 ? "sha1" : "sha256"))
        return wrong(r, "h", "the key record does not allow this hash");
    if (services && !list_has(services->value, "*") && !list_has(services->value, "email"))
        return wrong(r, "s", "the key is not for mail");
    r->testing = t && list_has(t->value, "y");
    r->strict = t && list_has(t->value, "s");
    return NULL;
}

const char *smi_key_record_read(struct smi_key_record *r, struct smi_span text,
                                const struct smi_signature *s)
{
    struct smi_taglist tags;
    *r = (struct smi_key_record){.key = smi_span("", 0)};
    const char *reason = smi_taglist_read(&tags, text);
    if (reason)
        return wrong(r, NULL, reason);
    const struct smi_tag *v = smi_taglist_get(&tags, "v");
    const struct smi_tag *p = smi_taglist_get(&tags, "p");
    /* "This tag MUST be the first tag in the record", "Records beginning with a "v=" tag with any
     * other value MUST be discarded". */
    if (v && (v != &tags.tags[0] || !smi_span_equal(v->value, smi_span_text("DKIM1"))))
        return wrong(r, "v", "the key record is of another version");
    if (!p)
        return wrong(r, "p", "the key record holds no key");
    if (!p->value.size)
        return wrong(r, "p", "the key was revoked");
    r->key = p->value;
    reason = read_kind(r, smi_taglist_get(&tags, "k"), s);
    return reason ? reason : read_uses(r, &tags, s);
}

void smi_put_key_record(struct smi_buf *b, enum smi_key_kind kind, struct smi_span key)
{
    smi_put_text(b, kind == SMI_KEY_RSA ? "v=DKIM1; k=rsa; p=" : "v=DKIM1; k=ed25519; p=");
    uint8_t *to = smi_buf_add(b, smi_base64_size(key.size));
    if (to)
        smi_base64_encode((char *)to, key.data, key.size);
}
