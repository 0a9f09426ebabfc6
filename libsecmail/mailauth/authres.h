/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Authentication-Results (RFC 8601): writing and reading, and which fields of a message claim to be
 * ours.
 */
#ifndef SMI_MAILAUTH_AUTHRES_H
#define SMI_MAILAUTH_AUTHRES_H

#include "core/context.h"
#include "mailauth/object.h"

/* ---- Writing: authres_write.c ---- */

/* The results behind the authserv-id, each with ";" and a new line before it; "; none" without any.
 * The same text serves for ARC-Authentication-Results. */
void smi_authres_put_results(struct secmail_mailauth *m, struct smi_buf *b);

/* A value as a token if it is one, else as a quoted string; at most 255 bytes of it, and neither
 * control characters nor bytes that aren't UTF-8. */
void smi_put_value(struct smi_buf *b, struct smi_span value);

/* ---- Reading: authres_read.c ---- */

/* SECMAIL_E_MAILAUTH_FIELD, SECMAIL_E_NOMEM; recorded. */
int smi_authres_read(struct secmail_context *context, struct secmail_authres **out,
                     struct smi_span value);

/* Reads only the authserv-id, and appends it with a NUL: false if there is none. */
bool smi_authres_read_id(struct smi_span value, struct smi_buf *id);

#endif
