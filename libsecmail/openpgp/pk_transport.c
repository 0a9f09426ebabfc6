/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RSA and ElGamal. What comes out of a private operation is secret up to the authentication of the
 * data: no branch here depends on it. */
#include "pk_transport.h"

#include "crypto/elgamal.h"
#include "crypto/rsa_pkcs1.h"
#include "pk_secret.h"

enum {
    CHECKSUM_SIZE = 2,
    CLEAR_MAX = 1 + SMI_KEY_MAX_SIZE + CHECKSUM_SIZE,
};

/* ---------------------------------------------------------------- without branches */

/* All ones if a == b, else 0. */
static unsigned equal_mask(unsigned a, unsigned b)
{
    const unsigned differ = a ^ b;
    return (unsigned)((int)((differ | (0U - differ)) >> 31) - 1);
}

/* All ones if a < b, both far below 2^31. */
static unsigned below_mask(unsigned a, unsigned b)
{
    return 0U - ((a - b) >> 31);
}

static uint8_t choose(unsigned mask, unsigned a, unsigned b)
{
    return (uint8_t)((a & mask) | (b & ~mask));
}

/* The key size of a version 3 packet's cipher, 0 for one that isn't known. */
static unsigned key_size_of(unsigned cipher)
{
    unsigned size = 0;
    for (uint8_t c = 0; c <= SMI_CAMELLIA256; c++)
        size |= (unsigned)smi_cipher_key_size(c) & equal_mask(cipher, c);
    return size;
}

/* Section 5.1.3: [cipher] key, checksum. All ones if they are in order. */
static unsigned is_sound(const uint8_t clear[CLEAR_MAX], unsigned size, unsigned head,
                         unsigned key_size)
{
    unsigned sum = 0, declared = 0;
    for (unsigned i = 0; i < CLEAR_MAX; i++) {
        sum += clear[i] & ~below_mask(i, head) & below_mask(i, head + key_size);
        declared |= (unsigned)clear[i] << 8 & equal_mask(i, head + key_size);
        declared |= clear[i] & equal_mask(i, head + key_size + 1);
    }
    return equal_mask(size, head + key_size + CHECKSUM_SIZE) & equal_mask(sum & 0xffff, declared);
}

/* Version 6 leaves the cipher to the encrypted data: its key has the size that is left. */
static unsigned is_aes_size(unsigned size)
{
    return equal_mask(size, 16) | equal_mask(size, 24) | equal_mask(size, 32);
}

/* `random` stands in for what isn't in order; its first byte only fills the gap of the cipher. */
static void take_key(struct smi_session_key *key, uint8_t version, const uint8_t clear[CLEAR_MAX],
                     unsigned size, const uint8_t random[CLEAR_MAX])
{
    const unsigned head = version == 3;
    const unsigned any = size - CHECKSUM_SIZE; /* nonsense if there are fewer: is_sound() sees it */
    const unsigned key_size = version == 3 ? key_size_of(clear[0]) : any & is_aes_size(any);
    const unsigned known = ~equal_mask(key_size, 0);
    const unsigned good = known & is_sound(clear, size, head, key_size);
    key->cipher = version == 3 ? choose(good, clear[0], SMI_AES256) : 0;
    key->size = choose(good, key_size, SMI_KEY_MAX_SIZE);
    for (unsigned i = 0; i < SMI_KEY_MAX_SIZE; i++)
        key->key[i] = choose(good & below_mask(i, key_size), clear[head + i], random[head + i]);
}

/* ---------------------------------------------------------------- opening */

static bool read_fields(const struct smi_public_key *key, uint8_t version, struct smi_cursor in,
                        struct smi_number numbers[2])
{
    const size_t count = key->algo == SMI_PK_ELGAMAL ? 2 : 1;
    for (size_t i = 0; i < count; i++) {
        const struct smi_cursor mpi = smi_mpi_read(&in, version);
        numbers[i] = (struct smi_number){mpi.data, mpi.size};
        if (mpi.bad || smi_number_bits(&numbers[i]) > key->bits)
            return false;
    }
    return !in.bad && !smi_left(&in);
}

static int decrypt_rsa(struct secmail_context *context, const struct smi_public_key *key,
                       const struct secmail_secret *secret, const struct smi_number *encrypted,
                       uint8_t *clear, size_t *size)
{
    struct smi_rsa_secret_numbers numbers;
    if (!smi_pk_rsa_secret(secmail_secret_data(secret), secmail_secret_size(secret), &numbers))
        return smi_fail(context, SECMAIL_E_INTERNAL, NULL);
    const struct smi_rsa_public_numbers rsa = {key->field[0], key->field[1]};
    return smi_rsa_pkcs1_decrypt(context, &rsa, &numbers, encrypted, clear, size);
}

static int decrypt_elgamal(struct secmail_context *context, const struct smi_public_key *key,
                           const struct secmail_secret *secret,
                           const struct smi_number encrypted[2], uint8_t *clear, size_t *size)
{
    struct smi_elgamal_numbers n = {key->field[0], key->field[1], key->field[2], {0}};
    if (!smi_pk_secret_numbers(secmail_secret_data(secret), secmail_secret_size(secret), &n.x, 1))
        return smi_fail(context, SECMAIL_E_INTERNAL, NULL);
    smi_elgamal_decrypt(&n, encrypted, clear, size);
    return 0;
}

static int decrypt(struct secmail_context *context, const struct smi_public_key *key,
                   const struct smi_private *secret, const struct smi_number encrypted[2],
                   uint8_t *clear, size_t *size)
{
    if (secret->token)
        return smi_token_decrypt(context, secret->token, key, encrypted, clear, size);
    return key->algo == SMI_PK_ELGAMAL
               ? decrypt_elgamal(context, key, secret->secret, encrypted, clear, size)
               : decrypt_rsa(context, key, secret->secret, encrypted, clear, size);
}

int smi_transport_open(struct secmail_context *context, uint8_t version, struct smi_cursor fields,
                       const struct smi_public_key *key, const struct smi_private *secret,
                       struct smi_session_key *session_key, bool *opened)
{
    struct smi_number encrypted[2];
    uint8_t clear[CLEAR_MAX], random[CLEAR_MAX];
    size_t size = sizeof clear;
    *opened = false;
    if (!read_fields(key, version, fields, encrypted))
        return 0;
    int rc = smi_random(context, random, sizeof random);
    if (rc)
        return rc;
    memcpy(clear, random, sizeof clear);
    rc = decrypt(context, key, secret, encrypted, clear, &size);
    if (!rc) {
        *session_key = (struct smi_session_key){
            .generation = version == 3 ? SMI_FOR_SEIPDV1 : SMI_FOR_SEIPDV2, .transported = true};
        take_key(session_key, version, clear, (unsigned)size, random);
        *opened = true;
    }
    smi_wipe(clear, sizeof clear);
    smi_wipe(random, sizeof random);
    return rc;
}

/* ---------------------------------------------------------------- writing */

static size_t put_clear(uint8_t clear[CLEAR_MAX], const struct smi_session_key *session_key)
{
    size_t n = 0;
    if (session_key->generation == SMI_FOR_SEIPDV1)
        clear[n++] = session_key->cipher;
    memcpy(clear + n, session_key->key, session_key->size);
    n += session_key->size;
    const uint16_t sum = smi_octet_sum(session_key->key, session_key->size);
    clear[n++] = (uint8_t)(sum >> 8);
    clear[n++] = (uint8_t)sum;
    return n;
}

int smi_transport_write(struct secmail_context *context, struct smi_buf *b,
                        const struct smi_public_key *key, const struct smi_session_key *session_key)
{
    const struct smi_rsa_public_numbers rsa = {key->field[0], key->field[1]};
    const size_t size = (key->bits + 7) / 8;
    uint8_t clear[CLEAR_MAX];
    struct smi_buf value = smi_buf_open(&context->mem);
    uint8_t *to = smi_buf_add(&value, size);
    int rc = to ? smi_rsa_pkcs1_encrypt(context, &rsa, clear, put_clear(clear, session_key), to)
                : smi_nomem(context);
    if (!rc)
        smi_mpi_write(b, to, size);
    smi_wipe(clear, sizeof clear);
    smi_buf_free(&value);
    return rc;
}
