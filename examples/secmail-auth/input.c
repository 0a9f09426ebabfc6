/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files and mails. */
#include "tool.h"

#include <errno.h>

struct bytes read_rest(FILE *file, const char *name)
{
    struct bytes b = {0};
    size_t room = 0, got;
    do {
        if (b.size == room)
            b.data = reallocate(b.data, room = room ? room * 2 : 65536);
        got = fread(b.data + b.size, 1, room - b.size, file);
        b.size += got;
    } while (got);
    if (ferror(file))
        die(USAGE, "secmail-auth: can't read %s: %s", name, strerror(errno));
    return b;
}

struct bytes read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        die(USAGE, "secmail-auth: can't open %s: %s", path, strerror(errno));
    const struct bytes b = read_rest(file, path);
    fclose(file);
    return b;
}

size_t read_piece(uint8_t *data, size_t size)
{
    size_t done = 0, got;
    while (done < size && (got = fread(data + done, 1, size - done, stdin)))
        done += got;
    if (ferror(stdin))
        die(USAGE, "secmail-auth: can't read the mail: %s", strerror(errno));
    return done;
}

bool has_lf_ends(const uint8_t *data, size_t size)
{
    bool any = false;
    for (const uint8_t *lf = data; (lf = memchr(lf, '\n', (size_t)(data + size - lf))); lf++) {
        if (lf > data && lf[-1] == '\r')
            return false;
        any = true;
    }
    return any;
}

struct bytes read_mail(void)
{
    const struct bytes mail = read_rest(stdin, "the mail");
    if (!has_lf_ends(mail.data, mail.size))
        return mail;
    struct bytes crlf = {.data = allocate(2 * mail.size)};
    for (size_t i = 0; i < mail.size; i++) {
        if (mail.data[i] == '\n')
            crlf.data[crlf.size++] = '\r';
        crlf.data[crlf.size++] = mail.data[i];
    }
    free(mail.data);
    return crlf;
}
