/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking tokens. What they answer is checked for its size here, and for its truth by the caller. */
#include "token.h"

#include "key.h"

enum { ANSWER_MAX = 2048 }; /* RSA with 16384 bits */

/* ---------------------------------------------------------------- the object */

int smi_token_new(struct secmail_context *context, const struct secmail_token *calls,
                  struct smi_token **out)
{
    if (!calls || calls->size != sizeof *calls || (!calls->sign && !calls->decrypt))
        return smi_fail(context, SECMAIL_E_ARGUMENT, "a token has a size, and can sign or decrypt");
    struct smi_token *token = smi_zalloc(&context->mem, sizeof *token);
    if (!token)
        return smi_nomem(context);
    token->mem = context->mem;
    atomic_init(&token->refs, 1);
    token->calls = *calls;
    *out = token;
    return 0;
}

struct smi_token *smi_token_ref(struct smi_token *token)
{
    if (token)
        atomic_fetch_add(&token->refs, 1);
    return token;
}

void smi_token_unref(struct smi_token *token)
{
    if (!token || atomic_fetch_sub(&token->refs, 1) != 1)
        return;
    const struct secmail_allocator mem = token->mem;
    if (token->calls.release)
        token->calls.release(token->calls.user);
    smi_free(&mem, token, sizeof *token);
}

bool smi_token_has(const struct smi_token *token, const struct smi_public_key *key)
{
    return !token->calls.has || token->calls.has(token->calls.user, key->hex);
}

/* ---------------------------------------------------------------- asking */

static struct secmail_token_request request_for(const struct smi_public_key *key, uint8_t hash,
                                                const uint8_t *data, size_t size)
{
    return (struct secmail_token_request){.size = sizeof(struct secmail_token_request),
                                          .fingerprint = key->hex,
                                          .algorithm = key->algo,
                                          .hash = hash,
                                          .data = data,
                                          .data_size = size};
}

static int failed(struct secmail_context *context, const struct smi_public_key *key,
                  const char *what)
{
    return smi_fail(context, SECMAIL_E_TOKEN, "the token of the key %s %s", key->hex, what);
}

/* Bytes of a number of the key's modulus or curve. */
static size_t number_size(const struct smi_public_key *key)
{
    return (key->bits + 7u) / 8;
}

static size_t signature_size(const struct smi_public_key *key)
{
    switch (key->algo) {
    case SMI_PK_RSA:
    case SMI_PK_RSA_SIGN:
        return number_size(key);
    case SMI_PK_ED448:
        return 114;
    case SMI_PK_ECDSA:
        return 2 * number_size(key);
    default:
        return 64;
    }
}

static void put_fields(struct smi_buf *fields, const struct smi_public_key *key, const uint8_t *raw,
                       size_t size)
{
    if (key->algo == SMI_PK_RSA || key->algo == SMI_PK_RSA_SIGN) {
        smi_mpi_write(fields, raw, size);
    } else if (key->algo == SMI_PK_ECDSA || key->algo == SMI_PK_EDDSA_LEGACY) {
        smi_mpi_write(fields, raw, size / 2);
        smi_mpi_write(fields, raw + size / 2, size / 2);
    } else {
        smi_put(fields, raw, size);
    }
}

int smi_token_sign(struct secmail_context *context, const struct smi_token *token,
                   const struct smi_public_key *key, uint8_t hash, const uint8_t *digest,
                   struct smi_buf *fields)
{
    const struct secmail_token_request request = request_for(key, hash, digest,
                                                             smi_hash_size(hash));
    const size_t wanted = signature_size(key);
    uint8_t raw[ANSWER_MAX];
    size_t size = wanted;
    if (!token->calls.sign || wanted > sizeof raw)
        return failed(context, key, "can't make signatures with it");
    if (token->calls.sign(token->calls.user, &request, raw, &size) != SECMAIL_TOKEN_DONE)
        return failed(context, key, "didn't sign");
    if (size != wanted)
        return failed(context, key, "gave a signature of another size");
    put_fields(fields, key, raw, size);
    return fields->error ? smi_nomem(context) : 0;
}

int smi_token_agree(struct secmail_context *context, const struct smi_token *token,
                    const struct smi_public_key *key, const struct smi_number *point,
                    uint8_t *shared, size_t size)
{
    const struct secmail_token_request request = request_for(key, 0, point->data, point->size);
    size_t given = size;
    if (!token->calls.decrypt)
        return failed(context, key, "can't decrypt with it");
    if (token->calls.decrypt(token->calls.user, &request, shared, &given) != SECMAIL_TOKEN_DONE)
        return failed(context, key, "didn't decrypt");
    return given == size ? 0 : failed(context, key, "gave a shared secret of another size");
}

/* The number as the token wants it: of the modulus' size. */
static size_t put_number(uint8_t to[ANSWER_MAX], const struct smi_public_key *key,
                         const struct smi_number *number)
{
    const size_t size = number_size(key);
    if (size > ANSWER_MAX || !smi_mpi_fit(number, to, size))
        return 0;
    return size;
}

int smi_token_decrypt(struct secmail_context *context, const struct smi_token *token,
                      const struct smi_public_key *key, const struct smi_number *encrypted,
                      uint8_t *clear, size_t *size)
{
    uint8_t input[ANSWER_MAX], answer[ANSWER_MAX];
    const size_t input_size = put_number(input, key, encrypted), room = *size;
    const struct secmail_token_request request = request_for(key, 0, input, input_size);
    size_t given = sizeof answer;
    /* A request has room for one number, and ElGamal has two. */
    if (!token->calls.decrypt || !input_size || key->algo == SMI_PK_ELGAMAL)
        return failed(context, key, "can't decrypt with it");
    const int done = token->calls.decrypt(token->calls.user, &request, answer, &given);
    int rc = 0;
    if (done == SECMAIL_TOKEN_DONE && given <= room) {
        memcpy(clear, answer, given);
        *size = given;
    } else if (done != SECMAIL_TOKEN_DONE && done != SECMAIL_TOKEN_REFUSED) {
        rc = failed(context, key, "didn't decrypt");
    }
    smi_wipe(answer, sizeof answer);
    return rc;
}

/* ---------------------------------------------------------------- keys */

static void attach(struct smi_secret_part *part, const struct smi_public_key *key,
                   struct smi_token *token)
{
    if (!part->absent || !smi_token_has(token, key))
        return;
    smi_token_unref(part->token);
    part->token = smi_token_ref(token);
}

/* A key with the certificate's public parts; what the source key has of secrets is copied. */
static int make_parts(struct secmail_context *context, const struct secmail_cert *cert,
                      const struct secmail_key *source, struct smi_token *token,
                      struct secmail_key *key)
{
    const size_t count = secmail_cert_key_count(cert);
    for (size_t i = 0; i < count; i++) {
        const struct smi_public_key *public_key = &smi_cert_key(cert, i)->key;
        struct smi_secret_part *part = smi_key_add_part(context, key);
        if (!part)
            return SECMAIL_E_NOMEM;
        int rc = source ? smi_secret_part_copy(context, part, &source->parts[i])
                        : smi_secret_part_stub(context, part, public_key, true);
        if (rc)
            return rc;
        attach(part, public_key, token);
    }
    return 0;
}

static int make(struct secmail_context *context, struct secmail_cert *cert,
                const struct secmail_key *source, const struct secmail_token *calls,
                struct secmail_key **out)
{
    struct smi_token *token = NULL;
    int rc = smi_token_new(context, calls, &token);
    if (rc)
        return rc;
    struct secmail_key *key = smi_key_new(context);
    rc = key ? make_parts(context, cert, source, token, key) : SECMAIL_E_NOMEM;
    if (!rc) {
        key->cert = secmail_cert_ref(cert);
        *out = key;
    } else {
        token->calls.release = NULL; /* the caller keeps what it has */
        secmail_key_unref(key);
    }
    smi_token_unref(token);
    return rc;
}

int secmail_key_on_token(struct secmail_context *context, struct secmail_cert *cert,
                         const struct secmail_token *token, struct secmail_key **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!cert)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_key_on_token: cert is NULL");
    return make(context, cert, NULL, token, out);
}

int secmail_key_attach_token(struct secmail_context *context, struct secmail_key *key,
                             const struct secmail_token *token, struct secmail_key **out)
{
    int rc = smi_enter_out(context, out);
    if (rc)
        return rc;
    if (!key)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "secmail_key_attach_token: key is NULL");
    return make(context, key->cert, key, token, out);
}
