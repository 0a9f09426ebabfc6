/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits as data: the one table of names, defaults and error codes. */
#include "context.h"

static const struct {
    const char *name;
    uint64_t value;
    const char *unit;
    int code;
} table[SMI_LIMITS] = {
    [SECMAIL_LIMIT_HELD_PLAINTEXT] = {"held-plaintext", 64 << 20, "bytes",
                                      SECMAIL_E_LIMIT_HELD_PLAINTEXT},
    [SECMAIL_LIMIT_PLAINTEXT_SIZE] = {"plaintext-size", (uint64_t)1 << 40, "bytes",
                                      SECMAIL_E_LIMIT_PLAINTEXT_SIZE},
    [SECMAIL_LIMIT_COMPRESSION_RATIO] = {"compression-ratio", 250, "bytes for each byte",
                                         SECMAIL_E_LIMIT_COMPRESSION_RATIO},
    [SECMAIL_LIMIT_NESTING] = {"nesting", 16, "layers", SECMAIL_E_LIMIT_NESTING},
    [SECMAIL_LIMIT_MESSAGE_PACKETS] = {"message-packets", 4096, "packets",
                                       SECMAIL_E_LIMIT_MESSAGE_PACKETS},
    [SECMAIL_LIMIT_PACKET_SIZE] = {"packet-size", 8 << 20, "bytes", SECMAIL_E_LIMIT_PACKET_SIZE},
    [SECMAIL_LIMIT_SESSION_KEY_PACKETS] = {"session-key-packets", 1024, "packets",
                                           SECMAIL_E_LIMIT_SESSION_KEY_PACKETS},
    [SECMAIL_LIMIT_MESSAGE_SIGNATURES] = {"message-signatures", 64, "signatures",
                                          SECMAIL_E_LIMIT_MESSAGE_SIGNATURES},
    [SECMAIL_LIMIT_CERT_SIGNATURES] = {"cert-signatures", 4096, "signatures",
                                       SECMAIL_E_LIMIT_CERT_SIGNATURES},
    [SECMAIL_LIMIT_CERT_COMPONENTS] = {"cert-components", 1024, "components",
                                       SECMAIL_E_LIMIT_CERT_COMPONENTS},
    [SECMAIL_LIMIT_RING_CERTS] = {"ring-certs", 1 << 20, "certificates",
                                  SECMAIL_E_LIMIT_RING_CERTS},
    [SECMAIL_LIMIT_ARGON2_MEMORY_KIB] = {"argon2-memory-kib", 2 << 20, "KiB",
                                         SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB},
    [SECMAIL_LIMIT_ARGON2_WORK] = {"argon2-work", 4 << 20, "KiB x passes",
                                   SECMAIL_E_LIMIT_ARGON2_WORK},
    [SECMAIL_LIMIT_PASSWORD_TRIES] = {"password-tries", 16, "derivations",
                                      SECMAIL_E_LIMIT_PASSWORD_TRIES},
    [SECMAIL_LIMIT_HIDDEN_RECIPIENT_TRIES] = {"hidden-recipient-tries", 64, "trials",
                                              SECMAIL_E_LIMIT_HIDDEN_RECIPIENT_TRIES},
    [SECMAIL_LIMIT_ARMOR_HEADER_SIZE] = {"armor-header-size", 64 << 10, "bytes",
                                         SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE},
    [SECMAIL_LIMIT_REPORT_ENTRIES] = {"report-entries", 500000, "entries",
                                      SECMAIL_E_LIMIT_REPORT_ENTRIES},
};

static bool is_limit(uint32_t limit)
{
    return limit > 0 && limit < SMI_LIMITS;
}

static void set_defaults(struct secmail_limits *limits)
{
    for (int i = 0; i < SMI_LIMITS; i++)
        limits->value[i] = table[i].value;
}

int secmail_limits_new(struct secmail_limits **out)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = smi_alloc(smi_malloc_allocator(), sizeof **out);
    if (!*out)
        return SECMAIL_E_NOMEM;
    set_defaults(*out);
    return 0;
}

void secmail_limits_free(struct secmail_limits *limits)
{
    smi_free(smi_malloc_allocator(), limits, sizeof *limits);
}

int secmail_limits_set(struct secmail_limits *limits, uint32_t limit, uint64_t value)
{
    if (!limits || !is_limit(limit))
        return SECMAIL_E_ARGUMENT;
    limits->value[limit] = value;
    return 0;
}

int secmail_limits_get(const struct secmail_limits *limits, uint32_t limit, uint64_t *value)
{
    if (!value || !is_limit(limit))
        return SECMAIL_E_ARGUMENT;
    *value = limits ? limits->value[limit] : table[limit].value;
    return 0;
}

const char *secmail_limit_name(uint32_t limit)
{
    return is_limit(limit) ? table[limit].name : NULL;
}

int secmail_context_set_limits(struct secmail_context *context, const struct secmail_limits *limits)
{
    if (!smi_enter(context))
        return SECMAIL_E_ARGUMENT;
    if (limits)
        context->limits = *limits;
    else
        set_defaults(&context->limits);
    return 0;
}

int smi_over_limit(struct secmail_context *context, enum secmail_limit limit)
{
    return smi_fail(context, table[limit].code, "more than the limit %s allows (%llu %s)",
                    table[limit].name, (unsigned long long)smi_limit(context, limit),
                    table[limit].unit);
}
