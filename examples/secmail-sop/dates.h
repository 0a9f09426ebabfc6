/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DATE: ISO 8601, as "2026-01-01T00:00:00Z". */
#ifndef SOP_DATES_H
#define SOP_DATES_H

#include <stdbool.h>
#include <stdint.h>

/* Date, or date and time; without a zone it is UTC. false if the text isn't one. */
bool date_parse(const char *text, int64_t *out);

enum { DATE_SIZE = 40 };
void date_format(int64_t time, char out[DATE_SIZE]);

#endif
