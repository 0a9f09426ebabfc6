/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DMARC reports as JSON: the form in which verify notes a message and dmarc-report shows a report.
 */
#ifndef SECMAIL_AUTH_REPORT_H
#define SECMAIL_AUTH_REPORT_H

#include "json.h"
#include "tool.h"

/* The report as one JSON object. `targets` are URIs with a space between them, or NULL. */
void put_report(const struct secmail_dmarc_report *report, const char *targets);

/* Adds the records of such an object, and its policy. False if it isn't one, or is about another
 * domain than the report. */
bool add_report(struct tool *t, struct secmail_dmarc_report *report, const struct json *object);

/* The report that is attached to a mail; no bytes if there is none. */
struct bytes find_attachment(const struct bytes *mail);

/* Uncompresses gzip, and the first file of a zip archive; other data stay as they are. */
struct bytes unpack(struct bytes packed);

#endif
