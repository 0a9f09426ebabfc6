/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In place of report_read.c, for a build without Expat. */
#include "mailauth/report.h"

int secmail_dmarc_report_read(struct secmail_context *context, struct secmail_dmarc_report **out,
                              const uint8_t *xml, size_t size)
{
    if (!smi_enter(context) || !out || (!xml && size))
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    return smi_fail(context, SECMAIL_E_NOT_BUILT,
                    "this build can't read reports: it lacks Expat (-Ddmarc-reports=enabled)");
}
