/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ASCII armor (RFC 9580 section 6): an encoder and a decoder that move between two windows of any
 * size. Full lines go straight from window to window; the small buffers serve only the edges.
 * It knows nothing of packets.
 */
#include "armor.h"

#include "base64.h"
#include "table.h"

/* ------------------------------------------------------------------------------------------ */
/* Names                                                                                        */

static const char *const names[] = {
    [SMI_ARMOR_MESSAGE] = "PGP MESSAGE",
    [SMI_ARMOR_PUBLIC_KEY] = "PGP PUBLIC KEY BLOCK",
    [SMI_ARMOR_PRIVATE_KEY] = "PGP PRIVATE KEY BLOCK",
    [SMI_ARMOR_SIGNATURE] = "PGP SIGNATURE",
    [SMI_ARMOR_FILE] = "PGP ARMORED FILE",
};

enum { KINDS = sizeof names / sizeof names[0] };

const char *smi_armor_name(enum smi_armor_kind kind)
{
    return (unsigned)kind < KINDS ? names[kind] : NULL;
}

/* ------------------------------------------------------------------------------------------ */
/* CRC-24 (RFC 9580 section 6.1), eight bytes at a time                                         */

enum { CRC_START = 0xb704ce };

/* CRC_k(v) is what a byte v adds when k more bytes follow it. Its bit n adds x^(24 + 8k + n) modulo
 * the generator, x^24 + 0x864cfb: those are the constants. */
#define CRC_TERM(v, bit, power) (((v) >> (bit)) % 2 ? UINT32_C(power) : 0)
#define CRC_SUM(v, a, b, c, d, e, f, g, h)                                                         \
    (CRC_TERM(v, 0, a) ^ CRC_TERM(v, 1, b) ^ CRC_TERM(v, 2, c) ^ CRC_TERM(v, 3, d) ^               \
     CRC_TERM(v, 4, e) ^ CRC_TERM(v, 5, f) ^ CRC_TERM(v, 6, g) ^ CRC_TERM(v, 7, h))
#define CRC_0(v)                                                                                   \
    CRC_SUM(v, 0x864cfb, 0x8ad50d, 0x93e6e1, 0xa18139, 0xc54e89, 0x0cd1e9, 0x19a3d2, 0x3347a4)
#define CRC_1(v)                                                                                   \
    CRC_SUM(v, 0x668f48, 0xcd1e90, 0x1c71db, 0x38e3b6, 0x71c76c, 0xe38ed8, 0x41514b, 0x82a296)
#define CRC_2(v)                                                                                   \
    CRC_SUM(v, 0x8309d7, 0x805f55, 0x86f251, 0x8ba859, 0x911c49, 0xa47469, 0xcea429, 0x1b04a9)
#define CRC_3(v)                                                                                   \
    CRC_SUM(v, 0x360952, 0x6c12a4, 0xd82548, 0x36066b, 0x6c0cd6, 0xd819ac, 0x367fa3, 0x6cff46)
#define CRC_4(v)                                                                                   \
    CRC_SUM(v, 0xd9fe8c, 0x35b1e3, 0x6b63c6, 0xd6c78c, 0x2bc3e3, 0x5787c6, 0xaf0f8c, 0xd853e3)
#define CRC_5(v)                                                                                   \
    CRC_SUM(v, 0x36eb3d, 0x6dd67a, 0xdbacf4, 0x311513, 0x622a26, 0xc4544c, 0x0ee463, 0x1dc8c6)
#define CRC_6(v)                                                                                   \
    CRC_SUM(v, 0x3b918c, 0x772318, 0xee4630, 0x5ac09b, 0xb58136, 0xed4e97, 0x5cd1d5, 0xb9a3aa)
#define CRC_7(v)                                                                                   \
    CRC_SUM(v, 0xf50baf, 0x6c5ba5, 0xd8b74a, 0x37226f, 0x6e44de, 0xdc89bc, 0x3f5f83, 0x7ebf06)

static const uint32_t crc_table[8][256] = {
    {SMI_TABLE_256(CRC_0)}, {SMI_TABLE_256(CRC_1)}, {SMI_TABLE_256(CRC_2)}, {SMI_TABLE_256(CRC_3)},
    {SMI_TABLE_256(CRC_4)}, {SMI_TABLE_256(CRC_5)}, {SMI_TABLE_256(CRC_6)}, {SMI_TABLE_256(CRC_7)},
};

static uint32_t crc_update(uint32_t crc, const uint8_t *p, size_t size)
{
    for (; size >= 8; size -= 8, p += 8) {
        crc = crc_table[7][p[0] ^ crc >> 16] ^ crc_table[6][p[1] ^ (crc >> 8 & 0xff)] ^
              crc_table[5][p[2] ^ (crc & 0xff)] ^ crc_table[4][p[3]] ^ crc_table[3][p[4]] ^
              crc_table[2][p[5]] ^ crc_table[1][p[6]] ^ crc_table[0][p[7]];
    }
    for (; size; size--, p++)
        crc = crc_table[0][*p ^ crc >> 16] ^ (crc << 8 & 0xffff00);
    return crc;
}

/* ------------------------------------------------------------------------------------------ */
/* The encoder                                                                                  */

/* "The encoding ... is wrapped into lines of no more than 76 characters each": 64, as everybody. */
enum {
    LINE_BYTES = 48,
    LINE_TEXT = 65,
    BEGIN_TEXT = sizeof "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n" - 1,
    END_TEXT = sizeof "=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n" - 1,
};

enum armor_state { BEGIN, DATA, END, WRITTEN };

void smi_armor_init(struct smi_armor *a, enum smi_armor_kind kind, bool checksum)
{
    *a = (struct smi_armor){.kind = kind, .checksum = checksum, .state = BEGIN, .crc = CRC_START};
}

size_t smi_armor_bound(size_t size)
{
    const size_t lines = size / LINE_BYTES + 1;
    if (lines > (SIZE_MAX - BEGIN_TEXT - END_TEXT) / LINE_TEXT)
        return SIZE_MAX;
    return BEGIN_TEXT + lines * LINE_TEXT + END_TEXT;
}

static void add_text(struct smi_armor *a, const char *text)
{
    const size_t size = strlen(text);
    memcpy(a->line + a->line_size, text, size);
    a->line_size += size;
}

static void add_boundary(struct smi_armor *a, const char *before, const char *after)
{
    add_text(a, before);
    add_text(a, smi_armor_name(a->kind));
    add_text(a, after);
}

/* Writes one line of `size` <= LINE_BYTES bytes; returns its characters. */
static size_t write_line(char *to, const uint8_t *from, size_t size)
{
    const size_t text = smi_base64_size(size);
    smi_base64_encode(to, from, size);
    to[text] = '\n';
    return text + 1;
}

static void add_checksum(struct smi_armor *a)
{
    const uint8_t crc[3] = {(uint8_t)(a->crc >> 16), (uint8_t)(a->crc >> 8), (uint8_t)a->crc};
    a->line[a->line_size++] = '=';
    a->line_size += write_line(a->line + a->line_size, crc, sizeof crc);
}

/* Encodes the full lines that both windows have room for. */
static void encode_lines(struct smi_armor *a, struct secmail_input *in, struct secmail_output *out)
{
    size_t lines = smi_input_left(in) / LINE_BYTES;
    if (lines > smi_output_left(out) / LINE_TEXT)
        lines = smi_output_left(out) / LINE_TEXT;
    for (; lines; lines--) {
        const uint8_t *from = in->data + in->pos;
        if (a->checksum)
            a->crc = crc_update(a->crc, from, LINE_BYTES);
        out->pos += write_line((char *)out->data + out->pos, from, LINE_BYTES);
        in->pos += LINE_BYTES;
    }
}

static void take_pending(struct smi_armor *a, struct secmail_input *in)
{
    size_t size = LINE_BYTES - a->pending_size;
    if (size > smi_input_left(in))
        size = smi_input_left(in);
    if (!size)
        return;
    memcpy(a->pending + a->pending_size, in->data + in->pos, size);
    a->pending_size += size;
    in->pos += size;
}

static void encode_pending(struct smi_armor *a)
{
    if (!a->pending_size)
        return;
    if (a->checksum)
        a->crc = crc_update(a->crc, a->pending, a->pending_size);
    a->line_size = write_line(a->line, a->pending, a->pending_size);
    a->pending_size = 0;
}

static int encode_data(struct smi_armor *a, struct secmail_input *in, struct secmail_output *out,
                       bool end)
{
    if (!a->pending_size)
        encode_lines(a, in, out);
    take_pending(a, in);
    if (a->pending_size < LINE_BYTES) {
        if (!end)
            return SECMAIL_NEEDS_INPUT;
        a->state = END;
    }
    encode_pending(a);
    return SECMAIL_NEEDS_ROOM;
}

/* Puts the next text into `line`. SECMAIL_NEEDS_ROOM when there is some, or just another state. */
static int encode_next(struct smi_armor *a, struct secmail_input *in, struct secmail_output *out,
                       bool end)
{
    switch (a->state) {
    case BEGIN:
        /* No headers, so the blank line follows. */
        add_boundary(a, "-----BEGIN ", "-----\n\n");
        a->state = DATA;
        return SECMAIL_NEEDS_ROOM;
    case DATA:
        return encode_data(a, in, out, end);
    case END:
        if (a->checksum)
            add_checksum(a);
        add_boundary(a, "-----END ", "-----\n");
        a->state = WRITTEN;
        return SECMAIL_NEEDS_ROOM;
    default:
        return SECMAIL_DONE;
    }
}

int smi_armor_update(struct smi_armor *a, struct secmail_input *in, struct secmail_output *out,
                     bool end)
{
    for (;;) {
        a->line_pos += smi_emit(out, (const uint8_t *)a->line + a->line_pos,
                                a->line_size - a->line_pos);
        if (a->line_pos < a->line_size)
            return SECMAIL_NEEDS_ROOM;
        a->line_pos = a->line_size = 0;
        const int status = encode_next(a, in, out, end);
        if (status != SECMAIL_NEEDS_ROOM)
            return status;
    }
}

/* ------------------------------------------------------------------------------------------ */
/* The decoder: lines of text                                                                   */

enum dearmor_state {
    TEXT,     /* before the BEGIN line */
    HEADERS,  /* behind it, up to the blank line */
    BASE64,   /* data */
    PADDED,   /* the data ended with padding */
    CHECKSUM, /* in the checksum line */
    CHECKED,  /* behind it */
    TAIL,     /* in the END line */
    READ,
    FAILED,
};

/* What the current line of base64 has had so far. */
enum column { NOTHING, BLANKS, CHARACTERS };

void smi_dearmor_init(struct smi_dearmor *d, struct secmail_context *context)
{
    *d = (struct smi_dearmor){.context = context, .state = TEXT, .line_number = 1};
}

void smi_dearmor_init_inside(struct smi_dearmor *d, struct secmail_context *context,
                             enum smi_armor_kind kind, uint64_t line_number)
{
    *d = (struct smi_dearmor){
        .context = context, .state = HEADERS, .kind = kind, .line_number = line_number};
}

/* Records the error with the line that it is in. */
#define FAIL(d, format, ...)                                                                       \
    smi_fail((d)->context, SECMAIL_E_ARMOR, "armor, line %llu: " format,                           \
             (unsigned long long)(d)->line_number, ##__VA_ARGS__)

/* White space other than the line feed, which ends lines; so a CR before it is just a blank. */
static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool all_blank(const char *text, size_t size)
{
    size_t i = 0;
    while (i < size && is_blank(text[i]))
        i++;
    return i == size;
}

/* Keeps the beginning of the line, and whether more than blanks were left out. */
static void keep_text(struct smi_dearmor *d, const char *text, size_t size)
{
    size_t kept = sizeof d->line - d->line_size;
    if (kept > size)
        kept = size;
    memcpy(d->line + d->line_size, text, kept);
    d->line_size += kept;
    d->line_bytes += size;
    if (!d->line_cut)
        d->line_cut = !all_blank(text + kept, size - kept);
}

/* A line that was cut stays as long as the buffer, and thereby unlike any BEGIN or END line. */
static void trim_line(struct smi_dearmor *d)
{
    while (d->line_size && !d->line_cut && is_blank(d->line[d->line_size - 1]))
        d->line_size--;
}

/* Takes a line up to its line feed; false if the window ends before. */
static bool take_line(struct smi_dearmor *d, struct secmail_input *in)
{
    const char *text = (const char *)in->data + in->pos;
    const size_t left = smi_input_left(in);
    const char *feed = memchr(text, '\n', left);
    const size_t size = feed ? (size_t)(feed - text) : left;
    keep_text(d, text, size);
    in->pos += size;
    if (!feed)
        return false;
    in->pos++;
    d->line_bytes++;
    return true;
}

static void next_line(struct smi_dearmor *d)
{
    d->line_size = d->line_bytes = 0;
    d->line_cut = false;
    d->line_number++;
    d->column = NOTHING;
}

static bool line_begins(const struct smi_dearmor *d, const char *text)
{
    const size_t size = strlen(text);
    return d->line_size >= size && !memcmp(d->line, text, size);
}

/* Is the line `before`, `name`, five dashes and nothing else? */
static bool line_is(const struct smi_dearmor *d, const char *before, const char *name)
{
    const size_t a = strlen(before), b = strlen(name);
    return d->line_size == a + b + 5 && !memcmp(d->line, before, a) &&
           !memcmp(d->line + a, name, b) && !memcmp(d->line + a + b, "-----", 5);
}

static enum smi_armor_kind line_kind(const struct smi_dearmor *d, const char *before)
{
    for (unsigned kind = SMI_ARMOR_NONE + 1; kind < KINDS; kind++) {
        if (line_is(d, before, names[kind]))
            return (enum smi_armor_kind)kind;
    }
    return SMI_ARMOR_NONE;
}

/* How much of the line a message shows. */
static int shown(const struct smi_dearmor *d)
{
    return d->line_size < 60 ? (int)d->line_size : 60;
}

static int read_text(struct smi_dearmor *d)
{
    /* "The header lines MUST start at the beginning of a line and MUST NOT have text other than
     * whitespace following them on the same line." */
    if (!line_begins(d, "-----BEGIN PGP "))
        return 0;
    if (line_is(d, "-----BEGIN ", "PGP SIGNED MESSAGE"))
        return FAIL(d, "a cleartext-signed message begins here; it is not armor, and must be read "
                       "from its first line");
    d->kind = line_kind(d, "-----BEGIN ");
    if (!d->kind)
        return FAIL(d, "\"%.*s\" begins no kind of armor that is known", shown(d), d->line);
    d->state = HEADERS;
    return 0;
}

/* "A colon and a single space separate the key and value"; the space is lost when the value is
 * empty and a mailer strips blanks from line ends. */
static bool is_header(const struct smi_dearmor *d)
{
    for (size_t i = 1; i < d->line_size; i++) {
        if (d->line[i] != ':')
            continue;
        if (i + 1 == d->line_size ? !d->line_cut : d->line[i + 1] == ' ')
            return true;
    }
    return false;
}

static int check_header_size(struct smi_dearmor *d)
{
    const uint64_t limit = smi_limit(d->context, SECMAIL_LIMIT_ARMOR_HEADER_SIZE);
    if ((!d->line_cut && all_blank(d->line, d->line_size)) ||
        (uint64_t)d->header_size + d->line_bytes <= limit)
        return 0;
    return smi_over_limit(d->context, SECMAIL_LIMIT_ARMOR_HEADER_SIZE);
}

static int read_header(struct smi_dearmor *d)
{
    if (!d->line_size) {
        d->state = BASE64;
        return 0;
    }
    /* "Unknown keys should be silently ignored", and the known ones say nothing that we use. */
    d->header_size += d->line_bytes;
    if (!is_header(d))
        return FAIL(d, "\"%.*s\" is no armor header, and no blank line precedes it", shown(d),
                    d->line);
    return 0;
}

/* Some programs have written END lines with more than five dashes, and others read them. */
static void trim_dashes(struct smi_dearmor *d)
{
    while (!d->line_cut && d->line_size > 5 && !memcmp(d->line + d->line_size - 6, "------", 6))
        d->line_size--;
}

static int read_tail(struct smi_dearmor *d)
{
    trim_dashes(d);
    const enum smi_armor_kind kind = line_kind(d, "-----END ");
    if (!kind)
        return FAIL(d, "\"%.*s\" is neither base64 nor an END line", shown(d), d->line);
    if (kind != d->kind)
        return FAIL(d, "a %s ends as a %s", names[d->kind], names[kind]);
    d->state = READ;
    return 0;
}

/* Judges a whole line. */
static int read_line(struct smi_dearmor *d)
{
    trim_line(d);
    int rc;
    if (d->state == TEXT)
        rc = read_text(d);
    else if (d->state == HEADERS)
        rc = read_header(d);
    else
        rc = read_tail(d);
    next_line(d);
    return rc;
}

static int decode_line(struct smi_dearmor *d, struct secmail_input *in)
{
    const bool whole = take_line(d, in);
    const int rc = d->state == HEADERS ? check_header_size(d) : 0;
    return rc || !whole ? rc : read_line(d);
}

/* ------------------------------------------------------------------------------------------ */
/* The decoder: base64                                                                          */

/* Decodes whole groups from window to window, up to the first character that isn't base64. */
static void decode_groups(struct smi_dearmor *d, struct secmail_input *in,
                          struct secmail_output *out)
{
    size_t groups = smi_input_left(in) / 4;
    if (groups > smi_output_left(out) / 3)
        groups = smi_output_left(out) / 3;
    if (!groups)
        return;
    const size_t good = smi_base64_decode(out->data + out->pos, (const char *)in->data + in->pos,
                                          groups * 4);
    in->pos += good;
    out->pos += good / 4 * 3;
    if (good)
        d->column = CHARACTERS;
}

static bool is_base64(char c)
{
    const char group[4] = {'A', 'A', 'A', c};
    uint8_t bytes[3];
    return smi_base64_decode(bytes, group, sizeof group) == sizeof group;
}

static int read_character(struct smi_dearmor *d, char c)
{
    if (!is_base64(c))
        return FAIL(d, "a character (0x%02x) that is not base64", (uint8_t)c);
    if (d->state != BASE64 || d->padding)
        return FAIL(d, "data behind the %s", d->state == CHECKED ? "checksum" : "padding");
    d->quad[d->quad_size++] = c;
    if (d->quad_size < sizeof d->quad)
        return 0;
    smi_base64_decode(d->tail, d->quad, sizeof d->quad);
    d->tail_size = sizeof d->tail;
    d->quad_size = 0;
    return 0;
}

static int read_padding(struct smi_dearmor *d)
{
    if (d->quad_size + ++d->padding < sizeof d->quad)
        return 0;
    d->tail_size = smi_base64_decode_tail(d->tail, d->quad, d->quad_size);
    if (!d->tail_size)
        return FAIL(d, "the last group has bits set behind its last byte");
    d->quad_size = d->padding = 0;
    d->state = PADDED;
    return 0;
}

/* An equal sign: padding inside a group, else the beginning of a checksum line. "If present, the
 * checksum with its leading equal sign MUST appear on the next line after the base64-encoded data."
 */
static int read_equals(struct smi_dearmor *d, enum column before)
{
    if (d->quad_size >= 2)
        return read_padding(d);
    if (d->quad_size || before == CHARACTERS || d->state == CHECKED)
        return FAIL(d, "an equal sign in the wrong place");
    d->state = CHECKSUM;
    return 0;
}

/* One character of the data that isn't a line end. */
static int read_data(struct smi_dearmor *d, char c)
{
    const enum column before = (enum column)d->column;
    /* "When decoding base64, an OpenPGP implementation MUST ignore all whitespace." */
    if (is_blank(c)) {
        d->column = before == NOTHING ? BLANKS : (int)before;
        return 0;
    }
    d->column = CHARACTERS;
    return c == '=' ? read_equals(d, before) : read_character(d, c);
}

/* A dash at the beginning of a line: the END line, which is left in the window. */
static int begin_tail(struct smi_dearmor *d)
{
    if (d->quad_size)
        return FAIL(d, "the data ends with a group of %zu characters, not 4",
                    d->quad_size + d->padding);
    d->state = TAIL;
    return 0;
}

static int decode_data(struct smi_dearmor *d, struct secmail_input *in, struct secmail_output *out)
{
    if (d->state == BASE64 && !d->quad_size)
        decode_groups(d, in, out);
    while (smi_input_left(in) && !d->tail_size) {
        const char c = (char)in->data[in->pos];
        if (c == '-' && d->column == NOTHING)
            return begin_tail(d);
        in->pos++;
        if (c == '\n') {
            next_line(d);
            return 0;
        }
        const int rc = read_data(d, c);
        if (rc || d->state == CHECKSUM)
            return rc;
    }
    return 0;
}

/* "An OpenPGP implementation MUST NOT reject an OpenPGP object when the CRC24 footer is present,
 * missing, malformed, or disagrees with the computed CRC24 sum": nothing of it is looked at. */
static int skip_checksum(struct smi_dearmor *d, struct secmail_input *in)
{
    if (take_line(d, in)) {
        next_line(d);
        d->state = CHECKED;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------ */
/* The decoder: the pump                                                                        */

static int decode_some(struct smi_dearmor *d, struct secmail_input *in, struct secmail_output *out)
{
    switch (d->state) {
    case BASE64:
    case PADDED:
    case CHECKED:
        return decode_data(d, in, out);
    case CHECKSUM:
        return skip_checksum(d, in);
    default:
        return decode_line(d, in);
    }
}

/* The input is at its end, perhaps in a line that no line feed ends. */
static int decode_end(struct smi_dearmor *d)
{
    if (d->line_size && (d->state == TEXT || d->state == HEADERS || d->state == TAIL)) {
        const int rc = read_line(d);
        if (rc)
            return rc;
    }
    if (d->state == READ)
        return SECMAIL_DONE;
    if (d->state == TEXT)
        return smi_fail(d->context, SECMAIL_E_NO_DATA, "there is no armor in the input");
    return FAIL(d, "the input ends before the END line of the %s", names[d->kind]);
}

static int decode(struct smi_dearmor *d, struct secmail_input *in, struct secmail_output *out,
                  bool end)
{
    for (;;) {
        d->tail_pos += smi_emit(out, d->tail + d->tail_pos, d->tail_size - d->tail_pos);
        if (d->tail_pos < d->tail_size)
            return SECMAIL_NEEDS_ROOM;
        d->tail_pos = d->tail_size = 0;
        if (d->state == READ)
            return SECMAIL_DONE;
        if (!smi_input_left(in))
            return end ? decode_end(d) : SECMAIL_NEEDS_INPUT;
        const int rc = decode_some(d, in, out);
        if (rc)
            return rc;
    }
}

int smi_dearmor_update(struct smi_dearmor *d, struct secmail_input *in, struct secmail_output *out,
                       bool end)
{
    if (d->state == FAILED)
        return smi_fail(d->context, SECMAIL_E_STATE, "the armor was found to be malformed before");
    const int status = decode(d, in, out, end);
    if (status < 0)
        d->state = FAILED;
    return status;
}
