/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Session keys encrypted to a key that is at hand. The first byte chooses the key, and with its top
 * bit the version of the packet; the rest are the algorithm's fields. Keys are the same in each
 * run.
 */
#include "fuzz.h"

#include "verify/packet.h"

#include <secmail/openpgp.h>

enum { ALGORITHMS = 8 };

static const uint8_t algorithms[ALGORITHMS] = {
    SECMAIL_KEY_CURVE25519,      SECMAIL_KEY_CURVE448,       SECMAIL_KEY_RSA2048,
    SECMAIL_KEY_NISTP256,        SECMAIL_KEY_NISTP384,       SECMAIL_KEY_NISTP521,
    SECMAIL_KEY_BRAINPOOLP256R1, SECMAIL_KEY_BRAINPOOLP512R1};
/* Of the encryption subkeys: version 6. */
static const uint8_t numbers[ALGORITHMS] = {25, 26, 1, 18, 18, 18, 18, 18};

static int64_t fixed_time(void *user)
{
    (void)user;
    return INT64_C(1767225600);
}

/* Bytes that look random enough to find primes with, and are the same each time. */
static int counted_random(void *user, uint8_t *out, size_t size)
{
    uint64_t *state = user;
    for (size_t i = 0; i < size; i++) {
        *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407U;
        out[i] = (uint8_t)(*state >> 56);
    }
    return 0;
}

static struct secmail_key *key_of(struct secmail_context *context, size_t index)
{
    static struct secmail_key *keys[ALGORITHMS]; /* reachable, and so no leak */
    struct secmail_generator *g;
    if (keys[index])
        return keys[index];
    FUZZ_CHECK(secmail_generator_new(context, &g) == 0);
    FUZZ_CHECK(secmail_generator_set_algorithm(g, algorithms[index]) == 0);
    FUZZ_CHECK(secmail_generator_run(g, &keys[index]) == 0);
    secmail_generator_free(g);
    return keys[index];
}

/* A message for nobody in particular: the fields, and data that no key opens. */
static void put_message(struct smi_buf *message, unsigned version, uint8_t algo,
                        const uint8_t *fields, size_t size)
{
    static const uint8_t anybody[8] = {0}, data[60] = {1};
    struct smi_buf body = smi_buf_open(message->mem);
    smi_put_u8(&body, (uint8_t)version);
    if (version == 3)
        smi_put(&body, anybody, sizeof anybody);
    else
        smi_put_u8(&body, 0);
    smi_put_u8(&body, algo);
    smi_put(&body, fields, size);
    smi_put_packet(message, SMI_TAG_PKESK, body.data, body.size);
    smi_put_packet(message, SMI_TAG_SEIPD, data, sizeof data);
    smi_buf_free(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct secmail_context *context;
    struct secmail_decrypt *d;
    struct secmail_bytes *plain;
    uint64_t random = 1;
    if (!size)
        return 0;
    const size_t index = (data[0] & 0x7f) % ALGORITHMS;
    FUZZ_CHECK(secmail_context_new(&context) == 0);
    FUZZ_CHECK(secmail_context_set_clock(context, fixed_time, NULL) == 0);
    FUZZ_CHECK(secmail_context_set_random(context, counted_random, &random) == 0);
    struct secmail_key *key = key_of(context, index);
    struct smi_buf message = smi_buf_open(smi_malloc_allocator());
    put_message(&message, data[0] & 0x80 ? 6 : 3, numbers[index], data + 1, size - 1);
    FUZZ_CHECK(!message.error);
    FUZZ_CHECK(secmail_decrypt_new(context, &d) == 0);
    FUZZ_CHECK(secmail_decrypt_add_key(d, key) == 0);
    const int rc = secmail_decrypt_bytes(d, message.data, message.size, &plain);
    FUZZ_CHECK(rc != 0 && !plain);
    FUZZ_CHECK(rc != SECMAIL_E_INTERNAL);
    secmail_decrypt_free(d);
    smi_buf_free(&message);
    secmail_context_free(context);
    return 0;
}
