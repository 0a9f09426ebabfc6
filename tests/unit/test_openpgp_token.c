/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys whose secrets are elsewhere: a token that is made of the secrets in a file, behind the
 * callbacks, with all the ways in which it can go wrong. */
#include "packet_writer.h"

enum { DAY = 86400, KEYS = 3 };

static const uint32_t profiles[] = {SECMAIL_PROFILE_RFC4880, SECMAIL_PROFILE_RFC9580};

/* The token: primary, signing and encryption key. */
struct token {
    struct {
        char fingerprint[65];
        uint8_t secret[32], point[32];
        bool lost;
    } keys[KEYS];
    int answer;         /* what it returns */
    bool wrong, short_; /* a wrong result, or one of another size */
    size_t asked, released;
    uint32_t algorithm, hash;
};

static int find(const struct token *t, const char *fingerprint)
{
    for (int i = 0; i < KEYS; i++) {
        if (strcmp(t->keys[i].fingerprint, fingerprint) == 0)
            return t->keys[i].lost ? -1 : i;
    }
    return -1;
}

static int token_has(void *user, const char *fingerprint)
{
    return find(user, fingerprint) >= 0;
}

static int token_sign(void *user, const struct secmail_token_request *request, uint8_t *out,
                      size_t *size)
{
    struct token *t = user;
    const int i = find(t, request->fingerprint);
    assert_true(i >= 0);
    assert_int_equal(request->size, sizeof *request);
    assert_int_equal(*size, 64);
    t->asked++;
    t->algorithm = request->algorithm;
    t->hash = request->hash;
    smi_ed25519_sign(out, t->keys[i].secret, t->keys[i].point, request->data, request->data_size);
    out[5] ^= t->wrong;
    *size -= t->short_;
    return t->answer;
}

static int token_decrypt(void *user, const struct secmail_token_request *request, uint8_t *out,
                         size_t *size)
{
    struct token *t = user;
    const int i = find(t, request->fingerprint);
    assert_true(i >= 0);
    assert_int_equal(request->data_size, 32);
    assert_int_equal(*size, 32);
    assert_int_equal(request->hash, 0);
    t->asked++;
    t->algorithm = request->algorithm;
    if (!smi_x25519(out, t->keys[i].secret, request->data))
        memset(out, 0, 32); /* a token that doesn't look */
    out[5] ^= t->wrong;
    *size -= t->short_;
    return t->answer;
}

static void token_release(void *user)
{
    ((struct token *)user)->released++;
}

static struct secmail_token calls_of(struct token *t)
{
    return (struct secmail_token){
        sizeof(struct secmail_token), t, token_has, token_sign, token_decrypt, token_release};
}

static struct collected file_of(struct fixture *f, const struct secmail_key *key)
{
    struct secmail_bytes *bytes;
    struct collected c = {0};
    assert_ok(f->context, secmail_key_export(f->context, key, 0, &bytes));
    put(&c, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    return c;
}

/* Takes the secrets out of the file of one of the library's own keys. */
static void load(struct fixture *f, struct token *t, struct secmail_key *key)
{
    struct collected c = file_of(f, key);
    size_t at = 0;
    *t = (struct token){0};
    for (int i = 0; at < c.size;) {
        const uint8_t tag = c.data[at] & 0x3f;
        const size_t head = c.data[at + 1] < 192 ? 2 : 3;
        const size_t size = head == 2 ? c.data[at + 1]
                                      : (c.data[at + 1] - 192u) * 256 + c.data[at + 2] + 192;
        const uint8_t *body = c.data + at + head;
        at += head + size;
        if (tag != TAG_SECRET_KEY && tag != TAG_SECRET_SUBKEY)
            continue;
        const bool v6 = body[0] == 6, ecdh = body[5] == PK_ECDH;
        const uint8_t *secret = body + (v6 ? 43 : ecdh ? 59 : 54);
        for (int b = 0; b < 32; b++)
            t->keys[i].secret[b] = secret[ecdh ? 31 - b : b];
        smi_ed25519_public(t->keys[i].point, t->keys[i].secret);
        snprintf(t->keys[i].fingerprint, 65, "%s",
                 secmail_cert_key_fingerprint(secmail_key_cert(key), (size_t)i));
        i++;
    }
    drop(&c);
}

static struct secmail_key *on_token(struct fixture *f, struct token *t, struct secmail_key *key)
{
    struct secmail_key *out;
    const struct secmail_token calls = calls_of(t);
    assert_ok(f->context, secmail_key_on_token(f->context, secmail_key_cert(key), &calls, &out));
    assert_int_equal(secmail_key_is_locked(out), 0);
    return out;
}

static int sign_and_verify(struct fixture *f, struct secmail_key *key)
{
    struct secmail_sign *s;
    struct secmail_verify *v;
    struct secmail_bytes *signature = NULL;
    assert_ok(f->context, secmail_sign_new(f->context, &s));
    int rc = secmail_sign_add_signer(s, key);
    if (!rc)
        rc = secmail_sign_update(s, (const uint8_t *)"hello", 5);
    if (!rc)
        rc = secmail_sign_finish(s, &signature);
    assert_int_equal(signature == NULL, rc != 0);
    assert_int_equal(*secmail_context_error_detail(f->context) != 0, rc != 0);
    secmail_sign_free(s);
    if (rc)
        return rc;
    assert_ok(f->context, secmail_verify_new(f->context, &v));
    assert_ok(f->context, secmail_verify_add_cert(v, secmail_key_cert(key)));
    assert_ok(f->context, secmail_verify_add_signatures(v, secmail_bytes_data(signature),
                                                        secmail_bytes_size(signature)));
    assert_ok(f->context, secmail_verify_update(v, (const uint8_t *)"hello", 5));
    assert_ok(f->context, secmail_verify_finish(v));
    assert_int_equal(secmail_verify_good_count(v), 1);
    secmail_verify_free(v);
    secmail_bytes_free(signature);
    return 0;
}

/* Encrypted by somebody, and signed by the token, in one message. */
static int decrypt(struct fixture *f, struct secmail_key *key, struct secmail_key *signer)
{
    struct secmail_encrypt *e;
    struct secmail_decrypt *d;
    struct secmail_bytes *message, *plain = NULL;
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
    if (signer)
        assert_ok(f->context, secmail_encrypt_add_signer(e, signer));
    assert_ok(f->context, secmail_encrypt_bytes(e, (const uint8_t *)"hello", 5, &message));
    secmail_encrypt_free(e);
    assert_ok(f->context, secmail_decrypt_new(f->context, &d));
    assert_ok(f->context, secmail_decrypt_add_key(d, key));
    if (signer)
        assert_ok(f->context, secmail_decrypt_add_signer(d, secmail_key_cert(signer)));
    const int rc = secmail_decrypt_bytes(d, secmail_bytes_data(message),
                                         secmail_bytes_size(message), &plain);
    assert_int_equal(plain == NULL, rc != 0);
    if (!rc) {
        assert_memory_equal(secmail_bytes_data(plain), "hello", 5);
        assert_int_equal(secmail_decrypt_good_count(d), signer != NULL);
    }
    secmail_bytes_free(plain);
    secmail_bytes_free(message);
    secmail_decrypt_free(d);
    return rc;
}

/* ---------------------------------------------------------------- what works */

static void sign_and_decrypt(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice");
        struct token t;
        load(f, &t, key);
        struct secmail_key *held = on_token(f, &t, key);
        assert_int_equal(t.asked, 0);
        assert_ok(f->context, sign_and_verify(f, held));
        assert_int_equal(t.asked, 1);
        assert_int_equal(t.algorithm, p ? PK_ED25519 : PK_EDDSA);
        assert_int_equal(t.hash, SMI_SHA256);
        assert_ok(f->context, decrypt(f, held, held));
        assert_int_equal(t.asked, 3);
        assert_int_equal(t.algorithm, p ? PK_X25519 : PK_ECDH);
        /* What is encrypted to the token is for the key in the file, too. */
        assert_ok(f->context, decrypt(f, key, held));
        struct secmail_key *more = secmail_key_ref(held);
        secmail_key_unref(held);
        assert_int_equal(t.released, 0);
        secmail_key_unref(more);
        assert_int_equal(t.released, 1);
        secmail_key_unref(key);
    }
}

static void edit_and_certify(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice"), *held, *changed,
                           *bob = make_key(f, profiles[p], "Bob");
        struct secmail_key_edit *edit;
        struct secmail_certify *certify;
        struct secmail_cert *cert;
        struct token t;
        load(f, &t, key);
        held = on_token(f, &t, key);
        f->now += DAY;
        assert_ok(f->context, secmail_key_edit_new(f->context, &edit, held));
        assert_ok(f->context, secmail_key_edit_add_user_id(edit, "Alice at work"));
        assert_ok(f->context, secmail_key_edit_set_expiry(edit, 1, f->now + DAY));
        assert_ok(f->context, secmail_key_edit_run(edit, &changed));
        secmail_key_edit_free(edit);
        assert_int_equal(t.asked, 2);
        assert_ok(f->context, sign_and_verify(f, changed)); /* the token goes along */
        assert_ok(f->context, secmail_certify_new(f->context, &certify, changed));
        assert_ok(f->context,
                  secmail_certify_user_id(certify, secmail_key_cert(bob), "Bob", &cert));
        secmail_cert_unref(cert);
        secmail_certify_free(certify);
        assert_ok(f->context, secmail_key_revocation(f->context, held, 0, NULL, &cert));
        secmail_cert_unref(cert);
        secmail_key_unref(changed);
        secmail_key_unref(held);
        assert_int_equal(t.released, 1);
        secmail_key_unref(bob);
        secmail_key_unref(key);
    }
}

/* What is written is a mark, and reading it gives a key that can be attached again. */
static void export_and_attach(void **state)
{
    struct fixture *f = *state;
    struct secmail_secret *password = make_secret(f, "x");
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice"), *held, *stub, *again, *locked;
        struct token t;
        load(f, &t, key);
        held = on_token(f, &t, key);
        struct collected c = file_of(f, held);
        for (size_t at = 0; at + 32 <= c.size; at++)
            assert_memory_not_equal(c.data + at, t.keys[0].secret, 32);
        assert_ok(f->context, secmail_key_parse(f->context, &stub, c.data, c.size));
        drop(&c);
        assert_code(f->context, sign_and_verify(f, stub), SECMAIL_E_SECRET_ABSENT);
        const struct secmail_token calls = calls_of(&t);
        assert_ok(f->context, secmail_key_attach_token(f->context, stub, &calls, &again));
        assert_ok(f->context, sign_and_verify(f, again));
        /* There is nothing to lock. */
        assert_ok(f->context, secmail_key_lock(f->context, again, password, &locked));
        assert_int_equal(secmail_key_is_locked(locked), 0);
        assert_ok(f->context, decrypt(f, locked, locked));
        assert_code(f->context, sign_and_verify(f, stub), SECMAIL_E_SECRET_ABSENT); /* unchanged */
        secmail_key_unref(locked);
        secmail_key_unref(again);
        secmail_key_unref(stub);
        secmail_key_unref(held);
        assert_int_equal(t.released, 2);
        secmail_key_unref(key);
    }
    secmail_secret_free(password);
}

/* A token that has the subkeys only, or some of them. */
static void some_of_the_keys(void **state)
{
    struct fixture *f = *state;
    for (unsigned lost = 0; lost < 8; lost++) {
        struct secmail_key *key = make_key(f, profiles[lost % 2], "Alice"), *held, *changed;
        struct secmail_key_edit *edit;
        struct token t;
        load(f, &t, key);
        for (int i = 0; i < KEYS; i++)
            t.keys[i].lost = lost & 1u << i;
        held = on_token(f, &t, key);
        assert_code(f->context, sign_and_verify(f, held), lost & 2 ? SECMAIL_E_SECRET_ABSENT : 0);
        assert_code(f->context, decrypt(f, held, NULL), lost & 4 ? SECMAIL_E_SECRET_ABSENT : 0);
        assert_ok(f->context, secmail_key_edit_new(f->context, &edit, held));
        assert_ok(f->context, secmail_key_edit_add_user_id(edit, "Bob"));
        assert_code(f->context, secmail_key_edit_run(edit, &changed),
                    lost & 1 ? SECMAIL_E_SECRET_ABSENT : 0);
        secmail_key_edit_free(edit);
        secmail_key_unref(changed);
        secmail_key_unref(held);
        secmail_key_unref(key);
    }
}

/* Open parts stay in the process; only what is elsewhere goes to the token. */
static void open_parts_are_not_asked_for(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice"), *same;
    struct token t;
    load(f, &t, key);
    const struct secmail_token calls = calls_of(&t);
    assert_ok(f->context, secmail_key_attach_token(f->context, key, &calls, &same));
    assert_int_equal(t.released, 1); /* nothing uses it */
    assert_ok(f->context, sign_and_verify(f, same));
    assert_ok(f->context, decrypt(f, same, same));
    assert_int_equal(t.asked, 0);
    secmail_key_unref(same);
    secmail_key_unref(key);
}

/* ---------------------------------------------------------------- what doesn't */

static void failing_tokens(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice"), *held, *changed;
        struct secmail_key_edit *edit;
        struct token t;
        load(f, &t, key);
        held = on_token(f, &t, key);
        for (int how = 0; how < 4; how++) {
            t.answer = how == 0   ? SECMAIL_TOKEN_FAILED
                       : how == 1 ? SECMAIL_TOKEN_REFUSED
                                  : SECMAIL_TOKEN_DONE;
            t.short_ = how == 2;
            t.wrong = how == 3;
            assert_code(f->context, sign_and_verify(f, held), SECMAIL_E_TOKEN);
            assert_ok(f->context, secmail_key_edit_new(f->context, &edit, held));
            assert_ok(f->context, secmail_key_edit_add_user_id(edit, "Bob"));
            assert_code(f->context, secmail_key_edit_run(edit, &changed), SECMAIL_E_TOKEN);
            assert_null(changed);
            secmail_key_edit_free(edit);
            const int rc = decrypt(f, held, NULL);
            if (how == 3) /* a wrong shared secret opens nothing */
                assert_int_equal(rc, SECMAIL_E_CANNOT_DECRYPT);
            else
                assert_code(f->context, rc, SECMAIL_E_TOKEN);
        }
        secmail_key_unref(held);
        secmail_key_unref(key);
    }
}

/* Opens a message to the token's key and (unless NULL) another one, or a password. */
static int open_beside(struct fixture *f, struct secmail_key *held, struct secmail_key *other,
                       const struct secmail_secret *password, int hide)
{
    struct secmail_encrypt *encrypt;
    struct secmail_decrypt *decryption;
    struct secmail_bytes *message, *plain;
    assert_ok(f->context, secmail_encrypt_new(f->context, &encrypt));
    assert_ok(f->context, secmail_encrypt_hide_recipients(encrypt, hide));
    assert_ok(f->context, secmail_encrypt_add_recipient(encrypt, secmail_key_cert(held)));
    if (other)
        assert_ok(f->context, secmail_encrypt_add_recipient(encrypt, secmail_key_cert(other)));
    if (password)
        assert_ok(f->context, secmail_encrypt_add_password(encrypt, password));
    assert_ok(f->context, secmail_encrypt_bytes(encrypt, (const uint8_t *)"hi", 2, &message));
    assert_ok(f->context, secmail_decrypt_new(f->context, &decryption));
    assert_ok(f->context, secmail_decrypt_add_key(decryption, held));
    if (other)
        assert_ok(f->context, secmail_decrypt_add_key(decryption, other));
    if (password)
        assert_ok(f->context, secmail_decrypt_add_password(decryption, password));
    const int rc = secmail_decrypt_bytes(decryption, secmail_bytes_data(message),
                                         secmail_bytes_size(message), &plain);
    secmail_bytes_free(plain);
    secmail_bytes_free(message);
    secmail_encrypt_free(encrypt);
    secmail_decrypt_free(decryption);
    return rc;
}

/* A card that isn't there keeps nobody from a message that another key or a password opens. */
static void a_failing_token_is_passed_over(void **state)
{
    struct fixture *f = *state;
    struct secmail_secret *password = make_secret(f, "x");
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice"),
                           *bob = make_key(f, profiles[p], "Bob"), *held;
        struct token t;
        load(f, &t, key);
        held = on_token(f, &t, key);
        t.answer = SECMAIL_TOKEN_FAILED;
        for (int hide = 0; hide < 2; hide++) {
            assert_ok(f->context, open_beside(f, held, bob, NULL, hide));
            assert_ok(f->context, open_beside(f, held, NULL, password, hide));
            assert_code(f->context, open_beside(f, held, NULL, NULL, hide), SECMAIL_E_TOKEN);
        }
        secmail_key_unref(held);
        secmail_key_unref(bob);
        secmail_key_unref(key);
    }
    secmail_secret_free(password);
}

/* A session key for a point of small order: its shared secret is zero with every key, so that
 * everybody could open the message. Header, fields and KDF are those of section 5.1.6. */
static void put_forged_pkesk(struct fixture *f, struct collected *message, const struct token *t,
                             const struct session *s)
{
    uint8_t input[96] = {0}, kek[16], wrapped[40], fingerprint[32];
    struct collected body = {0};
    smi_x25519_public(input + 32, t->keys[2].secret);
    for (size_t i = 0; i < 32; i++)
        sscanf(t->keys[2].fingerprint + 2 * i, "%2hhx", &fingerprint[i]);
    assert_int_equal(smi_hkdf(f->context, SMI_SHA256, input, 96, NULL, 0,
                              (const uint8_t *)"OpenPGP X25519", 14, kek, 16),
                     0);
    assert_int_equal(smi_key_wrap(f->context, kek, 16, wrapped, s->key, 32), 0);
    put(&body, "\6\41\6", 3);
    put(&body, fingerprint, 32);
    put_u8(&body, PK_X25519);
    put(&body, input, 32);
    put_u8(&body, sizeof wrapped);
    put(&body, wrapped, sizeof wrapped);
    put_body_drop(message, TAG_PKESK, &body);
}

static void points_of_small_order(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice"), *held;
    struct token t;
    load(f, &t, key);
    held = on_token(f, &t, key);
    const struct session s = make_session(f, SMI_AES256);
    struct collected message = {0}, literal = {0};
    put_forged_pkesk(f, &message, &t, &s);
    put_literal(&literal, "hello", 5);
    put_seipd2(f, &message, &s, &literal);
    check_open(f, &(struct openers){.key = key}, &message, SECMAIL_E_WEAK_POINT, NULL);
    check_open(f, &(struct openers){.key = held}, &message, SECMAIL_E_WEAK_POINT, NULL);
    assert_int_equal(t.asked, 1);
    drop(&literal);
    drop(&message);
    secmail_key_unref(held);
    secmail_key_unref(key);
}

static int count_decryptions(void *user, const struct secmail_token_request *request, uint8_t *out,
                             size_t *size)
{
    (void)request;
    ((struct token *)user)->asked++;
    memset(out, 0, *size);
    return SECMAIL_TOKEN_DONE;
}

/* What a token isn't made for it isn't asked: of ElGamal's two numbers it would see one. */
static void elgamal(void **state)
{
    struct fixture *f = *state;
    struct token t = {0};
    const struct secmail_token calls = {
        .size = sizeof calls, .user = &t, .decrypt = count_decryptions};
    struct test_key primary = test_key(f, 4, PK_EDDSA, f->now - 1000);
    struct test_key subkey = {.version = 4, .algo = 16};
    struct collected c = {0}, message = {0}, body = {0}, literal = {0};
    uint8_t number[256];
    struct secmail_key *held;
    fixture_random(f, number, sizeof number);
    number[0] |= 0x80;
    put_u8(&subkey.body, 4);
    put_u32(&subkey.body, (uint32_t)f->now - 1000);
    put_u8(&subkey.body, 16);
    put_mpi(&subkey.body, number, sizeof number);
    put(&subkey.body, "\0\3\5\0\3\7", 6); /* g, y */
    name_key(f, &subkey);
    put_primary(f, &c, &primary, SECMAIL_KEY_CERTIFY, f->now - 1000);
    put_subkey(f, &c, &primary, &subkey, SECMAIL_KEY_ENCRYPT_STORAGE, f->now - 1000);
    struct secmail_cert *cert = parse_cert(f, &c);
    assert_ok(f->context, secmail_key_on_token(f->context, cert, &calls, &held));
    put_u8(&body, 3);
    put(&body, subkey.key_id, 8);
    put_u8(&body, 16);
    put_mpi(&body, number + 1, sizeof number - 1);
    put_mpi(&body, number + 2, sizeof number - 2);
    put_body_drop(&message, TAG_PKESK, &body);
    put_literal(&literal, "hello", 5);
    const struct session s = make_session(f, SMI_AES256);
    put_seipd1(f, &message, &s, &literal);
    check_open(f, &(struct openers){.key = held}, &message, SECMAIL_E_TOKEN, NULL);
    assert_int_equal(t.asked, 0);
    secmail_key_unref(held);
    secmail_cert_unref(cert);
    drop(&literal);
    drop(&message);
    drop(&primary.body);
    drop(&subkey.body);
}

/* A token that only signs, or only decrypts. */
static void half_a_token(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice"), *held;
    struct token t;
    load(f, &t, key);
    for (int signs = 0; signs < 2; signs++) {
        struct secmail_token calls = calls_of(&t);
        if (signs)
            calls.decrypt = NULL;
        else
            calls.sign = NULL;
        calls.has = NULL;
        calls.release = NULL;
        assert_ok(f->context,
                  secmail_key_on_token(f->context, secmail_key_cert(key), &calls, &held));
        assert_code(f->context, sign_and_verify(f, held), signs ? 0 : SECMAIL_E_TOKEN);
        assert_code(f->context, decrypt(f, held, NULL), signs ? SECMAIL_E_TOKEN : 0);
        secmail_key_unref(held);
    }
    assert_int_equal(t.released, 0);
    secmail_key_unref(key);
}

/* A certificate of somebody else: the token's key doesn't fit, and signs nothing for it. */
static void the_wrong_certificate(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice"),
                       *other = make_key(f, SECMAIL_PROFILE_RFC9580, "Mallory"), *held;
    struct token t;
    load(f, &t, key);
    for (int i = 0; i < KEYS; i++)
        snprintf(t.keys[i].fingerprint, 65, "%s",
                 secmail_cert_key_fingerprint(secmail_key_cert(other), (size_t)i));
    held = on_token(f, &t, other);
    assert_code(f->context, sign_and_verify(f, held), SECMAIL_E_TOKEN);
    assert_code(f->context, decrypt(f, held, NULL), SECMAIL_E_CANNOT_DECRYPT);
    secmail_key_unref(held);
    secmail_key_unref(other);
    secmail_key_unref(key);
}

static void arguments(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice"),
                       *out = (struct secmail_key *)(uintptr_t)1;
    struct secmail_cert *cert = secmail_key_cert(key);
    struct token t;
    load(f, &t, key);
    struct secmail_token calls = calls_of(&t), empty = calls, small = calls;
    empty.sign = NULL;
    empty.decrypt = NULL;
    small.size = 8;
    struct secmail_context *c = f->context;
    const int bad[] = {
        secmail_key_on_token(NULL, cert, &calls, &out),
        secmail_key_on_token(c, NULL, &calls, &out),
        secmail_key_on_token(c, cert, NULL, &out),
        secmail_key_on_token(c, cert, &empty, &out),
        secmail_key_on_token(c, cert, &small, &out),
        secmail_key_on_token(c, cert, &calls, NULL),
        secmail_key_attach_token(NULL, key, &calls, &out),
        secmail_key_attach_token(c, NULL, &calls, &out),
        secmail_key_attach_token(c, key, &small, &out),
        secmail_key_attach_token(c, key, &calls, NULL),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(bad[i], SECMAIL_E_ARGUMENT);
    assert_null(out);
    assert_int_equal(t.released, 0);
    secmail_key_unref(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(sign_and_decrypt),
        fixture_test(edit_and_certify),
        fixture_test(export_and_attach),
        fixture_test(some_of_the_keys),
        fixture_test(open_parts_are_not_asked_for),
        fixture_test(failing_tokens),
        fixture_test(a_failing_token_is_passed_over),
        fixture_test(points_of_small_order),
        fixture_test(elgamal),
        fixture_test(half_a_token),
        fixture_test(the_wrong_certificate),
        fixture_test(arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
