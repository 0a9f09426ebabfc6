/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys of each algorithm, in each profile that has it: made, stored, locked, and put to every use.
 */
#include "openpgp_fixture.h"
#include "packet_writer.h"

struct row {
    const char *name;
    uint32_t algorithm;
    uint8_t sign[2], encrypt[2]; /* numbers in rfc9580 and rfc4880; 0: the profile hasn't it */
};

static const struct row rows[] = {
    {"Curve25519", SECMAIL_KEY_CURVE25519, {27, 22}, {25, 18}},
    {"Curve448", SECMAIL_KEY_CURVE448, {28, 0}, {26, 0}},
    {"RSA", SECMAIL_KEY_RSA2048, {1, 1}, {1, 1}},
    {"P-256", SECMAIL_KEY_NISTP256, {19, 19}, {18, 18}},
    {"P-384", SECMAIL_KEY_NISTP384, {19, 19}, {18, 18}},
    {"P-521", SECMAIL_KEY_NISTP521, {19, 19}, {18, 18}},
    {"brainpoolP256r1", SECMAIL_KEY_BRAINPOOLP256R1, {19, 19}, {18, 18}},
    {"brainpoolP384r1", SECMAIL_KEY_BRAINPOOLP384R1, {19, 19}, {18, 18}},
    {"brainpoolP512r1", SECMAIL_KEY_BRAINPOOLP512R1, {19, 19}, {18, 18}},
};
static const uint32_t profiles[] = {SECMAIL_PROFILE_RFC9580, SECMAIL_PROFILE_RFC4880};
static const char text[] = "What is signed and encrypted\n";

static struct secmail_key *generate(struct fixture *f, uint32_t profile, uint32_t algorithm)
{
    struct secmail_generator *g;
    struct secmail_key *key;
    assert_ok(f->context, secmail_generator_new(f->context, &g));
    assert_ok(f->context, secmail_generator_set_profile(g, profile));
    assert_ok(f->context, secmail_generator_set_algorithm(g, algorithm));
    assert_ok(f->context, secmail_generator_add_user_id(g, "Alice <alice@example.org>"));
    assert_ok(f->context, secmail_generator_run(g, &key));
    secmail_generator_free(g);
    return key;
}

static struct secmail_key *read_again(struct fixture *f, const struct secmail_key *key)
{
    struct secmail_bytes *bytes;
    struct secmail_key *parsed;
    assert_ok(f->context, secmail_key_export(f->context, key, 0, &bytes));
    assert_ok(f->context, secmail_key_parse(f->context, &parsed, secmail_bytes_data(bytes),
                                            secmail_bytes_size(bytes)));
    secmail_bytes_free(bytes);
    return parsed;
}

static void check_numbers(struct fixture *f, const struct row *row, size_t profile,
                          struct secmail_key *key)
{
    for (size_t i = 0; i < 3; i++) {
        struct secmail_key_info info = {.size = sizeof info};
        assert_ok(f->context,
                  secmail_cert_key_info(f->context, secmail_key_cert(key), i, NULL, &info));
        assert_int_equal(info.validity, 0);
        assert_int_equal(info.algorithm, i < 2 ? row->sign[profile] : row->encrypt[profile]);
    }
}

/* Signs and encrypts to itself, decrypts, and has one good verdict. */
static void round_trip(struct fixture *f, struct secmail_key *writer, struct secmail_key *reader)
{
    struct secmail_encrypt *e;
    struct secmail_decrypt *d;
    struct collected message = {0}, plain = {0};
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(reader)));
    assert_ok(f->context, secmail_encrypt_add_signer(e, writer));
    assert_int_equal(
        drive(encrypt_update, e, (const uint8_t *)text, strlen(text), 64, 64, &message),
        SECMAIL_DONE);
    secmail_encrypt_free(e);
    assert_ok(f->context, secmail_decrypt_new(f->context, &d));
    assert_ok(f->context, secmail_decrypt_add_key(d, reader));
    assert_ok(f->context, secmail_decrypt_add_signer(d, secmail_key_cert(writer)));
    const int status = drive(decrypt_update, d, message.data, message.size, 64, 64, &plain);
    if (status != SECMAIL_DONE)
        fail_msg("decryption gave %d: %s", status, secmail_context_error_detail(f->context));
    assert_int_equal(plain.size, strlen(text));
    assert_memory_equal(plain.data, text, strlen(text));
    assert_int_equal(secmail_decrypt_good_count(d), 1);
    secmail_decrypt_free(d);
    drop(&message);
    drop(&plain);
}

static void every_use(void **state)
{
    struct fixture *f = *state;
    struct secmail_secret *password = make_secret(f, "password");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t p = 0; p < 2; p++) {
            if (!rows[i].sign[p])
                continue;
            struct secmail_key *key = generate(f, profiles[p], rows[i].algorithm), *locked, *open;
            check_numbers(f, &rows[i], p, key);
            struct secmail_key *stored = read_again(f, key);
            round_trip(f, key, stored);
            round_trip(f, stored, key);
            if (p == 1) { /* version 6 takes Argon2 over 2 GiB for that */
                assert_ok(f->context, secmail_key_lock(f->context, stored, password, &locked));
                struct secmail_key *again = read_again(f, locked);
                assert_ok(f->context, secmail_key_unlock(f->context, again, password, &open));
                round_trip(f, open, key);
                secmail_key_unref(open);
                secmail_key_unref(again);
                secmail_key_unref(locked);
            }
            secmail_key_unref(stored);
            secmail_key_unref(key);
        }
    }
    secmail_secret_free(password);
}

static void algorithms_of_a_profile(void **state)
{
    struct fixture *f = *state;
    struct secmail_generator *g;
    struct secmail_key *key;
    assert_ok(f->context, secmail_generator_new(f->context, &g));
    assert_code(f->context, secmail_generator_set_algorithm(g, 0), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_generator_set_algorithm(g, 12), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_generator_set_algorithm(g, UINT32_MAX), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_generator_set_algorithm(NULL, 1), SECMAIL_E_ARGUMENT);
    assert_ok(f->context, secmail_generator_set_algorithm(g, SECMAIL_KEY_CURVE448));
    assert_ok(f->context, secmail_generator_set_profile(g, SECMAIL_PROFILE_RFC4880));
    assert_code(f->context, secmail_generator_run(g, &key), SECMAIL_E_ARGUMENT);
    assert_null(key);
    secmail_generator_free(g);
}

/* ---------------------------------------------------------------- tampering */

/* Where the algorithm-specific part of the index-th key packet begins, in an exported key. */
static size_t material_of(const struct collected *file, size_t index)
{
    for (size_t at = 0, found = 0;;) {
        const uint8_t tag = file->data[at] & 0x3f;
        size_t size = file->data[at + 1], head = 2;
        if (size == 255) {
            size = (size_t)file->data[at + 4] << 8 | file->data[at + 5];
            head = 6;
        } else if (size >= 192) {
            size = ((size - 192) << 8) + file->data[at + 2] + 192;
            head = 3;
        }
        if ((tag == TAG_SECRET_KEY || tag == TAG_SECRET_SUBKEY) && found++ == index)
            return at + head + (file->data[at + head] == 6 ? 10 : 6);
        at += head + size;
    }
}

/* KOpenPGP: the public part of a stored key is exchanged for that of another key with the same
 * form, or changed in a bit. No secret of it is used. */
static void exchanged_public_parts(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct secmail_key *key = generate(f, SECMAIL_PROFILE_RFC9580, rows[i].algorithm);
        struct secmail_key *other = generate(f, SECMAIL_PROFILE_RFC9580, rows[i].algorithm);
        struct secmail_bytes *mine, *evil;
        assert_ok(f->context, secmail_key_export(f->context, key, 0, &mine));
        assert_ok(f->context, secmail_key_export(f->context, other, 0, &evil));
        for (size_t k = 0; k < 3; k++) {
            struct collected file = {0}, from = {0};
            struct secmail_key *parsed;
            put(&file, secmail_bytes_data(mine), secmail_bytes_size(mine));
            put(&from, secmail_bytes_data(evil), secmail_bytes_size(evil));
            const size_t at = material_of(&file, k), from_at = material_of(&from, k);
            const size_t n = (size_t)file.data[at - 2] << 8 | file.data[at - 1];
            memcpy(file.data + at, from.data + from_at, n);
            assert_code(f->context, secmail_key_parse(f->context, &parsed, file.data, file.size),
                        SECMAIL_E_KEY_TAMPERED);
            assert_null(parsed);
            drop(&file);
            drop(&from);
        }
        secmail_bytes_free(mine);
        secmail_bytes_free(evil);
        secmail_key_unref(key);
        secmail_key_unref(other);
    }
}

/* Each byte of an RSA secret matters: a fault in one of its numbers would give its factors away. */
static void changed_rsa_secrets(void **state)
{
    struct fixture *f = *state;
    struct test_key key = test_key(f, 6, PK_RSA, f->now);
    for (size_t number = 1; number < 5; number++) {
        struct collected file = {0}, body = {0};
        struct secmail_key *parsed;
        uint8_t value[RSA_SIZE];
        put_all(&body, &key.body);
        put_u8(&body, 0);
        for (size_t i = 1; i < 5; i++) {
            const size_t size = rsa_number(PK_RSA, i, value);
            value[1] ^= i == number;
            put_mpi(&body, value, size);
        }
        put_body_drop(&file, TAG_SECRET_KEY, &body);
        assert_code(f->context, secmail_key_parse(f->context, &parsed, file.data, file.size),
                    SECMAIL_E_KEY_TAMPERED);
        drop(&file);
    }
    drop(&key.body);
}

/* ---------------------------------------------------------------- ECDH's parameters */

/* A certificate whose encryption key is ECDH, with a hash and a cipher for its key derivation. */
static struct secmail_cert *cert_with_kdf(struct fixture *f, uint8_t version, uint8_t hash,
                                          uint8_t cipher)
{
    struct test_key primary = test_key(f, version, version == 6 ? PK_ED25519 : PK_EDDSA,
                                       f->now - 1000);
    struct secmail_key *source = generate(f, SECMAIL_PROFILE_RFC9580, SECMAIL_KEY_NISTP256);
    struct secmail_bytes *bytes;
    struct test_key subkey = {.version = version, .algo = PK_ECDH};
    struct collected file = {0}, c = {0};
    assert_ok(f->context, secmail_key_export(f->context, source, 0, &bytes));
    put(&file, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    const size_t at = material_of(&file, 2), size = (size_t)file.data[at - 1];
    put_u8(&subkey.body, version);
    put_u32(&subkey.body, (uint32_t)f->now - 1000);
    put_u8(&subkey.body, PK_ECDH);
    if (version == 6)
        put_u32(&subkey.body, (uint32_t)size);
    put(&subkey.body, file.data + at, size - 2);
    put_u8(&subkey.body, hash);
    put_u8(&subkey.body, cipher);
    name_key(f, &subkey);
    put_primary(f, &c, &primary, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN, f->now - 1000);
    put_subkey(f, &c, &primary, &subkey, SECMAIL_KEY_ENCRYPT_STORAGE, f->now - 1000);
    secmail_bytes_free(bytes);
    secmail_key_unref(source);
    drop(&file);
    drop(&primary.body);
    drop(&subkey.body);
    return parse_cert(f, &c);
}

/* Section 11.5.1: version 6 has the parameters of the table; of version 4's, what can't be used is
 * no key to encrypt to. */
static void parameters_of_ecdh(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint8_t hash, cipher;
        bool v4, v6;
    } rows_of[] = {
        {SMI_SHA256, SMI_AES128, true, true},  {SMI_SHA256, SMI_AES256, true, false},
        {SMI_SHA512, SMI_AES128, true, false}, {SMI_SHA1, SMI_AES128, true, false},
        {SMI_SHA1, SMI_AES256, false, false},  {SMI_SHA256, SMI_TWOFISH, false, false},
        {99, SMI_AES128, false, false},
    };
    for (size_t i = 0; i < sizeof rows_of / sizeof rows_of[0]; i++) {
        for (uint8_t version = 4; version <= 6; version += 2) {
            struct secmail_cert *cert = cert_with_kdf(f, version, rows_of[i].hash,
                                                      rows_of[i].cipher);
            const bool good = version == 4 ? rows_of[i].v4 : rows_of[i].v6;
            struct secmail_encrypt *e;
            struct secmail_bytes *message = NULL;
            assert_ok(f->context, secmail_encrypt_new(f->context, &e));
            assert_code(f->context, secmail_encrypt_add_recipient(e, cert),
                        good ? 0 : SECMAIL_E_UNSUPPORTED_ALGORITHM);
            if (good)
                assert_ok(f->context, secmail_encrypt_bytes(e, (const uint8_t *)text, 5, &message));
            secmail_bytes_free(message);
            secmail_encrypt_free(e);
            secmail_cert_unref(cert);
        }
    }
}

/* A session key for a version 4 key on Curve25519, padded to `size` bytes. */
static void put_padded_pkesk(struct fixture *f, struct collected *c, const struct test_key *to,
                             const struct session *s, size_t size)
{
    uint8_t secret[32], point[33] = {0x40}, shared[32], digest[SMI_HASH_MAX_SIZE], wrapped[264];
    struct collected hashed = {0}, clear = {0}, body = {0};
    unsigned sum = 0;
    fixture_random(f, secret, 32);
    smi_x25519_public(point + 1, secret);
    assert_true(smi_x25519(shared, secret, to->point));
    put(&hashed, "\0\0\0\1", 4);
    put(&hashed, shared, 32);
    put(&hashed, to->body.data + 6, 11); /* the curve's OID */
    put(&hashed, "\22\3\1\10\7Anonymous Sender    ", 25);
    put(&hashed, to->fp, to->fp_size);
    assert_int_equal(smi_hash_once(f->context, SMI_SHA256, hashed.data, hashed.size, digest), 0);
    put_u8(&clear, s->cipher);
    put(&clear, s->key, 32);
    for (int i = 0; i < 32; i++)
        sum += s->key[i];
    put_u16(&clear, sum);
    for (const unsigned pad = (unsigned)(size - clear.size); clear.size < size;)
        put_u8(&clear, pad);
    assert_int_equal(smi_key_wrap(f->context, digest, 16, wrapped, clear.data, size), 0);
    put_u8(&body, 3);
    put(&body, to->key_id, 8);
    put_u8(&body, PK_ECDH);
    put_mpi(&body, point, sizeof point);
    put_u8(&body, (unsigned)size + 8);
    put(&body, wrapped, size + 8);
    put_body_drop(c, TAG_PKESK, &body);
    drop(&hashed);
    drop(&clear);
}

/* Section 11.5: "Up to 254 octets representing the result of the key wrapping method". */
static void padded_session_keys(void **state)
{
    struct fixture *f = *state;
    struct test_key primary = test_key(f, 4, PK_EDDSA, f->now - 1000);
    struct test_key subkey = test_key(f, 4, PK_ECDH, f->now - 1000);
    struct collected file = {0}, literal = {0};
    struct secmail_key *key;
    put_secret_key(&file, TAG_SECRET_KEY, &primary);
    put_secret_key(&file, TAG_SECRET_SUBKEY, &subkey);
    put_key_signature(f, &file, flags_plan(0x18, SECMAIL_KEY_ENCRYPT_STORAGE), &primary, &primary,
                      &subkey);
    assert_ok(f->context, secmail_key_parse(f->context, &key, file.data, file.size));
    put_literal(&literal, "hello", 5);
    for (size_t size = 40; size <= 240; size += 8) {
        const struct session s = make_session(f, SMI_AES256);
        struct collected message = {0};
        put_padded_pkesk(f, &message, &subkey, &s, size);
        put_seipd1(f, &message, &s, &literal);
        check_open(f, &(struct openers){.key = key}, &message, 0, "hello");
        drop(&message);
    }
    secmail_key_unref(key);
    drop(&literal);
    drop(&file);
    drop(&primary.body);
    drop(&subkey.body);
}

/* ---------------------------------------------------------------- warnings */

static void count_warning(void *user, uint32_t level, const char *line)
{
    unsigned *count = user;
    assert_int_equal(level, SECMAIL_LOG_WARNING);
    assert_true(strstr(line, "preferences") || strstr(line, "too weak"));
    ++*count;
}

/* Section 12.2: what the owner of the key doesn't list is read with a warning. */
static void unlisted_ciphers(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *listed;
        uint8_t cipher;
        unsigned warnings;
    } rows_of[] = {{"", SMI_CAMELLIA256, 1},
                   {"", SMI_AES256, 1},
                   {"\11\7", SMI_CAMELLIA256, 1},
                   {"\11\7", SMI_AES256, 0},
                   {"\15", SMI_CAMELLIA256, 0}};
    for (size_t i = 0; i < sizeof rows_of / sizeof rows_of[0]; i++) {
        struct test_key primary = test_key(f, 4, PK_EDDSA, f->now - 1000);
        struct test_key subkey = test_key(f, 4, PK_ECDH, f->now - 1000);
        struct sig_plan says = flags_plan(0x1f, SECMAIL_KEY_CERTIFY);
        struct collected file = {0}, literal = {0}, message = {0};
        const struct session s = make_session(f, rows_of[i].cipher);
        struct secmail_key *key;
        unsigned count = 0;
        put_sub(&says.hashed, 11, rows_of[i].listed, strlen(rows_of[i].listed));
        put_secret_key(&file, TAG_SECRET_KEY, &primary);
        put_key_signature(f, &file, says, &primary, &primary, NULL);
        put_secret_key(&file, TAG_SECRET_SUBKEY, &subkey);
        put_key_signature(f, &file, flags_plan(0x18, SECMAIL_KEY_ENCRYPT_STORAGE), &primary,
                          &primary, &subkey);
        assert_ok(f->context, secmail_key_parse(f->context, &key, file.data, file.size));
        put_literal(&literal, "hello", 5);
        put_padded_pkesk(f, &message, &subkey, &s, 40);
        put_seipd1(f, &message, &s, &literal);
        assert_ok(f->context, secmail_context_set_log(f->context, count_warning, &count));
        check_open(f, &(struct openers){.key = key}, &message, 0, "hello");
        assert_int_equal(count, rows_of[i].warnings);
        assert_ok(f->context, secmail_context_set_log(f->context, NULL, NULL));
        secmail_key_unref(key);
        drop(&message);
        drop(&literal);
        drop(&file);
        drop(&primary.body);
        drop(&subkey.body);
    }
}

/* Section 12.4: of RSA with less than 3072 bits. What the library makes itself is listed. */
static void weak_keys(void **state)
{
    struct fixture *f = *state;
    static const uint32_t algorithms_of[] = {SECMAIL_KEY_CURVE25519, SECMAIL_KEY_RSA2048,
                                             SECMAIL_KEY_RSA3072};
    for (size_t i = 0; i < 6; i++) {
        struct secmail_key *key = generate(f, profiles[i % 2], algorithms_of[i / 2]);
        unsigned count = 0;
        assert_ok(f->context, secmail_context_set_log(f->context, count_warning, &count));
        round_trip(f, key, key);
        assert_int_equal(count, i / 2 == 1);
        assert_ok(f->context, secmail_context_set_log(f->context, NULL, NULL));
        secmail_key_unref(key);
    }
}

/* ---------------------------------------------------------------- numbers */

/* A count of bits that isn't the number's, in the public and in the secret part: passed over in
 * version 4, "reject the packet as malformed" in version 6 (section 3.2). */
static void bit_counts_of_keys(void **state)
{
    struct fixture *f = *state;
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct test_key key = test_key(f, version, PK_RSA, f->now);
        const size_t exponent = key.body.size - 5; /* 00 11 01 00 01 */
        for (int part = 0; part < 3; part++) {
            struct collected file = {0}, body = {0};
            struct secmail_key *parsed;
            put_all(&body, &key.body);
            if (part == 1)
                body.data[exponent + 1] = 0x18; /* 24 bits are as many bytes */
            put_u8(&body, 0);
            const size_t secret = body.size;
            put_rsa_secret(&body, PK_RSA);
            if (part == 2) {
                body.data[secret] = 0x08; /* 2048 bits */
                body.data[secret + 1] = 0;
                assert_true(body.data[secret + 2] < 0x80);
            }
            if (version == 4) {
                unsigned sum = 0;
                for (size_t i = secret; i < body.size; i++)
                    sum += body.data[i];
                put_u16(&body, sum & 0xffff);
            }
            put_body_drop(&file, TAG_SECRET_KEY, &body);
            assert_code(f->context, secmail_key_parse(f->context, &parsed, file.data, file.size),
                        part && version == 6 ? SECMAIL_E_MALFORMED : 0);
            secmail_key_unref(parsed);
            drop(&file);
        }
        drop(&key.body);
    }
}

/* The same in the ephemeral point of a session key: such a packet opens nothing. */
static void bit_counts_of_session_keys(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = generate(f, profiles[p], SECMAIL_KEY_NISTP256);
        const size_t bits = 2 + (p ? 10 : 36); /* behind header, version, recipient, algorithm */
        struct secmail_encrypt *e;
        struct secmail_bytes *bytes;
        struct collected message = {0};
        assert_ok(f->context, secmail_encrypt_new(f->context, &e));
        assert_ok(f->context, secmail_encrypt_add_recipient(e, secmail_key_cert(key)));
        assert_ok(f->context, secmail_encrypt_bytes(e, (const uint8_t *)text, 5, &bytes));
        secmail_encrypt_free(e);
        put(&message, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
        assert_memory_equal(message.data + bits, "\2\3\4", 3); /* 515 bits: 4, x, y */
        message.data[bits + 1] = 8;
        check_open(f, &(struct openers){.key = key}, &message, p ? 0 : SECMAIL_E_CANNOT_DECRYPT,
                   "What ");
        secmail_bytes_free(bytes);
        secmail_key_unref(key);
        drop(&message);
    }
}

/* ---------------------------------------------------------------- what this build lacks */

/* A key of an algorithm with `size` bytes that mean nothing here. */
static struct test_key foreign_key(struct fixture *f, uint8_t version, uint8_t algo, size_t size)
{
    struct test_key key = {.version = version, .algo = algo};
    uint8_t bytes[4096];
    put_u8(&key.body, version);
    put_u32(&key.body, (uint32_t)f->now - 1000);
    put_u8(&key.body, algo);
    if (version == 6)
        put_u32(&key.body, (uint32_t)size);
    fixture_random(f, bytes, size);
    put(&key.body, bytes, size);
    name_key(f, &key);
    return key;
}

static int add_recipient(struct fixture *f, struct secmail_cert *cert)
{
    struct secmail_encrypt *e;
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    const int rc = secmail_encrypt_add_recipient(e, cert);
    secmail_encrypt_free(e);
    return rc;
}

/* Algorithms of RFC 9980 and one that no standard has: a subkey does no harm to the others. */
static void foreign_subkeys(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint8_t version, algo;
        uint16_t size;
    } subkeys[] = {{4, 35, 1216}, {6, 35, 1216}, {6, 36, 1624}, {4, 99, 77}, {6, 99, 77}};
    for (size_t i = 0; i < sizeof subkeys / sizeof subkeys[0]; i++) {
        const uint8_t version = subkeys[i].version;
        struct test_key primary = test_key(f, version, version == 6 ? PK_ED25519 : PK_EDDSA,
                                           f->now - 1000);
        struct test_key good = test_key(f, version, version == 6 ? PK_X25519 : PK_ECDH,
                                        f->now - 1000);
        struct test_key foreign = foreign_key(f, version, subkeys[i].algo, subkeys[i].size);
        for (int with = 0; with < 2; with++) {
            struct collected c = {0};
            put_primary(f, &c, &primary, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN, f->now - 1000);
            put_subkey(f, &c, &primary, &foreign, SECMAIL_KEY_ENCRYPT_STORAGE, f->now - 1000);
            if (with)
                put_subkey(f, &c, &primary, &good, SECMAIL_KEY_ENCRYPT_STORAGE, f->now - 1000);
            struct secmail_cert *cert = parse_cert(f, &c);
            assert_code(f->context, add_recipient(f, cert),
                        with ? 0 : SECMAIL_E_UNSUPPORTED_ALGORITHM);
            assert_int_equal(secmail_cert_key_count(cert), 2 + with);
            secmail_cert_unref(cert);
        }
        drop(&primary.body);
        drop(&good.body);
        drop(&foreign.body);
    }
}

/* Keys of the last century have subkeys of ElGamal's number for both uses (20), which section 12.8
 * has ended: their secrets are passed on, and keep nobody from the rest of the key. */
static void old_elgamal_subkeys(void **state)
{
    struct fixture *f = *state;
    struct test_key primary = test_key(f, 4, PK_EDDSA, f->now - 1000);
    struct collected file = {0}, body = {0};
    struct secmail_key *key;
    struct secmail_bytes *bytes, *signature;
    struct secmail_sign *sign;
    put_secret_key(&file, TAG_SECRET_KEY, &primary);
    put_key_signature(f, &file, flags_plan(0x1f, SECMAIL_KEY_SIGN), &primary, &primary, NULL);
    put_u8(&body, 4);
    put_u32(&body, (uint32_t)f->now - 1000);
    put_u8(&body, 20);
    put(&body, "\0\5\27\0\3\5\0\4\10", 9); /* p, g, y */
    put(&body, "\0\0\2\3\0\5", 6);         /* open; x; the sum of its bytes */
    put_body_drop(&file, TAG_SECRET_SUBKEY, &body);
    assert_ok(f->context, secmail_key_parse(f->context, &key, file.data, file.size));
    assert_int_equal(secmail_cert_key_count(secmail_key_cert(key)), 2);
    assert_ok(f->context, secmail_key_export(f->context, key, 0, &bytes));
    assert_int_equal(secmail_bytes_size(bytes), file.size);
    assert_memory_equal(secmail_bytes_data(bytes), file.data, file.size);
    assert_ok(f->context, secmail_sign_new(f->context, &sign));
    assert_ok(f->context, secmail_sign_add_signer(sign, key));
    assert_ok(f->context, secmail_sign_finish(sign, &signature));
    secmail_sign_free(sign);
    secmail_bytes_free(signature);
    secmail_bytes_free(bytes);
    secmail_key_unref(key);
    drop(&file);
    drop(&primary.body);
}

/* A primary key that nothing can be checked with is not a broken one. */
static void foreign_primary_keys(void **state)
{
    struct fixture *f = *state;
    static const uint8_t algorithms[] = {30, 31, 99};
    static const uint16_t sizes[] = {1984, 2649, 77};
    for (size_t i = 0; i < 3; i++) {
        struct test_key primary = foreign_key(f, 6, algorithms[i], sizes[i]);
        struct collected c = {0}, secret = {0};
        struct secmail_key_info info = {.size = sizeof info};
        put_body(&c, TAG_PUBLIC_KEY, &primary.body);
        struct secmail_cert *cert = parse_cert(f, &c);
        assert_ok(f->context, secmail_cert_key_info(f->context, cert, 0, NULL, &info));
        assert_int_equal(info.validity, SECMAIL_E_UNSUPPORTED_ALGORITHM);
        assert_code(f->context, add_recipient(f, cert), SECMAIL_E_UNSUPPORTED_ALGORITHM);
        /* Its secret part is kept as it is, and signs nothing. */
        struct collected body = {0};
        struct secmail_key *key;
        struct secmail_bytes *bytes;
        struct secmail_sign *sign;
        put_all(&body, &primary.body);
        put(&body, "\0secret", 7);
        put_body_drop(&secret, TAG_SECRET_KEY, &body);
        assert_ok(f->context, secmail_key_parse(f->context, &key, secret.data, secret.size));
        assert_ok(f->context, secmail_key_export(f->context, key, 0, &bytes));
        assert_int_equal(secmail_bytes_size(bytes), secret.size);
        assert_memory_equal(secmail_bytes_data(bytes), secret.data, secret.size);
        assert_ok(f->context, secmail_sign_new(f->context, &sign));
        assert_code(f->context, secmail_sign_add_signer(sign, key),
                    SECMAIL_E_UNSUPPORTED_ALGORITHM);
        secmail_sign_free(sign);
        secmail_bytes_free(bytes);
        secmail_key_unref(key);
        secmail_cert_unref(cert);
        drop(&secret);
        drop(&primary.body);
    }
}

/* Sizes are the policy's matter, with a date. */
static void sizes_by_policy(void **state)
{
    struct fixture *f = *state;
    static const char text_of[] = "include standard\nkey RSA 2048 until 2020-01-01\n";
    struct test_key key = test_key(f, 4, PK_RSA, 1500000000);
    struct collected c = {0};
    struct secmail_policy *policy, *then;
    put_primary(f, &c, &key, SECMAIL_KEY_CERTIFY | SECMAIL_KEY_SIGN, 1500000000);
    struct secmail_cert *cert = parse_cert(f, &c);
    assert_ok(f->context,
              secmail_policy_parse(f->context, &policy, (const uint8_t *)text_of, strlen(text_of)));
    static const struct {
        int64_t time;
        int want;
    } dates[] = {{1577836799, 0}, {1577836800, SECMAIL_E_POLICY}};
    for (size_t i = 0; i < 2; i++) {
        struct secmail_key_info info = {.size = sizeof info};
        assert_ok(f->context, secmail_policy_at(f->context, policy, dates[i].time, &then));
        assert_ok(f->context, secmail_cert_key_info(f->context, cert, 0, then, &info));
        assert_int_equal(info.validity, dates[i].want);
        assert_int_equal(info.flags != 0, dates[i].want == 0);
        secmail_policy_unref(then);
    }
    secmail_policy_unref(policy);
    secmail_cert_unref(cert);
    drop(&key.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(every_use),
        fixture_test(algorithms_of_a_profile),
        fixture_test(exchanged_public_parts),
        fixture_test(changed_rsa_secrets),
        fixture_test(parameters_of_ecdh),
        fixture_test(padded_session_keys),
        fixture_test(unlisted_ciphers),
        fixture_test(weak_keys),
        fixture_test(bit_counts_of_keys),
        fixture_test(bit_counts_of_session_keys),
        fixture_test(foreign_subkeys),
        fixture_test(old_elgamal_subkeys),
        fixture_test(foreign_primary_keys),
        fixture_test(sizes_by_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
