/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Editing keys with failing allocations: each time a clean error, no key half-changed. */
#include "openpgp_fixture.h"
#include "torture.h"

struct material {
    struct fixture f;
    struct secmail_key *keys[2], *edited[2]; /* version 4, version 6 */
};

static int wish(struct secmail_key_edit *e, int64_t now)
{
    int rc = secmail_key_edit_set_expiry(e, 0, now + 1000);
    if (!rc)
        rc = secmail_key_edit_set_expiry(e, 1, -1);
    for (int i = 0; i < 5 && !rc; i++)
        rc = secmail_key_edit_add_user_id(e, i % 2 ? "Bob" : "Carol");
    if (!rc)
        rc = secmail_key_edit_revoke_user_id(e, 0, "gone");
    if (!rc)
        rc = secmail_key_edit_add_subkey(e, SECMAIL_KEY_SIGN, now + 1000);
    if (!rc)
        rc = secmail_key_edit_add_subkey(e, SECMAIL_KEY_ENCRYPT_STORAGE, -1);
    if (!rc)
        rc = secmail_key_edit_revoke_key(e, 2, SECMAIL_REVOKED_RETIRED, "old");
    return rc ? rc : secmail_key_edit_refresh(e, 1);
}

static int edit(struct secmail_context *context, struct material *m, size_t index)
{
    struct secmail_key_edit *e;
    struct secmail_key *changed = NULL;
    int rc = secmail_key_edit_new(context, &e, m->keys[index]);
    assert_int_equal(e == NULL, rc != 0);
    if (!rc)
        rc = wish(e, m->f.now);
    if (!rc) {
        rc = secmail_key_edit_run(e, &changed);
        assert_int_equal(changed == NULL, rc != 0);
    }
    if (changed)
        assert_int_equal(secmail_cert_key_count(secmail_key_cert(changed)), 5);
    secmail_key_unref(changed);
    secmail_key_edit_free(e);
    return rc;
}

static int edit_v4(struct secmail_context *context, void *user)
{
    return edit(context, user, 0);
}

static int edit_v6(struct secmail_context *context, void *user)
{
    return edit(context, user, 1);
}

static int revocation(struct secmail_context *context, void *user)
{
    struct material *m = user;
    struct secmail_cert *cert;
    int rc = 0;
    for (size_t i = 0; i < 2 && !rc; i++) {
        rc = secmail_key_revocation(context, m->keys[i], 0, "stolen", &cert);
        assert_int_equal(cert == NULL, rc != 0);
        secmail_cert_unref(cert);
    }
    return rc;
}

static int merge(struct secmail_context *context, void *user)
{
    struct material *m = user;
    struct secmail_key *merged;
    int rc = 0;
    for (size_t i = 0; i < 2 && !rc; i++) {
        rc = secmail_key_merge(context, m->keys[i], secmail_key_cert(m->edited[i]), &merged);
        assert_int_equal(merged == NULL, rc != 0);
        secmail_key_unref(merged);
    }
    return rc;
}

static int certify(struct secmail_context *context, void *user)
{
    struct material *m = user;
    struct secmail_certify *c;
    struct secmail_cert *named = NULL, *back = NULL;
    int rc = secmail_certify_new(context, &c, m->keys[0]);
    assert_int_equal(c == NULL, rc != 0);
    for (int i = 0; i < 9 && !rc; i++)
        rc = secmail_certify_add_notation(c, "how@example.org", "in person");
    if (!rc)
        rc = secmail_certify_allow_any_user_id(c, 1);
    if (!rc) {
        rc = secmail_certify_user_id(c, secmail_key_cert(m->keys[1]), "Bobby", &named);
        assert_int_equal(named == NULL, rc != 0);
    }
    if (!rc) {
        rc = secmail_certify_revoke_user_id(c, named, "Bobby", 0, "no", &back);
        assert_int_equal(back == NULL, rc != 0);
    }
    secmail_cert_unref(named);
    secmail_cert_unref(back);
    secmail_certify_free(c);
    return rc;
}

static int no_card(void *user, const struct secmail_token_request *request, uint8_t *out,
                   size_t *size)
{
    (void)user, (void)request, (void)out, (void)size;
    return SECMAIL_TOKEN_FAILED;
}

static int token(struct secmail_context *context, void *user)
{
    struct material *m = user;
    const struct secmail_token calls = {.size = sizeof calls, .sign = no_card};
    struct secmail_key *held, *again = NULL;
    int rc = secmail_key_on_token(context, secmail_key_cert(m->keys[0]), &calls, &held);
    assert_int_equal(held == NULL, rc != 0);
    if (!rc) {
        rc = secmail_key_attach_token(context, held, &calls, &again);
        assert_int_equal(again == NULL, rc != 0);
    }
    secmail_key_unref(again);
    secmail_key_unref(held);
    return rc;
}

static void all(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        torture_op op;
    } rows[] = {{"edit_v4", edit_v4}, {"edit_v6", edit_v6}, {"revocation", revocation},
                {"merge", merge},     {"certify", certify}, {"token", token}};
    struct material m = {0};
    fixture_init(&m.f, NULL);
    m.keys[0] = make_key(&m.f, SECMAIL_PROFILE_RFC4880, "Alice");
    m.keys[1] = make_key(&m.f, SECMAIL_PROFILE_RFC9580, "Alice");
    for (size_t i = 0; i < 2; i++) {
        struct secmail_key_edit *e;
        assert_ok(m.f.context, secmail_key_edit_new(m.f.context, &e, m.keys[i]));
        assert_ok(m.f.context, wish(e, m.f.now));
        assert_ok(m.f.context, secmail_key_edit_run(e, &m.edited[i]));
        secmail_key_edit_free(e);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        print_message("# %s: %zu allocations\n", rows[i].name, torture_run(rows[i].op, &m, 3000));
    for (size_t i = 0; i < 2; i++) {
        secmail_key_unref(m.keys[i]);
        secmail_key_unref(m.edited[i]);
    }
    fixture_done(&m.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
