/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose Authentication-Results fields stand in a message? (RFC 8601 sections 5 and 7.1) */
#include "mailauth/authres.h"

enum { HEADER_MAX = 1 << 20, FIELDS_MAX = 5000 };

static const char name[] = "Authentication-Results";

/* Does the id stand anywhere in the text, whatever is around it? */
static bool mentions(struct smi_span text, struct smi_span id)
{
    for (size_t i = 0; i + id.size <= text.size; i++) {
        if (smi_span_same(smi_span(text.data + i, id.size), id))
            return true;
    }
    return false;
}

/* "In the case of EAI-formatted messages, this test is done after converting A-labels into
 * U-labels" (section 5): the other way round it is the same test. */
static bool same_id(struct smi_span a, struct smi_span b)
{
    struct smi_domain x, y;
    return smi_span_same(a, b) ||
           (smi_domain_read(&x, a) && smi_domain_read(&y, b) && smi_domain_same(&x, &y));
}

/* Is the field's id ours? Of a field that can't be read, some reader may think so. */
static bool claims(const struct secmail_mailauth *m, struct smi_span value)
{
    const struct smi_span ours = smi_span(m->authserv_id.text, m->authserv_id.size);
    struct smi_buf id = smi_buf_open(&m->context->mem);
    bool ours_it_is;
    if (smi_authres_read_id(value, &id) && !id.error)
        ours_it_is = same_id(smi_span(id.data, id.size - 1), ours);
    else
        ours_it_is = mentions(value, ours);
    smi_buf_free(&id);
    return ours_it_is;
}

uint32_t secmail_mailauth_next_forged(const struct secmail_mailauth *m, uint32_t after)
{
    if (!m || m->message.state == SMI_MESSAGE_HEADER)
        return 0;
    const struct smi_header *h = &m->message.header;
    const uint32_t number = smi_header_name(h, smi_span_text(name));
    if (number == SMI_NO_NAME)
        return 0;
    uint32_t count = h->names[number].count;
    for (uint32_t at = h->names[number].last; at; at = h->fields[at - 1].above, count--) {
        const struct smi_span value = smi_field_value(h, &h->fields[at - 1]);
        if ((!after || count < after) && claims(m, value))
            return count;
    }
    return 0;
}

/* Puts the part of the message that is its header into `h`. */
static void keep_header(struct smi_header *h, struct smi_span message)
{
    size_t start = 0;
    while (start < message.size) {
        const struct smi_span rest = smi_span_from(message, start);
        const size_t line = smi_span_find(rest, '\n') + 1;
        if (line == 1 || (line == 2 && rest.data[0] == '\r'))
            break;
        start += line;
    }
    smi_put(&h->raw, message.data, start < message.size ? start : message.size);
}

/* Line ends of both kinds: mail in files has LF. Only the topmost field counts. */
static int find_topmost(struct secmail_context *context, struct smi_header *h,
                        struct smi_span *value)
{
    const int rc = h->raw.error ? SECMAIL_E_NOMEM : smi_header_read(h, FIELDS_MAX);
    if (rc < 0)
        return smi_nomem(context);
    const struct smi_field *f = smi_header_next(h, name, 0);
    if (!f)
        return smi_fail(context, SECMAIL_E_MAILAUTH_UNTRUSTED,
                        "the message has no Authentication-Results field");
    *value = smi_field_value(h, f);
    return 0;
}

static int read_trusted(struct secmail_context *context, struct secmail_authres **out,
                        struct smi_span value, const char *authserv_id)
{
    struct secmail_authres *a;
    int rc = smi_authres_read(context, &a, value);
    if (rc)
        return rc;
    if (!same_id(smi_span_text(secmail_authres_id(a)), smi_span_text(authserv_id))) {
        rc = smi_fail(context, SECMAIL_E_MAILAUTH_UNTRUSTED,
                      "the topmost Authentication-Results field is of %.100s",
                      secmail_authres_id(a));
        secmail_authres_free(a);
        return rc;
    }
    *out = a;
    return 0;
}

/* LF becomes CRLF, so that there is one kind of header. */
static void put_with_crlf(struct smi_buf *b, struct smi_span text)
{
    uint8_t last = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\n' && last != '\r')
            smi_put_u8(b, '\r');
        smi_put_u8(b, last = text.data[i]);
    }
}

int secmail_authres_find_trusted(struct secmail_context *context, struct secmail_authres **out,
                                 const uint8_t *header, size_t size, const char *authserv_id)
{
    if (!smi_enter(context) || !out || (!header && size) || !authserv_id)
        return SECMAIL_E_ARGUMENT;
    *out = NULL;
    struct smi_buf text = smi_buf_open(&context->mem);
    struct smi_header h;
    struct smi_span value;
    put_with_crlf(&text, smi_span(header, size < HEADER_MAX ? size : HEADER_MAX));
    smi_header_init(&h, &context->mem, SIZE_MAX / 2);
    if (text.error)
        h.raw.error = text.error;
    keep_header(&h, smi_span(text.data, text.size));
    int rc = find_topmost(context, &h, &value);
    if (!rc)
        rc = read_trusted(context, out, value, authserv_id);
    smi_header_free(&h);
    smi_buf_free(&text);
    return rc;
}
