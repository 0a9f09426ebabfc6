/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* generate-key and extract-cert. */
#include "commands.h"
#include "emit.h"
#include "io.h"
#include "objects.h"

/* Writes what the library returned, and frees it. */
static int put(const struct sop *sop, struct secmail_bytes *bytes)
{
    const int failed = output_stdout(sop, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
    secmail_bytes_free(bytes);
    return failed;
}

static int set_user_ids(const struct sop *sop, const struct arguments *args,
                        struct secmail_generator *generator)
{
    for (size_t i = 0; i < args->operand_count; i++) {
        const int error = secmail_generator_add_user_id(generator, args->operands[i]);
        if (error)
            return sop_fail_library(sop, error, SOP_OBJECT, args->operands[i]);
    }
    return SOP_OK;
}

static int set_password(const struct sop *sop, const struct arguments *args,
                        struct secmail_generator *generator)
{
    const char *designator = options_value(args, OPT_WITH_KEY_PASSWORD);
    if (!designator)
        return SOP_OK;
    if (options_count(args, OPT_WITH_KEY_PASSWORD) > 1)
        return sop_fail(sop, SOP_INCOMPATIBLE_OPTIONS,
                        "--with-key-password is given twice. A new key has one password");
    struct secmail_secret *password;
    const int failed = password_read_new(sop, designator, &password);
    if (failed)
        return failed;
    const int error = secmail_generator_set_password(generator, password);
    secmail_secret_free(password);
    return error ? sop_fail_library(sop, error, SOP_OBJECT, designator) : SOP_OK;
}

static int write_new_key(const struct sop *sop, const struct arguments *args,
                         struct secmail_generator *generator)
{
    struct secmail_key *key;
    struct secmail_bytes *bytes = NULL;
    int error = secmail_generator_run(generator, &key);
    if (!error)
        error = secmail_key_export(sop->context, key, !options_has(args, OPT_NO_ARMOR), &bytes);
    secmail_key_unref(key);
    return error ? sop_fail_library(sop, error, SOP_OBJECT, "the new key") : put(sop, bytes);
}

static int generate(const struct sop *sop, const struct arguments *args,
                    const struct profile_choice *profile, struct secmail_generator *generator)
{
    int error = secmail_generator_set_profile(generator, profile->value);
    if (!error)
        error = secmail_generator_set_algorithm(generator, profile->algorithm);
    if (!error)
        error = secmail_generator_set_signing_only(generator, options_has(args, OPT_SIGNING_ONLY));
    if (error)
        return sop_fail_library(sop, error, SOP_OBJECT, "the new key");
    int failed = set_user_ids(sop, args, generator);
    if (!failed)
        failed = set_password(sop, args, generator);
    return failed ? failed : write_new_key(sop, args, generator);
}

int run_generate_key(struct sop *sop, const struct arguments *args)
{
    struct profile_choice profile;
    const int failed = profile_choose(sop, args, &profile);
    if (failed)
        return failed;
    struct secmail_generator *generator;
    const int error = secmail_generator_new(sop->context, &generator);
    if (error)
        return sop_fail_library(sop, error, SOP_OBJECT, "the new key");
    const int code = generate(sop, args, &profile, generator);
    secmail_generator_free(generator);
    return code;
}

/* What the owner of the key keeps for themself stays with the key. */
static int put_cert(const struct sop *sop, struct emit *emit, const struct secmail_key *key)
{
    struct secmail_cert *cert;
    const int error = secmail_cert_clean(sop->context, secmail_key_cert(key), NULL,
                                         SECMAIL_CLEAN_LOCAL, &cert);
    if (error)
        return sop_fail_library(sop, error, SOP_OBJECT, "standard input");
    const int failed = emit_cert(emit, cert);
    secmail_cert_unref(cert);
    return failed;
}

static int put_certs(const struct sop *sop, const struct secmail_key_ring *ring, bool armored)
{
    struct emit emit;
    int failed = emit_open(sop, &emit, armored, SECMAIL_ARMOR_PUBLIC_KEY);
    for (size_t i = 0; i < secmail_key_ring_count(ring) && !failed; i++)
        failed = put_cert(sop, &emit, secmail_key_ring_key(ring, i));
    return emit_close(&emit, failed);
}

/* What is missing in the output is told, because the exit code doesn't. */
static void tell_skipped(const struct sop *sop, const struct secmail_key_ring *ring)
{
    const size_t skipped = secmail_key_ring_skipped(ring);
    if (skipped)
        sop_note(sop, "%zu of %zu keys could not be read and are left out", skipped,
                 skipped + secmail_key_ring_count(ring));
}

int run_extract_cert(struct sop *sop, const struct arguments *args)
{
    struct secmail_key_ring *ring;
    int failed = keys_read_stdin(sop, &ring);
    if (!failed)
        failed = put_certs(sop, ring, !options_has(args, OPT_NO_ARMOR));
    if (!failed)
        tell_skipped(sop, ring);
    secmail_key_ring_unref(ring);
    return failed;
}
