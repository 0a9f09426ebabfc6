/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that work on URIs and keep no state: code, qr, import, export. */
#include "tool.h"

#include <string.h>

/* Calls `take` for each URI of the command line, or each line of standard input for "-". */
static int for_each_uri(struct tool *t, int (*take)(struct tool *t, const char *uri))
{
    int code = EXIT_DONE;
    if (!t->o.argument_count)
        return usage_error("%s needs a URI, or - for lines of standard input", t->command);
    for (size_t i = 0; i < t->o.argument_count && !code; i++) {
        const char *uri = t->o.arguments[i];
        if (strcmp(uri, "-") != 0) {
            code = take(t, uri);
            continue;
        }
        while (!code && (uri = read_line(t))) {
            if (*uri)
                code = take(t, uri);
        }
    }
    return code;
}

/* ---- code ---- */

static int counter_of(struct tool *t, struct secmail_otp_key *key, int64_t *time, uint64_t *counter)
{
    uint64_t number;
    *time = secmail_context_now(t->context);
    if (t->o.time) {
        if (!read_number("--time", t->o.time, 0, INT64_MAX, &number))
            return EXIT_USAGE;
        *time = (int64_t)number;
    }
    if (secmail_otp_key_type(key) == SECMAIL_OTP_HOTP) {
        *counter = secmail_otp_key_counter(key);
        if (t->o.counter && !read_number("--counter", t->o.counter, 0, UINT64_MAX, counter))
            return EXIT_USAGE;
        return EXIT_DONE;
    }
    const int rc = secmail_otp_key_step(key, *time, counter);
    return rc ? library_failure(t, rc) : EXIT_DONE;
}

/* T0 is 0: URIs know no other. */
static int64_t end_of_step(const struct secmail_otp_key *key, uint64_t step)
{
    const uint64_t end = (step + 1) * secmail_otp_key_period(key);
    return end > INT64_MAX ? INT64_MAX : (int64_t)end;
}

static int show_code(struct tool *t, struct secmail_otp_key *key)
{
    int64_t time;
    uint64_t counter;
    char text[SECMAIL_OTP_MAX_DIGITS + 1];
    int code = counter_of(t, key, &time, &counter);
    if (code)
        return code;
    const int rc = secmail_otp_key_code(key, counter, text, sizeof text);
    if (rc)
        return library_failure(t, rc);
    if (!t->o.json) {
        puts(text);
        return EXIT_DONE;
    }
    begin_record(t);
    put_string(t, "code", text);
    put_string(t, "issuer", secmail_otp_key_issuer(key));
    put_string(t, "label", secmail_otp_key_account(key));
    put_count(t, "counter", counter);
    if (secmail_otp_key_type(key) == SECMAIL_OTP_TOTP)
        put_number(t, "valid_until", end_of_step(key, counter));
    end_record(t);
    return EXIT_DONE;
}

static int take_code(struct tool *t, const char *uri)
{
    struct secmail_otp_key *key;
    const int rc = secmail_otp_key_from_uri(t->context, &key, uri);
    if (rc)
        return library_failure(t, rc);
    const int code = show_code(t, key);
    secmail_otp_key_free(key);
    return code;
}

int command_code(struct tool *t)
{
    return for_each_uri(t, take_code);
}

/* ---- qr ---- */

static int qr_of_key(struct tool *t, const struct secmail_otp_key *key)
{
    struct secmail_bytes *uri;
    const int rc = secmail_otp_key_to_uri(key, &uri);
    if (rc)
        return library_failure(t, rc);
    const int code = write_qr(t, (const char *)secmail_bytes_data(uri));
    secmail_bytes_free(uri);
    return code;
}

/* The URI is read and written again, so that what apps get is strict. */
static int qr_of_uri(struct tool *t, const char *uri)
{
    struct secmail_otp_key *key;
    if (strncmp(uri, "otpauth-migration:", 18) == 0)
        return write_qr(t, uri);
    const int rc = secmail_otp_key_from_uri(t->context, &key, uri);
    if (rc)
        return library_failure(t, rc);
    const int code = qr_of_key(t, key);
    secmail_otp_key_free(key);
    return code;
}

static int qr_of_account(struct tool *t)
{
    struct secmail_otp_key *key;
    int code = open_account(t);
    if (code)
        return code;
    const int rc = secmail_otp_account_key(t->account, SECMAIL_OTP_ENROLLING, &key);
    if (rc)
        return library_failure(t, rc);
    code = qr_of_key(t, key);
    secmail_otp_key_free(key);
    return code;
}

int command_qr(struct tool *t)
{
    if (!t->o.argument_count && t->o.state)
        return qr_of_account(t);
    const char *uri = argument_text(t, 0, "URI");
    return uri ? qr_of_uri(t, uri) : EXIT_USAGE;
}

/* ---- import and export ---- */

static struct secmail_otp_migration *migration;

static int show_key(struct tool *t, const struct secmail_otp_key *key)
{
    struct secmail_bytes *uri;
    if (t->o.json) {
        begin_record(t);
        const int code = put_key(t, key);
        end_record(t);
        return code;
    }
    const int rc = secmail_otp_key_to_uri(key, &uri);
    if (rc)
        return library_failure(t, rc);
    puts((const char *)secmail_bytes_data(uri));
    secmail_bytes_free(uri);
    return EXIT_DONE;
}

static int import_uri(struct tool *t, const char *uri)
{
    struct secmail_otp_key *key;
    if (strncmp(uri, "otpauth-migration:", 18) == 0) {
        const int rc = secmail_otp_migration_read(migration, uri);
        return rc ? library_failure(t, rc) : EXIT_DONE;
    }
    const int rc = secmail_otp_key_from_uri(t->context, &key, uri);
    if (rc)
        return library_failure(t, rc);
    const int code = show_key(t, key);
    secmail_otp_key_free(key);
    return code;
}

static int show_migration(struct tool *t)
{
    int code = EXIT_DONE;
    for (size_t i = 0; i < secmail_otp_migration_key_count(migration) && !code; i++)
        code = show_key(t, secmail_otp_migration_key(migration, i));
    if (code)
        return code;
    if (secmail_otp_migration_skipped(migration))
        fprintf(stderr, "secmail-otp: %u entries can't be expressed and were left out\n",
                secmail_otp_migration_skipped(migration));
    if (secmail_otp_migration_missing(migration))
        return failure("%u of %u QR codes of the export are missing",
                       secmail_otp_migration_missing(migration),
                       secmail_otp_migration_parts(migration));
    return EXIT_DONE;
}

static int with_migration(struct tool *t, int (*take)(struct tool *t, const char *uri),
                          int (*show)(struct tool *t))
{
    const int rc = secmail_otp_migration_new(t->context, &migration);
    if (rc)
        return library_failure(t, rc);
    int code = for_each_uri(t, take);
    if (!code)
        code = show(t);
    secmail_otp_migration_free(migration);
    return code;
}

int command_import(struct tool *t)
{
    return with_migration(t, import_uri, show_migration);
}

static int add_uri(struct tool *t, const char *uri)
{
    struct secmail_otp_key *key;
    int rc = secmail_otp_key_from_uri(t->context, &key, uri);
    if (!rc) {
        rc = secmail_otp_migration_add(migration, key);
        secmail_otp_key_free(key);
    }
    return rc ? library_failure(t, rc) : EXIT_DONE;
}

static int show_export(struct tool *t)
{
    begin_record(t);
    begin_list(t, "uris");
    for (size_t i = 0; i < secmail_otp_migration_uri_count(migration); i++) {
        struct secmail_bytes *uri;
        const int rc = secmail_otp_migration_uri(migration, i, &uri);
        if (rc)
            return library_failure(t, rc);
        put_item(t, (const char *)secmail_bytes_data(uri));
        secmail_bytes_free(uri);
    }
    end_list(t);
    end_record(t);
    return EXIT_DONE;
}

int command_export(struct tool *t)
{
    return with_migration(t, add_uri, show_export);
}
