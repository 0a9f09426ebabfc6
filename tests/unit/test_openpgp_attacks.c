/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Known attacks on OpenPGP implementations, made by hand: each must fail, and none may get a byte
 * of plaintext out before it is authenticated. Attacks through sizes and counts are in
 * test_openpgp_limits.c, those on signatures in test_verify_signatures.c. */
#include "packet_writer.h"

static const char secret_text[] = "Attack at dawn; bring the secret plans.";

static struct collected literal_content(const char *text)
{
    struct collected content = {0};
    put_literal(&content, text, strlen(text));
    return content;
}

/* A test-made key as the library reads it: certify and sign by the primary, encrypt by the subkey.
 */
struct person {
    struct test_key primary, subkey;
    struct secmail_key *key;
};

static struct person make_person_with(struct fixture *f, uint8_t subkey_flags)
{
    struct person p = {test_key(f, 6, PK_ED25519, f->now), test_key(f, 6, PK_X25519, f->now), NULL};
    struct collected c = {0}, cert = {0};
    put_primary(f, &cert, &p.primary, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN, 0);
    put_subkey(f, &cert, &p.primary, &p.subkey, subkey_flags, 0);
    /* The same packets with the secret ones in place of the public ones. */
    const size_t head = 2; /* of the key packets: 42 bytes have a length of one octet */
    const size_t size = head + p.primary.body.size;
    size_t binding = size;
    while (memcmp(cert.data + binding, p.subkey.body.data, p.subkey.body.size) != 0)
        binding++;
    put_secret_key(&c, TAG_SECRET_KEY, &p.primary);
    put(&c, cert.data + size, binding - head - size);
    put_secret_key(&c, TAG_SECRET_SUBKEY, &p.subkey);
    put(&c, cert.data + binding + p.subkey.body.size, cert.size - binding - p.subkey.body.size);
    assert_ok(f->context, secmail_key_parse(f->context, &p.key, c.data, c.size));
    drop(&c);
    drop(&cert);
    return p;
}

static struct person make_person(struct fixture *f)
{
    return make_person_with(f, SECMAIL_KEY_ENCRYPT_COMMUNICATIONS | SECMAIL_KEY_ENCRYPT_STORAGE);
}

static void free_person(struct person *p)
{
    secmail_key_unref(p->key);
    drop(&p->primary.body);
    drop(&p->subkey.body);
}

/* Streams a message that must fail; returns how much plaintext came out before it did. */
static size_t stream_fails(struct fixture *f, const struct openers *o,
                           const struct collected *message, int want, struct collected *plain)
{
    struct secmail_decrypt *d = make_decrypt(f, o);
    assert_code(f->context, drive(decrypt_update, d, message->data, message->size, 50, 1000, plain),
                want);
    assert_int_equal(secmail_decrypt_verdict_count(d), 0);
    assert_int_equal(secmail_decrypt_good_count(d), 0);
    secmail_decrypt_free(d);
    return plain->size;
}

/* Both ways in: in one call, and through windows, where nothing at all may come out. */
static void must_fail(struct fixture *f, const struct openers *o, const struct collected *message,
                      int want)
{
    struct collected plain = {0};
    check_open(f, o, message, want, NULL);
    assert_int_equal(stream_fails(f, o, message, want, &plain), 0);
    drop(&plain);
}

/* ---------------------------------------------------------------- the writer itself */

static void what_the_writer_writes_is_read(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    struct collected content = literal_content(secret_text);
    const struct session s = make_session(f, SMI_AES256);
    struct secmail_cert *cert = secmail_key_cert(p.key);
    for (unsigned version = 1; version <= 2; version++) {
        for (int hidden = 0; hidden < 2; hidden++) {
            struct collected message = {0};
            put_pkesk(f, &message, version == 1 ? 3 : 6, &p.subkey, &s, hidden);
            put_seipd(f, &message, version, &s, &content);
            check_open(f, &(struct openers){.key = p.key}, &message, 0, secret_text);
            check_open(f, &(struct openers){.session = &s}, &message, 0, secret_text);
            drop(&message);
        }
    }
    struct secmail_encrypt *e;
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    assert_ok(f->context, secmail_encrypt_add_recipient(e, cert));
    assert_ok(f->context, secmail_encrypt_bytes(e, (const uint8_t *)"hello", 5, &bytes));
    const struct collected message = {(uint8_t *)(uintptr_t)secmail_bytes_data(bytes),
                                      secmail_bytes_size(bytes)};
    check_open(f, &(struct openers){.key = p.key}, &message, 0, "hello");
    secmail_bytes_free(bytes);
    secmail_encrypt_free(e);
    drop(&content);
    free_person(&p);
}

/* A key for authentication (0x20) opens no message, whether it is named or has to be guessed. */
static void keys_without_the_flag_do_not_decrypt(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person_with(f, 0x20);
    struct collected content = literal_content(secret_text);
    const struct session s = make_session(f, SMI_AES256);
    for (int hidden = 0; hidden < 2; hidden++) {
        struct collected message = {0};
        put_pkesk(f, &message, 6, &p.subkey, &s, hidden);
        put_seipd(f, &message, 2, &s, &content);
        must_fail(f, &(struct openers){.key = p.key}, &message, SECMAIL_E_CANNOT_DECRYPT);
        drop(&message);
    }
    drop(&content);
    free_person(&p);
}

/* ---------------------------------------------------------------- integrity */

static void unprotected_data_is_refused(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    struct collected content = literal_content(secret_text), body = {0};
    const struct session s = make_session(f, SMI_AES256);
    const struct openers o = {.key = p.key, .session = &s};
    put_seipd1_body(f, &body, &s, content.data, content.size, MDC_NONE);
    /* As tag 9: without the version octet, as its format wants it, and with it. */
    for (size_t from = 0; from < 2; from++) {
        struct collected message = {0};
        put_pkesk(f, &message, 3, &p.subkey, &s, false);
        put_packet(&message, TAG_SED, body.data + from, body.size - from);
        must_fail(f, &o, &message, SECMAIL_E_UNPROTECTED);
        drop(&message);
    }
    drop(&body);
    drop(&content);
    free_person(&p);
}

static void mdc_stripped_or_wrong(void **state)
{
    struct fixture *f = *state;
    struct collected content = literal_content(secret_text);
    const struct session s = make_session(f, SMI_AES256);
    for (enum mdc mdc = MDC_NONE; mdc <= MDC_WRONG; mdc++) {
        struct collected message = {0}, body = {0};
        put_seipd1_body(f, &body, &s, content.data, content.size, mdc);
        put_body_drop(&message, TAG_SEIPD, &body);
        must_fail(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MODIFIED);
        drop(&message);
    }
    /* An MDC packet that is somewhere, but not over all that is before it. */
    put_packet(&content, TAG_MDC, "12345678901234567890", 20);
    struct collected message = {0}, body = {0};
    put_seipd1_body(f, &body, &s, content.data, content.size, MDC_NONE);
    put_body_drop(&message, TAG_SEIPD, &body);
    must_fail(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MODIFIED);
    drop(&message);
    drop(&content);
}

/* Every size of a truncated version 1 packet, framed anew so that only the MDC can tell. */
static void seipd1_cut_and_framed_anew(void **state)
{
    struct fixture *f = *state;
    struct collected content = literal_content(secret_text), body = {0};
    const struct session s = make_session(f, SMI_AES128);
    put_seipd1_body(f, &body, &s, content.data, content.size, MDC_RIGHT);
    for (size_t size = 1; size < body.size; size++) {
        struct collected message = {0};
        put_packet(&message, TAG_SEIPD, body.data, size);
        must_fail(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MODIFIED);
        drop(&message);
    }
    drop(&body);
    drop(&content);
}

/* A changed prefix, text, or MDC: the same code and the same words, so that nobody can ask which.
 */
static void no_oracle_in_cfb(void **state)
{
    struct fixture *f = *state;
    struct collected content = literal_content(secret_text), body = {0};
    const struct session s = make_session(f, SMI_AES256);
    char first[400] = "";
    put_seipd1_body(f, &body, &s, content.data, content.size, MDC_RIGHT);
    for (size_t i = 1; i < body.size; i++) {
        struct collected message = {0};
        body.data[i] ^= 0x01;
        put_body(&message, TAG_SEIPD, &body);
        body.data[i] ^= 0x01;
        must_fail(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MODIFIED);
        if (!*first)
            snprintf(first, sizeof first, "%s", secmail_context_error_detail(f->context));
        assert_string_equal(secmail_context_error_detail(f->context), first);
        drop(&message);
    }
    drop(&body);
    drop(&content);
}

enum { CHUNK = 64, CHUNKS = 5, HEAD = 36 };

/* Content of exactly CHUNKS chunks of 64 bytes, and the packet's body. */
static struct collected chunked(struct fixture *f, const struct session *s, uint8_t mode,
                                struct collected *content)
{
    struct collected text = {0}, body = {0};
    text.size = CHUNKS * CHUNK - 8 - 1;
    text.data = make_data(f, text.size);
    put_literal(content, text.data, text.size);
    assert_int_equal(content->size, CHUNKS * CHUNK);
    put_seipd2_body(f, &body, s, mode, 0, content->data, content->size);
    assert_int_equal(body.size, HEAD + CHUNKS * (CHUNK + 16) + 16);
    drop(&text);
    return body;
}

/* What came out must be a beginning of the plaintext, and of authentic chunks only. */
static void check_prefix(const struct collected *plain, const struct collected *content,
                         size_t authentic)
{
    const size_t literal_head = 3 + 6;
    const size_t most = authentic < literal_head ? 0 : authentic - literal_head;
    assert_true(plain->size <= most);
    if (plain->size)
        assert_memory_equal(plain->data, content->data + literal_head, plain->size);
}

/* Cut at any byte, chunk boundaries among them, and framed anew; with and without the final tag. */
static void seipd2_truncated(void **state)
{
    struct fixture *f = *state;
    for (uint8_t mode = SMI_EAX; mode <= SMI_GCM; mode++) {
        struct collected content = {0};
        const struct session s = make_session(f, SMI_AES128);
        struct collected body = chunked(f, &s, mode, &content);
        const uint8_t *tag = body.data + body.size - 16;
        for (size_t size = HEAD; size < body.size; size++) {
            for (int with_tag = 0; with_tag < 2; with_tag++) {
                if (with_tag && size == body.size - 16)
                    continue; /* that is the whole message */
                struct collected message = {0}, cut = {0}, plain = {0};
                put(&cut, body.data, size);
                put(&cut, tag, with_tag ? 16 : 0);
                put_body_drop(&message, TAG_SEIPD, &cut);
                check_open(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MODIFIED, NULL);
                stream_fails(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MODIFIED,
                             &plain);
                check_prefix(&plain, &content, (size - HEAD) / (CHUNK + 16) * CHUNK);
                drop(&plain);
                drop(&message);
            }
        }
        drop(&body);
        drop(&content);
    }
}

static void seipd2_chunks_moved(void **state)
{
    struct fixture *f = *state;
    struct collected content = {0};
    const struct session s = make_session(f, SMI_AES256);
    struct collected body = chunked(f, &s, SMI_OCB, &content);
    uint8_t *chunks = body.data + HEAD, spare[CHUNK + 16];
    for (size_t a = 0; a < CHUNKS; a++) {
        for (size_t b = 0; b < CHUNKS; b++) {
            /* Chunk b in the place of a as well; a swap of both for a < b. */
            if (a == b)
                continue;
            struct collected message = {0}, changed = {0}, plain = {0};
            put_all(&changed, &body);
            uint8_t *to = changed.data + HEAD + a * (CHUNK + 16);
            memcpy(spare, to, sizeof spare);
            memcpy(to, chunks + b * (CHUNK + 16), sizeof spare);
            if (a < b)
                memcpy(changed.data + HEAD + b * (CHUNK + 16), spare, sizeof spare);
            put_body_drop(&message, TAG_SEIPD, &changed);
            stream_fails(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MODIFIED, &plain);
            check_prefix(&plain, &content, a * CHUNK);
            drop(&plain);
            drop(&message);
        }
    }
    drop(&body);
    drop(&content);
}

/* A flipped bit in any byte: nothing of its chunk comes out, and nothing after it. */
static void seipd2_chunk_changed(void **state)
{
    struct fixture *f = *state;
    struct collected content = {0};
    const struct session s = make_session(f, SMI_AES128);
    struct collected body = chunked(f, &s, SMI_OCB, &content);
    for (size_t i = HEAD; i < body.size; i++) {
        struct collected message = {0}, plain = {0};
        body.data[i] ^= 0x80;
        put_body(&message, TAG_SEIPD, &body);
        body.data[i] ^= 0x80;
        check_open(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MODIFIED, NULL);
        stream_fails(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MODIFIED, &plain);
        check_prefix(&plain, &content, (i - HEAD) / (CHUNK + 16) * CHUNK);
        drop(&plain);
        drop(&message);
    }
    drop(&body);
    drop(&content);
}

static void chunk_octet_above_16(void **state)
{
    struct fixture *f = *state;
    struct collected content = literal_content(secret_text), body = {0};
    const struct session s = make_session(f, SMI_AES128);
    for (unsigned octet = 16; octet < 256; octet += octet < 18 ? 1 : 17) {
        struct collected message = {0};
        drop(&body);
        put_seipd2_body(f, &body, &s, SMI_OCB, octet > 16 ? 0 : 16, content.data, content.size);
        body.data[3] = (uint8_t)octet;
        put_body(&message, TAG_SEIPD, &body);
        if (octet == 16)
            check_open(f, &(struct openers){.session = &s}, &message, 0, secret_text);
        else
            must_fail(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MALFORMED);
        drop(&message);
    }
    drop(&body);
    drop(&content);
}

/* ---------------------------------------------------------------- downgrades */

/* A session key that was sent for one generation must not open data of the other. */
static void generations_are_not_mixed(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    struct collected content = literal_content(secret_text);
    const struct session s = make_session(f, SMI_AES256);
    const struct smi_s2k s2k = cheap_s2k();
    for (unsigned version = 1; version <= 2; version++) {
        struct collected message = {0}, by_password = {0};
        put_pkesk(f, &message, version == 1 ? 6 : 3, &p.subkey, &s, false);
        put_seipd(f, &message, version, &s, &content);
        must_fail(f, &(struct openers){.key = p.key}, &message, SECMAIL_E_CANNOT_DECRYPT);
        if (version == 1)
            put_skesk6(f, &by_password, &s2k, "password", &s);
        else
            put_skesk4(f, &by_password, &s2k, "password", &s);
        put_seipd(f, &by_password, version, &s, &content);
        must_fail(f, &(struct openers){.password = "password"}, &by_password,
                  SECMAIL_E_WRONG_PASSWORD);
        drop(&by_password);
        drop(&message);
    }
    drop(&content);
    free_person(&p);
}

/* "An implementation processing an Encrypted Message MUST discard any preceding ESK packet with a
 * version that does not align with the version of the payload" (section 10.3.2.1). */
static void other_generations_are_discarded(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    struct collected content = literal_content(secret_text);
    const struct session s = make_session(f, SMI_AES256), other = make_session(f, SMI_AES256);
    const struct smi_s2k s2k = cheap_s2k();
    for (unsigned version = 1; version <= 2; version++) {
        struct collected messages[2] = {{0}, {0}};
        const unsigned right = version == 1 ? 3 : 6, wrong = 9 - right;
        put_pkesk(f, &messages[0], wrong, &p.subkey, &other, false);
        put_pkesk(f, &messages[0], right, &p.subkey, &s, false);
        put_pkesk(f, &messages[0], wrong, &p.subkey, &other, true);
        put_skesk6(f, &messages[1], &s2k, "password", version == 2 ? &s : &other);
        put_skesk4(f, &messages[1], &s2k, "password", version == 1 ? &s : &other);
        put_skesk6(f, &messages[1], &s2k, "password", version == 2 ? &s : &other);
        for (size_t i = 0; i < 2; i++) {
            put_seipd(f, &messages[i], version, &s, &content);
            const struct openers o = {.key = i ? NULL : p.key, .password = i ? "password" : NULL};
            struct secmail_decrypt *d = make_decrypt(f, &o);
            struct secmail_bytes *plain;
            assert_ok(f->context,
                      secmail_decrypt_bytes(d, messages[i].data, messages[i].size, &plain));
            assert_int_equal(secmail_bytes_size(plain), strlen(secret_text));
            secmail_bytes_free(plain);
            secmail_decrypt_free(d);
            drop(&messages[i]);
        }
    }
    drop(&content);
    free_person(&p);
}

/* The ciphertext of a version 2 packet, given out as version 1, with the same session key. */
static void seipd2_as_seipd1(void **state)
{
    struct fixture *f = *state;
    struct collected content = {0}, message = {0};
    const struct session s = make_session(f, SMI_AES128);
    struct collected body = chunked(f, &s, SMI_OCB, &content);
    body.data[0] = 1;
    put_body(&message, TAG_SEIPD, &body);
    must_fail(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MODIFIED);
    drop(&message);
    /* Cipher, mode and chunk size are bound to the key that the packet derives. */
    static const uint8_t fields[][4] = {
        {2, SMI_CAMELLIA128, SMI_OCB, 0}, {2, SMI_AES128, SMI_EAX, 0}, {2, SMI_AES128, SMI_OCB, 1}};
    for (size_t i = 0; i < 3; i++) {
        memcpy(body.data, fields[i], 4);
        put_body(&message, TAG_SEIPD, &body);
        const int want = i == 0 ? SECMAIL_E_CANNOT_DECRYPT : SECMAIL_E_MODIFIED;
        must_fail(f, &(struct openers){.session = &s}, &message, want);
        drop(&message);
    }
    drop(&body);
    drop(&content);
}

/* ---------------------------------------------------------------- public-key packets */

/* Points of small order (RFC 7748 section 7; all known encodings below 2^255 + 19). */
static const uint8_t low_order[][32] = {
    {0},
    {1},
    {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
     0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
     0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
    {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
     0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
     0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
};
enum { LOW_ORDER = sizeof low_order / sizeof low_order[0] };

/* A PKESK whose shared secret anybody can compute. */
static void low_order_ephemeral(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    struct collected content = literal_content(secret_text);
    const struct session s = make_session(f, SMI_AES256);
    for (size_t i = 0; i < LOW_ORDER; i++) {
        struct collected message = {0};
        put_pkesk(f, &message, 6, &p.subkey, &s, false);
        memcpy(message.data + 2 + 1 + 1 + 33 + 1, low_order[i], 32);
        put_seipd2(f, &message, &s, &content);
        must_fail(f, &(struct openers){.key = p.key}, &message, SECMAIL_E_WEAK_POINT);
        drop(&message);
    }
    drop(&content);
    free_person(&p);
}

/* A recipient whose key is such a point. */
static void low_order_recipient(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < LOW_ORDER; i++) {
        struct test_key primary = test_key(f, 6, PK_ED25519, f->now),
                        subkey = test_key(f, 6, PK_X25519, f->now);
        struct collected c = {0};
        memcpy(subkey.body.data + subkey.body.size - 32, low_order[i], 32);
        name_key(f, &subkey);
        put_primary(f, &c, &primary, SECMAIL_KEY_CERTIFY, 0);
        put_subkey(f, &c, &primary, &subkey, SECMAIL_KEY_ENCRYPT_STORAGE, 0);
        struct secmail_cert *cert = parse_cert(f, &c);
        struct secmail_encrypt *e;
        struct secmail_bytes *bytes;
        assert_ok(f->context, secmail_encrypt_new(f->context, &e));
        assert_ok(f->context, secmail_encrypt_add_recipient(e, cert));
        assert_code(f->context, secmail_encrypt_bytes(e, (const uint8_t *)"x", 1, &bytes),
                    SECMAIL_E_WEAK_POINT);
        assert_null(bytes);
        secmail_encrypt_free(e);
        secmail_cert_unref(cert);
        drop(&primary.body);
        drop(&subkey.body);
    }
}

/* Sizes in a PKESK that reach out of any field: fingerprints, wrapped keys. */
static void pkesk_with_wrong_sizes(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    struct collected content = literal_content(secret_text);
    const struct session s = make_session(f, SMI_AES256);
    for (unsigned size = 1; size < 256; size++) {
        struct collected message = {0}, body = {0};
        put_u8(&body, 6);
        put_u8(&body, size);
        put_u8(&body, 6);
        for (unsigned i = 1; i < size; i++)
            put_u8(&body, 0xab);
        put_u8(&body, PK_X25519);
        put(&body, p.subkey.point, 32);
        put_u8(&body, 40);
        put(&body, s.key, 32);
        put(&body, s.key, 8);
        put_body_drop(&message, TAG_PKESK, &body);
        put_seipd2(f, &message, &s, &content);
        must_fail(f, &(struct openers){.key = p.key}, &message, SECMAIL_E_CANNOT_DECRYPT);
        drop(&message);
    }
    for (unsigned size = 0; size < 256; size++) {
        struct collected message = {0}, body = {0};
        put_u8(&body, 6);
        put_u8(&body, 0);
        put_u8(&body, PK_X25519);
        put(&body, p.subkey.point, 32);
        put_u8(&body, size);
        for (unsigned i = 0; i < size; i++)
            put_u8(&body, i);
        put_body_drop(&message, TAG_PKESK, &body);
        put_seipd2(f, &message, &s, &content);
        must_fail(f, &(struct openers){.key = p.key}, &message, SECMAIL_E_CANNOT_DECRYPT);
        drop(&message);
    }
    drop(&content);
    free_person(&p);
}

/* A PKESK that was made for somebody else and got our key's name, or was changed on its way. */
static void pkesk_changed(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    struct test_key other = test_key(f, 6, PK_X25519, f->now);
    struct collected content = literal_content(secret_text), pkesk = {0};
    const struct session s = make_session(f, SMI_AES256);
    put_pkesk(f, &pkesk, 6, &other, &s, false);
    memcpy(pkesk.data + 2 + 3, p.subkey.fp, 32);
    struct collected message = {0};
    put_all(&message, &pkesk);
    put_seipd2(f, &message, &s, &content);
    must_fail(f, &(struct openers){.key = p.key}, &message, SECMAIL_E_CANNOT_DECRYPT);
    drop(&message);
    drop(&pkesk);
    put_pkesk(f, &pkesk, 6, &p.subkey, &s, false);
    for (size_t i = 2; i < pkesk.size; i++) {
        pkesk.data[i] ^= 0x10;
        put_all(&message, &pkesk);
        pkesk.data[i] ^= 0x10;
        put_seipd2(f, &message, &s, &content);
        must_fail(f, &(struct openers){.key = p.key}, &message, SECMAIL_E_CANNOT_DECRYPT);
        drop(&message);
    }
    drop(&pkesk);
    drop(&content);
    drop(&other.body);
    free_person(&p);
}

/* ---------------------------------------------------------------- stored keys changed */

/* Exchanges the public point of the index-th key in a binary key file. */
static void exchange_point(struct collected *file, size_t index, const uint8_t point[32])
{
    size_t at = 0, found = 0;
    /* Key packets have a body above 192 bytes nowhere here: a one-octet or two-octet length. */
    while (at < file->size) {
        const uint8_t tag = file->data[at] & 0x3f;
        size_t head = 2, size = file->data[at + 1];
        if (size >= 192 && size < 224) {
            size = ((size - 192) << 8) + file->data[at + 2] + 192;
            head = 3;
        }
        if ((tag == TAG_SECRET_KEY || tag == TAG_SECRET_SUBKEY) && found++ == index) {
            uint8_t *body = file->data + at + head;
            const bool v6 = body[0] == 6;
            const size_t point_at = v6 ? 10 : 6 + 1 + (size_t)body[6] + 2 + 1;
            memcpy(body + point_at, point, 32);
            return;
        }
        at += head + size;
    }
    fail_msg("there is no key %zu", index);
}

static void stored_public_part_exchanged(void **state)
{
    struct fixture *f = *state;
    struct secmail_secret *password = make_secret(f, "password");
    const uint32_t profiles[] = {SECMAIL_PROFILE_RFC4880, SECMAIL_PROFILE_RFC9580};
    for (size_t profile = 0; profile < 2; profile++) {
        struct secmail_key *key = make_key(f, profiles[profile], "Alice"), *locked, *open;
        assert_ok(f->context, secmail_key_lock(f->context, key, password, &locked));
        for (int lock = 0; lock < 2; lock++) {
            struct secmail_bytes *bytes;
            assert_ok(f->context, secmail_key_export(f->context, lock ? locked : key, 0, &bytes));
            for (size_t i = 0; i < 3; i++) {
                struct collected file = {0};
                struct secmail_key *parsed;
                /* A point of the attacker's choice, on the curve. */
                struct test_key evil = test_key(f, 6, i < 2 ? PK_ED25519 : PK_X25519, f->now);
                put(&file, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
                exchange_point(&file, i, evil.point);
                const int rc = secmail_key_parse(f->context, &parsed, file.data, file.size);
                if (lock) {
                    assert_ok(f->context, rc);
                    /* The AEAD of version 6 binds the public part: it does not open at all. */
                    assert_code(f->context, secmail_key_unlock(f->context, parsed, password, &open),
                                profile ? SECMAIL_E_WRONG_PASSWORD : SECMAIL_E_KEY_TAMPERED);
                    assert_null(open);
                    secmail_key_unref(parsed);
                } else {
                    assert_code(f->context, rc, SECMAIL_E_KEY_TAMPERED);
                    assert_null(parsed);
                }
                drop(&evil.body);
                drop(&file);
            }
            secmail_bytes_free(bytes);
        }
        secmail_key_unref(locked);
        secmail_key_unref(key);
    }
    secmail_secret_free(password);
}

/* Bytes of locked keys that are changed: any of them is noticed, or harmless. */
static void stored_locked_part_changed(void **state)
{
    struct fixture *f = *state;
    struct secmail_secret *password = make_secret(f, "password");
    struct test_key key = test_key(f, 4, PK_EDDSA, f->now);
    struct collected file = {0}, body = {0}, clear = {0};
    const struct smi_s2k s2k = cheap_s2k();
    uint8_t kek[32], iv[16], digest[SMI_HASH_MAX_SIZE];
    struct smi_cfb cfb;
    derive(f, &s2k, "password", kek, 32);
    fixture_random(f, iv, sizeof iv);
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
    put_body(&file, TAG_SECRET_KEY, &body);
    const size_t secret_at = file.size - clear.size - sizeof iv - 8 - 1;
    for (size_t i = secret_at; i <= file.size; i++) {
        struct secmail_key *locked, *open;
        if (i < file.size)
            file.data[i] ^= 0x04;
        assert_ok(f->context, secmail_key_parse(f->context, &locked, file.data, file.size));
        assert_code(f->context, secmail_key_unlock(f->context, locked, password, &open),
                    i < file.size ? SECMAIL_E_WRONG_PASSWORD : 0);
        secmail_key_unref(open);
        secmail_key_unref(locked);
        if (i < file.size)
            file.data[i] ^= 0x04;
    }
    drop(&file);
    drop(&body);
    drop(&clear);
    drop(&key.body);
    secmail_secret_free(password);
}

/* ---------------------------------------------------------------- randomness */

struct failing {
    struct fixture *f;
    size_t calls, fail_at;
};

static int failing_random(void *user, uint8_t *out, size_t size)
{
    struct failing *r = user;
    if (++r->calls == r->fail_at)
        return 1;
    return fixture_random(r->f, out, size);
}

static struct secmail_secret *encrypt_once(struct fixture *f, struct secmail_cert *cert,
                                           uint32_t format)
{
    struct secmail_encrypt *e;
    struct secmail_bytes *bytes;
    struct secmail_secret *session;
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    assert_ok(f->context, secmail_encrypt_set_format(e, format));
    assert_ok(f->context, secmail_encrypt_add_recipient(e, cert));
    assert_ok(f->context, secmail_encrypt_bytes(e, (const uint8_t *)"x", 1, &bytes));
    assert_ok(f->context, secmail_encrypt_session_key(e, &session));
    secmail_bytes_free(bytes);
    secmail_encrypt_free(e);
    return session;
}

static int compare_keys(const void *a, const void *b)
{
    return memcmp(a, b, 33);
}

/* The system's own generator, not the fixture's. */
static void session_keys_are_distinct(void **state)
{
    enum { MANY = 10000 };
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice");
    uint8_t(*keys)[33] = malloc(MANY * sizeof *keys);
    assert_non_null(keys);
    assert_int_equal(secmail_context_set_random(f->context, NULL, NULL), 0);
    for (size_t i = 0; i < MANY; i++) {
        struct secmail_secret *session = encrypt_once(
            f, secmail_key_cert(key), i % 2 ? SECMAIL_FORMAT_SEIPDV1 : SECMAIL_FORMAT_SEIPDV2);
        assert_int_equal(secmail_secret_size(session), 33);
        memcpy(keys[i], secmail_secret_data(session), 33);
        secmail_secret_free(session);
    }
    qsort(keys, MANY, sizeof *keys, compare_keys);
    for (size_t i = 1; i < MANY; i++)
        assert_memory_not_equal(keys[i - 1], keys[i], 33);
    free(keys);
    secmail_key_unref(key);
}

/* Each call of the random generator fails in turn: nothing is encrypted, nothing comes out. */
static void failing_randomness_aborts(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice");
    for (uint32_t format = SECMAIL_FORMAT_SEIPDV1; format <= SECMAIL_FORMAT_SEIPDV2; format++) {
        size_t failures = 0;
        for (int rc = -1; rc; failures++) {
            struct failing random = {f, 0, failures + 1};
            struct secmail_encrypt *e;
            struct secmail_secret *session;
            struct collected message = {0};
            assert_int_equal(secmail_context_set_random(f->context, failing_random, &random), 0);
            assert_ok(f->context, secmail_encrypt_new(f->context, &e));
            assert_ok(f->context, secmail_encrypt_set_format(e, format));
            assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
            rc = drive(encrypt_update, e, (const uint8_t *)"x", 1, 1, 1000, &message);
            if (rc) {
                assert_code(f->context, rc, SECMAIL_E_RANDOM);
                assert_int_equal(message.size, 0);
                /* No session key of a message that there isn't. */
                if (failures == 0)
                    assert_code(f->context, secmail_encrypt_session_key(e, &session),
                                SECMAIL_E_STATE);
            }
            drop(&message);
            secmail_encrypt_free(e);
        }
        assert_true(failures > 3);
    }
    secmail_key_unref(key);
    assert_int_equal(secmail_context_set_random(f->context, fixture_random, f), 0);
}

/* ---------------------------------------------------------------- messages that say two things */

/* Whatever stands beside the one literal packet is refused, so that what was verified is what is
 * shown. */
static void more_than_one_text(void **state)
{
    struct fixture *f = *state;
    struct test_key signer = test_key(f, 6, PK_ED25519, f->now);
    struct collected one = {0}, literal = {0};
    const struct session s = make_session(f, SMI_AES256);
    put_signed(f, &one, (struct sig_plan){0}, &signer, "real", 4);
    put_literal(&literal, "evil", 4);
    for (int i = 0; i < 5; i++) {
        struct collected content = {0}, message = {0}, outer = {0}, stored = {0};
        switch (i) {
        case 0: /* evil, then the signed message */
            put_all(&content, &literal);
            put_all(&content, &one);
            break;
        case 1: /* the signed message, then evil */
            put_all(&content, &one);
            put_all(&content, &literal);
            break;
        case 2: /* the signed message, then evil in a compressed packet */
            put_all(&content, &one);
            put_stored(&content, &literal);
            break;
        case 3: /* two signed messages */
            put_all(&content, &one);
            put_all(&content, &one);
            break;
        default: /* both in a compressed packet */
            put_all(&stored, &one);
            put_all(&stored, &literal);
            put_stored(&content, &stored);
        }
        put_seipd2(f, &message, &s, &content);
        check_open(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MALFORMED, NULL);
        drop(&message);
        drop(&content);
        drop(&stored);
        /* The same behind the encrypted packet, where nobody protects it. */
        put_seipd2(f, &outer, &s, &one);
        if (i < 2)
            put_all(&outer, i ? &literal : &one);
        else
            put_seipd2(f, &outer, &s, &one);
        check_open(f, &(struct openers){.session = &s}, &outer, SECMAIL_E_MALFORMED, NULL);
        drop(&outer);
    }
    drop(&one);
    drop(&literal);
    drop(&signer.body);
}

/* An encrypted message inside the content of another one, and data that isn't encrypted at all. */
static void layers_out_of_place(void **state)
{
    struct fixture *f = *state;
    struct person p = make_person(f);
    struct collected literal = literal_content(secret_text), inner = {0}, message = {0};
    const struct session s = make_session(f, SMI_AES256);
    put_seipd2(f, &inner, &s, &literal);
    put_seipd2(f, &message, &s, &inner);
    must_fail(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MALFORMED);
    /* Section 10.3 has it; it is this library that doesn't. */
    struct collected plain = {0};
    stream_fails(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MALFORMED, &plain);
    drop(&plain);
    assert_non_null(strstr(secmail_context_error_detail(f->context), "is not supported"));
    drop(&message);
    must_fail(f, &(struct openers){.session = &s}, &literal, SECMAIL_E_MALFORMED);
    /* A literal packet in front of the encrypted data. */
    put_all(&message, &literal);
    put_all(&message, &inner);
    must_fail(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MALFORMED);
    drop(&message);
    /* A PKESK behind it. */
    put_all(&message, &inner);
    put_pkesk(f, &message, 6, &p.subkey, &s, false);
    check_open(f, &(struct openers){.session = &s}, &message, SECMAIL_E_MALFORMED, NULL);
    drop(&message);
    drop(&inner);
    drop(&literal);
    free_person(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(what_the_writer_writes_is_read),
        fixture_test(keys_without_the_flag_do_not_decrypt),
        fixture_test(unprotected_data_is_refused),
        fixture_test(mdc_stripped_or_wrong),
        fixture_test(seipd1_cut_and_framed_anew),
        fixture_test(no_oracle_in_cfb),
        fixture_test(seipd2_truncated),
        fixture_test(seipd2_chunks_moved),
        fixture_test(seipd2_chunk_changed),
        fixture_test(chunk_octet_above_16),
        fixture_test(generations_are_not_mixed),
        fixture_test(other_generations_are_discarded),
        fixture_test(seipd2_as_seipd1),
        fixture_test(low_order_ephemeral),
        fixture_test(low_order_recipient),
        fixture_test(pkesk_with_wrong_sizes),
        fixture_test(pkesk_changed),
        fixture_test(stored_public_part_exchanged),
        fixture_test(stored_locked_part_changed),
        fixture_test(session_keys_are_distinct),
        fixture_test(failing_randomness_aborts),
        fixture_test(more_than_one_text),
        fixture_test(layers_out_of_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
