/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* secmail-auth sign */
#include "tool.h"

static void set_up(struct tool *t, struct secmail_dkim_signer *s)
{
    const struct options *o = &t->options;
    int rc = secmail_dkim_signer_set_options(s, SECMAIL_DKIM_ANY_AUTHOR);
    if (!rc && o->canon)
        rc = secmail_dkim_signer_set_canon(s, o->canon);
    if (!rc && o->headers)
        rc = secmail_dkim_signer_set_headers(s, o->headers);
    if (!rc)
        rc = secmail_dkim_signer_set_lifetime(s, 0);
    if (rc)
        die(USAGE, "secmail-auth: %s", secmail_context_error_detail(t->context));
}

int command_sign(struct tool *t)
{
    const struct options *o = &t->options;
    struct secmail_dkim_key *key = read_key(t);
    struct secmail_dkim_table *table;
    struct secmail_dkim_signer *signer;
    struct secmail_bytes *field;
    check(t, secmail_dkim_table_new(t->context, &table));
    if (secmail_dkim_table_add(table, o->domain, o->selector, key))
        die(USAGE, "secmail-auth: %s", secmail_context_error_detail(t->context));
    check(t, secmail_dkim_signer_new(table, &signer, o->domain));
    set_up(t, signer);
    struct bytes mail = read_mail();
    check(t, secmail_dkim_signer_update(signer, mail.data, mail.size));
    if (secmail_dkim_signer_finish(signer, &field))
        die(REFUSED, "secmail-auth: the mail can't be signed: %s",
            secmail_context_error_detail(t->context));
    fwrite(secmail_bytes_data(field), 1, secmail_bytes_size(field), stdout);
    fwrite(mail.data, 1, mail.size, stdout);
    secmail_bytes_free(field);
    secmail_dkim_signer_free(signer);
    secmail_dkim_table_free(table);
    secmail_dkim_key_unref(key);
    free(mail.data);
    return DONE;
}
