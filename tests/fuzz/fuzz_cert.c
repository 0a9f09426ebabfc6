/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificates and secret keys: what was read can be looked at, and written so that reading it
 * again gives the same. Rings read at least what is read alone.
 */
#include "fuzz.h"

#include <secmail/openpgp.h>

static int64_t fixed_time(void *user)
{
    (void)user;
    return INT64_C(1767225600);
}

static struct secmail_bytes *export(struct secmail_context *context,
                                    const struct secmail_cert *cert, const struct secmail_key *key,
                                    int armored)
{
    struct secmail_bytes *bytes;
    FUZZ_CHECK((cert ? secmail_cert_export(context, cert, armored, &bytes)
                     : secmail_key_export(context, key, armored, &bytes)) == 0);
    FUZZ_CHECK(bytes != NULL);
    return bytes;
}

static void check_same(struct secmail_bytes *a, struct secmail_bytes *b)
{
    FUZZ_CHECK(secmail_bytes_size(a) == secmail_bytes_size(b));
    FUZZ_CHECK(!memcmp(secmail_bytes_data(a), secmail_bytes_data(b), secmail_bytes_size(a)));
    secmail_bytes_free(a);
    secmail_bytes_free(b);
}

/* Findings are lines of text; each names a part that there is. */
static void read_findings(struct secmail_context *context, const struct secmail_cert *cert)
{
    struct secmail_findings *findings;
    FUZZ_CHECK(secmail_cert_explain(context, cert, NULL, &findings) == 0);
    FUZZ_CHECK(secmail_findings_count(findings) >= secmail_cert_key_count(cert));
    for (size_t i = 0; i < secmail_findings_count(findings); i++) {
        struct secmail_finding one = {.size = sizeof one};
        FUZZ_CHECK(secmail_findings_get(findings, i, &one) == 0);
        FUZZ_CHECK(one.part != SECMAIL_PART_KEY || one.index < secmail_cert_key_count(cert));
        FUZZ_CHECK(one.part != SECMAIL_PART_USER_ID ||
                   one.index < secmail_cert_user_id_count(cert));
        for (const char *c = one.text; *c; c++)
            FUZZ_CHECK((unsigned char)*c >= 0x20 && *c != 0x7f);
    }
    secmail_findings_free(findings);
}

static void look_at_user_ids(struct secmail_context *context, const struct secmail_cert *cert)
{
    size_t primary = 0;
    for (size_t i = 0; i < secmail_cert_user_id_count(cert); i++) {
        struct secmail_user_id_info info = {.size = sizeof info};
        struct secmail_certification_info said = {.size = sizeof said};
        FUZZ_CHECK(secmail_cert_user_id_info(context, cert, i, NULL, &info) == 0);
        FUZZ_CHECK(secmail_cert_certification(context, cert, i, cert, NULL, &said) == 0);
        FUZZ_CHECK(info.validity == said.validity);
        primary += info.primary;
        fuzz_hash(info.revocation_text, info.revocation_text_size);
    }
    FUZZ_CHECK(primary <= 1);
}

/* Merged with itself, a certificate has its parts once; merged again, it stays the same. A clean
 * one is judged like it was, but has no more parts. */
static void change(struct secmail_context *context, const struct secmail_cert *cert)
{
    struct secmail_cert *merged, *again, *clean;
    struct secmail_key_info before = {.size = sizeof before}, after = {.size = sizeof after};
    FUZZ_CHECK(secmail_cert_merge(context, cert, cert, &merged) == 0);
    FUZZ_CHECK(secmail_cert_merge(context, merged, cert, &again) == 0);
    check_same(export(context, merged, NULL, 0), export(context, again, NULL, 0));
    FUZZ_CHECK(secmail_cert_clean(context, cert, NULL, SECMAIL_CLEAN_MINIMAL, &clean) == 0);
    FUZZ_CHECK(secmail_cert_key_count(clean) <= secmail_cert_key_count(cert));
    FUZZ_CHECK(secmail_cert_key_info(context, cert, 0, NULL, &before) == 0);
    FUZZ_CHECK(secmail_cert_key_info(context, clean, 0, NULL, &after) == 0);
    FUZZ_CHECK(before.validity == after.validity && before.flags == after.flags &&
               before.expires == after.expires && before.revoked == after.revoked);
    secmail_cert_unref(merged);
    secmail_cert_unref(again);
    secmail_cert_unref(clean);
}

static void look(struct secmail_context *context, const struct secmail_cert *cert)
{
    const size_t keys = secmail_cert_key_count(cert);
    const uint32_t version = secmail_cert_version(cert);
    FUZZ_CHECK(version >= 4 && version <= 6); /* 5 is LibrePGP's */
    FUZZ_CHECK(strlen(secmail_cert_fingerprint(cert)) == (version == 4 ? 40 : 64));
    FUZZ_CHECK(keys >= 1);
    for (size_t i = 0; i < keys; i++) {
        struct secmail_key_info info = {.size = sizeof info};
        FUZZ_CHECK(secmail_cert_key_info(context, cert, i, NULL, &info) == 0);
        FUZZ_CHECK(!info.validity || !info.flags);
        struct secmail_key_info again = {.size = sizeof again};
        FUZZ_CHECK(secmail_cert_key_info(context, cert, i, NULL, &again) == 0);
        FUZZ_CHECK(info.validity == again.validity && info.flags == again.flags &&
                   info.expires == again.expires);
        FUZZ_CHECK(secmail_cert_key_fingerprint(cert, i) != NULL);
    }
    for (size_t i = 0; i < secmail_cert_user_id_count(cert); i++) {
        size_t size;
        const uint8_t *id = secmail_cert_user_id(cert, i, &size);
        FUZZ_CHECK(id != NULL);
        fuzz_hash(id, size);
    }
    look_at_user_ids(context, cert);
    read_findings(context, cert);
    change(context, cert);
}

static void check_cert(struct secmail_context *context, const uint8_t *data, size_t size)
{
    struct secmail_cert *cert, *again;
    struct secmail_ring *ring;
    const int rc = secmail_cert_parse(context, &cert, data, size);
    FUZZ_CHECK((rc == 0) == (cert != NULL));
    FUZZ_CHECK(secmail_context_error_code(context) == rc);
    if (rc)
        return;
    look(context, cert);
    for (int armored = 0; armored < 2; armored++) {
        struct secmail_bytes *first = export(context, cert, NULL, armored);
        FUZZ_CHECK(secmail_cert_parse(context, &again, secmail_bytes_data(first),
                                      secmail_bytes_size(first)) == 0);
        check_same(export(context, again, NULL, armored), first);
        secmail_cert_unref(again);
    }
    FUZZ_CHECK(secmail_ring_parse(context, &ring, data, size) == 0);
    FUZZ_CHECK(secmail_ring_count(ring) == 1 && secmail_ring_skipped(ring) == 0);
    check_same(export(context, secmail_ring_cert(ring, 0), NULL, 0),
               export(context, cert, NULL, 0));
    secmail_ring_unref(ring);
    secmail_cert_unref(cert);
}

static void check_key(struct secmail_context *context, const uint8_t *data, size_t size)
{
    struct secmail_key *key, *again;
    struct secmail_cert *cert;
    const int rc = secmail_key_parse(context, &key, data, size);
    FUZZ_CHECK((rc == 0) == (key != NULL));
    FUZZ_CHECK(secmail_context_error_code(context) == rc);
    if (rc)
        return;
    look(context, secmail_key_cert(key));
    struct secmail_bytes *first = export(context, NULL, key, 0);
    FUZZ_CHECK(secmail_key_parse(context, &again, secmail_bytes_data(first),
                                 secmail_bytes_size(first)) == 0);
    FUZZ_CHECK(secmail_key_is_locked(key) == secmail_key_is_locked(again));
    check_same(export(context, NULL, again, 0), first);
    /* The certificate of a secret key is what is read from its file as a certificate. */
    FUZZ_CHECK(secmail_cert_parse(context, &cert, data, size) == 0);
    check_same(export(context, cert, NULL, 0), export(context, secmail_key_cert(key), NULL, 0));
    secmail_cert_unref(cert);
    secmail_key_unref(again);
    secmail_key_unref(key);
}

static void check_rings(struct secmail_context *context, const uint8_t *data, size_t size)
{
    struct secmail_ring *ring;
    struct secmail_key_ring *keys;
    const int rc = secmail_ring_parse(context, &ring, data, size);
    FUZZ_CHECK(secmail_context_error_code(context) == rc);
    FUZZ_CHECK((rc == 0) == (ring != NULL));
    FUZZ_CHECK(rc || secmail_ring_count(ring) > 0);
    for (size_t i = 0; i < secmail_ring_count(ring); i++)
        look(context, secmail_ring_cert(ring, i));
    secmail_ring_unref(ring);
    const int keys_rc = secmail_key_ring_parse(context, &keys, data, size);
    FUZZ_CHECK(secmail_context_error_code(context) == keys_rc);
    FUZZ_CHECK((keys_rc == 0) == (keys != NULL));
    secmail_key_ring_unref(keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct secmail_context *context;
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    FUZZ_CHECK(secmail_context_set_clock(context, fixed_time, NULL) == 0);
    check_cert(context, data, size);
    check_key(context, data, size);
    check_rings(context, data, size);
    secmail_context_free(context);
    return 0;
}
