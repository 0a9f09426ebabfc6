/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The samples of RFC 9580 appendix A: keys, signatures and messages are read as the RFC says, and
 * made again byte for byte where nothing in them is random. A.6 (the cleartext signature framework)
 * is here for its signature and text only: the framework itself has no reader in this module. */
#include "packet_writer.h"
#include "verify/content.h" /* before cmocka, which defines skip */

static const char hello[] = "Hello, world!";
static const char list[] =
    "What we need from the grocery store:\n\n- tofu\n- vegetables\n- noodles\n";
static const char v6_fingerprint[] =
    "CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9";
static const char v6_subkey[] = "12C83F1E706F6308FE151A417743A1F033790E93E9978488D1DB378DA9930885";

static struct collected sample(const char *name)
{
    char path[128];
    struct collected c = {0};
    snprintf(path, sizeof path, "data/openpgp/rfc9580/%s", name);
    c.data = fixture_read_free(fixture_path(path), &c.size);
    return c;
}

static struct collected sample_binary(struct fixture *f, const char *name)
{
    struct collected text = sample(name), binary = {0};
    struct secmail_armor *armor;
    assert_ok(f->context, secmail_dearmor_new(f->context, &armor));
    assert_ok(f->context,
              drive(armor_update, armor, text.data, text.size, text.size, 4096, &binary));
    secmail_armor_free(armor);
    drop(&text);
    return binary;
}

static struct secmail_cert *sample_cert(struct fixture *f, const char *name)
{
    struct collected c = sample(name);
    return parse_cert(f, &c);
}

static struct secmail_key *sample_key(struct fixture *f, const char *name)
{
    struct collected c = sample(name);
    struct secmail_key *key;
    assert_ok(f->context, secmail_key_parse(f->context, &key, c.data, c.size));
    drop(&c);
    return key;
}

static void assert_bytes(struct secmail_bytes *bytes, const struct collected *want)
{
    assert_int_equal(secmail_bytes_size(bytes), want->size);
    assert_memory_equal(secmail_bytes_data(bytes), want->data, want->size);
    secmail_bytes_free(bytes);
}

/* ---------------------------------------------------------------- A.1, A.2 */

static void a1_v4_key(void **state)
{
    struct fixture *f = *state;
    struct secmail_cert *cert = sample_cert(f, "a1-key.pgp");
    assert_int_equal(secmail_cert_version(cert), 4);
    assert_string_equal(secmail_cert_fingerprint(cert), "C959BDBAFA32A2F89A153B678CFDE12197965A9A");
    struct secmail_key_info info = {.size = sizeof info};
    assert_ok(f->context, secmail_cert_key_info(f->context, cert, 0, NULL, &info));
    assert_int_equal(info.algorithm, 22);
    assert_int_equal(info.created, 1408458507);
    /* The sample is a bare key packet: nothing says that it may be used. */
    assert_int_equal(info.validity, SECMAIL_E_KEY_INVALID);
    secmail_cert_unref(cert);
}

static const struct secmail_verdict *verify(struct fixture *f, struct secmail_verify **v,
                                            struct secmail_cert *cert, const struct collected *sig,
                                            const char *data)
{
    assert_ok(f->context, secmail_verify_new(f->context, v));
    assert_ok(f->context, secmail_verify_add_cert(*v, cert));
    assert_ok(f->context, secmail_verify_add_signatures(*v, sig->data, sig->size));
    assert_ok(f->context, secmail_verify_update(*v, (const uint8_t *)data, strlen(data)));
    assert_ok(f->context, secmail_verify_finish(*v));
    assert_int_equal(secmail_verify_verdict_count(*v), 1);
    return secmail_verify_verdict(*v, 0);
}

/* The key has no self-signature, so the verdict is about the key; another text is a mismatch. */
static void a2_v4_signature(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *data;
        uint32_t status, reason;
    } rows[] = {{"OpenPGP", SECMAIL_VERDICT_REJECTED, SECMAIL_REASON_KEY_INVALID},
                {"OpenPGq", SECMAIL_VERDICT_BAD, SECMAIL_REASON_MISMATCH}};
    struct secmail_cert *cert = sample_cert(f, "a1-key.pgp");
    struct collected sig = sample("a2-openpgp.sig");
    for (size_t i = 0; i < 2; i++) {
        struct secmail_verify *v;
        const struct secmail_verdict *verdict = verify(f, &v, cert, &sig, rows[i].data);
        assert_int_equal(secmail_verdict_status(verdict), rows[i].status);
        assert_int_equal(secmail_verdict_reason(verdict, 0), rows[i].reason);
        assert_int_equal(secmail_verdict_time(verdict), 1442406293);
        secmail_verify_free(v);
    }
    drop(&sig);
    secmail_cert_unref(cert);
}

/* ---------------------------------------------------------------- A.3, A.4, A.5 */

static void a3_v6_certificate(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint32_t algorithm, flags;
    } rows[] = {{27, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN},
                {25, SECMAIL_KEY_ENCRYPT_COMMUNICATIONS | SECMAIL_KEY_ENCRYPT_STORAGE}};
    struct secmail_cert *cert = sample_cert(f, "a3-cert.asc");
    assert_string_equal(secmail_cert_fingerprint(cert), v6_fingerprint);
    assert_string_equal(secmail_cert_key_fingerprint(cert, 1), v6_subkey);
    assert_int_equal(secmail_cert_key_count(cert), 2);
    for (size_t i = 0; i < 2; i++) {
        struct secmail_key_info info = {.size = sizeof info};
        assert_ok(f->context, secmail_cert_key_info(f->context, cert, i, NULL, &info));
        assert_int_equal(info.validity, 0);
        assert_int_equal(info.version, 6);
        assert_int_equal(info.algorithm, rows[i].algorithm);
        assert_int_equal(info.flags, rows[i].flags);
        assert_int_equal(info.created, 0x63877fe3);
        assert_int_equal(info.expires, -1);
    }
    secmail_cert_unref(cert);
}

/* Certificates and keys come out as they went in: binary, and armored as the RFC prints them. */
static void a3_a4_a5_exported(void **state)
{
    struct fixture *f = *state;
    struct secmail_bytes *bytes;
    for (int armored = 0; armored < 2; armored++) {
        static const char *const names[] = {"a3-cert.asc", "a4-key.asc", "a5-locked.asc"};
        for (size_t i = 0; i < 3; i++) {
            struct collected want = armored ? sample(names[i]) : sample_binary(f, names[i]);
            if (i == 0) {
                struct secmail_cert *cert = sample_cert(f, names[i]);
                assert_ok(f->context, secmail_cert_export(f->context, cert, armored, &bytes));
                secmail_cert_unref(cert);
            } else {
                struct secmail_key *key = sample_key(f, names[i]);
                assert_ok(f->context, secmail_key_export(f->context, key, armored, &bytes));
                secmail_key_unref(key);
            }
            assert_bytes(bytes, &want);
            drop(&want);
        }
    }
}

/* The certificate of A.4 is A.3, also when it is read from the secret key. */
static void a4_certificate_of_the_key(void **state)
{
    struct fixture *f = *state;
    struct collected want = sample_binary(f, "a3-cert.asc");
    struct secmail_key *key = sample_key(f, "a4-key.asc");
    struct secmail_cert *cert = sample_cert(f, "a4-key.asc");
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_cert_export(f->context, secmail_key_cert(key), 0, &bytes));
    assert_bytes(bytes, &want);
    assert_ok(f->context, secmail_cert_export(f->context, cert, 0, &bytes));
    assert_bytes(bytes, &want);
    secmail_cert_unref(cert);
    secmail_key_unref(key);
    drop(&want);
}

static void a5_unlocked(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *locked = sample_key(f, "a5-locked.asc"), *open;
    struct secmail_secret *right = make_secret(f, "correct horse battery staple"),
                          *wrong = make_secret(f, "wrong");
    assert_int_equal(secmail_key_is_locked(locked), 1);
    assert_code(f->context, secmail_key_unlock(f->context, locked, wrong, &open),
                SECMAIL_E_WRONG_PASSWORD);
    assert_null(open);
    assert_ok(f->context, secmail_key_unlock(f->context, locked, right, &open));
    assert_int_equal(secmail_key_is_locked(open), 0);
    struct collected want = sample_binary(f, "a4-key.asc");
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_key_export(f->context, open, 0, &bytes));
    assert_bytes(bytes, &want);
    drop(&want);
    secmail_secret_free(right);
    secmail_secret_free(wrong);
    secmail_key_unref(open);
    secmail_key_unref(locked);
}

/* ---------------------------------------------------------------- A.6, A.7 */

/* The signature of A.6 over the text that its framework stands for. */
static void a6_signature_over_text(void **state)
{
    struct fixture *f = *state;
    struct secmail_cert *cert = sample_cert(f, "a3-cert.asc");
    struct collected message = sample("a6-clearsigned.asc");
    const char *begin = strstr((const char *)message.data, "-----BEGIN PGP SIGNATURE-----");
    assert_non_null(begin);
    const size_t at = (size_t)(begin - (const char *)message.data);
    const struct collected sig = {message.data + at, message.size - at};
    static const char *const texts[] = {list, "What we need from the grocery store:\r\n\r\n"
                                              "- tofu\r\n- vegetables\r\n- noodles\r\n"};
    for (size_t i = 0; i < 3; i++) {
        struct secmail_verify *v;
        const struct secmail_verdict *verdict = verify(f, &v, cert, &sig,
                                                       i < 2 ? texts[i] : "What we need: - beef\n");
        assert_int_equal(secmail_verdict_status(verdict),
                         i < 2 ? SECMAIL_VERDICT_GOOD : SECMAIL_VERDICT_BAD);
        assert_int_equal(secmail_verdict_is_text(verdict), 1);
        assert_string_equal(secmail_verdict_key(verdict), v6_fingerprint);
        secmail_verify_free(v);
    }
    drop(&message);
    secmail_cert_unref(cert);
}

static int read_content(struct fixture *f, struct smi_judge *judge, const struct collected *message,
                        struct collected *plain)
{
    struct smi_window_source window;
    struct smi_content content;
    uint8_t room[16];
    struct secmail_input in = {message->data, message->size, 0};
    int status;
    smi_window_source_open(&window, f->context);
    window.in = &in;
    window.end = true;
    smi_content_open(&content, f->context, judge, &window.source);
    do {
        struct secmail_output out = {room, sizeof room, 0};
        status = smi_content_read(&content, &out);
        put(plain, room, out.pos);
    } while (status == SECMAIL_NEEDS_ROOM);
    smi_content_close(&content);
    smi_window_source_close(&window);
    return status;
}

static void a7_inline_signed(void **state)
{
    struct fixture *f = *state;
    struct secmail_cert *cert = sample_cert(f, "a3-cert.asc");
    struct collected message = sample_binary(f, "a7-inline.asc");
    for (int tampered = 0; tampered < 2; tampered++) {
        struct collected plain = {0};
        struct smi_judge judge;
        smi_judge_open(&judge, f->context);
        assert_ok(f->context, smi_judge_add_cert(&judge, cert));
        /* "tofu", in the middle of the literal packet that the 72 bytes of one-pass packet precede
         */
        message.data[72 + 2 + 6 + 40] ^= tampered ? 1 : 0;
        assert_ok(f->context, read_content(f, &judge, &message, &plain));
        assert_int_equal(plain.size, strlen(list));
        assert_int_equal(memcmp(plain.data, list, plain.size) == 0, !tampered);
        assert_int_equal(judge.verdict_count, 1);
        assert_int_equal(smi_judge_good_count(&judge), !tampered);
        assert_int_equal(secmail_verdict_status(smi_judge_verdict(&judge, 0)),
                         tampered ? SECMAIL_VERDICT_BAD : SECMAIL_VERDICT_GOOD);
        smi_judge_close(&judge);
        drop(&plain);
    }
    drop(&message);
    secmail_cert_unref(cert);
}

/* A signature packet's body made again with the library's writer: Ed25519 leaves nothing to chance.
 * `data` is what was signed before the signature's own fields. */
static void check_made_again(struct fixture *f, const struct smi_cursor *body,
                             const struct smi_public_key *key, const uint8_t seed[32],
                             const struct smi_cursor *data)
{
    struct smi_signature sig;
    struct smi_signed_hash h;
    uint8_t digest[SMI_HASH_MAX_SIZE], raw[64];
    smi_signature_read(&sig, body->data, body->size);
    assert_int_equal(sig.problem, 0);
    struct smi_buf made = smi_buf_open(smi_malloc_allocator()), hashed = made;
    smi_put(&hashed, sig.hashed, sig.hashed_size);
    smi_signature_begin(&made, sig.version, sig.type, sig.pk, sig.hash, &hashed);
    assert_ok(f->context, smi_signed_hash_open(f->context, &h, sig.hash, sig.type == SMI_SIG_TEXT,
                                               sig.salt, sig.salt_size));
    smi_signed_hash_update(&h, data->data, data->size);
    smi_signature_digest(&h.hash, sig.version, made.data, made.size, digest);
    smi_signed_hash_close(&h);
    smi_ed25519_sign(raw, seed, key->field[0].data, digest, smi_hash_size(sig.hash));
    smi_signature_end(&made, key, digest, sig.salt, sig.salt_size);
    smi_put(&made, raw, sizeof raw);
    assert_int_equal(made.size, body->size);
    assert_memory_equal(made.data, body->data, body->size);
    smi_buf_free(&made);
    smi_buf_free(&hashed);
}

/* The next packet, which must have this tag. */
static struct smi_cursor expect(struct fixture *f, struct smi_cursor *in, uint8_t tag)
{
    struct smi_packet packet;
    struct smi_cursor body;
    assert_ok(f->context, smi_packet_next(f->context, in, &packet, &body));
    assert_int_equal(packet.tag, tag);
    return body;
}

/* The primary key of A.4 and its seed. */
static struct smi_public_key primary_of_a4(struct fixture *f, struct collected *file,
                                           struct smi_cursor *in, uint8_t seed[32])
{
    struct smi_public_key key;
    *file = sample_binary(f, "a4-key.asc");
    *in = smi_cursor(file->data, file->size);
    struct smi_cursor body = expect(f, in, SMI_TAG_SECRET_KEY);
    assert_ok(f->context, smi_public_key_read(f->context, &key, &body, true));
    assert_string_equal(key.hex, v6_fingerprint);
    assert_int_equal(smi_u8(&body), 0);
    smi_copy(&body, seed, 32);
    assert_false(body.bad);
    return key;
}

static void put_public_for_hash(struct collected *c, const struct smi_public_key *key)
{
    put_u8(c, 0x9b);
    put_u32(c, (uint32_t)key->body_size);
    put(c, key->body, key->body_size);
}

static void a3_self_signatures_made_again(void **state)
{
    struct fixture *f = *state;
    struct collected file, data = {0};
    struct smi_cursor in;
    struct smi_public_key subkey;
    uint8_t seed[32];
    const struct smi_public_key key = primary_of_a4(f, &file, &in, seed);
    put_public_for_hash(&data, &key);
    struct smi_cursor body = expect(f, &in, SMI_TAG_SIGNATURE);
    check_made_again(f, &body, &key, seed, &(struct smi_cursor){data.data, data.size, 0, false});
    body = expect(f, &in, SMI_TAG_SECRET_SUBKEY);
    assert_ok(f->context, smi_public_key_read(f->context, &subkey, &body, true));
    put_public_for_hash(&data, &subkey);
    body = expect(f, &in, SMI_TAG_SIGNATURE);
    check_made_again(f, &body, &key, seed, &(struct smi_cursor){data.data, data.size, 0, false});
    drop(&data);
    drop(&file);
}

static void a7_made_again(void **state)
{
    struct fixture *f = *state;
    struct collected file, message = sample_binary(f, "a7-inline.asc");
    struct smi_cursor in;
    uint8_t seed[32];
    const struct smi_public_key key = primary_of_a4(f, &file, &in, seed);
    struct smi_one_pass ops;
    in = smi_cursor(message.data, message.size);
    assert_true(smi_one_pass_read(&ops, expect(f, &in, SMI_TAG_ONE_PASS)));
    struct smi_buf made = smi_buf_open(smi_malloc_allocator());
    smi_one_pass_write(&made, &ops, &key);
    assert_int_equal(made.size, in.pos);
    assert_memory_equal(made.data, message.data, made.size);
    smi_buf_free(&made);
    const struct smi_cursor literal = expect(f, &in, SMI_TAG_LITERAL);
    const struct smi_cursor data = smi_cursor(literal.data + 6, literal.size - 6);
    const struct smi_cursor sig = expect(f, &in, SMI_TAG_SIGNATURE);
    check_made_again(f, &sig, &key, seed, &data);
    drop(&file);
    drop(&message);
}

/* ---------------------------------------------------------------- A.8 to A.12 */

static void a8_x25519(void **state)
{
    struct fixture *f = *state;
    struct collected message = sample("a8-x25519-ocb.asc");
    struct secmail_key *key = sample_key(f, "a4-key.asc");
    check_open(f, &(struct openers){.key = key}, &message, 0, hello);
    secmail_key_unref(key);
    key = make_key(f, SECMAIL_PROFILE_RFC9580, "somebody else");
    check_open(f, &(struct openers){.key = key}, &message, SECMAIL_E_CANNOT_DECRYPT, NULL);
    secmail_key_unref(key);
    drop(&message);
}

static void passwords(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"a9-eax.asc",
                                        "a10-ocb.asc",
                                        "a11-gcm.asc",
                                        "a12-argon2-aes128.asc",
                                        "a12-argon2-aes192.asc",
                                        "a12-argon2-aes256.asc"};
    for (size_t i = 0; i < 6; i++) {
        const bool large = strstr(names[i], "argon2") != NULL; /* 2 GiB */
        if (large && !getenv("SECMAIL_TEST_LARGE")) {
            print_message("# %s left out: SECMAIL_TEST_LARGE is unset\n", names[i]);
            continue;
        }
        struct collected message = sample(names[i]);
        check_open(f, &(struct openers){.password = "password"}, &message, 0, hello);
        if (!large)
            check_open(f, &(struct openers){.password = "Password"}, &message,
                       SECMAIL_E_WRONG_PASSWORD, NULL);
        drop(&message);
    }
}

/* The session keys that the RFC prints open the messages, and are what the library finds. */
static void session_keys(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *name;
        uint8_t key[17];
    } rows[] = {
        {"a9-eax.asc", "\x07\x38\x81\xba\xfe\x98\x54\x12\x45\x9b\x86\xc3\x6f\x98\xcb\x9a\x5e"},
        {"a10-ocb.asc", "\x07\x28\xe7\x9a\xb8\x23\x97\xd3\xc6\x3d\xe2\x4a\xc2\x17\xd7\xb7\x91"},
        {"a11-gcm.asc", "\x07\x19\x36\xfc\x85\x68\x98\x02\x74\xbb\x90\x0d\x83\x19\x36\x0c\x77"},
    };
    for (size_t i = 0; i < 3; i++) {
        struct collected message = sample(rows[i].name);
        struct session session = {.cipher = rows[i].key[0]};
        memcpy(session.key, rows[i].key + 1, 16);
        check_open(f, &(struct openers){.session = &session}, &message, 0, hello);
        struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.password = "password"});
        struct secmail_bytes *plain;
        struct secmail_secret *found;
        assert_ok(f->context, secmail_decrypt_bytes(d, message.data, message.size, &plain));
        assert_ok(f->context, secmail_decrypt_session_key(d, &found));
        assert_int_equal(secmail_secret_size(found), 17);
        assert_memory_equal(secmail_secret_data(found), rows[i].key, 17);
        secmail_secret_free(found);
        secmail_bytes_free(plain);
        secmail_decrypt_free(d);
        session.key[0] ^= 1;
        check_open(f, &(struct openers){.session = &session}, &message, SECMAIL_E_MODIFIED, NULL);
        drop(&message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(a1_v4_key),
        fixture_test(a2_v4_signature),
        fixture_test(a3_v6_certificate),
        fixture_test(a3_a4_a5_exported),
        fixture_test(a4_certificate_of_the_key),
        fixture_test(a5_unlocked),
        fixture_test(a6_signature_over_text),
        fixture_test(a7_inline_signed),
        fixture_test(a3_self_signatures_made_again),
        fixture_test(a7_made_again),
        fixture_test(a8_x25519),
        fixture_test(passwords),
        fixture_test(session_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
