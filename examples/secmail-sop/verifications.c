/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * VERIFICATIONS: for each signature that counts a line of date, signing key, certificate, mode, and
 * a JSON object whose "signers" are the CERTS arguments that hold the certificate.
 */
#include "verifications.h"

#include "dates.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

static int parse_date(const struct sop *sop, const char *text, int64_t open_end, int64_t *out)
{
    if (strcmp(text, "-") == 0)
        *out = open_end;
    else if (strcmp(text, "now") == 0)
        *out = secmail_context_now(sop->context);
    else if (!date_parse(text, out))
        return sop_fail(sop, SOP_UNSUPPORTED_OPTION,
                        "%s: this is not a date. Write it as 2026-01-31T12:00:00Z, or '-' or 'now'",
                        text);
    return SOP_OK;
}

int window_read(const struct sop *sop, const struct arguments *args, enum option before,
                enum option after, struct window *out)
{
    const char *not_before = options_value(args, before);
    const char *not_after = options_value(args, after);
    const int failed = parse_date(sop, not_before ? not_before : "-", INT64_MIN, &out->not_before);
    if (failed)
        return failed;
    return parse_date(sop, not_after ? not_after : "now", INT64_MAX, &out->not_after);
}

int verifications_open(const struct sop *sop, struct verifications *v)
{
    *v = (struct verifications){0};
    v->file = open_memstream(&v->text, &v->size);
    return v->file ? SOP_OK : sop_fail(sop, SOP_UNSPECIFIED, "out of memory");
}

/* A JSON string of a file name, which may hold anything. */
static void print_json(FILE *file, const char *text)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t left = strlen(text);
    fputc('"', file);
    while (left > 0) {
        const size_t length = utf8_printable(p, left);
        if (length == 0)
            fprintf(file, "\\u%04x", *p < 0x80 ? *p : 0xfffdu);
        else
            fprintf(file, "%s%.*s", *p == '"' || *p == '\\' ? "\\" : "", (int)length, p);
        p += length ? length : 1;
        left -= length ? length : 1;
    }
    fputc('"', file);
}

static bool holds(const struct certs *certs, const char *fingerprint)
{
    for (size_t i = 0; i < secmail_ring_count(certs->ring); i++) {
        if (strcmp(secmail_cert_fingerprint(secmail_ring_cert(certs->ring, i)), fingerprint) == 0)
            return true;
    }
    return false;
}

static void print_signers(FILE *file, const char *fingerprint, const struct certs_list *certs)
{
    const char *separator = "";
    fputs("{\"signers\":[", file);
    for (size_t i = 0; i < certs->count; i++) {
        if (!holds(&certs->at[i], fingerprint))
            continue;
        fputs(separator, file);
        print_json(file, certs->at[i].name);
        separator = ",";
    }
    fputs("]}", file);
}

static void print_line(FILE *file, const struct secmail_verdict *verdict,
                       const struct certs_list *certs)
{
    const char *fingerprint = secmail_cert_fingerprint(secmail_verdict_cert(verdict));
    char date[DATE_SIZE];
    date_format(secmail_verdict_time(verdict), date);
    fprintf(file, "%s %s %s mode:%s ", date, secmail_verdict_key(verdict), fingerprint,
            secmail_verdict_is_text(verdict) ? "text" : "binary");
    print_signers(file, fingerprint, certs);
    fputc('\n', file);
}

static void refuse(const struct sop *sop, struct verifications *v, const char *reason)
{
    v->refused++;
    sop_note(sop, "signature %zu is not accepted: %s", v->count + v->refused, reason);
}

void verifications_add(const struct sop *sop, struct verifications *v,
                       const struct secmail_verdict *verdict, const struct window *window,
                       const struct certs_list *certs)
{
    const int64_t time = secmail_verdict_time(verdict);
    if (secmail_verdict_status(verdict) != SECMAIL_VERDICT_GOOD) {
        refuse(sop, v, secmail_verdict_reason_text(verdict, 0));
    } else if (time < window->not_before || time > window->not_after) {
        refuse(sop, v, "it was made outside the time that the options allow");
    } else {
        print_line(v->file, verdict, certs);
        v->count++;
    }
}

int verifications_end(const struct sop *sop, struct verifications *v)
{
    const int result = fclose(v->file);
    v->file = NULL;
    return result == 0 ? SOP_OK : sop_fail(sop, SOP_UNSPECIFIED, "out of memory");
}

void verifications_free(struct verifications *v)
{
    if (v->file)
        fclose(v->file);
    free(v->text);
    *v = (struct verifications){0};
}
