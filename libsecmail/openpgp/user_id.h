/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts that this library writes into signatures and certificates. */
#ifndef SMI_OPENPGP_USER_ID_H
#define SMI_OPENPGP_USER_ID_H

#include "core/context.h"

/* UTF-8 without control characters: SECMAIL_E_EXPECTED_TEXT; NULL, or too long:
 * SECMAIL_E_ARGUMENT. */
int smi_user_id_check(struct secmail_context *context, const char *user_id);

/* The same for another text of one line; `what` is it, for the message. */
int smi_line_check(struct secmail_context *context, const char *text, const char *what);

/* The same for a text of several lines. */
int smi_text_check(struct secmail_context *context, const char *text, const char *what);

#endif
