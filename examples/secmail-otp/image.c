/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QR codes: libqrencode makes the squares, this file draws them. The border is four squares wide.
 */
#include "tool.h"

#include <qrencode.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { BORDER = 4, SCALE = 8, LARGEST = 177 + 2 * BORDER };

/* Is the square dark? The border isn't. */
static bool is_dark(const QRcode *qr, int x, int y)
{
    x -= BORDER;
    y -= BORDER;
    return x >= 0 && y >= 0 && x < qr->width && y < qr->width && qr->data[y * qr->width + x] & 1;
}

static int side_of(const QRcode *qr)
{
    return qr->width + 2 * BORDER;
}

/* Two rows in one line of half blocks. On a dark terminal, what is printed is the light squares. */
static int draw_terminal(const struct tool *t, const QRcode *qr, FILE *out)
{
    static const char *const blocks[] = {" ", "\u2584", "\u2580", "\u2588"};
    for (int y = 0; y < side_of(qr); y += 2) {
        for (int x = 0; x < side_of(qr); x++) {
            const bool above = is_dark(qr, x, y) == t->o.invert;
            const bool below = is_dark(qr, x, y + 1) == t->o.invert; /* also behind the last row */
            fputs(blocks[above * 2 + below], out);
        }
        fputc('\n', out);
    }
    return EXIT_DONE;
}

static int draw_svg(const struct tool *t, const QRcode *qr, FILE *out)
{
    (void)t;
    const int side = side_of(qr);
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
            "viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">\n"
            "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n<path fill=\"#000\" d=\"",
            side * SCALE, side * SCALE, side, side, side, side);
    for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
            int run = 0;
            while (is_dark(qr, x + run, y))
                run++;
            if (run)
                fprintf(out, "M%d %dh%dv1h-%dz", x, y, run, run);
            x += run;
        }
    }
    fputs("\"/>\n</svg>\n", out);
    return EXIT_DONE;
}

/* ---- PNG (ISO/IEC 15948): one bit a pixel, one zlib stream ---- */

static void put_u32(FILE *out, uint32_t v)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        fputc((int)(v >> shift & 0xff), out);
}

static void put_chunk(FILE *out, const char *type, const uint8_t *data, size_t size)
{
    uLong crc = crc32(0, (const Bytef *)type, 4);
    if (size)
        crc = crc32(crc, data, (uInt)size);
    put_u32(out, (uint32_t)size);
    fwrite(type, 1, 4, out);
    if (size)
        fwrite(data, 1, size, out);
    put_u32(out, (uint32_t)crc);
}

/* Rows of pixels, each with its filter type (0) before it. */
static size_t fill_rows(const QRcode *qr, uint8_t *rows)
{
    const int pixels = side_of(qr) * SCALE;
    const size_t stride = 1 + (size_t)(pixels + 7) / 8;
    memset(rows, 0, stride * (size_t)pixels);
    for (int y = 0; y < pixels; y++) {
        uint8_t *row = rows + stride * (size_t)y + 1;
        for (int x = 0; x < pixels; x++) {
            if (!is_dark(qr, x / SCALE, y / SCALE))
                row[x / 8] |= (uint8_t)(0x80 >> x % 8);
        }
    }
    return stride * (size_t)pixels;
}

static int draw_png(const struct tool *t, const QRcode *qr, FILE *out)
{
    (void)t;
    static const uint8_t magic[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    enum { MOST = LARGEST * SCALE * (1 + LARGEST * SCALE / 8) };
    const uint32_t pixels = (uint32_t)(side_of(qr) * SCALE);
    uint8_t head[13] = {0, 0, (uint8_t)(pixels >> 8), (uint8_t)pixels,
                        0, 0, (uint8_t)(pixels >> 8), (uint8_t)pixels,
                        1 /* bit, grey */};
    uint8_t *rows = malloc(MOST), *packed = malloc(MOST);
    uLongf packed_size = MOST;
    int code = EXIT_FAILED;
    if (rows && packed && compress(packed, &packed_size, rows, fill_rows(qr, rows)) == Z_OK) {
        fwrite(magic, 1, sizeof magic, out);
        put_chunk(out, "IHDR", head, sizeof head);
        put_chunk(out, "IDAT", packed, packed_size);
        put_chunk(out, "IEND", NULL, 0);
        code = EXIT_DONE;
    } else {
        failure("no memory for the image");
    }
    free(rows);
    free(packed);
    return code;
}

/* ---- Choice ---- */

static const struct {
    const char *name;
    int (*draw)(const struct tool *t, const QRcode *qr, FILE *out);
} formats[] = {{"terminal", draw_terminal}, {"svg", draw_svg}, {"png", draw_png}};

static int draw(const struct tool *t, const QRcode *qr,
                int (*function)(const struct tool *t, const QRcode *qr, FILE *out))
{
    char *data = NULL;
    size_t size;
    FILE *out = open_memstream(&data, &size);
    int code = out ? function(t, qr, out) : failure("no memory for the image");
    if (out && fclose(out) && !code)
        code = failure("no memory for the image");
    if (!code)
        code = write_output(t->o.output, data, size);
    if (data)
        explicit_bzero(data, size);
    free(data);
    return code;
}

int write_qr(const struct tool *t, const char *text)
{
    const char *name = t->o.format ? t->o.format : "terminal";
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(formats[i].name, name) != 0)
            continue;
        QRcode *qr = QRcode_encodeData((int)strlen(text), (const unsigned char *)text, 0,
                                       QR_ECLEVEL_M);
        if (!qr)
            return failure("the text is too long for a QR code");
        const int code = draw(t, qr, formats[i].draw);
        explicit_bzero(qr->data, (size_t)(qr->width * qr->width));
        QRcode_free(qr);
        return code;
    }
    return usage_error("--format is terminal, svg or png, not %s", name);
}
