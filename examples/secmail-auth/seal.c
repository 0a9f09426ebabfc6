/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* secmail-auth seal */
#include "tool.h"

int command_seal(struct tool *t)
{
    const struct options *o = &t->options;
    struct secmail_dkim_key *key = read_key(t);
    struct secmail_mailauth *m = new_message(t, SECMAIL_MAILAUTH_ALL, SECMAIL_MAILAUTH_WILL_SEAL);
    struct bytes mail = read_mail();
    struct secmail_bytes *set;
    check(t, secmail_mailauth_update(m, mail.data, mail.size));
    check(t, secmail_mailauth_finish_message(m));
    evaluate(t, m);
    const int rc = secmail_mailauth_seal(m, o->domain, o->selector, key, &set);
    if (rc)
        die(rc == SECMAIL_E_MAILAUTH_TEXT ? USAGE : REFUSED,
            "secmail-auth: the mail can't be sealed: %s", secmail_context_error_detail(t->context));
    fwrite(secmail_bytes_data(set), 1, secmail_bytes_size(set), stdout);
    fwrite(mail.data, 1, mail.size, stdout);
    secmail_bytes_free(set);
    secmail_mailauth_free(m);
    secmail_dkim_key_unref(key);
    free(mail.data);
    return DONE;
}
