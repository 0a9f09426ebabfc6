/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* LibrePGP's encrypted data (packet 20), password packets, keys and signatures (version 5), which
 * are read only: what opens them, and what doesn't. What they have in common with SEIPDv2 is tested
 * there. */
#include "packet_writer.h"

static const char text[] = "GnuPG writes this to keys that ask for it.\n";

enum { CHUNK = 64, CHUNKS = 4, HEAD = 4 + 15 };

static struct collected literal(const char *content)
{
    struct collected c = {0};
    put_literal(&c, (const uint8_t *)content, strlen(content));
    return c;
}

/* Content of exactly CHUNKS chunks, and the packet's body. */
static struct collected chunked(struct fixture *f, const struct session *s,
                                struct collected *content)
{
    struct collected body = {0};
    const size_t size = CHUNKS * CHUNK - 8 - 1;
    uint8_t *data = make_data(f, size);
    put_literal(content, data, size);
    free(data);
    put_librepgp_body(f, &body, s, SMI_OCB, 0, content->data, content->size);
    assert_int_equal(body.size, HEAD + CHUNKS * (CHUNK + 16) + 16);
    return body;
}

/* Streams into small windows; what comes out before the error must be whole authentic chunks. */
static void check_refused(struct fixture *f, const struct session *s,
                          const struct collected *message, const struct collected *content,
                          size_t chunks)
{
    struct collected plain = {0};
    struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.session = s});
    assert_code(f->context, drive(decrypt_update, d, message->data, message->size, 7, 5, &plain),
                SECMAIL_E_MODIFIED);
    assert_true(plain.size <= (chunks ? chunks * CHUNK - 9 : 0));
    if (plain.size)
        assert_memory_equal(plain.data, content->data + content->size - (CHUNKS * CHUNK - 9),
                            plain.size);
    secmail_decrypt_free(d);
    drop(&plain);
    check_open(f, &(struct openers){.session = s}, message, SECMAIL_E_MODIFIED, NULL);
}

static void all_ciphers_and_modes(void **state)
{
    struct fixture *f = *state;
    static const uint8_t ciphers[] = {7, 8, 9, 10, 11, 12, 13};
    struct collected content = literal(text);
    for (size_t i = 0; i < sizeof ciphers; i++) {
        const struct session s = make_session(f, ciphers[i]);
        for (uint8_t mode = SMI_EAX; mode <= SMI_GCM; mode++) {
            for (uint8_t octet = 0; octet <= 16; octet += 8) {
                struct collected message = {0}, body = {0};
                put_librepgp_body(f, &body, &s, mode, octet, content.data, content.size);
                put_body_drop(&message, TAG_LIBREPGP, &body);
                check_open(f, &(struct openers){.session = &s}, &message, 0, text);
                drop(&message);
            }
        }
    }
    drop(&content);
}

/* By key and by password; the format is told, and the session key is complete. */
static void what_opens_it(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC4880, "Alice");
    const struct session s = make_session(f, SMI_AES192);
    const struct smi_s2k s2k = cheap_s2k();
    struct collected content = literal(text), message = {0};
    put_skesk5(f, &message, &s2k, "other", &s);
    put_skesk5(f, &message, &s2k, "password", &s);
    put_librepgp(f, &message, &s, &content);
    check_open(f, &(struct openers){.password = "wrong"}, &message, SECMAIL_E_WRONG_PASSWORD, NULL);
    check_open(f, &(struct openers){.key = key}, &message, SECMAIL_E_CANNOT_DECRYPT, NULL);
    struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.password = "password"});
    struct secmail_bytes *plain;
    struct secmail_secret *found;
    assert_ok(f->context, secmail_decrypt_bytes(d, message.data, message.size, &plain));
    assert_int_equal(secmail_decrypt_format(d), SECMAIL_FORMAT_LIBREPGP);
    assert_ok(f->context, secmail_decrypt_session_key(d, &found));
    assert_int_equal(secmail_secret_data(found)[0], SMI_AES192);
    assert_int_equal(secmail_secret_size(found), 25);
    assert_memory_equal(secmail_secret_data(found) + 1, s.key, 24);
    secmail_secret_free(found);
    secmail_bytes_free(plain);
    secmail_decrypt_free(d);
    secmail_key_unref(key);
    drop(&message);
    drop(&content);
}

static void damaged(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    struct collected content = {0};
    struct collected body = chunked(f, &s, &content);
    for (size_t i = HEAD; i < body.size; i++) { /* each byte */
        struct collected message = {0};
        body.data[i] ^= 1;
        put_body(&message, TAG_LIBREPGP, &body);
        body.data[i] ^= 1;
        check_refused(f, &s, &message, &content, (i - HEAD) / (CHUNK + 16));
        drop(&message);
    }
    for (size_t size = HEAD; size < body.size; size++) { /* cut, also between chunks */
        for (int with_tag = 0; with_tag < 2; with_tag++) {
            struct collected message = {0}, cut = {0};
            if (with_tag && size == body.size - 16)
                continue;
            put(&cut, body.data, size);
            put(&cut, body.data + body.size - 16, with_tag ? 16 : 0);
            put_body_drop(&message, TAG_LIBREPGP, &cut);
            check_refused(f, &s, &message, &content, (size - HEAD) / (CHUNK + 16));
            drop(&message);
        }
    }
    uint8_t *first = body.data + HEAD, spare[CHUNK + 16]; /* in another order */
    memcpy(spare, first, sizeof spare);
    memcpy(first, first + sizeof spare, sizeof spare);
    memcpy(first + sizeof spare, spare, sizeof spare);
    struct collected message = {0};
    put_body_drop(&message, TAG_LIBREPGP, &body);
    check_refused(f, &s, &message, &content, 0);
    drop(&message);
    drop(&content);
}

static void fields(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    struct collected content = literal(text), body = {0};
    put_librepgp_body(f, &body, &s, SMI_OCB, 0, content.data, content.size);
    for (size_t at = 0; at < 4; at++) {
        for (unsigned value = 0; value < 256; value++) {
            struct collected message = {0};
            const uint8_t right = body.data[at];
            body.data[at] = (uint8_t)value;
            put_body(&message, TAG_LIBREPGP, &body);
            body.data[at] = right;
            int want = value == right ? 0 : SECMAIL_E_MODIFIED;
            if (at == 0 && want)
                want = SECMAIL_E_UNSUPPORTED_VERSION;
            else if (at == 1 && smi_cipher_block_size((uint8_t)value) != 16)
                want = SECMAIL_E_UNSUPPORTED_ALGORITHM;
            else if (at == 1 && want) /* the session key is for another one */
                want = SECMAIL_E_CANNOT_DECRYPT;
            else if (at == 2 && !smi_aead_nonce_size((uint8_t)value))
                want = SECMAIL_E_UNSUPPORTED_ALGORITHM;
            else if (at == 3 && value > 16)
                want = SECMAIL_E_MALFORMED;
            check_open(f, &(struct openers){.session = &s}, &message, want, text);
            drop(&message);
        }
    }
    for (size_t size = 0; size < HEAD; size++) {
        struct collected message = {0};
        put_packet(&message, TAG_LIBREPGP, body.data, size);
        check_open(f, &(struct openers){.session = &s}, &message, SECMAIL_E_TRUNCATED, NULL);
        drop(&message);
    }
    drop(&body);
    drop(&content);
}

/* Neither its key packets open other data, nor others' its own; its data under another tag stays
 * closed, with the right session key too. */
static void no_downgrade(void **state)
{
    struct fixture *f = *state;
    const struct session s = make_session(f, SMI_AES256);
    const struct smi_s2k s2k = cheap_s2k();
    struct collected content = literal(text), body = {0}, message = {0};
    for (unsigned version = 1; version <= 2; version++) {
        put_skesk5(f, &message, &s2k, "password", &s);
        put_seipd(f, &message, version, &s, &content);
        check_open(f, &(struct openers){.password = "password"}, &message, SECMAIL_E_WRONG_PASSWORD,
                   NULL);
        drop(&message);
    }
    put_skesk6(f, &message, &s2k, "password", &s);
    put_librepgp(f, &message, &s, &content);
    check_open(f, &(struct openers){.password = "password"}, &message, SECMAIL_E_WRONG_PASSWORD,
               NULL);
    drop(&message);
    put_librepgp_body(f, &body, &s, SMI_OCB, 0, content.data, content.size);
    put_body(&message, TAG_SEIPD, &body); /* version 1 */
    check_open(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MODIFIED, NULL);
    drop(&message);
    put_body(&message, TAG_SED, &body);
    check_open(f, &(struct openers){.session = &s}, &message, SECMAIL_E_UNPROTECTED, NULL);
    drop(&message);
    body.data[0] = 2;
    put_body(&message, TAG_SEIPD, &body);
    check_open(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MODIFIED, NULL);
    drop(&message);
    drop(&body);
    drop(&content);
}

/* Each format can be refused. */
static void policy(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"SEIPDv1", "SEIPDv2", "LibrePGP"};
    const struct session s = make_session(f, SMI_AES256);
    struct collected content = literal(text);
    for (unsigned i = 0; i < 3; i++) {
        char rules[64];
        struct secmail_policy *refusing;
        struct collected message = {0};
        struct secmail_bytes *plain;
        snprintf(rules, sizeof rules, "include standard\nformat %s until 2025-06-01", names[i]);
        assert_ok(f->context, secmail_policy_parse(f->context, &refusing, (const uint8_t *)rules,
                                                   strlen(rules)));
        if (i == 2)
            put_librepgp(f, &message, &s, &content);
        else
            put_seipd(f, &message, i + 1, &s, &content);
        check_open(f, &(struct openers){.session = &s}, &message, 0, text);
        struct secmail_decrypt *d = make_decrypt(f, &(struct openers){.session = &s});
        assert_ok(f->context, secmail_decrypt_set_policy(d, refusing));
        assert_code(f->context, secmail_decrypt_bytes(d, message.data, message.size, &plain),
                    SECMAIL_E_POLICY);
        assert_non_null(strstr(secmail_context_error_detail(f->context), names[i]));
        secmail_decrypt_free(d);
        secmail_policy_unref(refusing);
        drop(&message);
    }
    drop(&content);
}

/* ---------------------------------------------------------------- keys and signatures */

static struct collected file(const char *name)
{
    char path[128];
    struct collected c = {0};
    snprintf(path, sizeof path, "data/openpgp/librepgp/%s", name);
    c.data = fixture_read_free(fixture_path(path), &c.size);
    return c;
}

static uint32_t status_of(struct fixture *f, struct secmail_cert *cert,
                          const struct collected *text5, struct secmail_policy *policy)
{
    struct secmail_inline_verify *v;
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_inline_verify_new(f->context, &v));
    if (policy)
        assert_ok(f->context, secmail_inline_verify_set_policy(v, policy));
    assert_ok(f->context, secmail_inline_verify_add_cert(v, cert));
    const int rc = secmail_inline_verify_bytes(v, text5->data, text5->size, &bytes);
    const uint32_t status = secmail_verdict_status(secmail_inline_verify_verdict(v, 0));
    assert_int_equal(!rc, status == SECMAIL_VERDICT_GOOD);
    secmail_bytes_free(bytes);
    secmail_inline_verify_free(v);
    return status;
}

/* A text that RNP signed: good, unless it is changed, or the policy refuses LibrePGP. */
static void signatures_of_version_5(void **state)
{
    static const char rules[] = "include standard\nformat LibrePGP never";
    struct fixture *f = *state;
    struct collected armored = file("cert.asc"), signed_text = file("clearsigned.asc");
    struct secmail_policy *refusing;
    struct secmail_cert *cert;
    struct secmail_encrypt *e;
    assert_ok(f->context, secmail_cert_parse(f->context, &cert, armored.data, armored.size));
    assert_int_equal(secmail_cert_version(cert), 5);
    assert_string_equal(secmail_cert_fingerprint(cert),
                        "B856A4197113D431927B925248F026615F9F390B26BC1676E81F072C70F539E9");
    assert_int_equal(status_of(f, cert, &signed_text, NULL), SECMAIL_VERDICT_GOOD);
    assert_ok(f->context,
              secmail_policy_parse(f->context, &refusing, (const uint8_t *)rules, strlen(rules)));
    assert_int_equal(status_of(f, cert, &signed_text, refusing), SECMAIL_VERDICT_REJECTED);
    secmail_policy_unref(refusing);
    size_t at = 0;
    while (memcmp(signed_text.data + at, "test message", 12) != 0)
        assert_true(++at + 12 < signed_text.size);
    signed_text.data[at] = 'T';
    assert_int_equal(status_of(f, cert, &signed_text, NULL), SECMAIL_VERDICT_BAD);
    /* Nothing is made for such a key. */
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    assert_code(f->context, secmail_encrypt_add_recipient(e, cert), SECMAIL_E_UNSUPPORTED_VERSION);
    secmail_encrypt_free(e);
    secmail_cert_unref(cert);
    drop(&armored);
    drop(&signed_text);
}

/* It is never written. */
static void not_written(void **state)
{
    struct fixture *f = *state;
    struct secmail_encrypt *e;
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    assert_code(f->context, secmail_encrypt_set_format(e, SECMAIL_FORMAT_LIBREPGP),
                SECMAIL_E_ARGUMENT);
    secmail_encrypt_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(all_ciphers_and_modes),
        fixture_test(what_opens_it),
        fixture_test(damaged),
        fixture_test(fields),
        fixture_test(no_downgrade),
        fixture_test(policy),
        fixture_test(signatures_of_version_5),
        fixture_test(not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
