/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The openpgp module with failing allocations: each time a clean error, nothing left behind,
 * nothing half-encrypted or half-decrypted given out. Locking is tortured with keys whose
 * derivation is cheap; the library's own derivations would take seconds for each allocation. */
#include "deflate.h"
#include "torture.h"

enum { SIZE = 100000 };

struct material {
    struct fixture f;
    struct secmail_key *keys[2]; /* version 4, version 6 */
    struct collected files[2], locked;
    struct collected messages[4]; /* SEIPDv1, SEIPDv2; to a password: SEIPDv2 armored, LibrePGP */
    struct collected large;       /* SEIPDv1, above the limit of held plaintext */
    uint8_t *data;
    char text[5000]; /* lines that a cleartext signature changes nothing of */
};

static const uint32_t profiles[] = {SECMAIL_PROFILE_RFC4880, SECMAIL_PROFILE_RFC9580};

static struct secmail_secret *secret_of(struct secmail_context *context, const char *password)
{
    struct secmail_secret *secret;
    return secmail_secret_new(context, &secret, (const uint8_t *)password, strlen(password))
               ? NULL
               : secret;
}

/* A version 4 key that is locked with the cheapest S2K. */
static struct collected cheaply_locked(struct fixture *f)
{
    struct test_key key = test_key(f, 4, PK_EDDSA, f->now);
    struct collected c = {0}, body = {0}, clear = {0};
    uint8_t kek[32], iv[16] = {1}, digest[SMI_HASH_MAX_SIZE];
    struct smi_cfb cfb;
    const struct smi_s2k s2k = cheap_s2k();
    derive(f, &s2k, "password", kek, 32);
    put_mpi(&clear, key.seed, 32);
    assert_int_equal(smi_hash_once(f->context, SMI_SHA1, clear.data, clear.size, digest), 0);
    put(&clear, digest, 20);
    assert_int_equal(smi_cfb_open(f->context, &cfb, SMI_AES256, kek, iv), 0);
    assert_int_equal(smi_cfb_encrypt(&cfb, clear.data, clear.data, clear.size), 0);
    smi_cfb_close(&cfb);
    put_all(&body, &key.body);
    put_u8(&body, 254);
    put_u8(&body, SMI_AES256);
    put_s2k(&body, &s2k);
    put(&body, iv, sizeof iv);
    put_all(&body, &clear);
    put_body_drop(&c, TAG_SECRET_KEY, &body);
    drop(&clear);
    drop(&key.body);
    return c;
}

static struct collected encrypt_for(struct material *m, size_t index)
{
    struct secmail_encrypt *e;
    struct collected message = {0};
    struct fixture *f = &m->f;
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(m->keys[index])));
    assert_ok(f->context, secmail_encrypt_add_signer(e, m->keys[index]));
    assert_ok(f->context, drive(encrypt_update, e, m->data, SIZE, SIZE, SIZE, &message));
    secmail_encrypt_free(e);
    return message;
}

static void make_material(struct material *m)
{
    *m = (struct material){0};
    fixture_init(&m->f, NULL);
    struct fixture *f = &m->f;
    m->data = make_data(f, SIZE);
    for (size_t i = 0; i < sizeof m->text - 1; i++)
        m->text[i] = i % 50 == 49 ? '\n' : i % 50 ? 'x' : '-';
    for (size_t i = 0; i < 2; i++) {
        struct secmail_bytes *bytes;
        m->keys[i] = make_key(f, profiles[i], "Alice");
        assert_ok(f->context, secmail_key_export(f->context, m->keys[i], i == 1, &bytes));
        put(&m->files[i], secmail_bytes_data(bytes), secmail_bytes_size(bytes));
        secmail_bytes_free(bytes);
        m->messages[i] = encrypt_for(m, i);
    }
    m->locked = cheaply_locked(f);
    const struct session s = make_session(f, SMI_AES256);
    const struct smi_s2k s2k = cheap_s2k();
    struct collected content = {0}, once = {0}, packed = {0}, binary = {0};
    struct secmail_armor *armor;
    put_literal(&content, m->data, 1000);
    put_deflated(&once, 2, &content);
    put_bzipped(&packed, &once);
    put_skesk6(f, &binary, &s2k, "password", &s);
    put_seipd2(f, &binary, &s, &packed);
    assert_ok(f->context, secmail_armor_new(f->context, &armor, SECMAIL_ARMOR_AUTO));
    assert_ok(f->context,
              drive(armor_update, armor, binary.data, binary.size, 1000, 1000, &m->messages[2]));
    secmail_armor_free(armor);
    put_skesk5(f, &m->messages[3], &s2k, "password", &s);
    put_librepgp(f, &m->messages[3], &s, &packed);
    put_pkesk(f, &m->large, 3, &(struct test_key){.point = {9}}, &s, false);
    put_skesk4(f, &m->large, &s2k, "other", &s);
    put_skesk4(f, &m->large, &s2k, "password", &s);
    drop(&content);
    put_literal(&content, m->data, SIZE);
    put_seipd1(f, &m->large, &s, &content);
    drop(&content);
    drop(&once);
    drop(&packed);
    drop(&binary);
}

static void free_material(struct material *m)
{
    for (size_t i = 0; i < 2; i++) {
        secmail_key_unref(m->keys[i]);
        drop(&m->files[i]);
    }
    for (size_t i = 0; i < 4; i++)
        drop(&m->messages[i]);
    drop(&m->large);
    drop(&m->locked);
    free(m->data);
    fixture_done(&m->f);
}

/* ---------------------------------------------------------------- keys */

static int generate(struct secmail_context *context, uint32_t profile)
{
    struct secmail_generator *g;
    struct secmail_key *key = NULL;
    int rc = secmail_generator_new(context, &g);
    if (!rc)
        rc = secmail_generator_set_profile(g, profile);
    for (int i = 0; i < 5 && !rc; i++)
        rc = secmail_generator_add_user_id(g, "Alice");
    if (!rc)
        rc = secmail_generator_run(g, &key);
    assert_int_equal(key == NULL, rc != 0);
    secmail_key_unref(key);
    secmail_generator_free(g);
    return rc;
}

static int generate_v4(struct secmail_context *context, void *user)
{
    (void)user;
    return generate(context, SECMAIL_PROFILE_RFC4880);
}

static int generate_v6(struct secmail_context *context, void *user)
{
    (void)user;
    return generate(context, SECMAIL_PROFILE_RFC9580);
}

static int read_key(struct secmail_context *context, const struct collected *file)
{
    struct secmail_key *key;
    struct secmail_key_ring *ring = NULL;
    struct secmail_bytes *bytes = NULL;
    int rc = secmail_key_parse(context, &key, file->data, file->size);
    assert_int_equal(key == NULL, rc != 0);
    for (int armored = 0; armored < 2 && !rc; armored++) {
        rc = secmail_key_export(context, key, armored, &bytes);
        assert_int_equal(bytes == NULL, rc != 0);
        secmail_bytes_free(bytes);
    }
    if (!rc) {
        rc = secmail_key_ring_parse(context, &ring, file->data, file->size);
        assert_int_equal(secmail_key_ring_count(ring), rc == 0);
    }
    secmail_key_ring_unref(ring);
    secmail_key_unref(key);
    return rc;
}

static int read_v4(struct secmail_context *context, void *user)
{
    return read_key(context, &((struct material *)user)->files[0]);
}

static int read_v6_armored(struct secmail_context *context, void *user)
{
    return read_key(context, &((struct material *)user)->files[1]);
}

static int unlock(struct secmail_context *context, void *user)
{
    struct material *m = user;
    struct secmail_key *key, *open = NULL;
    struct secmail_secret *password = NULL;
    int rc = secmail_key_parse(context, &key, m->locked.data, m->locked.size);
    if (!rc && !(password = secret_of(context, "password")))
        rc = SECMAIL_E_NOMEM;
    if (!rc) {
        rc = secmail_key_unlock(context, key, password, &open);
        assert_int_equal(open == NULL, rc != 0);
    }
    if (!rc)
        assert_int_equal(secmail_key_is_locked(open), 0);
    secmail_key_unref(open);
    open = NULL;
    if (!rc) {
        const struct secmail_secret *old[] = {password};
        rc = secmail_key_change_password(context, key, old, 1, NULL, &open);
        assert_int_equal(open == NULL, rc != 0);
    }
    if (key)
        assert_int_equal(secmail_key_is_locked(key), 1);
    secmail_key_unref(open);
    secmail_key_unref(key);
    secmail_secret_free(password);
    return rc;
}

/* With the library's own derivation: a few of the allocations are failed only, see lock(). */
static int lock_v4(struct secmail_context *context, void *user)
{
    struct material *m = user;
    struct secmail_key *locked = NULL;
    struct secmail_secret *password = secret_of(context, "password");
    if (!password)
        return SECMAIL_E_NOMEM;
    int rc = secmail_key_lock(context, m->keys[0], password, &locked);
    assert_int_equal(locked == NULL, rc != 0);
    secmail_key_unref(locked);
    secmail_secret_free(password);
    return rc;
}

/* ---------------------------------------------------------------- messages */

static int encrypt(struct secmail_context *context, struct material *m, size_t index, int armored,
                   bool whole)
{
    struct secmail_encrypt *e = NULL;
    struct secmail_bytes *bytes = NULL;
    struct secmail_secret *session = NULL;
    struct collected message = {0};
    int rc = secmail_encrypt_new(context, &e);
    if (!rc)
        rc = secmail_encrypt_set_armor(e, armored);
    for (int i = 0; i < 5 && !rc; i++)
        rc = secmail_encrypt_add_recipient(e, secmail_key_cert(m->keys[index]));
    for (int i = 0; i < 5 && !rc; i++)
        rc = secmail_encrypt_add_signer(e, m->keys[index]);
    if (!rc)
        rc = whole ? secmail_encrypt_bytes(e, m->data, SIZE, &bytes)
                   : drive(encrypt_update, e, m->data, SIZE, 9999, 999, &message);
    if (!rc)
        rc = secmail_encrypt_session_key(e, &session);
    if (whole)
        assert_true(bytes != NULL || rc != 0);
    secmail_secret_free(session);
    secmail_bytes_free(bytes);
    secmail_encrypt_free(e);
    drop(&message);
    return rc;
}

static int encrypt_v1(struct secmail_context *context, void *user)
{
    return encrypt(context, user, 0, 0, false);
}

static int encrypt_v1_whole(struct secmail_context *context, void *user)
{
    return encrypt(context, user, 0, 1, true);
}

static int encrypt_v2(struct secmail_context *context, void *user)
{
    return encrypt(context, user, 1, 1, false);
}

static int encrypt_v2_whole(struct secmail_context *context, void *user)
{
    return encrypt(context, user, 1, 0, true);
}

/* Padded, to hidden recipients, with the key packets apart; and opened with these. */
static int keys_apart(struct secmail_context *context, void *user)
{
    struct material *m = user;
    struct secmail_encrypt *e = NULL;
    struct secmail_decrypt *d = NULL;
    struct secmail_bytes *message = NULL, *packets = NULL, *plain = NULL;
    int rc = secmail_encrypt_new(context, &e);
    if (!rc)
        rc = secmail_encrypt_set_padding(e, 1);
    if (!rc)
        rc = secmail_encrypt_hide_recipients(e, 1);
    if (!rc)
        rc = secmail_encrypt_set_detached_keys(e, 1);
    if (!rc)
        rc = secmail_encrypt_add_recipient(e, secmail_key_cert(m->keys[1]));
    if (!rc)
        rc = secmail_encrypt_bytes(e, m->data, SIZE, &message);
    if (!rc)
        rc = secmail_encrypt_key_packets(e, &packets);
    if (!rc)
        rc = secmail_decrypt_new(context, &d);
    if (!rc)
        rc = secmail_decrypt_add_key(d, m->keys[1]);
    if (!rc)
        rc = secmail_decrypt_add_key_packets(d, secmail_bytes_data(packets),
                                             secmail_bytes_size(packets));
    if (!rc)
        rc = secmail_decrypt_bytes(d, secmail_bytes_data(message), secmail_bytes_size(message),
                                   &plain);
    secmail_bytes_free(message);
    secmail_bytes_free(packets);
    secmail_bytes_free(plain);
    secmail_encrypt_free(e);
    secmail_decrypt_free(d);
    return rc;
}

/* Passwords are copied; what is derived from them is left out, see above. */
static int add_passwords(struct secmail_context *context, void *user)
{
    struct secmail_encrypt *e = NULL;
    struct secmail_decrypt *d = NULL;
    struct secmail_secret *password = NULL;
    (void)user;
    int rc = secmail_encrypt_new(context, &e);
    if (!rc)
        rc = secmail_decrypt_new(context, &d);
    if (!rc && !(password = secret_of(context, "password")))
        rc = SECMAIL_E_NOMEM;
    for (int i = 0; i < 9 && !rc; i++)
        rc = secmail_encrypt_add_password(e, password);
    for (int i = 0; i < 9 && !rc; i++)
        rc = secmail_decrypt_add_password(d, password);
    secmail_secret_free(password);
    secmail_decrypt_free(d);
    secmail_encrypt_free(e);
    return rc;
}

struct opening {
    const struct collected *message;
    struct secmail_key *key;
    const char *password;
    size_t size;
    bool whole;
    enum secmail_rewind rewind;
};

static int set_up(struct secmail_context *context, struct secmail_decrypt *d,
                  const struct opening *o)
{
    int rc = secmail_decrypt_allow_rewind(d, o->rewind);
    if (!rc)
        rc = secmail_decrypt_set_text_lf(d, 1);
    if (!rc && o->key)
        rc = secmail_decrypt_add_key(d, o->key);
    if (!rc && o->key)
        rc = secmail_decrypt_add_signer(d, secmail_key_cert(o->key));
    if (rc || !o->password)
        return rc;
    struct secmail_secret *secret = secret_of(context, o->password);
    if (!secret)
        return SECMAIL_E_NOMEM;
    rc = secmail_decrypt_add_password(d, secret);
    secmail_secret_free(secret);
    return rc;
}

static int decrypt(struct secmail_context *context, const struct material *m,
                   const struct opening *o)
{
    struct secmail_decrypt *d = NULL;
    struct secmail_bytes *bytes = NULL;
    struct secmail_secret *session = NULL;
    struct collected plain = {0};
    int rc = secmail_decrypt_new(context, &d);
    if (!rc)
        rc = set_up(context, d, o);
    if (!rc)
        rc = o->whole ? secmail_decrypt_bytes(d, o->message->data, o->message->size, &bytes)
                      : drive(decrypt_update, d, o->message->data, o->message->size, 30000, 9999,
                              &plain);
    if (!rc)
        rc = secmail_decrypt_session_key(d, &session);
    if (!rc) {
        const uint8_t *got = o->whole ? secmail_bytes_data(bytes) : plain.data;
        assert_int_equal(o->whole ? secmail_bytes_size(bytes) : plain.size, o->size);
        assert_memory_equal(got, m->data, o->size);
        assert_int_equal(secmail_decrypt_good_count(d), o->key != NULL);
    } else if (plain.size) {
        assert_memory_equal(plain.data, m->data, plain.size);
    }
    secmail_secret_free(session);
    secmail_bytes_free(bytes);
    secmail_decrypt_free(d);
    drop(&plain);
    return rc;
}

static int decrypt_v1(struct secmail_context *context, void *user)
{
    struct material *m = user;
    return decrypt(context, m,
                   &(struct opening){.message = &m->messages[0], .key = m->keys[0], .size = SIZE});
}

static int decrypt_v1_whole(struct secmail_context *context, void *user)
{
    struct material *m = user;
    return decrypt(context, m,
                   &(struct opening){
                       .message = &m->messages[0], .key = m->keys[0], .size = SIZE, .whole = true});
}

static int decrypt_v2(struct secmail_context *context, void *user)
{
    struct material *m = user;
    return decrypt(context, m,
                   &(struct opening){.message = &m->messages[1], .key = m->keys[1], .size = SIZE});
}

static int decrypt_v2_whole(struct secmail_context *context, void *user)
{
    struct material *m = user;
    return decrypt(context, m,
                   &(struct opening){
                       .message = &m->messages[1], .key = m->keys[1], .size = SIZE, .whole = true});
}

static int decrypt_by_password(struct secmail_context *context, void *user)
{
    struct material *m = user;
    return decrypt(
        context, m,
        &(struct opening){.message = &m->messages[2], .password = "password", .size = 1000});
}

static int decrypt_librepgp(struct secmail_context *context, void *user)
{
    struct material *m = user;
    return decrypt(
        context, m,
        &(struct opening){.message = &m->messages[3], .password = "password", .size = 1000});
}

/* Read twice; two password packets, of which one doesn't open. */
static int decrypt_in_two_readings(struct secmail_context *context, void *user)
{
    struct material *m = user;
    struct secmail_limits *limits;
    assert_int_equal(secmail_limits_new(&limits), 0);
    assert_int_equal(secmail_limits_set(limits, SECMAIL_LIMIT_HELD_PLAINTEXT, 1000), 0);
    assert_int_equal(secmail_context_set_limits(context, limits), 0);
    secmail_limits_free(limits);
    int rc = 0;
    for (int rewind = SECMAIL_REWIND_COMPARED; !rc && rewind <= SECMAIL_REWIND_SAME; rewind++)
        rc = decrypt(context, m,
                     &(struct opening){.message = &m->large,
                                       .password = "password",
                                       .size = SIZE,
                                       .rewind = (enum secmail_rewind)rewind});
    return rc;
}

/* ---------------------------------------------------------------- signatures */

static int sign_and_verify(struct secmail_context *context, void *user)
{
    struct material *m = user;
    struct secmail_sign *sign = NULL;
    struct secmail_verify *v = NULL;
    struct secmail_bytes *bytes = NULL;
    int rc = secmail_sign_new(context, &sign);
    if (!rc)
        rc = secmail_sign_set_armor(sign, 1);
    for (size_t i = 0; i < 6 && !rc; i++)
        rc = secmail_sign_add_signer(sign, m->keys[i % 2]);
    if (!rc)
        rc = secmail_sign_update(sign, m->data, SIZE);
    if (!rc)
        rc = secmail_sign_finish(sign, &bytes);
    assert_int_equal(bytes == NULL, rc != 0);
    if (!rc)
        rc = secmail_verify_new(context, &v);
    for (size_t i = 0; i < 2 && !rc; i++)
        rc = secmail_verify_add_cert(v, secmail_key_cert(m->keys[i]));
    if (!rc)
        rc = secmail_verify_add_signatures(v, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    if (!rc)
        rc = secmail_verify_update(v, m->data, SIZE);
    if (!rc)
        rc = secmail_verify_finish(v);
    if (!rc)
        assert_int_equal(secmail_verify_good_count(v), 6);
    secmail_bytes_free(bytes);
    secmail_verify_free(v);
    secmail_sign_free(sign);
    return rc;
}

/* ---------------------------------------------------------------- signed messages */

static int sign_update(void *operation, struct secmail_input *in, struct secmail_output *out,
                       int end)
{
    return secmail_inline_sign_update(operation, in, out, end);
}

static int verify_update(void *operation, struct secmail_input *in, struct secmail_output *out,
                         int end)
{
    return secmail_inline_verify_update(operation, in, out, end);
}

static int detach_update(void *operation, struct secmail_input *in, struct secmail_output *out,
                         int end)
{
    return secmail_inline_detach_update(operation, in, out, end);
}

static int inline_sign(struct secmail_context *context, struct material *m, uint32_t form,
                       bool whole, struct collected *message)
{
    struct secmail_inline_sign *s = NULL;
    struct secmail_bytes *bytes = NULL;
    int rc = secmail_inline_sign_new(context, &s);
    if (!rc)
        rc = secmail_inline_sign_set_form(s, form);
    if (!rc)
        rc = secmail_inline_sign_set_armor(s, whole);
    for (size_t i = 0; i < 6 && !rc; i++)
        rc = secmail_inline_sign_add_signer(s, m->keys[i % 2]);
    if (!rc)
        rc = whole ? secmail_inline_sign_bytes(s, (const uint8_t *)m->text, strlen(m->text), &bytes)
                   : drive(sign_update, s, (const uint8_t *)m->text, strlen(m->text), 999, 99,
                           message);
    if (whole && !rc)
        put(message, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    secmail_inline_sign_free(s);
    return rc;
}

static int inline_verify(struct secmail_context *context, struct material *m, bool whole,
                         const struct collected *message)
{
    struct secmail_inline_verify *v = NULL;
    struct secmail_bytes *bytes = NULL;
    struct collected out = {0};
    int rc = secmail_inline_verify_new(context, &v);
    for (size_t i = 0; i < 6 && !rc; i++)
        rc = secmail_inline_verify_add_cert(v, secmail_key_cert(m->keys[i % 2]));
    if (!rc)
        rc = secmail_inline_verify_allow_rewind(v, SECMAIL_REWIND_COMPARED);
    if (!rc)
        rc = secmail_inline_verify_set_text_lf(v, 1);
    if (!rc)
        rc = whole ? secmail_inline_verify_bytes(v, message->data, message->size, &bytes)
                   : drive(verify_update, v, message->data, message->size, 999, 99, &out);
    const size_t size = whole ? secmail_bytes_size(bytes) : out.size;
    if (!rc)
        assert_int_equal(secmail_inline_verify_good_count(v), 6);
    assert_true(rc ? size == 0 : size >= strlen(m->text));
    secmail_bytes_free(bytes);
    secmail_inline_verify_free(v);
    drop(&out);
    return rc;
}

static int inline_detach(struct secmail_context *context, const struct collected *message)
{
    struct secmail_inline_detach *d = NULL;
    struct secmail_bytes *bytes = NULL;
    struct collected out = {0};
    int rc = secmail_inline_detach_new(context, &d);
    if (!rc)
        rc = drive(detach_update, d, message->data, message->size, 999, 99, &out);
    if (!rc)
        rc = secmail_inline_detach_signatures(d, 1, &bytes);
    secmail_bytes_free(bytes);
    secmail_inline_detach_free(d);
    drop(&out);
    return rc;
}

static int sign_verify_detach(struct secmail_context *context, struct material *m, uint32_t form,
                              bool whole)
{
    struct collected message = {0};
    int rc = inline_sign(context, m, form, whole, &message);
    if (!rc)
        rc = inline_verify(context, m, whole, &message);
    if (!rc)
        rc = inline_detach(context, &message);
    drop(&message);
    return rc;
}

static int inline_binary(struct secmail_context *context, void *user)
{
    return sign_verify_detach(context, user, SECMAIL_INLINE_BINARY, false);
}

static int inline_text_whole(struct secmail_context *context, void *user)
{
    return sign_verify_detach(context, user, SECMAIL_INLINE_TEXT, true);
}

static int inline_cleartext(struct secmail_context *context, void *user)
{
    return sign_verify_detach(context, user, SECMAIL_INLINE_CLEARTEXT, false);
}

static int inline_in_two_readings(struct secmail_context *context, void *user)
{
    struct secmail_limits *limits;
    assert_int_equal(secmail_limits_new(&limits), 0);
    assert_int_equal(secmail_limits_set(limits, SECMAIL_LIMIT_HELD_PLAINTEXT, 1000), 0);
    assert_int_equal(secmail_context_set_limits(context, limits), 0);
    secmail_limits_free(limits);
    return sign_verify_detach(context, user, SECMAIL_INLINE_TEXT, false);
}

static void all(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        torture_op op;
    } rows[] = {{"generate_v4", generate_v4},
                {"generate_v6", generate_v6},
                {"read_v4", read_v4},
                {"read_v6_armored", read_v6_armored},
                {"unlock", unlock},
                {"encrypt_v1", encrypt_v1},
                {"encrypt_v1_whole", encrypt_v1_whole},
                {"encrypt_v2", encrypt_v2},
                {"encrypt_v2_whole", encrypt_v2_whole},
                {"keys_apart", keys_apart},
                {"add_passwords", add_passwords},
                {"decrypt_v1", decrypt_v1},
                {"decrypt_v1_whole", decrypt_v1_whole},
                {"decrypt_v2", decrypt_v2},
                {"decrypt_v2_whole", decrypt_v2_whole},
                {"decrypt_by_password", decrypt_by_password},
                {"decrypt_librepgp", decrypt_librepgp},
                {"decrypt_in_two_readings", decrypt_in_two_readings},
                {"sign_and_verify", sign_and_verify},
                {"inline_binary", inline_binary},
                {"inline_text_whole", inline_text_whole},
                {"inline_cleartext", inline_cleartext},
                {"inline_in_two_readings", inline_in_two_readings}};
    struct material m;
    make_material(&m);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        print_message("# %s: %zu allocations\n", rows[i].name, torture_run(rows[i].op, &m, 3000));
    free_material(&m);
}

/* Locking, with its 40 ms for each part: each allocation once, without the second mode. */
static void locking(void **state)
{
    (void)state;
    struct material m;
    make_material(&m);
    print_message("# lock_v4: %zu allocations\n",
                  torture_until_success(lock_v4, &m, 300, TORTURE_ONCE));
    free_material(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all), cmocka_unit_test(locking)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
