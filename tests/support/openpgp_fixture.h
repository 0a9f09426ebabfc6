/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys, and the streaming loops with windows of any size, for the tests of verify and openpgp. */
#ifndef SECMAIL_TEST_OPENPGP_FIXTURE_H
#define SECMAIL_TEST_OPENPGP_FIXTURE_H

#include "fixture.h"

#include <secmail/openpgp.h>

/* A key for a person of the tests, valid from the fixture's time on. */
static inline struct secmail_key *make_key(struct fixture *f, uint32_t profile, const char *user_id)
{
    struct secmail_generator *g;
    struct secmail_key *key;
    assert_int_equal(secmail_generator_new(f->context, &g), 0);
    assert_int_equal(secmail_generator_set_profile(g, profile), 0);
    assert_int_equal(secmail_generator_add_user_id(g, user_id), 0);
    assert_int_equal(secmail_generator_run(g, &key), 0);
    secmail_generator_free(g);
    return key;
}

static inline struct secmail_secret *make_secret(struct fixture *f, const char *text)
{
    struct secmail_secret *secret;
    assert_int_equal(secmail_secret_new(f->context, &secret, (const uint8_t *)text, strlen(text)),
                     0);
    return secret;
}

/* A growing result. */
struct collected {
    uint8_t *data;
    size_t size, room;
};

static inline void collect(struct collected *c, const uint8_t *data, size_t size)
{
    if (c->size + size >= c->room) {
        c->room = 2 * (c->size + size) + 1;
        c->data = realloc(c->data, c->room);
    }
    assert_non_null(c->data);
    memcpy(c->data + c->size, data, size);
    c->size += size;
}

typedef int (*update_fn)(void *operation, struct secmail_input *in, struct secmail_output *out,
                         int end);

/*
 * Drives a streaming operation with input windows of `in_step` and output windows of `out_step`
 * bytes. Follows SECMAIL_NEEDS_REWIND. Returns SECMAIL_DONE or the error; the output so far is in
 * `c`.
 */
static inline int drive(update_fn update, void *operation, const uint8_t *data, size_t size,
                        size_t in_step, size_t out_step, struct collected *c)
{
    uint8_t *room = malloc(out_step);
    size_t given = 0;
    assert_non_null(room);
    for (;;) {
        const size_t n = size - given < in_step ? size - given : in_step;
        struct secmail_input in = {data + given, n, 0};
        const int end = given + n == size;
        int status;
        do {
            struct secmail_output out = {room, out_step, 0};
            status = update(operation, &in, &out, end);
            assert_true(in.pos <= in.size);
            assert_true(out.pos <= out.size);
            collect(c, room, out.pos);
        } while (status == SECMAIL_NEEDS_ROOM);
        given += in.pos;
        if (status == SECMAIL_NEEDS_REWIND) {
            assert_int_equal(c->size, 0);
            given = 0;
        } else if (status != SECMAIL_NEEDS_INPUT) {
            free(room);
            return status;
        } else {
            assert_false(end);
        }
    }
}

static inline int encrypt_update(void *operation, struct secmail_input *in,
                                 struct secmail_output *out, int end)
{
    return secmail_encrypt_update(operation, in, out, end);
}

static inline int decrypt_update(void *operation, struct secmail_input *in,
                                 struct secmail_output *out, int end)
{
    return secmail_decrypt_update(operation, in, out, end);
}

static inline int armor_update(void *operation, struct secmail_input *in,
                               struct secmail_output *out, int end)
{
    return secmail_armor_update(operation, in, out, end);
}

/* Bytes that look like nothing in particular, the same in each run. */
static inline uint8_t *make_data(struct fixture *f, size_t size)
{
    uint8_t *data = malloc(size + 1);
    assert_non_null(data);
    fixture_random(f, data, size);
    return data;
}

#endif
