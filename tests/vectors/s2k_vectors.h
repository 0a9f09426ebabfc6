/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The S2K specifier of a record. */
#ifndef SECMAIL_TEST_S2K_VECTORS_H
#define SECMAIL_TEST_S2K_VECTORS_H

#include "crypto/s2k.h"
#include "vectors.h"

static inline struct smi_s2k read_s2k(struct vectors *v)
{
    size_t size;
    struct smi_s2k s2k = {.type = vector_number(v, "type")};
    const uint8_t *salt = vector_bytes(v, "salt", &size);
    assert_true(size <= sizeof s2k.salt);
    memcpy(s2k.salt, salt, size);
    if (s2k.type == SMI_S2K_ARGON2) {
        s2k.passes = vector_number(v, "passes");
        s2k.lanes = vector_number(v, "lanes");
        s2k.memory = vector_number(v, "memory");
    } else {
        s2k.hash = vector_number(v, "hash");
        s2k.count = vector_number(v, "count");
    }
    return s2k;
}

#endif
