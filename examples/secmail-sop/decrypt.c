/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * decrypt. The library hands out authentic plaintext only: all of a SEIPDv1 message or nothing,
 * chunk after chunk of a SEIPDv2 message. What was written before a later chunk failed is authentic
 * but incomplete, and the exit code says so.
 *
 * As the draft wants it, the exit code doesn't depend on signatures: who asks for them reads
 * VERIFICATIONS.
 */
#include "commands.h"
#include "io.h"
#include "stream.h"
#include "verifications.h"

struct decryption {
    struct secmail_decrypt *decrypt;
    struct stream stream;
    struct certs_list certs;
    struct window window;
    struct output session_key_out;
    struct output verifications_out;
};

static int step(void *operation, struct secmail_input *in, struct secmail_output *out, int end)
{
    struct decryption *d = operation;
    const int status = secmail_decrypt_update(d->decrypt, in, out, end);
    const uint32_t format = secmail_decrypt_format(d->decrypt);
    if (format == SECMAIL_FORMAT_SEIPDV2 || format == SECMAIL_FORMAT_LIBREPGP)
        stream_forget(&d->stream);
    return status;
}

static int add_keys(const struct sop *sop, const char *designator,
                    const struct passwords *passwords, struct secmail_decrypt *decrypt)
{
    struct secmail_key_ring *ring;
    int failed = keys_read(sop, designator, &ring);
    for (size_t i = 0; !failed && i < secmail_key_ring_count(ring); i++) {
        struct secmail_key *key;
        failed = key_unlock(sop, secmail_key_ring_key(ring, i), designator, passwords, &key);
        const int error = failed ? 0 : secmail_decrypt_add_key(decrypt, key);
        secmail_key_unref(key);
        if (error)
            failed = sop_fail_library(sop, error, SOP_OBJECT, designator);
    }
    secmail_key_ring_unref(ring);
    return failed;
}

static int add_all_keys(const struct sop *sop, const struct arguments *args,
                        struct secmail_decrypt *decrypt)
{
    struct passwords passwords;
    int failed = passwords_read(sop, args, OPT_WITH_KEY_PASSWORD, &passwords);
    for (size_t i = 0; i < args->operand_count && !failed; i++)
        failed = add_keys(sop, args->operands[i], &passwords, decrypt);
    passwords_free(&passwords);
    return failed;
}

/* The limit bounds what a message may ask for, for each password. More passwords are the user's
 * own wish. */
static int allow_tries(const struct sop *sop, size_t passwords)
{
    struct secmail_limits *limits;
    uint64_t tries = 0;
    int error = secmail_limits_new(&limits);
    if (!error)
        error = secmail_limits_get(limits, SECMAIL_LIMIT_PASSWORD_TRIES, &tries);
    if (!error)
        error = secmail_limits_set(limits, SECMAIL_LIMIT_PASSWORD_TRIES, tries * passwords);
    if (!error)
        error = secmail_context_set_limits(sop->context, limits);
    secmail_limits_free(limits);
    return error ? sop_fail_library(sop, error, SOP_OBJECT, "the limits") : SOP_OK;
}

static int add_all_passwords(const struct sop *sop, const struct arguments *args,
                             struct secmail_decrypt *decrypt)
{
    struct passwords passwords;
    int failed = passwords_read(sop, args, OPT_WITH_PASSWORD, &passwords);
    if (!failed && passwords.count > 1)
        failed = allow_tries(sop, passwords.count);
    for (size_t i = 0; i < passwords.count && !failed; i++) {
        const int error = secmail_decrypt_add_password(decrypt, passwords.at[i]);
        if (error)
            failed = sop_fail_library(sop, error, SOP_MESSAGE, "the password");
    }
    passwords_free(&passwords);
    return failed;
}

static int add_session_keys(const struct sop *sop, const struct arguments *args,
                            struct secmail_decrypt *decrypt)
{
    size_t cursor = 0;
    for (const char *name; (name = options_next(args, OPT_WITH_SESSION_KEY, &cursor));) {
        struct secmail_secret *session_key;
        const int failed = session_key_read(sop, name, &session_key);
        if (failed)
            return failed;
        const int error = secmail_decrypt_add_session_key(decrypt, session_key);
        secmail_secret_free(session_key);
        if (error == SECMAIL_E_ARGUMENT)
            return sop_fail(sop, SOP_BAD_DATA,
                            "%s: the session key has not the size that its cipher wants", name);
        if (error)
            return sop_fail_library(sop, error, SOP_MESSAGE, name);
    }
    return SOP_OK;
}

static int add_certs(const struct sop *sop, const struct certs *certs,
                     struct secmail_decrypt *decrypt)
{
    for (size_t i = 0; i < secmail_ring_count(certs->ring); i++) {
        const int error = secmail_decrypt_add_signer(decrypt, secmail_ring_cert(certs->ring, i));
        if (error)
            return sop_fail_library(sop, error, SOP_OBJECT, certs->name);
    }
    return SOP_OK;
}

static int add_all_certs(const struct sop *sop, const struct arguments *args, struct decryption *d)
{
    size_t cursor = 0;
    int failed = certs_list_init(sop, &d->certs, options_count(args, OPT_VERIFY_WITH));
    for (const char *name; !failed && (name = options_next(args, OPT_VERIFY_WITH, &cursor));) {
        failed = certs_list_read(sop, &d->certs, name);
        if (!failed)
            failed = add_certs(sop, &d->certs.at[d->certs.count - 1], d->decrypt);
    }
    return failed;
}

static int add_all(const struct sop *sop, const struct arguments *args, struct decryption *d)
{
    int failed = window_read(sop, args, OPT_VERIFY_NOT_BEFORE, OPT_VERIFY_NOT_AFTER, &d->window);
    if (!failed)
        failed = add_session_keys(sop, args, d->decrypt);
    if (!failed)
        failed = add_all_passwords(sop, args, d->decrypt);
    if (!failed)
        failed = add_all_certs(sop, args, d);
    return failed ? failed : add_all_keys(sop, args, d->decrypt);
}

static int decrypt_stream(const struct sop *sop, struct decryption *d)
{
    int failed = stream_open(sop, &d->stream, true);
    if (failed)
        return failed;
    int error = secmail_decrypt_allow_rewind(d->decrypt, d->stream.rewind);
    if (!error)
        error = secmail_decrypt_set_text_lf(d->decrypt, 1);
    if (error)
        return sop_fail_library(sop, error, SOP_MESSAGE, "the message");
    return stream_run(sop, &d->stream, step, d, SOP_MESSAGE, "the message");
}

static int write_session_key(const struct sop *sop, struct decryption *d)
{
    if (!d->session_key_out.name)
        return SOP_OK;
    struct secmail_secret *session_key;
    const int error = secmail_decrypt_session_key(d->decrypt, &session_key);
    if (error)
        return sop_fail_library(sop, error, SOP_MESSAGE, "the session key");
    const int failed = session_key_write(sop, &d->session_key_out, session_key);
    secmail_secret_free(session_key);
    return failed;
}

static int write_verifications(const struct sop *sop, struct decryption *d)
{
    if (!d->verifications_out.name)
        return SOP_OK;
    struct verifications v;
    int failed = verifications_open(sop, &v);
    for (size_t i = 0; !failed && i < secmail_decrypt_verdict_count(d->decrypt); i++)
        verifications_add(sop, &v, secmail_decrypt_verdict(d->decrypt, i), &d->window, &d->certs);
    if (!failed)
        failed = verifications_end(sop, &v);
    if (!failed)
        failed = output_write(sop, &d->verifications_out, (const uint8_t *)v.text, v.size);
    verifications_free(&v);
    return failed;
}

static int decrypt_input(const struct sop *sop, const struct arguments *args, struct decryption *d)
{
    int failed = add_all(sop, args, d);
    if (!failed)
        failed = decrypt_stream(sop, d);
    if (!failed)
        failed = write_session_key(sop, d);
    return failed ? failed : write_verifications(sop, d);
}

static int check_options(const struct sop *sop, const struct arguments *args)
{
    const bool out = options_has(args, OPT_VERIFICATIONS_OUT);
    const bool with = options_has(args, OPT_VERIFY_WITH);
    const bool dates = options_has(args, OPT_VERIFY_NOT_BEFORE) ||
                       options_has(args, OPT_VERIFY_NOT_AFTER);
    if (out != with || (dates && !with))
        return sop_fail(sop, SOP_INCOMPLETE_VERIFICATION,
                        "to verify signatures, give both --verify-with and --verifications-out");
    if (args->operand_count == 0 && !options_has(args, OPT_WITH_PASSWORD) &&
        !options_has(args, OPT_WITH_SESSION_KEY))
        return sop_fail(sop, SOP_MISSING_ARG,
                        "there is nothing to decrypt with. Give KEYS, --with-password or "
                        "--with-session-key");
    return SOP_OK;
}

static int open_outputs(const struct sop *sop, const struct arguments *args, struct decryption *d)
{
    const int failed = output_open(sop, options_value(args, OPT_SESSION_KEY_OUT), 0600,
                                   &d->session_key_out);
    if (failed)
        return failed;
    return output_open(sop, options_value(args, OPT_VERIFICATIONS_OUT), 0666,
                       &d->verifications_out);
}

int run_decrypt(struct sop *sop, const struct arguments *args)
{
    struct decryption d = {
        .stream.spool = -1, .session_key_out.fd = -1, .verifications_out.fd = -1};
    int code = check_options(sop, args);
    if (!code)
        code = open_outputs(sop, args, &d);
    if (!code) {
        const int error = secmail_decrypt_new(sop->context, &d.decrypt);
        code = error ? sop_fail_library(sop, error, SOP_MESSAGE, "the message")
                     : decrypt_input(sop, args, &d);
    }
    stream_close(&d.stream);
    secmail_decrypt_free(d.decrypt);
    certs_list_free(&d.certs);
    code = output_close(sop, &d.session_key_out, code);
    return output_close(sop, &d.verifications_out, code);
}
