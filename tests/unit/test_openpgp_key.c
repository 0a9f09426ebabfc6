/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secret keys: reading, writing, locking, unlocking, rings. The expensive derivations of the
 * library's own locking are run once for each profile. */
#include "packet_writer.h"

static const uint32_t profiles[] = {SECMAIL_PROFILE_RFC4880, SECMAIL_PROFILE_RFC9580};

static struct collected bytes_of(struct secmail_bytes *bytes)
{
    struct collected c = {0};
    put(&c, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    return c;
}

static struct collected export_key(struct fixture *f, const struct secmail_key *key, int armored)
{
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_key_export(f->context, key, armored, &bytes));
    return bytes_of(bytes);
}

static struct collected export_cert(struct fixture *f, const struct secmail_cert *cert)
{
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_cert_export(f->context, cert, 0, &bytes));
    return bytes_of(bytes);
}

static void assert_same_drop(struct collected *a, struct collected *b)
{
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->data, b->data, a->size);
    drop(a);
    drop(b);
}

static void must_fail(struct fixture *f, const void *data, size_t size, int want)
{
    struct secmail_key *key = (struct secmail_key *)(uintptr_t)1;
    assert_code(f->context, secmail_key_parse(f->context, &key, data, size), want);
    assert_int_equal(secmail_context_error_code(f->context), want);
    assert_true(*secmail_context_error_detail(f->context));
    assert_null(key);
}

static void must_fail_drop(struct fixture *f, struct collected *c, int want)
{
    must_fail(f, c->data, c->size, want);
    drop(c);
}

/* ---------------------------------------------------------------- reading and writing */

static void arguments(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice"),
                       *out = (struct secmail_key *)(uintptr_t)1;
    struct secmail_secret *password = make_secret(f, "x");
    struct secmail_bytes *bytes = (struct secmail_bytes *)(uintptr_t)1;
    struct secmail_key_ring *ring = (struct secmail_key_ring *)(uintptr_t)1;
    assert_int_equal(secmail_key_parse(NULL, &out, NULL, 0), SECMAIL_E_ARGUMENT);
    assert_null(out);
    assert_int_equal(secmail_key_parse(f->context, NULL, NULL, 0), SECMAIL_E_ARGUMENT);
    must_fail(f, NULL, 1, SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_key_export(NULL, key, 0, &bytes), SECMAIL_E_ARGUMENT);
    assert_null(bytes);
    assert_int_equal(secmail_key_export(f->context, key, 0, NULL), SECMAIL_E_ARGUMENT);
    bytes = (struct secmail_bytes *)(uintptr_t)1;
    assert_code(f->context, secmail_key_export(f->context, NULL, 0, &bytes), SECMAIL_E_ARGUMENT);
    assert_null(bytes);
    for (int lock = 0; lock < 2; lock++) {
        int (*change)(struct secmail_context *, struct secmail_key *, const struct secmail_secret *,
                      struct secmail_key **) = lock ? secmail_key_lock : secmail_key_unlock;
        out = (struct secmail_key *)(uintptr_t)1;
        assert_int_equal(change(NULL, key, password, &out), SECMAIL_E_ARGUMENT);
        assert_null(out);
        assert_int_equal(change(f->context, key, password, NULL), SECMAIL_E_ARGUMENT);
        assert_code(f->context, change(f->context, NULL, password, &out), SECMAIL_E_ARGUMENT);
        assert_code(f->context, change(f->context, key, NULL, &out), SECMAIL_E_ARGUMENT);
        assert_null(out);
    }
    assert_null(secmail_key_cert(NULL));
    assert_int_equal(secmail_key_is_locked(NULL), 0);
    assert_null(secmail_key_ref(NULL));
    secmail_key_unref(NULL);
    assert_int_equal(secmail_key_ring_parse(NULL, &ring, NULL, 0), SECMAIL_E_ARGUMENT);
    assert_null(ring);
    assert_int_equal(secmail_key_ring_parse(f->context, NULL, NULL, 0), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_key_ring_parse(f->context, &ring, NULL, 1), SECMAIL_E_ARGUMENT);
    assert_int_equal(secmail_key_ring_count(NULL), 0);
    assert_int_equal(secmail_key_ring_skipped(NULL), 0);
    assert_null(secmail_key_ring_key(NULL, 0));
    assert_null(secmail_key_ring_ref(NULL));
    secmail_key_ring_unref(NULL);
    secmail_secret_free(password);
    secmail_key_unref(key);
}

static void read_and_written(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 4; i++) {
        struct secmail_key *key = make_key(f, profiles[i % 2], "Alice"), *again;
        struct collected c = export_key(f, key, i >= 2);
        assert_int_equal(memcmp(c.data, "-----BEGIN PGP PRIVATE KEY BLOCK-----\n", 38) == 0,
                         i >= 2);
        assert_ok(f->context, secmail_key_parse(f->context, &again, c.data, c.size));
        assert_int_equal(secmail_key_is_locked(again), 0);
        struct collected second = export_key(f, again, i >= 2);
        assert_same_drop(&c, &second);
        c = export_cert(f, secmail_key_cert(key));
        second = export_cert(f, secmail_key_cert(again));
        assert_same_drop(&c, &second);
        secmail_key_unref(again);
        secmail_key_unref(key);
    }
}

static void errors(void **state)
{
    struct fixture *f = *state;
    static const char message[] = "-----BEGIN PGP MESSAGE-----\n\nyxBiAAAAAAB4\n"
                                  "-----END PGP MESSAGE-----\n";
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC4880, "Alice");
    struct collected one = export_key(f, key, 0), c = {0}, armored = export_key(f, key, 1);
    must_fail(f, NULL, 0, SECMAIL_E_NO_DATA);
    must_fail(f, "hello", 5, SECMAIL_E_NO_DATA);
    must_fail(f, message, strlen(message), SECMAIL_E_NOT_A_KEY);
    must_fail(f, armored.data, armored.size - 10, SECMAIL_E_ARMOR);
    drop(&armored);
    put_literal(&c, "x", 1);
    must_fail_drop(f, &c, SECMAIL_E_NOT_A_KEY);
    c = export_cert(f, secmail_key_cert(key));
    must_fail_drop(f, &c, SECMAIL_E_NOT_A_KEY);
    put_all(&c, &one);
    put_all(&c, &one);
    must_fail_drop(f, &c, SECMAIL_E_NOT_A_KEY);
    put_all(&c, &one);
    put_u8(&c, 'x');
    must_fail_drop(f, &c, SECMAIL_E_MALFORMED);
    must_fail(f, one.data, one.size - 1, SECMAIL_E_TRUNCATED);
    put_packet(&c, TAG_SECRET_KEY, "\3\0\0\0\0\0\0\1", 8);
    must_fail_drop(f, &c, SECMAIL_E_UNSUPPORTED_VERSION);
    put_packet(&c, TAG_SECRET_KEY, "\4\1\2\3\4\143xxxx", 10);
    must_fail_drop(f, &c, SECMAIL_E_UNSUPPORTED_ALGORITHM);
    set_limit(f, SECMAIL_LIMIT_PACKET_SIZE, 50);
    must_fail(f, one.data, one.size, SECMAIL_E_LIMIT_PACKET_SIZE);
    set_limit(f, SECMAIL_LIMIT_CERT_COMPONENTS, 1);
    must_fail(f, one.data, one.size, SECMAIL_E_LIMIT_CERT_COMPONENTS);
    set_limit(f, SECMAIL_LIMIT_CERT_SIGNATURES, 0);
    must_fail(f, one.data, one.size, SECMAIL_E_LIMIT_CERT_SIGNATURES);
    assert_int_equal(secmail_context_set_limits(f->context, NULL), 0);
    drop(&one);
    secmail_key_unref(key);
}

static size_t packet_size(const struct collected *c, size_t at)
{
    const size_t first = c->data[at + 1], second = c->data[at + 2];
    assert_true(first < 224);
    return first < 192 ? 2 + first : 3 + ((first - 192) << 8) + second + 192;
}

/* Moves the packet at *at of `from` to `to`, as public key packet if wanted. */
static void move_packet(struct collected *to, const struct collected *from, size_t *at,
                        const struct collected *cert, size_t *cert_at, bool public)
{
    const struct collected *c = public ? cert : from;
    const size_t start = public ? *cert_at : *at;
    put(to, c->data + start, packet_size(c, start));
    *at += packet_size(from, *at);
    *cert_at += packet_size(cert, *cert_at);
}

/* "Secret Key and Secret Subkey packets can be used in addition to the Public Key and Public Subkey
 * packets" (section 10.2): what has no secret part stays a public key packet, and is not missed
 * before it is used. */
static void public_among_secret(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice");
        struct collected secret = export_key(f, key, 0),
                         cert = export_cert(f, secmail_key_cert(key));
        for (unsigned without = 0; without < 8; without++) {
            struct collected mixed = {0}, again;
            size_t keys = 0;
            for (size_t at = 0, cert_at = 0; at < secret.size;) {
                const uint8_t tag = secret.data[at] & 0x3f;
                const bool is_key = tag == TAG_SECRET_KEY || tag == TAG_SECRET_SUBKEY;
                move_packet(&mixed, &secret, &at, &cert, &cert_at, is_key && without >> keys & 1);
                keys += is_key;
            }
            assert_int_equal(keys, 3);
            if (without == 7) {
                must_fail_drop(f, &mixed, SECMAIL_E_NOT_A_KEY);
                continue;
            }
            struct secmail_key *parsed, *locked, *open;
            struct secmail_secret *password = make_secret(f, "password");
            assert_ok(f->context, secmail_key_parse(f->context, &parsed, mixed.data, mixed.size));
            assert_int_equal(secmail_key_is_locked(parsed), 0);
            again = export_key(f, parsed, 0);
            assert_int_equal(again.size, mixed.size);
            assert_memory_equal(again.data, mixed.data, mixed.size);
            drop(&again);
            assert_ok(f->context, secmail_key_lock(f->context, parsed, password, &locked));
            assert_int_equal(secmail_key_is_locked(locked), 1);
            assert_ok(f->context, secmail_key_unlock(f->context, locked, password, &open));
            again = export_key(f, open, 0);
            assert_same_drop(&mixed, &again);
            struct secmail_sign *sign;
            assert_ok(f->context, secmail_sign_new(f->context, &sign));
            assert_code(f->context, secmail_sign_add_signer(sign, open),
                        without & 2 ? SECMAIL_E_SECRET_ABSENT : 0);
            secmail_sign_free(sign);
            secmail_secret_free(password);
            secmail_key_unref(parsed);
            secmail_key_unref(locked);
            secmail_key_unref(open);
        }
        drop(&secret);
        drop(&cert);
        secmail_key_unref(key);
    }
}

/* Where the first packet with the tag begins. */
static size_t find_packet(const struct collected *c, uint8_t tag)
{
    size_t at = 0;
    while ((c->data[at] & 0x3f) != tag)
        at += packet_size(c, at);
    return at;
}

/* User IDs and subkeys that stand there twice are read as one, as in a certificate: of a subkey
 * with and without its secret, the former. */
static void parts_that_stand_twice(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice"), *parsed;
        struct collected secret = export_key(f, key, 0),
                         cert = export_cert(f, secmail_key_cert(key));
        const size_t subkeys = find_packet(&secret, TAG_SECRET_SUBKEY),
                     in_cert = find_packet(&cert, TAG_PUBLIC_SUBKEY),
                     id_in_cert = find_packet(&cert, TAG_USER_ID);
        for (int order = 0; order < 4; order++) {
            struct collected twice = {0}, again;
            put(&twice, secret.data, subkeys);
            if (order != 1)
                put(&twice, secret.data + subkeys, secret.size - subkeys);
            if (order < 3)
                put(&twice, cert.data + (order ? in_cert : id_in_cert),
                    cert.size - (order ? in_cert : id_in_cert));
            if (order)
                put(&twice, secret.data + subkeys, secret.size - subkeys);
            assert_ok(f->context, secmail_key_parse(f->context, &parsed, twice.data, twice.size));
            again = export_key(f, parsed, 0);
            assert_int_equal(again.size, secret.size);
            assert_memory_equal(again.data, secret.data, secret.size);
            secmail_key_unref(parsed);
            drop(&again);
            drop(&twice);
        }
        drop(&secret);
        drop(&cert);
        secmail_key_unref(key);
    }
}

/* The secret part of a key that isn't locked: cut, too long, with a wrong checksum, or with another
 * secret. */
static void open_secret_parts(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint8_t version, algo;
    } kinds[] = {{4, PK_EDDSA}, {4, PK_ED25519}, {6, PK_ED25519}};
    for (size_t k = 0; k < 3; k++) {
        struct test_key key = test_key(f, kinds[k].version, kinds[k].algo, f->now);
        struct collected whole = {0}, c = {0};
        struct secmail_key *parsed;
        put_secret_key(&whole, TAG_SECRET_KEY, &key);
        assert_ok(f->context, secmail_key_parse(f->context, &parsed, whole.data, whole.size));
        secmail_key_unref(parsed);
        const size_t at = 2 + key.body.size; /* the usage octet */
        for (size_t size = at; size < whole.size; size++) {
            put_packet(&c, TAG_SECRET_KEY, whole.data + 2, size - 2);
            must_fail_drop(f, &c, SECMAIL_E_MALFORMED);
        }
        put_all(&c, &whole);
        put_u8(&c, 0);
        c.data[1]++;
        must_fail_drop(f, &c, SECMAIL_E_MALFORMED);
        const size_t last = whole.size - 1 - (key.version == 4 ? 2 : 0);
        whole.data[last] ^= 1;
        if (key.version == 4) {
            must_fail(f, whole.data, whole.size, SECMAIL_E_MALFORMED);
            const unsigned sum = ((unsigned)whole.data[last + 1] << 8 | whole.data[last + 2]) +
                                 (whole.data[last] & 1 ? 1u : 0xffffu);
            whole.data[last + 1] = (uint8_t)(sum >> 8);
            whole.data[last + 2] = (uint8_t)sum;
        }
        must_fail_drop(f, &whole, SECMAIL_E_KEY_TAMPERED);
        drop(&key.body);
    }
}

/* Keys of algorithms that this build can't use stay as they are. */
static void opaque_keys(void **state)
{
    struct fixture *f = *state;
    struct collected c = {0}, body = {0}, again;
    struct secmail_key *key;
    put(&body, "\6\1\2\3\4\143\0\0\0\4abcd", 14);
    put_u8(&body, 0);
    put(&body, "a secret of some kind", 21);
    put_body_drop(&c, TAG_SECRET_KEY, &body);
    assert_ok(f->context, secmail_key_parse(f->context, &key, c.data, c.size));
    again = export_key(f, key, 0);
    assert_same_drop(&c, &again);
    secmail_key_unref(key);
}

/* ---------------------------------------------------------------- locking */

static bool contains(const struct collected *c, const uint8_t *data, size_t size)
{
    for (size_t at = 0; at + size <= c->size; at++) {
        if (memcmp(c->data + at, data, size) == 0)
            return true;
    }
    return false;
}

/* Where the secret of the primary key stands in the file of an open key. */
static const uint8_t *secret_of(const struct collected *c, uint8_t version)
{
    const size_t head = 2, body = version == 6 ? 42 : 51, usage = 1, mpi = version == 6 ? 0 : 2;
    return c->data + head + body + usage + mpi;
}

static void locked_and_unlocked(void **state)
{
    struct fixture *f = *state;
    struct secmail_secret *right = make_secret(f, "correct horse"), *wrong = make_secret(f, "");
    for (size_t i = 0; i < 2; i++) {
        struct secmail_key *key = make_key(f, profiles[i], "Alice"), *locked, *same, *open;
        assert_int_equal(secmail_key_is_locked(key), 0);
        assert_ok(f->context, secmail_key_lock(f->context, key, right, &locked));
        assert_int_equal(secmail_key_is_locked(locked), 1);
        assert_int_equal(secmail_key_is_locked(key), 0); /* unchanged */
        same = (struct secmail_key *)(uintptr_t)1;
        assert_code(f->context, secmail_key_lock(f->context, locked, right, &same),
                    SECMAIL_E_KEY_LOCKED);
        assert_null(same);
        struct collected c = export_key(f, locked, 0), clear = export_key(f, key, 0), after;
        struct collected a = export_cert(f, secmail_key_cert(key)),
                         b = export_cert(f, secmail_key_cert(locked));
        assert_same_drop(&a, &b);
        assert_false(contains(&c, secret_of(&clear, i ? 6 : 4), 32));
        assert_ok(f->context, secmail_key_parse(f->context, &same, c.data, c.size));
        after = export_key(f, same, 0);
        assert_same_drop(&c, &after);
        assert_code(f->context, secmail_key_unlock(f->context, same, wrong, &open),
                    SECMAIL_E_WRONG_PASSWORD);
        assert_null(open);
        assert_int_equal(secmail_key_is_locked(same), 1);
        assert_ok(f->context, secmail_key_unlock(f->context, same, right, &open));
        assert_int_equal(secmail_key_is_locked(open), 0);
        assert_int_equal(secmail_key_is_locked(same), 1);
        after = export_key(f, open, 0);
        assert_same_drop(&clear, &after);
        secmail_key_unref(open);
        secmail_key_unref(same);
        secmail_key_unref(locked);
        secmail_key_unref(key);
    }
    secmail_secret_free(right);
    secmail_secret_free(wrong);
}

/* A key that isn't locked is opened by any password, and is the same object. */
static void unlocking_an_open_key(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice"), *open;
    struct secmail_secret *password = make_secret(f, "x");
    assert_ok(f->context, secmail_key_unlock(f->context, key, password, &open));
    assert_ptr_equal(open, key);
    secmail_key_unref(open);
    secmail_key_unref(key);
    secmail_secret_free(password);
}

/* A locked EdDSA key, by hand: `usage` as in RFC 9580 section 3.7.2.1. */
static struct collected locked_by_hand(struct fixture *f, uint8_t version, uint8_t usage,
                                       const struct smi_s2k *s2k)
{
    struct test_key key = test_key(f, version, version == 6 ? PK_ED25519 : PK_EDDSA, f->now);
    struct collected c = {0}, body = {0}, clear = {0}, specifier = {0};
    uint8_t kek[32], iv[16], digest[SMI_HASH_MAX_SIZE];
    const uint8_t info[4] = {0xc0 | TAG_SECRET_KEY, version, SMI_AES256, SMI_OCB};
    const size_t iv_size = usage == 253 ? 15 : 16;
    derive(f, s2k, "password", kek, 32);
    fixture_random(f, iv, sizeof iv);
    if (version == 6)
        put(&clear, key.seed, 32);
    else
        put_mpi(&clear, key.seed, 32);
    if (usage == 254) {
        assert_int_equal(smi_hash_once(f->context, SMI_SHA1, clear.data, clear.size, digest), 0);
        put(&clear, digest, 20);
    } else if (usage == 255) {
        unsigned sum = 0;
        for (size_t i = 0; i < clear.size; i++)
            sum += clear.data[i];
        put_u16(&clear, sum & 0xffff);
    }
    if (usage == 253) {
        struct smi_aead aead;
        struct collected ad = {0};
        uint8_t derived[32], sealed[64];
        put_u8(&ad, info[0]);
        put_all(&ad, &key.body);
        assert_int_equal(smi_hkdf(f->context, SMI_SHA256, kek, 32, NULL, 0, info, 4, derived, 32),
                         0);
        assert_int_equal(smi_aead_open(f->context, &aead, SMI_AES256, SMI_OCB, derived), 0);
        assert_int_equal(
            smi_aead_encrypt(&aead, iv, ad.data, ad.size, sealed, clear.data, clear.size), 0);
        smi_aead_close(&aead);
        const size_t size = clear.size + 16;
        drop(&ad);
        drop(&clear);
        put(&clear, sealed, size);
    } else {
        struct smi_cfb cfb;
        assert_int_equal(smi_cfb_open(f->context, &cfb, SMI_AES256, kek, iv), 0);
        assert_int_equal(smi_cfb_encrypt(&cfb, clear.data, clear.data, clear.size), 0);
        smi_cfb_close(&cfb);
    }
    put_s2k(&specifier, s2k);
    put_all(&body, &key.body);
    put_u8(&body, usage);
    if (version == 6)
        put_u8(&body, (unsigned)(1 + (usage == 253) + 1 + specifier.size + iv_size));
    put_u8(&body, SMI_AES256);
    if (usage == 253)
        put_u8(&body, SMI_OCB);
    if (version == 6)
        put_u8(&body, (unsigned)specifier.size);
    put_all(&body, &specifier);
    put(&body, iv, iv_size);
    put_all(&body, &clear);
    put_body_drop(&c, TAG_SECRET_KEY, &body);
    drop(&specifier);
    drop(&clear);
    drop(&key.body);
    return c;
}

/* All the protections that may be met, also such as this library doesn't write. */
static void protections(void **state)
{
    struct fixture *f = *state;
    const struct smi_s2k kinds[] = {
        cheap_s2k(),
        {.type = SMI_S2K_SALTED, .hash = SMI_SHA512, .salt = "saltsalt"},
        {.type = SMI_S2K_SIMPLE, .hash = SMI_SHA1},
        {.type = SMI_S2K_ARGON2, .salt = "sixteen bytes...", .passes = 1, .lanes = 1, .memory = 3}};
    struct secmail_secret *right = make_secret(f, "password"), *wrong = make_secret(f, "Password");
    for (uint8_t version = 4; version <= 6; version += 2) {
        for (unsigned usage = 253; usage <= 255; usage++) {
            for (size_t i = 0; i < 4; i++) {
                struct collected c = locked_by_hand(f, version, (uint8_t)usage, &kinds[i]);
                struct secmail_key *locked, *open;
                /* "Argon2 is only used with AEAD"; and the old checksum only with version 4. */
                if ((i == 3 && usage != 253) || (version == 6 && usage == 255)) {
                    must_fail_drop(f, &c, SECMAIL_E_MALFORMED);
                    continue;
                }
                assert_ok(f->context, secmail_key_parse(f->context, &locked, c.data, c.size));
                assert_int_equal(secmail_key_is_locked(locked), 1);
                assert_code(f->context, secmail_key_unlock(f->context, locked, wrong, &open),
                            SECMAIL_E_WRONG_PASSWORD);
                assert_ok(f->context, secmail_key_unlock(f->context, locked, right, &open));
                assert_int_equal(secmail_key_is_locked(open), 0);
                secmail_key_unref(open);
                secmail_key_unref(locked);
                drop(&c);
            }
        }
    }
    secmail_secret_free(right);
    secmail_secret_free(wrong);
}

/* Protections that this build can't open: the key is read and written, but not unlocked. */
static void unsupported_protections(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *data;
        size_t size;
    } rows[] = {
        {"\7 16 bytes of IV..encrypted", 27},                    /* cipher without S2K */
        {"\376\143\3\10saltsalt\1encrypted", 22},                /* cipher 99 */
        {"\376\11\2\10saltsalt\1encrypted", 22},                 /* S2K type 2 */
        {"\376\11\3\143saltsalt\1sixteen bytes..encrypted", 37}, /* hash 99 */
        {"\375\11\11\3\10saltsalt\1encrypted", 23},              /* AEAD mode 9 */
    };
    struct secmail_secret *password = make_secret(f, "password");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct test_key key = test_key(f, 4, PK_EDDSA, f->now);
        struct collected c = {0}, body = {0}, again;
        struct secmail_key *locked, *open = (struct secmail_key *)(uintptr_t)1;
        put_all(&body, &key.body);
        put(&body, rows[i].data, rows[i].size);
        put_body_drop(&c, TAG_SECRET_KEY, &body);
        assert_ok(f->context, secmail_key_parse(f->context, &locked, c.data, c.size));
        assert_int_equal(secmail_key_is_locked(locked), 1);
        assert_code(f->context, secmail_key_unlock(f->context, locked, password, &open),
                    SECMAIL_E_UNSUPPORTED_ALGORITHM);
        assert_null(open);
        again = export_key(f, locked, 0);
        assert_same_drop(&c, &again);
        secmail_key_unref(locked);
        drop(&key.body);
    }
    secmail_secret_free(password);
}

/* "Version 6 secret keys using these formats MUST be rejected" (section 3.7.2.1): a cipher without
 * S2K, and what would be one. */
static void old_protections_of_version_6(void **state)
{
    struct fixture *f = *state;
    for (unsigned usage = 1; usage < 256; usage++) {
        if (usage >= 252 && usage <= 254)
            continue;
        struct test_key key = test_key(f, 6, PK_ED25519, f->now);
        struct collected c = {0}, body = {0};
        put_all(&body, &key.body);
        put_u8(&body, usage);
        put(&body, "\20sixteen bytes...encrypted", 26);
        put_body_drop(&c, TAG_SECRET_KEY, &body);
        must_fail_drop(f, &c, SECMAIL_E_MALFORMED);
        drop(&key.body);
    }
}

/* Fields of a locked part that end too early. */
static void cut_protections(void **state)
{
    struct fixture *f = *state;
    const struct smi_s2k s2k = cheap_s2k();
    struct secmail_secret *password = make_secret(f, "password");
    for (uint8_t version = 4; version <= 6; version += 2) {
        for (unsigned usage = 253; usage <= 255; usage++) {
            struct collected whole = locked_by_hand(f, version, (uint8_t)usage, &s2k);
            const size_t head = 2, usage_at = head + (version == 6 ? 42 : 51);
            for (size_t size = usage_at; size < whole.size; size++) {
                struct collected c = {0};
                struct secmail_key *locked, *open;
                put_packet(&c, TAG_SECRET_KEY, whole.data + head, size - head);
                const int rc = secmail_key_parse(f->context, &locked, c.data, c.size);
                if (rc) {
                    assert_code(f->context, rc, SECMAIL_E_MALFORMED);
                } else {
                    const int code = secmail_key_unlock(f->context, locked, password, &open);
                    assert_true(code == SECMAIL_E_WRONG_PASSWORD || code == SECMAIL_E_MALFORMED ||
                                code == SECMAIL_E_UNSUPPORTED_ALGORITHM);
                    secmail_key_unref(locked);
                }
                drop(&c);
            }
            drop(&whole);
        }
    }
    secmail_secret_free(password);
}

static void argon2_limits(void **state)
{
    struct fixture *f = *state;
    const struct smi_s2k s2k = {
        .type = SMI_S2K_ARGON2, .salt = "sixteen bytes...", .passes = 3, .lanes = 1, .memory = 4};
    struct collected c = locked_by_hand(f, 6, 253, &s2k);
    struct secmail_secret *password = make_secret(f, "password");
    struct secmail_key *locked, *open;
    assert_ok(f->context, secmail_key_parse(f->context, &locked, c.data, c.size));
    static const struct {
        uint32_t limit;
        uint64_t value;
        int want;
    } rows[] = {{SECMAIL_LIMIT_ARGON2_MEMORY_KIB, 16, 0},
                {SECMAIL_LIMIT_ARGON2_MEMORY_KIB, 15, SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB},
                {SECMAIL_LIMIT_ARGON2_WORK, 48, 0},
                {SECMAIL_LIMIT_ARGON2_WORK, 47, SECMAIL_E_LIMIT_ARGON2_WORK}};
    for (size_t i = 0; i < 4; i++) {
        set_limit(f, rows[i].limit, rows[i].value);
        assert_code(f->context, secmail_key_unlock(f->context, locked, password, &open),
                    rows[i].want);
        secmail_key_unref(open);
    }
    secmail_key_unref(locked);
    secmail_secret_free(password);
    drop(&c);
}

static int no_random(void *user, uint8_t *out, size_t size)
{
    (void)user;
    memset(out, 0, size);
    return 1;
}

static void locking_needs_randomness(void **state)
{
    struct fixture *f = *state;
    struct secmail_secret *password = make_secret(f, "x");
    for (size_t i = 0; i < 2; i++) {
        struct secmail_key *key = make_key(f, profiles[i], "Alice"),
                           *locked = (struct secmail_key *)(uintptr_t)1;
        assert_int_equal(secmail_context_set_random(f->context, no_random, NULL), 0);
        assert_code(f->context, secmail_key_lock(f->context, key, password, &locked),
                    SECMAIL_E_RANDOM);
        assert_null(locked);
        assert_int_equal(secmail_context_set_random(f->context, fixture_random, f), 0);
        secmail_key_unref(key);
    }
    secmail_secret_free(password);
}

/* ---------------------------------------------------------------- rings, lifetimes */

static void rings(void **state)
{
    struct fixture *f = *state;
    struct collected c = {0};
    char hex[4][65];
    for (size_t i = 0; i < 4; i++) {
        struct secmail_key *key = make_key(f, profiles[i % 2], "X");
        struct collected one = export_key(f, key, 0);
        snprintf(hex[i], sizeof hex[i], "%s", secmail_cert_fingerprint(secmail_key_cert(key)));
        put_all(&c, &one);
        drop(&one);
        secmail_key_unref(key);
    }
    struct secmail_key_ring *ring;
    assert_ok(f->context, secmail_key_ring_parse(f->context, &ring, c.data, c.size));
    assert_int_equal(secmail_key_ring_count(ring), 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(
            secmail_cert_fingerprint(secmail_key_cert(secmail_key_ring_key(ring, i))), hex[i]);
    assert_null(secmail_key_ring_key(ring, 4));
    assert_int_equal(secmail_key_ring_skipped(ring), 0);
    assert_ptr_equal(secmail_key_ring_ref(ring), ring);
    secmail_key_ring_unref(ring);
    secmail_key_ring_unref(ring);
    /* A key of a version that nobody knows is left out and counted. */
    struct secmail_key *key_of_99 = make_key(f, profiles[0], "X");
    struct collected odd = export_key(f, key_of_99, 0);
    odd.data[odd.data[1] < 192 ? 2 : 3] = 99;
    put_all(&odd, &c);
    assert_ok(f->context, secmail_key_ring_parse(f->context, &ring, odd.data, odd.size));
    assert_int_equal(secmail_key_ring_count(ring), 4);
    assert_int_equal(secmail_key_ring_skipped(ring), 1);
    secmail_key_ring_unref(ring);
    secmail_key_unref(key_of_99);
    drop(&odd);
    /* One certificate among them, anywhere, is an error. */
    struct test_key key = test_key(f, 6, PK_ED25519, f->now);
    for (int first = 0; first < 2; first++) {
        struct collected mixed = {0};
        if (first)
            put_primary(f, &mixed, &key, SECMAIL_KEY_SIGN, 0);
        put_all(&mixed, &c);
        if (!first)
            put_primary(f, &mixed, &key, SECMAIL_KEY_SIGN, 0);
        ring = (struct secmail_key_ring *)(uintptr_t)1;
        assert_code(f->context, secmail_key_ring_parse(f->context, &ring, mixed.data, mixed.size),
                    SECMAIL_E_NOT_A_KEY);
        assert_int_equal(secmail_context_error_code(f->context), SECMAIL_E_NOT_A_KEY);
        assert_null(ring);
        drop(&mixed);
    }
    static const struct {
        const char *data;
        size_t size;
        int want;
    } rows[] = {{"", 0, SECMAIL_E_NO_DATA},
                {"hello", 5, SECMAIL_E_NO_DATA},
                {"\xcb\7b\0\0\0\0\0x", 9, SECMAIL_E_NOT_A_KEY},
                {"\xc5\1\3", 3, SECMAIL_E_UNSUPPORTED_VERSION},
                {"\xc5\5\4", 3, SECMAIL_E_TRUNCATED},
                {"\xc5\1\4x", 4, SECMAIL_E_MALFORMED}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_code(
            f->context,
            secmail_key_ring_parse(f->context, &ring, (const uint8_t *)rows[i].data, rows[i].size),
            rows[i].want);
        assert_int_equal(secmail_context_error_code(f->context), rows[i].want);
        assert_null(ring);
    }
    set_limit(f, SECMAIL_LIMIT_RING_CERTS, 3);
    assert_code(f->context, secmail_key_ring_parse(f->context, &ring, c.data, c.size),
                SECMAIL_E_LIMIT_RING_CERTS);
    drop(&c);
    drop(&key.body);
}

static void keys_outlive_contexts(void **state)
{
    (void)state;
    struct fixture first, second;
    fixture_init(&first, NULL);
    struct secmail_key *key = make_key(&first, SECMAIL_PROFILE_RFC9580, "Alice");
    struct secmail_cert *cert = secmail_cert_ref(secmail_key_cert(key));
    assert_ptr_equal(secmail_key_ref(key), key);
    secmail_key_unref(key);
    fixture_done(&first);
    fixture_init(&second, NULL);
    struct secmail_sign *sign;
    struct secmail_bytes *sig;
    assert_ok(second.context, secmail_sign_new(second.context, &sign));
    assert_ok(second.context, secmail_sign_add_signer(sign, key));
    secmail_key_unref(key); /* the operation has its own reference */
    assert_ok(second.context, secmail_sign_update(sign, (const uint8_t *)"x", 1));
    assert_ok(second.context, secmail_sign_finish(sign, &sig));
    secmail_sign_free(sign);
    struct secmail_verify *v;
    assert_ok(second.context, secmail_verify_new(second.context, &v));
    assert_ok(second.context, secmail_verify_add_cert(v, cert));
    secmail_cert_unref(cert);
    assert_ok(second.context,
              secmail_verify_add_signatures(v, secmail_bytes_data(sig), secmail_bytes_size(sig)));
    assert_ok(second.context, secmail_verify_update(v, (const uint8_t *)"x", 1));
    assert_ok(second.context, secmail_verify_finish(v));
    assert_int_equal(secmail_verify_good_count(v), 1);
    secmail_verify_free(v);
    secmail_bytes_free(sig);
    fixture_done(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(arguments),
        fixture_test(read_and_written),
        fixture_test(errors),
        fixture_test(public_among_secret),
        fixture_test(parts_that_stand_twice),
        fixture_test(open_secret_parts),
        fixture_test(opaque_keys),
        fixture_test(locked_and_unlocked),
        fixture_test(unlocking_an_open_key),
        fixture_test(protections),
        fixture_test(unsupported_protections),
        fixture_test(old_protections_of_version_6),
        fixture_test(cut_protections),
        fixture_test(argon2_limits),
        fixture_test(locking_needs_randomness),
        fixture_test(rings),
        cmocka_unit_test(keys_outlive_contexts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
