/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The context as the modules see it, and how they report errors.
 *
 * Every public function that takes a context (or an operation made with one) begins with
 * smi_enter(). The first smi_fail() after that is what the caller sees: an outer layer that fails
 * because an inner one did just passes the code on.
 */
#ifndef SMI_CORE_CONTEXT_H
#define SMI_CORE_CONTEXT_H

#include "memory.h"

#include <string.h>

struct smi_arena;

enum { SMI_LIMITS = 18, SMI_DETAIL_SIZE = 400 };

struct secmail_limits {
    uint64_t value[SMI_LIMITS]; /* indexed by enum secmail_limit */
};

struct secmail_context {
    struct secmail_allocator mem;
    struct secmail_limits limits;
    secmail_clock_fn clock;
    void *clock_user;
    secmail_random_fn random;
    void *random_user;
    secmail_log_fn log;
    void *log_user;
    struct smi_arena *arena;
    int code;
    char detail[SMI_DETAIL_SIZE];
};

/* Forgets the last error. Returns false for a NULL context. */
SMI_SHARED bool smi_enter(struct secmail_context *context);

/*
 * The same for a function that makes something: `out` is the address of the pointer for it, which
 * is set to NULL. SECMAIL_E_ARGUMENT for a NULL context or `out`.
 */
SMI_SHARED int smi_enter_out(struct secmail_context *context, void *out);

/*
 * Records an error and returns its code. `format` is a printf format for the detail: one line that
 * names the object and the rule; NULL takes the meaning from the registry. Only the first error
 * after smi_enter() is kept.
 */
SMI_SHARED int smi_fail(struct secmail_context *context, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

SMI_SHARED int smi_nomem(struct secmail_context *context);

/* Forgets the error of a trial from which the operation recovers. */
SMI_SHARED void smi_recover(struct secmail_context *context);

SMI_SHARED int64_t smi_now(const struct secmail_context *context);

/* Random bytes; 0 or SECMAIL_E_RANDOM, recorded. */
SMI_SHARED int smi_random(struct secmail_context *context, void *out, size_t size);

static inline uint64_t smi_limit(const struct secmail_context *context, enum secmail_limit limit)
{
    return context->limits.value[limit];
}

/* Records the error of a limit that was passed; names the limit and its value. */
SMI_SHARED int smi_over_limit(struct secmail_context *context, enum secmail_limit limit);

SMI_SHARED void smi_log(const struct secmail_context *context, enum secmail_log_level level,
                        const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * Fills in a caller's struct, which may be of an older or newer library: as many of its bytes as
 * its first member, `size`, says. That one stays.
 */
static inline void smi_fill_sized(void *to, const void *full, size_t full_size)
{
    size_t size;
    memcpy(&size, to, sizeof size);
    if (size > full_size)
        size = full_size;
    memcpy((char *)to + sizeof size, (const char *)full + sizeof size, size - sizeof size);
}

/* "2026-11-24 06:41:55 UTC": dates as the messages show them. `text` has room for 32 bytes. */
SMI_SHARED const char *smi_date(int64_t time, char text[32]);

#endif
