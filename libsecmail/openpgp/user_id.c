/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "user_id.h"

#include "codec/utf8.h"
#include "verify/cert.h"

static bool is_clean_text(const char *text, bool lines)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if ((*p < 0x20 && !(lines && (*p == '\n' || *p == '\t'))) || *p == 0x7f)
            return false;
    }
    struct smi_utf8 utf8 = {0};
    return smi_utf8_update(&utf8, (const uint8_t *)text, strlen(text)) && smi_utf8_complete(&utf8);
}

static int check(struct secmail_context *context, const char *text, bool lines, const char *what)
{
    if (is_clean_text(text, lines))
        return 0;
    return smi_fail(context, SECMAIL_E_EXPECTED_TEXT, "%s must be UTF-8 without control characters",
                    what);
}

int smi_user_id_check(struct secmail_context *context, const char *user_id)
{
    if (!user_id)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "the user ID is NULL");
    if (strlen(user_id) > SMI_USER_ID_MAX)
        return smi_fail(context, SECMAIL_E_ARGUMENT, "a user ID has at most %d bytes",
                        SMI_USER_ID_MAX);
    return smi_line_check(context, user_id, "a user ID");
}

int smi_line_check(struct secmail_context *context, const char *text, const char *what)
{
    return check(context, text, false, what);
}

int smi_text_check(struct secmail_context *context, const char *text, const char *what)
{
    return check(context, text, true, what);
}
