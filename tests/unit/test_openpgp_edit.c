/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Editing keys: what each change does, what it keeps, and what it refuses. */
#include "packet_writer.h"

enum { DAY = 86400, YEAR = 365 * DAY, THREE_YEARS = 3 * YEAR };

static const uint32_t profiles[] = {SECMAIL_PROFILE_RFC4880, SECMAIL_PROFILE_RFC9580};

/* ---------------------------------------------------------------- helpers */

static struct secmail_key_edit *edit_of(struct fixture *f, struct secmail_key *key)
{
    struct secmail_key_edit *edit;
    assert_ok(f->context, secmail_key_edit_new(f->context, &edit, key));
    return edit;
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

static struct secmail_key *parse_key(struct fixture *f, struct collected *c)
{
    struct secmail_key *key;
    assert_ok(f->context, secmail_key_parse(f->context, &key, c->data, c->size));
    drop(c);
    return key;
}

/* Runs a change whose outcome is known, and frees it. The old key must be as it was. */
static struct secmail_key *run_drop(struct fixture *f, struct secmail_key *key,
                                    struct secmail_key_edit *edit, int code)
{
    struct collected before = file_of(f, key), after;
    struct secmail_key *out = (struct secmail_key *)(uintptr_t)1;
    assert_code(f->context, secmail_key_edit_run(edit, &out), code);
    assert_int_equal(out == NULL, code != 0);
    assert_int_equal(*secmail_context_error_detail(f->context) != 0, code != 0);
    after = file_of(f, key);
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.data, after.data, after.size);
    drop(&before);
    drop(&after);
    secmail_key_edit_free(edit);
    if (!out)
        return NULL;
    /* What was made can be read again. */
    struct collected made = file_of(f, out);
    struct secmail_key *again = parse_key(f, &made);
    made = file_of(f, out);
    after = file_of(f, again);
    assert_int_equal(made.size, after.size);
    assert_memory_equal(made.data, after.data, after.size);
    drop(&made);
    drop(&after);
    secmail_key_unref(again);
    return out;
}

static struct secmail_key_info info_at(struct fixture *f, const struct secmail_key *key,
                                       size_t index, int64_t time)
{
    struct secmail_key_info info = {.size = sizeof info};
    struct secmail_policy *now, *then;
    assert_ok(f->context, secmail_policy_standard(f->context, &now));
    assert_ok(f->context, secmail_policy_at(f->context, now, time, &then));
    assert_ok(f->context,
              secmail_cert_key_info(f->context, secmail_key_cert(key), index, then, &info));
    secmail_policy_unref(now);
    secmail_policy_unref(then);
    return info;
}

static struct secmail_key_info info_of(struct fixture *f, const struct secmail_key *key,
                                       size_t index)
{
    return info_at(f, key, index, f->now);
}

/* How many signatures of a type stand in the file, and a subpacket's bytes anywhere. */
static size_t count_bytes(const struct collected *c, const void *what, size_t size)
{
    size_t n = 0;
    for (size_t at = 0; at + size <= c->size; at++)
        n += memcmp(c->data + at, what, size) == 0;
    return n;
}

static int sign_with(struct fixture *f, struct secmail_key *key, char fingerprint[65])
{
    struct secmail_sign *s;
    struct secmail_verify *v;
    struct secmail_bytes *signature;
    assert_ok(f->context, secmail_sign_new(f->context, &s));
    const int rc = secmail_sign_add_signer(s, key);
    if (!rc) {
        assert_ok(f->context, secmail_sign_finish(s, &signature));
        assert_ok(f->context, secmail_verify_new(f->context, &v));
        assert_ok(f->context, secmail_verify_add_cert(v, secmail_key_cert(key)));
        assert_ok(f->context, secmail_verify_add_signatures(v, secmail_bytes_data(signature),
                                                            secmail_bytes_size(signature)));
        assert_ok(f->context, secmail_verify_finish(v));
        assert_int_equal(secmail_verify_good_count(v), 1);
        snprintf(fingerprint, 65, "%s", secmail_verdict_key(secmail_verify_verdict(v, 0)));
        secmail_verify_free(v);
        secmail_bytes_free(signature);
    }
    secmail_sign_free(s);
    return rc;
}

static int encrypt_and_decrypt(struct fixture *f, struct secmail_key *key)
{
    struct secmail_encrypt *e;
    struct secmail_decrypt *d;
    struct secmail_bytes *message, *plain;
    assert_ok(f->context, secmail_encrypt_new(f->context, &e));
    int rc = secmail_encrypt_add_recipient(e, secmail_key_cert(key));
    if (!rc) {
        assert_ok(f->context, secmail_encrypt_bytes(e, (const uint8_t *)"hello", 5, &message));
        assert_ok(f->context, secmail_decrypt_new(f->context, &d));
        assert_ok(f->context, secmail_decrypt_add_key(d, key));
        assert_ok(f->context, secmail_decrypt_bytes(d, secmail_bytes_data(message),
                                                    secmail_bytes_size(message), &plain));
        secmail_decrypt_free(d);
        secmail_bytes_free(plain);
        secmail_bytes_free(message);
    }
    secmail_encrypt_free(e);
    return rc;
}

/* ---------------------------------------------------------------- expiry */

static struct secmail_key *expire(struct fixture *f, struct secmail_key *key, size_t index,
                                  int64_t when)
{
    struct secmail_key_edit *edit = edit_of(f, key);
    assert_ok(f->context, secmail_key_edit_set_expiry(edit, index, when));
    return run_drop(f, key, edit, 0);
}

static void expiry(void **state)
{
    struct fixture *f = *state;
    const int64_t made = f->now;
    for (size_t p = 0; p < 2; p++) {
        f->now = made;
        struct secmail_key *key = make_key(f, profiles[p], "Alice");
        f->now = made + DAY;
        for (size_t i = 0; i < 3; i++) {
            const int64_t dates[] = {made + YEAR, made + UINT32_MAX, -1, made + 1, f->now};
            for (size_t d = 0; d < 5; d++) {
                struct secmail_key *changed = expire(f, key, i, dates[d]);
                const struct secmail_key_info info = info_of(f, changed, i),
                                              old = info_of(f, key, i);
                const bool over = dates[d] >= 0 && dates[d] <= f->now;
                const int64_t end = i && (dates[d] < 0 || dates[d] > made + THREE_YEARS)
                                        ? made + THREE_YEARS /* the primary key's */
                                        : dates[d];
                assert_int_equal(info.validity, over ? SECMAIL_E_KEY_EXPIRED : 0);
                assert_int_equal(info.expires, end);
                assert_int_equal(info.flags, over ? 0 : old.flags);
                assert_int_equal(old.expires, made + THREE_YEARS);
                secmail_key_unref(changed);
            }
        }
        secmail_key_unref(key);
    }
}

/* An expired key comes back. */
static void expiry_of_an_expired_key(void **state)
{
    struct fixture *f = *state;
    const int64_t made = f->now;
    for (size_t p = 0; p < 2; p++) {
        f->now = made;
        struct secmail_key *key = make_key(f, profiles[p], "Alice"), *next;
        char signer[65];
        f->now = made + THREE_YEARS + DAY;
        assert_int_equal(sign_with(f, key, signer), SECMAIL_E_KEY_EXPIRED);
        struct secmail_key_edit *edit = edit_of(f, key);
        for (size_t i = 0; i < 3; i++)
            assert_ok(f->context, secmail_key_edit_set_expiry(edit, i, f->now + YEAR));
        next = run_drop(f, key, edit, 0);
        assert_ok(f->context, sign_with(f, next, signer));
        assert_ok(f->context, encrypt_and_decrypt(f, next));
        assert_int_equal(info_of(f, next, 2).expires, f->now + YEAR);
        secmail_key_unref(next);
        secmail_key_unref(key);
    }
}

/* Several changes in one second: each is dated later than the one before. */
static void same_second(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice"), *next;
        for (int64_t n = 1; n <= 60; n++) {
            next = expire(f, key, 0, f->now + YEAR + n);
            assert_int_equal(info_at(f, next, 0, f->now + n - 1).expires,
                             f->now + (n == 1 ? THREE_YEARS : YEAR + n - 1));
            assert_int_equal(info_at(f, next, 0, f->now + n).expires, f->now + YEAR + n);
            secmail_key_unref(key);
            key = next;
        }
        struct secmail_key_edit *edit = edit_of(f, key);
        assert_ok(f->context, secmail_key_edit_set_expiry(edit, 0, -1));
        assert_null(run_drop(f, key, edit, SECMAIL_E_CLOCK));
        f->now += 61;
        next = expire(f, key, 0, -1);
        assert_int_equal(info_of(f, next, 0).expires, -1);
        secmail_key_unref(next);
        secmail_key_unref(key);
        f->now -= 61;
    }
}

/* ---------------------------------------------------------------- user IDs */

static struct secmail_key *with_user_id(struct fixture *f, struct secmail_key *key,
                                        const char *user_id)
{
    struct secmail_key_edit *edit = edit_of(f, key);
    assert_ok(f->context, secmail_key_edit_add_user_id(edit, user_id));
    return run_drop(f, key, edit, 0);
}

static struct secmail_key *without_user_id(struct fixture *f, struct secmail_key *key, size_t index,
                                           const char *text)
{
    struct secmail_key_edit *edit = edit_of(f, key);
    assert_ok(f->context, secmail_key_edit_revoke_user_id(edit, index, text));
    return run_drop(f, key, edit, 0);
}

static void user_ids(void **state)
{
    struct fixture *f = *state;
    size_t size;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice"), *two, *same, *one, *back;
        f->now += DAY;
        two = with_user_id(f, key, "Alice at work <alice@example.com>");
        const struct secmail_cert *cert = secmail_key_cert(two);
        assert_int_equal(secmail_cert_user_id_count(cert), 2);
        assert_memory_equal(secmail_cert_user_id(cert, 1, &size),
                            "Alice at work <alice@example.com>", 33);
        assert_int_equal(size, 33);
        assert_int_equal(info_of(f, two, 0).expires, info_of(f, key, 0).expires);
        assert_int_equal(info_of(f, two, 0).flags, info_of(f, key, 0).flags);
        /* What is there is not added again. */
        same = with_user_id(f, two, "Alice");
        assert_ptr_equal(same, two);
        secmail_key_unref(same);
        f->now += DAY;
        one = without_user_id(f, two, 0, "married");
        struct collected c = file_of(f, one);
        assert_int_equal(count_bytes(&c, "\x09\x1d\x20married", 10), 1);
        drop(&c);
        assert_ok(f->context, encrypt_and_decrypt(f, one));
        /* A revoked one comes back with a younger certification, in the same second too. */
        back = with_user_id(f, one, "Alice");
        assert_ptr_not_equal(back, one);
        assert_int_equal(secmail_cert_user_id_count(secmail_key_cert(back)), 2);
        same = with_user_id(f, back, "Alice");
        assert_ptr_equal(same, back);
        secmail_key_unref(same);
        secmail_key_unref(back);
        secmail_key_unref(one);
        secmail_key_unref(two);
        secmail_key_unref(key);
    }
}

/* Version 4: when its last user ID is revoked, the direct-key signature still speaks. */
static void no_user_id_left(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice"), *none, *next;
        f->now += DAY;
        none = without_user_id(f, key, 0, NULL);
        assert_int_equal(info_of(f, none, 0).validity, 0);
        f->now += DAY;
        next = with_user_id(f, none, "Alice Smith");
        struct collected c = file_of(f, next);
        assert_int_equal(count_bytes(&c, "\x02\x19\x01", 3), 2); /* the primary user ID, twice */
        drop(&c);
        assert_int_equal(info_of(f, next, 0).expires, info_of(f, key, 0).expires);
        secmail_key_unref(next);
        secmail_key_unref(none);
        secmail_key_unref(key);
    }
}

static void primary_user_id(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice"), *two, *next;
        f->now += DAY;
        two = with_user_id(f, key, "Bob");
        struct collected c = file_of(f, two);
        assert_int_equal(count_bytes(&c, "\x02\x19\x01", 3), 1);
        drop(&c);
        f->now += DAY;
        struct secmail_key_edit *edit = edit_of(f, two);
        assert_ok(f->context, secmail_key_edit_set_primary_user_id(edit, 0));
        assert_ok(f->context, secmail_key_edit_set_primary_user_id(edit, 1));
        assert_ok(f->context, secmail_key_edit_set_expiry(edit, 0, f->now + YEAR));
        next = run_drop(f, two, edit, 0);
        c = file_of(f, next);
        assert_int_equal(count_bytes(&c, "\x02\x19\x01", 3), 2);
        drop(&c);
        assert_int_equal(info_of(f, next, 0).expires, f->now + YEAR);
        secmail_key_unref(next);
        secmail_key_unref(two);
        secmail_key_unref(key);
    }
}

/* ---------------------------------------------------------------- subkeys and revocations */

static struct secmail_key *revoke(struct fixture *f, struct secmail_key *key, size_t index,
                                  uint32_t reason, const char *text)
{
    struct secmail_key_edit *edit = edit_of(f, key);
    assert_ok(f->context, secmail_key_edit_revoke_key(edit, index, reason, text));
    return run_drop(f, key, edit, 0);
}

/* New subkeys take the place of old ones. */
static void subkeys(void **state)
{
    struct fixture *f = *state;
    char old[65], new[65];
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice"), *next;
        assert_ok(f->context, sign_with(f, key, old));
        f->now += DAY;
        struct secmail_key_edit *edit = edit_of(f, key);
        assert_ok(f->context, secmail_key_edit_add_subkey(edit, SECMAIL_KEY_SIGN, f->now + YEAR));
        assert_ok(f->context,
                  secmail_key_edit_add_subkey(
                      edit, SECMAIL_KEY_ENCRYPT_COMMUNICATIONS | SECMAIL_KEY_ENCRYPT_STORAGE, -1));
        assert_ok(f->context,
                  secmail_key_edit_revoke_key(edit, 1, SECMAIL_REVOKED_SUPERSEDED, "rotated"));
        assert_ok(f->context, secmail_key_edit_revoke_key(edit, 2, SECMAIL_REVOKED_RETIRED, NULL));
        next = run_drop(f, key, edit, 0);
        assert_int_equal(secmail_cert_key_count(secmail_key_cert(next)), 5);
        assert_int_equal(info_of(f, next, 1).validity, SECMAIL_E_KEY_REVOKED);
        assert_int_equal(info_of(f, next, 2).validity, SECMAIL_E_KEY_REVOKED);
        assert_int_equal(info_at(f, next, 1, f->now - 1).validity, 0); /* soft */
        assert_int_equal(info_of(f, next, 3).flags, SECMAIL_KEY_SIGN);
        assert_int_equal(info_of(f, next, 3).expires, f->now + YEAR);
        assert_int_equal(info_of(f, next, 3).created, f->now);
        assert_int_equal(info_of(f, next, 4).flags,
                         SECMAIL_KEY_ENCRYPT_COMMUNICATIONS | SECMAIL_KEY_ENCRYPT_STORAGE);
        assert_int_equal(info_of(f, next, 0).validity, 0);
        assert_ok(f->context, sign_with(f, next, new));
        assert_string_equal(new, secmail_cert_key_fingerprint(secmail_key_cert(next), 3));
        assert_string_not_equal(old, new);
        assert_ok(f->context, encrypt_and_decrypt(f, next));
        secmail_key_unref(next);
        secmail_key_unref(key);
    }
}

/* Of each algorithm, on keys of both versions. */
static void algorithms(void **state)
{
    struct fixture *f = *state;
    char signer[65];
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice");
        f->now += DAY;
        for (uint32_t a = SECMAIL_KEY_CURVE25519; a <= SECMAIL_KEY_BRAINPOOLP512R1; a++) {
            if (a == SECMAIL_KEY_RSA3072 || a == SECMAIL_KEY_RSA4096)
                continue; /* as the one with 2048 bits, but slower */
            struct secmail_key_edit *edit = edit_of(f, key);
            if (!p && a == SECMAIL_KEY_CURVE448) {
                assert_code(f->context, secmail_key_edit_set_algorithm(edit, a),
                            SECMAIL_E_ARGUMENT);
                a++;
            }
            assert_ok(f->context, secmail_key_edit_set_algorithm(edit, a));
            assert_ok(f->context, secmail_key_edit_add_subkey(edit, SECMAIL_KEY_SIGN, -1));
            assert_ok(f->context,
                      secmail_key_edit_add_subkey(edit, SECMAIL_KEY_ENCRYPT_STORAGE, -1));
            for (size_t i = 1; i < 3; i++)
                assert_ok(f->context,
                          secmail_key_edit_revoke_key(edit, i, SECMAIL_REVOKED_RETIRED, NULL));
            struct secmail_key *next = run_drop(f, key, edit, 0);
            assert_ok(f->context, sign_with(f, next, signer));
            assert_string_equal(signer, secmail_cert_key_fingerprint(secmail_key_cert(next), 3));
            assert_ok(f->context, encrypt_and_decrypt(f, next));
            secmail_key_unref(next);
        }
        secmail_key_unref(key);
    }
}

static void revocations(void **state)
{
    struct fixture *f = *state;
    char signer[65];
    for (size_t p = 0; p < 2; p++) {
        for (uint32_t reason = 0; reason <= 3; reason++) {
            struct secmail_key *key = make_key(f, profiles[p], "Alice"), *next, *worse;
            const bool soft = reason == SECMAIL_REVOKED_SUPERSEDED ||
                              reason == SECMAIL_REVOKED_RETIRED;
            f->now += DAY;
            next = revoke(f, key, 0, reason, "since\ntoday: ü");
            for (size_t i = 0; i < 3; i++) {
                assert_int_equal(info_of(f, next, i).validity, SECMAIL_E_KEY_REVOKED);
                assert_int_equal(info_at(f, next, i, f->now - 1).validity,
                                 soft ? 0 : SECMAIL_E_KEY_REVOKED);
            }
            assert_int_equal(sign_with(f, next, signer), SECMAIL_E_KEY_REVOKED);
            /* Nothing brings it back; but it may turn out to be worse. */
            f->now += DAY;
            struct secmail_key_edit *edit = edit_of(f, next);
            assert_ok(f->context, secmail_key_edit_set_expiry(edit, 0, -1));
            assert_null(run_drop(f, next, edit, SECMAIL_E_KEY_REVOKED));
            edit = edit_of(f, next);
            assert_ok(f->context, secmail_key_edit_add_user_id(edit, "Bob"));
            assert_null(run_drop(f, next, edit, SECMAIL_E_KEY_REVOKED));
            edit = edit_of(f, next);
            assert_ok(f->context, secmail_key_edit_refresh(edit, 0));
            assert_null(run_drop(f, next, edit, SECMAIL_E_KEY_REVOKED));
            worse = revoke(f, next, 0, SECMAIL_REVOKED_COMPROMISED, NULL);
            assert_int_equal(info_at(f, worse, 0, f->now - 2 * DAY).validity,
                             SECMAIL_E_KEY_REVOKED);
            secmail_key_unref(worse);
            secmail_key_unref(next);
            secmail_key_unref(key);
        }
    }
}

static void revoked_parts_stay_revoked(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice"), *two, *next, *last;
        f->now += DAY;
        two = with_user_id(f, key, "Bob");
        next = without_user_id(f, two, 1, NULL);
        f->now += DAY;
        last = revoke(f, next, 2, SECMAIL_REVOKED_RETIRED, NULL);
        f->now += DAY;
        struct secmail_key_edit *edit = edit_of(f, last);
        assert_ok(f->context, secmail_key_edit_set_expiry(edit, 2, -1));
        assert_null(run_drop(f, last, edit, SECMAIL_E_KEY_REVOKED));
        edit = edit_of(f, last);
        assert_ok(f->context, secmail_key_edit_set_primary_user_id(edit, 1));
        assert_null(run_drop(f, last, edit, SECMAIL_E_KEY_REVOKED));
        /* A new expiry of the whole key leaves them alone. */
        struct secmail_key *late = expire(f, last, 0, -1);
        assert_int_equal(info_of(f, late, 2).validity, SECMAIL_E_KEY_REVOKED);
        secmail_key_unref(late);
        secmail_key_unref(last);
        secmail_key_unref(next);
        secmail_key_unref(two);
        secmail_key_unref(key);
    }
}

/* The packets of the revocation certificate behind the primary key of another copy. */
static void revocation_certificates(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice"), *revoked;
        struct secmail_cert *cert;
        struct secmail_bytes *bytes;
        f->now += DAY;
        assert_ok(f->context, secmail_key_revocation(f->context, key, SECMAIL_REVOKED_COMPROMISED,
                                                     "stolen", &cert));
        assert_string_equal(secmail_cert_fingerprint(cert),
                            secmail_cert_fingerprint(secmail_key_cert(key)));
        assert_int_equal(secmail_cert_user_id_count(cert), 0);
        assert_int_equal(secmail_cert_key_count(cert), 1);
        assert_int_equal(info_of(f, key, 0).validity, 0); /* the key itself isn't changed */
        assert_ok(f->context, secmail_cert_export(f->context, cert, 0, &bytes));
        struct collected c = file_of(f, key), merged = {0};
        const size_t primary = 2 + c.data[1], at = 2 + secmail_bytes_data(bytes)[1];
        put(&merged, c.data, primary);
        put(&merged, secmail_bytes_data(bytes) + at, secmail_bytes_size(bytes) - at);
        put(&merged, c.data + primary, c.size - primary);
        drop(&c);
        revoked = parse_key(f, &merged);
        assert_int_equal(info_of(f, revoked, 0).validity, SECMAIL_E_KEY_REVOKED);
        secmail_key_unref(revoked);
        secmail_bytes_free(bytes);
        secmail_cert_unref(cert);
        secmail_key_unref(key);
    }
}

/* How a signature over nothing is judged with these certificates at hand. */
static enum secmail_verdict_status judged(struct fixture *f, struct secmail_bytes *sig,
                                          struct secmail_cert *first, struct secmail_cert *second)
{
    struct secmail_verify *v;
    assert_ok(f->context, secmail_verify_new(f->context, &v));
    assert_ok(f->context, secmail_verify_add_cert(v, first));
    assert_ok(f->context, secmail_verify_add_cert(v, second));
    assert_ok(f->context,
              secmail_verify_add_signatures(v, secmail_bytes_data(sig), secmail_bytes_size(sig)));
    assert_ok(f->context, secmail_verify_finish(v));
    assert_int_equal(secmail_verify_verdict_count(v), 1);
    assert_ptr_equal(secmail_verdict_cert(secmail_verify_verdict(v, 0)), first);
    const enum secmail_verdict_status status = secmail_verdict_status(secmail_verify_verdict(v, 0));
    secmail_verify_free(v);
    return status;
}

/* Of two copies of a certificate one is revoked: no signature is good because of the other. */
static void copies_count_together(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice"), *changed;
        struct secmail_cert *cert = secmail_key_cert(key), *revocation, *revoked;
        struct secmail_bytes *sig;
        struct secmail_sign *sign;
        assert_ok(f->context, secmail_sign_new(f->context, &sign));
        assert_ok(f->context, secmail_sign_add_signer(sign, key));
        assert_ok(f->context, secmail_sign_finish(sign, &sig));
        secmail_sign_free(sign);
        f->now += DAY;
        assert_ok(f->context, secmail_key_revocation(f->context, key, SECMAIL_REVOKED_COMPROMISED,
                                                     NULL, &revocation));
        assert_ok(f->context, secmail_cert_merge(f->context, cert, revocation, &revoked));
        assert_int_equal(judged(f, sig, cert, cert), SECMAIL_VERDICT_GOOD);
        assert_int_equal(judged(f, sig, cert, revoked), SECMAIL_VERDICT_REJECTED);
        assert_int_equal(judged(f, sig, cert, revocation), SECMAIL_VERDICT_REJECTED);
        struct secmail_key_edit *edit = edit_of(f, key);
        assert_ok(f->context, secmail_key_edit_add_user_id(edit, "Alice at home"));
        changed = run_drop(f, key, edit, 0);
        assert_int_equal(judged(f, sig, cert, secmail_key_cert(changed)), SECMAIL_VERDICT_GOOD);
        secmail_key_unref(changed);
        secmail_cert_unref(revoked);
        secmail_cert_unref(revocation);
        secmail_bytes_free(sig);
        secmail_key_unref(key);
    }
}

/* ---------------------------------------------------------------- merging */

/* A revocation, a certification and a subkey of which only the certificate knows. */
static void merged(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice"), *laptop, *home, *revoked,
                           *bob = make_key(f, profiles[p], "Bob");
        struct secmail_cert *cert;
        char signer[65];
        f->now += DAY;
        struct secmail_key_edit *edit = edit_of(f, key);
        assert_ok(f->context, secmail_key_edit_add_subkey(edit, SECMAIL_KEY_SIGN, -1));
        assert_ok(f->context, secmail_key_edit_add_user_id(edit, "Alice on the laptop"));
        laptop = run_drop(f, key, edit, 0);
        assert_ok(f->context, secmail_key_merge(f->context, key, secmail_key_cert(laptop), &home));
        assert_int_equal(secmail_cert_user_id_count(secmail_key_cert(home)), 2);
        assert_int_equal(secmail_cert_key_count(secmail_key_cert(home)), 4);
        assert_int_equal(info_of(f, home, 3).flags, SECMAIL_KEY_SIGN);
        assert_int_equal(secmail_key_is_locked(home), 0);
        assert_ok(f->context, sign_with(f, home, signer)); /* with the old subkey */
        assert_string_equal(signer, secmail_cert_key_fingerprint(secmail_key_cert(key), 1));
        struct collected c = file_of(f, home), again;
        struct secmail_key *same = parse_key(f, &c);
        c = file_of(f, home);
        again = file_of(f, same);
        assert_int_equal(c.size, again.size);
        assert_memory_equal(c.data, again.data, c.size);
        drop(&c);
        drop(&again);
        secmail_key_unref(same);
        assert_ok(f->context, secmail_key_revocation(f->context, key, 0, NULL, &cert));
        assert_ok(f->context, secmail_key_merge(f->context, home, cert, &revoked));
        assert_int_equal(info_of(f, revoked, 0).validity, SECMAIL_E_KEY_REVOKED);
        assert_int_equal(info_of(f, home, 0).validity, 0);
        secmail_key_unref(revoked);
        revoked = (struct secmail_key *)(uintptr_t)1;
        assert_code(f->context, secmail_key_merge(f->context, bob, cert, &revoked),
                    SECMAIL_E_OTHER_CERT);
        assert_null(revoked);
        assert_int_equal(secmail_key_merge(NULL, key, cert, &revoked), SECMAIL_E_ARGUMENT);
        assert_int_equal(secmail_key_merge(f->context, key, cert, NULL), SECMAIL_E_ARGUMENT);
        assert_code(f->context, secmail_key_merge(f->context, NULL, cert, &revoked),
                    SECMAIL_E_ARGUMENT);
        assert_code(f->context, secmail_key_merge(f->context, key, NULL, &revoked),
                    SECMAIL_E_ARGUMENT);
        secmail_cert_unref(cert);
        secmail_key_unref(home);
        secmail_key_unref(laptop);
        secmail_key_unref(bob);
        secmail_key_unref(key);
    }
}

/* ---------------------------------------------------------------- old keys */

struct old_key {
    struct test_key primary, sub;
    struct secmail_key *key;
};

static void put_old_sub(struct collected *hashed)
{
    put_sub(hashed, SUB_NOTATION, "\0\0\0\0\0\3\0\1a@bc", 12);
    put_sub(hashed, 11, "\11\7", 2); /* preferred ciphers */
    put_sub_u8(hashed, 100, 0x55);   /* private, not critical */
}

/* A version 4 key whose self-signatures are of 2015 and made with `hash`, with a signing subkey. */
static struct old_key old_key(struct fixture *f, uint8_t hash, uint8_t back_hash)
{
    const int64_t made = 1420070400;
    struct old_key o = {.primary = test_key(f, 4, PK_RSA, made),
                        .sub = test_key(f, 4, PK_RSA_SIGN, made)};
    struct collected c = {0}, data = {0}, back = {0};
    struct sig_plan id = flags_plan(0x13, SECMAIL_KEY_CERTIFY),
                    binding = flags_plan(0x18, SECMAIL_KEY_SIGN);
    id.hash = binding.hash = hash;
    id.created = binding.created = made;
    put_old_sub(&id.hashed);
    put_old_sub(&binding.hashed);
    put_key_for_hash(&data, &o.primary);
    put_key_for_hash(&data, &o.sub);
    put_signature_body(f, &back,
                       (struct sig_plan){.type = 0x19, .created = made, .hash = back_hash}, &o.sub,
                       data.data, data.size, NULL);
    put_sub(&binding.hashed, SUB_EMBEDDED, back.data, back.size);
    put_secret_key(&c, TAG_SECRET_KEY, &o.primary);
    put_packet(&c, TAG_USER_ID, "Old", 3);
    put_id_signature(f, &c, id, &o.primary, &o.primary, "Old");
    put_secret_key(&c, TAG_SECRET_SUBKEY, &o.sub);
    put_key_signature(f, &c, binding, &o.primary, &o.primary, &o.sub);
    drop(&data);
    drop(&back);
    o.key = parse_key(f, &c);
    return o;
}

static void drop_old(struct old_key *o)
{
    secmail_key_unref(o->key);
    drop(&o->primary.body);
    drop(&o->sub.body);
}

/* rnp#1810: a change of expiry on top of SHA-1 self-signatures must give a key that works. */
static void old_hashes_are_repaired(void **state)
{
    struct fixture *f = *state;
    char signer[65];
    static const uint8_t hashes[][2] = {
        {SMI_SHA1, SMI_SHA1}, {SMI_SHA1, SMI_SHA256}, {SMI_SHA256, SMI_SHA1}};
    for (size_t h = 0; h < 3; h++) {
        struct old_key o = old_key(f, hashes[h][0], hashes[h][1]);
        assert_int_not_equal(sign_with(f, o.key, signer), 0);
        struct secmail_key_edit *edit = edit_of(f, o.key);
        assert_ok(f->context, secmail_key_edit_refresh(edit, 0));
        struct secmail_key *next = run_drop(f, o.key, edit, 0);
        assert_ok(f->context, sign_with(f, next, signer));
        assert_int_equal(info_of(f, next, 0).flags, SECMAIL_KEY_CERTIFY);
        assert_int_equal(info_of(f, next, 1).flags, SECMAIL_KEY_SIGN);
        /* Everything else that was said is said again. */
        struct collected c = file_of(f, next);
        const size_t renewed = hashes[h][0] == SMI_SHA1 ? 4 : 3;
        assert_int_equal(count_bytes(&c, "\x0d\x14\0\0\0\0\0\3\0\1a@bc", 14), renewed);
        assert_int_equal(count_bytes(&c, "\3\13\11\7", 4), renewed);
        assert_int_equal(count_bytes(&c, "\2\x64\x55", 3), renewed);
        drop(&c);
        /* Once is enough. */
        edit = edit_of(f, next);
        assert_ok(f->context, secmail_key_edit_refresh(edit, 0));
        struct secmail_key *same = run_drop(f, next, edit, 0);
        assert_ptr_equal(same, next);
        secmail_key_unref(same);
        secmail_key_unref(next);
        /* By way of the expiry. */
        edit = edit_of(f, o.key);
        assert_ok(f->context, secmail_key_edit_set_expiry(edit, 0, f->now + YEAR));
        assert_ok(f->context, secmail_key_edit_set_expiry(edit, 1, f->now + DAY));
        next = run_drop(f, o.key, edit, 0);
        assert_ok(f->context, sign_with(f, next, signer));
        assert_int_equal(info_of(f, next, 0).expires, f->now + YEAR);
        assert_int_equal(info_of(f, next, 1).expires, f->now + DAY);
        secmail_key_unref(next);
        drop_old(&o);
    }
}

static void features_are_announced(void **state)
{
    struct fixture *f = *state;
    struct old_key o = old_key(f, SMI_SHA256, SMI_SHA256);
    struct secmail_key_edit *edit = edit_of(f, o.key);
    assert_ok(f->context, secmail_key_edit_refresh(edit, 0));
    struct secmail_key *next = run_drop(f, o.key, edit, 0);
    assert_ptr_equal(next, o.key);
    secmail_key_unref(next);
    edit = edit_of(f, o.key);
    assert_ok(f->context, secmail_key_edit_refresh(edit, 1));
    next = run_drop(f, o.key, edit, 0);
    struct collected c = file_of(f, next);
    assert_int_equal(count_bytes(&c, "\2\x1e\1", 3), 1);
    drop(&c);
    secmail_key_unref(next);
    drop_old(&o);
    /* What this library makes announces everything. */
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice");
        edit = edit_of(f, key);
        assert_ok(f->context, secmail_key_edit_refresh(edit, 1));
        next = run_drop(f, key, edit, 0);
        assert_ptr_equal(next, key);
        secmail_key_unref(next);
        secmail_key_unref(key);
    }
}

/* Header and body, with a length of one or two octets. */
static size_t whole_packet(const uint8_t *p)
{
    return p[1] < 192 ? 2u + p[1] : 3u + (p[1] - 192u) * 256 + p[2] + 192;
}

/* The subkey's secret is needed for a new back-signature only. */
static void subkeys_elsewhere(void **state)
{
    struct fixture *f = *state;
    for (int refused = 0; refused < 2; refused++) {
        struct old_key o = old_key(f, SMI_SHA256, refused ? SMI_SHA1 : SMI_SHA256);
        struct collected c = file_of(f, o.key), part = {0}, body = {0};
        /* primary, user ID and signature as they are; then the subkey with GnuPG's placeholder */
        size_t at = 0;
        for (int i = 0; i < 3; i++)
            at += whole_packet(c.data + at);
        put(&part, c.data, at);
        put_all(&body, &o.sub.body);
        put(&body, "\377\0\145\0GNU\1", 8);
        put_body_drop(&part, TAG_SECRET_SUBKEY, &body);
        at += whole_packet(c.data + at);
        put(&part, c.data + at, c.size - at);
        drop(&c);
        struct secmail_key *key = parse_key(f, &part);
        struct secmail_key_edit *edit = edit_of(f, key);
        assert_ok(f->context, secmail_key_edit_set_expiry(edit, 1, f->now + YEAR));
        struct secmail_key *next = run_drop(f, key, edit, refused ? SECMAIL_E_SECRET_ABSENT : 0);
        if (next)
            assert_int_equal(info_of(f, next, 1).flags, SECMAIL_KEY_SIGN);
        secmail_key_unref(next);
        secmail_key_unref(key);
        drop_old(&o);
    }
}

/* Bindings of old software have no flags: a back-signature that is there is kept. */
static void no_flags(void **state)
{
    struct fixture *f = *state;
    for (uint8_t version = 4; version <= 6; version += 2) {
        const uint8_t algo = version == 6 ? PK_ED25519 : PK_EDDSA;
        struct test_key primary = test_key(f, version, algo, f->now),
                        sub = test_key(f, version, algo, f->now);
        struct collected c = {0};
        struct sig_plan binding = {.type = 0x18};
        put_secret_key(&c, TAG_SECRET_KEY, &primary);
        put_key_signature(f, &c, flags_plan(0x1f, SECMAIL_KEY_CERTIFY), &primary, &primary, NULL);
        put_back_signature(f, &binding.hashed, &primary, &sub, 0);
        put_secret_key(&c, TAG_SECRET_SUBKEY, &sub);
        put_key_signature(f, &c, binding, &primary, &primary, &sub);
        struct secmail_key *key = parse_key(f, &c), *next;
        assert_int_equal(info_of(f, key, 1).flags, SECMAIL_KEY_SIGN);
        f->now += DAY;
        next = expire(f, key, 1, f->now + YEAR);
        assert_int_equal(info_of(f, next, 1).flags, SECMAIL_KEY_SIGN);
        assert_int_equal(info_of(f, next, 1).expires, f->now + YEAR);
        secmail_key_unref(next);
        secmail_key_unref(key);
        drop(&primary.body);
        drop(&sub.body);
    }
}

static size_t count_signatures(const struct collected *c)
{
    size_t count = 0;
    for (size_t at = 0; at < c->size;) {
        count += (c->data[at] & 0x3f) == TAG_SIGNATURE;
        at += c->data[at + 1] < 192 ? 2u + c->data[at + 1]
                                    : 3u + (c->data[at + 1] - 192u) * 256 + c->data[at + 2] + 192;
    }
    return count;
}

/* A certification that was to end isn't brought back by a change that isn't about it. */
static void ended_user_ids(void **state)
{
    struct fixture *f = *state;
    struct test_key primary = test_key(f, 4, PK_EDDSA, f->now);
    struct collected c = {0};
    put_secret_key(&c, TAG_SECRET_KEY, &primary);
    for (int i = 0; i < 2; i++) {
        struct sig_plan plan = flags_plan(0x13, SECMAIL_KEY_CERTIFY);
        if (i)
            put_sub_u32(&plan.hashed, SUB_EXPIRES, 1000);
        put_packet(&c, TAG_USER_ID, i ? "Intern" : "Alice", i ? 6 : 5);
        put_id_signature(f, &c, plan, &primary, &primary, i ? "Intern" : "Alice");
    }
    struct secmail_key *key = parse_key(f, &c), *next;
    f->now += DAY;
    next = expire(f, key, 0, f->now + YEAR);
    c = file_of(f, next);
    assert_int_equal(count_signatures(&c), 3);
    drop(&c);
    assert_int_equal(info_of(f, next, 0).expires, f->now + YEAR);
    secmail_key_unref(next);
    secmail_key_unref(key);
    drop(&primary.body);
}

/* A bare version 4 key, which says nothing of itself, may say something for the first time. */
static void bare_keys(void **state)
{
    struct fixture *f = *state;
    struct test_key test = test_key(f, 4, PK_EDDSA, f->now);
    struct collected c = {0};
    put_secret_key(&c, TAG_SECRET_KEY, &test);
    struct secmail_key *key = parse_key(f, &c), *next;
    f->now += DAY;
    next = with_user_id(f, key, "Alice");
    assert_int_equal(info_of(f, next, 0).validity, 0);
    secmail_key_unref(next);
    next = expire(f, key, 0, f->now + YEAR);
    assert_int_equal(info_of(f, next, 0).expires, f->now + YEAR);
    secmail_key_unref(next);
    secmail_key_unref(key);
    drop(&test.body);
}

/* ---------------------------------------------------------------- refusals */

static void wishes(struct fixture *f, struct secmail_key *key, int code)
{
    for (int i = 0; i < 6; i++) {
        struct secmail_key_edit *edit = edit_of(f, key);
        int rc = i == 0   ? secmail_key_edit_set_expiry(edit, 0, -1)
                 : i == 1 ? secmail_key_edit_add_user_id(edit, "Bob")
                 : i == 2 ? secmail_key_edit_set_primary_user_id(edit, 0)
                 : i == 3 ? secmail_key_edit_revoke_user_id(edit, 0, NULL)
                 : i == 4 ? secmail_key_edit_add_subkey(edit, SECMAIL_KEY_SIGN, -1)
                          : secmail_key_edit_revoke_key(edit, 0, 0, NULL);
        assert_ok(f->context, rc);
        assert_null(run_drop(f, key, edit, code));
    }
    struct secmail_cert *cert = (struct secmail_cert *)(uintptr_t)1;
    assert_code(f->context, secmail_key_revocation(f->context, key, 0, NULL, &cert), code);
    assert_null(cert);
}

static void locked_and_absent_keys(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC4880, "Alice"), *locked;
    struct secmail_secret *password = make_secret(f, "x");
    assert_ok(f->context, secmail_key_lock(f->context, key, password, &locked));
    wishes(f, locked, SECMAIL_E_KEY_LOCKED);
    assert_int_equal(secmail_key_is_locked(locked), 1);
    struct secmail_key_edit *edit = edit_of(f, locked); /* nothing is wanted: nothing is needed */
    struct secmail_key *same = run_drop(f, locked, edit, 0);
    assert_ptr_equal(same, locked);
    secmail_key_unref(same);
    struct collected c = file_of(f, key), body = {0}, part = {0};
    put(&body, c.data + 2, 51);
    put(&body, "\377\0\145\0GNU\1", 8);
    put_body_drop(&part, TAG_SECRET_KEY, &body);
    put(&part, c.data + 2 + c.data[1], c.size - 2 - c.data[1]);
    struct secmail_key *offline = parse_key(f, &part);
    wishes(f, offline, SECMAIL_E_SECRET_ABSENT);
    drop(&c);
    secmail_key_unref(offline);
    secmail_key_unref(locked);
    secmail_key_unref(key);
    secmail_secret_free(password);
}

/* KOpenPGP: the public part of a stored key is exchanged. No signature is made with what is left.
 */
static void tampered_keys(void **state)
{
    struct fixture *f = *state;
    struct secmail_secret *password = make_secret(f, "x");
    for (size_t p = 0; p < 2; p++) {
        struct secmail_key *key = make_key(f, profiles[p], "Alice"), *locked, *out;
        struct collected c = file_of(f, key);
        c.data[2 + (p ? 20 : 30)] ^= 1; /* in the point */
        assert_code(f->context, secmail_key_parse(f->context, &out, c.data, c.size),
                    SECMAIL_E_KEY_TAMPERED);
        assert_ok(f->context, secmail_key_lock(f->context, key, password, &locked));
        drop(&c);
        c = file_of(f, locked);
        c.data[2 + (p ? 20 : 30) + (c.data[1] >= 192)] ^= 1;
        struct secmail_key *bad = parse_key(f, &c);
        struct secmail_key_edit *edit = edit_of(f, bad);
        assert_ok(f->context, secmail_key_edit_revoke_key(edit, 0, 0, NULL));
        assert_null(run_drop(f, bad, edit, SECMAIL_E_KEY_LOCKED));
        const int rc = secmail_key_unlock(f->context, bad, password, &out);
        assert_true(rc == SECMAIL_E_KEY_TAMPERED || (p == 1 && rc == SECMAIL_E_WRONG_PASSWORD));
        assert_null(out);
        const struct secmail_secret *old[] = {password};
        assert_int_equal(secmail_key_change_password(f->context, bad, old, 1, NULL, &out), rc);
        assert_null(out);
        assert_int_equal(secmail_key_is_locked(bad), 1);
        secmail_key_unref(bad);
        secmail_key_unref(locked);
        secmail_key_unref(key);
    }
    secmail_secret_free(password);
}

static void clocks(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice");
    f->now -= DAY;
    wishes(f, key, SECMAIL_E_CLOCK);
    f->now = -1;
    struct secmail_key_edit *edit = edit_of(f, key);
    assert_code(f->context, secmail_key_edit_add_subkey(edit, SECMAIL_KEY_SIGN, -1),
                SECMAIL_E_CLOCK);
    secmail_key_edit_free(edit);
    secmail_key_unref(key);
}

static void unbound_parts(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC4880, "Alice"), *more;
    struct test_key sub = test_key(f, 4, PK_EDDSA, f->now);
    struct collected c = file_of(f, key);
    put_packet(&c, TAG_USER_ID, "Mallory", 7);
    put_secret_key(&c, TAG_SECRET_SUBKEY, &sub);
    more = parse_key(f, &c);
    f->now += DAY;
    struct secmail_key_edit *edit = edit_of(f, more);
    assert_ok(f->context, secmail_key_edit_set_expiry(edit, 3, -1));
    assert_null(run_drop(f, more, edit, SECMAIL_E_KEY_INVALID));
    edit = edit_of(f, more);
    assert_ok(f->context, secmail_key_edit_set_primary_user_id(edit, 1));
    assert_null(run_drop(f, more, edit, SECMAIL_E_KEY_INVALID));
    /* A change of the whole doesn't adopt what isn't the key's own. */
    struct secmail_key *next = expire(f, more, 0, f->now + YEAR);
    assert_int_equal(info_of(f, next, 3).validity, SECMAIL_E_KEY_INVALID);
    secmail_key_unref(next);
    secmail_key_unref(more);
    secmail_key_unref(key);
    drop(&sub.body);
}

static void limits(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice");
    f->now += DAY;
    set_limit(f, SECMAIL_LIMIT_CERT_COMPONENTS, 3);
    struct secmail_key_edit *edit = edit_of(f, key);
    assert_ok(f->context, secmail_key_edit_add_user_id(edit, "Bob"));
    assert_null(run_drop(f, key, edit, SECMAIL_E_LIMIT_CERT_COMPONENTS));
    set_limit(f, SECMAIL_LIMIT_CERT_SIGNATURES, 1);
    edit = edit_of(f, key);
    assert_ok(f->context, secmail_key_edit_set_expiry(edit, 0, -1));
    assert_null(run_drop(f, key, edit, SECMAIL_E_LIMIT_CERT_SIGNATURES));
    assert_int_equal(secmail_context_set_limits(f->context, NULL), 0);
    secmail_key_unref(key);
}

static int no_random(void *user, uint8_t *out, size_t size)
{
    (void)user, (void)out, (void)size;
    return -1;
}

static void randomness(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice");
    f->now += DAY;
    assert_int_equal(secmail_context_set_random(f->context, no_random, NULL), 0);
    wishes(f, key, SECMAIL_E_RANDOM);
    assert_int_equal(secmail_context_set_random(f->context, fixture_random, f), 0);
    secmail_key_unref(key);
}

static void arguments(void **state)
{
    struct fixture *f = *state;
    struct secmail_key *key = make_key(f, SECMAIL_PROFILE_RFC9580, "Alice"), *out;
    struct secmail_key_edit *e = (struct secmail_key_edit *)(uintptr_t)1;
    struct secmail_cert *cert;
    struct secmail_context *c = f->context;
    assert_int_equal(secmail_key_edit_new(NULL, &e, key), SECMAIL_E_ARGUMENT);
    assert_null(e);
    assert_int_equal(secmail_key_edit_new(c, NULL, key), SECMAIL_E_ARGUMENT);
    assert_code(c, secmail_key_edit_new(c, &e, NULL), SECMAIL_E_ARGUMENT);
    e = edit_of(f, key);
    const int bad[] = {
        secmail_key_edit_set_policy(NULL, NULL),
        secmail_key_edit_set_expiry(NULL, 0, -1),
        secmail_key_edit_set_expiry(e, 3, -1),
        secmail_key_edit_set_expiry(e, 0, -2),
        secmail_key_edit_set_expiry(e, 0, f->now),
        secmail_key_edit_set_expiry(e, 0, f->now + UINT32_MAX + 1),
        secmail_key_edit_add_user_id(NULL, "x"),
        secmail_key_edit_add_user_id(e, NULL),
        secmail_key_edit_set_primary_user_id(NULL, 0),
        secmail_key_edit_set_primary_user_id(e, 1),
        secmail_key_edit_revoke_user_id(NULL, 0, NULL),
        secmail_key_edit_revoke_user_id(e, 1, NULL),
        secmail_key_edit_add_subkey(NULL, SECMAIL_KEY_SIGN, -1),
        secmail_key_edit_add_subkey(e, 0, -1),
        secmail_key_edit_add_subkey(e, SECMAIL_KEY_CERTIFY, -1),
        secmail_key_edit_add_subkey(e, SECMAIL_KEY_SIGN | SECMAIL_KEY_ENCRYPT_STORAGE, -1),
        secmail_key_edit_add_subkey(e, SECMAIL_KEY_SIGN, f->now),
        secmail_key_edit_add_subkey(e, SECMAIL_KEY_SIGN, f->now + UINT32_MAX + 1),
        secmail_key_edit_revoke_key(NULL, 0, 0, NULL),
        secmail_key_edit_revoke_key(e, 3, 0, NULL),
        secmail_key_edit_revoke_key(e, 0, 4, NULL),
        secmail_key_edit_revoke_key(e, 0, SECMAIL_REVOKED_USER_ID, NULL),
        secmail_key_edit_refresh(NULL, 0),
        secmail_key_edit_set_algorithm(NULL, SECMAIL_KEY_CURVE25519),
        secmail_key_edit_set_algorithm(e, 0),
        secmail_key_edit_set_algorithm(e, 99),
        secmail_key_edit_run(NULL, &out),
        secmail_key_edit_run(e, NULL),
        secmail_key_revocation(NULL, key, 0, NULL, &cert),
        secmail_key_revocation(c, NULL, 0, NULL, &cert),
        secmail_key_revocation(c, key, 99, NULL, &cert),
        secmail_key_revocation(c, key, SECMAIL_REVOKED_USER_ID, NULL, &cert),
        secmail_key_revocation(c, key, 0, NULL, NULL),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(bad[i], SECMAIL_E_ARGUMENT);
    static const char *const texts[] = {"a\001b", "\xff", "\x7f"};
    for (size_t i = 0; i < 3; i++) {
        assert_code(c, secmail_key_edit_add_user_id(e, texts[i]), SECMAIL_E_EXPECTED_TEXT);
        assert_code(c, secmail_key_edit_revoke_user_id(e, 0, texts[i]), SECMAIL_E_EXPECTED_TEXT);
        assert_code(c, secmail_key_edit_revoke_key(e, 0, 0, texts[i]), SECMAIL_E_EXPECTED_TEXT);
        assert_code(c, secmail_key_revocation(c, key, 0, texts[i], &cert), SECMAIL_E_EXPECTED_TEXT);
    }
    /* What was refused left no trace. */
    struct secmail_key *same = run_drop(f, key, e, 0);
    assert_ptr_equal(same, key);
    secmail_key_unref(same);
    secmail_key_edit_free(NULL);
    secmail_key_unref(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(expiry),
        fixture_test(expiry_of_an_expired_key),
        fixture_test(same_second),
        fixture_test(user_ids),
        fixture_test(no_user_id_left),
        fixture_test(primary_user_id),
        fixture_test(subkeys),
        fixture_test(algorithms),
        fixture_test(revocations),
        fixture_test(revoked_parts_stay_revoked),
        fixture_test(revocation_certificates),
        fixture_test(copies_count_together),
        fixture_test(merged),
        fixture_test(old_hashes_are_repaired),
        fixture_test(features_are_announced),
        fixture_test(subkeys_elsewhere),
        fixture_test(no_flags),
        fixture_test(ended_user_ids),
        fixture_test(bare_keys),
        fixture_test(locked_and_absent_keys),
        fixture_test(tampered_keys),
        fixture_test(clocks),
        fixture_test(unbound_parts),
        fixture_test(limits),
        fixture_test(randomness),
        fixture_test(arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
