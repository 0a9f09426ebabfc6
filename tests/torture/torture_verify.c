/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verify module with failing allocations: each time a clean error, nothing left behind, and no
 * verdict out of a half-done check. */
#include "packet_writer.h"
#include "torture.h"

static const char text[] = "signed text\n";

/* What the operations work on, made beforehand with a context of their own. */
struct material {
    struct fixture f;
    struct collected cert, armored_cert, ring, signatures, armored_signatures, junk;
    struct secmail_cert *parsed;
};

static struct collected armor_of(struct fixture *f, const struct collected *c)
{
    struct secmail_armor *armor;
    struct collected text_of = {0};
    assert_ok(f->context, secmail_armor_new(f->context, &armor, SECMAIL_ARMOR_AUTO));
    assert_ok(f->context, drive(armor_update, armor, c->data, c->size, 1000, 1000, &text_of));
    secmail_armor_free(armor);
    return text_of;
}

static void make_material(struct material *m)
{
    *m = (struct material){0};
    fixture_init(&m->f, NULL);
    struct fixture *f = &m->f;
    for (int i = 0; i < 3; i++) {
        struct test_key primary = test_key(f, i ? 6 : 4, i ? PK_ED25519 : PK_EDDSA, f->now),
                        subkey = test_key(f, i ? 6 : 4, i ? PK_ED25519 : PK_EDDSA, f->now);
        struct collected c = {0};
        put_primary(f, &c, &primary, SECMAIL_KEY_CERTIFY, 0);
        put_packet(&c, TAG_USER_ID, "Alice", 5);
        put_id_signature(f, &c, flags_plan(0x13, 1), &primary, &primary, "Alice");
        put_subkey(f, &c, &primary, &subkey, SECMAIL_KEY_SIGN, 0);
        put_packet(&c, TAG_PUBLIC_SUBKEY, "\5old", 4);
        put_all(&m->ring, &c);
        put_packet(&m->ring, TAG_PUBLIC_KEY, "\3old", 4);
        put_signature(f, &m->signatures, (struct sig_plan){0}, &subkey, text, strlen(text));
        put_signature(f, &m->signatures, (struct sig_plan){.type = 1}, &primary, text,
                      strlen(text));
        if (i == 1)
            put_all(&m->cert, &c);
        drop(&c);
        drop(&primary.body);
        drop(&subkey.body);
    }
    m->armored_cert = armor_of(f, &m->cert);
    m->armored_signatures = armor_of(f, &m->signatures);
    assert_ok(f->context, secmail_cert_parse(f->context, &m->parsed, m->cert.data, m->cert.size));
}

static void free_material(struct material *m)
{
    drop(&m->cert);
    drop(&m->armored_cert);
    drop(&m->ring);
    drop(&m->signatures);
    drop(&m->armored_signatures);
    secmail_cert_unref(m->parsed);
    fixture_done(&m->f);
}

static int use_cert(struct secmail_context *context, const struct collected *c)
{
    struct secmail_cert *cert = (struct secmail_cert *)(uintptr_t)1;
    struct secmail_bytes *bytes = NULL;
    int rc = secmail_cert_parse(context, &cert, c->data, c->size);
    if (rc)
        assert_null(cert);
    for (size_t i = 0; !rc && i < secmail_cert_key_count(cert); i++) {
        struct secmail_key_info info = {.size = sizeof info};
        rc = secmail_cert_key_info(context, cert, i, NULL, &info);
        if (!rc)
            assert_int_equal(info.validity, 0);
        else
            assert_int_equal(info.created, 0);
    }
    for (int armored = 0; armored < 2 && !rc; armored++) {
        rc = secmail_cert_export(context, cert, armored, &bytes);
        assert_int_equal(bytes == NULL, rc != 0);
        secmail_bytes_free(bytes);
    }
    secmail_cert_unref(cert);
    return rc;
}

static int binary_cert(struct secmail_context *context, void *user)
{
    return use_cert(context, &((struct material *)user)->cert);
}

static int armored_cert(struct secmail_context *context, void *user)
{
    return use_cert(context, &((struct material *)user)->armored_cert);
}

static int ring(struct secmail_context *context, void *user)
{
    const struct material *m = user;
    struct secmail_ring *made = (struct secmail_ring *)(uintptr_t)1;
    int rc = secmail_ring_parse(context, &made, m->ring.data, m->ring.size);
    if (rc) {
        assert_null(made);
    } else { /* a certificate must not get lost because memory ran out */
        assert_int_equal(secmail_ring_count(made), 3);
        assert_int_equal(secmail_ring_skipped(made), 3);
    }
    secmail_ring_unref(made);
    return rc;
}

static int merge(struct secmail_context *context, void *user)
{
    const struct material *m = user;
    struct secmail_cert *out = (struct secmail_cert *)(uintptr_t)1;
    int rc = secmail_cert_merge(context, m->parsed, m->parsed, &out);
    assert_int_equal(out == NULL, rc != 0);
    secmail_cert_unref(out);
    return rc;
}

/* Everything that can be asked of a certificate. */
static int look(struct secmail_context *context, void *user)
{
    const struct material *m = user;
    struct secmail_user_id_info id = {.size = sizeof id};
    struct secmail_certification_info said = {.size = sizeof said};
    struct secmail_preferences preferences = {.size = sizeof preferences};
    struct secmail_findings *findings = NULL, *mend = NULL;
    struct secmail_cert *out = NULL, *cert = NULL;
    int rc = secmail_cert_parse(context, &cert, m->cert.data, m->cert.size);
    if (!rc)
        rc = secmail_cert_user_id_info(context, cert, 0, NULL, &id);
    if (!rc)
        rc = secmail_cert_certification(context, cert, 0, m->parsed, NULL, &said);
    if (!rc)
        rc = secmail_cert_preferences(context, cert, NULL, &preferences);
    if (!rc)
        rc = secmail_cert_explain(context, cert, NULL, &findings);
    assert_int_equal(secmail_findings_count(findings), rc ? 0 : 4);
    secmail_findings_free(findings);
    if (!rc) {
        rc = secmail_cert_lint(context, cert, NULL, &mend);
        assert_int_equal(mend == NULL, rc != 0);
    }
    secmail_findings_free(mend);
    if (!rc)
        rc = secmail_cert_check_revoker(context, cert, m->parsed);
    if (!rc) {
        rc = secmail_cert_clean(context, cert, NULL, SECMAIL_CLEAN_MINIMAL, &out);
        assert_int_equal(out == NULL, rc != 0);
    }
    secmail_cert_unref(out);
    secmail_cert_unref(cert);
    return rc;
}

static int notations(struct secmail_context *context, void *user)
{
    struct secmail_policy *standard, *one = NULL, *two = NULL, *again = NULL;
    struct secmail_bytes *bytes = NULL;
    (void)user;
    int rc = secmail_policy_standard(context, &standard);
    if (!rc)
        rc = secmail_policy_with_notation(context, standard, "a@example.org", &one);
    if (!rc)
        rc = secmail_policy_with_notation(context, one, "b@example.org", &two);
    if (!rc)
        rc = secmail_policy_print(context, two, &bytes);
    if (!rc)
        rc = secmail_policy_parse(context, &again, secmail_bytes_data(bytes),
                                  secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    struct secmail_policy *all[] = {standard, one, two, again};
    for (size_t i = 0; i < 4; i++)
        secmail_policy_unref(all[i]);
    return rc;
}

static int policy(struct secmail_context *context, void *user)
{
    struct secmail_policy *standard, *then = NULL, *again = NULL;
    struct secmail_bytes *bytes = NULL;
    (void)user;
    int rc = secmail_policy_standard(context, &standard);
    if (!rc)
        rc = secmail_policy_at(context, standard, 1, &then);
    if (!rc)
        rc = secmail_policy_print(context, then, &bytes);
    if (!rc)
        rc = secmail_policy_parse(context, &again, secmail_bytes_data(bytes),
                                  secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    secmail_policy_unref(again);
    secmail_policy_unref(then);
    secmail_policy_unref(standard);
    return rc;
}

static int verify_with(struct secmail_context *context, struct material *m,
                       const struct collected *signatures)
{
    struct secmail_verify *v = NULL;
    struct secmail_ring *made = NULL;
    int rc = secmail_ring_parse(context, &made, m->ring.data, m->ring.size);
    if (!rc)
        rc = secmail_verify_new(context, &v);
    for (size_t i = 0; i < 3 && !rc; i++)
        rc = secmail_verify_add_cert(v, secmail_ring_cert(made, i));
    if (!rc)
        rc = secmail_verify_add_signatures(v, signatures->data, signatures->size);
    if (!rc)
        rc = secmail_verify_update(v, (const uint8_t *)text, strlen(text));
    if (!rc)
        rc = secmail_verify_finish(v);
    if (!rc) {
        assert_int_equal(secmail_verify_verdict_count(v), 6);
        assert_int_equal(secmail_verify_good_count(v), 3);
    }
    secmail_verify_free(v);
    secmail_ring_unref(made);
    return rc;
}

static int verify(struct secmail_context *context, void *user)
{
    struct material *m = user;
    return verify_with(context, m, &m->signatures);
}

static int verify_armored(struct secmail_context *context, void *user)
{
    struct material *m = user;
    return verify_with(context, m, &m->armored_signatures);
}

static int convert(struct secmail_context *context, const struct collected *data, bool decode)
{
    struct secmail_armor *armor;
    struct collected out = {0};
    int rc = decode ? secmail_dearmor_new(context, &armor)
                    : secmail_armor_new(context, &armor, SECMAIL_ARMOR_AUTO);
    if (!rc)
        rc = drive(armor_update, armor, data->data, data->size, 100, 100, &out);
    secmail_armor_free(armor);
    drop(&out);
    return rc;
}

static int armor(struct secmail_context *context, void *user)
{
    return convert(context, &((struct material *)user)->cert, false);
}

static int dearmor(struct secmail_context *context, void *user)
{
    return convert(context, &((struct material *)user)->armored_cert, true);
}

static void all(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        torture_op op;
    } rows[] = {{"binary_cert", binary_cert},
                {"armored_cert", armored_cert},
                {"ring", ring},
                {"merge", merge},
                {"look", look},
                {"notations", notations},
                {"policy", policy},
                {"verify", verify},
                {"verify_armored", verify_armored},
                {"armor", armor},
                {"dearmor", dearmor}};
    struct material m;
    make_material(&m);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        print_message("# %s: %zu allocations\n", rows[i].name, torture_run(rows[i].op, &m, 2000));
    free_material(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
