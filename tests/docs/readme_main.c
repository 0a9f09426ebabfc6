/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls the function that the README shows, and opens what it has made. */
#include "readme_example.c"

#include <stdio.h>
#include <string.h>

static struct secmail_key *make_key(struct secmail_context *context, const char *user_id)
{
    struct secmail_generator *plan;
    struct secmail_key *key = NULL;
    if (secmail_generator_new(context, &plan))
        return NULL;
    if (!secmail_generator_add_user_id(plan, user_id))
        secmail_generator_run(plan, &key);
    secmail_generator_free(plan);
    return key;
}

/* 0 if the message opens to `mail` and has one good signature by `sender`. */
static int check(struct secmail_context *context, struct secmail_key *key,
                 struct secmail_cert *sender, const struct secmail_bytes *message, const char *mail)
{
    struct secmail_decrypt *d;
    struct secmail_bytes *opened = NULL;
    int rc = secmail_decrypt_new(context, &d);
    if (!rc)
        rc = secmail_decrypt_add_key(d, key);
    if (!rc)
        rc = secmail_decrypt_add_signer(d, sender);
    if (!rc)
        rc = secmail_decrypt_bytes(d, secmail_bytes_data(message), secmail_bytes_size(message),
                                   &opened);
    const int same = !rc && secmail_bytes_size(opened) == strlen(mail) &&
                     !memcmp(secmail_bytes_data(opened), mail, strlen(mail));
    const int answer = same && secmail_decrypt_good_count(d) == 1 ? 0 : 1;
    secmail_bytes_free(opened);
    secmail_decrypt_free(d);
    return answer;
}

int main(void)
{
    static const char mail[] = "Subject: lunch\r\n\r\nAt noon?\r\n";
    struct secmail_context *context;
    if (secmail_context_new(&context))
        return 1;
    struct secmail_key *alice = make_key(context, "Alice <alice@example.org>");
    struct secmail_key *bob = make_key(context, "Bob <bob@example.org>");
    struct secmail_bytes *message = NULL;
    int answer = 1;
    if (seal(context, secmail_key_cert(bob), alice, (const uint8_t *)mail, strlen(mail),
             &message) == 0)
        answer = check(context, bob, secmail_key_cert(alice), message, mail);
    secmail_bytes_free(message);
    message = (struct secmail_bytes *)(uintptr_t)1;
    if (seal(context, NULL, alice, (const uint8_t *)mail, strlen(mail), &message) >= 0 || message)
        answer = 2; /* a failure leaves NULL behind */
    secmail_key_unref(alice);
    secmail_key_unref(bob);
    secmail_context_free(context);
    printf("answer %d\n", answer);
    return answer;
}
