/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* secmail-auth spf */
#include "tool.h"

static struct secmail_mailauth *check_host(struct tool *t)
{
    struct secmail_mailauth *m = new_message(t, SECMAIL_MAILAUTH_SPF, 0);
    evaluate(t, m);
    return m;
}

static void again(struct tool *t, void *user)
{
    (void)user;
    secmail_mailauth_free(check_host(t));
}

static void print(const struct secmail_mailauth_result *r)
{
    const char *name = secmail_mailauth_verdict_name(secmail_mailauth_result_verdict(r));
    printf("{\"result\":\"%s\",\"explanation\":", name);
    put_json(stdout, secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_EXPLANATION));
    fputs(",\"domain\":", stdout);
    put_json(stdout, secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_DOMAIN));
    fputs("}\n", stdout);
}

int command_spf(struct tool *t)
{
    struct secmail_mailauth *m = check_host(t);
    if (t->options.explain)
        explain(m, SECMAIL_MAILAUTH_SPF);
    else
        print(secmail_mailauth_spf(m));
    secmail_mailauth_free(m);
    repeat(t, again, NULL);
    return DONE;
}
