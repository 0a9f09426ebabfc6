/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In a build without the module dns all answers come from --dns. */
#include "tool.h"

void open_live_dns(struct tool *t)
{
    (void)t;
    die(USAGE, "secmail-auth: --dns is missing: this build asks no name server");
}

void close_live_dns(struct tool *t)
{
    (void)t;
}

void answer_live(struct tool *t, struct secmail_mailauth *m)
{
    (void)m;
    open_live_dns(t);
}
