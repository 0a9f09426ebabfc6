/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cleartext-signed messages, line by line. */
#include "cleartext.h"

#include "crypto/hash.h"

#define SIGNATURE_LINE "-----BEGIN PGP SIGNATURE-----"

enum state { FIRST_LINE, HEADERS, TEXT, SIGNATURES, TRAILER };

/* ---------------------------------------------------------------- lines */

/* Takes what `lower` has of the current line. *whole: up to its line feed or the end of the input;
 * a line of no bytes is the end. */
static int take_line(struct smi_cleartext_source *s, bool *whole)
{
    const uint8_t *p;
    size_t n;
    int rc = smi_peek(s->lower, 1, &p, &n);
    if (rc)
        return rc;
    const uint8_t *feed = n ? memchr(p, '\n', n) : NULL;
    const size_t size = feed ? (size_t)(feed - p) + 1 : n;
    smi_put(&s->line, p, size);
    if (s->line.error == SECMAIL_E_LIMIT_HELD_PLAINTEXT)
        return smi_over_limit(s->made.context, SECMAIL_LIMIT_HELD_PLAINTEXT);
    if (s->line.error)
        return smi_nomem(s->made.context);
    smi_skip(s->lower, size);
    *whole = feed || !n;
    return 0;
}

/* Takes the line end off; returns what it was: "" at the end of the input. */
static const char *cut_line_end(struct smi_buf *line)
{
    if (!line->size || line->data[line->size - 1] != '\n')
        return "";
    line->size--;
    if (!line->size || line->data[line->size - 1] != '\r')
        return "\n";
    line->size--;
    return "\r\n";
}

/* "Any trailing whitespace -- spaces (0x20) and tabs (0x09) -- at the end of any line is removed
 * before signing or verifying": no other character is. */
static void trim(struct smi_buf *line)
{
    while (line->size && (line->data[line->size - 1] == ' ' || line->data[line->size - 1] == '\t'))
        line->size--;
}

static bool line_is(const struct smi_buf *line, const char *text)
{
    const size_t size = strlen(text);
    return line->size == size && (!size || !memcmp(line->data, text, size));
}

static bool begins(const struct smi_buf *line, const char *text)
{
    const size_t size = strlen(text);
    return line->size >= size && !memcmp(line->data, text, size);
}

/* ---------------------------------------------------------------- reading */

void smi_cleartext_source_close(struct smi_cleartext_source *s)
{
    smi_made_source_close(&s->made);
    smi_buf_free(&s->line);
    smi_buf_free(&s->signatures);
}

#define FAIL(s, format, ...)                                                                       \
    smi_fail((s)->made.context, SECMAIL_E_CLEARTEXT,                                               \
             "cleartext-signed message, line %llu: " format, (unsigned long long)(s)->line_number, \
             ##__VA_ARGS__)

static bool is_hash_name(const char *name, size_t size)
{
    static const char *const names[] = {"MD5",    "SHA1",   "RIPEMD160", "SHA256",  "SHA384",
                                        "SHA512", "SHA224", "SHA3-256",  "SHA3-512"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i]) == size && !memcmp(names[i], name, size))
            return true;
    }
    return false;
}

/* "A Hash header that contains anything other than a comma-separated list of hash algorithms" could
 * show its reader a text that nobody signed (section 6.2.2.3). What it says is not used. */
static bool is_hash_header(const struct smi_buf *line)
{
    static const char key[] = "Hash: ";
    if (!begins(line, key))
        return false;
    const char *p = (const char *)line->data + strlen(key);
    size_t left = line->size - strlen(key);
    for (;;) {
        const char *comma = memchr(p, ',', left);
        const size_t size = comma ? (size_t)(comma - p) : left;
        if (!is_hash_name(p, size))
            return false;
        if (!comma)
            return true;
        p += size + 1;
        left -= size + 1;
        const size_t blank = left && *p == ' ';
        p += blank;
        left -= blank;
    }
}

static int header_line(struct smi_cleartext_source *s)
{
    trim(&s->line);
    if (!s->line.size) {
        s->state = TEXT;
        return 0;
    }
    if (begins(&s->line, "NotDashEscaped:"))
        return FAIL(s, "the header NotDashEscaped is not supported: no standard knows it, and it "
                       "has been used for forgeries");
    if (!is_hash_header(&s->line))
        return FAIL(s, "only a Hash header with names of hash algorithms may stand before the "
                       "empty line (RFC 9580 section 7.1)");
    return 0;
}

static int first_line(struct smi_cleartext_source *s)
{
    trim(&s->line);
    if (!line_is(&s->line, SMI_CLEARTEXT_BEGIN))
        return FAIL(s, "text stands behind %s on its line", SMI_CLEARTEXT_BEGIN);
    s->state = HEADERS;
    return 0;
}

static void begin_signatures(struct smi_cleartext_source *s)
{
    s->state = SIGNATURES;
    smi_dearmor_init_inside(&s->dearmor, s->made.context, SMI_ARMOR_SIGNATURE, s->line_number + 1);
}

static bool is_signature_line(const struct smi_buf *line)
{
    struct smi_buf trimmed = *line;
    trim(&trimmed);
    return line_is(&trimmed, SIGNATURE_LINE);
}

static int text_line(struct smi_cleartext_source *s, const char *line_end)
{
    if (is_signature_line(&s->line)) {
        begin_signatures(s);
        return 0;
    }
    const bool escaped = begins(&s->line, "- ");
    if (begins(&s->line, "-") && !escaped)
        return FAIL(s, "a dash is not escaped as \"- -\" (RFC 9580 section 7.2)");
    trim(&s->line);
    const size_t from = !escaped ? 0 : s->line.size < 2 ? s->line.size : 2;
    smi_put_text(&s->made.buf, s->line_end);
    if (s->line.size > from)
        smi_put(&s->made.buf, s->line.data + from, s->line.size - from);
    s->line_end = line_end;
    return s->made.buf.error ? smi_nomem(s->made.context) : 0;
}

/* Mailers add empty lines; anything else could pass for signed text. */
static int trailer_line(struct smi_cleartext_source *s)
{
    trim(&s->line);
    if (s->line.size)
        return FAIL(s, "text follows the signatures; nobody signed it");
    return 0;
}

static int end_of_input(struct smi_cleartext_source *s)
{
    if (s->state != TRAILER)
        return smi_fail(s->made.context, SECMAIL_E_TRUNCATED,
                        "the cleartext-signed message ends before its signatures");
    s->made.ended = true;
    return 0;
}

static int check_header_size(struct smi_cleartext_source *s)
{
    if (s->state != HEADERS && s->state != TRAILER)
        return 0;
    if (s->header_size + s->line.size <=
        smi_limit(s->made.context, SECMAIL_LIMIT_ARMOR_HEADER_SIZE))
        return 0;
    return smi_over_limit(s->made.context, SECMAIL_LIMIT_ARMOR_HEADER_SIZE);
}

static int read_line(struct smi_cleartext_source *s)
{
    s->header_size += s->state == HEADERS ? s->line.size : 0;
    const char *line_end = cut_line_end(&s->line);
    int rc;
    if (s->state == FIRST_LINE)
        rc = first_line(s);
    else if (s->state == HEADERS)
        rc = header_line(s);
    else if (s->state == TEXT)
        rc = text_line(s, line_end);
    else
        rc = trailer_line(s);
    s->line.size = 0;
    s->line_number++;
    return rc;
}

static int read_signatures(struct smi_cleartext_source *s)
{
    uint8_t room[4096];
    const uint8_t *text;
    size_t size;
    int rc = smi_peek(s->lower, 1, &text, &size);
    if (rc)
        return rc;
    struct secmail_input in = {text, size, 0};
    struct secmail_output out = {room, sizeof room, 0};
    rc = smi_dearmor_update(&s->dearmor, &in, &out, size == 0);
    smi_skip(s->lower, in.pos);
    smi_put(&s->signatures, room, out.pos);
    if (s->signatures.error) {
        smi_recover(s->made.context); /* what is wrong behind these bytes comes later */
        return s->signatures.error == SECMAIL_E_LIMIT_PACKET_SIZE
                   ? smi_over_limit(s->made.context, SECMAIL_LIMIT_PACKET_SIZE)
                   : smi_nomem(s->made.context);
    }
    if (rc == SECMAIL_DONE) {
        s->line_number = s->dearmor.line_number;
        s->state = TRAILER;
    }
    return rc < 0 ? rc : 0;
}

static int cleartext_make(struct smi_made_source *made)
{
    struct smi_cleartext_source *s = (struct smi_cleartext_source *)made;
    bool whole = false;
    if (s->state == SIGNATURES)
        return read_signatures(s);
    int rc = take_line(s, &whole);
    if (!rc)
        rc = check_header_size(s);
    if (rc || !whole)
        return rc;
    return s->line.size ? read_line(s) : end_of_input(s);
}

void smi_cleartext_source_open(struct smi_cleartext_source *s, struct secmail_context *context,
                               struct smi_source *lower, uint64_t hold_limit)
{
    const uint64_t packets = smi_limit(context, SECMAIL_LIMIT_PACKET_SIZE);
    smi_made_source_open(&s->made, context, cleartext_make);
    s->lower = lower;
    s->state = FIRST_LINE;
    s->line = smi_buf(&context->mem, hold_limit < SIZE_MAX / 2 ? (size_t)hold_limit : SIZE_MAX / 2,
                      SECMAIL_E_LIMIT_HELD_PLAINTEXT);
    s->line_number = 1;
    s->header_size = 0;
    s->line_end = "";
    s->signatures = smi_buf(&context->mem, packets < SIZE_MAX / 2 ? (size_t)packets : SIZE_MAX / 2,
                            SECMAIL_E_LIMIT_PACKET_SIZE);
}

/* ---------------------------------------------------------------- writing */

void smi_cleartext_begin(struct smi_cleartext_writer *w, struct secmail_context *context,
                         struct smi_buf *to, const uint8_t *hashes, size_t count)
{
    w->to = to;
    w->line = smi_buf_open(&context->mem);
    w->utf8 = (struct smi_utf8){0};
    w->line_end = "";
    smi_put_text(to, SMI_CLEARTEXT_BEGIN "\n");
    for (size_t i = 0; i < count; i++) {
        smi_put_text(to, "Hash: ");
        smi_put_text(to, smi_hash_name(hashes[i]));
        smi_put_text(to, "\n");
    }
    smi_put_text(to, "\n");
}

void smi_cleartext_close(struct smi_cleartext_writer *w)
{
    if (w->line.mem)
        smi_buf_free(&w->line);
}

/* A CR that white space hid would become part of the line end once the white space is gone. */
static void trim_for_writing(struct smi_buf *line)
{
    size_t before;
    do {
        before = line->size;
        trim(line);
        while (line->size && line->data[line->size - 1] == '\r')
            line->size--;
    } while (line->size < before);
}

static void put_signed(struct smi_cleartext_writer *w, const void *data, size_t size)
{
    smi_put(w->to, data, size);
    w->hash(w->user, data, size);
}

/* "An implementation [...] SHOULD dash-escape lines commencing in "From" followed by a space, and
 * MUST dash-escape any line commencing in a dash." */
static void write_line(struct smi_cleartext_writer *w)
{
    const char *line_end = cut_line_end(&w->line);
    trim_for_writing(&w->line);
    put_signed(w, w->line_end, strlen(w->line_end));
    if (begins(&w->line, "-") || begins(&w->line, "From "))
        smi_put_text(w->to, "- ");
    if (w->line.size)
        put_signed(w, w->line.data, w->line.size);
    w->line_end = line_end;
    w->line.size = 0;
}

int smi_cleartext_put(struct secmail_context *context, struct smi_cleartext_writer *w,
                      const uint8_t *text, size_t size)
{
    if (!smi_utf8_update(&w->utf8, text, size))
        return smi_fail(context, SECMAIL_E_EXPECTED_TEXT, "the text is not UTF-8");
    while (size) {
        const uint8_t *feed = memchr(text, '\n', size);
        const size_t n = feed ? (size_t)(feed - text) + 1 : size;
        smi_put(&w->line, text, n);
        if (w->line.error)
            return smi_nomem(context);
        if (feed)
            write_line(w);
        text += n;
        size -= n;
    }
    return w->to->error ? smi_nomem(context) : 0;
}

int smi_cleartext_end(struct secmail_context *context, struct smi_cleartext_writer *w)
{
    if (!smi_utf8_complete(&w->utf8))
        return smi_fail(context, SECMAIL_E_EXPECTED_TEXT, "the text ends inside a UTF-8 character");
    write_line(w);
    /* The line end in front of the signatures is not a part of the text. */
    smi_put_text(w->to, "\n");
    return w->to->error ? smi_nomem(context) : 0;
}
