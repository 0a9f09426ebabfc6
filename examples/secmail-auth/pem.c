/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private keys in PEM (RFC 7468): PKCS#8, and PKCS#1 as old tools write it. */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The text between the lines; NULL if it isn't a private key's. */
static const char *find_body(const char *text, size_t *size)
{
    static const char *const labels[] = {"PRIVATE KEY", "RSA PRIVATE KEY"};
    char line[64];
    for (size_t i = 0; i < 2; i++) {
        snprintf(line, sizeof line, "-----BEGIN %s-----", labels[i]);
        const char *start = strstr(text, line);
        if (!start)
            continue;
        start += strlen(line);
        snprintf(line, sizeof line, "-----END %s-----", labels[i]);
        const char *end = strstr(start, line);
        *size = end ? (size_t)(end - start) : 0;
        return end ? start : NULL;
    }
    return NULL;
}

struct secmail_dkim_key *read_key(struct tool *t)
{
    const char *path = t->options.key;
    struct bytes file = read_file(path);
    char *text = allocate(file.size + 1);
    memcpy(text, file.data, file.size);
    size_t size = 0;
    const char *body = find_body(text, &size);
    struct bytes der = {.data = allocate(size + 1)};
    if (!body || !decode_base64(body, size, &der))
        die(USAGE, "secmail-auth: %s holds no private key in PEM (PKCS#8, not encrypted)", path);
    struct secmail_dkim_key *key;
    const int rc = secmail_dkim_key_read(t->context, &key, der.data, der.size);
    explicit_bzero(text, file.size);
    explicit_bzero(file.data, file.size);
    explicit_bzero(der.data, der.size);
    free(text);
    free(file.data);
    free(der.data);
    if (rc)
        die(USAGE, "secmail-auth: %s: %s", path, secmail_context_error_detail(t->context));
    return key;
}

static void write_pem(FILE *out, const uint8_t *der, size_t size)
{
    fputs("-----BEGIN PRIVATE KEY-----\n", out);
    for (size_t i = 0; i < size; i += 3) {
        const size_t left = size - i;
        const uint32_t bits = (uint32_t)der[i] << 16 | (left > 1 ? (uint32_t)der[i + 1] << 8 : 0) |
                              (left > 2 ? der[i + 2] : 0);
        const char group[4] = {base64_alphabet[bits >> 18], base64_alphabet[bits >> 12 & 63],
                               left > 1 ? base64_alphabet[bits >> 6 & 63] : '=',
                               left > 2 ? base64_alphabet[bits & 63] : '='};
        fwrite(group, 1, 4, out);
        if (i % 48 == 45 || left <= 3)
            fputc('\n', out);
    }
    fputs("-----END PRIVATE KEY-----\n", out);
}

void write_key(struct tool *t, const struct secmail_dkim_key *key, const char *path)
{
    struct secmail_secret *der;
    check(t, secmail_dkim_key_write(t->context, key, &der));
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");
    if (!file)
        die(USAGE, "secmail-auth: can't create %s: %s", path, strerror(errno));
    write_pem(file, secmail_secret_data(der), secmail_secret_size(der));
    const bool bad = ferror(file) != 0;
    if (fclose(file) || bad)
        die(USAGE, "secmail-auth: can't write %s: %s", path, strerror(errno));
    secmail_secret_free(der);
}
