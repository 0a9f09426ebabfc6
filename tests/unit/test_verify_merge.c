/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Merging copies of a certificate: what each has is kept, once, and nothing is lost. */
#include "packet_writer.h"

static struct secmail_cert *parse_drop(struct fixture *f, struct collected *c)
{
    struct secmail_cert *cert;
    assert_ok(f->context, secmail_cert_parse(f->context, &cert, c->data, c->size));
    drop(c);
    return cert;
}

static struct secmail_cert *merge(struct fixture *f, const struct secmail_cert *a,
                                  const struct secmail_cert *b)
{
    struct secmail_cert *out;
    assert_ok(f->context, secmail_cert_merge(f->context, a, b, &out));
    return out;
}

static void assert_packets(struct fixture *f, const struct secmail_cert *cert,
                           struct collected *want)
{
    struct secmail_bytes *bytes;
    assert_ok(f->context, secmail_cert_export(f->context, cert, 0, &bytes));
    assert_int_equal(secmail_bytes_size(bytes), want->size);
    assert_memory_equal(secmail_bytes_data(bytes), want->data, want->size);
    secmail_bytes_free(bytes);
    drop(want);
}

static struct test_key key_of(struct fixture *f)
{
    return test_key(f, 6, PK_ED25519, f->now);
}

/* A user ID with `count` certifications, made beforehand so that two copies can share them. */
static struct collected certified(struct fixture *f, const struct test_key *key, const char *id,
                                  size_t count)
{
    struct collected c = {0};
    for (size_t i = 0; i < count; i++)
        put_id_signature(f, &c, flags_plan(0x13, 1), key, key, id);
    return c;
}

static void arguments(void **state)
{
    struct fixture *f = *state;
    struct collected a = {0}, b = {0};
    struct test_key one = key_of(f), two = key_of(f);
    put_primary(f, &a, &one, 1, 0);
    put_primary(f, &b, &two, 1, 0);
    struct secmail_cert *first = parse_drop(f, &a), *second = parse_drop(f, &b);
    struct secmail_cert *out = first;
    assert_int_equal(secmail_cert_merge(NULL, first, first, &out), SECMAIL_E_ARGUMENT);
    assert_null(out);
    assert_int_equal(secmail_cert_merge(f->context, first, first, NULL), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_cert_merge(f->context, NULL, first, &out), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_cert_merge(f->context, first, NULL, &out), SECMAIL_E_ARGUMENT);
    assert_code(f->context, secmail_cert_merge(f->context, first, second, &out),
                SECMAIL_E_OTHER_CERT);
    assert_null(out);
    assert_non_null(strstr(secmail_context_error_detail(f->context), one.hex));
    secmail_cert_unref(first);
    secmail_cert_unref(second);
    drop(&one.body);
    drop(&two.body);
}

/* Each copy has things that the other lacks: direct-key signatures, user IDs and subkeys. */
static void unions(void **state)
{
    struct fixture *f = *state;
    struct test_key key = key_of(f), sub1 = key_of(f), sub2 = key_of(f);
    struct collected primary = {0}, direct = {0}, alice = {0}, more = {0}, bob = {0}, s1 = {0},
                     s2 = {0}, a = {0}, b = {0}, want = {0};
    put_primary(f, &primary, &key, 1, 0);
    put_key_signature(f, &direct, (struct sig_plan){.type = 0x20}, &key, &key, NULL);
    put_packet(&alice, TAG_USER_ID, "Alice", 5);
    more = certified(f, &key, "Alice", 2);
    put_packet(&bob, TAG_USER_ID, "Bob", 3);
    put_subkey(f, &s1, &key, &sub1, SECMAIL_KEY_SIGN, 0);
    put_subkey(f, &s2, &key, &sub2, SECMAIL_KEY_SIGN, 0);

    put_all(&a, &primary);
    put_all(&a, &alice);
    put_all(&a, &s1);
    put_packet(&a, 63, "private", 7);

    put_all(&b, &primary);
    put_all(&b, &direct);
    put_all(&b, &bob);
    put_all(&b, &alice);
    put_all(&b, &more);
    put_all(&b, &s2);
    put_all(&b, &s1);

    put_all(&want, &primary);
    put_all(&want, &direct);
    put_all(&want, &alice);
    put_all(&want, &more);
    put_all(&want, &bob);
    put_all(&want, &s1);
    put_packet(&want, 63, "private", 7);
    put_all(&want, &s2);

    struct secmail_cert *one = parse_drop(f, &a), *two = parse_drop(f, &b);
    struct secmail_cert *both = merge(f, one, two), *again = merge(f, both, one);
    struct collected same = {0};
    put_all(&same, &want);
    assert_packets(f, both, &want);
    assert_packets(f, again, &same);
    struct secmail_cert *all[] = {one, two, both, again};
    for (size_t i = 0; i < 4; i++)
        secmail_cert_unref(all[i]);
    struct collected *made[] = {&primary, &direct, &alice,    &more,      &bob,
                                &s1,      &s2,     &key.body, &sub1.body, &sub2.body};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        drop(made[i]);
}

/* A copy that lacks a revocation can't take it away, whichever comes first. */
static void revocations_survive(void **state)
{
    struct fixture *f = *state;
    struct test_key key = key_of(f);
    struct collected valid = {0}, revoked = {0};
    put_primary(f, &valid, &key, 1, 0);
    put_all(&revoked, &valid);
    put_key_signature(f, &revoked, (struct sig_plan){.type = 0x20}, &key, &key, NULL);
    struct secmail_cert *a = parse_drop(f, &valid), *b = parse_drop(f, &revoked);
    for (int i = 0; i < 2; i++) {
        struct secmail_cert *out = i ? merge(f, a, b) : merge(f, b, a);
        struct secmail_key_info info = {.size = sizeof info};
        assert_ok(f->context, secmail_cert_key_info(f->context, out, 0, NULL, &info));
        assert_int_equal(info.validity, SECMAIL_E_KEY_REVOKED);
        secmail_cert_unref(out);
    }
    secmail_cert_unref(a);
    secmail_cert_unref(b);
    drop(&key.body);
}

/* What one copy has twice is there once. */
static void repetitions(void **state)
{
    struct fixture *f = *state;
    struct test_key key = key_of(f);
    struct collected primary = {0}, id = {0}, twice = {0}, want = {0};
    put_primary(f, &primary, &key, 1, 0);
    put_packet(&id, TAG_USER_ID, "Alice", 5);
    struct collected sig = certified(f, &key, "Alice", 1);
    put_all(&twice, &primary);
    for (int i = 0; i < 2; i++) {
        put_all(&twice, &id);
        put_all(&twice, &sig);
        put_all(&twice, &sig);
    }
    put_all(&want, &primary);
    put_all(&want, &id);
    put_all(&want, &sig);
    struct secmail_cert *cert = parse_drop(f, &twice), *out = merge(f, cert, cert);
    assert_int_equal(secmail_cert_user_id_count(cert), 1);
    assert_packets(f, out, &want);
    secmail_cert_unref(cert);
    secmail_cert_unref(out);
    drop(&primary);
    drop(&id);
    drop(&sig);
    drop(&key.body);
}

/* A user ID and an attribute, or a private packet, with the same bytes are different things. */
static void same_bytes_of_another_kind(void **state)
{
    struct fixture *f = *state;
    struct test_key key = key_of(f);
    struct collected a = {0}, b = {0}, want = {0};
    put_primary(f, &a, &key, 1, 0);
    put_all(&b, &a);
    put_packet(&a, TAG_USER_ID, "x", 1);
    put_packet(&b, TAG_USER_ATTRIBUTE, "x", 1);
    put_packet(&b, 60, "x", 1);
    put_all(&want, &a);
    put_packet(&want, TAG_USER_ATTRIBUTE, "x", 1);
    put_packet(&want, 60, "x", 1);
    struct secmail_cert *one = parse_drop(f, &a), *two = parse_drop(f, &b),
                        *out = merge(f, one, two);
    assert_packets(f, out, &want);
    secmail_cert_unref(one);
    secmail_cert_unref(two);
    secmail_cert_unref(out);
    drop(&key.body);
}

/* The limits hold for the two together; copies that share all don't count twice. */
static void limits(void **state)
{
    struct fixture *f = *state;
    struct test_key key = key_of(f);
    struct collected primary = {0}, a = {0}, b = {0};
    put_primary(f, &primary, &key, 1, 0);
    for (int i = 0; i < 2; i++) {
        struct collected *c = i ? &b : &a, sigs = certified(f, &key, "Alice", 3);
        put_all(c, &primary);
        put_packet(c, TAG_USER_ID, "Alice", 5);
        put_all(c, &sigs);
        put_packet(c, TAG_USER_ID, i ? "Bob" : "Bobby", i ? 3 : 5);
        drop(&sigs);
    }
    struct secmail_cert *one = parse_drop(f, &a), *two = parse_drop(f, &b), *out;
    set_limit(f, SECMAIL_LIMIT_CERT_SIGNATURES, 6);
    set_limit(f, SECMAIL_LIMIT_CERT_COMPONENTS, 3);
    secmail_cert_unref(merge(f, one, two));
    set_limit(f, SECMAIL_LIMIT_CERT_SIGNATURES, 5);
    assert_code(f->context, secmail_cert_merge(f->context, one, two, &out),
                SECMAIL_E_LIMIT_CERT_SIGNATURES);
    assert_null(out);
    secmail_cert_unref(merge(f, one, one));
    set_limit(f, SECMAIL_LIMIT_CERT_SIGNATURES, 6);
    set_limit(f, SECMAIL_LIMIT_CERT_COMPONENTS, 2);
    assert_code(f->context, secmail_cert_merge(f->context, one, two, &out),
                SECMAIL_E_LIMIT_CERT_COMPONENTS);
    secmail_cert_unref(one);
    secmail_cert_unref(two);
    drop(&primary);
    drop(&key.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(arguments),
        fixture_test(unions),
        fixture_test(revocations_survive),
        fixture_test(repetitions),
        fixture_test(same_bytes_of_another_kind),
        fixture_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
