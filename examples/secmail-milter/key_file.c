/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private keys in PEM (RFC 7468): PKCS#8, and PKCS#1 as old tools write it. */
#include "milter.h"

#include <errno.h>

enum { MOST = 16384 };

/* Decodes a line of base64 behind what is there; false if it isn't one. */
static bool decode_line(const char *line, uint8_t *der, size_t *size, uint32_t *bits, int *count)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (; *line && *line != '\n' && *line != '\r' && *line != '='; line++) {
        const char *found = strchr(alphabet, *line);
        if (!found || *size == MOST)
            return false;
        *bits = *bits << 6 | (uint32_t)(found - alphabet);
        *count += 6;
        if (*count >= 8) {
            *count -= 8;
            der[(*size)++] = (uint8_t)(*bits >> *count);
        }
    }
    return true;
}

/* What stands between the BEGIN and END lines; 0 if there is no private key. */
static size_t read_pem(FILE *file, uint8_t *der)
{
    char line[256];
    uint32_t bits = 0;
    int count = 0;
    size_t size = 0;
    bool inside = false;
    while (fgets(line, sizeof line, file)) {
        if (!strncmp(line, "-----END ", 9))
            break;
        if (!strncmp(line, "-----BEGIN ", 11))
            inside = strstr(line, "PRIVATE KEY-----") != NULL;
        else if (inside && !decode_line(line, der, &size, &bits, &count))
            return 0;
    }
    explicit_bzero(line, sizeof line);
    return size;
}

struct secmail_dkim_key *read_key_file(struct secmail_context *context, const char *path,
                                       char error[512])
{
    uint8_t der[MOST];
    struct secmail_dkim_key *key = NULL;
    FILE *file = fopen(path, "r");
    if (!file) {
        snprintf(error, 512, "%.200s: %s", path, strerror(errno));
        return NULL;
    }
    setvbuf(file, NULL, _IONBF, 0); /* no copy of the key stays behind in a buffer */
    const size_t size = read_pem(file, der);
    fclose(file);
    if (!size)
        snprintf(error, 512, "%.200s: holds no private key in PEM (PKCS#8, not encrypted)", path);
    else if (secmail_dkim_key_read(context, &key, der, size))
        snprintf(error, 512, "%.200s: %.250s", path, secmail_context_error_detail(context));
    explicit_bzero(der, sizeof der);
    return key;
}
