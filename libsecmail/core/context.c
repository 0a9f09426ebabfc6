/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The context: surroundings of all work, and the place of the last error. */
#include "context.h"

#include "secret.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t system_clock(void *user)
{
    (void)user;
    return (int64_t)time(NULL);
}

static int system_random(void *user, uint8_t *out, size_t size)
{
    (void)user;
    randombytes_buf(out, size);
    return 0;
}

static bool allocator_is_usable(const struct secmail_allocator *a)
{
    return a->size == sizeof *a && a->alloc && a->realloc && a->free;
}

int secmail_context_new(struct secmail_context **out)
{
    return secmail_context_new_with_allocator(out, NULL);
}

int secmail_context_new_with_allocator(struct secmail_context **out,
                                       const struct secmail_allocator *allocator)
{
    if (!out)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    if (!allocator)
        allocator = smi_malloc_allocator();
    if (!allocator_is_usable(allocator))
        return SECMAIL_E_ARGUMENT;
    if (sodium_init() < 0)
        return SECMAIL_E_CRYPTO_INIT;
    struct secmail_context *context = smi_zalloc(allocator, sizeof *context);
    if (!context)
        return SECMAIL_E_NOMEM;
    context->mem = *allocator;
    secmail_context_set_limits(context, NULL);
    secmail_context_set_clock(context, NULL, NULL);
    secmail_context_set_random(context, NULL, NULL);
    context->arena = smi_arena_new(&context->mem);
    if (!context->arena) {
        smi_free(allocator, context, sizeof *context);
        return SECMAIL_E_NOMEM;
    }
    *out = context;
    return 0;
}

void secmail_context_free(struct secmail_context *context)
{
    if (!context)
        return;
    smi_arena_unref(context->arena);
    const struct secmail_allocator mem = context->mem;
    smi_free(&mem, context, sizeof *context);
}

int secmail_context_set_clock(struct secmail_context *context, secmail_clock_fn clock, void *user)
{
    if (!smi_enter(context))
        return SECMAIL_E_ARGUMENT;
    context->clock = clock ? clock : system_clock;
    context->clock_user = user;
    return 0;
}

int secmail_context_set_random(struct secmail_context *context, secmail_random_fn random,
                               void *user)
{
    if (!smi_enter(context))
        return SECMAIL_E_ARGUMENT;
    context->random = random ? random : system_random;
    context->random_user = user;
    return 0;
}

int secmail_context_set_log(struct secmail_context *context, secmail_log_fn log, void *user)
{
    if (!smi_enter(context))
        return SECMAIL_E_ARGUMENT;
    context->log = log;
    context->log_user = user;
    return 0;
}

int64_t secmail_context_now(const struct secmail_context *context)
{
    return context ? smi_now(context) : 0;
}

const char *secmail_context_error_detail(const struct secmail_context *context)
{
    return context ? context->detail : "";
}

int secmail_context_error_code(const struct secmail_context *context)
{
    return context ? context->code : 0;
}

bool smi_enter(struct secmail_context *context)
{
    if (!context)
        return false;
    smi_recover(context);
    return true;
}

int smi_enter_out(struct secmail_context *context, void *out)
{
    static void *const nothing = NULL;
    if (!out)
        return SECMAIL_E_ARGUMENT;
    memcpy(out, &nothing, sizeof nothing);
    return smi_enter(context) ? 0 : SECMAIL_E_ARGUMENT;
}

void smi_recover(struct secmail_context *context)
{
    context->code = 0;
    context->detail[0] = '\0';
}

/* Bytes of the character at `p`, or 0 if it isn't well-formed UTF-8 (RFC 3629 section 4). */
static size_t utf8_size(const char *p, uint32_t *code_point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t first = (uint8_t)p[0];
    const size_t size = first < 0x80   ? 1
                        : first < 0xc0 ? 0
                        : first < 0xe0 ? 2
                        : first < 0xf0 ? 3
                                       : 4;
    uint32_t c = size == 1 ? first : first & (0x7fU >> size);
    for (size_t i = 1; i < size; i++) {
        if (((uint8_t)p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | ((uint8_t)p[i] & 0x3f);
    }
    *code_point = c;
    const bool surrogate = c >= 0xd800 && c <= 0xdfff;
    return first >= 0xf8 || c < least[size] || c > 0x10ffff || surrogate ? 0 : size;
}

/* Controls, line separators and marks that change the direction: a line that shows them lies. */
static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void make_one_line(char *text)
{
    while (*text) {
        uint32_t c = 0;
        const size_t size = utf8_size(text, &c);
        if (!size || is_control(c))
            memset(text, '?', size ? size : 1);
        text += size ? size : 1;
    }
}

/* A text that was cut may end inside a character: ends it before that one. */
static void drop_cut_character(char *text, size_t size)
{
    size_t start = size;
    while (start && size - start < 3 && ((uint8_t)text[start - 1] & 0xc0) == 0x80)
        start--;
    uint32_t c;
    if (start && (uint8_t)text[start - 1] >= 0xc0 && !utf8_size(text + start - 1, &c))
        text[start - 1] = '\0';
}

/* Details may quote text from messages and certificates: they stay UTF-8, and on one line. */
static void write_line(char line[SMI_DETAIL_SIZE], const char *format, va_list args)
{
    const int size = vsnprintf(line, SMI_DETAIL_SIZE, format, args);
    if (size >= SMI_DETAIL_SIZE)
        drop_cut_character(line, SMI_DETAIL_SIZE - 1);
    make_one_line(line);
}

int smi_fail(struct secmail_context *context, int code, const char *format, ...)
{
    if (context->code)
        return code;
    context->code = code;
    if (format) {
        va_list args;
        va_start(args, format);
        write_line(context->detail, format, args);
        va_end(args);
    } else {
        const char *meaning = secmail_error_meaning(code);
        snprintf(context->detail, sizeof context->detail, "%s", meaning ? meaning : "");
    }
    return code;
}

int smi_nomem(struct secmail_context *context)
{
    return smi_fail(context, SECMAIL_E_NOMEM, NULL);
}

int64_t smi_now(const struct secmail_context *context)
{
    return context->clock(context->clock_user);
}

int smi_random(struct secmail_context *context, void *out, size_t size)
{
    if (context->random(context->random_user, out, size) == 0)
        return 0;
    smi_wipe(out, size);
    return smi_fail(context, SECMAIL_E_RANDOM, "the random generator of the context failed");
}

void smi_log(const struct secmail_context *context, enum secmail_log_level level,
             const char *format, ...)
{
    if (!context->log)
        return;
    char line[SMI_DETAIL_SIZE];
    va_list args;
    va_start(args, format);
    write_line(line, format, args);
    va_end(args);
    context->log(context->log_user, level, line);
}

const char *smi_date(int64_t time, char text[32])
{
    const time_t t = (time_t)time;
    struct tm tm;
    if (!gmtime_r(&t, &tm) || !strftime(text, 32, "%Y-%m-%d %H:%M:%S UTC", &tm))
        snprintf(text, 32, "%lld", (long long)time);
    return text;
}
