/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* encrypt. */
#include "commands.h"
#include "io.h"
#include "objects.h"
#include "stream.h"

static int step(void *operation, struct secmail_input *in, struct secmail_output *out, int end)
{
    return secmail_encrypt_update(operation, in, out, end);
}

static int set_options(const struct sop *sop, const struct arguments *args,
                       struct secmail_encrypt *encrypt)
{
    static const struct choice modes[] = {{"binary", 0}, {"text", 1}, {NULL, 0}};
    static const struct choice purposes[] = {
        {"any", SECMAIL_PURPOSE_ANY},
        {"communications", SECMAIL_PURPOSE_COMMUNICATIONS},
        {"storage", SECMAIL_PURPOSE_STORAGE},
        {NULL, 0},
    };
    struct profile_choice format;
    uint32_t text = 0;
    uint32_t purpose = SECMAIL_PURPOSE_ANY;
    int failed = profile_choose(sop, args, &format);
    if (!failed)
        failed = options_choose(sop, args, OPT_AS, modes, SOP_UNSUPPORTED_OPTION, &text);
    if (!failed)
        failed = options_choose(sop, args, OPT_FOR, purposes, SOP_UNSUPPORTED_OPTION, &purpose);
    if (failed)
        return failed;
    int error = secmail_encrypt_set_format(encrypt, format.value);
    if (!error)
        error = secmail_encrypt_set_text(encrypt, text == 1);
    if (!error)
        error = secmail_encrypt_set_purpose(encrypt, purpose);
    if (!error)
        error = secmail_encrypt_set_armor(encrypt, !options_has(args, OPT_NO_ARMOR));
    return error ? sop_fail_library(sop, error, SOP_OBJECT, "the message") : SOP_OK;
}

/* All of them: a message that one of the wanted readers can't open must not be made. */
static int add_recipients(const struct sop *sop, const struct certs *certs,
                          struct secmail_encrypt *encrypt)
{
    for (size_t i = 0; i < secmail_ring_count(certs->ring); i++) {
        const int error = secmail_encrypt_add_recipient(encrypt, secmail_ring_cert(certs->ring, i));
        if (error)
            return sop_fail_library(sop, error, SOP_RECIPIENT, certs->name);
    }
    return certs_check_complete(sop, certs, SOP_CERT_CANNOT_ENCRYPT);
}

static int add_all_recipients(const struct sop *sop, const struct arguments *args,
                              struct secmail_encrypt *encrypt)
{
    struct certs_list list;
    int failed = certs_list_init(sop, &list, args->operand_count);
    for (size_t i = 0; i < args->operand_count && !failed; i++) {
        failed = certs_list_read(sop, &list, args->operands[i]);
        if (!failed)
            failed = add_recipients(sop, &list.at[i], encrypt);
    }
    certs_list_free(&list);
    return failed;
}

static int add_all_passwords(const struct sop *sop, const struct arguments *args,
                             struct secmail_encrypt *encrypt)
{
    size_t cursor = 0;
    for (const char *name; (name = options_next(args, OPT_WITH_PASSWORD, &cursor));) {
        struct secmail_secret *password;
        const int failed = password_read_new(sop, name, &password);
        if (failed)
            return failed;
        const int error = secmail_encrypt_add_password(encrypt, password);
        secmail_secret_free(password);
        if (error)
            return sop_fail_library(sop, error, SOP_OBJECT, name);
    }
    return SOP_OK;
}

static int add_signers(const struct sop *sop, const char *designator,
                       const struct passwords *passwords, struct secmail_encrypt *encrypt)
{
    struct secmail_key_ring *ring;
    int failed = keys_read(sop, designator, &ring);
    if (!failed)
        failed = keys_check_complete(sop, ring, designator, SOP_KEY_CANNOT_SIGN);
    for (size_t i = 0; !failed && i < secmail_key_ring_count(ring); i++) {
        struct secmail_key *key;
        failed = key_unlock(sop, secmail_key_ring_key(ring, i), designator, passwords, &key);
        const int error = failed ? 0 : secmail_encrypt_add_signer(encrypt, key);
        secmail_key_unref(key);
        if (error)
            failed = sop_fail_library(sop, error, SOP_SIGNER, designator);
    }
    secmail_key_ring_unref(ring);
    return failed;
}

static int add_all_signers(const struct sop *sop, const struct arguments *args,
                           struct secmail_encrypt *encrypt)
{
    struct passwords passwords;
    size_t cursor = 0;
    int failed = passwords_read(sop, args, OPT_WITH_KEY_PASSWORD, &passwords);
    for (const char *name; !failed && (name = options_next(args, OPT_SIGN_WITH, &cursor));)
        failed = add_signers(sop, name, &passwords, encrypt);
    passwords_free(&passwords);
    return failed;
}

static int encrypt_stream(const struct sop *sop, struct secmail_encrypt *encrypt)
{
    struct stream stream;
    int failed = stream_open(sop, &stream, false);
    if (!failed)
        failed = stream_run(sop, &stream, step, encrypt, SOP_OBJECT, "the message");
    stream_close(&stream);
    return failed;
}

static int write_session_key(const struct sop *sop, struct secmail_encrypt *encrypt,
                             struct output *out)
{
    if (!out->name)
        return SOP_OK;
    struct secmail_secret *session_key;
    const int error = secmail_encrypt_session_key(encrypt, &session_key);
    if (error)
        return sop_fail_library(sop, error, SOP_OBJECT, "the session key");
    const int failed = session_key_write(sop, out, session_key);
    secmail_secret_free(session_key);
    return failed;
}

static int encrypt_input(const struct sop *sop, const struct arguments *args,
                         struct secmail_encrypt *encrypt, struct output *session_key_out)
{
    int failed = set_options(sop, args, encrypt);
    if (!failed)
        failed = add_all_passwords(sop, args, encrypt);
    if (!failed)
        failed = add_all_recipients(sop, args, encrypt);
    if (!failed)
        failed = add_all_signers(sop, args, encrypt);
    if (!failed)
        failed = encrypt_stream(sop, encrypt);
    return failed ? failed : write_session_key(sop, encrypt, session_key_out);
}

int run_encrypt(struct sop *sop, const struct arguments *args)
{
    if (args->operand_count == 0 && !options_has(args, OPT_WITH_PASSWORD))
        return sop_fail(sop, SOP_MISSING_ARG,
                        "nobody could read the message. Give CERTS or --with-password");
    struct output session_key_out;
    int code = output_open(sop, options_value(args, OPT_SESSION_KEY_OUT), 0600, &session_key_out);
    if (code)
        return code;
    struct secmail_encrypt *encrypt;
    const int error = secmail_encrypt_new(sop->context, &encrypt);
    code = error ? sop_fail_library(sop, error, SOP_OBJECT, "the message")
                 : encrypt_input(sop, args, encrypt, &session_key_out);
    secmail_encrypt_free(encrypt);
    return output_close(sop, &session_key_out, code);
}
