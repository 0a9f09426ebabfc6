/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Telling failures, and the table from the library's error codes to the draft's exit codes. */
#include "sop.h"
#include "utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { LINE = 2048 };

/* One write for one line. File names and user IDs may hold anything: keep it text, on one line. */
static void print_line(const struct sop *sop, const char *format, va_list args)
{
    char line[LINE];
    const int head = snprintf(line, sizeof line - 1, SOP_NAME " %s: ", sop->command);
    size_t used = (size_t)head < sizeof line - 1 ? (size_t)head : 0;
    if (vsnprintf(line + used, sizeof line - 1 - used, format, args) > 0)
        used = strlen(line);
    for (size_t i = 0, length = 0; i < used; i += length) {
        length = utf8_printable((const uint8_t *)line + i, used - i);
        if (length == 0)
            line[i] = '?';
        length += length == 0;
    }
    line[used++] = '\n';
    if (write(STDERR_FILENO, line, used) < 0)
        return; /* nobody listens; the exit code still tells */
}

int sop_fail(const struct sop *sop, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_line(sop, format, args);
    va_end(args);
    return code;
}

void sop_note(const struct sop *sop, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_line(sop, format, args);
    va_end(args);
}

/* Exit codes by role: object, recipient, signer, message, own key, certified. */
static const struct {
    int error;
    uint8_t code[SOP_ROLES];
} table[] = {
    {SECMAIL_E_ENCODING, {41, 41, 41, 41, 41, 41}},
    {SECMAIL_E_ARMOR, {41, 41, 41, 41, 41, 41}},
    {SECMAIL_E_ARMOR_KIND, {41, 41, 41, 41, 41, 41}},
    {SECMAIL_E_UNSUPPORTED_ALGORITHM, {13, 13, 13, 29, 13, 13}},
    {SECMAIL_E_WEAK_POINT, {41, 41, 41, 29, 41, 41}},
    {SECMAIL_E_MALFORMED, {41, 41, 41, 41, 41, 41}},
    {SECMAIL_E_TRUNCATED, {41, 41, 41, 41, 41, 41}},
    {SECMAIL_E_NO_DATA, {41, 41, 41, 41, 41, 41}},
    {SECMAIL_E_MODIFIED, {41, 41, 41, 29, 41, 41}},
    {SECMAIL_E_UNPROTECTED, {41, 41, 41, 29, 41, 41}},
    {SECMAIL_E_UNSUPPORTED_VERSION, {41, 41, 41, 29, 41, 41}},
    {SECMAIL_E_CRITICAL_PACKET, {41, 41, 41, 41, 41, 41}},
    {SECMAIL_E_CLEARTEXT, {41, 41, 41, 41}},
    {SECMAIL_E_NO_GOOD_SIGNATURE, {3, 3, 3, 3}},
    {SECMAIL_E_EXPECTED_TEXT, {53, 53, 53, 53, 53, 53}},
    {SECMAIL_E_POLICY, {41, 17, 79, 29, 103, 109}},
    {SECMAIL_E_CANNOT_DECRYPT, {29, 29, 29, 29, 29, 29}},
    {SECMAIL_E_WRONG_PASSWORD, {67, 67, 67, 29, 67, 67}},
    {SECMAIL_E_KEY_LOCKED, {67, 67, 67, 67, 67, 67}},
    {SECMAIL_E_KEY_EXPIRED, {41, 17, 79, 29, 103, 107}},
    {SECMAIL_E_KEY_REVOKED, {41, 17, 79, 29, 103, 107}},
    {SECMAIL_E_KEY_INVALID, {41, 17, 79, 29, 103, 107}},
    {SECMAIL_E_CANNOT_ENCRYPT, {17, 17, 17, 17, 17, 17}},
    {SECMAIL_E_CANNOT_SIGN, {79, 79, 79, 79, 79, 79}},
    {SECMAIL_E_NOT_A_CERT, {41, 41, 41, 41, 41, 41}},
    {SECMAIL_E_NOT_A_KEY, {41, 41, 41, 41, 41, 41}},
    {SECMAIL_E_KEY_TAMPERED, {41, 41, 41, 41, 41, 41}},
    {SECMAIL_E_SECRET_ABSENT, {97, 97, 97, 97, 97, 97}},
    {SECMAIL_E_TOKEN, {101, 101, 101, 101, 101, 101}},
    {SECMAIL_E_USER_ID_NO_MATCH, {107, 107, 107, 107, 107, 107}},
    {SECMAIL_E_OTHER_CERT, {41, 41, 41, 41, 41, 41}},
    {SECMAIL_E_CANNOT_CERTIFY, {109, 109, 109, 109, 109, 109}},
    {SECMAIL_E_NO_RECIPIENT, {19, 19, 19, 19, 19, 19}},
    {SECMAIL_E_NO_SIGNER, {19, 19, 19, 19, 19, 19}},
    {SECMAIL_E_INCOMPATIBLE, {83, 83, 83, 83, 83, 83}},
    {SECMAIL_E_INPUT_CHANGED, {1, 1, 1, 29, 1, 1}},
};

static bool is_limit(int error)
{
    return error <= SECMAIL_E_LIMIT_HELD_PLAINTEXT;
}

static int exit_code(int error, enum sop_role role)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].error == error)
            return table[i].code[role];
    }
    if (is_limit(error))
        return role == SOP_MESSAGE ? SOP_CANNOT_DECRYPT : SOP_BAD_DATA;
    return SOP_UNSPECIFIED;
}

/* Bytes of a sentence without its full stop. */
static int without_stop(const char *text)
{
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '.')
        length--;
    return (int)length;
}

/* Many details end with the remedy already. */
static bool says(const char *detail, const char *remedy)
{
    const size_t length = (size_t)without_stop(remedy);
    for (const char *p = detail; strlen(p) >= length; p++) {
        if (strncasecmp(p, remedy, length) == 0)
            return true;
    }
    return false;
}

int sop_fail_library(const struct sop *sop, int error, enum sop_role role, const char *what)
{
    const char *detail = secmail_context_error_detail(sop->context);
    const char *meaning = secmail_error_meaning(error);
    const char *remedy = secmail_error_remedy(error);
    const char *name = sop->debug ? secmail_error_name(error) : NULL;
    if (!*detail)
        detail = meaning ? meaning : "unknown error";
    if (!remedy || says(detail, remedy))
        remedy = "";
    return sop_fail(sop, exit_code(error, role), "%s: %.*s%s%.*s%s%s", what, without_stop(detail),
                    detail, *remedy ? ". " : "", without_stop(remedy), remedy, name ? " " : "",
                    name ? name : "");
}
