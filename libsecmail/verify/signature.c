/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signature packets, version 4 and 6, and LibrePGP's version 5 for reading. */
#include "signature.h"

#include "packet.h"
#include "pk_verify.h"
#include "policy.h"

/* ---------------------------------------------------------------- reading */

static void read_issuer_fingerprint(struct smi_signature *sig, struct smi_cursor *in)
{
    const uint8_t version = smi_u8(in);
    const size_t size = version == 4 ? 20 : version == 5 || version == 6 ? 32 : 0;
    const uint8_t *fp = size ? smi_take(in, size) : NULL;
    if (!fp || smi_left(in))
        return;
    sig->issuer_fp = fp;
    sig->issuer_fp_size = (uint8_t)size;
    sig->issuer_count++;
}

static void read_issuer_id(struct smi_signature *sig, struct smi_cursor *in)
{
    smi_copy(in, sig->issuer_id, sizeof sig->issuer_id);
    sig->has_issuer_id = !in->bad;
    sig->issuer_count += !in->bad;
}

/* Subpackets that mean something only under the signature's protection. True if known. */
static bool read_hashed(struct smi_signature *sig, uint8_t type, struct smi_cursor *in)
{
    switch (type) {
    case SMI_SUB_CREATED:
        sig->created = smi_u32(in);
        return true;
    case SMI_SUB_EXPIRES:
        sig->lifetime = smi_u32(in);
        return true;
    case SMI_SUB_KEY_EXPIRES:
        sig->key_lifetime = smi_u32(in);
        return true;
    case SMI_SUB_KEY_FLAGS:
        sig->flags = smi_left(in) ? smi_u8(in) : 0;
        sig->has_flags = true;
        return true;
    case SMI_SUB_FEATURES:
        sig->features = smi_left(in) ? smi_u8(in) : 0;
        sig->has_features = true;
        return true;
    case SMI_SUB_PRIMARY_USER_ID:
        sig->primary_user_id = smi_u8(in) != 0;
        return true;
    case SMI_SUB_REVOCATION_REASON:
        sig->reason = smi_left(in) ? smi_u8(in) : 0; /* none given doesn't undo it */
        sig->reason_text = smi_rest(in);
        sig->has_reason = true;
        return true;
    case SMI_SUB_PREFERRED_CIPHERS:
        sig->preferred_ciphers = smi_rest(in);
        return true;
    case SMI_SUB_PREFERRED_AEAD:
        sig->preferred_aead = smi_rest(in);
        return true;
    case SMI_SUB_INTENDED_RECIPIENT:
        sig->has_recipients = true;
        return true;
    case SMI_SUB_EXPORTABLE:
        sig->local = smi_u8(in) == 0;
        return true;
    case SMI_SUB_TRUST:
        sig->trust_depth = smi_u8(in);
        sig->trust_amount = smi_u8(in);
        return true;
    case SMI_SUB_REVOCATION_KEY:
        sig->has_revoker = true;
        return true;
    case SMI_SUB_PREFERRED_HASHES:
        sig->preferred_hashes = smi_rest(in);
        return true;
    case SMI_SUB_PREFERRED_COMPRESSION:
        sig->preferred_compression = smi_rest(in);
        return true;
    case SMI_SUB_KEY_SERVER_PREFERENCES:
        sig->key_server_flags = smi_left(in) ? smi_u8(in) : 0;
        return true;
    case SMI_SUB_REGEX:
        sig->has_regex = true;
        return true;
    case SMI_SUB_REVOCABLE:
    case SMI_SUB_KEY_SERVER:
    case SMI_SUB_POLICY_URI:
    case SMI_SUB_SIGNER_USER_ID:
    case SMI_SUB_TARGET:
        return true;
    default:
        return false;
    }
}

/* Subpackets that are hints, or protected by a signature of their own, in either area. */
static bool read_hint(struct smi_signature *sig, uint8_t type, struct smi_cursor *in)
{
    switch (type) {
    case SMI_SUB_ISSUER:
        read_issuer_id(sig, in);
        return true;
    case SMI_SUB_ISSUER_FINGERPRINT:
        read_issuer_fingerprint(sig, in);
        return true;
    case SMI_SUB_EMBEDDED:
        sig->embedded = smi_rest(in);
        sig->embedded_count++;
        return true;
    default:
        return false;
    }
}

bool smi_subpacket_next(struct smi_cursor *area, uint8_t *type, struct smi_cursor *in)
{
    if (!smi_left(area))
        return false;
    uint8_t length[5];
    length[0] = area->data[area->pos];
    /* Section 5.2.3.7: as packet lengths, but without partial ones: 192 to 254 are two octets. */
    const size_t size = length[0] < 192 ? 1 : length[0] < 255 ? 2 : 5;
    smi_copy(area, length, size);
    if (area->bad)
        return false;
    const uint32_t value = size == 1   ? length[0]
                           : size == 2 ? (uint32_t)((length[0] - 192) << 8) + length[1] + 192
                                       : (uint32_t)length[1] << 24 | (uint32_t)length[2] << 16 |
                                             (uint32_t)length[3] << 8 | length[4];
    *in = smi_sub(area, value);
    if (!area->bad && !value)
        area->bad = true;
    *type = smi_u8(in);
    return !area->bad;
}

static void read_areas(struct smi_signature *sig, struct smi_cursor hashed,
                       struct smi_cursor unhashed)
{
    uint8_t type;
    struct smi_cursor in;
    /* Unhashed first: what is hashed overrides it. */
    while (smi_subpacket_next(&unhashed, &type, &in))
        read_hint(sig, type & 0x7f, &in);
    while (smi_subpacket_next(&hashed, &type, &in)) {
        const uint8_t plain = type & 0x7f;
        const bool known = read_hashed(sig, plain, &in) || read_hint(sig, plain, &in);
        if (in.bad)
            hashed.bad = true;
        /* Section 5.2.3.7: an unknown critical subpacket makes the signature invalid. Which
         * notations are known is for the policy to say. */
        if (type == (SMI_SUB_NOTATION | SMI_SUB_CRITICAL))
            sig->has_critical_notation = true;
        else if (type & SMI_SUB_CRITICAL && !known && !sig->problem)
            sig->problem = SECMAIL_REASON_CRITICAL_SUBPACKET;
    }
    if (hashed.bad || unhashed.bad)
        sig->problem = SECMAIL_REASON_MALFORMED;
}

/* Nothing may follow the algorithm's fields. */
static void read_material(struct smi_signature *sig, struct smi_cursor *in)
{
    const struct smi_pk_algorithm *algorithm = smi_pk_algorithm(sig->pk);
    if (!algorithm || !(algorithm->use & SMI_USE_VERIFY)) {
        sig->problem = sig->problem ? sig->problem : SECMAIL_REASON_ALGORITHM;
        return;
    }
    for (size_t i = 0; algorithm->signature_fields[i]; i++) {
        const bool is_mpi = algorithm->signature_fields[i] == 'm';
        const struct smi_cursor field = is_mpi ? smi_mpi_read(in, sig->version)
                                               : smi_sub(in, algorithm->signature_size);
        sig->fields[i] = (struct smi_number){field.data, field.size};
    }
    if (in->bad || smi_left(in))
        sig->problem = SECMAIL_REASON_MALFORMED;
}

void smi_signature_read(struct smi_signature *sig, const uint8_t *body, size_t size)
{
    *sig = (struct smi_signature){.body = body, .body_size = size, .created = -1};
    struct smi_cursor in = smi_cursor(body, size);
    sig->version = smi_u8(&in);
    if (in.bad || sig->version < 4 || sig->version > 6) {
        sig->problem = in.bad ? SECMAIL_REASON_MALFORMED : SECMAIL_REASON_VERSION;
        return;
    }
    const bool v6 = sig->version == 6;
    sig->type = smi_u8(&in);
    sig->pk = smi_u8(&in);
    sig->hash = smi_u8(&in);
    const struct smi_cursor hashed = smi_sub(&in, v6 ? smi_u32(&in) : smi_u16(&in));
    sig->hashed_end = in.pos;
    const struct smi_cursor unhashed = smi_sub(&in, v6 ? smi_u32(&in) : smi_u16(&in));
    smi_copy(&in, sig->left, sizeof sig->left);
    sig->salt_size = v6 ? smi_u8(&in) : 0;
    sig->salt = smi_take(&in, sig->salt_size);
    if (in.bad) {
        sig->problem = SECMAIL_REASON_MALFORMED;
        return;
    }
    sig->hashed = hashed.data;
    sig->hashed_size = hashed.size;
    sig->unhashed = unhashed.data;
    sig->unhashed_size = unhashed.size;
    read_areas(sig, hashed, unhashed);
    if (!sig->problem && sig->created < 0) /* section 5.2.3.11: must be present */
        sig->problem = SECMAIL_REASON_MALFORMED;
    if (!smi_hash_size(sig->hash) || (v6 && !smi_salt_size(sig->hash))) /* section 9.5 */
        sig->problem = SECMAIL_REASON_HASH;
    else if (v6 && sig->salt_size != smi_salt_size(sig->hash))
        sig->problem = SECMAIL_REASON_MALFORMED; /* section 5.2.3 */
    read_material(sig, &in);
}

static bool knows_notation(const struct secmail_policy *policy, struct smi_cursor in)
{
    smi_take(&in, 4); /* flags */
    const size_t name_size = smi_u16(&in);
    smi_u16(&in); /* size of the value */
    const uint8_t *name = smi_take(&in, name_size);
    return name && smi_policy_knows_notation(policy, (const char *)name, name_size);
}

bool smi_signature_notations_known(const struct smi_signature *sig,
                                   const struct secmail_policy *policy)
{
    if (!sig->has_critical_notation)
        return true;
    struct smi_cursor area = smi_cursor(sig->hashed, sig->hashed_size);
    uint8_t type;
    struct smi_cursor in;
    while (smi_subpacket_next(&area, &type, &in)) {
        if (type == (SMI_SUB_NOTATION | SMI_SUB_CRITICAL) &&
            !(policy && knows_notation(policy, in)))
            return false;
    }
    return true;
}

bool smi_signature_is_for(const struct smi_signature *sig, const struct smi_public_key *recipient)
{
    if (!sig->has_recipients)
        return true;
    struct smi_cursor area = smi_cursor(sig->hashed, sig->hashed_size);
    uint8_t type;
    struct smi_cursor in;
    while (smi_subpacket_next(&area, &type, &in)) {
        if ((type & 0x7f) != SMI_SUB_INTENDED_RECIPIENT)
            continue;
        const uint8_t version = smi_u8(&in);
        const size_t size = smi_left(&in);
        const uint8_t *fp = smi_take(&in, size);
        if (version == recipient->version && size == recipient->fp_size &&
            memcmp(fp, recipient->fp, size) == 0)
            return true;
    }
    return false;
}

/* So many subpackets of an area are searched for one of several issuers. It is done for each key at
 * hand, and anybody can put a million of them there. */
enum { SUBPACKETS_SEARCHED = 128 };

/* Is the key among the issuers that an area names? *has_fp is set if there is a fingerprint. */
static bool area_names(struct smi_cursor area, const struct smi_public_key *key, bool *has_fp)
{
    struct smi_cursor in;
    bool found = false;
    unsigned left = SUBPACKETS_SEARCHED;
    for (uint8_t type; !found && left-- && smi_subpacket_next(&area, &type, &in);) {
        struct smi_signature one = {0};
        if ((type & 0x7f) == SMI_SUB_ISSUER_FINGERPRINT)
            read_issuer_fingerprint(&one, &in);
        else if ((type & 0x7f) == SMI_SUB_ISSUER)
            read_issuer_id(&one, &in);
        *has_fp = *has_fp || one.issuer_fp;
        found = one.issuer_count && smi_signature_may_be_by(&one, key);
    }
    return found;
}

/* Section 5.2.3.9: "it may be reasonable for a signature to contain an Issuer Key ID subpacket
 * [...] for each key". And anybody can add one to the area that isn't protected, which must not
 * hide the right one. */
static bool names_among_several(const struct smi_signature *sig, const struct smi_public_key *key)
{
    bool fp_hashed = false, fp_unhashed = false;
    return area_names(smi_cursor(sig->hashed, sig->hashed_size), key, &fp_hashed) ||
           (!fp_hashed &&
            area_names(smi_cursor(sig->unhashed, sig->unhashed_size), key, &fp_unhashed));
}

bool smi_signature_may_be_by(const struct smi_signature *sig, const struct smi_public_key *key)
{
    const bool has_fp = sig->issuer_fp && sig->issuer_fp_size == key->fp_size &&
                        memcmp(sig->issuer_fp, key->fp, key->fp_size) == 0;
    if (has_fp || sig->issuer_count > 1)
        return has_fp || names_among_several(sig, key);
    if (sig->issuer_fp)
        return false;
    return !sig->has_issuer_id || memcmp(sig->issuer_id, key->key_id, 8) == 0;
}

/* ---------------------------------------------------------------- hashing */

size_t smi_salt_size(uint8_t hash)
{
    switch (hash) {
    case SMI_SHA224:
    case SMI_SHA256:
    case SMI_SHA3_256:
        return 16;
    case SMI_SHA384:
        return 24;
    case SMI_SHA512:
    case SMI_SHA3_512:
        return 32;
    default:
        return 0;
    }
}

int smi_signed_hash_open(struct secmail_context *context, struct smi_signed_hash *h, uint8_t algo,
                         bool text, const uint8_t *salt, size_t salt_size)
{
    *h = (struct smi_signed_hash){.text = text};
    int rc = smi_hash_open(context, &h->hash, algo);
    if (!rc && salt_size)
        smi_hash_update(&h->hash, salt, salt_size);
    return rc;
}

void smi_signed_hash_update(struct smi_signed_hash *h, const uint8_t *data, size_t size)
{
    if (!h->text) {
        smi_hash_update(&h->hash, data, size);
        return;
    }
    for (size_t at = 0; at < size;) {
        const size_t span = smi_crlf_span(&h->line_ends, data + at, size - at);
        smi_hash_update(&h->hash, data + at, span);
        at += span;
        if (at++ < size)
            smi_hash_update(&h->hash, "\r\n", 2);
    }
}

void smi_signed_hash_close(struct smi_signed_hash *h)
{
    smi_hash_close(&h->hash);
}

void smi_signed_object_hash(struct smi_hash *hash, const struct smi_signed_object *object,
                            uint8_t version)
{
    smi_public_key_hash(hash, object->primary, version);
    if (object->subkey)
        smi_public_key_hash(hash, object->subkey, version);
    if (!object->id)
        return;
    const size_t n = object->id_size;
    const uint8_t prefix[] = {object->id_marker, (uint8_t)(n >> 24), (uint8_t)(n >> 16),
                              (uint8_t)(n >> 8), (uint8_t)n};
    smi_hash_update(hash, prefix, sizeof prefix);
    smi_hash_update(hash, object->id, n);
}

/* Section 5.2.4: the fields, and a trailer with their size. Version 5 (draft-koch-librepgp section
 * 5.2.4) has more between them, which is not counted, and counts in eight octets. */
static void complete(struct smi_hash *hash, uint8_t version, const uint8_t *body, size_t hashed_end,
                     const uint8_t *more, size_t more_size, uint8_t *digest)
{
    const uint32_t n = (uint32_t)hashed_end;
    const uint8_t head[] = {version, 0xff, 0, 0, 0, 0};
    const uint8_t size[] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    smi_hash_update(hash, body, hashed_end);
    smi_hash_update(hash, more, more_size);
    smi_hash_update(hash, head, version == 5 ? 6 : 2);
    smi_hash_update(hash, size, sizeof size);
    smi_hash_final(hash, digest);
}

void smi_signature_digest(struct smi_hash *hash, uint8_t version, const uint8_t *body,
                          size_t hashed_end, uint8_t *digest)
{
    complete(hash, version, body, hashed_end, NULL, 0, digest);
}

void smi_signed_hash_literal(struct smi_signed_hash *h, uint8_t format, const uint8_t *name,
                             uint8_t name_size, uint32_t date)
{
    const uint8_t time[] = {(uint8_t)(date >> 24), (uint8_t)(date >> 16), (uint8_t)(date >> 8),
                            (uint8_t)date};
    h->literal[0] = format;
    h->literal[1] = name_size;
    if (name_size)
        memcpy(h->literal + 2, name, name_size);
    memcpy(h->literal + 2 + name_size, time, sizeof time);
    h->literal_size = (uint16_t)(2 + name_size + sizeof time);
}

void smi_signed_hash_digest(struct smi_signed_hash *h, const struct smi_signature *sig,
                            uint8_t *digest)
{
    static const uint8_t none[6] = {0};
    if (sig->version != 5 || sig->type > SMI_SIG_TEXT)
        smi_signature_digest(&h->hash, sig->version, sig->body, sig->hashed_end, digest);
    else
        complete(&h->hash, 5, sig->body, sig->hashed_end, h->literal_size ? h->literal : none,
                 h->literal_size ? h->literal_size : sizeof none, digest);
}

/* ---------------------------------------------------------------- checking */

bool smi_signature_fits(const struct smi_signature *sig, const struct smi_public_key *key,
                        const uint8_t *digest)
{
    return !sig->problem && sig->pk == key->algo && digest[0] == sig->left[0] &&
           digest[1] == sig->left[1] && smi_pk_verify(key, sig->fields, sig->hash, digest);
}

int smi_signature_check_object(struct secmail_context *context, const struct smi_signature *sig,
                               const struct smi_public_key *signer,
                               const struct smi_signed_object *object, bool *good)
{
    uint8_t digest[SMI_HASH_MAX_SIZE];
    *good = false;
    if (sig->problem || sig->version != signer->version)
        return 0;
    struct smi_signed_hash h;
    int rc = smi_signed_hash_open(context, &h, sig->hash, false, sig->salt, sig->salt_size);
    if (rc)
        return rc;
    smi_signed_object_hash(&h.hash, object, sig->version);
    smi_signature_digest(&h.hash, sig->version, sig->body, sig->hashed_end, digest);
    *good = smi_signature_fits(sig, signer, digest);
    smi_signed_hash_close(&h);
    return 0;
}

/* ---------------------------------------------------------------- writing */

void smi_put_subpacket(struct smi_buf *b, uint8_t type, const void *data, size_t size)
{
    smi_put_length(b, size + 1);
    smi_put_u8(b, type);
    smi_put(b, data, size);
}

void smi_put_subpacket_u32(struct smi_buf *b, uint8_t type, uint32_t value)
{
    smi_put_u8(b, 5);
    smi_put_u8(b, type);
    smi_put_u32(b, value);
}

void smi_put_issuer(struct smi_buf *b, const struct smi_public_key *key)
{
    uint8_t data[33] = {key->version};
    memcpy(data + 1, key->fp, key->fp_size);
    smi_put_subpacket(b, SMI_SUB_ISSUER_FINGERPRINT, data, (size_t)key->fp_size + 1);
}

static void put_area_size(struct smi_buf *b, uint8_t version, size_t size)
{
    if (version == 6)
        smi_put_u32(b, (uint32_t)size);
    else
        smi_put_u16(b, (uint16_t)size);
}

void smi_signature_begin(struct smi_buf *body, uint8_t version, uint8_t type, uint8_t pk,
                         uint8_t hash, const struct smi_buf *hashed)
{
    const uint8_t head[] = {version, type, pk, hash};
    smi_put(body, head, sizeof head);
    put_area_size(body, version, hashed->size);
    smi_put(body, hashed->data, hashed->size);
}

static void put_unhashed(struct smi_buf *body, const struct smi_public_key *key)
{
    if (key->version == 6) {
        put_area_size(body, 6, 0);
        return;
    }
    put_area_size(body, 4, 10); /* older software looks for the key ID only */
    smi_put_subpacket(body, SMI_SUB_ISSUER, key->key_id, 8);
}

void smi_signature_end(struct smi_buf *body, const struct smi_public_key *key,
                       const uint8_t *digest, const uint8_t *salt, size_t salt_size)
{
    put_unhashed(body, key);
    smi_put(body, digest, 2);
    if (key->version == 6) {
        smi_put_u8(body, (uint8_t)salt_size);
        smi_put(body, salt, salt_size);
    }
}
