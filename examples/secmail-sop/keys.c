/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* generate-key and extract-cert. */
#include "commands.h"
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

static int generate(const struct sop *sop, const struct arguments *args, uint32_t profile,
                    struct secmail_generator *generator)
{
    int error = secmail_generator_set_profile(generator, profile);
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
    uint32_t profile;
    const int failed = profile_choose(sop, args, &profile);
    if (failed)
        return failed;
    struct secmail_generator *generator;
    const int error = secmail_generator_new(sop->context, &generator);
    if (error)
        return sop_fail_library(sop, error, SOP_OBJECT, "the new key");
    const int code = generate(sop, args, profile, generator);
    secmail_generator_free(generator);
    return code;
}

/* One binary certificate, straight out, or into the armor around all of them. */
static int put_cert(const struct sop *sop, const struct secmail_cert *cert,
                    struct secmail_armor *armor)
{
    struct secmail_bytes *bytes;
    int error = secmail_cert_export(sop->context, cert, 0, &bytes);
    if (error)
        return sop_fail_library(sop, error, SOP_OBJECT, "the certificate");
    if (!armor)
        return put(sop, bytes);
    uint8_t room[16384];
    struct secmail_input in = {secmail_bytes_data(bytes), secmail_bytes_size(bytes), 0};
    int failed = SOP_OK;
    do {
        struct secmail_output out = {room, sizeof room, 0};
        error = secmail_armor_update(armor, &in, &out, 0);
        failed = error < 0 ? sop_fail_library(sop, error, SOP_OBJECT, "the certificate")
                           : output_stdout(sop, room, out.pos);
    } while (!failed && error == SECMAIL_NEEDS_ROOM);
    secmail_bytes_free(bytes);
    return failed;
}

static int end_armor(const struct sop *sop, struct secmail_armor *armor)
{
    uint8_t room[1024];
    struct secmail_input in = {0};
    int status;
    do {
        struct secmail_output out = {room, sizeof room, 0};
        status = secmail_armor_update(armor, &in, &out, 1);
        if (status < 0)
            return sop_fail_library(sop, status, SOP_OBJECT, "the certificate");
        const int failed = output_stdout(sop, room, out.pos);
        if (failed)
            return failed;
    } while (status != SECMAIL_DONE);
    return SOP_OK;
}

static int put_certs(const struct sop *sop, const struct secmail_key_ring *ring, bool armored)
{
    struct secmail_armor *armor = NULL;
    if (armored) {
        const int error = secmail_armor_new(sop->context, &armor, SECMAIL_ARMOR_PUBLIC_KEY);
        if (error)
            return sop_fail_library(sop, error, SOP_OBJECT, "the certificate");
    }
    int failed = SOP_OK;
    for (size_t i = 0; i < secmail_key_ring_count(ring) && !failed; i++)
        failed = put_cert(sop, secmail_key_cert(secmail_key_ring_key(ring, i)), armor);
    if (!failed && armor)
        failed = end_armor(sop, armor);
    secmail_armor_free(armor);
    return failed;
}

int run_extract_cert(struct sop *sop, const struct arguments *args)
{
    struct blob blob;
    int failed = input_read_stdin(sop, &blob);
    if (failed)
        return failed;
    struct secmail_key_ring *ring;
    failed = keys_parse(sop, "standard input", blob.data, blob.size, &ring);
    blob_free(&blob);
    if (!failed)
        failed = put_certs(sop, ring, !options_has(args, OPT_NO_ARMOR));
    secmail_key_ring_unref(ring);
    return failed;
}
