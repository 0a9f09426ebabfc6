/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "key_search.h"

#include "codec/hex.h"
#include "key.h"
#include "pkesk.h"
#include "skesk.h"

/* ---------------------------------------------------------------- what may open it */

void smi_key_search_open(struct smi_key_search *s, struct secmail_context *context,
                         struct smi_judge *judge)
{
    s->context = context;
    s->judge = judge;
    s->key_packets = smi_buf_open(&context->mem);
}

void smi_key_search_close(struct smi_key_search *s)
{
    const struct secmail_allocator *mem = &s->context->mem;
    for (size_t i = 0; i < s->skesk_count; i++)
        smi_free(mem, s->skesks[i].body, s->skesks[i].size);
    for (size_t i = 0; i < s->key_count; i++)
        secmail_key_unref(s->keys[i]);
    for (size_t i = 0; i < s->password_count; i++)
        secmail_secret_free(s->passwords[i]);
    smi_free(mem, s->keys, s->key_room * sizeof *s->keys);
    smi_free(mem, s->passwords, s->password_room * sizeof *s->passwords);
    smi_free(mem, s->session_keys, s->session_key_room * sizeof *s->session_keys);
    smi_free(mem, s->skesks, s->skesk_room * sizeof *s->skesks);
    smi_buf_free(&s->key_packets);
}

int smi_key_search_add_key(struct smi_key_search *s, struct secmail_key *key)
{
    if (!smi_grow(&s->context->mem, &s->keys, &s->key_room, s->key_count + 1, sizeof *s->keys))
        return smi_nomem(s->context);
    s->keys[s->key_count++] = secmail_key_ref(key);
    return 0;
}

int smi_key_search_add_password(struct smi_key_search *s, const struct secmail_secret *password)
{
    if (!smi_grow(&s->context->mem, &s->passwords, &s->password_room, s->password_count + 1,
                  sizeof *s->passwords))
        return smi_nomem(s->context);
    int rc = secmail_secret_new(s->context, &s->passwords[s->password_count],
                                secmail_secret_data(password), secmail_secret_size(password));
    if (!rc)
        s->password_count++;
    return rc;
}

static int add_session_key(struct smi_key_search *s, const struct smi_session_key *key)
{
    if (!smi_grow(&s->context->mem, &s->session_keys, &s->session_key_room,
                  s->session_key_count + 1, sizeof *s->session_keys))
        return smi_nomem(s->context);
    s->session_keys[s->session_key_count++] = *key;
    return 0;
}

int smi_key_search_add_session_key(struct smi_key_search *s,
                                   const struct secmail_secret *session_key)
{
    struct smi_session_key key;
    int rc = smi_session_key_import(s->context, &key, session_key);
    if (!rc)
        rc = add_session_key(s, &key); /* not certain: it may be of another message */
    smi_wipe(&key, sizeof key);
    return rc;
}

/* ---------------------------------------------------------------- finding the session key */

/* Private-key work for packets that name no recipient is bounded. */
static int count_hidden_try(struct smi_key_search *s, const struct smi_pkesk *pkesk)
{
    if (!pkesk->hidden ||
        ++s->hidden_tries <= smi_limit(s->context, SECMAIL_LIMIT_HIDDEN_RECIPIENT_TRIES))
        return 0;
    return smi_over_limit(s->context, SECMAIL_LIMIT_HIDDEN_RECIPIENT_TRIES);
}

/*
 * A key that its owner has flagged for other work only is not used for decryption, whatever the
 * message says. Old keys stay usable: expired and revoked ones open old mail.
 */
static int check_flags(struct smi_key_search *s, const struct secmail_key *key, size_t index,
                       bool *may_decrypt)
{
    const struct secmail_policy *policy;
    struct smi_validity v = {0};
    int rc = smi_judge_policy(s->judge, &policy);
    if (!rc)
        rc = smi_key_validity(s->context, key->cert, index, policy, secmail_policy_time(policy),
                              &v);
    *may_decrypt = v.by_primary || !v.binding || !v.binding->has_flags ||
                   v.binding->flags &
                       (SECMAIL_KEY_ENCRYPT_COMMUNICATIONS | SECMAIL_KEY_ENCRYPT_STORAGE);
    return rc;
}

/*
 * "An implementation processing an Encrypted Message MUST discard any preceding ESK packet with a
 * version that does not align with the version of the payload" (section 10.3.2.1). Which one that
 * is isn't known yet: a packet makes those of its own generation superfluous, and no others.
 */
static enum smi_generation generation_of(const struct smi_pkesk *pkesk)
{
    return pkesk->version == 3 ? SMI_FOR_SEIPDV1 : SMI_FOR_SEIPDV2;
}

/*
 * "One Public Key Encrypted Session Key packet for each OpenPGP Key to which the message is
 * encrypted" (section 5.1). Of RSA and ElGamal each packet gives something, and all of the data may
 * have to be read with it: a thousand packets for one key must not cost a thousand readings.
 */
static bool had_its_packet(const struct smi_key_search *s, const struct smi_pkesk *pkesk,
                           const struct smi_public_key *key)
{
    for (size_t i = 0; i < s->session_key_count && !pkesk->hidden; i++) {
        const struct smi_session_key *had = &s->session_keys[i];
        if (had->named == key && had->generation == generation_of(pkesk))
            return true;
    }
    return false;
}

/*
 * A token that fails (no card, a wrong PIN) does not stand in the way of other keys and passwords.
 * Nor does a point that isn't on the key's curve, in a packet that names nobody: it may be for
 * another curve of the same size. Where the packet names the key, the point is forged.
 */
static int open_pkesk(struct smi_key_search *s, const struct smi_pkesk *pkesk,
                      const struct secmail_key *key, size_t index)
{
    const struct smi_public_key *public_key = &smi_cert_key(key->cert, index)->key;
    const struct smi_private secret = smi_key_private(key, index);
    struct smi_session_key session_key;
    bool opened;
    int rc = smi_pkesk_open(s->context, pkesk, public_key, &secret, &session_key, &opened);
    if (!rc && opened) {
        session_key.recipient = smi_cert_primary(key->cert);
        session_key.named = pkesk->hidden ? NULL : public_key;
        session_key.unnamed = pkesk->hidden && session_key.transported;
        rc = add_session_key(s, &session_key);
        if (!session_key.transported)
            s->certain |= session_key.generation;
    }
    smi_wipe(&session_key, sizeof session_key);
    if (rc == SECMAIL_E_TOKEN)
        s->failed = public_key;
    else if (rc != SECMAIL_E_WEAK_POINT || !pkesk->hidden)
        return rc;
    smi_recover(s->context);
    return 0;
}

static int try_component(struct smi_key_search *s, const struct smi_pkesk *pkesk,
                         struct secmail_key *key, size_t index)
{
    const struct smi_public_key *public_key = &smi_cert_key(key->cert, index)->key;
    const struct smi_private secret = smi_key_private(key, index);
    if (!smi_pkesk_is_for(pkesk, public_key) || had_its_packet(s, pkesk, public_key))
        return 0;
    if (!(public_key->use & SMI_USE_DECRYPT)) {
        s->unsupported = public_key;
        return 0;
    }
    bool may_decrypt;
    int rc = check_flags(s, key, index, &may_decrypt);
    if (rc || !may_decrypt)
        return rc;
    if (!smi_private_is_there(&secret)) {
        if (smi_secret_part_is_locked(&key->parts[index]))
            s->locked = key;
        else
            s->absent = public_key;
        return 0;
    }
    rc = count_hidden_try(s, pkesk);
    return rc ? rc : open_pkesk(s, pkesk, key, index);
}

static int try_keys(struct smi_key_search *s, const struct smi_pkesk *pkesk)
{
    const size_t before = s->session_key_count;
    const unsigned generation = generation_of(pkesk);
    for (size_t k = 0; k < s->key_count; k++) {
        for (size_t i = 0; i < s->keys[k]->part_count && !(s->certain & generation); i++) {
            int rc = try_component(s, pkesk, s->keys[k], i);
            if (rc)
                return rc;
        }
    }
    if (s->session_key_count == before && !pkesk->hidden)
        smi_hex_encode(s->wanted, pkesk->version == 6 ? pkesk->fp : pkesk->key_id,
                       pkesk->version == 6 ? pkesk->fp_size : sizeof pkesk->key_id);
    return 0;
}

static int pkesk_packet(struct smi_key_search *s, struct smi_cursor body)
{
    struct smi_pkesk pkesk;
    if (s->searched || !smi_pkesk_read(&pkesk, body) || s->certain & generation_of(&pkesk))
        return 0;
    return try_keys(s, &pkesk);
}

static int skesk_packet(struct smi_key_search *s, struct smi_cursor body)
{
    s->password_missing = !s->password_count;
    if (s->certain == SMI_FOR_ANY || s->searched || !s->password_count)
        return 0;
    const struct secmail_allocator *mem = &s->context->mem;
    if (!smi_grow(mem, &s->skesks, &s->skesk_room, s->skesk_count + 1, sizeof *s->skesks))
        return smi_nomem(s->context);
    struct kept_packet *kept = &s->skesks[s->skesk_count];
    *kept = (struct kept_packet){smi_alloc(mem, body.size), body.size};
    if (!kept->body)
        return smi_nomem(s->context);
    memcpy(kept->body, body.data, body.size);
    s->skesk_count++;
    return 0;
}

/* A packet that can't be tried does not stand in the way of the others; its reason is kept, in case
 * that none opens. */
static bool is_packet_problem(int rc)
{
    return rc == SECMAIL_E_MALFORMED || rc == SECMAIL_E_UNSUPPORTED_ALGORITHM ||
           rc == SECMAIL_E_UNSUPPORTED_VERSION;
}

static int try_password(struct smi_key_search *s, const struct kept_packet *skesk,
                        const struct secmail_secret *password, bool *certain)
{
    struct smi_session_key key;
    bool opened;
    if (++s->password_tries > smi_limit(s->context, SECMAIL_LIMIT_PASSWORD_TRIES))
        return smi_over_limit(s->context, SECMAIL_LIMIT_PASSWORD_TRIES);
    int rc = smi_skesk_open(s->context, smi_cursor(skesk->body, skesk->size), password, &key,
                            &opened);
    if (!rc && opened) {
        rc = add_session_key(s, &key);
        *certain = !key.guessed;
    }
    smi_wipe(&key, sizeof key);
    return rc;
}

/* Those of a version that isn't known are read, too: that says what is wrong with them. */
static enum smi_generation skesk_generation(const struct kept_packet *skesk)
{
    switch (skesk->size ? skesk->body[0] : 0) {
    case 4:
        return SMI_FOR_SEIPDV1;
    case 5:
        return SMI_FOR_LIBREPGP;
    case 6:
        return SMI_FOR_SEIPDV2;
    default:
        return SMI_FOR_ANY;
    }
}

static int try_passwords(struct smi_key_search *s, unsigned wanted)
{
    bool certain = false;
    int problem = 0;
    for (size_t i = 0; i < s->skesk_count && !certain; i++) {
        if (!(skesk_generation(&s->skesks[i]) & wanted))
            continue;
        for (size_t p = 0; p < s->password_count && !certain; p++) {
            int rc = try_password(s, &s->skesks[i], s->passwords[p], &certain);
            if (rc && !is_packet_problem(rc))
                return rc;
            if (rc)
                problem = rc;
        }
    }
    if (problem && !s->session_key_count)
        return problem;
    smi_recover(s->context);
    return 0;
}

static int cannot_decrypt(struct smi_key_search *s)
{
    if (s->failed)
        return smi_fail(s->context, SECMAIL_E_TOKEN,
                        "the token of the key %s didn't decrypt the message, and nothing else at "
                        "hand opens it",
                        s->failed->hex);
    if (s->locked)
        return smi_fail(s->context, SECMAIL_E_KEY_LOCKED,
                        "the message is for the key %s, which is locked with a password; unlock "
                        "it first",
                        secmail_cert_fingerprint(s->locked->cert));
    if (s->absent)
        return smi_fail(s->context, SECMAIL_E_SECRET_ABSENT,
                        "the message is for the key %s, whose secret part is not in the file",
                        s->absent->hex);
    if (s->unsupported)
        return smi_fail(s->context, SECMAIL_E_UNSUPPORTED_ALGORITHM,
                        "the message is for the key %s, which uses %s (%u); this build does not "
                        "support that",
                        s->unsupported->hex, smi_pk_name(s->unsupported->algo),
                        s->unsupported->algo);
    if (s->skesk_count)
        return smi_fail(s->context, SECMAIL_E_WRONG_PASSWORD,
                        "no password at hand opens the message");
    const char *or_password = s->password_missing ? "; it takes a password, too: none was given"
                                                  : "";
    if (s->wanted[0])
        return smi_fail(s->context, SECMAIL_E_CANNOT_DECRYPT,
                        "the message is encrypted to %s, whose secret key is not at hand%s",
                        s->wanted, or_password);
    if (s->password_missing)
        return smi_fail(s->context, SECMAIL_E_CANNOT_DECRYPT,
                        "the message is encrypted with a password, and none was given");
    return smi_fail(s->context, SECMAIL_E_CANNOT_DECRYPT,
                    "none of the keys and passwords at hand opens the message");
}

/* Of which packets session keys may be used with this format. */
static unsigned wanted_generations(enum secmail_format format)
{
    static const uint8_t generations[] = {
        [SECMAIL_FORMAT_SEIPDV1] = SMI_FOR_SEIPDV1,
        [SECMAIL_FORMAT_SEIPDV2] = SMI_FOR_SEIPDV2,
        [SECMAIL_FORMAT_LIBREPGP] = SMI_FOR_LIBREPGP | SMI_FOR_SEIPDV1,
    };
    return generations[format];
}

/* Keeps the session keys that may be used, in front and in their order. */
static size_t fitting_keys(struct smi_key_search *s, unsigned wanted)
{
    size_t n = 0;
    for (size_t i = 0; i < s->session_key_count; i++) {
        if (s->session_keys[i].generation & wanted)
            s->session_keys[n++] = s->session_keys[i];
    }
    return n;
}

int smi_key_search_end(struct smi_key_search *s, enum secmail_format format)
{
    const unsigned wanted = wanted_generations(format);
    if (!(s->certain & wanted) && !s->searched) {
        int rc = try_passwords(s, wanted);
        if (rc)
            return rc;
    }
    s->searched = true;
    s->session_key_count = fitting_keys(s, wanted);
    return s->session_key_count ? 0 : cannot_decrypt(s);
}

void smi_key_search_settle(struct smi_key_search *s, const struct smi_session_key *key)
{
    s->session_keys[0] = *key;
    s->session_key_count = 1;
}

int smi_key_search_packet(struct smi_key_search *s, uint8_t tag, struct smi_cursor body)
{
    if (++s->session_key_packets > smi_limit(s->context, SECMAIL_LIMIT_SESSION_KEY_PACKETS))
        return smi_over_limit(s->context, SECMAIL_LIMIT_SESSION_KEY_PACKETS);
    return tag == SMI_TAG_PKESK ? pkesk_packet(s, body) : skesk_packet(s, body);
}

/* The next of the packets that are kept apart; at the end, its tag is SMI_TAG_NONE. */
static int next_detached(struct smi_key_search *s, struct smi_cursor *in, uint8_t *tag,
                         struct smi_cursor *body)
{
    struct smi_packet packet;
    int rc = smi_packet_next(s->context, in, &packet, body);
    *tag = packet.tag;
    if (rc || *tag == SMI_TAG_NONE || *tag == SMI_TAG_PKESK || *tag == SMI_TAG_SKESK ||
        smi_tag_is_ignored(*tag))
        return rc;
    return smi_fail(s->context, SECMAIL_E_MALFORMED,
                    "a %s is among the packets with session keys; give the message itself to "
                    "secmail_decrypt_update()",
                    smi_tag_name(*tag));
}

int smi_key_search_begin(struct smi_key_search *s)
{
    s->session_key_packets = 0; /* it may be the second reading */
    struct smi_cursor in = smi_buf_cursor(&s->key_packets), body;
    uint8_t tag;
    int rc = next_detached(s, &in, &tag, &body);
    while (!rc && tag != SMI_TAG_NONE) {
        if (tag == SMI_TAG_PKESK || tag == SMI_TAG_SKESK)
            rc = smi_key_search_packet(s, tag, body);
        if (!rc)
            rc = next_detached(s, &in, &tag, &body);
    }
    return rc;
}

int smi_key_search_add_packets(struct smi_key_search *s, struct smi_cursor packets)
{
    const uint64_t most = smi_limit(s->context, SECMAIL_LIMIT_SESSION_KEY_PACKETS);
    struct smi_cursor in = packets, body;
    uint8_t tag;
    uint64_t count = 0;
    int rc = next_detached(s, &in, &tag, &body);
    while (!rc && tag != SMI_TAG_NONE) {
        if (++count > most)
            return smi_over_limit(s->context, SECMAIL_LIMIT_SESSION_KEY_PACKETS);
        rc = next_detached(s, &in, &tag, &body);
    }
    if (!rc && !count)
        rc = smi_fail(s->context, SECMAIL_E_NO_DATA, "there are no packets with session keys");
    if (!rc)
        smi_put(&s->key_packets, packets.data, packets.size);
    return rc || !s->key_packets.error ? rc : smi_nomem(s->context);
}
