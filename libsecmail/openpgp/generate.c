/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making new keys: which components and self-signatures a key of each profile has. */
#include "crypto/init.h"
#include "pair.h"
#include "self_signature.h"
#include "user_id.h"

enum { THREE_YEARS = 3 * 365 * 86400 };

struct secmail_generator {
    struct secmail_context *context;
    uint32_t profile, algorithm;
    uint64_t lifetime;
    bool signing_only;
    struct secmail_secret *password;
    char **user_ids;
    size_t user_id_count, user_id_room;
};

/* A key in the making. */
struct making {
    struct secmail_context *context;
    const struct secmail_generator *plan;
    struct secmail_key *key;
    struct smi_buf packets; /* public */
    uint32_t now;
    uint8_t version;
    struct smi_buf primary_body; /* what `primary` points into */
    struct smi_public_key primary;
};

int secmail_generator_new(struct secmail_context *context, struct secmail_generator **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    rc = smi_crypto_init(context);
    if (rc)
        return rc;
    struct secmail_generator *generator = smi_zalloc(&context->mem, sizeof *generator);
    if (!generator)
        return smi_nomem(context);
    generator->context = context;
    generator->profile = SECMAIL_PROFILE_RFC9580;
    generator->algorithm = SECMAIL_KEY_CURVE25519;
    generator->lifetime = THREE_YEARS;
    *out = generator;
    return 0;
}

void secmail_generator_free(struct secmail_generator *generator)
{
    if (!generator)
        return;
    const struct secmail_allocator *mem = &generator->context->mem;
    for (size_t i = 0; i < generator->user_id_count; i++)
        smi_free(mem, generator->user_ids[i], strlen(generator->user_ids[i]) + 1);
    smi_free(mem, generator->user_ids, generator->user_id_room * sizeof(char *));
    secmail_secret_free(generator->password);
    smi_free(mem, generator, sizeof *generator);
}

static bool enter(struct secmail_generator *generator)
{
    return generator && smi_enter(generator->context);
}

int secmail_generator_set_profile(struct secmail_generator *generator, uint32_t profile)
{
    if (!enter(generator))
        return SECMAIL_E_ARGUMENT;
    if (profile != SECMAIL_PROFILE_RFC9580 && profile != SECMAIL_PROFILE_RFC4880)
        return smi_fail(generator->context, SECMAIL_E_ARGUMENT, "%u is not a profile", profile);
    generator->profile = profile;
    return 0;
}

int secmail_generator_set_algorithm(struct secmail_generator *generator, uint32_t algorithm)
{
    struct smi_pk_plan plan;
    if (!enter(generator))
        return SECMAIL_E_ARGUMENT;
    if (!smi_pair_plan(6, algorithm, SMI_USE_SIGN, &plan))
        return smi_fail(generator->context, SECMAIL_E_ARGUMENT,
                        "%u is not an algorithm for new keys; see enum secmail_key_algorithm",
                        algorithm);
    generator->algorithm = algorithm;
    return 0;
}

int secmail_generator_add_user_id(struct secmail_generator *generator, const char *user_id)
{
    if (!enter(generator))
        return SECMAIL_E_ARGUMENT;
    struct secmail_context *context = generator->context;
    int rc = smi_user_id_check(context, user_id);
    if (rc)
        return rc;
    if (!smi_grow(&context->mem, &generator->user_ids, &generator->user_id_room,
                  generator->user_id_count + 1, sizeof(char *)))
        return smi_nomem(context);
    const size_t size = strlen(user_id) + 1;
    char *copy = smi_alloc(&context->mem, size);
    if (!copy)
        return smi_nomem(context);
    memcpy(copy, user_id, size);
    generator->user_ids[generator->user_id_count++] = copy;
    return 0;
}

int secmail_generator_set_lifetime(struct secmail_generator *generator, uint64_t seconds)
{
    if (!enter(generator))
        return SECMAIL_E_ARGUMENT;
    if (seconds > UINT32_MAX)
        return smi_fail(generator->context, SECMAIL_E_ARGUMENT,
                        "a lifetime of %llu seconds does not fit an OpenPGP packet",
                        (unsigned long long)seconds);
    generator->lifetime = seconds;
    return 0;
}

int secmail_generator_set_signing_only(struct secmail_generator *generator, int signing_only)
{
    if (!enter(generator))
        return SECMAIL_E_ARGUMENT;
    generator->signing_only = signing_only != 0;
    return 0;
}

int secmail_generator_set_password(struct secmail_generator *generator,
                                   const struct secmail_secret *password)
{
    if (!enter(generator))
        return SECMAIL_E_ARGUMENT;
    struct secmail_secret *copy = NULL;
    int rc = password ? smi_password_check_new(generator->context, password) : 0;
    if (rc)
        return rc;
    rc = password ? secmail_secret_new(generator->context, &copy, secmail_secret_data(password),
                                       secmail_secret_size(password))
                  : 0;
    if (rc)
        return rc;
    secmail_secret_free(generator->password);
    generator->password = copy;
    return 0;
}

/* ---------------------------------------------------------------- self-signatures */

static struct smi_signer primary_signer(const struct making *m)
{
    return (struct smi_signer){&m->primary, {m->key->parts[0].secret, NULL}};
}

static int put_self_signature(struct making *m, uint8_t type, struct smi_buf *hashed,
                              const struct smi_signed_object *object)
{
    const struct smi_signer signer = primary_signer(m);
    return smi_self_sign(m->context, &signer, type, hashed, object, &m->packets);
}

static void put_preferences(struct making *m, struct smi_buf *hashed)
{
    smi_self_flags(hashed, SECMAIL_KEY_CERTIFY);
    smi_self_lifetime(hashed, (uint32_t)m->plan->lifetime);
    smi_self_preferences(hashed, m->version);
}

static int put_direct_key_signature(struct making *m)
{
    struct smi_buf hashed = smi_buf_open(&m->context->mem);
    smi_self_begin(&hashed, &m->primary, m->now);
    put_preferences(m, &hashed);
    const struct smi_signed_object object = {.primary = &m->primary};
    return put_self_signature(m, SMI_SIG_DIRECT_KEY, &hashed, &object);
}

static int put_user_id(struct making *m, const char *user_id, bool is_first)
{
    struct smi_buf hashed = smi_buf_open(&m->context->mem);
    smi_put_packet(&m->packets, SMI_TAG_USER_ID, (const uint8_t *)user_id, strlen(user_id));
    smi_self_begin(&hashed, &m->primary, m->now);
    if (is_first)
        smi_put_subpacket(&hashed, SMI_SUB_PRIMARY_USER_ID, (const uint8_t[]){1}, 1);
    if (m->version == 4) /* older software looks here, not at the direct-key signature */
        put_preferences(m, &hashed);
    const struct smi_signed_object object = {.primary = &m->primary,
                                             .id = (const uint8_t *)user_id,
                                             .id_size = strlen(user_id),
                                             .id_marker = 0xb4};
    return put_self_signature(m, SMI_SIG_CERT_POSITIVE, &hashed, &object);
}

static int put_binding(struct making *m, const struct smi_signer *subkey, uint8_t flags)
{
    struct smi_buf hashed = smi_buf_open(&m->context->mem);
    const struct smi_signed_object object = {.primary = &m->primary, .subkey = subkey->public_key};
    smi_self_begin(&hashed, &m->primary, m->now);
    smi_self_flags(&hashed, flags);
    smi_self_lifetime(&hashed, (uint32_t)m->plan->lifetime);
    int rc = flags & SECMAIL_KEY_SIGN
                 ? smi_self_back_signature(m->context, &hashed, subkey, &object, m->now)
                 : 0;
    if (rc) {
        smi_buf_free(&hashed);
        return rc;
    }
    return put_self_signature(m, SMI_SIG_SUBKEY_BINDING, &hashed, &object);
}

/* ---------------------------------------------------------------- keys */

static int make_key(struct making *m, enum smi_key_use use, uint8_t tag, struct smi_buf *body,
                    struct smi_public_key *key)
{
    struct smi_secret_part *part = smi_key_add_part(m->context, m->key);
    if (!part)
        return SECMAIL_E_NOMEM;
    struct smi_pk_plan plan;
    if (!smi_pair_plan(m->version, m->plan->algorithm, use, &plan))
        return smi_fail(m->context, SECMAIL_E_ARGUMENT,
                        "profile rfc4880 has no keys on Curve448: its readers don't know them");
    int rc = smi_pair_make(m->context, m->version, &plan, m->now, part, body);
    if (rc)
        return rc;
    smi_put_packet(&m->packets, tag, body->data, body->size);
    struct smi_cursor in = smi_buf_cursor(body);
    return smi_public_key_read(m->context, key, &in, false);
}

static int make_subkey(struct making *m, enum smi_key_use use, uint8_t flags)
{
    struct smi_buf body = smi_buf_open(&m->context->mem);
    struct smi_public_key key;
    int rc = make_key(m, use, SMI_TAG_PUBLIC_SUBKEY, &body, &key);
    if (!rc) {
        const struct smi_signer subkey = {&key,
                                          {m->key->parts[m->key->part_count - 1].secret, NULL}};
        rc = put_binding(m, &subkey, flags);
    }
    smi_buf_free(&body);
    return rc;
}

static int make_components(struct making *m)
{
    const struct secmail_generator *plan = m->plan;
    int rc = make_key(m, SMI_USE_SIGN, SMI_TAG_PUBLIC_KEY, &m->primary_body, &m->primary);
    if (!rc)
        rc = put_direct_key_signature(m);
    for (size_t i = 0; i < plan->user_id_count && !rc; i++)
        rc = put_user_id(m, plan->user_ids[i], i == 0);
    if (!rc)
        rc = make_subkey(m, SMI_USE_SIGN, SECMAIL_KEY_SIGN);
    if (!rc && !plan->signing_only)
        rc = make_subkey(m, SMI_USE_ENCRYPT,
                         SECMAIL_KEY_ENCRYPT_COMMUNICATIONS | SECMAIL_KEY_ENCRYPT_STORAGE);
    return rc ? rc : smi_key_complete(m->context, m->key, &m->packets);
}

static int lock_if_wanted(const struct secmail_generator *generator, struct secmail_key *key,
                          struct secmail_key **out)
{
    if (!generator->password) {
        *out = key;
        return 0;
    }
    int rc = secmail_key_lock(generator->context, key, generator->password, out);
    secmail_key_unref(key);
    return rc;
}

int secmail_generator_run(struct secmail_generator *generator, struct secmail_key **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!enter(generator))
        return SECMAIL_E_ARGUMENT;
    struct secmail_context *context = generator->context;
    struct making m = {
        .context = context,
        .plan = generator,
        .packets = smi_buf_open(&context->mem),
        .primary_body = smi_buf_open(&context->mem),
        .version = generator->profile == SECMAIL_PROFILE_RFC9580 ? 6 : 4,
    };
    int rc = smi_packet_time(context, &m.now);
    if (!rc)
        rc = (m.key = smi_key_new(context)) ? make_components(&m) : SECMAIL_E_NOMEM;
    smi_buf_free(&m.packets);
    smi_buf_free(&m.primary_body);
    if (rc) {
        secmail_key_unref(m.key);
        return rc;
    }
    return lock_if_wanted(generator, m.key, out);
}
